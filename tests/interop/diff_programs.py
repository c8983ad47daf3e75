"""Random programs for diff_calls.py: what touches resources, state and inner transactions, and what fails."""
from algosdk import logic

ASSET_PARAMS = "AssetTotal AssetDecimals AssetDefaultFrozen AssetUnitName AssetName AssetURL AssetMetadataHash AssetManager AssetReserve AssetFreeze AssetClawback AssetCreator".split()
APP_PARAMS = "AppApprovalProgram AppClearStateProgram AppGlobalNumUint AppGlobalNumByteSlice AppLocalNumUint AppLocalNumByteSlice AppExtraProgramPages AppCreator AppAddress AppVersion".split()
ACCT_PARAMS = ("AcctBalance AcctMinBalance AcctAuthAddr AcctTotalNumUint AcctTotalNumByteSlice AcctTotalExtraAppPages AcctTotalAppsCreated AcctTotalAppsOptedIn AcctTotalAssetsCreated "
               "AcctTotalAssets AcctTotalBoxes AcctTotalBoxBytes AcctIncentiveEligible AcctLastProposed AcctLastHeartbeat").split()
GLOBALS = "MinTxnFee MinBalance MaxTxnLife ZeroAddress GroupSize LogicSigVersion Round LatestTimestamp CurrentApplicationID CreatorAddress CurrentApplicationAddress GroupID OpcodeBudget CallerApplicationID CallerApplicationAddress AssetCreateMinBalance AssetOptInMinBalance GenesisHash PayoutsEnabled PayoutsGoOnlineFee PayoutsPercent PayoutsMinBalance PayoutsMaxBalance".split()
TXN = "Sender Fee FirstValid FirstValidTime LastValid Note Lease Receiver Amount CloseRemainderTo VotePK TypeEnum XferAsset GroupIndex TxID ApplicationID OnCompletion NumAppArgs NumAccounts ApprovalProgram RekeyTo NumAssets NumApplications GlobalNumUint Nonparticipation NumLogs CreatedAssetID CreatedApplicationID LastLog StateProofPK NumApprovalProgramPages RejectVersion".split()
# each of these ends a program, or most of the time
FAILURES = ["err", "int 0; assert", "pop; pop; pop", "int 5; int 0; /; pop", "int 3; int 5; -; pop", "byte \"123456789\"; btoi; pop", "byte \"\"; int 5; getbyte; pop",
            "int 18446744073709551615; int 1; +; pop", "byte \"abc\"; int 2; int 9; substring3; pop", "byte \"abc\"; extract 2 5; pop", "int 0; int 0; exp; pop", "int 1; int 64; shl; pop",
            "int 1; byte \"a\"; +; pop", "byte \"a\"; int 1; concat; pop", "byte 0x01; byte 0x; b/; pop", "byte 0x01; byte 0x02; b-; pop", "int 150; dup; +; loads; pop", "int 150; dup; +; int 1; stores",
            "byte \"!!\"; base64_decode URLEncoding; pop", "byte \"{}\"; byte \"a\"; json_ref JSONUint64; pop", "byte \"{\\\"a\\\":1\"; byte \"a\"; json_ref JSONUint64; pop", "int 5000; bzero; pop",
            "int 4000; bzero; int 4000; bzero; concat; pop", "int 1025; bzero; log", "gtxn 5 Sender; pop", "txna ApplicationArgs 7; pop", "int 9; gaids; pop", "gload 0 1; pop", "gload 3 1; pop",
            "int 0; int 0; int 0; int 0; divmodw; pop; pop; pop; pop", "callsub deep", "int 2; int 65; exp; pop", "byte \"ab\"; int 9; extract_uint16; pop", "byte 0x0102; int 1; int 0; setbit; len; pop",
            "int 5; int 70; int 1; setbit; pop", "byte \"a\"; byte \"a\"; byte \"a\"; ed25519verify_bare; pop", "byte \"aa\"; int 9; int 1; replace3; pop", "itxn_submit", "itxn_next", "int 5; itxn_field Amount",
            "itxn Fee; pop", "gitxn 0 Fee; pop", "int 100; block BlkTimestamp; pop", "int 0; block BlkSeed; pop", "global OpcodeBudget; byte \"a\"; ==; pop", "int 70; bzero; sqrt; pop", "byte 0x; bsqrt; pop",
            "int 0; bitlen; bzero; int 9; setbyte; pop", "retsub", "int 1; return", "int 0; return", "byte \"a\"; return", "int 1; int 1", "proto 1 1", "frame_dig 0; pop", "itxn_begin; itxn_begin", "int 18446744073709551615; bzero; pop",
            "byte 0x00; byte 0x00; int 1; int 2; byte 0x; ecdsa_verify Secp256k1", "byte \"x\"; ec_map_to BN254g1; pop", "byte \"x\"; int 1; ec_scalar_mul BN254g1; pop", "byte \"a\"; int 0; sha512_256; pop; pop"]


