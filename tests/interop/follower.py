"""algorent-indexer --state beside go-algorand's follower node: random groups are sent to the node that it follows while the
indexer and the follower are killed and started again; then every account, holding, asset, application, local state and box is
compared with what the node itself answers at the same round."""
import argparse
import base64
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time

from algosdk import encoding, logic, transaction

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../e2e"))
from diff_maker import APP, CLEAR, Maker, derive
from diff_node import TOKEN, Node, funded_keys
from indexer_lib import Cluster, Report, indexer, psql, workplace

STATUS = ("Offline", "Online", "Not Participating")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Network:
    """A node and a follower of it, from go-algorand's binaries: in developer mode, or one that agrees with itself on each block."""

    def __init__(self, work, binaries, agreement):
        self.dir, self.bin, self.agreement, self.running = os.path.join(work, "net"), binaries, agreement, {}
        try:
            self.make(work)
        except BaseException:
            self.close()
            raise

    def make(self, work):
        relay, self.ports = free_port(), {n: free_port() for n in ("leader", "follower", "kmd")}
        wallets = [{"Name": f"w{i}", "Stake": s, "Online": i == 0} for i, s in enumerate((40, 40, 20))]
        template = {"Genesis": {"ConsensusProtocol": "future", "LastPartKeyRound": 30000, "DevMode": not self.agreement, "Wallets": wallets},
                    "Nodes": [{"Name": "leader", "IsRelay": True, "Wallets": [{"Name": w["Name"], "ParticipationOnly": False} for w in wallets]},
                              {"Name": "follower", "IsRelay": False, "ConfigJSONOverride": '{"EnableFollowMode":true}'}]}
        self.put(os.path.join(work, "network.json"), template)
        made = subprocess.run([os.path.join(self.bin, "goal"), "network", "create", "-n", "dockernet", "-r", self.dir, "-t", os.path.join(work, "network.json")],
                              env={**os.environ, "PATH": f"{self.bin}:{os.environ['PATH']}"}, capture_output=True, text=True)
        if made.returncode:
            sys.exit(made.stdout + made.stderr)
        base = {"Version": 38, "GossipFanout": 1, "DNSBootstrapID": ""}
        self.configure("leader", {**base, "NetAddress": f"127.0.0.1:{relay}", "Archival": True, "EnableBlockService": True, "EnableDeveloperAPI": True})
        self.configure("follower", {**base, "IncomingConnectionsLimit": 0, "EnableFollowMode": True, "CatchupBlockValidateMode": 0 if self.agreement else 3})  # no certificates there
        self.relay = f"127.0.0.1:{relay}"
        self.start("leader")
        self.start("follower")
        self.start_kmd()

    @staticmethod
    def put(path, value):
        with open(path, "w", encoding="ascii") as f:
            f.write(value if isinstance(value, str) else json.dumps(value))

    def configure(self, name, config):
        folder = os.path.join(self.dir, name)
        self.put(os.path.join(folder, "config.json"), {**config, "EndpointAddress": f"127.0.0.1:{self.ports[name]}"})
        for token in ("algod.token", "algod.admin.token"):
            self.put(os.path.join(folder, token), TOKEN)

    def spawn(self, name, *words):
        self.running[name] = subprocess.Popen([os.path.join(self.bin, words[0]), *words[1:]], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def start(self, name):
        self.spawn(name, "algod", "-d", os.path.join(self.dir, name), *(("-p", self.relay) if name == "follower" else ()))
        answers(Node(self.url(name)), "/v2/status")

    def start_kmd(self):
        folder = next(os.path.join(self.dir, "leader", n) for n in os.listdir(os.path.join(self.dir, "leader")) if n.startswith("kmd-"))
        os.chmod(folder, 0o700)
        try:  # the one that made the wallets
            with open(os.path.join(folder, "kmd.pid"), encoding="ascii") as f:
                os.kill(int(f.read()), signal.SIGTERM)
            time.sleep(0.5)
        except (FileNotFoundError, ProcessLookupError):
            pass
        self.put(os.path.join(folder, "kmd.token"), TOKEN)
        self.put(os.path.join(folder, "kmd_config.json"), {"address": f"127.0.0.1:{self.ports['kmd']}"})
        self.spawn("kmd", "kmd", "-d", folder)
        answers(Node(self.url("kmd")), "/versions")

    def url(self, name):
        return f"http://127.0.0.1:{self.ports[name]}"

    def stop(self, name):
        """Killed, as by a loss of power to the process."""
        self.running[name].kill()
        self.running[name].wait()

    def restart(self, name):
        self.stop(name)
        self.start(name)

    def still(self):
        """Which node answers for a chain that stands still."""
        if not self.agreement:
            return "leader"
        self.stop("leader")
        time.sleep(3)  # what is on its way
        return "follower"

    def close(self):
        for p in self.running.values():
            p.kill()
            p.wait()


class Given:
    """Nodes that are there already; FOLLOWER_RESTART, a command, restarts the follower."""

    def __init__(self):
        self.urls = {"follower": os.environ["FOLLOWER_ALGOD_URL"], "leader": os.environ["FOLLOWER_LEADER_URL"], "kmd": os.environ["FOLLOWER_KMD_URL"]}

    def url(self, name):
        return self.urls[name]

    def restart(self, name):
        if os.environ.get("FOLLOWER_RESTART"):
            subprocess.run(os.environ["FOLLOWER_RESTART"], shell=True, check=True)
        answers(Node(self.url(name)), "/v2/status")

    @staticmethod
    def still():
        return "leader"

    def close(self):
        pass


def answers(node, path, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if node.get(path)[0] == 200:
                return
        except OSError:
            pass
        time.sleep(0.1)
    sys.exit(f"{node.url}{path} does not answer")


class Sender:
    """What a Maker asks of the node that it makes groups for."""

    def __init__(self, node, rng, kmd):
        self.real = self.ours = node
        self.rng, self.sent, self.taken = rng, 0, 0
        rich = funded_keys(kmd)
        seed = rng.randrange(1 << 30)
        self.maker = Maker(self, {address: key for key, address in (derive(seed, i) for i in range(10))})
        info = node.json("/v2/transactions/params")
        self.maker.gh, self.maker.gen, self.round = info["genesis-hash"], info["genesis-id"], info["last-round"]
        self.source = next(x for x in rich if node.json(f"/v2/accounts/{x}")["amount"] > 10**12)
        self.key = rich[self.source]
        for i, address in enumerate(self.maker.addresses):
            sp = transaction.SuggestedParams(1000, max(1, self.round), self.round + 1000, self.maker.gh, gen=self.maker.gen, flat_fee=True)
            self.post([transaction.PaymentTxn(self.source, sp, address, 300000 if i in (8, 9) else 10**8, note=bytes([i])).sign(self.key)])

    def tell(self, what, a, b):
        sys.exit(f"{what}: {a} {b}")

    def post(self, group):
        raw = b"".join(base64.b64decode(encoding.msgpack_encode(s)) for s in group)
        self.sent += 1
        if self.real.ask("POST", "/v2/transactions", raw)[0] != 200:
            return
        if not self.confirmed(group[0]):
            return
        self.taken += 1
        self.maker.learn(group)

    def confirmed(self, signed):
        """What became of it; None: its last round passed. The node is at its round."""
        while True:
            info = self.real.json(f"/v2/transactions/pending/{signed.transaction.get_txid()}")
            if info.get("pool-error"):
                return None
            self.round = self.real.json("/v2/status")["last-round"]
            if info.get("confirmed-round"):
                return info
            time.sleep(0.2)


    def boxes(self):
        """An application of its own with boxes of every length, changed and deleted."""
        m = self.maker
        sp = m.params()
        sp.fee, sp.first, sp.last = 5000, max(1, self.round), self.round + 1000
        program, clear = m.compile(APP), m.compile(CLEAR)
        schema = transaction.StateSchema(1, 1)
        txn = transaction.ApplicationCreateTxn(self.source, sp, 0, program, clear, schema, schema, note=os.urandom(8))
        app = self.must(txn)["application-index"]
        self.must(transaction.PaymentTxn(self.source, sp, logic.get_application_address(app), 10**8))
        for i, length in enumerate((0, 1, 300, 1000, 64)):
            name = bytes([i]) * (1 + 15 * i)
            call = lambda *args, box: self.must(transaction.ApplicationNoOpTxn(self.source, sp, app, list(args), boxes=[(0, box)], note=os.urandom(8)))  # noqa: E731
            call(b"box", name, self.rng.randbytes(length), box=name)
            if i > 2:
                call(b"bdel", name, box=name)
            if i == 3:
                call(b"box", name, b"again", box=name)

    def must(self, txn):
        s = txn.sign(self.key)
        status, body = self.real.ask("POST", "/v2/transactions", base64.b64decode(encoding.msgpack_encode(s)))
        if status != 200:
            sys.exit(f"refused: {body}")
        return self.confirmed(s)


def next_round(url):
    try:
        return int(psql(url, "select next_round from chain.cursor") or 0)
    except RuntimeError:  # no table yet
        return 0


def follows(url, round_, seconds=120):
    end = time.monotonic() + seconds
    while next_round(url) <= round_ and time.monotonic() < end:
        time.sleep(0.2)
    return next_round(url) > round_


class Followed:
    """The indexer beside the follower."""

    def __init__(self, url, algod):
        self.start = lambda: indexer(url, algod, "--state", "--quiet", token=TOKEN)
        self.process = self.start()

    def kill(self):
        self.process.kill()
        self.process.communicate()

    def restart(self):
        self.kill()
        self.process = self.start()


def walk(r, rng, network, sender, url, groups, followed):
    """Sends the groups; the indexer and its node are killed at any point between."""
    kills = {"indexer": 0, "follower": 0}
    for i in range(groups):
        if i % 60 == 30:  # and some that are known to be good
            sender.boxes()
        sender.post(sender.maker.group())
        if rng.random() < 0.05:
            followed.restart()
            kills["indexer"] += 1
        if i % 80 == 40:
            network.restart("follower")
            kills["follower"] += 1
    r.check(f"{sender.taken} of {sender.sent} groups taken, followed up to round {sender.round} over {kills['indexer']} kills of the indexer and "
            f"{kills['follower']} of its node", follows(url, sender.round), next_round(url))


# ---- what the node says, and what the tables say, in the same words ----

def rows(url, sql):
    return [json.loads(x) for x in psql(url, f"select row_to_json(t) from ({sql}) t").splitlines()]


def hexed(b64):
    return "\\x" + base64.b64decode(b64).hex() if b64 else None


def raw(address):
    return "\\x" + encoding.decode_address(address).hex() if address else None


def full(values):
    """Without what is zero or empty: a node leaves it out in one place and tells it in another."""
    return {k: v for k, v in values.items() if not (v is None or v in ("", "\\x", 0) or v == {} or v == [])}


def state_of(pairs):
    return {x["key"]: {"tt": 1, "tb": x["value"]["bytes"]} if x["value"]["type"] == 1 else {"tt": 2, "ui": x["value"]["uint"]} for x in pairs or []}


def values_of(kv):
    return {k: {x: y for x, y in v.items() if x == "tt" or y} for k, v in (kv or {}).items()}


def node_account(a):
    part = a.get("participation") or {}
    schema = a["apps-total-schema"]
    return full({"microalgos": a["amount-without-pending-rewards"], "rewarded": a["rewards"] - a["pending-rewards"], "status": STATUS.index(a["status"]),
                 "auth_addr": raw(a.get("auth-addr")), "incentive_eligible": a.get("incentive-eligible"), "last_heartbeat": a.get("last-heartbeat"),
                 "last_proposed": a.get("last-proposed"), "vote_id": hexed(part.get("vote-participation-key")), "selection_id": hexed(part.get("selection-participation-key")),
                 "state_proof_id": hexed(part.get("state-proof-key")), "vote_first": part.get("vote-first-valid"), "vote_last": part.get("vote-last-valid"),
                 "vote_key_dilution": part.get("vote-key-dilution"), "assets": a["total-assets-opted-in"], "created_assets": a["total-created-assets"],
                 "apps": a["total-apps-opted-in"], "created_apps": a["total-created-apps"], "schema_uints": schema["num-uint"], "schema_bytes": schema["num-byte-slice"],
                 "extra_pages": a.get("apps-total-extra-pages"), "boxes": a.get("total-boxes"), "box_bytes": a.get("total-box-bytes")})


def node_asset(p):
    text = lambda name: hexed(p.get(name + "-b64")) or ("\\x" + p[name].encode().hex() if p.get(name) else None)  # noqa: E731
    return full({"creator": raw(p["creator"]), "total": p["total"], "decimals": p["decimals"], "default_frozen": p.get("default-frozen"), "unit_name": text("unit-name"),
                 "name": text("name"), "url": text("url"), "metadata_hash": hexed(p.get("metadata-hash")), "manager": raw(p.get("manager")),
                 "reserve": raw(p.get("reserve")), "freezer": raw(p.get("freeze")), "clawback": raw(p.get("clawback"))})


def node_app(p):
    schema = lambda s: p.get(s) or {}  # noqa: E731
    g, l = schema("global-state-schema"), schema("local-state-schema")
    return full({"creator": raw(p["creator"]), "approval": hexed(p["approval-program"]), "clear": hexed(p["clear-state-program"]),
                 "global": values_of(state_of(p.get("global-state"))), "global_uints": g.get("num-uint"), "global_bytes": g.get("num-byte-slice"),
                 "local_uints": l.get("num-uint"), "local_bytes": l.get("num-byte-slice"), "extra_pages": p.get("extra-program-pages"), "version": p.get("version")})


def boxes(node, app):
    out = {}
    for b in node.json(f"/v2/applications/{app}/boxes")["boxes"]:
        value = node.json(f"/v2/applications/{app}/box?name=b64:" + b["name"].replace("+", "%2B"))
        out[app, hexed(b["name"]) or "\\x"] = hexed(value["value"]) or "\\x"
    return out


def node_state(node, addresses):
    """Everything that these accounts have, table by table as the indexer keeps it."""
    out = {t: {} for t in ("account", "holding", "asset", "app", "local", "box", "rewards")}
    for address in addresses:
        a, key = node.json(f"/v2/accounts/{address}"), raw(address)
        out["rewards"][key] = (a.get("reward-base", 0), a["pending-rewards"])
        if node_account(a):
            out["account"][key] = node_account(a)
        out["holding"] |= {(key, h["asset-id"]): (h["amount"], h["is-frozen"]) for h in a["assets"]}
        out["asset"] |= {x["index"]: node_asset(x["params"]) for x in a["created-assets"]}
        out["app"] |= {x["id"]: node_app(x["params"]) for x in a["created-apps"]}
        out["local"] |= {(key, x["id"]): (values_of(state_of(x.get("key-value"))), x["schema"]["num-uint"], x["schema"]["num-byte-slice"]) for x in a["apps-local-state"]}
        for x in a["created-apps"]:
            out["box"] |= boxes(node, x["id"])
    return out


def our_state(url):
    times = ("deleted", "created_at", "closed_at")
    there = lambda t: rows(url, f"select * from state.{t} where not deleted")  # noqa: E731
    plain = lambda x, *keys: full({k: v for k, v in x.items() if k not in (*times, *keys)})  # noqa: E731
    return {"account": {x["addr"]: plain(x, "addr", "rewards_base") for x in there("account")},
            "holding": {(x["addr"], x["asset"]): (x["amount"], x["frozen"]) for x in there("holding")},
            "asset": {x["id"]: plain(x, "id") for x in there("asset")},
            "app": {x["id"]: full({**plain(x, "id"), "global": values_of(x["global"])}) for x in there("app")},
            "local": {(x["addr"], x["app"]): (values_of(x["kv"]), x["uints"] or 0, x["bytes"] or 0) for x in there("local")},
            "box": {(x["app"], x["name"]): x["value"] for x in rows(url, "select * from state.box")}}


def compare(r, node, url):
    round_ = node.json("/v2/status")["last-round"]
    r.check(f"followed to the node's last round, {round_}", follows(url, round_) and next_round(url) == round_ + 1, next_round(url))
    everyone = psql(url, "select chain.addr(addr) from state.account").split()
    want, got = node_state(node, everyone), our_state(url)
    rewards = want.pop("rewards")
    r.check(f"the node is still at round {round_}", node.json("/v2/status")["last-round"] == round_)
    for table, there in want.items():
        wrong = [(k, got[table].get(k), there.get(k)) for k in got[table].keys() | there.keys() if got[table].get(k) != there.get(k)]
        r.check(f"{table}: {len(there)} rows are the node's", not wrong, wrong[:2])
    # The node answers as if rewards were claimed now: what is due since our base, for each whole Algo.
    wrong = []
    for x in rows(url, "select addr, microalgos, rewards_base, status from state.account where not deleted"):
        base, due = rewards[x["addr"]]
        if x["status"] != 2 and (base - x["rewards_base"]) * (x["microalgos"] // 10**6) != due:
            wrong.append((x, base, due))
    r.check("rewards that are not claimed yet are the node's", not wrong, wrong[:2])
    total = sum(a.get("microalgos", 0) for a in got["account"].values()) + sum(due for _, due in rewards.values())
    supply = sum(a["state"].get("algo", 0) for a in node.json("/genesis")["alloc"])
    r.check("nobody is missing: all balances together are the genesis'", total == supply, (total, supply))


def run(r, a, network, url):
    rng = random.Random(a.seed)
    leader = Node(network.url("leader"))
    sender = Sender(leader, rng, network.url("kmd"))
    followed = Followed(url, network.url("follower"))
    try:
        walk(r, rng, network, sender, url, a.groups, followed)
        still = network.still()
        compare(r, Node(network.url(still)), url)
        v = indexer(url, network.url(still), "verify", token=TOKEN, stdout=subprocess.PIPE)
        out, said = v.communicate(timeout=120)
        r.check("verify finds nothing: " + out.strip()[:200], v.returncode == 0 and " 0 accounts" not in out, said)
        told, follower = next_round(url), Node(network.url("follower"))
        r.check(f"the follower keeps deltas from round {told}, the next one to be written", follower.json("/v2/ledger/sync").get("round") == told)
        if still == "follower":
            network.start("leader")
        network.restart("follower")
        sender.must(transaction.PaymentTxn(sender.source, sender.maker.params(), sender.source, 0, note=b"one more"))
        r.check("a follower that is restarted at the tip goes on", follows(url, sender.round), (next_round(url), sender.round))
        followed.process.terminate()
        said = followed.process.communicate(timeout=30)[1]
        r.check("the indexer ends well", followed.process.returncode == 0, (followed.process.returncode, said[-500:]))
    finally:
        followed.kill()


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    p.add_argument("--groups", type=int, default=250)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--agreement", action="store_true", help="a network that agrees on its blocks: some seconds each")
    a = p.parse_args()
    r = Report()
    with workplace("follower") as work:
        network = Given() if os.environ.get("FOLLOWER_ALGOD_URL") else Network(work, os.environ["ALGORAND_BIN"], a.agreement)
        cluster = Cluster(work)
        try:
            run(r, a, network, cluster.url)
        finally:
            cluster.remove()
            network.close()
    return r.end()


if __name__ == "__main__":
    sys.exit(main())
