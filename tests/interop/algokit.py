"""algokit-utils against the sandbox: dispenser, applications by name, simulation-filled calls, source maps, assets."""
import json
import os
import unittest

import algokit_utils as ak

import common


def config(url):
    host, port = url.rsplit(":", 1)
    return ak.AlgoClientNetworkConfig(server=host, port=int(port), token=common.TOKEN)


def localnet():
    return ak.AlgorandClient(ak.AlgoClientConfigs(
        algod_config=config(common.ALGOD), indexer_config=config(os.environ["INDEXER_URL"]), kmd_config=config(common.KMD)))


APPROVAL = """#pragma version 10
txn ApplicationID
bz yes
txn OnCompletion
int UpdateApplication
==
bnz update
txn OnCompletion
int DeleteApplication
==
bnz delete
txna ApplicationArgs 0
method "hello(string)string"
==
bnz hello
txna ApplicationArgs 0
method "keep(string)void"
==
bnz keep
txna ApplicationArgs 0
method "refuse()void"
==
bnz refuse
txna ApplicationArgs 0
method "give(uint64)void"
==
bnz give
err
hello:
byte 0x151f7c75
byte "Hello, "
txna ApplicationArgs 1
extract 2 0
concat
dup
len
itob
extract 6 2
swap
concat
concat
log
b yes
keep:
txna ApplicationArgs 1
extract 2 0
txna ApplicationArgs 1
box_put
byte "last"
txna ApplicationArgs 1
extract 2 0
app_global_put
b yes
refuse:
int 0
assert // REFUSED BY ORDER
give:
itxn_begin
int pay
itxn_field TypeEnum
txn Sender
itxn_field Receiver
txna ApplicationArgs 1
btoi
itxn_field Amount
int 0
itxn_field Fee
itxn_submit
b yes
update:
int TMPL_UPDATABLE
return
delete:
int TMPL_DELETABLE
return
yes:
int 1"""
METHODS = (("hello", [("string", "name")], "string"), ("keep", [("string", "text")], "void"), ("refuse", [], "void"),
           ("give", [("uint64", "amount")], "void"))


def spec(version=""):
    import base64
    schema = {"ints": 0, "bytes": 1}
    return ak.Arc56Contract.from_dict({
        "name": "Demo", "arcs": [4, 56], "structs": {}, "bareActions": {"create": ["NoOp"], "call": ["UpdateApplication", "DeleteApplication"]},
        "networks": {}, "events": [], "templateVariables": {"UPDATABLE": {"type": "AVMUint64"}, "DELETABLE": {"type": "AVMUint64"}},
        "methods": [{"name": n, "args": [{"type": t, "name": a} for t, a in args], "returns": {"type": r},
                     "actions": {"create": [], "call": ["NoOp"]}, "readonly": False, "events": [], "recommendations": {}} for n, args, r in METHODS],
        "state": {"schema": {"global": schema, "local": {"ints": 0, "bytes": 0}},
                  "keys": {"global": {"last": {"key": base64.b64encode(b"last").decode(), "keyType": "AVMString", "valueType": "AVMString"}},
                           "local": {}, "box": {}},
                  "maps": {"global": {}, "local": {}, "box": {}}},
        "source": {"approval": base64.b64encode((APPROVAL + version).encode()).decode(),
                   "clear": base64.b64encode(b"#pragma version 10\nint 1").decode()},
        "sourceInfo": {"approval": {"sourceInfo": [], "pcOffsetMethod": "none"}, "clear": {"sourceInfo": [], "pcOffsetMethod": "none"}},
    })


