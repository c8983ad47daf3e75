/* The tables against the recorded opcode table of a real node, row by row; the decoder on good and cut programs. */
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>

#include "algo/isa.h"
#include "suite.h"

static json_object *recorded;

static const char *str(json_object *o, const char *key) {
  return json_object_get_string(json_object_object_get(o, key));
}
static unsigned num(json_object *o, const char *key) {
  return (unsigned)json_object_get_int64(json_object_object_get(o, key));
}

static json_object *load(void) {
  const char *dir = getenv("ALGORENT_VECTORS");
  char path[512];
  snprintf(path, sizeof path, "%s/avm/opcodes.json", dir != NULL ? dir : "../shared/vectors");
  json_object *o = json_object_from_file(path);
  if (o == NULL) printf("SKIPPED isa: no %s\n", path);
  return o;
}

static void same_types(json_object *list, const uint8_t *types, unsigned n, const char *name) {
  ck_assert_msg(json_object_array_length(list) == n, "%s: number of stack values", name);
  for (unsigned i = 0; i < n; i++) {
    const char *want = json_object_get_string(json_object_array_get_idx(list, i));
    ck_assert_str_eq(algo_isa_type((algo_type_t)types[i])->name, want);
  }
}

static void same_cost(json_object *c, const algo_isa_cost_t *cost, const char *name) {
  ck_assert_msg(num(c, "base") == cost->base, "%s: cost", name);
  ck_assert_uint_eq(num(c, "per_chunk"), cost->per_chunk);
  ck_assert_uint_eq(num(c, "chunk"), cost->chunk);
  ck_assert_uint_eq(num(c, "arg"), cost->arg);
}

static void same_costs(json_object *c, const algo_isa_op_t *op) {
  json_object *by_field = json_object_object_get(c, "by_field");
  if (by_field == NULL) {
    ck_assert_msg(op->n_costs == 1, "%s: one cost", op->name);
    same_cost(c, &op->cost[0], op->name);
    return;
  }
  ck_assert_msg(op->n_costs > 1, "%s: a cost by field", op->name);
  json_object_object_foreach(by_field, field, value) {
    const algo_isa_field_t *f = algo_isa_field_by_name((algo_group_t)op->imms[0].group, field, strlen(field));
    ck_assert_ptr_nonnull(f);
    ck_assert_uint_lt(f->value, op->n_costs);
    same_cost(value, &op->cost[f->value], op->name);
  }
}

static void same_imms(json_object *imms, const algo_isa_op_t *op) {
  static const char *const kinds[] = {"u8",    "i8",       "label16", "label_varint", "varuint",
                                      "bytes", "varuints", "bytess",  "labels16"};
  ck_assert_msg(json_object_array_length(imms) == op->n_imms, "%s: immediates", op->name);
  for (unsigned i = 0; i < op->n_imms; i++) {
    json_object *imm = json_object_array_get_idx(imms, i);
    ck_assert_str_eq(str(imm, "name"), op->imms[i].name);
    ck_assert_str_eq(str(imm, "kind"), kinds[op->imms[i].kind]);
    const char *group = str(imm, "group");
    ck_assert_str_eq(group != NULL ? group : "", algo_isa_group_name((algo_group_t)op->imms[i].group));
  }
}

static unsigned modes_of(json_object *list) {
  unsigned modes = 0;
  for (size_t i = 0; i < json_object_array_length(list); i++) {
    const char *s = json_object_get_string(json_object_array_get_idx(list, i));
    modes |= strcmp(s, "sig") == 0 ? ALGO_MODE_SIG : ALGO_MODE_APP;
  }
  return modes;
}

