#!/usr/bin/env bash
# Processor time of compiling the models' target alone: its own build folder, what it depends on built before, the time
# of a build with nothing to do taken off.
set -euo pipefail
cd "$(dirname "$0")/../../.."
folder=Tests/Benchmarks/.build/models
log=Tests/Benchmarks/.build/models.log

# User and system seconds of a command and its children.
cpu() {
    local TIMEFORMAT='%U %S'
    { time "$@" >"$log" 2>&1; } 2>&1 | awk '{ printf "%.1f", $1 + $2 }'
}
for config in debug release; do
    build=(swift build -c "$config" --scratch-path "$folder" --target ClawModels)
    "${build[@]}" >"$log" 2>&1 || { tail -5 "$log" >&2; exit 1; }
    idle=$(cpu "${build[@]}")
    # All that a compiler wrote, but not the plan that SwiftPM wrote.
    find "$folder/$config/ClawModels.build/" -type f ! -name output-file-map.json ! -name sources ! -name '*.swift' -delete
    rm -f "$folder/$config/Modules"/ClawModels.*
    full=$(cpu "${build[@]}")
    printf '  %-62s%10s s CPU  %s files, %s lines; %s s CPU of a build with nothing to do taken off\n' "ClawModels, $config" \
        "$(awk "BEGIN { printf \"%.1f\", $full - $idle }")" \
        "$(find Sources/ClawKit/Kubernetes/Models -name '*.swift' | wc -l)" \
        "$(find Sources/ClawKit/Kubernetes/Models -name '*.swift' -exec cat {} + | wc -l)" "$idle"
done
