"""The indexer of the sandbox through the official Python SDK: what is there, what was, searches and pages of them."""
import base64
import os
import unittest

from algosdk import account, error, kmd, logic, transaction
from algosdk.v2client import algod, indexer

from common import ALGOD, KMD, TOKEN, main

APPROVAL = """#pragma version 10
txn ApplicationID; bz ok
txn OnCompletion; bnz ok
byte "hello"; log
itxn_begin; int pay; itxn_field TypeEnum; txn Sender; itxn_field Receiver; int 7; itxn_field Amount; itxn_submit
ok: int 1"""


class Indexer(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.algod, cls.indexer = algod.AlgodClient(TOKEN, ALGOD), indexer.IndexerClient(TOKEN, os.environ["INDEXER_URL"])
        k = kmd.KMDClient(TOKEN, KMD)
        handle = k.init_wallet_handle(k.list_wallets()[0]["id"], "")
        cls.bank = max(k.list_keys(handle), key=lambda a: cls.algod.account_info(a)["amount"])
        cls.keys = {cls.bank: k.export_key(handle, "", cls.bank)}
        cls.maker, cls.holder = cls.fund(), cls.fund()
        cls.app = cls.send(transaction.ApplicationCreateTxn(
            cls.maker, cls.params(), 0, cls.teal(APPROVAL), cls.teal("#pragma version 10\nint 1"),
            transaction.StateSchema(0, 0), transaction.StateSchema(0, 0)))["application-index"]

    @classmethod
    def teal(cls, text):
        return base64.b64decode(cls.algod.compile(text)["result"])

    @classmethod
    def params(cls, fee=1000):
        sp = cls.algod.suggested_params()
        sp.flat_fee, sp.fee = True, fee
        return sp

    @classmethod
    def send(cls, t):
        txid = cls.algod.send_transaction(t.sign(cls.keys[t.sender]))
        return cls.algod.pending_transaction_info(txid) | {"txid": txid}

    @classmethod
    def fund(cls):
        key, address = account.generate_account()
        cls.keys[address] = key
        cls.send(transaction.PaymentTxn(cls.bank, cls.params(), address, 10**7))
        return address

    def asset(self, name):
        return self.send(transaction.AssetCreateTxn(self.maker, self.params(), 100, 0, False, manager=self.maker, asset_name=name,
                                                    unit_name="U"))["asset-index"]

    def test_an_asset_that_was_destroyed(self):
        asset = self.asset("Gone Tomorrow")
        made = self.indexer.asset_info(asset)["asset"]
        self.assertFalse(made["deleted"])
        self.assertEqual(made["params"]["clawback"], "A" * 52 + "Y5HFKQ")
        self.assertEqual([a["index"] for a in self.indexer.search_assets(name="gone tom")["assets"]], [asset])
        self.send(transaction.AssetDestroyTxn(self.maker, self.params(), asset))
        with self.assertRaisesRegex(error.IndexerHTTPError, f"no assets found for asset-id: {asset}"):
            self.indexer.asset_info(asset)
        gone = self.indexer.asset_info(asset, include_all=True)["asset"]
        self.assertTrue(gone["deleted"])
        self.assertGreater(gone["destroyed-at-round"], gone["created-at-round"])
        self.assertEqual((gone["params"]["creator"], gone["params"]["total"]), (self.maker, 0))
        self.assertNotIn(asset, [a["index"] for a in self.indexer.search_assets(creator=self.maker)["assets"]])

    def test_who_holds_an_asset(self):
        asset = self.asset("Held")
        self.send(transaction.AssetTransferTxn(self.holder, self.params(), self.holder, 0, asset))
        self.send(transaction.AssetTransferTxn(self.maker, self.params(), self.holder, 30, asset))
        held = {b["address"]: b["amount"] for b in self.indexer.asset_balances(asset)["balances"]}
        self.assertEqual(held, {self.maker: 70, self.holder: 30})
        first = self.indexer.asset_balances(asset, limit=1)
        second = self.indexer.asset_balances(asset, limit=1, next_page=first["next-token"])
        self.assertEqual([first["balances"][0]["address"], second["balances"][0]["address"]], sorted(held, key=self.raw))
        self.assertEqual([b["address"] for b in self.indexer.asset_balances(asset, min_balance=50)["balances"]], [self.maker])
        self.send(transaction.AssetTransferTxn(self.holder, self.params(), self.maker, 0, asset, close_assets_to=self.maker))
        self.assertEqual(len(self.indexer.asset_balances(asset)["balances"]), 1)
        mine = self.indexer.lookup_account_assets(self.holder, asset_id=asset, include_all=True)["assets"][0]
        self.assertEqual((mine["amount"], mine["deleted"]), (0, True))
        self.assertGreater(mine["opted-out-at-round"], mine["opted-in-at-round"])

    @staticmethod
    def raw(address):
        return base64.b32decode(address + "======")

    def test_accounts_that_were_closed(self):
        address = self.fund()
        info = self.indexer.account_info(address)["account"]
        self.assertEqual((info["amount"], info["deleted"], info["status"]), (10**7, False, "Offline"))
        self.send(transaction.PaymentTxn(address, self.params(), self.bank, 0, close_remainder_to=self.bank))
        with self.assertRaisesRegex(error.IndexerHTTPError, f"no accounts found for address: {address}"):
            self.indexer.account_info(address)
        gone = self.indexer.account_info(address, include_all=True)["account"]
        self.assertEqual((gone["amount"], gone["deleted"], gone["sig-type"]), (0, True, "sig"))
        self.assertGreater(gone["closed-at-round"], gone["created-at-round"])

    def as_of(self, address, round_, **how):
        return self.indexer.account_info(address, round_num=round_, **how)["account"]

    def test_an_account_as_of_a_past_round(self):
        """By the rules of the official indexer: payments and transfers are taken back, the rest is as it is."""
        me, other = self.fund(), self.fund()
        asset, second = self.asset("Then"), self.asset("Later")
        begun = self.algod.status()["last-round"]
        for a in (asset, second):
            self.send(transaction.AssetTransferTxn(me, self.params(), me, 0, a))
            self.send(transaction.AssetTransferTxn(self.maker, self.params(), me, 40, a))
        middle = self.algod.status()["last-round"]
        self.send(transaction.PaymentTxn(me, self.params(2000), other, 500))
        self.send(transaction.PaymentTxn(other, self.params(), me, 30))
        self.send(transaction.AssetTransferTxn(me, self.params(), self.maker, 15, asset))
        self.send(transaction.AssetTransferTxn(me, self.params(), self.maker, 3, second, close_assets_to=self.maker))
        tip, now = self.algod.status()["last-round"], self.indexer.account_info(me)["account"]
        last, then, first = self.as_of(me, tip), self.as_of(me, middle), self.as_of(me, begun)
        self.assertEqual((last["amount"], last["round"], last["min-balance"], last["rewards"]), (now["amount"], tip, 0, 0))
        self.assertEqual((first["amount"], then["amount"]), (10**7, 10**7 - 2000))
        self.assertEqual((then["amount-without-pending-rewards"], then["pending-rewards"], then["round"]), (then["amount"], 0, middle))
        self.assertEqual({a["asset-id"]: a["amount"] for a in then["assets"]}, {asset: 40, second: 40})
        self.assertEqual(then["assets"][1], {"amount": 40, "asset-id": second, "is-frozen": False})
        self.assertEqual({a["asset-id"]: a["amount"] for a in first["assets"]}, {asset: 0, second: 0})
        self.assertEqual([a["amount"] for a in self.as_of(me, middle, exclude="assets")["assets"]], [40, 15])
        with self.assertRaisesRegex(error.IndexerHTTPError, f"error while rewinding account: the requested round {tip + 9} > the current round"):
            self.as_of(me, tip + 9)
        with self.assertRaisesRegex(error.IndexerHTTPError, "no accounts found for address"):
            self.as_of(account.generate_account()[1], begun)

    def test_what_no_account_is_led_back_past(self):
        me = self.fund()
        before = self.algod.status()["last-round"]
        self.send(transaction.PaymentTxn(self.bank, self.params(), logic.get_application_address(self.app), 10**6))
        self.send(transaction.ApplicationNoOpTxn(me, self.params(2000), self.app))
        called = self.algod.status()["last-round"]
        with self.assertRaisesRegex(error.IndexerHTTPError, "error while rewinding account: rewinding past inner transactions is not supported"):
            self.as_of(me, before)
        self.send(transaction.ApplicationOptInTxn(me, self.params(), self.app))
        with self.assertRaisesRegex(error.IndexerHTTPError, rf"{me}\[{called + 1},0\]: rewinding past txn type appl is not currently supported"):
            self.as_of(me, called)
        self.as_of(me, called + 1)
        sink = self.algod.block_info(1)["block"]["fees"]
        with self.assertRaisesRegex(error.IndexerHTTPError, "unable to rewind the FeeSink"):
            self.as_of(sink, before)

    def test_every_account_in_pages(self):
        seen, token = [], None
        while True:
            page = self.indexer.accounts(limit=2, next_page=token, exclude="all")
            if not page["accounts"]:
                break
            seen += [a["address"] for a in page["accounts"]]
            token = page["next-token"]
        self.assertEqual(seen, sorted(set(seen), key=self.raw))
        self.assertTrue({self.bank, self.maker, self.holder} <= set(seen))
        rich = [a["address"] for a in self.indexer.accounts(min_balance=10**12)["accounts"]]
        self.assertIn(self.bank, rich)
        self.assertNotIn(self.maker, rich)

    def test_an_application_that_was_deleted(self):
        app = self.send(transaction.ApplicationCreateTxn(
            self.maker, self.params(), 0, self.teal(APPROVAL), self.teal("#pragma version 10\nint 1"), transaction.StateSchema(0, 0),
            transaction.StateSchema(0, 0)))["application-index"]
        self.send(transaction.ApplicationOptInTxn(self.holder, self.params(), app))
        self.assertEqual([s["id"] for s in self.indexer.lookup_account_application_local_state(self.holder)["apps-local-states"]], [app])
        self.send(transaction.ApplicationClearStateTxn(self.holder, self.params(), app))
        self.send(transaction.ApplicationDeleteTxn(self.maker, self.params(), app))
        self.assertNotIn(app, [a["id"] for a in self.indexer.search_applications(creator=self.maker)["applications"]])
        everything = self.indexer.lookup_account_application_by_creator(self.maker, include_all=True)["applications"]
        gone = next(a for a in everything if a["id"] == app)
        self.assertTrue(gone["deleted"])
        self.assertIsNone(gone["params"]["approval-program"])
        state = self.indexer.lookup_account_application_local_state(self.holder, include_all=True)["apps-local-states"][0]
        self.assertTrue(state["deleted"])

    def test_transactions_and_logs(self):
        account_of_app = logic.get_application_address(self.app)
        self.send(transaction.PaymentTxn(self.bank, self.params(), account_of_app, 10**6, note=b"fund the app"))
        calls = [self.send(transaction.ApplicationNoOpTxn(self.holder, self.params(2000), self.app, note=bytes([i, 7])))["txid"]
                 for i in range(3)]
        found, token = [], None
        while True:
            page = self.indexer.search_transactions(application_id=self.app, txn_type="appl", address=self.holder, limit=1,
                                                    next_page=token)
            if not page["transactions"]:
                break
            found += [t["id"] for t in page["transactions"]]
            token = page["next-token"]
        self.assertEqual(found, calls[::-1], "newest first where an address is asked for")
        inner = self.indexer.search_transactions(address=account_of_app, txn_type="pay", address_role="sender")["transactions"]
        self.assertEqual({t["id"] for t in inner}, set(calls), "the outer transaction stands for what it sent")
        self.assertEqual(inner[0]["inner-txns"][0]["payment-transaction"]["amount"], 7)
        logs = self.indexer.application_logs(self.app)["log-data"]
        self.assertEqual([(x["txid"], x["logs"]) for x in logs], [(c, ["aGVsbG8="]) for c in calls])
        self.assertEqual(self.indexer.application_logs(self.app, limit=1, next_page=self.indexer.application_logs(
            self.app, limit=2)["next-token"])["log-data"][0]["txid"], calls[2])
        noted = self.indexer.search_transactions(note_prefix=b"fund the", min_amount=10)["transactions"]
        self.assertEqual(len(noted), 1)
        with self.assertRaisesRegex(error.IndexerHTTPError, "unknown tx-type"):
            self.indexer.search_transactions(txn_type="what")

    def test_block_headers(self):
        page = self.indexer.search_block_headers(limit=3, min_round=1)
        self.assertEqual([b["round"] for b in page["blocks"]], [1, 2, 3])
        self.assertEqual(self.indexer.search_block_headers(limit=1, next_page=page["next-token"])["blocks"][0]["round"], 4)
        block = self.indexer.block_info(2)
        self.assertEqual(block["state-proof-tracking"][0]["next-round"], 512)
        self.assertEqual(len(block["transactions"]), 1)


if __name__ == "__main__":
    main()
