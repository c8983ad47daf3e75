"""What the indexer's tests share: a cluster, a replayed node, the indexer, and the tables as text."""
import contextlib, hashlib, http.server, json, os, random, re, shutil, socket, subprocess, tempfile, threading, time, urllib.error, urllib.parse, urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
VECTORS = os.path.abspath(os.environ.get("ALGORENT_VECTORS", os.path.join(ROOT, "../shared/vectors")))
BIN = os.path.join(ROOT, "build", os.environ.get("BUILD", "release"), "bin")
TOKEN = "a" * 64
CLUSTER = os.path.join(ROOT, "sandbox/postgres/cluster")
TABLES = {
    "chain.cursor": "next_round", "chain.block": "round", "chain.txn": "round, intra", "chain.participant": "round, addr",
    "chain.log": "round, intra, idx", "chain.state_change": "round, intra, account, key, action", "chain.contract": "app",
    "chain.box_ref": "round, intra, app, name",
}


class Cluster:
    def __init__(self, work, *settings):
        self.dir = os.path.join(work, "pg")
        self.settings = [x for s in settings for x in ("--set", s)]
        self.start()

    def start(self):
        self.url = subprocess.run([CLUSTER, "start", "--dir", self.dir, *self.settings], check=True, capture_output=True, text=True).stdout.strip()

    def stop(self):
        subprocess.run([CLUSTER, "stop", "--dir", self.dir], check=True)

    def remove(self):
        subprocess.run([CLUSTER, "remove", "--dir", self.dir])

    def database(self, name):
        psql(self.url, f"create database {name}")
        return self.url.replace("/algorent?", f"/{name}?")


def psql(url, sql, check=True):
    r = subprocess.run(["psql", "-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", url], input=sql, capture_output=True, text=True)
    if check and r.returncode:
        raise RuntimeError(r.stderr)
    return r.stdout.strip()


def fingerprint(url, schemas=("chain",)):
    """A digest a table; the same tables give the same digests, whatever way they were filled."""
    tables = dict(TABLES)
    for s in schemas:
        for t in psql(url, f"select relname from pg_class where relnamespace = to_regnamespace('{s}') and relkind = 'r'").split():
            if s != "chain":
                tables[f"{s}.{t}"] = "t"
    out = {}
    for t, order in tables.items():
        text = psql(url, f"select t::text from {t} as t order by {'t::text' if order == 't' else order}")
        out[t] = (len(text.splitlines()), hashlib.sha256(text.encode()).hexdigest()[:16])
    return out


@contextlib.contextmanager
def replay(blocks):
    p = subprocess.Popen([os.path.join(BIN, "algorent-sandbox"), "replay", blocks, "--port", "0", "--token", ""], stdout=subprocess.PIPE, text=True)
    try:
        yield re.search(r"http://\S+", p.stdout.readline()).group(0)
    finally:
        p.terminate()
        p.wait()


def indexer(url, algod, *args, token="", **kw):
    env = dict(os.environ, DATABASE_URL=url, ALGOD_URL=algod, ALGOD_TOKEN=token)
    return subprocess.Popen([os.path.join(BIN, "algorent-indexer"), *args], env=env, stderr=subprocess.PIPE, text=True, **kw)


def index(url, algod, *args, timeout=120, token=""):
    """Runs to the end; (exit status, what it said)."""
    p = indexer(url, algod, *args, token=token)
    try:
        said = p.communicate(timeout=timeout)[1]
    except subprocess.TimeoutExpired:
        p.kill()
        said = p.communicate()[1]
        return -1, said
    return p.returncode, said


class Report:
    def __init__(self):
        self.passed = self.failed = 0

    def check(self, name, ok, detail=""):
        if ok:
            self.passed += 1
            print("ok:", name, flush=True)
        else:
            self.failed += 1
            print("FAILED:", name, detail, flush=True)

    def same(self, name, got, want):
        self.check(name, got == want, {k: (got.get(k), want.get(k)) for k in want if got.get(k) != want.get(k)})

    def end(self):
        print(f"{self.passed} passed, {self.failed} failed")
        return self.failed > 0


