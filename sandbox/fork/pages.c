/* What a node does not tell in one answer (400, "Result limit exceeded") is read page by page. Each page is held to the
 * fork's round like any answer; the whole is what the one answer would have been, and is kept as that. */
#include "internal.h"

#define PAGES 100000u /* of one list, at most */

static algo_code_t parse(json_object **out, const algo_buf_t *body, algo_err_t *err) {
  algo_code_t rc = algo_json_parse(out, body->p, body->n, err);
  if (rc == ALGO_OK && !json_object_is_type(*out, json_type_object))
    rc = algo_err_set(err, ALGO_E_PARSE, "it is no object");
  return rc;
}

static algo_code_t no_pages(const algo_fork_t *f, const char *path, const char *setting, algo_err_t *err) {
  return algo_err_set(
      err, ALGO_E_UNSUPPORTED,
      "the forked node %s has too much there to list at once, and no pages of %s: fork a newer node, or one "
      "with a larger %s",
      algo_http_server(f->http), path, setting);
}

/* Calls `take` with each element of `list` in each page of `path` (which has a query). */
static algo_code_t each_page(algo_fork_t *f, const char *path, const algo_addr_t *key, const char *list,
                             const char *setting, bool (*take)(void *user, json_object *item), void *user,
                             algo_err_t *err) {
  algo_buf_t body = ALGO_BUF_INIT, url = ALGO_BUF_INIT, next = ALGO_BUF_INIT;
  algo_code_t rc = ALGO_OK;
  for (unsigned page = 0; rc == ALGO_OK && (page == 0 || next.n > 0); page++) {
    json_object *o = NULL, *items;
    algo_bytes_t token = {NULL, 0};
    bool found = false;
    algo_buf_clear(&url);
    algo_buf_puts(&url, path);
    if (next.n > 0) algo_buf_puts(&url, "&next=");
    fork_put_query(&url, algo_buf_view(&next));
    rc = page > PAGES ? algo_err_set(err, ALGO_E_PARSE, "the pages of %s do not end", path)
                      : fork_fresh(f, algo_buf_cstr(&url), key, &found, &body, err);
    if (rc == ALGO_OK && !found) rc = no_pages(f, path, setting, err);
    if (rc == ALGO_OK) rc = parse(&o, &body, err);
    if (rc == ALGO_OK) rc = algo_json_opt_str(o, "next-token", &token, err);
    if (rc == ALGO_OK && token.n > 0 && algo_bytes_eq(token, algo_buf_view(&next)))
      rc = algo_err_set(err, ALGO_E_PARSE, "the pages of %s do not end", path);
    items = rc == ALGO_OK ? fork_member(o, list) : NULL;
    for (size_t i = 0; rc == ALGO_OK && i < fork_count(items); i++)
      if (!take(user, json_object_array_get_idx(items, i))) rc = fork_nomem(err);
    algo_buf_clear(&next);
    algo_buf_putb(&next, token);
    json_object_put(o);
  }
  algo_buf_fini(&body);
  algo_buf_fini(&url);
  algo_buf_fini(&next);
  return rc;
}

/* ---- an account ---- */

typedef struct lists { /* as the one answer has them */
  const char *owner;
  json_object *assets, *locals, *created_assets, *created_apps;
} lists_t;

static bool add(json_object *list, json_object *item) {
  if (item == NULL) return true;
  if (list == NULL || json_object_array_add(list, json_object_get(item)) != 0) {
    json_object_put(item);
    return false;
  }
  return true;
}

static bool is_owner(const lists_t *l, json_object *params) {
  json_object *creator = fork_member(params, "creator");
  return creator != NULL && strcmp(json_object_get_string(creator), l->owner) == 0;
}

/* {id_key: id, "params": params} */
static bool add_created(json_object *list, const char *id_key, json_object *id, json_object *params) {
  json_object *o = json_object_new_object();
  if (o == NULL) return false;
  json_object_object_add(o, id_key, json_object_get(id));
  json_object_object_add(o, "params", json_object_get(params));
  bool ok = add(list, o);
  json_object_put(o);
  return ok;
}

static bool take_asset(void *user, json_object *item) {
  lists_t *l = user;
  json_object *holding = fork_member(item, "asset-holding"), *params = fork_member(item, "asset-params");
  if (!add(l->assets, holding)) return false;
  return !is_owner(l, params) || add_created(l->created_assets, "index", fork_member(holding, "asset-id"), params);
}

