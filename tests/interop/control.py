"""What the sandbox does beyond a node: time, state, snapshots, dumps; and a state that survives being killed."""
import base64
import json
import os
import random
import signal
import subprocess
import tempfile
import time
import unittest
import urllib.error
import urllib.request

from algosdk import account, error, logic, transaction
from algosdk.v2client import algod

import common

PROGRAM = os.environ["SANDBOX"]
client = algod.AlgodClient(common.TOKEN, common.ALGOD)


def ask(method, path, body=None, url=common.ALGOD):
    data = json.dumps(body).encode() if isinstance(body, (dict, list)) else body
    request = urllib.request.Request(url + path, data=data, method=method, headers={"X-Algo-API-Token": common.TOKEN})
    with urllib.request.urlopen(request) as r:
        text = r.read()
    return json.loads(text) if r.headers["Content-Type"] == "application/json" else text


def control(what, *args):
    """The same through the program's subcommands."""
    p = subprocess.run([PROGRAM, what, "--url", common.ALGOD, *map(str, args)], capture_output=True, text=True, check=False)
    if p.returncode != 0:
        raise RuntimeError(p.stderr)
    return p.stdout


def pay(sender, key, receiver, amount, c=client, note=None):
    sp = c.suggested_params()
    sp.flat_fee, sp.fee = True, 1000
    return c.send_transaction(transaction.PaymentTxn(sender, sp, receiver, amount, note=note or os.urandom(8)).sign(key))


