/* What a node checks of a group before it looks at balances: form, group, sizes, signatures.
 * Source: go-algorand 5.1, data/transactions/verify, data/transactions/checks.go. */
#include "algo/asm.h"
#include "algo/mp.h"
#include "internal.h"

#define MAX_MULTISIG 255u

/* ---- the group ---- */

static algo_code_t incomplete_group(algo_ledger_t *l, const algo_digest_t *have, const algo_digest_t *want,
                                    const algo_digest_t *ids, size_t n, algo_err_t *err) {
  algo_buf_t list = ALGO_BUF_INIT;
  for (size_t i = 0; i < n; i++) algo_buf_printf(&list, "%s%s", i ? " " : "", algo_ltxid_text(&ids[i]).s);
  algo_code_t rc = algo_lfail(l, err, "transactionGroup: incomplete group: %s != %s ({{} [%s]})",
                              algo_ltxid_text(have).s, algo_ltxid_text(want).s, algo_buf_cstr(&list));
  algo_buf_fini(&list);
  return rc;
}

static algo_code_t check_group_id(algo_ledger_t *l, const algo_stxn_t *const *txns, size_t n, int *index,
                                  algo_err_t *err) {
  const algo_digest_t *group = &txns[0]->txn.group;
  algo_txn_t copies[ALGO_GROUP_MAX];
  const algo_txn_t *views[ALGO_GROUP_MAX];
  algo_digest_t ids[ALGO_GROUP_MAX], want;
  *index = 0;
  if (algo_digest_is_zero(group)) {
    if (n == 1) return ALGO_OK;
    return algo_lfail(l, err, "transactionGroup: [0] had zero Group but was submitted in a group of %zu", n);
  }
  for (size_t i = 0; i < n; i++) {
    *index = (int)i;
    if (memcmp(&txns[i]->txn.group, group, sizeof *group))
      return algo_lfail(l, err, "transactionGroup: inconsistent group values: %s != %s",
                        algo_ltxid_text(&txns[i]->txn.group).s, algo_ltxid_text(group).s);
    copies[i] = txns[i]->txn;
    copies[i].group = (algo_digest_t){{0}};
    views[i] = &copies[i];
    algo_txn_id(&ids[i], &copies[i]);
  }
  *index = -1;
  algo_code_t rc = algo_group_id(&want, views, n, err);
  if (rc) return algo_lfail(l, err, "%s", err ? err->msg : "");
  return memcmp(&want, group, sizeof want) ? incomplete_group(l, group, &want, ids, n, err) : ALGO_OK;
}

static algo_code_t algo_lcheck_group(algo_ledger_t *l, const algo_stxn_t *const *txns, size_t n, int *index,
                                     algo_err_t *err) {
  bool heartbeat = false, resources = false;
  *index = -1;
  for (size_t i = 0; i < n; i++) {
    const algo_txn_t *t = &txns[i]->txn;
    heartbeat |= t->type == ALGO_TX_HB;
    resources |= t->type == ALGO_TX_APPL || (t->type == ALGO_TX_ACFG && t->config_asset == 0);
  }
  if (heartbeat && resources)
    return algo_lfail(l, err, "heartbeat transaction may not be grouped with an application call or asset creation");
  return check_group_id(l, txns, n, index, err);
}

static algo_code_t check_logic_sizes(algo_ledger_t *l, const algo_stxn_t *const *txns, size_t n, int *index,
                                     algo_err_t *err) {
  uint64_t each = l->consensus->logic_sig_max_size, pool = n * each, args = 0;
  bool pooled = false;
  for (size_t i = 0; i < n; i++) {
    const algo_lsig_t *s = &txns[i]->lsig;
    *index = (int)i;
    if (s->logic.n == 0 && !algo_lsig_blank(s)) return algo_lfail(l, err, "LogicSig fields without LogicSig program");
    uint64_t own = 0;
    for (size_t k = 0; k < s->n_args; k++) own += s->args[k].n;
    args += own;
    pooled |= own > each;
  }
  *index = -1;
  if (!pooled || args <= pool) return ALGO_OK;
  return algo_lfail(l, err,
                    "txgroup had %" PRIu64 " bytes of LogicSig args, more than the available size pool of %" PRIu64
                    " bytes (per-LogicSig allowance is %" PRIu64 ")",
                    args, pool, each);
}

