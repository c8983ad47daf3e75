/* cmd_verify.c - whether an application on a chain is exactly a source: the published contracts, or an ARC-56
 * description. */
#include "cli.h"

#include <stdlib.h>
#include <string.h>

#include "algo/file.h"
#include "algo/hash.h"
#include "algo/indexer.h"

typedef struct proof {
  algo_application_t app;
  const algo_app_spec_t *spec;
  algo_arc56_t arc56;
  bool has_arc56;
  algo_app_spec_t teal; /* of --teal: the programs alone */
  bool has_teal;
  size_t differences;
} proof_t;

static void differs(cli_t *cli, proof_t *p, const char *what, const char *is, const char *should) {
  p->differences++;
  cli_note(cli, "differs: %s is %s there, %s in the source", what, is, should);
}

static void differs_u64(cli_t *cli, proof_t *p, const char *what, uint64_t is, uint64_t should) {
  char a[24], b[24];
  snprintf(a, sizeof a, "%" PRIu64, is);
  snprintf(b, sizeof b, "%" PRIu64, should);
  if (is != should) differs(cli, p, what, a, b);
}

/* ---- programs, schema, pages ---- */

static const char *hash_text(cli_t *cli, algo_bytes_t program) {
  uint8_t hash[32];
  algo_buf_t b = ALGO_BUF_INIT;
  algo_sha256(hash, program.p, program.n);
  algo_hex_encode(&b, algo_bytes(hash, sizeof hash));
  const char *text = algo_arena_strdup(&cli->arena, algo_buf_cstr(&b));
  algo_buf_fini(&b);
  return text == NULL ? "" : text;
}

static void put_program(cli_t *cli, proof_t *p, const char *name, algo_bytes_t chain, algo_bytes_t source, bool other,
                        size_t at) {
  cli_out_str(cli, algo_arena_printf(&cli->arena, "%s_sha256", name), hash_text(cli, chain));
  cli_out_u64(cli, algo_arena_printf(&cli->arena, "%s_bytes", name), chain.n);
  if (!other) return;
  p->differences++;
  cli_out_str(cli, algo_arena_printf(&cli->arena, "%s_sha256_source", name), hash_text(cli, source));
  cli_out_u64(cli, algo_arena_printf(&cli->arena, "%s_differs_at", name), at);
  cli_note(cli, "differs: the %s program from byte %zu on (%zu bytes there, %zu in the source)", name, at, chain.n,
           source.n);
}

static void compare(cli_t *cli, proof_t *p) {
  algo_deploy_check_t c;
  const algo_application_t *a = &p->app;
  const algo_app_spec_t *s = p->spec;
  (void)algo_deploy_compare(&c, a, s);
  put_program(cli, p, "approval", a->approval, s->approval, c.approval, c.approval_at);
  put_program(cli, p, "clear", a->clear, s->clear, c.clear, c.clear_at);
  differs_u64(cli, p, "global numbers", a->global_schema.num_uint, s->global_schema.num_uint);
  differs_u64(cli, p, "global byte slices", a->global_schema.num_byte_slice, s->global_schema.num_byte_slice);
  differs_u64(cli, p, "local numbers", a->local_schema.num_uint, s->local_schema.num_uint);
  differs_u64(cli, p, "local byte slices", a->local_schema.num_byte_slice, s->local_schema.num_byte_slice);
  if (!p->has_arc56 && !p->has_teal) differs_u64(cli, p, "extra pages", a->extra_pages, s->extra_pages);
  cli_out_u64(cli, "global_uints", a->global_schema.num_uint);
  cli_out_u64(cli, "global_bytes", a->global_schema.num_byte_slice);
  cli_out_u64(cli, "extra_pages", a->extra_pages);
}

/* ---- the creation ---- */

/* In which round it was made: --round, the record, or an indexer. 0: nobody says. */
static algo_code_t creation_round(cli_t *cli, uint64_t app, uint64_t *round, algo_err_t *err) {
  const char *url = getenv("INDEXER_URL");
  algo_indexer_t *x = NULL;
  json_object *o = NULL;
  algo_code_t r = cli_opt_u64(cli, "--round", round, err);
  if (r != ALGO_OK || *round != 0 || url == NULL || url[0] == '\0') return r;
  r = algo_indexer_new(&x, url, getenv("INDEXER_TOKEN"), NULL, err);
  if (r == ALGO_OK) r = algo_indexer_application(x, app, &o, err);
  if (r == ALGO_OK) r = algo_json_opt_u64(o, "created-at-round", round, err);
  json_object_put(o);
  algo_indexer_free(x);
  return r;
}

