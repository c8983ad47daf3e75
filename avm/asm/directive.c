/* Lines that begin with '#': pragmas and macro definitions. */
#include "asm_internal.h"

#define SEARCH_STEPS (1u << 26) /* of all searches for macro cycles together */

macro_t *macro_find(asm_t *a, tok_t name) {
  uint32_t *i = names_find(&a->macro_names, name.s, name.n);
  return i != NULL && !a->macros[*i].dead ? &a->macros[*i] : NULL;
}

void tokens_join(algo_buf_t *out, tok_t first, const tok_t *rest, size_t n) {
  algo_buf_put(out, first.s, first.n);
  for (size_t i = 0; i < n; i++) {
    algo_buf_putc(out, ' ');
    algo_buf_put(out, rest[i].s, rest[i].n);
  }
}

/* Is it a field of any opcode of this version? */
static bool is_field_name(unsigned version, tok_t name) {
  size_t n;
  const algo_isa_op_t *ops = algo_isa_ops(&n);
  if (version == 0) version = 1;
  for (size_t i = 0; i < n; i++) {
    if (version < ops[i].from || version > ops[i].to) continue;
    for (unsigned j = 0; j < ops[i].n_imms; j++) {
      if (algo_isa_field_by_name((algo_group_t)ops[i].imms[j].group, name.s, name.n) != NULL) return true;
    }
  }
  return false;
}

static bool bad_name(asm_t *a, tok_t at, const char *fmt, tok_t name) {
  asm_error(a, at, fmt, &name);
  return false;
}

static bool letters_ok(asm_t *a, tok_t name) {
  uint32_t first[2] = {0, 0};
  unsigned count = 0;
  for (size_t at = 0, used; at < name.n; at += used, count++) {
    uint32_t r = algo_utf8_next(name.s + at, name.n - at, &used);
    if (count < 2) first[count] = r;
    if (algo_rune_is_letter(r) || algo_rune_is_digit(r) ||
        (r != 0 && r < 0x80 && strchr("+-*/^%&|~!><=?_", (int)r) != NULL)) {
      continue;
    }
    tok_t letter = r == 0xfffd ? tok_of("\xef\xbf\xbd") : (tok_t){name.s + at, (uint32_t)used, 0, 0};
    return bad_name(a, name, "%t character not allowed in macro name", letter);
  }
  bool sign = name.n > 1 && (first[0] == '-' || first[0] == '+');
  if (algo_rune_is_digit(first[0]) || (sign && algo_rune_is_digit(first[1]))) {
    return bad_name(a, name, "Cannot begin macro name with number: %t", name);
  }
  return true;
}

/* False: an error was recorded at the name. */
static bool macro_name_ok(asm_t *a, tok_t name) {
  static const char *const encodings[] = {"b64", "base64", "b32", "base32"};
  uint64_t v;
  if (!letters_ok(a, name)) return false;
  for (size_t i = 0; i < 4; i++) {
    if (tok_is(name, encodings[i])) return bad_name(a, name, "Cannot use %t as macro name", name);
  }
  if (algo_isa_int_constant(name.s, name.n, &v)) {
    return bad_name(a, name, "Named constants cannot be used as macro names: %t", name);
  }
  if (is_pseudo_name(name)) return bad_name(a, name, "Macro names cannot be pseudo-ops: %t", name);
  if (a->version != ALGO_ASM_NO_VERSION) {
    unsigned version = (unsigned)a->version;
    if (algo_isa_op_by_name(version, name.s, name.n) != NULL) {
      return bad_name(a, name, "Macro names cannot be opcodes: %t", name);
    }
    if (is_field_name(version, name)) return bad_name(a, name, "Macro names cannot be field names: %t", name);
  }
  uint32_t *label = names_find(&a->label_names, name.s, name.n);
  if (label != NULL && a->labels[*label].pos != NO_POS) {
    return bad_name(a, name, "Labels cannot be used as macro names: %t", name);
  }
  return true;
}

void macros_recheck(asm_t *a, bool *errored) {
  for (size_t i = 0; i < a->n_macros; i++) {
    macro_t *m = &a->macros[i];
    if (m->dead || macro_name_ok(a, m->name)) continue;
    m->dead = true;
    a->live_macros--;
    *errored = true;
  }
}

/* Depth-first from `start` for a way back to it; the way is left in `path` (macro numbers), its length in *n. */
static bool find_cycle(asm_t *a, uint32_t start, uint32_t *path, uint32_t *next, size_t *n) {
  uint32_t search = ++a->searches;
  size_t depth = 1;
  path[0] = start;
  next[0] = 0;
  a->macros[start].visited = search;
  while (depth > 0) {
    macro_t *m = &a->macros[path[depth - 1]];
    if (next[depth - 1] == m->n_body || ++a->work > SEARCH_STEPS) {
      depth--;
      continue;
    }
    macro_t *to = macro_find(a, m->body[next[depth - 1]++]);
    if (to == NULL) continue;
    uint32_t i = (uint32_t)(to - a->macros);
    if (i == start) {
      *n = depth;
      return true;
    }
    if (to->visited == search) continue;
    to->visited = search;
    path[depth] = i;
    next[depth++] = 0;
  }
  return false;
}

