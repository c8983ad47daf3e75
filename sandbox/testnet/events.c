/* What calls say: return values and ARC-28 events, one of them or all in their order. */
#include "internal.h"

#include "algo/text.h"

static bool parse_type(algo_testnet_t *t, const char *text, const algo_arc4_type_t **out) {
  algo_err_t err;
  if (algo_arc4_parse(out, text, strlen(text), &t->group, &err) != ALGO_OK) return testnet_fail_err(t, text, &err);
  return true;
}

/* A value of that type beside `want` (an array holds one for a value, or the members of a tuple). *text is what it is.
 * False: it is another one, or none. */
static bool same_as(algo_testnet_t *t, const algo_arc4_type_t *type, algo_bytes_t in, json_object *want,
                    algo_buf_t *text) {
  algo_json_t j = algo_json(text);
  json_object *have = NULL;
  algo_err_t err;
  if (algo_arc4_decode_json(&j, type, in, &err) != ALGO_OK) {
    algo_buf_puts(text, err.msg);
    return false;
  }
  if (algo_json_parse(&have, text->p, text->n, NULL) != ALGO_OK) return false;
  bool same = testnet_json_same(t, want, have, type);
  json_object_put(have);
  return same;
}

bool algo_testnet_assert_value(algo_testnet_t *t, const char *type, const char *json) {
  const algo_arc4_type_t *parsed;
  algo_buf_t whole = ALGO_BUF_INIT, text = ALGO_BUF_INIT;
  algo_buf_printf(&whole, "[%s]", json);
  json_object *want = parse_type(t, type, &parsed) ? testnet_json_parse(t, algo_buf_cstr(&whole)) : NULL;
  algo_buf_fini(&whole);
  if (want == NULL) return false;
  bool same = same_as(t, parsed, t->result.value, json_object_array_get_idx(want, 0), &text);
  json_object_put(want);
  if (!same) algo_testnet_fail(t, "the call returned %s, not %s", algo_buf_cstr(&text), json);
  algo_buf_fini(&text);
  return same;
}

/* ---- logs ---- */

bool testnet_is_return(algo_bytes_t log) { return log.n >= 4 && memcmp(log.p, algo_arc4_return_prefix, 4) == 0; }

static const algo_arc56_event_t *described(const algo_testnet_t *t, uint64_t app, const char *name, algo_bytes_t log) {
  const algo_arc56_t *d = testnet_arc56(t, app);
  for (size_t i = 0; d != NULL && i < d->n_events; i++) {
    const algo_arc56_event_t *e = &d->events[i];
    if (name != NULL ? strcmp(e->name, name) == 0 : log.n >= 4 && memcmp(e->selector, log.p, 4) == 0) return e;
  }
  return NULL;
}

/* (alice, 5); false: it is no value of the type. */
static bool put_members(algo_testnet_t *t, algo_buf_t *out, const algo_arc4_type_t *type, algo_bytes_t v) {
  algo_bytes_t member;
  if (type->kind != ALGO_ARC4_TUPLE || algo_arc4_check(type, v, NULL) != ALGO_OK) return false;
  algo_buf_putc(out, '(');
  for (uint32_t i = 0; i < type->length; i++) {
    if (algo_arc4_member(&member, type, v, i, NULL) != ALGO_OK) break;
    if (i > 0) algo_buf_puts(out, ", ");
    testnet_put_value(t, out, &type->items[i], member);
  }
  algo_buf_putc(out, ')');
  return true;
}

