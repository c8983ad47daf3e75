#include "algo/arena.h"

#include <stdio.h>
#include <stdlib.h>

#define ALIGN     ((size_t)16)
#define CHUNK_MIN ((size_t)4096)
#define CHUNK_MAX ((size_t)1 << 20)

struct algo_arena_chunk {
  algo_arena_chunk_t *next;
  size_t size; /* of data */
  _Alignas(16) uint8_t data[];
};

static void use_chunk(algo_arena_t *a, algo_arena_chunk_t *c) {
  a->cur = c;
  a->at = c->data;
  a->end = c->data + c->size;
}

void algo_arena_fini(algo_arena_t *a) {
  for (algo_arena_chunk_t *c = a->first, *next; c != NULL; c = next) {
    next = c->next;
    free(c);
  }
  size_t limit = a->limit;
  *a = ALGO_ARENA_INIT;
  a->limit = limit;
}

void algo_arena_reset(algo_arena_t *a) {
  if (a->first != NULL) use_chunk(a, a->first);
}

algo_arena_mark_t algo_arena_mark(const algo_arena_t *a) { return (algo_arena_mark_t){a->cur, a->at}; }

void algo_arena_rewind(algo_arena_t *a, algo_arena_mark_t to) {
  if (to.cur == NULL) {
    algo_arena_reset(a);
    return;
  }
  use_chunk(a, to.cur);
  a->at = to.at;
}

/* A chunk with room for n bytes behind the current one: one kept from before a reset, or a new one. */
static bool next_chunk(algo_arena_t *a, size_t n) {
  if (a->cur != NULL && a->cur->next != NULL && a->cur->next->size >= n) {
    use_chunk(a, a->cur->next);
    return true;
  }
  size_t size = a->total < CHUNK_MIN ? CHUNK_MIN : a->total;
  if (size > CHUNK_MAX) size = CHUNK_MAX;
  if (size < n) size = n;
  if (a->limit != 0 && (a->total > a->limit || size > a->limit - a->total)) {
    if (a->total > a->limit || n > a->limit - a->total) return false;
    size = n;
  }
  if (size > SIZE_MAX - sizeof(algo_arena_chunk_t)) return false;
  algo_arena_chunk_t *c = malloc(sizeof *c + size);
  if (c == NULL) return false;
  c->size = size;
  c->next = a->cur == NULL ? NULL : a->cur->next;
  if (a->cur == NULL) a->first = c;
  else a->cur->next = c;
  a->total += size;
  use_chunk(a, c);
  return true;
}

void *algo_arena_alloc(algo_arena_t *a, size_t n) {
  if (n > SIZE_MAX - ALIGN) return NULL;
  n = (n + ALIGN - 1) & ~(ALIGN - 1);
  if (n == 0) n = ALIGN;
  if ((size_t)(a->end - a->at) < n && !next_chunk(a, n)) return NULL;
  void *p = a->at;
  a->at += n;
  return p;
}

void *algo_arena_zalloc(algo_arena_t *a, size_t n) {
  void *p = algo_arena_alloc(a, n);
  return p == NULL ? NULL : memset(p, 0, n);
}

void *algo_arena_array(algo_arena_t *a, size_t count, size_t size) {
  if (size != 0 && count > SIZE_MAX / size) return NULL;
  return algo_arena_zalloc(a, count * size);
}

algo_bytes_t algo_arena_dup(algo_arena_t *a, algo_bytes_t v) {
  uint8_t *p = algo_arena_alloc(a, v.n);
  if (p == NULL) return (algo_bytes_t){NULL, 0};
  if (v.n != 0) memcpy(p, v.p, v.n);
  return algo_bytes(p, v.n);
}

char *algo_arena_strdup(algo_arena_t *a, const char *s) {
  size_t n = strlen(s) + 1;
  char *p = algo_arena_alloc(a, n);
  return p == NULL ? NULL : memcpy(p, s, n);
}

char *algo_arena_vprintf(algo_arena_t *a, const char *fmt, va_list ap) {
  va_list again;
  va_copy(again, ap);
  int n = vsnprintf(NULL, 0, fmt, ap);
  char *p = n < 0 ? NULL : algo_arena_alloc(a, (size_t)n + 1);
  if (p != NULL) vsnprintf(p, (size_t)n + 1, fmt, again);
  va_end(again);
  return p;
}

char *algo_arena_printf(algo_arena_t *a, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  char *p = algo_arena_vprintf(a, fmt, ap);
  va_end(ap);
  return p;
}
