/* teal-gen check as people and machines use it: exit codes, options, and SARIF as its schema (OASIS, 2.1.0) wants it.
 */
#include <stdarg.h>
#include <sys/wait.h>
#include <unistd.h>

#include "algo/json.h"
#include "suite.h"

#define CORPUS "tests/unit/teal-gen/check/corpus/"

static char program[4096], output[1 << 20];
static int status;

/* The program stands beside the tests: build/KIND/tests/unit/teal-gen/check/test_reports. */
static void find_program(void) {
  ssize_t n = readlink("/proc/self/exe", program, sizeof program - 64);
  ck_assert_int_gt(n, 0);
  program[n] = '\0';
  for (int up = 0; up < 5; up++) *strrchr(program, '/') = '\0';
  strcat(program, "/bin/teal-gen");
}

static void run(const char *arguments) {
  char command[8192];
  if (program[0] == '\0') find_program();
  snprintf(command, sizeof command, "%s check %s 2>&1", program, arguments);
  FILE *f = popen(command, "r");
  ck_assert_ptr_nonnull(f);
  output[fread(output, 1, sizeof output - 1, f)] = '\0';
  int rc = pclose(f);
  status = WIFEXITED(rc) ? WEXITSTATUS(rc) : -1;
}

static void has(const char *text) { ck_assert_msg(strstr(output, text) != NULL, "no '%s' in:\n%s", text, output); }

START_TEST(exit_codes) {
  run("--mode sig " CORPUS "rekey-to.sig.fixed1.teal");
  ck_assert_int_eq(status, 0);
  run("--mode sig " CORPUS "rekey-to.sig.vuln1.teal");
  ck_assert_int_eq(status, 1);
  has("rekey-to.sig.vuln1.teal:24:1: error: RekeyTo is not checked [rekey-to]");
  has("way: 3-24");
  has("fix: ");
  run("");
  ck_assert_int_eq(status, 2);
  run("--rule no-such " CORPUS "rekey-to.sig.vuln1.teal");
  ck_assert_int_eq(status, 2);
  has("no-such: no such rule");
  run("--mode other x");
  ck_assert_int_eq(status, 2);
  run("README.md");
  ck_assert_int_eq(status, 65);
  run("no/such/file");
  ck_assert_int_eq(status, 74);
  has("no/such/file");
  run("--help");
  ck_assert_int_eq(status, 0);
  has("examples:");
}
END_TEST

START_TEST(options_choose) {
  run("--mode sig --exclude rekey-to " CORPUS "rekey-to.sig.vuln1.teal");
  ck_assert_int_eq(status, 0);
  run("--mode sig --rule fee-unchecked,rekey-to " CORPUS "rekey-to.sig.vuln1.teal");
  ck_assert_int_eq(status, 1);
  run("--mode app " CORPUS "updatable.app.vuln1.teal");
  ck_assert_int_eq(status, 0);
  run("--mode app --level note " CORPUS "updatable.app.vuln1.teal");
  ck_assert_int_eq(status, 1);
  run("--level note --allowed --mode app " CORPUS "allow-unused.app.fixed1.teal");
  ck_assert_int_eq(status, 0);
  has("because: the account has plenty, and calls are few");
  run("--explain rekey-to");
  ck_assert_int_eq(status, 0);
  has("## rekey-to");
  run("--list");
  has("payment-reuse\terror\t");
}
END_TEST

/* ---- SARIF ---- */

static json_object *member(json_object *o, const char *key, json_type type) {
  json_object *v = NULL;
  ck_assert_msg(json_object_object_get_ex(o, key, &v), "no %s", key);
  ck_assert_msg(json_object_get_type(v) == type, "%s is of another type", key);
  return v;
}

/* The schema allows no other members. */
static void only(json_object *o, const char *const *allowed) {
  json_object_object_foreach(o, key, value) {
    (void)value;
    const char *const *a = allowed;
    while (*a != NULL && strcmp(*a, key) != 0) a++;
    ck_assert_msg(*a != NULL, "%s is not in the schema here", key);
  }
}
#define ONLY(o, ...) only(o, (const char *const[]){__VA_ARGS__, NULL})

static void check_place(json_object *location) {
  ONLY(location, "physicalLocation");
  json_object *place = member(location, "physicalLocation", json_type_object);
  ONLY(place, "artifactLocation", "region");
  json_object *artifact = member(place, "artifactLocation", json_type_object), *region = NULL;
  ONLY(artifact, "uri");
  ck_assert_ptr_null(strchr(json_object_get_string(member(artifact, "uri", json_type_string)), ' '));
  region = member(place, "region", json_type_object);
  ONLY(region, "startLine", "startColumn", "byteOffset", "byteLength");
  json_object *line = NULL;
  if (json_object_object_get_ex(region, "startLine", &line)) {
    ck_assert_int_ge(json_object_get_int(line), 1);
    ck_assert_int_ge(json_object_get_int(member(region, "startColumn", json_type_int)), 1);
  } else {
    ck_assert_int_ge(json_object_get_int(member(region, "byteOffset", json_type_int)), 1);
  }
}

