/* algo/origin.h - where a forked ledger reads what it does not have: another chain's state as of one round.
 *
 * Each function is called once for each thing, when it is first looked up, and its answer stays. Arrays and byte
 * strings live in the arena. Errors: NOT_FOUND (it is not there; that stays too), any other (it cannot be told now; it
 * is asked for again the next time, and what was being done fails). */
#ifndef ALGO_ORIGIN_H
#define ALGO_ORIGIN_H

#include "algo/ledger.h"

typedef struct algo_origin_local {
  uint64_t app;
  algo_schema_t schema;
  const algo_kv_t *kv;
  size_t n;
} algo_origin_local_t;
typedef struct algo_origin_holding {
  uint64_t asset;
  algo_avm_holding_t holding;
} algo_origin_holding_t;
typedef struct algo_origin_asset {
  uint64_t id;
  algo_asset_params_t params;
} algo_origin_asset_t;
typedef struct algo_origin_app {
  uint64_t id;
  algo_avm_app_t params; /* creator: not looked at */
  const algo_kv_t *globals;
  size_t n_globals;
} algo_origin_app_t;

typedef struct algo_origin_account { /* one that never was is all zero: that is no error */
  algo_account_view_t view;          /* balance without pending rewards; rewards: earned ever */
  const algo_origin_holding_t *holdings;
  size_t n_holdings;
  const algo_origin_local_t *locals;
  size_t n_locals;
  const algo_origin_asset_t *assets; /* created */
  size_t n_assets;
  const algo_origin_app_t *apps; /* created */
  size_t n_apps;
} algo_origin_account_t;

typedef struct algo_ledger_origin {
  void *user;
  uint64_t round;         /* whose state it is */
  algo_bytes_t block;     /* {block, cert} of that round; as long as the origin */
  uint64_t online, total; /* microAlgos there are after it, as /v2/ledger/supply */
  bool supply_known;      /* false: these are zero, and who asks for them is refused */
  algo_code_t (*account)(void *user, const algo_addr_t *a, algo_origin_account_t *out, algo_arena_t *arena,
                         algo_err_t *err);
  /* Who made an asset or an application; that account has it among its own. */
  algo_code_t (*creator)(void *user, bool app, uint64_t id, algo_addr_t *out, algo_err_t *err);
  algo_code_t (*box)(void *user, uint64_t app, algo_bytes_t name, algo_bytes_t *value, algo_arena_t *arena,
                     algo_err_t *err);
  algo_code_t (*boxes)(void *user, uint64_t app, const algo_bytes_t **names, size_t *n, algo_arena_t *arena,
                       algo_err_t *err);
  /* {block, cert} of a round before `round`. */
  algo_code_t (*past)(void *user, uint64_t round, algo_bytes_t *out, algo_arena_t *arena, algo_err_t *err);
} algo_ledger_origin_t;

/* A ledger whose first block is the origin's; `g` is the genesis of its network. The origin is kept (not copied).
 * Errors: those of algo_ledger_new; GENESIS (the block is of another network), UNSUPPORTED (its protocol). */
ALGO_API algo_code_t algo_ledger_new_fork(algo_ledger_t **out, const algo_genesis_t *g,
                                          const algo_ledger_origin_t *origin, const algo_env_t *env, algo_err_t *err);
/* {block, cert} of a round before the ledger's first block, which is the origin's: in the arena. Only of a fork.
 * Errors: the origin's. */
ALGO_API algo_code_t algo_ledger_past(const algo_ledger_t *l, uint64_t round, algo_bytes_t *out, algo_arena_t *arena,
                                      algo_err_t *err);
/* A look-up since the last call of this failed: what was found then may be incomplete. The error is handed over. */
ALGO_API bool algo_ledger_origin_failed(algo_ledger_t *l, algo_err_t *err);

#endif
