"""schemathesis over /openapi.json of the real process: each operation with examples, edges and drawn values, held to
what the document says of answers. The event stream has no end, and is asked by raw sockets in test_raw_requests.py."""

import os
import subprocess
import sys
from pathlib import Path

from tests.chaos.serving import serving
from tests.security.raw_fuzzer import complaints
from tests.support.process import clean_environment
from tests.support.tokens import made

TOOL = str(Path(sys.executable).with_name("schemathesis"))
CONFIG = Path(__file__).with_name("schemathesis.toml")
# Of each operation; `make soak` asks for more.
EXAMPLES = os.environ.get("FUZZ_EXAMPLES", "8")
LIMIT_SECONDS = 3600


def test_every_answer_is_as_the_document_says(tmp_path: Path):
    text = made(tmp_path / "data", "admin")
    settings = ("--artifacts", str(tmp_path / "artifacts"), "--requests-per-second", "0")
    with serving(tmp_path, *settings) as started:
        command = [
            *(TOOL, "--config-file", str(CONFIG), "run", f"{started.url}/openapi.json"),
            *("--header", f"Authorization: Bearer {text}", "--exclude-path", "/metrics/sse"),
            *("--checks", "all", "--max-examples", EXAMPLES, "--seed", "1", "--workers", "1", "--no-color"),
            # Which methods a path has, test_matrix.py holds; a GET with a body is refused for its body, with 400.
            *("--exclude-checks", "unsupported_method"),
        ]
        done = subprocess.run(
            command,
            check=False,
            capture_output=True,
            text=True,
            env=clean_environment(),
            cwd=tmp_path,
            timeout=LIMIT_SECONDS,
        )
        assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
        assert started.get("/livez").status == 200
    assert complaints(tmp_path / "log") == []
