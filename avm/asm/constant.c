/* Constants: int, byte, addr and method collect into one block each; the explicit blocks; the push opcodes. */
#include "algo/hash.h"
#include "asm_internal.h"

static const algo_isa_op_t *op_named(const asm_t *a, const char *name) {
  return algo_isa_op_by_name((unsigned)a->version, name, strlen(name));
}

static void error_text(asm_t *a, tok_t at, const char *prefix, tok_t name) {
  algo_bytes_t text = algo_buf_view(&a->msg);
  if (name.n != 0) {
    asm_error(a, at, prefix, &name, &text);
  } else {
    asm_error(a, at, "%m", &text);
  }
}

/* intc i or bytec i. */
static inline void emit_load(asm_t *a, bool bytes, uint32_t i) {
  if (i < 4) {
    asm_emit(a, (uint8_t)((bytes ? 0x28 : 0x22) + i));
  } else {
    asm_emit(a, bytes ? 0x27 : 0x21);
    asm_emit(a, (uint8_t)i);
  }
}

/* Puts the value behind the constants, under its name if none has that; what names are views of stays in the arena even
 * when the array grows. Returns the number of the first of that value, or NULL: out of memory. */
static inline const uint32_t *place_constant(asm_t *a, constants_t *c, constant_t value) {
  if (!ASM_ROOM(a, c->v, c->n, c->cap)) return NULL;
  constant_t *k = &c->v[c->n];
  *k = value;
  return c == &a->ints ? names_add(a, &c->names, &k->value, sizeof k->value, (uint32_t)c->n)
                       : names_add(a, &c->names, k->text.p, k->text.n, (uint32_t)c->n);
}

/* A constant by value, added to the block to be if it is new. NULL: there is an explicit block without it. */
static inline constant_t *constant_of(asm_t *a, constants_t *c, constant_t value) {
  const uint32_t *at;
  if (c->blocks > 0) {
    at = c == &a->ints ? names_find(&c->names, &value.value, sizeof value.value)
                       : names_find(&c->names, value.text.p, value.text.n);
  } else {
    at = place_constant(a, c, value);
    if (at != NULL && *at == c->n) c->n++;
  }
  return at != NULL ? &c->v[*at] : NULL;
}

static inline void load_constant(asm_t *a, bool bytes, constant_t *k, const tok_t *at) {
  constants_t *c = bytes ? &a->bytes : &a->ints;
  uint32_t index = (uint32_t)(k - c->v), pos = (uint32_t)a->n_code;
  k->uses++;
  if (ASM_ROOM(a, a->fixes, a->n_fixes, a->cap_fixes)) {
    uint32_t len = index < 4 ? 1 : index < 256 ? 2 : 0;
    a->fixes[a->n_fixes++] = (fix_t){pos, len, len, index, bytes ? FIX_BYTE : FIX_INT};
  }
  if (index < 256) emit_load(a, bytes, index);
  else asm_error(a, *at, "cannot have more than 256 %s constants", bytes ? "byte" : "int");
}

static void use_int(asm_t *a, uint64_t v, const tok_t *at) {
  a->ints.pseudo = true;
  constant_t *k = constant_of(a, &a->ints, (constant_t){.value = v});
  if (k != NULL) {
    load_constant(a, false, k, at);
  } else if (!a->oom) {
    asm_error(a, *at, "value %u does not appear in existing intcblock", v);
  }
}

static void use_bytes(asm_t *a, algo_bytes_t v, const tok_t *at) {
  a->bytes.pseudo = true;
  constant_t *k = constant_of(a, &a->bytes, (constant_t){.text = v});
  if (k != NULL) {
    load_constant(a, true, k, at);
    return;
  }
  if (a->oom) return;
  algo_buf_clear(&a->msg);
  for (size_t i = 0; i < v.n; i++) algo_buf_printf(&a->msg, "%02x", v.p[i]);
  algo_bytes_t hex = algo_buf_view(&a->msg);
  asm_error(a, *at, "value 0x%m does not appear in existing bytecblock", &hex);
}

static void push_int(asm_t *a, const algo_isa_op_t *op, const tok_t *mnemonic, const tok_t *args, size_t n) {
  uint64_t v;
  if (!encode_count(a, (tok_t){op->name, op->name_len, 0, 0}, mnemonic, args, n, 1)) return;
  if (parse_uint(args[0].s, args[0].n, 0, 64, &v) != NUM_OK) {
    asm_error(a, args[0], "unable to parse %q as integer", &args[0]);
    return;
  }
  asm_emit(a, op->code);
  asm_emit_uvarint(a, v);
}

