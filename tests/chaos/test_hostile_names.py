"""Names that others chose, and ids that others send, on their way through the stream: they never make a field."""

import json
import re
from pathlib import Path

import pytest

from tests.support.events import dechunked
from tests.support.process import running
from tests.support.stream import Stream

FORGED = "\r\nid: forged-1\r\ndata: forged\r\n\r\n\n\nevent: bye\ndata: {}\n\nretry: 1\r\r"
FORGED += "\x00\x1b[2J\x85\u2028\u2029\ud800é🚀"
LINE = re.compile(rb"id: [0-9a-z]+-[0-9]+|data: \{.*\}|event: (?:hello|gap|heartbeat|bye)|retry: [0-9]+|")


def plant(artifacts: Path) -> None:
    """The text as a name of everything that is told by name."""
    scenes = artifacts / "wondercraft" / "scenes"
    scenes.mkdir(parents=True)
    (scenes / "final_metrics.json").write_text(json.dumps({"scene": FORGED, "fps": 60}))
    (scenes / "a\r\ndata: forged\n\nid: forged.glb").write_bytes(b"no scene")
    run = artifacts / "runs" / "evil\ndata: forged\n\n" / "1"
    run.mkdir(parents=True)
    (run / "run.json").write_text(json.dumps({"id": "1", "name": FORGED, "kind": "tinygrad"}))
    (run / "steps.jsonl").write_text(json.dumps({"step": 1, "loss": 0.5, "run": FORGED}) + "\n")


@pytest.mark.parametrize("query", ["", "?last_event_id=%0Aid:%20forged-1%0Adata:%20forged%0A%0A%00"])
def test_no_text_of_others_makes_a_field(tmp_path: Path, query: str):
    plant(tmp_path / "artifacts")
    serving = running(tmp_path / "data", "--artifacts", str(tmp_path / "artifacts"), "--interval", "0.2")
    with serving as started, Stream(started, query) as stream:
        samples = stream.samples(3)
    body = dechunked(stream.received.partition(b"\r\n\r\n")[2])
    assert body.endswith(b"\n\n")
    for line in body.split(b"\n"):
        assert LINE.fullmatch(line), line
    assert not set(body) & {*range(0x0A), *range(0x0B, 0x20), 0x7F}, "a control character"
    # They did go through: what was refused elsewhere would show nothing here.
    latest = samples[-1].json["ai"]["components"]["wondercraft"]
    assert "id: forged-1" in latest["latest"]["scene"]
    assert "data: forged" in latest["invalid_reason"]
    for one in samples:
        assert one.id != "forged-1"
        assert one.data != "forged"
