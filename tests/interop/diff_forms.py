#!/usr/bin/env python3
"""Sends transactions of every form to a real node and to algorent-sandbox: any field of any type set, left out or wrong, and
signed by keys, multisigs of several thresholds, programs of their own account or delegated by keys and by multisigs, or by what
does not fit together. Status, text and, where a group is taken, its block are the same.

  ORACLE_ALGOD_URL=http://127.0.0.1:4001 [ORACLE_KMD_URL=http://127.0.0.1:4002] diff_forms.py [--count N] [--seconds N] [--seed N]
"""
import base64
import hashlib
import os
import random
import sys
import time

from algosdk import constants, encoding, transaction
from nacl.signing import SigningKey

from diff_node import run, setup

pack = encoding.msgpack.packb
TYPES = ["pay", "keyreg", "acfg", "axfer", "afrz", "appl", "stpf", "hb", "", "foo"]


def canonical(v):
    """Keys in order, zero values left out, as what is signed has them."""
    if isinstance(v, dict):
        out = {k: canonical(w) for k, w in sorted(v.items())}
        return {k: w for k, w in out.items() if w not in (0, "", b"", False) and w != {} and w != [] and not (isinstance(w, bytes) and len(w) in (32, 64) and not any(w))}
    return [canonical(x) for x in v] if isinstance(v, (list, tuple)) else v


class Multisig:
    def __init__(self, version, threshold, keys):
        self.version, self.threshold, self.keys = version, threshold, keys
        self.publics = [k.verify_key.encode() for k in keys]
        digest = hashlib.new("sha512_256", b"MultisigAddr" + bytes([version, threshold]) + b"".join(self.publics)).digest()
        self.address = digest

    def sign(self, message, rng):
        """Most times as many signatures as are wanted; now and then one fewer, a wrong one, another number."""
        n = self.threshold if rng.random() < 0.85 else rng.randrange(len(self.keys) + 1)
        signing = set(rng.sample(range(len(self.keys)), min(n, len(self.keys))))
        subsigs = [{"pk": p, **({"s": k.sign(message if rng.random() < 0.99 else b"x").signature} if i in signing else {})} for i, (k, p) in enumerate(zip(self.keys, self.publics))]
        m = {"subsig": subsigs, "thr": self.threshold, "v": self.version}
        if rng.random() < 0.06:
            rng.choice([lambda: m.update(thr=rng.choice([0, 1, 2, 3, 255])), lambda: m.update(v=rng.choice([0, 2, 255])), subsigs.pop, lambda: subsigs.append(subsigs[0]), lambda: subsigs.reverse(), subsigs.clear,
                        lambda: subsigs[0].update(pk=bytes(32)), lambda: m.pop("thr"), lambda: m.pop("v"), lambda: subsigs[0].update(s=bytes(63) + b"\1")])()
        return m


