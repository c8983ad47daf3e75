/* The program as the analysis walks it: decoded, in blocks, with what can be seen of it at once. */
#include "internal.h"

static bool ends_block(const algo_isa_insn_t *i) {
  switch (i->op->id) {
  case ALGO_OP_b:
  case ALGO_OP_bz:
  case ALGO_OP_bnz:
  case ALGO_OP_callsub:
  case ALGO_OP_retsub:
  case ALGO_OP_return_:
  case ALGO_OP_err:
  case ALGO_OP_switch_:
  case ALGO_OP_match: return true;
  default: return false;
  }
}

static bool make_blocks(program_t *p, algo_arena_t *arena) {
  const algo_flow_graph_t *g = &p->graph;
  bool *leads = algo_arena_array(arena, g->n + 1, sizeof *leads);
  p->blocks = algo_arena_array(arena, g->n + 1, sizeof *p->blocks);
  p->block_of = algo_arena_array(arena, g->n + 1, sizeof *p->block_of);
  if (leads == NULL || p->blocks == NULL || p->block_of == NULL) return false;
  for (uint32_t k = 0; k < g->n; k++) {
    const algo_flow_node_t *node = &g->nodes[k];
    if (node->callee != ALGO_FLOW_NONE) leads[node->callee] = true;
    if (!ends_block(&p->insns[k])) continue;
    if (k + 1 < g->n) leads[k + 1] = true;
    for (uint32_t e = 0; e < node->n; e++) {
      if (g->edges[node->first + e] < g->n) leads[g->edges[node->first + e]] = true;
    }
  }
  for (uint32_t k = 0; k < g->n; k++) {
    if (k == 0 || leads[k]) p->blocks[p->n_blocks++].first = k;
    p->block_of[k] = p->n_blocks - 1;
    p->blocks[p->n_blocks - 1].last = k;
  }
  return true;
}

/* An integer that an instruction pushes, with the program's first constants. */
static bool pushed_int(const program_t *p, uint32_t node, uint64_t *out) {
  const algo_isa_insn_t *i = &p->insns[node];
  unsigned op = i->op->id;
  if (op == ALGO_OP_pushint) {
    *out = (uint64_t)i->imm[0].value;
    return true;
  }
  uint64_t index = op == ALGO_OP_intc ? (uint64_t)i->imm[0].value : (uint64_t)op - ALGO_OP_intc_0;
  if (op != ALGO_OP_intc && (op < ALGO_OP_intc_0 || op > ALGO_OP_intc_3)) return false;
  for (uint32_t k = 0; k < p->graph.n; k++) {
    if (p->insns[k].op->id != ALGO_OP_intcblock) continue;
    uint32_t at = p->insns[k].imm[0].at;
    if (index >= p->insns[k].imm[0].count) return false;
    for (uint64_t n = 0; n <= index; n++) *out = algo_isa_next_uint(p->graph.program, &at);
    return true;
  }
  return false;
}

/* Does the program approve here, or come back from a subroutine that does? */
static bool is_good_end(const program_t *p, uint32_t node) {
  uint64_t k;
  const algo_flow_node_t *n = &p->graph.nodes[node];
  if (n->returns) return true;
  if (p->insns[node].op->id == ALGO_OP_return_) return node == 0 || !pushed_int(p, node - 1, &k) || k != 0;
  for (uint32_t e = 0; e < n->n; e++) {
    if (p->graph.edges[n->first + e] == p->graph.n) return !pushed_int(p, node, &k) || k != 0;
  }
  return false;
}

/* Backwards from every good end, until nothing changes. */
static bool find_leads(program_t *p, algo_arena_t *arena) {
  const algo_flow_graph_t *g = &p->graph;
  p->leads_on = algo_arena_array(arena, g->n + 1, sizeof *p->leads_on);
  if (p->leads_on == NULL) return false;
  for (uint32_t k = 0; k < g->n; k++) p->leads_on[k] = is_good_end(p, k);
  for (bool changed = true; changed;) {
    changed = false;
    for (uint32_t k = g->n; k-- > 0;) {
      const algo_flow_node_t *node = &g->nodes[k];
      for (uint32_t e = 0; e < node->n && !p->leads_on[k]; e++) {
        uint32_t to = g->edges[node->first + e];
        if (to < g->n && p->leads_on[to]) p->leads_on[k] = changed = true;
      }
    }
  }
  return true;
}

