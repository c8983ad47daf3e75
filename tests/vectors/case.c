#include <stdio.h>
#include <stdlib.h>

#include "algo/text.h"
#include "vectors.h"

void vec_pass(vec_report_t *r) { r->passed++; }

static void say(const vec_report_t *r, const char *id, const char *how, const char *fmt, va_list ap) {
  char text[320]; /* enough to see what differs; a program in hex would fill the screen */
  bool cut = vsnprintf(text, sizeof text, fmt, ap) >= (int)sizeof text;
  fprintf(stderr, "%s %s: %s: %s%s\n", r->name, id, how, text, cut ? "..." : "");
}

void vec_fail(vec_report_t *r, const char *id, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  say(r, id, "FAILED", fmt, ap);
  va_end(ap);
  r->failed++;
}

void vec_skip(vec_report_t *r, const char *id, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  say(r, id, "skipped", fmt, ap);
  va_end(ap);
  r->skipped++;
}

void vec_bad(vec_case_t *c, const char *fmt, ...) {
  if (c->done) return;
  va_list ap;
  va_start(ap, fmt);
  say(c->report, c->id, "FAILED", fmt, ap);
  va_end(ap);
  c->report->failed++;
  c->done = true;
}

void vec_leave(vec_case_t *c, const char *fmt, ...) {
  if (c->done) return;
  va_list ap;
  va_start(ap, fmt);
  say(c->report, c->id, "skipped", fmt, ap);
  va_end(ap);
  c->report->skipped++;
  c->done = true;
}

static void run_line(vec_report_t *r, const char *text, size_t n, size_t number, algo_arena_t *arena,
                     void (*one)(vec_case_t *c)) {
  char id[32];
  snprintf(id, sizeof id, "line %zu", number);
  algo_err_t err;
  algo_err_init(&err);
  json_object *o = NULL;
  if (algo_json_parse(&o, text, n, &err) != ALGO_OK || !json_object_is_type(o, json_type_object)) {
    vec_fail(r, id, "%s", err.code != ALGO_OK ? err.msg : "not an object");
    json_object_put(o);
    return;
  }
  json_object *name = json_object_object_get(o, "id");
  vec_case_t c = {.report = r, .id = name == NULL ? id : json_object_get_string(name), .line = o, .arena = arena};
  one(&c);
  if (!c.done) vec_pass(r);
  json_object_put(o);
  algo_arena_reset(arena);
}

void vec_lines(vec_report_t *r, const char *path, void (*one)(vec_case_t *c)) {
  FILE *f = fopen(path, "rb");
  if (f == NULL) {
    vec_fail(r, path, "cannot be read");
    return;
  }
  algo_arena_t arena = ALGO_ARENA_INIT;
  char *line = NULL;
  size_t cap = 0, number = 0;
  ssize_t n;
  while ((n = getline(&line, &cap, f)) > 0) {
    number++;
    if (line[n - 1] == '\n') n--;
    if (n != 0) run_line(r, line, (size_t)n, number, &arena, one);
  }
  free(line);
  algo_arena_fini(&arena);
  fclose(f);
}

/* ---- members ---- */

json_object *vec_get(vec_case_t *c, json_object *o, const char *key) {
  json_object *v = NULL;
  json_object_object_get_ex(o == NULL ? c->line : o, key, &v);
  return v;
}

static algo_bytes_t text_of(json_object *v) {
  if (!json_object_is_type(v, json_type_string)) return algo_bytes(NULL, 0);
  return algo_bytes(json_object_get_string(v), (size_t)json_object_get_string_len(v));
}

/* [[text, count]...] */
static algo_bytes_t expand(vec_case_t *c, json_object *runs) {
  algo_buf_t b = ALGO_BUF_INIT;
  for (size_t i = 0; i < vec_count(runs); i++) {
    json_object *run = json_object_array_get_idx(runs, i);
    algo_bytes_t text = text_of(json_object_array_get_idx(run, 0));
    for (uint64_t k = json_object_get_uint64(json_object_array_get_idx(run, 1)); k != 0; k--) algo_buf_putb(&b, text);
  }
  algo_buf_putc(&b, 0);
  algo_bytes_t v = algo_arena_dup(c->arena, algo_buf_view(&b));
  algo_buf_fini(&b);
  return algo_bytes(v.p, v.n == 0 ? 0 : v.n - 1);
}

