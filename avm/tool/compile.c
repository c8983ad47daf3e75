/* `asm` and `disasm`. */
#include "algo/json.h"
#include "algo/text.h"
#include "tool.h"

static bool write_map(const program_t *p, const char *path) {
  algo_buf_t b = ALGO_BUF_INIT, mappings = ALGO_BUF_INIT;
  algo_json_t j = algo_json(&b);
  algo_asm_mappings(&mappings, &p->l.assembly);
  algo_json_open(&j, '{');
  algo_json_key(&j, "version");
  algo_json_uint(&j, 3);
  algo_json_key(&j, "sources");
  algo_json_open(&j, '[');
  algo_json_str(&j, p->path);
  algo_json_close(&j, ']');
  algo_json_key(&j, "names");
  algo_json_open(&j, '[');
  algo_json_close(&j, ']');
  algo_json_key(&j, "mappings");
  algo_json_strb(&j, algo_buf_view(&mappings));
  algo_json_close(&j, '}');
  algo_buf_putc(&b, '\n');
  bool ok = !b.oom && write_file(path, algo_buf_view(&b));
  algo_buf_fini(&b);
  algo_buf_fini(&mappings);
  return ok;
}

int asm_command(int argc, char *const *argv, algo_arena_t *arena) {
  const char *file = NULL, *out = NULL, *map = NULL;
  for (int i = 0; i < argc; i++) {
    if (strcmp(argv[i], "-o") == 0 && i + 1 < argc) {
      out = argv[++i];
    } else if (strcmp(argv[i], "--map") == 0 && i + 1 < argc) {
      map = argv[++i];
    } else if (file == NULL) {
      file = argv[i];
    } else {
      file = NULL;
      break;
    }
  }
  if (file == NULL) {
    fprintf(stderr, "usage: algorent-avm asm FILE [-o OUT] [--map MAP]\n");
    return 2;
  }
  program_t p;
  int status;
  if (!load_program(&p, file, arena, &status)) return status;
  algo_addr_t hash;
  char text[ALGO_ADDR_TEXT + 1];
  algo_addr_of_program(&hash, p.l.code);
  algo_addr_format(text, &hash);
  fprintf(stderr, "%s: version %llu, %zu bytes, address %s\n", file, (unsigned long long)p.l.assembly.version,
          p.l.code.n, text);
  if (map != NULL && !write_map(&p, map)) return 74;
  if (out != NULL) return write_file(out, p.l.code) ? 0 : 74;
  algo_buf_t hex = ALGO_BUF_INIT;
  algo_hex_encode(&hex, p.l.code);
  puts(algo_buf_cstr(&hex));
  algo_buf_fini(&hex);
  return 0;
}

int disasm_command(int argc, char *const *argv, algo_arena_t *arena) {
  if (argc != 1) {
    fprintf(stderr, "usage: algorent-avm disasm FILE\n");
    return 2;
  }
  program_t p;
  int status;
  if (!load_program(&p, argv[0], arena, &status)) return status;
  algo_buf_t text = ALGO_BUF_INIT;
  algo_code_t code = algo_disasm(&text, p.l.code, NULL);
  fputs(algo_buf_cstr(&text), stdout);
  algo_buf_fini(&text);
  return algo_code_exit_status(code);
}
