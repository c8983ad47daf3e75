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
#define KMD_SESSIONS_MOST   10000u
#define KMD_HANDLE_ID       16u
#define KMD_HANDLE_SECRET   64u

typedef struct kmd_multisig {
  algo_addr_t addr;
  uint8_t version, threshold;
  algo_addr_t *keys;
  size_t n;
} kmd_multisig_t;

typedef struct kmd_wallet {
  struct kmd_wallet *next;
  char id[33]; /* 32 hex digits */
  char *name;
  char *file;           /* its file's name, had it one: they are listed in the order of these */
  uint8_t password[32]; /* its hash */
  uint8_t master[32];   /* keys are derived from it */
  uint64_t last_key;    /* index of the key derived last; the first is 1 */
  algo_key_t *keys;     /* these and the multisigs by their addresses */
  size_t n_keys;
  kmd_multisig_t *multisigs;
  size_t n_multisigs;
} kmd_wallet_t;

typedef struct kmd_session {
  struct kmd_session *next;
  char token[KMD_HANDLE_ID + 1 + KMD_HANDLE_SECRET + 1]; /* hex digits, a dot, hex digits */
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

typedef struct kmd_keys {
  algo_addr_t *p;
  size_t n;
} kmd_keys_t;
typedef struct kmd_partial { /* a multisig's signatures so far; all zero: none given */
  uint8_t version, threshold;
  algo_msig_part_t *parts;
  size_t n;
} kmd_partial_t;

/* ---- requests: the fields of all of them; zero where absent ---- */
typedef struct kmd_request {
  algo_bytes_t handle, password, id, name, driver, address; /* texts: views into the JSON */
  algo_bytes_t transaction, program;                        /* in the arena, as the lists are */
  uint8_t master[32], secret[64];
  algo_addr_t public_key, signer;
  bool display_mnemonic, legacy;
  uint8_t version, threshold;
  kmd_keys_t keys;
  kmd_partial_t partial;
} kmd_request_t;
/* From an object with none but the `allowed` keys, each between spaces; NULL, which is null, has none. False:
 * malformed. The caller wipes it. */
bool kmd_request_read(kmd_request_t *r, json_object *o, const char *allowed, algo_arena_t *arena);

/* ---- wallets; texts are kmd's ---- */
/* name empty: its id. master NULL: a random one. */
kmd_wallet_t *kmd_wallet_add(algo_kmd_t *k, algo_bytes_t name, algo_bytes_t password, const uint8_t *master,
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
/* The multisig's address. Errors: kmd's texts. */
algo_code_t kmd_multisig_addr(algo_addr_t *out, uint8_t version, uint8_t threshold, const algo_addr_t *keys, size_t n,
                              algo_err_t *err);
algo_code_t kmd_sign_txn(const kmd_wallet_t *w, const algo_txn_t *txn, const algo_addr_t *key, algo_buf_t *out,
                         algo_err_t *err);
algo_code_t kmd_sign_program(const kmd_wallet_t *w, algo_bytes_t program, const algo_addr_t *a, uint8_t sig[64],
                             algo_err_t *err);
/* What is signed: "TX" || transaction, "Program" || program or "MsigProgram" || address || program. */
algo_code_t kmd_sign_multisig(const kmd_wallet_t *w, const char *tag, algo_bytes_t msg, const algo_addr_t *addr,
                              const algo_addr_t *other, const algo_addr_t *key, const kmd_partial_t *partial,
                              algo_buf_t *out, algo_err_t *err);

#endif
