/* Programs: compile and disassemble. */
#include "algo/asm.h"
#include "rest_impl.h"

#define MAX_SOURCE (512u * 1024u)

static bool fits(rest_call_t *c) {
  if (c->req->body.n <= MAX_SOURCE) return true;
  rest_error(c, 400, "http: request body too large");
  return false;
}

static void put_map(rest_call_t *c, const algo_asm_result_t *r) {
  algo_json_t *j = &c->json;
  algo_buf_t mappings = ALGO_BUF_INIT;
  algo_asm_mappings(&mappings, r);
  algo_json_key(j, "sourcemap");
  algo_json_open(j, '{');
  algo_json_key(j, "version");
  algo_json_uint(j, 3);
  algo_json_key(j, "sources");
  algo_json_open(j, '[');
  algo_json_str(j, "<body>");
  algo_json_close(j, ']');
  algo_json_key(j, "names");
  algo_json_raw(j, "[]", 2);
  algo_json_key(j, "mappings");
  algo_json_strb(j, algo_buf_view(&mappings));
  algo_json_close(j, '}');
  algo_buf_fini(&mappings);
}

static void compile(rest_call_t *c) {
  bool with_map = false;
  if (!rest_query_bool(c, "sourcemap", &with_map) || !fits(c)) return;
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_asm_result_t r = {0};
  algo_err_t err;
  algo_code_t rc = algo_asm_assemble(&r, c->req->body, &arena, &err);
  if (rc == ALGO_OK) {
    algo_addr_t addr;
    char text[ALGO_ADDR_TEXT + 1];
    algo_addr_of_program(&addr, r.program);
    algo_addr_format(text, &addr);
    rest_source_note(c, &addr, &r);
    rest_begin(c);
    algo_json_key(&c->json, "hash");
    algo_json_str(&c->json, text);
    algo_json_key(&c->json, "result");
    algo_json_base64(&c->json, r.program);
    if (with_map) put_map(c, &r);
    rest_end(c);
  } else if (rc == ALGO_E_ASM && r.error_text != NULL) {
    rest_error_text(c, 400, algo_bytes_str(r.error_text));
  } else {
    rest_error(c, 500, "%s", err.msg);
  }
  algo_arena_fini(&arena);
}

static void disassemble(rest_call_t *c) {
  if (!fits(c)) return;
  algo_buf_t text = ALGO_BUF_INIT;
  algo_err_t err;
  algo_code_t rc = algo_disasm(&text, c->req->body, &err);
  if (rc == ALGO_OK) {
    rest_begin(c);
    algo_json_key(&c->json, "result");
    algo_json_strb(&c->json, algo_buf_view(&text));
    rest_end(c);
  } else {
    rest_error(c, rest_status(rc), "%s", err.msg);
  }
  algo_buf_fini(&text);
}

static const rest_route_t routes[] = {
    {"POST", "/v2/teal/compile", compile, REST_QUICK},
    {"POST", "/v2/teal/disassemble", disassemble, 0},
};
const rest_table_t rest_teal_routes = {routes, sizeof routes / sizeof *routes};
