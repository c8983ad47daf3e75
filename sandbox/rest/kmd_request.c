/* What the key daemon is asked: a JSON object, taken as Go's codec takes it into a structure. Every field has one type
 * in all requests. A text may be a number or a bool, its JSON is the text then; fixed bytes that are too short are
 * filled with zeros, too long ones cut; null is the zero value; bytes may be a list of numbers. */
#include <sodium.h>

#include "algo/text.h"
#include "kmd_impl.h"

typedef enum { TEXT, BYTES, KEY, SECRET, MASTER, BOOL, U8, KEYS, PARTIAL } kind_t;
typedef struct field {
  const char *name;
  kind_t kind;
  size_t at; /* in kmd_request_t */
} field_t;

#define AT(m) offsetof(kmd_request_t, m)
static const field_t fields[] = {
    {"wallet_handle_token", TEXT, AT(handle)},
    {"wallet_password", TEXT, AT(password)},
    {"wallet_id", TEXT, AT(id)},
    {"wallet_name", TEXT, AT(name)},
    {"wallet_driver_name", TEXT, AT(driver)},
    {"address", TEXT, AT(address)},
    {"transaction", BYTES, AT(transaction)},
    {"data", BYTES, AT(program)},
    {"master_derivation_key", MASTER, AT(master)},
    {"private_key", SECRET, AT(secret)},
    {"public_key", KEY, AT(public_key)},
    {"signer", KEY, AT(signer)},
    {"display_mnemonic", BOOL, AT(display_mnemonic)},
    {"use_legacy_msig", BOOL, AT(legacy)},
    {"multisig_version", U8, AT(version)},
    {"threshold", U8, AT(threshold)},
    {"pks", KEYS, AT(keys)},
    {"partial_multisig", PARTIAL, AT(partial)},
};

static bool text(json_object *v, algo_bytes_t *out) {
  if (json_object_is_type(v, json_type_array) || json_object_is_type(v, json_type_object)) return false;
  out->p = (const uint8_t *)json_object_get_string(v); /* a number's is kept with it */
  out->n =
      json_object_is_type(v, json_type_string) ? (size_t)json_object_get_string_len(v) : strlen((const char *)out->p);
  return true;
}

static bool u8(json_object *v, uint8_t *out) {
  algo_bytes_t digits;
  uint64_t n = 0;
  if (json_object_is_type(v, json_type_boolean) || !text(v, &digits)) return false;
  if (algo_u64_parse(&n, (const char *)digits.p, digits.n, NULL) != ALGO_OK || n > 255) return false;
  *out = (uint8_t)n;
  return true;
}

static bool bytes(json_object *v, algo_buf_t *out) {
  if (json_object_is_type(v, json_type_string)) {
    return algo_base64_decode(out, json_object_get_string(v), (size_t)json_object_get_string_len(v), NULL) == ALGO_OK;
  }
  if (!json_object_is_type(v, json_type_array)) return false;
  for (size_t i = 0; i < json_object_array_length(v); i++) {
    uint8_t b = 0;
    json_object *e = json_object_array_get_idx(v, i);
    if (e != NULL && !u8(e, &b)) return false;
    algo_buf_put(out, &b, 1);
  }
  return true;
}

static bool fixed(json_object *v, uint8_t *out, size_t n) {
  algo_buf_t b = ALGO_BUF_INIT;
  bool ok = v == NULL || bytes(v, &b);
  memset(out, 0, n);
  if (ok && b.n > 0) memcpy(out, b.p, b.n < n ? b.n : n);
  if (b.n > 0) sodium_memzero(b.p, b.n);
  algo_buf_fini(&b);
  return ok;
}

static bool some_bytes(json_object *v, algo_bytes_t *out, algo_arena_t *arena) {
  algo_buf_t b = ALGO_BUF_INIT;
  bool ok = bytes(v, &b);
  if (ok) *out = algo_arena_dup(arena, algo_buf_view(&b));
  ok = ok && out->n == b.n;
  algo_buf_fini(&b);
  return ok;
}

