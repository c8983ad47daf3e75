/* A request's body as it comes in: who may send one at all, what is kept in memory and what in a file, and what of a
 * refused one is read. */
#include <errno.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/mman.h>
#include <unistd.h>

#include "algo/file.h"
#include "httpd_impl.h"

#define IN_MEMORY ((size_t)16 << 20) /* bytes; what is longer waits in a file without a name */
#define TOO_LARGE "Request Entity Too Large"
#define SWALLOWED ((uint64_t)64 << 20) /* of a body that is refused: a client that reads late still gets the answer */

static void refuse(algo_httpd_impl_t *r, int status, const char *message) {
  r->refused = true;
  r->refusal = (algo_httpd_response_t){.status = status, .content_type = "application/json", .body = ALGO_BUF_INIT};
  algo_buf_printf(&r->refusal.body, "{\"message\":\"%s\"}\n", message);
  algo_httpd_body_free(r);
}

/* Does the client wait to be told that it may send it? */
static bool asks_first(const algo_httpd_impl_t *r) {
  const char *expect = algo_httpd_header(&r->req, MHD_HTTP_HEADER_EXPECT);
  return expect != NULL && strcasecmp(expect, "100-continue") == 0;
}

bool algo_httpd_body_begin(algo_httpd_impl_t *r, uint64_t length) {
  const algo_httpd_options_t *o = &r->server->opt;
  if (length == 0) return true;
  r->refusal = (algo_httpd_response_t){.status = 200, .content_type = "application/json", .body = ALGO_BUF_INIT};
  if (o->admit != NULL && !o->admit(o->user, &r->req, &r->refusal)) r->refused = true;
  else if (length != ALGO_HTTPD_LENGTH_UNKNOWN && length > r->limit) refuse(r, MHD_HTTP_CONTENT_TOO_LARGE, TOO_LARGE);
  if (!r->refused) return true;
  return !asks_first(r) && (length == ALGO_HTTPD_LENGTH_UNKNOWN || length <= SWALLOWED);
}

/* What is in memory, and all that comes, goes to a file. */
static algo_code_t spool(algo_httpd_impl_t *r, const char *data, size_t n, algo_err_t *err) {
  algo_code_t rc = ALGO_OK;
  if (r->spool < 0) {
    rc = algo_file_open(&r->spool, NULL, NULL, err);
    if (rc == ALGO_OK) rc = algo_file_write_at(r->spool, r->body.p, r->body.n, 0, err);
    r->spooled = r->body.n;
    algo_buf_fini(&r->body);
  }
  if (rc == ALGO_OK) rc = algo_file_write_at(r->spool, data, n, r->spooled, err);
  r->spooled += n;
  return rc;
}

static void keep(algo_httpd_impl_t *r, const char *data, size_t n) {
  algo_err_t err;
  if (r->brought > r->limit) {
    refuse(r, MHD_HTTP_CONTENT_TOO_LARGE, TOO_LARGE);
  } else if (r->brought <= IN_MEMORY) {
    algo_buf_put(&r->body, data, n);
    if (r->body.oom) refuse(r, MHD_HTTP_INSUFFICIENT_STORAGE, "out of memory");
  } else if (spool(r, data, n, &err) != ALGO_OK) {
    algo_env_log(&r->server->env, ALGO_LOG_ERROR, "no room for a body: %s", err.msg);
    refuse(r, MHD_HTTP_INSUFFICIENT_STORAGE, "no room for a body of this size where TMPDIR is");
  }
}

bool algo_httpd_body_take(algo_httpd_impl_t *r, const char *data, size_t n) {
  algo_httpd_peer_brought(r->peer, n);
  r->brought += n;
  if (!r->refused) keep(r, data, n);
  return !r->refused || r->brought <= SWALLOWED;
}

bool algo_httpd_body_end(algo_httpd_impl_t *r) {
  if (r->refused) return false;
  if (r->spool < 0) {
    r->req.body = algo_buf_view(&r->body);
    return true;
  }
  if (r->mapped == NULL) r->mapped = mmap(NULL, (size_t)r->spooled, PROT_READ, MAP_PRIVATE, r->spool, 0);
  if (r->mapped == MAP_FAILED) {
    r->mapped = NULL;
    refuse(r, MHD_HTTP_INSUFFICIENT_STORAGE, "out of memory");
    return false;
  }
  r->req.body = algo_bytes(r->mapped, (size_t)r->spooled);
  return true;
}

void algo_httpd_body_free(algo_httpd_impl_t *r) {
  if (r->mapped != NULL) munmap(r->mapped, (size_t)r->spooled);
  if (r->spool >= 0) close(r->spool);
  r->mapped = NULL;
  r->spool = -1;
  algo_buf_fini(&r->body);
}
