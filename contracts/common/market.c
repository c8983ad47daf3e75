/* What every market's contract has: its admin, payments before a call, delivery, roles, providers, fees, deletion. */
#include "market.h"

void market_call(tg_t *b, const tg_routine_t *r) { tg_do(b, tg_call(b, r)); }

static const tg_type_t two_numbers[] = {TG_U64, TG_U64};
static const tg_type_t one_number[] = {TG_U64};
static const tg_type_t party_amount[] = {TG_ADDRESS, TG_U64};

static void build_admin_only(tg_t *b) {
  tg_assert(b, tg_eq(tg_sender(b), tg_get(b, "admin")), "only the admin may do this");
  tg_return(b, NULL);
}
const tg_routine_t market_admin_only = {"admin_only",    "the sender has to be the admin", 0, NULL, TG_VOID,
                                        build_admin_only};

/* ---- payments before the call: (how many transactions before, amount) ---- */

static tg_x before(tg_t *b) {
  return tg_fails(tg_sub_(tg_txn(b, "GroupIndex", TG_U64), tg_param(b, 0)), "a payment is missing before the call");
}

static void build_check_pay(tg_t *b) {
  tg_set(b, "at", before(b));
  tg_x at = tg_var(b, "at", TG_U64);
  tg_assert(b, tg_eq(tg_gtxn(at, "TypeEnum", TG_U64), tg_int(b, 1)), "a payment in ALGO is expected");
  tg_assert(b, tg_eq(tg_gtxn(at, "Receiver", TG_ADDRESS), tg_self(b)), "the payment is not to the market");
  tg_assert(b, tg_eq(tg_gtxn(at, "Amount", TG_U64), tg_param(b, 1)), "the payment's amount is wrong");
  tg_assert(b, tg_eq(tg_gtxn(at, "RekeyTo", TG_ADDRESS), tg_nobody(b)), "the payment must not rekey");
  tg_assert(b, tg_eq(tg_gtxn(at, "CloseRemainderTo", TG_ADDRESS), tg_nobody(b)), "the payment must not close");
  tg_return(b, NULL);
}
const tg_routine_t market_check_pay = {
    "check_pay", "a payment in ALGO before the call, of exactly this amount", 2, two_numbers, TG_VOID, build_check_pay};

static void build_check_deposit(tg_t *b) {
  tg_set(b, "at",
         tg_fails(tg_sub_(tg_txn(b, "GroupIndex", TG_U64), tg_int(b, 1)), "a deposit is missing before the call"));
  tg_x at = tg_var(b, "at", TG_U64);
  tg_assert(b, tg_eq(tg_gtxn(at, "TypeEnum", TG_U64), tg_int(b, 4)), "a deposit of the market's asset is expected");
  tg_assert(b, tg_eq(tg_gtxn(at, "XferAsset", TG_U64), tg_get(b, "asset")), "the deposit is of another asset");
  tg_assert(b, tg_eq(tg_gtxn(at, "AssetReceiver", TG_ADDRESS), tg_self(b)), "the deposit is not to the market");
  tg_assert(b, tg_eq(tg_gtxn(at, "AssetAmount", TG_U64), tg_param(b, 0)), "the deposit's amount is wrong");
  tg_assert(b, tg_eq(tg_gtxn(at, "AssetSender", TG_ADDRESS), tg_nobody(b)), "the deposit must not be a clawback");
  tg_assert(b, tg_eq(tg_gtxn(at, "AssetCloseTo", TG_ADDRESS), tg_nobody(b)), "the deposit must not close");
  tg_assert(b, tg_eq(tg_gtxn(at, "RekeyTo", TG_ADDRESS), tg_nobody(b)), "the deposit must not rekey");
  tg_return(b, NULL);
}
static const tg_routine_t check_asset_deposit = {
    "check_deposit",    "a deposit right before the call, of exactly this amount", 1, one_number, TG_VOID,
    build_check_deposit};

void market_deposit(tg_t *b, tg_x amount) {
  tg_do(b,
        tg_is_asa(b) ? tg_call(b, &check_asset_deposit, amount) : tg_call(b, &market_check_pay, tg_int(b, 1), amount));
}

/* ---- delivery ---- */