/* ---- signatures ---- */

typedef struct signing { /* the transaction at hand */
  algo_ledger_t *l;
  const algo_stxn_t *s;
  const algo_digest_t *id;
  bool *bad; /* a signature does not verify: said last, as a batch does */
  algo_err_t *err;
} signing_t;

static bool blank(const uint8_t *p, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (p[i]) return false;
  return true;
}

static void require_sig(signing_t *g, const uint8_t sig[64], const char *tag, algo_bytes_t msg,
                        const algo_addr_t *key) {
  if (!algo_sig_verify_tagged(sig, tag, msg, key)) *g->bad = true;
}

static algo_code_t check_multisig(signing_t *g, const algo_msig_t *m, const char *tag, algo_bytes_t msg,
                                  const char *what) {
  const algo_addr_t *want = algo_stxn_authorizer(g->s);
  algo_addr_t keys[MAX_MULTISIG], addr;
  size_t signatures = 0;
  const char *why = NULL;
  for (size_t i = 0; i < m->n_parts && i < MAX_MULTISIG; i++) {
    keys[i] = m->parts[i].pk;
    signatures += m->parts[i].has_sig && !blank(m->parts[i].sig, 64);
  }
  bool first_empty =
      m->n_parts && algo_addr_is_zero(&m->parts[0].pk) && (!m->parts[0].has_sig || blank(m->parts[0].sig, 64));
  if (m->n_parts == 0 || first_empty) why = "Invalid number of signatures";
  else if (m->version != 1) why = "unknown version";
  else if (m->threshold == 0 || m->threshold > m->n_parts) why = "Invalid threshold";
  else if (m->n_parts > MAX_MULTISIG) why = "Invalid number of signatures";
  else if (algo_addr_of_multisig(&addr, m->version, m->threshold, keys, m->n_parts, NULL) || !algo_addr_eq(&addr, want))
    why = "Invalid address";
  else if (signatures < m->threshold) why = "Invalid number of signatures";
  if (why) return algo_lfail(g->l, g->err, "%s: %s", what, why);
  for (size_t i = 0; i < m->n_parts; i++)
    if (m->parts[i].has_sig && !blank(m->parts[i].sig, 64)) require_sig(g, m->parts[i].sig, tag, msg, &m->parts[i].pk);
  return ALGO_OK;
}

void algo_lpq_address(algo_addr_t *out, const algo_pqsig_t *p) {
  uint8_t scheme[2] = {0};
  if (p->scheme.n) memcpy(scheme, p->scheme.p, p->scheme.n < 2 ? p->scheme.n : 2);
  algo_buf_t pre = ALGO_BUF_INIT;
  algo_buf_put(&pre, scheme, sizeof scheme);
  algo_buf_putc(&pre, (uint8_t)p->salt);
  algo_buf_putb(&pre, p->pk);
  algo_sha512_256_tagged(out->b, "PQA", pre.p, pre.n);
  algo_buf_fini(&pre);
}

static algo_code_t check_pqsig(signing_t *g, const algo_pqsig_t *p, const char *tag, algo_bytes_t msg,
                               const char *what) {
  algo_addr_t addr;
  const char *why = NULL;
  if (!algo_bytes_eq(p->scheme, ALGO_BYTES_LIT("f1"))) why = "pq signature scheme not supported";
  else if (!g->l->consensus->enable_pq_falcon1024) why = "pq signature scheme not enabled";
  if (why) return algo_lfail(g->l, g->err, "%s: %s", what, why);
  algo_lpq_address(&addr, p);
  if (!algo_addr_eq(&addr, algo_stxn_authorizer(g->s)))
    return algo_lfail(g->l, g->err, "%s: pq signature authorizer mismatch: derived %s, expected %s", what,
                      algo_laddr(&addr).s, algo_laddr(algo_stxn_authorizer(g->s)).s);
  if (p->sig.n == 0) return algo_lfail(g->l, g->err, "%s: pq signature is empty", what);
  if (p->pk.n != ALGO_FALCON1024_KEY)
    return algo_lfail(g->l, g->err, "%s: invalid falcon-1024 signature: public key size %zu, want %u", what, p->pk.n,
                      ALGO_FALCON1024_KEY);
  algo_buf_t message = ALGO_BUF_INIT;
  algo_buf_puts(&message, tag);
  algo_buf_putb(&message, msg);
  bool good = !message.oom && algo_avm_falcon_verify(algo_buf_view(&message), p->sig, p->pk);
  algo_buf_fini(&message);
  if (good) return ALGO_OK;
  return algo_lfail(g->l, g->err, "%s: invalid falcon-1024 signature: error code -4: falcon verify failed", what);
}

