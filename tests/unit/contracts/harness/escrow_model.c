/* What a market of docs/contracts.md, section 2, does. */
#include "escrow_walk.h"

#include "algo/arc4.h"

static void put(escrow_walk_t *k, uint64_t v, unsigned width) {
  uint8_t be[8];
  algo_put_be64(be, v);
  algo_buf_put(&k->logs, be + 8 - width, width);
}
static void put_party(escrow_walk_t *k, unsigned p) { algo_buf_put(&k->logs, k->w.who[p].b, 32); }
static void event(escrow_walk_t *k, const char *signature) {
  uint8_t sel[4];
  algo_arc4_selector(sel, signature);
  algo_buf_put(&k->logs, "\0\0", 2);
  algo_buf_put(&k->logs, sel, 4);
}

static bool takes_algo(escrow_walk_t *k, unsigned p, uint64_t amount) {
  u128_t have = (u128_t)world_balance(&k->w, &k->w.who[p]) + k->got[p] + amount - (p == k->by ? k->spent : 0);
  return have >= world_min_balance(&k->w, &k->w.who[p]);
}
static bool takes(escrow_walk_t *k, unsigned p, uint64_t amount) {
  uint64_t have;
  bool frozen;
  if (!k->asa) return takes_algo(k, p, amount);
  if (!world_holding(&k->w, &k->w.who[p], &have, &frozen) || frozen) return false;
  if (!world_holding(&k->w, &k->w.app_addr, &have, &frozen) || frozen) return false;
  return have + k->spent_asset - k->out_asset >= amount;
}
static void pay_algo(escrow_walk_t *k, unsigned p, uint64_t amount) {
  k->got[p] += amount;
  k->out += amount;
}
static void pay(escrow_walk_t *k, unsigned p, uint64_t amount) {
  if (!k->asa) {
    pay_algo(k, p, amount);
    return;
  }
  k->got_asset[p] += amount;
  k->out_asset += amount;
}

/* One party's payout; does the box go? */
static bool deliver(escrow_walk_t *k, uint64_t id, unsigned p, uint64_t amount, uint64_t mbr, uint64_t *owed) {
  bool ok = k->asa ? !amount || takes(k, p, amount) : takes_algo(k, p, amount + mbr);
  if (!ok) {
    *owed = amount;
    if (amount) {
      event(k, "Owed(uint64,address,uint64)");
      put(k, id, 8);
      put_party(k, p);
      put(k, amount, 8);
      k->owed++;
    }
    return false;
  }
  if (amount) pay(k, p, amount);
  if (!takes_algo(k, p, mbr)) return false;
  pay_algo(k, p, mbr);
  return true;
}

static void worker_closed(escrow_walk_t *k, uint64_t id) {
  k->tasks[id].worker_live = false;
  k->live_workers--;
  event(k, "WorkerClosed(uint64)");
  put(k, id, 8);
}
static void task_closed(escrow_walk_t *k, uint64_t id) {
  k->tasks[id].live = false;
  k->live_tasks--;
  event(k, "TaskClosed(uint64)");
  put(k, id, 8);
}

static void pay_both(escrow_walk_t *k, uint64_t id, uint64_t to_worker, uint64_t to_client) {
  task_t *t = &k->tasks[id];
  bool w = deliver(k, id, t->worker, to_worker, 22100, &t->worker_owed),
       c = deliver(k, id, t->client, to_client, 76100, &t->owed);
  if (w) worker_closed(k, id);
  if (c) task_closed(k, id);
}

static uint64_t share(uint64_t x, uint64_t bps) { return (uint64_t)((u128_t)x * bps / 10000); }

static const char *divide(escrow_walk_t *k, uint64_t id, uint64_t bps, bool resolved) {
  task_t *t = &k->tasks[id];
  uint64_t gross = share(t->reward, bps), fee = share(gross, t->fee_bps);
  uint64_t to_worker = gross - fee + (bps ? t->bond : 0), to_client = t->reward - gross + (bps ? 0 : t->bond);
  k->fees += fee;
  t->state = resolved ? 6 : 4;
  event(k, resolved ? "TaskResolved(uint64,address,uint16,uint64,uint64,uint64,uint64)"
                    : "TaskPaid(uint64,address,uint64,uint64,uint64)");
  put(k, id, 8);
  put_party(k, k->by);
  if (resolved) put(k, bps, 2);
  put(k, to_worker, 8);
  put(k, fee, 8);
  if (resolved) put(k, to_client, 8);
  put(k, k->now, 8);
  pay_both(k, id, to_worker, to_client);
  return NULL;
}