void testnet_put_log(algo_testnet_t *t, algo_buf_t *out, uint64_t app, algo_bytes_t selector, algo_bytes_t log) {
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_arc4_method_t m;
  const algo_arc4_type_t *type = NULL;
  bool is_return = testnet_is_return(log);
  const algo_arc56_event_t *e = described(t, app, NULL, log);
  const char *s = is_return   ? testnet_signature(t, app, selector)
                  : e != NULL ? e->signature
                  : log.n < 4 ? NULL
                              : testnet_signature(t, app, algo_bytes(log.p, 4));
  algo_bytes_t value = log.n < 4 ? log : algo_bytes(log.p + 4, log.n - 4);
  size_t before = out->n;
  bool shown = false;
  if (s != NULL && is_return && algo_arc4_method_parse(&m, s, strlen(s), &arena, NULL) == ALGO_OK) {
    testnet_put_value(t, out, m.returns, value);
    shown = true;
  } else if (s != NULL && !is_return) {
    algo_buf_printf(out, "%.*s", (int)strcspn(s, "("), s);
    shown = algo_arc4_parse(&type, strchr(s, '('), strlen(strchr(s, '(')), &arena, NULL) == ALGO_OK &&
            put_members(t, out, type, value);
  }
  if (!shown) {
    out->n = before;
    algo_buf_puts(out, "0x");
    algo_hex_encode(out, log);
  }
  algo_arena_fini(&arena);
}

/* ---- one event ---- */

typedef struct wanted { /* an event that is looked for */
  uint8_t selector[4];
  const char *signature;
  const algo_arc4_type_t *type;
  json_object *args; /* NULL: any */
} wanted_t;

/* `event` is a signature, or a name that the application's description has; app 0: anybody's. False: it failed. */
static bool want(algo_testnet_t *t, wanted_t *w, uint64_t app, const char *event, const char *args) {
  const algo_arc56_event_t *e = NULL;
  w->signature = event;
  if (strchr(event, '(') == NULL) {
    for (const known_app_t *a = t->apps; a != NULL && e == NULL; a = a->next)
      if (app == 0 || a->id == app) e = described(t, a->id, event, (algo_bytes_t){NULL, 0});
    if (e == NULL) return algo_testnet_fail(t, "\"%s\" is not the signature of an event", event);
    w->signature = e->signature;
  }
  algo_arc4_selector(w->selector, w->signature);
  if (!parse_type(t, strchr(w->signature, '('), &w->type) || !testnet_know_method(t, w->signature)) return false;
  w->args = args == NULL ? NULL : testnet_json_parse(t, args);
  return args == NULL || w->args != NULL;
}

static bool is_wanted(algo_testnet_t *t, const wanted_t *w, algo_bytes_t log, algo_buf_t *text) {
  return log.n >= 4 && memcmp(log.p, w->selector, 4) == 0 &&
         same_as(t, w->type, algo_bytes(log.p + 4, log.n - 4), w->args, text);
}

typedef struct search {
  algo_testnet_t *t;
  uint64_t app; /* 0: any */
  wanted_t want;
  algo_buf_t seen; /* the arguments of those that are others */
  bool found;
} search_t;

static bool is_its(const algo_outcome_t *o, uint64_t app) {
  return app == 0 || o->stxn.txn.app_id == app || o->created_app == app;
}

static void search_logs(search_t *s, const algo_outcome_t *o) {
  for (size_t i = 0; is_its(o, s->app) && i < o->n_logs && !s->found; i++) {
    algo_bytes_t log = o->logs[i];
    algo_buf_t text = ALGO_BUF_INIT;
    if (log.n < 4 || memcmp(log.p, s->want.selector, 4) != 0) continue;
    s->found = is_wanted(s->t, &s->want, log, &text);
    algo_buf_puts(&s->seen, s->seen.n == 0 ? "" : ", ");
    testnet_put_labelled(s->t, &s->seen, algo_buf_view(&text));
    algo_buf_fini(&text);
  }
  for (size_t i = 0; i < o->n_inner; i++) search_logs(s, &o->inner[i]);
}

/* False: it failed already. */
static bool search(algo_testnet_t *t, search_t *s, const char *event, const char *args) {
  if (!want(t, &s->want, s->app, event, args)) return false;
  for (size_t i = 0; i < t->result.n_txns; i++) search_logs(s, &t->result.txns[i]);
  json_object_put(s->want.args);
  return true;
}

