/* The key daemon's routes. */
#include <sodium.h>
#include <stdlib.h>

#include "algo/mp.h"
#include "kmd_impl.h"
#include "mpjson.h"
#include "mpw.h"

typedef struct kmd_call {
  algo_kmd_t *k;
  algo_httpd_response_t *res;
  kmd_request_t req;
  algo_addr_t address; /* what the route's flags ask for: */
  algo_txn_t txn;
  kmd_session_t *session;
  algo_buf_t out; /* the answer as msgpack */
  mpw_map_t map;
  algo_arena_t arena;
} kmd_call_t;

typedef void kmd_fn_t(kmd_call_t *c);
typedef enum { /* what is looked at before, in this order */
               KMD_ADDRESS_FIRST = 1,
               KMD_SESSION = 2, /* a wallet handle token */
               KMD_ADDRESS = 4,
               KMD_TXN = 8,
               KMD_PASSWORD = 16 /* of the session's wallet */
} kmd_flags_t;
typedef struct kmd_route {
  const char *method, *path;
  kmd_fn_t *fn;
  unsigned flags;
  const char *keys; /* of its request, between spaces; others are refused */
} kmd_route_t;

static void fail(kmd_call_t *c, int status, const char *text) {
  algo_buf_clear(&c->out);
  c->map = mpw_open(&c->out);
  c->res->status = status;
  mpw_true(&c->out, &c->map, "error", true);
  mpw_text(&c->out, &c->map, "message", algo_bytes_str(text));
}

static bool check(kmd_call_t *c, algo_code_t rc, const algo_err_t *err) {
  if (rc == ALGO_OK) return true;
  fail(c, rc == ALGO_E_NOMEM ? 500 : 400, err->msg);
  return false;
}

/* ---- writing an answer ---- */

static void put_addr_text(algo_buf_t *b, const algo_addr_t *a) {
  char t[ALGO_ADDR_TEXT + 1];
  algo_addr_format(t, a);
  algo_mp_put_str(b, t, ALGO_ADDR_TEXT);
}

static void put_wallet(kmd_call_t *c, const kmd_wallet_t *w) {
  algo_buf_t *b = &c->out;
  algo_mp_put_map(b, 6);
  algo_mp_put_str(b, "driver_name", 11);
  algo_mp_put_str(b, "sqlite", 6); /* what clients ask for by name */
  algo_mp_put_str(b, "driver_version", 14);
  algo_mp_put_uint(b, 1);
  algo_mp_put_str(b, "id", 2);
  algo_mp_put_str(b, w->id, strlen(w->id));
  algo_mp_put_str(b, "mnemonic_ux", 11);
  algo_mp_put_bool(b, false);
  algo_mp_put_str(b, "name", 4);
  algo_mp_put_str(b, w->name, strlen(w->name));
  algo_mp_put_str(b, "supported_txs", 13);
  algo_mp_put_array(b, 2);
  algo_mp_put_str(b, "pay", 3);
  algo_mp_put_str(b, "keyreg", 6);
}

static void put_handle(kmd_call_t *c) {
  uint64_t now = algo_env_now_ns(&c->k->env);
  uint64_t left = c->session->expires_ns > now ? (c->session->expires_ns - now) / 1000000000u : 0;
  mpw_key(&c->out, &c->map, "wallet_handle");
  algo_mp_put_map(&c->out, 2);
  algo_mp_put_str(&c->out, "expires_seconds", 15);
  algo_mp_put_uint(&c->out, left);
  algo_mp_put_str(&c->out, "wallet", 6);
  put_wallet(c, c->session->wallet);
}

static void put_address(kmd_call_t *c, const algo_addr_t *a) {
  mpw_key(&c->out, &c->map, "address");
  put_addr_text(&c->out, a);
}

/* ---- wallets ---- */

static void versions(kmd_call_t *c) {
  mpw_key(&c->out, &c->map, "versions");
  algo_mp_put_array(&c->out, 1);
  algo_mp_put_str(&c->out, "v1", 2);
}

static void wallets(kmd_call_t *c) {
  uint32_t n = 0;
  for (kmd_wallet_t *w = c->k->wallets; w != NULL; w = w->next) n++;
  mpw_key(&c->out, &c->map, "wallets");
  algo_mp_put_array(&c->out, n);
  for (kmd_wallet_t *w = c->k->wallets; w != NULL; w = w->next) put_wallet(c, w);
}

