/* out.c - results: one record or one list, collected, then printed as text or JSON. */
#include "cli.h"

#include <stdlib.h>
#include <time.h>

typedef struct field {
  const char *key;
  const char *text; /* NULL: JSON alone */
  const char *json; /* a JSON value; NULL: text alone */
  int row;          /* -1: of the record around the list */
} field_t;

struct out {
  field_t *fields;
  size_t n, cap;
  const char *list; /* NULL: a record */
  int row;
  bool oom;
};

algo_code_t cli_out_open(cli_t *cli, algo_err_t *err) {
  cli->out = algo_arena_zalloc(&cli->arena, sizeof *cli->out);
  if (cli->out == NULL) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  cli->out->row = -1;
  return ALGO_OK;
}

void cli_out_list(cli_t *cli, const char *key) { cli->out->list = key; }
void cli_out_row(cli_t *cli) { cli->out->row++; }

void cli_out_raw(cli_t *cli, const char *key, const char *text, const char *json) {
  struct out *o = cli->out;
  if (o->n == o->cap) {
    size_t cap = o->cap == 0 ? 32 : 2 * o->cap;
    field_t *more = algo_arena_array(&cli->arena, cap, sizeof *more);
    if (more == NULL) {
      o->oom = true;
      return;
    }
    if (o->n > 0) memcpy(more, o->fields, o->n * sizeof *more);
    o->fields = more, o->cap = cap;
  }
  o->fields[o->n++] = (field_t){key, text, json, o->row};
}

/* Text or JSON that should be there: without it memory ran out. */
static const char *must(cli_t *cli, const char *s) {
  if (s == NULL) cli->out->oom = true;
  return s;
}

/* A JSON string of these bytes, in the arena. */
static const char *json_string(cli_t *cli, algo_bytes_t v) {
  algo_buf_t b = ALGO_BUF_INIT;
  algo_json_t j = algo_json(&b);
  j.go_escape = true;
  algo_json_strb(&j, v);
  const char *out = algo_arena_strdup(&cli->arena, algo_buf_cstr(&b));
  if (b.oom) out = NULL;
  algo_buf_fini(&b);
  return must(cli, out);
}

void cli_out_str(cli_t *cli, const char *key, const char *text) {
  cli_out_raw(cli, key, must(cli, algo_arena_strdup(&cli->arena, text)), json_string(cli, algo_bytes_str(text)));
}

void cli_out_bytes(cli_t *cli, const char *key, algo_bytes_t v) {
  algo_buf_t b = ALGO_BUF_INIT;
  algo_text_printable(&b, v);
  cli_out_raw(cli, key, must(cli, algo_arena_strdup(&cli->arena, algo_buf_cstr(&b))), json_string(cli, v));
  algo_buf_clear(&b);
  algo_base64_encode(&b, v);
  const char *name = algo_arena_printf(&cli->arena, "%s_base64", key);
  cli_out_raw(cli, name, NULL, json_string(cli, algo_bytes_str(algo_buf_cstr(&b))));
  algo_buf_fini(&b);
}

void cli_out_hex(cli_t *cli, const char *key, const uint8_t *p, size_t n) {
  algo_buf_t b = ALGO_BUF_INIT;
  algo_hex_encode(&b, algo_bytes(p, n));
  const char *text = algo_arena_strdup(&cli->arena, algo_buf_cstr(&b));
  if (text != NULL) cli_out_str(cli, key, text);
  else cli->out->oom = true;
  algo_buf_fini(&b);
}

void cli_out_u64(cli_t *cli, const char *key, uint64_t v) {
  const char *text = must(cli, algo_arena_printf(&cli->arena, "%" PRIu64, v));
  cli_out_raw(cli, key, text, text);
}

void cli_out_bool(cli_t *cli, const char *key, bool v) {
  cli_out_raw(cli, key, v ? "yes" : "no", v ? "true" : "false");
}

void cli_out_addr(cli_t *cli, const char *key, const algo_addr_t *a) {
  char text[ALGO_ADDR_TEXT + 1];
  algo_addr_format(text, a);
  const char *copy = algo_arena_strdup(&cli->arena, text);
  if (copy == NULL) cli->out->oom = true;
  else if (algo_addr_is_zero(a)) cli_out_raw(cli, key, "-", "null");
  else cli_out_str(cli, key, copy);
}

void cli_out_time(cli_t *cli, const char *key, uint64_t unix_s) {
  char text[40] = "-";
  time_t t = (time_t)unix_s;
  struct tm tm;
  if (unix_s > 0 && unix_s < 253402300800u && gmtime_r(&t, &tm) != NULL)
    strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", &tm);
  else if (unix_s > 0) snprintf(text, sizeof text, "%" PRIu64 " s", unix_s);
  cli_out_raw(cli, key, must(cli, algo_arena_strdup(&cli->arena, text)),
              must(cli, algo_arena_printf(&cli->arena, "%" PRIu64, unix_s)));
}

static void put_amount(cli_t *cli, const char *key, uint64_t amount, unsigned decimals, const char *unit) {
  algo_buf_t b = ALGO_BUF_INIT;
  algo_amount_format(&b, amount, decimals);
  algo_buf_printf(&b, " %s", unit);
  cli_out_raw(cli, key, must(cli, algo_arena_strdup(&cli->arena, algo_buf_cstr(&b))),
              must(cli, algo_arena_printf(&cli->arena, "%" PRIu64, amount)));
  algo_buf_fini(&b);
}

void cli_out_amount(cli_t *cli, const char *key, uint64_t amount) {
  put_amount(cli, key, amount, cli->market.decimals, cli->market.unit);
}

