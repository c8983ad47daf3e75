/* What the parts of the testnet share. */
#ifndef TESTNET_INTERNAL_H
#define TESTNET_INTERNAL_H

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "algo/arc56.h"
#include "algo/asm.h"
#include "algo/composer.h"
#include "algo/failure.h"
#include "algo/fork.h"
#include "algo/http.h"
#include "algo/rest.h"
#include "algo/testnet.h"

typedef struct party {
  struct party *next;
  char *label;
  algo_addr_t addr;
  algo_signer_t *signer;
  unsigned serial;
  bool made;    /* here, with a key and funds; else from elsewhere */
  uint64_t app; /* the application whose account it is; 0: none's */
} party_t;

typedef struct saved { /* a snapshot: who was there */
  struct saved *next;
  uint64_t id;
  unsigned n_parties;
} saved_t;

typedef struct chain { /* what the testnet runs, and what it ran before: requests do not look back, but may be in it */
  struct chain *former;
  algo_node_t *node;
  algo_fork_t *fork; /* NULL: not a fork */
} chain_t;

typedef struct known_app { /* whose failures are explained */
  struct known_app *next;
  uint64_t id;
  const algo_app_spec_t *spec;
  const algo_arc56_t *arc56; /* NULL: none */
} known_app_t;

typedef struct known_method { /* or event: what a selector stands for */
  struct known_method *next;
  uint8_t selector[4];
  const char *signature;
} known_method_t;

typedef struct program { /* that was assembled here: what its program counters are in the source */
  struct program *next;
  const algo_app_spec_t *spec;
  const char *source;
  const algo_asm_location_t *locations;
  size_t n;
} program_t;

typedef enum { EXPECT_OK, EXPECT_REFUSAL, EXPECT_FAILURE_AT, EXPECT_FAILURE_AT_LINE, EXPECT_ANYTHING } expect_kind_t;
typedef struct expect { /* of the next group */
  expect_kind_t kind;
  const char *message; /* in the testnet's own memory; NULL: any */
  uint64_t app;
  uint32_t at; /* a program counter, or a line */
} expect_t;

struct algo_testnet {
  algo_testnet_options_t opt;
  algo_arena_t arena; /* labels, messages: as long as the testnet */
  algo_node_t *node;  /* of the chain */
  chain_t *chain;
  algo_rest_t *rest;
  algo_algod_t *algod;
  party_t *parties;
  unsigned n_parties;
  saved_t *saved;
  known_app_t *apps;
  known_method_t *methods;
  program_t *programs;
  algo_testnet_cost_t *costs; /* by contract and method */
  size_t n_costs;
  expect_t expect;
  uint64_t nonce;
  algo_buf_t why;            /* the first failure */
  bool collecting;           /* a walk is on: failures are its findings, and nobody is told */
  bool telling;              /* what is done is written down: */
  algo_buf_t story;          /* a line a group */
  algo_buf_t label;          /* of algo_testnet_label */
  algo_arena_t group;        /* what the last group left */
  algo_composer_t *composer; /* of the last group, for its values; NULL: none */
  algo_testnet_result_t result;
  algo_buf_t text, said;          /* of the last refusal: whole; the contract's words */
  algo_bytes_t line;              /* of the source, where it has one */
  algo_buf_t tried;               /* the last group that was refused, in words */
  uint64_t spent[ALGO_GROUP_MAX]; /* budget of each transaction of the group that was measured */
  uint64_t origin_failures;       /* of a fork, before what is being looked at */
  bool blind;                     /* it could not be looked at */
  uint64_t accepted, refused;     /* groups, for a walk's counts */
  algo_arena_t looked;            /* values that were looked at */
};

/* ---- failing ---- */
bool testnet_fail_err(algo_testnet_t *t, const char *what, const algo_err_t *err);
/* Addresses in the text become labels. */
void testnet_put_labelled(algo_testnet_t *t, algo_buf_t *out, algo_bytes_t text);
bool testnet_nomem(algo_testnet_t *t);
bool testnet_nothing_due(
    algo_testnet_t *t); /* false, and failed: a refusal was expected of a group that did not come */

/* ---- who ---- */
const party_t *testnet_party(algo_testnet_t *t, const char *label); /* made where it is not there; NULL: failed */
const party_t *testnet_by_addr(const algo_testnet_t *t, const algo_addr_t *a);
const party_t *testnet_by_label(const algo_testnet_t *t, const char *label, size_t n);

/* The application's account gets the label. One that is gone (the state went back) gives its label up. */
bool testnet_name_app(algo_testnet_t *t, uint64_t app, const char *label);
void testnet_forget_apps(algo_testnet_t *t); /* and their labels */

/* The state went back to when there were so many: those who came later have their funds again. */
bool testnet_fund_since(algo_testnet_t *t, unsigned n_parties);

