#!/usr/bin/env bash
# Runs a directory of recorded scenarios against an embedded cluster and prints the table.
#   Scripts/conformance.sh CORPUS CLAW      CORPUS: a directory with `run` and `scenarios`; CLAW: the built program
#   ONLY='ssa-*' narrows, JOBS=2 sets the parallelism, VERBOSE=1 prints each difference.
set -euo pipefail

corpus=${1:-} claw=${2:-}
if [ ! -x "$corpus/run" ]; then
    echo "conformance: '$corpus' has no program 'run'; name the directory of the recorded scenarios: make conformance CORPUS=…" >&2
    exit 2
fi
here=$(cd "$(dirname "$0")/.." && pwd)
python=python3
if ! $python -c 'import requests, yaml' 2>/dev/null; then
    python=$here/.build/conformance-python/bin/python
    if ! [ -x "$python" ] || ! "$python" -c 'import requests, yaml' 2>/dev/null; then
        echo "==> installing requests and PyYAML for the runner (.build/conformance-python)"
        python3 -m venv "$here/.build/conformance-python"
        "$python" -m pip install --quiet --disable-pip-version-check requests pyyaml
    fi
fi

scratch=$(mktemp -d)
cluster=
# The cluster ends with this script, however that ends.
trap '[ -n "$cluster" ] && kill "$cluster" 2>/dev/null && wait "$cluster" 2>/dev/null; rm -rf "$scratch"' EXIT
token=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
# The recordings were made without a scheduler, whose conditions would show in what the scenarios compare.
"$claw" cluster dev --listen 127.0.0.1:0 --token "$token" --without scheduler --output json >"$scratch/ready" 2>"$scratch/log" &
cluster=$!
for _ in $(seq 200); do
    [ -s "$scratch/ready" ] && break
    kill -0 "$cluster" 2>/dev/null || { cat "$scratch/log" >&2; exit 1; }
    sleep 0.05
done
server=$("$python" -c 'import json, sys; print(json.load(open(sys.argv[1]))["kubernetes"])' "$scratch/ready")

arguments=(--server "$server" --token "$token" --insecure --jobs "${JOBS:-2}")
[ -n "${ONLY:-}" ] && arguments+=(--only "$ONLY")
status=0
(cd "$corpus" && "$python" ./run "${arguments[@]}") >"$scratch/answers" || status=$?
if [ -n "${VERBOSE:-}" ]; then cat "$scratch/answers"; else grep -A100 '^area ' "$scratch/answers" || cat "$scratch/answers"; fi
exit "$status"
