/* teal-gen optimize FILE: what was gained, on standard error or as JSON; the program on standard output or in a file.
 */
#include "algo/json.h"
#include "cli.h"

static const char *mode_name(tg_mode_t m) {
  return m == TG_MODE_APP ? "application" : m == TG_MODE_SIG ? "signature" : "either";
}

static void put_pair(algo_json_t *j, const char *key, uint64_t before, uint64_t after) {
  algo_json_key(j, key);
  algo_json_open(j, '{');
  algo_json_key(j, "before");
  algo_json_uint(j, before);
  algo_json_key(j, "after");
  algo_json_uint(j, after);
  algo_json_close(j, '}');
}

static void put_proof(algo_json_t *j, const tg_proof_t *p) {
  const struct {
    const char *key;
    uint64_t n;
  } all[] = {{"runs", p->runs},     {"approved", p->approved},         {"rejected", p->rejected},
             {"failed", p->failed}, {"instructions", p->instructions}, {"reached", p->reached}};
  algo_json_key(j, "check");
  algo_json_open(j, '{');
  for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
    algo_json_key(j, all[i].key);
    algo_json_uint(j, all[i].n);
  }
  put_pair(j, "cost", p->cost_before, p->cost_after);
  algo_json_key(j, "difference");
  if (p->difference) algo_json_str(j, p->difference);
  else algo_json_null(j);
  algo_json_close(j, '}');
}

static void put_json(algo_buf_t *text, const tg_optimised_t *o, const tg_proof_t *p) {
  algo_json_t j = algo_json(text);
  algo_json_open(&j, '{');
  algo_json_key(&j, "version");
  algo_json_uint(&j, o->version);
  algo_json_key(&j, "mode");
  algo_json_str(&j, mode_name(o->mode));
  algo_json_key(&j, "unchanged");
  algo_json_bool(&j, o->unchanged);
  put_pair(&j, "bytes", o->before.n, o->after.n);
  if (o->bounded) put_pair(&j, "max_cost", o->cost_before, o->cost_after);
  if (p) put_proof(&j, p);
  algo_json_key(&j, "program");
  algo_json_base64(&j, o->after);
  algo_json_key(&j, "teal");
  algo_json_str(&j, o->teal);
  algo_json_close(&j, '}');
  algo_buf_putc(text, '\n');
}

typedef unsigned long long wide_t;

static void tell(const char *name, const tg_optimised_t *o, const tg_proof_t *p) {
  fprintf(stderr, "%s: version %u, %s: %zu -> %zu bytes", name, o->version, mode_name(o->mode), o->before.n,
          o->after.n);
  if (o->bounded) fprintf(stderr, ", at most %llu -> %llu of budget", (wide_t)o->cost_before, (wide_t)o->cost_after);
  fprintf(stderr, "%s\n", o->unchanged ? "; nothing to gain" : "");
  if (!p) return;
  fprintf(stderr, "check: %llu runs, %llu approved, %llu rejected, %llu failed", (wide_t)p->runs, (wide_t)p->approved,
          (wide_t)p->rejected, (wide_t)p->failed);
  if (p->approved)
    fprintf(stderr, "; dearest approved run %llu -> %llu", (wide_t)p->cost_before, (wide_t)p->cost_after);
  fprintf(stderr, "; %llu of %llu instructions reached; all the same\n", (wide_t)p->reached, (wide_t)p->instructions);
}

static algo_code_t give(const tg_cli_t *cli, const tg_optimised_t *o, const tg_proof_t *p, algo_err_t *err) {
  algo_buf_t text = ALGO_BUF_INIT;
  algo_code_t code = ALGO_OK;
  if (!cli->json) tell(cli->input, o, p);
  if (cli->out) code = algo_file_write(cli->out, algo_bytes_str(o->teal), err);
  if (cli->json) put_json(&text, o, p);
  else if (!cli->out) algo_buf_puts(&text, o->teal);
  if (!code) code = tg_print(&text, err);
  algo_buf_fini(&text);
  return code;
}

algo_code_t tg_command_optimize(const tg_cli_t *cli, algo_err_t *err) {
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_buf_t source = ALGO_BUF_INIT;
  tg_optimised_t o;
  tg_proof_t proof;
  memset(&o, 0, sizeof o);
  tg_options_t how = {
      .optimise = cli->optimise, .rules = cli->rules, .size = cli->size, .private_scratch = cli->private_scratch};
  const char *slash = strrchr(cli->input, '/'), *name = slash ? slash + 1 : cli->input;
  algo_code_t code = tg_read_file(&source, cli->input, err);
  if (!code) code = tg_optimise_source(&o, algo_buf_view(&source), name, &how, cli->mode, &arena, err);
  if (code == ALGO_E_ASM) {
    fputs(o.teal ? o.teal : "", stderr);
    code = algo_err_set(err, ALGO_E_ASM, "%s does not assemble", cli->input);
  } else if (code == ALGO_E_UNSUPPORTED) {
    code = algo_err_prefix(err, code, "%s: left as it is", cli->input);
  }
  if (!code && cli->check) {
    code = cli->all->prove ? cli->all->prove(&proof, o.before, o.after, o.mode, cli->size || cli->rules, cli->runs,
                                             cli->seed, &arena, err)
                           : algo_err_set(err, ALGO_E_UNSUPPORTED, "--check is not built in here");
    if (!code && proof.difference)
      code =
          algo_err_set(err, ALGO_E_INTERNAL, "the optimised program differs, and is not written: %s", proof.difference);
  }
  if (!code) code = give(cli, &o, cli->check ? &proof : NULL, err);
  algo_buf_fini(&source);
  algo_arena_fini(&arena);
  return code;
}
