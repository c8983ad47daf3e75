/* Attacks on escrow, one test for each item of the specification's last section, on the ALGO and the ASA market: each
 * tries it and sees the message that has to stop it. */
#include "algo/escrow.h"
#include "attacked.h"

enum { CLIENT = RENTER, CLIENT2 = RENTER2, WORK = OWNER, WORK2 = OWNER2, REWARD = 100000, BOND = 30000 };
enum { RUN = 600, REVIEW = 300, DISPUTE = 900, TASK_MBR = 76100, WORKER_MBR = 22100 };

static const uint8_t hash[32] = {9};

static void create_with(uint64_t asset, uint64_t fee_bps, uint64_t dispute_s, uint64_t review_s, uint64_t open) {
  algo_app_t none = {0, w.app.asset};
  algo_escrow_create(&c, &none, &w.who[TREASURY], &w.who[ARBITER], asset, fee_bps, dispute_s, review_s, open, A);
}
static void market(int i) {
  world_open(&w, &algo_escrow_spec_algo, &algo_escrow_spec_asa, asa_of(i));
  create_with(w.app.asset, 500, DISPUTE, 60, 1);
  ck_assert_msg(world_create(&w, &c), "%s", w.refusal);
  algo_escrow_bootstrap(&c, APP, asa_of(i) ? 200000 : 100000, A);
  accepts(ADMIN);
}
static void post(void) { algo_escrow_post(&c, APP, TASK_MBR, REWARD, hash, BOND, RUN, REVIEW, A); }
static void accept(void) { algo_escrow_accept(&c, APP, WORKER_MBR, BOND, 1, 0, A); }
static void posted(int i) {
  market(i);
  post();
  accepts(CLIENT);
}
static void accepted(int i) {
  posted(i);
  accept();
  accepts(WORK);
}
static void submitted(int i) {
  accepted(i);
  algo_escrow_submit(&c, APP, 1, hash, A);
  accepts(WORK);
}
static void disputed(int i) {
  submitted(i);
  algo_escrow_reject(&c, APP, 1, hash, A);
  accepts(CLIENT);
}

/* ---- payments: rekeying, closing, asset id, amounts, groups, one payment for two calls ---- */

START_TEST(payments) {
  market(_i);
  if (asa_of(_i)) world_xfer(&w, &w.who[STRANGER], &w.who[ISSUER], 0, true); /* so that his account can be closed */
  post();
  stands(attack_payment(&w, CLIENT, &c, 0));
  stands(attack_group(&w, CLIENT, &c));
  accepts(CLIENT);
  accept();
  stands(attack_payment(&w, WORK, &c, 0));
  stands(asa_of(_i) ? attack_deposit(&w, WORK, &c, 1) : attack_payment(&w, WORK, &c, 1));
  stands(attack_group(&w, WORK, &c));
  algo_escrow_approve(&c, APP, 18900, &w.who[WORK], true, A);
  stands(attack_payment(&w, ADMIN, &c, 0));
  world_close(&w);
}
END_TEST

/* The reward is whatever the deposit is: it has to be a proper deposit all the same. */
START_TEST(the_reward_is_a_proper_deposit) {
  market(_i);
  post();
  algo_txn_t good = c.before[1];
  c.before[1].rekey_to = w.who[STRANGER];
  refuses(CLIENT, "must not rekey");
  c.before[1] = good;
  if (asa_of(_i)) c.before[1].asset_receiver = w.who[WORK];
  else c.before[1].receiver = w.who[WORK];
  refuses(CLIENT, "is not to the market");
  c.before[1] = good;
  if (asa_of(_i)) c.before[1].asset_amount = 0;
  else c.before[1].amount = 0;
  refuses(CLIENT, "the reward is 0");
  world_close(&w);
}
END_TEST

START_TEST(counted_twice) {
  market(_i);
  post();
  stands(attack_counted_twice(&w, CLIENT, &c));
  world_close(&w);
}
END_TEST

START_TEST(inner_fees) {
  posted(_i);
  algo_escrow_reclaim(&c, APP, 1, A);
  stands(attack_inner_fees(&w, CLIENT, &c));
  accepts(CLIENT);
  world_close(&w);
}
END_TEST

/* ---- access: completions, update, delete, clear state, roles ---- */

START_TEST(completions) {
  posted(_i);
  algo_escrow_reclaim(&c, APP, 1, A);
  stands(attack_completions(&w, CLIENT, &c));
  world_close(&w);
}
END_TEST

