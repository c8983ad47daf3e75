/* eval.jsonl: every case through the ledger's simulation, with stack, scratch and state changes traced. The ledger is
 * made once from setup.json beside it. */
#include <stdio.h>

#include "algo/hash.h"
#include "algo/ledger.h"
#include "algo/text.h"
#include "vectors.h"

static algo_ledger_t *ledger; /* of the file at hand: a case is only given its line */

/* ---- the ledger ---- */

static algo_code_t start(const char *genesis, algo_err_t *err) {
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_genesis_t g;
  algo_code_t rc = algo_genesis_parse(&g, genesis, strlen(genesis), &arena, err);
  if (!rc) rc = algo_ledger_new(&ledger, &g, NULL, err);
  algo_arena_fini(&arena);
  return rc;
}

static json_object *get(json_object *o, const char *key) {
  json_object *v = NULL;
  return json_object_object_get_ex(o, key, &v) ? v : NULL;
}

/* A step's transactions into a block, whose header must be the recorded one. */
static void play(vec_report_t *r, json_object *setup, json_object *step) {
  algo_buf_t group = ALGO_BUF_INIT, text = ALGO_BUF_INIT, header = ALGO_BUF_INIT, want = ALGO_BUF_INIT;
  algo_err_t err;
  char round[32];
  const char *hex = json_object_get_string(get(step, "group"));
  algo_hex_decode(&group, hex, strlen(hex), NULL);
  bool taken = algo_ledger_submit(ledger, algo_buf_view(&group), NULL, NULL, &text, NULL, &err) == ALGO_OK;
  int64_t offset = json_object_get_int64(get(setup, "timestamp_offset"));
  bool sealed = algo_ledger_seal(ledger, algo_ledger_tip(ledger)->timestamp + offset, &err) == ALGO_OK;
  snprintf(round, sizeof round, "%llu", (unsigned long long)algo_ledger_round(ledger));
  algo_header_encode(&header, algo_ledger_tip(ledger));
  hex = json_object_get_string(get(get(get(setup, "headers"), round), "header"));
  if (hex) algo_hex_decode(&want, hex, strlen(hex), NULL);
  if (!taken || !sealed) vec_fail(r, round, "setup: %s", text.n ? algo_buf_cstr(&text) : err.msg);
  else if (!algo_bytes_eq(algo_buf_view(&header), algo_buf_view(&want)))
    vec_fail(r, round, "the block's header is another");
  else vec_pass(r);
  algo_buf_t *all[] = {&group, &text, &header, &want};
  for (size_t i = 0; i < 4; i++) algo_buf_fini(all[i]);
}

static bool rebuild(vec_report_t *r, const char *path) {
  algo_buf_t raw = ALGO_BUF_INIT;
  json_object *setup = NULL;
  algo_err_t err;
  if (!vec_read(&raw, path) || algo_json_parse(&setup, raw.p, raw.n, &err)) {
    vec_fail(r, "setup", "%s cannot be read", path);
  } else if (start(json_object_to_json_string(get(setup, "genesis")), &err)) {
    vec_fail(r, "setup", "%s", err.msg);
  } else {
    json_object *steps = get(setup, "steps");
    for (size_t i = 0; i < json_object_array_length(steps); i++) play(r, setup, json_object_array_get_idx(steps, i));
  }
  json_object_put(setup);
  algo_buf_fini(&raw);
  return ledger != NULL;
}

/* ---- the answer as the file has it: JSON without spaces, lists of maps sorted ---- */

static void hex(algo_json_t *j, algo_bytes_t v) { algo_json_hex(j, v); }

static void value(algo_json_t *j, const algo_tv_t *v) {
  if (v->is_bytes) hex(j, v->bytes);
  else algo_json_uint(j, v->uint);
}

