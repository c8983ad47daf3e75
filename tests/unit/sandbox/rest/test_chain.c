/* Chains that take each other's place, and a history that has every block or says that it has not. */
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#include "algo/file.h"
#include "rest_client.h"
#include "suite.h"

static algo_node_t *manual(const char *dir) {
  algo_node_t *n = NULL;
  const algo_node_options_t opt = {.mode = ALGO_NODE_MANUAL, .data_dir = dir};
  SUITE_OK(algo_node_new(&n, &opt, NULL, suite_err));
  return n;
}

/* ---- two at once ---- */

static struct {
  algo_node_t *nodes[2];
  atomic_uint made;
  sem_t second_done;
} race;

/* The first to come is slow to return: until the second has been answered, or could not be yet. */
static algo_code_t make(void *user, const algo_rest_chain_t *what, algo_node_t **out, algo_err_t *err) {
  struct timespec end;
  (void)user;
  (void)what;
  (void)err;
  unsigned mine = atomic_fetch_add(&race.made, 1);
  *out = race.nodes[mine];
  clock_gettime(CLOCK_REALTIME, &end);
  end.tv_sec += 1;
  if (mine == 0) (void)sem_timedwait(&race.second_done, &end);
  return ALGO_OK;
}

static struct {
  const algo_node_t *nodes[4];
  atomic_uint n;
} dropped;

static void drop(void *user, algo_node_t *node) {
  (void)user;
  unsigned i = atomic_fetch_add(&dropped.n, 1);
  ck_assert_uint_lt(i, 4);
  dropped.nodes[i] = node;
}

static void *ask_for_one(void *rest) {
  rest_answer_t a = rest_ask(rest, "POST", "/sandbox/v1/seed", NULL, ALGO_BYTES_LIT("{\"seed\":\"x\"}"));
  int status = a.status;
  rest_answer_free(&a);
  if (atomic_load(&race.made) == 2) sem_post(&race.second_done);
  return status == 200 ? rest : NULL;
}

START_TEST(the_last_one_made_answers) {
  algo_rest_t *rest = NULL;
  algo_node_t *first = manual(NULL);
  pthread_t askers[2];
  sem_init(&race.second_done, 0, 0);
  for (uint64_t i = 0; i < 2; i++) {
    race.nodes[i] = manual(NULL);
    SUITE_OK(algo_node_advance(race.nodes[i], 10 * (i + 1), suite_err));
  }
  SUITE_OK(algo_rest_new(&rest, first, NULL, NULL, suite_err));
  algo_rest_on_chain(rest, make, drop, NULL);
  for (unsigned i = 0; i < 2; i++) {
    ck_assert_int_eq(pthread_create(&askers[i], NULL, ask_for_one, rest), 0);
    while (i == 0 && atomic_load(&race.made) == 0) usleep(1000);
  }
  for (unsigned i = 0; i < 2; i++) {
    void *fine;
    pthread_join(askers[i], &fine);
    ck_assert_ptr_nonnull(fine);
  }
  rest_answer_t a = rest_get(rest, "/v2/status");
  ck_assert_msg(strstr(a.body, "\"last-round\":20,") != NULL, "%s", a.body);
  rest_answer_free(&a);
  ck_assert_uint_eq(atomic_load(&dropped.n), 2); /* each of the former ones, once */
  bool in_order = dropped.nodes[0] == first;
  ck_assert(dropped.nodes[!in_order] == first && dropped.nodes[in_order] == race.nodes[0]);
  algo_rest_free(rest);
  for (unsigned i = 0; i < 2; i++) algo_node_free(race.nodes[i]);
  algo_node_free(first);
}
END_TEST

/* ---- a block that cannot be read ---- */

static void ask_history(algo_rest_t *rest, int status, const char *contains) {
  algo_httpd_request_t req = {.method = "GET", .path = "/v2/assets"};
  algo_httpd_response_t res = {.status = 200, .body = ALGO_BUF_INIT};
  algo_indexer_handle(rest, &req, &res);
  ck_assert_msg(res.status == status && strstr(algo_buf_cstr(&res.body), contains), "%d %s", res.status,
                algo_buf_cstr(&res.body));
  algo_buf_fini(&res.body);
}

