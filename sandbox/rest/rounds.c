#include "rounds.h"

#include <stdlib.h>

#define CHUNK      256u   /* blocks of a coarse table */
#define TABLE_BITS 16384u /* of it */
#define TABLE_KEYS 4u     /* bits a key has there */

typedef struct chunk {
  uint64_t bits[TABLE_BITS / 64];
} chunk_t;

struct rounds {
  uint64_t *marks; /* of each block */
  chunk_t *chunks;
  size_t n, cap;  /* blocks; cap is a multiple of CHUNK */
  uint64_t first; /* the round of marks[0] */
};

rounds_t *rounds_new(void) { return calloc(1, sizeof(rounds_t)); }

void rounds_free(rounds_t *r) {
  if (r == NULL) return;
  free(r->marks);
  free(r->chunks);
  free(r);
}

void rounds_clear(rounds_t *r) {
  free(r->marks);
  free(r->chunks);
  *r = (rounds_t){0};
}

/* ---- keys: 64 bits that look random ---- */

static uint64_t first_word(const uint8_t *p) {
  uint64_t x;
  memcpy(&x, p, sizeof x);
  return x;
}

rounds_key_t rounds_key_addr(const algo_addr_t *a) { return algo_mix64(first_word(a->b) ^ first_word(a->b + 8)); }
rounds_key_t rounds_key_asset(uint64_t id) { return algo_mix64(id ^ UINT64_C(1) << 60); }
rounds_key_t rounds_key_app(uint64_t id) { return algo_mix64(id ^ UINT64_C(2) << 60); }
rounds_key_t rounds_key_type(algo_txn_type_t type) { return algo_mix64((uint64_t)type ^ UINT64_C(3) << 60); }
rounds_key_t rounds_key_group(const algo_digest_t *id) { return algo_mix64(first_word(id->b) ^ UINT64_C(4) << 60); }
rounds_key_t rounds_key_rekey(void) { return algo_mix64(UINT64_C(5) << 60); }
rounds_key_t rounds_key_note(const uint8_t first[4]) {
  uint32_t x;
  memcpy(&x, first, sizeof x);
  return algo_mix64(x ^ UINT64_C(6) << 60);
}

static uint64_t mark_of(rounds_key_t k) { return UINT64_C(1) << (k & 63) | UINT64_C(1) << (k >> 6 & 63); }

static void chunk_add(chunk_t *c, rounds_key_t k) {
  for (unsigned i = 0; i < TABLE_KEYS; i++, k = k >> 14 | k << 50)
    c->bits[k % TABLE_BITS / 64] |= UINT64_C(1) << (k % 64);
}

static bool chunk_has(const chunk_t *c, rounds_key_t k) {
  for (unsigned i = 0; i < TABLE_KEYS; i++, k = k >> 14 | k << 50) {
    if ((c->bits[k % TABLE_BITS / 64] >> (k % 64) & 1) == 0) return false;
  }
  return true;
}

/* ---- what a block has ---- */

typedef struct place { /* of the block at hand */
  uint64_t *mark;
  chunk_t *chunk;
} place_t;

static void add(const place_t *p, rounds_key_t k) {
  *p->mark |= mark_of(k);
  chunk_add(p->chunk, k);
}

static void add_addr(const place_t *p, const algo_addr_t *a) {
  if (!algo_addr_is_zero(a)) add(p, rounds_key_addr(a));
}

static void add_asset(const place_t *p, uint64_t id) {
  if (id != 0) add(p, rounds_key_asset(id));
}

static void add_txn(const place_t *p, const algo_apply_t *a) {
  const algo_txn_t *t = &a->stxn.txn;
  const algo_addr_t *who[] = {&t->sender,         &t->receiver,       &t->close_remainder_to, &t->asset_sender,
                              &t->asset_receiver, &t->asset_close_to, &t->freeze_account};
  for (size_t i = 0; i < sizeof who / sizeof *who; i++) add_addr(p, who[i]);
  for (size_t i = 0; i < t->n_accounts; i++) add_addr(p, &t->accounts[i]);
  if (t->heartbeat != NULL) add_addr(p, &t->heartbeat->address);
  add_asset(p, t->xfer_asset);
  add_asset(p, t->freeze_asset);
  add_asset(p, t->config_asset);
  add_asset(p, a->created_asset);
  if (t->type == ALGO_TX_APPL) add(p, rounds_key_app(t->app_id != 0 ? t->app_id : a->created_app));
  add(p, rounds_key_type(t->type));
  if (t->note.n >= 4) add(p, rounds_key_note(t->note.p));
  if (!algo_addr_is_zero(&t->rekey_to)) add(p, rounds_key_rekey());
  if (!algo_digest_is_zero(&t->group)) add(p, rounds_key_group(&t->group));
  for (size_t i = 0; i < a->delta.n_inner; i++) add_txn(p, &a->delta.inner[i]);
}

