/* Line by line through a source. */
#include "asm_internal.h"

static void create_label(asm_t *a, tok_t with_colon) {
  tok_t name = with_colon;
  name.n--;
  if (a->live_macros != 0 && macro_find(a, name) != NULL) {
    asm_error(a, with_colon, "Cannot create label with same name as macro: %t", &name);
    return;
  }
  uint32_t *known = names_find(&a->label_names, name.s, name.n);
  label_t l = {name, (uint32_t)a->n_code, (uint32_t)a->n_fixes};
  if (known != NULL) {
    asm_error(a, with_colon, "duplicate label %q", &name);
    a->labels[*known] = l;
  } else if (ASM_ROOM(a, a->labels, a->n_labels, a->cap_labels)) {
    names_add(a, &a->label_names, name.s, name.n, (uint32_t)a->n_labels);
    a->labels[a->n_labels++] = l;
  }
  known_label(a);
}

static void locate(asm_t *a, const tok_t *mnemonic) {
  location_t l = {(uint32_t)a->n_code, (uint32_t)a->n_fixes, mnemonic->line - 1, mnemonic->col};
  if (ASM_ROOM(a, a->locs, a->n_locs, a->cap_locs)) a->locs[a->n_locs++] = l;
}

/* The first and the last word of a mnemonic that has no more than two: with its length, that is all of it. */
static inline bool words_of(const tok_t *t, uint64_t *head, uint64_t *tail) {
  *head = algo_get_be64((const uint8_t *)t->s); /* lex_open() has seen to it that there is a word to read */
  *tail = 0;
  if (t->n >= 8) *tail = algo_get_be64((const uint8_t *)t->s + t->n - 8);
  else *head &= UINT64_MAX << (64 - 8 * t->n);
  return t->n <= 16;
}

/* As spec_find(), but that is asked once for each mnemonic. */
static bool find(asm_t *a, const tok_t *mnemonic, size_t n_args, spec_t *out) {
  uint64_t head, tail;
  bool brief = words_of(mnemonic, &head, &tail);
  uint64_t h = (head ^ tail) + n_args;
  seen_t *seen = &a->seen[(h ^ h >> 32) * 0x9e3779b97f4a7c15u >> (64 - SEEN_BITS)];
  if (seen->op != NULL && seen->head == head && seen->tail == tail && seen->n == mnemonic->n &&
      seen->n_args == n_args && brief) {
    *out = (spec_t){seen->op, mnemonic, seen->pseudo, false};
    return true;
  }
  size_t errors = a->n_errors;
  if (!spec_find(a, mnemonic, n_args, out)) return false;
  if (brief && a->n_errors == errors)
    *seen = (seen_t){head, tail, out->op, (uint32_t)n_args, (uint16_t)mnemonic->n, out->pseudo};
  return true;
}

static void statement(asm_t *a, const tok_t *stmt, size_t n) {
  if (a->version == ALGO_ASM_NO_VERSION) { /* without a pragma it is version 1 */
    bool errored = false;
    a->version = 1;
    macros_recheck(a, &errored);
  }
  if (stmt[0].s[stmt[0].n - 1] == ':') {
    create_label(a, stmt[0]);
    stmt++;
    if (--n == 0) return;
  }
  spec_t spec;
  a->literal_of = NULL;
  if (!find(a, stmt, n - 1, &spec)) return;
  locate(a, stmt);
  if (spec.op->modes == ALGO_MODE_APP && !spec.stand_in) a->stateful = true;
  types_track(a, &spec, stmt, n);
  encode(a, &spec, stmt + 1, n - 1);
  if ((spec.op->flags & ALGO_OPF_DEADENS) != 0) known_deaden(&a->known);
  if (spec.op->id == ALGO_OP_callsub) known_label(a); /* retsub comes back to what follows */
}

static void line(asm_t *a) {
  if (a->n_toks == 0) return;
  if (a->toks[0].s[0] == '#') {
    directive(a);
    return;
  }
  if (a->live_macros == 0 && a->semicolons == 0) { /* most lines */
    statement(a, a->toks, a->n_toks);
    return;
  }
  for (expand_line(a); expand_statement(a);) {
    if (a->n_stmt > 0) statement(a, a->stmt, a->n_stmt);
  }
}

static void read_source(asm_t *a, algo_bytes_t source) {
  a->oom = !lex_open(a, source);
  while (!a->oom && !a->stopped && lex_line(a)) line(a);
}

static algo_code_t answer(asm_t *a, algo_asm_result_t *out, algo_err_t *err) {
  if (!a->oom) asm_report(a, out);
  if (a->oom) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  out->version = a->version;
  if (a->n_errors == 0) return ALGO_OK;
  const algo_asm_diagnostic_t *first = &a->errors[0];
  algo_err_set(err, ALGO_E_ASM, "%s", first->msg);
  if (err != NULL) {
    err->line = first->line;
    err->column = first->column;
  }
  return ALGO_E_ASM;
}

algo_code_t algo_asm_assemble(algo_asm_result_t *out, algo_bytes_t source, algo_arena_t *arena, algo_err_t *err) {
  memset(out, 0, sizeof *out);
  out->error_text = "";
  asm_t *a = algo_arena_zalloc(arena, sizeof *a);
  if (a == NULL) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  a->arena = arena;
  a->version = ALGO_ASM_NO_VERSION;
  known_init(a);
  if (source.n > UINT32_MAX / 8) {
    asm_error_at(a, 0, 0, "Cannot assemble a program text above 512 MiB");
  } else if (algo_text_is_blank((const char *)source.p, source.n)) {
    asm_error_at(a, 0, 0, "Cannot assemble empty program text");
  } else {
    read_source(a, source);
    link_program(a, out);
  }
  algo_code_t code = answer(a, out, err);
  algo_buf_fini(&a->msg);
  return code;
}