static void wallet_new(kmd_call_t *c) {
  static const uint8_t none[32];
  algo_err_t err;
  const kmd_request_t *r = &c->req;
  if (algo_bytes_eq(r->driver, ALGO_BYTES_LIT("ledger"))) {
    fail(c, 400, "operation not supported by wallet");
  } else if (!algo_bytes_eq(r->driver, ALGO_BYTES_LIT("sqlite"))) {
    fail(c, 400, "unknown wallet driver");
  } else {
    bool given = memcmp(r->master, none, sizeof none) != 0;
    kmd_wallet_t *w = kmd_wallet_add(c->k, r->name, r->password, given ? r->master : NULL, &err);
    if (!check(c, w != NULL ? ALGO_OK : err.code, &err)) return;
    mpw_key(&c->out, &c->map, "wallet");
    put_wallet(c, w);
  }
}

static void wallet_init(kmd_call_t *c) {
  algo_err_t err;
  kmd_wallet_t *w = kmd_wallet_find(c->k, c->req.id, &err);
  if (!check(c, w != NULL ? ALGO_OK : err.code, &err)) return;
  if (kmd_wallet_check(w, c->req.password, &err) != ALGO_OK) {
    fail(c, 401, err.msg);
    return;
  }
  kmd_session_t *s = kmd_session_open(c->k, w, &err);
  if (!check(c, s != NULL ? ALGO_OK : err.code, &err)) return;
  mpw_text(&c->out, &c->map, "wallet_handle_token", algo_bytes_str(s->token));
}

static void wallet_release(kmd_call_t *c) { kmd_session_close(c->k, c->session); }
static void wallet_info(kmd_call_t *c) { put_handle(c); }

static void wallet_renew(kmd_call_t *c) {
  c->session->expires_ns = algo_env_now_ns(&c->k->env) + (uint64_t)KMD_SESSION_SECONDS * 1000000000u;
  put_handle(c);
}

static void wallet_rename(kmd_call_t *c) {
  algo_err_t err;
  kmd_wallet_t *w = kmd_wallet_find(c->k, c->req.id, &err);
  if (!check(c, w != NULL ? ALGO_OK : err.code, &err)) return;
  if (!check(c, kmd_wallet_check(w, c->req.password, &err), &err)) return;
  if (!check(c, kmd_wallet_rename(c->k, w, c->req.name, &err), &err)) return;
  mpw_key(&c->out, &c->map, "wallet");
  put_wallet(c, w);
}

static void master_key(kmd_call_t *c) {
  mpw_bin(&c->out, &c->map, "master_derivation_key", algo_bytes(c->session->wallet->master, 32));
}

/* ---- keys ---- */

static void key_list(kmd_call_t *c) {
  const kmd_wallet_t *w = c->session->wallet;
  if (w->n_keys == 0) return;
  mpw_key(&c->out, &c->map, "addresses");
  algo_mp_put_array(&c->out, (uint32_t)w->n_keys);
  for (size_t i = 0; i < w->n_keys; i++) put_addr_text(&c->out, &w->keys[i].addr);
}

static void key_new(kmd_call_t *c) {
  algo_err_t err;
  algo_addr_t a;
  if (c->req.display_mnemonic) fail(c, 500, "sqlite wallet driver cannot display mnemonics");
  else if (check(c, kmd_key_derive(c->session->wallet, &a, &err), &err)) put_address(c, &a);
}

/* The seed makes the key; the public half that comes with it is not looked at. */
static void key_import(kmd_call_t *c) {
  algo_err_t err;
  algo_key_t key;
  algo_key_from_seed(&key, c->req.secret);
  if (check(c, kmd_key_add(c->session->wallet, &key, &err), &err)) put_address(c, &key.addr);
  algo_key_fini(&key);
}

static void key_export(kmd_call_t *c) {
  algo_err_t err;
  const algo_key_t *key = NULL;
  if (!check(c, kmd_key_find(c->session->wallet, &c->address, &key, &err), &err)) return;
  mpw_bin(&c->out, &c->map, "private_key", algo_bytes(key->secret, sizeof key->secret));
}

static void key_delete(kmd_call_t *c) {
  algo_err_t err;
  (void)check(c, kmd_key_delete(c->session->wallet, &c->address, &err), &err);
}

/* ---- multisigs ---- */

