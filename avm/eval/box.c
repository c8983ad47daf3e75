/* Boxes: which may be touched, what of the group's I/O budget that takes, and the opcodes. */
#include <stdio.h>

#include "algo/text.h"
#include "internal.h"

typedef enum { BOX_CREATE, BOX_READ, BOX_WRITE, BOX_DELETE, BOX_RESIZE } box_verb_t;

typedef struct box_content {
  algo_bytes_t bytes; /* the ledger's; lives until the box is written */
  bool exists;
} box_content_t;

/* ---- what is available ---- */

static avm_box_ref_t *avm_box_find(avm_shared_t *sh, uint64_t app, algo_bytes_t name) {
  for (size_t i = 0; i < sh->n_boxes; i++)
    if (sh->boxes[i].app == app && algo_bytes_eq(sh->boxes[i].name, name)) return &sh->boxes[i];
  return NULL;
}

bool avm_box_note(avm_shared_t *sh, uint64_t app, algo_bytes_t name, bool dirty) {
  avm_box_ref_t *b = avm_box_find(sh, app, name);
  if (b != NULL) return b->dirty = dirty, true;
  if (sh->n_boxes == sh->cap_boxes) {
    size_t cap = sh->cap_boxes ? 2 * sh->cap_boxes : 16;
    avm_box_ref_t *p = algo_arena_array(sh->opt.arena, cap, sizeof *p);
    if (p == NULL) return false;
    if (sh->n_boxes) memcpy(p, sh->boxes, sh->n_boxes * sizeof *p);
    sh->boxes = p;
    sh->cap_boxes = cap;
  }
  algo_bytes_t own = algo_arena_dup(sh->opt.arena, name);
  if (own.p == NULL) return false;
  sh->boxes[sh->n_boxes++] = (avm_box_ref_t){app, own, dirty};
  return true;
}

/* ---- failing with a name in the text ---- */

static algo_code_t fail_name(algo_avm_context_t *cx, const char *before, algo_bytes_t name) {
  algo_buf_t hex = ALGO_BUF_INIT;
  algo_hex_encode(&hex, name);
  algo_code_t rc = avm_fail(cx, "%s %s%s", before, name.n ? "0x" : "", algo_buf_cstr(&hex));
  algo_buf_fini(&hex);
  return rc;
}

static algo_code_t check_lengths(algo_avm_context_t *cx, algo_bytes_t name, uint64_t size) {
  const algo_consensus_t *c = cx->sh->opt.consensus;
  if (name.n == 0) return avm_fail(cx, "box names may not be zero length");
  if (name.n > c->max_app_key_len)
    return avm_fail(cx, "name too long: length was %zu, maximum is %llu", name.n,
                    (unsigned long long)c->max_app_key_len);
  if (size > c->max_box_size)
    return avm_fail(cx, "box size too large: %llu, maximum is %llu", (unsigned long long)size,
                    (unsigned long long)c->max_box_size);
  return ALGO_OK;
}

/* ---- other applications' boxes ---- */

static algo_code_t same_creator(algo_avm_context_t *cx, const algo_addr_t *owner, bool *out) {
  algo_addr_t mine;
  algo_code_t rc = avm_creator(cx, &mine);
  if (rc == ALGO_OK) *out = algo_addr_eq(&mine, owner);
  return rc;
}

/* A write to state that a family shares must not come back, through a foreign application, into a family member that
 * has touched such state and waits for its call to end. */
static algo_code_t check_family(algo_avm_context_t *cx) {
  if (cx->family_checked) return ALGO_OK;
  algo_addr_t mine, theirs;
  algo_code_t rc = avm_creator(cx, &mine);
  bool foreign = false;
  for (algo_avm_context_t *f = cx->g->caller; rc == ALGO_OK && f != NULL; f = f->g->caller) {
    rc = avm_creator(f, &theirs);
    if (rc != ALGO_OK) return cx->fail = f->fail, rc;
    if (!algo_addr_eq(&mine, &theirs)) foreign = true;
    else if (foreign && f->touched_family)
      return avm_fail(
          cx, "app %llu may not write family-shared box: app %llu is relying on family state across a foreign call",
          (unsigned long long)cx->app, (unsigned long long)f->app);
  }
  cx->family_checked = rc == ALGO_OK;
  return rc;
}

