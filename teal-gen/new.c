/* new.c - `teal-gen new`: a contract of one's own, in a folder of its own. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>

#include "cli.h"
#include "internal.h"

enum { NAME_MAX_LENGTH = 30 };

/* A name becomes a schema of SQL, a prefix in C and a folder. */
static algo_code_t check_name(const char *name, algo_err_t *err) {
  static const char *const taken[] = {"new",    "assemble", "disassemble", "optimize", "check",
                                      "chain",  "public",   "rental",      "escrow",   "topup",
                                      "method", "app",      "event",       "arc4",     "txn"};
  size_t n = strlen(name);
  bool ok = n > 0 && n <= NAME_MAX_LENGTH && name[0] >= 'a' && name[0] <= 'z';
  for (size_t i = 0; i < n; i++)
    ok = ok && (islower((unsigned char)name[i]) || isdigit((unsigned char)name[i]) || name[i] == '_');
  if (!ok)
    return algo_err_set(err, ALGO_E_USAGE,
                        "%s is no name for a contract: a lower-case letter, then letters, digits or _, at most %d",
                        name, NAME_MAX_LENGTH);
  for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
    if (strcmp(taken[i], name) == 0) return algo_err_set(err, ALGO_E_USAGE, "%s is taken: choose another name", name);
  return ALGO_OK;
}

/* Nothing of anybody's is written over: the folder is new, or empty. */
static algo_code_t check_folder(const char *dir, algo_err_t *err) {
  DIR *d = opendir(dir);
  struct dirent *e;
  bool empty = true;
  if (!d && errno == ENOENT) return ALGO_OK;
  if (!d) return algo_err_set(err, ALGO_E_IO, "%s: %s", dir, strerror(errno));
  while ((e = readdir(d)))
    if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0) empty = false;
  closedir(d);
  return empty ? ALGO_OK : algo_err_set(err, ALGO_E_EXISTS, "%s is there and is not empty: give --dir FOLDER", dir);
}

static void fill_in(algo_buf_t *out, algo_bytes_t text, const char *name) {
  static const char mark[] = "@name@";
  for (size_t i = 0; i < text.n;) {
    if (text.n - i >= sizeof mark - 1 && memcmp(text.p + i, mark, sizeof mark - 1) == 0) {
      algo_buf_puts(out, name);
      i += sizeof mark - 1;
    } else {
      algo_buf_putc(out, text.p[i++]);
    }
  }
}

/* Where a file of the skeleton goes; *folder is that of it. */
static const char *place_of(const char *file, const char *name, const char **folder, algo_arena_t *arena) {
  *folder = "";
  if (strcmp(file, "contract.c.in") == 0) return *folder = "/src", algo_arena_printf(arena, "/src/%s.c", name);
  if (strcmp(file, "test.c.in") == 0) return *folder = "/test", algo_arena_printf(arena, "/test/test_%s.c", name);
  if (strcmp(file, "ci.yml") == 0) return *folder = "/.github/workflows", "/.github/workflows/test.yml";
  if (strcmp(file, "gitignore") == 0) return "/.gitignore";
  return algo_arena_printf(arena, "/%s", file);
}

static algo_code_t write_one(const tg_skeleton_t *s, const char *dir, const char *name, algo_arena_t *arena,
                             algo_err_t *err) {
  const char *folder, *place = place_of(s->name, name, &folder, arena);
  const char *in = algo_arena_printf(arena, "%s%s", dir, folder);
  const char *path = place ? algo_arena_printf(arena, "%s%s", dir, place) : NULL;
  if (!in || !path) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  algo_buf_t text = ALGO_BUF_INIT;
  fill_in(&text, s->content, name);
  algo_code_t code = text.oom ? algo_err_set(err, ALGO_E_NOMEM, "out of memory") : tg_make_folders(in, err);
  if (!code) code = algo_file_write(path, algo_buf_view(&text), err);
  algo_buf_fini(&text);
  return code;
}

algo_code_t tg_command_new(const tg_cli_t *cli, algo_err_t *err) {
  algo_arena_t arena = ALGO_ARENA_INIT;
  const char *name = cli->input, *dir = cli->dir ? cli->dir : cli->input;
  algo_code_t code = check_name(name, err);
  if (!code) code = check_folder(dir, err);
  for (size_t i = 0; i < tg_n_skeleton && !code; i++) code = write_one(&tg_skeleton[i], dir, name, &arena, err);
  if (!code && !cli->json)
    fprintf(stderr, "%s is a working contract: change src/%s.c, then `make -C %s test`\n", dir, name, dir);
  if (!code && cli->json) fprintf(stdout, "{\"name\":\"%s\",\"files\":%zu}\n", name, tg_n_skeleton);
  algo_arena_fini(&arena);
  return code;
}
