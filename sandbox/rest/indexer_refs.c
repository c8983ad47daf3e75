/* What a transaction names for its program, as the official indexer tells it: numbers in place of places in lists. */
#include "indexer_txn.h"
#include "models.h"

static void put_numbers(algo_json_t *j, const char *key, const uint64_t *v, size_t n) {
  algo_json_key(j, key);
  algo_json_open(j, '[');
  for (size_t i = 0; i < n; i++) algo_json_uint(j, v[i]);
  algo_json_close(j, ']');
}

static void put_box(algo_json_t *j, uint64_t app, algo_bytes_t name) {
  algo_json_open(j, '{');
  model_key_u64(j, "app", app);
  algo_json_key(j, "name");
  if (name.n > 0) algo_json_base64(j, name);
  else algo_json_null(j);
  algo_json_close(j, '}');
}

static void put_boxes(algo_json_t *j, const algo_txn_t *t) {
  algo_json_key(j, "box-references");
  algo_json_open(j, '[');
  for (size_t i = 0; i < t->n_boxes; i++) {
    uint64_t k = t->boxes[i].index; /* 0, the application itself, stays 0 */
    if (k <= t->n_foreign_apps) put_box(j, k == 0 ? 0 : t->foreign_apps[k - 1], t->boxes[i].name);
  }
  algo_json_close(j, ']');
}

/* The element that a place (from 1 on) means; one of zeros where there is none. */
static const algo_resource_ref_t *at(const algo_txn_t *t, uint64_t place) {
  static const algo_resource_ref_t none;
  return place > 0 && place <= t->n_access ? &t->access[place - 1] : &none;
}

/* Two keys: an account, of a place where 0 is the sender, and a number. */
static void put_pair(algo_json_t *j, const algo_txn_t *t, const char *key, uint64_t place, const char *what,
                     uint64_t id) {
  algo_json_key(j, key);
  algo_json_open(j, '{');
  model_addr(j, "address", place == 0 ? &t->sender : &at(t, place)->address);
  model_key_u64(j, what, id);
  algo_json_close(j, '}');
}

static void put_access(algo_json_t *j, const algo_txn_t *t) {
  algo_json_key(j, "access");
  algo_json_open(j, '[');
  for (size_t i = 0; i < t->n_access; i++) {
    const algo_resource_ref_t *r = &t->access[i];
    algo_json_open(j, '{');
    if (!algo_addr_is_zero(&r->address)) {
      model_addr(j, "address", &r->address);
    } else if (r->app != 0) {
      model_key_u64(j, "application-id", r->app);
    } else if (r->asset != 0) {
      model_key_u64(j, "asset-id", r->asset);
    } else if (r->holding.asset != 0) {
      put_pair(j, t, "holding", r->holding.address, "asset", at(t, r->holding.asset)->asset);
    } else if (r->locals.address != 0 || r->locals.app != 0) {
      put_pair(j, t, "local", r->locals.address, "app", at(t, r->locals.app)->app);
    } else {
      algo_json_key(j, "box");
      put_box(j, at(t, r->box.index)->app, r->box.name);
    }
    algo_json_close(j, '}');
  }
  algo_json_close(j, ']');
}

static void put_accounts(algo_json_t *j, const algo_txn_t *t) {
  algo_json_key(j, "accounts");
  algo_json_open(j, '[');
  for (size_t i = 0; i < t->n_accounts; i++) {
    char text[ALGO_ADDR_TEXT + 1];
    algo_addr_format(text, &t->accounts[i]);
    algo_json_str(j, text);
  }
  algo_json_close(j, ']');
}

void indexer_refs_write(algo_json_t *j, const algo_txn_t *t) {
  put_access(j, t);
  put_accounts(j, t);
  put_boxes(j, t);
  put_numbers(j, "foreign-apps", t->foreign_apps, t->n_foreign_apps);
  put_numbers(j, "foreign-assets", t->foreign_assets, t->n_foreign_assets);
}
