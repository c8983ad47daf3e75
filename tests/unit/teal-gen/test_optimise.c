/* The optimiser on hand-written programs: what each rule does, what is refused, and that random programs do the same
 * with every rule alone and with all of them, on generated inputs. ALGORENT_PROGRAMS: how many of those. */
#include <stdarg.h>

#include "algo/asm.h"
#include "algo/tealgen.h"
#include "algo/tealgen_prove.h"
#include "suite.h"

static algo_arena_t arena;
static algo_err_t err;

static algo_code_t optimise(tg_optimised_t *out, const char *source, const char *rules, tg_mode_t mode) {
  tg_options_t o = {.optimise = 2};
  if (rules) ck_assert_int_eq(tg_rule_mask(&o.rules, rules, &err), ALGO_OK);
  return tg_optimise_source(out, algo_bytes_str(source), "test.teal", &o, mode, &arena, &err);
}

/* What a rule makes of a program, line by line without comments. */
static const char *made(const char *source, const char *rules, tg_mode_t mode) {
  tg_optimised_t o;
  static char text[4096];
  size_t n = 0;
  ck_assert_msg(!optimise(&o, source, rules, mode), "%s", err.msg);
  for (const char *p = o.teal; *p;) {
    size_t line = strcspn(p, "\n"), cut = 0;
    while (cut < line && (p[cut] != '/' || p[cut + 1] != '/')) cut++;
    while (*p == ' ' && cut) p++, cut--, line--;
    while (cut && p[cut - 1] == ' ') cut--;
    if (cut && *p != '#') n += (size_t)snprintf(text + n, sizeof text - n, "%.*s;", (int)cut, p);
    p += line + (p[line] == '\n');
  }
  return text;
}

static const struct {
  const char *rule, *source, *becomes;
} cases[] = {
    {"fold", "#pragma version 8\npushint 2\npushint 3\n+\nreturn", "pushint 5;return;"},
    {"fold", "#pragma version 8\npushint 2\npushint 3\n-\nreturn", NULL}, /* fails, and goes on failing */
    {"fold", "#pragma version 8\ntxn Fee\npushint 0\n==\nreturn", "txn Fee;!;return;"},
    {"fold", "#pragma version 8\ntxn Note\nlen\npushint 0\n+\nreturn", "txn Note;len;return;"},
    {"fold", "#pragma version 8\npushint 1\nassert\npushint 7\nreturn", "pushint 7;return;"},
    {"fold", "#pragma version 8\ntxn Note\npushint 1\npushint 4\nextract3\nlen\nreturn",
     "txn Note;extract 1 4;len;return;"},
    {"fold", "#pragma version 8\npushint 0\ntxnas ApplicationArgs\nbtoi\nreturn",
     "txna ApplicationArgs 0;btoi;return;"},
    {"fold", "#pragma version 8\npushbytes \"ab\"\npushbytes \"cd\"\nconcat\nlen\nreturn", "pushint 4;return;"},
    {"peephole", "#pragma version 8\ntxn Fee\ntxn Amount\n==\n!\nreturn", "txn Fee;txn Amount;!=;return;"},
    {"peephole", "#pragma version 8\ntxn Fee\npop\npushint 1\nreturn", "pushint 1;return;"},
    {"peephole", "#pragma version 8\ntxn LastLog\npop\npushint 1\nreturn", NULL}, /* fails, and goes on failing */
    {"peephole", "#pragma version 8\nglobal CreatorAddress\npop\npushint 1\nreturn", NULL}, /* in a signature */
    {"peephole", "#pragma version 8\ntxn Fee\nbnz ok\nerr\nok:\npushint 1\nreturn",
     "txn Fee;assert;ok:;pushint 1;return;"},
    {"peephole", "#pragma version 8\ntxn Fee\ntxn Amount\nswap\n+\nreturn", "txn Fee;txn Amount;+;return;"},
    {"peephole", "#pragma version 8\ntxn Note\ntxn Fee\nswap\npop\nreturn", "txn Note;txn Fee;bury 1;return;"},
    {"jumps", "#pragma version 8\ntxn Fee\nbz a\npushint 1\nreturn\na:\nb c\nc:\npushint 2\nreturn",
     "txn Fee;bz c;pushint 1;return;c:;pushint 2;return;"},
    {"jumps", "#pragma version 8\npushint 1\nreturn\npushint 2\npop\nerr", "pushint 1;return;"},
    {"common", "#pragma version 8\ntxn Note\nsha256\ntxn Note\nsha256\n==\nreturn", "txn Note;sha256;dup;==;return;"},
    {"inline", "#pragma version 8\ncallsub a\nreturn\na:\ntxn Fee\nretsub", "txn Fee;return;a:;txn Fee;retsub;"},
    {"propagate,jumps", "#pragma version 8\npushint 9\nstore 3\ntxn Fee\nbz a\ntxn Note\nlog\na:\nload 3\nreturn",
     "pushint 9;store 3;txn Fee;bz a;txn Note;log;a:;pushint 9;return;"},
};

