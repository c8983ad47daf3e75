#!/usr/bin/env python3
"""The official indexer beside the sandbox's own, over the same chain: Conduit (CONDUIT) reads the sandbox as a follower node and
writes a PostgreSQL database, algorand-indexer (ALGORAND_INDEXER) answers from that. Both are asked for every route, with right and
wrong parameters, and all pages; status, kind of body and the body are compared.

  CONDUIT=/path/conduit ALGORAND_INDEXER=/path/algorand-indexer ALGOD_URL=… KMD_URL=… INDEXER_URL=… DATABASE_URL=… diff_indexer.py"""
import base64
import http.client
import http.server
import itertools
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from urllib.parse import quote, urlsplit

from algosdk import account, encoding, kmd, logic, transaction
from algosdk.v2client import algod

TOKEN = "a" * 64
ZERO = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAY5HFKQ"
NO_TXID = "RLFPJ265TGV3YXVWYXFKDYR2MNJJ6NKPEIWPPWAKDBCG7JUMKQWA"
PROGRAM = """#pragma version 10
txn ApplicationID; bz end
txn NumAppArgs; bz end
txna ApplicationArgs 0; byte "box"; ==; bnz box
txna ApplicationArgs 0; byte "unbox"; ==; bnz unbox
txna ApplicationArgs 0; byte "log"; ==; bnz logs
txna ApplicationArgs 0; byte "local"; ==; bnz local
txna ApplicationArgs 0; byte "global"; ==; bnz global
txna ApplicationArgs 0; byte "inner"; ==; bnz inner
b end
box: txna ApplicationArgs 1; txna ApplicationArgs 2; box_put; b end
unbox: txna ApplicationArgs 1; box_del; pop; b end
logs: byte "one"; log; byte 0x00ff; log; b end
local: txn Sender; byte "l"; txna ApplicationArgs 1; app_local_put; b end
global: byte "g"; int 7; app_global_put; byte 0x00ff; txna ApplicationArgs 1; app_global_put; b end
inner: itxn_begin; int pay; itxn_field TypeEnum; txn Sender; itxn_field Receiver; int 1; itxn_field Amount
itxn_next; int acfg; itxn_field TypeEnum; int 9; itxn_field ConfigAssetTotal; byte "inn"; itxn_field ConfigAssetName; itxn_submit; byte "x"; log; b end
end: int 1"""

OUTER = """#pragma version 12
txn ApplicationID; bz end
txna ApplicationArgs 0; byte "call"; ==; bnz call
txna ApplicationArgs 0; byte "opt"; ==; bnz opt
txna ApplicationArgs 0; byte "new"; ==; bnz new
txna ApplicationArgs 0; byte "freeze"; ==; bnz freeze
txna ApplicationArgs 0; byte "destroy"; ==; bnz destroy
b end
call: itxn_begin; int appl; itxn_field TypeEnum; txna Applications 1; itxn_field ApplicationID; txna ApplicationArgs 1; itxn_field ApplicationArgs; int 0; itxn_field Fee; byte "inner note"; itxn_field Note; itxn_submit; b end
opt: itxn_begin; int axfer; itxn_field TypeEnum; txna Assets 0; itxn_field XferAsset; global CurrentApplicationAddress; itxn_field AssetReceiver; itxn_submit; b end
new: itxn_begin; int acfg; itxn_field TypeEnum; int 9; itxn_field ConfigAssetTotal; global CurrentApplicationAddress; dup; dup; itxn_field ConfigAssetManager; itxn_field ConfigAssetFreeze; itxn_field ConfigAssetClawback
itxn_next; int keyreg; itxn_field TypeEnum
itxn_next; int pay; itxn_field TypeEnum; txna Accounts 1; itxn_field Receiver; int 3; itxn_field Amount; itxn_submit; b end
freeze: itxn_begin; int afrz; itxn_field TypeEnum; txna Assets 0; itxn_field FreezeAsset; global CurrentApplicationAddress; itxn_field FreezeAssetAccount; int 0; itxn_field FreezeAssetFrozen; itxn_submit; b end
destroy: itxn_begin; int acfg; itxn_field TypeEnum; txna Assets 0; itxn_field ConfigAsset; itxn_submit; b end
end: int 1"""


