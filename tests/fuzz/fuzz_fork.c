/* A forked node's answers: whatever it says, the ledger on top of it finds things, refuses, or says why it cannot tell;
 * and makes its next block. An odd first byte: all the answers are the input's (answers.h). Even: what a fork is opened
 * with is a sound node's, and the rest is the input's. */
#include "algo/fork.h"
#include "answers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char genesis_json[] =
    "{\"alloc\":[{\"addr\":\"7777777777777777777777777777777777777777777777777774MSJUVU\",\"state\":{\"algo\":1000000}}"
    "],"
    "\"fees\":\"A7NMWS3NT3IUDMLVO26ULGXGIIOUQ3ND2TXSER6EBGRZNOBOUIQXHIBGDE\",\"id\":\"v1\",\"network\":\"fuzz\","
    "\"proto\":\"future\",\"rwd\":\"7777777777777777777777777777777777777777777777777774MSJUVU\",\"timestamp\":"
    "1700000000}";

typedef struct sound { /* a node's answers that the fork is opened with */
  algo_bytes_t status, genesis, supply;
  algo_buf_t block;
} sound_t;

static const sound_t *sound(void) {
  static sound_t s;
  if (s.block.n != 0) return &s;
  s.status = algo_bytes_str("{\"last-round\":1}");
  s.genesis = algo_bytes_str(genesis_json);
  s.supply = algo_bytes_str("{\"current_round\":1,\"online-money\":1000000,\"total-money\":1000000}");
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_genesis_t g;
  algo_ledger_t *l = NULL;
  if (algo_genesis_parse(&g, s.genesis.p, s.genesis.n, &arena, NULL) != ALGO_OK ||
      algo_ledger_new(&l, &g, NULL, NULL) != ALGO_OK || algo_ledger_seal(l, 1700000001, NULL) != ALGO_OK ||
      algo_ledger_block(l, 1, &s.block, NULL) != ALGO_OK) {
    abort();
  }
  algo_ledger_free(l);
  algo_arena_fini(&arena);
  return &s;
}

static bool all_input; /* of this input */

algo_code_t algo_http_do(algo_http_t *h, const algo_http_request_t *req, int *status, algo_buf_t *body,
                         algo_err_t *err) {
  const sound_t *s = sound();
  const struct {
    const char *path;
    algo_bytes_t body;
  } known[] = {{"/v2/status", s->status},
               {"/genesis", s->genesis},
               {"/v2/blocks/1?", algo_buf_view(&s->block)},
               {"/v2/ledger/supply", s->supply}};
  for (size_t i = 0; !all_input && i < sizeof known / sizeof known[0]; i++) {
    if (strncmp(req->path, known[i].path, strlen(known[i].path)) != 0) continue;
    algo_buf_clear(body);
    algo_buf_putb(body, known[i].body);
    *status = 200;
    return ALGO_OK;
  }
  return answers_next(h, status, body, err);
}

static bool count_box(void *user, algo_bytes_t name, algo_bytes_t value) {
  size_t *bytes = user;
  *bytes += name.n + value.n;
  return true;
}

static bool seen_app(void *user, uint64_t app, const algo_avm_app_t *p, const algo_kv_t *global, size_t n) {
  size_t *bytes = user;
  (void)app;
  *bytes += p->approval.n;
  for (size_t i = 0; i < n; i++) *bytes += global[i].key.n;
  return true;
}

static void look_around(algo_ledger_t *l) {
  algo_addr_t who = {{7}}, creator;
  algo_account_view_t a;
  algo_avm_holding_t h;
  algo_asset_params_t p;
  algo_bytes_t value;
  algo_err_t err;
  size_t bytes = 0;
  algo_ledger_account(l, &who, &a);
  (void)algo_ledger_holding(l, &who, 5, &h);
  (void)algo_ledger_asset(l, 5, &p, &creator);
  (void)algo_ledger_app(l, 6, seen_app, &bytes);
  (void)algo_ledger_box(l, 6, ALGO_BYTES_LIT("x"), &value);
  algo_ledger_each_box(l, 6, count_box, &bytes);
  (void)algo_ledger_origin_failed(l, &err);
  if (algo_ledger_seal(l, 1700000030, &err) != ALGO_OK && !algo_ledger_origin_failed(l, &err) && !all_input) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  algo_fork_t *f = NULL;
  algo_ledger_t *l = NULL;
  algo_genesis_t g;
  algo_err_t err;
  algo_arena_t arena = {.limit = 64u << 20};
  const algo_fork_options_t opt = {.url = "http://fuzz", .cache = ""};
  if (size == 0) return 0;
  all_input = data[0] & 1;
  answers = algo_bytes(data + 1, size - 1);
  if (algo_fork_open(&f, &opt, NULL, &err) == ALGO_OK) {
    algo_bytes_t json = algo_fork_genesis(f);
    if (algo_genesis_parse(&g, json.p, json.n, &arena, NULL) != ALGO_OK) abort();
    if (algo_ledger_new_fork(&l, &g, algo_fork_origin(f), NULL, &err) == ALGO_OK) look_around(l);
    else if (!all_input) abort();
  }
  algo_ledger_free(l);
  algo_fork_close(f);
  algo_arena_fini(&arena);
  return 0;
}
