"""Case 18: what runs or unpickles a text is banned in Python, by ruff's rules, whose exceptions are held here too.

TypeScript has web/banned.mjs.
"""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RUFF = str(Path(sys.executable).with_name("ruff"))
SHIPPED = ("src", "sdk/src", "hatch_build.py")
PLANTED = {
    "S301": "import pickle\nprint(pickle.loads(b''))\n",
    "S302": "import marshal\nprint(marshal.loads(b''))\n",
    "S307": "print(eval(input()))\n",
    "S102": "exec(input())\n",
    "S506": "import yaml\nprint(yaml.load(input()))\n",
    "S602": "import subprocess\nsubprocess.run(input(), shell=True, check=True)\n",
    "S604": "import helper\nhelper.run(input(), shell=True)\n",
    "S605": "import os\nos.system(input())\n",
    "S608": "def query(name: str) -> str:\n    return f'SELECT * FROM blocks WHERE name = {name}'\n",
}
# Without any exception, marked or configured; the table's name in S608's is no text of others.
NEVER = ("S301", "S302", "S307", "S102", "S506", "S602", "S604", "S605")


def codes(*arguments: str, given: str | None = None) -> list[str]:
    """The rules that ruff finds broken."""
    done = subprocess.run(
        [RUFF, "check", "--output-format", "json", "--no-cache", *arguments],
        input=given,
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode in (0, 1), done.stderr
    return [f"{row['code']} {row['filename']}:{row['location']['row']}" for row in json.loads(done.stdout)]


@pytest.mark.parametrize("place", ["src/zeropoint/planted.py", "sdk/src/zeropoint_sdk/planted.py", "hatch_build.py"])
@pytest.mark.parametrize("rule", PLANTED)
def test_a_planted_violation_is_found_where_code_is_shipped(rule: str, place: str):
    assert rule in {found.split()[0] for found in codes("--stdin-filename", place, "-", given=PLANTED[rule])}


def test_no_comment_and_no_exception_lets_any_through_in_what_is_shipped():
    assert codes("--isolated", "--select", ",".join(NEVER), "--ignore-noqa", *SHIPPED) == []


def test_exceptions_of_folders_are_for_tests_and_measurements():
    configured = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["ruff"]["lint"]
    assert "S" in configured["select"]
    assert not [rule for rule in configured["ignore"] if rule.startswith("S")]
    for place, rules in configured["per-file-ignores"].items():
        assert not set(NEVER) & set(rules), place
        assert place.startswith(("tests/", "bench/", "soak/", "hatch_build.py")), place
