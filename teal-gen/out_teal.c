/* A program as TEAL with comments, then assembled: bytes, source map, messages by program counter. */
#include <ctype.h>

#include "algo/asm.h"
#include "algo/text.h"
#include "constants.h"

typedef struct writer {
  tg_t *b;
  algo_buf_t out;
  uint32_t line; /* of the next instruction, 0-based */
  tg_constants_t k;
  struct {
    uint32_t line;
    const char *message;
  } * marks; /* lines that can fail with a message */
  size_t n_marks;
} writer_t;

static void newline(writer_t *w) {
  algo_buf_putc(&w->out, '\n');
  w->line++;
}

static bool printable(algo_bytes_t v) {
  for (size_t i = 0; i < v.n; i++)
    if (!isprint(v.p[i]) || v.p[i] == '"' || v.p[i] == '\\') return false;
  return v.n > 0;
}

static void put_bytes(algo_buf_t *out, algo_bytes_t v) {
  if (printable(v)) {
    algo_buf_putc(out, '"');
    algo_buf_putb(out, v);
    algo_buf_putc(out, '"');
    return;
  }
  algo_buf_puts(out, "0x");
  algo_hex_encode(out, v);
}

static void put_blocks(writer_t *w) {
  for (int bytes = 0; bytes < 2; bytes++) {
    bool any = false;
    for (size_t i = 0; i < w->k.n; i++) {
      const tg_constant_t *c = &w->k.all[i];
      if (c->place < 0 || c->is_bytes != (bytes == 1)) continue;
      if (!any) algo_buf_puts(&w->out, bytes ? "bytecblock" : "intcblock");
      any = true;
      if (bytes) {
        algo_buf_putc(&w->out, ' ');
        put_bytes(&w->out, c->bytes);
      } else {
        algo_buf_printf(&w->out, " %llu", (unsigned long long)c->u);
      }
    }
    if (any) newline(w);
  }
}

static void put_label(writer_t *w, uint64_t label) {
  const char *name = w->b->label_names[label];
  if (name) algo_buf_puts(&w->out, name);
  else algo_buf_printf(&w->out, "l%u", (unsigned)label);
}

static void put_constant(writer_t *w, const tg_ins_t *i) {
  int place = tg_constant_place(&w->k, i);
  bool bytes = i->op == TG_BYTES_;
  const char *block = bytes ? "bytec" : "intc";
  if (place < 0) algo_buf_puts(&w->out, bytes ? "pushbytes " : "pushint ");
  else algo_buf_printf(&w->out, place < 4 ? "%s_%d // " : "%s %d // ", block, place);
  if (bytes) put_bytes(&w->out, i->bytes);
  else algo_buf_printf(&w->out, "%llu", (unsigned long long)i->u);
  if (i->comment && (place >= 0 || w->b->hand)) algo_buf_printf(&w->out, "%s%s", place < 0 ? " // " : ", ", i->comment);
}

static void put_operands(writer_t *w, const tg_ins_t *i) {
  algo_buf_t *o = &w->out;
  switch (i->op) {
  case TG_LOAD:
  case TG_STORE:
  case TG_DIG:
  case TG_COVER:
  case TG_UNCOVER: algo_buf_printf(o, " %u", i->a); break;
  case TG_EXTRACT: algo_buf_printf(o, " %u %u", i->a, i->b); break;
  case TG_TXNA: algo_buf_printf(o, " %s %u", i->field, i->a); break;
  case TG_B:
  case TG_BZ:
  case TG_BNZ:
  case TG_CALLSUB:
    algo_buf_putc(o, ' ');
    put_label(w, i->u);
    break;
  case TG_SWITCH:
  case TG_MATCH:
    for (uint32_t n = 0; n < i->n; n++) {
      algo_buf_putc(o, ' ');
      put_label(w, i->labels[n]);
    }
    break;
  case TG_PUSHBYTESS:
    for (uint32_t n = 0; n < i->n; n++) {
      algo_buf_putc(o, ' ');
      put_bytes(o, i->list[n]);
    }
    break;
  default:
    if (i->field) algo_buf_printf(o, " %s", i->field);
  }
}

