#!/usr/bin/env python3
"""Asks a real node and the sandbox, of the same genesis and the same blocks, for every route of algod with right and wrong
parameters, in JSON and msgpack, and compares status, kind of body, and the body: the bytes, or as JSON where a node's order is
any; over the transport (methods, encodings, origins) the headers too. Not asked for: boxes more than four rounds ago, escapes in the path
that stand for what needs none, and texts of its msgpack decoder (docs/sandbox.md).

  ORACLE_ALGOD_URL=http://127.0.0.1:4001 [ORACLE_KMD_URL=http://127.0.0.1:4002] diff_routes.py

The node is a fresh one: after some 320 rounds it says how many it has put away, which is by its own clock."""
import base64
import gzip
import http.client
import itertools
import json
import os
import random
import re
import sys
from urllib.parse import quote, urlsplit

from algosdk import encoding, logic, transaction

from diff_node import TOKEN, Differ, Node, catch_up, ordered, setup, start_sandbox

ZERO = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAY5HFKQ"
BAD_ADDRESSES = ["X", ZERO[:-1] + "A", ZERO[:-1] + "R", ZERO.lower(), "%20", "A" * 58, ZERO + "A", "0x00"]
BAD_NUMBERS = ["abc", "-1", "1.5", "18446744073709551615", "18446744073709551616", "%20", "0x1", "1e3", "+1", "00", ""]
NO_TXID = "RLFPJ265TGV3YXVWYXFKDYR2MNJJ6NKPEIWPPWAKDBCG7JUMKQWA"
STATEFUL = """#pragma version 10
txn ApplicationID; bz end
txn NumAppArgs; bz end
txna ApplicationArgs 0; byte "box"; ==; bnz box
txna ApplicationArgs 0; byte "log"; ==; bnz logs
txna ApplicationArgs 0; byte "local"; ==; bnz local
txna ApplicationArgs 0; byte "global"; ==; bnz global
txna ApplicationArgs 0; byte "inner"; ==; bnz inner
b end
box: txna ApplicationArgs 1; txna ApplicationArgs 2; box_put; b end
logs: byte "one"; log; byte 0x00ff; log; b end
local: txn Sender; byte "l"; txna ApplicationArgs 1; app_local_put; b end
global: byte "g"; int 7; app_global_put; byte 0x00ff; txna ApplicationArgs 1; app_global_put; b end
inner: itxn_begin; int pay; itxn_field TypeEnum; txn Sender; itxn_field Receiver; int 1; itxn_field Amount; itxn_submit; b end
end: int 1"""


class Asker:
    def __init__(self, real, ours):
        self.hosts = [urlsplit(u).netloc for u in (real, ours)]
        self.asked = self.different = 0
        self.seen = {}

    def one(self, host, method, path, body, headers):
        c = http.client.HTTPConnection(host, timeout=60)
        try:
            c.request(method, path, body, headers)
            r = c.getresponse()
            data = r.read()
            return r.status, r.getheader("Content-Type"), data
        finally:
            c.close()

    def ask(self, method, path, body=None, kind=None, token=TOKEN, **more):
        headers = dict(more)
        if token is not None:
            headers["X-Algo-API-Token"] = token
        if kind:
            headers["Content-Type"] = kind
        a, b = (self.one(h, method, path, body, headers) for h in self.hosts)
        self.asked += 1
        if not same(a, b):
            self.different += 1
            self.tell(method, path, body, a, b)
        return a

    def get(self, path, **kw):
        return self.ask("GET", path, **kw)

    def tell(self, method, path, body, a, b):
        key = re.sub(r"[A-Z2-7]{52,58}|\d+", "#", method + path.split("?")[0] + str(a[0]) + str(b[0]))
        self.seen[key] = self.seen.get(key, 0) + 1
        if self.seen[key] > int(os.environ.get("DIFF_SHOW", "2")):
            return
        x, y = a[2], b[2]
        at = max(0, next((i for i in range(min(len(x), len(y))) if x[i] != y[i]), 0) - 80) if len(x) > 300 else 0
        print(f"--- {method} {path} {(body or b'')[:160]!r}\n real {a[0]} {a[1]} {x[at:at + 300]!r}\n ours {b[0]} {b[1]} {y[at:at + 300]!r}")


