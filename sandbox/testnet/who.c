/* Accounts by label: addresses that are the same in every run, and what stands for them in texts. */
#include "internal.h"

#include "algo/hash.h"

const party_t *testnet_by_addr(const algo_testnet_t *t, const algo_addr_t *a) {
  for (const party_t *p = t->parties; p != NULL; p = p->next)
    if (algo_addr_eq(&p->addr, a)) return p;
  return NULL;
}

const party_t *testnet_by_label(const algo_testnet_t *t, const char *label, size_t n) {
  for (const party_t *p = t->parties; p != NULL; p = p->next)
    if (strlen(p->label) == n && memcmp(p->label, label, n) == 0) return p;
  return NULL;
}

/* Where nobody asks for signatures, these stand for one: the composer wants something there. */
static algo_code_t sign_nothing(void *user, algo_stxn_t *group, size_t n, const bool *wanted, algo_arena_t *arena,
                                algo_err_t *err) {
  (void)user, (void)arena, (void)err;
  for (size_t i = 0; i < n; i++) {
    if (!wanted[i]) continue;
    memset(group[i].sig, 0xff, sizeof group[i].sig);
    group[i].has_sig = true;
  }
  return ALGO_OK;
}

static party_t *add(algo_testnet_t *t, const char *label, const algo_addr_t *addr) {
  party_t *p = algo_arena_zalloc(&t->arena, sizeof *p);
  if (p != NULL) p->label = algo_arena_strdup(&t->arena, label);
  if (p == NULL || p->label == NULL) {
    testnet_nomem(t);
    return NULL;
  }
  p->addr = *addr;
  p->serial = t->n_parties++;
  p->next = t->parties;
  t->parties = p;
  return p;
}

static bool set_balance(algo_testnet_t *t, const party_t *p, uint64_t balance) {
  algo_err_t err;
  const algo_node_change_t c = {.kind = ALGO_NODE_BALANCE, .addr = p->addr, .amount = balance};
  if (algo_node_change(t->node, &c, &err) != ALGO_OK) return testnet_fail_err(t, "its balance was not set", &err);
  return true;
}

bool testnet_fund_since(algo_testnet_t *t, unsigned n_parties) {
  for (const party_t *p = t->parties; p != NULL && p->serial >= n_parties; p = p->next)
    if (p->made && !set_balance(t, p, t->opt.funds)) return false;
  return true;
}

static party_t *make(algo_testnet_t *t, const char *label) {
  algo_key_t key;
  uint8_t seed[32];
  algo_err_t err;
  algo_sha512_256_tagged(seed, "algorent testnet account ", label, strlen(label));
  algo_key_from_seed(&key, seed);
  party_t *p = add(t, label, &key.addr);
  if (p != NULL && t->opt.signatures && algo_signer_from_key(&p->signer, &key, NULL, &err) != ALGO_OK)
    testnet_fail_err(t, "no signer", &err);
  algo_key_fini(&key);
  if (p != NULL) p->made = true;
  return p != NULL && set_balance(t, p, t->opt.funds) ? p : NULL;
}

const party_t *testnet_party(algo_testnet_t *t, const char *label) {
  if (label == NULL || *label == '\0') {
    algo_testnet_fail(t, "a label is not empty");
    return NULL;
  }
  algo_addr_t addr;
  size_t n = strlen(label);
  const party_t *p = testnet_by_label(t, label, n);
  if (p != NULL) return p;
  if (n != ALGO_ADDR_TEXT || algo_addr_parse(&addr, label, n, NULL) != ALGO_OK) return make(t, label);
  p = testnet_by_addr(t, &addr);
  return p != NULL ? p : add(t, label, &addr);
}

const algo_addr_t *algo_testnet_account(algo_testnet_t *t, const char *label) {
  const party_t *p = testnet_party(t, label);
  return p == NULL ? NULL : &p->addr;
}

bool algo_testnet_name(algo_testnet_t *t, const algo_addr_t *addr, const char *label) {
  const party_t *p = testnet_by_label(t, label, strlen(label));
  if (p != NULL && algo_addr_eq(&p->addr, addr)) return true;
  if (p != NULL || *label == '\0') return algo_testnet_fail(t, "\"%s\" is the label of another address", label);
  return add(t, label, addr) != NULL;
}

/* ---- applications ---- */

static void forget(algo_testnet_t *t, const party_t *gone) {
  for (party_t **at = &t->parties; *at != NULL; at = &(*at)->next)
    if (*at == gone) {
      algo_signer_free((*at)->signer);
      *at = gone->next;
      return;
    }
}

void testnet_forget_apps(algo_testnet_t *t) {
  for (const party_t *p = t->parties, *next; p != NULL; p = next) {
    next = p->next;
    if (p->app != 0) forget(t, p);
  }
  t->apps = NULL;
}

static bool look(void *user, uint64_t app, const algo_avm_app_t *p, const algo_kv_t *kv, size_t n) {
  (void)user, (void)app, (void)p, (void)kv, (void)n;
  return true;
}

static bool is_there(const algo_testnet_t *t, uint64_t app) {
  const algo_ledger_t *l = algo_node_read(t->node);
  if (l == NULL) return false; /* a replay */
  bool there = algo_ledger_app(l, app, look, NULL);
  algo_node_read_done(t->node);
  return there;
}

bool testnet_name_app(algo_testnet_t *t, uint64_t app, const char *label) {
  algo_addr_t addr;
  algo_addr_of_app(&addr, app);
  const party_t *p = testnet_by_label(t, label, strlen(label));
  if (p != NULL && p->app != 0 && p->app != app && (testnet_by_addr(t, &p->addr) != p || !is_there(t, p->app)))
    forget(t, p);
  if (!algo_testnet_name(t, &addr, label)) return false;
  for (party_t *made = t->parties; made != NULL; made = made->next)
    if (algo_addr_eq(&made->addr, &addr)) made->app = app;
  return true;
}

const char *algo_testnet_label(algo_testnet_t *t, const algo_addr_t *addr) {
  const party_t *p = testnet_by_addr(t, addr);
  char text[ALGO_ADDR_TEXT + 1];
  if (p != NULL) return p->label;
  algo_addr_format(text, addr);
  algo_buf_clear(&t->label);
  algo_buf_puts(&t->label, text);
  return algo_buf_cstr(&t->label);
}

const algo_signer_t *algo_testnet_signer(algo_testnet_t *t, const char *who) {
  const party_t *found = testnet_party(t, who);
  algo_err_t err;
  if (found == NULL || found->signer != NULL) return found == NULL ? NULL : found->signer;
  if (t->opt.signatures) {
    algo_testnet_fail(t, "%s has no key, and signatures are asked for", who);
    return NULL;
  }
  for (party_t *p = t->parties; p != NULL; p = p->next)
    if (p == found && algo_signer_callback(&p->signer, &p->addr, sign_nothing, NULL, NULL, &err) != ALGO_OK)
      testnet_fail_err(t, "no signer", &err);
  return found->signer;
}

bool algo_testnet_fund(algo_testnet_t *t, const char *who, uint64_t balance) {
  const party_t *p = testnet_party(t, who);
  return p != NULL && set_balance(t, p, balance);
}
