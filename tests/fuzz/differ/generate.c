/* Programs that mostly run: the generator knows what lies on the stack, and pushes what the next opcode wants. */
#include "differ.h"

#define DEPTH_MAX 24u

typedef struct gen {
  algo_buf_t *out;
  rng_t *r;
  unsigned version;
  bool sig;
  uint8_t stack[64]; /* algo_kind_t */
  size_t n;
  unsigned labels, nested;
} gen_t;

uint64_t rng_next(rng_t *r) { /* splitmix64 */
  uint64_t z = r->state += 0x9e3779b97f4a7c15u;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  return z ^ z >> 31;
}

static void push(gen_t *g, uint8_t kind) {
  if (g->n < sizeof g->stack) g->stack[g->n++] = kind;
}

static uint64_t some_int(rng_t *r) {
  static const uint64_t odd[] = {0,
                                 1,
                                 2,
                                 3,
                                 7,
                                 8,
                                 31,
                                 32,
                                 63,
                                 64,
                                 127,
                                 128,
                                 255,
                                 256,
                                 4095,
                                 4096,
                                 65535,
                                 UINT32_MAX,
                                 (uint64_t)UINT32_MAX + 1,
                                 INT64_MAX,
                                 (uint64_t)INT64_MAX + 1,
                                 UINT64_MAX};
  switch (rng_below(r, 16)) {
  case 0: return odd[rng_below(r, sizeof odd / sizeof odd[0])];
  case 1: return rng_next(r);
  default: return rng_below(r, 6);
  }
}

static void emit_int(gen_t *g, uint64_t v) {
  algo_buf_printf(g->out, g->version >= 3 && rng_one_in(g->r, 3) ? "pushint %llu\n" : "int %llu\n",
                  (unsigned long long)v);
  push(g, ALGO_KIND_UINT64);
}

static void emit_bytes(gen_t *g, size_t n) {
  algo_buf_puts(g->out, g->version >= 3 && rng_one_in(g->r, 3) ? "pushbytes 0x" : "byte 0x");
  bool low = rng_one_in(g->r, 3);
  for (size_t i = 0; i < n; i++)
    algo_buf_printf(g->out, "%02x", (unsigned)(low ? rng_below(g->r, 3) : rng_below(g->r, 256)));
  algo_buf_putc(g->out, '\n');
  push(g, ALGO_KIND_BYTES);
}

static void emit_value(gen_t *g, const algo_isa_type_t *t) {
  bool bytes = t->kind == ALGO_KIND_BYTES || (t->kind == ALGO_KIND_ANY && rng_one_in(g->r, 2));
  if (!bytes) {
    emit_int(g, t->kind == ALGO_KIND_UINT64 && t->max == 1 ? rng_below(g->r, 2) : some_int(g->r));
  } else if (t->kind == ALGO_KIND_BYTES && t->min == t->max) {
    emit_bytes(g, t->min);
  } else if (t->max == 64 && t->min <= 1) { /* big integers, keys, names */
    if (rng_one_in(g->r, 2)) {
      algo_buf_printf(g->out, "byte \"k%u\"\n", (unsigned)rng_below(g->r, 3));
      push(g, ALGO_KIND_BYTES);
    } else {
      emit_bytes(g, t->min + rng_below(g->r, 20));
    }
  } else {
    emit_bytes(g, rng_one_in(g->r, 4) ? rng_below(g->r, 40) : 32);
  }
}

/* Does what lies on the stack do for the opcode? A type with a length of its own is pushed anew, mostly. */
static bool fits(gen_t *g, const algo_isa_op_t *op) {
  if (g->n < op->n_takes) return false;
  for (unsigned i = 0; i < op->n_takes; i++) {
    const algo_isa_type_t *t = algo_isa_type((algo_type_t)op->takes[i]);
    uint8_t have = g->stack[g->n - op->n_takes + i];
    if (t->kind != ALGO_KIND_ANY && t->kind != have) return false;
    if (t->kind == ALGO_KIND_BYTES && t->min == t->max && !rng_one_in(g->r, 6)) return false;
  }
  return true;
}

/* The kind that a field's opcode leaves; ANY where nothing is said. */
static uint8_t field_kind(const algo_isa_field_t *f) { return algo_isa_type((algo_type_t)f->type)->kind; }

/* Mostly one that the version has. Each group has one that it has from the beginning, or is not there at all. */
static const algo_isa_field_t *some_field(gen_t *g, algo_group_t group) {
  for (unsigned tries = 0;; tries++) {
    const algo_isa_field_t *f = algo_isa_field(group, (uint8_t)rng_below(g->r, algo_isa_field_count(group)));
    if (group == ALGO_GROUP_TXNA && !rng_one_in(g->r, 8)) f = algo_isa_field(group, ALGO_F_TXN_ApplicationArgs);
    if (f != NULL && (f->since <= g->version || tries > 1000 || rng_one_in(g->r, 40))) return f;
  }
}

