/* What the files of the ledger share. State is changed in place; every change is written to a journal that can take it
 * back, so that a group, an inner program, a simulation or a snapshot costs only what it changes. */
#ifndef ALGO_LEDGER_INTERNAL_H
#define ALGO_LEDGER_INTERNAL_H

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "algo/arena.h"
#include "algo/hash.h"
#include "algo/ledger.h"
#include "algo/origin.h"
#include "algo/rules.h"

#define ALGO_LEDGER_WINDOW   1024u /* the last blocks, at least so many, are in memory; their ids may not come again */
#define ALGO_LEDGER_LOOKBACK 320u  /* rounds whose changes can be taken back: simulate's rounds, deltas */

/* ---- shared byte strings ---- */
typedef struct blob {
  uint32_t refs, n;
  uint8_t p[];
} blob_t;
blob_t *algo_lblob_new(algo_bytes_t v); /* NULL: out of memory */
static inline blob_t *blob_ref(blob_t *b) {
  if (b) b->refs++;
  return b;
}
static inline void blob_unref(blob_t *b) {
  if (b && --b->refs == 0) free(b);
}
static inline algo_bytes_t blob_view(const blob_t *b) { return b ? algo_bytes(b->p, b->n) : algo_bytes(NULL, 0); }

/* ---- a table of pointers by hash; the caller compares ---- */
typedef struct table {
  void **slots;
  uint32_t *hashes;
  size_t n, cap;
} table_t;
typedef bool table_eq_fn(const void *item, const void *key);
void *algo_ltable_find(const table_t *t, uint32_t hash, table_eq_fn *eq, const void *key);
bool algo_ltable_add(table_t *t, uint32_t hash, void *item);
void algo_ltable_remove(table_t *t, uint32_t hash, const void *item);
void algo_ltable_fini(table_t *t);
uint32_t algo_lhash_bytes(const void *p, size_t n, uint64_t seed);
static inline uint32_t hash_u64(uint64_t v) {
  v = (v ^ (v >> 31)) * UINT64_C(0x9e3779b97f4a7c15);
  return (uint32_t)(v >> 32);
}
static inline uint32_t hash_digest(const uint8_t *d) { /* addresses and ids are uniform already */
  uint32_t h;
  memcpy(&h, d, 4);
  return h * UINT32_C(0x9e3779b1) ^ h >> 15;
}

/* ---- records ---- */
typedef struct account_data { /* only whole words: two are compared as memory */
  uint64_t balance, rewards_base, rewarded, status;
  algo_addr_t auth;
  uint64_t schema_uint, schema_bytes, extra_pages;
  uint64_t apps_created, apps_opted_in, assets_created, assets, boxes, box_bytes;
  uint64_t incentive_eligible, last_proposed, last_heartbeat;
  uint8_t vote_pk[32], selection_pk[32], state_proof_pk[64];
  uint64_t vote_first, vote_last, vote_key_dilution;
} account_data_t;

typedef struct holding {
  uint64_t asset, amount;
  bool frozen;
} holding_t;

typedef struct kv_item {
  blob_t *key, *bytes; /* bytes NULL: an integer */
  uint64_t uint;
} kv_item_t;
typedef struct kv { /* one application's global state, or one account's local state of it; sorted by key */
  uint32_t refs, n, cap;
  uint64_t n_uint, n_bytes;
  kv_item_t *items;
  struct account *owner; /* who holds it: the application's creator, or who opted in */
  uint64_t app;
} kv_t;

typedef struct local {
  uint64_t app;
  algo_schema_t schema;
  kv_t *kv;
} local_t;

typedef struct ids {
  uint64_t *v;
  size_t n, cap;
} ids_t;

typedef struct stake { /* what agreement saw of an account from that round on */
  uint64_t round, balance, rewards_base, vote_first, vote_last;
  bool online, eligible;
  uint8_t state_proof_pk[64];
} stake_t;

typedef struct account {
  algo_addr_t addr;
  account_data_t d;
  uint64_t epoch; /* journal's epoch in which d was saved last */
  uint64_t seen;  /* stamp of the last walk over modified accounts */
  holding_t *holdings;
  size_t n_holdings, cap_holdings;
  local_t *locals;
  size_t n_locals, cap_locals;
  ids_t assets, apps; /* created */
  stake_t *stakes;    /* by round; only accounts that were online have any */
  size_t n_stakes;
} account_t;

