#!/usr/bin/env bash
# The access check over loopback, by wrk: the control plane's, and an answer of the same server that nobody decided.
#   access.sh ACCESS_BENCHMARK
set -euo pipefail
program=$1
folder=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill $pid; rm -rf "$folder"' EXIT

load() {
    local name=$1; shift
    "$program" serve "$@" >"$folder/out" &
    pid=$!
    for _ in $(seq 600); do [ "$(wc -l <"$folder/out")" -ge 11 ] && break; sleep 0.1; done
    local url; url=$(head -1 "$folder/out")
    {
        echo 'wrk.method = "GET"'
        tail -n +2 "$folder/out" | sed -E 's/^([^:]+): (.*)$/wrk.headers["\1"] = "\2"/'
    } >"$folder/request.lua"
    wrk -t1 -c8 -d2s -s "$folder/request.lua" "$url" >/dev/null
    for connections in 8 50; do
        wrk -t1 -c$connections -d8s --latency -s "$folder/request.lua" "$url" >"$folder/wrk"
        awk -v name="$name" -v c=$connections '
            /50%/ {p50=$2} /99%/ {p99=$2} /Requests\/sec/ {rate=$2} /Non-2xx/ {bad=" NOT ALL 2xx"}
            END {printf "  %-36s %2d connections %12.0f requests/s   p50 %s  p99 %s%s\n", name, c, rate, p50, p99, bad}' "$folder/wrk"
    done
    kill $pid; wait $pid 2>/dev/null || true
    pid=
}
load "the access check"
load "the server alone (the limit)" bare
