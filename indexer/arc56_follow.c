/* arc56_follow.c - descriptions with whose events they get: see arc56_follow.h. */
#include "arc56_follow.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "algo/text.h"

static algo_code_t no_memory(algo_err_t *err) { return algo_err_set(err, ALGO_E_NOMEM, "out of memory"); }

/* ---- whose events ---- */

static algo_code_t add_rule(ix_followed_t *f, ix_rule_t rule, algo_err_t *err) {
  if (f->n_rules == IX_RULES_MAX) return algo_err_set(err, ALGO_E_INVALID, "more than %u rules", IX_RULES_MAX);
  f->rules[f->n_rules++] = rule;
  return ALGO_OK;
}

static algo_code_t read_one(ix_followed_t *f, size_t i, uint64_t *apps, const char *s, size_t n, const char *file,
                            algo_err_t *err) {
  const ix_arc56_t *a = &f->arc56[i];
  uint64_t app;
  if (algo_u64_parse(&app, s, n, NULL) == ALGO_OK && app > 0 && app <= INT64_MAX) {
    apps[f->n_apps[i]++] = app;
    return ALGO_OK;
  }
  if (n > 8 && memcmp(s, "creator:", 8) == 0) {
    ix_rule_t rule = {.kind = IX_BY_CREATOR, .contract = (unsigned)i};
    algo_code_t rc = algo_addr_parse(&rule.creator, s + 8, n - 8, err);
    return rc == ALGO_OK ? add_rule(f, rule, err) : rc;
  }
  if (n == 4 && memcmp(s, "code", 4) == 0) {
    ix_rule_t rule = {.kind = IX_BY_CODE, .contract = (unsigned)i};
    memcpy(rule.code, a->code, sizeof rule.code);
    if (!a->has_code) return algo_err_set(err, ALGO_E_INVALID, "%s has no byteCode: name applications", file);
    return add_rule(f, rule, err);
  }
  return algo_err_set(err, ALGO_E_INVALID,
                      "--arc56 %s: \"%.*s\" is no application: an id, creator:ADDRESS or code is needed", file,
                      n < 80 ? (int)n : 80, s);
}

static algo_code_t read_which(ix_followed_t *f, size_t i, const algo_follower_arc56_t *o, bool *networks,
                              algo_arena_t *arena, algo_err_t *err) {
  const ix_arc56_t *a = &f->arc56[i];
  if (!o->which) {
    *networks = true;
    return a->n_networks ? ALGO_OK
                         : algo_err_set(err, ALGO_E_INVALID,
                                        "%s names no application in `networks`: give --arc56 FILE@APP,..., "
                                        "FILE@creator:ADDRESS or FILE@code",
                                        o->name);
  }
  uint64_t *apps = algo_arena_array(arena, strlen(o->which) + 1, sizeof *apps);
  if (!apps) return no_memory(err);
  f->apps[i] = apps;
  algo_code_t rc = ALGO_OK;
  for (const char *s = o->which; rc == ALGO_OK;) {
    const size_t n = strcspn(s, ",");
    rc = read_one(f, i, apps, s, n, o->name, err);
    if (!s[n]) break;
    s += n + 1;
  }
  return rc;
}

static algo_code_t list_selectors(ix_followed_t *f, algo_arena_t *arena, algo_err_t *err) {
  size_t n = 0;
  for (size_t i = 0; i < f->n; i++) n += f->arc56[i].n_events;
  uint8_t(*list)[4] = algo_arena_array(arena, n ? n : 1, 4);
  if (!list) return no_memory(err);
  for (size_t i = 0; i < f->n; i++)
    for (size_t k = 0; k < f->arc56[i].n_events; k++) memcpy(list[f->n_selectors++], f->arc56[i].events[k].selector, 4);
  f->selectors = (const uint8_t(*)[4])list;
  return ALGO_OK;
}

algo_code_t ix_followed_init(ix_followed_t *f, const algo_follower_arc56_t *list, size_t n, algo_arena_t *arena,
                             algo_err_t *err) {
  *f = (ix_followed_t){.n = n};
  const size_t room = n ? n : 1;
  bool *networks = algo_arena_array(arena, room, sizeof *networks);
  f->arc56 = algo_arena_array(arena, room, sizeof *f->arc56);
  f->apps = algo_arena_array(arena, room, sizeof *f->apps);
  f->n_apps = algo_arena_array(arena, room, sizeof *f->n_apps);
  f->rules = algo_arena_array(arena, IX_RULES_MAX, sizeof *f->rules);
  f->networks = networks;
  if (!networks || !f->arc56 || !f->apps || !f->n_apps || !f->rules) return no_memory(err);
  for (size_t i = 0; i < n; i++) {
    algo_code_t rc = ix_arc56_parse(&f->arc56[i], algo_bytes(list[i].json, list[i].length), list[i].schema, arena, err);
    if (rc != ALGO_OK) return algo_err_prefix(err, rc, "%s", list[i].name);
    f->arc56[i].number = (unsigned)i;
    rc = read_which(f, i, &list[i], &networks[i], arena, err);
    if (rc != ALGO_OK) return rc;
    for (size_t k = 0; k < i; k++)
      if (strcmp(f->arc56[k].schema, f->arc56[i].schema) == 0)
        return algo_err_set(err, ALGO_E_INVALID, "%s and %s make the same schema %s: name one, --arc56 SCHEMA=FILE@APP",
                            list[k].name, list[i].name, f->arc56[i].schema);
  }
  return list_selectors(f, arena, err);
}

