#include "mpjson.h"

#include "algo/address.h"
#include "algo/mp.h"
#include "algo/text.h"

#define MAX_DEPTH 128

typedef enum kind { AUTO, ADDR, BLOCK_HASH, UNTOLD /* null: JSON has no such keys */ } kind_t;

typedef struct field { /* what a key's value is; for an array, what its elements are */
  mpjson_shape_t in;
  const char *key;
  kind_t kind;
  mpjson_shape_t shape;
} field_t;

/* Source: the Go types behind each codec name (data/bookkeeping, data/transactions). */
static const field_t fields[] = {
    {MPJSON_TXN, "snd", ADDR, 0},
    {MPJSON_TXN, "rcv", ADDR, 0},
    {MPJSON_TXN, "close", ADDR, 0},
    {MPJSON_TXN, "rekey", ADDR, 0},
    {MPJSON_TXN, "arcv", ADDR, 0},
    {MPJSON_TXN, "asnd", ADDR, 0},
    {MPJSON_TXN, "aclose", ADDR, 0},
    {MPJSON_TXN, "fadd", ADDR, 0},
    {MPJSON_TXN, "apat", ADDR, 0},
    {MPJSON_TXN, "apar", AUTO, MPJSON_APAR},
    {MPJSON_TXN, "al", AUTO, MPJSON_ACCESS},
    {MPJSON_TXN, "hb", AUTO, MPJSON_HB},
    {MPJSON_APAR, "m", ADDR, 0},
    {MPJSON_APAR, "r", ADDR, 0},
    {MPJSON_APAR, "f", ADDR, 0},
    {MPJSON_APAR, "c", ADDR, 0},
    {MPJSON_ACCESS, "d", ADDR, 0},
    {MPJSON_HB, "a", ADDR, 0},
    {MPJSON_STXN, "txn", AUTO, MPJSON_TXN},
    {MPJSON_STXN, "sgnr", ADDR, 0},
    {MPJSON_STXN, "dt", AUTO, MPJSON_DELTA},
    {MPJSON_DELTA, "itx", AUTO, MPJSON_STXN},
    {MPJSON_DELTA, "sa", ADDR, 0},
    {MPJSON_BLOCK, "txns", AUTO, MPJSON_STXN},
    {MPJSON_BLOCK, "prev", BLOCK_HASH, 0},
    {MPJSON_BLOCK, "fees", ADDR, 0},
    {MPJSON_BLOCK, "rwd", ADDR, 0},
    {MPJSON_BLOCK, "prp", ADDR, 0},
    {MPJSON_BLOCK, "partupdrmv", ADDR, 0},
    {MPJSON_BLOCK, "partupdabs", ADDR, 0},
    {MPJSON_BLOCK_ANSWER, "block", AUTO, MPJSON_BLOCK},
    {MPJSON_INFO, "txn", AUTO, MPJSON_STXN},
    {MPJSON_INFO, "inner-txns", AUTO, MPJSON_INFO},
    {MPJSON_POOL, "top-transactions", AUTO, MPJSON_STXN},
    {MPJSON_STATE_DELTA, "Deltas", AUTO, MPJSON_STATE_DELTA},
    {MPJSON_STATE_DELTA, "Delta", AUTO, MPJSON_STATE_DELTA},
    {MPJSON_STATE_DELTA, "Txleases", UNTOLD, 0},
    {MPJSON_STATE_DELTA, "Creatables", AUTO, MPJSON_STATE_DELTA},
    {MPJSON_STATE_DELTA, "", AUTO, MPJSON_STATE_DELTA}, /* of them, by number */
    {MPJSON_STATE_DELTA, "Accts", AUTO, MPJSON_STATE_DELTA},
    {MPJSON_STATE_DELTA, "AppResources", AUTO, MPJSON_STATE_DELTA},
    {MPJSON_STATE_DELTA, "AssetResources", AUTO, MPJSON_STATE_DELTA},
    {MPJSON_STATE_DELTA, "Params", AUTO, MPJSON_STATE_DELTA},
    {MPJSON_STATE_DELTA, "Addr", ADDR, 0},
    {MPJSON_STATE_DELTA, "AuthAddr", ADDR, 0},
    {MPJSON_STATE_DELTA, "Creator", ADDR, 0},
    {MPJSON_STATE_DELTA, "m", ADDR, 0}, /* an asset's, an application's parameters */
    {MPJSON_STATE_DELTA, "r", ADDR, 0},
    {MPJSON_STATE_DELTA, "f", ADDR, 0},
    {MPJSON_STATE_DELTA, "c", ADDR, 0},
    {MPJSON_STATE_DELTA, "ss", ADDR, 0},
    {MPJSON_STATE_DELTA, "Hdr", AUTO, MPJSON_BLOCK},
    {MPJSON_SIM_REQUEST, "txn-groups", AUTO, MPJSON_SIM_REQUEST},
    {MPJSON_SIM_REQUEST, "txns", AUTO, MPJSON_STXN},
    {MPJSON_SIMULATE, "txn-groups", AUTO, MPJSON_SIMULATE},
    {MPJSON_SIMULATE, "txn-results", AUTO, MPJSON_SIMULATE},
    {MPJSON_SIMULATE, "txn-result", AUTO, MPJSON_INFO},
};

