/* rental's billing on the AVM over every combination of edge values, against big integers (GMP): what `due` answers,
 * and what `stop` settles, takes as a fee and refunds. The rental's box is written as it would be; the clock is the
 * ledger's. ALGORENT_BILLING=full has more values of each. */
#include <gmp.h>

#include "algo/arc4.h"
#include "algo/ledger.h"
#include "model.h"
#include "suite.h"

enum { OWN, RENT, N_WHO };
static const uint64_t NOW = 300000000000; /* later than 2^32 minutes after 0 */

static struct {
  algo_ledger_t *l;
  algo_arena_t arena;
  algo_app_t app;
  algo_addr_t who[N_WHO], app_addr;
  uint64_t nonce;
} m;

/* ---- a ledger with the published program in it ---- */

static void submit(algo_txn_t *t) {
  algo_buf_t group = ALGO_BUF_INIT, text = ALGO_BUF_INIT;
  algo_stxn_t s = {.txn = *t};
  algo_submit_options_t o = {.skip_signatures = true};
  algo_digest_t first;
  algo_found_txn_t found;
  s.txn.fee = 1000;
  s.txn.first_valid = 1;
  s.txn.last_valid = 900;
  s.txn.genesis_hash = *algo_ledger_genesis_hash(m.l);
  algo_stxn_encode(&group, &s);
  ck_assert_msg(!algo_ledger_submit(m.l, algo_buf_view(&group), &o, &first, &text, NULL, NULL), "%s",
                algo_buf_cstr(&text));
  SUITE_OK(algo_ledger_seal(m.l, (int64_t)NOW, suite_err));
  ck_assert(algo_ledger_find_txn(m.l, &first, &found, &m.arena));
  if (found.apply->created_app) m.app.id = found.apply->created_app;
  algo_buf_fini(&group);
  algo_buf_fini(&text);
}

static void set_number(const char *key, uint64_t v) {
  algo_tv_t value = {.uint = v};
  SUITE_OK(algo_ledger_set_global(m.l, m.app.id, algo_bytes_str(key), &value, suite_err));
}

static void open_market(void) {
  static const uint8_t yes[] = {4, 0x81, 1};
  algo_genesis_account_t alloc[N_WHO + 2];
  memset(alloc, 0, sizeof alloc);
  for (unsigned i = 0; i < N_WHO + 2; i++) {
    memset(alloc[i].addr.b, (int)(i + 1), 32);
    alloc[i].amount = i == N_WHO + 1 ? 100000 : 1000000000;
    alloc[i].comment = "";
    if (i < N_WHO) m.who[i] = alloc[i].addr;
  }
  algo_genesis_t g = {.id = "v1", .network = "billing", .protocol = "future", .timestamp = (int64_t)NOW};
  g.fee_sink = alloc[N_WHO].addr;
  g.rewards_pool = alloc[N_WHO + 1].addr;
  g.alloc = alloc;
  g.n_alloc = N_WHO + 2;
  g.devmode = true;
  SUITE_OK(algo_ledger_new(&m.l, &g, NULL, suite_err));
  SUITE_OK(algo_ledger_seal(m.l, (int64_t)NOW, suite_err));
  algo_txn_t t = {.type = ALGO_TX_APPL, .sender = m.who[OWN], .extra_program_pages = 3};
  t.approval_program = t.clear_program = algo_bytes(yes, sizeof yes);
  t.global_schema = algo_rental_spec_algo.global_schema;
  submit(&t);
  algo_addr_of_app(&m.app_addr, m.app.id);
  SUITE_OK(
      algo_ledger_set_program(m.l, m.app.id, algo_rental_spec_algo.approval, algo_rental_spec_algo.clear, suite_err));
  SUITE_OK(algo_ledger_set_balance(m.l, &m.app_addr, UINT64_MAX / 2, suite_err));
  set_number("fees", 0);
  set_number("live_rentals", 1);
}

static void set_box(char prefix, const algo_buf_t *value) {
  uint8_t name[9] = {(uint8_t)prefix, 0, 0, 0, 0, 0, 0, 0, 1};
  algo_bytes_t v = algo_buf_view(value);
  SUITE_OK(algo_ledger_set_box(m.l, m.app.id, algo_bytes(name, 9), &v, suite_err));
}

