/* The end of an assembly: constants get their places, branches their sizes and offsets, the program its salt. */
#include <stdlib.h>

#include "asm_internal.h"

#define OPTIMIZE_SINCE ALGO_AVM_BACK_BRANCH_VERSION
#define SALTS          128u

static bool optimizes(const asm_t *a, const constants_t *c) { return a->version >= OPTIMIZE_SINCE && c->blocks == 0; }

typedef struct ranked {
  uint32_t uses, index;
} ranked_t;

static int by_uses(const void *x, const void *y) {
  const ranked_t *p = x, *q = y;
  if (p->uses != q->uses) return p->uses > q->uses ? -1 : 1;
  return p->index < q->index ? -1 : 1;
}

/* Ranks constants by how often they are used, first used first among equals. Returns how many stay in the block. */
static uint32_t rank_constants(asm_t *a, constants_t *c) {
  ranked_t *order = algo_arena_array(a->arena, c->n + 1, sizeof *order);
  if (order == NULL) {
    a->oom = true;
    return 0;
  }
  uint32_t kept = 0;
  for (uint32_t i = 0; i < c->n; i++)
    if (c->v[i].uses > 1) order[kept++] = (ranked_t){c->v[i].uses, i};
  qsort(order, kept, sizeof *order, by_uses);
  uint32_t rank = kept;
  for (uint32_t i = 0; i < kept; i++) c->v[order[i].index].rank = i;
  for (uint32_t i = 0; i < c->n; i++) /* the others, most of a program's, stand in their order already */
    if (c->v[i].uses <= 1) c->v[i].rank = rank++;
  return kept;
}

/* A load that could not be written (the 257th constant): what stands in its place is blamed, as the node does. */
static void blame_unwritten(asm_t *a, fix_kind_t kind) {
  uint8_t first = kind == FIX_INT ? 0x21 : 0x27;
  for (size_t i = 0; i < a->n_fixes; i++) {
    const fix_t *f = &a->fixes[i];
    if (f->kind != kind || f->old_len != 0 || f->pos >= a->n_code) continue;
    uint8_t there = a->code[f->pos];
    if (there >= first && there <= first + 4) continue;
    for (size_t j = 0; j < a->n_locs; j++) {
      const location_t *l = &a->locs[j];
      if (l->pos != f->pos || (j + 1 < a->n_locs && a->locs[j + 1].pos == f->pos)) continue;
      asm_error_at(a, l->line, l->col, "unexpected op at %sReference: %u", kind == FIX_INT ? "int" : "byte",
                   (uint64_t)there);
    }
    return;
  }
}

static uint32_t uvarint_len(uint64_t v) {
  uint32_t n = 1;
  while (v >= 0x80) v >>= 7, n++;
  return n;
}

static void size_constants(asm_t *a, constants_t *c, fix_kind_t kind) {
  if (!optimizes(a, c) || c->n == 0) return;
  if (c->n > 256) {
    blame_unwritten(a, kind);
    return;
  }
  c->kept = rank_constants(a, c);
  for (size_t i = 0; i < a->n_fixes; i++) {
    fix_t *f = &a->fixes[i];
    if (f->kind != kind) continue;
    const constant_t *k = &c->v[f->index];
    if (k->uses == 1) {
      f->new_len = kind == FIX_INT ? 1 + uvarint_len(k->value) : 1 + uvarint_len(k->text.n) + (uint32_t)k->text.n;
    } else {
      f->new_len = k->rank < 4 ? 1 : 2;
    }
  }
}

/* shift[i]: how far what follows i fixes has moved. */
static void find_shifts(const asm_t *a, int64_t *shift) {
  shift[0] = 0;
  for (size_t i = 0; i < a->n_fixes; i++) {
    shift[i + 1] = shift[i] + (int64_t)a->fixes[i].new_len - (int64_t)a->fixes[i].old_len;
  }
}

static label_t *label_of(asm_t *a, tok_t name) {
  uint32_t *i = names_find(&a->label_names, name.s, name.n);
  return i != NULL ? &a->labels[*i] : NULL;
}

typedef struct place {      /* a ref as things stand: pcs without the program's head */
  int64_t dest, start, end; /* start: of a varint branch's opcode */
} place_t;

static place_t place_of(const asm_t *a, const ref_t *r, const label_t *l, const int64_t *shift) {
  place_t p = {l->pos + shift[l->fix], r->pos - 1 + shift[r->fix], r->end + shift[r->fix]};
  if (r->varint) p.end = p.start + 1 + a->fixes[r->fix].new_len;
  return p;
}

/* From the end when it goes forward, from the start when a varint branch goes back. */
static int64_t jump_of(const ref_t *r, place_t p) {
  return r->varint && p.dest < p.start ? p.dest - p.start : p.dest - p.end;
}

static uint32_t varint_len(int64_t v) { return uvarint_len((uint64_t)v << 1 ^ (uint64_t)(v < 0 ? -1 : 0)); }

