/* Variable-length integers, and the decoder of one instruction. */
#include "algo/isa.h"

int algo_uvarint_get(const uint8_t *p, size_t n, uint64_t *v) {
  uint64_t x = 0;
  for (size_t i = 0; i < n; i++) {
    if (i == ALGO_UVARINT_MAX) return -(int)(i + 1);
    if (p[i] < 0x80) {
      if (i == ALGO_UVARINT_MAX - 1 && p[i] > 1) return -(int)(i + 1);
      *v = x | (uint64_t)p[i] << (7 * i);
      return (int)(i + 1);
    }
    x |= (uint64_t)(p[i] & 0x7f) << (7 * i);
  }
  *v = 0;
  return 0;
}

int algo_varint_get(const uint8_t *p, size_t n, int64_t *v) {
  uint64_t u = 0;
  int used = algo_uvarint_get(p, n, &u);
  *v = (int64_t)(u >> 1) ^ -(int64_t)(u & 1);
  return used;
}

unsigned algo_uvarint_put(uint8_t out[ALGO_UVARINT_MAX], uint64_t v) {
  unsigned n = 0;
  for (; v >= 0x80; v >>= 7) out[n++] = (uint8_t)(v | 0x80);
  out[n++] = (uint8_t)v;
  return n;
}

unsigned algo_varint_put(uint8_t out[ALGO_UVARINT_MAX], int64_t v) {
  return algo_uvarint_put(out, (uint64_t)v << 1 ^ (uint64_t)(v < 0 ? -1 : 0));
}

static int16_t be16(const uint8_t *p) { return (int16_t)(uint16_t)(p[0] << 8 | p[1]); }

typedef struct reader {
  algo_bytes_t program;
  uint32_t at;
  algo_isa_insn_t *insn;
} reader_t;

static int read_uvarint(reader_t *r, uint64_t *v) {
  int used = algo_uvarint_get(r->program.p + r->at, r->program.n - r->at, v);
  if (used > 0) r->at += (uint32_t)used;
  return used;
}

static algo_decode_t fail(reader_t *r, algo_decode_t how, uint64_t item) {
  r->insn->at = r->at;
  r->insn->item = item;
  return how;
}

static algo_decode_t read_label(reader_t *r, algo_imm_kind_t kind, algo_isa_value_t *out) {
  if (kind == ALGO_IMM_LABEL16) {
    if (r->program.n - r->at < 2) return fail(r, ALGO_DECODE_SHORT, 0);
    out->value = (int64_t)r->at + 2 + be16(r->program.p + r->at);
    r->at += 2;
    return ALGO_DECODE_OK;
  }
  int64_t offset;
  int used = algo_varint_get(r->program.p + r->at, r->program.n - r->at, &offset);
  if (used <= 0) return fail(r, ALGO_DECODE_BAD_VARINT, 0);
  r->at += (uint32_t)used;
  /* Wraps as the machine's own arithmetic does: such a target is outside any program either way. */
  uint64_t from = offset < 0 ? r->insn->pc : r->at;
  out->value = (int64_t)(from + (uint64_t)offset);
  return ALGO_DECODE_OK;
}

static algo_decode_t read_list(reader_t *r, bool bytes, algo_isa_value_t *out) {
  uint64_t count;
  if (read_uvarint(r, &count) <= 0) return fail(r, ALGO_DECODE_LIST_COUNT, 0);
  if (count > r->program.n) return fail(r, ALGO_DECODE_LIST_TOO_LONG, 0);
  out->at = r->at;
  out->count = (uint32_t)count;
  for (uint64_t i = 0; i < count; i++) {
    uint64_t v;
    if (r->at >= r->program.n) return fail(r, ALGO_DECODE_LIST_SHORT, i);
    if (read_uvarint(r, &v) <= 0) return fail(r, ALGO_DECODE_LIST_ITEM, i);
    if (!bytes) continue;
    if (v > r->program.n - r->at) return fail(r, ALGO_DECODE_LIST_SHORT, i);
    r->at += (uint32_t)v;
  }
  return ALGO_DECODE_OK;
}

