/* Scripts that failed once, in a folder: each is run before the walks, so that what was found stays found. */
#include <dirent.h>
#include <sys/stat.h>

#include "algo/file.h"
#include "algo/hash.h"
#include "algo/text.h"
#include "walk_impl.h"

#define MAX_SCRIPT ((size_t)16 << 20)

/* "counter-": letters and digits of the walk's name. */
static void put_prefix(algo_buf_t *out, const algo_walk_t *w) {
  for (const char *p = w->name; *p != '\0'; p++) {
    bool plain = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9');
    algo_buf_putc(out, plain ? (uint8_t)*p : '_');
  }
  algo_buf_putc(out, '-');
}

bool walk_keep(algo_testnet_t *t, const algo_walk_t *w, const algo_walk_found_t *f, algo_buf_t *path) {
  algo_buf_t json = ALGO_BUF_INIT;
  uint8_t hash[32];
  algo_err_t err;
  (void)algo_err_set(&err, ALGO_E_NOMEM, "out of memory");
  (void)mkdir(w->saved, 0777);
  algo_walk_json(&json, w, f->steps, f->n);
  algo_sha512_256(hash, json.p, json.n);
  algo_buf_putc(&json, '\n');
  algo_buf_printf(path, "%s/", w->saved);
  put_prefix(path, w);
  algo_hex_encode(path, algo_bytes(hash, 6));
  algo_buf_puts(path, ".json");
  bool ok = !json.oom && algo_file_write(algo_buf_cstr(path), algo_buf_view(&json), &err) == ALGO_OK;
  algo_buf_fini(&json);
  return ok || testnet_fail_err(t, "the script is not kept", &err);
}

static bool run_one(walker_t *k, const char *path, algo_buf_t *why) {
  algo_buf_t json = ALGO_BUF_INIT;
  script_t s = {0};
  algo_err_t err;
  bool ok = algo_file_read(&json, path, MAX_SCRIPT, &err) == ALGO_OK || testnet_fail_err(k->t, "a saved script", &err);
  ok = ok && script_read(k->t, k->w, algo_buf_cstr(&json), &s);
  if (ok) {
    ok = walk_begin(k) && walk_do(k, s.steps, s.n, why);
    if (!ok && why->n == 0) algo_buf_puts(why, algo_testnet_why(k->t));
  } else {
    algo_buf_printf(why, "%s. Where the walk has changed, remove the file", algo_testnet_why(k->t));
  }
  free(s.steps);
  algo_buf_fini(&json);
  return ok;
}

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

/* The names of the walk's scripts, sorted. */
static size_t list(const algo_walk_t *w, char ***out) {
  algo_buf_t prefix = ALGO_BUF_INIT;
  size_t n = 0;
  DIR *d = opendir(w->saved);
  put_prefix(&prefix, w);
  const char *start = algo_buf_cstr(&prefix);
  for (struct dirent *e; d != NULL && (e = readdir(d)) != NULL;) {
    size_t length = strlen(e->d_name);
    bool is_script =
        strncmp(e->d_name, start, strlen(start)) == 0 && length > 5 && strcmp(e->d_name + length - 5, ".json") == 0;
    char **more = is_script ? realloc(*out, (n + 1) * sizeof *more) : NULL;
    if (more == NULL) continue;
    *out = more;
    if ((more[n] = strdup(e->d_name)) != NULL) n++;
  }
  if (d != NULL) closedir(d);
  algo_buf_fini(&prefix);
  if (n > 1) qsort(*out, n, sizeof **out, by_name);
  return n;
}

bool walk_saved(walker_t *k, algo_buf_t *why) {
  char **names = NULL;
  size_t n = list(k->w, &names);
  bool ok = true;
  for (size_t i = 0; i < n; i++) {
    algo_buf_t path = ALGO_BUF_INIT, said = ALGO_BUF_INIT;
    algo_buf_printf(&path, "%s/%s", k->w->saved, names[i]);
    if (ok && !run_one(k, algo_buf_cstr(&path), &said)) {
      ok = false;
      algo_buf_printf(why, "%s, a script that failed before: %s", algo_buf_cstr(&path), algo_buf_cstr(&said));
    }
    algo_buf_fini(&path);
    algo_buf_fini(&said);
    free(names[i]);
  }
  free(names);
  return ok;
}
