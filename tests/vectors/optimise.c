/* eval.jsonl a second time: each program of it optimised, by every rule and by each rule alone, has to come to what the
 * program itself comes to, in the recorded group, and use no more budget. Logic signatures are delegated anew, to both.
 */
#include <stdio.h>

#include "algo/hash.h"
#include "algo/keys.h"
#include "algo/ledger.h"
#include "algo/tealgen_prove.h"
#include "algo/text.h"
#include "vectors.h"

static algo_ledger_t *ledger;
static algo_key_t signer;

/* The group with this program in the place of the case's; false: the case runs another one. */
static bool put_in(vec_case_t *c, algo_buf_t *out, algo_bytes_t was, algo_bytes_t now) {
  json_object *list = vec_get(c, NULL, "group");
  size_t at = vec_u64(c, NULL, "i"), n = vec_count(list);
  algo_stxn_t all[ALGO_GROUP_MAX];
  const algo_txn_t *txns[ALGO_GROUP_MAX];
  if (n > ALGO_GROUP_MAX || at >= n) return false;
  for (size_t i = 0; i < n; i++) {
    algo_bytes_t raw = vec_hex_at(c, list, i);
    if (algo_stxn_decode_next(&all[i], &raw, false, c->arena, NULL)) return false;
    txns[i] = &all[i].txn;
  }
  algo_stxn_t *s = &all[at];
  if (s->lsig.logic.n) {
    if (!algo_bytes_eq(s->lsig.logic, was)) return false;
    s->txn.sender = signer.addr;
    s->lsig.has_sig = false;
    memset(&s->lsig.msig, 0, sizeof s->lsig.msig);
    memset(&s->lsig.lmsig, 0, sizeof s->lsig.lmsig);
    s->lsig.logic = now;
    algo_lsig_sign(&s->lsig, &signer);
  } else if (algo_bytes_eq(s->txn.approval_program, was)) {
    s->txn.approval_program = now;
  } else {
    return false;
  }
  algo_digest_t id;
  memset(&id, 0, sizeof id);
  for (size_t i = 0; i < n; i++) all[i].txn.group = id;
  if (n > 1 && algo_group_id(&id, txns, n, NULL)) return false;
  for (size_t i = 0; i < n; i++) {
    all[i].txn.group = id;
    algo_stxn_encode(out, &all[i]);
  }
  return true;
}

static bool simulate(vec_case_t *c, algo_sim_result_t *r, algo_bytes_t was, algo_bytes_t now) {
  algo_buf_t group = ALGO_BUF_INIT;
  json_object *opt = vec_get(c, NULL, "opt");
  algo_sim_request_t q = {.allow_empty_signatures = true};
  q.allow_more_logging = vec_true(c, opt, "allow-more-logging");
  q.allow_unnamed_resources = vec_true(c, opt, "allow-unnamed-resources");
  q.extra_opcode_budget = vec_u64(c, opt, "extra-opcode-budget");
  bool ok = put_in(c, &group, was, now);
  q.group = algo_arena_dup(c->arena, algo_buf_view(&group)); /* the result has views of it */
  ok = ok && !algo_ledger_simulate(ledger, &q, r, c->arena, NULL);
  algo_buf_fini(&group);
  return ok;
}

static uint64_t cost(const algo_sim_result_t *r) {
  uint64_t sum = r->app_budget_consumed;
  for (size_t i = 0; i < r->n_txns; i++) sum += r->txns[i].sig_budget_consumed;
  return sum;
}

static bool about_budget(const algo_sim_result_t *r) {
  return r->failure && memmem(r->failure, r->failure_length, "cost budget", 11);
}

static void compare(vec_case_t *c, const char *how, bool may_cost, const algo_sim_result_t *want,
                    const tg_optimised_t *o) {
  algo_sim_result_t have;
  algo_buf_t where = ALGO_BUF_INIT;
  if (!simulate(c, &have, o->before, o->after)) vec_bad(c, "%s: the group is refused", how);
  else if (!about_budget(want) && !tg_same_outcome(want, &have, &where))
    vec_bad(c, "%s: %s", how, algo_buf_cstr(&where));
  else if (!may_cost && !want->failure && cost(&have) > cost(want))
    vec_bad(c, "%s: costs %llu, not %llu", how, (unsigned long long)cost(&have), (unsigned long long)cost(want));
  algo_buf_fini(&where);
}

/* Each rule alone, too: on every fifth case. */
static void one(vec_case_t *c) {
  algo_bytes_t source = vec_text(c, NULL, "source"), program = vec_hex(c, NULL, "hex");
  const char *doc, *name;
  algo_sim_result_t want;
  tg_optimised_t o;
  if (!source.n) return; /* made as bytes */
  uint8_t sum[32];
  algo_sha256(sum, c->id, strlen(c->id));
  for (unsigned rule = 0; !c->done; rule++) {
    name = rule ? tg_rule_name(rule - 1, &doc) : "all rules";
    if (!name || (rule && sum[0] % 5)) return;
    tg_options_t how = {.optimise = 2, .rules = rule ? 1u << (rule - 1) : 0};
    algo_err_t err;
    algo_err_init(&err);
    algo_code_t rc = tg_optimise_source(&o, source, "case", &how, TG_MODE_UNKNOWN, c->arena, &err);
    if (rc == ALGO_E_UNSUPPORTED) return; /* as it should */
    if (rc) vec_bad(c, "%s", err.msg);
    else if (!algo_bytes_eq(o.before, program) || (!rule && !simulate(c, &want, o.before, o.before))) return;
    else if (!o.unchanged) compare(c, name, rule && tg_rule_is_dearer(rule - 1), &want, &o);
  }
}

static void run(vec_report_t *r, const char *path) {
  /* Account 0 of setup.json. */
  static const uint8_t seed[32] = {0x7f, 0x7c, 0x0d, 0x4c, 0x74, 0x3b, 0xba, 0x76, 0x6d, 0x28, 0xc1,
                                   0x28, 0xd2, 0xff, 0x68, 0x64, 0xb3, 0xb6, 0x05, 0xa2, 0xe8, 0x56,
                                   0x73, 0x7e, 0x00, 0xf4, 0x76, 0x7a, 0xf9, 0x89, 0x38, 0x7a};
  algo_key_from_seed(&signer, seed);
  ledger = vec_ledger(r, path);
  if (ledger) vec_lines(r, path, one);
  algo_key_fini(&signer);
  algo_ledger_free(ledger);
}

const vec_kind_t vec_optimise = {.pattern = "eval*.jsonl", .run = run};
