#!/usr/bin/env bash
# The model gateway before nginx as its upstream, with the key's check, budgets at four levels, routing and the ledger on;
# nginx alone and nginx as a plain reverse proxy are the limits to compare with.
#   gateway.sh GATEWAY_BENCHMARK
set -euo pipefail
bench=$1
PATH=$PATH:/usr/sbin
for tool in nginx wrk; do
    command -v $tool >/dev/null \
        || { echo "  skipped: $tool is not installed (Debian: apt-get install nginx-light wrk)"; exit 0; }
done
seconds=${SECONDS_EACH:-5}
ulimit -n "$(ulimit -Hn)"

work=$(mktemp -d)
pids=()
trap 'for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null; done; rm -rf "$work"' EXIT
chmod 755 "$work"
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
mock=$(free_port) proxy=$(free_port) streams=$(free_port)

# Starts a server of the benchmark's and waits until it says where it listens: in $address.
address=
start() {
    local file=$work/$1
    shift
    "$bench" "$@" >"$file" 2>"$file.err" &
    pids+=($!)
    for _ in $(seq 4800); do [ -s "$file" ] && break; kill -0 ${pids[-1]} 2>/dev/null || break; sleep 0.025; done
    address=$(head -1 "$file")
}
start upstream upstream
upstream=$address

