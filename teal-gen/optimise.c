/* The optimiser: passes until nothing changes. */
#include "optimise.h"

typedef bool pass_t(tg_t *b, tg_flow_t *f);

/* Runs a pass until it finds nothing; each run sees the program as it is. */
static algo_code_t repeat(tg_t *b, tg_code_t *code, pass_t *pass, bool live, bool *changed) {
  for (;;) {
    tg_flow_t f;
    algo_code_t rc = tg_flow_find(b, &f, code);
    if (!rc && live) rc = tg_flow_live(b, &f);
    if (rc) return rc;
    if (!pass(b, &f)) return ALGO_OK;
    *changed = true;
  }
}

algo_code_t tg_optimise(tg_t *b, tg_code_t *code) {
  static const struct {
    pass_t *pass;
    bool live;
    int level;
  } passes[] = {{tg_pass_jumps, false, 1},    {tg_pass_inline, false, 2}, {tg_pass_stack, true, 2},
                {tg_pass_peephole, false, 2}, {tg_pass_tails, false, 2},  {tg_pass_place, false, 1},
                {tg_pass_outline, false, 2}};
  bool changed = true;
  for (unsigned rounds = 0; changed && rounds < 20; rounds++) {
    changed = false;
    for (size_t i = 0; i < sizeof passes / sizeof passes[0]; i++) {
      if (passes[i].level > b->o.optimise) continue;
      algo_code_t rc = repeat(b, code, passes[i].pass, passes[i].live, &changed);
      if (rc) return rc;
    }
  }
  return b->failed;
}
