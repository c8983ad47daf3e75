/* Who waits for which round. */
#include <stdlib.h>

#include "node_impl.h"

uint64_t algo_node_round(const algo_node_t *n) { return atomic_load(&n->round); }

bool algo_node_wait(algo_node_t *n, uint64_t round, const algo_node_waiter_t *w) {
  if (atomic_load(&n->round) >= round) return false;
  node_waiter_t *e = malloc(sizeof *e);
  if (e == NULL) return false;
  *e = (node_waiter_t){.round = round, .w = *w};
  pthread_mutex_lock(&n->wait_lock);
  bool there = n->retired || atomic_load(&n->round) >= round;
  if (!there) {
    if (w->begin != NULL) w->begin(w->who);
    e->next = n->waiters;
    n->waiters = e;
  }
  pthread_mutex_unlock(&n->wait_lock);
  if (there) free(e);
  return !there;
}

void algo_node_unwait(algo_node_t *n, void *who) {
  pthread_mutex_lock(&n->wait_lock);
  for (node_waiter_t **at = &n->waiters; *at != NULL;) {
    node_waiter_t *e = *at;
    if (e->w.who != who) {
      at = &e->next;
      continue;
    }
    *at = e->next;
    free(e);
  }
  pthread_mutex_unlock(&n->wait_lock);
}

static void wake(algo_node_t *n, uint64_t round) {
  for (node_waiter_t **at = &n->waiters; *at != NULL;) {
    node_waiter_t *e = *at;
    if (e->round > round) {
      at = &e->next;
      continue;
    }
    *at = e->next;
    e->w.wake(e->w.who);
    free(e);
  }
}

void node_tip(algo_node_t *n, uint64_t round) {
  pthread_mutex_lock(&n->wait_lock);
  atomic_store(&n->round, round);
  wake(n, round);
  pthread_mutex_unlock(&n->wait_lock);
}

void algo_node_retire(algo_node_t *n) {
  if (n->replay == NULL) (void)algo_node_set_mode(n, ALGO_NODE_MANUAL, 0, NULL);
  pthread_mutex_lock(&n->wait_lock);
  n->retired = true;
  wake(n, UINT64_MAX);
  pthread_mutex_unlock(&n->wait_lock);
}
