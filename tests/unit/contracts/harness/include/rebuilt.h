/* Boxes as the events rebuild them: the indexer's tables, moved by each event as the indexer moves them. */
#ifndef REBUILT_H
#define REBUILT_H

#include "algo/event.h"
#include "world.h"

enum { REBUILT_COLUMNS = 40, REBUILT_ROWS = 3000, REBUILT_TABLES = 4 };

typedef struct value {
  uint64_t u;
  uint8_t bytes[64];
  size_t n;
} value_t;

typedef struct row {
  bool there;
  value_t key;
  value_t col[REBUILT_COLUMNS];
} row_t;

typedef struct rebuilt {
  const algo_contract_tables_t *tables;
  row_t *rows[REBUILT_TABLES];
  unsigned unknown, events; /* logs that are none of the contract's events, and those that are */
  uint64_t (*sql)(const row_t *r,
                  const algo_state_table_t *s); /* what the one SQL expression says; NULL: there is none */
} rebuilt_t;

void rebuilt_open(rebuilt_t *t, const algo_contract_tables_t *tables);
void rebuilt_watch(rebuilt_t *t, world_t *w); /* its walks move the rows, each from the beginning */
uint64_t rebuilt_column(const row_t *r, const algo_state_table_t *s, const char *name);
/* Every row against its box; `gone` is the column that says that the box went. NULL: all the same. */
const char *rebuilt_compare(const rebuilt_t *t, const world_t *w, unsigned table, char prefix, const char *gone);
void rebuilt_close(rebuilt_t *t);

#endif
