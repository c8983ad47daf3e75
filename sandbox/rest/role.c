#include "role.h"

bool role_sender(const algo_addr_t *a, const algo_txn_t *t) {
  return algo_addr_eq(&t->sender, a) || (t->type == ALGO_TX_AXFER && algo_addr_eq(&t->asset_sender, a));
}

bool role_receiver(const algo_addr_t *a, const algo_txn_t *t, bool close) {
  if (t->type == ALGO_TX_PAY)
    return algo_addr_eq(&t->receiver, a) || (close && algo_addr_eq(&t->close_remainder_to, a));
  return t->type == ALGO_TX_AXFER &&
         (algo_addr_eq(&t->asset_receiver, a) || (close && algo_addr_eq(&t->asset_close_to, a)));
}

bool role_freeze(const algo_addr_t *a, const algo_txn_t *t) {
  return t->type == ALGO_TX_AFRZ && algo_addr_eq(&t->freeze_account, a);
}

bool role_any(const algo_addr_t *a, const algo_txn_t *t) {
  for (size_t i = 0; i < t->n_accounts; i++) {
    if (algo_addr_eq(&t->accounts[i], a)) return true;
  }
  if (t->heartbeat != NULL && algo_addr_eq(&t->heartbeat->address, a)) return true;
  return role_sender(a, t) || role_receiver(a, t, true) || role_freeze(a, t);
}
