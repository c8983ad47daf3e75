/* The chain that answers, and who looks at it: one whose place was taken is let go when its last request is answered.
 */
#include "rest_impl.h"

#include <stdlib.h>

rest_place_t *rest_place_new(algo_node_t *node, rest_place_t *former) {
  rest_place_t *p = calloc(1, sizeof *p);
  if (p == NULL) return NULL;
  p->node = node;
  p->former = former;
  return p;
}

/* Entered before it is known that it is still the one: whoever looked too late goes again, without a look at the node.
 */
rest_place_t *rest_place_enter(algo_rest_t *r) {
  for (;;) {
    rest_place_t *p = atomic_load(&r->place);
    atomic_fetch_add(&p->users, 1);
    if (atomic_load(&r->place) == p) return p;
    rest_place_leave(r, p);
  }
}

void rest_place_leave(algo_rest_t *r, rest_place_t *p) {
  if (atomic_fetch_sub(&p->users, 1) > 1 || !atomic_load(&p->retired)) return;
  if (!atomic_exchange(&p->gone, true) && r->drop != NULL) r->drop(r->chain_user, p->node);
}

void rest_places_free(algo_rest_t *r) {
  for (rest_place_t *p = atomic_load(&r->place); p != NULL;) {
    rest_place_t *former = p->former;
    free(p);
    p = former;
  }
}
