/* What fails underneath a node, memory, the disk, the disk in the middle of a record: what was said to have failed is
 * nowhere, neither then nor after a restart, and what was accepted is there. The allocator and the system's calls are
 * wrapped by the linker (tests/module.mk). */
#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <unistd.h>

#include "algo/asm.h"
#include "algo/hash.h"
#include "algo/node.h"
#include "alloc_fails.h"
#include "suite.h"

#define AMOUNT 1000000u

ssize_t __real_pwrite(int fd, const void *p, size_t n, off_t at);
int __real_ftruncate(int fd, off_t n);
int __real_fsync(int fd);
int __real_rename(const char *from, const char *to);
ssize_t __wrap_pwrite(int fd, const void *p, size_t n, off_t at);
int __wrap_ftruncate(int fd, off_t n);
int __wrap_fsync(int fd);
int __wrap_rename(const char *from, const char *to);

static struct {
  unsigned memory;       /* the allocation that fails, counted down; 0: none */
  bool and_after, hit;   /* and all that follow; one has */
  unsigned writes, cuts; /* how many writes write half and fail; how many truncations fail */
  bool sync;             /* syncing fails */
  char order[64];        /* s: synced, r: renamed */
} fault;

static bool alloc_fails(void) {
  if (fault.memory == 0) return false;
  if (fault.memory == 1) {
    fault.hit = true;
    if (!fault.and_after) fault.memory = 0;
    return true;
  }
  fault.memory--;
  return false;
}

ssize_t __wrap_pwrite(int fd, const void *p, size_t n, off_t at) {
  if (fault.writes == 0) return __real_pwrite(fd, p, n, at);
  fault.writes--;
  (void)!__real_pwrite(fd, p, n / 2, at);
  errno = ENOSPC;
  return -1;
}

int __wrap_ftruncate(int fd, off_t n) {
  if (fault.cuts == 0) return __real_ftruncate(fd, n);
  fault.cuts--;
  errno = EIO;
  return -1;
}

static void note(char what) {
  size_t n = strlen(fault.order);
  if (n + 1 < sizeof fault.order) fault.order[n] = what;
}

int __wrap_fsync(int fd) {
  note('s');
  errno = EIO;
  return fault.sync ? -1 : __real_fsync(fd);
}

int __wrap_rename(const char *from, const char *to) {
  note('r');
  return __real_rename(from, to);
}

/* ---- a node in a folder, and what it has accepted ---- */

typedef struct world {
  algo_node_t *node;
  char dir[64];
  algo_addr_t who;
  uint64_t accepted, rounds;
  int64_t set;         /* the balance of the second account, by hand; -1: never */
  uint64_t app, calls; /* 0: none yet */
} world_t;

static const algo_addr_t by_hand = {{7, 7, 7}};

static void open_node(world_t *w) {
  algo_node_options_t opt = {.mode = ALGO_NODE_DEV, .data_dir = w->dir, .checkpoint_blocks = 100};
  SUITE_OK(algo_node_new(&w->node, &opt, NULL, suite_err));
}

static void begin(world_t *w) {
  *w = (world_t){.set = -1};
  snprintf(w->dir, sizeof w->dir, "/tmp/algorent-faults-XXXXXX");
  ck_assert_ptr_nonnull(mkdtemp(w->dir));
  algo_sha512_256(w->who.b, "who", 3);
  open_node(w);
}

static void end(world_t *w) {
  static const char *const names[] = {"log",   "lock",         "blocks",  "index",    "ids",
                                      "state", "state-before", "log.new", "state.new"};
  char path[128];
  algo_node_free(w->node);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    snprintf(path, sizeof path, "%s/%s", w->dir, names[i]);
    (void)unlink(path);
  }
  ck_assert_int_eq(rmdir(w->dir), 0);
}

