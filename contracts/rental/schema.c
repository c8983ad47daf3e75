/* rental: what it keeps, what it says and what it can be asked. The effects are in methods_*.c. */
#include "description.h"

/* ---- boxes and return values ---- */

static const tg_field_t provider_fields[] = {
    {"approved_at", TG_TIME, "when the admin approved the provider, Unix seconds"},
};
const tg_struct_t rental_provider = {"provider", "Box `p` + address: a provider that may register in a closed market.",
                                     TG_ARRAY(provider_fields)};

static const tg_field_t gpu_fields[] = {
    {"owner", TG_ADDRESS, "who registered it and is paid"},
    {"price_per_minute", TG_U64, "base units of the market's asset a minute"},
    {"min_minutes", TG_U32, "the shortest rental, minutes"},
    {"max_minutes", TG_U32, "the longest rental, minutes"},
    {"state", TG_U8, "0 available, 1 rented, 2 suspended by its owner, 3 barred by the admin"},
    {"rental", TG_U64, "id of the rental it is in; 0: not in use"},
    {"owed", TG_U64, "base units that could not be delivered to the owner"},
    {"disputes", TG_U32, "rentals of it that are in dispute"},
    {"vram_mib", TG_U32, "memory of the GPU, MiB"},
    {"spec_hash", TG_BYTES32, "hash of the full description"},
    {"seal_key", TG_BYTES32, "the provider's X25519 public key"},
    {"model", TG_STRING, "model, 1 to 64 bytes; any bytes, UTF-8 not guaranteed"},
};
const tg_struct_t rental_gpu = {"gpu", "Box `g` + id: a GPU.", TG_ARRAY(gpu_fields)};

static const tg_field_t rental_fields[] = {
    {"gpu", TG_U64, "id of the GPU"},
    {"owner", TG_ADDRESS, "owner of the GPU"},
    {"renter", TG_ADDRESS, "who rents, and gets refunds"},
    {"price_per_minute", TG_U64, "base units a minute, agreed when it was made"},
    {"max_minutes", TG_U32, "the longest it may become, minutes"},
    {"deposit", TG_U64, "base units paid in so far, by rent and extend"},
    {"settled", TG_U64, "base units of the deposit settled so far, gross of the fee"},
    {"owed_renter", TG_U64, "base units that could not be delivered to the renter"},
    {"state", TG_U8, "0 requested, 1 active, 2 stopped, 3 cancelled, 4 disputed, 5 resolved"},
    {"fee_bps", TG_U16, "the market's fee, hundredths of a percent"},
    {"ready_s", TG_U32, "the owner has to start within so many seconds"},
    {"beat_s", TG_U32, "a heartbeat is due every so many seconds; 0: none"},
    {"dispute_s", TG_U32, "the arbiter has so many seconds to resolve a dispute"},
    {"requested_at", TG_TIME, "when it was made, Unix seconds"},
    {"started_at", TG_TIME, "when the owner started it, Unix seconds; 0: not yet"},
    {"beat_at", TG_TIME, "the last heartbeat, Unix seconds; 0: none yet"},
    {"ended_at", TG_TIME, "when the clock stopped, Unix seconds; 0: not yet"},
    {"session_key", TG_BYTES32, "the renter's X25519 public key for this rental"},
};
const tg_struct_t rental_rental = {"rental", "Box `r` + id: a rental.", TG_ARRAY(rental_fields)};

static const tg_field_t quote_fields[] = {
    {"deposit", TG_U64, "base units to deposit"},
    {"mbr", TG_U64, "microAlgos for the rental's box, paid back when it goes"},
};
const tg_struct_t rental_quote = {"quote", "What renting costs.", TG_ARRAY(quote_fields)};

static const tg_field_t due_fields[] = {
    {"due", TG_U64, "base units due from the start, gross of the fee"},
    {"fee", TG_U64, "base units of it that are the market's fee"},
    {"refund", TG_U64, "base units that go back to the renter"},
};
const tg_struct_t rental_due = {"bill", "What a rental costs if it is stopped now.", TG_ARRAY(due_fields)};

static const tg_struct_t *const structs[] = {&rental_provider, &rental_gpu, &rental_rental, &rental_quote, &rental_due};

static const tg_box_t boxes[] = {
    {"provider", "an approved provider's box", "p", {"provider", TG_ADDRESS, "the address"}, &rental_provider},
    {"gpu", "a GPU's box", "g", {"gpu", TG_U64, "the id, 8 bytes big-endian"}, &rental_gpu},
    {"rental", "a rental's box", "r", {"rental", TG_U64, "the id, 8 bytes big-endian"}, &rental_rental},
};

