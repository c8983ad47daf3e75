/* A hand-written program as the optimiser's instructions: assembled, decoded, constants put in place of their numbers,
 * labels named as the source has them. */
#include "hand.h"

#include <ctype.h>

#include "algo/text.h"

typedef struct reader {
  tg_t *b;
  hand_t *h;
  algo_bytes_t source;
  const algo_asm_result_t *a;
  algo_bytes_t program;
  unsigned version;
  uint32_t *label; /* pc -> label, UINT32_MAX: none; program.n too */
  const algo_bytes_t *bytes;
  const uint64_t *ints;
  uint32_t n_bytes, n_ints;
  bool branched; /* a label or a branch was passed: a constant block behind it is not understood */
  size_t location;
} reader_t;

static algo_code_t refuse(reader_t *r, uint32_t pc, const char *what) {
  unsigned line = 0;
  for (size_t i = 0; i < r->a->n_locations && r->a->locations[i].pc <= pc; i++) line = r->a->locations[i].line + 1;
  return algo_err_set(r->b->err, ALGO_E_UNSUPPORTED, "line %u: %s", line, what);
}

/* ---- labels ---- */

/* The name that the source gives to what stands at pc: "name:" on a line of its own above it, or before it. */
static const char *name_of(reader_t *r, uint32_t pc) {
  size_t i = 0;
  while (i < r->a->n_locations && r->a->locations[i].pc < pc) i++;
  uint32_t until = i < r->a->n_locations ? r->a->locations[i].line : UINT32_MAX;
  uint32_t from = i ? r->a->locations[i - 1].line : 0, line = 0;
  const char *p = (const char *)r->source.p, *end = p + r->source.n;
  for (; p < end && line <= until; line++) {
    const char *stop = memchr(p, '\n', (size_t)(end - p)), *at = p;
    if (!stop) stop = end;
    while (at < stop && isspace((unsigned char)*at)) at++;
    const char *word = at;
    while (at < stop && !isspace((unsigned char)*at) && *at != ';' && *at != '"' && *at != '/') at++;
    if (line >= from && at > word + 1 && at[-1] == ':')
      return algo_arena_printf(r->b->arena, "%.*s", (int)(at - 1 - word), word);
    p = stop + 1;
  }
  return NULL;
}

static void want_label(reader_t *r, int64_t pc) {
  if (pc < 0 || pc > (int64_t)r->program.n || r->label[pc] != UINT32_MAX) return;
  const char *name = name_of(r, (uint32_t)pc);
  if (!name || tg_label_taken(r->b, name)) {
    unsigned n = r->b->n_labels;
    do name = algo_arena_printf(r->b->arena, "label%u", n++);
    while (tg_label_taken(r->b, name));
  }
  r->label[pc] = tg_label(r->b, name);
}

static bool is_label(unsigned kind) { return kind == ALGO_IMM_LABEL16 || kind == ALGO_IMM_LABEL_VARINT; }

static algo_code_t find_labels(reader_t *r, uint32_t start) {
  algo_isa_insn_t insn;
  for (uint32_t pc = start; pc < r->program.n; pc = insn.next) {
    if (algo_isa_decode(&insn, r->version, r->program, pc) != ALGO_DECODE_OK)
      return algo_err_set(r->b->err, ALGO_E_UNSUPPORTED, "pc %u: not an instruction", pc);
    for (unsigned k = 0; k < insn.op->n_imms; k++) {
      if (is_label(insn.op->imms[k].kind)) want_label(r, insn.imm[k].value);
      for (uint32_t i = 0; insn.op->imms[k].kind == ALGO_IMM_LABELS16 && i < insn.imm[k].count; i++)
        want_label(r, algo_isa_label(&insn, &insn.imm[k], r->program, i));
    }
  }
  return ALGO_OK;
}

/* ---- instructions ---- */

