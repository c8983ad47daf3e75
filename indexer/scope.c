/* scope.c - see scope.h. */
#include "scope.h"

#include <inttypes.h>
#include <stdlib.h>

#include "algo/arc4.h"
#include "algo/text.h"

static const char *const kinds[] = {"app", "asset", "address", "type", "note", "method", "event", "on-completion"};
#define KINDS (sizeof kinds / sizeof *kinds)
static const char *const completions[] = {"noop", "optin", "closeout", "clear", "update", "delete"};
#define COMPLETIONS (sizeof completions / sizeof *completions)

/* ---- reading ---- */

static algo_code_t wrong(const char *text, algo_err_t *err) {
  return algo_err_set(err, ALGO_E_INVALID,
                      "no scope: \"%s\". There are all, market, app:ID,..., asset:ID,..., address:A, type:pay, "
                      "note:TEXT or note:0xHEX, method:SIGNATURE, event:SIGNATURE, on-completion:delete",
                      text);
}

static algo_code_t parse_value(ix_term_t *t, const char *s, size_t n, const char *text, algo_arena_t *arena,
                               algo_err_t *err) {
  uint8_t selector[4];
  algo_buf_t b = ALGO_BUF_INIT;
  algo_code_t rc = ALGO_OK;
  if (n == 0) return wrong(text, err);
  switch (t->kind) {
  case IX_TERM_APP:
  case IX_TERM_ASSET:
    return algo_u64_parse(&t->number, s, n, NULL) == ALGO_OK && t->number ? ALGO_OK : wrong(text, err);
  case IX_TERM_ADDRESS: return algo_addr_parse(&t->addr, s, n, err);
  case IX_TERM_TYPE:
    for (t->number = ALGO_TX_PAY; t->number <= ALGO_TX_HB; t->number++)
      if (strcmp(algo_txn_type_text((algo_txn_type_t)t->number), s) == 0) return ALGO_OK;
    return wrong(text, err);
  case IX_TERM_ON_COMPLETION:
    for (t->number = 0; t->number < COMPLETIONS; t->number++)
      if (strcmp(completions[t->number], s) == 0) return ALGO_OK;
    return wrong(text, err);
  case IX_TERM_NOTE:
    if (strncmp(s, "0x", 2) == 0) {
      rc = algo_hex_decode(&b, s + 2, n - 2, err);
    } else {
      algo_buf_put(&b, s, n);
    }
    break;
  case IX_TERM_METHOD:
  case IX_TERM_EVENT:
    if (!strchr(s, '(')) return wrong(text, err);
    algo_arc4_selector(selector, s);
    algo_buf_put(&b, selector, sizeof selector);
    break;
  }
  if (rc == ALGO_OK) t->bytes = algo_arena_dup(arena, algo_buf_view(&b));
  if (rc == ALGO_OK && b.n && !t->bytes.p) rc = algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  algo_buf_fini(&b);
  return rc;
}

algo_code_t ix_scope_parse(ix_term_t *terms, size_t *n, size_t max, const char *text, algo_arena_t *arena,
                           algo_err_t *err) {
  const char *value = strchr(text, ':');
  size_t kind = 0;
  while (value && kind < KINDS &&
         (strlen(kinds[kind]) != (size_t)(value - text) || memcmp(kinds[kind], text, (size_t)(value - text)) != 0))
    kind++;
  if (!value || kind == KINDS) return wrong(text, err);
  const bool list = kind == IX_TERM_APP || kind == IX_TERM_ASSET;
  for (value++;; value++) {
    const size_t length = list ? strcspn(value, ",") : strlen(value);
    if (*n == max) return algo_err_set(err, ALGO_E_INVALID, "a scope of more than %zu terms", max);
    terms[*n] = (ix_term_t){.kind = (ix_term_kind_t)kind};
    algo_code_t rc = parse_value(&terms[*n], value, length, text, arena, err);
    if (rc != ALGO_OK) return rc;
    ++*n;
    value += length;
    if (!*value) return ALGO_OK;
  }
}

static int compare_terms(const void *x, const void *y) {
  const ix_term_t *a = x, *b = y;
  if (a->kind != b->kind) return a->kind < b->kind ? -1 : 1;
  if (a->number != b->number) return a->number < b->number ? -1 : 1;
  const int c = memcmp(a->addr.b, b->addr.b, sizeof a->addr.b);
  return c ? c : algo_bytes_cmp(a->bytes, b->bytes);
}