static void refunded(escrow_walk_t *k, uint64_t id, uint64_t to_client) {
  k->tasks[id].state = 5;
  event(k, "TaskRefunded(uint64,address,uint64,uint64)");
  put(k, id, 8);
  put_party(k, k->by);
  put(k, to_client, 8);
  put(k, k->now, 8);
}

static const char *forfeit(escrow_walk_t *k, uint64_t id) {
  task_t *t = &k->tasks[id];
  refunded(k, id, t->reward + t->bond);
  pay_both(k, id, 0, t->reward + t->bond);
  return NULL;
}

static const char *do_post(escrow_walk_t *k, const task_step_t *s) {
  if (k->paused) return "the market is paused";
  if (s->n < 60) return "run_s is under 60";
  if (s->n > 2592000) return "run_s is over 2592000";
  if (s->m < k->review_min) return "review_s is under the market's minimum";
  if (s->m > 2592000) return "review_s is over 2592000";
  if (s->mbr != 76100) return "the payment's amount is wrong";
  if (!s->amount) return "the reward is 0";
  if (((u128_t)s->amount + s->bond) >> 64) return "reward + bond is 2^64 or more";
  uint64_t id = k->next++;
  task_t *t = &k->tasks[id];
  *t = (task_t){.live = true,
                .client = s->by,
                .reward = s->amount,
                .bond = s->bond,
                .posted = k->now,
                .run = s->n,
                .review = s->m};
  t->fee_bps = (uint16_t)k->fee_bps;
  t->dispute = (uint32_t)k->dispute_s;
  memcpy(t->spec, s->bytes, 32);
  k->live_tasks++;
  event(k, "TaskPosted(uint64,address,uint64,uint64,uint16,uint32,uint32,uint32,uint64,byte[32])");
  put(k, id, 8);
  put_party(k, s->by);
  put(k, t->reward, 8);
  put(k, t->bond, 8);
  put(k, t->fee_bps, 2);
  put(k, t->run, 4);
  put(k, t->review, 4);
  put(k, t->dispute, 4);
  put(k, k->now, 8);
  algo_buf_put(&k->logs, t->spec, 32);
  algo_buf_put(&k->logs, "\0\0\x15\x1f\x7c\x75", 6);
  put(k, id, 8);
  return NULL;
}

static const char *do_accept(escrow_walk_t *k, const task_step_t *s, task_t *t) {
  if (t->state != 0) return "the task is not open";
  if (s->by == t->client) return "the client cannot accept his own task";
  if (!k->open && !k->provider[s->by]) return "the provider is not approved";
  if (s->mbr != 22100) return "the payment's amount is wrong";
  if (s->amount != t->bond) return k->asa ? "the deposit's amount is wrong" : "the payment's amount is wrong";
  t->state = 1;
  t->worker_live = true;
  t->worker = s->by;
  t->worker_owed = 0;
  t->gpu = s->bond;
  t->accepted = k->now;
  k->live_workers++;
  event(k, "TaskAccepted(uint64,address,uint64,uint64)");
  put(k, s->id, 8);
  put_party(k, s->by);
  put(k, t->gpu, 8);
  put(k, k->now, 8);
  return NULL;
}

static const char *do_progress(escrow_walk_t *k, const task_step_t *s, task_t *t) {
  bool submit = s->what == TASK_SUBMIT;
  if (submit && t->state != 1) return "the task is not accepted";
  if (s->by != (submit ? t->worker : t->client))
    return submit ? "only the worker may do this" : "only the client may do this";
  if (!submit && t->state != 2) return "the task is not submitted";
  if (submit && k->now > t->accepted + t->run) return "too late to submit";
  if (!submit && k->now > t->submitted + t->review) return "too late to reject";
  t->state = submit ? 2 : 3;
  *(submit ? &t->submitted : &t->disputed) = k->now;
  if (submit) memcpy(t->result, s->bytes, 32);
  event(k, submit ? "TaskSubmitted(uint64,uint64,byte[32])" : "TaskRejected(uint64,uint64,byte[32])");
  put(k, s->id, 8);
  put(k, k->now, 8);
  algo_buf_put(&k->logs, s->bytes, 32);
  return NULL;
}

static const char *do_pay(escrow_walk_t *k, const task_step_t *s, task_t *t) {
  if (s->what == TASK_APPROVE) {
    if (s->by != t->client) return "only the client may do this";
    if (t->state != 2 && t->state != 3) return "the task is neither submitted nor disputed";
    return divide(k, s->id, 10000, false);
  }
  if (s->what == TASK_RELEASE) {
    if (t->state != 2) return "the task is not submitted";
    if (k->now <= t->submitted + t->review) return "the client may still reject";
    return divide(k, s->id, 10000, false);
  }
  if (t->state != 3) return "the task is not in dispute";
  if (s->amount > 10000) return "worker_bps is over 10000";
  if (s->by == ARBITER) return divide(k, s->id, s->amount, true);
  if (k->now <= t->disputed + t->dispute) return "only the arbiter may resolve it yet";
  return divide(k, s->id, 10000, true);
}

