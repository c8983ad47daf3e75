/* sandbox.c - the control of a sandbox: each function is one request. */
#include "algo/sandbox.h"

#include "algo/text.h"
#include "internal.h"

static algo_code_t refused(algo_algod_t *c, algo_code_t r, algo_err_t *err) {
  if (r != ALGO_E_HTTP || err->http_status != 400) return r;
  r = algo_err_set(err, ALGO_E_INVALID, "the sandbox refuses: %s", algo_algod_said(c));
  err->http_status = 400;
  return r;
}

/* A POST whose answer is no news. `body` is freed. */
static algo_code_t post(algo_algod_t *c, const char *path, algo_buf_t *body, algo_err_t *err) {
  algo_buf_t answer = ALGO_BUF_INIT;
  algo_err_t local;
  algo_err_t *e = err == NULL ? &local : err;
  const char *type = body == NULL || body->n == 0 ? NULL : "application/json";
  algo_bytes_t content = body == NULL ? (algo_bytes_t){NULL, 0} : algo_buf_view(body);
  algo_code_t r =
      body != NULL && body->oom ? client_nomem(e) : algo_algod_ask(c, "POST", path, type, content, &answer, e);
  algo_buf_fini(&answer);
  if (body != NULL) algo_buf_fini(body);
  return refused(c, r, e);
}

static algo_code_t post_number(algo_algod_t *c, const char *path, uint64_t n, algo_err_t *err) {
  char whole[96];
  snprintf(whole, sizeof whole, "/sandbox/v1/%s/%" PRIu64, path, n);
  return post(c, whole, NULL, err);
}

/* ---- the state as a whole ---- */

algo_code_t algo_sandbox_snapshot(algo_algod_t *c, uint64_t *id, algo_err_t *err) {
  algo_buf_t answer = ALGO_BUF_INIT;
  algo_bytes_t nothing = {NULL, 0};
  json_object *o = NULL;
  algo_code_t r = algo_algod_ask(c, "POST", "/sandbox/v1/snapshot", NULL, nothing, &answer, err);
  if (r == ALGO_OK) r = algo_json_parse(&o, answer.p, answer.n, err);
  if (r == ALGO_OK) r = algo_json_get_u64(o, "snapshot", id, err);
  json_object_put(o);
  algo_buf_fini(&answer);
  return r;
}

algo_code_t algo_sandbox_revert(algo_algod_t *c, uint64_t id, algo_err_t *err) {
  return post_number(c, "revert", id, err);
}

algo_code_t algo_sandbox_reset(algo_algod_t *c, algo_err_t *err) { return post(c, "/sandbox/v1/reset", NULL, err); }

/* An object of texts, and a number where it is not 0. */
static algo_code_t post_texts(algo_algod_t *c, const char *path, const char *const (*texts)[2], size_t n,
                              const char *name, uint64_t number, algo_err_t *err) {
  algo_buf_t body = ALGO_BUF_INIT;
  algo_json_t j = algo_json(&body);
  algo_json_open(&j, '{');
  for (size_t i = 0; i < n; i++) {
    if (texts[i][1] == NULL) continue;
    algo_json_key(&j, texts[i][0]);
    algo_json_str(&j, texts[i][1]);
  }
  if (number != 0) algo_json_key(&j, name);
  if (number != 0) algo_json_uint(&j, number);
  algo_json_close(&j, '}');
  return post(c, path, &body, err);
}

algo_code_t algo_sandbox_seed(algo_algod_t *c, const char *seed, algo_err_t *err) {
  const char *const texts[][2] = {{"seed", seed}};
  return post_texts(c, "/sandbox/v1/seed", texts, 1, NULL, 0, err);
}

algo_code_t algo_sandbox_replay(algo_algod_t *c, const char *folder, algo_err_t *err) {
  const char *const texts[][2] = {{"folder", folder}};
  return post_texts(c, "/sandbox/v1/replay", texts, 1, NULL, 0, err);
}

algo_code_t algo_sandbox_fork(algo_algod_t *c, const char *url, const char *token_file, uint64_t round,
                              algo_err_t *err) {
  const char *const texts[][2] = {{"url", url}, {"token-file", token_file}};
  return post_texts(c, "/sandbox/v1/fork", texts, 2, "round", round, err);
}

algo_code_t algo_sandbox_dump(algo_algod_t *c, algo_buf_t *out, algo_err_t *err) {
  return algo_algod_ask(c, "GET", "/sandbox/v1/dump", NULL, (algo_bytes_t){NULL, 0}, out, err);
}

algo_code_t algo_sandbox_load(algo_algod_t *c, algo_bytes_t dump, algo_err_t *err) {
  algo_buf_t answer = ALGO_BUF_INIT;
  algo_err_t local;
  algo_err_t *e = err == NULL ? &local : err;
  algo_code_t r = algo_algod_ask(c, "POST", "/sandbox/v1/load", "application/octet-stream", dump, &answer, e);
  algo_buf_fini(&answer);
  return refused(c, r, e);
}

