/* rental: its events, and what each does to the tables gpu, rental, provider and market. */
#include "description.h"
#include "market.h"

#define ID_GPU                                                                                                         \
  { "gpu", TG_U64, "id of the GPU" }
#define ID_RENTAL                                                                                                      \
  { "rental", TG_U64, "id of the rental" }
#define AT                                                                                                             \
  { "at", TG_TIME, "Unix seconds" }
#define EVENT(name, doc, fields, effects)                                                                              \
  { name, doc, TG_ARRAY(fields), TG_ARRAY(effects) }

static const tg_field_t gpu_registered[] = {
    ID_GPU,
    {"owner", TG_ADDRESS, "who registered it"},
    {"price_per_minute", TG_U64, "base units a minute"},
    {"min_minutes", TG_U32, "minutes"},
    {"max_minutes", TG_U32, "minutes"},
    {"vram_mib", TG_U32, "MiB"},
    {"spec_hash", TG_BYTES32, "hash of the full description"},
    {"seal_key", TG_BYTES32, "X25519 public key"},
    {"model", TG_STRING, "any bytes"},
};
static const char *const gpu_registered_does[] = {
    ("+gpu[gpu]: owner=@owner, price_per_minute=@price_per_minute, min_minutes=@min_minutes, max_minutes=@max_minutes, "
     "vram_mib=@vram_mib, spec_hash=@spec_hash, seal_key=@seal_key, model=@model"),
    "market: live_gpus+=1, next_gpu=@gpu",
    "market: next_gpu+=1",
};

static const tg_field_t gpu_updated[] = {
    ID_GPU,
    {"price_per_minute", TG_U64, "base units a minute"},
    {"min_minutes", TG_U32, "minutes"},
    {"max_minutes", TG_U32, "minutes"},
    {"seal_key", TG_BYTES32, "X25519 public key"},
};
static const char *const gpu_updated_does[] = {
    "gpu[gpu]: price_per_minute=@price_per_minute, min_minutes=@min_minutes, max_minutes=@max_minutes, "
    "seal_key=@seal_key",
};

static const tg_field_t gpu_state[] = {ID_GPU, {"state", TG_U8, "0 available, 1 rented, 2 suspended, 3 barred"}};
static const char *const gpu_state_does[] = {"gpu[gpu]: state=@state"};

static const tg_field_t gpu_retired[] = {ID_GPU};
static const char *const gpu_retired_does[] = {"gpu[gpu]: retired=1", "market: live_gpus-=1"};

static const tg_field_t rental_requested[] = {
    ID_RENTAL,
    ID_GPU,
    {"owner", TG_ADDRESS, "owner of the GPU"},
    {"renter", TG_ADDRESS, "who rents"},
    {"price_per_minute", TG_U64, "base units a minute"},
    {"max_minutes", TG_U32, "minutes"},
    {"deposit", TG_U64, "base units"},
    {"fee_bps", TG_U16, "hundredths of a percent"},
    {"ready_s", TG_U32, "seconds"},
    {"beat_s", TG_U32, "seconds; 0: no heartbeats"},
    {"dispute_s", TG_U32, "seconds"},
    AT,
    {"session_key", TG_BYTES32, "X25519 public key"},
};
static const char *const rental_requested_does[] = {
    "+rental[rental]: gpu=@gpu, owner=@owner, renter=@renter, price_per_minute=@price_per_minute, "
    "max_minutes=@max_minutes, deposit=@deposit, fee_bps=@fee_bps, ready_s=@ready_s, beat_s=@beat_s, "
    "dispute_s=@dispute_s, requested_at=@at, session_key=@session_key",
    "gpu[gpu]: state=1, rental=@rental",
    "market: live_rentals+=1, next_rental=@rental",
    "market: next_rental+=1",
};

static const tg_field_t rental_started[] = {ID_RENTAL, AT};
static const char *const rental_started_does[] = {"rental[rental]: state=1, started_at=@at, beat_at=@at"};

static const tg_field_t heartbeat[] = {ID_RENTAL, AT};
static const char *const heartbeat_does[] = {"rental[rental]: beat_at=@at"};

static const tg_field_t rental_extended[] = {
    ID_RENTAL, {"deposit", TG_U64, "base units, the new total"}, {"by", TG_ADDRESS, "who paid"}};
static const char *const rental_extended_does[] = {"rental[rental]: deposit=@deposit"};