static algo_code_t authorize(algo_avm_context_t *cx, uint64_t owner, bool read) {
  algo_avm_app_t p;
  algo_err_t err;
  bool family = false, shared;
  algo_code_t rc = cx->sh->opt.ledger->app(cx->sh->opt.ledger_self, owner, &p, &err);
  if (rc != ALGO_OK) return avm_fail_err(cx, rc, &err);
  if (owner == cx->app) {
    shared = p.family_box_access;
  } else {
    if (p.family_box_access && (rc = same_creator(cx, &p.creator, &family)) != ALGO_OK) return rc;
    if (!(read && p.foreign_box_reads) && !family) {
      if (!p.family_box_access && (rc = same_creator(cx, &p.creator, &family)) != ALGO_OK) return rc;
      return avm_fail(cx, "%s app %llu may not %s box of %llu", family ? "family" : "foreign",
                      (unsigned long long)cx->app, read ? "read" : "write", (unsigned long long)owner);
    }
    shared = family;
  }
  if (!shared) return ALGO_OK;
  if (!read && (rc = check_family(cx)) != ALGO_OK) return rc;
  cx->touched_family = true;
  return ALGO_OK;
}

/* ---- one access ---- */

/* Whether the box may be touched at all; *fresh: it belongs to an application made in this group and was not named. */
static bool may_touch(algo_avm_context_t *cx, uint64_t app, algo_bytes_t name, uint64_t create_size, bool *dirty,
                      bool *fresh) {
  avm_shared_t *sh = cx->sh;
  avm_box_ref_t *b = avm_box_find(sh, app, name);
  *fresh = false;
  *dirty = b != NULL && b->dirty;
  if (b != NULL) return true;
  *fresh = avm_set_has(&sh->created_apps, NULL, app);
  if (*fresh && sh->unnamed_access > 0) {
    sh->unnamed_access--;
    return true;
  }
  const algo_avm_policy_t *p = sh->opt.policy;
  return p != NULL && p->box != NULL && p->box(p->self, app, name, *fresh, create_size);
}

static const char *const verbs[] = {[BOX_CREATE] = "creating",
                                    [BOX_READ] = "accessing",
                                    [BOX_WRITE] = "writing",
                                    [BOX_DELETE] = "accessing",
                                    [BOX_RESIZE] = "resizing"};

static algo_code_t over_budget(algo_avm_context_t *cx, box_verb_t verb, algo_bytes_t name) {
  char before[128];
  snprintf(before, sizeof before, "write budget exceeded (%llu > %llu) while %s box",
           (unsigned long long)cx->sh->dirty_bytes, (unsigned long long)cx->sh->io_budget, verbs[verb]);
  return fail_name(cx, before, name);
}

/* Counts the access; *dirty becomes what the box is afterwards. */
static void count(avm_shared_t *sh, box_verb_t verb, const box_content_t *c, uint64_t size, bool *dirty) {
  switch (verb) {
  case BOX_CREATE:
  case BOX_WRITE:
    if (!*dirty) sh->dirty_bytes += c->exists ? c->bytes.n : size;
    *dirty = true;
    break;
  case BOX_RESIZE:
    if (*dirty) sh->dirty_bytes -= c->bytes.n;
    sh->dirty_bytes += size;
    *dirty = true;
    break;
  case BOX_DELETE:
    if (*dirty) sh->dirty_bytes -= c->bytes.n;
    *dirty = false;
    break;
  case BOX_READ: break;
  }
}

