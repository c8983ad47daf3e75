#ifndef ALGO_RULES_INTERNAL_H
#define ALGO_RULES_INTERNAL_H

#include "algo/rules.h"

algo_code_t algo_rules_appl(const algo_txn_t *t, const algo_consensus_t *c, algo_err_t *err);

#endif
