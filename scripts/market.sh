# shellcheck shell=bash
# A rental from registration to payment, step by step, on whatever node ALGOD_URL names. Sourced by scripts/run and scripts/demo.
# shellcheck disable=SC2154
# Wants: bin (folder of the programs), state (a private folder), ALGOD_URL, ALGOD_TOKEN, and the funded key in $state/admin.key.

say() { printf '%s\n' "$*" >&2; }
now_ms() { echo $(($(date +%s%N) / 1000000)); }

# step TITLE COMMAND...: runs algorent with --json, keeps its answer in $answer, prints title, txid and the time it took.
step() {
  local title=$1 t0
  shift
  t0=$(now_ms)
  if ! answer=$("$bin/algorent" "$@" --json 2>"$state/step.err"); then
    say "  $title: FAILED"
    sed 's/^/    /' "$state/step.err" >&2
    return 1
  fi
  printf '  %-34s %-52s %5d ms\n' "$title" "$(jq -r '.txid // "-"' <<<"$answer")" $(($(now_ms) - t0))
}

algod() { # METHOD PATH: the node's answer
  curl -sS --fail --max-time 10 -X "$1" -H @<(printf 'X-Algo-API-Token: %s\n' "${ALGOD_TOKEN:-}") "$ALGOD_URL$2"
}

new_key() { [[ -f $state/$1.key ]] || "$bin/algorent" keys new "$state/$1.key" >/dev/null 2>&1; }
address_of() { "$bin/algorent" keys show --key "$state/$1.key" --json | jq -r .address; }

# Moves the chain's clock forward where the node lets itself be told the time (developer mode); elsewhere time just passes.
# The offset is between two blocks: the first block carries it, and contracts read the block before their own.
advance() { # SECONDS
  if algod POST "/v2/devmode/blocks/offset/$1" >/dev/null 2>&1; then
    "$bin/algorent" pay "$admin" 0 --key "$state/admin.key" --json >/dev/null 2>"$state/step.err" || { cat "$state/step.err" >&2; return 1; }
    algod POST /v2/devmode/blocks/offset/1 >/dev/null
    printf '  %-34s %-52s\n' "$(($1 / 60)) minutes pass" "(the node's clock is moved)"
  else
    sleep "${PATIENCE:-2}"
  fi
}

# Deploys (or finds) the market; sets ALGORENT_APP.
market_deploy() {
  admin=$(address_of admin)
  new_key treasury
  step "deploy the market" deploy --key "$state/admin.key" --treasury "$(address_of treasury)" --fee 2.5% --beat 5m \
    --record "$state/market.json" || return 1
  ALGORENT_APP=$(jq -r '.app' <<<"$answer")
  export ALGORENT_APP
}

# Plays one rental; sets gpu and rental.
market_play() {
  new_key provider
  new_key renter
  step "fund the provider" pay "$(address_of provider)" "${PROVIDER_FUNDS:-1}" --key "$state/admin.key" || return 1
  step "fund the renter" pay "$(address_of renter)" "${RENTER_FUNDS:-10}" --key "$state/admin.key" || return 1
  step "fund the treasury" pay "$(address_of treasury)" 0.1 --key "$state/admin.key" || return 1
  step "register a GPU" gpu register --key "$state/provider.key" --model "NVIDIA H200" --vram 143771 --price "${PRICE:-0.05}" \
    --min 1 --max 600 || return 1
  gpu=$(jq -r .gpu <<<"$answer")
  step "rent it for 60 minutes" rent "$gpu" 60 --key "$state/renter.key" || return 1
  rental=$(jq -r .rental <<<"$answer")
  step "start" start "$rental" --key "$state/provider.key" || return 1
  advance 240 || return 1
  step "heartbeat" heartbeat "$rental" --key "$state/provider.key" || return 1
  advance 240 || return 1
  step "heartbeat" heartbeat "$rental" --key "$state/provider.key" || return 1
  step "extend by 30 minutes" extend "$rental" 30 --key "$state/renter.key" || return 1
  step "claim what is due" claim "$rental" --key "$state/provider.key" || return 1
  advance 240 || return 1
  step "heartbeat" heartbeat "$rental" --key "$state/provider.key" || return 1
  step "stop, with 5 stars" stop "$rental" --stars 5 --key "$state/renter.key" || return 1
  step "collect the fees" collect --key "$state/admin.key" || return 1
}
