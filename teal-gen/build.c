/* The program being built: labels, variables, routines, arguments, the router. */
#include "build.h"

const tg_opinfo_t tg_ops[TG_OPCODES] = {
#define TG_OP(id, text, pops, pushes, cost, flags) {text, pops, pushes, cost, flags},
#include "ops.def"
#undef TG_OP
};

unsigned tg_pops(const tg_ins_t *x) { return x->op == TG_OTHER ? x->isa->n_takes : tg_ops[x->op].pops; }
unsigned tg_pushes(const tg_ins_t *x) { return x->op == TG_OTHER ? x->isa->n_gives : tg_ops[x->op].pushes; }

unsigned tg_flags(const tg_ins_t *x) {
  if (x->op != TG_OTHER) return tg_ops[x->op].flags;
  unsigned dark = x->isa->flags & ALGO_OPF_DYNAMIC || x->isa->id == ALGO_OP_proto ? FLOW : 0;
  return dark | (x->isa->flags & ALGO_OPF_EXITS ? FLOW | ENDS : 0);
}

const algo_isa_op_t *tg_isa(const tg_ins_t *x, unsigned avm) {
  if (x->op == TG_OTHER) return x->isa;
  if (x->op == TG_INT || x->op == TG_BYTES_) return NULL;
  const char *name = tg_ops[x->op].text;
  return algo_isa_op_by_name(avm, name, strcspn(name, " "));
}

algo_code_t tg_mistake(tg_t *b, const char *fmt, ...) {
  if (b->failed) return b->failed;
  va_list ap;
  va_start(ap, fmt);
  const char *text = algo_arena_vprintf(b->arena, fmt, ap);
  va_end(ap);
  const char *where = b->routine ? b->routine->r->name : b->method ? b->method->name : "router";
  b->failed = algo_err_set(b->err, ALGO_E_INVALID, "%s: %s: %s", b->c->name, where, text ? text : "out of memory");
  return b->failed;
}

void tg_code_put(tg_t *b, tg_code_t *code, tg_ins_t i) {
  if (code->n == code->cap) {
    size_t cap = code->cap ? 2 * code->cap : 64;
    tg_ins_t *p = algo_arena_array(b->arena, cap, sizeof *p);
    if (!p) {
      if (!b->failed) b->failed = algo_err_set(b->err, ALGO_E_NOMEM, "out of memory");
      return;
    }
    if (code->n) memcpy(p, code->ins, code->n * sizeof *p);
    code->ins = p;
    code->cap = cap;
  }
  code->ins[code->n++] = i;
}

void tg_write(tg_t *b, tg_ins_t i) {
  if (b->comment) {
    i.comment = b->comment;
    b->comment = NULL;
  }
  tg_code_put(b, b->out, i);
}

bool tg_label_taken(const tg_t *b, const char *name) {
  for (uint32_t i = 0; i < b->n_labels; i++)
    if (b->label_names[i] && strcmp(b->label_names[i], name) == 0) return true;
  return false;
}

uint32_t tg_label(tg_t *b, const char *name) {
  for (unsigned n = b->n_labels; b->hand && (!name || tg_label_taken(b, name)); n++)
    name = algo_arena_printf(b->arena, "label%u", n); /* beside those that the source has */
  if (b->n_labels == b->label_cap) {
    uint32_t cap = b->label_cap ? 2 * b->label_cap : 64;
    const char **p = algo_arena_array(b->arena, cap, sizeof *p);
    if (!p) {
      b->failed = algo_err_set(b->err, ALGO_E_NOMEM, "out of memory");
      return 0;
    }
    if (b->n_labels) memcpy(p, b->label_names, b->n_labels * sizeof *p);
    b->label_names = p;
    b->label_cap = cap;
  }
  b->label_names[b->n_labels] = name;
  return b->n_labels++;
}

