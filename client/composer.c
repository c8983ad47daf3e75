/* composer.c - a group: what goes in, its parameters, fees and id. */
#include "composer.h"

#include <stdlib.h>

#include "algo/failure.h"

/* Bytes that the group id, an address to sign for and a signature add to a transaction. */
#define SIGNED_EXTRA 150u

algo_code_t algo_composer_new(algo_composer_t **out, algo_algod_t *algod, const algo_composer_options_t *opt,
                              algo_err_t *err) {
  algo_composer_t *c = calloc(1, sizeof *c);
  if (c == NULL) return client_nomem(err);
  c->algod = algod;
  if (opt != NULL) c->opt = *opt;
  if (c->opt.validity == 0) c->opt.validity = 1000;
  if (c->opt.max_fee == 0) c->opt.max_fee = 1000000;
  if (c->opt.wait_s == 0) c->opt.wait_s = 120;
  *out = c;
  return ALGO_OK;
}

void algo_composer_free(algo_composer_t *c) {
  if (c == NULL) return;
  algo_arena_fini(&c->arena);
  free(c);
}

size_t algo_composer_count(const algo_composer_t *c) { return c->n; }
algo_txn_t *algo_composer_txn(algo_composer_t *c, size_t i) { return i < c->n ? &c->group[i].txn : NULL; }

void algo_composer_pin_fee(algo_composer_t *c, size_t i) {
  if (i < c->n) c->items[i].fee_pinned = true;
}

void algo_composer_set_spec(algo_composer_t *c, size_t i, const algo_app_spec_t *spec) {
  if (i < c->n) c->items[i].spec = spec;
}

static algo_code_t check_open(const algo_composer_t *c, algo_err_t *err) {
  if (c->state != COMPOSER_OPEN) return algo_err_set(err, ALGO_E_INVALID, "the group is built: nothing can be added");
  if (c->n == ALGO_GROUP_MAX)
    return algo_err_set(err, ALGO_E_RANGE, "a group has at most %u transactions", ALGO_GROUP_MAX);
  return ALGO_OK;
}

algo_code_t algo_composer_add(algo_composer_t *c, const algo_txn_t *txn, const algo_signer_t *signer, algo_err_t *err) {
  algo_buf_t b = ALGO_BUF_INIT;
  algo_code_t r = check_open(c, err);
  if (r != ALGO_OK) return r;
  algo_stxn_t *s = &c->group[c->n];
  memset(s, 0, sizeof *s);
  algo_txn_encode(&b, txn);
  algo_bytes_t copy = algo_arena_dup(&c->arena, algo_buf_view(&b));
  r = b.oom || copy.p == NULL ? client_nomem(err) : algo_txn_decode(&s->txn, copy, false, &c->arena, err);
  algo_buf_fini(&b);
  if (r != ALGO_OK) return r;
  if (algo_addr_is_zero(&s->txn.sender) && signer != NULL) s->txn.sender = *algo_signer_sender(signer);
  c->items[c->n] = (composer_item_t){.signer = signer, .fee_pinned = txn->fee != 0};
  c->n++;
  return ALGO_OK;
}

/* A creation brings its programs. */
static void fill_creation(algo_txn_t *t, const algo_app_spec_t *spec) {
  t->approval_program = spec->approval, t->clear_program = spec->clear;
  t->global_schema = spec->global_schema, t->local_schema = spec->local_schema;
  t->extra_program_pages = spec->extra_pages;
}

algo_code_t algo_composer_call(algo_composer_t *c, const algo_method_call_t *call, const algo_addr_t *sender,
                               const algo_signer_t *signer, const algo_app_spec_t *spec, size_t *index,
                               algo_err_t *err) {
  if (sender == NULL && signer != NULL) sender = algo_signer_sender(signer);
  if (sender == NULL) return algo_err_set(err, ALGO_E_INVALID, "a call needs a signer or a sender");
  if (c->n + call->n_before + 1 > ALGO_GROUP_MAX)
    return algo_err_set(err, ALGO_E_RANGE, "a group has at most %u transactions", ALGO_GROUP_MAX);
  for (size_t i = 0; i < call->n_before; i++) {
    algo_txn_t t = call->before[i];
    if (algo_addr_is_zero(&t.sender)) t.sender = *sender;
    algo_code_t r = algo_composer_add(c, &t, signer, err);
    if (r != ALGO_OK) return r;
  }
  algo_txn_t t = {.type = ALGO_TX_APPL,
                  .sender = *sender,
                  .app_id = call->app_id,
                  .on_completion = (uint64_t)call->on_completion,
                  .app_args = call->args,
                  .n_app_args = call->n_args};
  if (call->app_id == 0 && spec != NULL) fill_creation(&t, spec);
  algo_code_t r = algo_composer_add(c, &t, signer, err);
  if (r != ALGO_OK) return r;
  composer_item_t *item = &c->items[c->n - 1];
  item->spec = spec, item->is_call = true;
  item->returns = call->returns != NULL && strcmp(call->returns, "void") != 0;
  if (index != NULL) *index = c->n - 1;
  return ALGO_OK;
}

