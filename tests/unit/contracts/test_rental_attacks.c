/* Attacks on rental and every refusal that the walk cannot reach: malformed arguments, forged payments, roles,
 * creation, deletion. Each case says which message has to stop it. */
#include "attacked.h"

static const uint8_t key[32] = {7};
static const algo_bytes_t model = {(const uint8_t *)"H100", 4};

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

/* Every argument of every call, a byte shorter and a byte longer, with a valid call around it. */
static void malform(unsigned party) { stands(attack_arguments(&w, party, &c)); }

START_TEST(completions) {
  with_rental(_i);
  algo_rental_start(&c, APP, 1, A);
  stands(attack_completions(&w, OWNER, &c));
  world_close(&w);
}
END_TEST

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
  algo_rental_set_paused(&c, APP, true, A);
  stands(attack_bool(&w, ADMIN, &c, 1));
  algo_rental_approve(&c, APP, 18900, &w.who[OWNER], true, A);
  stands(attack_bool(&w, ADMIN, &c, 2));
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

START_TEST(payments) {
  with_gpu(_i);
  if (asa_of(_i)) world_xfer(&w, &w.who[STRANGER], &w.who[ISSUER], 0, true); /* so that his account can be closed */
  algo_rental_rent(&c, APP, 80900, 60000, 1, 60, key, A);
  stands(attack_payment(&w, RENTER, &c, 0));
  stands(asa_of(_i) ? attack_deposit(&w, RENTER, &c, 1) : attack_payment(&w, RENTER, &c, 1));
  stands(attack_group(&w, RENTER, &c));
  accepts(RENTER);
  algo_rental_start(&c, APP, 1, A);
  accepts(OWNER);
  algo_rental_extend(&c, APP, 10000, 1, 10, A);
  stands(asa_of(_i) ? attack_deposit(&w, RENTER, &c, 0) : attack_payment(&w, RENTER, &c, 0));
  algo_rental_register(&c, APP, 64100, model, 1024, 1000, 1, 600, key, key, A);
  stands(attack_payment(&w, OWNER, &c, 0));
  algo_rental_approve(&c, APP, 18900, &w.who[OWNER], true, A);
  stands(attack_payment(&w, ADMIN, &c, 0));
  world_close(&w);
}
END_TEST

/* [payments, call, call]: the second call finds the first one where its payment should be. */
START_TEST(counted_twice) {
  with_gpu(_i);
  algo_rental_register(&c, APP, 64100, model, 1024, 1000, 1, 600, key, key, A);
  stands(attack_counted_twice(&w, OWNER, &c));
  algo_rental_rent(&c, APP, 80900, 60000, 1, 60, key, A);
  accepts(RENTER);
  algo_rental_start(&c, APP, 1, A);
  accepts(OWNER);
  algo_rental_extend(&c, APP, 10000, 1, 10, A);
  stands(attack_counted_twice(&w, RENTER, &c));
  world_close(&w);
}
END_TEST

