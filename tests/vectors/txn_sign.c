/* Transactions, ids, groups and signatures. */
#include "algo/mp.h"

#include "txn_kinds.h"

/* The SDK leaves some zero values in (apan 0, nonpart false), so what it wrote is compared through ids, signatures and
 * a second decoding. */
bool txn_load(vec_case_t *c, algo_txn_t *out, algo_bytes_t bytes) {
  algo_err_t err;
  algo_err_init(&err);
  if (!vec_ok(c, "decoding", algo_txn_decode(out, bytes, true, c->arena, &err), &err)) return false;
  algo_buf_t b = ALGO_BUF_INIT, again = ALGO_BUF_INIT;
  algo_txn_encode(&b, out);
  algo_txn_t second;
  bool ok = vec_ok(c, "decoding again", algo_txn_decode(&second, algo_buf_view(&b), true, c->arena, &err), &err);
  if (ok) algo_txn_encode(&again, &second);
  ok = ok && vec_same(c, "the encoding", algo_buf_view(&again), algo_buf_view(&b));
  if (ok && b.n == bytes.n) ok = vec_same(c, "the encoding", algo_buf_view(&b), bytes);
  algo_buf_fini(&b);
  algo_buf_fini(&again);
  return ok;
}

bool txn_id_is(vec_case_t *c, const algo_txn_t *t, algo_bytes_t text) {
  algo_digest_t id;
  char shown[53];
  algo_txn_id(&id, t);
  algo_txid_format(shown, &id);
  return vec_same_text(c, "the id", shown, text);
}

bool stxn_round_trip(vec_case_t *c, algo_stxn_t *out, algo_bytes_t signed_) {
  algo_err_t err;
  algo_err_init(&err);
  algo_bytes_t in = signed_;
  if (!vec_ok(c, "decoding what is signed", algo_stxn_decode_next(out, &in, true, c->arena, &err), &err)) return false;
  if (in.n != 0) vec_bad(c, "%zu bytes behind what is signed", in.n);
  return in.n == 0;
}

/* The SDK writes sig before sgnr, so both sides are written again. */
bool stxn_is(vec_case_t *c, const char *what, const algo_stxn_t *s, algo_bytes_t want) {
  algo_stxn_t expected;
  if (!stxn_round_trip(c, &expected, want)) return false;
  algo_buf_t a = ALGO_BUF_INIT, b = ALGO_BUF_INIT;
  algo_stxn_encode(&a, s);
  algo_stxn_encode(&b, &expected);
  bool ok = vec_same(c, what, algo_buf_view(&a), algo_buf_view(&b));
  algo_buf_fini(&a);
  algo_buf_fini(&b);
  return ok;
}

bool key_load(vec_case_t *c, algo_key_t *out, algo_bytes_t seed) {
  if (seed.n != 32) {
    vec_bad(c, "a seed of %zu bytes", seed.n);
    return false;
  }
  algo_key_from_seed(out, seed.p);
  return true;
}

/* The "txn" member as msgpack, the keys in reverse: what a careless client might post. */
static void put_reversed(vec_case_t *c, algo_buf_t *b, json_object *o) {
  if (json_object_is_type(o, json_type_object)) {
    json_object *hex = json_object_object_get(o, "hex");
    if (hex != NULL) {
      algo_bytes_t v = vec_hex(c, o, "hex");
      algo_mp_put_bin(b, v.p, v.n);
      return;
    }
    const char *keys[64];
    uint32_t n = 0;
    json_object_object_foreach(o, k, v) {
      (void)v;
      if (n < 64) keys[n++] = k;
    }
    algo_mp_put_map(b, n);
    while (n-- != 0) {
      algo_mp_put_str(b, keys[n], strlen(keys[n]));
      put_reversed(c, b, json_object_object_get(o, keys[n]));
    }
  } else if (json_object_is_type(o, json_type_array)) {
    algo_mp_put_array(b, (uint32_t)json_object_array_length(o));
    for (size_t i = 0; i < json_object_array_length(o); i++) put_reversed(c, b, json_object_array_get_idx(o, i));
  } else if (json_object_is_type(o, json_type_boolean)) {
    algo_mp_put_bool(b, json_object_get_boolean(o));
  } else if (json_object_is_type(o, json_type_string)) {
    algo_mp_put_str(b, json_object_get_string(o), (size_t)json_object_get_string_len(o));
  } else {
    algo_mp_put_uint(b, json_object_get_uint64(o));
  }
}

