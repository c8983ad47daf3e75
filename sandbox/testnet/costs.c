/* What methods cost: the budget and the fees of each, over all groups that were measured; and whether one has grown. */
#include "internal.h"

#include "algo/file.h"
#include "algo/text.h"

#define MAX_FILE ((size_t)1 << 20)

/* ---- counting ---- */

static uint64_t fees(const algo_outcome_t *o) {
  uint64_t sum = o->stxn.txn.fee;
  for (size_t i = 0; i < o->n_inner; i++) sum += fees(&o->inner[i]);
  return sum;
}

static int order(const algo_testnet_cost_t *a, const char *contract, const char *method) {
  int by = strcmp(a->contract, contract);
  return by != 0 ? by : strcmp(a->method, method);
}

/* The method's place; made where it is not there. NULL: out of memory. */
static algo_testnet_cost_t *place(algo_testnet_t *t, const char *contract, const char *method) {
  size_t at = 0;
  while (at < t->n_costs && order(&t->costs[at], contract, method) < 0) at++;
  if (at < t->n_costs && order(&t->costs[at], contract, method) == 0) return &t->costs[at];
  algo_testnet_cost_t *more = realloc(t->costs, (t->n_costs + 1) * sizeof *more);
  if (more == NULL) return NULL;
  t->costs = more;
  const char *c = algo_arena_strdup(&t->arena, contract), *m = algo_arena_strdup(&t->arena, method);
  if (c == NULL || m == NULL) return NULL;
  memmove(more + at + 1, more + at, (t->n_costs - at) * sizeof *more);
  t->n_costs++;
  more[at] = (algo_testnet_cost_t){.contract = c, .method = m, .least = UINT64_MAX};
  return &more[at];
}

/* "rental/asa", or what the test calls the application; no spaces. */
static void put_contract(algo_testnet_t *t, algo_buf_t *out, uint64_t app, const algo_app_spec_t *spec) {
  algo_addr_t a;
  algo_addr_of_app(&a, app);
  const party_t *p = testnet_by_addr(t, &a);
  if (spec != NULL && spec->name != NULL) algo_buf_puts(out, spec->name);
  else algo_buf_puts(out, p == NULL ? "application" : p->label);
  if (spec != NULL && spec->variant != NULL && *spec->variant != '\0') algo_buf_printf(out, "/%s", spec->variant);
}

static void put_method(algo_testnet_t *t, algo_buf_t *out, uint64_t app, const algo_txn_t *x) {
  static const char *const bare[] = {"(bare)", "(opt-in)", "(close-out)", "(clear)", "(update)", "(delete)"};
  const char *s = x->n_app_args == 0 ? NULL : testnet_signature(t, app, x->app_args[0]);
  if (s != NULL) algo_buf_puts(out, s);
  else if (x->n_app_args > 0 && x->app_args[0].n == 4) algo_hex_encode(out, x->app_args[0]);
  else algo_buf_puts(out, x->on_completion < sizeof bare / sizeof *bare ? bare[x->on_completion] : "(call)");
}

static void without_spaces(algo_buf_t *b) {
  for (size_t i = 0; i < b->n; i++)
    if (b->p[i] <= ' ') b->p[i] = '_';
}

static bool count(algo_testnet_t *t, const algo_outcome_t *o, uint64_t budget, uint64_t fee,
                  const algo_app_spec_t *creates) {
  algo_buf_t contract = ALGO_BUF_INIT, method = ALGO_BUF_INIT;
  const algo_txn_t *x = &o->stxn.txn;
  uint64_t app = x->app_id == 0 ? o->created_app : x->app_id;
  bool has_spec = x->app_id == 0 && creates != NULL;
  put_contract(t, &contract, app, has_spec ? creates : testnet_spec(t, x->app_id));
  put_method(t, &method, x->app_id, x);
  without_spaces(&contract);
  without_spaces(&method);
  algo_testnet_cost_t *c = place(t, algo_buf_cstr(&contract), algo_buf_cstr(&method));
  algo_buf_fini(&contract);
  algo_buf_fini(&method);
  if (c == NULL) return testnet_nomem(t);
  c->calls++;
  c->sum += budget;
  if (budget < c->least) c->least = budget;
  if (budget > c->most) c->most = budget;
  if (fee > c->fees) c->fees = fee;
  return true;
}

bool testnet_count(algo_testnet_t *t, const algo_app_spec_t *creates) {
  const algo_testnet_result_t *r = &t->result;
  uint64_t fee = 0;
  if (!t->opt.measure) return true;
  for (size_t i = 0; i < r->n_txns; i++) fee += fees(&r->txns[i]);
  for (size_t i = 0; i < r->n_txns; i++)
    if (r->txns[i].stxn.txn.type == ALGO_TX_APPL && !count(t, &r->txns[i], t->spent[i], fee, creates)) return false;
  return true;
}

