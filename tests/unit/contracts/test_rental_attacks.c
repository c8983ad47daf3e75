/* Attacks on rental and every refusal that the walk cannot reach: malformed arguments, forged payments, roles,
 * creation, deletion. Each case says which message has to stop it. */
#include <stdio.h>

#include "suite.h"
#include "world.h"

static world_t w;
static algo_method_call_t c;
static const uint8_t key[32] = {7};
static const algo_bytes_t model = {(const uint8_t *)"H100", 4};

#define A   &w.arena, NULL
#define APP &w.app

static bool asa_of(int i) { return i & 1; }

static void refuses(unsigned party, const char *message) {
  bool ok = world_call(&w, party, &c);
  ck_assert_msg(!ok, "accepted, not refused with: %s", message);
  ck_assert_msg(strstr(w.refusal, message) != NULL, "expected \"%s\", got \"%s\"", message, w.refusal);
}
static void accepts(unsigned party) { ck_assert_msg(world_call(&w, party, &c), "refused: %s", w.refusal); }

static void create_with(uint64_t asset, uint64_t fee_bps, uint64_t ready_s, uint64_t beat_s, uint64_t dispute_s,
                        uint64_t open) {
  algo_app_t none = {0, w.app.asset};
  algo_rental_create(&c, &none, &w.who[TREASURY], &w.who[ARBITER], asset, fee_bps, ready_s, beat_s, dispute_s, open, A);
}

static void market(int i) {
  world_open(&w, &algo_rental_spec_algo, &algo_rental_spec_asa, asa_of(i));
  create_with(w.app.asset, 500, 600, 300, 3600, 1);
  ck_assert_msg(world_create(&w, &c), "%s", w.refusal);
  algo_rental_bootstrap(&c, APP, asa_of(i) ? 200000 : 100000, A);
  accepts(ADMIN);
}

static void with_gpu(int i) {
  market(i);
  algo_rental_register(&c, APP, 64100, model, 1024, 1000, 1, 600, key, key, A);
  accepts(OWNER);
}

static void with_rental(int i) {
  with_gpu(i);
  algo_rental_rent(&c, APP, 80900, 60000, 1, 60, key, A);
  accepts(RENTER);
}

/* ---- creation and roles ---- */

static void refuse_create(const char *message) {
  ck_assert(!world_create(&w, &c));
  ck_assert_msg(strstr(w.refusal, message) != NULL, "expected \"%s\", got \"%s\"", message, w.refusal);
}

START_TEST(creation) {
  bool asa = asa_of(_i);
  world_open(&w, &algo_rental_spec_algo, &algo_rental_spec_asa, asa);
  uint64_t asset = w.app.asset, wide = 1ull << 32;
  create_with(asset, 2001, 1, 1, 1, 1);
  refuse_create("fee_bps is over 2000");
  create_with(asset, 1, wide, 1, 1, 1);
  refuse_create("ready_s is 2^32 or more");
  create_with(asset, 1, 1, wide, 1, 1);
  refuse_create("beat_s is 2^32 or more");
  create_with(asset, 1, 1, 1, wide, 1);
  refuse_create("dispute_s is 2^32 or more");
  create_with(asset, 1, 1, 1, 1, 2);
  refuse_create("open is neither 0 nor 1");
  create_with(asa ? 0 : 5, 1, 1, 1, 1, 1);
  refuse_create(asa ? "a market in an asset needs its id" : "a market in ALGO has no asset");
  algo_app_t none = {0, asset};
  algo_addr_t zero = {{0}};
  algo_rental_create(&c, &none, &zero, &w.who[ARBITER], asset, 1, 1, 1, 1, 1, A);
  refuse_create("the zero address");
  algo_rental_create(&c, &none, &w.who[TREASURY], &zero, asset, 1, 1, 1, 1, 1, A);
  refuse_create("the zero address");
  for (unsigned k = 1; k <= 8; k++) {
    create_with(asset, 1, 1, 1, 1, 1);
    c.args[k].n--;
    refuse_create("malformed argument");
  }
  algo_rental_collect(&c, &none, A);
  refuse_create("a market is made with create");
  c.n_args = 0;
  refuse_create("a bare call must be a DeleteApplication");
  c.on_completion = ALGO_OC_DELETE;
  refuse_create("a market is made with create");
  create_with(asset, 2000, wide - 1, wide - 1, wide - 1, 0);
  ck_assert(world_create(&w, &c));
  create_with(asset, 1, 1, 1, 1, 1);
  c.app_id = w.app.id;
  refuses(ADMIN, "no such method");
  world_close(&w);
}
END_TEST

