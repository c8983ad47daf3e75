#!/usr/bin/env python3
"""Simulates groups that call random programs on a real node and on algorent-sandbox, with every option of simulate, and submits
some of them: resources that no transaction names, boxes, state, inner transactions several levels deep, and what fails at any
of these. The answers are the same bytes, or differ in the order of lists that a node fills from maps.

  ORACLE_ALGOD_URL=http://127.0.0.1:4001 [ORACLE_KMD_URL=http://127.0.0.1:4002] diff_calls.py [--programs N] [--seconds N] [--seed N]
"""
import base64
import json
import os
import random
import re
import sys
import time

from algosdk import encoding, logic, transaction

from diff_node import ordered, run, setup
from diff_programs import Programs

SHOW = int(os.environ.get("DIFF_SHOW", "0"))  # tell the programs of so many differences
pack = encoding.msgpack.packb


class Caller:
    def __init__(self, d, m):
        self.d, self.m, self.rng = d, m, d.rng
        self.programs = Programs(m)
        self.apps = {}  # programs by application
        self.texts = {}  # of programs that sign
        self.asked = self.reordered = self.failing = 0

    def program(self, text):
        """None: it does not compile, which both say alike."""
        a, b = (n.ask_raw("POST", "/v2/teal/compile", text.encode(), "text/plain") for n in (self.d.real, self.d.ours))
        if a != b:
            self.d.tell("compile", a, b)
        return base64.b64decode(json.loads(a[1])["result"]) if a[0] == 200 else None

    def post(self, txns):
        if len(txns) > 1:
            transaction.assign_group_id(txns)
        signed = [self.m.signed_by(t, self.m.auth.get(t.sender, t.sender)) for t in txns]
        for s in signed:
            if s.transaction.sender in self.m.auth and self.m.auth[s.transaction.sender] != s.transaction.sender:
                s.auth_addr = s.authorizing_address = self.m.auth[s.transaction.sender]
        taken = self.d.post(signed, b"".join(pack(s.dictify(), use_bin_type=True) for s in signed))
        if taken:
            self.m.learn(signed)
            self.d.transactions(signed)
        return taken

    def params(self):
        sp = self.m.params()
        sp.fee, sp.first, sp.last = self.rng.choice([3000, 3000, 20000]), max(1, self.d.round - 4), self.d.round + 900
        return sp

    def create(self):
        r = self.rng
        version = r.choice([4, 5, 6, 7, 8, 8, 9, 9, 10, 11, 12, 12, 12, 13])
        text = self.programs.text(version)
        code, clear = self.program(text), self.program(f"#pragma version {version}\n" + r.choice(["int 1", "int 1", "int 0", "err", 'byte "c"; log; int 1', 'byte "a"; byte "v"; app_global_put; int 1', 'byte "a"; int 1; app_global_put; err']))
        if code is None:
            return
        if len(code) < 200 and version == 8:
            self.programs.known = (self.programs.known + [code])[-6:]
        sender = r.choice(list(self.m.keys)[:8])
        schema = lambda: transaction.StateSchema(r.choice([0, 1, 3, 4]), r.choice([0, 1, 3, 4]))  # noqa: E731
        create = transaction.ApplicationCreateTxn(sender, self.params(), 0, code, clear, schema(), schema(), extra_pages=r.choice([0, 0, 0, 3]))
        self.simulate([create], text)
        if self.post([create]):
            app = self.m.apps[-1]
            self.apps[app] = text
            if r.random() < 0.8:
                self.post([transaction.PaymentTxn(sender, self.params(), logic.get_application_address(app), r.choice([100000, 5_000_000, 5_000_000, 2_000_000]))])
            for who in r.sample(list(self.m.keys)[:8], 2):
                self.post([transaction.ApplicationOptInTxn(who, self.params(), app)])

    def call(self, app):
        r, m = self.rng, self.m
        some = lambda make, n: [make() for _ in range(r.randrange(n + 1))] or None  # noqa: E731
        on = r.choices(list(transaction.OnComplete), [12, 2, 0.6, 0.6, 0.2, 0.3])[0]
        more = {}
        if on == transaction.OnComplete.UpdateApplicationOC:
            more = {"approval_program": m.compile("#pragma version 8\nint 1"), "clear_program": m.compile("#pragma version 8\nint 1")}
        args = some(lambda: r.choice([b"a", b"gput", b"\x00\xff", b"log", b"k" * 64]), 3)
        t = transaction.ApplicationCallTxn(r.choice(list(m.keys)), self.params(), app, on, app_args=args, accounts=some(m.anyone, 2), foreign_apps=some(m.app, 2) if r.random() < 0.5 else None,
                                           foreign_assets=some(lambda: m.asset() or 1, 2) if r.random() < 0.5 else None, boxes=some(self.box_ref, 3) if r.random() < 0.4 else None, **more)
        if r.random() < 0.12:
            plain = transaction.ApplicationCallTxn(t.sender, self.params(), app, on, app_args=args, **more)
            return m.with_access(plain, r.choice([b"a", b"b", b"n1"]))
        return t

    def box_ref(self):
        return 0, self.rng.choice([b"a", b"b", b"c", b"\x00\xff", b"k", b"", b"n1", b"n2"])

    def payment(self):
        """One that a program may sign, of its own account or for another."""
        r, m = self.rng, self.m
        sender = r.choice(list(m.keys))
        if r.random() < 0.5:
            text = self.programs.signature(r.choice([2, 4, 6, 8, 10, 12]))
            code = self.program(text)
            if code:
                if r.random() < 0.5:
                    sender = logic.address(code)
                self.texts[sender] = code
        return transaction.PaymentTxn(sender, self.params(), m.anyone(), r.choice([0, 0, 1000, 10**6, 10**15]), close_remainder_to=m.someone() if r.random() < 0.03 else None)

    def sign(self, t):
        """With what simulate may overlook, now and then without what it may not."""
        r, m = self.rng, self.m
        code = self.texts.pop(t.sender, None)
        auth = m.auth.get(t.sender, t.sender)
        if code:
            args = [r.choice([b"x", b"", b"y" * 9]) for _ in range(r.randrange(3))]
            s = transaction.LogicSigTransaction(t, transaction.LogicSigAccount(code, args))
            s = s.dictify()
            if t.sender in m.keys and auth in m.keys and r.random() < 0.8:
                account = transaction.LogicSigAccount(code, args)
                account.sign(m.keys[auth])
                s["lsig"] = account.lsig.dictify()
                s.pop("sgnr", None)
        elif r.random() < 0.6:
            s = {"txn": t.dictify()}
        else:
            s = m.signed_by(t, auth).dictify()
        if auth != t.sender and "sgnr" not in s and r.random() < 0.6:
            s["sgnr"] = encoding.decode_address(auth)
        if r.random() < 0.01:
            s["sgnr"] = encoding.decode_address(m.someone())
        return dict(sorted(s.items()))

    def options(self):
        r = self.rng
        o = {"allow-empty-signatures": r.random() < 0.9, "allow-unnamed-resources": r.random() < 0.75, "allow-more-logging": r.random() < 0.3, "fix-signers": r.random() < 0.5,
             "extra-opcode-budget": r.choice([0, 0, 0, 1, 700, 20000, 320000]), "round": r.choice([0] * 30 + [self.d.round, max(0, self.d.round - r.randrange(4))] * 4 + [self.d.round + 1])}
        o = {k: v for k, v in o.items() if v or r.random() < 0.1}
        if "fix-signers" in o and r.random() < 0.95:
            o["allow-empty-signatures"] = True
        if r.random() < 0.7:
            flags = {k: r.random() < 0.7 for k in ("stack-change", "scratch-change", "state-change")}
            o["exec-trace-config"] = {"enable": r.random() < 0.99, **{k: v for k, v in flags.items() if v}}
        return o

    def simulate(self, txns, text=""):
        r = self.rng
        if len(txns) > 1:
            transaction.assign_group_id(txns)
        body = {"txn-groups": [{"txns": [self.sign(t) for t in txns]}], **self.options()}
        raw, kind = pack(body, use_bin_type=True), "application/msgpack"
        if r.random() < 0.2:
            raw, kind = json.dumps(as_json(body)).encode(), "application/json"
        path = "/v2/transactions/simulate" + r.choice(["", "?format=json", "?format=msgpack"])
        a, b = (n.ask_raw("POST", path, raw, kind) for n in (self.d.real, self.d.ours))
        self.asked += 1
        self.failing += b"failure-message" in a[1]
        a, b = without_pointers(a), without_pointers(b)
        if a == b or b"panic in TEAL Eval" in a[1]:  # its tracer fell over, and tells where in memory
            return
        if a[0] == b[0] and len(a[1]) == len(b[1]) and plain(a[1], path) == plain(b[1], path):
            self.reordered += 1
            return
        self.d.tell("simulate " + path, a, b)
        if self.d.different <= SHOW:
            print("  options", {k: v for k, v in body.items() if k != "txn-groups"}, "\n ", text[:1500].replace("\n", "\n  "))
            for t in body["txn-groups"][0]["txns"]:
                print("  ", {k: (v if k not in ("apap", "apsu", "gh", "gen", "grp") else "") for k, v in t["txn"].items()}, [k for k in t])

    def group(self):
        r = self.rng
        apps = list(self.apps)[-12:]
        called = [r.choice(apps[-1:] * 3 + apps) for _ in range(r.choice([1, 1, 1, 2, 3]))]
        txns = [self.call(a) for a in called]
        while r.random() < 0.25:
            txns.insert(r.randrange(len(txns) + 1), self.payment() if r.random() < 0.7 else self.m.one())
        return txns[:16], "\n\n".join(self.apps[a] for a in called)


