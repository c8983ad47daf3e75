/* algo/tealgen_build.h - what a description's method functions say.
 *
 * Expressions (tg_x) are typed nodes that live as long as the build; they do nothing until a statement uses them, and
 * each use evaluates them again: keep what is dear or changes in a variable. A number may be in wire form (an argument,
 * a field): arithmetic turns it into a native number, structs and events take it as it is. Statements append to the
 * routine being built, in order. A mistake (a type, a name) is kept as the build's error; building goes on and tg_build
 * reports it.
 *
 * Variables are named, live in scratch space, and are the whole program's: routines share them by name. */
#ifndef ALGO_TEALGEN_BUILD_H
#define ALGO_TEALGEN_BUILD_H

#include "algo/tealgen.h"

typedef const struct tg_expr *tg_x;

bool tg_is_asa(const tg_t *b);

/* ---- values ---- */
tg_x tg_int(tg_t *b, uint64_t v);
tg_x tg_text(tg_t *b, const char *s);
tg_x tg_data(tg_t *b, algo_bytes_t v);
tg_x tg_zeros(tg_t *b, unsigned n);                  /* n zero bytes */
tg_x tg_arg(tg_t *b, const char *name);              /* of this method, in wire form; its length is not checked yet */
tg_x tg_checked(tg_t *b, const char *name);          /* checks the argument's ARC-4 form first; once a method */
tg_x tg_arg_at(tg_t *b, unsigned i, tg_type_t type); /* argument i of the wire, 0 the selector: for routines */
tg_x tg_arg_by(tg_x i, tg_type_t type);              /* the same, the index computed */
tg_x tg_txn(tg_t *b, const char *field, tg_type_t type);     /* txn FIELD */
tg_x tg_global(tg_t *b, const char *field, tg_type_t type);  /* global FIELD */
tg_x tg_gtxn(tg_x index, const char *field, tg_type_t type); /* gtxns FIELD */
tg_x tg_sender(tg_t *b);
tg_x tg_now(tg_t *b);                     /* LatestTimestamp */
tg_x tg_self(tg_t *b);                    /* the application's address */
tg_x tg_nobody(tg_t *b);                  /* the zero address */
tg_x tg_get(tg_t *b, const char *global); /* global state */

/* ---- variables ---- */
tg_x tg_var(tg_t *b, const char *name, tg_type_t type); /* its value; the name's first use fixes the type */
void tg_set(tg_t *b, const char *name, tg_x value);     /* takes the value's type */

/* ---- numbers: operands are turned into native form; failures that the AVM raises can carry a message ---- */
tg_x tg_add(tg_x a, tg_x b);
tg_x tg_sub_(tg_x a, tg_x b);
tg_x tg_mul(tg_x a, tg_x b);
tg_x tg_div(tg_x a, tg_x b);
tg_x tg_eq(tg_x a, tg_x b); /* numbers or bytes */
tg_x tg_ne(tg_x a, tg_x b);
tg_x tg_lt(tg_x a, tg_x b);
tg_x tg_le(tg_x a, tg_x b);
tg_x tg_gt(tg_x a, tg_x b);
tg_x tg_ge(tg_x a, tg_x b);
tg_x tg_and(tg_x a, tg_x b); /* both are evaluated */
tg_x tg_or(tg_x a, tg_x b);
tg_x tg_not(tg_x a);
tg_x tg_min(tg_x a, tg_x b);
tg_x tg_max(tg_x a, tg_x b);
tg_x tg_bit(tg_x set, tg_x bit);                   /* is bit (0 the lowest) in the number set */
tg_x tg_muldiv(tg_x a, tg_x b, tg_x divisor);      /* a * b / divisor, product in 128 bits */
tg_x tg_select(tg_x no, tg_x yes, tg_x condition); /* all three are evaluated */
tg_x tg_fails(tg_x a, const char *message);        /* what it means when a's operation fails */
tg_x tg_native(tg_x a);                            /* a number in native form */
tg_x tg_wire(tg_x a, tg_type_t type);              /* in the wire form of type; the value must fit */
tg_x tg_as(tg_x a, tg_type_t type);                /* the same bytes or number taken as another type */

