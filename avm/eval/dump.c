/* Two structures of go-algorand as Go prints them into a program's failure: what is available to a group (%v) and the
 * inner transactions being put together (%#v). Source: resources.go, and the types of data/transactions. */
#include <stdlib.h>

#include "algo/unicode.h"
#include "dump.h"

/* ---- what is available: maps, sorted by key ---- */

static void decimals(algo_buf_t *out, const uint8_t *p, size_t n) {
  algo_buf_puts(out, "[");
  for (size_t i = 0; i < n; i++) algo_buf_printf(out, i ? " %u" : "%u", p[i]);
  algo_buf_puts(out, "]");
}

static int by_key(const void *x, const void *y) {
  const avm_entry_t *a = x, *b = y;
  int c = memcmp(a->addr.b, b->addr.b, sizeof a->addr.b);
  return c != 0 ? c : (a->id > b->id) - (a->id < b->id);
}

typedef enum { KEY_ADDR = 1, KEY_ID, KEY_BOTH } map_key_t;

static void map(algo_buf_t *out, avm_shared_t *sh, const avm_set_t *s, map_key_t key, bool values) {
  size_t n = 0;
  avm_entry_t *sorted = s->n ? algo_arena_array(sh->opt.arena, s->n, sizeof *sorted) : NULL;
  for (uint32_t i = 0; sorted != NULL && i < s->cap; i++)
    if (s->slots[i].used) sorted[n++] = s->slots[i];
  if (n) qsort(sorted, n, sizeof *sorted, by_key);
  algo_buf_puts(out, "map[");
  for (size_t i = 0; i < n; i++) {
    if (i) algo_buf_puts(out, " ");
    if (key == KEY_BOTH) algo_buf_puts(out, "{");
    if (key & KEY_ADDR) decimals(out, sorted[i].addr.b, sizeof sorted[i].addr.b);
    if (key == KEY_BOTH) algo_buf_puts(out, " ");
    if (key & KEY_ID) algo_buf_printf(out, "%llu", (unsigned long long)sorted[i].id);
    if (key == KEY_BOTH) algo_buf_puts(out, "}");
    if (values) algo_buf_printf(out, ":%llu", (unsigned long long)sorted[i].value);
    else algo_buf_puts(out, ":{}");
  }
  algo_buf_puts(out, "]");
}

static int by_box(const void *x, const void *y) {
  const avm_box_ref_t *a = x, *b = y;
  return a->app != b->app ? (a->app > b->app) - (a->app < b->app) : algo_bytes_cmp(a->name, b->name);
}

static void boxes(algo_buf_t *out, avm_shared_t *sh) {
  avm_box_ref_t *sorted = sh->n_boxes ? algo_arena_array(sh->opt.arena, sh->n_boxes, sizeof *sorted) : NULL;
  algo_buf_puts(out, "map[");
  if (sorted != NULL) {
    memcpy(sorted, sh->boxes, sh->n_boxes * sizeof *sorted);
    qsort(sorted, sh->n_boxes, sizeof *sorted, by_box);
    for (size_t i = 0; i < sh->n_boxes; i++) {
      algo_buf_printf(out, i ? " {%llu " : "{%llu ", (unsigned long long)sorted[i].app);
      algo_buf_putb(out, sorted[i].name);
      algo_buf_puts(out, sorted[i].dirty ? "}:true" : "}:false");
    }
  }
  algo_buf_puts(out, "]");
}

void avm_dump_available(algo_buf_t *out, algo_avm_context_t *cx) {
  avm_shared_t *sh = avm_shared_filled(cx);
  const struct {
    const avm_set_t *set;
    map_key_t key;
  } maps[] = {{&sh->created_assets, KEY_ID}, {&sh->created_apps, KEY_ID}, {&sh->accounts, KEY_ADDR},
              {&sh->assets, KEY_ID},         {&sh->apps, KEY_ID},         {&sh->holdings, KEY_BOTH},
              {&sh->locals, KEY_BOTH}};
  algo_buf_puts(out, "&{");
  for (size_t i = 0; i < sizeof maps / sizeof *maps; i++) {
    map(out, sh, maps[i].set, maps[i].key, false);
    algo_buf_puts(out, " ");
  }
  boxes(out, sh);
  algo_buf_puts(out, " ");
  map(out, sh, &sh->update_bytes, KEY_ID, true);
  algo_buf_printf(out, " %lld %llu}", (long long)sh->unnamed_access, (unsigned long long)sh->dirty_bytes);
}

