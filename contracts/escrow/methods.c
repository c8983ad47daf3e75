/* escrow: a task from its posting to its end. The task's id is the first argument of every call but post. Variables:
 *   tkey, t    key and value of the task's box       wkey, wb   key and value of the worker's
 *   to_worker, to_client   what each gets            worker_goes, task_goes   did that box go? */
#include "description.h"
#include "market.h"

enum { POSTED, ACCEPTED, SUBMITTED, DISPUTED, PAID, REFUNDED, DIVIDED };
enum { TASK_MBR = 76100, WORKER_MBR = 22100, MONTH = 2592000, MINUTE = 60 };

static tg_x t(tg_t *b, const char *field) { return tg_field(tg_var(b, "t", TG_BYTES), &escrow_task, field); }
static tg_x worker(tg_t *b) { return tg_field(tg_var(b, "wb", TG_BYTES), &escrow_worker, "worker"); }
static tg_x tkey(tg_t *b) { return tg_var(b, "tkey", TG_BYTES); }
static tg_x wkey(tg_t *b) { return tg_var(b, "wkey", TG_BYTES); }
static tg_x id(tg_t *b) { return tg_arg_at(b, 1, TG_U64); }
static tg_x v(tg_t *b, const char *name) { return tg_var(b, name, TG_U64); }
static tg_x key_of(tg_t *b, const char *prefix) { return tg_concat(b, 2, tg_text(b, prefix), tg_as(id(b), TG_BYTES)); }
static void set(tg_t *b, const char *field, tg_x value) { tg_box_set(b, tkey(b), &escrow_task, field, value); }

/* ---- boxes in hand: a key that is not 9 bytes long is the name of no box ---- */

static void build_load(tg_t *b) {
  tg_set(b, "tkey", key_of(b, "t"));
  tg_set(b, "t", tg_box(tkey(b), "no such task"));
  tg_return(b, NULL);
}
static const tg_routine_t load = {"load_task", "the task of the first argument", 0, NULL, TG_VOID, build_load};

static void build_load_worker(tg_t *b) {
  tg_set(b, "wkey", key_of(b, "w"));
  tg_set(b, "wb", tg_box(wkey(b), "no such worker"));
  tg_return(b, NULL);
}
static const tg_routine_t load_worker = {"load_worker",    "the worker of the first argument's task", 0, NULL, TG_VOID,
                                         build_load_worker};

static void in_state(tg_t *b, unsigned state, const char *message) {
  tg_assert(b, tg_eq(t(b, "state"), tg_int(b, state)), message);
}
static void client_only(tg_t *b) { tg_assert(b, tg_eq(tg_sender(b), t(b, "client")), "only the client may do this"); }
static void worker_only(tg_t *b) {
  market_call(b, &load_worker);
  tg_assert(b, tg_eq(tg_sender(b), worker(b)), "only the worker may do this");
}
static tg_x until(tg_t *b, const char *from, const char *span) { return tg_add(t(b, from), t(b, span)); }

/* ---- payouts ---- */

typedef struct party {
  tg_x key;         /* of the box that is the party's */
  unsigned at;      /* in it, what is owed */
  tg_x who, amount; /* amount: a variable */
  uint64_t mbr;
} party_t;

static party_t client_of(tg_t *b) {
  return (party_t){tkey(b), tg_struct_offset(&escrow_task, "owed_client", NULL), t(b, "client"), v(b, "to_client"),
                   TASK_MBR};
}
static party_t worker_of(tg_t *b) {
  return (party_t){wkey(b), tg_struct_offset(&escrow_worker, "owed", NULL), worker(b), v(b, "to_worker"), WORKER_MBR};
}

static void owe(tg_t *b, const party_t *p) {
  tg_box_write(b, p->key, tg_int(b, p->at), tg_itob(p->amount));
  tg_emit(b, "Owed", id(b), p->who, p->amount, NULL);
}

