/* algo/flow.h - what can be known of a program without running it: what no way leads to, and how dear it can get. */
#ifndef ALGO_FLOW_H
#define ALGO_FLOW_H

#include "algo/arena.h"

typedef struct algo_flow_insn {
  uint32_t pc;
  bool reachable; /* some way from the beginning leads here; conditions are not looked at */
} algo_flow_insn_t;

typedef struct algo_flow {
  unsigned version;
  const algo_flow_insn_t *insns;
  size_t n; /* every instruction, in the order of the bytes; in the arena */
  size_t n_reachable;
  bool bounded;       /* no way goes round in a circle */
  uint64_t max_cost;  /* bounded: no run costs more. Byte strings are taken as long as they can be (4096) */
  uint32_t circle_pc; /* not bounded: the branch or callsub that closes a circle */
} algo_flow_t;

#define ALGO_FLOW_NONE UINT32_MAX

typedef struct algo_flow_node { /* an instruction, and where it may go on */
  uint32_t pc, next;            /* next: the pc behind it */
  uint32_t cost;                /* the most it can cost by itself */
  uint32_t first, n;            /* edges[first .. first + n): the branch targets as written, then the way behind it */
  uint32_t callee;              /* the node that a callsub enters (its edge is the way behind the call); else NONE */
  bool returns;                 /* a retsub */
} algo_flow_node_t;

typedef struct algo_flow_graph {
  unsigned version;
  algo_bytes_t program;          /* borrowed */
  const algo_flow_node_t *nodes; /* n of them, in the order of the bytes */
  uint32_t n;
  const uint32_t *edges;   /* a node; n: the program's end; NONE: no instruction begins at that target */
  const uint32_t *node_at; /* by pc: the node that begins there, or NONE */
} algo_flow_graph_t;

/* The graph of a program's instructions, in the arena. Errors: ASM (a program that does not disassemble: its message
 * and pc), NOMEM. */
ALGO_API algo_code_t algo_flow_graph(algo_flow_graph_t *out, algo_bytes_t program, algo_arena_t *arena,
                                     algo_err_t *err);

/* Errors: ASM (a program that does not disassemble: its message and pc), RANGE (more ways through it than can be
 * followed), NOMEM. */
ALGO_API algo_code_t algo_flow_analyse(algo_flow_t *out, algo_bytes_t program, algo_arena_t *arena, algo_err_t *err);

#endif