static algo_code_t pay(world_t *w, algo_err_t *err) {
  algo_key_t rich;
  algo_digest_t id;
  uint8_t note_[8];
  algo_buf_t group = ALGO_BUF_INIT, text = ALGO_BUF_INIT;
  algo_node_dev_key(&rich, 1);
  algo_put_be64(note_, w->rounds);
  algo_stxn_t s = {
      .txn = {.type = ALGO_TX_PAY, .sender = rich.addr, .receiver = w->who, .amount = AMOUNT, .fee = 1000}};
  s.txn.first_valid = algo_node_round(w->node) + 1;
  s.txn.last_valid = s.txn.first_valid + 900;
  s.txn.genesis_hash = *algo_node_genesis_hash(w->node);
  s.txn.note = algo_bytes(note_, sizeof note_);
  unsigned memory = fault.memory;
  fault.memory = 0; /* the group itself is no matter of the node's */
  algo_stxn_encode(&group, &s);
  fault.memory = memory;
  const algo_submit_options_t opt = {.skip_signatures = true};
  algo_code_t rc = algo_node_submit(w->node, algo_buf_view(&group), &opt, &id, &text, NULL, err);
  if (rc == ALGO_OK) w->accepted++, w->rounds++;
  algo_buf_fini(&group);
  algo_buf_fini(&text);
  algo_key_fini(&rich);
  return rc;
}

static algo_code_t advance(world_t *w, algo_err_t *err) {
  algo_code_t rc = algo_node_advance(w->node, 1, err);
  if (rc == ALGO_OK) w->rounds++;
  return rc;
}

static algo_code_t change(world_t *w, algo_err_t *err) {
  const algo_node_change_t c = {.kind = ALGO_NODE_BALANCE, .addr = by_hand, .amount = AMOUNT + w->rounds};
  algo_code_t rc = algo_node_change(w->node, &c, err);
  if (rc == ALGO_OK) w->set = (int64_t)c.amount;
  return rc;
}

/* ---- an application whose calls make and remove boxes ---- */

static const char source[] = "#pragma version 10\n"
                             "txn ApplicationID\nbz done\n"
                             "byte \"old\"\nbox_del\npop\n"
                             "byte \"new\"\nint 8\nbox_create\npop\n"
                             "byte \"new\"\nbox_del\npop\n"
                             "byte \"old\"\nint 16\nbox_create\npop\n"
                             "byte \"calls\"\nbyte \"calls\"\napp_global_get\nint 1\n+\napp_global_put\n"
                             "done:\nint 1\n";

static algo_code_t send(world_t *w, algo_stxn_t *s, algo_err_t *err) {
  algo_key_t rich;
  algo_digest_t id;
  algo_buf_t group = ALGO_BUF_INIT, text = ALGO_BUF_INIT;
  algo_node_dev_key(&rich, 1);
  s->txn.type = ALGO_TX_APPL;
  s->txn.sender = rich.addr;
  s->txn.fee = 1000;
  s->txn.first_valid = algo_node_round(w->node) + 1;
  s->txn.last_valid = s->txn.first_valid + 900;
  s->txn.genesis_hash = *algo_node_genesis_hash(w->node);
  algo_put_be64(s->txn.lease, w->rounds + 1);
  unsigned memory = fault.memory;
  fault.memory = 0;
  algo_stxn_encode(&group, s);
  fault.memory = memory;
  const algo_submit_options_t opt = {.skip_signatures = true};
  algo_code_t rc = algo_node_submit(w->node, algo_buf_view(&group), &opt, &id, &text, NULL, err);
  if (rc == ALGO_OK) w->rounds++;
  algo_buf_fini(&group);
  algo_buf_fini(&text);
  algo_key_fini(&rich);
  return rc;
}

static algo_code_t call(world_t *w, algo_err_t *err) {
  const algo_box_ref_t boxes[] = {{0, {(const uint8_t *)"old", 3}}, {0, {(const uint8_t *)"new", 3}}};
  algo_stxn_t s = {.txn = {.app_id = w->app, .boxes = boxes, .n_boxes = 2}};
  algo_code_t rc = send(w, &s, err);
  if (rc == ALGO_OK) w->calls++;
  return rc;
}

