/* What a log's records say, as msgpack arrays, and doing it again. */
#include "algo/block.h"
#include "algo/mp.h"
#include "node_impl.h"

#define LOOK_EVERY 64u /* events, between looks whether to go on */

typedef enum event { EVENT_GENESIS, EVENT_BLOCK, EVENT_CHANGE, EVENT_SNAPSHOT, EVENT_REVERT } event_t;

/* The hash of a fork's first block: of its header, since every node has a certificate of its own. */
static void first_block(const algo_ledger_origin_t *origin, uint8_t out[32]) {
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_block_t b;
  algo_digest_t hash = {{0}};
  if (algo_block_decode(&b, origin->block, &arena, NULL) == ALGO_OK) algo_header_hash(&hash, &b.header);
  memcpy(out, hash.b, sizeof hash.b);
  algo_arena_fini(&arena);
}

/* A fork's has its round and that round's block, by its hash. */
void node_event_genesis(algo_buf_t *out, algo_bytes_t json, const algo_ledger_origin_t *origin) {
  uint8_t block[32];
  algo_mp_put_array(out, origin == NULL ? 2 : 4);
  algo_mp_put_uint(out, EVENT_GENESIS);
  algo_mp_put_bin(out, json.p, json.n);
  if (origin == NULL) return;
  first_block(origin, block);
  algo_mp_put_uint(out, origin->round);
  algo_mp_put_bin(out, block, sizeof block);
}

void node_event_group(algo_buf_t *out, algo_bytes_t group, bool skip_signatures) {
  algo_mp_put_array(out, 2);
  algo_mp_put_bool(out, skip_signatures);
  algo_mp_put_bin(out, group.p, group.n);
}

void node_event_block(algo_buf_t *out, int64_t timestamp, uint32_t n, algo_bytes_t groups) {
  algo_mp_put_array(out, 3);
  algo_mp_put_uint(out, EVENT_BLOCK);
  algo_mp_put_int(out, timestamp);
  algo_mp_put_array(out, n);
  algo_buf_putb(out, groups);
}

void node_event_change(algo_buf_t *out, const algo_node_change_t *c) {
  algo_mp_put_array(out, 11);
  algo_mp_put_uint(out, EVENT_CHANGE);
  algo_mp_put_uint(out, c->kind);
  algo_mp_put_bin(out, c->addr.b, sizeof c->addr.b);
  algo_mp_put_uint(out, c->app);
  algo_mp_put_uint(out, c->amount);
  algo_mp_put_bin(out, c->key.p, c->key.n);
  algo_mp_put_bin(out, c->clear.p, c->clear.n);
  algo_mp_put_bool(out, c->has_value);
  algo_mp_put_bool(out, c->value.is_bytes);
  algo_mp_put_uint(out, c->value.uint);
  algo_mp_put_bin(out, c->value.bytes.p, c->value.is_bytes ? c->value.bytes.n : 0);
}

void node_event_snapshot(algo_buf_t *out) {
  algo_mp_put_array(out, 1);
  algo_mp_put_uint(out, EVENT_SNAPSHOT);
}

void node_event_revert(algo_buf_t *out, uint64_t id) {
  algo_mp_put_array(out, 2);
  algo_mp_put_uint(out, EVENT_REVERT);
  algo_mp_put_uint(out, id);
}

/* ---- doing it again ---- */

algo_code_t node_change_apply(algo_ledger_t *l, const algo_node_change_t *c, algo_err_t *err) {
  const algo_tv_t *v = c->has_value ? &c->value : NULL;
  switch (c->kind) {
  case ALGO_NODE_BALANCE: return algo_ledger_set_balance(l, &c->addr, c->amount, err);
  case ALGO_NODE_GLOBAL: return algo_ledger_set_global(l, c->app, c->key, v, err);
  case ALGO_NODE_LOCAL: return algo_ledger_set_local(l, &c->addr, c->app, c->key, v, err);
  case ALGO_NODE_BOX: return algo_ledger_set_box(l, c->app, c->key, c->has_value ? &c->value.bytes : NULL, err);
  case ALGO_NODE_PROGRAM: return algo_ledger_set_program(l, c->app, c->value.bytes, c->clear, err);
  }
  return algo_err_set(err, ALGO_E_PARSE, "a change of no known kind");
}

