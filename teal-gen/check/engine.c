/* Carries states through the program until nothing new comes, for one attack. */
#include "internal.h"

#include <stddef.h>

#define KEPT_MOST      20u     /* states kept apart where a block begins */
#define INSTANCES_MOST 24u     /* entries of one subroutine kept apart */
#define STEPS_FINE     80000u  /* instructions after which states are merged at once, */
#define STEPS_MOST     400000u /* and after which the analysis ends unfinished */
#define AT_END         UINT32_MAX

typedef struct kept {
  const state_t **v;
  uint32_t n, cap;
} kept_t;

static uint32_t at_most(const run_t *r, uint32_t n) { return r->steps < STEPS_FINE ? n : 1; }

/* Room for one more in an array of pointers. */
static bool room(run_t *r, const state_t ***v, uint32_t n, uint32_t *cap) {
  if (n < *cap) return true;
  uint32_t more = *cap == 0 ? 4 : 2 * *cap;
  const state_t **fresh = algo_arena_array(&r->ck->scratch, more, sizeof *fresh);
  if (fresh == NULL) {
    r->ck->oom = true;
    return false;
  }
  if (n > 0) memcpy(fresh, *v, n * sizeof *fresh);
  *v = fresh;
  *cap = more;
  return true;
}

static void enqueue(run_t *r, const state_t *s) {
  uint32_t cap = (uint32_t)r->cap_queue;
  if (!room(r, &r->queue, (uint32_t)r->n_queue, &cap)) return;
  r->cap_queue = cap;
  r->queue[r->n_queue++] = s;
}

static uint64_t place_of(const common_t *c) { return (uint64_t)c->instance << 20 | c->block; }

/* Puts a state among those kept at a place: it may be covered, or have to be merged. The one to go on with; NULL:
 * nothing new. */
static const state_t *keep(run_t *r, const state_t ***v, uint32_t *n, uint32_t *cap, uint32_t most, const state_t *s,
                           uint64_t place) {
  uint32_t into = *n;
  for (uint32_t i = 0; i < *n; i++) {
    if (state_covers((*v)[i], s)) return NULL;
    if (into == *n && (*v)[i]->n_stack == s->n_stack) into = i;
  }
  if (*n < most) {
    if (!room(r, v, *n, cap)) return NULL;
    return (*v)[(*n)++] = s;
  }
  if (into == *n) into--;
  state_t *joined = state_join(r, (*v)[into], s, place);
  if (joined == NULL || state_same(joined, (*v)[into])) return NULL;
  ((state_t *)(*v)[into])->dropped = true;
  return (*v)[into] = joined;
}

static void arrive(run_t *r, const state_t *s) {
  if (s == NULL) return;
  kept_t *k = &r->instances[s->c.instance]->kept[s->c.block];
  uint32_t most = at_most(r, KEPT_MOST);
  if (k->n >= most) {
    r->loops[s->c.block] = true;
    if (k->v[k->n - 1]->n_stack != s->n_stack) r->grows[s->c.block] = true;
  }
  s = keep(r, &k->v, &k->n, &k->cap, most, s, place_of(&s->c));
  if (s != NULL) enqueue(r, s);
}

/* ---- ends ---- */

void raise_event(run_t *r, work_t *w, uint32_t node, unsigned rule, val_t about, const char *message) {
  uint32_t i = 0;
  while (i < r->n_events && (r->events[i].node != node || r->events[i].rule != rule)) i++;
  if (i == EVENTS_MAX) {
    r->incomplete = true;
    return;
  }
  if (i == r->n_events) {
    r->events[i] = (event_t){.node = node, .rule = rule, .message = message, .about = about, .seen = w->from};
    r->n_events++;
  }
  w->c.events[i / 64] |= (uint64_t)1 << i % 64;
}

