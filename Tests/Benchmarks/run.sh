#!/usr/bin/env bash
# Every figure of the Kubernetes client, with what it is compared with in the same run. README.md says what each means.
#   Tests/Benchmarks/run.sh [section …]      sections: lists memory watch network cluster controllers postgres gateway access compile size; none: all
set -euo pipefail
cd "$(dirname "$0")"

sections=${*:-lists memory watch network cluster controllers postgres gateway access compile size}
data=$PWD/.build/data
wants() { [[ " $sections " == *" $1 "* ]]; }
skipped() { printf '  skipped: %s\n' "$*"; }

if ! command -v swift >/dev/null; then echo "run.sh: Swift is not in PATH" >&2; exit 1; fi
echo "machine: $(nproc) cores, $(grep -m1 'model name' /proc/cpuinfo | cut -d: -f2 | xargs)," \
    "load $(cut -d' ' -f1-3 /proc/loadavg); $(swift --version 2>/dev/null | head -1)"

built=
build() {
    [ -n "$built" ] && return
    echo "==> building (release)"
    swift build -c release --product client-benchmark >"$PWD/.build/build.log" 2>&1 \
        || { grep -m5 error: .build/build.log >&2; exit 1; }
    bench=$(swift build -c release --show-bin-path)/client-benchmark
    "$bench" data "$data"
    built=yes
}
mkdir -p .build

# The comparison's Python packages, in an environment of their own; says why where there are none.
#   python_with PACKAGE…      each of one name with its module
python=.build/python/bin/python
python_with() {
    if [ ! -x $python ] && ! python3 -m venv .build/python >.build/pip.log 2>&1; then
        skipped "Python's $*: no virtual environment (.build/pip.log)"
        return 1
    fi
    local modules=$*
    $python -c "import ${modules// /, }" 2>/dev/null \
        || $python -m pip install -q --disable-pip-version-check "$@" >.build/pip.log 2>&1 \
        || { skipped "Python's $*: pip could not install them (.build/pip.log)"; return 1; }
}
python_peers() {
    python_with kubernetes lightkube || return 0
    $python Peers/python_clients.py "$data/pods.json" || skipped "Python's clients failed"
}

# The same small operator twice, each a process of its own against the embedded cluster on loopback.
operators() {
    local controllers=$1 count=${SITES:-500}
    "$controllers" operator "ClawKit" "$count" "$controllers" operate || skipped "ClawKit's operator failed"
    python_with kopf kubernetes || return 0
    "$controllers" operator "kopf $($python -c 'import importlib.metadata as m; print(m.version("kopf"))')" "$count" \
        "$PWD/.build/python/bin/kopf" run --quiet --standalone --all-namespaces "$PWD/Peers/kopf_operator.py" \
        || skipped "kopf's operator failed"
}

if wants lists; then
    build
    echo; echo "List of 10,000 pods, 55.7 MB   (targets: dropped ≥ 110,000 pods/s CPU and ≥ 150,000 pods/s wall; lazily ≥ 90,000 CPU)"
    "$bench" lists "$data"
    python_peers
    cat Peers/recorded.txt
fi

if wants memory; then
    build
    echo; echo "Memory of 10,000 pods   (target: ≤ 35 MB resident)"
    "$bench" memory "$data"
    "$bench" memory "$data" --kept
    echo "  client-go, typed protobuf, recorded                            103 MB heap"
fi

if wants watch; then
    build
    echo; echo "Watch events, delivered typed   (target: ≥ 60,000 events/s)"
    "$bench" watch "$data"
fi

if wants network; then
    build
    echo; echo "Loopback sockets, server and client on the same cores   (targets: ≥ 60,000 events/s, ≥ 10,000 GETs/s on one HTTP/2 connection)"
    Peers/network.sh "$bench" "$data"
fi

if wants cluster; then
    echo "==> building the embedded cluster (release; takes minutes)"
    swift build -c release --product cluster-benchmark >"$PWD/.build/build.log" 2>&1 \
        || { grep -m5 error: .build/build.log >&2; exit 1; }
    cluster=$(swift build -c release --show-bin-path)/cluster-benchmark
    echo; echo "The embedded cluster   (targets: start ≤ 5 ms, ≥ 20,000 creates/s and ≥ 100,000 gets/s CPU, 10,000 watchers,"
    echo "                        100,000 ConfigMaps ≤ 400 MB, 1,000 replicas ready in ≤ 1 s)"
    for part in start verbs watchers memory rollout hours; do "$cluster" $part; done
    if command -v h2load >/dev/null; then
        echo; echo "Over loopback, 20 connections   (targets: ≥ 10,000 creates/s, ≥ 20,000 gets/s; a real kube-apiserver with etcd: 2,100 and 4,100)"
        Peers/cluster.sh "$cluster"
    else
        skipped "loopback: no h2load (Debian: nghttp2-client)"
    fi
