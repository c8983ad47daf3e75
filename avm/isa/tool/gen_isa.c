/* gen-isa lookup|opcodes: writes avm/isa/lookup.inc, or docs/opcodes.md, from the tables to stdout. */
#include <stdio.h>
#include <stdlib.h>

#include "algo/isa.h"
#include "algo/isa_lookup.h"
#include "gen_isa.h"

typedef struct name {
  const char *s;
  unsigned row; /* counted from 1 */
} name_t;

/* The smallest seed that keeps all names apart; slots gets the rows. */
static uint64_t find_seed(const name_t *names, size_t n, uint8_t slots[ISA_SLOTS]) {
  for (uint64_t seed = 1;; seed++) {
    size_t placed = 0;
    memset(slots, 0, ISA_SLOTS);
    for (; placed < n; placed++) {
      uint8_t *slot = &slots[isa_hash(seed, names[placed].s, strlen(names[placed].s))];
      if (*slot != 0) break;
      *slot = (uint8_t)names[placed].row;
    }
    if (placed == n) return seed;
  }
}

static void put_table(const char *what, const name_t *names, size_t n) {
  uint8_t slots[ISA_SLOTS];
  uint64_t seed = find_seed(names, n, slots);
  printf("#define %s_SEED %llu\nstatic const uint8_t %s_slots[ISA_SLOTS] = {", what, (unsigned long long)seed, what);
  unsigned on_line = 0;
  for (unsigned i = 0; i < ISA_SLOTS; i++) {
    if (slots[i] == 0) continue;
    printf(on_line++ % 8 == 0 ? "\n    [%u] = %u," : " [%u] = %u,", i, slots[i]);
  }
  printf("\n};\n");
}

static void put_lookup(void) {
  name_t names[256];
  size_t n, count = 0;
  const algo_isa_op_t *ops = algo_isa_ops(&n);
  for (size_t i = 0; i < n; i++) {
    if (i == 0 || ops[i].id != ops[i - 1].id) names[count++] = (name_t){ops[i].name, (unsigned)i + 1};
  }
  printf("/* Made by gen-isa: which row of the opcode table, or of the field table, a name's hash leads to. */\n");
  printf("#if defined ISA_OPS\n");
  put_table("op", names, count);
  count = 0;
  for (size_t i = 0; i < algo_isa_fields_total(); i++) {
    names[count++] = (name_t){algo_isa_field_row(i)->name, (unsigned)i + 1};
  }
  printf("#else\n");
  put_table("field", names, count);
  printf("#endif\n");
}

int main(int argc, char **argv) {
  if (argc == 2 && strcmp(argv[1], "lookup") == 0) {
    put_lookup();
  } else if (argc == 2 && strcmp(argv[1], "opcodes") == 0) {
    gen_opcodes();
  } else {
    fprintf(stderr, "usage: gen-isa lookup|opcodes\n");
    return 2;
  }
  return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
