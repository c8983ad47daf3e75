/* Old blocks on disk, so that memory is bounded by the state and the last blocks. Three files that only grow: the
 * blocks, one behind the other; a record a round (a fork's from its first on); the transactions' ids in sorted runs,
 * eight of which become one. What is written for a round never changes while the round stands, so a checkpoint may
 * refer to it. */
#include <unistd.h>

#include "algo/file.h"
#include "internal.h"

#define MERGE_FROM 8192u
#define MERGE_TO   65536u
#define MERGED     8u

typedef struct index_rec {
  uint64_t at, n, n_txns, rewards_level;
  totals_t totals;
} index_rec_t;

typedef struct id_rec { /* the id's first 8 bytes; the round and the transaction's place in it */
  uint64_t head, where;
} id_rec_t;
#define PLACE_BITS 24

static uint64_t head_of(const algo_digest_t *id) { return algo_get_be64(id->b); }

/* ---- files ---- */

static algo_code_t open_files(store_t *s, const char *dir, algo_err_t *err) {
  s->blocks = s->index = s->ids = -1;
  algo_code_t rc = algo_file_open(&s->blocks, dir, "blocks", err);
  if (!rc) rc = algo_file_open(&s->index, dir, "index", err);
  if (!rc) rc = algo_file_open(&s->ids, dir, "ids", err);
  s->open = !rc;
  s->kept = !rc && dir != NULL;
  if (rc) {
    if (s->blocks >= 0) close(s->blocks);
    if (s->index >= 0) close(s->index);
  }
  return rc;
}

static void close_files(store_t *s) {
  if (!s->open) return;
  close(s->blocks);
  close(s->index);
  close(s->ids);
  s->open = false;
}

static algo_code_t copy(int to, int from, uint64_t n, algo_err_t *err) {
  uint8_t piece[65536];
  algo_code_t rc = ALGO_OK;
  for (uint64_t at = 0; !rc && at < n; at += sizeof piece) {
    size_t take = n - at < sizeof piece ? (size_t)(n - at) : sizeof piece;
    rc = algo_file_read_at(from, piece, take, at, err);
    if (!rc) rc = algo_file_write_at(to, piece, take, at, err);
  }
  return rc;
}

algo_code_t algo_ledger_keep(algo_ledger_t *l, const char *dir, algo_err_t *err) {
  store_t was = l->store, *s = &l->store;
  algo_code_t rc = open_files(s, dir, err);
  if (!rc && was.open) rc = copy(s->blocks, was.blocks, s->end, err);
  if (!rc && was.open) rc = copy(s->index, was.index, (s->n - l->base) * sizeof(index_rec_t), err);
  if (!rc && was.open) rc = copy(s->ids, was.ids, s->id_end * sizeof(id_rec_t), err);
  if (rc) {
    close_files(s);
    *s = was;
    return rc;
  }
  close_files(&was);
  return ALGO_OK;
}

void algo_lstore_fini(algo_ledger_t *l) {
  close_files(&l->store);
  free(l->store.runs);
  l->store = (store_t){0};
}

/* ---- ids ---- */

static int by_head(const void *a, const void *b) {
  const id_rec_t *x = a, *y = b;
  if (x->head != y->head) return x->head < y->head ? -1 : 1;
  return x->where < y->where ? -1 : x->where > y->where;
}

static algo_code_t add_run(store_t *s, id_rec_t *v, size_t n, algo_err_t *err) {
  if (s->n_runs == s->cap_runs) {
    size_t cap = s->cap_runs ? s->cap_runs * 2 : 16;
    run_t *runs = realloc(s->runs, cap * sizeof *runs);
    if (!runs) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
    s->runs = runs;
    s->cap_runs = cap;
  }
  qsort(v, n, sizeof *v, by_head);
  algo_code_t rc = algo_file_write_at(s->ids, v, n * sizeof *v, s->id_end * sizeof *v, err);
  if (rc) return rc;
  s->runs[s->n_runs++] = (run_t){s->id_end, n};
  s->id_end += n;
  return ALGO_OK;
}

