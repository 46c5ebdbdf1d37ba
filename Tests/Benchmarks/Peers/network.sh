#!/usr/bin/env bash
# The client over loopback sockets against nginx, which answers from files; h2load asks the same of the same server and
# is the limit to compare with.
#   network.sh CLIENT_BENCHMARK DATA_FOLDER
set -euo pipefail
bench=$1 data=$2
for tool in nginx openssl; do
    PATH=$PATH:/usr/sbin command -v $tool >/dev/null \
        || { echo "  skipped: $tool is not installed (Debian: apt-get install nginx-light openssl)"; exit 0; }
done
PATH=$PATH:/usr/sbin

work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null; rm -rf "$work"' EXIT
chmod 755 "$work"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost \
    -keyout "$work/key.pem" -out "$work/certificate.pem" 2>/dev/null
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
plain=$(free_port) tls=$(free_port)

cat >"$work/nginx.conf" <<CONF
daemon off;
master_process off;
error_log $work/error.log;
pid $work/pid;
events { worker_connections 1024; }
http {
    access_log off;
    sendfile on;
    tcp_nopush on;
    default_type application/json;
    keepalive_requests 100000000;
    open_file_cache max=16 inactive=600s;
    client_body_temp_path $work/client; proxy_temp_path $work/proxy; fastcgi_temp_path $work/fastcgi;
    uwsgi_temp_path $work/uwsgi; scgi_temp_path $work/scgi;
    server {
        listen 127.0.0.1:$plain;
        listen 127.0.0.1:$tls ssl http2;
        http2_chunk_size 64k;
        ssl_certificate $work/certificate.pem;
        ssl_certificate_key $work/key.pem;
        root $data;
        location = /status { stub_status; }
        location = /api/v1/pods {
            if (\$arg_watch) { rewrite ^ /watch.json last; }
            rewrite ^ /pods.json last;
        }
        location = /api/v1/namespaces/default/configmaps/settings { rewrite ^ /configmap.json last; }
        location / { }
    }
}
CONF
nginx -e "$work/error.log" -c "$work/nginx.conf" &
server=$!
for _ in $(seq 100); do
    curl -sf "http://127.0.0.1:$plain/status" >/dev/null && break
    kill -0 $server 2>/dev/null || { echo "  skipped: nginx ended: $(tail -1 "$work/error.log")"; exit 0; }
    sleep 0.05
done

"$bench" network "http://127.0.0.1:$plain" "https://127.0.0.1:$tls"

if ! command -v h2load >/dev/null; then
    echo "  h2load: skipped, not installed (Debian: apt-get install nghttp2-client)"
    exit 0
fi
load() {
    local name=$1 rate
    shift
    rate=$(h2load "$@" | awk '/^finished in/ { print int($4) }')
    printf '  %-62s%10s GETs/s wall\n' "limit: h2load (C), $name" "$rate"
}
path=api/v1/namespaces/default/configmaps/settings
load "HTTP/2 over TLS, 1 connection, 1 under way" -n 10000 -c 1 -m 1 "https://127.0.0.1:$tls/$path"
load "HTTP/2 over TLS, 1 connection, 64 under way" -n 60000 -c 1 -m 64 "https://127.0.0.1:$tls/$path"
load "HTTP/1.1 over TLS, 64 connections" --h1 -n 60000 -c 64 "https://127.0.0.1:$tls/$path"
load "HTTP/1.1 without TLS, 64 connections" --h1 -n 60000 -c 64 "http://127.0.0.1:$plain/$path"