static void delta(algo_json_t *j, const algo_value_delta_t *v, size_t n) {
  algo_json_open(j, '[');
  for (size_t i = 0; i < n; i++) {
    algo_json_open(j, '[');
    hex(j, v[i].key);
    if (v[i].action == ALGO_DELTA_DELETE) algo_json_null(j);
    else if (v[i].action == ALGO_DELTA_SET_BYTES) hex(j, v[i].bytes);
    else algo_json_uint(j, v[i].uint);
    algo_json_close(j, ']');
  }
  algo_json_close(j, ']');
}

static void address(algo_json_t *j, const algo_addr_t *a) {
  char text[ALGO_ADDR_TEXT + 1];
  algo_addr_format(text, a);
  algo_json_str(j, text);
}

static const algo_addr_t *delta_account(const algo_apply_t *a, uint64_t i) {
  static const algo_addr_t none;
  const algo_txn_t *t = &a->stxn.txn;
  size_t n = t->n_access ? t->n_access : t->n_accounts;
  if (i == 0) return &t->sender;
  if (i <= n) return t->n_access ? &t->access[i - 1].address : &t->accounts[i - 1];
  return i - n - 1 < a->delta.n_shared_accounts ? &a->delta.shared_accounts[i - n - 1] : &none;
}

static void steps(algo_json_t *j, const algo_sim_step_t *v, size_t n);
static void trace(algo_json_t *j, const algo_sim_trace_t *t);

static void number(algo_json_t *j, const char *key, uint64_t v) {
  if (!v) return;
  algo_json_key(j, key);
  algo_json_uint(j, v);
}

static void effects(algo_json_t *j, const algo_apply_t *a) {
  const algo_eval_delta_t *d = &a->delta;
  number(j, "app", a->created_app);
  number(j, "asset", a->created_asset);
  number(j, "closed", a->closing_amount);
  number(j, "asset_closed", a->asset_closing_amount);
  if (d->n_logs) {
    algo_json_key(j, "logs");
    algo_json_open(j, '[');
    for (size_t i = 0; i < d->n_logs; i++) hex(j, d->logs[i]);
    algo_json_close(j, ']');
  }
  if (d->n_global) {
    algo_json_key(j, "gd");
    delta(j, d->global, d->n_global);
  }
  if (d->n_local) {
    algo_json_key(j, "ld");
    algo_json_open(j, '[');
    for (size_t i = 0; i < d->n_local; i++) {
      algo_json_open(j, '[');
      address(j, delta_account(a, d->local[i].account));
      delta(j, d->local[i].items, d->local[i].n);
      algo_json_close(j, ']');
    }
    algo_json_close(j, ']');
  }
  if (!d->n_inner) return;
  algo_json_key(j, "inner");
  algo_json_open(j, '[');
  for (size_t i = 0; i < d->n_inner; i++) {
    algo_buf_t raw = ALGO_BUF_INIT;
    algo_json_open(j, '{');
    algo_json_key(j, "txn");
    algo_txn_encode(&raw, &d->inner[i].stxn.txn);
    hex(j, algo_buf_view(&raw));
    algo_buf_fini(&raw);
    effects(j, &d->inner[i]);
    algo_json_close(j, '}');
  }
  algo_json_close(j, ']');
}

static void state_change(algo_json_t *j, const algo_sim_state_change_t *s) {
  algo_json_open(j, '[');
  algo_json_str(j, s->op == ALGO_STATE_WRITE ? "w" : "d");
  algo_json_str(j, (char[]){s->kind, 0});
  hex(j, s->key);
  if (s->has_value) value(j, &s->value);
  else algo_json_null(j);
  if (s->kind == 'l' && !algo_addr_is_zero(&s->account)) address(j, &s->account);
  algo_json_close(j, ']');
}

