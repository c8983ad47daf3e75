/* Wallets, their keys and multisigs, and the sessions that open them. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "algo/hash.h"
#include "algo/text.h"
#include "kmd_impl.h"

static void password_hash(uint8_t out[32], algo_bytes_t password) {
  algo_sha512_256_tagged(out, "algorent sandbox wallet", password.p, password.n);
}

static void hex(char *out, const uint8_t *p, size_t n) {
  for (size_t i = 0; i < n; i++) snprintf(out + 2 * i, 3, "%02x", p[i]);
}

static algo_code_t check_name(const algo_kmd_t *k, algo_bytes_t name, algo_err_t *err) {
  for (const kmd_wallet_t *w = k->wallets; w != NULL; w = w->next) {
    if (algo_bytes_eq(algo_bytes_str(w->name), name))
      return algo_err_set(err, ALGO_E_EXISTS, "wallet with same name already exists");
  }
  return ALGO_OK;
}

static char *text_dup(algo_bytes_t v) {
  char *s = malloc(v.n + 1);
  if (s == NULL) return NULL;
  if (v.n > 0) memcpy(s, v.p, v.n);
  s[v.n] = '\0';
  return s;
}

/* The name without what no file's name may have, then the id; the id alone where it is the name. */
static char *file_of(const char *name, const char *id) {
  size_t n = 0;
  char *s = malloc(strlen(name) + 1 + strlen(id) + sizeof ".db");
  if (s == NULL) return NULL;
  for (const char *c = name; *c != '\0'; c++) {
    bool letter = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z');
    if (letter || (*c >= '0' && *c <= '9') || *c == '_' || *c == '-') s[n++] = *c;
  }
  s[n] = '\0';
  if (strcmp(s, id) != 0) s[n++] = '.';
  else n = 0;
  memcpy(s + n, id, strlen(id));
  memcpy(s + n + strlen(id), ".db", sizeof ".db");
  return s;
}

static void wallet_free(kmd_wallet_t *w) {
  for (size_t i = 0; i < w->n_keys; i++) algo_key_fini(&w->keys[i]);
  for (size_t i = 0; i < w->n_multisigs; i++) free(w->multisigs[i].keys);
  free(w->keys);
  free(w->multisigs);
  free(w->name);
  free(w->file);
  sodium_memzero(w, sizeof *w);
  free(w);
}

kmd_wallet_t *kmd_wallet_add(algo_kmd_t *k, algo_bytes_t name, algo_bytes_t password, const uint8_t *master,
                             algo_err_t *err) {
  uint8_t id[16];
  kmd_wallet_t *w = calloc(1, sizeof *w);
  if (w == NULL) {
    algo_err_set(err, ALGO_E_NOMEM, "out of memory");
    return NULL;
  }
  algo_env_random(&k->env, id, sizeof id);
  hex(w->id, id, sizeof id);
  algo_bytes_t called = name.n > 0 ? name : algo_bytes_str(w->id);
  algo_code_t rc = ALGO_OK;
  if (called.n > KMD_NAME_MAX)
    rc = algo_err_set(err, ALGO_E_INVALID, "wallet name too long, must be <= %u bytes", KMD_NAME_MAX);
  if (rc == ALGO_OK) rc = check_name(k, called, err);
  if (rc == ALGO_OK && ((w->name = text_dup(called)) == NULL || (w->file = file_of(w->name, w->id)) == NULL))
    rc = algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  if (rc != ALGO_OK) {
    wallet_free(w);
    return NULL;
  }
  password_hash(w->password, password);
  if (master != NULL) memcpy(w->master, master, sizeof w->master);
  else algo_env_random(&k->env, w->master, sizeof w->master);
  kmd_wallet_t **at = &k->wallets;
  while (*at != NULL && strcmp((*at)->file, w->file) < 0) at = &(*at)->next;
  w->next = *at;
  *at = w;
  return w;
}

