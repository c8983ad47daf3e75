/* algo/sandbox.h - what a sandbox allows beyond a node: its state kept and put back, its time, anybody's balance.
 *
 * The client is that of the sandbox's algod (algo/algod.h), over the network or in a test's own process
 * (algo/testnet.h). Errors, beside those of every call there: NOT_FOUND (no such snapshot, application, or a node that
 * is no sandbox), INVALID (the sandbox refuses; the message says why). Changes of state are made as of the last block,
 * outside of any transaction. docs/sandbox.md is the guide. */
#ifndef ALGO_SANDBOX_H
#define ALGO_SANDBOX_H

#include "algo/algod.h"

/* ---- the state as a whole ---- */
ALGO_API algo_code_t algo_sandbox_snapshot(algo_algod_t *c, uint64_t *id, algo_err_t *err);
/* May be done again with the same id; snapshots taken later are lost. */
ALGO_API algo_code_t algo_sandbox_revert(algo_algod_t *c, uint64_t id, algo_err_t *err);
ALGO_API algo_code_t algo_sandbox_reset(algo_algod_t *c, algo_err_t *err); /* back to the genesis */
/* Back to the genesis, and from there the same run for the same seed: the chain starts on 2026-01-01, each block is a
 * second later, the key daemon's keys and tokens come from the seed. */
ALGO_API algo_code_t algo_sandbox_seed(algo_algod_t *c, const char *seed, algo_err_t *err);
ALGO_API algo_code_t algo_sandbox_dump(algo_algod_t *c, algo_buf_t *out, algo_err_t *err); /* everything as one file */
ALGO_API algo_code_t algo_sandbox_load(algo_algod_t *c, algo_bytes_t dump, algo_err_t *err);

/* ---- time and blocks ---- */
ALGO_API algo_code_t algo_sandbox_set_time(algo_algod_t *c, uint64_t unix_seconds,
                                           algo_err_t *err); /* the next block's */
/* Each block is `seconds` after the one before: algo_algod_set_offset. By the clock again: */
ALGO_API algo_code_t algo_sandbox_clock(algo_algod_t *c, algo_err_t *err);
ALGO_API algo_code_t algo_sandbox_advance(algo_algod_t *c, uint64_t blocks, algo_err_t *err);

typedef enum algo_sandbox_mining {
  ALGO_SANDBOX_DEV,      /* a block for each group that is accepted, at once */
  ALGO_SANDBOX_INTERVAL, /* a block every interval_ms, at least 1 */
  ALGO_SANDBOX_MANUAL,   /* a block when algo_sandbox_advance is called */
} algo_sandbox_mining_t;
ALGO_API algo_code_t algo_sandbox_mining(algo_algod_t *c, algo_sandbox_mining_t *mode, uint32_t *interval_ms,
                                         algo_err_t *err);
ALGO_API algo_code_t algo_sandbox_set_mining(algo_algod_t *c, algo_sandbox_mining_t mode, uint32_t interval_ms,
                                             algo_err_t *err);

/* ---- state by hand ---- */
ALGO_API algo_code_t algo_sandbox_set_balance(algo_algod_t *c, const algo_addr_t *a, uint64_t micro, algo_err_t *err);
/* The value's own key is not looked at; value NULL deletes. Schemas are not checked. */
ALGO_API algo_code_t algo_sandbox_set_global(algo_algod_t *c, uint64_t app, algo_bytes_t key,
                                             const algo_teal_value_t *value, algo_err_t *err);
ALGO_API algo_code_t algo_sandbox_set_local(algo_algod_t *c, const algo_addr_t *a, uint64_t app, algo_bytes_t key,
                                            const algo_teal_value_t *value, algo_err_t *err);
/* value NULL deletes. Of an application that is not there too: boxes outlive theirs. */
ALGO_API algo_code_t algo_sandbox_set_box(algo_algod_t *c, uint64_t app, algo_bytes_t name, const algo_bytes_t *value,
                                          algo_err_t *err);
/* Empty programs stay as they are. */
ALGO_API algo_code_t algo_sandbox_set_program(algo_algod_t *c, uint64_t app, algo_bytes_t approval, algo_bytes_t clear,
                                              algo_err_t *err);

/* ---- acting as anyone ---- */
ALGO_API algo_code_t algo_sandbox_impersonate(algo_algod_t *c, bool on, algo_err_t *err); /* all groups, from now on */
/* One group; as algo_algod_submit. Or as JSON: a transaction or a list of them with a block's keys, {"type":"pay",
 * "snd":address,"rcv":address,"amt":5}; fee, validity, genesis and group are filled in where they are not there. */
ALGO_API algo_code_t algo_sandbox_send_unsigned(algo_algod_t *c, algo_bytes_t group, char first[53], algo_err_t *err);

/* ---- what programs did ---- */
/* Counting begins anew with on, over accepted and refused groups alike. */
ALGO_API algo_code_t algo_sandbox_set_coverage(algo_algod_t *c, bool on, algo_err_t *err);

typedef struct algo_sandbox_hit {
  uint64_t at, hits; /* a program counter, or a line of TEAL from 1 */
} algo_sandbox_hit_t;
typedef struct algo_sandbox_program {
  algo_addr_t hash; /* its address as a smart signature */
  uint64_t app;     /* that ran it last; 0: a smart signature */
  uint64_t runs;
  const algo_sandbox_hit_t *pcs; /* those that ran */
  size_t n_pcs;
  const algo_sandbox_hit_t *lines; /* all with an instruction; only of a program compiled by the sandbox in the time */
  size_t n_lines;
} algo_sandbox_program_t;
typedef struct algo_sandbox_opcode {
  const char *name;
  uint64_t count, cost; /* how often it ran; of the budget */
} algo_sandbox_opcode_t;
typedef struct algo_sandbox_coverage {
  const algo_sandbox_program_t *programs;
  size_t n_programs;
  const algo_sandbox_opcode_t *opcodes; /* the profile; those that ran */
  size_t n_opcodes;
} algo_sandbox_coverage_t;
ALGO_API algo_code_t algo_sandbox_coverage(algo_algod_t *c, algo_sandbox_coverage_t *out, algo_arena_t *arena,
                                           algo_err_t *err);

/* ---- another chain in its place ---- */
/* The recorded blocks of a folder on the sandbox's machine (NNNNNN.msgp), read-only. What was there is lost. */
ALGO_API algo_code_t algo_sandbox_replay(algo_algod_t *c, const char *folder, algo_err_t *err);
/* On top of another node's state as of a round (0: its last one): accounts, applications, assets and boxes are read
 * from there when they are first asked for; what is written stays here. The other node's token is read by the sandbox
 * from its own environment (FORK_TOKEN) or from a file. What was there is lost. */
ALGO_API algo_code_t algo_sandbox_fork(algo_algod_t *c, const char *url, const char *token_file, uint64_t round,
                                       algo_err_t *err);

#endif
