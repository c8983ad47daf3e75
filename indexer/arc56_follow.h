/* arc56_follow.h - which applications' events go into the tables of which description. */
#ifndef IX_ARC56_FOLLOW_H
#define IX_ARC56_FOLLOW_H

#include "algo/follower.h"
#include "arc56.h"
#include "gap.h"
#include "rows.h"
#include "schema.h"

#define IX_RULES_MAX 256u

typedef struct ix_member {
  uint64_t app;
  unsigned contract; /* of ix_followed_t.arc56 */
} ix_member_t;

typedef struct ix_followed {
  ix_arc56_t *arc56;
  size_t n;
  const uint64_t **apps; /* by description: those named by number */
  size_t *n_apps;
  const bool *networks; /* by description: those of its networks */
  ix_rule_t *rules;
  size_t n_rules;
  const uint8_t (*selectors)[4];
  size_t n_selectors;
  /* The session's; of the writer whose turn it is. */
  ix_member_t *members; /* sorted */
  size_t n_members, cap_members;
} ix_followed_t;

/* Reads the descriptions; everything but `members` lies in the arena. Errors: those of ix_arc56_parse, INVALID (whose
 * events: not said, or nonsense). */
algo_code_t ix_followed_init(ix_followed_t *f, const algo_follower_arc56_t *list, size_t n, algo_arena_t *arena,
                             algo_err_t *err) ALGO_NODISCARD;
void ix_followed_fini(ix_followed_t *f);
/* Appends the terms that keep their events in a narrow scope. Errors: INVALID (more than max). */
algo_code_t ix_followed_terms(const ix_followed_t *f, ix_term_t *terms, size_t *n, size_t max,
                              algo_err_t *err) ALGO_NODISCARD;

/* At a session's start: tables for events that have none, and what chain.log already holds of them, from round
 * `replay_from` on. Each description in a transaction of its own. Errors: DB, INVALID (also as ix_gap_check). */
algo_code_t ix_followed_register(ix_followed_t *f, PGconn *c, const ix_cursor_t *cur, uint64_t replay_from,
                                 const ix_gap_t *gap, algo_arena_t *arena, algo_err_t *err) ALGO_NODISCARD;
/* In the transaction at hand: an application joins; those of the networks join where the genesis is theirs. */
algo_code_t ix_followed_add(ix_followed_t *f, PGconn *c, uint64_t app, unsigned contract,
                            algo_err_t *err) ALGO_NODISCARD;
algo_code_t ix_followed_networks(ix_followed_t *f, PGconn *c, const algo_digest_t *genesis,
                                 algo_err_t *err) ALGO_NODISCARD;
bool ix_followed_has(const ix_followed_t *f, uint64_t app, unsigned contract);

#endif