START_TEST(rules_do_what_they_say) {
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    tg_optimised_t o;
    if (cases[i].becomes) ck_assert_str_eq(made(cases[i].source, cases[i].rule, TG_MODE_UNKNOWN), cases[i].becomes);
    else ck_assert(!optimise(&o, cases[i].source, cases[i].rule, TG_MODE_UNKNOWN) && o.unchanged);
  }
}
END_TEST

/* What others may read of an application's scratch space stays; a signature's is its own. */
START_TEST(scratch_space_is_left_for_others) {
  static const char source[] = "#pragma version 8\ntxn Fee\nstore 5\nload 5\nreturn";
  ck_assert_str_eq(made(source, "stack,peephole", TG_MODE_SIG), "txn Fee;return;");
  ck_assert_str_eq(made(source, "stack", TG_MODE_APP), "txn Fee;store 5;load 5;return;");
}
END_TEST

START_TEST(refuses_what_it_cannot) {
  static const struct {
    const char *source, *says;
  } bad[] = {
      {"#pragma version 8\nglobal OpcodeBudget\nreturn", "line 2: reads OpcodeBudget"},
      {"#pragma version 8\ntxn Note\ntxn Note\ntxn Note\ned25519verify\nreturn", "line 5: ed25519verify"},
      {"#pragma version 8\ntxn Fee\nbz a\na:\nintcblock 1 2\nintc_0\nreturn", "line 5: a constant block"},
  };
  tg_optimised_t o;
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    ck_assert_int_eq(optimise(&o, bad[i].source, NULL, TG_MODE_UNKNOWN), ALGO_E_UNSUPPORTED);
    ck_assert_msg(strstr(err.msg, bad[i].says) != NULL, "%s", err.msg);
  }
  static const char zero[] = "#pragma version 8\nint 1 // a\0b\nreturn";
  ck_assert_int_eq(tg_optimise_source(&o, algo_bytes(zero, sizeof zero - 1), "zero", &(tg_options_t){.optimise = 2},
                                      TG_MODE_UNKNOWN, &arena, &err),
                   ALGO_E_UNSUPPORTED);
  ck_assert_int_eq(optimise(&o, "#pragma version 8\nnosuch", NULL, TG_MODE_UNKNOWN), ALGO_E_ASM);
  ck_assert(strstr(o.teal, "nosuch") != NULL);
  uint32_t mask;
  ck_assert_int_eq(tg_rule_mask(&mask, "fold,nosuch", &err), ALGO_E_INVALID);
}
END_TEST

/* ---- random programs ---- */

typedef struct maker {
  algo_buf_t out;
  uint64_t rng;
  unsigned labels, depth, routines;
  bool blocks; /* its constants are in blocks */
} maker_t;

static uint64_t rnd(maker_t *m, uint64_t n) {
  m->rng = m->rng * 6364136223846793005u + 1442695040888963407u;
  return (m->rng >> 33) % n;
}

static void line(maker_t *m, const char *fmt, ...) {
  va_list ap;
  char text[200];
  va_start(ap, fmt);
  vsnprintf(text, sizeof text, fmt, ap);
  va_end(ap);
  for (char *p = text; m->blocks && (p = strstr(p, "push")); p++) memmove(p, p + 4, strlen(p + 4) + 1);
  for (char *p = text; m->blocks && (p = strstr(p, "bytes ")); p++) memmove(p + 4, p + 5, strlen(p + 5) + 1);
  algo_buf_printf(&m->out, "%s\n", text);
}

static void bytes_value(maker_t *m, unsigned depth);

