/* From a mnemonic and its arguments to bytes. What is written before an error is found stays: positions of later
 * messages depend on it. */
#include "asm_internal.h"

bool imm_u8(asm_t *a, const tok_t *arg, const char *label, uint8_t *out) {
  uint64_t v;
  num_t e = parse_uint(arg->s, arg->n, 0, 64, &v);
  *out = (uint8_t)v;
  if (e == NUM_OK && v <= 255) return true;
  algo_buf_clear(&a->msg);
  if (e != NUM_OK) {
    asm_format(&a->msg, "unable to parse %s %q as integer", label, arg);
  } else {
    asm_format(&a->msg, "%s beyond 255: %u", label, v);
  }
  return false;
}

void encode_miscount(asm_t *a, tok_t name, const tok_t *mnemonic, const tok_t *args, size_t n, size_t expected) {
  tok_t last = n == 0 ? *mnemonic : args[n - 1];
  uint32_t line = last.line, col = last.col + last.n;
  if (n > expected) line = args[expected].line, col = args[expected].col;
  asm_error_at(a, line, col, expected == 1 ? "%t expects %u immediate argument" : "%t expects %u immediate arguments",
               &name, (uint64_t)expected);
}

/* The 1-based numbers of the other immediates for which `fits`, as "1 or 3", into a->msg. */
static size_t list_imms(asm_t *a, const algo_isa_op_t *op, bool with_group, tok_t field) {
  size_t found = 0;
  algo_buf_clear(&a->msg);
  for (unsigned j = 0; j < op->n_imms; j++) {
    const algo_isa_imm_t *imm = &op->imms[j];
    if (imm->kind != ALGO_IMM_U8 || (imm->group != ALGO_GROUP_NONE) != with_group) continue;
    if (with_group && algo_isa_field_by_name((algo_group_t)imm->group, field.s, field.n) == NULL) continue;
    if (found++ != 0) algo_buf_puts(&a->msg, " or ");
    algo_buf_printf(&a->msg, "%u", j + 1);
  }
  return found;
}

/* An instruction being written. */
typedef struct writing {
  asm_t *a;
  const spec_t *spec;
  const algo_isa_op_t *op; /* what is written, which may be a short form of what the spec says */
  const tok_t *args;
  size_t n;
} writing_t;

/* The name in messages. */
static tok_t name_of(const writing_t *w) {
  return w->op == w->spec->op ? *w->spec->name : (tok_t){w->op->name, w->op->name_len, 0, 0};
}

static void wrong_place(const writing_t *w, const tok_t *arg) {
  algo_bytes_t places = algo_buf_view(&w->a->msg);
  tok_t name = name_of(w);
  if (!w->spec->pseudo) {
    asm_error(w->a, *arg, "%t can only use %q as immediate %m", &name, arg, &places);
  } else {
    asm_error(w->a, *arg,
              w->n == 1 ? "%t with %u immediate can only use %q as immediate %m"
                        : "%t with %u immediates can only use %q as immediate %m",
              &name, (uint64_t)w->n, arg, &places);
  }
}

/* The other form of a forked mnemonic that takes this field: its number of immediates, or 0. */
static unsigned other_form(tok_t name, const tok_t *field) {
  static const struct {
    const char *name;
    unsigned scalar, array;
  } forms[] = {{"txn", 1, 2}, {"gtxn", 2, 3}, {"gtxns", 1, 2}};
  for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
    if (!tok_is(name, forms[i].name)) continue;
    if (algo_isa_field_by_name(ALGO_GROUP_TXN, field->s, field->n) != NULL) return forms[i].scalar;
    if (algo_isa_field_by_name(ALGO_GROUP_TXNA, field->s, field->n) != NULL) return forms[i].array;
  }
  return 0;
}

static bool unknown_field(const writing_t *w, const tok_t *arg) {
  uint8_t number;
  tok_t name = name_of(w);
  if (imm_u8(w->a, arg, "", &number) && list_imms(w->a, w->op, false, *arg) > 0) {
    wrong_place(w, arg);
    return false;
  }
  unsigned form = w->spec->pseudo ? other_form(name, arg) : 0;
  if (form != 0) {
    asm_error(w->a, *arg,
              form == 1 ? "%q field of %t can only be used with %u immediate"
                        : "%q field of %t can only be used with %u immediates",
              arg, &name, (uint64_t)form);
  } else {
    asm_error(w->a, *arg, "%t unknown field: %q", &name, arg);
  }
  return false;
}

static bool encode_field(const writing_t *w, const algo_isa_imm_t *imm, const tok_t *arg) {
  const algo_isa_field_t *f = algo_isa_field_by_name((algo_group_t)imm->group, arg->s, arg->n);
  if (f == NULL) return unknown_field(w, arg);
  types_returns(w->a, w->spec->op, (algo_type_t)f->type); /* even if the version does not have it yet */
  if (f->since > w->a->version) {
    tok_t name = name_of(w);
    asm_error(w->a, *arg, "%t %t field was introduced in v%u. Missed #pragma version?", &name, arg, (uint64_t)f->since);
    return false;
  }
  asm_emit(w->a, f->value);
  return true;
}

