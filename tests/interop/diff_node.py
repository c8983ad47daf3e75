#!/usr/bin/env python3
"""Sends the same random groups to a real node and to algorent-sandbox and compares what they answer: status, text, every
block's bytes, simulations, accounts.

  ORACLE_ALGOD_URL=http://127.0.0.1:4001 ORACLE_KMD_URL=http://127.0.0.1:4002 diff_node.py [--groups N] [--seed N]

The node must be in developer mode with a fresh ledger, its token 64 letters a, its KMD holding the funded accounts. The
sandbox is started here with the node's genesis; SANDBOX names the program."""
import argparse
import base64
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request

from algosdk import encoding, kmd, logic, transaction

TOKEN = "a" * 64

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


class Node:
    def __init__(self, url):
        self.url = url

    def ask(self, *args):
        """The node prints Go's whole structures of an inner group: nobody reads that."""
        status, body = self.ask_raw(*args)
        return status, re.sub(rb"\[\]transactions\.SignedTxnWithAD\{.*?\}\. Details", b"{...}. Details", body)

    def ask_raw(self, method, path, data=None, kind="application/x-binary"):
        r = urllib.request.Request(self.url + path, data=data, method=method)
        r.add_header("X-Algo-API-Token", TOKEN)
        if data is not None:
            r.add_header("Content-Type", kind)
        try:
            with urllib.request.urlopen(r, timeout=60) as f:
                return f.status, f.read()
        except urllib.error.HTTPError as e:
            return e.code, e.read()

    def get(self, path):
        return self.ask("GET", path)

    def json(self, path):
        return json.loads(self.get(path)[1])


class Differ:
    def __init__(self, real, ours, rng):
        self.real, self.ours, self.rng = real, ours, rng
        self.sent = self.taken = self.different = 0
        self.round = 0
        self.seen = {}

    def tell(self, what, a, b, group=None):
        self.different += 1
        key = re.sub(r"[A-Z2-7]{52,58}|\d+", "#", what + str(a)[:120] + str(b)[:120])
        self.seen[key] = self.seen.get(key, 0) + 1
        if self.seen[key] > 2 or len(self.seen) > 60:
            return
        a, b = str(a), str(b)
        at = next((i for i in range(min(len(a), len(b))) if a[i] != b[i]), 0)
        at = max(0, at - 200) if len(a) > 900 else 0
        print(f"--- {what} ({self.round})\n real {a[at:at + 900]}\n ours {b[at:at + 900]}")
        if group:
            for t in group:
                d = t.dictify() if hasattr(t, "dictify") else {}
                print("  ", {k: (v if not isinstance(v, dict) else {x: y for x, y in v.items() if x not in ("apap", "apsu", "gh")})
                             for k, v in d.items() if k in ("txn", "sgnr")})

    def post(self, group, raw):
        self.sent += 1
        a, b = (n.ask("POST", "/v2/transactions", raw) for n in (self.real, self.ours))
        if a[0] != b[0] or (a[0] != 200 and json.loads(a[1]) != json.loads(b[1])):
            self.tell("answer", a, b, group)
        if a[0] == 200:
            self.taken += 1
            self.round += 1
            self.blocks()
        elif b[0] == 200:
            sys.exit("the sandbox took what the node refused: the chains have parted")
        return a[0] == 200

    def blocks(self):
        path = f"/v2/blocks/{self.round}?format=msgpack"
        a, b = self.real.get(path), self.ours.get(path)
        if a != b:
            x, y = (encoding.msgpack.unpackb(n[1], raw=True, strict_map_key=False) for n in (a, b))
            keys = [k for k in set(x[b"block"]) | set(y[b"block"]) if x[b"block"].get(k) != y[b"block"].get(k)]
            self.tell(f"block {self.round} in {keys}", {k: x[b"block"].get(k) for k in keys}, {k: y[b"block"].get(k) for k in keys})
        a, b = (n.get(f"/v2/deltas/{self.round}?format=msgpack") for n in (self.real, self.ours))
        # the node's header there has the time before the offset; lists that it fills from maps come in any order
        x, y = (sorted(re.sub(rb"\xa2ts.{1,9}?\xa6txn256", b"", n[1], flags=re.DOTALL)) for n in (a, b))
        if a[0] == b[0] == 200 and x != y:
            self.tell(f"delta {self.round}", a[1], b[1])

    def same(self, path):
        a, b = self.real.get(path), self.ours.get(path)
        if a[0] != b[0] or json.loads(a[1]) != json.loads(b[1]):
            self.tell(path, a, b)

    def simulate(self, group, raw):
        stxns = [base64.b64encode(encoding.msgpack.packb(t.dictify())).decode() for t in group]
        body = {"txn-groups": [{"txns": [encoding.msgpack.unpackb(base64.b64decode(s), raw=False) for s in stxns]}],
                "allow-empty-signatures": True, "allow-unnamed-resources": self.rng.random() < 0.5,
                "exec-trace-config": {"enable": True, "stack-change": True, "scratch-change": True, "state-change": True}}
        raw = encoding.msgpack.packb(body, use_bin_type=True)
        a, b = (n.ask("POST", "/v2/transactions/simulate", raw, "application/msgpack") for n in (self.real, self.ours))
        if a[0] != b[0] or ordered(json.loads(a[1])) != ordered(json.loads(b[1])):
            self.tell("simulation", a, b, group)


