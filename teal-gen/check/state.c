/* States: kept where blocks begin, compared, and merged where too many ways meet. */
#include "internal.h"

void state_load(work_t *w, const state_t *s) {
  w->c = s->c;
  w->from = s;
  w->n_stack = s->n_stack;
  w->n_facts = s->n_facts;
  if (s->n_stack > 0) memcpy(w->stack, s->stack, s->n_stack * sizeof *w->stack);
  if (s->n_facts > 0) memcpy(w->facts, s->facts, s->n_facts * sizeof *w->facts);
  memset(w->scratch, 0, sizeof w->scratch);
  for (uint32_t i = 0; i < s->n_scratch; i++) w->scratch[s->scratch[i].at] = s->scratch[i].v;
}

static void *copy(run_t *r, const void *p, size_t n) {
  void *fresh = algo_arena_alloc(&r->ck->scratch, n + 1);
  if (fresh == NULL) {
    r->ck->oom = true;
  } else if (n > 0) {
    memcpy(fresh, p, n);
  }
  return fresh;
}

static state_t *new_state(run_t *r) {
  state_t *s = algo_arena_zalloc(&r->ck->scratch, sizeof *s);
  if (s == NULL) r->ck->oom = true;
  return s;
}

/* Keeps the running state; of its stack what lies at `from` and above. NULL: out of memory. */
state_t *state_store(run_t *r, const work_t *w, uint32_t from) {
  state_t *s = new_state(r);
  slot_t slots[SLOTS];
  uint32_t n = 0;
  for (uint32_t i = 0; i < SLOTS; i++) {
    if (w->scratch[i] != 0) slots[n++] = (slot_t){i, w->scratch[i]};
  }
  if (s == NULL) return NULL;
  s->c = w->c;
  s->prev = w->from;
  s->n_stack = w->n_stack - from;
  s->n_scratch = n;
  s->n_facts = w->n_facts;
  s->stack = copy(r, w->stack + from, s->n_stack * sizeof *s->stack);
  s->scratch = copy(r, slots, n * sizeof *s->scratch);
  s->facts = copy(r, w->facts, s->n_facts * sizeof *s->facts);
  return r->ck->oom ? NULL : s;
}

/* The same but for what is known and what happened. */
static bool same_shape(const state_t *a, const state_t *b) {
  return a->n_stack == b->n_stack && a->n_scratch == b->n_scratch && a->c.intc == b->c.intc &&
         a->c.bytec == b->c.bytec && a->c.bottom == b->c.bottom && a->c.epoch == b->c.epoch &&
         memcmp(a->c.it, b->c.it, sizeof a->c.it) == 0 &&
         (a->n_stack == 0 || memcmp(a->stack, b->stack, a->n_stack * sizeof *a->stack) == 0) &&
         (a->n_scratch == 0 || memcmp(a->scratch, b->scratch, a->n_scratch * sizeof *a->scratch) == 0);
}

/* Is everything known in `old` known in `fresh` too? */
static bool facts_within(const state_t *old, const state_t *fresh) {
  uint32_t k = 0;
  for (uint32_t i = 0; i < old->n_facts; i++) {
    const fact_t *f = &old->facts[i];
    while (k < fresh->n_facts && fresh->facts[k].v < f->v) k++;
    if (k == fresh->n_facts || fresh->facts[k].v != f->v) return false;
    const fact_t *g = &fresh->facts[k];
    if (g->lo < f->lo || g->hi > f->hi || (f->eq != 0 && f->eq != g->eq)) return false;
  }
  return true;
}

bool state_covers(const state_t *old, const state_t *fresh) {
  return same_shape(old, fresh) && memcmp(old->c.events, fresh->c.events, sizeof old->c.events) == 0 &&
         (!old->c.vetted || fresh->c.vetted) && facts_within(old, fresh);
}

bool state_same(const state_t *a, const state_t *b) { return state_covers(a, b) && state_covers(b, a); }

/* ---- merging ---- */

typedef struct merge {
  run_t *r;
  uint64_t place;
  bool made; /* values met */
} merge_t;

/* What two values have in common at a place of its own. A value that depends on an earlier meeting may stand for
 * something else by now. */
static val_t meet(merge_t *m, val_t a, val_t b, uint32_t slot) {
  run_t *r = m->r;
  uint64_t name = (uint64_t)1 << 63 | m->place << 12 | slot;
  if (a == b && (a == 0 || (value_of(r, a)->taint & T_PHI) == 0)) return a;
  const value_t *x = a != 0 ? value_of(r, a) : NULL, *y = b != 0 ? value_of(r, b) : NULL;
  if (a == b && x->kind == V_UNKNOWN && x->k == name) return a;
  m->made = true;
  unsigned taint = T_PHI | (x != NULL ? x->taint : 0u) | (y != NULL ? y->taint : 0u);
  unsigned type = x != NULL && y != NULL && x->type == y->type ? x->type : ALGO_KIND_ANY;
  return value_unknown(r, name, (algo_kind_t)type, taint & ~(unsigned)T_QUOTIENT);
}

