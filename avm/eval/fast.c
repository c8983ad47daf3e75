/* The loop without a tracer. The opcodes that programs are made of are done here, with what they touch in registers, as
 * long as nothing is unusual: enough budget, enough values of the right types, room on the stack. Whatever else there
 * is goes to avm_step, which does any opcode with every check and has the texts of all failures; so a function here may
 * give up at any point before it has changed something. Versions below 8 lack some of these opcodes and run in avm_step
 * alone. All is inlined into one loop: only then do the registers stay registers. */
#include "internal.h"

#define FAST_SINCE 8u
#define INLINE     static inline __attribute__((always_inline))

typedef struct regs {
  avm_value_t *s;          /* behind the top of the stack */
  const uint8_t *ip;       /* the instruction */
  const uint8_t *end;      /* of the program */
  int64_t budget, charged; /* left; what was left when cx last knew */
  algo_code_t rc;          /* of a function that failed */
} regs_t;

/* Whether an opcode was done; FAILED only by a function called. */
enum { UNUSUAL = false, DONE = true, FAILED };

/* What cx must know before anything else looks at it. */
INLINE void save(algo_avm_context_t *cx, regs_t *r) {
  int64_t used = r->charged - r->budget;
  cx->sp = (uint32_t)(r->s - cx->stack);
  cx->pc = (uint32_t)(r->ip - cx->prog);
  cx->cost += (uint64_t)used;
  *cx->pool -= used;
  r->charged = r->budget;
}

INLINE void load(algo_avm_context_t *cx, regs_t *r) {
  r->s = cx->stack + cx->sp;
  r->ip = cx->prog + cx->pc;
  r->end = cx->prog + cx->len;
  r->budget = r->charged = avm_budget_left(cx);
}

INLINE bool same_value(const avm_value_t *a, const avm_value_t *b) {
  return a->is_bytes ? a->n == b->n && (a->n == 0 || memcmp(a->p, b->p, a->n) == 0) : a->u == b->u;
}

