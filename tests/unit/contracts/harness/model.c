/* The model's rentals, and each step. */
#include "model_internal.h"

/* ---- rentals ---- */

static void put_terms(algo_buf_t *e, const model_rental_t *r) {
  model_put(e, r->fee_bps, 2);
  model_put(e, r->ready_s, 4);
  model_put(e, r->beat_s, 4);
  model_put(e, r->dispute_s, 4);
  model_put(e, r->requested, 8);
}

static void put_what(algo_buf_t *e, const model_rental_t *r) {
  model_put(e, r->gpu, 8);
  model_put_addr(e, &r->owner);
  model_put_addr(e, &r->renter);
  model_put(e, r->price, 8);
  model_put(e, r->max, 4);
  model_put(e, r->deposit, 8);
}

const char *model_quoted(const model_gpu_t *g, uint32_t minutes) {
  if (minutes < g->min) return "shorter than the GPU's shortest rental";
  if (minutes > g->max) return "longer than the GPU's longest rental";
  return NULL;
}

static const char *do_rent(model_t *m, const step_t *s) {
  if (m->paused) return "the market is paused";
  model_gpu_t *g = model_gpu_at(m, s->id);
  if (!g) return "no such GPU";
  const char *bad = model_quoted(g, s->n);
  if (bad) return bad;
  if (g->state != 0) return "the GPU is not available";
  if (algo_addr_eq(m->sender, &g->owner)) return "the owner cannot rent his own GPU";
  if (s->mbr != 80900) return "the payment's amount is wrong";
  if ((u128_t)g->price * s->n != s->amount)
    return m->asa ? "the deposit's amount is wrong" : "the payment's amount is wrong";
  uint64_t id = m->next_rental++;
  model_rental_t *r = &m->rentals[id];
  *r = (model_rental_t){.live = true, .gpu = s->id, .price = g->price, .deposit = s->amount, .requested = m->now};
  r->owner = g->owner;
  r->renter = *m->sender;
  r->max = g->max;
  r->fee_bps = (uint16_t)m->fee_bps;
  r->ready_s = (uint32_t)m->ready_s;
  r->beat_s = (uint32_t)m->beat_s;
  r->dispute_s = (uint32_t)m->dispute_s;
  memcpy(r->session, s->bytes, 32);
  g->state = 1;
  g->rental = id;
  m->live_rentals++;
  algo_buf_t *e =
      model_event(m, "RentalRequested(uint64,uint64,address,address,uint64,uint32,uint64,uint16,uint32,uint32,"
                     "uint32,uint64,byte[32])");
  model_put(e, id, 8);
  put_what(e, r);
  put_terms(e, r);
  algo_buf_put(e, r->session, 32);
  algo_buf_put(&m->logs, "\0\0\x15\x1f\x7c\x75", 6);
  model_put(&m->logs, id, 8);
  return NULL;
}

static const char *do_start(model_t *m, const step_t *s, model_rental_t *r) {
  if (!algo_addr_eq(m->sender, &r->owner)) return "only the GPU's owner may do this";
  if (r->state != 0) return "the rental is not requested";
  if (m->now > r->requested + r->ready_s) return "too late to start";
  r->state = 1;
  r->started = r->beat = m->now;
  algo_buf_t *e = model_event(m, "RentalStarted(uint64,uint64)");
  model_put(e, s->id, 8);
  model_put(e, m->now, 8);
  return NULL;
}

static const char *do_heartbeat(model_t *m, const step_t *s, model_rental_t *r) {
  if (!algo_addr_eq(m->sender, &r->owner)) return "only the GPU's owner may do this";
  if (model_bill(r, m->now).lapsed) return "the rental has lapsed";
  r->beat = m->now;
  algo_buf_t *e = model_event(m, "Heartbeat(uint64,uint64)");
  model_put(e, s->id, 8);
  model_put(e, m->now, 8);
  return NULL;
}

static const char *do_extend(model_t *m, const step_t *s, model_rental_t *r) {
  model_bill_t b = model_bill(r, m->now);
  if (b.exhausted || b.lapsed) return "the rental is over: exhausted or lapsed";
  if (!s->n) return "no minutes";
  if (r->deposit / r->price + s->n > r->max) return "longer than the GPU's longest rental";
  if ((u128_t)r->price * s->n != s->amount)
    return m->asa ? "the deposit's amount is wrong" : "the payment's amount is wrong";
  r->deposit += s->amount;
  algo_buf_t *e = model_event(m, "RentalExtended(uint64,uint64,address)");
  model_put(e, s->id, 8);
  model_put(e, r->deposit, 8);
  model_put_addr(e, m->sender);
  return NULL;
}

