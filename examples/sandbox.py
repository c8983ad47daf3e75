"""All that a sandbox allows beyond a node, from Python, beside any SDK (docs/sandbox.md).
SANDBOX_URL: where the sandbox is. OTHER_URL: another algod, to fork. BLOCKS: a folder of recorded blocks."""
import base64
import json
import os
import urllib.error
import urllib.request

URL = os.environ.get("SANDBOX_URL", "http://127.0.0.1:4001")


def control(method, path, body=None):
    data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    request = urllib.request.Request(URL + path, data, {"X-Algo-API-Token": "a" * 64}, method=method)
    with urllib.request.urlopen(request) as answer:
        data = answer.read()
        return json.loads(data) if answer.headers.get_content_type() == "application/json" and data else data


def balance_of(address):
    return control("GET", f"/v2/accounts/{address}")["amount"]


def time_of(block):
    return control("GET", f"/v2/blocks/{block}")["block"]["ts"]


ALICE = "7ZUECA7HFLZTXENRV24SHLU4AVPUTMTTDUFUBNBD64C73F3UHRTHAIOF6Q"
BOB = "QG3DPWH42LDNUY2Z42LDCE5BC4G6PFPEW4S3QTI6BNGP3HWFRTUWM3IHEA"

# ---- snapshot and revert ----
was = balance_of(ALICE)
saved = control("POST", "/sandbox/v1/snapshot")["snapshot"]
control("POST", f"/sandbox/v1/accounts/{ALICE}/balance/{5_000_000}")
control("POST", f"/sandbox/v1/revert/{saved}")
assert balance_of(ALICE) == was  # as if it had not happened

# ---- exact time ----
control("POST", "/sandbox/v1/time/1900000000")
last = control("POST", "/sandbox/v1/advance/1")["round"]
assert time_of(last) == 1900000000
control("POST", "/v2/devmode/blocks/offset/3600")  # from now on an hour between blocks
control("DELETE", "/sandbox/v1/offset")            # and the clock's time again

# ---- advance rounds ----
last = control("POST", "/sandbox/v1/advance/10")["round"]

# ---- interval mining ----
control("POST", "/sandbox/v1/mining", {"mode": "interval", "interval-ms": 50})
control("GET", f"/v2/status/wait-for-block-after/{last + 1}")  # two blocks that nobody asked for
control("POST", "/sandbox/v1/mining", {"mode": "manual"})      # from now on only advance makes them
control("POST", "/sandbox/v1/mining", {"mode": "dev"})         # and again one for each group

# ---- balance ----
control("POST", f"/sandbox/v1/accounts/{ALICE}/balance/{10**10}")
control("POST", f"/sandbox/v1/accounts/{BOB}/balance/0")
assert balance_of(ALICE) == 10**10

# ---- impersonation ----
control("POST", "/sandbox/v1/transactions", {"type": "pay", "snd": ALICE, "rcv": BOB, "amt": 1_000_000})  # no key of Alice's
assert balance_of(BOB) == 1_000_000
control("POST", "/sandbox/v1/impersonate/on")  # from now on any group, through any SDK
control("POST", "/sandbox/v1/impersonate/off")

# ---- an application to try the rest on ----
# CoEB is "#pragma version 10; pushint 1"
made = control("POST", "/sandbox/v1/transactions", {"type": "appl", "snd": ALICE, "apap": "CoEB", "apsu": "CoEB",
                                                    "apgs": {"nui": 1}, "apls": {"nbs": 1}})["txId"]
app = control("GET", f"/v2/transactions/pending/{made}")["application-index"]
control("POST", "/sandbox/v1/transactions", {"type": "appl", "snd": ALICE, "apid": app, "apan": 1})  # Alice opts in

# ---- state: global, local, a box ----
control("POST", f"/sandbox/v1/applications/{app}/global", {"key": "str:price", "uint": 7})
control("POST", f"/sandbox/v1/accounts/{ALICE}/local/{app}", {"key": "str:name", "bytes": base64.b64encode(b"Alice").decode()})
control("POST", f"/sandbox/v1/applications/{app}/box", {"key": "str:owner", "bytes": "AAE="})
assert control("GET", f"/v2/applications/{app}/box?name=str:owner")["value"] == "AAE="
control("POST", f"/sandbox/v1/applications/{app}/box", {"key": "str:owner"})  # without a value: deleted

# ---- program ----
control("POST", f"/sandbox/v1/applications/{app}/program", {"approval": "CoEA"})  # pushint 0: it refuses everything
try:
    control("POST", "/sandbox/v1/transactions", {"type": "appl", "snd": ALICE, "apid": app})
    raise SystemExit("it was accepted")
except urllib.error.HTTPError as refusal:
    assert "rejected by ApprovalProgram" in json.load(refusal)["message"]

# ---- dump and load ----
dump = control("GET", "/sandbox/v1/dump")  # bytes
control("POST", f"/sandbox/v1/accounts/{BOB}/balance/0")
control("POST", "/sandbox/v1/load", dump)
assert balance_of(BOB) == 1_000_000

# ---- coverage and profile ----
control("POST", "/sandbox/v1/coverage/on")
control("POST", f"/sandbox/v1/applications/{app}/program", {"approval": "CoEB"})
control("POST", "/sandbox/v1/transactions", {"type": "appl", "snd": ALICE, "apid": app})
report = control("GET", "/sandbox/v1/coverage")
assert report["programs"][0]["app"] == app and report["opcodes"][0]["name"] == "pushint"
control("POST", "/sandbox/v1/coverage/off")

# ---- reset ----
assert control("POST", "/sandbox/v1/reset")["round"] == 0

# ---- seed ----
control("POST", "/sandbox/v1/seed", {"seed": "7"})  # from here on the same run for the same seed, in every block and key
control("POST", "/sandbox/v1/advance/3")
assert time_of(3) == 1767225602

# ---- replay ----
if "BLOCKS" in os.environ:
    control("POST", "/sandbox/v1/replay", {"folder": os.environ["BLOCKS"]})  # recorded blocks in the chain's place, read-only
    print(control("GET", "/v2/blocks/1")["block"]["gh"])

# ---- fork ----
if "OTHER_URL" in os.environ:
    control("POST", "/sandbox/v1/fork", {"url": os.environ["OTHER_URL"]})  # as of its last round; "round": N for another
    control("POST", f"/sandbox/v1/accounts/{ALICE}/balance/1000000")
print("python: ok")
