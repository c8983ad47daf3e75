/* assemble.jsonl and disassemble.jsonl: bytes, address, source map, messages. */
#include "algo/asm.h"
#include "algo/address.h"
#include "algo/text.h"
#include "vectors.h"

static void same_message(vec_case_t *c, const char *s, size_t n) {
  algo_bytes_t got = vec_as_json(c, s, n), want = vec_text(c, NULL, "error");
  if (algo_bytes_eq(got, want)) return;
  vec_bad(c, "the message is %.*s, not %.*s", (int)got.n, (const char *)got.p, (int)want.n,
          want.n != 0 ? (const char *)want.p : "");
}

static algo_bytes_t source_of(vec_case_t *c) {
  algo_bytes_t encoded = vec_text(c, NULL, "source_b64");
  if (encoded.n == 0) return vec_text(c, NULL, "source");
  algo_buf_t b = ALGO_BUF_INIT;
  if (algo_base64_decode(&b, (const char *)encoded.p, encoded.n, NULL) != ALGO_OK) vec_bad(c, "base64 that is none");
  algo_bytes_t v = algo_arena_dup(c->arena, algo_buf_view(&b));
  algo_buf_fini(&b);
  return v;
}

static void same_program(vec_case_t *c, const algo_asm_result_t *r) {
  algo_addr_t hash;
  char text[ALGO_ADDR_TEXT + 1];
  algo_buf_t mappings = ALGO_BUF_INIT;
  algo_addr_of_program(&hash, r->program);
  algo_addr_format(text, &hash);
  algo_asm_mappings(&mappings, r);
  if (vec_same(c, "the program", r->program, vec_hex(c, NULL, "hex")) &&
      vec_same_text(c, "the hash", text, vec_text(c, NULL, "hash"))) {
    vec_same_text(c, "the source map", algo_buf_cstr(&mappings), vec_text(c, NULL, "mappings"));
  }
  algo_buf_fini(&mappings);
}

static void assemble(vec_case_t *c) {
  algo_asm_result_t r;
  algo_code_t code = algo_asm_assemble(&r, source_of(c), c->arena, NULL);
  if (vec_true(c, NULL, "node_panic")) {
    if (code == ALGO_OK) vec_bad(c, "no error where the node crashed");
  } else if ((code == ALGO_OK) != vec_true(c, NULL, "ok")) {
    vec_bad(c, "%s", code == ALGO_OK ? "assembled what the node refuses" : r.error_text);
  } else if (code == ALGO_OK) {
    same_program(c, &r);
  } else {
    same_message(c, r.error_text, r.error_len);
  }
}

static void disassemble(vec_case_t *c) {
  algo_buf_t text = ALGO_BUF_INIT;
  algo_err_t err;
  algo_err_init(&err);
  algo_code_t code = algo_disasm(&text, vec_hex(c, NULL, "hex"), &err);
  if ((code == ALGO_OK) != vec_true(c, NULL, "ok")) {
    vec_bad(c, "%s", code == ALGO_OK ? "disassembled what the node refuses" : err.msg);
  } else if (code == ALGO_OK) {
    vec_same_text(c, "the text", algo_buf_cstr(&text), vec_text(c, NULL, "text"));
  } else {
    same_message(c, err.msg, strlen(err.msg));
  }
  algo_buf_fini(&text);
}

static void run_assemble(vec_report_t *r, const char *path) { vec_lines(r, path, assemble); }
static void run_disassemble(vec_report_t *r, const char *path) { vec_lines(r, path, disassemble); }

const vec_kind_t vec_assemble = {.pattern = "assemble*.jsonl", .run = run_assemble};
const vec_kind_t vec_disassemble = {.pattern = "disassemble*.jsonl", .run = run_disassemble};