bool algo_testnet_assert_event(algo_testnet_t *t, uint64_t app, const char *event, const char *args) {
  search_t s = {.t = t, .app = app};
  if (!search(t, &s, event, args)) return false;
  if (!s.found && s.seen.n == 0) algo_testnet_fail(t, "no event %s", s.want.signature);
  else if (!s.found)
    algo_testnet_fail(t, "event %s has %s, not %s", s.want.signature, algo_buf_cstr(&s.seen),
                      args != NULL ? args : "what its signature says");
  algo_buf_fini(&s.seen);
  return s.found;
}

bool algo_testnet_assert_no_event(algo_testnet_t *t, uint64_t app, const char *event) {
  search_t s = {.t = t, .app = app};
  if (!search(t, &s, event, NULL)) return false;
  if (s.seen.n > 0) algo_testnet_fail(t, "event %s was logged, with %s", s.want.signature, algo_buf_cstr(&s.seen));
  algo_buf_fini(&s.seen);
  return !s.found;
}

/* ---- all events, in their order ---- */

typedef struct sequence {
  algo_testnet_t *t;
  uint64_t app;
  const algo_testnet_event_t *events;
  size_t n, at;
  size_t wrong;   /* the first that is another one, from 1; 0: none */
  algo_buf_t all; /* what was logged */
  bool failed;    /* already */
} sequence_t;

static void match(sequence_t *q, algo_bytes_t log) {
  wanted_t w = {.args = NULL};
  algo_buf_t text = ALGO_BUF_INIT;
  bool same = false;
  if (q->at < q->n && q->wrong == 0) {
    const algo_testnet_event_t *e = &q->events[q->at];
    q->failed = q->failed || !want(q->t, &w, q->app, e->event, e->args);
    same = !q->failed && is_wanted(q->t, &w, log, &text);
    json_object_put(w.args);
  }
  q->at++;
  if (!same && q->wrong == 0) q->wrong = q->at;
  algo_buf_fini(&text);
}

/* Inner calls are over before their caller's own logs are looked at: a block does not say which came first. */
static void each_log(sequence_t *q, const algo_outcome_t *o, void (*see)(sequence_t *q, algo_bytes_t log),
                     algo_buf_t *out) {
  const algo_txn_t *x = &o->stxn.txn;
  uint64_t app = x->app_id == 0 ? o->created_app : x->app_id;
  for (size_t i = 0; i < o->n_inner; i++) each_log(q, &o->inner[i], see, out);
  for (size_t i = 0; is_its(o, q->app) && i < o->n_logs; i++) {
    if (i + 1 == o->n_logs && testnet_is_return(o->logs[i])) continue;
    if (see != NULL) see(q, o->logs[i]);
    if (out != NULL && out->n > 0) algo_buf_puts(out, ", ");
    if (out != NULL) testnet_put_log(q->t, out, app, (algo_bytes_t){NULL, 0}, o->logs[i]);
  }
}

bool algo_testnet_assert_events(algo_testnet_t *t, uint64_t app, const algo_testnet_event_t *events, size_t n) {
  sequence_t q = {.t = t, .app = app, .events = events, .n = n};
  const algo_testnet_result_t *r = &t->result;
  for (size_t i = 0; i < r->n_txns; i++) each_log(&q, &r->txns[i], match, NULL);
  if (q.failed) return false;
  if (q.wrong == 0 && q.at == n) return true;
  for (size_t i = 0; i < r->n_txns; i++) each_log(&q, &r->txns[i], NULL, &q.all);
  size_t first = q.wrong != 0 ? q.wrong : q.at + 1; /* from 1 */
  const char *args = first <= n && events[first - 1].args != NULL ? events[first - 1].args : "";
  const char *all = q.all.n == 0 ? "nothing" : algo_buf_cstr(&q.all);
  if (first > n) algo_testnet_fail(t, "event %zu should not be there; logged: %s", first, all);
  else algo_testnet_fail(t, "event %zu should be %s %s; logged: %s", first, events[first - 1].event, args, all);
  algo_buf_fini(&q.all);
  return false;
}