START_TEST(a_block_that_cannot_be_read_is_said) {
  static const char *const names[] = {"log", "lock", "blocks", "index", "ids", "state", "state-before", "search"};
  char dir[] = "/tmp/algorent-chain-XXXXXX", path[64];
  uint8_t was[64], wrong[64] = {0xc1, 0xc1, 0xc1};
  algo_rest_t *rest = NULL;
  ck_assert_ptr_nonnull(mkdtemp(dir));
  algo_node_t *node = manual(dir);
  SUITE_OK(algo_node_advance(node, 3000, suite_err));
  SUITE_OK(algo_rest_new(&rest, node, NULL, NULL, suite_err));
  snprintf(path, sizeof path, "%s/blocks", dir);
  FILE *f = fopen(path, "r+b");
  ck_assert_ptr_nonnull(f);
  setbuf(f, NULL);
  ck_assert_uint_eq(fread(was, 1, sizeof was, f), sizeof was);
  rewind(f);
  ck_assert_uint_eq(fwrite(wrong, 1, sizeof wrong, f), sizeof wrong);
  for (unsigned i = 0; i < 2; i++) ask_history(rest, 500, "block 0: ");
  rewind(f);
  ck_assert_uint_eq(fwrite(was, 1, sizeof was, f), sizeof was);
  fclose(f);
  ask_history(rest, 200, "\"current-round\":3000");
  algo_rest_free(rest);
  algo_node_free(node);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    snprintf(path, sizeof path, "%s/%s", dir, names[i]);
    (void)unlink(path);
  }
  ck_assert_int_eq(rmdir(dir), 0);
}
END_TEST

/* ---- the search table, kept beside the chain ---- */

typedef struct kept {
  char dir[64], blocks[96], search[96];
  algo_node_t *node;
  algo_rest_t *rest;
} kept_t;

static void kept_open(kept_t *k) {
  k->node = manual(k->dir);
  SUITE_OK(algo_rest_new(&k->rest, k->node, NULL, NULL, suite_err));
}

static void kept_close(kept_t *k) {
  algo_rest_free(k->rest);
  algo_node_free(k->node);
}

static void write_at(const char *path, long at) {
  static const uint8_t wrong[64] = {0xc1, 0xc1, 0xc1};
  FILE *f = fopen(path, "r+b");
  ck_assert_ptr_nonnull(f);
  ck_assert_int_eq(fseek(f, at, SEEK_SET), 0);
  ck_assert_uint_eq(fwrite(wrong, 1, sizeof wrong, f), sizeof wrong);
  fclose(f);
}

/* The blocks are written anew at each start; then whoever looks at block 0 fails. */
static void kept_open_without_blocks(kept_t *k) {
  kept_open(k);
  write_at(k->blocks, 0);
}

/* It is taken at the next start, without a look at the blocks; not where it is damaged, or of blocks that were taken
 * back: then the blocks are looked at. */
START_TEST(searches_are_quick_after_a_restart) {
  kept_t k = {.dir = "/tmp/algorent-search-XXXXXX"};
  char command[96];
  uint64_t id;
  ck_assert_ptr_nonnull(mkdtemp(k.dir));
  snprintf(k.blocks, sizeof k.blocks, "%s/blocks", k.dir);
  snprintf(k.search, sizeof k.search, "%s/search", k.dir);
  kept_open(&k);
  SUITE_OK(algo_node_advance(k.node, 3000, suite_err));
  ask_history(k.rest, 200, "\"current-round\":3000");
  kept_close(&k);
  kept_open_without_blocks(&k);
  ask_history(k.rest, 200, "\"current-round\":3000");
  SUITE_OK(algo_node_advance(k.node, 10, suite_err));
  ask_history(k.rest, 200, "\"current-round\":3010");
  SUITE_OK(algo_node_snapshot(k.node, &id, suite_err));
  SUITE_OK(algo_node_advance(k.node, 10, suite_err));
  ask_history(k.rest, 200, "\"current-round\":3020");
  kept_close(&k);
  kept_open_without_blocks(&k);
  SUITE_OK(algo_node_revert(k.node, id, suite_err)); /* the table is of blocks that are there no more */
  ask_history(k.rest, 500, "block 0: ");
  kept_close(&k);
  kept_open(&k);
  ask_history(k.rest, 200, "\"current-round\":3010");
  kept_close(&k);
  kept_open_without_blocks(&k);
  ask_history(k.rest, 200, "\"current-round\":3010");
  kept_close(&k);
  write_at(k.search, 100);
  kept_open_without_blocks(&k);
  ask_history(k.rest, 500, "block 0: ");
  kept_close(&k);
  kept_open(&k);
  ask_history(k.rest, 200, "\"current-round\":3010");
  kept_close(&k);
  snprintf(command, sizeof command, "rm -r %s", k.dir);
  ck_assert_int_eq(system(command), 0);
}
END_TEST