static uint32_t meet_facts(merge_t *m, fact_t *out, const state_t *a, const state_t *b) {
  uint32_t n = 0, k = 0;
  for (uint32_t i = 0; i < a->n_facts; i++) {
    const fact_t *f = &a->facts[i];
    while (k < b->n_facts && b->facts[k].v < f->v) k++;
    if (k == b->n_facts) break;
    const fact_t *g = &b->facts[k];
    if (g->v != f->v || (m->made && (value_of(m->r, f->v)->taint & T_PHI) != 0)) continue;
    fact_t both = {f->v, f->eq == g->eq ? f->eq : 0, f->lo < g->lo ? f->lo : g->lo, f->hi > g->hi ? f->hi : g->hi};
    if (m->made && both.eq != 0 && (value_of(m->r, both.eq)->taint & T_PHI) != 0) both.eq = 0;
    if (both.eq != 0 || both.lo != 0 || both.hi != UINT64_MAX) out[n++] = both;
  }
  return n;
}

static void meet_scratch(merge_t *m, val_t *out, const state_t *a, const state_t *b) {
  val_t x[SLOTS] = {0}, y[SLOTS] = {0};
  for (uint32_t i = 0; i < a->n_scratch; i++) x[a->scratch[i].at] = a->scratch[i].v;
  for (uint32_t i = 0; i < b->n_scratch; i++) y[b->scratch[i].at] = b->scratch[i].v;
  for (uint32_t i = 0; i < SLOTS; i++) {
    val_t zero = x[i] != y[i] ? value_int(m->r, 0) : 0;
    out[i] = x[i] == 0 && y[i] == 0 ? 0 : meet(m, x[i] != 0 ? x[i] : zero, y[i] != 0 ? y[i] : zero, STACK_MAX + i);
  }
}

/* The state in which either holds. NULL: out of memory. The stacks are laid top to top. */
state_t *state_join(run_t *r, const state_t *a, const state_t *b, uint64_t place) {
  work_t *w = &r->joined;
  merge_t m = {.r = r, .place = place};
  w->c = a->c;
  w->from = a->prev;
  uint32_t n = a->n_stack < b->n_stack ? a->n_stack : b->n_stack;
  w->n_stack = n;
  if (a->n_stack != b->n_stack || b->c.bottom) w->c.bottom = true;
  for (uint32_t i = 0; i < n; i++) {
    w->stack[n - 1 - i] = meet(&m, a->stack[a->n_stack - 1 - i], b->stack[b->n_stack - 1 - i], i);
  }
  meet_scratch(&m, w->scratch, a, b);
  for (unsigned i = 0; i < IT_FIELDS; i++) {
    w->c.it[i] = a->c.it[i] == b->c.it[i] ? a->c.it[i] : meet(&m, a->c.it[i], b->c.it[i], STACK_MAX + SLOTS + i);
  }
  if (a->c.epoch != b->c.epoch) w->c.epoch = UINT32_MAX - (uint32_t)(place & 0xffffff);
  if (a->c.intc != b->c.intc) w->c.intc = ALGO_FLOW_NONE;
  if (a->c.bytec != b->c.bytec) w->c.bytec = ALGO_FLOW_NONE;
  w->c.vetted = a->c.vetted && b->c.vetted;
  for (unsigned i = 0; i < EVENT_WORDS; i++) w->c.events[i] |= b->c.events[i];
  w->n_facts = meet_facts(&m, w->facts, a, b);
  state_t *s = state_store(r, w, 0);
  if (s == NULL) return NULL;
  s->call = a->call;
  s->enters = a->enters;
  s->aside = a->aside;
  return s;
}

/* ---- back from a subroutine ---- */

static uint32_t unite_facts(fact_t *out, const state_t *a, const state_t *b) {
  uint32_t n = 0, i = 0, k = 0;
  while (n < FACTS_MAX && (i < a->n_facts || k < b->n_facts)) {
    bool first = k == b->n_facts || (i < a->n_facts && a->facts[i].v < b->facts[k].v);
    if (first) {
      out[n++] = a->facts[i++];
      continue;
    }
    if (i < a->n_facts && a->facts[i].v == b->facts[k].v) i++; /* the subroutine knows more */
    out[n++] = b->facts[k++];
  }
  return n;
}

/* The caller's state behind the call. NULL: out of memory. */
state_t *state_return(run_t *r, const state_t *caller, const state_t *exit, bool whole_stack) {
  work_t *w = &r->joined;
  state_load(w, exit);
  w->c.block = caller->c.block;
  w->c.instance = caller->c.instance;
  w->c.bottom = exit->c.bottom || (!whole_stack && caller->c.bottom);
  uint32_t below = whole_stack ? 0 : caller->n_stack;
  if (below + exit->n_stack > STACK_MAX) return NULL;
  memmove(w->stack + below, w->stack, exit->n_stack * sizeof *w->stack);
  memcpy(w->stack, caller->stack, below * sizeof *w->stack);
  w->n_stack = below + exit->n_stack;
  w->n_facts = unite_facts(w->facts, caller, exit);
  w->c.vetted = caller->c.vetted || exit->c.vetted;
  for (unsigned i = 0; i < EVENT_WORDS; i++) w->c.events[i] |= caller->c.events[i];
  w->from = exit;
  state_t *s = state_store(r, w, 0);
  if (s != NULL) s->call = caller;
  return s;
}