class Forms:
    def __init__(self, d, m):
        self.d, self.m, self.rng = d, m, d.rng
        self.keys = [SigningKey(base64.b64decode(k)[:32]) for k in m.keys.values()]
        self.signers = {k.verify_key.encode(): k for k in self.keys}
        k = self.keys
        for one in (Multisig(1, 1, k[:1]), Multisig(1, 1, k[:2]), Multisig(1, 2, k[:3]), Multisig(1, 3, k[:3]), Multisig(1, 2, [k[0], k[0], k[1]]), Multisig(1, 4, k[:8])):
            self.signers[one.address] = one
        self.programs = [m.compile(f"#pragma version {v}\n" + text) for v, text in ((1, "int 1"), (4, "arg 0; btoi; int 7; =="), (8, "int 0"), (9, "err"), (6, "txn Fee; int 100000; <"), (5, "txn CloseRemainderTo; global ZeroAddress; =="))]
        self.programs += [b"", b"\x01", b"\x7f\x81\x01", b"\x08" + b"\x81\x01\x48" * 334 + b"\x81\x01", b"\x08\x81\x01" + bytes(1)]
        for p in self.programs[:3]:
            self.signers[hashlib.new("sha512_256", b"Program" + p).digest()] = p
        self.pool = list(self.signers)

    # ---- transactions

    def address(self):
        r = self.rng
        return r.choice([r.choice(self.pool), r.choice(self.pool), encoding.decode_address(self.m.anyone()), bytes(32), r.randbytes(32), bytes(range(32))])

    def value(self, name):
        r, d = self.rng, self.d
        if name in ("snd", "rcv", "close", "asnd", "arcv", "aclose", "fadd", "rekey"):
            return self.address()
        if name in ("fv", "lv", "votefst", "votelst"):
            return r.choice([0, 1, d.round, d.round + 1, d.round + 2, d.round + 999, d.round + 1000, d.round + 1001, d.round + 5000, d.round + 16777216, 2**63, 2**64 - 1])
        if name in ("amt", "aamt", "fee"):
            return r.choice([0, 1, 500, 999, 1000, 1001, 2000, 100000, 2 * 10**6, 10**7, 10**16, 2**63, 2**64 - 1])
        if name in ("apid", "faid", "xaid", "caid"):
            return r.choice([0, 1, r.choice(self.m.assets or [3]), r.choice(self.m.apps or [3]), 99999, 2**63, 2**64 - 1])
        lengths = {"gh": [32], "grp": [32], "lx": [32], "note": [0, 1, 1023, 1024, 1025, 4096, 4097], "votekey": [32], "selkey": [32], "sprfkey": [64]}
        if name in lengths:
            n = r.choice(lengths[name])
            return r.choice([r.randbytes(n), bytes(n), r.randbytes(n)])
        some = lambda make, most: [make() for _ in range(r.choice([0, 1, 2, most, most + 1]))]  # noqa: E731
        code = lambda: r.choice([*self.programs, bytes(r.choice([1, 100, 2048, 2049, 8192, 8193])), self.m.compile("#pragma version 10\nint 1"), self.m.compile("#pragma version 10\nint 1")])  # noqa: E731
        schema = lambda: {"nbs": r.choice([0, 1, 16, 64, 65, 2**32]), "nui": r.choice([0, 1, 16, 64, 65])}  # noqa: E731
        return {
            "type": lambda: r.choice(TYPES), "gen": lambda: r.choice([self.m.gen, "x", ""]), "votekd": lambda: r.choice([0, 1, 100, 10000, 2**64 - 1]), "nonpart": lambda: True, "afrz": lambda: True,
            "apar": lambda: {k: w for k, w in {"t": r.choice([0, 1, 1000, 2**64 - 1]), "dc": r.choice([0, 1, 19, 20, 2**32 - 1]), "df": r.random() < 0.2, "un": r.choice(["", "U", "12345678", "123456789", "\u00fc" * 4]),
                                               "an": r.choice(["", "n", "n" * 32, "n" * 33]), "au": r.choice(["", "u" * 96, "u" * 97]), "am": r.choice([bytes(32), r.randbytes(32), bytes(31) + b"x"]), "m": self.address(),
                                               "r": self.address(), "f": self.address(), "c": self.address()}.items() if r.random() < 0.6},
            "apan": lambda: r.choice([0, 1, 2, 3, 4, 5, 6, 7, 2**64 - 1]), "apaa": lambda: some(lambda: r.randbytes(r.choice([0, 1, 64, 2000])), 16), "apat": lambda: some(self.address, 8), "apfa": lambda: some(lambda: self.value("apid"), 8),
            "apas": lambda: some(lambda: self.value("faid"), 8), "apbx": lambda: some(lambda: {"i": r.choice([0, 0, 1, 2, 9]), "n": r.randbytes(r.choice([0, 1, 64, 65]))}, 8), "apap": code, "apsu": code, "apgs": schema, "apls": schema,
            "apep": lambda: r.choice([1, 2, 3, 4, 255]), "aprv": lambda: r.choice([1, 2, 2**64 - 1]), "al": lambda: some(self.access, 16),
            "hb": lambda: {k: w for k, w in {"a": self.address(), "kd": 100, "prf": {"p": bytes(32), "p1s": r.randbytes(64), "s": r.randbytes(64)}, "sd": r.randbytes(32), "vid": r.randbytes(32)}.items() if r.random() < 0.7},
            "sp": lambda: {}, "spmsg": lambda: {"P": 5, "f": 257, "l": 512}, "sptype": lambda: r.choice([1, 2]),
        }[name]()

    def access(self):
        r = self.rng
        place = lambda: r.choice([0, 1, 2, 3, 16, 17])  # noqa: E731
        return r.choice([lambda: {"d": self.address()}, lambda: {"p": self.value("apid")}, lambda: {"s": self.value("faid")}, lambda: {"h": {"d": place(), "s": place()}}, lambda: {"l": {"d": place(), "p": place()}},
                         lambda: {"b": {"i": place(), "n": r.randbytes(r.choice([0, 1, 64, 65]))}}, lambda: {}, lambda: {"d": self.address(), "p": 5}])()

    FIELDS = ("fee fv lv gen gh grp lx note rekey snd type amt rcv close votekey selkey sprfkey votefst votelst votekd nonpart apar caid xaid aamt asnd arcv aclose fadd faid afrz apid apan apaa apat apfa apas apbx al "
              "apap apsu apgs apls apep aprv hb sp spmsg sptype").split()
    OWN = {"pay": "amt rcv close", "keyreg": "votekey selkey sprfkey votefst votelst votekd nonpart", "acfg": "apar caid", "axfer": "xaid aamt asnd arcv aclose", "afrz": "fadd faid afrz",
           "appl": "apid apan apaa apat apfa apas apbx al apap apsu apgs apls apep aprv", "hb": "hb", "stpf": "sp spmsg sptype"}

    def transaction(self):
        r = self.rng
        t = dict(self.m.one().dictify())
        t["snd"] = r.choice(self.pool)
        t["fee"] = r.choice([2000, 2000, 4000]) if r.random() < 0.97 else t.get("fee", 0)
        if t["type"] == "keyreg" and t.get("votekey") and r.random() < 0.3:
            t["fee"] = r.choice([2_000_000, 1_999_999])
        for _ in range(r.choice([0, 0, 1, 1, 1, 2, 3])):
            names = (self.OWN.get(t.get("type", ""), "").split() + ["note", "lx", "fee"]) if r.random() < 0.7 else self.FIELDS
            name = r.choice(names)
            if r.random() < 0.2:
                t.pop(name, None)
            else:
                t[name] = self.value(name)
        return canonical(t)

    # ---- signatures

    def signed(self, t):
        r = self.rng
        message = b"TX" + pack(t, use_bin_type=True)
        sender = t.get("snd", bytes(32))
        who = encoding.decode_address(self.m.auth.get(encoding.encode_address(sender), encoding.encode_address(sender)))
        if r.random() < 0.03:
            who = r.choice(self.pool)
        s = {"txn": t, **({"sgnr": who} if who != sender else {})}
        signer = self.signers.get(who, self.keys[0])
        if isinstance(signer, bytes):
            s["lsig"] = self.arguments({"l": signer})
        elif r.random() < 0.15:
            s["lsig"] = self.delegated(signer, who)
        elif isinstance(signer, Multisig):
            s["msig"] = signer.sign(message, r)
        else:
            s["sig"] = signer.sign(message if r.random() < 0.99 else b"x").signature
        if r.random() < 0.03:
            self.spoil(s)
        return dict(sorted(s.items()))

    def arguments(self, lsig):
        r = self.rng
        if r.random() < 0.8:
            lsig["arg"] = [r.choice([b"\7", b"\7", b"", bytes(8), bytes(1000)]) for _ in range(r.choice([1, 1, 1, 2, 255, 256]) if r.random() < 0.9 else 1)]
        return lsig

    def delegated(self, signer, who):
        r = self.rng
        code = r.choice(self.programs[:6]) if r.random() < 0.9 else r.choice(self.programs)
        lsig = self.arguments({"l": code})
        if isinstance(signer, Multisig):
            key = "lmsig" if r.random() < 0.6 else "msig"
            lsig[key] = signer.sign((b"MsigProgram" + who if key == "lmsig" else b"Program") + code, r)
            if r.random() < 0.03:
                lsig["msig"] = lsig["lmsig"] = lsig[key]
        else:
            lsig["sig"] = signer.sign(b"Program" + code).signature
        return dict(sorted(lsig.items()))

    def spoil(self, s):
        r = self.rng
        r.choice([lambda: s.update(sig=r.randbytes(64)), lambda: s.update(sgnr=s["txn"].get("snd", bytes(32))), lambda: s.update(lsig={"l": r.choice(self.programs)}), lambda: s.pop("sig", None), lambda: s.update(sgnr=self.address()),
                  lambda: s.update(msig={"subsig": [{"pk": bytes(32)}], "thr": 1, "v": 1}), lambda: s.update(lsig={"arg": [b"x"]}), lambda: s.update(lsig={"sig": r.randbytes(64)}),
                  lambda: s.update(pqsig={"pk": r.randbytes(r.choice([10, 1793])), "sch": "f1", "sig": r.randbytes(1200)}), lambda: s.update(pqsig={"sch": "zz"})])()

    def group(self):
        r = self.rng
        txns = [self.transaction() for _ in range(r.choice([1] * 10 + [2, 2, 3, 16, 17]))]
        if len(txns) > 1 or r.random() < 0.05:
            ids = [hashlib.new("sha512_256", b"TX" + pack({k: v for k, v in t.items() if k != "grp"}, use_bin_type=True)).digest() for t in txns]
            whole = hashlib.new("sha512_256", b"TG" + pack({"txlist": ids}, use_bin_type=True)).digest()
            txns = [canonical({**t, "grp": whole}) if r.random() < 0.995 else t for t in txns]
            if r.random() < 0.02:
                r.shuffle(txns)
        return [self.signed(t) for t in txns]


