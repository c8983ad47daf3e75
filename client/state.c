/* state.c - routes about accounts, applications, boxes and assets. */
#include "internal.h"

#include "algo/text.h"

static void address_path(char *out, size_t n, const algo_addr_t *addr, const char *rest) {
  char text[ALGO_ADDR_TEXT + 1];
  algo_addr_format(text, addr);
  snprintf(out, n, "/v2/accounts/%s%s", text, rest);
}

algo_code_t algo_algod_account_json(algo_algod_t *c, const algo_addr_t *addr, json_object **out, algo_err_t *err) {
  char path[128];
  address_path(path, sizeof path, addr, "");
  return client_get_json(c, path, out, err);
}

algo_code_t algo_algod_account(algo_algod_t *c, const algo_addr_t *addr, algo_account_t *out, algo_arena_t *arena,
                               algo_err_t *err) {
  char path[128];
  json_object *o = NULL;
  algo_account_t a = {.status = ""};
  address_path(path, sizeof path, addr, "?exclude=all");
  algo_code_t r = client_get_json(c, path, &o, err);
  if (r == ALGO_OK) r = algo_json_get_u64(o, "round", &a.round, err);
  if (r == ALGO_OK) r = algo_json_get_u64(o, "amount", &a.amount, err);
  if (r == ALGO_OK) r = algo_json_get_u64(o, "min-balance", &a.min_balance, err);
  if (r == ALGO_OK) r = client_json_addr(&a.auth_addr, o, "auth-addr", err);
  if (r == ALGO_OK) r = client_json_text(&a.status, o, "status", arena, err);
  if (r == ALGO_OK) r = algo_json_opt_u64(o, "total-assets-opted-in", &a.total_assets, err);
  if (r == ALGO_OK) r = algo_json_opt_u64(o, "total-apps-opted-in", &a.total_apps, err);
  if (r == ALGO_OK) r = algo_json_opt_u64(o, "total-created-assets", &a.created_assets, err);
  if (r == ALGO_OK) r = algo_json_opt_u64(o, "total-created-apps", &a.created_apps, err);
  if (r == ALGO_OK) *out = a;
  json_object_put(o);
  return r;
}

algo_code_t algo_algod_holding(algo_algod_t *c, const algo_addr_t *addr, uint64_t asset, algo_holding_t *out,
                               algo_err_t *err) {
  char path[128], rest[32];
  json_object *o = NULL;
  algo_holding_t h = {0};
  algo_err_t local;
  algo_err_t *e = err == NULL ? &local : err;
  snprintf(rest, sizeof rest, "/assets/%" PRIu64, asset);
  address_path(path, sizeof path, addr, rest);
  algo_code_t r = client_get_json(c, path, &o, e);
  json_object *holding = client_json_at(o, "asset-holding");
  if (r == ALGO_E_NOT_FOUND) {
    r = ALGO_OK;
  } else if (r == ALGO_OK && holding != NULL) {
    h.opted_in = true;
    r = algo_json_get_u64(holding, "amount", &h.amount, e);
    if (r == ALGO_OK) r = algo_json_opt_bool(holding, "is-frozen", &h.frozen, e);
  }
  if (r == ALGO_OK) *out = h;
  json_object_put(o);
  return r;
}

static algo_code_t read_teal_value(algo_teal_value_t *out, json_object *o, algo_arena_t *arena, algo_err_t *err) {
  uint64_t type = 0;
  json_object *value = client_json_at(o, "value");
  algo_code_t r = client_json_bytes(&out->key, o, "key", arena, err);
  if (r == ALGO_OK) r = algo_json_get_u64(value, "type", &type, err);
  if (r != ALGO_OK) return r;
  out->is_uint = type == 2;
  return out->is_uint ? algo_json_opt_u64(value, "uint", &out->uint, err)
                      : client_json_bytes(&out->bytes, value, "bytes", arena, err);
}

