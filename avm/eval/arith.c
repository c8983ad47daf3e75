/* Integer arithmetic, comparison, logic. */
#include "internal.h"

algo_code_t avm_op_plus(algo_avm_context_t *cx) {
  avm_value_t *a = avm_top(cx, 1), *b = avm_top(cx, 0);
  uint64_t v;
  if (__builtin_add_overflow(a->u, b->u, &v)) return avm_fail(cx, "+ overflowed");
  a->u = v;
  cx->sp--;
  return ALGO_OK;
}

algo_code_t avm_op_minus(algo_avm_context_t *cx) {
  avm_value_t *a = avm_top(cx, 1), *b = avm_top(cx, 0);
  if (b->u > a->u) return avm_fail(cx, "- would result negative");
  a->u -= b->u;
  cx->sp--;
  return ALGO_OK;
}

algo_code_t avm_op_div(algo_avm_context_t *cx) {
  avm_value_t *a = avm_top(cx, 1), *b = avm_top(cx, 0);
  if (b->u == 0) return avm_fail(cx, "/ 0");
  a->u /= b->u;
  cx->sp--;
  return ALGO_OK;
}

algo_code_t avm_op_mod(algo_avm_context_t *cx) {
  avm_value_t *a = avm_top(cx, 1), *b = avm_top(cx, 0);
  if (b->u == 0) return avm_fail(cx, "%% 0");
  a->u %= b->u;
  cx->sp--;
  return ALGO_OK;
}

algo_code_t avm_op_mul(algo_avm_context_t *cx) {
  avm_value_t *a = avm_top(cx, 1), *b = avm_top(cx, 0);
  uint64_t v;
  if (__builtin_mul_overflow(a->u, b->u, &v)) return avm_fail(cx, "* overflowed");
  a->u = v;
  cx->sp--;
  return ALGO_OK;
}

#define COMPARE(name, op)                                                                                              \
  algo_code_t avm_op_##name(algo_avm_context_t *cx) {                                                                  \
    avm_value_t *a = avm_top(cx, 1), *b = avm_top(cx, 0);                                                              \
    *a = avm_uint(a->u op b->u);                                                                                       \
    cx->sp--;                                                                                                          \
    return ALGO_OK;                                                                                                    \
  }
COMPARE(lt, <)
COMPARE(gt, >)
COMPARE(le, <=)
COMPARE(ge, >=)
COMPARE(and, &&)
COMPARE(or, ||)
COMPARE(bitor, |)
COMPARE(bitand, &)
COMPARE(bitxor, ^)
#undef COMPARE

static algo_code_t equal(algo_avm_context_t *cx, bool want) {
  avm_value_t *a = avm_top(cx, 1), *b = avm_top(cx, 0);
  if (a->is_bytes != b->is_bytes) return avm_fail(cx, "cannot compare (%s to %s)", avm_type_name(a), avm_type_name(b));
  bool same = a->is_bytes ? algo_bytes_eq(avm_view(a), avm_view(b)) : a->u == b->u;
  *a = avm_uint(same == want);
  cx->sp--;
  return ALGO_OK;
}
algo_code_t avm_op_eq(algo_avm_context_t *cx) { return equal(cx, true); }
algo_code_t avm_op_neq(algo_avm_context_t *cx) { return equal(cx, false); }

algo_code_t avm_op_not(algo_avm_context_t *cx) {
  avm_value_t *a = avm_top(cx, 0);
  *a = avm_uint(a->u == 0);
  return ALGO_OK;
}

algo_code_t avm_op_bitnot(algo_avm_context_t *cx) {
  avm_top(cx, 0)->u ^= UINT64_MAX;
  return ALGO_OK;
}

__extension__ typedef unsigned __int128 u128;

algo_code_t avm_op_mulw(algo_avm_context_t *cx) {
  avm_value_t *a = avm_top(cx, 1), *b = avm_top(cx, 0);
  u128 r = (u128)a->u * b->u;
  a->u = (uint64_t)(r >> 64);
  b->u = (uint64_t)r;
  return ALGO_OK;
}

algo_code_t avm_op_addw(algo_avm_context_t *cx) {
  avm_value_t *a = avm_top(cx, 1), *b = avm_top(cx, 0);
  a->u = __builtin_add_overflow(a->u, b->u, &b->u);
  return ALGO_OK;
}

algo_code_t avm_op_divmodw(algo_avm_context_t *cx) {
  avm_value_t *v = avm_top(cx, 3);
  u128 num = (u128)v[0].u << 64 | v[1].u, den = (u128)v[2].u << 64 | v[3].u;
  if (den == 0) return avm_fail(cx, "/ 0");
  u128 quo = num / den, rem = num % den;
  v[0].u = (uint64_t)(quo >> 64);
  v[1].u = (uint64_t)quo;
  v[2].u = (uint64_t)(rem >> 64);
  v[3].u = (uint64_t)rem;
  return ALGO_OK;
}

