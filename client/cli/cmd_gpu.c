/* cmd_gpu.c - the provider's side: GPUs on offer. */
#include "cli.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* The X25519 key of an account: what --seal-key and --session-key are where nothing else is given. */
static algo_code_t default_x25519(const algo_addr_t *addr, uint8_t out[32], const char *option, algo_err_t *err) {
  if (crypto_sign_ed25519_pk_to_curve25519(out, addr->b) == 0) return ALGO_OK;
  return algo_err_set(err, ALGO_E_USAGE, "this account has no key of its own to seal with: give %s HEX", option);
}

static algo_code_t seal_key(cli_t *cli, uint8_t out[32], algo_err_t *err) {
  if (cli_value(cli, "--seal-key") != NULL) return cli_opt_hex32(cli, "--seal-key", out, err);
  return default_x25519(&cli->sender, out, "--seal-key", err);
}

static algo_code_t price(cli_t *cli, const char *option, uint64_t *out, algo_err_t *err) {
  const char *v = cli_value(cli, option);
  if (v == NULL) return ALGO_OK;
  algo_code_t r = cli_amount(v, cli->market.app.asset, cli->market.decimals, out, err);
  if (r == ALGO_OK && *out == 0) r = algo_err_set(err, ALGO_E_RANGE, "a price of 0 is not taken");
  return r == ALGO_OK ? r : algo_err_prefix(err, r, "%s", option);
}

static algo_code_t check_terms(uint64_t price_per_minute, uint32_t min, uint32_t max, algo_err_t *err) {
  uint64_t most = 0;
  if (min < 1 || min > max) return algo_err_set(err, ALGO_E_RANGE, "--min %u and --max %u: 1 <= min <= max", min, max);
  return algo_market_deposit(&most, price_per_minute, max, err);
}

/* --spec-hash, or the SHA-256 of --spec's file. */
static algo_code_t spec_hash(cli_t *cli, uint8_t out[32], algo_err_t *err) {
  memset(out, 0, 32);
  if (cli_value(cli, "--spec") == NULL) return cli_opt_hex32(cli, "--spec-hash", out, err);
  return cli_file_sha256(cli, "--spec", out, err);
}

static algo_code_t gpu_register(cli_t *cli, algo_err_t *err) {
  algo_method_call_t call;
  const algo_call_result_t *result = NULL;
  uint64_t per_minute = 0, gpu = 0;
  uint32_t vram = 0, min = 1, max = 1440;
  uint8_t hash[32], seal[32];
  const char *model = cli_value(cli, "--model");
  algo_code_t r = cli_need(cli, "--model", err);
  if (r == ALGO_OK) r = cli_need(cli, "--price", err);
  if (r == ALGO_OK && (model[0] == '\0' || strlen(model) > ALGO_MARKET_MODEL_MAX))
    r = algo_err_set(err, ALGO_E_RANGE, "--model: 1 to %u bytes, not %zu", ALGO_MARKET_MODEL_MAX, strlen(model));
  if (r == ALGO_OK) r = cli_opt_u32(cli, "--vram", &vram, err);
  if (r == ALGO_OK) r = cli_opt_u32(cli, "--min", &min, err);
  if (r == ALGO_OK) r = cli_opt_u32(cli, "--max", &max, err);
  if (r == ALGO_OK) r = spec_hash(cli, hash, err);
  if (r == ALGO_OK) r = cli_begin(cli, err);
  if (r == ALGO_OK) r = price(cli, "--price", &per_minute, err);
  if (r == ALGO_OK) r = check_terms(per_minute, min, max, err);
  if (r == ALGO_OK) r = seal_key(cli, seal, err);
  if (r != ALGO_OK) return r;
  r = algo_rental_register(&call, &cli->market.app, algo_market_gpu_mbr(strlen(model)), algo_bytes_str(model), vram,
                           per_minute, min, max, hash, seal, &cli->arena, err);
  if (r == ALGO_OK) r = cli_run_call(cli, &call, &result, err);
  if (r == ALGO_OK && result != NULL) {
    r = algo_rental_register_result(&gpu, result->value, err);
    cli_out_u64(cli, "gpu", gpu);
    cli_out_amount(cli, "price_per_minute", per_minute);
    cli_out_algo(cli, "held_for_the_record", algo_market_gpu_mbr(strlen(model)));
  }
  return r == ALGO_OK ? cli_finish(cli, result) : r;
}

