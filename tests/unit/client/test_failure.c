/* What nodes say of failures, taken apart: texts as go-algorand 5.1 writes them. */
#include "algo/failure.h"

#include "suite.h"

#define TXID "5TVC3TNN7AAUDM2QMHLPTHUF5VTMTZMCIFGKHO6KC5ALWBZQVJJA"

static const struct {
  const char *text, *reason;
  bool logic, rejected;
  int64_t pc;
  uint64_t app;
} cases[] = {
    {"TransactionPool.Remember: transaction " TXID ": logic eval error: assert failed pc=41. Details: app=1001, pc=41, "
     "opcodes=txn Sender; global CreatorAddress; ==; assert",
     "assert failed", true, false, 41, 1001},
    {"transaction " TXID ": logic eval error: inner tx 0 failed: overspend (account QQQQ, data {}, tried to spend "
     "{5}). Details: app=1001, pc=800, opcodes=itxn_submit",
     "overspend (account QQQQ, data {}, tried to spend {5})", true, false, 800, 1001},
    {"transaction " TXID ": logic eval error: inner tx 1 failed: logic eval error: assert failed pc=12. Details: "
     "app=2002, pc=12, opcodes=assert. Details: app=1001, pc=90, opcodes=itxn_submit",
     "assert failed", true, false, 12, 2002},
    {"TransactionPool.Remember: transaction " TXID ": transaction rejected by ApprovalProgram",
     "transaction rejected by ApprovalProgram", true, true, -1, 0},
    {"transaction " TXID ": rejected by logic err=cannot load account[5]. Details: pc=7, opcodes=intc_0",
     "cannot load account[5]", true, false, 7, 0},
    {"TransactionPool.Remember: transaction " TXID ": overspend (account A, data {_struct:{}}, tried to spend {9})",
     "overspend (account A, data {_struct:{}}, tried to spend {9})", false, false, -1, 0},
    {"TransactionPool.Remember: txn dead: round 12 outside of 1--10", "txn dead: round 12 outside of 1--10", false,
     false, -1, 0},
    {"", "", false, false, -1, 0},
    {"transaction ", "transaction ", false, false, -1, 0},
    {"logic eval error: Details: app=99999999999999999999, pc=99999999999999999999",
     "Details: app=99999999999999999999", true, false, -1, 0},
};

START_TEST(taken_apart) {
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    algo_failure_t f;
    algo_bytes_t text = suite_cut(algo_bytes_str(cases[i].text), strlen(cases[i].text));
    algo_failure_parse(&f, (const char *)text.p, text.n);
    ck_assert_msg(f.logic == cases[i].logic && f.rejected == cases[i].rejected, "case %zu", i);
    ck_assert_msg(f.pc == cases[i].pc && f.app == cases[i].app, "case %zu: pc %d app %d", i, (int)f.pc, (int)f.app);
    size_t n = strlen(cases[i].reason);
    ck_assert_msg(f.reason.n >= n && memcmp(f.reason.p, cases[i].reason, n) == 0, "case %zu: %.*s", i, (int)f.reason.n,
                  (const char *)f.reason.p);
    free((void *)(uintptr_t)text.p);
  }
}
END_TEST

START_TEST(every_cut_is_survived) {
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    for (size_t n = 0; n <= strlen(cases[i].text); n++) {
      algo_failure_t f;
      algo_bytes_t text = suite_cut(algo_bytes_str(cases[i].text), n);
      algo_failure_parse(&f, (const char *)text.p, n);
      ck_assert_uint_le(f.reason.n, n);
      free((void *)(uintptr_t)text.p);
    }
}
END_TEST

static const algo_pc_error_t errors[] = {{41, "only the GPU's owner may do this"}};
static const algo_app_spec_t spec = {.name = "rental", .errors = errors, .n_errors = 1};

static void explained(const char *text, uint64_t app, const algo_app_spec_t *with, algo_code_t code, const char *msg) {
  algo_failure_t f;
  algo_err_t err;
  algo_failure_parse(&f, text, strlen(text));
  ck_assert_int_eq(algo_failure_explain(&f, app, with, &err), code);
  ck_assert_msg(strstr(err.msg, msg) != NULL, "%s", err.msg);
}

START_TEST(the_contract_speaks) {
  explained(cases[0].text, 1001, &spec, ALGO_E_REFUSED, "only the GPU's owner may do this");
  explained(cases[0].text, 0, &spec, ALGO_E_REFUSED, "only the GPU's owner may do this"); /* the one that creates it */
  explained(cases[0].text, 7, &spec, ALGO_E_LOGIC, "assert failed (application 1001, byte 41");
  explained(cases[0].text, 1001, NULL, ALGO_E_LOGIC, "assert failed (application 1001, byte 41");
  explained(cases[2].text, 1001, &spec, ALGO_E_LOGIC, "application 2002");
  explained(cases[5].text, 1001, &spec, ALGO_E_LEDGER,
            "account A has too little ALGO: overspend, it tried to spend 9 microAlgos");
  explained("overspend (account A, data {x}, tried to spend 1mA)", 0, NULL, ALGO_E_LEDGER, "tried to spend 1mA");
  explained("overspend (account", 0, NULL, ALGO_E_LEDGER, "overspend (account");
}
END_TEST

SUITE_MAIN("client/failure", taken_apart, every_cut_is_survived, the_contract_speaks)