kmd_wallet_t *kmd_wallet_find(algo_kmd_t *k, algo_bytes_t id, algo_err_t *err) {
  for (kmd_wallet_t *w = k->wallets; w != NULL; w = w->next) {
    if (algo_bytes_eq(algo_bytes_str(w->id), id)) return w;
  }
  algo_err_set(err, ALGO_E_NOT_FOUND, "wallet not found");
  return NULL;
}

algo_code_t kmd_wallet_rename(algo_kmd_t *k, kmd_wallet_t *w, algo_bytes_t name, algo_err_t *err) {
  algo_code_t rc = check_name(k, name, err);
  if (rc != ALGO_OK) return rc;
  char *renamed = text_dup(name);
  if (renamed == NULL) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  free(w->name);
  w->name = renamed;
  return ALGO_OK;
}

algo_code_t kmd_wallet_check(const kmd_wallet_t *w, algo_bytes_t password, algo_err_t *err) {
  uint8_t h[32];
  password_hash(h, password);
  if (sodium_memcmp(h, w->password, sizeof h) == 0) return ALGO_OK;
  return algo_err_set(err, ALGO_E_AUTH, "error decrypting. wrong password?");
}

/* ---- keys ---- */

static size_t key_index(const kmd_wallet_t *w, const algo_addr_t *a) {
  size_t i = 0;
  while (i < w->n_keys && !algo_addr_eq(&w->keys[i].addr, a)) i++;
  return i;
}

algo_code_t kmd_key_add(kmd_wallet_t *w, const algo_key_t *key, algo_err_t *err) {
  if (key_index(w, &key->addr) < w->n_keys) return algo_err_set(err, ALGO_E_EXISTS, "key already exists in wallet");
  algo_key_t *grown = malloc((w->n_keys + 1) * sizeof *grown); /* not realloc: it would leave secrets behind */
  if (grown == NULL) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  size_t at = 0;
  while (at < w->n_keys && memcmp(w->keys[at].addr.b, key->addr.b, sizeof key->addr.b) < 0) at++;
  if (w->n_keys > 0) {
    memcpy(grown, w->keys, at * sizeof *grown);
    memcpy(grown + at + 1, w->keys + at, (w->n_keys - at) * sizeof *grown);
    sodium_memzero(w->keys, w->n_keys * sizeof *grown);
  }
  free(w->keys);
  w->keys = grown;
  w->keys[at] = *key;
  w->n_keys++;
  return ALGO_OK;
}

/* HMAC of SHA-512/256 (RFC 2104; block of 128 bytes). */
static void hmac(uint8_t out[32], const uint8_t key[32], algo_bytes_t msg) {
  uint8_t block[128], inner[128 + 64], outer[128 + 32];
  memset(block, 0, sizeof block);
  memcpy(block, key, 32);
  for (size_t i = 0; i < sizeof block; i++) {
    inner[i] = block[i] ^ 0x36;
    outer[i] = block[i] ^ 0x5c;
  }
  memcpy(inner + 128, msg.p, msg.n);
  algo_sha512_256(outer + 128, inner, 128 + msg.n);
  algo_sha512_256(out, outer, sizeof outer);
  sodium_memzero(block, sizeof block);
  sodium_memzero(inner, sizeof inner);
  sodium_memzero(outer, sizeof outer);
}

/* kmd's rule: HKDF-expand of the master key with "AlgorandDeterministicKey-N"; so a wallet can be made again from it.
 */
static void derive(algo_key_t *out, const uint8_t master[32], uint64_t index) {
  char info[64];
  uint8_t seed[32];
  int n = snprintf(info, sizeof info - 1, "AlgorandDeterministicKey-%llu", (unsigned long long)index);
  info[n] = 1; /* HKDF's block counter */
  hmac(seed, master, algo_bytes(info, (size_t)n + 1));
  algo_key_from_seed(out, seed);
  sodium_memzero(seed, sizeof seed);
}