static bool encode_number(const writing_t *w, const algo_isa_imm_t *imm, const tok_t *arg) {
  uint8_t v;
  uint64_t wide;
  if (imm_u8(w->a, arg, imm->name, &v)) {
    asm_emit(w->a, v);
    return true;
  }
  bool number = parse_uint(arg->s, arg->n, 0, 64, &wide) == NUM_OK;
  if (!number && list_imms(w->a, w->op, true, *arg) > 0) { /* perhaps the order is wrong */
    wrong_place(w, arg);
    return false;
  }
  imm_u8(w->a, arg, imm->name, &v);
  algo_bytes_t text = algo_buf_view(&w->a->msg);
  tok_t name = name_of(w);
  asm_error(w->a, *arg, "%t %m", &name, &text);
  return false;
}

static bool encode_signed(const writing_t *w, const algo_isa_imm_t *imm, const tok_t *arg) {
  int64_t v;
  if (parse_int(arg->s, arg->n, 10, 8, &v) != NUM_OK) {
    tok_t name = name_of(w);
    asm_error(w->a, *arg, "%t unable to parse %s %q as int8", &name, imm->name, arg);
    return false;
  }
  asm_emit(w->a, (uint8_t)v);
  return true;
}

/* False: an error was recorded. */
static bool encode_plain(asm_t *a, const spec_t *spec, const algo_isa_op_t *op, const tok_t *args, size_t n) {
  const writing_t w = {a, spec, op, args, n};
  if (n != op->n_imms && !encode_count(a, name_of(&w), spec->name, args, n, op->n_imms)) return false;
  asm_emit(a, op->code);
  if (op->sub != 0) asm_emit(a, op->sub);
  for (unsigned i = 0; i < op->n_imms; i++) {
    const algo_isa_imm_t *imm = &op->imms[i];
    bool ok = imm->kind == ALGO_IMM_I8        ? encode_signed(&w, imm, &args[i])
              : imm->group != ALGO_GROUP_NONE ? encode_field(&w, imm, &args[i])
                                              : encode_number(&w, imm, &args[i]);
    if (!ok) return false;
  }
  return true;
}

static void encode_default(asm_t *a, const spec_t *spec, const algo_isa_op_t *op, const tok_t *args, size_t n) {
  (void)encode_plain(a, spec, op, args, n);
}

static const algo_isa_op_t *op_named(const asm_t *a, const char *name) {
  return algo_isa_op_by_name((unsigned)a->version, name, strlen(name));
}

static void encode_arg(asm_t *a, const spec_t *spec, const tok_t *args, size_t n) {
  static const char *const short_forms[] = {"arg_0", "arg_1", "arg_2", "arg_3"};
  uint8_t v;
  if (!encode_count(a, *spec->name, spec->name, args, n, 1)) return;
  if (!imm_u8(a, &args[0], "argument", &v)) {
    algo_bytes_t text = algo_buf_view(&a->msg);
    asm_error(a, args[0], "%m", &text);
  } else if (v < 4) {
    encode_default(a, spec, op_named(a, short_forms[v]), NULL, 0);
  } else {
    encode_default(a, spec, spec->op, args, n);
  }
}

static void add_ref(asm_t *a, tok_t label, uint32_t pos, uint32_t end, bool varint) {
  if (!ASM_ROOM(a, a->refs, a->n_refs, a->cap_refs)) return;
  a->refs[a->n_refs++] = (ref_t){.label = label, .pos = pos, .end = end, .fix = (uint32_t)a->n_fixes, .varint = varint};
}

#define VARINT_ROOM 3u /* bytes a varint offset is given before the sizes are known */

static void encode_branch(asm_t *a, const spec_t *spec, const tok_t *args, size_t n) {
  static const uint8_t zeroes[VARINT_ROOM];
  if (!encode_count(a, *spec->name, spec->name, args, n, 1)) return;
  bool varint = spec->op->imms[0].kind == ALGO_IMM_LABEL_VARINT;
  uint32_t len = varint ? VARINT_ROOM : 2, pos = (uint32_t)a->n_code + 1;
  add_ref(a, args[0], pos, pos + len, varint);
  if (varint && ASM_ROOM(a, a->fixes, a->n_fixes, a->cap_fixes)) {
    a->fixes[a->n_fixes++] = (fix_t){pos, len, len, (uint32_t)a->n_refs - 1, FIX_BRANCH};
  }
  asm_emit(a, spec->op->code);
  asm_emit_bytes(a, zeroes, len);
}

