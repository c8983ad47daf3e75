/* What must hold of the ledger whatever is submitted: money is neither made nor lost, what fails leaves nothing behind,
 * snapshots lead back to the bytes that were, simulations leave nothing. Groups are random, many of them wrong. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "algo/asm.h"
#include "algo/ledger.h"
#include "suite.h"

#define ACCOUNTS 8
#define FUNDED   UINT64_C(50000000)

static algo_key_t keys[ACCOUNTS];
static uint64_t seed;
static const algo_addr_t sink = {{0xfe}}, pool = {{0xff}};

static uint64_t draw(uint64_t below) {
  seed ^= seed << 13;
  seed ^= seed >> 7;
  seed ^= seed << 17;
  return below ? seed % below : 0;
}

static algo_ledger_t *make_ledger(void) {
  algo_genesis_account_t alloc[ACCOUNTS + 2] = {{.addr = sink, .amount = 100000, .status = 2},
                                                {.addr = pool, .amount = 900000000000, .status = 2}};
  for (size_t i = 0; i < ACCOUNTS; i++) {
    uint8_t s[32] = {(uint8_t)(i + 1)};
    algo_key_from_seed(&keys[i], s);
    alloc[i + 2] = (algo_genesis_account_t){.addr = keys[i].addr, .amount = FUNDED, .status = i == 0};
  }
  algo_genesis_t g = {.id = "v1",
                      .network = "unit",
                      .protocol = "future",
                      .fee_sink = sink,
                      .rewards_pool = pool,
                      .timestamp = 1700000000,
                      .devmode = true,
                      .alloc = alloc,
                      .n_alloc = ACCOUNTS + 2};
  algo_ledger_t *l;
  algo_err_t err;
  ck_assert_msg(algo_ledger_new(&l, &g, NULL, &err) == ALGO_OK, "%s", err.msg);
  return l;
}

/* ---- random groups ---- */

/* Writes keys, boxes, pays, or fails, as its argument says. */
static const char source[] =
    "#pragma version 12\n"
    "txn NumAppArgs; bz ok\n"
    "txna ApplicationArgs 0; int 0; getbyte; int 7; &\n"
    "switch g l b p f r c ok\n"
    "g: txna ApplicationArgs 0; txna ApplicationArgs 0; app_global_put; b ok\n"
    "l: txn Sender; txna ApplicationArgs 0; int 5; app_local_put; b ok\n"
    "b: txna ApplicationArgs 0; extract 0 1; int 64; box_create; pop\n"
    "   txna ApplicationArgs 0; extract 0 1; int 3; txna ApplicationArgs 0; box_replace; b ok\n"
    "c: txna ApplicationArgs 0; extract 0 1; box_del; pop; b ok\n"
    "p: itxn_begin; int pay; itxn_field TypeEnum; txn Sender; itxn_field Receiver; int 1000; itxn_field Amount;\n"
    "   int 0; itxn_field Fee; itxn_submit; b ok\n"
    "f: int 0; return\n"
    "r: err\n"
    "ok: int 1; return\n";

static algo_bytes_t program(void) {
  static uint8_t code[512];
  static size_t n;
  if (!n) {
    algo_arena_t arena = ALGO_ARENA_INIT;
    algo_asm_result_t r;
    ck_assert_msg(algo_asm_assemble(&r, algo_bytes(source, sizeof source - 1), &arena, NULL) == ALGO_OK, "%s",
                  r.error_text);
    memcpy(code, r.program.p, n = r.program.n);
    algo_arena_fini(&arena);
  }
  return algo_bytes(code, n);
}

typedef struct pick { /* ids that groups draw from: some exist */
  uint64_t ids[32];
  size_t n;
} pick_t;

static uint64_t draw_id(const pick_t *p) { return p->n && draw(8) ? p->ids[draw(p->n)] : 1000 + draw(40); }
static const algo_addr_t *draw_addr(void) { return &keys[draw(ACCOUNTS)].addr; }