/* unsigned, txid, and txn where the case has it. */
static bool common(vec_case_t *c, algo_txn_t *t) {
  if (!txn_load(c, t, vec_hex(c, NULL, "unsigned")) || !txn_id_is(c, t, vec_text(c, NULL, "txid"))) return false;
  json_object *fields = vec_get(c, NULL, "txn");
  if (fields == NULL) return true;
  algo_buf_t reversed = ALGO_BUF_INIT, again = ALGO_BUF_INIT;
  put_reversed(c, &reversed, fields);
  algo_txn_t from_fields;
  algo_err_t err;
  algo_err_init(&err);
  bool ok = vec_ok(c, "decoding in reverse",
                   algo_txn_decode(&from_fields, algo_buf_view(&reversed), true, c->arena, &err), &err);
  if (ok) {
    algo_txn_encode(&again, &from_fields);
    algo_buf_clear(&reversed);
    algo_txn_encode(&reversed, t);
    ok = vec_same(c, "the encoding of the fields", algo_buf_view(&again), algo_buf_view(&reversed));
  }
  algo_buf_fini(&reversed);
  algo_buf_fini(&again);
  return ok;
}

void case_txn(vec_case_t *c) {
  algo_txn_t t;
  algo_key_t key;
  algo_stxn_t decoded;
  if (!common(c, &t) || !key_load(c, &key, vec_hex(c, NULL, "signer_seed"))) return;
  algo_stxn_t s = {.txn = t};
  algo_stxn_sign(&s, &key);
  vec_same(c, "the signature", algo_bytes(s.sig, 64), vec_hex(c, NULL, "signature"));
  algo_bytes_t bytes = vec_hex(c, NULL, "signed");
  stxn_is(c, "what is signed", &s, bytes);
  stxn_round_trip(c, &decoded, bytes);
  node_verdict(c, bytes);
}

void case_authaddr(vec_case_t *c) {
  algo_txn_t t;
  algo_key_t key;
  if (!common(c, &t) || !key_load(c, &key, vec_hex(c, NULL, "signer_seed"))) return;
  char text[ALGO_ADDR_TEXT + 1];
  algo_addr_format(text, &key.addr);
  vec_same_text(c, "the signer", text, vec_text(c, NULL, "signer"));
  algo_stxn_t s = {.txn = t};
  algo_stxn_sign(&s, &key);
  algo_bytes_t bytes = vec_hex(c, NULL, "signed");
  stxn_is(c, "what is signed", &s, bytes);
  stxn_round_trip(c, &s, bytes);
  node_verdict(c, bytes);
}

static void group_signed(vec_case_t *c, const algo_txn_t *txns, size_t n) {
  json_object *seeds = vec_get(c, NULL, "signer_seeds"), *signed_ = vec_get(c, NULL, "signed");
  algo_buf_t all = ALGO_BUF_INIT;
  for (size_t i = 0; i < n && !c->done; i++) {
    algo_key_t key;
    algo_stxn_t s = {.txn = txns[i]};
    if (!key_load(c, &key, vec_hex_at(c, seeds, i))) break;
    algo_stxn_sign(&s, &key);
    algo_bytes_t want = vec_hex_at(c, signed_, i);
    stxn_is(c, "what is signed", &s, want);
    algo_buf_putb(&all, want);
  }
  node_verdict(c, algo_buf_view(&all));
  algo_buf_fini(&all);
}

