/* auction: an asset goes to whoever offers most ALGO before the end.
 *
 * Nobody is paid against his will, and nobody can be held up: a bid that was passed waits in its bidder's box until he
 * takes it back himself; item and price change hands in one call or not at all; and where that cannot be done for a
 * week (the winner did not opt in, the item was frozen or clawed back), everybody gets back what is his. */
#include <algo/tealgen_build.h>

enum { BASE_MBR = 200000, BOX_MBR = 2500 + 400 * (33 + 8), MONTH = 2592000, WEEK = 604800, LATE = 300 };

static const tg_field_t globals[] = {
    {"seller", TG_ADDRESS, "whose item it is, and who gets the price"},
    {"item", TG_U64, "the asset; all that the application holds of it is sold"},
    {"reserve", TG_U64, "the least that is taken, microAlgos"},
    {"seconds", TG_U64, "from start to end; a late bid makes it longer"},
    {"ends_at", TG_U64, "Unix seconds; 0: not started"},
    {"leader", TG_ADDRESS, "who offers most; zero: nobody"},
    {"best", TG_U64, "microAlgos that the leader offers"},
    {"bids", TG_U64, "boxes that are there"},
};

static const tg_field_t bid_fields[] = {{"amount", TG_U64, "microAlgos put in so far"}};
static const tg_struct_t bid_box = {"bid", "Box `b` + address: a bid.", TG_ARRAY(bid_fields)};
static const tg_struct_t *const structs[] = {&bid_box};
static const tg_box_t boxes[] = {{"bid", "a bid's box", "b", {"bidder", TG_ADDRESS, "the address"}, &bid_box}};

static const tg_field_t started[] = {{"ends_at", TG_TIME, "Unix seconds"}, {"amount", TG_U64, "of the item"}};
static const char *const started_does[] = {"auction: ends_at=@ends_at"};
static const tg_field_t placed[] = {
    {"bidder", TG_ADDRESS, "who"}, {"amount", TG_U64, "microAlgos in all"}, {"ends_at", TG_TIME, "Unix seconds"}};
static const char *const placed_does[] = {"+bid[bidder]: amount=@amount, open=1",
                                          "auction: best=@amount, leader=@bidder, ends_at=@ends_at"};
static const tg_field_t back[] = {{"bidder", TG_ADDRESS, "who"}, {"amount", TG_U64, "microAlgos"}};
static const char *const back_does[] = {"bid[bidder]: open=0"};
static const tg_field_t sold[] = {{"winner", TG_ADDRESS, "who has the item"},
                                  {"price", TG_U64, "microAlgos to the seller"}};
static const char *const sold_does[] = {"bid[winner]: open=0", "auction: price=@price"};
static const tg_field_t failed[] = {{"leader", TG_ADDRESS, "who could not be served"}};
static const tg_event_t events[] = {
    {"Started", "Bids are taken.", TG_ARRAY(started), TG_ARRAY(started_does)},
    {"BidPlaced", "Somebody offers more.", TG_ARRAY(placed), TG_ARRAY(placed_does)},
    {"TakenBack", "A bid that was passed went back.", TG_ARRAY(back), TG_ARRAY(back_does)},
    {"Sold", "Item and price changed hands.", TG_ARRAY(sold), TG_ARRAY(sold_does)},
    {"Failed", "The item could not be delivered for a week.", TG_ARRAY(failed), NULL, 0},
};
static const tg_field_t bid_more[] = {{"open", TG_BOOL, "the box is there"}};
static const tg_field_t columns[] = {{"ends_at", TG_TIME, "Unix seconds"},
                                     {"leader", TG_ADDRESS, "who offered most"},
                                     {"best", TG_U64, "microAlgos"},
                                     {"price", TG_U64, "microAlgos that the seller got; 0: not sold"}};
static const tg_table_t tables[] = {
    {"bid", "Bids, as their boxes are.", {"bidder", TG_ADDRESS, "who"}, &bid_box, TG_ARRAY(bid_more)},
    {.name = "auction", .doc = "Auctions: one application each.", .more = columns, .n_more = 4},
};

static tg_x key_of(tg_t *b, tg_x who) { return tg_concat(b, 2, tg_text(b, "b"), tg_as(who, TG_BYTES)); }
static tg_x over(tg_t *b) { /* started, and past its end */
  return tg_and(tg_get(b, "ends_at"), tg_ge(tg_now(b), tg_get(b, "ends_at")));
}
static void seller_only(tg_t *b) {
  tg_assert(b, tg_eq(tg_sender(b), tg_get(b, "seller")), "only the seller may do this");
}