/* The caller pays the inner fees: with too little the call fails, and the market's ALGO is never touched. */
START_TEST(inner_fees) {
  with_rental(_i);
  algo_rental_cancel(&c, APP, 1, A);
  stands(attack_inner_fees(&w, RENTER, &c));
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

/* ---- delivery: opted out, closed, frozen, clawed back ---- */

/* An hour at 1,000 a minute, started; heartbeats every 300 s. */
static void with_active(int i) {
  with_rental(i);
  algo_rental_start(&c, APP, 1, A);
  accepts(OWNER);
}

/* The owner closes his account (or opts out) to hold up the renter; then the renter does, to hold up the owner. */
START_TEST(recipient_opted_out) {
  for (unsigned who = 0; who < 2; who++) {
    unsigned away = who ? RENTER : OWNER, other = who ? OWNER : RENTER;
    bool asa = asa_of(_i);
    with_active(_i);
    later(120);
    uint64_t before = purse(_i, other), net = 2000 - 100, refund = 60000 - 2000;
    if (asa) world_xfer(&w, &w.who[away], &w.who[ISSUER], 0, true);
    else world_pay(&w, &w.who[away], &w.who[ISSUER], 0, true);
    algo_rental_stop(&c, APP, 1, 0, A);
    uint64_t fee = asa ? 0 : w.fee;
    accepts(other);
    ck_assert_uint_eq(purse(_i, other), before - fee + (who ? net : refund + (asa ? 0 : 80900)));
    if (asa || who == 0) {
      who ? algo_rental_withdraw(&c, APP, 1, A) : algo_rental_withdraw_gpu(&c, APP, 1, A);
      refuses(STRANGER, "nothing can be delivered");
      if (asa) world_opt_in(&w, &w.who[away]);
      else world_pay(&w, &w.who[ISSUER], &w.who[away], 1000000, false);
      accepts(STRANGER);
      ck_assert_uint_eq(purse(_i, away), (who ? refund : net) + (asa ? 0 : 1000000));
    }
    world_close(&w);
  }
}
END_TEST

START_TEST(frozen_asset) {
  if (!asa_of(_i)) return;
  with_active(_i);
  later(120);
  uint64_t before = purse(_i, OWNER);
  world_freeze(&w, &w.who[OWNER], true);
  algo_rental_stop(&c, APP, 1, 5, A);
  accepts(RENTER);
  algo_rental_retire(&c, APP, 1, A);
  refuses(OWNER, "the GPU's owner is owed money: withdraw_gpu first");
  algo_rental_withdraw_gpu(&c, APP, 1, A);
  refuses(OWNER, "nothing can be delivered");
  world_freeze(&w, &w.who[OWNER], false);
  world_freeze(&w, &w.app_addr, true);
  refuses(OWNER, "nothing can be delivered");
  world_freeze(&w, &w.app_addr, false);
  accepts(STRANGER);
  ck_assert_uint_eq(purse(_i, OWNER), before + 1900);
  world_close(&w);
}
END_TEST

/* One base unit less than the renter's refund is left: the owner's part is paid, the renter's waits. */
START_TEST(clawed_back_asset) {
  if (!asa_of(_i)) return;
  with_active(_i);
  later(120);
  uint64_t owner = purse(_i, OWNER), renter = purse(_i, RENTER);
  world_clawback(&w, &w.app_addr, 101); /* 1,900 to the owner, and the fee of 100 with one more are gone */
  algo_rental_stop(&c, APP, 1, 5, A);
  accepts(RENTER);
  ck_assert_uint_eq(purse(_i, OWNER), owner + 1900);
  ck_assert_uint_eq(purse(_i, RENTER), renter);
  algo_rental_withdraw(&c, APP, 1, A);
  refuses(STRANGER, "nothing can be delivered");
  world_xfer(&w, &w.who[ISSUER], &w.app_addr, 101, false);
  accepts(STRANGER);
  ck_assert_uint_eq(purse(_i, RENTER), renter + 58000);
  algo_rental_collect(&c, APP, A);
  accepts(STRANGER);
  world_close(&w);
}
END_TEST

/* ---- boxes, arithmetic ---- */

START_TEST(box_griefing) {
  market(_i);
  uint64_t before = world_balance(&w, &w.who[OWNER]);
  algo_rental_register(&c, APP, 64099, model, 1024, 1000, 1, 600, key, key, A);
  refuses(OWNER, "the payment's amount is wrong");
  algo_rental_register(&c, APP, 64100, model, 1024, 1000, 1, 600, key, key, A);
  accepts(OWNER);
  algo_rental_rent(&c, APP, 80899, 60000, 1, 60, key, A);
  refuses(RENTER, "the payment's amount is wrong");
  algo_rental_retire(&c, APP, 1, A);
  accepts(OWNER);
  ck_assert_uint_eq(world_balance(&w, &w.who[OWNER]), before - 2 * w.fee - 1000);
  world_close(&w);
}
END_TEST

START_TEST(overflow_and_price_0) {
  market(_i);
  static const struct {
    uint64_t price;
    uint32_t min, max;
    const char *message;
  } bad[] = {
      {0, 1, 600, "the price is 0"},
      {1000, 0, 600, "the shortest rental is 0 minutes"},
      {1000, 601, 600, "the shortest rental is longer than the longest"},
      {UINT64_MAX / 600 + 1, 1, 600, "price x longest rental is 2^64 or more"},
      {UINT64_MAX, 1, 2, "price x longest rental is 2^64 or more"},
  };
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    algo_rental_register(&c, APP, 64100, model, 1024, bad[i].price, bad[i].min, bad[i].max, key, key, A);
    refuses(OWNER, bad[i].message);
  }
  algo_rental_register(&c, APP, 64100, model, 1024, UINT64_MAX / 600, 1, 600, key, key, A);
  accepts(OWNER);
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    algo_rental_update(&c, APP, 1, bad[i].price, bad[i].min, bad[i].max, key, A);
    refuses(OWNER, bad[i].message);
  }
  world_close(&w);
}
END_TEST

/* ---- time: it stands still, it jumps by 25 s ---- */

START_TEST(windows_to_the_second) {
  with_rental(_i);
  later(600);
  algo_rental_cancel(&c, APP, 1, A);
  refuses(STRANGER, "only the renter may cancel while it can be started");
  algo_rental_start(&c, APP, 1, A);
  accepts(OWNER); /* at the last second */
  algo_rental_claim(&c, APP, 1, A);
  accepts(OWNER); /* time stands still: the first minute, once */
  refuses(OWNER, "nothing is due that is not settled");
  later(60);
  refuses(OWNER, "nothing is due that is not settled");
  later(1);
  accepts(OWNER);
  later(239);
  algo_rental_stop(&c, APP, 1, 0, A);
  refuses(STRANGER, "only renter or owner may stop it before it is over");
  later(25); /* beat_s is over by 25 */
  algo_rental_heartbeat(&c, APP, 1, A);
  refuses(OWNER, "the rental has lapsed");
  algo_rental_extend(&c, APP, 10000, 1, 10, A);
  refuses(RENTER, "the rental is over: exhausted or lapsed");
  uint64_t before = purse(_i, RENTER);
  algo_rental_stop(&c, APP, 1, 0, A);
  accepts(STRANGER); /* five minutes of sixty: until the last heartbeat + 300 */
  ck_assert_uint_eq(purse(_i, RENTER), before + 55000 + (asa_of(_i) ? 0 : 80900));
  world_close(&w);
}
END_TEST