algo_code_t avm_op_divw(algo_avm_context_t *cx) {
  avm_value_t *v = avm_top(cx, 2);
  if (v[2].u == 0) return avm_fail(cx, "divw 0");
  if (v[2].u <= v[0].u)
    return avm_fail(cx, "divw overflow: %llu <= %llu", (unsigned long long)v[2].u, (unsigned long long)v[0].u);
  v[0].u = (uint64_t)(((u128)v[0].u << 64 | v[1].u) / v[2].u);
  cx->sp -= 2;
  return ALGO_OK;
}

algo_code_t avm_op_shl(algo_avm_context_t *cx) {
  avm_value_t *a = avm_top(cx, 1), *b = avm_top(cx, 0);
  if (b->u > 63) return avm_fail(cx, "shl arg too big, (%llu)", (unsigned long long)b->u);
  a->u <<= b->u;
  cx->sp--;
  return ALGO_OK;
}

algo_code_t avm_op_shr(algo_avm_context_t *cx) {
  avm_value_t *a = avm_top(cx, 1), *b = avm_top(cx, 0);
  if (b->u > 63) return avm_fail(cx, "shr arg too big, (%llu)", (unsigned long long)b->u);
  a->u >>= b->u;
  cx->sp--;
  return ALGO_OK;
}

algo_code_t avm_op_sqrt(algo_avm_context_t *cx) {
  avm_value_t *a = avm_top(cx, 0);
  uint64_t left = a->u, rem = 0, root = 0;
  for (int i = 0; i < 32; i++) { /* two bits at a time */
    root <<= 1;
    rem = rem << 2 | left >> 62;
    left <<= 2;
    if (root < rem) {
      rem -= root | 1;
      root += 2;
    }
  }
  a->u = root >> 1;
  return ALGO_OK;
}

static unsigned bit_length(uint64_t v) { return v == 0 ? 0 : 64 - (unsigned)__builtin_clzll(v); }

algo_code_t avm_op_bitlen(algo_avm_context_t *cx) {
  avm_value_t *a = avm_top(cx, 0);
  uint64_t bits = 0;
  if (!a->is_bytes) {
    bits = bit_length(a->u);
  } else {
    for (uint32_t i = 0; i < a->n; i++) {
      if (a->p[i] == 0) continue;
      bits = bit_length(a->p[i]) + 8u * (uint64_t)(a->n - i - 1);
      break;
    }
  }
  *a = avm_uint(bits);
  return ALGO_OK;
}

/* base^exp below 2^bits; false: it does not fit. Base and exponent are at least 1. */
static bool power(uint64_t base, uint64_t exp, unsigned bits, u128 *out) {
  u128 answer = base;
  for (uint64_t i = 1; i < exp; i++) {
    if (bits == 64) {
      answer *= base;
      if (answer >> 64) return false;
    } else if (__builtin_mul_overflow(answer, (u128)base, &answer)) {
      return false;
    }
  }
  *out = answer;
  return true;
}

static algo_code_t exponent(algo_avm_context_t *cx, uint64_t base, uint64_t exp, unsigned bits, u128 *out) {
  if (base == 0 && exp == 0) return avm_fail(cx, "0^0 is undefined");
  *out = base == 0 ? 0 : 1;
  if (base == 0 || exp == 0 || base == 1) return ALGO_OK;
  if (exp >= bits || !power(base, exp, bits, out))
    return avm_fail(cx, "%llu^%llu overflow", (unsigned long long)base, (unsigned long long)exp);
  return ALGO_OK;
}

algo_code_t avm_op_exp(algo_avm_context_t *cx) {
  avm_value_t *a = avm_top(cx, 1), *b = avm_top(cx, 0);
  u128 r = 0;
  algo_code_t rc = exponent(cx, a->u, b->u, 64, &r);
  if (rc != ALGO_OK) return rc;
  a->u = (uint64_t)r;
  cx->sp--;
  return ALGO_OK;
}

algo_code_t avm_op_expw(algo_avm_context_t *cx) {
  avm_value_t *a = avm_top(cx, 1), *b = avm_top(cx, 0);
  u128 r = 0;
  algo_code_t rc = exponent(cx, a->u, b->u, 128, &r);
  if (rc != ALGO_OK) return rc;
  a->u = (uint64_t)(r >> 64);
  b->u = (uint64_t)r;
  return ALGO_OK;
}