/* ---- loading ---- */

static algo_code_t check_group(const algo_composer_t *c, algo_err_t *err) {
  algo_txn_t bare[ALGO_GROUP_MAX];
  const algo_txn_t *refs[ALGO_GROUP_MAX];
  algo_digest_t id;
  if (c->n == 1 && algo_digest_is_zero(&c->group[0].txn.group)) return ALGO_OK;
  for (size_t i = 0; i < c->n; i++) {
    bare[i] = c->group[i].txn;
    memset(&bare[i].group, 0, sizeof bare[i].group);
    refs[i] = &bare[i];
  }
  algo_code_t r = algo_group_id(&id, refs, c->n, err);
  for (size_t i = 0; r == ALGO_OK && i < c->n; i++)
    if (memcmp(&id, &c->group[i].txn.group, sizeof id) != 0)
      r = algo_err_set(err, ALGO_E_INVALID, "transaction %zu is not of this group: was one changed, left out or moved?",
                       i + 1);
  return r;
}

algo_code_t algo_composer_load(algo_composer_t *c, algo_bytes_t group, algo_err_t *err) {
  algo_code_t r = check_open(c, err);
  if (r == ALGO_OK && c->n > 0) r = algo_err_set(err, ALGO_E_INVALID, "a group is loaded into an empty composer");
  algo_bytes_t copy = algo_arena_dup(&c->arena, group);
  if (r == ALGO_OK && copy.p == NULL && group.n > 0) r = client_nomem(err);
  while (r == ALGO_OK && copy.n > 0) {
    r = check_open(c, err);
    if (r == ALGO_OK) r = algo_stxn_decode_next(&c->group[c->n], &copy, true, &c->arena, err);
    if (r == ALGO_OK) c->n++;
    else r = algo_err_prefix(err, r, "transaction %zu", c->n + 1);
  }
  if (r == ALGO_OK && c->n == 0) r = algo_err_set(err, ALGO_E_PARSE, "no transaction in it");
  if (r == ALGO_OK) r = check_group(c, err);
  if (r == ALGO_OK) c->state = COMPOSER_BUILT;
  return r;
}

/* ---- building ---- */

static algo_code_t fill_params(algo_composer_t *c, algo_err_t *err) {
  algo_code_t r = algo_algod_params(c->algod, &c->params, &c->arena, err);
  if (r != ALGO_OK) return r;
  for (size_t i = 0; i < c->n; i++) {
    algo_txn_t *t = &c->group[i].txn;
    if (t->first_valid == 0) t->first_valid = c->params.last_round > 0 ? c->params.last_round : 1;
    if (t->last_valid == 0) t->last_valid = t->first_valid + c->opt.validity;
    if (t->genesis_id.n == 0) t->genesis_id = algo_bytes_str(c->params.genesis_id);
    if (algo_digest_is_zero(&t->genesis_hash)) t->genesis_hash = c->params.genesis_hash;
    if (algo_addr_is_zero(&t->sender)) return algo_err_set(err, ALGO_E_INVALID, "transaction %zu has no sender", i + 1);
  }
  return ALGO_OK;
}

/* Who pays what the group costs beyond a minimum each: the last call whose fee is open; else the last transaction that
 * is; n: none. */
static size_t payer_of(const algo_composer_t *c) {
  size_t best = c->n;
  for (size_t i = 0; i < c->n; i++) {
    bool call = c->group[i].txn.type == ALGO_TX_APPL;
    bool best_is_call = best < c->n && c->group[best].txn.type == ALGO_TX_APPL;
    if (!c->items[i].fee_pinned && (call || !best_is_call)) best = i;
  }
  return best;
}

static void fill_base_fees(algo_composer_t *c) {
  for (size_t i = 0; i < c->n; i++)
    if (!c->items[i].fee_pinned) c->group[i].txn.fee = c->params.min_fee;
}

const char *algo_composer_said(const algo_composer_t *c) { return c->said == NULL ? "" : c->said; }

uint64_t algo_composer_fees(const algo_composer_t *c) {
  uint64_t sum = 0;
  for (size_t i = 0; i < c->n; i++)
    if (__builtin_add_overflow(sum, c->group[i].txn.fee, &sum)) return UINT64_MAX;
  return sum;
}

