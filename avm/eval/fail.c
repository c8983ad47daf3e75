/* How a program fails: texts of any length, in the group's arena. */
#include <stdio.h>

#include "internal.h"

algo_code_t avm_nomem(algo_avm_context_t *cx) {
  cx->fail = ALGO_BYTES_LIT("out of memory");
  return ALGO_E_NOMEM;
}

algo_code_t avm_fail(algo_avm_context_t *cx, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  char *s = algo_arena_vprintf(cx->sh->opt.arena, fmt, ap);
  va_end(ap);
  if (s == NULL) return avm_nomem(cx);
  cx->fail = algo_bytes_str(s);
  return ALGO_E_LOGIC;
}

algo_code_t avm_fail_bytes(algo_avm_context_t *cx, const char *before, algo_bytes_t b, const char *after) {
  size_t nb = strlen(before), na = strlen(after);
  uint8_t *p = algo_arena_alloc(cx->sh->opt.arena, nb + b.n + na + 1);
  if (p == NULL) return avm_nomem(cx);
  memcpy(p, before, nb);
  if (b.n) memcpy(p + nb, b.p, b.n);
  memcpy(p + nb + b.n, after, na);
  cx->fail = algo_bytes(p, nb + b.n + na);
  return ALGO_E_LOGIC;
}

algo_code_t avm_fail_err(algo_avm_context_t *cx, algo_code_t code, const algo_err_t *err) {
  if (code == ALGO_E_NOMEM) return avm_nomem(cx);
  return avm_fail(cx, "%s", err->msg);
}

const char *avm_field_name(algo_group_t group, uint8_t value, const char *type, char buf[48]) {
  const algo_isa_field_t *f = group == ALGO_GROUP_TXN ? avm_txn_field(value) : algo_isa_field(group, value);
  if (f != NULL) return f->name;
  if (value == algo_isa_field_count(group)) snprintf(buf, 48, "invalid%s", type);
  else snprintf(buf, 48, "%s(%u)", type, value);
  return buf;
}

void avm_report(algo_avm_context_t *cx, algo_err_t *err) {
  algo_buf_t b = ALGO_BUF_INIT;
  algo_buf_puts(&b, cx->mode == ALGO_AVM_SIG ? "rejected by logic err=" : "logic eval error: ");
  algo_buf_putb(&b, cx->fail);
  algo_buf_puts(&b, ". Details: ");
  if (cx->mode == ALGO_AVM_APP) algo_buf_printf(&b, "app=%llu, ", (unsigned long long)cx->app);
  algo_buf_printf(&b, "pc=%u", cx->pc);
  if (cx->sh->opt.disassemble != NULL) {
    algo_buf_puts(&b, ", opcodes=");
    cx->sh->opt.disassemble(&b, algo_bytes(cx->prog, cx->len), cx->pc);
  }
  cx->sh->failure = algo_arena_dup(cx->sh->opt.arena, algo_buf_view(&b));
  cx->sh->failure_is_eval = true;
  avm_note_attributes(cx);
  if (err != NULL) {
    algo_err_set(err, ALGO_E_LOGIC, "%s", algo_buf_cstr(&b));
    err->pc = cx->pc;
  }
  algo_buf_fini(&b);
}

/* A failure that is not the program's own. */
algo_code_t avm_group_fail(algo_avm_group_t *g, algo_err_t *err, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  char *s = algo_arena_vprintf(g->sh->opt.arena, fmt, ap);
  va_end(ap);
  if (s == NULL) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  g->sh->failure = algo_bytes_str(s);
  g->sh->failure_is_eval = false;
  return algo_err_set(err, ALGO_E_LOGIC, "%s", s);
}

algo_bytes_t algo_avm_group_failure(const algo_avm_group_t *g) { return g->sh->failure; }
bool algo_avm_group_failure_is_eval(const algo_avm_group_t *g) { return g->sh->failure_is_eval; }
void algo_avm_group_set_failure(algo_avm_group_t *g, algo_bytes_t text) {
  g->sh->failure = algo_arena_dup(g->sh->opt.arena, text);
  g->sh->failure_is_eval = false;
}
