/* Fields of transactions and of the network, as the attack has them. */
#include "internal.h"

static val_t given_value(run_t *r, const setting_t *g, algo_kind_t type, uint64_t of) {
  switch (g->is) {
  case IS_INT: return value_int(r, g->v);
  case IS_ZERO: return type == ALGO_KIND_BYTES ? value_zero_address(r) : value_int(r, 0);
  default: return value_fresh(r, (of << 16) + g->field + (g->of == OF_GLOBAL ? FRESH_GLOBAL : 0u), type);
  }
}

static const setting_t *setting_of(const run_t *r, whose_t of, val_t position, uint8_t field) {
  for (unsigned i = 0; i < r->attack.n_set; i++) {
    const setting_t *g = &r->attack.set[i];
    if (g->of != of || g->field != field) continue;
    if (g->only == 0 || (position != 0 && g->only == value_hash(r, position))) return g;
  }
  return NULL;
}

static bool is_group_index(const run_t *r, val_t v) {
  const value_t *x = value_of(r, v);
  return x->kind == V_FIELD && x->op == ALGO_OP_txn && x->k == ALGO_F_TXN_GroupIndex;
}

static unsigned field_taint(const run_t *r, bool own, uint8_t field) {
  bool sig = r->p->mode == ALGO_CHECK_SIG;
  if (own && field == ALGO_F_TXN_OnCompletion && r->attack.unasked) return T_COMPLETION;
  if (field == ALGO_F_TXN_FirstValidTime) return T_TIME | T_USER;
  if (!own) return T_USER | (field == ALGO_F_TXN_Amount || field == ALGO_F_TXN_AssetAmount ? T_MONEY : 0u);
  switch (field) {
  case ALGO_F_TXN_GroupIndex:
  case ALGO_F_TXN_TxID: return 0;
  case ALGO_F_TXN_Sender:
  case ALGO_F_TXN_TypeEnum:
  case ALGO_F_TXN_ApplicationID:
  case ALGO_F_TXN_OnCompletion: return sig ? T_USER : 0;
  default: return T_USER;
  }
}

static val_t type_name(run_t *r, uint64_t type) {
  static const char *const names[] = {"unknown", "pay", "keyreg", "acfg", "axfer", "afrz", "appl"};
  return value_bytes(r, algo_bytes_str(names[type < 7 ? type : 0]));
}

/* Fields that say the same as others. False: this one does not. */
static bool alias(run_t *r, bool own, val_t position, uint8_t field, val_t index, val_t *out) {
  uint64_t at;
  const setting_t *type;
  if (field == ALGO_F_TXN_Accounts && own && is_int(r, index, &at) && at == 0) {
    *out = field_value(r, 0, ALGO_F_TXN_Sender, 0);
    return true;
  }
  if (field == ALGO_F_TXN_Applications && own && is_int(r, index, &at) && at == 0) {
    *out = field_value(r, 0, ALGO_F_TXN_ApplicationID, 0);
    return true;
  }
  if (field == ALGO_F_TXN_Type &&
      (type = setting_of(r, own ? OF_SELF : OF_OTHERS, position, ALGO_F_TXN_TypeEnum)) != NULL) {
    *out = type_name(r, type->v);
    return true;
  }
  return false;
}

/* Fields that an application call does not have. */
static bool moves_money(uint8_t field) {
  switch (field) {
  case ALGO_F_TXN_Receiver:
  case ALGO_F_TXN_Amount:
  case ALGO_F_TXN_CloseRemainderTo:
  case ALGO_F_TXN_XferAsset:
  case ALGO_F_TXN_AssetAmount:
  case ALGO_F_TXN_AssetSender:
  case ALGO_F_TXN_AssetReceiver:
  case ALGO_F_TXN_AssetCloseTo: return true;
  default: return false;
  }
}

val_t field_value(run_t *r, val_t position, uint8_t field, val_t index) {
  uint64_t at;
  bool own = position == 0 || is_group_index(r, position) ||
             (is_int(r, position, &at) && r->attack.position >= 0 && at == (uint64_t)r->attack.position);
  const algo_isa_field_t *f = algo_isa_field(ALGO_GROUP_TXN, field);
  algo_kind_t type = f != NULL ? (algo_kind_t)algo_isa_type((algo_type_t)f->type)->kind : ALGO_KIND_ANY;
  val_t out;
  /* A loop over the group comes to this transaction too. */
  bool any = !own && (value_of(r, position)->taint & T_PHI) != 0;
  const setting_t *g = setting_of(r, own || any ? OF_SELF : OF_OTHERS, position, field);
  if (any && (g == NULL || g->is != IS_FRESH)) g = setting_of(r, OF_OTHERS, position, field);
  if (field == ALGO_F_TXN_GroupIndex && own && r->attack.position >= 0)
    return value_int(r, (uint64_t)r->attack.position);
  if (index == 0 && g != NULL) return given_value(r, g, type, own || any ? 0 : position);
  if (alias(r, own, position, field, index, &out)) return out;
  if (own && field == ALGO_F_TXN_TypeEnum && r->p->mode != ALGO_CHECK_SIG) return value_int(r, 6);
  if (own && r->p->mode != ALGO_CHECK_SIG && moves_money(field)) {
    return type == ALGO_KIND_BYTES ? value_zero_address(r) : value_int(r, 0);
  }
  return value_put(r, &(value_t){.kind = V_FIELD,
                                 .type = (uint8_t)type,
                                 .op = own ? ALGO_OP_txn : ALGO_OP_gtxns,
                                 .k = field,
                                 .taint = (uint16_t)field_taint(r, own, field),
                                 .a = {own ? 0 : position, index}});
}

val_t global_value(run_t *r, uint8_t field) {
  const algo_isa_field_t *f = algo_isa_field(ALGO_GROUP_GLOBAL, field);
  algo_kind_t type = f != NULL ? (algo_kind_t)algo_isa_type((algo_type_t)f->type)->kind : ALGO_KIND_ANY;
  const setting_t *g = setting_of(r, OF_GLOBAL, 0, field);
  if (g != NULL) return given_value(r, g, type, 0);
  if (field == ALGO_F_GLOBAL_ZeroAddress) return value_zero_address(r);
  return value_put(r, &(value_t){.kind = V_FIELD,
                                 .type = (uint8_t)type,
                                 .op = ALGO_OP_global,
                                 .k = field,
                                 .taint = field == ALGO_F_GLOBAL_LatestTimestamp ? T_TIME : 0});
}