static const cli_option_t register_options[] = {
    {"--model", "TEXT", "what it is called, 1 to 64 bytes"},
    {"--price", "AMOUNT", "a minute, in the market's asset: 0.05, 0.05ALGO, 50000microalgo"},
    {"--vram", "MIB", "memory, MiB"},
    {"--min", "MINUTES", "the shortest rental (1)"},
    {"--max", "MINUTES", "the longest rental (1440)"},
    {"--spec", "FILE", "the full description: its SHA-256 goes on the chain"},
    {"--spec-hash", "HEX", "the hash itself"},
    {"--seal-key", "HEX", "X25519 public key that connection details are sealed with (the account's own, converted)"},
    {NULL, NULL, NULL},
};
const cli_command_t cli_cmd_gpu_register = {
    "gpu register",
    "",
    "offer a GPU; prints its id",
    "Holds 0.0625 ALGO and 0.0004 for each byte of the model until `gpu retire`.",
    register_options,
    "  algorent gpu register --model 'RTX 4090' --vram 24576 --price 0.05 --max 600\n"
    "  algorent gpu register --model H200 --price 250000microalgo --unsigned group.bin --sender ADDRESS",
    gpu_register};

static algo_code_t gpu_update(cli_t *cli, algo_err_t *err) {
  algo_method_call_t call;
  const algo_call_result_t *result = NULL;
  algo_rental_gpu_t g;
  uint64_t gpu = 0;
  algo_code_t r = cli_arg_u64(cli, 0, "GPU", &gpu, err);
  if (r == ALGO_OK) r = cli_begin(cli, err);
  if (r == ALGO_OK) r = algo_market_gpu(&g, cli->algod, &cli->market, gpu, &cli->arena, err);
  if (r == ALGO_OK) r = price(cli, "--price", &g.price_per_minute, err);
  if (r == ALGO_OK) r = cli_opt_u32(cli, "--min", &g.min_minutes, err);
  if (r == ALGO_OK) r = cli_opt_u32(cli, "--max", &g.max_minutes, err);
  if (r == ALGO_OK) r = cli_opt_hex32(cli, "--seal-key", g.seal_key, err);
  if (r == ALGO_OK) r = check_terms(g.price_per_minute, g.min_minutes, g.max_minutes, err);
  if (r == ALGO_OK)
    r = algo_rental_update(&call, &cli->market.app, gpu, g.price_per_minute, g.min_minutes, g.max_minutes, g.seal_key,
                           &cli->arena, err);
  if (r == ALGO_OK) r = cli_run_call(cli, &call, &result, err);
  return r == ALGO_OK ? cli_finish(cli, result) : r;
}

static const cli_option_t update_options[] = {
    {"--price", "AMOUNT", "a minute"},
    {"--min", "MINUTES", "the shortest rental"},
    {"--max", "MINUTES", "the longest rental"},
    {"--seal-key", "HEX", "X25519 public key"},
    {NULL, NULL, NULL},
};
const cli_command_t cli_cmd_gpu_update = {"gpu update",
                                          "GPU",
                                          "change a GPU's terms for later rentals",
                                          "What is not given stays.",
                                          update_options,
                                          "  algorent gpu update 1 --price 0.04\n  algorent gpu update 1 --max 2880",
                                          gpu_update};

typedef algo_code_t gpu_method(algo_method_call_t *, const algo_app_t *, uint64_t, algo_arena_t *, algo_err_t *);

static algo_code_t one_gpu(cli_t *cli, gpu_method *method, algo_err_t *err) {
  algo_method_call_t call;
  const algo_call_result_t *result = NULL;
  uint64_t gpu = 0;
  algo_code_t r = cli_arg_u64(cli, 0, "GPU", &gpu, err);
  if (r == ALGO_OK) r = cli_begin(cli, err);
  if (r == ALGO_OK) r = method(&call, &cli->market.app, gpu, &cli->arena, err);
  if (r == ALGO_OK) r = cli_run_call(cli, &call, &result, err);
  return r == ALGO_OK ? cli_finish(cli, result) : r;
}

static algo_code_t gpu_suspend(cli_t *cli, algo_err_t *err) { return one_gpu(cli, algo_rental_suspend, err); }
static algo_code_t gpu_resume(cli_t *cli, algo_err_t *err) { return one_gpu(cli, algo_rental_resume, err); }
static algo_code_t gpu_retire(cli_t *cli, algo_err_t *err) { return one_gpu(cli, algo_rental_retire, err); }
static algo_code_t gpu_withdraw(cli_t *cli, algo_err_t *err) { return one_gpu(cli, algo_rental_withdraw_gpu, err); }

