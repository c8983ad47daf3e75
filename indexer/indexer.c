/* indexer.c - an indexer: its options, and its sessions one after another until it ends. */
#include "algo/follower.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "algo/text.h"
#include "internal.h"

#define TERMS_MAX 256u
#define POLL_NS   20000000L /* how often a request to stop is looked for */

/* The terms of the scope, and how chain.cursor says them. */
static algo_code_t make_scope(algo_follower_t *ix, algo_err_t *err) {
  ix_term_t *terms = algo_arena_array(&ix->arena, TERMS_MAX, sizeof *terms);
  uint64_t *watch = algo_arena_array(&ix->arena, ix->opt.n_contracts ? ix->opt.n_contracts : 1, sizeof *watch);
  if (!terms || !watch) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  size_t n = 0;
  algo_code_t rc = ALGO_OK;
  bool all = ix->opt.n_scope == 0;
  for (size_t i = 0; rc == ALGO_OK && i < ix->opt.n_scope; i++) {
    if (strcmp(ix->opt.scope[i], "all") == 0) {
      all = true;
    } else if (strcmp(ix->opt.scope[i], "market") != 0) {
      rc = ix_scope_parse(terms, &n, TERMS_MAX, ix->opt.scope[i], &ix->arena, err);
    }
  }
  for (size_t i = 0; rc == ALGO_OK && i < ix->opt.n_contracts; i++) {
    watch[i] = ix->opt.contracts[i].app;
    if (n == TERMS_MAX) return algo_err_set(err, ALGO_E_INVALID, "a scope of more than %u terms", TERMS_MAX);
    terms[n++] = (ix_term_t){.kind = IX_TERM_APP, .number = watch[i]};
  }
  if (rc == ALGO_OK) rc = ix_followed_terms(&ix->followed, terms, &n, TERMS_MAX, err);
  if (rc != ALGO_OK) return rc;
  if (!all && n == 0)
    return algo_err_set(err, ALGO_E_INVALID, "a scope without applications or other terms keeps nothing");
  algo_buf_t b = ALGO_BUF_INIT;
  ix_scope_normalise(terms, &n, &b);
  ix->scope = (ix_scope_t){all, terms, all ? 0 : n};
  const ix_followed_t *f = &ix->followed;
  ix->watch = (ix_apps_t){watch, ix->opt.n_contracts, f->rules, f->n_rules, f->selectors, f->n_selectors};
  ix->scope_text = algo_arena_strdup(&ix->arena, all ? "all" : algo_buf_cstr(&b));
  if (b.oom || !ix->scope_text) {
    rc = algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  } else if (strlen(ix->scope_text) >= sizeof((ix_cursor_t *)0)->scope) {
    rc = algo_err_set(err, ALGO_E_INVALID, "a scope of %zu terms is too long: use --scope all", n);
  }
  algo_buf_fini(&b);
  return rc;
}

static algo_code_t make_contracts(algo_follower_t *ix, algo_err_t *err) {
  const size_t n = ix->opt.n_contracts;
  ix->contracts = algo_arena_array(&ix->arena, n ? n : 1, sizeof *ix->contracts);
  ix->contract_of = algo_arena_array(&ix->arena, n ? n : 1, sizeof *ix->contract_of);
  if (!ix->contracts || !ix->contract_of) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  for (size_t i = 0; i < n; i++) {
    size_t k = 0;
    while (k < ix->n_contracts && ix->contracts[k].tables != ix->opt.contracts[i].tables) k++;
    if (k == ix->n_contracts) {
      algo_code_t rc = ix_contract_init(&ix->contracts[k], ix->opt.contracts[i].tables, (unsigned)k, &ix->arena, err);
      if (rc != ALGO_OK) return rc;
      ix->n_contracts++;
    }
    ix->contract_of[i] = &ix->contracts[k];
  }
  return ALGO_OK;
}

