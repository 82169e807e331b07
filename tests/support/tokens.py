"""Tokens for tests, made by the real command, and in all the states that a token can be in."""

import subprocess
from pathlib import Path

from tests.support.process import PROGRAM, TIMEOUT_SECONDS, clean_environment

SCOPES = ("status", "read", "admin")
# What keeps somebody out: no token, and three that hold no longer or never did.
WRONG = ("bad", "expired", "revoked")


def token(data: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [PROGRAM, "token", *arguments, "--data", str(data)],
        check=False,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        env=clean_environment(),
    )


def made(data: Path, scope: str, *arguments: str) -> str:
    finished = token(data, "create", "--scope", scope, *arguments)
    assert (finished.returncode, finished.stderr) == (0, "")
    return finished.stdout.removesuffix("\n")


def in_all_states(data: Path) -> dict[str, str]:
    """The text of each token by its scope, or by what is wrong with it; `none` is the empty text."""
    tokens = {scope: made(data, scope, "--name", scope) for scope in SCOPES}
    tokens |= {"none": "", "bad": "zp_" + "x" * 43}
    tokens["revoked"] = made(data, "admin", "--name", "revoked")
    assert token(data, "revoke", "revoked").returncode == 0
    tokens["expired"] = made(data, "admin", "--name", "expired", "--expires", "1d")
    expire(data)
    return tokens


def expire(data: Path) -> None:
    """The end of all tokens that have one is moved into the past on disk, as if their time had gone by."""
    file = data / "tokens.json"
    fresh = data / "fresh"
    fresh.write_text(file.read_text().replace('"expires":"20', '"expires":"19'))
    fresh.chmod(0o600)
    fresh.replace(file)


def bearer(text: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {text}"} if text else {}
