/* deploy.c - the published applications: found, compared and labelled. */
#include "algo/deploy.h"

#include <stdlib.h>

#include "algo/block.h"
#include "algo/escrow.h"
#include "algo/hash.h"
#include "algo/rental.h"
#include "algo/text.h"
#include "internal.h"

#define NOTE_PREFIX "algorent/deploy:j"

const algo_app_spec_t *const *algo_deploy_specs(void) {
  static const algo_app_spec_t *const all[] = {&algo_rental_spec_algo, &algo_rental_spec_asa, &algo_escrow_spec_algo,
                                               &algo_escrow_spec_asa, NULL};
  return all;
}

const algo_app_spec_t *algo_deploy_spec(const char *contract, uint64_t asset) {
  const algo_app_spec_t *const *all = algo_deploy_specs();
  for (size_t i = 0; all[i] != NULL; i++)
    if (strcmp(all[i]->name, contract) == 0 && strcmp(all[i]->variant, asset == 0 ? "algo" : "asa") == 0) return all[i];
  return NULL;
}

static size_t first_difference(algo_bytes_t a, algo_bytes_t b) {
  size_t n = a.n < b.n ? a.n : b.n, i = 0;
  while (i < n && a.p[i] == b.p[i]) i++;
  return i;
}

static bool same_schema(const algo_schema_t *a, const algo_schema_t *b) {
  return a->num_uint == b->num_uint && a->num_byte_slice == b->num_byte_slice;
}

bool algo_deploy_compare(algo_deploy_check_t *out, const algo_application_t *a, const algo_app_spec_t *spec) {
  *out = (algo_deploy_check_t){
      .approval = !algo_bytes_eq(a->approval, spec->approval),
      .clear = !algo_bytes_eq(a->clear, spec->clear),
      .global_schema = !same_schema(&a->global_schema, &spec->global_schema),
      .local_schema = !same_schema(&a->local_schema, &spec->local_schema),
      .extra_pages = a->extra_pages != spec->extra_pages,
      .approval_at = first_difference(a->approval, spec->approval),
      .clear_at = first_difference(a->clear, spec->clear),
  };
  return !out->approval && !out->clear && !out->global_schema && !out->local_schema && !out->extra_pages;
}

const algo_app_spec_t *algo_deploy_match(const algo_application_t *a) {
  const algo_app_spec_t *const *all = algo_deploy_specs();
  for (size_t i = 0; all[i] != NULL; i++)
    if (algo_bytes_eq(a->approval, all[i]->approval) && algo_bytes_eq(a->clear, all[i]->clear)) return all[i];
  return NULL;
}

uint64_t algo_deploy_held(const algo_app_spec_t *spec) {
  return 100000u * (1u + (uint64_t)spec->extra_pages) + 28500u * spec->global_schema.num_uint +
         50000u * spec->global_schema.num_byte_slice;
}

static int by_id(const void *a, const void *b) {
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return x < y ? -1 : x > y;
}

algo_code_t algo_deploy_find(const uint64_t **apps, size_t *n, algo_algod_t *algod, const algo_addr_t *creator,
                             const algo_app_spec_t *spec, uint64_t asset, algo_arena_t *arena, algo_err_t *err) {
  const algo_application_t *made = NULL;
  size_t count = 0, len = 0;
  algo_code_t r = algo_algod_created(algod, creator, &made, &count, arena, err);
  uint64_t *ids = r == ALGO_OK ? algo_arena_array(arena, count + 1, sizeof *ids) : NULL;
  if (r == ALGO_OK && ids == NULL) r = client_nomem(err);
  if (r != ALGO_OK) return r;
  for (size_t i = 0; i < count; i++) {
    algo_deploy_check_t check;
    const algo_teal_value_t *of = algo_teal_find(&made[i].globals, "asset");
    if (algo_deploy_compare(&check, &made[i], spec) && of != NULL && of->is_uint && of->uint == asset)
      ids[len++] = made[i].id;
  }
  if (len > 1) qsort(ids, len, sizeof *ids, by_id);
  *apps = ids, *n = len;
  return ALGO_OK;
}

/* ---- notes ---- */

