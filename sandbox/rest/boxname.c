#include "boxname.h"

#include <stdio.h>

#include "algo/arc4.h"
#include "algo/hash.h"
#include "algo/text.h"

/* Where standard base64 stops being one: Go's index of the first bad byte, or of the four that end too early. */
static size_t base64_fault(const char *s) {
  size_t i = 0;
  while (s[i] != '\0' && strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", s[i]) != NULL) i++;
  if (s[i] == '=' && i % 4 == 2 && s[i + 1] == '\0') return i + 1; /* a second one is missing */
  return s[i] == '\0' ? i - i % 4 : i;
}

static algo_code_t from_base64(algo_buf_t *out, const char *v, algo_err_t *err) {
  if (strpbrk(v, "-_") == NULL && algo_base64_decode(out, v, strlen(v), NULL) == ALGO_OK) return ALGO_OK;
  return algo_err_set(err, ALGO_E_PARSE,
                      "Could not decode base64-encoded string (%s): illegal base64 data at input byte %zu", v,
                      base64_fault(v));
}

static algo_code_t from_uint(algo_buf_t *out, const char *v, algo_err_t *err) {
  uint64_t n;
  algo_code_t rc = algo_u64_parse(&n, v, strlen(v), NULL);
  if (rc != ALGO_OK) {
    return algo_err_set(err, ALGO_E_PARSE,
                        "Could not parse uint64 from string (%s): strconv.ParseUint: parsing \"%s\": %s", v, v,
                        rc == ALGO_E_RANGE ? "value out of range" : "invalid syntax");
  }
  uint8_t be[8];
  algo_put_be64(be, n);
  algo_buf_put(out, be, sizeof be);
  return ALGO_OK;
}

/* The checksum that the address should have, and the one that it has. */
static void put_mismatch(char why[96], const char *address) {
  algo_buf_t raw = ALGO_BUF_INIT;
  uint8_t digest[32];
  (void)algo_base32_decode(&raw, address, ALGO_ADDR_TEXT, false, NULL);
  if (raw.n >= 36) {
    algo_sha512_256(digest, raw.p, 32);
    const uint8_t *a = digest + 28, *b = raw.p + 32;
    snprintf(why, 96, "decoded checksum mismatch, [%u %u %u %u] != [%u %u %u %u]", a[0], a[1], a[2], a[3], b[0], b[1],
             b[2], b[3]);
  }
  algo_buf_fini(&raw);
}

static algo_code_t from_addr(algo_buf_t *out, const char *v, algo_err_t *err) {
  algo_addr_t a;
  if (algo_addr_parse(&a, v, strlen(v), NULL) == ALGO_OK) {
    algo_buf_put(out, a.b, sizeof a.b);
    return ALGO_OK;
  }
  size_t letters = strspn(v, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567");
  char why[96] = "decoded byte length should equal 36 with address and checksum";
  if (v[letters] != '\0')
    snprintf(why, sizeof why, "base32 decode error: illegal base32 data at input byte %zu", letters);
  else if (letters == ALGO_ADDR_TEXT) put_mismatch(why, v);
  return algo_err_set(err, ALGO_E_PARSE,
                      "Could not unmarshal checksummed address from string (%s): cannot cast encoded address "
                      "string (%s) to address: %s",
                      v, v, why);
}

/* "abi:TYPE:JSON" */
static algo_code_t from_abi(algo_buf_t *out, const char *v, algo_err_t *err) {
  const char *colon = strchr(v, ':');
  if (colon == NULL)
    return algo_err_set(err, ALGO_E_PARSE,
                        "Could not decode abi string (%s): should split abi-type and abi-value with colon", v);
  algo_arena_t arena = ALGO_ARENA_INIT;
  const algo_arc4_type_t *type = NULL;
  json_object *value = NULL;
  algo_code_t rc = algo_arc4_parse(&type, v, (size_t)(colon - v), &arena, err);
  if (rc != ALGO_OK && rc != ALGO_E_NOMEM) {
    rc = algo_err_set(err, ALGO_E_PARSE,
                      "Could not decode abi type string (%.*s): cannot convert the string \"%.*s\" to an ABI type",
                      (int)(colon - v), v, (int)(colon - v), v);
  }
  if (rc == ALGO_OK) rc = algo_json_parse(&value, colon + 1, strlen(colon + 1), err);
  if (rc == ALGO_OK) rc = algo_arc4_encode_json(out, type, value, err);
  if (rc != ALGO_OK && rc != ALGO_E_NOMEM && type != NULL)
    rc = algo_err_prefix(err, ALGO_E_PARSE, "Could not decode abi value string (%s)", colon + 1);
  json_object_put(value);
  algo_arena_fini(&arena);
  return rc;
}

static algo_code_t parse(algo_buf_t *out, const char *text, algo_err_t *err) {
  const char *colon = strchr(text, ':');
  if (colon == NULL) {
    return algo_err_set(err, ALGO_E_PARSE, "all arguments and box names should be of the form 'encoding:value'");
  }
  size_t n = (size_t)(colon - text);
  const char *v = colon + 1;
#define IS(name) (n == sizeof(name) - 1 && memcmp(text, name, n) == 0)
  if (IS("str") || IS("string")) {
    algo_buf_puts(out, v);
    return ALGO_OK;
  }
  if (IS("b64") || IS("base64") || IS("byte base64")) return from_base64(out, v, err);
  if (IS("int") || IS("integer")) return from_uint(out, v, err);
  if (IS("addr") || IS("address")) return from_addr(out, v, err);
  if (IS("abi")) return from_abi(out, v, err);
  if (IS("b32") || IS("base32") || IS("byte base32")) {
    if (strlen(v) % 8 == 0 && algo_base32_decode(out, v, strlen(v), false, NULL) == ALGO_OK) return ALGO_OK;
    return algo_err_set(err, ALGO_E_PARSE,
                        "Could not decode base32-encoded string (%s): illegal base32 data at input byte 0", v);
  }
#undef IS
  return algo_err_set(err, ALGO_E_PARSE, "Unknown encoding: %.*s", (int)n, text);
}

/* Its readers find faults with the text alone: without memory there is none to be found. */
algo_code_t boxname_parse(algo_buf_t *out, const char *text, algo_err_t *err) {
  algo_code_t rc = parse(out, text, err);
  return out->oom ? algo_err_set(err, ALGO_E_NOMEM, "out of memory") : rc;
}
