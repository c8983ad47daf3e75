/* Answers for people. */
#ifndef SANDBOX_SHOW_H
#define SANDBOX_SHOW_H

#include <json-c/json.h>

typedef void sandbox_show_fn(json_object *answer);
sandbox_show_fn sandbox_show_coverage, sandbox_show_profile; /* of GET /sandbox/v1/coverage */

#endif