void algo_deploy_note(algo_buf_t *out, const algo_app_spec_t *spec, const char *version) {
  uint8_t hash[32];
  algo_json_t j = algo_json(out);
  algo_buf_puts(out, NOTE_PREFIX);
  algo_json_open(&j, '{');
  algo_json_key(&j, "contract"), algo_json_str(&j, spec->name);
  algo_json_key(&j, "variant"), algo_json_str(&j, spec->variant);
  algo_json_key(&j, "version"), algo_json_str(&j, version);
  algo_sha256(hash, spec->approval.p, spec->approval.n);
  algo_json_key(&j, "approval_sha256"), algo_json_hex(&j, algo_bytes(hash, sizeof hash));
  algo_sha256(hash, spec->clear.p, spec->clear.n);
  algo_json_key(&j, "clear_sha256"), algo_json_hex(&j, algo_bytes(hash, sizeof hash));
  algo_json_close(&j, '}');
}

static algo_code_t read_hash(uint8_t out[32], json_object *o, const char *key, algo_err_t *err) {
  algo_bytes_t text = {0};
  algo_buf_t b = ALGO_BUF_INIT;
  algo_code_t r = algo_json_get_str(o, key, &text, err);
  if (r == ALGO_OK) r = algo_hex_decode(&b, (const char *)text.p, text.n, err);
  if (r == ALGO_OK && b.n != 32) r = algo_err_set(err, ALGO_E_PARSE, "%s: 64 hex letters, not %zu", key, text.n);
  if (r == ALGO_OK) memcpy(out, b.p, 32);
  algo_buf_fini(&b);
  return r;
}

algo_code_t algo_deploy_label(algo_deploy_label_t *out, algo_bytes_t note, algo_arena_t *arena, algo_err_t *err) {
  const size_t skip = strlen(NOTE_PREFIX);
  json_object *o = NULL;
  algo_deploy_label_t l = {.contract = "", .variant = "", .version = ""};
  if (note.n < skip || memcmp(note.p, NOTE_PREFIX, skip) != 0)
    return algo_err_set(err, ALGO_E_NOT_FOUND, "the creation has no note of a deployment");
  algo_code_t r = algo_json_parse(&o, note.p + skip, note.n - skip, err);
  if (r == ALGO_OK) r = client_json_text(&l.contract, o, "contract", arena, err);
  if (r == ALGO_OK) r = client_json_text(&l.variant, o, "variant", arena, err);
  if (r == ALGO_OK) r = client_json_text(&l.version, o, "version", arena, err);
  if (r == ALGO_OK) r = read_hash(l.approval, o, "approval_sha256", err);
  if (r == ALGO_OK) r = read_hash(l.clear, o, "clear_sha256", err);
  json_object_put(o);
  if (r == ALGO_OK) *out = l;
  return r;
}

/* ---- creations ---- */

static const algo_apply_t *find_creation(const algo_apply_t *list, size_t n, uint64_t app) {
  for (size_t i = 0; i < n; i++) {
    if (list[i].created_app == app) return &list[i];
    const algo_apply_t *inner = find_creation(list[i].delta.inner, list[i].delta.n_inner, app);
    if (inner != NULL) return inner;
  }
  return NULL;
}

algo_code_t algo_deploy_creation(algo_deploy_creation_t *out, algo_algod_t *algod, uint64_t app, uint64_t round,
                                 algo_arena_t *arena, algo_err_t *err) {
  algo_buf_t bytes = ALGO_BUF_INIT;
  algo_block_t block;
  algo_code_t r = algo_algod_block(algod, round, &bytes, err);
  algo_bytes_t copy = r == ALGO_OK ? algo_arena_dup(arena, algo_buf_view(&bytes)) : (algo_bytes_t){0};
  algo_buf_fini(&bytes);
  if (r == ALGO_OK && copy.p == NULL) r = client_nomem(err);
  if (r == ALGO_OK) r = algo_block_decode(&block, copy, arena, err);
  if (r != ALGO_OK) return r;
  const algo_apply_t *made = find_creation(block.txns, block.n_txns, app);
  if (made == NULL)
    return algo_err_set(err, ALGO_E_NOT_FOUND, "round %" PRIu64 " made no application %" PRIu64, round, app);
  *out = (algo_deploy_creation_t){.round = round, .txn = made->stxn.txn};
  for (size_t i = 0; i < block.n_txns; i++) {
    if (&block.txns[i] == made) {
      algo_block_restore(&out->txn, &block, made);
      algo_digest_t id;
      algo_txn_id(&id, &out->txn);
      algo_txid_format(out->txid, &id);
    }
  }
  return ALGO_OK;
}
