/* Findings as text for people, and as JSON. */
#include "algo/check.h"
#include "algo/json.h"

static uint32_t shown(uint32_t line) { return line > 0 ? line : 1; }

#define PARTS_SHOWN 30u

/* The lines of a way; stretches that follow each other are one. */
static void put_way(algo_buf_t *out, const algo_check_finding_t *f) {
  uint32_t parts = 0;
  for (size_t i = 0; i < f->n_path; i++) {
    uint32_t from = f->path[i].line, last = f->path[i].last_line;
    if (last == 0) continue; /* what the assembler put in front */
    if (from == 0) from = last;
    while (i + 1 < f->n_path && f->path[i + 1].line > last && f->path[i + 1].line - last <= 3)
      last = f->path[++i].last_line;
    if (parts == PARTS_SHOWN) {
      algo_buf_puts(out, " > ...");
      return;
    }
    algo_buf_printf(out, "%s%u", parts++ > 0 ? " > " : "", from);
    if (last != from) algo_buf_printf(out, "-%u", last);
  }
}

static void put_finding(algo_buf_t *out, const algo_check_file_t *file, const algo_check_finding_t *f) {
  const algo_check_rule_t *r = algo_check_rule(f->rule);
  algo_buf_printf(out, "%s:%u:%u: %s: %s [%s]\n", file->path, shown(f->line), f->column + 1,
                  f->allowed != NULL ? "allowed" : algo_check_level_name(f->level), f->message, r->name);
  if (f->allowed != NULL) {
    algo_buf_printf(out, "    because: %s\n", f->allowed);
    return;
  }
  if (f->rule == ALGO_CHECK_ALLOW) return;
  algo_bytes_t text = algo_listing_line(file->listing, f->line);
  algo_buf_printf(out, "    %.*s\n", (int)(text.n < 100 ? text.n : 100), (const char *)text.p);
  if (f->n_path > 0) {
    algo_buf_puts(out, "    way: ");
    put_way(out, f);
    algo_buf_putc(out, '\n');
  }
  algo_buf_printf(out, "    fix: %s\n", r->fix);
}

void algo_check_put_text(algo_buf_t *out, const algo_check_file_t *files, size_t n, bool with_allowed) {
  for (size_t i = 0; i < n; i++) {
    const algo_check_result_t *r = files[i].result;
    for (size_t k = 0; k < r->n_findings; k++) {
      if (with_allowed || r->findings[k].allowed == NULL) put_finding(out, &files[i], &r->findings[k]);
    }
    algo_buf_printf(out, "%s: %s, %zu finding%s", files[i].path, algo_check_mode_name(r->mode), r->n_counting,
                    r->n_counting == 1 ? "" : "s");
    if (r->n_counting < r->n_findings) algo_buf_printf(out, ", %zu allowed", r->n_findings - r->n_counting);
    algo_buf_puts(out, r->complete ? "\n" : " (not all ways were followed: something may be missing)\n");
  }
}

static void put_step(algo_json_t *j, uint32_t pc, uint32_t line, uint32_t column) {
  algo_json_key(j, "pc");
  algo_json_uint(j, pc);
  algo_json_key(j, "line");
  algo_json_uint(j, line);
  algo_json_key(j, "column");
  algo_json_uint(j, column + 1);
}

static void put_json_finding(algo_json_t *j, const algo_check_finding_t *f) {
  const algo_check_rule_t *r = algo_check_rule(f->rule);
  algo_json_open(j, '{');
  algo_json_key(j, "rule");
  algo_json_str(j, r->name);
  algo_json_key(j, "level");
  algo_json_str(j, algo_check_level_name(f->level));
  algo_json_key(j, "message");
  algo_json_str(j, f->message);
  put_step(j, f->rule == ALGO_CHECK_ALLOW ? 0 : f->pc, f->line, f->column);
  algo_json_key(j, "why");
  algo_json_str(j, r->why);
  algo_json_key(j, "fix");
  algo_json_str(j, r->fix);
  if (f->allowed != NULL) {
    algo_json_key(j, "allowed");
    algo_json_str(j, f->allowed);
  }
  algo_json_key(j, "path");
  algo_json_open(j, '[');
  for (size_t i = 0; i < f->n_path; i++) {
    algo_json_open(j, '{');
    put_step(j, f->path[i].pc, f->path[i].line, f->path[i].column);
    algo_json_key(j, "lastLine");
    algo_json_uint(j, f->path[i].last_line);
    algo_json_close(j, '}');
  }
  algo_json_close(j, ']');
  algo_json_close(j, '}');
}

void algo_check_put_json(algo_buf_t *out, const algo_check_file_t *files, size_t n) {
  algo_json_t j = algo_json(out);
  algo_json_open(&j, '[');
  for (size_t i = 0; i < n; i++) {
    const algo_check_result_t *r = files[i].result;
    algo_json_open(&j, '{');
    algo_json_key(&j, "file");
    algo_json_str(&j, files[i].path);
    algo_json_key(&j, "kind");
    algo_json_str(&j, algo_check_mode_name(r->mode));
    algo_json_key(&j, "complete");
    algo_json_bool(&j, r->complete);
    algo_json_key(&j, "findings");
    algo_json_open(&j, '[');
    for (size_t k = 0; k < r->n_findings; k++) put_json_finding(&j, &r->findings[k]);
    algo_json_close(&j, ']');
    algo_json_close(&j, '}');
  }
  algo_json_close(&j, ']');
  algo_buf_putc(out, '\n');
}
