/* Names of boxes that two things can share. */
#include "internal.h"

#define PARTS_MAX 24u

/* The operand that is the box's name; -1: not about a box. */
static int name_operand(unsigned op) {
  switch (op) {
  case ALGO_OP_box_create:
  case ALGO_OP_box_put:
  case ALGO_OP_box_get:
  case ALGO_OP_box_replace:
  case ALGO_OP_box_extract:
  case ALGO_OP_box_splice: return 0;
  default: return -1;
  }
}

/* The parts that a name is joined from. */
static unsigned parts_of(const run_t *r, val_t v, val_t *parts, unsigned n) {
  const value_t *x = value_of(r, v);
  if (n >= PARTS_MAX) return n;
  if (x->kind == V_OP && x->op == ALGO_OP_concat) return parts_of(r, x->a[1], parts, parts_of(r, x->a[0], parts, n));
  parts[n++] = v;
  return n;
}

void observe_boxes(run_t *r, work_t *w, uint32_t node, const val_t *args, uint32_t n) {
  int at = name_operand(r->p->insns[node].op->id);
  val_t parts[PARTS_MAX];
  unsigned count, loose = 0;
  bool chosen = false, parted = false, collides = false, opens = false;
  if (at < 0 || (uint32_t)at >= n) return;
  count = parts_of(r, args[at], parts, 0);
  for (unsigned i = 0; i < count; i++) {
    uint64_t lo, hi;
    const value_t *x = value_of(r, parts[i]);
    length_bounds(r, w, parts[i], &lo, &hi);
    bool user = (x->taint & T_USER) != 0;
    if (x->kind == V_BYTES && loose > 0) parted = true; /* a separator */
    if (lo == hi) continue;
    opens = opens || (i == 0 && user);
    collides = collides || (loose > 0 && !parted && (chosen || user));
    loose++;
    chosen = chosen || user;
    parted = false;
  }
  if (!opens) r->ck->seen->closed_names = true;
  if (collides) {
    raise_event(r, w, node, ALGO_CHECK_BOX_COLLISION, 0,
                "the box's name is joined from parts of any length: two pairs give the same name");
  } else if (opens) {
    raise_event(r, w, node, ALGO_CHECK_BOX_COLLISION, args[at],
                "the box's name begins with bytes that the caller chooses: it can be another box's name");
  }
}
