/* tasks.c - a market of tasks read from its application, and what its ends pay. */
#include "algo/tasks.h"

#include <stdlib.h>

#include "algo/market.h"
#include "internal.h"

const algo_app_spec_t *algo_tasks_spec(uint64_t asset) {
  return asset == 0 ? &algo_escrow_spec_algo : &algo_escrow_spec_asa;
}

static algo_code_t read_terms(algo_escrow_globals_t *out, const algo_application_t *a, algo_err_t *err) {
  size_t known = 0;
  memset(out, 0, sizeof *out);
  for (size_t i = 0; i < a->globals.n; i++) {
    const algo_teal_value_t *v = &a->globals.items[i];
    known += algo_escrow_globals_set(out, v->key, !v->is_uint, v->bytes, v->uint);
  }
  if (known < 5 || algo_addr_is_zero(&out->admin) || algo_teal_find(&a->globals, "review_min_s") == NULL)
    return algo_err_set(err, ALGO_E_INVALID, "application %" PRIu64 " is not a market of tasks", a->id);
  return ALGO_OK;
}

algo_code_t algo_tasks_load(algo_tasks_t *out, algo_algod_t *algod, uint64_t app_id, algo_arena_t *arena,
                            algo_err_t *err) {
  algo_application_t a;
  algo_tasks_t m = {.app = {.id = app_id}};
  algo_code_t r = algo_algod_application(algod, app_id, &a, arena, err);
  if (r == ALGO_OK) r = read_terms(&m.terms, &a, err);
  if (r != ALGO_OK) return r;
  m.app.asset = m.terms.asset;
  m.creator = a.creator;
  m.spec = algo_tasks_spec(m.app.asset);
  m.genuine = algo_bytes_eq(a.approval, m.spec->approval) && algo_bytes_eq(a.clear, m.spec->clear);
  algo_addr_of_app(&m.address, app_id);
  r = client_unit(&m.decimals, &m.unit, algod, m.app.asset, arena, err);
  if (r == ALGO_OK) *out = m;
  return r;
}

/* *there false: there is no such box. */
static algo_code_t read_box(algo_box_t *box, bool *there, algo_algod_t *algod, const algo_tasks_t *m,
                            const uint8_t name[9], algo_arena_t *arena, algo_err_t *err) {
  algo_err_t local;
  algo_err_init(&local);
  algo_code_t r = algo_algod_box(algod, m->app.id, algo_bytes(name, 9), box, arena, &local);
  *there = r == ALGO_OK;
  if (r == ALGO_OK || r == ALGO_E_NOT_FOUND) return ALGO_OK;
  if (err != NULL) *err = local;
  return r;
}

algo_code_t algo_tasks_task(algo_tasks_task_t *out, algo_algod_t *algod, const algo_tasks_t *m, uint64_t id,
                            algo_arena_t *arena, algo_err_t *err) {
  uint8_t task[9], worker[9];
  algo_box_t box;
  algo_tasks_task_t t = {.id = id};
  algo_escrow_task_box(task, id);
  algo_escrow_worker_box(worker, id);
  algo_code_t r = read_box(&box, &t.has_task, algod, m, task, arena, err);
  if (r == ALGO_OK && t.has_task) r = algo_escrow_task_decode(&t.task, box.value, err);
  if (r == ALGO_OK) r = read_box(&box, &t.has_worker, algod, m, worker, arena, err);
  if (r == ALGO_OK && t.has_worker) r = algo_escrow_worker_decode(&t.worker, box.value, err);
  if (r == ALGO_OK && !t.has_task && !t.has_worker)
    r = id > 0 && id < m->terms.next_task
            ? algo_err_set(err, ALGO_E_NOT_FOUND,
                           "task %" PRIu64 " has ended and been paid out: its record is gone from the chain's state",
                           id)
            : algo_err_set(err, ALGO_E_NOT_FOUND, "market %" PRIu64 " has no task %" PRIu64, m->app.id, id);
  if (r == ALGO_OK) *out = t;
  return r;
}

