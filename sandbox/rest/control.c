/* /sandbox/v1: what a developer may do and no network allows. */
#include <stdlib.h>

#include "algo/text.h"
#include "boxname.h"
#include "models.h"

#define MAX_DUMP    ((size_t)4 << 30)
#define MAX_ADVANCE 1000000u
#define AT_ONCE     1000u /* blocks between looks whether the program is to end */

size_t algo_rest_body_limit(void *rest, const char *method, const char *path) {
  (void)rest;
  bool load = strcmp(method, "POST") == 0 && strcmp(path, "/sandbox/v1/load") == 0;
  return load ? MAX_DUMP : ALGO_REST_MAX_BODY;
}

/* Nothing to tell but where the chain is now. */
static void put_round(rest_call_t *c) {
  rest_begin(c);
  model_key_u64(&c->json, "round", algo_node_round(c->node));
  rest_end(c);
}

static void finish(rest_call_t *c, algo_code_t rc, const algo_err_t *err) {
  if (rc == ALGO_OK) put_round(c);
  else rest_error(c, rc == ALGO_E_NOT_FOUND ? 404 : rest_status(rc), "%s", err->msg);
}

/* The body as a JSON object. NULL: the answer is written. */
static json_object *body(rest_call_t *c) {
  algo_err_t err;
  json_object *o = NULL;
  if (algo_json_parse(&o, c->req->body.p, c->req->body.n, &err) != ALGO_OK) {
    rest_error(c, rest_status(err.code), "the body is no JSON: %s", err.msg);
    return NULL;
  }
  if (json_object_is_type(o, json_type_object)) return o;
  json_object_put(o);
  rest_error(c, 400, "the body must be an object");
  return NULL;
}

/* ---- snapshots ---- */

static void snapshot(rest_call_t *c) {
  uint64_t id;
  algo_err_t err;
  algo_code_t rc = algo_node_snapshot(c->node, &id, &err);
  if (rc != ALGO_OK) {
    finish(c, rc, &err);
    return;
  }
  rest_begin(c);
  model_key_u64(&c->json, "round", algo_node_round(c->node));
  model_key_u64(&c->json, "snapshot", id);
  rest_end(c);
}

static void revert(rest_call_t *c) {
  uint64_t id;
  algo_err_t err;
  if (rest_arg_u64(c, 0, "snapshot", &id)) finish(c, algo_node_revert(c->node, id, &err), &err);
}

static void reset(rest_call_t *c) {
  algo_err_t err;
  finish(c, algo_node_reset(c->node, &err), &err);
}

/* ---- time and blocks ---- */

static void advance(rest_call_t *c) {
  uint64_t blocks;
  algo_err_t err;
  algo_code_t rc = ALGO_OK;
  if (!rest_arg_u64(c, 0, "blocks", &blocks)) return;
  if (blocks > MAX_ADVANCE) {
    rest_error(c, 400, "at most %u blocks at once", MAX_ADVANCE);
    return;
  }
  while (rc == ALGO_OK && blocks > 0 && !algo_httpd_ending(c->req)) {
    uint64_t n = blocks < AT_ONCE ? blocks : AT_ONCE;
    rc = algo_node_advance(c->node, n, &err);
    blocks -= n;
  }
  if (rc == ALGO_OK && blocks > 0) rest_error(c, 500, "operation aborted as server is shutting down");
  else finish(c, rc, &err);
}

static void set_time(rest_call_t *c) {
  uint64_t when;
  algo_err_t err;
  if (!rest_arg_u64(c, 0, "time", &when)) return;
  if (when > INT64_MAX) rest_error(c, 400, "a time past what a block can hold");
  else finish(c, algo_node_set_next_time(c->node, (int64_t)when, &err), &err);
}

static void clear_offset(rest_call_t *c) {
  algo_node_clear_offset(c->node);
  put_round(c);
}

static const char *const modes[] = {"dev", "interval", "manual"};

