/* signer.c - signers: a key, several keys of a multisig, a logic signature, a callback. */
#include "algo/signer.h"

#include <sodium.h>
#include <stdlib.h>

struct algo_signer {
  algo_addr_t sender;
  algo_sign_fn *sign;
  void *user;
  void (*user_free)(void *user);
};

static algo_code_t nomem(algo_err_t *err) { return algo_err_set(err, ALGO_E_NOMEM, "out of memory"); }

algo_code_t algo_signer_callback(algo_signer_t **out, const algo_addr_t *sender, algo_sign_fn *sign, void *user,
                                 void (*user_free)(void *user), algo_err_t *err) {
  algo_signer_t *s = calloc(1, sizeof *s);
  if (s == NULL) return nomem(err);
  *s = (algo_signer_t){*sender, sign, user, user_free};
  *out = s;
  return ALGO_OK;
}

void algo_signer_free(algo_signer_t *s) {
  if (s == NULL) return;
  if (s->user_free != NULL) s->user_free(s->user);
  free(s);
}

const algo_addr_t *algo_signer_sender(const algo_signer_t *s) { return &s->sender; }

algo_code_t algo_signer_sign(const algo_signer_t *s, algo_stxn_t *group, size_t n, const bool *wanted,
                             algo_arena_t *arena, algo_err_t *err) {
  return s->sign(s->user, group, n, wanted, arena, err);
}

/* Makes the signer around `user`, which is freed when there is no memory for it. */
static algo_code_t wrap(algo_signer_t **out, const algo_addr_t *sender, algo_sign_fn *sign, void *user,
                        void (*user_free)(void *), algo_err_t *err) {
  algo_code_t r = algo_signer_callback(out, sender, sign, user, user_free, err);
  if (r != ALGO_OK) user_free(user);
  return r;
}

/* ---- one key ---- */

static algo_code_t key_sign(void *user, algo_stxn_t *group, size_t n, const bool *wanted, algo_arena_t *arena,
                            algo_err_t *err) {
  (void)arena, (void)err;
  for (size_t i = 0; i < n; i++)
    if (wanted[i]) algo_stxn_sign(&group[i], user);
  return ALGO_OK;
}

static void key_free(void *user) {
  algo_key_fini(user);
  free(user);
}

algo_code_t algo_signer_from_key(algo_signer_t **out, const algo_key_t *key, const algo_addr_t *sender,
                                 algo_err_t *err) {
  algo_key_t *copy = malloc(sizeof *copy);
  if (copy == NULL) return nomem(err);
  *copy = *key;
  return wrap(out, sender != NULL ? sender : &copy->addr, key_sign, copy, key_free, err);
}

/* ---- a multisig ---- */

typedef struct multisig {
  uint8_t version, threshold;
  algo_addr_t *addrs;
  size_t n_addrs;
  algo_key_t *keys;
  size_t n_keys;
} multisig_t;

static void multisig_free(void *user) {
  multisig_t *m = user;
  for (size_t i = 0; m->keys != NULL && i < m->n_keys; i++) algo_key_fini(&m->keys[i]);
  free(m->keys);
  free(m->addrs);
  free(m);
}

static algo_code_t multisig_sign(void *user, algo_stxn_t *group, size_t n, const bool *wanted, algo_arena_t *arena,
                                 algo_err_t *err) {
  const multisig_t *m = user;
  for (size_t i = 0; i < n; i++) {
    if (!wanted[i]) continue;
    for (size_t k = 0; k < m->n_keys; k++) {
      algo_code_t r =
          algo_stxn_sign_multisig(&group[i], m->version, m->threshold, m->addrs, m->n_addrs, &m->keys[k], arena, err);
      if (r != ALGO_OK) return r;
    }
  }
  return ALGO_OK;
}

static bool has_addr(const multisig_t *m, const algo_addr_t *a) {
  for (size_t i = 0; i < m->n_addrs; i++)
    if (algo_addr_eq(&m->addrs[i], a)) return true;
  return false;
}