/* ---- telling ---- */

const algo_testnet_cost_t *algo_testnet_costs(const algo_testnet_t *t, size_t *n) {
  *n = t->n_costs;
  return t->costs;
}

void algo_testnet_report(const algo_testnet_t *t, algo_buf_t *out) {
  int contract = 8, method = 6;
  for (size_t i = 0; i < t->n_costs; i++) {
    int c = (int)strlen(t->costs[i].contract), m = (int)strlen(t->costs[i].method);
    if (c > contract) contract = c;
    if (m > method) method = m;
  }
  algo_buf_printf(out, "%-*s  %-*s  %7s  %6s  %6s  %6s  %7s\n", contract, "contract", method, "method", "calls",
                  "least", "mean", "most", "fees");
  for (size_t i = 0; i < t->n_costs; i++) {
    const algo_testnet_cost_t *c = &t->costs[i];
    algo_buf_printf(out, "%-*s  %-*s  %7" PRIu64 "  %6" PRIu64 "  %6" PRIu64 "  %6" PRIu64 "  %7" PRIu64 "\n", contract,
                    c->contract, method, c->method, c->calls, c->least, c->sum / c->calls, c->most, c->fees);
  }
}

/* ---- a file that holds them ---- */

static bool write_costs(algo_testnet_t *t, const char *path) {
  algo_buf_t text = ALGO_BUF_INIT;
  algo_err_t err;
  for (size_t i = 0; i < t->n_costs; i++)
    algo_buf_printf(&text, "%s %s %" PRIu64 "\n", t->costs[i].contract, t->costs[i].method, t->costs[i].most);
  bool ok = !text.oom && algo_file_write(path, algo_buf_view(&text), &err) == ALGO_OK;
  bool nomem = text.oom;
  algo_buf_fini(&text);
  return ok || (nomem ? testnet_nomem(t) : testnet_fail_err(t, "the costs were not written", &err));
}

/* One line of the file; *found becomes the cost that it is of (n_costs: none). False: no such line. */
static bool read_line(const algo_testnet_t *t, char *line, size_t *found, uint64_t *most) {
  char *method = strchr(line, ' '), *number = method == NULL ? NULL : strchr(method + 1, ' '), *end = NULL;
  if (number == NULL || number[1] < '0' || number[1] > '9') return false;
  *method++ = '\0';
  *number++ = '\0';
  *most = strtoull(number, &end, 10);
  for (*found = 0; *found < t->n_costs && order(&t->costs[*found], line, method) != 0;) ++*found;
  return *end == '\0';
}

/* What is wrong with the file's lines; they are cut up. */
static void compare(const algo_testnet_t *t, char *text, bool *seen, algo_buf_t *why) {
  char *rest = NULL;
  for (char *line = strtok_r(text, "\r\n", &rest); line != NULL; line = strtok_r(NULL, "\r\n", &rest)) {
    size_t at = 0;
    uint64_t most = 0;
    if (!read_line(t, line, &at, &most)) {
      algo_buf_printf(why, "\n  \"%s\" is no line of it", line);
    } else if (at == t->n_costs) {
      algo_buf_printf(why, "\n  %s %s was not called", line, line + strlen(line) + 1);
    } else {
      const algo_testnet_cost_t *c = &t->costs[at];
      seen[at] = true;
      if (c->most > most)
        algo_buf_printf(why, "\n  %s %s uses %" PRIu64 ", %" PRIu64 " more", c->contract, c->method, c->most,
                        c->most - most);
    }
  }
  for (size_t i = 0; i < t->n_costs; i++)
    if (!seen[i]) algo_buf_printf(why, "\n  %s %s is not in it", t->costs[i].contract, t->costs[i].method);
}

bool algo_testnet_assert_costs(algo_testnet_t *t, const char *path, bool write) {
  algo_buf_t text = ALGO_BUF_INIT, why = ALGO_BUF_INIT;
  algo_err_t err;
  if (t->n_costs == 0) return algo_testnet_fail(t, "nothing was measured: options.measure, or algo_testnet_measure");
  if (write) return write_costs(t, path);
  bool *seen = calloc(t->n_costs, sizeof *seen);
  if (seen == NULL) return testnet_nomem(t);
  if (algo_file_read(&text, path, MAX_FILE, &err) != ALGO_OK) algo_buf_printf(&why, "\n  %s", err.msg);
  algo_buf_putc(&text, '\0');
  if (text.oom) algo_buf_puts(&why, "\n  out of memory");
  else if (why.n == 0) compare(t, (char *)text.p, seen, &why);
  free(seen);
  algo_buf_fini(&text);
  bool ok = why.n == 0;
  if (!ok) algo_testnet_fail(t, "the costs are not those of %s:%s", path, algo_buf_cstr(&why));
  algo_buf_fini(&why);
  return ok;
}