static algo_decode_t read_labels(reader_t *r, algo_isa_value_t *out) {
  if (r->at >= r->program.n) return fail(r, ALGO_DECODE_LABEL_COUNT, 0);
  out->count = r->program.p[r->at];
  if (r->program.n - r->at - 1 < 2 * (size_t)out->count) return fail(r, ALGO_DECODE_LABELS, 0);
  out->at = r->at + 1;
  r->at = out->at + 2 * out->count;
  return ALGO_DECODE_OK;
}

static algo_decode_t read_imm(reader_t *r, algo_imm_kind_t kind, algo_isa_value_t *out) {
  uint64_t v;
  switch (kind) {
  case ALGO_IMM_U8:
  case ALGO_IMM_I8:
    if (r->at >= r->program.n) return fail(r, ALGO_DECODE_SHORT, 0);
    out->value = kind == ALGO_IMM_U8 ? r->program.p[r->at] : (int8_t)r->program.p[r->at];
    r->at++;
    return ALGO_DECODE_OK;
  case ALGO_IMM_LABEL16:
  case ALGO_IMM_LABEL_VARINT: return read_label(r, kind, out);
  case ALGO_IMM_VARUINT:
    if (read_uvarint(r, &v) <= 0) return fail(r, ALGO_DECODE_BAD_VARINT, 0);
    out->value = (int64_t)v;
    return ALGO_DECODE_OK;
  case ALGO_IMM_BYTES:
    if (read_uvarint(r, &v) <= 0 || v > r->program.n - r->at) return fail(r, ALGO_DECODE_BAD_BYTES, 0);
    out->at = r->at;
    out->count = (uint32_t)v;
    r->at += (uint32_t)v;
    return ALGO_DECODE_OK;
  case ALGO_IMM_VARUINTS:
  case ALGO_IMM_BYTESS: return read_list(r, kind == ALGO_IMM_BYTESS, out);
  case ALGO_IMM_LABELS16: return read_labels(r, out);
  }
  return ALGO_DECODE_ILLEGAL;
}

algo_decode_t algo_isa_decode(algo_isa_insn_t *out, unsigned version, algo_bytes_t program, uint32_t pc) {
  memset(out, 0, sizeof *out);
  reader_t r = {program, pc + 1, out};
  out->pc = out->next = out->at = pc;
  uint8_t code = program.p[pc];
  bool prefix = algo_isa_is_prefix(version, code);
  if (prefix && r.at >= program.n) return ALGO_DECODE_NO_SUB;
  out->op = algo_isa_op(version, code, prefix ? program.p[r.at] : 0);
  if (out->op == NULL) return prefix ? ALGO_DECODE_BAD_SUB : ALGO_DECODE_ILLEGAL;
  if (prefix) r.at++;
  for (unsigned i = 0; i < out->op->n_imms; i++) {
    out->bad_imm = i;
    algo_decode_t how = read_imm(&r, (algo_imm_kind_t)out->op->imms[i].kind, &out->imm[i]);
    if (how != ALGO_DECODE_OK) return how;
  }
  out->next = r.at;
  return ALGO_DECODE_OK;
}

int64_t algo_isa_label(const algo_isa_insn_t *insn, const algo_isa_value_t *labels, algo_bytes_t program, uint32_t i) {
  return (int64_t)insn->next + be16(program.p + labels->at + 2 * i);
}

uint64_t algo_isa_next_uint(algo_bytes_t program, uint32_t *at) {
  uint64_t v = 0;
  int used = *at < program.n ? algo_uvarint_get(program.p + *at, program.n - *at, &v) : 0;
  if (used > 0) *at += (uint32_t)used;
  return v;
}

algo_bytes_t algo_isa_next_bytes(algo_bytes_t program, uint32_t *at) {
  uint64_t n = algo_isa_next_uint(program, at);
  if (n > program.n - *at) return algo_bytes(NULL, 0);
  algo_bytes_t v = algo_bytes(program.p + *at, n);
  *at += (uint32_t)n;
  return v;
}