/* The last runs, all smaller than `size`, become one where there are enough of them. */
static algo_code_t merge(store_t *s, uint64_t size, algo_err_t *err) {
  size_t from = s->n_runs, n = 0, runs = s->n_runs;
  while (from > 0 && s->runs[from - 1].n < size) n += s->runs[--from].n;
  if (runs - from < MERGED) return ALGO_OK;
  id_rec_t *v = malloc(n * sizeof *v);
  algo_code_t rc = v ? ALGO_OK : algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  for (size_t i = from, at = 0; !rc && i < runs; at += s->runs[i++].n)
    rc = algo_file_read_at(s->ids, v + at, s->runs[i].n * sizeof *v, s->runs[i].at * sizeof *v, err);
  if (!rc) {
    s->n_runs = from; /* on failure they are there still, one behind the other */
    rc = add_run(s, v, n, err);
    if (rc) s->n_runs = runs;
  }
  free(v);
  return rc;
}

static algo_code_t spill_ids(algo_ledger_t *l, uint64_t below, algo_err_t *err) {
  algo_buf_t old = ALGO_BUF_INIT;
  algo_ltxids_below(l, below, &old);
  size_t n = old.n / sizeof(txref_t);
  const txref_t *x = (const txref_t *)(const void *)old.p;
  id_rec_t *v = malloc((n + 1) * sizeof *v);
  algo_code_t rc = v && !old.oom ? ALGO_OK : algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  for (size_t i = 0; !rc && i < n; i++) v[i] = (id_rec_t){head_of(&x[i].id), x[i].round << PLACE_BITS | x[i].index};
  if (!rc && n) rc = add_run(&l->store, v, n, err);
  for (uint64_t size = MERGE_FROM; !rc && size <= MERGE_TO; size *= MERGED) rc = merge(&l->store, size, err);
  free(v);
  algo_buf_fini(&old);
  return rc;
}

static algo_code_t read_id(const store_t *s, uint64_t i, id_rec_t *out) {
  return algo_file_read_at(s->ids, out, sizeof *out, i * sizeof *out, NULL);
}

/* The first place in the run whose head is not below: heads are uniform, so it is guessed, and then halved. */
static bool lower(const store_t *s, const run_t *r, uint64_t head, uint64_t *place) {
  uint64_t lo = 0, hi = r->n;
  for (unsigned turn = 0; lo < hi; turn++) {
    uint64_t mid = turn == 0 ? (uint64_t)((double)head / 18446744073709551616.0 * (double)r->n) : (lo + hi) / 2;
    if (turn == 1 && lo > 0 && lo + 64 < hi) mid = lo + 64;
    if (turn == 1 && lo == 0 && hi > 64) mid = hi - 64;
    if (mid >= hi) mid = hi - 1;
    id_rec_t rec;
    if (read_id(s, r->at + mid, &rec)) return false;
    if (rec.head < head) lo = mid + 1;
    else hi = mid;
  }
  *place = lo;
  return true;
}

/* Is it that transaction? A round may have been made anew since the run was written. */
static bool is_there(const algo_ledger_t *l, const algo_digest_t *id, uint64_t round, uint32_t index) {
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_bytes_t bytes;
  algo_block_t b;
  algo_digest_t have;
  bool ok = round < l->first && !algo_lstore_block(l, round, &arena, &bytes, NULL) &&
            !algo_block_decode(&b, bytes, &arena, NULL) && index < b.n_txns;
  if (ok) {
    algo_txn_t t;
    algo_block_restore(&t, &b, &b.txns[index]);
    algo_txn_id(&have, &t);
    ok = memcmp(have.b, id->b, sizeof have.b) == 0;
  }
  algo_arena_fini(&arena);
  return ok;
}

