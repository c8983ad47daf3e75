/* The search table on the disk, so that a start need not look at every block again. It is a copy of what the blocks
 * say: the caller sees by the last block's hash whether it is of this chain. */
#include <stdlib.h>
#include <zlib.h>

#include "algo/file.h"
#include "history_impl.h"

typedef struct head {
  char magic[16];
  uint64_t size, lives, next; /* bytes of what follows; in them so many lifetimes; as the history has it */
  uint8_t last[32];
  uint32_t sum, zero; /* CRC-32 of what follows */
} head_t;

typedef struct kept { /* a lifetime */
  uint64_t id, created, closed;
  uint8_t kind, deleted, sig, zero[5];
  algo_addr_t addr;
} kept_t;

static const char magic[16] = "sandbox search 1";
static const char *const sigs[] = {NULL, "sig", "msig", "lsig"};
#define SIGS (sizeof sigs / sizeof *sigs)

static uint32_t sum_of(const uint8_t *p, size_t n) { return (uint32_t)crc32_z(crc32_z(0, NULL, 0), p, n); }

static uint8_t sig_of(const char *s) {
  uint8_t i = 0;
  while (s != NULL && i + 1u < SIGS && (i == 0 || strcmp(sigs[i], s) != 0)) i++;
  return i;
}

void history_save(algo_rest_t *r, const algo_node_t *node) {
  rest_history_t *h = r->history;
  const char *dir = algo_node_folder(node);
  algo_buf_t b = ALGO_BUF_INIT;
  algo_err_t err;
  if (dir == NULL || h->next == 0) return;
  head_t head = {.lives = h->n, .next = h->next};
  memcpy(head.magic, magic, sizeof magic);
  memcpy(head.last, h->last, sizeof h->last);
  algo_buf_put(&b, &head, sizeof head);
  for (size_t i = 0; i < h->n; i++) {
    const life_t *l = &h->v[i];
    const kept_t k = {.id = l->id,
                      .created = l->created,
                      .closed = l->closed,
                      .kind = (uint8_t)l->kind,
                      .deleted = l->deleted,
                      .sig = sig_of(l->sig),
                      .addr = l->addr};
    algo_buf_put(&b, &k, sizeof k);
  }
  rounds_save(h->rounds, &b);
  if (!b.oom) {
    head.size = b.n - sizeof head;
    head.sum = sum_of(b.p + sizeof head, b.n - sizeof head);
    memcpy(b.p, &head, sizeof head);
    if (algo_file_replace_durably(dir, "search", algo_buf_view(&b), NULL, &err) != ALGO_OK)
      algo_env_log(&r->env, ALGO_LOG_WARN, "the search table is not kept: %s", err.msg);
    h->saved = h->next; /* or else not tried again at once */
  }
  algo_buf_fini(&b);
}

/* The most that the chain can have of each. A transaction, an inner one too, begins or ends no more than three
 * lifetimes, and a block one beside them. */
typedef struct most {
  uint64_t next, lives;
  size_t bytes;
} most_t;

static bool most_of(most_t *out, algo_node_t *node) {
  const algo_ledger_t *l = algo_node_read(node);
  if (l == NULL) return false;
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_header_t first = {.round = algo_node_first(node)}; /* a fork's transactions are counted on from its network's */
  const algo_header_t *tip = algo_ledger_tip(l);
  bool ok = first.round == 0 || algo_ledger_header(l, first.round, &first, &arena, NULL) == ALGO_OK;
  uint64_t blocks = tip->round - first.round + 1, txns = tip->txn_counter - first.txn_counter;
  out->next = tip->round + 1;
  ok = ok && txns < UINT32_MAX / 4 && blocks < UINT32_MAX / 4 && algo_ledger_genesis(l)->n_alloc < UINT32_MAX / 4;
  out->lives = algo_ledger_genesis(l)->n_alloc + blocks + 3 * txns;
  out->bytes = ok ? sizeof(head_t) + (size_t)out->lives * sizeof(kept_t) + rounds_bytes((size_t)blocks) : 0;
  algo_node_read_done(node);
  algo_arena_fini(&arena);
  return ok;
}

static bool fits(const kept_t *k, uint64_t next) {
  return k->kind <= LIFE_LOCAL && k->sig < SIGS && k->created < next && k->closed < next &&
         (k->kind == LIFE_ACCOUNT) == (k->id == 0);
}

static bool take(rest_history_t *h, const head_t *head, const most_t *most, algo_bytes_t in) {
  if (head->next > most->next || head->lives > most->lives || head->lives > in.n / sizeof(kept_t)) return false;
  for (uint64_t i = 0; i < head->lives; i++) {
    kept_t k;
    memcpy(&k, in.p + i * sizeof k, sizeof k);
    if (!fits(&k, head->next) || !history_put(h, &(life_t){.kind = (life_kind_t)k.kind,
                                                           .deleted = k.deleted != 0,
                                                           .sig = sigs[k.sig],
                                                           .id = k.id,
                                                           .addr = k.addr,
                                                           .created = k.created,
                                                           .closed = k.closed}))
      return false;
  }
  size_t used = (size_t)head->lives * sizeof(kept_t);
  in = algo_bytes(in.p + used, in.n - used);
  return rounds_load(h->rounds, &in, head->next) && in.n == 0;
}

void history_load(rest_history_t *h, algo_node_t *node) {
  const char *dir = algo_node_folder(node);
  algo_buf_t path = ALGO_BUF_INIT, b = ALGO_BUF_INIT;
  head_t head;
  most_t most;
  if (dir == NULL || !most_of(&most, node)) return;
  algo_buf_printf(&path, "%s/search", dir);
  if (!path.oom && algo_file_read(&b, algo_buf_cstr(&path), most.bytes, NULL) == ALGO_OK && b.n >= sizeof head) {
    memcpy(&head, b.p, sizeof head);
    bool good = memcmp(head.magic, magic, sizeof magic) == 0 && head.size == b.n - sizeof head &&
                head.sum == sum_of(b.p + sizeof head, b.n - sizeof head);
    if (good && take(h, &head, &most, algo_bytes(b.p + sizeof head, b.n - sizeof head))) {
      h->next = h->saved = head.next;
      memcpy(h->last, head.last, sizeof h->last);
    } else {
      history_clear(h);
    }
  }
  algo_buf_fini(&path);
  algo_buf_fini(&b);
}
