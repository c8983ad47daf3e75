#include "model.h"

#include "algo/arc4.h"

/* ---- logs and payouts ---- */

static algo_buf_t *event(model_t *m, const char *signature) {
  uint8_t sel[4];
  algo_arc4_selector(sel, signature);
  algo_buf_put(&m->logs, "\0\0", 2);
  algo_buf_put(&m->logs, sel, 4);
  return &m->logs;
}

static void put(algo_buf_t *b, uint64_t v, unsigned width) {
  uint8_t be[8];
  algo_put_be64(be, v);
  algo_buf_put(b, be + 8 - width, width);
}
static void put_addr(algo_buf_t *b, const algo_addr_t *a) { algo_buf_put(b, a->b, 32); }

static void pay(model_t *m, const algo_addr_t *to, uint64_t algo, uint64_t asset) {
  m->pay[m->n_pay++] = (model_payout_t){*to, algo, asset};
}

/* What has been paid to this account within this call. */
static uint64_t got(const model_t *m, const algo_addr_t *a) {
  uint64_t n = 0;
  for (unsigned i = 0; i < m->n_pay; i++)
    if (algo_addr_eq(&m->pay[i].to, a)) n += m->pay[i].algo;
  return n;
}

static bool takes_algo(const model_t *m, const algo_addr_t *a, uint64_t amount) {
  u128_t balance = (u128_t)world_balance(m->w, a) + got(m, a) + amount;
  if (algo_addr_eq(a, m->sender)) balance -= m->spent_algo;
  return balance >= world_min_balance(m->w, a);
}

static bool takes(const model_t *m, const algo_addr_t *a, uint64_t amount) {
  if (!m->asa) return takes_algo(m, a, amount);
  uint64_t have;
  bool frozen;
  if (!world_holding(m->w, a, &have, &frozen) || frozen) return false;
  if (!world_holding(m->w, &m->w->app_addr, &have, &frozen) || frozen) return false;
  u128_t left = (u128_t)have + m->spent_asset;
  for (unsigned i = 0; i < m->n_pay; i++) left -= m->pay[i].asset;
  return left >= amount;
}

static void send(model_t *m, const algo_addr_t *a, uint64_t amount) {
  pay(m, a, m->asa ? 0 : amount, m->asa ? amount : 0);
}

/* ---- billing ---- */

uint64_t model_fee(uint64_t x, uint64_t bps) { return (uint64_t)((u128_t)x * bps / 10000); }

model_bill_t model_bill(const model_rental_t *r, uint64_t t) {
  model_bill_t b = {0};
  u128_t bought = (u128_t)(r->deposit / r->price) * 60, until = r->started + bought,
         lapse = (u128_t)r->beat + r->beat_s;
  u128_t end = t < until ? t : until;
  if (r->beat_s && lapse < end) end = lapse;
  u128_t minutes = (end - r->started + 59) / 60;
  if (minutes < 1) minutes = 1;
  u128_t due = minutes * r->price;
  if (due > r->deposit) due = r->deposit;
  b.end = (uint64_t)end;
  b.minutes = (uint64_t)minutes;
  b.due = (uint64_t)due;
  b.refund = r->deposit - b.due;
  b.exhausted = t >= until;
  b.lapsed = r->beat_s && t > lapse;
  return b;
}

static uint64_t settle(model_t *m, uint64_t id, model_rental_t *r, uint64_t to) {
  uint64_t a = r->settled, fee = model_fee(to, r->fee_bps) - model_fee(a, r->fee_bps);
  uint64_t net = (to - model_fee(to, r->fee_bps)) - (a - model_fee(a, r->fee_bps));
  if (to <= a) return 0;
  r->settled = to;
  m->fees += fee;
  algo_buf_t *e = event(m, "Settled(uint64,uint64,uint64,uint64,uint64)");
  put(e, id, 8);
  put(e, to, 8);
  put(e, net, 8);
  put(e, fee, 8);
  put(e, m->now, 8);
  return net;
}

static void owed(model_t *m, uint64_t id, const algo_addr_t *a, uint64_t amount) {
  algo_buf_t *e = event(m, "Owed(uint64,address,uint64)");
  put(e, id, 8);
  put_addr(e, a);
  put(e, amount, 8);
}

