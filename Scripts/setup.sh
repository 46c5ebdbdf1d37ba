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
# `setup.sh tests`: a PostgreSQL server too, of which tests make private clusters. They are skipped where it is missing.
server=
if [ "${1:-}" = tests ] && ! ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 && ! command -v initdb >/dev/null; then
    server=postgresql
fi
[ "${1:-}" != tests ] || "$(dirname "$0")/setup-criu.sh"
[ ${#missing[@]} -eq 0 ] && [ -z "$server" ] && exit 0

sudo=
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
        [ ${#missing[@]} -gt 0 ] && { echo "setup: become root, or install: ${missing[*]}" >&2; exit 1; }
        echo "setup: without root, $server cannot be installed; the tests that need it are skipped" >&2
        exit 0
    fi
    sudo=sudo
fi
echo "==> installing ${missing[*]} $server"
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get update -qq
[ ${#missing[@]} -eq 0 ] || $sudo apt-get install -y -qq "${missing[@]}" >/dev/null
if [ -n "$server" ]; then
    # Debian's package would make a cluster and start it.
    if [ ! -e /etc/postgresql-common/createcluster.conf ]; then
        $sudo mkdir -p /etc/postgresql-common
        echo "create_main_cluster = false" | $sudo tee /etc/postgresql-common/createcluster.conf >/dev/null
    fi
    $sudo apt-get install -y -qq -o Dpkg::Options::=--force-confold "$server" >/dev/null \
        || echo "setup: $server cannot be installed; the tests that need it are skipped" >&2
fi