unsigned tg_variable(tg_t *b, const char *name) {
  for (unsigned i = 0; i < b->n_vars; i++)
    if (strcmp(b->vars[i].name, name) == 0) return i;
  if (b->n_vars == TG_MAX_VARS) {
    tg_mistake(b, "more than %d variables", TG_MAX_VARS);
    return 0;
  }
  b->vars[b->n_vars].name = algo_arena_strdup(b->arena, name);
  return b->n_vars++;
}

bool tg_is_asa(const tg_t *b) { return b->o.asa; }

/* ---- arguments ---- */

static unsigned wire_index(const tg_method_t *m, size_t arg) {
  unsigned at = 1;
  for (size_t i = 0; i < arg; i++) at += m->args[i].type != TG_PAY && m->args[i].type != TG_DEPOSIT;
  return at;
}

static size_t arg_index(tg_t *b, const char *name) {
  const tg_method_t *m = b->method;
  for (size_t i = 0; m && i < m->n_args; i++)
    if (strcmp(m->args[i].name, name) == 0) return i;
  tg_mistake(b, "no argument named %s", name);
  return 0;
}

tg_x tg_arg(tg_t *b, const char *name) {
  size_t i = arg_index(b, name);
  if (!b->method || i >= b->method->n_args) return tg_int(b, 0);
  const tg_field_t *f = &b->method->args[i];
  if (f->type == TG_PAY || f->type == TG_DEPOSIT) tg_mistake(b, "%s is a transaction", name);
  struct tg_expr *x = (struct tg_expr *)tg_arg_at(b, wire_index(b->method, i), f->type);
  x->ins.comment = f->name;
  if (f->type == TG_STRING) x->size = 0;
  return x;
}

tg_x tg_arg_at(tg_t *b, unsigned i, tg_type_t type) {
  struct tg_expr *x = (struct tg_expr *)tg_op(b, TG_TXNA, type, 0, NULL, NULL, NULL);
  x->ins.field = "ApplicationArgs";
  x->ins.a = (uint8_t)i;
  x->wire = tg_type_is_number(type);
  x->size = tg_type_size(type);
  return x;
}

tg_x tg_arg_by(tg_x i, tg_type_t type) {
  struct tg_expr *x = (struct tg_expr *)tg_op(i->b, TG_TXNAS, type, 1, tg_native(i), NULL, NULL);
  x->ins.field = "ApplicationArgs";
  x->wire = tg_type_is_number(type);
  x->size = tg_type_size(type);
  return x;
}

static void check_form(tg_t *b, const tg_field_t *f, tg_x x) {
  const char *message = algo_arena_printf(b->arena, "malformed argument: %s", f->name);
  if (f->type == TG_STRING) {
    tg_x head = tg_op(b, TG_EXTRACT_U16, TG_U16, 2, x, tg_int(b, 0), NULL);
    tg_assert(b, tg_eq(tg_add(tg_fails(head, message), tg_int(b, 2)), tg_len(x)), message);
    return;
  }
  if (f->type != TG_BOOL) {
    tg_assert(b, tg_eq(tg_len(x), tg_int(b, tg_type_size(f->type))), message);
    return;
  }
  tg_x on = tg_eq(tg_as(x, TG_BYTES), tg_data(b, ALGO_BYTES_LIT("\x80")));
  tg_x off = tg_eq(tg_as(x, TG_BYTES), tg_zeros(b, 1));
  tg_assert(b, tg_or(on, off), message);
}

tg_x tg_checked(tg_t *b, const char *name) {
  size_t i = arg_index(b, name);
  tg_x x = tg_arg(b, name);
  if (b->method && i < b->method->n_args && !(b->checked >> i & 1)) {
    b->checked |= 1u << i;
    check_form(b, &b->method->args[i], x);
  }
  return x;
}

/* ---- routines ---- */

static const tg_built_routine_t *routine_of(tg_t *b, const tg_routine_t *r) {
  for (unsigned i = 0; i < b->n_routines; i++)
    if (b->routines[i].r == r) return &b->routines[i];
  if (b->n_routines == TG_MAX_ROUTINES) {
    tg_mistake(b, "more than %d routines", TG_MAX_ROUTINES);
    return &b->routines[0];
  }
  tg_built_routine_t *n = &b->routines[b->n_routines++];
  n->r = r;
  n->label = tg_label(b, r->name);
  return n;
}

