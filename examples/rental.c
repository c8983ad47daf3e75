/* rental.c - a whole rental through libalgorent: a GPU offered, rented, started, stopped, paid for.
 *
 *   cc rental.c $(pkg-config --cflags --libs algorent) -o rental
 *   ALGOD_URL=http://127.0.0.1:4001 ALGOD_TOKEN=... ./rental APP OWNER.key RENTER.key */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <algo/market.h>

/* What one side of a rental needs: a connection, the market, a signer. */
typedef struct party {
  algo_algod_t *algod;
  const algo_market_t *market;
  algo_signer_t *signer;
  algo_arena_t *arena;
} party_t;

static algo_code_t open_signer(algo_signer_t **out, const char *path, algo_err_t *err) {
  algo_key_t key;
  algo_code_t code = algo_key_from_file(&key, path, err);
  if (code != ALGO_OK) return code;
  code = algo_signer_from_key(out, &key, NULL, err);
  algo_key_fini(&key); /* wiped here; the signer wipes its own */
  return code;
}

/* Offers a GPU at 0.05 ALGO a minute. */
static algo_code_t offer(const party_t *owner, uint64_t *gpu, algo_err_t *err) {
  static const uint8_t no_hash[32], seal_key[32] = {9};
  algo_method_call_t call;
  algo_call_result_t result;
  algo_bytes_t model = ALGO_BYTES_LIT("RTX 4090");
  algo_code_t code = algo_rental_register(&call, &owner->market->app, algo_market_gpu_mbr(model.n), model, 24576, 50000,
                                          1, 600, no_hash, seal_key, owner->arena, err);
  if (code == ALGO_OK)
    code = algo_market_run(owner->algod, owner->market, &call, owner->signer, &result, owner->arena, err);
  if (code == ALGO_OK) code = algo_rental_register_result(gpu, result.value, err);
  if (code == ALGO_OK) printf("GPU %" PRIu64 " is on offer (%s)\n", *gpu, result.txid);
  return code;
}

/* Rents it for an hour. The deposit is looked up, the boxes and fees come from a simulate. */
static algo_code_t rent(const party_t *renter, uint64_t gpu, uint64_t *rental, algo_err_t *err) {
  static const uint8_t session_key[32] = {9};
  algo_method_call_t call;
  algo_call_result_t result;
  algo_code_t code =
      algo_market_rent_call(&call, renter->algod, renter->market, gpu, 60, session_key, renter->arena, err);
  if (code == ALGO_OK)
    code = algo_market_run(renter->algod, renter->market, &call, renter->signer, &result, renter->arena, err);
  if (code == ALGO_OK) code = algo_rental_rent_result(rental, result.value, err);
  if (code == ALGO_OK) printf("rental %" PRIu64 " is requested (%s)\n", *rental, result.txid);
  return code;
}

static algo_code_t start(const party_t *owner, uint64_t rental, algo_err_t *err) {
  algo_method_call_t call;
  algo_code_t code = algo_rental_start(&call, &owner->market->app, rental, owner->arena, err);
  if (code == ALGO_OK)
    code = algo_market_run(owner->algod, owner->market, &call, owner->signer, NULL, owner->arena, err);
  if (code == ALGO_OK) printf("the machine is ready, the clock runs\n");
  return code;
}

static algo_code_t stop(const party_t *renter, uint64_t rental, algo_err_t *err) {
  algo_method_call_t call;
  algo_code_t code = algo_rental_stop(&call, &renter->market->app, rental, 5, renter->arena, err);
  if (code == ALGO_OK)
    code = algo_market_run(renter->algod, renter->market, &call, renter->signer, NULL, renter->arena, err);
  if (code == ALGO_OK) printf("stopped and settled\n");
  return code;
}

static algo_code_t play(const party_t *owner, const party_t *renter, algo_err_t *err) {
  uint64_t gpu = 0, rental = 0;
  algo_code_t code = offer(owner, &gpu, err);
  if (code == ALGO_OK) code = rent(renter, gpu, &rental, err);
  if (code == ALGO_OK) code = start(owner, rental, err);
  if (code == ALGO_OK) code = stop(renter, rental, err);
  if (code != ALGO_OK) return code;
  /* What the contract refuses comes back in the contract's words. */
  if (stop(renter, rental, err) == ALGO_E_REFUSED) printf("a second stop is refused: %s\n", err->msg);
  return ALGO_OK;
}

int main(int argc, char **argv) {
  algo_err_t err;
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_market_t market;
  party_t owner = {.market = &market, .arena = &arena}, renter = owner;
  if (argc != 4) {
    fprintf(stderr, "usage: rental APP OWNER.key RENTER.key\n");
    return 2;
  }
  algo_err_init(&err);
  algo_algod_options_t opt = {.url = getenv("ALGOD_URL"), .token = getenv("ALGOD_TOKEN"), .retries = 2};
  algo_code_t code = algo_algod_new(&owner.algod, &opt, NULL, &err);
  renter.algod = owner.algod;
  if (code == ALGO_OK) code = algo_market_load(&market, owner.algod, strtoull(argv[1], NULL, 10), &arena, &err);
  if (code == ALGO_OK) code = open_signer(&owner.signer, argv[2], &err);
  if (code == ALGO_OK) code = open_signer(&renter.signer, argv[3], &err);
  if (code == ALGO_OK) code = play(&owner, &renter, &err);
  if (code != ALGO_OK) fprintf(stderr, "rental: %s\n", err.msg);
  algo_signer_free(owner.signer);
  algo_signer_free(renter.signer);
  algo_algod_free(owner.algod);
  algo_arena_fini(&arena);
  return algo_code_exit_status(code);
}
