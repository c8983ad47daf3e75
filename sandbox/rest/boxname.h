/* Names of boxes as clients give them: "encoding:value". */
#ifndef REST_BOXNAME_H
#define REST_BOXNAME_H

#include "algo/bytes.h"

/* Appends the name's bytes. Errors: PARSE, with go-algorand's text. Source: avm-abi's AppCallBytes. */
algo_code_t boxname_parse(algo_buf_t *out, const char *text, algo_err_t *err);

#endif
