"""py-algorand-sdk against the sandbox, as its documentation uses it."""
import base64
import hashlib
import json
import threading
import unittest

from algosdk import abi, account, encoding, error, kmd, logic, mnemonic, source_map, transaction, wallet
from algosdk.atomic_transaction_composer import (
    AccountTransactionSigner,
    AtomicTransactionComposer,
    TransactionWithSigner,
)
from algosdk.v2client import algod, models

import common

client = algod.AlgodClient(common.TOKEN, common.ALGOD)
keys = kmd.KMDClient(common.TOKEN, common.KMD)


def dispenser():
    w = next(w for w in keys.list_wallets() if w["name"] == "unencrypted-default-wallet")
    handle = keys.init_wallet_handle(w["id"], "")
    address = keys.list_keys(handle)[0]
    secret = keys.export_key(handle, "", address)
    keys.release_wallet_handle(handle)
    return address, secret


BANK, BANK_KEY = dispenser()


def params(fee=1000):
    sp = client.suggested_params()
    sp.flat_fee, sp.fee = True, fee
    return sp


def send(txn, key):
    """Signs, sends, and gives the confirmed transaction's information."""
    txid = client.send_transaction(txn.sign(key))
    info = client.pending_transaction_info(txid)
    assert info["confirmed-round"] > 0
    return info


def funded(algos=100):
    key, address = account.generate_account()
    send(transaction.PaymentTxn(BANK, params(), address, int(algos * 1_000_000), note=address.encode()), BANK_KEY)
    return address, key


def compiled(text):
    return base64.b64decode(client.compile(text)["result"])


YES = "#pragma version 10\nint 1"


class Node(unittest.TestCase):
    def test_identity(self):
        v, sp = client.versions(), client.suggested_params()
        self.assertEqual(v["genesis_id"], "dockernet-v1")
        self.assertEqual(v["genesis_hash_b64"], sp.gh)
        self.assertEqual(client.genesis()["network"], "dockernet")
        self.assertIsNone(client.health())
        self.assertGreaterEqual(client.ledger_supply()["total-money"], 10**16 - 10**9)
        self.assertEqual(client.status()["last-version"], "future")

    def test_wrong_token(self):
        with self.assertRaises(error.AlgodHTTPError) as e:
            algod.AlgodClient("b" * 64, common.ALGOD).status()
        self.assertEqual(e.exception.code, 401)

    def test_a_block_for_each_group_and_waiting_for_it(self):
        round_ = client.status()["last-round"]
        seen = []
        waiters = [threading.Thread(target=lambda: seen.append(client.status_after_block(round_)["last-round"])) for _ in range(20)]
        for w in waiters:
            w.start()
        address, _ = funded()
        for w in waiters:
            w.join(10)
        self.assertEqual(len(seen), 20)
        self.assertTrue(all(r > round_ for r in seen))
        block = client.block_info(seen[0])["block"]
        self.assertEqual(block["rnd"], seen[0])
        self.assertEqual(block["txns"][0]["txn"]["rcv"], address)
        self.assertEqual(client.get_block_hash(seen[0] - 1)["blockHash"], block["prev"].removeprefix("blk-"))
        self.assertEqual(len(client.get_block_txids(seen[0])["blockTxids"]), 1)

    def test_time_moves_as_told(self):
        self.addCleanup(lambda: client.set_timestamp_offset(0))
        client.set_timestamp_offset(86400)
        self.assertEqual(client.get_timestamp_offset()["offset"], 86400)
        funded()
        first = client.block_info(client.status()["last-round"])["block"]["ts"]
        funded()
        self.assertEqual(client.block_info(client.status()["last-round"])["block"]["ts"], first + 86400)

    def test_compile_map_and_errors(self):
        r = client.compile("#pragma version 10\nint 1\nint 2\n+", source_map=True)
        m = source_map.SourceMap(r["sourcemap"])
        self.assertEqual(m.get_line_for_pc(len(base64.b64decode(r["result"])) - 1), 3)
        self.assertEqual(client.disassemble(base64.b64decode(r["result"]))["result"].splitlines()[0], "#pragma version 10")
        with self.assertRaises(error.AlgodHTTPError) as e:
            client.compile("#pragma version 10\nint 1\nnonsense")
        self.assertIn("3: unknown opcode: nonsense", str(e.exception))


