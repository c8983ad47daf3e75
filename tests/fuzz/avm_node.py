"""The two that are compared, and how a transaction is written for them."""
import base64, hashlib, json, os, re, struct, subprocess, sys, urllib.error, urllib.request


class Node:
    def __init__(self, url, token):
        self.url, self.token = url.rstrip("/"), token

    def ask(self, method, path, body=None, kind="application/x-binary"):
        r = urllib.request.Request(self.url + path, data=body, method=method,
                                   headers={"X-Algo-API-Token": self.token, "Content-Type": kind})
        try:
            with urllib.request.urlopen(r, timeout=60) as a:
                return a.status, a.read()
        except urllib.error.HTTPError as e:
            return e.code, e.read()

    def round(self):
        return json.loads(self.ask("GET", "/v2/status")[1])["last-round"]

    def prepare(self, setup):
        if self.round() != 0 or not setup["steps"]:
            return
        self.ask("POST", "/v2/devmode/blocks/offset/%d" % setup["timestamp_offset"], b"")
        for step in setup["steps"]:
            status, text = self.ask("POST", "/v2/transactions", bytes.fromhex(step["group"]))
            if status != 200:
                sys.exit("setup on %s: %s" % (self.url, text[:300]))


def start_sandbox(setup, directory):
    with open(directory + "/genesis.json", "w") as f:
        json.dump(setup["genesis"], f)
    program = os.environ.get("SANDBOX", "build/release/bin/algorent-sandbox")
    p = subprocess.Popen([program, "--port", "0", "--no-kmd", "--no-indexer", "--genesis", directory + "/genesis.json"],
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    url = re.search(r"http://[0-9.]+:\d+", p.stdout.readline())
    if not url:
        sys.exit("the sandbox does not say where it is")
    return p, Node(url.group(0), "a" * 64)


def network_of(node, recorded):
    """The recorded network where the node is on it, else what the node's genesis has."""
    params = json.loads(node.ask("GET", "/v2/transactions/params")[1])
    hash = base64.b64decode(params["genesis-hash"])
    if hash.hex() == recorded["genesis_hash"]:
        return recorded
    genesis = json.loads(node.ask("GET", "/genesis")[1])
    rich = sorted((a for a in genesis["alloc"] if a["comment"] not in ("RewardsPool", "FeeSink")), key=lambda a: -a["state"].get("algo", 0))
    return {"genesis": genesis, "genesis_hash": hash.hex(), "steps": [], "final_round": node.round(), "ids": {},
            "accounts": {str(i): a["addr"] for i, a in enumerate(rich)}}


# ---- msgpack, canonical ----
def pack(v):
    if isinstance(v, bool):
        return b"\xc3" if v else b"\xc2"
    if isinstance(v, int):
        for limit, lead, form in ((0x80, b"", ">B"), (0x100, b"\xcc", ">B"), (1 << 16, b"\xcd", ">H"), (1 << 32, b"\xce", ">I")):
            if v < limit:
                return lead + struct.pack(form, v)
        return b"\xcf" + struct.pack(">Q", v)
    if isinstance(v, (bytes, bytearray)):
        n = len(v)
        return (b"\xc4" + bytes([n]) if n < 256 else b"\xc5" + struct.pack(">H", n)) + bytes(v)
    if isinstance(v, str):
        n = len(v.encode())
        return (bytes([0xa0 | n]) if n < 32 else b"\xd9" + bytes([n])) + v.encode()
    if isinstance(v, (list, tuple)):
        return (bytes([0x90 | len(v)]) if len(v) < 16 else b"\xdc" + struct.pack(">H", len(v))) + b"".join(map(pack, v))
    items = [(k, x) for k, x in sorted(v.items()) if x not in (0, b"", "", [], {}, None, False)]
    head = bytes([0x80 | len(items)]) if len(items) < 16 else b"\xde" + struct.pack(">H", len(items))
    return head + b"".join(pack(k) + pack(x) for k, x in items)


def grouped(group):
    ids = [hashlib.new("sha512_256", b"TX" + pack(s["txn"])).digest() for s in group]
    gid = hashlib.new("sha512_256", b"TG" + pack({"txlist": ids})).digest()
    for s in group:
        s["txn"]["grp"] = gid
    return group


def decode_address(text):
    return base64.b32decode(text + "=" * (-len(text) % 8))[:32]


def app_address(app):
    return hashlib.new("sha512_256", b"appID" + struct.pack(">Q", app)).digest()
