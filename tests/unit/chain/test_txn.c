/* Transactions: canonical bytes out, what nodes accept in, cut input refused, signatures by one and by several keys. */
#include "algo/hash.h"
#include "algo/json.h"
#include "algo/mp.h"
#include "algo/rules.h"
#include "algo/text.h"
#include "algo/txn.h"
#include "suite.h"

static algo_arena_t arena;

static algo_txn_t payment(void) {
  algo_txn_t t = {.type = ALGO_TX_PAY, .fee = 1000, .first_valid = 1, .last_valid = 1001, .amount = 5};
  t.genesis_id = ALGO_BYTES_LIT("net-v1");
  memset(t.genesis_hash.b, 3, 32);
  memset(t.sender.b, 1, 32);
  memset(t.receiver.b, 2, 32);
  return t;
}

static algo_bytes_t encode(const algo_txn_t *t) {
  algo_buf_t b = ALGO_BUF_INIT;
  algo_txn_encode(&b, t);
  algo_bytes_t kept = algo_arena_dup(&arena, algo_buf_view(&b));
  algo_buf_fini(&b);
  return kept;
}

static void same_after_decoding(algo_bytes_t in, algo_bytes_t want) {
  algo_txn_t t;
  SUITE_OK(algo_txn_decode(&t, in, true, &arena, suite_err));
  suite_same(encode(&t), want);
}

START_TEST(zero_is_left_out_and_keys_are_sorted) {
  algo_txn_t t = {.type = ALGO_TX_PAY, .amount = 200, .last_valid = 70000};
  t.note = ALGO_BYTES_LIT("n");
  suite_same(encode(&t), ALGO_BYTES_LIT("\x84\xa3"
                                        "amt\xcc\xc8\xa2lv\xce\x00\x01\x11\x70\xa4note\xc4\x01n\xa4type\xa3pay"));
}
END_TEST

START_TEST(other_forms_give_the_same_bytes) {
  algo_bytes_t want = ALGO_BYTES_LIT("\x84\xa3"
                                     "amt\xcc\xc8\xa2lv\x09\xa4note\xc4\x01n\xa4type\xa3pay");
  static const struct {
    const char *p;
    size_t n;
  } forms[] = {
#define FORM(text) {text, sizeof(text) - 1}
      FORM("\x84\xa4type\xa3pay\xa4note\xc4\x01n\xa2lv\x09\xa3"
           "amt\xcc\xc8"),
      FORM("\xde\x00\x04\xa3"
           "amt\xcf\0\0\0\0\0\0\0\xc8\xa2lv\xd3\0\0\0\0\0\0\0\x09\xa4note\xa1n\xa4type\xc4\x03pay"),
      FORM("\x86\xa3"
           "amt\x01\xa3"
           "amt\xcc\xc8\xa3"
           "fee\x00\xa2lv\x09\xa4note\x91\x6e\xa4type\xd9\x03pay"),
      FORM("\x87\xa4"
           "apan\x00\xa3"
           "amt\xcc\xc8\xc4\x02lv\x09\xa7nonpart\xc2\xa4note\xc5\x00\x01n\xa3rcv\xc0\xa4type\xa3pay"),
  };
  for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
    same_after_decoding(algo_bytes(forms[i].p, forms[i].n), want);
}
END_TEST

START_TEST(fixed_arrays_are_cut_and_filled) {
  uint8_t raw[64] = {0x81, 0xa3, 's', 'n', 'd', 0xc4, 33};
  memset(raw + 7, 7, 33);
  algo_txn_t t;
  SUITE_OK(algo_txn_decode(&t, algo_bytes(raw, 40), true, &arena, suite_err));
  ck_assert_uint_eq(t.sender.b[31], 7);
  raw[6] = 31;
  SUITE_OK(algo_txn_decode(&t, algo_bytes(raw, 38), true, &arena, suite_err));
  ck_assert_uint_eq(t.sender.b[30], 7);
  ck_assert_uint_eq(t.sender.b[31], 0);
}
END_TEST

START_TEST(what_is_no_transaction_is_refused) {
  static const struct {
    const char *p;
    size_t n;
    const char *says;
  } bad[] = {
#define BAD(text, says) {text, sizeof(text) - 1, says}
      BAD("\x81\xa3zzz\x01", "'zzz'"),
      BAD("\x81\xa3"
          "amt\xff",
          "amt"),
      BAD("\x81\xa3"
          "amt\xcb\0\0\0\0\0\0\0\0",
          "amt"),
      BAD("\x81\xa3"
          "amt\xa1x",
          "amt"),
      BAD("\x81\x01\x01", "msgpack"),
      BAD("\x81\xa4"
          "apep\xcf\0\0\0\x01\0\0\0\0",
          "apep"),
      BAD("\x80\x00", "behind"),
      BAD("\x81\xa4note\xd6\x01zzzz", "note"),
      BAD("\x81\xa4"
          "apar\x81\xa1q\x01",
          "'q'"),
      BAD("\x01", "a map"),
      BAD("", "ends"),
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    algo_txn_t t;
    algo_err_t e;
    algo_err_init(&e);
    ck_assert_msg(algo_txn_decode(&t, algo_bytes(bad[i].p, bad[i].n), true, &arena, &e) != ALGO_OK, "%zu was taken", i);
    ck_assert_msg(strstr(e.msg, bad[i].says) != NULL, "%zu: %s", i, e.msg);
  }
}
END_TEST

