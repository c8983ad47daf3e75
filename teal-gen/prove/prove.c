/* Two programs before the same generated inputs. */
#include "algo/tealgen_prove.h"

#include "algo/hash.h"
#include "algo/isa.h"
#include "algo/keys.h"
#include "algo/ledger.h"
#include "algo/text.h"

enum { PEOPLE = 4, WORDS = 512, NUMBERS = 512, MAX_ARGS = 5, POOL = 512, STEP_BUDGET = 700, EXTRA_BUDGET = 100000 };

typedef struct prover {
  algo_ledger_t *ledger[2];
  algo_bytes_t program[2];
  algo_key_t who[PEOPLE];
  uint64_t app, rng, other_app;
  algo_bytes_t words[WORDS];
  uint64_t numbers[NUMBERS];
  size_t n_words, n_numbers;
  algo_arena_t *arena; /* of a run */
  tg_proof_t *proof;
  algo_err_t *err;
  uint64_t nonce;
  bool may_cost;
  bool *starts, *seen; /* by pc of the first program: an instruction begins there; a run came there */
  algo_arena_t kept;   /* arguments that led to something new: */
  algo_bytes_t (*pool)[MAX_ARGS];
  size_t *pool_n, n_pool;
  const algo_bytes_t *now; /* of the run at hand */
  size_t n_now;
} prover_t;

static uint64_t rnd(prover_t *p, uint64_t n) { /* splitmix64, below n */
  return algo_mix64(p->rng += 0x9e3779b97f4a7c15u) % n;
}

/* ---- what the inputs are made of: the program's own constants ---- */

static void add_word(prover_t *p, algo_bytes_t v) {
  if (p->n_words < WORDS) p->words[p->n_words++] = v;
}
static void add_number(prover_t *p, uint64_t v) {
  if (p->n_numbers < NUMBERS) p->numbers[p->n_numbers++] = v;
}

static void read_constants(prover_t *p, algo_bytes_t program) {
  static const uint64_t few[] = {0, 1, 2, 5, 1000, 100000, UINT32_MAX, UINT64_MAX};
  uint64_t version = 0;
  algo_isa_insn_t x;
  for (size_t i = 0; i < sizeof few / sizeof few[0]; i++) add_number(p, few[i]);
  int start = algo_uvarint_get(program.p, program.n, &version);
  for (uint32_t pc = start > 0 ? (uint32_t)start : UINT32_MAX; pc < program.n; pc = x.next) {
    if (algo_isa_decode(&x, (unsigned)version, program, pc) != ALGO_DECODE_OK) return;
    p->starts[pc] = true;
    p->proof->instructions++;
    for (unsigned k = 0; k < x.op->n_imms; k++) {
      uint32_t at = x.imm[k].at;
      unsigned kind = x.op->imms[k].kind;
      if (kind == ALGO_IMM_VARUINT) add_number(p, (uint64_t)x.imm[k].value);
      if (kind == ALGO_IMM_BYTES) add_word(p, algo_bytes(program.p + at, x.imm[k].count));
      for (uint32_t i = 0; kind == ALGO_IMM_VARUINTS && i < x.imm[k].count; i++)
        add_number(p, algo_isa_next_uint(program, &at));
      for (uint32_t i = 0; kind == ALGO_IMM_BYTESS && i < x.imm[k].count; i++)
        add_word(p, algo_isa_next_bytes(program, &at));
    }
  }
}

static uint64_t some_number(prover_t *p) {
  uint64_t v = p->numbers[rnd(p, p->n_numbers)];
  switch (rnd(p, 6)) {
  case 0: return v + 1;
  case 1: return v - 1;
  case 2: return rnd(p, 1u << 20);
  default: return v;
  }
}

static algo_bytes_t some_bytes(prover_t *p) {
  static const unsigned sizes[] = {0, 1, 2, 4, 8, 16, 32, 33, 64, 100};
  if (p->n_words && rnd(p, 2)) {
    algo_bytes_t v = p->words[rnd(p, p->n_words)];
    return v.n > 1 && rnd(p, 12) == 0 ? algo_bytes(v.p, v.n - 1) : v;
  }
  if (rnd(p, 8) == 0) return algo_bytes(p->who[rnd(p, PEOPLE)].addr.b, 32);
  bool is_number = rnd(p, 2);
  unsigned n = is_number ? 8 : sizes[rnd(p, sizeof sizes / sizeof sizes[0])];
  uint8_t *v = algo_arena_alloc(p->arena, n + 1);
  if (!v) return algo_bytes("", 0);
  if (is_number) algo_put_be64(v, some_number(p));
  for (unsigned i = 0; i < n && !is_number; i++) v[i] = (uint8_t)rnd(p, 256);
  return algo_bytes(v, n);
}

