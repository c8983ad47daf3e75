/* A node that is closed and opened again all the time, beside one that never is: they say the same of everything. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "algo/asm.h"
#include "algo/hash.h"
#include "algo/node.h"
#include "suite.h"

#define ACCOUNTS 40u
#define STEPS    9000u

static char dir[] = "build/test-durable-XXXXXX";
static uint64_t stands_still(void *user) { return (void)user, UINT64_C(1700000000) * 1000000000u; }
static const algo_env_t env = {.now_ns = stands_still};

typedef struct pair {
  algo_node_t *kept, *plain;
  algo_addr_t who[ACCOUNTS];
  algo_key_t rich;
  uint64_t app, asset, nonce, snapshot;
  uint32_t rng;
  algo_digest_t early, late; /* transactions */
  algo_bytes_t program;
  algo_arena_t arena;
} pair_t;

static uint32_t rnd(pair_t *p, uint32_t n) {
  p->rng = p->rng * 1664525u + 1013904223u;
  return (p->rng >> 8) % n;
}

static algo_node_t *open_node(const char *where) {
  algo_node_t *n = NULL;
  algo_err_t err;
  algo_node_options_t opt = {.mode = ALGO_NODE_DEV, .data_dir = where, .checkpoint_blocks = 900};
  ck_assert_msg(algo_node_new(&n, &opt, &env, &err) == ALGO_OK, "%s", err.msg);
  return n;
}

/* The same group to both; what one says the other says. */
static bool send(pair_t *p, algo_txn_t *t) {
  uint8_t note[8];
  algo_buf_t group = ALGO_BUF_INIT, a = ALGO_BUF_INIT, b = ALGO_BUF_INIT;
  algo_put_be64(note, ++p->nonce);
  t->fee = 2000;
  t->first_valid = algo_node_round(p->plain) + 1;
  t->last_valid = t->first_valid + 900;
  t->genesis_hash = *algo_node_genesis_hash(p->plain);
  t->note = algo_bytes(note, sizeof note);
  algo_stxn_t s = {.txn = *t};
  algo_stxn_encode(&group, &s);
  algo_submit_options_t opt = {.skip_signatures = true};
  algo_err_t err;
  algo_code_t x = algo_node_submit(p->plain, algo_buf_view(&group), &opt, &p->late, &a, NULL, &err);
  algo_code_t y = algo_node_submit(p->kept, algo_buf_view(&group), &opt, &p->late, &b, NULL, &err);
  ck_assert_int_eq(x, y);
  ck_assert_str_eq(algo_buf_cstr(&a), algo_buf_cstr(&b));
  algo_buf_fini(&group);
  algo_buf_fini(&a);
  algo_buf_fini(&b);
  return x == ALGO_OK;
}

static void pay(pair_t *p) {
  const algo_addr_t *from = rnd(p, 3) ? &p->rich.addr : &p->who[rnd(p, ACCOUNTS)];
  algo_txn_t t = {.type = ALGO_TX_PAY, .sender = *from, .receiver = p->who[rnd(p, ACCOUNTS)], .amount = 300000};
  if (rnd(p, 4) == 0) memset(t.lease, (int)rnd(p, 5) + 1, sizeof t.lease);
  if (rnd(p, 20) == 0) t.close_remainder_to = p->rich.addr;
  (void)send(p, &t);
}

static void move_asset(pair_t *p) {
  algo_txn_t t = {.type = ALGO_TX_AXFER, .xfer_asset = p->asset, .sender = p->who[rnd(p, ACCOUNTS)]};
  t.asset_receiver = t.sender;
  if (rnd(p, 2)) {
    t.sender = p->rich.addr;
    t.asset_amount = rnd(p, 1000);
  }
  (void)send(p, &t);
}

static void call(pair_t *p) {
  uint8_t key[1] = {(uint8_t)('a' + rnd(p, 6))}, value[2] = {(uint8_t)rnd(p, 256), (uint8_t)rnd(p, 256)};
  algo_bytes_t args[] = {algo_bytes(key, 1), algo_bytes(value, 2)};
  algo_box_ref_t box = {0, args[0]};
  algo_txn_t t = {.type = ALGO_TX_APPL, .app_id = p->app, .sender = p->who[rnd(p, ACCOUNTS)], .app_args = args};
  t.n_app_args = 2;
  t.boxes = &box;
  t.n_boxes = 1;
  if (rnd(p, 3) == 0) t.on_completion = rnd(p, 2) ? ALGO_OC_OPTIN : ALGO_OC_CLEAR;
  (void)send(p, &t);
}

