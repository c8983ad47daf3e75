/* Whether two answers say the same, and where they first do not. */
#include "differ.h"

/* The node prints its own structures into some messages: "transaction {_struct:{} Sig:[...] ...}", "&{map[] ...}".
 * What is in such braces does not count. */
static size_t dump_head(algo_bytes_t s, size_t i) {
  static const char *const heads[] = {"transaction {", "&{", "data {"};
  for (size_t k = 0; k < sizeof heads / sizeof heads[0]; k++) {
    size_t n = strlen(heads[k]);
    if (s.n - i >= n && memcmp(s.p + i, heads[k], n) == 0) return n;
  }
  return 0;
}

/* Which of several wrong fields is named is chance too. */
static bool is_random_tail(algo_bytes_t s, size_t i) {
  static const char head[] = "has non-zero fields for type ";
  return s.n - i >= sizeof head - 1 && memcmp(s.p + i, head, sizeof head - 1) == 0;
}

static void put_plain(algo_buf_t *out, algo_bytes_t s) {
  for (size_t i = 0; i < s.n; i++) {
    if (is_random_tail(s, i)) return;
    size_t head = dump_head(s, i);
    if (head == 0) {
      algo_buf_putc(out, s.p[i]);
      continue;
    }
    algo_buf_put(out, s.p + i, head);
    unsigned depth = 0;
    for (i += head - 1; i < s.n; i++) {
      depth += s.p[i] == '{';
      if (s.p[i] == '}' && --depth == 0) break;
    }
    algo_buf_puts(out, "...}");
  }
}

static algo_bytes_t text_of(json_object *o) {
  return algo_bytes(json_object_get_string(o), (size_t)json_object_get_string_len(o));
}

/* On a line of its own, with what is not ASCII escaped. */
static void put_shown(algo_buf_t *out, algo_bytes_t s) {
  algo_buf_puts(out, "\n  ");
  for (size_t i = 0; i < s.n && i < 800; i++) {
    if (s.p[i] >= ' ' && s.p[i] < 0x7f) {
      algo_buf_putc(out, s.p[i]);
    } else {
      algo_buf_printf(out, "\\x%02x", s.p[i]);
    }
  }
}

static bool same_text(algo_buf_t *where, json_object *x, json_object *y) {
  algo_buf_t a = ALGO_BUF_INIT, b = ALGO_BUF_INIT;
  put_plain(&a, text_of(x));
  put_plain(&b, text_of(y));
  bool same = algo_bytes_eq(algo_buf_view(&a), algo_buf_view(&b));
  if (!same) {
    put_shown(where, algo_buf_view(&a));
    put_shown(where, algo_buf_view(&b));
  }
  algo_buf_fini(&a);
  algo_buf_fini(&b);
  return same;
}

static bool differs(algo_buf_t *where, json_object *x, json_object *y) {
  algo_buf_puts(where, ": ");
  algo_buf_puts(where, x != NULL ? json_object_to_json_string_ext(x, 0) : "absent");
  algo_buf_puts(where, " | ");
  algo_buf_puts(where, y != NULL ? json_object_to_json_string_ext(y, 0) : "absent");
  return false;
}

static bool same_objects(algo_buf_t *where, json_object *x, json_object *y) {
  size_t n = where->n;
  json_object_object_foreach(x, key, value) {
    algo_buf_printf(where, ".%s", key);
    json_object *other = NULL;
    if (!json_object_object_get_ex(y, key, &other)) return differs(where, value, NULL);
    if (!same_json(where, value, other)) return false;
    where->n = n;
  }
  json_object_object_foreach(y, only, extra) {
    if (json_object_object_get_ex(x, only, NULL)) continue;
    algo_buf_printf(where, ".%s", only);
    return differs(where, NULL, extra);
  }
  return true;
}

bool same_json(algo_buf_t *where, json_object *x, json_object *y) {
  size_t n = where->n;
  if (json_object_get_type(x) != json_object_get_type(y)) return differs(where, x, y);
  switch (json_object_get_type(x)) {
  case json_type_object: return same_objects(where, x, y);
  case json_type_array:
    for (size_t i = 0; i < json_object_array_length(x) && i < json_object_array_length(y); i++) {
      algo_buf_printf(where, "[%zu]", i);
      if (!same_json(where, json_object_array_get_idx(x, i), json_object_array_get_idx(y, i))) return false;
      where->n = n;
    }
    return json_object_array_length(x) == json_object_array_length(y) || differs(where, x, y);
  case json_type_string: return same_text(where, x, y);
  default: return json_object_equal(x, y) || differs(where, x, y);
  }
}