static const field_t *field_of(mpjson_shape_t in, algo_bytes_t key) {
  static const field_t plain = {MPJSON_PLAIN, "", AUTO, MPJSON_PLAIN};
  if (in == MPJSON_PLAIN) return &plain;
  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
    const field_t *f = &fields[i];
    if (f->in == in && strlen(f->key) == key.n && memcmp(f->key, key.p, key.n) == 0) return f;
  }
  return &plain;
}

bool mpjson_is_address(mpjson_shape_t in, const char *key) { return field_of(in, algo_bytes_str(key))->kind == ADDR; }
mpjson_shape_t mpjson_shape_of(mpjson_shape_t in, const char *key) { return field_of(in, algo_bytes_str(key))->shape; }

/* Length of the UTF-8 sequence at p, 0 where it is not one. */
static size_t utf8_length(const uint8_t *p, size_t n) {
  for (size_t len = 2; len <= 4 && len <= n; len++) {
    if (algo_utf8_valid(algo_bytes(p, len))) return len;
  }
  return 0;
}

static void escape(algo_buf_t *out, uint8_t c) {
  static const char hex[] = "0123456789abcdef";
  switch (c) {
  case '"': algo_buf_puts(out, "\\\""); return;
  case '\\': algo_buf_puts(out, "\\\\"); return;
  case '\n': algo_buf_puts(out, "\\n"); return;
  case '\r': algo_buf_puts(out, "\\r"); return;
  case '\t': algo_buf_puts(out, "\\t"); return;
  case '\b': algo_buf_puts(out, "\\b"); return;
  case '\f': algo_buf_puts(out, "\\f"); return;
  default: break;
  }
  char u[6] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};
  algo_buf_put(out, u, sizeof u);
}

/* A JSON string, quotes and all; bytes that are not UTF-8 become \ufffd, HTML characters stay. */
static void mpjson_string(algo_buf_t *out, algo_bytes_t s) {
  algo_buf_putc(out, '"');
  size_t start = 0;
  for (size_t i = 0; i < s.n;) {
    uint8_t c = s.p[i];
    if (c >= 0x20 && c < 0x80 && c != '"' && c != '\\') {
      i++;
      continue;
    }
    size_t len = c < 0x80 ? 1 : utf8_length(s.p + i, s.n - i);
    bool separator = len == 3 && c == 0xe2 && s.p[i + 1] == 0x80 && (s.p[i + 2] & 0xfe) == 0xa8; /* U+2028, U+2029 */
    if (len > 1 && !separator) {
      i += len;
      continue;
    }
    algo_buf_put(out, s.p + start, i - start);
    if (separator) algo_buf_puts(out, s.p[i + 2] == 0xa8 ? "\\u2028" : "\\u2029");
    else if (len == 0) algo_buf_puts(out, "\\ufffd");
    else escape(out, c);
    i += len > 0 ? len : 1;
    start = i;
  }
  algo_buf_put(out, s.p + start, s.n - start);
  algo_buf_putc(out, '"');
}

static void newline(algo_buf_t *out, unsigned depth) {
  static const char spaces[] = "                                                                ";
  algo_buf_putc(out, '\n');
  for (size_t left = 2u * depth; left > 0;) {
    size_t n = left < sizeof spaces - 1 ? left : sizeof spaces - 1;
    algo_buf_put(out, spaces, n);
    left -= n;
  }
}

static void put_bin(algo_buf_t *out, algo_bytes_t v, kind_t kind) {
  algo_buf_putc(out, '"');
  if (kind == ADDR && v.n == 32) {
    algo_addr_t a;
    char text[ALGO_ADDR_TEXT + 1];
    memcpy(a.b, v.p, 32);
    algo_addr_format(text, &a);
    algo_buf_puts(out, text);
  } else if (kind == BLOCK_HASH) {
    algo_buf_puts(out, "blk-");
    algo_base32_encode(out, v);
  } else {
    algo_base64_encode(out, v);
  }
  algo_buf_putc(out, '"');
}