static bool is_txn_read(const algo_isa_insn_t *i) {
  return i->op->id == ALGO_OP_txn || i->op->id == ALGO_OP_txna || i->op->id == ALGO_OP_txnas;
}

/* What a program is for, from what it does. */
static unsigned guess(const program_t *p) {
  bool call = false, other = false;
  for (uint32_t k = 0; k < p->graph.n; k++) {
    const algo_isa_insn_t *i = &p->insns[k];
    if (i->op->modes == ALGO_MODE_APP) return ALGO_CHECK_APP;
    if (i->op->modes == ALGO_MODE_SIG) return ALGO_CHECK_SIG;
    const algo_isa_field_t *f =
        i->op->id == ALGO_OP_global ? algo_isa_field(ALGO_GROUP_GLOBAL, (uint8_t)i->imm[0].value) : NULL;
    if (f != NULL && f->modes == ALGO_MODE_APP) return ALGO_CHECK_APP;
    if (!is_txn_read(i)) continue;
    switch (i->imm[0].value) {
    case ALGO_F_TXN_OnCompletion:
    case ALGO_F_TXN_ApplicationID:
    case ALGO_F_TXN_ApplicationArgs:
    case ALGO_F_TXN_NumAppArgs: call = true; break;
    case ALGO_F_TXN_Fee:
    case ALGO_F_TXN_RekeyTo:
    case ALGO_F_TXN_TypeEnum:
    case ALGO_F_TXN_Receiver:
    case ALGO_F_TXN_Amount:
    case ALGO_F_TXN_CloseRemainderTo:
    case ALGO_F_TXN_AssetCloseTo:
    case ALGO_F_TXN_AssetReceiver: other = true; break;
    default: break;
    }
  }
  return call && !other ? ALGO_CHECK_APP : ALGO_CHECK_SIG;
}

static bool has_selector(const program_t *p, const algo_isa_insn_t *i) {
  uint32_t at = i->imm[0].at;
  if (i->op->id == ALGO_OP_pushbytes) return i->imm[0].count == 4;
  if (i->op->id != ALGO_OP_bytecblock && i->op->id != ALGO_OP_pushbytess) return false;
  for (uint32_t k = 0; k < i->imm[0].count; k++) {
    if (algo_isa_next_bytes(p->graph.program, &at).n == 4) return true;
  }
  return false;
}

static void look(program_t *p) {
  bool selector = false, first = false;
  for (uint32_t k = 0; k < p->graph.n; k++) {
    const algo_isa_insn_t *i = &p->insns[k];
    switch (i->op->id) {
    case ALGO_OP_gtxn:
    case ALGO_OP_gtxna:
    case ALGO_OP_gtxnas:
    case ALGO_OP_gtxns:
    case ALGO_OP_gtxnsa:
    case ALGO_OP_gtxnsas: p->reads_group = true; break;
    case ALGO_OP_txna: first = first || (i->imm[0].value == ALGO_F_TXN_ApplicationArgs && i->imm[1].value == 0); break;
    default: selector = selector || has_selector(p, i);
    }
  }
  p->arc4 = selector && first;
}

algo_code_t program_init(program_t *p, const algo_listing_t *l, unsigned mode, algo_arena_t *arena, algo_err_t *err) {
  *p = (program_t){.listing = l};
  algo_code_t code = algo_flow_graph(&p->graph, l->code, arena, err);
  if (code != ALGO_OK) return code;
  p->insns = algo_arena_array(arena, p->graph.n + 1, sizeof *p->insns);
  if (p->insns == NULL) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  for (uint32_t k = 0; k < p->graph.n; k++) {
    (void)algo_isa_decode(&p->insns[k], p->graph.version, l->code, p->graph.nodes[k].pc);
  }
  if (!make_blocks(p, arena) || !find_leads(p, arena)) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  p->mode = mode != 0 ? mode : guess(p);
  look(p);
  return ALGO_OK;
}
