/* Other programs: found, run, started, ended. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "internal.h"

bool real_find(char out[4096], const char *folder, const char *name) {
  const char *path = folder != NULL ? folder : getenv("PATH");
  for (const char *p = path; p != NULL && *p != '\0';) {
    size_t n = folder != NULL ? strlen(p) : strcspn(p, ":");
    snprintf(out, 4096, "%.*s/%s", (int)n, p, name);
    if (n > 0 && access(out, X_OK) == 0) return true;
    p += n + (p[n] == ':');
  }
  return false;
}

/* In the child: signals as at the start, and no life without the parent. */
static void become(const char *const argv[], char *const env[], int output) {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  signal(SIGPIPE, SIG_DFL);
  setpgid(0, 0); /* Ctrl-C is the parent's to hear */
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
  dup2(nothing, 0);
  dup2(output >= 0 ? output : nothing, 1);
  dup2(output >= 0 ? output : nothing, 2);
  for (; env != NULL && *env != NULL; env++) putenv(*env);
  execv(argv[0], (char *const *)(uintptr_t)argv);
  _exit(127);
}

static algo_code_t failed(const char *what, algo_err_t *err) {
  return algo_err_set(err, ALGO_E_IO, "%s: %s", what, strerror(errno));
}

algo_code_t real_run(const char *const argv[], algo_err_t *err) {
  int ends[2], status = 0;
  char said[2048];
  size_t n = 0;
  if (pipe2(ends, O_CLOEXEC) != 0) return failed("pipe", err);
  pid_t pid = fork();
  if (pid == 0) become(argv, NULL, ends[1]);
  close(ends[1]);
  for (ssize_t got = 1; pid > 0 && got > 0;) {
    if (n > sizeof said / 2) { /* the last words count */
      memmove(said, said + n / 2, n - n / 2);
      n -= n / 2;
    }
    got = read(ends[0], said + n, sizeof said - 1 - n);
    if (got > 0) n += (size_t)got;
    else if (got < 0 && errno == EINTR) got = 1;
  }
  close(ends[0]);
  if (pid < 0) return failed(argv[0], err);
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {}
  while (n > 0 && (said[n - 1] == '\n' || said[n - 1] == ' ')) n--;
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return ALGO_OK;
  return algo_err_set(err, ALGO_E_IO, "%s failed: %.*s", argv[0], (int)(n < 700 ? n : 700), said);
}

algo_code_t real_spawn(pid_t *out, const char *const argv[], char *const env[], const char *log, algo_err_t *err) {
  int file = log == NULL ? -1 : open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  pid_t pid = fork();
  if (pid == 0) become(argv, env, file);
  if (file >= 0) close(file);
  if (pid < 0) return failed(argv[0], err);
  *out = pid;
  return ALGO_OK;
}

bool real_is_alive(pid_t *pid) {
  if (*pid == 0) return false;
  pid_t got = waitpid(*pid, NULL, WNOHANG);
  if (got == 0 || (got < 0 && errno == EINTR)) return true;
  *pid = 0;
  return false;
}

void real_end(pid_t *pid) {
  const struct timespec tick = {0, 50000000};
  if (!real_is_alive(pid)) return;
  kill(*pid, SIGTERM);
  for (int i = 0; i < 300 && real_is_alive(pid); i++) nanosleep(&tick, NULL); /* 15 s */
  if (*pid == 0) return;
  kill(*pid, SIGKILL);
  while (waitpid(*pid, NULL, 0) < 0 && errno == EINTR) {}
  *pid = 0;
}

/* ---- ports ---- */

static int bound(const char *host, uint16_t port) {
  struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};
  int yes = 1, s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  bool ok = s >= 0 && inet_pton(AF_INET, host, &a.sin_addr) == 1;
  if (ok) (void)setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (ok && bind(s, (const struct sockaddr *)&a, sizeof a) == 0) return s;
  if (s >= 0) close(s);
  return -1;
}

bool real_port_is_free(const char *host, uint16_t port) {
  int s = bound(host, port);
  if (s >= 0) close(s);
  return s >= 0;
}

uint16_t real_free_port(const char *host) {
  struct sockaddr_in a;
  socklen_t n = sizeof a;
  int s = bound(host, 0);
  if (s < 0) return 0;
  bool ok = getsockname(s, (struct sockaddr *)&a, &n) == 0;
  close(s);
  return ok ? ntohs(a.sin_port) : 0;
}
