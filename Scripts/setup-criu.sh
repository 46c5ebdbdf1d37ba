#!/usr/bin/env bash
# Builds CRIU, with which process nodes checkpoint and restore, where there is none that runs here. Debian's stable
# package does not run on current kernels; the source package of its newest suite builds on older ones.
# Never fails: where CRIU cannot be had it says so, and the tests that need it are skipped.
set -uo pipefail

to=/usr/local/sbin/criu
skip() {
    echo "setup: CRIU is not installed ($1); the tests that checkpoint processes are skipped" >&2
    exit 0
}

works() { command -v "$1" >/dev/null && "$1" check >/dev/null 2>&1; }
works criu && exit 0
if [ -x "$to" ]; then
    works "$to" || echo "setup: $to does not run on this kernel (see '$to check'); its tests are skipped" >&2
    exit 0
fi
[ "$(uname)" = Linux ] && command -v apt-get >/dev/null || skip "this is no Debian-like system"
[ "$(id -u)" -eq 0 ] || skip "it needs root, both to install and to run"

# The mirror that this machine is set up with.
mirror=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' 2>/dev/null \
    | awk '$1 ~ /\/debian\/?$/ { print $1; exit }')
[ -n "$mirror" ] || skip "apt knows no mirror of Debian"

work=$(mktemp -d) || skip "no temporary directory"
trap 'rm -rf "$work"' EXIT
echo "==> building CRIU"
export DEBIAN_FRONTEND=noninteractive
needed=(build-essential pkg-config libprotobuf-dev libprotobuf-c-dev protobuf-c-compiler protobuf-compiler
    libnl-3-dev libcap-dev libnet1-dev uuid-dev libbsd-dev python3)
add_packages() { timeout 300 apt-get install -y -qq --no-install-recommends "${needed[@]}" >>"$work/log" 2>&1; }
# Again with fresh lists where the machine's are old or empty.
add_packages || { timeout 120 apt-get update -qq >>"$work/log" 2>&1 && add_packages; } \
    || skip "what it builds with cannot be installed"

# Lists of their own, so that the machine's configuration stays as it is.
mkdir -p "$work/lists/partial" "$work/source"
echo "deb-src $mirror sid main" >"$work/sources.list"
apt=(apt-get -qq -o Dir::Etc::SourceList="$work/sources.list" -o Dir::Etc::SourceParts=/dev/null
    -o Dir::State::Lists="$work/lists" -o APT::Get::List-Cleanup=0 -o APT::Sandbox::User=root
    -o Acquire::Languages=none)
timeout 120 "${apt[@]}" update >>"$work/log" 2>&1 || skip "the newest suite's sources cannot be listed"
(cd "$work/source" && timeout 120 "${apt[@]}" --download-only --tar-only source criu) >>"$work/log" 2>&1 \
    || skip "its source cannot be fetched"
(cd "$work/source" && tar -xf criu_*.orig.tar.* --strip-components=1) || skip "its source cannot be unpacked"
timeout 600 make -C "$work/source" -j"$(nproc)" criu >>"$work/log" 2>&1 || {
    tail -n 5 "$work/log" >&2
    skip "it does not build here"
}
install -m 0755 "$work/source/criu/criu" "$to" || skip "it cannot be put to $to"
"$to" check >/dev/null 2>&1 || echo "setup: CRIU does not run on this kernel; its tests are skipped" >&2