/* Arguments: new ones, or some that led to something new before, with one of them changed. */
static size_t some_args(prover_t *p, algo_bytes_t *args) {
  size_t n = rnd(p, MAX_ARGS + 1);
  if (p->n_pool && rnd(p, 3)) {
    size_t from = rnd(p, p->n_pool);
    n = p->pool_n[from];
    memcpy(args, p->pool[from], n * sizeof *args);
    if (n < MAX_ARGS && rnd(p, 4) == 0) args[n++] = some_bytes(p);
    else if (n && rnd(p, 4)) args[rnd(p, n)] = some_bytes(p);
  } else {
    for (size_t i = 0; i < n; i++) args[i] = some_bytes(p);
  }
  p->now = args;
  p->n_now = n;
  return n;
}

static bool reach(prover_t *p, const algo_sim_step_t *steps, size_t n) {
  bool news = false;
  for (size_t i = 0; i < n; i++) {
    if (steps[i].pc >= p->program[0].n || p->seen[steps[i].pc]) continue;
    p->seen[steps[i].pc] = true;
    p->proof->reached += p->starts[steps[i].pc];
    news = true;
  }
  return news;
}

/* Notes what the first program came to, and keeps the arguments if it is new. */
static void follow(prover_t *p, const algo_sim_result_t *r, bool sig) {
  const algo_sim_trace_t *t = r->n_txns ? r->txns[r->n_txns - 1].trace : NULL;
  bool news = t && (sig ? reach(p, t->sig, t->n_sig) : reach(p, t->approval, t->n_approval));
  if (!news || p->n_pool == POOL) return;
  for (size_t i = 0; i < p->n_now; i++) p->pool[p->n_pool][i] = algo_arena_dup(&p->kept, p->now[i]);
  p->pool_n[p->n_pool++] = p->n_now;
}

/* ---- groups ---- */

static void finish(prover_t *p, algo_txn_t *t) {
  const algo_ledger_t *l = p->ledger[0];
  if (!t->fee) t->fee = rnd(p, 8) ? 5000 : 1000;
  t->first_valid = algo_ledger_round(l) + 1;
  t->last_valid = t->first_valid + 1 + rnd(p, 900);
  t->genesis_hash = *algo_ledger_genesis_hash(l);
  uint8_t *note = algo_arena_alloc(p->arena, 8);
  if (note) algo_put_be64(note, ++p->nonce);
  t->note = algo_bytes(note, note ? 8 : 0);
}

static void a_payment(prover_t *p, algo_txn_t *t) {
  *t = (algo_txn_t){.type = ALGO_TX_PAY, .sender = p->who[rnd(p, PEOPLE)].addr, .amount = some_number(p) % 5000000};
  if (rnd(p, 2)) algo_addr_of_app(&t->receiver, p->app);
  else t->receiver = p->who[rnd(p, PEOPLE)].addr;
}

static void a_call(prover_t *p, algo_txn_t *t) {
  static const algo_on_completion_t rare[] = {ALGO_OC_OPTIN, ALGO_OC_CLOSEOUT, ALGO_OC_CLEAR, ALGO_OC_UPDATE,
                                              ALGO_OC_DELETE};
  algo_bytes_t *args = algo_arena_array(p->arena, 6, sizeof *args);
  algo_box_ref_t *boxes = algo_arena_array(p->arena, 6, sizeof *boxes);
  algo_addr_t *accounts = algo_arena_array(p->arena, 2, sizeof *accounts);
  uint64_t *apps = algo_arena_array(p->arena, 1, sizeof *apps);
  if (!args || !boxes || !accounts || !apps) return;
  *t = (algo_txn_t){.type = ALGO_TX_APPL, .sender = p->who[rnd(p, 2) ? 0 : rnd(p, PEOPLE)].addr, .app_id = p->app};
  if (rnd(p, 8) == 0) t->on_completion = rare[rnd(p, 5)];
  if (t->on_completion == ALGO_OC_UPDATE) t->approval_program = t->clear_program = algo_bytes("\x04\x81\x01", 3);
  t->n_app_args = some_args(p, args);
  t->n_boxes = rnd(p, 5);
  for (size_t i = 0; i < t->n_boxes; i++) {
    boxes[i] = (algo_box_ref_t){.name = i < t->n_app_args && rnd(p, 2) ? args[i] : some_bytes(p)};
    if (boxes[i].name.n > 64) boxes[i].name.n = 64;
  }
  t->n_accounts = rnd(p, 3);
  for (size_t i = 0; i < t->n_accounts; i++) accounts[i] = p->who[rnd(p, PEOPLE)].addr;
  apps[0] = p->other_app;
  t->n_foreign_apps = rnd(p, 2);
  t->app_args = args;
  t->boxes = boxes;
  t->accounts = accounts;
  t->foreign_apps = apps;
}