def parsed(data):
    try:
        return json.loads(data)
    except ValueError:
        return data


def same(a, b):
    if a[:2] != b[:2]:
        return False
    if a[2] == b[2]:
        return True
    x, y = parsed(a[2]), parsed(b[2])
    if isinstance(x, (dict, list)) and isinstance(y, (dict, list)):
        return without_clock(ordered(x)) == without_clock(ordered(y))
    return False


def without_clock(v):
    """How long ago the last block was is each one's own, and who it is."""
    if isinstance(v, dict):
        return {k: without_clock(w) for k, w in v.items() if k not in ("time-since-last-round", "catchup-time", "build")}
    return v


class World:
    """Accounts, assets, applications, boxes on both nodes."""

    def __init__(self, d):
        self.d = d
        self.m = setup(d, 77 + d.round)
        self.who = self.m.addresses
        self.rounds, self.txids = [], []

    def params(self, fee=1000):
        first = max(1, self.d.round)
        return transaction.SuggestedParams(fee, first, first + 1000, self.m.gh, gen=self.m.gen, flat_fee=True)

    def send(self, txn, who=0):
        signed = txn.sign(self.m.keys[self.who[who]])
        if not self.d.post([signed], base64.b64decode(encoding.msgpack_encode(signed))):
            sys.exit(f"refused: {txn.dictify()}")
        self.rounds.append(self.d.round)
        self.txids.append(txn.get_txid())
        return self.d.real.json(f"/v2/transactions/pending/{txn.get_txid()}")

    def program(self, text):
        return base64.b64decode(json.loads(self.d.real.ask("POST", "/v2/teal/compile", text.encode())[1])["result"])

    def build(self):
        a, b = self.who[:2]
        yes = self.program("#pragma version 10\nint 1")
        self.asset = self.send(transaction.AssetCreateTxn(a, self.params(), 1000, 2, False, manager=a, freeze=a, clawback=a, reserve=b, unit_name="U",
                                                          asset_name="\xff name", url="http://u"))["asset-index"]
        self.send(transaction.AssetOptInTxn(b, self.params(), self.asset), 1)
        self.send(transaction.AssetTransferTxn(a, self.params(), b, 5, self.asset))
        self.send(transaction.AssetFreezeTxn(a, self.params(), self.asset, b, True))
        self.gone_asset = self.send(transaction.AssetCreateTxn(a, self.params(), 1, 0, False, manager=a))["asset-index"]
        self.send(transaction.AssetDestroyTxn(a, self.params(), self.gone_asset))
        schema = transaction.StateSchema(1, 1)
        self.app = self.send(transaction.ApplicationCreateTxn(a, self.params(), 0, self.program(STATEFUL), yes, schema, schema, extra_pages=1))["application-index"]
        self.send(transaction.PaymentTxn(a, self.params(), logic.get_application_address(self.app), 5_000_000))
        self.send(transaction.ApplicationOptInTxn(b, self.params(), self.app), 1)
        for args in ([b"local", b"\x00\xff"], [b"global", b"text"], [b"log"], [b"inner"]):
            self.send(transaction.ApplicationNoOpTxn(b, self.params(2000), self.app, args), 1)
        for name in (b"a", b"ab", b"b", b"\x00\xff", bytes(64), "\u00fc".encode()):
            self.send(transaction.ApplicationNoOpTxn(a, self.params(), self.app, [b"box", name, b"value of " + name], boxes=[(0, name)]))
        none = transaction.StateSchema(0, 0)
        self.gone_app = self.send(transaction.ApplicationCreateTxn(a, self.params(), 0, yes, yes, none, none))["application-index"]
        self.send(transaction.ApplicationDeleteTxn(a, self.params(), self.gone_app))
        self.send(transaction.PaymentTxn(a, self.params(), b, 1, lease=bytes(range(32)), note=b"note"))


def with_query(path, *queries):
    return [path] + [f"{path}?{q}" for q in queries]


FORMATS = ["format=json", "format=msgpack", "format=foo", "format="]


