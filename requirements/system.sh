#!/bin/sh
# Finds what is missing of the Debian packages that are needed beside Python's: for the virtual environment (venv),
# for the tests (test), or for those against the real AI programs (components). Root installs them; anybody else is told how.
set -eu

python=${PYTHON:-python3}
# Debian keeps servers where only root looks.
PATH=$PATH:/usr/sbin:/sbin
missing=

# needs PROGRAM [PACKAGE]
needs() {
    command -v "$1" >/dev/null || missing="$missing ${2:-$1}"
}

# links LIBRARY PACKAGE
links() {
    ldconfig -p | grep -q "$1" || missing="$missing $2"
}

case "${1-}" in
venv)
    # Debian keeps ensurepip, which a virtual environment gets its pip from, in a package of its own.
    "$python" -c 'import ensurepip' 2>/dev/null ||
        missing=" $("$python" -c 'import sys; print(f"python{sys.version_info[0]}.{sys.version_info[1]}-venv")')"
    ;;
test)
    needs chromium
    needs promtool prometheus
    needs victoria-metrics
    needs nginx
    needs haproxy
    needs caddy
    # The stand-in of a GPU's driver is compiled.
    needs cc "gcc libc6-dev"
    needs openssl
    # Clients that send and read slowly.
    needs slowhttptest
    # Faults of clocks and disks for the history.
    needs faketime
    needs strace
    needs setpriv util-linux
    # What the unit of systemd is held against.
    needs systemd-analyze systemd
    # What verify holds the metrics against; its tests run them.
    needs free procps
    needs ip iproute2
    needs lscpu util-linux
    # A browser without any font draws no text, and then nothing has a width.
    [ -n "$(find /usr/share/fonts /System/Library/Fonts -name '*.tt[fc]' 2>/dev/null | head -n 1)" ] ||
        missing="$missing fonts-dejavu-core"
    ;;
components)
    needs clang
    needs ip iproute2
    needs unshare util-linux
    # What Blender as a Python module is linked with, though it opens no window.
    links libGL.so.1 libgl1
    links libSM.so.6 libsm6
    links libXi.so.6 libxi6
    links libXfixes.so.3 libxfixes3
    links libXrender.so.1 libxrender1
    links libxkbcommon.so.0 libxkbcommon0
    ;;
*)
    echo "usage: system.sh venv|test|components" >&2
    exit 2
    ;;
esac
[ -n "$missing" ] || exit 0

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "These packages are missing (names are Debian's):$missing" >&2
    echo "    apt-get install --no-install-recommends$missing" >&2
    [ "$1" = venv ] || echo "make test-unit runs the tests that need none of them." >&2
    exit 1
fi

apt-get update --quiet=2
# shellcheck disable=SC2086 # a list of words
DEBIAN_FRONTEND=noninteractive apt-get install --quiet=2 --yes --no-install-recommends $missing </dev/null

# Debian starts the servers among them at once and at each boot. The tests start their own, so nobody asked for that.
if [ -d /run/systemd/system ]; then
    for name in $missing; do
        case "$name" in
        prometheus | victoria-metrics | nginx | haproxy | caddy) systemctl disable --quiet --now "$name.service" ;;
        esac
    done
fi
