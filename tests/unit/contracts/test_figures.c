/* What was promised: bytes and budget of the published programs against the same contracts written in Algorand Python
 * and compiled with puya 5.10.1. Budgets are the dearest call of each method in a walk, payouts that cannot be
 * delivered included, and of a call each of those that a walk does not make. ALGORENT_WALK_SHOW prints them. */
#include "escrow_walk.h"
#include "suite.h"
#include "walk.h"

typedef struct figure {
  const char *name;
  uint64_t baseline[2], used; /* ALGO, ASA; 0: the baseline has none of its own, it is in the sum */
} figure_t;

static figure_t figures[] = {
    {"create", {215, 215}, 0},  {"register", {249, 249}, 0}, {"rent", {319, 327}, 0},     {"start", {69, 69}, 0},
    {"heartbeat", {76, 76}, 0}, {"extend", {166, 173}, 0},   {"claim", {230, 265}, 0},    {"stop", {443, 493}, 0},
    {"cancel", {183, 236}, 0},  {"dispute", {113, 113}, 0},  {"resolve", {396, 483}, 0},  {"withdraw", {132, 185}, 0},
    {"bootstrap", {0, 0}, 0},   {"update", {0, 0}, 0},       {"suspend", {0, 0}, 0},      {"resume", {0, 0}, 0},
    {"retire", {0, 0}, 0},      {"approve", {0, 0}, 0},      {"bar", {0, 0}, 0},          {"withdraw_gpu", {0, 0}, 0},
    {"collect", {0, 0}, 0},     {"configure", {0, 0}, 0},    {"set_paused", {0, 0}, 0},   {"set_treasury", {0, 0}, 0},
    {"set_arbiter", {0, 0}, 0}, {"offer_admin", {0, 0}, 0},  {"accept_admin", {0, 0}, 0}, {"gpu", {0, 0}, 0},
    {"rental", {0, 0}, 0},      {"quote", {0, 0}, 0},        {"due", {0, 0}, 0},
};
enum { FIGURES = sizeof figures / sizeof figures[0] };

static const char *const steps[STEPS] = {"register", "update",    "suspend",    "resume",    "retire",   "approve",
                                         "bar",      "rent",      "start",      "heartbeat", "extend",   "claim",
                                         "stop",     "cancel",    "dispute",    "resolve",   "withdraw", "withdraw_gpu",
                                         "collect",  "configure", "set_paused", "due",       "quote"};

static void used(const char *name, uint64_t budget) {
  for (unsigned i = 0; i < FIGURES; i++)
    if (strcmp(figures[i].name, name) == 0 && budget > figures[i].used) figures[i].used = budget;
}

static void call(world_t *w, unsigned party, const algo_method_call_t *c) {
  char name[64];
  snprintf(name, sizeof name, "%.*s", (int)strcspn(c->signature, "("), c->signature);
  ck_assert_msg(world_call(w, party, c), "%s: %s", c->signature, w->refusal);
  used(name, w->budget);
}

/* What each method costs at most is in a file: one that grows is seen. ALGORENT_COSTS_WRITE=1 writes the files anew. */
static void costs_are(algo_testnet_t *t, const char *name, bool asa) {
  char path[128];
  snprintf(path, sizeof path, "tests/unit/contracts/costs/%s_%s.txt", name, asa ? "asa" : "algo");
  ck_assert_msg(algo_testnet_assert_costs(t, path, getenv("ALGORENT_COSTS_WRITE") != NULL), "%s", algo_testnet_why(t));
}

/* Those that no walk makes, on a market with a GPU and a rental. */
static void rare(bool asa) {
  static world_t w;
  static const uint8_t key[32] = {1};
  algo_method_call_t c;
  world_open(&w, &algo_rental_spec_algo, &algo_rental_spec_asa, asa);
  w.measures = true;
  algo_app_t none = {0, w.app.asset};
#define A &w.arena, NULL
  algo_rental_create(&c, &none, &w.who[TREASURY], &w.who[ARBITER], w.app.asset, 500, 600, 300, 3600, 1, A);
  ck_assert_msg(world_create(&w, &c), "%s", w.refusal);
  used("create", w.budget);
  algo_rental_bootstrap(&c, &w.app, asa ? 200000 : 100000, A);
  call(&w, ADMIN, &c);
  algo_rental_register(&c, &w.app, 62500 + 32 * 400, (algo_bytes_t){key, 32}, 1024, 1000, 1, 600, key, key, A);
  call(&w, OWNER, &c);
  algo_rental_rent(&c, &w.app, 80900, 60000, 1, 60, key, A);
  call(&w, RENTER, &c);
  algo_rental_gpu(&c, &w.app, 1, A);
  call(&w, STRANGER, &c);
  algo_rental_rental(&c, &w.app, 1, A);
  call(&w, STRANGER, &c);
  algo_rental_start(&c, &w.app, 1, A);
  call(&w, OWNER, &c);
  if (asa) world_xfer(&w, &w.who[OWNER], &w.who[ISSUER], 0, true);
  else world_pay(&w, &w.who[OWNER], &w.who[ISSUER], 0, true);
  algo_rental_stop(&c, &w.app, 1, 5, A);
  call(&w, RENTER, &c);
  if (asa) world_opt_in(&w, &w.who[OWNER]);
  else world_pay(&w, &w.who[ISSUER], &w.who[OWNER], 1000000, false);
  algo_rental_withdraw_gpu(&c, &w.app, 1, A);
  call(&w, STRANGER, &c);
  algo_rental_collect(&c, &w.app, A);
  call(&w, STRANGER, &c);
  algo_rental_set_treasury(&c, &w.app, &w.who[RENTER], A);
  call(&w, ADMIN, &c);
  algo_rental_set_arbiter(&c, &w.app, &w.who[RENTER], A);
  call(&w, ADMIN, &c);
  algo_rental_offer_admin(&c, &w.app, &w.who[STRANGER], A);
  call(&w, ADMIN, &c);
  algo_rental_accept_admin(&c, &w.app, A);
  call(&w, STRANGER, &c);
  costs_are(w.t, "rental_rare", asa);
  world_close(&w);
}