static void check_flow(json_object *result) {
  json_object *flow = json_object_array_get_idx(member(result, "codeFlows", json_type_array), 0);
  ONLY(flow, "threadFlows");
  json_object *thread = json_object_array_get_idx(member(flow, "threadFlows", json_type_array), 0);
  ONLY(thread, "locations");
  json_object *locations = member(thread, "locations", json_type_array);
  ck_assert_uint_ge(json_object_array_length(locations), 1);
  for (size_t i = 0; i < json_object_array_length(locations); i++) {
    json_object *at = json_object_array_get_idx(locations, i);
    ONLY(at, "location");
    check_place(member(at, "location", json_type_object));
  }
}

static void check_result(json_object *rules, json_object *result) {
  ONLY(result, "ruleId", "ruleIndex", "level", "message", "locations", "codeFlows", "suppressions");
  json_object *rule =
      json_object_array_get_idx(rules, (size_t)json_object_get_int(member(result, "ruleIndex", json_type_int)));
  ck_assert_str_eq(json_object_get_string(member(result, "ruleId", json_type_string)),
                   json_object_get_string(member(rule, "id", json_type_string)));
  const char *level = json_object_get_string(member(result, "level", json_type_string));
  ck_assert(strcmp(level, "error") == 0 || strcmp(level, "warning") == 0 || strcmp(level, "note") == 0);
  json_object *message = member(result, "message", json_type_object);
  ONLY(message, "text");
  (void)member(message, "text", json_type_string);
  check_place(json_object_array_get_idx(member(result, "locations", json_type_array), 0));
  check_flow(result);
  json_object *suppressions = NULL;
  if (!json_object_object_get_ex(result, "suppressions", &suppressions)) return;
  json_object *one = json_object_array_get_idx(suppressions, 0);
  ONLY(one, "kind", "justification");
  ck_assert_str_eq(json_object_get_string(member(one, "kind", json_type_string)), "inSource");
}

static size_t check_sarif(void) {
  json_object *all = NULL;
  SUITE_OK(algo_json_parse(&all, output, strlen(output), suite_err));
  ONLY(all, "$schema", "version", "runs");
  ck_assert_str_eq(json_object_get_string(member(all, "version", json_type_string)), "2.1.0");
  json_object *runs = json_object_array_get_idx(member(all, "runs", json_type_array), 0);
  ONLY(runs, "tool", "columnKind", "results");
  ck_assert_str_eq(json_object_get_string(member(runs, "columnKind", json_type_string)), "utf16CodeUnits");
  json_object *driver = member(member(runs, "tool", json_type_object), "driver", json_type_object);
  ONLY(driver, "name", "version", "rules");
  json_object *rules = member(driver, "rules", json_type_array);
  for (size_t i = 0; i < json_object_array_length(rules); i++) {
    json_object *rule = json_object_array_get_idx(rules, i);
    ONLY(rule, "id", "shortDescription", "fullDescription", "help", "defaultConfiguration");
    ONLY(member(rule, "defaultConfiguration", json_type_object), "level");
    (void)member(member(rule, "help", json_type_object), "text", json_type_string);
  }
  json_object *results = member(runs, "results", json_type_array);
  size_t n = json_object_array_length(results);
  for (size_t i = 0; i < n; i++) check_result(rules, json_object_array_get_idx(results, i));
  json_object_put(all);
  return n;
}

START_TEST(sarif) {
  run("--sarif --level note --mode app " CORPUS "payment-reuse.app.vuln1.teal " CORPUS
      "inner-fee.app.vuln1.teal " CORPUS "allow-unused.app.fixed1.teal");
  ck_assert_int_eq(status, 1);
  ck_assert_uint_eq(check_sarif(), 5);
  run("--sarif --level note contracts/rental/generated/algo.approval.bin");
  ck_assert_uint_gt(check_sarif(), 0);
}
END_TEST

START_TEST(json) {
  run("--json --mode sig " CORPUS "rekey-to.sig.vuln2.teal");
  json_object *all = NULL;
  SUITE_OK(algo_json_parse(&all, output, strlen(output), suite_err));
  json_object *file = json_object_array_get_idx(all, 0);
  json_object *finding = json_object_array_get_idx(member(file, "findings", json_type_array), 0);
  ck_assert_str_eq(json_object_get_string(member(finding, "rule", json_type_string)), "rekey-to");
  ck_assert_uint_ge(json_object_array_length(member(finding, "path", json_type_array)), 2);
  (void)member(finding, "fix", json_type_string);
  json_object_put(all);
}
END_TEST

SUITE_MAIN("teal-gen check, reports", exit_codes, options_choose, sarif, json)
