/* Accounts, applications and assets as algod's JSON, written by c->json within an object or array. */
#ifndef REST_MODELS_H
#define REST_MODELS_H

#include "rest_impl.h"

void model_addr(algo_json_t *j, const char *key, const algo_addr_t *a);     /* text */
void model_addr_opt(algo_json_t *j, const char *key, const algo_addr_t *a); /* left out where zero */
void model_key_u64(algo_json_t *j, const char *key, uint64_t v);
void model_key_u64_opt(algo_json_t *j, const char *key, uint64_t v); /* left out where 0 */
void model_key_true(algo_json_t *j, const char *key, bool v);        /* left out where false */
void model_schema(algo_json_t *j, const char *key, const algo_schema_t *s);
void model_kv(algo_json_t *j, const char *key, const algo_kv_t *kv, size_t n);   /* left out where empty */
void model_holding(algo_json_t *j, uint64_t asset, const algo_avm_holding_t *h); /* an object */
/* An object; zeros: addresses that are not set are written too. */
void model_asset_params(algo_json_t *j, const algo_asset_params_t *p, const algo_addr_t *creator, bool zeros);
/* From "incentive-eligible" to "rewards": what algod and the indexer say alike of an account's stake and rewards. */
void model_standing(algo_json_t *j, const algo_account_view_t *a);
void model_app_params(algo_json_t *j, const algo_avm_app_t *p, const algo_kv_t *kv, size_t n);         /* an object */
void model_local(algo_json_t *j, uint64_t app, const algo_schema_t *s, const algo_kv_t *kv, size_t n); /* an object */

/* ---- the same as msgpack, in go-algorand's own structures (basics.AccountData and its parts) ---- */
void account_mp(algo_buf_t *out, const algo_ledger_t *l, const algo_account_view_t *a, bool bare);
void account_asset_mp(algo_buf_t *out, const algo_avm_holding_t *h, const algo_asset_params_t *p); /* NULL: not there */
void local_mp(algo_buf_t *out, const algo_schema_t *s, const algo_kv_t *kv, size_t n);
void app_params_mp(algo_buf_t *out, const algo_avm_app_t *p, const algo_kv_t *kv, size_t n);

#endif