START_TEST(roles) {
  market(_i);
  const char *admin = "only the admin may do this";
  algo_addr_t zero = {{0}};
  algo_rental_configure(&c, APP, 1, 2, 3, 4, 0, A);
  refuses(STRANGER, admin);
  algo_rental_set_paused(&c, APP, true, A);
  refuses(STRANGER, admin);
  algo_rental_set_treasury(&c, APP, &w.who[STRANGER], A);
  refuses(STRANGER, admin);
  algo_rental_set_arbiter(&c, APP, &w.who[STRANGER], A);
  refuses(STRANGER, admin);
  algo_rental_offer_admin(&c, APP, &w.who[STRANGER], A);
  refuses(STRANGER, admin);
  algo_rental_approve(&c, APP, 18900, &w.who[STRANGER], true, A);
  refuses(STRANGER, admin);
  algo_rental_bootstrap(&c, APP, 100000, A);
  refuses(STRANGER, admin);
  algo_rental_set_treasury(&c, APP, &zero, A);
  refuses(ADMIN, "the zero address");
  algo_rental_set_arbiter(&c, APP, &zero, A);
  refuses(ADMIN, "the zero address");
  algo_rental_accept_admin(&c, APP, A);
  refuses(ADMIN, "not offered");
  algo_rental_offer_admin(&c, APP, &w.who[STRANGER], A);
  accepts(ADMIN);
  algo_rental_accept_admin(&c, APP, A);
  refuses(RENTER, "not offered");
  accepts(STRANGER);
  refuses(STRANGER, "not offered"); /* the offer is cleared */
  algo_rental_set_paused(&c, APP, true, A);
  refuses(ADMIN, admin);
  accepts(STRANGER);
  algo_rental_globals_t g;
  world_globals(&w, &g);
  ck_assert(algo_addr_eq(&g.admin, &w.who[STRANGER]) && algo_addr_is_zero(&g.pending_admin));
  world_close(&w);
}
END_TEST

START_TEST(bootstrapping) {
  bool asa = asa_of(_i);
  world_open(&w, &algo_rental_spec_algo, &algo_rental_spec_asa, asa);
  create_with(w.app.asset, 500, 600, 300, 3600, 1);
  ck_assert(world_create(&w, &c));
  uint64_t need = asa ? 200000 : 100000;
  algo_rental_bootstrap(&c, APP, need - 1, A);
  refuses(ADMIN, asa ? "the payment's amount is wrong" : "below min");
  algo_rental_bootstrap(&c, APP, need + 1, A);
  refuses(ADMIN, "the payment's amount is wrong");
  if (!asa) world_pay(&w, &w.who[STRANGER], &w.app_addr, 100000, false); /* a gift that is enough */
  algo_rental_bootstrap(&c, APP, need, A);
  if (!asa) refuses(ADMIN, "bootstrapped already");
  if (asa) accepts(ADMIN);
  refuses(ADMIN, "bootstrapped already");
  world_close(&w);
}
END_TEST

/* ---- what is called how ---- */

START_TEST(completions) {
  with_rental(_i);
  algo_rental_start(&c, APP, 1, A);
  static const algo_on_completion_t other[] = {ALGO_OC_OPTIN, ALGO_OC_CLOSEOUT, ALGO_OC_UPDATE, ALGO_OC_DELETE};
  for (unsigned i = 0; i < 4; i++) {
    c.on_completion = other[i];
    refuses(OWNER, "a method call must be a NoOp");
  }
  static const algo_on_completion_t bare[] = {ALGO_OC_NOOP, ALGO_OC_OPTIN, ALGO_OC_UPDATE};
  c.n_args = 0;
  for (unsigned i = 0; i < 3; i++) {
    c.on_completion = bare[i];
    refuses(ADMIN, "a bare call must be a DeleteApplication");
  }
  algo_rental_start(&c, APP, 1, A);
  c.args[0] = algo_bytes("\x01\x02\x03\x04", 4);
  refuses(OWNER, "no such method");
  c.args[0] = algo_bytes("", 0);
  refuses(OWNER, "no such method");
  world_close(&w);
}
END_TEST

