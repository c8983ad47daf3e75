"""Random TEAL programs that know what lies on the stack, so that nearly all of them run to their end and pass.

A value on the stack is (kind, low, high): kind "u" with its range, or "b" with the range of its length. An opcode gets
arguments that it accepts, computed from what is there as often as constant. What a program may use of a ledger is given
as a World."""
import base64, json, os

MAX = (1 << 64) - 1
ANY_UINT = ("u", 0, MAX)
BOOL = ("u", 0, 1)
INTS = [0, 1, 2, 3, 7, 8, 9, 31, 32, 63, 64, 127, 128, 255, 256, 257, 1000, 4095, 4096, 65535, 65536, (1 << 32) - 1, 1 << 32,
        (1 << 63) - 1, 1 << 63, MAX - 1, MAX]
DEPTH = 40  # values above which some are popped

# Curves: coordinates' bytes, coordinates of a field element, modulus of the field, order of the group.
BN = (0x30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47, 0x30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001)
BLS = (0x1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab,
       0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001)
CURVES = {"BN254g1": (32, 1) + BN, "BN254g2": (32, 2) + BN, "BLS12_381g1": (48, 1) + BLS, "BLS12_381g2": (48, 2) + BLS}

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "avm_signed.json")) as f:
    SIGNED = json.load(f)


class World:
    """What a program may name: addresses, assets, applications (those of the call's arrays), box names; whether the sender is
    opted in; the names of applications that accept any call."""

    def __init__(self, accounts=(), assets=(), apps=(), boxes=(), opted_in=False, callable_apps=(), args=0):
        self.accounts, self.assets, self.apps, self.boxes = list(accounts), list(assets), list(apps), list(boxes)
        self.opted_in, self.callable_apps, self.args = opted_in, list(callable_apps), args


