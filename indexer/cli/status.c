/* status.c - /metrics in the text form of Prometheus, /health (the process works) and /ready (at the tip, database up).
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "algo/httpd.h"
#include "algo/text.h"
#include "cli.h"

struct cli_status {
  const algo_follower_t *ix;
  algo_httpd_t *httpd;
  char host[256];
};

typedef struct metric {
  const char *name, *type, *help;
  double value;
} metric_t;

static void put_metrics(algo_buf_t *b, const algo_follower_stats_t *s) {
  const double age = s->block_time ? (double)time(NULL) - (double)s->block_time : 0;
  const metric_t all[] = {
      {"round", "gauge", "Newest committed round", s->next_round ? (double)(s->next_round - 1) : 0},
      {"node_round", "gauge", "Newest round that the node told of", (double)s->node_round},
      {"at_tip", "gauge", "1 when every block of the node is committed", s->at_tip},
      {"node_up", "gauge", "1 when the node answered the last request", s->node_up},
      {"database_up", "gauge", "1 when there is a connection", s->database_up},
      {"block_age_seconds", "gauge", "Age of the newest committed block by its own time", age},
      {"latency_seconds", "gauge", "From a block's arrival to its commit, newest batch", s->latency_s},
      {"notification_queue_ratio", "gauge",
       "How full PostgreSQL's queue of notifications is, 0 to 1: commits fail when it is full", s->notify_queue},
      {"blocks_total", "counter", "Blocks committed", (double)s->blocks},
      {"transactions_total", "counter", "Top-level transactions committed", (double)s->txns},
      {"inner_transactions_total", "counter", "Inner transactions committed", (double)s->inner},
      {"participants_total", "counter", "Participants committed", (double)s->participants},
      {"logs_total", "counter", "Application logs committed", (double)s->logs},
      {"events_total", "counter", "Contract events committed", (double)s->events},
      {"bytes_total", "counter", "Bytes of committed blocks", (double)s->bytes},
      {"backfill_ranges_left", "gauge", "Ranges of a back-fill under way that are not filled yet",
       (double)s->ranges_left},
      {"batches_total", "counter", "Database transactions committed", (double)s->batches},
      {"unknown_transactions_total", "counter", "Transactions of types that this version does not know",
       (double)s->unknown},
      {"fetch_errors_total", "counter", "Requests to the node that failed", (double)s->fetch_errors},
      {"decode_errors_total", "counter", "Answers of the node that were no block", (double)s->decode_errors},
      {"database_errors_total", "counter", "Sessions that the database ended", (double)s->database_errors},
  };
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    algo_buf_printf(b, "# HELP algorent_indexer_%s %s.\n# TYPE algorent_indexer_%s %s\nalgorent_indexer_%s %.17g\n",
                    all[i].name, all[i].help, all[i].name, all[i].type, all[i].name, all[i].value);
}

static void handle(void *user, algo_httpd_request_t *req, algo_httpd_response_t *res) {
  const cli_status_t *st = user;
  algo_follower_stats_t s;
  algo_follower_stats(st->ix, &s);
  const bool get = strcmp(req->method, "GET") == 0 || strcmp(req->method, "HEAD") == 0;
  if (get && strcmp(req->path, "/metrics") == 0) {
    res->content_type = "text/plain; version=0.0.4";
    put_metrics(&res->body, &s);
  } else if (get && strcmp(req->path, "/health") == 0) {
    algo_buf_printf(&res->body, "{\"status\":\"ok\",\"round\":%" PRIu64 ",\"node_round\":%" PRIu64 "}\n",
                    s.next_round ? s.next_round - 1 : 0, s.node_round);
  } else if (get && strcmp(req->path, "/ready") == 0) {
    const bool ready = s.at_tip && s.node_up && s.database_up;
    res->status = ready ? 200 : 503;
    algo_buf_printf(&res->body, "{\"ready\":%s,\"node\":%s,\"database\":%s,\"at_tip\":%s}\n", ready ? "true" : "false",
                    s.node_up ? "true" : "false", s.database_up ? "true" : "false", s.at_tip ? "true" : "false");
  } else {
    res->status = get ? 404 : 405;
    algo_buf_puts(&res->body, "{\"message\":\"there are GET /metrics, /health and /ready\"}\n");
  }
}

algo_code_t cli_status_start(cli_status_t **out, const algo_follower_t *ix, const char *listen, const algo_env_t *env,
                             algo_err_t *err) {
  *out = NULL;
  const char *colon = strrchr(listen, ':');
  uint64_t port;
  if (!colon || (size_t)(colon - listen) >= sizeof(*out)->host ||
      algo_u64_parse(&port, colon + 1, strlen(colon + 1), NULL) != ALGO_OK || port > UINT16_MAX)
    return algo_err_set(err, ALGO_E_USAGE, "--listen needs HOST:PORT, not \"%s\"", listen);
  cli_status_t *s = calloc(1, sizeof *s);
  if (!s) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  s->ix = ix;
  memcpy(s->host, listen, (size_t)(colon - listen));
  const algo_httpd_options_t o = {
      .host = s->host[0] ? s->host : NULL, .port = (uint16_t)port, .handler = handle, .user = s};
  algo_code_t rc = algo_httpd_start(&s->httpd, &o, env, err);
  if (rc != ALGO_OK) {
    free(s);
    return rc;
  }
  algo_env_log(env, ALGO_LOG_INFO, "metrics at http://%s:%u/metrics", s->host[0] ? s->host : "127.0.0.1",
               algo_httpd_port(s->httpd));
  *out = s;
  return ALGO_OK;
}

void cli_status_stop(cli_status_t *s) {
  if (!s) return;
  algo_httpd_stop(s->httpd);
  free(s);
}