/* Left out: what needs a shape of its own (below), and what differs between two nodes whatever they do. */
static bool is_plain(const algo_isa_op_t *op) {
  static const char *const others[] = {
      "b",          "bz",    "bnz",    "callsub",      "retsub",           "proto",       "frame_dig", "frame_bury",
      "switch",     "match", "return", "err",          "assert",           "dig",         "bury",      "cover",
      "uncover",    "popn",  "dupn",   "itxn_begin",   "itxn_field",       "itxn_submit", "itxn_next", "intcblock",
      "bytecblock", "intc",  "bytec",  "online_stake", "voter_params_get", "block",       "vrf_verify"};
  if (op->name[0] == 'i' && strncmp(op->name, "intc_", 5) == 0) return false;
  if (strncmp(op->name, "bytec_", 6) == 0) return false;
  for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
    if (strcmp(op->name, others[i]) == 0) return false;
  }
  return true;
}

static const algo_isa_op_t *some_op(gen_t *g) {
  size_t n;
  const algo_isa_op_t *ops = algo_isa_ops(&n);
  for (;;) {
    const algo_isa_op_t *op = &ops[rng_below(g->r, n)];
    unsigned mode = g->sig ? ALGO_MODE_SIG : ALGO_MODE_APP;
    if (op->from <= g->version && g->version <= op->to && (op->modes & mode) != 0 && is_plain(op)) return op;
  }
}

static void emit_immediates(gen_t *g, const algo_isa_op_t *op, uint8_t *gives) {
  for (unsigned i = 0; i < op->n_imms; i++) {
    const algo_isa_imm_t *imm = &op->imms[i];
    if (imm->group != ALGO_GROUP_NONE) {
      const algo_isa_field_t *f = some_field(g, (algo_group_t)imm->group);
      algo_buf_printf(g->out, " %s", f->name);
      if (op->n_gives > 0 && *gives == ALGO_KIND_ANY) *gives = field_kind(f);
    } else if (imm->kind == ALGO_IMM_U8 || imm->kind == ALGO_IMM_I8) {
      bool transaction = strcmp(imm->name, "t") == 0, wild = rng_one_in(g->r, 20);
      algo_buf_printf(g->out, " %u", (unsigned)rng_below(g->r, wild ? 256 : transaction ? 1 : 2));
    } else if (imm->kind == ALGO_IMM_VARUINT) {
      algo_buf_printf(g->out, " %llu", (unsigned long long)some_int(g->r));
    } else if (imm->kind == ALGO_IMM_VARUINTS) {
      algo_buf_puts(g->out, " 1 2");
    } else {
      algo_buf_puts(g->out, " 0x6162");
    }
  }
}

static void emit_op(gen_t *g) {
  const algo_isa_op_t *op = some_op(g);
  if (strncmp(op->name, "gtxns", 5) == 0) { /* the only transaction there is */
    emit_int(g, 0);
    if (op->n_takes > 1) emit_int(g, rng_below(g->r, 2));
  } else if (!fits(g, op)) {
    for (unsigned i = 0; i < op->n_takes; i++) emit_value(g, algo_isa_type((algo_type_t)op->takes[i]));
  }
  uint8_t gives = op->n_gives > 0 ? algo_isa_type((algo_type_t)op->gives[0])->kind : ALGO_KIND_NONE;
  algo_buf_puts(g->out, op->name);
  emit_immediates(g, op, &gives);
  algo_buf_putc(g->out, '\n');
  uint8_t under = g->n > 0 ? g->stack[g->n - 1] : ALGO_KIND_UINT64;
  g->n -= op->n_takes <= g->n ? op->n_takes : g->n;
  if (op->id == ALGO_OP_pushints) push(g, ALGO_KIND_UINT64), push(g, ALGO_KIND_UINT64);
  if (op->id == ALGO_OP_pushbytess) push(g, ALGO_KIND_BYTES);
  for (unsigned i = 0; i < op->n_gives; i++) {
    uint8_t kind = i == 0 ? gives : algo_isa_type((algo_type_t)op->gives[i])->kind;
    push(g, kind <= ALGO_KIND_ANY ? under : kind);
  }
}

/* ---- shapes ---- */

static void emit_some(gen_t *g, unsigned count);

/* A stretch that leaves the stack as it found it, as far as the generator sees. */
static void emit_balanced(gen_t *g, unsigned count) {
  size_t before = g->n;
  uint8_t kept[sizeof g->stack];
  memcpy(kept, g->stack, sizeof kept);
  if (g->nested++ < 2) emit_some(g, count);
  g->nested--;
  while (g->n > before) {
    algo_buf_puts(g->out, "pop\n");
    g->n--;
  }
  while (g->n < before) {
    if (kept[g->n] == ALGO_KIND_BYTES) {
      emit_bytes(g, 3);
    } else {
      emit_int(g, 5);
    }
  }
  memcpy(g->stack, kept, sizeof kept);
}

