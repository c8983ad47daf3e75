/* help.c - what --help prints. */
#include "cli.h"

#include <string.h>

static void put_options(FILE *f, const cli_option_t *list) {
  for (; list != NULL && list->name != NULL; list++) {
    char left[48];
    snprintf(left, sizeof left, "%s%s%s", list->name, list->arg != NULL ? " " : "", list->arg != NULL ? list->arg : "");
    fprintf(f, "  %-22s %s\n", left, list->help);
  }
}

static void put_program(FILE *f) {
  const cli_command_t *const *list = cli_commands();
  fputs(
      "algorent - GPUs rented by the minute, settled on Algorand\n\nusage: algorent COMMAND [arguments] [options]\n\n",
      f);
  for (int i = 0; list[i] != NULL; i++) {
    char left[64];
    snprintf(left, sizeof left, "%s %s", list[i]->name, list[i]->args);
    fprintf(f, "  %-34s %s\n", left, list[i]->summary);
  }
  fputs("\nEvery command takes:\n", f);
  put_options(f, cli_common_options);
  fputs(
      "\nenvironment: ALGOD_URL, ALGOD_TOKEN, ALGORENT_APP, ALGORENT_ESCROW, ALGORENT_KEY (a file), "
      "ALGORENT_MNEMONIC (25 words)\n"
      "The result is on stdout, prose on stderr. algorent COMMAND --help has examples, algorent --version says which\n"
      "this is; the exit statuses are in algorent(1).\n",
      f);
}

void cli_help(FILE *f, const cli_command_t *command) {
  if (command == NULL) {
    put_program(f);
    return;
  }
  fprintf(f, "algorent %s - %s\n\nusage: algorent %s%s%s [options]\n", command->name, command->summary, command->name,
          command->args[0] != '\0' ? " " : "", command->args);
  if (command->text != NULL) fprintf(f, "\n%s\n", command->text);
  if (command->options != NULL) fputs("\noptions:\n", f);
  put_options(f, command->options);
  fputs("\nas for every command:\n", f);
  put_options(f, cli_common_options);
  fprintf(f, "\nexamples:\n%s\n", command->examples);
}
