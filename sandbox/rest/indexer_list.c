/* Lists of what an indexer knows, living or gone, and their parameters. */
#include <stdio.h>
#include <stdlib.h>

#include "algo/text.h"
#include "indexer_impl.h"

/* ---- parameters ---- */

bool indexer_limit(rest_call_t *c, uint64_t usual, uint64_t most, uint64_t *out) {
  bool given;
  *out = usual;
  if (!rest_query_u64(c, "limit", out, &given)) return false;
  if (*out > most || *out == 0) *out = most;
  return true;
}

bool indexer_id(rest_call_t *c, uint64_t id) {
  if (id <= INT64_MAX) return true;
  rest_error(c, 404,
             "searching by round or application-id or asset-id or filter by value greater than 9223372036854775807 is "
             "not supported");
  return false;
}

bool indexer_next_id(rest_call_t *c, uint64_t *after) {
  const char *next = algo_httpd_query(c->req, "next");
  *after = 0;
  if (next == NULL) return true;
  algo_code_t rc = algo_u64_parse(after, next, strlen(next), NULL);
  if (rc == ALGO_OK) return true;
  rest_error(c, 400, "unable to parse next token: strconv.ParseUint: parsing \"%s\": %s", next,
             rc == ALGO_E_RANGE ? "value out of range" : "invalid syntax");
  return false;
}

bool indexer_next_addr(rest_call_t *c, algo_addr_t *after, bool *given) {
  const char *next = algo_httpd_query(c->req, "next");
  *given = next != NULL;
  if (next == NULL || algo_addr_parse(after, next, strlen(next), NULL) == ALGO_OK) return true;
  rest_error(c, 400, "unable to parse next token");
  return false;
}

size_t indexer_base32_span(algo_bytes_t v) {
  size_t i = 0;
  while (i < v.n && ((v.p[i] >= 'A' && v.p[i] <= 'Z') || (v.p[i] >= '2' && v.p[i] <= '7'))) i++;
  return i;
}

/* What the Go SDK says of a text that is no address. */
static const char *fault(algo_bytes_t v, char room[64]) {
  size_t i = indexer_base32_span(v);
  if (i < v.n) snprintf(room, 64, "illegal base32 data at input byte %zu", i);
  else if (v.n != ALGO_ADDR_TEXT) return "decoded address is the wrong length, should be 36 bytes";
  else return "address checksum is incorrect, did you copy the address correctly?";
  return room;
}

bool indexer_query_addr(rest_call_t *c, const char *name, const char *what, algo_addr_t *out, bool *given) {
  const char *v = algo_httpd_query(c->req, name);
  char room[64];
  *given = v != NULL;
  if (v == NULL || algo_addr_parse(out, v, strlen(v), NULL) == ALGO_OK) return true;
  rest_error(c, 400, "%sunable to parse %s: %s", what == NULL ? "invalid input: " : "", what == NULL ? "address" : what,
             fault(algo_bytes_str(v), room));
  return false;
}

bool indexer_check_addrs(rest_call_t *c, const char *what, const char *list) {
  char room[64];
  algo_addr_t a;
  while (list != NULL && *list != '\0') {
    size_t n = strcspn(list, ",");
    if (algo_addr_parse(&a, list, n, NULL) != ALGO_OK) {
      rest_error(c, 400, "unable to parse %s address `%.*s`: %s", what, (int)n, list, fault(algo_bytes(list, n), room));
      return false;
    }
    list += n + (list[n] == ',');
  }
  return true;
}

bool indexer_arg_addr(rest_call_t *c, const char *what, algo_addr_t *out) {
  char room[64];
  algo_bytes_t v = c->arg[0];
  if (algo_addr_parse(out, (const char *)v.p, v.n, NULL) == ALGO_OK) return true;
  if (v.n == 0)
    rest_error(c, 400,
               "Invalid format for parameter account-id: parameter 'account-id' is empty, can't bind its value");
  else rest_error(c, 400, "unable to parse %s: %s", what, fault(v, room));
  return false;
}

