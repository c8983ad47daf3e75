/* Events that every market has, and what they do to its tables provider and market. */
#include "market.h"

const tg_field_t market_provider_approved[3] = {
    {"provider", TG_ADDRESS, "who"}, {"approved", TG_BOOL, "approved, or revoked"}, {"at", TG_TIME, "Unix seconds"}};
const char *const market_provider_approved_does[3] = {
    "+provider[provider]: approved_at=@at, approved=@approved",
    "market ? @approved=1: live_providers+=1",
    "market ? @approved=0: live_providers-=1",
};

const tg_field_t market_fees_collected[2] = {{"amount", TG_U64, "base units"},
                                             {"treasury", TG_ADDRESS, "who got them"}};
const char *const market_fees_collected_does[1] = {"market: fees-=@amount, collected+=@amount"};

const tg_field_t market_roles_changed[3] = {{"admin", TG_ADDRESS, "the admin"},
                                            {"treasury", TG_ADDRESS, "the treasury"},
                                            {"arbiter", TG_ADDRESS, "the arbiter"}};
const char *const market_roles_changed_does[1] = {"market: admin=@admin, treasury=@treasury, arbiter=@arbiter"};
