/* What the files of the model share: money, billing, and the steps of GPUs, rentals and the market. */
#ifndef MODEL_INTERNAL_H
#define MODEL_INTERNAL_H

#include "model.h"

/* model_money.c */
algo_buf_t *model_event(model_t *m, const char *signature);
void model_put(algo_buf_t *b, uint64_t v, unsigned width);
void model_put_addr(algo_buf_t *b, const algo_addr_t *a);
void model_pay(model_t *m, const algo_addr_t *to, uint64_t algo, uint64_t asset);
bool model_takes_algo(const model_t *m, const algo_addr_t *a, uint64_t amount);
bool model_takes(const model_t *m, const algo_addr_t *a, uint64_t amount);
void model_send(model_t *m, const algo_addr_t *a, uint64_t amount);
uint64_t model_settle(model_t *m, uint64_t id, model_rental_t *r, uint64_t to);
void model_close_rental(model_t *m, uint64_t id);
void model_pay_out(model_t *m, uint64_t id, uint64_t net, uint64_t refund, bool ends);
void model_free_gpu(model_gpu_t *g);

/* model_market.c */
const char *model_do_register(model_t *m, const step_t *s);
model_gpu_t *model_gpu_at(model_t *m, uint64_t id);
model_rental_t *model_rental_at(model_t *m, uint64_t id);
const char *model_do_gpu(model_t *m, const step_t *s);
const char *model_do_withdraw_gpu(model_t *m, const step_t *s);
const char *model_do_approve(model_t *m, const step_t *s);
const char *model_do_configure(model_t *m, const step_t *s);
const char *model_do_pause(model_t *m, const step_t *s);
const char *model_do_collect(model_t *m);
const char *model_do_quote(model_t *m, const step_t *s);

/* model.c */
const char *model_quoted(const model_gpu_t *g, uint32_t minutes);

#endif
