/* The key daemon through its handler: what it answers to right and wrong requests. Texts, order of the checks and the
 * derived addresses are go-algorand 5.1's kmd's (tests/interop/diff_kmd.py asks one). */
#include <stdio.h>

#include "algo/kmd.h"
#include "suite.h"

static algo_kmd_t *kmd;
static algo_buf_t answer;
static char handle[82];

static int ask(const char *method, const char *path, const char *body) {
  const algo_httpd_param_t token[2] = {{"X-KMD-API-Token", "t"}, {NULL, NULL}};
  algo_httpd_request_t req = {.method = method, .path = path, .headers = token, .body = algo_bytes_str(body)};
  algo_httpd_response_t res = {.status = 200, .body = ALGO_BUF_INIT};
  algo_kmd_handle(kmd, &req, &res);
  algo_buf_fini(&answer);
  answer = res.body;
  return res.status;
}

/* $ in a body is the session's handle. */
static void expect(const char *path, const char *body, int status, const char *contains) {
  char filled[4096];
  const char *at = strchr(body, '$');
  if (at == NULL) snprintf(filled, sizeof filled, "%s", body);
  else snprintf(filled, sizeof filled, "%.*s%s%s", (int)(at - body), body, handle, at + 1);
  int got = ask("POST", path, filled);
  const char *text = algo_buf_cstr(&answer);
  ck_assert_msg(got == status && strstr(text, contains) != NULL, "%s %s: %d %s, not %s", path, filled, got, text,
                contains);
}

static void found(char *out, size_t n, const char *key) {
  const char *at = strstr(algo_buf_cstr(&answer), key);
  ck_assert_msg(at != NULL, "%s", algo_buf_cstr(&answer));
  snprintf(out, n, "%.*s", (int)n - 1, at + strlen(key));
}

/* A wallet of its own, of the master key 0, 1, ... 31, and a session with it. */
static void open_wallet(void) {
  char id[33], body[128];
  ck_assert_int_eq(algo_kmd_new(&kmd, "t", NULL, 0, NULL, NULL), ALGO_OK);
  expect("/v1/wallet",
         "{\"wallet_name\":\"w\",\"wallet_driver_name\":\"sqlite\",\"wallet_password\":\"pw\","
         "\"master_derivation_key\":\"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\"}",
         200, "\"name\": \"w\"");
  found(id, sizeof id, "\"id\": \"");
  snprintf(body, sizeof body, "{\"wallet_id\":\"%s\",\"wallet_password\":\"pw\"}", id);
  expect("/v1/wallet/init", body, 200, "wallet_handle_token");
  found(handle, sizeof handle, "wallet_handle_token\": \"");
}

static void shut(void) {
  algo_kmd_free(kmd);
  algo_buf_fini(&answer);
}

static bool in_order(const char *first, const char *then) {
  const char *a = strstr(algo_buf_cstr(&answer), first), *b = strstr(algo_buf_cstr(&answer), then);
  return a != NULL && b != NULL && a < b;
}

#define FIRST  "RARAQGGTYYIAKPP7M44M2ITTE2AXASJD5VIMPRQDU5VJTK3XAA62OLW7IM"
#define SECOND "AY3EXNCEATTJ3KUPVEVDFUYMO6CT3R3S6QQSVIGTXKCFG26L4WGLJU5PF4"

/* A wallet made again from its master key has the same keys; they are listed by address. */
START_TEST(keys_of_a_master_key) {
  open_wallet();
  expect("/v1/key", "{\" wallet_handle_token\":\"$\"}", 400, "could not decode request body");
  expect("/v1/key", "{\"wallet_handle_token\":\"$\"}", 200, FIRST);
  expect("/v1/key", "{\"wallet_handle_token\":\"$\"}", 200, SECOND);
  expect("/v1/key/list", "{\"wallet_handle_token\":\"$\"}", 200, FIRST);
  ck_assert(in_order(SECOND, FIRST));
  expect("/v1/key", "{\"wallet_handle_token\":\"$\",\"display_mnemonic\":true}", 500, "cannot display mnemonics");
  shut();
}
END_TEST

/* The seed makes the key, whatever stands behind it; what is too short is filled with zeros. */
START_TEST(keys_from_outside) {
  const char *zero = "HNVCPPGOW2SC2YVDVDICU3YNONSTEFLXDXREHJR2YBEKDC2Z3IUZSC6YGI";
  open_wallet();
  expect("/v1/key/import", "{\"wallet_handle_token\":\"$\",\"private_key\":\"\"}", 200, zero);
  expect("/v1/key/import", "{\"wallet_handle_token\":\"$\",\"private_key\":\"AAAA\"}", 400,
         "key already exists in wallet");
  expect("/v1/key/import", "{\"wallet_handle_token\":\"$\",\"private_key\":[0,0,1]}", 200, "address");
  expect("/v1/key/import", "{\"wallet_handle_token\":\"$\",\"private_key\":\"?\"}", 400,
         "could not decode request body");
  shut();
}
END_TEST

