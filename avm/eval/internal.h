/* internal.h - the interpreter's own structures. Nothing here is seen from outside. */
#ifndef ALGO_AVM_INTERNAL_H
#define ALGO_AVM_INTERNAL_H

#include "algo/avm.h"
#include "algo/hash.h"
#include "algo/isa.h"
#include "algo/rules.h"
#include "set.h"

#define AVM_MAX_BYTES     ALGO_AVM_BYTES_MAX
#define AVM_MAX_MATH      64u   /* of an operand of byte math */
#define AVM_MAX_DEPTH     1000u /* values on the stack */
#define AVM_STACK_CAP     1024u /* what one opcode may push past the limit before it is noticed */
#define AVM_SCRATCH       256u
#define AVM_CALL_DEPTH    8u   /* nested inner application calls */
#define AVM_LOW_RESOURCE  255u /* ids up to this are never resources: they could be slots */
#define AVM_MAX_LOG_CALLS 32u
#define AVM_MAX_LOG_SIZE  1024u

/* Versions from which something holds. */
#define AVM_V_REKEY         2u
#define AVM_V_APPS          2u
#define AVM_V_BACK_BRANCH   4u
#define AVM_V_DIRECT_REF    4u
#define AVM_V_INNER_APPS    6u
#define AVM_V_EFFECTS       6u
#define AVM_V_CREATED       6u
#define AVM_V_APP_ADDRESS   7u
#define AVM_V_SHARED        9u
#define AVM_V_VARINT_BRANCH ALGO_AVM_VARINT_BRANCH_VERSION
#define AVM_PROTO_BYTE      0x8au

typedef struct avm_value { /* 16 bytes */
  union {
    uint64_t u;
    const uint8_t *p;
  };
  uint32_t n;
  uint32_t is_bytes;
} avm_value_t;

typedef struct avm_frame {
  uint32_t retpc, height;
  uint16_t args, returns;
  bool clear; /* `proto` was executed: retsub shifts the results down */
} avm_frame_t;

/* Bytes made while a program runs. Never moved by an allocation: only between two opcodes (avm_heap_compact). */
typedef struct avm_heap {
  uint8_t *at, *end;
  struct avm_chunk *chunks; /* newest first; malloc'd */
  struct avm_chunk *spare;  /* to be used again */
  size_t used;              /* bytes of the chunks made since the last compaction */
  size_t limit;             /* compaction is due above this */
} avm_heap_t;

typedef struct avm_delta { /* a state delta under construction, sorted by key */
  algo_value_delta_t *items;
  size_t n, cap;
} avm_delta_t;

typedef struct avm_local_delta {
  uint64_t account;
  avm_delta_t delta;
} avm_local_delta_t;

/* An inner transaction being put together. The growing parts have their capacity here. */
typedef struct avm_pending {
  algo_stxn_t stxn;
  algo_asset_params_t params;
  algo_bytes_t *args;
  algo_addr_t *accounts;
  uint64_t *assets, *apps;
  size_t note_cap, approval_cap, clear_cap, unit_cap, name_cap, url_cap;
  size_t args_bytes;
} avm_pending_t;

typedef struct avm_box_ref { /* a box that is available */
  uint64_t app;
  algo_bytes_t name;
  bool dirty;
} avm_box_ref_t;

