/* Files that teal-gen reads and writes. */
#include <errno.h>
#include <sys/stat.h>

#include "cli.h"

algo_code_t tg_read_file(algo_buf_t *out, const char *path, algo_err_t *err) {
  algo_code_t code = algo_file_read_input(out, path, SIZE_MAX, err);
  return code == ALGO_E_NOT_FOUND ? (err->code = ALGO_E_IO) : code; /* an input is read or it is not */
}

algo_code_t tg_make_folders(const char *path, algo_err_t *err) {
  algo_buf_t at = ALGO_BUF_INIT;
  algo_code_t code = ALGO_OK;
  for (const char *p = path; !code; p++) {
    if ((*p == '/' || !*p) && at.n && mkdir(algo_buf_cstr(&at), 0777) != 0 && errno != EEXIST)
      code = algo_err_set(err, ALGO_E_IO, "%s: %s", algo_buf_cstr(&at), strerror(errno));
    if (!*p) break;
    algo_buf_putc(&at, (uint8_t)*p);
  }
  algo_buf_fini(&at);
  return code;
}

algo_code_t tg_write_in(const char *folder, const char *name, const char *suffix, algo_bytes_t content,
                        algo_err_t *err) {
  algo_buf_t path = ALGO_BUF_INIT;
  algo_buf_printf(&path, "%s/%s%s", folder, name, suffix);
  algo_code_t code = algo_file_write(algo_buf_cstr(&path), content, err);
  algo_buf_fini(&path);
  return code;
}

static algo_code_t write_variant(const char *folder, const tg_built_t *b, algo_err_t *err) {
  const char *v = b->options.asa ? "asa" : "algo";
  const struct {
    const char *suffix;
    algo_bytes_t content;
  } files[] = {
      {".approval.teal", algo_bytes_str(b->approval.teal)},
      {".clear.teal", algo_bytes_str(b->clear.teal)},
      {".approval.bin", b->approval.code},
      {".clear.bin", b->clear.code},
      {".map.json", algo_bytes_str(b->approval.map)},
      {".arc56.json", algo_bytes_str(b->arc56)},
  };
  algo_code_t code = ALGO_OK;
  for (size_t i = 0; i < sizeof files / sizeof files[0] && !code; i++)
    code = tg_write_in(folder, v, files[i].suffix, files[i].content, err);
  return code;
}

/* The binding, the tables and the SQL: what both variants share. */
static algo_code_t write_shared(const tg_cli_t *cli, const tg_contract_t *c, const tg_built_t *variants,
                                algo_arena_t *arena, algo_err_t *err) {
  algo_buf_t text = ALGO_BUF_INIT;
  algo_code_t code = tg_out_binding_source(&text, c, variants, c->algo_only ? 1 : 2, err);
  if (!code) code = tg_write_in(cli->out, c->name, ".c", algo_buf_view(&text), err);
  algo_buf_clear(&text);
  if (!code) code = tg_out_tables(&text, c, arena, err);
  if (!code) code = tg_write_in(cli->out, c->name, "_tables.c", algo_buf_view(&text), err);
  algo_buf_clear(&text);
  tg_out_sql(&text, c);
  if (!code) code = tg_write_in(cli->out, c->name, ".sql", algo_buf_view(&text), err);
  algo_buf_clear(&text);
  if (!code && c->n_machines) code = tg_out_states(&text, c, err);
  if (!code && c->n_machines) code = tg_write_in(cli->out, "states", ".svg", algo_buf_view(&text), err);
  algo_buf_clear(&text);
  tg_out_binding_header(&text, c);
  const char *folder = algo_arena_printf(arena, "%s/algo", cli->include ? cli->include : cli->out);
  if (!code) code = tg_make_folders(folder, err);
  if (!code) code = tg_write_in(folder, c->name, ".h", algo_buf_view(&text), err);
  if (!code && text.oom) code = algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  algo_buf_fini(&text);
  return code;
}

algo_code_t tg_write_contract(const tg_cli_t *cli, const tg_contract_t *c, algo_err_t *err) {
  algo_arena_t arena = ALGO_ARENA_INIT;
  tg_built_t built[2];
  algo_code_t code = tg_make_folders(cli->out, err);
  for (int asa = 0; asa < (c->algo_only ? 1 : 2) && !code; asa++) {
    if (cli->asset && (strcmp(cli->asset, "asa") == 0) != (asa == 1)) continue;
    tg_options_t o = {.asa = asa == 1, .avm = cli->avm, .optimise = cli->optimise, .rules = cli->rules};
    code = tg_build(&built[asa], c, &o, &arena, err);
    if (!code) code = write_variant(cli->out, &built[asa], err);
    if (!code && !cli->json)
      fprintf(stderr, "%s %s: approval %zu bytes, clear %zu bytes\n", c->name, asa ? "asa" : "algo",
              built[asa].approval.code.n, built[asa].clear.code.n);
  }
  if (!code && !cli->asset) code = write_shared(cli, c, built, &arena, err);
  algo_arena_fini(&arena);
  return code;
}
