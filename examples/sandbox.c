/* All that a sandbox allows beyond a node, from C (docs/sandbox.md). SANDBOX_URL: where the sandbox is. OTHER_URL:
 * another algod, to fork. BLOCKS: a folder of recorded blocks.
 *
 *   cc sandbox.c $(pkg-config --cflags --libs algorent) -o sandbox && ./sandbox */
#include <stdio.h>
#include <stdlib.h>

#include "algo/block.h"
#include "algo/sandbox.h"

#define MUST(call)                                                                                                     \
  if ((call) != ALGO_OK) {                                                                                             \
    fprintf(stderr, "%s: %s\n", #call, err.msg);                                                                       \
    exit(1);                                                                                                           \
  }
#define CHECK(what)                                                                                                    \
  if (!(what)) {                                                                                                       \
    fprintf(stderr, "not so: %s\n", #what);                                                                            \
    exit(1);                                                                                                           \
  }

static algo_arena_t arena = ALGO_ARENA_INIT;

static uint64_t balance_of(algo_algod_t *algod, const algo_addr_t *who) {
  algo_account_t account;
  algo_err_t err;
  MUST(algo_algod_account(algod, who, &account, &arena, &err));
  return account.amount;
}

static int64_t time_of(algo_algod_t *algod, uint64_t round) {
  algo_buf_t bytes = ALGO_BUF_INIT;
  algo_block_t block;
  algo_err_t err;
  MUST(algo_algod_block(algod, round, &bytes, &err));
  MUST(algo_block_decode(&block, algo_buf_view(&bytes), &arena, &err));
  algo_buf_fini(&bytes);
  return block.header.timestamp;
}

/* A transaction of anybody's, without a key; what it has no say in is filled in. */
static algo_code_t send(algo_algod_t *algod, algo_txn_t txn, algo_outcome_t *done, algo_err_t *err) {
  algo_params_t params;
  algo_buf_t group = ALGO_BUF_INIT;
  char txid[53];
  algo_code_t rc = algo_algod_params(algod, &params, &arena, err);
  if (rc != ALGO_OK) return rc;
  txn.fee = params.min_fee;
  txn.first_valid = params.last_round;
  txn.last_valid = params.last_round + 1000;
  txn.genesis_hash = params.genesis_hash;
  algo_stxn_encode(&group, &(algo_stxn_t){.txn = txn});
  rc = algo_sandbox_send_unsigned(algod, algo_buf_view(&group), txid, err);
  if (rc == ALGO_OK && done != NULL) rc = algo_algod_pending(algod, txid, done, &arena, err);
  algo_buf_fini(&group);
  return rc;
}

static void state_and_time(algo_algod_t *algod, const algo_addr_t *alice) {
  algo_err_t err;
  /* ---- snapshot and revert ---- */
  uint64_t saved, was = balance_of(algod, alice);
  MUST(algo_sandbox_snapshot(algod, &saved, &err));
  MUST(algo_sandbox_set_balance(algod, alice, 5000000, &err));
  MUST(algo_sandbox_revert(algod, saved, &err));
  CHECK(balance_of(algod, alice) == was); /* as if it had not happened */

  /* ---- exact time ---- */
  algo_node_status_t now;
  MUST(algo_sandbox_set_time(algod, 1900000000, &err));
  MUST(algo_sandbox_advance(algod, 1, &err));
  MUST(algo_algod_status(algod, &now, &arena, &err));
  CHECK(time_of(algod, now.last_round) == 1900000000);
  MUST(algo_algod_set_offset(algod, 3600, &err)); /* from now on an hour between blocks */
  MUST(algo_sandbox_clock(algod, &err));          /* and the clock's time again */

  /* ---- advance rounds ---- */
  MUST(algo_sandbox_advance(algod, 10, &err));

  /* ---- interval mining ---- */
  MUST(algo_sandbox_set_mining(algod, ALGO_SANDBOX_INTERVAL, 50, &err));
  MUST(algo_algod_wait_after(algod, now.last_round + 11, &now, &arena, &err)); /* two blocks that nobody asked for */
  MUST(algo_sandbox_set_mining(algod, ALGO_SANDBOX_MANUAL, 0, &err)); /* only algo_sandbox_advance makes them */
  MUST(algo_sandbox_set_mining(algod, ALGO_SANDBOX_DEV, 0, &err));    /* and again one for each group */
}

static void anybody(algo_algod_t *algod, const algo_addr_t *alice, const algo_addr_t *bob) {
  algo_err_t err;
  /* ---- balance ---- */
  MUST(algo_sandbox_set_balance(algod, alice, 10000000000, &err));
  MUST(algo_sandbox_set_balance(algod, bob, 0, &err));
  CHECK(balance_of(algod, alice) == 10000000000);

  /* ---- impersonation ---- */
  algo_txn_t pay = {.type = ALGO_TX_PAY, .sender = *alice, .receiver = *bob, .amount = 1000000};
  MUST(send(algod, pay, NULL, &err)); /* algo_sandbox_send_unsigned: no key of Alice's */
  CHECK(balance_of(algod, bob) == 1000000);
  MUST(algo_sandbox_impersonate(algod, true, &err)); /* from now on any group, through any SDK */
  MUST(algo_sandbox_impersonate(algod, false, &err));
}

static uint64_t make_application(algo_algod_t *algod, const algo_addr_t *alice) {
  algo_err_t err;
  /* ---- an application to try the rest on ---- */
  algo_outcome_t made;
  static const uint8_t yes[] = {10, 0x81, 1}; /* #pragma version 10; pushint 1 */
  algo_txn_t create = {.type = ALGO_TX_APPL,
                       .sender = *alice,
                       .approval_program = algo_bytes(yes, sizeof yes),
                       .clear_program = algo_bytes(yes, sizeof yes),
                       .global_schema = {.num_uint = 1},
                       .local_schema = {.num_byte_slice = 1}};
  MUST(send(algod, create, &made, &err));
  algo_txn_t opt_in = {.type = ALGO_TX_APPL, .sender = *alice, .app_id = made.created_app, .on_completion = 1};
  MUST(send(algod, opt_in, NULL, &err));
  uint64_t app = made.created_app;
  return app;
}

static void application(algo_algod_t *algod, const algo_addr_t *alice, const algo_addr_t *bob, uint64_t app) {
  algo_err_t err;
  /* ---- state: global, local, a box ---- */
  algo_box_t box;
  const algo_teal_value_t price = {.is_uint = true, .uint = 7}, name = {.bytes = ALGO_BYTES_LIT("Alice")};
  const algo_bytes_t owner = ALGO_BYTES_LIT("\0\1");
  MUST(algo_sandbox_set_global(algod, app, ALGO_BYTES_LIT("price"), &price, &err));
  MUST(algo_sandbox_set_local(algod, alice, app, ALGO_BYTES_LIT("name"), &name, &err));
  MUST(algo_sandbox_set_box(algod, app, ALGO_BYTES_LIT("owner"), &owner, &err));
  MUST(algo_algod_box(algod, app, ALGO_BYTES_LIT("owner"), &box, &arena, &err));
  CHECK(algo_bytes_eq(box.value, owner));
  MUST(algo_sandbox_set_box(algod, app, ALGO_BYTES_LIT("owner"), NULL, &err)); /* deleted */

  /* ---- program ---- */
  const uint8_t no[] = {10, 0x81, 0}; /* pushint 0: it refuses everything */
  algo_txn_t call = {.type = ALGO_TX_APPL, .sender = *alice, .app_id = app};
  MUST(algo_sandbox_set_program(algod, app, algo_bytes(no, sizeof no), algo_bytes(NULL, 0), &err));
  CHECK(send(algod, call, NULL, &err) != ALGO_OK && strstr(err.msg, "rejected by ApprovalProgram") != NULL);

  /* ---- dump and load ---- */
  algo_buf_t dump = ALGO_BUF_INIT;
  MUST(algo_sandbox_dump(algod, &dump, &err));
  MUST(algo_sandbox_set_balance(algod, bob, 0, &err));
  MUST(algo_sandbox_load(algod, algo_buf_view(&dump), &err));
  CHECK(balance_of(algod, bob) == 1000000);
  algo_buf_fini(&dump);

  /* ---- coverage and profile ---- */
  const uint8_t accept[] = {10, 0x81, 1};
  algo_sandbox_coverage_t report;
  MUST(algo_sandbox_set_coverage(algod, true, &err));
  MUST(algo_sandbox_set_program(algod, app, algo_bytes(accept, sizeof accept), algo_bytes(NULL, 0), &err));
  MUST(send(algod, call, NULL, &err));
  MUST(algo_sandbox_coverage(algod, &report, &arena, &err));
  CHECK(report.programs[0].app == app && strcmp(report.opcodes[0].name, "pushint") == 0);
  MUST(algo_sandbox_set_coverage(algod, false, &err));
}

static void chains(algo_algod_t *algod, const algo_addr_t *alice) {
  algo_err_t err;
  /* ---- reset ---- */
  MUST(algo_sandbox_reset(algod, &err));

  /* ---- seed ---- */
  MUST(algo_sandbox_seed(algod, "7", &err)); /* from here on the same run for the same seed, in every block and key */
  MUST(algo_sandbox_advance(algod, 3, &err));
  CHECK(time_of(algod, 3) == 1767225602);

  /* ---- replay ---- */
  const char *blocks = getenv("BLOCKS");
  if (blocks != NULL) {
    MUST(algo_sandbox_replay(algod, blocks, &err)); /* recorded blocks in the chain's place, read-only */
    printf("block 1 is of %lld\n", (long long)time_of(algod, 1));
  }

  /* ---- fork ---- */
  const char *other = getenv("OTHER_URL"); /* the sandbox's environment has its token, FORK_TOKEN */
  if (other != NULL) {
    MUST(algo_sandbox_fork(algod, other, NULL, 0, &err)); /* of its last round; a round: of that */
    MUST(algo_sandbox_set_balance(algod, alice, 1000000, &err));
  }
}

int main(void) {
  /* ---- the sandbox ---- */
  const char *url = getenv("SANDBOX_URL");
  algo_algod_options_t options = {.url = url != NULL ? url : "http://127.0.0.1:4001",
                                  .token = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
  algo_algod_t *algod = NULL;
  algo_addr_t alice[1], bob[1];
  algo_err_t err;
  MUST(algo_algod_new(&algod, &options, NULL, &err));
  MUST(algo_addr_parse(alice, "7ZUECA7HFLZTXENRV24SHLU4AVPUTMTTDUFUBNBD64C73F3UHRTHAIOF6Q", 58, &err));
  MUST(algo_addr_parse(bob, "QG3DPWH42LDNUY2Z42LDCE5BC4G6PFPEW4S3QTI6BNGP3HWFRTUWM3IHEA", 58, &err));
  /* ---- the rest ---- */
  state_and_time(algod, alice);
  anybody(algod, alice, bob);
  application(algod, alice, bob, make_application(algod, alice));
  chains(algod, alice);
  printf("c: ok\n");
  algo_algod_free(algod);
  algo_arena_fini(&arena);
  return 0;
}