/* Pushes a number. */
static void number_value(maker_t *m, unsigned depth) {
  static const char *const two[] = {"+", "-", "*", "/", "%", "<", ">", "==", "!=", "&&", "||", "|", "&", "^"};
  static const char *const fields[] = {"Fee", "NumAppArgs", "FirstValid", "GroupIndex"};
  static const unsigned long long numbers[] = {0, 1, 2, 3, 8, 255, 256, 65536, 18446744073709551615ull};
  switch (rnd(m, depth ? 9 : 3)) {
  case 0: line(m, "pushint %llu", numbers[rnd(m, 9)]); break;
  case 1: line(m, "load %u", (unsigned)rnd(m, 4)); break;
  case 2: line(m, "txn %s", fields[rnd(m, 4)]); break;
  case 3:
    number_value(m, depth - 1);
    line(m, rnd(m, 2) ? "!" : "~");
    break;
  case 4:
    bytes_value(m, depth - 1);
    line(m, "len");
    break;
  case 5:
    number_value(m, depth - 1);
    line(m, "dup");
    number_value(m, depth - 1);
    line(m, "select");
    break;
  default:
    number_value(m, depth - 1);
    number_value(m, depth - 1);
    line(m, "%s", two[rnd(m, 14)]);
  }
}

static void bytes_value(maker_t *m, unsigned depth) {
  switch (rnd(m, depth ? 6 : 3)) {
  case 0: line(m, "pushbytes \"%.*s\"", (int)(1 + rnd(m, 4)), "abcd"); break;
  case 1: line(m, "load %u", 10 + (unsigned)rnd(m, 2)); break;
  case 2: line(m, "txn Sender"); break;
  case 3:
    number_value(m, depth - 1);
    line(m, "itob");
    break;
  case 4:
    bytes_value(m, depth - 1);
    line(m, "sha256");
    break;
  default:
    bytes_value(m, depth - 1);
    bytes_value(m, depth - 1);
    line(m, "concat");
  }
}

static void statements(maker_t *m, unsigned n);

static void a_branch(maker_t *m) {
  unsigned no = m->labels++, end = m->labels++;
  number_value(m, 2);
  line(m, rnd(m, 2) ? "bz l%u" : "bnz l%u", no);
  m->depth++;
  statements(m, 1 + (unsigned)rnd(m, 3));
  line(m, "b l%u\nl%u:", end, no);
  statements(m, (unsigned)rnd(m, 3));
  line(m, "l%u:", end);
  m->depth--;
}

static void a_loop(maker_t *m) {
  unsigned top = m->labels++, slot = 20 + m->depth;
  line(m, "pushint %u\nstore %u\nl%u:", 1 + (unsigned)rnd(m, 4), slot, top);
  m->depth++;
  statements(m, 1 + (unsigned)rnd(m, 2));
  m->depth--;
  line(m, "load %u\npushint 1\n-\ndup\nstore %u\nbnz l%u", slot, slot, top);
}

static void statement(maker_t *m) {
  switch (rnd(m, m->depth < 3 ? 12 : 7)) {
  case 0:
  case 1:
    number_value(m, 3);
    line(m, "store %u", (unsigned)rnd(m, 4));
    break;
  case 2:
    bytes_value(m, 2);
    line(m, "store %u", 10 + (unsigned)rnd(m, 2));
    break;
  case 3:
    number_value(m, 2);
    line(m, "itob\nlog");
    break;
  case 4:
    line(m, "pushbytes \"k%u\"", (unsigned)rnd(m, 3));
    number_value(m, 2);
    line(m, "app_global_put");
    break;
  case 10: line(m, "txn Sender\ntxn Sender\nconcat\nsha256\npushbytes \"twice\"\nconcat\nlog"); break;
  case 11:
    line(m, "txn Fee\npushint 1001\n==\nbz l%u", m->labels++);
    line(m, "txn Sender\ntxn Note\nconcat\nlog\npushint 1\nreturn\nl%u:", m->labels - 1);
    break;
  case 5: line(m, "pushbytes \"k%u\"\napp_global_get\nstore %u", (unsigned)rnd(m, 3), (unsigned)rnd(m, 4)); break;
  case 6:
    number_value(m, 1);
    line(m, rnd(m, 4) ? "pop" : "pushint 0\n!=\npop");
    break;
  case 7:
    if (m->routines) line(m, "callsub r%u", (unsigned)rnd(m, m->routines));
    break;
  case 8: a_loop(m); break;
  case 9: a_branch(m); break;
  default: break;
  }
}

static void statements(maker_t *m, unsigned n) {
  for (unsigned i = 0; i < n; i++) statement(m);
}