static const char *const rental_arguments[] = {"treasury", "arbiter", "asset",     "fee_bps",
                                               "ready_s",  "beat_s",  "dispute_s", "open"};
static const char *const escrow_arguments[] = {"treasury",  "arbiter",      "asset", "fee_bps",
                                               "dispute_s", "review_min_s", "open"};

/* The arguments of create, and which of them the state no longer has. */
static void put_arguments(cli_t *cli, proof_t *p, const algo_txn_t *t) {
  const bool rental = strcmp(p->spec->name, "rental") == 0;
  const char *const *names = rental ? rental_arguments : escrow_arguments;
  const size_t n = rental ? 8 : 7;
  if (t->n_app_args != n + 1) {
    p->differences++;
    cli_note(cli, "differs: the creation has %zu arguments, not %zu", t->n_app_args, n + 1);
    return;
  }
  for (size_t i = 0; i < n; i++) {
    algo_bytes_t v = t->app_args[i + 1];
    const char *key = algo_arena_printf(&cli->arena, "created_with_%s", names[i]);
    const algo_teal_value_t *now = algo_teal_find(&p->app.globals, names[i]);
    bool same =
        now != NULL && (now->is_uint ? v.n == 8 && now->uint == algo_get_be64(v.p) : algo_bytes_eq(v, now->bytes));
    if (v.n == 32) cli_out_addr(cli, key, (const algo_addr_t *)(const void *)v.p);
    else if (v.n == 8) cli_out_u64(cli, key, algo_get_be64(v.p));
    if (same) continue;
    if (strcmp(names[i], "asset") == 0) differs(cli, p, names[i], "another", "what it was created with");
    else cli_note(cli, "%s was changed since the creation", names[i]);
  }
}

static void put_label(cli_t *cli, proof_t *p, const algo_txn_t *t) {
  algo_deploy_label_t l;
  uint8_t hash[32];
  if (algo_deploy_label(&l, t->note, &cli->arena, NULL) != ALGO_OK) return;
  cli_out_bytes(cli, "note_contract", algo_bytes_str(l.contract));
  cli_out_bytes(cli, "note_variant", algo_bytes_str(l.variant));
  cli_out_bytes(cli, "note_version", algo_bytes_str(l.version));
  algo_sha256(hash, p->app.approval.p, p->app.approval.n);
  if (memcmp(hash, l.approval, 32) != 0) differs(cli, p, "the note's hash", "another", "the program's");
  algo_sha256(hash, p->app.clear.p, p->app.clear.n);
  if (memcmp(hash, l.clear, 32) != 0)
    differs(cli, p, "the note's hash of the clear program", "another", "the program's");
}

static algo_code_t put_creation(cli_t *cli, proof_t *p, algo_err_t *err) {
  algo_deploy_creation_t made;
  uint64_t round = 0;
  algo_code_t r = creation_round(cli, p->app.id, &round, err);
  if (r != ALGO_OK) return r;
  if (round == 0) {
    cli_note(cli, "the creation is not looked at: give --round ROUND (deploy's record has it) or INDEXER_URL");
    return ALGO_OK;
  }
  r = algo_deploy_creation(&made, cli->algod, p->app.id, round, &cli->arena, err);
  if (r != ALGO_OK) return r;
  cli_out_u64(cli, "created_in_round", made.round);
  if (made.txid[0] != '\0') cli_out_str(cli, "created_by_txid", made.txid);
  if (!algo_bytes_eq(made.txn.approval_program, p->app.approval) ||
      !algo_bytes_eq(made.txn.clear_program, p->app.clear))
    differs(cli, p, "the program", "another", "what it was created with: it was updated");
  put_label(cli, p, &made.txn);
  if (!p->has_arc56 && !p->has_teal) put_arguments(cli, p, &made.txn);
  return ALGO_OK;
}

