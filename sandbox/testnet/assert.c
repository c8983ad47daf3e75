/* Assertions: what is there beside what should be, said with labels. */
#include "internal.h"

#include "algo/arc4.h"
#include "algo/text.h"

/* Bytes as a reader wants them: text where it is text, else hex. */
static const char *show(algo_testnet_t *t, algo_bytes_t v) {
  algo_buf_t b = ALGO_BUF_INIT;
  bool text = v.n > 0;
  for (size_t i = 0; i < v.n; i++) text = text && v.p[i] >= ' ' && v.p[i] < 127;
  if (text) algo_buf_putc(&b, '"');
  else algo_buf_puts(&b, "0x");
  if (text) algo_buf_putb(&b, v);
  else algo_hex_encode(&b, v);
  if (text) algo_buf_putc(&b, '"');
  const char *kept = algo_arena_strdup(&t->looked, algo_buf_cstr(&b));
  algo_buf_fini(&b);
  return kept == NULL ? "" : kept;
}

static const char *show_value(algo_testnet_t *t, const algo_teal_value_t *v) {
  if (!v->is_uint) return show(t, v->bytes);
  const char *s = algo_arena_printf(&t->looked, "%" PRIu64, v->uint);
  return s == NULL ? "" : s;
}

bool algo_testnet_assert_balance(algo_testnet_t *t, const char *who, uint64_t micro) {
  uint64_t have = algo_testnet_balance(t, who);
  return have == micro || algo_testnet_fail(t, "%s has %" PRIu64 " microAlgos, not %" PRIu64, who, have, micro);
}

bool algo_testnet_assert_holding(algo_testnet_t *t, const char *who, uint64_t asset, uint64_t amount) {
  algo_holding_t h;
  if (!algo_testnet_holding(t, who, asset, &h))
    return algo_testnet_fail(t, "%s does not hold asset %" PRIu64, who, asset);
  return h.amount == amount ||
         algo_testnet_fail(t, "%s has %" PRIu64 " of asset %" PRIu64 ", not %" PRIu64, who, h.amount, asset, amount);
}

/* `where`: "global" or whose local state it is. */
static bool same_value(algo_testnet_t *t, const char *where, uint64_t app, const char *key, bool there,
                       const algo_teal_value_t *have, const algo_teal_value_t *want) {
  if (!there)
    return algo_testnet_fail(t, "application %" PRIu64 ", %s \"%s\" is not there; it should be %s", app, where, key,
                             show_value(t, want));
  if (have->is_uint == want->is_uint && have->uint == want->uint && algo_bytes_eq(have->bytes, want->bytes))
    return true;
  return algo_testnet_fail(t, "application %" PRIu64 ", %s \"%s\" is %s, not %s", app, where, key, show_value(t, have),
                           show_value(t, want));
}

static bool assert_global(algo_testnet_t *t, uint64_t app, const char *key, const algo_teal_value_t *want) {
  algo_teal_value_t have;
  bool there = algo_testnet_global(t, app, algo_bytes_str(key), &have);
  return same_value(t, "global", app, key, there, &have, want);
}

bool algo_testnet_assert_global_uint(algo_testnet_t *t, uint64_t app, const char *key, uint64_t value) {
  return assert_global(t, app, key, &(algo_teal_value_t){.is_uint = true, .uint = value});
}

bool algo_testnet_assert_global_bytes(algo_testnet_t *t, uint64_t app, const char *key, algo_bytes_t value) {
  return assert_global(t, app, key, &(algo_teal_value_t){.bytes = value});
}

static bool assert_local(algo_testnet_t *t, const char *who, uint64_t app, const char *key,
                         const algo_teal_value_t *want) {
  algo_teal_value_t have;
  bool there = algo_testnet_local(t, who, app, algo_bytes_str(key), &have);
  return same_value(t, who, app, key, there, &have, want);
}

bool algo_testnet_assert_local_uint(algo_testnet_t *t, const char *who, uint64_t app, const char *key, uint64_t value) {
  return assert_local(t, who, app, key, &(algo_teal_value_t){.is_uint = true, .uint = value});
}