static void create(tg_t *b) {
  tg_x item = tg_native(tg_checked(b, "item")), reserve = tg_native(tg_checked(b, "reserve"));
  tg_x seconds = tg_native(tg_checked(b, "seconds"));
  tg_assert(b, item, "an item is an asset");
  tg_assert(b, reserve, "a reserve of 0");
  tg_assert(b, tg_and(tg_ge(seconds, tg_int(b, 60)), tg_le(seconds, tg_int(b, MONTH))), "1 minute to 30 days");
  tg_put(b, "seller", tg_sender(b));
  tg_put(b, "item", item);
  tg_put(b, "reserve", reserve);
  tg_put(b, "seconds", seconds);
  tg_put(b, "leader", tg_nobody(b));
  static const char *const zeros[] = {"ends_at", "best", "bids"};
  for (size_t i = 0; i < sizeof zeros / sizeof *zeros; i++) tg_put(b, zeros[i], tg_int(b, 0));
  tg_approve(b);
}

static void offer(tg_t *b) {
  seller_only(b);
  tg_assert(b, tg_eq(tg_paid(b, "payment", NULL), tg_int(b, BASE_MBR)), "exactly 200,000 microAlgos");
  tg_assert(b, tg_not(tg_opted_in(tg_self(b), tg_get(b, "item"))), "it is offered already");
  tg_inner_xfer(b, tg_get(b, "item"), tg_self(b), tg_int(b, 0)); /* the opt-in; then the seller sends the item */
  tg_approve(b);
}

static void start(tg_t *b) {
  seller_only(b);
  tg_assert(b, tg_not(tg_get(b, "ends_at")), "it has started already");
  tg_set(b, "held", tg_holding_amount(tg_self(b), tg_get(b, "item")));
  tg_x held = tg_var(b, "held", TG_U64);
  tg_assert(b, held, "the item is not here");
  tg_set(b, "ends", tg_add(tg_now(b), tg_get(b, "seconds")));
  tg_put(b, "ends_at", tg_var(b, "ends", TG_U64));
  tg_emit(b, "Started", tg_var(b, "ends", TG_U64), held, NULL);
  tg_approve(b);
}

static void bid(tg_t *b) {
  tg_x ends = tg_get(b, "ends_at");
  tg_assert(b, tg_lt(tg_now(b), ends), "no bids are taken now"); /* 0 before the start */
  tg_set(b, "key", key_of(b, tg_sender(b)));
  tg_set(b, "amount", tg_paid(b, "payment", NULL));
  tg_x key = tg_var(b, "key", TG_BYTES), amount = tg_var(b, "amount", TG_U64);
  tg_if(b, tg_box_exists(key));
  tg_set(b, "sum", tg_add(tg_native(tg_field(tg_box(key, "no bid"), &bid_box, "amount")), amount));
  tg_else(b);
  tg_assert(b, tg_gt(amount, tg_int(b, BOX_MBR)), "a first bid is 18,900 microAlgos and more");
  tg_set(b, "sum", tg_sub_(amount, tg_int(b, BOX_MBR)));
  tg_put(b, "bids", tg_add(tg_get(b, "bids"), tg_int(b, 1)));
  tg_end(b);
  tg_x sum = tg_var(b, "sum", TG_U64);
  tg_assert(b, tg_ge(sum, tg_get(b, "reserve")), "the reserve is not met");
  tg_assert(b, tg_gt(sum, tg_get(b, "best")), "somebody offers as much already");
  tg_box_put(b, key, tg_itob(sum));
  tg_put(b, "best", sum);
  tg_put(b, "leader", tg_sender(b));
  tg_set(b, "ends", tg_max(ends, tg_add(tg_now(b), tg_int(b, LATE)))); /* nobody wins by being the last */
  tg_put(b, "ends_at", tg_var(b, "ends", TG_U64));
  tg_emit(b, "BidPlaced", tg_sender(b), sum, tg_var(b, "ends", TG_U64), NULL);
  tg_answer(b, tg_itob(sum));
  tg_approve(b);
}

static void take_back(tg_t *b) {
  tg_set(b, "key", key_of(b, tg_sender(b)));
  tg_x key = tg_var(b, "key", TG_BYTES);
  tg_set(b, "amount", tg_native(tg_field(tg_box(key, "you have no bid"), &bid_box, "amount")));
  tg_x amount = tg_var(b, "amount", TG_U64);
  tg_assert(b, tg_ne(tg_sender(b), tg_get(b, "leader")), "the best bid stays");
  tg_box_delete(b, key);
  tg_put(b, "bids", tg_sub_(tg_get(b, "bids"), tg_int(b, 1)));
  tg_inner_pay(b, tg_sender(b), tg_add(amount, tg_int(b, BOX_MBR)));
  tg_emit(b, "TakenBack", tg_sender(b), amount, NULL);
  tg_answer(b, tg_itob(amount));
  tg_approve(b);
}

