/* Where code stands: blocks move behind a jump to them, and what is written many times becomes a routine. */
#include "optimise.h"

/* ---- placing ---- */

/* The block at a label that nothing falls into: up to what ends it. 0: none. */
static size_t block_at(const tg_flow_t *f, uint32_t label, size_t *from) {
  const tg_code_t *c = f->code;
  *from = f->at[label];
  if (*from == 0 || *from >= c->n || !(tg_flags(&c->ins[*from - 1]) & ENDS)) return 0;
  for (size_t i = *from; i < c->n; i++) {
    bool ends = tg_flags(&c->ins[i]) & ENDS;
    if (ends) return c->ins[i].op == TG_END ? 0 : i - *from + 1;
  }
  return 0;
}

bool tg_pass_place(tg_t *b, tg_flow_t *f) {
  tg_code_t *c = f->code;
  if (b->o.avm < ALGO_AVM_BACK_BRANCH_VERSION) return false;
  for (size_t i = 0; i < c->n; i++) {
    size_t from, n;
    if (c->ins[i].op != TG_B) continue;
    n = block_at(f, (uint32_t)c->ins[i].u, &from);
    if (!n || (i >= from && i < from + n)) continue;
    tg_code_t out = {0};
    for (size_t k = 0; k < c->n; k++) {
      if (k >= from && k < from + n) continue;
      if (k != i) {
        tg_code_put(b, &out, c->ins[k]);
        continue;
      }
      for (size_t m = 0; m < n; m++) tg_code_put(b, &out, c->ins[from + m]);
    }
    *c = out;
    return true;
  }
  return false;
}

/* ---- outlining ---- */

enum { MIN_GAIN = 12, MAX_LENGTH = 24 };

static bool movable(const tg_ins_t *x) { return !(tg_flags(x) & FLOW) || x->op == TG_CALLSUB; }

static bool same_run(const tg_code_t *c, size_t i, size_t j, size_t n) {
  for (size_t k = 0; k < n; k++)
    if (!tg_same_ins(&c->ins[i + k], &c->ins[j + k])) return false;
  return true;
}

/* How often the n instructions at i stand in the program, not overlapping. */
static unsigned count_runs(const tg_code_t *c, size_t i, size_t n) {
  unsigned times = 0;
  for (size_t j = 0; j + n <= c->n;) {
    if (same_run(c, i, j, n)) {
      times++;
      j += n;
    } else {
      j++;
    }
  }
  return times;
}

static void outline(tg_t *b, tg_code_t *c, size_t at, size_t n) {
  uint32_t label = tg_label(b, algo_arena_printf(b->arena, "shared_%u", b->n_labels));
  tg_code_t out = {0};
  for (size_t j = 0; j < c->n;) {
    if (j + n <= c->n && same_run(c, at, j, n)) {
      tg_code_put(b, &out, (tg_ins_t){.op = TG_CALLSUB, .u = label});
      j += n;
    } else {
      tg_code_put(b, &out, c->ins[j++]);
    }
  }
  tg_code_put(b, &out, (tg_ins_t){.op = TG_LABEL, .u = label, .comment = "written several times"});
  for (size_t k = 0; k < n; k++) tg_code_put(b, &out, c->ins[at + k]);
  tg_code_put(b, &out, (tg_ins_t){.op = TG_RETSUB});
  *c = out;
}

/* The run that gains most. Each costs a call and a return more when it is executed, so a small gain is left. */
bool tg_pass_outline(tg_t *b, tg_flow_t *f) {
  tg_code_t *c = f->code;
  if (b->hand && (b->hand->frames || !tg_can(b, TG_CALLSUB) || c->ins[c->n - 1].op == TG_END)) return false;
  size_t best_at = 0, best_n = 0;
  int best = MIN_GAIN - 1;
  for (size_t i = 0; i < c->n; i++) {
    unsigned bytes = 0;
    for (size_t n = 1; n <= MAX_LENGTH && i + n <= c->n && movable(&c->ins[i + n - 1]); n++) {
      bytes += tg_ins_size(&c->ins[i + n - 1]);
      if (bytes < 5 || (i + n < c->n && c->ins[i + n].op == TG_RETSUB && i > 0 && c->ins[i - 1].op == TG_LABEL))
        continue;
      int times = (int)count_runs(c, i, n), gain = times * (int)bytes - times * 3 - (int)bytes - 1;
      if (times < 2) break;
      if (gain <= best) continue;
      best = gain;
      best_at = i;
      best_n = n;
    }
  }
  if (!best_n) return false;
  outline(b, c, best_at, best_n);
  return true;
}