/* ---- logic signatures ---- */

/* Who lets the program sign: it alone, or one of four kinds of delegation. */
static algo_code_t check_delegation(signing_t *g) {
  const algo_lsig_t *s = &g->s->lsig;
  const algo_addr_t *who = algo_stxn_authorizer(g->s);
  bool single = s->has_sig && !blank(s->sig, 64), lmsig = !algo_msig_blank(&s->lmsig),
       msig = !algo_msig_blank(&s->msig);
  bool pq = !algo_pqsig_blank(&s->pqsig);
  int kinds = single + lmsig + msig + pq;
  if (kinds == 0) {
    algo_addr_t own;
    algo_addr_of_program(&own, s->logic);
    return algo_addr_eq(&own, who) ? ALGO_OK : algo_lfail(g->l, g->err, "LogicNot signed and not a Logic-only account");
  }
  if (kinds > 1) return algo_lfail(g->l, g->err, "LogicSig should have only one type of delegation signature");
  if (msig) return algo_lfail(g->l, g->err, "LogicSig Msig field not supported in this consensus version");
  if (single) {
    require_sig(g, s->sig, "Program", s->logic, who);
    return *g->bad ? algo_lfail(g->l, g->err, "At least one signature didn't pass verification") : ALGO_OK;
  }
  algo_buf_t bound = ALGO_BUF_INIT; /* bound to the account */
  algo_buf_put(&bound, who->b, 32);
  algo_buf_putb(&bound, s->logic);
  algo_code_t rc =
      pq ? check_pqsig(g, &s->pqsig, "PQProgram", algo_buf_view(&bound),
                       "pq delegated logic signature validation failed")
         : check_multisig(g, &s->lmsig, "MsigProgram", algo_buf_view(&bound), "logic multisig validation failed");
  algo_buf_fini(&bound);
  if (!rc && *g->bad) return algo_lfail(g->l, g->err, "At least one signature didn't pass verification");
  return rc;
}

static algo_code_t check_logic_form(signing_t *g, algo_avm_group_t *group, size_t i) {
  const algo_lsig_t *s = &g->s->lsig;
  uint64_t version;
  algo_err_t why;
  algo_err_init(&why);
  const algo_consensus_t *c = g->l->consensus;
  if (s->logic.n > c->max_absolute_logic_sig_program_size)
    return algo_lfail(g->l, g->err, "LogicSig.Logic too long. max size is %" PRIu64 " bytes",
                      c->max_absolute_logic_sig_program_size);
  if (algo_program_version(s->logic, &version, NULL, &why))
    return algo_lfail(g->l, g->err, "LogicSig.Logic bad version");
  if (version > c->logic_sig_version) return algo_lfail(g->l, g->err, "LogicSig.Logic version too new");
  if (algo_avm_check(group, i, s->logic, ALGO_AVM_SIG, NULL, &why)) return algo_lfail(g->l, g->err, "%s", why.msg);
  return check_delegation(g);
}

static algo_code_t run_logic(signing_t *g, algo_avm_group_t *group, size_t i, uint64_t *cost) {
  bool pass = false, bad = false, *outer = g->bad; /* a delegation is judged at once, not with the batch */
  g->bad = &bad;
  algo_code_t rc = check_logic_form(g, group, i);
  g->bad = outer;
  if (rc) return rc;
  rc = algo_avm_eval_sig(group, i, &pass, cost, g->err);
  if (rc) {
    algo_bytes_t text = algo_avm_group_failure(group);
    g->l->failed_app = 0;
    if (algo_avm_group_failure_is_eval(group)) g->l->attributes = algo_avm_group_failure_attributes(group);
    algo_buf_clear(&g->l->fail);
    if (text.n) algo_buf_putb(&g->l->fail, text);
    else algo_buf_puts(&g->l->fail, g->err ? g->err->msg : "");
    return algo_lfail_prefix(g->l, rc, g->err, "transaction %s: ", algo_ltxid_text(g->id).s);
  }
  return pass ? ALGO_OK : algo_lfail(g->l, g->err, "transaction %s: rejected by logic", algo_ltxid_text(g->id).s);
}

