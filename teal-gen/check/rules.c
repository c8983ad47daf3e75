/* The table of rules. */
#include "algo/check.h"

#define A ALGO_CHECK_APP
#define C ALGO_CHECK_CLEAR
#define S ALGO_CHECK_SIG

static const algo_check_rule_t rules[ALGO_CHECK_RULES] = {
#define RULE(id, name, level, modes, title, why, fix) {name, ALGO_CHECK_##level, modes, title, why, fix},
#include "algo/check_rules.def"
#undef RULE
};

const algo_check_rule_t *algo_check_rule(algo_check_rule_id_t id) { return &rules[id]; }

bool algo_check_rule_find(algo_check_rule_id_t *out, const char *name, size_t n) {
  for (unsigned i = 0; i < ALGO_CHECK_RULES; i++) {
    if (strlen(rules[i].name) != n || memcmp(rules[i].name, name, n) != 0) continue;
    *out = (algo_check_rule_id_t)i;
    return true;
  }
  return false;
}

const char *algo_check_level_name(algo_check_level_t level) {
  return level == ALGO_CHECK_ERROR ? "error" : level == ALGO_CHECK_WARNING ? "warning" : "note";
}

const char *algo_check_mode_name(unsigned mode) {
  return mode == ALGO_CHECK_APP     ? "approval program"
         : mode == ALGO_CHECK_CLEAR ? "clear-state program"
                                    : "logic signature";
}

void algo_check_put_rule(algo_buf_t *out, algo_check_rule_id_t id) {
  const algo_check_rule_t *r = &rules[id];
  algo_buf_printf(out, "## %s\n\n%s: %s. For ", r->name, algo_check_level_name(r->level), r->title);
  bool more = false;
  for (unsigned mode = A; mode <= S; mode *= 2) {
    if ((r->modes & mode) == 0) continue;
    algo_buf_printf(out, "%s%ss", more ? ", " : "", algo_check_mode_name(mode));
    more = true;
  }
  algo_buf_printf(out, ".\n\n%s\n\n**Instead:** %s\n", r->why, r->fix);
}