static void fill_asset(algo_txn_t *t, const pick_t *p) {
  static algo_asset_params_t params;
  switch (draw(4)) {
  case 0:
    t->type = ALGO_TX_ACFG;
    params = (algo_asset_params_t){.total = draw(1000), .default_frozen = draw(4) == 0};
    params.manager = params.clawback = params.freeze = *draw_addr();
    t->asset_params = draw(4) ? &params : NULL;
    t->config_asset = draw(2) ? draw_id(p) : 0;
    break;
  case 1:
    t->type = ALGO_TX_AFRZ;
    t->freeze_asset = draw_id(p);
    t->freeze_account = *draw_addr();
    t->asset_frozen = draw(2);
    break;
  default:
    t->type = ALGO_TX_AXFER;
    t->xfer_asset = draw_id(p);
    t->asset_amount = draw(3) ? draw(50) : 0;
    t->asset_receiver = draw(2) ? t->sender : *draw_addr();
    if (draw(8) == 0) t->asset_close_to = *draw_addr();
    if (draw(8) == 0) t->asset_sender = *draw_addr();
  }
}

static void fill_call(algo_txn_t *t, const pick_t *p, algo_bytes_t *arg, uint8_t *bytes, algo_box_ref_t *box) {
  t->type = ALGO_TX_APPL;
  t->app_id = draw(3) ? draw_id(p) : 0;
  t->on_completion = draw(2) ? 0 : draw(6);
  if (t->app_id == 0 || t->on_completion == ALGO_OC_UPDATE) {
    static const uint8_t clear[] = {12, 0x81, 1};
    t->approval_program = program();
    t->clear_program = algo_bytes(clear, sizeof clear);
  }
  if (t->app_id == 0) {
    t->global_schema = t->local_schema = (algo_schema_t){draw(3), draw(3)};
    return;
  }
  for (size_t i = 0; i < 4; i++) bytes[i] = (uint8_t)draw(256);
  *arg = algo_bytes(bytes, 4);
  t->app_args = arg;
  t->n_app_args = 1;
  *box = (algo_box_ref_t){0, algo_bytes(bytes, 1)};
  t->boxes = box;
  t->n_boxes = 1;
}

static void fill(algo_txn_t *t, const pick_t *p, algo_bytes_t *arg, uint8_t *bytes, algo_box_ref_t *box) {
  switch (draw(4)) {
  case 0: fill_asset(t, p); return;
  case 1:
  case 2: fill_call(t, p, arg, bytes, box); return;
  default:
    t->type = ALGO_TX_PAY;
    t->receiver = *draw_addr();
    t->amount = draw(3) ? draw(1000000) : draw(2 * FUNDED);
    if (draw(16) == 0) t->close_remainder_to = *draw_addr();
    if (draw(10) == 0) algo_addr_of_app(&t->receiver, draw_id(p));
  }
}

/* A group of 1 to 4, signed. */
static void random_group(const algo_ledger_t *l, const pick_t *p, algo_buf_t *out) {
  algo_stxn_t group[4] = {{.has_sig = false}};
  const algo_txn_t *views[4];
  algo_bytes_t args[4];
  uint8_t bytes[4][4];
  algo_box_ref_t boxes[4];
  algo_digest_t id;
  size_t n = 1 + draw(4);
  uint64_t round = algo_ledger_round(l) + 1;
  for (size_t i = 0; i < n; i++) {
    algo_txn_t *t = &group[i].txn;
    t->sender = *draw_addr();
    t->fee = draw(20) ? 2000 : draw(1000);
    t->first_valid = round;
    t->last_valid = round + draw(10);
    t->genesis_hash = *algo_ledger_genesis_hash(l);
    t->lease[0] = draw(12) == 0;
    if (draw(24) == 0) t->rekey_to = draw(2) ? t->sender : *draw_addr();
    fill(t, p, &args[i], bytes[i], &boxes[i]);
    views[i] = t;
  }
  ck_assert(algo_group_id(&id, views, n, NULL) == ALGO_OK);
  for (size_t i = 0; i < n; i++) {
    group[i].txn.group = id;
    const algo_key_t *k = &keys[0];
    for (size_t a = 0; a < ACCOUNTS; a++)
      if (algo_addr_eq(&keys[a].addr, &group[i].txn.sender)) k = &keys[a];
    algo_account_view_t v; /* signed by who may, mostly */
    algo_ledger_account(l, &group[i].txn.sender, &v);
    for (size_t a = 0; a < ACCOUNTS && draw(20); a++)
      if (algo_addr_eq(&keys[a].addr, &v.auth_addr)) k = &keys[a];
    algo_stxn_sign(&group[i], k);
    algo_stxn_encode(out, &group[i]);
  }
}