/* Every argument of every call, a byte shorter and a byte longer, with a valid call around it. */
static void malform(unsigned party) {
  algo_method_call_t good = c;
  for (size_t i = 1; i < good.n_args; i++)
    for (int d = -1; d <= 1; d += 2) {
      uint8_t *longer = algo_arena_zalloc(&w.arena, good.args[i].n + 1);
      memcpy(longer, good.args[i].p, good.args[i].n);
      c = good;
      c.args[i] = algo_bytes(longer, good.args[i].n + (size_t)d);
      bool ok = world_call(&w, party, &c);
      ck_assert_msg(!ok, "%s: argument %zu of %zu bytes was accepted", good.signature, i, c.args[i].n);
      const char *m = w.refusal;
      ck_assert_msg(strstr(m, "malformed") || strstr(m, "no such") || strstr(m, "payment's amount") ||
                        strstr(m, "deposit's"),
                    "%s: %s", good.signature, m);
    }
  c = good;
}

START_TEST(malformed) {
  with_rental(_i);
  algo_rental_register(&c, APP, 64100, model, 1024, 1000, 1, 600, key, key, A);
  malform(OWNER);
  algo_rental_update(&c, APP, 1, 1000, 1, 600, key, A);
  malform(OWNER);
  algo_rental_start(&c, APP, 1, A);
  malform(OWNER);
  accepts(OWNER);
  algo_rental_heartbeat(&c, APP, 1, A);
  malform(OWNER);
  algo_rental_extend(&c, APP, 10000, 1, 10, A);
  malform(RENTER);
  algo_rental_claim(&c, APP, 1, A);
  malform(OWNER);
  algo_rental_stop(&c, APP, 1, 5, A);
  malform(RENTER);
  algo_rental_dispute(&c, APP, 1, key, A);
  malform(RENTER);
  accepts(RENTER);
  algo_rental_resolve(&c, APP, 1, 5000, A);
  malform(ARBITER);
  accepts(ARBITER);
  algo_rental_withdraw(&c, APP, 1, A);
  malform(RENTER);
  algo_rental_rent(&c, APP, 80900, 60000, 1, 60, key, A);
  malform(RENTER);
  algo_rental_quote(&c, APP, 1, 60, A);
  malform(RENTER);
  algo_rental_suspend(&c, APP, 1, A);
  malform(OWNER);
  algo_rental_bar(&c, APP, 1, true, A);
  malform(ADMIN);
  algo_rental_set_paused(&c, APP, true, A);
  malform(ADMIN);
  algo_rental_approve(&c, APP, 18900, &w.who[OWNER], true, A);
  malform(ADMIN);
  algo_rental_configure(&c, APP, 1, 2, 3, 4, 0, A);
  malform(ADMIN);
  algo_rental_set_treasury(&c, APP, &w.who[OWNER], A);
  malform(ADMIN);
  algo_rental_set_arbiter(&c, APP, &w.who[OWNER], A);
  malform(ADMIN);
  algo_rental_offer_admin(&c, APP, &w.who[OWNER], A);
  malform(ADMIN);
  world_close(&w);
}
END_TEST

START_TEST(bools_and_strings) {
  market(_i);
  for (unsigned v = 0; v < 256; v++) {
    if (v == 0 || v == 0x80) continue;
    uint8_t byte = (uint8_t)v;
    algo_rental_set_paused(&c, APP, true, A);
    c.args[1] = algo_bytes(&byte, 1);
    refuses(ADMIN, "malformed argument: a bool");
  }
  static const struct {
    const char *p;
    size_t n;
    const char *message;
  } strings[] = {
      {"", 0, "malformed argument: model"},
      {"\0", 1, "malformed argument: model"},
      {"\0\0", 2, "the model is empty"},
      {"\0\1", 2, "malformed argument: model"},
      {"\0\1ab", 4, "malformed argument: model"},
      {"\xff\xff"
       "ab",
       4, "malformed argument: model"},
      {"\0\4H10", 5, "malformed argument: model"},
  };
  for (size_t i = 0; i < sizeof strings / sizeof strings[0]; i++) {
    algo_rental_register(&c, APP, 64100, model, 1024, 1000, 1, 600, key, key, A);
    c.args[1] = algo_bytes(strings[i].p, strings[i].n);
    refuses(OWNER, strings[i].message);
  }
  world_close(&w);
}
END_TEST

/* ---- payments ---- */