typedef struct asset { /* never changed in place: replaced */
  uint64_t id;
  account_t *creator;
  algo_asset_params_t params; /* views into text */
  blob_t *text;
} asset_t;

typedef struct app { /* never changed in place: replaced; versions of one application share globals */
  uint64_t id;
  account_t *creator;
  algo_addr_t sponsor;
  blob_t *approval, *clear;
  algo_schema_t global_schema, local_schema;
  uint32_t extra_pages;
  uint64_t version;
  bool foreign_box_reads, family_box_access;
  kv_t *globals;
} app_t;

typedef struct box {
  uint64_t app;
  blob_t *name, *value;
  size_t at; /* in its application's list */
} box_t;
typedef struct app_boxes {
  uint64_t app;
  box_t **v;
  size_t n, cap;
} app_boxes_t;

typedef struct lease {
  algo_addr_t sender;
  uint8_t lease[32];
  uint64_t expires; /* last round in which it holds; 0: none */
} lease_t;

typedef struct txref {
  algo_digest_t id;
  uint64_t round;
  uint32_t index;
  bool used;
} txref_t;
typedef struct txrefs {
  txref_t *v;
  size_t n, cap;
} txrefs_t;

/* ---- the journal ---- */
typedef enum { J_ACCOUNT, J_HOLDING, J_LOCAL, J_ASSET, J_APP, J_KV, J_BOX, J_LEASE, J_TXID } journal_kind_t;
typedef struct journal_item { /* holds the other side: undoing swaps it with what is there */
  journal_kind_t kind;
  bool present;
  union {
    struct {
      account_t *account;
      account_data_t *data;
    } account;
    struct {
      account_t *account;
      holding_t holding;
    } holding;
    struct {
      account_t *account;
      local_t local;
    } local;
    struct {
      uint64_t id;
      asset_t *asset;
    } asset;
    struct {
      uint64_t id;
      app_t *app;
    } app;
    struct {
      kv_t *kv;
      kv_item_t item;
    } kv;
    struct {
      uint64_t app;
      blob_t *name, *value;
      box_t *spare; /* of one that was removed, to come back without memory */
    } box;
    struct {
      lease_t *lease;
      uint64_t expires;
    } lease;
    struct {
      algo_digest_t id;
      uint64_t round;
      uint32_t index;
    } txid;
  } u;
} journal_item_t;
typedef struct journal {
  journal_item_t *v;
  size_t head, n, cap; /* v[head .. n) */
  uint64_t base;       /* position of v[0] */
  uint64_t epoch;
} journal_t;

typedef struct totals { /* money with rewards applied, and whole reward units; by status */
  uint64_t online, offline, not_participating;
  uint64_t online_units, offline_units, not_participating_units;
} totals_t;

typedef struct block_rec {
  uint8_t *bytes; /* {block, cert} */
  uint32_t n;
  uint32_t n_txns;
  uint64_t journal; /* position at its start; 0: not known */
  totals_t totals;  /* after it */
  uint64_t rewards_level;
} block_rec_t;

typedef struct run { /* of the file of ids, sorted */
  uint64_t at, n;
} run_t;
typedef struct store {    /* the blocks before those in memory, and their transactions' ids; see store.c */
  bool open, kept;        /* files are there; in a folder */
  int blocks, index, ids; /* files */
  uint64_t n, end;        /* blocks; bytes of them */
  uint64_t id_end;        /* entries of ids */
  run_t *runs;
  size_t n_runs, cap_runs;
} store_t;

typedef struct mark { /* a place in the journal, and what the open block had then */
  uint64_t pos, txn_count, fees;
} mark_t;
typedef struct open_mark { /* the same with the bytes of the open block */
  mark_t state;
  size_t n_txns, txns, ids, ends;
} open_mark_t;