def accounts(q, w):
    a, b = w.who[:2]
    for x in [a, b, ZERO, logic.get_application_address(w.app)]:
        for path in with_query(f"/v2/accounts/{x}", *FORMATS, "exclude=all", "exclude=none", "exclude=foo", "exclude=", "exclude=assets", "exclude=assets,created-assets",
                               "exclude=created-apps-params", "exclude=all&format=msgpack", "exclude=apps-local-state,created-apps", "foo=bar"):
            q.get(path)
        for i, f in itertools.product([w.asset, w.gone_asset, 0, *BAD_NUMBERS[:6]], ["", "?format=msgpack", "?format=foo"]):
            q.get(f"/v2/accounts/{x}/assets/{i}{f}")
        for i, f in itertools.product([w.app, w.gone_app, 0, *BAD_NUMBERS[:6]], ["", "?format=msgpack", "?format=foo"]):
            q.get(f"/v2/accounts/{x}/applications/{i}{f}")
        for what in ("assets", "applications"):
            for query in ("limit=1", "limit=0", "limit=-1", "limit=abc", "limit=100000", "limit=1000", "limit=1001", "limit=", "next=1", "next=abc", "next=", "next=18446744073709551615",
                          f"next={w.asset}", f"next={w.app - 1}&limit=1", "include=params", "include=foo", "include=", "format=msgpack", "include=params&limit=2"):
                q.get(f"/v2/accounts/{x}/{what}?{query}")
            q.get(f"/v2/accounts/{x}/{what}")
        for query in ("", "?max=0", "?max=1", "?max=-1", "?max=x", "?format=msgpack", "?format=foo", "?max="):
            q.get(f"/v2/accounts/{x}/transactions/pending{query}")
    for x in BAD_ADDRESSES:
        for tail in ("", "/assets", "/applications", f"/assets/{w.asset}", f"/applications/{w.app}", "/transactions/pending", "?format=msgpack", "/foo"):
            q.get(f"/v2/accounts/{x}{tail}")


def applications(q, w):
    for i in [w.app, w.gone_app, 0, 1, 99999999, *BAD_NUMBERS]:
        for tail in ("", "/", "?format=msgpack", "/box", "/boxes", "/box?name=str:a", "/boxes?max=1", "/foo"):
            q.get(f"/v2/applications/{i}{tail}")
        for tail in ("", "/", "?format=msgpack"):
            q.get(f"/v2/assets/{i}{tail}")
    q.get(f"/v2/assets/{w.asset}")
    names = ["str:a", "str:zz", "b64:YQ==", "b64:YQ", "b64:?", "int:5", "int:abc", "int:18446744073709551616", "addr:" + ZERO, "addr:" + ZERO[:-1] + "A", "addr:B" + ZERO[1:], "addr:X", "foo:a", "a", "", "str:", "b64:",
             "b64:AP8=", "str:" + quote("\u00fc"), "abi:(uint64):[5]", "abi:uint64:5", "abi:foo:5", "abi:string:\"a\"", "abi:", "abi:uint64", "addr:" + ZERO + "A", "addr:ab1", "b64:YWJjZ", "b64:YWJjZA=", "b64:YW?=", "byte:a", "b32:ME======", "b32:ME", "base64:YQ==",
             "str:a:b", ":", "STR:a", "str%3Aa", "b64:" + quote(base64.b64encode(bytes(64)).decode()), "str:" + "x" * 65]
    for n in names:
        q.get(f"/v2/applications/{w.app}/box?name={quote(n, safe=':%()[]')}")
    q.get(f"/v2/applications/{w.app}/box?name=str:a&format=msgpack")
    for query in ("max=0", "max=1", "max=3", "max=-1", "max=abc", "max=100000", "max=", "limit=1", "limit=2", "limit=0", "limit=-1", "limit=abc", "limit=10000", "next=str:a", "next=b64:YQ==",
                  "limit=2&next=b64:YQ==", "limit=2&next=str:a", "next=foo", "next=", "prefix=str:a", "prefix=b64:YQ==", "prefix=foo", "prefix=", "prefix=str:zz", "values=true", "values=foo",
                  "include=values", "include=foo", "include=", "limit=2&prefix=str:a&include=values", f"round={w.d.round}", f"round={w.d.round - 1}", f"round={w.d.round - 4}&include=values", "round=99999", "round=abc", "limit=1&max=1",
                  "limit=2&include=values&round=" + str(w.d.round), "next=b64:YWI=&limit=1&prefix=str:a", "next=b64:YWI=&prefix=str:b", "format=msgpack", "limit=1&include=values,foo", "max=2&prefix=str:a", "max=1&include=values"):
        q.get(f"/v2/applications/{w.app}/boxes?{query}")
    token = parsed(q.get(f"/v2/applications/{w.app}/boxes?limit=2")[2])
    while isinstance(token, dict) and token.get("next-token"):
        token = parsed(q.get(f"/v2/applications/{w.app}/boxes?limit=2&next={quote(token['next-token'])}")[2])


