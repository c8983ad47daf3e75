"""--real: a real node in the sandbox's place, from binaries (where algod, goal and kmd are on PATH or in ALGORAND_BIN) and
by a container program (a stand-in that serves what the image would)."""
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import unittest

from algosdk import kmd, transaction
from algosdk.v2client import algod

PROGRAM = os.environ["SANDBOX"]
TOKEN = "a" * 64
BIN = os.environ.get("ALGORAND_BIN") or os.path.dirname(shutil.which("algod") or "")
HAVE = all(os.access(os.path.join(BIN, name), os.X_OK) for name in ("algod", "goal", "kmd"))

DOCKER = """#!%s
import http.server, os, signal, sys, threading
here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "calls"), "a") as f:
    f.write(" ".join(sys.argv[1:]) + "\\n")
if sys.argv[1] == "stop":
    os.kill(int(open(os.path.join(here, "pid")).read()), signal.SIGTERM)
    sys.exit(0)
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"last-round":0}')
    def log_message(self, *_):
        pass
with open(os.path.join(here, "pid"), "w") as f:
    f.write(str(os.getpid()))
for at, word in enumerate(sys.argv):
    if word == "-p":
        host, port, _ = sys.argv[at + 1].split(":")
        threading.Thread(target=http.server.HTTPServer((host, int(port)), Answer).serve_forever, daemon=True).start()
signal.pause()
"""


class Real:
    def __init__(self, *options, **env):
        self.process = subprocess.Popen([PROGRAM, "--real", "--port", "0", "--kmd-port", "0", "--json", *options], text=True,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, **env})
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError(self.process.stderr.read())
        self.ready = json.loads(line)

    def command(self, *words):
        return subprocess.run([PROGRAM, *words, "--url", self.ready["algod"]], capture_output=True, text=True, check=False)

    def close(self):
        self.process.stdout.close()
        self.process.stderr.close()


def refused(*options, **env):
    return subprocess.run([PROGRAM, "--real", "--port", "0", *options], capture_output=True, text=True, timeout=60, check=False,
                          env={**os.environ, **env})


class Anywhere(unittest.TestCase):
    def test_what_is_missing_is_said(self):
        with tempfile.TemporaryDirectory() as empty:
            for env, words in (({"PATH": empty, "ALGORAND_BIN": ""}, "needs algod, goal and kmd on PATH"),
                               ({"ALGORAND_BIN": empty}, "has no algod, goal and kmd")):
                p = refused(**env)
                self.assertEqual(p.returncode, 66, p.stderr)
                self.assertIn(words, p.stderr)
        for option in (["--seed", "7"], ["--fork", "http://127.0.0.1:1"], ["--interval", "5"]):
            p = refused(*option)
            self.assertEqual(p.returncode, 2)
            self.assertIn(f"a real node has no {option[0]}", p.stderr)
        p = refused("--token", "short")
        self.assertIn("has 64 letters", p.stderr)

    def test_by_a_container(self):
        with tempfile.TemporaryDirectory() as folder:
            docker = os.path.join(folder, "docker")
            with open(docker, "w", encoding="ascii") as f:
                f.write(DOCKER % sys.executable)
            os.chmod(docker, stat.S_IRWXU)
            real = Real(PATH=folder, ALGORAND_BIN="")
            port = real.ready["algod"].rsplit(":", 1)[1]
            kmd_port = real.ready["kmd"].rsplit(":", 1)[1]
            self.assertEqual(json.loads(real.command("status").stdout)["last-round"], 0)
            self.assertEqual(real.command("stop").returncode, 0)
            self.assertEqual(real.process.wait(20), 0)
            self.assertIn("docker docker.io/algorand/algod:latest", real.process.stderr.read())
            real.close()
            with open(os.path.join(folder, "calls"), encoding="ascii") as f:
                run, stop = f.read().splitlines()
            for words in (f"-p 127.0.0.1:{port}:8080", f"-p 127.0.0.1:{kmd_port}:7833", f"-e TOKEN={TOKEN}", f"-e KMD_TOKEN={TOKEN}",
                          "-e DEV_MODE=1", "-e START_KMD=1", "run --rm --name algorent-real-"):
                self.assertIn(words, run)
            self.assertTrue(run.endswith("algorand/algod:latest"))
            self.assertIn(stop.split()[1], run)
            p = refused("--data", os.path.join(folder, "kept"), PATH=folder, ALGORAND_BIN="")
            self.assertIn("--data wants algod and goal themselves", p.stderr)


@unittest.skipUnless(HAVE, "algod, goal and kmd are neither on PATH nor in ALGORAND_BIN")
class Binaries(unittest.TestCase):
    def start(self, *options, **env):
        real = Real(*options, ALGORAND_BIN=BIN, **env)
        self.addCleanup(real.close)
        self.addCleanup(real.process.kill)
        return real

    def pay(self, real):
        client = algod.AlgodClient(TOKEN, real.ready["algod"])
        keys = kmd.KMDClient(TOKEN, real.ready["kmd"])
        wallet = next(w for w in keys.list_wallets() if w["name"] == "unencrypted-default-wallet")
        handle = keys.init_wallet_handle(wallet["id"], "")
        me = min(keys.list_keys(handle))
        signed = transaction.PaymentTxn(me, client.suggested_params(), me, 5, note=os.urandom(8)).sign(keys.export_key(handle, "", me))
        done = transaction.wait_for_confirmation(client, client.send_transaction(signed), 5)
        self.assertEqual(client.versions()["genesis_id"], "dockernet-v1")
        return me, done["confirmed-round"]

    def test_a_network_that_is_kept(self):
        with tempfile.TemporaryDirectory() as folder:
            real = self.start("--data", folder)
            self.assertEqual(real.ready["genesis"], "dockernet-v1")
            me, round_ = self.pay(real)
            p = real.command("snapshot")
            self.assertEqual(p.returncode, 76)
            self.assertIn("that is a real node: snapshot needs the sandbox's own", p.stderr)
            self.assertEqual(real.command("offset", "7").returncode, 0)
            self.assertEqual(real.command("stop").returncode, 0)
            self.assertEqual(real.process.wait(30), 0)
            again = self.start("--data", folder)
            self.assertEqual(self.pay(again), (me, round_ + 1))
            again.process.send_signal(signal.SIGINT)
            self.assertEqual(again.process.wait(30), 0)

    def test_a_temporary_one_is_removed(self):
        with tempfile.TemporaryDirectory() as folder:
            real = self.start(TMPDIR=folder, XDG_RUNTIME_DIR="")
            self.assertTrue(any(name.startswith("algorent-real.") for name in os.listdir(folder)))
            real.process.send_signal(signal.SIGTERM)
            self.assertEqual(real.process.wait(30), 0)
            self.assertEqual(os.listdir(folder), [])


if __name__ == "__main__":
    program = unittest.main(exit=False, verbosity=1)
    for test, why in program.result.skipped:
        print(f"SKIPPED {test.id()}: {why}")
    bad = len(program.result.failures) + len(program.result.errors)
    print(f"{program.result.testsRun - bad - len(program.result.skipped)} passed, {bad} failed")
    sys.exit(bad > 0)
