/* algo/market.h - a rental market on a chain: its terms, GPUs and rentals read from its application, and the calls
 * whose amounts follow from them. The other calls are the binding's (algo/rental.h) and go to a composer as they are.
 *
 * One thread at a time for one algod client. What is read lives in the arena. Errors beside algod's own: NOT_FOUND (no
 * such market, GPU or rental), INVALID (an application that is no rental market), RANGE. */
#ifndef ALGO_MARKET_H
#define ALGO_MARKET_H

#include "algo/composer.h"
#include "algo/rental.h"

/* microAlgos for a box, paid by who creates it and paid back when the box goes. */
#define ALGO_MARKET_RENTAL_MBR   80900u
#define ALGO_MARKET_PROVIDER_MBR 18900u
#define ALGO_MARKET_BASE_ALGO    100000u
#define ALGO_MARKET_BASE_ASA     200000u
#define ALGO_MARKET_MODEL_MAX    64u
static inline uint64_t algo_market_gpu_mbr(size_t model_length) { return 62500u + 400u * (uint64_t)model_length; }

typedef struct algo_market {
  algo_app_t app;      /* as the binding takes it */
  algo_addr_t address; /* of the application: who gets the payments */
  algo_addr_t creator;
  const algo_app_spec_t *spec; /* of its variant: deploys it, explains its refusals */
  bool genuine;                /* its programs are the published ones, byte for byte */
  algo_rental_globals_t terms;
  uint32_t decimals; /* of an amount: 6 for ALGO */
  const char *unit;  /* "ALGO", or the asset's unit name made printable */
} algo_market_t;

ALGO_API algo_code_t algo_market_load(algo_market_t *out, algo_algod_t *algod, uint64_t app_id, algo_arena_t *arena,
                                      algo_err_t *err);
/* The variant for this asset. */
ALGO_API const algo_app_spec_t *algo_market_spec(uint64_t asset);

typedef struct algo_market_gpu {
  uint64_t id;
  algo_rental_gpu_t gpu;
} algo_market_gpu_t;
typedef struct algo_market_rental {
  uint64_t id;
  algo_rental_rental_t rental;
} algo_market_rental_t;

ALGO_API algo_code_t algo_market_gpu(algo_rental_gpu_t *out, algo_algod_t *algod, const algo_market_t *m, uint64_t id,
                                     algo_arena_t *arena, algo_err_t *err);
ALGO_API algo_code_t algo_market_rental(algo_rental_rental_t *out, algo_algod_t *algod, const algo_market_t *m,
                                        uint64_t id, algo_arena_t *arena, algo_err_t *err);
/* All of them, by id. */
ALGO_API algo_code_t algo_market_gpus(const algo_market_gpu_t **out, size_t *n, algo_algod_t *algod,
                                      const algo_market_t *m, algo_arena_t *arena, algo_err_t *err);
ALGO_API algo_code_t algo_market_rentals(const algo_market_rental_t **out, size_t *n, algo_algod_t *algod,
                                         const algo_market_t *m, algo_arena_t *arena, algo_err_t *err);

/* price x minutes. Errors: RANGE. */
ALGO_API algo_code_t algo_market_deposit(uint64_t *out, uint64_t price_per_minute, uint64_t minutes, algo_err_t *err);

/* The calls whose payments follow from the market's state. */
ALGO_API algo_code_t algo_market_rent_call(algo_method_call_t *out, algo_algod_t *algod, const algo_market_t *m,
                                           uint64_t gpu, uint32_t minutes, const uint8_t session_key[32],
                                           algo_arena_t *arena, algo_err_t *err);
ALGO_API algo_code_t algo_market_extend_call(algo_method_call_t *out, algo_algod_t *algod, const algo_market_t *m,
                                             uint64_t rental, uint32_t minutes, algo_arena_t *arena, algo_err_t *err);

/* What stopping rental r at Unix time t would settle, as the contract computes it (docs/contracts.md, Billing). */
ALGO_API void algo_market_bill(algo_rental_bill_t *out, const algo_rental_rental_t *r, uint64_t t);

/* One call on its own: composed, simulated, signed, sent, waited for. *out (NULL: not wanted) is as algo_composer_run
 * leaves it. */
ALGO_API algo_code_t algo_market_run(algo_algod_t *algod, const algo_market_t *m, const algo_method_call_t *call,
                                     const algo_signer_t *signer, algo_call_result_t *out, algo_arena_t *arena,
                                     algo_err_t *err);

/* Names for people: "available", "active"; "unknown" for what is not a state. */
ALGO_API const char *algo_market_gpu_state(uint8_t state);
ALGO_API const char *algo_market_rental_state(uint8_t state);

/* Any bytes as text that a terminal shows as it is and cannot be moved by: control, direction and invisible characters
 * and what is not UTF-8 become \xNN, a backslash \\. */
ALGO_API void algo_text_printable(algo_buf_t *out, algo_bytes_t v);

#endif
