#!/usr/bin/env python3
"""A rental market at random: the indexer follows, and its tables equal the contract's boxes and global state, and the money
adds up. The node is ALGOD_URL, a funded account KMD_URL's."""
import base64, json, os, random, re, signal, subprocess, sys, time
here = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [here, os.path.join(here, "../e2e")]
import market_lib
from algosdk import encoding
from indexer_lib import *
from market_lib import GLOBALS, GPU, GPU_COLUMNS, RENTAL, RENTAL_COLUMNS

CALLS = int(os.environ.get("CALLS", "70"))
SEED = int(os.environ.get("SEED", "7"))
ALGOD, TOKEN = os.environ["ALGOD_URL"], os.environ["ALGOD_TOKEN"]
PROGRAM = os.path.join(BIN, "algorent-indexer")


# What the kept sums must equal: the same, counted from every row.
SUMS = {
    "market_by_day": ("app, day, requested, stopped, to_owners, fees", """select app, (to_timestamp(ts) at time zone 'UTC')::date, sum(requested), sum(stopped), sum(to_owners), sum(fees)
      from (select app, ts, 1 as requested, 0 as stopped, 0 as to_owners, 0 as fees from rental.rental_requested
      union all select app, ts, 0, 1, 0, 0 from rental.rental_stopped union all select app, ts, 0, 0, to_owner, fee from rental.settled) e group by 1, 2"""),
    "earnings_by_provider": ("app, owner, rentals, earned, fees, round(stars, 9), rated, cancelled, rated_settled, round(weighed_stars, 9)",
      """select app, owner, count(*), sum(earned), sum(fees), round(avg(stars) filter (where stars > 0), 9), count(*) filter (where stars > 0), count(*) filter (where state = 3),
      coalesce(sum(settled) filter (where stars > 0), 0), round(sum(stars * settled) / nullif(sum(settled) filter (where stars > 0), 0), 9) from rental.rental group by app, owner"""),
    "spending_by_renter": ("app, renter, rentals, deposited, spent, refunded, owed",
      "select app, renter, count(*), sum(deposit), sum(settled), sum(refund), sum(owed_renter) from rental.rental group by app, renter"),
    "sum_by_minutes": ("app, minutes, rentals", "select app, minutes, count(*) from rental.rental where state in (2, 5) group by 1, 2"),
    "holdings": ("app, deposited, earned, fees, refunded, held, owed_renters", """select m.app, coalesce(sum(r.deposit), 0), coalesce(sum(r.earned), 0), coalesce(sum(r.fees), 0), coalesce(sum(refund), 0),
      coalesce(sum(deposit - settled) filter (where r.state in (0, 1, 4)), 0), coalesce(sum(owed_renter), 0) from rental.market m left join rental.rental r using (app) group by m.app"""),
}


def text_of(v):
    if isinstance(v, (bytes, bytearray, list)):
        return bytes(v).hex()
    return str(v)


