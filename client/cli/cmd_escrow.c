/* cmd_escrow.c - tasks paid on delivery: from the posting to the end. */
#include "cli.h"

#include <string.h>

#include "algo/hash.h"

/* The SHA-256 of a file, or 32 bytes as hex: `hex` and `file` are the two options; zeros where neither is given. */
static algo_code_t hash_of(cli_t *cli, const char *hex, const char *file, uint8_t out[32], algo_err_t *err) {
  memset(out, 0, 32);
  if (cli_value(cli, file) == NULL) return cli_opt_hex32(cli, hex, out, err);
  if (cli_value(cli, hex) != NULL) return algo_err_set(err, ALGO_E_USAGE, "%s and %s: one of them", hex, file);
  return cli_file_sha256(cli, file, out, err);
}

static algo_code_t seconds(cli_t *cli, const char *option, uint32_t *out, algo_err_t *err) {
  uint64_t v = *out;
  algo_code_t r = cli_opt_seconds(cli, option, &v, err);
  if (r == ALGO_OK && (v < ALGO_TASKS_SECONDS_MIN || v > ALGO_TASKS_SECONDS_MAX))
    r = algo_err_set(err, ALGO_E_RANGE, "%s: 60 seconds to 30 days", option);
  if (r == ALGO_OK) *out = (uint32_t)v;
  return r;
}

static algo_code_t amounts(cli_t *cli, uint64_t *reward, uint64_t *bond, algo_err_t *err) {
  uint64_t sum = 0;
  const char *asked = cli_value(cli, "--bond");
  algo_code_t r = cli_amount(cli->args[0], cli->market.app.asset, cli->market.decimals, reward, err);
  if (r != ALGO_OK) return algo_err_prefix(err, r, "REWARD");
  if (*reward == 0) return algo_err_set(err, ALGO_E_RANGE, "a reward of 0 is not taken");
  if (asked != NULL) r = cli_amount(asked, cli->market.app.asset, cli->market.decimals, bond, err);
  if (r != ALGO_OK) return algo_err_prefix(err, r, "--bond");
  if (__builtin_add_overflow(*reward, *bond, &sum))
    return algo_err_set(err, ALGO_E_RANGE, "reward and bond are together above 2^64 - 1 base units");
  return ALGO_OK;
}

static algo_code_t post(cli_t *cli, algo_err_t *err) {
  algo_method_call_t call;
  const algo_call_result_t *result = NULL;
  uint64_t reward = 0, bond = 0, task = 0;
  uint32_t run_s = 3600, review_s = 0;
  uint8_t spec[32];
  algo_code_t r = hash_of(cli, "--spec-hash", "--spec", spec, err);
  if (r == ALGO_OK) r = seconds(cli, "--run", &run_s, err);
  if (r == ALGO_OK) r = cli_begin_tasks(cli, err);
  if (r != ALGO_OK) return r;
  review_s = (uint32_t)cli->tasks.terms.review_min_s;
  r = seconds(cli, "--review", &review_s, err);
  if (r == ALGO_OK) r = amounts(cli, &reward, &bond, err);
  if (r == ALGO_OK)
    r = algo_escrow_post(&call, &cli->tasks.app, ALGO_TASKS_TASK_MBR, reward, spec, bond, run_s, review_s, &cli->arena,
                         err);
  if (r == ALGO_OK) r = cli_run_call(cli, &call, &result, err);
  if (r == ALGO_OK && result != NULL) r = algo_escrow_post_result(&task, result->value, err);
  if (r != ALGO_OK) return r;
  if (result != NULL) cli_out_u64(cli, "task", task);
  cli_out_amount(cli, "reward", reward);
  cli_out_amount(cli, "bond_asked", bond);
  cli_out_u64(cli, "run_s", run_s);
  cli_out_u64(cli, "review_s", review_s);
  cli_out_hex(cli, "spec_hash", spec, 32);
  return cli_finish(cli, result);
}