def blocks(q, w):
    rounds = sorted(set([0, 1, 2, *random.Random(1).sample(w.rounds, 8), w.d.round]))
    for r in [*rounds, w.d.round + 1, *BAD_NUMBERS]:
        for tail in ("", "?format=msgpack", "?format=foo", "?header-only=true", "?header-only=false", "?header-only=foo", "?header-only=true&format=msgpack", "/hash", "/txids", "/logs", "/lightheader/proof",
                     f"/transactions/{NO_TXID}/proof", "/transactions/foo/proof", "/foo", "/txids?format=msgpack", "?header-only=1", "?header-only="):
            q.get(f"/v2/blocks/{r}{tail}")
        q.get(f"/v2/stateproofs/{r}")
    for r, t in list(zip(w.rounds, w.txids))[::3]:
        for tail in ("", "?hashtype=sha256", "?hashtype=sha512_256", "?hashtype=foo", "?format=msgpack", "?format=foo", "?hashtype=sha256&format=msgpack", "?hashtype="):
            q.get(f"/v2/blocks/{r}/transactions/{t}/proof{tail}")
        q.get(f"/v2/blocks/{r + 1}/transactions/{t}/proof")
        for tail in with_query("", *FORMATS):
            q.get(f"/v2/transactions/pending/{t}{tail}")
    for t in (NO_TXID, "foo", "", NO_TXID.lower(), NO_TXID[:-1], NO_TXID + "A", "%20"):
        for tail in ("", "?format=msgpack", "?format=foo"):
            q.get(f"/v2/transactions/pending/{t}{tail}")
    for query in ("", "?max=0", "?max=1", "?max=x", "?max=-1", "?format=msgpack", "?format=foo"):
        q.get(f"/v2/transactions/pending{query}")


def deltas(q, w):
    for r in [99999999, *[n for n in BAD_NUMBERS if n != "00"]]:
        for tail in ("", "?format=msgpack", "?format=foo", "/txn/group", "/txn/group?format=msgpack", "/foo"):
            q.get(f"/v2/deltas/{r}{tail}")
    for i in (NO_TXID, "foo", ""):
        for tail in ("", "?format=msgpack", "?format=foo"):
            q.get(f"/v2/deltas/txn/group/{i}{tail}")


BODIES = [b"", b"\x01", b"foo", b"\x80", b"\x81\xa3txn\x80", b"\xc0", b"\x90", b"\xff" * 10]


def variants(stxn):
    """A signed transaction with what its structure allows and does not."""
    raw = dict(stxn)
    yield "as it is", raw
    yield "zero sender", {**raw, "txn": {**raw["txn"], "snd": bytes(32)}}
    for gone in ("snd", "type", "gh", "fv", "lv", "fee", "gen", "rcv", "amt"):
        yield f"no {gone}", {**raw, "txn": {k: v for k, v in raw["txn"].items() if k != gone}}
    for key, value in (("type", "foo"), ("type", ""), ("type", "stpf"), ("fv", 0), ("lv", 1), ("fv", 1 << 63), ("lv", 1 << 62), ("fee", 0), ("fee", 1 << 60), ("amt", 1 << 60), ("gh", bytes(32)),
                       ("gen", "x"), ("note", bytes(1024)), ("note", bytes(1025)), ("grp", bytes(range(32))), ("lx", bytes(range(32))), ("rekey", bytes(range(32))), ("close", bytes(range(32)))):
        yield f"{key}", {**raw, "txn": dict(sorted({**raw["txn"], key: value}.items()))}
    yield "no signature", {k: v for k, v in raw.items() if k != "sig"}
    yield "two kinds", dict(sorted({**raw, "lsig": {"l": b"\x0a\x81\x01"}}.items()))
    yield "zero signature", {**raw, "sig": bytes(64)}
    yield "a wrong one", {**raw, "sig": bytes(range(64))}
    yield "signer", dict(sorted({**raw, "sgnr": bytes(range(32))}.items()))
    yield "empty multisig", {"msig": {"subsig": [], "thr": 0, "v": 1}, "txn": raw["txn"]}
    yield "no program", {"lsig": {}, "txn": raw["txn"]}
    yield "empty program", {"lsig": {"l": b""}, "txn": raw["txn"]}


