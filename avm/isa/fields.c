/* The field groups, and the names that `int` knows. */
#include "algo/isa.h"
#include "algo/isa_lookup.h"
#include "lookup.inc"

enum { /* inside this file a type's name means the type */
#define TYPE(id, name, letter, kind, min, max) id = ALGO_TYPE_##id,
#include "algo/types.def"
#undef TYPE
};

/* One array of all fields, group after group; AT_<group> is where a group's field 0 stands. */
static const algo_isa_field_t table[] = {
#define GROUP(...)
#define FIELD(group, name, value, since, settable, modes, type, prose)                                                 \
  {#name, sizeof #name - 1, value, ALGO_GROUP_##group, since, settable, type, ALGO_MODE_##modes, false, false, prose},
#define TXN_FIELD(name, value, since, settable, array, effect, type, prose)                                            \
  {#name, sizeof #name - 1, value, ALGO_GROUP_TXN, since, settable, type, (effect) ? ALGO_MODE_APP : ALGO_MODE_ANY,    \
   array, effect,           prose},
#include "algo/fields.def"
#undef GROUP
#undef FIELD
#undef TXN_FIELD
};

enum {
#define GROUP(id, name, prose)  AT_##id, BEFORE_##id = AT_##id - 1,
#define FIELD(group, name, ...) ROW_##group##_##name,
#define TXN_FIELD(name, ...)    ROW_TXN_##name,
#include "algo/fields.def"
#undef GROUP
#undef FIELD
#undef TXN_FIELD
  ROWS
};

typedef struct group {
  const char *name, *prose;
  uint16_t at;
  uint8_t declared; /* the group whose rows it shows */
} group_t;

static const group_t groups[ALGO_GROUP_COUNT] = {
    [ALGO_GROUP_NONE] = {"", "", ROWS, ALGO_GROUP_NONE},
    [ALGO_GROUP_TXN] = {"txn", "fields of a transaction", 0, ALGO_GROUP_TXN},
    [ALGO_GROUP_TXNA] = {"txna", "array fields of a transaction", 0, ALGO_GROUP_TXN},
    [ALGO_GROUP_ITXN_FIELD] = {"itxn_field", "fields that an inner transaction can be given", 0, ALGO_GROUP_TXN},
    [ALGO_GROUP_APP_PARAMS_SET] = {"app_params_set", "parameters that an application can set for itself", AT_APP_PARAMS,
                                   ALGO_GROUP_APP_PARAMS},
#define GROUP(id, name, prose) [ALGO_GROUP_##id] = {name, prose, AT_##id, ALGO_GROUP_##id},
#define FIELD(...)
#define TXN_FIELD(...)
#include "algo/fields.def"
#undef GROUP
#undef FIELD
#undef TXN_FIELD
};

static bool shows(algo_group_t g, const algo_isa_field_t *f) {
  switch (g) {
  case ALGO_GROUP_TXN: return !f->array;
  case ALGO_GROUP_TXNA: return f->array;
  case ALGO_GROUP_APP_PARAMS_SET: return f->settable != 0;
  default: return true;
  }
}

static const group_t *group_of(algo_group_t g) { return (unsigned)g < ALGO_GROUP_COUNT ? &groups[g] : &groups[0]; }

const char *algo_isa_group_name(algo_group_t g) { return group_of(g)->name; }
const char *algo_isa_group_prose(algo_group_t g) { return group_of(g)->prose; }

const algo_isa_field_t *algo_isa_field(algo_group_t g, uint8_t value) {
  const group_t *group = group_of(g);
  unsigned row = group->at + value;
  if (row >= ROWS || table[row].group != group->declared || !shows(g, &table[row])) return NULL;
  return &table[row];
}

unsigned algo_isa_field_count(algo_group_t g) {
  const group_t *group = group_of(g);
  unsigned n = 0;
  for (unsigned row = group->at; row < ROWS && table[row].group == group->declared; row++) {
    if (shows(g, &table[row])) n = row - group->at + 1;
  }
  return n;
}

size_t algo_isa_fields_total(void) { return ROWS; }
const algo_isa_field_t *algo_isa_field_row(size_t i) { return i < ROWS ? &table[i] : NULL; }

/* No two fields of different groups share a name, so that one table of names does for all. */
const algo_isa_field_t *algo_isa_field_by_name(algo_group_t g, const char *name, size_t n) {
  if (n == 0 || n > ISA_NAME_MAX) return NULL;
  unsigned row = field_slots[isa_hash(field_SEED, name, n)];
  if (row == 0) return NULL;
  const algo_isa_field_t *f = &table[row - 1];
  if (f->name_len != n || !isa_same_name(f->name, name, n)) return NULL;
  return f->group == group_of(g)->declared && shows(g, f) ? f : NULL;
}

bool algo_isa_int_constant(const char *name, size_t n, uint64_t *value) {
  static const struct {
    char name[20];
    uint8_t value;
  } names[] = {{"NoOp", 0},
               {"OptIn", 1},
               {"CloseOut", 2},
               {"ClearState", 3},
               {"UpdateApplication", 4},
               {"DeleteApplication", 5},
               {"unknown", 0},
               {"pay", 1},
               {"keyreg", 2},
               {"acfg", 3},
               {"axfer", 4},
               {"afrz", 5},
               {"appl", 6},
               {"stpf", 7},
               {"hb", 8},
               {"Payment", 1},
               {"KeyRegistration", 2},
               {"AssetConfig", 3},
               {"AssetTransfer", 4},
               {"AssetFreeze", 5},
               {"ApplicationCall", 6}};
  if (n == 0 || n >= sizeof names[0].name || (name[0] >= '0' && name[0] <= '9')) return false; /* most are numbers */
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    if (names[i].name[n] == '\0' && names[i].name[n - 1] != '\0' && memcmp(names[i].name, name, n) == 0) {
      *value = names[i].value;
      return true;
    }
  }
  return false;
}