class Transactions(unittest.TestCase):
    def test_payment_and_closing(self):
        a, ak = funded(2)
        b, _ = account.generate_account()[::-1]
        info = send(transaction.PaymentTxn(a, params(), BANK, 1, close_remainder_to=BANK), ak)
        self.assertEqual(info["closing-amount"], 2_000_000 - 1001)
        self.assertEqual(client.account_info(a)["amount"], 0)
        self.assertEqual(client.account_info(b)["amount"], 0)

    def test_who_pays_out_everything_is_gone(self):
        """No rewards come with the rounds, as in AlgoKit's network: nothing is left of an account with nothing."""
        a, ak = funded()
        for i in range(60):
            send(transaction.PaymentTxn(a, params(), a, 0, note=bytes([i])), ak)
        self.assertNotIn("earn", client.block_info(client.status()["last-round"])["block"])
        info = client.account_info(a)
        self.assertEqual((info["rewards"], info["amount"]), (0, 100_000_000 - 60_000))
        send(transaction.PaymentTxn(a, params(), BANK, info["amount"] - 1000), ak)
        self.assertEqual(client.account_info(a)["amount"], 0)

    def test_refusals(self):
        a, ak = funded(1)
        t = transaction.PaymentTxn(a, params(), BANK, 5)
        send(t, ak)
        for txn, words in (
            (t, "transaction already in ledger: " + t.get_txid()),
            (transaction.PaymentTxn(a, params(), BANK, 10**12), "overspend (account " + a),
            (transaction.PaymentTxn(a, params(), BANK, 950_000), "balance 47995 below min 100000"),
            (transaction.PaymentTxn(a, params(0), BANK, 1), "txgroup with 0.0A fees is less than 1mA"),
        ):
            with self.assertRaises(error.AlgodHTTPError) as e:
                client.send_transaction(txn.sign(ak))
            self.assertEqual(e.exception.code, 400)
            self.assertIn("TransactionPool.Remember: ", str(e.exception))
            self.assertIn(words, str(e.exception))

    def test_assets(self):
        a, ak = funded()
        b, bk = funded()
        info = send(
            transaction.AssetConfigTxn(a, params(), total=1000, decimals=2, default_frozen=False, unit_name="U", asset_name="Name",
                                       manager=a, reserve=a, freeze=a, clawback=a, url="u:", metadata_hash=b"h" * 32), ak)
        asset = info["asset-index"]
        self.assertEqual(client.asset_info(asset)["params"]["total"], 1000)
        with self.assertRaisesRegex(error.AlgodHTTPError, f"receiver error: must optin, asset {asset} missing from {b}"):
            send(transaction.AssetTransferTxn(a, params(), b, 1, asset), ak)
        send(transaction.AssetOptInTxn(b, params(), asset), bk)
        send(transaction.AssetTransferTxn(a, params(), b, 25, asset), ak)
        send(transaction.AssetFreezeTxn(a, params(), asset, b, True), ak)
        with self.assertRaisesRegex(error.AlgodHTTPError, f"asset {asset} frozen in {b}"):
            send(transaction.AssetTransferTxn(b, params(), a, 1, asset), bk)
        send(transaction.AssetTransferTxn(a, params(), a, 5, asset, revocation_target=b), ak)
        h = client.account_asset_info(b, asset)["asset-holding"]
        self.assertEqual((h["amount"], h["is-frozen"]), (20, True))
        self.assertEqual(client.algod_request("GET", f"/accounts/{b}/assets")["asset-holdings"][0]["asset-params"]["name"], "Name")

    def test_multisig_logicsig_rekey_lease(self):
        pairs = [account.generate_account() for _ in range(3)]
        ms = transaction.Multisig(1, 2, [p[1] for p in pairs])
        send(transaction.PaymentTxn(BANK, params(), ms.address(), 1_000_000), BANK_KEY)
        t = transaction.MultisigTransaction(transaction.PaymentTxn(ms.address(), params(), BANK, 1), ms)
        t.sign(pairs[0][0])
        with self.assertRaises(error.AlgodHTTPError):
            client.send_transaction(t)
        t.sign(pairs[2][0])
        self.assertTrue(client.pending_transaction_info(client.send_transaction(t))["confirmed-round"])

        ls = transaction.LogicSigAccount(compiled(YES))
        send(transaction.PaymentTxn(BANK, params(), ls.address(), 1_000_000), BANK_KEY)
        client.send_transaction(transaction.LogicSigTransaction(transaction.PaymentTxn(ls.address(), params(), BANK, 1), ls))
        no = transaction.LogicSigAccount(compiled("#pragma version 10\nint 0"))
        with self.assertRaisesRegex(error.AlgodHTTPError, "rejected by logic"):
            client.send_transaction(transaction.LogicSigTransaction(transaction.PaymentTxn(no.address(), params(), BANK, 1), no))

        a, ak = funded()
        b, bk = funded()
        send(transaction.PaymentTxn(a, params(), a, 0, rekey_to=b), ak)
        self.assertEqual(client.account_info(a)["auth-addr"], b)
        with self.assertRaisesRegex(error.AlgodHTTPError, f"should have been authorized by {b}"):
            client.send_transaction(transaction.PaymentTxn(a, params(), a, 1).sign(ak))
        send(transaction.PaymentTxn(a, params(), a, 1), bk)
        lease = b"l" * 32
        send(transaction.PaymentTxn(b, params(), b, 1, lease=lease), bk)
        with self.assertRaisesRegex(error.AlgodHTTPError, "using an overlapping lease"):
            send(transaction.PaymentTxn(b, params(), b, 2, lease=lease), bk)

    def test_keyreg(self):
        a, ak = funded()
        vote, sel, proof = base64.b64encode(b"v" * 32), base64.b64encode(b"s" * 32), base64.b64encode(b"p" * 64)
        sp = params()
        send(transaction.KeyregOnlineTxn(a, sp, vote, sel, sp.first, sp.first + 3000, 100, sprfkey=proof), ak)
        info = client.account_info(a)
        self.assertEqual(info["status"], "Online")
        self.assertEqual(info["participation"]["vote-key-dilution"], 100)
        send(transaction.KeyregOfflineTxn(a, params()), ak)
        self.assertEqual(client.account_info(a)["status"], "Offline")


