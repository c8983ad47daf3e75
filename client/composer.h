/* composer.h - the composer's inside. */
#ifndef CLIENT_COMPOSER_H
#define CLIENT_COMPOSER_H

#include "algo/composer.h"
#include "internal.h"

typedef enum { COMPOSER_OPEN, COMPOSER_BUILT, COMPOSER_SIGNED, COMPOSER_SENT, COMPOSER_DONE } composer_state_t;

typedef struct composer_item {
  const algo_signer_t *signer;
  const algo_app_spec_t *spec;
  bool is_call; /* of a method: the last log may be its return value */
  bool returns;
  bool fee_pinned;
} composer_item_t;

struct algo_composer {
  algo_algod_t *algod;
  algo_composer_options_t opt;
  composer_state_t state;
  algo_params_t params;
  algo_stxn_t group[ALGO_GROUP_MAX];
  composer_item_t items[ALGO_GROUP_MAX];
  algo_call_result_t results[ALGO_GROUP_MAX];
  bool has_results;
  size_t n;
  const char *said; /* NULL: nothing */
  algo_arena_t arena;
};

/* Puts what was touched into the calls' references. Errors: RANGE (no room), NOMEM. */
algo_code_t composer_add_references(algo_composer_t *c, const algo_simulated_t *s, algo_err_t *err);
void composer_keep_result(algo_composer_t *c, size_t i, const algo_outcome_t *outcome);

#endif
