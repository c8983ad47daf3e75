/* algorent-avm: assemble, take apart, check, run, test and debug programs of the AVM. */
#include "tool.h"

static const char usage[] =
    "algorent-avm " ALGORENT_VERSION ": programs of the Algorand Virtual Machine\n"
    "\n"
    "  algorent-avm asm FILE [-o OUT] [--map MAP]   TEAL to bytecode: hex on stdout, or OUT\n"
    "  algorent-avm disasm FILE                     bytecode (as it is, or as hex) to TEAL\n"
    "  algorent-avm check FILE [--json]             types, code that nothing reaches, a bound of the cost\n"
    "  algorent-avm run FILE [options]              runs it on a ledger of its own\n"
    "  algorent-avm debug FILE [options]            walks through a run, forwards and backwards\n"
    "  algorent-avm cases FILE CASES [options]      a run for each line of CASES: options and --expect\n"
    "\n"
    "FILE is a source, bytecode, bytecode as hex, or - for standard input. Options:\n"
    "  --trace              each instruction with the stack behind it\n"
    "  --json               the result for machines\n"
    "  --coverage FILE      line and branch coverage in lcov's format; adds to what is in FILE\n"
    "  --profile FILE       opcode cost as folded stacks; the dearest lines on stderr\n"
    "  --expect WHAT        in CASES: approve, reject, or a part of the failure's text\n"
    "  --help, --version\n";

static const char examples[] =
    "Examples:\n"
    "  algorent-avm run counter.teal --arg str:add --arg 5 --global total=7 --trace\n"
    "  algorent-avm debug shop.teal --app price.teal --arg 21 --fee 2000\n"
    "  algorent-avm cases counter.teal counter.cases --coverage counter.info && genhtml counter.info -o html\n";

static const struct {
  const char *name;
  int (*run)(int argc, char *const *argv, algo_arena_t *arena);
} commands[] = {{"asm", asm_command}, {"disasm", disasm_command}, {"check", check_command},
                {"run", run_command}, {"debug", debug_command},   {"cases", cases_command}};

int main(int argc, char **argv) {
  if (argc >= 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0)) {
    printf("%s%s%s", usage, scenario_help, examples);
    return 0;
  }
  if (argc >= 2 && strcmp(argv[1], "--version") == 0) {
    puts("algorent-avm " ALGORENT_VERSION);
    return 0;
  }
  for (size_t i = 0; argc >= 2 && i < sizeof commands / sizeof commands[0]; i++) {
    if (strcmp(argv[1], commands[i].name) != 0) continue;
    algo_arena_t arena = ALGO_ARENA_INIT;
    int status = commands[i].run(argc - 2, argv + 2, &arena);
    algo_arena_fini(&arena);
    return fflush(stdout) == 0 ? status : 74;
  }
  fputs(usage, stderr);
  return 2;
}
