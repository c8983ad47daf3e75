/* The key daemon's routes. */
#include <sodium.h>
#include <stdlib.h>

#include "algo/text.h"
#include "kmd_impl.h"
#include "mpjson.h"
#include "mpw.h"

#define ERR_DECODE "could not decode request body"

typedef struct kmd_call {
  algo_kmd_t *k;
  algo_httpd_response_t *res;
  json_object *req; /* NULL where there is no body */
  algo_buf_t out;   /* the answer as msgpack */
  mpw_map_t map;
  kmd_session_t *session;
  algo_arena_t arena;
} kmd_call_t;

typedef void kmd_fn_t(kmd_call_t *c);
typedef enum {
  KMD_SESSION = 1 /* a wallet handle token is needed */,
  KMD_PASSWORD = 2 /* and its password */
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
  fail(c, 400, err->msg);
  return false;
}

/* ---- reading a request ---- */

static algo_bytes_t text(kmd_call_t *c, const char *key) {
  algo_bytes_t v = {(const uint8_t *)"", 0};
  (void)algo_json_opt_str(c->req, key, &v, NULL);
  return v;
}

/* Bytes in base64, of exactly n bytes where n is not 0. False: malformed. An absent key is no bytes. */
static bool bytes(kmd_call_t *c, const char *key, size_t n, algo_buf_t *out) {
  if (algo_json_opt_base64(c->req, key, out, NULL) == ALGO_OK && (n == 0 || out->n == n || out->n == 0)) return true;
  fail(c, 400, ERR_DECODE);
  return false;
}

static bool public_key(kmd_call_t *c, const char *key, algo_addr_t *out) {
  algo_buf_t b = ALGO_BUF_INIT;
  bool ok = bytes(c, key, 32, &b);
  memset(out, 0, sizeof *out);
  if (ok && b.n == 32) memcpy(out->b, b.p, 32);
  algo_buf_fini(&b);
  return ok;
}

static bool address(kmd_call_t *c, algo_addr_t *out) {
  algo_bytes_t v = text(c, "address");
  if (algo_addr_parse(out, (const char *)v.p, v.n, NULL) == ALGO_OK) return true;
  fail(c, 400, "could not decode address");
  return false;
}

static bool u8(kmd_call_t *c, json_object *o, const char *key, uint8_t *out) {
  uint64_t v = 0;
  if (algo_json_opt_u64(o, key, &v, NULL) == ALGO_OK && v <= 255) {
    *out = (uint8_t)v;
    return true;
  }
  fail(c, 400, ERR_DECODE);
  return false;
}

static bool base64_of(json_object *v, uint8_t *out, size_t n) {
  algo_buf_t b = ALGO_BUF_INIT;
  bool ok = json_object_is_type(v, json_type_string) &&
            algo_base64_decode(&b, json_object_get_string(v), (size_t)json_object_get_string_len(v), NULL) == ALGO_OK &&
            b.n == n;
  if (ok) memcpy(out, b.p, n);
  algo_buf_fini(&b);
  return ok;
}

/* {"subsig": [{"pk", "s"}], "thr", "v"} */
static bool partial_msig(kmd_call_t *c, kmd_partial_t *out) {
  json_object *o = NULL, *subsig = NULL;
  *out = (kmd_partial_t){0};
  if (!json_object_object_get_ex(c->req, "partial_multisig", &o) || o == NULL) return true;
  if (!json_object_is_type(o, json_type_object) || !u8(c, o, "v", &out->version) || !u8(c, o, "thr", &out->threshold)) {
    fail(c, 400, ERR_DECODE);
    return false;
  }
  if (!json_object_object_get_ex(o, "subsig", &subsig) || !json_object_is_type(subsig, json_type_array)) return true;
  out->n = json_object_array_length(subsig);
  out->parts = algo_arena_array(&c->arena, out->n, sizeof *out->parts);
  for (size_t i = 0; i < out->n && out->parts != NULL; i++) {
    json_object *part = json_object_array_get_idx(subsig, i), *pk = NULL, *s = NULL;
    bool ok = json_object_is_type(part, json_type_object) && json_object_object_get_ex(part, "pk", &pk) &&
              base64_of(pk, out->parts[i].pk.b, 32);
    if (ok && json_object_object_get_ex(part, "s", &s) && s != NULL)
      ok = out->parts[i].has_sig = base64_of(s, out->parts[i].sig, 64);
    if (ok) continue;
    fail(c, 400, ERR_DECODE);
    return false;
  }
  return true;
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
  algo_err_t err;
  algo_buf_t master = ALGO_BUF_INIT;
  algo_bytes_t name = text(c, "wallet_name"), driver = text(c, "wallet_driver_name");
  char called[KMD_NAME_MAX + 2] = "";
  if (!bytes(c, "master_derivation_key", 32, &master)) return;
  if (!algo_bytes_eq(driver, ALGO_BYTES_LIT("sqlite"))) {
    fail(c, 400, "unknown wallet driver");
  } else {
    memcpy(called, name.p, name.n < sizeof called - 1 ? name.n : sizeof called - 1);
    uint8_t zero[32] = {0};
    bool given = master.n == 32 && memcmp(master.p, zero, 32) != 0;
    kmd_wallet_t *w = kmd_wallet_add(c->k, called, text(c, "wallet_password"), given ? master.p : NULL, &err);
    if (check(c, w != NULL ? ALGO_OK : err.code, &err)) {
      mpw_key(&c->out, &c->map, "wallet");
      put_wallet(c, w);
    }
  }
  if (master.n > 0) sodium_memzero(master.p, master.n);
  algo_buf_fini(&master);
}