static bool keys(json_object *v, kmd_keys_t *out, algo_arena_t *arena) {
  if (!json_object_is_type(v, json_type_array)) return false;
  out->n = json_object_array_length(v);
  out->p = algo_arena_array(arena, out->n, sizeof *out->p);
  bool ok = out->n == 0 || out->p != NULL;
  for (size_t i = 0; ok && i < out->n; i++)
    ok = fixed(json_object_array_get_idx(v, i), out->p[i].b, sizeof out->p[i].b);
  return ok;
}

/* {"pk", "s"}; a signature of zeros is none. */
static bool part(json_object *v, algo_msig_part_t *out) {
  static const uint8_t none[64];
  *out = (algo_msig_part_t){0};
  if (v == NULL) return true;
  if (!json_object_is_type(v, json_type_object)) return false;
  json_object_object_foreach(v, name, value) {
    if (strcmp(name, "pk") == 0) {
      if (!fixed(value, out->pk.b, sizeof out->pk.b)) return false;
    } else if (strcmp(name, "s") == 0) {
      if (!fixed(value, out->sig, sizeof out->sig)) return false;
      out->has_sig = memcmp(out->sig, none, sizeof none) != 0;
    } else {
      return false;
    }
  }
  return true;
}

static bool parts(json_object *v, kmd_partial_t *out, algo_arena_t *arena) {
  if (!json_object_is_type(v, json_type_array)) return false;
  out->n = json_object_array_length(v);
  out->parts = algo_arena_array(arena, out->n, sizeof *out->parts);
  bool ok = out->n == 0 || out->parts != NULL;
  for (size_t i = 0; ok && i < out->n; i++) ok = part(json_object_array_get_idx(v, i), &out->parts[i]);
  return ok;
}

/* {"subsig", "thr", "v"} */
static bool partial(json_object *v, kmd_partial_t *out, algo_arena_t *arena) {
  if (!json_object_is_type(v, json_type_object)) return false;
  json_object_object_foreach(v, name, value) {
    bool ok = false;
    if (strcmp(name, "subsig") == 0) ok = value == NULL || parts(value, out, arena);
    else if (strcmp(name, "thr") == 0) ok = value == NULL || u8(value, &out->threshold);
    else if (strcmp(name, "v") == 0) ok = value == NULL || u8(value, &out->version);
    if (!ok) return false;
  }
  return true;
}

static bool take(kmd_request_t *r, const field_t *f, json_object *v, algo_arena_t *arena) {
  void *at = (char *)r + f->at;
  if (v == NULL) return true;
  switch (f->kind) {
  case TEXT: return text(v, at);
  case BYTES: return some_bytes(v, at, arena);
  case KEY:
  case MASTER: return fixed(v, at, 32);
  case SECRET: return fixed(v, at, 64);
  case BOOL: *(bool *)at = json_object_get_boolean(v); return json_object_is_type(v, json_type_boolean);
  case U8: return u8(v, at);
  case KEYS: return keys(v, at, arena);
  case PARTIAL: return partial(v, at, arena);
  }
  return false;
}

static const field_t *named(const char *name, const char *allowed) {
  size_t n = strlen(name);
  const char *at = strchr(name, ' ') == NULL ? strstr(allowed, name) : NULL;
  if (n == 0 || at == NULL || at[-1] != ' ' || at[n] != ' ') return NULL;
  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
    if (strcmp(fields[i].name, name) == 0) return &fields[i];
  }
  return NULL;
}

bool kmd_request_read(kmd_request_t *r, json_object *o, const char *allowed, algo_arena_t *arena) {
  *r = (kmd_request_t){0};
  if (o == NULL || (json_object_is_type(o, json_type_array) && json_object_array_length(o) == 0)) return true;
  if (!json_object_is_type(o, json_type_object)) return false;
  json_object_object_foreach(o, name, value) {
    const field_t *f = named(name, allowed);
    if (f == NULL || !take(r, f, value, arena)) return false;
  }
  return true;
}
