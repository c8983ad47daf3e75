/* Which opcode a mnemonic means: by version, by the number of arguments, and the pseudo-ops that have no code. */
#include "asm_internal.h"

#define PSEUDO(text, type)                                                                                             \
  {                                                                                                                    \
    .name = text, .name_len = sizeof text - 1, .id = ALGO_OP_COUNT, .modes = ALGO_MODE_ANY, .gives = {type},           \
    .n_gives = 1                                                                                                       \
  }
const algo_isa_op_t pseudo_int = PSEUDO("int", ALGO_TYPE_UINT64);
const algo_isa_op_t pseudo_byte = PSEUDO("byte", ALGO_TYPE_BYTES);
const algo_isa_op_t pseudo_addr = PSEUDO("addr", ALGO_TYPE_BYTES);
const algo_isa_op_t pseudo_method = PSEUDO("method", ALGO_TYPE_BYTES);

/* A mnemonic that means one of two opcodes, by its number of arguments. */
typedef struct fork {
  const char *name;
  struct {
    uint8_t n_args;
    const char *op;
  } way[2];
} fork_t;

static const fork_t forks[] = {{"txn", {{1, "txn"}, {2, "txna"}}},
                               {"gtxn", {{2, "gtxn"}, {3, "gtxna"}}},
                               {"gtxns", {{1, "gtxns"}, {2, "gtxnsa"}}},
                               {"extract", {{0, "extract3"}, {2, "extract"}}},
                               {"replace", {{0, "replace3"}, {1, "replace2"}}}};

static const algo_isa_op_t *whole_pseudo(tok_t name) {
  switch (name.n) {
  case 3: return tok_is(name, "int") ? &pseudo_int : NULL;
  case 4: return tok_is(name, "byte") ? &pseudo_byte : tok_is(name, "addr") ? &pseudo_addr : NULL;
  case 6: return tok_is(name, "method") ? &pseudo_method : NULL;
  default: return NULL;
  }
}

static const fork_t *fork_of(tok_t name) {
  if (name.n < 3 || name.n > 7) return NULL;
  for (size_t i = 0; i < sizeof forks / sizeof forks[0]; i++) {
    if (tok_is(name, forks[i].name)) return &forks[i];
  }
  return NULL;
}

bool is_pseudo_name(tok_t name) { return whole_pseudo(name) != NULL || fork_of(name) != NULL; }

/* Version 0 has the opcodes of version 1. */
static uint64_t version_of(const asm_t *a) { return a->version == 0 ? 1 : a->version; }

/* In this version, else in the newest one. */
static const algo_isa_op_t *way_op(const asm_t *a, const fork_t *f, unsigned i) {
  const char *name = f->way[i].op;
  const algo_isa_op_t *op = algo_isa_op_by_name((unsigned)a->version, name, strlen(name));
  return op != NULL ? op : algo_isa_op_by_name(ALGO_AVM_VERSION_MAX, name, strlen(name));
}

static bool same_effect(const algo_isa_op_t *x, const algo_isa_op_t *y) {
  return x->n_takes == y->n_takes && x->n_gives == y->n_gives && memcmp(x->takes, y->takes, sizeof x->takes) == 0 &&
         memcmp(x->gives, y->gives, sizeof x->gives) == 0;
}

static void count_text(algo_buf_t *out, unsigned n, const char *noun) {
  if (n == 0) {
    asm_format(out, "no %ss", noun);
  } else {
    asm_format(out, n == 1 ? "%u %s" : "%u %ss", (uint64_t)n, noun);
  }
}

static bool find_fork(asm_t *a, const fork_t *f, tok_t mnemonic, size_t n_args, spec_t *out) {
  for (unsigned i = 0; i < 2; i++) {
    if (f->way[i].n_args != n_args) continue;
    out->op = way_op(a, f, i);
    if (out->op->from <= version_of(a)) return true;
    algo_buf_clear(&a->msg);
    count_text(&a->msg, (unsigned)n_args, "immediate");
    algo_bytes_t text = algo_buf_view(&a->msg);
    asm_error(a, mnemonic, "%t opcode with %m was introduced in v%u", &mnemonic, &text, (uint64_t)out->op->from);
    return true;
  }
  asm_error(a, mnemonic, "%t expects %u or %u immediate arguments", &mnemonic, (uint64_t)f->way[0].n_args,
            (uint64_t)f->way[1].n_args);
  /* With one effect on the stack either way, types are still followed. */
  const algo_isa_op_t *x = way_op(a, f, 0), *y = way_op(a, f, 1);
  if (!same_effect(x, y)) return false;
  out->op = x;
  out->stand_in = true;
  unsigned from = x->from < y->from ? x->from : y->from;
  if (from > version_of(a)) {
    algo_buf_clear(&a->msg);
    count_text(&a->msg, (unsigned)n_args, "immediate");
    algo_bytes_t text = algo_buf_view(&a->msg);
    asm_error(a, mnemonic, "%t opcode with %m was introduced in v%u", &mnemonic, &text, (uint64_t)from);
  }
  return true;
}

static void complain_unknown(asm_t *a, tok_t mnemonic) {
  unsigned first, last;
  const algo_isa_op_t *op = algo_isa_op_any(mnemonic.s, mnemonic.n, &first, &last);
  if (op != NULL && first > a->version) {
    asm_error(a, mnemonic, "%t opcode was introduced in v%u", &mnemonic, (uint64_t)first);
  } else if (op != NULL && last < a->version) {
    asm_error(a, mnemonic, "%t opcode was removed in v%u", &mnemonic, (uint64_t)last + 1);
  } else {
    asm_error(a, mnemonic, "unknown opcode: %t", &mnemonic);
  }
}

bool spec_find(asm_t *a, tok_t mnemonic, size_t n_args, spec_t *out, tok_t *expanded) {
  *out = (spec_t){.name = mnemonic, .pseudo = true};
  *expanded = mnemonic;
  out->op = whole_pseudo(mnemonic);
  const fork_t *f = out->op == NULL ? fork_of(mnemonic) : NULL;
  if (f != NULL && !find_fork(a, f, mnemonic, n_args, out)) return false;
  if (out->op != NULL) {
    if (n_args == 0) {
      const char *text = algo_arena_printf(a->arena, "%.*s without immediates", (int)mnemonic.n, mnemonic.s);
      if (text != NULL) *expanded = tok_of(text);
    }
    return true;
  }
  out->pseudo = false;
  out->op = algo_isa_op_by_name((unsigned)a->version, mnemonic.s, mnemonic.n);
  if (out->op == NULL) complain_unknown(a, mnemonic);
  return out->op != NULL;
}
