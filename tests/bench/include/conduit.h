/* conduit.h - the official pipeline beside ours: Conduit (algod importer in follower mode, PostgreSQL exporter) from
 * the same replay into a database of its own in the same cluster, until its last round is committed. It is taken from
 * CONDUIT (a path), or from PATH; where it is on neither, nothing of it is measured. */
#ifndef ALGORENT_BENCH_CONDUIT_H
#define ALGORENT_BENCH_CONDUIT_H

#include <errno.h>
#include <fcntl.h>
#include <libpq-fe.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

extern char **environ;

#define CONDUIT_PATIENCE_S 120.0

typedef struct conduit_run {
  double seconds;     /* from its start to the commit of its last round */
  double cpu_seconds; /* its own; PostgreSQL's are not in it */
  double peak_mb, database_mb;
} conduit_run_t;

/* Its path. False: it is not there. */
static inline bool conduit_find(char out[512]) {
  const char *named = getenv("CONDUIT"), *path = getenv("PATH");
  if (named && *named) {
    snprintf(out, 512, "%s", named);
    return access(out, X_OK) == 0;
  }
  for (const char *at = path ? path : ""; *at; at += *at == ':') {
    const size_t n = strcspn(at, ":");
    snprintf(out, 512, "%.*s/conduit", (int)n, at);
    if (n && access(out, X_OK) == 0) return true;
    at += n;
  }
  return false;
}

/* The cluster's URL with another database in it. */
static inline void conduit_url(char *out, size_t size, const char *url, const char *database) {
  const char *q = strchr(url, '?'), *slash = NULL;
  for (const char *p = url; *p && p != q; p++)
    if (*p == '/') slash = p;
  snprintf(out, size, "%.*s%s%s", slash ? (int)(slash + 1 - url) : 0, url, database, q ? q : "");
}

static inline bool conduit_configure(const char *folder, const char *algod, const char *url) {
  char path[600];
  snprintf(path, sizeof path, "%s/conduit.yml", folder);
  if (mkdir(folder, 0755) != 0 && errno != EEXIST) return false;
  FILE *f = fopen(path, "w");
  if (!f) return false;
  fprintf(f,
          "log-level: WARN\nlog-file: \"%s/conduit.log\"\nhide-banner: true\nretry-count: 3\n"
          "importer:\n  name: algod\n  config:\n    mode: follower\n    netaddr: \"%s\"\n    token: \"\"\n"
          "processors: []\n"
          "exporter:\n  name: postgresql\n  config:\n    connection-string: \"%s\"\n    max-conn: 20\n",
          folder, algod, url);
  return fclose(f) == 0;
}

/* The round that it will write next; 0: none yet. */
static inline double conduit_next(PGconn *c) {
  PGresult *r = PQexec(c, "select (v->>'next_account_round')::bigint from metastate where k = 'state'");
  const bool there = PQresultStatus(r) == PGRES_TUPLES_OK && PQntuples(r) == 1;
  const double next = there ? atof(PQgetvalue(r, 0, 0)) : 0;
  PQclear(r);
  return next;
}

static inline double conduit_database_mb(PGconn *c) {
  PGresult *r = PQexec(c, "select pg_database_size(current_database())");
  const double n = PQresultStatus(r) == PGRES_TUPLES_OK ? atof(PQgetvalue(r, 0, 0)) : 0;
  PQclear(r);
  return n * 1e-6;
}

/* Waits until it has committed round `last`. False: it ended before, or took too long. */
static inline bool conduit_wait(PGconn *c, pid_t pid, uint64_t start, unsigned last) {
  siginfo_t ended = {.si_pid = 0};
  while (conduit_next(c) <= last) {
    if ((double)(bench_now_ns() - start) * 1e-9 > CONDUIT_PATIENCE_S) return false;
    if (waitid(P_PID, (id_t)pid, &ended, WEXITED | WNOHANG | WNOWAIT) == 0 && ended.si_pid == pid) return false;
    usleep(5000);
  }
  return true;
}

/* One run into a fresh database; `admin` is a connection to another one of the cluster. False: why is on stderr. */
static inline bool conduit_measure(conduit_run_t *out, const char *program, const char *work, const char *url,
                                   const char *algod, unsigned last, PGconn *admin) {
  char folder[300], own[600], log[700];
  snprintf(folder, sizeof folder, "%s/conduit", work);
  conduit_url(own, sizeof own, url, "conduit");
  snprintf(log, sizeof log, "rm -rf '%s'", folder);
  if (system(log) != 0 || !conduit_configure(folder, algod, own)) return false;
  PQclear(PQexec(admin, "set client_min_messages = warning"));
  PQclear(PQexec(admin, "drop database if exists conduit with (force)"));
  PQclear(PQexec(admin, "create database conduit"));
  PQclear(PQexec(admin, "checkpoint"));
  PGconn *c = PQconnectdb(own);
  posix_spawn_file_actions_t quiet; /* stdout is for figures */
  posix_spawn_file_actions_init(&quiet);
  posix_spawn_file_actions_addopen(&quiet, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  char *argv[] = {(char *)(uintptr_t)program, (char *)(uintptr_t) "-d", folder, NULL};
  pid_t pid;
  struct rusage usage = {.ru_maxrss = 0};
  int status;
  const uint64_t start = bench_now_ns();
  if (PQstatus(c) != CONNECTION_OK || posix_spawn(&pid, program, &quiet, NULL, argv, environ) != 0) {
    posix_spawn_file_actions_destroy(&quiet);
    PQfinish(c);
    return false;
  }
  posix_spawn_file_actions_destroy(&quiet);
  const bool ok = conduit_wait(c, pid, start, last);
  out->seconds = (double)(bench_now_ns() - start) * 1e-9;
  out->database_mb = conduit_database_mb(c);
  kill(pid, SIGTERM);
  wait4(pid, &status, 0, &usage);
  out->peak_mb = (double)usage.ru_maxrss / 1024;
  out->cpu_seconds = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                     (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
  if (!ok) {
    fprintf(stderr, "SKIPPED Conduit: it did not get to round %u:\n", last);
    snprintf(log, sizeof log, "tail -n 5 '%s/conduit.log' >&2", folder);
    if (system(log) != 0) fprintf(stderr, "(no log)\n");
  }
  PQfinish(c);
  return ok;
}

#endif