static void mining(rest_call_t *c) {
  algo_node_mode_t mode;
  uint32_t ms;
  algo_node_mode(c->node, &mode, &ms);
  rest_begin(c);
  model_key_u64_opt(&c->json, "interval-ms", ms);
  algo_json_key(&c->json, "mode");
  algo_json_str(&c->json, modes[mode]);
  rest_end(c);
}

static void set_mining(rest_call_t *c) {
  json_object *o = body(c);
  if (o == NULL) return;
  algo_err_t err;
  algo_bytes_t mode = {NULL, 0};
  uint64_t ms = 0;
  algo_code_t rc = algo_json_get_str(o, "mode", &mode, &err);
  if (rc == ALGO_OK) rc = algo_json_opt_u64(o, "interval-ms", &ms, &err);
  size_t i = 0;
  while (i < 3 && !algo_bytes_eq(mode, algo_bytes_str(modes[i]))) i++;
  if (rc == ALGO_OK && (i == 3 || ms > UINT32_MAX))
    rc = algo_err_set(&err, ALGO_E_INVALID, "mode is dev, interval or manual");
  if (rc == ALGO_OK) rc = algo_node_set_mode(c->node, (algo_node_mode_t)i, (uint32_t)ms, &err);
  json_object_put(o);
  if (rc == ALGO_OK) mining(c);
  else finish(c, rc, &err);
}

/* ---- state ---- */

static void set_balance(rest_call_t *c) {
  algo_node_change_t change = {.kind = ALGO_NODE_BALANCE};
  algo_err_t err;
  if (rest_arg_addr(c, 0, &change.addr) && rest_arg_u64(c, 1, "balance", &change.amount)) {
    finish(c, algo_node_change(c->node, &change, &err), &err);
  }
}

/* {"key": "encoding:value", "uint": N} or {"key", "bytes": base64}; neither of both deletes. */
static void set_state(rest_call_t *c, algo_node_change_t *change) {
  json_object *o = body(c);
  if (o == NULL) return;
  algo_err_t err;
  algo_buf_t key = ALGO_BUF_INIT, bytes = ALGO_BUF_INIT;
  algo_bytes_t text = {NULL, 0};
  json_object *member = NULL;
  algo_code_t rc = algo_json_get_str(o, "key", &text, &err);
  if (rc == ALGO_OK) rc = boxname_parse(&key, (const char *)text.p, &err);
  if (rc == ALGO_OK && json_object_object_get_ex(o, "uint", &member) && member != NULL) {
    change->has_value = true;
    rc = algo_json_get_u64(o, "uint", &change->value.uint, &err);
  } else if (rc == ALGO_OK && json_object_object_get_ex(o, "bytes", &member) && member != NULL) {
    change->has_value = change->value.is_bytes = true;
    rc = algo_json_opt_base64(o, "bytes", &bytes, &err);
    change->value.bytes = algo_bytes(bytes.n > 0 ? bytes.p : (const uint8_t *)"", bytes.n);
  }
  change->key = algo_buf_view(&key);
  if (rc == ALGO_OK) rc = algo_node_change(c->node, change, &err);
  finish(c, rc, &err);
  algo_buf_fini(&key);
  algo_buf_fini(&bytes);
  json_object_put(o);
}

static void set_global(rest_call_t *c) {
  algo_node_change_t change = {.kind = ALGO_NODE_GLOBAL};
  if (rest_arg_u64(c, 0, "application-id", &change.app)) set_state(c, &change);
}

static void set_box(rest_call_t *c) {
  algo_node_change_t change = {.kind = ALGO_NODE_BOX};
  if (rest_arg_u64(c, 0, "application-id", &change.app)) set_state(c, &change);
}

static void set_local(rest_call_t *c) {
  algo_node_change_t change = {.kind = ALGO_NODE_LOCAL};
  if (rest_arg_addr(c, 0, &change.addr) && rest_arg_u64(c, 1, "application-id", &change.app)) set_state(c, &change);
}

