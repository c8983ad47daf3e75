/* The other node: found, asked, and its answers held to one round. */
#include <time.h>

#include "internal.h"

/* Seconds that a node which gave no answer is not asked, doubled each time; and how long it is waited for until it has
 * given one. */
#define SILENCE      5u
#define MOST_SILENCE 60u
#define PROBE_MS     1000u

algo_code_t fork_nomem(algo_err_t *err) { return algo_err_set(err, ALGO_E_NOMEM, "out of memory"); }

static void put_message(algo_buf_t *out, algo_buf_t *body) {
  json_object *o = NULL;
  algo_bytes_t text = algo_buf_view(body);
  if (algo_json_parse(&o, body->p, body->n, NULL) == ALGO_OK && json_object_is_type(o, json_type_object))
    (void)algo_json_opt_str(o, "message", &text, NULL);
  algo_buf_put(out, text.p, text.n < 300 ? text.n : 300);
  json_object_put(o);
}

static algo_code_t say_status(const algo_fork_t *f, const char *path, int status, algo_buf_t *body, algo_err_t *err) {
  algo_buf_t said = ALGO_BUF_INIT;
  put_message(&said, body);
  bool too_many = status == 400 && strcmp(algo_buf_cstr(&said), "Result limit exceeded") == 0;
  algo_code_t rc =
      too_many ? algo_err_set(err, ALGO_E_RANGE, "the forked node %s does not list so many in one answer: %s",
                              algo_http_server(f->http), path)
      : status == 401 || status == 403
          ? algo_err_set(err, ALGO_E_AUTH,
                         "the forked node %s refused the token: give its own (FORK_TOKEN, or --fork-token-file)",
                         algo_http_server(f->http))
          : algo_err_set(err, ALGO_E_HTTP, "the forked node %s answered %s with status %d: %s",
                         algo_http_server(f->http), path, status, algo_buf_cstr(&said));
  algo_buf_fini(&said);
  return rc;
}

static uint64_t seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec;
}

/* It did not answer, and that took long. */
static void fall_silent(algo_fork_t *f) {
  f->silence = f->silence == 0 ? SILENCE : f->silence * 2 > MOST_SILENCE ? MOST_SILENCE : f->silence * 2;
  f->silent_until = seconds() + f->silence;
}

/* One that hangs holds up whoever asks, and those behind him, once: then all are told at once, for a while, and the
 * next to ask waits for a moment alone. */
static algo_code_t ask(algo_fork_t *f, const char *path, bool *found, algo_buf_t *body, algo_err_t *err) {
  int status = 0;
  const algo_http_request_t req = {.method = "GET", .path = path, .timeout_ms = f->silence != 0 ? PROBE_MS : 0};
  uint64_t now = seconds();
  if (now < f->silent_until)
    return algo_err_set(err, ALGO_E_TIMEOUT,
                        "the forked node %s gave no answer a moment ago: it is asked again in %u s",
                        algo_http_server(f->http), (unsigned)(f->silent_until - now));
  algo_code_t rc = algo_http_do(f->http, &req, &status, body, err);
  if (rc == ALGO_OK) f->silence = 0;
  else if (rc == ALGO_E_TIMEOUT || seconds() > now + 1) fall_silent(f);
  if (rc != ALGO_OK) return algo_err_prefix(err, rc, "the forked node");
  *found = status == 200;
  return status == 200 || status == 404 ? ALGO_OK : say_status(f, path, status, body, err);
}

static algo_code_t not_there(const char *path, algo_err_t *err) {
  return algo_err_set(err, ALGO_E_NOT_FOUND, "%s is not there", path);
}

algo_code_t fork_get(algo_fork_t *f, const char *path, bool keep, algo_buf_t *body, algo_err_t *err) {
  bool found = false;
  if (keep && fork_cache_read(f, path, &found, body)) return found ? ALGO_OK : not_there(path, err);
  algo_code_t rc = ask(f, path, &found, body, err);
  if (rc == ALGO_OK && keep) fork_cache_write(f, path, found, algo_buf_view(body));
  return rc != ALGO_OK || found ? rc : not_there(path, err);
}

/* Paid to in each block, and nobody's: what they have now does for then. */
static bool is_nobodys(const algo_fork_t *f, const algo_addr_t *key) {
  return algo_addr_eq(key, &f->fee_sink) || algo_addr_eq(key, &f->rewards_pool);
}

algo_code_t fork_fresh(algo_fork_t *f, const char *path, const algo_addr_t *key, bool *found, algo_buf_t *body,
                       algo_err_t *err) {
  uint64_t last = 0;
  algo_code_t rc = fork_meet(f, err);
  if (rc == ALGO_OK) rc = ask(f, path, found, body, err);
  if (rc == ALGO_OK) rc = fork_status(f, &last, err); /* whatever it told, it was not later than this */
  if (rc == ALGO_OK) rc = fork_look(f, last, err);
  uint64_t when = rc == ALGO_OK && !is_nobodys(f, key) ? fork_touched(f, key) : 0;
  if (when == 0) return rc;
  return algo_err_set(err, ALGO_E_UNSUPPORTED,
                      "%s changed, or may have, in round %" PRIu64 " of the forked node %s, which tells its latest "
                      "state alone: as of round %" PRIu64 " it cannot be read any more. Fork anew, or fork a node that "
                      "stands still",
                      path, when, algo_http_server(f->http), f->origin.round);
}

algo_code_t fork_get_state(algo_fork_t *f, const char *path, const algo_addr_t *key, algo_buf_t *body,
                           algo_err_t *err) {
  bool found = false;
  if (!fork_cache_read(f, path, &found, body)) {
    algo_code_t rc = fork_fresh(f, path, key, &found, body, err);
    if (rc != ALGO_OK) return rc;
    fork_cache_write(f, path, found, algo_buf_view(body));
  }
  return found ? ALGO_OK : not_there(path, err);
}

algo_code_t fork_status(algo_fork_t *f, uint64_t *last, algo_err_t *err) {
  algo_buf_t body = ALGO_BUF_INIT;
  json_object *o = NULL;
  algo_code_t rc = fork_get(f, "/v2/status", false, &body, err);
  if (rc == ALGO_OK) rc = algo_json_parse(&o, body.p, body.n, err);
  if (rc == ALGO_OK) rc = algo_json_get_u64(o, "last-round", last, err);
  json_object_put(o);
  algo_buf_fini(&body);
  if (rc == ALGO_E_PARSE || rc == ALGO_E_NOT_FOUND)
    return algo_err_set(err, ALGO_E_PARSE, "%s does not answer as an algod does: check the URL to fork",
                        algo_http_server(f->http));
  if (rc == ALGO_OK && *last < f->origin.round)
    rc = algo_err_set(err, ALGO_E_INVALID,
                      "the forked node %s is at round %" PRIu64 ", before the fork's round %" PRIu64
                      ": was its chain begun anew?",
                      algo_http_server(f->http), *last, f->origin.round);
  return rc;
}

algo_code_t fork_block(algo_fork_t *f, uint64_t round, bool keep, algo_buf_t *out, algo_err_t *err) {
  char path[64];
  snprintf(path, sizeof path, "/v2/blocks/%" PRIu64 "?format=msgpack", round);
  algo_code_t rc = fork_get(f, path, keep, out, err);
  return rc == ALGO_E_NOT_FOUND ? algo_err_set(err, ALGO_E_UNSUPPORTED,
                                               "the forked node %s no longer has the block of round %" PRIu64
                                               ": fork a later round, or an archival node",
                                               algo_http_server(f->http), round)
                                : rc;
}
