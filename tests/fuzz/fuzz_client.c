/* Everything that the client reads: answers of nodes, key daemons and indexers, descriptions, keys, groups of wallets.
 *
 * The first byte chooses what is asked; what follows are the answers (answers.h). */
#include <stdlib.h>

#include "algo/arc56.h"
#include "algo/failure.h"
#include "algo/indexer.h"
#include "algo/kmd.h"
#include "algo/market.h"
#include "algo/topup_client.h"
#include "answers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

algo_code_t algo_http_do(algo_http_t *h, const algo_http_request_t *req, int *status, algo_buf_t *body,
                         algo_err_t *err) {
  (void)req;
  return answers_next(h, status, body, err);
}

/* ---- what is asked ---- */

static void ask_node(algo_algod_t *c, unsigned what, algo_arena_t *a) {
  algo_addr_t addr = {{1}};
  algo_node_status_t status;
  algo_node_version_t version;
  algo_params_t params;
  algo_account_t account;
  algo_holding_t holding;
  algo_application_t app;
  algo_teal_state_t state;
  algo_box_t box;
  const algo_box_t *boxes;
  algo_asset_t asset;
  algo_outcome_t outcome;
  algo_compiled_t compiled;
  algo_supply_t supply;
  algo_digest_t hash;
  uint64_t offset;
  char txid[53];
  size_t n;
  algo_buf_t text = ALGO_BUF_INIT;
  switch (what % 17) {
  case 0: (void)algo_algod_status(c, &status, a, NULL); break;
  case 1: (void)algo_algod_versions(c, &version, a, NULL); break;
  case 2: (void)algo_algod_params(c, &params, a, NULL); break;
  case 3: (void)algo_algod_account(c, &addr, &account, a, NULL); break;
  case 4: (void)algo_algod_holding(c, &addr, 1, &holding, NULL); break;
  case 5: (void)algo_algod_application(c, 1, &app, a, NULL); break;
  case 6: (void)algo_algod_locals(c, &addr, 1, &state, a, NULL); break;
  case 7: (void)algo_algod_box(c, 1, ALGO_BYTES_LIT("x"), &box, a, NULL); break;
  case 8: (void)algo_algod_boxes(c, 1, ALGO_BYTES_LIT("g"), &boxes, &n, a, NULL); break;
  case 9: (void)algo_algod_asset(c, 1, &asset, a, NULL); break;
  case 10: (void)algo_algod_pending(c, "X", &outcome, a, NULL); break;
  case 11: (void)algo_algod_compile(c, "int 1", &compiled, a, NULL); break;
  case 12: (void)algo_algod_supply(c, &supply, NULL); break;
  case 13: (void)algo_algod_block_hash(c, 1, &hash, NULL); break;
  case 14: (void)algo_algod_offset(c, &offset, NULL); break;
  case 15: (void)algo_algod_submit(c, ALGO_BYTES_LIT("x"), txid, NULL); break;
  case 16: (void)algo_algod_disassemble(c, ALGO_BYTES_LIT("x"), &text, NULL); break;
  }
  algo_buf_fini(&text);
}

static void ask_market(algo_algod_t *c, algo_arena_t *a) {
  algo_market_t m;
  const algo_market_gpu_t *gpus;
  const algo_market_rental_t *rentals;
  size_t n;
  if (algo_market_load(&m, c, 1, a, NULL) != ALGO_OK) return;
  (void)algo_market_gpus(&gpus, &n, c, &m, a, NULL);
  if (algo_market_rentals(&rentals, &n, c, &m, a, NULL) != ALGO_OK) return;
  for (size_t i = 0; i < n; i++) {
    algo_rental_bill_t bill;
    algo_market_bill(&bill, &rentals[i].rental, 1000);
    if (bill.due > rentals[i].rental.deposit) abort();
  }
}

/* A whole group: parameters, simulate, references, fees, submit, wait. What is built fits what a call may name. */
static void run_group(algo_algod_t *c, unsigned calls) {
  algo_composer_t *g = NULL;
  algo_key_t key;
  algo_signer_t *signer = NULL;
  static const uint8_t seed[32] = {1};
  algo_composer_options_t opt = {.wait_s = 1};
  algo_key_from_seed(&key, seed);
  if (algo_composer_new(&g, c, &opt, NULL) != ALGO_OK) return;
  if (algo_signer_from_key(&signer, &key, NULL, NULL) != ALGO_OK) abort();
  for (unsigned i = 0; i <= calls % 3; i++) {
    algo_method_call_t call = {.signature = "f()uint64", .returns = "uint64", .app_id = 5 + i};
    (void)algo_composer_call(g, &call, NULL, signer, &algo_rental_spec_algo, NULL, NULL);
  }
  if (algo_composer_build(g, NULL) == ALGO_OK) {
    if (algo_composer_fees(g) > 1000000) abort();
    for (size_t i = 0; i < algo_composer_count(g); i++) {
      const algo_txn_t *t = algo_composer_txn(g, i);
      if (t->n_accounts > 4 || t->n_accounts + t->n_foreign_apps + t->n_foreign_assets + t->n_boxes > 8) abort();
      for (size_t k = 0; k < t->n_boxes; k++)
        if (t->boxes[k].index > t->n_foreign_apps) abort();
    }
    (void)algo_composer_execute(g, NULL);
  }
  algo_signer_free(signer);
  algo_composer_free(g);
}

