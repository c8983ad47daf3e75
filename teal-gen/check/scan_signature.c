/* Logic signatures: whoever submits chooses every field that the program does not look at. */
#include "internal.h"

#define LARGE_FEE 4500000000u /* microalgos; no bound that is meant is above */

static attack_t of_type(uint64_t type) {
  attack_t a = {.position = -1};
  if (type != 0) attack_set(&a, OF_SELF, ALGO_F_TXN_TypeEnum, IS_INT, type);
  return a;
}

static void zero(attack_t *a, unsigned field) { attack_set(a, OF_SELF, field, IS_ZERO, 0); }

/* A transaction of a type that the program does not expect: what the others have is not there. */
static bool of_other_type(checker_t *ck, uint64_t type, const char *message) {
  attack_t a = of_type(type);
  zero(&a, ALGO_F_TXN_Receiver);
  zero(&a, ALGO_F_TXN_Amount);
  zero(&a, ALGO_F_TXN_CloseRemainderTo);
  zero(&a, ALGO_F_TXN_AssetReceiver);
  zero(&a, ALGO_F_TXN_AssetAmount);
  zero(&a, ALGO_F_TXN_AssetCloseTo);
  zero(&a, ALGO_F_TXN_AssetSender);
  zero(&a, ALGO_F_TXN_XferAsset);
  zero(&a, ALGO_F_TXN_RekeyTo);
  if (type != 6) zero(&a, ALGO_F_TXN_ApplicationID);
  return try_attack(ck, ALGO_CHECK_TXN_TYPE, &a, message);
}

static void types(checker_t *ck) {
  if (of_other_type(ck, 2, "a key registration is approved: the account is put online or offline by anyone")) return;
  if (of_other_type(ck, 6, "any application call is approved in the name of the account")) return;
  if (of_other_type(ck, 3, "configuration of assets is approved in the name of the account")) return;
  (void)of_other_type(ck, 5, "freezing of assets is approved in the name of the account");
}

/* Somebody else takes part: what he signs or which application he calls may well be the authorisation. */
static void without_partners(attack_t *a) {
  a->gated = true;
  attack_set(a, OF_OTHERS, ALGO_F_TXN_Sender, IS_FRESH, 0);
  attack_set(a, OF_OTHERS, ALGO_F_TXN_ApplicationID, IS_FRESH, 0);
  attack_set(a, OF_OTHERS, ALGO_F_TXN_Receiver, IS_FRESH, 0);
  attack_set(a, OF_OTHERS, ALGO_F_TXN_AssetReceiver, IS_FRESH, 0);
}

static void receivers(checker_t *ck) {
  attack_t pay = of_type(1), axfer = of_type(4);
  without_partners(&pay);
  attack_set(&pay, OF_SELF, ALGO_F_TXN_Receiver, IS_FRESH, 0);
  attack_set(&pay, OF_SELF, ALGO_F_TXN_Amount, IS_FRESH, 0);
  zero(&pay, ALGO_F_TXN_CloseRemainderTo);
  zero(&pay, ALGO_F_TXN_RekeyTo);
  without_partners(&axfer);
  attack_set(&axfer, OF_SELF, ALGO_F_TXN_AssetReceiver, IS_FRESH, 0);
  attack_set(&axfer, OF_SELF, ALGO_F_TXN_AssetAmount, IS_FRESH, 0);
  zero(&axfer, ALGO_F_TXN_AssetCloseTo);
  zero(&axfer, ALGO_F_TXN_AssetSender);
  zero(&axfer, ALGO_F_TXN_RekeyTo);
  if (try_attack(ck, ALGO_CHECK_SIG_RECEIVER, &pay, "a payment of any amount to anyone is approved")) return;
  (void)try_attack(ck, ALGO_CHECK_SIG_RECEIVER, &axfer, "an asset transfer of any amount to anyone is approved");
}

static void replays(checker_t *ck) {
  for (uint64_t type = 1; type <= 4; type += 3) {
    attack_t a = of_type(type);
    without_partners(&a);
    attack_set(&a, OF_SELF, ALGO_F_TXN_Lease, IS_FRESH, 0);
    attack_set(&a, OF_SELF, ALGO_F_TXN_FirstValid, IS_FRESH, 0);
    attack_set(&a, OF_SELF, ALGO_F_TXN_LastValid, IS_FRESH, 0);
    if (try_attack(ck, ALGO_CHECK_REPLAY, &a, NULL)) return;
  }
}

void scan_signature(checker_t *ck) {
  attack_t rekey = of_type(0), close = of_type(1), asset_close = of_type(4), fee = of_type(0), large = of_type(0);
  attack_set(&rekey, OF_SELF, ALGO_F_TXN_RekeyTo, IS_FRESH, 0);
  (void)try_attack(ck, ALGO_CHECK_REKEY_TO, &rekey, NULL);
  attack_set(&close, OF_SELF, ALGO_F_TXN_CloseRemainderTo, IS_FRESH, 0);
  zero(&close, ALGO_F_TXN_RekeyTo);
  (void)try_attack(ck, ALGO_CHECK_CLOSE_REMAINDER_TO, &close, NULL);
  attack_set(&asset_close, OF_SELF, ALGO_F_TXN_AssetCloseTo, IS_FRESH, 0);
  zero(&asset_close, ALGO_F_TXN_RekeyTo);
  (void)try_attack(ck, ALGO_CHECK_ASSET_CLOSE_TO, &asset_close, NULL);
  attack_set(&fee, OF_SELF, ALGO_F_TXN_Fee, IS_FRESH, 0);
  attack_set(&large, OF_SELF, ALGO_F_TXN_Fee, IS_INT, LARGE_FEE);
  if (!try_attack(ck, ALGO_CHECK_FEE, &fee, NULL)) {
    (void)try_attack(ck, ALGO_CHECK_FEE, &large, "a fee of 4,500 Algos is approved: the bound is none");
  }
  types(ck);
  receivers(ck);
  replays(ck);
}
