"""Statements on numbers and bytes: arithmetic, hashes, signatures, curves, texts. Each leaves what it makes on the stack."""
import base64, json, os

from avm_stack import ANY_UINT, BOOL, INTS, MAX, Stack

# Curves: coordinates' bytes, coordinates of a field element, modulus of the field, order of the group.
BN = (0x30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47, 0x30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001)
BLS = (0x1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab,
       0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001)
CURVES = {"BN254g1": (32, 1) + BN, "BN254g2": (32, 2) + BN, "BLS12_381g1": (48, 1) + BLS, "BLS12_381g2": (48, 2) + BLS}

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "avm_signed.json")) as f:
    SIGNED = json.load(f)


class Data(Stack):
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
