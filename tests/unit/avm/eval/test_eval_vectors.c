/* The recorded evaluations that hardly touch a ledger, each opcode's stack effect and cost with them: verdict, failure
 * text, trace, cost. The others run through the sandbox's ledger (tests/vectors). */
#include <stdio.h>
#include <stdlib.h>

#include "algo/asm.h"
#include "algo/avm.h"
#include "algo/hash.h"
#include "algo/json.h"
#include "algo/text.h"
#include "mock_ledger.h"
#include "suite.h"

typedef struct trace {
  algo_buf_t json;
  size_t steps;
  int64_t pops, keep; /* keep: values that stay below */
  int64_t pushes;
  bool has_slot;
  uint8_t slot;
} trace_t;

static void put_value(algo_buf_t *b, algo_tv_t v) {
  if (!v.is_bytes) {
    algo_buf_printf(b, "%llu", (unsigned long long)v.uint);
    return;
  }
  algo_buf_putc(b, '"');
  algo_hex_encode(b, v.bytes);
  algo_buf_putc(b, '"');
}

static void before_op(void *self, algo_avm_context_t *cx) {
  trace_t *t = self;
  algo_avm_explain_stack(cx, &t->pops, &t->pushes);
  t->has_slot = algo_avm_explain_scratch(cx, &t->slot);
  t->keep = (int64_t)algo_avm_cx_depth(cx) - t->pops;
  algo_buf_printf(&t->json, "%s[%u,%lld,[", t->steps++ ? "," : "", algo_avm_cx_pc(cx), (long long)t->pops);
}

static void after_op(void *self, algo_avm_context_t *cx, const algo_err_t *failure) {
  trace_t *t = self;
  if (failure == NULL) {
    for (size_t i = (size_t)t->keep; i < algo_avm_cx_depth(cx); i++) {
      if ((int64_t)i > t->keep) algo_buf_putc(&t->json, ',');
      put_value(&t->json, algo_avm_cx_stack(cx, i));
    }
  }
  algo_buf_puts(&t->json, "]");
  if (failure == NULL && t->has_slot) {
    algo_buf_printf(&t->json, ",{\"sc\":[[%u,", t->slot);
    put_value(&t->json, algo_avm_cx_scratch(cx, t->slot));
    algo_buf_puts(&t->json, "]]}");
  }
  algo_buf_putc(&t->json, ']');
}

typedef struct run {
  bool pass;
  algo_code_t rc;
  algo_bytes_t failure;
  uint64_t cost;
  algo_buf_t trace;
} run_t;

static bool decode_group(json_object *group, algo_stxn_t *out, size_t *n, algo_arena_t *arena) {
  *n = json_object_array_length(group);
  if (*n > ALGO_GROUP_MAX) return false;
  for (size_t i = 0; i < *n; i++) {
    json_object *o = json_object_array_get_idx(group, i);
    algo_buf_t raw = ALGO_BUF_INIT;
    if (!json_object_is_type(o, json_type_string)) return false;
    algo_hex_decode(&raw, json_object_get_string(o), (size_t)json_object_get_string_len(o), NULL);
    algo_bytes_t in = algo_arena_dup(arena, algo_buf_view(&raw));
    algo_buf_fini(&raw);
    if (algo_stxn_decode_next(&out[i], &in, false, arena, NULL) != ALGO_OK) return false;
  }
  return true;
}

static json_object *member(json_object *o, const char *key) {
  json_object *v = NULL;
  json_object_object_get_ex(o, key, &v);
  return v;
}

static uint64_t member_u64(json_object *o, const char *key) {
  json_object *v = member(o, key);
  return v == NULL ? 0 : json_object_get_uint64(v);
}