static algo_code_t touch(algo_avm_context_t *cx, uint64_t app, algo_bytes_t name, box_verb_t verb, uint64_t size,
                         box_content_t *c) {
  bool dirty, fresh;
  algo_err_t err;
  *c = (box_content_t){{NULL, 0}, false};
  if (cx->is_clear) return avm_fail(cx, "boxes may not be accessed from ClearState program");
  if (!may_touch(cx, app, name, size, &dirty, &fresh)) return fail_name(cx, "invalid Box reference", name);
  algo_code_t rc = authorize(cx, app, verb == BOX_READ);
  if (rc != ALGO_OK) return rc;
  if (!fresh) { /* a box not named of a new application cannot be there yet */
    rc = cx->sh->opt.ledger->box_get(cx->sh->opt.ledger_self, app, name, &c->bytes, &c->exists, &err);
    if (rc != ALGO_OK) return avm_fail_err(cx, rc, &err);
  }
  if (!c->exists) c->bytes = (algo_bytes_t){NULL, 0};
  if (verb == BOX_CREATE && c->exists) {
    if (size != c->bytes.n) return avm_fail(cx, "box size mismatch %zu %llu", c->bytes.n, (unsigned long long)size);
    return ALGO_OK;
  }
  count(cx->sh, verb, c, size, &dirty);
  if (!avm_box_note(cx->sh, app, name, dirty)) return avm_nomem(cx);
  return cx->sh->dirty_bytes > cx->sh->io_budget ? over_budget(cx, verb, name) : ALGO_OK;
}

/* As touch, for a box that must be there. */
static algo_code_t touch_existing(algo_avm_context_t *cx, uint64_t app, algo_bytes_t name, box_verb_t verb,
                                  uint64_t size, box_content_t *c) {
  algo_code_t rc = touch(cx, app, name, verb, size, c);
  return rc == ALGO_OK && !c->exists ? fail_name(cx, "no such box", name) : rc;
}

static algo_code_t ledger_new(algo_avm_context_t *cx, uint64_t app, algo_bytes_t name, algo_bytes_t value) {
  algo_err_t err;
  const algo_addr_t *a = avm_app_address(cx->sh, app);
  if (a == NULL) return avm_nomem(cx);
  algo_code_t rc = cx->sh->opt.ledger->box_new(cx->sh->opt.ledger_self, app, name, value, a, &err);
  return rc == ALGO_OK ? rc : avm_fail_err(cx, rc, &err);
}

static algo_code_t ledger_set(algo_avm_context_t *cx, uint64_t app, algo_bytes_t name, algo_bytes_t value) {
  algo_err_t err;
  algo_code_t rc = cx->sh->opt.ledger->box_set(cx->sh->opt.ledger_self, app, name, value, &err);
  return rc == ALGO_OK ? rc : avm_fail_err(cx, rc, &err);
}

static algo_code_t ledger_del(algo_avm_context_t *cx, uint64_t app, algo_bytes_t name) {
  algo_err_t err;
  bool existed;
  const algo_addr_t *a = avm_app_address(cx->sh, app);
  if (a == NULL) return avm_nomem(cx);
  algo_code_t rc = cx->sh->opt.ledger->box_del(cx->sh->opt.ledger_self, app, name, a, &existed, &err);
  return rc == ALGO_OK ? rc : avm_fail_err(cx, rc, &err);
}

static uint64_t add_saturate(uint64_t a, uint64_t b) { return a + b < a ? UINT64_MAX : a + b; }

/* ---- the opcodes, on the boxes of `app`; the arguments are the top of the stack ---- */

static algo_code_t box_create(algo_avm_context_t *cx, uint64_t app) {
  algo_bytes_t name = avm_view(avm_top(cx, 1));
  uint64_t size = avm_top(cx, 0)->u;
  box_content_t c;
  algo_code_t rc = check_lengths(cx, name, size);
  if (rc == ALGO_OK) rc = touch(cx, app, name, BOX_CREATE, size, &c);
  if (rc == ALGO_OK && !c.exists) {
    uint8_t *zeros = avm_alloc(cx, size);
    if (zeros == NULL) return avm_nomem(cx);
    memset(zeros, 0, size);
    rc = ledger_new(cx, app, name, algo_bytes(zeros, size));
  }
  if (rc != ALGO_OK) return rc;
  *avm_top(cx, 1) = avm_uint(!c.exists);
  cx->sp--;
  return ALGO_OK;
}

