/* Answers that were read once, each in a file of its own: what is written is whole or not there. Under the root, a
 * folder a network and in it one a fork: ROOT/GENESIS/ROUND-BLOCK; ROOT/last names the one that was begun last. */
#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "algo/file.h"
#include "algo/hash.h"
#include "algo/text.h"
#include "internal.h"

#define MAX_FILE ((size_t)1 << 30)
#define LAST     "last"

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

/* ---- answers ---- */

static void name_of(const char *path, algo_buf_t *out) {
  uint8_t hash[32];
  algo_sha512_256(hash, path, strlen(path));
  algo_hex_encode(out, algo_bytes(hash, 16));
}

/* The first line is the path and the status: "200 /v2/assets/5". */
bool fork_cache_read(const algo_fork_t *f, const char *path, bool *found, algo_buf_t *body) {
  if (f->cache == NULL) return false;
  algo_buf_t name = ALGO_BUF_INIT, whole = ALGO_BUF_INIT;
  algo_buf_printf(&name, "%s/", f->cache);
  name_of(path, &name);
  bool ok = algo_file_read(&whole, algo_buf_cstr(&name), MAX_FILE, NULL) == ALGO_OK;
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
void fork_cache_write(algo_fork_t *f, const char *path, bool found, algo_bytes_t body) {
  if (f->cache == NULL) return;
  algo_buf_t name = ALGO_BUF_INIT, whole = ALGO_BUF_INIT;
  algo_err_t err;
  name_of(path, &name);
  algo_buf_printf(&whole, "%s %s\n", found ? "200" : "404", path);
  algo_buf_putb(&whole, body);
  bool full = f->cache_limit > 0 && f->cache_bytes + whole.n > f->cache_limit;
  if (full && f->cache_bytes <= f->cache_limit)
    algo_env_log(&f->env, ALGO_LOG_WARN, "%s is full: what is read from here on is not kept", f->cache);
  f->cache_bytes += whole.n;
  if (!full && !whole.oom && algo_file_replace(f->cache, algo_buf_cstr(&name), algo_buf_view(&whole), &err) != ALGO_OK)
    algo_env_log(&f->env, ALGO_LOG_WARN, "an answer is not kept: %s", err.msg);
  algo_buf_fini(&name);
  algo_buf_fini(&whole);
}

/* ---- what the folder may hold ---- */

typedef struct kept { /* a fork's folder */
  char *path;
  uint64_t bytes;
  time_t used;
} kept_t;
typedef struct kept_list {
  kept_t *v;
  size_t n;
  uint64_t bytes;
} kept_list_t;

/* Calls fn with each entry's path; neither "." nor "..". */
static void each_entry(const char *folder, void (*fn)(void *user, const char *path, const struct stat *st),
                       void *user) {
  DIR *d = opendir(folder);
  algo_buf_t path = ALGO_BUF_INIT;
  for (struct dirent *e; d != NULL && (e = readdir(d)) != NULL;) {
    struct stat st;
    algo_buf_clear(&path);
    algo_buf_printf(&path, "%s/%s", folder, e->d_name);
    if (e->d_name[0] != '.' && lstat(algo_buf_cstr(&path), &st) == 0) fn(user, algo_buf_cstr(&path), &st);
  }
  if (d != NULL) closedir(d);
  algo_buf_fini(&path);
}

static void add_file(void *user, const char *path, const struct stat *st) {
  (void)path;
  if (S_ISREG(st->st_mode)) ((kept_t *)user)->bytes += (uint64_t)st->st_size;
}

static void add_fork(void *user, const char *path, const struct stat *st) {
  kept_list_t *list = user;
  kept_t *v = S_ISDIR(st->st_mode) ? realloc(list->v, (list->n + 1) * sizeof *v) : NULL;
  if (v == NULL) return;
  list->v = v;
  v[list->n] = (kept_t){strdup(path), 0, st->st_mtime};
  if (v[list->n].path == NULL) return;
  each_entry(path, add_file, &v[list->n]);
  list->bytes += v[list->n++].bytes;
}

static void add_network(void *user, const char *path, const struct stat *st) {
  if (S_ISDIR(st->st_mode)) each_entry(path, add_fork, user);
}

static void remove_file(void *user, const char *path, const struct stat *st) {
  (void)user;
  if (S_ISREG(st->st_mode)) (void)unlink(path);
}

static int by_use(const void *a, const void *b) {
  const kept_t *x = a, *y = b;
  return x->used < y->used ? -1 : x->used > y->used;
}

/* Forks that were not used for longest go first; never this one. */
static void make_room(algo_fork_t *f, const char *root) {
  kept_list_t list = {NULL, 0, 0};
  each_entry(root, add_network, &list);
  if (list.n > 1) qsort(list.v, list.n, sizeof *list.v, by_use);
  for (size_t i = 0; i < list.n; i++) {
    if (list.bytes > f->cache_limit / 2 && strcmp(list.v[i].path, f->cache) != 0) {
      each_entry(list.v[i].path, remove_file, NULL);
      (void)rmdir(list.v[i].path);
      list.bytes -= list.v[i].bytes;
    }
    free(list.v[i].path);
  }
  free(list.v);
  f->cache_bytes = list.bytes;
}

/* ---- beginning ---- */

void fork_cache_begin(algo_fork_t *f, const algo_fork_options_t *opt, algo_bytes_t genesis, algo_bytes_t block) {
  algo_buf_t path = ALGO_BUF_INIT;
  if (opt->cache != NULL && *opt->cache == '\0') return;
  if (!put_root(&path, opt->cache)) return;
  size_t root = path.n;
  algo_buf_putc(&path, '/');
  algo_hex_encode(&path, algo_bytes(f->genesis_hash.b, 8));
  algo_buf_printf(&path, "/%" PRIu64 "-", f->origin.round);
  algo_hex_encode(&path, algo_bytes(f->block_hash.b, 8));
  f->cache = strdup(algo_buf_cstr(&path));
  if (f->cache != NULL && !make_folders(f->cache)) {
    algo_env_log(&f->env, ALGO_LOG_WARN, "%s cannot be made: %s. Nothing that is read is kept", f->cache,
                 strerror(errno));
    free(f->cache);
    f->cache = NULL;
  }
  if (f->cache != NULL) {
    algo_buf_t name = ALGO_BUF_INIT;
    f->cache_limit = opt->cache_limit;
    path.p[root] = '\0';
    if (f->cache_limit > 0) make_room(f, (const char *)path.p);
    fork_cache_write(f, "/genesis", true, genesis);
    fork_cache_write(f, "block", true, block);
    algo_buf_printf(&name, "%" PRIu64 " %s", f->origin.round, f->cache + root + 1);
    (void)algo_file_replace((const char *)path.p, LAST, algo_buf_view(&name), NULL);
    algo_buf_fini(&name);
  }
  algo_buf_fini(&path);
}

bool fork_cache_again(algo_fork_t *f, const char *root, uint64_t *round, algo_buf_t *genesis, algo_buf_t *block) {
  algo_buf_t path = ALGO_BUF_INIT, name = ALGO_BUF_INIT;
  bool found = false;
  algo_buf_printf(&path, "%s/" LAST, root);
  bool ok = algo_file_read(&name, algo_buf_cstr(&path), 4096, NULL) == ALGO_OK;
  char *folder = NULL;
  unsigned long long n = ok ? strtoull(algo_buf_cstr(&name), &folder, 10) : 0;
  ok = ok && *folder == ' ' && strstr(folder, "..") == NULL;
  algo_buf_clear(&path);
  algo_buf_printf(&path, "%s/%s", root, ok ? folder + 1 : "");
  f->cache = ok ? strdup(algo_buf_cstr(&path)) : NULL;
  ok = f->cache != NULL && fork_cache_read(f, "/genesis", &found, genesis) && found &&
       fork_cache_read(f, "block", &found, block) && found;
  *round = n;
  if (!ok) {
    free(f->cache);
    f->cache = NULL;
  }
  algo_buf_fini(&path);
  algo_buf_fini(&name);
  return ok;
}