static const char *do_claim(model_t *m, const step_t *s, model_rental_t *r) {
  if (!algo_addr_eq(m->sender, &r->owner)) return "only the GPU's owner may do this";
  model_bill_t b = model_bill(r, m->now);
  if (b.due <= r->settled) return "nothing is due that is not settled";
  model_pay_out(m, s->id, model_settle(m, s->id, r, b.due), 0, false);
  return NULL;
}

static const char *do_stop(model_t *m, const step_t *s, model_rental_t *r) {
  if (s->n > 5) return "more than 5 stars";
  model_bill_t b = model_bill(r, m->now);
  bool renter = algo_addr_eq(m->sender, &r->renter), owner = algo_addr_eq(m->sender, &r->owner);
  if (!renter && !owner && !b.exhausted && !b.lapsed) return "only renter or owner may stop it before it is over";
  uint64_t net = model_settle(m, s->id, r, b.due);
  r->state = 2;
  r->ended = b.end;
  algo_buf_t *e = model_event(m, "RentalStopped(uint64,address,uint64,uint64,uint64,uint64,uint8)");
  model_put(e, s->id, 8);
  model_put_addr(e, m->sender);
  model_put(e, b.end, 8);
  model_put(e, b.minutes, 8);
  model_put(e, b.due, 8);
  model_put(e, b.refund, 8);
  model_put(e, renter ? s->n : 0, 1);
  model_free_gpu(&m->gpus[r->gpu]);
  model_pay_out(m, s->id, net, b.refund, true);
  return NULL;
}

static const char *do_cancel(model_t *m, const step_t *s, model_rental_t *r) {
  if (r->state != 0) return "the rental is not requested";
  if (!algo_addr_eq(m->sender, &r->renter) && m->now <= r->requested + r->ready_s)
    return "only the renter may cancel while it can be started";
  r->state = 3;
  algo_buf_t *e = model_event(m, "RentalCancelled(uint64,address,uint64,uint64)");
  model_put(e, s->id, 8);
  model_put_addr(e, m->sender);
  model_put(e, m->now, 8);
  model_put(e, r->deposit, 8);
  model_free_gpu(&m->gpus[r->gpu]);
  model_pay_out(m, s->id, 0, r->deposit, true);
  return NULL;
}

static const char *do_dispute(model_t *m, const step_t *s, model_rental_t *r) {
  if (!algo_addr_eq(m->sender, &r->renter)) return "only the renter may do this";
  r->state = 4;
  r->ended = m->now;
  model_free_gpu(&m->gpus[r->gpu]);
  m->gpus[r->gpu].disputes++;
  algo_buf_t *e = model_event(m, "Disputed(uint64,uint64,byte[32])");
  model_put(e, s->id, 8);
  model_put(e, m->now, 8);
  algo_buf_put(e, s->bytes, 32);
  return NULL;
}

static const char *do_resolve(model_t *m, const step_t *s, model_rental_t *r) {
  if (r->state != 4) return "the rental is not in dispute";
  if (s->amount > 10000) return "owner_bps is over 10000";
  uint64_t bps = s->amount;
  if (!algo_addr_eq(m->sender, &m->arbiter)) {
    if (m->now <= r->ended + r->dispute_s) return "only the arbiter may resolve it yet";
    bps = 10000;
  }
  model_bill_t b = model_bill(r, r->ended);
  uint64_t total = r->settled + model_fee(b.due - r->settled, bps);
  uint64_t net = model_settle(m, s->id, r, total), rest = r->deposit - total;
  r->state = 5;
  r->ended = b.end;
  algo_buf_t *e = model_event(m, "Resolved(uint64,uint16,uint64,uint64,uint64)");
  model_put(e, s->id, 8);
  model_put(e, bps, 2);
  model_put(e, net, 8);
  model_put(e, rest, 8);
  model_put(e, m->now, 8);
  m->gpus[r->gpu].disputes--;
  model_pay_out(m, s->id, net, rest, true);
  return NULL;
}

static void withdrawn(model_t *m, uint64_t id, const model_rental_t *r, uint64_t amount) {
  algo_buf_t *e = model_event(m, "Withdrawn(uint64,uint64,address,uint64)");
  model_put(e, 0, 8);
  model_put(e, id, 8);
  model_put_addr(e, &r->renter);
  model_put(e, amount, 8);
}

