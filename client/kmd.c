/* kmd.c - the client of a key daemon. */
#include "algo/kmd.h"

#include <sodium.h>
#include <stdlib.h>

#include "algo/text.h"
#include "internal.h"
#include "rest.h"

struct algo_kmd {
  rest_t rest;
};

struct algo_kmd_wallet {
  algo_kmd_t *kmd;
  char *handle;
  char *password;
};

static const rest_service_t service = {
    "key daemon", "KMD_URL", "X-KMD-API-Token",
    "the token of this key daemon (KMD_TOKEN, from the file kmd.token in its data folder)"};

algo_code_t algo_kmd_new(algo_kmd_t **out, const char *url, const char *token, const algo_env_t *env, algo_err_t *err) {
  algo_http_options_t http = {.base_url = url == NULL ? ALGO_KMD_DEFAULT_URL : url};
  algo_kmd_t *k = calloc(1, sizeof *k);
  if (k == NULL) return client_nomem(err);
  algo_code_t r = rest_init(&k->rest, &service, token, &http, env, err);
  if (r == ALGO_OK) *out = k;
  else free(k);
  return r;
}

void algo_kmd_free(algo_kmd_t *k) {
  if (k == NULL) return;
  rest_fini(&k->rest);
  free(k);
}

static void wipe_text(char *s) {
  if (s != NULL) sodium_memzero(s, strlen(s));
  free(s);
}

/* POSTs the object that `body` has been written to (and wipes it); *out is put back by the caller. */
static algo_code_t post(algo_kmd_t *k, const char *path, algo_buf_t *body, json_object **out, algo_err_t *err) {
  rest_ask_t ask = {.method = "POST", .path = path, .content_type = "application/json", .body = algo_buf_view(body)};
  algo_err_t local;
  algo_err_t *e = err == NULL ? &local : err;
  *out = NULL;
  algo_code_t r = body->oom ? client_nomem(e) : rest_json(&k->rest, &ask, out, e);
  if (r == ALGO_E_HTTP && e->http_status >= 400 && e->http_status < 500)
    r = algo_err_set(e, r, "the key daemon refuses: %s", rest_said(&k->rest));
  if (body->p != NULL) sodium_memzero(body->p, body->cap);
  algo_buf_fini(body);
  return r;
}

static void put_text(algo_json_t *j, const char *key, const char *value) {
  algo_json_key(j, key);
  algo_json_str(j, value);
}

/* An object that starts with the wallet's handle. */
static algo_json_t open_body(algo_buf_t *body, const algo_kmd_wallet_t *w, bool password) {
  algo_json_t j = algo_json(body);
  algo_json_open(&j, '{');
  put_text(&j, "wallet_handle_token", w->handle);
  if (password) put_text(&j, "wallet_password", w->password);
  return j;
}

algo_code_t algo_kmd_wallets(algo_kmd_t *k, const algo_kmd_wallet_info_t **out, size_t *n, algo_arena_t *arena,
                             algo_err_t *err) {
  json_object *o = NULL;
  rest_ask_t ask = {.method = "GET", .path = "/v1/wallets"};
  algo_code_t r = rest_json(&k->rest, &ask, &o, err);
  json_object *list = client_json_at(o, "wallets");
  size_t count = client_json_count(list);
  algo_kmd_wallet_info_t *w = algo_arena_array(arena, count + 1, sizeof *w);
  if (r == ALGO_OK && w == NULL) r = client_nomem(err);
  for (size_t i = 0; r == ALGO_OK && i < count; i++) {
    json_object *one = json_object_array_get_idx(list, i);
    w[i] = (algo_kmd_wallet_info_t){"", "", ""};
    r = client_json_text(&w[i].id, one, "id", arena, err);
    if (r == ALGO_OK) r = client_json_text(&w[i].name, one, "name", arena, err);
    if (r == ALGO_OK) r = client_json_text(&w[i].driver, one, "driver_name", arena, err);
  }
  if (r == ALGO_OK) *out = w, *n = count;
  json_object_put(o);
  return r;
}

static algo_code_t find_wallet(algo_kmd_t *k, const char *name, const char **id, algo_arena_t *arena, algo_err_t *err) {
  const algo_kmd_wallet_info_t *list = NULL;
  size_t n = 0;
  algo_code_t r = algo_kmd_wallets(k, &list, &n, arena, err);
  for (size_t i = 0; r == ALGO_OK && i < n; i++) {
    if (strcmp(list[i].name, name) != 0) continue;
    *id = list[i].id;
    return ALGO_OK;
  }
  if (r != ALGO_OK) return r;
  return algo_err_set(err, ALGO_E_NOT_FOUND, "the key daemon at %s has no wallet '%s'", algo_http_server(k->rest.http),
                      name);
}