static void same_op(json_object *rec, const algo_isa_op_t *op) {
  json_object *code = json_object_object_get(rec, "code");
  ck_assert_str_eq(op->name, str(rec, "name"));
  ck_assert_uint_eq(op->code, (unsigned)json_object_get_int(json_object_array_get_idx(code, 0)));
  ck_assert_uint_eq(op->since, num(rec, "since"));
  ck_assert_uint_eq(algo_isa_op_size(op), num(rec, "size"));
  ck_assert_uint_eq((op->flags & ALGO_OPF_EXITS) != 0, json_object_get_boolean(json_object_object_get(rec, "exits")));
  ck_assert_uint_eq(op->modes, modes_of(json_object_object_get(rec, "modes")));
  same_imms(json_object_object_get(rec, "imms"), op);
  same_types(json_object_object_get(rec, "pops"), op->takes, op->n_takes, op->name);
  same_types(json_object_object_get(rec, "pushes"), op->gives, op->n_gives, op->name);
  same_costs(json_object_object_get(rec, "cost"), op);
}

START_TEST(every_recorded_opcode_is_in_the_table) {
  if (recorded == NULL) return;
  json_object *ops = json_object_object_get(recorded, "ops");
  for (size_t i = 0; i < json_object_array_length(ops); i++) {
    json_object *rec = json_object_array_get_idx(ops, i), *code = json_object_object_get(rec, "code");
    uint8_t byte = (uint8_t)json_object_get_int(json_object_array_get_idx(code, 0)), sub = 0;
    if (json_object_array_length(code) > 1) sub = (uint8_t)json_object_get_int(json_object_array_get_idx(code, 1));
    for (unsigned v = num(rec, "from"); v <= num(rec, "to"); v++) {
      const algo_isa_op_t *op = algo_isa_op(v, byte, sub);
      ck_assert_msg(op != NULL, "%s in v%u", str(rec, "name"), v);
      same_op(rec, op);
      ck_assert_ptr_eq(op, algo_isa_op_by_name(v, op->name, op->name_len));
    }
  }
}
END_TEST

START_TEST(no_version_has_more_opcodes_than_recorded) {
  if (recorded == NULL) return;
  json_object *by_version = json_object_object_get(recorded, "by_version");
  for (unsigned v = 1; v <= ALGO_AVM_VERSION_MAX; v++) {
    char key[4];
    snprintf(key, sizeof key, "%u", v);
    unsigned n = 0;
    for (unsigned c = 0; c < 256; c++) {
      if (algo_isa_is_prefix(v, (uint8_t)c)) {
        for (unsigned s = 0; s < 256; s++) n += algo_isa_op(v, (uint8_t)c, (uint8_t)s) != NULL;
      } else {
        n += algo_isa_op(v, (uint8_t)c, 0) != NULL;
      }
    }
    ck_assert_uint_eq(n, json_object_array_length(json_object_object_get(by_version, key)));
  }
}
END_TEST

static algo_group_t group_by_name(const char *name) {
  for (unsigned g = 1; g < ALGO_GROUP_COUNT; g++) {
    if (strcmp(algo_isa_group_name((algo_group_t)g), name) == 0) return (algo_group_t)g;
  }
  ck_abort_msg("no group %s", name);
}

START_TEST(fields_are_those_recorded) {
  if (recorded == NULL) return;
  json_object_object_foreach(json_object_object_get(recorded, "groups"), key, list) {
    algo_group_t g = group_by_name(key);
    bool set = g == ALGO_GROUP_ITXN_FIELD || g == ALGO_GROUP_APP_PARAMS_SET;
    unsigned shown = 0;
    for (unsigned v = 0; v < 256; v++) {
      const algo_isa_field_t *f = algo_isa_field(g, (uint8_t)v);
      shown += f != NULL && (!set || f->settable != 0);
      ck_assert(f == NULL || v < algo_isa_field_count(g));
    }
    ck_assert_uint_eq(shown, json_object_array_length(list));
    for (size_t i = 0; i < json_object_array_length(list); i++) {
      json_object *rec = json_object_array_get_idx(list, i);
      const algo_isa_field_t *f = algo_isa_field(g, (uint8_t)num(rec, "value"));
      ck_assert_ptr_nonnull(f);
      ck_assert_str_eq(f->name, str(rec, "name"));
      ck_assert_uint_eq(set ? f->settable : f->since, num(rec, "since"));
      ck_assert_ptr_eq(f, algo_isa_field_by_name(g, f->name, strlen(f->name)));
      const char *type = str(rec, "type");
      if (type != NULL && strcmp(type, "any") != 0) ck_assert_str_eq(algo_isa_type((algo_type_t)f->type)->name, type);
      json_object *modes = json_object_object_get(rec, "modes");
      if (modes != NULL) ck_assert_uint_eq(f->modes, modes_of(modes));
    }
  }
}
END_TEST

