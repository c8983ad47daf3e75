/* algo/arena.h - memory that is given back all at once. What is decoded from one message lives in one arena. */
#ifndef ALGO_ARENA_H
#define ALGO_ARENA_H

#include "algo/bytes.h"

typedef struct algo_arena_chunk algo_arena_chunk_t;

/* Zero-fill or ALGO_ARENA_INIT to start. One thread at a time. */
typedef struct algo_arena {
  algo_arena_chunk_t *first, *cur;
  uint8_t *at, *end;
  size_t total; /* bytes of all chunks */
  size_t limit; /* no chunk is added past this many bytes in all; 0: no limit */
} algo_arena_t;
#define ALGO_ARENA_INIT ((algo_arena_t){NULL, NULL, NULL, NULL, 0, 0})

ALGO_API void algo_arena_fini(algo_arena_t *a);  /* frees every chunk; usable again */
ALGO_API void algo_arena_reset(algo_arena_t *a); /* forgets the content, keeps the chunks */
/* A place to come back to: what was taken behind it is forgotten, its chunks are kept. Good until a reset. */
typedef struct algo_arena_mark {
  algo_arena_chunk_t *cur;
  uint8_t *at;
} algo_arena_mark_t;
ALGO_API algo_arena_mark_t algo_arena_mark(const algo_arena_t *a);
ALGO_API void algo_arena_rewind(algo_arena_t *a, algo_arena_mark_t to);
ALGO_API void *algo_arena_alloc(algo_arena_t *a, size_t n);  /* 16-byte aligned, not cleared; NULL: out of memory */
ALGO_API void *algo_arena_zalloc(algo_arena_t *a, size_t n); /* cleared */
ALGO_API void *algo_arena_array(algo_arena_t *a, size_t count, size_t size); /* cleared; NULL on overflow too */
ALGO_API algo_bytes_t algo_arena_dup(algo_arena_t *a, algo_bytes_t v); /* a copy; p NULL with n 0 when out of memory */
ALGO_API char *algo_arena_strdup(algo_arena_t *a, const char *s);
ALGO_API char *algo_arena_printf(algo_arena_t *a, const char *fmt, ...) ALGO_PRINTF(2, 3);
ALGO_API char *algo_arena_vprintf(algo_arena_t *a, const char *fmt, va_list ap);

#endif
