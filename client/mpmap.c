/* mpmap.c - msgpack maps by a table of keys. */
#include "mpmap.h"

#include "algo/address.h"

static algo_code_t nomem(algo_err_t *err) { return algo_err_set(err, ALGO_E_NOMEM, "out of memory"); }

static bool take_nil(algo_mp_t *r) { return algo_mp_peek(r) == ALGO_MP_NIL && algo_mp_skip(r, NULL) == ALGO_OK; }

static const mp_field_t *field_of(const mp_field_t *fields, algo_bytes_t key) {
  for (; fields->key != NULL; fields++)
    if (algo_bytes_eq(key, algo_bytes_str(fields->key))) return fields;
  return NULL;
}

algo_code_t mp_read_map(algo_mp_t *r, const mp_field_t *fields, void *into, algo_arena_t *arena, algo_err_t *err) {
  uint32_t pairs = 0;
  if (take_nil(r)) return ALGO_OK;
  algo_code_t code = algo_mp_get_map(r, &pairs, err);
  for (uint32_t i = 0; code == ALGO_OK && i < pairs; i++) {
    algo_bytes_t key = {0};
    code = algo_mp_get_str(r, &key, err);
    if (code != ALGO_OK) break;
    const mp_field_t *f = field_of(fields, key);
    code = f == NULL ? algo_mp_skip(r, err) : f->read(r, (uint8_t *)into + f->at, arena, err);
    if (code != ALGO_OK && f != NULL) return algo_err_prefix(err, code, "%s", f->key);
  }
  return code;
}

algo_code_t mp_read_array(algo_mp_t *r, mp_read_fn *read, size_t size, void **items, size_t *n, algo_arena_t *arena,
                          algo_err_t *err) {
  uint32_t count = 0;
  *items = NULL, *n = 0;
  if (take_nil(r)) return ALGO_OK;
  algo_code_t code = algo_mp_get_array(r, &count, err);
  if (code != ALGO_OK) return code;
  if (count > (size_t)(r->end - r->p))
    return algo_err_set(err, ALGO_E_TRUNCATED, "an array of %u elements that are not there", count);
  uint8_t *at = algo_arena_array(arena, (size_t)count + 1, size);
  if (at == NULL) return nomem(err);
  for (uint32_t i = 0; i < count; i++) {
    code = read(r, at + i * size, arena, err);
    if (code != ALGO_OK) return code;
  }
  *items = at, *n = count;
  return ALGO_OK;
}

algo_code_t mp_read_u64(algo_mp_t *r, void *into, algo_arena_t *arena, algo_err_t *err) {
  (void)arena;
  return take_nil(r) ? ALGO_OK : algo_mp_get_uint(r, into, err);
}

algo_code_t mp_read_text(algo_mp_t *r, void *into, algo_arena_t *arena, algo_err_t *err) {
  algo_bytes_t v = {0};
  algo_code_t code = take_nil(r) ? ALGO_OK : algo_mp_get_str(r, &v, err);
  if (code != ALGO_OK) return code;
  char *s = algo_arena_alloc(arena, v.n + 1);
  if (s == NULL) return nomem(err);
  if (v.n > 0) memcpy(s, v.p, v.n);
  s[v.n] = '\0';
  *(const char **)into = s;
  return ALGO_OK;
}

algo_code_t mp_read_bytes(algo_mp_t *r, void *into, algo_arena_t *arena, algo_err_t *err) {
  algo_bytes_t v = {0}, *out = into;
  algo_code_t code = take_nil(r) ? ALGO_OK : algo_mp_get_bin(r, &v, err);
  if (code != ALGO_OK || v.n == 0) return code;
  *out = algo_arena_dup(arena, v);
  return out->p == NULL ? nomem(err) : ALGO_OK;
}

algo_code_t mp_read_addr(algo_mp_t *r, void *into, algo_arena_t *arena, algo_err_t *err) {
  algo_bytes_t v = {0};
  (void)arena;
  algo_code_t code = algo_mp_get_str(r, &v, err);
  if (code != ALGO_OK) return code;
  if (v.n != 32) return algo_addr_parse(into, (const char *)v.p, v.n, err);
  memcpy(into, v.p, 32);
  return ALGO_OK;
}