/* No method dearer than the baseline's, and the sum at least a quarter less. */
START_TEST(rental_budget) {
  static walk_t k;
  static const uint64_t baseline[2] = {5528, 6214};
  bool asa = _i & 1;
  uint64_t sum = 0;
  walk_open(&k, asa, &algo_rental_spec_algo, &algo_rental_spec_asa);
  k.w.measures = true;
  k.finish = walk_drain;
  ck_assert_msg(walk_run(&k, 1, 2500, 5 + (uint64_t)_i, NULL), "%s", algo_testnet_why(k.w.t));
  for (unsigned i = 0; i < STEPS; i++) used(steps[i], k.budget[i]);
  costs_are(k.w.t, "rental", asa);
  walk_close(&k);
  rare(asa);
  for (unsigned i = 0; i < FIGURES; i++) {
    const figure_t *f = &figures[i];
    if (getenv("ALGORENT_WALK_SHOW"))
      fprintf(stderr, "%s %s: %llu of %llu\n", asa ? "asa" : "algo", f->name, (unsigned long long)f->used,
              (unsigned long long)f->baseline[asa]);
    sum += f->used;
    ck_assert_msg(f->used > 0 && f->used <= 700, "%s uses %llu", f->name, (unsigned long long)f->used);
    if (f->baseline[asa])
      ck_assert_msg(f->used <= f->baseline[asa], "%s uses %llu", f->name, (unsigned long long)f->used);
  }
  if (getenv("ALGORENT_WALK_SHOW"))
    fprintf(stderr, "sum: %llu of %llu\n", (unsigned long long)sum, (unsigned long long)baseline[asa]);
  ck_assert_uint_le(4 * sum, 3 * baseline[asa]);
}
END_TEST

START_TEST(rental_bytes) {
  ck_assert_uint_le(algo_rental_spec_algo.approval.n, 3300);
  ck_assert_uint_le(algo_rental_spec_asa.approval.n, 3500);
  ck_assert_uint_eq(algo_rental_spec_algo.extra_pages, 1); /* two pages */
  ck_assert_uint_eq(algo_rental_spec_asa.extra_pages, 1);
}
END_TEST

/* 3,034 and 3,265 bytes, the dearest method 283 and 391: a fifth less of both. */
START_TEST(escrow_bytes_and_budget) {
  static escrow_walk_t k;
  static const uint64_t bytes[2] = {3034, 3265}, dearest[2] = {283, 391};
  bool asa = _i & 1;
  const algo_app_spec_t *spec = asa ? &algo_escrow_spec_asa : &algo_escrow_spec_algo;
  escrow_walk_open(&k, asa, &algo_escrow_spec_algo, &algo_escrow_spec_asa);
  k.w.measures = true;
  ck_assert_msg(escrow_walk_run(&k, 1, 2500, 5, NULL), "%s", algo_testnet_why(k.w.t));
  if (getenv("ALGORENT_WALK_SHOW"))
    fprintf(stderr, "escrow %s: %zu bytes, dearest call %llu\n", asa ? "asa" : "algo", spec->approval.n,
            (unsigned long long)k.budget);
  costs_are(k.w.t, "escrow", asa);
  ck_assert_uint_le(5 * k.budget, 4 * dearest[asa]);
  ck_assert_uint_le(5 * spec->approval.n, 4 * bytes[asa]);
  escrow_walk_close(&k);
}
END_TEST

int main(void) {
  TCase *t = tcase_create("figures");
  tcase_set_timeout(t, 300);
  tcase_add_loop_test(t, rental_budget, 0, 2);
  tcase_add_test(t, rental_bytes);
  tcase_add_loop_test(t, escrow_bytes_and_budget, 0, 2);
  return suite_case("figures", t);
}
