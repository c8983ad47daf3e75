#!/usr/bin/env python3
"""What the daemon says of itself while the database and the node come and go: /metrics through Prometheus' own parser, /health
(the process works), /ready (every block of the node is committed). And what systemd says of its unit."""
import json, os, shutil, signal, subprocess, sys, time, urllib.error, urllib.request
here = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(here, "../e2e")]
from indexer_lib import *
from prometheus_client.parser import text_string_to_metric_families

UNIT = os.path.join(ROOT, "indexer/systemd/algorent-indexer.service")


def ask(at, path):
    try:
        with urllib.request.urlopen(at + path, timeout=5) as a:
            return a.status, a.read().decode(), a.headers["Content-Type"]
    except urllib.error.HTTPError as e:
        return e.code, e.read().decode(), e.headers["Content-Type"]


def metrics(at):
    status, text, kind = ask(at, "/metrics")
    assert status == 200 and kind == "text/plain; version=0.0.4", (status, kind)
    families = {f.name: f for f in text_string_to_metric_families(text)}
    return families, {s.name: s.value for f in families.values() for s in f.samples}


def until(question, want, seconds=20):
    deadline = time.time() + seconds
    while time.time() < deadline:
        got = question()
        if got == want:
            return True
        time.sleep(0.05)
    return False


def through_faults(r, cluster, blocks):
    url = cluster.database("said")
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    node = None
    serve = lambda: subprocess.Popen([os.path.join(BIN, "algorent-sandbox"), "replay", blocks, "--port", str(port), "--token", ""], stdout=subprocess.DEVNULL)
    p = subprocess.Popen([os.path.join(BIN, "algorent-indexer"), "--listen", "127.0.0.1:0"], env=dict(os.environ, DATABASE_URL=url, ALGOD_URL=f"http://127.0.0.1:{port}", ALGOD_TOKEN=""),
                         stderr=subprocess.PIPE, text=True)
    line = ""
    while "metrics at" not in line:
        line = p.stderr.readline()
    at = re.search(r"http://[^/]+", line).group(0)
    threading.Thread(target=p.stderr.read, daemon=True).start()
    ready = lambda: ask(at, "/ready")[0]
    value = lambda name: metrics(at)[1]["algorent_indexer_" + name]
    try:
        r.check("no node yet: healthy, not ready", ask(at, "/health")[0] == 200 and ready() == 503 and json.loads(ask(at, "/ready")[1])["node"] is False)
        node = serve()
        r.check("the node comes: ready", until(ready, 200))
        families, before = metrics(at)
        r.check("each metric has help and a type that its name agrees with", len(families) > 15 and all(
            f.documentation and f.type == ("counter" if all(s.name.endswith("_total") for s in f.samples) else "gauge") for f in families.values()))
        r.check("what they say", before["algorent_indexer_round"] == 231 and before["algorent_indexer_blocks_total"] == 232 and before["algorent_indexer_transactions_total"] == 335
                and before["algorent_indexer_inner_transactions_total"] == 33 and before["algorent_indexer_at_tip"] == 1, before)
        node.kill()
        node.wait()
        r.check("the node goes: not ready, and said", until(ready, 503) and until(lambda: value("node_up"), 0) and ask(at, "/health")[0] == 200)
        node = serve()
        r.check("it comes back: ready again", until(ready, 200, 40))
        cluster.stop()
        r.check("the database goes: not ready, and said", until(ready, 503) and until(lambda: value("database_up"), 0) and ask(at, "/health")[0] == 200)
        r.check("while it is away the page is whole", len(metrics(at)[0]) == len(families))
        cluster.start()
        r.check("it comes back: ready again", until(ready, 200, 40))
        after = metrics(at)[1]
        counters = [k for k in before if k.endswith("_total")]
        r.check("no counter went back", all(after[k] >= before[k] for k in counters), {k: (before[k], after[k]) for k in counters})
        r.check("faults were counted", after["algorent_indexer_fetch_errors_total"] > 0 and after["algorent_indexer_database_errors_total"] > 0, after)
        r.check("another path and another method are told so", ask(at, "/")[0] == 404)
    finally:
        if node:
            node.kill()
            node.wait()
        p.send_signal(signal.SIGTERM)
        r.check("ended by SIGTERM with status 0", p.wait(timeout=20) == 0)


def unit(r, work):
    if not shutil.which("systemd-analyze"):
        print("SKIPPED systemd: no systemd-analyze here")
        return
    text = open(UNIT).read()
    copy = os.path.join(work, "algorent-indexer.service")  # with a program and a page that are here
    with open(copy, "w") as f:
        f.write(re.sub(r"ExecStart=\S+", "ExecStart=" + os.path.join(BIN, "algorent-indexer"), re.sub(r"Documentation=.*", "Documentation=https://example.org/", text)))
    v = subprocess.run(["systemd-analyze", "verify", copy], capture_output=True, text=True)
    r.check("systemd-analyze verify has nothing to say of the unit", "algorent-indexer.service" not in v.stdout + v.stderr, v.stdout + v.stderr)
    v = subprocess.run(["systemd-analyze", "security", "--offline=true", "--threshold=25", copy], capture_output=True, text=True)
    said = re.findall(r"exposure level.*", v.stdout)
    r.check(f"systemd-analyze security: {said}", v.returncode == 0, said)


def main():
    blocks = os.path.join(VECTORS, "blocks")
    if not os.path.isdir(blocks):
        print("SKIPPED indexer_metrics: no recorded blocks under", VECTORS)
        return 77
    r = Report()
    with workplace("indexer-metrics") as work:
        unit(r, work)
        cluster = Cluster(work)
        try:
            through_faults(r, cluster, blocks)
        finally:
            cluster.remove()
    return r.end()


sys.exit(main())
