/* The ledger against what a real node recorded: the same transactions make the same blocks, byte for byte. */
#include <inttypes.h>

#include "ledger_vectors.h"
#include "suite.h"

START_TEST(setup_makes_the_recorded_headers_and_balances) {
  if (!vectors_dir()) {
    printf("SKIPPED setup: no vectors\n");
    return;
  }
  json_object *setup = vectors_json("avm/setup.json");
  size_t bad = 0;
  algo_ledger_t *l = ledger_of_setup(setup, &bad);
  ck_assert_ptr_nonnull(l);
  algo_buf_t hash = unhex(text_of(setup, "genesis_hash"));
  ck_assert_mem_eq(hash.p, algo_ledger_genesis_hash(l)->b, 32);
  ck_assert_uint_eq(algo_ledger_round(l), number_of(setup, "final_round"));
  ck_assert_uint_eq(bad, 0);
  json_object_object_foreach(member(setup, "state_after"), name, state) {
    algo_addr_t a;
    algo_account_view_t v;
    const char *text = text_of(state, "address");
    ck_assert_int_eq(algo_addr_parse(&a, text, strlen(text), NULL), ALGO_OK);
    algo_ledger_account(l, &a, &v);
    ck_assert_msg(v.balance == number_of(state, "amount"), "%s", name);
    ck_assert_msg(v.min_balance == number_of(state, "min_balance"), "%s: %" PRIu64, name, v.min_balance);
  }
  algo_buf_fini(&hash);
  algo_ledger_free(l);
  json_object_put(setup);
}
END_TEST

/* Submits a recorded block's transactions, group by group. */
static size_t submit_block(algo_ledger_t *l, const algo_block_t *b) {
  size_t refused = 0;
  for (size_t i = 0, end; i < b->n_txns; i = end) {
    const algo_digest_t *group = &b->txns[i].stxn.txn.group;
    algo_buf_t raw = ALGO_BUF_INIT, text = ALGO_BUF_INIT;
    algo_err_t err;
    for (end = i; end < b->n_txns &&
                  (end == i || (!algo_digest_is_zero(group) && memcmp(&b->txns[end].stxn.txn.group, group, 32) == 0));
         end++) {
      algo_stxn_t s = b->txns[end].stxn;
      algo_block_restore(&s.txn, b, &b->txns[end]);
      algo_stxn_encode(&raw, &s);
    }
    if (algo_ledger_submit(l, algo_buf_view(&raw), NULL, NULL, &text, NULL, &err)) {
      fprintf(stderr, "round %" PRIu64 "[%zu]: %.600s\n", b->header.round, i, algo_buf_cstr(&text));
      refused++;
    }
    algo_buf_fini(&raw);
    algo_buf_fini(&text);
  }
  return refused;
}

static void show_difference(uint64_t round, algo_bytes_t have, algo_bytes_t want) {
  algo_buf_t a = ALGO_BUF_INIT, b = ALGO_BUF_INIT;
  algo_hex_encode(&a, have);
  algo_hex_encode(&b, want);
  fprintf(stderr, "round %" PRIu64 " differs\n have %.6000s\n want %.6000s\n", round, algo_buf_cstr(&a),
          algo_buf_cstr(&b));
  algo_buf_fini(&a);
  algo_buf_fini(&b);
}

START_TEST(recorded_chain_is_made_again_byte_for_byte) {
  if (!vectors_dir()) {
    printf("SKIPPED recorded chain: no vectors\n");
    return;
  }
  json_object *genesis = vectors_json("genesis.json");
  algo_ledger_t *l = ledger_of_genesis(genesis);
  size_t refused = 0, differ = 0;
  algo_arena_t arena = ALGO_ARENA_INIT;
  for (uint64_t round = 0; round <= 231; round++) {
    char name[64];
    algo_block_t b;
    algo_err_t err;
    algo_buf_t have = ALGO_BUF_INIT;
    snprintf(name, sizeof name, "blocks/%06" PRIu64 ".msgp", round);
    algo_buf_t want = vectors_read(name);
    algo_arena_reset(&arena);
    ck_assert_msg(algo_block_decode(&b, algo_buf_view(&want), &arena, &err) == ALGO_OK, "%s", err.msg);
    if (round) {
      refused += submit_block(l, &b);
      ck_assert_int_eq(algo_ledger_seal(l, b.header.timestamp, &err), ALGO_OK);
    }
    ck_assert_int_eq(algo_ledger_block(l, round, &have, &err), ALGO_OK);
    if (!algo_bytes_eq(algo_buf_view(&have), algo_buf_view(&want)) && differ++ < 1)
      show_difference(round, algo_buf_view(&have), algo_buf_view(&want));
    algo_buf_fini(&have);
    algo_buf_fini(&want);
  }
  ck_assert_uint_eq(refused, 0);
  ck_assert_uint_eq(differ, 0);
  algo_arena_fini(&arena);
  algo_ledger_free(l);
  json_object_put(genesis);
}
END_TEST

SUITE_MAIN("ledger replay", setup_makes_the_recorded_headers_and_balances, recorded_chain_is_made_again_byte_for_byte)