static void more_of(algo_json_t *j, const algo_sim_step_t *s) {
  algo_json_open(j, '{');
  if (s->n_scratch) {
    algo_json_key(j, "sc");
    algo_json_open(j, '[');
    for (size_t i = 0; i < s->n_scratch; i++) {
      algo_json_open(j, '[');
      algo_json_uint(j, s->scratch[i].slot);
      value(j, &s->scratch[i].value);
      algo_json_close(j, ']');
    }
    algo_json_close(j, ']');
  }
  if (s->n_state) {
    algo_json_key(j, "st");
    algo_json_open(j, '[');
    for (size_t i = 0; i < s->n_state; i++) state_change(j, &s->state[i]);
    algo_json_close(j, ']');
  }
  if (s->n_spawned) {
    algo_json_key(j, "in");
    algo_json_open(j, '[');
    for (size_t i = 0; i < s->n_spawned; i++) algo_json_uint(j, s->spawned[i]);
    algo_json_close(j, ']');
  }
  algo_json_close(j, '}');
}

static void steps(algo_json_t *j, const algo_sim_step_t *v, size_t n) {
  algo_json_open(j, '[');
  for (size_t i = 0; i < n; i++) {
    algo_json_open(j, '[');
    algo_json_uint(j, v[i].pc);
    algo_json_int(j, v[i].pops);
    algo_json_open(j, '[');
    for (size_t k = 0; k < v[i].n_pushes; k++) value(j, &v[i].pushes[k]);
    algo_json_close(j, ']');
    if (v[i].n_scratch || v[i].n_state || v[i].n_spawned) more_of(j, &v[i]);
    algo_json_close(j, ']');
  }
  algo_json_close(j, ']');
}

static void trace(algo_json_t *j, const algo_sim_trace_t *t) {
  const struct {
    const char *key;
    const algo_sim_step_t *v;
    size_t n;
  } programs[] = {{"ap", t->approval, t->n_approval}, {"cs", t->clear, t->n_clear}, {"ls", t->sig, t->n_sig}};
  algo_json_open(j, '{');
  for (size_t i = 0; i < 3; i++) {
    if (!programs[i].n) continue;
    algo_json_key(j, programs[i].key);
    steps(j, programs[i].v, programs[i].n);
  }
  if (t->n_inner) {
    algo_json_key(j, "inner");
    algo_json_open(j, '[');
    for (size_t i = 0; i < t->n_inner; i++) trace(j, &t->inner[i]);
    algo_json_close(j, ']');
  }
  if (t->clear_rollback) {
    algo_json_key(j, "rollback");
    algo_json_bool(j, true);
    algo_json_key(j, "rollback_error");
    algo_json_str(j, t->clear_rollback_error ? t->clear_rollback_error : "");
  }
  algo_json_close(j, '}');
}

static bool empty_trace(const algo_sim_trace_t *t) {
  return !t || (!t->approval_hash.n && !t->clear_hash.n && !t->sig_hash.n);
}

static void txns(algo_json_t *j, const algo_sim_result_t *r) {
  algo_json_key(j, "tx");
  algo_json_open(j, '[');
  for (size_t i = 0; i < r->n_txns; i++) {
    const algo_sim_txn_t *t = &r->txns[i];
    algo_json_open(j, '{');
    effects(j, t->apply);
    number(j, "cost", t->app_budget_consumed);
    number(j, "lcost", t->sig_budget_consumed);
    if (!empty_trace(t->trace)) {
      algo_json_key(j, "trace");
      trace(j, t->trace);
    }
    algo_json_close(j, '}');
  }
  algo_json_close(j, ']');
}

static void kvs(algo_json_t *j, const algo_kv_t *v, size_t n) {
  algo_json_key(j, "kvs");
  algo_json_open(j, '[');
  for (size_t i = 0; i < n; i++) {
    algo_json_open(j, '{');
    algo_json_key(j, "key");
    hex(j, v[i].key);
    algo_json_key(j, "value");
    algo_json_open(j, '{');
    algo_json_key(j, "type");
    algo_json_uint(j, v[i].value.is_bytes ? 1 : 2);
    if (v[i].value.is_bytes && v[i].value.bytes.n) {
      algo_json_key(j, "bytes");
      hex(j, v[i].value.bytes);
    }
    if (!v[i].value.is_bytes) number(j, "uint", v[i].value.uint);
    algo_json_close(j, '}');
    algo_json_close(j, '}');
  }
  algo_json_close(j, ']');
}

