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

# A stand-in for docker, which notes what it is told and answers as a container would.
DOCKER = """#!%s
import http.server, os, signal, sys, threading
here = os.path.dirname(os.path.abspath(__file__))
if sys.argv[1] in ("info", "image"):
    sys.exit(0)
secrets = [name + "=" + os.environ.get(name, "") for name in ("TOKEN", "ADMIN_TOKEN", "KMD_TOKEN")]
with open(os.path.join(here, "calls"), "a") as f:
    f.write(" ".join(sys.argv[1:]) + "\\n")
if sys.argv[1] == "run":
    with open(os.path.join(here, "environment"), "w") as f:
        f.write("\\n".join(secrets))
    with open(os.path.join(here, "config"), "w") as f:
        f.write(open(sys.argv[sys.argv.index("-v") + 1].split(":")[0]).read())
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


def pay(real):
    """The dispenser pays itself; its address, and the round."""
    client = algod.AlgodClient(TOKEN, real.ready["algod"])
    keys = kmd.KMDClient(TOKEN, real.ready["kmd"])
    wallet = next(w for w in keys.list_wallets() if w["name"] == "unencrypted-default-wallet")
    handle = keys.init_wallet_handle(wallet["id"], "")
    me = min(keys.list_keys(handle))
    signed = transaction.PaymentTxn(me, client.suggested_params(), me, 5, note=os.urandom(8)).sign(keys.export_key(handle, "", me))
    done = transaction.wait_for_confirmation(client, client.send_transaction(signed), 5)
    return me, done["confirmed-round"]


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
            for words in (f"-p 127.0.0.1:{port}:8080", f"-p 127.0.0.1:{kmd_port}:7833", "-e TOKEN ", "-e ADMIN_TOKEN ", "-e KMD_TOKEN ",
                          ":/etc/algorand/config.json:ro", "-e DEV_MODE=1", "-e START_KMD=1", "run --rm --name algorent-real-"):
                self.assertIn(words, run)
            self.assertNotIn(TOKEN, run) # a command line is everybody's to read
            with open(os.path.join(folder, "environment"), encoding="ascii") as f:
                self.assertEqual(f.read().split(), [f"{name}={TOKEN}" for name in ("TOKEN", "ADMIN_TOKEN", "KMD_TOKEN")])
            with open(os.path.join(folder, "config"), encoding="ascii") as f:
                self.assertTrue(json.load(f)["EnableDeveloperAPI"])
            self.assertTrue(run.endswith("algorand/algod:latest"))
            self.assertIn(stop.split()[-1], run)
            p = refused("--data", os.path.join(folder, "kept"), PATH=folder, ALGORAND_BIN="")
            self.assertIn("--data wants algod and goal themselves", p.stderr)


    def test_a_container_that_does_not_come(self):
        with tempfile.TemporaryDirectory() as folder:
            def program(name, text):
                with open(os.path.join(folder, name), "w", encoding="ascii") as f:
                    f.write("#!/bin/sh\n" + text)
                os.chmod(os.path.join(folder, name), stat.S_IRWXU)

            program("docker", "echo is the daemon running >&2; exit 1")
            p = refused(PATH=folder, ALGORAND_BIN="")
            self.assertEqual(p.returncode, 74)
            self.assertIn("a docker or podman that works", p.stderr)
            self.assertIn("is the daemon running", p.stderr)
            program("podman", 'case $1 in info) exit 0;; image) exit 0;; run) echo first; echo "no such image" >&2; exit 125;; esac')
            p = refused(PATH=folder, ALGORAND_BIN="", TMPDIR=folder)
            self.assertIn("podman run docker.io/algorand/algod:latest failed: no such image", p.stderr)
            program("podman", 'case $1 in info) exit 0;; image) exit 1;; pull) echo "no route to the registry" >&2; exit 125;; esac')
            p = refused(PATH=folder, ALGORAND_BIN="", TMPDIR=folder)
            self.assertIn("podman pull docker.io/algorand/algod:latest failed: no route to the registry", p.stderr)
            self.assertEqual(sorted(os.listdir(folder)), ["docker", "podman"])


@unittest.skipUnless(os.environ.get("REAL_CONTAINER"), "REAL_CONTAINER is not set: docker or podman with the official image")
class Container(unittest.TestCase):
    def test_the_image(self):
        real = Real(ALGORAND_BIN="", PATH=os.environ["REAL_CONTAINER"] + ":" + os.environ["PATH"])
        self.addCleanup(real.close)
        self.addCleanup(real.process.kill)
        client = algod.AlgodClient(TOKEN, real.ready["algod"])
        self.assertEqual(client.versions()["genesis_id"], "dockernet-v1")
        self.assertIn("result", client.compile("#pragma version 12\nint 1"))
        me, round_ = pay(real)
        self.assertEqual((len(me), round_), (58, 1))
        self.assertEqual(real.command("offset", "7").returncode, 0)
        self.assertEqual(real.command("stop").returncode, 0)
        self.assertEqual(real.process.wait(30), 0)


@unittest.skipUnless(HAVE, "algod, goal and kmd are neither on PATH nor in ALGORAND_BIN")
class Binaries(unittest.TestCase):
    def start(self, *options, **env):
        real = Real(*options, ALGORAND_BIN=BIN, **env)
        self.addCleanup(real.close)
        self.addCleanup(real.process.kill)
        return real

    def test_a_network_that_is_kept(self):
        with tempfile.TemporaryDirectory() as folder:
            real = self.start("--data", folder)
            self.assertEqual(real.ready["genesis"], "dockernet-v1")
            self.assertEqual(algod.AlgodClient(TOKEN, real.ready["algod"]).versions()["genesis_id"], "dockernet-v1")
            me, round_ = pay(real)
            p = real.command("snapshot")
            self.assertEqual(p.returncode, 76)
            self.assertIn("that is a real node: snapshot needs the sandbox's own", p.stderr)
            self.assertEqual(real.command("offset", "7").returncode, 0)
            self.assertEqual(real.command("stop").returncode, 0)
            self.assertEqual(real.process.wait(30), 0)
            again = self.start("--data", folder)
            self.assertEqual(pay(again), (me, round_ + 1))
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
