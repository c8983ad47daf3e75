"""A fork: another node's accounts, applications, assets and boxes below a sandbox of one's own; what is written stays here.
Against another sandbox, and against a real node where ORACLE_ALGOD_URL (ORACLE_ALGOD_TOKEN) names one in developer mode."""
import base64
import contextlib
import http.server
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.request

from algosdk import account, encoding, error, logic, transaction
from algosdk.v2client import algod

import common
import fork_walk

PROGRAM = os.environ["SANDBOX"]
TOKEN = common.TOKEN
# add: global "n" grows and a box of the sender's keeps the last argument; opted in accounts count for themselves
APPROVAL = """#pragma version 10
txn ApplicationID
bz ok
txn OnCompletion
int OptIn
==
bnz ok
byte "n"
dup
app_global_get
txna ApplicationArgs 0
btoi
+
app_global_put
txn Sender
box_del
pop
txn Sender
txna ApplicationArgs 0
box_put
txn Sender
txn ApplicationID
app_opted_in
bz ok
txn Sender
byte "mine"
txna ApplicationArgs 0
app_local_put
ok: int 1
"""


class Fork:
    """A sandbox on top of another node, on free ports."""

    def __init__(self, url, *options, env=None, fails=False):
        self.process = subprocess.Popen([PROGRAM, "--port", "0", "--no-kmd", "--no-indexer", "--json", "--fork", url, *options],
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                        env={**os.environ, "FORK_TOKEN": TOKEN, **(env or {})})
        line = self.process.stdout.readline()
        if fails:
            self.process.wait(20)
            self.error = self.process.stderr.read()
            self.process.stdout.close()
            self.process.stderr.close()
            return
        if not line:
            raise AssertionError(self.process.stderr.read())
        self.ready = json.loads(line)
        self.url = self.ready["algod"]
        self.algod = algod.AlgodClient(TOKEN, self.url)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop(signal.SIGTERM)

    def stop(self, how):
        self.process.send_signal(how)
        self.process.wait(20)
        self.process.stdout.close()
        self.process.stderr.close()

    def control(self, method, path, body=None):
        request = urllib.request.Request(self.url + path, data=body, method=method, headers={"X-Algo-API-Token": TOKEN})
        with urllib.request.urlopen(request) as r:
            return r.read()


def send(client, txns, keys):
    if len(txns) > 1:
        transaction.assign_group_id(txns)
    txid = client.send_transactions([t.sign(k) for t, k in zip(txns, keys)])
    return transaction.wait_for_confirmation(client, txid, 5)


def params(client):
    sp = client.suggested_params()
    sp.flat_fee, sp.fee = True, 1000
    return sp


def call(client, who, key, app, n):
    return send(client, [transaction.ApplicationCallTxn(who, params(client), app, 0, app_args=[n.to_bytes(8, "big")],
                                                       boxes=[(0, encoding.decode_address(who))], note=os.urandom(8))], [key])


def number(client, app):
    state = {base64.b64decode(s["key"]): s["value"] for s in client.application_info(app)["params"].get("global-state", [])}
    return state[b"n"]["uint"]


def box(client, app, who):
    return int.from_bytes(base64.b64decode(client.application_box_by_name(app, encoding.decode_address(who))["value"]), "big")


class Stage:
    """What the forked node has: a funded account, a contract with state, boxes and an opted-in account, an asset."""

    def __init__(self, client, funder, funder_key):
        self.client = client
        self.key, self.me = account.generate_account()
        self.other_key, self.other = account.generate_account()
        for who in (self.me, self.other):
            send(client, [transaction.PaymentTxn(funder, params(client), who, 100_000_000, note=os.urandom(8))], [funder_key])
        programs = [base64.b64decode(client.compile(t)["result"]) for t in (APPROVAL, "#pragma version 10\nint 1")]
        done = send(client, [transaction.ApplicationCreateTxn(self.me, params(client), 0, *programs, transaction.StateSchema(1, 0),
                                                              transaction.StateSchema(0, 1))], [self.key])
        self.app = done["application-index"]
        address = logic.get_application_address(self.app)
        send(client, [transaction.PaymentTxn(self.me, params(client), address, 5_000_000)], [self.key])
        send(client, [transaction.ApplicationOptInTxn(self.other, params(client), self.app)], [self.other_key])
        call(client, self.me, self.key, self.app, 5)
        call(client, self.other, self.other_key, self.app, 7)
        asset = transaction.AssetConfigTxn(self.me, params(client), total=1000, decimals=2, default_frozen=False, unit_name="U",
                                           asset_name="Ünit", manager=self.me, reserve=self.me, freeze=self.me, clawback=self.me,
                                           url="https://example.org", strict_empty_address_check=False)
        self.asset = send(client, [asset], [self.key])["asset-index"]
        self.round = client.status()["last-round"]


