#include "command.h"

#include <stdio.h>
#include <stdlib.h>

#include "algo/file.h"
#include "algo/http.h"
#include "algo/json.h"
#include "show.h"

typedef struct command {
  const char *name;
  const char *method, *path; /* %s: the arguments, in order */
  int args;                  /* in the path; a file, JSON or texts may follow */
  enum { NOTHING, TO_FILE, FROM_FILE, JSON_TEXT, TEXTS } body;
  const char *usage, *what, *example;
  const char *texts[2];  /* TEXTS: the names of what follows; the second is a number and may be left out */
  sandbox_show_fn *show; /* for people, where --json is not given; NULL: the answer as it is, JSON */
} command_t;

#define ALONE {NULL, NULL}, NULL
static const command_t commands[] = {
    {"status", "GET", "/v2/status", 0, NOTHING, "", "where the chain is", "status", ALONE},
    {"stop", "", "", 0, NOTHING, "", "ends the sandbox at --url, one of this machine and user", "stop", ALONE},
    {"snapshot", "POST", "/sandbox/v1/snapshot", 0, NOTHING, "", "keeps the state; the answer has its number",
     "snapshot", ALONE},
    {"revert", "POST", "/sandbox/v1/revert/%s", 1, NOTHING, "SNAPSHOT", "back to that state; later snapshots are lost",
     "revert 1", ALONE},
    {"reset", "POST", "/sandbox/v1/reset", 0, NOTHING, "", "back to the genesis", "reset", ALONE},
    {"seed",
     "POST",
     "/sandbox/v1/seed",
     0,
     TEXTS,
     "TEXT",
     "back to the genesis, and the same run for the same seed from there",
     "seed 7",
     {"seed", NULL},
     NULL},
    {"advance", "POST", "/sandbox/v1/advance/%s", 1, NOTHING, "BLOCKS", "makes blocks", "advance 10", ALONE},
    {"time", "POST", "/sandbox/v1/time/%s", 1, NOTHING, "UNIX-SECONDS", "the exact time of the next block",
     "time 1900000000", ALONE},
    {"offset", "POST", "/v2/devmode/blocks/offset/%s", 1, NOTHING, "SECONDS",
     "each block is so much later than the one before", "offset 3600", ALONE},
    {"clock", "DELETE", "/sandbox/v1/offset", 0, NOTHING, "", "blocks have the clock's time again", "clock", ALONE},
    {"mining", "POST", "/sandbox/v1/mining", 0, JSON_TEXT, "JSON", "when blocks are made: dev, interval or manual",
     "mining '{\"mode\":\"interval\",\"interval-ms\":1000}'", ALONE},
    {"balance", "POST", "/sandbox/v1/accounts/%s/balance/%s", 2, NOTHING, "ADDRESS MICROALGOS", "sets a balance",
     "balance $ADDRESS 5000000", ALONE},
    {"global", "POST", "/sandbox/v1/applications/%s/global", 1, JSON_TEXT, "APP JSON",
     "sets a value of the global state; without uint or bytes it is deleted",
     "global 1001 '{\"key\":\"str:price\",\"uint\":5}'", ALONE},
    {"local", "POST", "/sandbox/v1/accounts/%s/local/%s", 2, JSON_TEXT, "ADDRESS APP JSON",
     "sets a value of an account's local state", "local $ADDRESS 1001 '{\"key\":\"str:k\",\"bytes\":\"AA==\"}'", ALONE},
    {"box", "POST", "/sandbox/v1/applications/%s/box", 1, JSON_TEXT, "APP JSON", "sets a box",
     "box 1001 '{\"key\":\"str:state\",\"bytes\":\"AA==\"}'", ALONE},
    {"program", "POST", "/sandbox/v1/applications/%s/program", 1, JSON_TEXT, "APP JSON", "puts other programs in place",
     "program 1001 '{\"approval\":\"CoEB\",\"clear\":\"CoEB\"}'", ALONE},
    {"impersonate", "POST", "/sandbox/v1/impersonate/%s", 1, NOTHING, "on|off", "while on, no signature is asked for",
     "impersonate on", ALONE},
    {"coverage", "POST", "/sandbox/v1/coverage/%s", 1, NOTHING, "on|off", "counts what programs run, from now on",
     "coverage on", ALONE},
    {"report",
     "GET",
     "/sandbox/v1/coverage",
     0,
     NOTHING,
     "",
     "what was run of each program, by line of TEAL",
     "report",
     {NULL, NULL},
     sandbox_show_coverage},
    {"profile",
     "GET",
     "/sandbox/v1/coverage",
     0,
     NOTHING,
     "",
     "what each opcode cost, the dearest first",
     "profile",
     {NULL, NULL},
     sandbox_show_profile},
    {"send-unsigned", "POST", "/sandbox/v1/transactions", 0, FROM_FILE, "FILE",
     "sends one group for which no signature is asked for: msgpack, or JSON with a block's keys",
     "send-unsigned group.txn", ALONE},
    {"dump", "GET", "/sandbox/v1/dump", 0, TO_FILE, "FILE", "the whole state as one file", "dump chain.dump", ALONE},
    {"load", "POST", "/sandbox/v1/load", 0, FROM_FILE, "FILE", "takes up the state of a dump", "load chain.dump",
     ALONE},
    {"replay",
     "POST",
     "/sandbox/v1/replay",
     0,
     TEXTS,
     "DIR",
     "recorded blocks in the place of the chain (with --url; else a new server)",
     "replay blocks --url http://127.0.0.1:4001",
     {"folder", NULL},
     NULL},
    {"fork",
     "POST",
     "/sandbox/v1/fork",
     0,
     TEXTS,
     "URL [ROUND]",
     "on top of another algod's state, in the place of the chain (its token: FORK_TOKEN of the sandbox)",
     "fork http://127.0.0.1:8080 51000000",
     {"url", "round"},
     NULL},
};