/* The program ends with its top value as the result. */
static void finish(run_t *r, work_t *w, uint32_t node) {
  if (w->n_stack == 0 && !w->c.bottom) return;
  if (w->n_stack > 0 && !assume(r, w, w->stack[w->n_stack - 1], true, true)) return;
  if (r->approved == NULL) {
    r->approved = w->from;
    r->approved_at = node;
  }
  for (uint32_t i = 0; i < r->n_events; i++) {
    if (r->events[i].end != NULL || (w->c.events[i / 64] >> i % 64 & 1) == 0) continue;
    r->events[i].end = w->from;
    r->events[i].end_node = node;
  }
}

static void go(run_t *r, work_t *w, uint32_t node, uint32_t to) {
  if (to == ALGO_FLOW_NONE) return;
  if (to == r->p->graph.n) {
    if (w->n_stack == 1 || w->c.bottom) finish(r, w, node);
    return;
  }
  w->c.block = r->p->block_of[to];
  arrive(r, state_store(r, w, 0));
}

/* ---- calls ---- */

static void come_back(run_t *r, const instance_t *in, const state_t *caller, const state_t *exit) {
  state_t *s = state_return(r, caller, exit, !in->proto);
  if (s == NULL) return;
  if (s->c.block != AT_END) {
    arrive(r, s);
    return;
  }
  state_load(&r->other, s);
  r->other.from = caller;
  finish(r, &r->other, r->p->graph.n - 1);
}

static instance_t *new_instance(run_t *r, uint32_t entry, const state_t *begins) {
  algo_arena_t *arena = &r->ck->scratch;
  if (r->n_instances == r->cap_instances) {
    uint32_t cap = r->cap_instances == 0 ? 16 : 2 * r->cap_instances;
    instance_t **more = algo_arena_array(arena, cap, sizeof *more);
    if (more == NULL) return NULL;
    if (r->n_instances > 0) memcpy(more, r->instances, r->n_instances * sizeof *more);
    r->instances = more;
    r->cap_instances = cap;
  }
  instance_t *in = algo_arena_zalloc(arena, sizeof *in);
  if (in == NULL || (in->kept = algo_arena_array(arena, r->p->n_blocks + 1, sizeof *in->kept)) == NULL) return NULL;
  in->entry = entry;
  in->begins = begins;
  r->instances[r->n_instances++] = in;
  return in;
}

/* The instance of the subroutine that is entered in such a state: one that is there, a new one, or the newest one
 * with its beginning widened. */
static instance_t *enter(run_t *r, uint32_t callee, state_t *s, bool proto, const algo_isa_insn_t *i) {
  uint32_t newest = r->callees[callee];
  for (uint32_t k = newest; k != 0; k = r->instances[k]->older) {
    if (state_covers(r->instances[k]->begins, s)) return r->instances[k];
  }
  if (newest != 0 && r->instances[newest]->number + 1 >= at_most(r, INSTANCES_MOST)) {
    instance_t *in = r->instances[newest];
    s->c.instance = newest;
    state_t *joined = state_join(r, in->begins, s, (uint64_t)newest << 20 | 0xfffff);
    if (joined == NULL || state_same(joined, in->begins)) return in;
    in->begins = joined;
    arrive(r, joined);
    return in;
  }
  s->c.instance = r->n_instances;
  instance_t *in = new_instance(r, callee, s);
  if (in == NULL) {
    r->ck->oom = true;
    return NULL;
  }
  in->proto = proto;
  in->args = proto ? (uint32_t)i->imm[0].value : 0;
  in->results = proto ? (uint32_t)i->imm[1].value : 0;
  in->older = newest;
  in->number = newest != 0 ? r->instances[newest]->number + 1 : 0;
  r->callees[callee] = s->c.instance;
  arrive(r, s);
  return in;
}

