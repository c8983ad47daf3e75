#!/usr/bin/env python3
"""Runs random opcodes on random values on a real node and on algorent-sandbox and compares what is left: each program fails at
its end at the latest, and a failure tells the whole stack, the scratch space and the logs, and where and why.

  ORACLE_ALGOD_URL=http://127.0.0.1:4001 [ORACLE_KMD_URL=http://127.0.0.1:4002] diff_opcodes.py [--count N] [--seconds N] [--seed N]
"""
import base64
import os
import random
import re
import sys
import time

from algosdk import encoding, transaction

from diff_node import run, setup

TABLE = os.path.join(os.path.dirname(__file__), "../../avm/isa/include/algo/opcodes.def")
ROW = re.compile(r'OP(?:2|_CHANGED)?\((\w+), "([^"]+)", (0x\w+), (0x\w+), (\d+), (\d+), (\d+), (\w+), (IMMS_NONE|IMMS\(.*?\)\)), (TAKES_NONE|TAKES\([^)]*\))', re.S)
LENGTHS = {"BYTES_8": 8, "BYTES_32": 32, "BYTES_33": 33, "BYTES_64": 64, "BYTES_80": 80, "BYTES_1793": 1793, "ADDRESS": 32}
FIELDS = {"TXN": 69, "TXNA": 69, "ITXN_FIELD": 69, "GLOBAL": 23, "ASSET_HOLDING": 2, "ASSET_PARAMS": 12, "APP_PARAMS": 13, "ACCT_PARAMS": 15, "BLOCK": 14}


def varuint(n):
    out = b""
    while n > 127:
        out, n = out + bytes([n & 127 | 128]), n >> 7
    return out + bytes([n])


class Opcodes:
    def __init__(self, rng, asset, app, addresses):
        self.rng, self.asset, self.app, self.addresses = rng, asset, app, addresses
        with open(TABLE, encoding="utf-8") as f:
            self.rows = [(int(m[3], 16), int(m[4], 16), int(m[6]), int(m[7]), m[8], re.findall(r'IMM\("([^"]*)", (\w+), (\w+)\)', m[9]),
                          re.findall(r"\w+", m[10][6:-1]) if "(" in m[10] else [], m[2]) for m in ROW.finditer(f.read())]
        self.rows = [r for r in self.rows if r[7] not in ("ec_pairing_check", "ec_multi_scalar_mul")] * 2 + self.rows

    def uint(self):
        r = self.rng
        return r.choice([0, 0, 1, 1, 2, 3, 5, 7, 8, 31, 32, 63, 64, 100, 255, 256, 1000, 4096, 4097, 2**32, 2**63, 2**64 - 1, r.randrange(2**64), r.randrange(2**20), self.asset, self.app])

    def bytes(self, kind):
        r = self.rng
        if kind in LENGTHS and r.random() < 0.9:
            return r.choice(self.addresses) if LENGTHS[kind] == 32 and r.random() < 0.5 else r.randbytes(LENGTHS[kind])
        if kind == "BIGINT" and r.random() < 0.9:
            return r.randbytes(r.choice([0, 1, 2, 8, 9, 16, 32, 63, 64, 65])).lstrip(b"\0")[: r.choice([1, 8, 64, 65])]
        if r.random() < 0.1:
            return r.choice([b"aGVsbG8=", b"aGVsbG8", b'{"a":1,"b":"x","c":{"d":1}}', b'{"a":18446744073709551616}', b"a", b"b", b"AAA_", b"=="])
        n = r.choice([0, 1, 2, 3, 4, 7, 8, 9, 16, 31, 32, 33, 64, 65, 96, 128, 200])
        return r.choice([r.randbytes(n), bytes(n), b"\xff" * n, b"k"])

    def push(self, kind):
        r = self.rng
        if kind == "ANY":
            kind = r.choice(["UINT64", "BYTES"])
        if r.random() < 0.01:
            kind = "BYTES" if kind == "UINT64" else "UINT64"
        if kind in ("UINT64", "BOOL"):
            return b"\x81" + varuint(self.uint())
        v = self.bytes(kind)
        return b"\x80" + varuint(len(v)) + v

    def immediate(self, kind, group, rest):
        r = self.rng
        if kind == "U8":
            most = FIELDS.get(group, 4)
            return bytes([r.randrange(most) if r.random() < 0.96 else r.randrange(256)])
        if kind == "I8":
            return bytes([r.choice([0, 1, 2, 255, 254, 128, 127])])
        if kind == "LABEL16":
            return r.choice([b"\0\0", b"\0\1", b"\0\0", b"\xff\xfd", b"\x7f\xff"])
        if kind == "LABEL_VARINT":
            return r.choice([b"\0", b"\2", b"\1"])
        if kind == "LABELS16":
            n = r.randrange(3)
            return bytes([n]) + b"\0\0" * n
        if kind == "VARUINT":
            return varuint(self.uint())
        if kind == "BYTES":
            return varuint(3) + b"abc"
        n = r.randrange(4)
        return varuint(n) + b"".join(varuint(self.uint()) if kind == "VARUINTS" else varuint(2) + r.randbytes(2) for _ in range(n))

    def operation(self, version, mode):
        r = self.rng
        code, sub, _, _, _, imms, takes, _ = r.choice([x for x in self.rows if x[2] <= version <= x[3] and x[4] in ("ANY", mode)])
        if r.random() < 0.02:
            takes = takes[1:]
        out = b"".join(self.push(t) for t in takes) + (bytes([code, sub]) if sub else bytes([code]))
        return out + b"".join(self.immediate(kind, group, 0) for _, kind, group in imms)

    def program(self, mode):
        """Values on the stack, some opcodes, and an end that fails."""
        r = self.rng
        version = r.choice([3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 13, 13])
        out = bytes([version]) + b"".join(self.push("ANY") for _ in range(r.randrange(4)))
        if version >= 5 and mode == "APP" and r.random() < 0.2:
            out += b"\xb1"
        out += b"".join(self.operation(version, mode) for _ in range(r.choice([1, 1, 2, 3, 5])))
        return out + (b"\0" if r.random() < 0.95 else b"\x81\1")


