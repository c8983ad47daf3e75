/* Groups onto the open block. Source: go-algorand 5.1, eval.BlockEvaluator.TransactionGroup,
 * node.BroadcastSignedTxGroup. */
#include "algo/asm.h"
#include "internal.h"

/* ---- one transaction ---- */

static algo_code_t check_alive(algo_ledger_t *l, const algo_txn_t *t, algo_err_t *err) {
  uint64_t round = l->open.header.round;
  algo_bytes_t own = algo_bytes_str(l->genesis_id);
  if (round < t->first_valid || round > t->last_valid)
    return algo_lfail(l, err, "txn dead: round %" PRIu64 " outside of %" PRIu64 "--%" PRIu64, round, t->first_valid,
                      t->last_valid);
  if (t->genesis_id.n && !algo_bytes_eq(t->genesis_id, own))
    return algo_lfail(l, err, "tx.GenesisID <%.*s> does not match expected <%s>", (int)t->genesis_id.n,
                      (const char *)t->genesis_id.p, l->genesis_id);
  if (algo_digest_is_zero(&t->genesis_hash)) return algo_lfail(l, err, "required tx.GenesisHash is missing");
  if (memcmp(&t->genesis_hash, &l->genesis_hash, sizeof l->genesis_hash))
    return algo_lfail(l, err, "tx.GenesisHash <%s> does not match expected <%s>", algo_ltxid_text(&t->genesis_hash).s,
                      algo_ltxid_text(&l->genesis_hash).s);
  return ALGO_OK;
}

static bool has_lease(const algo_txn_t *t) {
  static const uint8_t none[32];
  return memcmp(t->lease, none, 32) != 0;
}

static algo_code_t check_duplicate(algo_ledger_t *l, const algo_txn_t *t, const algo_digest_t *id, algo_err_t *err) {
  if (algo_ltxid(l, id)) return algo_lfail(l, err, "transaction already in ledger: %s", algo_ltxid_text(id).s);
  if (!has_lease(t)) return ALGO_OK;
  uint64_t expires = algo_llease(l, &t->sender, t->lease);
  if (!expires || l->open.header.round > expires) return ALGO_OK;
  algo_addr_t lease;
  memcpy(lease.b, t->lease, 32);
  return algo_lfail(l, err, "transaction %s using an overlapping lease (sender, lease):(%s, %s)", algo_ltxid_text(id).s,
                    algo_laddr(&t->sender).s, algo_laddr(&lease).s);
}

static algo_code_t check_authorizer(algo_ledger_t *l, const group_run_t *r, size_t i, algo_err_t *err) {
  const algo_stxn_t *s = r->txns[i];
  const account_t *a = algo_lacct_find(l, &s->txn.sender);
  const algo_addr_t *right = a && !algo_addr_is_zero(&a->d.auth) ? &a->d.auth : &s->txn.sender;
  if (r->skip_signatures || algo_addr_eq(right, algo_stxn_authorizer(s))) return ALGO_OK;
  return algo_lfail(l, err, "transaction %s: should have been authorized by %s but was actually authorized by %s",
                    algo_ltxid_text(&r->ids[i]).s, algo_laddr(right).s, algo_laddr(algo_stxn_authorizer(s)).s);
}

/* Every account that the group changed so far must hold what its records cost. */
static algo_code_t check_min_balances(algo_ledger_t *l, uint64_t from, const algo_addr_t *special, algo_err_t *err) {
  l->walk++;
  for (uint64_t at = from; at < journal_pos(&l->journal); at++) {
    const journal_item_t *it = journal_at(&l->journal, at);
    if (it->kind != J_ACCOUNT || it->u.account.account->seen == l->walk) continue;
    account_t *a = it->u.account.account;
    a->seen = l->walk;
    if (algo_addr_eq(&a->addr, &l->genesis.fee_sink) || algo_addr_eq(&a->addr, &l->genesis.rewards_pool) ||
        algo_addr_eq(&a->addr, special) || algo_ldata_is_zero(&a->d))
      continue;
    account_data_t d = algo_lrewarded(l, &a->d);
    uint64_t min = algo_lmin_balance(l, &d);
    if (d.balance < min)
      return algo_lfail(l, err, "account %s balance %" PRIu64 " below min %" PRIu64 " (%" PRIu64 " assets)",
                        algo_laddr(&a->addr).s, d.balance, min, d.assets);
  }
  return ALGO_OK;
}

