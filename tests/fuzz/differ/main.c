/* differ PEER_URL OWN_URL [SEED [COUNT]]: the same compile, disassemble and simulate requests to both nodes; answers
 * that differ are printed with the program. The two must have the same genesis and be at its round. Tokens come from
 * the environment: PEER_TOKEN, OWN_TOKEN. Exit 1 when any differed. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "algo/hash.h"
#include "algo/http.h"
#include "algo/json.h"
#include "algo/text.h"
#include "algo/txn.h"
#include "differ.h"

typedef struct node {
  algo_http_t *http;
  algo_buf_t answer;
  int status;
} node_t;

typedef struct differ {
  node_t peer, own;
  algo_addr_t sender;
  algo_digest_t genesis_hash;
  algo_arena_t arena;
  uint64_t compiled, simulated, approved, crashed, differed;
} differ_t;

static void open_node(node_t *n, const char *url, const char *token) {
  static const char all_a[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
  char header[256];
  algo_err_t err;
  algo_err_init(&err);
  snprintf(header, sizeof header, "X-Algo-API-Token: %s", token != NULL && *token != '\0' ? token : all_a);
  algo_http_options_t opt = {.base_url = url, .header = header};
  if (algo_http_new(&n->http, &opt, NULL, &err) == ALGO_OK) return;
  fprintf(stderr, "differ: %s\n", err.msg);
  exit(2);
}

/* False: no answer, which is how a real node's crashed handler looks. */
static bool ask(node_t *n, const char *method, const char *path, algo_bytes_t body) {
  algo_http_request_t req = {.method = method, .path = path, .body = body, .content_type = "application/x-binary"};
  n->status = 0;
  return algo_http_do(n->http, &req, &n->status, &n->answer, NULL) == ALGO_OK;
}

static json_object *parse(const node_t *n) {
  json_object *o = NULL;
  return algo_json_parse(&o, n->answer.p, n->answer.n, NULL) == ALGO_OK ? o : NULL;
}

/* The node fills these lists from hash maps, in any order. */
static bool is_unordered(const char *key) {
  static const char *const lists[] = {"global-state-delta", "local-state-delta", "app-globals",
                                      "app-boxes",          "app-locals",        "kvs"};
  for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
    if (strcmp(key, lists[i]) == 0) return true;
  }
  return false;
}

static int by_text(const void *x, const void *y) {
  return strcmp(json_object_to_json_string_ext(*(json_object *const *)x, 0),
                json_object_to_json_string_ext(*(json_object *const *)y, 0));
}

/* Takes away what two nodes need not agree on, and sorts what has no order. */
static void strip(json_object *o) {
  if (json_object_is_type(o, json_type_array)) {
    for (size_t i = 0; i < json_object_array_length(o); i++) strip(json_object_array_get_idx(o, i));
  }
  if (!json_object_is_type(o, json_type_object)) return;
  json_object_object_del(o, "last-round");
  json_object_object_del(o, "version");
  json_object_object_foreach(o, key, value) {
    strip(value);
    if (is_unordered(key) && json_object_is_type(value, json_type_array)) json_object_array_sort(value, by_text);
  }
}

static void report(differ_t *d, const char *what, algo_bytes_t program, const char *where) {
  d->differed++;
  printf("---- %s: %d and %d%.3000s\n%.*s\n", what, d->peer.status, d->own.status, where, (int)program.n,
         (const char *)program.p);
}

/* Both nodes are asked; true: both said yes, with the same answer. Where the peer's own tracer crashed there is nothing
 * to compare with. */
