/* source_algod.c - blocks over HTTP: several requests at a time over kept connections, in one thread (libcurl's multi
 * interface). At the tip one request waits for the next block. */
#include <curl/curl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "algo/json.h"
#include "source.h"

#define CONNECTIONS 8u
#define BODY_MAX    (256u << 20)
#define DELTA_MAX   (1u << 30)
#define ANSWER_MAX  (1u << 20) /* of a status */
#define CONNECT_S   5L
#define BLOCK_S     60L
#define STALL_S     15L /* without a byte */
#define WAIT_S      75L /* algod answers after a minute at the latest */

typedef struct transfer {
  CURL *easy;
  ix_job_t *job; /* NULL: a status */
  algo_buf_t answer;
  algo_buf_t *to;
  size_t most;
  bool busy, too_long;
  bool put_off; /* there is no room for what comes */
  ix_pipe_t *pipe;
} transfer_t;

typedef struct fetcher {
  ix_algod_t *a;
  ix_pipe_t *p;
  CURLM *multi;
  struct curl_slist *headers;
  transfer_t block[CONNECTIONS], status, sync;
  uint64_t synced;   /* the round that a follower node was told last; 0: tell it (again) */
  bool no_follower;  /* the node has no such thing: it keeps the deltas that it keeps */
  unsigned failures; /* in a row */
  uint64_t not_before_ns;
  uint64_t complained_ns;
  bool asked_network; /* whether the node is of the database's network, which its blocks say only once it is as far */
} fetcher_t;

static size_t on_body(char *data, size_t size, size_t n, void *user) {
  transfer_t *t = user;
  n *= size;
  if (t->to->n + n > t->most) {
    t->too_long = true;
    return 0;
  }
  algo_buf_put(t->to, data, n);
  return t->to->oom ? 0 : n;
}

/* A body of so many bytes begins to come. */
static bool announced(transfer_t *t, size_t length) {
  pthread_mutex_lock(&t->pipe->mu);
  t->put_off = !ix_pipe_comes(t->pipe, t->job, length);
  pthread_mutex_unlock(&t->pipe->mu);
  return !t->put_off;
}

/* Room for a whole body at once where the answer says how long it is. */
static size_t on_header(char *data, size_t size, size_t n, void *user) {
  transfer_t *t = user;
  static const char name[] = "content-length:";
  n *= size;
  if (n > sizeof name && curl_strnequal(data, name, sizeof name - 1)) {
    const unsigned long long length = strtoull(data + sizeof name - 1, NULL, 10);
    if (length > t->most) return n; /* its body is refused */
    if (t->job && !announced(t, (size_t)length)) return 0;
    (void)algo_buf_reserve(t->to, (size_t)length);
  }
  return n;
}

static bool transfer_init(fetcher_t *f, transfer_t *t) {
  t->easy = curl_easy_init();
  if (!t->easy) return false;
  CURL *e = t->easy;
  t->pipe = f->p;
  curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(e, CURLOPT_WRITEDATA, t);
  curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(e, CURLOPT_HEADERDATA, t);
  curl_easy_setopt(e, CURLOPT_PRIVATE, t);
  curl_easy_setopt(e, CURLOPT_HTTPHEADER, f->headers);
  curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT, CONNECT_S);
  curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(e, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(e, CURLOPT_BUFFERSIZE, 262144L);
  curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L); /* the token goes nowhere else */
  curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
  return true;
}

static void begin(fetcher_t *f, transfer_t *t, const char *path, algo_buf_t *to, size_t most, long seconds,
                  bool stall) {
  char url[2048];
  snprintf(url, sizeof url, "%s%s", f->a->url, path);
  algo_buf_clear(to);
  t->to = to;
  t->most = most;
  t->busy = true;
  t->too_long = t->put_off = false;
  curl_easy_setopt(t->easy, CURLOPT_URL, url);
  curl_easy_setopt(t->easy, CURLOPT_TIMEOUT, seconds);
  curl_easy_setopt(t->easy, CURLOPT_LOW_SPEED_LIMIT, stall ? 1L : 0L);
  curl_easy_setopt(t->easy, CURLOPT_LOW_SPEED_TIME, stall ? STALL_S : 0L);
  curl_multi_add_handle(f->multi, t->easy);
}

/* ---- what to ask for ---- */