static const cli_option_t post_options[] = {
    {"--spec", "FILE", "what is to be done: its SHA-256 goes on the chain"},
    {"--spec-hash", "HEX", "or the hash itself, 32 bytes (zeros)"},
    {"--bond", "AMOUNT", "a worker has to put down this much (0)"},
    {"--run", "TIME", "a worker has to submit within this (1h); 60 seconds to 30 days"},
    {"--review", "TIME", "you may reject within this, then anyone releases the reward (the market's shortest)"},
    {NULL, NULL, NULL},
};
const cli_command_t cli_cmd_escrow_post = {
    "escrow post",
    "REWARD",
    "post a task with its reward; prints its id (anyone)",
    "0.0761 ALGO are held until the task's record goes. A result that you do not reject in time is paid.",
    post_options,
    "  algorent escrow post 5 --spec task.md --bond 1 --run 2h --review 1d\n"
    "  algorent escrow post 5 --sender ADDRESS --unsigned group.bin",
    post};

static algo_code_t accept_task(cli_t *cli, algo_err_t *err) {
  algo_method_call_t call;
  uint64_t task = 0, gpu = 0;
  algo_code_t r = cli_arg_u64(cli, 0, "TASK", &task, err);
  if (r == ALGO_OK) r = cli_opt_u64(cli, "--gpu", &gpu, err);
  if (r == ALGO_OK) r = cli_begin_tasks(cli, err);
  if (r == ALGO_OK) r = algo_tasks_accept_call(&call, cli->algod, &cli->tasks, task, gpu, &cli->arena, err);
  if (r != ALGO_OK) return r;
  cli_out_amount(cli, "bond", cli->tasks.app.asset == 0 ? call.before[1].amount : call.before[1].asset_amount);
  return cli_finish_call(cli, r, &call, err);
}

static const cli_option_t accept_options[] = {{"--gpu", "ID", "name a GPU of the rental market that is yours (none)"},
                                              {NULL, NULL, NULL}};
const cli_command_t cli_cmd_escrow_accept = {
    "escrow accept",
    "TASK",
    "take a posted task, with the bond that it asks for (anyone but the client)",
    "In a closed market approved providers alone. 0.0221 ALGO are held until the worker's record goes. Read run_s "
    "first: late is\n"
    "lost, the bond too.",
    accept_options,
    "  algorent escrow show 1\n  algorent escrow accept 1 --key worker.key",
    accept_task};

typedef algo_code_t hash_method(algo_method_call_t *, const algo_app_t *, uint64_t, const uint8_t[32], algo_arena_t *,
                                algo_err_t *);
static algo_code_t with_hash(cli_t *cli, const char *hex, const char *file, hash_method *method, algo_err_t *err) {
  algo_method_call_t call;
  uint64_t task = 0;
  uint8_t hash[32];
  algo_code_t r = cli_arg_u64(cli, 0, "TASK", &task, err);
  if (r == ALGO_OK && cli_value(cli, hex) == NULL) r = cli_need(cli, file, err);
  if (r == ALGO_OK) r = hash_of(cli, hex, file, hash, err);
  if (r == ALGO_OK) r = cli_begin_tasks(cli, err);
  if (r == ALGO_OK) r = method(&call, &cli->tasks.app, task, hash, &cli->arena, err);
  return cli_finish_call(cli, r, &call, err);
}

static algo_code_t submit(cli_t *cli, algo_err_t *err) {
  return with_hash(cli, "--result-hash", "--result", algo_escrow_submit, err);
}
static const cli_option_t submit_options[] = {{"--result", "FILE", "the result: its SHA-256 goes on the chain"},
                                              {"--result-hash", "HEX", "or the hash itself, 32 bytes"},
                                              {NULL, NULL, NULL}};
const cli_command_t cli_cmd_escrow_submit = {"escrow submit",
                                             "TASK",
                                             "submit the result's hash (the worker, in time)",
                                             NULL,
                                             submit_options,
                                             "  algorent escrow submit 1 --result out.tar --key worker.key",
                                             submit};

static algo_code_t reject(cli_t *cli, algo_err_t *err) {
  return with_hash(cli, "--reason-hash", "--reason", algo_escrow_reject, err);
}
static const cli_option_t reject_options[] = {{"--reason", "FILE", "why: its SHA-256 goes on the chain"},
                                              {"--reason-hash", "HEX", "or the hash itself, 32 bytes"},
                                              {NULL, NULL, NULL}};
const cli_command_t cli_cmd_escrow_reject = {"escrow reject",
                                             "TASK",
                                             "dispute a result (the client, in time)",
                                             "The arbiter divides then; when he is late, all goes to the worker.",
                                             reject_options,
                                             "  algorent escrow reject 1 --reason why.txt --key client.key",
                                             reject};