def submit(q, w):
    a, b = w.who[:2]
    signed = [transaction.PaymentTxn(a, w.params(), b, 1, note=b"n%d" % i).sign(w.m.keys[a]) for i in range(3)]
    pack = encoding.msgpack.packb
    for body in BODIES:
        for path in ("/v2/transactions", "/v2/transactions/simulate", "/v2/transactions?skip-pq-address-check=true", "/v2/transactions?skip-pq-address-check=foo"):
            if "simulate" in path or body in (b"",):
                q.ask("POST", path, body)
    for name, v in list(variants(signed[0].dictify()))[1:]:
        raw = pack(v, use_bin_type=True)
        q.ask("POST", "/v2/transactions", raw)
        for flags in ({}, {"allow-empty-signatures": True}, {"allow-empty-signatures": True, "fix-signers": True}):
            q.ask("POST", "/v2/transactions/simulate?format=json", pack({"txn-groups": [{"txns": [v]}], **flags}, use_bin_type=True), "application/msgpack")
    one = {"txns": [signed[0].dictify()]}
    for request in ({}, {"txn-groups": []}, {"txn-groups": None}, {"txn-groups": [{}]}, {"txn-groups": [{"txns": []}]}, {"txn-groups": [one, one]}, {"txn-groups": [one], "round": 1}, {"txn-groups": [one], "round": 0},
                    {"txn-groups": [one], "round": w.d.round}, {"txn-groups": [one], "round": w.d.round + 1}, {"txn-groups": [one], "extra-opcode-budget": 320000}, {"txn-groups": [one], "extra-opcode-budget": 320001},
                    {"txn-groups": [one], "foo": 1}, {"txn-groups": [one], "allow-empty-signatures": "x"}, {"txn-groups": [one], "exec-trace-config": {"stack-change": True}},
                    {"txn-groups": [one], "exec-trace-config": {"scratch-change": True}}, {"txn-groups": [one], "exec-trace-config": {"enable": True, "foo": 1}}, {"txn-groups": [one], "exec-trace-config": {"state-change": True}},
                    {"txn-groups": [one], "fix-signers": True}, {"txn-groups": [{"txns": [signed[0].dictify(), signed[1].dictify()]}]}, {"txn-groups": [{"txns": [signed[0].dictify()] * 17}]}, {"txn-groups": "x"}, {"txn-groups": [7]}):
        for fmt in ("", "?format=json", "?format=msgpack", "?format=foo"):
            q.ask("POST", "/v2/transactions/simulate" + fmt, pack(request, use_bin_type=True), "application/msgpack")
    both = [transaction.PaymentTxn(a, w.params(), b, 1, note=b"g%d" % i) for i in range(2)]
    transaction.assign_group_id(both)
    both = [pack(t.sign(w.m.keys[a]).dictify(), use_bin_type=True) for t in both]
    for raw in (both[0], both[1] + both[0], both[0] * 2, both[0] + pack(signed[0].dictify(), use_bin_type=True), b"".join(pack(s.dictify(), use_bin_type=True) for s in signed), both[0] * 17):
        q.ask("POST", "/v2/transactions", raw)


