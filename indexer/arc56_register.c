/* arc56_register.c - a description's tables in the database, and applications that join after their first events. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "algo/hash.h"
#include "algo/mp.h"
#include "algo/text.h"
#include "arc56_follow.h"
#include "replay.h"

typedef struct session { /* one description's */
  ix_followed_t *f;
  ix_arc56_t *a;
  PGconn *c;
  const ix_cursor_t *cur;
  uint64_t replay_from;
  const ix_gap_t *gap;
  algo_arena_t *arena;
  const algo_env_t *env;
  bool *is_new; /* by event: its table was made now */
} session_t;

static algo_code_t no_memory(algo_err_t *err) { return algo_err_set(err, ALGO_E_NOMEM, "out of memory"); }

#define RULE_TEXT 96u

/* As chain.event_rule has it. */
static void rule_text(char out[RULE_TEXT], const ix_rule_t *rule) {
  if (rule->kind == IX_BY_CREATOR) {
    memcpy(out, "creator:", 8);
    algo_addr_format(out + 8, &rule->creator);
  } else {
    memcpy(out, "code:", 6);
    for (int i = 0; i < 32; i++) snprintf(out + 5 + 2 * i, 3, "%02x", rule->code[i]);
  }
}

/* ---- tables ---- */

/* {"a","b"} as PostgreSQL reads it; identifiers need no quotes. */
static const char *column_list(const session_t *s, const ix_a56_event_t *e) {
  algo_buf_t b = ALGO_BUF_INIT;
  algo_buf_putc(&b, '{');
  for (uint32_t i = 0; i < e->n_columns; i++) algo_buf_printf(&b, "%s%s", i ? "," : "", e->columns[i].name);
  algo_buf_putc(&b, '}');
  const char *text = b.oom ? NULL : algo_arena_strdup(s->arena, algo_buf_cstr(&b));
  algo_buf_fini(&b);
  return text;
}

static algo_code_t record(const session_t *s, const ix_a56_event_t *e, algo_err_t *err) {
  char selector[16];
  snprintf(selector, sizeof selector, "\\x%02x%02x%02x%02x", e->selector[0], e->selector[1], e->selector[2],
           e->selector[3]);
  const char *columns = column_list(s, e);
  if (!columns) return no_memory(err);
  PGresult *r;
  algo_code_t rc =
      ix_pg_query(s->c, &r,
                  "insert into chain.event_table (contract, signature, event, selector, tab, columns) values"
                  " ($1, $2, $3, $4, $5, $6) on conflict (contract, signature) do update set columns ="
                  " excluded.columns",
                  6, (const char *[]){s->a->schema, e->signature, e->name, selector, e->table, columns}, err);
  if (rc == ALGO_OK) PQclear(r);
  return rc;
}

/* Arguments that have other names now: the types are the same, they are in the signature. */
static algo_code_t rename_columns(const session_t *s, const ix_a56_event_t *e, algo_err_t *err) {
  PGresult *r;
  algo_buf_t sql = ALGO_BUF_INIT;
  algo_code_t rc = ix_pg_query(s->c, &r,
                               "select c from chain.event_table, unnest(columns) with ordinality as u (c, n) where"
                               " contract = $1 and signature = $2 order by n",
                               2, (const char *[]){s->a->schema, e->signature}, err);
  if (rc != ALGO_OK) return rc;
  bool same = PQntuples(r) == (int)e->n_columns;
  for (int i = 0; same && i < PQntuples(r); i++) same = strcmp(PQgetvalue(r, i, 0), e->columns[i].name) == 0;
  if (!same && PQntuples(r) == (int)e->n_columns) {
    algo_buf_printf(&sql, "drop view if exists \"%s\".\"%s_text\";", s->a->schema, e->table);
    for (int pass = 0; pass < 2; pass++) /* over names that none has: two may have changed places */
      for (uint32_t i = 0; i < e->n_columns; i++) {
        char between[32];
        snprintf(between, sizeof between, " %u", i);
        algo_buf_printf(&sql, "alter table \"%s\".\"%s\" rename column \"%s\" to \"%s\";", s->a->schema, e->table,
                        pass ? between : PQgetvalue(r, (int)i, 0), pass ? e->columns[i].name : between);
      }
    ix_a56_put_view(&sql, s->a, e);
    rc = sql.oom ? no_memory(err) : ix_pg_exec(s->c, algo_buf_cstr(&sql), err);
    if (rc == ALGO_OK) rc = record(s, e, err);
    if (rc == ALGO_OK)
      algo_env_log(s->env, ALGO_LOG_INFO, "%s.%s: its columns have the names of the file now", s->a->schema, e->table);
  }
  PQclear(r);
  algo_buf_fini(&sql);
  return rc;
}

