/* Subcommands: each is one request to a sandbox that runs. */
#ifndef SANDBOX_COMMAND_H
#define SANDBOX_COMMAND_H

#include <stdbool.h>

/* Is it the name of one? */
bool sandbox_command_known(const char *name);
extern const char sandbox_command_help[];
/* Runs it with its arguments; url and token tell where. The exit status. */
int sandbox_command_run(const char *url, const char *token, int argc, char **argv);

#endif