/* ---- transactions, in Go's own syntax ---- */

static void hex(algo_buf_t *out, const char *name, const char *type, const uint8_t *p, size_t n) {
  algo_buf_printf(out, "%s%s{", name, type);
  for (size_t i = 0; i < n; i++) algo_buf_printf(out, i ? ", 0x%x" : "0x%x", p[i]);
  algo_buf_puts(out, "}");
}

static void address(algo_buf_t *out, const char *name, const algo_addr_t *a) {
  hex(out, name, "basics.Address", a->b, sizeof a->b);
}

/* A slice that was never set is nil. */
static void bytes(algo_buf_t *out, const char *name, algo_bytes_t v) {
  if (v.p == NULL) algo_buf_printf(out, "%s[]uint8(nil)", name);
  else hex(out, name, "[]uint8", v.p, v.n);
}

static void text(algo_buf_t *out, const char *name, algo_bytes_t v) {
  algo_buf_puts(out, name);
  algo_text_quote(out, (const char *)v.p, v.n);
}

static void number(algo_buf_t *out, const char *name, uint64_t v) {
  algo_buf_printf(out, "%s0x%llx", name, (unsigned long long)v);
}

static void amount(algo_buf_t *out, const char *name, uint64_t v) {
  algo_buf_printf(out, "%sbasics.MicroAlgos{Raw:0x%llx}", name, (unsigned long long)v);
}

static void truth(algo_buf_t *out, const char *name, bool v) {
  algo_buf_printf(out, "%s%s", name, v ? "true" : "false");
}

static void ids(algo_buf_t *out, const char *name, const char *type, const uint64_t *v, size_t n) {
  algo_buf_printf(out, n ? "%s[]%s{" : "%s[]%s(nil)", name, type);
  for (size_t i = 0; i < n; i++) number(out, i ? ", " : "", v[i]);
  if (n) algo_buf_puts(out, "}");
}

static void schema(algo_buf_t *out, const char *name, const algo_schema_t *s) {
  algo_buf_printf(out, "%sbasics.StateSchema{_struct:struct {}{}, NumUint:0x%llx, NumByteSlice:0x%llx}", name,
                  (unsigned long long)s->num_uint, (unsigned long long)s->num_byte_slice);
}

static const uint8_t zeros[64];

#define MSIG "crypto.MultisigSig{_struct:struct {}{}, Version:0x0, Threshold:0x0, Subsigs:[]crypto.MultisigSubsig(nil)}"
#define PQSIG                                                                                                          \
  "transactions.PQSig{_struct:struct {}{}, Scheme:protocol.PQScheme{0x0, 0x0}, Salt:0x0, PublicKey:[]uint8(nil), "     \
  "Signature:[]uint8(nil)}"
#define PROOF                                                                                                          \
  "merklearray.Proof{_struct:struct {}{}, Path:[]crypto.GenericDigest(nil), "                                          \
  "HashFactory:crypto.HashFactory{_struct:struct {}{}, HashType:0x0}, TreeDepth:0x0}"

/* An inner transaction has no signature. */
static void signatures(algo_buf_t *out) {
  hex(out, "Sig:", "crypto.Signature", zeros, 64);
  algo_buf_puts(out, ", Msig:" MSIG ", Lsig:transactions.LogicSig{_struct:struct {}{}, Logic:[]uint8(nil)");
  hex(out, ", Sig:", "crypto.Signature", zeros, 64);
  algo_buf_puts(out, ", Msig:" MSIG ", LMsig:" MSIG ", PQsig:" PQSIG ", Args:[][]uint8(nil)}, PQsig:" PQSIG);
}