/* Events that have a table keep it, whatever others are called. */
static algo_code_t known_tables(const session_t *s, algo_err_t *err) {
  PGresult *r;
  algo_code_t rc = ix_pg_query(s->c, &r, "select signature, tab from chain.event_table where contract = $1", 1,
                               (const char *[]){s->a->schema}, err);
  if (rc != ALGO_OK) return rc;
  for (size_t i = 0; rc == ALGO_OK && i < s->a->n_events; i++) {
    s->a->events[i].table = NULL;
    for (int k = 0; rc == ALGO_OK && k < PQntuples(r); k++)
      if (strcmp(PQgetvalue(r, k, 0), s->a->events[i].signature) == 0)
        rc = ix_a56_take_name(s->a, i, PQgetvalue(r, k, 1), NULL, 0, s->arena, err);
  }
  PQclear(r);
  return rc;
}

/* A name that no relation has, those of the tables just made and their indexes among them. */
static algo_code_t free_name(const session_t *s, size_t i, algo_err_t *err) {
  PGresult *r;
  algo_code_t rc = ix_pg_query(s->c, &r, "select relname from pg_class where relnamespace = to_regnamespace($1)", 1,
                               (const char *[]){s->a->schema}, err);
  if (rc != ALGO_OK) return rc;
  const int n = PQntuples(r);
  const char **taken = calloc((size_t)n + 1, sizeof *taken);
  for (int k = 0; taken && k < n; k++) taken[k] = PQgetvalue(r, k, 0);
  rc = taken ? ix_a56_take_name(s->a, i, NULL, taken, (size_t)n, s->arena, err) : no_memory(err);
  free(taken);
  PQclear(r);
  return rc;
}

static algo_code_t make_table(const session_t *s, size_t i, algo_err_t *err) {
  algo_code_t rc = free_name(s, i, err);
  const ix_a56_event_t *e = &s->a->events[i];
  algo_buf_t sql = ALGO_BUF_INIT;
  if (rc == ALGO_OK) {
    ix_a56_put_table(&sql, s->a, e);
    ix_a56_put_view(&sql, s->a, e);
    rc = sql.oom ? no_memory(err) : ix_pg_exec(s->c, algo_buf_cstr(&sql), err);
  }
  if (rc == ALGO_OK) rc = record(s, e, err);
  if (rc == ALGO_OK && strcmp(e->table, e->base) != 0)
    algo_env_log(s->env, ALGO_LOG_INFO, "event %s goes into %s.%s: %s is another signature's", e->signature,
                 s->a->schema, e->table, e->base);
  algo_buf_fini(&sql);
  s->is_new[i] = true;
  return rc;
}

/* ---- whose schema ---- */

/* The application numbers that are named, as PostgreSQL reads an array, and the rules' texts. */
static void put_named(const session_t *s, algo_buf_t *apps, algo_buf_t *rules) {
  const ix_followed_t *f = s->f;
  const unsigned k = s->a->number;
  algo_buf_putc(apps, '{');
  algo_buf_puts(apps, "0");
  for (size_t i = 0; i < f->n_apps[k]; i++) algo_buf_printf(apps, ",%" PRIu64, f->apps[k][i]);
  for (size_t i = 0; f->networks[k] && i < s->a->n_networks; i++)
    if (s->cur->exists && memcmp(&s->a->networks[i].genesis, &s->cur->genesis_hash, 32) == 0)
      algo_buf_printf(apps, ",%" PRIu64, s->a->networks[i].app);
  algo_buf_putc(apps, '}');
  algo_buf_puts(rules, "{-");
  for (size_t i = 0; i < f->n_rules; i++) {
    char text[RULE_TEXT];
    if (f->rules[i].contract != k) continue;
    rule_text(text, &f->rules[i]);
    algo_buf_printf(rules, ",%s", text);
  }
  algo_buf_putc(rules, '}');
}