class Control(unittest.TestCase):
    def setUp(self):
        self.key, self.me = account.generate_account()
        ask("POST", f"/sandbox/v1/accounts/{self.me}/balance/{10**9}")

    def test_balance_snapshot_revert(self):
        self.assertEqual(client.account_info(self.me)["amount"], 10**9)
        first = ask("POST", "/sandbox/v1/snapshot")
        pay(self.me, self.key, self.me, 0)
        self.assertEqual(client.account_info(self.me)["amount"], 10**9 - 1000)
        self.assertEqual(client.status()["last-round"], first["round"] + 1)
        self.assertEqual(ask("POST", f"/sandbox/v1/revert/{first['snapshot']}")["round"], first["round"])
        self.assertEqual(client.account_info(self.me)["amount"], 10**9)
        pay(self.me, self.key, self.me, 0)
        with self.assertRaisesRegex(RuntimeError, "404"):
            control("revert", 10**9)

    def test_time_and_blocks(self):
        round_ = client.status()["last-round"]
        self.assertEqual(json.loads(control("advance", 5))["round"], round_ + 5)
        when = client.block_info(round_ + 5)["block"]["ts"] + 1_000_000
        control("time", when)
        pay(self.me, self.key, self.me, 0)
        self.assertEqual(client.block_info(round_ + 6)["block"]["ts"], when)
        with self.assertRaisesRegex(RuntimeError, "before the last block's"):
            control("time", 5)
        control("mining", '{"mode":"manual"}')
        txid = pay(self.me, self.key, self.me, 0)
        self.assertNotIn("confirmed-round", client.pending_transaction_info(txid))
        control("advance", 1)
        self.assertEqual(client.pending_transaction_info(txid)["confirmed-round"], round_ + 7)
        control("mining", '{"mode":"interval","interval-ms":20}')
        self.assertGreater(client.status_after_block(round_ + 9)["last-round"], round_ + 9)
        control("mining", '{"mode":"dev"}')
        self.assertEqual(ask("GET", "/sandbox/v1/mining"), {"mode": "dev"})

    def test_acting_as_anyone(self):
        stranger = account.generate_account()[1]
        sp = client.suggested_params()
        t = transaction.PaymentTxn(self.me, sp, stranger, 200_000)
        unsigned = base64.b64decode(algod.encoding.msgpack_encode(transaction.SignedTransaction(t, None)))
        with self.assertRaises(error.AlgodHTTPError):
            client.send_raw_transaction(base64.b64encode(unsigned))
        ask("POST", "/sandbox/v1/transactions", unsigned)
        self.assertEqual(client.account_info(stranger)["amount"], 200_000)
        control("impersonate", "on")
        try:
            client.send_raw_transaction(base64.b64encode(base64.b64decode(algod.encoding.msgpack_encode(
                transaction.SignedTransaction(transaction.PaymentTxn(stranger, sp, self.me, 1), None)))))
        finally:
            control("impersonate", "off")
        self.assertEqual(client.account_info(stranger)["amount"], 200_000 - 1001)

    def test_groups_as_json(self):
        stranger = account.generate_account()[1]
        pays = [{"type": "pay", "snd": self.me, "rcv": stranger, "amt": 100_000 + i} for i in range(3)]
        first = ask("POST", "/sandbox/v1/transactions", pays)["txId"]
        done = client.pending_transaction_info(first)
        self.assertIn("grp", done["txn"]["txn"])
        self.assertEqual(done["txn"]["txn"]["fee"], 1000)
        self.assertEqual(client.account_info(stranger)["amount"], 300_003)
        for body, words in (([], "1 to 16 transactions, not 0"), (pays * 6, "1 to 16 transactions, not 18"),
                            ([{"type": "pay", "snd": "nobody"}], "transaction 0: snd: "), ([5], "transaction 0: it is no object"),
                            ({"type": "pay", "snd": self.me, "amt": -5}, "amt"), ({"type": "pay", "snd": self.me, "amount": 5}, "amount"),
                            (b"{nonsense", "JSON|parse"), (pays[:1] + [{"type": "pay", "snd": stranger, "amt": 10**9}], "overspend")):
            with self.assertRaises(urllib.error.HTTPError) as e:
                ask("POST", "/sandbox/v1/transactions", body)
            self.assertEqual(e.exception.code, 400)
            self.assertRegex(json.load(e.exception)["message"], words)

    def test_state_and_programs(self):
        yes = base64.b64decode(client.compile("#pragma version 10\nint 1")["result"])
        no = base64.b64decode(client.compile("#pragma version 10\nint 0")["result"])
        sp = client.suggested_params()
        schema = transaction.StateSchema(1, 1)
        txid = client.send_transaction(transaction.ApplicationCreateTxn(self.me, sp, 0, yes, yes, schema, schema).sign(self.key))
        app = client.pending_transaction_info(txid)["application-index"]
        client.send_transaction(transaction.ApplicationOptInTxn(self.me, sp, app).sign(self.key))
        control("global", app, '{"key":"str:g","uint":7}')
        control("local", self.me, app, '{"key":"str:l","bytes":"YWJj"}')
        control("box", app, '{"key":"str:b","bytes":"AAE="}')
        self.assertEqual(client.application_info(app)["params"]["global-state"][0]["value"]["uint"], 7)
        self.assertEqual(client.account_application_info(self.me, app)["app-local-state"]["key-value"][0]["value"]["bytes"], "YWJj")
        self.assertEqual(client.application_box_by_name(app, b"b")["value"], "AAE=")
        self.assertEqual(client.account_info(logic.get_application_address(app))["total-boxes"], 1)
        control("box", app, '{"key":"str:b"}')
        self.assertEqual(client.application_boxes(app)["boxes"], [])
        control("program", app, json.dumps({"approval": base64.b64encode(no).decode()}))
        with self.assertRaisesRegex(error.AlgodHTTPError, "rejected by ApprovalProgram"):
            client.send_transaction(transaction.ApplicationNoOpTxn(self.me, sp, app).sign(self.key))
        with self.assertRaisesRegex(RuntimeError, "404"):
            control("global", 10**9, '{"key":"str:g","uint":7}')

    def test_coverage_and_profile(self):
        control("coverage", "on")
        self.addCleanup(lambda: control("coverage", "off"))
        r = client.compile("#pragma version 10\ntxn NumAppArgs\nbz yes\nint 7\nerr\nyes:\nint 1")
        yes = base64.b64decode(client.compile("#pragma version 10\nint 1")["result"])
        sp = client.suggested_params()
        none = transaction.StateSchema(0, 0)
        t = transaction.ApplicationCreateTxn(self.me, sp, 0, base64.b64decode(r["result"]), yes, none, none)
        app = client.pending_transaction_info(client.send_transaction(t.sign(self.key)))["application-index"]
        report = json.loads(control("report", "--json"))
        program = next(p for p in report["programs"] if p["hash"] == r["hash"])
        self.assertEqual((program["runs"], program["app"]), (1, app))
        lines = dict(map(tuple, program["lines"]))
        self.assertEqual((lines[2], lines[3], lines[4], lines[5], lines[7]), (1, 1, 0, 0, 1))
        self.assertEqual({o["name"]: o["count"] for o in report["opcodes"]}["bz"], 1)
        with self.assertRaises(error.AlgodHTTPError):
            client.send_transaction(transaction.ApplicationNoOpTxn(self.me, sp, app, [b"x"]).sign(self.key))
        program = next(p for p in json.loads(control("report", "--json"))["programs"] if p["hash"] == r["hash"])
        self.assertEqual(dict(map(tuple, program["lines"]))[5], 1)
        text = control("report")
        self.assertIn(f"{r['hash']}  application {app}, 2 runs, 5 instructions ran\n    5 of 5 lines (100.0 %)", text)
        self.assertRegex(control("profile"), r"opcode +times +cost +share\n")
        self.assertRegex(control("profile"), r"(?m)^bz +2 +2 +[0-9.]+%$")
        control("coverage", "on")  # anew
        client.compile("#pragma version 10\ntxn NumAppArgs\nbz yes\nint 7\nerr\nyes:\nint 1")
        with self.assertRaises(error.AlgodHTTPError):
            client.send_transaction(transaction.ApplicationNoOpTxn(self.me, client.suggested_params(), app, [b"y"]).sign(self.key))
        self.assertIn("4 of 5 lines (80.0 %)\n    not run: line 7\n", control("report"))

    def test_every_command_says_what_it_does(self):
        whole = subprocess.run([PROGRAM, "--help"], capture_output=True, text=True, check=True).stdout
        names = ("status stop snapshot revert reset seed advance time offset clock mining balance global local box program impersonate "
                 "send-unsigned dump load coverage report profile fork replay").split()
        for name in names:
            self.assertIn(name, whole)
            p = subprocess.run([PROGRAM, name, "--help"], capture_output=True, text=True, check=False)
            self.assertEqual(p.returncode, 0)
            self.assertIn(f"algorent-sandbox {name}", p.stdout.splitlines()[0])
            self.assertIn("Example:\n", p.stdout)
        p = subprocess.run([PROGRAM, "revert"], capture_output=True, text=True, check=False)
        self.assertEqual((p.returncode, p.stderr), (2, "usage: algorent-sandbox revert SNAPSHOT\n"))

    def test_dump_load_reset(self):
        pay(self.me, self.key, self.me, 0)
        before, round_ = client.account_info(self.me)["amount"], client.status()["last-round"]
        tip = client.get_block_hash(round_)
        with tempfile.TemporaryDirectory() as d:
            control("dump", d + "/dump")
            ask("POST", "/sandbox/v1/reset")
            self.assertEqual(client.status()["last-round"], 0)
            self.assertEqual(client.account_info(self.me)["amount"], 0)
            control("load", d + "/dump")
        self.assertEqual(client.status()["last-round"], round_)
        self.assertEqual(client.get_block_hash(round_), tip)
        self.assertEqual(client.account_info(self.me)["amount"], before)
        with self.assertRaises(urllib.error.HTTPError) as e:
            ask("POST", "/sandbox/v1/load", b"nonsense")
        self.assertEqual(e.exception.code, 400)
        self.assertEqual(client.status()["last-round"], round_)


