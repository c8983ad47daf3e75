/* An indexer's searches over transactions: the blocks that may have them are walked. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "algo/rules.h"
#include "algo/text.h"
#include "indexer_impl.h"
#include "indexer_txn.h"
#include "role.h"

typedef enum role { ROLE_ANY, ROLE_SENDER, ROLE_RECEIVER, ROLE_FREEZE } role_t;

typedef struct filter {
  uint64_t min_round, max_round, limit, app, asset;
  uint64_t after_amount, below_amount; /* of microAlgos or the asset's base units */
  uint64_t from_round, from_offset;    /* where the page starts */
  int64_t after_time, before_time;
  bool anywhere; /* not those of an account, asset or application: these have fewer parameters */
  bool has_addr, has_txid, has_after, has_below, rekey, has_app, has_asset, has_from, no_close,
      by_assets; /* by_assets: amounts are of assets */
  role_t role;
  algo_addr_t addr;
  char txid[64];
  algo_buf_t note;
  const char *type, *sig;
  algo_digest_t group;
  bool has_group;
} filter_t;

/* ---- does it match ---- */

static bool is_note(const filter_t *f, const algo_txn_t *t) {
  return f->note.n == 0 || (t->note.n >= f->note.n && memcmp(t->note.p, f->note.p, f->note.n) == 0);
}

/* The address takes part in that role; each transaction for itself, inner ones apart. */
static bool has_role(const filter_t *f, const algo_txn_t *t) {
  const algo_addr_t *a = &f->addr;
  if (algo_addr_is_zero(a)) return false; /* nobody's, though many fields have it */
  switch (f->role) {
  case ROLE_SENDER: return role_sender(a, t);
  case ROLE_RECEIVER: return role_receiver(a, t, !f->no_close);
  case ROLE_FREEZE: return role_freeze(a, t);
  default: return role_any(a, t);
  }
}

/* Who takes part in an inner transaction takes part in the outer one. */
static bool takes_part(const filter_t *f, const algo_apply_t *a, bool top) {
  bool ok = has_role(f, &a->stxn.txn);
  for (size_t i = 0; !ok && top && f->role == ROLE_ANY && i < a->delta.n_inner; i++)
    ok = takes_part(f, &a->delta.inner[i], true);
  return ok;
}

/* The official database has one column for it: an asset or an application, 0 where there is neither. */
static uint64_t about(const algo_apply_t *a) {
  const algo_txn_t *t = &a->stxn.txn;
  switch (t->type) {
  case ALGO_TX_AXFER: return t->xfer_asset;
  case ALGO_TX_AFRZ: return t->freeze_asset;
  case ALGO_TX_APPL: return t->app_id != 0 ? t->app_id : a->created_app;
  case ALGO_TX_ACFG: return t->config_asset != 0 ? t->config_asset : a->created_asset;
  default: return 0;
  }
}

static bool amounts(const filter_t *f, const algo_apply_t *a) {
  if (!f->has_after && !f->has_below) return true;
  const algo_txn_t *t = &a->stxn.txn;
  uint64_t v = f->by_assets ? t->asset_amount : t->amount;
  return v > 0 && (!f->has_after || v > f->after_amount) && (!f->has_below || v < f->below_amount) &&
         t->type == (f->by_assets ? ALGO_TX_AXFER : ALGO_TX_PAY);
}

static bool is_sig(const filter_t *f, const algo_stxn_t *s) {
  if (f->sig == NULL) return true;
  if (strcmp(f->sig, "lsig") == 0) return !algo_lsig_blank(&s->lsig);
  if (strcmp(f->sig, "msig") == 0) return !algo_msig_blank(&s->msig);
  return strcmp(f->sig, "sig") == 0 && s->has_sig;
}

/* One transaction, or any of its inner ones. */
static bool matches(const filter_t *f, const algo_apply_t *a, bool top) {
  const algo_txn_t *t = &a->stxn.txn;
  bool ok = is_note(f, t) && (f->type == NULL || strcasecmp(f->type, algo_txn_type_text(t->type)) == 0) &&
            (!f->has_app || about(a) == f->app) && (!f->has_asset || about(a) == f->asset) &&
            (!f->has_addr || takes_part(f, a, top)) && amounts(f, a) &&
            (!f->rekey || !algo_addr_is_zero(&t->rekey_to)) && (top ? is_sig(f, &a->stxn) : f->sig == NULL) &&
            (!f->has_group || memcmp(t->group.b, f->group.b, 32) == 0);
  for (size_t i = 0; !ok && i < a->delta.n_inner; i++) ok = matches(f, &a->delta.inner[i], false);
  return ok;
}