static void forged(unsigned party, size_t which, void (*forge)(algo_txn_t *t), const char *message) {
  algo_method_call_t good = c;
  forge(&c.before[which]);
  refuses(party, message);
  c = good;
}
static void rekeys(algo_txn_t *t) { t->rekey_to = w.who[STRANGER]; }
static void closes(algo_txn_t *t) {
  t->sender = w.who[STRANGER];
  t->close_remainder_to = w.app_addr;
}
static void elsewhere(algo_txn_t *t) { t->receiver = t->sender = w.who[STRANGER]; }
static void more(algo_txn_t *t) { t->amount++; }
static void less(algo_txn_t *t) { t->amount--; }
static void not_payment(algo_txn_t *t) {
  memset(t, 0, sizeof *t);
  t->type = ALGO_TX_KEYREG;
}
static void asset_closes(algo_txn_t *t) { t->asset_close_to = w.app_addr; }
static void asset_elsewhere(algo_txn_t *t) { t->asset_receiver = w.who[OWNER]; }
static void asset_more(algo_txn_t *t) { t->asset_amount++; }
static void asset_less(algo_txn_t *t) { t->asset_amount--; }
static void clawed(algo_txn_t *t) {
  t->asset_sender = w.who[RENTER2];
  t->sender = w.who[ISSUER];
}
static void in_algo(algo_txn_t *t) {
  memset(t, 0, sizeof *t);
  t->type = ALGO_TX_PAY;
  t->receiver = w.app_addr;
  t->amount = 60000;
}

START_TEST(payments) {
  with_gpu(_i);
  if (asa_of(_i)) world_xfer(&w, &w.who[STRANGER], &w.who[ISSUER], 0, true); /* so that his account can be closed */
  algo_rental_rent(&c, APP, 80900, 60000, 1, 60, key, A);
  for (size_t k = 0; k < (asa_of(_i) ? 1u : 2u); k++) {
    forged(RENTER, k, rekeys, "the payment must not rekey");
    forged(RENTER, k, closes, "the payment must not close");
    forged(RENTER, k, elsewhere, "the payment is not to the market");
    forged(RENTER, k, more, "the payment's amount is wrong");
    forged(RENTER, k, less, "the payment's amount is wrong");
    forged(RENTER, k, not_payment, "a payment in ALGO is expected");
  }
  if (asa_of(_i)) {
    forged(RENTER, 1, rekeys, "the deposit must not rekey");
    forged(RENTER, 1, asset_closes, "the deposit must not close");
    forged(RENTER, 1, asset_elsewhere, "the deposit is not to the market");
    forged(RENTER, 1, asset_more, "the deposit's amount is wrong");
    forged(RENTER, 1, asset_less, "the deposit's amount is wrong");
    forged(RENTER, 1, clawed, "the deposit must not be a clawback");
    forged(RENTER, 1, in_algo, "a deposit of the market's asset is expected");
  }
  algo_txn_t swapped = c.before[0];
  c.before[0] = c.before[1];
  c.before[1] = swapped;
  refuses(RENTER, "");
  algo_rental_rent(&c, APP, 80900, 60000, 1, 60, key, A);
  c.n_before = 1;
  refuses(RENTER, "");
  c.n_before = 0;
  refuses(RENTER, "a payment is missing before the call");
  world_close(&w);
}
END_TEST

/* [payment, register, register]: the second call finds the first one where its payment should be. */
START_TEST(counted_twice) {
  market(_i);
  algo_txn_t txns[3];
  algo_rental_register(&c, APP, 64100, model, 1024, 1000, 1, 600, key, key, A);
  txns[0] = c.before[0];
  txns[0].sender = w.who[OWNER];
  algo_box_ref_t boxes[2];
  uint8_t names[2][9];
  for (unsigned i = 0; i < 2; i++) {
    algo_rental_gpu_box(names[i], i + 1);
    boxes[i] = (algo_box_ref_t){0, algo_bytes(names[i], 9)};
  }
  for (unsigned i = 1; i < 3; i++) {
    txns[i] = (algo_txn_t){.type = ALGO_TX_APPL, .sender = w.who[OWNER], .app_id = w.app.id, .app_args = c.args};
    txns[i].n_app_args = c.n_args;
    txns[i].boxes = boxes;
    txns[i].n_boxes = 2;
  }
  ck_assert(!world_send(&w, txns, 3));
  ck_assert_str_eq(w.refusal, "a payment in ALGO is expected");
  world_close(&w);
}
END_TEST