class Chains(unittest.TestCase):
    """Another chain in the place of the one there, while it runs; and its end by a command."""

    def setUp(self):
        self.process = subprocess.Popen([PROGRAM, "--port", "0", "--json"], stdout=subprocess.PIPE, text=True)
        ready = json.loads(self.process.stdout.readline())
        self.url, self.client = ready["algod"], algod.AlgodClient(common.TOKEN, ready["algod"])
        self.addCleanup(self.process.stdout.close)
        self.addCleanup(self.process.wait)
        self.addCleanup(self.process.kill)

    def control(self, *words):
        p = subprocess.run([PROGRAM, *words, "--url", self.url], capture_output=True, text=True, check=False)
        return p.returncode, json.loads(p.stdout) if p.stdout else p.stderr

    def test_seed(self):
        hashes = []
        for seed in ("7", "7", "8"):
            self.assertEqual(self.control("seed", seed)[1]["round"], 0)
            self.control("advance", "3")
            hashes.append([self.client.block_info(r)["block"]["ts"] for r in (1, 2, 3)])
        self.assertEqual(hashes[0], [1767225600, 1767225601, 1767225602])
        self.assertEqual(hashes[0], hashes[1])

    def test_replay(self):
        import threading
        waiter = threading.Thread(target=self.client.status_after_block, args=(5,))
        waiter.start()
        time.sleep(0.3)
        rc, said = self.control("replay", "tests/vectors/data/blocks")
        self.assertEqual((rc, said["genesis-id"]), (0, "rec-v1"))
        waiter.join(10)
        self.assertFalse(waiter.is_alive())  # who waited for the old chain is not left waiting
        self.assertEqual(self.client.status()["last-round"], said["round"])
        self.assertEqual(self.client.block_info(said["round"])["block"]["rnd"], said["round"])
        rc, said = self.control("snapshot")
        self.assertEqual(rc, 76)
        self.assertIn("a replay of recorded blocks", said)
        rc, said = self.control("replay", "/nonexistent")
        self.assertIn("No such file", said)

    def test_fork(self):
        key, me = account.generate_account()
        ask("POST", f"/sandbox/v1/accounts/{me}/balance/{10**9}")
        with tempfile.TemporaryDirectory() as d:
            token = os.path.join(d, "token")
            with open(token, "w", encoding="ascii") as f:
                f.write(common.TOKEN + "\n")
            body = {"url": common.ALGOD, "token-file": token}
            self.assertEqual(ask("POST", "/sandbox/v1/fork", body, self.url)["round"], client.status()["last-round"])
            pay(me, key, me, 0, self.client)
            self.assertEqual(self.client.account_info(me)["amount"], 10**9 - 1000)
            self.assertEqual(client.account_info(me)["amount"], 10**9)
        rc, said = self.control("fork", "http://127.0.0.1:9")
        self.assertEqual(rc, 76)
        self.assertIn("cannot reach http://127.0.0.1:9", said)
        self.assertEqual(self.client.account_info(me)["amount"], 10**9 - 1000)  # the chain is still there

    def test_stop(self):
        self.assertEqual(self.control("stop"), (0, {"stopped": self.process.pid}))
        self.assertEqual(self.process.wait(5), 0)
        self.assertEqual(self.control("stop")[0], 69)