START_TEST(deletion) {
  uint64_t ours = asa_of(_i) ? 200000 : 100000;
  posted(_i);
  world_pay(&w, &w.who[STRANGER], &w.app_addr, 777, false); /* a gift changes nothing */
  if (asa_of(_i)) world_xfer(&w, &w.who[STRANGER], &w.app_addr, 55, false);
  algo_escrow_delete(&c, APP, A);
  refuses(STRANGER, "only the admin may do this");
  refuses(ADMIN, "the market is not empty");
  algo_escrow_reclaim(&c, APP, 1, A);
  accepts(CLIENT);
  uint64_t before = world_balance(&w, &w.who[ADMIN]);
  algo_escrow_delete(&c, APP, A);
  accepts(ADMIN);
  ck_assert_uint_eq(world_balance(&w, &w.app_addr), 0);
  ck_assert_uint_eq(world_balance(&w, &w.who[ADMIN]), before + ours + 777 - w.fee);
  world_close(&w);
}
END_TEST

START_TEST(roles) {
  static const char admin[] = "only the admin may do this";
  algo_addr_t zero = {{0}};
  market(_i);
  algo_escrow_configure(&c, APP, 1, 60, 60, 1, A);
  refuses(STRANGER, admin);
  algo_escrow_set_paused(&c, APP, true, A);
  refuses(STRANGER, admin);
  algo_escrow_set_treasury(&c, APP, &w.who[STRANGER], A);
  refuses(STRANGER, admin);
  algo_escrow_set_arbiter(&c, APP, &w.who[STRANGER], A);
  refuses(STRANGER, admin);
  algo_escrow_offer_admin(&c, APP, &w.who[STRANGER], A);
  refuses(STRANGER, admin);
  algo_escrow_approve(&c, APP, 18900, &w.who[STRANGER], true, A);
  refuses(STRANGER, admin);
  algo_escrow_set_treasury(&c, APP, &zero, A);
  refuses(ADMIN, "the zero address");
  algo_escrow_set_arbiter(&c, APP, &zero, A);
  refuses(ADMIN, "the zero address");
  algo_escrow_accept_admin(&c, APP, A);
  refuses(STRANGER, "the admin's role is not offered to the sender");
  algo_escrow_offer_admin(&c, APP, &w.who[STRANGER], A);
  accepts(ADMIN);
  algo_escrow_accept_admin(&c, APP, A);
  accepts(STRANGER);
  refuses(STRANGER, "the admin's role is not offered to the sender");
  algo_escrow_set_paused(&c, APP, true, A);
  refuses(ADMIN, admin);
  world_close(&w);
}
END_TEST

START_TEST(creation) {
  bool asa = asa_of(_i);
  world_open(&w, &algo_escrow_spec_algo, &algo_escrow_spec_asa, asa);
  uint64_t asset = w.app.asset;
  create_with(asset, 2001, 60, 60, 1);
  refuse_create("fee_bps is over 2000");
  create_with(asset, 1, 59, 60, 1);
  refuse_create("dispute_s is under 60");
  create_with(asset, 1, 2592001, 60, 1);
  refuse_create("dispute_s is over 2592000");
  create_with(asset, 1, 60, 59, 1);
  refuse_create("review_min_s is under 60");
  create_with(asset, 1, 60, 2592001, 1);
  refuse_create("review_min_s is over 2592000");
  create_with(asset, 1, 60, 60, 2);
  refuse_create("open is neither 0 nor 1");
  create_with(asa ? 0 : 5, 1, 60, 60, 1);
  refuse_create(asa ? "a market in an asset needs its id" : "a market in ALGO has no asset");
  for (unsigned k = 1; k <= 7; k++) {
    create_with(asset, 1, 60, 60, 1);
    c.args[k].n--;
    refuse_create("malformed argument");
  }
  create_with(asset, 2000, 2592000, 2592000, 0);
  ck_assert_msg(world_create(&w, &c), "%s", w.refusal);
  create_with(asset, 1, 60, 60, 1);
  c.app_id = w.app.id;
  refuses(ADMIN, "no such method");
  world_close(&w);
}
END_TEST

/* ---- arguments ---- */

