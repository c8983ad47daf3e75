/* alloc_fails.h - an allocator that fails when the test wants it to. The linker wraps malloc, calloc and realloc of the
 * tests that include this, one file of each (tests/module.mk). */
#ifndef ALGORENT_ALLOC_FAILS_H
#define ALGORENT_ALLOC_FAILS_H

#include <stdbool.h>
#include <stddef.h>

static bool alloc_fails(void); /* the test's own, asked at every allocation: true and that one is NULL */

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);

void *__wrap_malloc(size_t n) { return alloc_fails() ? NULL : __real_malloc(n); }
void *__wrap_calloc(size_t n, size_t size) { return alloc_fails() ? NULL : __real_calloc(n, size); }
void *__wrap_realloc(void *p, size_t n) { return alloc_fails() ? NULL : __real_realloc(p, n); }

#endif
