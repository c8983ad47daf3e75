/* boxes.c - boxes of an application, one or all with a prefix. */
#include "internal.h"

#include <stdlib.h>

#define PAGE 1000u

void client_box_path(algo_buf_t *out, uint64_t app, algo_bytes_t name) {
  algo_buf_printf(out, "/v2/applications/%" PRIu64 "/box?name=b64:", app);
  client_put_query_base64(out, name);
}

algo_code_t client_box_decode(algo_box_t *out, json_object *o, algo_arena_t *arena, algo_err_t *err) {
  algo_box_t box = {0};
  algo_code_t r = client_json_bytes(&box.name, o, "name", arena, err);
  if (r == ALGO_OK) r = client_json_bytes(&box.value, o, "value", arena, err);
  if (r == ALGO_OK) *out = box;
  return r;
}

algo_code_t algo_algod_box(algo_algod_t *c, uint64_t app, algo_bytes_t name, algo_box_t *out, algo_arena_t *arena,
                           algo_err_t *err) {
  algo_buf_t path = ALGO_BUF_INIT;
  json_object *o = NULL;
  client_box_path(&path, app, name);
  const char *text = algo_buf_cstr(&path);
  algo_code_t r = path.oom ? client_nomem(err) : client_get_json(c, text, &o, err);
  if (r == ALGO_OK) r = client_box_decode(out, o, arena, err);
  json_object_put(o);
  algo_buf_fini(&path);
  return r;
}

typedef struct box_list {
  algo_algod_t *algod;
  uint64_t app;
  algo_bytes_t prefix;
  algo_arena_t *arena;
  algo_box_t *items;
  size_t n, cap;
} box_list_t;

static bool starts_with(algo_bytes_t v, algo_bytes_t prefix) {
  return v.n >= prefix.n && (prefix.n == 0 || memcmp(v.p, prefix.p, prefix.n) == 0);
}

static algo_code_t push(box_list_t *l, const algo_box_t *box, algo_err_t *err) {
  if (l->n == l->cap) {
    size_t cap = l->cap == 0 ? 64 : 2 * l->cap;
    algo_box_t *more = algo_arena_array(l->arena, cap, sizeof *more);
    if (more == NULL) return client_nomem(err);
    if (l->n > 0) memcpy(more, l->items, l->n * sizeof *more);
    l->items = more, l->cap = cap;
  }
  l->items[l->n++] = *box;
  return ALGO_OK;
}

/* The boxes of one answer; those without a value are asked for one by one (nodes before pages). */
static algo_code_t take(box_list_t *l, json_object *boxes, algo_err_t *err) {
  algo_code_t r = ALGO_OK;
  for (size_t i = 0; r == ALGO_OK && i < client_json_count(boxes); i++) {
    json_object *o = json_object_array_get_idx(boxes, i);
    algo_box_t box = {0};
    r = client_json_bytes(&box.name, o, "name", l->arena, err);
    if (r != ALGO_OK || !starts_with(box.name, l->prefix)) continue;
    if (client_json_at(o, "value") != NULL) {
      r = client_json_bytes(&box.value, o, "value", l->arena, err);
    } else {
      algo_bytes_t name = box.name;
      algo_err_t local;
      r = algo_algod_box(l->algod, l->app, name, &box, l->arena, err == NULL ? &local : err);
      if (r == ALGO_E_NOT_FOUND) { /* deleted since */
        r = ALGO_OK;
        continue;
      }
    }
    if (r == ALGO_OK) r = push(l, &box, err);
  }
  return r;
}

static void page_path(algo_buf_t *out, const box_list_t *l, const algo_buf_t *next) {
  algo_buf_clear(out);
  algo_buf_printf(out, "/v2/applications/%" PRIu64 "/boxes?include=values&limit=%u", l->app, PAGE);
  if (l->prefix.n > 0) {
    algo_buf_puts(out, "&prefix=b64:");
    client_put_query_base64(out, l->prefix);
  }
  if (next->n > 0) {
    algo_buf_puts(out, "&next=");
    for (size_t i = 0; i < next->n; i++) {
      uint8_t ch = next->p[i];
      bool plain =
          (ch >= '0' && ch <= '9') || (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || ch == '-' || ch == '_';
      if (plain) algo_buf_putc(out, ch);
      else algo_buf_printf(out, "%%%02X", ch);
    }
  }
}

static algo_code_t one_page(box_list_t *l, algo_buf_t *next, algo_err_t *err) {
  algo_buf_t path = ALGO_BUF_INIT;
  json_object *o = NULL;
  algo_bytes_t token = {0};
  page_path(&path, l, next);
  const char *text = algo_buf_cstr(&path);
  algo_code_t r = path.oom ? client_nomem(err) : client_get_json(l->algod, text, &o, err);
  if (r == ALGO_OK) r = take(l, client_json_at(o, "boxes"), err);
  if (r == ALGO_OK) r = algo_json_opt_str(o, "next-token", &token, err);
  if (r == ALGO_OK && token.n > 0 && algo_bytes_eq(token, algo_buf_view(next)))
    r = algo_err_set(err, ALGO_E_PARSE, "the node's pages of boxes do not end");
  algo_buf_clear(next);
  algo_buf_putb(next, token);
  json_object_put(o);
  algo_buf_fini(&path);
  return r == ALGO_OK && next->oom ? client_nomem(err) : r;
}

static int by_name(const void *a, const void *b) {
  return algo_bytes_cmp(((const algo_box_t *)a)->name, ((const algo_box_t *)b)->name);
}

algo_code_t algo_algod_boxes(algo_algod_t *c, uint64_t app, algo_bytes_t prefix, const algo_box_t **out, size_t *n,
                             algo_arena_t *arena, algo_err_t *err) {
  box_list_t l = {.algod = c, .app = app, .prefix = prefix, .arena = arena};
  algo_buf_t next = ALGO_BUF_INIT;
  algo_code_t r;
  do r = one_page(&l, &next, err);
  while (r == ALGO_OK && next.n > 0);
  algo_buf_fini(&next);
  if (r != ALGO_OK) return r;
  if (l.n > 1) qsort(l.items, l.n, sizeof *l.items, by_name);
  *out = l.items, *n = l.n;
  return ALGO_OK;
}
