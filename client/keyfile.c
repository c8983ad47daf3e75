/* keyfile.c - keys from files and the environment; never from a command line, never readable by others. */
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "algo/signer.h"
#include "algo/text.h"

#define KEY_FILE_MAX 4096u

static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/* Drops space at both ends and lines that start with #. `out` has room for n bytes. */
static size_t strip(char *out, const char *text, size_t n) {
  size_t len = 0, i = 0;
  while (i < n) {
    size_t end = i;
    while (end < n && text[end] != '\n') end++;
    size_t start = i;
    while (start < end && is_space(text[start])) start++;
    if (start < end && text[start] != '#') {
      if (len > 0) out[len++] = ' ';
      memcpy(out + len, text + start, end - start);
      len += end - start;
      while (len > 0 && is_space(out[len - 1])) len--;
    }
    i = end + 1;
  }
  return len;
}

static algo_code_t seed_from(uint8_t seed[32], const char *s, size_t n, algo_err_t *err) {
  algo_buf_t b = ALGO_BUF_INIT;
  bool words = memchr(s, ' ', n) != NULL;
  algo_code_t r;
  if (words) return algo_mnemonic_to_seed(seed, s, n, err);
  r = n == 64 ? algo_hex_decode(&b, s, n, NULL) : algo_base64_decode(&b, s, n, NULL);
  if (r == ALGO_OK && (b.n == 32 || b.n == 64))
    memcpy(seed, b.p, 32); /* 64: seed and public key, as other tools export */
  else r = algo_err_set(err, ALGO_E_PARSE, "neither a mnemonic of 25 words nor a seed (64 hex letters, or base64)");
  if (b.p != NULL) sodium_memzero(b.p, b.cap);
  algo_buf_fini(&b);
  return r;
}

algo_code_t algo_key_from_text(algo_key_t *out, const char *text, size_t n, algo_err_t *err) {
  uint8_t seed[32];
  if (n > KEY_FILE_MAX) return algo_err_set(err, ALGO_E_PARSE, "too long for a key");
  char *clean = malloc(n + 1);
  if (clean == NULL) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  size_t len = strip(clean, text, n);
  algo_code_t r = len == 0 ? algo_err_set(err, ALGO_E_PARSE, "empty: a mnemonic of 25 words or a seed belongs here")
                           : seed_from(seed, clean, len, err);
  if (r == ALGO_OK) algo_key_from_seed(out, seed);
  sodium_memzero(seed, sizeof seed);
  sodium_memzero(clean, n + 1);
  free(clean);
  return r;
}

static algo_code_t check_mode(int fd, const char *path, algo_err_t *err) {
  struct stat st;
  if (fstat(fd, &st) != 0) return algo_err_set(err, ALGO_E_IO, "%s: %s", path, strerror(errno));
  if (!S_ISREG(st.st_mode)) return algo_err_set(err, ALGO_E_IO, "%s is not a file", path);
  if ((st.st_mode & 077) != 0)
    return algo_err_set(err, ALGO_E_AUTH, "%s can be read by others (mode %04o): run  chmod 600 %s", path,
                        (unsigned)st.st_mode & 07777, path);
  return ALGO_OK;
}

algo_code_t algo_key_from_file(algo_key_t *out, const char *path, algo_err_t *err) {
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (fd < 0)
    return algo_err_set(err, errno == ENOENT ? ALGO_E_NOT_FOUND : ALGO_E_IO, "key file %s: %s", path, strerror(errno));
  char text[KEY_FILE_MAX + 1];
  size_t n = 0;
  algo_code_t r = check_mode(fd, path, err);
  while (r == ALGO_OK && n < sizeof text) {
    ssize_t got = read(fd, text + n, sizeof text - n);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) r = algo_err_set(err, ALGO_E_IO, "key file %s: %s", path, strerror(errno));
    if (got <= 0) break;
    n += (size_t)got;
  }
  close(fd);
  if (r == ALGO_OK) {
    r = algo_key_from_text(out, text, n, err);
    if (r != ALGO_OK) r = algo_err_prefix(err, r, "key file %s", path);
  }
  sodium_memzero(text, sizeof text);
  return r;
}

algo_code_t algo_key_from_env(algo_key_t *out, const char *mnemonic_var, const char *file_var, algo_err_t *err) {
  const char *words = mnemonic_var == NULL ? NULL : getenv(mnemonic_var);
  if (words != NULL && words[0] != '\0') {
    algo_code_t r = algo_key_from_text(out, words, strlen(words), err);
    return r == ALGO_OK ? r : algo_err_prefix(err, r, "%s", mnemonic_var);
  }
  const char *path = file_var == NULL ? NULL : getenv(file_var);
  if (path != NULL && path[0] != '\0') return algo_key_from_file(out, path, err);
  return algo_err_set(err, ALGO_E_NOT_FOUND, "no key: set %s to 25 words, or %s to a key file's path",
                      mnemonic_var == NULL ? "-" : mnemonic_var, file_var == NULL ? "-" : file_var);
}

static algo_code_t write_all(int fd, const char *p, size_t n) {
  while (n > 0) {
    ssize_t put = write(fd, p, n);
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return ALGO_E_IO;
    p += put, n -= (size_t)put;
  }
  return ALGO_OK;
}

algo_code_t algo_key_to_file(const algo_key_t *key, const char *path, algo_err_t *err) {
  char words[ALGO_MNEMONIC_MAX], addr[ALGO_ADDR_TEXT + 1], text[ALGO_MNEMONIC_MAX + 128];
  int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0 && errno == EEXIST)
    return algo_err_set(err, ALGO_E_EXISTS, "%s is there already: a key file is never overwritten", path);
  if (fd < 0) return algo_err_set(err, ALGO_E_IO, "key file %s: %s", path, strerror(errno));
  algo_addr_format(addr, &key->addr);
  algo_mnemonic_from_seed(words, key->seed);
  int n = snprintf(text, sizeof text, "# %s\n%s\n", addr, words);
  algo_code_t r = write_all(fd, text, (size_t)n);
  if (fsync(fd) != 0 && r == ALGO_OK) r = ALGO_E_IO;
  if (close(fd) != 0 && r == ALGO_OK) r = ALGO_E_IO;
  if (r != ALGO_OK) {
    r = algo_err_set(err, r, "key file %s: %s", path, strerror(errno));
    unlink(path);
  }
  sodium_memzero(words, sizeof words);
  sodium_memzero(text, sizeof text);
  return r;
}
