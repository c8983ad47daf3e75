#!/usr/bin/env python3
"""Drives every route of the key daemon's interface on a real one (ORACLE_KMD_URL) and on the sandbox's, with right and wrong
bodies, and compares status, kind of body and every field. Not asked for, since no client writes them: structures as
lists, text behind a body's JSON, text that is not UTF-8; the router's redirects.

  ORACLE_KMD_URL=http://127.0.0.1:4002 KMD_URL=http://127.0.0.1:5002 diff_kmd.py

Both tokens are 64 letters a."""
import base64
import http.client
import json
import os
import sys
import time
from urllib.parse import urlsplit

from algosdk import account, encoding, transaction

TOKEN = "a" * 64
MASTER = base64.b64encode(bytes(range(32))).decode()
KEYS = [base64.b64encode(bytes([7, i] * 16)).decode() for i in range(4)]


class Daemon:
    """One key daemon, and what it has called things: a wallet's id and a session's token are its own."""

    def __init__(self, url):
        self.host = urlsplit(url).netloc
        self.names = {}

    def ask(self, method, path, body=None, token=TOKEN, kind="application/json"):
        c = http.client.HTTPConnection(self.host, timeout=60)
        headers = {} if token is None else {"X-KMD-API-Token": token}
        if body is not None:
            headers["Content-Type"] = kind
            for name, value in self.names.items():
                body = body.replace(f"${name}$".encode(), value.encode())
        c.request(method, path, body, headers)
        r = c.getresponse()
        data = r.read()
        c.close()
        return r.status, r.getheader("Content-Type"), data

    def shown(self, answer):
        status, kind, data = answer
        text = data.decode("utf-8", "replace")
        for name, value in self.names.items():
            text = text.replace(value, f"${name}$")
        try:
            value = json.loads(text)
            if isinstance(value, dict) and isinstance(value.get("wallets"), list):  # others may have wallets there too
                value["wallets"] = [w for w in value["wallets"] if w["id"].strip("$") in self.names]
            if isinstance(value, dict) and "expires_seconds" in value.get("wallet_handle", {}):
                value["wallet_handle"]["expires_seconds"] //= 10**9
            return status, kind, value
        except ValueError:
            return status, kind, text


class Pair:
    def __init__(self, real, ours):
        self.real, self.ours = real, ours
        self.asked = self.different = 0
        self.run = f"x{time.time_ns():x}"
        self.told = {}

    def ask(self, method, path, body=None, **kw):
        raw = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        a, b = (n.shown(n.ask(method, path, raw, **kw)) for n in (self.real, self.ours))
        self.asked += 1
        if a != b:
            self.different += 1
            self.told[path] = self.told.get(path, 0) + 1
            if self.told[path] <= 3:
                print(f"--- {method} {path} {raw!r}\n real {str(a)[:600]}\n ours {str(b)[:600]}")
        return a

    def post(self, path, **fields):
        return self.ask("POST", path, fields)

    def name(self, name, path, take, **fields):
        """Asks both for something of their own, and calls it `name` from here on."""
        for n in (self.real, self.ours):
            answer = n.ask("POST", path, fields and json.dumps(fields).encode())
            n.names[name] = take(json.loads(answer[2]))