/* The last log but `back` of a call that has to be approved. */
static algo_bytes_t simulate(const algo_method_call_t *c, unsigned who, const char *event) {
  static const uint8_t names[2][9] = {{'r', 0, 0, 0, 0, 0, 0, 0, 1}, {'g', 0, 0, 0, 0, 0, 0, 0, 1}};
  static const algo_box_ref_t boxes[2] = {{0, {names[0], 9}}, {0, {names[1], 9}}};
  algo_buf_t group = ALGO_BUF_INIT;
  algo_stxn_t s = {.txn = {.type = ALGO_TX_APPL, .sender = m.who[who], .app_id = m.app.id, .fee = 5000}};
  s.txn.app_args = c->args;
  s.txn.n_app_args = c->n_args;
  s.txn.boxes = boxes;
  s.txn.n_boxes = 2;
  s.txn.accounts = m.who;
  s.txn.n_accounts = N_WHO;
  s.txn.first_valid = 2;
  s.txn.last_valid = 900;
  s.txn.genesis_hash = *algo_ledger_genesis_hash(m.l);
  algo_stxn_encode(&group, &s);
  algo_sim_request_t q = {.group = algo_arena_dup(&m.arena, algo_buf_view(&group)), .allow_empty_signatures = true};
  algo_sim_result_t r;
  algo_buf_fini(&group);
  SUITE_OK(algo_ledger_simulate(m.l, &q, &r, &m.arena, suite_err));
  ck_assert_msg(!r.failure, "%s: %s", c->signature, r.failure);
  const algo_eval_delta_t *d = &r.txns[0].apply->delta;
  uint8_t selector[4];
  algo_arc4_selector(selector, event);
  for (size_t i = 0; i < d->n_logs; i++)
    if (d->logs[i].n >= 4 && memcmp(d->logs[i].p, selector, 4) == 0) return d->logs[i];
  return d->n_logs ? d->logs[d->n_logs - 1] : algo_bytes("", 0);
}

/* ---- big integers, from the formulas of docs/contracts.md ---- */

typedef struct bill {
  mpz_t end, minutes, due, refund, fee, net, more_fee;
} bill_t;

static void bill_init(bill_t *b) {
  mpz_inits(b->end, b->minutes, b->due, b->refund, b->fee, b->net, b->more_fee, NULL);
}
static void bill_clear(bill_t *b) {
  mpz_clears(b->end, b->minutes, b->due, b->refund, b->fee, b->net, b->more_fee, NULL);
}

static void fee_of(mpz_t out, const mpz_t x, unsigned bps) {
  mpz_mul_ui(out, x, bps);
  mpz_fdiv_q_ui(out, out, 10000);
}

static void compute(bill_t *b, const model_rental_t *r) {
  mpz_t x, y, settled, deposit;
  mpz_inits(x, y, settled, deposit, NULL);
  mpz_set_ui(deposit, r->deposit);
  mpz_set_ui(settled, r->settled);
  mpz_fdiv_q_ui(x, deposit, r->price); /* bought */
  mpz_mul_ui(x, x, 60);
  mpz_add_ui(x, x, r->started);
  mpz_set_ui(b->end, NOW);
  if (mpz_cmp(x, b->end) < 0) mpz_set(b->end, x);
  mpz_set_ui(y, r->beat);
  mpz_add_ui(y, y, r->beat_s);
  if (r->beat_s && mpz_cmp(y, b->end) < 0) mpz_set(b->end, y);
  mpz_sub_ui(x, b->end, r->started);
  mpz_cdiv_q_ui(b->minutes, x, 60);
  if (mpz_sgn(b->minutes) == 0) mpz_set_ui(b->minutes, 1);
  mpz_mul_ui(b->due, b->minutes, r->price);
  if (mpz_cmp(b->due, deposit) > 0) mpz_set(b->due, deposit);
  mpz_sub(b->refund, deposit, b->due);
  fee_of(b->fee, b->due, r->fee_bps);
  fee_of(x, settled, r->fee_bps);
  mpz_sub(b->more_fee, b->fee, x);
  mpz_sub(b->net, b->due, settled);
  mpz_sub(b->net, b->net, b->more_fee);
  mpz_clears(x, y, settled, deposit, NULL);
}

static void same(const char *what, algo_bytes_t log, size_t at, const mpz_t want, const model_rental_t *r) {
  uint64_t v = 0;
  ck_assert_uint_ge(log.n, at + 8);
  for (size_t i = 0; i < 8; i++) v = v << 8 | log.p[at + i];
  ck_assert_msg(mpz_cmp_ui(want, v) == 0,
                "%s is %llu; price %llu, deposit %llu, settled %llu, started %llu, beat %llu + %u, bps %u", what,
                (unsigned long long)v, (unsigned long long)r->price, (unsigned long long)r->deposit,
                (unsigned long long)r->settled, (unsigned long long)r->started, (unsigned long long)r->beat, r->beat_s,
                r->fee_bps);
}

