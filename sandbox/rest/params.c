/* Parameters of path and query, with the texts of a real node for what does not fit. */
#include <strings.h>

#include "algo/hash.h"
#include "algo/text.h"
#include "mpjson.h"
#include "rest_impl.h"

static bool not_empty(rest_call_t *c, const char *name, algo_bytes_t v) {
  if (v.n > 0) return true;
  rest_error(c, 400, "Invalid format for parameter %s: parameter '%s' is empty, can't bind its value", name, name);
  return false;
}

/* Go's strconv.ParseUint: digits only. */
static bool parse_u64(rest_call_t *c, const char *name, algo_bytes_t v, uint64_t *out) {
  algo_err_t err;
  algo_code_t rc = algo_u64_parse(out, (const char *)v.p, v.n, &err);
  if (rc == ALGO_OK) return true;
  rest_error(c, 400,
             "Invalid format for parameter %s: error binding string parameter: strconv.ParseUint: parsing \"%.*s\": %s",
             name, (int)v.n, (const char *)v.p, rc == ALGO_E_RANGE ? "value out of range" : "invalid syntax");
  return false;
}

bool rest_arg_u64(rest_call_t *c, unsigned i, const char *name, uint64_t *out) {
  return not_empty(c, name, c->arg[i]) && parse_u64(c, name, c->arg[i], out);
}

/* Why the text is no address, in go-algorand's words. */
static const char *address_fault(algo_bytes_t v) {
  algo_buf_t raw = ALGO_BUF_INIT;
  const char *why = "address %s is malformed, checksum verification failed";
  bool letters = true;
  for (size_t i = 0; i < v.n; i++) letters &= (v.p[i] >= 'A' && v.p[i] <= 'Z') || (v.p[i] >= '2' && v.p[i] <= '7');
  algo_code_t rc = algo_base32_decode(&raw, (const char *)v.p, v.n, false, NULL);
  if (!letters) {
    why = "failed to decode address %s from base 32";
  } else if (v.n * 5 / 8 < 32) { /* Go's decoder drops an odd end */
    why = "decoded bad addr: %s";
  } else if (rc == ALGO_OK) {
    uint8_t digest[32];
    algo_sha512_256(digest, raw.p, 32);
    if (memcmp(digest + 28, raw.p + raw.n - 4, 4) == 0) why = "address %s is non-canonical";
  }
  algo_buf_fini(&raw);
  return why;
}

bool rest_arg_addr(rest_call_t *c, unsigned i, algo_addr_t *out) {
  algo_bytes_t v = c->arg[i];
  if (!not_empty(c, "address", v)) return false;
  if (algo_addr_parse_canonical(out, (const char *)v.p, v.n, NULL) == ALGO_OK) return true;
  const char *why = address_fault(v), *at = strstr(why, "%s");
  int n = v.n < 4096 ? (int)v.n : 4096;
  rest_error(c, 400,
             "Invalid format for parameter address: error unmarshaling '%.*s' text as *basics.Address: %.*s%.*s%s", n,
             (const char *)v.p, (int)(at - why), why, n, (const char *)v.p, at + 2);
  return false;
}

bool rest_query_text(rest_call_t *c, const char *name, const char **out) {
  *out = algo_httpd_query(c->req, name);
  if (!algo_httpd_query_repeated(c->req, name)) return true;
  rest_error(c, 400, "Invalid format for parameter %s: multiple values for single value parameter '%s'", name, name);
  return false;
}

bool rest_query_list(rest_call_t *c, const char *name, const char **out) {
  *out = algo_httpd_query(c->req, name);
  if (!algo_httpd_query_repeated(c->req, name)) return true;
  rest_error(c, 400, "Invalid format for parameter %s: parameter '%s' is not exploded, but is specified multiple times",
             name, name);
  return false;
}

bool rest_query_u64(rest_call_t *c, const char *name, uint64_t *out, bool *given) {
  const char *v;
  if (!rest_query_text(c, name, &v)) return false;
  *given = v != NULL;
  return v == NULL || parse_u64(c, name, algo_bytes_str(v), out);
}

bool rest_query_bool(rest_call_t *c, const char *name, bool *out) {
  static const char *const yes[] = {"1", "t", "T", "TRUE", "true", "True"};
  static const char *const no[] = {"0", "f", "F", "FALSE", "false", "False"};
  const char *v;
  if (!rest_query_text(c, name, &v)) return false;
  if (v == NULL) return true;
  for (size_t i = 0; i < 6; i++) {
    bool y = strcmp(v, yes[i]) == 0;
    if (!y && strcmp(v, no[i]) != 0) continue;
    *out = y;
    return true;
  }
  rest_error(c, 400,
             "Invalid format for parameter %s: error binding string parameter: strconv.ParseBool: parsing \"%s\": "
             "invalid syntax",
             name, v);
  return false;
}

bool rest_query_format(rest_call_t *c, bool *msgpack) {
  const char *v;
  if (!rest_query_text(c, "format", &v)) return false;
  *msgpack = v != NULL && (strcasecmp(v, "msgpack") == 0 || strcasecmp(v, "msgp") == 0);
  if (v == NULL || *msgpack || strcasecmp(v, "json") == 0) return true;
  rest_error(c, 400, ERR_FORMAT);
  return false;
}

void rest_not_found(rest_call_t *c, uint64_t id, const char *text) {
  bool asked = id <= INT64_MAX; /* its database has no greater numbers */
  rest_error(c, asked ? 404 : 500, "%s", asked ? text : ERR_LEDGER);
}

bool rest_query_has(rest_call_t *c, const char *name, const char *value) {
  const char *v = algo_httpd_query(c->req, name);
  size_t want = strlen(value);
  while (v != NULL && *v != '\0') {
    size_t n = strcspn(v, ",");
    if (n == want && memcmp(v, value, n) == 0) return true;
    v += n + (v[n] == ',');
  }
  return false;
}

void rest_encoded(rest_call_t *c, const algo_buf_t *mp, int shape, bool msgpack) {
  if (mp->oom) {
    rest_error(c, 500, "out of memory");
    return;
  }
  if (msgpack) {
    c->res->content_type = "application/msgpack";
    algo_buf_putb(&c->res->body, algo_buf_view(mp));
    return;
  }
  algo_err_t err;
  if (mpjson_write(&c->res->body, algo_buf_view(mp), (mpjson_shape_t)shape, &err) != ALGO_OK) {
    rest_error(c, 500, "failed to encode response");
  }
}
