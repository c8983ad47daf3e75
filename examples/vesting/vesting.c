/* vesting: ALGO that becomes somebody's over time; what is not his yet can be called back. */
#include <algo/tealgen_build.h>

enum { BASE_MBR = 100000, YEARS_10 = 315360000 };

static const tg_field_t globals[] = {
    {"grantor", TG_ADDRESS, "who gives, and may revoke"},
    {"beneficiary", TG_ADDRESS, "who gets it"},
    {"start", TG_U64, "Unix seconds"},
    {"cliff_s", TG_U64, "nothing is due in the first seconds"},
    {"duration_s", TG_U64, "all of it is due after so many seconds"},
    {"total", TG_U64, "microAlgos in all; after a revocation what was due then"},
    {"claimed", TG_U64, "microAlgos paid out"},
    {"revoked", TG_U64, "1: nothing more becomes due"},
};

static const tg_field_t funded[] = {{"total", TG_U64, "microAlgos"}};
static const char *const funded_does[] = {"grant: total=@total"};
static const tg_field_t claimed[] = {{"amount", TG_U64, "microAlgos paid out by this"},
                                     {"claimed", TG_U64, "microAlgos paid out so far"}};
static const char *const claimed_does[] = {"grant: claimed=@claimed"};
static const tg_field_t revoked[] = {{"returned", TG_U64, "microAlgos that went back"},
                                     {"total", TG_U64, "microAlgos that stay the beneficiary's"}};
static const char *const revoked_does[] = {"grant: total=@total, revoked=1"};
static const tg_event_t events[] = {
    {"Funded", "The grant has its money.", TG_ARRAY(funded), TG_ARRAY(funded_does)},
    {"Claimed", "What was due was paid.", TG_ARRAY(claimed), TG_ARRAY(claimed_does)},
    {"Revoked", "What was not due went back to the grantor.", TG_ARRAY(revoked), TG_ARRAY(revoked_does)},
};
static const tg_field_t columns[] = {{"total", TG_U64, "microAlgos in all"},
                                     {"claimed", TG_U64, "microAlgos paid out"},
                                     {"revoked", TG_BOOL, "nothing more becomes due"}};
static const tg_table_t tables[] = {
    {.name = "grant", .doc = "Grants: one application each.", .more = columns, .n_more = 3}};

/* A routine is built once and called: total x elapsed / duration, the product in 128 bits, rounded down. */
static void build_vested(tg_t *b) {
  tg_x total = tg_get(b, "total"), start = tg_get(b, "start"), duration = tg_get(b, "duration_s");
  tg_if(b, tg_get(b, "revoked"));
  tg_return(b, total);
  tg_end(b);
  tg_if(b, tg_lt(tg_now(b), tg_add(start, tg_get(b, "cliff_s"))));
  tg_return(b, tg_int(b, 0));
  tg_end(b);
  tg_return(b, tg_muldiv(total, tg_min(tg_sub_(tg_now(b), start), duration), duration));
}
static const tg_routine_t vested = {"vested", "what is the beneficiary's by now", 0, NULL, TG_U64, build_vested};

static void grantor_only(tg_t *b) {
  tg_assert(b, tg_eq(tg_sender(b), tg_get(b, "grantor")), "only the grantor may do this");
}

static void create(tg_t *b) {
  tg_x beneficiary = tg_checked(b, "beneficiary");
  tg_x start = tg_native(tg_checked(b, "start")), cliff = tg_native(tg_checked(b, "cliff_s"));
  tg_x duration = tg_native(tg_checked(b, "duration_s"));
  tg_assert(b, tg_ne(beneficiary, tg_nobody(b)), "nobody is no beneficiary");
  tg_assert(b, tg_lt(start, tg_int(b, UINT64_C(1) << 40)), "a start too far away"); /* the sums below never overflow */
  tg_assert(b, tg_and(tg_ge(duration, tg_int(b, 1)), tg_le(duration, tg_int(b, YEARS_10))), "1 second to 10 years");
  tg_assert(b, tg_le(cliff, duration), "a cliff longer than the grant");
  tg_put(b, "grantor", tg_sender(b));
  tg_put(b, "beneficiary", beneficiary);
  tg_put(b, "start", start);
  tg_put(b, "cliff_s", cliff);
  tg_put(b, "duration_s", duration);
  static const char *const zeros[] = {"total", "claimed", "revoked"};
  for (size_t i = 0; i < sizeof zeros / sizeof *zeros; i++) tg_put(b, zeros[i], tg_int(b, 0));
  tg_approve(b);
}

