/* Opcodes that are not there yet fail by name. */
#include "internal.h"
#define PENDING(id)                                                                                                    \
  algo_code_t avm_op_##id(algo_avm_context_t *cx) {                                                                    \
    return avm_fail(cx, "%s is not supported here yet", avm_op_at(cx)->name);                                          \
  }
PENDING(falcon_verify)
PENDING(vrf_verify)
