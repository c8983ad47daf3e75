/* The ledger that a run happens on, with its applications, and the group that is run. */
#include "record.h"

static algo_addr_t sender_address(void) {
  algo_addr_t a;
  memset(a.b, 'S', sizeof a.b);
  return a;
}

bool tool_failed(const char *what, const algo_err_t *err) {
  fprintf(stderr, "algorent-avm: %s: %s\n", what, err->msg);
  return false;
}

#define ALGOS UINT64_C(1000000)

static bool new_ledger(algo_ledger_t **out, algo_arena_t *arena) {
  algo_err_t err;
  algo_err_init(&err);
  algo_genesis_account_t *a = algo_arena_array(arena, 3, sizeof *a);
  if (a == NULL) return false;
  memset(a[0].addr.b, 'P', 32);
  memset(a[1].addr.b, 'F', 32);
  a[2].addr = sender_address();
  a[0].amount = 1000000 * ALGOS;
  a[1].amount = ALGOS;
  a[2].amount = 1000000 * ALGOS;
  a[0].status = a[1].status = 2;
  algo_genesis_t g = {.id = "v1",
                      .network = "algorent-avm",
                      .protocol = "future",
                      .fee_sink = a[1].addr,
                      .rewards_pool = a[0].addr,
                      .devmode = true,
                      .timestamp = 1700000000,
                      .alloc = a,
                      .n_alloc = 3};
  return algo_ledger_new(out, &g, NULL, &err) == ALGO_OK || tool_failed("ledger", &err);
}

static algo_txn_t transaction(const algo_ledger_t *l, algo_txn_type_t type, const scenario_t *s) {
  uint64_t round = algo_ledger_round(l);
  return (algo_txn_t){.type = type,
                      .sender = sender_address(),
                      .fee = s->fee,
                      .first_valid = round > 0 ? round : 1,
                      .last_valid = round + 1000,
                      .genesis_hash = *algo_ledger_genesis_hash(l)};
}

static bool submit(algo_ledger_t *l, const algo_txn_t *t, algo_digest_t *id) {
  algo_stxn_t s = {.txn = *t};
  algo_buf_t bytes = ALGO_BUF_INIT, text = ALGO_BUF_INIT;
  algo_submit_options_t opt = {.skip_signatures = true};
  algo_err_t err;
  algo_err_init(&err);
  algo_stxn_encode(&bytes, &s);
  bool ok = algo_ledger_submit(l, algo_buf_view(&bytes), &opt, id, &text, NULL, &err) == ALGO_OK &&
            algo_ledger_seal(l, 1700000000 + (int64_t)algo_ledger_round(l), &err) == ALGO_OK;
  if (!ok) tool_failed("setup", &err);
  algo_buf_fini(&bytes);
  algo_buf_fini(&text);
  return ok;
}

/* `int 1` in the program's own version. */
static algo_bytes_t approving(const program_t *p, algo_arena_t *arena) {
  uint8_t bytes[16];
  uint64_t version = 1;
  (void)algo_uvarint_get(p->l.code.p, p->l.code.n, &version);
  unsigned n = algo_uvarint_put(bytes, version);
  memcpy(bytes + n, "\x20\x01\x01\x22", 4);
  return algo_arena_dup(arena, algo_bytes(bytes, n + 4));
}

static uint32_t extra_pages(const program_t *p) {
  return (uint32_t)(p->l.code.n > 1024 ? (p->l.code.n - 1) / 2048 + 1 : 0);
}

static void give_schema(algo_txn_t *t, const program_t *p, algo_arena_t *arena) {
  t->approval_program = t->clear_program = approving(p, arena);
  t->global_schema = (algo_schema_t){32, 32};
  t->local_schema = (algo_schema_t){8, 8};
  t->extra_program_pages = extra_pages(p) > 3 ? 3 : extra_pages(p);
}

/* An application that approves everything is created, opted in to, and gets its real program last. */
static bool install(algo_ledger_t *l, const program_t *p, const scenario_t *s, uint64_t *app, algo_arena_t *arena) {
  algo_digest_t id;
  algo_found_txn_t found;
  algo_err_t err;
  algo_err_init(&err);
  algo_txn_t t = transaction(l, ALGO_TX_APPL, s);
  give_schema(&t, p, arena);
  if (!submit(l, &t, &id) || !algo_ledger_find_txn(l, &id, &found, arena)) return false;
  *app = found.apply->created_app;
  if (s->n_locals > 0 || s->on_completion == ALGO_OC_CLOSEOUT || s->on_completion == ALGO_OC_CLEAR) {
    t = transaction(l, ALGO_TX_APPL, s);
    t.app_id = *app;
    t.on_completion = ALGO_OC_OPTIN;
    if (!submit(l, &t, &id)) return false;
  }
  algo_addr_t address, sender = sender_address();
  algo_addr_of_app(&address, *app);
  algo_code_t rc = algo_ledger_set_balance(l, &address, 1000 * ALGOS, &err);
  for (size_t i = 0; i < s->n_globals && rc == ALGO_OK; i++) {
    rc = algo_ledger_set_global(l, *app, s->globals[i].key, &s->globals[i].value, &err);
  }
  for (size_t i = 0; i < s->n_locals && rc == ALGO_OK; i++) {
    rc = algo_ledger_set_local(l, &sender, *app, s->locals[i].key, &s->locals[i].value, &err);
  }
  for (size_t i = 0; i < s->n_boxes && rc == ALGO_OK; i++) {
    uint8_t be[8];
    algo_put_be64(be, s->boxes[i].value.uint);
    algo_bytes_t v = s->boxes[i].value.is_bytes ? s->boxes[i].value.bytes : algo_bytes(be, sizeof be);
    rc = algo_ledger_set_box(l, *app, s->boxes[i].key, &v, &err);
  }
  bool clear = s->on_completion == ALGO_OC_CLEAR;
  if (rc == ALGO_OK) {
    rc = algo_ledger_set_program(l, *app, clear ? algo_bytes(NULL, 0) : p->l.code,
                                 clear ? p->l.code : algo_bytes(NULL, 0), &err);
  }
  return rc == ALGO_OK || tool_failed("setup", &err);
}