const char sandbox_command_help[] =
    "  algorent-sandbox COMMAND [--url URL] [--token TEXT] [--json]   to one that runs (http://127.0.0.1:4001):\n"
    "    status | stop | snapshot | revert SNAPSHOT | reset | seed TEXT | advance BLOCKS | time UNIX-SECONDS\n"
    "    offset SECONDS | clock | mining JSON | balance ADDRESS MICROALGOS | global APP JSON\n"
    "    local ADDRESS APP JSON | box APP JSON | program APP JSON | impersonate on|off | send-unsigned FILE\n"
    "    dump FILE | load FILE | coverage on|off | report | profile | fork URL [ROUND] | replay DIR --url URL\n"
    "  algorent-sandbox COMMAND --help says what one does\n";

static const command_t *find(const char *name) {
  for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
    if (strcmp(commands[i].name, name) == 0) return &commands[i];
  }
  return NULL;
}

bool sandbox_command_known(const char *name) { return find(name) != NULL; }

/* Says why a file could not be read or written. */
static bool done(algo_code_t rc, const algo_err_t *err) {
  if (rc != ALGO_OK) fprintf(stderr, "algorent-sandbox: %s\n", err->msg);
  return rc == ALGO_OK;
}

static bool read_file(const char *path, algo_buf_t *out) {
  algo_err_t err;
  return done(algo_file_read(out, path, SIZE_MAX, &err), &err);
}

typedef struct to_file { /* an answer that is long goes there as it comes */
  algo_file_out_t out;
  algo_code_t rc;
  algo_err_t err;
} to_file_t;

static bool put_piece(void *user, algo_bytes_t piece) {
  to_file_t *f = user;
  f->rc = algo_file_out_put(&f->out, piece, &f->err);
  return f->rc == ALGO_OK;
}

/* The server's own words where it refuses. */
static void say_refusal(const command_t *c, algo_buf_t *answer, int status) {
  json_object *o = NULL;
  algo_bytes_t text = algo_bytes_str(algo_buf_cstr(answer));
  if (algo_json_parse(&o, answer->p, answer->n, NULL) == ALGO_OK) (void)algo_json_opt_str(o, "message", &text, NULL);
  if (status == 404 && strncmp(c->path, "/sandbox/", 9) == 0 && algo_bytes_eq(text, ALGO_BYTES_LIT("Not Found")))
    fprintf(stderr, "algorent-sandbox: that is a real node: %s needs the sandbox's own (without --real)\n", c->name);
  else fprintf(stderr, "algorent-sandbox: %.*s (%d)\n", (int)text.n, (const char *)text.p, status);
  json_object_put(o);
}

static int refusal(const command_t *c, int status, algo_buf_t *answer) {
  if (status == 200) return 0;
  say_refusal(c, answer, status);
  return algo_code_exit_status(status == 401 ? ALGO_E_AUTH : ALGO_E_HTTP);
}

