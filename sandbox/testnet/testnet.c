/* The testnet's life: a node of its own, a client that asks it without a network, and what a failure says. */
#include "internal.h"

#include "algo/hash.h"
#include "algo/sandbox.h"

#define DEFAULT_TIME  1767225600 /* 2026-01-01T00:00:00Z */
#define DEFAULT_FUNDS UINT64_C(1000000000000)

/* ---- life ---- */

static uint64_t stands_still(void *user) {
  const algo_testnet_t *t = user;
  return (uint64_t)t->opt.time * 1000000000u;
}

/* Nothing that is drawn here is a secret or has to differ between runs. */
static void draw(void *user, uint8_t *out, size_t n) {
  (void)user;
  memset(out, 0, n);
}

/* The development network's, at another time. */
static algo_code_t make_genesis(algo_testnet_t *t, algo_buf_t *json, algo_err_t *err) {
  algo_genesis_t g;
  algo_code_t rc = algo_node_dev_genesis(&g, &t->arena, err);
  if (rc != ALGO_OK) return rc;
  g.protocol = t->opt.protocol;
  g.timestamp = t->opt.time;
  algo_genesis_json(json, &g);
  return json->oom ? algo_err_set(err, ALGO_E_NOMEM, "out of memory") : ALGO_OK;
}

static algo_code_t open_node(algo_testnet_t *t, algo_err_t *err) {
  algo_env_t env = {.user = t, .now_ns = stands_still, .random = draw};
  algo_buf_t genesis = ALGO_BUF_INIT;
  algo_node_options_t opt = {.mode = ALGO_NODE_DEV};
  algo_code_t rc = make_genesis(t, &genesis, err);
  opt.genesis_json = algo_buf_view(&genesis);
  t->chain = calloc(1, sizeof *t->chain);
  if (rc == ALGO_OK && t->chain == NULL) rc = algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  if (rc == ALGO_OK) rc = algo_node_new(&t->chain->node, &opt, &env, err);
  if (rc == ALGO_OK) t->node = t->chain->node;
  if (rc == ALGO_OK) rc = algo_node_set_offset(t->node, 0, err);
  if (rc == ALGO_OK) rc = algo_rest_new(&t->rest, t->node, NULL, &env, err);
  if (rc == ALGO_OK) algo_rest_on_chain(t->rest, testnet_chain_other, NULL, t);
  const algo_http_transport_t transport = {testnet_ask, t};
  const algo_algod_options_t algod = {.url = "http://testnet", .transport = &transport};
  if (rc == ALGO_OK) rc = algo_algod_new(&t->algod, &algod, NULL, err);
  if (rc == ALGO_OK && !t->opt.signatures) rc = algo_sandbox_impersonate(t->algod, true, err);
  algo_buf_fini(&genesis);
  return rc;
}

algo_code_t algo_testnet_start(algo_testnet_t **out, const algo_testnet_options_t *opt, algo_err_t *err) {
  algo_testnet_t *t = calloc(1, sizeof *t);
  if (t == NULL) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  if (opt != NULL) t->opt = *opt;
  if (t->opt.protocol == NULL) t->opt.protocol = ALGO_TESTNET_NEXT;
  if (t->opt.time == 0) t->opt.time = DEFAULT_TIME;
  if (t->opt.funds == 0) t->opt.funds = DEFAULT_FUNDS;
  t->result.pc = -1;
  algo_code_t rc = open_node(t, err);
  if (rc == ALGO_OK) rc = algo_node_advance(t->node, 1, err);
  if (rc == ALGO_OK) *out = t;
  else algo_testnet_stop(t);
  return rc;
}

void algo_testnet_stop(algo_testnet_t *t) {
  if (t == NULL) return;
  if (t->why.n == 0) (void)testnet_nothing_due(t);
  algo_composer_free(t->composer);
  algo_algod_free(t->algod);
  algo_rest_free(t->rest);
  testnet_chain_free(t->chain);
  for (const party_t *p = t->parties; p != NULL; p = p->next) algo_signer_free(p->signer);
  algo_buf_fini(&t->why);
  algo_buf_fini(&t->story);
  algo_buf_fini(&t->label);
  algo_buf_fini(&t->text);
  algo_buf_fini(&t->said);
  algo_buf_fini(&t->tried);
  free(t->costs);
  algo_arena_fini(&t->group);
  algo_arena_fini(&t->looked);
  algo_arena_fini(&t->arena);
  free(t);
}

algo_algod_t *algo_testnet_algod(algo_testnet_t *t) { return t->algod; }

/* ---- failing ---- */

const char *algo_testnet_why(const algo_testnet_t *t) { return t->why.n == 0 ? "" : (const char *)t->why.p; }
void algo_testnet_forgive(algo_testnet_t *t) { algo_buf_clear(&t->why); }

static bool is_base32(uint8_t c) { return (c >= 'A' && c <= 'Z') || (c >= '2' && c <= '7'); }

