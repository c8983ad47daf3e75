#!/usr/bin/env python3
"""Sends the same random groups to a real node and to algorent-sandbox and compares what they answer: status, text, every
block's bytes and its other forms, deltas, proofs, simulations, accounts, applications, assets, boxes.

  ORACLE_ALGOD_URL=http://127.0.0.1:4001 [ORACLE_KMD_URL=http://127.0.0.1:4002] [ORACLE_FOLLOWER_URL=http://127.0.0.1:4003]
  diff_node.py [--groups N] [--seconds N] [--seed N]

The node must be in developer mode, its token 64 letters a, its KMD (a port further, if it is not named) holding the funded
accounts. The sandbox is started here with the node's genesis and given the blocks that the node has; SANDBOX names the
program. A follower of the node, with EnableTxnEvalTracer, tells the deltas of groups. The node's participation keys are taken from it, since with them it makes state proofs of its own."""
import argparse
import base64
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

from algosdk import encoding, kmd, transaction

from diff_maker import Maker, derive

TOKEN = "a" * 64

class Node:
    def __init__(self, url):
        self.url = url

    def ask(self, *args):
        """The node prints Go's whole structures of an inner group, where a heartbeat is in memory, and of several types whose
        fields are set the one that a map gives first."""
        status, body = self.ask_raw(*args)
        body = re.sub(rb"has non-zero fields for type \w+", b"has non-zero fields for type", body)
        body = re.sub(rb"HeartbeatTxnFields:0x[0-9a-f]+", b"HeartbeatTxnFields:0x", body)
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
        self.round = self.told = 0
        self.seen = {}
        self.follower = None

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
        if a[0] == 200 and self.rng.random() < 0.2:  # a node keeps those of its last rounds
            x, y = (as_delta(n.json(f"/v2/deltas/{self.round}")) for n in (self.real, self.ours))
            if x != y:
                self.tell(f"delta {self.round} as JSON", x, y)
        if self.follower and self.round % 50 == 0:
            self.followed()
        r = self.rng.choice(["", "?header-only=true", "?header-only=true&format=msgpack", "/hash", "/txids", "/logs"])
        self.same(f"/v2/blocks/{self.round}{r}")

    def followed(self):
        """The deltas group by group, which only a node that evaluates the blocks of others keeps."""
        self.follower.ask("POST", f"/v2/ledger/sync/{self.round}", b"")
        for _ in range(1200):
            if self.follower.json("/v2/status")["last-round"] >= self.round:
                break
            time.sleep(0.1)
        for r in range(self.told + 1, self.round + 1):
            a, b = (n.get(f"/v2/deltas/{r}/txn/group?format=msgpack")[1] for n in (self.follower, self.ours))
            x, y = (as_delta(n.json(f"/v2/deltas/{r}/txn/group")) for n in (self.follower, self.ours))
            if x != y or sorted(re.sub(rb"\xa3Ids.*", b"", a, flags=re.DOTALL)) != sorted(re.sub(rb"\xa3Ids.*", b"", b, flags=re.DOTALL)):
                self.tell(f"deltas of groups {r}", x if x != y else a, y if x != y else b)
            for i in self.follower.json(f"/v2/deltas/{r}/txn/group")["Deltas"][0]["Ids"]:
                x, y = (n.json(f"/v2/deltas/txn/group/{i}") for n in (self.follower, self.ours))
                if as_delta(x) != as_delta(y):
                    self.tell(f"delta of group {i}", x, y)
        self.told = self.round

    def transactions(self, group):
        """What one can ask of each transaction that was taken."""
        for s in group:
            txid = s.transaction.get_txid()
            self.same(f"/v2/transactions/pending/{txid}" + self.rng.choice(["", "?format=msgpack"]))
            self.same(f"/v2/blocks/{self.round}/transactions/{txid}/proof" + self.rng.choice(["", "?hashtype=sha256"]))

    def same(self, path):
        a, b = self.real.get(path), self.ours.get(path)
        if a[0] != b[0] or (a[1] != b[1] if "msgpack" in path and a[0] == 200 else ordered(json.loads(a[1])) != ordered(json.loads(b[1]))):
            self.tell(path, a, b)

    def simulate(self, group, raw):
        stxns = [base64.b64encode(encoding.msgpack.packb(t.dictify())).decode() for t in group]
        body = {"txn-groups": [{"txns": [encoding.msgpack.unpackb(base64.b64decode(s), raw=False) for s in stxns]}],
                "allow-empty-signatures": self.rng.random() < 0.8, "allow-unnamed-resources": self.rng.random() < 0.5,
                "allow-more-logging": self.rng.random() < 0.3, "fix-signers": self.rng.random() < 0.3,
                "extra-opcode-budget": self.rng.choice([0, 0, 700, 20000, 320001]),
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


def as_delta(v):
    """A state delta whose lists are in no order, without the header's time and which of a group's ids was named."""
    if isinstance(v, dict):
        return {k: as_delta(w) for k, w in v.items() if k not in ("ts", "Ids", "txn256")}
    return sorted((as_delta(x) for x in v), key=lambda x: json.dumps(x, sort_keys=True)) if isinstance(v, list) else v


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


def run(doc, counted, most, seconds, walk):
    """The program of a walk. walk(differ, arguments) answers with what it compared, in words and as a number."""
    p = argparse.ArgumentParser(description=doc.split("\n")[0])
    p.add_argument("--" + counted, type=int, default=most)
    p.add_argument("--seconds", type=float, default=seconds, help="end after so long")
    p.add_argument("--seed", type=int, default=1)
    a = p.parse_args()
    if "ORACLE_ALGOD_URL" not in os.environ:
        print(f"SKIPPED {os.path.basename(sys.argv[0]).removesuffix('.py')}: ORACLE_ALGOD_URL is not set")
        return 0
    real = Node(os.environ["ORACLE_ALGOD_URL"])
    sandbox, url = start_sandbox(real.get("/genesis")[1])
    try:
        d = Differ(real, Node(url), random.Random(a.seed))
        if "ORACLE_FOLLOWER_URL" in os.environ:
            d.follower = Node(os.environ["ORACLE_FOLLOWER_URL"])
        catch_up(d)
        what, compared = walk(d, a)
    finally:
        sandbox.terminate()
    print(f"{what}, {d.different} differences of {len(d.seen)} kinds", file=sys.stderr)
    print(f"{compared - d.different} passed, {d.different} failed")
    return 1 if d.different else 0


def as_sent(block):
    """The signed transactions of a block as they were submitted."""
    for t in block.get("txns", []):
        s = {k: v for k, v in t.items() if k in ("sig", "msig", "lsig", "sgnr", "pqsig", "txn")}
        if s["txn"]["type"] == "stpf":
            sys.exit("the node has made a state proof, which nobody else can: take a fresh one")
        s["txn"] = dict(sorted({**s["txn"], "gh": block["gh"], **({"gen": block["gen"]} if t.get("hgi") else {})}.items()))
        yield encoding.msgpack.packb(dict(sorted(s.items())), use_bin_type=True)


def catch_up(d):
    """Gives the sandbox what the node has."""
    for key in d.real.json("/v2/participation") or []:
        d.real.ask("DELETE", "/v2/participation/" + key["id"])
    for r in range(1, d.real.json("/v2/status")["last-round"] + 1):
        raw = d.real.ask_raw("GET", f"/v2/blocks/{r}?format=msgpack")[1]
        block = encoding.msgpack.unpackb(raw, raw=False, strict_map_key=False, unicode_errors="surrogateescape")["block"]
        d.ours.ask("POST", f"/sandbox/v1/time/{block.get('ts', 0)}", b"")
        answer = d.ours.ask("POST", "/v2/transactions", b"".join(as_sent(block)))
        if answer[0] != 200:
            sys.exit(f"block {r} of the node is refused: {answer}")
        d.round = r
        d.blocks()


def setup(d, seed):
    """The maker with its accounts, funded."""
    rich = funded_keys(os.environ.get("ORACLE_KMD_URL") or next_port(d.real.url))
    for n in (d.real, d.ours):
        n.ask("POST", "/v2/devmode/blocks/offset/7", b"")
    keys = {address: key for key, address in (derive(seed, i) for i in range(10))}
    m = Maker(d, keys)
    info = d.real.json("/v2/transactions/params")
    m.gh, m.gen = info["genesis-hash"], info["genesis-id"]
    source = next(x for x in rich if d.real.json(f"/v2/accounts/{x}")["amount"] > 10**12)
    for i, address in enumerate(m.addresses):
        first = max(1, d.round)
        sp = transaction.SuggestedParams(1000, first, first + 1000, m.gh, gen=m.gen, flat_fee=True)
        t = transaction.PaymentTxn(source, sp, address, 300000 if i in (8, 9) else 10**8, note=bytes([i])).sign(rich[source])
        d.post([t], base64.b64decode(encoding.msgpack_encode(t)))
    return m


def next_port(url):
    host, port = url.rsplit(":", 1)
    return f"{host}:{int(port) + 1}"


def compare(d, a):
    m = setup(d, a.seed + d.round)
    end = time.monotonic() + a.seconds
    for i in range(a.groups):
        if time.monotonic() > end:
            break
        group = m.group()
        raw = b"".join(base64.b64decode(encoding.msgpack_encode(s)) for s in group)
        if d.rng.random() < 0.25:
            d.simulate(group, raw)
        if d.post(group, raw):
            m.learn(group)
            d.transactions(group)
        if i % 20 == 19:
            look_around(d, m)
    return f"{d.sent} groups, {d.taken} taken, {d.round} rounds", d.sent


def look_around(d, m):
    for x in d.rng.sample(m.addresses, 2):
        d.same(f"/v2/accounts/{x}" + d.rng.choice(["", "?exclude=all", "?format=msgpack"]))
        d.same(f"/v2/accounts/{x}/assets?limit=3")
        d.same(f"/v2/accounts/{x}/applications?limit=3&include=params")
        for i in m.assets[-1:]:
            d.same(f"/v2/accounts/{x}/assets/{i}" + d.rng.choice(["", "?format=msgpack"]))
        for i in m.apps[-1:]:
            d.same(f"/v2/accounts/{x}/applications/{i}" + d.rng.choice(["", "?format=msgpack"]))
    for x in m.apps[-2:]:
        d.same(f"/v2/applications/{x}")
        d.same(f"/v2/applications/{x}/boxes")
        d.same(f"/v2/applications/{x}/box?name=str:a")
    for x in m.assets[-2:]:
        d.same(f"/v2/assets/{x}")
    d.same("/v2/ledger/supply")


if __name__ == "__main__":
    sys.exit(run(__doc__, "groups", 300, 1e9, compare))
