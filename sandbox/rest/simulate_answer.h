/* Simulate's answer as msgpack, from which the JSON is made. Source: go-algorand's PreEncodedSimulateResponse. */
#ifndef REST_SIMULATE_ANSWER_H
#define REST_SIMULATE_ANSWER_H

#include "algo/ledger.h"

void simulate_answer(algo_buf_t *out, const algo_sim_request_t *req, const algo_sim_result_t *res);

#endif
