/* What an algod tells of accounts, applications, assets and boxes, as a ledger takes it. */
#include "algo/text.h"
#include "internal.h"

#define REWARD_UNIT UINT64_C(1000000) /* microAlgos, in every protocol there has been */

/* ---- members ---- */

json_object *fork_member(json_object *o, const char *key) {
  json_object *v = NULL;
  return o != NULL && json_object_is_type(o, json_type_object) && json_object_object_get_ex(o, key, &v) ? v : NULL;
}

size_t fork_count(json_object *array) {
  return array != NULL && json_object_is_type(array, json_type_array) ? json_object_array_length(array) : 0;
}

void fork_put_json(algo_buf_t *body, json_object *o) {
  algo_buf_clear(body);
  algo_buf_puts(body, json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN));
}

void fork_put_query(algo_buf_t *out, algo_bytes_t value) {
  static const char hex[] = "0123456789ABCDEF";
  for (size_t i = 0; i < value.n; i++) {
    uint8_t c = value.p[i];
    bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    if (!plain) algo_buf_putc(out, '%');
    if (!plain) algo_buf_putc(out, (uint8_t)hex[c >> 4]);
    algo_buf_putc(out, plain ? c : (uint8_t)hex[c & 15]);
  }
}

static algo_code_t get_bytes(algo_bytes_t *out, json_object *o, const char *key, algo_arena_t *arena, algo_err_t *err) {
  algo_buf_t b = ALGO_BUF_INIT;
  *out = algo_bytes("", 0);
  algo_code_t rc = algo_json_opt_base64(o, key, &b, err);
  if (rc == ALGO_OK && b.n > 0) *out = algo_arena_dup(arena, algo_buf_view(&b));
  if (rc == ALGO_OK && (b.oom || out->p == NULL)) rc = fork_nomem(err);
  algo_buf_fini(&b);
  return rc;
}

static algo_code_t get_fixed(uint8_t *out, size_t n, json_object *o, const char *key, algo_err_t *err) {
  algo_buf_t b = ALGO_BUF_INIT;
  algo_code_t rc = algo_json_opt_base64(o, key, &b, err);
  if (rc == ALGO_OK && b.n != 0 && b.n != n)
    rc = algo_err_set(err, ALGO_E_PARSE, "%s: %zu bytes, not %zu", key, b.n, n);
  if (rc == ALGO_OK && b.n == n) memcpy(out, b.p, n);
  algo_buf_fini(&b);
  return rc;
}

static algo_code_t get_addr(algo_addr_t *out, json_object *o, const char *key, algo_err_t *err) {
  algo_bytes_t text = {NULL, 0};
  algo_code_t rc = algo_json_opt_str(o, key, &text, err);
  memset(out, 0, sizeof *out);
  if (rc != ALGO_OK || text.n == 0) return rc;
  rc = algo_addr_parse(out, (const char *)text.p, text.n, err);
  return rc == ALGO_OK ? rc : algo_err_prefix(err, rc, "%s", key);
}

static algo_code_t get_schema(algo_schema_t *out, json_object *o, const char *key, algo_err_t *err) {
  json_object *s = fork_member(o, key);
  *out = (algo_schema_t){0, 0};
  algo_code_t rc = s == NULL ? ALGO_OK : algo_json_opt_u64(s, "num-uint", &out->num_uint, err);
  return rc == ALGO_OK && s != NULL ? algo_json_opt_u64(s, "num-byte-slice", &out->num_byte_slice, err) : rc;
}

/* ---- key-value stores ---- */

static algo_code_t read_kv(algo_kv_t *out, json_object *o, algo_arena_t *arena, algo_err_t *err) {
  json_object *v = fork_member(o, "value");
  uint64_t type = 0;
  algo_code_t rc = v == NULL ? algo_err_set(err, ALGO_E_PARSE, "a key without a value") : ALGO_OK;
  if (rc == ALGO_OK) rc = get_bytes(&out->key, o, "key", arena, err);
  if (rc == ALGO_OK) rc = algo_json_get_u64(v, "type", &type, err);
  out->value.is_bytes = type == 1;
  if (rc != ALGO_OK) return rc;
  return out->value.is_bytes ? get_bytes(&out->value.bytes, v, "bytes", arena, err)
                             : algo_json_opt_u64(v, "uint", &out->value.uint, err);
}

