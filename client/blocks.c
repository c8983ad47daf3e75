/* blocks.c - routes about blocks, and the node's assembler. */
#include "internal.h"

algo_code_t algo_algod_block(algo_algod_t *c, uint64_t round, algo_buf_t *out, algo_err_t *err) {
  char path[80];
  snprintf(path, sizeof path, "/v2/blocks/%" PRIu64 "?format=msgpack", round);
  return client_get_msgpack(c, path, out, err);
}

/* 52 letters of base32, as transaction ids are written. */
static algo_code_t read_base32_digest(algo_digest_t *out, json_object *o, const char *key, algo_err_t *err) {
  algo_bytes_t text = {0};
  algo_code_t r = algo_json_get_str(o, key, &text, err);
  if (r != ALGO_OK) return r;
  if (text.n > 4 && memcmp(text.p, "blk-", 4) == 0) text.p += 4, text.n -= 4;
  return algo_txid_parse(out, (const char *)text.p, text.n, err);
}

algo_code_t algo_algod_block_hash(algo_algod_t *c, uint64_t round, algo_digest_t *out, algo_err_t *err) {
  char path[80];
  json_object *o = NULL;
  snprintf(path, sizeof path, "/v2/blocks/%" PRIu64 "/hash", round);
  algo_code_t r = client_get_json(c, path, &o, err);
  if (r == ALGO_OK) r = read_base32_digest(out, o, "blockHash", err);
  json_object_put(o);
  return r;
}

static algo_code_t teal_route(algo_algod_t *c, const char *path, const char *type, algo_bytes_t body, json_object **out,
                              algo_err_t *err) {
  algo_buf_t answer = ALGO_BUF_INIT;
  algo_err_t local;
  algo_err_t *e = err == NULL ? &local : err;
  algo_code_t r = algo_algod_ask(c, "POST", path, type, body, &answer, e);
  if (r == ALGO_OK) {
    r = algo_json_parse(out, answer.p, answer.n, e);
  } else if (r == ALGO_E_HTTP && e->http_status == 400) {
    r = algo_err_set(e, ALGO_E_ASM, "%s", algo_algod_said(c));
  } else if (r == ALGO_E_NOT_FOUND) {
    r = algo_err_set(e, ALGO_E_UNSUPPORTED,
                     "the node at %s has %s switched off (EnableDeveloperAPI in its config.json)", algo_algod_server(c),
                     path);
  }
  algo_buf_fini(&answer);
  return r;
}

algo_code_t algo_algod_compile(algo_algod_t *c, const char *teal, algo_compiled_t *out, algo_arena_t *arena,
                               algo_err_t *err) {
  json_object *o = NULL;
  algo_compiled_t v = {0};
  algo_code_t r = teal_route(c, "/v2/teal/compile", "text/plain", algo_bytes_str(teal), &o, err);
  if (r == ALGO_OK) r = client_json_bytes(&v.program, o, "result", arena, err);
  if (r == ALGO_OK) r = client_json_addr(&v.address, o, "hash", err);
  if (r == ALGO_OK) *out = v;
  json_object_put(o);
  return r;
}

algo_code_t algo_algod_disassemble(algo_algod_t *c, algo_bytes_t program, algo_buf_t *teal, algo_err_t *err) {
  json_object *o = NULL;
  algo_bytes_t text = {0};
  algo_code_t r = teal_route(c, "/v2/teal/disassemble", "application/x-binary", program, &o, err);
  if (r == ALGO_OK) r = algo_json_get_str(o, "result", &text, err);
  if (r == ALGO_OK) {
    algo_buf_clear(teal);
    algo_buf_putb(teal, text);
    if (teal->oom) r = client_nomem(err);
  }
  json_object_put(o);
  return r;
}
