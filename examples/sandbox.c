/* A sandbox's control from C (docs/sandbox.md). SANDBOX_URL: where the sandbox is.
 *
 *   cc sandbox.c $(pkg-config --cflags --libs algorent) -o sandbox && ./sandbox */
#include <stdio.h>
#include <stdlib.h>

#include "algo/sandbox.h"

#define MUST(call)                                                                                                     \
  if ((call) != ALGO_OK) {                                                                                             \
    fprintf(stderr, "%s\n", err.msg);                                                                                  \
    return 1;                                                                                                          \
  }

int main(void) {
  const char *url = getenv("SANDBOX_URL");
  algo_algod_options_t options = {.url = url,
                                  .token = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
  algo_algod_t *algod = NULL;
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_account_t account;
  algo_addr_t address;
  algo_err_t err;
  uint64_t saved;
  MUST(algo_addr_parse(&address, "7ZUECA7HFLZTXENRV24SHLU4AVPUTMTTDUFUBNBD64C73F3UHRTHAIOF6Q", 58, &err));
  MUST(algo_algod_new(&algod, &options, NULL, &err));
  MUST(algo_sandbox_snapshot(algod, &saved, &err));
  MUST(algo_sandbox_set_balance(algod, &address, 1000000000, &err));
  MUST(algo_sandbox_set_time(algod, 1900000000, &err));
  MUST(algo_sandbox_advance(algod, 1, &err));
  MUST(algo_algod_account(algod, &address, &account, &arena, &err));
  printf("%llu microAlgos in round %llu\n", (unsigned long long)account.amount, (unsigned long long)account.round);
  MUST(algo_sandbox_revert(algod, saved, &err));
  MUST(algo_algod_account(algod, &address, &account, &arena, &err));
  printf("c: ok, %llu microAlgos again\n", (unsigned long long)account.amount);
  algo_algod_free(algod);
  algo_arena_fini(&arena);
  return 0;
}
