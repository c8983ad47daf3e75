#include "algo/method.h"

const char *algo_app_error_at(const algo_app_spec_t *spec, uint32_t pc) {
  size_t lo = 0, hi = spec->n_errors;
  while (lo < hi) {
    size_t mid = lo + (hi - lo) / 2;
    if (spec->errors[mid].pc == pc) return spec->errors[mid].message;
    if (spec->errors[mid].pc < pc) lo = mid + 1;
    else hi = mid;
  }
  return NULL;
}