/* ---- the whole state as text ---- */

static bool put_holding(void *user, uint64_t asset, const algo_avm_holding_t *h) {
  algo_buf_printf(user, " h%" PRIu64 "=%" PRIu64 "%d", asset, h->amount, h->frozen);
  return true;
}
static bool put_asset(void *user, uint64_t asset, const algo_asset_params_t *p, const algo_addr_t *creator) {
  (void)creator;
  algo_buf_printf(user, " a%" PRIu64 "=%" PRIu64 ":%02x", asset, p->total, p->manager.b[0]);
  return true;
}
static void put_kv(algo_buf_t *b, const algo_kv_t *kv, size_t n) {
  for (size_t i = 0; i < n; i++) {
    for (size_t k = 0; k < kv[i].key.n; k++) algo_buf_printf(b, "%02x", kv[i].key.p[k]);
    algo_buf_printf(b, "=%" PRIu64 "/%zu,", kv[i].value.uint, kv[i].value.bytes.n);
  }
}
static bool put_local(void *user, uint64_t app, const algo_schema_t *s, const algo_kv_t *kv, size_t n) {
  algo_buf_printf(user, " l%" PRIu64 "(%" PRIu64 ")", app, s->num_uint);
  put_kv(user, kv, n);
  return true;
}
static bool put_box(void *user, algo_bytes_t name, algo_bytes_t value) {
  algo_buf_printf(user, " b%02x=", name.p[0]);
  for (size_t i = 0; i < value.n; i++) algo_buf_printf(user, "%02x", value.p[i]);
  return true;
}
typedef struct dump {
  algo_buf_t *b;
  const algo_ledger_t *l;
  pick_t *ids;
} dump_t;
static bool put_app(void *user, uint64_t app, const algo_avm_app_t *p, const algo_kv_t *kv, size_t n) {
  dump_t *d = user;
  algo_buf_printf(d->b, " p%" PRIu64 ":%" PRIu64 ":%zu", app, p->version, p->approval.n);
  put_kv(d->b, kv, n);
  algo_ledger_each_box(d->l, app, put_box, d->b);
  if (d->ids && d->ids->n < 32) d->ids->ids[d->ids->n++] = app;
  return true;
}

/* What one account has; its balance. */
static uint64_t put_account(dump_t *d, const algo_addr_t *a) {
  algo_account_view_t v;
  algo_ledger_account(d->l, a, &v);
  algo_buf_printf(d->b, "\n%02x: %" PRIu64 " %" PRIu64 " %02x %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64, a->b[0],
                  v.balance, v.min_balance, v.auth_addr.b[0], v.total_schema.num_uint, v.total_assets, v.total_boxes,
                  v.total_box_bytes);
  algo_ledger_each_holding(d->l, a, 0, put_holding, d->b);
  algo_ledger_each_created_asset(d->l, a, 0, put_asset, d->b);
  algo_ledger_each_local(d->l, a, 0, put_local, d->b);
  algo_ledger_each_created_app(d->l, a, 0, put_app, d);
  return v.balance;
}

/* The state as text, and the money there is. */
static uint64_t put_state(const algo_ledger_t *l, algo_buf_t *b, pick_t *ids) {
  dump_t d = {b, l, ids};
  uint64_t sum = 0;
  algo_buf_printf(b, "round %" PRIu64, algo_ledger_round(l));
  if (ids) ids->n = 0;
  for (size_t i = 0; i < ACCOUNTS; i++) sum += put_account(&d, &keys[i].addr);
  sum += put_account(&d, &sink) + put_account(&d, &pool);
  for (uint64_t app = 1000; app < 1300; app++) { /* payments may go to the accounts of applications that never were */
    algo_addr_t a;
    algo_account_view_t v;
    algo_addr_of_app(&a, app);
    algo_ledger_account(l, &a, &v);
    if (v.balance || v.total_boxes) sum += put_account(&d, &a);
  }
  return sum;
}

