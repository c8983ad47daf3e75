/* The loop without a tracer. The opcodes that programs are made of are done here, with what they touch in registers, as
 * long as nothing is unusual: enough budget, enough values of the right types, room on the stack. Whatever else there
 * is goes to avm_step, which does any opcode with every check and has the texts of all failures; so a case here may
 * leave at any point before it has changed something. Versions below 8 lack some of these opcodes and run in avm_step
 * alone.
 *
 * This one function is longer than a screen: a case of the switch is what there is to read at a time. */
#include "internal.h"

#define FAST_SINCE 8u

typedef struct regs {
  avm_value_t *s;          /* behind the top of the stack */
  const uint8_t *ip;       /* the instruction */
  int64_t budget, charged; /* left; what was left when cx last knew */
} regs_t;

/* What cx must know before anything else looks at it. */
static inline void save(algo_avm_context_t *cx, regs_t *r) {
  int64_t used = r->charged - r->budget;
  cx->sp = (uint32_t)(r->s - cx->stack);
  cx->pc = (uint32_t)(r->ip - cx->prog);
  cx->cost += (uint64_t)used;
  *cx->pool -= used;
  r->charged = r->budget;
}

static inline void load(algo_avm_context_t *cx, regs_t *r) {
  r->s = cx->stack + cx->sp;
  r->ip = cx->prog + cx->pc;
  r->budget = r->charged = avm_budget_left(cx);
}

static inline bool same_value(const avm_value_t *a, const avm_value_t *b) {
  return a->is_bytes ? a->n == b->n && (a->n == 0 || memcmp(a->p, b->p, a->n) == 0) : a->u == b->u;
}

/* Where the branch at ip goes, and its length; NULL: not within the program, or the one place that is special (0). */
static inline const uint8_t *branch_to(const algo_avm_context_t *cx, const uint8_t *ip, uint32_t *size) {
  int64_t to = ip - cx->prog, offset;
  if (cx->version >= AVM_V_VARINT_BRANCH) {
    size_t left = cx->len - (size_t)to - 1;
    if (left > 0 && ip[1] < 0x80) {
      offset = (int64_t)(ip[1] >> 1) ^ -(int64_t)(ip[1] & 1);
      *size = 2;
    } else {
      int used = algo_varint_get(ip + 1, left, &offset);
      if (used <= 0 || offset > INT32_MAX || offset < INT32_MIN) return NULL;
      *size = 1 + (uint32_t)used;
    }
    to += offset < 0 ? offset : offset + *size;
  } else {
    if (cx->len - (size_t)to < 3) return NULL;
    *size = 3;
    to += 3 + (int16_t)(uint16_t)(ip[1] << 8 | ip[2]);
  }
  return to <= 0 || to > (int64_t)cx->len ? NULL : cx->prog + to;
}

/* The short forms below: v is the value i places under the top. */
#define V(i)     r.s[-1 - (i)]
#define HAVE(n)  ((size_t)(r.s - cx->stack) >= (n))
#define ROOM(n)  ((size_t)(r.s - cx->stack) + (n) <= AVM_MAX_DEPTH)
#define IMMS(n)  ((size_t)(end - r.ip) > (n))
#define UINTS2() (HAVE(2) && (V(0).is_bytes | V(1).is_bytes) == 0)
#define NEED(cond)                                                                                                     \
  if (__builtin_expect(!(cond), 0)) goto slow
#define NEXT(size)                                                                                                     \
  do {                                                                                                                 \
    r.ip += (size);                                                                                                    \
    r.budget--;                                                                                                        \
    goto next;                                                                                                         \
  } while (0)
#define BINARY(op)                                                                                                     \
  NEED(UINTS2());                                                                                                      \
  V(1) = avm_uint(V(1).u op V(0).u);                                                                                   \
  r.s--;                                                                                                               \
  NEXT(1)
#define CONSTANT(list, count, i, make, size)                                                                           \
  NEED((i) < cx->count && ROOM(1));                                                                                    \
  *r.s++ = make(cx->list[i]);                                                                                          \
  NEXT(size)
#define JUMP(test)                                                                                                     \
  {                                                                                                                    \
    uint32_t size;                                                                                                     \
    NEED(HAVE(1) && !V(0).is_bytes);                                                                                   \
    const uint8_t *to = branch_to(cx, r.ip, &size);                                                                    \
    NEED(to != NULL);                                                                                                  \
    r.budget--;                                                                                                        \
    r.s--;                                                                                                             \
    r.ip = r.s[0].u test 0 ? to : r.ip + size;                                                                         \
    goto next;                                                                                                         \
  }