bool algo_lstore_txid(const algo_ledger_t *l, const algo_digest_t *id, uint64_t *round, uint32_t *index) {
  const store_t *s = &l->store;
  uint64_t head = head_of(id), place = 0;
  for (size_t i = s->n_runs; i-- > 0;) {
    const run_t *r = &s->runs[i];
    id_rec_t rec;
    if (!lower(s, r, head, &place)) return false;
    for (; place < r->n && !read_id(s, r->at + place, &rec) && rec.head == head; place++) {
      *round = rec.where >> PLACE_BITS;
      *index = (uint32_t)(rec.where & ((1u << PLACE_BITS) - 1));
      if (is_there(l, id, *round, *index)) return true;
    }
  }
  return false;
}

/* ---- blocks ---- */

static algo_code_t read_index(const algo_ledger_t *l, uint64_t round, index_rec_t *out, algo_err_t *err) {
  return algo_file_read_at(l->store.index, out, sizeof *out, (round - l->base) * sizeof *out, err);
}

static algo_code_t write_blocks(algo_ledger_t *l, size_t n, uint64_t *end, algo_err_t *err) {
  algo_buf_t bytes = ALGO_BUF_INIT, index = ALGO_BUF_INIT;
  store_t *s = &l->store;
  for (size_t i = 0; i < n; i++) {
    const block_rec_t *b = &l->blocks[i];
    index_rec_t rec = {s->end + bytes.n, b->n, b->n_txns, b->rewards_level, b->totals};
    algo_buf_put(&bytes, b->bytes, b->n);
    algo_buf_put(&index, &rec, sizeof rec);
  }
  *end = s->end + bytes.n;
  algo_code_t rc = bytes.oom || index.oom ? algo_err_set(err, ALGO_E_NOMEM, "out of memory") : ALGO_OK;
  if (!rc) rc = algo_file_write_at(s->blocks, bytes.p, bytes.n, s->end, err);
  if (!rc) rc = algo_file_write_at(s->index, index.p, index.n, (l->first - l->base) * sizeof(index_rec_t), err);
  algo_buf_fini(&bytes);
  algo_buf_fini(&index);
  return rc;
}

void algo_lspill(algo_ledger_t *l) {
  store_t *s = &l->store;
  algo_err_t err;
  uint64_t end = 0;
  size_t n = ALGO_LEDGER_WINDOW;
  if (l->n_blocks - l->first < 2 * n) return;
  algo_code_t rc = s->open ? ALGO_OK : open_files(s, NULL, &err);
  if (!rc) rc = write_blocks(l, n, &end, &err);
  if (!rc) rc = spill_ids(l, l->first + n, &err);
  if (rc) {
    if (l->n_blocks % n == 0) algo_env_log(l->env, ALGO_LOG_WARN, "old blocks stay in memory: %s", err.msg);
    return;
  }
  algo_ltxids_drop(l, l->first + n);
  for (size_t i = 0; i < n; i++) free(l->blocks[i].bytes);
  memmove(l->blocks, l->blocks + n, (l->n_blocks - l->first - n) * sizeof *l->blocks);
  l->first += n;
  s->n = l->first;
  s->end = end;
}

algo_code_t algo_lstore_block(const algo_ledger_t *l, uint64_t round, algo_arena_t *arena, algo_bytes_t *out,
                              algo_err_t *err) {
  index_rec_t rec;
  algo_code_t rc = read_index(l, round, &rec, err);
  if (rc) return rc;
  uint8_t *p = algo_arena_alloc(arena, rec.n);
  if (!p) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  *out = algo_bytes(p, rec.n);
  return algo_file_read_at(l->store.blocks, p, rec.n, rec.at, err);
}

/* ---- back in memory ---- */