/* ---- the tests ---- */

static uint64_t money(void) { return FUNDED * ACCOUNTS + 100000 + 900000000000; }

static bool play(algo_ledger_t *l, algo_bytes_t group) {
  algo_err_t err;
  bool taken = algo_ledger_submit(l, group, NULL, NULL, NULL, NULL, &err) == ALGO_OK;
  if (taken) ck_assert(algo_ledger_seal(l, algo_ledger_tip(l)->timestamp + 1, &err) == ALGO_OK);
  return taken;
}

START_TEST(what_fails_leaves_nothing_and_money_stays) {
  algo_ledger_t *l = make_ledger();
  pick_t ids = {.n = 0};
  size_t taken = 0;
  seed = 88172645463325252u + (uint64_t)_i;
  for (size_t i = 0; i < 400; i++) {
    algo_buf_t group = ALGO_BUF_INIT, before = ALGO_BUF_INIT, after = ALGO_BUF_INIT;
    random_group(l, &ids, &group);
    put_state(l, &before, NULL);
    bool ok = play(l, algo_buf_view(&group));
    ck_assert_uint_eq(put_state(l, &after, &ids), money());
    if (!ok) ck_assert_str_eq(algo_buf_cstr(&before), algo_buf_cstr(&after));
    taken += ok;
    algo_buf_fini(&group);
    algo_buf_fini(&before);
    algo_buf_fini(&after);
  }
  ck_assert_uint_gt(taken, 20);
  ck_assert_uint_lt(taken, 380);
  algo_ledger_free(l);
}
END_TEST

START_TEST(snapshots_lead_back_and_forth_again) {
  algo_ledger_t *l = make_ledger();
  pick_t ids = {.n = 0};
  algo_buf_t groups[120] = {{0}}, at = ALGO_BUF_INIT, end = ALGO_BUF_INIT, again = ALGO_BUF_INIT;
  uint64_t id;
  seed = 1234567 + (uint64_t)_i;
  for (size_t i = 0; i < 60; i++) {
    random_group(l, &ids, &groups[i]);
    play(l, algo_buf_view(&groups[i]));
    algo_buf_clear(&at);
    put_state(l, &at, &ids);
  }
  ck_assert(algo_ledger_snapshot(l, &id, NULL) == ALGO_OK);
  for (size_t i = 60; i < 120; i++) {
    random_group(l, &ids, &groups[i]);
    play(l, algo_buf_view(&groups[i]));
    algo_buf_clear(&end);
    put_state(l, &end, &ids);
  }
  algo_header_t last = *algo_ledger_tip(l);
  for (int time = 0; time < 2; time++) {
    ck_assert(algo_ledger_revert(l, id, NULL) == ALGO_OK);
    algo_buf_clear(&again);
    put_state(l, &again, NULL);
    ck_assert_str_eq(algo_buf_cstr(&at), algo_buf_cstr(&again));
    for (size_t i = 60; i < 120; i++) play(l, algo_buf_view(&groups[i]));
    algo_buf_clear(&again);
    put_state(l, &again, NULL);
    ck_assert_str_eq(algo_buf_cstr(&end), algo_buf_cstr(&again));
    ck_assert_mem_eq(&last.txn_root, &algo_ledger_tip(l)->txn_root, 32);
    ck_assert_mem_eq(&last.prev, &algo_ledger_tip(l)->prev, 32);
  }
  ck_assert(algo_ledger_revert(l, id + 1, NULL) == ALGO_E_NOT_FOUND);
  for (size_t i = 0; i < 120; i++) algo_buf_fini(&groups[i]);
  algo_buf_fini(&at);
  algo_buf_fini(&end);
  algo_buf_fini(&again);
  algo_ledger_free(l);
}
END_TEST

