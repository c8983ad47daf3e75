/* Whole files, and .tar.zst archives (POSIX ustar; GNU long names are not needed here). */
#include <stdio.h>
#include <stdlib.h>
#include <zstd.h>

#include "vectors.h"

bool vec_read(algo_buf_t *out, const char *path) {
  FILE *f = fopen(path, "rb");
  if (f == NULL) return false;
  for (;;) {
    uint8_t *at = algo_buf_reserve(out, 1 << 16);
    size_t n = at == NULL ? 0 : fread(at, 1, 1 << 16, f);
    out->n += n;
    if (n == 0) break;
  }
  bool ok = !ferror(f) && !out->oom;
  fclose(f);
  return ok;
}

static bool decompress(algo_buf_t *out, algo_bytes_t in) {
  ZSTD_DStream *z = ZSTD_createDStream();
  ZSTD_inBuffer from = {in.p, in.n, 0};
  size_t more = 1;
  while (z != NULL && more != 0 && !ZSTD_isError(more)) {
    size_t room = ZSTD_DStreamOutSize();
    uint8_t *at = algo_buf_reserve(out, room);
    if (at == NULL) break;
    ZSTD_outBuffer to = {at, room, 0};
    more = ZSTD_decompressStream(z, &to, &from);
    out->n += to.pos;
    if (from.pos == from.size && to.pos == 0) break;
  }
  ZSTD_freeDStream(z);
  return more == 0;
}

static size_t octal(const uint8_t *p, size_t n) {
  size_t v = 0;
  for (size_t i = 0; i < n && p[i] >= '0' && p[i] <= '7'; i++) v = v << 3 | (size_t)(p[i] - '0');
  return v;
}

bool vec_archive(const char *path, bool (*each)(void *user, const char *name, algo_bytes_t content), void *user) {
  algo_buf_t packed = ALGO_BUF_INIT, tar = ALGO_BUF_INIT;
  bool ok = vec_read(&packed, path) && decompress(&tar, algo_buf_view(&packed));
  algo_buf_fini(&packed);
  for (size_t at = 0; ok && at + 512 <= tar.n && tar.p[at] != 0;) {
    const uint8_t *head = tar.p + at;
    size_t size = octal(head + 124, 12);
    at += 512;
    if (size > tar.n - at) ok = false;
    char name[101] = {0};
    memcpy(name, head, 100);
    bool regular = head[156] == '0' || head[156] == 0;
    if (ok && regular && !each(user, name, algo_bytes(tar.p + at, size))) break;
    at += (size + 511) & ~(size_t)511;
  }
  algo_buf_fini(&tar);
  return ok;
}