static void close_rental(model_t *m, uint64_t id) {
  m->rentals[id].live = false;
  m->live_rentals--;
  put(event(m, "RentalClosed(uint64)"), id, 8);
}

/* Owner first, then renter; each is paid or owed. */
static void pay_out(model_t *m, uint64_t id, uint64_t net, uint64_t refund, bool ends) {
  model_rental_t *r = &m->rentals[id];
  bool owner_ok = net && takes(m, &r->owner, net);
  if (owner_ok) send(m, &r->owner, net);
  if (net && !owner_ok) {
    m->gpus[r->gpu].owed += net;
    owed(m, id, &r->owner, net);
  }
  if (!ends) return;
  if (!m->asa) {
    if (takes_algo(m, &r->renter, refund + 80900)) {
      pay(m, &r->renter, refund + 80900, 0);
      close_rental(m, id);
    } else if (refund) {
      r->owed = refund;
      owed(m, id, &r->renter, refund);
    }
    return;
  }
  if (refund && !takes(m, &r->renter, refund)) {
    r->owed = refund;
    owed(m, id, &r->renter, refund);
    return;
  }
  if (refund) send(m, &r->renter, refund);
  if (takes_algo(m, &r->renter, 80900)) {
    pay(m, &r->renter, 80900, 0);
    close_rental(m, id);
  }
}

static void free_gpu(model_gpu_t *g) {
  g->rental = 0;
  if (g->state == 1) g->state = 0;
}

/* ---- GPUs ---- */

static const char *bounds(uint64_t price, uint32_t min, uint32_t max) {
  if (!price) return "the price is 0";
  if (!min) return "the shortest rental is 0 minutes";
  if (min > max) return "the shortest rental is longer than the longest";
  if ((u128_t)price * max >> 64) return "price x longest rental is 2^64 or more";
  return NULL;
}

static const char *do_register(model_t *m, const step_t *s) {
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
  algo_buf_t *e = event(m, "GpuRegistered(uint64,address,uint64,uint32,uint32,uint32,byte[32],byte[32],string)");
  put(e, id, 8);
  put_addr(e, &g->owner);
  put(e, g->price, 8);
  put(e, g->min, 4);
  put(e, g->max, 4);
  put(e, g->vram, 4);
  algo_buf_put(e, g->spec, 32);
  algo_buf_put(e, g->seal, 32);
  put(e, 8 + 32 + 8 + 4 + 4 + 4 + 32 + 32 + 2, 2);
  put(e, g->model_n, 2);
  algo_buf_put(e, g->model, g->model_n);
  algo_buf_put(&m->logs, "\0\0\x15\x1f\x7c\x75", 6);
  put(&m->logs, id, 8);
  return NULL;
}

static model_gpu_t *gpu_at(model_t *m, uint64_t id) {
  return id < MODEL_GPUS && m->gpus[id].live ? &m->gpus[id] : NULL;
}
static model_rental_t *rental_at(model_t *m, uint64_t id) {
  return id < MODEL_RENTALS && m->rentals[id].live ? &m->rentals[id] : NULL;
}

static void state_event(model_t *m, uint64_t id, uint8_t state) {
  algo_buf_t *e = event(m, "GpuState(uint64,uint8)");
  m->gpus[id].state = state;
  put(e, id, 8);
  put(e, state, 1);
}

static const char *do_update(model_t *m, const step_t *s, model_gpu_t *g) {
  const char *bad = bounds(s->amount, s->n, s->m);
  if (bad) return bad;
  g->price = s->amount;
  g->min = s->n;
  g->max = s->m;
  memcpy(g->seal, s->bytes, 32);
  algo_buf_t *e = event(m, "GpuUpdated(uint64,uint64,uint32,uint32,byte[32])");
  put(e, s->id, 8);
  put(e, g->price, 8);
  put(e, g->min, 4);
  put(e, g->max, 4);
  algo_buf_put(e, g->seal, 32);
  return NULL;
}

static const char *do_retire(model_t *m, const step_t *s, model_gpu_t *g) {
  uint64_t mbr = 62500 + 400 * g->model_n;
  if (g->rental) return "the GPU is in use";
  if (g->owed) return "the GPU's owner is owed money: withdraw_gpu first";
  if (g->disputes) return "a rental of the GPU is in dispute";
  if (!takes_algo(m, m->sender, mbr)) return "the owner cannot be paid";
  pay(m, m->sender, mbr, 0);
  g->live = false;
  m->live_gpus--;
  put(event(m, "GpuRetired(uint64)"), s->id, 8);
  return NULL;
}