START_TEST(no_bytes_at_all) {
  algo_txn_t t;
  algo_stxn_t s;
  algo_bytes_t none = {NULL, 0};
  ck_assert_int_eq(algo_txn_decode(&t, none, true, &arena, NULL), ALGO_E_TRUNCATED);
  ck_assert_int_eq(algo_stxn_decode_next(&s, &none, true, &arena, NULL), ALGO_E_TRUNCATED);
}
END_TEST

START_TEST(unknown_keys_are_stepped_over_where_asked) {
  algo_txn_t t;
  algo_bytes_t in = ALGO_BYTES_LIT("\x82\xa3zzz\x92\x01\x80\xa3"
                                   "amt\x07");
  ck_assert_int_eq(algo_txn_decode(&t, in, true, &arena, NULL), ALGO_E_PARSE);
  SUITE_OK(algo_txn_decode(&t, in, false, &arena, suite_err));
  ck_assert_uint_eq(t.amount, 7);
}
END_TEST

/* Every recorded transaction of this repository, cut at every byte. */
START_TEST(cut_at_every_byte) {
  algo_bytes_t file = suite_file("tests/vectors/data/txn.jsonl");
  size_t seen = 0;
  for (char *line = strtok((char *)file.p, "\n"); line != NULL; line = strtok(NULL, "\n")) {
    json_object *o = NULL, *hex = NULL;
    SUITE_OK(algo_json_parse(&o, line, strlen(line), suite_err));
    if (json_object_object_get_ex(o, "signed", &hex) && json_object_is_type(hex, json_type_string)) {
      algo_buf_t b = ALGO_BUF_INIT;
      SUITE_OK(algo_hex_decode(&b, json_object_get_string(hex), (size_t)json_object_get_string_len(hex), suite_err));
      for (size_t n = 0; n<b.n; n += b.n> 2000 ? 7 : 1) {
        algo_bytes_t cut = suite_cut(algo_buf_view(&b), n), in = cut;
        algo_stxn_t s;
        ck_assert_int_ne(algo_stxn_decode_next(&s, &in, true, &arena, NULL), ALGO_OK);
        ck_assert_ptr_eq(in.p, cut.p);
        free((void *)cut.p);
        algo_arena_reset(&arena);
      }
      seen++;
      algo_buf_fini(&b);
    }
    json_object_put(o);
  }
  ck_assert_uint_gt(seen, 50);
  free((void *)file.p);
}
END_TEST

START_TEST(a_count_cannot_ask_for_memory) {
  algo_arena_t small = {.limit = 1 << 20};
  uint8_t raw[70] = {0x81, 0xa4, 'a', 'p', 'b', 'x', 0xdd, 0xff, 0xff, 0xff, 0xff};
  algo_txn_t t;
  ck_assert_int_eq(algo_txn_decode(&t, algo_bytes(raw, sizeof raw), false, &small, NULL), ALGO_E_TRUNCATED);
  algo_arena_fini(&small);
}
END_TEST

START_TEST(signed_by_another_key) {
  algo_key_t k;
  uint8_t seed[32] = {5};
  algo_key_from_seed(&k, seed);
  algo_stxn_t s = {.txn = payment()};
  algo_stxn_sign(&s, &k);
  ck_assert(s.has_sig && algo_addr_eq(&s.auth_addr, &k.addr));
  ck_assert(algo_sig_verify_tagged(s.sig, "TX", encode(&s.txn), &k.addr));
  s.txn.sender = k.addr;
  algo_stxn_sign(&s, &k);
  ck_assert(algo_addr_is_zero(&s.auth_addr));
}
END_TEST

static void three_keys(algo_key_t keys[3], algo_addr_t addrs[3]) {
  for (uint8_t i = 0; i < 3; i++) {
    uint8_t seed[32] = {i};
    algo_key_from_seed(&keys[i], seed);
    addrs[i] = keys[i].addr;
  }
}

