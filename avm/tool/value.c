/* Values on the command line, and values as people read them. */

#include "algo/hash.h"
#include "algo/text.h"
#include "tool.h"

static bool bad(const char *text, const char *why) {
  fprintf(stderr, "algorent-avm: %s: %s\n", text, why);
  return false;
}

typedef algo_code_t (*decode_fn)(algo_buf_t *out, const char *s, size_t n, algo_err_t *err);

static bool decoded(algo_tv_t *out, const char *all, const char *s, decode_fn decode, algo_arena_t *arena) {
  algo_buf_t b = ALGO_BUF_INIT;
  algo_err_t err;
  algo_err_init(&err);
  bool ok = decode(&b, s, strlen(s), &err) == ALGO_OK;
  if (ok) *out = (algo_tv_t){.is_bytes = true, .bytes = algo_arena_dup(arena, algo_buf_view(&b))};
  algo_buf_fini(&b);
  return ok || bad(all, err.msg);
}

static bool address(algo_tv_t *out, const char *all, const char *s, algo_arena_t *arena) {
  algo_addr_t a;
  algo_err_t err;
  algo_err_init(&err);
  if (algo_addr_parse(&a, s, strlen(s), &err) != ALGO_OK) return bad(all, err.msg);
  *out = (algo_tv_t){.is_bytes = true, .bytes = algo_arena_dup(arena, algo_bytes(a.b, sizeof a.b))};
  return true;
}

static bool number(algo_tv_t *out, const char *all, const char *s) {
  out->is_bytes = false;
  return algo_u64_parse(&out->uint, s, strlen(s), NULL) == ALGO_OK || bad(all, "not a number of 64 bits");
}

static bool after(const char *text, const char *prefix, const char **rest) {
  size_t n = strlen(prefix);
  *rest = text + n;
  return strncmp(text, prefix, n) == 0;
}

bool parse_value(algo_tv_t *out, const char *text, algo_arena_t *arena) {
  const char *s;
  *out = (algo_tv_t){0};
  if (after(text, "int:", &s)) return number(out, text, s);
  if (after(text, "hex:", &s) || after(text, "0x", &s)) return decoded(out, text, s, algo_hex_decode, arena);
  if (after(text, "b64:", &s)) return decoded(out, text, s, algo_base64_decode, arena);
  if (after(text, "addr:", &s)) return address(out, text, s, arena);
  if (after(text, "method:", &s)) {
    uint8_t hash[32];
    algo_sha512_256(hash, s, strlen(s));
    *out = (algo_tv_t){.is_bytes = true, .bytes = algo_arena_dup(arena, algo_bytes(hash, 4))};
    return true;
  }
  if (!after(text, "str:", &s)) {
    size_t digits = strspn(text, "0123456789");
    if (digits > 0 && text[digits] == '\0') return number(out, text, text);
    s = text;
  }
  *out = (algo_tv_t){.is_bytes = true, .bytes = algo_arena_dup(arena, algo_bytes_str(s))};
  return true;
}

bool parse_argument(algo_bytes_t *out, const char *text, algo_arena_t *arena) {
  algo_tv_t v;
  if (!parse_value(&v, text, arena)) return false;
  uint8_t be[8];
  algo_put_be64(be, v.uint);
  *out = v.is_bytes ? v.bytes : algo_arena_dup(arena, algo_bytes(be, sizeof be));
  return true;
}

#define SHOWN 40u /* bytes of a long value */

void put_value(algo_buf_t *out, const algo_tv_t *v) {
  if (!v->is_bytes) {
    algo_buf_printf(out, "%llu", (unsigned long long)v->uint);
    return;
  }
  if (v->bytes.n == sizeof(algo_addr_t)) { /* most likely an address */
    char text[ALGO_ADDR_TEXT + 1];
    algo_addr_t a;
    memcpy(a.b, v->bytes.p, sizeof a.b);
    algo_addr_format(text, &a);
    algo_buf_puts(out, text);
    return;
  }
  bool text = v->bytes.n > 0;
  for (size_t i = 0; i < v->bytes.n; i++) text = text && v->bytes.p[i] >= ' ' && v->bytes.p[i] < 0x7f;
  algo_bytes_t shown = algo_bytes(v->bytes.p, v->bytes.n < SHOWN ? v->bytes.n : SHOWN);
  if (text) {
    algo_buf_putc(out, '"');
    algo_buf_putb(out, shown);
    algo_buf_putc(out, '"');
  } else {
    algo_buf_puts(out, "0x");
    algo_hex_encode(out, shown);
  }
  if (v->bytes.n > SHOWN) algo_buf_printf(out, "...(%zu bytes)", v->bytes.n);
}
