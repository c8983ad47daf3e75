#include "algo/method.h"

const char *algo_app_error_at(const algo_app_spec_t *spec, uint32_t pc) {
  size_t lo = 0, hi = spec->n_errors;
  while (lo < hi) {
    size_t mid = lo + (hi - lo) / 2;
    if (spec->errors[mid].pc == pc) return spec->errors[mid].message;
    if (spec->errors[mid].pc < pc) lo = mid + 1;
    else hi = mid;
  }
  return NULL;
}

void algo_method_begin(algo_method_call_t *out, const algo_app_t *app, const char *signature, const char *returns,
                       const uint8_t *selector) {
  memset(out, 0, sizeof *out);
  out->signature = signature;
  out->returns = returns;
  out->app_id = app->id;
  out->on_completion = ALGO_OC_NOOP;
  if (selector) out->args[out->n_args++] = algo_bytes(selector, 4);
}

algo_code_t algo_method_arg(algo_method_call_t *out, const void *p, size_t n, algo_arena_t *arena, algo_err_t *err) {
  size_t max = sizeof out->args / sizeof out->args[0];
  if (out->n_args == max) return algo_err_set(err, ALGO_E_RANGE, "a call takes at most %zu arguments", max);
  uint8_t *copy = algo_arena_alloc(arena, n ? n : 1);
  if (!copy) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  if (n) memcpy(copy, p, n);
  out->args[out->n_args++] = algo_bytes(copy, n);
  return ALGO_OK;
}

algo_code_t algo_method_arg_uint(algo_method_call_t *out, uint64_t v, unsigned width, algo_arena_t *arena,
                                 algo_err_t *err) {
  uint8_t wire[8];
  algo_put_be64(wire, v);
  if (width < 8 && v >> (8 * width))
    return algo_err_set(err, ALGO_E_RANGE, "%llu does not fit in %u bits", (unsigned long long)v, 8 * width);
  return algo_method_arg(out, wire + (8 - width), width, arena, err);
}

algo_code_t algo_method_arg_bool(algo_method_call_t *out, bool v, algo_arena_t *arena, algo_err_t *err) {
  return algo_method_arg(out, v ? "\x80" : "\0", 1, arena, err);
}

algo_code_t algo_method_arg_string(algo_method_call_t *out, algo_bytes_t v, algo_arena_t *arena, algo_err_t *err) {
  if (v.n > UINT16_MAX) return algo_err_set(err, ALGO_E_RANGE, "a string of %zu bytes, over 65535", v.n);
  algo_code_t code = algo_method_arg(out, NULL, 0, arena, err);
  if (code) return code;
  uint8_t *wire = algo_arena_alloc(arena, v.n + 2);
  if (!wire) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  wire[0] = (uint8_t)(v.n >> 8);
  wire[1] = (uint8_t)v.n;
  if (v.n) memcpy(wire + 2, v.p, v.n);
  out->args[out->n_args - 1] = algo_bytes(wire, v.n + 2);
  return ALGO_OK;
}

void algo_method_pay(algo_method_call_t *out, const algo_app_t *app, uint64_t asset, uint64_t amount) {
  algo_txn_t *t = &out->before[out->n_before++];
  memset(t, 0, sizeof *t);
  algo_addr_t to;
  algo_addr_of_app(&to, app->id);
  if (asset) {
    t->type = ALGO_TX_AXFER;
    t->xfer_asset = asset;
    t->asset_amount = amount;
    t->asset_receiver = to;
  } else {
    t->type = ALGO_TX_PAY;
    t->amount = amount;
    t->receiver = to;
  }
}

algo_code_t algo_wire_uint(uint64_t *out, unsigned width, algo_bytes_t *in, algo_err_t *err) {
  if (in->n < width) return algo_err_set(err, ALGO_E_TRUNCATED, "a number of %u bytes in %zu", width, in->n);
  uint64_t v = 0;
  for (unsigned i = 0; i < width; i++) v = v << 8 | in->p[i];
  *out = v;
  *in = algo_bytes(in->p + width, in->n - width);
  return ALGO_OK;
}

algo_code_t algo_wire_bytes(void *out, size_t n, algo_bytes_t *in, algo_err_t *err) {
  if (in->n < n) return algo_err_set(err, ALGO_E_TRUNCATED, "%zu bytes in %zu", n, in->n);
  memcpy(out, in->p, n);
  *in = algo_bytes(in->p + n, in->n - n);
  return ALGO_OK;
}
