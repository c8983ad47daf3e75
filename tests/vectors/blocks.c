/* Recorded blocks: each decodes and is written again to the same bytes, names the hash of the header before, and its
 * transactions have the ids that the expected file (expected.json beside blocks/, expected-X.json beside blocks-X/)
 * lists. */
#include "algo/block.h"

#include <dirent.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>

#include "vectors.h"

typedef struct work {
  vec_report_t *report;
  algo_arena_t arena;
  algo_buf_t again;
  json_object *rounds; /* of the expected file; NULL: there is none */
  uint64_t round;      /* of the block before */
  algo_digest_t hash;  /* of its header */
} work_t;

static json_object *round_of(const work_t *w, uint64_t round) {
  for (size_t i = 0; i < vec_count(w->rounds); i++) {
    json_object *o = json_object_array_get_idx(w->rounds, i);
    if (json_object_get_uint64(json_object_object_get(o, "round")) == round) return o;
  }
  return NULL;
}

/* The i-th id of a round: txids[i], or txns[i].txid. */
static const char *expected_id(json_object *round, size_t i) {
  json_object *ids = json_object_object_get(round, "txids"), *txns = json_object_object_get(round, "txns");
  if (ids != NULL) return i < vec_count(ids) ? json_object_get_string(json_object_array_get_idx(ids, i)) : "none";
  if (i >= vec_count(txns)) return "none";
  return json_object_get_string(json_object_object_get(json_object_array_get_idx(txns, i), "txid"));
}

static bool ids_fit(const work_t *w, const algo_block_t *b, const char *name) {
  json_object *round = round_of(w, b->header.round);
  if (round == NULL) return true;
  for (size_t i = 0; i < b->n_txns; i++) {
    algo_txn_t t;
    algo_digest_t id;
    char text[53];
    algo_block_restore(&t, b, &b->txns[i]);
    algo_txn_id(&id, &t);
    algo_txid_format(text, &id);
    if (strcmp(text, expected_id(round, i)) == 0) continue;
    vec_fail(w->report, name, "transaction %zu is %s, not %s", i, text, expected_id(round, i));
    return false;
  }
  if (strcmp(expected_id(round, b->n_txns), "none") == 0) return true;
  vec_fail(w->report, name, "only %zu transactions", b->n_txns);
  return false;
}

/* A block that follows the one before names the hash of its header. */
static bool follows(work_t *w, const algo_header_t *h, const char *name) {
  bool next = h->round == w->round + 1 && !algo_digest_is_zero(&w->hash);
  bool ok = !next || memcmp(&h->prev, &w->hash, sizeof w->hash) == 0;
  if (!ok) vec_fail(w->report, name, "the hash of the header before is not its prev");
  w->round = h->round;
  algo_header_hash(&w->hash, h);
  return ok;
}

static bool one_block(void *user, const char *name, algo_bytes_t content) {
  work_t *w = user;
  if (fnmatch("*.msgp", name, 0) != 0) return true;
  algo_block_t b;
  algo_err_t err;
  algo_err_init(&err);
  algo_arena_reset(&w->arena);
  if (algo_block_decode(&b, content, &w->arena, &err) != ALGO_OK) {
    vec_fail(w->report, name, "%s", err.msg);
    return true;
  }
  algo_buf_clear(&w->again);
  algo_block_encode(&w->again, &b);
  if (!algo_bytes_eq(algo_buf_view(&w->again), content))
    vec_fail(w->report, name, "is written again as %zu other bytes instead of %zu", w->again.n, content.n);
  else if (follows(w, &b.header, name) && ids_fit(w, &b, name)) vec_pass(w->report);
  return true;
}

static void fini(work_t *w) {
  algo_arena_fini(&w->arena);
  algo_buf_fini(&w->again);
}

static int is_block(const struct dirent *e) { return fnmatch("*.msgp", e->d_name, 0) == 0; }

static bool holds_blocks(const char *path) {
  struct dirent **entries;
  int n = scandir(path, &entries, is_block, NULL);
  for (int i = 0; i < n; i++) free(entries[i]);
  if (n >= 0) free(entries);
  return n > 0;
}

static json_object *read_expected(const char *folder) {
  const char *slash = strrchr(folder, '/'), *name = slash == NULL ? folder : slash + 1;
  if (strncmp(name, "blocks", 6) != 0) return NULL;
  char *path = NULL;
  if (asprintf(&path, "%.*sexpected%s.json", (int)(name - folder), folder, name + 6) < 0) return NULL;
  algo_buf_t text = ALGO_BUF_INIT;
  json_object *o = NULL;
  if (vec_read(&text, path)) algo_json_parse(&o, text.p, text.n, NULL);
  algo_buf_fini(&text);
  free(path);
  return o;
}

static void run_folder(vec_report_t *r, const char *path) {
  json_object *expected = read_expected(path);
  work_t w = {.report = r, .rounds = expected == NULL ? NULL : json_object_object_get(expected, "rounds")};
  struct dirent **entries;
  int n = scandir(path, &entries, is_block, alphasort);
  for (int i = 0; i < n; i++) {
    char *file = NULL;
    algo_buf_t content = ALGO_BUF_INIT;
    if (asprintf(&file, "%s/%s", path, entries[i]->d_name) >= 0 && vec_read(&content, file))
      one_block(&w, entries[i]->d_name, algo_buf_view(&content));
    else vec_fail(r, entries[i]->d_name, "cannot be read");
    algo_buf_fini(&content);
    free(file);
    free(entries[i]);
  }
  if (n >= 0) free(entries);
  json_object_put(expected);
  fini(&w);
}

static void run_archive(vec_report_t *r, const char *path) {
  work_t w = {.report = r};
  if (!vec_archive(path, one_block, &w)) vec_fail(r, path, "cannot be read");
  fini(&w);
}

const vec_kind_t vec_blocks = {.takes = holds_blocks, .run = run_folder};
const vec_kind_t vec_block_archive = {.pattern = "*blocks.tar.zst", .run = run_archive};