static algo_code_t prefix_id(algo_ledger_t *l, const group_run_t *r, size_t i, algo_code_t rc, algo_err_t *err) {
  return algo_lfail_prefix(l, rc, err, "transaction %s: ", algo_ltxid_text(&r->ids[i]).s);
}

static algo_code_t eval_one(algo_ledger_t *l, group_run_t *r, size_t i, uint64_t from, const algo_addr_t *special,
                            algo_err_t *err) {
  const algo_stxn_t *s = r->txns[i];
  algo_code_t rc = check_alive(l, &s->txn, err);
  if (!rc) rc = check_duplicate(l, &s->txn, &r->ids[i], err);
  if (!rc) rc = check_authorizer(l, r, i, err);
  if (rc) return rc;
  applied_t x = {.stxn = s, .txn = &s->txn, .group = r->group, .index = i};
  x.ad = r->group ? algo_avm_group_apply(r->group, i) : &r->ads[i];
  rc = algo_lapply(l, &x, false, err);
  if (r->group) algo_avm_group_record(r->group, i);
  if (rc) return prefix_id(l, r, i, rc, err);
  rc = check_min_balances(l, from, special, err);
  if (rc) return prefix_id(l, r, i, rc, err);
  algo_ltxid_put(l, &r->ids[i], l->open.header.round, (uint32_t)(l->open.n_txns + i));
  l->open.txn_count++;
  if (has_lease(&s->txn)) {
    uint64_t expires = algo_llease(l, &s->txn.sender, s->txn.lease);
    if (s->txn.last_valid > expires) expires = s->txn.last_valid;
    algo_llease_put(l, &s->txn.sender, s->txn.lease, expires);
  }
  return ALGO_OK;
}

/* ---- the group ---- */

static algo_code_t check_fees(algo_ledger_t *l, const group_run_t *r, algo_err_t *err) {
  uint64_t usage, paid, needed, residue = 0;
  char have[32], want[32], use[32], base[32];
  algo_group_fees(r->txns, r->n, l->consensus, &usage, &paid);
  if (!algo_fee_for_usage(l->consensus->min_txn_fee, usage, ALGO_MICROS, &residue, &needed))
    return algo_lfail(l, err, "txgroup required fee overflow");
  if (paid >= needed) return ALGO_OK;
  algo_micro_format(have, paid);
  algo_micro_format(want, needed);
  algo_usage_format(use, usage);
  algo_micro_format(base, l->consensus->min_txn_fee);
  return algo_lfail(l, err, "txgroup with %s fees is less than %s (usage=%s * base=%s)", have, want, use, base);
}

algo_code_t algo_lgroup_eval(algo_ledger_t *l, group_run_t *r, algo_err_t *err) {
  mark_t m = algo_lmark(l);
  algo_addr_t special;
  algo_code_t rc = ALGO_OK;
  algo_addr_of_state_proof_sender(&special);
  r->failed = r->n;
  for (size_t i = 0; !rc && i < r->n; i++) {
    if (r->before) r->before(r->self, i);
    rc = eval_one(l, r, i, m.pos, &special, err);
    if (r->after) r->after(r->self, i, rc);
    if (rc) r->failed = i;
  }
  if (!rc) rc = check_fees(l, r, err);
  if (l->oom) rc = algo_lfail_code(l, ALGO_E_NOMEM, err, "out of memory");
  if (!rc) rc = algo_lorigin_check(l, err);
  if (rc) algo_lundo(l, &m);
  else if (r->group)
    for (size_t i = 0; i < r->n; i++) r->ads[i] = *algo_avm_group_apply(r->group, i);
  return rc;
}

/* ---- submission ---- */

static algo_code_t no_memory(algo_err_t *err) { return algo_err_set(err, ALGO_E_NOMEM, "out of memory"); }

/* Ids, and what they are the hashes of. */
static algo_code_t identify(algo_ledger_group_t *g, algo_arena_t *arena, algo_err_t *err) {
  algo_digest_t *ids = algo_arena_array(arena, g->n, sizeof *ids);
  algo_bytes_t *encoded = algo_arena_array(arena, g->n, sizeof *encoded);
  if (!ids || !encoded) return no_memory(err);
  algo_buf_t raw = ALGO_BUF_INIT;
  for (size_t i = 0; i < g->n; i++) {
    g->calls |= g->txns[i]->txn.type == ALGO_TX_APPL;
    algo_buf_clear(&raw);
    algo_txn_encode(&raw, &g->txns[i]->txn);
    uint8_t *copy = raw.oom ? NULL : algo_arena_alloc(arena, raw.n);
    if (!copy) break;
    memcpy(copy, raw.p, raw.n);
    encoded[i] = algo_bytes(copy, raw.n);
    algo_sha512_256_tagged(ids[i].b, "TX", copy, raw.n);
  }
  algo_buf_fini(&raw);
  if (!encoded[g->n - 1].p) return no_memory(err);
  g->ids = ids;
  g->encoded = encoded;
  return ALGO_OK;
}