static int by_key(const void *a, const void *b) {
  return algo_bytes_cmp(((const algo_kv_t *)a)->key, ((const algo_kv_t *)b)->key);
}

static algo_code_t read_kvs(const algo_kv_t **out, size_t *n, json_object *array, algo_arena_t *arena,
                            algo_err_t *err) {
  algo_kv_t *kv = algo_arena_array(arena, fork_count(array) + 1, sizeof *kv);
  algo_code_t rc = kv == NULL ? fork_nomem(err) : ALGO_OK;
  for (size_t i = 0; rc == ALGO_OK && i < fork_count(array); i++)
    rc = read_kv(&kv[i], json_object_array_get_idx(array, i), arena, err);
  if (rc != ALGO_OK) return rc;
  qsort(kv, fork_count(array), sizeof *kv, by_key);
  *out = kv;
  *n = fork_count(array);
  return ALGO_OK;
}

/* ---- parts of an account ---- */

static algo_code_t read_holding(void *into, json_object *o, algo_arena_t *arena, algo_err_t *err) {
  algo_origin_holding_t *h = into;
  (void)arena;
  algo_code_t rc = algo_json_get_u64(o, "asset-id", &h->asset, err);
  if (rc == ALGO_OK) rc = algo_json_get_u64(o, "amount", &h->holding.amount, err);
  return rc == ALGO_OK ? algo_json_opt_bool(o, "is-frozen", &h->holding.frozen, err) : rc;
}

static algo_code_t read_local(void *into, json_object *o, algo_arena_t *arena, algo_err_t *err) {
  algo_origin_local_t *x = into;
  algo_code_t rc = algo_json_get_u64(o, "id", &x->app, err);
  if (rc == ALGO_OK) rc = get_schema(&x->schema, o, "schema", err);
  return rc == ALGO_OK ? read_kvs(&x->kv, &x->n, fork_member(o, "key-value"), arena, err) : rc;
}

/* A text's bytes: in base64 where they are there, which is always so with newer nodes. */
static algo_code_t get_text(algo_bytes_t *out, json_object *o, const char *key, const char *key64, algo_arena_t *arena,
                            algo_err_t *err) {
  algo_bytes_t text = {NULL, 0};
  if (fork_member(o, key64) != NULL) return get_bytes(out, o, key64, arena, err);
  algo_code_t rc = algo_json_opt_str(o, key, &text, err);
  *out = text.n == 0 ? algo_bytes("", 0) : algo_arena_dup(arena, text);
  return rc == ALGO_OK && out->p == NULL ? fork_nomem(err) : rc;
}

static algo_code_t read_asset(void *into, json_object *o, algo_arena_t *arena, algo_err_t *err) {
  algo_origin_asset_t *x = into;
  algo_asset_params_t *p = &x->params;
  json_object *params = fork_member(o, "params");
  uint64_t decimals = 0;
  algo_code_t rc = algo_json_get_u64(o, "index", &x->id, err);
  if (rc == ALGO_OK && params == NULL) rc = algo_err_set(err, ALGO_E_PARSE, "an asset without params");
  if (rc == ALGO_OK) rc = algo_json_get_u64(params, "total", &p->total, err);
  if (rc == ALGO_OK) rc = algo_json_opt_u64(params, "decimals", &decimals, err);
  if (rc == ALGO_OK) rc = algo_json_opt_bool(params, "default-frozen", &p->default_frozen, err);
  if (rc == ALGO_OK) rc = get_text(&p->unit_name, params, "unit-name", "unit-name-b64", arena, err);
  if (rc == ALGO_OK) rc = get_text(&p->name, params, "name", "name-b64", arena, err);
  if (rc == ALGO_OK) rc = get_text(&p->url, params, "url", "url-b64", arena, err);
  if (rc == ALGO_OK) rc = get_fixed(p->metadata_hash.b, 32, params, "metadata-hash", err);
  if (rc == ALGO_OK) rc = get_addr(&p->manager, params, "manager", err);
  if (rc == ALGO_OK) rc = get_addr(&p->reserve, params, "reserve", err);
  if (rc == ALGO_OK) rc = get_addr(&p->freeze, params, "freeze", err);
  if (rc == ALGO_OK) rc = get_addr(&p->clawback, params, "clawback", err);
  p->decimals = (uint32_t)decimals;
  return rc;
}

