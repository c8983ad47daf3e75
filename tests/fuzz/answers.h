/* The HTTP client of base, replaced by one that gives a fuzzer's input for answers, so that every route runs as it
 * stands: one answer after the other, each ended by the separator; a byte for the status, then the body. The fuzzer has
 * algo_http_do. */
#ifndef ANSWERS_H
#define ANSWERS_H

#include <stdlib.h>

#include "algo/http.h"

struct algo_http {
  algo_bytes_t left;
};

static algo_bytes_t answers; /* of this input: a fuzzer's one global */

algo_code_t algo_http_new(algo_http_t **out, const algo_http_options_t *opt, const algo_env_t *env, algo_err_t *err) {
  (void)opt, (void)env, (void)err;
  *out = calloc(1, sizeof **out);
  if (*out != NULL) (*out)->left = answers;
  return *out != NULL ? ALGO_OK : ALGO_E_NOMEM;
}

void algo_http_free(algo_http_t *h) { free(h); }
const char *algo_http_server(const algo_http_t *h) {
  (void)h;
  return "http://fuzz";
}

static bool answers_separator(algo_bytes_t v, size_t at) {
  return at + 4 <= v.n && memcmp(v.p + at, "\xf0\xf1\xf2\xf3", 4) == 0;
}

/* NET: there is none left. */
static algo_code_t answers_next(algo_http_t *h, int *status, algo_buf_t *body, algo_err_t *err) {
  static const int statuses[] = {200, 200, 200, 200, 400, 401, 404, 500};
  size_t n = 1;
  algo_buf_clear(body);
  if (h->left.n == 0) return algo_err_set(err, ALGO_E_NET, "no more answers");
  *status = statuses[h->left.p[0] & 7];
  while (n < h->left.n && !answers_separator(h->left, n)) n++;
  algo_buf_put(body, h->left.p + 1, n - 1);
  size_t step = n < h->left.n ? n + 4 : n;
  h->left = algo_bytes(h->left.p + step, h->left.n - step);
  return ALGO_OK;
}

#endif
