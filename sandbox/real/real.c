/* The real node's life: how it is to be had, started, waited for, ended. */
#include <errno.h>
#include <ftw.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "algo/http.h"
#include "internal.h"

/* ---- folders ---- */

algo_code_t real_folder(algo_real_t *r, algo_err_t *err) {
  const char *tmp = getenv("TMPDIR");
  if (r->opt.data != NULL) {
    if (mkdir(r->opt.data, 0777) != 0 && errno != EEXIST)
      return algo_err_set(err, ALGO_E_IO, "%s: %s", r->opt.data, strerror(errno));
    char *whole = realpath(r->opt.data, NULL);
    snprintf(r->folder, sizeof r->folder, "%s", whole == NULL ? r->opt.data : whole);
    free(whole);
    return ALGO_OK;
  }
  snprintf(r->folder, sizeof r->folder, "%s/algorent-real.XXXXXX", tmp != NULL && *tmp != '\0' ? tmp : "/tmp");
  r->temporary = mkdtemp(r->folder) != NULL;
  return r->temporary ? ALGO_OK : algo_err_set(err, ALGO_E_IO, "%s: %s", r->folder, strerror(errno));
}

static int remove_one(const char *path, const struct stat *s, int kind, struct FTW *at) {
  (void)s, (void)kind, (void)at;
  (void)remove(path);
  return 0;
}

/* ---- ports ---- */

static algo_code_t take_port(uint16_t *out, const char *host, uint16_t wanted, const char *option, algo_err_t *err) {
  *out = wanted != 0 ? wanted : real_free_port(host);
  if (*out == 0) return algo_err_set(err, ALGO_E_INVALID, "--host %s: a real node listens on a numeric address", host);
  if (real_port_is_free(host, *out)) return ALGO_OK;
  return algo_err_set(err, ALGO_E_EXISTS, "port %u of %s is taken: end what listens there, or choose another with %s",
                      (unsigned)*out, host, option);
}

/* ---- waiting ---- */

static bool answers(const algo_real_t *r, uint16_t port, const char *header, const char *path) {
  char url[96], line[128];
  algo_http_t *http = NULL;
  algo_buf_t body = ALGO_BUF_INIT;
  int status = 0;
  snprintf(url, sizeof url, "http://%s:%u", r->opt.host, (unsigned)port);
  snprintf(line, sizeof line, "%s: %.64s", header, r->opt.token);
  const algo_http_options_t opt = {.base_url = url, .header = line, .timeout_ms = 2000};
  const algo_http_request_t req = {.method = "GET", .path = path};
  bool ok = algo_http_new(&http, &opt, NULL, NULL) == ALGO_OK &&
            algo_http_do(http, &req, &status, &body, NULL) == ALGO_OK && status == 200;
  algo_http_free(http);
  algo_buf_fini(&body);
  return ok;
}

bool real_is_interrupted(void) {
  sigset_t pending;
  return sigpending(&pending) == 0 && (sigismember(&pending, SIGINT) == 1 || sigismember(&pending, SIGTERM) == 1);
}

static algo_code_t wait_ready(algo_real_t *r, algo_err_t *err) {
  const struct timespec tick = {0, 100000000};
  uint32_t usual = r->program != NULL ? 300000 : 120000, ms = r->opt.timeout_ms != 0 ? r->opt.timeout_ms : usual;
  bool node = false, keys = r->opt.no_kmd;
  for (uint32_t waited = 0; waited < ms; waited += 100) {
    if (real_is_interrupted())
      return algo_err_set(err, ALGO_E_INTERRUPTED, "interrupted while %s was starting", r->how);
    if (!algo_real_runs(r))
      return r->program != NULL
                 ? real_last_words(r, "run", err)
                 : algo_err_set(err, ALGO_E_IO, "%s ended by itself; %s/net/node/node.log has what it said", r->how,
                                r->folder);
    node = node || answers(r, r->port, "X-Algo-API-Token", "/v2/status");
    keys = keys || answers(r, r->kmd_port, "X-KMD-API-Token", "/versions");
    if (node && keys) return ALGO_OK;
    nanosleep(&tick, NULL);
  }
  return algo_err_set(err, ALGO_E_TIMEOUT, "%s does not answer within %u s", r->how, (unsigned)(ms / 1000));
}

