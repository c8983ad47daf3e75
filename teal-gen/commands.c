/* What teal-gen's commands do. */
#include "algo/asm.h"
#include "algo/json.h"
#include "algo/text.h"
#include "cli.h"

algo_code_t tg_print(const algo_buf_t *text, algo_err_t *err) {
  if (text->oom) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  if (fwrite(text->p, 1, text->n, stdout) != text->n || fflush(stdout) != 0)
    return algo_err_set(err, ALGO_E_IO, "standard output cannot be written");
  return ALGO_OK;
}

typedef struct entry {
  const char *name, *kind, *doc;
} entry_t;

static void put_entry(algo_buf_t *text, algo_json_t *j, bool json, const entry_t *e) {
  if (!json) {
    algo_buf_printf(text, "%s\t%s\t%s\n", e->name, e->kind, e->doc);
    return;
  }
  algo_json_open(j, '{');
  algo_json_key(j, "name");
  algo_json_str(j, e->name);
  algo_json_key(j, "kind");
  algo_json_str(j, e->kind);
  algo_json_key(j, "description");
  algo_json_str(j, e->doc);
  algo_json_close(j, '}');
}

algo_code_t tg_command_list(const tg_cli_t *cli, algo_err_t *err) {
  algo_buf_t text = ALGO_BUF_INIT;
  algo_json_t j = algo_json(&text);
  const tg_catalogue_t *all = cli->all;
  if (cli->json) algo_json_open(&j, '[');
  for (size_t i = 0; i < all->n_contracts; i++)
    put_entry(&text, &j, cli->json, &(entry_t){all->contracts[i]->name, "application", all->contracts[i]->doc});
  for (size_t i = 0; i < all->n_signatures; i++)
    put_entry(&text, &j, cli->json, &(entry_t){all->signatures[i]->name, "signature", all->signatures[i]->doc});
  if (cli->json) {
    algo_json_close(&j, ']');
    algo_buf_putc(&text, '\n');
  }
  algo_code_t code = tg_print(&text, err);
  algo_buf_fini(&text);
  return code;
}

algo_code_t tg_command_generate(const tg_cli_t *cli, const tg_contract_t *c, algo_err_t *err) {
  if (c->algo_only && cli->asset && strcmp(cli->asset, "algo") != 0)
    return algo_err_set(err, ALGO_E_USAGE, "%s has one variant: --asset algo", c->name);
  if (cli->out) return tg_write_contract(cli, c, err);
  if (!cli->asset && !c->algo_only)
    return algo_err_set(err, ALGO_E_USAGE, "%s: say --asset algo or asa, or --out DIR for all", c->name);
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_buf_t text = ALGO_BUF_INIT;
  tg_built_t built;
  tg_options_t o = {.asa = cli->asset && strcmp(cli->asset, "asa") == 0,
                    .avm = cli->avm,
                    .optimise = cli->optimise,
                    .rules = cli->rules};
  algo_code_t code = tg_build(&built, c, &o, &arena, err);
  if (!code) algo_buf_puts(&text, cli->json ? built.arc56 : built.approval.teal);
  if (!code) code = tg_print(&text, err);
  algo_buf_fini(&text);
  algo_arena_fini(&arena);
  return code;
}

/* ---- smart signatures ---- */

static algo_code_t take_values(const tg_cli_t *cli, const tg_signature_t *s, const char **values, algo_err_t *err) {
  for (size_t i = 0; i < cli->n_set; i++) {
    size_t n = strcspn(cli->set[i], "="), k = 0;
    while (k < s->n_vars && (strlen(s->vars[k].tmpl) != n || strncmp(s->vars[k].tmpl, cli->set[i], n) != 0)) k++;
    if (k == s->n_vars || !cli->set[i][n])
      return algo_err_set(err, ALGO_E_USAGE, "--set %s: not NAME=VALUE of a value of %s", cli->set[i], s->name);
    values[k] = cli->set[i] + n + 1;
  }
  return ALGO_OK;
}