/* ---- TEAL with values put in: assembled by the node ---- */

static size_t name_length(const char *s) {
  size_t n = 0;
  while ((s[n] >= 'A' && s[n] <= 'Z') || (s[n] >= 'a' && s[n] <= 'z') || (s[n] >= '0' && s[n] <= '9') || s[n] == '_')
    n++;
  return n;
}

/* The value of a TMPL_ name in "NAME=VALUE,NAME=VALUE"; n 0: none. */
static algo_bytes_t value_of(const char *list, const char *name, size_t n) {
  for (const char *at = list; at != NULL && *at != '\0';) {
    size_t len = strcspn(at, ",");
    if (len > n && strncmp(at, name, n) == 0 && at[n] == '=') return algo_bytes(at + n + 1, len - n - 1);
    at += len + (at[len] == ',');
  }
  return (algo_bytes_t){0};
}

static algo_code_t put_values(cli_t *cli, algo_buf_t *out, const char *teal, algo_err_t *err) {
  const char *list = cli_value(cli, "--set"), *at;
  for (; (at = strstr(teal, "TMPL_")) != NULL; teal = at + name_length(at)) {
    algo_bytes_t v = value_of(list, at, name_length(at));
    if (v.n == 0)
      return algo_err_set(err, ALGO_E_USAGE, "%.*s has no value: --set NAME=VALUE,NAME=VALUE", (int)name_length(at),
                          at);
    algo_buf_put(out, teal, (size_t)(at - teal));
    algo_buf_putb(out, v);
  }
  algo_buf_puts(out, teal);
  return out->oom ? algo_err_set(err, ALGO_E_NOMEM, "out of memory") : ALGO_OK;
}

static algo_code_t assemble(cli_t *cli, const char *path, algo_bytes_t *program, algo_err_t *err) {
  algo_buf_t text = ALGO_BUF_INIT, teal = ALGO_BUF_INIT;
  algo_compiled_t c = {0};
  algo_code_t r = algo_file_read(&text, path, SIZE_MAX, err);
  if (r == ALGO_OK && text.n > 0 && memchr(text.p, 0, text.n) != NULL) /* what is behind it would not be compared */
    r = algo_err_set(err, ALGO_E_PARSE, "a zero byte is in it: that is no TEAL");
  if (r == ALGO_OK) r = put_values(cli, &teal, algo_buf_cstr(&text), err);
  if (r == ALGO_OK) r = algo_algod_compile(cli->algod, algo_buf_cstr(&teal), &c, &cli->arena, err);
  if (r == ALGO_OK) *program = c.program;
  else if (r != ALGO_E_NOT_FOUND && r != ALGO_E_IO) r = algo_err_prefix(err, r, "%s", path);
  algo_buf_fini(&text);
  algo_buf_fini(&teal);
  return r;
}

/* The schemas are not in TEAL: what is there is taken for them. So is the clear program without --clear. */
static algo_code_t teal_spec(cli_t *cli, proof_t *p, algo_err_t *err) {
  const char *clear = cli_value(cli, "--clear");
  p->teal = (algo_app_spec_t){.name = "teal",
                              .clear = p->app.clear,
                              .global_schema = p->app.global_schema,
                              .local_schema = p->app.local_schema};
  p->spec = &p->teal, p->has_teal = true;
  algo_code_t r = assemble(cli, cli_value(cli, "--teal"), &p->teal.approval, err);
  return r == ALGO_OK && clear != NULL ? assemble(cli, clear, &p->teal.clear, err) : r;
}

/* ---- which source ---- */