algo_bytes_t vec_text(vec_case_t *c, json_object *o, const char *key) {
  json_object *v = vec_get(c, o, key);
  if (v != NULL) return text_of(v);
  char rle[64];
  snprintf(rle, sizeof rle, "%s_rle", key);
  v = vec_get(c, o, rle);
  return v == NULL ? algo_bytes(NULL, 0) : expand(c, v);
}

static algo_bytes_t from_hex(vec_case_t *c, algo_bytes_t text) {
  algo_buf_t b = ALGO_BUF_INIT;
  algo_bytes_t v = {NULL, 0};
  if (algo_hex_decode(&b, (const char *)text.p, text.n, NULL) != ALGO_OK) vec_bad(c, "hex that is none");
  else v = algo_arena_dup(c->arena, algo_buf_view(&b));
  algo_buf_fini(&b);
  return v;
}

algo_bytes_t vec_hex(vec_case_t *c, json_object *o, const char *key) { return from_hex(c, vec_text(c, o, key)); }
uint64_t vec_u64(vec_case_t *c, json_object *o, const char *key) { return json_object_get_uint64(vec_get(c, o, key)); }
bool vec_true(vec_case_t *c, json_object *o, const char *key) { return json_object_get_boolean(vec_get(c, o, key)); }

size_t vec_count(json_object *array) {
  return json_object_is_type(array, json_type_array) ? json_object_array_length(array) : 0;
}

algo_bytes_t vec_text_at(vec_case_t *c, json_object *array, size_t i) {
  if (i < vec_count(array)) return text_of(json_object_array_get_idx(array, i));
  vec_bad(c, "a list is too short");
  return algo_bytes(NULL, 0);
}

algo_bytes_t vec_hex_at(vec_case_t *c, json_object *array, size_t i) { return from_hex(c, vec_text_at(c, array, i)); }

/* ---- comparing ---- */

bool vec_same(vec_case_t *c, const char *what, algo_bytes_t got, algo_bytes_t want) {
  if (algo_bytes_eq(got, want)) return true;
  algo_buf_t a = ALGO_BUF_INIT, b = ALGO_BUF_INIT;
  algo_hex_encode(&a, algo_bytes(got.p, got.n < 400 ? got.n : 400));
  algo_hex_encode(&b, algo_bytes(want.p, want.n < 400 ? want.n : 400));
  vec_bad(c, "%s is %s (%zu bytes), not %s (%zu bytes)", what, algo_buf_cstr(&a), got.n, algo_buf_cstr(&b), want.n);
  algo_buf_fini(&a);
  algo_buf_fini(&b);
  return false;
}

bool vec_same_text(vec_case_t *c, const char *what, const char *got, algo_bytes_t want) {
  if (algo_bytes_eq(algo_bytes_str(got), want)) return true;
  vec_bad(c, "%s is %s, not %.*s", what, got, (int)want.n, want.n == 0 ? "" : (const char *)want.p);
  return false;
}

bool vec_ok(vec_case_t *c, const char *what, algo_code_t code, const algo_err_t *err) {
  if (code != ALGO_OK) vec_bad(c, "%s: %s", what, err == NULL ? algo_code_text(code) : err->msg);
  return code == ALGO_OK;
}

algo_bytes_t vec_as_json(vec_case_t *c, const char *s, size_t n) {
  algo_buf_t b = ALGO_BUF_INIT;
  for (size_t i = 0, len; i < n; i += len) {
    uint8_t lead = (uint8_t)s[i];
    len = lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    bool good = i + len <= n && algo_utf8_valid(algo_bytes(s + i, len));
    if (!good) len = 1;
    algo_buf_put(&b, good ? s + i : "\xef\xbf\xbd", good ? len : 3);
  }
  algo_bytes_t v = algo_arena_dup(c->arena, algo_buf_view(&b));
  algo_buf_fini(&b);
  return v;
}
