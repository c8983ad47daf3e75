/* arc56.c - the option --arc56: files and whose events. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli.h"

#define FILE_MAX (16u << 20)

/* How long a schema's name before "=" is; 0: none is there. */
static size_t schema_length(const char *s) {
  const size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_");
  return s[n] == '=' && n < sizeof((cli_arc56_t *)0)->schema ? n : 0;
}

algo_code_t cli_add_arc56(cli_options_t *o, const char *value, algo_err_t *err) {
  if (o->ix.n_arc56 == CLI_ARC56_MAX)
    return algo_err_set(err, ALGO_E_USAGE, "--arc56 was given more than %u times", CLI_ARC56_MAX);
  cli_arc56_t *t = &o->arc56_text[o->ix.n_arc56];
  algo_follower_arc56_t *a = &o->arc56[o->ix.n_arc56];
  const char *at = NULL;
  const bool whole = access(value, R_OK) == 0; /* a file may have any name */
  const size_t schema = whole ? 0 : schema_length(value);
  if (schema) {
    memcpy(t->schema, value, schema);
    a->schema = t->schema;
    value += schema + 1;
  }
  if (!whole && access(value, R_OK) != 0) at = strrchr(value, '@');
  if ((size_t)snprintf(t->name, sizeof t->name, "%.*s", at ? (int)(at - value) : (int)strlen(value), value) >=
      sizeof t->name)
    return algo_err_set(err, ALGO_E_USAGE, "--arc56: a name of over %zu letters", sizeof t->name);
  algo_code_t rc = algo_file_read(&t->content, t->name, FILE_MAX, err);
  if (rc != ALGO_OK) rc = algo_err_prefix(err, ALGO_E_IO, "--arc56");
  a->name = t->name;
  a->json = (const char *)t->content.p;
  a->length = t->content.n;
  a->which = at ? at + 1 : NULL;
  o->ix.n_arc56++;
  return rc;
}

void cli_options_fini(cli_options_t *o) {
  for (size_t i = 0; i < o->ix.n_arc56; i++) algo_buf_fini(&o->arc56_text[i].content);
}
