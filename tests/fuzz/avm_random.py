"""Random values and instructions without an eye on the stack, and recorded programs with something changed."""
import base64, re

from avm_node import decode_address

INTS = [0, 1, 2, 3, 4, 5, 7, 8, 10, 16, 31, 32, 33, 63, 64, 65, 100, 127, 128, 255, 256, 257, 1000, 1024, 4095, 4096, 4097,
        65535, 65536, 1 << 31, (1 << 32) - 1, 1 << 32, 1 << 63, (1 << 64) - 2, (1 << 64) - 1]
DYNAMIC = {"err", "return", "retsub", "callsub", "proto", "frame_dig", "frame_bury", "b", "bz", "bnz", "switch", "match",
           "intcblock", "bytecblock", "pushints", "pushbytess", "dupn", "popn", "bury", "dig", "cover", "uncover", "itxn_submit",
           "vrf_verify", "falcon_verify"}


class Generator:
    def __init__(self, rng, table, setup):
        self.r, self.table, self.setup = rng, table, setup
        self.evaluated = self.passed = self.opcodes = self.refused = 0
        accounts = setup["accounts"]
        self.addresses = [decode_address(a) for a in (accounts.values() if isinstance(accounts, dict) else accounts)]
        ids = list(setup["ids"].values())
        self.assets, self.apps, self.ids = ids[:3], ids[3:], ids or [1001, 1002]

    def ops(self, version, mode):
        return [o for o in self.table["ops"] if o["from"] <= version <= o["to"] and mode in o["modes"]]

    def int(self):
        r = self.r
        return r.choice([r.choice(INTS), r.choice(INTS), r.randrange(20), r.choice(self.ids), r.getrandbits(64)])

    def bytes(self, low=0, high=80):
        r = self.r
        return r.choice([lambda: r.randbytes(r.choice([0, 1, 4, 8, 16, 31, 32, 33, 63, 64, 65])), lambda: r.choice(self.addresses),
                         lambda: bytes(r.randrange(70)), lambda: b"\xff" * r.randrange(70), lambda: r.choice([b"k", b"key", b"a", b"b"]),
                         lambda: b'{"a":1,"b":"x","c":{"d":[1,2]}}', lambda: base64.b64encode(r.randbytes(r.randrange(20))),
                         lambda: r.randbytes(r.randrange(low, max(low + 1, high)))])()

    def push(self, type_name):
        t = self.table["types"].get(type_name) or {"avm": "bytes", "min": 0, "max": 64}
        r, kind = self.r, t["avm"]
        if r.random() < 0.01:
            kind = r.choice(["uint64", "bytes"])
        if kind == "any":
            kind = r.choice(["uint64", "bytes"])
        if kind == "uint64":
            return "pushint %d" % (r.randrange(2) if type_name == "bool" else self.int())
        m = re.match(r"\[(\d+)\]byte", type_name)
        if type_name == "address" or (m and m.group(1) == "32" and r.random() < 0.5):
            v = r.choice(self.addresses)
        elif m and r.random() < 0.97:
            v = r.randbytes(int(m.group(1)))
        elif type_name in ("stateKey", "boxName"):
            v = r.choice([b"k", b"key", b"a", b"b", b"box", b"", r.randbytes(r.choice([1, 63, 64, 65]))])
        elif type_name == "bigint":
            v = r.choice([r.randbytes(r.randrange(66)), bytes(r.randrange(66)), b"\xff" * r.randrange(66)])
        else:
            v = self.bytes()
        return "pushbytes 0x" + v.hex()

    def immediate(self, imm, version):
        r = self.r
        if imm.get("group"):
            fields = [f for f in self.table["groups"][imm["group"]] if f.get("since", 0) <= version] or self.table["groups"][imm["group"]]
            return r.choice(fields)["name"]
        return str(r.randrange(-3, 4) if imm["kind"] == "i8" else r.choice([0, 0, 0, 1, 1, 2, 3, 7, 255]))

    def one(self, op, version, depth):
        """Lines for one opcode, its arguments pushed where the stack may lack them, and the new depth."""
        r, lines = self.r, []
        if r.random() < 0.75 or depth < len(op["pops"]):
            lines += [self.push(t) for t in op["pops"]]
            depth += len(op["pops"])
        lines.append(" ".join([op["name"]] + [self.immediate(i, version) for i in op["imms"]]))
        return lines, max(0, depth - len(op["pops"])) + len(op["pushes"])

    def stack_op(self, depth):
        r = self.r
        n = r.randrange(depth + 1)
        return r.choice(["dig %d" % n, "cover %d" % n, "uncover %d" % n, "bury %d" % max(1, n), "dupn %d" % r.randrange(4), "popn %d" % min(n, 2),
                         "pushints %s" % " ".join(str(self.int()) for _ in range(r.randrange(4)))])

    def inner(self, version):
        r = self.r
        fields = [f for f in self.table["groups"]["itxn_field"] if f.get("since", 0) <= version]
        kind = r.choice(["pay", "axfer", "acfg", "afrz", "appl", "keyreg", "pay", "appl"])
        lines = ["itxn_begin", "pushbytes 0x" + kind.encode().hex(), "itxn_field Type"]
        for _ in range(r.randrange(5)):
            f = r.choice(fields)
            lines += [self.push(f.get("type", "any")), "itxn_field " + f["name"]]
        if kind == "appl" and r.random() < 0.7:
            lines += ["pushint %d" % r.choice(self.ids), "itxn_field ApplicationID"]
        if r.random() < 0.2:
            lines += ["itxn_next", "pushint 1", "itxn_field TypeEnum"]
        lines.append("itxn_submit")
        if r.random() < 0.5:
            lines += ["itxn " + r.choice(["TxID", "Fee", "GroupIndex", "CreatedAssetID", "NumLogs", "Sender"]), "pop"]
        return lines

    def program(self, version, mode):
        r, lines, depth, label = self.r, ["#pragma version %d" % version, "#pragma typetrack false"], 0, 0
        ops = [o for o in self.ops(version, mode) if o["name"] not in DYNAMIC]
        for _ in range(r.randrange(1, 14)):
            x = r.random()
            if x < 0.08 and depth > 1 and version >= 8:
                lines.append(self.stack_op(depth))
            elif x < 0.14 and version >= 8:
                label += 1
                lines += ["pushint %d" % r.randrange(3), r.choice(["bz", "bnz"]) + " l%d" % label, self.push("any"), "pop", "l%d:" % label]
            elif x < 0.20 and version >= 8:
                label += 1
                lines += ["callsub s%d" % label, "b e%d" % label, "s%d:" % label, "proto 0 %d" % r.randrange(2),
                          self.push("any"), r.choice(["frame_dig 0", "dup", "frame_dig -1"]), "retsub", "e%d:" % label]
            elif x < 0.27 and mode == "app" and version >= 6:
                lines += self.inner(version)
            else:
                more, depth = self.one(r.choice(ops), version, depth)
                lines += more
        if r.random() < 0.8:
            lines += ["pushint 1" if version >= 3 else "int 1"] + (["return"] if version >= 2 else [])
        if version < 3:
            lines = [re.sub("^pushint", "int", re.sub("^pushbytes", "byte", l)) for l in lines]
        return "\n".join(lines) + "\n"


