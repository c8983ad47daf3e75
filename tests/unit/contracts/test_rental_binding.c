/* The binding reads what the boxes hold and nothing else: every truncation, every length that does not fit is refused.
 */
#include <stdio.h>

#include "algo/rental.h"
#include "model.h"
#include "suite.h"

START_TEST(gpu) {
  model_gpu_t g = {
      .live = true, .price = 12345, .rental = 7, .owed = 9, .min = 1, .max = 600, .disputes = 2, .vram = 80000};
  g.state = 3;
  g.model_n = 5;
  memcpy(g.model, "H\0\"00", 5);
  algo_buf_t b = ALGO_BUF_INIT;
  model_gpu_bytes(&b, &g);
  algo_rental_gpu_t out;
  ck_assert(!algo_rental_gpu_decode(&out, algo_buf_view(&b), NULL));
  ck_assert(out.price_per_minute == 12345 && out.rental == 7 && out.owed == 9 && out.disputes == 2 && out.state == 3);
  ck_assert(algo_bytes_eq(out.model, algo_bytes("H\0\"00", 5)));
  for (size_t n = 0; n < b.n; n++) ck_assert(algo_rental_gpu_decode(&out, algo_bytes(b.p, n), NULL));
  algo_buf_putc(&b, 0);
  ck_assert(algo_rental_gpu_decode(&out, algo_buf_view(&b), NULL));
  b.n--;
  b.p[138]++; /* the string's offset */
  ck_assert_int_eq(algo_rental_gpu_decode(&out, algo_buf_view(&b), NULL), ALGO_E_PARSE);
  algo_buf_fini(&b);
}
END_TEST

START_TEST(rental) {
  model_rental_t r = {.live = true, .gpu = 3, .price = 5, .deposit = 500, .settled = 45, .owed = 6, .requested = 10};
  r.started = 20;
  r.beat = 30;
  r.ended = 40;
  r.fee_bps = 1999;
  algo_buf_t b = ALGO_BUF_INIT;
  model_rental_bytes(&b, &r);
  ck_assert_uint_eq(b.n, 187);
  algo_rental_rental_t out;
  ck_assert(!algo_rental_rental_decode(&out, algo_buf_view(&b), NULL));
  ck_assert(out.gpu == 3 && out.deposit == 500 && out.settled == 45 && out.owed_renter == 6 && out.fee_bps == 1999 &&
            out.ended_at == 40);
  for (size_t n = 0; n < b.n; n++) ck_assert(algo_rental_rental_decode(&out, algo_bytes(b.p, n), NULL));
  algo_buf_putc(&b, 0);
  ck_assert_int_eq(algo_rental_rental_decode(&out, algo_buf_view(&b), NULL), ALGO_E_PARSE);
  algo_buf_fini(&b);
}
END_TEST

START_TEST(events) {
  uint8_t log[4 + 2] = {0};
  for (unsigned i = 0; i < algo_rental_tables.n_events; i++) {
    const algo_event_def_t *e = &algo_rental_tables.events[i];
    memcpy(log, e->selector, 4);
    ck_assert(algo_event_match(&algo_rental_tables, algo_bytes(log, 4)) == NULL);
    ck_assert(algo_event_match(&algo_rental_tables, algo_bytes(log, 6)) == NULL);
  }
  ck_assert(algo_event_match(&algo_rental_tables, algo_bytes(log, 3)) == NULL);
}
END_TEST

START_TEST(calls) {
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_method_call_t c;
  algo_app_t app = {1002, 0}, in_asset = {1002, 77};
  uint8_t key[32] = {1};
  ck_assert(!algo_rental_rent(&c, &app, 80900, 60000, 3, 60, key, &arena, NULL));
  ck_assert(c.n_before == 2 && c.before[1].type == ALGO_TX_PAY && c.before[1].amount == 60000 && c.n_args == 4);
  ck_assert_str_eq(c.signature, "rent(pay,pay,uint64,uint32,byte[32])uint64");
  ck_assert(!algo_rental_rent(&c, &in_asset, 80900, 60000, 3, 60, key, &arena, NULL));
  ck_assert(c.before[1].type == ALGO_TX_AXFER && c.before[1].asset_amount == 60000 && c.before[1].xfer_asset == 77);
  ck_assert_str_eq(c.signature, "rent(pay,axfer,uint64,uint32,byte[32])uint64");
  static uint8_t long_model[70000];
  algo_bytes_t model = {long_model, sizeof long_model};
  ck_assert_int_eq(algo_rental_register(&c, &app, 1, model, 1, 1, 1, 1, key, key, &arena, NULL), ALGO_E_RANGE);
  ck_assert(!algo_rental_delete(&c, &app, &arena, NULL));
  ck_assert(c.n_args == 0 && c.on_completion == ALGO_OC_DELETE);
  algo_arena_fini(&arena);
}
END_TEST

SUITE_MAIN("rental binding", gpu, rental, events, calls)