static void check(model_rental_t *r, bill_t *b) {
  algo_buf_t box = ALGO_BUF_INIT;
  algo_method_call_t c;
  algo_arena_reset(&m.arena);
  model_rental_bytes(&box, r);
  set_box('r', &box);
  algo_buf_fini(&box);
  compute(b, r);
  algo_rental_due(&c, &m.app, 1, &m.arena, NULL);
  algo_bytes_t due = simulate(&c, RENT, "none()");
  same("due", due, 4, b->due, r);
  same("its fee", due, 12, b->fee, r);
  same("the refund", due, 20, b->refund, r);
  algo_rental_stop(&c, &m.app, 1, 0, &m.arena, NULL);
  if (mpz_cmp_ui(b->due, r->settled) > 0) {
    algo_bytes_t settled = simulate(&c, RENT, "Settled(uint64,uint64,uint64,uint64,uint64)");
    same("settled", settled, 12, b->due, r);
    same("to_owner", settled, 20, b->net, r);
    same("the fee", settled, 28, b->more_fee, r);
  }
  algo_bytes_t stopped = simulate(&c, RENT, "RentalStopped(uint64,address,uint64,uint64,uint64,uint64,uint8)");
  same("ended_at", stopped, 44, b->end, r);
  same("minutes", stopped, 52, b->minutes, r);
  same("final due", stopped, 60, b->due, r);
  same("final refund", stopped, 68, b->refund, r);
}

/* ---- every edge ---- */

static const uint64_t prices[] = {
    1, 3, 60, 1ull << 32, 4294967297ull, UINT64_MAX / 4294967295ull, 30744573456182586ull};
static const uint64_t minutes[] = {1, 2, 60, 599, 600, UINT32_MAX};
static const uint64_t spans[] = {0, 1, 59, 60, 61, 119, 120};
static const unsigned fees[] = {0, 1, 500, 1999, 2000};

/* Settled so far: nothing, the first minute, all but one unit of what is due. */
static void with_settled(model_rental_t *r, bill_t *b, uint64_t *n) {
  r->settled = 0;
  compute(b, r);
  uint64_t due = mpz_get_ui(b->due), parts[] = {0, r->price, due - 1};
  for (unsigned i = 0; i < 3; i++) {
    if (parts[i] > due || (i && parts[i] == parts[i - 1])) continue;
    r->settled = parts[i];
    check(r, b);
    (*n)++;
  }
}

/* The last heartbeat at the start, or now; the lapse before, at and behind the moment. */
static void with_beats(model_rental_t *r, bill_t *b, uint64_t *n) {
  uint64_t age = NOW - r->started;
  uint64_t windows[] = {0, age ? age - 1 : 1, age, age + 1, UINT32_MAX};
  for (unsigned i = 0; i < 5; i++) {
    if (windows[i] > UINT32_MAX) continue;
    r->beat_s = (uint32_t)windows[i];
    r->beat = i == 4 ? NOW : r->started;
    with_settled(r, b, n);
  }
}

START_TEST(every_edge) {
  bill_t b;
  uint64_t n = 0;
  unsigned step = getenv("ALGORENT_BILLING") ? 1 : 3; /* every third of the fees and spans, another for each */
  bill_init(&b);
  open_market();
  model_gpu_t g = {.live = true, .owner = m.who[OWN], .price = 1, .min = 1, .max = 600, .rental = 1, .state = 1};
  g.model_n = 4;
  algo_buf_t box = ALGO_BUF_INIT;
  model_gpu_bytes(&box, &g);
  set_box('g', &box);
  algo_buf_fini(&box);
  for (unsigned p = 0; p < sizeof prices / sizeof prices[0]; p++)
    for (unsigned k = 0; k < sizeof minutes / sizeof minutes[0]; k++) {
      if (prices[p] > (UINT64_MAX / 4) / minutes[k]) continue;
      uint64_t end = minutes[k] * 60, more[] = {end - 1, end, end + 1};
      for (unsigned f = 0; f < sizeof fees / sizeof fees[0]; f++)
        for (unsigned s = 0; s < 10; s++) {
          uint64_t age = s < 7 ? spans[s] : more[s - 7];
          if ((p + k + f + s) % step || age > NOW) continue;
          model_rental_t r = {.live = true, .gpu = 1, .price = prices[p], .deposit = prices[p] * minutes[k]};
          r.owner = m.who[OWN];
          r.renter = m.who[RENT];
          r.max = (uint32_t)minutes[k];
          r.fee_bps = (uint16_t)fees[f];
          r.state = 1;
          r.requested = r.started = NOW - age;
          with_beats(&r, &b, &n);
        }
    }
  ck_assert_uint_gt(n, 3000);
  if (getenv("ALGORENT_WALK_SHOW")) fprintf(stderr, "%llu bills\n", (unsigned long long)n);
  bill_clear(&b);
  algo_ledger_free(m.l);
  algo_arena_fini(&m.arena);
}
END_TEST

int main(void) {
  TCase *t = tcase_create("billing");
  tcase_set_timeout(t, 3600);
  tcase_add_test(t, every_edge);
  return suite_case("billing", t);
}