class Follower(http.server.BaseHTTPRequestHandler):
    """The sandbox, and what a follower has beside: how far to go is told, and goes."""

    def answer(self, body=None):
        if self.path.startswith("/v2/ledger/sync"):
            status, kind, data = 200, "application/json", b'{"round":1}'
        else:
            request = urllib.request.Request(self.server.algod + self.path, headers={"X-Algo-API-Token": TOKEN})
            try:
                with urllib.request.urlopen(request, timeout=60) as r:
                    status, kind, data = r.status, r.headers["Content-Type"], r.read()
            except urllib.error.HTTPError as e:
                status, kind, data = e.code, e.headers["Content-Type"], e.read()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_DELETE = answer

    def log_message(self, *args):
        pass


class Official:
    """The pipeline; `url` answers once it has the round that is waited for."""

    def __init__(self, algod_url, database):
        self.work = tempfile.TemporaryDirectory(prefix="algorent-official.")
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Follower)
        self.server.algod = algod_url
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        folder = self.work.name
        with open(f"{folder}/conduit.yml", "w", encoding="utf8") as f:
            f.write(f"log-level: WARN\nlog-file: {folder}/conduit.log\nhide-banner: true\nretry-count: 100\n"
                    f"importer:\n  name: algod\n  config:\n    mode: follower\n    netaddr: http://127.0.0.1:{self.server.server_port}\n    token: ''\n"
                    f"processors: []\nexporter:\n  name: postgresql\n  config:\n    connection-string: '{database}'\n    max-conn: 10\n")
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.parts = [subprocess.Popen([os.environ["CONDUIT"], "-d", folder], stdout=subprocess.DEVNULL)]
        os.mkdir(f"{folder}/indexer")
        with open(f"{folder}/indexer/api_config.yml", "w", encoding="utf8") as f:
            f.write("")
        time.sleep(2)
        self.parts.append(subprocess.Popen(
            [os.environ["ALGORAND_INDEXER"], "daemon", "-P", database, "-S", f"127.0.0.1:{port}", "-i", f"{folder}/indexer", "--enable-all-parameters",
             "-f", f"{folder}/indexer.log"], stdout=subprocess.DEVNULL))

    def wait(self, last):
        for _ in range(1200):
            try:
                with urllib.request.urlopen(self.url + "/health", timeout=5) as r:
                    if json.load(r)["round"] >= last:
                        return
            except OSError:
                pass
            if any(p.poll() is not None for p in self.parts):
                break
            time.sleep(0.1)
        for name in ("conduit.log", "indexer.log"):
            with open(f"{self.work.name}/{name}", encoding="utf8") as f:
                print(name, f.read()[-2000:], file=sys.stderr)
        sys.exit("the official indexer does not get there")

    def end(self):
        for p in self.parts:
            p.terminate()
            p.wait()
        self.server.shutdown()
        self.work.cleanup()


def free_port():
    with http.server.socketserver.TCPServer(("127.0.0.1", 0), None) as s:
        return s.server_address[1]


