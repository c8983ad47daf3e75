/* fake.h - a node that answers what a test scripts: each request takes the next answer whose route fits. */
#ifndef FAKE_H
#define FAKE_H

#include <pthread.h>
#include <unistd.h>

#include "algo/algod.h"
#include "algo/httpd.h"
#include "algo/mp.h"
#include "algo/text.h"
#include "suite.h"

typedef struct fake_answer {
  const char *route; /* the path starts with it */
  int status;
  algo_bytes_t body;
  int times;    /* how often it answers; 0: always */
  int delay_ms; /* before it does */
} fake_answer_t;

typedef struct fake {
  pthread_mutex_t lock;
  algo_httpd_t *server;
  fake_answer_t answers[32];
  size_t n;
  int asked;           /* requests in all */
  char last_path[256]; /* of the last request */
  char last_token[128];
  algo_buf_t last_body;
  char url[64];
} fake_t;

static void fake_handle(void *user, algo_httpd_request_t *req, algo_httpd_response_t *res) {
  fake_t *f = user;
  int delay = 0;
  pthread_mutex_lock(&f->lock);
  f->asked++;
  snprintf(f->last_path, sizeof f->last_path, "%s", req->path);
  const char *token = algo_httpd_header(req, "X-Algo-API-Token");
  snprintf(f->last_token, sizeof f->last_token, "%s", token == NULL ? "" : token);
  algo_buf_clear(&f->last_body);
  algo_buf_putb(&f->last_body, req->body);
  res->status = 404;
  algo_buf_clear(&res->body);
  for (size_t i = 0; i < f->n; i++) {
    fake_answer_t *a = &f->answers[i];
    if (a->times < 0 || strncmp(req->path, a->route, strlen(a->route)) != 0) continue;
    if (a->times == 1) a->times = -1;
    else if (a->times > 1) a->times--;
    res->status = a->status;
    algo_buf_putb(&res->body, a->body);
    delay = a->delay_ms;
    break;
  }
  pthread_mutex_unlock(&f->lock);
  if (delay > 0) usleep((useconds_t)delay * 1000);
}

static inline void fake_start(fake_t *f) {
  memset(f, 0, sizeof *f);
  pthread_mutex_init(&f->lock, NULL);
  algo_httpd_options_t opt = {.handler = fake_handle, .user = f};
  SUITE_OK(algo_httpd_start(&f->server, &opt, NULL, suite_err));
  snprintf(f->url, sizeof f->url, "http://127.0.0.1:%u", algo_httpd_port(f->server));
}

static inline void fake_stop(fake_t *f) {
  algo_httpd_stop(f->server);
  algo_buf_fini(&f->last_body);
}

static inline fake_answer_t *fake_bytes(fake_t *f, const char *route, int status, algo_bytes_t body, int times) {
  f->answers[f->n] = (fake_answer_t){route, status, body, times, 0};
  return &f->answers[f->n++];
}

static inline fake_answer_t *fake_text(fake_t *f, const char *route, int status, const char *body, int times) {
  return fake_bytes(f, route, status, algo_bytes_str(body), times);
}

static inline algo_algod_t *fake_client(const fake_t *f, const char *token, uint32_t timeout_ms, uint32_t retries) {
  algo_algod_t *c = NULL;
  algo_algod_options_t opt = {.url = f->url, .token = token, .timeout_ms = timeout_ms, .retries = retries};
  SUITE_OK(algo_algod_new(&c, &opt, NULL, suite_err));
  return c;
}

#define FAKE_PARAMS                                                                                                    \
  "{\"consensus-version\":\"future\",\"fee\":0,\"genesis-hash\":\"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\","     \
  "\"genesis-id\":\"testing-v1\",\"last-round\":7,\"min-fee\":1000}"

#endif