START_TEST(types_and_constants_are_those_recorded) {
  if (recorded == NULL) return;
  json_object_object_foreach(json_object_object_get(recorded, "types"), key, t) {
    for (unsigned i = 0; i < ALGO_TYPE_COUNT; i++) {
      const algo_isa_type_t *type = algo_isa_type((algo_type_t)i);
      if (strcmp(type->name, key) != 0) continue;
      ck_assert_int_eq(type->letter, str(t, "abbrev")[0]);
      ck_assert_uint_eq(type->min, json_object_get_uint64(json_object_object_get(t, "min")));
      ck_assert_uint_eq(type->max, json_object_get_uint64(json_object_object_get(t, "max")));
    }
  }
  json_object_object_foreach(json_object_object_get(recorded, "int_constants"), name, value) {
    uint64_t v;
    ck_assert(algo_isa_int_constant(name, strlen(name), &v));
    ck_assert_uint_eq(v, json_object_get_uint64(value));
  }
  uint64_t v;
  ck_assert(!algo_isa_int_constant("NoO", 3, &v));
}
END_TEST

START_TEST(names_know_the_versions_they_are_in) {
  unsigned first, last;
  ck_assert_ptr_nonnull(algo_isa_op_any("bnz", 3, &first, &last));
  ck_assert_uint_eq(first, 1);
  ck_assert_uint_eq(last, ALGO_AVM_VERSION_MAX);
  ck_assert_ptr_nonnull(algo_isa_op_any("sumhash512", 10, &first, &last));
  ck_assert_uint_eq(first, 14);
  ck_assert_ptr_null(algo_isa_op_any("nonsense", 8, &first, &last));
  ck_assert_ptr_null(algo_isa_op_by_name(13, "sumhash512", 10));
  ck_assert_ptr_null(algo_isa_op_by_name(13, "sha25", 5));
}
END_TEST

static algo_decode_t decode(algo_isa_insn_t *insn, unsigned version, const char *bytes, size_t n) {
  return algo_isa_decode(insn, version, algo_bytes(bytes, n), 0);
}
#define DECODE(insn, v, s) decode(insn, v, s, sizeof(s) - 1)

