/* Byte strings: conversion, joining, cutting, bits and bytes in them. */
#include "internal.h"

algo_code_t avm_op_len(algo_avm_context_t *cx) {
  avm_value_t *a = avm_top(cx, 0);
  *a = avm_uint(a->n);
  return ALGO_OK;
}

algo_code_t avm_op_itob(algo_avm_context_t *cx) {
  uint8_t *p = avm_alloc(cx, 8);
  if (p == NULL) return avm_nomem(cx);
  avm_value_t *a = avm_top(cx, 0);
  algo_put_be64(p, a->u);
  *a = avm_bytes(p, 8);
  return ALGO_OK;
}

static uint64_t big_endian(const uint8_t *p, size_t n) {
  uint64_t v = 0;
  for (size_t i = 0; i < n; i++) v = v << 8 | p[i];
  return v;
}

algo_code_t avm_op_btoi(algo_avm_context_t *cx) {
  avm_value_t *a = avm_top(cx, 0);
  if (a->n > 8) return avm_fail(cx, "btoi arg too long, got %u bytes", a->n);
  *a = avm_uint(big_endian(a->p, a->n));
  return ALGO_OK;
}

algo_code_t avm_op_concat(algo_avm_context_t *cx) {
  avm_value_t *a = avm_top(cx, 1), *b = avm_top(cx, 0);
  uint8_t *p = avm_alloc(cx, (size_t)a->n + b->n);
  if (p == NULL) return avm_nomem(cx);
  if (a->n) memcpy(p, a->p, a->n);
  if (b->n) memcpy(p + a->n, b->p, b->n);
  *a = avm_bytes(p, (size_t)a->n + b->n);
  cx->sp--;
  return ALGO_OK;
}

/* Where it fails, 0 is in the value's place: an error's attributes list the stack. */
static algo_code_t substring(algo_avm_context_t *cx, avm_value_t *v, uint64_t start, uint64_t end) {
  const avm_value_t from = *v;
  *v = avm_uint(0);
  if (end < start) return avm_fail(cx, "substring end before start");
  if (start > from.n || end > from.n) return avm_fail(cx, "substring range beyond length of string");
  *v = avm_bytes(from.p + start, end - start);
  return ALGO_OK;
}

algo_code_t avm_op_substring(algo_avm_context_t *cx) {
  return substring(cx, avm_top(cx, 0), cx->prog[cx->pc + 1], cx->prog[cx->pc + 2]);
}

algo_code_t avm_op_substring3(algo_avm_context_t *cx) {
  uint64_t start = avm_top(cx, 1)->u, end = avm_top(cx, 0)->u;
  if (start > INT32_MAX || end > INT32_MAX) return avm_fail(cx, "substring range beyond length of string");
  cx->sp -= 2;
  return substring(cx, avm_top(cx, 0), start, end);
}

/* Checks that start and length lie in n bytes. */
algo_code_t avm_extract_check(algo_avm_context_t *cx, uint64_t n, uint64_t start, uint64_t length) {
  if (start > n)
    return avm_fail(cx, "extraction start %llu is beyond length: %llu", (unsigned long long)start,
                    (unsigned long long)n);
  uint64_t end = start + length;
  if (end < start) return avm_fail(cx, "extraction end exceeds uint64");
  if (end > n)
    return avm_fail(cx, "extraction end %llu is beyond length: %llu", (unsigned long long)end, (unsigned long long)n);
  return ALGO_OK;
}

static algo_code_t extract(algo_avm_context_t *cx, avm_value_t *v, uint64_t start, uint64_t length) {
  algo_code_t rc = avm_extract_check(cx, v->n, start, length);
  *v = rc == ALGO_OK ? avm_bytes(v->p + start, length) : avm_uint(0);
  return rc;
}

algo_code_t avm_op_extract(algo_avm_context_t *cx) {
  avm_value_t *v = avm_top(cx, 0);
  uint64_t start = cx->prog[cx->pc + 1], length = cx->prog[cx->pc + 2];
  if (length == 0) length = (uint64_t)v->n - start; /* to the end; wraps where start is beyond it */
  return extract(cx, v, start, length);
}

algo_code_t avm_op_extract3(algo_avm_context_t *cx) {
  uint64_t start = avm_top(cx, 1)->u, length = avm_top(cx, 0)->u;
  cx->sp -= 2;
  return extract(cx, avm_top(cx, 0), start, length);
}

static algo_code_t extract_uint(algo_avm_context_t *cx, size_t n) {
  avm_value_t *v = avm_top(cx, 1);
  uint64_t start = avm_top(cx, 0)->u;
  algo_code_t rc = avm_extract_check(cx, v->n, start, n);
  if (rc != ALGO_OK) return rc;
  *v = avm_uint(big_endian(v->p + start, n));
  cx->sp--;
  return ALGO_OK;
}
algo_code_t avm_op_extract_uint16(algo_avm_context_t *cx) { return extract_uint(cx, 2); }
algo_code_t avm_op_extract_uint32(algo_avm_context_t *cx) { return extract_uint(cx, 4); }
algo_code_t avm_op_extract_uint64(algo_avm_context_t *cx) { return extract_uint(cx, 8); }

