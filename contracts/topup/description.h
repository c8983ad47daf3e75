/* The description of the smart signature `topup` (docs/contracts.md, section 3). */
#ifndef TOPUP_DESCRIPTION_H
#define TOPUP_DESCRIPTION_H

#include "algo/tealgen.h"

extern const tg_signature_t topup_signature;

#endif