/* The box's minimum balance, with what is in `total` beside it in the same payout; then the box goes. */
static void close_box(tg_t *b, const party_t *p, tg_x total) {
  tg_if(b, tg_call(b, &market_reaches, p->who, total));
  tg_do(b, tg_call(b, &market_send_algo, p->who, total));
  tg_box_delete(b, p->key);
  tg_return(b, tg_int(b, 1));
  tg_end(b);
}

/* Pays a party, or owes it; returns whether its box went. */
static void deliver(tg_t *b, party_t p) {
  if (tg_is_asa(b)) {
    tg_if(b, p.amount);
    tg_if(b, market_takes(b, p.who, p.amount));
    market_send(b, p.who, p.amount);
    tg_else(b);
    owe(b, &p);
    tg_return(b, tg_int(b, 0));
    tg_end(b);
    tg_end(b);
    close_box(b, &p, tg_int(b, p.mbr));
  } else {
    tg_set(b, "total", tg_add(p.amount, tg_int(b, p.mbr)));
    close_box(b, &p, v(b, "total"));
    tg_if(b, p.amount);
    owe(b, &p);
    tg_end(b);
  }
  tg_return(b, tg_int(b, 0));
}
static void build_deliver_worker(tg_t *b) { deliver(b, worker_of(b)); }
static void build_deliver_client(tg_t *b) { deliver(b, client_of(b)); }
static const tg_routine_t deliver_worker = {
    "deliver_worker", "pays the worker, or owes him; does his box go?", 0, NULL, TG_BOOL, build_deliver_worker};
static const tg_routine_t deliver_client = {
    "deliver_client", "pays the client, or owes him; does his box go?", 0, NULL, TG_BOOL, build_deliver_client};

/* Pays what is owed, or refuses; returns whether the box went. Rare: one routine for both parties. */
static const tg_type_t payout[] = {TG_BYTES, TG_U64, TG_ADDRESS, TG_U64, TG_U64};

static void withdraw_asa(tg_t *b, const party_t *p) {
  tg_set(b, "left", p->amount);
  tg_if(b, tg_and(p->amount, market_takes(b, p->who, p->amount)));
  market_send(b, p->who, p->amount);
  tg_box_write(b, p->key, tg_param(b, 1), tg_zeros(b, 8));
  tg_emit(b, "Withdrawn", id(b), p->who, p->amount, NULL);
  tg_set(b, "left", tg_int(b, 0));
  tg_end(b);
  tg_if(b, tg_not(v(b, "left")));
  close_box(b, p, tg_param(b, 4));
  tg_end(b);
  tg_assert(b, tg_ne(v(b, "left"), p->amount), "nothing can be delivered");
  tg_return(b, tg_int(b, 0));
}

static void build_withdraw(tg_t *b) {
  party_t p = {tg_param(b, 0), 0, tg_param(b, 2), tg_param(b, 3), 0};
  if (tg_is_asa(b)) {
    withdraw_asa(b, &p);
    return;
  }
  tg_set(b, "total", tg_add(p.amount, tg_param(b, 4)));
  tg_assert(b, tg_call(b, &market_reaches, p.who, v(b, "total")), "nothing can be delivered");
  tg_do(b, tg_call(b, &market_send_algo, p.who, v(b, "total")));
  tg_box_delete(b, p.key);
  tg_if(b, p.amount);
  tg_emit(b, "Withdrawn", id(b), p.who, p.amount, NULL);
  tg_end(b);
  tg_return(b, tg_int(b, 1));
}
static const tg_routine_t withdraw = {
    "pay_owed", "pays what is owed, or refuses; does the box go?", 5, payout, TG_BOOL, build_withdraw};

static tg_x withdraw_of(tg_t *b, party_t p, tg_x amount) {
  return tg_call(b, &withdraw, p.key, tg_int(b, p.at), p.who, amount, tg_int(b, p.mbr));
}

static void count_down(tg_t *b, const char *counter) { tg_put(b, counter, tg_sub_(tg_get(b, counter), tg_int(b, 1))); }

