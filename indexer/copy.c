/* copy.c - PostgreSQL's binary row format. */
#include "copy.h"

const uint8_t ix_copy_header[19] = {'P', 'G', 'C', 'O', 'P', 'Y', '\n', 0xff, '\r', '\n', 0, 0, 0, 0, 0, 0, 0, 0, 0};
const uint8_t ix_copy_trailer[2] = {0xff, 0xff};

#define PG_EPOCH INT64_C(946684800) /* 2000-01-01 in Unix seconds */

static void put16(uint8_t *p, uint16_t v) {
  p[0] = (uint8_t)(v >> 8);
  p[1] = (uint8_t)v;
}

static void put32(uint8_t *p, uint32_t v) {
  put16(p, (uint16_t)(v >> 16));
  put16(p + 2, (uint16_t)v);
}

void ix_copy_row(algo_buf_t *b, int16_t columns) {
  uint8_t *p = algo_buf_reserve(b, 2);
  if (!p) return;
  put16(p, (uint16_t)columns);
  b->n += 2;
}

void ix_copy_null(algo_buf_t *b) {
  uint8_t *p = algo_buf_reserve(b, 4);
  if (!p) return;
  put32(p, UINT32_MAX);
  b->n += 4;
}

void ix_copy_bool(algo_buf_t *b, bool v) {
  const uint8_t byte = v;
  ix_copy_bytes(b, &byte, 1);
}

void ix_copy_i16(algo_buf_t *b, int16_t v) {
  uint8_t *p = algo_buf_reserve(b, 6);
  if (!p) return;
  put32(p, 2);
  put16(p + 4, (uint16_t)v);
  b->n += 6;
}

void ix_copy_i32(algo_buf_t *b, int32_t v) {
  uint8_t *p = algo_buf_reserve(b, 8);
  if (!p) return;
  put32(p, 4);
  put32(p + 4, (uint32_t)v);
  b->n += 8;
}

void ix_copy_i64(algo_buf_t *b, int64_t v) {
  uint8_t *p = algo_buf_reserve(b, 12);
  if (!p) return;
  put32(p, 8);
  algo_put_be64(p + 4, (uint64_t)v);
  b->n += 12;
}

/* A numeric is digits of base 10,000, the first worth 10,000^weight; zeros at the end are left out. */
static size_t ix_numeric(uint8_t out[IX_NUMERIC_MAX], uint64_t v) {
  uint16_t digits[5];
  int n = 0;
  for (; v != 0; v /= 10000) digits[n++] = (uint16_t)(v % 10000); /* the lowest first */
  int low = 0;
  while (low < n && digits[low] == 0) low++;
  put16(out, (uint16_t)(n - low));
  put16(out + 2, (uint16_t)(n > 0 ? n - 1 : 0));
  put32(out + 4, 0); /* sign, scale */
  uint8_t *p = out + 8;
  for (int i = n; i-- > low; p += 2) put16(p, digits[i]);
  return (size_t)(p - out);
}

void ix_copy_u64(algo_buf_t *b, uint64_t v) {
  uint8_t *p = algo_buf_reserve(b, 4 + IX_NUMERIC_MAX);
  if (!p) return;
  size_t n = ix_numeric(p + 4, v);
  put32(p, (uint32_t)n);
  b->n += 4 + n;
}

void ix_copy_bytes(algo_buf_t *b, const void *v, size_t n) {
  uint8_t *p = algo_buf_reserve(b, 4 + n);
  if (!p) return;
  put32(p, (uint32_t)n);
  if (n) memcpy(p + 4, v, n);
  b->n += 4 + n;
}

void ix_copy_length(algo_buf_t *b, size_t n) {
  uint8_t *p = algo_buf_reserve(b, 4);
  if (!p) return;
  put32(p, (uint32_t)n);
  b->n += 4;
}

void ix_copy_time(algo_buf_t *b, int64_t unix_seconds) { ix_copy_i64(b, (unix_seconds - PG_EPOCH) * 1000000); }

void ix_copy_array(algo_buf_t *b, uint32_t oid, size_t count, size_t size) {
  const size_t head = count ? 20 : 12;
  uint8_t *p = algo_buf_reserve(b, 4 + head);
  if (!p) return;
  put32(p, (uint32_t)(head + count * (4 + size)));
  put32(p + 4, count ? 1 : 0); /* dimensions */
  put32(p + 8, 0);             /* no nulls */
  put32(p + 12, oid);
  if (count) {
    put32(p + 16, (uint32_t)count);
    put32(p + 20, 1); /* the first index */
  }
  b->n += 4 + head;
}