/* ---- chain.c ---- */
algo_rest_chain_fn testnet_chain_other;
void testnet_chain_free(chain_t *c); /* the former ones too */

/* ---- names.c: what is said of applications and methods ---- */
const algo_app_spec_t *testnet_spec(const algo_testnet_t *t, uint64_t app);
const algo_arc56_t *testnet_arc56(const algo_testnet_t *t, uint64_t app); /* NULL: it is not described */
bool testnet_know(algo_testnet_t *t, uint64_t app, const algo_app_spec_t *spec, const algo_arc56_t *arc56);
bool testnet_know_method(algo_testnet_t *t, const char *signature); /* an event's too; NULL: nothing */
const char *testnet_signature(const algo_testnet_t *t, uint64_t app, algo_bytes_t selector); /* NULL: not known */
const char *testnet_app(algo_testnet_t *t, uint64_t app); /* "counter (application 1001)"; until the next group */
void testnet_put_value(algo_testnet_t *t, algo_buf_t *out, const algo_arc4_type_t *type, algo_bytes_t v);
void testnet_put_call(algo_testnet_t *t, algo_buf_t *out, const algo_txn_t *x); /* " calls counter.add(5)" */

/* ---- events.c ---- */
bool testnet_is_return(algo_bytes_t log);
/* A log of the application, whose method has the selector: the value that it returns, or an event with its arguments.
 */
void testnet_put_log(algo_testnet_t *t, algo_buf_t *out, uint64_t app, algo_bytes_t selector, algo_bytes_t log);

/* ---- source.c ---- */
/* The program was assembled from this source: comments behind its `assert`s and `err`s become the spec's errors. */
bool testnet_know_source(algo_testnet_t *t, algo_app_spec_t *spec, const char *source);
/* The line of the source (from 1) at a program counter, and its text, a view; 0: not known. */
uint32_t testnet_line(const algo_testnet_t *t, const algo_app_spec_t *spec, int64_t pc, algo_bytes_t *text);

/* ---- calls.c ---- */
algo_composer_t *testnet_compose_new(algo_testnet_t *t); /* NULL: failed */
/* Takes the composer. `creates`: as testnet_refused. */
bool testnet_compose(algo_testnet_t *t, algo_composer_t *c, const algo_app_spec_t *creates);
/* What could not even be put together; takes the composer. Always false. */
bool testnet_give_up(algo_testnet_t *t, algo_composer_t *c, const char *what, const algo_err_t *err);
/* A creation that was refused as expected has no id, and that is fine. */
bool testnet_created(algo_testnet_t *t, const char *label, const algo_app_spec_t *spec, const algo_arc56_t *arc56,
                     uint64_t *app);

/* ---- costs.c ---- */
/* Counts the calls of a group that was accepted. `creates`: the spec of an application that had no id; NULL: none. */
bool testnet_count(algo_testnet_t *t, const algo_app_spec_t *creates);

/* ---- groups ---- */
void testnet_begin(algo_testnet_t *t); /* forgets what the last group left */
bool testnet_measure(algo_testnet_t *t, const algo_stxn_t *group, size_t n);
/* The result: a refusal (`creates`: the spec of an application that has no id yet; NULL: none), or what happened. */
void testnet_refused(algo_testnet_t *t, const char *text, const algo_app_spec_t *creates);
void testnet_happened(algo_testnet_t *t, const algo_outcome_t *o, size_t n);
/* Tells it, counts it, and looks at it beside what was expected. */
bool testnet_judge(algo_testnet_t *t, const algo_txn_t *const *txns, size_t n, const algo_app_spec_t *creates);
/* story.c: the group that the result is of, where somebody wants to read it; and in words: "alice pays 5 to bob; ..."
 */
void testnet_tell(algo_testnet_t *t, const algo_txn_t *const *txns, size_t n);
void testnet_put_group(algo_testnet_t *t, algo_buf_t *out, const algo_txn_t *const *txns, size_t n);

/* transport.c: requests to the handlers, without a connection. */
algo_code_t testnet_ask(void *testnet, const algo_http_request_t *req, const char *header, int *status,
                        algo_buf_t *body, algo_err_t *err);

/* json.c: labels in JSON values, by ARC-4 type. */
/* Labels become addresses, in a struct's object too; the value is changed in place. False: failed. */
bool testnet_json_resolve(algo_testnet_t *t, json_object *value, const algo_arc4_type_t *type);
bool testnet_json_resolve_field(algo_testnet_t *t, json_object *value, const algo_arc56_field_t *field);
/* Is `want` (labels, null for any) the same value as `have`? */
bool testnet_json_same(algo_testnet_t *t, json_object *want, json_object *have, const algo_arc4_type_t *type);
/* The text; NULL: failed. The caller puts it back. */
json_object *testnet_json_parse(algo_testnet_t *t, const char *text);

#endif