class Durable(unittest.TestCase):
    ROUNDS = int(os.environ.get("KILLS", "40"))

    def start(self, *options):
        r, w = os.pipe()
        os.set_inheritable(w, True)
        p = subprocess.Popen([PROGRAM, "--port", "0", "--json", "--no-kmd", "--no-indexer", *options, "--ready-fd", str(w)],
                             pass_fds=(w,), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        os.close(w)
        with os.fdopen(r) as f:
            line = f.readline()
        if not line:
            raise AssertionError(p.communicate()[1].decode())
        return p, json.loads(line)["algod"]

    def test_a_seed_makes_the_same_chain(self):
        hashes = []
        for seed in ("7", "7", "8"):
            p, url = self.start("--seed", seed)
            c = algod.AlgodClient(common.TOKEN, url)
            for _ in range(3):
                ask("POST", "/sandbox/v1/advance/2", url=url)
            hashes.append((c.get_block_hash(6)["blockHash"], c.block_info(6)["block"]["ts"]))
            p.terminate()
            self.assertEqual(p.wait(10), 0)
        self.assertEqual(hashes[0], hashes[1])
        self.assertEqual(hashes[0][1], 1767225600 + 5)

    def test_killed_at_any_instant(self):
        """No block that was answered for is lost, none is half there, and the chain goes on from it."""
        rng = random.Random(7)
        key, me = account.generate_account()
        with tempfile.TemporaryDirectory() as folder:
            p, url = self.start("--data", folder)
            ask("POST", f"/sandbox/v1/accounts/{me}/balance/{10**12}", url=url)
            confirmed = []
            for _ in range(self.ROUNDS):
                c = algod.AlgodClient(common.TOKEN, url)
                deadline = time.monotonic() + rng.uniform(0.0, 0.05)
                while time.monotonic() < deadline:
                    txid = pay(me, key, me, 0, c)
                    confirmed.append((txid, c.status()["last-round"]))
                p.send_signal(signal.SIGKILL)
                p.wait()
                with open(folder + "/log", "ab") as f:  # as a write that a kill cut short leaves it
                    f.write(rng.randbytes(rng.randrange(0, 30)))
                p, url = self.start("--data", folder)
            c = algod.AlgodClient(common.TOKEN, url)
            self.assertGreater(len(confirmed), self.ROUNDS)
            self.assertEqual(c.status()["last-round"], confirmed[-1][1])
            for txid, round_ in confirmed:
                self.assertEqual(ask("GET", f"/v2/blocks/{round_}/txids", url=url)["blockTxids"], [txid])
            for r in range(1, c.status()["last-round"] + 1):
                self.assertEqual(c.block_info(r)["block"]["prev"], "blk-" + c.get_block_hash(r - 1)["blockHash"])
            other = subprocess.run([PROGRAM, "--port", "0", "--data", folder], capture_output=True, text=True, timeout=10, check=False)
            self.assertEqual(other.returncode, 73)
            self.assertIn("another node has", other.stderr)
            p.terminate()
            self.assertEqual(p.wait(10), 0)


if __name__ == "__main__":
    common.main()
