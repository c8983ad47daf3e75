/* mock_ledger.h - a ledger with nothing in it: enough for programs that do not look. */
#ifndef MOCK_LEDGER_H
#define MOCK_LEDGER_H

#include "algo/avm.h"

static uint64_t mock_round(void *self) { return (void)self, 100; }
static int64_t mock_timestamp(void *self) { return (void)self, 1700000000; }
static algo_code_t mock_account(void *self, const algo_addr_t *a, algo_avm_account_t *out, algo_err_t *err) {
  (void)self, (void)a, (void)err;
  *out = (algo_avm_account_t){.balance = 1000000};
  return ALGO_OK;
}
static algo_code_t mock_app(void *self, uint64_t app, algo_avm_app_t *out, algo_err_t *err) {
  (void)self, (void)out;
  return algo_err_set(err, ALGO_E_NOT_FOUND, "app %llu does not exist", (unsigned long long)app);
}
static algo_code_t mock_box_get(void *self, uint64_t app, algo_bytes_t name, algo_bytes_t *out, bool *exists,
                                algo_err_t *err) {
  (void)self, (void)app, (void)name, (void)out, (void)err;
  *exists = false;
  return ALGO_OK;
}
static algo_code_t mock_global_get(void *self, uint64_t app, algo_bytes_t key, algo_tv_t *out, bool *exists,
                                   algo_err_t *err) {
  (void)self, (void)app, (void)key, (void)out, (void)err;
  *exists = false;
  return ALGO_OK;
}
static algo_code_t mock_block(void *self, uint64_t round, algo_header_t *out, algo_err_t *err) {
  (void)self, (void)err;
  *out = (algo_header_t){.round = round};
  return ALGO_OK;
}

static inline const algo_avm_ledger_ops_t *mock_ledger(void) {
  static const algo_avm_ledger_ops_t ops = {.round = mock_round,
                                            .prev_timestamp = mock_timestamp,
                                            .account = mock_account,
                                            .app = mock_app,
                                            .box_get = mock_box_get,
                                            .global_get = mock_global_get,
                                            .block_header = mock_block};
  return &ops;
}

#endif