def wallets(p):
    for n in (p.real, p.ours):
        listed = json.loads(n.ask("GET", "/v1/wallets")[2])["wallets"]
        n.names["DEFAULT"] = next(w["id"] for w in listed if w["name"] == "unencrypted-default-wallet")
    p.ask("GET", "/v1/wallets")
    p.name("W", "/v1/wallet", lambda a: a["wallet"]["id"], wallet_name=p.run + "w", wallet_driver_name="sqlite", wallet_password="pw",
           master_derivation_key=MASTER)
    p.name("E", "/v1/wallet", lambda a: a["wallet"]["id"], wallet_name="", wallet_driver_name="sqlite", wallet_password="")
    p.ask("GET", "/v1/wallets")
    for name in (p.run + "w", "x" * 65, "x" * 1000):
        p.post("/v1/wallet", wallet_name=name, wallet_driver_name="sqlite", wallet_password="pw")
    p.post("/v1/wallet", wallet_name=p.run + "z", wallet_driver_name="ledger", wallet_password="pw")
    p.post("/v1/wallet", wallet_name=p.run + "z", wallet_driver_name="", wallet_password="pw")
    p.post("/v1/wallet", wallet_name=p.run + "z")
    p.name("Z", "/v1/wallet", lambda a: a["wallet"]["id"], wallet_name=p.run + "z", wallet_driver_name="sqlite", master_derivation_key="AAAA")
    p.post("/v1/wallet", wallet_name=p.run + "z", wallet_driver_name="sqlite", master_derivation_key=MASTER[:-4] + "AAAA" + "AAAA")
    p.post("/v1/wallet", wallet_name=p.run + "z", wallet_driver_name="sqlite", master_derivation_key="!!!!")
    for body in ({}, {"wallet_id": "nope"}, {"wallet_id": "$W$"}, {"wallet_id": "$W$", "wallet_password": "no"},
                 {"wallet_id": "$W$", "wallet_password": 7}, {"wallet_id": 7}):
        p.ask("POST", "/v1/wallet/init", body)
    for handle, wallet, password in (("H", "W", "pw"), ("HE", "E", ""), ("HD", "DEFAULT", "")):
        for n in (p.real, p.ours):
            body = json.dumps({"wallet_id": n.names[wallet], "wallet_password": password}).encode()
            n.names[handle] = json.loads(n.ask("POST", "/v1/wallet/init", body)[2])["wallet_handle_token"]
            n.names[handle + "0"] = n.names[handle].split(".")[0]
    for path in ("/v1/wallet/info", "/v1/wallet/renew"):
        for handle in ("$H$", "$HE$", "$H0$", "$H0$.", "$H0$.00", "$H0$.zz", "nope", "", "a.b", "a.b.c", "$H$.x", "." + "0" * 64, "$H0$." + "0" * 64):
            p.post(path, wallet_handle_token=handle)
    for body in ({"wallet_id": "$E$", "wallet_password": "", "wallet_name": p.run + "w"}, {"wallet_id": "$E$", "wallet_password": "", "wallet_name": ""},
                 {"wallet_id": "$E$", "wallet_password": "no", "wallet_name": p.run + "e"}, {"wallet_id": "nope", "wallet_password": "", "wallet_name": p.run + "e"},
                 {"wallet_id": "$E$", "wallet_password": "", "wallet_name": p.run + "e"}, {"wallet_id": "$E$", "wallet_password": "", "wallet_name": p.run + "e"},
                 {"wallet_id": "$E$", "wallet_password": "", "wallet_name": p.run + "y" * 70}):
        p.ask("POST", "/v1/wallet/rename", body)
    p.ask("GET", "/v1/wallets")
    p.post("/v1/wallet/info", wallet_handle_token="$HE$")
    for handle in ("$H$", "nope", "$H0$.00"):
        for password in ("pw", "no", ""):
            p.post("/v1/master-key/export", wallet_handle_token=handle, wallet_password=password)
    p.post("/v1/master-key/export", wallet_handle_token="$H$")


def keys(p):
    p.post("/v1/key/list", wallet_handle_token="$H$")
    for i in range(3):
        p.post("/v1/key", wallet_handle_token="$H$")
    p.post("/v1/key", wallet_handle_token="$H$", display_mnemonic=True)
    p.post("/v1/key", wallet_handle_token="$H$", display_mnemonic=False)
    p.post("/v1/key", wallet_handle_token="$H$", display_mnemonic="x")
    listed = p.post("/v1/key/list", wallet_handle_token="$H$")[2]["addresses"]
    secret = account.generate_account()[0]
    own = account.address_from_private_key(secret)
    for s in (secret, secret, "", "AAAA", secret[:-4] + "AAA=", base64.b64encode(bytes(64)).decode(), "?", base64.b64encode(base64.b64decode(secret)[:32] + bytes(32)).decode()):
        p.post("/v1/key/import", wallet_handle_token="$H$", private_key=s)
    p.post("/v1/key/import", wallet_handle_token="$H$", private_key=[1] * 64)
    p.post("/v1/key/import", wallet_handle_token="$H$", private_key=list(base64.b64decode(secret)))
    p.post("/v1/key/import", wallet_handle_token="$H$", private_key=None)
    p.post("/v1/key/import", wallet_handle_token="$H$")
    p.post("/v1/key/list", wallet_handle_token="$H$")
    for path in ("/v1/key/export", ):
        for a in (own, listed[0], encoding.encode_address(bytes(32)), "nope", "", own[:-1] + "7", own[:-1] + chr(ord(own[-1]) + 1), own.lower()):
            for password in ("pw", "no", ""):
                p.post(path, wallet_handle_token="$H$", address=a, wallet_password=password)
    for a in (encoding.encode_address(bytes(32)), "nope", listed[1], listed[1]):
        for password in ("no", "pw"):
            p.ask("DELETE", "/v1/key", {"wallet_handle_token": "$H$", "address": a, "wallet_password": password})
    p.post("/v1/key/list", wallet_handle_token="$H$")
    p.post("/v1/key", wallet_handle_token="$H$")
    return own, listed[0]


