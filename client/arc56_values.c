/* arc56_values.c - values in and out of a described application: arguments, results, events. */
#include "algo/arc56.h"

#include "internal.h"

#define MAX_APP_ARGS 15 /* after the selector; what is more travels as one tuple */

/* A struct's object as the array that ARC-4 knows; anything else as it is. The caller puts *out back. */
static algo_code_t unname(json_object **out, const algo_arc56_struct_t *s, json_object *v, algo_err_t *err) {
  if (s == NULL || !json_object_is_type(v, json_type_object)) {
    *out = json_object_get(v);
    return ALGO_OK;
  }
  *out = json_object_new_array();
  if (*out == NULL) return client_nomem(err);
  for (size_t i = 0; i < s->n; i++) {
    json_object *member = client_json_at(v, s->fields[i].name), *one = NULL;
    algo_code_t code = member == NULL ? algo_err_set(err, ALGO_E_PARSE, "%s wants '%s'", s->name, s->fields[i].name)
                                      : unname(&one, s->fields[i].fields, member, err);
    if (code == ALGO_OK && json_object_array_add(*out, one) != 0) code = client_nomem(err);
    if (code != ALGO_OK) {
      json_object_put(*out);
      *out = NULL;
      return code;
    }
  }
  return ALGO_OK;
}

static algo_code_t encode_value(algo_buf_t *out, const algo_arc56_field_t *f, json_object *v, algo_err_t *err) {
  json_object *plain = NULL;
  algo_code_t code = unname(&plain, f->fields, v, err);
  if (code == ALGO_OK) code = algo_arc4_encode_json(out, f->type, plain, err);
  json_object_put(plain);
  return code == ALGO_OK ? code : algo_err_prefix(err, code, "argument '%s'", f->name);
}

/* ---- transaction arguments and references ---- */

typedef struct building {
  algo_method_call_t call;
  algo_addr_t accounts[4];
  uint64_t assets[8], apps[8];
  size_t n_accounts, n_assets, n_apps;
  algo_addr_t self; /* the application's account */
  algo_buf_t args;  /* one after the other */
  size_t ends[256];
  const algo_arc56_field_t *fields[256];
  size_t n;
} building_t;

static algo_code_t payment(building_t *b, const algo_arc4_type_t *type, json_object *v, algo_err_t *err) {
  bool pay = strcmp(type->text, "pay") == 0;
  algo_txn_t *t = &b->call.before[b->call.n_before];
  algo_addr_t receiver = b->self;
  uint64_t amount = 0, asset = 0;
  if (!pay && strcmp(type->text, "axfer") != 0)
    return algo_err_set(err, ALGO_E_UNSUPPORTED, "an argument of type %s: only pay and axfer can be given as values",
                        type->text);
  if (!json_object_is_type(v, json_type_object))
    return algo_err_set(err, ALGO_E_PARSE, "an object with the amount belongs here");
  if (b->call.n_before >= ALGO_GROUP_MAX - 1)
    return algo_err_set(err, ALGO_E_RANGE, "a group has at most %u transactions", ALGO_GROUP_MAX);
  algo_code_t code = algo_json_get_u64(v, "amount", &amount, err);
  if (code == ALGO_OK) code = client_json_addr(&receiver, v, "receiver", err);
  if (code == ALGO_OK && !pay) code = algo_json_get_u64(v, "asset", &asset, err);
  if (code != ALGO_OK) return code;
  memset(t, 0, sizeof *t);
  t->type = pay ? ALGO_TX_PAY : ALGO_TX_AXFER;
  if (pay) t->receiver = receiver, t->amount = amount;
  else t->asset_receiver = receiver, t->asset_amount = amount, t->xfer_asset = asset;
  b->call.n_before++;
  return ALGO_OK;
}

static algo_code_t put_id(uint64_t *list, size_t *n, json_object *v, uint64_t *index, uint64_t offset,
                          algo_err_t *err) {
  if (!json_object_is_type(v, json_type_int)) return algo_err_set(err, ALGO_E_PARSE, "an id belongs here");
  if (*n == 8) return algo_err_set(err, ALGO_E_RANGE, "too many references");
  list[*n] = json_object_get_uint64(v);
  *index = (*n)++ + offset;
  return ALGO_OK;
}