class World:
    def __init__(self):
        self.node = algod.AlgodClient(TOKEN, os.environ["ALGOD_URL"])
        self.keys, self.txids, self.times = [], [], []
        self.now = 1_790_000_000
        k = kmd.KMDClient(TOKEN, os.environ["KMD_URL"])
        handle = k.init_wallet_handle(next(w["id"] for w in k.list_wallets() if w["name"] == "unencrypted-default-wallet"), "")
        rich = k.list_keys(handle)[0]
        self.keys = [k.export_key(handle, "", rich)] + [account.generate_account()[0] for _ in range(5)]
        self.who = [account.address_from_private_key(x) for x in self.keys]

    def params(self, fee=1000):
        p = self.node.suggested_params()
        p.fee, p.flat_fee = fee, True
        return p

    def send(self, txn, who=0, sign=None):
        self.now += 1000
        self.control("POST", f"/sandbox/v1/time/{self.now}")
        txns = txn if isinstance(txn, list) else [txn]
        signed = [sign(t) if sign else t.sign(self.keys[who]) for t in txns]
        self.node.send_transactions(signed)
        self.txids.append(txns[0].get_txid())
        return self.node.pending_transaction_info(self.txids[-1])

    def control(self, method, path):
        r = urllib.request.Request(os.environ["ALGOD_URL"] + path, method=method, headers={"X-Algo-API-Token": TOKEN}, data=b"" if method == "POST" else None)
        with urllib.request.urlopen(r, timeout=30) as f:
            return f.read()

    def program(self, text):
        return base64.b64decode(self.node.compile(text)["result"])

    def build(self):
        a, b, c, d, e, f = self.who
        for i, x in enumerate(self.who[1:]):
            self.send(transaction.PaymentTxn(a, self.params(), x, 10_000_000, note=b"fund%d" % i))
        asset = transaction.AssetCreateTxn(a, self.params(), 1000, 2, False, manager=a, freeze=a, clawback=a, reserve=b, unit_name="UNIT", asset_name="Name of it", url="http://u", metadata_hash=bytes(range(32)))
        self.asset = self.send(asset)["asset-index"]
        self.odd = self.send(transaction.AssetCreateTxn(b, self.params(), 2**64 - 1, 19, True, unit_name="\u0000U", asset_name="n%_'\u00fc", url="x"), 1)["asset-index"]
        for i in (1, 2):
            self.send(transaction.AssetOptInTxn(self.who[i], self.params(), self.asset), i)
            self.send(transaction.AssetTransferTxn(a, self.params(), self.who[i], 5 * i, self.asset))
        self.send(transaction.AssetFreezeTxn(a, self.params(), self.asset, b, True))
        self.send(transaction.AssetTransferTxn(a, self.params(), c, 1, self.asset, revocation_target=b))
        self.send(transaction.AssetCloseOutTxn(c, self.params(), a, self.asset), 2)
        self.send(transaction.AssetConfigTxn(a, self.params(), self.asset, manager=b, reserve=b, freeze=a, clawback=a))
        self.gone_asset = self.send(transaction.AssetCreateTxn(a, self.params(), 1, 0, False, manager=a, asset_name="gone"))["asset-index"]
        self.send(transaction.AssetDestroyTxn(a, self.params(), self.gone_asset))
        schema, none, yes = transaction.StateSchema(1, 1), transaction.StateSchema(0, 0), self.program("#pragma version 10\nint 1")
        self.app = self.send(transaction.ApplicationCreateTxn(a, self.params(), 0, self.program(PROGRAM), yes, schema, schema, extra_pages=1))["application-index"]
        self.at = logic.get_application_address(self.app)
        self.send(transaction.PaymentTxn(a, self.params(), self.at, 5_000_000))
        for i in (1, 2, 3):
            self.send(transaction.ApplicationOptInTxn(self.who[i], self.params(), self.app), i)
        for args in ([b"local", b"\x00\xff"], [b"global", b"text"], [b"log"], [b"inner"], [b"log"], [b"inner"]):
            self.send(transaction.ApplicationNoOpTxn(b, self.params(4000), self.app, args, accounts=[c], foreign_assets=[self.asset], note=b"call " + args[0]), 1)
        for name in (b"a", b"ab", b"b", b"\x00\xff", bytes(64), "\u00fc".encode(), b"gone"):
            self.send(transaction.ApplicationNoOpTxn(a, self.params(), self.app, [b"box", name, b"value of " + name], boxes=[(0, name)]))
        self.send(transaction.ApplicationNoOpTxn(a, self.params(), self.app, [b"unbox", b"gone"], boxes=[(0, b"gone")]))
        self.send(transaction.ApplicationCloseOutTxn(c, self.params(), self.app), 2)
        self.send(transaction.ApplicationClearStateTxn(d, self.params(), self.app), 3)
        self.gone_app = self.send(transaction.ApplicationCreateTxn(a, self.params(), 0, yes, yes, none, none))["application-index"]
        self.send(transaction.ApplicationUpdateTxn(a, self.params(), self.gone_app, yes, yes))
        self.send(transaction.ApplicationDeleteTxn(a, self.params(), self.gone_app))
        self.send(transaction.PaymentTxn(a, self.params(), b, 1, lease=bytes(range(32)), note=b"note"))
        group = [transaction.PaymentTxn(a, self.params(), b, i, note=b"g%d" % i) for i in range(3)] + [transaction.AssetTransferTxn(a, self.params(), b, 0, self.asset)]
        self.gid = base64.b64encode(transaction.assign_group_id(group)[0].group).decode()
        self.send(group)
        self.send(transaction.KeyregOfflineTxn(b, self.params()), 1)
        self.send(transaction.KeyregOnlineTxn(d, self.params(), base64.b64encode(bytes(range(32))).decode(), base64.b64encode(bytes(range(1, 33))).decode(), 1, 10000, 100,
                                              sprfkey=base64.b64encode(bytes(range(64))).decode()), 3)
        self.send(transaction.KeyregNonparticipatingTxn(e, self.params()), 4)
        self.send(transaction.PaymentTxn(d, self.params(), d, 0, rekey_to=e), 3)
        self.send(transaction.PaymentTxn(d, self.params(), d, 7), 4)
        self.send(transaction.PaymentTxn(f, self.params(), a, 0, close_remainder_to=b), 5)
        m = transaction.Multisig(1, 1, [a, b])
        self.multisig = m.address()
        self.send(transaction.PaymentTxn(a, self.params(), m.address(), 1_000_000))

        def by_multisig(t):
            s = transaction.MultisigTransaction(t, m)
            s.sign(self.keys[0])
            return s
        self.send(transaction.PaymentTxn(m.address(), self.params(), a, 5), sign=by_multisig)
        ls = transaction.LogicSigAccount(yes, args=[b"x"])
        self.send(transaction.PaymentTxn(a, self.params(), ls.address(), 1_000_000))
        self.send(transaction.PaymentTxn(ls.address(), self.params(), a, 5), sign=lambda t: transaction.LogicSigTransaction(t, ls))
        self.nested(a, b, c)
        self.control("POST", "/sandbox/v1/advance/3")
        self.last = self.node.status()["last-round"]

    def nested(self, a, b, c):
        """Calls within calls, every kind of inner transaction, and lists of access."""
        none = transaction.StateSchema(0, 0)
        outer = self.send(transaction.ApplicationCreateTxn(a, self.params(), 0, self.program(OUTER), self.program("#pragma version 12\nint 1"), none, none))["application-index"]
        self.outer = logic.get_application_address(outer)
        self.send(transaction.PaymentTxn(a, self.params(), self.outer, 5_000_000))
        for args in ([b"call", b"log"], [b"call", b"inner"], [b"opt"], [b"new"]):
            t = transaction.ApplicationNoOpTxn(a, self.params(8000), outer, args, foreign_apps=[self.app], foreign_assets=[self.asset], accounts=[b])
            made = self.send(t)
        asset = made["inner-txns"][0]["asset-index"]
        for args in ([b"freeze"], [b"destroy"]):
            self.send(transaction.ApplicationNoOpTxn(a, self.params(8000), outer, args, foreign_assets=[asset], accounts=[b]))
        self.send(transaction.ApplicationCallTxn(b, self.params(), self.app, 0, app_args=[b"local", b"by access"], accounts=[c, a], foreign_apps=[outer], foreign_assets=[self.asset], boxes=[(0, b"a"), (self.app, b"zz")],
                                                 use_access=True, holdings=[(self.asset, c), (self.asset, b)], locals=[(outer, c), (self.app, b)]), 1)
        self.send(transaction.ApplicationCallTxn(a, self.params(), self.app, 0, app_args=[b"box", b"far", b"x"], foreign_apps=[outer], boxes=[(outer, b"o"), (0, b"far"), (0, b"")]))
        self.send(transaction.ApplicationCallTxn(a, self.params(), outer, 0, app_args=[b"none"], reject_version=9))