bool indexer_query_time(rest_call_t *c, const char *name, int64_t *out) {
  const char *v = algo_httpd_query(c->req, name);
  int y, mo, d, h = 0, mi = 0, s = 0, zh = 0, zm = 0;
  if (v == NULL) return true;
  const char *t = strchr(v, 'T'), *zone = t != NULL ? strpbrk(t, "+- ") : NULL; /* '+' came as a space */
  bool ok = sscanf(v, "%4d-%2d-%2dT%2d:%2d:%2d", &y, &mo, &d, &h, &mi, &s) >= 3 && mo >= 1 && mo <= 12;
  if (zone != NULL && sscanf(zone + 1, "%2d:%2d", &zh, &zm) != 2) zh = zm = 0;
  if (!ok) {
    rest_error(c, 400,
               "Invalid format for parameter %s: error parsing '%s' as RFC3339 or 2006-01-02 time: parsing time \"%s\" "
               "as \"2006-01-02\": cannot parse \"%s\" as \"2006\"",
               name, v, v, v);
    return false;
  }
  int64_t yy = mo <= 2 ? y - 1 : y, era = yy / 400, yoe = yy - era * 400; /* days of the civil calendar */
  int64_t doy = (153 * (mo + (mo > 2 ? -3 : 9)) + 2) / 5 + d - 1, doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
  *out = (era * 146097 + doe - 719468) * 86400 + h * 3600 + mi * 60 + s;
  if (zone != NULL) *out -= (*zone == '-' ? -1 : 1) * (zh * 3600 + zm * 60);
  return true;
}

/* ---- lists ---- */

bool indexer_list_begin(indexer_list_t *s, rest_call_t *c) {
  s->c = c;
  s->lives = history_begin(c, &s->n_lives);
  if (s->lives == NULL) return false;
  s->l = algo_node_read(c->node);
  rest_begin(c);
  return true;
}

void indexer_list_done(indexer_list_t *s) {
  algo_node_read_done(s->c->node);
  history_done(s->c);
}

static bool creator_of(void *user, uint64_t app, const algo_avm_app_t *p, const algo_kv_t *kv, size_t n) {
  life_t *life = user;
  (void)app;
  (void)kv;
  (void)n;
  life->addr = p->creator;
  return true;
}

const life_t *indexer_creatable(const indexer_list_t *s, life_kind_t kind, uint64_t id, life_t *room) {
  const life_t *life = history_find(s->c, kind, id, NULL);
  algo_asset_params_t p;
  *room = (life_t){.kind = kind, .id = id};
  if (life != NULL) return life->deleted && !s->all ? NULL : life;
  bool there =
      kind == LIFE_APP ? algo_ledger_app(s->l, id, creator_of, room) : algo_ledger_asset(s->l, id, &p, &room->addr);
  return there ? room : NULL;
}

static int compare_id(const void *a, const void *b) {
  const life_t *x = *(const life_t *const *)a, *y = *(const life_t *const *)b;
  return (x->id > y->id) - (x->id < y->id);
}

static int compare_addr(const void *a, const void *b) {
  const life_t *x = *(const life_t *const *)a, *y = *(const life_t *const *)b;
  return memcmp(x->addr.b, y->addr.b, sizeof x->addr.b);
}

void indexer_list_put(indexer_list_t *s, const char *key, bool by_addr, indexer_match_fn *match, indexer_put_fn *put,
                      void *user) {
  algo_arena_t arena = ALGO_ARENA_INIT;
  size_t found = 0;
  const life_t **hits = algo_arena_array(&arena, s->n_lives + 1, sizeof *hits);
  for (size_t i = 0; hits != NULL && i < s->n_lives; i++) {
    const life_t *life = &s->lives[i];
    if ((s->all || !life->deleted) && match(user, life)) hits[found++] = life;
  }
  if (found > 0) qsort(hits, found, sizeof *hits, by_addr ? compare_addr : compare_id);
  algo_json_key(&s->c->json, key);
  algo_json_open(&s->c->json, '[');
  for (size_t i = 0; i < found && s->n < s->limit; i++) {
    put(user, hits[i]);
    s->n++;
    s->last = hits[i];
  }
  if (s->tail != NULL) s->tail(user);
  algo_json_close(&s->c->json, ']');
  algo_arena_fini(&arena);
}

