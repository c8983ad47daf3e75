/* Constant blocks: which constants are worth a place in them, and in which order. A constant in one of the first four
 * places costs one byte a use, in another two; pushed, it costs two bytes or more each time. */
#include <stdlib.h>

#include "constants.h"
#include "optimise.h"

enum { PUSH_VERSION = 3 }; /* pushint and pushbytes */

static unsigned varint_size(uint64_t v) {
  unsigned n = 1;
  for (; v >= 128; v >>= 7) n++;
  return n;
}

static unsigned push_size(const tg_constant_t *c) {
  return c->is_bytes ? 1 + varint_size(c->bytes.n) + (unsigned)c->bytes.n : 1 + varint_size(c->u);
}

static unsigned entry_size(const tg_constant_t *c) { return push_size(c) - 1; }

static tg_constant_t *find(tg_constants_t *k, const tg_ins_t *i) {
  bool is_bytes = i->op == TG_BYTES_;
  for (size_t n = 0; n < k->n; n++) {
    tg_constant_t *c = &k->all[n];
    if (c->is_bytes == is_bytes && (is_bytes ? algo_bytes_eq(c->bytes, i->bytes) : c->u == i->u)) return c;
  }
  return NULL;
}

/* Most used first; among equals the first seen, so that the result does not depend on the sort. */
static int by_uses(const void *x, const void *y) {
  const tg_constant_t *a = x, *b = y;
  if (a->uses != b->uses) return a->uses < b->uses ? 1 : -1;
  return a->seen < b->seen ? -1 : 1;
}

/* Takes into the block, in order of use, what is cheaper there; or all. False: too many. */
static bool place(tg_constants_t *k, bool is_bytes, bool all) {
  unsigned at = 0;
  for (size_t n = 0; n < k->n; n++) {
    tg_constant_t *c = &k->all[n];
    if (c->is_bytes != is_bytes) continue;
    unsigned each = at < 4 ? 1 : 2;
    bool worth = c->uses * push_size(c) > entry_size(c) + c->uses * each;
    if (all && at == 256) return false;
    c->place = (worth || all) && at < 256 ? (int)at++ : -1;
  }
  return true;
}

algo_code_t tg_constants(tg_constants_t *out, const tg_t *b, const tg_code_t *code) {
  bool all = b->hand && b->o.avm < PUSH_VERSION;
  memset(out, 0, sizeof *out);
  out->all = algo_arena_array(b->arena, code->n + 1, sizeof *out->all);
  if (!out->all) return algo_err_set(b->err, ALGO_E_NOMEM, "out of memory");
  if (!all && !tg_rule_on(b, TG_RULE_CONSTANTS)) return ALGO_OK;
  for (size_t i = 0; i < code->n; i++) {
    const tg_ins_t *x = &code->ins[i];
    if (x->op != TG_INT && x->op != TG_BYTES_) continue;
    tg_constant_t *c = find(out, x);
    if (!c) {
      c = &out->all[out->n];
      *c = (tg_constant_t){.is_bytes = x->op == TG_BYTES_, .u = x->u, .bytes = x->bytes, .seen = out->n, .place = -1};
      out->n++;
    }
    c->uses++;
  }
  qsort(out->all, out->n, sizeof *out->all, by_uses);
  bool fits = true;
  if (all || !b->hand || b->hand->int_block) fits = place(out, false, all);
  if (all || !b->hand || b->hand->byte_block) fits &= place(out, true, all);
  return fits ? ALGO_OK : algo_err_set(b->err, ALGO_E_RANGE, "more than 256 constants of a kind");
}

int tg_constant_place(const tg_constants_t *k, const tg_ins_t *i) {
  const tg_constant_t *c = find((tg_constants_t *)k, i);
  return c ? c->place : -1;
}