static void load_group(algo_algod_t *c, algo_bytes_t in) {
  algo_composer_t *g = NULL;
  algo_buf_t b = ALGO_BUF_INIT;
  if (algo_composer_new(&g, c, NULL, NULL) != ALGO_OK) return;
  if (algo_composer_load(g, in, NULL) == ALGO_OK && algo_composer_encode(g, &b, NULL) != ALGO_OK) abort();
  algo_buf_fini(&b);
  algo_composer_free(g);
}

static void ask_kmd(algo_arena_t *a) {
  algo_kmd_t *k = NULL;
  algo_kmd_wallet_t *w = NULL;
  const algo_addr_t *addrs;
  size_t n;
  algo_key_t key;
  algo_addr_t addr = {{1}};
  algo_txn_t pay = {.type = ALGO_TX_PAY};
  algo_stxn_t signed_txn;
  if (algo_kmd_new(&k, NULL, NULL, NULL, NULL) != ALGO_OK) return;
  if (algo_kmd_open(&w, k, "unencrypted-default-wallet", NULL, NULL) == ALGO_OK) {
    (void)algo_kmd_addresses(w, &addrs, &n, a, NULL);
    (void)algo_kmd_export(w, &addr, &key, NULL);
    (void)algo_kmd_sign(w, &pay, NULL, &signed_txn, a, NULL);
    (void)algo_kmd_generate(w, &addr, NULL);
  }
  algo_kmd_close(w);
  algo_kmd_free(k);
}

static void ask_indexer(algo_arena_t *a) {
  algo_indexer_t *x = NULL;
  algo_indexer_pages_t *p = NULL;
  algo_indexer_health_t health;
  algo_indexer_query_t query = {.app = 5, .note_prefix = ALGO_BYTES_LIT("\xff\x00")};
  json_object *item = NULL;
  if (algo_indexer_new(&x, NULL, NULL, NULL, NULL) != ALGO_OK) return;
  (void)algo_indexer_health(x, &health, a, NULL);
  if (algo_indexer_transactions(&p, x, &query, NULL) == ALGO_OK)
    while (algo_indexer_next(p, &item, NULL) == ALGO_OK && item != NULL) continue;
  algo_indexer_pages_free(p);
  algo_indexer_free(x);
}

static void read_description(algo_bytes_t in, algo_arena_t *arena) {
  algo_arc56_t a;
  algo_buf_t b = ALGO_BUF_INIT;
  algo_json_t j = algo_json(&b);
  bool known;
  if (algo_arc56_parse(&a, in.p, in.n, arena, NULL) != ALGO_OK) return;
  algo_arc56_shift_errors(&a, in, arena);
  for (size_t i = 0; i < a.n_methods; i++) (void)algo_arc56_result(&j, &a.methods[i], in, NULL);
  (void)algo_arc56_log(&j, &a, in, &known, NULL);
  algo_buf_fini(&b);
}

static void read_texts(algo_bytes_t in) {
  algo_failure_t f;
  algo_err_t err;
  algo_key_t key;
  algo_topup_signed_t topup;
  algo_buf_t b = ALGO_BUF_INIT;
  (void)algo_topup_parse(&topup, in.p, in.n, NULL);
  algo_failure_parse(&f, (const char *)in.p, in.n);
  (void)algo_failure_explain(&f, 0, &algo_rental_spec_algo, &err);
  (void)algo_key_from_text(&key, (const char *)in.p, in.n, NULL);
  algo_text_printable(&b, in);
  for (size_t i = 0; i < b.n; i++)
    if (b.p[i] < ' ' || b.p[i] == 0x7f) abort();
  algo_buf_fini(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  algo_arena_t arena = {.limit = 64u << 20};
  algo_algod_t *c = NULL;
  if (size < 1) return 0;
  answers = algo_bytes(data + 1, size - 1);
  if (algo_algod_new(&c, NULL, NULL, NULL) != ALGO_OK) return 0;
  switch (data[0] >> 5) {
  case 0: ask_node(c, data[0] & 31u, &arena); break;
  case 1: ask_market(c, &arena); break;
  case 2: run_group(c, data[0] & 31u); break;
  case 3: load_group(c, answers); break;
  case 4: ask_kmd(&arena); break;
  case 5: ask_indexer(&arena); break;
  case 6: read_description(answers, &arena); break;
  case 7: read_texts(answers); break;
  }
  algo_algod_free(c);
  algo_arena_fini(&arena);
  return 0;
}
