"""Groups that algorent writes for a wallet, signed here with the official SDK."""
import base64
import json
import os
import subprocess
import tempfile
import unittest

import msgpack
from algosdk import account, encoding, kmd, mnemonic, transaction as t
from algosdk.v2client import algod

import common

WORK = tempfile.TemporaryDirectory(prefix="algorent-wallet.")
NODE = algod.AlgodClient(common.TOKEN, common.ALGOD)
BOX = {}


def run(*words, key=None, app=None, status=0):
    env = dict(os.environ)
    for name in ("ALGORENT_APP", "ALGORENT_KEY", "ALGORENT_MNEMONIC"):
        env.pop(name, None)
    if key:
        env["ALGORENT_MNEMONIC"] = mnemonic.from_private_key(key)
    if app:
        env["ALGORENT_APP"] = str(app)
    done = subprocess.run([os.environ["ALGORENT"], *map(str, words), "--json"], cwd=WORK.name, env=env, capture_output=True, text=True)
    assert done.returncode == status, f"{words}: {done.returncode}: {done.stdout}{done.stderr}"
    return json.loads(done.stdout) if status == 0 else json.loads(done.stderr.splitlines()[-1])


def path(name):
    return os.path.join(WORK.name, name)


def read_group(name):
    """The unsigned transactions, as any wallet reads them."""
    unpacker = msgpack.Unpacker(raw=False)
    with open(path(name), "rb") as f:
        unpacker.feed(f.read())
    return [t.Transaction.undictify(m["txn"]) for m in unpacker]


def write_group(name, signed):
    with open(path(name), "wb") as f:
        for s in signed:
            f.write(base64.b64decode(encoding.msgpack_encode(s)))


def pay(sender_key, receiver, amount, **more):
    sender = account.address_from_private_key(sender_key)
    txn = t.PaymentTxn(sender, NODE.suggested_params(), receiver, amount, **more)
    t.wait_for_confirmation(NODE, NODE.send_transaction(txn.sign(sender_key)), 4)


def setUpModule():
    client = kmd.KMDClient(common.TOKEN, common.KMD)
    wallet = next(w for w in client.list_wallets() if w["name"] == "unencrypted-default-wallet")
    handle = client.init_wallet_handle(wallet["id"], "")
    keys = [client.export_key(handle, "", a) for a in client.list_keys(handle)]
    BOX["admin"], BOX["owner"], BOX["renter"] = keys[:3]
    BOX["app"] = run("deploy", "--record", "m.json", key=keys[0])["app"]
    BOX["gpu"] = run("gpu", "register", "--model", "H200", "--price", "0.1", key=keys[1], app=BOX["app"])["gpu"]