/* Each round takes all offsets as they are and gives them the bytes they need, until none shrinks. */
static void size_branches(asm_t *a, int64_t *shift) {
  bool shrunk;
  do {
    shrunk = false;
    find_shifts(a, shift);
    for (size_t i = 0; i < a->n_refs; i++) {
      const ref_t *r = &a->refs[i];
      const label_t *l = r->varint ? label_of(a, r->label) : NULL;
      if (l == NULL || l->pos == NO_POS) continue;
      place_t p = place_of(a, r, l, shift);
      if (p.dest == p.start) continue;
      uint32_t need = varint_len(jump_of(r, p));
      a->refs[i].need = need < a->fixes[r->fix].new_len ? need : 0;
      shrunk = shrunk || a->refs[i].need != 0;
    }
    for (size_t i = 0; shrunk && i < a->n_refs; i++) {
      if (a->refs[i].need == 0) continue;
      a->fixes[a->refs[i].fix].new_len = a->refs[i].need;
      a->refs[i].need = 0;
    }
  } while (shrunk);
}

/* Label errors once for each name that is nowhere. */
static label_t *known_label_of(asm_t *a, const ref_t *r) {
  label_t *l = label_of(a, r->label);
  if (l != NULL && l->pos != NO_POS) return l;
  if (l == NULL && ASM_ROOM(a, a->labels, a->n_labels, a->cap_labels)) {
    asm_error(a, r->label, "reference to undefined label %q", &r->label);
    a->labels[a->n_labels] = (label_t){r->label, NO_POS, 0};
    names_add(a, &a->label_names, r->label.s, r->label.n, (uint32_t)a->n_labels++);
  }
  return NULL;
}

static void resolve(asm_t *a, ref_t *r, const label_t *l, const int64_t *shift) {
  place_t p = place_of(a, r, l, shift);
  int64_t end_of_code = (int64_t)a->n_code + shift[a->n_fixes];
  if (a->version <= 1 && p.dest == end_of_code) asm_error(a, r->label, "label %q is too far away", &r->label);
  if (a->version < ALGO_AVM_BACK_BRANCH_VERSION && p.dest < p.end) {
    asm_error(a, r->label, "label %q is a back reference, back jump support was introduced in v4", &r->label);
    return;
  }
  r->jump = jump_of(r, p);
  if (r->varint && p.dest == p.start) {
    asm_error(a, r->label, "branch to start of same instruction: %q ", &r->label);
    return;
  }
  unsigned bits = r->varint ? 7 * a->fixes[r->fix].new_len : 16;
  int64_t limit = (int64_t)1 << (bits - 1);
  if (r->jump < -limit || r->jump >= limit) {
    asm_error(a, r->label, "label %q is too far away", &r->label);
  } else if (!r->varint) {
    a->code[r->pos] = (uint8_t)(r->jump >> 8);
    a->code[r->pos + 1] = (uint8_t)r->jump;
  }
}

/* A constant's load as it is at the end, f->new_len bytes. */
static void put_load(uint8_t *out, const constant_t *k, bool ints) {
  if (k->uses == 1) {
    *out++ = ints ? 0x81 : 0x80;
    out += algo_uvarint_put(out, ints ? k->value : k->text.n);
    if (!ints) memcpy(out, k->text.p, k->text.n);
  } else if (k->rank < 4) {
    *out = (uint8_t)((ints ? 0x22 : 0x28) + k->rank);
  } else {
    *out++ = ints ? 0x21 : 0x27;
    *out = (uint8_t)k->rank;
  }
}

/* f->new_len bytes. */
static void put_fix(const asm_t *a, uint8_t *out, const fix_t *f) {
  bool ints = f->kind == FIX_INT;
  const constants_t *c = ints ? &a->ints : &a->bytes;
  if (f->kind == FIX_BRANCH) {
    uint8_t varint[ALGO_UVARINT_MAX];
    algo_varint_put(varint, a->refs[f->index].jump);
    memcpy(out, varint, f->new_len);
  } else if (optimizes(a, c)) {
    put_load(out, &c->v[f->index], ints);
  } else {
    memcpy(out, a->code + f->pos, f->old_len);
  }
}

/* The code with its fixes, as long as they say that it is. */
static void put_body(const asm_t *a, uint8_t *out) {
  size_t at = 0;
  for (size_t i = 0; i < a->n_fixes; i++) {
    const fix_t *f = &a->fixes[i];
    if (f->pos > at) memcpy(out, a->code + at, f->pos - at);
    out += f->pos - at;
    put_fix(a, out, f);
    out += f->new_len;
    at = f->pos + f->old_len;
  }
  if (a->n_code > at) memcpy(out, a->code + at, a->n_code - at);
}

static void put_uvarint(algo_buf_t *out, uint64_t v) {
  uint8_t bytes[ALGO_UVARINT_MAX];
  algo_buf_put(out, bytes, algo_uvarint_put(bytes, v));
}

/* The constants of the automatic block in their order. */
static const constant_t *kept_constant(const asm_t *a, const constants_t *c, const uint32_t *order, uint32_t i) {
  return optimizes(a, c) ? &c->v[order[i]] : &c->v[i];
}