static bool agree(differ_t *d, const char *what, const char *path, algo_bytes_t body, algo_bytes_t program) {
  bool peer = ask(&d->peer, "POST", path, body), own = ask(&d->own, "POST", path, body);
  if (!peer || memmem(d->peer.answer.p, d->peer.answer.n, "panic in TEAL Eval", 18) != NULL) {
    d->crashed++;
    return false;
  }
  json_object *x = parse(&d->peer), *y = own ? parse(&d->own) : NULL;
  if (x != NULL && y != NULL) strip(x), strip(y);
  algo_buf_t where = ALGO_BUF_INIT;
  bool same = d->peer.status == d->own.status && x != NULL && y != NULL && same_json(&where, x, y);
  if (!same) report(d, what, program, algo_buf_cstr(&where));
  algo_buf_fini(&where);
  json_object_put(x);
  json_object_put(y);
  return same && d->peer.status == 200;
}

static void put_str(algo_buf_t *b, const char *text) { /* msgpack, up to 31 bytes */
  algo_buf_putc(b, (uint8_t)(0xa0 | strlen(text)));
  algo_buf_puts(b, text);
}

static void put_yes(algo_buf_t *b, const char *key) {
  put_str(b, key);
  algo_buf_putc(b, 0xc3);
}

/* A simulate request of one transaction, everything traced. */
static void put_request(algo_buf_t *b, const algo_stxn_t *s) {
  algo_buf_putc(b, 0x83);
  put_yes(b, "allow-empty-signatures");
  put_str(b, "exec-trace-config");
  algo_buf_putc(b, 0x84);
  put_yes(b, "enable");
  put_yes(b, "scratch-change");
  put_yes(b, "stack-change");
  put_yes(b, "state-change");
  put_str(b, "txn-groups");
  algo_buf_puts(b, "\x91\x81");
  put_str(b, "txns");
  algo_buf_putc(b, 0x91);
  algo_stxn_encode(b, s);
}

static void simulate(differ_t *d, algo_bytes_t code, algo_bytes_t program, bool sig) {
  static const algo_bytes_t args[] = {{(const uint8_t *)"one", 3}, {(const uint8_t *)"\0\0\0\0\0\0\0\5", 8}};
  static const algo_box_ref_t boxes[] = {{0, {(const uint8_t *)"k0", 2}}, {0, {(const uint8_t *)"k1", 2}}};
  static const uint8_t clear[] = {2, 0x20, 1, 1, 0x22};
  algo_stxn_t s = {
      .txn = {.sender = d->sender, .fee = 2000, .first_valid = 1, .last_valid = 1000, .genesis_hash = d->genesis_hash}};
  uint8_t own_clear[sizeof clear];
  memcpy(own_clear, clear, sizeof clear);
  own_clear[0] = code.p[0];
  if (sig) {
    s.txn.type = ALGO_TX_PAY;
    s.txn.receiver = d->sender;
    s.lsig.logic = code;
    s.lsig.args = args;
    s.lsig.n_args = 2;
    algo_addr_of_program(&s.txn.sender, code);
    s.txn.fee = 0;
  } else {
    s.txn.type = ALGO_TX_APPL;
    s.txn.approval_program = code;
    s.txn.clear_program = algo_bytes(own_clear, sizeof own_clear);
    s.txn.app_args = args;
    s.txn.n_app_args = 2;
    s.txn.boxes = boxes;
    s.txn.n_boxes = 2;
    s.txn.global_schema = (algo_schema_t){4, 4};
    s.txn.local_schema = (algo_schema_t){2, 2};
  }
  algo_buf_t body = ALGO_BUF_INIT;
  put_request(&body, &s);
  d->simulated++;
  static const char path[] = "/v2/transactions/simulate?format=json";
  if (agree(d, "simulate", path, algo_buf_view(&body), program)) {
    d->approved += memmem(d->peer.answer.p, d->peer.answer.n, "failure-message", 15) == NULL;
  }
  algo_buf_fini(&body);
}

/* The program that a compile answer has. */
static bool compiled_code(differ_t *d, algo_bytes_t *out) {
  json_object *o = parse(&d->peer);
  algo_bytes_t text;
  algo_buf_t code = ALGO_BUF_INIT;
  bool ok = o != NULL && algo_json_get_str(o, "result", &text, NULL) == ALGO_OK &&
            algo_base64_decode(&code, (const char *)text.p, text.n, NULL) == ALGO_OK;
  if (ok) *out = algo_arena_dup(&d->arena, algo_buf_view(&code));
  algo_buf_fini(&code);
  json_object_put(o);
  return ok && out->n > 0;
}