static void make_app(pair_t *p) {
  algo_asm_result_t r, clear;
  static const char source[] =
      "#pragma version 10\ntxn ApplicationID\nbz done\ntxna ApplicationArgs 0\ndup\nbox_del\npop\n"
      "txna ApplicationArgs 1\nbox_put\ntxna ApplicationArgs 0\ntxna ApplicationArgs 1\n"
      "app_global_put\ntxn OnCompletion\nint OptIn\n==\nbz done\nint 0\nbyte \"l\"\n"
      "txna ApplicationArgs 1\napp_local_put\ndone:\nint 1";
  ck_assert_int_eq(algo_asm_assemble(&r, algo_bytes_str(source), &p->arena, NULL), ALGO_OK);
  ck_assert_int_eq(algo_asm_assemble(&clear, ALGO_BYTES_LIT("#pragma version 10\nint 1"), &p->arena, NULL), ALGO_OK);
  algo_txn_t t = {.type = ALGO_TX_APPL, .sender = p->rich.addr, .approval_program = r.program};
  t.clear_program = clear.program;
  t.global_schema = (algo_schema_t){0, 8};
  t.local_schema = (algo_schema_t){0, 1};
  ck_assert(send(p, &t));
  p->early = p->late;
  p->app = 1001;
  algo_asset_params_t params = {.total = 1u << 30, .unit_name = ALGO_BYTES_LIT("U"), .url = ALGO_BYTES_LIT("http://x")};
  params.manager = params.freeze = p->rich.addr;
  algo_txn_t a = {.type = ALGO_TX_ACFG, .sender = p->rich.addr, .asset_params = &params};
  ck_assert(send(p, &a));
  p->asset = 1002;
  algo_addr_t escrow;
  algo_addr_of_app(&escrow, p->app);
  algo_txn_t fund = {.type = ALGO_TX_PAY, .sender = p->rich.addr, .receiver = escrow, .amount = 10000000};
  ck_assert(send(p, &fund));
}

static void control(pair_t *p) {
  algo_err_t err;
  algo_node_t *both[] = {p->kept, p->plain};
  unsigned what = rnd(p, 4);
  algo_node_change_t c = {.kind = ALGO_NODE_BALANCE, .addr = p->who[rnd(p, ACCOUNTS)], .amount = 5000000};
  for (size_t i = 0; i < 2; i++) {
    uint64_t id = 0;
    if (what == 0 && !p->snapshot) ck_assert_int_eq(algo_node_snapshot(both[i], &id, &err), ALGO_OK);
    if (what == 1 && p->snapshot) ck_assert_int_eq(algo_node_revert(both[i], p->snapshot, &err), ALGO_OK);
    if (what > 1) ck_assert_int_eq(algo_node_change(both[i], &c, &err), ALGO_OK);
    if (what == 0 && !p->snapshot && i == 1) p->snapshot = id;
  }
}

/* ---- comparing ---- */

static bool add_kv(void *user, uint64_t id, const algo_kv_t *kv, size_t n) {
  algo_buf_t *b = user;
  algo_buf_printf(b, "app %llu\n", (unsigned long long)id);
  for (size_t i = 0; i < n; i++) {
    algo_buf_putb(b, kv[i].key);
    algo_buf_putb(b, kv[i].value.bytes);
    algo_buf_printf(b, "%llu\n", (unsigned long long)kv[i].value.uint);
  }
  return true;
}
static bool add_app(void *user, uint64_t id, const algo_avm_app_t *a, const algo_kv_t *kv, size_t n) {
  algo_buf_putb(user, a->approval);
  algo_buf_putb(user, a->clear);
  return add_kv(user, id, kv, n);
}
static bool add_local(void *user, uint64_t id, const algo_schema_t *s, const algo_kv_t *kv, size_t n) {
  algo_buf_printf(user, "schema %llu\n", (unsigned long long)s->num_byte_slice);
  return add_kv(user, id, kv, n);
}
static bool add_holding(void *user, uint64_t id, const algo_avm_holding_t *h) {
  algo_buf_printf(user, "asset %llu %llu\n", (unsigned long long)id, (unsigned long long)h->amount);
  return true;
}
static bool add_box(void *user, algo_bytes_t name, algo_bytes_t value) {
  algo_buf_putb(user, name);
  algo_buf_putb(user, value);
  return true;
}

