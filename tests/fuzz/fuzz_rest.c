/* Any request at the handlers of algod, the indexer and KMD: "METHOD PATH?name=value&..." on the first line, the
 * body behind it. It is answered with a status, and the next one too. */
#include <stdlib.h>

#include "algo/kmd.h"
#include "algo/rest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct servers {
  algo_node_t *node;
  algo_rest_t *rest;
  algo_kmd_t *kmd;
} servers_t;

static servers_t *servers(void) {
  static servers_t s;
  if (s.node != NULL) return &s;
  algo_node_options_t opt = {.mode = ALGO_NODE_DEV};
  algo_key_t key;
  algo_node_dev_key(&key, 1);
  if (algo_node_new(&s.node, &opt, NULL, NULL) != ALGO_OK ||
      algo_rest_new(&s.rest, s.node, NULL, NULL, NULL) != ALGO_OK ||
      algo_kmd_new(&s.kmd, NULL, &key, 1, NULL, NULL) != ALGO_OK) {
    abort();
  }
  return &s;
}

#define PARAMS 8u

/* Cuts the first line into method, path and parameters; false where it is none. */
static bool cut(char *line, char **method, char **path, algo_httpd_param_t query[PARAMS + 1]) {
  *method = line;
  *path = strchr(line, ' ');
  if (*path == NULL) return false;
  *(*path)++ = '\0';
  char *q = strchr(*path, '?');
  for (size_t i = 0; q != NULL && i < PARAMS; i++) {
    *q++ = '\0';
    char *next = strchr(q, '&'), *value = strchr(q, '=');
    if (value != NULL && (next == NULL || value < next)) *value++ = '\0';
    else value = NULL;
    query[i] = (algo_httpd_param_t){q, value != NULL ? value : ""};
    q = next;
  }
  return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const uint8_t *end = size > 0 ? memchr(data, '\n', size) : NULL;
  size_t head = end != NULL ? (size_t)(end - data) : size;
  char line[2048], *method, *path;
  if (head >= sizeof line) return 0;
  memcpy(line, data, head);
  line[head] = '\0';
  algo_httpd_param_t query[PARAMS + 1] = {{NULL, NULL}};
  if (!cut(line, &method, &path, query) || strstr(path, "advance") != NULL) return 0;
  algo_bytes_t body = end != NULL ? algo_bytes(end + 1, size - head - 1) : algo_bytes(NULL, 0);
  servers_t *s = servers();
  for (int which = 0; which < 3; which++) {
    algo_httpd_request_t req = {.method = method, .path = path, .body = body, .query = query};
    algo_httpd_response_t res = {.status = 200, .content_type = "application/json", .body = ALGO_BUF_INIT};
    if (which == 0) algo_rest_handle(s->rest, &req, &res);
    if (which == 1) algo_indexer_handle(s->rest, &req, &res);
    if (which == 2) algo_kmd_handle(s->kmd, &req, &res);
    if (res.status < 200 || res.status > 599) abort();
    algo_buf_fini(&res.body);
  }
  return 0;
}