def ordered(v):
    """Lists that a node fills from maps come in any order."""
    if isinstance(v, dict):
        return {k: sorted((json.dumps(ordered(x), sort_keys=True) for x in w)) if k in
                ("accounts", "assets", "apps", "boxes", "global-state-delta", "local-state-delta", "kvs", "app-initial-states", "delta",
                 "app-locals", "asset-holdings") and isinstance(w, list) else ordered(w) for k, w in v.items()}
    return [ordered(x) for x in v] if isinstance(v, list) else v


class Maker:
    """Makes groups: most are right, many are not."""

    def __init__(self, differ, keys):
        self.d, self.rng, self.keys = differ, differ.rng, dict(keys)
        self.addresses = list(self.keys)
        self.assets, self.apps, self.auth = [], [], {}
        self.gh = self.gen = None
        self.programs = {}

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
            return transaction.ApplicationUpdateTxn(s, sp, app, self.compile(APP), self.compile(CLEAR), **kw)
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
        boxes = [(0, key)] if name in (b"box", b"bdel") and r.random() < 0.9 else ([(0, b"")] * 2 if r.random() < 0.1 else None)
        return transaction.ApplicationNoOpTxn(s, sp, app, args, accounts=[self.anyone()] if r.random() < 0.7 else None,
                                              foreign_apps=[self.app()] if name == b"call" or r.random() < 0.1 else None,
                                              foreign_assets=[self.asset() or 1] if name == b"opt" or r.random() < 0.1 else None, boxes=boxes, **kw)

    def one(self):
        make = self.rng.choices([self.pay, self.acfg, self.axfer, self.afrz, self.keyreg, self.appl], [5, 2, 5, 1, 0.4, 9])[0]
        return make(self.someone(), self.params(), self.common())

    def sign(self, t):
        r = self.rng
        signer = self.auth.get(t.sender, t.sender)
        if r.random() < 0.02 or signer not in self.keys:
            signer = self.someone()
        if r.random() < 0.01:
            return transaction.SignedTransaction(t, None)
        if r.random() < 0.01:
            bad = t.sign(self.keys[signer])
            bad.signature = base64.b64encode(bytes(64)[:-1] + b"\1").decode()
            return bad
        s = t.sign(self.keys[signer])
        if signer != t.sender:
            s.authorizing_address = signer
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
            info = self.d.real.json(f"/v2/transactions/pending/{s.transaction.get_txid()}")
            self.learn_one(info)

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


