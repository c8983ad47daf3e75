/* Walks find a fault that was put there, and make it as short as it can be: add(500), lock(), take(77). */
#include <dirent.h>
#include <unistd.h>

#include "algo/walk.h"
#include "counter.h"
#include "suite.h"

typedef struct counter {
  uint64_t app, sum; /* sum: as it should be */
} counter_t;

static algo_testnet_t *t;
static counter_t counter;
static const char *const who[] = {"alice", "bob"};

static bool method(const char *by, const char *signature, const uint64_t *arg) {
  char args[32];
  snprintf(args, sizeof args, arg == NULL ? "[]" : "[%llu]", arg == NULL ? 0 : (unsigned long long)*arg);
  algo_testnet_may_refuse(t);
  return algo_testnet_method(t, by, counter.app, signature, args);
}

static bool add(void *user, algo_testnet_t *net, const uint64_t *args) {
  counter_t *c = user;
  if (!method(who[args[0]], "add(uint64)uint64", &args[1])) return false;
  if (algo_testnet_result(net)->ok) c->sum += args[1];
  return true;
}

static bool lock(void *user, algo_testnet_t *net, const uint64_t *args) {
  (void)user, (void)net;
  return method(who[args[0]], "lock()void", NULL);
}

static bool take(void *user, algo_testnet_t *net, const uint64_t *args) {
  counter_t *c = user;
  if (!method(who[args[0]], "take(uint64)void", &args[1])) return false;
  if (algo_testnet_result(net)->ok) c->sum -= args[1];
  return true;
}

static bool begin(void *user, algo_testnet_t *net) {
  (void)net;
  ((counter_t *)user)->sum = 0;
  return true;
}

static bool adds_up(void *user, algo_testnet_t *net) {
  const counter_t *c = user;
  return algo_testnet_assert_global_uint(net, c->app, "sum", c->sum);
}

static const algo_walk_arg_t of_add[] = {{"by", ALGO_WALK_WHO, 0, 0}, {"n", ALGO_WALK_UINT, 1, 1200}};
static const algo_walk_arg_t of_take[] = {{"by", ALGO_WALK_WHO, 0, 0}, {"n", ALGO_WALK_UINT, 0, 2000}};
static const algo_walk_action_t actions[] = {
    {"add", 3, of_add, 2, NULL, add}, {"lock", 1, of_add, 1, NULL, lock}, {"take", 3, of_take, 2, NULL, take}};
static const algo_walk_invariant_t invariants[] = {{"the sum is what was added and taken", adds_up}};

static algo_walk_t the_walk(uint64_t seed) {
  return (algo_walk_t){.name = "counter",
                       .actions = actions,
                       .n_actions = 3,
                       .invariants = invariants,
                       .n_invariants = 1,
                       .who = who,
                       .n_who = 2,
                       .start = begin,
                       .user = &counter,
                       .seed = seed,
                       .walks = 10,
                       .steps = 60};
}

static void set_up(void) {
  algo_err_t err;
  static const algo_schema_t globals = {2, 0};
  ck_assert_msg(algo_testnet_start(&t, NULL, &err) == ALGO_OK, "%s", err.msg);
  ck_assert(algo_testnet_deploy_teal(t, "maker", "counter", COUNTER_TEAL, NULL, &globals, NULL, &counter.app));
}
static void tear_down(void) { algo_testnet_stop(t); }

/* Something that holds after each step, and not in the end: nobody may have locked it. */
static bool open_in_the_end(void *user, algo_testnet_t *net) {
  algo_testnet_note(net, "is it open?");
  algo_teal_value_t locked;
  algo_testnet_global(net, ((counter_t *)user)->app, algo_bytes_str("locked"), &locked);
  return algo_testnet_assert(net, locked.uint == 0, "it is locked");
}