/* An opcode that has its own function, called from here once its arguments are known to fit. */
#define CALL(cost, function, size)                                                                                     \
  {                                                                                                                    \
    NEED(r.budget >= (cost) && cx->heap.used <= cx->heap.limit);                                                       \
    r.budget -= (cost);                                                                                                \
    save(cx, &r);                                                                                                      \
    rc = function(cx);                                                                                                 \
    if (rc != ALGO_OK) return rc;                                                                                      \
    r.s = cx->stack + cx->sp;                                                                                          \
    r.ip += (size);                                                                                                    \
    goto next;                                                                                                         \
  }
#define BYTES2() (HAVE(2) && (V(0).is_bytes & V(1).is_bytes) != 0)

algo_code_t avm_run_fast(algo_avm_context_t *cx) {
  const uint8_t *end = cx->prog + cx->len;
  algo_code_t rc = ALGO_OK;
  regs_t r;
  load(cx, &r);
  if (cx->version < FAST_SINCE) {
    while (rc == ALGO_OK && cx->pc < cx->len) rc = avm_step(cx);
    return rc;
  }
next:
  if (r.ip >= end) {
    save(cx, &r);
    return ALGO_OK;
  }
  NEED(r.budget > 0);
  switch (*r.ip) {
  /* integers */
  case 0x08:
    NEED(UINTS2() && V(0).u <= UINT64_MAX - V(1).u);
    V(1).u += V(0).u;
    r.s--;
    NEXT(1);
  case 0x09:
    NEED(UINTS2() && V(0).u <= V(1).u);
    V(1).u -= V(0).u;
    r.s--;
    NEXT(1);
  case 0x0a:
    NEED(UINTS2() && V(0).u != 0);
    V(1).u /= V(0).u;
    r.s--;
    NEXT(1);
  case 0x0b: {
    uint64_t product;
    NEED(UINTS2() && !__builtin_mul_overflow(V(1).u, V(0).u, &product));
    V(1).u = product;
    r.s--;
    NEXT(1);
  }
  case 0x0c: BINARY(<);
  case 0x0d: BINARY(>);
  case 0x0e: BINARY(<=);
  case 0x0f: BINARY(>=);
  case 0x10: BINARY(&&);
  case 0x11: BINARY(||);
  case 0x12:
  case 0x13:
    NEED(HAVE(2) && V(0).is_bytes == V(1).is_bytes);
    V(1) = avm_uint(same_value(&V(1), &V(0)) == (*r.ip == 0x12));
    r.s--;
    NEXT(1);
  case 0x14:
    NEED(HAVE(1) && !V(0).is_bytes);
    V(0).u = V(0).u == 0;
    NEXT(1);
  case 0x18:
    NEED(UINTS2() && V(0).u != 0);
    V(1).u %= V(0).u;
    r.s--;
    NEXT(1);
  case 0x19: BINARY(|);
  case 0x1a: BINARY(&);
  case 0x1b: BINARY(^);
  case 0x1c:
    NEED(HAVE(1) && !V(0).is_bytes);
    V(0).u = ~V(0).u;
    NEXT(1);
  /* constants */
  case 0x21: NEED(IMMS(1)); CONSTANT(intc, n_intc, r.ip[1], avm_uint, 2);
  case 0x22: CONSTANT(intc, n_intc, 0u, avm_uint, 1);
  case 0x23: CONSTANT(intc, n_intc, 1u, avm_uint, 1);
  case 0x24: CONSTANT(intc, n_intc, 2u, avm_uint, 1);
  case 0x25: CONSTANT(intc, n_intc, 3u, avm_uint, 1);
  case 0x27:
  case 0x28:
  case 0x29:
  case 0x2a:
  case 0x2b: {
    NEED(*r.ip != 0x27 || IMMS(1));
    uint32_t i = *r.ip == 0x27 ? r.ip[1] : *r.ip - 0x28u;
    NEED(i < cx->n_bytec && cx->bytec[i].n <= AVM_MAX_BYTES && ROOM(1));
    *r.s++ = avm_bytesv(cx->bytec[i]);
    NEXT(*r.ip == 0x27 ? 2 : 1);
  }
  case 0x80: {
    NEED(IMMS(1) && r.ip[1] < 0x80 && IMMS(1u + r.ip[1]) && ROOM(1));
    *r.s++ = avm_bytes(r.ip + 2, r.ip[1]);
    NEXT(2 + r.ip[1]);
  }
  case 0x81: {
    uint64_t v;
    NEED(IMMS(1) && ROOM(1));
    int used = 1;
    if (r.ip[1] < 0x80) v = r.ip[1];
    else used = algo_uvarint_get(r.ip + 1, (size_t)(end - r.ip) - 1, &v);
    NEED(used > 0);
    *r.s++ = avm_uint(v);
    NEXT(1 + used);
  }
  /* the stack and scratch */
  case 0x34:
    NEED(IMMS(1) && ROOM(1));
    *r.s++ = cx->scratch[r.ip[1]];
    NEXT(2);
  case 0x35:
    NEED(IMMS(1) && HAVE(1));
    cx->scratch[r.ip[1]] = V(0);
    r.s--;
    NEXT(2);
  case 0x45:
    NEED(IMMS(1) && r.ip[1] != 0 && HAVE(r.ip[1] + 1u));
    V(r.ip[1]) = V(0);
    r.s--;
    NEXT(2);
  case 0x46:
    NEED(IMMS(1) && HAVE(r.ip[1]));
    r.s -= r.ip[1];
    NEXT(2);
  case 0x48:
    NEED(HAVE(1));
    r.s--;
    NEXT(1);
  case 0x49:
    NEED(HAVE(1) && ROOM(1));
    r.s[0] = V(0);
    r.s++;
    NEXT(1);
  case 0x4a:
    NEED(HAVE(2) && ROOM(2));
    r.s[0] = V(1);
    r.s[1] = V(0);
    r.s += 2;
    NEXT(1);
  case 0x4b:
    NEED(IMMS(1) && HAVE(r.ip[1] + 1u) && ROOM(1));
    r.s[0] = V(r.ip[1]);
    r.s++;
    NEXT(2);
  case 0x4c: {
    NEED(HAVE(2));
    avm_value_t v = V(0);
    V(0) = V(1);
    V(1) = v;
    NEXT(1);
  }
  case 0x4d:
    NEED(HAVE(3) && !V(0).is_bytes);
    if (V(0).u != 0) V(2) = V(1);
    r.s -= 2;
    NEXT(1);
  case 0x4e: {
    NEED(IMMS(1) && HAVE(r.ip[1] + 1u));
    avm_value_t v = V(0), *at = &V(r.ip[1]);
    memmove(at + 1, at, r.ip[1] * sizeof v);
    *at = v;
    NEXT(2);
  }
  case 0x4f: {
    NEED(IMMS(1) && HAVE(r.ip[1] + 1u));
    avm_value_t *at = &V(r.ip[1]), v = *at;
    memmove(at, at + 1, r.ip[1] * sizeof v);
    V(0) = v;
    NEXT(2);
  }
  /* bytes */
  case 0x15:
    NEED(HAVE(1) && V(0).is_bytes);
    V(0) = avm_uint(V(0).n);
    NEXT(1);
  case 0x16: {
    NEED(HAVE(1) && !V(0).is_bytes && cx->heap.end - cx->heap.at >= 8 && cx->heap.used <= cx->heap.limit);
    uint64_t big = __builtin_bswap64(V(0).u);
    memcpy(cx->heap.at, &big, 8);
    V(0) = avm_bytes(cx->heap.at, 8);
    cx->heap.at += 8;
    cx->heap.used += 8;
    NEXT(1);
  }
  case 0x17: {
    NEED(HAVE(1) && V(0).is_bytes && V(0).n <= 8);
    uint64_t v = 0;
    for (uint32_t i = 0; i < V(0).n; i++) v = v << 8 | V(0).p[i];
    V(0) = avm_uint(v);
    NEXT(1);
  }
  case 0x50: {
    NEED(HAVE(2) && V(0).is_bytes && V(1).is_bytes && cx->heap.used <= cx->heap.limit);
    size_t n = (size_t)V(1).n + V(0).n;
    uint8_t *p = cx->heap.at;
    NEED(n <= AVM_MAX_BYTES && (size_t)(cx->heap.end - p) >= n);
    if (V(1).n) memcpy(p, V(1).p, V(1).n);
    if (V(0).n) memcpy(p + V(1).n, V(0).p, V(0).n);
    cx->heap.at += n;
    cx->heap.used += n;
    V(1) = avm_bytes(p, n);
    r.s--;
    NEXT(1);
  }
  case 0x55:
    NEED(HAVE(2) && !V(0).is_bytes && V(1).is_bytes && V(0).u < V(1).n);
    V(1) = avm_uint(V(1).p[V(0).u]);
    r.s--;
    NEXT(1);
  case 0x57: {
    NEED(IMMS(2) && HAVE(1) && V(0).is_bytes && r.ip[1] <= V(0).n);
    uint32_t left = V(0).n - r.ip[1], n = r.ip[2] ? r.ip[2] : left;
    NEED(n <= left);
    V(0) = avm_bytes(V(0).p + r.ip[1], n);
    NEXT(3);
  }
  case 0x58:
    NEED(HAVE(3) && UINTS2() && V(2).is_bytes && V(1).u <= V(2).n && V(0).u <= V(2).n - V(1).u);
    V(2) = avm_bytes(V(2).p + V(1).u, V(0).u);
    r.s -= 2;
    NEXT(1);
  case 0x5b: {
    uint64_t v;
    NEED(HAVE(2) && !V(0).is_bytes && V(1).is_bytes && V(1).n >= 8 && V(0).u <= V(1).n - 8);
    memcpy(&v, V(1).p + V(0).u, 8);
    V(1) = avm_uint(__builtin_bswap64(v));
    r.s--;
    NEXT(1);
  }
  /* flow */
  case 0x40: JUMP(!=)
  case 0x41: JUMP(==)
  case 0x42: {
    uint32_t size;
    const uint8_t *to = branch_to(cx, r.ip, &size);
    NEED(to != NULL);
    r.budget--;
    r.ip = to;
    goto next;
  }
  case 0x44:
    NEED(HAVE(1) && !V(0).is_bytes && V(0).u != 0);
    r.s--;
    NEXT(1);
  case 0x88: {
    uint32_t size;
    const uint8_t *to = branch_to(cx, r.ip, &size);
    NEED(to != NULL && cx->n_frames < cx->level->cap_frames);
    cx->frames[cx->n_frames++] =
        (avm_frame_t){.retpc = (uint32_t)(r.ip - cx->prog) + size, .height = (uint32_t)(r.s - cx->stack)};
    if (to < end && *to == AVM_PROTO_BYTE) cx->from_callsub = true;
    r.budget--;
    r.ip = to;
    goto next;
  }
  case 0x89: {
    NEED(cx->n_frames > 0);
    const avm_frame_t *f = &cx->frames[cx->n_frames - 1];
    if (f->clear) {
      NEED((size_t)(r.s - cx->stack) >= (size_t)f->height + f->returns);
      avm_value_t *to = cx->stack + (f->height - f->args);
      memmove(to, cx->stack + f->height, f->returns * sizeof *to);
      r.s = to + f->returns;
    }
    cx->n_frames--;
    r.budget--;
    r.ip = cx->prog + f->retpc;
    goto next;
  }
  case 0x8a: {
    NEED(IMMS(2) && cx->from_callsub && HAVE(r.ip[1]));
    avm_frame_t *f = &cx->frames[cx->n_frames - 1];
    cx->from_callsub = false;
    f->clear = true;
    f->args = r.ip[1];
    f->returns = r.ip[2];
    NEXT(3);
  }
  case 0x8b:
  case 0x8c: {
    NEED(IMMS(1) && cx->n_frames > 0 && HAVE(1));
    const avm_frame_t *f = &cx->frames[cx->n_frames - 1];
    int i = (int8_t)r.ip[1];
    int64_t at = (int64_t)f->height + i, top = r.s - cx->stack - (*r.ip == 0x8c);
    NEED(!(f->clear && -i > f->args) && at >= 0 && at < top && ROOM(1));
    if (*r.ip == 0x8b) *r.s++ = cx->stack[at];
    else cx->stack[at] = *--r.s;
    NEXT(2);
  }
  /* byte math */
  case 0xa0: NEED(BYTES2()); CALL(10, avm_op_bplus, 1)
  case 0xa1: NEED(BYTES2()); CALL(10, avm_op_bminus, 1)
  case 0xa2: NEED(BYTES2()); CALL(20, avm_op_bdiv, 1)
  case 0xa3: NEED(BYTES2()); CALL(20, avm_op_bmul, 1)
  case 0xa4: NEED(BYTES2()); CALL(1, avm_op_blt, 1)
  case 0xa5: NEED(BYTES2()); CALL(1, avm_op_bgt, 1)
  case 0xa6: NEED(BYTES2()); CALL(1, avm_op_ble, 1)
  case 0xa7: NEED(BYTES2()); CALL(1, avm_op_bge, 1)
  case 0xa8: NEED(BYTES2()); CALL(1, avm_op_beq, 1)
  case 0xaa: NEED(BYTES2()); CALL(20, avm_op_bmod, 1)
  /* fields, but for the programs, which may be longer than a value may be */
  case 0x31:
    NEED(IMMS(1) && ROOM(1) && r.ip[1] != ALGO_F_TXN_ApprovalProgram && r.ip[1] != ALGO_F_TXN_ClearStateProgram);
    CALL(1, avm_op_txn, 2)
  case 0x32: NEED(IMMS(1) && ROOM(1)); CALL(1, avm_op_global, 2)
  default: break;
  }
slow:
  save(cx, &r);
  rc = avm_step(cx);
  if (rc != ALGO_OK) return rc;
  load(cx, &r);
  goto next;
}
