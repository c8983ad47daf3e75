/* Subcommands: each is one request to a sandbox that runs. */
#ifndef SANDBOX_COMMAND_H
#define SANDBOX_COMMAND_H

#include "options.h"

/* Is it the name of one? */
bool sandbox_command_known(const char *name);
extern const char sandbox_command_help[];
void sandbox_command_usage(const char *name); /* prints it */
/* Runs it with its arguments; the options tell where. The exit status. */
int sandbox_command_run(const sandbox_options_t *o, int argc, char **argv);

#endif