/* Merges tasks' and workers' boxes, both by name and so by id. */
static algo_code_t merge(algo_tasks_task_t *list, size_t *n, const algo_box_t *tasks, size_t n_tasks,
                         const algo_box_t *workers, size_t n_workers, algo_err_t *err) {
  algo_code_t r = ALGO_OK;
  for (size_t i = 0, k = 0; r == ALGO_OK && (i < n_tasks || k < n_workers);) {
    uint64_t task = UINT64_MAX, worker = UINT64_MAX;
    bool is_task = i < n_tasks && client_box_id(tasks[i].name, &task);
    bool is_worker = k < n_workers && client_box_id(workers[k].name, &worker);
    if (i < n_tasks && !is_task) i++;
    else if (k < n_workers && !is_worker) k++;
    else {
      algo_tasks_task_t *t = &list[(*n)++];
      *t = (algo_tasks_task_t){.id = !is_worker || (is_task && task <= worker) ? task : worker};
      t->has_task = is_task && task == t->id, t->has_worker = is_worker && worker == t->id;
      if (t->has_task) r = algo_escrow_task_decode(&t->task, tasks[i++].value, err);
      if (r == ALGO_OK && t->has_worker) r = algo_escrow_worker_decode(&t->worker, workers[k++].value, err);
    }
  }
  return r;
}

algo_code_t algo_tasks_list(const algo_tasks_task_t **out, size_t *n, algo_algod_t *algod, const algo_tasks_t *m,
                            algo_arena_t *arena, algo_err_t *err) {
  const algo_box_t *tasks = NULL, *workers = NULL;
  size_t n_tasks = 0, n_workers = 0, len = 0;
  algo_code_t r = algo_algod_boxes(algod, m->app.id, ALGO_BYTES_LIT("t"), &tasks, &n_tasks, arena, err);
  if (r == ALGO_OK) r = algo_algod_boxes(algod, m->app.id, ALGO_BYTES_LIT("w"), &workers, &n_workers, arena, err);
  algo_tasks_task_t *list = r == ALGO_OK ? algo_arena_array(arena, n_tasks + n_workers + 1, sizeof *list) : NULL;
  if (r == ALGO_OK && list == NULL) r = client_nomem(err);
  if (r == ALGO_OK) r = merge(list, &len, tasks, n_tasks, workers, n_workers, err);
  if (r == ALGO_OK) *out = list, *n = len;
  return r;
}

algo_code_t algo_tasks_accept_call(algo_method_call_t *out, algo_algod_t *algod, const algo_tasks_t *m, uint64_t task,
                                   uint64_t gpu, algo_arena_t *arena, algo_err_t *err) {
  algo_tasks_task_t t;
  algo_code_t r = algo_tasks_task(&t, algod, m, task, arena, err);
  if (r == ALGO_OK && !t.has_task)
    r = algo_err_set(err, ALGO_E_NOT_FOUND, "task %" PRIu64 " has ended: only what its worker is owed is left", task);
  if (r != ALGO_OK) return r;
  return algo_escrow_accept(out, &m->app, ALGO_TASKS_WORKER_MBR, t.task.bond_asked, task, gpu, arena, err);
}

void algo_tasks_settle(algo_tasks_settlement_t *out, const algo_escrow_task_t *t, algo_tasks_end_t end,
                       uint16_t worker_bps) {
  __extension__ typedef unsigned __int128 wide_t;
  const uint64_t bond = t->accepted_at != 0 ? t->bond_asked : 0;
  const wide_t share = end == ALGO_TASKS_PAID ? 10000 : end == ALGO_TASKS_RESOLVED ? worker_bps : 0;
  const uint64_t gross = (uint64_t)(t->reward * share / 10000);
  out->fee = (uint64_t)((wide_t)gross * t->fee_bps / 10000);
  out->to_worker = gross - out->fee + (share > 0 ? bond : 0);
  out->to_client = t->reward - gross + (share > 0 ? 0 : bond);
}

uint64_t algo_tasks_deadline(const algo_escrow_task_t *t) {
  uint64_t at = 0;
  const uint64_t from = t->state == 1 ? t->accepted_at : t->state == 2 ? t->submitted_at : t->disputed_at;
  const uint32_t window = t->state == 1 ? t->run_s : t->state == 2 ? t->review_s : t->dispute_s;
  if (t->state < 1 || t->state > 3) return 0;
  return __builtin_add_overflow(from, (uint64_t)window, &at) ? UINT64_MAX : at;
}

const char *algo_tasks_state(uint8_t state) {
  static const char *const names[] = {"posted", "accepted", "submitted", "disputed", "paid", "refunded", "resolved"};
  return state < sizeof names / sizeof *names ? names[state] : "unknown";
}
