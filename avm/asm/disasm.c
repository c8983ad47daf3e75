/* From bytes to text, as go-algorand writes it. A first pass finds the branch targets, a second one writes. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "asm_internal.h"

typedef struct target {
  int64_t pc;
  uint32_t order; /* of first mention */
} target_t;

typedef struct disasm {
  algo_bytes_t program;
  unsigned version;
  uint32_t head;     /* bytes of the version */
  bool numeric;      /* targets as numbers instead of labels */
  target_t *targets; /* sorted by pc, once found; `order` is then the label's number - 1 */
  size_t n_targets, cap_targets;
  uint32_t intc, n_intc, bytec, n_bytec; /* the constant blocks last seen: where the items begin, and how many */
  bool oom;
} disasm_t;

static algo_code_t fail(algo_err_t *err, uint32_t pc, const char *fmt, ...) {
  va_list ap;
  char text[256];
  va_start(ap, fmt);
  vsnprintf(text, sizeof text, fmt, ap);
  va_end(ap);
  algo_err_set(err, ALGO_E_ASM, "%s", text);
  if (err != NULL) err->pc = pc;
  return ALGO_E_ASM;
}

static algo_code_t opcode_error(const disasm_t *d, algo_decode_t how, uint32_t pc, algo_err_t *err) {
  unsigned code = d->program.p[pc];
  switch (how) {
  case ALGO_DECODE_NO_SUB: return fail(err, pc, "prefix opcode 0x%02x missing sub-opcode", code);
  case ALGO_DECODE_BAD_SUB:
    return fail(err, pc, "prefix opcode 0x%02x with improper sub-opcode 0x%02x", code, d->program.p[pc + 1]);
  default: return fail(err, pc, "illegal opcode 0x%02x", code);
  }
}

static algo_code_t immediate_error(algo_decode_t how, const algo_isa_insn_t *i, algo_err_t *err) {
  const algo_isa_imm_t *imm = &i->op->imms[i->bad_imm];
  const char *name = i->op->name;
  bool bytes = imm->kind == ALGO_IMM_BYTESS;
  switch (how) {
  case ALGO_DECODE_SHORT:
    if (imm->kind == ALGO_IMM_LABEL16) return fail(err, i->pc, "program end while reading label for %s", name);
    return fail(err, i->pc, "program end while reading immediate %s for %s", imm->name, name);
  case ALGO_DECODE_BAD_VARINT:
    if (imm->kind == ALGO_IMM_LABEL_VARINT) return fail(err, i->pc, "could not decode label for %s", name);
    return fail(err, i->pc, "could not decode immediate %s for %s", imm->name, name);
  case ALGO_DECODE_BAD_BYTES: return fail(err, i->pc, "could not decode immediate %s for %s", imm->name, name);
  case ALGO_DECODE_LIST_COUNT:
    return fail(err, i->pc, "could not decode length of %s list at pc=%u", bytes ? "bytes" : "int", i->at);
  case ALGO_DECODE_LIST_TOO_LONG: return fail(err, i->pc, "const %s list with too many items", bytes ? "bytes" : "int");
  case ALGO_DECODE_LIST_SHORT:
    return fail(err, i->pc, "const %s list ran past end of program", bytes ? "bytes" : "int");
  case ALGO_DECODE_LIST_ITEM:
    return fail(err, i->pc, "could not decode %s const[%llu] at pc=%u", bytes ? "[]byte" : "int",
                (unsigned long long)i->item, i->at);
  case ALGO_DECODE_LABEL_COUNT: return fail(err, i->pc, "could not decode label count for %s", name);
  default: return fail(err, i->pc, "could not decode labels for %s", name);
  }
}

/* Decodes the instruction at pc with the fields it names. */
static algo_code_t decode(const disasm_t *d, uint32_t pc, algo_isa_insn_t *i, algo_err_t *err) {
  algo_decode_t how = algo_isa_decode(i, d->version, d->program, pc);
  if (i->op == NULL) return opcode_error(d, how, pc, err);
  unsigned good = how == ALGO_DECODE_OK ? i->op->n_imms : i->bad_imm;
  for (unsigned k = 0; k < good; k++) {
    const algo_isa_imm_t *imm = &i->op->imms[k];
    if (imm->group == ALGO_GROUP_NONE || algo_isa_field((algo_group_t)imm->group, (uint8_t)i->imm[k].value) != NULL) {
      continue;
    }
    return fail(err, pc, "invalid immediate %s for %s: %lld", imm->name, i->op->name, (long long)i->imm[k].value);
  }
  return how == ALGO_DECODE_OK ? ALGO_OK : immediate_error(how, i, err);
}