algo_code_t kmd_key_derive(kmd_wallet_t *w, algo_addr_t *out, algo_err_t *err) {
  algo_key_t key;
  algo_code_t rc;
  do {
    derive(&key, w->master, ++w->last_key);
    rc = kmd_key_add(w, &key, err);
    *out = key.addr;
  } while (rc == ALGO_E_EXISTS); /* imported before */
  algo_key_fini(&key);
  return rc;
}

algo_code_t kmd_key_find(const kmd_wallet_t *w, const algo_addr_t *a, const algo_key_t **out, algo_err_t *err) {
  size_t i = key_index(w, a);
  if (i == w->n_keys) return algo_err_set(err, ALGO_E_NOT_FOUND, "key does not exist in this wallet");
  *out = &w->keys[i];
  return ALGO_OK;
}

algo_code_t kmd_key_delete(kmd_wallet_t *w, const algo_addr_t *a, algo_err_t *err) {
  (void)err;
  size_t i = key_index(w, a);
  if (i == w->n_keys) return ALGO_OK; /* as kmd has it */
  memmove(&w->keys[i], &w->keys[i + 1], (w->n_keys - i - 1) * sizeof *w->keys);
  algo_key_fini(&w->keys[--w->n_keys]);
  return ALGO_OK;
}

/* ---- multisigs ---- */

static size_t multisig_index(const kmd_wallet_t *w, const algo_addr_t *a) {
  size_t i = 0;
  while (i < w->n_multisigs && !algo_addr_eq(&w->multisigs[i].addr, a)) i++;
  return i;
}

algo_code_t kmd_multisig_add(kmd_wallet_t *w, uint8_t version, uint8_t threshold, const algo_addr_t *keys, size_t n,
                             algo_addr_t *out, algo_err_t *err) {
  algo_code_t rc = kmd_multisig_addr(out, version, threshold, keys, n, err);
  if (rc != ALGO_OK) return rc;
  if (multisig_index(w, out) < w->n_multisigs) return algo_err_set(err, ALGO_E_EXISTS, "key already exists in wallet");
  kmd_multisig_t *grown = realloc(w->multisigs, (w->n_multisigs + 1) * sizeof *grown);
  algo_addr_t *copy = malloc(n * sizeof *copy);
  if (grown != NULL) w->multisigs = grown;
  if (grown == NULL || copy == NULL) {
    free(copy);
    return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  }
  memcpy(copy, keys, n * sizeof *copy);
  size_t at = 0;
  while (at < w->n_multisigs && memcmp(w->multisigs[at].addr.b, out->b, sizeof out->b) < 0) at++;
  memmove(&w->multisigs[at + 1], &w->multisigs[at], (w->n_multisigs - at) * sizeof *grown);
  w->multisigs[at] = (kmd_multisig_t){*out, version, threshold, copy, n};
  w->n_multisigs++;
  return ALGO_OK;
}

algo_code_t kmd_multisig_find(const kmd_wallet_t *w, const algo_addr_t *a, const kmd_multisig_t **out,
                              algo_err_t *err) {
  size_t i = multisig_index(w, a);
  if (i == w->n_multisigs) {
    return algo_err_set(err, ALGO_E_NOT_FOUND,
                        "multisig information (pks, threshold) for address does not exist in this wallet");
  }
  *out = &w->multisigs[i];
  return ALGO_OK;
}

algo_code_t kmd_multisig_delete(kmd_wallet_t *w, const algo_addr_t *a, algo_err_t *err) {
  (void)err;
  size_t i = multisig_index(w, a);
  if (i == w->n_multisigs) return ALGO_OK;
  free(w->multisigs[i].keys);
  memmove(&w->multisigs[i], &w->multisigs[i + 1], (w->n_multisigs - i - 1) * sizeof *w->multisigs);
  w->n_multisigs--;
  return ALGO_OK;
}