static void call(run_t *r, work_t *w, uint32_t node) {
  const algo_flow_node_t *n = &r->p->graph.nodes[node];
  if (n->callee == ALGO_FLOW_NONE || n->n == 0) return;
  const algo_isa_insn_t *i = &r->p->insns[n->callee];
  bool proto = i->op->id == ALGO_OP_proto;
  uint32_t args = proto ? (uint32_t)i->imm[0].value : 0, back = r->p->graph.edges[n->first];
  if (w->n_stack < args && !w->c.bottom) return;
  if (w->n_stack < args) { /* what lies below is not known */
    w->n_stack = 0;
    for (uint32_t k = 0; k < args; k++)
      w->stack[w->n_stack++] = value_unknown(r, (uint64_t)i->pc << 12 | k, ALGO_KIND_ANY, T_USER | T_PHI);
  }
  uint32_t lower = w->n_stack - args, all = w->n_stack;
  w->c.block = back == r->p->graph.n ? AT_END : r->p->block_of[back];
  w->n_stack = lower;
  state_t *caller = state_store(r, w, 0);
  w->n_stack = all;
  w->c.block = r->p->block_of[n->callee];
  bool bottom = w->c.bottom;
  if (proto) w->c.bottom = false;
  state_t *s = state_store(r, w, proto ? lower : 0);
  w->c.bottom = bottom;
  if (caller == NULL || s == NULL) return;
  caller->aside = true;
  s->prev = caller;
  s->enters = true;
  instance_t *in = enter(r, n->callee, s, proto, i);
  if (in == NULL) return;
  for (uint32_t k = 0; k < in->n_callers; k++) {
    const state_t *c = in->callers[k];
    if (c->c.block == caller->c.block && c->c.instance == caller->c.instance && state_covers(c, caller)) return;
  }
  if (!room(r, &in->callers, in->n_callers, &in->cap_callers)) return;
  in->callers[in->n_callers++] = caller;
  for (uint32_t k = 0; k < in->n_exits; k++) come_back(r, in, caller, in->exits[k]);
}

static void leave(run_t *r, work_t *w) {
  uint32_t number = w->c.instance;
  instance_t *in = r->instances[number];
  if (number == 0) return; /* nobody called */
  if (in->proto && w->n_stack < in->args + in->results) return;
  state_t *exit = state_store(r, w, in->proto ? w->n_stack - in->results : 0);
  if (exit == NULL) return;
  exit->aside = true;
  const state_t *s =
      keep(r, &in->exits, &in->n_exits, &in->cap_exits, at_most(r, KEPT_MOST), exit, (uint64_t)number << 20 | 0xffffe);
  for (uint32_t k = 0; s != NULL && k < in->n_callers && !r->ck->oom; k++) come_back(r, in, in->callers[k], s);
}

/* ---- branches ---- */

static void copy_work(work_t *to, const work_t *from) {
  to->c = from->c;
  to->from = from->from;
  to->n_stack = from->n_stack;
  to->n_facts = from->n_facts;
  memcpy(to->stack, from->stack, from->n_stack * sizeof *to->stack);
  memcpy(to->scratch, from->scratch, sizeof to->scratch);
  memcpy(to->facts, from->facts, from->n_facts * sizeof *to->facts);
}

static bool leads_on(const run_t *r, uint32_t to) {
  return to == r->p->graph.n || (to != ALGO_FLOW_NONE && r->p->leads_on[to]);
}

static void branch(run_t *r, work_t *w, uint32_t node) {
  const algo_flow_node_t *n = &r->p->graph.nodes[node];
  if (w->n_stack == 0 || n->n < 2) return;
  val_t v = w->stack[--w->n_stack];
  bool if_true = r->p->insns[node].op->id == ALGO_OP_bnz;
  const uint32_t *to = &r->p->graph.edges[n->first];
  copy_work(&r->other, w);
  if (assume(r, &r->other, v, if_true, !leads_on(r, to[1]))) go(r, &r->other, node, to[0]);
  if (assume(r, w, v, !if_true, !leads_on(r, to[0]))) go(r, w, node, to[1]);
}