/* ---- bytes ---- */
tg_x tg_concat(tg_t *b, size_t n, ...); /* of tg_x */
tg_x tg_len(tg_x a);
tg_x tg_slice(tg_x a, unsigned offset, unsigned n); /* constant bounds; fails outside */
tg_x tg_itob(tg_x a);
tg_x tg_sized(tg_x a, unsigned n);                                /* bytes of which the description knows the length */
tg_x tg_field(tg_x box, const tg_struct_t *s, const char *field); /* of a struct's encoding, in wire form */

/* ---- ledger ---- */
tg_x tg_balance(tg_x address);
tg_x tg_min_balance(tg_x address);
/* asset_holding_get pushes a value and whether there is one; these fold the pair. */
tg_x tg_holding_usable(tg_x address, tg_x asset); /* opted in and not frozen */
tg_x tg_holding_amount(tg_x address, tg_x asset); /* 0 when not opted in */
tg_x tg_opted_in(tg_x address, tg_x asset);
tg_x tg_box(tg_x key, const char *missing); /* the value; fails with the message */
tg_x tg_box_exists(tg_x key);
tg_x tg_box_deleted(tg_x key); /* deletes it; was it there? */

/* ---- subroutines: built once, when first called; parameters are variables named "<name>.<i>" ---- */
typedef struct tg_routine {
  const char *name;
  const char *doc;
  unsigned params;
  const tg_type_t *types; /* of the parameters */
  tg_type_t returns;
  void (*build)(tg_t *b); /* ends with tg_return */
} tg_routine_t;
tg_x tg_call(tg_t *b, const tg_routine_t *r, ...); /* an expression, or with TG_VOID a statement by tg_do */
tg_x tg_param(tg_t *b, unsigned i);
void tg_return(tg_t *b, tg_x value); /* NULL: none */

/* ---- payments ----
 * Checks the transaction argument `name` of this method, which stands right before the call with the others: that it is
 * there, is a payment (a transfer of `asset` for TG_DEPOSIT in the ASA variant; NULL elsewhere), comes to the
 * application, and does not rekey, close or claw back. Its amount, which is at the call's mercy: compare it. */
tg_x tg_paid(tg_t *b, const char *name, tg_x asset);

/* ---- statements ---- */
void tg_do(tg_t *b, tg_x x); /* evaluates; a result is dropped */
void tg_assert(tg_t *b, tg_x condition, const char *message);
void tg_if(tg_t *b, tg_x condition);
void tg_else(tg_t *b);
void tg_end(tg_t *b);
void tg_approve(tg_t *b); /* ends the call, successfully */
void tg_fail(tg_t *b, const char *message);
void tg_put(tg_t *b, const char *global, tg_x value);
void tg_box_put(tg_t *b, tg_x key, tg_x value);
void tg_box_set(tg_t *b, tg_x key, const tg_struct_t *s, const char *field,
                tg_x value); /* one field, or bytes over several */
void tg_box_write(tg_t *b, tg_x key, tg_x offset, tg_x bytes);
void tg_box_delete(tg_t *b, tg_x key);
/* The fields of an event or struct in order, as expressions, then NULL. A number is put into its wire form; an
 * expression of TG_BYTES whose length is known (slices, concatenations of them) stands for as many whole fields as it
 * covers. */
void tg_emit(tg_t *b, const char *event, ...);
tg_x tg_pack(tg_t *b, const tg_struct_t *s, ...);
void tg_answer(tg_t *b, tg_x encoded);      /* logs the return value */
void tg_comment(tg_t *b, const char *text); /* above the next instruction */

/* ---- inner transactions: fee 0, always written ---- */
void tg_inner_pay(tg_t *b, tg_x receiver, tg_x amount);
void tg_inner_xfer(tg_t *b, tg_x asset, tg_x receiver, tg_x amount);
void tg_inner_close(tg_t *b, tg_x to);                   /* everything in ALGO */
void tg_inner_close_asset(tg_t *b, tg_x asset, tg_x to); /* the whole holding */

#endif