/* A reference goes by its place in the call's lists: accounts and applications count from 1, assets from 0. */
static algo_code_t reference(building_t *b, const algo_arc4_type_t *type, json_object *v, algo_err_t *err) {
  uint64_t index = 0;
  algo_code_t code = ALGO_OK;
  if (strcmp(type->text, "account") == 0) {
    const char *text = json_object_is_type(v, json_type_string) ? json_object_get_string(v) : "";
    if (b->n_accounts == 4) return algo_err_set(err, ALGO_E_RANGE, "too many accounts");
    code = algo_addr_parse(&b->accounts[b->n_accounts], text, strlen(text), err);
    index = ++b->n_accounts;
  } else if (strcmp(type->text, "asset") == 0) {
    code = put_id(b->assets, &b->n_assets, v, &index, 0, err);
  } else {
    code = put_id(b->apps, &b->n_apps, v, &index, 1, err);
  }
  algo_buf_putc(&b->args, (uint8_t)index);
  return code;
}

static algo_code_t add_arg(building_t *b, const algo_arc56_field_t *f, json_object *v, algo_err_t *err) {
  algo_code_t code;
  if (f->type->kind == ALGO_ARC4_TXN) {
    code = payment(b, f->type, v, err);
    return code == ALGO_OK ? code : algo_err_prefix(err, code, "argument '%s'", f->name);
  }
  code = f->type->kind == ALGO_ARC4_REF ? reference(b, f->type, v, err) : encode_value(&b->args, f, v, err);
  b->fields[b->n] = f;
  b->ends[b->n++] = b->args.n;
  return code;
}

/* Arguments past the 15th travel as one tuple in the last place. */
static algo_code_t pack_tail(algo_buf_t *out, const building_t *b, algo_arena_t *arena, algo_err_t *err) {
  algo_buf_t heads = ALGO_BUF_INIT, tails = ALGO_BUF_INIT;
  size_t head = 0;
  (void)arena;
  for (size_t i = MAX_APP_ARGS - 1; i < b->n; i++) {
    if (b->fields[i]->type->kind == ALGO_ARC4_BOOL)
      return algo_err_set(err, ALGO_E_UNSUPPORTED, "more than 15 arguments with a bool past the 14th");
    head += b->fields[i]->type->dynamic ? 2 : b->ends[i] - b->ends[i - 1];
  }
  for (size_t i = MAX_APP_ARGS - 1; i < b->n; i++) {
    algo_bytes_t v = algo_bytes(b->args.p + b->ends[i - 1], b->ends[i] - b->ends[i - 1]);
    size_t at = head + tails.n;
    if (!b->fields[i]->type->dynamic) {
      algo_buf_putb(&heads, v);
      continue;
    }
    algo_buf_putc(&heads, (uint8_t)(at >> 8));
    algo_buf_putc(&heads, (uint8_t)at);
    algo_buf_putb(&tails, v);
  }
  algo_buf_putb(out, algo_buf_view(&heads));
  algo_buf_putb(out, algo_buf_view(&tails));
  bool oom = heads.oom || tails.oom || out->oom;
  algo_buf_fini(&heads);
  algo_buf_fini(&tails);
  return oom ? client_nomem(err) : ALGO_OK;
}

static algo_code_t close_args(building_t *b, algo_arena_t *arena, algo_err_t *err) {
  algo_buf_t tail = ALGO_BUF_INIT;
  bool packed = b->n > MAX_APP_ARGS;
  size_t plain = packed ? MAX_APP_ARGS - 1 : b->n;
  algo_code_t code = b->args.oom ? client_nomem(err) : ALGO_OK;
  for (size_t i = 0; code == ALGO_OK && i < plain; i++) {
    size_t start = i == 0 ? 0 : b->ends[i - 1];
    code = algo_method_arg(&b->call, b->args.p + start, b->ends[i] - start, arena, err);
  }
  if (code == ALGO_OK && packed) code = pack_tail(&tail, b, arena, err);
  if (code == ALGO_OK && packed) code = algo_method_arg(&b->call, tail.p, tail.n, arena, err);
  algo_buf_fini(&tail);
  return code;
}

static unsigned first_action(unsigned mask) {
  for (unsigned i = 0; i < 6; i++)
    if ((mask >> i & 1u) != 0) return i;
  return 0;
}

/* The references that the arguments named, on the call itself; what a simulate finds comes on top. */
static algo_code_t put_references(algo_composer_t *c, size_t at, const building_t *b, algo_arena_t *arena,
                                  algo_err_t *err) {
  algo_txn_t *t = algo_composer_txn(c, at);
  algo_bytes_t accounts = algo_arena_dup(arena, algo_bytes(b->accounts, sizeof b->accounts));
  algo_bytes_t assets = algo_arena_dup(arena, algo_bytes(b->assets, sizeof b->assets));
  algo_bytes_t apps = algo_arena_dup(arena, algo_bytes(b->apps, sizeof b->apps));
  if (accounts.p == NULL || assets.p == NULL || apps.p == NULL) return client_nomem(err);
  t->accounts = (const void *)accounts.p, t->n_accounts = b->n_accounts;
  t->foreign_assets = (const void *)assets.p, t->n_foreign_assets = b->n_assets;
  t->foreign_apps = (const void *)apps.p, t->n_foreign_apps = b->n_apps;
  return ALGO_OK;
}