static algo_code_t another(const session_t *s, const char *name, const char *apps, algo_err_t *err) {
  return algo_err_set(err, ALGO_E_INVALID,
                      "schema %s has the tables of another description (\"%s\"; %s%s). If this one is of another "
                      "contract, name its schema: --arc56 NAME=FILE@APP; if it is the same contract's, say so: --arc56 "
                      "%s=FILE@APP",
                      s->a->schema, name, *apps ? "applications " : "no application yet", apps, s->a->schema);
}

/* Two contracts may have one name: a schema is the description's that made it, or of one that shares an application or
 * a rule with it, or that was given for this schema by name. */
static algo_code_t own_schema(const session_t *s, algo_err_t *err) {
  algo_buf_t hash = ALGO_BUF_INIT, apps = ALGO_BUF_INIT, rules = ALGO_BUF_INIT;
  PGresult *r = NULL;
  algo_buf_puts(&hash, "\\x");
  algo_hex_encode(&hash, algo_bytes(s->a->hash, sizeof s->a->hash));
  put_named(s, &apps, &rules);
  const char *params[] = {s->a->schema, algo_buf_cstr(&hash), algo_buf_cstr(&apps), algo_buf_cstr(&rules)};
  algo_code_t rc = hash.oom || apps.oom || rules.oom ? no_memory(err) : ALGO_OK;
  if (rc == ALGO_OK)
    rc = ix_pg_query(s->c, &r,
                     "select name, (select coalesce(string_agg(app::text, ', ' order by app), '') from (select app from"
                     " chain.event_app where contract = $1 order by app limit 5) as a), description = $2 or exists"
                     " (select from chain.event_app where contract = $1 and app = any ($3::bigint[])) or exists (select"
                     " from chain.event_rule where contract = $1 and rule = any ($4::text[]))"
                     " from chain.event_schema where contract = $1",
                     4, params, err);
  if (rc == ALGO_OK && PQntuples(r) > 0 && *PQgetvalue(r, 0, 2) == 'f' && !s->a->named)
    rc = another(s, PQgetvalue(r, 0, 0), PQgetvalue(r, 0, 1), err);
  PQclear(r);
  r = NULL;
  params[2] = s->a->name;
  if (rc == ALGO_OK)
    rc = ix_pg_query(s->c, &r,
                     "insert into chain.event_schema (contract, description, name) values ($1, $2, $3)"
                     " on conflict (contract) do update set description = excluded.description, name = excluded.name"
                     " where event_schema.description <> excluded.description",
                     3, params, err);
  PQclear(r);
  algo_buf_fini(&hash);
  algo_buf_fini(&apps);
  algo_buf_fini(&rules);
  return rc;
}

static algo_code_t make_tables(const session_t *s, algo_err_t *err) {
  algo_buf_t sql = ALGO_BUF_INIT;
  ix_a56_put_schema(&sql, s->a);
  algo_code_t rc = sql.oom ? no_memory(err) : ix_pg_exec(s->c, algo_buf_cstr(&sql), err);
  algo_buf_fini(&sql);
  if (rc == ALGO_OK) rc = own_schema(s, err);
  if (rc == ALGO_OK) rc = known_tables(s, err);
  for (size_t i = 0; rc == ALGO_OK && i < s->a->n_events; i++)
    rc = s->a->events[i].table ? rename_columns(s, &s->a->events[i], err) : make_table(s, i, err);
  return rc;
}

/* ---- applications ---- */

static algo_code_t apply_log(ix_events_t *e, void *user, const ix_event_at_t *at, algo_bytes_t log, algo_err_t *err) {
  const session_t *s = user;
  const ix_a56_event_t *event = ix_a56_match(s->a, log);
  return event ? ix_events_apply_arc56(e, s->a, event, at, log, err) : ALGO_OK;
}