/* ---- heartbeats: three one-time signatures ---- */

typedef struct hb_proof {
  uint8_t sig[64], pk1_sig[64], pk2_sig[64];
  algo_addr_t pk, pk2;
} hb_proof_t;

static void read_proof(hb_proof_t *out, algo_bytes_t map) {
  algo_mp_t r = algo_mp(map);
  uint32_t pairs = 0;
  memset(out, 0, sizeof *out);
  if (algo_mp_get_map(&r, &pairs, NULL)) return;
  for (uint32_t i = 0; i < pairs; i++) {
    algo_bytes_t key, v;
    if (algo_mp_get_str(&r, &key, NULL) || algo_mp_get_bin(&r, &v, NULL)) return;
    const struct {
      const char *key;
      void *to;
      size_t n;
    } fields[] = {{"s", out->sig, 64},
                  {"p", out->pk.b, 32},
                  {"p2", out->pk2.b, 32},
                  {"p1s", out->pk1_sig, 64},
                  {"p2s", out->pk2_sig, 64}};
    for (size_t k = 0; k < 5; k++)
      if (algo_bytes_eq(key, algo_bytes_str(fields[k].key)))
        memcpy(fields[k].to, v.p, v.n < fields[k].n ? v.n : fields[k].n);
  }
}

static void one_time_id(algo_buf_t *out, const algo_addr_t *pk, uint64_t batch, const uint64_t *offset) {
  algo_buf_clear(out);
  algo_mp_put_map(out, offset ? 3 : 2);
  algo_mp_put_str(out, "batch", 5);
  algo_mp_put_uint(out, batch);
  if (offset) {
    algo_mp_put_str(out, "off", 3);
    algo_mp_put_uint(out, *offset);
  }
  algo_mp_put_str(out, "pk", 2);
  algo_mp_put_bin(out, pk->b, 32);
}

static void check_heartbeat(signing_t *g) {
  const algo_heartbeat_t *h = g->s->txn.heartbeat;
  hb_proof_t p;
  algo_addr_t vote;
  algo_buf_t msg = ALGO_BUF_INIT;
  uint64_t batch = g->s->txn.last_valid / h->key_dilution, offset = g->s->txn.last_valid % h->key_dilution;
  memcpy(vote.b, h->vote_id, 32);
  read_proof(&p, h->proof);
  one_time_id(&msg, &p.pk2, batch, NULL);
  require_sig(g, p.pk2_sig, "OT1", algo_buf_view(&msg), &vote);
  one_time_id(&msg, &p.pk, batch, &offset);
  require_sig(g, p.pk1_sig, "OT2", algo_buf_view(&msg), &p.pk2);
  require_sig(g, p.sig, "SD", algo_bytes(h->seed, 32), &p.pk);
  algo_buf_fini(&msg);
}

/* ---- all of a transaction ---- */

static algo_code_t check_signature(signing_t *g, algo_avm_group_t *group, size_t i, uint64_t *cost) {
  const algo_stxn_t *s = g->s;
  algo_addr_t special;
  bool single = s->has_sig && !blank(s->sig, 64), msig = !algo_msig_blank(&s->msig), logic = s->lsig.logic.n != 0;
  bool pq = !algo_pqsig_blank(&s->pqsig);
  algo_addr_of_state_proof_sender(&special);
  if (!algo_addr_is_zero(&s->auth_addr) && algo_addr_eq(&s->auth_addr, &s->txn.sender))
    return algo_lfail(g->l, g->err, "AuthAddr must be different from Sender");
  int kinds = single + msig + logic + pq;
  if (kinds == 0 && s->txn.type == ALGO_TX_STPF && algo_addr_eq(&s->txn.sender, &special)) return ALGO_OK;
  if (kinds == 0) return algo_lfail(g->l, g->err, "signedtxn has no sig");
  if (kinds > 1) return algo_lfail(g->l, g->err, "signedtxn should have only one type of signature");
  if (s->txn.type == ALGO_TX_HB) check_heartbeat(g);
  if (logic) return run_logic(g, group, i, cost);
  algo_buf_t raw = ALGO_BUF_INIT;
  algo_code_t rc = ALGO_OK;
  algo_txn_encode(&raw, &s->txn);
  if (single) require_sig(g, s->sig, "TX", algo_buf_view(&raw), algo_stxn_authorizer(s));
  else if (msig) rc = check_multisig(g, &s->msig, "TX", algo_buf_view(&raw), "multisig validation failed");
  else rc = check_pqsig(g, &s->pqsig, "TX", algo_buf_view(&raw), "pq signature validation failed");
  algo_buf_fini(&raw);
  return rc;
}