algo_code_t algo_ledger_group_read(algo_ledger_group_t *out, algo_bytes_t in, algo_arena_t *arena, algo_err_t *err) {
  *out = (algo_ledger_group_t){0};
  const algo_stxn_t **txns = algo_arena_array(arena, ALGO_GROUP_MAX + 1, sizeof *txns);
  if (!txns) return no_memory(err);
  out->txns = txns;
  while (in.n) {
    algo_err_t why;
    algo_stxn_t *t = algo_arena_alloc(arena, sizeof *t); /* decoding sets all of it */
    if (!t) return no_memory(err);
    txns[out->n] = t;
    algo_code_t rc = algo_stxn_decode_next(t, &in, true, arena, &why);
    if (rc == ALGO_E_TRUNCATED) break; /* the node's reader takes a cut one for the end */
    if (rc) return algo_err_set(err, rc == ALGO_E_NOMEM ? rc : ALGO_E_PARSE, "%s", why.msg);
    if (++out->n > ALGO_GROUP_MAX) return algo_err_set(err, ALGO_E_PARSE, "max group size is %u", ALGO_GROUP_MAX);
  }
  if (out->n == 0) return algo_err_set(err, ALGO_E_PARSE, "empty txgroup");
  return identify(out, arena, err);
}

/* The address that a post-quantum key signs for must be no ed25519 key's. */
static algo_code_t check_pq_address(algo_ledger_t *l, const algo_stxn_t *s, size_t i, algo_err_t *err) {
  const algo_pqsig_t *p = algo_pqsig_blank(&s->pqsig) && s->lsig.logic.n ? &s->lsig.pqsig : &s->pqsig;
  algo_addr_t a;
  if (algo_pqsig_blank(p) || p->pk.n == 0) return ALGO_OK;
  algo_lpq_address(&a, p);
  if (!algo_asm_on_curve(a.b)) return ALGO_OK;
  return algo_lfail(
      l, err, "transaction %zu: pq signature authorizer address %s is an Edwards25519 curve point (non PQ-compliant)",
      i, algo_laddr(&a).s);
}

/* Programs whose address might be a key's: a node takes them only on demand. */
static algo_code_t check_off_curve(algo_ledger_t *l, const algo_ledger_group_t *d, algo_err_t *err) {
  for (size_t i = 0; i < d->n; i++) {
    algo_code_t rc = check_pq_address(l, d->txns[i], i, err);
    if (rc) return rc;
  }
  for (size_t i = 0; i < d->n; i++) {
    const algo_lsig_t *s = &d->txns[i]->lsig;
    uint64_t version;
    algo_addr_t own;
    if (!s->logic.n || algo_program_version(s->logic, &version, NULL, NULL) || version < 13 || version > 14) continue;
    algo_addr_of_program(&own, s->logic);
    bool escrow = !s->has_sig && algo_msig_blank(&s->msig) && algo_msig_blank(&s->lmsig) &&
                  algo_pqsig_blank(&s->pqsig) && algo_addr_eq(&own, algo_stxn_authorizer(d->txns[i]));
    if (escrow && algo_asm_on_curve(own.b))
      return algo_lfail(
          l, err,
          "transaction %zu: TEAL v%" PRIu64
          " LogicSig program hash is an Edwards25519 point and should not be used; set "
          "skip-pq-address-check=true to submit anyway if you understand the risks and know what you are doing",
          i, version);
  }
  return ALGO_OK;
}

static algo_code_t make_group(algo_ledger_t *l, const algo_ledger_group_t *d, const algo_avm_tracer_t *tracer,
                              algo_avm_group_t **out, algo_err_t *err) {
  *out = NULL;
  if (!d->calls) return ALGO_OK;
  algo_avm_options_t opt = {.consensus = l->consensus, .ledger = &algo_lops, .ledger_self = l, .arena = &l->scratch};
  opt.disassemble = algo_disasm_around;
  opt.genesis_hash = l->genesis_hash;
  opt.tracer = tracer;
  algo_code_t rc = algo_avm_group_new(out, d->txns, d->n, &opt, err);
  return rc ? algo_lfail_code(l, rc, err, "%s", err ? err->msg : "") : ALGO_OK;
}

