/* What the outputs share. */
#ifndef TG_INTERNAL_H
#define TG_INTERNAL_H

#include "algo/tealgen.h"

void tg_put_upper(algo_buf_t *out, const char *snake);                   /* "RENTAL" */
void tg_put_camel(algo_buf_t *out, const char *snake);                   /* "MarketTerms" */
void tg_put_snake(algo_buf_t *out, const char *camel);                   /* "rental_started" */
void tg_put_c_string(algo_buf_t *out, const char *s);                    /* quoted and escaped */
void tg_put_c_lines(algo_buf_t *out, const char *s, const char *indent); /* one literal a line */
void tg_put_sql_string(algo_buf_t *out, const char *s);                  /* quoted and escaped */
bool tg_method_takes(const tg_method_t *m, tg_type_t t);                 /* has an argument of this type */

#endif
