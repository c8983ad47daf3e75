#!/usr/bin/env python3
"""An application logs what it is told; its events become typed tables by its ARC-56 description, followed, replayed, killed,
with a description that changes, and with one that is hostile. The node is ALGOD_URL, a funded account KMD_URL's."""
import base64, hashlib, json, os, random, re, subprocess, sys
here = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [here, os.path.join(here, "../e2e")]
import market_lib
from algosdk import abi, account, encoding, transaction
from algosdk.v2client import algod as algod_lib
from indexer_lib import *

SEED = int(os.environ.get("SEED", "56"))
COUNT = int(os.environ.get("COUNT", "6"))  # of each event
CODE = """#pragma version 10
txn NumAppArgs
bz end
txna ApplicationArgs 0
log
txn NumAppArgs
int 2
>=
bz end
txna ApplicationArgs 1
log
end:
int 1
"""
# event, arguments: (name, type, struct, SQL type)
EVENTS = [
    ("Nothing", []),
    ("Scalars", [("a", "uint8", None, "smallint"), ("b", "uint16", None, "integer"), ("c", "uint32", None, "bigint"), ("d", "uint64", None, "numeric"),
                 ("e", "uint512", None, "numeric"), ("f", "bool", None, "boolean"), ("g", "address", None, "bytea"), ("h", "byte", None, "smallint"),
                 ("i", "string", None, "bytea"), ("j", "byte[]", None, "bytea"), ("k", "byte[5]", None, "bytea"), ("l", "uint40", None, "bigint")]),
    ("Flags", [("x", "bool", None, "boolean"), ("y", "bool", None, "boolean"), ("z", "bool[11]", None, "boolean[]"), ("w", "bool[]", None, "boolean[]")]),
    ("Arrays", [("ids", "uint64[]", None, "numeric[]"), ("who", "address[2]", None, "bytea[]"), ("names", "string[]", None, "bytea[]"), ("small", "uint16[3]", None, "integer[]"),
                ("nested", "uint64[][]", None, "jsonb")]),
    ("Trade", [("order", "(uint64,address,(string,bool))", "Order", "jsonb"), ("pair", "(uint64,byte[3])", None, "jsonb"), ("many", "(uint64,address,(string,bool))[]", None, "jsonb"), ("select", "uint64", None, "numeric"), ("round", "uint64", None, "numeric")]),
    ("Price", [("value", "ufixed64x6", None, "numeric")]),
]
STRUCTS = {"Order": [{"name": "id", "type": "uint64"}, {"name": "owner", "type": "address"}, {"name": "tag", "type": "Tag"}],
           "Tag": [{"name": "text", "type": "string"}, {"name": "on", "type": "bool"}]}


def description(name="Every Type", events=EVENTS, **more):
    return {"name": name, "arcs": [4, 28, 56], "structs": STRUCTS, "methods": [], "state": {}, "bareActions": {"create": [], "call": []},
            "events": [{"name": n, "args": [{"name": a, "type": t, **({"struct": s} if s else {})} for a, t, s, _ in args]} for n, args in events], **more}


def signature(name, args):
    return f"{name}({','.join(t for _, t, *_ in args)})"


def selector(sig):
    return hashlib.new("sha512_256", sig.encode()).digest()[:4]


def some(rng, t):
    """A value of a type, as py-algorand-sdk takes it."""
    m = re.fullmatch(r"(.*)\[(\d*)\]", t)
    if m:
        return [some(rng, m.group(1)) for _ in range(int(m.group(2)) if m.group(2) else rng.choice([0, 1, 3]))]
    if t.startswith("("):
        return [some(rng, str(x)) for x in abi.ABIType.from_string(t).child_types]
    if t.startswith("uint") or t.startswith("ufixed"):
        n = int(re.match(r"u\w+?(\d+)", t).group(1))
        return rng.choice([0, 1, 2**n - 1, rng.randrange(2**n)])
    if t == "byte":
        return rng.randrange(256)
    if t == "bool":
        return rng.random() < 0.5
    if t == "address":
        return encoding.encode_address(rng.randbytes(32))
    return rng.choice(["", "plain", "Grüße ', \\ \" {}", "日本"])