static algo_code_t read_app(void *into, json_object *o, algo_arena_t *arena, algo_err_t *err) {
  algo_origin_app_t *x = into;
  algo_avm_app_t *p = &x->params;
  json_object *params = fork_member(o, "params");
  uint64_t pages = 0;
  algo_code_t rc = algo_json_get_u64(o, "id", &x->id, err);
  if (rc == ALGO_OK && params == NULL) rc = algo_err_set(err, ALGO_E_PARSE, "an application without params");
  if (rc == ALGO_OK) rc = get_bytes(&p->approval, params, "approval-program", arena, err);
  if (rc == ALGO_OK) rc = get_bytes(&p->clear, params, "clear-state-program", arena, err);
  if (rc == ALGO_OK) rc = get_schema(&p->global_schema, params, "global-state-schema", err);
  if (rc == ALGO_OK) rc = get_schema(&p->local_schema, params, "local-state-schema", err);
  if (rc == ALGO_OK) rc = algo_json_opt_u64(params, "extra-program-pages", &pages, err);
  if (rc == ALGO_OK) rc = algo_json_opt_u64(params, "version", &p->version, err);
  if (rc == ALGO_OK) rc = get_addr(&p->size_sponsor, params, "size-sponsor", err);
  if (rc == ALGO_OK) rc = algo_json_opt_bool(params, "foreign-box-reads", &p->foreign_box_reads, err);
  if (rc == ALGO_OK) rc = algo_json_opt_bool(params, "family-box-access", &p->family_box_access, err);
  if (rc == ALGO_OK) rc = read_kvs(&x->globals, &x->n_globals, fork_member(params, "global-state"), arena, err);
  p->extra_pages = (uint32_t)pages;
  return rc;
}

typedef algo_code_t read_fn_t(void *into, json_object *o, algo_arena_t *arena, algo_err_t *err);

static algo_code_t read_list(read_fn_t *fn, size_t size, const void **out, size_t *n, json_object *array,
                             algo_arena_t *arena, algo_err_t *err) {
  uint8_t *items = algo_arena_array(arena, fork_count(array) + 1, size);
  algo_code_t rc = items == NULL ? fork_nomem(err) : ALGO_OK;
  for (size_t i = 0; rc == ALGO_OK && i < fork_count(array); i++)
    rc = fn(items + i * size, json_object_array_get_idx(array, i), arena, err);
  *out = items;
  *n = fork_count(array);
  return rc;
}

static algo_code_t read_lists(algo_origin_account_t *out, json_object *o, algo_arena_t *arena, algo_err_t *err) {
  const void *v = NULL;
  algo_code_t rc =
      read_list(read_holding, sizeof *out->holdings, &v, &out->n_holdings, fork_member(o, "assets"), arena, err);
  out->holdings = v;
  if (rc == ALGO_OK)
    rc = read_list(read_local, sizeof *out->locals, &v, &out->n_locals, fork_member(o, "apps-local-state"), arena, err);
  out->locals = v;
  if (rc == ALGO_OK)
    rc = read_list(read_asset, sizeof *out->assets, &v, &out->n_assets, fork_member(o, "created-assets"), arena, err);
  out->assets = v;
  if (rc == ALGO_OK)
    rc = read_list(read_app, sizeof *out->apps, &v, &out->n_apps, fork_member(o, "created-apps"), arena, err);
  out->apps = v;
  return rc;
}