typedef algo_code_t task_method(algo_method_call_t *, const algo_app_t *, uint64_t, algo_arena_t *, algo_err_t *);
static algo_code_t one_task(cli_t *cli, task_method *method, algo_err_t *err) {
  algo_method_call_t call;
  uint64_t task = 0;
  algo_code_t r = cli_arg_u64(cli, 0, "TASK", &task, err);
  if (r == ALGO_OK) r = cli_begin_tasks(cli, err);
  if (r == ALGO_OK) r = method(&call, &cli->tasks.app, task, &cli->arena, err);
  return cli_finish_call(cli, r, &call, err);
}
static algo_code_t approve(cli_t *cli, algo_err_t *err) { return one_task(cli, algo_escrow_approve_result, err); }
static algo_code_t release(cli_t *cli, algo_err_t *err) { return one_task(cli, algo_escrow_release, err); }
static algo_code_t abandon(cli_t *cli, algo_err_t *err) { return one_task(cli, algo_escrow_abandon, err); }
static algo_code_t reclaim(cli_t *cli, algo_err_t *err) { return one_task(cli, algo_escrow_reclaim, err); }
static algo_code_t withdraw(cli_t *cli, algo_err_t *err) { return one_task(cli, algo_escrow_withdraw, err); }
static algo_code_t withdraw_worker(cli_t *cli, algo_err_t *err) {
  return one_task(cli, algo_escrow_withdraw_worker, err);
}

const cli_command_t cli_cmd_escrow_approve = {"escrow approve",
                                              "TASK",
                                              "pay the worker: the result is good (the client)",
                                              "A disputed result too. `approve ADDRESS` lets a provider in.",
                                              NULL,
                                              "  algorent escrow approve 1 --key client.key",
                                              approve};
const cli_command_t cli_cmd_escrow_release = {"escrow release",
                                              "TASK",
                                              "pay the worker once the client's time for a review is over (anyone)",
                                              NULL,
                                              NULL,
                                              "  algorent escrow release 1 --key worker.key",
                                              release};
const cli_command_t cli_cmd_escrow_abandon = {"escrow abandon",
                                              "TASK",
                                              "give an accepted task up; reward and bond go to the client (the worker)",
                                              NULL,
                                              NULL,
                                              "  algorent escrow abandon 1 --key worker.key",
                                              abandon};
const cli_command_t cli_cmd_escrow_reclaim = {
    "escrow reclaim",
    "TASK",
    "take back a task that nobody accepted (the client) or that is late (anyone)",
    "The reward goes to the client, and of a late one the bond.",
    NULL,
    "  algorent escrow reclaim 1 --key client.key",
    reclaim};
const cli_command_t cli_cmd_escrow_withdraw = {"escrow withdraw",
                                               "TASK",
                                               "pay the client what could not be delivered earlier (anyone)",
                                               NULL,
                                               NULL,
                                               "  algorent escrow withdraw 1",
                                               withdraw};
const cli_command_t cli_cmd_escrow_withdraw_worker = {"escrow withdraw-worker",
                                                      "TASK",
                                                      "pay the worker what could not be delivered earlier (anyone)",
                                                      NULL,
                                                      NULL,
                                                      "  algorent escrow withdraw-worker 1",
                                                      withdraw_worker};

static algo_code_t resolve(cli_t *cli, algo_err_t *err) {
  algo_method_call_t call;
  uint64_t task = 0, bps = 0;
  algo_code_t r = cli_arg_u64(cli, 0, "TASK", &task, err);
  if (r == ALGO_OK) r = cli_need(cli, "--worker-share", err);
  if (r == ALGO_OK) r = cli_opt_bps(cli, "--worker-share", &bps, err);
  if (r == ALGO_OK) r = cli_begin_tasks(cli, err);
  if (r == ALGO_OK) r = algo_escrow_resolve(&call, &cli->tasks.app, task, (uint16_t)bps, &cli->arena, err);
  return cli_finish_call(cli, r, &call, err);
}
static const cli_option_t resolve_options[] = {
    {"--worker-share", "SHARE", "of the reward: 60%, or 6000 hundredths of a percent; 0 gives the bond to the client"},
    {NULL, NULL, NULL}};