/* What the transactions of a top-level group may use, and what is pooled over it and its inner groups. */
typedef struct avm_shared {
  algo_avm_options_t opt;
  algo_avm_group_t *top; /* the top-level group */
  bool filled;           /* the five sets below were filled from it */
  avm_set_t accounts, assets, apps, holdings, locals;
  avm_set_t created_assets, created_apps, created_addrs; /* addresses of the applications created */
  uint64_t *created; /* those applications; the first n_created_hashed have their address in the set */
  size_t n_created, cap_created, n_created_hashed;
  avm_set_t update_bytes; /* application -> program bytes past the free size, written by this group */
  bool boxes_filled;
  avm_box_ref_t *boxes;
  size_t n_boxes, cap_boxes;
  int64_t unnamed_access; /* empty box references left for boxes of created applications */
  uint64_t dirty_bytes, io_budget;
  bool read_checked;
  int64_t surplus_read;
  int64_t app_budget, sig_budget; /* what is left */
  uint64_t budget_added;          /* to app_budget */
  int64_t inners_left;
  uint64_t fee_credit;
  avm_set_t app_addr_at; /* application -> index in app_addrs */
  algo_addr_t *app_addrs;
  size_t n_app_addrs, cap_app_addrs;
  struct avm_level *levels[AVM_CALL_DEPTH + 2]; /* memory of running programs by depth, made when first needed */
  algo_bytes_t failure;
  bool failure_is_eval;
  algo_bytes_t attributes;                      /* of the last program's failure: JSON */
  algo_bytes_t inner_failure, inner_attributes; /* of the inner transaction that made it fail; taken by the outer's */
  uint64_t *sumhash_matrix;                     /* made when first needed */
} avm_shared_t;

typedef struct avm_level { /* reused by every program at one call depth */
  avm_value_t stack[AVM_STACK_CAP];
  uint8_t small[4096]; /* the heap's first bytes */
  avm_frame_t *frames;
  uint32_t cap_frames;
  uint64_t *intc;
  uint32_t cap_intc;
  algo_bytes_t *bytec;
  uint32_t cap_bytec;
} avm_level_t;

struct algo_avm_group {
  avm_shared_t *sh;
  const algo_stxn_t **txns;
  algo_apply_t *apply;
  size_t n;
  algo_avm_context_t *caller; /* NULL: top level */
  uint64_t min_version;
  uint64_t fee_residue;
  algo_digest_t *txids;
  bool *has_txid;
  avm_value_t **past_scratch; /* n; NULL: did not run */
  uint32_t depth;             /* 0: top level */
};

struct algo_avm_context {
  avm_value_t *stack;
  uint32_t sp;         /* values on the stack */
  uint32_t pc, nextpc; /* nextpc 0: the next instruction */
  uint32_t len;
  const uint8_t *prog;
  uint32_t version;
  algo_avm_mode_t mode;
  uint64_t cost; /* used by this program */
  int64_t *pool; /* the pooled budget it is taken from */
  const uint64_t *intc;
  uint32_t n_intc;
  const algo_bytes_t *bytec;
  uint32_t n_bytec;
  uint32_t n_frames;
  bool from_callsub;
  avm_frame_t *frames;
  avm_value_t *scratch;
  avm_level_t *level;
  avm_heap_t heap;
  /* where it runs */
  algo_avm_group_t *g;
  avm_shared_t *sh;
  size_t gi;
  const algo_txn_t *txn;
  const algo_stxn_t *stxn;
  algo_apply_t *apply;
  uint64_t app;
  bool is_clear;
  /* what it did */
  avm_delta_t global;
  avm_local_delta_t *locals;
  size_t n_locals, cap_locals;
  algo_local_delta_t *local_view;
  algo_addr_t *shared_accounts;
  size_t n_shared_accounts, cap_shared_accounts;
  algo_bytes_t *logs;
  size_t n_logs, cap_logs;
  uint64_t log_size;
  algo_apply_t *inner;
  size_t n_inner, cap_inner;
  avm_pending_t **pending;
  size_t n_pending;
  algo_digest_t inner_txid[ALGO_GROUP_MAX]; /* of the last submitted group, as far as known */
  uint16_t inner_txid_known;
  /* caches */
  bool has_creator;
  algo_addr_t creator;
  bool touched_family, family_checked;
  bool has_program_hash;
  algo_digest_t program_hash;
  /* failure */
  algo_bytes_t fail; /* text, in the arena */
  /* static check */
  uint8_t *targets, *starts;
};

typedef algo_code_t (*avm_op_fn)(algo_avm_context_t *cx);

