/* Markets of tasks and deployments: what needs no node. */
#include "algo/tasks.h"

#include "algo/deploy.h"
#include "algo/hash.h"
#include "algo/market.h"
#include "suite.h"

static uint64_t rnd(uint64_t *s) {
  *s ^= *s << 13, *s ^= *s >> 7, *s ^= *s << 17;
  return *s;
}

/* Settlements by hand, and over random tasks: nothing is made or lost, whatever the end. */
START_TEST(settlements) {
  static const struct {
    uint64_t reward, bond;
    uint16_t fee_bps, worker_bps;
    bool accepted;
    algo_tasks_end_t end;
    uint64_t to_worker, fee, to_client;
  } cases[] = {
      {1000000, 500, 100, 0, true, ALGO_TASKS_PAID, 990500, 10000, 0},
      {1000000, 500, 100, 6000, true, ALGO_TASKS_RESOLVED, 594500, 6000, 400000},
      {1000000, 500, 100, 0, true, ALGO_TASKS_RESOLVED, 0, 0, 1000500},
      {1000000, 500, 100, 0, true, ALGO_TASKS_REFUNDED, 0, 0, 1000500},
      {1000000, 500, 100, 0, false, ALGO_TASKS_REFUNDED, 0, 0, 1000000},
      {1, 0, 2000, 9999, true, ALGO_TASKS_RESOLVED, 0, 0, 1},
      {UINT64_MAX, 0, 2000, 0, true, ALGO_TASKS_PAID, UINT64_MAX - UINT64_MAX / 5, UINT64_MAX / 5, 0},
  };
  algo_tasks_settlement_t s;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    algo_escrow_task_t t = {.reward = cases[i].reward, .bond_asked = cases[i].bond, .fee_bps = cases[i].fee_bps};
    t.accepted_at = cases[i].accepted ? 5 : 0;
    algo_tasks_settle(&s, &t, cases[i].end, cases[i].worker_bps);
    ck_assert_uint_eq(s.to_worker, cases[i].to_worker);
    ck_assert_uint_eq(s.fee, cases[i].fee);
    ck_assert_uint_eq(s.to_client, cases[i].to_client);
  }
  uint64_t seed = 88172645463325252u;
  for (int i = 0; i < 100000; i++) {
    algo_escrow_task_t t = {.reward = rnd(&seed) >> (rnd(&seed) % 64), .accepted_at = rnd(&seed) & 1};
    t.bond_asked = rnd(&seed) % (UINT64_MAX - t.reward);
    t.fee_bps = (uint16_t)(rnd(&seed) % 2001);
    algo_tasks_settle(&s, &t, (algo_tasks_end_t)(rnd(&seed) % 3), (uint16_t)(rnd(&seed) % 10001));
    ck_assert_uint_eq(s.to_worker + s.fee + s.to_client, t.reward + (t.accepted_at ? t.bond_asked : 0));
  }
}
END_TEST

START_TEST(deadlines) {
  algo_escrow_task_t t = {.accepted_at = 100, .submitted_at = 1000, .disputed_at = 10000};
  t.run_s = 60, t.review_s = 70, t.dispute_s = 80;
  static const uint64_t want[] = {0, 160, 1070, 10080, 0, 0, 0};
  for (uint8_t i = 0; i < 7; i++) {
    t.state = i;
    ck_assert_uint_eq(algo_tasks_deadline(&t), want[i]);
  }
  t.state = 1, t.accepted_at = UINT64_MAX;
  ck_assert_uint_eq(algo_tasks_deadline(&t), UINT64_MAX);
  ck_assert_str_eq(algo_tasks_state(6), "resolved");
  ck_assert_str_eq(algo_tasks_state(7), "unknown");
}
END_TEST

static void same_call(const algo_method_call_t *a, const algo_method_call_t *b) {
  ck_assert_uint_eq(a->n_args, b->n_args);
  for (size_t i = 0; i < a->n_args; i++) suite_same(a->args[i], b->args[i]);
  ck_assert_uint_eq(a->n_before, b->n_before);
  for (size_t i = 0; i < a->n_before; i++) ck_assert_uint_eq(a->before[i].amount, b->before[i].amount);
  ck_assert_int_eq(a->on_completion, b->on_completion);
}