/* The group for one of the two: the same but for a logic signature's program. */
static void encode_group(prover_t *p, algo_buf_t *out, const algo_txn_t *txns, size_t n, const algo_lsig_t *sig,
                         unsigned which) {
  for (size_t i = 0; i < n; i++) {
    algo_stxn_t s = {.txn = txns[i]};
    if (sig && i + 1 == n) {
      s.lsig = *sig;
      s.lsig.logic = p->program[which];
      algo_lsig_sign(&s.lsig, &p->who[0]);
    }
    algo_stxn_encode(out, &s);
  }
}

static void describe(prover_t *p, const algo_txn_t *txns, size_t n, const algo_lsig_t *sig, const algo_buf_t *what) {
  algo_buf_t text = ALGO_BUF_INIT;
  const algo_txn_t *t = &txns[n - 1];
  algo_buf_printf(&text, "%s; in a group of %zu, completion %u, arguments", algo_buf_cstr((algo_buf_t *)what), n,
                  (unsigned)t->on_completion);
  size_t n_args = sig ? sig->n_args : t->n_app_args;
  for (size_t i = 0; i < n_args; i++) {
    algo_buf_puts(&text, " 0x");
    algo_hex_encode(&text, sig ? sig->args[i] : t->app_args[i]);
  }
  p->proof->difference = algo_arena_strdup(p->arena, algo_buf_cstr(&text));
  algo_buf_fini(&text);
}

static void count(prover_t *p, const algo_sim_result_t r[2], bool sig) {
  tg_proof_t *f = p->proof;
  uint64_t cost[2];
  f->runs++;
  if (r[0].failure) {
    if (memmem(r[0].failure, r[0].failure_length, "logic eval error", 16)) f->failed++;
    else f->rejected++;
    return;
  }
  f->approved++;
  for (unsigned k = 0; k < 2; k++)
    cost[k] = sig ? r[k].txns[r[k].n_txns - 1].sig_budget_consumed : r[k].app_budget_consumed;
  if (cost[0] > f->cost_before) f->cost_before = cost[0];
  if (cost[1] > f->cost_after) f->cost_after = cost[1];
}

static bool dearer(const algo_sim_result_t r[2]) {
  uint64_t cost[2] = {r[0].app_budget_consumed, r[1].app_budget_consumed};
  for (unsigned k = 0; k < 2; k++)
    for (size_t i = 0; i < r[k].n_txns; i++) cost[k] += r[k].txns[i].sig_budget_consumed;
  return !r[0].failure && cost[1] > cost[0];
}

static bool take_box(void *user, algo_bytes_t name, algo_bytes_t value) {
  algo_buf_t *b = user;
  algo_buf_printf(b, "%zu:%zu:", name.n, value.n);
  algo_buf_putb(b, name);
  algo_buf_putb(b, value);
  return true;
}

static bool same_boxes(prover_t *p) {
  algo_buf_t b[2] = {ALGO_BUF_INIT, ALGO_BUF_INIT};
  for (unsigned k = 0; k < 2; k++) algo_ledger_each_box(p->ledger[k], p->app, take_box, &b[k]);
  bool same = algo_bytes_eq(algo_buf_view(&b[0]), algo_buf_view(&b[1]));
  algo_buf_fini(&b[0]);
  algo_buf_fini(&b[1]);
  return same;
}

/* What was approved within the ordinary budget happens, on both ledgers. */
static bool happen(prover_t *p, const algo_buf_t group[2]) {
  int64_t now = algo_ledger_tip(p->ledger[0])->timestamp + (int64_t)rnd(p, 40);
  algo_submit_options_t o = {.skip_signatures = true};
  bool taken[2];
  for (unsigned k = 0; k < 2; k++) {
    algo_digest_t first;
    algo_buf_t text = ALGO_BUF_INIT;
    taken[k] = !algo_ledger_submit(p->ledger[k], algo_buf_view(&group[k]), &o, &first, &text, NULL, p->err);
    if (algo_ledger_seal(p->ledger[k], now, p->err)) return false;
    algo_buf_fini(&text);
  }
  return taken[0] == taken[1] && same_boxes(p);
}