static bool stop_asked(void *user) { return atomic_load(&((algo_follower_t *)user)->stop); }

static const char *keep(algo_follower_t *ix, const char *s, bool *ok) {
  if (!s) return NULL;
  char *copy = algo_arena_strdup(&ix->arena, s);
  if (!copy) *ok = false;
  return copy;
}

static algo_code_t keep_options(algo_follower_t *ix, const algo_follower_options_t *o, algo_err_t *err) {
  bool ok = true;
  ix->opt = *o;
  ix->opt.database_url = keep(ix, o->database_url, &ok);
  ix->opt.algod_url = keep(ix, o->algod_url, &ok);
  ix->opt.algod_token = keep(ix, o->algod_token, &ok);
  ix->opt.blocks_dir = keep(ix, o->blocks_dir, &ok);
  const char **scope = algo_arena_array(&ix->arena, o->n_scope ? o->n_scope : 1, sizeof *scope);
  for (size_t i = 0; scope && i < o->n_scope; i++) scope[i] = keep(ix, o->scope[i], &ok);
  const algo_bytes_t contracts =
      algo_arena_dup(&ix->arena, algo_bytes(o->contracts, o->n_contracts * sizeof *o->contracts));
  ix->opt.scope = scope;
  ix->opt.contracts = (const algo_follower_contract_t *)(const void *)contracts.p;
  if (!ok || !scope || (o->n_contracts && !contracts.p)) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  for (char *s = (char *)(uintptr_t)ix->opt.algod_url; s && *s && s[strlen(s) - 1] == '/';) s[strlen(s) - 1] = 0;
  if (ix->opt.writers == 0) ix->opt.writers = 3;
  if (ix->opt.decoders == 0) ix->opt.decoders = 1;
  if (ix->opt.writers > IX_WRITERS_MAX) ix->opt.writers = IX_WRITERS_MAX;
  if (ix->opt.decoders > IX_DECODERS_MAX) ix->opt.decoders = IX_DECODERS_MAX;
  return ALGO_OK;
}

algo_code_t algo_follower_new(algo_follower_t **out, const algo_follower_options_t *opt, const algo_env_t *env,
                              algo_err_t *err) {
  *out = NULL;
  if (!opt->database_url) return algo_err_set(err, ALGO_E_INVALID, "no database is given (DATABASE_URL)");
  char *why = NULL;
  PQconninfoOption *parsed = PQconninfoParse(opt->database_url, &why);
  if (!parsed) {
    algo_code_t rc = algo_err_set(err, ALGO_E_INVALID, "DATABASE_URL is none: %.*s", why ? (int)strcspn(why, "\n") : 0,
                                  why ? why : "");
    PQfreemem(why);
    return rc;
  }
  PQconninfoFree(parsed);
  if (!opt->algod_url == !opt->blocks_dir)
    return algo_err_set(err, ALGO_E_INVALID, "one of a node (ALGOD_URL) and a folder of blocks is needed");
  if (opt->state && (!opt->algod_url || opt->from || opt->backfill || opt->backfill_only))
    return algo_err_set(err, ALGO_E_INVALID,
                        "the state is kept from round 0 of a node on, block by block: --state does not go "
                        "with --blocks, --from and backfill");
  algo_follower_t *ix = calloc(1, sizeof *ix);
  if (!ix) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  if (env) ix->env = *env;
  ix->cancel = (ix_cancel_t){stop_asked, ix};
  pthread_mutex_init(&ix->partitions, NULL);
  algo_code_t rc = keep_options(ix, opt, err);
  if (rc == ALGO_OK) rc = ix_followed_init(&ix->followed, opt->arc56, opt->n_arc56, &ix->arena, err);
  if (rc == ALGO_OK) rc = make_scope(ix, err);
  if (rc == ALGO_OK) rc = make_contracts(ix, err);
  if (rc == ALGO_OK) rc = ix_pipe_init(&ix->pipe, &ix->env, err);
  if (rc != ALGO_OK) {
    algo_follower_free(ix);
    return rc;
  }
  *out = ix;
  return ALGO_OK;
}