def mutated(g, corpus):
    """A recorded program with some bytes changed, cut or doubled."""
    r = g.r
    p = bytearray(r.choice(corpus))
    for _ in range(r.randrange(1, 4)):
        at = r.randrange(len(p))
        x = r.random()
        if x < 0.6:
            p[at] = r.choice([r.randrange(256), p[at] ^ (1 << r.randrange(8)), r.choice(p)])
        elif x < 0.8 and len(p) > 2:
            del p[at]
        else:
            p[at:at] = p[at:at + r.randrange(1, 5)]
    return bytes(p) if p[0] else bytes([14]) + bytes(p[1:])


def mutated_source(g, sources):
    """A recorded source with tokens and lines changed."""
    r = g.r
    lines = r.choice(sources).split("\n")
    for _ in range(r.choice([1, 1, 2, 4])):
        at, x = r.randrange(len(lines)), r.random()
        tokens = lines[at].split(" ")
        k = r.randrange(len(tokens))
        if x < 0.15:
            del lines[at]
        elif x < 0.3:
            lines.insert(at, r.choice(lines))
        elif x < 0.4:
            lines[at], lines[0 - at] = lines[0 - at], lines[at]
        elif x < 0.6:
            tokens[k] = r.choice(g.pieces)
            lines[at] = " ".join(tokens)
        elif x < 0.7:
            tokens.insert(k, r.choice(g.pieces))
            lines[at] = " ".join(tokens)
        elif x < 0.8:
            del tokens[k]
            lines[at] = " ".join(tokens)
        elif lines[at]:
            c = r.randrange(len(lines[at]))
            lines[at] = lines[at][:c] + r.choice(["", " ", ";", "//", '"', "\\", "(", ")", "0", "x", ":", "\t", "\u00e9", "-", "#"]) + lines[at][c + r.randrange(2):]
        if not lines:
            lines = [""]
    return "\n".join(lines).encode("utf8", "surrogatepass")