static algo_code_t submit(algo_ledger_t *l, const algo_ledger_group_t *d, const algo_submit_options_t *opt,
                          algo_err_t *err) {
  int index;
  verify_opts_t vo = {
      .skip_signatures = opt && opt->skip_signatures, .given = opt ? opt->verified : NULL, .arena = &l->scratch};
  algo_code_t rc = algo_lready(l, err);
  if (!rc && !(opt && opt->skip_pq_address_check)) rc = check_off_curve(l, d, err);
  if (rc) return rc;
  algo_apply_t *ads = algo_arena_array(&l->scratch, d->n, sizeof *ads);
  if (!ads) return algo_lfail_code(l, ALGO_E_NOMEM, err, "out of memory");
  algo_lopen_start(l);
  rc = algo_lverify(l, d->txns, d->n, d->ids, &vo, &index, err);
  if (!rc) rc = algo_lpool_check(l, d, opt, err);
  if (rc) return rc;
  group_run_t r = {.txns = d->txns,
                   .n = d->n,
                   .ids = d->ids,
                   .encoded = d->encoded,
                   .ads = ads,
                   .skip_signatures = vo.skip_signatures};
  rc = algo_lpool_check_dead(l, d->txns, d->n, err);
  if (!rc) rc = make_group(l, d, opt ? opt->tracer : NULL, &r.group, err);
  const open_mark_t before = algo_lopen_mark(l);
  if (!rc) rc = algo_lgroup_eval(l, &r, err);
  if (!rc) {
    rc = algo_lopen_add(l, &r, err);
    if (!rc) rc = algo_lpool_fit(l, &r, &before, err);
    if (rc) algo_lopen_back(l, &before);
    return rc;
  }
  return algo_lfail_prefix(l, rc, err, "TransactionPool.Remember: ");
}

static void begin(algo_ledger_t *l, algo_submit_detail_t *detail, algo_err_t *err) {
  algo_err_init(err);
  algo_arena_reset(&l->scratch);
  algo_buf_clear(&l->fail);
  if (detail) *detail = (algo_submit_detail_t){0};
  l->attributes = algo_bytes(NULL, 0);
  l->origin_failed = false;
}

static algo_code_t refuse(algo_ledger_t *l, algo_code_t rc, algo_buf_t *text, algo_submit_detail_t *detail,
                          algo_err_t *err) {
  if (l->open.started && l->open.n_txns == 0) algo_lopen_cancel(l); /* not even the block has begun */
  if (rc == ALGO_E_LOGIC && detail && l->attributes.n)
    *detail = (algo_submit_detail_t){.present = true,
                                     .has_app = l->failed_app != 0,
                                     .app = l->failed_app,
                                     .pc = (uint32_t)(err->pc > 0 ? err->pc : 0),
                                     .attributes = l->attributes};
  err->http_status = rc == ALGO_E_NOMEM ? 500 : 400;
  if (text) algo_buf_put(text, l->fail.p, l->fail.n);
  return rc;
}

static algo_code_t submit_whole(algo_ledger_t *l, const algo_ledger_group_t *g, const algo_submit_options_t *opt,
                                algo_buf_t *text, algo_submit_detail_t *detail, algo_err_t *err) {
  algo_code_t rc = submit(l, g, opt, err);
  if (!rc) return ALGO_OK;
  (void)algo_lorigin_check(l, err); /* whatever went wrong then, it is because of that */
  return refuse(l, rc, text, detail, err);
}

algo_code_t algo_ledger_submit_read(algo_ledger_t *l, const algo_ledger_group_t *group,
                                    const algo_submit_options_t *opt, algo_buf_t *text, algo_submit_detail_t *detail,
                                    algo_err_t *err) {
  algo_err_t own;
  if (!err) err = &own;
  begin(l, detail, err);
  return submit_whole(l, group, opt, text, detail, err);
}

algo_code_t algo_ledger_submit(algo_ledger_t *l, algo_bytes_t group, const algo_submit_options_t *opt,
                               algo_digest_t *first, algo_buf_t *text, algo_submit_detail_t *detail, algo_err_t *err) {
  algo_err_t own, why;
  algo_ledger_group_t g;
  if (!err) err = &own;
  begin(l, detail, err);
  algo_code_t rc = algo_ledger_group_read(&g, group, &l->scratch, &why);
  if (rc) return refuse(l, algo_lfail_code(l, rc, err, "%s", why.msg), text, detail, err);
  if (first) *first = g.ids[0];
  return submit_whole(l, &g, opt, text, detail, err);
}
