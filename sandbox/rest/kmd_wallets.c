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

static kmd_wallet_t *by_name(algo_kmd_t *k, const char *name, size_t n) {
  for (kmd_wallet_t *w = k->wallets; w != NULL; w = w->next) {
    if (strlen(w->name) == n && memcmp(w->name, name, n) == 0) return w;
  }
  return NULL;
}

static algo_code_t check_name(algo_kmd_t *k, algo_bytes_t name, algo_err_t *err) {
  if (name.n > KMD_NAME_MAX)
    return algo_err_set(err, ALGO_E_INVALID, "wallet name too long, must be <= %u bytes", KMD_NAME_MAX);
  if (by_name(k, (const char *)name.p, name.n) != NULL)
    return algo_err_set(err, ALGO_E_EXISTS, "wallet with same name already exists");
  return ALGO_OK;
}

kmd_wallet_t *kmd_wallet_add(algo_kmd_t *k, const char *name, algo_bytes_t password, const uint8_t *master,
                             algo_err_t *err) {
  uint8_t id[16];
  kmd_wallet_t *w = calloc(1, sizeof *w);
  if (w == NULL) {
    algo_err_set(err, ALGO_E_NOMEM, "out of memory");
    return NULL;
  }
  algo_env_random(&k->env, id, sizeof id);
  hex(w->id, id, sizeof id);
  algo_bytes_t called = algo_bytes_str(*name != '\0' ? name : w->id);
  if (check_name(k, called, err) != ALGO_OK) {
    free(w);
    return NULL;
  }
  memcpy(w->name, called.p, called.n);
  password_hash(w->password, password);
  if (master != NULL) memcpy(w->master, master, sizeof w->master);
  else algo_env_random(&k->env, w->master, sizeof w->master);
  kmd_wallet_t **at = &k->wallets; /* listed in the order they were made */
  while (*at != NULL) at = &(*at)->next;
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
  memset(w->name, 0, sizeof w->name);
  memcpy(w->name, name.p, name.n);
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
  if (w->n_keys > 0) {
    memcpy(grown, w->keys, w->n_keys * sizeof *grown);
    sodium_memzero(w->keys, w->n_keys * sizeof *grown);
  }
  free(w->keys);
  w->keys = grown;
  w->keys[w->n_keys++] = *key;
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
    derive(&key, w->master, w->next_key++);
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
  algo_code_t rc = algo_addr_of_multisig(out, version, threshold, keys, n, err);
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
  w->multisigs[w->n_multisigs++] = (kmd_multisig_t){*out, version, threshold, copy, n};
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

kmd_session_t *kmd_session_open(algo_kmd_t *k, kmd_wallet_t *w, algo_err_t *err) {
  uint64_t now = algo_env_now_ns(&k->env);
  for (kmd_session_t **at = &k->sessions; *at != NULL;) { /* those that are over go */
    if ((*at)->expires_ns < now) {
      kmd_session_t *old = *at;
      *at = old->next;
      free(old);
    } else {
      at = &(*at)->next;
    }
  }
  kmd_session_t *s = calloc(1, sizeof *s);
  if (s == NULL) {
    algo_err_set(err, ALGO_E_NOMEM, "out of memory");
    return NULL;
  }
  uint8_t raw[8 + 32];
  algo_env_random(&k->env, raw, sizeof raw);
  hex(s->token, raw, 8);
  s->token[16] = '.';
  hex(s->token + 17, raw + 8, 32);
  s->wallet = w;
  s->expires_ns = now + (uint64_t)KMD_SESSION_SECONDS * 1000000000u;
  s->next = k->sessions;
  k->sessions = s;
  return s;
}

kmd_session_t *kmd_session_find(algo_kmd_t *k, algo_bytes_t token, algo_err_t *err) {
  size_t dots = 0;
  for (size_t i = 0; i < token.n; i++) dots += token.p[i] == '.';
  if (dots != 1) {
    algo_err_set(err, ALGO_E_AUTH, "wrong number of token parts");
    return NULL;
  }
  for (kmd_session_t *s = k->sessions; s != NULL; s = s->next) {
    if (token.n != sizeof s->token - 1 || sodium_memcmp(token.p, s->token, token.n) != 0) continue;
    if (s->expires_ns >= algo_env_now_ns(&k->env)) return s;
    algo_err_set(err, ALGO_E_AUTH, "handle expired");
    return NULL;
  }
  bool formed = token.n == sizeof((kmd_session_t *)0)->token - 1 && token.p[16] == '.';
  algo_err_set(err, ALGO_E_AUTH, formed ? "handle does not exist" : "invalid wallet handle id");
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
    for (size_t i = 0; i < w->n_keys; i++) algo_key_fini(&w->keys[i]);
    for (size_t i = 0; i < w->n_multisigs; i++) free(w->multisigs[i].keys);
    free(w->keys);
    free(w->multisigs);
    sodium_memzero(w, sizeof *w);
    free(w);
  }
}