bool algo_testnet_assert_local_bytes(algo_testnet_t *t, const char *who, uint64_t app, const char *key,
                                     algo_bytes_t value) {
  return assert_local(t, who, app, key, &(algo_teal_value_t){.bytes = value});
}

bool algo_testnet_assert_box(algo_testnet_t *t, uint64_t app, algo_bytes_t name, algo_bytes_t value) {
  algo_bytes_t have;
  algo_arena_reset(&t->looked);
  if (!algo_testnet_box(t, app, name, &have))
    return algo_testnet_fail(t, "application %" PRIu64 " has no box %s", app, show(t, name));
  return algo_bytes_eq(have, value) || algo_testnet_fail(t, "application %" PRIu64 ", box %s is %s, not %s", app,
                                                         show(t, name), show(t, have), show(t, value));
}

bool algo_testnet_assert_no_box(algo_testnet_t *t, uint64_t app, algo_bytes_t name) {
  algo_bytes_t have;
  algo_arena_reset(&t->looked);
  return !algo_testnet_box(t, app, name, &have) ||
         algo_testnet_fail(t, "application %" PRIu64 " has a box %s", app, show(t, name));
}

/* ---- what calls say ---- */

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

typedef struct search {
  algo_testnet_t *t;
  uint64_t app; /* 0: any */
  uint8_t selector[4];
  const algo_arc4_type_t *type;
  json_object *want; /* NULL: any arguments */
  algo_buf_t seen;   /* the arguments of those that are others */
  bool found;
} search_t;

static void search_logs(search_t *s, const algo_outcome_t *o) {
  bool its = s->app == 0 || o->stxn.txn.app_id == s->app || o->created_app == s->app;
  for (size_t i = 0; its && i < o->n_logs && !s->found; i++) {
    algo_bytes_t log = o->logs[i];
    algo_buf_t text = ALGO_BUF_INIT;
    if (log.n < 4 || memcmp(log.p, s->selector, 4) != 0) continue;
    s->found = same_as(s->t, s->type, algo_bytes(log.p + 4, log.n - 4), s->want, &text);
    algo_buf_puts(&s->seen, s->seen.n == 0 ? "" : ", ");
    algo_buf_putb(&s->seen, algo_buf_view(&text));
    algo_buf_fini(&text);
  }
  for (size_t i = 0; i < o->n_inner; i++) search_logs(s, &o->inner[i]);
}

/* False: it failed already. */
static bool search(algo_testnet_t *t, search_t *s, const char *signature, const char *args) {
  if (strchr(signature, '(') == NULL) return algo_testnet_fail(t, "\"%s\" is not the signature of an event", signature);
  algo_arc4_selector(s->selector, signature);
  if (!parse_type(t, strchr(signature, '('), &s->type)) return false;
  s->want = args == NULL ? NULL : testnet_json_parse(t, args);
  if (args != NULL && s->want == NULL) return false;
  for (size_t i = 0; i < t->result.n_txns; i++) search_logs(s, &t->result.txns[i]);
  json_object_put(s->want);
  return true;
}

bool algo_testnet_assert_event(algo_testnet_t *t, uint64_t app, const char *signature, const char *args) {
  search_t s = {.t = t, .app = app};
  if (!search(t, &s, signature, args)) return false;
  if (!s.found && s.seen.n == 0) algo_testnet_fail(t, "no event %s", signature);
  else if (!s.found) algo_testnet_fail(t, "event %s has %s, not %s", signature, algo_buf_cstr(&s.seen), args);
  algo_buf_fini(&s.seen);
  return s.found;
}

bool algo_testnet_assert_no_event(algo_testnet_t *t, uint64_t app, const char *signature) {
  search_t s = {.t = t, .app = app};
  if (!search(t, &s, signature, NULL)) return false;
  if (s.seen.n > 0) algo_testnet_fail(t, "event %s was logged, with %s", signature, algo_buf_cstr(&s.seen));
  algo_buf_fini(&s.seen);
  return !s.found;
}