START_TEST(what_is_looked_at_first) {
  open_wallet();
  expect("/v1/key/export", "{}", 400, "could not decode address");
  expect("/v1/key/export", "{\"address\":\"" FIRST "\"}", 401, "wrong number of token parts");
  expect("/v1/key/export", "{\"wallet_handle_token\":\"$\",\"address\":\"" FIRST "\"}", 400, "wrong password?");
  expect("/v1/key/export", "{\"wallet_handle_token\":\"$\",\"address\":\"" FIRST "\",\"wallet_password\":\"pw\"}", 400,
         "key does not exist in this wallet");
  expect("/v1/program/sign", "{}", 401, "wrong number of token parts");
  expect("/v1/program/sign", "{\"wallet_handle_token\":\"$\"}", 400, "could not decode address");
  expect("/v1/transaction/sign", "{\"wallet_handle_token\":\"$\",\"transaction\":\"gA==\"}", 400,
         "could not decode transaction"); /* no sender */
  expect("/v1/multisig/export", "{\"wallet_handle_token\":\"$\",\"address\":\"" FIRST "\",\"wallet_password\":\"pw\"}",
         400, "could not decode request body"); /* it takes no password */
  expect("/v1/wallet/info", "{\"wallet_handle_token\":7}", 401, "wrong number of token parts");
  expect("/v1/wallet/info", "{\"wallet_handle_token\":[]}", 400, "could not decode request body");
  expect("/v1/wallet/info", "null", 401, "wrong number of token parts");
  shut();
}
END_TEST

START_TEST(handles) {
  char other[82];
  open_wallet();
  expect("/v1/wallet/info", "{\"wallet_handle_token\":\"a.b\"}", 401, "invalid wallet handle id");
  expect("/v1/wallet/info", "{\"wallet_handle_token\":\"$.\"}", 401, "invalid wallet handle secret");
  snprintf(other, sizeof other, "%s", handle);
  handle[80] = handle[80] == '0' ? '1' : '0';
  expect("/v1/wallet/info", "{\"wallet_handle_token\":\"$\"}", 401, "invalid token");
  handle[0] = handle[0] == '0' ? '1' : '0';
  expect("/v1/wallet/info", "{\"wallet_handle_token\":\"$\"}", 401, "handle does not exist");
  snprintf(handle, sizeof handle, "%s", other);
  expect("/v1/wallet/renew", "{\"wallet_handle_token\":\"$\"}", 200, "\"expires_seconds\": 3");
  expect("/v1/wallet/release", "{\"wallet_handle_token\":\"$\"}", 200, "{}");
  expect("/v1/wallet/renew", "{\"wallet_handle_token\":\"$\"}", 401, "handle does not exist");
  shut();
}
END_TEST

#define PK "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

/* The first value, whatever is behind; an empty list is an empty structure. */
START_TEST(bodies_as_go_reads_them) {
  open_wallet();
  expect("/v1/wallet/info", "{\"wallet_handle_token\":\"$\"}x", 200, "expires_seconds");
  expect("/v1/wallet/info", "[]", 401, "wrong number of token parts");
  expect("/v1/wallet/info", "{\"wallet_handle_token\\u0000\":\"$\"}", 400, "could not decode request body");
  shut();
}
END_TEST

/* As many as there is room for; of more, the ones that would be over first are let go. */
START_TEST(handles_have_an_end) {
  enum { MOST = 10000 };
  char first[82], id[33], init[128];
  open_wallet();
  memcpy(first, handle, sizeof first);
  expect("/v1/wallet/info", "{\"wallet_handle_token\":\"$\"}", 200, "expires_seconds");
  found(id, sizeof id, "\"id\": \"");
  snprintf(init, sizeof init, "{\"wallet_id\":\"%s\",\"wallet_password\":\"pw\"}", id);
  for (unsigned i = 1; i < MOST; i++) ck_assert_int_eq(ask("POST", "/v1/wallet/init", init), 200);
  expect("/v1/wallet/info", "{\"wallet_handle_token\":\"$\"}", 200, "expires_seconds");
  ck_assert_int_eq(ask("POST", "/v1/wallet/init", init), 200);
  found(handle, sizeof handle, "wallet_handle_token\": \"");
  expect("/v1/wallet/info", "{\"wallet_handle_token\":\"$\"}", 200, "expires_seconds");
  memcpy(handle, first, sizeof handle);
  expect("/v1/wallet/info", "{\"wallet_handle_token\":\"$\"}", 401, "handle does not exist");
  shut();
}
END_TEST