class Applications(unittest.TestCase):
    STATEFUL = """#pragma version 10
txn ApplicationID
bz yes
txn OnCompletion
int OptIn
==
bnz join
txn OnCompletion
bnz yes
byte "n"
dup
app_global_get
int 1
+
app_global_put
byte "box"
byte "value"
box_put
byte "logged"
log
txna ApplicationArgs 0
byte "pay"
==
bz yes
itxn_begin
int pay
itxn_field TypeEnum
txn Sender
itxn_field Receiver
int 10
itxn_field Amount
int 0
itxn_field Fee
itxn_submit
yes:
int 1
return
join:
int 0
byte "l"
txn Sender
app_local_put
b yes"""

    def make(self, a, ak):
        schema = transaction.StateSchema(1, 1)
        t = transaction.ApplicationCreateTxn(a, params(), 0, compiled(self.STATEFUL), compiled(YES), schema, schema)
        app = send(t, ak)["application-index"]
        send(transaction.PaymentTxn(a, params(), logic.get_application_address(app), 1_000_000), ak)
        return app

    def test_state_boxes_logs_inner(self):
        a, ak = funded()
        app = self.make(a, ak)
        info = send(transaction.ApplicationNoOpTxn(a, params(2000), app, [b"pay"], boxes=[(0, b"box")]), ak)
        self.assertEqual(info["logs"], [base64.b64encode(b"logged").decode()])
        self.assertEqual(info["inner-txns"][0]["txn"]["txn"]["rcv"], a)
        self.assertEqual(info["global-state-delta"], [{"key": "bg==", "value": {"action": 2, "uint": 1}}])
        self.assertEqual(client.application_box_by_name(app, b"box")["value"], base64.b64encode(b"value").decode())
        self.assertEqual(len(client.application_boxes(app)["boxes"]), 1)
        send(transaction.ApplicationOptInTxn(a, params(), app), ak)
        local = client.account_application_info(a, app)["app-local-state"]["key-value"]
        self.assertEqual(local[0]["value"]["bytes"], base64.b64encode(encoding.decode_address(a)).decode())
        state = client.application_info(app)["params"]["global-state"]
        self.assertEqual(state, [{"key": "bg==", "value": {"bytes": "", "type": 2, "uint": 1}}])
        send(transaction.ApplicationUpdateTxn(a, params(), app, compiled(YES), compiled(YES)), ak)
        send(transaction.ApplicationCloseOutTxn(a, params(), app), ak)
        send(transaction.ApplicationDeleteTxn(a, params(), app), ak)
        with self.assertRaisesRegex(error.AlgodHTTPError, "application does not exist"):
            client.application_info(app)

    def test_failures_say_where(self):
        a, ak = funded()
        app = self.make(a, ak)
        with self.assertRaisesRegex(error.AlgodHTTPError, r"logic eval error: invalid Box reference .*Details: app=\d+, pc=\d+"):
            send(transaction.ApplicationNoOpTxn(a, params(), app, [b"x"]), ak)
        with self.assertRaisesRegex(error.AlgodHTTPError, r"only ClearState is supported for an application \(\d+\) that does not exist"):
            send(transaction.ApplicationNoOpTxn(a, params(), app + 1000), ak)

    def test_simulate(self):
        a, ak = funded()
        app = self.make(a, ak)
        t = transaction.ApplicationNoOpTxn(a, params(2000), app, [b"pay"])
        request = models.SimulateRequest(
            txn_groups=[models.SimulateRequestTransactionGroup(txns=[transaction.SignedTransaction(t, None)])],
            allow_empty_signatures=True, allow_unnamed_resources=True, extra_opcode_budget=700, allow_more_logs=True,
            exec_trace_config=models.SimulateTraceConfig(enable=True, stack_change=True, scratch_change=True, state_change=True))
        r = client.simulate_transactions(request)
        group = r["txn-groups"][0]
        self.assertNotIn("failure-message", group)
        self.assertEqual(group["unnamed-resources-accessed"]["boxes"][0]["app"], app)
        self.assertEqual(group["app-budget-added"], 1400)
        trace = group["txn-results"][0]["exec-trace"]
        self.assertTrue(any("spawned-inners" in step for step in trace["approval-program-trace"]))
        self.assertIn({"app-state-type": "g", "key": "bg==", "new-value": {"type": 2, "uint": 1}, "operation": "w"},
                      [c for step in trace["approval-program-trace"] for c in step.get("state-changes", [])])
        self.assertEqual(client.application_info(app)["params"].get("global-state"), None)