void testnet_put_labelled(algo_testnet_t *t, algo_buf_t *out, algo_bytes_t text) {
  for (size_t i = 0; i < text.n;) {
    size_t n = 0;
    algo_addr_t a;
    while (i + n < text.n && is_base32(text.p[i + n])) n++;
    const party_t *p = NULL;
    if (n == ALGO_ADDR_TEXT && algo_addr_parse(&a, (const char *)text.p + i, n, NULL) == ALGO_OK)
      p = testnet_by_addr(t, &a);
    if (p != NULL) algo_buf_puts(out, p->label);
    else algo_buf_put(out, text.p + i, n == 0 ? 1 : n);
    i += n == 0 ? 1 : n;
  }
}

static bool fail_text(algo_testnet_t *t, algo_bytes_t text) {
  t->expect = (expect_t){.kind = EXPECT_OK}; /* of a group that did not come */
  if (t->why.n == 0) {
    testnet_put_labelled(t, &t->why, text);
    (void)algo_buf_cstr(&t->why);
  }
  if (t->collecting || t->opt.fail == NULL) return false;
  algo_buf_t labelled = ALGO_BUF_INIT;
  testnet_put_labelled(t, &labelled, text);
  /* it may not come back: the text belongs to the testnet */
  const char *kept = algo_arena_strdup(&t->arena, algo_buf_cstr(&labelled));
  algo_buf_fini(&labelled);
  t->opt.fail(t->opt.user, kept == NULL ? "out of memory" : kept);
  return false;
}

static bool fail_v(algo_testnet_t *t, const char *fmt, va_list ap) {
  algo_arena_t a = ALGO_ARENA_INIT;
  const char *text = algo_arena_vprintf(&a, fmt, ap);
  algo_buf_t whole = ALGO_BUF_INIT;
  algo_buf_puts(&whole, text == NULL ? "out of memory" : text);
  algo_arena_fini(&a);
  algo_bytes_t kept = algo_arena_dup(&t->arena, algo_buf_view(&whole));
  algo_buf_fini(&whole);
  return fail_text(t, kept);
}

bool algo_testnet_fail(algo_testnet_t *t, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  fail_v(t, fmt, ap);
  va_end(ap);
  return false;
}

bool algo_testnet_assert(algo_testnet_t *t, bool holds, const char *fmt, ...) {
  if (holds) return true;
  va_list ap;
  va_start(ap, fmt);
  fail_v(t, fmt, ap);
  va_end(ap);
  return false;
}

bool testnet_fail_err(algo_testnet_t *t, const char *what, const algo_err_t *err) {
  return algo_testnet_fail(t, "%s: %s", what, err->msg);
}

bool testnet_nomem(algo_testnet_t *t) { return algo_testnet_fail(t, "out of memory"); }

/* ---- time and going back ---- */

int64_t algo_testnet_now(const algo_testnet_t *t) {
  const algo_ledger_t *l = algo_node_read(t->node);
  if (l == NULL) return 0;
  int64_t now = algo_ledger_tip(l)->timestamp;
  algo_node_read_done(t->node);
  return now;
}

uint64_t algo_testnet_round(const algo_testnet_t *t) { return algo_node_round(t->node); }

bool algo_testnet_advance(algo_testnet_t *t, uint64_t rounds) {
  algo_err_t err;
  if (algo_node_advance(t->node, rounds, &err) != ALGO_OK) return testnet_fail_err(t, "no block was made", &err);
  return true;
}

bool algo_testnet_set_time(algo_testnet_t *t, int64_t now) {
  algo_err_t err;
  if (algo_node_set_next_time(t->node, now, &err) != ALGO_OK) return testnet_fail_err(t, "the time stays", &err);
  return algo_testnet_advance(t, 1);
}

bool algo_testnet_skip(algo_testnet_t *t, uint64_t seconds) {
  int64_t when;
  if (__builtin_add_overflow(algo_testnet_now(t), seconds, &when))
    return algo_testnet_fail(t, "%" PRIu64 " seconds are past the end of time", seconds);
  return algo_testnet_set_time(t, when);
}

bool algo_testnet_snapshot(algo_testnet_t *t, uint64_t *id) {
  algo_err_t err;
  saved_t *s = algo_arena_alloc(&t->arena, sizeof *s);
  if (s == NULL) return testnet_nomem(t);
  if (algo_node_snapshot(t->node, id, &err) != ALGO_OK) return testnet_fail_err(t, "no snapshot", &err);
  *s = (saved_t){t->saved, *id, t->n_parties};
  t->saved = s;
  return true;
}

bool testnet_nothing_due(algo_testnet_t *t) {
  const expect_t e = t->expect;
  t->expect = (expect_t){.kind = EXPECT_OK};
  if (e.kind == EXPECT_OK || e.kind == EXPECT_ANYTHING) return true;
  return algo_testnet_fail(t, "a refusal was expected, and no group came%s%s", e.message ? ": " : "",
                           e.message ? e.message : "");
}

bool algo_testnet_revert(algo_testnet_t *t, uint64_t id) {
  algo_err_t err;
  if (!testnet_nothing_due(t)) return false;
  if (algo_node_revert(t->node, id, &err) != ALGO_OK) return testnet_fail_err(t, "not reverted", &err);
  while (t->saved != NULL && t->saved->id > id) t->saved = t->saved->next;
  return t->saved == NULL || testnet_fund_since(t, t->saved->n_parties);
}
