/* JSON: what is read and written again by the streaming writer reads back. */
#include <stdlib.h>

#include "algo/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write(algo_json_t *j, json_object *o) {
  if (json_object_is_type(o, json_type_object)) {
    algo_json_open(j, '{');
    json_object_object_foreach(o, key, v) {
      algo_json_key(j, key);
      write(j, v);
    }
    algo_json_close(j, '}');
  } else if (json_object_is_type(o, json_type_array)) {
    algo_json_open(j, '[');
    for (size_t i = 0; i < json_object_array_length(o); i++) write(j, json_object_array_get_idx(o, i));
    algo_json_close(j, ']');
  } else if (json_object_is_type(o, json_type_string)) {
    algo_json_strb(j, algo_bytes(json_object_get_string(o), (size_t)json_object_get_string_len(o)));
  } else if (json_object_is_type(o, json_type_int)) {
    if (json_object_get_int64(o) < 0) algo_json_int(j, json_object_get_int64(o));
    else algo_json_uint(j, json_object_get_uint64(o));
  } else if (json_object_is_type(o, json_type_double)) {
    algo_json_double(j, json_object_get_double(o));
  } else if (json_object_is_type(o, json_type_boolean)) {
    algo_json_bool(j, json_object_get_boolean(o));
  } else {
    algo_json_null(j);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  json_object *o = NULL, *again = NULL;
  if (algo_json_parse(&o, data, size, NULL) != ALGO_OK) return 0;
  algo_buf_t text = ALGO_BUF_INIT;
  algo_json_t j = algo_json(&text);
  j.go_escape = size % 2 == 0;
  write(&j, o);
  if (algo_json_parse(&again, text.p, text.n, NULL) != ALGO_OK) abort();
  json_object_put(again);
  json_object_put(o);
  algo_buf_fini(&text);
  return 0;
}
