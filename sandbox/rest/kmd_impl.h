/* What the parts of the key daemon share: wallets (kmd_wallets.c), signing (kmd_sign.c), requests (kmd.c). */
#ifndef KMD_IMPL_H
#define KMD_IMPL_H

#include <pthread.h>

#include "algo/arena.h"
#include "algo/json.h"
#include "algo/kmd.h"
#include "algo/txn.h"

#define KMD_SESSION_SECONDS 3600u
#define KMD_NAME_MAX        64u
#define KMD_MSIG_KEYS_MAX   255u

typedef struct kmd_multisig {
  algo_addr_t addr;
  uint8_t version, threshold;
  algo_addr_t *keys;
  size_t n;
} kmd_multisig_t;

typedef struct kmd_wallet {
  struct kmd_wallet *next;
  char id[33]; /* 32 hex digits */
  char name[KMD_NAME_MAX + 1];
  uint8_t password[32]; /* its hash */
  uint8_t master[32];   /* keys are derived from it */
  uint64_t next_key;    /* index of the next derived key */
  algo_key_t *keys;
  size_t n_keys;
  kmd_multisig_t *multisigs;
  size_t n_multisigs;
} kmd_wallet_t;

typedef struct kmd_session {
  struct kmd_session *next;
  char token[16 + 1 + 64 + 1];
  kmd_wallet_t *wallet;
  uint64_t expires_ns;
} kmd_session_t;

struct algo_kmd {
  algo_env_t env;
  char *token;
  pthread_mutex_t lock; /* everything below, and while a request is handled */
  kmd_wallet_t *wallets;
  kmd_session_t *sessions;
};

/* ---- wallets; texts are kmd's ---- */
kmd_wallet_t *kmd_wallet_add(algo_kmd_t *k, const char *name, algo_bytes_t password, const uint8_t *master,
                             algo_err_t *err);
kmd_wallet_t *kmd_wallet_find(algo_kmd_t *k, algo_bytes_t id, algo_err_t *err);
algo_code_t kmd_wallet_rename(algo_kmd_t *k, kmd_wallet_t *w, algo_bytes_t name, algo_err_t *err);
algo_code_t kmd_wallet_check(const kmd_wallet_t *w, algo_bytes_t password, algo_err_t *err);
algo_code_t kmd_key_add(kmd_wallet_t *w, const algo_key_t *key, algo_err_t *err);
algo_code_t kmd_key_derive(kmd_wallet_t *w, algo_addr_t *out, algo_err_t *err);
algo_code_t kmd_key_find(const kmd_wallet_t *w, const algo_addr_t *a, const algo_key_t **out, algo_err_t *err);
algo_code_t kmd_key_delete(kmd_wallet_t *w, const algo_addr_t *a, algo_err_t *err);
algo_code_t kmd_multisig_add(kmd_wallet_t *w, uint8_t version, uint8_t threshold, const algo_addr_t *keys, size_t n,
                             algo_addr_t *out, algo_err_t *err);
algo_code_t kmd_multisig_find(const kmd_wallet_t *w, const algo_addr_t *a, const kmd_multisig_t **out, algo_err_t *err);
algo_code_t kmd_multisig_delete(kmd_wallet_t *w, const algo_addr_t *a, algo_err_t *err);
void kmd_wallets_free(algo_kmd_t *k);

kmd_session_t *kmd_session_open(algo_kmd_t *k, kmd_wallet_t *w, algo_err_t *err);
kmd_session_t *kmd_session_find(algo_kmd_t *k, algo_bytes_t token, algo_err_t *err);
void kmd_session_close(algo_kmd_t *k, kmd_session_t *s);

/* ---- signing ---- */
algo_code_t kmd_sign_txn(const kmd_wallet_t *w, algo_bytes_t txn, const algo_addr_t *key, algo_buf_t *out,
                         algo_err_t *err);
algo_code_t kmd_sign_program(const kmd_wallet_t *w, algo_bytes_t program, const algo_addr_t *a, uint8_t sig[64],
                             algo_err_t *err);
typedef struct kmd_partial { /* a multisig's signatures so far; n 0: none given */
  uint8_t version, threshold;
  algo_msig_part_t *parts;
  size_t n;
} kmd_partial_t;
/* What is signed: "TX" || transaction, "Program" || program or "MsigProgram" || address || program. */
algo_code_t kmd_sign_multisig(const kmd_wallet_t *w, const char *tag, algo_bytes_t msg, const algo_addr_t *addr,
                              const algo_addr_t *other, const algo_addr_t *key, const kmd_partial_t *partial,
                              algo_buf_t *out, algo_err_t *err);

#endif
