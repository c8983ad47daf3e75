/* counter: a number that anyone raises, up to a limit, and its owner sets back. */
#include <algo/tealgen_build.h>

/* What it keeps: global state. */
static const tg_field_t globals[] = {
    {"owner", TG_ADDRESS, "who made it, and may set it back"},
    {"limit", TG_U64, "the count never passes it"},
    {"count", TG_U64, "the number"},
};

/* What it tells: an event a change, and what that does to the row that an indexer keeps. */
static const tg_field_t added[] = {
    {"by", TG_ADDRESS, "who raised it"}, {"n", TG_U64, "by how much"}, {"count", TG_U64, "the number now"}};
static const char *const added_does[] = {"counter: count=@count"};
static const tg_field_t reset[] = {{"count", TG_U64, "what it was"}};
static const char *const reset_does[] = {"counter: count=0, resets+=1"};
static const tg_event_t events[] = {
    {"Added", "The count was raised.", TG_ARRAY(added), TG_ARRAY(added_does)},
    {"Reset", "The count was set back to 0.", TG_ARRAY(reset), TG_ARRAY(reset_does)},
};
static const tg_field_t columns[] = {{"count", TG_U64, "the number"}, {"resets", TG_U64, "how often it was set back"}};
static const tg_table_t tables[] = {
    {.name = "counter", .doc = "Counters: one application each.", .more = columns, .n_more = 2}};

/* What it does. */
static void create(tg_t *b) {
  tg_put(b, "owner", tg_sender(b));
  tg_put(b, "limit", tg_native(tg_checked(b, "limit")));
  tg_put(b, "count", tg_int(b, 0));
  tg_approve(b);
}

static void add(tg_t *b) {
  tg_set(b, "n", tg_native(tg_checked(b, "n")));
  tg_x n = tg_var(b, "n", TG_U64), count = tg_get(b, "count");
  tg_assert(b, tg_le(n, tg_sub_(tg_get(b, "limit"), count)), "the count would pass its limit");
  tg_set(b, "count", tg_add(count, n));
  tg_x now = tg_var(b, "count", TG_U64);
  tg_put(b, "count", now);
  tg_emit(b, "Added", tg_sender(b), n, now, NULL);
  tg_answer(b, tg_itob(now));
  tg_approve(b);
}

static void set_back(tg_t *b) {
  tg_assert(b, tg_eq(tg_sender(b), tg_get(b, "owner")), "only the owner may do this");
  tg_emit(b, "Reset", tg_get(b, "count"), NULL);
  tg_put(b, "count", tg_int(b, 0));
  tg_approve(b);
}

static const tg_field_t create_args[] = {{"limit", TG_U64, "the count never passes it"}};
static const tg_field_t add_args[] = {{"n", TG_U64, "by how much"}};
static const tg_method_t methods[] = {
    {"create", "Makes a counter; the creator is its owner.", TG_ARRAY(create_args), TG_VOID, NULL, TG_CREATE, create},
    {"add", "Raises the count; returns it. Anyone.", TG_ARRAY(add_args), TG_U64, NULL, 0, add},
    {"reset", "Sets the count back to 0. The owner.", NULL, 0, TG_VOID, NULL, 0, set_back},
};

static const tg_contract_t contract = {
    .name = "counter",
    .doc = "A number that anyone raises, up to a limit, and its owner sets back.",
    .globals = globals,
    .n_globals = sizeof globals / sizeof *globals,
    .events = events,
    .n_events = sizeof events / sizeof *events,
    .tables = tables,
    .n_tables = sizeof tables / sizeof *tables,
    .methods = methods,
    .n_methods = sizeof methods / sizeof *methods,
    .noun = "a counter",
    .algo_only = true,
};

int main(int argc, char **argv) {
  static const tg_contract_t *const contracts[] = {&contract};
  return tg_main(argc, argv, &(tg_catalogue_t){.contracts = contracts, .n_contracts = 1});
}