algo_code_t avm_replace_check(algo_avm_context_t *cx, uint64_t n, uint64_t start, uint64_t length) {
  if (start > n)
    return avm_fail(cx, "replacement start %llu beyond length: %llu", (unsigned long long)start, (unsigned long long)n);
  uint64_t end = start + length;
  if (end < start) return avm_fail(cx, "replacement end exceeds uint64");
  if (end > n)
    return avm_fail(cx, "replacement end %llu beyond original length: %llu", (unsigned long long)end,
                    (unsigned long long)n);
  return ALGO_OK;
}

/* Copies `from` for writing into the copy. */
static uint8_t *fresh(algo_avm_context_t *cx, const avm_value_t *from) {
  uint8_t *p = avm_alloc(cx, from->n);
  if (p != NULL && from->n) memcpy(p, from->p, from->n);
  return p;
}

static algo_code_t replace(algo_avm_context_t *cx, avm_value_t *v, uint64_t start, const avm_value_t *by) {
  algo_code_t rc = avm_replace_check(cx, v->n, start, by->n);
  if (rc != ALGO_OK) return rc;
  uint8_t *p = fresh(cx, v);
  if (p == NULL) return avm_nomem(cx);
  if (by->n) memcpy(p + start, by->p, by->n);
  *v = avm_bytes(p, v->n);
  return ALGO_OK;
}

algo_code_t avm_op_replace2(algo_avm_context_t *cx) {
  algo_code_t rc = replace(cx, avm_top(cx, 1), cx->prog[cx->pc + 1], avm_top(cx, 0));
  if (rc == ALGO_OK) cx->sp--;
  return rc;
}

algo_code_t avm_op_replace3(algo_avm_context_t *cx) {
  algo_code_t rc = replace(cx, avm_top(cx, 2), avm_top(cx, 1)->u, avm_top(cx, 0));
  if (rc == ALGO_OK) cx->sp -= 2;
  return rc;
}

algo_code_t avm_op_getbit(algo_avm_context_t *cx) {
  avm_value_t *v = avm_top(cx, 1);
  uint64_t i = avm_top(cx, 0)->u, bit;
  if (!v->is_bytes) {
    if (i > 63) return avm_fail(cx, "getbit index > 63 with Uint");
    bit = v->u >> i & 1;
  } else {
    if (i / 8 >= v->n) return avm_fail(cx, "getbit index beyond byteslice");
    bit = v->p[i / 8] >> (7 - i % 8) & 1; /* bit 0 is the highest of the first byte */
  }
  *v = avm_uint(bit);
  cx->sp--;
  return ALGO_OK;
}

algo_code_t avm_op_setbit(algo_avm_context_t *cx) {
  avm_value_t *v = avm_top(cx, 2);
  uint64_t i = avm_top(cx, 1)->u, bit = avm_top(cx, 0)->u;
  if (bit > 1) return avm_fail(cx, "setbit value > 1");
  if (!v->is_bytes) {
    if (i > 63) return avm_fail(cx, "setbit index > 63 with Uint");
    v->u = (v->u & ~(UINT64_C(1) << i)) | bit << i;
  } else {
    if (i / 8 >= v->n) return avm_fail(cx, "setbit index beyond byteslice");
    uint8_t *p = fresh(cx, v), mask = (uint8_t)(0x80 >> i % 8);
    if (p == NULL) return avm_nomem(cx);
    p[i / 8] = bit ? p[i / 8] | mask : p[i / 8] & (uint8_t)~mask;
    v->p = p;
  }
  cx->sp -= 2;
  return ALGO_OK;
}

algo_code_t avm_op_getbyte(algo_avm_context_t *cx) {
  avm_value_t *v = avm_top(cx, 1);
  uint64_t i = avm_top(cx, 0)->u;
  if (i >= v->n) return avm_fail(cx, "getbyte index beyond array length");
  *v = avm_uint(v->p[i]);
  cx->sp--;
  return ALGO_OK;
}

algo_code_t avm_op_setbyte(algo_avm_context_t *cx) {
  avm_value_t *v = avm_top(cx, 2);
  uint64_t i = avm_top(cx, 1)->u, byte = avm_top(cx, 0)->u;
  if (byte > 255) return avm_fail(cx, "setbyte value > 255");
  if (i >= v->n) return avm_fail(cx, "setbyte index beyond array length");
  uint8_t *p = fresh(cx, v);
  if (p == NULL) return avm_nomem(cx);
  p[i] = (uint8_t)byte;
  v->p = p;
  cx->sp -= 2;
  return ALGO_OK;
}

algo_code_t avm_op_bzero(algo_avm_context_t *cx) {
  avm_value_t *v = avm_top(cx, 0);
  if (v->u > AVM_MAX_BYTES) return avm_fail(cx, "bzero attempted to create a too large string");
  size_t n = v->u;
  uint8_t *p = avm_alloc(cx, n);
  if (p == NULL) return avm_nomem(cx);
  memset(p, 0, n);
  *v = avm_bytes(p, n);
  return ALGO_OK;
}
