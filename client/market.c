/* market.c - a rental market read from its application, and the calls whose amounts follow from it. */
#include "algo/market.h"

#include "internal.h"

const algo_app_spec_t *algo_market_spec(uint64_t asset) {
  return asset == 0 ? &algo_rental_spec_algo : &algo_rental_spec_asa;
}

static algo_code_t read_terms(algo_rental_globals_t *out, const algo_application_t *a, algo_err_t *err) {
  size_t known = 0;
  memset(out, 0, sizeof *out);
  for (size_t i = 0; i < a->globals.n; i++) {
    const algo_teal_value_t *v = &a->globals.items[i];
    known += algo_rental_globals_set(out, v->key, !v->is_uint, v->bytes, v->uint);
  }
  if (known < 5 || algo_addr_is_zero(&out->admin) || algo_teal_find(&a->globals, "next_rental") == NULL)
    return algo_err_set(err, ALGO_E_INVALID, "application %" PRIu64 " is not a rental market", a->id);
  return ALGO_OK;
}

algo_code_t client_unit(uint32_t *decimals, const char **unit, algo_algod_t *algod, uint64_t id, algo_arena_t *arena,
                        algo_err_t *err) {
  *decimals = 6, *unit = "ALGO";
  if (id == 0) return ALGO_OK;
  algo_asset_t asset;
  algo_buf_t b = ALGO_BUF_INIT;
  algo_code_t r = algo_algod_asset(algod, id, &asset, arena, err);
  if (r != ALGO_OK) return r;
  *decimals = asset.params.decimals > 19 ? 19 : asset.params.decimals;
  algo_text_printable(&b, asset.params.unit_name);
  if (b.n == 0) algo_buf_printf(&b, "asset %" PRIu64, id);
  *unit = algo_arena_strdup(arena, algo_buf_cstr(&b));
  algo_buf_fini(&b);
  return *unit == NULL ? client_nomem(err) : ALGO_OK;
}

algo_code_t algo_market_load(algo_market_t *out, algo_algod_t *algod, uint64_t app_id, algo_arena_t *arena,
                             algo_err_t *err) {
  algo_application_t a;
  algo_market_t m = {.app = {.id = app_id}};
  algo_code_t r = algo_algod_application(algod, app_id, &a, arena, err);
  if (r == ALGO_OK) r = read_terms(&m.terms, &a, err);
  if (r != ALGO_OK) return r;
  m.app.asset = m.terms.asset;
  m.creator = a.creator;
  m.spec = algo_market_spec(m.app.asset);
  m.genuine = algo_bytes_eq(a.approval, m.spec->approval) && algo_bytes_eq(a.clear, m.spec->clear);
  algo_addr_of_app(&m.address, app_id);
  r = client_unit(&m.decimals, &m.unit, algod, m.app.asset, arena, err);
  if (r == ALGO_OK) *out = m;
  return r;
}

algo_code_t algo_market_gpu(algo_rental_gpu_t *out, algo_algod_t *algod, const algo_market_t *m, uint64_t id,
                            algo_arena_t *arena, algo_err_t *err) {
  uint8_t name[9];
  algo_box_t box;
  algo_rental_gpu_box(name, id);
  algo_code_t r = algo_algod_box(algod, m->app.id, algo_bytes(name, sizeof name), &box, arena, err);
  if (r == ALGO_E_NOT_FOUND)
    return algo_err_set(err, r, "market %" PRIu64 " has no GPU %" PRIu64 " (never registered, or retired)", m->app.id,
                        id);
  return r == ALGO_OK ? algo_rental_gpu_decode(out, box.value, err) : r;
}

algo_code_t algo_market_rental(algo_rental_rental_t *out, algo_algod_t *algod, const algo_market_t *m, uint64_t id,
                               algo_arena_t *arena, algo_err_t *err) {
  uint8_t name[9];
  algo_box_t box;
  algo_rental_rental_box(name, id);
  algo_code_t r = algo_algod_box(algod, m->app.id, algo_bytes(name, sizeof name), &box, arena, err);
  if (r == ALGO_E_NOT_FOUND && id > 0 && id < m->terms.next_rental)
    return algo_err_set(
        err, r, "rental %" PRIu64 " has ended and been paid out: its record is gone from the chain's state", id);
  if (r == ALGO_E_NOT_FOUND) return algo_err_set(err, r, "market %" PRIu64 " has no rental %" PRIu64, m->app.id, id);
  return r == ALGO_OK ? algo_rental_rental_decode(out, box.value, err) : r;
}

bool client_box_id(algo_bytes_t name, uint64_t *id) {
  if (name.n != 9) return false;
  *id = algo_get_be64(name.p + 1);
  return true;
}

algo_code_t algo_market_gpus(const algo_market_gpu_t **out, size_t *n, algo_algod_t *algod, const algo_market_t *m,
                             algo_arena_t *arena, algo_err_t *err) {
  const algo_box_t *boxes = NULL;
  size_t count = 0, len = 0;
  algo_code_t r = algo_algod_boxes(algod, m->app.id, ALGO_BYTES_LIT("g"), &boxes, &count, arena, err);
  algo_market_gpu_t *list = r == ALGO_OK ? algo_arena_array(arena, count + 1, sizeof *list) : NULL;
  if (r == ALGO_OK && list == NULL) r = client_nomem(err);
  for (size_t i = 0; r == ALGO_OK && i < count; i++) {
    if (!client_box_id(boxes[i].name, &list[len].id)) continue;
    r = algo_rental_gpu_decode(&list[len++].gpu, boxes[i].value, err);
  }
  if (r == ALGO_OK) *out = list, *n = len;
  return r;
}

