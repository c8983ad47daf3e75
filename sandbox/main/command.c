#include "command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "algo/http.h"
#include "algo/json.h"

typedef struct command {
  const char *name;
  const char *method, *path; /* %s: the arguments, in order */
  int args;                  /* in the path; a file or JSON may follow */
  enum { NOTHING, TO_FILE, FROM_FILE, JSON_TEXT } body;
  const char *usage;
} command_t;

static const command_t commands[] = {
    {"status", "GET", "/v2/status", 0, NOTHING, ""},
    {"snapshot", "POST", "/sandbox/v1/snapshot", 0, NOTHING, ""},
    {"revert", "POST", "/sandbox/v1/revert/%s", 1, NOTHING, "SNAPSHOT"},
    {"reset", "POST", "/sandbox/v1/reset", 0, NOTHING, ""},
    {"advance", "POST", "/sandbox/v1/advance/%s", 1, NOTHING, "BLOCKS"},
    {"time", "POST", "/sandbox/v1/time/%s", 1, NOTHING, "UNIX-SECONDS"},
    {"offset", "POST", "/v2/devmode/blocks/offset/%s", 1, NOTHING, "SECONDS"},
    {"clock", "DELETE", "/sandbox/v1/offset", 0, NOTHING, ""},
    {"mining", "POST", "/sandbox/v1/mining", 0, JSON_TEXT, "'{\"mode\":\"interval\",\"interval-ms\":1000}'"},
    {"balance", "POST", "/sandbox/v1/accounts/%s/balance/%s", 2, NOTHING, "ADDRESS MICROALGOS"},
    {"global", "POST", "/sandbox/v1/applications/%s/global", 1, JSON_TEXT, "APP '{\"key\":\"str:k\",\"uint\":1}'"},
    {"local", "POST", "/sandbox/v1/accounts/%s/local/%s", 2, JSON_TEXT,
     "ADDRESS APP '{\"key\":\"str:k\",\"bytes\":\"AA==\"}'"},
    {"box", "POST", "/sandbox/v1/applications/%s/box", 1, JSON_TEXT, "APP '{\"key\":\"str:k\",\"bytes\":\"AA==\"}'"},
    {"program", "POST", "/sandbox/v1/applications/%s/program", 1, JSON_TEXT, "APP '{\"approval\":\"CoEB\"}'"},
    {"impersonate", "POST", "/sandbox/v1/impersonate/%s", 1, NOTHING, "on|off"},
    {"coverage", "POST", "/sandbox/v1/coverage/%s", 1, NOTHING, "on|off"},
    {"report", "GET", "/sandbox/v1/coverage", 0, NOTHING, ""},
    {"send-unsigned", "POST", "/sandbox/v1/transactions", 0, FROM_FILE, "FILE"},
    {"dump", "GET", "/sandbox/v1/dump", 0, TO_FILE, "FILE"},
    {"load", "POST", "/sandbox/v1/load", 0, FROM_FILE, "FILE"},
};

const char sandbox_command_help[] =
    "  algorent-sandbox COMMAND [--url URL] [--token TEXT]   to one that runs (http://127.0.0.1:4001):\n"
    "    status | snapshot | revert SNAPSHOT | reset | advance BLOCKS | time UNIX-SECONDS | offset SECONDS | clock\n"
    "    mining JSON | balance ADDRESS MICROALGOS | global APP JSON | local ADDRESS APP JSON | box APP JSON\n"
    "    program APP JSON | impersonate on|off | send-unsigned FILE | dump FILE | load FILE\n"
    "    coverage on|off | report\n";

static const command_t *find(const char *name) {
  for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
    if (strcmp(commands[i].name, name) == 0) return &commands[i];
  }
  return NULL;
}

bool sandbox_command_known(const char *name) { return find(name) != NULL; }