/* ---- what is asked ---- */

static bool base64_param(rest_call_t *c, const char *name, algo_buf_t *out) {
  const char *v = algo_httpd_query(c->req, name);
  if (v == NULL) return true;
  char *copy = strdup(v); /* '+' came as a space */
  for (char *p = copy; p != NULL && *p != '\0'; p++) *p = *p == ' ' ? '+' : *p;
  bool ok = copy != NULL && algo_base64_decode(out, copy, strlen(copy), NULL) == ALGO_OK;
  free(copy);
  if (!ok) rest_error(c, 400, "invalid input: unable to parse base64 data: '%s'", name);
  return ok;
}

static bool addr_param(rest_call_t *c, const char *name, filter_t *f) {
  const char *role = algo_httpd_query(c->req, "address-role");
  if (!f->has_addr && !indexer_query_addr(c, name, NULL, &f->addr, &f->has_addr)) return false;
  if (role == NULL || f->role != ROLE_ANY) return true;
  f->role = strcasecmp(role, "sender") == 0          ? ROLE_SENDER
            : strcasecmp(role, "receiver") == 0      ? ROLE_RECEIVER
            : strcasecmp(role, "freeze-target") == 0 ? ROLE_FREEZE
                                                     : ROLE_ANY;
  if (f->role == ROLE_SENDER && !f->has_addr)
    rest_error(c, 400, "invalid input: searching transactions by zero address with asset sender role is not supported");
  else if (f->role != ROLE_ANY) return true;
  else
    rest_error(c, 400, "invalid input: unknown address role [valid roles: freeze-target,receiver,sender]: '%s'", role);
  return false;
}

static bool kind_params(rest_call_t *c, filter_t *f) {
  f->type = algo_httpd_query(c->req, "tx-type");
  f->sig = algo_httpd_query(c->req, "sig-type");
  bool known = f->type == NULL;
  for (unsigned t = ALGO_TX_PAY; !known && t <= ALGO_TX_HB; t++)
    known = strcasecmp(f->type, algo_txn_type_text((algo_txn_type_t)t)) == 0;
  if (!known) {
    rest_error(c, 400, "invalid input: unknown tx-type [valid types: acfg,afrz,appl,axfer,hb,keyreg,pay,stpf]: '%s'",
               f->type);
    return false;
  }
  if (f->sig != NULL && strcmp(f->sig, "sig") != 0 && strcmp(f->sig, "msig") != 0 && strcmp(f->sig, "lsig") != 0) {
    rest_error(c, 400, "invalid input: unknown sig-type [valid types: lsig,msig,sig]: '%s'", f->sig);
    return false;
  }
  return true;
}

/* Where the page begins: round and offset, little-endian, in the URL's base64. */
static bool next_param(rest_call_t *c, filter_t *f) {
  const char *v = algo_httpd_query(c->req, "next");
  if (v == NULL || *v == '\0') return true;
  algo_buf_t raw = ALGO_BUF_INIT, hex = ALGO_BUF_INIT;
  size_t n = strlen(v), letters = 0;
  while (v[letters] != '\0' && (isalnum((unsigned char)v[letters]) || v[letters] == '-' || v[letters] == '_'))
    letters++;
  bool decoded = algo_base64_decode(&raw, v, n, NULL) == ALGO_OK;
  f->has_from = decoded && raw.n == 12;
  for (size_t i = 0; f->has_from && i < 12; i++) {
    uint64_t *to = i < 8 ? &f->from_round : &f->from_offset;
    *to |= (uint64_t)raw.p[i] << 8 * (i < 8 ? i : i - 8);
  }
  if (!decoded) {
    rest_error(
        c, 500,
        "error while searching for transaction: DecodeTxnRowNext() decode err: illegal base64 data at input byte %zu",
        v[letters] == '\0' ? letters - letters % 4 : letters);
  } else if (!f->has_from) {
    algo_hex_encode(&hex, algo_buf_view(&raw));
    rest_error(c, 500, "error while searching for transaction: DecodeTxnRowNext() bad next token b: %s",
               algo_buf_cstr(&hex));
  }
  algo_buf_fini(&raw);
  algo_buf_fini(&hex);
  return f->has_from;
}

