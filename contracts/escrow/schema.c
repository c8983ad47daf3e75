/* escrow: what it keeps and what it can be asked. */
#include "description.h"

static const tg_field_t provider_fields[] = {
    {"approved_at", TG_TIME, "when the admin approved the provider, Unix seconds"},
};
const tg_struct_t escrow_provider = {"provider", "Box `p` + address: a provider that may accept in a closed market.",
                                     TG_ARRAY(provider_fields)};

static const tg_field_t task_fields[] = {
    {"client", TG_ADDRESS, "who posted it and pays"},
    {"gpu", TG_U64, "the worker's unchecked claim: a GPU of the rental market; 0: none"},
    {"reward", TG_U64, "base units"},
    {"bond_asked", TG_U64, "base units that a worker has to put down"},
    {"owed_client", TG_U64, "base units that could not be delivered to the client"},
    {"state", TG_U8, "0 posted, 1 accepted, 2 submitted, 3 disputed, 4 paid, 5 refunded, 6 resolved"},
    {"fee_bps", TG_U16, "the market's fee, hundredths of a percent"},
    {"run_s", TG_U32, "the worker has to submit within so many seconds"},
    {"review_s", TG_U32, "the client may reject within so many seconds"},
    {"dispute_s", TG_U32, "the arbiter has so many seconds to resolve a dispute"},
    {"posted_at", TG_TIME, "Unix seconds"},
    {"accepted_at", TG_TIME, "Unix seconds; 0: not yet"},
    {"submitted_at", TG_TIME, "Unix seconds; 0: not yet"},
    {"disputed_at", TG_TIME, "Unix seconds; 0: not yet"},
    {"spec_hash", TG_BYTES32, "hash of what is to be done"},
    {"result_hash", TG_BYTES32, "hash of the result; zero: not yet"},
};
const tg_struct_t escrow_task = {"task", "Box `t` + id: a task; the client's.", TG_ARRAY(task_fields)};

static const tg_field_t worker_fields[] = {
    {"worker", TG_ADDRESS, "who accepted the task"},
    {"owed", TG_U64, "base units that could not be delivered to the worker"},
};
const tg_struct_t escrow_worker = {"worker", "Box `w` + task id: the worker's.", TG_ARRAY(worker_fields)};

static const tg_struct_t *const structs[] = {&escrow_provider, &escrow_task, &escrow_worker};

static const tg_box_t boxes[] = {
    {"provider", "an approved provider's box", "p", {"provider", TG_ADDRESS, "the address"}, &escrow_provider},
    {"task", "a task's box", "t", {"task", TG_U64, "the id, 8 bytes big-endian"}, &escrow_task},
    {"worker", "a worker's box", "w", {"task", TG_U64, "the task's id, 8 bytes big-endian"}, &escrow_worker},
};

static const tg_field_t globals[] = {
    {"admin", TG_ADDRESS, "approves and configures"},
    {"pending_admin", TG_ADDRESS, "offered to be the admin; zero: nobody"},
    {"treasury", TG_ADDRESS, "gets the fees"},
    {"arbiter", TG_ADDRESS, "resolves disputes"},
    {"asset", TG_U64, "the market's asset id; 0: ALGO"},
    {"fee_bps", TG_U64, "the market's fee, hundredths of a percent"},
    {"dispute_s", TG_U64, "the arbiter has so many seconds to resolve a dispute"},
    {"review_min_s", TG_U64, "the shortest review that a task may have, seconds"},
    {"open", TG_U64, "1: anyone accepts; 0: approved providers only"},
    {"paused", TG_U64, "1: post and accept are refused"},
    {"next_task", TG_U64, "id of the next task"},
    {"live_tasks", TG_U64, "tasks whose box is there"},
    {"live_workers", TG_U64, "workers whose box is there"},
    {"live_providers", TG_U64, "approved providers"},
    {"fees", TG_U64, "base units collected and not yet paid out"},
};

#define TERMS                                                                                                          \
  {"fee_bps", TG_U64, "hundredths of a percent, at most 2,000"}, {"dispute_s", TG_U64, "seconds, 60 to 2,592,000"},    \
      {"review_min_s", TG_U64, "seconds, 60 to 2,592,000"}, {                                                          \
    "open", TG_U64, "1: anyone accepts; 0: approved providers only"                                                    \
  }

static const tg_field_t create_args[] = {{"treasury", TG_ADDRESS, "gets the fees"},
                                         {"arbiter", TG_ADDRESS, "resolves disputes"},
                                         {"asset", TG_U64, "the market's asset; 0: ALGO"},
                                         TERMS};
static const tg_field_t configure_args[] = {TERMS};
static const tg_field_t bootstrap_args[] = {
    {"mbr", TG_PAY, "the base minimum balance: 100,000 in an ALGO market, 200,000 in an ASA market"}};
static const tg_field_t approve_args[] = {{"mbr", TG_PAY, "18,900 to approve, 0 to revoke"},
                                          {"provider", TG_ADDRESS, "the provider"},
                                          {"approved", TG_BOOL, "approve or revoke"}};