/* switch and match: the targets one by one, each with what it says of the value; then the way behind. */
static void choose(run_t *r, work_t *w, uint32_t node) {
  const algo_flow_node_t *n = &r->p->graph.nodes[node];
  const uint32_t *to = &r->p->graph.edges[n->first];
  bool match = r->p->insns[node].op->id == ALGO_OP_match;
  uint32_t targets = n->n - 1, takes = match ? targets + 1 : 1;
  if (w->n_stack < takes) return;
  w->n_stack -= takes;
  val_t v = w->stack[w->n_stack + takes - 1], cases[256];
  bool possible = true;
  if (match) memcpy(cases, w->stack + w->n_stack, targets * sizeof *cases);
  for (uint32_t k = 0; k < targets && possible; k++) {
    val_t it = match ? cases[k] : value_int(r, k), args[2] = {it, v}, is;
    const algo_isa_insn_t eq = {.op = algo_isa_op(r->p->graph.version, 0x12, 0)};
    if (!fold(r, &eq, args, &is)) return;
    copy_work(&r->other, w);
    if (assume(r, &r->other, is, true, false)) go(r, &r->other, node, to[k]);
    possible = assume(r, w, is, false, false);
  }
  if (possible && (match || assume_between(r, w, v, targets, UINT64_MAX))) go(r, w, node, to[targets]);
}

/* ---- the run ---- */

/* The last instruction of a block, which may lead elsewhere. */
static void last_step(run_t *r, work_t *w, uint32_t node) {
  const algo_flow_node_t *n = &r->p->graph.nodes[node];
  const algo_isa_insn_t *i = &r->p->insns[node];
  uint32_t takes = i->op->n_takes; /* of a match the value, not the cases */
  if (r->attack.observe != NULL && (i->op->flags & ALGO_OPF_DEADENS || n->n > 1) && w->n_stack >= takes) {
    r->attack.observe(r, w, node, w->stack + w->n_stack - takes, takes);
  }
  switch (i->op->id) {
  case ALGO_OP_err: return;
  case ALGO_OP_return_: finish(r, w, node); return;
  case ALGO_OP_retsub: leave(r, w); return;
  case ALGO_OP_callsub: call(r, w, node); return;
  case ALGO_OP_bz:
  case ALGO_OP_bnz: branch(r, w, node); return;
  case ALGO_OP_switch_:
  case ALGO_OP_match: choose(r, w, node); return;
  case ALGO_OP_b: go(r, w, node, n->n > 0 ? r->p->graph.edges[n->first] : ALGO_FLOW_NONE); return;
  default:
    if (step(r, w, node) == STEP_ON && n->n > 0) go(r, w, node, r->p->graph.edges[n->first]);
  }
}

static void run_state(run_t *r, const state_t *s) {
  const block_t *b = &r->p->blocks[s->c.block];
  work_t *w = &r->w;
  state_load(w, s);
  for (uint32_t node = b->first; node < b->last; node++) {
    r->steps++;
    if (step(r, w, node) == STEP_FAILS || r->ck->oom) return;
  }
  r->steps++;
  last_step(r, w, b->last);
}

static bool prepare(run_t *r) {
  algo_arena_t *arena = &r->ck->scratch;
  algo_arena_reset(arena);
  r->callees = algo_arena_array(arena, r->p->graph.n + 1, sizeof *r->callees);
  r->grows = algo_arena_array(arena, r->p->n_blocks + 1, sizeof *r->grows);
  r->loops = algo_arena_array(arena, r->p->n_blocks + 1, sizeof *r->loops);
  return values_init(&r->values, arena) && r->callees != NULL && r->grows != NULL && r->loops != NULL;
}

void run_attack(run_t *r, checker_t *ck, const attack_t *a) {
  memset(r, 0, offsetof(run_t, w)); /* the states are written before they are read */
  r->ck = ck;
  r->p = &ck->p;
  r->attack = *a;
  if (ck->p.graph.n == 0 || ck->oom) return;
  if (!prepare(r) || value_int(r, 0) == 0) {
    ck->oom = true;
    return;
  }
  state_t *first = algo_arena_zalloc(&ck->scratch, sizeof *first);
  if (first == NULL || new_instance(r, 0, first) == NULL) {
    ck->oom = true;
    return;
  }
  first->c.intc = first->c.bytec = ALGO_FLOW_NONE;
  arrive(r, first);
  for (; r->head < r->n_queue && !ck->oom; r->head++) {
    if (r->steps >= STEPS_MOST) {
      r->incomplete = true;
      break;
    }
    if (!r->queue[r->head]->dropped) run_state(r, r->queue[r->head]);
  }
  ck->incomplete = ck->incomplete || r->incomplete;
}
