/* teal-gen: the contract builder with this project's contracts. */
#include "escrow/description.h"
#include "rental/description.h"

int main(int argc, char **argv) {
  static const tg_contract_t *const contracts[] = {&rental_contract, &escrow_contract};
  return tg_main(argc, argv, contracts, sizeof contracts / sizeof contracts[0]);
}
