/* dump.h - structures that the node prints into a failure's text. */
#ifndef ALGO_AVM_DUMP_H
#define ALGO_AVM_DUMP_H

#include "internal.h"

void avm_dump_available(algo_buf_t *out, algo_avm_context_t *cx);     /* resources, as %v */
void avm_dump_pending(algo_buf_t *out, const algo_avm_context_t *cx); /* subtxns, as %#v */

#endif
