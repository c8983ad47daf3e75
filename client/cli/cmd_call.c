/* cmd_call.c - any application by its ARC-56 description. */
#include "cli.h"

#include <stdlib.h>
#include <string.h>

#include "algo/arc56.h"

#define DESCRIPTION_MAX ((size_t)8 << 20)

static json_object *text_value(const char *s, size_t n) { return json_object_new_string_len(s, (int)n); }

/* "0x..." as the base64 text that byte arrays take; NULL: not hex. */
static json_object *hex_value(const char *s) {
  algo_buf_t raw = ALGO_BUF_INIT, b64 = ALGO_BUF_INIT;
  json_object *v = NULL;
  if (strncmp(s, "0x", 2) == 0 && algo_hex_decode(&raw, s + 2, strlen(s + 2), NULL) == ALGO_OK) {
    algo_base64_encode(&b64, algo_buf_view(&raw));
    v = text_value((const char *)b64.p, b64.n);
  }
  algo_buf_fini(&raw);
  algo_buf_fini(&b64);
  return v;
}

/* pay: an amount in ALGO; axfer: ASSET:AMOUNT in base units. */
static json_object *payment_value(const algo_arc4_type_t *type, const char *s) {
  uint64_t amount = 0, asset = 0;
  const char *colon = strchr(s, ':');
  json_object *o = json_object_new_object();
  bool pay = strcmp(type->text, "pay") == 0;
  bool ok = pay ? cli_amount(s, 0, 6, &amount, NULL) == ALGO_OK
                : colon != NULL && algo_u64_parse(&asset, s, (size_t)(colon - s), NULL) == ALGO_OK &&
                      algo_u64_parse(&amount, colon + 1, strlen(colon + 1), NULL) == ALGO_OK;
  if (!ok) {
    json_object_put(o);
    return NULL;
  }
  json_object_object_add(o, "amount", json_object_new_uint64(amount));
  if (!pay) json_object_object_add(o, "asset", json_object_new_uint64(asset));
  return o;
}

static bool is_bytes(const algo_arc4_type_t *t) {
  return (t->kind == ALGO_ARC4_ARRAY || t->kind == ALGO_ARC4_LIST) && t->items->kind == ALGO_ARC4_BYTE;
}

/* A word of the command line as the value of an argument: JSON, or plain text where that is what the type holds. */
static json_object *arg_value(const algo_arc4_type_t *type, const char *s) {
  json_object *v = NULL;
  bool text = type->kind == ALGO_ARC4_STRING || type->kind == ALGO_ARC4_ADDRESS || strcmp(type->text, "account") == 0;
  if (text && s[0] != '"') return text_value(s, strlen(s));
  if (type->kind == ALGO_ARC4_TXN && s[0] != '{') return payment_value(type, s);
  if (is_bytes(type) && s[0] != '[' && s[0] != '"') {
    v = hex_value(s);
    return v != NULL ? v : text_value(s, strlen(s));
  }
  return algo_json_parse(&v, s, strlen(s), NULL) == ALGO_OK ? v : NULL;
}

static algo_code_t read_args(cli_t *cli, const algo_arc56_method_t *m, json_object *list, algo_err_t *err) {
  uint32_t given = (uint32_t)cli->n_args - 1;
  if (given != m->arc4.n_args)
    return algo_err_set(err, ALGO_E_USAGE, "%s takes %u arguments, not %u", m->arc4.signature, m->arc4.n_args, given);
  for (uint32_t i = 0; i < given; i++) {
    json_object *v = arg_value(m->args[i].type, cli->args[i + 1]);
    if (v == NULL)
      return algo_err_set(err, ALGO_E_PARSE, "argument '%s': '%.60s' is no %s", m->args[i].name, cli->args[i + 1],
                          m->args[i].type->text);
    json_object_array_add(list, v);
  }
  return ALGO_OK;
}

algo_code_t cli_read_description(cli_t *cli, algo_arc56_t *a, algo_err_t *err) {
  const char *path = cli_value(cli, "--arc56");
  algo_buf_t b = ALGO_BUF_INIT;
  algo_code_t r = cli_need(cli, "--arc56", err);
  if (r == ALGO_OK) r = algo_file_read(&b, path, DESCRIPTION_MAX, err);
  if (r == ALGO_OK) {
    r = algo_arc56_parse(a, b.p, b.n, &cli->arena, err);
    if (r != ALGO_OK) r = algo_err_prefix(err, r, "%s", path);
  }
  algo_buf_fini(&b);
  return r;
}