static void create(world_t *w) {
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_asm_result_t r;
  algo_err_t err;
  SUITE_OK(algo_asm_assemble(&r, algo_bytes_str(source), &arena, suite_err));
  algo_stxn_t s = {
      .txn = {.approval_program = r.program, .clear_program = r.program, .global_schema = {.num_uint = 1}}};
  ck_assert_msg(send(w, &s, &err) == ALGO_OK, "%s", err.msg);
  w->app = algo_ledger_tip(algo_node_read(w->node))->txn_counter;
  algo_node_read_done(w->node);
  algo_node_change_t c = {.kind = ALGO_NODE_BALANCE, .amount = UINT64_C(1000000000)};
  algo_addr_of_app(&c.addr, w->app);
  SUITE_OK(algo_node_change(w->node, &c, suite_err));
  ck_assert_msg(call(w, &err) == ALGO_OK, "%s", err.msg);
  algo_arena_fini(&arena);
}

static bool calls_are(void *user, uint64_t id, const algo_avm_app_t *p, const algo_kv_t *global, size_t n) {
  (void)id, (void)p;
  ck_assert_uint_eq(n, 1);
  ck_assert_uint_eq(global[0].value.uint, ((const world_t *)user)->calls);
  return true;
}

static void check_app(world_t *w, const char *when) {
  algo_bytes_t value;
  if (w->app == 0) return;
  const algo_ledger_t *l = algo_node_read(w->node);
  ck_assert_msg(algo_ledger_box(l, w->app, algo_bytes_str("old"), &value) && value.n == 16, "%s: the box", when);
  ck_assert_msg(!algo_ledger_box(l, w->app, algo_bytes_str("new"), &value), "%s: the other box", when);
  ck_assert(algo_ledger_app(l, w->app, calls_are, w));
  algo_node_read_done(w->node);
}

/* As of the block before the last. Nothing of it stays, whether it gets through or not. */
static algo_code_t simulate(world_t *w, algo_err_t *err) {
  algo_key_t rich;
  algo_buf_t group = ALGO_BUF_INIT;
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_sim_result_t result;
  algo_node_dev_key(&rich, 1);
  algo_stxn_t s = {
      .txn = {.type = ALGO_TX_PAY, .sender = rich.addr, .receiver = w->who, .amount = AMOUNT, .fee = 1000}};
  s.txn.first_valid = w->rounds > 500 ? w->rounds - 500 : 1;
  s.txn.last_valid = s.txn.first_valid + 900;
  s.txn.genesis_hash = *algo_node_genesis_hash(w->node);
  unsigned memory = fault.memory;
  fault.memory = 0;
  algo_stxn_encode(&group, &s);
  fault.memory = memory;
  const algo_sim_request_t req = {
      .group = algo_buf_view(&group), .round = w->rounds - 1, .allow_empty_signatures = true};
  algo_code_t rc = algo_node_simulate(w->node, &req, &result, &arena, err);
  algo_arena_fini(&arena);
  algo_buf_fini(&group);
  algo_key_fini(&rich);
  return rc;
}

static void check(world_t *w, const char *when) {
  check_app(w, when);
  algo_account_view_t v, h;
  algo_ledger_account(algo_node_read(w->node), &w->who, &v);
  algo_node_read_done(w->node);
  algo_ledger_account(algo_node_read(w->node), &by_hand, &h);
  algo_node_read_done(w->node);
  ck_assert_msg(algo_node_round(w->node) == w->rounds, "%s: round %lu, not %lu", when,
                (unsigned long)algo_node_round(w->node), (unsigned long)w->rounds);
  ck_assert_msg(v.balance - v.rewards == w->accepted * AMOUNT, "%s: %lu, not %lu payments", when,
                (unsigned long)((v.balance - v.rewards) / AMOUNT), (unsigned long)w->accepted);
  ck_assert_msg(h.balance - h.rewards == (w->set < 0 ? 0 : (uint64_t)w->set), "%s: the balance set by hand", when);
}

static void again(world_t *w, const char *when) {
  algo_node_free(w->node);
  open_node(w);
  check(w, when);
}

/* ---- memory ---- */

typedef algo_code_t step_fn_t(world_t *w, algo_err_t *err);
static step_fn_t *const steps[] = {pay, advance, change, simulate, call};
#define STEPS (sizeof steps / sizeof *steps)