START_TEST(several_keys_sign_apart_and_are_joined) {
  algo_key_t keys[3], stranger;
  algo_addr_t addrs[3];
  three_keys(keys, addrs);
  algo_key_from_seed(&stranger, (const uint8_t[32]){99});
  algo_stxn_t a = {.txn = payment()}, b = a, both = a;
  SUITE_OK(algo_stxn_sign_multisig(&a, 1, 2, addrs, 3, &keys[0], &arena, suite_err));
  SUITE_OK(algo_stxn_sign_multisig(&b, 1, 2, addrs, 3, &keys[2], &arena, suite_err));
  SUITE_OK(algo_stxn_sign_multisig(&both, 1, 2, addrs, 3, &keys[0], &arena, suite_err));
  SUITE_OK(algo_stxn_sign_multisig(&both, 1, 2, addrs, 3, &keys[2], &arena, suite_err));
  SUITE_OK(algo_stxn_merge_multisig(&a, &b, &arena, suite_err));
  algo_buf_t x = ALGO_BUF_INIT, y = ALGO_BUF_INIT;
  algo_stxn_encode(&x, &a);
  algo_stxn_encode(&y, &both);
  suite_same(algo_buf_view(&x), algo_buf_view(&y));
  ck_assert_int_eq(algo_stxn_sign_multisig(&a, 1, 2, addrs, 3, &stranger, &arena, NULL), ALGO_E_INVALID);
  ck_assert_int_eq(algo_stxn_sign_multisig(&a, 1, 3, addrs, 3, &keys[1], &arena, NULL), ALGO_E_INVALID);
  b.txn.amount++;
  ck_assert_int_eq(algo_stxn_merge_multisig(&a, &b, &arena, NULL), ALGO_E_INVALID);
  algo_buf_fini(&x);
  algo_buf_fini(&y);
}
END_TEST

START_TEST(groups) {
  algo_txn_t t[17];
  const algo_txn_t *list[17];
  for (int i = 0; i < 17; i++) {
    t[i] = payment();
    t[i].amount = (uint64_t)i;
    list[i] = &t[i];
  }
  algo_digest_t one, two, all;
  SUITE_OK(algo_group_id(&one, list, 1, suite_err));
  SUITE_OK(algo_group_id(&two, list, 2, suite_err));
  SUITE_OK(algo_group_id(&all, list, 16, suite_err));
  ck_assert_mem_ne(one.b, two.b, 32);
  ck_assert_int_eq(algo_group_id(&one, list, 17, NULL), ALGO_E_RANGE);
  ck_assert_int_eq(algo_group_id(&one, list, 0, NULL), ALGO_E_RANGE);
  t[1].group = two;
  ck_assert_int_eq(algo_group_id(&one, list, 2, NULL), ALGO_E_INVALID);
}
END_TEST

START_TEST(who_sends_state_proofs) {
  algo_addr_t a, hashed;
  char text[ALGO_ADDR_TEXT + 1];
  algo_addr_of_state_proof_sender(&a);
  algo_sha512_256(hashed.b, "SpecialAddrStateProofSender", 27);
  algo_addr_format(text, &a);
  ck_assert(algo_addr_eq(&a, &hashed));
  ck_assert_str_eq(text, "XM6FEYVJ2XDU2IBH4OT6VZGW75YM63CM4TC6AV6BD3JZXFJUIICYTVB5EU");
}
END_TEST

START_TEST(ids_as_text) {
  algo_txn_t t = payment();
  algo_digest_t id, back;
  char text[53];
  algo_txn_id(&id, &t);
  algo_txid_format(text, &id);
  SUITE_OK(algo_txid_parse(&back, text, 52, suite_err));
  ck_assert_mem_eq(id.b, back.b, 32);
  ck_assert_int_eq(algo_txid_parse(&back, text, 51, NULL), ALGO_E_PARSE);
  text[3] = '1';
  ck_assert_int_eq(algo_txid_parse(&back, text, 52, NULL), ALGO_E_PARSE);
  algo_digest_t inner;
  algo_txn_inner_id(&inner, &t, &id, 0);
  ck_assert_mem_ne(inner.b, id.b, 32);
}
END_TEST

/* Notes past what the hash gathers at once, so that both of its ways are taken. */
START_TEST(the_id_is_the_hash_of_the_encoding) {
  uint8_t note[2000], raw[32];
  memset(note, 9, sizeof note);
  for (size_t n = 0; n < sizeof note; n += 61) {
    algo_txn_t t = payment();
    t.note = algo_bytes(note, n);
    algo_buf_t b = ALGO_BUF_INIT;
    algo_buf_puts(&b, "TX");
    algo_txn_encode(&b, &t);
    algo_digest_t id;
    algo_txn_id(&id, &t);
    algo_sha512_256(raw, b.p, b.n);
    ck_assert_mem_eq(raw, id.b, 32);
    algo_buf_fini(&b);
  }
}
END_TEST

SUITE_MAIN("chain/txn", zero_is_left_out_and_keys_are_sorted, other_forms_give_the_same_bytes,
           fixed_arrays_are_cut_and_filled, what_is_no_transaction_is_refused, no_bytes_at_all,
           unknown_keys_are_stepped_over_where_asked, cut_at_every_byte, a_count_cannot_ask_for_memory,
           signed_by_another_key, several_keys_sign_apart_and_are_joined, groups, who_sends_state_proofs, ids_as_text,
           the_id_is_the_hash_of_the_encoding)
