/* What a request must be like, and how long it may take to come in. */
#include <stdlib.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>

#include "httpd_impl.h"

#define SECOND_NS    UINT64_C(1000000000)
#define BYTES_SECOND 65536u /* a body that comes slower than that is over time at last */

uint64_t algo_httpd_now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * SECOND_NS + (uint64_t)t.tv_nsec;
}

/* ---- where a request ends ---- */

typedef struct framing {
  const char *length, *coding;
  bool doubtful;
} framing_t;

static enum MHD_Result framing_of(void *cls, enum MHD_ValueKind kind, const char *name, const char *value) {
  (void)kind;
  framing_t *f = cls;
  if (value == NULL) value = "";
  if (name[strcspn(name, " \t")] != '\0') f->doubtful = true; /* "Content-Length :" */
  if (strcasecmp(name, MHD_HTTP_HEADER_CONTENT_LENGTH) == 0) {
    if (f->length != NULL && strcmp(f->length, value) != 0) f->doubtful = true;
    f->length = value;
  } else if (strcasecmp(name, MHD_HTTP_HEADER_TRANSFER_ENCODING) == 0) {
    if (f->coding != NULL || strcasecmp(value, "chunked") != 0) f->doubtful = true;
    f->coding = value;
  }
  return MHD_YES;
}

bool algo_httpd_well_framed(struct MHD_Connection *c, uint64_t *length) {
  framing_t f = {NULL, NULL, false};
  MHD_get_connection_values(c, MHD_HEADER_KIND, framing_of, &f);
  *length = f.coding != NULL ? ALGO_HTTPD_LENGTH_UNKNOWN : f.length != NULL ? strtoull(f.length, NULL, 10) : 0;
  return !f.doubtful && (f.length == NULL || f.coding == NULL);
}

/* ---- who stalls ---- */

void algo_httpd_on_connection(void *worker, struct MHD_Connection *c, void **peer,
                              enum MHD_ConnectionNotificationCode code) {
  algo_httpd_worker_t *w = worker;
  algo_httpd_t *s = w->server;
  if (code == MHD_CONNECTION_NOTIFY_CLOSED) atomic_fetch_sub(&w->connections, 1);
  algo_httpd_peer_t *p = code == MHD_CONNECTION_NOTIFY_STARTED ? calloc(1, sizeof *p) : *peer;
  if (p == NULL) return;
  pthread_mutex_lock(&s->lock);
  if (code == MHD_CONNECTION_NOTIFY_STARTED) {
    p->fd = MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    p->worker = w;
    p->next = s->peers;
    if (p->next != NULL) p->next->prev = p;
    s->peers = p;
    algo_httpd_peer_reads(p, true);
    *peer = p;
  } else { /* its socket is open still, and closed only after this */
    algo_httpd_batch_drop(p);
    if (p->prev != NULL) p->prev->next = p->next;
    else s->peers = p->next;
    if (p->next != NULL) p->next->prev = p->prev;
    free(p);
    *peer = NULL;
  }
  pthread_mutex_unlock(&s->lock);
}

algo_httpd_peer_t *algo_httpd_peer(struct MHD_Connection *c) {
  return MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

void algo_httpd_peer_reads(algo_httpd_peer_t *p, bool awaited) {
  atomic_store(&p->since_ns, awaited ? algo_httpd_now_ns() : 0);
}

void algo_httpd_peer_brought(algo_httpd_peer_t *p, size_t n) {
  atomic_fetch_add(&p->since_ns, n * SECOND_NS / BYTES_SECOND);
}

uint64_t algo_httpd_drop_stalled(algo_httpd_t *s, uint64_t now_ns) {
  uint64_t limit = s->opt.read_seconds * SECOND_NS;
  if (now_ns < s->look_ns) return s->look_ns;
  for (algo_httpd_peer_t *p = s->peers; p != NULL; p = p->next) {
    uint64_t since = atomic_load(&p->since_ns);
    if (since != 0 && since < now_ns && now_ns - since >= limit) (void)shutdown(p->fd, SHUT_RDWR);
  }
  return s->look_ns = now_ns + limit / 4;
}