static void one_program(differ_t *d, rng_t *r) {
  algo_buf_t source = ALGO_BUF_INIT;
  algo_bytes_t code;
  bool sig = rng_one_in(r, 3);
  generate_program(&source, r, sig);
  if (rng_one_in(r, 5)) mutate_program(&source, r);
  algo_bytes_t program = algo_buf_view(&source);
  bool both = agree(d, "compile", "/v2/teal/compile?sourcemap=true", program, program);
  if (both && compiled_code(d, &code)) {
    d->compiled++;
    (void)agree(d, "disassemble", "/v2/teal/disassemble", code, program);
    simulate(d, code, program, sig);
  }
  algo_buf_fini(&source);
  algo_arena_reset(&d->arena);
}

/* The genesis hash, and the richest account of the genesis. */
static bool learn(differ_t *d) {
  if (!ask(&d->peer, "GET", "/v2/transactions/params", algo_bytes(NULL, 0))) return false;
  json_object *o = parse(&d->peer);
  algo_buf_t hash = ALGO_BUF_INIT;
  bool ok = o != NULL && algo_json_opt_base64(o, "genesis-hash", &hash, NULL) == ALGO_OK && hash.n == 32;
  if (ok) memcpy(d->genesis_hash.b, hash.p, 32);
  algo_buf_fini(&hash);
  json_object_put(o);
  if (!ok || !ask(&d->peer, "GET", "/genesis", algo_bytes(NULL, 0))) return false;
  o = parse(&d->peer);
  json_object *alloc = o != NULL ? json_object_object_get(o, "alloc") : NULL;
  uint64_t richest = 0;
  for (size_t i = 0; alloc != NULL && i < json_object_array_length(alloc); i++) {
    json_object *a = json_object_array_get_idx(alloc, i), *state = json_object_object_get(a, "state");
    const char *addr = json_object_get_string(json_object_object_get(a, "addr"));
    uint64_t amount = json_object_get_uint64(json_object_object_get(state, "algo"));
    const char *comment = json_object_get_string(json_object_object_get(a, "comment"));
    if (amount <= richest || addr == NULL || comment == NULL || strncmp(comment, "Wallet", 6) != 0) continue;
    if (algo_addr_parse(&d->sender, addr, strlen(addr), NULL) == ALGO_OK) richest = amount;
  }
  json_object_put(o);
  return richest > 0;
}

int main(int argc, char **argv) {
  differ_t d = {0};
  rng_t r = {argc > 3 ? strtoull(argv[3], NULL, 10) : 1};
  uint64_t count = argc > 4 ? strtoull(argv[4], NULL, 10) : 1000;
  if (argc < 3) {
    fprintf(stderr, "usage: differ PEER_URL OWN_URL [SEED [COUNT]]\n");
    return 2;
  }
  open_node(&d.peer, argv[1], getenv("PEER_TOKEN"));
  open_node(&d.own, argv[2], getenv("OWN_TOKEN"));
  if (!learn(&d)) {
    fprintf(stderr, "differ: %s does not tell its genesis\n", argv[1]);
    return 2;
  }
  for (uint64_t i = 0; i < count && d.differed < 20; i++) one_program(&d, &r);
  printf("%" PRIu64 " assembled, %" PRIu64 " simulated, %" PRIu64 " approved, %" PRIu64
         " where the peer crashed, %" PRIu64 " differ\n",
         d.compiled, d.simulated, d.approved, d.crashed, d.differed);
  algo_http_free(d.peer.http);
  algo_http_free(d.own.http);
  algo_buf_fini(&d.peer.answer);
  algo_buf_fini(&d.own.answer);
  algo_arena_fini(&d.arena);
  return d.differed > 0;
}