class Odd(http.server.BaseHTTPRequestHandler):
    """A node that misbehaves, before another: `how` says the way."""
    how, there, pruned_before = "garbage", common.ALGOD, 0

    def do_GET(self):  # pylint: disable=invalid-name
        self.server.hits += 1
        path = self.path.split("?")[0]
        if self.how == "garbage" or (self.how == "later garbage" and path.startswith("/v2/accounts/")):
            return self.answer(b"<html>it works</html>")
        if self.how == "slow":
            self.server.stopping.wait(90)
        block = int(path.split("/")[3]) if path.startswith("/v2/blocks/") else None
        if block is not None and (self.how == "pruned" or block < self.pruned_before):
            return self.answer(b'{"message":"failed to retrieve information from the ledger"}', 404)
        whole = "exclude=all" not in self.path and "limit=" not in self.path
        if self.how == "limits" and whole and (path.startswith("/v2/accounts/") or path.endswith("/boxes")):
            return self.answer(b'{"message":"Result limit exceeded","data":{"max-results":2}}', 400)
        if self.how == "limits" and not whole and "limit=" in self.path:
            self.server.pages += 1
            self.path = re.sub(r"limit=\d+", "limit=2", self.path)
        if self.how == "broken" and path.startswith("/v2/accounts/"):
            return self.answer(b"{}", 500)
        with urllib.request.urlopen(urllib.request.Request(self.there + self.path, headers={"X-Algo-API-Token": TOKEN})) as r:
            body = r.read()
        if self.how == "wrong genesis" and path == "/genesis":
            body = body.replace(b"dockernet", b"othernet")
        return self.answer(body)

    def answer(self, body, status=200):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with contextlib.suppress(BrokenPipeError):  # whoever asked waits no more
            self.wfile.write(body)

    def log_message(self, *_):
        pass


def serve(how, there=common.ALGOD):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), type("Way", (Odd,), {"how": how, "there": there}))
    server.hits, server.pages, server.stopping = 0, 0, threading.Event()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, f"http://127.0.0.1:{server.server_address[1]}"


def stop(server):
    server.stopping.set()
    server.shutdown()
    server.server_close()


