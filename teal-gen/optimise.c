/* The optimiser: rules, each of which can be switched alone, until nothing changes. */
#include "optimise.h"

#include <stdarg.h>

const tg_rule_t tg_rules[TG_RULES] = {
    {"jumps", "jump threading, calls that end as jumps, dead code", tg_pass_jumps, false, 1, false},
    {"fold", "what is computed of constants is a constant", tg_pass_fold, false, 1, false},
    {"propagate", "a variable that holds a constant is that constant", tg_pass_propagate, false, 2, false},
    {"common", "common subexpressions within a block", tg_pass_common, false, 2, false},
    {"inline", "routines with one call, and those smaller than a call", tg_pass_inline, false, 2, false},
    {"stack", "variables that can stay on the stack, stores that nobody reads", tg_pass_stack, true, 2, false},
    {"peephole", "shorter forms of neighbours", tg_pass_peephole, false, 2, false},
    {"tails", "equal endings become one", tg_pass_tails, false, 2, true},
    {"place", "a block moves behind the jump to it", tg_pass_place, false, 1, false},
    {"outline", "what is written many times becomes a routine", tg_pass_outline, false, 2, true},
    {"constants", "constant blocks by use", NULL, false, 1, false},
};

bool tg_rule_on(const tg_t *b, unsigned rule) {
  if (b->o.rules) return b->o.rules >> rule & 1;
  return tg_rules[rule].level <= b->o.optimise && (!b->hand || !tg_rules[rule].dearer || b->o.size);
}

bool tg_can(const tg_t *b, tg_opcode_t op) { return tg_isa(&(tg_ins_t){.op = op}, b->o.avm) != NULL; }

tg_ins_t tg_other(tg_t *b, const char *name, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  const char *text = algo_arena_vprintf(b->arena, fmt, ap);
  va_end(ap);
  const algo_isa_op_t *isa = algo_isa_op_by_name(b->o.avm, name, strlen(name));
  if (!isa || !text) return (tg_ins_t){.op = TG_NOP};
  return (tg_ins_t){.op = TG_OTHER, .isa = isa, .text = text, .u = algo_isa_op_size(isa)};
}

/* Runs a pass until it finds nothing; each run sees the program as it is. */
static algo_code_t repeat(tg_t *b, tg_code_t *code, const tg_rule_t *rule, bool *changed) {
  for (;;) {
    tg_flow_t f;
    algo_code_t rc = tg_flow_find(b, &f, code);
    if (!rc && rule->live) rc = tg_flow_live(b, &f);
    if (rc) return rc;
    if (!rule->pass(b, &f)) return ALGO_OK;
    *changed = true;
  }
}

algo_code_t tg_optimise(tg_t *b, tg_code_t *code) {
  bool changed = true;
  for (unsigned rounds = 0; changed && rounds < 20; rounds++) {
    changed = false;
    for (unsigned i = 0; i < TG_RULES; i++) {
      if (!tg_rules[i].pass || !tg_rule_on(b, i)) continue;
      algo_code_t rc = repeat(b, code, &tg_rules[i], &changed);
      if (rc) return rc;
    }
  }
  return b->failed;
}
