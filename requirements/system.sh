#!/bin/sh
# Finds what is missing of the Debian packages that are needed beside Python's: for the virtual environment (venv),
# for the tests (test), for those against the real AI programs (components), or for the bench (bench). Root installs
# them; anybody else is told how.
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
    needs fiu-run fiu-utils
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
bench)
    needs cc "gcc libc6-dev"
    needs setpriv util-linux
    needs chromium
    # What is compared with.
    needs prometheus
    needs prometheus-node-exporter
    needs glances
    needs netdata netdata-core
    needs nginx
    [ -e /usr/lib/nginx/modules/ngx_nchan_module.so ] || missing="$missing libnginx-mod-nchan"
    ;;
*)
    echo "usage: system.sh venv|test|components|bench" >&2
    exit 2
    ;;
esac
[ -n "$missing" ] || exit 0

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "These packages are missing (names are Debian's):$missing" >&2
    echo "    apt-get install --no-install-recommends$missing" >&2
    case "$1" in test | components) echo "make test-unit runs the tests that need none of them." >&2 ;; esac
    exit 1
fi

# Debian starts the servers among them at once and at each boot. Tests and bench start their own, so nobody asked for
# that: a policy keeps them from starting now, where there is none yet.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
fi

apt-get update --quiet=2
# shellcheck disable=SC2086 # a list of words
DEBIAN_FRONTEND=noninteractive apt-get install --quiet=2 --yes --no-install-recommends $missing </dev/null

if [ -d /run/systemd/system ]; then
    for name in $missing; do
        case "$name" in
        prometheus | prometheus-node-exporter | victoria-metrics | nginx | haproxy | caddy | glances)
            systemctl disable --quiet "$name.service"
            ;;
        netdata-core) systemctl disable --quiet netdata.service ;;
        esac
    done
fi
