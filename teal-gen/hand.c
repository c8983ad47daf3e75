/* Programs that were not made here: the same rules, and no more budget on any way through them. */
#include "hand.h"

#include "algo/flow.h"
#include "optimise.h"

const char *tg_rule_name(unsigned i, const char **doc) {
  if (i >= TG_RULES) return NULL;
  *doc = tg_rules[i].doc;
  return tg_rules[i].name;
}

bool tg_rule_is_dearer(unsigned i) { return i < TG_RULES && tg_rules[i].dearer; }

algo_code_t tg_rule_mask(uint32_t *out, const char *list, algo_err_t *err) {
  *out = 0;
  while (*list) {
    size_t n = strcspn(list, ","), i = 0;
    while (i < TG_RULES && (strlen(tg_rules[i].name) != n || strncmp(tg_rules[i].name, list, n) != 0)) i++;
    if (i == TG_RULES) return algo_err_set(err, ALGO_E_INVALID, "%.*s: no such rule", (int)n, list);
    *out |= 1u << i;
    list += n + (list[n] == ',');
  }
  return ALGO_OK;
}

/* The most that a run costs; false: it may go round in a circle, or there are too many ways. */
static bool cost_of(algo_bytes_t program, uint64_t *cost, algo_arena_t *arena) {
  algo_flow_t f;
  if (algo_flow_analyse(&f, program, arena, NULL) || !f.bounded) return false;
  *cost = f.max_cost;
  return true;
}

static void keep(tg_optimised_t *out, algo_bytes_t source, algo_arena_t *arena) {
  out->after = out->before;
  out->cost_after = out->cost_before;
  out->unchanged = true;
  out->teal = algo_arena_printf(arena, "%.*s", (int)source.n, (const char *)source.p);
}

/* Types that the assembler follows may be lost on the way: then it is told not to follow them. */
static algo_code_t write(tg_t *b, tg_hand_t *hand, tg_program_t *p, const tg_code_t *code, const char *title) {
  algo_code_t rc = tg_out_teal(b, p, code, title);
  if (rc != ALGO_E_ASM) return rc;
  hand->untyped = true;
  return tg_out_teal(b, p, code, title);
}

static algo_code_t optimise(tg_t *b, tg_hand_t *hand, tg_optimised_t *out, tg_code_t *code, const char *name,
                            algo_bytes_t source) {
  algo_code_t rc = tg_optimise(b, code);
  tg_program_t p;
  const char *title = algo_arena_printf(b->arena, "%s, optimised; each instruction says where it was", name);
  if (!rc) rc = write(b, hand, &p, code, title);
  if (rc) return rc;
  out->after = p.code;
  out->teal = p.teal;
  out->bounded = cost_of(out->before, &out->cost_before, b->arena) && cost_of(p.code, &out->cost_after, b->arena);
  bool dearer = out->bounded && out->cost_after > out->cost_before && !b->o.size;
  bool gained = p.code.n < out->before.n || (out->bounded && out->cost_after < out->cost_before);
  bool worse = p.code.n > out->before.n || dearer || !gained;
  if (b->o.rules ? algo_bytes_eq(p.code, out->before) : worse) keep(out, source, b->arena);
  return ALGO_OK;
}

algo_code_t tg_optimise_source(tg_optimised_t *out, algo_bytes_t source, const char *name, const tg_options_t *o,
                               tg_mode_t mode, algo_arena_t *arena, algo_err_t *err) {
  algo_asm_result_t a;
  memset(out, 0, sizeof *out);
  memset(&a, 0, sizeof a);
  algo_code_t rc = algo_asm_assemble(&a, source, arena, err);
  out->teal = a.error_text;
  if (!rc && memchr(source.p, 0, source.n)) /* a comment may have it, the text of the result cannot */
    rc = algo_err_set(err, ALGO_E_UNSUPPORTED, "a zero byte in the source");
  if (rc) return rc;
  tg_t *b = algo_arena_zalloc(arena, sizeof *b);
  tg_contract_t *c = algo_arena_zalloc(arena, sizeof *c);
  hand_t found = {.name = name};
  tg_code_t code = {0};
  if (!b || !c) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  c->name = name;
  b->c = c;
  b->arena = arena;
  b->err = err;
  b->o = *o;
  b->o.avm = (unsigned)a.version;
  out->before = a.program;
  out->version = b->o.avm;
  rc = hand_read(b, &found, source, &a, &code);
  if (rc) return rc;
  out->mode = mode != TG_MODE_UNKNOWN ? mode : found.uses_app ? TG_MODE_APP : found.uses_sig ? TG_MODE_SIG : mode;
  tg_hand_t hand = {out->mode != TG_MODE_SIG && !o->private_scratch, found.frames, found.int_block, found.byte_block,
                    false};
  b->hand = &hand;
  return optimise(b, &hand, out, &code, name, source);
}