def start_sandbox(genesis):
    f = tempfile.NamedTemporaryFile("wb", suffix=".json", delete=False)
    f.write(genesis)
    f.close()
    r, w = os.pipe()
    program = os.environ.get("SANDBOX", "build/release/bin/algorent-sandbox")
    p = subprocess.Popen([program, "--port", "0", "--no-kmd", "--no-indexer", "--genesis", f.name, "--json", "--ready-fd", str(w)],
                         pass_fds=[w], stdout=subprocess.DEVNULL)
    os.close(w)
    with os.fdopen(r) as ready:
        line = json.loads(ready.readline())
    os.unlink(f.name)
    return p, line["algod"]


def funded_keys(url):
    k = kmd.KMDClient(TOKEN, url)
    wallet = next(w for w in k.list_wallets() if w["name"] == "unencrypted-default-wallet")
    handle = k.init_wallet_handle(wallet["id"], "")
    keys = {a: k.export_key(handle, "", a) for a in k.list_keys(handle)}
    k.release_wallet_handle(handle)
    return keys


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--groups", type=int, default=300)
    p.add_argument("--seed", type=int, default=1)
    a = p.parse_args()
    if "ORACLE_ALGOD_URL" not in os.environ:
        print("SKIPPED diff_node: ORACLE_ALGOD_URL is not set")
        return 0
    rng = random.Random(a.seed)
    real = Node(os.environ["ORACLE_ALGOD_URL"])
    sandbox, url = start_sandbox(real.get("/genesis")[1])
    try:
        return compare(a, rng, real, Node(url))
    finally:
        sandbox.terminate()


def compare(a, rng, real, ours):
    d = Differ(real, ours, rng)
    if real.json("/v2/status")["last-round"]:
        sys.exit("the node's ledger is not fresh")
    for n in (real, ours):
        n.ask("POST", "/v2/devmode/blocks/offset/7", b"")
    rich = funded_keys(os.environ["ORACLE_KMD_URL"])
    keys = {}
    for i in range(10):
        key, address = derive(a.seed, i)
        keys[address] = key
    m = Maker(d, keys)
    info = real.json("/v2/transactions/params")
    m.gh, m.gen = info["genesis-hash"], info["genesis-id"]
    source = next(x for x in rich if real.json(f"/v2/accounts/{x}")["amount"] > 10**12)
    for i, address in enumerate(keys):
        sp = transaction.SuggestedParams(1000, 1, 1000, m.gh, gen=m.gen, flat_fee=True)
        t = transaction.PaymentTxn(source, sp, address, 10**8 if i < 8 else 300000, note=bytes([i])).sign(rich[source])
        d.post([t], base64.b64decode(encoding.msgpack_encode(t)))
    for i in range(a.groups):
        group = m.group()
        raw = b"".join(base64.b64decode(encoding.msgpack_encode(s)) for s in group)
        if rng.random() < 0.25:
            d.simulate(group, raw)
        if d.post(group, raw):
            m.learn(group)
        if i % 20 == 19:
            for x in rng.sample(m.addresses, 2):
                d.same(f"/v2/accounts/{x}")
            for x in m.apps[-2:]:
                d.same(f"/v2/applications/{x}")
            for x in m.assets[-2:]:
                d.same(f"/v2/assets/{x}")
            d.same("/v2/ledger/supply")
    print(f"{d.sent} groups, {d.taken} taken, {d.round} rounds, {d.different} differences of {len(d.seen)} kinds")
    return 1 if d.different else 0


def derive(seed, i):
    import hashlib

    from nacl.signing import SigningKey
    k = SigningKey(hashlib.sha256(f"{seed}/{i}".encode()).digest())
    address = encoding.encode_address(k.verify_key.encode())
    return base64.b64encode(k.encode() + k.verify_key.encode()).decode(), address


if __name__ == "__main__":
    sys.exit(main())