static bool round_params(rest_call_t *c, filter_t *f) {
  uint64_t round = 0, tip = algo_node_round(c->node);
  bool has_from, has_to, has_round;
  f->max_round = 0;
  if (!rest_query_u64(c, "min-round", &f->min_round, &has_from) ||
      !rest_query_u64(c, "max-round", &f->max_round, &has_to) || !rest_query_u64(c, "round", &round, &has_round)) {
    return false;
  }
  if (has_round && f->min_round + f->max_round > 0) {
    rest_error(c, 400, "invalid input: cannot specify round and min-round/max-round");
    return false;
  }
  if (f->min_round != 0 && f->max_round != 0 && f->min_round > f->max_round) {
    rest_error(c, 400, "invalid input: min-round must be less than max-round");
    return false;
  }
  if (has_round) f->min_round = f->max_round = round;
  if ((f->max_round == 0 && !has_round) || f->max_round > tip) f->max_round = tip;
  if (f->min_round < algo_node_first(c->node))
    f->min_round = algo_node_first(c->node); /* a fork tells its own blocks */
  return true;
}

static bool group_param(rest_call_t *c, filter_t *f) {
  if (!f->anywhere) return true;
  algo_buf_t group = ALGO_BUF_INIT;
  bool ok = base64_param(c, "group-id", &group);
  f->has_group = ok && group.n == 32;
  if (f->has_group) memcpy(f->group.b, group.p, 32);
  if (ok && !f->has_group && algo_httpd_query(c->req, "group-id") != NULL) {
    rest_error(c, 400, "invalid input: bad length for group ID: 'group-id'");
    ok = false;
  }
  algo_buf_fini(&group);
  return ok;
}

static void bad_digest(rest_call_t *c, size_t at) {
  rest_error(c, 400, "invalid input: unable to parse base32 digest data 'txid': illegal base32 data at input byte %zu",
             at);
}

static bool parse(rest_call_t *c, filter_t *f, const char *address) {
  f->after_time = INT64_MIN;
  f->before_time = INT64_MAX;
  const char *txid = algo_httpd_query(c->req, "txid");
  f->has_txid = txid != NULL;
  size_t letters = txid != NULL ? indexer_base32_span(algo_bytes_str(txid)) : 0;
  if (txid != NULL && txid[letters] != '\0') {
    bad_digest(c, letters);
    return false;
  }
  if (txid != NULL) snprintf(f->txid, sizeof f->txid, "%s", txid);
  if (!round_params(c, f) || !indexer_limit(c, INDEXER_MANY, INDEXER_MANY_MAX, &f->limit) ||
      !rest_query_u64(c, "currency-greater-than", &f->after_amount, &f->has_after) ||
      !rest_query_u64(c, "currency-less-than", &f->below_amount, &f->has_below) ||
      !rest_query_bool(c, "rekey-to", &f->rekey) || !rest_query_bool(c, "exclude-close-to", &f->no_close)) {
    return false;
  }
  if (f->anywhere && !rest_query_u64(c, "application-id", &f->app, &f->has_app)) return false;
  if (!f->has_asset && !rest_query_u64(c, "asset-id", &f->asset, &f->has_asset)) return false;
  if (!base64_param(c, "note-prefix", &f->note) || !addr_param(c, address, f) || !kind_params(c, f) ||
      !indexer_query_time(c, "after-time", &f->after_time) || !indexer_query_time(c, "before-time", &f->before_time) ||
      !group_param(c, f)) {
    return false;
  }
  f->by_assets = f->has_asset || (f->type != NULL && strcasecmp(f->type, "axfer") == 0);
  return next_param(c, f);
}

/* ---- the walk ---- */

#define MAX_KEYS 8

typedef struct walk {
  rest_call_t *c;
  filter_t f;
  algo_buf_t raw;
  algo_arena_t arena;
  uint64_t found, last_round, last_offset;
  bool full;
} walk_t;

static void take(walk_t *w, const algo_block_t *b, const algo_apply_t *a, uint64_t offset) {
  algo_apply_t whole;
  char txid[53];
  if (!matches(&w->f, a, true)) return;
  indexer_txid(txid, b, a, &whole);
  if (w->f.has_txid && strcmp(txid, w->f.txid) != 0) return;
  if (w->found == w->f.limit) {
    w->full = true;
    return;
  }
  w->found++;
  w->last_round = b->header.round;
  w->last_offset = w->f.has_addr ? offset : offset + indexer_txn_count(a) - 1;
  indexer_txn_t t = {.block = b, .apply = &whole, .txid = txid, .offset = offset};
  indexer_txn_write(&w->c->json, &t);
}