static void wallet_init(kmd_call_t *c) {
  algo_err_t err;
  kmd_wallet_t *w = kmd_wallet_find(c->k, text(c, "wallet_id"), &err);
  if (!check(c, w != NULL ? ALGO_OK : err.code, &err)) return;
  if (kmd_wallet_check(w, text(c, "wallet_password"), &err) != ALGO_OK) {
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
  kmd_wallet_t *w = kmd_wallet_find(c->k, text(c, "wallet_id"), &err);
  if (!check(c, w != NULL ? ALGO_OK : err.code, &err)) return;
  if (!check(c, kmd_wallet_check(w, text(c, "wallet_password"), &err), &err)) return;
  if (!check(c, kmd_wallet_rename(c->k, w, text(c, "wallet_name"), &err), &err)) return;
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
  bool mnemonic = false;
  (void)algo_json_opt_bool(c->req, "display_mnemonic", &mnemonic, NULL);
  if (mnemonic) fail(c, 400, "sqlite wallet driver cannot display mnemonics");
  else if (check(c, kmd_key_derive(c->session->wallet, &a, &err), &err)) put_address(c, &a);
}

static void key_import(kmd_call_t *c) {
  algo_err_t err;
  algo_buf_t secret = ALGO_BUF_INIT;
  if (!bytes(c, "private_key", 64, &secret)) return;
  algo_key_t key;
  uint8_t seed[32] = {0};
  if (secret.n == 64) memcpy(seed, secret.p, 32);
  algo_key_from_seed(&key, seed);
  bool fits = secret.n == 64 && memcmp(secret.p + 32, key.addr.b, 32) == 0;
  if (!fits) fail(c, 400, "could not convert secret key to public key");
  else if (check(c, kmd_key_add(c->session->wallet, &key, &err), &err)) put_address(c, &key.addr);
  algo_key_fini(&key);
  sodium_memzero(seed, sizeof seed);
  if (secret.n > 0) sodium_memzero(secret.p, secret.n);
  algo_buf_fini(&secret);
}

static void key_export(kmd_call_t *c) {
  algo_err_t err;
  algo_addr_t a;
  const algo_key_t *key = NULL;
  if (!address(c, &a) || !check(c, kmd_key_find(c->session->wallet, &a, &key, &err), &err)) return;
  mpw_bin(&c->out, &c->map, "private_key", algo_bytes(key->secret, sizeof key->secret));
}

static void key_delete(kmd_call_t *c) {
  algo_err_t err;
  algo_addr_t a;
  if (address(c, &a)) (void)check(c, kmd_key_delete(c->session->wallet, &a, &err), &err);
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
  uint8_t version = 0, threshold = 0;
  json_object *pks = NULL;
  if (!u8(c, c->req, "multisig_version", &version) || !u8(c, c->req, "threshold", &threshold)) return;
  bool listed = json_object_object_get_ex(c->req, "pks", &pks) && json_object_is_type(pks, json_type_array);
  size_t n = listed ? json_object_array_length(pks) : 0;
  algo_addr_t *keys = algo_arena_array(&c->arena, n + 1, sizeof *keys), a;
  bool ok = keys != NULL && n <= KMD_MSIG_KEYS_MAX;
  for (size_t i = 0; ok && i < n; i++) ok = base64_of(json_object_array_get_idx(pks, i), keys[i].b, 32);
  if (!ok) fail(c, 400, ERR_DECODE);
  else if (check(c, kmd_multisig_add(c->session->wallet, version, threshold, keys, n, &a, &err), &err))
    put_address(c, &a);
}

static void multisig_export(kmd_call_t *c) {
  algo_err_t err;
  algo_addr_t a;
  const kmd_multisig_t *m = NULL;
  if (!address(c, &a) || !check(c, kmd_multisig_find(c->session->wallet, &a, &m, &err), &err)) return;
  mpw_uint(&c->out, &c->map, "multisig_version", m->version);
  mpw_key(&c->out, &c->map, "pks");
  algo_mp_put_array(&c->out, (uint32_t)m->n);
  for (size_t i = 0; i < m->n; i++) algo_mp_put_bin(&c->out, m->keys[i].b, 32);
  mpw_uint(&c->out, &c->map, "threshold", m->threshold);
}

static void multisig_delete(kmd_call_t *c) {
  algo_err_t err;
  algo_addr_t a;
  if (address(c, &a)) (void)check(c, kmd_multisig_delete(c->session->wallet, &a, &err), &err);
}

static void multisig_sign(kmd_call_t *c) {
  algo_err_t err;
  algo_buf_t raw = ALGO_BUF_INIT, msg = ALGO_BUF_INIT, sig = ALGO_BUF_INIT;
  algo_addr_t key, signer;
  kmd_partial_t partial;
  algo_txn_t t;
  if (bytes(c, "transaction", 0, &raw) && public_key(c, "public_key", &key) && public_key(c, "signer", &signer) &&
      partial_msig(c, &partial)) {
    if (algo_txn_decode(&t, algo_buf_view(&raw), true, &c->arena, NULL) != ALGO_OK) {
      fail(c, 400, "could not decode transaction");
    } else {
      algo_txn_encode(&msg, &t);
      if (check(c,
                kmd_sign_multisig(c->session->wallet, "TX", algo_buf_view(&msg), &t.sender, &signer, &key, &partial,
                                  &sig, &err),
                &err)) {
        mpw_bin(&c->out, &c->map, "multisig", algo_buf_view(&sig));
      }
    }
  }
  algo_buf_fini(&raw);
  algo_buf_fini(&msg);
  algo_buf_fini(&sig);
}

static void multisig_sign_program(kmd_call_t *c) {
  algo_err_t err;
  algo_buf_t program = ALGO_BUF_INIT, msg = ALGO_BUF_INIT, sig = ALGO_BUF_INIT;
  algo_addr_t key, a;
  kmd_partial_t partial;
  bool legacy = false;
  (void)algo_json_opt_bool(c->req, "use_legacy_msig", &legacy, NULL);
  if (bytes(c, "data", 0, &program) && address(c, &a) && public_key(c, "public_key", &key) &&
      partial_msig(c, &partial)) {
    if (!legacy) algo_buf_put(&msg, a.b, sizeof a.b);
    algo_buf_putb(&msg, algo_buf_view(&program));
    const char *tag = legacy ? "Program" : "MsigProgram";
    if (check(c, kmd_sign_multisig(c->session->wallet, tag, algo_buf_view(&msg), &a, NULL, &key, &partial, &sig, &err),
              &err)) {
      mpw_bin(&c->out, &c->map, "multisig", algo_buf_view(&sig));
    }
  }
  algo_buf_fini(&program);
  algo_buf_fini(&msg);
  algo_buf_fini(&sig);
}

/* ---- signing ---- */

static void sign_txn(kmd_call_t *c) {
  algo_err_t err;
  algo_buf_t txn = ALGO_BUF_INIT, out = ALGO_BUF_INIT;
  algo_addr_t key;
  if (bytes(c, "transaction", 0, &txn) && public_key(c, "public_key", &key) &&
      check(c, kmd_sign_txn(c->session->wallet, algo_buf_view(&txn), &key, &out, &err), &err)) {
    mpw_bin(&c->out, &c->map, "signed_transaction", algo_buf_view(&out));
  }
  algo_buf_fini(&txn);
  algo_buf_fini(&out);
}

static void sign_program(kmd_call_t *c) {
  algo_err_t err;
  algo_buf_t program = ALGO_BUF_INIT;
  algo_addr_t a;
  uint8_t sig[64];
  if (bytes(c, "data", 0, &program) && address(c, &a) &&
      check(c, kmd_sign_program(c->session->wallet, algo_buf_view(&program), &a, sig, &err), &err)) {
    mpw_bin(&c->out, &c->map, "sig", algo_bytes(sig, sizeof sig));
  }
  algo_buf_fini(&program);
}

#define W   " wallet_handle_token "
#define WP  W "wallet_password "
#define WAP WP "address "
static const kmd_route_t routes[] = {
    {"GET", "/versions", versions, 0, ""},
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
    {"POST", "/v1/key/export", key_export, KMD_SESSION | KMD_PASSWORD, WAP},
    {"POST", "/v1/key", key_new, KMD_SESSION, W "display_mnemonic "},
    {"DELETE", "/v1/key", key_delete, KMD_SESSION | KMD_PASSWORD, WAP},
    {"POST", "/v1/multisig/list", multisig_list, KMD_SESSION, W},
    {"POST", "/v1/multisig/import", multisig_import, KMD_SESSION, W "multisig_version threshold pks "},
    {"POST", "/v1/multisig/export", multisig_export, KMD_SESSION, WAP},
    {"DELETE", "/v1/multisig", multisig_delete, KMD_SESSION | KMD_PASSWORD, WAP},
    {"POST", "/v1/multisig/sign", multisig_sign, KMD_SESSION | KMD_PASSWORD,
     WP "transaction public_key partial_multisig signer "},
    {"POST", "/v1/multisig/signprogram", multisig_sign_program, KMD_SESSION | KMD_PASSWORD,
     WAP "data public_key partial_multisig use_legacy_msig "},
    {"POST", "/v1/transaction/sign", sign_txn, KMD_SESSION | KMD_PASSWORD, WP "transaction public_key "},
    {"POST", "/v1/program/sign", sign_program, KMD_SESSION | KMD_PASSWORD, WAP "data "},
};

static const kmd_route_t *find(const char *method, const char *path) {
  for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
    if (strcmp(routes[i].method, method) == 0 && strcmp(routes[i].path, path) == 0) return &routes[i];
  }
  return NULL;
}