static void put_comment(writer_t *w, const tg_ins_t *i) {
  const char *text = i->message ? i->message : i->comment;
  if (text) algo_buf_printf(&w->out, " // %s", text);
}

static void put_instruction(writer_t *w, const tg_ins_t *i) {
  algo_buf_t *o = &w->out;
  if (i->op == TG_LABEL) {
    newline(w);
    if (i->comment) {
      algo_buf_printf(o, "// %s", i->comment);
      newline(w);
    }
    put_label(w, i->u);
    algo_buf_putc(o, ':');
    newline(w);
    return;
  }
  if (i->op == TG_END) return;
  if (i->message) {
    w->marks[w->n_marks].line = w->line;
    w->marks[w->n_marks++].message = i->message;
  }
  algo_buf_puts(o, "  ");
  if (i->op == TG_INT || i->op == TG_BYTES_) {
    put_constant(w, i);
  } else if (i->op == TG_OTHER) {
    algo_buf_puts(o, i->text);
    put_comment(w, i);
  } else {
    algo_buf_puts(o, tg_ops[i->op].text);
    put_operands(w, i);
    put_comment(w, i);
  }
  newline(w);
}

static algo_code_t assemble(writer_t *w, tg_program_t *out) {
  tg_t *b = w->b;
  algo_asm_result_t r;
  algo_code_t code = algo_asm_assemble(&r, algo_bytes_str(out->teal), b->arena, b->err);
  if (code) return algo_err_prefix(b->err, code, "%s", b->c->name);
  out->code = r.program;
  struct tg_pc_message *m = algo_arena_array(b->arena, w->n_marks + 1, sizeof *m);
  if (!m) return algo_err_set(b->err, ALGO_E_NOMEM, "out of memory");
  size_t mark = 0;
  for (size_t i = 0; i < r.n_locations; i++) {
    while (mark < w->n_marks && w->marks[mark].line < r.locations[i].line) mark++;
    if (mark == w->n_marks || w->marks[mark].line != r.locations[i].line) continue;
    m[out->n_messages].pc = r.locations[i].pc;
    m[out->n_messages++].message = w->marks[mark++].message;
  }
  out->messages = m;
  algo_buf_t map = ALGO_BUF_INIT;
  algo_buf_printf(&map, "{\"version\":3,\"sources\":[\"%s.%s.teal\"],\"names\":[],\"mappings\":\"",
                  b->o.asa ? "asa" : "algo", w->k.n || w->n_marks ? "approval" : "clear");
  algo_asm_mappings(&map, &r);
  algo_buf_puts(&map, "\"}\n");
  out->map = algo_arena_strdup(b->arena, algo_buf_cstr(&map));
  algo_buf_fini(&map);
  return ALGO_OK;
}

algo_code_t tg_out_teal(tg_t *b, tg_program_t *out, const tg_code_t *code, const char *title) {
  memset(out, 0, sizeof *out);
  writer_t w = {.b = b};
  w.marks = algo_arena_array(b->arena, code->n + 1, sizeof *w.marks);
  algo_code_t rc = tg_constants(&w.k, b, code);
  if (rc || !w.marks) return algo_err_set(b->err, ALGO_E_NOMEM, "out of memory");
  algo_buf_printf(&w.out, "#pragma version %u", b->o.avm);
  newline(&w);
  algo_buf_printf(&w.out, b->hand ? "// %s" : "// %s. Generated by teal-gen: do not edit.", title);
  newline(&w);
  if (b->hand && b->hand->untyped) {
    algo_buf_puts(&w.out, "#pragma typetrack false");
    newline(&w);
  }
  put_blocks(&w);
  for (size_t i = 0; i < code->n; i++) put_instruction(&w, &code->ins[i]);
  out->teal = algo_arena_strdup(b->arena, algo_buf_cstr(&w.out));
  bool oom = w.out.oom || !out->teal;
  algo_buf_fini(&w.out);
  return oom ? algo_err_set(b->err, ALGO_E_NOMEM, "out of memory") : assemble(&w, out);
}
