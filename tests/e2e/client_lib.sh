# What the scripts that drive `algorent` share: a node (an algorent-sandbox on a free port, or ALGOD_URL with KMD_URL), a folder, and
# the keys of its three funded accounts as admin.key, owner.key and renter.key in it. Sourced, with `set -euo pipefail`.
# shellcheck shell=bash
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
bin=$root/build/${BUILD:-release}/bin
PATH=$bin:$PATH
work=$(mktemp -d "${TMPDIR:-/tmp}/algorent-client.XXXXXX")
sandbox=
client_cleanup() {
  if [[ -n $sandbox ]]; then
    kill "$sandbox" 2>/dev/null || true
    wait "$sandbox" 2>/dev/null || true
  fi
  rm -rf "$work"
}
trap client_cleanup EXIT
passed=0 failed=0
ok() { passed=$((passed + 1)); }
bad() {
  failed=$((failed + 1))
  echo "FAILED: $*" >&2
}

token=$(printf 'a%.0s' {1..64})
if [[ -z ${ALGOD_URL:-} ]]; then
  "$bin/algorent-sandbox" --port 0 --token "$token" >"$work/sandbox" 2>&1 &
  sandbox=$!
  for _ in {1..200}; do
    grep -qs '^algod ' "$work/sandbox" && break
    sleep 0.05
  done
  read -r _ ALGOD_URL _ KMD_URL _ INDEXER_URL _ <"$work/sandbox"
  export INDEXER_URL
fi
export ALGOD_URL ALGOD_TOKEN=${ALGOD_TOKEN:-$token}
unset ALGORENT_APP ALGORENT_ESCROW ALGORENT_KEY ALGORENT_MNEMONIC
: "${KMD_URL:?a node that is not the sandbox needs KMD_URL}"
cd "$work" || exit 1

# The three funded accounts of a developer node, out of its key daemon.
kmd() { curl -sf -H "X-KMD-API-Token: $token" "$KMD_URL/v1/$1" -d "$2"; }
wallet=$(curl -sf -H "X-KMD-API-Token: $token" "$KMD_URL/v1/wallets" | jq -r '.wallets[] | select(.name == "unencrypted-default-wallet") | .id')
handle=$(kmd wallet/init "{\"wallet_id\":\"$wallet\",\"wallet_password\":\"\"}" | jq -r .wallet_handle_token)
mapfile -t addrs < <(kmd key/list "{\"wallet_handle_token\":\"$handle\"}" | jq -r '.addresses[]' | while read -r a; do
  # A node of another kind may keep keys without money: the richest first, in the daemon's order where they are alike.
  printf '%s %s\n' "$(curl -sf -H "X-Algo-API-Token: $ALGOD_TOKEN" "$ALGOD_URL/v2/accounts/$a?exclude=all" | jq '.amount >= 1000000000')" "$a"
done | sort -s -r -k1,1 | cut -d' ' -f2)
for i in 0 1 2; do
  name=$(cut -d' ' -f$((i + 1)) <<<"admin owner renter")
  kmd key/export "{\"wallet_handle_token\":\"$handle\",\"wallet_password\":\"\",\"address\":\"${addrs[$i]}\"}" |
    jq -r .private_key | algorent keys import "$name.key" >/dev/null
done
export admin=${addrs[0]} owner=${addrs[1]} renter=${addrs[2]}

# want STATUS REGEX COMMAND...: exit status, and what stands on stdout and stderr together.
want() {
  local status=$1 regex=$2 rc=0 out
  shift 2
  out=$("$@" 2>&1) || rc=$?
  if [[ $rc == "$status" && $out =~ $regex ]]; then
    ok
  else
    bad "$* gave $rc (not $status), and not /$regex/:"$'\n'"$out"
  fi
}
# is VALUE JQ COMMAND...: a value of the JSON result.
is() {
  local value=$1 query=$2 got
  shift 2
  got=$("$@" --json 2>/dev/null | jq -r "$query") || true
  if [[ $got == "$value" ]]; then ok; else bad "$* : $query is $got, not $value"; fi
}
client_done() { # NAME
  echo "$1: $passed passed, $failed failed"
  ((failed == 0))
}