algo_code_t algo_signer_multisig(algo_signer_t **out, uint8_t version, uint8_t threshold, const algo_addr_t *addrs,
                                 size_t n_addrs, const algo_key_t *keys, size_t n_keys, const algo_addr_t *sender,
                                 algo_err_t *err) {
  algo_addr_t account;
  algo_code_t r = algo_addr_of_multisig(&account, version, threshold, addrs, n_addrs, err);
  if (r != ALGO_OK) return r;
  multisig_t *m = calloc(1, sizeof *m);
  if (m == NULL) return nomem(err);
  *m = (multisig_t){.version = version, .threshold = threshold, .n_addrs = n_addrs, .n_keys = n_keys};
  m->addrs = calloc(n_addrs, sizeof *m->addrs);
  m->keys = calloc(n_keys + 1, sizeof *m->keys);
  if (m->addrs == NULL || m->keys == NULL) {
    m->n_keys = 0;
    multisig_free(m);
    return nomem(err);
  }
  memcpy(m->addrs, addrs, n_addrs * sizeof *addrs);
  if (n_keys > 0) memcpy(m->keys, keys, n_keys * sizeof *keys);
  for (size_t i = 0; i < n_keys; i++) {
    if (has_addr(m, &keys[i].addr)) continue;
    char text[ALGO_ADDR_TEXT + 1];
    algo_addr_format(text, &keys[i].addr);
    multisig_free(m);
    return algo_err_set(err, ALGO_E_INVALID, "%s is not one of the multisig's addresses", text);
  }
  return wrap(out, sender != NULL ? sender : &account, multisig_sign, m, multisig_free, err);
}

/* ---- a logic signature ---- */

typedef struct logic {
  algo_lsig_t lsig;
  algo_addr_t account; /* the contract account; zero where it is delegated */
  algo_arena_t arena;
} logic_t;

static void logic_free(void *user) {
  logic_t *l = user;
  algo_arena_fini(&l->arena);
  free(l);
}

static algo_code_t logic_sign(void *user, algo_stxn_t *group, size_t n, const bool *wanted, algo_arena_t *arena,
                              algo_err_t *err) {
  const logic_t *l = user;
  (void)arena, (void)err;
  for (size_t i = 0; i < n; i++) {
    if (!wanted[i]) continue;
    group[i].lsig = l->lsig;
    if (!algo_addr_is_zero(&l->account) && !algo_addr_eq(&group[i].txn.sender, &l->account))
      group[i].auth_addr = l->account;
  }
  return ALGO_OK;
}

/* A deep copy by way of the encoding. */
static algo_code_t copy_lsig(logic_t *l, const algo_lsig_t *lsig, algo_err_t *err) {
  algo_stxn_t s = {.lsig = *lsig}, back;
  algo_buf_t b = ALGO_BUF_INIT;
  algo_stxn_encode(&b, &s);
  algo_bytes_t copy = algo_arena_dup(&l->arena, algo_buf_view(&b));
  algo_code_t r = b.oom || copy.p == NULL ? nomem(err) : algo_stxn_decode_next(&back, &copy, false, &l->arena, err);
  algo_buf_fini(&b);
  if (r == ALGO_OK) l->lsig = back.lsig;
  return r;
}

algo_code_t algo_signer_lsig(algo_signer_t **out, const algo_lsig_t *lsig, const algo_addr_t *sender, algo_err_t *err) {
  bool delegated = lsig->has_sig || lsig->msig.version != 0 || lsig->lmsig.version != 0 || lsig->pqsig.present;
  if (lsig->logic.n == 0) return algo_err_set(err, ALGO_E_INVALID, "a logic signature without a program");
  if (delegated && sender == NULL)
    return algo_err_set(err, ALGO_E_INVALID, "a delegated logic signature does not say whose it is: give the sender");
  logic_t *l = calloc(1, sizeof *l);
  if (l == NULL) return nomem(err);
  if (!delegated) algo_addr_of_program(&l->account, lsig->logic);
  algo_code_t r = copy_lsig(l, lsig, err);
  if (r != ALGO_OK) {
    logic_free(l);
    return r;
  }
  return wrap(out, sender != NULL ? sender : &l->account, logic_sign, l, logic_free, err);
}
