/* cmd_completion.c - what a shell needs to complete command lines: made of the table of commands. */
#include "cli.h"

#include <string.h>

static void put_options(algo_buf_t *b, const cli_option_t *list) {
  for (; list != NULL && list->name != NULL; list++) algo_buf_printf(b, " %s", list->name);
}

/* The first words once each ("gpu" of eight commands), or the second words of one. */
static void put_words(algo_buf_t *b, const char *family) {
  const cli_command_t *const *all = cli_commands();
  size_t n = family == NULL ? 0 : strlen(family);
  const char *last = "";
  for (int i = 0; all[i] != NULL; i++) {
    const char *name = all[i]->name;
    size_t len = strcspn(name, " ");
    if (family != NULL && (strncmp(name, family, n) != 0 || name[n] != ' ')) continue;
    if (family != NULL) algo_buf_printf(b, " %s", name + n + 1);
    else if (strncmp(last, name, len) != 0 || strcspn(last, " ") != len) algo_buf_printf(b, " %.*s", (int)len, name);
    last = name;
  }
}

static bool starts_family(const cli_command_t *const *all, int i) {
  size_t n = strcspn(all[i]->name, " ");
  if (all[i]->name[n] == '\0') return false;
  return i == 0 || strncmp(all[i - 1]->name, all[i]->name, n + 1) != 0;
}

static void put_script(algo_buf_t *b) {
  const cli_command_t *const *all = cli_commands();
  algo_buf_puts(b, "_algorent() {\n"
                   "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} words= files=\n"
                   "  case $prev in\n"
                   "    --key|--unsigned|--record|--arc56|--spec|--result|--reason) files=1 ;;\n"
                   "  esac\n"
                   "  if [ -n \"$files\" ]; then COMPREPLY=($(compgen -f -- \"$cur\")); return; fi\n"
                   "  if [ \"$COMP_CWORD\" = 1 ]; then\n    words=\"");
  put_words(b, NULL);
  algo_buf_puts(b, "\"\n  elif [ \"${cur#-}\" = \"$cur\" ]; then\n    case \"$COMP_CWORD ${COMP_WORDS[1]}\" in\n");
  for (int i = 0; all[i] != NULL; i++) {
    if (!starts_family(all, i)) continue;
    char family[32];
    snprintf(family, sizeof family, "%.*s", (int)strcspn(all[i]->name, " "), all[i]->name);
    algo_buf_printf(b, "      \"2 %s\") words=\"", family);
    put_words(b, family);
    algo_buf_puts(b, "\" ;;\n");
  }
  algo_buf_puts(b, "      *) COMPREPLY=($(compgen -f -- \"$cur\")); return ;;\n    esac\n  else\n"
                   "    words=\"");
  put_options(b, cli_common_options);
  algo_buf_puts(b, "\"\n    case \"${COMP_WORDS[1]} ${COMP_WORDS[2]}\" in\n");
  for (int i = 0; all[i] != NULL; i++) {
    if (all[i]->options == NULL) continue;
    algo_buf_printf(b, "      \"%s%s) words=\"$words", all[i]->name, strchr(all[i]->name, ' ') != NULL ? "\"" : " \"*");
    put_options(b, all[i]->options);
    algo_buf_puts(b, "\" ;;\n");
  }
  algo_buf_puts(b, "    esac\n  fi\n  COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n}\n"
                   "complete -F _algorent algorent\n");
}

static algo_code_t completion(cli_t *cli, algo_err_t *err) {
  algo_buf_t b = ALGO_BUF_INIT;
  algo_code_t r = ALGO_OK;
  bool zsh = strcmp(cli->args[0], "zsh") == 0;
  if (!zsh && strcmp(cli->args[0], "bash") != 0)
    return algo_err_set(err, ALGO_E_USAGE, "no completion for '%s': bash or zsh", cli->args[0]);
  if (zsh) algo_buf_puts(&b, "autoload -U +X bashcompinit && bashcompinit\n");
  put_script(&b);
  cli->out_done = true;
  if (b.oom) r = algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  else if (fwrite(b.p, 1, b.n, stdout) != b.n) r = algo_err_set(err, ALGO_E_IO, "writing the script failed");
  algo_buf_fini(&b);
  return r;
}
const cli_command_t cli_cmd_completion = {
    "completion",
    "SHELL",
    "a script that completes commands and options in bash or zsh",
    NULL,
    NULL,
    "  eval \"$(algorent completion bash)\"\n  algorent completion zsh > ~/.algorent.zsh; source ~/.algorent.zsh",
    completion};