void case_group(vec_case_t *c) {
  json_object *unsigned_ = vec_get(c, NULL, "unsigned"), *before = vec_get(c, NULL, "txids_before");
  size_t n = vec_count(unsigned_);
  algo_txn_t txns[ALGO_GROUP_MAX];
  const algo_txn_t *list[ALGO_GROUP_MAX];
  if (n > ALGO_GROUP_MAX) {
    vec_bad(c, "%zu transactions", n);
    return;
  }
  for (size_t i = 0; i < n; i++) {
    if (!txn_load(c, &txns[i], vec_hex_at(c, unsigned_, i))) return;
    txn_id_is(c, &txns[i], vec_text_at(c, vec_get(c, NULL, "txids"), i));
    memset(&txns[i].group, 0, sizeof txns[i].group);
    if (!txn_id_is(c, &txns[i], vec_text_at(c, before, i))) return;
    list[i] = &txns[i];
  }
  algo_digest_t group;
  algo_err_t err;
  algo_err_init(&err);
  if (!vec_ok(c, "the group", algo_group_id(&group, list, n, &err), &err)) return;
  vec_same(c, "the group id", algo_bytes(group.b, 32), vec_hex(c, NULL, "group"));
  for (size_t i = 0; i < n; i++) txns[i].group = group;
  group_signed(c, txns, n);
}

/* ---- several keys ---- */

#define KEYS_MAX 255

typedef struct keys {
  algo_key_t key[KEYS_MAX];
  algo_addr_t addr[KEYS_MAX];
  size_t n;
} keys_t;

static bool keys_load(vec_case_t *c, keys_t *k) {
  json_object *seeds = vec_get(c, NULL, "seeds");
  k->n = vec_count(seeds);
  if (k->n > KEYS_MAX) vec_bad(c, "%zu keys", k->n);
  for (size_t i = 0; i < k->n && !c->done; i++) {
    if (!key_load(c, &k->key[i], vec_hex_at(c, seeds, i))) return false;
    k->addr[i] = k->key[i].addr;
  }
  return !c->done;
}

static const algo_key_t *signer_at(vec_case_t *c, const keys_t *k, size_t i) {
  uint64_t at = json_object_get_uint64(json_object_array_get_idx(vec_get(c, NULL, "signers"), i));
  if (at < k->n) return &k->key[at];
  vec_bad(c, "signer %zu is none", i);
  return NULL;
}

static algo_msig_t blank_msig(vec_case_t *c, const keys_t *k, uint8_t threshold) {
  algo_msig_part_t *parts = algo_arena_array(c->arena, k->n, sizeof *parts);
  for (size_t i = 0; i < k->n; i++) parts[i].pk = k->addr[i];
  return (algo_msig_t){.version = 1, .threshold = threshold, .parts = parts, .n_parts = k->n};
}

static void sign_steps(vec_case_t *c, const keys_t *k, algo_stxn_t s, uint8_t threshold) {
  json_object *steps = vec_get(c, NULL, "steps");
  algo_err_t err;
  algo_err_init(&err);
  algo_stxn_t merged = s;
  for (size_t i = 0; i < vec_count(steps) && !c->done; i++) {
    const algo_key_t *key = signer_at(c, k, i);
    if (key == NULL) return;
    algo_stxn_t alone = {.txn = s.txn};
    vec_ok(c, "signing", algo_stxn_sign_multisig(&s, 1, threshold, k->addr, k->n, key, c->arena, &err), &err);
    vec_ok(c, "signing alone", algo_stxn_sign_multisig(&alone, 1, threshold, k->addr, k->n, key, c->arena, &err), &err);
    if (!vec_ok(c, "merging", algo_stxn_merge_multisig(&merged, &alone, c->arena, &err), &err)) return;
    stxn_is(c, "a step", &s, vec_hex_at(c, steps, i));
    stxn_is(c, "a merged step", &merged, vec_hex_at(c, steps, i));
  }
  stxn_is(c, "what is signed", &s, vec_hex(c, NULL, "signed"));
}

void case_multisig(vec_case_t *c) {
  keys_t k;
  algo_txn_t t;
  algo_addr_t address;
  algo_err_t err;
  algo_err_init(&err);
  uint8_t threshold = (uint8_t)vec_u64(c, NULL, "threshold");
  if (!keys_load(c, &k) || !common(c, &t)) return;
  if (!vec_ok(c, "the address", algo_addr_of_multisig(&address, 1, threshold, k.addr, k.n, &err), &err)) return;
  char text[ALGO_ADDR_TEXT + 1];
  algo_addr_format(text, &address);
  vec_same_text(c, "the address", text, vec_text(c, NULL, "address"));
  algo_stxn_t s = {.txn = t, .msig = blank_msig(c, &k, threshold)};
  if (!algo_addr_eq(&address, &t.sender)) s.auth_addr = address;
  stxn_is(c, "the blank one", &s, vec_hex(c, NULL, "blank"));
  sign_steps(c, &k, s, threshold);
  node_verdict(c, vec_hex(c, NULL, "signed"));
}