void cli_out_algo(cli_t *cli, const char *key, uint64_t microalgos) { put_amount(cli, key, microalgos, 6, "ALGO"); }

/* ---- printing ---- */

static void put_members(algo_buf_t *b, const struct out *o, int row, bool comma) {
  for (size_t i = 0; i < o->n; i++) {
    if (o->fields[i].row != row || o->fields[i].json == NULL) continue;
    algo_buf_printf(b, "%s\"%s\":%s", comma ? "," : "", o->fields[i].key, o->fields[i].json);
    comma = true;
  }
}

static void put_json(algo_buf_t *b, const struct out *o) {
  algo_buf_putc(b, '{');
  put_members(b, o, -1, false);
  if (o->list != NULL) {
    bool record = o->n > 0 && o->fields[0].row == -1;
    algo_buf_printf(b, "%s\"%s\":[", record ? "," : "", o->list);
    for (int row = 0; row <= o->row; row++) {
      algo_buf_puts(b, row > 0 ? ",{" : "{");
      put_members(b, o, row, false);
      algo_buf_putc(b, '}');
    }
    algo_buf_putc(b, ']');
  }
  algo_buf_puts(b, "}\n");
}

static const char *label(const char *key) {
  static const struct {
    const char *key, *label;
  } names[] = {
      {"price_per_minute", "price a minute"},
      {"min_minutes", "minutes from"},
      {"max_minutes", "minutes to"},
      {"vram_mib", "VRAM MiB"},
      {"fee_bps", "fee bps"},
      {"owed_renter", "owed to renter"},
  };
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strcmp(key, names[i].key) == 0) return names[i].label;
  return key;
}

static void put_padded(algo_buf_t *b, const char *s, size_t width) {
  size_t shown = 0;
  for (const char *p = s; *p != '\0'; p++) {
    char c = *p == '_' ? ' ' : *p;
    algo_buf_putc(b, (uint8_t)c);
    if (((uint8_t)*p & 0xc0) != 0x80) shown++;
  }
  for (; shown < width; shown++) algo_buf_putc(b, ' ');
}

static size_t shown_width(const char *s) {
  size_t n = 0;
  for (; *s != '\0'; s++)
    if (((uint8_t)*s & 0xc0) != 0x80) n++;
  return n;
}

static void put_record(algo_buf_t *b, const struct out *o) {
  size_t width = 0;
  for (size_t i = 0; i < o->n; i++) {
    size_t w = o->fields[i].row == -1 && o->fields[i].text != NULL ? shown_width(label(o->fields[i].key)) : 0;
    if (w > width) width = w;
  }
  for (size_t i = 0; i < o->n; i++) {
    if (o->fields[i].row != -1 || o->fields[i].text == NULL) continue;
    put_padded(b, label(o->fields[i].key), width + 2);
    algo_buf_printf(b, "%s\n", o->fields[i].text);
  }
}

static void put_cell(algo_buf_t *b, const char *text, size_t width) {
  algo_buf_puts(b, text);
  for (size_t shown = shown_width(text); shown < width; shown++) algo_buf_putc(b, ' ');
}

static void end_line(algo_buf_t *b) {
  while (b->n > 0 && b->p[b->n - 1] == ' ') b->n--;
  algo_buf_putc(b, '\n');
}

#define COLUMNS_MAX 24

/* Every row has the same fields in the same order: the first row's are the columns. */
static void put_table(algo_buf_t *b, const struct out *o) {
  size_t width[COLUMNS_MAX] = {0}, column = 0;
  int row = -1;
  for (size_t i = 0; i < o->n; i++) {
    const field_t *f = &o->fields[i];
    if (f->row == -1 || f->text == NULL) continue;
    if (f->row != row) row = f->row, column = 0;
    size_t w = shown_width(f->text), head = row == 0 ? shown_width(label(f->key)) : 0;
    if (column < COLUMNS_MAX && w > width[column]) width[column] = w;
    if (column < COLUMNS_MAX && head > width[column]) width[column] = head;
    column++;
  }
  for (int pass = 0, last = -1; pass < 2; pass++) {
    last = pass == 0 ? 0 : -1, column = 0;
    for (size_t i = 0; i < o->n; i++) {
      const field_t *f = &o->fields[i];
      if (f->row == -1 || f->text == NULL || (pass == 0 && f->row > 0)) continue;
      if (f->row != last) {
        if (last >= 0) end_line(b);
        last = f->row, column = 0;
      }
      if (pass == 0) put_padded(b, label(f->key), width[column < COLUMNS_MAX ? column : 0] + 2);
      else put_cell(b, f->text, width[column < COLUMNS_MAX ? column : 0] + 2);
      column++;
    }
    if (o->row >= 0) end_line(b);
  }
}

algo_code_t cli_out_close(cli_t *cli, algo_err_t *err) {
  algo_buf_t b = ALGO_BUF_INIT;
  const struct out *o = cli->out;
  if (cli->out_done) return ALGO_OK;
  cli->out_done = true;
  if (cli->json) {
    put_json(&b, o);
  } else {
    put_record(&b, o);
    if (o->list != NULL) put_table(&b, o);
    if (o->list != NULL && o->row < 0) algo_buf_printf(&b, "no %s\n", o->list);
  }
  algo_code_t r = o->oom || b.oom ? algo_err_set(err, ALGO_E_NOMEM, "out of memory") : ALGO_OK;
  if (r == ALGO_OK && (fwrite(b.p, 1, b.n, stdout) != b.n || fflush(stdout) != 0))
    r = algo_err_set(err, ALGO_E_IO, "writing the result failed");
  algo_buf_fini(&b);
  return r;
}
