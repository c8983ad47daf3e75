/* What a node reads at its start, or of a dump: an event with the checksum that it would have. A refusal is fine, and
 * the node goes on. */
#include <stdlib.h>
#include <zlib.h>

#include "algo/node.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct world {
  algo_node_t *node;
  algo_buf_t dump; /* of a fresh node */
} world_t;

static world_t *world(void) {
  static world_t w;
  if (w.node != NULL) return &w;
  algo_node_options_t opt = {.mode = ALGO_NODE_DEV};
  if (algo_node_new(&w.node, &opt, NULL, NULL) != ALGO_OK || algo_node_dump(w.node, &w.dump, NULL) != ALGO_OK) abort();
  return &w;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  world_t *w = world();
  algo_buf_t dump = ALGO_BUF_INIT;
  algo_err_t err;
  uint32_t head[2] = {(uint32_t)size, (uint32_t)crc32_z(crc32_z(0, NULL, 0), data, size)};
  algo_buf_putb(&dump, algo_buf_view(&w->dump));
  algo_buf_put(&dump, head, sizeof head);
  algo_buf_put(&dump, data, size);
  (void)algo_node_load(w->node, algo_buf_view(&dump), NULL, &err);
  if (algo_node_advance(w->node, 1, &err) != ALGO_OK) abort();
  algo_buf_fini(&dump);
  return 0;
}