def compare(r, m, url, name):
    """Every box that is there, every row whose box is not gone, the globals and the balance, at one round."""
    boxes = {base64.b64decode(b["name"]) for b in m.node.application_boxes(m.app, limit=0)["boxes"]}
    bytea = {"owner", "renter", "spec_hash", "seal_key", "session_key", "model", "provider", "admin", "treasury", "arbiter"}
    select = lambda cols: ", ".join(f"encode({c}, 'hex')" if c in bytea else c for c in cols)

    def chain_text(col, v):
        if col in ("owner", "renter", "provider", "admin", "treasury", "arbiter"): return encoding.decode_address(v).hex()
        if col == "model": return v.encode().hex()
        return text_of(v)

    for kind, table, gone, type_, cols in ((b"g", "gpu", "retired", GPU, GPU_COLUMNS), (b"r", "rental", "closed", RENTAL, RENTAL_COLUMNS)):
        rows = {}
        for line in psql(url, f"select id, {select(cols)} from rental.{table} where app = {m.app} and not {gone}").splitlines():
            f = line.split("|")
            rows[int(f[0])] = dict(zip(cols, f[1:]))
        live = {int.from_bytes(b[1:], "big"): dict(zip(cols, map(chain_text, cols, type_.decode(base64.b64decode(m.node.application_box_by_name(m.app, b)["value"])))))
                for b in boxes if b[:1] == kind}
        r.check(f"{name}: {len(live)} boxes of {table} equal their rows", rows == live,
                [(k, {c: (rows.get(k, {}).get(c), live.get(k, {}).get(c)) for c in cols if rows.get(k, {}).get(c) != live.get(k, {}).get(c)}) for k in set(rows) | set(live) if rows.get(k) != live.get(k)][:3])
    providers = set(psql(url, f"select encode(provider, 'hex') from rental.provider where app = {m.app} and approved").split())
    r.check(f"{name}: providers", providers == {b[1:].hex() for b in boxes if b[:1] == b"p"})
    st = m.state()
    row = psql(url, f"select {select(GLOBALS)} from rental.market where app = {m.app}").split("|")
    got = {c: ({"t": "1", "f": "0"}.get(v, v)) for c, v in zip(GLOBALS, row)}
    want = {c: chain_text(c, st.get(c, 0)) for c in GLOBALS}
    for c in ("next_gpu", "next_rental"):
        if got[c] == "0": got[c] = "1"
    r.check(f"{name}: globals", got == want, {c: (got[c], want[c]) for c in GLOBALS if got[c] != want[c]})
    info = m.node.account_info(m.address)  # the protocol's rewards come as a gift
    holding, balanced = psql(url, f"select holding, balanced from rental.holdings where app = {m.app}").split("|")
    r.check(f"{name}: holdings are the application's balance", int(holding) == info["amount"] - info["min-balance"] - info["rewards"], (holding, info))
    r.check(f"{name}: deposits = earned + fees + refunded + held", balanced == "t")
    for view, (columns, direct) in SUMS.items():
        got, want = psql(url, f"select {columns} from rental.{view} order by 1, 2"), psql(url, f"select * from ({direct}) d order by 1, 2")
        r.check(f"{name}: {view} is what the rows add up to ({len(want.splitlines())})", got == want, (got[:500], want[:500]))


