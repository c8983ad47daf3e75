#include "arc4_internal.h"

static void place(arc4_head_t *h, bool after_bool) {
  const algo_arc4_type_t *t = h->of->kind == ALGO_ARC4_TUPLE ? &h->of->items[h->i] : h->of->items;
  h->type = t;
  if (t->kind == ALGO_ARC4_BOOL) {
    if (after_bool && h->bit < 7) {
      h->bit++;
    } else {
      h->bit = 0;
      h->at = h->end++;
    }
    return;
  }
  h->at = h->end;
  h->end += t->dynamic ? 2 : t->size;
}

bool arc4_head_first(arc4_head_t *h, const algo_arc4_type_t *of, uint32_t n) {
  *h = (arc4_head_t){.of = of, .n = n};
  if (n == 0) return false;
  place(h, false);
  return true;
}

bool arc4_head_next(arc4_head_t *h) {
  if (h->i + 1 >= h->n) return false;
  h->i++;
  place(h, h->type->kind == ALGO_ARC4_BOOL);
  return true;
}

size_t arc4_head_size(const algo_arc4_type_t *of, uint32_t n) {
  if (n == 0) return 0;
  if (of->kind != ALGO_ARC4_TUPLE) {
    const algo_arc4_type_t *t = of->items;
    return t->kind == ALGO_ARC4_BOOL ? ((size_t)n + 7) / 8 : (size_t)n * (t->dynamic ? 2 : t->size);
  }
  arc4_head_t h;
  for (bool more = arc4_head_first(&h, of, n); more;) more = arc4_head_next(&h);
  return h.end;
}

static algo_code_t too_short(const algo_arc4_type_t *t, algo_err_t *err) {
  return algo_err_set(err, ALGO_E_TRUNCATED, "ARC-4: %s ends too early", t->text);
}

algo_code_t arc4_members(const algo_arc4_type_t *t, algo_bytes_t *in, uint32_t *n, algo_err_t *err) {
  if (t->kind != ALGO_ARC4_LIST) {
    if (t->length > ARC4_ITEMS_MAX)
      return algo_err_set(err, ALGO_E_RANGE, "ARC-4: %s has more than %u members", t->text, ARC4_ITEMS_MAX);
    *n = t->length;
    return ALGO_OK;
  }
  if (in->n < 2) return too_short(t, err);
  *n = (uint32_t)in->p[0] << 8 | in->p[1];
  *in = algo_bytes(in->p + 2, in->n - 2);
  return ALGO_OK;
}

static size_t offset_at(const arc4_head_t *h, algo_bytes_t in) { return (size_t)in.p[h->at] << 8 | in.p[h->at + 1]; }

algo_code_t arc4_member_view(const arc4_head_t *h, algo_bytes_t in, algo_bytes_t *out, algo_err_t *err) {
  if (h->end > in.n) return too_short(h->of, err);
  if (!h->type->dynamic) {
    *out = algo_bytes(in.p == NULL ? NULL : in.p + h->at, h->end - h->at);
    return ALGO_OK;
  }
  size_t from = offset_at(h, in), to = in.n;
  arc4_head_t next = *h;
  while (arc4_head_next(&next)) {
    if (!next.type->dynamic) continue;
    if (next.end > in.n) return too_short(h->of, err);
    to = offset_at(&next, in);
    break;
  }
  if (from > to || to > in.n)
    return algo_err_set(err, ALGO_E_PARSE, "ARC-4: member %u of %s lies at %zu to %zu of %zu bytes", h->i, h->of->text,
                        from, to, in.n);
  *out = algo_bytes(in.p + from, to - from);
  return ALGO_OK;
}