/* With the amount, the account reaches its minimum balance: a closed account too, if the amount is large enough. */
static void build_reaches(tg_t *b) {
  tg_x party = tg_param(b, 0);
  tg_return(b, tg_ge(tg_add(tg_param(b, 1), tg_balance(party)), tg_min_balance(party)));
}
const tg_routine_t market_reaches = {
    "reaches", "can this account take so many microAlgos?", 2, party_amount, TG_BOOL, build_reaches};

static void build_takes(tg_t *b) {
  tg_x asset = tg_get(b, "asset");
  tg_x enough = tg_le(tg_param(b, 1), tg_holding_amount(tg_self(b), asset));
  tg_x ways = tg_and(tg_holding_usable(tg_param(b, 0), asset), tg_holding_usable(tg_self(b), asset));
  tg_return(b, tg_and(enough, ways));
}
static const tg_routine_t takes_asset = {
    "takes", "can so much of the asset be sent to this account?", 2, party_amount, TG_BOOL, build_takes};

tg_x market_takes(tg_t *b, tg_x party, tg_x amount) {
  return tg_call(b, tg_is_asa(b) ? &takes_asset : &market_reaches, party, amount);
}

static void build_send_algo(tg_t *b) {
  tg_inner_pay(b, tg_param(b, 0), tg_param(b, 1));
  tg_return(b, NULL);
}
const tg_routine_t market_send_algo = {"send_algo",    "pays so many microAlgos", 2, party_amount, TG_VOID,
                                       build_send_algo};

static void build_send_asset(tg_t *b) {
  tg_inner_xfer(b, tg_get(b, "asset"), tg_param(b, 0), tg_param(b, 1));
  tg_return(b, NULL);
}
static const tg_routine_t send_asset = {"send_asset",    "pays so much of the asset", 2, party_amount, TG_VOID,
                                        build_send_asset};

void market_send(tg_t *b, tg_x party, tg_x amount) {
  tg_do(b, tg_call(b, tg_is_asa(b) ? &send_asset : &market_send_algo, party, amount));
}

/* ---- arithmetic and arguments ---- */

static void build_share(tg_t *b) { tg_return(b, tg_muldiv(tg_param(b, 0), tg_param(b, 1), tg_int(b, MAX_BPS))); }
const tg_routine_t market_share = {"share",    "x * bps / 10,000, product in 128 bits", 2, two_numbers, TG_U64,
                                   build_share};

static void build_address(tg_t *b) {
  tg_set(b, "address", tg_arg_by(tg_param(b, 0), TG_ADDRESS));
  tg_x a = tg_var(b, "address", TG_ADDRESS);
  tg_assert(b, tg_eq(tg_len(a), tg_int(b, 32)), "malformed argument: an address");
  tg_assert(b, tg_ne(a, tg_nobody(b)), "the zero address");
  tg_return(b, a);
}
const tg_routine_t market_address = {
    "address", "the argument of this index, an address but not zero", 1, one_number, TG_ADDRESS, build_address};

/* Equality with one of the two forms is the check of the length too. */
static void build_flag(tg_t *b) {
  tg_set(b, "flag", tg_as(tg_arg_by(tg_param(b, 0), TG_BYTES32), TG_BYTES));
  tg_x f = tg_var(b, "flag", TG_BYTES);
  tg_set(b, "yes", tg_eq(f, tg_data(b, ALGO_BYTES_LIT("\x80"))));
  tg_x yes = tg_var(b, "yes", TG_BOOL);
  tg_assert(b, tg_or(yes, tg_eq(f, tg_zeros(b, 1))), "malformed argument: a bool");
  tg_return(b, yes);
}
const tg_routine_t market_flag = {"flag", "the argument of this index, a bool", 1, one_number, TG_BOOL, build_flag};

static const tg_type_t one_wire[] = {TG_BYTES};
static void build_number(tg_t *b) {
  tg_assert(b, tg_eq(tg_len(tg_param(b, 0)), tg_int(b, 8)), "malformed argument: a uint64");
  tg_return(b, tg_param(b, 0));
}
const tg_routine_t market_number = {"number", "a uint64 in wire form, checked", 1, one_wire, TG_BYTES, build_number};
