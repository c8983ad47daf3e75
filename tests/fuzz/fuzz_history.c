/* DIR/search, the table that the indexer's searches need, as it is read at a start: the input is the number of its
 * lifetimes and what is behind its head, which is of the chain. It is taken or not, and every search is answered. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

#include "algo/file.h"
#include "algo/rest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define HEAD  80u /* bytes */
#define LIVES 24u /* where the number of them stands */
#define SIZE  16u
#define SUM   72u

typedef struct place {
  char dir[64];
  algo_node_t *node;
  algo_buf_t head;
} place_t;

static void ask(algo_rest_t *rest, const char *path, const char *name, const char *value) {
  algo_httpd_param_t query[2] = {{name, value}, {NULL, NULL}};
  algo_httpd_request_t req = {.method = "GET", .path = path, .query = query};
  algo_httpd_response_t res = {.status = 200, .body = ALGO_BUF_INIT};
  algo_indexer_handle(rest, &req, &res);
  if (res.status != 200 && res.status != 404) abort();
  algo_buf_fini(&res.body);
}

static void begin(algo_rest_t **rest, algo_node_t *node) {
  if (algo_rest_new(rest, node, NULL, NULL, NULL) != ALGO_OK) abort();
}

static void pay(algo_node_t *node) {
  algo_key_t key;
  algo_buf_t raw = ALGO_BUF_INIT;
  const algo_submit_options_t opt = {.skip_signatures = true};
  algo_node_dev_key(&key, 1);
  const algo_stxn_t s = {.txn = {.type = ALGO_TX_PAY,
                                 .sender = key.addr,
                                 .receiver = {{9}},
                                 .amount = 1000000,
                                 .fee = 1000,
                                 .last_valid = 900,
                                 .genesis_hash = *algo_node_genesis_hash(node)}};
  algo_stxn_encode(&raw, &s);
  if (algo_node_submit(node, algo_buf_view(&raw), &opt, NULL, NULL, NULL, NULL) != ALGO_OK) abort();
  algo_buf_fini(&raw);
  algo_key_fini(&key);
}

/* A chain of a few blocks, and the head of its own table. */
static place_t *place(void) {
  static place_t p = {.dir = "/tmp/fuzz-history.XXXXXX"};
  char path[96];
  if (p.node != NULL) return &p;
  /* in memory, where there is such a place: the table is kept durably for each input */
  if (access("/dev/shm", W_OK) == 0) snprintf(p.dir, sizeof p.dir, "/dev/shm/fuzz-history.XXXXXX");
  if (mkdtemp(p.dir) == NULL) abort();
  snprintf(path, sizeof path, "%s/search", p.dir);
  const algo_node_options_t opt = {.mode = ALGO_NODE_DEV, .data_dir = p.dir};
  algo_rest_t *rest = NULL;
  if (algo_node_new(&p.node, &opt, NULL, NULL) != ALGO_OK) abort();
  pay(p.node);
  if (algo_node_advance(p.node, 2, NULL) != ALGO_OK) abort();
  begin(&rest, p.node);
  ask(rest, "/v2/assets", NULL, NULL);
  algo_rest_free(rest);
  if (algo_file_read(&p.head, path, SIZE_MAX, NULL) != ALGO_OK || p.head.n < HEAD) abort();
  p.head.n = HEAD;
  return &p;
}

static void put(const place_t *p, const uint8_t *data, size_t size) {
  const uint64_t lives = data[0], n = size - 1;
  const uint32_t sum = (uint32_t)crc32_z(crc32_z(0, NULL, 0), data + 1, size - 1);
  algo_buf_t b = ALGO_BUF_INIT;
  algo_buf_putb(&b, algo_buf_view(&p->head));
  memcpy(b.p + LIVES, &lives, sizeof lives);
  memcpy(b.p + SIZE, &n, sizeof n);
  memcpy(b.p + SUM, &sum, sizeof sum);
  algo_buf_put(&b, data + 1, size - 1);
  if (algo_file_replace(p->dir, "search", algo_buf_view(&b), NULL) != ALGO_OK) abort();
  algo_buf_fini(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const char *const paths[] = {"/v2/accounts", "/v2/assets", "/v2/applications", "/v2/transactions",
                                      "/v2/block-headers"};
  place_t *p = place();
  algo_rest_t *rest = NULL;
  if (size == 0) return 0;
  put(p, data, size);
  begin(&rest, p->node);
  for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) ask(rest, paths[i], "include-all", "true");
  ask(rest, "/v2/transactions", "tx-type", "pay");
  ask(rest, "/v2/accounts/BEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAOZFNMZM", "include-all", "true");
  algo_rest_free(rest);
  return 0;
}
