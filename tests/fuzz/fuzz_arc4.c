/* ARC-4: a type (or method) up to a newline, then a value's bytes. What passes the strict check decodes, except for
 * text that is not UTF-8, and is encoded again to the same bytes where JSON can hold it. */
#include <stdlib.h>

#include "algo/arc4.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void value(const algo_arc4_type_t *t, algo_bytes_t in, algo_arena_t *arena) {
  algo_buf_t text = ALGO_BUF_INIT, again = ALGO_BUF_INIT;
  algo_json_t j = algo_json(&text);
  json_object *o = NULL;
  algo_bytes_t member;
  (void)arena;
  bool good = algo_arc4_check(t, in, NULL) == ALGO_OK;
  bool decoded = algo_arc4_decode_json(&j, t, in, NULL) == ALGO_OK;
  for (uint32_t i = 0; i < 3; i++)
    if (algo_arc4_member(&member, t, in, i, NULL) == ALGO_OK && member.n > in.n + 1) abort();
  if (good && decoded && algo_json_parse(&o, text.p, text.n, NULL) == ALGO_OK &&
      algo_arc4_encode_json(&again, t, o, NULL) == ALGO_OK && !algo_bytes_eq(algo_buf_view(&again), in))
    abort();
  json_object_put(o);
  algo_buf_fini(&text);
  algo_buf_fini(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const uint8_t *line = size == 0 ? NULL : memchr(data, '\n', size);
  size_t n = line == NULL ? size : (size_t)(line - data);
  algo_arena_t arena = {.limit = 64u << 20};
  const algo_arc4_type_t *t = NULL;
  algo_arc4_method_t m;
  if (algo_arc4_parse(&t, (const char *)data, n, &arena, NULL) == ALGO_OK)
    value(t, line == NULL ? algo_bytes(NULL, 0) : algo_bytes(line + 1, size - n - 1), &arena);
  (void)algo_arc4_method_parse(&m, (const char *)data, n, &arena, NULL);
  algo_arena_fini(&arena);
  return 0;
}
