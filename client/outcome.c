/* outcome.c - what a node tells of a transaction: confirmed, waiting, dropped, simulated. */
#include "outcome.h"

#include "internal.h"

static algo_code_t read_logs(algo_mp_t *r, void *into, algo_arena_t *arena, algo_err_t *err) {
  algo_outcome_t *o = into;
  void *items = NULL;
  algo_code_t code = mp_read_array(r, mp_read_bytes, sizeof(algo_bytes_t), &items, &o->n_logs, arena, err);
  o->logs = items;
  return code;
}

static algo_code_t read_inner(algo_mp_t *r, void *into, algo_arena_t *arena, algo_err_t *err) {
  algo_outcome_t *o = into;
  void *items = NULL;
  algo_code_t code = mp_read_array(r, client_read_outcome, sizeof(algo_outcome_t), &items, &o->n_inner, arena, err);
  o->inner = items;
  return code;
}

static algo_code_t read_stxn(algo_mp_t *r, void *into, algo_arena_t *arena, algo_err_t *err) {
  algo_bytes_t whole = {0};
  algo_code_t code = algo_mp_skip_view(r, &whole, err);
  if (code != ALGO_OK) return code;
  algo_bytes_t copy = algo_arena_dup(arena, whole);
  if (copy.p == NULL) return client_nomem(err);
  return algo_stxn_decode_next(into, &copy, false, arena, err);
}

#define AT(member) offsetof(algo_outcome_t, member)
static const mp_field_t outcome_fields[] = {
    {"confirmed-round", mp_read_u64, AT(confirmed_round)},
    {"pool-error", mp_read_text, AT(pool_error)},
    {"application-index", mp_read_u64, AT(created_app)},
    {"asset-index", mp_read_u64, AT(created_asset)},
    {"closing-amount", mp_read_u64, AT(closing_amount)},
    {"asset-closing-amount", mp_read_u64, AT(asset_closing_amount)},
    {"logs", read_logs, 0},
    {"inner-txns", read_inner, 0},
    {"txn", read_stxn, AT(stxn)},
    {NULL, NULL, 0},
};

algo_code_t client_read_outcome(algo_mp_t *r, void *into, algo_arena_t *arena, algo_err_t *err) {
  algo_outcome_t *o = into;
  *o = (algo_outcome_t){.pool_error = ""};
  return mp_read_map(r, outcome_fields, o, arena, err);
}

algo_code_t algo_outcome_decode(algo_outcome_t *out, algo_bytes_t msgpack, algo_arena_t *arena, algo_err_t *err) {
  algo_mp_t r = algo_mp(msgpack);
  algo_outcome_t o;
  algo_mp_t whole = r; /* stepping over it bounds the nesting before recursion follows it */
  algo_code_t code = algo_mp_skip(&whole, err);
  if (code == ALGO_OK) code = client_read_outcome(&r, &o, arena, err);
  if (code == ALGO_OK) *out = o;
  return code;
}

algo_code_t algo_algod_pending(algo_algod_t *c, const char *txid, algo_outcome_t *out, algo_arena_t *arena,
                               algo_err_t *err) {
  char path[128];
  algo_buf_t answer = ALGO_BUF_INIT;
  snprintf(path, sizeof path, "/v2/transactions/pending/%.60s?format=msgpack", txid);
  algo_code_t r = client_get_msgpack(c, path, &answer, err);
  if (r == ALGO_OK) {
    r = algo_outcome_decode(out, algo_buf_view(&answer), arena, err);
    if (r != ALGO_OK) r = algo_err_prefix(err, r, "the answer of %s to GET %s", algo_algod_server(c), path);
  }
  algo_buf_fini(&answer);
  return r;
}
