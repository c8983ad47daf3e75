/* Runs as text, and as JSON. */
#include "algo/json.h"
#include "tool.h"

#define STACK_SHOWN 8u /* values from the top */

void show_stack(algo_buf_t *out, const cell_t *top) {
  const cell_t *shown[STACK_SHOWN];
  size_t n = 0;
  algo_buf_putc(out, '[');
  for (const cell_t *c = top; c != NULL && n < STACK_SHOWN; c = c->below) shown[n++] = c;
  if (n > 0 && shown[n - 1]->below != NULL) algo_buf_printf(out, "...%u more, ", shown[n - 1]->below->height);
  while (n-- > 0) {
    put_value(out, &shown[n]->value);
    if (n > 0) algo_buf_puts(out, ", ");
  }
  algo_buf_putc(out, ']');
}

static void put_change(algo_buf_t *out, const algo_sim_state_change_t *c) {
  algo_tv_t key = {.is_bytes = true, .bytes = c->key};
  algo_buf_puts(out, c->kind == 'g' ? "  global " : c->kind == 'l' ? "  local " : "  box ");
  put_value(out, &key);
  if (c->op == ALGO_STATE_DELETE) {
    algo_buf_puts(out, " deleted");
  } else {
    algo_buf_puts(out, " = ");
    put_value(out, &c->value);
  }
}

void show_changes(algo_buf_t *out, const algo_sim_step_t *raw) {
  for (size_t i = 0; i < raw->n_scratch; i++) {
    algo_buf_printf(out, "  scratch %llu = ", (unsigned long long)raw->scratch[i].slot);
    put_value(out, &raw->scratch[i].value);
  }
  for (size_t i = 0; i < raw->n_state; i++) put_change(out, &raw->state[i]);
  if (raw->n_spawned > 0)
    algo_buf_printf(out, "  %zu inner transaction%s", raw->n_spawned, raw->n_spawned > 1 ? "s" : "");
}

void show_trace(const record_t *r) {
  algo_buf_t line = ALGO_BUF_INIT;
  for (size_t i = 0; i < r->n; i++) {
    uint32_t number = record_line(r, i);
    algo_bytes_t text = line_text(r->program, number);
    algo_buf_clear(&line);
    algo_buf_printf(&line, "%5zu  pc %-5u line %-5u %*s%-*.*s ", i + 1, r->steps[i].pc, number,
                    (int)(2 * r->steps[i].calls), "", 32 - (int)(2 * r->steps[i].calls), (int)text.n,
                    (const char *)text.p);
    show_stack(&line, i + 1 < r->n ? r->steps[i + 1].before : r->last);
    show_changes(&line, r->steps[i].raw);
    puts(algo_buf_cstr(&line));
  }
  algo_buf_fini(&line);
}

static void show_logs(const record_t *r) {
  algo_buf_t b = ALGO_BUF_INIT;
  for (size_t i = 0; r->apply != NULL && i < r->apply->delta.n_logs; i++) {
    algo_tv_t v = {.is_bytes = true, .bytes = r->apply->delta.logs[i]};
    algo_buf_puts(&b, "log: ");
    put_value(&b, &v);
    algo_buf_putc(&b, '\n');
  }
  for (size_t i = 0; i < r->n; i++) {
    for (size_t k = 0; k < r->steps[i].raw->n_state; k++) {
      algo_buf_puts(&b, "change:");
      put_change(&b, &r->steps[i].raw->state[k]);
      algo_buf_putc(&b, '\n');
    }
  }
  fputs(algo_buf_cstr(&b), stdout);
  algo_buf_fini(&b);
}

void show_result(const record_t *r) {
  show_logs(r);
  if (r->failure != NULL) printf("failure: %s\n", r->failure);
  if (!r->pass && r->n > 0) {
    uint32_t line = record_line(r, r->n - 1);
    algo_bytes_t text = line_text(r->program, line);
    printf("last: %s:%u: %.*s\n", r->program->path, line, (int)text.n, (const char *)text.p);
  }
  printf("%s, %zu steps, cost %llu\n", r->pass ? "approved" : "rejected", r->n, (unsigned long long)r->cost);
}

static void json_value(algo_json_t *j, const algo_tv_t *v) {
  if (v->is_bytes) {
    algo_json_hex(j, v->bytes);
  } else {
    algo_json_uint(j, v->uint);
  }
}

static void json_steps(algo_json_t *j, const record_t *r) {
  algo_json_key(j, "trace");
  algo_json_open(j, '[');
  for (size_t i = 0; i < r->n; i++) {
    const algo_sim_step_t *raw = r->steps[i].raw;
    algo_json_open(j, '{');
    algo_json_key(j, "pc");
    algo_json_uint(j, raw->pc);
    algo_json_key(j, "line");
    algo_json_uint(j, record_line(r, i));
    algo_json_key(j, "cost");
    algo_json_uint(j, r->steps[i].cost);
    algo_json_key(j, "pops");
    algo_json_int(j, raw->pops);
    algo_json_key(j, "pushes");
    algo_json_open(j, '[');
    for (size_t k = 0; k < raw->n_pushes; k++) json_value(j, &raw->pushes[k]);
    algo_json_close(j, ']');
    algo_json_close(j, '}');
  }
  algo_json_close(j, ']');
}

void show_json(const record_t *r, const scenario_t *s) {
  algo_buf_t b = ALGO_BUF_INIT;
  algo_json_t j = algo_json(&b);
  algo_json_open(&j, '{');
  algo_json_key(&j, "approved");
  algo_json_bool(&j, r->pass);
  algo_json_key(&j, "failure");
  if (r->failure != NULL) {
    algo_json_str(&j, r->failure);
  } else {
    algo_json_null(&j);
  }
  algo_json_key(&j, "steps");
  algo_json_uint(&j, r->n);
  algo_json_key(&j, "cost");
  algo_json_uint(&j, r->cost);
  algo_json_key(&j, "line");
  algo_json_uint(&j, r->n > 0 ? record_line(r, r->n - 1) : 0);
  algo_json_key(&j, "logs");
  algo_json_open(&j, '[');
  for (size_t i = 0; r->apply != NULL && i < r->apply->delta.n_logs; i++) algo_json_hex(&j, r->apply->delta.logs[i]);
  algo_json_close(&j, ']');
  if (s->trace) json_steps(&j, r);
  algo_json_close(&j, '}');
  puts(algo_buf_cstr(&b));
  algo_buf_fini(&b);
}