static const char *param_name(tg_t *b, const tg_routine_t *r, unsigned i) {
  return algo_arena_printf(b->arena, "%s.%u", r->name, i);
}

tg_x tg_call(tg_t *b, const tg_routine_t *r, ...) {
  const tg_built_routine_t *x = routine_of(b, r);
  struct tg_expr *e = (struct tg_expr *)tg_op(b, TG_CALLSUB, r->returns, 0, NULL, NULL, NULL);
  e->kind = X_CALL;
  e->ins.u = x->label;
  e->args = algo_arena_array(b->arena, r->params + 1, sizeof *e->args);
  va_list ap;
  va_start(ap, r);
  for (unsigned i = 0; i < r->params && e->args; i++) {
    tg_x a = va_arg(ap, tg_x);
    e->args[e->n_args++] = tg_type_is_number(r->types[i]) ? tg_native(a) : a;
  }
  va_end(ap);
  if (r->returns == TG_ADDRESS || r->returns == TG_BYTES32) e->size = 32;
  return e;
}

tg_x tg_param(tg_t *b, unsigned i) {
  if (!b->routine || i >= b->routine->r->params) {
    tg_mistake(b, "no parameter %u here", i);
    return tg_int(b, 0);
  }
  return tg_var(b, param_name(b, b->routine->r, i), b->routine->r->types[i]);
}

void tg_return(tg_t *b, tg_x value) {
  if (!b->routine) {
    tg_mistake(b, "a return outside a routine");
    return;
  }
  if ((value != NULL) != (b->routine->r->returns != TG_VOID)) tg_mistake(b, "a return that does not fit");
  if (value) tg_lower(tg_type_is_number(b->routine->r->returns) ? tg_native(value) : value);
  tg_write(b, (tg_ins_t){.op = TG_RETSUB});
}

static void build_routine(tg_t *b, tg_built_routine_t *r) {
  b->method = NULL;
  b->routine = r;
  b->out = &r->code;
  tg_write(b, (tg_ins_t){.op = TG_LABEL, .u = r->label, .comment = r->r->doc});
  for (unsigned i = r->r->params; i-- > 0;) {
    const char *name = param_name(b, r->r, i);
    tg_x v = tg_var(b, name, r->r->types[i]);
    tg_write(b, (tg_ins_t){.op = TG_STORE, .a = v->ins.a, .comment = name});
  }
  r->r->build(b);
  if (b->depth) tg_mistake(b, "an if without its end");
}

/* ---- methods and router ---- */

static algo_bytes_t selector_bytes(tg_t *b, const tg_method_t *m) {
  algo_buf_t sig = ALGO_BUF_INIT;
  tg_method_signature(&sig, m, b->o.asa);
  uint8_t *s = algo_arena_alloc(b->arena, 4);
  if (s) algo_arc4_selector(s, algo_buf_cstr(&sig));
  algo_buf_fini(&sig);
  return algo_bytes(s, s ? 4 : 0);
}

static const tg_method_t *special(const tg_contract_t *c, unsigned flag) {
  for (size_t i = 0; i < c->n_methods; i++)
    if (c->methods[i].flags & flag) return &c->methods[i];
  return NULL;
}

static const char *made_with_create(tg_t *b) {
  return algo_arena_printf(b->arena, "%s is made with create", b->c->noun ? b->c->noun : "the application");
}

