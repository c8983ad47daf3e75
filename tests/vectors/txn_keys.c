/* Keys, mnemonics, addresses. */
#include "txn_kinds.h"

static bool address_is(vec_case_t *c, const char *what, const algo_addr_t *a, const char *key) {
  char text[ALGO_ADDR_TEXT + 1];
  algo_addr_format(text, a);
  return vec_same_text(c, what, text, vec_text(c, NULL, key));
}

void case_key(vec_case_t *c) {
  algo_key_t key;
  if (!key_load(c, &key, vec_hex(c, NULL, "seed"))) return;
  vec_same(c, "the public key", algo_bytes(key.addr.b, 32), vec_hex(c, NULL, "public_key"));
  address_is(c, "the address", &key.addr, "address");
  algo_addr_t back;
  algo_bytes_t text = vec_text(c, NULL, "address");
  vec_ok(c, "the address", algo_addr_parse(&back, (const char *)text.p, text.n, NULL), NULL);
  vec_same(c, "the address", algo_bytes(back.b, 32), algo_bytes(key.addr.b, 32));
  char words[ALGO_MNEMONIC_MAX];
  algo_mnemonic_from_seed(words, key.seed);
  vec_same_text(c, "the mnemonic", words, vec_text(c, NULL, "mnemonic"));
  uint8_t seed[32] = {0}, sig[64];
  vec_ok(c, "the mnemonic", algo_mnemonic_to_seed(seed, words, strlen(words), NULL), NULL);
  vec_same(c, "the seed", algo_bytes(seed, 32), algo_bytes(key.seed, 32));
  algo_bytes_t msg = vec_hex(c, NULL, "message");
  algo_key_sign(sig, &key, msg);
  vec_same(c, "the signature", algo_bytes(sig, 64), vec_hex(c, NULL, "signature_raw"));
  if (!algo_sig_verify(sig, msg, &key.addr)) vec_bad(c, "its own signature does not verify");
  algo_key_sign_tagged(sig, &key, "MX", msg);
  vec_same(c, "the signature with MX", algo_bytes(sig, 64), vec_hex(c, NULL, "signature_MX"));
  if (!algo_sig_verify_tagged(sig, "MX", msg, &key.addr)) vec_bad(c, "its own signature with MX does not verify");
  if (algo_sig_verify(sig, msg, &key.addr)) vec_bad(c, "a signature of something else verifies");
}

static void same_verdict(vec_case_t *c, algo_code_t code, const algo_err_t *err) {
  if ((code == ALGO_OK) == vec_true(c, NULL, "ok")) return;
  if (code == ALGO_OK) vec_bad(c, "is taken");
  else vec_bad(c, "is refused: %s", err->msg);
}

void case_mnemonic(vec_case_t *c) {
  uint8_t seed[32];
  algo_err_t err;
  algo_err_init(&err);
  algo_bytes_t words = vec_text(c, NULL, "mnemonic");
  algo_code_t code = algo_mnemonic_to_seed(seed, (const char *)words.p, words.n, &err);
  same_verdict(c, code, &err);
  algo_buf_t key = ALGO_BUF_INIT; /* seed || public key */
  if (code != ALGO_OK || algo_json_opt_base64(c->line, "private_key", &key, NULL) != ALGO_OK) return;
  vec_same(c, "the seed", algo_bytes(seed, 32), algo_bytes(key.p, key.n < 32 ? key.n : 32));
  algo_buf_fini(&key);
}

void case_address(vec_case_t *c) {
  algo_addr_t a;
  algo_err_t err;
  algo_err_init(&err);
  algo_bytes_t text = vec_text(c, NULL, "address");
  algo_code_t code = algo_addr_parse(&a, (const char *)text.p, text.n, &err);
  same_verdict(c, code, &err);
  if (code == ALGO_OK) vec_same(c, "the public key", algo_bytes(a.b, 32), vec_hex(c, NULL, "public_key"));
}

void case_app_address(vec_case_t *c) {
  algo_addr_t a;
  algo_addr_of_app(&a, vec_u64(c, NULL, "app_id"));
  address_is(c, "the address", &a, "address");
}

void case_program_address(vec_case_t *c) {
  algo_addr_t a;
  algo_addr_of_program(&a, vec_hex(c, NULL, "program"));
  address_is(c, "the address", &a, "address");
}

/* What the opcode ed25519verify wants: "ProgData" || hash of the program || data. */
void case_teal_sign(vec_case_t *c) {
  algo_key_t key;
  if (!key_load(c, &key, vec_hex(c, NULL, "seed"))) return;
  algo_addr_t program;
  algo_addr_of_program(&program, vec_hex(c, NULL, "program"));
  algo_buf_t msg = ALGO_BUF_INIT;
  algo_buf_put(&msg, program.b, 32);
  algo_buf_putb(&msg, vec_hex(c, NULL, "data"));
  uint8_t sig[64];
  algo_key_sign_tagged(sig, &key, "ProgData", algo_buf_view(&msg));
  vec_same(c, "the signature", algo_bytes(sig, 64), vec_hex(c, NULL, "signature"));
  algo_buf_fini(&msg);
}