def node(q, w):
    for path in ("/v2/status", "/v2/ledger/supply", "/v2/transactions/params", "/versions", "/genesis", "/health", "/v2/devmode/blocks/offset", "/v2/node/peers", "/v2/foo", "/v1/status",
                 "/v2", "/v2/", "/v2/accounts", "/v2/accounts/", "/v2/assets", "/v2/assets/", "/v2/applications", "/v2/applications/", "/v2/blocks", "/v2/blocks/", "/v2/transactions", "/v2/teal/compile",
                 "/v2/transactions/simulate", "/v2/teal/dryrun", "/v2/status/", "/versions/", "/v2/catchup/foo", "/v2/shutdown", "/v2/status/wait-for-block-after", "/v2/devmode/blocks/offset/1", "/v2/participation/foo"):
        q.get(path)
        q.get(path + "?format=msgpack")
        for token in (None, "", "b" * 64, TOKEN + "a"):
            q.get(path, token=token)
        q.get(path, token=None, Authorization="Bearer " + TOKEN)
        q.get(path, token=None, Authorization="Bearer foo")
        q.get(path, token=None, Authorization=TOKEN)
        q.ask("OPTIONS", path, token=None)
        q.ask("OPTIONS", path, token=None, Origin="http://x", **{"Access-Control-Request-Method": "POST"})
        for method in ("PUT", "PATCH", "DELETE"):
            q.ask(method, path, b"")
    for r in ["0", str(w.d.round - 1), *BAD_NUMBERS]:
        if r not in ("18446744073709551615",):
            q.get(f"/v2/status/wait-for-block-after/{r}")
    for tail in ("1", "abc", "-1", "18446744073709551616", "99999999999999", "", "0", "7"):
        q.ask("POST", f"/v2/devmode/blocks/offset/{tail}", b"")
        q.get("/v2/devmode/blocks/offset")


def teal(q, w):
    texts = [b"", b"int 1", b"#pragma version 10\nint 1", b"foo", b"int", b"#pragma version 99\nint 1", b"#pragma version 10\nint 1\nfoo bar\nint", b"\xff\xfe", b"int 1\r\nint 2", b"#pragma version 5\nbyte 0x1\n",
             b"b x", b"x: int 1", b"#pragma version 10\nint 1\nx:\nx:\n", b"int 18446744073709551616", b"byte b64 ?", b"#pragma foo", b"#pragma version", b"// nothing", b"int 1; int 2", b"pushbytess",
             b"#pragma typetrack false\nint 1\n+", b"#pragma version 10\n+", b"\n" * 100 + b"err x", b"method \"a()void\"", b"method foo", b"addr X", b"arg 300", b"txn Foo", b"itxn_begin", b"#pragma version 3\nlog",
             b"#define A int 1\nA", b"int 1 // c", b"callsub a\na: retsub", b"load 256", b"switch a b\na:\nb:\nint 1", b"#pragma version 10\n" + b"int 1\npop\n" * 3000, b"int 1" * 20000]
    for t in texts:
        for query in ("", "?sourcemap=true", "?sourcemap=false", "?sourcemap=foo", "?sourcemap=", "?sourcemap=1", "?format=msgpack"):
            q.ask("POST", f"/v2/teal/compile{query}", t)
    for kind in ("text/plain", "application/json", "application/x-binary", "application/msgpack", "application/x-www-form-urlencoded"):
        q.ask("POST", "/v2/teal/compile", b"int 1", kind)
        q.ask("POST", "/v2/teal/disassemble", b"\x0a\x81\x01", kind)
        q.ask("POST", "/v2/teal/dryrun", b"{}", kind)
    programs = [b"", b"\x0a", b"\x0a\x81\x01", b"\x00", b"\xff", b"\x63\x81\x01", b"\x0a\x81", b"\x0a\xff", b"\x01\x20\x01\x01\x22", b"\x0a\x80\x05a", b"\x0a\x42\x00\x00", b"\x0a\x42\x00\x05", b"\x0a\x26\x01", b"foo bar",
                w.program(STATEFUL), b"\x0a" + b"\x81\x01\x48" * 5000, b"\x0a\x8d\x01\x00", b"\x02\xb1", b"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"]
    for p in programs:
        q.ask("POST", "/v2/teal/disassemble", p)
        q.ask("POST", "/v2/teal/disassemble?format=msgpack", p)


OWN_HEADERS = ("date", "content-length", "transfer-encoding", "connection")


