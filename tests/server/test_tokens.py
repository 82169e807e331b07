import ast
import inspect
import json
import os
import textwrap
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from zeropoint.server.tokens import Token, TokenError, TokenRegister, TokenStore

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def test_a_token_is_found_by_its_text_and_kept_only_as_a_hash(tmp_path: Path):
    store = TokenStore(tmp_path)
    text = store.create("read", "grafana", None, NOW)
    assert text.startswith("zp_") and len(text) > 40
    content = (tmp_path / "tokens.json").read_text()
    assert text not in content and text[3:] not in content
    found = TokenRegister(store).find(text, NOW)
    assert found is not None and (found.name, found.scope) == ("grafana", "read")


def test_texts_that_are_no_token_find_nothing(tmp_path: Path):
    store = TokenStore(tmp_path)
    text = store.create("read", None, None, NOW)
    register = TokenRegister(store)
    for wrong in ("", "zp_", text[:-1], text + "x", text.upper(), "\udcff", "x" * 100_000):
        assert register.find(wrong, NOW) is None


def test_a_token_ends_when_it_expires(tmp_path: Path):
    store = TokenStore(tmp_path)
    text = store.create("read", None, timedelta(hours=1), NOW)
    register = TokenRegister(store)
    token = register.find(text, NOW + timedelta(minutes=59))
    assert token is not None
    assert register.find(text, NOW + timedelta(hours=1)) is None
    assert not register.holds(token, NOW + timedelta(hours=1))


def test_only_a_change_and_an_end_call_for_another_look_at_the_streams(tmp_path: Path):
    store = TokenStore(tmp_path)
    store.create("read", None, timedelta(hours=1), NOW)
    register = TokenRegister(store)
    assert not register.refresh()
    store.create("read", None, None, NOW)
    assert register.refresh()
    assert not register.refresh()
    end = NOW + timedelta(hours=1)
    assert not register.ends_within(NOW, end - timedelta(seconds=1))
    assert register.ends_within(end - timedelta(seconds=1), end)
    assert not register.ends_within(end, end + timedelta(days=1))


def test_a_change_of_the_file_is_followed(tmp_path: Path):
    store = TokenStore(tmp_path)
    register = TokenRegister(store)
    assert not register.exists
    text = store.create("read", "a", None, NOW)
    register.refresh()
    assert register.exists
    token = register.find(text, NOW)
    assert token is not None
    store.revoke("a")
    register.refresh()
    assert register.find(text, NOW) is None
    assert not register.holds(token, NOW)
    assert register.exists, "revoking the last token must not open the door"


def test_a_new_token_of_an_old_name_is_another_token(tmp_path: Path):
    store = TokenStore(tmp_path)
    old = TokenRegister(store)
    text = store.create("read", "a", None, NOW)
    old.refresh()
    token = old.find(text, NOW)
    assert token is not None
    store.revoke("a")
    store.create("read", "a", None, NOW)
    old.refresh()
    assert not old.holds(token, NOW)


@pytest.mark.parametrize("content", [b"", b"{}", b"[{}]", b'[{"name": 1}]', b"\xff\xfe", b"[" * 10_000])
def test_a_damaged_file_lets_nobody_in_and_says_so(tmp_path: Path, content: bytes):
    store = TokenStore(tmp_path)
    text = store.create("read", "a", None, NOW)
    register = TokenRegister(store)
    (tmp_path / "tokens.json").write_bytes(content)
    register.refresh()
    assert register.exists
    assert register.find(text, NOW) is None
    assert register.failure is not None and "damaged" in register.failure
    with pytest.raises(TokenError, match="damaged"):
        store.create("read", "b", None, NOW)
    assert (tmp_path / "tokens.json").read_bytes() == content, "what is there is not overwritten"


@pytest.mark.parametrize("name", ["created", "expires"])
def test_a_time_without_a_zone_is_damage(tmp_path: Path, name: str):
    """It would be compared with the time of now, in whatever follows the file."""
    store = TokenStore(tmp_path)
    text = store.create("read", "a", timedelta(days=1), NOW)
    file = tmp_path / "tokens.json"
    rows = json.loads(file.read_text())
    rows[0][name] = "2026-11-30T07:42:54.955847"
    file.write_text(json.dumps(rows))
    register = TokenRegister(store)
    assert register.failure is not None and "damaged" in register.failure
    assert register.find(text, NOW) is None
    assert not register.ends_within(NOW, NOW + timedelta(days=2))


def test_what_it_writes_is_its_owners_alone(tmp_path: Path):
    old = os.umask(0)
    try:
        TokenStore(tmp_path / "new").create("read", None, None, NOW)
    finally:
        os.umask(old)
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "new/tokens.json").stat().st_mode & 0o777 == 0o600


def test_names_are_unique_and_drawn_where_none_is_given(tmp_path: Path):
    store = TokenStore(tmp_path)
    store.create("read", None, None, NOW)
    store.create("read", None, None, NOW)
    store.create("status", "x", None, NOW)
    with pytest.raises(TokenError, match="'x' already"):
        store.create("read", "x", None, NOW)
    assert [token.name for token in store.load() or ()] == ["read-1", "read-2", "x"]
    with pytest.raises(TokenError, match=r"no token named 'y'; there are 'read-1', 'read-2', 'x'"):
        store.revoke("y")


def test_many_writers_lose_nothing(tmp_path: Path):
    store = TokenStore(tmp_path)
    writers = [threading.Thread(target=lambda: store.create("read", None, None, NOW)) for _ in range(12)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(store.load() or ()) == 12


def test_a_token_without_an_end_always_holds():
    token = Token(name="a", scope="read", sha256="0", created=NOW)
    assert token.valid_at(NOW + timedelta(days=36500))


def test_a_text_is_compared_with_every_token_in_constant_time():
    """Case 20: no comparison that ends early, and no search that does."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(TokenRegister.find)))
    (loop,) = [node for node in ast.walk(tree) if isinstance(node, ast.For)]
    assert not [node for node in ast.walk(loop) if isinstance(node, ast.Break | ast.Return | ast.Compare)]
    called = [ast.unparse(node.func) for node in ast.walk(loop) if isinstance(node, ast.Call)]
    assert "hmac.compare_digest" in called


def test_a_file_that_is_gone_lets_nobody_in_until_it_is_back(tmp_path: Path):
    store = TokenStore(tmp_path)
    text = store.create("read", "a", None, NOW)
    register = TokenRegister(store)
    (tmp_path / "tokens.json").rename(tmp_path / "elsewhere")
    assert register.refresh()
    assert register.exists, "a disk that is taken away must not open the door"
    assert register.find(text, NOW) is None
    assert register.failure is not None and "is gone" in register.failure
    (tmp_path / "elsewhere").rename(tmp_path / "tokens.json")
    register.refresh()
    assert register.find(text, NOW) is not None
    assert register.failure is None