/* ---- sessions ---- */

/* Those that are over go, and of too many the one that would be over first. */
static void make_room(algo_kmd_t *k, uint64_t now) {
  size_t n = 0;
  kmd_session_t *first = NULL;
  for (kmd_session_t *s = k->sessions, *next; s != NULL; s = next) {
    next = s->next;
    if (s->expires_ns < now) {
      kmd_session_close(k, s);
      continue;
    }
    n++;
    if (first == NULL || s->expires_ns <= first->expires_ns) first = s;
  }
  if (n >= KMD_SESSIONS_MOST) kmd_session_close(k, first);
}

kmd_session_t *kmd_session_open(algo_kmd_t *k, kmd_wallet_t *w, algo_err_t *err) {
  uint64_t now = algo_env_now_ns(&k->env);
  make_room(k, now);
  kmd_session_t *s = calloc(1, sizeof *s);
  if (s == NULL) {
    algo_err_set(err, ALGO_E_NOMEM, "out of memory");
    return NULL;
  }
  uint8_t raw[(KMD_HANDLE_ID + KMD_HANDLE_SECRET) / 2];
  algo_env_random(&k->env, raw, sizeof raw);
  hex(s->token, raw, KMD_HANDLE_ID / 2);
  s->token[KMD_HANDLE_ID] = '.';
  hex(s->token + KMD_HANDLE_ID + 1, raw + KMD_HANDLE_ID / 2, KMD_HANDLE_SECRET / 2);
  s->wallet = w;
  s->expires_ns = now + (uint64_t)KMD_SESSION_SECONDS * 1000000000u;
  s->next = k->sessions;
  k->sessions = s;
  return s;
}

static bool all_hex(const uint8_t *p, size_t n, size_t want) {
  bool ok = n == want;
  for (size_t i = 0; ok && i < n; i++) ok = (p[i] >= '0' && p[i] <= '9') || (p[i] >= 'a' && p[i] <= 'f');
  return ok;
}

kmd_session_t *kmd_session_find(algo_kmd_t *k, algo_bytes_t token, algo_err_t *err) {
  const char *why = NULL;
  const uint8_t *dot = token.n > 0 ? memchr(token.p, '.', token.n) : NULL;
  size_t id = dot != NULL ? (size_t)(dot - token.p) : 0;
  if (dot == NULL) why = "wrong number of token parts";
  else if (!all_hex(token.p, id, KMD_HANDLE_ID)) why = "invalid wallet handle id";
  else if (!all_hex(dot + 1, token.n - id - 1, KMD_HANDLE_SECRET)) why = "invalid wallet handle secret";
  kmd_session_t *s = why == NULL ? k->sessions : NULL;
  while (s != NULL && memcmp(s->token, token.p, KMD_HANDLE_ID) != 0) s = s->next;
  if (why == NULL && s == NULL) why = "handle does not exist";
  else if (s != NULL && sodium_memcmp(dot + 1, s->token + KMD_HANDLE_ID + 1, KMD_HANDLE_SECRET) != 0)
    why = "invalid token";
  else if (s != NULL && s->expires_ns < algo_env_now_ns(&k->env)) why = "handle expired";
  if (why == NULL) return s;
  algo_err_set(err, ALGO_E_AUTH, "%s", why);
  return NULL;
}

void kmd_session_close(algo_kmd_t *k, kmd_session_t *s) {
  for (kmd_session_t **at = &k->sessions; *at != NULL; at = &(*at)->next) {
    if (*at != s) continue;
    *at = s->next;
    free(s);
    return;
  }
}

void kmd_wallets_free(algo_kmd_t *k) {
  while (k->sessions != NULL) kmd_session_close(k, k->sessions);
  while (k->wallets != NULL) {
    kmd_wallet_t *w = k->wallets;
    k->wallets = w->next;
    wallet_free(w);
  }
}
