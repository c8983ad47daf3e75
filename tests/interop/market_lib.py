"""A rental market driven with py-algorand-sdk, for tests: any party calls any method; refusals are counted, not fatal."""
import base64, json, os, struct
from algosdk import abi, account, encoding, kmd, logic, transaction
from algosdk.atomic_transaction_composer import AccountTransactionSigner, AtomicTransactionComposer, TransactionWithSigner
from algosdk.v2client import algod

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
GPU = abi.ABIType.from_string("(address,uint64,uint32,uint32,uint8,uint64,uint64,uint32,uint32,byte[32],byte[32],string)")
GPU_COLUMNS = "owner price_per_minute min_minutes max_minutes state rental owed disputes vram_mib spec_hash seal_key model".split()
RENTAL = abi.ABIType.from_string("(uint64,address,address,uint64,uint32,uint64,uint64,uint64,uint8,uint16,uint32,uint32,uint32,uint64,uint64,uint64,uint64,byte[32])")
RENTAL_COLUMNS = ("gpu owner renter price_per_minute max_minutes deposit settled owed_renter state fee_bps ready_s beat_s dispute_s "
                  "requested_at started_at beat_at ended_at session_key").split()
GLOBALS = "admin treasury arbiter fee_bps ready_s beat_s dispute_s open paused next_gpu next_rental live_gpus live_rentals live_providers fees".split()


class Refused(Exception):
    pass