static void header(algo_buf_t *out, const algo_txn_t *t) {
  algo_buf_puts(out, "Header:transactions.Header{_struct:struct {}{}");
  address(out, ", Sender:", &t->sender);
  amount(out, ", Fee:", t->fee);
  number(out, ", FirstValid:", t->first_valid);
  number(out, ", LastValid:", t->last_valid);
  bytes(out, ", Note:", t->note);
  algo_buf_puts(out, ", GenesisID:\"\"");
  hex(out, ", GenesisHash:", "crypto.Digest", t->genesis_hash.b, 32);
  hex(out, ", Group:", "crypto.Digest", t->group.b, 32);
  hex(out, ", Lease:", "[32]uint8", zeros, 32);
  address(out, ", RekeyTo:", &t->rekey_to);
  algo_buf_puts(out, "}");
}

static void keyreg_and_payment(algo_buf_t *out, const algo_txn_t *t) {
  algo_buf_puts(out, ", KeyregTxnFields:transactions.KeyregTxnFields{_struct:struct {}{}");
  hex(out, ", VotePK:", "crypto.OneTimeSignatureVerifier", t->vote_pk, 32);
  hex(out, ", SelectionPK:", "crypto.VrfPubkey", t->selection_pk, 32);
  hex(out, ", StateProofPK:", "merklesignature.Commitment", t->state_proof_pk, 64);
  number(out, ", VoteFirst:", t->vote_first);
  number(out, ", VoteLast:", t->vote_last);
  number(out, ", VoteKeyDilution:", t->vote_key_dilution);
  truth(out, ", Nonparticipation:", t->nonparticipation);
  algo_buf_puts(out, "}, PaymentTxnFields:transactions.PaymentTxnFields{_struct:struct {}{}");
  address(out, ", Receiver:", &t->receiver);
  amount(out, ", Amount:", t->amount);
  address(out, ", CloseRemainderTo:", &t->close_remainder_to);
  algo_buf_puts(out, "}");
}

static void asset_config(algo_buf_t *out, uint64_t id, const algo_asset_params_t *p) {
  algo_buf_puts(out, ", AssetConfigTxnFields:transactions.AssetConfigTxnFields{_struct:struct {}{}");
  number(out, ", ConfigAsset:", id);
  algo_buf_puts(out, ", AssetParams:basics.AssetParams{_struct:struct {}{}");
  number(out, ", Total:", p->total);
  number(out, ", Decimals:", p->decimals);
  truth(out, ", DefaultFrozen:", p->default_frozen);
  text(out, ", UnitName:", p->unit_name);
  text(out, ", AssetName:", p->name);
  text(out, ", URL:", p->url);
  hex(out, ", MetadataHash:", "[32]uint8", p->metadata_hash.b, 32);
  address(out, ", Manager:", &p->manager);
  address(out, ", Reserve:", &p->reserve);
  address(out, ", Freeze:", &p->freeze);
  address(out, ", Clawback:", &p->clawback);
  algo_buf_puts(out, "}}");
}

static void asset_transfer(algo_buf_t *out, const algo_txn_t *t) {
  algo_buf_puts(out, ", AssetTransferTxnFields:transactions.AssetTransferTxnFields{_struct:struct {}{}");
  number(out, ", XferAsset:", t->xfer_asset);
  number(out, ", AssetAmount:", t->asset_amount);
  address(out, ", AssetSender:", &t->asset_sender);
  address(out, ", AssetReceiver:", &t->asset_receiver);
  address(out, ", AssetCloseTo:", &t->asset_close_to);
  algo_buf_puts(out, "}, AssetFreezeTxnFields:transactions.AssetFreezeTxnFields{_struct:struct {}{}");
  address(out, ", FreezeAccount:", &t->freeze_account);
  number(out, ", FreezeAsset:", t->freeze_asset);
  truth(out, ", AssetFrozen:", t->asset_frozen);
  algo_buf_puts(out, "}");
}