/* ---- failing: each sets cx->fail and returns ALGO_E_LOGIC (or NOMEM) ---- */
algo_code_t avm_fail(algo_avm_context_t *cx, const char *fmt, ...) ALGO_PRINTF(2, 3);
algo_code_t avm_fail_bytes(algo_avm_context_t *cx, const char *before, algo_bytes_t b, const char *after);
algo_code_t avm_fail_err(algo_avm_context_t *cx, algo_code_t code, const algo_err_t *err); /* the ledger's error */
algo_code_t avm_nomem(algo_avm_context_t *cx);
void avm_note_attributes(algo_avm_context_t *cx);
void avm_report(algo_avm_context_t *cx, algo_err_t *err); /* the program's failure, whole, to the group and *err */
algo_code_t avm_group_fail(algo_avm_group_t *g, algo_err_t *err, const char *fmt, ...) ALGO_PRINTF(3, 4);

/* ---- values ---- */
static inline avm_value_t *avm_top(algo_avm_context_t *cx, uint32_t below) { return &cx->stack[cx->sp - 1 - below]; }
static inline avm_value_t avm_uint(uint64_t u) { return (avm_value_t){.u = u, .n = 0, .is_bytes = 0}; }
static inline avm_value_t avm_bytes(const void *p, size_t n) {
  return (avm_value_t){.p = (const uint8_t *)p, .n = (uint32_t)n, .is_bytes = 1};
}
static inline avm_value_t avm_bytesv(algo_bytes_t b) { return avm_bytes(b.p, b.n); }
static inline algo_bytes_t avm_view(const avm_value_t *v) { return (algo_bytes_t){v->n ? v->p : NULL, v->n}; }
static inline void avm_push(algo_avm_context_t *cx, avm_value_t v) { cx->stack[cx->sp++] = v; }
static inline const char *avm_type_name(const avm_value_t *v) { return v->is_bytes ? "[]byte" : "uint64"; }
static inline algo_tv_t avm_tv(const avm_value_t *v) {
  return v->is_bytes ? (algo_tv_t){true, 0, avm_view(v)} : (algo_tv_t){false, v->u, {NULL, 0}};
}
static inline avm_value_t avm_of_tv(const algo_tv_t *t) {
  return t->is_bytes ? avm_bytesv(t->bytes) : avm_uint(t->uint);
}

/* ---- heap.c ---- */
uint8_t *avm_alloc(algo_avm_context_t *cx, size_t n); /* n may be 0; NULL: out of memory */
algo_code_t avm_push_copy(algo_avm_context_t *cx, const void *p, size_t n);
bool avm_heap_compact(algo_avm_context_t *cx); /* false: out of memory */
void avm_heap_init(algo_avm_context_t *cx);
void avm_heap_fini(algo_avm_context_t *cx);
bool avm_persist_scratch(algo_avm_context_t *cx); /* scratch values into the arena, for later transactions */

/* ---- the opcode table, over isa ---- */
const algo_isa_op_t *avm_op_at(const algo_avm_context_t *cx); /* at cx->pc; NULL: illegal */
algo_code_t avm_fail_illegal(algo_avm_context_t *cx);         /* says what is wrong with the opcode at pc */
int64_t avm_op_cost(const algo_avm_context_t *cx, const algo_isa_op_t *op, bool on_stack); /* 0: no such field */
/* A field's name as go-algorand prints it: "invalidTxnField" one past the last, "TxnField(200)" beyond. */
const char *avm_field_name(algo_group_t group, uint8_t value, const char *type, char buf[48]);

/* ---- running ---- */
algo_code_t avm_step(algo_avm_context_t *cx);     /* one opcode, with every check */
algo_code_t avm_run_fast(algo_avm_context_t *cx); /* until the end or a failure; no tracer */
int64_t avm_budget_left(const algo_avm_context_t *cx);
algo_code_t avm_begin(algo_avm_context_t *cx, algo_bytes_t program);

/* ---- flow.c, shared with the static check ---- */
algo_code_t avm_branch_target(algo_avm_context_t *cx, uint32_t *target, uint32_t *size);
algo_code_t avm_switch_target(algo_avm_context_t *cx, uint64_t index, uint32_t *target);
algo_code_t avm_parse_ints(algo_avm_context_t *cx, uint64_t **out, uint32_t *n, uint32_t *next, bool keep);
algo_code_t avm_parse_bytes(algo_avm_context_t *cx, algo_bytes_t **out, uint32_t *n, uint32_t *next, bool keep);