def without_pointers(answer):
    return answer[0], re.sub(rb"HeartbeatTxnFields:0x[0-9a-f]+|HeartbeatTxnFields:\(\*transactions.HeartbeatTxnFields\)\(0x[0-9a-f]+\)", b"HeartbeatTxnFields:0x", answer[1])


def plain(body, path):
    if "msgpack" in path:
        return sorted(body)
    try:
        return ordered(json.loads(body))
    except ValueError:
        return body


def as_json(v, key=""):
    """A request as the JSON that stands for it: addresses as text, other bytes in base64."""
    if isinstance(v, dict):
        return {k: as_json(w, k) for k, w in v.items()}
    if isinstance(v, (list, tuple)):
        return [as_json(w, key) for w in v]
    if isinstance(v, bytes):
        return encoding.encode_address(v) if len(v) == 32 and key in ("snd", "rcv", "close", "rekey", "sgnr", "arcv", "asnd", "aclose", "fadd", "apat", "m", "r", "f", "c", "d", "a") else base64.b64encode(v).decode()
    return v


def walk(d, a):
    m = setup(d, a.seed + d.round)
    c = Caller(d, m)
    for key in list(m.keys)[:3]:
        c.post([transaction.AssetCreateTxn(key, c.params(), 1000, 0, False, manager=key, freeze=key, clawback=key, unit_name="A")])
        for who in list(m.keys)[1:6]:
            c.post([transaction.AssetTransferTxn(who, c.params(), who, 0, m.assets[-1])])
    end = time.monotonic() + a.seconds
    for _ in range(a.programs):
        if time.monotonic() > end:
            break
        c.create()
        for _ in range(6 if c.apps else 0):
            txns, text = c.group()
            c.simulate(txns, text)
        if c.apps:
            txns, text = c.group()
            c.post(txns)
        if d.rng.random() < 0.05:
            c.post([transaction.PaymentTxn(m.addresses[3], c.params(), m.addresses[4], 1, rekey_to=m.addresses[d.rng.choice([3, 4])])])
    return f"{c.asked} simulated ({c.failing} fail, {c.reordered} in another order), {d.sent} groups sent, {d.taken} taken", c.asked + d.sent


if __name__ == "__main__":
    sys.exit(run(__doc__, "programs", 100, 1e9, walk))