class Keys(unittest.TestCase):
    def test_the_boxes_of_an_application_are_told_together(self):
        """Where a client spreads them over transactions, each of these needs the application's number once."""
        a, ak = funded()
        looks = compiled("#pragma version 10\ntxn ApplicationID; bz end; txna ApplicationArgs 0; box_len; pop; pop; end: int 1")
        none = transaction.StateSchema(0, 0)
        apps = [send(transaction.ApplicationCreateTxn(a, params(), 0, looks, compiled(YES), none, none, note=b"%d" % i), ak)["application-index"]
                for i in range(2)]
        txns = [transaction.ApplicationNoOpTxn(a, params(), apps[i % 2], [b"%d" % i]) for i in range(4)]
        transaction.assign_group_id(txns)
        r = client.simulate_transactions(models.SimulateRequest(
            txn_groups=[models.SimulateRequestTransactionGroup(txns=[transaction.SignedTransaction(t, None) for t in txns])],
            allow_empty_signatures=True, allow_unnamed_resources=True))
        boxes = r["txn-groups"][0]["unnamed-resources-accessed"]["boxes"]
        self.assertEqual([(b["app"], base64.b64decode(b["name"])) for b in boxes],
                         [(apps[0], b"0"), (apps[0], b"2"), (apps[1], b"1"), (apps[1], b"3")])

    def test_wallet_of_ones_own(self):
        w = wallet.Wallet("w" + hashlib.sha256(str(id(self)).encode()).hexdigest()[:8], "secret", keys)
        a = w.generate_key()
        b, secret = account.generate_account()[::-1]
        self.assertEqual(w.import_key(secret), b)
        self.assertEqual(w.export_key(b), secret)
        self.assertEqual(set(w.list_keys()), {a, b})
        again = wallet.Wallet("w2" + a[:8], "p", keys, mdk=w.export_master_derivation_key())
        self.assertEqual(again.generate_key(), a)
        self.assertEqual(len(w.get_mnemonic().split()), 25)
        send_to = transaction.PaymentTxn(BANK, params(), a, 1_000_000, note=a.encode())
        send(send_to, BANK_KEY)
        client.send_transaction(w.sign_transaction(transaction.PaymentTxn(a, params(), BANK, 1)))
        ms = transaction.Multisig(1, 2, [a, b])
        w.import_multisig(ms)
        self.assertEqual(w.list_multisig(), [ms.address()])
        self.assertEqual(w.export_multisig(ms.address()).threshold, 2)
        send(transaction.PaymentTxn(BANK, params(), ms.address(), 1_000_000), BANK_KEY)
        t = transaction.MultisigTransaction(transaction.PaymentTxn(ms.address(), params(), BANK, 1), ms)
        client.send_transaction(w.sign_multisig_transaction(b, w.sign_multisig_transaction(a, t)))
        self.assertTrue(w.delete_multisig(ms.address()))
        self.assertTrue(w.delete_key(b))
        self.assertEqual(w.list_keys(), [a])
        w.rename(w.name + "x")
        with self.assertRaisesRegex(error.KMDHTTPError, "wrong password"):
            keys.init_wallet_handle(w.id, "wrong")

    def test_mnemonic_of_the_dispenser(self):
        self.assertEqual(mnemonic.to_private_key(mnemonic.from_private_key(BANK_KEY)), BANK_KEY)


