/* POST /sandbox/v1/transactions: one group for which no signature is asked for, as msgpack or as JSON. JSON is a
 * transaction, or a list of them, with a block's keys and texts; what a developer need not say is filled in. */
#include "jsonmp.h"
#include "rest_impl.h"

/* A 0 that is said is a 0: another transaction of the group may pay the fee. */
static bool said(json_object *o, const char *key) { return json_object_object_get_ex(o, key, NULL); }

static void fill_in(const algo_node_t *n, json_object *o, algo_txn_t *t) {
  const algo_consensus_t *c = algo_node_consensus(n);
  if (!said(o, "fee")) t->fee = c->min_txn_fee;
  if (!said(o, "fv")) t->first_valid = algo_node_round(n);
  if (!said(o, "lv")) t->last_valid = t->first_valid + c->max_txn_life;
  if (!said(o, "gh")) t->genesis_hash = *algo_node_genesis_hash(n);
}

static algo_code_t read_one(algo_txn_t *out, json_object *o, algo_arena_t *arena, algo_err_t *err) {
  algo_buf_t mp = ALGO_BUF_INIT;
  if (!json_object_is_type(o, json_type_object)) return algo_err_set(err, ALGO_E_PARSE, "it is no object");
  algo_code_t rc = jsonmp_write(&mp, o, MPJSON_TXN, err);
  algo_bytes_t kept = rc == ALGO_OK ? algo_arena_dup(arena, algo_buf_view(&mp)) : algo_bytes(NULL, 0);
  if (rc == ALGO_OK && kept.p == NULL) rc = algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  if (rc == ALGO_OK) rc = algo_txn_decode(out, kept, true, arena, err);
  algo_buf_fini(&mp);
  return rc;
}

static algo_code_t write_group(algo_buf_t *out, algo_stxn_t *group, size_t n, algo_err_t *err) {
  static const algo_digest_t none;
  const algo_txn_t *txns[ALGO_GROUP_MAX];
  algo_digest_t id = none;
  bool named = false;
  for (size_t i = 0; i < n; i++) {
    txns[i] = &group[i].txn;
    named = named || memcmp(&txns[i]->group, &none, sizeof none) != 0;
  }
  algo_code_t rc = n > 1 && !named ? algo_group_id(&id, txns, n, err) : ALGO_OK;
  for (size_t i = 0; rc == ALGO_OK && i < n; i++) {
    if (!named) group[i].txn.group = id;
    algo_stxn_encode(out, &group[i]);
  }
  return rc == ALGO_OK && out->oom ? algo_err_set(err, ALGO_E_NOMEM, "out of memory") : rc;
}

static algo_code_t from_json(rest_call_t *c, algo_buf_t *out, algo_err_t *err) {
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_stxn_t group[ALGO_GROUP_MAX] = {0};
  json_object *o = NULL;
  algo_code_t rc = algo_json_parse(&o, c->req->body.p, c->req->body.n, err);
  bool list = json_object_is_type(o, json_type_array);
  size_t n = list ? json_object_array_length(o) : 1;
  if (rc == ALGO_OK && (n == 0 || n > ALGO_GROUP_MAX))
    rc = algo_err_set(err, ALGO_E_RANGE, "a group has 1 to %u transactions, not %zu", ALGO_GROUP_MAX, n);
  for (size_t i = 0; rc == ALGO_OK && i < n; i++) {
    json_object *one = list ? json_object_array_get_idx(o, i) : o;
    rc = read_one(&group[i].txn, one, &arena, err);
    if (rc != ALGO_OK) (void)algo_err_prefix(err, rc, "transaction %zu", i);
    else fill_in(c->node, one, &group[i].txn);
  }
  if (rc == ALGO_OK) rc = write_group(out, group, n, err);
  json_object_put(o);
  algo_arena_fini(&arena);
  return rc;
}

void rest_submit_unsigned(rest_call_t *c) {
  uint8_t first = jsonmp_first(c->req->body);
  algo_buf_t group = ALGO_BUF_INIT;
  algo_err_t err;
  algo_code_t rc = ALGO_OK;
  if (first == '{' || first == '[') rc = from_json(c, &group, &err);
  else algo_buf_putb(&group, c->req->body);
  if (rc == ALGO_OK) rest_take_group(c, algo_buf_view(&group), true);
  else rest_error(c, rest_status(rc), "%s", err.msg);
  algo_buf_fini(&group);
}