/* One group before both; false: a difference. */
static bool compare(prover_t *p, const algo_txn_t *txns, size_t n, const algo_lsig_t *sig) {
  algo_buf_t group[2] = {ALGO_BUF_INIT, ALGO_BUF_INIT}, where = ALGO_BUF_INIT;
  algo_sim_result_t r[2];
  bool ran = true, same = true;
  for (unsigned k = 0; k < 2 && ran; k++) {
    encode_group(p, &group[k], txns, n, sig, k);
    algo_sim_request_t q = {.group = algo_buf_view(&group[k]),
                            .allow_empty_signatures = true,
                            .extra_opcode_budget = sig ? 0 : EXTRA_BUDGET,
                            .allow_unnamed_resources = true,
                            .trace = k == 0};
    ran = algo_ledger_simulate(p->ledger[k], &q, &r[k], p->arena, p->err) == ALGO_OK;
  }
  if (ran) {
    same = tg_same_outcome(&r[0], &r[1], &where);
    follow(p, &r[0], sig != NULL);
    count(p, r, sig != NULL);
    if (same && !p->may_cost && dearer(r)) {
      algo_buf_puts(&where, "it costs more");
      same = false;
    }
    bool usual = !sig && r[0].app_budget_consumed <= STEP_BUDGET && r[1].app_budget_consumed <= STEP_BUDGET;
    usual = usual && txns[n - 1].on_completion != ALGO_OC_UPDATE && txns[n - 1].on_completion != ALGO_OC_DELETE;
    if (same && !r[0].failure && usual && !happen(p, group)) {
      algo_buf_puts(&where, "the state differs");
      same = false;
    }
    if (!same) describe(p, txns, n, sig, &where);
  }
  algo_buf_t *all[] = {&group[0], &group[1], &where};
  for (size_t i = 0; i < 3; i++) algo_buf_fini(all[i]);
  return same;
}

static void join(algo_txn_t *txns, size_t n) {
  const algo_txn_t *all[ALGO_GROUP_MAX];
  algo_digest_t id;
  for (size_t i = 0; i < n; i++) all[i] = &txns[i];
  if (n > 1 && !algo_group_id(&id, all, n, NULL))
    for (size_t i = 0; i < n; i++) txns[i].group = id;
}

static bool one_run(prover_t *p, bool sig) {
  algo_txn_t txns[4];
  algo_lsig_t l = {.n_args = 0};
  size_t n = rnd(p, 3);
  for (size_t i = 0; i < n; i++) a_payment(p, &txns[i]);
  if (sig) {
    algo_bytes_t *args = algo_arena_array(p->arena, 5, sizeof *args);
    if (rnd(p, 3)) a_payment(p, &txns[n]);
    else a_call(p, &txns[n]);
    l.n_args = args ? some_args(p, args) : 0;
    l.args = args;
    txns[n].sender = p->who[0].addr;
  } else {
    a_call(p, &txns[n]);
  }
  n++;
  for (size_t i = 0; i < n; i++) finish(p, &txns[i]);
  join(txns, n);
  return compare(p, txns, n, sig ? &l : NULL);
}

/* ---- the ledgers ---- */

static algo_code_t submit(prover_t *p, algo_txn_t *t, bool creates) {
  finish(p, t);
  for (unsigned k = 0; k < 2; k++) {
    algo_buf_t group = ALGO_BUF_INIT, text = ALGO_BUF_INIT;
    algo_stxn_t s = {.txn = *t};
    algo_submit_options_t o = {.skip_signatures = true};
    algo_digest_t first;
    algo_stxn_encode(&group, &s);
    algo_code_t rc = algo_ledger_submit(p->ledger[k], algo_buf_view(&group), &o, &first, &text, NULL, p->err);
    if (rc && text.n) rc = algo_err_set(p->err, ALGO_E_LEDGER, "%s", algo_buf_cstr(&text));
    if (!rc) rc = algo_ledger_seal(p->ledger[k], algo_ledger_tip(p->ledger[k])->timestamp + 5, p->err);
    algo_found_txn_t found;
    if (!rc && creates && algo_ledger_find_txn(p->ledger[k], &first, &found, p->arena))
      p->app = found.apply->created_app;
    algo_buf_fini(&group);
    algo_buf_fini(&text);
    if (rc) return rc;
  }
  return ALGO_OK;
}