/* "transaction {...} invalid : " before what is there: the node prints the whole structure. */
static algo_code_t invalid(algo_ledger_t *l, const algo_stxn_t *s, algo_code_t rc, algo_err_t *err) {
  algo_buf_t text = ALGO_BUF_INIT;
  algo_buf_puts(&text, "transaction ");
  algo_ldump_stxn(&text, s); /* any bytes may be in it */
  algo_buf_puts(&text, " invalid : ");
  algo_buf_put(&text, l->fail.p, l->fail.n);
  algo_buf_fini(&l->fail);
  l->fail = text;
  if (err) err->code = rc;
  return rc;
}

static algo_code_t sig_group(algo_ledger_t *l, const algo_stxn_t *const *txns, size_t n, const verify_opts_t *o,
                             algo_avm_group_t **out, algo_err_t *err) {
  bool logic = false;
  for (size_t i = 0; i < n; i++) logic |= txns[i]->lsig.logic.n != 0;
  *out = NULL;
  if (!logic) return ALGO_OK;
  algo_avm_options_t opt = {
      .consensus = l->consensus, .ledger = &algo_lops, .ledger_self = l, .arena = o->arena, .tracer = o->tracer};
  opt.genesis_hash = l->genesis_hash;
  if (o->tracer) opt.disassemble = algo_disasm_around;
  return algo_avm_group_new(out, txns, n, &opt, err);
}

static algo_code_t check_forms(algo_ledger_t *l, const algo_stxn_t *const *txns, size_t n, const verify_opts_t *o,
                               int *index, algo_err_t *err) {
  algo_err_t why;
  for (size_t i = 0; i < n; i++) {
    *index = (int)i;
    if (!algo_txn_well_formed(&txns[i]->txn, l->consensus, &l->genesis.fee_sink, &l->genesis.rewards_pool, &why))
      continue;
    algo_code_t rc = algo_lfail(l, err, "%s", why.msg);
    return o->simulate ? rc : invalid(l, txns[i], rc, err);
  }
  algo_code_t rc = algo_lcheck_group(l, txns, n, index, err);
  return rc ? rc : check_logic_sizes(l, txns, n, index, err);
}

algo_code_t algo_lverify(algo_ledger_t *l, const algo_stxn_t *const *txns, size_t n, const algo_digest_t *ids,
                         const verify_opts_t *o, int *index, algo_err_t *err) {
  algo_avm_group_t *group = NULL;
  bool bad = false;
  algo_code_t rc = check_forms(l, txns, n, o, index, err);
  if (!rc) rc = sig_group(l, txns, n, o, &group, err);
  if (rc) return rc;
  for (size_t i = 0; i < n && !o->skip_signatures; i++) {
    signing_t g = {l, txns[i], &ids[i], &bad, err};
    *index = (int)i;
    if (o->given && o->given[i]) { /* its own signature: a heartbeat's proof is another one */
      if (txns[i]->txn.type == ALGO_TX_HB) check_heartbeat(&g);
      continue;
    }
    rc = check_signature(&g, group, i, o->sig_costs ? &o->sig_costs[i] : NULL);
    if (rc) return invalid(l, txns[i], rc, err);
  }
  *index = -1;
  return bad ? algo_lfail_code(l, ALGO_E_SIGNATURE, err, "At least one signature didn't pass verification") : ALGO_OK;
}