const cli_command_t cli_cmd_escrow_resolve = {"escrow resolve",
                                              "TASK",
                                              "divide a disputed task (the arbiter; anyone once he is late)",
                                              "Once the arbiter is late the worker gets all, whatever share is given.",
                                              resolve_options,
                                              "  algorent escrow resolve 1 --worker-share 60% --key arbiter.key",
                                              resolve};

/* ---- looking ---- */

static void put_task(cli_t *cli, const algo_tasks_task_t *t, bool whole) {
  const algo_escrow_task_t *v = &t->task;
  cli_out_u64(cli, "id", t->id);
  cli_out_str(cli, "state", t->has_task ? algo_tasks_state(v->state) : "ended");
  cli_out_amount(cli, "reward", v->reward);
  cli_out_amount(cli, "bond_asked", v->bond_asked);
  cli_out_time(cli, "deadline", algo_tasks_deadline(v));
  cli_out_addr(cli, "client", &v->client);
  cli_out_addr(cli, "worker", &t->worker.worker);
  if (!whole) return;
  cli_out_u64(cli, "gpu", v->gpu);
  cli_out_amount(cli, "owed_client", v->owed_client);
  cli_out_amount(cli, "owed_worker", t->worker.owed);
  cli_out_u64(cli, "fee_bps", v->fee_bps);
  cli_out_u64(cli, "run_s", v->run_s);
  cli_out_u64(cli, "review_s", v->review_s);
  cli_out_u64(cli, "dispute_s", v->dispute_s);
  cli_out_time(cli, "posted_at", v->posted_at);
  cli_out_time(cli, "accepted_at", v->accepted_at);
  cli_out_time(cli, "submitted_at", v->submitted_at);
  cli_out_time(cli, "disputed_at", v->disputed_at);
  cli_out_hex(cli, "spec_hash", v->spec_hash, 32);
  cli_out_hex(cli, "result_hash", v->result_hash, 32);
}

static algo_code_t show(cli_t *cli, algo_err_t *err) {
  algo_tasks_task_t t;
  algo_tasks_settlement_t s;
  uint64_t id = 0;
  algo_code_t r = cli_arg_u64(cli, 0, "TASK", &id, err);
  if (r == ALGO_OK) r = cli_open_tasks(cli, err);
  if (r == ALGO_OK) r = algo_tasks_task(&t, cli->algod, &cli->tasks, id, &cli->arena, err);
  if (r != ALGO_OK) return r;
  put_task(cli, &t, true);
  if (!t.has_task || t.task.state > 3) return ALGO_OK;
  if (t.task.state == 0) t.task.accepted_at = 1; /* as if somebody had put his bond down */
  algo_tasks_settle(&s, &t.task, ALGO_TASKS_PAID, 0);
  cli_out_amount(cli, "worker_gets_if_paid", s.to_worker);
  cli_out_amount(cli, "fee_if_paid", s.fee);
  return ALGO_OK;
}
const cli_command_t cli_cmd_escrow_show = {
    "escrow show",
    "TASK",
    "a task, its worker, and until when who may act",
    "Read from the chain's state: a task that has ended and been paid out is gone from it; the indexer keeps it.",
    NULL,
    "  algorent escrow show 1 --json",
    show};

static algo_code_t list_tasks(cli_t *cli, algo_err_t *err) {
  const algo_tasks_task_t *list = NULL;
  size_t n = 0;
  const char *state = cli_value(cli, "--state");
  algo_code_t r = cli_open_tasks(cli, err);
  if (r == ALGO_OK) r = algo_tasks_list(&list, &n, cli->algod, &cli->tasks, &cli->arena, err);
  if (r != ALGO_OK) return r;
  cli_out_list(cli, "tasks");
  for (size_t i = 0; i < n; i++) {
    if (state != NULL && strcmp(state, list[i].has_task ? algo_tasks_state(list[i].task.state) : "ended") != 0)
      continue;
    cli_out_row(cli);
    put_task(cli, &list[i], cli->json);
  }
  return ALGO_OK;
}
static const cli_option_t list_options[] = {
    {"--state", "STATE", "these alone: posted, accepted, submitted, disputed, paid, refunded, resolved, ended"},
    {NULL, NULL, NULL}};
const cli_command_t cli_cmd_escrow_list = {
    "escrow list",
    "",
    "the market's tasks, read from the chain",
    NULL,
    list_options,
    "  algorent escrow list --state posted\n  ALGORENT_ESCROW=1005 algorent escrow list --json",
    list_tasks};
