/* Coverage and profile over REST. Sources that were compiled here while it was on give lines to their programs. */
#include <stdlib.h>

#include "models.h"

struct rest_source {
  rest_source_t *next;
  algo_addr_t hash;
  algo_asm_location_t *at; /* instruction starts, by pc */
  size_t n;
};

void rest_source_note(rest_call_t *c, const algo_addr_t *hash, const algo_asm_result_t *r) {
  if (!algo_node_covering(c->node) || r->n_locations == 0) return;
  rest_source_t *s = calloc(1, sizeof *s);
  algo_asm_location_t *at = calloc(r->n_locations, sizeof *at);
  pthread_mutex_lock(&c->rest->lock);
  const rest_source_t *known = c->rest->sources;
  while (known != NULL && !algo_addr_eq(&known->hash, hash)) known = known->next;
  if (known == NULL && s != NULL && at != NULL) {
    memcpy(at, r->locations, r->n_locations * sizeof *at);
    *s = (rest_source_t){c->rest->sources, *hash, at, r->n_locations};
    c->rest->sources = s;
    s = NULL;
    at = NULL;
  }
  pthread_mutex_unlock(&c->rest->lock);
  free(s);
  free(at);
}

void rest_sources_free(algo_rest_t *r) {
  while (r->sources != NULL) {
    rest_source_t *s = r->sources;
    r->sources = s->next;
    free(s->at);
    free(s);
  }
}

static void put_pair(algo_json_t *j, uint64_t a, uint64_t b) {
  algo_json_open(j, '[');
  algo_json_uint(j, a);
  algo_json_uint(j, b);
  algo_json_close(j, ']');
}

/* [line, hits] of every line that has an instruction, from 1; a line's hits are those of its first. */
static void put_lines(rest_call_t *c, const algo_node_program_t *p) {
  pthread_mutex_lock(&c->rest->lock);
  const rest_source_t *s = c->rest->sources;
  while (s != NULL && !algo_addr_eq(&s->hash, &p->hash)) s = s->next;
  if (s != NULL) {
    algo_json_key(&c->json, "lines");
    algo_json_open(&c->json, '[');
    for (size_t i = 0; i < s->n; i++) {
      bool again = i > 0 && s->at[i].line == s->at[i - 1].line;
      if (!again && s->at[i].pc < p->n) put_pair(&c->json, (uint64_t)s->at[i].line + 1, p->hits[s->at[i].pc]);
    }
    algo_json_close(&c->json, ']');
  }
  pthread_mutex_unlock(&c->rest->lock);
}

static void put_program(void *user, const algo_node_program_t *p) {
  rest_call_t *c = user;
  algo_json_t *j = &c->json;
  algo_json_open(j, '{');
  model_key_u64(j, "app", p->app);
  model_addr(j, "hash", &p->hash);
  algo_json_key(j, "hits");
  algo_json_open(j, '[');
  for (size_t pc = 0; pc < p->n; pc++) {
    if (p->hits[pc] > 0) put_pair(j, pc, p->hits[pc]);
  }
  algo_json_close(j, ']');
  put_lines(c, p);
  model_key_u64(j, "runs", p->runs);
  algo_json_close(j, '}');
}

static void put_opcode(void *user, const algo_node_opcode_t *o) {
  algo_json_t *j = &((rest_call_t *)user)->json;
  algo_json_open(j, '{');
  model_key_u64(j, "cost", o->cost);
  model_key_u64(j, "count", o->count);
  algo_json_key(j, "name");
  algo_json_str(j, o->name);
  algo_json_close(j, '}');
}

static void coverage(rest_call_t *c) {
  algo_json_t *j = &c->json;
  rest_begin(c);
  algo_json_key(j, "opcodes");
  algo_json_open(j, '[');
  algo_node_coverage(c->node, NULL, put_opcode, c);
  algo_json_close(j, ']');
  algo_json_key(j, "programs");
  algo_json_open(j, '[');
  algo_node_coverage(c->node, put_program, NULL, c);
  algo_json_close(j, ']');
  rest_end(c);
}

static void set_coverage(rest_call_t *c) {
  algo_err_t err;
  bool on = algo_bytes_eq(c->arg[0], ALGO_BYTES_LIT("on"));
  if (!on && !algo_bytes_eq(c->arg[0], ALGO_BYTES_LIT("off"))) rest_error(c, 400, "coverage is on or off");
  else if (algo_node_set_coverage(c->node, on, &err) != ALGO_OK) rest_error(c, 500, "%s", err.msg);
  else coverage(c);
}

static const rest_route_t routes[] = {
    {"GET", "/sandbox/v1/coverage", coverage, REST_LEDGER},
    {"POST", "/sandbox/v1/coverage/:", set_coverage, REST_LEDGER},
};
const rest_table_t rest_coverage_routes = {routes, sizeof routes / sizeof *routes};
