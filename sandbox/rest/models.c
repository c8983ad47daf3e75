#include "models.h"

#include "algo/text.h"
#include "algo/unicode.h"

void model_addr(algo_json_t *j, const char *key, const algo_addr_t *a) {
  char text[ALGO_ADDR_TEXT + 1];
  algo_addr_format(text, a);
  algo_json_key(j, key);
  algo_json_str(j, text);
}

void model_addr_opt(algo_json_t *j, const char *key, const algo_addr_t *a) {
  if (!algo_addr_is_zero(a)) model_addr(j, key, a);
}

void model_key_u64(algo_json_t *j, const char *key, uint64_t v) {
  algo_json_key(j, key);
  algo_json_uint(j, v);
}

void model_key_u64_opt(algo_json_t *j, const char *key, uint64_t v) {
  if (v != 0) model_key_u64(j, key, v);
}

void model_key_true(algo_json_t *j, const char *key, bool v) {
  if (!v) return;
  algo_json_key(j, key);
  algo_json_bool(j, true);
}

void model_schema(algo_json_t *j, const char *key, const algo_schema_t *s) {
  algo_json_key(j, key);
  algo_json_open(j, '{');
  model_key_u64(j, "num-byte-slice", s->num_byte_slice);
  model_key_u64(j, "num-uint", s->num_uint);
  algo_json_close(j, '}');
}

void model_kv(algo_json_t *j, const char *key, const algo_kv_t *kv, size_t n) {
  if (n == 0) return;
  algo_json_key(j, key);
  algo_json_open(j, '[');
  for (size_t i = 0; i < n; i++) {
    algo_json_open(j, '{');
    algo_json_key(j, "key");
    algo_json_base64(j, kv[i].key);
    algo_json_key(j, "value");
    algo_json_open(j, '{');
    algo_json_key(j, "bytes");
    algo_json_base64(j, kv[i].value.is_bytes ? kv[i].value.bytes : algo_bytes("", 0));
    model_key_u64(j, "type", kv[i].value.is_bytes ? 1 : 2);
    model_key_u64(j, "uint", kv[i].value.is_bytes ? 0 : kv[i].value.uint);
    algo_json_close(j, '}');
    algo_json_close(j, '}');
  }
  algo_json_close(j, ']');
}

void model_holding(algo_json_t *j, uint64_t asset, const algo_avm_holding_t *h) {
  algo_json_open(j, '{');
  model_key_u64(j, "amount", h->amount);
  model_key_u64(j, "asset-id", asset);
  algo_json_key(j, "is-frozen");
  algo_json_bool(j, h->frozen);
  algo_json_close(j, '}');
}

/* ---- text that Go calls printable ---- */

static bool all_printable(algo_bytes_t v) {
  if (!algo_utf8_valid(v)) return false;
  for (size_t i = 0, used; i < v.n; i += used)
    if (!algo_rune_is_print(algo_utf8_next((const char *)v.p + i, v.n - i, &used))) return false;
  return true;
}

/* The text where it is printable, and its bytes in any case. */
static void put_text(algo_json_t *j, const char *key, const char *key64, algo_bytes_t v) {
  if (v.n == 0) return;
  if (all_printable(v)) {
    algo_json_key(j, key);
    algo_json_strb(j, v);
  }
  algo_json_key(j, key64);
  algo_json_base64(j, v);
}

void model_asset_params(algo_json_t *j, const algo_asset_params_t *p, const algo_addr_t *creator, bool zeros) {
  void (*const put)(algo_json_t *, const char *, const algo_addr_t *) = zeros ? model_addr : model_addr_opt;
  algo_json_open(j, '{');
  put(j, "clawback", &p->clawback);
  model_addr(j, "creator", creator);
  model_key_u64(j, "decimals", p->decimals);
  algo_json_key(j, "default-frozen");
  algo_json_bool(j, p->default_frozen);
  put(j, "freeze", &p->freeze);
  put(j, "manager", &p->manager);
  if (!algo_digest_is_zero(&p->metadata_hash)) {
    algo_json_key(j, "metadata-hash");
    algo_json_base64(j, algo_bytes(p->metadata_hash.b, 32));
  }
  put_text(j, "name", "name-b64", p->name);
  put(j, "reserve", &p->reserve);
  model_key_u64(j, "total", p->total);
  put_text(j, "unit-name", "unit-name-b64", p->unit_name);
  put_text(j, "url", "url-b64", p->url);
  algo_json_close(j, '}');
}

static bool all_zero(const uint8_t *p, size_t n) {
  for (size_t i = 0; i < n; i++) {
    if (p[i] != 0) return false;
  }
  return true;
}

static void put_participation(algo_json_t *j, const algo_account_view_t *a) {
  if (all_zero(a->vote_pk, 32)) return;
  algo_json_key(j, "participation");
  algo_json_open(j, '{');
  algo_json_key(j, "selection-participation-key");
  algo_json_base64(j, algo_bytes(a->selection_pk, 32));
  if (!all_zero(a->state_proof_pk, 64)) {
    algo_json_key(j, "state-proof-key");
    algo_json_base64(j, algo_bytes(a->state_proof_pk, 64));
  }
  model_key_u64(j, "vote-first-valid", a->vote_first);
  model_key_u64(j, "vote-key-dilution", a->vote_key_dilution);
  model_key_u64(j, "vote-last-valid", a->vote_last);
  algo_json_key(j, "vote-participation-key");
  algo_json_base64(j, algo_bytes(a->vote_pk, 32));
  algo_json_close(j, '}');
}

void model_standing(algo_json_t *j, const algo_account_view_t *a) {
  model_key_true(j, "incentive-eligible", a->incentive_eligible);
  model_key_u64_opt(j, "last-heartbeat", a->last_heartbeat);
  model_key_u64_opt(j, "last-proposed", a->last_proposed);
  model_key_u64(j, "min-balance", a->min_balance);
  put_participation(j, a);
  model_key_u64(j, "pending-rewards", a->pending_rewards);
  model_key_u64(j, "reward-base", a->rewards_base);
  model_key_u64(j, "rewards", a->rewards);
}

void model_app_params(algo_json_t *j, const algo_avm_app_t *p, const algo_kv_t *kv, size_t n) {
  algo_json_open(j, '{');
  algo_json_key(j, "approval-program");
  algo_json_base64(j, p->approval);
  algo_json_key(j, "clear-state-program");
  algo_json_base64(j, p->clear);
  model_addr(j, "creator", &p->creator);
  model_key_u64_opt(j, "extra-program-pages", p->extra_pages);
  model_key_true(j, "family-box-access", p->family_box_access);
  model_key_true(j, "foreign-box-reads", p->foreign_box_reads);
  model_kv(j, "global-state", kv, n);
  model_schema(j, "global-state-schema", &p->global_schema);
  model_schema(j, "local-state-schema", &p->local_schema);
  model_addr_opt(j, "size-sponsor", &p->size_sponsor);
  model_key_u64_opt(j, "version", p->version);
  algo_json_close(j, '}');
}

void model_local(algo_json_t *j, uint64_t app, const algo_schema_t *s, const algo_kv_t *kv, size_t n) {
  algo_json_open(j, '{');
  model_key_u64(j, "id", app);
  model_kv(j, "key-value", kv, n);
  model_schema(j, "schema", s);
  algo_json_close(j, '}');
}
