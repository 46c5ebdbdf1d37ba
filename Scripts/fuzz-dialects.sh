#!/usr/bin/env bash
# Feeds the parsers of the model dialects with what libFuzzer thinks up. SECONDS_TO_RUN: how long.
# Their own sources are built for it; the layers below are taken from the debug build.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${SECONDS_TO_RUN:-60}
out=.build/fuzz
mkdir -p "$out/dialects-corpus"

newest=$(find Sources/ClawKit/Dialects Tests/Fuzz/Dialects -name '*.swift' -newer "$out/dialects" 2>/dev/null | head -1 || true)
if [ ! -x "$out/dialects" ] || [ -n "$newest" ]; then
    echo "==> building the layers below"
    swift build --target ClawDialects
    debug=$(swift build --show-bin-path)
    echo "==> building the fuzzer"
    headers=()
    while IFS= read -r map; do headers+=(-Xcc "-I$(dirname "$map")"); done \
        < <(find .build/checkouts -name module.modulemap -path '*include*')
    objects=()
    for module in ClawBase ClawDocuments HTTPTypes Logging CoreMetrics Crypto CCryptoBoringSSL CCryptoBoringSSLShims \
        CryptoBoringWrapper CXKCP CXKCPShims DequeModule HeapModule InternalCollectionsUtilities ContainersPreview \
        BasicContainers; do
        [ -d "$debug/$module.build" ] || continue
        while IFS= read -r -d '' object; do objects+=("$object"); done < <(find "$debug/$module.build" -name '*.o' -print0)
    done
    find Sources/ClawKit/Dialects Tests/Fuzz/Dialects -name '*.swift' -print0 | xargs -0 swiftc -O -wmo -parse-as-library \
        -swift-version 6 -enable-upcoming-feature ExistentialAny -enable-upcoming-feature MemberImportVisibility \
        -enable-upcoming-feature InternalImportsByDefault -sanitize=fuzzer -assert-config Debug \
        -module-name DialectFuzzer -package-name clawkit -I "$debug/Modules" -I Sources/ClawKit/Base/CLibcurl \
        "${headers[@]}" "${objects[@]}" -lcurl -lstdc++ -o "$out/dialects"
fi
echo "==> fuzzing for $seconds s"
cd "$out"
# Swift's own report of a crash and the sanitizer's hang on each other.
export SWIFT_BACKTRACE=enable=no
./dialects dialects-corpus ../../Tests/Fuzz/Dialects/Seeds -max_total_time="$seconds" -max_len=4096 -timeout=10 \
    -rss_limit_mb=2048 -print_final_stats=1 -verbosity=0
echo "==> nothing found"