static algo_code_t read_block(reader_t *r, const algo_isa_insn_t *x) {
  bool bytes = x->op->id == ALGO_OP_bytecblock;
  uint32_t n = x->imm[0].count, at = x->imm[0].at;
  if (r->branched || (bytes ? r->bytes != NULL : r->ints != NULL))
    return refuse(r, x->pc, "a constant block that is not at the beginning, or a second one");
  algo_bytes_t *texts = algo_arena_array(r->b->arena, n + 1, sizeof *texts);
  uint64_t *numbers = algo_arena_array(r->b->arena, n + 1, sizeof *numbers);
  if (!texts || !numbers) return algo_err_set(r->b->err, ALGO_E_NOMEM, "out of memory");
  for (uint32_t i = 0; i < n; i++) {
    if (bytes) texts[i] = algo_isa_next_bytes(r->program, &at);
    else numbers[i] = algo_isa_next_uint(r->program, &at);
  }
  if (bytes) {
    r->bytes = texts;
    r->n_bytes = n;
    r->h->byte_block = true;
  } else {
    r->ints = numbers;
    r->n_ints = n;
    r->h->int_block = true;
  }
  return ALGO_OK;
}

static algo_code_t from_block(reader_t *r, const algo_isa_insn_t *x, bool bytes, uint64_t i, tg_ins_t *out) {
  if (i >= (bytes ? r->n_bytes : r->n_ints)) return refuse(r, x->pc, "a constant that is in no block before it");
  *out = (tg_ins_t){.op = bytes ? TG_BYTES_ : TG_INT};
  if (bytes) out->bytes = r->bytes[i];
  else out->u = r->ints[i];
  return ALGO_OK;
}

/* Opcodes that the passes know. */
static tg_opcode_t known(const algo_isa_op_t *op) {
  for (unsigned i = 0; i < TG_OPCODES; i++)
    if (i != TG_INT && i != TG_BYTES_ && i != TG_LABEL && i != TG_PUSHBYTESS && strcmp(tg_ops[i].text, op->name) == 0)
      return (tg_opcode_t)i;
  return TG_OTHER;
}

static algo_code_t read_labels(reader_t *r, const algo_isa_insn_t *x, tg_ins_t *out) {
  uint32_t n = x->imm[0].count, *list = algo_arena_array(r->b->arena, n + 1, sizeof *list);
  if (!list) return algo_err_set(r->b->err, ALGO_E_NOMEM, "out of memory");
  for (uint32_t i = 0; i < n; i++) list[i] = r->label[algo_isa_label(x, &x->imm[0], r->program, i)];
  out->labels = list;
  out->n = n;
  return ALGO_OK;
}

static algo_code_t read_other(reader_t *r, const algo_isa_insn_t *x, tg_ins_t *out) {
  algo_buf_t text = ALGO_BUF_INIT;
  algo_code_t rc = algo_disasm_one(&text, r->program, x->pc, NULL, r->b->err);
  size_t n = text.n;
  while (n && (text.p[n - 1] == '\n' || text.p[n - 1] == ' ')) n--;
  out->op = TG_OTHER;
  out->isa = x->op;
  out->u = x->next - x->pc;
  out->text = algo_arena_printf(r->b->arena, "%.*s", (int)n, algo_buf_cstr(&text));
  algo_buf_fini(&text);
  return rc;
}

static algo_code_t read_known(reader_t *r, const algo_isa_insn_t *x, tg_ins_t *out) {
  const algo_isa_imm_t *imm = x->op->imms;
  for (unsigned k = 0; k < x->op->n_imms; k++) {
    if (is_label(imm[k].kind)) out->u = r->label[x->imm[k].value];
    else if (imm[k].kind == ALGO_IMM_LABELS16) return read_labels(r, x, out);
    else if (imm[k].group != ALGO_GROUP_NONE) {
      const algo_isa_field_t *f = algo_isa_field((algo_group_t)imm[k].group, (uint8_t)x->imm[k].value);
      if (!f) return read_other(r, x, out);
      out->field = f->name;
    } else if (k == 0) out->a = (uint8_t)x->imm[k].value;
    else if (out->op == TG_TXNA) out->a = (uint8_t)x->imm[k].value;
    else out->b = (uint8_t)x->imm[k].value;
  }
  return ALGO_OK;
}

static bool reads_budget(const algo_isa_insn_t *x) {
  return x->op->id == ALGO_OP_global && x->imm[0].value == ALGO_F_GLOBAL_OpcodeBudget;
}

