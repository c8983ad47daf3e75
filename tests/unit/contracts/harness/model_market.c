/* The model's GPUs, and what is the market's own. */
#include "model_internal.h"

/* ---- GPUs ---- */

static const char *bounds(uint64_t price, uint32_t min, uint32_t max) {
  if (!price) return "the price is 0";
  if (!min) return "the shortest rental is 0 minutes";
  if (min > max) return "the shortest rental is longer than the longest";
  if ((u128_t)price * max >> 64) return "price x longest rental is 2^64 or more";
  return NULL;
}

const char *model_do_register(model_t *m, const step_t *s) {
  if (m->paused) return "the market is paused";
  if (!m->open && !m->provider[s->by]) return "the provider is not approved";
  if (!s->model_n) return "the model is empty";
  if (s->model_n > 64) return "the model is longer than 64 bytes";
  if (s->mbr != 62500 + 400 * s->model_n) return "the payment's amount is wrong";
  const char *bad = bounds(s->amount, s->n, s->m);
  if (bad) return bad;
  uint64_t id = m->next_gpu++;
  model_gpu_t *g = &m->gpus[id];
  *g = (model_gpu_t){.live = true,
                     .owner = *m->sender,
                     .price = s->amount,
                     .min = s->n,
                     .max = s->m,
                     .vram = 1024,
                     .model_n = s->model_n};
  memcpy(g->spec, s->bytes, 32);
  memcpy(g->seal, s->bytes, 32);
  memcpy(g->model, s->model, s->model_n);
  m->live_gpus++;
  algo_buf_t *e = model_event(m, "GpuRegistered(uint64,address,uint64,uint32,uint32,uint32,byte[32],byte[32],string)");
  model_put(e, id, 8);
  model_put_addr(e, &g->owner);
  model_put(e, g->price, 8);
  model_put(e, g->min, 4);
  model_put(e, g->max, 4);
  model_put(e, g->vram, 4);
  algo_buf_put(e, g->spec, 32);
  algo_buf_put(e, g->seal, 32);
  model_put(e, 8 + 32 + 8 + 4 + 4 + 4 + 32 + 32 + 2, 2);
  model_put(e, g->model_n, 2);
  algo_buf_put(e, g->model, g->model_n);
  algo_buf_put(&m->logs, "\0\0\x15\x1f\x7c\x75", 6);
  model_put(&m->logs, id, 8);
  return NULL;
}

model_gpu_t *model_gpu_at(model_t *m, uint64_t id) { return id < MODEL_GPUS && m->gpus[id].live ? &m->gpus[id] : NULL; }
model_rental_t *model_rental_at(model_t *m, uint64_t id) {
  return id < MODEL_RENTALS && m->rentals[id].live ? &m->rentals[id] : NULL;
}

static void state_event(model_t *m, uint64_t id, uint8_t state) {
  algo_buf_t *e = model_event(m, "GpuState(uint64,uint8)");
  m->gpus[id].state = state;
  model_put(e, id, 8);
  model_put(e, state, 1);
}

static const char *do_update(model_t *m, const step_t *s, model_gpu_t *g) {
  const char *bad = bounds(s->amount, s->n, s->m);
  if (bad) return bad;
  g->price = s->amount;
  g->min = s->n;
  g->max = s->m;
  memcpy(g->seal, s->bytes, 32);
  algo_buf_t *e = model_event(m, "GpuUpdated(uint64,uint64,uint32,uint32,byte[32])");
  model_put(e, s->id, 8);
  model_put(e, g->price, 8);
  model_put(e, g->min, 4);
  model_put(e, g->max, 4);
  algo_buf_put(e, g->seal, 32);
  return NULL;
}

static const char *do_retire(model_t *m, const step_t *s, model_gpu_t *g) {
  uint64_t mbr = 62500 + 400 * g->model_n;
  if (g->rental) return "the GPU is in use";
  if (g->owed) return "the GPU's owner is owed money: withdraw_gpu first";
  if (g->disputes) return "a rental of the GPU is in dispute";
  if (!model_takes_algo(m, m->sender, mbr)) return "the owner cannot be paid";
  model_pay(m, m->sender, mbr, 0);
  g->live = false;
  m->live_gpus--;
  model_put(model_event(m, "GpuRetired(uint64)"), s->id, 8);
  return NULL;
}