static void worker_closed(tg_t *b, tg_x goes) {
  tg_if(b, goes);
  count_down(b, "live_workers");
  tg_emit(b, "WorkerClosed", id(b), NULL);
  tg_end(b);
}
static void build_task_closed(tg_t *b) {
  tg_if(b, tg_param(b, 0));
  count_down(b, "live_tasks");
  tg_emit(b, "TaskClosed", id(b), NULL);
  tg_end(b);
  tg_approve(b);
}
static const tg_type_t one_bool[] = {TG_BOOL};
static const tg_routine_t task_closed = {
    "task_closed", "says that the task's box went, if it did; ends the call", 1, one_bool, TG_VOID, build_task_closed};

/* Both parties, after the event of the cause; the worker's box is in hand. Ends the call. */
static void build_pay_both(tg_t *b) {
  tg_set(b, "worker_goes", tg_call(b, &deliver_worker));
  tg_set(b, "task_goes", tg_call(b, &deliver_client));
  worker_closed(b, v(b, "worker_goes"));
  tg_do(b, tg_call(b, &task_closed, v(b, "task_goes")));
}
static const tg_routine_t pay_both = {"pay_both",    "pays worker and client; ends the call", 0, NULL, TG_VOID,
                                      build_pay_both};

/* ---- settlement ---- */

/* gross = reward x bps / 10,000; the fee of it is the market's, the rest of it the worker's, the rest of the reward the
 * client's. The bond is the worker's, but the client's where bps is 0. */
static void build_divide(tg_t *b) {
  tg_x bps = tg_param(b, 0), bond = tg_native(t(b, "bond_asked"));
  tg_set(b, "gross", tg_call(b, &market_share, t(b, "reward"), bps));
  tg_set(b, "fee", tg_call(b, &market_share, v(b, "gross"), t(b, "fee_bps")));
  tg_set(b, "to_worker", tg_sub_(v(b, "gross"), v(b, "fee")));
  tg_set(b, "to_client", tg_sub_(t(b, "reward"), v(b, "gross")));
  tg_if(b, bps);
  tg_set(b, "to_worker", tg_add(v(b, "to_worker"), bond));
  tg_else(b);
  tg_set(b, "to_client", tg_add(v(b, "to_client"), bond));
  tg_end(b);
  tg_put(b, "fees", tg_add(tg_get(b, "fees"), v(b, "fee")));
  tg_return(b, NULL);
}
static const tg_type_t one_number[] = {TG_U64};
static const tg_routine_t divide = {
    "divide", "the reward, with so many hundredths of a percent to the worker", 1, one_number, TG_VOID, build_divide};

static void build_pay_worker(tg_t *b) {
  market_call(b, &load_worker);
  tg_do(b, tg_call(b, &divide, tg_int(b, MAX_BPS)));
  set(b, "state", tg_int(b, PAID));
  tg_emit(b, "TaskPaid", id(b), tg_sender(b), v(b, "to_worker"), v(b, "fee"), tg_now(b), NULL);
  market_call(b, &pay_both);
}
static const tg_routine_t pay_worker = {
    "pay_worker", "the whole reward to the worker; ends the call", 0, NULL, TG_VOID, build_pay_worker};

void escrow_build_approve_result(tg_t *b) {
  market_call(b, &load);
  client_only(b);
  tg_assert(b, tg_bit(tg_int(b, 1 << SUBMITTED | 1 << DISPUTED), t(b, "state")),
            "the task is neither submitted nor disputed");
  market_call(b, &pay_worker);
}

void escrow_build_release(tg_t *b) {
  market_call(b, &load);
  in_state(b, SUBMITTED, "the task is not submitted");
  tg_assert(b, tg_gt(tg_now(b), until(b, "submitted_at", "review_s")), "the client may still reject");
  market_call(b, &pay_worker);
}