/* One literal that takes all of the arguments. The name in messages is the one given. */
static bool whole_literal(asm_t *a, const tok_t *name, const tok_t *mnemonic, const tok_t *args, size_t n,
                          algo_bytes_t *out) {
  size_t used;
  if (n == 0) {
    asm_error_after(a, *mnemonic, "%t needs byte literal argument", name);
    return false;
  }
  if (!literal_parse(a, args, n, out, &used)) {
    if (!a->oom) error_text(a, args[used], "%t %m", *name);
    return false;
  }
  if (used != n) {
    asm_error(a, args[used], "%t with extraneous argument", name);
    return false;
  }
  if (out->n > ALGO_AVM_BYTES_MAX) {
    asm_error(a, args[0], "%t value is too big (%u bytes, limit %u)", name, (uint64_t)out->n,
              (uint64_t)ALGO_AVM_BYTES_MAX);
    return false;
  }
  return true;
}

static void push_bytes(asm_t *a, const algo_isa_op_t *op, const tok_t *mnemonic, const tok_t *args, size_t n) {
  algo_bytes_t v;
  if (!whole_literal(a, mnemonic, mnemonic, args, n, &v)) return;
  asm_emit(a, op->code);
  asm_emit_uvarint(a, v.n);
  asm_emit_bytes(a, v.p, v.n);
}

void encode_pushint(asm_t *a, const spec_t *spec, const tok_t *args, size_t n) {
  push_int(a, spec->op, spec->name, args, n);
}

void encode_pushbytes(asm_t *a, const spec_t *spec, const tok_t *args, size_t n) {
  push_bytes(a, spec->op, spec->name, args, n);
}

/* With explicit blocks in sight the constant is pushed, where that can be. True: done with. */
static bool beside_block(asm_t *a, bool bytes, const tok_t *mnemonic, const tok_t *args, size_t n) {
  uint32_t blocks = bytes ? a->bytes.blocks : a->ints.blocks;
  bool late = a->version >= ALGO_AVM_BACK_BRANCH_VERSION;
  if (!late && blocks == 1) return false;
  const algo_isa_op_t *op = op_named(a, bytes ? "pushbytes" : "pushint");
  if (late) {
    asm_warn(a, args[0],
             bytes ? "byte %t used with explicit bytecblock. must pushbytes"
                   : "int %t used with explicit intcblock. must pushint",
             &args[0]);
  }
  if (op == NULL) {
    asm_error(a, bytes ? args[0] : *mnemonic,
              bytes ? "byte %t used with manual bytecblocks. Use bytec."
                    : "int %t used with manual intcblocks. Use intc.",
              &args[0]);
  } else if (bytes) {
    push_bytes(a, op, mnemonic, args, n);
  } else {
    push_int(a, op, mnemonic, args, n);
  }
  return true;
}

void encode_int(asm_t *a, const spec_t *spec, const tok_t *args, size_t n) {
  uint64_t v;
  if (!encode_count(a, tok_of("int"), spec->name, args, n, 1)) return;
  if (a->ints.blocks > 0 && beside_block(a, false, spec->name, args, n)) return;
  if (a->literal_of == args) {
    v = a->number;
  } else if (!algo_isa_int_constant(args[0].s, args[0].n, &v) &&
             parse_uint(args[0].s, args[0].n, 0, 64, &v) != NUM_OK) {
    asm_error(a, args[0], "unable to parse %q as integer", &args[0]);
    return;
  }
  use_int(a, v, &args[0]);
}

void encode_byte(asm_t *a, const spec_t *spec, const tok_t *args, size_t n) {
  algo_bytes_t v;
  static const tok_t name = {"byte", 4, 0, 0};
  if (n == 0) {
    asm_error_after(a, *spec->name, "byte needs byte literal argument");
    return;
  }
  if (a->bytes.blocks > 0 && beside_block(a, true, spec->name, args, n)) return;
  if (whole_literal(a, &name, spec->name, args, n, &v)) use_bytes(a, v, &args[0]);
}

void encode_addr(asm_t *a, const spec_t *spec, const tok_t *args, size_t n) {
  algo_bytes_t v;
  if (!encode_count(a, tok_of("addr"), spec->name, args, n, 1)) return;
  if (literal_address(a, args[0], &v)) {
    use_bytes(a, v, &args[0]);
  } else if (!a->oom) {
    error_text(a, args[0], NULL, (tok_t){0});
  }
}

