#!/usr/bin/env bash
# Installs the system packages that ClawKit builds on, where they are missing. Says what it does.
set -euo pipefail

if ! command -v swift >/dev/null; then
    echo "setup: Swift 6.3 or newer is needed; install it from swift.org and put it into PATH." >&2
    exit 1
fi
if [ "$(uname)" != Linux ] || ! command -v dpkg >/dev/null; then
    echo "setup: this is no Debian-like system; make sure that libcurl and libpq can be found by pkg-config." >&2
    exit 0
fi

missing=()
for package in libcurl4-openssl-dev libpq-dev pkg-config; do
    dpkg -s "$package" >/dev/null 2>&1 || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

echo "==> installing ${missing[*]}"
sudo=
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { echo "setup: become root, or install: ${missing[*]}" >&2; exit 1; }
    sudo=sudo
fi
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get update -qq
$sudo apt-get install -y -qq "${missing[@]}" >/dev/null