/* The application's events from a place on: all, or those of new tables alone. */
static algo_code_t catch_up(const session_t *s, uint64_t app, uint64_t round, uint32_t intra, bool all,
                            algo_err_t *err) {
  algo_buf_t where = ALGO_BUF_INIT;
  size_t n = 0;
  algo_buf_printf(&where,
                  "l.app = %" PRIu64 " and (l.round, l.intra) >= (%" PRIu64 ", %u) and substr(l.data, 1, 4) in (", app,
                  round, intra);
  for (size_t i = 0; i < s->a->n_events; i++) {
    const uint8_t *x = s->a->events[i].selector;
    if (!all && !s->is_new[i]) continue;
    algo_buf_printf(&where, "%s'\\x%02x%02x%02x%02x'", n++ ? "," : "", x[0], x[1], x[2], x[3]);
  }
  algo_buf_putc(&where, ')');
  algo_code_t rc = where.oom ? no_memory(err) : ALGO_OK;
  if (n && rc == ALGO_OK && s->cur->exists) {
    ix_events_t e;
    ix_events_init(&e, s->c, NULL, 0, false);
    e.arc56 = s->a;
    e.n_arc56 = 1;
    rc = ix_replay(&e, algo_buf_cstr(&where), apply_log, (void *)(uintptr_t)s, err);
    if (rc == ALGO_OK && e.applied)
      algo_env_log(s->env, ALGO_LOG_INFO, "application %" PRIu64 ": %" PRIu64 " events of %s read from before", app,
                   e.applied, s->a->schema);
    ix_events_fini(&e);
  }
  algo_buf_fini(&where);
  return rc;
}

/* That no round is missing from `round` on: of the application's events, or, where it is known already, of those of
 * tables that were made now. */
static algo_code_t all_there(const session_t *s, uint64_t app, uint64_t round, algo_err_t *err) {
  char what[48];
  snprintf(what, sizeof what, "application %" PRIu64, app);
  return s->cur->exists ? ix_gap_check(s->gap, s->a->schema, what, app, round, err) : ALGO_OK;
}

static algo_code_t new_tables_there(const session_t *s, uint64_t app, algo_err_t *err) {
  algo_code_t rc = ALGO_OK;
  for (size_t k = 0; rc == ALGO_OK && k < s->a->n_events; k++) {
    if (!s->is_new[k]) continue;
    algo_buf_t what = ALGO_BUF_INIT;
    algo_buf_printf(&what, "application %" PRIu64 ", event %s", app, s->a->events[k].signature);
    rc = what.oom         ? no_memory(err)
         : s->cur->exists ? ix_gap_check(s->gap, s->a->schema, algo_buf_cstr(&what), app, 0, err)
                          : ALGO_OK;
    algo_buf_fini(&what);
  }
  return rc;
}

static algo_code_t join(const session_t *s, uint64_t app, uint64_t round, uint32_t intra, algo_err_t *err) {
  if (ix_followed_has(s->f, app, s->a->number)) return ALGO_OK;
  algo_code_t rc = all_there(s, app, round, err);
  if (rc != ALGO_OK) return rc;
  if (round < s->replay_from) round = s->replay_from, intra = 0;
  rc = catch_up(s, app, round, intra, true, err);
  return rc == ALGO_OK ? ix_followed_add(s->f, s->c, app, s->a->number, err) : rc;
}

/* Those that the database knows: what was missed while the description was not given, and what is new in it. */
static algo_code_t known_apps(const session_t *s, algo_err_t *err) {
  PGresult *r;
  algo_code_t rc = ix_pg_query(s->c, &r, "select app, behind from chain.event_app where contract = $1 order by app", 1,
                               (const char *[]){s->a->schema}, err);
  if (rc != ALGO_OK) return rc;
  for (int i = 0; rc == ALGO_OK && i < PQntuples(r); i++) {
    const uint64_t app = ix_pg_u64(r, i, 0);
    rc = new_tables_there(s, app, err);
    if (rc == ALGO_OK && !PQgetisnull(r, i, 1)) {
      /* First the new tables from the start, then the old ones from where they were left. */
      const uint64_t left = ix_pg_u64(r, i, 1);
      rc = all_there(s, app, left, err);
      for (size_t k = 0; rc == ALGO_OK && k < s->a->n_events; k++) s->is_new[k] = !s->is_new[k];
      rc = catch_up(s, app, left, 0, false, err);
      for (size_t k = 0; k < s->a->n_events; k++) s->is_new[k] = !s->is_new[k];
    }
    if (rc == ALGO_OK) rc = catch_up(s, app, s->replay_from, 0, false, err);
    if (rc == ALGO_OK) rc = ix_followed_add(s->f, s->c, app, s->a->number, err);
  }
  PQclear(r);
  return rc;
}