def transactions(p, own, derived):
    sp = transaction.SuggestedParams(1000, 1, 1000, base64.b64encode(bytes(32)).decode(), gen="dockernet-v1", flat_fee=True)
    zero = encoding.encode_address(bytes(32))
    txns = [transaction.PaymentTxn(x, sp, zero, 5) for x in (own, derived, zero)]
    txns += [transaction.AssetTransferTxn(own, sp, zero, 5, 7), transaction.KeyregOfflineTxn(own, sp)]
    blobs = [encoding.msgpack_encode(t) for t in txns]
    raw = base64.b64decode(blobs[0])
    blobs += ["", "AAAA", base64.b64encode(raw[:-1]).decode(), base64.b64encode(raw + b"\0").decode(), base64.b64encode(b"\x80").decode(), "??",
              base64.b64encode(b"\x81\xa1x\x01").decode(), base64.b64encode(b"\x81\xa3fee\xa1x").decode()]
    pk = lambda a: base64.b64encode(encoding.decode_address(a)).decode()
    for b in blobs:
        for extra in ({}, {"public_key": pk(derived)}, {"public_key": pk(zero)}, {"public_key": "AAAA"}, {"public_key": KEYS[0]}):
            p.post("/v1/transaction/sign", wallet_handle_token="$H$", wallet_password="pw", transaction=b, **extra)
    p.post("/v1/transaction/sign", wallet_handle_token="$H$", wallet_password="no", transaction=blobs[0])
    p.post("/v1/transaction/sign", wallet_handle_token="$H$", wallet_password="pw")
    p.post("/v1/transaction/sign", wallet_handle_token="$H$", wallet_password="pw", transaction=7)
    for data in ("BIEBQw==", "CIEB", "", "AAAA", "??"):
        for a in (own, zero, "nope", ""):
            p.post("/v1/program/sign", wallet_handle_token="$H$", wallet_password="pw", address=a, data=data)
    p.post("/v1/program/sign", wallet_handle_token="$H$", wallet_password="no", address=own, data="BIEB")
    return txns, blobs, pk