static void multisig_list(kmd_call_t *c) {
  const kmd_wallet_t *w = c->session->wallet;
  if (w->n_multisigs == 0) return;
  mpw_key(&c->out, &c->map, "addresses");
  algo_mp_put_array(&c->out, (uint32_t)w->n_multisigs);
  for (size_t i = 0; i < w->n_multisigs; i++) put_addr_text(&c->out, &w->multisigs[i].addr);
}

static void multisig_import(kmd_call_t *c) {
  algo_err_t err;
  algo_addr_t a;
  const kmd_request_t *r = &c->req;
  if (check(c, kmd_multisig_add(c->session->wallet, r->version, r->threshold, r->keys.p, r->keys.n, &a, &err), &err))
    put_address(c, &a);
}

static void multisig_export(kmd_call_t *c) {
  algo_err_t err;
  const kmd_multisig_t *m = NULL;
  if (!check(c, kmd_multisig_find(c->session->wallet, &c->address, &m, &err), &err)) return;
  mpw_uint(&c->out, &c->map, "multisig_version", m->version);
  mpw_key(&c->out, &c->map, "pks");
  algo_mp_put_array(&c->out, (uint32_t)m->n);
  for (size_t i = 0; i < m->n; i++) algo_mp_put_bin(&c->out, m->keys[i].b, 32);
  mpw_uint(&c->out, &c->map, "threshold", m->threshold);
}

static void multisig_delete(kmd_call_t *c) {
  algo_err_t err;
  (void)check(c, kmd_multisig_delete(c->session->wallet, &c->address, &err), &err);
}

static void sign_for(kmd_call_t *c, const char *tag, algo_bytes_t msg, const algo_addr_t *of,
                     const algo_addr_t *other) {
  algo_err_t err;
  algo_buf_t sig = ALGO_BUF_INIT;
  const kmd_request_t *r = &c->req;
  algo_code_t rc = kmd_sign_multisig(c->session->wallet, tag, msg, of, other, &r->public_key, &r->partial, &sig, &err);
  if (check(c, rc, &err)) mpw_bin(&c->out, &c->map, "multisig", algo_buf_view(&sig));
  algo_buf_fini(&sig);
}

static void multisig_sign(kmd_call_t *c) {
  algo_buf_t msg = ALGO_BUF_INIT;
  algo_txn_encode(&msg, &c->txn);
  sign_for(c, "TX", algo_buf_view(&msg), &c->txn.sender, &c->req.signer);
  algo_buf_fini(&msg);
}

static void multisig_sign_program(kmd_call_t *c) {
  algo_buf_t msg = ALGO_BUF_INIT;
  if (!c->req.legacy) algo_buf_put(&msg, c->address.b, sizeof c->address.b);
  algo_buf_putb(&msg, c->req.program);
  sign_for(c, c->req.legacy ? "Program" : "MsigProgram", algo_buf_view(&msg), &c->address, NULL);
  algo_buf_fini(&msg);
}

/* ---- signing ---- */

static void sign_txn(kmd_call_t *c) {
  algo_err_t err;
  algo_buf_t out = ALGO_BUF_INIT;
  if (check(c, kmd_sign_txn(c->session->wallet, &c->txn, &c->req.public_key, &out, &err), &err))
    mpw_bin(&c->out, &c->map, "signed_transaction", algo_buf_view(&out));
  algo_buf_fini(&out);
}

static void sign_program(kmd_call_t *c) {
  algo_err_t err;
  uint8_t sig[64];
  if (check(c, kmd_sign_program(c->session->wallet, c->req.program, &c->address, sig, &err), &err))
    mpw_bin(&c->out, &c->map, "sig", algo_bytes(sig, sizeof sig));
}