START_TEST(simulation_says_what_submission_does_and_leaves_nothing) {
  algo_ledger_t *l = make_ledger();
  pick_t ids = {.n = 0};
  algo_arena_t arena = ALGO_ARENA_INIT;
  seed = 424242 + (uint64_t)_i;
  for (size_t i = 0; i < 300; i++) {
    algo_buf_t group = ALGO_BUF_INIT, before = ALGO_BUF_INIT, after = ALGO_BUF_INIT;
    algo_err_t err;
    random_group(l, &ids, &group);
    put_state(l, &before, NULL);
    algo_sim_request_t q = {
        .group = algo_buf_view(&group), .trace = true, .trace_stack = true, .trace_scratch = true, .trace_state = true};
    q.round = draw(4) == 0 ? draw(algo_ledger_round(l) + 1) : 0;
    algo_sim_result_t r;
    algo_arena_reset(&arena);
    algo_code_t rc = algo_ledger_simulate(l, &q, &r, &arena, &err);
    put_state(l, &after, NULL);
    ck_assert_str_eq(algo_buf_cstr(&before), algo_buf_cstr(&after));
    bool predicted = rc == ALGO_OK && !r.failure, now = q.round == 0 || q.round == algo_ledger_round(l);
    bool taken = play(l, algo_buf_view(&group));
    if (now) ck_assert_int_eq(predicted, taken);
    algo_buf_clear(&after);
    ck_assert_uint_eq(put_state(l, &after, &ids), money());
    algo_buf_fini(&group);
    algo_buf_fini(&before);
    algo_buf_fini(&after);
  }
  algo_arena_fini(&arena);
  algo_ledger_free(l);
}
END_TEST

START_TEST(state_set_by_hand_is_there_and_can_be_taken_back) {
  algo_ledger_t *l = make_ledger();
  algo_account_view_t v;
  uint64_t id;
  ck_assert(algo_ledger_snapshot(l, &id, NULL) == ALGO_OK);
  ck_assert(algo_ledger_set_balance(l, &keys[3].addr, 77, NULL) == ALGO_OK);
  algo_ledger_account(l, &keys[3].addr, &v);
  ck_assert_uint_eq(v.balance, 77);
  algo_bytes_t value = ALGO_BYTES_LIT("value"), found;
  ck_assert(algo_ledger_set_box(l, 4711, ALGO_BYTES_LIT("name"), &value, NULL) == ALGO_OK);
  ck_assert(algo_ledger_box(l, 4711, ALGO_BYTES_LIT("name"), &found));
  ck_assert(algo_bytes_eq(found, value));
  ck_assert(algo_ledger_set_global(l, 4711, ALGO_BYTES_LIT("k"), NULL, NULL) == ALGO_E_NOT_FOUND);
  ck_assert(algo_ledger_seal(l, 1700000001, NULL) == ALGO_OK);
  ck_assert(algo_ledger_revert(l, id, NULL) == ALGO_OK);
  algo_ledger_account(l, &keys[3].addr, &v);
  ck_assert_uint_eq(v.balance, FUNDED);
  ck_assert(!algo_ledger_box(l, 4711, ALGO_BYTES_LIT("name"), &found));
  ck_assert_uint_eq(algo_ledger_round(l), 0);
  algo_ledger_free(l);
}
END_TEST

