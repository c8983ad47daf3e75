/* tg_build: one variant of a contract, whole. */
#include "build.h"

static algo_code_t build_clear(tg_t *b, tg_built_t *out) {
  tg_code_t code = {0};
  b->out = &code;
  tg_approve(b);
  const char *title = algo_arena_printf(b->arena, "%s (%s), clear state: nothing of value depends on it", b->c->name,
                                        b->o.asa ? "asa" : "algo");
  return tg_out_teal(b, &out->clear, &code, title);
}

algo_code_t tg_build(tg_built_t *out, const tg_contract_t *c, const tg_options_t *o, algo_arena_t *arena,
                     algo_err_t *err) {
  memset(out, 0, sizeof *out);
  if (o->avm < 10 || o->avm > 12)
    return algo_err_set(err, ALGO_E_RANGE, "AVM version %u: 10 to 12 are known here", o->avm);
  tg_t *b = algo_arena_zalloc(arena, sizeof *b);
  if (!b) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  b->c = c;
  b->o = *o;
  b->arena = arena;
  b->err = err;
  out->contract = c;
  out->options = *o;
  tg_code_t code = {0};
  algo_code_t rc = tg_build_code(b, &code);
  if (!rc && (o->optimise || o->rules)) rc = tg_optimise(b, &code);
  const char *title = algo_arena_printf(arena, "%s (%s)", c->name, o->asa ? "asa" : "algo");
  if (!rc) rc = tg_out_teal(b, &out->approval, &code, title);
  if (!rc) rc = build_clear(b, out);
  if (rc) return rc;
  algo_buf_t json = ALGO_BUF_INIT;
  tg_out_arc56(&json, out);
  out->arc56 = algo_arena_strdup(arena, algo_buf_cstr(&json));
  bool oom = json.oom || !out->arc56;
  algo_buf_fini(&json);
  return oom ? algo_err_set(err, ALGO_E_NOMEM, "out of memory") : ALGO_OK;
}