/* What the admin of either market does is one command: both bindings make the same call. */
START_TEST(shared_methods_are_the_same) {
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_method_call_t a, b;
  algo_addr_t who = {{7}};
  for (uint64_t asset = 0; asset < 2; asset++) {
    const algo_app_t app = {1234, asset};
#define BOTH(name, ...)                                                                                                \
  SUITE_OK(algo_rental_##name(&a, &app, __VA_ARGS__, &arena, suite_err));                                              \
  SUITE_OK(algo_escrow_##name(&b, &app, __VA_ARGS__, &arena, suite_err));                                              \
  same_call(&a, &b)
    BOTH(bootstrap, 100000);
    BOTH(approve, 18900, &who, true);
    BOTH(set_paused, true);
    BOTH(set_treasury, &who);
    BOTH(set_arbiter, &who);
    BOTH(offer_admin, &who);
#undef BOTH
    SUITE_OK(algo_rental_collect(&a, &app, &arena, suite_err));
    SUITE_OK(algo_escrow_collect(&b, &app, &arena, suite_err));
    same_call(&a, &b);
    SUITE_OK(algo_rental_accept_admin(&a, &app, &arena, suite_err));
    SUITE_OK(algo_escrow_accept_admin(&b, &app, &arena, suite_err));
    same_call(&a, &b);
    SUITE_OK(algo_rental_delete(&a, &app, &arena, suite_err));
    SUITE_OK(algo_escrow_delete(&b, &app, &arena, suite_err));
    same_call(&a, &b);
  }
  algo_arena_fini(&arena);
}
END_TEST

START_TEST(notes) {
  algo_arena_t arena = ALGO_ARENA_INIT;
  for (const algo_app_spec_t *const *spec = algo_deploy_specs(); *spec != NULL; spec++) {
    algo_buf_t b = ALGO_BUF_INIT;
    algo_deploy_label_t l;
    uint8_t hash[32];
    algo_deploy_note(&b, *spec, "1.2.3");
    ck_assert_uint_le(b.n, 1024);
    ck_assert_mem_eq(b.p, "algorent/deploy:j{", 18); /* ARC-2: name, ':', the format, data */
    SUITE_OK(algo_deploy_label(&l, algo_buf_view(&b), &arena, suite_err));
    ck_assert_str_eq(l.contract, (*spec)->name);
    ck_assert_str_eq(l.variant, (*spec)->variant);
    ck_assert_str_eq(l.version, "1.2.3");
    algo_sha256(hash, (*spec)->approval.p, (*spec)->approval.n);
    ck_assert_mem_eq(l.approval, hash, 32);
    for (size_t n = 0; n < b.n; n++) {
      algo_bytes_t cut = suite_cut(algo_buf_view(&b), n);
      algo_code_t r = algo_deploy_label(&l, cut, &arena, NULL);
      ck_assert(n < 17 ? r == ALGO_E_NOT_FOUND : r == ALGO_E_PARSE || r == ALGO_E_TRUNCATED);
      free((void *)(uintptr_t)cut.p);
    }
    algo_buf_fini(&b);
  }
  algo_arena_fini(&arena);
}
END_TEST

START_TEST(comparisons) {
  for (const algo_app_spec_t *const *spec = algo_deploy_specs(); *spec != NULL; spec++) {
    const algo_app_spec_t *s = *spec;
    algo_deploy_check_t c;
    uint8_t *code = malloc(s->approval.n);
    memcpy(code, s->approval.p, s->approval.n);
    algo_application_t a = {.approval = algo_bytes(code, s->approval.n),
                            .clear = s->clear,
                            .global_schema = s->global_schema,
                            .local_schema = s->local_schema,
                            .extra_pages = s->extra_pages};
    ck_assert(algo_deploy_compare(&c, &a, s));
    ck_assert_ptr_eq(algo_deploy_match(&a), s);
    ck_assert_ptr_eq(algo_deploy_spec(s->name, strcmp(s->variant, "asa") == 0 ? 7 : 0), s);
    for (size_t i = 0; i < s->approval.n; i += 97) {
      code[i] ^= 1;
      ck_assert(!algo_deploy_compare(&c, &a, s) && c.approval && !c.clear && c.approval_at == i);
      ck_assert_ptr_null(algo_deploy_match(&a));
      code[i] ^= 1;
    }
    a.approval.n--;
    ck_assert(!algo_deploy_compare(&c, &a, s) && c.approval && c.approval_at == s->approval.n - 1);
    a.approval.n++;
    a.extra_pages++;
    ck_assert(!algo_deploy_compare(&c, &a, s) && c.extra_pages && !c.approval);
    a.extra_pages--;
    a.global_schema.num_uint++;
    ck_assert(!algo_deploy_compare(&c, &a, s) && c.global_schema);
    free(code);
  }
  ck_assert_ptr_null(algo_deploy_spec("lottery", 0));
}
END_TEST

SUITE_MAIN("client/tasks", settlements, deadlines, shared_methods_are_the_same, notes, comparisons)