static bool behind(const walk_t *w, uint64_t round, uint64_t offset) { /* on an earlier page */
  const filter_t *f = &w->f;
  if (!f->has_from) return false;
  if (f->has_addr) return round > f->from_round || (round == f->from_round && offset >= f->from_offset);
  return round < f->from_round || (round == f->from_round && offset <= f->from_offset);
}

/* Of each transaction of the block: how many there are before it, inner ones too. NULL: out of memory. */
static uint64_t *offsets(walk_t *w, const algo_block_t *b) {
  uint64_t *at = algo_arena_array(&w->arena, b->n_txns, sizeof *at), next = 0;
  for (size_t i = 0; at != NULL && i < b->n_txns; i++) {
    at[i] = next;
    next += indexer_txn_count(&b->txns[i]);
  }
  return at;
}

static void one_block(walk_t *w, uint64_t round) {
  algo_block_t b;
  algo_buf_clear(&w->raw);
  algo_arena_reset(&w->arena);
  if (algo_node_block(w->c->node, round, &w->raw, NULL) != ALGO_OK ||
      algo_block_decode(&b, algo_buf_view(&w->raw), &w->arena, NULL) != ALGO_OK || b.n_txns == 0 ||
      b.header.timestamp <= w->f.after_time || b.header.timestamp >= w->f.before_time) {
    return;
  }
  uint64_t *at = offsets(w, &b);
  for (size_t i = 0; at != NULL && i < b.n_txns && !w->full; i++) {
    size_t k = w->f.has_addr ? b.n_txns - 1 - i : i;
    if (!behind(w, round, at[k])) take(w, &b, &b.txns[k], at[k]);
  }
}

/* What every block that has one has, too. */
static size_t keys_of(const filter_t *f, bool logs, rounds_key_t out[MAX_KEYS]) {
  size_t n = 0;
  if (f->has_addr && !algo_addr_is_zero(&f->addr)) out[n++] = rounds_key_addr(&f->addr);
  if (f->has_app && f->app != 0) out[n++] = rounds_key_app(f->app);
  if (logs) return n;
  if (f->has_asset && f->asset != 0) out[n++] = rounds_key_asset(f->asset);
  if (f->has_group) out[n++] = rounds_key_group(&f->group);
  if (f->note.n >= 4) out[n++] = rounds_key_note(f->note.p);
  if (f->rekey) out[n++] = rounds_key_rekey();
  for (unsigned t = ALGO_TX_PAY; f->type != NULL && t <= ALGO_TX_HB; t++) {
    if (strcasecmp(f->type, algo_txn_type_text((algo_txn_type_t)t)) == 0)
      out[n++] = rounds_key_type((algo_txn_type_t)t);
  }
  return n;
}

static bool time_of(walk_t *w, uint64_t round, int64_t *out) {
  algo_block_t b;
  algo_buf_clear(&w->raw);
  algo_arena_reset(&w->arena);
  bool ok = algo_node_block(w->c->node, round, &w->raw, NULL) == ALGO_OK &&
            algo_block_decode(&b, algo_buf_view(&w->raw), &w->arena, NULL) == ALGO_OK;
  if (ok) *out = b.header.timestamp;
  return ok;
}

/* The first round of the search, or the one behind its last, whose block is later than the time: no block is earlier
 * than the one before it. False: a recording has gaps, and each block is to be asked. */
static bool first_later(walk_t *w, int64_t time, uint64_t *out) {
  uint64_t min = w->f.min_round, end = w->f.max_round + 1;
  int64_t at = 0;
  while (min < end) {
    uint64_t middle = min + (end - min) / 2;
    if (!time_of(w, middle, &at)) return false;
    if (at <= time) min = middle + 1;
    else end = middle;
  }
  *out = min;
  return true;
}

static void limit_to(filter_t *f, uint64_t min, uint64_t max) {
  if (min > f->min_round) f->min_round = min;
  if (max < f->max_round) f->max_round = max;
}

/* To the one block that has the transaction; a recording knows no ids. */
static void narrow_to_txid(walk_t *w) {
  algo_digest_t id;
  algo_found_txn_t found = {0};
  const algo_ledger_t *l = algo_node_read(w->c->node);
  if (l == NULL) return;
  bool there = algo_txid_parse(&id, w->f.txid, strlen(w->f.txid), NULL) == ALGO_OK &&
               algo_ledger_find_txn(l, &id, &found, &w->arena) && found.round > 0;
  algo_node_read_done(w->c->node);
  if (there) limit_to(&w->f, found.round, found.round);
  else limit_to(&w->f, 1, 0);
}