void indexer_list_end(indexer_list_t *s, bool by_addr) {
  algo_json_t *j = &s->c->json;
  model_key_u64(j, "current-round", algo_ledger_round(s->l));
  if (s->last != NULL && by_addr) {
    model_addr(j, "next-token", &s->last->addr);
  } else if (s->last != NULL) {
    char next[24];
    snprintf(next, sizeof next, "%llu", (unsigned long long)s->last->id);
    algo_json_key(j, "next-token");
    algo_json_str(j, next);
  }
  rest_end(s->c);
}

/* ---- their elements ---- */

static void put_life(algo_json_t *j, const life_t *life, const char *created, const char *closed) {
  if (closed != NULL && life->closed != 0) model_key_u64(j, closed, life->closed);
  model_bool(j, "deleted", life->deleted);
  if (created != NULL) model_key_u64(j, created, life->created);
}

static bool put_params(void *user, uint64_t app, const algo_avm_app_t *p, const algo_kv_t *kv, size_t n) {
  (void)app;
  model_app_params(user, p, kv, n);
  return true;
}

void indexer_put_app(indexer_list_t *s, const life_t *life, bool zeros) {
  algo_json_t *j = &s->c->json;
  static const algo_schema_t none;
  algo_json_open(j, '{');
  put_life(j, life, "created-at-round", "deleted-at-round");
  model_key_u64(j, "id", life->id);
  algo_json_key(j, "params");
  if (!algo_ledger_app(s->l, life->id, put_params, j)) { /* nothing is left of one that went */
    algo_json_open(j, '{');
    algo_json_key(j, "approval-program");
    algo_json_null(j);
    algo_json_key(j, "clear-state-program");
    algo_json_null(j);
    model_addr(j, "creator", &life->addr);
    if (zeros) model_schema(j, "global-state-schema", &none);
    if (zeros) model_schema(j, "local-state-schema", &none);
    algo_json_close(j, '}');
  }
  algo_json_close(j, '}');
}

void indexer_put_asset(indexer_list_t *s, const life_t *life, bool zeros) {
  algo_json_t *j = &s->c->json;
  algo_asset_params_t p = {0};
  algo_addr_t creator = life->addr;
  algo_ledger_asset(s->l, life->id, &p, &creator);
  algo_json_open(j, '{');
  put_life(j, life, "created-at-round", "destroyed-at-round");
  model_key_u64(j, "index", life->id);
  algo_json_key(j, "params");
  model_asset_params(j, &p, &creator, zeros);
  algo_json_close(j, '}');
}

static bool put_state(void *user, uint64_t app, const algo_schema_t *schema, const algo_kv_t *kv, size_t n) {
  (void)app;
  model_kv(user, "key-value", kv, n);
  model_schema(user, "schema", schema);
  return true;
}

void indexer_put_local(indexer_list_t *s, const life_t *life) {
  algo_json_t *j = &s->c->json;
  static const algo_schema_t none;
  algo_json_open(j, '{');
  put_life(j, life, "opted-in-at-round", "closed-out-at-round");
  model_key_u64(j, "id", life->id);
  if (!algo_ledger_local(s->l, &life->addr, life->id, put_state, j)) model_schema(j, "schema", &none);
  algo_json_close(j, '}');
}

void indexer_put_holding(indexer_list_t *s, const life_t *life, bool of_account, uint64_t more) {
  algo_json_t *j = &s->c->json;
  algo_avm_holding_t h = {0};
  algo_ledger_holding(s->l, &life->addr, life->id, &h);
  algo_json_open(j, '{');
  if (!of_account) model_addr(j, "address", &life->addr);
  model_key_u64(j, "amount", h.amount + more);
  if (of_account) model_key_u64(j, "asset-id", life->id);
  put_life(j, life, "opted-in-at-round", "opted-out-at-round");
  model_bool(j, "is-frozen", h.frozen);
  algo_json_close(j, '}');
}