algo_code_t algo_arc56_call(algo_composer_t *c, const algo_arc56_t *a, const algo_arc56_method_t *m, uint64_t app,
                            json_object *args, const algo_addr_t *sender, const algo_signer_t *signer, size_t *index,
                            algo_arena_t *arena, algo_err_t *err) {
  algo_app_t of = {app, 0};
  size_t at = 0, given = client_json_count(args);
  building_t *b = algo_arena_zalloc(arena, sizeof *b);
  if (b == NULL) return client_nomem(err);
  if (given != m->arc4.n_args)
    return algo_err_set(err, ALGO_E_USAGE, "%s takes %u arguments, not %zu", m->arc4.signature, m->arc4.n_args, given);
  if (given > sizeof b->ends / sizeof *b->ends) return algo_err_set(err, ALGO_E_RANGE, "too many arguments");
  if (app == 0 && a->spec.approval.n == 0)
    return algo_err_set(err, ALGO_E_INVALID, "the description has no programs to create an application from");
  algo_method_begin(&b->call, &of, m->arc4.signature, m->arc4.returns->text, m->arc4.selector);
  b->call.readonly = m->readonly;
  b->call.on_completion = (algo_on_completion_t)first_action(app == 0 ? m->create : m->call);
  if (app != 0) algo_addr_of_app(&b->self, app);
  algo_code_t code = ALGO_OK;
  for (size_t i = 0; code == ALGO_OK && i < given; i++)
    code = add_arg(b, &m->args[i], json_object_array_get_idx(args, i), err);
  if (code == ALGO_OK) code = close_args(b, arena, err);
  algo_buf_fini(&b->args);
  if (code == ALGO_OK) code = algo_composer_call(c, &b->call, sender, signer, &a->spec, &at, err);
  if (code == ALGO_OK) code = put_references(c, at, b, arena, err);
  if (code == ALGO_OK && index != NULL) *index = at;
  return code;
}

/* ---- out ---- */

static algo_code_t put_struct(algo_json_t *out, const algo_arc4_type_t *type, const algo_arc56_field_t *fields,
                              size_t n, algo_bytes_t v, algo_err_t *err) {
  algo_code_t code = ALGO_OK;
  algo_json_open(out, '{');
  for (size_t i = 0; code == ALGO_OK && i < n; i++) {
    algo_bytes_t member = {0};
    code = algo_arc4_member(&member, type, v, (uint32_t)i, err);
    if (code != ALGO_OK) break;
    algo_json_key(out, fields[i].name);
    const algo_arc56_struct_t *s = fields[i].fields;
    code = s != NULL ? put_struct(out, s->type, s->fields, s->n, member, err)
                     : algo_arc4_decode_json(out, fields[i].type, member, err);
  }
  algo_json_close(out, '}');
  return code;
}

algo_code_t algo_arc56_result(algo_json_t *out, const algo_arc56_method_t *m, algo_bytes_t value, algo_err_t *err) {
  if (m->arc4.returns->kind == ALGO_ARC4_VOID) {
    algo_json_null(out);
    return ALGO_OK;
  }
  algo_code_t code = algo_arc4_check(m->arc4.returns, value, err);
  if (code != ALGO_OK) return algo_err_prefix(err, code, "the value that %s returned", m->arc4.name);
  if (m->returns == NULL) return algo_arc4_decode_json(out, m->arc4.returns, value, err);
  return put_struct(out, m->returns->type, m->returns->fields, m->returns->n, value, err);
}

algo_code_t algo_arc56_log(algo_json_t *out, const algo_arc56_t *a, algo_bytes_t log, bool *known, algo_err_t *err) {
  *known = false;
  for (size_t i = 0; log.n >= 4 && i < a->n_events; i++) {
    const algo_arc56_event_t *e = &a->events[i];
    algo_bytes_t body = algo_bytes(log.p + 4, log.n - 4);
    if (memcmp(log.p, e->selector, 4) != 0 || algo_arc4_check(e->type, body, NULL) != ALGO_OK) continue;
    *known = true;
    algo_json_open(out, '{');
    algo_json_key(out, "event");
    algo_json_str(out, e->name);
    algo_json_key(out, "args");
    algo_code_t code = put_struct(out, e->type, e->args, e->n, body, err);
    algo_json_close(out, '}');
    return code;
  }
  return ALGO_OK;
}
