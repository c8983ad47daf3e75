/* Scripts as text: to read, to replay (JSON), to paste into a test (C). */
#include "walk_impl.h"

static const char *who_name(const algo_walk_t *w, uint64_t i) { return i < w->n_who ? w->who[i] : "nobody"; }

void walk_put_step(algo_buf_t *out, const algo_walk_t *w, const algo_walk_step_t *s) {
  const algo_walk_action_t *a = &w->actions[s->action];
  algo_buf_printf(out, "%s(", a->name);
  for (size_t i = 0; i < a->n_args; i++) {
    algo_buf_printf(out, "%s%s: ", i == 0 ? "" : ", ", a->args[i].name);
    if (a->args[i].kind == ALGO_WALK_WHO) algo_buf_puts(out, who_name(w, s->args[i]));
    else algo_buf_printf(out, "%" PRIu64, s->args[i]);
  }
  algo_buf_putc(out, ')');
}

static void put_json_step(algo_json_t *j, const algo_walk_t *w, const algo_walk_step_t *s) {
  const algo_walk_action_t *a = &w->actions[s->action];
  algo_json_open(j, '{');
  algo_json_key(j, "action");
  algo_json_str(j, a->name);
  algo_json_key(j, "args");
  algo_json_open(j, '{');
  for (size_t i = 0; i < a->n_args; i++) {
    algo_json_key(j, a->args[i].name);
    if (a->args[i].kind == ALGO_WALK_WHO) algo_json_str(j, who_name(w, s->args[i]));
    else algo_json_uint(j, s->args[i]);
  }
  algo_json_close(j, '}');
  algo_json_close(j, '}');
}

void algo_walk_json(algo_buf_t *out, const algo_walk_t *w, const algo_walk_step_t *steps, size_t n) {
  algo_json_t j = algo_json(out);
  algo_json_open(&j, '{');
  algo_json_key(&j, "walk");
  algo_json_str(&j, w->name);
  algo_json_key(&j, "steps");
  algo_json_open(&j, '[');
  for (size_t i = 0; i < n; i++) put_json_step(&j, w, &steps[i]);
  algo_json_close(&j, ']');
  algo_json_close(&j, '}');
}

void algo_walk_c(algo_buf_t *out, const algo_walk_t *w, const algo_walk_step_t *steps, size_t n) {
  algo_buf_puts(out, "static const algo_walk_step_t script[] = {\n");
  for (size_t s = 0; s < n; s++) {
    const algo_walk_action_t *a = &w->actions[steps[s].action];
    algo_buf_printf(out, "    {%u /* %s */, {", steps[s].action, a->name);
    for (size_t i = 0; i < a->n_args; i++) {
      algo_buf_printf(out, "%s%" PRIu64, i == 0 ? "" : ", ", steps[s].args[i]);
      if (steps[s].args[i] > INT64_MAX) algo_buf_putc(out, 'u');
      if (a->args[i].kind == ALGO_WALK_WHO) algo_buf_printf(out, " /* %s */", who_name(w, steps[s].args[i]));
    }
    algo_buf_puts(out, a->n_args == 0 ? "0}},\n" : "}},\n");
  }
  algo_buf_puts(out, "};\n");
}

/* ---- reading ---- */

static bool read_arg(algo_testnet_t *t, const algo_walk_t *w, const algo_walk_arg_t *a, json_object *args,
                     uint64_t *out) {
  algo_err_t err;
  algo_bytes_t label;
  if (a->kind != ALGO_WALK_WHO)
    return algo_json_get_u64(args, a->name, out, &err) == ALGO_OK || testnet_fail_err(t, "the script", &err);
  if (algo_json_get_str(args, a->name, &label, &err) != ALGO_OK) return testnet_fail_err(t, "the script", &err);
  for (*out = 0; *out < w->n_who; ++*out)
    if (algo_bytes_eq(label, algo_bytes_str(w->who[*out]))) return true;
  return algo_testnet_fail(t, "the script: \"%.*s\" is none of walk %s", (int)label.n, (const char *)label.p, w->name);
}

static bool read_step(algo_testnet_t *t, const algo_walk_t *w, json_object *o, algo_walk_step_t *out) {
  algo_err_t err;
  algo_bytes_t name;
  json_object *args = NULL;
  memset(out, 0, sizeof *out);
  if (algo_json_get_str(o, "action", &name, &err) != ALGO_OK) return testnet_fail_err(t, "the script", &err);
  while (out->action < w->n_actions && !algo_bytes_eq(name, algo_bytes_str(w->actions[out->action].name)))
    out->action++;
  if (out->action == w->n_actions)
    return algo_testnet_fail(t, "the script: walk %s has no action \"%.*s\"", w->name, (int)name.n,
                             (const char *)name.p);
  const algo_walk_action_t *a = &w->actions[out->action];
  if (!json_object_object_get_ex(o, "args", &args) || !json_object_is_type(args, json_type_object))
    return a->n_args == 0 || algo_testnet_fail(t, "the script: %s has no arguments", a->name);
  for (size_t i = 0; i < a->n_args; i++)
    if (!read_arg(t, w, &a->args[i], args, &out->args[i])) return false;
  return true;
}

bool script_read(algo_testnet_t *t, const algo_walk_t *w, const char *json, script_t *out) {
  json_object *o = NULL, *steps = NULL;
  algo_err_t err;
  const char *printed = strstr(json, "{\"walk\":"); /* the line of it in what a failure said */
  if (printed != NULL) json = printed;
  if (algo_json_parse(&o, json, printed == NULL ? strlen(json) : strcspn(json, "\n"), &err) != ALGO_OK)
    return testnet_fail_err(t, "the script", &err);
  bool ok = json_object_is_type(o, json_type_object) && json_object_object_get_ex(o, "steps", &steps) &&
            json_object_is_type(steps, json_type_array);
  if (!ok) algo_testnet_fail(t, "the script has no steps");
  for (size_t i = 0; ok && i < json_object_array_length(steps); i++) {
    algo_walk_step_t step;
    ok = read_step(t, w, json_object_array_get_idx(steps, i), &step);
    if (ok && !script_add(out, &step)) ok = testnet_nomem(t);
  }
  json_object_put(o);
  return ok;
}

bool algo_walk_replay(algo_testnet_t *t, const algo_walk_t *w, const char *json) {
  script_t s = {0};
  bool ok = script_read(t, w, json, &s) && algo_walk_do(t, w, s.steps, s.n);
  free(s.steps);
  return ok;
}