class Programs:
    """Texts of programs over what a Maker knows of its chain."""

    def __init__(self, maker):
        self.m, self.rng, self.labels = maker, maker.rng, 0
        self.known = []  # programs that were made, as bytes, to create inside of others

    def pick(self, *choices):
        return self.rng.choice(choices)

    def account(self):
        r = self.rng
        if r.random() < 0.25:
            return self.pick("txn Sender", "global CurrentApplicationAddress", "txna Accounts 1", "int 0", "int 1", "int 2", "global CreatorAddress")
        return "addr " + (logic.get_application_address(r.choice(self.m.apps)) if self.m.apps and r.random() < 0.3 else self.m.anyone())

    def app(self):
        if self.rng.random() < 0.25:
            return self.pick("int 0", "int 1", "global CurrentApplicationID", "txna Applications 1", "int 2")
        return f"int {self.m.app()}"

    def asset(self):
        if self.rng.random() < 0.15:
            return self.pick("int 0", "int 1", "txna Assets 0")
        return f"int {self.m.asset()}"

    def key(self):
        return "byte " + self.pick('"a"', '"b"', '"c"', "0x00ff", '"k"', '"a"') if self.rng.random() < 0.97 else self.pick('byte ""', "int 65; bzero", "int 64; bzero")

    def value(self):
        return self.pick('byte "v"', "int 7", "int 0", 'byte ""', "int 30; bzero", "int 18446744073709551615", "int 120; bzero") if self.rng.random() < 0.98 else "int 129; bzero"

    def look(self):
        """Reading what may not be named."""
        p, v2 = self.pick, "pop; pop"
        return p(lambda: f"{self.account()}; balance; pop", lambda: f"{self.account()}; min_balance; pop", lambda: f"{self.account()}; {self.app()}; app_opted_in; pop",
                 lambda: f"{self.account()}; {self.key()}; app_local_get; pop", lambda: f"{self.account()}; {self.app()}; {self.key()}; app_local_get_ex; {v2}",
                 lambda: f"{self.app()}; {self.key()}; app_global_get_ex; {v2}", lambda: f"{self.key()}; app_global_get; pop",
                 lambda: f"{self.account()}; {self.asset()}; asset_holding_get {p('AssetBalance', 'AssetFrozen')}; {v2}",
                 lambda: f"{self.account()}; {self.asset()}; asset_holding_get {p('AssetBalance', 'AssetFrozen')}; {v2}",
                 lambda: f"{self.asset()}; asset_params_get {p(*ASSET_PARAMS)}; {v2}", lambda: f"{self.app()}; app_params_get {p(*APP_PARAMS)}; {v2}",
                 lambda: f"{self.account()}; acct_params_get {p(*ACCT_PARAMS)}; {v2}", lambda: f"{self.account()}; voter_params_get {p('VoterBalance', 'VoterIncentiveEligible')}; {v2}",
                 lambda: "online_stake; pop", lambda: f"global {p(*GLOBALS)}; pop", lambda: f"txn {p(*TXN)}; pop", lambda: f"gtxn 0 {p(*TXN)}; pop", lambda: f"int {p(0, 0, 1)}; gtxns {p(*TXN)}; pop")()

    def state(self):
        p = self.pick
        return p(lambda: f"{self.key()}; {self.value()}; app_global_put", lambda: f"{self.key()}; {self.value()}; app_global_put", lambda: f"{self.key()}; app_global_del",
                 lambda: f"{self.account()}; {self.key()}; {self.value()}; app_local_put", lambda: f"{self.account()}; {self.key()}; app_local_del",
                 lambda: f"txn Sender; {self.key()}; {self.value()}; app_local_put", lambda: f"{p('byte', 'int 10; bzero; concat; byte')} \"log\"; log")()

    def box(self):
        p, name = self.pick, self.key()
        if self.rng.random() < 0.25:
            name = f"byte \"n{self.rng.randrange(12)}\""
        size = p(0, 1, 24, 100, 1024, 1025, 2049, 5000, 9000, 32768, 32769)
        return p(lambda: f"{name}; int {size}; box_create; pop", lambda: f"{name}; int {size}; box_create; pop", lambda: f"{name}; box_del; pop", lambda: f"{name}; box_len; pop; pop",
                 lambda: f"{name}; box_get; pop; pop", lambda: f"{name}; int {min(size, 4096)}; bzero; box_put", lambda: f"{name}; int {p(0, 5)}; int {p(0, 4, 40)}; box_extract; pop",
                 lambda: f"{name}; int {p(0, 5)}; byte \"xyz\"; box_replace", lambda: f"{name}; int 0; int {p(0, 3)}; byte \"xyz\"; box_splice", lambda: f"{name}; int {size}; box_resize",
                 lambda: f"{name}; box_del; pop; {name}; int {size}; box_create; pop")()

    def scratch(self):
        p = self.pick
        n = self.rng.randrange(5)
        return p(f"int {n}; store {n}", f"byte \"s\"; store {n}", f"load {n}; pop", f"int {n}; loads; pop", f"int {n}; {p('int 3', 'byte 0xff')}; stores", f"int 1; int 2; int 3; cover {p(1, 2)}; uncover {p(1, 2)}; swap; popn 3",
                 "int 1; int 2; dup2; popn 4", "int 1; byte \"a\"; dig 1; bury 1; pop; pop", "int 4; dupn 3; popn 4", "int 1; byte \"a\"; int 0; select; pop", "pushints 1 2 3; popn 3", "pushbytess \"a\" \"b\"; pop; pop",
                 "int 5; callsub twice; pop", "int 1; int 2; addw; pop; pop", "int 7; int 9; mulw; pop; pop", "byte 0x0102; int 1; getbyte; pop", "int 256; bzero; sha256; pop", "int 2; int 9; exp; pop", "byte \"abcdef\"; extract 1 3; pop")

    def loop(self):
        self.labels += 1
        n = self.pick(3, 20, 100, 300, 1500, 6000, 60000)
        if n > 20 and self.rng.random() < 0.6:
            n = 5
        return f"int {n}; loop{self.labels}: int 1; -; dup; bnz loop{self.labels}; pop"

    def inner_fields(self):
        p, r = self.pick, self.rng
        kind = p("pay", "pay", "axfer", "axfer", "acfg", "appl", "appl", "appl", "afrz", "keyreg")
        f = [f"int {kind}; itxn_field TypeEnum"]
        add = lambda text: f.append(text)  # noqa: E731
        if kind == "pay":
            add(f"{self.account()}; itxn_field Receiver; int {p(0, 1, 1000, 100000, 10**12)}; itxn_field Amount")
            if r.random() < 0.1:
                add(f"{self.account()}; itxn_field CloseRemainderTo")
        elif kind == "axfer":
            add(f"{self.account()}; itxn_field AssetReceiver; {self.asset()}; itxn_field XferAsset; int {p(0, 0, 1, 5)}; itxn_field AssetAmount")
            if r.random() < 0.2:
                add(f"{self.account()}; itxn_field {p('AssetSender', 'AssetCloseTo')}")
        elif kind == "acfg":
            add(p(f"int {p(1, 1000)}; itxn_field ConfigAssetTotal; byte \"in\"; itxn_field ConfigAssetUnitName", f"{self.asset()}; itxn_field ConfigAsset; {self.account()}; itxn_field ConfigAssetManager"))
        elif kind == "afrz":
            add(f"{self.asset()}; itxn_field FreezeAsset; {self.account()}; itxn_field FreezeAssetAccount; int {p(0, 1)}; itxn_field FreezeAssetFrozen")
        elif kind == "keyreg":
            add(p("int 1; itxn_field Nonparticipation", "int 32; bzero; itxn_field VotePK", ""))
        elif self.known and r.random() < 0.25:
            add(f"byte 0x{r.choice(self.known).hex()}; itxn_field ApprovalProgram; byte 0x088101; itxn_field ClearStateProgram; int {p(0, 1, 2)}; itxn_field GlobalNumUint; int {p(0, 1)}; itxn_field GlobalNumByteSlice")
        else:
            add(f"{self.app()}; itxn_field ApplicationID; byte \"{p('a', 'gput', 'log', 'box')}\"; itxn_field ApplicationArgs")
            for field, what in (("Accounts", self.account), ("Assets", self.asset), ("Applications", self.app), ("ApplicationArgs", self.key)):
                if r.random() < 0.3:
                    add(f"{what()}; itxn_field {field}")
            if r.random() < 0.2:
                add(f"int {p('OptIn', 'CloseOut', 'ClearState', 'DeleteApplication', 'UpdateApplication')}; itxn_field OnCompletion")
        if r.random() < 0.1:
            add(p("int 0; itxn_field Fee", "int 5000; itxn_field Fee", "byte \"note\"; itxn_field Note", f"{self.account()}; itxn_field Sender", f"{self.account()}; itxn_field RekeyTo", "int 1025; bzero; itxn_field Note"))
        return "; ".join(x for x in f if x)

    def inner(self):
        n = self.pick(1, 1, 1, 2, 3) if self.rng.random() < 0.98 else 17
        text = "itxn_begin; " + "; itxn_next; ".join(self.inner_fields() for _ in range(n)) + "; itxn_submit"
        return text + self.pick("", "", f"; itxn {self.pick(*TXN)}; pop", f"; gitxn {n - 1} {self.pick(*TXN)}; pop")

    def text(self, version):
        """An approval program; what it does when it is made is nothing, or all of it."""
        r = self.rng
        kinds, weights = [self.look, self.state, self.box, self.scratch, self.loop, self.inner, lambda: r.choice(FAILURES)], [6, 4, 3 if version >= 8 else 0, 3, 0.6, 4 if version >= 6 else 0, 0.7]
        lines = ["#pragma typetrack false", f"#pragma version {version}"] + (["txn ApplicationID; bz end"] if r.random() < 0.8 else [])
        lines += [make() for make in r.choices(kinds, weights, k=r.choice([1, 2, 3, 4, 6, 9, 14]))]
        lines += ["end: int 1; return", "twice: proto 1 1; frame_dig -1; int 2; *; retsub", "deep: callsub deep"]
        return "\n".join(lines)

    def signature(self, version):
        """A program that signs."""
        r, p = self.rng, self.pick
        kinds = [self.scratch, self.loop, lambda: f"txn {p(*TXN)}; pop", lambda: f"global {p(*GLOBALS)}; pop", lambda: f"arg {p(0, 0, 1, 5)}; pop", lambda: r.choice(FAILURES), lambda: self.look()]
        lines = ["#pragma typetrack false", f"#pragma version {version}"] + [make() for make in r.choices(kinds, [4, 1, 2, 2, 0.5, 0.4, 0.2], k=r.choice([0, 1, 2, 4, 8]))]
        return "\n".join(lines + ["end: int 1; return", "twice: proto 1 1; frame_dig -1; int 2; *; retsub", "deep: callsub deep"])