START_TEST(malformed_arguments) {
  market(_i);
  post();
  stands(attack_arguments(&w, CLIENT, &c));
  accepts(CLIENT);
  accept();
  stands(attack_arguments(&w, WORK, &c));
  accepts(WORK);
  algo_escrow_submit(&c, APP, 1, hash, A);
  stands(attack_arguments(&w, WORK, &c));
  accepts(WORK);
  algo_escrow_reject(&c, APP, 1, hash, A);
  stands(attack_arguments(&w, CLIENT, &c));
  algo_escrow_approve_result(&c, APP, 1, A);
  stands(attack_arguments(&w, CLIENT, &c));
  algo_escrow_reject(&c, APP, 1, hash, A);
  accepts(CLIENT);
  algo_escrow_resolve(&c, APP, 1, 5000, A);
  stands(attack_arguments(&w, ARBITER, &c));
  algo_escrow_withdraw(&c, APP, 1, A);
  stands(attack_arguments(&w, CLIENT, &c));
  algo_escrow_withdraw_worker(&c, APP, 1, A);
  stands(attack_arguments(&w, WORK, &c));
  algo_escrow_configure(&c, APP, 1, 60, 60, 1, A);
  stands(attack_arguments(&w, ADMIN, &c));
  algo_escrow_set_treasury(&c, APP, &w.who[OWNER], A);
  stands(attack_arguments(&w, ADMIN, &c));
  algo_escrow_set_arbiter(&c, APP, &w.who[OWNER], A);
  stands(attack_arguments(&w, ADMIN, &c));
  algo_escrow_offer_admin(&c, APP, &w.who[OWNER], A);
  stands(attack_arguments(&w, ADMIN, &c));
  algo_escrow_approve(&c, APP, 18900, &w.who[OWNER], true, A);
  stands(attack_arguments(&w, ADMIN, &c));
  stands(attack_bool(&w, ADMIN, &c, 2));
  algo_escrow_set_paused(&c, APP, true, A);
  stands(attack_arguments(&w, ADMIN, &c));
  stands(attack_bool(&w, ADMIN, &c, 1));
  world_close(&w);
}
END_TEST

START_TEST(overflow_and_windows) {
  market(_i);
  algo_escrow_post(&c, APP, TASK_MBR, REWARD, hash, UINT64_MAX - REWARD + 1, RUN, REVIEW, A);
  refuses(CLIENT, "reward + bond is 2^64 or more");
  algo_escrow_post(&c, APP, TASK_MBR, REWARD, hash, BOND, 59, REVIEW, A);
  refuses(CLIENT, "run_s is under 60");
  algo_escrow_post(&c, APP, TASK_MBR, REWARD, hash, BOND, 2592001, REVIEW, A);
  refuses(CLIENT, "run_s is over 2592000");
  algo_escrow_post(&c, APP, TASK_MBR, REWARD, hash, BOND, RUN, 59, A);
  refuses(CLIENT, "review_s is under the market's minimum");
  algo_escrow_post(&c, APP, TASK_MBR, REWARD, hash, BOND, RUN, 2592001, A);
  refuses(CLIENT, "review_s is over 2592000");
  algo_escrow_post(&c, APP, TASK_MBR, REWARD, hash, UINT64_MAX - REWARD, 2592000, 2592000, A);
  accepts(CLIENT);
  world_close(&w);
}
END_TEST

/* ---- boxes ---- */

/* Who makes a box pays for it, to the last microAlgo, and has it back when it goes: nobody else's is touched. */
START_TEST(box_griefing) {
  market(_i);
  uint64_t before[2] = {world_balance(&w, &w.who[CLIENT]), world_balance(&w, &w.who[WORK])};
  algo_escrow_post(&c, APP, TASK_MBR - 1, REWARD, hash, BOND, RUN, REVIEW, A);
  refuses(CLIENT, "the payment's amount is wrong");
  post();
  accepts(CLIENT);
  algo_escrow_accept(&c, APP, WORKER_MBR - 1, BOND, 1, 0, A);
  refuses(WORK, "the payment's amount is wrong");
  accept();
  accepts(WORK);
  algo_escrow_abandon(&c, APP, 1, A);
  accepts(WORK);
  uint64_t fees = 2 * w.fee + 2000, lost = asa_of(_i) ? 0 : BOND;
  ck_assert_uint_eq(world_balance(&w, &w.who[WORK]), before[1] - fees - lost);
  ck_assert_uint_eq(world_balance(&w, &w.who[CLIENT]), before[0] - w.fee - 2000 + lost);
  world_close(&w);
}
END_TEST

/* ---- delivery: opted out, closed, frozen, clawed back ---- */

static void closes(unsigned party) { world_pay(&w, &w.who[party], &w.who[ISSUER], 0, true); }
static void opts_out(unsigned party) { world_xfer(&w, &w.who[party], &w.who[ISSUER], 0, true); }

