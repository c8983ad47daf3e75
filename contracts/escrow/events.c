/* escrow: its events, what each does to the tables task, worker, provider and market, and the views. */
#include "description.h"
#include "market.h"

#define ID                                                                                                             \
  { "task", TG_U64, "id of the task" }
#define AT                                                                                                             \
  { "at", TG_TIME, "Unix seconds" }
#define BY                                                                                                             \
  { "by", TG_ADDRESS, "who called" }
#define EVENT(name, doc, fields, effects)                                                                              \
  { name, doc, TG_ARRAY(fields), TG_ARRAY(effects) }

static const tg_field_t posted[] = {
    ID,
    {"client", TG_ADDRESS, "who posted it"},
    {"reward", TG_U64, "base units"},
    {"bond_asked", TG_U64, "base units"},
    {"fee_bps", TG_U16, "hundredths of a percent"},
    {"run_s", TG_U32, "seconds"},
    {"review_s", TG_U32, "seconds"},
    {"dispute_s", TG_U32, "seconds"},
    AT,
    {"spec_hash", TG_BYTES32, "hash of what is to be done"},
};
static const char *const posted_does[] = {
    "+task[task]: client=@client, reward=@reward, bond_asked=@bond_asked, fee_bps=@fee_bps, run_s=@run_s, "
    "review_s=@review_s, "
    "dispute_s=@dispute_s, posted_at=@at, spec_hash=@spec_hash",
    "market: live_tasks+=1, next_task=@task",
    "market: next_task+=1",
};

static const tg_field_t accepted[] = {
    ID, {"worker", TG_ADDRESS, "who accepted it"}, {"gpu", TG_U64, "the worker's claim; 0: none"}, AT};
static const char *const accepted_does[] = {
    "task[task]: state=1, gpu=@gpu, accepted_at=@at",
    "+worker[task]: worker=@worker",
    "market: live_workers+=1",
};

static const tg_field_t submitted[] = {ID, AT, {"result_hash", TG_BYTES32, "hash of the result"}};
static const char *const submitted_does[] = {"task[task]: state=2, submitted_at=@at, result_hash=@result_hash"};

static const tg_field_t rejected[] = {ID, AT, {"reason", TG_BYTES32, "hash of the reason"}};
static const char *const rejected_does[] = {"task[task]: state=3, disputed_at=@at, reason=@reason"};

static const tg_field_t paid[] = {
    ID, BY, {"to_worker", TG_U64, "base units, with the bond"}, {"fee", TG_U64, "base units for the market"}, AT};
static const char *const paid_does[] = {"task[task]: state=4, to_worker=@to_worker, fee=@fee, ended_at=@at",
                                        "market: fees+=@fee"};

static const tg_field_t resolved[] = {
    ID,
    BY,
    {"worker_bps", TG_U16, "the worker's share that was applied, hundredths of a percent"},
    {"to_worker", TG_U64, "base units, with the bond if it is his"},
    {"fee", TG_U64, "base units for the market"},
    {"to_client", TG_U64, "base units, with the bond if it is his"},
    AT,
};
static const char *const resolved_does[] = {
    "task[task]: state=6, to_worker=@to_worker, fee=@fee, to_client=@to_client, ended_at=@at", "market: fees+=@fee"};

static const tg_field_t refunded[] = {ID, BY, {"to_client", TG_U64, "base units, with the bond"}, AT};
static const char *const refunded_does[] = {"task[task]: state=5, to_client=@to_client, ended_at=@at"};

static const tg_field_t owed[] = {
    ID, {"party", TG_ADDRESS, "the worker or the client"}, {"amount", TG_U64, "base units that this adds"}};
static const char *const owed_does[] = {"worker[task] ? worker=@party: owed+=@amount",
                                        "task[task] ? client=@party: owed_client+=@amount"};

static const tg_field_t withdrawn[] = {ID, {"party", TG_ADDRESS, "who was paid"}, {"amount", TG_U64, "base units"}};
static const char *const withdrawn_does[] = {"worker[task] ? worker=@party: owed-=@amount",
                                             "task[task] ? client=@party: owed_client-=@amount"};

static const tg_field_t closed[] = {ID};
static const char *const worker_closed_does[] = {"worker[task]: closed=1", "market: live_workers-=1"};
static const char *const task_closed_does[] = {"task[task]: closed=1", "market: live_tasks-=1"};