static algo_code_t value(algo_buf_t *out, algo_mp_t *r, const field_t *f, unsigned depth, algo_err_t *err);

/* Keys of maps are text, or numbers that JSON has as text. */
static algo_code_t put_key(algo_buf_t *out, algo_mp_t *r, algo_bytes_t *name, algo_err_t *err) {
  if (algo_mp_peek(r) == ALGO_MP_UINT) {
    uint64_t n;
    algo_code_t rc = algo_mp_get_uint(r, &n, err);
    if (rc == ALGO_OK) algo_buf_printf(out, "\"%llu\"", (unsigned long long)n);
    *name = algo_bytes("", 0);
    return rc;
  }
  bool bin = algo_mp_peek(r) == ALGO_MP_BIN;
  algo_code_t rc = algo_mp_get_str(r, name, err);
  if (rc != ALGO_OK) return rc;
  if (bin) put_bin(out, *name, AUTO);
  else mpjson_string(out, *name);
  return ALGO_OK;
}

static algo_code_t map(algo_buf_t *out, algo_mp_t *r, mpjson_shape_t shape, unsigned depth, algo_err_t *err) {
  uint32_t n;
  algo_code_t rc = algo_mp_get_map(r, &n, err);
  if (rc != ALGO_OK) return rc;
  algo_buf_putc(out, '{');
  for (uint32_t i = 0; i < n; i++) {
    if (i > 0) algo_buf_putc(out, ',');
    newline(out, depth + 1);
    algo_bytes_t key;
    rc = put_key(out, r, &key, err);
    if (rc != ALGO_OK) return rc;
    algo_buf_puts(out, ": ");
    rc = value(out, r, field_of(shape, key), depth + 1, err);
    if (rc != ALGO_OK) return rc;
  }
  if (n > 0) newline(out, depth);
  algo_buf_putc(out, '}');
  return ALGO_OK;
}

static algo_code_t array(algo_buf_t *out, algo_mp_t *r, const field_t *f, unsigned depth, algo_err_t *err) {
  uint32_t n;
  algo_code_t rc = algo_mp_get_array(r, &n, err);
  if (rc != ALGO_OK) return rc;
  algo_buf_putc(out, '[');
  for (uint32_t i = 0; i < n; i++) {
    if (i > 0) algo_buf_putc(out, ',');
    newline(out, depth + 1);
    rc = value(out, r, f, depth + 1, err);
    if (rc != ALGO_OK) return rc;
  }
  if (n > 0) newline(out, depth);
  algo_buf_putc(out, ']');
  return ALGO_OK;
}

static algo_code_t value(algo_buf_t *out, algo_mp_t *r, const field_t *f, unsigned depth, algo_err_t *err) {
  if (depth > MAX_DEPTH) return algo_err_set(err, ALGO_E_PARSE, "nested deeper than %d", MAX_DEPTH);
  if (f->kind == UNTOLD) {
    algo_buf_puts(out, "null");
    return algo_mp_skip(r, err);
  }
  uint64_t u = 0;
  int64_t i = 0;
  bool b = false;
  algo_bytes_t v = {NULL, 0};
  algo_code_t rc;
  switch (algo_mp_peek(r)) {
  case ALGO_MP_MAP: return map(out, r, f->shape, depth, err);
  case ALGO_MP_ARRAY: return array(out, r, f, depth, err);
  case ALGO_MP_UINT:
    rc = algo_mp_get_uint(r, &u, err);
    algo_buf_printf(out, "%llu", (unsigned long long)u);
    return rc;
  case ALGO_MP_INT:
    rc = algo_mp_get_int(r, &i, err);
    algo_buf_printf(out, "%lld", (long long)i);
    return rc;
  case ALGO_MP_BOOL:
    rc = algo_mp_get_bool(r, &b, err);
    algo_buf_puts(out, b ? "true" : "false");
    return rc;
  case ALGO_MP_NIL: algo_buf_puts(out, "null"); return algo_mp_skip(r, err);
  case ALGO_MP_BIN:
    rc = algo_mp_get_bin(r, &v, err);
    if (rc == ALGO_OK) put_bin(out, v, f->kind);
    return rc;
  default:
    rc = algo_mp_get_str(r, &v, err);
    if (rc == ALGO_OK) mpjson_string(out, v);
    return rc;
  }
}

algo_code_t mpjson_write(algo_buf_t *out, algo_bytes_t in, mpjson_shape_t shape, algo_err_t *err) {
  algo_mp_t r = algo_mp(in);
  const field_t top = {MPJSON_PLAIN, "", AUTO, shape};
  return value(out, &r, &top, 0, err);
}
