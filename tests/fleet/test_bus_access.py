"""What a real bus asks for before it lets somebody in: TLS, certificates, credentials, permissions."""

import asyncio
import base64
import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import nkeys
import pytest

from tests.fleet.fleet import FAST, bus, hosts, hub, machine, published, wait_for
from tests.support.process import TIMEOUT_SECONDS, running, spawn
from zeropoint.fleet.connection import Bus, BusError, connected, refuse_wrong_bus
from zeropoint.fleet.names import MACHINE_INBOX

ANSWERED = 'allow_responses: {max: 1000, expires: "1m"}'


class Certificates:
    """An authority, a server's certificate by it and a client's, made by openssl."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.ca = self._made("ca", "-addext", "basicConstraints=critical,CA:TRUE")
        self.server = self._made("server", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", *self._signed())
        self.client = self._made("client", *self._signed())

    def key(self, certificate: Path) -> Path:
        return certificate.with_suffix(".key")

    def of_server(self, more: str = "") -> str:
        """The table `tls` of a server's configuration."""
        files = f'cert_file: "{self.server}", key_file: "{self.key(self.server)}", ca_file: "{self.ca}"'
        return f"tls: {{{files}, {more}}}\n"

    def _signed(self) -> tuple[str, ...]:
        return "-CA", str(self.ca), "-CAkey", str(self.key(self.ca))

    def _made(self, name: str, *arguments: str) -> Path:
        openssl = shutil.which("openssl")
        assert openssl, "Debian's package openssl brings it"
        certificate = self._folder / f"{name}.pem"
        kind = ("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}")
        files = ("-keyout", str(self.key(certificate)), "-out", str(certificate))
        subprocess.run([openssl, *kind, *files, *arguments], check=True, capture_output=True)
        self.key(certificate).chmod(0o600)
        return certificate


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates(tmp_path_factory.mktemp("certificates"))


async def _connects(bus: Bus) -> bool:
    """Whether it connects over TLS. Raises BusError."""
    async with connected(bus, "test", MACHINE_INBOX) as link:
        await link.client.flush()
        return link.client._transport._io_writer.get_extra_info("ssl_object") is not None


@pytest.mark.parametrize("offered", ["", "\nallow_non_tls: true"], ids=["required", "optional"])
def test_a_bus_of_tls_is_reached_encrypted_by_its_authority_alone(
    tmp_path: Path, certificates: Certificates, offered: str
):
    with bus(tmp_path / "bus", certificates.of_server() + offered) as server:
        url = server.url.replace("nats:", "tls:")
        assert asyncio.run(_connects(Bus((url,), ca=str(certificates.ca))))
        assert asyncio.run(_connects(Bus((server.url,), ca=str(certificates.ca))))
        with pytest.raises(BusError, match="its certificate is not trusted"):
            asyncio.run(_connects(Bus((url,))))


async def _heard_by_a_plain_server(bus_of: Any) -> tuple[str, bytes]:
    """The error, and all that was sent to a server that greets as one without TLS."""
    heard = bytearray()

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b'INFO {"server_id":"x","version":"2.15.0","max_payload":1048576,"headers":true}\r\n')
        while part := await reader.read(4096):
            heard.extend(part)
        writer.close()

    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    async with server:
        with pytest.raises(BusError) as refused:
            await _connects(bus_of(server.sockets[0].getsockname()[1]))
    return str(refused.value), bytes(heard)


@pytest.mark.parametrize("kind", ["tls", "ca", "cert", "one of several"])
def test_nothing_is_sent_to_a_server_without_tls_where_that_is_asked_for(certificates: Certificates, kind: str):
    def bus_of(port: int) -> Bus:
        place, ca = f"someone:s3cret@127.0.0.1:{port}", str(certificates.ca)
        client = str(certificates.client), str(certificates.key(certificates.client))
        return {
            "tls": Bus((f"tls://{place}",)),
            "ca": Bus((f"nats://{place}",), ca=ca),
            "cert": Bus((f"nats://{place}",), "", "", *client),
            "one of several": Bus((f"nats://{place}", f"tls://{place}")),
        }[kind]

    reason, heard = asyncio.run(_heard_by_a_plain_server(bus_of))
    assert reason.endswith(": it offers no TLS, and nothing is sent without")
    assert "s3cret" not in reason
    assert heard == b""


def test_a_machine_tells_that_a_bus_of_tls_offers_none(tmp_path: Path):
    with bus(tmp_path / "bus") as server:
        url = server.url.replace("nats://", "tls://someone:s3cret@")
        with running(tmp_path / "a", "--interval", FAST, "--fleet", url) as one:
            (reason, *_) = wait_for(lambda: one.get("/health").json["reasons"])
    assert f"127.0.0.1:{server.port}: it offers no TLS" in reason