static algo_code_t load_block(const algo_ledger_t *l, uint64_t round, block_rec_t *out, algo_arena_t *arena,
                              algo_err_t *err) {
  index_rec_t rec;
  algo_block_t b;
  algo_code_t rc = read_index(l, round, &rec, err);
  uint8_t *p = rc ? NULL : malloc(rec.n + 1);
  if (!rc && !p) rc = algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  if (!rc) rc = algo_file_read_at(l->store.blocks, p, rec.n, rec.at, err);
  algo_arena_reset(arena);
  if (!rc) rc = algo_block_decode(&b, algo_bytes(p, rec.n), arena, err);
  if (rc) {
    free(p);
    return rc;
  }
  *out = (block_rec_t){.bytes = p,
                       .n = (uint32_t)rec.n,
                       .n_txns = (uint32_t)rec.n_txns,
                       .totals = rec.totals,
                       .rewards_level = rec.rewards_level};
  return ALGO_OK;
}

static void free_blocks(block_rec_t *v, uint64_t n) {
  for (uint64_t i = 0; i < n; i++) free(v[i].bytes);
  free(v);
}

algo_code_t algo_lstore_read(const algo_ledger_t *l, uint64_t first, uint64_t round, block_rec_t **out,
                             algo_err_t *err) {
  algo_arena_t arena = ALGO_ARENA_INIT;
  index_rec_t rec;
  algo_code_t rc = read_index(l, round, &rec, err); /* it is there: no memory for more than there is */
  block_rec_t *v = rc ? NULL : calloc(round - first + 1, sizeof *v);
  uint64_t r = first;
  if (!rc && !v) rc = algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  while (!rc && r <= round && !(rc = load_block(l, r, &v[r - first], &arena, err))) r++;
  algo_arena_fini(&arena);
  if (!rc) {
    *out = v;
    return ALGO_OK;
  }
  if (v) free_blocks(v, r - first);
  if (rc == ALGO_E_NOMEM) return rc;
  (void)algo_err_prefix(err, rc, "the block of round %" PRIu64 " cannot be read again", v ? r : round);
  if (err) err->code = ALGO_E_IO;
  return ALGO_E_IO;
}

static algo_code_t load_ids(algo_ledger_t *l, uint64_t round, algo_arena_t *arena, algo_err_t *err) {
  const block_rec_t *rec = algo_lrec(l, round);
  algo_block_t b;
  algo_arena_reset(arena);
  algo_code_t rc = algo_block_decode(&b, algo_bytes(rec->bytes, rec->n), arena, err);
  for (size_t i = 0; !rc && i < b.n_txns; i++) {
    algo_txn_t t;
    algo_digest_t id;
    bool present = true;
    uint64_t at = round;
    uint32_t index = (uint32_t)i;
    algo_block_restore(&t, &b, &b.txns[i]);
    algo_txn_id(&id, &t);
    algo_lraw_txid(l, &id, &present, &at, &index);
  }
  return rc;
}

algo_code_t algo_lstore_back(algo_ledger_t *l, uint64_t first, uint64_t round, block_rec_t *blocks, algo_err_t *err) {
  index_rec_t rec;
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_code_t rc = read_index(l, first, &rec, err);
  if (rc) {
    free_blocks(blocks, round - first + 1);
    return rc;
  }
  algo_lblocks_fini(l);
  l->blocks = blocks;
  l->cap_blocks = round - first + 1;
  l->first = l->store.n = first;
  l->n_blocks = round + 1;
  l->store.end = rec.at;
  for (uint64_t r = first; !rc && r <= round; r++) /* the origin's own block is known by its round alone */
    if (r > l->base || r == 0) rc = load_ids(l, r, &arena, err);
  algo_arena_fini(&arena);
  return rc ? rc : l->oom ? algo_err_set(err, ALGO_E_NOMEM, "out of memory") : ALGO_OK;
}

/* Every block is in the files, those in memory too, and the files are on the disk. */
algo_code_t algo_lstore_all(algo_ledger_t *l, algo_err_t *err) {
  uint64_t end;
  const int files[] = {l->store.blocks, l->store.index, l->store.ids};
  algo_code_t rc = write_blocks(l, l->n_blocks - l->first, &end, err);
  for (size_t i = 0; !rc && i < 3; i++) rc = algo_file_sync(files[i], err);
  return rc;
}