void escrow_build_resolve(tg_t *b) {
  market_call(b, &load);
  in_state(b, DISPUTED, "the task is not in dispute");
  tg_set(b, "bps", tg_checked(b, "worker_bps"));
  tg_x bps = v(b, "bps");
  tg_assert(b, tg_le(bps, tg_int(b, MAX_BPS)), "worker_bps is over 10000");
  tg_if(b, tg_ne(tg_sender(b), tg_get(b, "arbiter")));
  tg_assert(b, tg_gt(tg_now(b), until(b, "disputed_at", "dispute_s")), "only the arbiter may resolve it yet");
  tg_set(b, "bps", tg_int(b, MAX_BPS));
  tg_end(b);
  market_call(b, &load_worker);
  tg_do(b, tg_call(b, &divide, bps));
  set(b, "state", tg_int(b, DIVIDED));
  tg_emit(b, "TaskResolved", id(b), tg_sender(b), bps, v(b, "to_worker"), v(b, "fee"), v(b, "to_client"), tg_now(b),
          NULL);
  market_call(b, &pay_both);
}

static void build_refunded(tg_t *b) {
  set(b, "state", tg_int(b, REFUNDED));
  tg_emit(b, "TaskRefunded", id(b), tg_sender(b), v(b, "to_client"), tg_now(b), NULL);
  tg_return(b, NULL);
}
static const tg_routine_t refunded = {"refunded",    "the state, and the event of a refund", 0, NULL, TG_VOID,
                                      build_refunded};

/* The worker failed: reward and bond go to the client, the worker's box to him. */
static void build_forfeit(tg_t *b) {
  tg_set(b, "to_worker", tg_int(b, 0));
  tg_set(b, "to_client", tg_add(t(b, "reward"), t(b, "bond_asked")));
  market_call(b, &refunded);
  market_call(b, &pay_both);
}
static const tg_routine_t forfeit = {"forfeit",    "reward and bond to the client; ends the call", 0, NULL, TG_VOID,
                                     build_forfeit};

void escrow_build_abandon(tg_t *b) {
  market_call(b, &load);
  in_state(b, ACCEPTED, "the task is not accepted");
  worker_only(b);
  market_call(b, &forfeit);
}

void escrow_build_reclaim(tg_t *b) {
  market_call(b, &load);
  tg_if(b, t(b, "state"));
  in_state(b, ACCEPTED, "the task is neither posted nor accepted");
  tg_assert(b, tg_gt(tg_now(b), until(b, "accepted_at", "run_s")), "the worker still has time");
  market_call(b, &load_worker);
  market_call(b, &forfeit);
  tg_end(b);
  client_only(b);
  tg_set(b, "to_client", t(b, "reward"));
  market_call(b, &refunded);
  tg_do(b, tg_call(b, &task_closed, tg_call(b, &deliver_client)));
}

/* ---- the way there ---- */

static void not_paused(tg_t *b) { tg_assert(b, tg_not(tg_get(b, "paused")), "the market is paused"); }

static void span(tg_t *b, tg_x seconds, tg_x least, const char *low, const char *high) {
  tg_assert(b, tg_ge(seconds, least), low);
  tg_assert(b, tg_le(seconds, tg_int(b, MONTH)), high);
}