#define W   " wallet_handle_token "
#define WA  W "address "
#define WP  W "wallet_password "
#define WAP WP "address "
static const kmd_route_t routes[] = {
    {"GET", "/v1/wallets", wallets, 0, ""},
    {"POST", "/v1/wallet", wallet_new, 0, " wallet_name wallet_driver_name wallet_password master_derivation_key "},
    {"POST", "/v1/wallet/init", wallet_init, 0, " wallet_id wallet_password "},
    {"POST", "/v1/wallet/release", wallet_release, KMD_SESSION, W},
    {"POST", "/v1/wallet/renew", wallet_renew, KMD_SESSION, W},
    {"POST", "/v1/wallet/rename", wallet_rename, 0, " wallet_id wallet_password wallet_name "},
    {"POST", "/v1/wallet/info", wallet_info, KMD_SESSION, W},
    {"POST", "/v1/master-key/export", master_key, KMD_SESSION | KMD_PASSWORD, WP},
    {"POST", "/v1/key/list", key_list, KMD_SESSION, W},
    {"POST", "/v1/key/import", key_import, KMD_SESSION, W "private_key "},
    {"POST", "/v1/key/export", key_export, KMD_ADDRESS_FIRST | KMD_SESSION | KMD_PASSWORD, WAP},
    {"POST", "/v1/key", key_new, KMD_SESSION, W "display_mnemonic "},
    {"DELETE", "/v1/key", key_delete, KMD_ADDRESS_FIRST | KMD_SESSION | KMD_PASSWORD, WAP},
    {"POST", "/v1/multisig/list", multisig_list, KMD_SESSION, W},
    {"POST", "/v1/multisig/import", multisig_import, KMD_SESSION, W "multisig_version threshold pks "},
    {"POST", "/v1/multisig/export", multisig_export, KMD_ADDRESS_FIRST | KMD_SESSION, WA},
    {"DELETE", "/v1/multisig", multisig_delete, KMD_ADDRESS_FIRST | KMD_SESSION | KMD_PASSWORD, WAP},
    {"POST", "/v1/multisig/sign", multisig_sign, KMD_SESSION | KMD_TXN | KMD_PASSWORD,
     WP "transaction public_key partial_multisig signer "},
    {"POST", "/v1/multisig/signprogram", multisig_sign_program, KMD_SESSION | KMD_ADDRESS | KMD_PASSWORD,
     WAP "data public_key partial_multisig use_legacy_msig "},
    {"POST", "/v1/transaction/sign", sign_txn, KMD_SESSION | KMD_TXN | KMD_PASSWORD, WP "transaction public_key "},
    {"POST", "/v1/program/sign", sign_program, KMD_SESSION | KMD_ADDRESS | KMD_PASSWORD, WAP "data "},
};
static const kmd_route_t versions_route = {"", "/versions", versions, 0, NULL}; /* whatever the method */

static const kmd_route_t *find(const char *method, const char *path) {
  if (strcmp(path, versions_route.path) == 0) return &versions_route;
  for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
    if (strcmp(routes[i].method, method) == 0 && strcmp(routes[i].path, path) == 0) return &routes[i];
  }
  return NULL;
}

static bool decode(kmd_call_t *c, const kmd_route_t *route, json_object **o, algo_bytes_t body) {
  if (route->keys == NULL || strcmp(route->method, "GET") == 0) return true;
  size_t used; /* Go's decoder leaves what is behind */
  return algo_json_parse_front(o, body.p, body.n, &used, NULL) == ALGO_OK &&
         kmd_request_read(&c->req, *o, route->keys, &c->arena);
}

static bool address(kmd_call_t *c) {
  algo_bytes_t v = c->req.address;
  if (algo_addr_parse_canonical(&c->address, (const char *)v.p, v.n, NULL) == ALGO_OK) return true;
  fail(c, 400, "could not decode address");
  return false;
}

static bool session(kmd_call_t *c) {
  algo_err_t err;
  c->session = kmd_session_find(c->k, c->req.handle, &err);
  if (c->session == NULL) fail(c, 401, err.msg);
  return c->session != NULL;
}

/* A sender and a type are needed; what follows is not looked at. */
static bool txn(kmd_call_t *c) {
  algo_bytes_t raw = c->req.transaction;
  algo_mp_t mp = algo_mp(raw);
  if (algo_mp_skip_view(&mp, &raw, NULL) == ALGO_OK &&
      algo_txn_decode(&c->txn, raw, true, &c->arena, NULL) == ALGO_OK && !algo_addr_is_zero(&c->txn.sender) &&
      c->txn.type_text.n > 0)
    return true;
  fail(c, 400, "could not decode transaction");
  return false;
}

static bool password(kmd_call_t *c) {
  algo_err_t err;
  return check(c, kmd_wallet_check(c->session->wallet, c->req.password, &err), &err);
}

static void run(kmd_call_t *c, const kmd_route_t *route) {
  if ((route->flags & KMD_ADDRESS_FIRST) && !address(c)) return;
  if ((route->flags & KMD_SESSION) && !session(c)) return;
  if ((route->flags & KMD_ADDRESS) && !address(c)) return;
  if ((route->flags & KMD_TXN) && !txn(c)) return;
  if ((route->flags & KMD_PASSWORD) && !password(c)) return;
  route->fn(c);
}

