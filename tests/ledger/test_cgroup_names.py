"""Names as Docker, Podman, CRI-O, the kubelet and passwd keep them, in trees laid out as theirs."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zeropoint.ledger.cgroup_names import CgroupNames, Placement, place_of
from zeropoint.ledger.users import Users, parse_users
from zeropoint.probe import Roots

ID = "3f4e8d1c9b7a6f5e4d3c2b1a0f9e8d7c6b5a4f3e2d1c0b9a8f7e6d5c4b3a2f1e"
OTHER = "ab" * 32
POD = "8d1f2b3c-4d5e-6f70-8192-a3b4c5d6e7f8"
DOCKER = "var/lib/docker/containers/{id}/config.v2.json"
STORAGE = "storage/overlay-containers/containers.json"
PASSWD = (
    b"root:x:0:0:root:/root:/bin/bash\nalice:x:1000:1000:A:/home/alice:/bin/sh\nbob:x:1001:1001::/home/bob:/bin/sh\n"
)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Machine:
    """A root file system, and the names that are read of it."""

    def __init__(self, root: Path) -> None:
        self.root, self.clock = root, Clock()
        self.names = CgroupNames(self.clock)
        self.write("etc/passwd", PASSWD)

    def write(self, path: str, content: object) -> Path:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        return file

    def docker(self, id: str, name: str, home: str | None = None) -> Path:
        path = DOCKER.format(id=id) if home is None else f"{home}/.local/share/docker/containers/{id}/config.v2.json"
        return self.write(path, {"ID": id, "Name": f"/{name}", "Config": {"Env": ["PASSWORD=hunter2"]}})

    def name(self, path: str) -> str:
        placement = place_of(f"0::/{path}\n".encode())
        assert placement is not None
        return self.names.name(Roots(root=str(self.root)), placement)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_a_container_of_docker_has_the_name_in_its_settings(machine: Machine) -> None:
    machine.docker(ID, "train-web")
    assert machine.name(f"system.slice/docker-{ID}.scope") == "train-web"


def test_docker_is_found_where_its_daemon_keeps_its_data(machine: Machine) -> None:
    machine.write("etc/docker/daemon.json", {"data-root": "/data/docker", "log-level": "warn"})
    machine.write(f"data/docker/containers/{ID}/config.v2.json", {"Name": "/elsewhere"})
    assert machine.name(f"docker/{ID}") == "elsewhere"


def test_containers_of_podman_have_the_names_in_its_storage(machine: Machine) -> None:
    web, brief = ("e565de30a244e1b140e572bec5259bc056c9f11733390cfee8e44e094de59490", "7b" * 32)
    # As Podman 4.3.1 writes it; later ones have those of `podman run --rm` in a file of their own.
    recorded = (
        b'[{"id":"%s","names":["web"],"image":"",'
        b'"layer":"31fc1d57f62d14525b8cf79d1e0c7ff96cf67d259213596b80c819fc50b2dcea",'
        b'"metadata":"{\\"image-name\\":\\"\\",\\"image-id\\":\\"\\",\\"name\\":\\"web\\",\\"created-at\\":1795548110}",'
        b'"created":"2026-11-24T19:21:50.14900328Z","flags":{"MountLabel":"","ProcessLabel":""}}]'
    )
    folder = "var/lib/containers/storage/vfs-containers"
    machine.write(f"{folder}/containers.json", recorded % web.encode())
    machine.write(f"{folder}/volatile-containers.json", [{"id": brief, "names": ["brief", "also-called"]}])
    assert machine.name(f"machine.slice/libpod-{web}.scope/container") == "web"
    assert machine.name(f"libpod_parent/libpod-{brief}") == "brief"


def test_a_user_s_own_container_is_told_with_the_user(machine: Machine) -> None:
    machine.write(f"home/alice/.local/share/containers/{STORAGE}", [{"id": ID, "names": ["web"]}])
    machine.docker(OTHER, "api", "home/alice")
    below = "user.slice/user-1000.slice/user@1000.service"
    assert machine.name(f"{below}/user.slice/libpod-{ID}.scope") == "web (alice)"
    assert machine.name(f"{below}/app.slice/docker-{OTHER}.scope") == "api (alice)"


def test_root_s_own_containers_are_where_the_machine_s_are(machine: Machine) -> None:
    machine.write(f"var/lib/containers/{STORAGE}", [{"id": ID, "names": ["web"]}])
    assert machine.name(f"user.slice/user-0.slice/user@0.service/libpod-{ID}.scope") == "web (root)"


def test_nobody_takes_the_name_of_another_s_container(machine: Machine) -> None:
    machine.docker(ID, "bank")
    machine.write(f"home/alice/.local/share/containers/{STORAGE}", [{"id": OTHER, "names": ["wallet"]}])
    below = "user.slice/user-1001.slice/user@1001.service/app.slice"
    assert machine.name(f"{below}/docker-{ID}.scope") == f"{ID[:12]} (bob)"
    assert machine.name(f"{below}/libpod-{OTHER}.scope") == f"{OTHER[:12]} (bob)"


def test_a_user_without_a_home_or_a_name(machine: Machine) -> None:
    below = "user.slice/user-4711.slice/user@4711.service/app.slice"
    assert machine.name(f"{below}/libpod-{ID}.scope") == f"{ID[:12]} (uid 4711)"
    assert machine.name(f"{below}/foo.service") == "foo.service (uid 4711)"


def test_a_container_of_kubernetes_has_the_name_of_its_log(machine: Machine) -> None:
    logs = machine.root / "var/log/containers"
    logs.mkdir(parents=True)
    # The kubelet makes links, which lead to nowhere here: the name alone is read.
    (logs / f"web-5d4f_shop_nginx-{ID}.log").symlink_to("/var/log/pods/gone")
    slice = f"kubepods.slice/kubepods-pod{POD.replace('-', '_')}.slice"
    assert machine.name(f"{slice}/cri-containerd-{ID}.scope") == "shop/web-5d4f/nginx"
    # A pod's sandbox writes no log; its pod has a folder.
    (machine.root / f"var/log/pods/shop_web-5d4f_{POD}").mkdir(parents=True)
    assert machine.name(f"{slice}/cri-containerd-{OTHER}.scope") == f"shop/web-5d4f/{OTHER[:12]}"


def test_without_any_name_the_beginning_of_its_id_is_told(machine: Machine) -> None:
    assert machine.name(f"docker/{ID}") == "3f4e8d1c9b7a"


def test_jobs_units_and_sessions_need_nothing_to_be_read(machine: Machine) -> None:
    assert machine.name("system.slice/slurmstepd.scope/job_42/step_0") == "job 42"
    assert machine.name("system.slice/ssh.service") == "ssh.service"
    assert machine.name("user.slice/user-1000.slice/session-3.scope") == "session 3"
    assert machine.name("user.slice/user-1000.slice/user@1000.service/app.slice/foo.service") == "foo.service (alice)"


def test_a_name_that_comes_later_is_found(machine: Machine) -> None:
    assert machine.name(f"docker/{ID}") == ID[:12]
    machine.docker(ID, "web")
    assert machine.name(f"docker/{ID}") == ID[:12]
    machine.clock.now += 10
    assert machine.name(f"docker/{ID}") == "web"


def test_a_container_that_is_renamed_gets_its_new_name(machine: Machine) -> None:
    machine.docker(ID, "web")
    assert machine.name(f"docker/{ID}") == "web"
    machine.docker(ID, "shop-web")
    assert machine.name(f"docker/{ID}") == "web"
    machine.clock.now += 300
    assert machine.name(f"docker/{ID}") == "shop-web"


def test_another_machine_s_names_are_its_own(machine: Machine, tmp_path: Path) -> None:
    machine.docker(ID, "web")
    placement = Placement("container", ID, ID[:12])
    assert machine.names.name(Roots(root=str(machine.root)), placement) == "web"
    assert machine.names.name(Roots(root=str(tmp_path / "other")), placement) == ID[:12]


@pytest.mark.parametrize("key", ["../../etc", "..", r"..\x2f..\x2fsecret", "x" * 255])
def test_a_group_s_name_never_becomes_part_of_a_path(machine: Machine, key: str) -> None:
    machine.write("var/lib/docker/config.v2.json", {"Name": "/stolen"})
    machine.write("var/lib/docker/containers/secret/config.v2.json", {"Name": "/stolen"})
    assert "stolen" not in machine.name(f"lxc.payload.{key}")


NESTED = b'{"Name": "/x", "y": ' + b"[" * 100_000
HOSTILE = [
    b"",
    b"{}",
    b"[]",
    b"null",
    b'{"Name": 5}',
    b'{"Name": ""}',
    b'{"Name": "\xff"}',
    b'[{"id": "' + ID.encode() + b'", "names": []}]',
    b'[{"id": "' + ID.encode() + b'", "names": [1]}]',
    NESTED,
    b" " * (9 * 1024 * 1024),
]


@pytest.mark.parametrize("content", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_file_is_as_none(machine: Machine, content: bytes) -> None:
    for path in (DOCKER.format(id=ID), f"var/lib/containers/{STORAGE}", "etc/docker/daemon.json"):
        machine.write(path, content)
    assert machine.name(f"docker/{ID}") == ID[:12]


def test_a_pipe_in_place_of_a_file_holds_nobody(machine: Machine) -> None:
    for path in (DOCKER.format(id=ID), f"var/lib/containers/{STORAGE}"):
        (machine.root / path).parent.mkdir(parents=True)
        os.mkfifo(machine.root / path)
    assert machine.name(f"docker/{ID}") == ID[:12]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)
@given(st.binary(max_size=200))
def test_no_content_makes_it_raise(machine: Machine, content: bytes) -> None:
    for path in (DOCKER.format(id=ID), f"var/lib/containers/{STORAGE}", "etc/docker/daemon.json", "etc/passwd"):
        machine.write(path, content)
    machine.clock.now += 1000
    assert len(machine.name(f"user.slice/user-1000.slice/user@1000.service/libpod-{ID}.scope")) <= 220
    assert machine.name(f"docker/{ID}")


def test_a_name_of_a_container_is_cleaned(machine: Machine) -> None:
    machine.docker(ID, "a\nb\x1b[31m" + "c" * 500)
    name = machine.name(f"docker/{ID}")
    assert name.startswith("a�b�[31mccc")
    assert len(name) == 200


# --- users ----------------------------------------------------------------------------------------------------------


def test_users_are_named_by_passwd(machine: Machine) -> None:
    users, roots = Users(machine.clock), Roots(root=str(machine.root))
    assert [users.name(roots, number) for number in (0, 1000, 4711)] == ["root", "alice", "uid 4711"]
    assert users.home(roots, 1000) == "/home/alice"
    assert users.home(roots, 4711) is None


def test_a_user_who_is_made_later_is_found(machine: Machine) -> None:
    users, roots = Users(machine.clock), Roots(root=str(machine.root))
    assert users.name(roots, 2000) == "uid 2000"
    machine.write("etc/passwd", PASSWD + b"carol:x:2000:2000::/home/carol:/bin/sh\n")
    machine.clock.now += 10
    assert users.name(roots, 2000) == "carol"
    (machine.root / "etc/passwd").unlink()
    machine.clock.now += 10
    assert users.name(roots, 2000) == "uid 2000"


def test_other_lines_are_passed_over() -> None:
    content = b"# a comment\n+::::::\n\nx:x:-1:0::/:\ny:x:99999999999:0::/:\nz:x:5:0::/home:\nlater:x:5:0::/home:\n"
    assert {number: user.name for number, user in parse_users(content).items()} == {5: "z"}


@given(st.binary())
def test_no_bytes_make_the_parser_raise(content: bytes) -> None:
    parse_users(content + b"\nlast:x:7:7::/home/last:/bin/sh")