/* An object with none but the route's keys. */
static bool decode(kmd_call_t *c, const kmd_route_t *route, algo_bytes_t body) {
  if (strcmp(route->method, "GET") == 0) return true;
  if (algo_json_parse(&c->req, body.p, body.n, NULL) != ALGO_OK || !json_object_is_type(c->req, json_type_object))
    return false;
  json_object_object_foreach(c->req, name, value) {
    (void)value;
    const char *at = strstr(route->keys, name);
    size_t n = strlen(name);
    if (n == 0 || at == NULL || at[-1] != ' ' || at[n] != ' ') return false;
  }
  return true;
}

static void run(kmd_call_t *c, const kmd_route_t *route) {
  algo_err_t err;
  if (route->flags & KMD_SESSION) {
    c->session = kmd_session_find(c->k, text(c, "wallet_handle_token"), &err);
    if (c->session == NULL) {
      fail(c, 401, err.msg);
      return;
    }
  }
  if ((route->flags & KMD_PASSWORD) &&
      !check(c, kmd_wallet_check(c->session->wallet, text(c, "wallet_password"), &err), &err))
    return;
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
  if (route != NULL) return route;
  res->content_type = NULL;
  res->status = strcmp(req->method, "OPTIONS") == 0 ? 200 : 404;
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
  json_object_put(c->req);
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
  call_begin(&c, k, res);
  pthread_mutex_lock(&k->lock);
  if (!decode(&c, route, req->body)) fail(&c, 400, ERR_DECODE);
  else run(&c, route);
  pthread_mutex_unlock(&k->lock);
  call_end(&c);
}

algo_code_t algo_kmd_new(algo_kmd_t **out, const char *token, const algo_key_t *keys, size_t n, const algo_env_t *env,
                         algo_err_t *err) {
  algo_kmd_t *k = calloc(1, sizeof *k);
  if (k == NULL) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  if (env != NULL) k->env = *env;
  pthread_mutex_init(&k->lock, NULL);
  if (token != NULL && *token != '\0') k->token = strdup(token);
  kmd_wallet_t *w = kmd_wallet_add(k, "unencrypted-default-wallet", algo_bytes("", 0), NULL, err);
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