void encode_method(asm_t *a, const spec_t *spec, const tok_t *args, size_t n) {
  algo_bytes_t signature;
  if (!encode_count(a, tok_of("method"), spec->name, args, n, 1)) return;
  tok_t t = args[0];
  if (t.n < 2 || t.s[0] != '"' || t.s[t.n - 1] != '"') {
    asm_error(a, t, "unable to parse method signature");
    return;
  }
  if (!literal_string(a, t, &signature)) {
    if (!a->oom) error_text(a, t, NULL, (tok_t){0});
    return;
  }
  if (!method_signature_valid(a, signature)) {
    algo_bytes_t text = algo_buf_view(&a->msg);
    asm_warn(a, t, "invalid ARC-4 ABI method signature for method op: %m", &text);
  }
  uint8_t *hash = algo_arena_alloc(a->arena, 32);
  if (hash == NULL) {
    a->oom = true;
    return;
  }
  algo_sha512_256(hash, signature.p, signature.n);
  use_bytes(a, algo_bytes(hash, 4), &args[0]);
}

void encode_load(asm_t *a, const spec_t *spec, const tok_t *args, size_t n) {
  uint8_t i;
  if (!encode_count(a, *spec->name, spec->name, args, n, 1)) return;
  bool bytes = spec->op->id == ALGO_OP_bytec;
  if (!imm_u8(a, &args[0], "constant", &i)) {
    error_text(a, args[0], NULL, (tok_t){0});
    return;
  }
  emit_load(a, bytes, i);
  if (i >= (bytes ? a->bytes.n : a->ints.n)) {
    asm_error(a, args[0], "%s %u is not defined", bytes ? "bytec" : "intc", (uint64_t)i);
  }
}

/* The explicit block becomes what int, or byte, looks into; code that nothing reaches does not count. */
static bool take_block(asm_t *a, constants_t *c, const tok_t *mnemonic, const char *message) {
  if (a->known.dead) return false;
  if (c->pseudo) {
    asm_error(a, *mnemonic, message);
    return false;
  }
  c->n = 0;
  c->names = (names_t){0};
  c->blocks++;
  return true;
}

void encode_ints(asm_t *a, const spec_t *spec, const tok_t *args, size_t n) {
  bool block = spec->op->id == ALGO_OP_intcblock;
  uint64_t *values = algo_arena_array(a->arena, n + 1, sizeof *values);
  if (values == NULL) {
    a->oom = true;
    return;
  }
  asm_emit(a, spec->op->code);
  asm_emit_uvarint(a, n);
  for (size_t i = 0; i < n; i++) {
    num_t e = parse_uint(args[i].s, args[i].n, 0, 64, &values[i]);
    if (e != NUM_OK) asm_error(a, args[i], "strconv.ParseUint: parsing %q: %s", &args[i], num_text(e));
    asm_emit_uvarint(a, values[i]);
  }
  if (!block || !take_block(a, &a->ints, spec->name, "intcblock following int")) return;
  for (size_t i = 0; i < n; i++) {
    if (place_constant(a, &a->ints, (constant_t){.value = values[i]}) != NULL) a->ints.n++;
  }
}

/* All literals of the line; false: an error was recorded. */
static bool parse_list(asm_t *a, const spec_t *spec, const tok_t *args, size_t n, algo_bytes_t *values, size_t *count) {
  *count = 0;
  for (size_t at = 0, used; at < n; at += used) {
    algo_bytes_t *v = &values[*count];
    if (!literal_parse(a, args + at, n - at, v, &used)) {
      if (!a->oom) error_text(a, args[at], "%t %m", *spec->name);
      return false;
    }
    if (v->n > ALGO_AVM_BYTES_MAX) {
      asm_error(a, args[at], "%t arg %u is too big (%u bytes, limit %u)", spec->name, (uint64_t)*count, (uint64_t)v->n,
                (uint64_t)ALGO_AVM_BYTES_MAX);
      return false;
    }
    (*count)++;
  }
  return true;
}

void encode_bytess(asm_t *a, const spec_t *spec, const tok_t *args, size_t n) {
  bool block = spec->op->id == ALGO_OP_bytecblock;
  size_t count;
  algo_bytes_t *values = algo_arena_array(a->arena, n + 1, sizeof *values);
  if (values == NULL) {
    a->oom = true;
    return;
  }
  asm_emit(a, spec->op->code);
  if (!parse_list(a, spec, args, n, values, &count)) return;
  asm_emit_uvarint(a, count);
  for (size_t i = 0; i < count; i++) {
    asm_emit_uvarint(a, values[i].n);
    asm_emit_bytes(a, values[i].p, values[i].n);
  }
  if (!block || !take_block(a, &a->bytes, spec->name, "bytecblock following byte/addr/method")) return;
  for (size_t i = 0; i < count; i++) {
    if (place_constant(a, &a->bytes, (constant_t){.text = values[i]}) != NULL) a->bytes.n++;
  }
}