static void state_text(algo_buf_t *b, algo_node_t *n, const pair_t *p) {
  const algo_ledger_t *l = algo_node_read(n);
  algo_ledger_supply_t supply;
  algo_asset_params_t params;
  algo_addr_t creator;
  algo_ledger_supply(l, &supply);
  algo_buf_put(b, &supply, sizeof supply);
  for (size_t i = 0; i < ACCOUNTS; i++) {
    algo_account_view_t v;
    memset(&v, 0, sizeof v);
    algo_ledger_account(l, &p->who[i], &v);
    algo_buf_printf(b, "%llu %llu %llu %llu\n", (unsigned long long)v.balance, (unsigned long long)v.min_balance,
                    (unsigned long long)v.total_assets, (unsigned long long)v.total_apps_opted_in);
    algo_ledger_each_holding(l, &p->who[i], 0, add_holding, b);
    algo_ledger_each_local(l, &p->who[i], 0, add_local, b);
  }
  algo_ledger_each_created_app(l, &p->rich.addr, 0, add_app, b);
  if (algo_ledger_asset(l, p->asset, &params, &creator)) algo_buf_putb(b, params.url);
  algo_ledger_each_box(l, p->app, add_box, b);
  algo_node_read_done(n);
}

static void same_round(pair_t *p, uint64_t round, bool with_delta) {
  algo_buf_t a = ALGO_BUF_INIT, b = ALGO_BUF_INIT;
  algo_err_t err;
  ck_assert_int_eq(algo_node_block(p->kept, round, &a, &err), ALGO_OK);
  ck_assert_int_eq(algo_node_block(p->plain, round, &b, &err), ALGO_OK);
  ck_assert(algo_bytes_eq(algo_buf_view(&a), algo_buf_view(&b)));
  algo_buf_clear(&a);
  algo_buf_clear(&b);
  if (with_delta && algo_node_delta(p->plain, round, &b, &err) == ALGO_OK) {
    ck_assert_msg(algo_node_delta(p->kept, round, &a, &err) == ALGO_OK, "%s", err.msg);
    ck_assert(algo_bytes_eq(algo_buf_view(&a), algo_buf_view(&b)));
  }
  algo_buf_fini(&a);
  algo_buf_fini(&b);
}

static uint64_t where(algo_node_t *n, const algo_digest_t *id) {
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_found_txn_t found;
  bool there = algo_ledger_find_txn(algo_node_read(n), id, &found, &arena);
  algo_node_read_done(n);
  algo_arena_fini(&arena);
  return there ? found.round : 0;
}

static void same(pair_t *p) {
  uint64_t tip = algo_node_round(p->plain);
  ck_assert_uint_eq(algo_node_round(p->kept), tip);
  algo_buf_t a = ALGO_BUF_INIT, b = ALGO_BUF_INIT;
  state_text(&a, p->kept, p);
  state_text(&b, p->plain, p);
  ck_assert(algo_bytes_eq(algo_buf_view(&a), algo_buf_view(&b)));
  algo_buf_fini(&a);
  algo_buf_fini(&b);
  for (uint64_t r = tip > 250 ? tip - 250 : 1; r <= tip; r += 7) same_round(p, r, true);
  for (unsigned i = 0; i < 40; i++) same_round(p, rnd(p, (uint32_t)tip + 1), false);
  ck_assert_uint_eq(where(p->kept, &p->early), 1);
  ck_assert_uint_eq(where(p->kept, &p->late), where(p->plain, &p->late));
}

static void clean(void) {
  static const char *const names[] = {"log", "lock", "blocks", "index", "ids", "state", "state-before"};
  char path[128];
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    snprintf(path, sizeof path, "%s/%s", dir, names[i]);
    ck_assert_msg(unlink(path) == 0, "%s", path);
  }
  ck_assert_int_eq(rmdir(dir), 0);
}

START_TEST(opened_again_it_is_the_same) {
  pair_t p = {.rng = (uint32_t)(7 + _i), .arena = ALGO_ARENA_INIT};
  memcpy(dir + sizeof dir - 7, "XXXXXX", 6);
  ck_assert_ptr_nonnull(mkdtemp(dir));
  algo_node_dev_key(&p.rich, 1);
  for (unsigned i = 0; i < ACCOUNTS; i++) algo_sha512_256(p.who[i].b, &i, sizeof i);
  p.kept = open_node(dir);
  p.plain = open_node(NULL);
  make_app(&p);
  for (unsigned i = 0; i < STEPS; i++) {
    unsigned what = rnd(&p, 100);
    if (what < 60) pay(&p);
    else if (what < 80) call(&p);
    else if (what < 97) move_asset(&p);
    else if (i % 4000 > 3000) control(&p); /* snapshots hold checkpoints up: not all the time */
    if (rnd(&p, 600) != 0) continue;
    algo_node_free(p.kept);
    p.kept = open_node(dir);
    same(&p);
  }
  ck_assert_uint_gt(algo_node_round(p.plain), 3000);
  same(&p);
  algo_node_free(p.kept);
  algo_node_free(p.plain);
  algo_key_fini(&p.rich);
  algo_arena_fini(&p.arena);
  clean();
}
END_TEST

SUITE_MAIN("durable", opened_again_it_is_the_same)