/* Where the branch at ip goes, and its length; NULL: not within the program, or the one place that is special (0). */
INLINE const uint8_t *branch_to(const algo_avm_context_t *cx, const uint8_t *ip, uint32_t *size) {
  int64_t to = ip - cx->prog, offset;
  if (cx->version >= AVM_V_VARINT_BRANCH) {
    size_t left = cx->len - (size_t)to - 1;
    if (left > 1 && (ip[1] < 0x80 || ip[2] < 0x80)) { /* nearly all: one byte or two */
      uint32_t wide = ip[1] >> 7, u = (ip[1] & 0x7fu) | (wide ? (uint32_t)ip[2] << 7 : 0);
      offset = (int64_t)(u >> 1) ^ -(int64_t)(u & 1);
      *size = 2 + wide;
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
#define V(i)     r->s[-1 - (i)]
#define HAVE(n)  ((size_t)(r->s - cx->stack) >= (n))
#define ROOM(n)  ((size_t)(r->s - cx->stack) + (n) <= AVM_MAX_DEPTH)
#define IMMS(n)  ((size_t)(r->end - r->ip) > (n))
#define IMM(i)   r->ip[i]
#define UINT1()  (HAVE(1) && !V(0).is_bytes)
#define UINTS2() (HAVE(2) && (V(0).is_bytes | V(1).is_bytes) == 0)
#define BYTES2() (HAVE(2) && (V(0).is_bytes & V(1).is_bytes) != 0)
#define NEED(cond)                                                                                                     \
  if (__builtin_expect(!(cond), 0)) return false
/* One opcode: true when it was done. */
#define FAST(name) INLINE bool name(algo_avm_context_t *cx, regs_t *r)

INLINE bool done(regs_t *r, uint32_t size) {
  r->ip += size;
  r->budget--;
  return true;
}

INLINE bool jump(regs_t *r, const uint8_t *to) {
  r->ip = to;
  r->budget--;
  return true;
}

INLINE bool push(algo_avm_context_t *cx, regs_t *r, avm_value_t v, uint32_t size) {
  NEED(ROOM(1));
  *r->s++ = v;
  return done(r, size);
}

/* ---- integers ---- */

#define BINARY(name, op)                                                                                               \
  FAST(name) {                                                                                                         \
    NEED(UINTS2());                                                                                                    \
    V(1) = avm_uint(V(1).u op V(0).u);                                                                                 \
    r->s--;                                                                                                            \
    return done(r, 1);                                                                                                 \
  }
#define CHECKED(name, cond, op)                                                                                        \
  FAST(name) {                                                                                                         \
    NEED(UINTS2() && (cond));                                                                                          \
    V(1).u = V(1).u op V(0).u;                                                                                         \
    r->s--;                                                                                                            \
    return done(r, 1);                                                                                                 \
  }
BINARY(lt, <)
BINARY(gt, >)
BINARY(le, <=)
BINARY(ge, >=)
BINARY(and, &&)
BINARY(or, ||)
BINARY(bitor, |)
BINARY(bitand, &)
BINARY(bitxor, ^)
CHECKED(plus, V(0).u <= UINT64_MAX - V(1).u, +)
CHECKED(minus, V(0).u <= V(1).u, -)
CHECKED(divide, V(0).u != 0, /)
CHECKED(modulo, V(0).u != 0, %)

FAST(times) {
  uint64_t product;
  NEED(UINTS2() && !__builtin_mul_overflow(V(1).u, V(0).u, &product));
  V(1).u = product;
  r->s--;
  return done(r, 1);
}

FAST(equal) { /* and unequal */
  NEED(HAVE(2) && V(0).is_bytes == V(1).is_bytes);
  V(1) = avm_uint(same_value(&V(1), &V(0)) == (IMM(0) == 0x12));
  r->s--;
  return done(r, 1);
}

FAST(not ) {
  NEED(UINT1());
  V(0).u = V(0).u == 0;
  return done(r, 1);
}

FAST(bitnot) {
  NEED(UINT1());
  V(0).u = ~V(0).u;
  return done(r, 1);
}

/* ---- constants ---- */

INLINE bool intc(algo_avm_context_t *cx, regs_t *r, uint32_t i, uint32_t size) {
  NEED(i < cx->n_intc);
  return push(cx, r, avm_uint(cx->intc[i]), size);
}

INLINE bool bytec(algo_avm_context_t *cx, regs_t *r, uint32_t i, uint32_t size) {
  NEED(i < cx->n_bytec && cx->bytec[i].n <= AVM_MAX_BYTES);
  return push(cx, r, avm_bytesv(cx->bytec[i]), size);
}

FAST(intc_n) { return IMMS(1) && intc(cx, r, IMM(1), 2); }
FAST(bytec_n) { return IMMS(1) && bytec(cx, r, IMM(1), 2); }

FAST(pushbytes) {
  NEED(IMMS(1) && IMM(1) < 0x80 && IMMS(1u + IMM(1)));
  return push(cx, r, avm_bytes(r->ip + 2, IMM(1)), 2u + IMM(1));
}

FAST(pushint) {
  uint64_t v;
  NEED(IMMS(1));
  if (IMM(1) < 0x80) return push(cx, r, avm_uint(IMM(1)), 2);
  int used = algo_uvarint_get(r->ip + 1, (size_t)(r->end - r->ip) - 1, &v);
  return used > 0 && push(cx, r, avm_uint(v), 1 + (uint32_t)used);
}

/* ---- the stack and scratch ---- */

FAST(load_slot) { return IMMS(1) && push(cx, r, cx->scratch[IMM(1)], 2); }

FAST(store_slot) {
  NEED(IMMS(1) && HAVE(1));
  cx->scratch[IMM(1)] = *--r->s;
  return done(r, 2);
}

FAST(bury) {
  NEED(IMMS(1) && IMM(1) != 0 && HAVE(IMM(1) + 1u));
  V(IMM(1)) = V(0);
  r->s--;
  return done(r, 2);
}

FAST(popn) {
  NEED(IMMS(1) && HAVE(IMM(1)));
  r->s -= IMM(1);
  return done(r, 2);
}

FAST(pop) {
  NEED(HAVE(1));
  r->s--;
  return done(r, 1);
}

FAST(dup) { return HAVE(1) && push(cx, r, V(0), 1); }

FAST(dup2) {
  NEED(HAVE(2) && ROOM(2));
  r->s[0] = V(1);
  r->s[1] = V(0);
  r->s += 2;
  return done(r, 1);
}

FAST(dig) { return IMMS(1) && HAVE(IMM(1) + 1u) && push(cx, r, V(IMM(1)), 2); }

FAST(swap) {
  NEED(HAVE(2));
  avm_value_t v = V(0);
  V(0) = V(1);
  V(1) = v;
  return done(r, 1);
}

FAST(choose) {
  NEED(HAVE(3) && !V(0).is_bytes);
  if (V(0).u != 0) V(2) = V(1);
  r->s -= 2;
  return done(r, 1);
}

FAST(cover) {
  NEED(IMMS(1) && HAVE(IMM(1) + 1u));
  avm_value_t v = V(0), *at = &V(IMM(1));
  memmove(at + 1, at, IMM(1) * sizeof v);
  *at = v;
  return done(r, 2);
}

FAST(uncover) {
  NEED(IMMS(1) && HAVE(IMM(1) + 1u));
  avm_value_t *at = &V(IMM(1)), v = *at;
  memmove(at, at + 1, IMM(1) * sizeof v);
  V(0) = v;
  return done(r, 2);
}

/* ---- bytes ---- */

/* Room for n bytes where the heap has it at hand; NULL: avm_step makes some, and tidies up when it is time. */
static inline uint8_t *at_hand(algo_avm_context_t *cx, size_t n) {
  avm_heap_t *h = &cx->heap;
  if (n > AVM_MAX_BYTES || (size_t)(h->end - h->at) < n) return NULL;
  uint8_t *p = h->at;
  h->at += n;
  return p;
}

FAST(length) {
  NEED(HAVE(1) && V(0).is_bytes);
  V(0) = avm_uint(V(0).n);
  return done(r, 1);
}

FAST(itob) {
  NEED(UINT1());
  uint8_t *p = at_hand(cx, 8);
  NEED(p != NULL);
  algo_put_be64(p, V(0).u);
  V(0) = avm_bytes(p, 8);
  return done(r, 1);
}

FAST(btoi) {
  uint64_t v = 0;
  NEED(HAVE(1) && V(0).is_bytes && V(0).n <= 8);
  if (V(0).n == 8) v = algo_get_be64(V(0).p);
  else
    for (uint32_t i = 0; i < V(0).n; i++) v = v << 8 | V(0).p[i];
  V(0) = avm_uint(v);
  return done(r, 1);
}

FAST(concat) {
  NEED(BYTES2());
  size_t n = (size_t)V(1).n + V(0).n;
  uint8_t *p = at_hand(cx, n);
  NEED(p != NULL);
  if (V(1).n) memcpy(p, V(1).p, V(1).n);
  if (V(0).n) memcpy(p + V(1).n, V(0).p, V(0).n);
  V(1) = avm_bytes(p, n);
  r->s--;
  return done(r, 1);
}

FAST(getbyte) {
  NEED(HAVE(2) && !V(0).is_bytes && V(1).is_bytes && V(0).u < V(1).n);
  V(1) = avm_uint(V(1).p[V(0).u]);
  r->s--;
  return done(r, 1);
}

FAST(extract) {
  NEED(IMMS(2) && HAVE(1) && V(0).is_bytes && IMM(1) <= V(0).n);
  uint32_t left = V(0).n - IMM(1), n = IMM(2) ? IMM(2) : left;
  NEED(n <= left);
  V(0) = avm_bytes(V(0).p + IMM(1), n);
  return done(r, 3);
}

FAST(extract3) {
  NEED(HAVE(3) && UINTS2() && V(2).is_bytes && V(1).u <= V(2).n && V(0).u <= V(2).n - V(1).u);
  V(2) = avm_bytes(V(2).p + V(1).u, V(0).u);
  r->s -= 2;
  return done(r, 1);
}

FAST(extract_uint64) {
  NEED(HAVE(2) && !V(0).is_bytes && V(1).is_bytes && V(1).n >= 8 && V(0).u <= V(1).n - 8);
  V(1) = avm_uint(algo_get_be64(V(1).p + V(0).u));
  r->s--;
  return done(r, 1);
}

/* ---- flow ---- */

INLINE bool branch_if(algo_avm_context_t *cx, regs_t *r, bool zero) {
  uint32_t size;
  NEED(UINT1());
  const uint8_t *to = branch_to(cx, r->ip, &size);
  NEED(to != NULL);
  r->s--;
  return jump(r, (r->s->u == 0) == zero ? to : r->ip + size);
}
FAST(bnz) { return branch_if(cx, r, false); }
FAST(bz) { return branch_if(cx, r, true); }

FAST(b) {
  uint32_t size;
  const uint8_t *to = branch_to(cx, r->ip, &size);
  return to != NULL && jump(r, to);
}

FAST(assert_) {
  NEED(UINT1() && V(0).u != 0);
  r->s--;
  return done(r, 1);
}

FAST(callsub) {
  uint32_t size;
  const uint8_t *to = branch_to(cx, r->ip, &size);
  NEED(to != NULL && cx->n_frames < cx->level->cap_frames);
  cx->frames[cx->n_frames++] =
      (avm_frame_t){.retpc = (uint32_t)(r->ip - cx->prog) + size, .height = (uint32_t)(r->s - cx->stack)};
  if (to < r->end && *to == AVM_PROTO_BYTE) cx->from_callsub = true;
  return jump(r, to);
}

FAST(retsub) {
  NEED(cx->n_frames > 0);
  const avm_frame_t *f = &cx->frames[cx->n_frames - 1];
  if (f->clear) {
    NEED(HAVE((size_t)f->height + f->returns));
    avm_value_t *to = cx->stack + (f->height - f->args);
    for (uint32_t i = 0; i < f->returns; i++) to[i] = cx->stack[f->height + i]; /* downwards */
    r->s = to + f->returns;
  }
  cx->n_frames--;
  return jump(r, cx->prog + f->retpc);
}

FAST(proto) {
  NEED(IMMS(2) && cx->from_callsub && HAVE(IMM(1)));
  avm_frame_t *f = &cx->frames[cx->n_frames - 1];
  cx->from_callsub = false;
  f->clear = true;
  f->args = IMM(1);
  f->returns = IMM(2);
  return done(r, 3);
}

FAST(frame) { /* frame_dig and frame_bury */
  NEED(IMMS(1) && cx->n_frames > 0 && HAVE(1) && ROOM(1));
  const avm_frame_t *f = &cx->frames[cx->n_frames - 1];
  bool put = IMM(0) == 0x8c;
  int i = (int8_t)IMM(1);
  int64_t at = (int64_t)f->height + i, top = r->s - cx->stack - put;
  NEED(!(f->clear && -i > f->args) && at >= 0 && at < top);
  if (put) cx->stack[at] = *--r->s;
  else *r->s++ = cx->stack[at];
  return done(r, 2);
}

/* ---- opcodes with functions of their own, called once their arguments are known to fit ---- */

INLINE int call(algo_avm_context_t *cx, regs_t *r, int64_t cost, avm_op_fn function, uint32_t size) {
  NEED(r->budget >= cost && cx->heap.used <= cx->heap.limit);
  r->budget -= cost;
  save(cx, r);
  r->rc = function(cx);
  if (r->rc != ALGO_OK) return FAILED;
  r->s = cx->stack + cx->sp;
  r->ip += size;
  return DONE;
}

/* Fields, but for the programs, which may be longer than a value may be. */
FAST(plain_field) {
  return IMMS(1) && ROOM(1) && IMM(1) != ALGO_F_TXN_ApprovalProgram && IMM(1) != ALGO_F_TXN_ClearStateProgram;
}

/* One opcode, when it is one of these and nothing is unusual. */
INLINE int fast_step(algo_avm_context_t *cx, regs_t *r) {
  switch (*r->ip) {
  case 0x08: return plus(cx, r);
  case 0x09: return minus(cx, r);
  case 0x0a: return divide(cx, r);
  case 0x0b: return times(cx, r);
  case 0x0c: return lt(cx, r);
  case 0x0d: return gt(cx, r);
  case 0x0e: return le(cx, r);
  case 0x0f: return ge(cx, r);
  case 0x10: return and(cx, r);
  case 0x11: return or (cx, r);
  case 0x12: return equal(cx, r);
  case 0x13: return equal(cx, r);
  case 0x14: return not(cx, r);
  case 0x15: return length(cx, r);
  case 0x16: return itob(cx, r);
  case 0x17: return btoi(cx, r);
  case 0x18: return modulo(cx, r);
  case 0x19: return bitor (cx, r);
  case 0x1a: return bitand(cx, r);
  case 0x1b: return bitxor(cx, r);
  case 0x1c: return bitnot(cx, r);
  case 0x21: return intc_n(cx, r);
  case 0x22: return intc(cx, r, 0, 1);
  case 0x23: return intc(cx, r, 1, 1);
  case 0x24: return intc(cx, r, 2, 1);
  case 0x25: return intc(cx, r, 3, 1);
  case 0x27: return bytec_n(cx, r);
  case 0x28: return bytec(cx, r, 0, 1);
  case 0x29: return bytec(cx, r, 1, 1);
  case 0x2a: return bytec(cx, r, 2, 1);
  case 0x2b: return bytec(cx, r, 3, 1);
  case 0x31: return plain_field(cx, r) ? call(cx, r, 1, avm_op_txn, 2) : UNUSUAL;
  case 0x32: return IMMS(1) && ROOM(1) ? call(cx, r, 1, avm_op_global, 2) : UNUSUAL;
  case 0x34: return load_slot(cx, r);
  case 0x35: return store_slot(cx, r);
  case 0x40: return bnz(cx, r);
  case 0x41: return bz(cx, r);
  case 0x42: return b(cx, r);
  case 0x44: return assert_(cx, r);
  case 0x45: return bury(cx, r);
  case 0x46: return popn(cx, r);
  case 0x48: return pop(cx, r);
  case 0x49: return dup(cx, r);
  case 0x4a: return dup2(cx, r);
  case 0x4b: return dig(cx, r);
  case 0x4c: return swap(cx, r);
  case 0x4d: return choose(cx, r);
  case 0x4e: return cover(cx, r);
  case 0x4f: return uncover(cx, r);
  case 0x50: return concat(cx, r);
  case 0x55: return getbyte(cx, r);
  case 0x57: return extract(cx, r);
  case 0x58: return extract3(cx, r);
  case 0x5b: return extract_uint64(cx, r);
  case 0x80: return pushbytes(cx, r);
  case 0x81: return pushint(cx, r);
  case 0x88: return callsub(cx, r);
  case 0x89: return retsub(cx, r);
  case 0x8a: return proto(cx, r);
  case 0x8b: return frame(cx, r);
  case 0x8c: return frame(cx, r);
  case 0xa0: return BYTES2() ? call(cx, r, 10, avm_op_bplus, 1) : UNUSUAL;
  case 0xa1: return BYTES2() ? call(cx, r, 10, avm_op_bminus, 1) : UNUSUAL;
  case 0xa2: return BYTES2() ? call(cx, r, 20, avm_op_bdiv, 1) : UNUSUAL;
  case 0xa3: return BYTES2() ? call(cx, r, 20, avm_op_bmul, 1) : UNUSUAL;
  case 0xa4: return BYTES2() ? call(cx, r, 1, avm_op_blt, 1) : UNUSUAL;
  case 0xa5: return BYTES2() ? call(cx, r, 1, avm_op_bgt, 1) : UNUSUAL;
  case 0xa6: return BYTES2() ? call(cx, r, 1, avm_op_ble, 1) : UNUSUAL;
  case 0xa7: return BYTES2() ? call(cx, r, 1, avm_op_bge, 1) : UNUSUAL;
  case 0xa8: return BYTES2() ? call(cx, r, 1, avm_op_beq, 1) : UNUSUAL;
  case 0xaa: return BYTES2() ? call(cx, r, 20, avm_op_bmod, 1) : UNUSUAL;
  default: return UNUSUAL;
  }
}

algo_code_t avm_run_fast(algo_avm_context_t *cx) {
  algo_code_t rc = ALGO_OK;
  regs_t regs, *r = &regs;
  while (cx->version < FAST_SINCE && rc == ALGO_OK && cx->pc < cx->len) rc = avm_step(cx);
  if (cx->version < FAST_SINCE) return rc;
  load(cx, r);
  while (r->ip < r->end) {
    int how = r->budget > 0 ? fast_step(cx, r) : UNUSUAL;
    if (how == DONE) continue;
    if (how == FAILED) return r->rc;
    save(cx, r);
    rc = avm_step(cx);
    if (rc != ALGO_OK) return rc;
    load(cx, r);
  }
  save(cx, r);
  return ALGO_OK;
}
