"""The configurations of deploy/proxies, with the places of a test in place of their examples, and run.

Each file is what people are told to add to the configuration that their distribution has. What stands around it here
has what theirs may have: compression of everything.
"""

import os
import random
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from tests.proxies.foreground import Program, foreground

FILES = Path(__file__).parents[2] / "deploy" / "proxies"
OWN_NAME, SHARED_NAME = "gpubox.example", "lab.example"
NO_CHANGE: Mapping[str, str] = MappingProxyType({})
# Below what kernels give out by themselves (from 32768 on), so that nothing takes one between the choice and its use.
PORTS = range(20_000, 32_000)


class Certificate(NamedTuple):
    """Files for both names; `both` is chain and key in one."""

    chain: Path
    key: Path
    both: Path


def self_signed(folder: Path) -> Certificate:
    made = Certificate(folder / "chain.pem", folder / "key.pem", folder / "both.pem")
    assert shutil.which("openssl"), "openssl is missing: apt-get install --no-install-recommends openssl"
    kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    names = [f"/CN={OWN_NAME}", "-addext", f"subjectAltName=DNS:{OWN_NAME},DNS:{SHARED_NAME}"]
    files = ["-keyout", str(made.key), "-out", str(made.chain)]
    subprocess.run(["openssl", "req", "-x509", *kind, "-subj", *names, *files], check=True, capture_output=True)
    made.both.write_bytes(made.chain.read_bytes() + made.key.read_bytes())
    return made


class Places(NamedTuple):
    """Where a proxy is to listen, where its appliance listens, and what it serves TLS with."""

    port: int
    appliance_port: int
    certificate: Certificate
    folder: Path


def nginx(places: Places, change: Mapping[str, str]) -> Program:
    certificate, key = str(places.certificate.chain), str(places.certificate.key)
    site = places.folder / "zeropoint.conf"
    names = (OWN_NAME, SHARED_NAME)
    site.write_text(
        filled(
            "nginx.conf",
            {
                "listen 443": f"listen 127.0.0.1:{places.port}",
                "server 127.0.0.1:3001;": f"server 127.0.0.1:{places.appliance_port};",
                **{f"/etc/ssl/certs/{name}.pem": certificate for name in names},
                **{f"/etc/ssl/private/{name}.key": key for name in names},
                **change,
            },
        )
    )
    return nginx_program(site, places.folder)


def nginx_program(site: Path, folder: Path) -> Program:
    """nginx with a site's configuration in one as distributions have it, which compresses and holds back all it may."""
    # Workers that root starts would else be nobody's, who may not write below a folder of root's.
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(f"""
        {user}
        daemon off;
        worker_processes 1;
        pid nginx.pid;
        error_log stderr notice;
        events {{}}
        http {{
            access_log off;
            client_body_temp_path body;
            proxy_temp_path proxy;
            fastcgi_temp_path fastcgi;
            uwsgi_temp_path uwsgi;
            scgi_temp_path scgi;
            types {{ text/html html; }}
            gzip on;
            gzip_types *;
            gzip_proxied any;
            gzip_min_length 1;
            proxy_buffering on;
            include {site};
        }}
    """)
    command = ["nginx", "-p", str(folder), "-c", "nginx.conf", "-e", "stderr"]
    return Program("nginx", command, "start worker processes", {})


def haproxy(places: Places, change: Mapping[str, str]) -> Program:
    base, site = places.folder / "base.cfg", places.folder / "haproxy.cfg"
    base.write_text("global\n    nbthread 1\n\ndefaults\n    mode http\n    option http-keep-alive\n")
    site.write_text(
        filled(
            "haproxy.cfg",
            {
                "bind :443 ssl crt /etc/haproxy/certs/": f"bind 127.0.0.1:{places.port} ssl crt "
                f"{places.certificate.both}",
                "127.0.0.1:3001": f"127.0.0.1:{places.appliance_port}",
                **change,
            },
        )
    )
    return Program("haproxy", ["haproxy", "-W", "-db", "-f", str(base), "-f", str(site)], "Loading success", {})


def caddy(places: Places, change: Mapping[str, str]) -> Program:
    site, base = places.folder / "zeropoint.caddy", places.folder / "Caddyfile"
    # Certificates from the test instead of an authority's.
    own = f"\n\tbind 127.0.0.1\n\ttls {places.certificate.chain} {places.certificate.key}"
    site.write_text(
        filled(
            "Caddyfile",
            {
                f"{OWN_NAME} {{": f"{OWN_NAME}:{places.port} {{{own}",
                f"{SHARED_NAME} {{": f"{SHARED_NAME}:{places.port} {{{own}",
                "127.0.0.1:3001": f"127.0.0.1:{places.appliance_port}",
                **change,
            },
        )
    )
    options = "admin off\n\tauto_https disable_redirects\n\tservers {\n\t\tprotocols h1 h2\n\t}"
    base.write_text(f"{{\n\t{options}\n}}\nimport {site}\n")
    home = {name: str(places.folder) for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME")}
    command = ["caddy", "run", "--adapter", "caddyfile", "--config", str(base)]
    return Program("caddy", command, "serving initial configuration", home)


KINDS: Mapping[str, Callable[[Places, Mapping[str, str]], Program]] = {
    "nginx": nginx,
    "haproxy": haproxy,
    "caddy": caddy,
}


def filled(file: str, replacements: Mapping[str, str]) -> str:
    """The configuration with other texts in place of some; each must be there, or the test would run another one."""
    text = (FILES / file).read_text()
    for old, new in replacements.items():
        assert old in text, f"{file} has no {old!r}"
        text = text.replace(old, new)
    return text


@contextmanager
def running_proxy(
    kind: str, appliance_port: int, certificate: Certificate, folder: Path, change: Mapping[str, str] = NO_CHANGE
) -> Iterator[int]:
    """The port of a proxy of this kind, once it listens. `change`: further texts of its configuration to replace."""
    port = free_port()
    program = KINDS[kind](Places(port, appliance_port, certificate, folder), change)
    with foreground(program, folder):
        yield port


def free_port() -> int:
    """A proxy cannot be asked which port it took, so it is told one."""
    for port in random.sample(PORTS, len(PORTS)):
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise AssertionError("no port is free")