static void add_target(disasm_t *d, int64_t pc) {
  if (d->n_targets == d->cap_targets) {
    size_t cap = d->cap_targets == 0 ? 32 : d->cap_targets * 2;
    target_t *more = realloc(d->targets, cap * sizeof *more);
    if (more == NULL) {
      d->oom = true;
      return;
    }
    d->targets = more;
    d->cap_targets = cap;
  }
  d->targets[d->n_targets] = (target_t){pc, (uint32_t)d->n_targets};
  d->n_targets++;
}

static void collect_targets(disasm_t *d, const algo_isa_insn_t *i) {
  if (i->op->id == ALGO_OP_proto) add_target(d, i->pc); /* where a subroutine begins there is a label */
  for (unsigned k = 0; k < i->op->n_imms; k++) {
    const algo_isa_value_t *v = &i->imm[k];
    switch (i->op->imms[k].kind) {
    case ALGO_IMM_LABEL16:
    case ALGO_IMM_LABEL_VARINT: add_target(d, v->value); break;
    case ALGO_IMM_LABELS16:
      for (uint32_t j = 0; j < v->count; j++) add_target(d, algo_isa_label(i, v, d->program, j));
      break;
    default: break;
    }
  }
}

static int by_pc(const void *x, const void *y) {
  const target_t *p = x, *q = y;
  if (p->pc != q->pc) return p->pc < q->pc ? -1 : 1;
  return p->order < q->order ? -1 : p->order > q->order;
}
static int by_order(const void *x, const void *y) {
  const target_t *p = x, *q = y;
  return p->order < q->order ? -1 : p->order > q->order;
}

/* Labels are numbered in the order in which they are first mentioned. */
static void number_targets(disasm_t *d) {
  if (d->n_targets == 0) return;
  qsort(d->targets, d->n_targets, sizeof *d->targets, by_pc);
  size_t n = 1;
  for (size_t i = 1; i < d->n_targets; i++) {
    if (d->targets[i].pc != d->targets[n - 1].pc) d->targets[n++] = d->targets[i];
  }
  d->n_targets = n;
  qsort(d->targets, n, sizeof *d->targets, by_order);
  for (size_t i = 0; i < n; i++) d->targets[i].order = (uint32_t)i;
  qsort(d->targets, n, sizeof *d->targets, by_pc);
}

/* The number of the label at a pc, counted from 1; 0: none. */
static uint32_t label_at(const disasm_t *d, int64_t pc) {
  size_t lo = 0, hi = d->n_targets;
  while (lo < hi) {
    size_t mid = lo + (hi - lo) / 2;
    if (d->targets[mid].pc < pc) {
      lo = mid + 1;
    } else {
      hi = mid;
    }
  }
  return lo < d->n_targets && d->targets[lo].pc == pc ? d->targets[lo].order + 1 : 0;
}

static void put_target(const disasm_t *d, algo_buf_t *out, int64_t pc) {
  if (d->numeric) {
    asm_format(out, "%i", pc);
  } else {
    asm_format(out, "label%u", (uint64_t)label_at(d, pc));
  }
}

static void put_hex(algo_buf_t *out, algo_bytes_t v) {
  static const char digits[] = "0123456789abcdef";
  uint8_t *at = algo_buf_reserve(out, 2 + 2 * v.n);
  if (at == NULL) return;
  *at++ = '0';
  *at++ = 'x';
  for (size_t i = 0; i < v.n; i++) {
    *at++ = (uint8_t)digits[v.p[i] >> 4];
    *at++ = (uint8_t)digits[v.p[i] & 15];
  }
  out->n += 2 + 2 * v.n;
}

/* What bytes most likely are: an address, text, or just bytes. */
static void put_guess(algo_buf_t *out, algo_bytes_t v) {
  if (v.n == 32) {
    char text[59];
    asm_address_text(text, v.p);
    asm_format(out, "addr %s", text);
    return;
  }
  for (size_t i = 0; i < v.n; i++) {
    if (v.p[i] < 32 || v.p[i] > 126) {
      put_hex(out, v);
      return;
    }
  }
  algo_text_quote(out, (const char *)v.p, v.n);
}

/* Behind intc and bytec: the constant, where the block last seen has it. */
static void put_constant(const disasm_t *d, algo_buf_t *out, bool bytes, uint64_t index) {
  if (index >= (bytes ? d->n_bytec : d->n_intc)) return;
  uint32_t at = bytes ? d->bytec : d->intc;
  algo_bytes_t v = {0};
  uint64_t n = 0;
  for (uint64_t i = 0; i <= index; i++) {
    if (bytes) {
      v = algo_isa_next_bytes(d->program, &at);
    } else {
      n = algo_isa_next_uint(d->program, &at);
    }
  }
  algo_buf_puts(out, " // ");
  if (bytes) {
    put_guess(out, v);
  } else {
    asm_format(out, "%u", n);
  }
}