static bool take_app(void *user, json_object *item) {
  lists_t *l = user;
  json_object *params = fork_member(item, "params");
  if (!add(l->locals, fork_member(item, "app-local-state"))) return false;
  return !is_owner(l, params) || add_created(l->created_apps, "id", fork_member(item, "id"), params);
}

static algo_code_t read_lists(algo_fork_t *f, const algo_addr_t *a, lists_t *l, algo_err_t *err) {
  char path[160];
  snprintf(path, sizeof path, "/v2/accounts/%s/assets?limit=1000", l->owner);
  algo_code_t rc = each_page(f, path, a, "asset-holdings", "MaxAPIResourcesPerAccount", take_asset, l, err);
  snprintf(path, sizeof path, "/v2/accounts/%s/applications?include=params&limit=100", l->owner);
  return rc == ALGO_OK ? each_page(f, path, a, "application-resources", "MaxAPIResourcesPerAccount", take_app, l, err)
                       : rc;
}

/* As many as the account says. */
static algo_code_t check(json_object *o, const lists_t *l, algo_err_t *err) {
  const struct {
    const char *key;
    json_object *list;
  } told[] = {{"total-assets-opted-in", l->assets},
              {"total-apps-opted-in", l->locals},
              {"total-created-assets", l->created_assets},
              {"total-created-apps", l->created_apps}};
  for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
    uint64_t n = 0;
    algo_code_t rc = algo_json_opt_u64(o, told[i].key, &n, err);
    if (rc == ALGO_OK && n != fork_count(told[i].list))
      rc = algo_err_set(err, ALGO_E_PARSE, "its pages have %zu, and it says %s %" PRIu64, fork_count(told[i].list),
                        told[i].key, n);
    if (rc != ALGO_OK) return rc;
  }
  return ALGO_OK;
}

algo_code_t fork_account_pages(algo_fork_t *f, const algo_addr_t *a, algo_buf_t *body, algo_err_t *err) {
  char owner[ALGO_ADDR_TEXT + 1], path[128];
  bool found = false;
  json_object *o = NULL;
  algo_addr_format(owner, a);
  lists_t l = {owner, json_object_new_array(), json_object_new_array(), json_object_new_array(),
               json_object_new_array()};
  snprintf(path, sizeof path, "/v2/accounts/%s?exclude=all", owner);
  algo_code_t rc = fork_fresh(f, path, a, &found, body, err);
  if (rc == ALGO_OK && !found) rc = algo_err_set(err, ALGO_E_PARSE, "%s answered 404", path);
  if (rc == ALGO_OK) rc = parse(&o, body, err);
  if (rc == ALGO_OK) rc = read_lists(f, a, &l, err);
  if (rc == ALGO_OK) rc = check(o, &l, err);
  if (rc == ALGO_OK) {
    json_object_object_add(o, "assets", json_object_get(l.assets));
    json_object_object_add(o, "apps-local-state", json_object_get(l.locals));
    json_object_object_add(o, "created-assets", json_object_get(l.created_assets));
    json_object_object_add(o, "created-apps", json_object_get(l.created_apps));
    fork_put_json(body, o);
    if (body->oom) rc = fork_nomem(err);
  } else {
    (void)algo_err_prefix(err, rc, "account %s", owner);
  }
  json_object_put(o);
  json_object_put(l.assets);
  json_object_put(l.locals);
  json_object_put(l.created_assets);
  json_object_put(l.created_apps);
  return rc;
}

/* ---- an application's boxes ---- */

static bool take_box(void *user, json_object *item) { return add(user, item); }

algo_code_t fork_box_pages(algo_fork_t *f, uint64_t app, algo_buf_t *body, algo_err_t *err) {
  char path[128];
  algo_addr_t key;
  json_object *o = json_object_new_object(), *boxes = json_object_new_array();
  algo_addr_of_app(&key, app);
  snprintf(path, sizeof path, "/v2/applications/%" PRIu64 "/boxes?limit=1000", app);
  algo_code_t rc = o == NULL || boxes == NULL ? fork_nomem(err) : ALGO_OK;
  if (rc == ALGO_OK) rc = each_page(f, path, &key, "boxes", "MaxAPIBoxPerApplication", take_box, boxes, err);
  if (rc == ALGO_OK) {
    json_object_object_add(o, "boxes", json_object_get(boxes));
    fork_put_json(body, o);
    if (body->oom) rc = fork_nomem(err);
  }
  json_object_put(boxes);
  json_object_put(o);
  return rc;
}