static algo_code_t read_teal_state(algo_teal_state_t *out, json_object *array, algo_arena_t *arena, algo_err_t *err) {
  size_t n = client_json_count(array);
  algo_teal_value_t *items = algo_arena_array(arena, n + 1, sizeof *items);
  if (items == NULL) return client_nomem(err);
  for (size_t i = 0; i < n; i++) {
    algo_code_t r = read_teal_value(&items[i], json_object_array_get_idx(array, i), arena, err);
    if (r != ALGO_OK) return algo_err_prefix(err, r, "state value %zu", i);
  }
  *out = (algo_teal_state_t){items, n};
  return ALGO_OK;
}

const algo_teal_value_t *algo_teal_find(const algo_teal_state_t *s, const char *key) {
  for (size_t i = 0; i < s->n; i++)
    if (algo_bytes_eq(s->items[i].key, algo_bytes_str(key))) return &s->items[i];
  return NULL;
}

static algo_code_t read_schema(algo_schema_t *out, json_object *o, algo_err_t *err) {
  if (o == NULL) return ALGO_OK;
  algo_code_t r = algo_json_opt_u64(o, "num-uint", &out->num_uint, err);
  return r == ALGO_OK ? algo_json_opt_u64(o, "num-byte-slice", &out->num_byte_slice, err) : r;
}

/* The application `id` of an answer's "params". */
static algo_code_t read_application(algo_application_t *out, uint64_t id, json_object *p, algo_arena_t *arena,
                                    algo_err_t *err) {
  algo_application_t a = {.id = id};
  algo_code_t r = client_json_addr(&a.creator, p, "creator", err);
  if (r == ALGO_OK) r = client_json_bytes(&a.approval, p, "approval-program", arena, err);
  if (r == ALGO_OK) r = client_json_bytes(&a.clear, p, "clear-state-program", arena, err);
  if (r == ALGO_OK) r = read_schema(&a.global_schema, client_json_at(p, "global-state-schema"), err);
  if (r == ALGO_OK) r = read_schema(&a.local_schema, client_json_at(p, "local-state-schema"), err);
  if (r == ALGO_OK) r = algo_json_opt_u64(p, "extra-program-pages", &a.extra_pages, err);
  if (r == ALGO_OK) r = read_teal_state(&a.globals, client_json_at(p, "global-state"), arena, err);
  if (r == ALGO_OK) *out = a;
  return r;
}

algo_code_t algo_algod_application(algo_algod_t *c, uint64_t id, algo_application_t *out, algo_arena_t *arena,
                                   algo_err_t *err) {
  char path[64];
  json_object *o = NULL;
  snprintf(path, sizeof path, "/v2/applications/%" PRIu64, id);
  algo_code_t r = client_get_json(c, path, &o, err);
  if (r == ALGO_E_NOT_FOUND)
    return algo_err_set(err, r, "application %" PRIu64 " does not exist at %s", id, algo_algod_server(c));
  json_object *p = client_json_at(o, "params");
  if (r == ALGO_OK && p == NULL) r = algo_err_set(err, ALGO_E_PARSE, "the answer to GET %s has no params", path);
  if (r == ALGO_OK) r = read_application(out, id, p, arena, err);
  json_object_put(o);
  return r;
}

algo_code_t algo_algod_created(algo_algod_t *c, const algo_addr_t *addr, const algo_application_t **out, size_t *n,
                               algo_arena_t *arena, algo_err_t *err) {
  json_object *o = NULL;
  algo_code_t r = algo_algod_account_json(c, addr, &o, err);
  json_object *list = client_json_at(o, "created-apps");
  size_t count = client_json_count(list);
  algo_application_t *apps = r == ALGO_OK ? algo_arena_array(arena, count + 1, sizeof *apps) : NULL;
  if (r == ALGO_OK && apps == NULL) r = client_nomem(err);
  for (size_t i = 0; r == ALGO_OK && i < count; i++) {
    json_object *app = json_object_array_get_idx(list, i), *p = client_json_at(app, "params");
    uint64_t id = 0;
    r = algo_json_get_u64(app, "id", &id, err);
    if (r == ALGO_OK && p == NULL) r = algo_err_set(err, ALGO_E_PARSE, "application %" PRIu64 " has no params", id);
    if (r == ALGO_OK) r = read_application(&apps[i], id, p, arena, err);
  }
  if (r == ALGO_OK) *out = apps, *n = count;
  json_object_put(o);
  return r;
}