static algo_code_t read_participation(algo_account_view_t *v, json_object *o, algo_err_t *err) {
  if (o == NULL) return ALGO_OK;
  algo_code_t rc = get_fixed(v->vote_pk, 32, o, "vote-participation-key", err);
  if (rc == ALGO_OK) rc = get_fixed(v->selection_pk, 32, o, "selection-participation-key", err);
  if (rc == ALGO_OK) rc = get_fixed(v->state_proof_pk, 64, o, "state-proof-key", err);
  if (rc == ALGO_OK) rc = algo_json_opt_u64(o, "vote-first-valid", &v->vote_first, err);
  if (rc == ALGO_OK) rc = algo_json_opt_u64(o, "vote-last-valid", &v->vote_last, err);
  return rc == ALGO_OK ? algo_json_opt_u64(o, "vote-key-dilution", &v->vote_key_dilution, err) : rc;
}

static uint64_t status_of(algo_bytes_t text) {
  if (algo_bytes_eq(text, ALGO_BYTES_LIT("Online"))) return 1;
  return algo_bytes_eq(text, ALGO_BYTES_LIT("NotParticipating")) ||
                 algo_bytes_eq(text, ALGO_BYTES_LIT("Not Participating"))
             ? 2
             : 0;
}

static algo_code_t read_totals(algo_account_view_t *v, json_object *o, algo_err_t *err) {
  const struct {
    const char *key;
    uint64_t *into;
  } numbers[] = {{"reward-base", &v->rewards_base},
                 {"rewards", &v->rewards},
                 {"pending-rewards", &v->pending_rewards},
                 {"apps-total-extra-pages", &v->total_extra_pages},
                 {"total-created-apps", &v->total_apps_created},
                 {"total-apps-opted-in", &v->total_apps_opted_in},
                 {"total-created-assets", &v->total_assets_created},
                 {"total-assets-opted-in", &v->total_assets},
                 {"total-boxes", &v->total_boxes},
                 {"total-box-bytes", &v->total_box_bytes},
                 {"last-proposed", &v->last_proposed},
                 {"last-heartbeat", &v->last_heartbeat}};
  algo_code_t rc = algo_json_get_u64(o, "amount-without-pending-rewards", &v->balance, err);
  for (size_t i = 0; rc == ALGO_OK && i < sizeof numbers / sizeof *numbers; i++)
    rc = algo_json_opt_u64(o, numbers[i].key, numbers[i].into, err);
  /* What is told is the base that the account would get now; its own is as far back as it has rewards to come. */
  uint64_t units = v->balance / REWARD_UNIT, back = units == 0 ? 0 : v->pending_rewards / units;
  v->rewards_base = v->balance == 0 || back > v->rewards_base ? 0 : v->rewards_base - back;
  v->rewards = v->rewards > v->pending_rewards ? v->rewards - v->pending_rewards : 0;
  return rc;
}

static algo_code_t read_account(algo_origin_account_t *out, json_object *o, algo_arena_t *arena, algo_err_t *err) {
  algo_account_view_t *v = &out->view;
  algo_bytes_t status = {NULL, 0};
  algo_code_t rc = read_totals(v, o, err);
  if (rc == ALGO_OK) rc = algo_json_opt_str(o, "status", &status, err);
  v->status = status_of(status);
  if (rc == ALGO_OK) rc = get_addr(&v->auth_addr, o, "auth-addr", err);
  if (rc == ALGO_OK) rc = get_schema(&v->total_schema, o, "apps-total-schema", err);
  if (rc == ALGO_OK) rc = algo_json_opt_bool(o, "incentive-eligible", &v->incentive_eligible, err);
  if (rc == ALGO_OK) rc = read_participation(v, fork_member(o, "participation"), err);
  return rc == ALGO_OK ? read_lists(out, o, arena, err) : rc;
}

/* ---- the origin's functions ---- */

/* Takes out what a later block may have changed though nobody named its maker: it is asked for by itself, and refused.
 */