static void narrow(walk_t *w, bool down) {
  filter_t *f = &w->f;
  uint64_t round;
  if (f->has_from && down) limit_to(f, 0, f->from_round);
  if (f->has_from && !down) limit_to(f, f->from_round, UINT64_MAX);
  if (f->after_time != INT64_MIN && first_later(w, f->after_time, &round)) limit_to(f, round, UINT64_MAX);
  if (f->before_time != INT64_MAX && first_later(w, f->before_time - (f->before_time > INT64_MIN), &round)) {
    if (round == 0) limit_to(f, 1, 0);
    else limit_to(f, 0, round - 1);
  }
  if (f->has_txid) narrow_to_txid(w);
}

typedef void visit_fn_t(walk_t *w, uint64_t round);

/* False: the answer (500) is written. */
static bool walk_begin(walk_t *w, bool down) {
  size_t n;
  if (history_begin(w->c, &n) == NULL) return false;
  history_done(w->c);
  narrow(w, down);
  return true;
}

/* The blocks that may have what is looked for, the last first where `down`. */
static void walk(walk_t *w, bool down, bool logs, visit_fn_t *visit) {
  rounds_key_t keys[MAX_KEYS];
  size_t n = keys_of(&w->f, logs, keys);
  uint64_t from = w->f.min_round, to = w->f.max_round;
  while (from <= to && !w->full && w->found < w->f.limit) {
    uint64_t round = history_round(w->c, keys, n, from, to, down);
    if (round == UINT64_MAX) return;
    visit(w, round);
    if (down && round == 0) return;
    if (down) to = round - 1;
    else from = round + 1;
  }
}

static void put_next(const walk_t *w) {
  uint8_t raw[12];
  algo_buf_t text = ALGO_BUF_INIT;
  if (w->found == 0) return;
  for (size_t i = 0; i < sizeof raw; i++)
    raw[i] = (uint8_t)((i < 8 ? w->last_round : w->last_offset) >> 8 * (i < 8 ? i : i - 8));
  algo_base64_encode(&text, algo_bytes(raw, sizeof raw));
  for (size_t i = 0; i < text.n; i++) text.p[i] = text.p[i] == '+' ? '-' : text.p[i] == '/' ? '_' : text.p[i];
  algo_json_key(&w->c->json, "next-token");
  algo_json_strb(&w->c->json, algo_buf_view(&text));
  algo_buf_fini(&text);
}

static void walk_fini(walk_t *w) {
  algo_buf_fini(&w->f.note);
  algo_buf_fini(&w->raw);
  algo_arena_fini(&w->arena);
}

/* The answer to a search: the page, and where the next one starts. */
static void run(walk_t *w) {
  rest_call_t *c = w->c;
  algo_json_t *j = &c->json;
  if (parse(c, &w->f, "address") && walk_begin(w, w->f.has_addr)) {
    rest_begin(c);
    model_key_u64(j, "current-round", algo_node_round(c->node));
    algo_json_key(j, "transactions");
    algo_json_open(j, '[');
    walk(w, w->f.has_addr, false, one_block);
    algo_json_close(j, ']');
    put_next(w);
    rest_end(c);
  }
  walk_fini(w);
}

static void transactions(rest_call_t *c) {
  walk_t w = {.c = c, .f = {.anywhere = true}};
  run(&w);
}

static void account_transactions(rest_call_t *c) {
  walk_t w = {.c = c};
  if (!indexer_arg_addr(c, "address", &w.f.addr)) return;
  w.f.has_addr = true;
  run(&w);
}

static void asset_transactions(rest_call_t *c) {
  walk_t w = {.c = c};
  if (!rest_arg_u64(c, 0, "asset-id", &w.f.asset) || !indexer_id(c, w.f.asset)) return;
  w.f.has_asset = true;
  run(&w);
}