static algo_code_t apply_change(algo_ledger_t *l, algo_mp_t *r, algo_err_t *err) {
  algo_node_change_t c = {0};
  uint64_t kind = 0;
  algo_bytes_t addr = {NULL, 0};
  algo_code_t rc = algo_mp_get_uint(r, &kind, err);
  if (rc == ALGO_OK) rc = algo_mp_get_bin(r, &addr, err);
  if (rc == ALGO_OK) rc = algo_mp_get_uint(r, &c.app, err);
  if (rc == ALGO_OK) rc = algo_mp_get_uint(r, &c.amount, err);
  if (rc == ALGO_OK) rc = algo_mp_get_bin(r, &c.key, err);
  if (rc == ALGO_OK) rc = algo_mp_get_bin(r, &c.clear, err);
  if (rc == ALGO_OK) rc = algo_mp_get_bool(r, &c.has_value, err);
  if (rc == ALGO_OK) rc = algo_mp_get_bool(r, &c.value.is_bytes, err);
  if (rc == ALGO_OK) rc = algo_mp_get_uint(r, &c.value.uint, err);
  if (rc == ALGO_OK) rc = algo_mp_get_bin(r, &c.value.bytes, err);
  if (rc != ALGO_OK) return rc;
  if (addr.n != sizeof c.addr.b) return algo_err_set(err, ALGO_E_PARSE, "an address of %zu bytes", addr.n);
  memcpy(c.addr.b, addr.p, sizeof c.addr.b);
  c.kind = (algo_node_change_kind_t)kind;
  return node_change_apply(l, &c, err);
}

algo_code_t node_event_group_read(algo_mp_t *r, bool *skip_signatures, algo_bytes_t *group, algo_err_t *err) {
  uint32_t two;
  *skip_signatures = false;
  *group = algo_bytes(NULL, 0);
  algo_code_t rc = algo_mp_get_array(r, &two, err);
  if (rc == ALGO_OK) rc = algo_mp_get_bool(r, skip_signatures, err);
  return rc == ALGO_OK ? algo_mp_get_bin(r, group, err) : rc;
}

algo_code_t node_event_submit(algo_ledger_t *l, algo_mp_t *r, algo_bytes_t *group, algo_buf_t *text, algo_err_t *err) {
  bool skip, verified[ALGO_GROUP_MAX];
  algo_digest_t id;
  algo_code_t rc = node_event_group_read(r, &skip, group, err);
  if (rc != ALGO_OK) return rc;
  memset(verified, true, sizeof verified);
  algo_submit_options_t opt = {.skip_signatures = skip, .skip_pq_address_check = true, .verified = verified};
  return algo_ledger_submit(l, *group, &opt, &id, text, NULL, err);
}

static algo_code_t apply_block(algo_ledger_t *l, algo_mp_t *r, algo_err_t *err) {
  int64_t timestamp = 0;
  uint32_t n = 0;
  algo_bytes_t group;
  algo_code_t rc = algo_mp_get_int(r, &timestamp, err);
  if (rc == ALGO_OK) rc = algo_mp_get_array(r, &n, err);
  for (uint32_t i = 0; rc == ALGO_OK && i < n; i++) rc = node_event_submit(l, r, &group, NULL, err);
  return rc == ALGO_OK ? algo_ledger_seal(l, timestamp, err) : rc;
}

static algo_code_t apply(algo_ledger_t *l, algo_bytes_t payload, algo_err_t *err) {
  algo_mp_t r = algo_mp(payload);
  uint32_t n;
  uint64_t kind = 0, id = 0;
  algo_code_t rc = algo_mp_get_array(&r, &n, err);
  if (rc == ALGO_OK) rc = algo_mp_get_uint(&r, &kind, err);
  if (rc != ALGO_OK) return rc;
  switch (kind) {
  case EVENT_GENESIS: return ALGO_OK;
  case EVENT_BLOCK: return apply_block(l, &r, err);
  case EVENT_CHANGE: return apply_change(l, &r, err);
  case EVENT_SNAPSHOT: return algo_ledger_snapshot(l, &id, err);
  case EVENT_REVERT: rc = algo_mp_get_uint(&r, &id, err); return rc == ALGO_OK ? algo_ledger_revert(l, id, err) : rc;
  default: return algo_err_set(err, ALGO_E_PARSE, "an event of no known kind");
  }
}