class Shared:
    """Each test against a node that stands still."""
    url = stage = None

    def setUp(self):
        self.cache = tempfile.mkdtemp(prefix="algorent-fork.")
        self.addCleanup(shutil.rmtree, self.cache, True)

    def fork(self, *options, **more):
        return Fork(self.url, "--fork-cache", self.cache, *options, **more)

    def test_reads_and_writes(self):
        s, there = self.stage, self.stage.client
        before = [there.account_info(w) for w in (s.me, s.other)]
        with self.fork() as f:
            here = f.algod
            self.assertEqual(here.status()["last-round"], there.status()["last-round"])
            self.assertEqual(here.suggested_params().gh, there.suggested_params().gh)
            for a, b in zip(before, [here.account_info(w) for w in (s.me, s.other)]):
                self.assertEqual({k: v for k, v in a.items() if k != "round"}, {k: v for k, v in b.items() if k != "round"})
            self.assertEqual(here.application_info(s.app), there.application_info(s.app))
            self.assertEqual(here.asset_info(s.asset), there.asset_info(s.asset))
            self.assertEqual(sorted(b["name"] for b in here.application_boxes(s.app)["boxes"]),
                             sorted(b["name"] for b in there.application_boxes(s.app)["boxes"]))
            last = here.status()["last-round"]
            self.assertEqual(here.block_info(last), there.block_info(last))
            self.assertEqual(here.block_info(last - 1), there.block_info(last - 1))
            done = call(here, s.other, s.other_key, s.app, 30)
            self.assertEqual(done["confirmed-round"], last + 1)
            self.assertEqual((number(here, s.app), box(here, s.app, s.other), box(here, s.app, s.me)), (42, 30, 5))
            local = here.account_application_info(s.other, s.app)["app-local-state"]["key-value"][0]["value"]["bytes"]
            self.assertEqual(base64.b64decode(local), (30).to_bytes(8, "big"))
            opt = transaction.AssetOptInTxn(s.other, params(here), s.asset)
            give = transaction.AssetTransferTxn(s.me, params(here), s.other, 10, s.asset)
            send(here, [opt, give], [s.other_key, s.key])
            self.assertEqual(here.account_asset_info(s.other, s.asset)["asset-holding"]["amount"], 10)
            made = send(here, [transaction.ApplicationCreateTxn(
                s.me, params(here), 0, b"\x0a\x81\x01", b"\x0a\x81\x01", transaction.StateSchema(0, 0), transaction.StateSchema(0, 0))], [s.key])
            self.assertGreater(made["application-index"], max(s.app, s.asset))
            self.assertEqual([there.account_info(w) for w in (s.me, s.other)], before)  # nothing of it went there
            self.assertEqual((number(there, s.app), box(there, s.app, s.other)), (12, 7))

    def test_snapshot_and_reset(self):
        s = self.stage
        with self.fork() as f:
            saved = json.loads(f.control("POST", "/sandbox/v1/snapshot"))["snapshot"]
            call(f.algod, s.me, s.key, s.app, 1)
            self.assertEqual(number(f.algod, s.app), 13)
            f.control("POST", f"/sandbox/v1/revert/{saved}")
            self.assertEqual((number(f.algod, s.app), box(f.algod, s.app, s.me)), (12, 5))
            call(f.algod, s.me, s.key, s.app, 2)
            f.control("POST", "/sandbox/v1/reset")
            self.assertEqual(f.algod.status()["last-round"], s.round)
            self.assertEqual(number(f.algod, s.app), 12)
            clear = transaction.ApplicationCallTxn(s.other, params(f.algod), s.app, transaction.OnComplete.ClearStateOC)
            send(f.algod, [clear], [s.other_key])
            with self.assertRaisesRegex(error.AlgodHTTPError, "not found"):  # what was deleted here is not read again
                f.algod.account_application_info(s.other, s.app)
            for missing in (f.algod.application_info, f.algod.asset_info):
                with self.assertRaisesRegex(error.AlgodHTTPError, "does not exist"):
                    missing(999_999_999)

    def test_dump_and_load(self):
        s = self.stage
        with self.fork() as f:
            call(f.algod, s.me, s.key, s.app, 3)
            dump = f.control("GET", "/sandbox/v1/dump")
        with self.fork() as f:
            f.control("POST", "/sandbox/v1/load", dump)
            self.assertEqual((number(f.algod, s.app), box(f.algod, s.app, s.me)), (15, 3))

    def test_data_survives_a_kill(self):
        s = self.stage
        with tempfile.TemporaryDirectory() as data:
            f = Fork(self.url, "--data", data)
            call(f.algod, s.me, s.key, s.app, 4)
            f.stop(signal.SIGKILL)
            self.assertTrue(os.path.isdir(os.path.join(data, "fork")))
            with Fork(self.url, "--data", data, "--fork-round", str(s.round)) as f:
                self.assertEqual((number(f.algod, s.app), box(f.algod, s.app, s.me)), (16, 4))
            p = subprocess.run([PROGRAM, "--port", "0", "--data", data], capture_output=True, text=True, timeout=20, check=False)
            self.assertEqual(p.returncode, 78)
            self.assertIn(f"a fork of round {s.round}: start with --fork", p.stderr)

    def test_it_begins_again_without_the_other(self):
        s = self.stage
        with tempfile.TemporaryDirectory() as data:
            server, url = serve("", self.url)
            f = Fork(url, "--data", data, "--checkpoint", "100")
            call(f.algod, s.me, s.key, s.app, 4)
            for _ in range(2):
                f.control("POST", "/sandbox/v1/advance/1200")
                call(f.algod, s.me, s.key, s.app, 1)
            before = f.algod.account_info(s.other)
            supply, last = f.algod.ledger_supply(), f.algod.status()["last-round"]
            f.stop(signal.SIGKILL)
            self.assertTrue(os.path.exists(os.path.join(data, "state")))
            stop(server)
            hits = server.hits
            with Fork(url, "--data", data, "--checkpoint", "100") as f:
                self.assertEqual(f.algod.status()["last-round"], last)
                self.assertEqual((number(f.algod, s.app), box(f.algod, s.app, s.me)), (18, 1))
                self.assertEqual(f.algod.account_info(s.other), before)
                self.assertEqual(f.algod.ledger_supply(), supply)
                for r in (s.round, s.round + 1, s.round + 700, last):
                    self.assertEqual(f.algod.block_info(r)["block"]["rnd"], r)
                with self.assertRaisesRegex(error.AlgodHTTPError, "cannot reach"):
                    f.algod.account_info(account.generate_account()[1])
                call(f.algod, s.me, s.key, s.app, 1)
            for name in ("state", "state-before"):  # and from the log alone, with what was read
                if os.path.exists(os.path.join(data, name)):
                    os.remove(os.path.join(data, name))
            with Fork(url, "--data", data) as f:
                self.assertEqual(number(f.algod, s.app), 19)
                self.assertEqual(f.algod.status()["last-round"], last + 1)
            self.assertEqual(server.hits, hits)
            wrong = Fork(url, "--data", data, "--fork-round", "1", fails=True)
            self.assertIn(f"a fork of round {s.round}: give it as --fork-round", wrong.error)

    def test_what_one_answer_does_not_hold(self):
        """An account and an application whose lists the node refuses to tell at once."""
        s = self.stage
        client = s.client
        key, me = account.generate_account()
        send(client, [transaction.PaymentTxn(s.me, params(client), me, 20_000_000)], [s.key])
        assets = [send(client, [transaction.AssetConfigTxn(me, params(client), total=10 + i, decimals=0, default_frozen=False, manager=me,
                                                           strict_empty_address_check=False)], [key])["asset-index"] for i in range(4)]
        send(client, [transaction.AssetOptInTxn(me, params(client), s.asset)], [key])
        send(client, [transaction.ApplicationOptInTxn(me, params(client), s.app)], [key])
        made = send(client, [transaction.ApplicationCreateTxn(me, params(client), 0, b"\x0a\x81\x01", b"\x0a\x81\x01",
                                                              transaction.StateSchema(0, 0), transaction.StateSchema(0, 0))], [key])
        for _ in range(4):
            call(client, me, key, s.app, 0)
        server, url = serve("limits", self.url)
        self.addCleanup(stop, server)
        s.round = client.status()["last-round"]
        with Fork(url, "--fork-cache", self.cache) as f:
            here = f.algod.account_info(me)
            self.assertEqual([a["index"] for a in here["created-assets"]], assets)
            self.assertEqual([a["id"] for a in here["created-apps"]], [made["application-index"]])
            self.assertEqual([(h["asset-id"], h["amount"]) for h in here["assets"]], [(s.asset, 0)] + [(a, 10 + i) for i, a in enumerate(assets)])
            self.assertEqual(base64.b64decode(here["apps-local-state"][0]["key-value"][0]["key"]), b"mine")
            self.assertEqual(here["total-assets-opted-in"], 5)
            give = transaction.AssetTransferTxn(me, params(f.algod), s.me, 3, assets[1])
            send(f.algod, [transaction.AssetOptInTxn(s.me, params(f.algod), assets[1]), give], [s.key, key])
            self.assertEqual(f.algod.account_asset_info(me, assets[1])["asset-holding"]["amount"], 8)
            self.assertEqual(len(f.algod.application_boxes(s.app)["boxes"]), 3)
            self.assertGreater(server.pages, 0)

    def test_supply_is_of_the_round(self):
        s = self.stage
        client = s.client
        then, supply = client.status()["last-round"], client.ledger_supply()
        for _ in range(3):
            send(client, [transaction.PaymentTxn(s.me, params(client), s.other, 0, note=os.urandom(8))], [s.key])
        self.assertNotEqual(client.ledger_supply(), supply)  # the fee sink's money is none
        s.round = client.status()["last-round"]
        with Fork(self.url, "--fork-cache", self.cache, "--fork-round", str(then), "--no-kmd") as f:
            here = f.algod.ledger_supply()
            self.assertEqual(here["current_round"], then)
            self.assertEqual({k: here[k] for k in ("online-money",)}, {k: supply[k] for k in ("online-money",)})

    def test_simulate_and_the_cache(self):
        s = self.stage
        with self.fork() as f:
            call(f.algod, s.me, s.key, s.app, 1)
            files = sum(len(names) for _, _, names in os.walk(self.cache))
            self.assertGreater(files, 2)
        with self.fork() as f:
            call(f.algod, s.me, s.key, s.app, 1)
            self.assertEqual(sum(len(names) for _, _, names in os.walk(self.cache)), files)


