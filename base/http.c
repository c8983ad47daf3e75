/* http.c - the HTTP client over libcurl: one easy handle, which keeps its connections. */
#include "algo/http.h"

#include <curl/curl.h>
#include <errno.h>
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <time.h>

struct algo_http {
  CURL *curl;
  algo_env_t env;
  char *base;   /* without a slash at the end */
  char *server; /* scheme, host and port, for messages */
  char *header;
  algo_http_options_t opt;
  algo_http_transport_t transport; /* ask NULL: curl */
  char curl_error[CURL_ERROR_SIZE];
  bool timed_out; /* the last attempt */
};

/* What the write callback sees of one attempt. */
typedef struct sink {
  algo_buf_t *body;
  size_t max;
  bool too_large, refused;
  const algo_http_sink_t *to; /* of a 200; NULL: the body */
  CURL *curl;
} sink_t;

static char *dup_text(const char *s, size_t n) {
  char *out = malloc(n + 1);
  if (out == NULL) return NULL;
  memcpy(out, s, n);
  out[n] = '\0';
  return out;
}

/* "http://user:secret@host:1/path" is "http://host:1". */
static char *server_of(const char *base) {
  const char *host = strstr(base, "://");
  host = host == NULL ? base : host + 3;
  size_t scheme = (size_t)(host - base), n = strcspn(host, "/?#");
  const char *at = NULL;
  for (size_t i = 0; i < n; i++)
    if (host[i] == '@') at = host + i + 1;
  size_t skip = at == NULL ? 0 : (size_t)(at - host);
  char *out = malloc(scheme + n - skip + 1);
  if (out == NULL) return NULL;
  memcpy(out, base, scheme);
  memcpy(out + scheme, host + skip, n - skip);
  out[scheme + n - skip] = '\0';
  return out;
}

static bool is_loopback(const char *server) {
  const char *host = strstr(server, "://");
  host = host == NULL ? server : host + 3;
  return strncmp(host, "127.", 4) == 0 || strncmp(host, "localhost", 9) == 0 || strncmp(host, "[::1]", 5) == 0;
}

static size_t on_body(char *p, size_t size, size_t n, void *user) {
  sink_t *s = user;
  size_t len = size * n;
  long status = 0;
  if (s->to != NULL) curl_easy_getinfo(s->curl, CURLINFO_RESPONSE_CODE, &status);
  if (status == 200) {
    s->refused = !s->to->put(s->to->user, algo_bytes(p, len));
    return s->refused ? 0 : len;
  }
  if (len > s->max - s->body->n) {
    s->too_large = true;
    return 0;
  }
  algo_buf_put(s->body, p, len);
  return s->body->oom ? 0 : len;
}

static int on_progress(void *user, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d) {
  (void)a, (void)b, (void)c, (void)d;
  const algo_http_t *h = user;
  return h->opt.cancelled(h->opt.cancel_user) ? 1 : 0;
}

static void set_up(algo_http_t *h) {
  CURL *c = h->curl;
  curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(c, CURLOPT_ACCEPT_ENCODING, "");
  curl_easy_setopt(c, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(c, CURLOPT_ERRORBUFFER, h->curl_error);
  curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)h->opt.connect_timeout_ms);
  if (h->opt.quiet_seconds != 0) {
    curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, (long)h->opt.quiet_seconds);
  }
  curl_easy_setopt(c, CURLOPT_USERAGENT, "algorent/" ALGORENT_VERSION);
  if (is_loopback(h->server)) curl_easy_setopt(c, CURLOPT_NOPROXY, "*");
  if (h->opt.cancelled != NULL) {
    curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(c, CURLOPT_XFERINFODATA, h);
  }
}

algo_code_t algo_http_new(algo_http_t **out, const algo_http_options_t *opt, const algo_env_t *env, algo_err_t *err) {
  const char *url = opt->base_url;
  if (url == NULL || (strncmp(url, "http://", 7) != 0 && strncmp(url, "https://", 8) != 0))
    return algo_err_set(err, ALGO_E_USAGE, "'%s' is not a server's URL: write it as http://host:port or https://host",
                        url == NULL ? "" : url);
  algo_http_t *h = calloc(1, sizeof *h);
  if (h == NULL) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  size_t n = strlen(url);
  while (n > 0 && url[n - 1] == '/') n--;
  if (env != NULL) h->env = *env;
  h->opt = *opt;
  h->base = dup_text(url, n);
  h->server = server_of(url);
  h->header = opt->header == NULL ? NULL : dup_text(opt->header, strlen(opt->header));
  h->opt.base_url = NULL, h->opt.header = NULL, h->opt.transport = NULL;
  if (opt->transport != NULL) h->transport = *opt->transport;
  if (h->opt.connect_timeout_ms == 0) h->opt.connect_timeout_ms = 3000;
  if (h->opt.timeout_ms == 0) h->opt.timeout_ms = 30000;
  if (h->opt.max_body == 0) h->opt.max_body = (size_t)256 << 20;
  bool global = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK; /* counted; safe in threads since 7.84 */
  h->curl = global ? curl_easy_init() : NULL;
  if (h->base == NULL || h->server == NULL || (opt->header != NULL && h->header == NULL) || h->curl == NULL) {
    if (global && h->curl == NULL) curl_global_cleanup();
    algo_http_free(h);
    return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  }
  set_up(h);
  *out = h;
  return ALGO_OK;
}