void ix_followed_fini(ix_followed_t *f) {
  free(f->members);
  f->members = NULL;
  f->n_members = f->cap_members = 0;
}

static algo_code_t add_term(ix_term_t *terms, size_t *n, size_t max, ix_term_t term, algo_err_t *err) {
  if (*n == max) return algo_err_set(err, ALGO_E_INVALID, "a scope of more than %zu terms", max);
  terms[(*n)++] = term;
  return ALGO_OK;
}

algo_code_t ix_followed_terms(const ix_followed_t *f, ix_term_t *terms, size_t *n, size_t max, algo_err_t *err) {
  algo_code_t rc = ALGO_OK;
  for (size_t i = 0; i < f->n; i++) {
    const ix_arc56_t *a = &f->arc56[i];
    for (size_t k = 0; rc == ALGO_OK && k < f->n_apps[i]; k++)
      rc = add_term(terms, n, max, (ix_term_t){.kind = IX_TERM_APP, .number = f->apps[i][k]}, err);
    for (size_t k = 0; rc == ALGO_OK && f->networks[i] && k < a->n_networks; k++)
      rc = add_term(terms, n, max, (ix_term_t){.kind = IX_TERM_APP, .number = a->networks[k].app}, err);
    bool by_rule = false;
    for (size_t k = 0; k < f->n_rules; k++) by_rule |= f->rules[k].contract == i;
    for (size_t k = 0; rc == ALGO_OK && by_rule && k < a->n_events; k++)
      rc = add_term(terms, n, max, (ix_term_t){.kind = IX_TERM_EVENT, .bytes = algo_bytes(a->events[k].selector, 4)},
                    err);
  }
  return rc;
}

/* ---- members ---- */

static size_t place_of(const ix_followed_t *f, uint64_t app, unsigned contract) {
  size_t lo = 0, hi = f->n_members;
  while (lo < hi) {
    const size_t mid = lo + (hi - lo) / 2;
    const ix_member_t *m = &f->members[mid];
    if (m->app < app || (m->app == app && m->contract < contract)) lo = mid + 1;
    else hi = mid;
  }
  return lo;
}

bool ix_followed_has(const ix_followed_t *f, uint64_t app, unsigned contract) {
  const size_t i = place_of(f, app, contract);
  return i < f->n_members && f->members[i].app == app && f->members[i].contract == contract;
}

algo_code_t ix_followed_add(ix_followed_t *f, PGconn *c, uint64_t app, unsigned contract, algo_err_t *err) {
  if (app == 0 || app > INT64_MAX || ix_followed_has(f, app, contract)) return ALGO_OK;
  if (f->n_members == f->cap_members) {
    const size_t cap = f->cap_members ? 2 * f->cap_members : 64;
    ix_member_t *p = realloc(f->members, cap * sizeof *p);
    if (!p) return no_memory(err);
    f->members = p;
    f->cap_members = cap;
  }
  const size_t i = place_of(f, app, contract);
  memmove(&f->members[i + 1], &f->members[i], (f->n_members - i) * sizeof *f->members);
  f->members[i] = (ix_member_t){app, contract};
  f->n_members++;
  char id[24];
  snprintf(id, sizeof id, "%" PRIu64, app);
  PGresult *r;
  algo_code_t rc = ix_pg_query(c, &r,
                               "insert into chain.event_app (contract, app) values ($1, $2) on conflict (contract, app)"
                               " do update set behind = null",
                               2, (const char *[]){f->arc56[contract].schema, id}, err);
  if (rc == ALGO_OK) PQclear(r);
  return rc;
}

algo_code_t ix_followed_networks(ix_followed_t *f, PGconn *c, const algo_digest_t *genesis, algo_err_t *err) {
  algo_code_t rc = ALGO_OK;
  for (size_t i = 0; i < f->n; i++)
    for (size_t k = 0; rc == ALGO_OK && f->networks[i] && k < f->arc56[i].n_networks; k++)
      if (memcmp(&f->arc56[i].networks[k].genesis, genesis, sizeof *genesis) == 0)
        rc = ix_followed_add(f, c, f->arc56[i].networks[k].app, (unsigned)i, err);
  return rc;
}
