/* topup: the binding's program is the assembled TEAL, it approves the one group that it is made for, and refuses every
 * other. */
#include <stdio.h>

#include "algo/asm.h"
#include "algo/avm.h"
#include "algo/hash.h"
#include "algo/tealgen.h"
#include "algo/topup.h"
#include "suite.h"

extern const tg_signature_t topup_signature;

static algo_arena_t arena;
static algo_buf_t program;
static algo_topup_t t;
static algo_txn_t txns[3];
static algo_bytes_t args[4];
static uint8_t ids[2][8], minutes[4];
static size_t n_txns;

static void values(bool asa, uint64_t period) {
  memset(&t, 0, sizeof t);
  memset(t.genesis, 0x11, 32);
  memset(t.renter.b, 0x22, 32);
  t.app = 1002;
  t.rental = 300;
  t.asset = asa ? 77 : 0;
  t.minutes = 60;
  t.amount = 1000000;
  t.period = period;
  t.last = 1000000;
}

/* The group that has to be approved. */
static void group(uint64_t first) {
  algo_addr_t market;
  algo_addr_of_app(&market, t.app);
  memset(txns, 0, sizeof txns);
  n_txns = 2;
  algo_txn_t *d = &txns[0], *c = &txns[1];
  d->type = t.asset ? ALGO_TX_AXFER : ALGO_TX_PAY;
  d->sender = t.renter;
  d->first_valid = first;
  d->last_valid = first + (t.period < 1000 ? t.period : 1000) - 1;
  memcpy(d->lease, "algorent/topup/1", 16);
  algo_put_be64(d->lease + 16, t.app);
  algo_put_be64(d->lease + 24, t.rental);
  if (t.asset) {
    d->xfer_asset = t.asset;
    d->asset_amount = t.amount;
    d->asset_receiver = market;
  } else {
    d->amount = t.amount;
    d->receiver = market;
  }
  const char *signature = t.asset ? "extend(axfer,uint64,uint32)void" : "extend(pay,uint64,uint32)void";
  uint8_t *sel = algo_arena_alloc(&arena, 4), hash[32];
  algo_sha512_256(hash, signature, strlen(signature));
  memcpy(sel, hash, 4);
  algo_put_be64(ids[0], t.rental);
  algo_put_be64(ids[1], t.minutes);
  memcpy(minutes, ids[1] + 4, 4);
  args[0] = algo_bytes(sel, 4);
  args[1] = algo_bytes(ids[0], 8);
  args[2] = algo_bytes(minutes, 4);
  c->type = ALGO_TX_APPL;
  memset(c->sender.b, 0x33, 32);
  c->fee = 2000;
  c->app_id = t.app;
  c->app_args = args;
  c->n_app_args = 3;
}

static bool approves(unsigned at) {
  algo_stxn_t s[3];
  const algo_stxn_t *p[3] = {&s[0], &s[1], &s[2]};
  memset(s, 0, sizeof s);
  for (size_t i = 0; i < n_txns; i++) s[i].txn = txns[i];
  s[at].lsig.logic = algo_buf_view(&program);
  algo_avm_options_t opt = {.consensus = algo_consensus_future(), .arena = &arena};
  memcpy(opt.genesis_hash.b, t.genesis, 32);
  algo_avm_group_t *g;
  bool pass = false;
  uint64_t cost;
  ck_assert(!algo_avm_group_new(&g, p, n_txns, &opt, NULL));
  return !algo_avm_eval_sig(g, at, &pass, &cost, NULL) && pass;
}

static void make(bool asa, uint64_t period) {
  algo_err_t err;
  values(asa, period);
  algo_buf_clear(&program);
  ck_assert_msg(!algo_topup_program(&program, &t, &err), "%s", err.msg);
}

START_TEST(is_the_teal) {
  static const char *const v[] = {"0x1111111111111111111111111111111111111111111111111111111111111111",
                                  "0x2222222222222222222222222222222222222222222222222222222222222222",
                                  "1002",
                                  "300",
                                  "77",
                                  "60",
                                  "1000000",
                                  "5000",
                                  "1000000"};
  algo_buf_t teal = ALGO_BUF_INIT;
  algo_asm_result_t r;
  algo_err_t err;
  make(_i, 5000);
  ck_assert_msg(!tg_signature_teal(&teal, &topup_signature, _i, 11, v, &err), "%s", err.msg);
  ck_assert_msg(!algo_asm_assemble(&r, algo_buf_view(&teal), &arena, &err), "%s", err.msg);
  ck_assert(algo_bytes_eq(r.program, algo_buf_view(&program)));
  algo_buf_fini(&teal);
}
END_TEST

START_TEST(approves_its_group) {
  static const uint64_t periods[] = {10, 999, 1000, 1001, 5000};
  for (unsigned i = 0; i < 5; i++) {
    make(_i, periods[i]);
    group(periods[i] * 20);
    ck_assert_msg(approves(0), "period %llu", (unsigned long long)periods[i]);
    txns[0].first_valid++;
    txns[0].last_valid++;
    ck_assert(!approves(0));
    group(periods[i] * 20);
    txns[0].last_valid--; /* a lease that ends sooner would be taken again sooner */
    ck_assert(!approves(0));
    group(periods[i] * 20);
    txns[0].last_valid++;
    ck_assert(!approves(0));
  }
  make(_i, 1000);
  group(999000);
  ck_assert(approves(0));
  group(1000000); /* its window ends after the last round */
  ck_assert(!approves(0));
}
END_TEST