const cli_command_t cli_cmd_gpu_suspend = {
    "gpu suspend", "GPU", "take an available GPU off the market", NULL, NULL, "  algorent gpu suspend 1", gpu_suspend};
const cli_command_t cli_cmd_gpu_resume = {
    "gpu resume", "GPU", "put a suspended GPU back", NULL, NULL, "  algorent gpu resume 1", gpu_resume};
const cli_command_t cli_cmd_gpu_retire = {"gpu retire",
                                          "GPU",
                                          "delete a GPU that is not in use and owed nothing",
                                          "What was held for its record comes back.",
                                          NULL,
                                          "  algorent gpu retire 1",
                                          gpu_retire};
const cli_command_t cli_cmd_gpu_withdraw = {
    "gpu withdraw",        "GPU", "pay the owner what could not be delivered earlier",
    "Anyone may call it.", NULL,  "  algorent gpu withdraw 1",
    gpu_withdraw};

static void put_gpu(cli_t *cli, uint64_t id, const algo_rental_gpu_t *g, bool whole) {
  cli_out_u64(cli, "id", id);
  cli_out_bytes(cli, "model", g->model);
  cli_out_u64(cli, "vram_mib", g->vram_mib);
  cli_out_amount(cli, "price_per_minute", g->price_per_minute);
  cli_out_u64(cli, "min_minutes", g->min_minutes);
  cli_out_u64(cli, "max_minutes", g->max_minutes);
  cli_out_str(cli, "state", algo_market_gpu_state(g->state));
  cli_out_u64(cli, "rental", g->rental);
  cli_out_addr(cli, "owner", &g->owner);
  if (!whole) return;
  cli_out_amount(cli, "owed", g->owed);
  cli_out_u64(cli, "disputes", g->disputes);
  cli_out_hex(cli, "spec_hash", g->spec_hash, 32);
  cli_out_hex(cli, "seal_key", g->seal_key, 32);
}

static algo_code_t gpu_list(cli_t *cli, algo_err_t *err) {
  const algo_market_gpu_t *list = NULL;
  size_t n = 0;
  algo_addr_t owner;
  algo_code_t r = cli_opt_addr(cli, "--owner", &owner, err);
  if (r == ALGO_OK) r = cli_open_market(cli, err);
  if (r == ALGO_OK) r = algo_market_gpus(&list, &n, cli->algod, &cli->market, &cli->arena, err);
  if (r != ALGO_OK) return r;
  cli_out_list(cli, "gpus");
  for (size_t i = 0; i < n; i++) {
    if (cli_value(cli, "--available") != NULL && list[i].gpu.state != 0) continue;
    if (cli_value(cli, "--owner") != NULL && !algo_addr_eq(&owner, &list[i].gpu.owner)) continue;
    cli_out_row(cli);
    put_gpu(cli, list[i].id, &list[i].gpu, cli->json);
  }
  return ALGO_OK;
}

static const cli_option_t list_options[] = {{"--available", NULL, "only what can be rented now"},
                                            {"--owner", "ADDRESS", "only this owner's"},
                                            {NULL, NULL, NULL}};
const cli_command_t cli_cmd_gpu_list = {
    "gpu list", "",           "the market's GPUs, read from the chain",
    NULL,       list_options, "  algorent gpu list --available\n  algorent gpu list --json | jq '.gpus[].model'",
    gpu_list};

static algo_code_t gpu_show(cli_t *cli, algo_err_t *err) {
  algo_rental_gpu_t g;
  uint64_t gpu = 0;
  algo_code_t r = cli_arg_u64(cli, 0, "GPU", &gpu, err);
  if (r == ALGO_OK) r = cli_open_market(cli, err);
  if (r == ALGO_OK) r = algo_market_gpu(&g, cli->algod, &cli->market, gpu, &cli->arena, err);
  if (r == ALGO_OK) put_gpu(cli, gpu, &g, true);
  return r;
}

const cli_command_t cli_cmd_gpu_show = {
    "gpu show", "GPU", "one GPU, read from the chain", NULL, NULL, "  algorent gpu show 1", gpu_show};