static void run_case(json_object *c, bool traced, algo_arena_t *arena, run_t *r) {
  static const algo_avm_ledger_ops_t *ledger;
  algo_stxn_t group[ALGO_GROUP_MAX];
  const algo_stxn_t *views[ALGO_GROUP_MAX];
  size_t n, at = member_u64(c, "i");
  trace_t trace = {.json = ALGO_BUF_INIT};
  algo_avm_tracer_t tracer = {.self = &trace, .before_op = before_op, .after_op = after_op};
  algo_err_t err;
  ledger = mock_ledger();
  *r = (run_t){.rc = ALGO_E_INTERNAL, .trace = ALGO_BUF_INIT};
  ck_assert(decode_group(member(c, "group"), group, &n, arena));
  for (size_t i = 0; i < n; i++) views[i] = &group[i];
  algo_avm_options_t opt = {.consensus = algo_consensus_future(),
                            .ledger = ledger,
                            .arena = arena,
                            .disassemble = algo_disasm_around,
                            .tracer = traced ? &tracer : NULL};
  opt.extra_budget = member_u64(member(c, "opt"), "extra-opcode-budget");
  algo_avm_group_t *g;
  ck_assert(algo_avm_group_new(&g, views, n, &opt, &err) == ALGO_OK);
  json_object *tx = json_object_array_get_idx(member(member(c, "result"), "tx"), at);
  if (strcmp(json_object_get_string(member(c, "mode")), "sig") == 0) {
    r->rc = algo_avm_check(g, at, group[at].lsig.logic, ALGO_AVM_SIG, NULL, &err);
    if (r->rc == ALGO_OK) r->rc = algo_avm_eval_sig(g, at, &r->pass, &r->cost, &err);
  } else {
    algo_bytes_t program = group[at].txn.approval_program;
    r->rc = algo_avm_check(g, at, program, ALGO_AVM_APP, NULL, &err);
    uint64_t app = tx ? member_u64(tx, "app") : 1127;
    if (r->rc == ALGO_OK) r->rc = algo_avm_eval_app(g, at, app ? app : 1127, program, &r->pass, &err);
    r->cost = algo_avm_group_budget_consumed(g);
  }
  if (r->rc != ALGO_OK) r->failure = algo_avm_group_failure(g);
  r->trace = trace.json;
}

/* Whether a recorded failure is the program's or its check's: others come before evaluation. */
static bool is_evaluated(json_object *result) {
  static const char *const before[] = {"bad ApprovalProgram", "program version mismatch", "LogicSig fields without",
                                       "version too new"};
  json_object *f = member(result, member(result, "fail") ? "fail" : "error");
  for (size_t i = 0; f && i < sizeof before / sizeof *before; i++)
    if (strstr(json_object_get_string(f), before[i])) return false;
  return true;
}

/* The recorded failure without what was put before the program's text. */
static algo_bytes_t recorded_failure(json_object *result) {
  json_object *f = member(result, "fail");
  if (f == NULL) f = member(result, "error");
  if (f == NULL) return (algo_bytes_t){NULL, 0};
  const char *s = json_object_get_string(f), *p;
  size_t n = (size_t)json_object_get_string_len(f);
  const char *const marks[] = {
      "logic eval error: ", "rejected by logic err=", "check failed on ApprovalProgram: ", " invalid : "};
  for (size_t i = 0; i < 4; i++) {
    if ((p = memmem(s, n, marks[i], strlen(marks[i]))) == NULL) continue;
    if (i >= 2) p += strlen(marks[i]);
    return algo_bytes(p, n - (size_t)(p - s));
  }
  return algo_bytes(s, n);
}

static bool same_trace(json_object *want, const algo_buf_t *have) {
  algo_buf_t whole = ALGO_BUF_INIT;
  bool same;
  algo_buf_printf(&whole, "[%.*s]", (int)have->n, (const char *)have->p);
  if (json_object_is_type(want, json_type_array)) {
    same = strcmp(algo_buf_cstr(&whole), json_object_to_json_string_ext(want, JSON_C_TO_STRING_PLAIN)) == 0;
  } else {
    uint8_t sum[32];
    algo_buf_t hex = ALGO_BUF_INIT;
    algo_sha256(sum, whole.p, whole.n);
    algo_hex_encode(&hex, algo_bytes(sum, 32));
    same = strcmp(algo_buf_cstr(&hex), json_object_get_string(member(want, "sha256"))) == 0;
    algo_buf_fini(&hex);
  }
  algo_buf_fini(&whole);
  return same;
}

