/* events.c - what a call's events say, for people and machines. */
#include "cli.h"

static uint64_t number_of(algo_bytes_t v) {
  uint64_t x = 0;
  for (size_t i = 0; i < v.n && i < 8; i++) x = x << 8 | v.p[i];
  return x;
}

static void put_text(const cli_t *cli, algo_buf_t *b, const algo_event_field_t *f, algo_bytes_t v) {
  char addr[ALGO_ADDR_TEXT + 1];
  switch (f->kind) {
  case ALGO_COL_ADDRESS:
    algo_addr_format(addr, (const algo_addr_t *)(const void *)v.p);
    algo_buf_puts(b, addr);
    break;
  case ALGO_COL_BYTES32: algo_hex_encode(b, v); break;
  case ALGO_COL_STRING: algo_text_printable(b, v); break;
  case ALGO_COL_BOOL: algo_buf_puts(b, v.p[0] != 0 ? "yes" : "no"); break;
  default:
    if (strncmp(f->comment, "base units", 10) != 0) {
      algo_buf_printf(b, "%" PRIu64, number_of(v));
      break;
    }
    algo_amount_format(b, number_of(v), cli->market.decimals);
    algo_buf_printf(b, " %s", cli->market.unit);
  }
}

static void put_value(algo_json_t *j, const algo_event_field_t *f, algo_bytes_t v) {
  char addr[ALGO_ADDR_TEXT + 1];
  switch (f->kind) {
  case ALGO_COL_ADDRESS:
    algo_addr_format(addr, (const algo_addr_t *)(const void *)v.p);
    algo_json_str(j, addr);
    break;
  case ALGO_COL_BYTES32: algo_json_hex(j, v); break;
  case ALGO_COL_STRING: algo_json_strb(j, v); break;
  case ALGO_COL_BOOL: algo_json_bool(j, v.p[0] != 0); break;
  default: algo_json_uint(j, number_of(v));
  }
}

bool cli_event_text(const cli_t *cli, algo_buf_t *text, algo_json_t *j, algo_bytes_t log) {
  const algo_event_def_t *e = algo_event_match(cli->tables, log);
  if (e == NULL) return false;
  algo_buf_puts(text, e->name);
  algo_json_open(j, '{');
  algo_json_key(j, "event");
  algo_json_str(j, e->name);
  for (unsigned i = 0; i < e->n_fields; i++) {
    algo_bytes_t v;
    if (algo_event_field_view(&v, e, i, log, NULL) != ALGO_OK) continue;
    algo_json_key(j, e->fields[i].name);
    put_value(j, &e->fields[i], v);
    algo_buf_printf(text, "%s%s ", i == 0 ? " " : ", ", e->fields[i].name);
    put_text(cli, text, &e->fields[i], v);
  }
  algo_json_close(j, '}');
  return true;
}

void cli_out_events(cli_t *cli, const algo_bytes_t *logs, size_t n) {
  algo_buf_t text = ALGO_BUF_INIT, json = ALGO_BUF_INIT;
  algo_json_t j = algo_json(&json);
  j.go_escape = true;
  algo_json_open(&j, '[');
  for (size_t i = 0; i < n; i++) {
    algo_buf_clear(&text);
    if (cli_event_text(cli, &text, &j, logs[i]))
      cli_out_raw(cli, "event", algo_arena_strdup(&cli->arena, algo_buf_cstr(&text)), NULL);
  }
  algo_json_close(&j, ']');
  cli_out_raw(cli, "events", NULL, algo_arena_strdup(&cli->arena, algo_buf_cstr(&json)));
  algo_buf_fini(&text);
  algo_buf_fini(&json);
}