def test_a_bus_that_asks_for_a_certificate_is_shown_the_one_that_is_set(tmp_path: Path, certificates: Certificates):
    client = certificates.client
    trusted = ("--fleet-ca", str(certificates.ca))
    shown = ("--fleet-cert", str(client), "--fleet-key", str(certificates.key(client)))
    with bus(tmp_path / "bus", certificates.of_server("verify: true")) as server:
        url = server.url.replace("nats:", "tls:")
        with (
            machine(tmp_path / "a", url, "left", *trusted, *shown),
            machine(tmp_path / "b", url, "right", *trusted) as without,
            hub(tmp_path / "hub", "--nats", url, *trusted, *shown) as one,
        ):
            wait_for(lambda: hosts(one).get("left", {}).get("status") == "live")
            wait_for(lambda: without.get("/health").json["status"] == "degraded")
            assert set(hosts(one)) == {"left"}


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"cert": "{client}"}, "fleet_cert and fleet_key are given together"),
        ({"cert": "{client}", "key": "{other}"}, "are no certificate"),
        ({"cert": "{client}", "key": "/does/not/exist"}, "'/does/not/exist' cannot be read"),
        ({"ca": "{empty}"}, "holds no certificates"),
        ({"ca": "{fifo}"}, "holds no certificates"),
        ({"credentials": "{fifo}"}, "holds neither credentials"),
        ({"credentials": "{open}"}, "may be read or written by others; chmod 600"),
    ],
)
def test_files_that_are_no_use_are_refused_at_once(
    tmp_path: Path, certificates: Certificates, settings: dict[str, str], says: str
):
    files = {name: tmp_path / name for name in ("empty", "fifo", "open")}
    files |= {"client": certificates.client, "other": certificates.key(certificates.server)}
    files["empty"].touch()
    os.mkfifo(files["fifo"], 0o600)
    files["open"].write_text(_seed(nkeys.PREFIX_BYTE_USER).decode())
    files["open"].chmod(0o640)
    given = {name: text.format(**files) for name, text in settings.items()}
    with pytest.raises(ValueError, match=says) as refused:
        refuse_wrong_bus(Bus(("nats://127.0.0.1",), **given))
    assert "SU" not in str(refused.value)


def _user(name: str, publish: list[str], subscribe: list[str], more: str = "") -> str:
    may = f"publish: {{allow: {json.dumps(publish)}}}, subscribe: {{allow: {json.dumps(subscribe)}}}, {more}"
    return f"{{user: {name}, password: {name}-word, permissions: {{{may}}}}}"


def _machine_user(id: str, *, without: str = "") -> str:
    """The rights of a machine as docs/fleet.md lists them."""
    publish = [
        f"zeropoint.{id}.samples",
        f"zeropoint.{id}.alive",
        "$JS.API.STREAM.INFO.ZEROPOINT",
        "$JS.API.STREAM.CREATE.ZEROPOINT",
        f"$JS.API.DIRECT.GET.ZEROPOINT.zeropoint.{id}.samples",
    ]
    subscribe = ["_INBOX_zeropoint_machine.>", f"zeropoint.{id}.query"]
    return _user(
        "box",
        [subject for subject in publish if subject != without],
        [subject for subject in subscribe if subject != without],
        ANSWERED,
    )


def _hub_user() -> str:
    """The rights of a hub as docs/fleet.md lists them."""
    subscribe = ["_INBOX_zeropoint_hub.>", "zeropoint.*.alive"]
    return _user("hub", ["zeropoint.*.query", "$JS.API.>", "$JS.FC.>"], subscribe)


ID = "0123456789abcdef" * 2


def _identified(data: Path) -> Path:
    data.mkdir(mode=0o700)
    (data / "host-id").write_text(f"{ID}\n")
    return data


def _as(url: str, name: str) -> str:
    return url.replace("//", f"//{name}:{name}-word@")


def test_the_documented_rights_are_enough_for_a_machine_and_a_hub(tmp_path: Path):
    users = f"authorization: {{users: [{_machine_user(ID)}, {_hub_user()}]}}"
    with (
        bus(tmp_path / "bus", users) as server,
        machine(_identified(tmp_path / "a"), _as(server.url, "box"), "left") as left,
        hub(tmp_path / "hub", "--nats", _as(server.url, "hub")) as one,
    ):
        wait_for(lambda: hosts(one).get("left", {}).get("status") == "live")
        wait_for(lambda: published(left)["published_samples_total"] >= 3)
        # An answer of several parts: each is a reply of its own.
        path = "/api/v1/history?host=left&metric=*"
        asked = wait_for(lambda: (found := one.get(path)) and len(found.body) > 256 * 1024 and found)
        healths = [of.get("/health").json["status"] for of in (left, one)]
    assert asked.json["timestamps"]
    assert healths == ["healthy", "healthy"]


