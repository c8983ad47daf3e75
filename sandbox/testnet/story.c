/* What is done, in words: the groups of a script that failed, and what the test says to them. */
#include "internal.h"

static void put_argument(algo_testnet_t *t, algo_bytes_t v) {
  uint64_t number = 0;
  for (size_t i = 0; i < v.n && i < 8; i++) number = number << 8 | v.p[i];
  if (v.n == sizeof(algo_addr_t)) {
    algo_addr_t a;
    memcpy(a.b, v.p, sizeof a.b);
    const party_t *p = testnet_by_addr(t, &a); /* 32 bytes may be a hash as well */
    if (p != NULL) algo_buf_printf(&t->story, " %s", p->label);
    else algo_buf_puts(&t->story, " (32 bytes)");
  } else if (v.n <= 8) {
    algo_buf_printf(&t->story, " %" PRIu64, number);
  } else {
    algo_buf_printf(&t->story, " (%zu bytes)", v.n);
  }
}

static void put_label(algo_testnet_t *t, const char *before, const algo_addr_t *a) {
  algo_buf_printf(&t->story, "%s%s", before, algo_testnet_label(t, a));
}

static void put_txn(algo_testnet_t *t, const algo_txn_t *x) {
  static const char *const others[] = {[ALGO_TX_KEYREG] = " registers keys", [ALGO_TX_ACFG] = " configures asset"};
  put_label(t, "", &x->sender);
  switch (x->type) {
  case ALGO_TX_PAY:
    algo_buf_printf(&t->story, " pays %" PRIu64, x->amount);
    put_label(t, " to ", &x->receiver);
    if (!algo_addr_is_zero(&x->close_remainder_to)) algo_buf_puts(&t->story, " and closes");
    break;
  case ALGO_TX_AXFER:
    if (!algo_addr_is_zero(&x->asset_sender)) put_label(t, " takes back from ", &x->asset_sender);
    algo_buf_printf(&t->story, " sends %" PRIu64 " of asset %" PRIu64, x->asset_amount, x->xfer_asset);
    put_label(t, " to ", &x->asset_receiver);
    if (!algo_addr_is_zero(&x->asset_close_to)) algo_buf_puts(&t->story, " and opts out");
    break;
  case ALGO_TX_AFRZ:
    algo_buf_puts(&t->story, x->asset_frozen ? " freezes" : " unfreezes");
    put_label(t, " ", &x->freeze_account);
    break;
  case ALGO_TX_APPL:
    algo_buf_printf(&t->story, " calls %" PRIu64, x->app_id);
    for (size_t k = 1; k < x->n_app_args; k++) put_argument(t, x->app_args[k]);
    break;
  default: {
    bool known = (size_t)x->type < sizeof others / sizeof *others && others[x->type] != NULL;
    algo_buf_puts(&t->story, known ? others[x->type] : " sends a transaction");
  }
  }
}

void testnet_tell(algo_testnet_t *t, const algo_txn_t *const *txns, size_t n) {
  if (!t->telling) return;
  algo_buf_puts(&t->story, "     ");
  for (size_t i = 0; i < n; i++) {
    if (i > 0) algo_buf_puts(&t->story, "; ");
    put_txn(t, txns[i]);
  }
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