/* An application that approves everything; then its program is put in. */
static algo_code_t make_app(prover_t *p) {
  static const uint8_t yes[] = {4, 0x81, 1}; /* pushint 1 */
  for (unsigned i = 0; i < 2; i++) {
    p->other_app = p->app;
    algo_txn_t t = {.type = ALGO_TX_APPL, .sender = p->who[0].addr, .extra_program_pages = 3, .fee = 1000};
    t.approval_program = t.clear_program = algo_bytes(yes, sizeof yes);
    t.global_schema = (algo_schema_t){32, 32};
    t.local_schema = (algo_schema_t){8, 8};
    algo_code_t rc = submit(p, &t, true);
    if (rc) return rc;
  }
  for (unsigned i = 0; i < 2; i++) {
    algo_txn_t in = {.type = ALGO_TX_APPL, .sender = p->who[i].addr, .app_id = p->app, .on_completion = ALGO_OC_OPTIN};
    in.fee = 1000;
    algo_txn_t pay = {.type = ALGO_TX_PAY, .sender = p->who[i].addr, .amount = 100000000, .fee = 1000};
    algo_addr_of_app(&pay.receiver, p->app);
    algo_code_t rc = submit(p, &in, false);
    if (!rc) rc = submit(p, &pay, false);
    if (rc) return rc;
  }
  for (unsigned k = 0; k < 2; k++) {
    algo_code_t rc = algo_ledger_set_program(p->ledger[k], p->app, p->program[k], algo_bytes(yes, sizeof yes), p->err);
    if (rc) return rc;
  }
  return ALGO_OK;
}

static algo_code_t open_ledgers(prover_t *p) {
  algo_genesis_account_t alloc[PEOPLE + 2];
  memset(alloc, 0, sizeof alloc);
  for (unsigned i = 0; i < PEOPLE + 2; i++) {
    uint8_t seed[32];
    algo_key_t key;
    algo_sha512_256_tagged(seed, "prove", &i, sizeof i);
    algo_key_from_seed(&key, seed);
    alloc[i].addr = key.addr;
    alloc[i].amount = i == PEOPLE + 1 ? 100000 : 1000000000000; /* the rewards pool: its minimum balance */
    alloc[i].comment = "";
    if (i < PEOPLE) p->who[i] = key;
    algo_key_fini(&key);
  }
  algo_genesis_t g = {.id = "v1", .network = "prove", .protocol = "future", .timestamp = 1700000000, .devmode = true};
  g.fee_sink = alloc[PEOPLE].addr;
  g.rewards_pool = alloc[PEOPLE + 1].addr;
  g.alloc = alloc;
  g.n_alloc = PEOPLE + 2;
  for (unsigned k = 0; k < 2; k++) {
    algo_code_t rc = algo_ledger_new(&p->ledger[k], &g, NULL, p->err);
    if (!rc) rc = algo_ledger_seal(p->ledger[k], g.timestamp, p->err);
    if (rc) return rc;
  }
  return ALGO_OK;
}

algo_code_t tg_prove(tg_proof_t *out, algo_bytes_t before, algo_bytes_t after, tg_mode_t mode, bool may_cost,
                     uint64_t runs, uint64_t seed, algo_arena_t *arena, algo_err_t *err) {
  algo_arena_t own = ALGO_ARENA_INIT;
  memset(out, 0, sizeof *out);
  prover_t *p = algo_arena_zalloc(arena, sizeof *p);
  if (p) {
    p->starts = algo_arena_array(arena, before.n + 1, sizeof *p->starts);
    p->seen = algo_arena_array(arena, before.n + 1, sizeof *p->seen);
    p->pool = algo_arena_array(arena, POOL, sizeof *p->pool);
    p->pool_n = algo_arena_array(arena, POOL, sizeof *p->pool_n);
  }
  if (!p || !p->starts || !p->seen || !p->pool || !p->pool_n) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  p->program[0] = before;
  p->program[1] = after;
  p->rng = seed;
  p->proof = out;
  p->may_cost = may_cost;
  p->err = err;
  p->arena = &own;
  algo_code_t rc = open_ledgers(p);
  if (!rc) rc = make_app(p);
  read_constants(p, before);
  for (uint64_t i = 0; i < runs && !rc && !out->difference; i++) {
    algo_arena_reset(&own);
    one_run(p, mode == TG_MODE_SIG || (mode == TG_MODE_UNKNOWN && i % 2));
  }
  if (out->difference) out->difference = algo_arena_strdup(arena, out->difference);
  else if (!rc && out->runs == 0) rc = algo_err_set(err, ALGO_E_INVALID, "no input was run: nothing is proven");
  for (unsigned k = 0; k < 2; k++) algo_ledger_free(p->ledger[k]);
  for (unsigned i = 0; i < PEOPLE; i++) algo_key_fini(&p->who[i]);
  algo_arena_fini(&own);
  algo_arena_fini(&p->kept);
  return rc;
}
