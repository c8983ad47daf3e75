#include "running.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "algo/bytes.h"

/* ---- the note: a file of this user's with the process's number ---- */

static void note_path(char out[4096], unsigned port) {
  const char *dir = getenv("XDG_RUNTIME_DIR"), *tmp = getenv("TMPDIR");
  if (dir == NULL || *dir == '\0') dir = tmp != NULL && *tmp != '\0' ? tmp : "/tmp";
  snprintf(out, 4096, "%s/algorent-sandbox-%u-%u.pid", dir, (unsigned)getuid(), port);
}

static void write_note(unsigned port) {
  char path[4096];
  note_path(path, port);
  (void)unlink(path); /* of one that was killed */
  FILE *f = fopen(path, "wx");
  if (f == NULL) return; /* then stop does not find it, and that is all */
  fprintf(f, "%ld\n", (long)getpid());
  fclose(f);
}

/* Is it a sandbox that runs? A number may be another process's by now, or one that has ended and that nobody asked
 * about yet. */
static bool is_ours(long pid) {
  char path[64], name[32] = "", state = 'Z';
  snprintf(path, sizeof path, "/proc/%ld/stat", pid);
  FILE *f = fopen(path, "r");
  bool ours =
      f != NULL && fscanf(f, "%*d (%31[^)]) %c", name, &state) == 2 && strncmp(name, "algorent-sandbo", 15) == 0;
  if (f != NULL) fclose(f);
  return ours && state != 'Z';
}

int sandbox_running_stop(const sandbox_options_t *o) {
  const char *url = o->url != NULL ? o->url : "http://127.0.0.1:4001", *colon = strrchr(url, ':');
  unsigned long port = colon == NULL ? 0 : strtoul(colon + 1, NULL, 10);
  const struct timespec tick = {0, 20000000};
  char path[4096];
  long pid = 0;
  note_path(path, (unsigned)port);
  FILE *f = fopen(path, "r");
  if (f != NULL && fscanf(f, "%ld", &pid) != 1) pid = 0;
  if (f != NULL) fclose(f);
  if (pid <= 1 || !is_ours(pid)) {
    fprintf(stderr, "algorent-sandbox: no sandbox of yours runs on this machine at %s\n", url);
    return 69;
  }
  if (kill((pid_t)pid, SIGTERM) != 0) {
    fprintf(stderr, "algorent-sandbox: process %ld: %s\n", pid, strerror(errno));
    return 77;
  }
  for (int i = 0; i < 1500 && is_ours(pid); i++) nanosleep(&tick, NULL); /* 30 s */
  if (is_ours(pid)) {
    fprintf(stderr, "algorent-sandbox: process %ld has not ended within 30 s\n", pid);
    return 75;
  }
  printf("{\"stopped\":%ld}\n", pid);
  return 0;
}

/* ---- the line ---- */

static void put_url(algo_buf_t *b, const sandbox_options_t *o, const char *name, uint16_t port) {
  bool v6 = strchr(o->host, ':') != NULL;
  if (port == 0) return;
  algo_buf_printf(b, o->json ? "%s\"%s\":\"" : "%s%s ", b->n == (size_t)o->json ? "" : o->json ? "," : "  ", name);
  algo_buf_printf(b, "http://%s%s%s:%u%s", v6 ? "[" : "", o->host, v6 ? "]" : "", (unsigned)port, o->json ? "\"" : "");
}

void sandbox_running_begin(const sandbox_options_t *o, const sandbox_ports_t *p) {
  algo_buf_t line = ALGO_BUF_INIT;
  if (o->json) algo_buf_putc(&line, '{');
  put_url(&line, o, "algod", p->algod);
  put_url(&line, o, "kmd", p->kmd);
  put_url(&line, o, "indexer", p->indexer);
  algo_buf_printf(&line,
                  o->json ? ",\"token\":\"%s\",\"genesis\":\"%s\",\"round\":%" PRIu64 "}\n"
                          : "  token %s  genesis %s  round %" PRIu64 "\n",
                  o->token, p->genesis_id, p->round);
  write_note(p->algod);
  fwrite(line.p, 1, line.n, stdout);
  fflush(stdout);
  if (o->ready_fd >= 0) {
    if (write(o->ready_fd, line.p, line.n) < 0)
      fprintf(stderr, "algorent-sandbox: nothing could be written to --ready-fd\n");
    close(o->ready_fd);
  }
  algo_buf_fini(&line);
}

void sandbox_running_end(const sandbox_ports_t *p) {
  char path[4096];
  long pid = 0;
  note_path(path, p->algod);
  FILE *f = fopen(path, "r");
  bool mine = f != NULL && fscanf(f, "%ld", &pid) == 1 && pid == (long)getpid();
  if (f != NULL) fclose(f);
  if (mine) (void)unlink(path);
}