static void put_value(cli_t *cli, const algo_arc56_t *a, const algo_arc56_method_t *m, const algo_call_result_t *result,
                      algo_err_t *err) {
  algo_buf_t b = ALGO_BUF_INIT, events = ALGO_BUF_INIT;
  algo_json_t j = algo_json(&b), e = algo_json(&events);
  if (algo_arc56_result(&j, m, result->value, err) == ALGO_OK) {
    const char *text = algo_arena_strdup(&cli->arena, algo_buf_cstr(&b));
    cli_out_raw(cli, "returned", text, text);
  }
  algo_json_open(&e, '[');
  for (size_t i = 0; i < result->n_logs; i++) {
    bool known = false;
    size_t start = events.n + (e.comma ? 1 : 0);
    if (algo_arc56_log(&e, a, result->logs[i], &known, NULL) == ALGO_OK && known)
      cli_out_raw(cli, "event",
                  algo_arena_printf(&cli->arena, "%.*s", (int)(events.n - start), (const char *)events.p + start),
                  NULL);
  }
  algo_json_close(&e, ']');
  cli_out_raw(cli, "events", NULL, algo_arena_strdup(&cli->arena, algo_buf_cstr(&events)));
  algo_buf_fini(&b);
  algo_buf_fini(&events);
}

/* An application whose constants were put in at deployment: errors move to its program. */
static algo_code_t match_errors(cli_t *cli, algo_arc56_t *a, uint64_t app, algo_err_t *err) {
  algo_application_t on_chain;
  if (!a->errors_after_constants || app == 0) return ALGO_OK;
  algo_code_t r = algo_algod_application(cli->algod, app, &on_chain, &cli->arena, err);
  if (r == ALGO_OK) algo_arc56_shift_errors(a, on_chain.approval, &cli->arena);
  return r;
}

static algo_code_t run_call(cli_t *cli, algo_arc56_t *a, const algo_arc56_method_t *m, uint64_t app, json_object *args,
                            algo_err_t *err) {
  algo_composer_t *c = NULL;
  size_t at = 0;
  bool sent = false, ask = m->readonly && cli_value(cli, "--send") == NULL;
  algo_code_t r = algo_composer_new(&c, cli->algod, NULL, err);
  if (r == ALGO_OK) r = algo_arc56_call(c, a, m, app, args, &cli->sender, cli->signer, &at, &cli->arena, err);
  if (r == ALGO_OK) r = ask ? algo_composer_simulate(c, err) : cli_run_composer(cli, c, &sent, err);
  if (r == ALGO_OK && (sent || ask)) {
    const algo_call_result_t *result = algo_composer_result(c, at);
    algo_err_t bad = {0};
    if (sent) cli_out_str(cli, "txid", algo_arena_strdup(&cli->arena, result->txid));
    if (sent) cli_out_u64(cli, "round", result->round);
    if (result->created_app != 0) cli_out_u64(cli, "app", result->created_app);
    put_value(cli, a, m, result, &bad);
    if (bad.code != ALGO_OK) r = algo_err_set(err, bad.code, "%s", bad.msg);
  }
  algo_composer_free(c);
  return r;
}

static algo_code_t call(cli_t *cli, algo_err_t *err) {
  algo_arc56_t a;
  const algo_arc56_method_t *m = NULL;
  uint64_t app = 0;
  json_object *args = json_object_new_array();
  algo_code_t r = cli_read_description(cli, &a, err);
  if (r == ALGO_OK) r = algo_arc56_find(&m, &a, cli->args[0], err);
  if (r == ALGO_OK) r = read_args(cli, m, args, err);
  if (r == ALGO_OK && cli_value(cli, "--create") == NULL) r = cli_app_id(cli, &app, err);
  if (r == ALGO_OK) r = cli_identify(cli, err);
  if (r == ALGO_OK) r = cli_connect(cli, err);
  if (r == ALGO_OK) r = match_errors(cli, &a, app, err);
  if (r == ALGO_OK) r = run_call(cli, &a, m, app, args, err);
  json_object_put(args);
  return r;
}

static const cli_option_t call_options[] = {
    {"--arc56", "FILE", "the application's description"},
    {"--create", NULL, "create the application with this method, from the description's programs"},
    {"--send", NULL, "send a read-only method too; else it is only simulated"},
    {NULL, NULL, NULL},
};
const cli_command_t cli_cmd_call = {
    "call",
    "METHOD [ARG...]",
    "call a method of any application, by its ARC-56 description",
    "An argument is JSON (numbers, booleans, arrays, a struct's object), or as it is: text for strings and addresses, "
    "0x and hex\n"
    "letters for bytes, an amount in ALGO for a payment, ASSET:AMOUNT in base units for an asset transfer. A method "
    "with a name that\n"
    "is there twice is given by its signature.",
    call_options,
    "  algorent call quote 1 60 --arc56 contracts/rental/generated/algo.arc56.json --app 1001 --key any.key\n"
    "  algorent call rent 0.0809 3 1 60 0x$(openssl rand -hex 32) --arc56 algo.arc56.json --app 1001",
    call};