/* What all accounts have together is one number. */
START_TEST(money_by_hand_has_a_bound) {
  algo_ledger_t *l = make_ledger();
  algo_account_view_t v;
  algo_ledger_supply_t supply;
  algo_err_t err;
  const uint64_t others = 100000 + UINT64_C(900000000000) + FUNDED * (ACCOUNTS - 1), most = UINT64_MAX - others;
  char text[32];
  for (unsigned i = 0; i < 2; i++) {
    ck_assert(algo_ledger_set_balance(l, &keys[3].addr, UINT64_MAX, &err) == ALGO_E_RANGE);
    ck_assert(algo_ledger_set_balance(l, &keys[3].addr, most + 1, &err) == ALGO_E_RANGE);
    snprintf(text, sizeof text, "at most %" PRIu64, most);
    ck_assert_msg(strstr(err.msg, text) != NULL, "%s", err.msg);
    algo_ledger_account(l, &keys[3].addr, &v);
    ck_assert_uint_eq(v.balance, i == 0 ? FUNDED : most);
    ck_assert_msg(algo_ledger_set_balance(l, &keys[3].addr, most, &err) == ALGO_OK, "%s", err.msg);
    ck_assert(algo_ledger_set_balance(l, &keys[4].addr, FUNDED + 1, &err) == ALGO_E_RANGE);
    if (i == 0) ck_assert(algo_ledger_seal(l, 1700000001, NULL) == ALGO_OK);
  }
  algo_ledger_supply(l, &supply);
  ck_assert_uint_eq(supply.total, UINT64_MAX - 100000 - UINT64_C(900000000000));
  ck_assert(algo_ledger_set_balance(l, &keys[3].addr, 0, &err) == ALGO_OK);
  ck_assert(algo_ledger_set_balance(l, &keys[4].addr, most, &err) == ALGO_OK);
  algo_ledger_free(l);
}
END_TEST

START_TEST(cut_and_damaged_groups_are_refused) {
  algo_ledger_t *l = make_ledger();
  pick_t ids = {.n = 0};
  seed = 99;
  for (size_t i = 0; i < 40; i++) {
    algo_buf_t group = ALGO_BUF_INIT, copy = ALGO_BUF_INIT;
    random_group(l, &ids, &group);
    for (size_t n = 0; n < group.n; n += 1 + draw(7))
      ck_assert(algo_ledger_submit(l, algo_bytes(group.p, n), NULL, NULL, NULL, NULL, NULL) != ALGO_OK);
    for (size_t k = 0; k < 60; k++) { /* a changed bit breaks the form, the group or a signature */
      algo_buf_clear(&copy);
      algo_buf_put(&copy, group.p, group.n);
      copy.p[draw(copy.n)] ^= (uint8_t)(1u << draw(8));
      (void)algo_ledger_submit(l, algo_buf_view(&copy), NULL, NULL, NULL, NULL, NULL);
      ck_assert_uint_eq(algo_ledger_open_count(l), 0);
    }
    algo_buf_fini(&group);
    algo_buf_fini(&copy);
  }
  algo_ledger_free(l);
}
END_TEST

/* No more money than a number holds, and each account once. */
START_TEST(a_genesis_that_cannot_be_is_refused) {
  algo_genesis_account_t alloc[2] = {{.addr = {{1}}, .amount = UINT64_MAX}, {.addr = {{2}}, .amount = 1}};
  algo_genesis_t g = {.id = "v1", .network = "n", .protocol = "future", .alloc = alloc, .n_alloc = 2};
  algo_ledger_t *l = NULL;
  algo_err_t err;
  ck_assert_int_eq(algo_ledger_new(&l, &g, NULL, &err), ALGO_E_INVALID);
  ck_assert_ptr_nonnull(strstr(err.msg, "more than 2^64 - 1"));
  alloc[1].addr = alloc[0].addr;
  ck_assert_int_eq(algo_ledger_new(&l, &g, NULL, &err), ALGO_E_INVALID);
  ck_assert_ptr_nonnull(strstr(err.msg, "repeated allocation"));
  g.protocol = "none";
  ck_assert_int_eq(algo_ledger_new(&l, &g, NULL, &err), ALGO_E_UNSUPPORTED);
  ck_assert_ptr_null(l);
}
END_TEST

int main(void) {
  TCase *t = tcase_create("rules");
  tcase_set_timeout(t, 120);
  tcase_add_loop_test(t, what_fails_leaves_nothing_and_money_stays, 0, 3);
  tcase_add_loop_test(t, snapshots_lead_back_and_forth_again, 0, 3);
  tcase_add_loop_test(t, simulation_says_what_submission_does_and_leaves_nothing, 0, 3);
  tcase_add_test(t, state_set_by_hand_is_there_and_can_be_taken_back);
  tcase_add_test(t, money_by_hand_has_a_bound);
  tcase_add_test(t, cut_and_damaged_groups_are_refused);
  tcase_add_test(t, a_genesis_that_cannot_be_is_refused);
  return suite_case("ledger", t);
}
