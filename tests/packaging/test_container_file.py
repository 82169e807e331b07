"""deploy/Containerfile as far as it can be read: no engine builds it here."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

from tests.packaging.conftest import ROOT
from tests.security.table import table
from tests.support.process import running
from zeropoint.settings import PREFIX
from zeropoint.settings import table as settings

LINES = re.sub(r"\\\n", " ", (ROOT / "deploy/Containerfile").read_text()).splitlines()
STEPS = [(line.split(maxsplit=1)[0], line.split(maxsplit=1)[1]) for line in LINES if line and line[0] not in "# "]
LAST_STAGE = STEPS[max(place for place, (word, _) in enumerate(STEPS) if word == "FROM") :]
PORT = "3001"


def of(word: str) -> list[str]:
    return [rest for step, rest in LAST_STAGE if step == word]


def test_what_runs_comes_from_the_build_alone_and_nothing_from_an_address():
    assert not [rest for word, rest in STEPS if word == "ADD" or re.search(r"https?://(?!127\.0\.0\.1)", rest)]
    assert [rest.split()[0] for rest in of("COPY")] == ["--from=build"]
    installs = [rest for word, rest in STEPS if word == "RUN" and "pip install" in rest]
    assert all("--require-hashes" in rest for rest in installs)


def test_it_runs_as_nobody_in_particular():
    (user,) = of("USER")
    assert all(int(number) >= 10_000 for number in user.split(":"))
    # What needs root is done before.
    words = [word for word, _ in LAST_STAGE]
    assert "RUN" not in words[words.index("USER") :]


def test_its_variables_are_settings_and_its_command_is_one():
    named = set(re.findall(rf"\b({PREFIX}[A-Z_]+)=", " ".join(of("ENV"))))
    assert named
    assert named <= {row.variable for row in settings()}
    (command,) = of("CMD")
    done = subprocess.run(
        [Path(sys.executable).with_name("zeropoint"), *json.loads(command), "--help"], capture_output=True, check=False
    )
    assert done.returncode == 0


def test_its_check_of_health_asks_the_real_process_what_is_open_to_everybody(tmp_path: Path):
    (check,) = of("HEALTHCHECK")
    _, _, code = json.loads(check[check.index("[") :])
    (path,) = re.findall(rf"127\.0\.0\.1:{PORT}(/\w+)", code)
    assert [(row.path, row.need) for row in table(tmp_path / "table") if row.path == path] == [("/livez", "open")]
    with running(tmp_path / "data") as started:
        asked = [sys.executable, "-c", code.replace(PORT, str(started.port))]
        assert subprocess.run(asked, capture_output=True, check=False).returncode == 0
        started.stop()
        assert subprocess.run(asked, capture_output=True, check=False).returncode != 0


def test_the_documented_command_takes_every_right_away_and_names_real_flags():
    page = re.sub(r"\\\n", " ", (ROOT / "docs/install.md").read_text())
    (line,) = [found for found in page.splitlines() if "podman run" in found]
    given = shlex.split(line)
    image = given.index("zeropoint", given.index("--name") + 2)
    engine, program = given[:image], given[image + 1 :]
    assert {"--read-only", "--tmpfs", "--cap-drop=ALL", "--security-opt=no-new-privileges"} <= set(engine)
    volumes = [engine[place + 1] for place, word in enumerate(engine) if word == "--volume"]
    written = [one for one in volumes if "ro" not in one.partition(":")[2].partition(":")[2].split(",")]
    assert written == ["zeropoint:/data"]
    flags = {word for word in program if word.startswith("--")}
    assert flags == {"--procfs", "--sysfs", "--rootfs"}
    assert flags <= {row.flag for row in settings()}
    inside = {one.split(":")[1] for one in volumes}
    assert {program[program.index(flag) + 1] for flag in flags} <= inside