START_TEST(the_decoder_reads_immediates) {
  algo_isa_insn_t i;
  ck_assert_int_eq(DECODE(&i, 8, "\x8b\xff"), ALGO_DECODE_OK);
  ck_assert_int_eq(i.imm[0].value, -1);
  ck_assert_int_eq(DECODE(&i, 12, "\x42\xff\xfd"), ALGO_DECODE_OK);
  ck_assert_int_eq(i.imm[0].value, 0);
  ck_assert_int_eq(DECODE(&i, 13, "\x42\x03"), ALGO_DECODE_OK);
  ck_assert_int_eq(i.imm[0].value, -2);
  ck_assert_int_eq(DECODE(&i, 13, "\x42\x04"), ALGO_DECODE_OK);
  ck_assert_int_eq(i.imm[0].value, 4);
  ck_assert_int_eq(DECODE(&i, 13, "\xd4\x07"), ALGO_DECODE_OK);
  ck_assert_str_eq(i.op->name, "app_box_put");
  ck_assert_uint_eq(i.next, 2);
  ck_assert_int_eq(DECODE(&i, 8, "\x81\x80\x01"), ALGO_DECODE_OK);
  ck_assert_int_eq(i.imm[0].value, 128);
  ck_assert_int_eq(DECODE(&i, 8, "\x26\x02\x01x\x00"), ALGO_DECODE_OK);
  uint32_t at = i.imm[0].at;
  ck_assert_uint_eq(i.imm[0].count, 2);
  algo_bytes_t program = ALGO_BYTES_LIT("\x26\x02\x01x\x00");
  ck_assert_uint_eq(algo_isa_next_bytes(program, &at).n, 1);
  ck_assert_uint_eq(algo_isa_next_bytes(program, &at).n, 0);
  ck_assert_int_eq(DECODE(&i, 8, "\x8d\x01\x00\x05"), ALGO_DECODE_OK);
  ck_assert_int_eq(algo_isa_label(&i, &i.imm[0], ALGO_BYTES_LIT("\x8d\x01\x00\x05"), 0), 9);
}
END_TEST

START_TEST(the_decoder_refuses_what_is_cut_or_unknown) {
  algo_isa_insn_t i;
  ck_assert_int_eq(DECODE(&i, 14, "\xff"), ALGO_DECODE_ILLEGAL);
  ck_assert_int_eq(DECODE(&i, 12, "\xd4\x01"), ALGO_DECODE_ILLEGAL);
  ck_assert_int_eq(DECODE(&i, 13, "\xd4"), ALGO_DECODE_NO_SUB);
  ck_assert_int_eq(DECODE(&i, 13, "\xd4\x0a"), ALGO_DECODE_BAD_SUB);
  ck_assert_int_eq(DECODE(&i, 14, "\x31"), ALGO_DECODE_SHORT);
  ck_assert_int_eq(DECODE(&i, 12, "\x42\x01"), ALGO_DECODE_SHORT);
  ck_assert_int_eq(DECODE(&i, 13, "\x42"), ALGO_DECODE_BAD_VARINT);
  ck_assert_int_eq(DECODE(&i, 13, "\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"), ALGO_DECODE_BAD_VARINT);
  ck_assert_int_eq(DECODE(&i, 13,
                          "\x80\x03"
                          "ab"),
                   ALGO_DECODE_BAD_BYTES);
  ck_assert_int_eq(DECODE(&i, 13, "\x20"), ALGO_DECODE_LIST_COUNT);
  ck_assert_int_eq(DECODE(&i, 13, "\x20\x05"), ALGO_DECODE_LIST_TOO_LONG);
  ck_assert_int_eq(DECODE(&i, 13, "\x20\x02\x01"), ALGO_DECODE_LIST_SHORT);
  ck_assert_int_eq(DECODE(&i, 13, "\x20\x02\x01\x80"), ALGO_DECODE_LIST_ITEM);
  ck_assert_int_eq(DECODE(&i, 13, "\x8d"), ALGO_DECODE_LABEL_COUNT);
  ck_assert_int_eq(DECODE(&i, 13, "\x8d\x01\x00"), ALGO_DECODE_LABELS);
}
END_TEST

int main(void) {
  recorded = load();
  TCase *t = tcase_create("tables");
  tcase_add_test(t, every_recorded_opcode_is_in_the_table);
  tcase_add_test(t, no_version_has_more_opcodes_than_recorded);
  tcase_add_test(t, fields_are_those_recorded);
  tcase_add_test(t, types_and_constants_are_those_recorded);
  tcase_add_test(t, names_know_the_versions_they_are_in);
  tcase_add_test(t, the_decoder_reads_immediates);
  tcase_add_test(t, the_decoder_refuses_what_is_cut_or_unknown);
  int rc = suite_case("isa", t);
  if (recorded != NULL) json_object_put(recorded);
  return rc;
}
