#!/usr/bin/env bash
# A test that needs a year to pass, from a shell (docs/sandbox.md). SANDBOX_URL: where the sandbox is.
set -euo pipefail
url=${SANDBOX_URL:-http://127.0.0.1:4001}
sandbox() { algorent-sandbox "$@" --url "$url"; }
time_of_tip() { curl -sf -H "X-Algo-API-Token: $(printf 'a%.0s' {1..64})" "$url/v2/blocks/$1" | jq .block.ts; }

id=$(sandbox snapshot | jq .snapshot)
later=$(($(date +%s) + 31536000))
sandbox time "$later"
round=$(sandbox advance 1 | jq .round)
[[ $(time_of_tip "$round") == "$later" ]] # ... and what should be true after a year
sandbox revert "$id"

sandbox coverage on
# ... compile, deploy, call ...
sandbox report
sandbox profile
echo "shell: ok"
