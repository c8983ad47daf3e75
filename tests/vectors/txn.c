/* txn.jsonl: each case by its "kind". */
#include "txn_kinds.h"

static const struct {
  const char *kind;
  void (*run)(vec_case_t *c);
} cases[] = {
    {"txn", case_txn},
    {"authaddr", case_authaddr},
    {"group", case_group},
    {"multisig", case_multisig},
    {"lsig", case_lsig},
    {"pqsig_wire", case_pqsig_wire},
    {"msgpack", case_msgpack},
    {"key", case_key},
    {"mnemonic", case_mnemonic},
    {"address", case_address},
    {"app_address", case_app_address},
    {"program_address", case_program_address},
    {"teal_sign", case_teal_sign},
    {"abi_value", case_abi_value},
    {"abi_decode", case_abi_decode},
    {"abi_type", case_abi_type},
    {"abi_encode", case_abi_encode},
    {"abi_method", case_abi_method},
    {"event", case_event},
    {"abi_return_log", case_abi_return_log},
};

static void one(vec_case_t *c) {
  algo_bytes_t kind = vec_text(c, NULL, "kind");
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    if (!algo_bytes_eq(kind, algo_bytes_str(cases[i].kind))) continue;
    cases[i].run(c);
    return;
  }
  vec_leave(c, "kind %.*s is not known", (int)kind.n, kind.n == 0 ? "" : (const char *)kind.p);
}

static void run(vec_report_t *r, const char *path) { vec_lines(r, path, one); }

const vec_kind_t vec_txn = {.pattern = "txn*.jsonl", .run = run};