algo_code_t algo_algod_locals(algo_algod_t *c, const algo_addr_t *addr, uint64_t app, algo_teal_state_t *out,
                              algo_arena_t *arena, algo_err_t *err) {
  char path[128], rest[48];
  json_object *o = NULL;
  snprintf(rest, sizeof rest, "/applications/%" PRIu64, app);
  address_path(path, sizeof path, addr, rest);
  algo_code_t r = client_get_json(c, path, &o, err);
  json_object *local = client_json_at(o, "app-local-state");
  if (r == ALGO_OK && local == NULL)
    r = algo_err_set(err, ALGO_E_NOT_FOUND, "not opted in to application %" PRIu64, app);
  if (r == ALGO_OK) r = read_teal_state(out, client_json_at(local, "key-value"), arena, err);
  json_object_put(o);
  return r;
}

static algo_code_t read_asset(algo_asset_params_t *out, json_object *p, algo_arena_t *arena, algo_err_t *err) {
  static const struct {
    const char *b64, *plain;
    size_t at;
  } texts[] = {
      {"name-b64", "name", offsetof(algo_asset_params_t, name)},
      {"unit-name-b64", "unit-name", offsetof(algo_asset_params_t, unit_name)},
      {"url-b64", "url", offsetof(algo_asset_params_t, url)},
  };
  static const struct {
    const char *key;
    size_t at;
  } roles[] = {
      {"manager", offsetof(algo_asset_params_t, manager)},
      {"reserve", offsetof(algo_asset_params_t, reserve)},
      {"freeze", offsetof(algo_asset_params_t, freeze)},
      {"clawback", offsetof(algo_asset_params_t, clawback)},
  };
  uint64_t decimals = 0;
  algo_code_t r = algo_json_get_u64(p, "total", &out->total, err);
  if (r == ALGO_OK) r = algo_json_opt_u64(p, "decimals", &decimals, err);
  if (r == ALGO_OK) r = algo_json_opt_bool(p, "default-frozen", &out->default_frozen, err);
  out->decimals = (uint32_t)decimals;
  for (size_t i = 0; r == ALGO_OK && i < sizeof texts / sizeof *texts; i++) {
    algo_bytes_t *field = (algo_bytes_t *)(void *)((uint8_t *)out + texts[i].at), plain = {0};
    r = client_json_bytes(field, p, texts[i].b64, arena, err);
    if (r == ALGO_OK && field->n == 0) r = algo_json_opt_str(p, texts[i].plain, &plain, err);
    if (plain.n > 0 && (*field = algo_arena_dup(arena, plain)).p == NULL) r = client_nomem(err);
  }
  for (size_t i = 0; r == ALGO_OK && i < sizeof roles / sizeof *roles; i++)
    r = client_json_addr((algo_addr_t *)(void *)((uint8_t *)out + roles[i].at), p, roles[i].key, err);
  if (r == ALGO_OK && client_json_at(p, "metadata-hash") != NULL)
    r = client_json_digest(&out->metadata_hash, p, "metadata-hash", err);
  return r;
}

algo_code_t algo_algod_asset(algo_algod_t *c, uint64_t id, algo_asset_t *out, algo_arena_t *arena, algo_err_t *err) {
  char path[64];
  json_object *o = NULL;
  algo_asset_t a = {.id = id};
  snprintf(path, sizeof path, "/v2/assets/%" PRIu64, id);
  algo_code_t r = client_get_json(c, path, &o, err);
  if (r == ALGO_E_NOT_FOUND)
    return algo_err_set(err, r, "asset %" PRIu64 " does not exist at %s", id, algo_algod_server(c));
  json_object *p = client_json_at(o, "params");
  if (r == ALGO_OK && p == NULL) r = algo_err_set(err, ALGO_E_PARSE, "the answer to GET %s has no params", path);
  if (r == ALGO_OK) r = client_json_addr(&a.creator, p, "creator", err);
  if (r == ALGO_OK) r = read_asset(&a.params, p, arena, err);
  if (r == ALGO_OK) *out = a;
  json_object_put(o);
  return r;
}