static bool authorized(const algo_kmd_t *k, const algo_httpd_request_t *req) {
  if (k->token == NULL) return true;
  const char *given = algo_httpd_header(req, "X-KMD-API-Token");
  size_t n = strlen(k->token);
  return given != NULL && strlen(given) == n && sodium_memcmp(given, k->token, n) == 0;
}

/* The route that answers; NULL: there is none, and the answer is written. */
static const kmd_route_t *route_of(const algo_httpd_request_t *req, algo_httpd_response_t *res) {
  const kmd_route_t *route = find(req->method, req->path);
  if (route != NULL && strcmp(req->method, "OPTIONS") != 0) return route;
  res->content_type = NULL;
  /* as its router has it: what is not below v1 is one of another method, and there the last route alone */
  bool another = strncmp(req->path, "/v1", 3) != 0 || strcmp(req->path, "/v1/program/sign") == 0;
  res->status = strcmp(req->method, "OPTIONS") == 0 ? 200 : another ? 405 : 404;
  if (res->status == 404) {
    res->content_type = "text/plain; charset=utf-8";
    algo_buf_puts(&res->body, "404 page not found\n");
  }
  return NULL;
}

static void call_begin(kmd_call_t *c, algo_kmd_t *k, algo_httpd_response_t *res) {
  *c = (kmd_call_t){.k = k, .res = res, .out = ALGO_BUF_INIT, .arena = ALGO_ARENA_INIT};
  c->map = mpw_open(&c->out);
}

static void call_end(kmd_call_t *c) {
  mpw_close(&c->out, &c->map);
  (void)mpjson_write(&c->res->body, algo_buf_view(&c->out), MPJSON_PLAIN, NULL);
  if (c->out.p != NULL) sodium_memzero(c->out.p, c->out.n);
  algo_buf_fini(&c->out);
  sodium_memzero(&c->req, sizeof c->req);
  algo_arena_fini(&c->arena);
}

/* Else the answer is written. */
static bool may_ask(algo_kmd_t *k, const kmd_route_t *route, const algo_httpd_request_t *req,
                    algo_httpd_response_t *res) {
  kmd_call_t c;
  if (route->fn == versions || authorized(k, req)) return true;
  call_begin(&c, k, res);
  fail(&c, 401, "invalid API token");
  call_end(&c);
  return false;
}

bool algo_kmd_admit(void *kmd, algo_httpd_request_t *req, algo_httpd_response_t *res) {
  const kmd_route_t *route = route_of(req, res);
  return route != NULL && may_ask(kmd, route, req, res);
}

void algo_kmd_handle(void *kmd, algo_httpd_request_t *req, algo_httpd_response_t *res) {
  algo_kmd_t *k = kmd;
  kmd_call_t c;
  const kmd_route_t *route = route_of(req, res);
  if (route == NULL || !may_ask(k, route, req, res)) return;
  json_object *o = NULL;
  call_begin(&c, k, res);
  pthread_mutex_lock(&k->lock);
  if (!decode(&c, route, &o, req->body)) fail(&c, 400, "could not decode request body");
  else run(&c, route);
  pthread_mutex_unlock(&k->lock);
  call_end(&c);
  json_object_put(o);
}

algo_code_t algo_kmd_new(algo_kmd_t **out, const char *token, const algo_key_t *keys, size_t n, const algo_env_t *env,
                         algo_err_t *err) {
  algo_kmd_t *k = calloc(1, sizeof *k);
  if (k == NULL) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  if (env != NULL) k->env = *env;
  pthread_mutex_init(&k->lock, NULL);
  if (token != NULL && *token != '\0') k->token = strdup(token);
  kmd_wallet_t *w = kmd_wallet_add(k, ALGO_BYTES_LIT("unencrypted-default-wallet"), algo_bytes("", 0), NULL, err);
  algo_code_t rc = w != NULL ? ALGO_OK : ALGO_E_NOMEM;
  for (size_t i = 0; rc == ALGO_OK && i < n; i++) rc = kmd_key_add(w, &keys[i], err);
  if (rc != ALGO_OK) {
    algo_kmd_free(k);
    return rc;
  }
  *out = k;
  return ALGO_OK;
}

void algo_kmd_free(algo_kmd_t *k) {
  if (k == NULL) return;
  kmd_wallets_free(k);
  pthread_mutex_destroy(&k->lock);
  if (k->token != NULL) sodium_memzero(k->token, strlen(k->token));
  free(k->token);
  free(k);
}
