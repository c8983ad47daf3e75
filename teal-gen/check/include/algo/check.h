/* algo/check.h - what is dangerous in a program for the AVM, found without running it.
 *
 * A program (TEAL or bytecode, an application's approval or clear-state program or a logic signature) is interpreted
 * over abstract values, once for each attack: a field is taken to be what an attacker would put there, and whatever
 * still comes to an approval is a finding, with the way that leads to it. The rules are in rules.def.
 *
 * Everything made lives in the arena given. Any number of threads, each with its own arena. */
#ifndef ALGO_CHECK_H
#define ALGO_CHECK_H

#include "algo/listing.h"

typedef enum { ALGO_CHECK_NOTE, ALGO_CHECK_WARNING, ALGO_CHECK_ERROR } algo_check_level_t;

/* What a program is for; bits, as a rule may be for several. */
#define ALGO_CHECK_APP   1u /* an approval program */
#define ALGO_CHECK_CLEAR 2u /* a clear-state program */
#define ALGO_CHECK_SIG   4u /* a logic signature */

typedef enum algo_check_rule_id {
#define RULE(id, name, level, modes, title, why, fix) ALGO_CHECK_##id,
#include "algo/check_rules.def"
#undef RULE
  ALGO_CHECK_RULES
} algo_check_rule_id_t;

typedef struct algo_check_rule {
  const char *name;         /* stable: "rekey-to" */
  algo_check_level_t level; /* how bad it is */
  unsigned modes;           /* ALGO_CHECK_* where it applies */
  const char *title;        /* a line */
  const char *why;          /* what an attacker does with it */
  const char *fix;          /* what to write instead */
} algo_check_rule_t;

ALGO_API const algo_check_rule_t *algo_check_rule(algo_check_rule_id_t id);
/* By name; false: there is none. */
ALGO_API bool algo_check_rule_find(algo_check_rule_id_t *out, const char *name, size_t n);
ALGO_API const char *algo_check_level_name(algo_check_level_t level); /* "error" ... */
ALGO_API const char *algo_check_mode_name(unsigned mode);             /* "approval program" ... */

typedef struct algo_check_step { /* a stretch of the way, one instruction after the other */
  uint32_t pc, line, column;     /* where it begins; line from 1, 0: not in the source; column from 0 */
  uint32_t last_line;
} algo_check_step_t;

typedef struct algo_check_finding {
  algo_check_rule_id_t rule;
  algo_check_level_t level;
  uint32_t pc, line, column;
  const char *message;
  const algo_check_step_t *path; /* from the program's beginning to where it approves */
  size_t n_path;
  const char *allowed; /* the reason that a comment gives; NULL: it counts */
} algo_check_finding_t;

typedef struct algo_check_options {
  unsigned mode;            /* one of ALGO_CHECK_*; 0: told from what the program does */
  uint64_t rules;           /* bit ALGO_CHECK_x: the rule is looked for; 0: all */
  algo_check_level_t level; /* what is below is left out */
} algo_check_options_t;

typedef struct algo_check_result {
  unsigned mode;
  const algo_check_finding_t *findings; /* by line, then by rule; the allowed ones too */
  size_t n_findings;
  size_t n_counting; /* not allowed */
  bool complete;     /* false: the program has more ways than were followed; something may be missing */
} algo_check_result_t;

/* `l` is from algo_check_load or algo_listing_load. Errors: ASM (not a program), NOMEM. */
ALGO_API algo_code_t algo_check_program(algo_check_result_t *out, const algo_listing_t *l,
                                        const algo_check_options_t *options, algo_arena_t *arena, algo_err_t *err);

/* As algo_listing_load; in a source, names that begin with TMPL_ stand for values of their own. */
ALGO_API algo_code_t algo_check_load(algo_listing_t *out, algo_bytes_t content, algo_arena_t *arena, algo_err_t *err);

/* ---- reports: of several files in one text ---- */
typedef struct algo_check_file {
  const char *path;
  const algo_listing_t *listing;
  const algo_check_result_t *result;
} algo_check_file_t;

ALGO_API void algo_check_put_text(algo_buf_t *out, const algo_check_file_t *files, size_t n, bool with_allowed);
ALGO_API void algo_check_put_json(algo_buf_t *out, const algo_check_file_t *files, size_t n);
/* SARIF 2.1.0 (OASIS), with the way as a code flow and allowed findings as suppressed ones. */
ALGO_API void algo_check_put_sarif(algo_buf_t *out, const algo_check_file_t *files, size_t n);
/* One rule as a section of Markdown; the whole of docs/check.md's list is one after the other. */
ALGO_API void algo_check_put_rule(algo_buf_t *out, algo_check_rule_id_t id);

#endif