/* ---- time and blocks ---- */

algo_code_t algo_sandbox_set_time(algo_algod_t *c, uint64_t unix_seconds, algo_err_t *err) {
  return post_number(c, "time", unix_seconds, err);
}

algo_code_t algo_sandbox_clock(algo_algod_t *c, algo_err_t *err) {
  algo_buf_t answer = ALGO_BUF_INIT;
  algo_bytes_t nothing = {NULL, 0};
  algo_code_t r = algo_algod_ask(c, "DELETE", "/sandbox/v1/offset", NULL, nothing, &answer, err);
  algo_buf_fini(&answer);
  return r;
}

algo_code_t algo_sandbox_advance(algo_algod_t *c, uint64_t blocks, algo_err_t *err) {
  return post_number(c, "advance", blocks, err);
}

static const char *const modes[] = {"dev", "interval", "manual"};

algo_code_t algo_sandbox_mining(algo_algod_t *c, algo_sandbox_mining_t *mode, uint32_t *interval_ms, algo_err_t *err) {
  json_object *o = NULL;
  algo_bytes_t name = {NULL, 0};
  uint64_t ms = 0;
  algo_code_t r = client_get_json(c, "/sandbox/v1/mining", &o, err);
  if (r == ALGO_OK) r = algo_json_get_str(o, "mode", &name, err);
  if (r == ALGO_OK) r = algo_json_opt_u64(o, "interval-ms", &ms, err);
  size_t i = 0;
  while (r == ALGO_OK && i < 3 && !algo_bytes_eq(name, algo_bytes_str(modes[i]))) i++;
  if (r == ALGO_OK && (i == 3 || ms > UINT32_MAX)) r = algo_err_set(err, ALGO_E_PARSE, "a mode that is not known");
  if (r == ALGO_OK) *mode = (algo_sandbox_mining_t)i, *interval_ms = (uint32_t)ms;
  json_object_put(o);
  return r;
}

algo_code_t algo_sandbox_set_mining(algo_algod_t *c, algo_sandbox_mining_t mode, uint32_t interval_ms,
                                    algo_err_t *err) {
  if ((unsigned)mode > ALGO_SANDBOX_MANUAL) return algo_err_set(err, ALGO_E_INVALID, "no mode %u", (unsigned)mode);
  const char *const texts[][2] = {{"mode", modes[mode]}};
  return post_texts(c, "/sandbox/v1/mining", texts, 1, "interval-ms", interval_ms, err);
}

/* ---- state by hand ---- */

algo_code_t algo_sandbox_set_balance(algo_algod_t *c, const algo_addr_t *a, uint64_t micro, algo_err_t *err) {
  char text[ALGO_ADDR_TEXT + 1], path[128];
  algo_addr_format(text, a);
  snprintf(path, sizeof path, "/sandbox/v1/accounts/%s/balance/%" PRIu64, text, micro);
  return post(c, path, NULL, err);
}

static algo_code_t post_state(algo_algod_t *c, const char *path, algo_bytes_t key, const algo_teal_value_t *v,
                              algo_err_t *err) {
  algo_buf_t body = ALGO_BUF_INIT, name = ALGO_BUF_INIT;
  algo_json_t j = algo_json(&body);
  algo_buf_puts(&name, "b64:");
  algo_base64_encode(&name, key);
  algo_json_open(&j, '{');
  algo_json_key(&j, "key");
  algo_json_strb(&j, algo_buf_view(&name));
  if (v != NULL) algo_json_key(&j, v->is_uint ? "uint" : "bytes");
  if (v != NULL && v->is_uint) algo_json_uint(&j, v->uint);
  if (v != NULL && !v->is_uint) algo_json_base64(&j, v->bytes);
  algo_json_close(&j, '}');
  algo_buf_fini(&name);
  return post(c, path, &body, err);
}

algo_code_t algo_sandbox_set_global(algo_algod_t *c, uint64_t app, algo_bytes_t key, const algo_teal_value_t *value,
                                    algo_err_t *err) {
  char path[96];
  snprintf(path, sizeof path, "/sandbox/v1/applications/%" PRIu64 "/global", app);
  return post_state(c, path, key, value, err);
}

algo_code_t algo_sandbox_set_local(algo_algod_t *c, const algo_addr_t *a, uint64_t app, algo_bytes_t key,
                                   const algo_teal_value_t *value, algo_err_t *err) {
  char text[ALGO_ADDR_TEXT + 1], path[128];
  algo_addr_format(text, a);
  snprintf(path, sizeof path, "/sandbox/v1/accounts/%s/local/%" PRIu64, text, app);
  return post_state(c, path, key, value, err);
}

algo_code_t algo_sandbox_set_box(algo_algod_t *c, uint64_t app, algo_bytes_t name, const algo_bytes_t *value,
                                 algo_err_t *err) {
  char path[96];
  const algo_teal_value_t v = {.bytes = value == NULL ? (algo_bytes_t){NULL, 0} : *value};
  snprintf(path, sizeof path, "/sandbox/v1/applications/%" PRIu64 "/box", app);
  return post_state(c, path, name, value == NULL ? NULL : &v, err);
}