void algo_follower_free(algo_follower_t *ix) {
  if (!ix) return;
  ix_pipe_fini(&ix->pipe);
  ix_followed_fini(&ix->followed);
  pthread_mutex_destroy(&ix->partitions);
  algo_arena_fini(&ix->arena);
  free(ix);
}

void algo_follower_stop(algo_follower_t *ix) { atomic_store(&ix->stop, true); }

void algo_follower_stats(const algo_follower_t *ix, algo_follower_stats_t *out) {
  algo_follower_t *mutable_ix = (algo_follower_t *)(uintptr_t)ix; /* its lock alone changes */
  pthread_mutex_lock(&mutable_ix->pipe.mu);
  *out = ix->pipe.stats;
  out->at_tip = ix->pipe.stats.ranges == 0 && ix->pipe.node_known && ix->pipe.next_commit > ix->pipe.node_round;
  pthread_mutex_unlock(&mutable_ix->pipe.mu);
  out->events = atomic_load(&ix->events);
}

static bool is_final(const algo_follower_t *ix, algo_code_t rc) {
  return ix->pipe.fatal || rc == ALGO_E_INVALID || rc == ALGO_E_UNSUPPORTED || rc == ALGO_E_GENESIS ||
         rc == ALGO_E_AUTH || rc == ALGO_E_NOMEM;
}

algo_code_t algo_follower_run(algo_follower_t *ix, algo_err_t *err) {
  algo_err_t why;
  unsigned failures = 0;
  while (!atomic_load(&ix->stop)) {
    const uint64_t batches = ix->pipe.stats.batches;
    algo_err_init(&why);
    bool more = false;
    algo_code_t rc = ix_session_run(ix, &more, &why);
    if (rc == ALGO_OK && !more) return ALGO_OK;
    if (rc == ALGO_OK) continue;
    if (rc == ALGO_E_INTERRUPTED && atomic_load(&ix->stop)) break; /* what takes long goes on with the next run */
    if (is_final(ix, rc)) {
      if (err) *err = why;
      return rc;
    }
    pthread_mutex_lock(&ix->pipe.mu);
    ix->pipe.stats.database_errors++;
    ix->pipe.stats.database_up = false;
    if (ix->pipe.stats.batches != batches) failures = 0;
    pthread_mutex_unlock(&ix->pipe.mu);
    if (failures == 0 || failures % 16 == 0) algo_env_log(&ix->env, ALGO_LOG_WARN, "%s; trying again", why.msg);
    const uint64_t until = ix_now_ns() + ix_backoff_ns(failures++);
    while (!atomic_load(&ix->stop) && ix_now_ns() < until) nanosleep(&(struct timespec){0, POLL_NS}, NULL);
  }
  return ALGO_OK;
}

algo_code_t algo_follower_migrate(const algo_follower_options_t *opt, const algo_env_t *env, algo_err_t *err) {
  PGconn *c = NULL;
  bool taken = false;
  const ix_cancel_t cancel = {opt->cancelled, opt->cancel_user};
  algo_code_t rc = ix_pg_open(&c, opt->database_url, IX_APPLICATION_NAME, err);
  if (rc == ALGO_OK) rc = ix_schema_lock(c, false, &taken, err);
  if (rc == ALGO_OK && !taken)
    rc = algo_err_set(err, ALGO_E_DB, "another indexer writes to this database: stop it first");
  if (rc == ALGO_OK) ix_pg_cancellable(c, &cancel);
  if (rc == ALGO_OK) rc = ix_schema_migrate(c, &cancel, env, err);
  if (rc == ALGO_OK) algo_env_log(env, ALGO_LOG_INFO, "the schema is up to date");
  if (c) PQfinish(c);
  return rc;
}
