/* teal-gen: the contract builder with this project's contracts. */
#include "escrow/description.h"
#include "rental/description.h"
#include "topup/description.h"

#include "algo/tealgen_prove.h"

int main(int argc, char **argv) {
  static const tg_contract_t *const contracts[] = {&rental_contract, &escrow_contract};
  static const tg_signature_t *const signatures[] = {&topup_signature};
  static const tg_catalogue_t all = {TG_ARRAY(contracts), TG_ARRAY(signatures), tg_prove};
  return tg_main(argc, argv, &all);
}
