/* The model's money: logs, payouts, billing. */
#include "model_internal.h"

/* ---- logs and payouts ---- */

algo_buf_t *model_event(model_t *m, const char *signature) {
  uint8_t sel[4];
  algo_arc4_selector(sel, signature);
  algo_buf_put(&m->logs, "\0\0", 2);
  algo_buf_put(&m->logs, sel, 4);
  return &m->logs;
}

void model_put(algo_buf_t *b, uint64_t v, unsigned width) {
  uint8_t be[8];
  algo_put_be64(be, v);
  algo_buf_put(b, be + 8 - width, width);
}
void model_put_addr(algo_buf_t *b, const algo_addr_t *a) { algo_buf_put(b, a->b, 32); }

void model_pay(model_t *m, const algo_addr_t *to, uint64_t algo, uint64_t asset) {
  m->pay[m->n_pay++] = (model_payout_t){*to, algo, asset};
}

/* What has been paid to this account within this call. */
static uint64_t got(const model_t *m, const algo_addr_t *a) {
  uint64_t n = 0;
  for (unsigned i = 0; i < m->n_pay; i++)
    if (algo_addr_eq(&m->pay[i].to, a)) n += m->pay[i].algo;
  return n;
}

bool model_takes_algo(const model_t *m, const algo_addr_t *a, uint64_t amount) {
  u128_t balance = (u128_t)world_balance(m->w, a) + got(m, a) + amount;
  if (algo_addr_eq(a, m->sender)) balance -= m->spent_algo;
  return balance >= world_min_balance(m->w, a);
}

bool model_takes(const model_t *m, const algo_addr_t *a, uint64_t amount) {
  if (!m->asa) return model_takes_algo(m, a, amount);
  uint64_t have;
  bool frozen;
  if (!world_holding(m->w, a, &have, &frozen) || frozen) return false;
  if (!world_holding(m->w, &m->w->app_addr, &have, &frozen) || frozen) return false;
  u128_t left = (u128_t)have + m->spent_asset;
  for (unsigned i = 0; i < m->n_pay; i++) left -= m->pay[i].asset;
  return left >= amount;
}

void model_send(model_t *m, const algo_addr_t *a, uint64_t amount) {
  model_pay(m, a, m->asa ? 0 : amount, m->asa ? amount : 0);
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

uint64_t model_settle(model_t *m, uint64_t id, model_rental_t *r, uint64_t to) {
  uint64_t a = r->settled, fee = model_fee(to, r->fee_bps) - model_fee(a, r->fee_bps);
  uint64_t net = (to - model_fee(to, r->fee_bps)) - (a - model_fee(a, r->fee_bps));
  if (to <= a) return 0;
  r->settled = to;
  m->fees += fee;
  algo_buf_t *e = model_event(m, "Settled(uint64,uint64,uint64,uint64,uint64)");
  model_put(e, id, 8);
  model_put(e, to, 8);
  model_put(e, net, 8);
  model_put(e, fee, 8);
  model_put(e, m->now, 8);
  return net;
}

static void owed(model_t *m, uint64_t id, const algo_addr_t *a, uint64_t amount) {
  algo_buf_t *e = model_event(m, "Owed(uint64,address,uint64)");
  model_put(e, id, 8);
  model_put_addr(e, a);
  model_put(e, amount, 8);
}

void model_close_rental(model_t *m, uint64_t id) {
  m->rentals[id].live = false;
  m->live_rentals--;
  model_put(model_event(m, "RentalClosed(uint64)"), id, 8);
}

/* Owner first, then renter; each is paid or owed. */
void model_pay_out(model_t *m, uint64_t id, uint64_t net, uint64_t refund, bool ends) {
  model_rental_t *r = &m->rentals[id];
  bool owner_ok = net && model_takes(m, &r->owner, net);
  if (owner_ok) model_send(m, &r->owner, net);
  if (net && !owner_ok) {
    m->gpus[r->gpu].owed += net;
    owed(m, id, &r->owner, net);
  }
  if (!ends) return;
  if (!m->asa) {
    if (model_takes_algo(m, &r->renter, refund + 80900)) {
      model_pay(m, &r->renter, refund + 80900, 0);
      model_close_rental(m, id);
    } else if (refund) {
      r->owed = refund;
      owed(m, id, &r->renter, refund);
    }
    return;
  }
  if (refund && !model_takes(m, &r->renter, refund)) {
    r->owed = refund;
    owed(m, id, &r->renter, refund);
    return;
  }
  if (refund) model_send(m, &r->renter, refund);
  if (model_takes_algo(m, &r->renter, 80900)) {
    model_pay(m, &r->renter, 80900, 0);
    model_close_rental(m, id);
  }
}

void model_free_gpu(model_gpu_t *g) {
  g->rental = 0;
  if (g->state == 1) g->state = 0;
}
