/* Answers that were read once, each in a file of its own: what is written is whole or not there. */
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "algo/file.h"
#include "algo/hash.h"
#include "algo/text.h"
#include "internal.h"

/* mkdir -p */
static bool make_folders(char *path) {
  for (char *p = path + 1;; p++) {
    char c = *p;
    if (c != '/' && c != '\0') continue;
    *p = '\0';
    bool ok = mkdir(path, 0777) == 0 || errno == EEXIST;
    *p = c;
    if (!ok || c == '\0') return ok;
  }
}

static bool put_root(algo_buf_t *out, const char *root) {
  const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
  if (root != NULL) algo_buf_puts(out, root);
  else if (xdg != NULL && *xdg == '/') algo_buf_printf(out, "%s/algorent/fork", xdg);
  else if (home != NULL && *home == '/') algo_buf_printf(out, "%s/.cache/algorent/fork", home);
  return out->n > 0;
}

char *fork_cache_folder(const char *root, const algo_digest_t *genesis, uint64_t round, algo_bytes_t block) {
  algo_buf_t path = ALGO_BUF_INIT;
  uint8_t hash[32];
  char *made = NULL;
  algo_sha512_256(hash, block.p, block.n);
  if (put_root(&path, root)) {
    algo_buf_putc(&path, '/');
    algo_hex_encode(&path, algo_bytes(genesis->b, 8));
    algo_buf_printf(&path, "/%" PRIu64 "-", round);
    algo_hex_encode(&path, algo_bytes(hash, 8));
    made = strdup(algo_buf_cstr(&path));
  }
  algo_buf_fini(&path);
  if (made != NULL && make_folders(made)) return made;
  free(made);
  return NULL;
}

static void file_of(const algo_fork_t *f, const char *path, algo_buf_t *out) {
  uint8_t hash[32];
  algo_sha512_256(hash, path, strlen(path));
  algo_buf_printf(out, "%s/", f->cache);
  algo_hex_encode(out, algo_bytes(hash, 16));
}

/* The first line is the path and the status: "200 /v2/assets/5". */
bool fork_cache_read(const algo_fork_t *f, const char *path, bool *found, algo_buf_t *body) {
  if (f->cache == NULL) return false;
  algo_buf_t name = ALGO_BUF_INIT, whole = ALGO_BUF_INIT;
  file_of(f, path, &name);
  bool ok = algo_file_read(&whole, algo_buf_cstr(&name), SIZE_MAX, NULL) == ALGO_OK;
  size_t n = strlen(path);
  ok = ok && whole.n > n + 4 && memcmp(whole.p + 4, path, n) == 0 && whole.p[n + 4] == '\n';
  if (ok) {
    *found = whole.p[0] == '2';
    algo_buf_clear(body);
    algo_buf_put(body, whole.p + n + 5, whole.n - n - 5);
  }
  algo_buf_fini(&whole);
  algo_buf_fini(&name);
  return ok && !body->oom;
}

/* What cannot be kept is read again the next time. */
void fork_cache_write(const algo_fork_t *f, const char *path, bool found, algo_bytes_t body) {
  if (f->cache == NULL) return;
  algo_buf_t name = ALGO_BUF_INIT, whole = ALGO_BUF_INIT;
  algo_err_t err;
  file_of(f, path, &name);
  algo_buf_printf(&whole, "%s %s\n", found ? "200" : "404", path);
  algo_buf_putb(&whole, body);
  if (whole.oom || algo_file_write(algo_buf_cstr(&name), algo_buf_view(&whole), &err) != ALGO_OK)
    algo_env_log(&f->env, ALGO_LOG_WARN, "an answer of the forked node is not kept: %s",
                 whole.oom ? "out of memory" : err.msg);
  algo_buf_fini(&name);
  algo_buf_fini(&whole);
}