answer='{"id":"chatcmpl-1","object":"chat.completion","created":1760000000,"model":"gpt-4o-mini","choices":[{"index":0,"message":{"role":"assistant","content":"Hello from the mock upstream, this is a short answer."},"finish_reason":"stop"}],"usage":{"prompt_tokens":12,"completion_tokens":11,"total_tokens":23}}'
cat >"$work/nginx.conf" <<CONF
daemon off;
worker_processes 1;
master_process off;
error_log $work/error.log;
pid $work/pid;
events { worker_connections 8192; }
http {
    access_log off;
    default_type application/json;
    keepalive_requests 100000000;
    client_body_temp_path $work/client; proxy_temp_path $work/proxy; fastcgi_temp_path $work/fastcgi;
    uwsgi_temp_path $work/uwsgi; scgi_temp_path $work/scgi;
    upstream mock { server 127.0.0.1:$mock; keepalive 256; }
    upstream streams { server $upstream; keepalive 256; }
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_set_header Authorization "Bearer sk-upstream";
    proxy_buffering off;
    server { listen 127.0.0.1:$mock; location / { return 200 '$answer'; } }
    server { listen 127.0.0.1:$proxy; location / { proxy_pass http://mock; } }
    server { listen 127.0.0.1:$streams; location / { proxy_pass http://streams; } }
}
CONF
nginx -e "$work/error.log" -c "$work/nginx.conf" &
pids+=($!)
for _ in $(seq 100); do curl -sf "http://127.0.0.1:$mock/" >/dev/null && break; sleep 0.05; done

cat >"$work/post.lua" <<'LUA'
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer sk-claw-9f27ab4e1c7d4c0db1"
local stream = os.getenv("STREAM") and '"stream":true,' or ''
wrk.body = '{"model":"gpt-4o-mini",' .. stream .. '"messages":[{"role":"system","content":"You are a helpful assistant."},{"role":"user","content":"Say hello in one short sentence please."}],"max_tokens":64}'
done = function(summary, latency, requests)
    local bad = summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout
    io.write(string.format("RESULT %.0f %.0f %.0f %d\n", summary.requests / summary.duration * 1e6,
        latency:percentile(50), latency:percentile(99), bad))
end
LUA
path=v1/chat/completions
# requests a second, median and 99th percentile in microseconds, failures
load() { wrk -t1 -c"$2" -d"${seconds}s" -s "$work/post.lua" "$1" | sed -n 's/^RESULT //p'; }
line() {
    local name=$1 base=$2 rate p50 p99 bad
    read -r rate p50 p99 bad <<<"$3"
    printf '  %-52s%9s requests/s  p50 %6s us  p99 %6s us' "$name" "$rate" "$p50" "$p99"
    [ "$base" = - ] || printf '  added p50 %5s us, p99 %5s us' $((p50 - $(cut -d' ' -f2 <<<"$base"))) \
        $((p99 - $(cut -d' ' -f3 <<<"$base")))
    [ "$bad" = 0 ] || printf '  FAILED: %s' "$bad"
    echo
}

declare -A gateway
for kind in ${KINDS:-curl nio}; do
    begin=$(date +%s%N)
    start "$kind" serve "http://127.0.0.1:$mock/v1" "$kind"
    gateway[$kind]=$address
    curl -sf -o /dev/null -H 'Authorization: Bearer sk-claw-9f27ab4e1c7d4c0db1' -H 'Content-Type: application/json' \
        -d '{"model":"gpt-4o-mini","messages":[{"role":"user","content":"hi"}]}' "http://${gateway[$kind]}/$path" \
        || { echo "  the gateway ($kind) does not answer"; exit 1; }
    printf '  %-52s%9s ms; resident then %s MB\n' "start to the first answer, gateway ($kind)" \
        $((($(date +%s%N) - begin) / 1000000)) "$(($(awk '/VmRSS/ { print $2 }' /proc/${pids[-1]}/status) / 1024))"
done

for connections in 1 50; do
    echo "  -- $connections connections, answers of 300 bytes"
    direct=$(load "http://127.0.0.1:$mock/$path" $connections)
    line "limit: nginx, which answers itself" - "$direct"
    line "limit: nginx as a plain reverse proxy" "$direct" "$(load "http://127.0.0.1:$proxy/$path" $connections)"
    for kind in ${KINDS:-curl nio}; do
        line "gateway ($kind)" "$direct" "$(load "http://${gateway[$kind]}/$path" $connections)"
    done
done

export STREAM=yes
declare -A streaming
for kind in ${KINDS:-curl nio}; do
    start "stream-$kind" serve "http://$upstream/v1" "$kind"
    streaming[$kind]=$address
done
chunks() {
    local rate p50 p99 bad
    read -r rate p50 p99 bad <<<"$2"
    printf '  %-52s%9s chunks/s%s\n' "$1" $((rate * 50)) "$([ "$bad" = 0 ] || echo "  FAILED: $bad")"
}
echo "  -- streams of 50 chunks, 16 connections"
chunks "the upstream itself" "$(load "http://$upstream/$path" 16)"
chunks "limit: nginx as a plain reverse proxy, unbuffered" "$(load "http://127.0.0.1:$streams/$path" 16)"
for kind in ${KINDS:-curl nio}; do
    chunks "gateway ($kind)" "$(load "http://${streaming[$kind]}/$path" 16)"
done

count=${STREAMS:-10000}
if [ "$(ulimit -n)" -lt $((count * 2 + 200)) ]; then
    echo "  $count streams at rest: skipped, a process may open $(ulimit -n) files only"
    exit 0
fi
start idle upstream idle
idle=$address
for kind in ${KINDS:-curl nio}; do
    start "idle-$kind" serve "http://$idle/v1" "$kind"
    pid=${pids[-1]}
    curl -s -o /dev/null "http://$address/health/liveliness"
    before=$(awk '/VmRSS/ { print $2 }' "/proc/$pid/status")
    start "hold-$kind" hold "http://$address/$path" "$count"
    used=$(awk '{ print $14 + $15 }' "/proc/$pid/stat")
    sleep 5
    rest=$(($(awk '{ print $14 + $15 }' "/proc/$pid/stat") - used))
    printf '  %-52s%9s MB resident, %s before; %s %% of a core at rest\n' "$(head -1 "$work/hold-$kind") at rest, gateway ($kind)" \
        $(($(awk '/VmRSS/ { print $2 }' "/proc/$pid/status") / 1024)) $((before / 1024)) $((rest / 5))
done