static const char *do_gpu(model_t *m, const step_t *s) {
  bool barring = s->what == STEP_BAR;
  if (barring && !algo_addr_eq(m->sender, &m->admin)) return "only the admin may do this";
  model_gpu_t *g = gpu_at(m, s->id);
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

static const char *do_withdraw_gpu(model_t *m, const step_t *s) {
  model_gpu_t *g = gpu_at(m, s->id);
  if (!g) return "no such GPU";
  if (!g->owed) return "nothing is owed";
  if (!takes(m, &g->owner, g->owed)) return "nothing can be delivered";
  send(m, &g->owner, g->owed);
  algo_buf_t *e = event(m, "Withdrawn(uint64,uint64,address,uint64)");
  put(e, s->id, 8);
  put(e, 0, 8);
  put_addr(e, &g->owner);
  put(e, g->owed, 8);
  g->owed = 0;
  return NULL;
}

/* ---- rentals ---- */

static void put_terms(algo_buf_t *e, const model_rental_t *r) {
  put(e, r->fee_bps, 2);
  put(e, r->ready_s, 4);
  put(e, r->beat_s, 4);
  put(e, r->dispute_s, 4);
  put(e, r->requested, 8);
}

static void put_what(algo_buf_t *e, const model_rental_t *r) {
  put(e, r->gpu, 8);
  put_addr(e, &r->owner);
  put_addr(e, &r->renter);
  put(e, r->price, 8);
  put(e, r->max, 4);
  put(e, r->deposit, 8);
}

static const char *quoted(const model_gpu_t *g, uint32_t minutes) {
  if (minutes < g->min) return "shorter than the GPU's shortest rental";
  if (minutes > g->max) return "longer than the GPU's longest rental";
  return NULL;
}

static const char *do_rent(model_t *m, const step_t *s) {
  if (m->paused) return "the market is paused";
  model_gpu_t *g = gpu_at(m, s->id);
  if (!g) return "no such GPU";
  const char *bad = quoted(g, s->n);
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
  algo_buf_t *e = event(m, "RentalRequested(uint64,uint64,address,address,uint64,uint32,uint64,uint16,uint32,uint32,"
                           "uint32,uint64,byte[32])");
  put(e, id, 8);
  put_what(e, r);
  put_terms(e, r);
  algo_buf_put(e, r->session, 32);
  algo_buf_put(&m->logs, "\0\0\x15\x1f\x7c\x75", 6);
  put(&m->logs, id, 8);
  return NULL;
}

static const char *do_start(model_t *m, const step_t *s, model_rental_t *r) {
  if (!algo_addr_eq(m->sender, &r->owner)) return "only the GPU's owner may do this";
  if (r->state != 0) return "the rental is not requested";
  if (m->now > r->requested + r->ready_s) return "too late to start";
  r->state = 1;
  r->started = r->beat = m->now;
  algo_buf_t *e = event(m, "RentalStarted(uint64,uint64)");
  put(e, s->id, 8);
  put(e, m->now, 8);
  return NULL;
}

static const char *do_heartbeat(model_t *m, const step_t *s, model_rental_t *r) {
  if (!algo_addr_eq(m->sender, &r->owner)) return "only the GPU's owner may do this";
  if (model_bill(r, m->now).lapsed) return "the rental has lapsed";
  r->beat = m->now;
  algo_buf_t *e = event(m, "Heartbeat(uint64,uint64)");
  put(e, s->id, 8);
  put(e, m->now, 8);
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
  algo_buf_t *e = event(m, "RentalExtended(uint64,uint64,address)");
  put(e, s->id, 8);
  put(e, r->deposit, 8);
  put_addr(e, m->sender);
  return NULL;
}

static const char *do_claim(model_t *m, const step_t *s, model_rental_t *r) {
  if (!algo_addr_eq(m->sender, &r->owner)) return "only the GPU's owner may do this";
  model_bill_t b = model_bill(r, m->now);
  if (b.due <= r->settled) return "nothing is due that is not settled";
  pay_out(m, s->id, settle(m, s->id, r, b.due), 0, false);
  return NULL;
}

static const char *do_stop(model_t *m, const step_t *s, model_rental_t *r) {
  if (s->n > 5) return "more than 5 stars";
  model_bill_t b = model_bill(r, m->now);
  bool renter = algo_addr_eq(m->sender, &r->renter), owner = algo_addr_eq(m->sender, &r->owner);
  if (!renter && !owner && !b.exhausted && !b.lapsed) return "only renter or owner may stop it before it is over";
  uint64_t net = settle(m, s->id, r, b.due);
  r->state = 2;
  r->ended = b.end;
  algo_buf_t *e = event(m, "RentalStopped(uint64,address,uint64,uint64,uint64,uint64,uint8)");
  put(e, s->id, 8);
  put_addr(e, m->sender);
  put(e, b.end, 8);
  put(e, b.minutes, 8);
  put(e, b.due, 8);
  put(e, b.refund, 8);
  put(e, renter ? s->n : 0, 1);
  free_gpu(&m->gpus[r->gpu]);
  pay_out(m, s->id, net, b.refund, true);
  return NULL;
}

static const char *do_cancel(model_t *m, const step_t *s, model_rental_t *r) {
  if (r->state != 0) return "the rental is not requested";
  if (!algo_addr_eq(m->sender, &r->renter) && m->now <= r->requested + r->ready_s)
    return "only the renter may cancel while it can be started";
  r->state = 3;
  algo_buf_t *e = event(m, "RentalCancelled(uint64,address,uint64,uint64)");
  put(e, s->id, 8);
  put_addr(e, m->sender);
  put(e, m->now, 8);
  put(e, r->deposit, 8);
  free_gpu(&m->gpus[r->gpu]);
  pay_out(m, s->id, 0, r->deposit, true);
  return NULL;
}

static const char *do_dispute(model_t *m, const step_t *s, model_rental_t *r) {
  if (!algo_addr_eq(m->sender, &r->renter)) return "only the renter may do this";
  r->state = 4;
  r->ended = m->now;
  free_gpu(&m->gpus[r->gpu]);
  m->gpus[r->gpu].disputes++;
  algo_buf_t *e = event(m, "Disputed(uint64,uint64,byte[32])");
  put(e, s->id, 8);
  put(e, m->now, 8);
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
  uint64_t net = settle(m, s->id, r, total), rest = r->deposit - total;
  r->state = 5;
  r->ended = b.end;
  algo_buf_t *e = event(m, "Resolved(uint64,uint16,uint64,uint64,uint64)");
  put(e, s->id, 8);
  put(e, bps, 2);
  put(e, net, 8);
  put(e, rest, 8);
  put(e, m->now, 8);
  m->gpus[r->gpu].disputes--;
  pay_out(m, s->id, net, rest, true);
  return NULL;
}

static void withdrawn(model_t *m, uint64_t id, const model_rental_t *r, uint64_t amount) {
  algo_buf_t *e = event(m, "Withdrawn(uint64,uint64,address,uint64)");
  put(e, 0, 8);
  put(e, id, 8);
  put_addr(e, &r->renter);
  put(e, amount, 8);
}

static const char *do_withdraw(model_t *m, const step_t *s, model_rental_t *r) {
  uint64_t amount = r->owed;
  if (r->state == 0 || r->state == 1 || r->state == 4) return "the rental has not ended";
  if (!m->asa) {
    if (!takes_algo(m, &r->renter, amount + 80900)) return "nothing can be delivered";
    pay(m, &r->renter, amount + 80900, 0);
    if (amount) withdrawn(m, s->id, r, amount);
    close_rental(m, s->id);
    return NULL;
  }
  bool any = false;
  if (amount && takes(m, &r->renter, amount)) {
    send(m, &r->renter, amount);
    withdrawn(m, s->id, r, amount);
    r->owed = 0;
    any = true;
  }
  if (!r->owed && takes_algo(m, &r->renter, 80900)) {
    pay(m, &r->renter, 80900, 0);
    close_rental(m, s->id);
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
  put(&m->logs, due, 8);
  put(&m->logs, model_fee(due, r->fee_bps), 8);
  put(&m->logs, refund, 8);
}

static const char *do_rental(model_t *m, const step_t *s) {
  model_rental_t *r = rental_at(m, s->id);
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

/* ---- the market ---- */

static const char *do_approve(model_t *m, const step_t *s) {
  if (!algo_addr_eq(m->sender, &m->admin)) return "only the admin may do this";
  bool *approved = &m->provider[s->party];
  if (s->n && *approved) return "the provider is approved already";
  if (s->mbr != (s->n ? 18900u : 0)) return "the payment's amount is wrong";
  if (!s->n && !*approved) return "the provider is not approved";
  if (!s->n && !takes_algo(m, m->sender, 18900)) return "the admin cannot be paid";
  if (!s->n) pay(m, m->sender, 18900, 0);
  *approved = s->n;
  m->approved_at[s->party] = m->now;
  m->live_providers += s->n ? 1 : -1ull;
  algo_buf_t *e = event(m, "ProviderApproved(address,bool,uint64)");
  put_addr(e, &m->w->who[s->party]);
  put(e, s->n ? 0x80 : 0, 1);
  put(e, m->now, 8);
  return NULL;
}

static const char *do_configure(model_t *m, const step_t *s) {
  if (!algo_addr_eq(m->sender, &m->admin)) return "only the admin may do this";
  if (s->amount > 2000) return "fee_bps is over 2000";
  m->fee_bps = s->amount;
  m->ready_s = s->n;
  m->beat_s = s->m;
  m->dispute_s = s->id;
  m->open = s->party;
  algo_buf_t *e = event(m, "TermsChanged(uint64,uint64,uint64,uint64,uint64)");
  put(e, m->fee_bps, 8);
  put(e, m->ready_s, 8);
  put(e, m->beat_s, 8);
  put(e, m->dispute_s, 8);
  put(e, m->open, 8);
  return NULL;
}

static const char *do_pause(model_t *m, const step_t *s) {
  if (!algo_addr_eq(m->sender, &m->admin)) return "only the admin may do this";
  m->paused = s->n;
  put(event(m, "Paused(bool)"), s->n ? 0x80 : 0, 1);
  return NULL;
}

static const char *do_collect(model_t *m) {
  uint64_t amount = m->fees;
  if (!amount) return "there are no fees to collect";
  if (!takes(m, &m->treasury, amount)) return "the treasury cannot be paid";
  send(m, &m->treasury, amount);
  m->fees = 0;
  algo_buf_t *e = event(m, "FeesCollected(uint64,address)");
  put(e, amount, 8);
  put_addr(e, &m->treasury);
  return NULL;
}

static const char *do_quote(model_t *m, const step_t *s) {
  model_gpu_t *g = gpu_at(m, s->id);
  if (!g) return "no such GPU";
  const char *bad = quoted(g, s->n);
  if (bad) return bad;
  algo_buf_put(&m->logs, "\0\0\x15\x1f\x7c\x75", 6);
  put(&m->logs, g->price * s->n, 8);
  put(&m->logs, 80900, 8);
  return NULL;
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
  case STEP_REGISTER: return do_register(m, s);
  case STEP_APPROVE: return do_approve(m, s);
  case STEP_RENT: return do_rent(m, s);
  case STEP_WITHDRAW_GPU: return do_withdraw_gpu(m, s);
  case STEP_COLLECT: return do_collect(m);
  case STEP_CONFIGURE: return do_configure(m, s);
  case STEP_PAUSE: return do_pause(m, s);
  case STEP_QUOTE: return do_quote(m, s);
  case STEP_UPDATE:
  case STEP_SUSPEND:
  case STEP_RESUME:
  case STEP_RETIRE:
  case STEP_BAR: return do_gpu(m, s);
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
  put_addr(e, &g->owner);
  put(e, g->price, 8);
  put(e, g->min, 4);
  put(e, g->max, 4);
  put(e, g->state, 1);
  put(e, g->rental, 8);
  put(e, g->owed, 8);
  put(e, g->disputes, 4);
  put(e, g->vram, 4);
  algo_buf_put(e, g->spec, 32);
  algo_buf_put(e, g->seal, 32);
  put(e, e->n + 2, 2);
  put(e, g->model_n, 2);
  algo_buf_put(e, g->model, g->model_n);
}

void model_rental_bytes(algo_buf_t *e, const model_rental_t *r) {
  put_what(e, r);
  put(e, r->settled, 8);
  put(e, r->owed, 8);
  put(e, r->state, 1);
  put_terms(e, r);
  put(e, r->started, 8);
  put(e, r->beat, 8);
  put(e, r->ended, 8);
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
