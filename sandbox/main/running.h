/* A network that runs: the line that says where, and the note by which `stop` finds it. */
#ifndef SANDBOX_RUNNING_H
#define SANDBOX_RUNNING_H

#include "options.h"

typedef struct sandbox_ports { /* 0: none */
  uint16_t algod, kmd, indexer;
  const char *genesis_id;
  uint64_t round;
} sandbox_ports_t;

/* One line on stdout, for people or JSON, and to --ready-fd; from now on `stop` finds this process by algod's port. */
void sandbox_running_begin(const sandbox_options_t *o, const sandbox_ports_t *p);
void sandbox_running_end(const sandbox_ports_t *p);
/* Ends the one at o->url, on this machine, and waits for it. The exit status. */
int sandbox_running_stop(const sandbox_options_t *o);

#endif
