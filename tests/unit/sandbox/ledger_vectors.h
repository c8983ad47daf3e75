/* The recorded vectors, for the ledger's tests. */
#ifndef LEDGER_VECTORS_H
#define LEDGER_VECTORS_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "algo/json.h"
#include "algo/ledger.h"
#include "algo/text.h"

/* The folder of the vectors; NULL: not there. */
static inline const char *vectors_dir(void) {
  static char path[1024];
  struct stat st;
  const char *env = getenv("ALGORENT_VECTORS");
  snprintf(path, sizeof path, "%s", env ? env : "../shared/vectors");
  return stat(path, &st) ? NULL : path;
}

/* A whole file; the caller frees it. */
static inline algo_buf_t vectors_read(const char *name) {
  char path[2048];
  algo_buf_t b = ALGO_BUF_INIT;
  snprintf(path, sizeof path, "%s/%s", vectors_dir(), name);
  FILE *f = fopen(path, "rb");
  if (!f) return b;
  uint8_t block[65536];
  for (size_t n; (n = fread(block, 1, sizeof block, f)) > 0;) algo_buf_put(&b, block, n);
  fclose(f);
  return b;
}

static inline json_object *vectors_json(const char *name) {
  algo_buf_t b = vectors_read(name);
  json_object *o = NULL;
  algo_err_t err;
  if (algo_json_parse(&o, b.p, b.n, &err)) fprintf(stderr, "%s: %s\n", name, err.msg);
  algo_buf_fini(&b);
  return o;
}

static inline json_object *member(json_object *o, const char *key) {
  json_object *v = NULL;
  json_object_object_get_ex(o, key, &v);
  return v;
}
static inline const char *text_of(json_object *o, const char *key) {
  json_object *v = member(o, key);
  return v ? json_object_get_string(v) : NULL;
}
static inline uint64_t number_of(json_object *o, const char *key) { return json_object_get_uint64(member(o, key)); }

static inline algo_buf_t unhex(const char *s) {
  algo_buf_t b = ALGO_BUF_INIT;
  algo_hex_decode(&b, s, strlen(s), NULL);
  return b;
}

static inline algo_ledger_t *ledger_of_genesis(json_object *genesis) {
  const char *text = json_object_to_json_string(genesis);
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_genesis_t g;
  algo_ledger_t *l = NULL;
  algo_err_t err;
  if (algo_genesis_parse(&g, text, strlen(text), &arena, &err) || algo_ledger_new(&l, &g, NULL, &err))
    fprintf(stderr, "genesis: %s\n", err.msg);
  algo_arena_fini(&arena);
  return l;
}

/* The ledger on which the evaluation vectors were recorded. *bad counts blocks whose header is not the recorded one. */
static inline algo_ledger_t *ledger_of_setup(json_object *setup, size_t *bad) {
  algo_ledger_t *l = ledger_of_genesis(member(setup, "genesis"));
  json_object *steps = member(setup, "steps"), *headers = member(setup, "headers");
  int64_t offset = (int64_t)number_of(setup, "timestamp_offset");
  for (size_t i = 0; l && i < json_object_array_length(steps); i++) {
    json_object *step = json_object_array_get_idx(steps, i);
    algo_buf_t group = unhex(text_of(step, "group")), text = ALGO_BUF_INIT, raw = ALGO_BUF_INIT;
    algo_err_t err;
    char round[32];
    if (algo_ledger_submit(l, algo_buf_view(&group), NULL, NULL, &text, NULL, &err))
      fprintf(stderr, "round %" PRIu64 " (%s): %s\n", number_of(step, "round"), text_of(step, "what"),
              algo_buf_cstr(&text));
    if (algo_ledger_seal(l, algo_ledger_tip(l)->timestamp + offset, &err)) fprintf(stderr, "seal: %s\n", err.msg);
    snprintf(round, sizeof round, "%" PRIu64, algo_ledger_round(l));
    algo_buf_t want = unhex(text_of(member(headers, round), "header"));
    algo_header_encode(&raw, algo_ledger_tip(l));
    if (!algo_bytes_eq(algo_buf_view(&raw), algo_buf_view(&want))) {
      ++*bad;
      if (*bad <= 2) {
        algo_buf_t a = ALGO_BUF_INIT;
        algo_hex_encode(&a, algo_buf_view(&raw));
        fprintf(stderr, "round %s: header differs\n have %s\n want %s\n", round, algo_buf_cstr(&a),
                text_of(member(headers, round), "header"));
        algo_buf_fini(&a);
      }
    }
    algo_buf_t *all[] = {&group, &text, &raw, &want};
    for (size_t k = 0; k < 4; k++) algo_buf_fini(all[k]);
  }
  return l;
}

#endif
