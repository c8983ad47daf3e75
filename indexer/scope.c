/* scope.c - see scope.h. */
#include "scope.h"

#include <inttypes.h>
#include <stdlib.h>

#include "algo/arc4.h"
#include "algo/text.h"

static const char *const kinds[] = {"app",      "asset",    "address",       "type",       "note",
                                    "method",   "event",    "on-completion", "sender",     "receiver",
                                    "close-to", "rekey-to", "min-amount",    "max-amount", "sig-type"};
#define KINDS    (sizeof kinds / sizeof *kinds)
#define TEXT_MAX 4096u
static const char *const completions[] = {"noop", "optin", "closeout", "clear", "update", "delete"};
#define COMPLETIONS (sizeof completions / sizeof *completions)
static const char *const signatures[] = {"sig", "msig", "lsig", "pqsig"};
#define SIGNATURES (sizeof signatures / sizeof *signatures)

/* ---- reading ---- */

static algo_code_t wrong(const char *text, algo_err_t *err) {
  return algo_err_set(err, ALGO_E_INVALID,
                      "no scope: \"%s\". There are all, market, app:ID,..., asset:ID,..., address:A, type:pay, "
                      "note:TEXT or note:0xHEX, method:SIGNATURE, event:SIGNATURE, on-completion:delete, sender:A, "
                      "receiver:A, close-to:A, rekey-to:A, min-amount:N, max-amount:N, sig-type:msig, and several of "
                      "one transaction with & between",
                      text);
}

/* Which of the words it is. */
static bool parse_word(uint64_t *out, const char *const *words, size_t n_words, const char *s, size_t n) {
  for (*out = 0; *out < n_words; ++*out)
    if (strlen(words[*out]) == n && memcmp(words[*out], s, n) == 0) return true;
  return false;
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
  case IX_TERM_MIN_AMOUNT:
  case IX_TERM_MAX_AMOUNT: return algo_u64_parse(&t->number, s, n, NULL) == ALGO_OK ? ALGO_OK : wrong(text, err);
  case IX_TERM_ADDRESS:
  case IX_TERM_SENDER:
  case IX_TERM_RECEIVER:
  case IX_TERM_CLOSE_TO:
  case IX_TERM_REKEY_TO: return algo_addr_parse(&t->addr, s, n, err);
  case IX_TERM_TYPE:
    for (t->number = ALGO_TX_PAY; t->number <= ALGO_TX_HB; t->number++)
      if (strlen(algo_txn_type_text((algo_txn_type_t)t->number)) == n &&
          memcmp(algo_txn_type_text((algo_txn_type_t)t->number), s, n) == 0)
        return ALGO_OK;
    return wrong(text, err);
  case IX_TERM_ON_COMPLETION:
    return parse_word(&t->number, completions, COMPLETIONS, s, n) ? ALGO_OK : wrong(text, err);
  case IX_TERM_SIGNATURE: return parse_word(&t->number, signatures, SIGNATURES, s, n) ? ALGO_OK : wrong(text, err);
  case IX_TERM_NOTE:
    if (n >= 2 && memcmp(s, "0x", 2) == 0) {
      rc = algo_hex_decode(&b, s + 2, n - 2, err);
    } else {
      algo_buf_put(&b, s, n);
    }
    break;
  case IX_TERM_METHOD:
  case IX_TERM_EVENT:
    if (!memchr(s, '(', n)) return wrong(text, err);
    algo_buf_put(&b, s, n);
    algo_arc4_selector(selector, algo_buf_cstr(&b));
    algo_buf_clear(&b);
    algo_buf_put(&b, selector, sizeof selector);
    break;
  }
  if (rc == ALGO_OK) t->bytes = algo_arena_dup(arena, algo_buf_view(&b));
  if (rc == ALGO_OK && b.n && !t->bytes.p) rc = algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  algo_buf_fini(&b);
  return rc;
}

/* The kind before the colon; KINDS: none. */
static size_t kind_of(const char *s) {
  const size_t n = strcspn(s, ":");
  size_t kind = 0;
  while (s[n] && kind < KINDS && (strlen(kinds[kind]) != n || memcmp(kinds[kind], s, n) != 0)) kind++;
  return s[n] ? kind : KINDS;
}

/* How long a value is: up to an & with a kind behind it (a note may have others), or, of a list, a comma. */
static size_t value_length(const char *s, bool list) {
  size_t n = 0;
  while (s[n] && !(s[n] == '&' && kind_of(s + n + 1) < KINDS) && !(list && s[n] == ',')) n++;
  return n;
}