/* The worker opts out (or closes his account) to hold up the client; then the client does, to hold up the worker. */
START_TEST(recipient_opted_out) {
  for (unsigned who = 0; who < 2; who++) {
    unsigned away = who ? CLIENT : WORK;
    disputed(_i);
    uint64_t other = purse(_i, who ? WORK : CLIENT), fee = REWARD / 2 * 500 / 10000;
    if (asa_of(_i)) opts_out(away);
    else closes(away);
    algo_escrow_resolve(&c, APP, 1, 5000, A);
    accepts(ARBITER);
    uint64_t share = REWARD / 2 + (who ? BOND - fee : 0), mbr = asa_of(_i) ? 0 : who ? WORKER_MBR : TASK_MBR;
    ck_assert_uint_eq(purse(_i, who ? WORK : CLIENT), other + share + mbr);
    if (asa_of(_i)) {
      who ? algo_escrow_withdraw(&c, APP, 1, A) : algo_escrow_withdraw_worker(&c, APP, 1, A);
      refuses(STRANGER, "nothing can be delivered");
      world_opt_in(&w, &w.who[away]);
      accepts(STRANGER);
      ck_assert_uint_eq(purse(_i, away), REWARD / 2 + (who ? 0 : BOND - fee));
    }
    world_close(&w);
  }
}
END_TEST

/* Frozen money waits in its own box and comes when it is free; nobody else's does. */
START_TEST(frozen_asset) {
  if (!asa_of(_i)) return;
  submitted(_i);
  uint64_t before = purse(_i, WORK);
  world_freeze(&w, &w.who[WORK], true);
  algo_escrow_approve_result(&c, APP, 1, A);
  accepts(CLIENT);
  ck_assert_uint_eq(purse(_i, WORK), before);
  algo_escrow_withdraw_worker(&c, APP, 1, A);
  refuses(WORK, "nothing can be delivered");
  world_freeze(&w, &w.who[WORK], false);
  world_freeze(&w, &w.app_addr, true);
  refuses(WORK, "nothing can be delivered");
  world_freeze(&w, &w.app_addr, false);
  accepts(WORK);
  ck_assert_uint_eq(purse(_i, WORK), before + REWARD - REWARD * 500 / 10000 + BOND);
  world_close(&w);
}
END_TEST

/* The issuer takes from the market: payouts as they come while it lasts, and nobody gets more than his. */
START_TEST(clawed_back_asset) {
  if (!asa_of(_i)) return;
  disputed(_i);
  uint64_t client = purse(_i, CLIENT), worker = purse(_i, WORK), half = REWARD / 2;
  world_clawback(&w, &w.app_addr, half + BOND - 1); /* one short of the worker's part; the client's is there */
  algo_escrow_resolve(&c, APP, 1, 5000, A);
  accepts(ARBITER);
  ck_assert_uint_eq(purse(_i, WORK), worker);
  ck_assert_uint_eq(purse(_i, CLIENT), client + half);
  algo_escrow_withdraw_worker(&c, APP, 1, A);
  refuses(STRANGER, "nothing can be delivered");
  world_xfer(&w, &w.who[ISSUER], &w.app_addr, half + BOND, false);
  accepts(STRANGER);
  ck_assert_uint_eq(purse(_i, WORK), worker + half + BOND - half * 500 / 10000);
  world_close(&w);
}
END_TEST

/* ---- time: it stands still, it jumps ---- */

START_TEST(windows_to_the_second) {
  accepted(_i);
  later(RUN);
  algo_escrow_reclaim(&c, APP, 1, A);
  refuses(STRANGER, "the worker still has time");
  algo_escrow_submit(&c, APP, 1, hash, A);
  accepts(WORK); /* at the last second */
  later(REVIEW);
  algo_escrow_release(&c, APP, 1, A);
  refuses(STRANGER, "the client may still reject");
  algo_escrow_reject(&c, APP, 1, hash, A);
  accepts(CLIENT);
  later(DISPUTE);
  algo_escrow_resolve(&c, APP, 1, 0, A);
  refuses(STRANGER, "only the arbiter may resolve it yet");
  later(25);
  uint64_t before = purse(_i, WORK);
  accepts(STRANGER); /* 10,000 whatever was passed */
  ck_assert_uint_eq(purse(_i, WORK) - before, REWARD - REWARD * 500 / 10000 + BOND + (asa_of(_i) ? 0 : WORKER_MBR));
  world_close(&w);
}
END_TEST

