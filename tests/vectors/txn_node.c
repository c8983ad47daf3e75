/* What the node answered to a posted group. */
#include "algo/rules.h"
#include "txn_kinds.h"

static bool starts(algo_bytes_t s, const char *with) {
  size_t n = strlen(with);
  return s.n >= n && memcmp(s.p, with, n) == 0;
}

static bool msig_verifies(const algo_stxn_t *s, const algo_msig_t *m, algo_bytes_t encoded) {
  unsigned good = 0;
  for (size_t i = 0; i < m->n_parts; i++) {
    if (!m->parts[i].has_sig) continue;
    if (!algo_sig_verify_tagged(m->parts[i].sig, "TX", encoded, &m->parts[i].pk)) return false;
    good++;
  }
  (void)s;
  return good >= m->threshold;
}

/* Plain and multiple signatures; the others need a virtual machine or another scheme and pass. */
static bool signature_verifies(const algo_stxn_t *s) {
  algo_buf_t b = ALGO_BUF_INIT;
  algo_txn_encode(&b, &s->txn);
  bool ok = true;
  if (s->has_sig) ok = algo_sig_verify_tagged(s->sig, "TX", algo_buf_view(&b), algo_stxn_authorizer(s));
  else if (!algo_msig_blank(&s->msig)) ok = msig_verifies(s, &s->msig, algo_buf_view(&b));
  algo_buf_fini(&b);
  return ok;
}

typedef struct posted {
  algo_code_t decode, form; /* of the first that fails */
  algo_err_t err;
  bool signatures, proofs; /* all verify; heartbeats bring a proof of their own, which only a ledger can judge */
  size_t n;
} posted_t;

static void look(vec_case_t *c, posted_t *p, algo_bytes_t bytes) {
  static const algo_addr_t sink = {{1}}, pool = {{2}}; /* of no one in the vectors */
  algo_err_init(&p->err);
  p->signatures = true;
  while (bytes.n != 0 && p->decode == ALGO_OK) {
    algo_stxn_t s;
    p->decode = algo_stxn_decode_next(&s, &bytes, true, c->arena, &p->err);
    if (p->decode != ALGO_OK) return;
    p->n++;
    if (p->form == ALGO_OK) p->form = algo_txn_well_formed(&s.txn, algo_consensus_future(), &sink, &pool, &p->err);
    p->proofs |= s.txn.type == ALGO_TX_HB;
    if (p->form == ALGO_OK) p->signatures &= signature_verifies(&s);
  }
}

/* A text that signatures, programs or whole groups give, not the form of one transaction. */
static bool beyond_form(algo_bytes_t why) {
  static const char *const starts_of[] = {"signedtxn", "AuthAddr",       "multisig validation",
                                          "Logic",     "logic multisig", "At least one",
                                          "pc=",       "transaction ",   "pq signature"};
  for (size_t i = 0; i < sizeof starts_of / sizeof *starts_of; i++)
    if (starts(why, starts_of[i]) && !starts(why, "transaction of type") && !starts(why, "transaction cannot"))
      return true;
  return false;
}

static void refused_by_form(vec_case_t *c, const posted_t *p, algo_bytes_t why) {
  if (p->form == ALGO_OK) {
    if (!beyond_form(why)) vec_bad(c, "taken, but the node says: %.*s", (int)why.n, (const char *)why.p);
    return;
  }
  /* The node's answer came as JSON: bytes that are not UTF-8 are U+FFFD there. */
  algo_buf_t text = ALGO_BUF_INIT;
  algo_json_t j = algo_json(&text);
  algo_json_str(&j, p->err.msg);
  json_object *shown = NULL;
  if (vec_ok(c, "the refusal", algo_json_parse(&shown, text.p, text.n, NULL), NULL))
    vec_same_text(c, "the refusal", json_object_get_string(shown), why);
  json_object_put(shown);
  algo_buf_fini(&text);
}

void node_verdict(vec_case_t *c, algo_bytes_t bytes) {
  static const char invalid[] = "transaction {...} invalid : ";
  json_object *node = vec_get(c, NULL, "node");
  if (node == NULL || c->done) return;
  algo_bytes_t said = vec_text(c, node, "message");
  posted_t p = {.decode = ALGO_OK, .form = ALGO_OK};
  look(c, &p, bytes);
  bool undecoded = starts(said, "msgpack decode error") || starts(said, "empty txgroup");
  if (undecoded != (p.decode != ALGO_OK || p.n == 0)) {
    vec_bad(c, "%s, but the node says: %.*s", p.decode == ALGO_OK ? "decodes" : p.err.msg, (int)said.n,
            (const char *)said.p);
    return;
  }
  if (undecoded) return;
  if (starts(said, invalid)) {
    refused_by_form(c, &p, algo_bytes(said.p + strlen(invalid), said.n - strlen(invalid)));
    return;
  }
  if (starts(said, "transaction 0: TEAL")) return; /* a logic signature's program is looked at before the form */
  if (p.form != ALGO_OK) vec_bad(c, "%s, but the node says: %.*s", p.err.msg, (int)said.n, (const char *)said.p);
  bool dead = starts(said, "TransactionPool.Remember: txn dead"), unsigned_ = starts(said, "At least one signature");
  if (dead && !p.signatures) vec_bad(c, "a signature does not verify, for the node it does");
  if (unsigned_ && p.signatures && !p.proofs) vec_bad(c, "the signatures verify, for the node one does not");
}

static bool is_canonical(vec_case_t *c, algo_bytes_t bytes) {
  algo_buf_t again = ALGO_BUF_INIT;
  algo_bytes_t in = bytes;
  algo_stxn_t s;
  bool whole = algo_stxn_decode_next(&s, &in, false, c->arena, NULL) == ALGO_OK && in.n == 0;
  if (whole) algo_stxn_encode(&again, &s);
  whole = whole && algo_bytes_eq(algo_buf_view(&again), bytes);
  algo_buf_fini(&again);
  return whole;
}

/* `canonical` is about the forms of msgpack alone; what does not decode as a transaction, or loses something by being
 * decoded, can only be found not to be the bytes that we write. */
void case_msgpack(vec_case_t *c) {
  algo_bytes_t bytes = vec_hex(c, NULL, "hex");
  if (!vec_true(c, NULL, "canonical") && is_canonical(c, bytes))
    vec_bad(c, "not canonical, but written again the same");
  node_verdict(c, bytes);
}
