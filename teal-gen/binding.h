/* What the binding's header and source share. */
#ifndef TG_BINDING_H
#define TG_BINDING_H

#include "internal.h"

void tg_put_call_prototype(algo_buf_t *out, const tg_contract_t *c, const tg_method_t *m); /* without the semicolon */

#endif
