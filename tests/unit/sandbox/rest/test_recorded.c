/* Simulations that a real node answered (tests/vectors/data/simulate.jsonl): the whole answer is the same, with every
 * structure that the node prints into its texts. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "algo/json.h"
#include "algo/text.h"
#include "rest_client.h"

#define FILE_NAME "tests/vectors/data/simulate.jsonl"

static algo_node_t *node;
static algo_rest_t *rest;

static void open_node(json_object *genesis) {
  algo_err_t err;
  algo_node_options_t opt = {.mode = ALGO_NODE_DEV};
  opt.genesis_json = algo_bytes_str(json_object_to_json_string_ext(genesis, JSON_C_TO_STRING_PLAIN));
  ck_assert_msg(algo_node_new(&node, &opt, NULL, &err) == ALGO_OK, "%s", err.msg);
  ck_assert_int_eq(algo_rest_new(&rest, node, "secret", NULL, NULL), ALGO_OK);
}

static json_object *parse(const char *text, size_t n) {
  json_object *o = NULL;
  algo_err_t err;
  ck_assert_msg(algo_json_parse(&o, (const uint8_t *)text, n, &err) == ALGO_OK, "%s", err.msg);
  return o;
}

static void one_case(json_object *c) {
  const char *id = json_object_get_string(json_object_object_get(c, "id"));
  const char *hex = json_object_get_string(json_object_object_get(c, "request"));
  json_object *want = json_object_object_get(c, "answer");
  algo_buf_t body = ALGO_BUF_INIT;
  ck_assert_int_eq(algo_hex_decode(&body, hex, strlen(hex), NULL), ALGO_OK);
  rest_answer_t a = rest_ask(rest, "POST", "/v2/transactions/simulate?format=json", "secret", algo_buf_view(&body));
  ck_assert_msg(a.status == json_object_get_int(json_object_object_get(c, "status")), "%s: %d %s", id, a.status,
                a.body);
  json_object *got = parse(a.body, a.n);
  json_object_object_del(got, "last-round");
  ck_assert_msg(json_object_equal(got, want), "%s\n  the node: %s\n  here:     %s", id,
                json_object_to_json_string_ext(want, JSON_C_TO_STRING_PLAIN),
                json_object_to_json_string_ext(got, JSON_C_TO_STRING_PLAIN));
  json_object_put(got);
  rest_answer_free(&a);
  algo_buf_fini(&body);
}

START_TEST(simulations_are_the_nodes) {
  FILE *f = fopen(FILE_NAME, "r");
  char *line = NULL;
  size_t cap = 0, cases = 0;
  ck_assert_ptr_nonnull(f);
  for (ssize_t n; (n = getline(&line, &cap, f)) > 0;) {
    json_object *o = parse(line, (size_t)n), *genesis = json_object_object_get(o, "genesis");
    if (genesis != NULL) open_node(genesis);
    else one_case(o), cases++;
    json_object_put(o);
  }
  ck_assert_uint_ge(cases, 80);
  free(line);
  fclose(f);
  algo_rest_free(rest);
  algo_node_free(node);
}
END_TEST

int main(void) {
  Suite *s = suite_create("recorded simulations");
  TCase *t = tcase_create("all");
  tcase_add_test(t, simulations_are_the_nodes);
  suite_add_tcase(s, t);
  SRunner *r = srunner_create(s);
  srunner_run_all(r, CK_NORMAL);
  int failed = srunner_ntests_failed(r);
  srunner_free(r);
  return failed != 0;
}