/* One transaction: the ledger knows its round. */
static void transaction(rest_call_t *c) {
  algo_digest_t id;
  algo_found_txn_t found = {0};
  walk_t w = {.c = c, .f = {.limit = 1, .after_time = INT64_MIN, .before_time = INT64_MAX, .has_txid = true}};
  bool formed = algo_txid_parse(&id, (const char *)c->arg[0].p, c->arg[0].n, NULL) == ALGO_OK;
  const algo_ledger_t *l = formed ? algo_node_read(c->node) : NULL;
  bool there = l != NULL && algo_ledger_find_txn(l, &id, &found, &w.arena) && found.round > 0;
  if (l != NULL) algo_node_read_done(c->node);
  size_t letters = indexer_base32_span(c->arg[0]);
  if (letters < c->arg[0].n) {
    bad_digest(c, letters);
  } else if (!there) {
    rest_error(c, 404, "no transaction found for transaction id: %.*s", (int)c->arg[0].n, (const char *)c->arg[0].p);
  } else {
    snprintf(w.f.txid, sizeof w.f.txid, "%.*s", (int)c->arg[0].n, (const char *)c->arg[0].p);
    rest_begin(c);
    model_key_u64(&c->json, "current-round", algo_node_round(c->node));
    algo_json_key(&c->json, "transaction");
    one_block(&w, found.round);
    rest_end(c);
  }
  algo_buf_fini(&w.raw);
  algo_arena_fini(&w.arena);
}

/* ---- logs of an application ---- */

/* Each transaction that logged, inner ones for themselves, under the id of the outer one. */
static void log_one(walk_t *w, const algo_apply_t *a, const char *txid, uint64_t round, uint64_t *offset) {
  algo_json_t *j = &w->c->json;
  const filter_t *f = &w->f;
  const algo_txn_t *t = &a->stxn.txn;
  uint64_t app = t->app_id != 0 ? t->app_id : a->created_app, at = (*offset)++;
  bool later = !behind(w, round, at);
  if (app == f->app && a->delta.n_logs > 0 && later && w->found < f->limit &&
      (!f->has_addr || algo_addr_eq(&t->sender, &f->addr))) {
    if (w->found == 0) {
      algo_json_key(j, "log-data");
      algo_json_open(j, '[');
    }
    algo_json_open(j, '{');
    algo_json_key(j, "logs");
    algo_json_open(j, '[');
    for (size_t i = 0; i < a->delta.n_logs; i++) algo_json_base64(j, a->delta.logs[i]);
    algo_json_close(j, ']');
    algo_json_key(j, "txid");
    algo_json_str(j, txid);
    algo_json_close(j, '}');
    w->found++;
    w->last_round = round;
    w->last_offset = at;
  }
  for (size_t i = 0; i < a->delta.n_inner; i++) log_one(w, &a->delta.inner[i], txid, round, offset);
}

static void log_block(walk_t *w, uint64_t round) {
  algo_block_t b;
  uint64_t offset = 0;
  algo_buf_clear(&w->raw);
  algo_arena_reset(&w->arena);
  if (algo_node_block(w->c->node, round, &w->raw, NULL) != ALGO_OK ||
      algo_block_decode(&b, algo_buf_view(&w->raw), &w->arena, NULL) != ALGO_OK) {
    return;
  }
  uint64_t *at = offsets(w, &b);
  for (size_t i = 0; at != NULL && i < b.n_txns; i++) {
    algo_apply_t whole;
    char txid[53];
    size_t k = w->f.has_addr ? b.n_txns - 1 - i : i;
    indexer_txid(txid, &b, &b.txns[k], &whole);
    offset = at[k];
    if (!w->f.has_txid || strcmp(txid, w->f.txid) == 0) log_one(w, &b.txns[k], txid, round, &offset);
  }
}

static void app_logs(rest_call_t *c) {
  walk_t w = {.c = c};
  if (!rest_arg_u64(c, 0, "application-id", &w.f.app) || !indexer_id(c, w.f.app)) return;
  w.f.has_app = true;
  if (parse(c, &w.f, "sender-address") && walk_begin(&w, w.f.has_addr)) {
    algo_json_t *j = &c->json;
    rest_begin(c);
    model_key_u64(j, "application-id", w.f.app);
    model_key_u64(j, "current-round", algo_node_round(c->node));
    walk(&w, w.f.has_addr, true, log_block);
    if (w.found > 0) algo_json_close(j, ']');
    put_next(&w);
    rest_end(c);
  }
  walk_fini(&w);
}

static const rest_route_t routes[] = {
    {"GET", "/v2/transactions", transactions, REST_OPEN},
    {"GET", "/v2/transactions/:", transaction, REST_OPEN | REST_LEDGER},
    {"GET", "/v2/accounts/:/transactions", account_transactions, REST_OPEN},
    {"GET", "/v2/assets/:/transactions", asset_transactions, REST_OPEN},
    {"GET", "/v2/applications/:/logs", app_logs, REST_OPEN},
};
const rest_table_t indexer_search_routes = {routes, sizeof routes / sizeof *routes};
