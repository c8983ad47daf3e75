/* What two runs of one group came to. */
#include "algo/ledger.h"
#include "algo/tealgen_prove.h"

static void say(algo_buf_t *where, const char *what) {
  if (where) algo_buf_puts(where, what);
}

/* Without what follows from the programs that the outer transaction may bring: those, and the ids of groups, which
 * cover them (an inner group's id does so through its parent's). */
static void strip(algo_apply_t *out, const algo_apply_t *a, algo_arena_t *arena) {
  *out = *a;
  out->stxn = (algo_stxn_t){.txn = a->stxn.txn};
  memset(&out->stxn.txn.group, 0, sizeof out->stxn.txn.group);
  algo_apply_t *inner = algo_arena_array(arena, a->delta.n_inner + 1, sizeof *inner);
  if (!inner) return;
  for (size_t i = 0; i < a->delta.n_inner; i++) strip(&inner[i], &a->delta.inner[i], arena);
  out->delta.inner = inner;
}

static void encode(algo_buf_t *out, const algo_apply_t *a) {
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_apply_t copy;
  strip(&copy, a, &arena);
  copy.stxn.txn.approval_program = copy.stxn.txn.clear_program = algo_bytes(NULL, 0);
  algo_apply_encode(out, &copy);
  algo_arena_fini(&arena);
}

static bool ended(const algo_sim_result_t *r) { /* with 0; not failed */
  static const char failed[] = "logic eval error";
  return !memmem(r->failure, r->failure_length, failed, strlen(failed));
}

bool tg_same_outcome(const algo_sim_result_t *a, const algo_sim_result_t *b, algo_buf_t *where) {
  if (!a->failure != !b->failure) {
    say(where, a->failure ? a->failure : "approved");
    say(where, " became ");
    say(where, b->failure ? b->failure : "approved");
    return false;
  }
  if (a->failure) {
    if (ended(a) == ended(b)) return true;
    say(where, "rejected by one, failed by the other");
    return false;
  }
  bool same = a->n_txns == b->n_txns;
  for (size_t i = 0; i < a->n_txns && same; i++) {
    algo_buf_t x = ALGO_BUF_INIT, y = ALGO_BUF_INIT;
    encode(&x, a->txns[i].apply);
    encode(&y, b->txns[i].apply);
    same = algo_bytes_eq(algo_buf_view(&x), algo_buf_view(&y));
    algo_buf_fini(&x);
    algo_buf_fini(&y);
  }
  if (!same) say(where, "logs, state changes or inner transactions differ");
  return same;
}