algo_code_t algo_sandbox_set_program(algo_algod_t *c, uint64_t app, algo_bytes_t approval, algo_bytes_t clear,
                                     algo_err_t *err) {
  char path[96];
  algo_buf_t body = ALGO_BUF_INIT;
  algo_json_t j = algo_json(&body);
  snprintf(path, sizeof path, "/sandbox/v1/applications/%" PRIu64 "/program", app);
  algo_json_open(&j, '{');
  if (approval.n > 0) algo_json_key(&j, "approval");
  if (approval.n > 0) algo_json_base64(&j, approval);
  if (clear.n > 0) algo_json_key(&j, "clear");
  if (clear.n > 0) algo_json_base64(&j, clear);
  algo_json_close(&j, '}');
  return post(c, path, &body, err);
}

/* ---- acting as anyone ---- */

static algo_code_t post_switch(algo_algod_t *c, const char *what, bool on, algo_err_t *err) {
  char path[64];
  snprintf(path, sizeof path, "/sandbox/v1/%s/%s", what, on ? "on" : "off");
  return post(c, path, NULL, err);
}

algo_code_t algo_sandbox_impersonate(algo_algod_t *c, bool on, algo_err_t *err) {
  return post_switch(c, "impersonate", on, err);
}

algo_code_t algo_sandbox_send_unsigned(algo_algod_t *c, algo_bytes_t group, char first[53], algo_err_t *err) {
  return client_submit(c, "/sandbox/v1/transactions", group, first, err);
}

/* ---- what programs did ---- */

algo_code_t algo_sandbox_set_coverage(algo_algod_t *c, bool on, algo_err_t *err) {
  return post_switch(c, "coverage", on, err);
}

static algo_code_t read_hits(const algo_sandbox_hit_t **out, size_t *n, json_object *array, algo_arena_t *arena,
                             algo_err_t *err) {
  size_t count = client_json_count(array);
  algo_sandbox_hit_t *v = algo_arena_array(arena, count + 1, sizeof *v);
  if (v == NULL) return client_nomem(err);
  for (size_t i = 0; i < count; i++) {
    json_object *pair = json_object_array_get_idx(array, i);
    if (client_json_count(pair) != 2) return algo_err_set(err, ALGO_E_PARSE, "coverage: a hit is a pair");
    v[i].at = json_object_get_uint64(json_object_array_get_idx(pair, 0));
    v[i].hits = json_object_get_uint64(json_object_array_get_idx(pair, 1));
  }
  *out = v;
  *n = count;
  return ALGO_OK;
}

static algo_code_t read_program(algo_sandbox_program_t *p, json_object *o, algo_arena_t *arena, algo_err_t *err) {
  algo_code_t r = client_json_addr(&p->hash, o, "hash", err);
  if (r == ALGO_OK) r = algo_json_get_u64(o, "app", &p->app, err);
  if (r == ALGO_OK) r = algo_json_get_u64(o, "runs", &p->runs, err);
  if (r == ALGO_OK) r = read_hits(&p->pcs, &p->n_pcs, client_json_at(o, "hits"), arena, err);
  return r == ALGO_OK ? read_hits(&p->lines, &p->n_lines, client_json_at(o, "lines"), arena, err) : r;
}

static algo_code_t read_opcode(algo_sandbox_opcode_t *p, json_object *o, algo_arena_t *arena, algo_err_t *err) {
  algo_code_t r = client_json_text(&p->name, o, "name", arena, err);
  if (r == ALGO_OK) r = algo_json_get_u64(o, "count", &p->count, err);
  return r == ALGO_OK ? algo_json_get_u64(o, "cost", &p->cost, err) : r;
}

algo_code_t algo_sandbox_coverage(algo_algod_t *c, algo_sandbox_coverage_t *out, algo_arena_t *arena, algo_err_t *err) {
  json_object *o = NULL;
  algo_code_t r = client_get_json(c, "/sandbox/v1/coverage", &o, err);
  json_object *programs = client_json_at(o, "programs"), *opcodes = client_json_at(o, "opcodes");
  size_t n = client_json_count(programs), m = client_json_count(opcodes);
  algo_sandbox_program_t *p = algo_arena_array(arena, n + 1, sizeof *p);
  algo_sandbox_opcode_t *k = algo_arena_array(arena, m + 1, sizeof *k);
  if (r == ALGO_OK && (p == NULL || k == NULL)) r = client_nomem(err);
  for (size_t i = 0; r == ALGO_OK && i < n; i++)
    r = read_program(&p[i], json_object_array_get_idx(programs, i), arena, err);
  for (size_t i = 0; r == ALGO_OK && i < m; i++)
    r = read_opcode(&k[i], json_object_array_get_idx(opcodes, i), arena, err);
  if (r == ALGO_OK) *out = (algo_sandbox_coverage_t){p, n, k, m};
  json_object_put(o);
  return r;
}