/* The deposit's amount is the reward: whatever stands there, as long as it is a proper deposit. */
void escrow_build_post(tg_t *b) {
  not_paused(b);
  tg_x spec = tg_checked(b, "spec_hash"), bond = tg_checked(b, "bond_asked"), run = tg_checked(b, "run_s");
  tg_x review = tg_checked(b, "review_s");
  span(b, run, tg_int(b, MINUTE), "run_s is under 60", "run_s is over 2592000");
  span(b, review, tg_get(b, "review_min_s"), "review_s is under the market's minimum", "review_s is over 2592000");
  tg_do(b, tg_call(b, &market_check_pay, tg_int(b, 2), tg_int(b, TASK_MBR)));
  tg_x at = tg_sub_(tg_txn(b, "GroupIndex", TG_U64), tg_int(b, 1));
  tg_set(b, "reward", tg_gtxn(at, tg_is_asa(b) ? "AssetAmount" : "Amount", TG_U64));
  tg_x reward = v(b, "reward");
  tg_assert(b, reward, "the reward is 0");
  market_deposit(b, reward);
  tg_do(b, tg_fails(tg_add(reward, bond), "reward + bond is 2^64 or more"));
  tg_set(b, "id", tg_get(b, "next_task"));
  tg_put(b, "next_task", tg_add(v(b, "id"), tg_int(b, 1)));
  tg_put(b, "live_tasks", tg_add(tg_get(b, "live_tasks"), tg_int(b, 1)));
  tg_set(b, "rid", tg_as(tg_itob(v(b, "id")), TG_BYTES));
  tg_set(b, "price", tg_concat(b, 2, tg_itob(reward), tg_as(bond, TG_BYTES)));
  tg_set(b, "terms",
         tg_concat(b, 5, tg_wire(tg_get(b, "fee_bps"), TG_U16), tg_as(run, TG_BYTES), tg_as(review, TG_BYTES),
                   tg_wire(tg_get(b, "dispute_s"), TG_U32), tg_itob(tg_now(b))));
  tg_x price = tg_sized(tg_var(b, "price", TG_BYTES), 16), terms = tg_sized(tg_var(b, "terms", TG_BYTES), 22);
  tg_x task = tg_as(tg_var(b, "rid", TG_BYTES), TG_U64);
  tg_box_put(b, tg_concat(b, 2, tg_text(b, "t"), tg_var(b, "rid", TG_BYTES)),
             tg_pack(b, &escrow_task, tg_sender(b), tg_int(b, 0), price, tg_zeros(b, 9), terms, tg_zeros(b, 24), spec,
                     tg_zeros(b, 32), NULL));
  tg_emit(b, "TaskPosted", task, tg_sender(b), price, terms, spec, NULL);
  tg_answer(b, task);
  tg_approve(b);
}

void escrow_build_accept(tg_t *b) {
  not_paused(b);
  market_call(b, &load);
  in_state(b, POSTED, "the task is not open");
  tg_assert(b, tg_ne(tg_sender(b), t(b, "client")), "the client cannot accept his own task");
  tg_if(b, tg_not(tg_get(b, "open")));
  tg_assert(b, tg_box_exists(tg_concat(b, 2, tg_text(b, "p"), tg_sender(b))), "the provider is not approved");
  tg_end(b);
  tg_x gpu = tg_checked(b, "gpu");
  tg_do(b, tg_call(b, &market_check_pay, tg_int(b, 2), tg_int(b, WORKER_MBR)));
  market_deposit(b, t(b, "bond_asked"));
  tg_box_put(b, key_of(b, "w"), tg_pack(b, &escrow_worker, tg_sender(b), tg_int(b, 0), NULL));
  tg_put(b, "live_workers", tg_add(tg_get(b, "live_workers"), tg_int(b, 1)));
  set(b, "gpu", gpu);
  set(b, "state", tg_int(b, ACCEPTED));
  set(b, "accepted_at", tg_now(b));
  tg_emit(b, "TaskAccepted", id(b), tg_sender(b), gpu, tg_now(b), NULL);
  tg_approve(b);
}

void escrow_build_submit(tg_t *b) {
  market_call(b, &load);
  in_state(b, ACCEPTED, "the task is not accepted");
  worker_only(b);
  tg_assert(b, tg_le(tg_now(b), until(b, "accepted_at", "run_s")), "too late to submit");
  tg_x result = tg_checked(b, "result_hash");
  set(b, "state", tg_int(b, SUBMITTED));
  set(b, "submitted_at", tg_now(b));
  set(b, "result_hash", result);
  tg_emit(b, "TaskSubmitted", id(b), tg_now(b), result, NULL);
  tg_approve(b);
}