static const tg_field_t globals[] = {
    {"admin", TG_ADDRESS, "approves, bars and configures"},
    {"pending_admin", TG_ADDRESS, "offered to be the admin; zero: nobody"},
    {"treasury", TG_ADDRESS, "gets the fees"},
    {"arbiter", TG_ADDRESS, "resolves disputes"},
    {"asset", TG_U64, "the market's asset id; 0: ALGO"},
    {"fee_bps", TG_U64, "the market's fee, hundredths of a percent"},
    {"ready_s", TG_U64, "an owner has to start a rental within so many seconds"},
    {"beat_s", TG_U64, "a heartbeat is due every so many seconds; 0: none"},
    {"dispute_s", TG_U64, "the arbiter has so many seconds to resolve a dispute"},
    {"open", TG_U64, "1: anyone registers; 0: approved providers only"},
    {"paused", TG_U64, "1: register and rent are refused"},
    {"next_gpu", TG_U64, "id of the next GPU"},
    {"next_rental", TG_U64, "id of the next rental"},
    {"live_gpus", TG_U64, "GPUs whose box is there"},
    {"live_rentals", TG_U64, "rentals whose box is there"},
    {"live_providers", TG_U64, "approved providers"},
    {"fees", TG_U64, "base units collected and not yet paid out"},
};

/* ---- methods ---- */

#define TERMS                                                                                                          \
  {"fee_bps", TG_U64, "hundredths of a percent, at most 2,000"}, {"ready_s", TG_U64, "seconds, below 2^32"},           \
      {"beat_s", TG_U64, "seconds, below 2^32; 0: no heartbeats"}, {"dispute_s", TG_U64, "seconds, below 2^32"}, {     \
    "open", TG_U64, "1: anyone registers; 0: approved providers only"                                                  \
  }

static const tg_field_t create_args[] = {{"treasury", TG_ADDRESS, "gets the fees"},
                                         {"arbiter", TG_ADDRESS, "resolves disputes"},
                                         {"asset", TG_U64, "the market's asset; 0: ALGO"},
                                         TERMS};
static const tg_field_t configure_args[] = {TERMS};
static const tg_field_t bootstrap_args[] = {
    {"mbr", TG_PAY, "the base minimum balance: 100,000 in an ALGO market, 200,000 in an ASA market"}};
static const tg_field_t register_args[] = {{"mbr", TG_PAY, "62,500 + 400 for each byte of the model"},
                                           {"model", TG_STRING, "1 to 64 bytes"},
                                           {"vram_mib", TG_U32, "memory, MiB"},
                                           {"price", TG_U64, "base units a minute, at least 1"},
                                           {"min_minutes", TG_U32, "at least 1"},
                                           {"max_minutes", TG_U32, "at least min_minutes"},
                                           {"spec_hash", TG_BYTES32, "hash of the full description"},
                                           {"seal_key", TG_BYTES32, "X25519 public key"}};
static const tg_field_t update_args[] = {{"gpu", TG_U64, "id"},
                                         {"price", TG_U64, "base units a minute, at least 1"},
                                         {"min_minutes", TG_U32, "at least 1"},
                                         {"max_minutes", TG_U32, "at least min_minutes"},
                                         {"seal_key", TG_BYTES32, "X25519 public key"}};
static const tg_field_t gpu_arg[] = {{"gpu", TG_U64, "id"}};
static const tg_field_t rental_arg[] = {{"rental", TG_U64, "id"}};
static const tg_field_t approve_args[] = {{"mbr", TG_PAY, "18,900 to approve, 0 to revoke"},
                                          {"provider", TG_ADDRESS, "the provider"},
                                          {"approved", TG_BOOL, "approve or revoke"}};
static const tg_field_t bar_args[] = {{"gpu", TG_U64, "id"}, {"barred", TG_BOOL, "bar or let in again"}};
static const tg_field_t rent_args[] = {{"mbr", TG_PAY, "80,900, paid back when the rental's box goes"},
                                       {"deposit", TG_DEPOSIT, "price x minutes"},
                                       {"gpu", TG_U64, "id"},
                                       {"minutes", TG_U32, "within the GPU's bounds"},
                                       {"session_key", TG_BYTES32, "X25519 public key"}};
static const tg_field_t extend_args[] = {
    {"deposit", TG_DEPOSIT, "price x minutes"}, {"rental", TG_U64, "id"}, {"minutes", TG_U32, "at least 1"}};
static const tg_field_t stop_args[] = {{"rental", TG_U64, "id"},
                                       {"stars", TG_U8, "0 to 5; counts from the renter alone"}};
static const tg_field_t dispute_args[] = {{"rental", TG_U64, "id"}, {"evidence", TG_BYTES32, "hash of the evidence"}};
static const tg_field_t resolve_args[] = {
    {"rental", TG_U64, "id"}, {"owner_bps", TG_U16, "the owner's share, hundredths of a percent, at most 10,000"}};
static const tg_field_t paused_args[] = {{"paused", TG_BOOL, "refuse register and rent"}};
static const tg_field_t treasury_args[] = {{"treasury", TG_ADDRESS, "not zero"}};
static const tg_field_t arbiter_args[] = {{"arbiter", TG_ADDRESS, "not zero"}};
static const tg_field_t offer_args[] = {{"admin", TG_ADDRESS, "who may accept; zero: nobody"}};
static const tg_field_t quote_args[] = {{"gpu", TG_U64, "id"}, {"minutes", TG_U32, "within the GPU's bounds"}};

