/* algo/signer.h - who signs: a key, several keys of a multisig, or a callback (a wallet, a KMD, a hardware key).
 *
 * A signer stands for one sender address. It is not changed by signing and may serve several composers of one thread; a
 * signer whose callback allows it may be shared by threads. */
#ifndef ALGO_SIGNER_H
#define ALGO_SIGNER_H

#include "algo/keys.h"
#include "algo/txn.h"

typedef struct algo_signer algo_signer_t;

/* Signs group[i] for each i with wanted[i]: sets sig, msig or lsig (and auth_addr) of that element, leaves the others
 * alone. Byte strings that it makes live in `arena`. */
typedef algo_code_t algo_sign_fn(void *user, algo_stxn_t *group, size_t n, const bool *wanted, algo_arena_t *arena,
                                 algo_err_t *err);

/* `key` is copied, and wiped with the signer. For an account that was rekeyed to this key, give the account as
 * `sender`; NULL: the key's own address. */
ALGO_API algo_code_t algo_signer_from_key(algo_signer_t **out, const algo_key_t *key, const algo_addr_t *sender,
                                          algo_err_t *err);
/* A multisig account of `addrs` (1 to 255) that needs `threshold` signatures; `keys` are those at hand, fewer than the
 * threshold gives a partial signature. Errors: INVALID (a key that is not of the account, or the multisig itself). */
ALGO_API algo_code_t algo_signer_multisig(algo_signer_t **out, uint8_t version, uint8_t threshold,
                                          const algo_addr_t *addrs, size_t n_addrs, const algo_key_t *keys,
                                          size_t n_keys, const algo_addr_t *sender, algo_err_t *err);
/* A logic signature, contract account or delegated; lsig's bytes are copied. */
ALGO_API algo_code_t algo_signer_lsig(algo_signer_t **out, const algo_lsig_t *lsig, const algo_addr_t *sender,
                                      algo_err_t *err);
/* `user_free` (NULL: nothing to free) is called once, at the end. */
ALGO_API algo_code_t algo_signer_callback(algo_signer_t **out, const algo_addr_t *sender, algo_sign_fn *sign,
                                          void *user, void (*user_free)(void *user), algo_err_t *err);
ALGO_API void algo_signer_free(algo_signer_t *s); /* NULL: nothing */
ALGO_API const algo_addr_t *algo_signer_sender(const algo_signer_t *s);
ALGO_API algo_code_t algo_signer_sign(const algo_signer_t *s, algo_stxn_t *group, size_t n, const bool *wanted,
                                      algo_arena_t *arena, algo_err_t *err);

/* ---- where keys come from ---- */
/* A file that only its owner may read (mode 0600 or less, refused otherwise: AUTH): a mnemonic of 25 words, or a seed
 * as 64 hex letters or base64; lines that start with # are passed over. Errors: IO, NOT_FOUND, PARSE, CHECKSUM. */
ALGO_API algo_code_t algo_key_from_file(algo_key_t *out, const char *path, algo_err_t *err);
/* Mnemonic or seed, as in a file. The caller wipes the text. */
ALGO_API algo_code_t algo_key_from_text(algo_key_t *out, const char *text, size_t n, algo_err_t *err);
/* The first of: the environment variable `mnemonic_var` (25 words), `file_var` (a file's path). NOT_FOUND: neither is
 * set. */
ALGO_API algo_code_t algo_key_from_env(algo_key_t *out, const char *mnemonic_var, const char *file_var,
                                       algo_err_t *err);
/* A new file, mode 0600, with the mnemonic and, as a remark, the address. EXISTS: never overwritten. */
ALGO_API algo_code_t algo_key_to_file(const algo_key_t *key, const char *path, algo_err_t *err);

#endif