static uint64_t inner_fees_due(const algo_outcome_t *o, uint64_t min_fee) {
  uint64_t due = 0;
  for (size_t i = 0; i < o->n_inner; i++) {
    uint64_t paid = o->inner[i].stxn.txn.fee;
    due += (paid < min_fee ? min_fee - paid : 0) + inner_fees_due(&o->inner[i], min_fee);
  }
  return due;
}

/* microAlgos that the group as it was tried has to pay at the top level. */
static uint64_t fees_due(const algo_composer_t *c, const algo_simulated_t *s, uint64_t paid_on_top) {
  uint64_t min_fee = c->params.min_fee, due = min_fee * c->n;
  if (s->has_usage && s->usage > 0) {
    __extension__ typedef unsigned __int128 wide_t;
    wide_t total = ((wide_t)s->usage * min_fee + 999999) / 1000000;
    uint64_t inner_paid = s->fees_paid > paid_on_top ? s->fees_paid - paid_on_top : 0;
    if (total > UINT64_MAX) return UINT64_MAX;
    return (uint64_t)total > inner_paid ? (uint64_t)total - inner_paid : 0;
  }
  for (size_t i = 0; i < s->n_txns; i++) due += inner_fees_due(&s->txns[i].outcome, min_fee);
  return due;
}

/* A busy node asks for a fee a byte as well: what each transaction whose fee is open has to pay at least, by the size
 * that it will have with its group id and a signature. */
static algo_code_t raise_by_size(algo_composer_t *c, algo_err_t *err) {
  algo_buf_t b = ALGO_BUF_INIT;
  algo_code_t r = ALGO_OK;
  for (size_t i = 0; r == ALGO_OK && c->params.fee_per_byte > 0 && i < c->n; i++) {
    uint64_t fee = 0;
    algo_buf_clear(&b);
    algo_txn_encode(&b, &c->group[i].txn);
    if (b.oom) r = client_nomem(err);
    else if (__builtin_mul_overflow((uint64_t)b.n + SIGNED_EXTRA, c->params.fee_per_byte, &fee))
      r = algo_err_set(err, ALGO_E_RANGE, "the node asks for %" PRIu64 " microAlgos a byte", c->params.fee_per_byte);
    if (!c->items[i].fee_pinned && c->group[i].txn.fee < fee) c->group[i].txn.fee = fee;
  }
  algo_buf_fini(&b);
  return r;
}

static algo_code_t settle_fees(algo_composer_t *c, uint64_t due, algo_err_t *err) {
  algo_code_t r = raise_by_size(c, err);
  if (r != ALGO_OK) return r;
  uint64_t paid = algo_composer_fees(c);
  size_t payer = payer_of(c);
  if (due > paid && payer == c->n)
    return algo_err_set(err, ALGO_E_RANGE, "the group costs %" PRIu64 " microAlgos, and its fees are fixed at %" PRIu64,
                        due, paid);
  if (due > paid) c->group[payer].txn.fee += due - paid;
  if (algo_composer_fees(c) > c->opt.max_fee)
    return algo_err_set(err, ALGO_E_RANGE,
                        "the group costs %" PRIu64 " microAlgos in fees, more than the %" PRIu64 " allowed",
                        algo_composer_fees(c), c->opt.max_fee);
  return ALGO_OK;
}

/* The unsigned group, tried out with every resource allowed and fees that cover `credit` minimum fees more. */
static algo_code_t composer_try(algo_composer_t *c, uint64_t credit, algo_simulated_t *out, algo_err_t *err) {
  static const algo_simulate_options_t opt = {.empty_signatures = true, .fix_signers = true, .unnamed_resources = true};
  algo_stxn_t group[ALGO_GROUP_MAX];
  size_t payer = payer_of(c);
  memcpy(group, c->group, c->n * sizeof *group);
  if (payer < c->n) group[payer].txn.fee += credit * c->params.min_fee;
  if (c->n > 1 && algo_digest_is_zero(&group[0].txn.group)) {
    const algo_txn_t *refs[ALGO_GROUP_MAX];
    algo_digest_t id;
    for (size_t i = 0; i < c->n; i++) refs[i] = &group[i].txn;
    algo_code_t r = algo_group_id(&id, refs, c->n, err);
    if (r != ALGO_OK) return r;
    for (size_t i = 0; i < c->n; i++) group[i].txn.group = id;
  }
  return algo_algod_simulate(c->algod, group, c->n, &opt, out, &c->arena, err);
}