static char *dup_view(algo_bytes_t v) {
  char *s = malloc(v.n + 1);
  if (s == NULL) return NULL;
  if (v.n > 0) memcpy(s, v.p, v.n);
  s[v.n] = '\0';
  return s;
}

algo_code_t algo_kmd_open(algo_kmd_wallet_t **out, algo_kmd_t *k, const char *name, const char *password,
                          algo_err_t *err) {
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_buf_t body = ALGO_BUF_INIT;
  json_object *o = NULL;
  const char *id = NULL;
  algo_bytes_t handle = {0};
  if (password == NULL) password = "";
  algo_code_t r = find_wallet(k, name, &id, &arena, err);
  if (r == ALGO_OK) {
    algo_json_t j = algo_json(&body);
    algo_json_open(&j, '{');
    put_text(&j, "wallet_id", id);
    put_text(&j, "wallet_password", password);
    algo_json_close(&j, '}');
    r = post(k, "/v1/wallet/init", &body, &o, err);
  }
  if (r == ALGO_OK) r = algo_json_get_str(o, "wallet_handle_token", &handle, err);
  algo_kmd_wallet_t *w = r == ALGO_OK ? calloc(1, sizeof *w) : NULL;
  if (w != NULL) *w = (algo_kmd_wallet_t){k, dup_view(handle), dup_view(algo_bytes_str(password))};
  if (r == ALGO_OK && (w == NULL || w->handle == NULL || w->password == NULL)) {
    if (w != NULL) wipe_text(w->handle), wipe_text(w->password);
    free(w);
    r = client_nomem(err);
  }
  if (r == ALGO_OK) *out = w;
  json_object_put(o);
  algo_arena_fini(&arena);
  return r;
}

void algo_kmd_close(algo_kmd_wallet_t *w) {
  algo_buf_t body = ALGO_BUF_INIT;
  json_object *o = NULL;
  if (w == NULL) return;
  algo_json_t j = open_body(&body, w, false);
  algo_json_close(&j, '}');
  (void)post(w->kmd, "/v1/wallet/release", &body, &o, NULL);
  json_object_put(o);
  wipe_text(w->handle);
  wipe_text(w->password);
  free(w);
}

algo_code_t algo_kmd_addresses(algo_kmd_wallet_t *w, const algo_addr_t **out, size_t *n, algo_arena_t *arena,
                               algo_err_t *err) {
  algo_buf_t body = ALGO_BUF_INIT;
  json_object *o = NULL;
  algo_json_t j = open_body(&body, w, false);
  algo_json_close(&j, '}');
  algo_code_t r = post(w->kmd, "/v1/key/list", &body, &o, err);
  json_object *list = client_json_at(o, "addresses");
  size_t count = client_json_count(list);
  algo_addr_t *addrs = algo_arena_array(arena, count + 1, sizeof *addrs);
  if (r == ALGO_OK && addrs == NULL) r = client_nomem(err);
  for (size_t i = 0; r == ALGO_OK && i < count; i++) {
    json_object *one = json_object_array_get_idx(list, i);
    const char *text = json_object_is_type(one, json_type_string) ? json_object_get_string(one) : "";
    r = algo_addr_parse(&addrs[i], text, strlen(text), err);
  }
  if (r == ALGO_OK) *out = addrs, *n = count;
  json_object_put(o);
  return r;
}

algo_code_t algo_kmd_generate(algo_kmd_wallet_t *w, algo_addr_t *out, algo_err_t *err) {
  algo_buf_t body = ALGO_BUF_INIT;
  json_object *o = NULL;
  algo_json_t j = open_body(&body, w, false);
  algo_json_key(&j, "display_mnemonic");
  algo_json_bool(&j, false);
  algo_json_close(&j, '}');
  algo_code_t r = post(w->kmd, "/v1/key", &body, &o, err);
  if (r == ALGO_OK) r = client_json_addr(out, o, "address", err);
  json_object_put(o);
  return r;
}