def multisigs(p, own, derived, txns, pk):
    p.post("/v1/multisig/list", wallet_handle_token="$H$")
    pks = [pk(own), pk(derived), KEYS[1]]
    found = []
    for version, threshold, keys in ((1, 2, pks), (1, 2, pks), (1, 1, pks[:1]), (1, 0, pks), (0, 1, pks), (2, 1, pks), (1, 4, pks), (1, 1, []),
                                     (1, 255, pks * 85), (1, 256, pks), (-1, 1, pks), ("1", 1, pks), (1, 2, ["AAAA"]), (1, 2, ["??"]), (1, 2, None),
                                     (1, 2, "x"), (1, 2, pks[:2] * 2), (1.5, 1, pks), (1, 16, pks * 6)):
        a = p.post("/v1/multisig/import", wallet_handle_token="$H$", multisig_version=version, threshold=threshold, pks=keys)
        if a[0] == 200 and "address" in a[2]:
            found.append(a[2]["address"])
    p.post("/v1/multisig/import", wallet_handle_token="$H$")
    p.post("/v1/multisig/list", wallet_handle_token="$H$")
    zero = encoding.encode_address(bytes(32))
    m = found[0]
    for a in (m, found[-1], zero, own, "nope", ""):
        p.post("/v1/multisig/export", wallet_handle_token="$H$", address=a)
        p.post("/v1/multisig/export", wallet_handle_token="$H$", address=a, wallet_password="no")
    sp = transaction.SuggestedParams(1000, 1, 1000, base64.b64encode(bytes(32)).decode(), gen="dockernet-v1", flat_fee=True)
    t = encoding.msgpack_encode(transaction.PaymentTxn(m, sp, zero, 5))
    other = encoding.msgpack_encode(transaction.PaymentTxn(own, sp, zero, 5))
    empty = {"subsig": [{"pk": k} for k in pks], "thr": 2, "v": 1}
    partials = [None, empty]
    for signer in (pks[0], pks[1], pks[2], KEYS[0], "AAAA", None):
        fields = {} if signer is None else {"public_key": signer}
        a = p.post("/v1/multisig/sign", wallet_handle_token="$H$", wallet_password="pw", transaction=t, **fields)
        if a[0] == 200:
            m1 = encoding.msgpack.unpackb(base64.b64decode(a[2]["multisig"]), raw=False)
            partials.append({"subsig": [{k: base64.b64encode(v).decode() for k, v in s.items()} for s in m1["subsig"]], "thr": m1["thr"], "v": m1["v"]})
        for f2 in ({"partial_multisig": None}, {"partial_multisig": {}}, {"partial_multisig": empty}):
            p.post("/v1/multisig/sign", wallet_handle_token="$H$", wallet_password="pw", transaction=t, **fields, **f2)
    bad = [dict(empty, thr=1), dict(empty, v=2), dict(empty, subsig=empty["subsig"][:2]), dict(empty, subsig=[]), dict(empty, thr="2"), dict(empty, thr=300),
           dict(empty, extra=1), {"subsig": [{"pk": "AAAA"}], "thr": 1, "v": 1}, {"subsig": [{}], "thr": 1, "v": 1}, "x", 7,
           dict(empty, subsig=[dict(s, s="AAAA") for s in empty["subsig"]]), dict(empty, subsig=[dict(s, s=None) for s in empty["subsig"]]),
           dict(empty, subsig=[dict(s, x=1) for s in empty["subsig"]]), dict(empty, subsig=empty["subsig"][::-1]),
           dict(empty, subsig=[dict(s, s=base64.b64encode(bytes(64)).decode()) for s in empty["subsig"]])]
    for partial in partials[2:] + bad:
        for signer in (pks[0], pks[1], KEYS[0]):
            p.post("/v1/multisig/sign", wallet_handle_token="$H$", wallet_password="pw", transaction=t, public_key=signer, partial_multisig=partial)
            for legacy in (False, True):
                p.post("/v1/multisig/signprogram", wallet_handle_token="$H$", wallet_password="pw", address=m, data="BIEBQw==", public_key=signer,
                       partial_multisig=partial, use_legacy_msig=legacy)
    for x in (other, "", "AAAA", "??"):
        p.post("/v1/multisig/sign", wallet_handle_token="$H$", wallet_password="pw", transaction=x, public_key=pks[0])
        p.post("/v1/multisig/sign", wallet_handle_token="$H$", wallet_password="pw", transaction=x, public_key=pks[0], partial_multisig=empty)
    for signer in (pk(m), KEYS[2], "AAAA"):
        p.post("/v1/multisig/sign", wallet_handle_token="$H$", wallet_password="pw", transaction=other, public_key=pks[0], signer=signer)
        p.post("/v1/multisig/sign", wallet_handle_token="$H$", wallet_password="pw", transaction=other, public_key=pks[0], signer=signer, partial_multisig=empty)
    p.post("/v1/multisig/sign", wallet_handle_token="$H$", wallet_password="no", transaction=t, public_key=pks[0])
    for a in (m, own, zero, "nope"):
        for data in ("BIEBQw==", "", "??"):
            for extra in ({}, {"partial_multisig": empty}, {"partial_multisig": empty, "use_legacy_msig": True}, {"use_legacy_msig": 1}, {"public_key": KEYS[0]}):
                p.ask("POST", "/v1/multisig/signprogram", {"wallet_handle_token": "$H$", "wallet_password": "pw", "address": a, "data": data, "public_key": pks[1], **extra})
    p.post("/v1/multisig/signprogram", wallet_handle_token="$H$", wallet_password="no", address=m, data="BIEB", public_key=pks[0])
    for a in (zero, "nope", found[-1], found[-1]):
        for password in ("no", "pw"):
            p.ask("DELETE", "/v1/multisig", {"wallet_handle_token": "$H$", "address": a, "wallet_password": password})
    p.post("/v1/multisig/list", wallet_handle_token="$H$")