static const tg_field_t terms_changed[] = {
    {"fee_bps", TG_U64, "hundredths of a percent"},
    {"dispute_s", TG_U64, "seconds"},
    {"review_min_s", TG_U64, "seconds"},
    {"open", TG_U64, "1: anyone accepts; 0: approved providers only"},
};
static const char *const terms_changed_does[] = {
    "market: fee_bps=@fee_bps, dispute_s=@dispute_s, review_min_s=@review_min_s, open=@open"};

static const tg_field_t paused[] = {{"paused", TG_BOOL, "post and accept are refused"}};
static const char *const paused_does[] = {"market: paused=@paused"};

const tg_event_t escrow_events[ESCROW_EVENTS] = {
    EVENT("TaskPosted", "A task was posted.", posted, posted_does),
    EVENT("TaskAccepted", "A worker accepted a task.", accepted, accepted_does),
    EVENT("TaskSubmitted", "The worker submitted a result.", submitted, submitted_does),
    EVENT("TaskRejected", "The client disputes the result.", rejected, rejected_does),
    EVENT("TaskPaid", "The worker got the reward.", paid, paid_does),
    EVENT("TaskResolved", "A disputed task was divided.", resolved, resolved_does),
    EVENT("TaskRefunded", "The client got the reward back.", refunded, refunded_does),
    EVENT("Owed", "An amount could not be delivered and waits.", owed, owed_does),
    EVENT("Withdrawn", "An amount that waited was delivered.", withdrawn, withdrawn_does),
    EVENT("WorkerClosed", "A worker's box is gone.", closed, worker_closed_does),
    EVENT("TaskClosed", "A task's box is gone.", closed, task_closed_does),
    EVENT("TermsChanged", "The market's terms for later tasks.", terms_changed, terms_changed_does),
    EVENT("ProviderApproved", "A provider was approved or revoked.", market_provider_approved,
          market_provider_approved_does),
    EVENT("FeesCollected", "The treasury was paid.", market_fees_collected, market_fees_collected_does),
    EVENT("Paused", "The market was paused or opened again.", paused, paused_does),
    EVENT("RolesChanged", "Who has which role.", market_roles_changed, market_roles_changed_does),
};

static const tg_field_t task_more[] = {
    {"closed", TG_BOOL, "the box is gone"},
    {"reason", TG_BYTES32, "hash of why the result was rejected; zero: it was not"},
    {"to_worker", TG_U64, "base units that the worker got or is owed, with the bond if it is his"},
    {"fee", TG_U64, "base units for the market"},
    {"to_client", TG_U64, "base units that the client got or is owed, with the bond if it is his"},
    {"ended_at", TG_TIME, "when it was paid, refunded or resolved, Unix seconds; 0: not yet"},
};
static const tg_field_t worker_more[] = {{"closed", TG_BOOL, "the box is gone"}};
static const tg_field_t provider_more[] = {{"approved", TG_BOOL, "the box is there"}};
static const tg_field_t market_more[] = {
    {"admin", TG_ADDRESS, "approves and configures"},
    {"treasury", TG_ADDRESS, "gets the fees"},
    {"arbiter", TG_ADDRESS, "resolves disputes"},
    {"fee_bps", TG_U64, "hundredths of a percent"},
    {"dispute_s", TG_U64, "seconds"},
    {"review_min_s", TG_U64, "seconds"},
    {"open", TG_U64, "1: anyone accepts; 0: approved providers only"},
    {"paused", TG_BOOL, "post and accept are refused"},
    {"next_task", TG_U64, "id of the next task; 0 stands for 1"},
    {"live_tasks", TG_U64, "tasks whose box is there"},
    {"live_workers", TG_U64, "workers whose box is there"},
    {"live_providers", TG_U64, "approved providers"},
    {"fees", TG_U64, "base units collected and not yet paid out"},
    {"collected", TG_U64, "base units paid to the treasury so far"},
};

const tg_table_t escrow_tables[ESCROW_TABLES] = {
    {"task",
     "Tasks, as their boxes are, and what came of them.",
     {"id", TG_U64, "id of the task"},
     &escrow_task,
     TG_ARRAY(task_more)},
    {"worker",
     "Workers of tasks, as their boxes are.",
     {"task", TG_U64, "id of the task"},
     &escrow_worker,
     TG_ARRAY(worker_more)},
    {"provider",
     "Providers that were ever approved.",
     {"provider", TG_ADDRESS, "the address"},
     &escrow_provider,
     TG_ARRAY(provider_more)},
    {"market", "Markets: one application each.", {NULL, TG_VOID, NULL}, NULL, TG_ARRAY(market_more)},
};
