/* What a contract's things go through, as an SVG: boxes on a grid, arrows with the methods' names. */
#include <stdio.h>

#include "internal.h"

enum { BOX_W = 112, BOX_H = 38, STEP_X = 276, STEP_Y = 116, LEFT = 90, TOP = 76, DOT = 7 };

typedef struct point {
  int x, y;
} point_t;

static point_t middle(const tg_machine_t *m, unsigned i, int top) {
  return (point_t){LEFT + (int)m->states[i].column * STEP_X + BOX_W / 2,
                   top + TOP + (int)m->states[i].row * STEP_Y + BOX_H / 2};
}

static void put_text(algo_buf_t *out, int x, int y, const char *class, const char *text, size_t n) {
  algo_buf_printf(out, "<text x=\"%d\" y=\"%d\" class=\"%s\">%.*s</text>\n", x, y, class, (int)n, text);
}

/* A label in lines of its own, cut at "; ". */
static void put_label(algo_buf_t *out, int x, int y, const char *text) {
  size_t lines = 1;
  for (const char *p = text; (p = strstr(p, "; ")); p += 2) lines++;
  y -= (int)(lines - 1) * 13;
  while (*text) {
    const char *cut = strstr(text, "; ");
    size_t n = cut ? (size_t)(cut - text) : strlen(text);
    put_text(out, x, y, "by", text, n);
    y += 13;
    text += n + (cut ? 2 : 0);
  }
}

static void put_line(algo_buf_t *out, point_t a, point_t b) {
  algo_buf_printf(out, "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" marker-end=\"url(#head)\"/>\n", a.x, a.y, b.x,
                  b.y);
}

/* Where the line from the middle of a box towards b leaves it. */
static point_t edge(point_t a, point_t b) {
  int dx = b.x - a.x, dy = b.y - a.y, w = BOX_W / 2 + 2, h = BOX_H / 2 + 2;
  if (dx * dx * h * h > dy * dy * w * w) return (point_t){a.x + (dx > 0 ? w : -w), a.y + dy * w / (dx > 0 ? dx : -dx)};
  return (point_t){a.x + dx * h / (dy > 0 ? dy : -dy), a.y + (dy > 0 ? h : -h)};
}

static void put_move(algo_buf_t *out, const tg_machine_t *m, const tg_move_t *v, int top) {
  if (v->from == TG_OUTSIDE) {
    point_t to = middle(m, v->to, top), from = {to.x - BOX_W / 2 - 58, to.y};
    algo_buf_printf(out, "<circle cx=\"%d\" cy=\"%d\" r=\"%d\"/>\n", from.x - DOT, from.y, DOT);
    put_line(out, from, (point_t){to.x - BOX_W / 2 - 2, to.y});
    put_label(out, from.x + 22, from.y - 12, v->by);
    return;
  }
  point_t a = middle(m, v->from, top);
  if (v->from == v->to) {
    int y = a.y - BOX_H / 2;
    algo_buf_printf(out, "<path d=\"M%d %d C%d %d %d %d %d %d\" marker-end=\"url(#head)\"/>\n", a.x - 22, y, a.x - 34,
                    y - 34, a.x + 34, y - 34, a.x + 22, y - 2);
    put_label(out, a.x, y - 32, v->by);
    return;
  }
  point_t b = middle(m, v->to, top), from = edge(a, b), to = edge(b, a);
  bool both = false, flat = a.y == b.y;
  for (size_t i = 0; i < m->n_moves; i++) both |= m->moves[i].from == v->to && m->moves[i].to == v->from;
  int aside = !both ? 0 : (flat ? b.x > a.x : b.y < a.y) ? -9 : 9;
  int x = (from.x + to.x) / 2, y = (from.y + to.y) / 2 - 6;
  if (flat) from.y += aside, to.y += aside, y += aside > 0 ? 22 : aside;
  else from.x += aside, to.x += aside, x += aside * 5, y += aside;
  put_line(out, from, to);
  put_label(out, x, y, v->by);
}

static void size_of(const tg_machine_t *m, int *w, int *h) {
  unsigned columns = 0, rows = 0;
  for (size_t i = 0; i < m->n_states; i++) {
    if (m->states[i].column >= columns) columns = m->states[i].column + 1;
    if (m->states[i].row >= rows) rows = m->states[i].row + 1;
  }
  *w = LEFT + (int)(columns - 1) * STEP_X + BOX_W + 30;
  *h = TOP + (int)(rows - 1) * STEP_Y + BOX_H + 26;
}

static void put_machine(algo_buf_t *out, const tg_machine_t *m, int top) {
  put_text(out, 16, top + 22, "name", m->name, strlen(m->name));
  for (size_t i = 0; i < m->n_states; i++) {
    point_t p = middle(m, (unsigned)i, top);
    char text[64];
    int n = snprintf(text, sizeof text, "%zu %s", i, m->states[i].name);
    algo_buf_printf(out, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"8\"/>\n", p.x - BOX_W / 2,
                    p.y - BOX_H / 2, BOX_W, BOX_H);
    put_text(out, p.x, p.y + 5, "state", text, (size_t)n);
  }
  for (size_t i = 0; i < m->n_moves; i++) put_move(out, m, &m->moves[i], top);
}

/* The first word of each part of a label has to be a method. */
static bool names_methods(const tg_contract_t *c, const char *by) {
  for (;;) {
    size_t n = strcspn(by, " ;,"), i = 0;
    while (i < c->n_methods && (strlen(c->methods[i].name) != n || strncmp(c->methods[i].name, by, n) != 0)) i++;
    if (i == c->n_methods) return false;
    by = strstr(by, "; ");
    if (!by) return true;
    by += 2;
  }
}

algo_code_t tg_out_states(algo_buf_t *out, const tg_contract_t *c, algo_err_t *err) {
  for (size_t i = 0; i < c->n_machines; i++)
    for (size_t k = 0; k < c->machines[i].n_moves; k++)
      if (!names_methods(c, c->machines[i].moves[k].by))
        return algo_err_set(err, ALGO_E_INVALID, "%s: states: \"%s\" is not a method's", c->name,
                            c->machines[i].moves[k].by);
  int width = 0, height = 0, w, h;
  for (size_t i = 0; i < c->n_machines; i++) {
    size_of(&c->machines[i], &w, &h);
    if (w > width) width = w;
    height += h;
  }
  algo_buf_printf(out,
                  "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\">\n"
                  "<title>%s: states. Generated by teal-gen: do not edit.</title>\n",
                  width, height, width, height, c->name);
  algo_buf_puts(
      out, "<style>text{font:12px sans-serif;text-anchor:middle;fill:#1b1f24}.state{font-size:14px}"
           ".by{font-size:11px;fill:#0550ae;paint-order:stroke;stroke:#fff;stroke-width:3px}"
           ".name{font-size:15px;font-weight:bold;text-anchor:start}rect{fill:#ddf4ff;stroke:#0969da}"
           "line,path{stroke:#57606a;fill:none}</style>\n"
           "<defs><marker id=\"head\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"8\" "
           "markerHeight=\"8\" orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" style=\"fill:#57606a\"/></marker></defs>\n"
           "<rect width=\"100%\" height=\"100%\" style=\"fill:#fff;stroke:none\"/>\n");
  int top = 0;
  for (size_t i = 0; i < c->n_machines; i++) {
    put_machine(out, &c->machines[i], top);
    size_of(&c->machines[i], &w, &h);
    top += h;
  }
  algo_buf_puts(out, "</svg>\n");
  return ALGO_OK;
}
