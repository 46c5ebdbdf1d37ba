#!/usr/bin/env bash
# Runs the built tests, and says at the end what failed: among some thousand lines nobody finds it, and of a long
# output a CI service may keep the last lines only.
set -uo pipefail
output=$(mktemp)
trap 'rm -f "$output"' EXIT
swift test "$@" --skip-build 2>&1 | tee "$output"
status=${PIPESTATUS[0]}
if [ "$status" -ne 0 ]; then
  echo "==> failed:"
  # An issue, and the lines that belong to it.
  awk '/recorded an issue|(^|: )error: /{print; inIssue = 1; next} inIssue && /^ *↳|^[^◇✔✘➜]/{print; next} {inIssue = 0}' \
    "$output" | cut -c1-600 | head -n 40
  grep -E 'error: Exited|signal code' "$output" | head -n 5
fi
exit "$status"