static void encode_switch(asm_t *a, const spec_t *spec, const tok_t *args, size_t n) {
  if (n > UINT8_MAX) {
    asm_error(a, args[UINT8_MAX], "%t cannot take more than 255 labels", spec->name);
    return;
  }
  asm_emit(a, spec->op->code);
  asm_emit(a, (uint8_t)n);
  uint32_t end = (uint32_t)(a->n_code + 2 * n);
  for (size_t i = 0; i < n; i++) {
    add_ref(a, args[i], (uint32_t)a->n_code, end, false);
    asm_emit_bytes(a, "\0", 2);
  }
}

static void encode_substring(asm_t *a, const spec_t *spec, const tok_t *args, size_t n) {
  uint64_t start, end;
  if (!encode_plain(a, spec, spec->op, args, n)) return;
  (void)parse_uint(args[0].s, args[0].n, 0, 64, &start);
  (void)parse_uint(args[1].s, args[1].n, 0, 64, &end);
  if (end < start) asm_error(a, args[0], "substring end is before start");
}

/* itxn and gitxn take one argument more for an array field. */
static void encode_itxn(asm_t *a, const spec_t *spec, const tok_t *args, size_t n) {
  bool group = spec->op->id == ALGO_OP_gitxn;
  size_t scalar = group ? 2 : 1;
  if (n == scalar) {
    encode_default(a, spec, spec->op, args, n);
  } else if (n == scalar + 1 && op_named(a, group ? "gitxna" : "itxna") != NULL) {
    encode_default(a, spec, op_named(a, group ? "gitxna" : "itxna"), args, n);
  } else {
    asm_error(a, *spec->name, "%t expects %u or %u immediate arguments", spec->name, (uint64_t)scalar,
              (uint64_t)scalar + 1);
  }
}

static void encode_setter(asm_t *a, const spec_t *spec, const tok_t *args, size_t n) {
  bool itxn = spec->op->id == ALGO_OP_itxn_field;
  if (!encode_count(a, *spec->name, spec->name, args, n, 1)) return;
  tok_t arg = args[0];
  const algo_isa_field_t *f =
      algo_isa_field_by_name(itxn ? ALGO_GROUP_ITXN_FIELD : ALGO_GROUP_APP_PARAMS, arg.s, arg.n);
  if (f == NULL) {
    asm_error(a, arg, "%t unknown field: %q", spec->name, &arg);
  } else if (f->settable == 0) {
    asm_error(a, arg, itxn ? "%t %q is not allowed." : "%t %q is not settable.", spec->name, &arg);
  } else if (f->settable > a->version) {
    asm_error(a, arg,
              itxn ? "%t %t field was introduced in v%u. Missed #pragma version?"
                   : "%t %t field is settable in v%u. Missed #pragma version?",
              spec->name, &arg, (uint64_t)f->settable);
  } else {
    asm_emit(a, spec->op->code);
    asm_emit(a, f->value);
  }
}

static encode_fn *const by_op[SPEC_IDS] = {
    [ALGO_OP_arg] = encode_arg,
    [ALGO_OP_b] = encode_branch,
    [ALGO_OP_bz] = encode_branch,
    [ALGO_OP_bnz] = encode_branch,
    [ALGO_OP_callsub] = encode_branch,
    [ALGO_OP_switch_] = encode_switch,
    [ALGO_OP_match] = encode_switch,
    [ALGO_OP_substring] = encode_substring,
    [ALGO_OP_itxn] = encode_itxn,
    [ALGO_OP_gitxn] = encode_itxn,
    [ALGO_OP_itxn_field] = encode_setter,
    [ALGO_OP_app_params_set] = encode_setter,
    [ALGO_OP_intc] = encode_load,
    [ALGO_OP_bytec] = encode_load,
    [ALGO_OP_pushint] = encode_pushint,
    [ALGO_OP_pushbytes] = encode_pushbytes,
    [ALGO_OP_intcblock] = encode_ints,
    [ALGO_OP_pushints] = encode_ints,
    [ALGO_OP_bytecblock] = encode_bytess,
    [ALGO_OP_pushbytess] = encode_bytess,
    [PSEUDO_INT] = encode_int,
    [PSEUDO_BYTE] = encode_byte,
    [PSEUDO_ADDR] = encode_addr,
    [PSEUDO_METHOD] = encode_method,
};

void encode(asm_t *a, const spec_t *spec, const tok_t *args, size_t n) {
  const algo_isa_op_t *op = spec->op;
  if (spec->stand_in) return;
  encode_fn *special = by_op[op->id];
  if (special != NULL) {
    special(a, spec, args, n);
  } else if (n == 0 && op->n_imms == 0) { /* most of them */
    asm_emit(a, op->code);
    if (op->sub != 0) asm_emit(a, op->sub);
  } else {
    encode_default(a, spec, op, args, n);
  }
}
