/* What is done, in words: the groups of a script that failed, what the test says to them, and the trace of a group. */
#include "internal.h"

static void put_label(algo_testnet_t *t, algo_buf_t *out, const char *before, const algo_addr_t *a) {
  algo_buf_printf(out, "%s%s", before, algo_testnet_label(t, a));
}

static void put_txn(algo_testnet_t *t, algo_buf_t *out, const algo_txn_t *x) {
  static const char *const others[] = {[ALGO_TX_KEYREG] = " registers keys", [ALGO_TX_ACFG] = " configures asset"};
  put_label(t, out, "", &x->sender);
  switch (x->type) {
  case ALGO_TX_PAY:
    algo_buf_printf(out, " pays %" PRIu64, x->amount);
    put_label(t, out, " to ", &x->receiver);
    if (!algo_addr_is_zero(&x->close_remainder_to)) put_label(t, out, " and closes to ", &x->close_remainder_to);
    break;
  case ALGO_TX_AXFER:
    if (!algo_addr_is_zero(&x->asset_sender)) put_label(t, out, " takes back from ", &x->asset_sender);
    algo_buf_printf(out, " sends %" PRIu64 " of asset %" PRIu64, x->asset_amount, x->xfer_asset);
    put_label(t, out, " to ", &x->asset_receiver);
    if (!algo_addr_is_zero(&x->asset_close_to)) put_label(t, out, " and opts out to ", &x->asset_close_to);
    break;
  case ALGO_TX_AFRZ:
    algo_buf_puts(out, x->asset_frozen ? " freezes" : " unfreezes");
    put_label(t, out, " ", &x->freeze_account);
    break;
  case ALGO_TX_APPL: testnet_put_call(t, out, x); break;
  default: {
    bool known = (size_t)x->type < sizeof others / sizeof *others && others[x->type] != NULL;
    algo_buf_puts(out, known ? others[x->type] : " sends a transaction");
  }
  }
}

void testnet_put_group(algo_testnet_t *t, algo_buf_t *out, const algo_txn_t *const *txns, size_t n) {
  for (size_t i = 0; i < n; i++) {
    if (i > 0) algo_buf_puts(out, "; ");
    put_txn(t, out, txns[i]);
  }
}

void testnet_tell(algo_testnet_t *t, const algo_txn_t *const *txns, size_t n) {
  if (!t->telling) return;
  algo_buf_puts(&t->story, "     ");
  testnet_put_group(t, &t->story, txns, n);
  algo_buf_printf(&t->story, "%s%s\n", t->result.ok ? "" : ": refused: ", t->result.ok ? "" : t->result.why);
}

void algo_testnet_note(algo_testnet_t *t, const char *fmt, ...) {
  if (!t->telling) return;
  va_list ap;
  va_start(ap, fmt);
  algo_arena_t a = ALGO_ARENA_INIT;
  const char *text = algo_arena_vprintf(&a, fmt, ap);
  va_end(ap);
  algo_buf_puts(&t->story, "     ");
  if (text != NULL) testnet_put_labelled(t, &t->story, algo_bytes_str(text));
  algo_buf_putc(&t->story, '\n');
  algo_arena_fini(&a);
}

/* ---- the trace ---- */

static void put_outcome(algo_testnet_t *t, algo_buf_t *out, const algo_outcome_t *o, unsigned depth) {
  const algo_txn_t *x = &o->stxn.txn;
  uint64_t app = x->app_id == 0 ? o->created_app : x->app_id;
  algo_buf_printf(out, "%*s", (int)(2 * depth), "");
  put_txn(t, out, x);
  if (o->created_app != 0) algo_buf_printf(out, " -> %s", testnet_app(t, o->created_app));
  if (o->created_asset != 0) algo_buf_printf(out, " -> asset %" PRIu64, o->created_asset);
  if (x->fee != 0) algo_buf_printf(out, ", fee %" PRIu64, x->fee);
  algo_buf_putc(out, '\n');
  for (size_t i = 0; i < o->n_inner; i++) put_outcome(t, out, &o->inner[i], depth + 1);
  for (size_t i = 0; i < o->n_logs; i++) {
    bool is_return = i + 1 == o->n_logs && testnet_is_return(o->logs[i]);
    algo_buf_printf(out, "%*s%s ", (int)(2 * depth + 2), "", is_return ? "returns" : "logs");
    testnet_put_log(t, out, app, x->n_app_args == 0 ? (algo_bytes_t){NULL, 0} : x->app_args[0], o->logs[i]);
    algo_buf_putc(out, '\n');
  }
}

void algo_testnet_trace(algo_testnet_t *t, algo_buf_t *out) {
  const algo_testnet_result_t *r = &t->result;
  for (size_t i = 0; i < r->n_txns; i++) put_outcome(t, out, &r->txns[i], 0);
  if (r->n_txns > 0) return;
  algo_buf_putb(out, algo_buf_view(&t->tried));
  algo_buf_printf(out, "%s%s\n", r->why == NULL ? "nothing was sent" : "\n  refused: ", r->why == NULL ? "" : r->why);
}