typedef struct open_block {
  bool started;         /* else only round and rewards level of the header stand */
  algo_header_t header; /* what is known from the start: rewards, bonus, upgrade state */
  algo_state_proof_tracking_t tracking;
  uint64_t journal;   /* position at its start */
  uint64_t txn_count; /* with inner transactions */
  uint64_t fees;
  size_t n_txns;
  algo_buf_t txns;    /* as in the block, one after the other */
  algo_buf_t ids;     /* 64 bytes each: SHA-512/256 id, SHA-256 id */
  algo_buf_t ends;    /* uint32_t: end of each in txns */
  uint64_t whole;     /* full blocks that are in it, before the one that is being filled; see pool.c */
  size_t begin;       /* where that one begins in txns */
  open_mark_t fits;   /* the end of the first; only where there are several */
  algo_buf_t encoded; /* the header, when it is sealed */
} open_block_t;

typedef struct snapshot {
  uint64_t id, round, journal;
} snapshot_t;

struct algo_ledger {
  const algo_env_t *env;
  algo_arena_t arena; /* genesis */
  algo_genesis_t genesis;
  algo_digest_t genesis_hash;
  char genesis_id[128];
  const algo_consensus_t *consensus;
  table_t accounts, assets, apps, boxes, app_boxes, leases;
  txrefs_t txids;
  journal_t journal;
  block_rec_t *blocks; /* of the rounds first .. n_blocks - 1 */
  size_t first, n_blocks, cap_blocks;
  store_t store;
  uint64_t base;                      /* a fork's first round; 0: none */
  uint64_t base_counter;              /* what was numbered up to here is the origin's */
  const algo_ledger_origin_t *origin; /* NULL: not a fork */
  table_t asked;                      /* of the origin, and told; blob_t */
  bool origin_failed;                 /* a look-up did */
  algo_err_t origin_err;
  algo_header_t tip; /* its parts are in tip_arena */
  algo_arena_t tip_arena, tip_spare;
  algo_digest_t tip_hash;
  uint8_t tip_hash512[64];
  open_block_t open;
  snapshot_t *snapshots;
  size_t n_snapshots, cap_snapshots;
  uint64_t next_snapshot;
  account_t **online; /* every account that ever was online */
  size_t n_online, cap_online;
  uint64_t *sum_matrix;    /* of the subset-sum hash; NULL: not drawn yet */
  uint64_t walk;           /* stamp for account_t.seen */
  algo_buf_t fail;         /* whole text of the last refusal */
  algo_bytes_t attributes; /* of the last program that failed; in the scratch arena */
  uint64_t failed_app;     /* its application; 0: a logic signature */
  algo_arena_t scratch;    /* of one submitted group */
  account_data_t nowhere;  /* what is written where a change could not be journaled */
  bool oom;                /* memory ran out within a change, which is therefore undone */
  bool broken;             /* and one that could not be undone: no more of them */
};

/* Before anything may change: the state is whole, and no change has run out of memory yet. Errors: NOMEM. */
algo_code_t algo_lready(algo_ledger_t *l, algo_err_t *err);

/* ---- journal ---- */
mark_t algo_lmark(algo_ledger_t *l);
void algo_lundo(algo_ledger_t *l, const mark_t *m);
void algo_lundo_to(algo_ledger_t *l, uint64_t pos); /* and forgets what was undone */
void algo_lrewind(algo_ledger_t *l, uint64_t pos);  /* undoes but keeps, for algo_lforward */
void algo_lforward(algo_ledger_t *l, uint64_t pos);
void algo_lforward_to(algo_ledger_t *l, uint64_t pos, uint64_t to); /* a part of the way */
void algo_lforget(algo_ledger_t *l, uint64_t pos);                  /* what is before pos can never be undone again */
static inline uint64_t journal_pos(const journal_t *j) { return j->base + j->n; }
static inline journal_item_t *journal_at(const journal_t *j, uint64_t pos) { return &j->v[pos - j->base]; }
void algo_ljournal_fini(algo_ledger_t *l);
void algo_ljournal_drop_last(algo_ledger_t *l); /* it was not done after all, and holds nothing */
journal_item_t *algo_ljournal_add(algo_ledger_t *l, journal_kind_t kind, bool present);