fi

if wants controllers; then
    echo "==> building controllers and the embedded cluster (release; takes minutes)"
    swift build -c release --product controller-benchmark >"$PWD/.build/build.log" 2>&1 \
        || { grep -m5 error: .build/build.log >&2; exit 1; }
    controllers=$(swift build -c release --show-bin-path)/controller-benchmark
    echo; echo "Controllers, with the operator of Rollouts   (targets: ≥ 10,000 reconciles/s CPU that change nothing;"
    echo "                        10,000 Rollouts ready in ≤ 60 s and ≤ 1.2 GB, then < 2 % CPU and no writes)"
    "$controllers" reconciles
    "$controllers" rollouts 10000
    "$controllers" runtimes-suspend 2000
    "$controllers" runtimes-rest 10000
    swift build -c release --product agent-runtime >>"$PWD/.build/build.log" 2>&1 && "$controllers" runtimes-wake \
        || skipped "no release build of agent-runtime"
    echo; echo "A Deployment, a Service and a status for each custom resource, operator and cluster in two processes on loopback"
    operators "$controllers"
fi

if wants postgres; then
    echo "==> building the PostgreSQL driver (release)"
    swift build -c release --product postgres-benchmark >"$PWD/.build/build.log" 2>&1 \
        || { grep -m5 error: .build/build.log >&2; exit 1; }
    python=
    if [ -x .build/python/bin/python ] || python3 -m venv .build/python >.build/pip.log 2>&1; then
        python=$PWD/.build/python/bin/python
        $python -c 'import asyncpg, psycopg' 2>/dev/null \
            || $python -m pip install -q --disable-pip-version-check asyncpg 'psycopg[binary]' >.build/pip.log 2>&1 \
            || { skipped "asyncpg and psycopg: pip could not install them (.build/pip.log)"; python=; }
    fi
    echo; echo "PostgreSQL, on a private server of the same run   (targets: ≥ 85 % of pgbench; pipelined inserts ≥ 3 times;"
    echo "                        COPY ≥ 80 % of psql; ahead of asyncpg and psycopg)"
    Peers/postgres.sh "$(swift build -c release --show-bin-path)/postgres-benchmark" "$python"
fi

if wants gateway; then
    echo "==> building the model gateway (release; takes minutes)"
    swift build -c release --product gateway-benchmark >"$PWD/.build/build.log" 2>&1 \
        || { grep -m5 error: .build/build.log >&2; exit 1; }
    gateway=$(swift build -c release --show-bin-path)/gateway-benchmark
    echo; echo "The model gateway   (targets: at 1 connection added p50 ≤ 0.35 ms and p99 ≤ 1.5 ms; ≥ 12,000 requests/s at 50;"
    echo "                        streams ≥ 0.5 times nginx; start ≤ 300 ms; ≤ 60 MB; 10,000 streams at rest ≤ 700 MB)"
    "$gateway" alone
    Peers/gateway.sh "$gateway"
fi

if wants access; then
    echo "==> building the access decision (release; takes minutes)"
    swift build -c release --product access-benchmark >"$PWD/.build/build.log" 2>&1 \
        || { grep -m5 error: .build/build.log >&2; exit 1; }
    access=$(swift build -c release --show-bin-path)/access-benchmark
    echo; echo "The access decision   (targets: ≥ 1,000,000/s CPU, with the signature ≥ 200,000/s; over loopback ≥ 25,000 requests/s"
    echo "                        and p99 ≤ 5 ms at 50 connections, p99 < 1 ms at 8; 100,000 users ≤ 300 MB and ≤ 3 s)"
    "$access" decide
    rm -rf .build/people && "$access" people .build/people \
        && "$access" people .build/people && "$access" people .build/people alone
    if command -v wrk >/dev/null; then Peers/access.sh "$access"; else skipped "loopback: no wrk (Debian: wrk)"; fi
fi

if wants compile; then
    echo; echo "Compiling the generated models   (targets: ≤ 30 s CPU debug, ≤ 60 s CPU release)"
    Peers/compile.sh
fi

if wants size; then
    echo; echo "Size of hello-list   (target: ≤ 12 MB over the Swift runtime)"
    Peers/size.sh
fi
