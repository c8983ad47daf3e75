/* simulate.c - a group tried out on the node: what it would do, touch and cost. */
#include "internal.h"
#include "outcome.h"

static algo_code_t read_addr_list(algo_mp_t *r, void *into, algo_arena_t *arena, algo_err_t *err) {
  algo_resources_t *o = into;
  void *items = NULL;
  algo_code_t code = mp_read_array(r, mp_read_addr, sizeof(algo_addr_t), &items, &o->n_accounts, arena, err);
  o->accounts = items;
  return code;
}

static algo_code_t read_assets(algo_mp_t *r, void *into, algo_arena_t *arena, algo_err_t *err) {
  algo_resources_t *o = into;
  void *items = NULL;
  algo_code_t code = mp_read_array(r, mp_read_u64, sizeof(uint64_t), &items, &o->n_assets, arena, err);
  o->assets = items;
  return code;
}

static algo_code_t read_apps(algo_mp_t *r, void *into, algo_arena_t *arena, algo_err_t *err) {
  algo_resources_t *o = into;
  void *items = NULL;
  algo_code_t code = mp_read_array(r, mp_read_u64, sizeof(uint64_t), &items, &o->n_apps, arena, err);
  o->apps = items;
  return code;
}

static algo_code_t read_box(algo_mp_t *r, void *into, algo_arena_t *arena, algo_err_t *err) {
  static const mp_field_t fields[] = {
      {"app", mp_read_u64, offsetof(algo_box_name_t, app)},
      {"name", mp_read_bytes, offsetof(algo_box_name_t, name)},
      {NULL, NULL, 0},
  };
  return mp_read_map(r, fields, into, arena, err);
}

static algo_code_t read_pair(algo_mp_t *r, void *into, algo_arena_t *arena, algo_err_t *err) {
  static const mp_field_t fields[] = {
      {"account", mp_read_addr, offsetof(algo_pair_ref_t, account)},
      {"asset", mp_read_u64, offsetof(algo_pair_ref_t, id)},
      {"app", mp_read_u64, offsetof(algo_pair_ref_t, id)},
      {NULL, NULL, 0},
  };
  return mp_read_map(r, fields, into, arena, err);
}

static algo_code_t read_boxes(algo_mp_t *r, void *into, algo_arena_t *arena, algo_err_t *err) {
  algo_resources_t *o = into;
  void *items = NULL;
  algo_code_t code = mp_read_array(r, read_box, sizeof(algo_box_name_t), &items, &o->n_boxes, arena, err);
  o->boxes = items;
  return code;
}

static algo_code_t read_holdings(algo_mp_t *r, void *into, algo_arena_t *arena, algo_err_t *err) {
  algo_resources_t *o = into;
  void *items = NULL;
  algo_code_t code = mp_read_array(r, read_pair, sizeof(algo_pair_ref_t), &items, &o->n_holdings, arena, err);
  o->holdings = items;
  return code;
}

static algo_code_t read_locals(algo_mp_t *r, void *into, algo_arena_t *arena, algo_err_t *err) {
  algo_resources_t *o = into;
  void *items = NULL;
  algo_code_t code = mp_read_array(r, read_pair, sizeof(algo_pair_ref_t), &items, &o->n_locals, arena, err);
  o->locals = items;
  return code;
}

static algo_code_t read_resources(algo_mp_t *r, void *into, algo_arena_t *arena, algo_err_t *err) {
  static const mp_field_t fields[] = {
      {"accounts", read_addr_list, 0},
      {"assets", read_assets, 0},
      {"apps", read_apps, 0},
      {"boxes", read_boxes, 0},
      {"extra-box-refs", mp_read_u64, offsetof(algo_resources_t, extra_box_refs)},
      {"asset-holdings", read_holdings, 0},
      {"app-locals", read_locals, 0},
      {NULL, NULL, 0},
  };
  return mp_read_map(r, fields, into, arena, err);
}

static algo_code_t read_txn(algo_mp_t *r, void *into, algo_arena_t *arena, algo_err_t *err) {
  static const mp_field_t fields[] = {
      {"txn-result", client_read_outcome, offsetof(algo_simulated_txn_t, outcome)},
      {"unnamed-resources-accessed", read_resources, offsetof(algo_simulated_txn_t, resources)},
      {"app-budget-consumed", mp_read_u64, offsetof(algo_simulated_txn_t, budget_consumed)},
      {NULL, NULL, 0},
  };
  return mp_read_map(r, fields, into, arena, err);
}

static algo_code_t read_txns(algo_mp_t *r, void *into, algo_arena_t *arena, algo_err_t *err) {
  algo_simulated_t *o = into;
  void *items = NULL;
  algo_code_t code = mp_read_array(r, read_txn, sizeof(algo_simulated_txn_t), &items, &o->n_txns, arena, err);
  o->txns = items;
  return code;
}

static algo_code_t read_failed_at(algo_mp_t *r, void *into, algo_arena_t *arena, algo_err_t *err) {
  void *items = NULL;
  size_t n = 0;
  algo_code_t code = mp_read_array(r, mp_read_u64, sizeof(uint64_t), &items, &n, arena, err);
  if (code == ALGO_OK && n > 0) *(size_t *)into = (size_t)((uint64_t *)items)[0];
  return code;
}