/* file: NULL, or where the answer goes. */
static int ask(const command_t *c, const sandbox_options_t *o, algo_http_request_t req, const char *file,
               algo_buf_t *answer) {
  algo_err_t err;
  algo_http_t *http = NULL;
  algo_buf_t header = ALGO_BUF_INIT;
  int status = 0;
  to_file_t to = {.rc = ALGO_OK};
  const algo_http_sink_t sink = {put_piece, &to};
  algo_buf_printf(&header, "X-Algo-API-Token: %s", o->token);
  algo_http_options_t opt = {.base_url = o->url != NULL ? o->url : "http://127.0.0.1:4001",
                             .header = algo_buf_cstr(&header),
                             .timeout_ms = 600000};
  if (file != NULL) {
    algo_file_out_begin(&to.out, file);
    req.sink = &sink;
  }
  algo_code_t rc = algo_http_new(&http, &opt, NULL, &err);
  if (rc == ALGO_OK) rc = algo_http_do(http, &req, &status, answer, &err);
  algo_http_free(http);
  algo_buf_fini(&header);
  if (to.rc != ALGO_OK) err = to.err;
  if (file != NULL) {
    algo_code_t ended = algo_file_out_end(&to.out, rc == ALGO_OK && status == 200, rc == ALGO_OK ? &err : NULL);
    if (rc == ALGO_OK) rc = ended;
  }
  return done(rc, &err) ? refusal(c, status, answer) : algo_code_exit_status(rc);
}

static void put_texts(const command_t *c, int n, char **args, algo_buf_t *body) {
  algo_json_t j = algo_json(body);
  algo_json_open(&j, '{');
  for (int i = 0; i < n; i++) {
    algo_json_key(&j, c->texts[i]);
    if (i == 0) algo_json_str(&j, args[i]);
    else algo_json_raw(&j, args[i], strlen(args[i]));
  }
  algo_json_close(&j, '}');
}

static void put_path(const command_t *c, char **args, algo_buf_t *path) {
  for (const char *p = c->path; *p != '\0'; p++) {
    bool arg = p[0] == '%' && p[1] == 's';
    if (arg) algo_buf_puts(path, *args++);
    else algo_buf_putc(path, (uint8_t)*p);
    p += arg;
  }
}

static int show(const command_t *c, const algo_buf_t *answer, bool json) {
  if (c->show == NULL || json) {
    fwrite(answer->p, 1, answer->n, stdout);
    return 0;
  }
  json_object *o = NULL;
  algo_err_t err;
  algo_code_t rc = algo_json_parse(&o, answer->p, answer->n, &err);
  if (rc == ALGO_OK) c->show(o);
  else fprintf(stderr, "algorent-sandbox: %s\n", err.msg);
  json_object_put(o);
  return algo_code_exit_status(rc);
}

void sandbox_command_usage(const char *name) {
  const command_t *c = find(name);
  printf("algorent-sandbox %s %s\n  %s\n\n  --url URL      the sandbox (http://127.0.0.1:4001)\n"
         "  --token TEXT   its token (64 letters a)\n  --json         %s\n\nExample:\n  algorent-sandbox %s\n",
         c->name, c->usage, c->what, c->show == NULL ? "nothing else: the answer is JSON anyway" : "the answer as JSON",
         c->example);
}

int sandbox_command_run(const sandbox_options_t *o, int argc, char **argv) {
  const command_t *c = find(argv[0]);
  int follow = argc - 1 - c->args, most = c->body == NOTHING ? 0 : c->body == TEXTS && c->texts[1] != NULL ? 2 : 1;
  if (follow > most || follow < (most > 0)) {
    fprintf(stderr, "usage: algorent-sandbox %s %s\n", c->name, c->usage);
    return 2;
  }
  algo_buf_t path = ALGO_BUF_INIT, body = ALGO_BUF_INIT, answer = ALGO_BUF_INIT;
  char **last = argv + 1 + c->args;
  put_path(c, argv + 1, &path);
  bool ok = true;
  if (c->body == FROM_FILE) ok = read_file(*last, &body);
  if (c->body == JSON_TEXT) algo_buf_puts(&body, *last);
  if (c->body == TEXTS) put_texts(c, follow, last, &body);
  const char *file = c->body == TO_FILE ? *last : NULL;
  const algo_http_request_t req = {.method = c->method,
                                   .path = algo_buf_cstr(&path),
                                   .content_type = body.n > 0 ? "application/octet-stream" : NULL,
                                   .body = algo_buf_view(&body)};
  int rc = ok ? ask(c, o, req, file, &answer) : 74;
  if (rc == 0 && file == NULL) rc = show(c, &answer, o->json);
  algo_buf_fini(&path);
  algo_buf_fini(&body);
  algo_buf_fini(&answer);
  return rc;
}