static const char *do_withdraw(model_t *m, const step_t *s, model_rental_t *r) {
  uint64_t amount = r->owed;
  if (r->state == 0 || r->state == 1 || r->state == 4) return "the rental has not ended";
  if (!m->asa) {
    if (!model_takes_algo(m, &r->renter, amount + 80900)) return "nothing can be delivered";
    model_pay(m, &r->renter, amount + 80900, 0);
    if (amount) withdrawn(m, s->id, r, amount);
    model_close_rental(m, s->id);
    return NULL;
  }
  bool any = false;
  if (amount && model_takes(m, &r->renter, amount)) {
    model_send(m, &r->renter, amount);
    withdrawn(m, s->id, r, amount);
    r->owed = 0;
    any = true;
  }
  if (!r->owed && model_takes_algo(m, &r->renter, 80900)) {
    model_pay(m, &r->renter, 80900, 0);
    model_close_rental(m, s->id);
    any = true;
  }
  return any ? NULL : "nothing can be delivered";
}

static void do_due(model_t *m, const model_rental_t *r) {
  uint64_t due = 0, refund = 0;
  if (r->state == 0) refund = r->deposit;
  if (r->state == 1 || r->state == 4) {
    model_bill_t b = model_bill(r, r->state == 4 ? r->ended : m->now);
    due = b.due;
    refund = b.refund;
  }
  algo_buf_put(&m->logs, "\0\0\x15\x1f\x7c\x75", 6);
  model_put(&m->logs, due, 8);
  model_put(&m->logs, model_fee(due, r->fee_bps), 8);
  model_put(&m->logs, refund, 8);
}

static const char *do_rental(model_t *m, const step_t *s) {
  model_rental_t *r = model_rental_at(m, s->id);
  bool needs_active = s->what == STEP_HEARTBEAT || s->what == STEP_EXTEND || s->what == STEP_CLAIM ||
                      s->what == STEP_STOP || s->what == STEP_DISPUTE;
  if (!r) return "no such rental";
  if (needs_active && r->state != 1) return "the rental is not active";
  switch (s->what) {
  case STEP_START: return do_start(m, s, r);
  case STEP_HEARTBEAT: return do_heartbeat(m, s, r);
  case STEP_EXTEND: return do_extend(m, s, r);
  case STEP_CLAIM: return do_claim(m, s, r);
  case STEP_STOP: return do_stop(m, s, r);
  case STEP_CANCEL: return do_cancel(m, s, r);
  case STEP_DISPUTE: return do_dispute(m, s, r);
  case STEP_RESOLVE: return do_resolve(m, s, r);
  case STEP_WITHDRAW: return do_withdraw(m, s, r);
  default: do_due(m, r); return NULL;
  }
}

void model_start(model_t *m, const world_t *w, bool asa) {
  memset(m, 0, sizeof *m);
  m->w = w;
  m->asa = asa;
  m->admin = w->who[ADMIN];
  m->treasury = w->who[TREASURY];
  m->arbiter = w->who[ARBITER];
  m->next_gpu = m->next_rental = 1;
}

const char *model_step(model_t *m, const step_t *s) {
  algo_buf_clear(&m->logs);
  m->n_pay = 0;
  m->sender = &m->w->who[s->by];
  m->now = (uint64_t)m->w->now;
  bool deposits = s->what == STEP_RENT || s->what == STEP_EXTEND,
       mbr = s->what == STEP_RENT || s->what == STEP_REGISTER || s->what == STEP_APPROVE;
  m->spent_algo = m->w->fee + (deposits ? 1000 + (m->asa ? 0 : s->amount) : 0) + (mbr ? 1000 + s->mbr : 0);
  m->spent_asset = deposits && m->asa ? s->amount : 0;
  switch (s->what) {
  case STEP_REGISTER: return model_do_register(m, s);
  case STEP_APPROVE: return model_do_approve(m, s);
  case STEP_RENT: return do_rent(m, s);
  case STEP_WITHDRAW_GPU: return model_do_withdraw_gpu(m, s);
  case STEP_COLLECT: return model_do_collect(m);
  case STEP_CONFIGURE: return model_do_configure(m, s);
  case STEP_PAUSE: return model_do_pause(m, s);
  case STEP_QUOTE: return model_do_quote(m, s);
  case STEP_UPDATE:
  case STEP_SUSPEND:
  case STEP_RESUME:
  case STEP_RETIRE:
  case STEP_BAR: return model_do_gpu(m, s);
  default: return do_rental(m, s);
  }
}