void algo_http_free(algo_http_t *h) {
  if (h == NULL) return;
  if (h->curl != NULL) {
    curl_easy_cleanup(h->curl);
    curl_global_cleanup();
  }
  if (h->header != NULL) sodium_memzero(h->header, strlen(h->header));
  if (h->base != NULL) sodium_memzero(h->base, strlen(h->base));
  free(h->header);
  free(h->base);
  free(h->server);
  free(h);
}

const char *algo_http_server(const algo_http_t *h) { return h->server; }

static bool add_header(struct curl_slist **list, const char *line) {
  struct curl_slist *more = curl_slist_append(*list, line);
  if (more == NULL) return false;
  *list = more;
  return true;
}

static void free_headers(struct curl_slist *list) {
  for (struct curl_slist *l = list; l != NULL; l = l->next) sodium_memzero(l->data, strlen(l->data));
  curl_slist_free_all(list);
}

static struct curl_slist *make_headers(const algo_http_t *h, const algo_http_request_t *req) {
  struct curl_slist *list = NULL;
  char line[256];
  bool ok = add_header(&list, "Expect:");
  if (ok && h->header != NULL) ok = add_header(&list, h->header);
  if (ok && req->content_type != NULL) {
    snprintf(line, sizeof line, "Content-Type: %s", req->content_type);
    ok = add_header(&list, line);
  }
  if (ok && req->accept != NULL) {
    snprintf(line, sizeof line, "Accept: %s", req->accept);
    ok = add_header(&list, line);
  }
  if (ok) return list;
  free_headers(list);
  return NULL;
}

static algo_code_t explain(const algo_http_t *h, CURLcode rc, const sink_t *s, long timeout_ms, algo_err_t *err) {
  const char *detail = h->curl_error[0] != '\0' ? h->curl_error : curl_easy_strerror(rc);
  curl_off_t connected = 0, waited = 0;
  switch (rc) {
  case CURLE_WRITE_ERROR:
    if (s->refused) return algo_err_set(err, ALGO_E_IO, "the answer of %s was not taken", h->server);
    if (s->too_large)
      return algo_err_set(err, ALGO_E_RANGE, "the answer of %s is larger than %zu bytes", h->server, s->max);
    return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  case CURLE_OUT_OF_MEMORY: return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  case CURLE_ABORTED_BY_CALLBACK:
    return algo_err_set(err, ALGO_E_INTERRUPTED, "interrupted while waiting for %s", h->server);
  case CURLE_URL_MALFORMAT:
    return algo_err_set(err, ALGO_E_USAGE, "%s is not a URL that can be asked: %s", h->server, detail);
  case CURLE_COULDNT_RESOLVE_HOST:
    return algo_err_set(err, ALGO_E_NET, "cannot reach %s: its name is not known (%s); check the URL", h->server,
                        detail);
  case CURLE_OPERATION_TIMEDOUT:
    curl_easy_getinfo(h->curl, CURLINFO_PRETRANSFER_TIME_T, &connected);
    if (connected == 0)
      return algo_err_set(err, ALGO_E_NET,
                          "cannot reach %s: no connection within %u ms; check the URL and that the server runs",
                          h->server, h->opt.connect_timeout_ms);
    curl_easy_getinfo(h->curl, CURLINFO_TOTAL_TIME_T, &waited); /* in microseconds */
    if (waited / 1000 < timeout_ms) timeout_ms = (long)h->opt.quiet_seconds * 1000;
    return algo_err_set(err, ALGO_E_TIMEOUT, "%s gave no answer within %ld ms; it may be overloaded or stuck",
                        h->server, timeout_ms);
  case CURLE_COULDNT_CONNECT:
    return algo_err_set(err, ALGO_E_NET, "cannot reach %s: %s; check the URL and that the server runs", h->server,
                        detail);
  default: return algo_err_set(err, ALGO_E_NET, "the exchange with %s broke: %s", h->server, detail);
  }
}