@contextlib.contextmanager
def workplace(name):
    work = tempfile.mkdtemp(prefix=f"algorent-{name}.")
    os.chmod(work, 0o755)
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def unpack(work, name):
    to = os.path.join(work, name)
    os.makedirs(to)
    subprocess.run(["tar", "-xf", os.path.join(VECTORS, name + ".tar.zst"), "-C", to], check=True)
    return to


class Proxy:
    """Stands between the indexer and its node; `fault(path, body)` may answer something else: None (as it is), "drop", "hang",
    "stall" (half of it, then nothing), "cut", or (status, body)."""

    def __init__(self, algod, fault):
        proxy = self
        self.faults = 0

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                try:
                    with urllib.request.urlopen(algod + self.path, timeout=100) as r:
                        status, body = r.status, r.read()
                except urllib.error.HTTPError as e:
                    status, body = e.code, e.read()
                except OSError:
                    self.close_connection = True
                    return
                what = fault(self.path, body)
                if what is not None:
                    proxy.faults += 1
                if what == "drop":
                    self.close_connection = True
                    return
                if what == "hang":
                    time.sleep(2)
                    self.close_connection = True
                    return
                length = len(body)
                if what == "stall":
                    self.send_response(status)
                    self.send_header("Content-Length", str(length))
                    self.end_headers()
                    self.wfile.write(body[: length // 2])
                    time.sleep(60)
                    self.close_connection = True
                    return
                if what == "cut":
                    body = body[: random.randrange(len(body))] if body else body
                elif what is not None:
                    status, body = what
                    length = len(body)
                try:
                    self.send_response(status)
                    self.send_header("Content-Length", str(length))
                    self.end_headers()
                    self.wfile.write(body)
                except OSError:
                    pass
                if len(body) != length:
                    self.close_connection = True

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                pass  # a killed indexer's connection

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Wire:
    """Stands between the indexer and PostgreSQL, and cuts a connection after a number of bytes in either direction, wherever that
    is: in the middle of a COPY, or between a commit and its answer. `cut()` gives that number, or None."""

    def __init__(self, url, cut):
        socket_dir = urllib.parse.unquote(re.search(r"host=([^&]*)", url).group(1))
        self.server_at = f"{socket_dir}/.s.PGSQL.{re.search(r'port=([0-9]+)', url).group(1)}"
        self.dir = tempfile.mkdtemp(prefix="algorent-wire.", dir="/tmp")
        self.cut, self.cuts, self.lock = cut, 0, threading.Lock()
        self.mute, self.muted = False, []  # then who comes is taken, and hears nothing
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(f"{self.dir}/.s.PGSQL.5432")
        self.listener.listen(64)
        threading.Thread(target=self.accept, daemon=True).start()

    def url(self, url):
        return re.sub(r"port=[0-9]+", "port=5432", re.sub(r"host=[^&]*", "host=" + self.dir.replace("/", "%2F"), url))

    def accept(self):
        while True:
            try:
                client = self.listener.accept()[0]
            except OSError:
                return
            if self.mute:
                self.muted.append(client)
                continue
            server = socket.socket(socket.AF_UNIX)
            try:
                server.connect(self.server_at)
            except OSError:
                client.close()
                continue
            left = [self.cut()]
            for a, b in ((client, server), (server, client)):
                threading.Thread(target=self.forward, args=(a, b, left), daemon=True).start()

    def forward(self, a, b, left):
        try:
            while data := a.recv(65536):
                if left[0] is not None:
                    data, left[0] = data[: left[0]], left[0] - len(data)
                b.sendall(data)
                if left[0] is not None and left[0] <= 0:
                    with self.lock:
                        self.cuts += 1
                    break
        except OSError:
            pass
        for s in (a, b):
            try:
                s.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def close(self):
        self.listener.close()
        shutil.rmtree(self.dir, ignore_errors=True)


class Sandbox:
    """A sandbox of our own, its three funded accounts as key files, and the program algorent."""

    def __init__(self, work):
        self.work = work
        self.process = subprocess.Popen([os.path.join(BIN, "algorent-sandbox"), "--port", "0", "--token", TOKEN], stdout=subprocess.PIPE, text=True)
        self.algod, self.kmd = re.findall(r"http://\S+", self.process.stdout.readline())[:2]
        self.env = dict(os.environ, ALGOD_URL=self.algod, ALGOD_TOKEN=TOKEN)
        for k in ("ALGORENT_APP", "ALGORENT_ESCROW", "ALGORENT_KEY", "ALGORENT_MNEMONIC"): self.env.pop(k, None)
        wallet = self.post("wallets", None)["wallets"][0]["id"]
        handle = self.post("wallet/init", {"wallet_id": wallet, "wallet_password": ""})["wallet_handle_token"]
        self.address = {}
        for name, a in zip(("admin", "client", "worker"), self.post("key/list", {"wallet_handle_token": handle})["addresses"]):
            key = self.post("key/export", {"wallet_handle_token": handle, "wallet_password": "", "address": a})["private_key"]
            subprocess.run([os.path.join(BIN, "algorent"), "keys", "import", self.key(name)], input=key, text=True, check=True, capture_output=True)
            self.address[name] = a

    def key(self, name): return os.path.join(self.work, name + ".key")

    def post(self, path, body):
        req = urllib.request.Request(f"{self.kmd}/v1/{path}", headers={"X-KMD-API-Token": TOKEN}, data=None if body is None else json.dumps(body).encode())
        with urllib.request.urlopen(req, timeout=20) as r: return json.load(r)

    def run(self, who, *args):
        """The JSON result; None: refused by the contract."""
        key = ["--key", self.key(who)] if who else []
        p = subprocess.run([os.path.join(BIN, "algorent"), *map(str, args), *key, "--json"], env=self.env, capture_output=True, text=True)
        if p.returncode not in (0, 1): raise RuntimeError(f"{args}: {p.stderr}")
        return json.loads(p.stdout) if p.returncode == 0 else None

    def advance(self, seconds):
        for s in (seconds, 1):
            urllib.request.urlopen(urllib.request.Request(f"{self.algod}/v2/devmode/blocks/offset/{s}", method="POST", headers={"X-Algo-API-Token": TOKEN}), timeout=20)
            if s != 1: self.run("admin", "pay", self.address["admin"], 0)

    def balance(self, who, microalgos):
        subprocess.run([os.path.join(BIN, "algorent-sandbox"), "balance", self.address[who], str(microalgos), "--url", self.algod, "--token", TOKEN], check=True, capture_output=True)

    def ask(self, path):
        with urllib.request.urlopen(urllib.request.Request(f"{self.algod}/v2/{path}", headers={"X-Algo-API-Token": TOKEN}), timeout=20) as r: return json.load(r)

    def round(self): return self.ask("status")["last-round"]

    def stop(self):
        self.process.terminate()
        self.process.wait()


def topup(r, n):
    """One rental extended by its renter, one by a topup of his."""
    app = n.run("admin", "deploy", "rental", "--record", os.path.join(n.work, "rental.json"))["app"]
    m = ("--app", app)
    n.run("worker", "gpu", "register", "--model", "T", "--price", "0.01", *m)
    n.run("client", "rent", 1, 5, *m)
    n.run("worker", "start", 1, *m)
    n.run("client", "extend", 1, 5, *m)
    file = os.path.join(n.work, "topup.json")
    n.run("client", "topup", "sign", 1, 5, file, "--period", 10, "--last", 100000000, *m)
    while n.round() < 10: n.run("worker", "heartbeat", 1, *m)  # the first period has no window: a round 0 cannot be named
    r.check("a topup is submitted", (n.run("admin", "topup", "submit", file) or {}).get("added") == 50000)
    return app