static transfer_t *idle(fetcher_t *f) {
  for (size_t i = 0; i < CONNECTIONS; i++)
    if (!f->block[i].busy) return &f->block[i];
  return NULL;
}

/* A round that has to be asked for again, when its time has come; *due is lowered to the first such time. */
static ix_job_t *wanted_again(ix_pipe_t *p, size_t pending, uint64_t now, uint64_t *due) {
  for (uint64_t r = p->next_take; p->n_wanted > 0 && r < p->next_fetch; r++) {
    ix_job_t *j = ix_pipe_job(p, r);
    if (j->state != IX_WANTED || !ix_pipe_room(p, r, pending)) continue;
    if (j->retry_ns <= now) {
      p->n_wanted--;
      return j;
    }
    if (j->retry_ns < *due) *due = j->retry_ns;
  }
  return NULL;
}

/* With the pipe's lock held. Returns when to look again at the latest. */
static uint64_t ask(fetcher_t *f, uint64_t now) {
  ix_pipe_t *p = f->p;
  uint64_t due = now + UINT64_C(1000000000);
  if (now < f->not_before_ns) return f->not_before_ns;
  const size_t parallel = f->failures ? 1 : CONNECTIONS;
  size_t active = 0, pending = 0;
  for (size_t i = 0; i < CONNECTIONS; i++) {
    active += f->block[i].busy;
    pending += f->block[i].busy && f->block[i].job->bytes == 0;
  }
  const uint64_t last = p->node_round < p->until ? p->node_round : p->until;
  transfer_t *t;
  while (active < parallel && (t = idle(f)) != NULL && !p->stop) {
    ix_job_t *j = wanted_again(p, pending, now, &due);
    if (!j && p->node_known && p->next_fetch <= last && ix_pipe_room(p, p->next_fetch, pending) &&
        ix_pipe_job(p, p->next_fetch)->state == IX_FREE) {
      j = ix_pipe_job(p, p->next_fetch);
      j->round = p->next_fetch++;
      j->failures = 0;
    }
    if (!j) break;
    char path[64];
    snprintf(path, sizeof path, "/v2/blocks/%" PRIu64 "?format=msgpack", j->round);
    ix_pipe_start(p, j);
    t->job = j;
    begin(f, t, path, &j->load.body, BODY_MAX, BLOCK_S, true);
    active++;
    pending++;
  }
  if (!f->status.busy && (!p->node_known || p->next_fetch > p->node_round) && !p->stop) {
    char path[64] = "/v2/status";
    if (p->has_genesis && !f->asked_network) snprintf(path, sizeof path, "/versions");
    else if (p->node_known) snprintf(path, sizeof path, "/v2/status/wait-for-block-after/%" PRIu64, p->node_round);
    f->status.job = NULL;
    begin(f, &f->status, path, &f->status.answer, ANSWER_MAX, WAIT_S, false);
  }
  return due;
}

/* A follower node goes as far as it is told, and keeps the deltas from there on: POST /v2/ledger/sync/{round}. */
static void tell_follower(fetcher_t *f, uint64_t now) {
  ix_pipe_t *p = f->p;
  const uint64_t to_be_written = p->next_commit + p->checking, next = to_be_written ? to_be_written : 1;
  if (f->no_follower || f->sync.busy || now < f->not_before_ns || (f->synced && next == f->synced)) return;
  char path[64];
  snprintf(path, sizeof path, "/v2/ledger/sync/%" PRIu64, next);
  f->synced = next;
  curl_easy_setopt(f->sync.easy, CURLOPT_POST, 1L);
  curl_easy_setopt(f->sync.easy, CURLOPT_POSTFIELDSIZE, 0L);
  begin(f, &f->sync, path, &f->sync.answer, ANSWER_MAX, BLOCK_S, true);
}

/* ---- what came ---- */

static void complain(fetcher_t *f, const char *what) {
  const uint64_t now = ix_now_ns();
  f->p->stats.fetch_errors++;
  f->p->stats.node_up = false;
  f->synced = 0; /* a follower that was restarted knows only what it has on disk, and stops there */
  if (f->failures == 0 || now - f->complained_ns > UINT64_C(10000000000)) {
    f->complained_ns = now;
    algo_env_log(f->p->env, ALGO_LOG_WARN, "the node at %s: %s; trying again", f->a->url, what);
  }
  f->not_before_ns = now + ix_backoff_ns(f->failures++);
}

