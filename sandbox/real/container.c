/* The node in a container of the official image. Source: https://hub.docker.com/r/algorand/algod,
 * docker/files/run/run.sh of go-algorand: TOKEN, ADMIN_TOKEN, KMD_TOKEN, DEV_MODE and START_KMD in the environment, a
 * configuration of one's own at /etc/algorand/config.json; algod at port 8080, kmd at 7833. */
#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "algo/file.h"
#include "internal.h"

#define LOG_MOST (1u << 20)
#define IMAGE    "docker.io/algorand/algod:latest"

/* What a developer's node has and the image leaves out. */
static const char config[] =
    "{\"EnableDeveloperAPI\":true,\"EnableTxnEvalTracer\":true,\"MaxAcctLookback\":256,\"Archival\":true,"
    "\"DNSBootstrapID\":\"\",\"DisableNetworking\":true,\"GossipFanout\":1}\n";

bool real_container_program(algo_real_t *r, algo_err_t *err) {
  static const char *const names[] = {"docker", "podman"};
  bool any = false;
  for (size_t i = 0; i < sizeof names / sizeof *names && r->program == NULL; i++) {
    if (!real_find(r->found, NULL, names[i])) continue;
    const char *const argv[] = {r->found, "info", NULL};
    any = true;
    if (real_run(argv, err) == ALGO_OK) r->program = r->found; /* a client without its daemon is of no use */
  }
  return any;
}

/* The image may have to come from afar: that takes as long as it takes, and a signal ends it. */
static algo_code_t pull(algo_real_t *r, const char *log, algo_err_t *err) {
  const char *const there[] = {r->program, "image", "inspect", IMAGE, NULL};
  const char *const get[] = {r->program, "pull", IMAGE, NULL};
  const struct timespec tick = {0, 100000000};
  pid_t pid = 0;
  if (real_run(there, NULL) == ALGO_OK) return ALGO_OK;
  algo_env_log(&r->env, ALGO_LOG_INFO, "%s gets " IMAGE, r->program);
  algo_code_t rc = real_spawn(&pid, get, NULL, log, err);
  while (rc == ALGO_OK && real_is_alive(&pid)) {
    nanosleep(&tick, NULL);
    if (!real_is_interrupted()) continue;
    real_end(&pid);
    return algo_err_set(err, ALGO_E_INTERRUPTED, "interrupted while %s got " IMAGE, r->program);
  }
  return rc != ALGO_OK || real_run(there, NULL) == ALGO_OK ? rc : real_last_words(r, "pull", err);
}

algo_code_t real_last_words(const algo_real_t *r, const char *verb, algo_err_t *err) {
  algo_buf_t said = ALGO_BUF_INIT;
  char log[4200];
  snprintf(log, sizeof log, "%s/container.log", r->folder);
  (void)algo_file_read(&said, log, LOG_MOST, NULL);
  while (said.n > 0 && (said.p[said.n - 1] == '\n' || said.p[said.n - 1] == '\r')) said.n--;
  size_t from = said.n;
  while (from > 0 && said.p[from - 1] != '\n') from--;
  algo_code_t rc = algo_err_set(err, ALGO_E_IO, "%s %s " IMAGE " failed: %.*s", r->program, verb,
                                (int)(said.n - from < 500 ? said.n - from : 500), (const char *)said.p + from);
  algo_buf_fini(&said);
  return rc;
}

/* Secrets are in the environment: a command line is everybody's to read. */
static algo_code_t run(algo_real_t *r, const char *log, const char *mount, algo_err_t *err) {
  char algod[96], kmd[96], token[96], admin[96], keys[96];
  snprintf(r->container, sizeof r->container, "algorent-real-%ld", (long)getpid());
  snprintf(algod, sizeof algod, "%s:%u:8080", r->opt.host, (unsigned)r->port);
  snprintf(kmd, sizeof kmd, "%s:%u:7833", r->opt.host, (unsigned)r->kmd_port);
  snprintf(token, sizeof token, "TOKEN=%.64s", r->opt.token);
  snprintf(admin, sizeof admin, "ADMIN_TOKEN=%.64s", r->opt.token);
  snprintf(keys, sizeof keys, "KMD_TOKEN=%.64s", r->opt.token);
  char *env[] = {token, admin, keys, NULL};
  const char *argv[24] = {r->program, "run", "--rm",        "--name", r->container, "-v", mount, "-e",
                          "TOKEN",    "-e",  "ADMIN_TOKEN", "-e",     "DEV_MODE=1", "-p", algod};
  size_t n = 0;
  while (argv[n] != NULL) n++;
  if (!r->opt.no_kmd) {
    const char *const more[] = {"-e", "KMD_TOKEN", "-e", "START_KMD=1", "-p", kmd};
    for (size_t i = 0; i < sizeof more / sizeof *more; i++) argv[n++] = more[i];
  }
  argv[n] = IMAGE;
  algo_code_t rc = real_spawn(&r->algod, argv, env, log, err);
  sodium_memzero(token, sizeof token);
  sodium_memzero(admin, sizeof admin);
  sodium_memzero(keys, sizeof keys);
  return rc;
}

algo_code_t real_container_start(algo_real_t *r, algo_err_t *err) {
  char log[4200], file[4200], mount[4300];
  if (r->opt.data != NULL)
    return algo_err_set(err, ALGO_E_INVALID,
                        "--data wants algod and goal themselves (PATH or ALGORAND_BIN): a container keeps nothing");
  algo_code_t rc = real_folder(r, err);
  if (rc != ALGO_OK) return rc;
  snprintf(r->how, sizeof r->how, "%s " IMAGE, r->program);
  snprintf(log, sizeof log, "%s/container.log", r->folder);
  snprintf(file, sizeof file, "%s/config.json", r->folder);
  snprintf(mount, sizeof mount, "%s:/etc/algorand/config.json:ro", file);
  rc = algo_file_replace(r->folder, "config.json", algo_bytes_str(config), err);
  if (rc == ALGO_OK && chmod(file, 0644) != 0) /* the image's own user reads it */
    rc = algo_err_set(err, ALGO_E_IO, "%s: %s", file, strerror(errno));
  if (rc == ALGO_OK) rc = pull(r, log, err);
  return rc == ALGO_OK ? run(r, log, mount, err) : rc;
}

/* It keeps nothing, and its first process, a shell, does not hear SIGTERM. */
void real_container_stop(algo_real_t *r) {
  const char *const argv[] = {r->program, "stop", "-t", "1", r->container, NULL};
  (void)real_run(argv, NULL);
}