static void put_list(disasm_t *d, algo_buf_t *out, const algo_isa_insn_t *i, const algo_isa_value_t *v, bool bytes) {
  uint32_t at = v->at;
  for (uint32_t j = 0; j < v->count; j++) {
    if (j != 0) algo_buf_putc(out, ' ');
    if (bytes) {
      put_hex(out, algo_isa_next_bytes(d->program, &at));
    } else {
      asm_format(out, "%u", algo_isa_next_uint(d->program, &at));
    }
  }
  if (i->op->id == ALGO_OP_intcblock) d->intc = v->at, d->n_intc = v->count;
  if (i->op->id == ALGO_OP_bytecblock) d->bytec = v->at, d->n_bytec = v->count;
}

static void put_immediate(disasm_t *d, algo_buf_t *out, const algo_isa_insn_t *i, unsigned k) {
  const algo_isa_imm_t *imm = &i->op->imms[k];
  const algo_isa_value_t *v = &i->imm[k];
  switch (imm->kind) {
  case ALGO_IMM_U8:
  case ALGO_IMM_I8:
    if (imm->group != ALGO_GROUP_NONE) {
      algo_buf_puts(out, algo_isa_field((algo_group_t)imm->group, (uint8_t)v->value)->name);
    } else {
      asm_format(out, "%i", v->value);
    }
    if (i->op->id == ALGO_OP_intc) put_constant(d, out, false, (uint64_t)v->value);
    if (i->op->id == ALGO_OP_bytec) put_constant(d, out, true, (uint64_t)v->value);
    break;
  case ALGO_IMM_LABEL16:
  case ALGO_IMM_LABEL_VARINT: put_target(d, out, v->value); break;
  case ALGO_IMM_VARUINT: asm_format(out, "%u", (uint64_t)v->value); break;
  case ALGO_IMM_BYTES:
    put_hex(out, algo_bytes(d->program.p + v->at, v->count));
    algo_buf_puts(out, " // ");
    put_guess(out, algo_bytes(d->program.p + v->at, v->count));
    break;
  case ALGO_IMM_VARUINTS: put_list(d, out, i, v, false); break;
  case ALGO_IMM_BYTESS: put_list(d, out, i, v, true); break;
  default:
    for (uint32_t j = 0; j < v->count; j++) {
      if (j != 0) algo_buf_putc(out, ' ');
      put_target(d, out, algo_isa_label(i, v, d->program, j));
    }
  }
}

static void put_instruction(disasm_t *d, algo_buf_t *out, const algo_isa_insn_t *i) {
  algo_buf_put(out, i->op->name, i->op->name_len);
  for (unsigned k = 0; k < i->op->n_imms; k++) {
    algo_buf_putc(out, ' ');
    put_immediate(d, out, i, k);
  }
  uint8_t id = i->op->id;
  if (id >= ALGO_OP_intc_0 && id <= ALGO_OP_intc_3) put_constant(d, out, false, id - ALGO_OP_intc_0);
  if (id >= ALGO_OP_bytec_0 && id <= ALGO_OP_bytec_3) put_constant(d, out, true, id - ALGO_OP_bytec_0);
}

static void put_label(const disasm_t *d, algo_buf_t *out, uint32_t pc) {
  uint32_t label = label_at(d, pc);
  if (label != 0) asm_format(out, "label%u:\n", (uint64_t)label);
}

/* The first pass. *stateful: an opcode is there that only applications have. */
static algo_code_t find_targets(disasm_t *d, bool *stateful, algo_err_t *err) {
  algo_isa_insn_t i;
  for (uint32_t pc = d->head; pc < d->program.n && !d->oom; pc = i.next) {
    algo_code_t code = decode(d, pc, &i, err);
    if (code != ALGO_OK) return code;
    if (i.op->modes == ALGO_MODE_APP) *stateful = true;
    collect_targets(d, &i);
  }
  number_targets(d);
  return d->oom ? algo_err_set(err, ALGO_E_NOMEM, "out of memory") : ALGO_OK;
}

