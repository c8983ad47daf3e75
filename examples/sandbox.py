"""A sandbox's control from Python (docs/sandbox.md). SANDBOX_URL: where the sandbox is."""
import json
import os
import urllib.request

URL = os.environ.get("SANDBOX_URL", "http://127.0.0.1:4001")


def control(method, path, body=None):
    data = json.dumps(body).encode() if body else None
    request = urllib.request.Request(URL + path, data, {"X-Algo-API-Token": "a" * 64}, method=method)
    return json.load(urllib.request.urlopen(request))


address = "7ZUECA7HFLZTXENRV24SHLU4AVPUTMTTDUFUBNBD64C73F3UHRTHAIOF6Q"
saved = control("POST", "/sandbox/v1/snapshot")["snapshot"]
control("POST", f"/sandbox/v1/accounts/{address}/balance/{10**9}")
assert control("GET", f"/v2/accounts/{address}")["amount"] == 10**9
control("POST", "/sandbox/v1/time/1900000000")
assert control("POST", "/sandbox/v1/advance/1")["round"] > 0
control("POST", f"/sandbox/v1/revert/{saved}")
assert control("GET", f"/v2/accounts/{address}")["amount"] == 0
print("python: ok")
