/* Recorded blocks as a node: every answer is compared with the real node's, byte for byte. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rest_client.h"
#include "suite.h"

static const char *vectors(void) {
  const char *v = getenv("ALGORENT_VECTORS");
  return v != NULL ? v : "../shared/vectors";
}

static char *slurp(const char *path, size_t *n) {
  FILE *f = fopen(path, "rb");
  if (f == NULL) return NULL;
  fseek(f, 0, SEEK_END);
  *n = (size_t)ftell(f);
  rewind(f);
  char *p = malloc(*n + 1);
  ck_assert_uint_eq(fread(p, 1, *n, f), *n);
  p[*n] = '\0';
  fclose(f);
  return p;
}

static algo_node_t *node;
static algo_rest_t *rest;

static bool open_recorded(void) {
  char dir[512];
  snprintf(dir, sizeof dir, "%s/blocks", vectors());
  if (access(dir, R_OK) != 0) return false;
  algo_err_t err;
  ck_assert_msg(algo_node_new_replay(&node, dir, NULL, &err) == ALGO_OK, "%s", err.msg);
  ck_assert_int_eq(algo_rest_new(&rest, node, "secret", NULL, NULL), ALGO_OK);
  return true;
}

static void shut(void) {
  algo_rest_free(rest);
  algo_node_free(node);
}

START_TEST(json_blocks_are_the_nodes) {
  if (!open_recorded()) return;
  for (unsigned r = 0; r <= algo_node_round(node); r++) {
    char path[512], url[64];
    size_t n;
    snprintf(path, sizeof path, "%s/blocks-json/%06u.json", vectors(), r);
    snprintf(url, sizeof url, "/v2/blocks/%u", r);
    char *want = slurp(path, &n);
    ck_assert_ptr_nonnull(want);
    rest_answer_t a = rest_get(rest, url);
    ck_assert_int_eq(a.status, 200);
    ck_assert_msg(a.n == n && memcmp(a.body, want, n) == 0, "round %u: the JSON differs", r);
    rest_answer_free(&a);
    free(want);
  }
  shut();
}
END_TEST

START_TEST(msgpack_blocks_are_the_files) {
  if (!open_recorded()) return;
  char path[512];
  size_t n;
  snprintf(path, sizeof path, "%s/blocks/000122.msgp", vectors());
  char *want = slurp(path, &n);
  rest_answer_t a = rest_get(rest, "/v2/blocks/122?format=msgpack");
  ck_assert_str_eq(a.type, "application/msgpack");
  ck_assert_str_eq(a.header, "block-v1");
  ck_assert(a.n == n && memcmp(a.body, want, n) == 0);
  rest_answer_free(&a);
  free(want);
  shut();
}
END_TEST

START_TEST(each_block_names_the_hash_of_the_one_before) {
  if (!open_recorded()) return;
  for (unsigned r = 1; r <= algo_node_round(node); r++) {
    char url[64], needle[80];
    snprintf(url, sizeof url, "/v2/blocks/%u/hash", r - 1);
    rest_answer_t h = rest_get(rest, url);
    snprintf(needle, sizeof needle, "\"blk-%.52s\"", h.body + strlen("{\"blockHash\":\""));
    snprintf(url, sizeof url, "/v2/blocks/%u", r);
    rest_answer_t b = rest_get(rest, url);
    ck_assert_msg(strstr(b.body, needle) != NULL, "round %u: %s", r, needle);
    rest_answer_free(&h);
    rest_answer_free(&b);
  }
  shut();
}
END_TEST

START_TEST(identity_of_the_network) {
  if (!open_recorded()) return;
  rest_answer_t a = rest_get(rest, "/v2/transactions/params");
  ck_assert_str_eq(a.body,
                   "{\"consensus-version\":\"future\",\"fee\":0,\"genesis-hash\":\"9/nGZ5Gr8ElNZo6RlvSnHs5HHMweskK/"
                   "8LuwntOh6pQ=\",\"genesis-id\":\"rec-v1\",\"last-round\":231,\"min-fee\":1000}\n");
  rest_answer_free(&a);
  char path[512];
  size_t n;
  snprintf(path, sizeof path, "%s/genesis.json", vectors());
  char *want = slurp(path, &n);
  a = rest_get(rest, "/genesis");
  ck_assert(a.n == n && memcmp(a.body, want, n) == 0);
  rest_answer_free(&a);
  free(want);
  shut();
}
END_TEST

START_TEST(refusals_have_the_nodes_words) {
  static const struct {
    const char *method, *path, *token;
    int status;
    const char *body;
  } cases[] = {
      {"GET", "/v2/blocks/999", "secret", 404, "failed to retrieve information from the ledger"},
      {"GET", "/v2/blocks/abc", "secret", 400,
       "Invalid format for parameter round: error binding string parameter: strconv.ParseUint: parsing \\\"abc\\\": "
       "invalid "
       "syntax"},
      {"GET", "/v2/blocks/18446744073709551616", "secret", 400,
       "Invalid format for parameter round: error binding string parameter: strconv.ParseUint: parsing "
       "\\\"18446744073709551616\\\": value out of range"},
      {"GET", "/v2/blocks/1?format=xml", "secret", 400, "failed to parse the format option"},
      {"GET", "/v2/blocks/1", "wrong", 401, "Invalid API Token"},
      {"GET", "/v2/blocks/1", NULL, 401, "Invalid API Token"},
      {"GET", "/v2/nothing", "secret", 404, "Not Found"},
      {"GET", "/a/b/c/d/e/f/g/h/i/j/k", "secret", 404, "Not Found"},
      {"POST", "/v2/status", "secret", 405, "Method Not Allowed"},
  };
  if (!open_recorded()) return;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char want[512];
    snprintf(want, sizeof want, "{\"message\":\"%s\"}\n", cases[i].body);
    rest_answer_t a = rest_ask(rest, cases[i].method, cases[i].path, cases[i].token, algo_bytes(NULL, 0));
    ck_assert_int_eq(a.status, cases[i].status);
    ck_assert_str_eq(a.body, want);
    rest_answer_free(&a);
  }
  shut();
}
END_TEST

START_TEST(open_routes_ask_for_no_token) {
  if (!open_recorded()) return;
  static const char *const paths[] = {"/health", "/ready", "/versions", "/genesis", "/metrics", "/health/"};
  for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
    rest_answer_t a = rest_ask(rest, "GET", paths[i], NULL, algo_bytes(NULL, 0));
    ck_assert_int_eq(a.status, 200);
    rest_answer_free(&a);
  }
  shut();
}
END_TEST

START_TEST(a_folder_without_blocks_is_said_to_be_one) {
  algo_err_t err;
  algo_node_t *n = NULL;
  ck_assert_int_eq(algo_node_new_replay(&n, "tests", NULL, &err), ALGO_E_NOT_FOUND);
  ck_assert_str_eq(err.msg, "tests: no recorded block there (files named NNNNNN.msgp)");
  ck_assert_int_eq(algo_node_new_replay(&n, "no-such-folder", NULL, &err), ALGO_E_IO);
  ck_assert_str_eq(err.msg, "no-such-folder: No such file or directory");
}
END_TEST

static void write_file(const char *dir, const char *name, const void *p, size_t n) {
  char path[600];
  snprintf(path, sizeof path, "%s/%s", dir, name);
  FILE *f = fopen(path, "wb");
  ck_assert_ptr_nonnull(f);
  ck_assert_uint_eq(fwrite(p, 1, n, f), n);
  fclose(f);
}

START_TEST(state_deltas_are_the_files_where_they_are_there) {
  char from[512], dir[] = "/tmp/algorent-replay.XXXXXX", deltas[64], command[128];
  size_t n;
  snprintf(from, sizeof from, "%s/blocks/000001.msgp", vectors());
  if (access(from, R_OK) != 0) return;
  ck_assert_ptr_nonnull(mkdtemp(dir));
  snprintf(deltas, sizeof deltas, "%s/deltas", dir);
  ck_assert_int_eq(mkdir(deltas, 0700), 0);
  char *block = slurp(from, &n);
  write_file(dir, "000001.msgp", block, n);
  write_file(dir, "000002.msgp", block, n);
  write_file(deltas, "000001.msgp",
             "\x81\xa5"
             "Accts\x80",
             8);
  algo_err_t err;
  ck_assert_msg(algo_node_new_replay(&node, dir, NULL, &err) == ALGO_OK, "%s", err.msg);
  ck_assert_int_eq(algo_rest_new(&rest, node, "secret", NULL, NULL), ALGO_OK);
  rest_answer_t a = rest_get(rest, "/v2/deltas/1?format=msgpack");
  ck_assert_int_eq(a.status, 200);
  ck_assert(a.n == 8 && memcmp(a.body,
                               "\x81\xa5"
                               "Accts\x80",
                               8) == 0);
  rest_answer_free(&a);
  static const char *const none[] = {"/v2/deltas/2?format=msgpack", "/v2/deltas/3?format=msgpack"};
  for (size_t i = 0; i < 2; i++) {
    a = rest_get(rest, none[i]);
    ck_assert_int_eq(a.status, 404);
    rest_answer_free(&a);
  }
  /* With deltas it stands for a follower node. */
  static const struct {
    const char *method, *path;
    int status;
    const char *body;
  } sync[] = {{"GET", "/v2/ledger/sync", 200, "{\"round\":1}\n"},
              {"POST", "/v2/ledger/sync/2", 200, ""},
              {"GET", "/v2/ledger/sync", 200, "{\"round\":2}\n"},
              {"DELETE", "/v2/ledger/sync", 200, ""},
              {"GET", "/v2/ledger/sync", 404, "{\"message\":\"failed retrieving sync round from ledger\"}\n"}};
  for (size_t i = 0; i < sizeof sync / sizeof *sync; i++) {
    a = rest_ask(rest, sync[i].method, sync[i].path, "secret", algo_bytes(NULL, 0));
    ck_assert_int_eq(a.status, sync[i].status);
    ck_assert_str_eq(a.body, sync[i].body);
    rest_answer_free(&a);
  }
  shut();
  free(block);
  snprintf(command, sizeof command, "rm -rf '%s'", dir);
  ck_assert_int_eq(system(command), 0);
}
END_TEST

int main(void) {
  char probe[512];
  snprintf(probe, sizeof probe, "%s/blocks", vectors());
  if (access(probe, R_OK) != 0) printf("SKIPPED test_replay: %s is not there\n", probe);
  TCase *t = tcase_create("replay");
  tcase_add_test(t, json_blocks_are_the_nodes);
  tcase_add_test(t, msgpack_blocks_are_the_files);
  tcase_add_test(t, each_block_names_the_hash_of_the_one_before);
  tcase_add_test(t, identity_of_the_network);
  tcase_add_test(t, refusals_have_the_nodes_words);
  tcase_add_test(t, open_routes_ask_for_no_token);
  tcase_add_test(t, a_folder_without_blocks_is_said_to_be_one);
  tcase_add_test(t, state_deltas_are_the_files_where_they_are_there);
  return suite_case("replay", t);
}