static void kv_member(algo_json_t *j, const char *key, const algo_kv_t *v, size_t n) {
  if (!n) return;
  algo_json_key(j, key);
  algo_json_open(j, '{');
  kvs(j, v, n);
  algo_json_close(j, '}');
}

static void initial(algo_json_t *j, const algo_sim_result_t *r) {
  if (!r->n_initial) return;
  algo_json_key(j, "init");
  algo_json_open(j, '{');
  algo_json_key(j, "app-initial-states");
  algo_json_open(j, '[');
  for (size_t i = 0; i < r->n_initial; i++) {
    const algo_sim_initial_t *a = &r->initial[i];
    algo_json_open(j, '{');
    kv_member(j, "app-boxes", a->boxes, a->n_boxes);
    kv_member(j, "app-globals", a->global, a->n_global);
    if (a->n_locals) {
      algo_json_key(j, "app-locals");
      algo_json_open(j, '[');
      for (size_t k = 0; k < a->n_locals; k++) {
        algo_json_open(j, '{');
        algo_json_key(j, "account");
        address(j, &a->locals[k].account);
        kvs(j, a->locals[k].kv, a->locals[k].n);
        algo_json_close(j, '}');
      }
      algo_json_close(j, ']');
    }
    number(j, "id", a->app);
    algo_json_close(j, '}');
  }
  algo_json_close(j, ']');
  algo_json_close(j, '}');
}

static void numbers(algo_json_t *j, const char *key, const uint64_t *v, size_t n) {
  if (!n) return;
  algo_json_key(j, key);
  algo_json_open(j, '[');
  for (size_t i = 0; i < n; i++) algo_json_uint(j, v[i]);
  algo_json_close(j, ']');
}

static void unnamed(algo_json_t *j, const algo_sim_unnamed_t *u) {
  if (!u->n_accounts && !u->n_assets && !u->n_apps && !u->n_boxes && !u->extra_box_refs && !u->n_holdings &&
      !u->n_locals)
    return;
  algo_json_key(j, "unnamed");
  algo_json_open(j, '{');
  if (u->n_accounts) {
    algo_json_key(j, "accounts");
    algo_json_open(j, '[');
    for (size_t i = 0; i < u->n_accounts; i++) address(j, &u->accounts[i]);
    algo_json_close(j, ']');
  }
  numbers(j, "apps", u->apps, u->n_apps);
  numbers(j, "assets", u->assets, u->n_assets);
  if (u->n_holdings) {
    algo_json_key(j, "asset-holdings");
    algo_json_open(j, '[');
    for (size_t i = 0; i < u->n_holdings; i++) {
      algo_json_open(j, '{');
      algo_json_key(j, "account");
      address(j, &u->holdings[i].account);
      number(j, "asset", u->holdings[i].asset);
      algo_json_close(j, '}');
    }
    algo_json_close(j, ']');
  }
  number(j, "extra-box-refs", u->extra_box_refs);
  algo_json_close(j, '}');
}

/* ---- comparing ---- */

/* Equal but for what stands where the recording has "{...}". */
static bool like(algo_bytes_t got, algo_bytes_t want) {
  const uint8_t *cut = want.n ? memmem(want.p, want.n, "{...}", 5) : NULL;
  if (!cut) return algo_bytes_eq(got, want);
  size_t head = (size_t)(cut - want.p);
  if (got.n < head || (head && memcmp(got.p, want.p, head))) return false;
  want = algo_bytes(cut + 5, want.n - head - 5);
  for (size_t i = head; i <= got.n; i++)
    if (like(algo_bytes(got.p + i, got.n - i), want)) return true;
  return false;
}