static void put_block(asm_t *a, algo_buf_t *out, const constants_t *c, bool ints, int salt) {
  uint32_t n = optimizes(a, c) ? c->kept : (uint32_t)c->n, order[256];
  if (c->blocks > 0 || n == 0) return;
  for (uint32_t i = 0; optimizes(a, c) && i < c->n; i++) order[c->v[i].rank] = i;
  algo_buf_putc(out, ints ? 0x20 : 0x26);
  put_uvarint(out, n + (salt >= 0));
  for (uint32_t i = 0; i < n; i++) {
    const constant_t *k = kept_constant(a, c, order, i);
    put_uvarint(out, ints ? k->value : k->text.n);
    if (!ints) algo_buf_putb(out, k->text);
  }
  if (salt >= 0) algo_buf_putc(out, (uint8_t)salt);
}

/* Version and automatic blocks; a salt of 0 or more is one more integer constant. */
static void put_head(asm_t *a, algo_buf_t *out, int salt) {
  put_uvarint(out, a->version);
  put_block(a, out, &a->ints, true, salt);
  put_block(a, out, &a->bytes, false, -1);
}

static bool wants_salt(asm_t *a, const algo_buf_t *program) {
  if (a->salt == SALT_OFF) {
    if (!a->stateful && program_on_curve(program->p, program->n)) {
      asm_warn(a, a->salt_tok, "#pragma autosalt false leaves program hash on curve");
    }
    return false;
  }
  if (a->salt == SALT_ON) {
    if (a->stateful) asm_warn(a, a->salt_tok, "#pragma autosalt true used with stateful opcodes");
  } else if (a->version < ALGO_AVM_OFF_CURVE_VERSION || a->version == ALGO_ASM_NO_VERSION || a->stateful) {
    return false;
  }
  return program_on_curve(program->p, program->n);
}

/* Tries salts until the hash is no curve point. head_len is kept up to date. */
static void salt_program(asm_t *a, algo_buf_t *program, size_t *head_len, algo_bytes_t body) {
  const constants_t *c = &a->ints;
  bool in_block = c->blocks == 0 && (optimizes(a, c) ? c->kept : c->n) > 0;
  if (!in_block) algo_buf_put(program, "\x20\x01", 3);
  for (unsigned salt = 0; salt < SALTS && !program->oom; salt++) {
    if (in_block) {
      algo_buf_clear(program);
      put_head(a, program, (int)salt);
      *head_len = program->n;
      algo_buf_putb(program, body);
    } else {
      program->p[program->n - 1] = (uint8_t)salt;
    }
    if (!program->oom && !program_on_curve(program->p, program->n)) return;
  }
  asm_error_at(a, a->line, 0,
               in_block ? "could not find an automatic intcblock salt that yields an off-curve program"
                        : "could not find a trailing intcblock salt that yields an off-curve program");
}

static void keep_locations(asm_t *a, algo_asm_result_t *out, const int64_t *shift, size_t head_len) {
  algo_asm_location_t *locs = algo_arena_alloc(a->arena, a->n_locs * sizeof *locs);
  if (locs == NULL) {
    a->oom = true;
    return;
  }
  for (size_t i = 0; i < a->n_locs; i++) {
    const location_t *l = &a->locs[i];
    locs[i] = (algo_asm_location_t){(uint32_t)(l->pos + shift[l->fix] + (int64_t)head_len), l->line, l->col};
  }
  out->locations = locs;
  out->n_locations = a->n_locs;
}

static void finish(asm_t *a, algo_asm_result_t *out, const int64_t *shift) {
  size_t body_len = (size_t)((int64_t)a->n_code + shift[a->n_fixes]), head_len;
  algo_buf_t program = ALGO_BUF_INIT;
  uint8_t *body = algo_arena_alloc(a->arena, body_len);
  if (body == NULL) {
    a->oom = true;
    return;
  }
  put_body(a, body);
  put_head(a, &program, -1);
  head_len = program.n;
  algo_buf_put(&program, body, body_len);
  if (!program.oom && wants_salt(a, &program)) salt_program(a, &program, &head_len, algo_bytes(body, body_len));
  if (program.oom) {
    a->oom = true;
  } else if (a->n_errors == 0) {
    out->program = algo_arena_dup(a->arena, algo_buf_view(&program));
    if (out->program.p == NULL) a->oom = true;
    keep_locations(a, out, shift, head_len);
  }
  algo_buf_fini(&program);
}

void link_program(asm_t *a, algo_asm_result_t *out) {
  int64_t *shift = algo_arena_alloc(a->arena, (a->n_fixes + 1) * sizeof *shift);
  if (shift == NULL || a->oom) {
    a->oom = true;
    return;
  }
  size_constants(a, &a->ints, FIX_INT);
  size_constants(a, &a->bytes, FIX_BYTE);
  size_branches(a, shift);
  for (size_t i = 0; i < a->n_refs && !a->oom; i++) {
    label_t *l = known_label_of(a, &a->refs[i]);
    if (l != NULL) resolve(a, &a->refs[i], l, shift);
  }
  if (a->n_errors == 0 && !a->oom) finish(a, out, shift);
}