static algo_code_t box_extract(algo_avm_context_t *cx, uint64_t app) {
  algo_bytes_t name = avm_view(avm_top(cx, 2));
  uint64_t start = avm_top(cx, 1)->u, length = avm_top(cx, 0)->u;
  box_content_t c;
  algo_code_t rc = check_lengths(cx, name, add_saturate(start, length));
  if (rc == ALGO_OK) rc = touch_existing(cx, app, name, BOX_READ, 0, &c);
  if (rc == ALGO_OK) rc = avm_extract_check(cx, c.bytes.n, start, length);
  if (rc != ALGO_OK) return rc;
  cx->sp -= 3;
  return avm_push_copy(cx, length ? c.bytes.p + start : NULL, length);
}

static algo_code_t box_replace(algo_avm_context_t *cx, uint64_t app) {
  algo_bytes_t name = avm_view(avm_top(cx, 2)), by = avm_view(avm_top(cx, 0));
  uint64_t start = avm_top(cx, 1)->u;
  box_content_t c;
  algo_code_t rc = check_lengths(cx, name, add_saturate(start, by.n));
  if (rc == ALGO_OK) rc = touch_existing(cx, app, name, BOX_WRITE, 0, &c);
  if (rc == ALGO_OK) rc = avm_replace_check(cx, c.bytes.n, start, by.n);
  if (rc != ALGO_OK) return rc;
  uint8_t *p = avm_alloc(cx, c.bytes.n);
  if (p == NULL) return avm_nomem(cx);
  if (c.bytes.n) memcpy(p, c.bytes.p, c.bytes.n);
  if (by.n) memcpy(p + start, by.p, by.n);
  cx->sp -= 3;
  return ledger_set(cx, app, name, algo_bytes(p, c.bytes.n));
}

/* `old` with `by` in the place of `length` bytes at start; what follows moves, and falls off or is filled with zeros.
 */
static algo_code_t splice(algo_avm_context_t *cx, algo_bytes_t old, uint64_t start, uint64_t length, algo_bytes_t by,
                          uint8_t **out) {
  unsigned long long n = old.n, end = start + length;
  if (start > n) return avm_fail(cx, "replacement start %llu beyond length: %llu", (unsigned long long)start, n);
  if (end < start) return avm_fail(cx, "splice end exceeds uint64");
  if (end > n) return avm_fail(cx, "splice end %llu beyond original length: %llu", end, n);
  if (by.n > old.n - start) return avm_fail(cx, "splice inserted bytes too long");
  uint8_t *p = *out = avm_alloc(cx, old.n);
  if (p == NULL) return avm_nomem(cx);
  memset(p, 0, old.n);
  if (start) memcpy(p, old.p, start);
  if (by.n) memcpy(p + start, by.p, by.n);
  size_t room = old.n - start - by.n, rest = old.n - (size_t)end;
  if (rest > room) rest = room;
  if (rest) memcpy(p + start + by.n, old.p + end, rest);
  return ALGO_OK;
}

static algo_code_t box_splice(algo_avm_context_t *cx, uint64_t app) {
  algo_bytes_t name = avm_view(avm_top(cx, 3)), by = avm_view(avm_top(cx, 0));
  uint64_t start = avm_top(cx, 2)->u, length = avm_top(cx, 1)->u;
  box_content_t c;
  uint8_t *p;
  algo_code_t rc = check_lengths(cx, name, 0);
  if (rc == ALGO_OK) rc = touch_existing(cx, app, name, BOX_WRITE, 0, &c);
  if (rc == ALGO_OK) rc = splice(cx, c.bytes, start, length, by, &p);
  if (rc != ALGO_OK) return rc;
  cx->sp -= 4;
  return ledger_set(cx, app, name, algo_bytes(p, c.bytes.n));
}

static algo_code_t box_del(algo_avm_context_t *cx, uint64_t app) {
  algo_bytes_t name = avm_view(avm_top(cx, 0));
  box_content_t c;
  algo_code_t rc = check_lengths(cx, name, 0);
  if (rc == ALGO_OK) rc = touch(cx, app, name, BOX_DELETE, 0, &c);
  if (rc == ALGO_OK && c.exists) rc = ledger_del(cx, app, name);
  if (rc == ALGO_OK) *avm_top(cx, 0) = avm_uint(c.exists);
  return rc;
}

