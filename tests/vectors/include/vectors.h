/* vectors.h - the frame of `make vectors`: what a kind of vector file is, and helpers for one case.
 *
 * To add a kind: write `const vec_kind_t vec_NAME = {...}` in a file of tests/vectors, declare it below and name it in
 * the table of run.c. A kind is found by its pattern wherever its files lie. */
#ifndef ALGORENT_VECTORS_H
#define ALGORENT_VECTORS_H

#include "algo/arena.h"
#include "algo/json.h"

typedef struct vec_report { /* of one file or folder */
  const char *name;         /* its path under the folder given */
  const char *root;         /* the folder given */
  size_t passed, failed, skipped;
} vec_report_t;

void vec_pass(vec_report_t *r);
void vec_fail(vec_report_t *r, const char *id, const char *fmt, ...) ALGO_PRINTF(3, 4); /* one line on stderr */
void vec_skip(vec_report_t *r, const char *id, const char *fmt, ...) ALGO_PRINTF(3, 4); /* likewise */

typedef struct vec_kind {
  const char *pattern;             /* of the file's name (fnmatch); of a folder: NULL, `takes` decides */
  bool (*takes)(const char *path); /* a folder's form; NULL for files */
  void (*run)(vec_report_t *r, const char *path);
} vec_kind_t;

extern const vec_kind_t vec_txn, vec_blocks, vec_block_archive, vec_assemble, vec_disassemble, vec_eval, vec_optimise,
    vec_replay;

/* The ledger that eval.jsonl at this path was evaluated on, from the setup.json beside it: to be freed. NULL: the
 * report says why. */
struct algo_ledger *vec_ledger(vec_report_t *r, const char *path);

/* ---- one case: a line of a JSONL file ---- */
typedef struct vec_case {
  vec_report_t *report;
  const char *id; /* "id" of the line */
  json_object *line;
  algo_arena_t *arena; /* emptied behind each case */
  bool done;           /* failed or skipped already */
} vec_case_t;

/* Each line of a file; a case that neither failed nor was skipped has passed. A line that is no JSON object fails. */
void vec_lines(vec_report_t *r, const char *path, void (*one)(vec_case_t *c));
void vec_bad(vec_case_t *c, const char *fmt, ...) ALGO_PRINTF(2, 3);
void vec_leave(vec_case_t *c, const char *fmt, ...) ALGO_PRINTF(2, 3); /* skip, with the reason */

/* Members of an object (NULL: the line itself). Absent ones are empty, 0, false, NULL. `key_rle` is expanded. */
json_object *vec_get(vec_case_t *c, json_object *o, const char *key);
algo_bytes_t vec_text(vec_case_t *c, json_object *o, const char *key); /* with a NUL behind it */
algo_bytes_t vec_hex(vec_case_t *c, json_object *o, const char *key);
uint64_t vec_u64(vec_case_t *c, json_object *o, const char *key);
bool vec_true(vec_case_t *c, json_object *o, const char *key);
/* An array's elements. */
size_t vec_count(json_object *array);
algo_bytes_t vec_hex_at(vec_case_t *c, json_object *array, size_t i);
algo_bytes_t vec_text_at(vec_case_t *c, json_object *array, size_t i);

/* A message as JSON shows it: each byte that is no UTF-8 is U+FFFD. */
algo_bytes_t vec_as_json(vec_case_t *c, const char *s, size_t n);

/* Compares, and fails the case where they differ. */
bool vec_same(vec_case_t *c, const char *what, algo_bytes_t got, algo_bytes_t want); /* shown as hex */
bool vec_same_text(vec_case_t *c, const char *what, const char *got, algo_bytes_t want);
bool vec_ok(vec_case_t *c, const char *what, algo_code_t code, const algo_err_t *err);

/* ---- files ---- */
bool vec_read(algo_buf_t *out, const char *path); /* a whole file */
/* Each regular file of a .tar.zst, in order, until `each` returns false. False: it cannot be read. */
bool vec_archive(const char *path, bool (*each)(void *user, const char *name, algo_bytes_t content), void *user);

#endif
