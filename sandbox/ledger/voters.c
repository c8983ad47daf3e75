/* The commitment to those who may sign a state proof, which every 256th block has in its header. Source: go-algorand
 * 5.1, ledger/voters.go, ledgercore.VotersForRound, data/basics.Participant. */
#include "internal.h"

__extension__ typedef unsigned __int128 u128;

#define KEY_LIFETIME 256u
#define HASH_BYTES   64u

typedef struct voter {
  const account_t *account;
  const stake_t *stake;
  uint64_t normalized; /* as if rewards had never been paid */
} voter_t;

static int richest_first(const void *a, const void *b) {
  const voter_t *x = a, *y = b;
  if (x->normalized != y->normalized) return x->normalized > y->normalized ? -1 : 1;
  return memcmp(y->account->addr.b, x->account->addr.b, sizeof x->account->addr.b);
}

/* Who was online after the round and may vote in vote_round. */
static size_t voters(const algo_ledger_t *l, uint64_t round, uint64_t vote_round, voter_t *out) {
  size_t n = 0;
  uint64_t unit = l->consensus->reward_unit;
  for (size_t i = 0; i < l->n_online; i++) {
    const stake_t *s = algo_lstake_of(l->online[i], round);
    if (!algo_lmay_vote(s, vote_round)) continue;
    out[n++] = (voter_t){l->online[i], s, (uint64_t)((u128)s->balance * unit / (s->rewards_base + unit))};
  }
  qsort(out, n, sizeof *out, richest_first);
  return n < l->consensus->state_proof_top_voters ? n : l->consensus->state_proof_top_voters;
}

static void put_u64(uint8_t *out, uint64_t v) {
  for (size_t i = 0; i < 8; i++) out[i] = (uint8_t)(v >> 8 * i);
}

static void hash_voter(uint8_t out[HASH_BYTES], const algo_ledger_t *l, const voter_t *v, uint64_t round,
                       const uint64_t *matrix) {
  static const uint8_t none[64];
  uint8_t leaf[3 + 8 + 8 + 64] = {'s', 'p', 'p'};
  uint64_t stake;
  bool eligible;
  algo_lstake_at(l, v->account, round, &stake, &eligible);
  put_u64(leaf + 3, stake);
  put_u64(leaf + 11, KEY_LIFETIME);
  if (memcmp(v->stake->state_proof_pk, none, sizeof none)) memcpy(leaf + 19, v->stake->state_proof_pk, 64);
  else algo_sumhash512(leaf + 19, matrix, "MB", 2); /* the commitment to no keys at all */
  algo_sumhash512(out, matrix, leaf, sizeof leaf);
}

/* Drawn once; NULL: no memory. */
static const uint64_t *sum_matrix(algo_ledger_t *l) {
  if (l->sum_matrix) return l->sum_matrix;
  uint64_t *m = malloc(ALGO_SUMHASH512_WORDS * sizeof *m);
  if (m && algo_sumhash512_matrix(m, NULL) == ALGO_OK) return l->sum_matrix = m;
  free(m);
  return NULL;
}

algo_code_t algo_lvoters(algo_ledger_t *l, algo_state_proof_tracking_t *out, uint64_t round, algo_arena_t *arena,
                         algo_err_t *err) {
  const algo_consensus_t *c = l->consensus;
  if (!c->state_proof_interval || round % c->state_proof_interval) return ALGO_OK;
  uint64_t at = sat_sub(round, c->state_proof_voters_lookback), vote_round = round + c->state_proof_interval;
  unsigned bits = 0;
  voter_t *v = algo_arena_array(arena, l->n_online + 1, sizeof *v);
  size_t n = v ? voters(l, at, vote_round, v) : 0;
  while (((size_t)1 << bits) < n) bits++;
  const uint64_t *matrix = sum_matrix(l);
  uint8_t *level = algo_arena_array(arena, (size_t)1 << bits, HASH_BYTES);
  if (!v || !matrix || !level) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  for (size_t i = 0; i < (size_t)1 << bits; i++) {
    size_t from = algo_lreverse_bits(i, bits);
    if (from < n) hash_voter(level + i * HASH_BYTES, l, &v[from], at, matrix);
    else algo_sumhash512(level + i * HASH_BYTES, matrix, "MB", 2);
  }
  algo_lclimb_sum(level, (size_t)1 << bits, matrix);
  out->voters_commitment = algo_bytes(level, HASH_BYTES);
  out->online_total_weight = algo_lonline_between(l, at, vote_round);
  return ALGO_OK;
}