algo_code_t node_events_genesis(algo_bytes_t records, algo_bytes_t *json, algo_err_t *err) {
  algo_bytes_t payload;
  uint32_t n = 0;
  uint64_t kind = 1;
  if (node_record_next(&records, &payload) != ALGO_OK)
    return algo_err_set(err, ALGO_E_PARSE, "this is no dump of a sandbox");
  algo_mp_t r = algo_mp(payload);
  bool ok = algo_mp_get_array(&r, &n, NULL) == ALGO_OK && algo_mp_get_uint(&r, &kind, NULL) == ALGO_OK &&
            kind == EVENT_GENESIS && algo_mp_get_bin(&r, json, NULL) == ALGO_OK;
  return ok ? ALGO_OK : algo_err_set(err, ALGO_E_PARSE, "this is no dump of a sandbox");
}

algo_code_t node_events_fit(algo_bytes_t records, const algo_ledger_origin_t *origin, algo_err_t *err) {
  algo_bytes_t payload, json, block = {NULL, 0};
  uint32_t n = 0;
  uint64_t kind = 0, round = 0;
  uint8_t hash[32];
  if (node_record_next(&records, &payload) != ALGO_OK) return algo_err_set(err, ALGO_E_PARSE, "no dump of a sandbox");
  algo_mp_t r = algo_mp(payload);
  algo_code_t rc = algo_mp_get_array(&r, &n, err);
  if (rc == ALGO_OK) rc = algo_mp_get_uint(&r, &kind, err);
  if (rc == ALGO_OK) rc = algo_mp_get_bin(&r, &json, err);
  if (rc == ALGO_OK && n == 4) rc = algo_mp_get_uint(&r, &round, err);
  if (rc == ALGO_OK && n == 4) rc = algo_mp_get_bin(&r, &block, err);
  if (rc != ALGO_OK) return rc;
  if (n != 4 && origin == NULL) return ALGO_OK;
  if (n != 4)
    return algo_err_set(err, ALGO_E_GENESIS,
                        "the state that is there is of no fork: start without --fork, or elsewhere");
  if (origin == NULL)
    return algo_err_set(err, ALGO_E_GENESIS,
                        "the state that is there is of a fork of round %llu: start with --fork and --fork-round %llu",
                        (unsigned long long)round, (unsigned long long)round);
  first_block(origin, hash);
  if (round == origin->round && block.n == sizeof hash && memcmp(hash, block.p, sizeof hash) == 0) return ALGO_OK;
  return algo_err_set(err, ALGO_E_GENESIS,
                      round == origin->round
                          ? "the state that is there is of a fork of another chain at round %llu"
                          : "the state that is there is of a fork of round %llu: give it as --fork-round",
                      (unsigned long long)round);
}

algo_code_t node_events_apply(algo_ledger_t *l, algo_bytes_t records, const algo_node_stop_t *stop, algo_err_t *err) {
  algo_bytes_t payload;
  for (uint64_t i = 0;; i++) {
    if (stop != NULL && i % LOOK_EVERY == 0 && stop->asked(stop->user))
      return algo_err_set(err, ALGO_E_INTERRUPTED, "interrupted: all stays as it was");
    algo_code_t rc = node_record_next(&records, &payload);
    if (rc == ALGO_E_NOT_FOUND) return ALGO_OK;
    if (rc == ALGO_OK) rc = apply(l, payload, err);
    else algo_err_set(err, ALGO_E_TRUNCATED, "it ends within a record");
    if (rc != ALGO_OK) return algo_err_prefix(err, rc, "event %llu", (unsigned long long)i);
  }
}

uint64_t node_events_blocks(algo_bytes_t records) {
  uint64_t blocks = 0, kind;
  uint32_t n;
  for (algo_bytes_t payload; node_record_next(&records, &payload) == ALGO_OK;) {
    algo_mp_t r = algo_mp(payload);
    blocks += algo_mp_get_array(&r, &n, NULL) == ALGO_OK && algo_mp_get_uint(&r, &kind, NULL) == ALGO_OK &&
              kind == EVENT_BLOCK;
  }
  return blocks;
}