/* Each allocation of a step fails in its turn, alone or with all that follow, until the step gets through. */
static void starve(world_t *w, step_fn_t *step, bool and_after) {
  algo_err_t err;
  unsigned failed = 0;
  bool through = false;
  for (unsigned k = 1; !through; k++) {
    ck_assert_uint_lt(k, 2000);
    fault.memory = k;
    fault.and_after = and_after;
    fault.hit = false;
    algo_code_t rc = step(w, &err);
    through = !fault.hit;
    fault.memory = 0;
    if (rc != ALGO_OK) failed++;
    ck_assert_msg(rc == ALGO_OK || rc == ALGO_E_NOMEM, "allocation %u: %s", k, err.msg); /* and not a bad request */
    check(w, "at once");
    if (rc != ALGO_OK) {
      ck_assert_msg(step(w, &err) == ALGO_OK, "allocation %u: %s", k, err.msg); /* there is memory: it goes on */
      check(w, "after one more");
      again(w, "after a restart");
    }
  }
  ck_assert_uint_gt(failed, 0);
}

static void starve_all(unsigned rounds_before) {
  for (unsigned i = 0; i < 2 * STEPS; i++) {
    world_t w;
    algo_err_t err;
    begin(&w);
    for (unsigned r = 0; r < rounds_before; r++) ck_assert_int_eq(advance(&w, &err), ALGO_OK);
    if (steps[i % STEPS] == simulate) {
      ck_assert_int_eq(pay(&w, &err), ALGO_OK);
      ck_assert_int_eq(pay(&w, &err), ALGO_OK);
    }
    if (steps[i % STEPS] == call) create(&w);
    starve(&w, steps[i % STEPS], i >= STEPS);
    again(&w, "in the end");
    end(&w);
  }
}

START_TEST(memory_that_runs_out) { starve_all(0); }
END_TEST
START_TEST(memory_that_runs_out_where_voters_are_committed_to) { starve_all(254); }
END_TEST
START_TEST(memory_that_runs_out_where_old_blocks_leave_it) { starve_all(2045); }
END_TEST

/* ---- disks ---- */

/* A record half written, one that cannot even be cut off: the next, shorter or longer, is whole. */
START_TEST(a_disk_that_fails_within_a_record) {
  world_t w;
  algo_err_t err;
  begin(&w);
  for (unsigned i = 0; i < 40; i++) {
    ck_assert_int_eq(i % 3 ? pay(&w, &err) : advance(&w, &err), ALGO_OK);
    fault.writes = 1;
    fault.cuts = i % 4;
    ck_assert_int_eq(pay(&w, &err), ALGO_E_IO);
    check(&w, "at once");
    while (fault.cuts > 0) {
      unsigned cuts = fault.cuts;
      ck_assert_int_eq(advance(&w, &err), ALGO_E_IO);
      ck_assert_uint_lt(fault.cuts, cuts);
    }
    ck_assert_int_eq(i % 2 ? pay(&w, &err) : advance(&w, &err), ALGO_OK);
    if (i % 5 == 0) again(&w, "after a restart");
  }
  again(&w, "in the end");
  end(&w);
}
END_TEST

/* What takes the log's place is on the disk before it does, and the folder that says so after; else the old one stands.
 */
START_TEST(a_log_is_replaced_durably) {
  world_t w;
  algo_err_t err;
  begin(&w);
  for (unsigned i = 0; i < 5; i++) ck_assert_int_eq(pay(&w, &err), ALGO_OK);
  fault.sync = true;
  ck_assert_int_eq(algo_node_reset(w.node, &err), ALGO_E_IO);
  fault.sync = false;
  check(&w, "after a reset that failed");
  ck_assert_int_eq(pay(&w, &err), ALGO_OK);
  again(&w, "after a restart");
  memset(fault.order, 0, sizeof fault.order);
  SUITE_OK(algo_node_reset(w.node, suite_err));
  ck_assert_str_eq(fault.order, "srs");
  w.accepted = w.rounds = 0;
  check(&w, "after a reset");
  ck_assert_int_eq(pay(&w, &err), ALGO_OK);
  again(&w, "in the end");
  end(&w);
}
END_TEST

SUITE_MAIN("faults", memory_that_runs_out, memory_that_runs_out_where_voters_are_committed_to,
           memory_that_runs_out_where_old_blocks_leave_it, a_disk_that_fails_within_a_record, a_log_is_replaced_durably)
