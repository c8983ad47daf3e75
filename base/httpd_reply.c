/* Answers: gzip, CORS, headers, and handing the body to libmicrohttpd without a copy. */
#include <stdlib.h>
#include <sys/socket.h>

#include "httpd_impl.h"

static algo_deflater_t *deflater_take(algo_httpd_t *s) {
  pthread_mutex_lock(&s->lock);
  algo_deflater_t *d = s->deflaters;
  if (d != NULL) s->deflaters = d->next;
  pthread_mutex_unlock(&s->lock);
  if (d != NULL) return deflateReset(&d->z) == Z_OK ? d : NULL;
  d = calloc(1, sizeof *d);
  if (d == NULL) return NULL;
  /* level 1: the peer is on this machine or near, time counts more than size; 16 + 15 asks for the gzip frame */
  if (deflateInit2(&d->z, 1, Z_DEFLATED, 16 + 15, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    free(d);
    return NULL;
  }
  return d;
}

static void deflater_give(algo_httpd_t *s, algo_deflater_t *d) {
  pthread_mutex_lock(&s->lock);
  d->next = s->deflaters;
  s->deflaters = d;
  pthread_mutex_unlock(&s->lock);
}

void algo_httpd_deflaters_free(algo_httpd_t *s) {
  while (s->deflaters != NULL) {
    algo_deflater_t *d = s->deflaters;
    s->deflaters = d->next;
    deflateEnd(&d->z);
    free(d);
  }
}

/* The body gzipped into *out; false where that did not work (the plain body is sent then). */
static bool gzip(algo_httpd_t *s, algo_bytes_t in, algo_buf_t *out) {
  if (in.n > UINT32_MAX / 2) return false;
  algo_deflater_t *d = deflater_take(s);
  if (d == NULL) return false;
  uLong bound = deflateBound(&d->z, (uLong)in.n);
  uint8_t *p = algo_buf_reserve(out, bound);
  bool ok = false;
  if (p != NULL) {
    d->z.next_in = (Bytef *)(uintptr_t)in.p;
    d->z.avail_in = (uInt)in.n;
    d->z.next_out = p;
    d->z.avail_out = (uInt)bound;
    ok = deflate(&d->z, Z_FINISH) == Z_STREAM_END;
    if (ok) out->n += d->z.total_out;
  }
  deflater_give(s, d);
  return ok;
}

static void header(struct MHD_Response *m, const char *name, const char *value) {
  (void)MHD_add_response_header(m, name, value);
}

static void cors(const algo_httpd_impl_t *r, struct MHD_Response *m) {
  const char *allow = r->server->opt.cors_headers;
  if (allow == NULL) return;
  header(m, MHD_HTTP_HEADER_VARY, "Origin");
  bool preflight = strcmp(r->req.method, MHD_HTTP_METHOD_OPTIONS) == 0;
  if (algo_httpd_header(&r->req, "Origin") != NULL) header(m, MHD_HTTP_HEADER_ACCESS_CONTROL_ALLOW_ORIGIN, "*");
  if (!preflight || algo_httpd_header(&r->req, "Origin") == NULL) return;
  header(m, MHD_HTTP_HEADER_VARY, "Access-Control-Request-Method");
  header(m, MHD_HTTP_HEADER_VARY, "Access-Control-Request-Headers");
  header(m, "Access-Control-Allow-Methods", "GET,POST,PUT,DELETE,OPTIONS");
  header(m, "Access-Control-Allow-Headers", allow);
  if (algo_httpd_header(&r->req, "Access-Control-Request-Private-Network") != NULL) {
    header(m, "Access-Control-Allow-Private-Network", "true");
  }
}

static bool wants_gzip(const algo_httpd_impl_t *r) {
  const char *accept = algo_httpd_header(&r->req, MHD_HTTP_HEADER_ACCEPT_ENCODING);
  return accept != NULL && strstr(accept, "gzip") != NULL;
}

/* Has the client closed its half? libmicrohttpd may not see it that came along with a request, and would keep such a
 * connection for a while. Once a connection is enough, and after a wait: a later end is an event of its own. */
static bool is_half_closed(const algo_httpd_impl_t *r) {
  uint8_t next;
  if (r->peer == NULL || (r->peer->answered && !r->was_suspended)) return false;
  r->peer->answered = true;
  return recv(r->peer->fd, &next, sizeof next, MSG_PEEK | MSG_DONTWAIT) == 0;
}

/* What is in a file is sent from there: no more of it than a piece is ever in memory. */
static struct MHD_Response *content(const algo_httpd_response_t *res) {
  if (res->file_size > 0) return MHD_create_response_from_fd64(res->file_size, res->file);
  if (res->body.n > 0) return MHD_create_response_from_buffer_with_free_callback(res->body.n, res->body.p, free);
  return MHD_create_response_from_buffer(0, (void *)(uintptr_t) "", MHD_RESPMEM_PERSISTENT);
}

enum MHD_Result algo_httpd_reply(algo_httpd_impl_t *r, algo_httpd_response_t *res) {
  if (res->body.oom) { /* half an answer is worse than none */
    algo_buf_clear(&res->body);
    algo_buf_fini(&res->body);
    res->status = MHD_HTTP_INSUFFICIENT_STORAGE;
  }
  bool zipped = false;
  if (res->body.n > 0 && !res->plain && wants_gzip(r)) {
    algo_buf_t z = ALGO_BUF_INIT;
    zipped = gzip(r->server, algo_buf_view(&res->body), &z);
    if (zipped) {
      algo_buf_fini(&res->body);
      res->body = z;
    } else {
      algo_buf_fini(&z);
    }
  }
  struct MHD_Response *m = content(res);
  if (m == NULL) {
    algo_buf_fini(&res->body);
    if (res->file_size > 0) close(res->file);
    return MHD_NO;
  }
  if (res->body.n == 0) algo_buf_fini(&res->body);
  res->body = ALGO_BUF_INIT; /* the response has it now */
  if (res->content_type != NULL) header(m, MHD_HTTP_HEADER_CONTENT_TYPE, res->content_type);
  header(m, MHD_HTTP_HEADER_VARY, "Accept-Encoding");
  if (zipped) header(m, MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip");
  if (res->header_name != NULL) header(m, res->header_name, res->header_value);
  if (res->close || is_half_closed(r)) header(m, MHD_HTTP_HEADER_CONNECTION, "close");
  cors(r, m);
  enum MHD_Result ok = MHD_queue_response(r->connection, (unsigned)res->status, m);
  MHD_destroy_response(m);
  return ok;
}