def transport(q, w):
    """What is asked besides paths and bodies: methods, encodings, origins, slashes, parameters given twice. Headers count."""
    def one(host, method, path, body, headers):
        c = http.client.HTTPConnection(host, timeout=60)
        try:
            c.putrequest(method, path, skip_accept_encoding=True)
            for k, v in {**headers, **({"Content-Length": str(len(body))} if body is not None else {})}.items():
                c.putheader(k, v)
            c.endheaders(body or None)
            r = c.getresponse()
            data, told = r.read(), {}
            for k, v in r.getheaders():
                if k.lower() not in OWN_HEADERS:
                    told.setdefault(k.lower(), []).append(v)
            return r.status, told, gzip.decompress(data) if "content-encoding" in told else data
        finally:
            c.close()

    q.one = one
    a = w.who[0]
    paths = ["/health", "/genesis", "/v2/status", f"/v2/accounts/{a}", f"/v2/accounts/{a}?format=msgpack", f"/v2/assets/{w.asset}", f"/v2/applications/{w.app}/box?name=str:a", "/v2/blocks/3",
             "/v2/blocks/3?format=msgpack", "/v2/foo", "/", "/v2/transactions/params", "/v2/devmode/blocks/offset", "/v2/participation", "/v2/accounts/X", "/v2/blocks/99999", "/v2/shutdown",
             "/v2/transactions", "/v2/teal/compile", "/v2/teal/dryrun", "/v2/transactions/simulate", "/v2/stateproofs/1", "/v2/transactions/pending/X"]
    for path in paths:
        for method in ("HEAD", "OPTIONS", "PATCH", "TRACE", "FOO", "get"):
            q.ask(method, path)
            q.ask(method, path, token=None)
        for more in ({"Accept-Encoding": "gzip"}, {"Accept-Encoding": "gzip;q=0, br"}, {"Accept-Encoding": "*"}, {"Origin": "http://a.b"}, {"Origin": "null", "Accept-Encoding": "gzip"}, {"Range": "bytes=0-3"},
                     {"Accept": "application/msgpack"}, {"Content-Encoding": "gzip"}):
            q.get(path, **more)
            q.get(path, token=None, **more)
        for more in ({"Origin": "http://a", "Access-Control-Request-Method": "POST"}, {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "X-Foo"}):
            q.ask("OPTIONS", path, **more)
        bare = path.split("?")[0].rstrip("/")
        for tail in ("/", "//x", "/%20", "/.", "/..", "//", "?format", "?FORMAT=msgpack", "?format=%6asgpack", "?a=%00") if bare else ():
            q.get(bare + tail)
        q.get(bare.replace("/v2/", "/v2//") or "/")
        q.get(bare.replace("/v2/", "/V2/") or "/")
    for path in (f"/v2/accounts/{a}", "/v2/blocks/3", "/v2/blocks/X", "/v2/status", f"/v2/applications/{w.app}/boxes", f"/v2/accounts/{a}/assets", f"/v2/accounts/{a}/applications", "/v2/transactions/pending",
                 f"/v2/blocks/3/transactions/{NO_TXID}/proof", f"/v2/applications/{w.app}/box"):
        for name, value in itertools.product(("format", "exclude", "next", "limit", "max", "include", "name", "prefix", "header-only", "hashtype", "foo"), ("1", "")):
            q.get(f"{path}?{name}={value}&{name}=2")


def main():
    if "ORACLE_ALGOD_URL" not in os.environ:
        print("SKIPPED diff_routes: ORACLE_ALGOD_URL is not set")
        return 0
    real = Node(os.environ["ORACLE_ALGOD_URL"])
    sandbox, url = start_sandbox(real.get("/genesis")[1])
    try:
        d = Differ(real, Node(url), random.Random(7))
        catch_up(d)
        w = World(d)
        w.build()
        q = Asker(real.url, url)
        parts = [accounts, applications, blocks, deltas, teal, submit, node, transport]
        for part in parts:
            if len(sys.argv) < 2 or part.__name__ in sys.argv[1:]:
                before = q.asked, q.different
                part(q, w)
                print(f"{part.__name__}: {q.asked - before[0]} asked, {q.different - before[1]} different", file=sys.stderr)
    finally:
        sandbox.terminate()
    print(f"{q.asked - q.different} passed, {q.different + d.different} failed")
    return 1 if q.different or d.different else 0


if __name__ == "__main__":
    sys.exit(main())