algo_code_t algo_market_rentals(const algo_market_rental_t **out, size_t *n, algo_algod_t *algod,
                                const algo_market_t *m, algo_arena_t *arena, algo_err_t *err) {
  const algo_box_t *boxes = NULL;
  size_t count = 0, len = 0;
  algo_code_t r = algo_algod_boxes(algod, m->app.id, ALGO_BYTES_LIT("r"), &boxes, &count, arena, err);
  algo_market_rental_t *list = r == ALGO_OK ? algo_arena_array(arena, count + 1, sizeof *list) : NULL;
  if (r == ALGO_OK && list == NULL) r = client_nomem(err);
  for (size_t i = 0; r == ALGO_OK && i < count; i++) {
    if (!client_box_id(boxes[i].name, &list[len].id)) continue;
    r = algo_rental_rental_decode(&list[len++].rental, boxes[i].value, err);
  }
  if (r == ALGO_OK) *out = list, *n = len;
  return r;
}

algo_code_t algo_market_deposit(uint64_t *out, uint64_t price_per_minute, uint64_t minutes, algo_err_t *err) {
  if (__builtin_mul_overflow(price_per_minute, minutes, out))
    return algo_err_set(err, ALGO_E_RANGE,
                        "%" PRIu64 " minutes at %" PRIu64 " base units a minute are more than an amount can be",
                        minutes, price_per_minute);
  return ALGO_OK;
}

algo_code_t algo_market_rent_call(algo_method_call_t *out, algo_algod_t *algod, const algo_market_t *m, uint64_t gpu,
                                  uint32_t minutes, const uint8_t session_key[32], algo_arena_t *arena,
                                  algo_err_t *err) {
  algo_rental_gpu_t g;
  uint64_t deposit = 0;
  algo_code_t r = algo_market_gpu(&g, algod, m, gpu, arena, err);
  if (r == ALGO_OK && (minutes < g.min_minutes || minutes > g.max_minutes))
    r = algo_err_set(err, ALGO_E_RANGE, "GPU %" PRIu64 " is rented for %u to %u minutes, not %u", gpu, g.min_minutes,
                     g.max_minutes, minutes);
  if (r == ALGO_OK) r = algo_market_deposit(&deposit, g.price_per_minute, minutes, err);
  if (r != ALGO_OK) return r;
  return algo_rental_rent(out, &m->app, ALGO_MARKET_RENTAL_MBR, deposit, gpu, minutes, session_key, arena, err);
}

algo_code_t algo_market_extend_call(algo_method_call_t *out, algo_algod_t *algod, const algo_market_t *m,
                                    uint64_t rental, uint32_t minutes, algo_arena_t *arena, algo_err_t *err) {
  algo_rental_rental_t v;
  uint64_t deposit = 0;
  algo_code_t r = algo_market_rental(&v, algod, m, rental, arena, err);
  if (r == ALGO_OK) r = algo_market_deposit(&deposit, v.price_per_minute, minutes, err);
  if (r != ALGO_OK) return r;
  return algo_rental_extend(out, &m->app, deposit, rental, minutes, arena, err);
}

void algo_market_bill(algo_rental_bill_t *out, const algo_rental_rental_t *r, uint64_t t) {
  __extension__ typedef unsigned __int128 wide_t;
  *out = (algo_rental_bill_t){0};
  if (r->state == 0) out->refund = r->deposit;
  if ((r->state != 1 && r->state != 4) || r->price_per_minute == 0) return;
  if (r->state == 4) t = r->ended_at;
  uint64_t bought = r->deposit / r->price_per_minute;
  wide_t end = t, sold_out = (wide_t)r->started_at + (wide_t)bought * 60;
  if (end > sold_out) end = sold_out;
  if (r->beat_s > 0 && end > (wide_t)r->beat_at + r->beat_s) end = (wide_t)r->beat_at + r->beat_s;
  wide_t minutes = end > r->started_at ? (end - r->started_at + 59) / 60 : 0;
  if (minutes == 0) minutes = 1;
  wide_t due = minutes * r->price_per_minute;
  out->due = due > r->deposit ? r->deposit : (uint64_t)due;
  out->fee = (uint64_t)((wide_t)out->due * r->fee_bps / 10000);
  out->refund = r->deposit - out->due;
}

algo_code_t algo_market_run(algo_algod_t *algod, const algo_market_t *m, const algo_method_call_t *call,
                            const algo_signer_t *signer, algo_call_result_t *out, algo_arena_t *arena,
                            algo_err_t *err) {
  return algo_composer_run(algod, call, m->spec, signer, out, arena, err);
}

const char *algo_market_gpu_state(uint8_t state) {
  static const char *const names[] = {"available", "rented", "suspended", "barred"};
  return state < 4 ? names[state] : "unknown";
}

const char *algo_market_rental_state(uint8_t state) {
  static const char *const names[] = {"requested", "active", "stopped", "cancelled", "disputed", "resolved"};
  return state < 6 ? names[state] : "unknown";
}