START_TEST(too_late) {
  with_rental(_i);
  later(601);
  algo_rental_start(&c, APP, 1, A);
  refuses(OWNER, "too late to start");
  algo_rental_cancel(&c, APP, 1, A);
  accepts(STRANGER);
  world_close(&w);
  with_active(_i);
  algo_rental_dispute(&c, APP, 1, key, A);
  accepts(RENTER);
  later(3600);
  algo_rental_resolve(&c, APP, 1, 0, A);
  refuses(STRANGER, "only the arbiter may resolve it yet");
  later(25);
  uint64_t before = purse(_i, OWNER);
  accepts(STRANGER); /* 10,000 whatever was passed: the first minute is the owner's */
  ck_assert_uint_eq(purse(_i, OWNER), before + 950);
  world_close(&w);
}
END_TEST

/* ---- calls in any order by any party ---- */

static void c_start(void) { algo_rental_start(&c, APP, 1, A); }
static void c_heartbeat(void) { algo_rental_heartbeat(&c, APP, 1, A); }
static void c_extend(void) { algo_rental_extend(&c, APP, 10000, 1, 10, A); }
static void c_claim(void) { algo_rental_claim(&c, APP, 1, A); }
static void c_stop(void) { algo_rental_stop(&c, APP, 1, 0, A); }
static void c_cancel(void) { algo_rental_cancel(&c, APP, 1, A); }
static void c_dispute(void) { algo_rental_dispute(&c, APP, 1, key, A); }
static void c_resolve(void) { algo_rental_resolve(&c, APP, 1, 5000, A); }
static void c_withdraw(void) { algo_rental_withdraw(&c, APP, 1, A); }
static void c_withdraw_gpu(void) { algo_rental_withdraw_gpu(&c, APP, 1, A); }
static void c_update(void) { algo_rental_update(&c, APP, 1, 5, 1, 2, key, A); }
static void c_retire(void) { algo_rental_retire(&c, APP, 1, A); }
static void c_bar(void) { algo_rental_bar(&c, APP, 1, true, A); }

static void with_disputed(int i) {
  with_active(i);
  c_dispute();
  accepts(RENTER);
}

/* Which of the calls each party may make in each state, time standing still: all others are refused. */
START_TEST(any_order_by_any_party) {
  static attacked_call_fn *const calls[] = {c_start,  c_heartbeat, c_extend,  c_claim,    c_stop,
                                            c_cancel, c_dispute,   c_resolve, c_withdraw, c_withdraw_gpu,
                                            c_update, c_retire,    c_bar};
  static attacked_state_fn *const states[] = {with_rental, with_active, with_disputed};
  static const unsigned parties[] = {OWNER, RENTER, ARBITER, ADMIN, STRANGER};
  static const char *const may[3][5] = {
      {"y.........y..", ".....y.......", ".............", "............y", "............."},
      {".yyyy.....y..", "..y.y.y......", "..y..........", "..y.........y", "..y.........."}, /* anyone extends */
      {"..........y..", ".............", ".......y.....", "............y", "............."},
  };
  for (unsigned s = 0; s < 3; s++)
    for (unsigned p = 0; p < 5; p++)
      attacked_in(_i, states[s], parties[p], calls, sizeof calls / sizeof *calls, may[s][p]);
}
END_TEST

/* No change of the GPU's or the market's terms reaches a rental that is there; pausing locks nobody's money. */
START_TEST(terms_under_a_rental) {
  with_active(_i);
  algo_rental_update(&c, APP, 1, 9999999, 1, 2, key, A);
  accepts(OWNER);
  algo_rental_configure(&c, APP, 2000, 1, 1, 1, 0, A);
  accepts(ADMIN);
  algo_rental_set_paused(&c, APP, true, A);
  accepts(ADMIN);
  algo_rental_bar(&c, APP, 1, true, A);
  accepts(ADMIN);
  later(120);
  uint64_t before = purse(_i, OWNER);
  algo_rental_stop(&c, APP, 1, 5, A);
  accepts(RENTER);
  ck_assert_uint_eq(purse(_i, OWNER), before + 1900); /* two minutes at the old price, the old fee */
  algo_rental_rent(&c, APP, 80900, 60000, 1, 60, key, A);
  refuses(RENTER, "the market is paused");
  world_close(&w);
}
END_TEST

ATTACKED_MAIN("rental attacks", creation, roles, bootstrapping, completions, malformed, bools_and_strings, payments,
              counted_twice, inner_fees, gifts_and_deletion, deletion_without_bootstrap, closed_market,
              recipient_opted_out, frozen_asset, clawed_back_asset, box_griefing, overflow_and_price_0,
              windows_to_the_second, too_late, any_order_by_any_party, terms_under_a_rental)