def dispenser(client):
    """One of a developer network's funded accounts, from the key daemon of ORACLE_ALGOD_URL's port plus one."""
    from algosdk import kmd
    host, port = os.environ["ORACLE_ALGOD_URL"].rsplit(":", 1)
    k = kmd.KMDClient(os.environ.get("ORACLE_ALGOD_TOKEN", TOKEN), f"{host}:{int(port) + 1}")
    wallet = next(w for w in k.list_wallets() if w["name"] == "unencrypted-default-wallet")
    handle = k.init_wallet_handle(wallet["id"], "")
    best = max(k.list_keys(handle), key=lambda a: client.account_info(a)["amount"])
    return best, k.export_key(handle, "", best)


class Sandbox(Shared, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.url = common.ALGOD
        client = algod.AlgodClient(TOKEN, common.ALGOD)
        key, me = account.generate_account()
        request = urllib.request.Request(f"{common.ALGOD}/sandbox/v1/accounts/{me}/balance/{10**12}", method="POST",
                                         headers={"X-Algo-API-Token": TOKEN})
        urllib.request.urlopen(request).read()
        cls.stage = Stage(client, me, key)


@unittest.skipUnless(os.environ.get("ORACLE_ALGOD_URL"), "ORACLE_ALGOD_URL names no real node")
class RealNode(Shared, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.url = os.environ["ORACLE_ALGOD_URL"]
        client = algod.AlgodClient(os.environ.get("ORACLE_ALGOD_TOKEN", TOKEN), cls.url)
        cls.stage = Stage(client, *dispenser(client))


    def test_walk(self):
        seed = int(os.environ.get("FORK_SEED", "1"))
        with urllib.request.urlopen(common.ALGOD + "/genesis") as r:
            development = [a["addr"] for a in json.load(r)["alloc"] if a["comment"].startswith("Wallet")]
        d = fork_walk.walk(self.url, self.fork, development, *dispenser(self.stage.client), int(os.environ.get("FORK_WALK", "100")), seed)
        self.assertEqual(d.different, 0)
        self.assertGreater(d.taken, 0)


class Moving(unittest.TestCase):
    """A node that goes on: what did not change can still be read, the rest is refused in words."""

    def test_what_changed_is_refused(self):
        client = algod.AlgodClient(TOKEN, common.ALGOD)
        key, me = account.generate_account()
        urllib.request.urlopen(urllib.request.Request(f"{common.ALGOD}/sandbox/v1/accounts/{me}/balance/{10**12}", method="POST",
                                                      headers={"X-Algo-API-Token": TOKEN})).read()
        stage = Stage(client, me, key)
        with Fork(common.ALGOD, "--fork-cache", "") as f:
            call(client, stage.other, stage.other_key, stage.app, 1)  # there, after the fork
            self.assertEqual(f.algod.account_info(stage.me)["amount"], client.account_info(stage.me)["amount"])
            self.assertEqual(f.algod.asset_info(stage.asset)["index"], stage.asset)
            self.assertEqual(box(f.algod, stage.app, stage.me), box(client, stage.app, stage.me))  # nothing named it
            for ask in (lambda: f.algod.account_info(stage.other), lambda: f.algod.application_info(stage.app),
                        lambda: box(f.algod, stage.app, stage.other),
                        lambda: call(f.algod, stage.me, stage.key, stage.app, 1)):
                with self.assertRaisesRegex(error.AlgodHTTPError, f"changed, or may have, in round {stage.round + 1} of the forked node"):
                    ask()
            self.assertEqual(f.algod.status()["last-round"], stage.round)
        with Fork(common.ALGOD, "--fork-cache", "", "--fork-round", str(stage.round)) as f:
            self.assertEqual(f.algod.status()["last-round"], stage.round)
            self.assertEqual(f.algod.account_info(stage.me)["round"], stage.round)


    def test_what_others_deleted_changed_its_maker(self):
        """Any account may delete an application that lets it, and a manager destroys another's asset: no transaction names the maker."""
        client = algod.AlgodClient(TOKEN, common.ALGOD)
        key, me = account.generate_account()
        urllib.request.urlopen(urllib.request.Request(f"{common.ALGOD}/sandbox/v1/accounts/{me}/balance/{10**12}", method="POST",
                                                      headers={"X-Algo-API-Token": TOKEN})).read()
        stage = Stage(client, me, key)
        for _ in range(3):
            send(client, [transaction.PaymentTxn(me, params(client), me, 0, note=os.urandom(8))], [key])
        asset = transaction.AssetConfigTxn(stage.me, params(client), total=1, decimals=0, default_frozen=False, manager=stage.other,
                                           strict_empty_address_check=False)
        asset = send(client, [asset], [stage.key])["asset-index"]
        forks = [Fork(url, "--fork-cache", "") for url in (common.ALGOD, common.ALGOD, serve("")[1])]
        then = client.account_info(stage.me)
        send(client, [transaction.AssetDestroyTxn(stage.other, params(client), asset)], [stage.other_key])
        gone = client.status()["last-round"]
        send(client, [transaction.ApplicationDeleteTxn(stage.other, params(client), stage.app, app_args=[b"\0" * 8],
                                                       boxes=[(0, encoding.decode_address(stage.other))])], [stage.other_key])
        self.assertNotEqual(client.account_info(stage.me)["total-created-apps"], then["total-created-apps"])
        with forks[0] as f:
            with self.assertRaisesRegex(error.AlgodHTTPError, f"changed, or may have, in round {gone}"):
                f.algod.account_info(stage.me)
            self.assertEqual(f.algod.account_info(me)["amount"], client.account_info(me)["amount"])  # nobody's maker
        with forks[1] as f, self.assertRaisesRegex(error.AlgodHTTPError, "changed, or may have"):
            f.algod.application_info(stage.app)
        with forks[2] as f:
            client.status()
            Odd.pruned_before = gone - 1
            try:
                with self.assertRaisesRegex(error.AlgodHTTPError, "was deleted in round [0-9]+, and the forked node .* an archival node"):
                    f.algod.account_info(me)
            finally:
                Odd.pruned_before = 0


class Folder(unittest.TestCase):
    """--fork-cache-size: what forks keep in a folder that they share."""

    def sizes(self, root):
        """Of each fork's folder, the oldest first."""
        forks = [os.path.join(root, n, f) for n in os.listdir(root) if os.path.isdir(os.path.join(root, n)) for f in os.listdir(os.path.join(root, n))]
        return [sum(os.path.getsize(os.path.join(f, x)) for x in os.listdir(f)) for f in sorted(forks, key=os.path.getmtime)]

    def test_it_has_a_bound(self):
        root = tempfile.mkdtemp(prefix="algorent-fork.")
        self.addCleanup(shutil.rmtree, root, True)
        client = algod.AlgodClient(TOKEN, common.ALGOD)
        key, me = account.generate_account()
        urllib.request.urlopen(urllib.request.Request(f"{common.ALGOD}/sandbox/v1/accounts/{me}/balance/{10**12}", method="POST",
                                                      headers={"X-Algo-API-Token": TOKEN})).read()
        big = b"\x0a\x81\x01\x43" + b"\x81\x01\x48" * 2600  # 8 KB that an account's answer has whole
        for _ in range(10):
            send(client, [transaction.ApplicationCreateTxn(me, params(client), 0, big, b"\x0a\x81\x01", transaction.StateSchema(0, 0),
                                                           transaction.StateSchema(0, 0), extra_pages=3)], [key])
        for i in range(8):  # each keeps more than 100 KB, until there is no room
            with Fork(common.ALGOD, "--fork-cache", root, "--fork-cache-size", "1") as f:
                self.assertEqual(len(f.algod.account_info(me)["created-apps"]), 10)
                for _ in range(i):
                    f.algod.account_info(account.generate_account()[1])
            self.assertLess(sum(self.sizes(root)), 1 << 20)
            send(client, [transaction.PaymentTxn(me, params(client), me, 0, note=os.urandom(8))], [key])
        sizes = self.sizes(root)
        self.assertLess(len(sizes), 8)  # the oldest are gone
        self.assertGreater(sizes[-1], 100_000)  # the one in use is not


class Failing(unittest.TestCase):
    def serve(self, how):
        server, url = serve(how)
        self.addCleanup(stop, server)
        return server, url

    def refused(self, url, words, status, *options, **more):
        f = Fork(url, "--fork-cache", "", *options, fails=True, **more)
        self.assertRegex(f.error, words)
        self.assertEqual(f.process.returncode, status)

    def test_it_does_not_start(self):
        self.refused("http://127.0.0.1:9", "cannot reach http://127.0.0.1:9", 69)
        self.refused("nonsense", "not a server's URL", 2)
        self.refused(common.ALGOD, "refused the token: give its own", 77, env={"FORK_TOKEN": "wrong"})
        self.refused(common.ALGOD, "round 99999999 is not there yet", 65, "--fork-round", "99999999")
        self.refused(self.serve("garbage")[1], "does not answer as an algod does", 65)
        self.refused(self.serve("wrong genesis")[1], "blocks of another network", 78)
        self.refused(self.serve("pruned")[1], "no longer has the block of round [0-9]+: fork a later round, or an archival node", 69)

    def test_who_waits_for_the_other(self):
        """Another node that hangs holds up those who ask for what it has, and nobody else."""
        server, url = self.serve("")
        with Fork(url, "--fork-cache", "") as f:
            server.RequestHandlerClass.how = "slow"
            tip, answers = f.algod.status()["last-round"], []
            ask = lambda: answers.append(self.status_of(f, "/v2/accounts/" + account.generate_account()[1]))
            held = threading.Thread(target=ask)
            held.start()
            time.sleep(0.5)
            for path in ("/v2/status", "/v2/transactions/params", "/versions", "/genesis", "/health", "/ready", "/sandbox/v1/mining"):
                t = time.monotonic()
                self.assertEqual(self.status_of(f, path), 200, path)
                self.assertLess(time.monotonic() - t, 1, path)
            self.assertEqual(f.algod.status()["last-round"], tip)
            self.assertEqual(answers, [])  # it waits still
            server.RequestHandlerClass.how = ""
            server.stopping.set()
            held.join(60)
            self.assertEqual(answers, [200])

    def test_one_that_hangs_is_not_waited_for_again(self):
        server, url = self.serve("")
        with Fork(url, "--fork-cache", "") as f:
            server.RequestHandlerClass.how = "slow"
            t = time.monotonic()
            with self.assertRaisesRegex(error.AlgodHTTPError, "gave no answer within 3000 ms"):
                f.algod.account_info(account.generate_account()[1])
            self.assertLess(time.monotonic() - t, 6)
            t = time.monotonic()
            with self.assertRaisesRegex(error.AlgodHTTPError, "gave no answer a moment ago: it is asked again in [1-5] s"):
                f.algod.account_info(account.generate_account()[1])
            self.assertLess(time.monotonic() - t, 1)
            time.sleep(5.5)
            t = time.monotonic()
            with self.assertRaisesRegex(error.AlgodHTTPError, "gave no answer within 1000 ms"):
                f.algod.account_info(account.generate_account()[1])  # waited for a moment alone
            self.assertLess(time.monotonic() - t, 2)
            with self.assertRaisesRegex(error.AlgodHTTPError, "it is asked again in ([6-9]|10) s"):
                f.algod.account_info(account.generate_account()[1])
            server.RequestHandlerClass.how = ""
            server.stopping.set()
            time.sleep(10.5)
            self.assertEqual(self.status_of(f, "/v2/accounts/" + account.generate_account()[1]), 200)

    @staticmethod
    def status_of(f, path):
        try:
            with urllib.request.urlopen(urllib.request.Request(f.url + path, headers={"X-Algo-API-Token": TOKEN}), timeout=60) as r:
                return r.status
        except urllib.error.HTTPError as e:
            return e.code

    def test_it_fails_later(self):
        client = algod.AlgodClient(TOKEN, common.ALGOD)
        for how, words in (("later garbage", "the forked node's answer to /v2/accounts|not JSON|parse"), ("broken", "status 500")):
            server, url = self.serve("")
            with Fork(url, "--fork-cache", "") as f:
                server.RequestHandlerClass.how = how
                key, me = account.generate_account()
                with self.assertRaisesRegex(error.AlgodHTTPError, words):
                    f.algod.account_info(me)
                with self.assertRaises(error.AlgodHTTPError):
                    send(f.algod, [transaction.PaymentTxn(me, params(f.algod), me, 0)], [key])
                server.RequestHandlerClass.how = ""  # it is asked again
                self.assertEqual(f.algod.account_info(me)["amount"], client.account_info(me)["amount"])
                server.shutdown()
                server.server_close()
                with self.assertRaisesRegex(error.AlgodHTTPError, "the forked node: cannot reach|the exchange with"):
                    f.algod.account_info(account.generate_account()[1])


if __name__ == "__main__":
    common.main()
