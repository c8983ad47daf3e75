/* algo/arc4.h - ARC-4 types and values, method signatures, ARC-28 events.
 *
 * A type is parsed once into an arena. Values go between their encoding and JSON (as py-algorand-sdk's from_json takes
 * it: numbers, booleans, addresses as text, byte arrays as base64 or arrays of numbers) or, faster and typed, through
 * the writer below, which generated bindings use. Source: ARC-4, ARC-28. */
#ifndef ALGO_ARC4_H
#define ALGO_ARC4_H

#include "algo/address.h"
#include "algo/arena.h"
#include "algo/json.h"

typedef enum {
  ALGO_ARC4_UINT,
  ALGO_ARC4_UFIXED,
  ALGO_ARC4_BYTE,
  ALGO_ARC4_BOOL,
  ALGO_ARC4_ADDRESS,
  ALGO_ARC4_STRING,
  ALGO_ARC4_ARRAY /* static */,
  ALGO_ARC4_LIST /* dynamic */,
  ALGO_ARC4_TUPLE,
  ALGO_ARC4_TXN /* a transaction argument: txn pay keyreg acfg axfer afrz appl */,
  ALGO_ARC4_REF /* account asset application */,
  ALGO_ARC4_VOID
} algo_arc4_kind_t;

typedef struct algo_arc4_type algo_arc4_type_t;
struct algo_arc4_type {
  algo_arc4_kind_t kind;
  uint16_t bits;                 /* uint, ufixed: 8..512 */
  uint16_t precision;            /* ufixed: 1..160 */
  uint32_t length;               /* array: its length; tuple: how many members */
  const algo_arc4_type_t *items; /* array, list: the element; tuple: `length` members */
  bool dynamic;
  uint32_t size;    /* static: bytes; a head's size is 2 for dynamic */
  const char *text; /* canonical spelling */
};

/* Errors: PARSE (with what is wrong), RANGE (sizes, nesting over 32). */
ALGO_API algo_code_t algo_arc4_parse(const algo_arc4_type_t **out, const char *s, size_t n, algo_arena_t *arena,
                                     algo_err_t *err);
ALGO_API algo_code_t algo_arc4_encode_json(algo_buf_t *out, const algo_arc4_type_t *t, json_object *value,
                                           algo_err_t *err);
ALGO_API algo_code_t algo_arc4_decode_json(algo_json_t *out, const algo_arc4_type_t *t, algo_bytes_t in,
                                           algo_err_t *err);
/* Is `in` exactly one well-formed value of t? Every offset, length, bool bit and padding is checked. */
ALGO_API algo_code_t algo_arc4_check(const algo_arc4_type_t *t, algo_bytes_t in, algo_err_t *err);
/* Member `index` of a tuple's encoding (or element of an array): a view of its encoding. */
ALGO_API algo_code_t algo_arc4_member(algo_bytes_t *out, const algo_arc4_type_t *t, algo_bytes_t in, uint32_t index,
                                      algo_err_t *err);

typedef struct algo_arc4_method {
  const char *name;
  const char *signature; /* "name(args)returns" */
  const algo_arc4_type_t *args;
  uint32_t n_args;
  const algo_arc4_type_t *returns; /* kind VOID: none */
  uint8_t selector[4];             /* SHA-512/256(signature), first 4 bytes */
} algo_arc4_method_t;
ALGO_API algo_code_t algo_arc4_method_parse(algo_arc4_method_t *out, const char *signature, size_t n,
                                            algo_arena_t *arena, algo_err_t *err);
ALGO_API void algo_arc4_selector(uint8_t out[4], const char *signature); /* of a method or an ARC-28 event */

extern ALGO_API const uint8_t algo_arc4_return_prefix[4]; /* 15 1f 7c 75 */

#endif
