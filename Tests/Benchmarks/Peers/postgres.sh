#!/usr/bin/env bash
# A private PostgreSQL server for the time of this script; ClawKit's driver and others on it, in turns.
#   postgres.sh postgres-benchmark [python]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
ours=$1 python=${2:-}
clients=${CLIENTS:-8} seconds=${SECONDS_EACH:-4} rounds=${ROUNDS:-3} rows=${ROWS:-500000}

binaries=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
[ -n "$binaries" ] || binaries=$(dirname "$(command -v initdb || echo /none/initdb)")
[ -x "$binaries/initdb" ] || { echo "  skipped: no PostgreSQL server (Debian: postgresql)"; exit 0; }
as_owner() {
    if [ "$(id -u)" -ne 0 ]; then "$@"; else setpriv --reuid=nobody --regid=nogroup --clear-groups "$@"; fi
}
directory=$(mktemp -d /tmp/claw-postgres-bench.XXXXXX)
chmod 755 "$directory"
[ "$(id -u)" -ne 0 ] || chown nobody:nogroup "$directory"
finish() { as_owner "$binaries/pg_ctl" -D "$directory/data" -s -m immediate stop >/dev/null 2>&1; cd /; rm -rf "$directory"; }
trap finish EXIT
cd "$directory"
as_owner "$binaries/initdb" -D data -U bench --auth=trust --no-sync -E UTF8 --no-locale >/dev/null
# By its Unix socket only, so no port is needed; without waiting for a disk that others use.
as_owner sh -c "cat >> data/postgresql.conf" <<END
listen_addresses = ''
unix_socket_directories = '$directory'
shared_buffers = 256MB
max_wal_size = 4GB
fsync = off
autovacuum = off
END
as_owner "$binaries/pg_ctl" -D data -w -s -l "$directory/log" start >/dev/null
export PGHOST=$directory PGUSER=bench PGDATABASE=postgres
url="host=$directory user=bench dbname=postgres"
"$binaries/pgbench" -i -s 10 -q >/dev/null 2>&1

# The best of some rounds in which all take turns: a busy machine disturbs one as much as the other.
best() { sort -t '|' -k 2,2 -rn | awk -F '|' '!seen[$1]++' | sort -t '|' -k 2,2 -rn \
    | awk -F '|' '{ printf "  %-62s%10d %s\n", $1, $2, $3 }'; }
# "  name      123 unit" into "name|123|unit"
fields() { sed -E 's/^  (.{62}) *([0-9.]+) (.*)$/\1|\2|\3/; s/ +\|/|/'; }
pgbench_line() {
    local name=$1; shift
    "$binaries/pgbench" -n -M prepared -c "$clients" -j 1 -T "$seconds" "$@" 2>/dev/null \
        | awk -v name="$name" '/^tps/ { printf "%s|%d|/s\n", name, $3 }'
}
python_lines() { [ -z "$python" ] || "$python" "$here/postgres_clients.py" "$url" "$@" | fields; }

for part in select write; do
    script=(-S); [ $part = select ] || script=(-f "$here/write.pgbench")
    for _ in $(seq "$rounds"); do
        pgbench_line "$part, $clients clients, pgbench -M prepared" "${script[@]}"
        "$ours" "$url" $part "$clients" "$seconds" | fields
        python_lines $part "$clients" "$seconds" 0
    done | best
done

for _ in $(seq "$rounds"); do
    "$ours" "$url" inserts 20000 | fields
    python_lines inserts 1 1 20000
done | best

for _ in $(seq "$rounds"); do
    "$ours" "$url" rows "$rows" | fields
    python_lines rows 1 1 "$rows"
done | best

awk 'BEGIN { for (i = 0; i < 1000000; i++) printf "%d\tname of %d\tsome longer text that stands for a payload %d\t%d\n", i, i, i, i * 1000003 }' \
    >"$directory/rows.txt"
size=$(stat -c %s "$directory/rows.txt")
psql=(psql -qX)
table="drop table if exists bench_copy; create table bench_copy (id int, a text, b text, n int8)"
timed() { local start end; start=$(date +%s%N); "$@"; end=$(date +%s%N); rate=$((size * 1000 / (end - start))); }
for _ in $(seq "$rounds"); do
    "${psql[@]}" -c "$table" 2>/dev/null
    timed "${psql[@]}" -c "\\copy bench_copy from '$directory/rows.txt'"
    echo "COPY into a table, psql \\copy|$rate|MB/s"
    timed "${psql[@]}" -c "\\copy bench_copy to '$directory/out.txt'"
    echo "COPY out of a table, psql \\copy|$rate|MB/s"
    "$ours" "$url" copy "$directory/rows.txt" | fields
done | best
