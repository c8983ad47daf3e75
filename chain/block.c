#include "algo/block.h"

#include "algo/hash.h"
#include "codec.h"

void algo_header_encode(algo_buf_t *out, const algo_header_t *h) { codec_encode_buf(out, &codec_header, h); }
void algo_apply_encode(algo_buf_t *out, const algo_apply_t *a) { codec_encode_buf(out, &codec_apply, a); }
void algo_eval_delta_encode(algo_buf_t *out, const algo_eval_delta_t *d) { codec_encode_buf(out, &codec_delta, d); }

void algo_block_encode(algo_buf_t *out, const algo_block_t *b) {
  algo_block_t with = *b;
  if (with.cert.n == 0) with.cert = ALGO_BYTES_LIT("\x80"); /* {}: round 0 has no certificate */
  codec_encode_buf(out, &codec_response, &with);
}

static algo_code_t whole(void *out, const codec_table_t *t, algo_bytes_t in, algo_arena_t *arena, const char *what,
                         algo_err_t *err) {
  memset(out, 0, t->size);
  codec_in_t r;
  codec_in_init(&r, in, false, arena, err);
  algo_code_t c = codec_decode(&r, t, out);
  if (c != ALGO_OK) return algo_err_prefix(err, c, "%s", what);
  if (r.p != r.end) return algo_err_set(err, ALGO_E_PARSE, "%s: %zu bytes behind it", what, (size_t)(r.end - r.p));
  return ALGO_OK;
}

algo_code_t algo_block_decode(algo_block_t *out, algo_bytes_t in, algo_arena_t *arena, algo_err_t *err) {
  return whole(out, &codec_response, in, arena, "block answer", err);
}

struct algo_block_reader {
  codec_in_t in;
  const uint8_t *last; /* where the one that came last begins */
  size_t next;
};

algo_code_t algo_block_open(algo_block_reader_t **reader, algo_block_t *out, algo_bytes_t in, algo_arena_t *arena,
                            algo_err_t *err) {
  codec_opened_t opened;
  algo_block_reader_t *r = algo_arena_alloc(arena, sizeof *r);
  if (r == NULL) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  algo_code_t c = whole(&opened, &codec_opened, in, arena, "block answer", err);
  if (c != ALGO_OK) return c;
  codec_in_init(&r->in, opened.txns, false, arena, err);
  r->next = 0;
  if (opened.txns.n != 0) c = codec_list(&r->in, &codec_apply, &opened.block.n_txns);
  if (c != ALGO_OK) return algo_err_prefix(err, c, "block answer: block: txns");
  r->last = r->in.p;
  *out = opened.block;
  *reader = r;
  return ALGO_OK;
}

algo_code_t algo_block_next(algo_block_reader_t *r, algo_apply_t *out, algo_arena_t *arena, algo_err_t *err) {
  r->in.arena = arena;
  r->in.err = err;
  r->last = r->in.p;
  memset(out, 0, sizeof *out);
  algo_code_t c = codec_decode(&r->in, &codec_apply, out);
  r->next++;
  return c == ALGO_OK ? c : algo_err_prefix(err, c, "block answer: block: txns: [%zu]", r->next - 1);
}

void algo_block_back(algo_block_reader_t *r) {
  r->in.p = r->last;
  r->next--;
}

algo_code_t algo_header_decode(algo_header_t *out, algo_bytes_t in, algo_arena_t *arena, algo_err_t *err) {
  return whole(out, &codec_header, in, arena, "block header", err);
}

void algo_block_restore(algo_txn_t *out, const algo_block_t *b, const algo_apply_t *a) {
  *out = a->stxn.txn;
  out->genesis_hash = b->header.genesis_hash;
  if (a->has_genesis_id) out->genesis_id = b->header.genesis_id;
}

void algo_header_hash(algo_digest_t *out, const algo_header_t *h) { codec_hash(out->b, &codec_header, h, "BH", 2); }