static const char minimal[] = "{\"walk\":\"counter\",\"steps\":["
                              "{\"action\":\"add\",\"args\":{\"by\":\"alice\",\"n\":500}},"
                              "{\"action\":\"lock\",\"args\":{\"by\":\"alice\"}},"
                              "{\"action\":\"take\",\"args\":{\"by\":\"alice\",\"n\":77}}]}";

START_TEST(shrinks_to_the_least) {
  algo_walk_t w = the_walk((uint64_t)_i);
  algo_walk_found_t found = {0};
  algo_buf_t json = ALGO_BUF_INIT;
  uint64_t round = algo_testnet_round(t);
  ck_assert(!algo_walk_run(t, &w, &found));
  ck_assert_uint_eq(found.n, 3);
  algo_walk_json(&json, &w, found.steps, found.n);
  ck_assert_str_eq(algo_buf_cstr(&json), minimal);
  ck_assert_str_eq(algo_buf_cstr(&found.why),
                   "walk counter: invariant the sum is what was added and taken: counter (application "
                   "1001), global \"sum\" is 500, not 423");
  const char *why = algo_testnet_why(t);
  static const char story[] = "  1. add(by: alice, n: 500)\n"
                              "     alice calls counter.add(500)\n"
                              "  2. lock(by: alice)\n"
                              "     alice calls counter.lock()\n"
                              "  3. take(by: alice, n: 77)\n"
                              "     alice calls counter.take(77)\n";
  ck_assert_str_eq(algo_buf_cstr(&found.story), story);
  ck_assert_ptr_nonnull(strstr(why, story));
  ck_assert_ptr_nonnull(strstr(why, minimal));
  ck_assert_ptr_nonnull(strstr(why, "    {2 /* take */, {0 /* alice */, 77}},\n"));
  ck_assert_uint_eq(algo_testnet_round(t), round); /* as it was */
  algo_buf_fini(&json);
  algo_walk_found_fini(&found);
}
END_TEST

START_TEST(a_script_is_replayed) {
  algo_walk_t w = the_walk(1);
  ck_assert(!algo_walk_replay(t, &w, minimal));
  ck_assert_ptr_nonnull(strstr(algo_testnet_why(t), "step 3, take(by: alice, n: 77): walk counter: invariant"));
  ck_assert(algo_testnet_assert_global_uint(t, counter.app, "locked", 1)); /* it is where the script left it */
  algo_testnet_forgive(t);
  static const algo_walk_step_t script[] = {{0, {1, 500}}, {2, {0, 77}}};
  algo_testnet_stop(t);
  set_up();
  ck_assert(algo_walk_do(t, &w, script, 2));
  ck_assert(algo_testnet_assert_global_uint(t, counter.app, "sum", 423));
}
END_TEST

START_TEST(what_has_to_hold_in_the_end) {
  algo_walk_t w = the_walk(1);
  algo_walk_found_t found = {0};
  w.n_invariants = 0;
  w.finish = open_in_the_end;
  ck_assert(!algo_walk_run(t, &w, &found));
  ck_assert_uint_gt(found.was, 50); /* not before */
  ck_assert_str_eq(algo_buf_cstr(&found.story),
                   "  1. add(by: alice, n: 500)\n     alice calls counter.add(500)\n"
                   "  2. lock(by: alice)\n     alice calls counter.lock()\n  in the end:\n     is it open?\n");
  ck_assert_str_eq(algo_buf_cstr(&found.why), "walk counter: in the end: it is locked");
  algo_testnet_forgive(t);
  ck_assert(!algo_walk_do(t, &w, found.steps, found.n));
  ck_assert_ptr_nonnull(strstr(algo_testnet_why(t), "in the end: "));
  algo_walk_found_fini(&found);
}
END_TEST