static algo_stxn_t *next_txn(world_t *w) { return w->n < ALGO_GROUP_MAX ? &w->group[w->n++] : NULL; }

static bool too_many(void) {
  fprintf(stderr, "algorent-avm: a group has at most %u transactions\n", ALGO_GROUP_MAX);
  return false;
}

static bool add_call(world_t *w, const program_t *p, const scenario_t *s, uint64_t app) {
  algo_stxn_t *pay = s->pay > 0 ? next_txn(w) : NULL, *call = next_txn(w);
  if (call == NULL || (s->pay > 0 && pay == NULL)) return too_many();
  if (pay != NULL) {
    *pay = (algo_stxn_t){.txn = transaction(w->l, ALGO_TX_PAY, s)};
    pay->txn.amount = s->pay;
    algo_addr_of_app(&pay->txn.receiver, app);
  }
  *call = (algo_stxn_t){.txn = transaction(w->l, ALGO_TX_APPL, s)};
  algo_txn_t *t = &call->txn;
  t->app_id = app;
  t->on_completion = s->on_completion;
  t->app_args = s->args;
  t->n_app_args = s->n_args;
  if (s->create) {
    give_schema(t, p, w->arena);
    t->approval_program = p->l.code;
  }
  if (s->on_completion == ALGO_OC_UPDATE) t->approval_program = t->clear_program = approving(p, w->arena);
  return true;
}

static bool add_signed(world_t *w, const program_t *p, const scenario_t *s) {
  algo_err_t err;
  algo_stxn_t *x = next_txn(w);
  if (x == NULL) return too_many();
  algo_err_init(&err);
  *x = (algo_stxn_t){.txn = transaction(w->l, ALGO_TX_PAY, s)};
  algo_addr_of_program(&x->txn.sender, p->l.code);
  x->txn.receiver = sender_address();
  x->txn.amount = s->pay;
  x->lsig.logic = p->l.code;
  x->lsig.args = s->args;
  x->lsig.n_args = s->n_args;
  return algo_ledger_set_balance(w->l, &x->txn.sender, 1000 * ALGOS, &err) == ALGO_OK || tool_failed("setup", &err);
}

/* The application of a file that is installed already; 0: none. */
static uint64_t installed(const world_t *w, const program_t *p) {
  for (size_t i = 0; i < w->n_apps; i++)
    if (strcmp(w->apps[i].program->path, p->path) == 0) return w->apps[i].id;
  return 0;
}

static bool install_once(world_t *w, const program_t *p, const scenario_t *s, uint64_t *app) {
  *app = installed(w, p);
  if (*app != 0) return true;
  if (!install(w->l, p, s, app, w->arena)) return false;
  w->apps[w->n_apps++] = (world_app_t){*app, p};
  return true;
}

/* A call, and those that follow it in the group. */
static bool add_part(world_t *w, const program_t *p, const scenario_t *s, uint64_t *app) {
  *app = 0;
  if (w->n_apps == WORLD_APPS) return too_many();
  bool ok = s->sig ? add_signed(w, p, s) : (s->create || install_once(w, p, s, app)) && add_call(w, p, s, *app);
  w->budget += s->extra_budget;
  uint64_t other;
  return ok && (s->then == NULL || add_part(w, s->then->program, s->then, &other));
}

bool world_open(world_t *w, const program_t *p, const scenario_t *s, uint64_t *app, algo_arena_t *arena) {
  *w = (world_t){.arena = arena};
  if (!new_ledger(&w->l, arena)) return false;
  scenario_t plain;
  scenario_init(&plain);
  for (size_t i = 0; i < s->n_others; i++) {
    uint64_t other;
    if (!install_once(w, s->others[i], &plain, &other)) return false;
  }
  if (!add_part(w, p, s, app)) return false;
  const algo_txn_t *txns[ALGO_GROUP_MAX];
  for (size_t i = 0; i < w->n; i++) txns[i] = &w->group[i].txn;
  algo_digest_t id;
  if (w->n > 1 && algo_group_id(&id, txns, w->n, NULL) == ALGO_OK)
    for (size_t i = 0; i < w->n; i++) w->group[i].txn.group = id;
  return true;
}

void world_close(world_t *w) { algo_ledger_free(w->l); }
