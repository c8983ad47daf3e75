/* Which opcode a mnemonic means: by version, by the number of arguments, and the pseudo-ops that have no code. */
#include "asm_internal.h"

#define PSEUDO(text, number, type)                                                                                     \
  { .name = text, .name_len = sizeof text - 1, .id = number, .modes = ALGO_MODE_ANY, .gives = {type}, .n_gives = 1 }
static const algo_isa_op_t pseudo_int = PSEUDO("int", PSEUDO_INT, ALGO_TYPE_UINT64);
static const algo_isa_op_t pseudo_byte = PSEUDO("byte", PSEUDO_BYTE, ALGO_TYPE_BYTES);
static const algo_isa_op_t pseudo_addr = PSEUDO("addr", PSEUDO_ADDR, ALGO_TYPE_BYTES);
static const algo_isa_op_t pseudo_method = PSEUDO("method", PSEUDO_METHOD, ALGO_TYPE_BYTES);

/* A mnemonic that means one of two opcodes, by its number of arguments. */
typedef struct fork {
  char name[8];
  uint8_t n;
  struct {
    uint8_t n_args, n;
    char op[10];
  } way[2];
} fork_t;

#define WAY(n_args, op)                                                                                                \
  { n_args, sizeof op - 1, op }
#define FORK(name, first, second)                                                                                      \
  {                                                                                                                    \
    name, sizeof name - 1, { first, second }                                                                           \
  }

static const fork_t forks[] = {
    FORK("txn", WAY(1, "txn"), WAY(2, "txna")), FORK("gtxn", WAY(2, "gtxn"), WAY(3, "gtxna")),
    FORK("gtxns", WAY(1, "gtxns"), WAY(2, "gtxnsa")), FORK("extract", WAY(0, "extract3"), WAY(2, "extract")),
    FORK("replace", WAY(0, "replace3"), WAY(1, "replace2"))};

/* The one pseudo-op and the one fork whose name begins with a letter: no two share it but gtxn and gtxns. */
static const algo_isa_op_t *whole_pseudo(const tok_t *name) {
  const algo_isa_op_t *p;
  switch (name->s[0]) {
  case 'i': p = &pseudo_int; break;
  case 'b': p = &pseudo_byte; break;
  case 'a': p = &pseudo_addr; break;
  case 'm': p = &pseudo_method; break;
  default: return NULL;
  }
  return name->n == p->name_len && memcmp(name->s, p->name, name->n) == 0 ? p : NULL;
}

static const fork_t *fork_of(const tok_t *name) {
  const fork_t *f;
  switch (name->s[0]) {
  case 't': f = &forks[0]; break;
  case 'g': f = &forks[name->n == 5 ? 2 : 1]; break;
  case 'e': f = &forks[3]; break;
  case 'r': f = &forks[4]; break;
  default: return NULL;
  }
  return name->n == f->n && memcmp(name->s, f->name, f->n) == 0 ? f : NULL;
}

bool is_pseudo_name(tok_t name) { return whole_pseudo(&name) != NULL || fork_of(&name) != NULL; }

/* Version 0 has the opcodes of version 1. */
static uint64_t version_of(const asm_t *a) { return a->version == 0 ? 1 : a->version; }

/* In this version, else in the newest one. */
static const algo_isa_op_t *way_op(const asm_t *a, const fork_t *f, unsigned i) {
  const char *name = f->way[i].op;
  const algo_isa_op_t *op = algo_isa_op_by_name((unsigned)a->version, name, f->way[i].n);
  return op != NULL ? op : algo_isa_op_by_name(ALGO_AVM_VERSION_MAX, name, f->way[i].n);
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

bool spec_find(asm_t *a, const tok_t *mnemonic, size_t n_args, spec_t *out) {
  out->name = mnemonic;
  out->stand_in = false;
  out->op = whole_pseudo(mnemonic);
  out->pseudo = true;
  if (out->op != NULL) return true;
  const fork_t *f = fork_of(mnemonic);
  if (f != NULL) return find_fork(a, f, *mnemonic, n_args, out);
  out->pseudo = false;
  out->op = algo_isa_op_by_name((unsigned)a->version, mnemonic->s, mnemonic->n);
  if (out->op == NULL) complain_unknown(a, *mnemonic);
  return out->op != NULL;
}