ROUTES = {"wallets": "GET", "wallet": "POST", "wallet/init": "POST", "wallet/release": "POST", "wallet/renew": "POST", "wallet/rename": "POST",
          "wallet/info": "POST", "master-key/export": "POST", "key/list": "POST", "key/import": "POST", "key/export": "POST", "key": "POST",
          "multisig/list": "POST", "multisig/sign": "POST", "multisig/signprogram": "POST", "multisig/import": "POST", "multisig/export": "POST",
          "multisig": "DELETE", "transaction/sign": "POST", "program/sign": "POST"}


def malformed(p):
    bodies = [b"", b"null", b"{}", b"7", b'"x"', b"true", b"{", b"}", b"nope", b'{"a":1}', b'{"wallet_handle_token":7}', b'{"wallet_handle_token":null}',
              b'{"wallet_handle_token":"$H$","wallet_handle_token":"x"}', b' \n{}',
              b'{"wallet_handle_token":"\\ud800"}', b'{"wallet_handle_token":"x",}',  b"{'a':1}", b'\xef\xbb\xbf{}', b'{"Wallet_handle_token":"$H$"}', b'{"WalletHandleToken":"$H$"}', b'{"wallet_handle_token":"$H$","x":1}', b"\x80", b"{}" + b" " * 100000]
    for route in ROUTES:
        for method in ("POST", "DELETE", "GET"):
            if route == "wallet" and method == "POST":
                for b in bodies[:8]:
                    p.ask(method, "/v1/wallet", b)
                continue
            for b in bodies if ROUTES[route] == method or (route, method) == ("key", "DELETE") else bodies[:1]:
                p.ask(method, "/v1/" + route, b)
        p.ask(ROUTES[route], "/v1/" + route, b"{}", token=None)
        p.ask(ROUTES[route], "/v1/" + route, b"{}", token="b" * 64)
        for kind in ("application/x-www-form-urlencoded", "text/plain", "application/msgpack", ""):
            p.ask(ROUTES[route], "/v1/" + route, b'{"wallet_handle_token":"$H$"}', kind=kind)
        p.ask("PUT", "/v1/" + route, b"{}")
        p.ask("PATCH", "/v1/" + route, b"{}")
        p.ask("HEAD", "/v1/" + route)
        p.ask("OPTIONS", "/v1/" + route)
        p.ask(ROUTES[route], "/v1/" + route + "/", b"{}")
    for path in ("/", "/v1", "/v1/", "/v2/wallets", "/versions", "/v1/nope", "/versions/", "/V1/wallets", "/v1/wallets?x=1", "/health", "/genesis", "/metrics"):
        for token in (TOKEN, None, "x"):
            p.ask("GET", path, token=token)
            p.ask("POST", path, b"{}", token=token)
    p.ask("OPTIONS", "/versions", token=None)


def released(p):
    p.post("/v1/wallet/release", wallet_handle_token="$H0$.00")
    p.post("/v1/wallet/release", wallet_handle_token="nope")
    p.post("/v1/wallet/release", wallet_handle_token="$H$")
    for path in ("wallet/info", "wallet/renew", "wallet/release", "key/list", "master-key/export"):
        p.post("/v1/" + path, wallet_handle_token="$H$")


def main():
    real = os.environ.get("ORACLE_KMD_URL")
    if not real:
        print("SKIPPED diff_kmd: ORACLE_KMD_URL is not set")
        return 0
    p = Pair(Daemon(real), Daemon(os.environ["KMD_URL"]))
    wallets(p)
    own, derived = keys(p)
    txns, blobs, pk = transactions(p, own, derived)
    multisigs(p, own, derived, txns, pk)
    malformed(p)
    released(p)
    print(f"{p.asked - p.different} passed, {p.different} failed")
    return 1 if p.different else 0


sys.exit(main())