/* ---- binaries ---- */

static algo_code_t start_binaries(algo_real_t *r, const char *algod, const char *goal, const char *kmd,
                                  algo_err_t *err) {
  char node[4200], keys[4300];
  snprintf(r->how, sizeof r->how, "%s", algod);
  algo_code_t rc = real_folder(r, err);
  if (rc == ALGO_OK) rc = real_network(r, goal, err);
  real_network_paths(r, node, keys);
  const char *const algod_argv[] = {algod, "-d", node, NULL};
  const char *const kmd_argv[] = {kmd, "-d", keys, NULL};
  if (rc == ALGO_OK) rc = real_spawn(&r->algod, algod_argv, NULL, NULL, err);
  if (rc == ALGO_OK && !r->opt.no_kmd) rc = real_spawn(&r->kmd, kmd_argv, NULL, NULL, err);
  return rc;
}

/* ---- the whole ---- */

static algo_code_t find_and_start(algo_real_t *r, algo_err_t *err) {
  char algod[4096], goal[4096], kmd[4096];
  const char *bin = r->opt.bin;
  if (real_find(algod, bin, "algod") && real_find(goal, bin, "goal") && (r->opt.no_kmd || real_find(kmd, bin, "kmd")))
    return start_binaries(r, algod, goal, kmd, err);
  if (bin != NULL)
    return algo_err_set(err, ALGO_E_NOT_FOUND, "ALGORAND_BIN=%s has no algod, goal and kmd that can be run", bin);
  bool there = real_container_program(r, err);
  if (r->program != NULL) return real_container_start(r, err);
  if (there)
    return algo_err_prefix(err, ALGO_E_IO,
                           "a real node needs algod, goal and kmd on PATH, or a docker or podman "
                           "that works");
  return algo_err_set(err, ALGO_E_NOT_FOUND,
                      "a real node needs algod, goal and kmd on PATH (or in ALGORAND_BIN), or docker or podman: see "
                      "https://dev.algorand.co/nodes/installation; without --real it is the sandbox's own node");
}

algo_code_t algo_real_start(algo_real_t **out, const algo_real_options_t *opt, const algo_env_t *env, algo_err_t *err) {
  algo_real_t *r = calloc(1, sizeof *r);
  if (r == NULL) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  r->opt = *opt;
  if (env != NULL) r->env = *env;
  algo_code_t rc =
      strlen(opt->token) == 64 ? ALGO_OK : algo_err_set(err, ALGO_E_INVALID, "a real node's token has 64 letters");
  if (rc == ALGO_OK) rc = take_port(&r->port, opt->host, opt->port, "--port", err);
  if (rc == ALGO_OK && !opt->no_kmd) rc = take_port(&r->kmd_port, opt->host, opt->kmd_port, "--kmd-port", err);
  if (rc == ALGO_OK) rc = find_and_start(r, err);
  if (rc == ALGO_OK) rc = wait_ready(r, err);
  if (rc == ALGO_OK) *out = r;
  else algo_real_stop(r);
  return rc;
}

uint16_t algo_real_port(const algo_real_t *r) { return r->port; }
uint16_t algo_real_kmd_port(const algo_real_t *r) { return r->kmd_port; }
const char *algo_real_how(const algo_real_t *r) { return r->how; }

bool algo_real_runs(algo_real_t *r) {
  bool node = real_is_alive(&r->algod), keys = r->opt.no_kmd || r->program != NULL || real_is_alive(&r->kmd);
  return node && keys;
}

void algo_real_stop(algo_real_t *r) {
  if (r == NULL) return;
  if (r->program != NULL && r->algod != 0) real_container_stop(r);
  real_end(&r->kmd);
  real_end(&r->algod);
  if (r->temporary) (void)nftw(r->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
  free(r);
}
