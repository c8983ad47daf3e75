#include "show.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static json_object *at(json_object *o, const char *key) {
  json_object *v = NULL;
  return json_object_object_get_ex(o, key, &v) ? v : NULL;
}

static size_t count(json_object *array) { return array == NULL ? 0 : json_object_array_length(array); }
static uint64_t number(json_object *o, const char *key) { return json_object_get_uint64(at(o, key)); }

static uint64_t of_pair(json_object *pairs, size_t i, size_t which) {
  return json_object_get_uint64(json_object_array_get_idx(json_object_array_get_idx(pairs, i), which));
}

/* "12, 15-18": neighbours in the list are written as one. */
static void print_missed(json_object *lines) {
  const char *before = "    not run: line ";
  size_t n = count(lines);
  for (size_t i = 0; i < n; i++) {
    if (of_pair(lines, i, 1) > 0) continue;
    size_t last = i;
    while (last + 1 < n && of_pair(lines, last + 1, 1) == 0) last++;
    printf("%s%" PRIu64, before, of_pair(lines, i, 0));
    if (last > i) printf("-%" PRIu64, of_pair(lines, last, 0));
    before = ", ";
    i = last;
  }
  if (*before == ',') putchar('\n');
}

void sandbox_show_coverage(json_object *answer) {
  json_object *programs = at(answer, "programs");
  if (count(programs) == 0) puts("no program has run since coverage was turned on");
  for (size_t i = 0; i < count(programs); i++) {
    json_object *p = json_object_array_get_idx(programs, i), *lines = at(p, "lines");
    size_t n = count(lines), run = 0;
    for (size_t k = 0; k < n; k++) run += of_pair(lines, k, 1) > 0;
    printf("%s  application %" PRIu64 ", %" PRIu64 " runs, %zu instructions ran\n",
           json_object_get_string(at(p, "hash")), number(p, "app"), number(p, "runs"), count(at(p, "hits")));
    if (n == 0) puts("    lines are known of programs that the sandbox compiles while coverage is on");
    else printf("    %zu of %zu lines (%.1f %%)\n", run, n, 100.0 * (double)run / (double)n);
    print_missed(lines);
  }
}

static int by_cost(const void *a, const void *b) {
  uint64_t x = number(*(json_object *const *)a, "cost"), y = number(*(json_object *const *)b, "cost");
  return x < y ? 1 : x > y ? -1 : 0;
}

void sandbox_show_profile(json_object *answer) {
  json_object *opcodes = at(answer, "opcodes");
  size_t n = count(opcodes);
  json_object **v = malloc((n + 1) * sizeof(json_object *));
  uint64_t sum = 0;
  if (v == NULL) return;
  for (size_t i = 0; i < n; i++) {
    v[i] = json_object_array_get_idx(opcodes, i);
    sum += number(v[i], "cost");
  }
  qsort(v, n, sizeof *v, by_cost);
  printf("%-24s %12s %12s %7s\n", "opcode", "times", "cost", "share");
  for (size_t i = 0; i < n; i++) {
    uint64_t cost = number(v[i], "cost");
    printf("%-24s %12" PRIu64 " %12" PRIu64 " %6.1f%%\n", json_object_get_string(at(v[i], "name")),
           number(v[i], "count"), cost, sum == 0 ? 0.0 : 100.0 * (double)cost / (double)sum);
  }
  free(v);
}