/* True: there is no cycle through the macro; else an error was recorded. */
static bool cycle_free(asm_t *a, uint32_t index, tok_t at) {
  size_t n = 0;
  bool found = false;
  for (uint32_t i = 0; i < a->macros[index].n_body && !found; i++) {
    found = macro_find(a, a->macros[index].body[i]) != NULL;
  }
  if (!found) return true;
  algo_buf_t room = ALGO_BUF_INIT;
  uint32_t *path = (uint32_t *)(void *)algo_buf_reserve(&room, a->n_macros * 2 * sizeof *path);
  if (path == NULL) {
    a->oom = true;
    return false;
  }
  found = find_cycle(a, index, path, path + a->n_macros, &n);
  if (found) {
    algo_buf_clear(&a->msg);
    for (size_t i = 0; i < n; i++) asm_format(&a->msg, "%t -> ", &a->macros[path[i]].name);
    algo_bytes_t text = algo_buf_view(&a->msg);
    asm_error(a, at, "macro expansion cycle discovered: %m%t", &text, &at);
  } else if (a->work > SEARCH_STEPS) {
    asm_error(a, at, "too many macros are defined again and again");
    found = true;
  }
  algo_buf_fini(&room);
  return !found;
}

static void define(asm_t *a) {
  size_t n = a->n_toks;
  if (n < 3) {
    asm_error(a, a->toks[n - 1], "define directive requires a name and body");
    return;
  }
  tok_t name = a->toks[1];
  if (!macro_name_ok(a, name)) return;
  tok_t *body = algo_arena_array(a->arena, n - 2, sizeof *body);
  if (body == NULL) {
    a->oom = true;
    return;
  }
  memcpy(body, a->toks + 2, (n - 2) * sizeof *body);
  macro_t fresh = {.name = name, .body = body, .n_body = (uint32_t)(n - 2)};
  uint32_t *known = names_find(&a->macro_names, name.s, name.n), index = known != NULL ? *known : 0;
  macro_t saved = {.dead = true};
  if (known == NULL) {
    index = (uint32_t)a->n_macros;
    if (!ASM_ROOM(a, a->macros, a->n_macros, a->cap_macros)) return;
    a->n_macros++;
    if (names_add(a, &a->macro_names, name.s, name.n, index) == NULL) return;
  } else {
    saved = a->macros[index];
  }
  a->macros[index] = fresh;
  if (!cycle_free(a, index, name)) a->macros[index] = saved;
  a->live_macros += (size_t)!a->macros[index].dead - (size_t)!saved.dead;
}

static bool parse_bool(tok_t t, bool *out) {
  static const char *const yes[] = {"1", "t", "T", "true", "TRUE", "True"};
  static const char *const no[] = {"0", "f", "F", "false", "FALSE", "False"};
  for (size_t i = 0; i < 6; i++) {
    if (tok_is(t, yes[i]) || tok_is(t, no[i])) {
      *out = tok_is(t, yes[i]);
      return true;
    }
  }
  return false;
}

/* Exactly one value behind the key; false: an error was recorded. */
static bool one_value(asm_t *a) {
  if (a->n_toks < 3) {
    asm_error(a, a->toks[1], "no %t value", &a->toks[1]);
    return false;
  }
  if (a->n_toks == 3) return true;
  algo_buf_clear(&a->msg);
  tokens_join(&a->msg, tok_of(""), a->toks + 3, a->n_toks - 3);
  algo_bytes_t text = algo_buf_view(&a->msg);
  asm_error(a, a->toks[3], "unexpected extra tokens:%m", &text);
  return false;
}

static void pragma_version(asm_t *a) {
  uint64_t v;
  tok_t value = a->toks[2];
  bool errored = false;
  if (a->n_code > 0) {
    asm_error(a, a->toks[0], "#pragma version is only allowed before instructions");
  } else if (parse_uint(value.s, value.n, 0, 64, &v) != NUM_OK) {
    asm_error(a, value, "bad #pragma version: %q", &value);
  } else if (v > ALGO_AVM_VERSION_MAX) {
    asm_error(a, value, "unsupported version: %u", v);
  } else if (a->version == ALGO_ASM_NO_VERSION) {
    a->version = v;
    macros_recheck(a, &errored);
    if (errored) asm_error(a, value, "version is incompatible with defined macros");
  } else if (a->version != v) {
    asm_error(a, value, "version mismatch: assembling v%u with v%u assembler", v, a->version);
  }
}

static void pragma_typetrack(asm_t *a) {
  bool on;
  if (!parse_bool(a->toks[2], &on)) {
    asm_error(a, a->toks[2], "bad #pragma typetrack: %q", &a->toks[2]);
    return;
  }
  if (!a->typetrack && on) known_reset(&a->known);
  a->typetrack = on;
}

static void pragma_autosalt(asm_t *a) {
  bool on;
  if (a->n_code > 0) {
    asm_error(a, a->toks[0], "#pragma autosalt is only allowed before instructions");
  } else if (!parse_bool(a->toks[2], &on)) {
    asm_error(a, a->toks[2], "bad #pragma autosalt: %q", &a->toks[2]);
  } else {
    a->salt = on ? SALT_ON : SALT_OFF;
    a->salt_tok = a->toks[0];
  }
}

static void pragma(asm_t *a) {
  static const struct {
    const char *key;
    void (*run)(asm_t *a);
  } pragmas[] = {{"version", pragma_version}, {"typetrack", pragma_typetrack}, {"autosalt", pragma_autosalt}};
  if (a->n_toks < 2) {
    asm_error(a, a->toks[0], "empty pragma");
    return;
  }
  for (size_t i = 0; i < 3; i++) {
    if (!tok_is(a->toks[1], pragmas[i].key)) continue;
    if (one_value(a)) pragmas[i].run(a);
    return;
  }
  asm_error(a, a->toks[0], "unsupported pragma directive: %q", &a->toks[1]);
}

void directive(asm_t *a) {
  tok_t name = {a->toks[0].s + 1, a->toks[0].n - 1, 0, 0};
  if (tok_is(name, "pragma")) {
    pragma(a);
  } else if (tok_is(name, "define")) {
    define(a);
  } else {
    asm_error(a, a->toks[0], "unknown directive: %t", &name);
  }
}