class Sent:
    """What a group is for the maker, which learns from what was taken."""
    def __init__(self, stxn):
        self.stxn = stxn
        self.transaction = self

    def get_txid(self):
        t = self.stxn["txn"]
        return base64.b32encode(hashlib.new("sha512_256", constants.txid_prefix + pack(t, use_bin_type=True)).digest()).decode().rstrip("=")

    def dictify(self):
        return self.stxn


def walk(d, a):
    m = setup(d, a.seed + d.round)
    f = Forms(d, m)
    rich = list(m.keys)[0]

    def params():
        sp = m.params()
        sp.fee, sp.first, sp.last = 1000, max(1, d.round), d.round + 900
        return sp

    for x in f.pool[10:]:
        t = transaction.PaymentTxn(rich, params(), encoding.encode_address(x), 8_000_000, note=x[:4]).sign(m.keys[rich])
        d.post([t], base64.b64decode(encoding.msgpack_encode(t)))
    end = time.monotonic() + a.seconds
    for i in range(a.count):
        if time.monotonic() > end:
            break
        group = [Sent(s) for s in f.group()]
        raw = b"".join(pack(s.stxn, use_bin_type=True) for s in group)
        if d.post(group, raw):
            m.learn(group)
            d.transactions(group)
        if i % 40 == 39:
            x = d.rng.choice(f.pool)
            d.same(f"/v2/accounts/{encoding.encode_address(x)}" + d.rng.choice(["", "?format=msgpack"]))
    return f"{d.sent} groups, {d.taken} taken", d.sent


if __name__ == "__main__":
    sys.exit(run(__doc__, "count", 10**9, 60, walk))