static bool grow(rounds_t *r) {
  size_t cap = r->cap == 0 ? CHUNK : r->cap + (r->cap / 4 / CHUNK + 1) * CHUNK;
  uint64_t *marks = realloc(r->marks, cap * sizeof *marks);
  if (marks == NULL) return false;
  r->marks = marks;
  chunk_t *chunks = realloc(r->chunks, cap / CHUNK * sizeof *chunks);
  if (chunks == NULL) return false;
  r->chunks = chunks;
  r->cap = cap;
  return true;
}

bool rounds_add(rounds_t *r, uint64_t round, const algo_block_t *b) {
  if (r->n == 0) r->first = round;
  while (r->first + r->n <= round) {
    if (r->n == r->cap && !grow(r)) return false;
    if (r->n % CHUNK == 0) memset(&r->chunks[r->n / CHUNK], 0, sizeof *r->chunks);
    r->marks[r->n++] = 0;
  }
  place_t p = {&r->marks[round - r->first], &r->chunks[(round - r->first) / CHUNK]};
  for (size_t i = 0; b != NULL && i < b->n_txns; i++) add_txn(&p, &b->txns[i]);
  return true;
}

/* ---- kept ---- */

static size_t chunks_of(size_t n) { return (n + CHUNK - 1) / CHUNK; }

size_t rounds_bytes(size_t blocks) {
  return 2 * sizeof(uint64_t) + blocks * sizeof(uint64_t) + chunks_of(blocks) * sizeof(chunk_t);
}

void rounds_save(const rounds_t *r, algo_buf_t *out) {
  const uint64_t head[2] = {r->first, r->n};
  algo_buf_put(out, head, sizeof head);
  algo_buf_put(out, r->marks, r->n * sizeof *r->marks);
  algo_buf_put(out, r->chunks, chunks_of(r->n) * sizeof *r->chunks);
}

bool rounds_load(rounds_t *r, algo_bytes_t *in, uint64_t next) {
  uint64_t head[2];
  rounds_clear(r);
  if (in->n < sizeof head) return false;
  memcpy(head, in->p, sizeof head);
  if (head[1] > (in->n - sizeof head) / sizeof *r->marks) return false;
  if (head[1] > 0 && (head[0] > next || next - head[0] != head[1])) return false;
  size_t n = (size_t)head[1], marks = n * sizeof *r->marks, chunks = chunks_of(n) * sizeof *r->chunks;
  if (in->n - sizeof head - marks < chunks) return false;
  if (n == 0) return true;
  r->cap = chunks_of(n) * CHUNK;
  r->marks = malloc(r->cap * sizeof *r->marks);
  r->chunks = malloc(chunks);
  if (r->marks == NULL || r->chunks == NULL) {
    rounds_clear(r);
    return false;
  }
  memcpy(r->marks, in->p + sizeof head, marks);
  memcpy(r->chunks, in->p + sizeof head + marks, chunks);
  r->first = head[0];
  r->n = n;
  size_t all = sizeof head + marks + chunks;
  *in = algo_bytes(in->p + all, in->n - all);
  return true;
}

/* ---- looking ---- */

static bool chunk_may(const rounds_t *r, size_t at, const rounds_key_t *keys, size_t n) {
  for (size_t i = 0; i < n; i++) {
    if (!chunk_has(&r->chunks[at / CHUNK], keys[i])) return false;
  }
  return true;
}

uint64_t rounds_next(const rounds_t *r, const rounds_key_t *keys, size_t n, uint64_t from, uint64_t to, bool down) {
  uint64_t want = 0;
  for (size_t i = 0; i < n; i++) want |= mark_of(keys[i]);
  while (from <= to) {
    uint64_t round = down ? to : from;
    if (round < r->first || round - r->first >= r->n) return round;
    size_t at = (size_t)(round - r->first), begin = at - at % CHUNK, end = begin + CHUNK < r->n ? begin + CHUNK : r->n;
    size_t left = chunk_may(r, at, keys, n) ? down ? at - begin + 1 : end - at : 0;
    for (; left > 0 && round >= from && round <= to; left--) {
      if (r->marks[at] != 0 && (r->marks[at] & want) == want) return round;
      at = down ? at - 1 : at + 1;
      round = down ? round - 1 : round + 1;
    }
    if (!down) from = r->first + end;
    else if (r->first + begin == 0) break;
    else to = r->first + begin - 1;
  }
  return UINT64_MAX;
}
