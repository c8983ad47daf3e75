/* topup: a smart signature that keeps a rental alive (docs/contracts.md, section 3). No clock, no state, no branch: it
 * sees a group of two transactions and approves one exact deposit before one exact call of extend, once a period.
 *
 * Market address, lease and window are computed in the program from TMPL_APP, TMPL_RENTAL and TMPL_PERIOD, so that the
 * values put in cannot contradict each other. */
#include "description.h"

static const tg_signature_var_t vars[] = {
    {"TMPL_GENESIS", "genesis", TG_BYTES32, 0, 0, "the network's genesis hash", false},
    {"TMPL_RENTER", "renter", TG_ADDRESS, 0, 0, "whose money it is", false},
    {"TMPL_APP", "app", TG_U64, 1, UINT64_MAX, "application id of the market", false},
    {"TMPL_RENTAL", "rental", TG_U64, 1, UINT64_MAX, "id of the rental", false},
    {"TMPL_ASSET", "asset", TG_U64, 1, UINT64_MAX, "the market's asset; in an ASA market alone", true},
    {"TMPL_MINUTES", "minutes", TG_U32, 1, UINT32_MAX, "minutes that each deposit buys", false},
    {"TMPL_AMOUNT", "amount", TG_U64, 1, UINT64_MAX, "price x minutes, base units", false},
    {"TMPL_PERIOD", "period", TG_U64, 10, UINT32_MAX, "rounds between two deposits", false},
    {"TMPL_LAST", "last", TG_U64, 1, UINT64_MAX, "the last round of all", false},
};

#define BOTH TG_LINE_ALGO | TG_LINE_ASA
#define CHECK(what, ...)                                                                                               \
  {                                                                                                                    \
    BOTH, what, { __VA_ARGS__, "assert" }                                                                              \
  }
#define IN_ALGO(what, ...)                                                                                             \
  {                                                                                                                    \
    TG_LINE_ALGO, what, { __VA_ARGS__, "assert" }                                                                      \
  }
#define IN_ASA(what, ...)                                                                                              \
  {                                                                                                                    \
    TG_LINE_ASA, what, { __VA_ARGS__, "assert" }                                                                       \
  }
#define MARKET "pushbytes \"appID\"", "pushint TMPL_APP", "itob", "concat", "sha512_256"

static const tg_signature_check_t checks[] = {
    CHECK("the network", "global GenesisHash", "pushbytes TMPL_GENESIS", "=="),
    CHECK("the renter's own account, not one rekeyed to him", "txn Sender", "pushbytes TMPL_RENTER", "=="),
    CHECK("a group of two", "global GroupSize", "pushint 2", "=="),
    CHECK("this one first", "txn GroupIndex", "!"),
    CHECK("no fee: the submitter's call pays for both", "txn Fee", "!"),
    CHECK("no rekey", "txn RekeyTo", "global ZeroAddress", "=="),
    CHECK("no note", "txn Note", "len", "!"),
    IN_ALGO("a payment", "txn TypeEnum", "pushint 1", "=="),
    IN_ALGO("to the market", "txn Receiver", MARKET, "=="),
    IN_ALGO("of the exact amount", "txn Amount", "pushint TMPL_AMOUNT", "=="),
    IN_ALGO("no close", "txn CloseRemainderTo", "global ZeroAddress", "=="),
    IN_ASA("an asset transfer", "txn TypeEnum", "pushint 4", "=="),
    IN_ASA("of the market's asset", "txn XferAsset", "pushint TMPL_ASSET", "=="),
    IN_ASA("to the market", "txn AssetReceiver", MARKET, "=="),
    IN_ASA("of the exact amount", "txn AssetAmount", "pushint TMPL_AMOUNT", "=="),
    IN_ASA("no clawback", "txn AssetSender", "global ZeroAddress", "=="),
    IN_ASA("no close", "txn AssetCloseTo", "global ZeroAddress", "=="),
    CHECK("once a period", "txn FirstValid", "pushint TMPL_PERIOD", "%", "!"),
    CHECK("the exact window: min(period, 1000) - 1", "txn LastValid", "txn FirstValid", "-", "pushint TMPL_PERIOD",
          "pushint 1000", "dup2", ">", "select", "pushint 1", "-", "=="),
    CHECK("not after the last round", "txn LastValid", "pushint TMPL_LAST", "<="),
    CHECK("the lease of this rental", "txn Lease", "pushbytes \"algorent/topup/1\"", "pushint TMPL_APP", "itob",
          "concat", "pushint TMPL_RENTAL", "itob", "concat", "=="),
    CHECK("then an application call", "gtxn 1 TypeEnum", "pushint 6", "=="),
    CHECK("of the market", "gtxn 1 ApplicationID", "pushint TMPL_APP", "=="),
    CHECK("a NoOp", "gtxn 1 OnCompletion", "!"),
    CHECK("with three arguments", "gtxn 1 NumAppArgs", "pushint 3", "=="),
    IN_ALGO("of extend", "gtxna 1 ApplicationArgs 0", "method \"extend(pay,uint64,uint32)void\"", "=="),
    IN_ASA("of extend", "gtxna 1 ApplicationArgs 0", "method \"extend(axfer,uint64,uint32)void\"", "=="),
    CHECK("of this rental", "gtxna 1 ApplicationArgs 1", "pushint TMPL_RENTAL", "itob", "=="),
    CHECK("by the minutes paid for", "gtxna 1 ApplicationArgs 2", "pushint TMPL_MINUTES", "itob", "extract 4 4", "=="),
};

const tg_signature_t topup_signature = {
    "topup",
    "A renter signs it once; then anyone may extend his rental, once a period, with an exact deposit of his.",
    TG_ARRAY(vars),
    TG_ARRAY(checks),
};
