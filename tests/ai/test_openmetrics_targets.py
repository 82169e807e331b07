import pytest

from tests.support.process import spawn
from zeropoint.ai.openmetrics_targets import parse_targets, shown

SECRET = "hunter2"  # noqa: S105 - it must not come out again


def test_a_target_is_a_name_and_an_address() -> None:
    llama, vllm = parse_targets(["llama=http://127.0.0.1:8080", "vllm_2 = https://gpu.example/metrics/?token=x"])
    assert (llama.name, llama.url.geturl()) == ("llama", "http://127.0.0.1:8080/metrics")
    assert (vllm.name, vllm.url.geturl()) == ("vllm_2", "https://gpu.example/metrics/?token=x")
    assert shown(vllm.url) == "https://gpu.example/metrics/"


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        (["llama"], "entry 1 is no NAME=URL, with a name of small letters, digits and _"),
        (["Llama=http://x"], "entry 1 is no NAME=URL, with a name of small letters, digits and _"),
        (["=http://x"], "entry 1 is no NAME=URL, with a name of small letters, digits and _"),
        (["a=http://x", f"b=http://user:{SECRET}@x"], "entry 2: the URL of b holds a user or a password, which is not"),
        ([f"b=http://{SECRET}@x"], "entry 1: the URL of b holds a user or a password, which is not allowed"),
        ([f"b=ftp://x/{SECRET}"], "entry 1: the URL of b is not http:// or https:// with a host"),
        ([f"b=http:///{SECRET}"], "entry 1: the URL of b is not http:// or https:// with a host"),
        (["b=http://x:0/"], "entry 1: the URL of b is not http:// or https:// with a host"),
        ([f"b=http://x:{SECRET}/"], "entry 1: the URL of b is none"),
        ([f"b=http://[{SECRET}"], "entry 1: the URL of b is none"),
        ([f"b=http://x/ {SECRET}"], "entry 1: the URL of b is not http:// or https:// with a host"),
        (["b=http://x/\N{SNOWMAN}"], "entry 1: the URL of b is not http:// or https:// with a host"),
        (["b=http://x", "b=http://y"], "entry 2: the name b is taken"),
        (["tinygrad=http://x"], "entry 1: the name tinygrad is taken"),
    ],
)
def test_what_is_no_target_is_refused_by_a_message_that_holds_nothing_secret(entries: list[str], message: str) -> None:
    with pytest.raises(ValueError, match="entry") as refused:
        parse_targets(entries, taken=frozenset({"tinygrad"}))
    assert str(refused.value).startswith(message)
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize("entry", [f"b=http://user:{SECRET}@x", "tinygrad=http://127.0.0.1:1/metrics", "nonsense"])
def test_the_appliance_refuses_to_start_with_one_line_that_holds_nothing_secret(entry: str, tmp_path) -> None:
    process = spawn("serve", "--port", "0", "--data", str(tmp_path), "--openmetrics-targets", entry)
    output, errors = process.communicate(timeout=60)
    assert (process.returncode, output) == (2, "")
    assert errors.count("\n") == 1
    assert "openmetrics_targets" in errors and "entry 1" in errors
    assert SECRET not in errors