static algo_code_t box_resize(algo_avm_context_t *cx, uint64_t app) {
  algo_bytes_t name = avm_view(avm_top(cx, 1));
  uint64_t size = avm_top(cx, 0)->u;
  box_content_t c;
  algo_code_t rc = check_lengths(cx, name, size);
  if (rc == ALGO_OK) rc = touch_existing(cx, app, name, BOX_RESIZE, size, &c);
  if (rc != ALGO_OK) return rc;
  uint8_t *p = avm_alloc(cx, size);
  if (p == NULL) return avm_nomem(cx);
  size_t keep = c.bytes.n < size ? c.bytes.n : size;
  if (keep) memcpy(p, c.bytes.p, keep);
  memset(p + keep, 0, size - keep);
  rc = ledger_del(cx, app, name);
  if (rc != ALGO_OK) return rc;
  cx->sp -= 2;
  return ledger_new(cx, app, name, algo_bytes(p, size));
}

static algo_code_t box_len(algo_avm_context_t *cx, uint64_t app) {
  algo_bytes_t name = avm_view(avm_top(cx, 0));
  box_content_t c;
  algo_code_t rc = check_lengths(cx, name, 0);
  if (rc == ALGO_OK) rc = touch(cx, app, name, BOX_READ, 0, &c);
  if (rc != ALGO_OK) return rc;
  *avm_top(cx, 0) = avm_uint(c.bytes.n);
  avm_push(cx, avm_uint(c.exists));
  return ALGO_OK;
}

static algo_code_t box_get(algo_avm_context_t *cx, uint64_t app) {
  algo_bytes_t name = avm_view(avm_top(cx, 0));
  box_content_t c;
  algo_code_t rc = check_lengths(cx, name, 0);
  if (rc == ALGO_OK) rc = touch(cx, app, name, BOX_READ, 0, &c);
  if (rc != ALGO_OK) return rc;
  cx->sp--;
  rc = avm_push_copy(cx, c.bytes.p, c.bytes.n);
  if (rc == ALGO_OK) avm_push(cx, avm_uint(c.exists));
  return rc;
}

static algo_code_t box_put(algo_avm_context_t *cx, uint64_t app) {
  algo_bytes_t name = avm_view(avm_top(cx, 1)), value = avm_view(avm_top(cx, 0));
  box_content_t c;
  algo_code_t rc = check_lengths(cx, name, value.n);
  if (rc == ALGO_OK) rc = touch(cx, app, name, BOX_WRITE, value.n, &c);
  if (rc != ALGO_OK) return rc;
  cx->sp -= 2;
  if (!c.exists) return ledger_new(cx, app, name, value);
  if (c.bytes.n != value.n) return avm_fail(cx, "attempt to box_put wrong size %zu != %zu", c.bytes.n, value.n);
  return ledger_set(cx, app, name, value);
}

/* Takes the application that app_box_* carry below their `args` other arguments. */
static uint64_t take_app(algo_avm_context_t *cx, uint32_t args) {
  avm_value_t *at = avm_top(cx, args);
  uint64_t app = at->u;
  memmove(at, at + 1, args * sizeof *at);
  cx->sp--;
  return app;
}

#define BOX_OP(name, args)                                                                                             \
  algo_code_t avm_op_box_##name(algo_avm_context_t *cx) { return box_##name(cx, cx->app); }                            \
  algo_code_t avm_op_app_box_##name(algo_avm_context_t *cx) { return box_##name(cx, take_app(cx, args)); }
BOX_OP(create, 2)
BOX_OP(extract, 3)
BOX_OP(replace, 3)
BOX_OP(splice, 4)
BOX_OP(del, 1)
BOX_OP(resize, 2)
BOX_OP(len, 1)
BOX_OP(get, 1)
BOX_OP(put, 2)
#undef BOX_OP
