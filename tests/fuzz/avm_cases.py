"""The groups in which a random program is simulated: what it may name, what is paid in, what goes before and behind."""
import hashlib

import avm_probes, avm_programs, avm_stack
from avm_node import app_address, grouped


def refs(g):
    """Arrays of an application call, or an access list."""
    r = g.r
    some = lambda pool, n: [r.choice(pool) for _ in range(r.randrange(n))] if pool else []
    boxes = [{"n": r.choice([b"k", b"key", b"a", b"b", b"box"])} if r.random() < 0.7 else {} for _ in range(r.randrange(4))]
    if r.random() < 0.15:
        al = [{"d": a} for a in some(g.addresses, 3)] + [{"p": i} for i in some(g.ids, 3)] + [{"s": i} for i in some(g.assets, 3)]
        return {"al": al + [{"b": b} if b else {} for b in boxes]}
    return {"apat": some(g.addresses, 3), "apfa": some(g.ids, 3), "apas": some(g.assets, 3), "apbx": boxes}


def header(g, setup, sender, kind):
    first = max(1, setup["final_round"] - g.r.choice([0, 0, 10]))
    return {"snd": sender, "type": kind, "fee": g.r.choice([1000, 1000, 2000, 10000, 50000]), "fv": first, "lv": first + 1000,
            "gh": bytes.fromhex(setup["genesis_hash"])}


def make_case(g, setup, program, mode, version):
    r = g.r
    call = header(g, setup, r.choice(g.addresses[:8]), "appl")
    call.update(apap=program, apsu=bytes([max(version, 2)]) + b"\x20\x01\x01\x22" if version >= 2 else program,
                apaa=[g.bytes() for _ in range(r.randrange(3))], apgs={"nui": 4, "nbs": 4}, apls={"nui": 2, "nbs": 2})
    call.update(refs(g))
    if mode == "sig":
        pay = header(g, setup, r.choice(g.addresses[:8]), "pay")
        pay.update(rcv=r.choice(g.addresses), amt=r.randrange(1000))
        group = [{"txn": pay, "lsig": {"l": program, "arg": [g.bytes() for _ in range(r.randrange(3))]}}]
    else:
        call["apan"] = r.choice([0, 0, 0, 0, 1, 4, 5, 3])
        group = [{"txn": call}]
    if r.random() < 0.25:
        group.insert(r.randrange(2), {"txn": companion(g, setup)})
        group = grouped(group)
    return group


def companion(g, setup):
    """A second transaction: a payment, an asset's transfer, or a call of an application that is there."""
    r = g.r
    kind = r.choice(["pay", "axfer", "appl", "acfg"])
    t = header(g, setup, r.choice(g.addresses[:8]), kind)
    if kind == "pay":
        t.update(rcv=r.choice(g.addresses), amt=r.randrange(1000))
    elif kind == "axfer":
        t.update(xaid=r.choice(g.assets or g.ids), arcv=r.choice(g.addresses))
    elif kind == "acfg":
        t.update(apar={"t": 10, "un": "x"})
    else:
        t.update(apid=r.choice(g.apps or g.ids), apaa=[g.bytes() for _ in range(r.randrange(3))], apan=r.choice([0, 0, 0, 1, 3]), **refs(g))
    return t