/* What simulate said of a failure, explained with the failing call's spec. */
static algo_code_t composer_explain(algo_composer_t *c, const algo_simulated_t *s, algo_err_t *err) {
  algo_failure_t f;
  size_t i = s->failed_at < c->n ? s->failed_at : 0;
  c->said = s->failure;
  algo_failure_parse(&f, s->failure, strlen(s->failure));
  return algo_failure_explain(&f, c->group[i].txn.app_id, c->items[i].spec, err);
}

static bool says_poor(const char *failure) {
  return strstr(failure, "overspend") != NULL || strstr(failure, "below min") != NULL;
}

/* Fee credits to try with, in minimum fees: enough for most calls; for the most there can be; fewer and fewer for a
 * sender who has little, to none. What a fee that is too small then says is that there was not enough: the try before
 * said it. */
static algo_code_t try_with_credit(algo_composer_t *c, algo_simulated_t *s, uint64_t *credit, algo_err_t *err) {
  *credit = 12;
  algo_code_t r = composer_try(c, *credit, s, err);
  if (r != ALGO_OK || s->failure == NULL) return r;
  if (strstr(s->failure, "too small") != NULL) return composer_try(c, *credit = 256, s, err);
  for (uint64_t next = 3; r == ALGO_OK && next > 0 && s->failure != NULL && says_poor(s->failure);) {
    algo_simulated_t fewer = {0};
    if ((r = composer_try(c, --next, &fewer, err)) != ALGO_OK) break;
    if (fewer.failure != NULL && strstr(fewer.failure, "too small") != NULL) break;
    *s = fewer;
    *credit = next;
  }
  return r;
}

static algo_code_t make_group_id(algo_composer_t *c, algo_err_t *err) {
  const algo_txn_t *refs[ALGO_GROUP_MAX];
  algo_digest_t id;
  algo_code_t r = ALGO_OK;
  for (size_t i = 0; i < c->n; i++) refs[i] = &c->group[i].txn;
  if (c->n > 1) r = algo_group_id(&id, refs, c->n, err);
  for (size_t i = 0; r == ALGO_OK && c->n > 1 && i < c->n; i++) c->group[i].txn.group = id;
  return r;
}

algo_code_t algo_composer_build(algo_composer_t *c, algo_err_t *err) {
  algo_simulated_t s = {0};
  uint64_t credit = 0;
  if (c->state >= COMPOSER_BUILT) return ALGO_OK;
  if (c->n == 0) return algo_err_set(err, ALGO_E_INVALID, "an empty group");
  algo_code_t r = fill_params(c, err);
  if (r != ALGO_OK) return r;
  fill_base_fees(c);
  if (!c->opt.no_simulate) {
    uint64_t before = algo_composer_fees(c);
    r = try_with_credit(c, &s, &credit, err);
    if (r == ALGO_OK && s.failure != NULL) r = composer_explain(c, &s, err);
    if (r == ALGO_OK) r = composer_add_references(c, &s, err);
    if (r == ALGO_OK)
      r = settle_fees(c, fees_due(c, &s, before + (payer_of(c) < c->n ? credit * c->params.min_fee : 0)), err);
  } else {
    r = raise_by_size(c, err);
  }
  if (r == ALGO_OK) r = make_group_id(c, err);
  if (r == ALGO_OK) c->state = COMPOSER_BUILT;
  return r;
}

algo_code_t algo_composer_simulate(algo_composer_t *c, algo_err_t *err) {
  algo_simulated_t s = {0};
  uint64_t credit = 0;
  if (c->n == 0) return algo_err_set(err, ALGO_E_INVALID, "an empty group");
  if (c->state >= COMPOSER_SENT) return algo_err_set(err, ALGO_E_INVALID, "the group is sent already");
  bool built = c->state >= COMPOSER_BUILT; /* then it is tried as it stands */
  algo_code_t r = built ? ALGO_OK : fill_params(c, err);
  if (r == ALGO_OK && !built) fill_base_fees(c);
  if (r == ALGO_OK) r = built ? composer_try(c, 0, &s, err) : try_with_credit(c, &s, &credit, err);
  if (r == ALGO_OK && s.failure != NULL) r = composer_explain(c, &s, err);
  if (r == ALGO_OK && s.n_txns != c->n)
    r = algo_err_set(err, ALGO_E_PARSE, "simulate tells of %zu transactions, not %zu", s.n_txns, c->n);
  for (size_t i = 0; r == ALGO_OK && i < c->n; i++) composer_keep_result(c, i, &s.txns[i].outcome);
  if (r == ALGO_OK) c->has_results = true, c->state = COMPOSER_DONE;
  return r;
}