static const tg_field_t settled[] = {
    ID_RENTAL,
    {"settled", TG_U64, "base units, the new total, gross of the fee"},
    {"to_owner", TG_U64, "base units that this adds for the owner"},
    {"fee", TG_U64, "base units that this adds to the fees"},
    AT,
};
static const char *const settled_does[] = {"rental[rental]: settled=@settled, earned+=@to_owner, fees+=@fee",
                                           "market: fees+=@fee"};

static const tg_field_t rental_stopped[] = {
    ID_RENTAL,
    {"by", TG_ADDRESS, "who stopped it"},
    {"ended_at", TG_TIME, "until when it is paid, Unix seconds"},
    {"minutes", TG_U64, "minutes billed"},
    {"due", TG_U64, "base units, gross and final"},
    {"refund", TG_U64, "base units back to the renter"},
    {"stars", TG_U8, "0 to 5; 0: none"},
};
#define FREE_GPU "gpu[rental.gpu]: rental=0", "gpu[rental.gpu] ? state=1: state=0"
static const char *const rental_stopped_does[] = {
    "rental[rental]: state=2, ended_at=@ended_at, minutes=@minutes, refund=@refund, stars=@stars", FREE_GPU};

static const tg_field_t rental_cancelled[] = {
    ID_RENTAL, {"by", TG_ADDRESS, "who cancelled it"}, AT, {"refund", TG_U64, "base units back to the renter"}};
static const char *const rental_cancelled_does[] = {"rental[rental]: state=3, refund=@refund", FREE_GPU};

static const tg_field_t disputed[] = {ID_RENTAL, AT, {"evidence", TG_BYTES32, "hash of the evidence"}};
static const char *const disputed_does[] = {"rental[rental]: state=4, ended_at=@at, evidence=@evidence", FREE_GPU,
                                            "gpu[rental.gpu]: disputes+=1"};

static const tg_field_t resolved[] = {
    ID_RENTAL,
    {"owner_bps", TG_U16, "the owner's share that was applied, hundredths of a percent"},
    {"to_owner", TG_U64, "base units to the owner, net of the fee"},
    {"to_renter", TG_U64, "base units to the renter"},
    AT,
};
static const char *const resolved_does[] = {
    "rental[rental]: state=5, refund=@to_renter, ended_at=`least(ended_at, started_at + div(deposit, price_per_minute) "
    "* "
    "60, CASE WHEN beat_s > 0 THEN beat_at + beat_s ELSE ended_at END)`",
    "gpu[rental.gpu]: disputes-=1",
};

static const tg_field_t owed[] = {
    ID_RENTAL, {"party", TG_ADDRESS, "the owner or the renter"}, {"amount", TG_U64, "base units that this adds"}};
static const char *const owed_does[] = {"gpu[rental.gpu] ? owner=@party: owed+=@amount",
                                        "rental[rental] ? renter=@party: owed_renter+=@amount"};

static const tg_field_t withdrawn[] = {
    {"gpu", TG_U64, "id of the GPU; 0: it was owed with a rental"},
    {"rental", TG_U64, "id of the rental; 0: it was owed with a GPU"},
    {"party", TG_ADDRESS, "who was paid"},
    {"amount", TG_U64, "base units"},
};
static const char *const withdrawn_does[] = {"gpu[gpu]: owed-=@amount", "rental[rental]: owed_renter-=@amount"};

static const tg_field_t rental_closed[] = {ID_RENTAL};
static const char *const rental_closed_does[] = {"rental[rental]: closed=1", "market: live_rentals-=1"};

static const tg_field_t terms_changed[] = {
    {"fee_bps", TG_U64, "hundredths of a percent"},
    {"ready_s", TG_U64, "seconds"},
    {"beat_s", TG_U64, "seconds; 0: no heartbeats"},
    {"dispute_s", TG_U64, "seconds"},
    {"open", TG_U64, "1: anyone registers; 0: approved providers only"},
};
static const char *const terms_changed_does[] = {
    "market: fee_bps=@fee_bps, ready_s=@ready_s, beat_s=@beat_s, dispute_s=@dispute_s, open=@open"};

static const tg_field_t paused[] = {{"paused", TG_BOOL, "register and rent are refused"}};
static const char *const paused_does[] = {"market: paused=@paused"};