class Asker:
    def __init__(self, real, ours):
        self.hosts = [urlsplit(u).netloc for u in (real, ours)]
        self.asked = self.different = 0
        self.seen = {}

    def one(self, host, method, path):
        c = http.client.HTTPConnection(host, timeout=60)
        try:
            c.request(method, path)
            r = c.getresponse()
            return r.status, r.getheader("Content-Type"), r.read()
        finally:
            c.close()

    def get(self, path, method="GET"):
        a, b = (self.one(h, method, path) for h in self.hosts)
        self.asked += 1
        if a[:2] != b[:2] or parsed(a[2]) != parsed(b[2]):
            self.different += 1
            self.tell(path, a, b)
        return parsed(a[2])

    def tell(self, path, a, b):
        key = re.sub(r"[A-Z2-7]{52,58}|\d+", "#", path.split("?")[0] + str(a[0]) + str(b[0]))
        self.seen[key] = self.seen.get(key, 0) + 1
        if self.seen[key] > int(os.environ.get("DIFF_SHOW", "3")):
            return
        x, y = (json.dumps(parsed(v[2]), sort_keys=True) for v in (a, b))
        at = max(0, next((i for i in range(min(len(x), len(y))) if x[i] != y[i]), 0) - 120) if len(x) > 300 else 0
        print(f"--- {path}\n real {a[0]} {a[1]} {x[at:at + 300]}\n ours {b[0]} {b[1]} {y[at:at + 300]}")

    def pages(self, path, limits=(1, 2, 5)):
        for n in limits:
            at = self.get(f"{path}{'&' if '?' in path else '?'}limit={n}")
            for _ in range(100):
                if not isinstance(at, dict) or "next-token" not in at:
                    break
                at = self.get(f"{path}{'&' if '?' in path else '?'}limit={n}&next={quote(at['next-token'])}")