static void refused_token(fetcher_t *f) {
  algo_err_t err;
  algo_err_set(&err, ALGO_E_AUTH, "algod at %s refuses the token (ALGOD_TOKEN)", f->a->url);
  f->p->error = err;
  f->p->failed = f->p->fatal = true;
  pthread_cond_broadcast(&f->p->fetched);
  pthread_cond_broadcast(&f->p->ready);
}

/* Why a transfer failed, in words; NULL: it did not. */
static const char *fault(const transfer_t *t, CURLcode rc, long http, char *text, size_t size) {
  if (t->too_long) return "an answer longer than any block";
  if (rc != CURLE_OK) return curl_easy_strerror(rc);
  if (http == 200) return NULL;
  snprintf(text, size, "HTTP status %ld", http);
  return text;
}

/* The answer of /versions. A node that says nothing there is judged by its blocks. */
static void got_network(fetcher_t *f) {
  ix_pipe_t *p = f->p;
  json_object *o = NULL;
  algo_buf_t hash = ALGO_BUF_INIT;
  f->asked_network = true;
  if (algo_json_parse(&o, f->status.answer.p, f->status.answer.n, NULL) == ALGO_OK &&
      algo_json_opt_base64(o, "genesis_hash_b64", &hash, NULL) == ALGO_OK && hash.n == sizeof p->genesis_hash &&
      memcmp(hash.p, p->genesis_hash.b, hash.n) != 0) {
    algo_bytes_t id = ALGO_BYTES_LIT("?");
    (void)algo_json_opt_str(o, "genesis_id", &id, NULL);
    ix_pipe_wrong_network(p, id, (const algo_digest_t *)(const void *)hash.p);
  }
  algo_buf_fini(&hash);
  json_object_put(o);
}

static void got_status(fetcher_t *f, algo_err_t *err) {
  ix_pipe_t *p = f->p;
  json_object *o = NULL;
  uint64_t round = 0;
  algo_code_t rc = algo_json_parse(&o, f->status.answer.p, f->status.answer.n, err);
  if (rc == ALGO_OK) rc = algo_json_get_u64(o, "last-round", &round, err);
  if (rc == ALGO_OK && round > INT64_MAX) rc = algo_err_set(err, ALGO_E_RANGE, "last-round %" PRIu64, round);
  json_object_put(o);
  if (rc != ALGO_OK) {
    char what[300];
    snprintf(what, sizeof what, "its status cannot be read: %.200s", err->msg);
    complain(f, what);
    return;
  }
  if (p->node_known && round <= p->node_round) f->synced = 0; /* nothing new in all the time: does it wait for us? */
  if (!p->node_known && round + 1 < p->next_take)
    algo_env_log(p->env, ALGO_LOG_WARN,
                 "the node is at round %" PRIu64 ", the database at %" PRIu64 ": waiting for the node to get there",
                 round, p->next_take);
  f->failures = 0;
  p->node_known = p->stats.node_up = true;
  p->node_round = p->stats.node_round = round;
  ix_pipe_check_done(p);
}

static void got_block(fetcher_t *f, transfer_t *t, const char *wrong, uint64_t now) {
  ix_pipe_t *p = f->p;
  ix_job_t *j = t->job;
  t->job = NULL;
  if (t->put_off) {
    ix_pipe_put_off(p, j);
    return;
  }
  if (wrong) {
    ix_pipe_again(p, j, now);
    char what[200];
    snprintf(what, sizeof what, "round %" PRIu64 ": %s%s", j->round, t->to == &j->load.delta ? "its state delta: " : "",
             wrong);
    complain(f, what);
    return;
  }
  f->failures = 0;
  p->stats.node_up = true;
  if (ix_pipe_wants_delta(p, j) && t->to == &j->load.body) { /* over the same connection, what the block changed */
    char path[64] = "/genesis";
    if (j->round) snprintf(path, sizeof path, "/v2/deltas/%" PRIu64 "?format=msgpack", j->round);
    t->job = j;
    begin(f, t, path, &j->load.delta, DELTA_MAX, BLOCK_S, true);
    return;
  }
  j->state = IX_FETCHED;
  j->arrived_ns = now;
  if (j->bytes == 0) ix_pipe_holds(p, j, IX_EXPANDS(j->load.body.n + j->load.delta.n)); /* of no length announced */
  p->n_fetched++;
  pthread_cond_signal(&p->fetched);
}

