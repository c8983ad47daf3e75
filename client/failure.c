/* failure.c - what a node says of a failed transaction, taken apart. */
#include "algo/failure.h"

#include <inttypes.h>

/* Where `what` stands in v at or after `from`; SIZE_MAX: nowhere. */
static size_t find(algo_bytes_t v, const char *what, size_t from) {
  size_t n = strlen(what);
  for (size_t i = from; n <= v.n && i <= v.n - n; i++)
    if (memcmp(v.p + i, what, n) == 0) return i;
  return SIZE_MAX;
}

/* The decimal number behind `what`; false: not there, or too large. */
static bool number_after(algo_bytes_t v, const char *what, size_t from, uint64_t *out) {
  size_t at = find(v, what, from);
  if (at == SIZE_MAX) return false;
  at += strlen(what);
  uint64_t x = 0;
  size_t start = at;
  for (; at < v.n && v.p[at] >= '0' && v.p[at] <= '9'; at++)
    if (__builtin_mul_overflow(x, 10u, &x) || __builtin_add_overflow(x, (uint64_t)(v.p[at] - '0'), &x)) return false;
  if (at == start) return false;
  *out = x;
  return true;
}

static void step_over(algo_bytes_t *v, size_t n) { v->p += n, v->n -= n; }

static bool skip_prefix(algo_bytes_t *v, const char *prefix) {
  size_t n = strlen(prefix);
  if (v->n < n || memcmp(v->p, prefix, n) != 0) return false;
  step_over(v, n);
  return true;
}

/* "TransactionPool.Remember: transaction ABC…: logic eval error: inner tx 0 failed: ": what says where, not why. */
static void unwrap(algo_bytes_t *v) {
  for (bool more = true; more;) {
    more = skip_prefix(v, "TransactionPool.Remember: ") || skip_prefix(v, "logic eval error: ") ||
           skip_prefix(v, "rejected by logic err=");
    algo_bytes_t rest = *v;
    if (!skip_prefix(&rest, "transaction ") && !skip_prefix(&rest, "inner tx ")) continue;
    size_t colon = find(rest, ": ", 0), failed = find(rest, " failed: ", 0);
    if (failed != SIZE_MAX && failed < 8) step_over(&rest, failed + 9);
    else if (colon == 52) step_over(&rest, colon + 2);
    else continue;
    *v = rest;
    more = true;
  }
}

void algo_failure_parse(algo_failure_t *out, const char *text, size_t n) {
  algo_bytes_t v = algo_bytes(text, n);
  uint64_t x = 0;
  *out = (algo_failure_t){.pc = -1, .group_index = SIZE_MAX};
  out->logic = find(v, "logic eval error: ", 0) != SIZE_MAX || find(v, "rejected by logic", 0) != SIZE_MAX ||
               find(v, "rejected by ApprovalProgram", 0) != SIZE_MAX;
  out->rejected = find(v, "rejected by ApprovalProgram", 0) != SIZE_MAX;
  /* The first details are the innermost program's: where it went wrong. */
  size_t details = find(v, "Details: ", 0);
  if (details != SIZE_MAX) {
    if (number_after(v, "app=", details, &x)) out->app = x;
    if (number_after(v, "pc=", details, &x) && x <= UINT32_MAX) out->pc = (int64_t)x;
  } else if (out->logic && number_after(v, " pc=", 0, &x) && x <= UINT32_MAX) {
    out->pc = (int64_t)x;
  }
  out->reason = v;
  unwrap(&out->reason);
  size_t end = find(out->reason, ". Details: ", 0);
  if (end != SIZE_MAX) out->reason.n = end;
  end = find(out->reason, " pc=", 0);
  if (end != SIZE_MAX) out->reason.n = end;
}

/* "overspend (account X, data {everything about it}, tried to spend N)", without the middle. False: it is none. */
static bool explain_overspend(algo_bytes_t reason, algo_err_t *err) {
  static const char tried[] = ", tried to spend ";
  if (!skip_prefix(&reason, "overspend (account ")) return false;
  size_t comma = find(reason, ",", 0), at = find(reason, tried, 0);
  if (comma == SIZE_MAX || at == SIZE_MAX || comma > ALGO_ADDR_TEXT) return false;
  algo_bytes_t amount = algo_bytes(reason.p + at + strlen(tried), reason.n - at - strlen(tried));
  while (amount.n > 0 && (amount.p[amount.n - 1] == ')' || amount.p[amount.n - 1] == '}')) amount.n--;
  bool braced = amount.n > 0 && amount.p[0] == '{'; /* older nodes: {microAlgos} */
  if (braced) step_over(&amount, 1);
  if (amount.n > 40) return false;
  algo_err_set(err, ALGO_E_LEDGER, "account %.*s has too little ALGO: overspend, it tried to spend %.*s%s", (int)comma,
               (const char *)reason.p, (int)amount.n, (const char *)amount.p, braced ? " microAlgos" : "");
  return true;
}

algo_code_t algo_failure_explain(const algo_failure_t *f, uint64_t app, const algo_app_spec_t *spec, algo_err_t *err) {
  algo_code_t r;
  const char *message = NULL;
  int n = (int)(f->reason.n < 900 ? f->reason.n : 900);
  if (spec != NULL && f->pc >= 0 && (app == 0 || f->app == app)) message = algo_app_error_at(spec, (uint32_t)f->pc);
  if (message != NULL) r = algo_err_set(err, ALGO_E_REFUSED, "%s", message);
  else if (!f->logic && explain_overspend(f->reason, err)) r = ALGO_E_LEDGER;
  else if (f->logic && f->pc >= 0)
    r = algo_err_set(err, ALGO_E_LOGIC, "%.*s (application %" PRIu64 ", byte %" PRId64 " of its program)", n,
                     (const char *)f->reason.p, f->app, f->pc);
  else r = algo_err_set(err, f->logic ? ALGO_E_LOGIC : ALGO_E_LEDGER, "%.*s", n, (const char *)f->reason.p);
  if (err != NULL) err->pc = f->pc;
  return r;
}
