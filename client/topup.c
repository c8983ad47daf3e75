/* topup.c - topups: signed by a renter, submitted by anyone. */
#include "algo/topup_client.h"

#include "algo/text.h"
#include "internal.h"

#define MAX_WINDOW 1000u /* rounds of a transaction's life */

static algo_code_t check_rental(const algo_rental_rental_t *v, const algo_topup_t *t, uint32_t round_ms,
                                algo_err_t *err) {
  if (v->state != 1)
    return algo_err_set(err, ALGO_E_INVALID, "rental %" PRIu64 " is %s, not active", t->rental,
                        algo_market_rental_state(v->state));
  if (!algo_addr_eq(&v->renter, &t->renter))
    return algo_err_set(err, ALGO_E_INVALID, "rental %" PRIu64 " is another renter's", t->rental);
  if (v->beat_s == 0)
    return algo_err_set(err, ALGO_E_INVALID, "this rental has no heartbeats: a silent machine would be paid on");
  __extension__ typedef unsigned __int128 wide_t;
  if ((wide_t)t->minutes * 60000u <= (wide_t)t->period * round_ms)
    return algo_err_set(err, ALGO_E_INVALID,
                        "%u minutes do not outlast a period of %" PRIu64 " rounds: buy more minutes, or more often",
                        t->minutes, t->period);
  return ALGO_OK;
}

algo_code_t algo_topup_prepare(algo_topup_t *out, algo_algod_t *algod, const algo_market_t *m,
                               const algo_addr_t *renter, uint64_t rental, uint32_t minutes, uint64_t period,
                               uint64_t last, uint32_t round_ms, algo_arena_t *arena, algo_err_t *err) {
  algo_topup_t t = {.renter = *renter,
                    .app = m->app.id,
                    .rental = rental,
                    .asset = m->app.asset,
                    .minutes = minutes,
                    .period = period,
                    .last = last};
  algo_rental_rental_t v;
  algo_params_t params;
  algo_buf_t program = ALGO_BUF_INIT;
  if (!m->genuine)
    return algo_err_set(err, ALGO_E_INVALID,
                        "application %" PRIu64 " does not run the published programs: do not sign for it", m->app.id);
  algo_code_t r = algo_market_rental(&v, algod, m, rental, arena, err);
  if (r == ALGO_OK) r = check_rental(&v, &t, round_ms, err);
  if (r == ALGO_OK) r = algo_market_deposit(&t.amount, v.price_per_minute, minutes, err);
  if (r == ALGO_OK) r = algo_algod_params(algod, &params, arena, err);
  if (r == ALGO_OK && last <= params.last_round)
    r = algo_err_set(err, ALGO_E_INVALID, "the last round, %" PRIu64 ", has passed: it is %" PRIu64 " now", last,
                     params.last_round);
  if (r == ALGO_OK) {
    memcpy(t.genesis, params.genesis_hash.b, 32);
    r = algo_topup_program(&program, &t, err);
  }
  algo_buf_fini(&program);
  if (r == ALGO_OK) *out = t;
  return r;
}

algo_code_t algo_topup_sign(algo_topup_signed_t *out, const algo_topup_t *terms, const algo_key_t *key,
                            algo_err_t *err) {
  algo_buf_t program = ALGO_BUF_INIT;
  algo_lsig_t lsig = {0};
  if (!algo_addr_eq(&key->addr, &terms->renter))
    return algo_err_set(err, ALGO_E_INVALID, "the key is not the renter's own");
  algo_code_t r = algo_topup_program(&program, terms, err);
  if (r == ALGO_OK) {
    lsig.logic = algo_buf_view(&program);
    algo_lsig_sign(&lsig, key);
    out->terms = *terms;
    memcpy(out->sig, lsig.sig, sizeof out->sig);
  }
  algo_buf_fini(&program);
  return r;
}

void algo_topup_put(algo_buf_t *json, const algo_topup_signed_t *s) {
  const algo_topup_t *t = &s->terms;
  const struct {
    const char *key;
    uint64_t value;
  } numbers[] = {
      {"app", t->app},       {"rental", t->rental}, {"asset", t->asset}, {"minutes", t->minutes},
      {"amount", t->amount}, {"period", t->period}, {"last", t->last},
  };
  char addr[ALGO_ADDR_TEXT + 1];
  algo_json_t j = algo_json(json);
  algo_addr_format(addr, &t->renter);
  algo_json_open(&j, '{');
  algo_json_key(&j, "topup"), algo_json_uint(&j, 1);
  algo_json_key(&j, "genesis_hash"), algo_json_base64(&j, algo_bytes(t->genesis, 32));
  algo_json_key(&j, "renter"), algo_json_str(&j, addr);
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
    algo_json_key(&j, numbers[i].key), algo_json_uint(&j, numbers[i].value);
  algo_json_key(&j, "signature"), algo_json_base64(&j, algo_bytes(s->sig, 64));
  algo_json_close(&j, '}');
  algo_buf_putc(json, '\n');
}