class Wallet(unittest.TestCase):
    def rent(self, sender, sign):
        made = run("rent", BOX["gpu"], 10, "--session-key", "09" * 32, "--sender", sender, "--unsigned", "group.bin", app=BOX["app"])
        group = read_group("group.bin")
        self.assertEqual(made["transactions"], len(group))
        self.assertEqual(made["fee"], sum(x.fee for x in group))
        self.assertEqual({x.sender for x in group}, {sender})
        bare = [t.Transaction.undictify(x.dictify()) for x in group]
        for x in bare:
            x.group = None
        self.assertEqual({x.group for x in group}, {t.calculate_group_id(bare)})
        write_group("signed.bin", [sign(x) for x in group])
        sent = run("send", "signed.bin")
        self.assertEqual([x.get_txid() for x in group], [x["txid"] for x in sent["transactions"]])
        rental = sent["transactions"][-1]["returned"]
        run("cancel", rental, "--sender", sender, "--unsigned", "group.bin", app=BOX["app"])
        write_group("signed.bin", [sign(x) for x in read_group("group.bin")])
        run("send", "signed.bin")
        return group

    def test_key(self):
        key = BOX["renter"]
        self.rent(account.address_from_private_key(key), lambda x: x.sign(key))

    def test_multisig(self):
        keys = [account.generate_account()[0] for _ in range(3)]
        addrs = [account.address_from_private_key(k) for k in keys]
        sender = t.Multisig(1, 2, addrs).address()
        pay(BOX["renter"], sender, 5_000_000)

        def sign(x):
            signed = t.MultisigTransaction(x, t.Multisig(1, 2, addrs))
            for k in keys[1:]:
                signed.sign(k)
            return signed

        self.rent(sender, sign)

    def test_rekeyed(self):
        key, sender = account.generate_account()
        other, other_addr = account.generate_account()
        pay(BOX["renter"], sender, 5_000_000)
        pay(key, sender, 0, rekey_to=other_addr)
        self.rent(sender, lambda x: x.sign(other))
        # And algorent signs for it itself, told whose account it is.
        rented = run("rent", BOX["gpu"], 10, "--sender", sender, key=other, app=BOX["app"])
        run("cancel", rented["rental"], "--sender", sender, key=other, app=BOX["app"])

    def test_refused_groups(self):
        sender = account.address_from_private_key(BOX["renter"])
        stranger = account.generate_account()[0]
        run("rent", BOX["gpu"], 10, "--sender", sender, "--unsigned", "group.bin", app=BOX["app"])
        group = read_group("group.bin")
        write_group("bad.bin", [x.sign(stranger) for x in group])
        self.assertEqual(run("send", "bad.bin", status=1)["error"], "LEDGER")
        write_group("bad.bin", [x.sign(BOX["renter"]) for x in group[:2]])
        self.assertIn("not of this group", run("send", "bad.bin", status=65)["message"])
        group[1].amt += 1
        write_group("bad.bin", [x.sign(BOX["renter"]) for x in group])
        self.assertIn("not of this group", run("send", "bad.bin", status=65)["message"])

    def test_a_group_that_came_too_late(self):
        sender = account.address_from_private_key(BOX["renter"])
        run("rent", BOX["gpu"], 10, "--sender", sender, "--unsigned", "late.bin", app=BOX["app"])
        write_group("late.bin", [x.sign(BOX["renter"]) for x in read_group("late.bin")])
        run("gpu", "suspend", BOX["gpu"], key=BOX["owner"], app=BOX["app"])
        refused = run("send", "late.bin", status=1)
        run("gpu", "resume", BOX["gpu"], key=BOX["owner"], app=BOX["app"])
        self.assertEqual(refused["error"], "REFUSED")  # in the contract's words, found from the program on the chain
        self.assertIn("available", refused["message"])


class AssetMarket(unittest.TestCase):
    def test_a_market_in_an_asset(self):
        admin, owner, renter = BOX["admin"], BOX["owner"], BOX["renter"]
        addr = account.address_from_private_key
        create = t.AssetConfigTxn(addr(admin), NODE.suggested_params(), total=10**12, decimals=2, unit_name="EUR", asset_name="Euro",
                                  default_frozen=False, strict_empty_address_check=False)
        asset = t.wait_for_confirmation(NODE, NODE.send_transaction(create.sign(admin)), 4)["asset-index"]
        for key in (owner, renter):
            NODE.send_transaction(t.AssetOptInTxn(addr(key), NODE.suggested_params(), asset).sign(key))
        for key in (owner, renter):
            NODE.send_transaction(t.AssetTransferTxn(addr(admin), NODE.suggested_params(), addr(key), 10**6, asset).sign(admin))
        app = run("deploy", "--asset", asset, "--record", "asa.json", key=admin)["app"]
        market = run("market", app=app)
        self.assertEqual((market["asset"], market["genuine"], market["holding"]), (asset, True, 0))
        gpu = run("gpu", "register", "--model", "H200", "--price", "0.25", key=owner, app=app)["gpu"]
        rental = run("rent", gpu, 60, key=renter, app=app)
        self.assertEqual(rental["deposit"], 1500)
        self.assertEqual(run("market", app=app)["holding"], 1500)
        run("start", rental["rental"], key=owner, app=app)
        run("extend", rental["rental"], 4, key=renter, app=app)
        run("stop", rental["rental"], key=renter, app=app)
        self.assertEqual(run("market", app=app)["fees"], 0)  # 1% of 25 base units
        held = NODE.account_asset_info(addr(owner), asset)["asset-holding"]["amount"]
        self.assertEqual(held, 10**6 + 25)
        # A renter who is not opted in.
        poor_key, poor = account.generate_account()
        pay(admin, poor, 2_000_000)
        refused = run("rent", gpu, 1, key=poor_key, app=app, status=1)
        self.assertIn("missing from", refused["message"])


if __name__ == "__main__":
    common.main()