const char *model_do_gpu(model_t *m, const step_t *s) {
  bool barring = s->what == STEP_BAR;
  if (barring && !algo_addr_eq(m->sender, &m->admin)) return "only the admin may do this";
  model_gpu_t *g = model_gpu_at(m, s->id);
  if (!g) return "no such GPU";
  if (barring) {
    if (s->n && g->state == 3) return "the GPU is barred already";
    if (!s->n && g->state != 3) return "the GPU is not barred";
    state_event(m, s->id, s->n ? 3 : g->rental ? 1 : 0);
    return NULL;
  }
  if (!algo_addr_eq(m->sender, &g->owner)) return "only the GPU's owner may do this";
  if (s->what == STEP_UPDATE) return do_update(m, s, g);
  if (s->what == STEP_RETIRE) return do_retire(m, s, g);
  bool suspend = s->what == STEP_SUSPEND;
  if (suspend && g->state != 0) return "the GPU is not available";
  if (!suspend && g->state != 2) return "the GPU is not suspended";
  state_event(m, s->id, suspend ? 2 : 0);
  return NULL;
}

const char *model_do_withdraw_gpu(model_t *m, const step_t *s) {
  model_gpu_t *g = model_gpu_at(m, s->id);
  if (!g) return "no such GPU";
  if (!g->owed) return "nothing is owed";
  if (!model_takes(m, &g->owner, g->owed)) return "nothing can be delivered";
  model_send(m, &g->owner, g->owed);
  algo_buf_t *e = model_event(m, "Withdrawn(uint64,uint64,address,uint64)");
  model_put(e, s->id, 8);
  model_put(e, 0, 8);
  model_put_addr(e, &g->owner);
  model_put(e, g->owed, 8);
  g->owed = 0;
  return NULL;
}

/* ---- the market ---- */

const char *model_do_approve(model_t *m, const step_t *s) {
  if (!algo_addr_eq(m->sender, &m->admin)) return "only the admin may do this";
  bool *approved = &m->provider[s->party];
  if (s->n && *approved) return "the provider is approved already";
  if (s->mbr != (s->n ? 18900u : 0)) return "the payment's amount is wrong";
  if (!s->n && !*approved) return "the provider is not approved";
  if (!s->n && !model_takes_algo(m, m->sender, 18900)) return "the admin cannot be paid";
  if (!s->n) model_pay(m, m->sender, 18900, 0);
  *approved = s->n;
  m->approved_at[s->party] = m->now;
  m->live_providers += s->n ? 1 : -1ull;
  algo_buf_t *e = model_event(m, "ProviderApproved(address,bool,uint64)");
  model_put_addr(e, &m->w->who[s->party]);
  model_put(e, s->n ? 0x80 : 0, 1);
  model_put(e, m->now, 8);
  return NULL;
}

const char *model_do_configure(model_t *m, const step_t *s) {
  if (!algo_addr_eq(m->sender, &m->admin)) return "only the admin may do this";
  if (s->amount > 2000) return "fee_bps is over 2000";
  m->fee_bps = s->amount;
  m->ready_s = s->n;
  m->beat_s = s->m;
  m->dispute_s = s->id;
  m->open = s->party;
  algo_buf_t *e = model_event(m, "TermsChanged(uint64,uint64,uint64,uint64,uint64)");
  model_put(e, m->fee_bps, 8);
  model_put(e, m->ready_s, 8);
  model_put(e, m->beat_s, 8);
  model_put(e, m->dispute_s, 8);
  model_put(e, m->open, 8);
  return NULL;
}

const char *model_do_pause(model_t *m, const step_t *s) {
  if (!algo_addr_eq(m->sender, &m->admin)) return "only the admin may do this";
  m->paused = s->n;
  model_put(model_event(m, "Paused(bool)"), s->n ? 0x80 : 0, 1);
  return NULL;
}

const char *model_do_collect(model_t *m) {
  uint64_t amount = m->fees;
  if (!amount) return "there are no fees to collect";
  if (!model_takes(m, &m->treasury, amount)) return "the treasury cannot be paid";
  model_send(m, &m->treasury, amount);
  m->fees = 0;
  algo_buf_t *e = model_event(m, "FeesCollected(uint64,address)");
  model_put(e, amount, 8);
  model_put_addr(e, &m->treasury);
  return NULL;
}

const char *model_do_quote(model_t *m, const step_t *s) {
  model_gpu_t *g = model_gpu_at(m, s->id);
  if (!g) return "no such GPU";
  const char *bad = model_quoted(g, s->n);
  if (bad) return bad;
  algo_buf_put(&m->logs, "\0\0\x15\x1f\x7c\x75", 6);
  model_put(&m->logs, g->price * s->n, 8);
  model_put(&m->logs, 80900, 8);
  return NULL;
}
