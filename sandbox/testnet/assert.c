/* Assertions: what is there beside what should be, said with labels. */
#include "internal.h"

#include "algo/text.h"

/* Bytes as a reader wants them: text where it is text, else hex. */
static const char *show(algo_testnet_t *t, algo_bytes_t v) {
  algo_buf_t b = ALGO_BUF_INIT;
  bool text = v.n > 0;
  for (size_t i = 0; i < v.n; i++) text = text && v.p[i] >= ' ' && v.p[i] < 127;
  if (text) algo_buf_putc(&b, '"');
  else algo_buf_puts(&b, "0x");
  if (text) algo_buf_putb(&b, v);
  else algo_hex_encode(&b, v);
  if (text) algo_buf_putc(&b, '"');
  const char *kept = algo_arena_strdup(&t->looked, algo_buf_cstr(&b));
  algo_buf_fini(&b);
  return kept == NULL ? "" : kept;
}

static const char *show_value(algo_testnet_t *t, const algo_teal_value_t *v) {
  if (!v->is_uint) return show(t, v->bytes);
  const char *s = algo_arena_printf(&t->looked, "%" PRIu64, v->uint);
  return s == NULL ? "" : s;
}

bool algo_testnet_assert_balance(algo_testnet_t *t, const char *who, uint64_t micro) {
  uint64_t have = algo_testnet_balance(t, who);
  return have == micro || algo_testnet_fail(t, "%s has %" PRIu64 " microAlgos, not %" PRIu64, who, have, micro);
}

bool algo_testnet_assert_holding(algo_testnet_t *t, const char *who, uint64_t asset, uint64_t amount) {
  algo_holding_t h;
  if (!algo_testnet_holding(t, who, asset, &h))
    return algo_testnet_fail(t, "%s does not hold asset %" PRIu64, who, asset);
  return h.amount == amount ||
         algo_testnet_fail(t, "%s has %" PRIu64 " of asset %" PRIu64 ", not %" PRIu64, who, h.amount, asset, amount);
}

/* `where`: "global" or whose local state it is. */
static bool same_value(algo_testnet_t *t, const char *where, uint64_t app, const char *key, bool there,
                       const algo_teal_value_t *have, const algo_teal_value_t *want) {
  if (!there)
    return algo_testnet_fail(t, "%s, %s \"%s\" is not there; it should be %s", testnet_app(t, app), where, key,
                             show_value(t, want));
  if (have->is_uint == want->is_uint && have->uint == want->uint && algo_bytes_eq(have->bytes, want->bytes))
    return true;
  return algo_testnet_fail(t, "%s, %s \"%s\" is %s, not %s", testnet_app(t, app), where, key, show_value(t, have),
                           show_value(t, want));
}

static bool assert_global(algo_testnet_t *t, uint64_t app, const char *key, const algo_teal_value_t *want) {
  algo_teal_value_t have;
  bool there = algo_testnet_global(t, app, algo_bytes_str(key), &have);
  return same_value(t, "global", app, key, there, &have, want);
}

bool algo_testnet_assert_global_uint(algo_testnet_t *t, uint64_t app, const char *key, uint64_t value) {
  return assert_global(t, app, key, &(algo_teal_value_t){.is_uint = true, .uint = value});
}

bool algo_testnet_assert_global_bytes(algo_testnet_t *t, uint64_t app, const char *key, algo_bytes_t value) {
  return assert_global(t, app, key, &(algo_teal_value_t){.bytes = value});
}

static bool assert_local(algo_testnet_t *t, const char *who, uint64_t app, const char *key,
                         const algo_teal_value_t *want) {
  algo_teal_value_t have;
  bool there = algo_testnet_local(t, who, app, algo_bytes_str(key), &have);
  return same_value(t, who, app, key, there, &have, want);
}

bool algo_testnet_assert_local_uint(algo_testnet_t *t, const char *who, uint64_t app, const char *key, uint64_t value) {
  return assert_local(t, who, app, key, &(algo_teal_value_t){.is_uint = true, .uint = value});
}

bool algo_testnet_assert_local_bytes(algo_testnet_t *t, const char *who, uint64_t app, const char *key,
                                     algo_bytes_t value) {
  return assert_local(t, who, app, key, &(algo_teal_value_t){.bytes = value});
}

bool algo_testnet_assert_box(algo_testnet_t *t, uint64_t app, algo_bytes_t name, algo_bytes_t value) {
  algo_bytes_t have;
  algo_arena_reset(&t->looked);
  if (!algo_testnet_box(t, app, name, &have))
    return algo_testnet_fail(t, "%s has no box %s", testnet_app(t, app), show(t, name));
  return algo_bytes_eq(have, value) || algo_testnet_fail(t, "%s, box %s is %s, not %s", testnet_app(t, app),
                                                         show(t, name), show(t, have), show(t, value));
}

bool algo_testnet_assert_no_box(algo_testnet_t *t, uint64_t app, algo_bytes_t name) {
  algo_bytes_t have;
  algo_arena_reset(&t->looked);
  if (algo_testnet_box(t, app, name, &have))
    return algo_testnet_fail(t, "%s has a box %s", testnet_app(t, app), show(t, name));
  return !t->blind;
}