void model_call(algo_method_call_t *c, const step_t *s, world_t *w) {
  const algo_app_t *app = &w->app;
  algo_arena_t *a = &w->arena;
  const algo_bytes_t model = {s->model, s->model_n};
  switch (s->what) {
  case STEP_REGISTER:
    algo_rental_register(c, app, s->mbr, model, 1024, s->amount, s->n, s->m, s->bytes, s->bytes, a, NULL);
    break;
  case STEP_UPDATE: algo_rental_update(c, app, s->id, s->amount, s->n, s->m, s->bytes, a, NULL); break;
  case STEP_SUSPEND: algo_rental_suspend(c, app, s->id, a, NULL); break;
  case STEP_RESUME: algo_rental_resume(c, app, s->id, a, NULL); break;
  case STEP_RETIRE: algo_rental_retire(c, app, s->id, a, NULL); break;
  case STEP_APPROVE: algo_rental_approve(c, app, s->mbr, &w->who[s->party], s->n, a, NULL); break;
  case STEP_BAR: algo_rental_bar(c, app, s->id, s->n, a, NULL); break;
  case STEP_RENT: algo_rental_rent(c, app, s->mbr, s->amount, s->id, s->n, s->bytes, a, NULL); break;
  case STEP_START: algo_rental_start(c, app, s->id, a, NULL); break;
  case STEP_HEARTBEAT: algo_rental_heartbeat(c, app, s->id, a, NULL); break;
  case STEP_EXTEND: algo_rental_extend(c, app, s->amount, s->id, s->n, a, NULL); break;
  case STEP_CLAIM: algo_rental_claim(c, app, s->id, a, NULL); break;
  case STEP_STOP: algo_rental_stop(c, app, s->id, (uint8_t)s->n, a, NULL); break;
  case STEP_CANCEL: algo_rental_cancel(c, app, s->id, a, NULL); break;
  case STEP_DISPUTE: algo_rental_dispute(c, app, s->id, s->bytes, a, NULL); break;
  case STEP_RESOLVE: algo_rental_resolve(c, app, s->id, (uint16_t)s->amount, a, NULL); break;
  case STEP_WITHDRAW: algo_rental_withdraw(c, app, s->id, a, NULL); break;
  case STEP_WITHDRAW_GPU: algo_rental_withdraw_gpu(c, app, s->id, a, NULL); break;
  case STEP_COLLECT: algo_rental_collect(c, app, a, NULL); break;
  case STEP_CONFIGURE: algo_rental_configure(c, app, s->amount, s->n, s->m, s->id, s->party, a, NULL); break;
  case STEP_PAUSE: algo_rental_set_paused(c, app, s->n, a, NULL); break;
  case STEP_DUE: algo_rental_due(c, app, s->id, a, NULL); break;
  case STEP_QUOTE: algo_rental_quote(c, app, s->id, s->n, a, NULL); break;
  default: break;
  }
}

/* ---- state ---- */

void model_gpu_bytes(algo_buf_t *e, const model_gpu_t *g) {
  model_put_addr(e, &g->owner);
  model_put(e, g->price, 8);
  model_put(e, g->min, 4);
  model_put(e, g->max, 4);
  model_put(e, g->state, 1);
  model_put(e, g->rental, 8);
  model_put(e, g->owed, 8);
  model_put(e, g->disputes, 4);
  model_put(e, g->vram, 4);
  algo_buf_put(e, g->spec, 32);
  algo_buf_put(e, g->seal, 32);
  model_put(e, e->n + 2, 2);
  model_put(e, g->model_n, 2);
  algo_buf_put(e, g->model, g->model_n);
}

void model_rental_bytes(algo_buf_t *e, const model_rental_t *r) {
  put_what(e, r);
  model_put(e, r->settled, 8);
  model_put(e, r->owed, 8);
  model_put(e, r->state, 1);
  put_terms(e, r);
  model_put(e, r->started, 8);
  model_put(e, r->beat, 8);
  model_put(e, r->ended, 8);
  algo_buf_put(e, r->session, 32);
}

u128_t model_owes(const model_t *m) {
  u128_t sum = m->fees;
  for (unsigned i = 0; i < MODEL_GPUS; i++)
    if (m->gpus[i].live) sum += m->gpus[i].owed;
  for (unsigned i = 0; i < MODEL_RENTALS; i++) {
    const model_rental_t *r = &m->rentals[i];
    if (!r->live) continue;
    sum += r->owed;
    if (r->state == 0 || r->state == 1 || r->state == 4) sum += r->deposit - r->settled;
  }
  return sum;
}