static bool leave_out(algo_fork_t *f, json_object *list, const char *id_key, bool app) {
  bool any = false;
  for (size_t i = fork_count(list); i > 0; i--) {
    algo_addr_t key;
    json_object *id = fork_member(json_object_array_get_idx(list, i - 1), id_key);
    uint64_t n = id == NULL ? 0 : json_object_get_uint64(id);
    if (app) algo_addr_of_app(&key, n);
    else fork_asset_key(&key, n);
    if (fork_touched(f, &key) == 0) continue;
    json_object_array_del_idx(list, i - 1, 1);
    any = true;
  }
  return any;
}

/* Was this account the maker of what is gone? Where that cannot be told of one thing, it cannot be of any account. */
static algo_code_t check_makers(const algo_fork_t *f, const char *path, algo_err_t *err) {
  const gone_t *g = &f->touched.unknown;
  if (g->id == 0) return ALGO_OK;
  return algo_err_set(err, ALGO_E_UNSUPPORTED,
                      "%s cannot be read any more as of round %" PRIu64 ": %s %" PRIu64 " was deleted in round %" PRIu64
                      ", and the forked node %s no longer has the block that says whose it was. Fork anew, or fork an "
                      "archival node",
                      path, f->origin.round, g->app ? "application" : "asset", g->id, g->round,
                      algo_http_server(f->http));
}

static algo_code_t fresh_account(algo_fork_t *f, const char *path, const algo_addr_t *a, algo_buf_t *body,
                                 algo_err_t *err) {
  json_object *o = NULL;
  bool found = false;
  algo_code_t rc = fork_fresh(f, path, a, &found, body, err);
  if (rc == ALGO_E_RANGE) {
    rc = fork_account_pages(f, a, body, err);
    found = true;
  }
  if (rc == ALGO_OK) rc = check_makers(f, path, err);
  if (rc == ALGO_OK && !found) rc = algo_err_set(err, ALGO_E_PARSE, "%s answered 404", path);
  if (rc == ALGO_OK) rc = algo_json_parse(&o, body->p, body->n, err);
  if (rc == ALGO_OK) {
    bool apps = leave_out(f, fork_member(o, "created-apps"), "id", true);
    bool assets = leave_out(f, fork_member(o, "created-assets"), "index", false);
    if (apps || assets) { fork_put_json(body, o); }
    fork_cache_write(f, path, true, algo_buf_view(body));
  }
  json_object_put(o);
  return rc;
}

static algo_code_t account(void *user, const algo_addr_t *a, algo_origin_account_t *out, algo_arena_t *arena,
                           algo_err_t *err) {
  algo_fork_t *f = user;
  algo_buf_t body = ALGO_BUF_INIT;
  json_object *o = NULL;
  char text[ALGO_ADDR_TEXT + 1], path[128];
  bool found = false;
  algo_addr_format(text, a);
  snprintf(path, sizeof path, "/v2/accounts/%s", text);
  memset(out, 0, sizeof *out);
  algo_code_t rc = fork_cache_read(f, path, &found, &body) ? ALGO_OK : fresh_account(f, path, a, &body, err);
  if (rc == ALGO_OK) rc = algo_json_parse(&o, body.p, body.n, err);
  if (rc == ALGO_OK) rc = read_account(out, o, arena, err);
  if (rc == ALGO_E_PARSE) rc = algo_err_prefix(err, rc, "the forked node's answer to %s", path);
  out->view.addr = *a;
  json_object_put(o);
  algo_buf_fini(&body);
  return rc;
}

static algo_code_t get_state_json(algo_fork_t *f, const char *path, const algo_addr_t *key, json_object **out,
                                  algo_err_t *err) {
  algo_buf_t body = ALGO_BUF_INIT;
  *out = NULL;
  algo_code_t rc = fork_get_state(f, path, key, &body, err);
  if (rc == ALGO_OK) rc = algo_json_parse(out, body.p, body.n, err);
  if (rc == ALGO_E_PARSE) rc = algo_err_prefix(err, rc, "the forked node's answer to %s", path);
  algo_buf_fini(&body);
  return rc;
}