static void emit_if(gen_t *g) {
  unsigned label = g->labels++;
  if (g->version < 2) return;
  emit_int(g, rng_below(g->r, 2));
  g->n--;
  algo_buf_printf(g->out, rng_one_in(g->r, 2) ? "bz l%u\n" : "bnz l%u\n", label);
  emit_balanced(g, 1 + (unsigned)rng_below(g->r, 4));
  algo_buf_printf(g->out, "l%u:\n", label);
}

static void emit_loop(gen_t *g) {
  unsigned label = g->labels++, slot = 200 + label % 50;
  if (g->version < 4) return;
  algo_buf_printf(g->out, "int %u\nstore %u\nl%u:\n", 1 + (unsigned)rng_below(g->r, 5), slot, label);
  emit_balanced(g, 1 + (unsigned)rng_below(g->r, 3));
  algo_buf_printf(g->out, "load %u\nint 1\n-\ndup\nstore %u\nbnz l%u\n", slot, slot, label);
}

static void emit_call(gen_t *g) {
  unsigned label = g->labels++;
  if (g->version < 8) return;
  emit_value(g, algo_isa_type(ALGO_TYPE_ANY));
  emit_int(g, some_int(g->r));
  algo_buf_printf(g->out, "callsub s%u\nb e%u\ns%u:\nproto 2 1\n", label, label, label);
  size_t outer = g->n;
  emit_balanced(g, 1 + (unsigned)rng_below(g->r, 3));
  algo_buf_printf(g->out, "frame_dig -%u\nint 9\nframe_bury 0\nframe_dig -1\nretsub\ne%u:\n",
                  1 + (unsigned)rng_below(g->r, 2), label);
  g->n = outer - 2;
  push(g, ALGO_KIND_UINT64);
}

static void emit_shuffle(gen_t *g) {
  static const struct {
    const char *name;
    unsigned since;
  } ops[] = {{"dig", 3}, {"cover", 5}, {"uncover", 5}, {"bury", 8}, {"dupn", 8}, {"popn", 8}};
  unsigned k = (unsigned)rng_below(g->r, 6);
  if (g->version < ops[k].since || g->n < 2) return;
  unsigned n = k == 3 ? 1 : (unsigned)rng_below(g->r, g->n < 5 ? g->n : 5);
  algo_buf_printf(g->out, "%s %u\n", ops[k].name, n);
  uint8_t *top = &g->stack[g->n - 1];
  switch (k) {
  case 0: push(g, g->stack[g->n - 1 - n]); break;
  case 1: {
    uint8_t moved = *top;
    memmove(top - n + 1, top - n, n);
    top[-(int)n] = moved;
    break;
  }
  case 2: {
    uint8_t moved = top[-(int)n];
    memmove(top - n, top - n + 1, n);
    *top = moved;
    break;
  }
  case 3:
    top[-1] = *top;
    g->n--;
    break;
  case 4:
    for (unsigned i = 0; i < n; i++) push(g, *top);
    break;
  default: g->n -= n;
  }
}

static void emit_switch(gen_t *g) {
  unsigned label = g->labels++;
  if (g->version < 8) return;
  algo_buf_printf(g->out, "int %u\nswitch l%u_a l%u_b\nl%u_a:\n", (unsigned)rng_below(g->r, 4), label, label, label);
  emit_balanced(g, 2);
  algo_buf_printf(g->out, "l%u_b:\n", label);
}

static void emit_inner(gen_t *g) {
  if (g->version < 5 || g->sig) return;
  algo_buf_puts(g->out, "itxn_begin\n");
  for (unsigned i = 0; i < 1 + rng_below(g->r, 4); i++) {
    const algo_isa_field_t *f = some_field(g, ALGO_GROUP_ITXN_FIELD);
    emit_value(g, algo_isa_type((algo_type_t)f->type));
    algo_buf_printf(g->out, "itxn_field %s\n", f->name);
    g->n--;
  }
  algo_buf_puts(g->out, "int pay\nitxn_field TypeEnum\nitxn_submit\n");
}

/* A field element below the modulus, mapped to a point; then what can be done with points. */
static void emit_point(gen_t *g, unsigned group) {
  static const struct {
    const char *name;
    unsigned coordinates, size;
  } groups[] = {{"BN254g1", 1, 32}, {"BN254g2", 2, 32}, {"BLS12_381g1", 1, 48}, {"BLS12_381g2", 2, 48}};
  algo_buf_puts(g->out, "byte 0x");
  for (unsigned i = 0; i < groups[group].coordinates * groups[group].size; i++) {
    algo_buf_printf(g->out, "%02x", i % groups[group].size == 0 ? 0 : (unsigned)rng_below(g->r, 256));
  }
  algo_buf_printf(g->out, "\nec_map_to %s\n", groups[group].name);
  push(g, ALGO_KIND_BYTES);
}

