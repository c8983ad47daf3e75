#!/usr/bin/env bash
# All that a sandbox allows beyond a node, from a shell (docs/sandbox.md).
# SANDBOX_URL: where the sandbox is. OTHER_URL: another algod, to fork. BLOCKS: a folder of recorded blocks.
set -euo pipefail
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT && cd "$work"

url=${SANDBOX_URL:-http://127.0.0.1:4001}
sandbox() { algorent-sandbox "$@" --url "$url"; }
algod() { curl -sf -H "X-Algo-API-Token: $(printf 'a%.0s' {1..64})" "$url$1"; }
balance_of() { algod "/v2/accounts/$1" | jq .amount; }
ALICE=7ZUECA7HFLZTXENRV24SHLU4AVPUTMTTDUFUBNBD64C73F3UHRTHAIOF6Q BOB=QG3DPWH42LDNUY2Z42LDCE5BC4G6PFPEW4S3QTI6BNGP3HWFRTUWM3IHEA

# ---- snapshot and revert ----
was=$(balance_of "$ALICE")
id=$(sandbox snapshot | jq .snapshot)
sandbox balance "$ALICE" 5000000
sandbox revert "$id"
[[ $(balance_of "$ALICE") == "$was" ]] # as if it had not happened

# ---- exact time ----
round=$(sandbox time 1900000000 | jq .round)
sandbox advance 1
[[ $(algod "/v2/blocks/$((round + 1))" | jq .block.ts) == 1900000000 ]]
sandbox offset 3600 # from now on an hour between blocks
sandbox clock       # and the clock's time again

# ---- advance rounds ----
sandbox advance 10

# ---- interval mining ----
sandbox mining '{"mode":"interval","interval-ms":50}'
last=$(sandbox status | jq '."last-round"')
algod "/v2/status/wait-for-block-after/$((last + 1))" >/dev/null # two blocks that nobody asked for
sandbox mining '{"mode":"manual"}'                               # from now on only advance makes them
sandbox mining '{"mode":"dev"}'                                  # and again one for each group

# ---- balance ----
sandbox balance "$ALICE" 10000000000
[[ $(balance_of "$ALICE") == 10000000000 ]]

# ---- impersonation ----
sandbox send-unsigned <(echo '{"type":"pay","snd":"'"$ALICE"'","rcv":"'"$BOB"'","amt":1000000}') # no key of Alice's
[[ $(balance_of "$BOB") == 1000000 ]]
sandbox impersonate on # from now on any group, through any SDK
sandbox impersonate off

# ---- an application to try the rest on ----
# CoEB is "#pragma version 10; pushint 1"
txid=$(sandbox send-unsigned <(echo '{"type":"appl","snd":"'"$ALICE"'","apap":"CoEB","apsu":"CoEB",
  "apgs":{"nui":1},"apls":{"nbs":1}}') | jq -r .txId)
APP=$(algod "/v2/transactions/pending/$txid" | jq '."application-index"')
sandbox send-unsigned <(echo '{"type":"appl","snd":"'"$ALICE"'","apid":'"$APP"',"apan":1}') # Alice opts in

# ---- state: global, local, a box ----
sandbox global "$APP" '{"key":"str:price","uint":7}'
sandbox local "$ALICE" "$APP" '{"key":"str:name","bytes":"QWxpY2U="}'
sandbox box "$APP" '{"key":"str:owner","bytes":"AAE="}'
[[ $(algod "/v2/applications/$APP/box?name=str:owner" | jq -r .value) == AAE= ]]
sandbox box "$APP" '{"key":"str:owner"}' # without a value: deleted

# ---- program ----
sandbox program "$APP" '{"approval":"CoEA"}' # pushint 0: it refuses everything
if sandbox send-unsigned <(echo '{"type":"appl","snd":"'"$ALICE"'","apid":'"$APP"'}'); then exit 1; fi

# ---- dump and load ----
sandbox dump chain.dump
sandbox balance "$BOB" 0
sandbox load chain.dump
[[ $(balance_of "$BOB") == 1000000 ]]

# ---- coverage and profile ----
sandbox coverage on
sandbox program "$APP" '{"approval":"CoEB"}'
sandbox send-unsigned <(echo '{"type":"appl","snd":"'"$ALICE"'","apid":'"$APP"'}')
sandbox report  # the lines of TEAL that ran, and those that did not
sandbox profile # what each opcode cost, the dearest first
sandbox coverage off

# ---- reset ----
sandbox reset
[[ $(sandbox status | jq '."last-round"') == 0 ]]

# ---- seed ----
sandbox seed 7 # from here on the same run for the same seed, in every block and key
sandbox advance 3
[[ $(algod /v2/blocks/3 | jq .block.ts) == 1767225602 ]]

# ---- replay ----
if [[ -n ${BLOCKS:-} ]]; then
  sandbox replay "$BLOCKS" # recorded blocks in the chain's place, read-only
  algod /v2/blocks/1 | jq .block.gh
fi

# ---- fork ----
if [[ -n ${OTHER_URL:-} ]]; then
  sandbox fork "$OTHER_URL" # on top of another algod's last round; sandbox fork URL ROUND: of that one
  sandbox balance "$ALICE" 1000000
fi
echo "shell: ok"