static void set32(uint8_t *p) { p[5] ^= 1; }

/* One thing changed; where the deposit is behind it. */
static unsigned change(int what, bool asa) {
  algo_txn_t *d = &txns[0], *c = &txns[1];
  unsigned at = 0;
  switch (what) {
  case 0: set32(d->sender.b); break;
  case 1: n_txns = 1; break;
  case 2:
    txns[2] = txns[1];
    n_txns = 3;
    break;
  case 3:
    txns[2] = *d;
    *d = *c;
    *c = txns[2];
    at = 1;
    break;
  case 4: d->fee = 1; break;
  case 5: set32(d->rekey_to.b); break;
  case 6: d->note = algo_bytes("x", 1); break;
  case 7: set32(asa ? d->asset_receiver.b : d->receiver.b); break;
  case 8: asa ? d->asset_amount++ : d->amount++; break;
  case 9: asa ? d->asset_amount-- : d->amount--; break;
  case 10: set32(asa ? d->asset_close_to.b : d->close_remainder_to.b); break;
  case 11: set32(d->lease); break;
  case 12: set32(d->lease + 16); break;
  case 13: set32(d->lease + 24); break;
  case 14: memset(d->lease, 0, 32); break;
  case 15: c->type = ALGO_TX_PAY; break;
  case 16: c->app_id++; break;
  case 17: c->on_completion = ALGO_OC_OPTIN; break;
  case 18: c->n_app_args = 2; break;
  case 19:
    args[3] = algo_bytes("", 0);
    c->n_app_args = 4;
    break;
  case 20: args[0] = algo_bytes("\1\2\3\4", 4); break;
  case 21: ids[0][7]++; break;
  case 22: minutes[3]++; break;
  case 23: d->type = asa ? ALGO_TX_PAY : ALGO_TX_AXFER; break;
  case 24:
    if (asa) d->xfer_asset++;
    else d->type = ALGO_TX_KEYREG;
    break;
  case 25:
    if (asa) set32(d->asset_sender.b);
    else d->type = ALGO_TX_APPL;
    break;
  case 26: args[1] = algo_bytes(ids[0] + 1, 7); break;
  default: ck_abort_msg("no change %d", what);
  }
  return at;
}

static void refuses(bool asa, const int *changes, size_t n) {
  make(asa, 1000);
  for (size_t i = 0; i < n; i++) {
    group(20000);
    unsigned at = change(changes[i], asa);
    ck_assert_msg(!approves(at), "change %d is approved", changes[i]);
  }
}
#define REFUSES(name, ...)                                                                                             \
  START_TEST(name) {                                                                                                   \
    static const int changes[] = {__VA_ARGS__};                                                                        \
    refuses(_i & 1, changes, sizeof changes / sizeof changes[0]);                                                      \
  }                                                                                                                    \
  END_TEST

REFUSES(an_account_rekeyed_to_the_signer, 0)
REFUSES(group_size_and_place, 1, 2, 3)
REFUSES(fee_and_note, 4, 6)
REFUSES(rekey_close_clawback, 5, 10, 25)
REFUSES(receiver_amount_asset, 7, 8, 9, 23, 24)
REFUSES(replay_by_another_lease, 11, 12, 13, 14)
REFUSES(another_call, 15, 16, 17, 18, 19, 20, 21, 22, 26)

START_TEST(another_network) {
  make(_i, 1000);
  group(20000);
  ck_assert(approves(0));
  t.genesis[0] ^= 1; /* the network's hash, not the program's */
  ck_assert(!approves(0));
}
END_TEST

START_TEST(ranges) {
  algo_err_t err;
  values(_i, 9);
  ck_assert_int_eq(algo_topup_program(&program, &t, &err), ALGO_E_RANGE);
  ck_assert_str_eq(err.msg, "period is out of its range");
  values(_i, 1ull << 32);
  ck_assert_int_eq(algo_topup_program(&program, &t, &err), ALGO_E_RANGE);
  values(_i, 1000);
  t.minutes = 0;
  ck_assert_int_eq(algo_topup_program(&program, &t, &err), ALGO_E_RANGE);
}
END_TEST

int main(void) {
  TCase *c = tcase_create("topup");
  tcase_add_loop_test(c, is_the_teal, 0, 2);
  tcase_add_loop_test(c, approves_its_group, 0, 2);
  tcase_add_loop_test(c, an_account_rekeyed_to_the_signer, 0, 2);
  tcase_add_loop_test(c, group_size_and_place, 0, 2);
  tcase_add_loop_test(c, fee_and_note, 0, 2);
  tcase_add_loop_test(c, rekey_close_clawback, 0, 2);
  tcase_add_loop_test(c, receiver_amount_asset, 0, 2);
  tcase_add_loop_test(c, replay_by_another_lease, 0, 2);
  tcase_add_loop_test(c, another_call, 0, 2);
  tcase_add_loop_test(c, another_network, 0, 2);
  tcase_add_loop_test(c, ranges, 0, 2);
  return suite_case("topup", c);
}