/* Where the node's own tracer crashed there is only the verdict to compare. */
static bool tracer_crashed(json_object *fail) {
  return strstr(json_object_get_string(fail), "panic in TEAL Eval") != NULL;
}

static void same_failure(vec_case_t *c, const algo_sim_result_t *r, json_object *fail) {
  algo_bytes_t want = algo_bytes(json_object_get_string(fail), (size_t)json_object_get_string_len(fail));
  algo_bytes_t have = vec_as_json(c, r->failure, r->failure_length);
  if (!like(have, want))
    vec_bad(c, "says %.*s, not %.*s", (int)have.n, (const char *)have.p, (int)want.n, (const char *)want.p);
}

static bool same_json(json_object *have, json_object *want, algo_buf_t *path);

/* A long list of steps is kept as a hash of its text. */
static bool same_digest(json_object *have, json_object *want) {
  const char *text = json_object_to_json_string_ext(have, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
  uint8_t sum[32];
  algo_buf_t hexed = ALGO_BUF_INIT;
  algo_sha256(sum, text, strlen(text));
  algo_hex_encode(&hexed, algo_bytes(sum, 32));
  bool same = strcmp(algo_buf_cstr(&hexed), json_object_get_string(get(want, "sha256"))) == 0;
  algo_buf_fini(&hexed);
  return same;
}

static bool same_object(json_object *have, json_object *want, algo_buf_t *path) {
  size_t at = path->n;
  json_object_object_foreach(want, key, v) {
    algo_buf_printf(path, "/%s", key);
    json_object *mine = NULL;
    if (!json_object_object_get_ex(have, key, &mine) || !same_json(mine, v, path)) return false;
    path->n = at;
  }
  json_object_object_foreach(have, other, mine) {
    (void)mine;
    if (json_object_object_get_ex(want, other, NULL)) continue;
    algo_buf_printf(path, "/%s (not there)", other);
    return false;
  }
  return true;
}

static bool same_array(json_object *have, json_object *want, algo_buf_t *path) {
  size_t at = path->n, n = json_object_array_length(want);
  for (size_t i = 0; i < n; i++) {
    algo_buf_printf(path, "/%zu", i);
    if (i >= json_object_array_length(have) ||
        !same_json(json_object_array_get_idx(have, i), json_object_array_get_idx(want, i), path))
      return false;
    path->n = at;
  }
  if (json_object_array_length(have) == n) return true;
  algo_buf_printf(path, "/%zu (not there)", n);
  return false;
}

static bool same_json(json_object *have, json_object *want, algo_buf_t *path) {
  if (json_object_is_type(want, json_type_object) && get(want, "sha256") && json_object_is_type(have, json_type_array))
    return same_digest(have, want);
  if (!json_object_is_type(have, json_object_get_type(want))) return false;
  if (json_object_is_type(want, json_type_object)) return same_object(have, want, path);
  if (json_object_is_type(want, json_type_array)) return same_array(have, want, path);
  return json_object_equal(have, want) != 0;
}

static void compare(vec_case_t *c, algo_buf_t *text, json_object *want) {
  json_object *have = NULL;
  algo_buf_t path = ALGO_BUF_INIT;
  algo_err_t err;
  const char *skip[] = {"fail", "pc", "overrides"};
  if (algo_json_parse(&have, text->p, text->n, &err)) {
    vec_bad(c, "%s", err.msg);
    return;
  }
  json_object *copy = NULL;
  json_object_deep_copy(want, &copy, NULL);
  for (size_t i = 0; i < 3; i++) json_object_object_del(copy, skip[i]);
  bool same = same_json(have, copy, &path);
  const char *full = json_object_to_json_string_ext(have, JSON_C_TO_STRING_PLAIN);
  if (!same)
    vec_bad(c, "%s differs: %.1500s, not %.1500s", algo_buf_cstr(&path), full,
            json_object_to_json_string_ext(copy, JSON_C_TO_STRING_PLAIN));
  json_object_put(copy);
  json_object_put(have);
  algo_buf_fini(&path);
}

/* ---- a case ---- */

static void answer(algo_json_t *j, const algo_sim_result_t *r) {
  algo_json_open(j, '{');
  algo_json_key(j, "ok");
  algo_json_bool(j, r->failure == NULL);
  if (r->failure) {
    algo_json_key(j, "at");
    algo_json_open(j, '[');
    for (size_t i = 0; i < r->n_failed_at; i++) algo_json_uint(j, r->failed_at[i]);
    algo_json_close(j, ']');
  }
  number(j, "added", r->app_budget_added);
  number(j, "consumed", r->app_budget_consumed);
  txns(j, r);
  number(j, "usage", r->fee_usage);
  number(j, "fees", r->fees_paid);
  initial(j, r);
  unnamed(j, &r->unnamed);
  algo_json_close(j, '}');
}

static algo_sim_request_t request(vec_case_t *c, algo_buf_t *group) {
  json_object *list = vec_get(c, NULL, "group"), *opt = vec_get(c, NULL, "opt");
  for (size_t i = 0; i < vec_count(list); i++) algo_buf_putb(group, vec_hex_at(c, list, i));
  algo_sim_request_t q = {
      .group = algo_buf_view(group), .trace = true, .trace_stack = true, .trace_scratch = true, .trace_state = true};
  q.round = vec_u64(c, opt, "round");
  q.allow_empty_signatures = vec_true(c, opt, "allow-empty-signatures");
  q.allow_more_logging = vec_true(c, opt, "allow-more-logging");
  q.allow_unnamed_resources = vec_true(c, opt, "allow-unnamed-resources");
  q.fix_signers = vec_true(c, opt, "fix-signers");
  q.extra_opcode_budget = vec_u64(c, opt, "extra-opcode-budget");
  return q;
}

static void one(vec_case_t *c) {
  algo_buf_t group = ALGO_BUF_INIT, text = ALGO_BUF_INIT;
  algo_sim_result_t r;
  algo_err_t err;
  algo_sim_request_t q = request(c, &group);
  json_object *want = vec_get(c, NULL, "result"), *error = get(want, "error"), *fail = get(want, "fail");
  algo_err_init(&err);
  algo_code_t rc = algo_ledger_simulate(ledger, &q, &r, c->arena, &err);
  if (rc && !error) vec_bad(c, "refused: %s", err.msg);
  else if (!rc && error) vec_bad(c, "taken, not refused with %s", json_object_get_string(error));
  else if (rc) {
    vec_same_text(c, "the refusal", err.msg, algo_bytes_str(json_object_get_string(error)));
    if (err.http_status != json_object_get_int(get(want, "status"))) vec_bad(c, "status %d", err.http_status);
  } else if ((r.failure != NULL) != (fail != NULL)) {
    vec_bad(c, "%s, not %s", r.failure ? r.failure : "succeeds", fail ? json_object_get_string(fail) : "success");
  } else if (!fail || !tracer_crashed(fail)) {
    if (fail) same_failure(c, &r, fail);
    algo_json_t j = algo_json(&text);
    answer(&j, &r);
    if (!c->done) compare(c, &text, want);
  }
  algo_buf_fini(&group);
  algo_buf_fini(&text);
}

algo_ledger_t *vec_ledger(vec_report_t *r, const char *path) {
  char setup[4096];
  const char *slash = strrchr(path, '/');
  snprintf(setup, sizeof setup, "%.*ssetup.json", slash ? (int)(slash - path + 1) : 0, path);
  ledger = NULL;
  return rebuild(r, setup) ? ledger : NULL;
}

static void run(vec_report_t *r, const char *path) {
  if (vec_ledger(r, path)) vec_lines(r, path, one);
  algo_ledger_free(ledger);
}

const vec_kind_t vec_eval = {.pattern = "eval*.jsonl", .run = run};
