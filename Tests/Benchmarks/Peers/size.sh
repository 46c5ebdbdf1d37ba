#!/usr/bin/env bash
# The stripped hello-list over the Swift runtime: linked against the runtime's shared libraries, whose size is not its
# own; and with the runtime linked in, less what an empty program then is.
set -euo pipefail
cd "$(dirname "$0")/.."
log=$PWD/.build/size.log

bytes() { strip -o .build/stripped "$1" && stat -c %s .build/stripped; }
line() { printf '  %-62s%10s MB%s\n' "$1" "$(awk "BEGIN { printf \"%.1f\", $2 / 1e6 }")" "${3:+  $3}"; }

swift build -c release --product hello-list >"$log" 2>&1 || { tail -5 "$log" >&2; exit 1; }
line "hello-list, stripped, over the runtime's shared libraries" "$(bytes "$(swift build -c release --show-bin-path)/hello-list")"

# Takes a second build of everything.
[ "${STATIC:-no}" = yes ] || exit 0
mkdir -p .build/empty
echo 'import FoundationEssentials
print(Date.now)' >.build/empty/main.swift
if swiftc -O -static-stdlib .build/empty/main.swift -o .build/empty/empty -Xlinker --gc-sections >>"$log" 2>&1 \
    && swift build -c release --static-swift-stdlib --scratch-path .build/static --product hello-list >>"$log" 2>&1; then
    whole=$(bytes .build/static/release/hello-list) empty=$(bytes .build/empty/empty)
    line "hello-list, stripped, the runtime linked in" "$whole"
    line "  of which the runtime (a program that prints the date)" "$empty"
    line "  ClawKit and its dependencies over the runtime" $((whole - empty))
else
    echo "  with the runtime linked in: skipped, it could not be linked ($log)"
fi