START_TEST(a_script_that_is_none) {
  static const struct {
    const char *json, *words;
  } bad[] = {{"{", "the script"},
             {"[]", "has no steps"},
             {"{\"steps\":[{}]}", "action"},
             {"{\"steps\":[{\"action\":\"jump\",\"args\":{}}]}", "no action \"jump\""},
             {"{\"steps\":[{\"action\":\"add\"}]}", "add has no arguments"},
             {"{\"steps\":[{\"action\":\"add\",\"args\":{\"by\":\"eve\",\"n\":1}}]}", "\"eve\" is none of"},
             {"{\"steps\":[{\"action\":\"add\",\"args\":{\"by\":\"bob\"}}]}", "n"}};
  algo_walk_t w = the_walk(1);
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    ck_assert(!algo_walk_replay(t, &w, bad[i].json));
    ck_assert_msg(strstr(algo_testnet_why(t), bad[i].words) != NULL, "%s: %s", bad[i].json, algo_testnet_why(t));
    algo_testnet_forgive(t);
  }
  const algo_walk_step_t nobody = {0, {2, 5}}, nothing = {3, {0, 5}};
  ck_assert(!algo_walk_do(t, &w, &nobody, 1));
  ck_assert_ptr_nonnull(strstr(algo_testnet_why(t), "step 1, add(by: nobody, n: 5): the walk has no"));
  algo_testnet_forgive(t);
  ck_assert(!algo_walk_do(t, &w, &nothing, 1));
  algo_testnet_forgive(t);
}
END_TEST

START_TEST(the_same_seed_is_the_same_walk) {
  algo_walk_found_t a = {0}, b = {0};
  algo_walk_t w = the_walk(3);
  ck_assert(!algo_walk_run(t, &w, &a));
  ck_assert(!algo_walk_run(t, &w, &b));
  ck_assert_uint_eq(a.was, b.was);
  ck_assert_uint_eq(a.walk, b.walk);
  ck_assert_uint_eq(a.tries, b.tries);
  algo_walk_found_fini(&a);
  algo_walk_found_fini(&b);
}
END_TEST

START_TEST(nothing_is_found_where_nothing_is) {
  algo_walk_t w = the_walk(1);
  w.n_actions = 1; /* add alone is right */
  w.walks = 3;
  ck_assert_msg(algo_walk_run(t, &w, NULL), "%s", algo_testnet_why(t));
  ck_assert_str_eq(algo_testnet_why(t), "");
}
END_TEST

static bool never_in(void *user, algo_testnet_t *net, const uint64_t *args) {
  (void)user;
  return algo_testnet_assert(net, args[0] < 1234, "%llu came in", (unsigned long long)args[0]);
}

START_TEST(what_actions_came_to) {
  static const algo_walk_arg_t much[] = {{"by", ALGO_WALK_WHO, 0, 0}, {"n", ALGO_WALK_UINT, 1001, 2000}};
  static const algo_walk_action_t some[] = {{"add", 3, of_add, 2, NULL, add}, {"too much", 1, much, 2, NULL, add}};
  algo_walk_count_t counts[2] = {{0, 0, 0}, {0, 0, 0}};
  algo_walk_t w = the_walk(1);
  w.actions = some;
  w.n_actions = 2;
  w.counts = counts;
  ck_assert_msg(algo_walk_run(t, &w, NULL), "%s", algo_testnet_why(t));
  ck_assert_uint_eq(counts[0].done + counts[1].done, 600);
  ck_assert_uint_gt(counts[0].accepted, 100);
  ck_assert_uint_eq(counts[0].accepted + counts[0].refused, counts[0].done);
  ck_assert_uint_gt(counts[1].done, 100);
  ck_assert_uint_eq(counts[1].accepted, 0);
  ck_assert_uint_eq(counts[1].refused, counts[1].done);
}
END_TEST

START_TEST(arguments_alone) {
  static const algo_walk_arg_t args[] = {{"n", ALGO_WALK_UINT, 10, 1u << 20}, {"seed", ALGO_WALK_SEED, 0, 0}};
  ck_assert(!algo_fuzz_run(t, "never", args, 2, NULL, 0, 500, 1, never_in, NULL));
  ck_assert_ptr_nonnull(strstr(algo_testnet_why(t), "never(n: 1234, seed: 0)"));
}
END_TEST

