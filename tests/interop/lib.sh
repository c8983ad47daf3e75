# Sourced by the tests here: other people's packages under .state/, and a sandbox of our own.
# shellcheck shell=bash
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
sandbox=${SANDBOX:-build/release/bin/algorent-sandbox}
state=.state/interop
mkdir -p "$state"
pids=()
# shellcheck disable=SC2317
finish() {
  for p in "${pids[@]}"; do kill "$p" 2>/dev/null || true; done
  wait 2>/dev/null || true
}
trap finish EXIT

skip() {
  echo "SKIPPED ${0##*/}: $*"
  exit 77
}

# python_with NAME PACKAGE...: a virtual environment with these packages; $python is its interpreter.
python_with() {
  local want venv=$state/venv-$1
  shift
  want="$*"
  python=$venv/bin/python
  [[ -x $python && $(cat "$venv/packages" 2>/dev/null) == "$want" ]] && return
  command -v python3 >/dev/null || skip "no python3 here"
  rm -rf "$venv"
  python3 -m venv "$venv" 2>"$state/venv.log" || skip "python3 -m venv does not work here: $(tail -1 "$state/venv.log")"
  "$venv/bin/pip" -q --disable-pip-version-check install "$@" 2>"$state/pip.log" ||
    skip "$want cannot be installed: $(tail -1 "$state/pip.log")"
  echo "$want" >"$venv/packages"
}

# start_sandbox [OPTION...]: on free ports; ALGOD_URL, KMD_URL, INDEXER_URL and TOKEN tell where.
start_sandbox() {
  [[ -x $sandbox ]] || { echo "$sandbox is not built"; exit 1; }
  local line=$state/ready.$$
  rm -f "$line"
  mkfifo "$line"
  "$sandbox" --port 0 --json --ready-fd 9 "$@" 9>"$line" >"$state/sandbox.log" 2>&1 &
  pids+=($!)
  read -r ready <"$line"
  rm -f "$line"
  json() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" <<<"$ready"; }
  ALGOD_URL=$(json algod) KMD_URL=$(json kmd) INDEXER_URL=$(json indexer) TOKEN=$(json token)
  export ALGOD_URL KMD_URL INDEXER_URL TOKEN
}
