/* codec_write.h - msgpack-c's packer, made from its template over a cursor of our own: what it packs is inlined into
 * the encoder, where its callback would be called for each piece. Private to chain/. */
#ifndef ALGO_CODEC_WRITE_H
#define ALGO_CODEC_WRITE_H

#include <limits.h>
#include <msgpack/sysdep.h>
#include <msgpack/timestamp.h>

#include "codec.h"

static inline int codec_put(codec_out_t *out, const void *p, size_t n) {
  if ((size_t)(out->end - out->p) < n && !out->more(out, p, n)) return 0;
  memcpy(out->p, p, n);
  out->p += n;
  return 0;
}

#define msgpack_pack_inline_func(name)             static inline __attribute__((unused)) int codec_pack##name
#define msgpack_pack_inline_func_cint(name)        static inline __attribute__((unused)) int codec_pack##name
#define msgpack_pack_user                          codec_out_t *
#define msgpack_pack_append_buffer(user, buf, len) return codec_put(user, buf, len)
#include <msgpack/pack_template.h>

static inline void codec_put_str(codec_out_t *out, const void *p, size_t n) {
  codec_pack_str(out, n);
  if (n != 0) codec_put(out, p, n);
}

static inline void codec_put_bin(codec_out_t *out, const void *p, size_t n) {
  codec_pack_bin(out, n);
  if (n != 0) codec_put(out, p, n);
}

#endif
