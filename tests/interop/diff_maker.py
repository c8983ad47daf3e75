"""Random groups for diff_node.py: most are right, many are not."""
import base64
import hashlib
import json

from algosdk import encoding, logic, transaction
from nacl.signing import SigningKey

APP = """#pragma version 12
txn ApplicationID; bz ok
txn NumAppArgs; bz ok
txna ApplicationArgs 0; byte "gput"; ==; bnz gput
txna ApplicationArgs 0; byte "gdel"; ==; bnz gdel
txna ApplicationArgs 0; byte "lput"; ==; bnz lput
txna ApplicationArgs 0; byte "box"; ==; bnz box
txna ApplicationArgs 0; byte "bdel"; ==; bnz bdel
txna ApplicationArgs 0; byte "pay"; ==; bnz pay
txna ApplicationArgs 0; byte "opt"; ==; bnz opt
txna ApplicationArgs 0; byte "make"; ==; bnz make
txna ApplicationArgs 0; byte "call"; ==; bnz call
txna ApplicationArgs 0; byte "log"; ==; bnz log
txna ApplicationArgs 0; byte "zero"; ==; bnz zero
txna ApplicationArgs 0; byte "err"; ==; bnz fail
txna ApplicationArgs 0; byte "loop"; ==; bnz loop
txna ApplicationArgs 0; byte "acct"; ==; bnz acct
ok: int 1; return
gput: txna ApplicationArgs 1; txna ApplicationArgs 2; app_global_put; b ok
gdel: txna ApplicationArgs 1; app_global_del; b ok
lput: txn Sender; txna ApplicationArgs 1; txna ApplicationArgs 2; btoi; app_local_put; b ok
box: txna ApplicationArgs 1; txna ApplicationArgs 2; box_put; b ok
bdel: txna ApplicationArgs 1; box_del; pop; b ok
pay: itxn_begin; int pay; itxn_field TypeEnum; txn Sender; itxn_field Receiver
 txna ApplicationArgs 1; btoi; itxn_field Amount; txna ApplicationArgs 2; btoi; itxn_field Fee; itxn_submit; b ok
opt: itxn_begin; int axfer; itxn_field TypeEnum; global CurrentApplicationAddress; itxn_field AssetReceiver
 txna Assets 0; itxn_field XferAsset; int 0; itxn_field Fee; itxn_submit; b ok
make: itxn_begin; int acfg; itxn_field TypeEnum; int 1000; itxn_field ConfigAssetTotal
 byte "inner"; itxn_field ConfigAssetName; itxn_next; int pay; itxn_field TypeEnum; itxn_submit; itxn CreatedAssetID; itob; log; b ok
call: itxn_begin; int appl; itxn_field TypeEnum; txna Applications 1; itxn_field ApplicationID
 txna ApplicationArgs 1; itxn_field ApplicationArgs; txna ApplicationArgs 2; itxn_field ApplicationArgs
 txna ApplicationArgs 3; itxn_field ApplicationArgs; itxn_submit; b ok
log: txna ApplicationArgs 1; log; txna ApplicationArgs 2; log; b ok
zero: int 0; return
fail: err
loop: int 0; lp: int 1; +; b lp
acct: txna Accounts 1; balance; itob; log; txna Accounts 1; min_balance; itob; log; b ok
"""
CLEAR = "#pragma version 12\ntxn NumAppArgs; int 1; ==; return\n"


