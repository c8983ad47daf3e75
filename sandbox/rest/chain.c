/* Another chain in the place of the one there: from a seed, of recorded blocks, on top of another network. */
#include <stdlib.h>

#include "models.h"

void algo_rest_on_chain(algo_rest_t *r, algo_rest_chain_fn *fn, algo_rest_chain_drop_fn *drop, void *user) {
  r->chain = fn;
  r->drop = drop;
  r->chain_user = user;
}

/* Nobody waits at the old one any more, nor begins to, before requests see the new one: they would look for themselves
 * on its list. */
static void move(rest_call_t *c, rest_place_t *fresh) {
  algo_rest_t *r = c->rest;
  rest_place_t *old = fresh->former;
  atomic_fetch_add(&old->users, 1); /* whoever asks may have come to one before it */
  atomic_fetch_add(&fresh->users, 1);
  algo_node_retire(old->node);
  atomic_store(&r->place, fresh);
  atomic_store(&old->retired, true);
  rest_place_leave(r, old);
  rest_place_leave(r, c->place);
  c->place = fresh;
  c->node = fresh->node;
}

/* One chain in another's place at a time: the last one made is the one that answers. */
static algo_code_t take_place(rest_call_t *c, const algo_rest_chain_t *what, algo_err_t *err) {
  algo_rest_t *r = c->rest;
  if (r->chain == NULL)
    return algo_err_set(err, ALGO_E_UNSUPPORTED, "this sandbox keeps the chain that it was started with");
  pthread_mutex_lock(&r->chain_lock);
  rest_place_t *now = atomic_load(&r->place), *fresh = rest_place_new(NULL, now);
  algo_code_t rc = fresh != NULL ? r->chain(r->chain_user, what, &fresh->node, err)
                                 : algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  if (rc == ALGO_OK && fresh->node != now->node) move(c, fresh);
  else free(fresh);
  pthread_mutex_unlock(&r->chain_lock);
  return rc;
}

/* Who waits for a block of the old chain is told where the new one is. */
static void become(rest_call_t *c, const algo_rest_chain_t *what) {
  algo_err_t err;
  algo_code_t rc = take_place(c, what, &err);
  if (rc != ALGO_OK) {
    bool elsewhere = rc == ALGO_E_NET || rc == ALGO_E_TIMEOUT || rc == ALGO_E_HTTP;
    rest_error(c, elsewhere ? 502 : rest_status(rc), "%s", err.msg);
    return;
  }
  rest_begin(c);
  algo_json_key(&c->json, "genesis-id");
  algo_json_str(&c->json, algo_node_genesis_id(c->node));
  model_key_u64(&c->json, "round", algo_node_round(c->node));
  rest_end(c);
}

/* The texts and the number of the body's object that the route knows. */
static void take(rest_call_t *c, algo_rest_chain_kind_t kind, const char *wanted) {
  algo_err_t err;
  json_object *o = NULL;
  algo_bytes_t seed = {NULL, 0}, folder = seed, url = seed, token_file = seed, main_text = seed;
  algo_rest_chain_t what = {.kind = kind};
  algo_code_t rc = algo_json_parse(&o, c->req->body.p, c->req->body.n, &err);
  if (rc == ALGO_OK && !json_object_is_type(o, json_type_object))
    rc = algo_err_set(&err, ALGO_E_PARSE, "the body must be an object");
  if (rc == ALGO_OK) rc = algo_json_get_str(o, wanted, &main_text, &err);
  if (rc == ALGO_OK) rc = algo_json_opt_str(o, "seed", &seed, &err);
  if (rc == ALGO_OK) rc = algo_json_opt_str(o, "folder", &folder, &err);
  if (rc == ALGO_OK) rc = algo_json_opt_str(o, "url", &url, &err);
  if (rc == ALGO_OK) rc = algo_json_opt_str(o, "token-file", &token_file, &err);
  if (rc == ALGO_OK) rc = algo_json_opt_u64(o, "round", &what.round, &err);
  what.seed = (const char *)seed.p;
  what.folder = (const char *)folder.p;
  what.url = (const char *)url.p;
  what.token_file = (const char *)token_file.p;
  if (rc == ALGO_OK) become(c, &what);
  else rest_error(c, rest_status(rc), "%s", err.msg);
  json_object_put(o);
}

static void seed_chain(rest_call_t *c) { take(c, ALGO_REST_SEED, "seed"); }
static void replay_chain(rest_call_t *c) { take(c, ALGO_REST_REPLAY, "folder"); }
static void fork_chain(rest_call_t *c) { take(c, ALGO_REST_FORK, "url"); }

static const rest_route_t routes[] = {
    {"POST", "/sandbox/v1/seed", seed_chain, REST_LEDGER},
    {"POST", "/sandbox/v1/replay", replay_chain, 0},
    {"POST", "/sandbox/v1/fork", fork_chain, 0},
};
const rest_table_t rest_chain_routes = {routes, sizeof routes / sizeof *routes};