static const char *do_refund(escrow_walk_t *k, const task_step_t *s, task_t *t) {
  if (s->what == TASK_ABANDON) {
    if (t->state != 1) return "the task is not accepted";
    return s->by == t->worker ? forfeit(k, s->id) : "only the worker may do this";
  }
  if (t->state) {
    if (t->state != 1) return "the task is neither posted nor accepted";
    return k->now > t->accepted + t->run ? forfeit(k, s->id) : "the worker still has time";
  }
  if (s->by != t->client) return "only the client may do this";
  refunded(k, s->id, t->reward);
  if (deliver(k, s->id, t->client, t->reward, 76100, &t->owed)) task_closed(k, s->id);
  return NULL;
}

static const char *do_withdraw(escrow_walk_t *k, const task_step_t *s, task_t *t) {
  bool worker = s->what == TASK_WITHDRAW_WORKER, any = false;
  if (worker && !t->worker_live) return "no such worker";
  if (!worker && !t->live) return "no such task";
  if (t->live && t->state < 4) return "the task has not ended";
  unsigned p = worker ? t->worker : t->client;
  uint64_t *owed = worker ? &t->worker_owed : &t->owed, amount = *owed, mbr = worker ? 22100 : 76100;
  if (!k->asa && !takes_algo(k, p, amount + mbr)) return "nothing can be delivered";
  if (amount && (!k->asa || takes(k, p, amount))) {
    pay(k, p, amount);
    *owed = 0;
    any = true;
    event(k, "Withdrawn(uint64,address,uint64)");
    put(k, s->id, 8);
    put_party(k, p);
    put(k, amount, 8);
  }
  if (!*owed && takes_algo(k, p, mbr)) {
    pay_algo(k, p, mbr);
    any = true;
    worker ? worker_closed(k, s->id) : task_closed(k, s->id);
  }
  return any ? NULL : "nothing can be delivered";
}

static const char *do_market(escrow_walk_t *k, const task_step_t *s) {
  if (s->what == TASK_COLLECT) {
    if (!k->fees) return "there are no fees to collect";
    if (!takes(k, TREASURY, k->fees)) return "the treasury cannot be paid";
    pay(k, TREASURY, k->fees);
    event(k, "FeesCollected(uint64,address)");
    put(k, k->fees, 8);
    put_party(k, TREASURY);
    k->fees = 0;
    return NULL;
  }
  if (s->by != ADMIN) return "only the admin may do this";
  if (s->what == TASK_PAUSE) {
    k->paused = s->n;
    event(k, "Paused(bool)");
    put(k, s->n ? 0x80 : 0, 1);
    return NULL;
  }
  if (s->what == TASK_PROVIDER) {
    if (s->n && k->provider[s->party]) return "the provider is approved already";
    if (s->mbr != (s->n ? 18900u : 0)) return "the payment's amount is wrong";
    if (!s->n && !k->provider[s->party]) return "the provider is not approved";
    if (!s->n) pay_algo(k, ADMIN, 18900);
    k->provider[s->party] = s->n;
    k->providers += s->n ? 1 : -1u;
    event(k, "ProviderApproved(address,bool,uint64)");
    put_party(k, s->party);
    put(k, s->n ? 0x80 : 0, 1);
    put(k, k->now, 8);
    return NULL;
  }
  if (s->amount > 2000) return "fee_bps is over 2000";
  if (s->n < 60) return "dispute_s is under 60";
  if (s->n > 2592000) return "dispute_s is over 2592000";
  if (s->m < 60) return "review_min_s is under 60";
  if (s->m > 2592000) return "review_min_s is over 2592000";
  if (s->bond > 1) return "open is neither 0 nor 1";
  k->fee_bps = s->amount;
  k->dispute_s = s->n;
  k->review_min = s->m;
  k->open = s->bond;
  event(k, "TermsChanged(uint64,uint64,uint64,uint64)");
  put(k, s->amount, 8);
  put(k, s->n, 8);
  put(k, s->m, 8);
  put(k, s->bond, 8);
  return NULL;
}

