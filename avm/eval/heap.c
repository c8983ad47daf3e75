/* Bytes made while a program runs. A bump allocator over chunks; when much was made since the last time, what is still
 * reachable (stack, scratch) is copied out between two opcodes and the rest is freed. So a loop of concats takes
 * bounded memory. */
#include <stdlib.h>

#include "internal.h"

typedef struct avm_chunk {
  struct avm_chunk *next;
  size_t size;
  uint8_t bytes[];
} avm_chunk_t;

#define CHUNK_MIN (64u << 10)
#define LIMIT_MIN (256u << 10) /* stays in a processor's cache */

static bool add_chunk(avm_heap_t *h, size_t n) {
  size_t size = n < CHUNK_MIN ? CHUNK_MIN : n;
  avm_chunk_t *c = h->spare;
  if (c != NULL && size <= c->size) {
    h->spare = c->next;
    size = c->size;
  } else {
    c = malloc(sizeof *c + size);
    if (c == NULL) return false;
    c->size = size;
  }
  c->next = h->chunks;
  h->chunks = c;
  h->at = c->bytes;
  h->end = c->bytes + size;
  h->used += size;
  return true;
}

uint8_t *avm_alloc(algo_avm_context_t *cx, size_t n) {
  avm_heap_t *h = &cx->heap;
  if ((size_t)(h->end - h->at) < n && !add_chunk(h, n)) return NULL;
  uint8_t *p = h->at;
  h->at += n;
  return p;
}

algo_code_t avm_push_copy(algo_avm_context_t *cx, const void *p, size_t n) {
  uint8_t *q = avm_alloc(cx, n);
  if (q == NULL) return avm_nomem(cx);
  if (n) memcpy(q, p, n);
  avm_push(cx, avm_bytes(q, n));
  return ALGO_OK;
}

static bool is_ours(const avm_chunk_t *chunks, const algo_avm_context_t *cx, const uint8_t *p) {
  if (p >= cx->level->small && p < cx->level->small + sizeof cx->level->small) return true;
  for (; chunks != NULL; chunks = chunks->next)
    if (p >= chunks->bytes && p < chunks->bytes + chunks->size) return true;
  return false;
}

static void move_values(algo_avm_context_t *cx, const avm_chunk_t *old, avm_value_t *v, size_t n, uint8_t **to) {
  for (size_t i = 0; i < n; i++) {
    if (!v[i].is_bytes || v[i].n == 0 || !is_ours(old, cx, v[i].p)) continue;
    memcpy(*to, v[i].p, v[i].n);
    v[i].p = *to;
    *to += v[i].n;
  }
}

static size_t live_bytes(const avm_value_t *v, size_t n) {
  size_t sum = 0;
  for (size_t i = 0; i < n; i++) sum += v[i].is_bytes ? v[i].n : 0;
  return sum;
}

static void free_chunks(avm_chunk_t *c) {
  while (c != NULL) {
    avm_chunk_t *next = c->next;
    free(c);
    c = next;
  }
}

/* Usual ones are kept: a loop goes round the same memory. */
static void keep_chunks(avm_heap_t *h, avm_chunk_t *c) {
  while (c != NULL) {
    avm_chunk_t *next = c->next;
    if (c->size == CHUNK_MIN) {
      c->next = h->spare;
      h->spare = c;
    } else {
      free(c);
    }
    c = next;
  }
}

bool avm_heap_compact(algo_avm_context_t *cx) {
  avm_heap_t *h = &cx->heap;
  avm_chunk_t *old = h->chunks;
  size_t live = live_bytes(cx->stack, cx->sp) + live_bytes(cx->scratch, AVM_SCRATCH);
  h->chunks = NULL;
  if (!add_chunk(h, live)) {
    h->chunks = old;
    return false;
  }
  move_values(cx, old, cx->stack, cx->sp, &h->at);
  move_values(cx, old, cx->scratch, AVM_SCRATCH, &h->at);
  keep_chunks(h, old);
  h->used = 0;
  h->limit = live < LIMIT_MIN ? LIMIT_MIN : live; /* each byte is moved once for one that is made, at most */
  return true;
}

void avm_heap_init(algo_avm_context_t *cx) {
  cx->heap = (avm_heap_t){cx->level->small, cx->level->small + sizeof cx->level->small, NULL, NULL, 0, LIMIT_MIN};
}

void avm_heap_fini(algo_avm_context_t *cx) {
  free_chunks(cx->heap.chunks);
  free_chunks(cx->heap.spare);
  cx->heap.chunks = cx->heap.spare = NULL;
}

bool avm_persist_scratch(algo_avm_context_t *cx) {
  for (size_t i = 0; i < AVM_SCRATCH; i++) {
    avm_value_t *v = &cx->scratch[i];
    if (!v->is_bytes || v->n == 0 || !is_ours(cx->heap.chunks, cx, v->p)) continue;
    algo_bytes_t b = algo_arena_dup(cx->sh->opt.arena, avm_view(v));
    if (b.p == NULL) return false;
    v->p = b.p;
  }
  return true;
}
