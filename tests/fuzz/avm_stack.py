"""A TEAL program in the making: its lines, and what lies on its stack when they have run.

A value on the stack is (kind, low, high): kind "u" with its range, or "b" with the range of its length. An opcode gets
arguments that it accepts, computed from what is there as often as constant. What a program may use of a ledger is given
as a World."""
import base64

MAX = (1 << 64) - 1
ANY_UINT = ("u", 0, MAX)
BOOL = ("u", 0, 1)
INTS = [0, 1, 2, 3, 7, 8, 9, 31, 32, 63, 64, 127, 128, 255, 256, 257, 1000, 4095, 4096, 65535, 65536, (1 << 32) - 1, 1 << 32,
        (1 << 63) - 1, 1 << 63, MAX - 1, MAX]


class World:
    """What a program may name: addresses, assets, applications (those of the call's arrays), box names; whether the sender is
    opted in; the names of applications that accept any call."""

    def __init__(self, accounts=(), assets=(), apps=(), boxes=(), opted_in=False, callable_apps=(), args=0):
        self.accounts, self.assets, self.apps, self.boxes = list(accounts), list(assets), list(apps), list(boxes)
        self.opted_in, self.callable_apps, self.args = opted_in, list(callable_apps), args


class Stack:
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
