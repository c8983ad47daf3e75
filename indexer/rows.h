/* rows.h - a block as rows: what becomes of one answer of GET /v2/blocks/{r}?format=msgpack, without a database. */
#ifndef IX_ROWS_H
#define IX_ROWS_H

#include "scope.h"

typedef enum { IX_BLOCK, IX_TXN, IX_PARTICIPANT, IX_LOG, IX_STATE, IX_BOX, IX_TABLES } ix_table_t;

typedef struct ix_table_def {
  const char *name;    /* in schema chain */
  const char *columns; /* in the order of the rows, comma between */
} ix_table_def_t;
extern const ix_table_def_t ix_tables[IX_TABLES];

typedef enum { IX_BY_CREATOR, IX_BY_CODE } ix_rule_kind_t;

typedef struct ix_rule { /* applications that are not known by their number */
  ix_rule_kind_t kind;
  algo_addr_t creator;
  uint8_t code[32];  /* SHA-256 of the approval program */
  unsigned contract; /* the caller's */
} ix_rule_t;

typedef struct ix_apps { /* whose logs are read */
  const uint64_t *ids;
  size_t n;
  const ix_rule_t *rules;
  size_t n_rules;
  const uint8_t (*selectors)[4]; /* logs that start so are read of every application: it may turn out to be one */
  size_t n_selectors;
} ix_apps_t;

typedef struct ix_found { /* an application that a rule holds for */
  uint64_t app;
  uint32_t intra;
  unsigned contract; /* the rule's */
} ix_found_t;

typedef struct ix_logged { /* a log of an application whose events are read */
  uint64_t app;
  uint32_t intra, idx;
  size_t at, length; /* of its bytes in log_data */
} ix_logged_t;

typedef struct ix_rows {
  algo_buf_t copy[IX_TABLES]; /* rows in COPY BINARY, without header and trailer; the block's row but for `raw` */
  algo_bytes_t raw;           /* its last column: the body itself, or what the scope kept of it */
  algo_buf_t kept;            /* its bytes then */
  uint64_t count[IX_TABLES];
  uint64_t round;
  algo_digest_t hash, prev; /* header hashes of this round and the one before */
  algo_digest_t genesis_hash;
  algo_buf_t genesis_id;
  int64_t time;          /* Unix seconds */
  uint64_t participants; /* accounts, counted once a transaction */
  uint32_t txns, inner;  /* of the block, kept or not */
  uint32_t unknown;      /* transactions of a type that is not known: kept, and said */
  ix_logged_t *logged;   /* in the order of the chain */
  size_t n_logged, cap_logged;
  algo_buf_t log_data;
  ix_found_t *found; /* the same */
  size_t n_found, cap_found;
} ix_rows_t; /* zero-fill to start; usable again and again */

void ix_rows_fini(ix_rows_t *r);

/* Makes the rows of a block; they may point into `body`. `watch` are the applications whose logs are handed out in
 * `logged`. The arena is reset. Errors: PARSE, TRUNCATED (not a block), RANGE (a number that no chain has), NOMEM. */
algo_code_t ix_rows_build(ix_rows_t *out, algo_bytes_t body, const ix_scope_t *scope, const ix_apps_t *watch,
                          algo_arena_t *arena, algo_err_t *err) ALGO_NODISCARD;

#endif
