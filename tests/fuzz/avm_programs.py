"""Random TEAL programs that know what lies on the stack, so that nearly all of them run to their end and pass."""
from avm_data import Data
from avm_ledger import Ledger
from avm_stack import ANY_UINT

DEPTH = 40  # values above which some are popped


class Program(Data, Ledger):
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
