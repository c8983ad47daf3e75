/* Keys that sign often: a table of multiples, made once a key, takes the doublings out of each verification. */
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>

#include "algo/keys.h"
#include "edwards.h"

#define SLOTS     32u
#define SIGHTINGS 4u /* verified the slow way so often in a row before the table is worth its making */

typedef struct slot {
  algo_addr_t key;
  point_table_t *table; /* NULL: none */
  uint64_t candidate;   /* the beginning of the key that is next; guarded by counting, as the count */
  unsigned count;
} slot_t;

struct algo_keytable {
  pthread_rwlock_t lock; /* the tables */
  pthread_mutex_t counting;
  point_table_t base;
  slot_t slots[SLOTS];
};

static const uint8_t base_point[32] = {0x58, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66,
                                       0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66,
                                       0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66};

algo_keytable_t *algo_keytable_new(void) {
  algo_keytable_t *t = calloc(1, sizeof *t);
  if (t == NULL || !edwards_table(&t->base, base_point)) {
    free(t);
    return NULL;
  }
  pthread_rwlock_init(&t->lock, NULL);
  pthread_mutex_init(&t->counting, NULL);
  return t;
}

void algo_keytable_free(algo_keytable_t *t) {
  if (t == NULL) return;
  for (size_t i = 0; i < SLOTS; i++) free(t->slots[i].table);
  pthread_mutex_destroy(&t->counting);
  pthread_rwlock_destroy(&t->lock);
  free(t);
}

static slot_t *slot_of(algo_keytable_t *t, const algo_addr_t *key) { return &t->slots[key->b[0] % SLOTS]; }

/* SB - hA = R by the tables and S below the group's order, of a key that is known to be good: what go-algorand takes.
 */
static bool verify_by_table(const algo_keytable_t *t, const point_table_t *a, const uint8_t sig[64], const char *tag,
                            algo_bytes_t msg, const algo_addr_t *pub) {
  uint8_t h[32], r[32];
  if (!algo_sig_scalar_below_order(sig + 32)) return false;
  algo_sig_challenge(h, sig, pub, tag, msg);
  edwards_check_point(r, &t->base, sig + 32, a, h);
  return memcmp(r, sig, sizeof r) == 0;
}

/* `pub` verified a signature: it is a good key. */
static void sighted(algo_keytable_t *t, const algo_addr_t *pub) {
  slot_t *s = slot_of(t, pub);
  uint64_t who;
  memcpy(&who, pub->b + 8, sizeof who);
  pthread_mutex_lock(&t->counting);
  s->count = s->candidate == who ? s->count + 1 : 1;
  s->candidate = who;
  bool make = s->count == SIGHTINGS;
  pthread_mutex_unlock(&t->counting);
  point_table_t *table = make ? malloc(sizeof *table) : NULL;
  if (table == NULL) return;
  if (edwards_table(table, pub->b)) {
    pthread_rwlock_wrlock(&t->lock);
    point_table_t *old = s->table;
    s->table = table;
    s->key = *pub;
    table = old;
    pthread_rwlock_unlock(&t->lock);
  }
  free(table);
}

bool algo_keytable_verify(algo_keytable_t *t, const uint8_t sig[64], const char *tag, algo_bytes_t msg,
                          const algo_addr_t *pub) {
  if (t == NULL) return algo_sig_verify_tagged(sig, tag, msg, pub);
  slot_t *s = slot_of(t, pub);
  pthread_rwlock_rdlock(&t->lock);
  bool known = s->table != NULL && algo_addr_eq(&s->key, pub);
  bool ok = known && verify_by_table(t, s->table, sig, tag, msg, pub);
  pthread_rwlock_unlock(&t->lock);
  if (ok) return true;
  ok = algo_sig_verify_tagged(sig, tag, msg, pub); /* what the tables refuse may still be good */
  if (ok && !known) sighted(t, pub);
  return ok;
}