static void application(algo_buf_t *out, const algo_txn_t *t) {
  algo_buf_puts(out, ", ApplicationCallTxnFields:transactions.ApplicationCallTxnFields{_struct:struct {}{}");
  number(out, ", ApplicationID:", t->app_id);
  number(out, ", OnCompletion:", t->on_completion);
  algo_buf_printf(out, ", ApplicationArgs:[][]uint8%s", t->n_app_args ? "{" : "(nil)");
  for (size_t i = 0; i < t->n_app_args; i++) hex(out, i ? ", " : "", "[]uint8", t->app_args[i].p, t->app_args[i].n);
  algo_buf_printf(out, "%s, Accounts:[]basics.Address%s", t->n_app_args ? "}" : "", t->n_accounts ? "{" : "(nil)");
  for (size_t i = 0; i < t->n_accounts; i++) address(out, i ? ", " : "", &t->accounts[i]);
  if (t->n_accounts) algo_buf_puts(out, "}");
  ids(out, ", ForeignAssets:", "basics.AssetIndex", t->foreign_assets, t->n_foreign_assets);
  ids(out, ", ForeignApps:", "basics.AppIndex", t->foreign_apps, t->n_foreign_apps);
  algo_buf_puts(out, ", Access:[]transactions.ResourceRef(nil), Boxes:[]transactions.BoxRef(nil)");
  schema(out, ", LocalStateSchema:", &t->local_schema);
  schema(out, ", GlobalStateSchema:", &t->global_schema);
  bytes(out, ", ApprovalProgram:", t->approval_program);
  bytes(out, ", ClearStateProgram:", t->clear_program);
  number(out, ", ExtraProgramPages:", t->extra_program_pages);
  number(out, ", RejectVersion:", t->reject_version);
  algo_buf_puts(out, "}");
}

/* What an inner transaction cannot have, and what was not applied yet. */
static void the_rest(algo_buf_t *out) {
  static const algo_addr_t none;
  algo_buf_puts(out, ", StateProofTxnFields:transactions.StateProofTxnFields{_struct:struct {}{}, StateProofType:0x0, "
                     "StateProof:stateproof.StateProof{_struct:struct {}{}, SigCommit:crypto.GenericDigest(nil), "
                     "SignedWeight:0x0, SigProofs:" PROOF ", PartProofs:" PROOF
                     ", MerkleSignatureSaltVersion:0x0, Reveals:map[uint64]stateproof.Reveal(nil), "
                     "PositionsToReveal:[]uint64(nil)}, Message:stateproofmsg.Message{_struct:struct {}{}, "
                     "BlockHeadersCommitment:[]uint8(nil), VotersCommitment:[]uint8(nil), LnProvenWeight:0x0, "
                     "FirstAttestedRound:0x0, LastAttestedRound:0x0}}, "
                     "HeartbeatTxnFields:(*transactions.HeartbeatTxnFields)(nil)}");
  address(out, ", AuthAddr:", &none);
  algo_buf_puts(out, "}, ApplyData:transactions.ApplyData{_struct:struct {}{}");
  static const char *const amounts[] = {
      ", ClosingAmount:", ", AssetClosingAmount:", ", SenderRewards:", ", ReceiverRewards:", ", CloseRewards:"};
  for (size_t i = 0; i < sizeof amounts / sizeof *amounts; i++) (i == 1 ? number : amount)(out, amounts[i], 0);
  algo_buf_puts(out, ", EvalDelta:transactions.EvalDelta{_struct:struct {}{}, GlobalDelta:basics.StateDelta(nil), "
                     "LocalDeltas:map[uint64]basics.StateDelta(nil), SharedAccts:[]basics.Address(nil), "
                     "Logs:[]string(nil), InnerTxns:[]transactions.SignedTxnWithAD(nil)}, ConfigAsset:0x0, "
                     "ApplicationID:0x0}}");
}

void avm_dump_pending(algo_buf_t *out, const algo_avm_context_t *cx) {
  algo_buf_puts(out, "[]transactions.SignedTxnWithAD{");
  for (size_t i = 0; i < cx->n_pending; i++) {
    const avm_pending_t *p = cx->pending[i];
    const algo_txn_t *t = &p->stxn.txn;
    algo_buf_printf(
        out,
        "%stransactions.SignedTxnWithAD{_struct:struct {}{}, SignedTxn:transactions.SignedTxn{_struct:struct {}{}, ",
        i ? ", " : "");
    signatures(out);
    algo_buf_printf(out, ", Txn:transactions.Transaction{_struct:struct {}{}, Type:\"%s\", ",
                    t->type ? algo_txn_type_text(t->type) : "");
    header(out, t);
    keyreg_and_payment(out, t);
    asset_config(out, t->config_asset, &p->params);
    asset_transfer(out, t);
    application(out, t);
    the_rest(out);
  }
  algo_buf_puts(out, "}");
}