static algo_code_t read_one(reader_t *r, const algo_isa_insn_t *x, tg_ins_t *out) {
  const algo_isa_value_t *imm = x->imm;
  unsigned id = x->op->id;
  *out = (tg_ins_t){.op = TG_NOP};
  if (reads_budget(x)) return refuse(r, x->pc, "reads OpcodeBudget: what it does depends on what it costs");
  if (id == ALGO_OP_ed25519verify) return refuse(r, x->pc, "ed25519verify: what it does depends on its own bytes");
  if (id == ALGO_OP_intcblock || id == ALGO_OP_bytecblock) return read_block(r, x);
  if (id == ALGO_OP_intc) return from_block(r, x, false, (uint64_t)imm[0].value, out);
  if (id >= ALGO_OP_intc_0 && id <= ALGO_OP_intc_3) return from_block(r, x, false, id - ALGO_OP_intc_0, out);
  if (id == ALGO_OP_bytec) return from_block(r, x, true, (uint64_t)imm[0].value, out);
  if (id >= ALGO_OP_bytec_0 && id <= ALGO_OP_bytec_3) return from_block(r, x, true, id - ALGO_OP_bytec_0, out);
  if (id == ALGO_OP_pushint) *out = (tg_ins_t){.op = TG_INT, .u = (uint64_t)imm[0].value};
  else if (id == ALGO_OP_pushbytes)
    *out = (tg_ins_t){.op = TG_BYTES_, .bytes = algo_bytes(r->program.p + imm[0].at, imm[0].count)};
  else {
    out->op = id == ALGO_OP_bury && imm[0].value == 1 ? TG_BURY1 : known(x->op);
    if (out->op == TG_OTHER) return read_other(r, x, out);
    if (out->op != TG_BURY1) return read_known(r, x, out);
  }
  return ALGO_OK;
}

static void note(reader_t *r, const algo_isa_insn_t *x) {
  unsigned id = x->op->id;
  if (x->op->modes == ALGO_MODE_APP) r->h->uses_app = true;
  if (x->op->modes == ALGO_MODE_SIG) r->h->uses_sig = true;
  r->h->frames |= id == ALGO_OP_proto;
  for (unsigned k = 0; k < x->op->n_imms; k++)
    if (is_label(x->op->imms[k].kind) || x->op->imms[k].kind == ALGO_IMM_LABELS16) r->branched = true;
}

/* "12: what the source says there" */
static const char *comment_for(reader_t *r, uint32_t pc) {
  const algo_asm_location_t *l = r->a->locations;
  while (r->location + 1 < r->a->n_locations && l[r->location + 1].pc <= pc) r->location++;
  if (r->location >= r->a->n_locations || l[r->location].pc != pc) return NULL;
  return algo_arena_printf(r->b->arena, "%s:%u", r->h->name, l[r->location].line + 1);
}

static algo_code_t read_all(reader_t *r, uint32_t start, tg_code_t *code) {
  algo_isa_insn_t x;
  for (uint32_t pc = start; pc < r->program.n; pc = x.next) {
    tg_ins_t i;
    algo_isa_decode(&x, r->version, r->program, pc);
    if (r->label[pc] != UINT32_MAX) {
      tg_code_put(r->b, code, (tg_ins_t){.op = TG_LABEL, .u = r->label[pc]});
      r->branched = true;
    }
    algo_code_t rc = read_one(r, &x, &i);
    if (rc) return rc;
    note(r, &x);
    i.comment = comment_for(r, pc);
    if (i.op != TG_NOP) tg_code_put(r->b, code, i);
  }
  if (r->label[r->program.n] != UINT32_MAX)
    tg_code_put(r->b, code, (tg_ins_t){.op = TG_LABEL, .u = r->label[r->program.n]});
  bool open = !code->n || !(tg_flags(&code->ins[code->n - 1]) & ENDS);
  if (open) tg_code_put(r->b, code, (tg_ins_t){.op = TG_END});
  return r->b->failed;
}

algo_code_t hand_read(tg_t *b, hand_t *h, algo_bytes_t source, const algo_asm_result_t *a, tg_code_t *code) {
  uint64_t version = 0;
  int at = algo_uvarint_get(a->program.p, a->program.n, &version);
  reader_t r = {.b = b, .h = h, .source = source, .a = a, .program = a->program, .version = (unsigned)version};
  r.label = algo_arena_array(b->arena, a->program.n + 1, sizeof *r.label);
  if (at <= 0 || !r.label) return algo_err_set(b->err, ALGO_E_NOMEM, "out of memory");
  memset(r.label, 0xff, (a->program.n + 1) * sizeof *r.label);
  algo_code_t rc = find_labels(&r, (uint32_t)at);
  return rc ? rc : read_all(&r, (uint32_t)at, code);
}