static algo_code_t creator(void *user, bool app, uint64_t id, algo_addr_t *out, algo_err_t *err) {
  algo_fork_t *f = user;
  json_object *o = NULL;
  algo_addr_t key;
  char path[64];
  snprintf(path, sizeof path, "/v2/%s/%" PRIu64, app ? "applications" : "assets", id);
  if (app) algo_addr_of_app(&key, id);
  else fork_asset_key(&key, id);
  algo_code_t rc = get_state_json(f, path, &key, &o, err);
  if (rc == ALGO_OK) rc = get_addr(out, fork_member(o, "params"), "creator", err);
  if (rc == ALGO_OK && algo_addr_is_zero(out)) rc = algo_err_set(err, ALGO_E_PARSE, "%s: nobody made it", path);
  json_object_put(o);
  return rc;
}

static algo_code_t box(void *user, uint64_t app, algo_bytes_t name, algo_bytes_t *value, algo_arena_t *arena,
                       algo_err_t *err) {
  algo_buf_t path = ALGO_BUF_INIT, b64 = ALGO_BUF_INIT;
  json_object *o = NULL;
  algo_addr_t key;
  fork_box_key(&key, app, name);
  algo_base64_encode(&b64, name);
  algo_buf_printf(&path, "/v2/applications/%" PRIu64 "/box?name=b64:", app);
  fork_put_query(&path, algo_buf_view(&b64));
  algo_code_t rc = get_state_json(user, algo_buf_cstr(&path), &key, &o, err);
  if (rc == ALGO_OK) rc = get_bytes(value, o, "value", arena, err);
  json_object_put(o);
  algo_buf_fini(&path);
  algo_buf_fini(&b64);
  return rc;
}

static algo_code_t get_box_pages(algo_fork_t *f, uint64_t app, const char *path, json_object **out, algo_err_t *err) {
  algo_buf_t body = ALGO_BUF_INIT;
  algo_code_t rc = fork_box_pages(f, app, &body, err);
  if (rc == ALGO_OK) fork_cache_write(f, path, true, algo_buf_view(&body));
  if (rc == ALGO_OK) rc = algo_json_parse(out, body.p, body.n, err);
  algo_buf_fini(&body);
  return rc;
}

static algo_code_t boxes(void *user, uint64_t app, const algo_bytes_t **names, size_t *n, algo_arena_t *arena,
                         algo_err_t *err) {
  char path[64];
  json_object *o = NULL;
  algo_addr_t key;
  algo_addr_of_app(&key, app);
  snprintf(path, sizeof path, "/v2/applications/%" PRIu64 "/boxes", app);
  algo_code_t rc = get_state_json(user, path, &key, &o, err);
  if (rc == ALGO_E_RANGE) rc = get_box_pages(user, app, path, &o, err);
  json_object *list = fork_member(o, "boxes");
  algo_bytes_t *v = algo_arena_array(arena, fork_count(list) + 1, sizeof *v);
  if (rc == ALGO_OK && v == NULL) rc = fork_nomem(err);
  for (size_t i = 0; rc == ALGO_OK && i < fork_count(list); i++)
    rc = get_bytes(&v[i], json_object_array_get_idx(list, i), "name", arena, err);
  *names = v;
  *n = fork_count(list);
  json_object_put(o);
  return rc;
}

static algo_code_t past(void *user, uint64_t round, algo_bytes_t *out, algo_arena_t *arena, algo_err_t *err) {
  algo_buf_t body = ALGO_BUF_INIT;
  algo_code_t rc = fork_block(user, round, true, &body, err);
  if (rc == ALGO_OK) *out = algo_arena_dup(arena, algo_buf_view(&body));
  if (rc == ALGO_OK && out->p == NULL) rc = fork_nomem(err);
  algo_buf_fini(&body);
  return rc;
}

void fork_fill_origin(algo_fork_t *f) {
  f->origin.user = f;
  f->origin.account = account;
  f->origin.creator = creator;
  f->origin.box = box;
  f->origin.boxes = boxes;
  f->origin.past = past;
}