algo_code_t algo_arc4_member(algo_bytes_t *out, const algo_arc4_type_t *t, algo_bytes_t in, uint32_t index,
                             algo_err_t *err) {
  static const uint8_t yes = 0x80, no = 0;
  if (!arc4_is_container(t)) return algo_err_set(err, ALGO_E_INVALID, "ARC-4: %s has no members", t->text);
  uint32_t n = 0;
  algo_code_t c = arc4_members(t, &in, &n, err);
  if (c != ALGO_OK) return c;
  if (index >= n) return algo_err_set(err, ALGO_E_RANGE, "ARC-4: member %u of %u of %s", index, n, t->text);
  arc4_head_t h;
  arc4_head_first(&h, t, n);
  if (t->kind == ALGO_ARC4_TUPLE || t->items->kind == ALGO_ARC4_BOOL) {
    while (h.i < index) arc4_head_next(&h);
  } else {
    h.i = index;
    h.at = index * (h.end - h.at);
    h.end = h.at + (h.type->dynamic ? 2 : h.type->size);
  }
  algo_bytes_t view;
  c = arc4_member_view(&h, in, &view, err);
  if (c != ALGO_OK) return c;
  *out = h.type->kind == ALGO_ARC4_BOOL ? algo_bytes(arc4_bit(&h, view) ? &yes : &no, 1) : view;
  return ALGO_OK;
}

/* ---- strict check ---- */

static algo_code_t wrong(const algo_arc4_type_t *t, const char *what, algo_err_t *err) {
  return algo_err_set(err, ALGO_E_PARSE, "ARC-4: %s: %s", t->text, what);
}

/* The bits of the byte behind the last bool of a run are zero. */
static bool padding_is_zero(const arc4_head_t *h, algo_bytes_t byte) {
  arc4_head_t next = *h;
  if (arc4_head_next(&next) && next.type->kind == ALGO_ARC4_BOOL && next.at == h->at) return true;
  return (byte.p[0] & (0x7fu >> h->bit)) == 0;
}

static algo_code_t check_container(const algo_arc4_type_t *t, algo_bytes_t in, algo_err_t *err) {
  uint32_t n = 0;
  algo_code_t c = arc4_members(t, &in, &n, err);
  if (c != ALGO_OK) return c;
  size_t head = arc4_head_size(t, n), expected = head; /* where the next dynamic member has to be */
  if (head > in.n) return too_short(t, err);
  arc4_head_t h;
  bool more = arc4_head_first(&h, t, n);
  if (more && t->kind != ALGO_ARC4_TUPLE && !t->items->dynamic && t->items->size == 0)
    more = false; /* nothing to see */
  for (; more; more = arc4_head_next(&h)) {
    algo_bytes_t view;
    c = arc4_member_view(&h, in, &view, err);
    if (c != ALGO_OK) return c;
    if (h.type->kind == ALGO_ARC4_BOOL) {
      if (!padding_is_zero(&h, view)) return wrong(t, "bits behind the last bool", err);
      continue;
    }
    if (h.type->dynamic) {
      if (offset_at(&h, in) != expected) return wrong(t, "a gap before, or an overlap of, a dynamic member", err);
      expected += view.n;
    }
    c = algo_arc4_check(h.type, view, err);
    if (c != ALGO_OK) return c;
  }
  return in.n == expected ? ALGO_OK : wrong(t, "bytes behind the last member", err);
}

algo_code_t algo_arc4_check(const algo_arc4_type_t *t, algo_bytes_t in, algo_err_t *err) {
  if (arc4_is_container(t)) return check_container(t, in, err);
  if (t->kind == ALGO_ARC4_STRING) {
    if (in.n < 2) return too_short(t, err);
    size_t n = (size_t)in.p[0] << 8 | in.p[1];
    return n == in.n - 2 ? ALGO_OK : wrong(t, "its length is not what follows", err);
  }
  if (in.n < t->size) return too_short(t, err);
  if (in.n > t->size) return wrong(t, "too many bytes", err);
  if (t->kind == ALGO_ARC4_BOOL && in.p[0] != 0x80 && in.p[0] != 0) return wrong(t, "neither 0x80 nor 0x00", err);
  return ALGO_OK;
}