/* The caller pays the inner fees: with too little the call fails, and the market's ALGO is never touched. */
START_TEST(inner_fees) {
  with_rental(_i);
  algo_rental_cancel(&c, APP, 1, A);
  w.fee = 1000;
  refuses(RENTER, "fee");
  w.fee = 6000;
  uint64_t before = world_balance(&w, &w.app_addr);
  accepts(RENTER);
  ck_assert_uint_eq(before - world_balance(&w, &w.app_addr), asa_of(_i) ? 80900 : 80900 + 60000);
  world_close(&w);
}
END_TEST

/* Gifts neither count as deposits nor stop anything, and go to the admin at the end with all the rest. */
START_TEST(gifts_and_deletion) {
  bool asa = asa_of(_i), frozen;
  with_gpu(_i);
  world_pay(&w, &w.who[STRANGER], &w.app_addr, 12345, false);
  if (asa) world_xfer(&w, &w.who[STRANGER], &w.app_addr, 777, false);
  algo_rental_delete(&c, APP, A);
  refuses(STRANGER, "only the admin may do this");
  refuses(ADMIN, "the market is not empty");
  algo_rental_retire(&c, APP, 1, A);
  accepts(OWNER);
  uint64_t held, after, algo = world_balance(&w, &w.who[ADMIN]);
  world_holding(&w, &w.who[ADMIN], &held, &frozen);
  algo_rental_delete(&c, APP, A);
  accepts(ADMIN);
  ck_assert_uint_eq(world_balance(&w, &w.app_addr), 0);
  ck_assert_uint_eq(world_balance(&w, &w.who[ADMIN]), algo + 12345 + (asa ? 200000 : 100000) - w.fee);
  world_holding(&w, &w.who[ADMIN], &after, &frozen);
  ck_assert_uint_eq(after, asa ? held + 777 : 0);
  world_close(&w);
}
END_TEST

START_TEST(deletion_without_bootstrap) {
  world_open(&w, &algo_rental_spec_algo, &algo_rental_spec_asa, asa_of(_i));
  create_with(w.app.asset, 500, 600, 300, 3600, 1);
  ck_assert(world_create(&w, &c));
  algo_rental_delete(&c, APP, A);
  accepts(ADMIN);
  world_close(&w);
}
END_TEST

/* A closed market: an approved provider registers; the approval's minimum balance comes back; deletion waits for it. */
START_TEST(closed_market) {
  market(_i);
  algo_rental_configure(&c, APP, 500, 600, 300, 3600, 0, A);
  accepts(ADMIN);
  algo_rental_register(&c, APP, 64100, model, 1024, 1000, 1, 600, key, key, A);
  refuses(OWNER, "the provider is not approved");
  algo_rental_approve(&c, APP, 18900, &w.who[OWNER], true, A);
  accepts(ADMIN);
  refuses(ADMIN, "the provider is approved already");
  algo_rental_delete(&c, APP, A);
  refuses(ADMIN, "the market is not empty");
  algo_rental_register(&c, APP, 64100, model, 1024, 1000, 1, 600, key, key, A);
  accepts(OWNER);
  algo_rental_approve(&c, APP, 1, &w.who[OWNER], false, A);
  refuses(ADMIN, "the payment's amount is wrong");
  uint64_t before = world_balance(&w, &w.who[ADMIN]);
  algo_rental_approve(&c, APP, 0, &w.who[OWNER], false, A);
  accepts(ADMIN);
  ck_assert_uint_eq(world_balance(&w, &w.who[ADMIN]), before + 18900 - w.fee - 1000);
  refuses(ADMIN, "the provider is not approved");
  world_close(&w);
}
END_TEST

int main(void) {
  TCase *t = tcase_create("attacks");
  tcase_set_timeout(t, 60);
  tcase_add_loop_test(t, creation, 0, 2);
  tcase_add_loop_test(t, roles, 0, 2);
  tcase_add_loop_test(t, bootstrapping, 0, 2);
  tcase_add_loop_test(t, completions, 0, 2);
  tcase_add_loop_test(t, malformed, 0, 2);
  tcase_add_loop_test(t, bools_and_strings, 0, 2);
  tcase_add_loop_test(t, payments, 0, 2);
  tcase_add_loop_test(t, counted_twice, 0, 2);
  tcase_add_loop_test(t, inner_fees, 0, 2);
  tcase_add_loop_test(t, gifts_and_deletion, 0, 2);
  tcase_add_loop_test(t, deletion_without_bootstrap, 0, 2);
  tcase_add_loop_test(t, closed_market, 0, 2);
  return suite_case("rental attacks", t);
}