/* Bare calls, creation, then the selectors in one match. */
static void build_router(tg_t *b, const uint32_t *labels) {
  const tg_contract_t *c = b->c;
  uint32_t bare = tg_label(b, "bare"), creating = tg_label(b, "creating");
  const tg_method_t *create = special(c, TG_CREATE), *del = special(c, TG_BARE_DELETE);
  tg_lower(tg_txn(b, "NumAppArgs", TG_U64));
  tg_write(b, (tg_ins_t){.op = TG_BZ, .u = bare});
  tg_assert(b, tg_not(tg_txn(b, "OnCompletion", TG_U64)), "a method call must be a NoOp");
  tg_lower(tg_txn(b, "ApplicationID", TG_U64));
  tg_write(b, (tg_ins_t){.op = TG_BZ, .u = creating});
  tg_ins_t push = {.op = TG_PUSHBYTESS}, match = {.op = TG_MATCH};
  algo_bytes_t *list = algo_arena_array(b->arena, c->n_methods, sizeof *list);
  uint32_t *to = algo_arena_array(b->arena, c->n_methods, sizeof *to);
  if (!list || !to) return;
  for (size_t i = 0; i < c->n_methods; i++) {
    if (c->methods[i].flags & (TG_CREATE | TG_BARE_DELETE)) continue;
    list[push.n] = selector_bytes(b, &c->methods[i]);
    to[push.n++] = labels[i];
  }
  push.list = list;
  match.labels = to;
  match.n = push.n;
  tg_write(b, push);
  tg_write(b, (tg_ins_t){.op = TG_TXNA, .field = "ApplicationArgs", .a = 0, .comment = "selector"});
  tg_write(b, match);
  tg_fail(b, "no such method");
  tg_write(b, (tg_ins_t){.op = TG_LABEL, .u = creating});
  tg_write(b, (tg_ins_t){.op = TG_TXNA, .field = "ApplicationArgs", .a = 0, .comment = "selector"});
  if (create) {
    tg_lower(tg_data(b, selector_bytes(b, create)));
    tg_write(b, (tg_ins_t){.op = TG_EQ});
    tg_write(b, (tg_ins_t){.op = TG_ASSERT, .message = made_with_create(b)});
    tg_write(b, (tg_ins_t){.op = TG_B, .u = labels[create - c->methods]});
  }
  tg_write(b, (tg_ins_t){.op = TG_LABEL, .u = bare});
  if (!del) {
    tg_fail(b, "a bare call");
    return;
  }
  tg_assert(b, tg_eq(tg_txn(b, "OnCompletion", TG_U64), tg_int(b, 5)), "a bare call must be a DeleteApplication");
  tg_assert(b, tg_txn(b, "ApplicationID", TG_U64), made_with_create(b));
  tg_write(b, (tg_ins_t){.op = TG_B, .u = labels[del - c->methods]});
}

static void build_method(tg_t *b, const tg_method_t *m, uint32_t label) {
  algo_buf_t sig = ALGO_BUF_INIT;
  tg_method_signature(&sig, m, b->o.asa);
  b->method = m;
  b->routine = NULL;
  b->checked = 0;
  tg_write(b, (tg_ins_t){.op = TG_LABEL,
                         .u = label,
                         .comment = algo_arena_printf(b->arena, "%s: %s", algo_buf_cstr(&sig), m->doc)});
  m->build(b);
  if (b->depth) tg_mistake(b, "an if without its end");
  b->depth = 0;
  algo_buf_fini(&sig);
}

algo_code_t tg_build_code(tg_t *b, tg_code_t *out) {
  const tg_contract_t *c = b->c;
  uint32_t *labels = algo_arena_array(b->arena, c->n_methods, sizeof *labels);
  if (!labels) return algo_err_set(b->err, ALGO_E_NOMEM, "out of memory");
  for (size_t i = 0; i < c->n_methods; i++)
    labels[i] = tg_label(b, algo_arena_printf(b->arena, "method_%s", c->methods[i].name));
  b->out = out;
  build_router(b, labels);
  for (size_t i = 0; i < c->n_methods; i++) build_method(b, &c->methods[i], labels[i]);
  for (unsigned i = 0; i < b->n_routines; i++) build_routine(b, &b->routines[i]);
  for (unsigned i = 0; i < b->n_routines; i++)
    for (size_t k = 0; k < b->routines[i].code.n; k++) tg_code_put(b, out, b->routines[i].code.ins[k]);
  return b->failed;
}
