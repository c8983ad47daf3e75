/* algo/topup_client.h - topups: a renter's signature that lets anyone extend his rental, once a period.
 *
 * What the smart signature allows, and the worst that can come of it, is in contracts/README.md. One thread at a time.
 */
#ifndef ALGO_TOPUP_CLIENT_H
#define ALGO_TOPUP_CLIENT_H

#include "algo/market.h"
#include "algo/topup.h"

typedef struct algo_topup_signed {
  algo_topup_t terms;
  uint8_t sig[64]; /* of terms.renter over the program */
} algo_topup_signed_t;

/* Checks what must hold before a renter signs, and fills in the terms: the market runs the published programs, the
 * rental is active and the signer's, its machine has to send heartbeats, and what is bought lasts longer than `period`
 * rounds, each taken as `round_ms` long. Errors: INVALID (says which), NOT_FOUND, RANGE. */
ALGO_API algo_code_t algo_topup_prepare(algo_topup_t *out, algo_algod_t *algod, const algo_market_t *m,
                                        const algo_addr_t *renter, uint64_t rental, uint32_t minutes, uint64_t period,
                                        uint64_t last, uint32_t round_ms, algo_arena_t *arena, algo_err_t *err);
ALGO_API algo_code_t algo_topup_sign(algo_topup_signed_t *out, const algo_topup_t *terms, const algo_key_t *key,
                                     algo_err_t *err);

/* A signed topup as JSON text, and back; reading verifies the signature. Errors: PARSE, SIGNATURE, RANGE. */
ALGO_API void algo_topup_put(algo_buf_t *json, const algo_topup_signed_t *t);
ALGO_API algo_code_t algo_topup_parse(algo_topup_signed_t *out, const void *json, size_t n, algo_err_t *err);

/* The group of this period into an empty composer: the renter's deposit, and `extend`, which `submitter` signs and pays
 * for. *lsig gets the deposit's signer, which the caller frees after the composer. Errors: INVALID (the period's window
 * is over, the last round is past, another network or market). */
ALGO_API algo_code_t algo_topup_compose(algo_composer_t *c, algo_signer_t **lsig, algo_algod_t *algod,
                                        const algo_market_t *m, const algo_topup_signed_t *t,
                                        const algo_signer_t *submitter, algo_arena_t *arena, algo_err_t *err);

#endif