/* ---- bytes.c ---- */
algo_code_t avm_extract_check(algo_avm_context_t *cx, uint64_t n, uint64_t start, uint64_t length);
algo_code_t avm_replace_check(algo_avm_context_t *cx, uint64_t n, uint64_t start, uint64_t length);

/* ---- resources.c: what may be used ---- */
avm_shared_t *avm_shared_filled(algo_avm_context_t *cx);
const algo_addr_t *avm_app_address(avm_shared_t *sh, uint64_t app);
bool avm_note_created_app(avm_shared_t *sh, uint64_t app);
bool avm_account_available(algo_avm_context_t *cx, const algo_addr_t *a);
bool avm_asset_available(algo_avm_context_t *cx, uint64_t asset);
bool avm_app_available(algo_avm_context_t *cx, uint64_t app);
bool avm_allows_holding(algo_avm_context_t *cx, const algo_addr_t *a, uint64_t asset);
bool avm_allows_locals(algo_avm_context_t *cx, const algo_addr_t *a, uint64_t app);
algo_code_t avm_allows_txn(algo_avm_context_t *cx, const algo_txn_t *t, uint64_t callee_version);
bool avm_box_note(avm_shared_t *sh, uint64_t app, algo_bytes_t name, bool dirty);

/* ---- io_budget.c ---- */
/* Before a program runs: the boxes that are available, the application just created, the read budget. */
algo_code_t avm_io_start(algo_avm_group_t *g, size_t i, uint64_t app, algo_err_t *err);
/* After one passed: what its transaction writes of program bytes. */
algo_code_t avm_io_program_writes(algo_avm_context_t *cx, algo_err_t *err);

/* ---- refs.c: what stack values refer to ---- */
algo_code_t avm_account_ref(algo_avm_context_t *cx, avm_value_t v, algo_addr_t *out, uint64_t *index);
algo_code_t avm_mutable_account_ref(algo_avm_context_t *cx, avm_value_t v, algo_addr_t *out, uint64_t *index);
algo_code_t avm_app_ref(algo_avm_context_t *cx, uint64_t ref, bool foreign, uint64_t *app);
algo_code_t avm_asset_ref(algo_avm_context_t *cx, uint64_t ref, bool foreign, uint64_t *asset);
algo_code_t avm_locals_ref(algo_avm_context_t *cx, avm_value_t account, uint64_t ref, algo_addr_t *addr, uint64_t *app,
                           uint64_t *index);
algo_code_t avm_holding_ref(algo_avm_context_t *cx, avm_value_t account, uint64_t ref, algo_addr_t *addr,
                            uint64_t *asset);
algo_code_t avm_value_address(algo_avm_context_t *cx, avm_value_t v, algo_addr_t *out); /* "not an address" */
/* Position of an address among the transaction's own (0 the sender); false: not there. */
bool avm_txn_account_index(const algo_txn_t *t, const algo_addr_t *a, uint64_t *index);

/* ---- fields.c ---- */
typedef enum { AVM_SRC_GROUP, AVM_SRC_INNER, AVM_SRC_INNER_GROUP } avm_txn_source_t;
const algo_isa_field_t *avm_txn_field(uint8_t field); /* plain or array; NULL: not known */
algo_code_t avm_creator(algo_avm_context_t *cx, algo_addr_t *out);
algo_code_t avm_round_available(algo_avm_context_t *cx, uint64_t round);
void avm_current_txid(algo_avm_context_t *cx, algo_digest_t *out);

/* ---- itxn.c, itxn_field.c ---- */
algo_code_t avm_itxn_set(algo_avm_context_t *cx, avm_pending_t *p, uint8_t field, avm_value_t v);
algo_avm_group_t *avm_group_inner(algo_avm_context_t *caller, const algo_stxn_t *const *txns, size_t n);

/* Every opcode's function: avm_op_<id>. */
#define OP(id, ...) algo_code_t avm_op_##id(algo_avm_context_t *cx);
#define OP2         OP
#define OP_CHANGED(...)
#include "algo/opcodes.def"
#undef OP
#undef OP2
#undef OP_CHANGED

#endif
