/* go_json.h - one JSON value as Go's encoding/json takes it, with its failures' texts. */
#ifndef ALGO_AVM_GO_JSON_H
#define ALGO_AVM_GO_JSON_H

#include "algo/bytes.h"

#define AVM_GO_JSON_ERROR 96u

/* Whether the whole text is one value; else why, as Go says it. */
bool avm_go_json_valid(algo_bytes_t text, char why[AVM_GO_JSON_ERROR]);
/* Of a valid text: "string", "number", "bool", "object", "array". */
const char *avm_go_json_kind(algo_bytes_t text);
bool avm_go_json_uint(algo_bytes_t number,
                      uint64_t *out); /* false: a sign, a fraction, an exponent, or above 64 bits */
/* A valid string's content; `out` has room for three times the text. Invalid UTF-8 and lone surrogates become U+FFFD.
 */
size_t avm_go_json_unquote(algo_bytes_t text, uint8_t *out);

size_t avm_put_utf8(uint8_t *out, uint32_t rune); /* up to 4 bytes */
int avm_hex4(const uint8_t *p, uint32_t *out);    /* how many of the four are hexadecimal digits, from the front */

#endif
