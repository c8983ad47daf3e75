/* Where to look: what takes part in each block, in a few bits, so that a search leaves out the blocks that cannot have
 * what it looks for. 16 bytes a block: two bits of a word for each thing in it, and a coarser table for each 256
 * blocks. */
#ifndef REST_ROUNDS_H
#define REST_ROUNDS_H

#include "algo/block.h"

typedef struct rounds rounds_t;
rounds_t *rounds_new(void); /* NULL: out of memory */
void rounds_free(rounds_t *r);
void rounds_clear(rounds_t *r);
/* The block of the next round; NULL: it cannot be read. The first call tells where it begins. False: out of memory. */
bool rounds_add(rounds_t *r, uint64_t round, const algo_block_t *b);

/* As bytes, appended; and from the front of them, whose marks are trusted to be what was written: `next` is the round
 * that is added next, and they end before it, where there are any. False: they do not, or are cut short, or out of
 * memory, and it is empty then. */
size_t rounds_bytes(size_t blocks); /* that so many blocks are; fewer than 2^32 */
void rounds_save(const rounds_t *r, algo_buf_t *out);
bool rounds_load(rounds_t *r, algo_bytes_t *in, uint64_t next);

/* ---- what to look for: an account in any role, an asset, an application, a type of transaction, the first four bytes
 * of a note, any rekeying, any logic or multi-signature, a group ---- */
typedef uint64_t rounds_key_t;
rounds_key_t rounds_key_addr(const algo_addr_t *a);
rounds_key_t rounds_key_asset(uint64_t id);
rounds_key_t rounds_key_app(uint64_t id);
rounds_key_t rounds_key_type(algo_txn_type_t type);
rounds_key_t rounds_key_note(const uint8_t first[4]);
rounds_key_t rounds_key_group(const algo_digest_t *id);
rounds_key_t rounds_key_rekey(void);

/* The first round of from .. to, or with `down` the last, that may have all of the keys; rounds that were not added
 * may. UINT64_MAX: none. */
uint64_t rounds_next(const rounds_t *r, const rounds_key_t *keys, size_t n, uint64_t from, uint64_t to, bool down);

#endif