START_TEST(multisigs) {
  open_wallet();
  const char *import = "/v1/multisig/import", *sign = "/v1/multisig/signprogram";
  expect(import, "{\"wallet_handle_token\":\"$\",\"multisig_version\":2,\"threshold\":1,\"pks\":[\"" PK "\"]}", 400,
         "unknown version");
  expect(import, "{\"wallet_handle_token\":\"$\",\"multisig_version\":1,\"threshold\":2,\"pks\":[\"" PK "\"]}", 400,
         "Invalid threshold");
  expect(import, "{\"wallet_handle_token\":\"$\",\"multisig_version\":1,\"threshold\":256,\"pks\":[\"" PK "\"]}", 400,
         "could not decode request body");
  expect(import, "{\"wallet_handle_token\":\"$\",\"multisig_version\":\"1\",\"threshold\":1,\"pks\":[\"" PK "\"]}", 200,
         "address");
  expect(sign,
         "{\"wallet_handle_token\":\"$\",\"wallet_password\":\"pw\",\"address\":\"" FIRST
         "\",\"data\":\"BIEB\",\"partial_multisig\":{\"v\":1,\"thr\":1,\"subsig\":[{\"pk\":\"AAAA\"}]}}",
         400, "given multisig preimage hashes to neither Sender nor AuthAddr");
  expect(sign,
         "{\"wallet_handle_token\":\"$\",\"wallet_password\":\"pw\",\"address\":\"" FIRST
         "\",\"data\":\"BIEB\",\"partial_multisig\":{\"thr\":1,\"subsig\":[{\"pk\":\"AAAA\"}]}}",
         400, "unknown version");
  shut();
}
END_TEST

/* A signature that another program's was, is not replaced. */
START_TEST(a_part_is_signed_once) {
  char pk[45], msig[59], body[1024];
  open_wallet();
  expect("/v1/key/import", "{\"wallet_handle_token\":\"$\",\"private_key\":\"\"}", 200, "address");
  snprintf(pk, sizeof pk, "O2onvM62pC1io6jQKm8Nc2UyFXcd4kOmOsBIoYtZ2ik=");
  snprintf(body, sizeof body,
           "{\"wallet_handle_token\":\"%s\",\"multisig_version\":1,\"threshold\":1,\"pks\":[\"%s\"]}", handle, pk);
  expect("/v1/multisig/import", body, 200, "address");
  found(msig, sizeof msig, "\"address\": \"");
  for (int zeros = 0; zeros < 2; zeros++) {
    char one[64] = "AAAA"; /* all zeros: not signed */
    if (zeros == 0) snprintf(one, sizeof one, "AQAA");
    snprintf(body, sizeof body,
             "{\"wallet_handle_token\":\"%s\",\"wallet_password\":\"pw\",\"address\":\"%s\",\"data\":\"BIEB\",\"public_"
             "key\":\"%s\","
             "\"partial_multisig\":{\"v\":1,\"thr\":1,\"subsig\":[{\"pk\":\"%s\",\"s\":\"%s\"}]}}",
             handle, msig, pk, pk, one);
    expect("/v1/multisig/signprogram", body, zeros ? 200 : 400, zeros ? "\"multisig\"" : "Invalid duplicates");
  }
  shut();
}
END_TEST

START_TEST(wallets_and_methods) {
  open_wallet();
  expect("/v1/wallet", "{\"wallet_name\":\"w\",\"wallet_driver_name\":\"sqlite\"}", 400,
         "wallet with same name already exists");
  expect("/v1/wallet", "{\"wallet_name\":\"v\",\"wallet_driver_name\":\"ledger\"}", 400,
         "operation not supported by wallet");
  expect("/v1/wallet", "{\"wallet_name\":\"v\"}", 400, "unknown wallet driver");
  expect("/v1/wallet", "{\"wallet_name\":\"a b\",\"wallet_driver_name\":\"sqlite\"}", 200, "\"name\": \"a b\"");
  ck_assert_int_eq(ask("GET", "/v1/wallets", ""), 200);
  ck_assert(in_order("\"a b\"", "unencrypted-default-wallet") && in_order("unencrypted-default-wallet", "\"w\""));
  ck_assert_int_eq(ask("POST", "/versions", ""), 200);
  ck_assert_int_eq(ask("GET", "/v1/key", ""), 404);
  ck_assert_int_eq(ask("GET", "/nothing", ""), 405);
  ck_assert_int_eq(ask("OPTIONS", "/v1/key", ""), 200);
  shut();
}
END_TEST

SUITE_MAIN("kmd", keys_of_a_master_key, keys_from_outside, what_is_looked_at_first, handles, bodies_as_go_reads_them,
           handles_have_an_end, multisigs, a_part_is_signed_once, wallets_and_methods)
