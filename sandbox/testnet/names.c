/* What is said of applications and their methods: the test's labels, the description's names. */
#include "algo/text.h"
#include "internal.h"

/* ---- what is known ---- */

static known_app_t *known(const algo_testnet_t *t, uint64_t app) {
  for (known_app_t *a = t->apps; a != NULL; a = a->next)
    if (a->id == app) return a;
  return NULL;
}

const algo_app_spec_t *testnet_spec(const algo_testnet_t *t, uint64_t app) {
  const known_app_t *a = known(t, app);
  return a == NULL ? NULL : a->spec;
}

const algo_arc56_t *testnet_arc56(const algo_testnet_t *t, uint64_t app) {
  const known_app_t *a = known(t, app);
  return a == NULL ? NULL : a->arc56;
}

bool testnet_know(algo_testnet_t *t, uint64_t app, const algo_app_spec_t *spec, const algo_arc56_t *arc56) {
  known_app_t *a = known(t, app);
  if (a == NULL) {
    if ((a = algo_arena_alloc(&t->arena, sizeof *a)) == NULL) return testnet_nomem(t);
    a->next = t->apps;
    t->apps = a;
  }
  *a = (known_app_t){a->next, app, spec, arc56};
  return true;
}

/* ---- applications ---- */

const char *testnet_app(algo_testnet_t *t, uint64_t app) {
  algo_addr_t a;
  algo_addr_of_app(&a, app);
  const party_t *p = testnet_by_addr(t, &a);
  const char *s = p == NULL ? algo_arena_printf(&t->group, "application %" PRIu64, app)
                            : algo_arena_printf(&t->group, "%s (application %" PRIu64 ")", p->label, app);
  return s == NULL ? "an application" : s;
}

/* ---- methods ---- */

bool testnet_know_method(algo_testnet_t *t, const char *signature) {
  known_method_t *m;
  uint8_t selector[4];
  if (signature == NULL || strchr(signature, '(') == NULL) return true;
  algo_arc4_selector(selector, signature);
  if (testnet_signature(t, 0, algo_bytes(selector, 4)) != NULL) return true;
  m = algo_arena_alloc(&t->arena, sizeof *m);
  const char *kept = algo_arena_strdup(&t->arena, signature);
  if (m == NULL || kept == NULL) return testnet_nomem(t);
  *m = (known_method_t){.next = t->methods, .signature = kept};
  memcpy(m->selector, selector, sizeof m->selector);
  t->methods = m;
  return true;
}

const char *testnet_signature(const algo_testnet_t *t, uint64_t app, algo_bytes_t selector) {
  const algo_arc56_t *d = testnet_arc56(t, app);
  if (selector.n != 4) return NULL;
  for (size_t i = 0; d != NULL && i < d->n_methods; i++)
    if (memcmp(d->methods[i].arc4.selector, selector.p, 4) == 0) return d->methods[i].arc4.signature;
  for (const known_method_t *m = t->methods; m != NULL; m = m->next)
    if (memcmp(m->selector, selector.p, 4) == 0) return m->signature;
  return NULL;
}

/* ---- values ---- */

/* Bytes of no known type: a number, somebody, or how many there are. */
static void put_bytes(algo_testnet_t *t, algo_buf_t *out, algo_bytes_t v) {
  algo_addr_t a;
  uint64_t number = 0;
  for (size_t i = 0; i < v.n && i < 8; i++) number = number << 8 | v.p[i];
  if (v.n == sizeof a) memcpy(a.b, v.p, sizeof a.b);
  const party_t *p = v.n == sizeof a ? testnet_by_addr(t, &a) : NULL; /* 32 bytes may be a hash as well */
  if (p != NULL) algo_buf_puts(out, p->label);
  else if (v.n <= 8) algo_buf_printf(out, "%" PRIu64, number);
  else algo_buf_printf(out, "(%zu bytes)", v.n);
}

void testnet_put_value(algo_testnet_t *t, algo_buf_t *out, const algo_arc4_type_t *type, algo_bytes_t v) {
  algo_buf_t text = ALGO_BUF_INIT;
  algo_json_t j = algo_json(&text);
  algo_err_t err;
  bool plain = type != NULL && type->kind != ALGO_ARC4_REF && type->kind != ALGO_ARC4_TXN;
  if (plain && algo_arc4_decode_json(&j, type, v, &err) == ALGO_OK) {
    bool quoted = type->kind == ALGO_ARC4_ADDRESS && text.n > 2;
    algo_bytes_t shown = quoted ? algo_bytes(text.p + 1, text.n - 2) : algo_buf_view(&text);
    testnet_put_labelled(t, out, shown);
  } else {
    put_bytes(t, out, v);
  }
  algo_buf_fini(&text);
}

/* The arguments that are in the call itself; false: there are not as many as the signature has. */
static bool put_typed(algo_testnet_t *t, algo_buf_t *out, const algo_arc4_method_t *m, const algo_txn_t *x) {
  const algo_arc4_type_t *types[ALGO_GROUP_MAX];
  size_t n = 0;
  for (uint32_t i = 0; i < m->n_args; i++) {
    if (m->args[i].kind == ALGO_ARC4_TXN) continue;
    if (n + 1 >= ALGO_GROUP_MAX) return false;
    types[n++] = &m->args[i];
  }
  if (x->n_app_args != n + 1) return false;
  for (size_t i = 0; i < n; i++) {
    if (i > 0) algo_buf_puts(out, ", ");
    testnet_put_value(t, out, types[i], x->app_args[i + 1]);
  }
  return true;
}

void testnet_put_call(algo_testnet_t *t, algo_buf_t *out, const algo_txn_t *x) {
  static const char *const how[] = {"", ", opting in", ", closing out", ", clearing", ", updating", ", deleting"};
  algo_bytes_t selector = x->n_app_args == 0 ? (algo_bytes_t){NULL, 0} : x->app_args[0];
  const char *signature = testnet_signature(t, x->app_id, selector);
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_arc4_method_t m = {.n_args = 0};
  algo_addr_t a;
  algo_addr_of_app(&a, x->app_id);
  const party_t *p = testnet_by_addr(t, &a);
  if (x->app_id == 0) algo_buf_puts(out, " creates an application: ");
  else if (p != NULL) algo_buf_printf(out, " calls %s.", p->label);
  else algo_buf_printf(out, " calls %" PRIu64 ".", x->app_id);
  bool typed = signature != NULL && algo_arc4_method_parse(&m, signature, strlen(signature), &arena, NULL) == ALGO_OK;
  if (signature != NULL) {
    algo_buf_printf(out, "%.*s(", (int)strcspn(signature, "("), signature);
  } else if (selector.n == 4) {
    algo_buf_puts(out, "0x");
    algo_hex_encode(out, selector);
    algo_buf_putc(out, '(');
  } else {
    algo_buf_puts(out, "(bare)(");
  }
  size_t before = out->n;
  if (!typed || !put_typed(t, out, &m, x)) {
    out->n = before;
    for (size_t k = signature != NULL || selector.n == 4 ? 1 : 0; k < x->n_app_args; k++) {
      if (out->n > before) algo_buf_puts(out, ", ");
      put_bytes(t, out, x->app_args[k]);
    }
  }
  algo_buf_putc(out, ')');
  if ((unsigned)x->on_completion < sizeof how / sizeof *how) algo_buf_puts(out, how[x->on_completion]);
  algo_arena_fini(&arena);
}