static void put_term(algo_buf_t *text, const ix_term_t *t) {
  algo_buf_printf(text, "%s:", kinds[t->kind]);
  if (t->kind == IX_TERM_APP || t->kind == IX_TERM_ASSET) {
    algo_buf_printf(text, "%" PRIu64, t->number);
  } else if (t->kind == IX_TERM_ADDRESS) {
    char addr[ALGO_ADDR_TEXT + 1];
    algo_addr_format(addr, &t->addr);
    algo_buf_puts(text, addr);
  } else if (t->kind == IX_TERM_TYPE) {
    algo_buf_puts(text, algo_txn_type_text((algo_txn_type_t)t->number));
  } else if (t->kind == IX_TERM_ON_COMPLETION) {
    algo_buf_puts(text, completions[t->number]);
  } else {
    algo_buf_puts(text, "0x");
    algo_hex_encode(text, t->bytes);
  }
}

void ix_scope_normalise(ix_term_t *terms, size_t *n, algo_buf_t *text) {
  size_t kept = 0;
  if (*n) qsort(terms, *n, sizeof *terms, compare_terms);
  for (size_t i = 0; i < *n; i++) {
    if (kept && compare_terms(&terms[kept - 1], &terms[i]) == 0) continue;
    terms[kept++] = terms[i];
    if (kept > 1) algo_buf_putc(text, ',');
    put_term(text, &terms[kept - 1]);
  }
  *n = kept;
}

/* ---- asking ---- */

static bool starts_with(algo_bytes_t v, algo_bytes_t prefix) {
  return v.n >= prefix.n && memcmp(v.p, prefix.p, prefix.n) == 0;
}

static bool asset_is(const algo_apply_t *a, uint64_t asset) {
  const algo_txn_t *t = &a->stxn.txn;
  switch (t->type) {
  case ALGO_TX_ACFG: return t->config_asset == asset || a->created_asset == asset;
  case ALGO_TX_AXFER: return t->xfer_asset == asset;
  case ALGO_TX_AFRZ: return t->freeze_asset == asset;
  default: return false;
  }
}

static bool takes_part(const algo_txn_t *t, const algo_addr_t *who) {
  if (algo_addr_eq(&t->sender, who)) return true;
  switch (t->type) {
  case ALGO_TX_PAY: return algo_addr_eq(&t->receiver, who) || algo_addr_eq(&t->close_remainder_to, who);
  case ALGO_TX_AXFER:
    return algo_addr_eq(&t->asset_receiver, who) || algo_addr_eq(&t->asset_sender, who) ||
           algo_addr_eq(&t->asset_close_to, who);
  case ALGO_TX_AFRZ: return algo_addr_eq(&t->freeze_account, who);
  case ALGO_TX_HB: return t->heartbeat && algo_addr_eq(&t->heartbeat->address, who);
  case ALGO_TX_APPL: break;
  default: return false;
  }
  for (size_t i = 0; i < t->n_accounts; i++)
    if (algo_addr_eq(&t->accounts[i], who)) return true;
  for (size_t i = 0; i < t->n_access; i++)
    if (algo_addr_eq(&t->access[i].address, who)) return true;
  return false;
}

static bool term_holds(const ix_term_t *term, const algo_apply_t *a) {
  const algo_txn_t *t = &a->stxn.txn;
  const bool call = t->type == ALGO_TX_APPL;
  switch (term->kind) {
  case IX_TERM_APP: return call && (t->app_id ? t->app_id : a->created_app) == term->number;
  case IX_TERM_ASSET: return asset_is(a, term->number);
  case IX_TERM_ADDRESS: return takes_part(t, &term->addr);
  case IX_TERM_TYPE: return t->type == term->number;
  case IX_TERM_NOTE: return starts_with(t->note, term->bytes);
  case IX_TERM_METHOD: return call && t->n_app_args && algo_bytes_eq(t->app_args[0], term->bytes);
  case IX_TERM_ON_COMPLETION: return call && t->on_completion == term->number;
  case IX_TERM_EVENT: break;
  }
  for (size_t i = 0; i < a->delta.n_logs; i++)
    if (starts_with(a->delta.logs[i], term->bytes)) return true;
  return false;
}

bool ix_scope_holds(const ix_scope_t *s, const algo_apply_t *a) {
  for (size_t i = 0; i < s->n; i++)
    if (term_holds(&s->terms[i], a)) return true;
  for (size_t i = 0; i < a->delta.n_inner; i++)
    if (ix_scope_holds(s, &a->delta.inner[i])) return true;
  return false;
}