/* What the file says, changed, with the checksum that this is what was written. */
enum { SIZE = 16, LIVES = 24, NEXT = 32, SUM = 72, HEAD = 80, LIFE = 64, CREATED = 8 };

static uint64_t word(const algo_buf_t *b, size_t at) {
  uint64_t x;
  ck_assert_uint_le(at + sizeof x, b->n);
  memcpy(&x, b->p + at, sizeof x);
  return x;
}

static void put_word(algo_buf_t *b, size_t at, uint64_t x) {
  ck_assert_uint_le(at + sizeof x, b->n);
  memcpy(b->p + at, &x, sizeof x);
}

/* Marks that begin far behind the chain's tip. */
static void move_marks(algo_buf_t *b) { put_word(b, HEAD + word(b, LIVES) * LIFE, UINT64_C(1) << 40); }

/* An account that came in a block that is not there yet. */
static void come_later(algo_buf_t *b) { put_word(b, HEAD + CREATED, word(b, NEXT)); }

/* More accounts than the chain has transactions. */
static void add_lives(algo_buf_t *b) {
  uint64_t n = word(b, LIVES), more = 100000;
  algo_buf_t out = ALGO_BUF_INIT;
  algo_buf_put(&out, b->p, HEAD + n * LIFE);
  for (uint64_t i = 1; i <= more; i++) {
    uint64_t life[LIFE / 8] = {[LIFE / 8 - 1] = i};
    algo_buf_put(&out, life, sizeof life);
  }
  algo_buf_put(&out, b->p + HEAD + n * LIFE, b->n - HEAD - n * LIFE);
  algo_buf_fini(b);
  *b = out;
  put_word(b, LIVES, n + more);
}

static void tamper(const char *path, void (*how)(algo_buf_t *b)) {
  algo_buf_t b = ALGO_BUF_INIT;
  SUITE_OK(algo_file_read(&b, path, SIZE_MAX, suite_err));
  ck_assert_uint_gt(b.n, HEAD);
  how(&b);
  put_word(&b, SIZE, b.n - HEAD);
  const uint32_t sum = (uint32_t)crc32_z(crc32_z(0, NULL, 0), b.p + HEAD, b.n - HEAD);
  memcpy(b.p + SUM, &sum, sizeof sum);
  SUITE_OK(algo_file_write(path, algo_buf_view(&b), suite_err));
  algo_buf_fini(&b);
}

static void pay_self(algo_rest_t *rest) {
  char who[ALGO_ADDR_TEXT + 1], body[256];
  algo_key_t key;
  algo_node_dev_key(&key, 1);
  algo_addr_format(who, &key.addr);
  algo_key_fini(&key);
  int n = snprintf(body, sizeof body, "{\"type\":\"pay\",\"snd\":\"%s\",\"rcv\":\"%s\",\"amt\":1}", who, who);
  rest_answer_t a = rest_ask(rest, "POST", "/sandbox/v1/transactions", NULL, algo_bytes(body, (size_t)n));
  ck_assert_msg(a.status == 200, "%s", a.body);
  rest_answer_free(&a);
}