/* False: there is no program to speak of, and the text says so. */
static bool start(disasm_t *d, algo_bytes_t program, algo_buf_t *out) {
  uint64_t version;
  int used = algo_uvarint_get(program.p, program.n, &version);
  *d = (disasm_t){.program = program};
  if (used <= 0) {
    if (out != NULL) algo_buf_puts(out, "// invalid version\n");
    return false;
  }
  if (version > ALGO_AVM_VERSION_MAX) {
    if (out != NULL) asm_format(out, "// unsupported version %u\n", version);
    return false;
  }
  d->version = (unsigned)version;
  d->head = (uint32_t)used;
  return true;
}

static algo_code_t too_long(algo_err_t *err) {
  return algo_err_set(err, ALGO_E_RANGE, "a program above 512 MiB is not disassembled");
}
#define PROGRAM_MAX (UINT32_MAX / 8)

algo_code_t algo_disasm(algo_buf_t *out, algo_bytes_t program, algo_err_t *err) {
  disasm_t d;
  bool stateful = false;
  if (program.n > PROGRAM_MAX) return too_long(err);
  if (!start(&d, program, out)) return ALGO_OK;
  algo_code_t code = find_targets(&d, &stateful, err);
  if (code == ALGO_OK) {
    asm_format(out, "#pragma version %u\n", (uint64_t)d.version);
    if (d.version >= ALGO_AVM_OFF_CURVE_VERSION && !stateful && program_on_curve(program.p, program.n)) {
      algo_buf_puts(out, "#pragma autosalt false\n");
    }
    algo_isa_insn_t i;
    for (uint32_t pc = d.head; pc < program.n; pc = i.next) {
      put_label(&d, out, pc);
      (void)algo_isa_decode(&i, d.version, program, pc); /* it was good before */
      put_instruction(&d, out, &i);
      algo_buf_putc(out, '\n');
    }
    put_label(&d, out, (uint32_t)program.n);
  }
  free(d.targets);
  if (code == ALGO_OK && out->oom) code = algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  return code;
}

algo_code_t algo_disasm_one(algo_buf_t *out, algo_bytes_t program, uint32_t pc, uint32_t *next, algo_err_t *err) {
  disasm_t d;
  algo_isa_insn_t i;
  if (program.n > PROGRAM_MAX) return too_long(err);
  if (!start(&d, program, NULL) || pc < d.head || pc >= program.n) {
    return algo_err_set(err, ALGO_E_RANGE, "no instruction at pc=%u", pc);
  }
  d.numeric = true;
  algo_code_t code = decode(&d, pc, &i, err);
  if (code != ALGO_OK) return code;
  put_instruction(&d, out, &i);
  if (next != NULL) *next = i.next;
  return out->oom ? algo_err_set(err, ALGO_E_NOMEM, "out of memory") : ALGO_OK;
}

/* Instructions from `from` to `to`, labels between and behind them, parted by "; ". */
static void put_around(disasm_t *d, algo_buf_t *out, uint32_t from, uint32_t to) {
  algo_buf_t text = ALGO_BUF_INIT, skipped = ALGO_BUF_INIT;
  algo_isa_insn_t i;
  for (uint32_t pc = d->head; pc <= to; pc = i.next) {
    (void)algo_isa_decode(&i, d->version, d->program, pc);
    algo_buf_clear(&skipped);
    put_instruction(d, pc < from ? &skipped : &text, &i); /* constant blocks before `from` are seen too */
    if (pc < from) continue;
    algo_buf_putc(&text, '\n');
    put_label(d, &text, i.next);
  }
  for (size_t at = 0; at + 1 < text.n; at++) { /* the newline at the end is not wanted */
    if (text.p[at] == '\n') {
      algo_buf_puts(out, "; ");
    } else {
      algo_buf_putc(out, text.p[at]);
    }
  }
  algo_buf_fini(&text);
  algo_buf_fini(&skipped);
}

#define AROUND 2u /* instructions shown before the one at pc */

void algo_disasm_around(algo_buf_t *out, algo_bytes_t program, uint32_t pc) {
  disasm_t d;
  bool stateful = false;
  if (program.n > PROGRAM_MAX || !start(&d, program, NULL)) return;
  if (find_targets(&d, &stateful, NULL) == ALGO_OK) {
    algo_isa_insn_t i;
    uint32_t before[AROUND + 1] = {0}; /* the last pcs, the newest first */
    unsigned seen = 0;
    for (uint32_t at = d.head; at <= pc && at < program.n; at = i.next) {
      memmove(before + 1, before, AROUND * sizeof before[0]);
      before[0] = at;
      seen++;
      (void)algo_isa_decode(&i, d.version, program, at);
      if (at != pc) continue;
      put_around(&d, out, before[seen > AROUND ? AROUND : seen - 1], pc);
      break;
    }
  }
  free(d.targets);
}