def ordered(v):
    """Lists that come from Go's maps, or from rows in no order."""
    if isinstance(v, dict):
        return {k: sorted(map(ordered, w), key=lambda x: json.dumps(x, sort_keys=True)) if k in
                ("assets", "apps-local-state", "created-apps", "created-assets", "global-state", "key-value", "global-state-delta", "local-state-delta", "delta") and isinstance(w, list)
                else ordered(w) for k, w in v.items()}
    return [ordered(x) for x in v] if isinstance(v, list) else v


def parsed(data):
    try:
        v = ordered(json.loads(data))
    except ValueError:
        return data.decode("utf8", "replace")
    if isinstance(v, dict) and "[valid " in v.get("message", ""):  # these come in any order
        v["message"] = re.sub(r"\[valid (\w+): (.*?)\]", lambda m: m[1] + str(sorted(re.split(", ?", m[2]))), v["message"])
    if isinstance(v, dict) and "version" in v and "db-available" in v:
        v.pop("version")
        v.pop("data", None)
    if isinstance(v, dict) and "log-data" in v:  # its token counts inner transactions that were told
        v.pop("next-token", None)
    return v


BAD = ["abc", "-1", "1.5", "18446744073709551615", "18446744073709551616", "9223372036854775808", "", "0"]


def accounts(q, w):
    for path in ("", "?include-all=true", "?exclude=all", "?exclude=assets,created-apps", "?exclude=foo", "?exclude=none", "?asset-id=" + str(w.asset), "?application-id=" + str(w.app), "?auth-addr=" + w.who[4],
                 "?currency-greater-than=1000000", "?currency-less-than=10000000", "?online-only=true", "?online-only=foo", "?include-all=foo", f"?asset-id={w.asset}&currency-greater-than=1",
                 f"?asset-id={w.asset}&currency-greater-than=0&include-all=true", f"?application-id={w.app}&include-all=true", "?currency-greater-than=5&currency-less-than=3", "?round=3", "?auth-addr=X", "?next=foo", "?limit=0", "?limit=abc",
                 "?limit=100000", "?limit=-1", "?next=" + w.who[0], f"?asset-id={w.asset}&application-id={w.app}", "?asset-id=999999", "?application-id=999999", "?foo=bar", "?asset-id=0", "?application-id=0", "?currency-greater-than=0", "?exclude="):
        q.get("/v2/accounts" + path)
    q.pages("/v2/accounts")
    q.pages("/v2/accounts?include-all=true", (3,))
    q.pages(f"/v2/accounts?asset-id={w.asset}&include-all=true", (1,))
    for x in [*w.who, w.at, w.outer, w.multisig, ZERO, account.generate_account()[1]]:
        for tail in ("", "?include-all=true", "?exclude=all", "?exclude=created-assets", "?exclude=apps-local-state,assets", "?exclude=foo", "?round=5", "?round=99999", f"?round={w.last}", "?round=0", "?include-all=foo", "?exclude="):
            q.get(f"/v2/accounts/{x}{tail}")
        for what, key in (("assets", "asset-id"), ("created-assets", "asset-id"), ("apps-local-state", "application-id"), ("created-applications", "application-id")):
            for tail in ("", "?include-all=true", "?limit=0", "?limit=abc", "?limit=100000", "?next=foo", "?next=5", f"?{key}={w.asset}", f"?{key}={w.app}", f"?{key}=999", f"?{key}=abc", f"?{key}=0", "?foo=1", "?exclude="):
                q.get(f"/v2/accounts/{x}/{what}{tail}")
            q.pages(f"/v2/accounts/{x}/{what}?include-all=true", (1,))
    for x in ("X", ZERO[:-1] + "A", ZERO.lower(), "%20", ZERO + "A", ""):
        for tail in ("", "/assets", "/transactions", "/created-assets", "/apps-local-state", "/created-applications", "?round=1", "/foo"):
            q.get(f"/v2/accounts/{x}{tail}")