START_TEST(a_search_table_that_does_not_fit_the_chain) {
  kept_t k = {.dir = "/tmp/algorent-search-XXXXXX"};
  char command[96];
  ck_assert_ptr_nonnull(mkdtemp(k.dir));
  snprintf(k.search, sizeof k.search, "%s/search", k.dir);
  kept_open(&k);
  SUITE_OK(algo_node_advance(k.node, 10, suite_err));
  ask_history(k.rest, 200, "\"current-round\":10");
  kept_close(&k);
  tamper(k.search, move_marks);
  kept_open(&k);
  pay_self(k.rest); /* a block with nothing in it gets no marks */
  SUITE_OK(algo_node_advance(k.node, 10, suite_err));
  ask_history(k.rest, 200, "\"current-round\":20");
  kept_close(&k);
  snprintf(command, sizeof command, "rm -r %s", k.dir);
  ck_assert_int_eq(system(command), 0);
}
END_TEST

/* What the chain cannot have is not taken, however sound the file looks: the blocks are looked at. */
START_TEST(a_search_table_that_says_too_much) {
  void (*const how[])(algo_buf_t * b) = {NULL, add_lives, come_later};
  kept_t k = {.dir = "/tmp/algorent-search-XXXXXX"};
  char command[96];
  ck_assert_ptr_nonnull(mkdtemp(k.dir));
  snprintf(k.blocks, sizeof k.blocks, "%s/blocks", k.dir);
  snprintf(k.search, sizeof k.search, "%s/search", k.dir);
  for (size_t i = 0; i < sizeof how / sizeof *how; i++) {
    kept_open(&k);
    if (i == 0) SUITE_OK(algo_node_advance(k.node, 3000, suite_err));
    ask_history(k.rest, 200, "\"current-round\":3000");
    kept_close(&k);
    if (how[i] != NULL) tamper(k.search, how[i]);
    kept_open_without_blocks(&k);
    ask_history(k.rest, how[i] == NULL ? 200 : 500, how[i] == NULL ? "\"current-round\":3000" : "block 0: ");
    kept_close(&k);
  }
  snprintf(command, sizeof command, "rm -r %s", k.dir);
  ck_assert_int_eq(system(command), 0);
}
END_TEST

/* ---- an account of a past round, beside blocks that are made as fast as can be ---- */

typedef struct hurry {
  algo_node_t *node;
  atomic_bool end;
} hurry_t;

static void *make_blocks(void *arg) {
  hurry_t *h = arg;
  while (!atomic_load(&h->end)) SUITE_OK(algo_node_advance(h->node, 1, suite_err));
  return NULL;
}

START_TEST(an_account_is_led_back_beside_fast_blocks) {
  hurry_t h = {.node = manual(NULL)};
  algo_rest_t *rest = NULL;
  char path[128] = "/v2/accounts/";
  algo_key_t key;
  pthread_t maker;
  algo_node_dev_key(&key, 1);
  algo_addr_format(path + strlen(path), &key.addr);
  algo_key_fini(&key);
  SUITE_OK(algo_rest_new(&rest, h.node, NULL, NULL, suite_err));
  pay_self(rest);
  SUITE_OK(algo_node_advance(h.node, 1, suite_err));
  ck_assert_int_eq(pthread_create(&maker, NULL, make_blocks, &h), 0);
  for (unsigned i = 0; i < 100; i++) {
    const algo_httpd_param_t round[2] = {{"round", i % 2 == 0 ? "0" : "1"}, {NULL, NULL}};
    algo_httpd_request_t req = {.method = "GET", .path = path, .query = round};
    algo_httpd_response_t res = {.status = 200, .body = ALGO_BUF_INIT};
    algo_indexer_handle(rest, &req, &res);
    const char *said = algo_buf_cstr(&res.body);
    ck_assert_msg(res.status == 200 && strncmp(said, "{\"account\":{\"address\":", 22) == 0, "%d %s", res.status, said);
    ck_assert_msg(strstr(said, i % 2 == 0 ? "\"amount\":4000000000000000," : "\"amount\":3999999999999000,") != NULL,
                  "%s", said);
    algo_buf_fini(&res.body);
  }
  atomic_store(&h.end, true);
  pthread_join(maker, NULL);
  algo_rest_free(rest);
  algo_node_free(h.node);
}
END_TEST

SUITE_MAIN("chain", an_account_is_led_back_beside_fast_blocks, a_search_table_that_says_too_much,
           a_search_table_that_does_not_fit_the_chain, searches_are_quick_after_a_restart, the_last_one_made_answers,
           a_block_that_cannot_be_read_is_said)
