/* scope.h - which transactions are kept.
 *
 * A scope is everything, or a list of terms, KIND:VALUE: a top-level transaction is kept, with all of its inner ones
 * and the rest of its group, where one of the terms holds for it, for one of its inner ones, or for another of its
 * group. */
#ifndef IX_SCOPE_H
#define IX_SCOPE_H

#include "algo/block.h"

typedef enum {
  IX_TERM_APP,           /* app:ID            calls it, or creates it */
  IX_TERM_ASSET,         /* asset:ID          moves, configures, freezes or creates it */
  IX_TERM_ADDRESS,       /* address:TEXT      takes part */
  IX_TERM_TYPE,          /* type:axfer */
  IX_TERM_NOTE,          /* note:TEXT, note:0xHEX     the note starts so */
  IX_TERM_METHOD,        /* method:SIGNATURE  an ARC-4 call of it */
  IX_TERM_EVENT,         /* event:SIGNATURE   logs this ARC-28 event */
  IX_TERM_ON_COMPLETION, /* on-completion:delete      of application calls */
  IX_TERM_SENDER,        /* sender:TEXT */
  IX_TERM_RECEIVER,      /* receiver:TEXT     of a payment or an asset transfer */
  IX_TERM_CLOSE_TO,      /* close-to:TEXT     the same, what was left */
  IX_TERM_REKEY_TO,      /* rekey-to:TEXT */
  IX_TERM_MIN_AMOUNT,    /* min-amount:N      a payment or an asset transfer of so many base units or more */
  IX_TERM_MAX_AMOUNT,    /* max-amount:N      or less */
  IX_TERM_SIGNATURE,     /* sig-type:sig, msig, lsig, pqsig: of top-level transactions */
} ix_term_kind_t;

typedef struct ix_term {
  ix_term_kind_t kind;
  uint64_t number;            /* APP, ASSET, TYPE, ON_COMPLETION */
  algo_addr_t addr;           /* ADDRESS */
  algo_bytes_t bytes;         /* NOTE, METHOD, EVENT: the arena's */
  const struct ix_term *also; /* holds for the same transaction too, as in asset:5&min-amount:1000; NULL: no more */
} ix_term_t;

typedef struct ix_scope {
  bool all;
  const ix_term_t *terms;
  size_t n;
} ix_scope_t;

/* The terms of "KIND:VALUE" in *text ("app:1,2" and "asset:1,2" are two; "KIND:VALUE&KIND:VALUE" is one, where lists
 * have one member), appended to terms at *n; at most `max` in all. Errors: INVALID, NOMEM. */
algo_code_t ix_scope_parse(ix_term_t *terms, size_t *n, size_t max, const char *text, algo_arena_t *arena,
                           algo_err_t *err) ALGO_NODISCARD;
/* Puts the terms in order, once each, and appends them as one text. */
void ix_scope_normalise(ix_term_t *terms, size_t *n, algo_buf_t *text);
/* Whether two such texts are one scope, whatever the order of terms and of what holds together (a&b is b&a). */
bool ix_scope_same(const char *a, const char *b);

/* Whether a term holds for the transaction or one of its inner ones. */
bool ix_scope_holds(const ix_scope_t *s, const algo_apply_t *a);

#endif
