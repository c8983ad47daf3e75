/* A fuzzer without libFuzzer: gives it each of its seeds once. Linked with fuzz_NAME.c, so that what a fuzzer found
 * once is tried by `make check` and under its sanitizers, with any compiler. A seed that fails ends the program. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "algo/file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* In a block of its own, so that a sanitizer sees a read behind it. */
static void give(algo_bytes_t seed) {
  uint8_t *p = malloc(seed.n > 0 ? seed.n : 1);
  if (p == NULL) abort();
  if (seed.n > 0) memcpy(p, seed.p, seed.n);
  (void)LLVMFuzzerTestOneInput(p, seed.n);
  free(p);
}

int main(void) {
  static const char folder[] = "tests/fuzz/corpus/" SEEDS;
  unsigned passed = 0;
  struct dirent *e;
  algo_err_t err;
  DIR *d = opendir(folder);
  if (d == NULL) {
    fprintf(stderr, "%s cannot be read\n", folder);
    return 1;
  }
  while ((e = readdir(d)) != NULL) {
    char path[512];
    algo_buf_t seed = ALGO_BUF_INIT;
    if (e->d_name[0] == '.') continue;
    snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
    fprintf(stderr, "%s\n", path); /* the last one named is the one that failed */
    if (algo_file_read(&seed, path, SIZE_MAX, &err) != ALGO_OK) {
      fprintf(stderr, "%s\n", err.msg);
      return 1;
    }
    give(algo_buf_view(&seed));
    algo_buf_fini(&seed);
    passed++;
  }
  closedir(d);
  printf("%u passed, 0 failed\n", passed);
  return 0;
}