/* ---- records: lookups give NULL where there is none; writers journal ---- */
account_t *algo_lacct(algo_ledger_t *l, const algo_addr_t *a); /* made when it is not there */
account_t *algo_lacct_find(const algo_ledger_t *l, const algo_addr_t *a);
account_t *algo_lacct_add(algo_ledger_t *l, const algo_addr_t *a); /* an empty one */
account_data_t *algo_lacct_write(algo_ledger_t *l, account_t *a);  /* journals; marks it as modified */
holding_t *algo_lholding(const account_t *a, uint64_t asset);
void algo_lholding_put(algo_ledger_t *l, account_t *a, uint64_t asset, const holding_t *h); /* NULL: removes */
local_t *algo_llocal(const account_t *a, uint64_t app);
void algo_llocal_put(algo_ledger_t *l, account_t *a, uint64_t app, const algo_schema_t *schema); /* NULL: removes */
asset_t *algo_lasset(const algo_ledger_t *l, uint64_t id);
asset_t *algo_lasset_new(uint64_t id, account_t *creator, const algo_asset_params_t *p);
void algo_lasset_put(algo_ledger_t *l, uint64_t id, account_t *creator,
                     const algo_asset_params_t *p); /* NULL: removes */
app_t *algo_lapp(const algo_ledger_t *l, uint64_t id);
app_t *algo_lapp_copy(const app_t *a);                       /* to change and put */
void algo_lapp_put(algo_ledger_t *l, uint64_t id, app_t *a); /* takes a; NULL: removes */
kv_t *algo_lkv_new(account_t *owner, uint64_t app);
void algo_lkv_unref(kv_t *kv);
kv_item_t *algo_lkv_find(const kv_t *kv, algo_bytes_t key);
void algo_lkv_put(algo_ledger_t *l, kv_t *kv, algo_bytes_t key, const algo_tv_t *v); /* NULL: removes */
box_t *algo_lbox(const algo_ledger_t *l, uint64_t app, algo_bytes_t name);
void algo_lbox_put(algo_ledger_t *l, uint64_t app, algo_bytes_t name, const algo_bytes_t *value); /* NULL: removes */
app_boxes_t *algo_lapp_boxes(const algo_ledger_t *l, uint64_t app);
uint64_t algo_llease(const algo_ledger_t *l, const algo_addr_t *sender, const uint8_t lease[32]); /* 0: none */
void algo_llease_put(algo_ledger_t *l, const algo_addr_t *sender, const uint8_t lease[32], uint64_t expires);
const txref_t *algo_ltxid(const algo_ledger_t *l, const algo_digest_t *id);
void algo_ltxid_put(algo_ledger_t *l, const algo_digest_t *id, uint64_t round, uint32_t index);
void algo_lrecords_fini(algo_ledger_t *l);
/* raw changes, without journal: for the journal alone. False: no memory for what is new, and nothing has changed; what
 * was there before comes back always */
bool algo_lraw_holding(algo_ledger_t *l, account_t *a, bool *present, holding_t *h);
bool algo_lraw_local(algo_ledger_t *l, account_t *a, bool *present, local_t *x);
bool algo_lraw_asset(algo_ledger_t *l, uint64_t id, asset_t **a);
bool algo_lraw_app(algo_ledger_t *l, uint64_t id, app_t **a);
bool algo_lraw_kv(algo_ledger_t *l, kv_t *kv, bool *present, kv_item_t *item);
/* *spare: of the one that is removed, and for the one that comes back; the caller's to free. */
bool algo_lraw_box(algo_ledger_t *l, uint64_t app, blob_t *name, blob_t **value, box_t **spare);
bool algo_lraw_txid(algo_ledger_t *l, const algo_digest_t *id, bool *present, uint64_t *round, uint32_t *index);
void algo_lasset_free(asset_t *a);
void algo_lapp_free(app_t *a);

/* ---- the origin of a fork: read what is not there. True: look again ---- */
account_t *algo_lorigin_account(const algo_ledger_t *l, const algo_addr_t *a); /* NULL: it failed */
bool algo_lorigin_app(const algo_ledger_t *l, uint64_t id);
bool algo_lorigin_asset(const algo_ledger_t *l, uint64_t id);
bool algo_lorigin_box(const algo_ledger_t *l, uint64_t app, algo_bytes_t name);
void algo_lorigin_boxes(const algo_ledger_t *l, uint64_t app);     /* all of an application */
algo_code_t algo_lorigin_check(algo_ledger_t *l, algo_err_t *err); /* fails where a look-up did */
void algo_lorigin_no_supply(const algo_ledger_t *l);               /* it was asked for, and is not known */
bool algo_lorigin_asked(algo_ledger_t *l, algo_bytes_t key);       /* from a checkpoint; false: out of memory */
void algo_lorigin_fini(algo_ledger_t *l);

