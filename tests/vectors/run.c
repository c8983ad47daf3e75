/* vectors DIR...: runs every vector file found under the folders against the built libraries. A line a file on stdout,
 * failing ids on stderr. Exit 1 when any failed, 66 when there is nothing to run. */
#include <dirent.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "vectors.h"

static const vec_kind_t *const kinds[] = {
    &vec_txn, &vec_blocks, &vec_block_archive, &vec_assemble, &vec_disassemble, &vec_eval, &vec_optimise, &vec_replay,
};

typedef struct totals {
  const char *root;
  size_t files, failed;
} totals_t;

static bool fits(const vec_kind_t *k, const char *name, const char *path, bool folder) {
  if (folder) return k->takes != NULL && k->takes(path);
  return k->pattern != NULL && fnmatch(k->pattern, name, 0) == 0;
}

static void run_kinds(totals_t *t, const char *name, const char *path, bool folder) {
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    if (!fits(kinds[i], name, path, folder)) continue;
    const char *shown = strncmp(path, t->root, strlen(t->root)) == 0 ? path + strlen(t->root) : path;
    while (*shown == '/') shown++;
    vec_report_t r = {.name = *shown == '\0' ? name : shown, .root = t->root};
    kinds[i]->run(&r, path);
    printf("%s: %zu passed, %zu failed, %zu skipped\n", r.name, r.passed, r.failed, r.skipped);
    fflush(stdout);
    t->files++;
    t->failed += r.failed;
  }
}

static int visible(const struct dirent *e) { return e->d_name[0] != '.'; }

static void walk(totals_t *t, const char *path) {
  struct stat st;
  if (stat(path, &st) != 0) {
    perror(path);
    return;
  }
  const char *slash = strrchr(path, '/'), *name = slash == NULL ? path : slash + 1;
  run_kinds(t, name, path, S_ISDIR(st.st_mode));
  if (!S_ISDIR(st.st_mode)) return;
  struct dirent **entries;
  int n = scandir(path, &entries, visible, alphasort);
  for (int i = 0; i < n; i++) {
    char *below = NULL;
    if (asprintf(&below, "%s/%s", path, entries[i]->d_name) >= 0) walk(t, below);
    free(below);
    free(entries[i]);
  }
  if (n >= 0) free(entries);
}

int main(int argc, char **argv) {
  size_t files = 0, failed = 0;
  if (argc < 2) {
    fprintf(stderr, "usage: vectors DIR...\n");
    return 2;
  }
  for (int i = 1; i < argc; i++) {
    for (size_t n = strlen(argv[i]); n > 1 && argv[i][n - 1] == '/';) argv[i][--n] = '\0';
    totals_t t = {.root = argv[i]};
    walk(&t, argv[i]);
    files += t.files;
    failed += t.failed;
  }
  if (files == 0) {
    fprintf(stderr, "vectors: no vector files there\n");
    return 66;
  }
  return failed != 0;
}