/* Slots 0 to 3 hold numbers, 10 and 11 bytes; routines call those before them only. */
static const char *random_program(maker_t *m, unsigned version, uint64_t seed) {
  algo_buf_clear(&m->out);
  m->rng = seed * 7919 + 1;
  m->labels = m->depth = m->routines = 0;
  m->blocks = seed % 2;
  line(m, "#pragma version %u\nb main", version);
  for (unsigned r = 0; r < 3; r++) {
    line(m, "r%u:", r);
    m->depth = 2;
    statements(m, 1 + (unsigned)rnd(m, 4));
    m->depth = 0;
    line(m, "retsub");
    m->routines = r + 1;
  }
  line(m, "main:\npushbytes \"\"\nstore 10\npushbytes \"z\"\nstore 11");
  line(m, "txn NumAppArgs\nbz empty\ntxna ApplicationArgs 0\ndup\nlen\npushint 8\n>\nbnz long\nbtoi\nstore 0\nb go");
  line(m, "long:\nstore 10\nb go\nempty:\npushint 3\nstore 1\ngo:");
  statements(m, 6 + (unsigned)rnd(m, 8));
  number_value(m, 1);
  line(m, "return");
  return algo_buf_cstr(&m->out);
}

/* Rule 0 is all of them together. */
START_TEST(random_programs_do_the_same) {
  const char *env = getenv("ALGORENT_PROGRAMS"), *doc, *name = _i ? tg_rule_name((unsigned)_i - 1, &doc) : NULL;
  unsigned programs = env ? (unsigned)atoi(env) : 24, gained = 0;
  maker_t m = {.out = ALGO_BUF_INIT};
  for (unsigned i = 0; i < programs; i++) {
    tg_optimised_t o;
    tg_proof_t proof;
    algo_arena_reset(&arena);
    const char *source = random_program(&m, 8 + i % 5, i + 1000u * (unsigned)_i);
    ck_assert_msg(!optimise(&o, source, name, TG_MODE_APP), "%s\n%s", err.msg, source);
    if (o.unchanged) continue;
    gained++;
    ck_assert_msg(!tg_prove(&proof, o.before, o.after, TG_MODE_APP, _i && tg_rule_is_dearer((unsigned)_i - 1), 60, i,
                            &arena, &err),
                  "%s", err.msg);
    ck_assert_msg(!proof.difference, "%s: %s\n%s\n%s", name ? name : "all", proof.difference, source, o.teal);
  }
  ck_assert_msg(gained > 0 || programs < 24, "%s changes nothing", name ? name : "all");
  algo_buf_fini(&m.out);
}
END_TEST

/* The prover sees what is not the same. */
START_TEST(a_difference_is_found) {
  static const char *const pairs[][2] = {
      {"#pragma version 8\ntxn NumAppArgs\nbz a\ntxna ApplicationArgs 0\nlog\na:\npushint 1",
       "#pragma version 8\npushint 1"},
      {"#pragma version 8\ntxn NumAppArgs\npushint 3\n<", "#pragma version 8\ntxn NumAppArgs\npushint 4\n<"},
      {"#pragma version 8\npushint 1", "#pragma version 8\npushint 1\npushint 1\npop"},
  };
  for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
    algo_asm_result_t a, b;
    tg_proof_t proof;
    SUITE_OK(algo_asm_assemble(&a, algo_bytes_str(pairs[i][0]), &arena, suite_err));
    SUITE_OK(algo_asm_assemble(&b, algo_bytes_str(pairs[i][1]), &arena, suite_err));
    SUITE_OK(tg_prove(&proof, a.program, b.program, TG_MODE_APP, false, 300, 1, &arena, suite_err));
    ck_assert_msg(proof.difference != NULL, "pair %zu", i);
    ck_assert_int_eq(tg_prove(&proof, a.program, a.program, TG_MODE_APP, false, 0, 1, &arena, &err), ALGO_E_INVALID);
  }
}
END_TEST

int main(void) {
  const char *doc;
  int rules = 0;
  while (tg_rule_name((unsigned)rules, &doc)) rules++;
  TCase *c = tcase_create("optimise");
  tcase_set_timeout(c, 600);
  tcase_add_test(c, rules_do_what_they_say);
  tcase_add_test(c, scratch_space_is_left_for_others);
  tcase_add_test(c, refuses_what_it_cannot);
  tcase_add_loop_test(c, random_programs_do_the_same, 0, rules + 1);
  tcase_add_test(c, a_difference_is_found);
  return suite_case("optimise", c);
}