def shown(t, v, struct=None):
    """The same as jsonb has it."""
    if re.fullmatch(r"byte\[\d*\]", t):
        return bytes(v).hex()
    m = re.fullmatch(r"(.*)\[(\d*)\]", t)
    if m:
        return [shown(m.group(1), x, struct) for x in v]
    if t.startswith("("):
        types = [str(x) for x in abi.ABIType.from_string(t).child_types]
        values = [shown(x, y, struct and {"Tag": "Tag"}.get(f["type"])) for x, y, f in zip(types, v, STRUCTS[struct])] if struct else [shown(x, y) for x, y in zip(types, v)]
        return {f["name"]: x for f, x in zip(STRUCTS[struct], values)} if struct else values
    return v


def column(t, v, kind, struct):
    """What a JSON row of the table has."""
    if kind == "jsonb":
        return shown(t, v, struct)
    if kind.endswith("[]"):
        return [column(re.fullmatch(r"(.*)\[\d*\]", t).group(1), x, kind[:-2], None) for x in v]
    if kind == "bytea":
        return "\\x" + (v.encode() if t == "string" else encoding.decode_address(v) if t == "address" else bytes(v)).hex()
    if t.startswith("ufixed"):
        return v / 10**6 if False else f"{v // 10**6}.{v % 10**6:06d}"
    return v


class Chain:
    def __init__(self):
        self.node = algod_lib.AlgodClient(os.environ["ALGOD_TOKEN"], os.environ["ALGOD_URL"])
        self.sender, self.key = market_lib.kmd_funder(os.environ["KMD_URL"], os.environ["KMD_TOKEN"])[0]

    def params(self):
        sp = self.node.suggested_params()
        sp.flat_fee, sp.fee = True, 1000
        return sp

    def send(self, txn, key=None):
        return transaction.wait_for_confirmation(self.node, self.node.send_transaction(txn.sign(key or self.key)), 4)

    def compiled(self, teal):
        return base64.b64decode(self.node.compile(teal)["result"])

    def create(self, teal=CODE, sender=None, key=None):
        none = transaction.StateSchema(0, 0)
        t = transaction.ApplicationCreateTxn(sender or self.sender, self.params(), transaction.OnComplete.NoOpOC, self.compiled(teal), self.compiled("#pragma version 10\nint 1"), none, none, note=os.urandom(8))
        return self.send(t, key)["application-index"]

    def log(self, app, *logs):
        return self.send(transaction.ApplicationCallTxn(self.sender, self.params(), app, transaction.OnComplete.NoOpOC, app_args=list(logs), note=os.urandom(8)))["confirmed-round"]


def rows(url, table, events=None):
    return [json.loads(l) for l in psql(url, f"select row_to_json(t) from {table} t order by round, intra, log").splitlines()]


def run(url, *args, until=None, timeout=120):
    return index(url, os.environ["ALGOD_URL"], "--quiet", *([] if until is None else ["--until", str(until)]), *args, timeout=timeout, token=os.environ["ALGOD_TOKEN"])


def write(path, content):
    with open(path, "w") as f:
        f.write(content if isinstance(content, str) else json.dumps(content))
    return path


def typed(r, url, schema, sent, name):
    """Each table has a row an event, with the columns' types and values; views show text."""
    for event, args in EVENTS:
        table = f"{schema}.{event.lower()}"
        want = [(x["round"], [column(t, v, k, s) for (a, t, s, k), v in zip(args, x["values"])]) for x in sent if x["event"] == event]
        cols = psql(url, f"select attname, format_type(atttypid, atttypmod) from pg_attribute where attrelid = '{table}'::regclass and attnum > 5 order by attnum").splitlines()
        r.check(f"{name}: {table} has columns {[c.split('|')[1] for c in cols]}", [c.split("|")[1] for c in cols] == [k for *_, k in args], cols)
        names = [c.split("|")[0] for c in cols]
        got = [(x["round"], [x[n] for n in names]) for x in map(lambda l: json.loads(l, parse_float=str), psql(url, f"select row_to_json(t) from {table} t order by round, intra, log").splitlines())]
        r.check(f"{name}: {table}: {len(want)} rows", got == want and len(want) > 0, [(g, w) for g, w in zip(got, want) if g != w][:2] or (len(got), len(want)))
        r.check(f"{name}: {table}_text answers", psql(url, f"select count(*) from {table}_text") == str(len(want)))