/* The SHA-256 of the approval program in an element of txns or itx. */
static bool code_of(uint8_t out[32], const PGresult *r, int row, algo_buf_t *raw) {
  const char *hex = PQgetvalue(r, row, 3);
  uint32_t pairs, fields;
  algo_bytes_t key, code = {NULL, 0};
  algo_buf_clear(raw);
  if (PQgetisnull(r, row, 3) || strlen(hex) < 2 || algo_hex_decode(raw, hex + 2, strlen(hex) - 2, NULL) != ALGO_OK)
    return false;
  algo_mp_t m = algo_mp(algo_buf_view(raw));
  if (algo_mp_get_map(&m, &pairs, NULL) != ALGO_OK) return false;
  for (uint32_t i = 0; i < pairs && algo_mp_get_str(&m, &key, NULL) == ALGO_OK; i++) {
    if (!algo_bytes_eq(key, ALGO_BYTES_LIT("txn"))) {
      if (algo_mp_skip(&m, NULL) != ALGO_OK) return false;
      continue;
    }
    if (algo_mp_get_map(&m, &fields, NULL) != ALGO_OK) return false;
    for (uint32_t k = 0; k < fields && algo_mp_get_str(&m, &key, NULL) == ALGO_OK; k++) {
      const bool found = algo_bytes_eq(key, ALGO_BYTES_LIT("apap"));
      if ((found ? algo_mp_get_bin(&m, &code, NULL) : algo_mp_skip(&m, NULL)) != ALGO_OK) return false;
    }
  }
  algo_sha256(out, code.p, code.n);
  return true;
}

/* Applications that a rule holds for in the blocks that are there, from `from` on. */
static algo_code_t discover(const session_t *s, const ix_rule_t *rule, uint64_t from, algo_err_t *err) {
  char round[24], who[67] = "\\x";
  snprintf(round, sizeof round, "%" PRIu64, from);
  for (int i = 0; i < 32; i++) snprintf(who + 2 + 2 * i, 3, "%02x", rule->creator.b[i]);
  const bool by_creator = rule->kind == IX_BY_CREATOR;
  PGresult *r;
  algo_code_t rc = by_creator ? ix_pg_query(s->c, &r,
                                            "select created, round, intra from chain.txn where type = 6 and created is"
                                            " not null and round >= $1 and sender = $2 order by round, intra",
                                            2, (const char *[]){round, who}, err)
                              : ix_pg_query(s->c, &r,
                                            "select coalesce(created, app), round, intra, chain.raw(round, intra) from"
                                            " chain.txn where type = 6 and (created is not null or on_completion = 4)"
                                            " and round >= $1 order by round, intra",
                                            1, (const char *[]){round}, err);
  if (rc != ALGO_OK) return rc;
  algo_buf_t raw = ALGO_BUF_INIT;
  for (int i = 0; rc == ALGO_OK && i < PQntuples(r); i++) {
    uint8_t code[32];
    if (!by_creator && (!code_of(code, r, i, &raw) || memcmp(code, rule->code, sizeof code) != 0)) continue;
    rc = join(s, ix_pg_u64(r, i, 0), ix_pg_u64(r, i, 1), (uint32_t)ix_pg_u64(r, i, 2), err);
  }
  PQclear(r);
  algo_buf_fini(&raw);
  return rc;
}