class Rental(unittest.TestCase):
    """The market's contract, deployed and played from nothing but its ARC-56 description."""

    def setUp(self):
        with open("contracts/rental/generated/algo.arc56.json", encoding="utf-8") as f:
            self.spec = json.load(f)
        self.methods = {m["name"]: abi.Method.undictify({k: m[k] for k in ("name", "args", "returns")}) for m in self.spec["methods"]}
        self.addCleanup(lambda: client.set_timestamp_offset(0))
        client.set_timestamp_offset(0)
        self.admin, self.owner, self.renter = funded(1000), funded(1000), funded(1000)
        schema = self.spec["state"]["schema"]["global"]
        atc = AtomicTransactionComposer()
        atc.add_method_call(
            0, self.methods["create"], self.admin[0], params(), AccountTransactionSigner(self.admin[1]),
            [self.admin[0], self.admin[0], 0, 250, 600, 0, 86400, 1],
            approval_program=base64.b64decode(self.spec["byteCode"]["approval"]), clear_program=base64.b64decode(self.spec["byteCode"]["clear"]),
            global_schema=transaction.StateSchema(schema["ints"], schema["bytes"]), local_schema=transaction.StateSchema(0, 0),
            extra_pages=(len(base64.b64decode(self.spec["byteCode"]["approval"])) - 1) // 2048)
        txid = atc.execute(client, 2).tx_ids[0]
        self.app = client.pending_transaction_info(txid)["application-index"]
        self.at = logic.get_application_address(self.app)
        self.call("bootstrap", self.admin, [100_000])

    def call(self, name, who, args, fee=4000):
        """Payments may be given as amounts. References are taken from a simulation."""
        signer = AccountTransactionSigner(who[1])

        def compose(refs):
            atc = AtomicTransactionComposer()
            method = self.methods[name]
            values = [
                TransactionWithSigner(transaction.PaymentTxn(who[0], params(), self.at, v, note=f"{name}{i}".encode()), signer)
                if str(m.type) == "pay" else v for i, (m, v) in enumerate(zip(method.args, args))]
            atc.add_method_call(self.app, method, who[0], params(fee), signer, values, **refs)
            return atc

        r = compose({}).simulate(client, models.SimulateRequest(txn_groups=[], allow_unnamed_resources=True))
        if r.failure_message:
            raise AssertionError(r.failure_message)
        group = r.simulate_response["txn-groups"][0]
        refs = {"boxes": [], "accounts": []}
        for found in [group, *group["txn-results"]]:
            u = found.get("unnamed-resources-accessed", {})
            refs["boxes"] += [(b["app"], base64.b64decode(b["name"])) for b in u.get("boxes", [])]
            refs["accounts"] += u.get("accounts", [])
        return compose(refs).execute(client, 2).abi_results[-1].return_value

    def box(self, prefix, number):
        name = prefix + number.to_bytes(8, "big")
        return base64.b64decode(client.application_box_by_name(self.app, name)["value"])

    @staticmethod
    def earned(address):
        return client.account_info(address)["amount"]

    def test_a_rental_from_registration_to_payment(self):
        gpu = self.call("register", self.owner, [62_500 + 400 * 4, "H200", 141_000, 1000, 1, 600, b"s" * 32, b"k" * 32])
        self.assertEqual(gpu, 1)
        self.assertEqual(self.box(b"g", gpu)[:32], encoding.decode_address(self.owner[0]))
        quote = self.call("quote", self.renter, [gpu, 60])
        self.assertEqual(list(quote), [60_000, 80_900])
        rental = self.call("rent", self.renter, [quote[1], quote[0], gpu, 60, b"x" * 32])
        self.call("start", self.owner, [rental])
        client.set_timestamp_offset(600)
        self.call("heartbeat", self.owner, [rental])
        client.set_timestamp_offset(0)
        due, fee, refund = self.call("due", self.renter, [rental])
        self.assertEqual((due + refund, due % 1000), (60_000, 0))
        self.assertGreaterEqual(due, 10_000)
        self.assertEqual(fee, due * 250 // 10_000)
        before = self.earned(self.owner[0])
        self.call("stop", self.renter, [rental, 5])
        self.assertEqual(self.earned(self.owner[0]) - before, due - fee)
        state = {base64.b64decode(k["key"]): k["value"]["uint"] for k in client.application_info(self.app)["params"]["global-state"]}
        self.assertEqual((state[b"fees"], state[b"live_rentals"], state[b"live_gpus"]), (fee, 0, 1))
        with self.assertRaises(error.AlgodHTTPError):
            self.box(b"r", rental)

    def test_a_stranger_is_refused(self):
        with self.assertRaisesRegex(AssertionError, "logic eval error: assert failed"):
            self.call("set_paused", self.renter, [True])


class LightClient(unittest.TestCase):
    """What a client that has only headers checks: that a transaction is in a block, and that blocks are a chain."""

    HASHES = {"sha512_256": lambda b: hashlib.new("sha512_256", b).digest(), "sha256": lambda b: hashlib.sha256(b).digest()}

    def root(self, proof, txid):
        """The root that a proof leads to; under SHA-256 the tree is a vector commitment, which reverses a place's bits."""
        digest = self.HASHES[proof["hashtype"]]
        node = digest(b"TL" + txid + base64.b64decode(proof["stibhash"]))
        path, depth, at = base64.b64decode(proof["proof"]), proof["treedepth"], proof["idx"]
        if proof["hashtype"] == "sha256":
            at = int(format(at, f"0{depth}b")[::-1], 2) if depth else 0
        self.assertEqual(len(path), 32 * depth)
        for level in range(depth):
            sibling = path[32 * level:32 * level + 32]
            node = digest(b"MA" + (sibling + node if at & 1 else node + sibling))
            at >>= 1
        return node

    def test_transactions_are_in_their_block(self):
        address, key = funded()
        for n in (1, 2, 3, 5, 16):
            txns = [transaction.PaymentTxn(address, params(), address, i, note=bytes([n, i])) for i in range(n)]
            if n > 1:
                transaction.assign_group_id(txns)
            client.send_transactions([t.sign(key) for t in txns])
            last = client.status()["last-round"]
            header = encoding.msgpack.unpackb(client.block_info(last, response_format="msgpack"), raw=True, strict_map_key=False)[b"block"]
            for t in txns:
                raw = base64.b64decode(encoding.msgpack_encode(t))
                for kind, field in (("sha512_256", b"txn"), ("sha256", b"txn256")):
                    proof = client.transaction_proof(last, t.get_txid(), hashtype=kind)
                    self.assertEqual(self.root(proof, self.HASHES[kind](b"TX" + raw)), header[field], f"{n} transactions, {kind}")

    def test_headers_are_a_chain(self):
        address, key = funded()
        send(transaction.PaymentTxn(address, params(), address, 0), key)
        last = client.status()["last-round"]
        headers = {}
        for r in range(last - 3, last + 1):
            raw = client.algod_request("GET", f"/blocks/{r}", {"format": "msgpack", "header-only": "true"}, response_format="msgpack")
            headers[r] = encoding.msgpack.unpackb(raw, raw=True, strict_map_key=False)[b"block"]
        for r in range(last - 3, last):
            digest = self.HASHES["sha512_256"](b"BH" + self.canonical(headers[r]))
            self.assertEqual(digest, headers[r + 1][b"prev"])
            text = client.get_block_hash(r)["blockHash"]
            self.assertEqual(base64.b32decode(text + "===="), digest)

    @staticmethod
    def canonical(header):
        """As a node hashes it: keys, and the texts gen and proto, are str; all other bytes are bin."""
        packer = encoding.msgpack.Packer(use_bin_type=True)
        out = packer.pack_map_header(len(header))
        for k, v in header.items():
            out += packer.pack(k.decode()) + packer.pack(v.decode() if k in (b"gen", b"proto") else
                                                         {i: {x.decode(): y for x, y in t.items()} for i, t in v.items()}
                                                         if k == b"spt" else v)
        return out


if __name__ == "__main__":
    common.main()