/* What else holds for the same transaction: behind an &. */
static algo_code_t parse_also(const ix_term_t **out, const char *s, const char *text, algo_arena_t *arena,
                              algo_err_t *err) {
  ix_term_t *t = algo_arena_array(arena, 1, sizeof *t);
  const size_t kind = kind_of(s);
  if (!t) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  *t = (ix_term_t){.kind = (ix_term_kind_t)kind};
  s = strchr(s, ':') + 1;
  const size_t n = value_length(s, false);
  algo_code_t rc = parse_value(t, s, n, text, arena, err);
  if (rc == ALGO_OK && s[n]) rc = parse_also(&t->also, s + n + 1, text, arena, err);
  *out = t;
  return rc;
}

algo_code_t ix_scope_parse(ix_term_t *terms, size_t *n, size_t max, const char *text, algo_arena_t *arena,
                           algo_err_t *err) {
  const size_t kind = kind_of(text);
  if (kind == KINDS || strlen(text) > TEXT_MAX) return wrong(text, err);
  const bool list = kind == IX_TERM_APP || kind == IX_TERM_ASSET;
  const size_t first = *n;
  for (const char *value = strchr(text, ':') + 1;; value++) {
    const size_t length = value_length(value, list);
    if (*n == max) return algo_err_set(err, ALGO_E_INVALID, "a scope of more than %zu terms", max);
    terms[*n] = (ix_term_t){.kind = (ix_term_kind_t)kind};
    algo_code_t rc = parse_value(&terms[*n], value, length, text, arena, err);
    if (rc != ALGO_OK) return rc;
    ++*n;
    value += length;
    if (*value == ',') continue;
    if (!*value) return ALGO_OK;
    const ix_term_t *also;
    rc = parse_also(&also, value + 1, text, arena, err);
    for (size_t i = first; i < *n; i++) terms[i].also = also; /* app:1,2&type:appl is two */
    return rc;
  }
}

static int compare_terms(const void *x, const void *y) {
  const ix_term_t *a = x, *b = y;
  if (a->kind != b->kind) return a->kind < b->kind ? -1 : 1;
  if (a->number != b->number) return a->number < b->number ? -1 : 1;
  int c = memcmp(a->addr.b, b->addr.b, sizeof a->addr.b);
  if (c == 0) c = algo_bytes_cmp(a->bytes, b->bytes);
  if (c == 0 && (!a->also || !b->also)) c = (a->also != NULL) - (b->also != NULL);
  else if (c == 0) c = compare_terms(a->also, b->also);
  return c;
}