static algo_code_t read_topup(algo_topup_signed_t *s, json_object *o, algo_err_t *err) {
  algo_topup_t *t = &s->terms;
  uint64_t version = 0, minutes = 0;
  algo_buf_t sig = ALGO_BUF_INIT;
  algo_digest_t genesis;
  algo_code_t r = algo_json_get_u64(o, "topup", &version, err);
  if (r == ALGO_OK && version != 1) r = algo_err_set(err, ALGO_E_UNSUPPORTED, "topups of version %" PRIu64, version);
  if (r == ALGO_OK) r = client_json_digest(&genesis, o, "genesis_hash", err);
  if (r == ALGO_OK) r = client_json_addr(&t->renter, o, "renter", err);
  if (r == ALGO_OK) r = algo_json_get_u64(o, "app", &t->app, err);
  if (r == ALGO_OK) r = algo_json_get_u64(o, "rental", &t->rental, err);
  if (r == ALGO_OK) r = algo_json_get_u64(o, "asset", &t->asset, err);
  if (r == ALGO_OK) r = algo_json_get_u64(o, "minutes", &minutes, err);
  if (r == ALGO_OK) r = algo_json_get_u64(o, "amount", &t->amount, err);
  if (r == ALGO_OK) r = algo_json_get_u64(o, "period", &t->period, err);
  if (r == ALGO_OK) r = algo_json_get_u64(o, "last", &t->last, err);
  if (r == ALGO_OK && minutes > UINT32_MAX)
    r = algo_err_set(err, ALGO_E_RANGE, "minutes: %" PRIu64 " are too many", minutes);
  if (r == ALGO_OK) r = algo_json_opt_base64(o, "signature", &sig, err);
  if (r == ALGO_OK && sig.n != 64) r = algo_err_set(err, ALGO_E_PARSE, "a signature of %zu bytes", sig.n);
  if (r == ALGO_OK) {
    memcpy(t->genesis, genesis.b, 32);
    memcpy(s->sig, sig.p, 64);
    t->minutes = (uint32_t)minutes;
  }
  algo_buf_fini(&sig);
  return r;
}

algo_code_t algo_topup_parse(algo_topup_signed_t *out, const void *json, size_t n, algo_err_t *err) {
  json_object *o = NULL;
  algo_topup_signed_t s = {0};
  algo_buf_t program = ALGO_BUF_INIT;
  algo_code_t r = algo_json_parse(&o, json, n, err);
  if (r == ALGO_OK) r = read_topup(&s, o, err);
  if (r == ALGO_OK) r = algo_topup_program(&program, &s.terms, err);
  if (r == ALGO_OK && !algo_sig_verify_tagged(s.sig, "Program", algo_buf_view(&program), &s.terms.renter))
    r = algo_err_set(err, ALGO_E_SIGNATURE, "the signature is not the renter's over these terms");
  if (r == ALGO_OK) *out = s;
  algo_buf_fini(&program);
  json_object_put(o);
  return r;
}

/* The window of the period that the next round is in. */
static algo_code_t find_window(const algo_topup_t *t, uint64_t next, uint64_t *first, uint64_t *last, algo_err_t *err) {
  *first = next - next % t->period;
  *last = *first + (t->period < MAX_WINDOW ? t->period : MAX_WINDOW) - 1;
  if (*last > t->last)
    return algo_err_set(err, ALGO_E_INVALID, "this topup was for the time until round %" PRIu64, t->last);
  if (next > *last || *first == 0)
    return algo_err_set(err, ALGO_E_INVALID, "this period's window is over: the next opens with round %" PRIu64,
                        *first + t->period);
  return ALGO_OK;
}

static algo_code_t add_deposit(algo_composer_t *c, const algo_market_t *m, const algo_topup_t *t, uint64_t first,
                               uint64_t last, const algo_signer_t *lsig, algo_err_t *err) {
  algo_txn_t d = {.type = t->asset == 0 ? ALGO_TX_PAY : ALGO_TX_AXFER,
                  .sender = t->renter,
                  .first_valid = first,
                  .last_valid = last};
  if (t->asset == 0) d.receiver = m->address, d.amount = t->amount;
  else d.xfer_asset = t->asset, d.asset_receiver = m->address, d.asset_amount = t->amount;
  memcpy(d.lease, "algorent/topup/1", 16);
  algo_put_be64(d.lease + 16, t->app);
  algo_put_be64(d.lease + 24, t->rental);
  algo_code_t r = algo_composer_add(c, &d, lsig, err);
  if (r == ALGO_OK) algo_composer_pin_fee(c, 0); /* the submitter pays for both */
  return r;
}

algo_code_t algo_topup_compose(algo_composer_t *c, algo_signer_t **lsig, algo_algod_t *algod, const algo_market_t *m,
                               const algo_topup_signed_t *s, const algo_signer_t *submitter, algo_arena_t *arena,
                               algo_err_t *err) {
  const algo_topup_t *t = &s->terms;
  algo_params_t params;
  algo_method_call_t call;
  algo_buf_t program = ALGO_BUF_INIT;
  uint64_t first = 0, last = 0;
  *lsig = NULL;
  if (m->app.id != t->app || m->app.asset != t->asset)
    return algo_err_set(err, ALGO_E_INVALID, "the topup is for market %" PRIu64, t->app);
  algo_code_t r = algo_algod_params(algod, &params, arena, err);
  if (r == ALGO_OK && memcmp(params.genesis_hash.b, t->genesis, 32) != 0)
    r = algo_err_set(err, ALGO_E_GENESIS, "the topup is for another network");
  if (r == ALGO_OK) r = find_window(t, params.last_round + 1, &first, &last, err);
  if (r == ALGO_OK) r = algo_topup_program(&program, t, err);
  if (r == ALGO_OK) {
    algo_lsig_t l = {.logic = algo_buf_view(&program), .has_sig = true};
    memcpy(l.sig, s->sig, sizeof l.sig);
    r = algo_signer_lsig(lsig, &l, &t->renter, err);
  }
  if (r == ALGO_OK) r = add_deposit(c, m, t, first, last, *lsig, err);
  if (r == ALGO_OK) r = algo_rental_extend(&call, &m->app, t->amount, t->rental, t->minutes, arena, err);
  if (r == ALGO_OK) {
    call.n_before = 0; /* the deposit is there, the renter's */
    r = algo_composer_call(c, &call, NULL, submitter, m->spec, NULL, err);
  }
  algo_buf_fini(&program);
  return r;
}
