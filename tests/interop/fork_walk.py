"""The same random groups to a fork and to the node that it was forked from: both take them or both refuse, in the same words,
and the accounts, applications, assets and boxes that were touched are the same then."""
import base64
import random

from algosdk import encoding, logic, transaction

from diff_maker import Maker, derive
from diff_node import Differ, Node, look_around

PREPARED = 60  # groups that the node has taken, or refused, before it is forked


class Walk(Differ):
    """Before there is a fork (`ours` is the node itself) the node alone is asked."""

    def __init__(self, real, rng):
        super().__init__(real, real, rng)
        self.forked = False

    def same(self, path):
        """But for the supply: how much was online 320 rounds ago is not a fork's to know."""
        if path != "/v2/ledger/supply":
            super().same(path)

    def post(self, group, raw):
        """To the fork first: it reads what it has not while the node has not changed it."""
        self.sent += 1
        b = self.ours.ask("POST", "/v2/transactions", raw)
        a = self.real.ask("POST", "/v2/transactions", raw) if self.forked else b
        if a[0] != b[0] or (a[0] != 200 and a[1] != b[1]):
            self.tell("answer", a, b, group)
        if (a[0] == 200) != (b[0] == 200):
            raise AssertionError(f"one took what the other refused: the chains have parted. {a} {b}")
        self.taken += a[0] == 200
        self.round += a[0] == 200
        return a[0] == 200

    def touched(self, m, group):
        """What the group named, there and here."""
        known = set(m.addresses) | {t.transaction.sender for t in group} | {logic.get_application_address(x) for x in m.apps}
        for t in group:
            known |= {getattr(t.transaction, k, None) for k in ("receiver", "close_remainder_to", "target", "close_assets_to")}
        for x in sorted(x for x in known if x):
            self.same(f"/v2/accounts/{x}?exclude=none" if self.rng.random() < 0.5 else f"/v2/accounts/{x}?format=msgpack")
        for x in m.apps[-3:]:
            self.same(f"/v2/applications/{x}")
            self.same(f"/v2/applications/{x}/boxes")
            for name in ("str:a", "str:b"):
                self.same(f"/v2/applications/{x}/box?name={name}")
        for x in m.assets[-3:]:
            self.same(f"/v2/assets/{x}")


def raw_of(group):
    return b"".join(base64.b64decode(encoding.msgpack_encode(s)) for s in group)


def prepare(d, rich, rich_key, seed):
    d.real.ask("POST", "/v2/devmode/blocks/offset/7", b"")
    d.round = d.real.json("/v2/status")["last-round"]
    m = Maker(d, {address: key for key, address in (derive(seed, i) for i in range(10))})
    info = d.real.json("/v2/transactions/params")
    m.gh, m.gen = info["genesis-hash"], info["genesis-id"]
    for i, address in enumerate(m.addresses):
        sp = transaction.SuggestedParams(1000, d.round, d.round + 1000, m.gh, gen=m.gen, flat_fee=True)
        t = transaction.PaymentTxn(rich, sp, address, 300000 if i in (8, 9) else 10**8, note=bytes([i])).sign(rich_key)
        d.post([t], raw_of([t]))
    for _ in range(PREPARED):
        step(d, m)
    return m


def step(d, m):
    group = m.group()
    taken = d.post(group, raw_of(group))
    if taken:
        m.learn(group)
    return group if taken else None


def walk(real_url, fork, development, rich, rich_key, groups, seed):
    """`fork` makes a fork of the node as it is, with money for the `development` accounts. The walk, with what differed."""
    real = Node(real_url)
    d = Walk(real, random.Random(seed))
    m = prepare(d, rich, rich_key, f"{seed} {real.json('/v2/status')['last-round']}")
    with fork() as f:
        d.ours, d.forked = Node(f.url), True
        d.ours.ask("POST", "/v2/devmode/blocks/offset/7", b"")
        for x in development:  # what a fork gives them would change everyone's rewards
            d.ours.ask("POST", f"/sandbox/v1/accounts/{x}/balance/0", b"")
        known = m.addresses + [rich] + [logic.get_application_address(x) for x in m.apps]
        ids = int(real.json(f"/v2/blocks/{d.round}?header-only=true")["block"].get("tc", 0))
        for x in range(ids, ids + 2 * groups + 100):  # of applications to come: the fork reads them where they are asked for first
            d.ours.ask("GET", f"/v2/accounts/{logic.get_application_address(x)}")
        for path in [f"/v2/accounts/{x}" for x in known] + [f"/v2/assets/{x}" for x in m.assets]:
            d.same(path)  # as they are at the fork: the node tells its latest alone
        for x in m.apps:
            d.same(f"/v2/applications/{x}")
            d.same(f"/v2/applications/{x}/boxes")
            for name in ("str:a", "str:b"):
                d.same(f"/v2/applications/{x}/box?name={name}")
        sent, taken = d.sent, d.taken
        for i in range(groups):
            group = step(d, m)
            if group:
                d.touched(m, group)
            if i % 20 == 19:
                look_around(d, m)
        print(f"a walk of {d.sent - sent} groups on a fork, {d.taken - taken} taken: {d.different} differences of {len(d.seen)} kinds")
    return d