class Maker:
    """Makes groups out of the accounts that it funded, the assets and applications that came of them."""

    def __init__(self, differ, keys):
        self.d, self.rng, self.keys = differ, differ.rng, dict(keys)
        self.programs = {}
        owners = [encoding.encode_address(base64.b64decode(k)[32:]) for k in self.keys.values()]
        self.multisig = transaction.Multisig(1, 2, owners[:3])
        self.logic = self.compile("#pragma version 12\narg 0; btoi; int 7; ==; txn Fee; int 100000; <; &&")
        self.programs_of = {logic.address(self.logic): self.logic}
        self.addresses = list(self.keys) + [self.multisig.address(), *self.programs_of]
        self.assets, self.apps, self.auth = [], [], {}
        self.gh = self.gen = None

    def compile(self, text):
        if text not in self.programs:
            a, b = (n.ask("POST", "/v2/teal/compile", text.encode(), "text/plain") for n in (self.d.real, self.d.ours))
            if json.loads(a[1]) != json.loads(b[1]):
                self.d.tell("compile", a, b)
            self.programs[text] = base64.b64decode(json.loads(a[1])["result"])
        return self.programs[text]

    def params(self):
        r = self.rng
        fee = r.choice([1000, 1000, 2000, 5000, 3000]) if r.random() < 0.94 else r.choice([0, 999])
        first = self.d.round + (0 if r.random() < 0.99 else r.choice([-3, 1, 2]))
        sp = transaction.SuggestedParams(fee, max(first, 1), first + r.choice([1, 10, 900, 900, 900, 0]) + 1, self.gh,
                                         gen=self.gen if r.random() < 0.9 else None, flat_fee=True)
        if r.random() < 0.005:
            sp.last = sp.first + 1001
        return sp

    def someone(self):
        return self.rng.choice(self.addresses)

    def anyone(self):
        r = self.rng
        if self.apps and r.random() < 0.2:
            return logic.get_application_address(r.choice(self.apps))
        return self.someone() if r.random() < 0.97 else encoding.encode_address(r.randbytes(32))

    def asset(self):
        return self.rng.choice(self.assets) if self.assets and self.rng.random() < 0.92 else self.rng.choice([0, 1, 1005, 99999])

    def app(self):
        return self.rng.choice(self.apps) if self.apps and self.rng.random() < 0.95 else self.rng.choice([5, 1001, 99999])

    @staticmethod
    def with_fields(t, **fields):
        """The transaction with fields that the SDK has no arguments for."""
        plain = t.dictify
        t.dictify = lambda: dict(sorted({**plain(), **fields}.items()))
        return t

    def common(self):
        r, kw = self.rng, {}
        if r.random() < 0.2:
            kw["note"] = r.randbytes(r.choice([1, 8, 30, 1024, 1025, 4096, 1100]))
        if r.random() < 0.04:
            kw["lease"] = bytes([r.randrange(1, 4)]) + bytes(31)
        if r.random() < 0.03:
            kw["rekey_to"] = self.someone()
        return kw

    def pay(self, s, sp, kw):
        r = self.rng
        close = self.anyone() if r.random() < 0.03 else None
        amount = r.choice([0, 1, 1000, 100000, 250000, 10**6, 10**6, 10**6, 10**6]) if r.random() < 0.95 else r.choice([10**8, 10**15, 2**64 - 1])
        return transaction.PaymentTxn(s, sp, self.anyone(), amount, close_remainder_to=close, **kw)

    def acfg(self, s, sp, kw):
        r = self.rng
        a = lambda: self.someone() if r.random() < 0.8 else None  # noqa: E731
        what = r.random()
        if what < 0.5 or not self.assets:
            return transaction.AssetConfigTxn(s, sp, total=r.choice([0, 1, 1000, 10**6, 2**64 - 1]), default_frozen=r.random() < 0.2,
                                              unit_name=r.choice([None, "U", "12345678"]), asset_name=r.choice([None, "name", "n" * 32]),
                                              url=r.choice([None, "https://example.org"]), decimals=r.choice([0, 0, 6, 19]), manager=a(),
                                              reserve=a(), freeze=a(), clawback=a(), strict_empty_address_check=False, **kw)
        if what < 0.8:
            return transaction.AssetConfigTxn(s, sp, index=self.asset() or 1, manager=a(), reserve=a(), freeze=a(), clawback=a(),
                                              strict_empty_address_check=False, **kw)
        return transaction.AssetDestroyTxn(s, sp, index=self.asset() or 1, **kw)

    def axfer(self, s, sp, kw):
        r = self.rng
        if r.random() < 0.35:
            return transaction.AssetTransferTxn(s, sp, s, 0, self.asset() or 1, **kw)
        return transaction.AssetTransferTxn(s, sp, self.anyone(), r.choice([0, 1, 10, 500, 2**63]), self.asset() or 1,
                                            close_assets_to=self.someone() if r.random() < 0.15 else None,
                                            revocation_target=self.someone() if r.random() < 0.15 else None, **kw)

    def afrz(self, s, sp, kw):
        return transaction.AssetFreezeTxn(s, sp, self.asset() or 1, self.someone(), self.rng.random() < 0.5, **kw)

    def keyreg(self, s, sp, kw):
        r = self.rng
        if r.random() < 0.05:
            return transaction.KeyregNonparticipatingTxn(s, sp, **kw)
        if r.random() < 0.5:
            return transaction.KeyregOfflineTxn(s, sp, **kw)
        b = lambda n: base64.b64encode(r.randbytes(n)).decode()  # noqa: E731
        first = max(1, self.d.round - 3 + r.randrange(4))
        return transaction.KeyregOnlineTxn(s, sp, b(32), b(32), first, first + r.choice([2, 500, 3000]), r.choice([100, 0]), sprfkey=b(64), **kw)

    def appl(self, s, sp, kw):
        r = self.rng
        schema = lambda: transaction.StateSchema(r.randrange(3), r.randrange(3))  # noqa: E731
        if r.random() < 0.18 or not self.apps:
            return transaction.ApplicationCreateTxn(s, sp, r.choice([0, 0, 0, 1, 2, 5]), self.compile(APP), self.compile(CLEAR), schema(),
                                                    schema(), extra_pages=r.choice([0, 0, 0, 1, 3]) if r.random() < 0.95 else r.choice([4, 8]), **kw)
        app, what = self.app(), r.random()
        if what < 0.04:
            t = transaction.ApplicationUpdateTxn(s, sp, app, self.compile(APP), self.compile(CLEAR), **kw)
            return self.with_fields(t, apep=r.choice([1, 2])) if r.random() < 0.3 else t
        if what < 0.07:
            return transaction.ApplicationDeleteTxn(s, sp, app, **kw)
        if what < 0.2:
            return transaction.ApplicationOptInTxn(s, sp, app, **kw)
        if what < 0.24:
            return transaction.ApplicationCloseOutTxn(s, sp, app, **kw)
        if what < 0.28:
            return transaction.ApplicationClearStateTxn(s, sp, app, app_args=[b"x"] if r.random() < 0.5 else [b"x", b"y"], **kw)
        return self.call(s, sp, app, kw)

    def call(self, s, sp, app, kw):
        r = self.rng
        name = r.choice([b"gput", b"gput", b"gdel", b"lput", b"box", b"box", b"bdel", b"pay", b"pay", b"opt", b"make", b"call", b"log", b"zero",
                         b"err", b"loop", b"acct", b"acct", b"pay"])
        key = r.choice([b"a", b"b", b"c", b"k" * 64]) if r.random() < 0.95 else r.choice([b"z" * 65, b""])
        value = r.choice([b"", b"v", (5).to_bytes(8, "big"), (5).to_bytes(8, "big")]) if r.random() < 0.95 else r.choice([b"w" * 64, b"q" * 128])
        if name == b"pay":
            key, value = r.choice([0, 1000, 10**6, 10**12]).to_bytes(8, "big"), r.choice([0, 0, 1000]).to_bytes(8, "big")
        args = [name, key, value]
        if name == b"call":
            args = [name, r.choice([b"gput", b"box", b"log", b"err", b"pay", b"make"]), key, value]
        if r.random() < 0.12:
            return self.with_access(transaction.ApplicationNoOpTxn(s, sp, app, args, **kw), key)
        boxes = [(0, key)] if name in (b"box", b"bdel") and r.random() < 0.9 else ([(0, b"")] * 2 if r.random() < 0.1 else None)
        t = transaction.ApplicationNoOpTxn(s, sp, app, args, accounts=[self.anyone()] if r.random() < 0.7 else None,
                                           foreign_apps=[self.app()] if name == b"call" or r.random() < 0.1 else None,
                                           foreign_assets=[self.asset() or 1] if name == b"opt" or r.random() < 0.1 else None, boxes=boxes, **kw)
        return self.with_fields(t, aprv=r.choice([1, 1, 2, 3])) if r.random() < 0.06 else t

    def with_access(self, t, key):
        """What it may touch in one list, elements by their place in it; now and then a place that is not there."""
        r, raw = self.rng, encoding.decode_address
        items = [{"d": raw(self.anyone())}, {"p": self.app()}, {"s": self.asset() or 1}]
        place = lambda n: r.randrange(n + 1) if r.random() < 0.97 else 9  # noqa: E731
        for _ in range(r.randrange(5)):
            items.append(r.choice([{"b": {"i": place(2), "n": key}}, {"b": {"n": key}}, {}, {"h": {"d": place(1), "s": 3}},
                                   {"l": {"d": place(1), "p": place(2)}}, {"d": raw(self.someone())}]))
        items = [{k: ({x: y for x, y in v.items() if y} if isinstance(v, dict) else v) for k, v in e.items()} for e in items]
        return self.with_fields(t, al=items)

    def heartbeat(self, s, sp, kw):
        """One that nobody asked for, or that is not well made."""
        r = self.rng
        t = transaction.PaymentTxn(s, sp, s, 0, **kw)
        proof = {"p": r.randbytes(32), "p1s": r.randbytes(64), "p2": r.randbytes(32), "p2s": r.randbytes(64), "s": r.randbytes(64)}
        hb = {"a": encoding.decode_address(self.someone()), "kd": 100, "prf": proof, "sd": r.randbytes(32), "vid": r.randbytes(32)}
        if r.random() < 0.3:
            del hb[r.choice(["prf", "sd", "vid", "kd"])]
        plain = t.dictify
        t.dictify = lambda: dict(sorted({**{k: v for k, v in plain().items() if k != "rcv"}, "hb": hb, "type": "hb"}.items()))
        return t

    def state_proof(self, s, sp, kw):
        t = transaction.PaymentTxn(s, sp, s, 0)
        plain = t.dictify
        t.dictify = lambda: dict(sorted({**{k: v for k, v in plain().items() if k != "rcv"}, "type": "stpf",
                                         "spmsg": {"P": 5, "f": 257, "l": 512}}.items()))
        return t

    def one(self):
        make = self.rng.choices([self.pay, self.acfg, self.axfer, self.afrz, self.keyreg, self.appl, self.heartbeat, self.state_proof],
                                [5, 2, 5, 1, 0.4, 9, 0.2, 0.1])[0]
        return make(self.someone(), self.params(), self.common())

    def sign(self, t):
        r = self.rng
        signer = self.auth.get(t.sender, t.sender)
        if r.random() < 0.02:
            signer = self.someone()
        if r.random() < 0.01:
            return transaction.SignedTransaction(t, None)
        s = self.signed_by(t, signer)
        if signer != t.sender:
            s.auth_addr = s.authorizing_address = signer
        return s

    def signed_by(self, t, signer):
        r = self.rng
        if signer == self.multisig.address():
            s = transaction.MultisigTransaction(t, self.multisig.get_multisig_account())
            for key in r.sample(list(self.keys.values())[:3], r.choice([2, 2, 2, 3, 1])):
                s.sign(key)
            return s
        if signer in self.programs_of:
            args = [r.choice([b"\7", b"\7", b"\7", b"\6"])] if r.random() < 0.95 else []
            return transaction.LogicSigTransaction(t, transaction.LogicSigAccount(self.programs_of[signer], args))
        if signer not in self.keys:
            signer = next(iter(self.keys))
        if r.random() < 0.05: # a signature for a program instead of one for the transaction
            account = transaction.LogicSigAccount(self.logic, [b"\7"])
            account.sign(self.keys[signer])
            return transaction.LogicSigTransaction(t, account)
        s = t.sign(self.keys[signer])
        if r.random() < 0.01:
            s.signature = base64.b64encode(bytes(64)[:-1] + b"\1").decode()
        return s

    def group(self):
        n = self.rng.choice([1] * 9 + [2, 2, 3, 4]) if self.rng.random() < 0.98 else 16
        txns = [self.one() for _ in range(n)]
        if n > 1 and self.rng.random() < 0.98:
            transaction.assign_group_id(txns)
        elif n == 1 and self.rng.random() < 0.1:
            transaction.assign_group_id(txns)
        return [self.sign(t) for t in txns]

    def learn(self, group):
        for s in group:
            self.learn_one(self.d.real.json(f"/v2/transactions/pending/{s.transaction.get_txid()}"))

    def learn_one(self, info):
        if "asset-index" in info:
            self.assets = (self.assets + [info["asset-index"]])[-12:]
        if "application-index" in info:
            self.apps = (self.apps + [info["application-index"]])[-8:]
        t = info["txn"]["txn"]
        if "rekey" in t:
            self.auth[t["snd"]] = t["rekey"]
        for inner in info.get("inner-txns", []):
            self.learn_one(inner)


def derive(seed, i):
    k = SigningKey(hashlib.sha256(f"{seed}/{i}".encode()).digest())
    address = encoding.encode_address(k.verify_key.encode())
    return base64.b64encode(k.encode() + k.verify_key.encode()).decode(), address