/* The price to the seller, the item and the box's minimum balance to the winner: all in this call, or none of it. */
static void settle(tg_t *b) {
  tg_x item = tg_get(b, "item");
  tg_assert(b, over(b), "it is not over");
  tg_set(b, "winner", tg_get(b, "leader"));
  tg_x winner = tg_var(b, "winner", TG_ADDRESS), price = tg_var(b, "price", TG_U64);
  tg_assert(b, tg_ne(winner, tg_nobody(b)), "there is no winner");
  tg_assert(b, tg_holding_usable(winner, item), "the winner has to opt in to the item");
  tg_set(b, "held", tg_holding_amount(tg_self(b), item));
  tg_assert(b, tg_var(b, "held", TG_U64), "the item is not here");
  tg_set(b, "price", tg_get(b, "best"));
  tg_box_delete(b, key_of(b, winner));
  tg_put(b, "bids", tg_sub_(tg_get(b, "bids"), tg_int(b, 1)));
  tg_put(b, "leader", tg_nobody(b));
  tg_put(b, "best", tg_int(b, 0));
  tg_inner_xfer(b, item, winner, tg_var(b, "held", TG_U64));
  tg_inner_pay(b, tg_get(b, "seller"), price);
  tg_inner_pay(b, winner, tg_int(b, BOX_MBR));
  tg_emit(b, "Sold", winner, price, NULL);
  tg_approve(b);
}

static void fail(tg_t *b) {
  tg_x leader = tg_get(b, "leader");
  tg_assert(b, tg_get(b, "ends_at"), "it is not over");
  tg_assert(b, tg_ge(tg_now(b), tg_add(tg_get(b, "ends_at"), tg_int(b, WEEK))), "there is a week to settle it");
  tg_assert(b, tg_ne(leader, tg_nobody(b)), "there is no winner");
  tg_emit(b, "Failed", leader, NULL);
  tg_put(b, "leader", tg_nobody(b)); /* now he may take his bid back as the others do */
  tg_put(b, "best", tg_int(b, 0));
  tg_approve(b);
}

static void delete_it(tg_t *b) {
  seller_only(b);
  tg_assert(b, tg_not(tg_get(b, "bids")), "there are bids left");
  tg_if(b, tg_opted_in(tg_self(b), tg_get(b, "item")));
  tg_inner_close_asset(b, tg_get(b, "item"), tg_sender(b)); /* an item that was not sold */
  tg_end(b);
  tg_inner_close(b, tg_sender(b));
  tg_approve(b);
}

static const tg_field_t create_args[] = {{"item", TG_U64, "the asset"},
                                         {"reserve", TG_U64, "the least that is taken, microAlgos"},
                                         {"seconds", TG_U64, "from start to end, 60 to 2,592,000"}};
static const tg_field_t offer_args[] = {{"payment", TG_PAY, "200,000, paid back when it is deleted"}};
static const tg_field_t bid_args[] = {{"payment", TG_PAY, "18,900 and the bid; later what it is raised by"}};
static const tg_method_t methods[] = {
    {"create", "Makes an auction; the creator is the seller.", TG_ARRAY(create_args), TG_VOID, NULL, TG_CREATE, create},
    {"offer", "Opts the application in to the item. The seller.", TG_ARRAY(offer_args), TG_VOID, NULL, 0, offer},
    {"start", "Starts it, once the item is here. The seller.", NULL, 0, TG_VOID, NULL, 0, start},
    {"bid", "Offers more than everybody; returns the bid. Anyone.", TG_ARRAY(bid_args), TG_U64, NULL, 0, bid},
    {"take_back", "Takes back a bid that was passed; returns it. Its bidder.", NULL, 0, TG_U64, NULL, 0, take_back},
    {"settle", "Item to the winner, price to the seller. Anyone, after the end.", NULL, 0, TG_VOID, NULL, 0, settle},
    {"fail", "Lets the leader go, a week after the end. Anyone.", NULL, 0, TG_VOID, NULL, 0, fail},
    {"delete", "Deletes it when no bid is left; what remains goes to the seller.", NULL, 0, TG_VOID, NULL,
     TG_BARE_DELETE, delete_it},
};

static const tg_contract_t contract = {
    .name = "auction",
    .doc = "An asset goes to whoever offers most ALGO before the end.",
    .structs = structs,
    .n_structs = 1,
    .boxes = boxes,
    .n_boxes = 1,
    .globals = globals,
    .n_globals = sizeof globals / sizeof *globals,
    .events = events,
    .n_events = sizeof events / sizeof *events,
    .tables = tables,
    .n_tables = sizeof tables / sizeof *tables,
    .methods = methods,
    .n_methods = sizeof methods / sizeof *methods,
    .noun = "an auction",
    .algo_only = true,
};

int main(int argc, char **argv) {
  static const tg_contract_t *const contracts[] = {&contract};
  return tg_main(argc, argv, &(tg_catalogue_t){.contracts = contracts, .n_contracts = 1});
}