def changes(r, c, work, cluster, app, sent, last):
    """The description changes: an event more, another signature, other names; left out for a while; a replay from a round."""
    url = cluster.database("changes")
    path = os.path.join(work, "changes.json")
    run(url, "--arc56", write(path, description(events=EVENTS[:2])) + f"@{app}", until=last - 5)
    run(url, "--arc56", write(path, description()) + f"@{app}", until=last)
    typed(r, url, "every_type", sent, "an event joins later")
    other = [(n, [(a + "_new", t, s, k) for a, t, s, k in args]) for n, args in EVENTS if n != "Price"] + [("Price", [("value", "uint64", None, "numeric")]), ("Price", [("a", "uint8", None, "smallint")])]
    v1, v2 = selector("Price(uint64)"), selector("Price(uint8)")
    at = c.log(app, v1 + (7).to_bytes(8, "big"), v2 + b"\x09")
    status, said = run(url, "--arc56", write(path, description(events=other)) + f"@{app}", until=at)
    r.check("other names: the columns are renamed", psql(url, "select attname from pg_attribute where attrelid = 'every_type.scalars'::regclass and attnum = 6") == "a_new", said)
    tables = psql(url, "select signature || ' ' || tab from chain.event_table where event = 'Price' order by tab").splitlines()
    r.check("other signatures: tables of their own", tables == sorted(["Price(ufixed64x6) price", f"Price(uint64) price_{v1.hex()}", f"Price(uint8) price_{v2.hex()}"], key=lambda t: t.split()[1]), tables)
    r.check("... with their rows", psql(url, f"select value from every_type.price_{v1.hex()}") == "7" and psql(url, f"select a from every_type.price_{v2.hex()}") == "9")
    before = psql(url, "select count(*) from every_type.nothing")
    at = c.log(app, selector("Nothing()"))
    run(url, until=at)
    r.check("without the description nothing is read", psql(url, "select count(*) from every_type.nothing") == before)
    run(url, "--arc56", f"{path}@{app}", until=at)
    r.check("with it again what was missed is", psql(url, "select count(*) from every_type.nothing") == str(int(before) + 1))
    url = cluster.database("later")
    middle = sent[len(sent) // 2]["round"]
    run(url, until=last)
    run(url, "--arc56", f"again={write(path, description())}@{app}", "--replay-from", str(middle), until=last)
    r.check("--replay-from", psql(url, "select count(*), min(round) >= " + str(middle) + " from again.scalars") == f"{sum(x['event'] == 'Scalars' and x['round'] >= middle for x in sent)}|t")
    url = cluster.database("narrow")
    run(url, "--scope", "market", "--arc56", f"{path}@{app}", until=last)
    typed(r, url, "every_type", sent, "--scope market")


def found(r, c, work, cluster, app):
    """Applications by who made them, by their program, and by the file's networks."""
    key, maker = account.generate_account()
    c.send(transaction.PaymentTxn(c.sender, c.params(), maker, 5_000_000, note=os.urandom(8)))
    mark = selector("Nothing()")
    early = c.create(sender=maker, key=key)
    c.log(early, mark)
    split = c.node.status()["last-round"]
    late, other = c.create(sender=maker, key=key), c.create(CODE.replace("int 1\n", "int 3\n"), sender=maker, key=key)
    c.log(late, mark), c.log(other, mark)
    last = c.log(app, mark)
    plain, code = os.path.join(work, "plain.json"), os.path.join(work, "code.json")
    gh = c.node.suggested_params().gh
    write(plain, description(networks={gh: {"appID": late}, base64.b64encode(bytes(32)).decode(): {"appID": app}}))
    write(code, description(byteCode={"approval": base64.b64encode(c.compiled(CODE)).decode(), "clear": "AA=="}))
    for name, which, want in (("creator", f"{plain}@creator:{maker}", {early, late, other}), ("code", f"{code}@code", {early, late, app}), ("networks", plain, {late}),
                              ("both", f"{code}@code,creator:{maker}", {early, late, other, app})):
        for way in ("at once", "in two runs", "joined later", "narrow"):
            url = cluster.database(f"found_{name}_{way.replace(' ', '_')}")
            scope = ["--scope", "market"] if way == "narrow" else []
            if way == "joined later":
                run(url, until=last)
            elif way == "in two runs":
                run(url, "--arc56", which, until=split)
            status, said = run(url, "--arc56", which, *scope, until=last)
            got = {int(x) for x in psql(url, "select distinct app from every_type.nothing", check=False).split()}
            r.check(f"by {name}, {way}", status == 0 and got == want, (said, got, want))


def hostile(r, c, work, cluster, app):
    """Names that are SQL, too long, the same, empty, reserved; values that are no text; logs that are no events."""
    evil = ["x\"; drop schema chain cascade; --", "'; select pg_sleep(9); '", "Ünïcode", "", "table", "a" * 500, "A" * 500, "foo", "Foo", "FOO", "foo_text", "1st", "$1", "%s%n", "\\'"]
    events = [{"name": n or "?", "desc": n, "args": [{"name": m, "type": "uint64", "desc": "'; drop table x; --" + m} for m in evil]} for n in evil]
    path = write(os.path.join(work, "evil.json"), {"name": "pg_catalog\"; drop schema chain cascade; --", "desc": "'", "structs": {}, "methods": [], "events": events})
    url = cluster.database("hostile")
    first = events[0]
    log = selector(f"{first['name']}({','.join(['uint64'] * len(evil))})") + b"".join(i.to_bytes(8, "big") for i in range(len(evil)))
    last = c.log(app, log)
    status, said = run(url, "--arc56", f"{path}@{app}", until=last)
    names = psql(url, "select relname from pg_class where relnamespace in (select oid from pg_namespace where nspname like 'arc56%' or nspname like 'pg_catalog_%') and relkind = 'r'").split()
    r.check(f"hostile names are {len(names)} tables of plain names", status == 0 and len(names) == len(set(evil)) and all(re.fullmatch(r"[a-z0-9_]{1,63}", n) for n in names), (said, names))
    r.check("the rows are there", psql(url, f"select count(*) from chain.event_table, lateral (select 1) x where event = '{first['name'].replace(chr(39), chr(39) * 2)}'") == "1"
            and any(psql(url, f"select count(*) from \"{s}\".\"{t}\"") == "1" for s, t in [l.split("|") for l in psql(url, "select contract, tab from chain.event_table").splitlines()]))
    # Bytes that are no text, and logs that only look like events.
    path = write(os.path.join(work, "text.json"), description("Text", [("S", [("v", "string", None, ""), ("w", "(string,uint64)", None, "")])]))
    s = selector("S(string,(string,uint64))")
    enc = lambda a, b: bytes.fromhex("0004") + (4 + 2 + len(a)).to_bytes(2, "big") + len(a).to_bytes(2, "big") + a + (10).to_bytes(2, "big") + bytes(8) + len(b).to_bytes(2, "big") + b
    good = [s + enc(a, b) for a, b in ((b"\xff\x00x", b"\xc3\x28"), (b"fine", b"\x00"), (b"", b"ok"))]
    bad = [s, s + b"\0", good[0] + b"\0", good[1][:-1], s + b"\xff" * 60]
    for l in good + bad:
        last = c.log(app, l)
    url = cluster.database("text")
    status, said = run(url, "--arc56", f"{path}@{app}", until=last)
    got = psql(url, "select encode(v, 'hex'), w from text.s order by round").splitlines()
    r.check("bytes that are no text stay as they are", got == ["ff0078|[{\"hex\": \"c328\"}, 0]", "66696e65|[{\"hex\": \"00\"}, 0]", "|[\"ok\", 0]"], (said, got))
    r.check("the view shows them", psql(url, "select v from text.s_text order by round").splitlines() == ["\\377\\000x", "fine", ""] or psql(url, "select v from text.s_text order by round").splitlines() == ["\\377\\000x", "fine"])
    for name, content, word in (("no JSON", "{", "JSON"), ("no ARC-56", "[]", "ARC-56"), ("unknown type", description("T", [("E", [("a", "uint7", None, "")])]), "uint of 7"),
                                ("transaction", description("T", [("E", [("a", "pay", None, "")])]), "pay"), ("too many arguments", description("T", [("E", [(f"a{i}", "bool", None, "") for i in range(251)])]), "251"),
                                ("structs without end", dict(description("T", [("E", [("a", "A", None, "")])]), structs={"A": [{"name": "x", "type": "A"}]}), "nested")):
        status, said = run(url, "--arc56", write(os.path.join(work, "bad.json"), content) + f"@{app}", timeout=10)
        r.check(f"{name}: {said.strip()[:100]}", status in (65, 69) and word in said, (status, said))
    for which, want in (("", 65), ("@", 65), ("@x", 65), ("@0", 65), ("@creator:ABC", 65), ("@code", 65)):
        status, said = run(url, "--arc56", path + which, timeout=10)
        r.check(f"'FILE{which}' is refused: {said.strip()[:60]}", status == want, (status, said))


def listened(r, c, work, cluster, app, rng):
    """Each event is notified with its arguments; one over 8,000 bytes says where it is."""
    path = write(os.path.join(work, "notify.json"), description("N", [("Big", [(f"a{i}_" + "n" * 30, "bool", None, "") for i in range(250)]), ("Small", [("v", "uint64", None, "")])]))
    url = cluster.database("notify")
    listener = subprocess.Popen(["psql", "-X", "-q", "-At", url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    listener.stdin.write("listen algorent_event;\nselect 'listening';\n")
    listener.stdin.flush()
    listener.stdout.readline()
    last = c.log(app, selector("Big(" + ",".join(["bool"] * 250) + ")") + rng.randbytes(31) + b"\0", selector("Small(uint64)") + b"\xff" * 8)
    run(url, "--arc56", f"{path}@{app}", until=last)
    out = [json.loads(x) for x in re.findall(r'with payload "(\{.*\})" received', listener.communicate("select 1;\n", timeout=20)[0])]
    big, small = out if len(out) == 2 else ({}, {})
    r.check("a notification has the arguments", small.get("v") == 2**64 - 1 and small.get("contract") == "n" and small.get("event") == "Small" and small.get("round") == last, out)
    r.check("one over 8,000 bytes says where the row is", big.get("truncated") is True and big.get("round") == last and big.get("app") == app
            and psql(url, f"select count(*) from n.big where round = {last}") == "1", str(out)[:300])


def main():
    rng = random.Random(SEED)
    r = Report()
    c = Chain()
    app = c.create()
    sent = []
    for i in range(COUNT):
        for event, args in EVENTS:
            values = [some(rng, t) for _, t, *_ in args]
            data = abi.ABIType.from_string("(" + ",".join(t for _, t, *_ in args) + ")").encode(values) if args else b""
            if len(data) > 1000:
                continue
            sent.append({"event": event, "values": values, "round": c.log(app, selector(signature(event, args)) + data)})
    last = sent[-1]["round"]
    with workplace("indexer-arc56") as work:
        cluster = Cluster(work)
        try:
            path = write(os.path.join(work, "all.arc56.json"), description())
            url = cluster.url
            status, said = run(url, "--arc56", f"{path}@{app}", until=last)
            r.check("it follows", status == 0, said)
            typed(r, url, "every_type", sent, "followed")
            want = {t: psql(url, f"select * from every_type.{t.lower()} order by round") for t, _ in EVENTS}
            url = cluster.database("late")
            run(url, until=last)
            run(url, "--arc56", f"{path}@{app}", until=last)
            r.check("joined later: the same tables", want == {t: psql(url, f"select * from every_type.{t.lower()} order by round") for t, _ in EVENTS})
            changes(r, c, work, cluster, app, sent, last)
            found(r, c, work, cluster, app)
            hostile(r, c, work, cluster, app)
            listened(r, c, work, cluster, app, rng)
        finally:
            cluster.remove()
    return r.end()


sys.exit(main())
