/* msgpack-c's packer is header only and writes through a callback, so what it packs goes straight into our buffer. */
#include <msgpack/pack.h>

#include "algo/mp.h"

static int append(void *to, const char *p, size_t n) {
  algo_buf_put(to, p, n);
  return 0;
}

static msgpack_packer packer(algo_buf_t *b) { return (msgpack_packer){b, append}; }

void algo_mp_put_uint(algo_buf_t *b, uint64_t v) {
  msgpack_packer pk = packer(b);
  msgpack_pack_uint64(&pk, v);
}

void algo_mp_put_int(algo_buf_t *b, int64_t v) {
  msgpack_packer pk = packer(b);
  msgpack_pack_int64(&pk, v);
}

void algo_mp_put_bool(algo_buf_t *b, bool v) { algo_buf_putc(b, v ? 0xc3 : 0xc2); }
void algo_mp_put_nil(algo_buf_t *b) { algo_buf_putc(b, 0xc0); }

void algo_mp_put_str(algo_buf_t *b, const void *p, size_t n) {
  msgpack_packer pk = packer(b);
  msgpack_pack_str(&pk, n);
  algo_buf_put(b, p, n);
}

void algo_mp_put_bin(algo_buf_t *b, const void *p, size_t n) {
  msgpack_packer pk = packer(b);
  msgpack_pack_bin(&pk, n);
  algo_buf_put(b, p, n);
}

void algo_mp_put_map(algo_buf_t *b, uint32_t pairs) {
  msgpack_packer pk = packer(b);
  msgpack_pack_map(&pk, pairs);
}

void algo_mp_put_array(algo_buf_t *b, uint32_t elements) {
  msgpack_packer pk = packer(b);
  msgpack_pack_array(&pk, elements);
}