class Program:
    def __init__(self, rng, table, version, mode, world, budget):
        self.r, self.version, self.mode, self.world, self.budget = rng, version, mode, world, budget
        self.ops = {o["name"] for o in table["ops"] if o["from"] <= version <= o["to"] and mode in o["modes"]}
        self.costs = {o["name"]: o["cost"] for o in table["ops"] if o["from"] <= version <= o["to"]}
        self.groups = table["groups"]
        self.lines, self.stack, self.base, self.cost, self.times = [], [], 0, 0, 1
        self.labels, self.nested, self.logs, self.inners, self.framed = 0, 0, 0, 0, 0
        self.subs = []  # bodies to be placed behind the program's end

    # ---- emitting ----
    def emit(self, line, pops=0, pushes=()):
        name, _, rest = line.partition(" ")
        self.lines.append(line)
        cost = self.costs.get(name, {"base": 1})
        if "by_field" in cost:
            cost = cost["by_field"].get(rest.split(" ")[0], {"base": 1})
        length = self.stack[-pops][2] if pops and "chunk" in cost and self.stack[-pops][0] == "b" else 0
        self.cost += self.times * (cost["base"] + (cost["per_chunk"] * -(-length // cost["chunk"]) if length else 0))
        if pops:
            del self.stack[-pops:]
        self.stack += list(pushes)

    def has(self, *names):
        return all(n in self.ops for n in names)

    def affords(self, cost):
        return self.cost + self.times * cost < self.budget

    def int(self, v):
        self.emit("%s %d" % ("pushint" if self.version >= 3 and self.r.random() < 0.4 else "int", v), 0, [("u", v, v)])

    def bytes(self, v):
        text = "0x" + v.hex()
        x = self.r.random()
        if x < 0.1:
            text = "base64(%s)" % base64.b64encode(v).decode()
        elif x < 0.2 and v.isalnum():
            text = '"%s"' % v.decode()
        self.emit("%s %s" % ("pushbytes" if self.version >= 3 and self.r.random() < 0.4 else "byte", text), 0, [("b", len(v), len(v))])

    def random_bytes(self, n):
        r = self.r
        return r.choice([r.randbytes, bytes, lambda k: b"\xff" * k, lambda k: bytes(r.randrange(3) for _ in range(k)), r.randbytes])(n)

    # ---- arguments ----
    def fetch(self, kind, low, high):
        """A copy of a value of the stack or of scratch that fits; False: none."""
        r, n = self.r, len(self.stack)
        if r.random() < 0.25:
            slot, have = (r.randrange(8), ANY_UINT) if kind == "u" else (8 + r.randrange(4), ("b", 0, 64))
            if have[1] >= low and have[2] <= high:
                self.emit("load %d" % slot, 0, [have])
                return True
        fits = [i for i in range(min(n, 200)) if self.stack[n - 1 - i][0] == kind and self.stack[n - 1 - i][1] >= low and
                self.stack[n - 1 - i][2] <= high]
        if not fits or not self.has("dig"):
            return False
        i = r.choice(fits)
        v = self.stack[n - 1 - i]
        self.emit("dup" if i == 0 else "dig %d" % i, 0, [v])
        return True

    def uint(self, low=0, high=MAX):
        r, x = self.r, self.r.random()
        if x < 0.55 and self.fetch("u", low, high):
            return
        if x < 0.4 and high - low < MAX and self.fetch("u", 0, MAX):
            self.int(high - low + 1)
            self.emit("%", 2, [("u", 0, high - low)])
            if low:
                self.int(low)
                self.emit("+", 2, [("u", low, high)])
            return
        odd = [v for v in INTS if low <= v <= high]
        self.int(r.choice(odd) if odd and r.random() < 0.7 else r.randint(low, high))

    def data(self, low=0, high=64):
        """Bytes of such a length."""
        r, x = self.r, self.r.random()
        if x < 0.55 and self.fetch("b", low, high):
            return
        if x < 0.45 and 0 < low == high <= 64 and self.has("concat", "substring") and self.fetch("b", 0, 128):
            for i in range(1 if low <= 32 else 2):
                if i:
                    self.emit("dup", 1, [("b", 32, 32)] * 2)
                self.emit(r.choice(["sha256", "sha512_256", "keccak256"]), 1, [("b", 32, 32)])
            if low > 32:
                self.emit("concat", 2, [("b", 64, 64)])
            if low not in (32, 64):
                self.emit("substring 0 %d" % low, 1, [("b", low, low)])
            return
        self.bytes(self.random_bytes(r.randint(low, min(high, max(low, 80)))))

    def value(self):
        self.uint() if self.r.random() < 0.5 else self.data(0, 128)

    # ---- statements: each leaves what it makes on the stack ----
    def arithmetic(self):
        op = self.r.choice([o for o in ("+", "-", "*", "/", "%", "&", "|", "^", "<", ">", "<=", ">=", "&&", "||", "==", "!=", "shl", "shr",
                                        "exp") if self.has(o)])
        small = {"+": ((0, 1 << 63), (0, (1 << 63) - 1)), "*": ((0, 1 << 32), (0, (1 << 32) - 1)), "-": ((1 << 40, MAX), (0, 1 << 40)),
                 "/": ((0, MAX), (1, MAX)), "%": ((0, MAX), (1, MAX)), "shl": ((0, MAX), (0, 63)), "shr": ((0, MAX), (0, 63)),
                 "exp": ((1, 15), (0, 16))}
        for low, high in small.get(op, ((0, MAX), (0, MAX))):
            self.uint(low, high)
        truth = op in ("<", ">", "<=", ">=", "&&", "||", "==", "!=")
        self.emit(op, 2, [BOOL if truth else ANY_UINT])

    def wide(self):
        op = self.r.choice([o for o in ("mulw", "addw", "divmodw", "expw", "divw", "sqrt", "bitlen", "~", "!", "itob") if self.has(o)])
        if op in ("mulw", "addw"):
            self.uint(), self.uint()
            self.emit(op, 2, [ANY_UINT] * 2)
        elif op == "divmodw":
            self.uint(), self.uint(), self.uint(), self.uint(1, MAX)
            self.emit(op, 4, [ANY_UINT] * 4)
        elif op == "divw":
            self.uint(0, 1000), self.uint(), self.uint(1001, MAX)
            self.emit(op, 3, [ANY_UINT])
        elif op == "expw":
            self.uint(1, 15), self.uint(0, 32)
            self.emit(op, 2, [ANY_UINT] * 2)
        elif op == "bitlen" and self.r.random() < 0.5:
            self.data(0, 128)
            self.emit(op, 1, [ANY_UINT])
        else:
            self.uint()
            self.emit(op, 1, [("b", 8, 8) if op == "itob" else ANY_UINT])

    def compare_bytes(self):
        self.data(0, 128), self.data(0, 128)
        self.emit(self.r.choice(["==", "!="]), 2, [BOOL])

    def cut(self):
        """Parts of bytes."""
        r = self.r
        op = r.choice([o for o in ("len", "btoi", "concat", "substring", "substring3", "extract", "extract3", "extract_uint16",
                                   "extract_uint32", "extract_uint64", "getbyte", "setbyte", "getbit", "setbit", "replace2", "replace3", "bzero")
                       if self.has(o)])
        if op in ("len", "concat"):
            self.data(0, 300), op == "concat" and self.data(0, 300)
            if op == "len":
                return self.emit(op, 1, [ANY_UINT])
            a, b = self.stack[-2:]
            return self.emit(op, 2, [("b", a[1] + b[1], a[2] + b[2])])
        if op == "btoi":
            self.data(0, 8)
            return self.emit(op, 1, [ANY_UINT])
        if op == "bzero":
            self.uint(0, 200)
            return self.emit(op, 1, [("b", self.stack[-1][1], self.stack[-1][2])])
        need = {"extract_uint16": 2, "extract_uint32": 4, "extract_uint64": 8}.get(op, 1)
        self.data(max(need, r.choice([1, 8, 16])), 300)
        low = self.stack[-1][1]
        whole = self.stack[-1]
        if op in ("substring", "substring3"):
            start = r.randint(0, min(low, 255))
            end = r.randint(start, min(low, 255))
            if op == "substring":
                return self.emit("substring %d %d" % (start, end), 1, [("b", end - start, end - start)])
            self.uint(start, start), self.uint(end, end)
            return self.emit(op, 3, [("b", end - start, end - start)])
        if op == "extract":
            start = r.randint(0, min(low, 255))
            n = r.randint(0, min(low - start, 255))
            return self.emit("extract %d %d" % (start, n), 1, [("b", n, n) if n else ("b", low - start, whole[2] - start)])
        if op == "extract3":
            start = r.randint(0, low)
            self.uint(start, start), self.uint(0, low - start)
            return self.emit(op, 3, [("b", self.stack[-1][1], self.stack[-1][2])])
        if op in ("replace2", "replace3"):
            start = r.randint(0, min(low, 255))
            if op == "replace3":
                self.uint(start, start)
            self.data(0, low - start)
            return self.emit(op if op == "replace3" else "replace2 %d" % start, 3 if op == "replace3" else 2, [whole])
        if op in ("getbit", "setbit"):
            if r.random() < 0.3:
                self.emit("pop", 1)
                self.uint(), self.uint(0, 63)
                whole = ANY_UINT
            else:
                self.uint(0, low * 8 - 1)
        else:
            self.uint(0, low - need)
        if op in ("setbit", "setbyte"):
            self.uint(0, 1 if op == "setbit" else 255)
            return self.emit(op, 3, [whole])
        self.emit(op, 2, [ANY_UINT])

    def math(self):
        op = self.r.choice([o for o in ("b+", "b-", "b*", "b/", "b%", "b<", "b>", "b<=", "b>=", "b==", "b!=", "b|", "b&", "b^", "b~", "bsqrt")
                            if self.has(o)])
        if op in ("b~", "bsqrt"):
            self.data(0, 64)
            return self.emit(op, 1, [("b", 0, 64)])
        self.data(0, 64)
        if op in ("b/", "b%"):
            self.bytes(b"\1" + self.r.randbytes(self.r.randrange(64)))
        elif op == "b-":
            self.emit("pop", 1)
            self.bytes(b"\xff" * 33), self.data(0, 32)
        else:
            self.data(0, 64)
        if op in ("b<", "b>", "b<=", "b>=", "b==", "b!="):
            return self.emit(op, 2, [BOOL])
        self.emit(op, 2, [("b", 0, {"b+": 65, "b*": 128}.get(op, 64))])

    def hash(self):
        op = self.r.choice([o for o in ("sha256", "keccak256", "sha512_256", "sha3_256", "sha512", "sumhash512", "mimc", "poseidon2")
                            if self.has(o)])
        if op in ("mimc", "poseidon2"):
            n = self.r.choice([1, 1, 2, 3, 4])
            if not self.affords(3000 * n):
                return
            for i in range(n):
                self.data(32, 32)
                self.int(0), self.int(0)
                self.emit("setbyte", 3, [("b", 32, 32)])
                if i:
                    self.emit("concat", 2, [("b", 32 * i + 32, 32 * i + 32)])
            return self.emit("%s %s" % (op, self.r.choice(self.groups[op])["name"]), 1, [("b", 32, 32)])
        if not self.affords(600):
            return
        self.data(0, 300)
        n = 64 if op in ("sha512", "sumhash512") else 32
        self.emit(op, 1, [("b", n, n)])

    def signature(self):
        r = self.r
        op = r.choice([o for o in ("ed25519verify_bare", "vrf_verify", "falcon_verify", "ecdsa_verify", "ecdsa_pk_recover",
                                   "ecdsa_pk_decompress") if self.has(o)] or [None])
        if op is None or not self.affords(6000):
            return
        curve = r.choice([c["name"] for c in self.groups["ecdsa"] if c["since"] <= self.version])
        if op == "ecdsa_pk_recover":
            curve = "Secp256k1"
        args = [bytes.fromhex(x) for x in r.choice(SIGNED[curve if op.startswith("ecdsa") else op])]
        if op == "ecdsa_pk_decompress":
            args = [bytes([2 + r.randrange(2)]) + args[3]]
        elif op == "ecdsa_verify":
            args = args[:5]
        elif op == "ecdsa_pk_recover":
            args = [args[0], args[5][0], args[1], args[2]]
        if r.random() < 0.2:  # a wrong one
            i = r.randrange(len(args))
            if isinstance(args[i], bytes) and args[i] and op not in ("ecdsa_pk_decompress", "ecdsa_pk_recover"):
                at = r.randrange(len(args[i]))
                if op != "ecdsa_verify" or i == 0:
                    args[i] = args[i][:at] + bytes([args[i][at] ^ (1 << r.randrange(8))]) + args[i][at + 1:]
        for a in args:
            self.int(a) if isinstance(a, int) else self.bytes(a)
        gives = {"vrf_verify": [("b", 64, 64), BOOL], "ecdsa_pk_recover": [("b", 32, 32)] * 2, "ecdsa_pk_decompress": [("b", 32, 32)] * 2}
        field = " " + curve if op.startswith("ecdsa") else " VrfAlgorand" if op == "vrf_verify" else ""
        self.emit(op + field, len(args), gives.get(op, [BOOL]))

    # ---- curves ----
    def element(self, curve):
        size, parts, p, _ = CURVES[curve]
        self.bytes(b"".join(self.r.choice([0, 1, p - 1, self.r.randrange(p), self.r.randrange(p)]).to_bytes(size, "big") for _ in range(parts)))

    def point(self, curve):
        n = CURVES[curve][0] * CURVES[curve][1] * 2
        self.element(curve)
        self.emit("ec_map_to " + curve, 1, [("b", n, n)])

    def scalar(self, curve):
        order = CURVES[curve][3]
        self.bytes(self.r.choice([0, 1, 2, order - 1, order, order + 1, self.r.randrange(order), self.r.getrandbits(256)]).to_bytes(32, "big"))

    def curve(self):
        r = self.r
        c = r.choice(list(CURVES))
        if not self.has("ec_add") or not self.affords(60000 if r.random() < 0.3 else 20000):
            return
        n = CURVES[c][0] * CURVES[c][1] * 2
        what = r.choice(["add", "add", "scalar", "multi", "subgroup", "pairing"])
        if what == "add":
            self.point(c)
            if r.random() < 0.3:
                self.emit("dup", 1, [("b", n, n)] * 2)
            else:
                self.point(c)
            self.emit("ec_add " + c, 2, [("b", n, n)])
        elif what == "scalar":
            self.point(c)
            self.scalar(c)
            self.emit("ec_scalar_mul " + c, 2, [("b", n, n)])
        elif what == "subgroup":
            self.point(c)
            self.emit("ec_subgroup_check " + c, 1, [BOOL])
        elif what == "multi":
            k = r.choice([1, 2, 3, 5]) if self.affords(60000) else 1
            for part in (lambda: self.point(c), lambda: self.scalar(c)):
                for i in range(k):
                    part()
                    if i:
                        self.emit("concat", 2, [("b", 0, 4096)])
            self.emit("ec_multi_scalar_mul " + c, 2, [("b", n, n)])
        elif self.affords(90000):
            self.pairing(c.replace("g2", "g1"))

    def pairing(self, c):
        """e(aP, Q) e(-P, aQ), which is one; now and then spoiled."""
        d = c.replace("g1", "g2")
        n, m = CURVES[c][0] * 2, CURVES[d][0] * 4
        a, order = self.r.randrange(1, 1 << 64).to_bytes(32, "big"), CURVES[c][3]
        self.point(c)
        self.emit("dup", 1, [("b", n, n)] * 2)
        self.bytes(a)
        self.emit("ec_scalar_mul " + c, 2, [("b", n, n)])
        self.emit("swap", 2, [("b", n, n)] * 2)
        self.bytes((order - 1 - (self.r.random() < 0.2)).to_bytes(32, "big"))
        self.emit("ec_scalar_mul " + c, 2, [("b", n, n)])
        self.emit("concat", 2, [("b", 2 * n, 2 * n)])
        self.point(d)
        self.emit("dup", 1, [("b", m, m)] * 2)
        self.bytes(a)
        self.emit("ec_scalar_mul " + d, 2, [("b", m, m)])
        self.emit("concat", 2, [("b", 2 * m, 2 * m)])
        self.cost += self.times * 60000
        self.emit("ec_pairing_check " + c, 2, [BOOL])

    # ---- texts ----
    def base64(self):
        r, url = self.r, self.r.random() < 0.5
        text = (base64.urlsafe_b64encode if url else base64.b64encode)(r.randbytes(r.randrange(40)))
        if r.random() < 0.4:
            text = text.rstrip(b"=")
        if r.random() < 0.2 and text:
            at = r.randrange(len(text))
            text = text[:at] + r.choice([b"\n", b"\r\n", b"\r"]) + text[at:]
        self.bytes(text)
        self.emit("base64_decode " + ("URLEncoding" if url else "StdEncoding"), 1, [("b", 0, 40)])

    def json_value(self, depth):
        r = self.r
        x = r.randrange(8 if depth < 3 else 5)
        if x < 2:
            return str(r.choice(INTS + [r.getrandbits(64)])), "JSONUint64"
        if x < 4:
            text = r.choice(["", "a", "two words", "\u00e9", "\U0001f600", "\\n", '\\"', "\\u0041", "\\ud83d\\ude00", "\\/", "x" * 40])
            return '"%s"' % text, "JSONString"
        if x == 4:
            return r.choice(["true", "false", "null", "1.5", "-1", "1e3", "[1, 2]", "[]", str(1 << 64)]), None
        return self.json_object(depth + 1)[0], "JSONObject"

    def json_object(self, depth=0):
        r, keys, members = self.r, [], []
        space = r.choice(["", "", " ", "\n\t"])
        for i in range(r.randrange(5)):
            text, kind = self.json_value(depth)
            key = r.choice(["k%d" % i, "key %d" % i, "\u00fc%d" % i])
            members.append('%s"%s"%s:%s%s' % (space, key, space, space, text))
            keys.append((key, kind))
        return "{%s%s}" % (("," + space).join(members), space), keys

    def json(self):
        text, keys = self.json_object()
        keys = [k for k in keys if k[1]]
        if not keys:
            return
        key, kind = self.r.choice(keys)
        self.bytes(text.encode()), self.bytes(key.encode())
        self.emit("json_ref " + kind, 2, [ANY_UINT if kind == "JSONUint64" else ("b", 0, 600)])

    # ---- the stack, scratch ----
    def shuffle(self):
        r, n = self.r, len(self.stack) - self.base
        if n < 2:
            return self.value()
        s = self.stack
        op = r.choice([o for o in ("swap", "cover", "uncover", "dup2", "bury", "dupn", "popn", "select", "pop", "dup") if self.has(o)])
        k = r.randrange(min(n, 12))
        if op == "swap":
            self.emit(op, 2, [s[-1], s[-2]])
        elif op == "cover":
            top = s[-1]
            self.emit("cover %d" % k)
            s.pop()
            s.insert(len(s) - k, top)
        elif op == "uncover":
            self.emit("uncover %d" % k)
            s.append(s.pop(len(s) - 1 - k))
        elif op == "dup2":
            self.emit(op, 2, [s[-2], s[-1]] * 2)
        elif op == "bury" and k:
            self.emit("bury %d" % k)
            s[len(s) - 1 - k] = s[-1]
            s.pop()
        elif op == "dupn":
            self.emit("dupn %d" % (k % 4), 1, [s[-1]] * (k % 4 + 1))
        elif op == "popn":
            self.emit("popn %d" % (k % 4), k % 4)
        elif op == "pop":
            self.emit(op, 1)
        elif op == "dup":
            self.emit(op, 1, [s[-1]] * 2)
        elif op == "select" and s[-1][0] == s[-2][0]:
            kind, low, high = s[-1][0], min(s[-1][1], s[-2][1]), max(s[-1][2], s[-2][2])
            self.uint(0, 1)
            self.emit(op, 3, [(kind, low, high)])

    def scratch(self):
        r = self.r
        slot = r.randrange(12)
        if self.has("stores") and r.random() < 0.3:
            self.int(slot)
            self.uint() if slot < 8 else self.data(0, 64)
            self.emit("stores", 2)
        elif self.has("loads") and r.random() < 0.3:
            self.int(slot)
            self.emit("loads", 1, [ANY_UINT if slot < 8 else ("b", 0, 64)])
        else:
            self.uint() if slot < 8 else self.data(0, 64)
            self.emit("store %d" % slot, 1)

    # ---- flow ----
    def block(self, count):
        """Statements that leave the stack as it was."""
        before, outer = len(self.stack), self.base
        kept = list(self.stack)
        self.base = before
        self.nested += 1
        for _ in range(count):
            self.statement()
        self.nested -= 1
        while len(self.stack) > before:
            self.emit("pop", 1)
        assert self.stack == kept
        self.base = outer

    def label(self):
        self.labels += 1
        return "l%d" % self.labels

    def branch(self):
        other, end = self.label(), self.label()
        self.uint(0, 1)
        if not self.has("b"):
            self.emit("bnz " + end, 1)
            self.block(2)
            return self.lines.append(end + ":")
        self.emit(self.r.choice(["bz ", "bnz "]) + other, 1)
        self.block(1 + self.r.randrange(4))
        self.emit("b " + end)
        self.lines.append(other + ":")
        self.block(1 + self.r.randrange(4))
        self.lines.append(end + ":")

    def loop(self):
        if self.version < 4 or self.times > 30:
            return
        turns, slot, start = self.r.randint(1, 6), 100 + self.labels, self.label()
        self.int(turns)
        self.emit("store %d" % slot, 1)
        self.lines.append(start + ":")
        self.times *= turns
        self.block(1 + self.r.randrange(5))
        for line, pops, pushes in (("load %d" % slot, 0, [ANY_UINT]), ("int 1", 0, [ANY_UINT]), ("-", 2, [ANY_UINT]),
                                   ("dup", 1, [ANY_UINT] * 2), ("store %d" % slot, 1, ()), ("bnz " + start, 1, ())):
            self.emit(line, pops, pushes)
        self.times //= turns

    def choice(self):
        if not self.has("switch"):
            return
        labels, end = [self.label() for _ in range(self.r.randint(1, 4))], self.label()
        if self.r.random() < 0.5:
            self.uint(0, len(labels))
            self.emit("switch " + " ".join(labels), 1)
        else:
            numbers = self.r.random() < 0.5
            for i in range(len(labels)):
                self.int(i) if numbers else self.bytes(b"case%d" % i)
            self.uint(0, len(labels)) if numbers else self.bytes(b"case%d" % self.r.randrange(len(labels) + 1))
            self.emit("match " + " ".join(labels), len(labels) + 1)
        self.block(1)
        for l in labels:
            self.emit("b " + end)
            self.lines.append(l + ":")
            self.block(1)
        self.lines.append(end + ":")

    def call(self):
        """A subroutine of its own, with a frame where the version has frames."""
        r, name = self.r, self.label()
        if not self.has("callsub"):
            return
        framed = self.has("proto")
        args, returns = (r.randrange(4), r.randrange(3)) if framed else (0, 0)
        for _ in range(args):
            self.uint()
        self.emit("callsub " + name, args)
        outer, base, lines, framed_outer = self.stack, self.base, self.lines, self.framed
        self.lines, self.stack, self.base = [name + ":"], [ANY_UINT] * args, args
        self.framed = args if framed else 0
        if framed:
            self.emit("proto %d %d" % (args, returns))
            if args and r.random() < 0.7:
                self.emit("frame_dig -%d" % r.randint(1, args), 0, [ANY_UINT])
                if r.random() < 0.5:
                    self.uint()
                    self.emit("frame_bury -%d" % r.randint(1, args), 1)
        self.block(1 + r.randrange(4))
        for _ in range(returns):
            self.uint()
            if framed and r.random() < 0.5:
                self.uint()
                self.emit("frame_bury 0", 1)
        self.emit("retsub")
        self.subs.append(self.lines)
        self.lines, self.stack, self.base, self.framed = lines, outer + [ANY_UINT] * returns, base, framed_outer

    # ---- fields ----
    def field_value(self, f):
        t = f.get("type", "any")
        kind = {"uint64": ANY_UINT, "bool": BOOL, "address": ("b", 32, 32), "[32]byte": ("b", 32, 32), "[64]byte": ("b", 64, 64)}
        return kind.get(t, ("b", 0, 4096))

    def field(self):
        r = self.r
        op = r.choice([o for o in ("txn", "global", "gtxn", "gtxns", "txna", "gtxna", "txnas", "gtxnsas", "arg", "args", "block") if self.has(o)])
        if op in ("arg", "args"):
            if not self.world.args:
                return
            i = r.randrange(self.world.args)
            if op == "args":
                self.int(i)
            return self.emit("args" if op == "args" else "arg %d" % i, op == "args", [("b", 0, 200)])
        if op in ("txna", "gtxna", "txnas", "gtxnsas"):
            if not self.world.args or self.mode == "sig":
                return
            i = r.randrange(self.world.args)
            if op in ("txnas", "gtxnsas"):
                if op == "gtxnsas":
                    self.emit("txn GroupIndex", 0, [ANY_UINT])
                self.int(i)
            lead = {"txna": "txna ApplicationArgs %d" % i, "gtxna": "gtxna %d ApplicationArgs %d" % (self.at, i)}
            pops = {"txnas": 1, "gtxnsas": 2}.get(op, 0)
            return self.emit(lead.get(op, op + " ApplicationArgs"), pops, [("b", 0, 200)])
        group = {"global": "global", "block": "block"}.get(op, "txn")
        if op == "block" and self.world.rounds[1] < self.world.rounds[0]:
            return
        if op == "block":
            self.uint(*self.world.rounds)
        fields = [f for f in self.groups[group] if f.get("since", 0) <= self.version and self.mode in f.get("modes", [self.mode])]
        skip = ("NumLogs", "CreatedAssetID", "CreatedApplicationID", "LastLog", "FirstValidTime", "CallerApplicationAddress",
                "ApprovalProgram", "ClearStateProgram")
        f = r.choice([f for f in fields if f["name"] not in skip])
        if op == "gtxns":
            self.emit("txn GroupIndex", 0, [ANY_UINT])
        lead = {"gtxn": "gtxn %d " % self.at}.get(op, op + " ")
        self.emit(lead + f["name"], op in ("gtxns", "block"), [self.field_value(f)])

    at = 0  # the program's transaction in its group

    # ---- the ledger ----
    def account(self):
        if self.version < 4:
            return self.int(self.r.randrange(len(self.world.accounts) + 1))
        x = self.r.random()
        if x < 0.3 or not self.world.accounts:
            self.emit("txn Sender", 0, [("b", 32, 32)])
        elif x < 0.4 and self.version >= 5:
            self.emit("global CurrentApplicationAddress", 0, [("b", 32, 32)])
        else:
            self.bytes(self.r.choice(self.world.accounts))

    def params(self):
        r, w = self.r, self.world
        op = r.choice([o for o in ("balance", "min_balance", "app_opted_in", "asset_params_get", "asset_holding_get", "app_params_get",
                                   "acct_params_get", "voter_params_get", "online_stake") if self.has(o)])
        if op == "online_stake":
            return self.emit(op, 0, [ANY_UINT])
        fields = {"asset_params_get": "asset_params", "asset_holding_get": "asset_holding", "app_params_get": "app_params",
                  "acct_params_get": "acct_params", "voter_params_get": "voter_params"}
        f = r.choice([f for f in self.groups[fields[op]] if f.get("since", 0) <= self.version and
                      "Program" not in f["name"]]) if op in fields else None
        if op in ("balance", "min_balance"):
            self.account()
            return self.emit(op, 1, [ANY_UINT])
        if op == "app_opted_in":
            self.account(), self.int(0)
            return self.emit(op, 2, [BOOL])
        if op == "asset_holding_get" and not w.crosses or op in ("asset_params_get", "asset_holding_get") and not w.assets or op == "app_params_get" and not w.apps:
            return
        if op == "asset_params_get":
            self.int(r.choice(w.assets) if self.version >= 4 else r.randrange(len(w.assets)))
        elif op == "asset_holding_get":
            self.account(), self.int(r.choice(w.assets))
        elif op == "app_params_get":
            self.int(r.choice(w.apps + [0]))
        else:
            self.account()
        value = self.field_value(f)
        # what is not there is 0 or empty
        self.emit("%s %s" % (op, f["name"]), 2 if op == "asset_holding_get" else 1, [(value[0], 0, value[2]), BOOL])

    def state(self):
        r = self.r
        i, numbers = r.randrange(3), r.random() < 0.5
        key = b"%s%d" % (b"u" if numbers else b"b", i)
        value = (lambda: self.uint()) if numbers else (lambda: self.data(0, 60))
        local = self.world.opted_in and r.random() < 0.5
        kind = "app_local" if local else "app_global"
        if not self.has(kind + "_put"):
            return
        who = (lambda: self.int(0)) if self.version < 4 or r.random() < 0.5 else (lambda: self.emit("txn Sender", 0, [("b", 32, 32)]))
        if local:
            who()
        self.bytes(key)
        x = r.random()
        if x < 0.5:
            value()
            self.emit(kind + "_put", 3 if local else 2)
        elif x < 0.65:
            self.emit(kind + "_del", 2 if local else 1)
        else:
            self.emit("pop", 1), local and self.emit("pop", 1)
            local and who()
            self.int(0), self.bytes(key)
            self.emit(kind + "_get_ex", 3 if local else 2)
            self.stack += [("b", 0, 64), BOOL]  # unknown: it is taken away
            self.emit("pop", 1), self.emit("pop", 1)

    def box(self):
        r = self.r
        if not self.has("box_create") or not self.world.boxes:
            return
        name, n = r.choice(self.world.boxes), r.choice([1, 8, 32, 100, 300])
        self.bytes(name), self.int(n)
        self.emit("box_create", 2, [BOOL])
        for _ in range(r.randrange(4)):
            op = r.choice([o for o in ("box_extract", "box_replace", "box_len", "box_get", "box_splice", "box_resize") if self.has(o)])
            self.bytes(name)
            if op == "box_extract":
                start = r.randint(0, n)
                self.int(start), self.uint(0, n - start)
                self.emit(op, 3, [("b", 0, n)])
            elif op == "box_replace":
                start = r.randint(0, n - 1)
                self.int(start), self.data(0, n - start)
                self.emit(op, 3)
            elif op == "box_splice":
                start = r.randint(0, n)
                self.int(start), self.uint(0, n - start), self.data(0, min(80, n - start))
                self.emit(op, 4)
            elif op == "box_resize":
                n = r.choice([1, n, n + 5, 2 * n])
                self.int(n)
                self.emit(op, 2)
            else:
                self.emit(op, 1, [ANY_UINT if op == "box_len" else ("b", 0, 4096), BOOL])
        self.bytes(name)
        self.emit("box_del", 1, [BOOL])

    def log(self):
        if not self.has("log") or self.logs + self.times > 30:
            return
        self.logs += self.times
        self.data(0, 30)
        self.emit("log", 1)

    # ---- inner transactions ----
    def set(self, name, push):
        push()
        self.emit("itxn_field " + name, 1)

    def inner(self):
        r, w = self.r, self.world
        if not self.has("itxn_begin") or self.inners + 2 * self.times > 14 or not w.funded:
            return
        self.emit("itxn_begin")
        count = 1 + (self.version >= 6 and r.random() < 0.3)
        self.inners += count * self.times
        for i in range(count):
            if i:
                self.emit("itxn_next")
            self.one_inner()
        self.emit("itxn_submit")
        f = r.choice([f for f in self.groups["txn"] if f.get("since", 0) <= self.version and
                      f["name"] not in ("FirstValidTime", "GroupIndex", "LastLog", "ApprovalProgram", "ClearStateProgram")])
        self.emit("itxn " + f["name"], 0, [self.field_value(f)])

    def one_inner(self):
        r, w = self.r, self.world
        kinds = ["pay", "pay", "acfg"] + (["appl", "appl", "create"] if self.version >= 6 else []) + (["keyreg"] if self.version >= 6 else [])
        kind = r.choice(kinds)
        name = {"create": "appl"}.get(kind, kind)
        if r.random() < 0.5:
            self.set("TypeEnum", lambda: self.emit("int " + name, 0, [ANY_UINT]))
        else:
            self.set("Type", lambda: self.bytes(name.encode()))
        if r.random() < 0.5:
            self.set("Fee", lambda: self.uint(0, 2000))
        if self.version >= 6 and r.random() < 0.3:
            self.set("Note", lambda: self.data(0, 60))
        if kind == "pay":
            self.set("Receiver", lambda: self.emit("txn Sender", 0, [("b", 32, 32)]))
            self.set("Amount", lambda: self.uint(0, 1000))
        elif kind == "acfg":
            self.set("ConfigAssetTotal", lambda: self.uint())
            self.set("ConfigAssetDecimals", lambda: self.uint(0, 19))
            for f, high in (("ConfigAssetUnitName", 8), ("ConfigAssetName", 32), ("ConfigAssetURL", 96)):
                if r.random() < 0.4:
                    self.set(f, lambda: self.bytes(bytes(r.choice(b"abcxyz09") for _ in range(r.randint(0, high)))))
            if r.random() < 0.4:
                self.set("ConfigAssetManager", lambda: self.emit("txn Sender", 0, [("b", 32, 32)]))
        elif kind == "appl" and [a for a in w.callable_apps if a in w.apps]:
            self.set("ApplicationID", lambda: self.int(r.choice([a for a in w.callable_apps if a in w.apps])))
            for _ in range(r.randrange(3)):
                self.set("ApplicationArgs", lambda: self.data(0, 60))
        elif name == "appl":
            program = bytes([6 if self.version < 9 else self.version]) + r.choice([b"\x81\x01", b"\x81\x01\x43", b"\x31\x00\xb0\x81\x01"])
            self.set("ApprovalProgram", lambda: self.bytes(program))
            self.set("ClearStateProgram", lambda: self.bytes(program[:1] + b"\x81\x01"))

    # ---- all ----
    def statement(self):
        r = self.r
        while len(self.stack) - self.base > DEPTH:
            self.emit("pop", 1)
        choices = [self.arithmetic, self.arithmetic, self.wide, self.cut, self.cut, self.math, self.hash, self.shuffle, self.shuffle,
                   self.scratch, self.field, self.compare_bytes, self.value]
        if self.version >= 7:
            choices += [self.base64, self.json]
        if r.random() < 0.4:
            choices += [self.signature, self.curve]
        if self.nested < 3:
            choices += [self.branch, self.loop, self.choice, self.call]
        if self.mode == "app" and self.version >= 2:
            choices += [self.params, self.state, self.state, self.box, self.log, self.inner]
        if self.affords(1000):
            r.choice([c for c in choices if self.possible(c)])()

    def possible(self, c):
        return not (c == self.math and not self.has("b+") or c == self.cut and self.version < 2)

    def build(self, count):
        self.lines = ["#pragma version %d" % self.version]
        if self.r.random() < 0.5:
            self.lines.append("#pragma typetrack false")
        for slot in range(8, 12):
            self.bytes(self.random_bytes(self.r.choice([0, 1, 8, 32, 64])))
            self.emit("store %d" % slot, 1)
        for _ in range(count):
            self.statement()
        end = self.r.random()
        if self.has("return") and (end < 0.7 or self.subs):
            self.int(1)
            self.emit("return", 1)
            self.stack = []
        else:
            while self.stack:
                self.emit("pop", 1)
            self.int(1)
        for body in self.subs:
            self.lines += body
        return "\n".join(self.lines) + "\n"