/* ---- balances ---- */
static inline uint64_t sat_add(uint64_t a, uint64_t b) { return a + b < a ? UINT64_MAX : a + b; }
static inline uint64_t sat_sub(uint64_t a, uint64_t b) { return a > b ? a - b : 0; }
uint64_t algo_lmin_balance(const algo_ledger_t *l, const account_data_t *d);
uint64_t algo_lrewards(const algo_ledger_t *l, const account_data_t *d);        /* that it has not been paid yet */
account_data_t algo_lrewarded(const algo_ledger_t *l, const account_data_t *d); /* as of the open block's level */
bool algo_ldata_is_zero(const account_data_t *d);

/* ---- refusals: the whole text goes to l->fail, its beginning to err ---- */
algo_code_t algo_lfail(algo_ledger_t *l, algo_err_t *err, const char *fmt, ...) ALGO_PRINTF(3, 4);
/* A node's database has no numbers over 2^63, and says so where one is looked up; kind: 0 asset, 1 application. */
#define ALGO_LLARGE_NUMBER "uint64 values with high bit set are not supported"
algo_code_t algo_lno_creator(algo_ledger_t *l, uint64_t id, int kind, algo_err_t *err);
algo_code_t algo_lfail_code(algo_ledger_t *l, algo_code_t code, algo_err_t *err, const char *fmt, ...)
    ALGO_PRINTF(4, 5);
/* "prefix" before the text that is there. */
algo_code_t algo_lfail_prefix(algo_ledger_t *l, algo_code_t code, algo_err_t *err, const char *fmt, ...)
    ALGO_PRINTF(4, 5);
typedef struct addr_text {
  char s[ALGO_ADDR_TEXT + 1];
} addr_text_t;
addr_text_t algo_laddr(const algo_addr_t *a);
typedef struct txid_text {
  char s[53];
} txid_text_t;
txid_text_t algo_ltxid_text(const algo_digest_t *d);
/* As Go prints the structure with %+v. */
void algo_ldump_account(algo_buf_t *out, const account_data_t *d);
void algo_ldump_stxn(algo_buf_t *out, const algo_stxn_t *s);

/* ---- applying ---- */
typedef struct applied { /* one transaction on its way */
  const algo_stxn_t *stxn;
  const algo_txn_t *txn;
  algo_apply_t *ad;
  algo_avm_group_t *group; /* NULL: a group without application calls */
  size_t index;
  uint64_t counter; /* ids created are this + 1 */
} applied_t;
algo_code_t algo_lmove(algo_ledger_t *l, const algo_addr_t *from, const algo_addr_t *to, uint64_t amount,
                       uint64_t *from_rewards, uint64_t *to_rewards, algo_err_t *err);
algo_code_t algo_lapply(algo_ledger_t *l, applied_t *x, bool inner, algo_err_t *err); /* fee, rekey, then by type */
algo_code_t algo_lapply_acfg(algo_ledger_t *l, applied_t *x, algo_err_t *err);
algo_code_t algo_lapply_axfer(algo_ledger_t *l, applied_t *x, algo_err_t *err);
algo_code_t algo_lapply_afrz(algo_ledger_t *l, applied_t *x, algo_err_t *err);
algo_code_t algo_lapply_appl(algo_ledger_t *l, applied_t *x, algo_err_t *err);
extern const algo_avm_ledger_ops_t algo_lops;

