/* The opcode reference, from the tables. */
#include <stdio.h>

#include "algo/isa.h"
#include "gen_isa.h"

/* In a table a bar would end the cell. */
static void cell(const char *s) {
  for (; *s != '\0'; s++) printf(*s == '|' ? "\\%c" : "%c", *s);
}

static const char *type_name(uint8_t t) { return algo_isa_type((algo_type_t)t)->name; }

static void stack(const algo_isa_op_t *op) {
  printf("...");
  for (unsigned i = 0; i < op->n_takes; i++) printf(", %c: %s", 'A' + (int)i, type_name(op->takes[i]));
  printf(" &rarr; ...");
  int first = op->n_gives == 4 ? 'W' : 'X';
  for (unsigned i = 0; i < op->n_gives; i++) printf(", %c: %s", first + (int)i, type_name(op->gives[i]));
}

static void one_cost(const algo_isa_cost_t *c) {
  printf("%u", c->base);
  if (c->chunk != 0) printf(" + %u for each %u bytes of %c", c->per_chunk, c->chunk, 'A' + c->arg);
}

static void cost(const algo_isa_op_t *op) {
  for (unsigned i = 0; i < op->n_costs; i++) {
    if (op->n_costs > 1) {
      printf("%s%s ", i == 0 ? "" : "; ", algo_isa_field((algo_group_t)op->imms[0].group, (uint8_t)i)->name);
    }
    one_cost(&op->cost[i]);
  }
}

static void immediates(const algo_isa_op_t *op) {
  static const char *const kinds[] = {"uint8",         "int8",         "int16 offset",
                                      "varint offset", "varuint",      "length and bytes",
                                      "varuints",      "byte strings", "int16 offsets"};
  for (unsigned i = 0; i < op->n_imms; i++) {
    const algo_isa_imm_t *imm = &op->imms[i];
    printf("- immediate `%s`: %s", imm->name, kinds[imm->kind]);
    if (imm->group != ALGO_GROUP_NONE) {
      const char *group = algo_isa_group_name((algo_group_t)imm->group);
      printf(", a field of [%s](#%s)", group, group);
    }
    putchar('\n');
  }
}

static void row(const algo_isa_op_t *op, bool changed) {
  if (changed) {
    printf("\n*Versions %u to %u:*\n\n", op->from, op->to);
  } else {
    printf("\n### `%s`\n\n", op->name);
    cell(op->prose);
    printf("\n\n- code `0x%02x`", op->code);
    if (op->sub != 0) printf(" `0x%02x`", op->sub);
    printf(", since version %u", op->since);
    if (op->to < ALGO_AVM_VERSION_MAX) printf(" (this form to version %u)", op->to);
    putchar('\n');
  }
  immediates(op);
  printf("- stack: ");
  stack(op);
  printf("\n- cost: ");
  cost(op);
  putchar('\n');
  if (op->modes != ALGO_MODE_ANY)
    printf("- only in %s\n", op->modes == ALGO_MODE_APP ? "applications" : "logic signatures");
  if ((op->flags & ALGO_OPF_DYNAMIC) != 0)
    printf("- the effect on the stack depends on the immediates or on the run\n");
  if ((op->flags & ALGO_OPF_EXITS) != 0) printf("- ends the program\n");
}

static void group(algo_group_t g) {
  bool setter = g == ALGO_GROUP_ITXN_FIELD || g == ALGO_GROUP_APP_PARAMS_SET;
  printf("\n### %s\n\n%s\n\n", algo_isa_group_name(g), algo_isa_group_prose(g));
  printf("| number | name | type | since | |\n|---|---|---|---|---|\n");
  for (unsigned v = 0; v < algo_isa_field_count(g); v++) {
    const algo_isa_field_t *f = algo_isa_field(g, (uint8_t)v);
    if (f == NULL || (setter && f->settable == 0)) continue;
    unsigned since = setter ? f->settable : f->since;
    printf("| %u | `%s` | %s | %u | ", v, f->name, f->type == ALGO_TYPE_NONE ? "" : type_name(f->type),
           since == 0 ? 1 : since);
    cell(f->prose);
    printf(f->modes == ALGO_MODE_APP ? "; only in applications |\n" : " |\n");
  }
}

static void types(void) {
  printf("\n## Types\n\n| name | is | from | to |\n|---|---|---|---|\n");
  static const char *const kinds[] = {"nothing", "anything", "an integer", "bytes"};
  for (unsigned i = 1; i < ALGO_TYPE_COUNT; i++) {
    const algo_isa_type_t *t = algo_isa_type((algo_type_t)i);
    printf("| %s | %s | ", t->name, kinds[t->kind]);
    if (t->kind == ALGO_KIND_ANY) {
      printf("| |\n");
    } else if (t->kind == ALGO_KIND_BYTES) {
      printf("%llu bytes | %llu bytes |\n", (unsigned long long)t->min, (unsigned long long)t->max);
    } else {
      printf("%llu | %llu |\n", (unsigned long long)t->min, (unsigned long long)t->max);
    }
  }
}

void gen_opcodes(void) {
  size_t n;
  const algo_isa_op_t *ops = algo_isa_ops(&n);
  printf("# AVM opcodes\n\nGenerated from `avm/isa/include/algo/*.def` by `make gen`. Versions 1 to %u; networks run "
         "up to "
         "%u.\n\nArguments are called A, B, C ... from the deepest on, results (W,) X, Y, Z. What stands to the right "
         "is on "
         "top.\n\n",
         ALGO_AVM_VERSION_MAX, ALGO_AVM_VERSION_RELEASED);
  printf("[Opcodes](#opcodes) &middot; [Fields](#fields) &middot; [Types](#types)\n\n## Opcodes\n\n");
  printf("| code | name | since | |\n|---|---|---|---|\n");
  for (size_t i = 0; i < n; i++) {
    if (i != 0 && ops[i].id == ops[i - 1].id) continue;
    printf(ops[i].sub == 0 ? "| `%02x` | `" : "| `%02x %02x` | `", ops[i].code, ops[i].sub);
    cell(ops[i].name);
    printf("` | %u | ", ops[i].since);
    cell(ops[i].prose);
    printf(" |\n");
  }
  for (size_t i = 0; i < n; i++) row(&ops[i], i != 0 && ops[i].id == ops[i - 1].id);
  printf("\n## Fields\n");
  for (unsigned g = 1; g < ALGO_GROUP_COUNT; g++) group((algo_group_t)g);
  types();
}
