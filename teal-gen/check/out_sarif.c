/* Findings as SARIF 2.1.0 (OASIS, static analysis results interchange format). */
#include "algo/check.h"
#include "algo/json.h"

static void put(algo_json_t *j, const char *key, const char *text) {
  algo_json_key(j, key);
  algo_json_str(j, text);
}

static void put_text(algo_json_t *j, const char *key, const char *text) {
  algo_json_key(j, key);
  algo_json_open(j, '{');
  put(j, "text", text);
  algo_json_close(j, '}');
}

static void put_rules(algo_json_t *j) {
  algo_json_key(j, "rules");
  algo_json_open(j, '[');
  for (unsigned i = 0; i < ALGO_CHECK_RULES; i++) {
    const algo_check_rule_t *r = algo_check_rule((algo_check_rule_id_t)i);
    algo_json_open(j, '{');
    put(j, "id", r->name);
    put_text(j, "shortDescription", r->title);
    put_text(j, "fullDescription", r->why);
    put_text(j, "help", r->fix);
    algo_json_key(j, "defaultConfiguration");
    algo_json_open(j, '{');
    put(j, "level", algo_check_level_name(r->level));
    algo_json_close(j, '}');
    algo_json_close(j, '}');
  }
  algo_json_close(j, ']');
}

/* A path as a URI: what has no place in one is percent-encoded. */
static void put_uri(algo_json_t *j, const char *path) {
  algo_buf_t uri = ALGO_BUF_INIT;
  for (const char *p = path; *p != '\0'; p++) {
    bool plain =
        (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') || strchr("/._-~", *p) != NULL;
    if (plain) algo_buf_putc(&uri, (uint8_t)*p);
    else algo_buf_printf(&uri, "%%%02X", (uint8_t)*p);
  }
  put(j, "uri", algo_buf_cstr(&uri));
  algo_buf_fini(&uri);
}

/* The members of a location. Of bytecode the place is the byte. */
static void put_place(algo_json_t *j, const algo_check_file_t *file, uint32_t pc, uint32_t line, uint32_t column) {
  algo_json_key(j, "physicalLocation");
  algo_json_open(j, '{');
  algo_json_key(j, "artifactLocation");
  algo_json_open(j, '{');
  put_uri(j, file->path);
  algo_json_close(j, '}');
  algo_json_key(j, "region");
  algo_json_open(j, '{');
  if (file->listing->disassembled) {
    algo_json_key(j, "byteOffset");
    algo_json_uint(j, pc);
    algo_json_key(j, "byteLength");
    algo_json_uint(j, 1);
  } else {
    algo_json_key(j, "startLine");
    algo_json_uint(j, line > 0 ? line : 1);
    algo_json_key(j, "startColumn");
    algo_json_uint(j, column + 1);
  }
  algo_json_close(j, '}');
  algo_json_close(j, '}');
}

static void put_flow(algo_json_t *j, const algo_check_file_t *file, const algo_check_finding_t *f) {
  algo_json_key(j, "codeFlows");
  algo_json_open(j, '[');
  algo_json_open(j, '{');
  algo_json_key(j, "threadFlows");
  algo_json_open(j, '[');
  algo_json_open(j, '{');
  algo_json_key(j, "locations");
  algo_json_open(j, '[');
  for (size_t i = 0; i < f->n_path; i++) {
    algo_json_open(j, '{');
    algo_json_key(j, "location");
    algo_json_open(j, '{');
    put_place(j, file, f->path[i].pc, f->path[i].line, f->path[i].column);
    algo_json_close(j, '}');
    algo_json_close(j, '}');
  }
  algo_json_close(j, ']');
  algo_json_close(j, '}');
  algo_json_close(j, ']');
  algo_json_close(j, '}');
  algo_json_close(j, ']');
}

static void put_result(algo_json_t *j, const algo_check_file_t *file, const algo_check_finding_t *f) {
  algo_json_open(j, '{');
  put(j, "ruleId", algo_check_rule(f->rule)->name);
  algo_json_key(j, "ruleIndex");
  algo_json_uint(j, f->rule);
  put(j, "level", algo_check_level_name(f->level));
  put_text(j, "message", f->message);
  algo_json_key(j, "locations");
  algo_json_open(j, '[');
  algo_json_open(j, '{');
  put_place(j, file, f->rule == ALGO_CHECK_ALLOW ? 0 : f->pc, f->line, f->column);
  algo_json_close(j, '}');
  algo_json_close(j, ']');
  if (f->n_path > 0) put_flow(j, file, f);
  if (f->allowed != NULL) {
    algo_json_key(j, "suppressions");
    algo_json_open(j, '[');
    algo_json_open(j, '{');
    put(j, "kind", "inSource");
    put(j, "justification", f->allowed);
    algo_json_close(j, '}');
    algo_json_close(j, ']');
  }
  algo_json_close(j, '}');
}

void algo_check_put_sarif(algo_buf_t *out, const algo_check_file_t *files, size_t n) {
  algo_json_t j = algo_json(out);
  algo_json_open(&j, '{');
  put(&j, "$schema", "https://json.schemastore.org/sarif-2.1.0.json");
  put(&j, "version", "2.1.0");
  algo_json_key(&j, "runs");
  algo_json_open(&j, '[');
  algo_json_open(&j, '{');
  algo_json_key(&j, "tool");
  algo_json_open(&j, '{');
  algo_json_key(&j, "driver");
  algo_json_open(&j, '{');
  put(&j, "name", "teal-gen check");
  put(&j, "version", ALGORENT_VERSION);
  put_rules(&j);
  algo_json_close(&j, '}');
  algo_json_close(&j, '}');
  put(&j, "columnKind", "utf16CodeUnits");
  algo_json_key(&j, "results");
  algo_json_open(&j, '[');
  for (size_t i = 0; i < n; i++) {
    for (size_t k = 0; k < files[i].result->n_findings; k++) put_result(&j, &files[i], &files[i].result->findings[k]);
  }
  algo_json_close(&j, ']');
  algo_json_close(&j, '}');
  algo_json_close(&j, ']');
  algo_json_close(&j, '}');
  algo_buf_putc(out, '\n');
}