static algo_code_t choose_spec(cli_t *cli, proof_t *p, algo_err_t *err) {
  const algo_teal_value_t *asset = algo_teal_find(&p->app.globals, "asset");
  const char *contract = cli_value(cli, "--contract");
  if (cli_value(cli, "--teal") != NULL) return teal_spec(cli, p, err);
  if (cli_value(cli, "--arc56") != NULL) {
    algo_code_t r = cli_read_description(cli, &p->arc56, err);
    if (r == ALGO_OK && p->arc56.spec.approval.n == 0)
      r = algo_err_set(err, ALGO_E_INVALID, "%s has no programs (byteCode)", cli_value(cli, "--arc56"));
    p->spec = &p->arc56.spec, p->has_arc56 = true;
    return r;
  }
  p->spec = algo_deploy_match(&p->app);
  if (contract == NULL && p->spec == NULL)
    contract = algo_teal_find(&p->app.globals, "review_min_s") != NULL ? "escrow" : "rental";
  if (contract != NULL) p->spec = algo_deploy_spec(contract, asset == NULL ? 0 : asset->uint);
  return p->spec != NULL ? ALGO_OK : algo_err_set(err, ALGO_E_USAGE, "no contract '%s': rental or escrow", contract);
}

/* A description has no pages, and TEAL no schemas: genuine is said of what was compared alone. */
static void put_compared(cli_t *cli, const proof_t *p) {
  const bool clear = !p->has_teal || cli_value(cli, "--clear") != NULL;
  cli_out_str(cli, "compared",
              !clear         ? "approval"
              : p->has_teal  ? "approval, clear"
              : p->has_arc56 ? "approval, clear, schemas"
                             : "approval, clear, schemas, pages");
  if (!clear) cli_note(cli, "the clear program is not compared: give --clear FILE");
  if (p->has_teal) cli_note(cli, "the schemas are not compared: TEAL has none");
}

static algo_code_t verify(cli_t *cli, algo_err_t *err) {
  proof_t p = {.spec = NULL};
  uint64_t app = 0;
  algo_code_t r = cli->n_args > 0 ? cli_arg_u64(cli, 0, "APP", &app, err) : cli_app_id(cli, &app, err);
  if (r == ALGO_OK) r = cli_connect(cli, err);
  if (r == ALGO_OK) r = algo_algod_application(cli->algod, app, &p.app, &cli->arena, err);
  if (r == ALGO_OK) r = choose_spec(cli, &p, err);
  if (r != ALGO_OK) return r;
  cli_out_u64(cli, "app", app);
  cli_out_bytes(cli, "contract", algo_bytes_str(p.spec->name));
  if (!p.has_arc56 && !p.has_teal) cli_out_str(cli, "variant", p.spec->variant);
  cli_out_addr(cli, "creator", &p.app.creator);
  compare(cli, &p);
  put_compared(cli, &p);
  r = put_creation(cli, &p, err);
  if (r != ALGO_OK) return r;
  cli_out_bool(cli, "genuine", p.differences == 0);
  cli_out_u64(cli, "differences", p.differences);
  if (p.differences == 0) return ALGO_OK;
  r = cli_out_close(cli, err);
  return r != ALGO_OK ? r
                      : algo_err_set(err, ALGO_E_CHECKSUM,
                                     "application %" PRIu64 " is not this source: %zu differences", app, p.differences);
}

static const cli_option_t verify_options[] = {
    {"--contract", "NAME", "compare with this contract: rental, escrow (the one whose program it runs)"},
    {"--arc56", "FILE", "compare with the programs and schemas of this description"},
    {"--teal", "FILE", "compare the approval program with this source, which the node assembles"},
    {"--clear", "FILE", "with --teal: and the clear program with this one"},
    {"--set", "LIST", "with --teal: values of its TMPL_ names, NAME=VALUE,NAME=VALUE"},
    {"--round", "ROUND",
     "the round of its creation, to look at its arguments and note (INDEXER_URL's indexer knows it)"},
    {NULL, NULL, NULL},
};
const cli_command_t cli_cmd_verify = {
    "verify",
    "[APP]",
    "whether an application is exactly this source: programs, schema, pages, creation",
    "Compares both programs byte for byte, the schemas and the pages, and where the round of the creation is known its "
    "programs,\n"
    "arguments and note too. Says what differs, and exits with 65 then. No key is needed.",
    verify_options,
    "  algorent verify 1001\n"
    "  algorent verify 1001 --round 52000000 --json\n"
    "  INDEXER_URL=http://127.0.0.1:8980 algorent verify --app 1001\n"
    "  algorent verify 1005 --arc56 my.arc56.json\n"
    "  algorent verify 1006 --teal my.teal --set TMPL_LIMIT=100,TMPL_OWNER=0x00ff",
    verify};