/* ---- groups ---- */
typedef struct group_run {
  const algo_stxn_t *const *txns;
  size_t n;
  const algo_digest_t *ids;
  const algo_bytes_t *encoded; /* NULL where the group is not to stay */
  algo_apply_t *ads;           /* filled */
  algo_avm_group_t *group;     /* NULL: no application call in it */
  const algo_avm_tracer_t *tracer;
  size_t failed; /* index of the transaction that failed; n: the group as a whole */
  bool skip_signatures;
  /* simulate: called before and after each transaction; see simulate.c */
  void (*before)(void *self, size_t i);
  void (*after)(void *self, size_t i, algo_code_t rc);
  void *self;
} group_run_t;
/* Evaluates onto the open block; on failure everything is undone. The caller adds to the block. */
algo_code_t algo_lgroup_eval(algo_ledger_t *l, group_run_t *r, algo_err_t *err);
/* The checks that need no state: form, group, signatures. *index: which transaction; -1: none. text in l->fail. */
typedef struct verify_opts {
  bool skip_signatures;
  const bool *given; /* NULL, or one a transaction: taken as signed */
  algo_arena_t *arena;
  const algo_avm_tracer_t *tracer;
  bool simulate;       /* refusals about form are the bare text */
  uint64_t *sig_costs; /* NULL, or one a transaction */
} verify_opts_t;
algo_code_t algo_lverify(algo_ledger_t *l, const algo_stxn_t *const *txns, size_t n, const algo_digest_t *ids,
                         const verify_opts_t *o, int *index, algo_err_t *err);
void algo_lpq_address(algo_addr_t *out, const algo_pqsig_t *p);

/* ---- more than a block takes ---- */
open_mark_t algo_lopen_mark(const algo_ledger_t *l);
void algo_lopen_back(algo_ledger_t *l, const open_mark_t *m); /* undoes what came after */
/* Is there room in the pool, at that fee? */
algo_code_t algo_lpool_check(algo_ledger_t *l, const algo_ledger_group_t *g, const algo_submit_options_t *opt,
                             algo_err_t *err);
/* A pool looks at every last round before it evaluates the first transaction. */
algo_code_t algo_lpool_check_dead(algo_ledger_t *l, const algo_stxn_t *const *txns, size_t n, algo_err_t *err);
/* The group that was just added goes into a further block, where it is too much for the one. On failure the caller
 * goes back to `before`. */
algo_code_t algo_lpool_fit(algo_ledger_t *l, const group_run_t *r, const open_mark_t *before, algo_err_t *err);

/* ---- blocks ---- */
void algo_lopen_reset(algo_ledger_t *l); /* forgets the open block; the state is the tip's */
/* Begins it where it has not begun; not where memory runs out, which the ledger says. */
void algo_lopen_start(algo_ledger_t *l);
void algo_lopen_cancel(algo_ledger_t *l); /* undoes and forgets it */
/* `header` is h encoded. */
algo_code_t algo_lblock_keep(algo_ledger_t *l, const algo_header_t *h, algo_bytes_t header, algo_bytes_t txns,
                             size_t n_txns, const totals_t *totals, algo_err_t *err);
/* Of a round that is in memory; of a round before a fork, that of its first. */
static inline block_rec_t *algo_lrec(const algo_ledger_t *l, uint64_t round) {
  return &l->blocks[round > l->first ? round - l->first : 0];
}
/* The one that a fork begins with. */
algo_code_t algo_lblock_first(algo_ledger_t *l, algo_bytes_t bytes, const algo_block_t *b, const totals_t *totals,
                              algo_err_t *err);
algo_code_t algo_lnew(algo_ledger_t **out, const algo_genesis_t *g, const algo_env_t *env, algo_err_t *err);
/* {block, cert} of any round up to the tip: a view, or in the arena. */
algo_code_t algo_lblock_bytes(const algo_ledger_t *l, uint64_t round, algo_arena_t *arena, algo_bytes_t *out,
                              algo_err_t *err);
algo_bytes_t algo_lblock_body(algo_bytes_t block_and_cert); /* the value of "block" */
void algo_lblocks_fini(algo_ledger_t *l);

/* ---- the store ---- */
void algo_lspill(algo_ledger_t *l); /* what is old goes there; where it cannot be written it stays in memory */
/* The blocks first .. round, which are in the store: *out is malloc'd, as their bytes. Errors: IO (names the round),
 * NOMEM. */
algo_code_t algo_lstore_read(const algo_ledger_t *l, uint64_t first, uint64_t round, block_rec_t **out,
                             algo_err_t *err);