/* ---- logic signatures ---- */

static algo_lsig_t lsig_load(vec_case_t *c) {
  json_object *args = vec_get(c, NULL, "args");
  size_t n = vec_count(args);
  algo_bytes_t *list = algo_arena_array(c->arena, n, sizeof *list);
  for (size_t i = 0; i < n; i++) list[i] = vec_hex_at(c, args, i);
  return (algo_lsig_t){.logic = vec_hex(c, NULL, "program"), .args = list, .n_args = n};
}

/* The older multisig delegation signs the program alone; only its bytes are still of interest. */
static void sign_program(vec_case_t *c, const keys_t *k, algo_lsig_t *l, uint8_t threshold) {
  l->msig = blank_msig(c, k, threshold);
  algo_msig_part_t *parts = algo_arena_array(c->arena, k->n, sizeof *parts);
  memcpy(parts, l->msig.parts, k->n * sizeof *parts);
  for (size_t i = 0; i < vec_count(vec_get(c, NULL, "signers")); i++) {
    const algo_key_t *key = signer_at(c, k, i);
    if (key == NULL) return;
    algo_key_sign_tagged(parts[key - k->key].sig, key, "Program", l->logic);
    parts[key - k->key].has_sig = true;
  }
  l->msig.parts = parts;
}

static void delegate(vec_case_t *c, algo_lsig_t *l, algo_bytes_t mode) {
  keys_t k;
  algo_err_t err;
  algo_err_init(&err);
  uint8_t threshold = (uint8_t)vec_u64(c, NULL, "threshold");
  if (algo_bytes_eq(mode, algo_bytes_str("sig"))) {
    if (!key_load(c, &k.key[0], vec_hex(c, NULL, "signer_seed"))) return;
    algo_lsig_sign(l, &k.key[0]);
    vec_same(c, "the delegation", algo_bytes(l->sig, 64), vec_hex(c, NULL, "delegation_signature"));
  } else if (algo_bytes_eq(mode, algo_bytes_str("msig"))) {
    if (keys_load(c, &k)) sign_program(c, &k, l, threshold);
  } else if (algo_bytes_eq(mode, algo_bytes_str("lmsig"))) {
    if (!keys_load(c, &k)) return;
    for (size_t i = 0; i < vec_count(vec_get(c, NULL, "signers")) && !c->done; i++) {
      const algo_key_t *key = signer_at(c, &k, i);
      if (key == NULL) return;
      vec_ok(c, "delegating", algo_lsig_sign_multisig(l, 1, threshold, k.addr, k.n, key, c->arena, &err), &err);
    }
  }
}

void case_lsig(vec_case_t *c) {
  algo_txn_t t;
  algo_stxn_t decoded;
  algo_addr_t address;
  if (!common(c, &t)) return;
  algo_lsig_t l = lsig_load(c);
  algo_addr_of_program(&address, l.logic);
  char text[ALGO_ADDR_TEXT + 1];
  algo_addr_format(text, &address);
  vec_same_text(c, "the program's address", text, vec_text(c, NULL, "program_address"));
  delegate(c, &l, vec_text(c, NULL, "mode"));
  algo_bytes_t bytes = vec_hex(c, NULL, "signed"), alone = vec_hex(c, NULL, "lsig");
  if (!stxn_round_trip(c, &decoded, bytes)) return;
  algo_stxn_t s = {.txn = t, .lsig = l, .auth_addr = decoded.auth_addr};
  stxn_is(c, "what is signed", &s, bytes);
  if (memmem(bytes.p, bytes.n, alone.p, alone.n) == NULL) vec_bad(c, "the logic signature is not in what is signed");
  node_verdict(c, bytes);
}

void case_pqsig_wire(vec_case_t *c) {
  algo_txn_t t;
  algo_stxn_t s;
  algo_bytes_t bytes = vec_hex(c, NULL, "signed");
  if (!common(c, &t) || !stxn_round_trip(c, &s, bytes)) return;
  if (!s.pqsig.present && !s.lsig.pqsig.present) vec_bad(c, "no post-quantum signature was found");
  node_verdict(c, bytes);
}