@pytest.mark.parametrize(
    ("without", "says"),
    [
        (f"zeropoint.{ID}.samples", f"it does not allow to publish to zeropoint.{ID}.samples"),
        (f"zeropoint.{ID}.query", f"it does not allow to subscribe to zeropoint.{ID}.query"),
    ],
    ids=["samples", "query"],
)
def test_a_right_that_is_missing_is_the_reason_that_is_told(tmp_path: Path, without: str, says: str):
    users = f"authorization: {{users: [{_machine_user(ID, without=without)}, {_hub_user()}]}}"
    with (
        bus(tmp_path / "bus", users) as server,
        machine(_identified(tmp_path / "a"), _as(server.url, "box"), "left") as left,
    ):
        reason = wait_for(lambda: [text for text in left.get("/health").json["reasons"] if says in text])
    assert reason[0].startswith(f"fleet: 127.0.0.1:{server.port}: it does not allow to ")


def _seed(prefix: int) -> bytes:
    return bytes(nkeys.encode_seed(os.urandom(32), prefix))


class Signer:
    """An NKey that signs claims as JSON Web Tokens."""

    def __init__(self, prefix: int) -> None:
        self.seed = _seed(prefix)
        self._key = nkeys.from_seed(bytearray(self.seed))
        self.public = bytes(self._key.public_key).decode()

    def signed(self, subject: str, name: str, claims: dict[str, Any]) -> str:
        body = {
            "iat": 1_700_000_000,
            "iss": self.public,
            "sub": subject,
            "name": name,
            "nats": {**claims, "version": 2},
        }
        body["jti"] = base64.b32encode(hashlib.sha256(json.dumps(body).encode()).digest()).decode().rstrip("=")
        parts = [_encoded(json.dumps(part).encode()) for part in ({"typ": "JWT", "alg": "ed25519-nkey"}, body)]
        text = ".".join(parts)
        return f"{text}.{_encoded(bytes(self._key.sign(text.encode())))}"


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _creds(file: Path, account: Signer) -> Path:
    """A file of credentials as nsc writes them: a JWT and its seed."""
    user = Signer(nkeys.PREFIX_BYTE_USER)
    token = account.signed(user.public, "user", {"type": "user", "subs": -1, "data": -1, "payload": -1})
    seed = user.seed.decode()
    lines = [
        *("-----BEGIN NATS USER JWT-----", token, "------END NATS USER JWT------", ""),
        *("-----BEGIN USER NKEY SEED-----", seed, "------END USER NKEY SEED------", ""),
    ]
    file.write_text("\n".join(lines))
    file.chmod(0o600)
    return file


def test_credentials_of_a_jwt_and_its_seed_let_in_and_those_of_another_account_do_not(tmp_path: Path):
    operator = Signer(nkeys.PREFIX_BYTE_OPERATOR)
    account, system, stranger = (Signer(nkeys.PREFIX_BYTE_ACCOUNT) for _ in range(3))
    everything = dict.fromkeys(("subs", "data", "payload", "imports", "exports", "conn", "leaf"), -1)
    everything["wildcards"] = True
    stored = dict.fromkeys(("mem_storage", "disk_storage", "streams", "consumer"), -1)
    accounts = [
        f"{one.public}: {operator.signed(one.public, 'account', {'type': 'account', 'limits': limits})}"
        for one, limits in ((account, {**everything, **stored}), (system, everything))
    ]
    configuration = "\n".join(
        [
            f"operator: {operator.signed(operator.public, 'operator', {'type': 'operator'})}",
            "resolver: MEMORY",
            f"system_account: {system.public}",
            f"resolver_preload: {{{', '.join(accounts)}}}",
        ]
    )
    creds = str(_creds(tmp_path / "box.creds", account))
    wrong = str(_creds(tmp_path / "wrong.creds", stranger))
    with (
        bus(tmp_path / "bus", configuration) as server,
        machine(tmp_path / "a", server.url, "left", "--fleet-credentials", creds),
        machine(tmp_path / "b", server.url, "right", "--fleet-credentials", wrong) as refused,
        hub(tmp_path / "hub", "--nats", server.url, "--fleet-credentials", creds) as one,
    ):
        wait_for(lambda: hosts(one).get("left", {}).get("status") == "live")
        told = wait_for(lambda: refused.get("/health").json["reasons"])
    assert "it refuses the credentials" in told[0]
    assert not [text for text in told if "SU" in text or "eyJ" in text]


def test_a_hub_refuses_half_a_certificate(tmp_path: Path, certificates: Certificates):
    arguments = ("--nats", "tls://127.0.0.1", "--fleet-cert", str(certificates.client))
    process = spawn("hub", "--port", "0", "--data", str(tmp_path), *arguments)
    output, errors = process.communicate(timeout=TIMEOUT_SECONDS)
    assert (process.returncode, output, errors.count("\n")) == (2, "", 1)
    assert "fleet_cert and fleet_key are given together" in errors