const tg_event_t rental_events[RENTAL_EVENTS] = {
    EVENT("GpuRegistered", "A GPU is offered.", gpu_registered, gpu_registered_does),
    EVENT("GpuUpdated", "A GPU's terms for later rentals changed.", gpu_updated, gpu_updated_does),
    EVENT("GpuState", "A GPU was suspended, resumed, barred or let in again.", gpu_state, gpu_state_does),
    EVENT("GpuRetired", "A GPU's box is gone.", gpu_retired, gpu_retired_does),
    EVENT("ProviderApproved", "A provider was approved or revoked.", market_provider_approved,
          market_provider_approved_does),
    EVENT("RentalRequested", "A GPU was rented.", rental_requested, rental_requested_does),
    EVENT("RentalStarted", "The owner started a rental.", rental_started, rental_started_does),
    EVENT("Heartbeat", "The machine was alive.", heartbeat, heartbeat_does),
    EVENT("RentalExtended", "More minutes were bought.", rental_extended, rental_extended_does),
    EVENT("Settled", "A part of the deposit became the owner's and the market's.", settled, settled_does),
    EVENT("RentalStopped", "A rental ended.", rental_stopped, rental_stopped_does),
    EVENT("RentalCancelled", "A rental ended before it started.", rental_cancelled, rental_cancelled_does),
    EVENT("Disputed", "The renter disputed a rental; its clock stands.", disputed, disputed_does),
    EVENT("Resolved", "A disputed rental was divided.", resolved, resolved_does),
    EVENT("Owed", "An amount could not be delivered and waits.", owed, owed_does),
    EVENT("Withdrawn", "An amount that waited was delivered.", withdrawn, withdrawn_does),
    EVENT("RentalClosed", "A rental's box is gone.", rental_closed, rental_closed_does),
    EVENT("FeesCollected", "The treasury was paid.", market_fees_collected, market_fees_collected_does),
    EVENT("TermsChanged", "The market's terms for later rentals.", terms_changed, terms_changed_does),
    EVENT("Paused", "The market was paused or opened again.", paused, paused_does),
    EVENT("RolesChanged", "Who has which role.", market_roles_changed, market_roles_changed_does),
};

static const tg_field_t gpu_more[] = {{"retired", TG_BOOL, "the box is gone"}};
static const tg_field_t rental_more[] = {
    {"closed", TG_BOOL, "the box is gone"},
    {"earned", TG_U64, "base units settled for the owner, net of the fee"},
    {"fees", TG_U64, "base units settled for the market"},
    {"minutes", TG_U64, "minutes billed; 0 until it is stopped"},
    {"refund", TG_U64, "base units that went or are owed to the renter; 0 until it ends"},
    {"stars", TG_U8, "0 to 5; 0: none"},
    {"evidence", TG_BYTES32, "hash of the evidence of a dispute; zero: none"},
};
static const tg_field_t provider_more[] = {{"approved", TG_BOOL, "the box is there"}};
static const tg_field_t market_more[] = {
    {"admin", TG_ADDRESS, "approves, bars and configures"},
    {"treasury", TG_ADDRESS, "gets the fees"},
    {"arbiter", TG_ADDRESS, "resolves disputes"},
    {"fee_bps", TG_U64, "hundredths of a percent"},
    {"ready_s", TG_U64, "seconds"},
    {"beat_s", TG_U64, "seconds; 0: no heartbeats"},
    {"dispute_s", TG_U64, "seconds"},
    {"open", TG_U64, "1: anyone registers; 0: approved providers only"},
    {"paused", TG_BOOL, "register and rent are refused"},
    {"next_gpu", TG_U64, "id of the next GPU; 0 stands for 1"},
    {"next_rental", TG_U64, "id of the next rental; 0 stands for 1"},
    {"live_gpus", TG_U64, "GPUs whose box is there"},
    {"live_rentals", TG_U64, "rentals whose box is there"},
    {"live_providers", TG_U64, "approved providers"},
    {"fees", TG_U64, "base units collected and not yet paid out"},
    {"collected", TG_U64, "base units paid to the treasury so far"},
};

const tg_table_t rental_tables[RENTAL_TABLES] = {
    {"gpu", "GPUs, as their boxes are.", {"id", TG_U64, "id of the GPU"}, &rental_gpu, TG_ARRAY(gpu_more)},
    {"rental",
     "Rentals, as their boxes are, and what came of them.",
     {"id", TG_U64, "id of the rental"},
     &rental_rental,
     TG_ARRAY(rental_more)},
    {"provider",
     "Providers that were ever approved.",
     {"provider", TG_ADDRESS, "the address"},
     &rental_provider,
     TG_ARRAY(provider_more)},
    {"market", "Markets: one application each.", {NULL, TG_VOID, NULL}, NULL, TG_ARRAY(market_more)},
};