def good_case(g, setup, mode, version, size):
    """A program that should pass, and the group that gives it what it asks for."""
    r = g.r
    args = [g.bytes(0, 64) for _ in range(r.randrange(4))]
    if mode == "sig":
        program = avm_programs.Program(r, g.table, version, mode, avm_stack.World(args=len(args)), 18000)
        program.world.rounds = (1, setup["final_round"] - 12)
        payer = header(g, setup, g.addresses[0], "pay")
        payer.update(rcv=r.choice(g.addresses), amt=r.randrange(1000), fee=20000)

        def signed(code):
            pay = header(g, setup, hashlib.new("sha512_256", b"Program" + code).digest(), "pay")
            pay.update(fee=0, rcv=r.choice(g.addresses), lv=pay["fv"] + 20)
            return grouped([{"txn": pay, "lsig": {"l": code, "arg": args}}, {"txn": payer}])

        return program.build(size), signed
    accounts, assets, apps = (r.sample(pool, min(len(pool), r.randrange(n))) for pool, n in ((g.addresses, 3), (g.assets, 2), (g.apps, 3)))
    boxes = r.sample([b"k", b"key", b"box", b"\0\xff"], r.randrange(3))
    if version >= 9 and r.random() < 0.3:
        refs = {"al": [{"d": a} for a in accounts] + [{"s": i} for i in assets] + [{"p": i} for i in apps] + [{"b": {"n": b}} for b in boxes]}
        if not refs["al"]:
            del refs["al"]
    else:
        refs = {"apat": accounts, "apas": assets, "apfa": apps, "apbx": [{"n": b} for b in boxes]}
    opt_in, funded = r.random() < 0.4, version >= 5 and r.random() < 0.6
    world = avm_stack.World(accounts, assets, apps, boxes, opt_in, g.callable, len(args))
    world.funded, world.rounds, world.crosses = funded, (1, setup["final_round"] - 12), "al" not in refs
    program = avm_programs.Program(r, g.table, version, mode, world, 300000)
    program.at = int(funded)

    def group(code):
        call = header(g, setup, g.addresses[0], "appl")
        call.update(apap=code, apsu=bytes([version]) + b"\x20\x01\x01\x22", apaa=args, apan=int(opt_in), fee=60000,
                    apgs={"nui": 4, "nbs": 4}, apls={"nui": 4, "nbs": 4}, apep=min(7, len(code) // 2040), **refs)
        call["lv"] = call["fv"] + 20
        if not funded:
            return [{"txn": call}]
        pay = header(g, setup, g.addresses[0], "pay")
        pay.update(rcv=app_address(g.next_app + 1), amt=100000000)
        return grouped([{"txn": pay}, {"txn": call}])

    return program.build(size), group


def crossed(g, n):
    """An access list with everything that it may have: holdings, local states and boxes refer to earlier entries."""
    r, al = g.r, []
    for _ in range(r.randrange(1, n)):
        def at(kind):
            fits = [i + 1 for i, e in enumerate(al) if kind in e]
            return r.randrange(len(al) + 1) if r.random() < 0.05 else r.choice(fits + [0]) if fits else 0

        al.append(r.choice([{"d": r.choice(g.addresses)}, {"d": r.choice(g.addresses)}, {"s": r.choice(g.assets or g.ids)},
                            {"p": r.choice(g.apps or g.ids)}, {"h": {"d": at("d"), "s": at("s")}} if at("s") else {},
                            {"l": {"d": at("d"), "p": at("p")}} if at("p") else {},
                            {"b": {"i": at("p"), "n": r.choice(avm_probes.KEYS)}}, {}]))
    return al


def probe_refs(g):
    r = g.r
    if r.random() < 0.3:
        return {"al": crossed(g, 9)}
    some = lambda pool, n: [r.choice(pool) for _ in range(r.randrange(n))] if pool else []
    apps = some(g.apps, 3)
    return {"apat": some(g.addresses, 3), "apas": some(g.assets, 3), "apfa": apps,
            "apbx": [{"i": r.randrange(len(apps) + 1), "n": r.choice(avm_probes.KEYS)} if r.random() < 0.8 else {} for _ in range(r.randrange(3))]}


def named(g, setup):
    """A transaction that makes things available by naming them."""
    r = g.r
    kind = r.choice(["pay", "axfer", "axfer", "afrz", "acfg", "appl", "appl", "keyreg"])
    t = header(g, setup, r.choice(g.addresses[:2]), kind)
    who, asset = (lambda: r.choice(g.addresses)), r.choice(g.assets or g.ids)
    if kind == "pay":
        t.update(rcv=who(), close=who() if r.random() < 0.05 else b"")
    elif kind == "axfer":
        t.update(xaid=asset, arcv=t["snd"] if r.random() < 0.5 else who())
    elif kind == "afrz":
        t.update(faid=asset, fadd=who(), snd=g.addresses[r.randrange(2)])
    elif kind == "acfg":
        t.update(apar={"t": 10, "un": "x"})
    elif kind == "appl":
        code = bytes([r.choice([6, 8, 9, 11, 13])]) + b"\x81\x01"
        if r.random() < 0.5:
            t.update(apap=code, apsu=code, **({"apat": probe_refs(g).get("apat", [])} if code[0] < 9 else probe_refs(g)))
        else:
            t.update(apid=r.choice(g.apps or g.ids), **probe_refs(g))
    return t


def probe_case(g, setup, version):
    r = g.r
    before, after = [named(g, setup) for _ in range(r.choice([0, 0, 1, 1, 2]))], [named(g, setup) for _ in range(r.choice([0, 0, 0, 1]))]
    pools = {"addresses": g.addresses + [app_address(a) for a in g.apps[:4]] + [app_address(g.next_app + len(before))],
             "assets": g.assets or g.ids, "apps": g.apps + [g.next_app + len(before)]}
    source = avm_probes.Probes(r, version, g.table["groups"], pools, len(before)).build()

    def group(code):
        call = header(g, setup, r.choice(g.addresses[:3]), "appl")
        call.update(apap=code, apsu=bytes([version]) + b"\x20\x01\x01\x22", apan=r.choice([0, 1]), fee=20000,
                    apgs={"nui": 1, "nbs": 1}, apls={"nui": 1, "nbs": 1},
                    **(probe_refs(g) if version >= 9 or r.random() < 0.1 else {k: v for k, v in probe_refs(g).items() if k != "al"}))
        return grouped([{"txn": t} for t in before + [call] + after])

    return source, group
