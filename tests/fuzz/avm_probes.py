"""Programs that ask for resources: accounts, assets, applications and boxes that their group names, or does not. What is
available by which rule, and the words of the refusals, are what is compared."""

KEYS = [b"k", b"key", b"box", b"a"]


class Probes:
    def __init__(self, rng, version, groups, pools, at):
        """pools: addresses, assets, apps (ids); at: index of the program's transaction."""
        self.r, self.version, self.groups, self.pools, self.at = rng, version, groups, pools, at
        self.lines = ["#pragma version %d" % version, "#pragma typetrack false"]

    def put(self, *lines):
        self.lines += lines

    def field(self, group):
        r = self.r
        fields = [f["name"] for f in self.groups[group] if f.get("since", 0) <= self.version or r.random() < 0.02]
        return r.choice(fields or [self.groups[group][0]["name"]])

    def account(self):
        r, x = self.r, self.r.random()
        if x < 0.25:
            self.put("int %d" % r.choice([0, 0, 1, 1, 2, 3, 5]))
        elif x < 0.4:
            self.put("txn Sender")
        elif x < 0.5 and self.version >= 5:
            self.put("global CurrentApplicationAddress")
        elif x < 0.6 and self.at and self.version >= 2:
            self.put("gtxn %d %s" % (r.randrange(self.at), r.choice(["Sender", "Receiver", "AssetReceiver", "FreezeAssetAccount"])))
        else:
            self.put("byte 0x" + r.choice(self.pools["addresses"]).hex())

    def asset(self):
        r, x = self.r, self.r.random()
        if x < 0.2:
            self.put("int %d" % r.choice([0, 0, 1, 2, 255, 256]))
        elif x < 0.35 and self.at and self.version >= 5:
            self.put("gtxn %d CreatedAssetID" % r.randrange(self.at))
        else:
            self.put("int %d" % r.choice(self.pools["assets"]))

    def app(self):
        r, x = self.r, self.r.random()
        if x < 0.25:
            self.put("int %d" % r.choice([0, 0, 1, 2, 3, 255]))
        elif x < 0.35:
            self.put("global CurrentApplicationID")
        elif x < 0.45 and self.at and self.version >= 5:
            self.put("gtxn %d CreatedApplicationID" % r.randrange(self.at))
        else:
            self.put("int %d" % r.choice(self.pools["apps"]))

    def key(self):
        self.put("byte 0x" + self.r.choice(KEYS).hex())

    def pops(self, n):
        self.put(*["pop"] * n)

    # ---- questions ----
    def holding(self):
        self.account(), self.asset()
        self.put("asset_holding_get " + self.field("asset_holding"))
        self.pops(2)

    def asset_params(self):
        self.asset()
        self.put("asset_params_get " + self.field("asset_params"))
        self.pops(2)

    def app_params(self):
        self.app()
        self.put("app_params_get " + self.field("app_params"))
        self.pops(2)

    def account_params(self):
        self.account()
        if self.version >= 6 and self.r.random() < 0.6:
            self.put("acct_params_get " + self.field("acct_params"))
            return self.pops(2)
        self.put("balance" if self.version < 3 or self.r.random() < 0.5 else "min_balance")
        self.pops(1)

    def local(self):
        self.account()
        what = self.r.choice(["app_opted_in", "app_local_get", "app_local_get_ex", "app_local_put", "app_local_del"])
        if what in ("app_opted_in", "app_local_get_ex"):
            self.app()
        if what != "app_opted_in":
            self.key()
        if what == "app_local_put":
            self.put("int 7")
        self.put(what)
        self.pops({"app_opted_in": 1, "app_local_get": 1, "app_local_get_ex": 2}.get(what, 0))

    def global_(self):
        self.app(), self.key()
        self.put("app_global_get_ex")
        self.pops(2)

    def box(self):
        if self.version < 8:
            return
        app = self.version >= 13 and self.r.random() < 0.5
        what = self.r.choice(["create", "len", "get", "put", "del", "extract", "replace"] + (["resize", "splice"] if self.version >= 10 else []))
        if app:
            self.app()
        self.key()
        args = {"create": ["int %d" % self.r.choice([0, 1, 100, 3000, 5000])], "put": ["byte 0x0102"], "extract": ["int 0", "int 1"],
                "replace": ["int 0", "byte 0x01"], "resize": ["int %d" % self.r.choice([0, 8, 3000])], "splice": ["int 0", "int 1", "byte 0x0102"]}
        self.put(*args.get(what, []))
        self.put(("app_box_" if app else "box_") + what)
        self.pops({"len": 2, "get": 2, "create": 1, "del": 1, "extract": 1}.get(what, 0))

    def inner(self):
        r = self.r
        if self.version < 5:
            return
        kind = r.choice(["pay", "axfer", "afrz", "acfg"] + (["appl", "appl"] if self.version >= 6 else []))
        self.put("itxn_begin", "int " + kind, "itxn_field TypeEnum")

        def set(name, push, chance):
            if r.random() < chance:
                push()
                self.put("itxn_field " + name)

        set("Sender", self.account_bytes, 0.1)
        if kind == "pay":
            set("Receiver", self.account_bytes, 0.9), set("CloseRemainderTo", self.account_bytes, 0.1)
        elif kind == "axfer":
            set("XferAsset", self.asset, 0.95), set("AssetReceiver", self.account_bytes, 0.95)
            set("AssetSender", self.account_bytes, 0.1), set("AssetCloseTo", self.account_bytes, 0.1)
        elif kind == "afrz":
            set("FreezeAsset", self.asset, 0.95), set("FreezeAssetAccount", self.account_bytes, 0.95)
        elif kind == "acfg":
            set("ConfigAsset", self.asset, 0.5)
        else:
            set("ApplicationID", self.app, 0.95)
            for name, push in (("Accounts", self.account_bytes), ("Assets", self.asset), ("Applications", self.app)):
                set(name, push, 0.4), set(name, push, 0.15)
        self.put("itxn_submit")

    def account_bytes(self):
        if self.r.random() < 0.6:
            self.put("byte 0x" + self.r.choice(self.pools["addresses"]).hex())
        else:
            self.account()

    def build(self):
        r = self.r
        for _ in range(r.choice([1, 1, 2, 3])):
            r.choice([self.holding, self.asset_params, self.app_params, self.account_params, self.local, self.local, self.global_, self.box,
                      self.box, self.inner, self.inner])()
        self.put("int 1")
        return "\n".join(self.lines) + "\n"