static void set_method(CURL *c, const algo_http_request_t *req) {
  curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, NULL);
  if (strcmp(req->method, "GET") == 0 && req->body.n == 0) {
    curl_easy_setopt(c, CURLOPT_HTTPGET, 1L);
    return;
  }
  curl_easy_setopt(c, CURLOPT_POST, 1L);
  curl_easy_setopt(c, CURLOPT_POSTFIELDS, req->body.n == 0 ? "" : (const char *)req->body.p);
  curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)req->body.n);
  if (strcmp(req->method, "POST") != 0) curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, req->method);
}

static algo_code_t attempt(algo_http_t *h, const algo_http_request_t *req, int *status, algo_buf_t *body,
                           algo_err_t *err) {
  sink_t sink = {.body = body, .max = h->opt.max_body, .to = req->sink, .curl = h->curl};
  algo_buf_t url = ALGO_BUF_INIT;
  long timeout_ms = (long)(req->timeout_ms != 0 ? req->timeout_ms : h->opt.timeout_ms), code = 0;
  algo_buf_clear(body);
  algo_buf_puts(&url, h->base);
  algo_buf_puts(&url, req->path);
  const char *whole = algo_buf_cstr(&url);
  struct curl_slist *headers = make_headers(h, req);
  if (url.oom || headers == NULL) {
    algo_buf_fini(&url);
    free_headers(headers);
    return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  }
  h->curl_error[0] = '\0';
  set_method(h->curl, req);
  curl_easy_setopt(h->curl, CURLOPT_URL, whole);
  curl_easy_setopt(h->curl, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(h->curl, CURLOPT_TIMEOUT_MS, timeout_ms);
  curl_easy_setopt(h->curl, CURLOPT_WRITEDATA, &sink);
  CURLcode rc = curl_easy_perform(h->curl);
  h->timed_out = rc == CURLE_OPERATION_TIMEDOUT;
  curl_easy_getinfo(h->curl, CURLINFO_RESPONSE_CODE, &code);
  *status = (int)code;
  algo_code_t r = rc == CURLE_OK ? ALGO_OK : explain(h, rc, &sink, timeout_ms, err);
  curl_easy_setopt(h->curl, CURLOPT_HTTPHEADER, NULL);
  curl_easy_setopt(h->curl, CURLOPT_WRITEDATA, NULL);
  free_headers(headers);
  algo_buf_fini(&url);
  return r;
}

/* 100 ms, doubled each time up to 2 s, less up to half by chance; what the server asked for, if that is longer (10 s at
 * most). */
static uint64_t delay_ms(const algo_http_t *h, uint32_t tried) {
  uint64_t ms = tried < 5 ? (uint64_t)100 << tried : 2000;
  uint8_t byte = 0;
  algo_env_random(&h->env, &byte, 1);
  ms -= ms / 2 * byte / 255;
  curl_off_t asked = 0;
  if (curl_easy_getinfo(h->curl, CURLINFO_RETRY_AFTER, &asked) == CURLE_OK && asked > 0) {
    uint64_t asked_ms = asked > 10 ? 10000 : (uint64_t)asked * 1000;
    if (asked_ms > ms) ms = asked_ms;
  }
  return ms;
}

static void pause_ms(const algo_http_t *h, uint64_t ms) {
  while (ms > 0 && !(h->opt.cancelled != NULL && h->opt.cancelled(h->opt.cancel_user))) {
    uint64_t part = ms > 200 ? 200 : ms;
    struct timespec ts = {0, (long)part * 1000000};
    nanosleep(&ts, NULL);
    ms -= part;
  }
}

static bool worth_another(const algo_http_t *h, algo_code_t r, int status) {
  if (h->timed_out && h->opt.one_wait) return false;
  if (r != ALGO_OK) return r == ALGO_E_NET || r == ALGO_E_TIMEOUT;
  return status == 429 || (status >= 502 && status <= 504);
}

algo_code_t algo_http_do(algo_http_t *h, const algo_http_request_t *req, int *status, algo_buf_t *body,
                         algo_err_t *err) {
  if (h->transport.ask != NULL) {
    algo_buf_clear(body);
    return h->transport.ask(h->transport.user, req, h->header, status, body, err);
  }
  bool safe = req->sink == NULL && (req->safe || strcmp(req->method, "GET") == 0);
  for (uint32_t tried = 0;; tried++) {
    algo_code_t r = attempt(h, req, status, body, err);
    if (!safe || tried >= h->opt.retries || !worth_another(h, r, *status)) return r;
    algo_env_log(&h->env, ALGO_LOG_INFO, "%s %s%s: %s; once more", req->method, h->server, req->path,
                 r == ALGO_OK ? "busy" : "no answer");
    pause_ms(h, delay_ms(h, tried));
  }
}