void escrow_build_reject(tg_t *b) {
  market_call(b, &load);
  client_only(b);
  in_state(b, SUBMITTED, "the task is not submitted");
  tg_assert(b, tg_le(tg_now(b), until(b, "submitted_at", "review_s")), "too late to reject");
  tg_x reason = tg_checked(b, "reason");
  set(b, "state", tg_int(b, DISPUTED));
  set(b, "disputed_at", tg_now(b));
  tg_emit(b, "TaskRejected", id(b), tg_now(b), reason, NULL);
  tg_approve(b);
}

/* ---- what waited, and what is there ---- */

static void ended(tg_t *b) { tg_assert(b, tg_ge(t(b, "state"), tg_int(b, PAID)), "the task has not ended"); }

void escrow_build_withdraw(tg_t *b) {
  market_call(b, &load);
  ended(b);
  tg_do(b, tg_call(b, &task_closed, withdraw_of(b, client_of(b), t(b, "owed_client"))));
}

void escrow_build_withdraw_worker(tg_t *b) {
  market_call(b, &load_worker);
  tg_if(b, tg_box_exists(key_of(b, "t")));
  market_call(b, &load);
  ended(b);
  tg_end(b);
  tg_x owed = tg_field(tg_var(b, "wb", TG_BYTES), &escrow_worker, "owed");
  worker_closed(b, withdraw_of(b, worker_of(b), owed));
  tg_approve(b);
}

void escrow_build_task(tg_t *b) {
  market_call(b, &load);
  tg_answer(b, tg_var(b, "t", TG_BYTES));
  tg_approve(b);
}

void escrow_build_worker(tg_t *b) {
  market_call(b, &load_worker);
  tg_answer(b, tg_var(b, "wb", TG_BYTES));
  tg_approve(b);
}

/* ---- the market ---- */

static const market_term_t market_terms[] = {
    {"fee_bps", 0, 2000, NULL, "fee_bps is over 2000"},
    {"dispute_s", MINUTE, MONTH, "dispute_s is under 60", "dispute_s is over 2592000"},
    {"review_min_s", MINUTE, MONTH, "review_min_s is under 60", "review_min_s is over 2592000"},
    {"open", 0, 1, NULL, "open is neither 0 nor 1"},
};
static void build_terms(tg_t *b) { market_build_terms(b, market_terms, 4); }
static const tg_routine_t set_terms = {"set_terms", "takes the terms, the last one first", 4, market_wires, TG_VOID,
                                       build_terms};
static void take_terms(tg_t *b) {
  tg_do(b, tg_call(b, &set_terms, market_wire(b, "open"), market_wire(b, "review_min_s"), market_wire(b, "dispute_s"),
                   market_wire(b, "fee_bps")));
}

void escrow_build_create(tg_t *b) {
  static const char *const zeros[] = {"live_tasks", "live_workers"}, *const ones[] = {"next_task"};
  market_create(b, TG_ARRAY(zeros), TG_ARRAY(ones));
  take_terms(b);
  market_call(b, &market_roles);
}

void escrow_build_configure(tg_t *b) {
  market_call(b, &market_admin_only);
  take_terms(b);
  tg_approve(b);
}

void escrow_build_delete(tg_t *b) { market_delete(b, "live_tasks", "live_workers"); }
void escrow_build_bootstrap(tg_t *b) { market_bootstrap(b); }
void escrow_build_approve(tg_t *b) { market_approve(b); }
void escrow_build_set_paused(tg_t *b) { market_set_paused(b); }
void escrow_build_set_treasury(tg_t *b) { market_set_treasury(b); }
void escrow_build_set_arbiter(tg_t *b) { market_set_arbiter(b); }
void escrow_build_offer_admin(tg_t *b) { market_offer_admin(b); }
void escrow_build_accept_admin(tg_t *b) { market_accept_admin(b); }
void escrow_build_collect(tg_t *b) { market_collect(b); }