static algo_code_t join_rule(const session_t *s, const ix_rule_t *rule, algo_err_t *err) {
  char text[RULE_TEXT];
  rule_text(text, rule);
  const char *const params[] = {s->a->schema, text};
  PGresult *r;
  algo_code_t rc =
      ix_pg_query(s->c, &r, "select behind from chain.event_rule where contract = $1 and rule = $2", 2, params, err);
  if (rc != ALGO_OK) return rc;
  const bool known = PQntuples(r) == 1, left = known && !PQgetisnull(r, 0, 0);
  const uint64_t from = left ? ix_pg_u64(r, 0, 0) : 0;
  PQclear(r);
  if (known && !left) return ALGO_OK;
  if (s->cur->exists) rc = ix_gap_check(s->gap, s->a->schema, text, 0, from, err);
  if (rc == ALGO_OK && s->cur->exists) rc = discover(s, rule, from, err);
  if (rc != ALGO_OK) return rc;
  rc = ix_pg_query(
      s->c, &r,
      "insert into chain.event_rule (contract, rule) values ($1, $2) on conflict (contract, rule) do update set"
      " behind = null",
      2, params, err);
  if (rc == ALGO_OK) PQclear(r);
  return rc;
}

static algo_code_t join_all(const session_t *s, algo_err_t *err) {
  const ix_followed_t *f = s->f;
  const unsigned k = s->a->number;
  algo_code_t rc = known_apps(s, err);
  for (size_t i = 0; rc == ALGO_OK && i < f->n_apps[k]; i++) rc = join(s, f->apps[k][i], 0, 0, err);
  for (size_t i = 0; rc == ALGO_OK && s->cur->exists && f->networks[k] && i < s->a->n_networks; i++)
    if (memcmp(&s->a->networks[i].genesis, &s->cur->genesis_hash, 32) == 0)
      rc = join(s, s->a->networks[i].app, 0, 0, err);
  for (size_t i = 0; rc == ALGO_OK && i < f->n_rules; i++)
    if (f->rules[i].contract == k) rc = join_rule(s, &f->rules[i], err);
  return rc;
}

/* What is not given this time: from this round on its tables lag behind, and it is known from where. */
static algo_code_t leave(PGconn *c, const ix_followed_t *f, const ix_cursor_t *cur, algo_err_t *err) {
  algo_buf_t sql = ALGO_BUF_INIT;
  static const char *const tables[] = {"event_app", "event_rule"};
  for (int t = 0; t < 2; t++) {
    algo_buf_printf(&sql, "update chain.%s set behind = %" PRIu64 " where behind is null and contract not in (''",
                    tables[t], cur->next_round);
    for (size_t i = 0; i < f->n; i++) algo_buf_printf(&sql, ", '%s'", f->arc56[i].schema);
    algo_buf_puts(&sql, ");");
  }
  algo_code_t rc = sql.oom ? no_memory(err) : cur->exists ? ix_pg_exec(c, algo_buf_cstr(&sql), err) : ALGO_OK;
  algo_buf_fini(&sql);
  return rc;
}

algo_code_t ix_followed_register(ix_followed_t *f, PGconn *c, const ix_cursor_t *cur, uint64_t replay_from,
                                 const ix_gap_t *gap, algo_arena_t *arena, algo_err_t *err) {
  f->n_members = 0;
  algo_code_t rc = leave(c, f, cur, err);
  for (size_t i = 0; rc == ALGO_OK && i < f->n; i++) {
    session_t s = {f, &f->arc56[i], c, cur, replay_from, gap, arena, gap->env, NULL};
    s.is_new = calloc(s.a->n_events + 1, sizeof *s.is_new);
    rc = s.is_new ? ix_pg_exec(c, "begin; set local lock_timeout = '300ms'", err) : no_memory(err);
    if (rc == ALGO_OK) rc = make_tables(&s, err);
    if (rc == ALGO_OK) rc = ix_pg_exec(c, "set local lock_timeout = 0", err);
    if (rc == ALGO_OK) rc = join_all(&s, err);
    if (rc == ALGO_OK) rc = ix_pg_exec(c, "commit", err);
    free(s.is_new);
    if (rc != ALGO_OK) return algo_err_prefix(err, rc, "the tables of %s", s.a->name);
  }
  return rc;
}