START_TEST(numbers_are_in_range_and_have_edges) {
  algo_fuzz_t f = {(uint64_t)_i};
  bool lo = false, hi = false, all = false;
  for (int i = 0; i < 2000; i++) {
    uint64_t v = algo_fuzz_uint(&f, 100, 2000);
    ck_assert(v >= 100 && v <= 2000);
    lo = lo || v == 100;
    hi = hi || v == 2000;
    all = all || algo_fuzz_uint(&f, 0, UINT64_MAX) == UINT64_MAX;
    ck_assert_uint_lt(algo_fuzz_below(&f, 7), 7);
  }
  ck_assert(lo && hi && all);
  ck_assert_uint_eq(algo_fuzz_uint(&f, 5, 5), 5);
}
END_TEST

static unsigned scripts_in(const char *folder, char last[512]) {
  unsigned n = 0;
  DIR *d = opendir(folder);
  ck_assert_ptr_nonnull(d);
  for (struct dirent *e; (e = readdir(d)) != NULL;)
    if (e->d_name[0] != '.' && ++n > 0) snprintf(last, 512, "%s/%s", folder, e->d_name);
  closedir(d);
  return n;
}

START_TEST(what_was_found_is_run_first) {
  char folder[] = "/tmp/algorent-walk.XXXXXX", path[512];
  ck_assert_ptr_nonnull(mkdtemp(folder));
  algo_walk_t w = the_walk(1);
  w.saved = folder;
  ck_assert(!algo_walk_run(t, &w, NULL));
  ck_assert_ptr_nonnull(strstr(algo_testnet_why(t), "which is run first from now on"));
  algo_testnet_forgive(t);
  ck_assert_uint_eq(scripts_in(folder, path), 1);
  w.walks = w.steps = 1; /* far too short to find it again by walking */
  ck_assert(!algo_walk_run(t, &w, NULL));
  ck_assert_ptr_nonnull(strstr(algo_testnet_why(t), path));
  ck_assert_ptr_nonnull(strstr(algo_testnet_why(t), "a script that failed before: step 3, take("));
  ck_assert(algo_testnet_globals(t, counter.app, &(algo_teal_state_t){NULL, 0}));
  algo_testnet_forgive(t);
  w.n_invariants = 0; /* mended: it passes, and stays */
  ck_assert(algo_walk_run(t, &w, NULL));
  ck_assert_uint_eq(scripts_in(folder, path), 1);
  w.n_actions = 2; /* another walk by now */
  ck_assert(!algo_walk_run(t, &w, NULL));
  ck_assert_ptr_nonnull(strstr(algo_testnet_why(t), "Where the walk has changed, remove the file"));
  algo_testnet_forgive(t);
  w.name = "other";
  ck_assert(algo_walk_run(t, &w, NULL));
  unlink(path);
  rmdir(folder);
}
END_TEST

int main(void) {
  TCase *c = tcase_create("walk");
  tcase_set_timeout(c, 120);
  tcase_add_checked_fixture(c, set_up, tear_down);
  tcase_add_loop_test(c, shrinks_to_the_least, 0, 5);
  tcase_add_test(c, a_script_is_replayed);
  tcase_add_test(c, a_script_that_is_none);
  tcase_add_test(c, what_has_to_hold_in_the_end);
  tcase_add_test(c, the_same_seed_is_the_same_walk);
  tcase_add_test(c, nothing_is_found_where_nothing_is);
  tcase_add_test(c, what_was_found_is_run_first);
  tcase_add_test(c, what_actions_came_to);
  tcase_add_test(c, arguments_alone);
  tcase_add_loop_test(c, numbers_are_in_range_and_have_edges, 0, 3);
  return suite_case("walk", c);
}
