/* internal.h - what the files of the client share. */
#ifndef CLIENT_INTERNAL_H
#define CLIENT_INTERNAL_H

#include <inttypes.h>
#include <stdio.h>

#include "algo/algod.h"
#include "algo/http.h"

/* One JSON answer of a GET; *out is put back by the caller. */
algo_code_t client_get_json(algo_algod_t *c, const char *path, json_object **out, algo_err_t *err);
/* An answer in msgpack into `answer`. */
algo_code_t client_get_msgpack(algo_algod_t *c, const char *path, algo_buf_t *answer, algo_err_t *err);

/* As algo_algod_submit, to this path. */
algo_code_t client_submit(algo_algod_t *c, const char *path, algo_bytes_t group, char first[53], algo_err_t *err);

/* Members of a JSON object, copied into the arena; absent ones leave *out as it is ("" for texts). */
algo_code_t client_json_text(const char **out, json_object *o, const char *key, algo_arena_t *arena, algo_err_t *err);
algo_code_t client_json_bytes(algo_bytes_t *out, json_object *o, const char *key, algo_arena_t *arena, algo_err_t *err);
algo_code_t client_json_addr(algo_addr_t *out, json_object *o, const char *key, algo_err_t *err);
algo_code_t client_json_digest(algo_digest_t *out, json_object *o, const char *key, algo_err_t *err);
/* The member `key` where it is an object or array; NULL: absent or null. */
json_object *client_json_at(json_object *o, const char *key);
size_t client_json_count(json_object *array); /* 0 where it is not an array */

/* Appends base64 with what a query cannot hold escaped. */
void client_put_query_base64(algo_buf_t *out, algo_bytes_t v);

/* A box's route, of a node and of an indexer, and their answer. */
void client_box_path(algo_buf_t *out, uint64_t app, algo_bytes_t name);
algo_code_t client_box_decode(algo_box_t *out, json_object *o, algo_arena_t *arena, algo_err_t *err);
/* The id behind the first byte of a box's name; false: not such a name. */
bool client_box_id(algo_bytes_t name, uint64_t *id);

/* How amounts of an asset (0: ALGO) are shown: its decimals, and its unit's name made printable. */
algo_code_t client_unit(uint32_t *decimals, const char **unit, algo_algod_t *algod, uint64_t asset, algo_arena_t *arena,
                        algo_err_t *err);

algo_code_t client_nomem(algo_err_t *err);

#endif