/* They are those in memory now, with their transactions' ids; takes `blocks`. */
algo_code_t algo_lstore_back(algo_ledger_t *l, uint64_t first, uint64_t round, block_rec_t *blocks, algo_err_t *err);
algo_code_t algo_lstore_block(const algo_ledger_t *l, uint64_t round, algo_arena_t *arena, algo_bytes_t *out,
                              algo_err_t *err);
bool algo_lstore_txid(const algo_ledger_t *l, const algo_digest_t *id, uint64_t *round, uint32_t *index);
algo_code_t algo_lstore_all(algo_ledger_t *l, algo_err_t *err); /* the blocks in memory are in the files too */
void algo_lstore_fini(algo_ledger_t *l);
void algo_ltxids_below(const algo_ledger_t *l, uint64_t round, algo_buf_t *out); /* txref_t each */
void algo_ltxids_drop(algo_ledger_t *l, uint64_t below);
/* The tip is what this encoded header says, or that of the last block's bytes; where it fails, what it was. */
algo_code_t algo_ltip_take(algo_ledger_t *l, algo_bytes_t header, algo_err_t *err);
algo_code_t algo_ltip_load(algo_ledger_t *l, algo_err_t *err);
/* The group, evaluated, comes into the open block. On failure the caller goes back with algo_lopen_back. */
algo_code_t algo_lopen_add(algo_ledger_t *l, const group_run_t *r, algo_err_t *err);
typedef enum { HASH_SHA512_256, HASH_SHA256, HASH_SHA512 } hash_kind_t;
/* The root over a level of `width` hashes of 64 bytes, a power of two, under the subset-sum hash: left at the front. */
void algo_lclimb_sum(uint8_t *level, size_t width, const uint64_t *matrix);
/* The root over n leaves (their data, one after the other, `size` bytes each): zero for none. */
void algo_lcommit(uint8_t *out, hash_kind_t hash, bool vector, const uint8_t *leaves, size_t size, size_t n,
                  algo_buf_t *work);
/* The sibling hashes of leaf i, in the order of a node's proof. *depth: levels above the leaves. */
void algo_lprove(algo_buf_t *out, uint64_t *depth, hash_kind_t hash, bool vector, const uint8_t *leaves, size_t size,
                 size_t n, size_t i, algo_buf_t *work);
size_t algo_lreverse_bits(size_t v, unsigned bits); /* of its lowest `bits` bits */
void algo_ltagged(uint8_t *out, hash_kind_t hash, const char *tag, const void *p, size_t n);
void algo_lkv_view(const kv_t *kv, algo_kv_t *out);
void algo_lonline_update(algo_ledger_t *l, uint64_t round);
const stake_t *algo_lstake_of(const account_t *a, uint64_t round);    /* NULL: not online then */
static inline bool algo_lmay_vote(const stake_t *s, uint64_t round) { /* s may be NULL */
  return s && s->vote_first <= round && round <= s->vote_last;
}
void algo_lstake_at(const algo_ledger_t *l, const account_t *a, uint64_t round, uint64_t *stake, bool *eligible);
uint64_t algo_lbalance_round(const algo_ledger_t *l);
/* What of the money online after `round` votes in vote_round: keys that expired before do not count. */
uint64_t algo_lonline_between(const algo_ledger_t *l, uint64_t round, uint64_t vote_round);
uint64_t algo_lonline_stake(const algo_ledger_t *l, uint64_t round); /* what votes in that round */
/* Who may sign the state proof of the interval that begins with the block: commitment and weight, where it is due. */
algo_code_t algo_lvoters(algo_ledger_t *l, algo_state_proof_tracking_t *out, uint64_t round, algo_arena_t *arena,
                         algo_err_t *err);
algo_code_t algo_lknock_offline(algo_ledger_t *l, algo_header_t *h, algo_arena_t *arena, algo_err_t *err);
void algo_ltotals_update(algo_ledger_t *l, totals_t *t);
void algo_ltotals_add(const algo_ledger_t *l, totals_t *t, const account_data_t *d, int sign);
void algo_lonline_truncate(algo_ledger_t *l, uint64_t round);

#endif
