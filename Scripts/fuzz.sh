#!/usr/bin/env bash
# Feeds the document parser with what libFuzzer thinks up, under AddressSanitizer. SECONDS_TO_RUN: how long.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${SECONDS_TO_RUN:-60}
out=.build/fuzz
mkdir -p "$out/corpus"

newest=$(find Sources/ClawKit/Kubernetes/Documents Tests/Fuzz/DocumentFuzzer.swift -name '*.swift' -newer "$out/documents" 2>/dev/null | head -1 || true)
if [ ! -x "$out/documents" ] || [ -n "$newest" ]; then
    echo "==> building the fuzzer"
    find Sources/ClawKit/Kubernetes/Documents Tests/Fuzz/DocumentFuzzer.swift -name '*.swift' -print0 | xargs -0 swiftc -O -parse-as-library \
        -swift-version 6 -enable-experimental-feature Lifetimes -enable-upcoming-feature ExistentialAny \
        -sanitize=fuzzer,address -assert-config Debug -module-name DocumentFuzzer -package-name clawkit -o "$out/documents"
fi
echo "==> fuzzing for $seconds s"
cd "$out"
# Swift's own report of a crash and the sanitizer's hang on each other.
export SWIFT_BACKTRACE=enable=no
./documents corpus ../../Tests/Fuzz/Seeds -max_total_time="$seconds" -max_len=4096 -timeout=10 -rss_limit_mb=2048 \
    -print_final_stats=1 -verbosity=0
echo "==> nothing found"