static void emit_curve(gen_t *g) {
  static const char *const names[] = {"BN254g1", "BN254g2", "BLS12_381g1", "BLS12_381g2"};
  unsigned group = (unsigned)rng_below(g->r, 4);
  if (g->version < 10) return;
  emit_point(g, group);
  switch (rng_below(g->r, 4)) {
  case 0:
    emit_point(g, group);
    algo_buf_printf(g->out, "ec_add %s\n", names[group]);
    g->n--;
    break;
  case 1:
    emit_bytes(g, 1 + rng_below(g->r, 32));
    algo_buf_printf(g->out, "ec_scalar_mul %s\n", names[group]);
    g->n--;
    break;
  case 2:
    emit_bytes(g, 32);
    algo_buf_printf(g->out, "ec_multi_scalar_mul %s\n", names[group]);
    g->n--;
    break;
  default:
    emit_point(g, group ^ 1);
    algo_buf_printf(g->out, "ec_pairing_check %s\n", names[group]);
    g->n -= 2;
    push(g, ALGO_KIND_UINT64);
  }
}

static void emit_some(gen_t *g, unsigned count) {
  for (unsigned i = 0; i < count; i++) {
    while (g->n > DEPTH_MAX) {
      algo_buf_puts(g->out, "pop\n");
      g->n--;
    }
    switch (rng_below(g->r, 24)) {
    case 0: emit_if(g); break;
    case 1: emit_loop(g); break;
    case 2: emit_call(g); break;
    case 3: emit_switch(g); break;
    case 4:
      if (rng_one_in(g->r, 4)) emit_inner(g);
      break;
    case 5:
    case 6: emit_shuffle(g); break;
    case 7:
      if (g->sig && rng_one_in(g->r, 3)) emit_curve(g);
      break;
    case 8: emit_value(g, algo_isa_type(ALGO_TYPE_ANY)); break;
    default: emit_op(g);
    }
  }
}

void generate_program(algo_buf_t *out, rng_t *r, bool sig) {
  gen_t g = {.out = out, .r = r, .sig = sig};
  g.version = rng_one_in(r, 3) ? ALGO_AVM_VERSION_MAX : (unsigned)(sig ? 1 : 2) + (unsigned)rng_below(r, sig ? 14 : 13);
  algo_buf_printf(out, "#pragma version %u\n", g.version);
  if (rng_one_in(r, 20)) algo_buf_puts(out, "#pragma typetrack false\n");
  emit_some(&g, 1 + (unsigned)rng_below(r, 24));
  if (g.version >= 2 && !rng_one_in(r, 8)) {
    algo_buf_puts(out, "int 1\nreturn\n");
  } else {
    algo_buf_puts(out, "int 1\n");
  }
}

/* ---- mutation ---- */

static void drop(algo_buf_t *b, size_t at, size_t n) {
  memmove(b->p + at, b->p + at + n, b->n - at - n);
  b->n -= n;
}

static void insert(algo_buf_t *b, size_t at, const char *text) {
  size_t n = strlen(text);
  if (algo_buf_reserve(b, n) == NULL) return;
  memmove(b->p + at + n, b->p + at, b->n - at);
  memcpy(b->p + at, text, n);
  b->n += n;
}

void mutate_program(algo_buf_t *s, rng_t *r) {
  static const char *const pieces[] = {"\n",
                                       " ",
                                       ";",
                                       "//",
                                       "\"",
                                       "int",
                                       "0x",
                                       "1",
                                       "255",
                                       "256",
                                       "txn Sender",
                                       "-1",
                                       ":",
                                       "pop\n",
                                       "dup\n",
                                       "err\n",
                                       "b l0\n",
                                       "l0:\n",
                                       "#define x dup\nx\n",
                                       "byte base64(AAA=)\n",
                                       "intcblock 1 2\n",
                                       "bytecblock 0x01 \"a\"\n",
                                       "retsub\n",
                                       "\xc3\xa9",
                                       "\xff"};
  for (unsigned i = 0; i < 1 + rng_below(r, 3) && s->n > 0; i++) {
    size_t at = rng_below(r, s->n);
    if (rng_one_in(r, 3)) {
      size_t n = 1 + rng_below(r, 8);
      drop(s, at, n < s->n - at ? n : s->n - at);
    } else {
      while (at > 0 && s->p[at - 1] != '\n' && !rng_one_in(r, 4)) at--;
      insert(s, at, pieces[rng_below(r, sizeof pieces / sizeof pieces[0])]);
    }
  }
}