static algo_code_t read_usage(algo_mp_t *r, void *into, algo_arena_t *arena, algo_err_t *err) {
  algo_simulated_t *o = into;
  o->has_usage = true;
  return mp_read_u64(r, &o->usage, arena, err);
}

static algo_code_t read_group(algo_mp_t *r, void *into, algo_arena_t *arena, algo_err_t *err) {
  static const mp_field_t fields[] = {
      {"failure-message", mp_read_text, offsetof(algo_simulated_t, failure)},
      {"failed-at", read_failed_at, offsetof(algo_simulated_t, failed_at)},
      {"app-budget-added", mp_read_u64, offsetof(algo_simulated_t, budget_added)},
      {"app-budget-consumed", mp_read_u64, offsetof(algo_simulated_t, budget_consumed)},
      {"group-usage", read_usage, 0},
      {"group-fees-paid", mp_read_u64, offsetof(algo_simulated_t, fees_paid)},
      {"unnamed-resources-accessed", read_resources, offsetof(algo_simulated_t, resources)},
      {"txn-results", read_txns, 0},
      {NULL, NULL, 0},
  };
  return mp_read_map(r, fields, into, arena, err);
}

/* One group is asked for, so one is read. */
static algo_code_t read_groups(algo_mp_t *r, void *into, algo_arena_t *arena, algo_err_t *err) {
  uint32_t n = 0;
  algo_code_t code = algo_mp_get_array(r, &n, err);
  if (code == ALGO_OK && n != 1) code = algo_err_set(err, ALGO_E_PARSE, "%u groups where one was sent", n);
  return code == ALGO_OK ? read_group(r, into, arena, err) : code;
}

algo_code_t algo_simulated_decode(algo_simulated_t *out, algo_bytes_t msgpack, algo_arena_t *arena, algo_err_t *err) {
  static const mp_field_t fields[] = {
      {"last-round", mp_read_u64, offsetof(algo_simulated_t, last_round)},
      {"txn-groups", read_groups, 0},
      {NULL, NULL, 0},
  };
  algo_mp_t r = algo_mp(msgpack), whole = r;
  algo_simulated_t s = {0};
  algo_code_t code = algo_mp_skip(&whole, err); /* bounds the nesting before recursion follows it */
  if (code == ALGO_OK) code = mp_read_map(&r, fields, &s, arena, err);
  if (code == ALGO_OK) *out = s;
  return code;
}

static void put_flag(algo_buf_t *b, const char *key, bool v) {
  if (!v) return;
  algo_mp_put_str(b, key, strlen(key));
  algo_mp_put_bool(b, true);
}

static void put_number(algo_buf_t *b, const char *key, uint64_t v) {
  if (v == 0) return;
  algo_mp_put_str(b, key, strlen(key));
  algo_mp_put_uint(b, v);
}

/* Keys sorted, as everything canonical is. */
static void encode_request(algo_buf_t *b, const algo_stxn_t *group, size_t n, const algo_simulate_options_t *opt) {
  uint32_t pairs = 1u + opt->empty_signatures + opt->more_logging + opt->unnamed_resources + (opt->extra_budget != 0) +
                   opt->fix_signers + (opt->round != 0);
  algo_mp_put_map(b, pairs);
  put_flag(b, "allow-empty-signatures", opt->empty_signatures);
  put_flag(b, "allow-more-logging", opt->more_logging);
  put_flag(b, "allow-unnamed-resources", opt->unnamed_resources);
  put_number(b, "extra-opcode-budget", opt->extra_budget);
  put_flag(b, "fix-signers", opt->fix_signers);
  put_number(b, "round", opt->round);
  algo_mp_put_str(b, "txn-groups", 10);
  algo_mp_put_array(b, 1);
  algo_mp_put_map(b, 1);
  algo_mp_put_str(b, "txns", 4);
  algo_mp_put_array(b, (uint32_t)n);
  for (size_t i = 0; i < n; i++) algo_stxn_encode(b, &group[i]);
}

algo_code_t algo_algod_simulate(algo_algod_t *c, const algo_stxn_t *group, size_t n, const algo_simulate_options_t *opt,
                                algo_simulated_t *out, algo_arena_t *arena, algo_err_t *err) {
  static const char path[] = "/v2/transactions/simulate?format=msgpack";
  algo_buf_t body = ALGO_BUF_INIT, answer = ALGO_BUF_INIT;
  algo_err_t local;
  algo_err_t *e = err == NULL ? &local : err;
  encode_request(&body, group, n, opt);
  algo_code_t r = body.oom ? client_nomem(e) : ALGO_OK;
  if (r == ALGO_OK) r = algo_algod_ask(c, "POST", path, "application/msgpack", algo_buf_view(&body), &answer, e);
  if (r == ALGO_OK) {
    r = algo_simulated_decode(out, algo_buf_view(&answer), arena, e);
    if (r != ALGO_OK) r = algo_err_prefix(e, r, "the answer of %s to a simulate", algo_algod_server(c));
  } else if (r == ALGO_E_HTTP && e->http_status == 400) {
    r = algo_err_set(e, ALGO_E_INVALID, "the node refuses to simulate this: %s", algo_algod_said(c));
    e->http_status = 400;
  }
  algo_buf_fini(&body);
  algo_buf_fini(&answer);
  return r;
}
