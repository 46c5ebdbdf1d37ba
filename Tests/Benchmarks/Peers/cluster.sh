#!/usr/bin/env bash
# Creates and gets over loopback, by h2load with 20 HTTP/1.1 connections.
#   Peers/cluster.sh PROGRAM      PROGRAM: cluster-benchmark
set -euo pipefail

scratch=$(mktemp -d)
trap 'kill "$server" 2>/dev/null; rm -rf "$scratch"' EXIT
"$1" serve >"$scratch/address" &
server=$!
for _ in $(seq 200); do [ -s "$scratch/address" ] && break; sleep 0.05; done
read -r address token <"$scratch/address"

data=$(printf '0123456789abcdef%.0s' $(seq 64))
printf '{"metadata":{"generateName":"m-","labels":{"app":"bench"}},"data":{"text":"%s"}}' "$data" >"$scratch/map.json"
maps=http://$address/api/v1/namespaces/default/configmaps

load() {
    local name=$1 count=$2; shift 2
    h2load --h1 -c20 -n"$count" -H "Authorization: Bearer $token" "$@" >"$scratch/load" 2>&1
    local rate failed
    rate=$(sed -n 's/^finished in .*, \([0-9.]*\) req\/s.*/\1/p' "$scratch/load")
    failed=$(sed -n 's/^status codes: \([0-9]*\) 2xx.*/\1/p' "$scratch/load")
    printf '  %-62s%10.0f objects/s wall  %s of %s answered 2xx\n' "$name" "$rate" "$failed" "$count"
}
load "gets, 20 connections" 100000 "$maps/one"
load "creates, 20 connections" 30000 -H "Content-Type: application/json" -d "$scratch/map.json" "$maps"