static const tg_field_t paused_args[] = {{"paused", TG_BOOL, "refuse post and accept"}};
static const tg_field_t treasury_args[] = {{"treasury", TG_ADDRESS, "not zero"}};
static const tg_field_t arbiter_args[] = {{"arbiter", TG_ADDRESS, "not zero"}};
static const tg_field_t offer_args[] = {{"admin", TG_ADDRESS, "who may accept; zero: nobody"}};
static const tg_field_t post_args[] = {{"mbr", TG_PAY, "76,100, paid back when the task's box goes"},
                                       {"deposit", TG_DEPOSIT, "the reward, at least 1"},
                                       {"spec_hash", TG_BYTES32, "hash of what is to be done"},
                                       {"bond_asked", TG_U64, "base units; reward and bond together below 2^64"},
                                       {"run_s", TG_U32, "seconds, 60 to 2,592,000"},
                                       {"review_s", TG_U32, "seconds, review_min_s to 2,592,000"}};
static const tg_field_t accept_args[] = {{"mbr", TG_PAY, "22,100, paid back when the worker's box goes"},
                                         {"deposit", TG_DEPOSIT, "the bond, exactly"},
                                         {"task", TG_U64, "id"},
                                         {"gpu", TG_U64, "a GPU of the rental market; 0: none"}};
static const tg_field_t submit_args[] = {{"task", TG_U64, "id"}, {"result_hash", TG_BYTES32, "hash of the result"}};
static const tg_field_t reject_args[] = {{"task", TG_U64, "id"}, {"reason", TG_BYTES32, "hash of the reason"}};
static const tg_field_t resolve_args[] = {
    {"task", TG_U64, "id"}, {"worker_bps", TG_U16, "the worker's share, hundredths of a percent, at most 10,000"}};
static const tg_field_t task_arg[] = {{"task", TG_U64, "id"}};

#define NO_ARGS NULL, 0
#define M(name, doc, args, ret)                                                                                        \
  { #name, doc, args, ret, NULL, 0, escrow_build_##name }

static const tg_method_t methods[] = {
    {"create", "Makes a market; the creator is its admin.", TG_ARRAY(create_args), TG_VOID, NULL, TG_CREATE,
     escrow_build_create},
    M(bootstrap, "Pays the market's minimum balance, and opts it in to its asset. Admin.", TG_ARRAY(bootstrap_args),
      TG_VOID),
    M(configure, "Changes the market's terms for later tasks. Admin.", TG_ARRAY(configure_args), TG_VOID),
    M(approve, "Approves a provider or revokes it. Admin.", TG_ARRAY(approve_args), TG_VOID),
    M(collect, "Pays the fees to the treasury. Anyone.", NO_ARGS, TG_VOID),
    M(set_paused, "Refuses or allows post and accept. Admin.", TG_ARRAY(paused_args), TG_VOID),
    M(set_treasury, "Names who gets the fees. Admin.", TG_ARRAY(treasury_args), TG_VOID),
    M(set_arbiter, "Names who resolves disputes. Admin.", TG_ARRAY(arbiter_args), TG_VOID),
    M(offer_admin, "Offers the admin's role. Admin.", TG_ARRAY(offer_args), TG_VOID),
    M(accept_admin, "Takes the admin's role that was offered to the sender.", NO_ARGS, TG_VOID),
    M(post, "Posts a task with its reward; returns its id. Anyone.", TG_ARRAY(post_args), TG_U64),
    M(accept, "Accepts a task with a bond. Anyone but the client; in a closed market an approved provider.",
      TG_ARRAY(accept_args), TG_VOID),
    M(submit, "Submits the result's hash. The worker, in time.", TG_ARRAY(submit_args), TG_VOID),
    M(reject, "Disputes the result. The client, in time.", TG_ARRAY(reject_args), TG_VOID),
    M(approve_result, "Pays the worker. The client.", TG_ARRAY(task_arg), TG_VOID),
    M(release, "Pays the worker when the client was silent. Anyone.", TG_ARRAY(task_arg), TG_VOID),
    M(resolve, "Divides a disputed task. The arbiter; anyone once he is late, then all to the worker.",
      TG_ARRAY(resolve_args), TG_VOID),
    M(abandon, "Gives an accepted task up: reward and bond go to the client. The worker.", TG_ARRAY(task_arg), TG_VOID),
    M(reclaim, "Takes back a task that nobody accepted (the client) or did not get done in time (anyone).",
      TG_ARRAY(task_arg), TG_VOID),
    M(withdraw, "Pays a client what could not be delivered earlier. Anyone.", TG_ARRAY(task_arg), TG_VOID),
    M(withdraw_worker, "Pays a worker what could not be delivered earlier. Anyone.", TG_ARRAY(task_arg), TG_VOID),
    {"task", "A task's box.", TG_ARRAY(task_arg), TG_STRUCT, &escrow_task, TG_READONLY, escrow_build_task},
    {"worker", "A worker's box.", TG_ARRAY(task_arg), TG_STRUCT, &escrow_worker, TG_READONLY, escrow_build_worker},
    {"delete", "Deletes an empty market; what remains goes to the admin. Admin.", NO_ARGS, TG_VOID, NULL,
     TG_BARE_DELETE, escrow_build_delete},
};

const tg_contract_t escrow_contract = {
    "escrow",
    "A task paid on delivery: a client posts it with its reward, a worker accepts with a bond and submits the result's "
    "hash.",
    TG_ARRAY(structs),
    TG_ARRAY(boxes),
    TG_ARRAY(globals),
    escrow_events,
    ESCROW_EVENTS,
    escrow_tables,
    ESCROW_TABLES,
    TG_ARRAY(methods),
    escrow_views,
    ESCROW_VIEWS,
    "a market",
    false,
    escrow_machines,
    ESCROW_MACHINES,
};