static algo_code_t write_signature(const tg_cli_t *cli, const tg_signature_t *s, const char *const *values,
                                   algo_err_t *err) {
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_buf_t text = ALGO_BUF_INIT;
  const char *include = algo_arena_printf(&arena, "%s/algo", cli->include ? cli->include : cli->out);
  algo_code_t code = tg_make_folders(cli->out, err);
  if (!code) code = tg_make_folders(include, err);
  for (int asa = 0; asa < 2 && !code; asa++) {
    if (cli->asset && (strcmp(cli->asset, "asa") == 0) != (asa == 1)) continue;
    algo_buf_clear(&text);
    code = tg_signature_teal(&text, s, asa == 1, cli->avm, values, err);
    if (!code) code = tg_write_in(cli->out, asa ? "asa" : "algo", ".teal", algo_buf_view(&text), err);
  }
  algo_buf_clear(&text);
  if (!code) code = tg_signature_source(&text, s, cli->avm, &arena, err);
  if (!code) code = tg_write_in(cli->out, s->name, ".c", algo_buf_view(&text), err);
  algo_buf_clear(&text);
  tg_signature_header(&text, s);
  if (!code) code = tg_write_in(include, s->name, ".h", algo_buf_view(&text), err);
  algo_buf_fini(&text);
  algo_arena_fini(&arena);
  return code;
}

algo_code_t tg_command_signature(const tg_cli_t *cli, const tg_signature_t *s, algo_err_t *err) {
  const char *values[TG_CLI_SETS] = {NULL};
  algo_code_t code = take_values(cli, s, values, err);
  if (code) return code;
  if (cli->out) return write_signature(cli, s, values, err);
  if (!cli->asset) return algo_err_set(err, ALGO_E_USAGE, "%s: say --asset algo or asa, or --out DIR for all", s->name);
  algo_buf_t text = ALGO_BUF_INIT;
  code = tg_signature_teal(&text, s, strcmp(cli->asset, "asa") == 0, cli->avm, values, err);
  if (!code) code = tg_print(&text, err);
  algo_buf_fini(&text);
  return code;
}

/* ---- assembler and disassembler ---- */

static void put_assembled(algo_buf_t *text, const algo_asm_result_t *r) {
  algo_buf_t map = ALGO_BUF_INIT;
  algo_json_t j = algo_json(text);
  algo_asm_mappings(&map, r);
  algo_json_open(&j, '{');
  algo_json_key(&j, "version");
  algo_json_uint(&j, r->version);
  algo_json_key(&j, "program");
  algo_json_base64(&j, r->program);
  algo_json_key(&j, "mappings");
  algo_json_strb(&j, algo_buf_view(&map));
  algo_json_close(&j, '}');
  algo_buf_putc(text, '\n');
  algo_buf_fini(&map);
}

algo_code_t tg_command_assemble(const tg_cli_t *cli, algo_err_t *err) {
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_buf_t source = ALGO_BUF_INIT, text = ALGO_BUF_INIT;
  algo_asm_result_t r;
  memset(&r, 0, sizeof r);
  algo_code_t code = tg_read_file(&source, cli->input, err);
  if (!code) code = algo_asm_assemble(&r, algo_buf_view(&source), &arena, err);
  if (code == ALGO_E_ASM && r.error_text) {
    fprintf(stderr, "%s\n", r.error_text);
    code = algo_err_set(err, ALGO_E_ASM, "%s does not assemble", cli->input);
  }
  if (!code && cli->out) code = algo_file_write(cli->out, r.program, err);
  else if (!code) {
    if (cli->json) {
      put_assembled(&text, &r);
    } else {
      algo_base64_encode(&text, r.program);
      algo_buf_putc(&text, '\n');
    }
    code = tg_print(&text, err);
  }
  algo_buf_fini(&source);
  algo_buf_fini(&text);
  algo_arena_fini(&arena);
  return code;
}

algo_code_t tg_command_disassemble(const tg_cli_t *cli, algo_err_t *err) {
  algo_buf_t program = ALGO_BUF_INIT, text = ALGO_BUF_INIT;
  algo_code_t code = tg_read_file(&program, cli->input, err);
  if (!code) code = algo_disasm(&text, algo_buf_view(&program), err);
  if (!code) code = cli->out ? algo_file_write(cli->out, algo_buf_view(&text), err) : tg_print(&text, err);
  algo_buf_fini(&program);
  algo_buf_fini(&text);
  return code;
}