algo_code_t algo_kmd_export(algo_kmd_wallet_t *w, const algo_addr_t *addr, algo_key_t *out, algo_err_t *err) {
  algo_buf_t body = ALGO_BUF_INIT, secret = ALGO_BUF_INIT;
  json_object *o = NULL;
  char text[ALGO_ADDR_TEXT + 1];
  algo_addr_format(text, addr);
  algo_json_t j = open_body(&body, w, true);
  put_text(&j, "address", text);
  algo_json_close(&j, '}');
  algo_code_t r = post(w->kmd, "/v1/key/export", &body, &o, err);
  if (r == ALGO_OK) r = algo_json_opt_base64(o, "private_key", &secret, err);
  if (r == ALGO_OK && secret.n != 64)
    r = algo_err_set(err, ALGO_E_PARSE, "the key daemon's private key has %zu bytes, not 64", secret.n);
  if (r == ALGO_OK) algo_key_from_seed(out, secret.p);
  if (secret.p != NULL) sodium_memzero(secret.p, secret.cap);
  algo_buf_fini(&secret);
  json_object_put(o);
  return r;
}

algo_code_t algo_kmd_import(algo_kmd_wallet_t *w, const algo_key_t *key, algo_addr_t *out, algo_err_t *err) {
  algo_buf_t body = ALGO_BUF_INIT;
  json_object *o = NULL;
  algo_json_t j = open_body(&body, w, false);
  algo_json_key(&j, "private_key");
  algo_json_base64(&j, algo_bytes(key->secret, sizeof key->secret));
  algo_json_close(&j, '}');
  algo_code_t r = post(w->kmd, "/v1/key/import", &body, &o, err);
  if (r == ALGO_OK) r = client_json_addr(out, o, "address", err);
  json_object_put(o);
  return r;
}

/* The daemon wants a public key as an array of numbers, or base64 of its bytes; it takes either. */
algo_code_t algo_kmd_sign(algo_kmd_wallet_t *w, const algo_txn_t *txn, const algo_addr_t *with, algo_stxn_t *out,
                          algo_arena_t *arena, algo_err_t *err) {
  algo_buf_t body = ALGO_BUF_INIT, encoded = ALGO_BUF_INIT;
  json_object *o = NULL;
  algo_bytes_t answer = {0};
  algo_txn_encode(&encoded, txn);
  algo_json_t j = open_body(&body, w, true);
  algo_json_key(&j, "transaction");
  algo_json_base64(&j, algo_buf_view(&encoded));
  if (with != NULL) {
    algo_json_key(&j, "public_key");
    algo_json_base64(&j, algo_bytes(with->b, sizeof with->b));
  }
  algo_json_close(&j, '}');
  if (encoded.oom) body.oom = true;
  algo_code_t r = post(w->kmd, "/v1/transaction/sign", &body, &o, err);
  if (r == ALGO_OK) r = client_json_bytes(&answer, o, "signed_transaction", arena, err);
  if (r == ALGO_OK) r = algo_stxn_decode_next(out, &answer, false, arena, err);
  json_object_put(o);
  algo_buf_fini(&encoded);
  return r;
}

typedef struct kmd_signer {
  algo_kmd_wallet_t *wallet;
  algo_addr_t with;
  bool has_with;
} kmd_signer_t;

static algo_code_t sign_group(void *user, algo_stxn_t *group, size_t n, const bool *wanted, algo_arena_t *arena,
                              algo_err_t *err) {
  const kmd_signer_t *s = user;
  for (size_t i = 0; i < n; i++) {
    algo_stxn_t signed_txn;
    algo_digest_t mine, theirs;
    if (!wanted[i]) continue;
    algo_code_t r = algo_kmd_sign(s->wallet, &group[i].txn, s->has_with ? &s->with : NULL, &signed_txn, arena, err);
    if (r != ALGO_OK) return r;
    algo_txn_id(&mine, &group[i].txn);
    algo_txn_id(&theirs, &signed_txn.txn);
    if (memcmp(&mine, &theirs, sizeof mine) != 0)
      return algo_err_set(err, ALGO_E_SIGNATURE, "the key daemon signed another transaction than it was given");
    group[i] = signed_txn;
  }
  return ALGO_OK;
}

algo_code_t algo_kmd_signer(algo_signer_t **out, algo_kmd_wallet_t *w, const algo_addr_t *sender,
                            const algo_addr_t *with, algo_err_t *err) {
  kmd_signer_t *s = calloc(1, sizeof *s);
  if (s == NULL) return client_nomem(err);
  s->wallet = w, s->has_with = with != NULL;
  if (with != NULL) s->with = *with;
  algo_code_t r = algo_signer_callback(out, sender, sign_group, s, free, err);
  if (r != ALGO_OK) free(s);
  return r;
}