static void set_program(rest_call_t *c) {
  algo_node_change_t change = {.kind = ALGO_NODE_PROGRAM, .has_value = true, .value = {.is_bytes = true}};
  if (!rest_arg_u64(c, 0, "application-id", &change.app)) return;
  json_object *o = body(c);
  if (o == NULL) return;
  algo_err_t err;
  algo_buf_t approval = ALGO_BUF_INIT, clear = ALGO_BUF_INIT;
  algo_code_t rc = algo_json_opt_base64(o, "approval", &approval, &err);
  if (rc == ALGO_OK) rc = algo_json_opt_base64(o, "clear", &clear, &err);
  change.value.bytes = algo_buf_view(&approval);
  change.clear = algo_buf_view(&clear);
  if (rc == ALGO_OK) rc = algo_node_change(c->node, &change, &err);
  finish(c, rc, &err);
  algo_buf_fini(&approval);
  algo_buf_fini(&clear);
  json_object_put(o);
}

/* ---- acting as anyone ---- */

static void impersonate(rest_call_t *c) {
  bool on = algo_bytes_eq(c->arg[0], ALGO_BYTES_LIT("on"));
  if (!on && !algo_bytes_eq(c->arg[0], ALGO_BYTES_LIT("off"))) {
    rest_error(c, 400, "impersonation is on or off");
    return;
  }
  c->rest->skip_signatures = on;
  put_round(c);
}

/* ---- the whole ---- */

/* Over HTTP it goes out as the file has it, while blocks are made on. */
static void dump(rest_call_t *c) {
  algo_err_t err;
  algo_code_t rc = c->req->impl == NULL ? algo_node_dump(c->node, &c->res->body, &err)
                                        : algo_node_dump_file(c->node, &c->res->file, &c->res->file_size, &err);
  if (rc == ALGO_OK) c->res->content_type = "application/octet-stream";
  else finish(c, rc, &err);
}

static bool is_to_end(void *req) { return algo_httpd_ending(req) || algo_httpd_left(req); }

static void load(rest_call_t *c) {
  algo_err_t err;
  const algo_node_stop_t stop = {is_to_end, c->req};
  finish(c, algo_node_load(c->node, c->req->body, &stop, &err), &err);
}

static const rest_route_t routes[] = {
    {"POST", "/sandbox/v1/snapshot", snapshot, REST_LEDGER},
    {"POST", "/sandbox/v1/revert/:", revert, REST_LEDGER},
    {"POST", "/sandbox/v1/reset", reset, REST_LEDGER},
    {"POST", "/sandbox/v1/advance/:", advance, REST_LEDGER},
    {"POST", "/sandbox/v1/time/:", set_time, REST_LEDGER},
    {"DELETE", "/sandbox/v1/offset", clear_offset, REST_LEDGER},
    {"GET", "/sandbox/v1/mining", mining, REST_LEDGER},
    {"POST", "/sandbox/v1/mining", set_mining, REST_LEDGER},
    {"POST", "/sandbox/v1/accounts/:/balance/:", set_balance, REST_LEDGER},
    {"POST", "/sandbox/v1/accounts/:/local/:", set_local, REST_LEDGER},
    {"POST", "/sandbox/v1/applications/:/global", set_global, REST_LEDGER},
    {"POST", "/sandbox/v1/applications/:/box", set_box, REST_LEDGER},
    {"POST", "/sandbox/v1/applications/:/program", set_program, REST_LEDGER},
    {"POST", "/sandbox/v1/transactions", rest_submit_unsigned, REST_LEDGER},
    {"POST", "/sandbox/v1/impersonate/:", impersonate, REST_LEDGER},
    {"GET", "/sandbox/v1/dump", dump, REST_LEDGER},
    {"POST", "/sandbox/v1/load", load, REST_LEDGER},
};
const rest_table_t rest_control_routes = {routes, sizeof routes / sizeof *routes};