def things(q, w):
    for tail in ("", "?include-all=true", f"?application-id={w.app}", f"?application-id={w.gone_app}", f"?application-id={w.gone_app}&include-all=true", "?creator=" + w.who[0], "?creator=" + w.who[1], "?creator=X", "?limit=0",
                 "?limit=abc", "?next=foo", "?limit=100000", "?application-id=0", "?application-id=abc", "?foo=1", "?creator=", "?next=" + str(w.app)):
        q.get("/v2/applications" + tail)
    q.pages("/v2/applications?include-all=true", (1, 2))
    for tail in ("", "?include-all=true", f"?asset-id={w.asset}", f"?asset-id={w.gone_asset}", f"?asset-id={w.gone_asset}&include-all=true", "?creator=" + w.who[0], "?creator=X", "?name=Name", "?name=name", "?name=NAME", "?name=n%25_'", "?unit=UNIT", "?unit=un", "?unit=U", "?name=zz", "?limit=0", "?limit=abc", "?next=foo", "?limit=100000", "?asset-id=abc", "?name=", "?unit=", "?name=of&unit=it", f"?next={w.asset}", "?foo=1"):
        q.get("/v2/assets" + tail)
    q.pages("/v2/assets?include-all=true", (1, 2))
    for i in [w.asset, w.odd, w.gone_asset, w.app, w.gone_app, 99999, *BAD]:
        for tail in ("", "?include-all=true", "?include-all=foo"):
            q.get(f"/v2/assets/{i}{tail}")
            q.get(f"/v2/applications/{i}{tail}")
        for tail in ("", "?include-all=true", "?currency-greater-than=0", "?currency-greater-than=1", "?currency-less-than=5", "?limit=1", "?limit=0", "?limit=100000", "?next=foo", "?next=" + w.who[0], "?currency-less-than=abc"):
            q.get(f"/v2/assets/{i}/balances{tail}")
        for tail in ("", "?limit=1", "?limit=0", "?txid=" + w.txids[20], "?txid=foo", "?sender-address=" + w.who[1], "?sender-address=X", "?min-round=5", "?max-round=25", "?min-round=9&max-round=3", "?next=foo", "?limit=100000"):
            q.get(f"/v2/applications/{i}/logs{tail}")
        for tail in ("", "?limit=1", "?limit=0", "?limit=100000", "?next=foo", "?next=b64:YQ==", "?include=values", "?include=foo", "?limit=abc"):
            q.get(f"/v2/applications/{i}/boxes{tail}")
        for name in ("str:a", "b64:YQ==", "int:5", "foo", "", "str:zz", "addr:X", "str:gone", "abi:uint64:5", "b64:AP8=", "b64:?"):
            q.get(f"/v2/applications/{i}/box?name={quote(name)}")
        q.get(f"/v2/applications/{i}/box")
    q.pages(f"/v2/assets/{w.asset}/balances?include-all=true", (1, 2))
    q.pages(f"/v2/applications/{w.app}/logs", (1, 2))
    q.pages(f"/v2/applications/{w.app}/boxes", (1, 2))


