/* A random walk over a market by random parties, every step of it compared with the model. */
#ifndef WALK_H
#define WALK_H

#include "model.h"

typedef struct walk {
  world_t w;
  model_t m;
  uint64_t rng;
  bool asa;
  u128_t clawed;     /* base units taken from the application's holding by the issuer */
  unsigned seen[64]; /* how often each refusal was seen; refusals[] names them */
  const char *refusals[64];
  unsigned n_refusals, accepted[STEPS];
  uint64_t budget[STEPS];                /* the most that an accepted step of each kind used; with w.measures */
  bool (*also)(const struct walk *k);    /* has to hold too; NULL: nothing */
  const char *(*finish)(struct walk *k); /* in the end; what does not hold, or NULL; itself NULL: nothing */
  char why[4096];                        /* the first difference; "" while all is well */
} walk_t;

/* algo and asa: the programs to walk on. The market is created and bootstrapped. */
void walk_open(walk_t *k, bool asa, const algo_app_spec_t *algo, const algo_app_spec_t *asa_spec);
/* So many walks from the market as it is now, which it is again behind them. False: the testnet's why, and `found`
 * (NULL: not wanted), have the shortest script. */
bool walk_run(walk_t *k, unsigned walks, unsigned steps, uint64_t seed, algo_walk_found_t *found);
/* To finish with: every account can be paid again and every window is over; strangers end all of it, and nothing is
 * left. */
const char *walk_drain(walk_t *k);
void walk_close(walk_t *k);

#endif