class AlgoKit(unittest.TestCase):
    def setUp(self):
        self.algorand = localnet()
        self.dispenser = self.algorand.account.localnet_dispenser()
        self.me = self.algorand.account.random()
        self.algorand.account.ensure_funded_from_environment(self.me.address, ak.AlgoAmount.from_algo(50))
        self.algorand.set_default_signer(self.me.signer)

    def factory(self, version=""):
        return self.algorand.client.get_app_factory(app_spec=spec(version), default_sender=self.me.address)

    def deploy(self, version="", **more):
        return self.factory(version).deploy(compilation_params={"updatable": True, "deletable": True, "deploy_time_params": {}}, **more)

    def test_it_is_a_localnet(self):
        self.assertTrue(self.algorand.client.is_localnet())
        self.assertEqual(self.algorand.client.network().genesis_id, "dockernet-v1")

    def test_ensure_funded(self):
        who = self.algorand.account.random()
        self.algorand.account.ensure_funded(who.address, self.dispenser.address, ak.AlgoAmount.from_algo(1))
        self.assertEqual(self.algorand.account.get_information(who.address).amount.micro_algo, 1_100_000)
        self.assertIsNone(self.algorand.account.ensure_funded(who.address, self.dispenser.address, ak.AlgoAmount.from_algo(1)))

    def test_account_kept_in_kmd(self):
        a = self.algorand.account.from_kmd("unencrypted-default-wallet")
        self.assertGreater(self.algorand.account.get_information(a.address).amount.algo, 1)
        made = self.algorand.account.from_environment("SOMEBODY", ak.AlgoAmount.from_algo(3))
        self.assertEqual(self.algorand.account.from_environment("SOMEBODY").address, made.address)

    def test_deploy_find_by_name_update_replace(self):
        client, first = self.deploy()
        self.assertEqual(first.operation_performed, ak.OperationPerformed.Create)
        again, second = self.deploy()
        self.assertEqual(second.operation_performed, ak.OperationPerformed.Nothing)
        self.assertEqual(again.app_id, client.app_id)
        updated, third = self.deploy("\n// 2\npop\nint 1", on_update=ak.OnUpdate.UpdateApp)
        self.assertEqual(third.operation_performed, ak.OperationPerformed.Update)
        self.assertEqual(updated.app_id, client.app_id)
        replaced, fourth = self.deploy("\n// 3\npop\nint 1\ndup\npop", on_update=ak.OnUpdate.ReplaceApp)
        self.assertEqual(fourth.operation_performed, ak.OperationPerformed.Replace)
        self.assertNotEqual(replaced.app_id, client.app_id)
        found = self.algorand.app_deployer.get_creator_apps_by_name(creator_address=self.me.address, ignore_cache=True)
        self.assertEqual(found.apps["Demo"].app_id, replaced.app_id)

    def test_calls_with_resources_and_fees_filled_in(self):
        client, _ = self.deploy()
        client.fund_app_account(ak.FundAppAccountParams(amount=ak.AlgoAmount.from_algo(2)))
        r = client.send.call(ak.AppClientMethodCallParams(method="hello", args=["world"]))
        self.assertEqual(r.abi_return, "Hello, world")
        client.send.call(ak.AppClientMethodCallParams(method="keep", args=["note"]), send_params={"populate_app_call_resources": True})
        self.assertEqual(client.get_box_value(b"note"), b"\0\4note")
        self.assertEqual(client.get_global_state()["last"].value, "note")
        self.assertEqual([b.name for b in client.get_box_names()], ["note"])
        client.send.call(ak.AppClientMethodCallParams(method="give", args=[7], max_fee=ak.AlgoAmount.from_micro_algo(5000)),
                         send_params={"populate_app_call_resources": True, "cover_app_call_inner_transaction_fees": True})

    def test_logic_errors_point_into_the_source(self):
        client, _ = self.deploy()
        with self.assertRaises(ak.LogicError) as e:
            client.send.call(ak.AppClientMethodCallParams(method="refuse"))
        self.assertIn("assert failed", str(e.exception))
        self.assertIn("REFUSED BY ORDER", e.exception.trace())

    def test_assets_in_bulk(self):
        ids = [self.algorand.send.asset_create(ak.AssetCreateParams(sender=self.me.address, total=10, decimals=0, asset_name=f"n{i}")).asset_id
               for i in range(3)]
        who = self.algorand.account.random()
        self.algorand.account.ensure_funded_from_environment(who.address, ak.AlgoAmount.from_algo(5))
        self.algorand.asset.bulk_opt_in(who.address, ids)
        self.assertEqual(self.algorand.asset.get_account_information(who.address, ids[0]).balance, 0)
        self.assertEqual(self.algorand.asset.get_by_id(ids[1]).asset_name, "n1")
        self.algorand.asset.bulk_opt_out(account=who.address, asset_ids=ids)

    def test_group_simulated_then_sent(self):
        other = self.algorand.account.random()
        g = self.algorand.new_group()
        for i in range(3):
            g.add_payment(ak.PaymentParams(sender=self.me.address, receiver=other.address, amount=ak.AlgoAmount.from_algo(1), note=bytes([i])))
        self.assertEqual(len(g.simulate().confirmations), 3)
        self.assertEqual(len(g.send().confirmations), 3)
        info = self.algorand.client.indexer.search_transactions_by_address(other.address)
        self.assertEqual(len(info["transactions"]), 3)
        self.assertEqual(self.algorand.client.indexer.transaction(info["transactions"][0]["id"])["transaction"]["sender"], self.me.address)
        self.assertEqual(json.loads(json.dumps(self.algorand.client.indexer.health()))["db-available"], True)


if __name__ == "__main__":
    common.main()
