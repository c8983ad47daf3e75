/* The commitment to a state proof's voters that block 256 has in its header, against what a node of go-algorand 5.1
 * made of the same chain: 256 payments of nothing from an account to itself. */
#include "algo/ledger.h"
#include "algo/text.h"
#include "suite.h"

static const char genesis[] =
    "{\"alloc\":[{\"addr\":\"7777777777777777777777777777777777777777777777777774MSJUVU\",\"comment\":\"RewardsPoo"
    "l\",\"state\":{\"algo\":125000000000000,\"onl\":2}},{\"addr\":\"A7NMWS3NT3IUDMLVO26ULGXGIIOUQ3ND2TXSER6EBGRZNO"
    "BOUIQXHIBGDE\",\"comment\":\"FeeSink\",\"state\":{\"algo\":100000,\"onl\":2}},{\"addr\":\"2IK64XDK5B6TS6GAIEIRHJXE"
    "SVV2NZGAEOAZYIVO72ZSZNEQ7Q2XZVABDE\",\"comment\":\"Wallet1\",\"state\":{\"algo\":4000000000000000,\"onl\":1,\"se"
    "l\":\"zfN4/HfserYAIzcxih7w8DLETZk/FaA63PHC7fq+fYo=\",\"stprf\":\"NSNnH7efal5eNZPD4Cofvg/zt41E9g5iEqJlFff8J"
    "DssHDSdtaBkDjsUlnmcpNgUmqLsM3OHxiJ3m9Vw0P4bhg==\",\"vote\":\"Rd7jkqHBk1QwalADxSFksUIau07Ym2q9uD04qZN7alc"
    "=\",\"voteKD\":10000,\"voteLst\":30000}},{\"addr\":\"TCM7HAP75WN64MNVY2SUP52VPDWZAD5KMRNZWE4ESSB6GCSD3MVSBEX"
    "I3Q\",\"comment\":\"Wallet2\",\"state\":{\"algo\":4000000000000000}},{\"addr\":\"7BYYEAKFR3KIYZUOOTJPO22TVWJIHXO"
    "OPCHBPNRNHBOC5NYVCTRQDDRXSQ\",\"comment\":\"Wallet3\",\"state\":{\"algo\":2000000000000000}}],\"devmode\":true,"
    "\"fees\":\"A7NMWS3NT3IUDMLVO26ULGXGIIOUQ3ND2TXSER6EBGRZNOBOUIQXHIBGDE\",\"id\":\"v1\",\"network\":\"dockernet\","
    "\"proto\":\"future\",\"rwd\":\"7777777777777777777777777777777777777777777777777774MSJUVU\"}";
static const char payer[] = "TCM7HAP75WN64MNVY2SUP52VPDWZAD5KMRNZWE4ESSB6GCSD3MVSBEXI3Q";
static const char commitment[] = "737076e90e7766624f7bbae7bf4345ecc88012364cfac1b5dab0429ff3a1dabd"
                                 "9e76d7e82d0840ff6d03b74ed32a4655d31afff18831513ad1c7cfd8cac98cff";

static void pay_oneself(algo_ledger_t *l, uint64_t i) {
  uint8_t note[8];
  algo_stxn_t s = {.txn = {.type = ALGO_TX_PAY, .fee = 1000, .first_valid = 1, .last_valid = 1000}};
  for (size_t k = 0; k < 8; k++) note[k] = (uint8_t)(i >> (56 - 8 * k));
  SUITE_OK(algo_addr_parse(&s.txn.sender, payer, strlen(payer), suite_err));
  s.txn.receiver = s.txn.sender;
  s.txn.note = algo_bytes(note, sizeof note);
  s.txn.genesis_hash = *algo_ledger_genesis_hash(l);
  algo_buf_t raw = ALGO_BUF_INIT, text = ALGO_BUF_INIT;
  algo_digest_t id;
  algo_submit_options_t opt = {.skip_signatures = true};
  algo_stxn_encode(&raw, &s);
  SUITE_OK(algo_ledger_submit(l, algo_buf_view(&raw), &opt, &id, &text, NULL, suite_err));
  SUITE_OK(algo_ledger_seal(l, 25 * (int64_t)i, suite_err));
  algo_buf_fini(&raw);
  algo_buf_fini(&text);
}

START_TEST(block_256_commits_to_its_voters) {
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_genesis_t g;
  algo_ledger_t *l;
  SUITE_OK(algo_genesis_parse(&g, genesis, sizeof genesis - 1, &arena, suite_err));
  SUITE_OK(algo_ledger_new(&l, &g, NULL, suite_err));
  for (uint64_t i = 0; i < 256; i++) {
    ck_assert_uint_eq(algo_ledger_tip(l)->n_state_proof > 0 && algo_ledger_tip(l)->state_proof[0].voters_commitment.n,
                      0);
    pay_oneself(l, i);
  }
  const algo_header_t *h = algo_ledger_tip(l);
  algo_buf_t hex = ALGO_BUF_INIT;
  ck_assert_uint_eq(h->round, 256);
  ck_assert_uint_eq(h->state_proof[0].next_round, 512);
  ck_assert_uint_eq(h->state_proof[0].online_total_weight, UINT64_C(4000020000000000));
  algo_hex_encode(&hex, h->state_proof[0].voters_commitment);
  ck_assert_str_eq(algo_buf_cstr(&hex), commitment);
  algo_buf_fini(&hex);
  algo_ledger_free(l);
  algo_arena_fini(&arena);
}
END_TEST

SUITE_MAIN("sandbox/voters", block_256_commits_to_its_voters)