static bool read_file(const char *path, algo_buf_t *out) {
  FILE *f = fopen(path, "rb");
  uint8_t chunk[65536];
  for (size_t n; f != NULL && (n = fread(chunk, 1, sizeof chunk, f)) > 0;) algo_buf_put(out, chunk, n);
  bool ok = f != NULL && ferror(f) == 0 && !out->oom;
  if (!ok) fprintf(stderr, "algorent-sandbox: %s: %s\n", path, strerror(errno));
  if (f != NULL) fclose(f);
  return ok;
}

static bool write_file(const char *path, const algo_buf_t *b) {
  FILE *f = fopen(path, "wb");
  bool ok = f != NULL && fwrite(b->p, 1, b->n, f) == b->n;
  if (f != NULL && fclose(f) != 0) ok = false;
  if (!ok) fprintf(stderr, "algorent-sandbox: %s: %s\n", path, strerror(errno));
  return ok;
}

/* The server's own words where it refuses. */
static void say_refusal(algo_buf_t *answer, int status) {
  json_object *o = NULL;
  algo_bytes_t text = algo_bytes_str(algo_buf_cstr(answer));
  if (algo_json_parse(&o, answer->p, answer->n, NULL) == ALGO_OK) (void)algo_json_opt_str(o, "message", &text, NULL);
  fprintf(stderr, "algorent-sandbox: %.*s (%d)\n", (int)text.n, (const char *)text.p, status);
  json_object_put(o);
}

static int ask(const command_t *c, const char *url, const char *token, const char *path, algo_bytes_t body,
               algo_buf_t *answer) {
  algo_err_t err;
  algo_http_t *http = NULL;
  algo_buf_t header = ALGO_BUF_INIT;
  int status = 0;
  algo_buf_printf(&header, "X-Algo-API-Token: %s", token);
  algo_http_options_t opt = {.base_url = url, .header = algo_buf_cstr(&header), .timeout_ms = 600000};
  algo_http_request_t req = {
      .method = c->method, .path = path, .content_type = body.n > 0 ? "application/octet-stream" : NULL, .body = body};
  algo_code_t rc = algo_http_new(&http, &opt, NULL, &err);
  if (rc == ALGO_OK) rc = algo_http_do(http, &req, &status, answer, &err);
  algo_http_free(http);
  algo_buf_fini(&header);
  if (rc != ALGO_OK) {
    fprintf(stderr, "algorent-sandbox: %s\n", err.msg);
    return algo_code_exit_status(rc);
  }
  if (status == 200) return 0;
  say_refusal(answer, status);
  return algo_code_exit_status(status == 401 ? ALGO_E_AUTH : ALGO_E_HTTP);
}

int sandbox_command_run(const char *url, const char *token, int argc, char **argv) {
  const command_t *c = find(argv[0]);
  int wanted = 1 + c->args + (c->body != NOTHING);
  if (argc != wanted) {
    fprintf(stderr, "usage: algorent-sandbox %s %s\n", c->name, c->usage);
    return 2;
  }
  algo_buf_t path = ALGO_BUF_INIT, body = ALGO_BUF_INIT, answer = ALGO_BUF_INIT;
  int next = 1;
  for (const char *p = c->path; *p != '\0'; p++) {
    if (p[0] == '%' && p[1] == 's') {
      algo_buf_puts(&path, argv[next++]);
      p++;
    } else {
      algo_buf_putc(&path, (uint8_t)*p);
    }
  }
  bool ok = true;
  if (c->body == FROM_FILE) ok = read_file(argv[next], &body);
  if (c->body == JSON_TEXT) algo_buf_puts(&body, argv[next]);
  int rc = ok ? ask(c, url, token, algo_buf_cstr(&path), algo_buf_view(&body), &answer) : 74;
  if (rc == 0 && c->body == TO_FILE) rc = write_file(argv[next], &answer) ? 0 : 74;
  else if (rc == 0) fwrite(answer.p, 1, answer.n, stdout);
  algo_buf_fini(&path);
  algo_buf_fini(&body);
  algo_buf_fini(&answer);
  return rc;
}