const char *escrow_model_step(escrow_walk_t *k, const task_step_t *s) {
  bool deposits = s->what == TASK_POST || s->what == TASK_ACCEPT, mbr = deposits || s->what == TASK_PROVIDER;
  algo_buf_clear(&k->logs);
  memset(k->got, 0, sizeof k->got);
  memset(k->got_asset, 0, sizeof k->got_asset);
  k->out = k->out_asset = 0;
  k->by = s->by;
  k->now = (uint64_t)k->w.now;
  k->spent = k->w.fee + (deposits ? 1000 + (k->asa ? 0 : s->amount) : 0) + (mbr ? 1000 + s->mbr : 0);
  k->spent_asset = deposits && k->asa ? s->amount : 0;
  if (s->what == TASK_POST) return do_post(k, s);
  if (s->what >= TASK_COLLECT) return do_market(k, s);
  task_t *t = &k->tasks[s->id];
  if (s->what == TASK_ACCEPT && k->paused) return "the market is paused";
  if (s->what == TASK_WITHDRAW || s->what == TASK_WITHDRAW_WORKER) return do_withdraw(k, s, t);
  if (!t->live) return "no such task";
  if (s->what == TASK_ACCEPT) return do_accept(k, s, t);
  if (s->what == TASK_SUBMIT || s->what == TASK_REJECT) return do_progress(k, s, t);
  return s->what == TASK_ABANDON || s->what == TASK_RECLAIM ? do_refund(k, s, t) : do_pay(k, s, t);
}

void escrow_model_call(escrow_walk_t *k, algo_method_call_t *c, const task_step_t *s) {
  const algo_app_t *app = &k->w.app;
  algo_arena_t *a = &k->w.arena;
  switch (s->what) {
  case TASK_POST: algo_escrow_post(c, app, s->mbr, s->amount, s->bytes, s->bond, s->n, s->m, a, NULL); break;
  case TASK_ACCEPT: algo_escrow_accept(c, app, s->mbr, s->amount, s->id, s->bond, a, NULL); break;
  case TASK_SUBMIT: algo_escrow_submit(c, app, s->id, s->bytes, a, NULL); break;
  case TASK_REJECT: algo_escrow_reject(c, app, s->id, s->bytes, a, NULL); break;
  case TASK_APPROVE: algo_escrow_approve_result(c, app, s->id, a, NULL); break;
  case TASK_RELEASE: algo_escrow_release(c, app, s->id, a, NULL); break;
  case TASK_RESOLVE: algo_escrow_resolve(c, app, s->id, (uint16_t)s->amount, a, NULL); break;
  case TASK_ABANDON: algo_escrow_abandon(c, app, s->id, a, NULL); break;
  case TASK_RECLAIM: algo_escrow_reclaim(c, app, s->id, a, NULL); break;
  case TASK_WITHDRAW: algo_escrow_withdraw(c, app, s->id, a, NULL); break;
  case TASK_WITHDRAW_WORKER: algo_escrow_withdraw_worker(c, app, s->id, a, NULL); break;
  case TASK_COLLECT: algo_escrow_collect(c, app, a, NULL); break;
  case TASK_CONFIGURE: algo_escrow_configure(c, app, s->amount, s->n, s->m, s->bond, a, NULL); break;
  case TASK_PROVIDER: algo_escrow_approve(c, app, s->mbr, &k->w.who[s->party], s->n, a, NULL); break;
  default: algo_escrow_set_paused(c, app, s->n, a, NULL);
  }
}

void escrow_model_task(escrow_walk_t *k, const task_t *t) {
  algo_buf_clear(&k->logs);
  put_party(k, t->client);
  put(k, t->gpu, 8);
  put(k, t->reward, 8);
  put(k, t->bond, 8);
  put(k, t->owed, 8);
  put(k, t->state, 1);
  put(k, t->fee_bps, 2);
  put(k, t->run, 4);
  put(k, t->review, 4);
  put(k, t->dispute, 4);
  put(k, t->posted, 8);
  put(k, t->accepted, 8);
  put(k, t->submitted, 8);
  put(k, t->disputed, 8);
  algo_buf_put(&k->logs, t->spec, 32);
  algo_buf_put(&k->logs, t->result, 32);
}

void escrow_model_worker(escrow_walk_t *k, const task_t *t) {
  algo_buf_clear(&k->logs);
  put_party(k, t->worker);
  put(k, t->worker_owed, 8);
}

u128_t escrow_model_holding(escrow_walk_t *k) {
  u128_t sum = k->fees;
  for (uint64_t i = 0; i < k->next; i++) {
    const task_t *t = &k->tasks[i];
    if (t->live) sum += t->owed + (t->state <= 3 ? t->reward : 0) + (t->state >= 1 && t->state <= 3 ? t->bond : 0);
    if (t->worker_live) sum += t->worker_owed;
  }
  return sum;
}
