/* algo/deploy.h - the applications that this library was made with: found on a chain, compared byte for byte, labelled.
 *
 * One thread at a time for one algod client. What is read lives in the arena. */
#ifndef ALGO_DEPLOY_H
#define ALGO_DEPLOY_H

#include "algo/algod.h"
#include "algo/method.h"

/* Every published application and variant; NULL at the end. */
ALGO_API const algo_app_spec_t *const *algo_deploy_specs(void);
/* The variant of `contract` ("rental", "escrow") for a market in `asset` (0: ALGO); NULL: no such contract. */
ALGO_API const algo_app_spec_t *algo_deploy_spec(const char *contract, uint64_t asset);

/* What of an application differs from a specification. */
typedef struct algo_deploy_check {
  bool approval, clear, global_schema, local_schema, extra_pages; /* true: it differs */
  size_t approval_at, clear_at;                                   /* the first byte that does */
} algo_deploy_check_t;
/* True: nothing differs. */
ALGO_API bool algo_deploy_compare(algo_deploy_check_t *out, const algo_application_t *a, const algo_app_spec_t *spec);
/* The published specification whose programs the application runs; NULL: none. */
ALGO_API const algo_app_spec_t *algo_deploy_match(const algo_application_t *a);

/* microAlgos that the creator's minimum balance rises by while the application exists. Source: 100,000 a page, 28,500 a
 * number and 50,000 a byte slice of the global schema (consensus parameters since version 24). */
ALGO_API uint64_t algo_deploy_held(const algo_app_spec_t *spec);

/* The creator's applications that are exactly `spec`, with asset `asset` in their state, lowest id first. */
ALGO_API algo_code_t algo_deploy_find(const uint64_t **apps, size_t *n, algo_algod_t *algod, const algo_addr_t *creator,
                                      const algo_app_spec_t *spec, uint64_t asset, algo_arena_t *arena,
                                      algo_err_t *err);

/* The note of a creation, as ARC-2 wants it: algorent/deploy:j{...}, with contract, variant, version and the SHA-256 of
 * both programs. */
ALGO_API void algo_deploy_note(algo_buf_t *out, const algo_app_spec_t *spec, const char *version);
typedef struct algo_deploy_label {
  const char *contract, *variant, *version; /* "" where the note does not say */
  uint8_t approval[32], clear[32];          /* SHA-256 */
} algo_deploy_label_t;
/* Errors: NOT_FOUND (no note of this kind), PARSE, TRUNCATED. */
ALGO_API algo_code_t algo_deploy_label(algo_deploy_label_t *out, algo_bytes_t note, algo_arena_t *arena,
                                       algo_err_t *err);

typedef struct algo_deploy_creation {
  uint64_t round;
  char txid[53];  /* "" where an application made it */
  algo_txn_t txn; /* with its arguments, programs and note */
} algo_deploy_creation_t;
/* The transaction of round `round` that made the application. Errors: NOT_FOUND (that block made no such application,
 * or the node no longer has it). */
ALGO_API algo_code_t algo_deploy_creation(algo_deploy_creation_t *out, algo_algod_t *algod, uint64_t app,
                                          uint64_t round, algo_arena_t *arena, algo_err_t *err);

#endif
