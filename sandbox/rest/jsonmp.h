/* JSON of signed transactions as the msgpack that it stands for: the other way round than mpjson. */
#ifndef REST_JSONMP_H
#define REST_JSONMP_H

#include "algo/json.h"
#include "mpjson.h"

/* Keys are written in the order they come in: what reads this takes any order. Errors: PARSE, naming the key; NOMEM. */
algo_code_t jsonmp_write(algo_buf_t *out, json_object *value, mpjson_shape_t shape, algo_err_t *err);

/* The first byte that is no space ('{' and '[' begin JSON, and no map of msgpack); 0: there is none. */
uint8_t jsonmp_first(algo_bytes_t body);

#endif