static void put_term(algo_buf_t *text, const ix_term_t *t) {
  algo_buf_printf(text, "%s:", kinds[t->kind]);
  switch (t->kind) {
  case IX_TERM_APP:
  case IX_TERM_ASSET:
  case IX_TERM_MIN_AMOUNT:
  case IX_TERM_MAX_AMOUNT: algo_buf_printf(text, "%" PRIu64, t->number); break;
  case IX_TERM_TYPE: algo_buf_puts(text, algo_txn_type_text((algo_txn_type_t)t->number)); break;
  case IX_TERM_ON_COMPLETION: algo_buf_puts(text, completions[t->number]); break;
  case IX_TERM_SIGNATURE: algo_buf_puts(text, signatures[t->number]); break;
  case IX_TERM_NOTE:
  case IX_TERM_METHOD:
  case IX_TERM_EVENT:
    algo_buf_puts(text, "0x");
    algo_hex_encode(text, t->bytes);
    break;
  default: {
    char addr[ALGO_ADDR_TEXT + 1];
    algo_addr_format(addr, &t->addr);
    algo_buf_puts(text, addr);
  }
  }
  if (t->also) algo_buf_putc(text, '&'), put_term(text, t->also);
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

/* ---- comparing ---- */

static int compare_pieces(const void *x, const void *y) {
  return algo_bytes_cmp(*(const algo_bytes_t *)x, *(const algo_bytes_t *)y);
}

/* Appends the pieces between `at`, each put in order by `within` first, in order and once each. No value in such a text
 * has a comma or an & of its own: addresses, words, numbers and hex. */
static void put_in_order(algo_buf_t *out, algo_bytes_t text, char at, char within) {
  algo_buf_t parts = ALGO_BUF_INIT;
  size_t n = 1, kept = 0;
  for (size_t i = 0; i < text.n; i++) n += text.p[i] == (uint8_t)at;
  algo_bytes_t *piece = calloc(n, sizeof *piece);
  size_t *end = calloc(n, sizeof *end);
  for (size_t i = 0; piece && end && i < n; i++) {
    const uint8_t *stop = text.n ? memchr(text.p, at, text.n) : NULL;
    const algo_bytes_t one = {text.p, stop ? (size_t)(stop - text.p) : text.n};
    if (within) put_in_order(&parts, one, within, 0);
    else algo_buf_putb(&parts, one);
    end[i] = parts.n;
    if (stop) text = (algo_bytes_t){stop + 1, text.n - one.n - 1};
  }
  if (!piece || !end || parts.oom) out->oom = true;
  for (size_t i = 0, start = 0; !out->oom && i < n; start = end[i++])
    if (end[i] > start) piece[i] = algo_bytes(parts.p + start, end[i] - start);
  if (!out->oom) qsort(piece, n, sizeof *piece, compare_pieces);
  for (size_t i = 0; !out->oom && i < n; i++) {
    if (kept && algo_bytes_eq(piece[kept - 1], piece[i])) continue;
    piece[kept++] = piece[i];
    if (kept > 1) algo_buf_putc(out, (uint8_t)at);
    algo_buf_putb(out, piece[i]);
  }
  free(piece);
  free(end);
  algo_buf_fini(&parts);
}

bool ix_scope_same(const char *a, const char *b) {
  algo_buf_t x = ALGO_BUF_INIT, y = ALGO_BUF_INIT;
  put_in_order(&x, algo_bytes_str(a), ',', '&');
  put_in_order(&y, algo_bytes_str(b), ',', '&');
  const bool same = !x.oom && !y.oom && algo_bytes_eq(algo_buf_view(&x), algo_buf_view(&y));
  algo_buf_fini(&x);
  algo_buf_fini(&y);
  return same;
}

/* ---- asking ---- */

static bool starts_with(algo_bytes_t v, algo_bytes_t prefix) {
  return v.n >= prefix.n && (prefix.n == 0 || memcmp(v.p, prefix.p, prefix.n) == 0);
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

/* Whom a payment or an asset transfer names, and how much; false: the transaction is neither. */
static bool moves(const algo_txn_t *t, const algo_addr_t **receiver, const algo_addr_t **close_to, uint64_t *amount) {
  const bool pay = t->type == ALGO_TX_PAY;
  if (!pay && t->type != ALGO_TX_AXFER) return false;
  *receiver = pay ? &t->receiver : &t->asset_receiver;
  *close_to = pay ? &t->close_remainder_to : &t->asset_close_to;
  *amount = pay ? t->amount : t->asset_amount;
  return true;
}

static bool move_holds(const ix_term_t *term, const algo_txn_t *t) {
  const algo_addr_t *receiver, *close_to;
  uint64_t amount;
  if (!moves(t, &receiver, &close_to, &amount)) return false;
  switch (term->kind) {
  case IX_TERM_RECEIVER: return algo_addr_eq(receiver, &term->addr);
  case IX_TERM_CLOSE_TO: return algo_addr_eq(close_to, &term->addr);
  case IX_TERM_MIN_AMOUNT: return amount >= term->number;
  default: return amount <= term->number;
  }
}

static bool signed_by(const algo_stxn_t *s, uint64_t which) {
  const bool by[SIGNATURES] = {s->has_sig, s->msig.version != 0, s->lsig.logic.n != 0, s->pqsig.present};
  return by[which];
}

static bool event_holds(const ix_term_t *term, const algo_apply_t *a) {
  for (size_t i = 0; i < a->delta.n_logs; i++)
    if (starts_with(a->delta.logs[i], term->bytes)) return true;
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
  case IX_TERM_EVENT: return event_holds(term, a);
  case IX_TERM_SENDER: return algo_addr_eq(&t->sender, &term->addr);
  case IX_TERM_REKEY_TO: return algo_addr_eq(&t->rekey_to, &term->addr);
  case IX_TERM_SIGNATURE: return signed_by(&a->stxn, term->number);
  default: return move_holds(term, t);
  }
}

static bool terms_hold(const ix_term_t *term, const algo_apply_t *a) {
  while (term && term_holds(term, a)) term = term->also;
  return term == NULL;
}

bool ix_scope_holds(const ix_scope_t *s, const algo_apply_t *a) {
  for (size_t i = 0; i < s->n; i++)
    if (terms_hold(&s->terms[i], a)) return true;
  for (size_t i = 0; i < a->delta.n_inner; i++)
    if (ix_scope_holds(s, &a->delta.inner[i])) return true;
  return false;
}