static bool check_case(json_object *c, const char **what) {
  algo_arena_t arena = ALGO_ARENA_INIT;
  run_t r, fast;
  json_object *result = member(c, "result"), *tx = member(result, "tx");
  json_object *mine = tx ? json_object_array_get_idx(tx, member_u64(c, "i")) : NULL;
  json_object *trace = mine ? member(mine, "trace") : NULL, *steps = NULL;
  bool sig = strcmp(json_object_get_string(member(c, "mode")), "sig") == 0;
  if (trace) steps = member(trace, sig ? "ls" : "ap");
  run_case(c, true, &arena, &r);
  run_case(c, false, &arena, &fast);
  bool ok = member(result, "ok") && json_object_get_boolean(member(result, "ok"));
  algo_bytes_t want = recorded_failure(result);
  bool evaluated = is_evaluated(result);
  bool panic = want.n > 0 && memmem(want.p, want.n, "panic in TEAL", 13) != NULL;
  *what = NULL;
  if (ok != (r.rc == ALGO_OK && r.pass)) *what = "verdict";
  else if (!panic && evaluated && r.rc != ALGO_OK && !algo_bytes_eq(r.failure, want)) *what = "failure";
  else if (!panic && steps && !same_trace(steps, &r.trace)) *what = "trace";
  else if (!panic && mine && r.cost != member_u64(mine, sig ? "lcost" : "cost") && steps) *what = "cost";
  else if (fast.rc != r.rc || fast.pass != r.pass || fast.cost != r.cost || !algo_bytes_eq(fast.failure, r.failure))
    *what = "fast loop";
  if (*what && getenv("EVAL_VERBOSE")) {
    fprintf(stderr,
            "%s: %s\n  have rc=%d pass=%d cost=%llu fast cost=%llu %.*s\n  want %.*s\n  trace [%.*s]\n  want  %s\n",
            json_object_get_string(member(c, "id")), *what, r.rc, r.pass, (unsigned long long)r.cost,
            (unsigned long long)fast.cost, (int)r.failure.n, (const char *)r.failure.p, (int)want.n,
            (const char *)want.p, (int)(r.trace.n < 600 ? r.trace.n : 600), r.trace.p ? (const char *)r.trace.p : "",
            steps ? json_object_to_json_string_ext(steps, JSON_C_TO_STRING_PLAIN) : "");
  }
  algo_buf_fini(&r.trace);
  algo_buf_fini(&fast.trace);
  algo_arena_fini(&arena);
  return *what == NULL;
}

static const char *const families[] = {"int", "bmath", "bytes", "json",   "stack",  "scratch",  "flow",
                                       "raw", "type",  "under", "budget", "random", "random_v1"};

static bool wanted(const char *id) {
  const char *only = getenv("EVAL_ONLY");
  if (only != NULL) return strncmp(id, only, strlen(only)) == 0;
  for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
    size_t n = strlen(families[i]);
    if (strncmp(id, families[i], n) == 0 && id[n] == '/') return true;
  }
  return false;
}

START_TEST(recorded) {
  const char *dir = getenv("ALGORENT_VECTORS");
  char path[1024];
  snprintf(path, sizeof path, "%s/avm/eval.jsonl", dir ? dir : "../shared/vectors");
  FILE *f = fopen(path, "r");
  if (f == NULL) {
    printf("SKIPPED recorded: no %s\n", path);
    return;
  }
  char *line = NULL;
  size_t cap = 0, cases = 0, bad = 0;
  for (ssize_t n; (n = getline(&line, &cap, f)) > 0;) {
    json_object *c = json_tokener_parse(line);
    const char *id = c ? json_object_get_string(member(c, "id")) : "", *what;
    if (c && wanted(id) && json_object_array_length(member(c, "group")) == 1) {
      cases++;
      if (!check_case(c, &what)) {
        bad++;
        fprintf(stderr, "%s: %s\n", id, what);
      }
    }
    json_object_put(c);
  }
  free(line);
  fclose(f);
  printf("%zu recorded evaluations, %zu differ\n", cases, bad);
  ck_assert_uint_eq(bad, 0);
}
END_TEST

SUITE_MAIN("eval vectors", recorded)