#define NO_ARGS NULL, 0
#define M(name, doc, args, ret)                                                                                        \
  { #name, doc, args, ret, NULL, 0, rental_build_##name }

static const tg_method_t methods[] = {
    {"create", "Makes a market; the creator is its admin.", TG_ARRAY(create_args), TG_VOID, NULL, TG_CREATE,
     rental_build_create},
    M(bootstrap, "Pays the market's minimum balance, and opts it in to its asset. Admin.", TG_ARRAY(bootstrap_args),
      TG_VOID),
    M(register, "Offers a GPU; returns its id.", TG_ARRAY(register_args), TG_U64),
    M(update, "Changes a GPU's terms for later rentals. Its owner.", TG_ARRAY(update_args), TG_VOID),
    M(suspend, "Takes an available GPU off the market. Its owner.", TG_ARRAY(gpu_arg), TG_VOID),
    M(resume, "Puts a suspended GPU back. Its owner.", TG_ARRAY(gpu_arg), TG_VOID),
    M(retire, "Deletes a GPU that nothing hangs on. Its owner.", TG_ARRAY(gpu_arg), TG_VOID),
    M(approve, "Approves a provider or revokes it. Admin.", TG_ARRAY(approve_args), TG_VOID),
    M(bar, "Bars a GPU from the market or lets it in again. Admin.", TG_ARRAY(bar_args), TG_VOID),
    M(rent, "Rents an available GPU; returns the rental's id. Anyone but its owner.", TG_ARRAY(rent_args), TG_U64),
    M(start, "The machine is ready: the clock starts. The GPU's owner.", TG_ARRAY(rental_arg), TG_VOID),
    M(heartbeat, "The machine is alive. The GPU's owner.", TG_ARRAY(rental_arg), TG_VOID),
    M(extend, "Buys more minutes of an active rental. Anyone; refunds go to the renter.", TG_ARRAY(extend_args),
      TG_VOID),
    M(claim, "Pays the owner what is due so far. The GPU's owner.", TG_ARRAY(rental_arg), TG_VOID),
    M(stop, "Ends an active rental and settles it. Renter or owner; anyone once it is over.", TG_ARRAY(stop_args),
      TG_VOID),
    M(cancel, "Ends a rental that was not started. Renter; anyone once it is too late to start.", TG_ARRAY(rental_arg),
      TG_VOID),
    M(dispute, "Stops the clock and lets the arbiter divide what is not settled. The renter.", TG_ARRAY(dispute_args),
      TG_VOID),
    M(resolve, "Divides a disputed rental. The arbiter; anyone once he is late, then all to the owner.",
      TG_ARRAY(resolve_args), TG_VOID),
    M(withdraw, "Pays a renter what could not be delivered earlier. Anyone.", TG_ARRAY(rental_arg), TG_VOID),
    M(withdraw_gpu, "Pays an owner what could not be delivered earlier. Anyone.", TG_ARRAY(gpu_arg), TG_VOID),
    M(collect, "Pays the fees to the treasury. Anyone.", NO_ARGS, TG_VOID),
    M(configure, "Changes the market's terms for later rentals. Admin.", TG_ARRAY(configure_args), TG_VOID),
    M(set_paused, "Refuses or allows register and rent. Admin.", TG_ARRAY(paused_args), TG_VOID),
    M(set_treasury, "Names who gets the fees. Admin.", TG_ARRAY(treasury_args), TG_VOID),
    M(set_arbiter, "Names who resolves disputes. Admin.", TG_ARRAY(arbiter_args), TG_VOID),
    M(offer_admin, "Offers the admin's role. Admin.", TG_ARRAY(offer_args), TG_VOID),
    M(accept_admin, "Takes the admin's role that was offered to the sender.", NO_ARGS, TG_VOID),
    {"gpu", "A GPU's box.", TG_ARRAY(gpu_arg), TG_STRUCT, &rental_gpu, TG_READONLY, rental_build_gpu},
    {"rental", "A rental's box.", TG_ARRAY(rental_arg), TG_STRUCT, &rental_rental, TG_READONLY, rental_build_rental},
    {"quote", "What renting a GPU costs.", TG_ARRAY(quote_args), TG_STRUCT, &rental_quote, TG_READONLY,
     rental_build_quote},
    {"due", "What a rental costs if it is stopped now.", TG_ARRAY(rental_arg), TG_STRUCT, &rental_due, TG_READONLY,
     rental_build_due},
    {"delete", "Deletes an empty market; what remains goes to the admin. Admin.", NO_ARGS, TG_VOID, NULL,
     TG_BARE_DELETE, rental_build_delete},
};

const tg_contract_t rental_contract = {
    "rental",          "GPUs rented by the minute. One application is one market; it holds every deposit itself.",
    TG_ARRAY(structs), TG_ARRAY(boxes),
    TG_ARRAY(globals), rental_events,
    RENTAL_EVENTS,     rental_tables,
    RENTAL_TABLES,     TG_ARRAY(methods),
    rental_views,      RENTAL_VIEWS,
    "a market",        false,
    rental_machines,   RENTAL_MACHINES,
};
