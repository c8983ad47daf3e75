// algosdk and AlgoKit's TypeScript library against the sandbox.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import test from 'node:test'

const load = createRequire(`${process.env.MODULES}/package.json`)
const algosdk = load('algosdk')
const { AlgorandClient, Config } = load('@algorandfoundation/algokit-utils')

const { ALGOD_URL, KMD_URL, INDEXER_URL, TOKEN } = process.env
const part = (url) => ({ server: new URL(url).origin.replace(/:\d+$/, ''), port: Number(new URL(url).port), token: TOKEN })
const algorand = AlgorandClient.fromConfig({ algodConfig: part(ALGOD_URL), kmdConfig: part(KMD_URL), indexerConfig: part(INDEXER_URL) })
const algod = algorand.client.algod
Config.configure({ logger: { verbose() {}, debug() {}, info() {}, warn() {}, error() {} } })

const funded = async (algos = 10) => {
  const account = algorand.account.random()
  await algorand.account.ensureFundedFromEnvironment(account, (algos).algos())
  return account
}

test('the network is a LocalNet with a dispenser', async () => {
  assert.equal(await algorand.client.isLocalNet(), true)
  const dispenser = await algorand.account.localNetDispenser()
  assert.ok((await algorand.account.getInformation(dispenser)).balance.microAlgo > 10n ** 12n)
})

test('payments, pending transactions and blocks in msgpack', async () => {
  const account = await funded(5)
  const sent = await algorand.send.payment({ sender: account, receiver: account, amount: (1).algos(), note: 'n' })
  assert.equal(sent.confirmation.confirmedRound > 0n, true)
  const block = await algod.block(sent.confirmation.confirmedRound).do()
  assert.equal(block.block.payset.length, 1)
  assert.equal((await algod.getBlockTxids(sent.confirmation.confirmedRound).do()).blocktxids[0], sent.txIds[0])
  const proof = await algod.getTransactionProof(sent.confirmation.confirmedRound, sent.txIds[0]).do()
  assert.equal(proof.idx, 0)
  const after = await algod.statusAfterBlock(sent.confirmation.confirmedRound - 1n).do()
  assert.equal(after.lastRound >= sent.confirmation.confirmedRound, true)
})

test('a refusal has the node\'s words', async () => {
  const account = await funded(1)
  await assert.rejects(algorand.send.payment({ sender: account, receiver: account, amount: (1000).algos() }), /overspend \(account /)
})

test('programs compile, with a source map', async () => {
  const r = await algod.compile('#pragma version 10\nint 1').sourcemap(true).do()
  assert.equal(r.result, 'CoEB')
  assert.ok(r.sourcemap)
  await assert.rejects(algod.compile('nonsense').do(), /unknown opcode: nonsense/)
})

test('the rental contract: deployed and called by its description', async () => {
  const admin = await funded(1000)
  const appSpec = readFileSync('contracts/rental/generated/algo.arc56.json', 'utf8')
  const factory = algorand.client.getAppFactory({ appSpec, defaultSender: admin })
  const zero = admin.addr.toString()
  const { appClient } = await factory.send.create({ method: 'create', args: [zero, zero, 0n, 250n, 600n, 0n, 86400n, 1n] })
  const pay = (amount) => algorand.createTransaction.payment({ sender: admin, receiver: appClient.appAddress, amount: amount.microAlgos() })
  await appClient.send.call({ method: 'bootstrap', args: [await pay(100_000)] })
  const bytes = new Uint8Array(32)
  const registered = await appClient.send.call({
    method: 'register', args: [await pay(62_500 + 400 * 4), 'H200', 141000, 1000n, 1, 600, bytes, bytes],
  })
  assert.equal(registered.return, 1n)
  assert.equal((await appClient.getBoxNames()).length, 1)
  const state = await appClient.getGlobalState()
  assert.equal(state.next_gpu.value, 2n)
  await assert.rejects(
    appClient.send.call({ method: 'retire', args: [7n] }), /no such GPU/)
})

test('an application by name, found through the indexer', async () => {
  const account = await funded()
  const created = await algorand.send.assetCreate({ sender: account, total: 100n, decimals: 2, assetName: 'A', unitName: 'U' })
  assert.equal((await algorand.asset.getById(created.assetId)).assetName, 'A')
  const found = await algorand.client.indexer.searchForTransactions().address(account.addr).addressRole('sender').do()
  assert.equal(found.transactions.length, 1)
  assert.equal(found.transactions[0].createdAssetIndex, created.assetId)
  assert.equal((await algorand.client.indexer.lookupAccountByID(account.addr).do()).account.totalCreatedAssets, 1)
})

test('time as told', async () => {
  const account = await funded()
  await algod.setBlockOffsetTimestamp(1000).do()
  const stamp = async () => (await algod.block((await algod.status().do()).lastRound).do()).block.header.timestamp
  await algorand.send.payment({ sender: account, receiver: account, amount: (0).algos(), note: '1' })
  const first = await stamp()
  await algorand.send.payment({ sender: account, receiver: account, amount: (0).algos(), note: '2' })
  assert.equal((await stamp()) - first, 1000n)
  await algod.setBlockOffsetTimestamp(0).do()
})
