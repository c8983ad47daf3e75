/* rest.h - one REST service of Algorand's: a node, a key daemon, an indexer. Answers with an error status become
 * errors. */
#ifndef CLIENT_REST_H
#define CLIENT_REST_H

#include "algo/http.h"
#include "algo/json.h"

/* What messages call the service, and which variables of a program name it. */
typedef struct rest_service {
  const char *what;    /* "node" */
  const char *url_var; /* "ALGOD_URL" */
  const char *header;  /* "X-Algo-API-Token" */
  const char *token;   /* "the token of this node (ALGOD_TOKEN, ...)" */
} rest_service_t;

typedef struct rest {
  const rest_service_t *service;
  algo_http_t *http;
  algo_buf_t body; /* of the last answer */
  algo_buf_t said; /* by the last answer with an error status */
  bool has_token;
} rest_t;

typedef struct rest_ask {
  const char *method, *path, *content_type;
  algo_bytes_t body;
  bool safe;           /* may be repeated */
  uint32_t timeout_ms; /* 0: the client's */
} rest_ask_t;

/* `token` NULL or "": none is sent. `http` has all but the header. */
algo_code_t rest_init(rest_t *r, const rest_service_t *service, const char *token, algo_http_options_t *http,
                      const algo_env_t *env, algo_err_t *err);
void rest_fini(rest_t *r);
const char *rest_said(const rest_t *r);
/* *answer is a view until the next call. Errors: AUTH, NOT_FOUND, HTTP (with http_status), NET, TIMEOUT, ... */
algo_code_t rest_do(rest_t *r, const rest_ask_t *ask, algo_bytes_t *answer, algo_err_t *err);
/* The answer as one JSON object, which the caller puts back; *out is NULL after an error. */
algo_code_t rest_json(rest_t *r, const rest_ask_t *ask, json_object **out, algo_err_t *err);

#endif