/* With the pipe's lock held. */
static void finished(fetcher_t *f, CURLMsg *m) {
  transfer_t *t = NULL;
  long http = 0;
  char text[40];
  curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&t);
  curl_easy_getinfo(m->easy_handle, CURLINFO_RESPONSE_CODE, &http);
  const char *wrong = fault(t, m->data.result, http, text, sizeof text);
  const CURLcode rc = m->data.result;
  curl_multi_remove_handle(f->multi, t->easy);
  t->busy = false;
  if (rc == CURLE_OK && http == 401) {
    refused_token(f);
    return;
  }
  if (t == &f->sync) {
    f->no_follower = rc == CURLE_OK && (http == 404 || http == 405 || http == 501); /* another kind of node */
    if (rc != CURLE_OK) complain(f, wrong);
  } else if (t->job) {
    got_block(f, t, wrong, ix_now_ns());
  } else if (f->p->has_genesis && !f->asked_network && (!wrong || http == 404)) {
    got_network(f);
  } else if (wrong && rc == CURLE_OPERATION_TIMEDOUT && f->p->node_known && f->failures == 0) {
    f->failures = 1; /* nothing new in all the time, or a node that hangs: asked for its status at once */
    f->p->node_known = false;
  } else if (wrong) {
    f->p->node_known = false;
    complain(f, wrong);
  } else {
    algo_err_t err;
    got_status(f, &err);
  }
}

static void loop(fetcher_t *f) {
  ix_pipe_t *p = f->p;
  pthread_mutex_lock(&p->mu);
  while (!ix_pipe_over(p)) {
    const uint64_t now = ix_now_ns(), due = ask(f, now);
    if (p->state) tell_follower(f, now);
    pthread_mutex_unlock(&p->mu);
    int running;
    curl_multi_perform(f->multi, &running);
    CURLMsg *first = curl_multi_info_read(f->multi, &running);
    if (!first) {
      curl_multi_poll(f->multi, NULL, 0, due > now ? (int)((due - now) / 1000000) + 1 : 1, NULL);
      curl_multi_perform(f->multi, &running);
      first = curl_multi_info_read(f->multi, &running);
    }
    pthread_mutex_lock(&p->mu);
    for (CURLMsg *m = first; m && !ix_pipe_over(p); m = curl_multi_info_read(f->multi, &running))
      if (m->msg == CURLMSG_DONE) finished(f, m);
  }
  pthread_mutex_unlock(&p->mu);
}

void *ix_algod_main(void *algod) {
  fetcher_t f = {.a = algod};
  f.p = f.a->pipe;
  f.multi = f.a->multi;
  char header[1100];
  if (f.a->token) {
    snprintf(header, sizeof header, "X-Algo-API-Token: %s", f.a->token);
    f.headers = curl_slist_append(NULL, header);
  }
  bool ok = transfer_init(&f, &f.status) && transfer_init(&f, &f.sync);
  for (size_t i = 0; i < CONNECTIONS; i++) ok = transfer_init(&f, &f.block[i]) && ok;
  if (ok) {
    loop(&f);
  } else {
    algo_err_t err;
    algo_err_set(&err, ALGO_E_NOMEM, "out of memory");
    ix_pipe_fail(f.p, &err, true);
  }
  for (size_t i = 0; i <= CONNECTIONS + 1; i++) {
    transfer_t *t = i < CONNECTIONS ? &f.block[i] : i == CONNECTIONS ? &f.status : &f.sync;
    if (t->busy) curl_multi_remove_handle(f.multi, t->easy);
    if (t->easy) curl_easy_cleanup(t->easy);
    algo_buf_fini(&t->answer);
  }
  curl_slist_free_all(f.headers);
  return NULL;
}

algo_code_t ix_algod_init(ix_algod_t *a, algo_err_t *err) {
  a->multi = curl_multi_init();
  if (!a->multi) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  curl_multi_setopt(a->multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)CONNECTIONS + 2);
  return ALGO_OK;
}

void ix_algod_fini(ix_algod_t *a) { curl_multi_cleanup(a->multi); }

void ix_algod_wake(void *algod) { curl_multi_wakeup(((ix_algod_t *)algod)->multi); }