def transactions(q, w):
    iso = lambda t: quote(time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(t)))
    mid = w.now - 20_000
    tails = ["", "?tx-type=pay", "?tx-type=axfer", "?tx-type=acfg", "?tx-type=afrz", "?tx-type=appl", "?tx-type=keyreg", "?tx-type=stpf", "?tx-type=foo", "?tx-type=hb", "?sig-type=sig", "?sig-type=msig", "?sig-type=lsig", "?sig-type=foo",
             "?note-prefix=" + quote(base64.b64encode(b"fund").decode()), "?note-prefix=foo!", "?note-prefix=Zm9", "?txid=" + w.txids[3], "?txid=foo", "?txid=" + NO_TXID, "?round=7", "?round=99999", "?round=abc", "?min-round=30", "?max-round=9",
             "?min-round=10&max-round=12", "?min-round=12&max-round=10", f"?asset-id={w.asset}", f"?application-id={w.app}", "?asset-id=0", "?application-id=0", "?asset-id=99999", f"?before-time={iso(mid)}", f"?after-time={iso(mid)}",
             f"?after-time={iso(mid)}&before-time={iso(mid + 3000)}", "?before-time=foo", "?after-time=2026-01-01", "?before-time=2026-01-01", "?currency-greater-than=1000000", "?currency-less-than=3", "?currency-greater-than=2&currency-less-than=10",
             f"?asset-id={w.asset}&currency-greater-than=4", "?rekey-to=true", "?rekey-to=false", "?rekey-to=foo", "?limit=0", "?limit=abc", "?limit=100000", "?next=foo", "?next=AAAA", "?group-id=" + quote(w.gid), "?group-id=foo", "?group-id=AAAA",
             "?foo=1", "?round=7&min-round=9", f"?round=40&tx-type=pay", "?min-round=abc", "?sig-type=sig&tx-type=pay&min-round=20", "?next="]
    more = ["?address=" + w.who[0], "?address=" + w.who[1], *[f"?address={w.who[i]}&address-role={r}" for i in range(3) for r in ("sender", "receiver", "freeze-target")], f"?address={w.who[1]}&address-role=receiver&exclude-close-to=true",
            f"?address={w.who[1]}&exclude-close-to=true", "?address=X", f"?address={w.who[0]}&address-role=foo", "?address-role=sender", "?exclude-close-to=true", "?exclude-close-to=foo", "?address=" + w.at, f"?address={w.who[2]}&tx-type=appl"]
    for t in tails + more:
        q.get("/v2/transactions" + t)
        q.get(f"/v2/assets/{w.asset}/transactions{t}")
    for x in (w.who[0], w.who[1], w.who[2], w.at, w.outer, w.multisig, ZERO):
        for t in tails:
            q.get(f"/v2/accounts/{x}/transactions{t}")
    for x in (w.who[0], w.who[2], w.multisig):
        q.pages(f"/v2/accounts/{x}/transactions", (3,))
    for i in (w.gone_asset, 999, *BAD):
        q.get(f"/v2/assets/{i}/transactions")
    q.pages("/v2/transactions")
    for t in ("?tx-type=axfer", "?min-round=20", f"?address={w.who[0]}", f"?application-id={w.app}", "?tx-type=pay&currency-greater-than=0", f"?asset-id={w.asset}"):
        q.pages("/v2/transactions" + t, (1, 3))
    q.pages(f"/v2/assets/{w.asset}/transactions", (1, 3))
    for t in [*w.txids, NO_TXID, "foo", NO_TXID.lower(), "%20", ""]:
        q.get("/v2/transactions/" + t)


def blocks(q, w):
    for r in [*range(0, w.last + 3), *BAD]:
        for tail in ("", "?header-only=true", "?header-only=foo"):
            q.get(f"/v2/blocks/{r}{tail}")
    iso = lambda t: quote(time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(t)))
    for tail in ("", "?limit=2", "?limit=0", "?limit=abc", "?limit=100000", "?min-round=5", "?max-round=5", "?min-round=9&max-round=4", f"?before-time={iso(w.now - 9000)}", f"?after-time={iso(w.now - 9000)}", "?before-time=foo", "?proposers=" + ZERO,
                 "?proposers=X", "?expired=" + w.who[0], "?absent=" + w.who[0], f"?proposers={ZERO},{w.who[0]}", "?next=foo", "?next=5", "?foo=1", "?min-round=abc"):
        q.get("/v2/block-headers" + tail)
    q.pages("/v2/block-headers", (10,))


def paths(q, w):
    for path in ("/health", "/", "/v2", "/v2/foo", "/v2/transactions/", "/v2/accounts/", "/v2/assets/", "/v2/applications/", "/v2/blocks", "/v2/blocks/", "/metrics", "/v2/status", "/v2/block-headers/", "/health/", "/v1/accounts"):
        q.get(path)
        for method in ("POST", "PUT", "DELETE", "OPTIONS"):
            q.get(path, method)


def main():
    w = World()
    official = Official(os.environ["ALGOD_URL"], os.environ["DATABASE_URL"])
    try:
        w.build()
        official.wait(w.last)
        q = Asker(official.url, os.environ["INDEXER_URL"])
        for part in (accounts, things, transactions, blocks, paths):
            if len(sys.argv) < 2 or part.__name__ in sys.argv[1:]:
                before = q.asked, q.different
                part(q, w)
                print(f"{part.__name__}: {q.asked - before[0]} asked, {q.different - before[1]} different", file=sys.stderr)
    finally:
        official.end()
    print(f"{q.asked - q.different} passed, {q.different} failed")
    return 1 if q.different else 0


if __name__ == "__main__":
    sys.exit(main())