def walk(d, a):
    m = setup(d, a.seed + d.round)
    who, other = list(m.keys)[:2]

    def params(fee=5000):
        sp = m.params()
        sp.fee, sp.first, sp.last = fee, max(1, d.round), d.round + 900
        return sp

    def post(t, signed=None):
        s = signed or t.sign(m.keys[t.sender])
        taken = d.post([s], base64.b64decode(encoding.msgpack_encode(s)))
        if taken:
            m.learn([s])

    post(transaction.AssetCreateTxn(who, params(), 1000, 0, False, manager=who, unit_name="A"))
    yes = b"\x08\x81\x01"
    post(transaction.ApplicationCreateTxn(who, params(), 0, yes, yes, transaction.StateSchema(2, 2), transaction.StateSchema(2, 2)))
    o = Opcodes(d.rng, m.assets[-1], m.apps[-1], [encoding.decode_address(x) for x in m.addresses[:3]])
    end = time.monotonic() + a.seconds
    for i in range(a.count):
        if time.monotonic() > end:
            break
        if d.rng.random() < 0.15:
            code = o.program("SIG")
            t = transaction.PaymentTxn(who, params(), other, 0, note=b"%d" % i)
            account = transaction.LogicSigAccount(code, [b"a", b"\0\1"])
            account.sign(m.keys[who])
            s = transaction.LogicSigTransaction(t, account)
        else:
            code = o.program("APP")
            t = transaction.ApplicationCreateTxn(who, params(), 0, code, yes[:0] + bytes([code[0]]) + b"\x81\x01", transaction.StateSchema(2, 2), transaction.StateSchema(0, 0), app_args=[b"a", b"\0\1"],
                                                 accounts=[other], foreign_assets=[m.assets[-1]], foreign_apps=[m.apps[0]], boxes=[(0, b"a"), (0, b"k")], note=b"%d" % i)
            s = t.sign(m.keys[who])
        before = d.different
        post(t, s)
        if d.different > before and d.different < 40:
            print("   program", code.hex())
    return f"{d.sent} programs, {d.taken} accepted", d.sent


if __name__ == "__main__":
    sys.exit(run(__doc__, "count", 10**9, 60, walk))