START_TEST(too_late) {
  accepted(_i);
  later(RUN + 1);
  algo_escrow_submit(&c, APP, 1, hash, A);
  refuses(WORK, "too late to submit");
  algo_escrow_reclaim(&c, APP, 1, A);
  accepts(STRANGER);
  world_close(&w);
  submitted(_i);
  later(REVIEW + 1);
  algo_escrow_reject(&c, APP, 1, hash, A);
  refuses(CLIENT, "too late to reject");
  algo_escrow_release(&c, APP, 1, A);
  accepts(STRANGER);
  world_close(&w);
}
END_TEST

/* ---- calls in any order by any party ---- */

static void c_accept(void) { accept(); }
static void c_submit(void) { algo_escrow_submit(&c, APP, 1, hash, A); }
static void c_reject(void) { algo_escrow_reject(&c, APP, 1, hash, A); }
static void c_approve(void) { algo_escrow_approve_result(&c, APP, 1, A); }
static void c_release(void) { algo_escrow_release(&c, APP, 1, A); }
static void c_resolve(void) { algo_escrow_resolve(&c, APP, 1, 5000, A); }
static void c_abandon(void) { algo_escrow_abandon(&c, APP, 1, A); }
static void c_reclaim(void) { algo_escrow_reclaim(&c, APP, 1, A); }
static void c_withdraw(void) { algo_escrow_withdraw(&c, APP, 1, A); }
static void c_withdraw_worker(void) { algo_escrow_withdraw_worker(&c, APP, 1, A); }
static attacked_call_fn *const calls[] = {c_accept,  c_submit,  c_reject,  c_approve,  c_release,
                                          c_resolve, c_abandon, c_reclaim, c_withdraw, c_withdraw_worker};

/* Which of the calls each party may make in each state, time standing still: all others are refused. */
START_TEST(any_order_by_any_party) {
  static attacked_state_fn *const states[] = {posted, accepted, submitted, disputed};
  static const unsigned parties[] = {CLIENT, WORK, ARBITER, STRANGER};
  /* a letter a call: client, worker, arbiter, stranger; . nobody */
  static const char *const may[4][4] = {
      {".......y..", "y.........", "y.........", "y........."}, /* posted: the client reclaims, others accept */
      {"..........", ".y....y...", "..........", ".........."},
      {"..yy......", "..........", "..........", ".........."},
      {"...y......", "..........", ".....y....", ".........."},
  };
  for (unsigned s = 0; s < 4; s++)
    for (unsigned p = 0; p < 4; p++)
      attacked_in(_i, states[s], parties[p], calls, sizeof calls / sizeof *calls, may[s][p]);
}
END_TEST

START_TEST(own_task_and_closed_market) {
  posted(_i);
  accept();
  refuses(CLIENT, "the client cannot accept his own task");
  algo_escrow_configure(&c, APP, 500, DISPUTE, 60, 0, A);
  accepts(ADMIN);
  accept();
  refuses(WORK, "the provider is not approved");
  algo_escrow_approve(&c, APP, 18900, &w.who[WORK], true, A);
  accepts(ADMIN);
  algo_escrow_set_paused(&c, APP, true, A);
  accepts(ADMIN);
  accept();
  refuses(WORK, "the market is paused");
  algo_escrow_reclaim(&c, APP, 1, A);
  accepts(CLIENT); /* pausing locks nobody's money */
  world_close(&w);
}
END_TEST

/* No change of the market's terms reaches a task that is there. */
START_TEST(terms_under_a_task) {
  submitted(_i);
  algo_escrow_configure(&c, APP, 2000, 2592000, 2592000, 1, A);
  accepts(ADMIN);
  uint64_t before = purse(_i, WORK);
  algo_escrow_approve_result(&c, APP, 1, A);
  accepts(CLIENT);
  ck_assert_uint_eq(purse(_i, WORK) - before, REWARD - REWARD * 500 / 10000 + BOND + (asa_of(_i) ? 0 : WORKER_MBR));
  world_close(&w);
}
END_TEST

ATTACKED_MAIN("escrow attacks", payments, the_reward_is_a_proper_deposit, counted_twice, inner_fees, completions,
              deletion, roles, creation, malformed_arguments, overflow_and_windows, box_griefing, recipient_opted_out,
              frozen_asset, clawed_back_asset, windows_to_the_second, too_late, any_order_by_any_party,
              own_task_and_closed_market, terms_under_a_task)