class Market:
    def __init__(self, url, token, funder, parties=5):
        """funder: (address, private key) with enough ALGO."""
        self.node = algod.AlgodClient(token, url)
        self.spec = json.load(open(os.path.join(ROOT, "contracts/rental/generated/algo.arc56.json")))
        self.methods = {m["name"]: abi.Method.undictify({k: m[k] for k in ("name", "args", "returns")}) for m in self.spec["methods"]}
        self.keys = [account.generate_account()[::-1] for _ in range(parties)]  # (address, key)
        self.parties = [a for a, _ in self.keys]
        self.secret = dict(self.keys)
        self.secret[funder[0]] = funder[1]
        self.funder = funder[0]
        self.sp = self.node.suggested_params()
        self.sp.flat_fee, self.sp.fee = True, 1000
        for a in self.parties:
            self.pay(self.funder, a, 500_000_000)
        self.admin, self.treasury, self.arbiter = self.parties[0], self.parties[1], self.parties[2]

    def params(self, fee=1000):
        sp = self.node.suggested_params()
        sp.flat_fee, sp.fee = True, fee
        return sp

    def pay(self, sender, receiver, amount):
        t = transaction.PaymentTxn(sender, self.params(), receiver, amount, note=os.urandom(8))
        transaction.wait_for_confirmation(self.node, self.node.send_transaction(t.sign(self.secret[sender])), 4)

    def create(self, fee_bps=500, ready_s=300, beat_s=120, dispute_s=600, opened=1):
        code = {k: base64.b64decode(v) for k, v in self.spec["byteCode"].items()}
        g = self.spec["state"]["schema"]["global"]
        atc = AtomicTransactionComposer()
        atc.add_method_call(0, self.methods["create"], self.admin, self.params(), AccountTransactionSigner(self.secret[self.admin]),
                            [self.treasury, self.arbiter, 0, fee_bps, ready_s, beat_s, dispute_s, opened],
                            approval_program=code["approval"], clear_program=code["clear"], extra_pages=3,
                            global_schema=transaction.StateSchema(g["ints"], g["bytes"]), local_schema=transaction.StateSchema(0, 0), note=os.urandom(8))
        result = atc.execute(self.node, 4)
        self.app = self.node.pending_transaction_info(result.tx_ids[0])["application-index"]
        self.address = logic.get_application_address(self.app)
        self.call(self.admin, "bootstrap", [("pay", 100_000)])
        return self.app

    def call(self, sender, method, args, boxes=(), accounts=()):
        signer = AccountTransactionSigner(self.secret[sender])
        full = []
        for a in args:
            if isinstance(a, tuple) and a[0] == "pay":
                a = TransactionWithSigner(transaction.PaymentTxn(sender, self.params(), self.address, a[1], note=os.urandom(4)), signer)
            full.append(a)
        atc = AtomicTransactionComposer()
        atc.add_method_call(self.app, self.methods[method], sender, self.params(6000), signer, full, boxes=[(0, b) for b in boxes],
                            accounts=[a for a in dict.fromkeys(accounts) if a != sender][:4], note=os.urandom(8))
        try:
            return atc.execute(self.node, 4).abi_results[0].return_value
        except Exception as e:
            raise Refused(f"{method}: {e}") from None

    def state(self):
        out = {}
        for kv in self.node.application_info(self.app)["params"]["global-state"]:
            key, v = base64.b64decode(kv["key"]).decode(), kv["value"]
            out[key] = v["uint"] if v["type"] == 2 else encoding.encode_address(base64.b64decode(v["bytes"]))
        return out

    def box(self, kind, n, type_):
        try:
            v = self.node.application_box_by_name(self.app, kind + struct.pack(">Q", n))["value"]
        except Exception:
            return None
        return type_.decode(base64.b64decode(v))

    def g(self, n): return b"g" + struct.pack(">Q", n)
    def r(self, n): return b"r" + struct.pack(">Q", n)
    def p(self, a): return b"p" + encoding.decode_address(a)

    def move_time(self, seconds):
        """Of the next blocks; developer mode."""
        self.node.algod_request("POST", f"/devmode/blocks/offset/{seconds}")

    def pick(self, rng, kind, last, type_, state_at, state, sane):
        ids = list(range(max(1, last - 12), last + 1)) or [1]
        rng.shuffle(ids)
        for n in ids if sane else ():
            v = self.box(kind, n, type_)
            if v and v[state_at] == state:
                return n
        return ids[0]

    def random_call(self, rng):
        """One call of some party, often a sensible one. Raises Refused."""
        st = self.state()
        who = rng.choice(self.parties)
        gpus, rentals = st.get("next_gpu", 1) - 1, st.get("next_rental", 1) - 1
        kind = rng.choices(["register", "update", "suspend", "resume", "retire", "approve", "bar", "rent", "start", "heartbeat", "extend", "claim", "stop", "cancel",
                            "dispute", "resolve", "collect", "configure", "set_paused", "time", "withdraw"],
                           [12, 3, 2, 3, 1, 2, 2, 20, 16, 8, 6, 6, 12, 4, 4, 5, 3, 1, 1, 8, 1])[0]
        sane = rng.random() < 0.85
        # Mostly a rental or a GPU in a state that the call takes.
        rental = self.pick(rng, b"r", rentals, RENTAL, 8, {"start": 0, "cancel": 0, "resolve": 4}.get(kind, 1), sane)
        gpu = self.pick(rng, b"g", gpus, GPU, 4, {"resume": 2, "bar": 3}.get(kind, 0), sane)
        info = self.box(b"r", rental, RENTAL)
        owner = renter = who
        if info and kind not in ("rent", "update", "suspend", "resume", "retire", "bar"):
            gpu, owner, renter = info[0], info[1], info[2]
        gi = self.box(b"g", gpu, GPU)
        if gi: owner = gi[0]
        both, people = [self.r(rental), self.g(gpu)], [owner, renter, self.treasury, self.admin]
        if kind == "time":
            self.move_time(rng.choice([1, 10, 30, 60, 60, 90, 200, 700]))
            self.pay(self.funder, self.funder, 0)
        elif kind == "register":
            model = rng.choice(["H200", "RTX 4090", "A", "x" * 64, "modèle <b>\u202e'\""])
            a, b = sorted(rng.choices([1, 2, 5, 60, 600], k=2))
            self.call(who, "register", [("pay", 62_500 + 400 * len(model.encode())), model, rng.choice([24576, 143360]), rng.randint(1, 50_000), a, b,
                                        rng.randbytes(32), rng.randbytes(32)], [self.g(gpus + 1), self.p(who)])
        elif kind == "update":
            self.call(owner if sane else who, "update", [gpu, rng.randint(1, 90_000), 1, rng.randint(1, 500), rng.randbytes(32)], [self.g(gpu)])
        elif kind in ("suspend", "resume", "retire"):
            self.call(owner if sane else who, kind, [gpu], [self.g(gpu)], [owner])
        elif kind == "approve":
            yes = rng.random() < 0.6
            self.call(self.admin, "approve", [("pay", 18_900 if yes else 0), who, yes], [self.p(who)])
        elif kind == "bar":
            self.call(self.admin, "bar", [gpu, rng.random() < 0.3], [self.g(gpu)])
        elif kind == "rent":
            if not gi: raise Refused("no gpu")
            minutes = rng.randint(gi[2], gi[3])
            who = rng.choice([p for p in self.parties if p != owner]) if sane else owner
            self.call(who, "rent", [("pay", 80_900), ("pay", minutes * gi[1]), gpu, minutes, rng.randbytes(32)], [self.g(gpu), self.r(rentals + 1)])
        elif kind == "extend":
            minutes = rng.randint(1, 5)
            self.call(renter, "extend", [("pay", minutes * (info[3] if info else 1)), rental, minutes], both)
        elif kind == "stop":
            self.call(rng.choice([owner, renter]) if sane else who, "stop", [rental, rng.randint(0, 5)], both, people)
        elif kind == "dispute":
            self.call(renter, "dispute", [rental, rng.randbytes(32)], both)
        elif kind == "resolve":
            self.call(self.arbiter, "resolve", [rental, rng.choice([0, 1, 2500, 9999, 10000])], both, people)
        elif kind == "collect":
            self.call(who, "collect", [], [], [self.treasury])
        elif kind == "configure":
            self.call(self.admin, "configure", [rng.randint(0, 2000), 300, rng.choice([0, 120]), 600, 1])
        elif kind == "set_paused":
            self.call(self.admin, "set_paused", [rng.random() < 0.2])
        elif kind == "withdraw":
            self.call(who, "withdraw", [rental], both, people)
        else:  # start, heartbeat, claim: the owner; cancel: the renter
            by = renter if kind == "cancel" else owner
            self.call(by if sane else who, kind, [rental], both, people)


def kmd_funder(url, token):
    """The richest account of a node's default wallet."""
    k = kmd.KMDClient(token, url)
    wallet = next(w for w in k.list_wallets() if w["name"] == "unencrypted-default-wallet")
    handle = k.init_wallet_handle(wallet["id"], "")
    return [(a, k.export_key(handle, "", a)) for a in k.list_keys(handle)]
