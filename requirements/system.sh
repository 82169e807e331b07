#!/bin/sh
# Finds what is missing of the Debian packages that are needed beside Python's: for the virtual environment (venv), or
# for the tests (test). Root installs them; anybody else is told how.
set -eu

python=${PYTHON:-python3}
missing=
case "${1-}" in
venv)
    # Debian keeps ensurepip, which a virtual environment gets its pip from, in a package of its own.
    "$python" -c 'import ensurepip' 2>/dev/null ||
        missing=" $("$python" -c 'import sys; print(f"python{sys.version_info[0]}.{sys.version_info[1]}-venv")')"
    ;;
test)
    command -v chromium >/dev/null || missing="$missing chromium"
    command -v promtool >/dev/null || missing="$missing prometheus"
    # A browser without any font draws no text, and then nothing has a width.
    [ -n "$(find /usr/share/fonts /System/Library/Fonts -name '*.tt[fc]' 2>/dev/null | head -n 1)" ] ||
        missing="$missing fonts-dejavu-core"
    ;;
*)
    echo "usage: system.sh venv|test" >&2
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
case "$missing" in
*prometheus*)
    # promtool comes with a server, which Debian starts at once and at each boot; nobody asked for that.
    [ ! -d /run/systemd/system ] || systemctl disable --quiet --now prometheus.service
    ;;
esac