def play(r, m, start):
    """Calls at random, before an indexer that is killed now and then; the last indexer, still following."""
    rng = random.Random(SEED)
    done, why = 0, {}
    ix = start()
    for i in range(CALLS):
        try:
            m.random_call(rng)
            done += 1
        except market_lib.Refused as e:
            why.setdefault(str(e).split(":")[0], str(e)[-160:])
        if i % 10 == 3:  # at any point
            ix.kill()
            ix.wait()
            ix = start()
    if os.environ.get("VERBOSE"):
        print(done, "calls of", CALLS, "refused:", why)
    r.check(f"{done} calls of {CALLS} were accepted", done > CALLS // 5, why)
    return ix


def reaches(url, process, last):
    for _ in range(300):
        if psql(url, "select next_round from chain.cursor", check=False) == str(last + 1): return True
        if process.poll() is not None: return False
        time.sleep(0.05)
    return False


def verifies(r, m, url, last):
    """`verify` says so while the tables are right, and finds a row that is not."""
    verify = lambda *a: subprocess.run([PROGRAM, "verify", *a], env=dict(os.environ, DATABASE_URL=url, ALGOD_URL=ALGOD), capture_output=True, text=True)
    change = lambda by: psql(url, f"update rental.gpu set price_per_minute = price_per_minute + {by} where app = {m.app} and not retired "
                                  "and id = (select min(id) from rental.gpu where not retired) returning 1")
    v = verify("--round", str(last))
    r.check("verify: " + v.stdout.strip(), v.returncode == 0 and "0 differences" in v.stdout, v.stdout + v.stderr)
    changed = change(1)
    v = verify()
    r.check("verify finds a changed row", v.returncode == (1 if changed else 0), v.stdout + v.stderr)
    change(-1)
    v = verify("--round", str(last - 1))
    r.check("verify of a round gone by is refused", v.returncode == 65, v.stdout + v.stderr)


def verifies_accounts(r, url):
    """Under --state what accounts have is compared too."""
    verify = lambda: subprocess.run([PROGRAM, "verify"], env=dict(os.environ, DATABASE_URL=url, ALGOD_URL=ALGOD), capture_output=True, text=True)
    v = verify()
    r.check("verify --state: " + v.stdout.strip(), v.returncode == 0 and " 0 accounts" not in v.stdout, v.stdout + v.stderr)
    who = psql(url, "update state.account set microalgos = microalgos + 7 where addr = (select addr from state.account where not deleted and microalgos > 0 limit 1) returning chain.addr(addr)")
    v = verify()
    r.check("verify finds a wrong balance and names the account", v.returncode == 1 and who in v.stdout and "1 differences" in v.stdout, v.stdout + v.stderr)
    psql(url, f"update state.account set microalgos = microalgos - 7 where addr = chain.addr('{who}')")


def once_more(url, *args):
    """An indexer from where that database is to a round, in one go."""
    subprocess.run([PROGRAM, *args, "--quiet"], env=dict(os.environ, DATABASE_URL=url, ALGOD_URL=ALGOD), check=True, timeout=60)


def other_ways(r, cluster, market, last, want):
    """From scratch, with the market named late, filled by workers side by side: the same tables."""
    tables = lambda url: fingerprint(url, ("chain", "rental"))
    until = lambda n: ("--until", str(n))
    again = cluster.database("again")
    once_more(again, *market, *until(last))
    r.same("from scratch: the same tables", tables(again), want)
    late = cluster.database("late")
    once_more(late, *until(last))
    once_more(late, *market, *until(last))
    r.same("the market named late: the same tables", tables(late), want)
    filled, half = cluster.database("filled"), last // 2  # by workers, then followed
    once_more(filled, *market, *until(half // 2))
    workers = [indexer(filled, ALGOD, "backfill", *market, "--quiet", "--range", "5", *until(half), token=TOKEN) for _ in range(2)]
    r.check("workers of a back-fill end", [(w.communicate(timeout=60), w.returncode)[1] for w in workers] == [0, 0])
    once_more(filled, *until(half + half // 2))  # without the market
    r.check("a market left out is marked", psql(filled, "select behind from chain.contract") == str(half // 2 + 1))
    once_more(filled, *market, *until(last))
    r.same("back-filled, left out, followed again: the same tables", tables(filled), want)


def other_views(r, cluster, m, url, last, want):
    """By the ARC-56 description, as present state, and within a scope."""
    described = cluster.database("described")
    once_more(described, "--arc56", f"{ROOT}/contracts/rental/generated/algo.arc56.json@{m.app}", "--until", str(last))
    tables = psql(described, "select tab from chain.event_table order by 1").split()
    content = lambda u, schema: {t: psql(u, f"select * from {schema}.{t} order by round, intra, log") for t in tables}
    r.check(f"by its ARC-56 description: the same rows in {len(tables)} event tables",
            len(tables) > 15 and content(described, "arc56_rental") == content(url, "rental"))
    state = cluster.database("state")
    once_more(state, "--state", "--scope", "app:1", "--until", str(last))
    ledger(r, state, m)
    verifies_accounts(r, state)
    narrow = cluster.database("narrow")
    once_more(narrow, "--scope", "market", "--market", str(m.app), "--until", str(last))
    only = lambda f: {k: v for k, v in f.items() if k.startswith("rental.")}
    r.same("--scope market: the same market", only(fingerprint(narrow, ("chain", "rental"))), only(want))
    r.check("--scope market keeps what touches the market",
            int(psql(narrow, "select count(*) from chain.txn")) < int(psql(url, "select count(*) from chain.txn"))
            and psql(narrow, "select count(*) from chain.log") == psql(url, f"select count(*) from chain.log where app = {m.app}"))
    r.check("--scope market: raw bytes", psql(narrow, "select count(*) from chain.txn t where get_byte(chain.raw(round, intra), 0) & 240 <> 128") == "0")


def followed(r, m, cluster):
    url, market = cluster.url, ("--market", str(m.app))
    listener = subprocess.Popen(["psql", "-X", "-q", "-At", url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    listener.stdin.write("listen algorent_event;\nselect 'listening';\n")
    listener.stdin.flush()
    listener.stdout.readline()
    ix = play(r, m, lambda: indexer(url, ALGOD, *market, "--quiet", token=TOKEN))
    last = m.node.status()["last-round"]
    r.check("it follows to the tip", reaches(url, ix, last))
    heard(r, listener, url)
    compare(r, m, url, "followed and killed")
    verifies(r, m, url, last)
    ix.send_signal(signal.SIGTERM)
    ix.communicate(timeout=20)
    want = fingerprint(url, ("chain", "rental"))
    other_ways(r, cluster, market, last, want)
    other_views(r, cluster, m, url, last, want)
    questions(r, url, m.app, m.parties[0])


def main():
    r = Report()
    m = market_lib.Market(ALGOD, TOKEN, market_lib.kmd_funder(os.environ["KMD_URL"], os.environ["KMD_TOKEN"])[0])
    with workplace("indexer-market") as work:
        cluster = Cluster(work)
        try:
            m.create()
            followed(r, m, cluster)
        finally:
            cluster.remove()
    return r.end()


def ledger(r, url, m):
    """Schema state says what the node's REST says at the same round: every account, its holdings, boxes and applications."""
    rows = [json.loads(l) for l in psql(url, "select row_to_json(a) from (select chain.addr(addr) as address, * from state.account where not deleted) a").splitlines()]
    bad = []
    for a in rows:
        n = m.node.account_info(a["address"])
        got = (a["microalgos"], ["Offline", "Online", "Not Participating"][a["status"]], a["assets"], a["created_apps"], a["apps"], a["boxes"], a["box_bytes"])
        want = (n["amount-without-pending-rewards"], n["status"], n["total-assets-opted-in"], n["total-created-apps"], n["total-apps-opted-in"], n.get("total-boxes", 0), n.get("total-box-bytes", 0))
        held = sorted((x["asset-id"], x["amount"], x["is-frozen"]) for x in n.get("assets", []))
        ours = sorted((x["asset"], x["amount"], x["frozen"]) for x in map(json.loads, psql(url, f"select row_to_json(h) from state.holding h where addr = '{a['addr']}' and not deleted").splitlines()))
        if got != want or held != ours:
            bad.append((a["address"], got, want, ours, held))
    r.check(f"--state: {len(rows)} accounts are the node's", not bad and len(rows) > 5, bad[:2])
    names = {base64.b64decode(b["name"]) for b in m.node.application_boxes(m.app, limit=0)["boxes"]}
    boxes = {bytes.fromhex(n): bytes.fromhex(v) for n, v in (l.split("|") for l in psql(url, f"select encode(name, 'hex'), encode(value, 'hex') from state.box where app = {m.app}").splitlines())}
    r.check(f"--state: {len(names)} boxes are the node's", boxes == {n: base64.b64decode(m.node.application_box_by_name(m.app, n)["value"]) for n in names})
    p = m.node.application_info(m.app)["params"]
    app = json.loads(psql(url, f"select row_to_json(a) from (select chain.addr(creator) as maker, * from state.app where id = {m.app}) a"))
    want = {kv["key"]: (kv["value"]["type"], kv["value"]["bytes"], kv["value"]["uint"]) for kv in p["global-state"]}
    r.check("--state: the application is the node's", {k: (v["tt"], v.get("tb", ""), v.get("ui", 0)) for k, v in app["global"].items()} == want
            and app["approval"] == "\\x" + base64.b64decode(p["approval-program"]).hex() and app["maker"] == p["creator"], (app["global"], want))


def heard(r, listener, url):
    """Each event came once as a notification, kills or not."""
    out = listener.communicate("select 1;\n", timeout=20)[0]
    heard = sorted((e["event"], e["round"], e["intra"], e["log"]) for e in map(json.loads, re.findall(r'with payload "(\{.*\})" received', out)))
    tables = psql(url, "select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'log' "
                       "where c.relnamespace = 'rental'::regnamespace and c.relkind = 'r'").split()
    snake = lambda name: re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()
    rows = sorted((t, *map(int, l.split("|"))) for t in tables for l in psql(url, f"select round, intra, log from rental.{t}").splitlines())
    r.check(f"{len(heard)} events were notified, each once", sorted((snake(e), *at) for e, *at in heard) == rows, (len(heard), len(rows)))


def questions(r, url, app, party):
    for view in psql(url, "select relname from pg_class where relnamespace = 'rental'::regnamespace and relkind = 'v' order by 1").split():
        rows = psql(url, f"select count(*) from rental.{view}", check=False)
        r.check(f"view rental.{view} answers ({rows} rows)", rows.isdigit())
    # Every question of docs/sql.md, as it stands there.
    text = open(os.path.join(ROOT, "docs/sql.md")).read()
    text = text[:text.index("\n## Tasks")]  # those are asked by tests/e2e/test_indexer_escrow
    for n, q in re.findall(r"^(\d+)\. .*?```sql\n(.*?)```", text, re.S | re.M):
        try:
            psql(url, f"\\set market {app}\n\\set me '{party}'\n{q}")
            r.check(f"docs/sql.md, question {n}", True)
        except RuntimeError as e:
            r.check(f"docs/sql.md, question {n}", False, e)
    left = psql(url, f"select (select sum(amount) from rental.payments where app = {app}) = (select held from rental.holdings where app = {app})")
    r.check("payments add up to what is held", left == "t", left)


sys.exit(main())
