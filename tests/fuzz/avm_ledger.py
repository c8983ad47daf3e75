"""Statements on a transaction's fields, a ledger, and inner transactions. Each leaves what it makes on the stack."""
from avm_stack import ANY_UINT, BOOL, Stack


class Ledger(Stack):
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