static void fund(tg_t *b) {
  grantor_only(b);
  tg_assert(b, tg_not(tg_or(tg_get(b, "total"), tg_get(b, "revoked"))), "the grant is funded already");
  tg_set(b, "amount", tg_paid(b, "payment", NULL));
  tg_x amount = tg_var(b, "amount", TG_U64);
  tg_assert(b, tg_gt(amount, tg_int(b, BASE_MBR)), "the account's own minimum is 100,000 microAlgos");
  tg_set(b, "total", tg_sub_(amount, tg_int(b, BASE_MBR)));
  tg_put(b, "total", tg_var(b, "total", TG_U64));
  tg_emit(b, "Funded", tg_var(b, "total", TG_U64), NULL);
  tg_approve(b);
}

static void claim(tg_t *b) { /* anyone may: the money has one way to go */
  tg_set(b, "vested", tg_call(b, &vested));
  tg_x so_far = tg_var(b, "vested", TG_U64);
  tg_set(b, "due", tg_sub_(so_far, tg_get(b, "claimed")));
  tg_x due = tg_var(b, "due", TG_U64);
  tg_assert(b, due, "nothing is due");
  tg_put(b, "claimed", so_far);
  tg_inner_pay(b, tg_get(b, "beneficiary"), due);
  tg_emit(b, "Claimed", due, so_far, NULL);
  tg_answer(b, tg_itob(due));
  tg_approve(b);
}

static void revoke(tg_t *b) {
  grantor_only(b);
  tg_assert(b, tg_not(tg_get(b, "revoked")), "the grant is revoked already");
  tg_set(b, "vested", tg_call(b, &vested));
  tg_x stays = tg_var(b, "vested", TG_U64);
  tg_set(b, "returned", tg_sub_(tg_get(b, "total"), stays));
  tg_x returned = tg_var(b, "returned", TG_U64);
  tg_assert(b, returned, "all of it is the beneficiary's");
  tg_put(b, "total", stays);
  tg_put(b, "revoked", tg_int(b, 1));
  tg_inner_pay(b, tg_sender(b), returned);
  tg_emit(b, "Revoked", returned, stays, NULL);
  tg_approve(b);
}

static void ask_vested(tg_t *b) {
  tg_answer(b, tg_itob(tg_call(b, &vested)));
  tg_approve(b);
}

static void delete_it(tg_t *b) {
  grantor_only(b);
  tg_assert(b, tg_eq(tg_get(b, "claimed"), tg_get(b, "total")), "the beneficiary has not got all");
  tg_inner_close(b, tg_sender(b));
  tg_approve(b);
}

static const tg_field_t create_args[] = {{"beneficiary", TG_ADDRESS, "who gets it"},
                                         {"start", TG_U64, "Unix seconds"},
                                         {"cliff_s", TG_U64, "nothing is due in the first seconds"},
                                         {"duration_s", TG_U64, "all of it is due after so many seconds"}};
static const tg_field_t fund_args[] = {
    {"payment", TG_PAY, "the grant, and 100,000 microAlgos that stay the grantor's"}};
static const tg_method_t methods[] = {
    {"create", "Makes a grant; the creator is its grantor.", TG_ARRAY(create_args), TG_VOID, NULL, TG_CREATE, create},
    {"fund", "Pays the grant in, once. The grantor.", TG_ARRAY(fund_args), TG_VOID, NULL, 0, fund},
    {"claim", "Pays the beneficiary what is due; returns it. Anyone.", NULL, 0, TG_U64, NULL, 0, claim},
    {"revoke", "Takes back what is not due yet. The grantor.", NULL, 0, TG_VOID, NULL, 0, revoke},
    {"vested", "What is the beneficiary's by now, paid out or not.", NULL, 0, TG_U64, NULL, TG_READONLY, ask_vested},
    {"delete", "Ends a grant that is paid out. The grantor.", NULL, 0, TG_VOID, NULL, TG_BARE_DELETE, delete_it},
};

static const tg_contract_t contract = {
    .name = "vesting",
    .doc = "ALGO that becomes somebody's over time; what is not his yet can be called back.",
    .globals = globals,
    .n_globals = sizeof globals / sizeof *globals,
    .events = events,
    .n_events = sizeof events / sizeof *events,
    .tables = tables,
    .n_tables = sizeof tables / sizeof *tables,
    .methods = methods,
    .n_methods = sizeof methods / sizeof *methods,
    .noun = "a grant",
    .algo_only = true,
};

int main(int argc, char **argv) {
  static const tg_contract_t *const contracts[] = {&contract};
  return tg_main(argc, argv, &(tg_catalogue_t){.contracts = contracts, .n_contracts = 1});
}
