"""Case 6: what is a secret in a command line is not told, whichever way it stands there."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zeropoint.processes.command_line import redacted

CANARY = "c4n4ry-Hunter2!"
KEY = "Zk9mQ2x3Y0RqU1p4V0hOb1lHa0t0UnZMcVhzMg"
SECRETS = {
    "option with =": (["x", f"--password={CANARY}"], CANARY),
    "option with = and spaces": (["x", f"--password=two {CANARY} words"], CANARY),
    "option and value": (["x", "--token", CANARY], CANARY),
    "single dash": (["x", "-secret", CANARY], CANARY),
    "several options": (["x", "--auth", "--token", CANARY], CANARY),
    "an option that looks like a value": (["x", "--token", "--api-key", CANARY], CANARY),
    "name in camel case": (["x", "--apiKey", CANARY], CANARY),
    "name in capitals": (["x", "--DB_PASSWD", CANARY], CANARY),
    "name within a name": (["x", "--spark.ssl.keyPassword", CANARY], CANARY),
    "property of Java": (["java", f"-Dapi.key={CANARY}", f"-DSECRET={CANARY}"], CANARY),
    "colon": (["x", f"--token:{CANARY}"], CANARY),
    "mysql": (["mysql", f"-p{CANARY}"], CANARY),
    "redis": (["redis-cli", "-a", CANARY], CANARY),
    "curl": (["curl", "-u", f"bob:{CANARY}", "http://h"], CANARY),
    "curl in one word": (["curl", f"-ubob:{CANARY}", "http://h"], CANARY),
    "curl with =": (["curl", f"--user=bob:{CANARY}", "http://h"], CANARY),
    "curl with short options together": (["curl", "-su", f"bob:{CANARY}", "http://h"], CANARY),
    "curl with all of it together": (["curl", f"-subob:{CANARY}", "http://h"], CANARY),
    "curl's proxy": (["curl", f"--proxy-user=bob:{CANARY}", "http://h"], CANARY),
    "unzip": (["unzip", f"-P{CANARY}", "x.zip"], CANARY),
    "unzip with short options together": (["unzip", "-qP", CANARY, "x.zip"], CANARY),
    "header": (["curl", "-H", f"Authorization: Bearer {CANARY}"], CANARY),
    "header without a space": (["curl", "-H", f"X-Api-Key:{CANARY}"], CANARY),
    "cookie": (["curl", "-b", f"sid={CANARY}"], CANARY),
    "URL": (["x", f"postgres://bob:{CANARY}@db:5432/x"], CANARY),
    "URL with a slash in its password": (["x", f"postgres://bob:a/{CANARY}@db/x"], CANARY),
    "URL as a value": (["x", f"--db=postgres://bob:{CANARY}@db/x"], CANARY),
    "URL in a list": (["x", f"--servers=a,nats://bob:{CANARY}@h:4222"], CANARY),
    "URL with parameters": (["x", f"http://h/x;token={CANARY}"], CANARY),
    "URL with parameters as a value": (["x", f"--redis=redis://h/0;password={CANARY}"], CANARY),
    "URL with parameters behind a comma": (["x", f"a=b://x,password={CANARY}"], CANARY),
    "URL with parameters of no such name": (["x", f"http://h/x;a=b;c={CANARY}"], CANARY),
    "URL with a secret in its path": (["x", f"http://h/token={CANARY}/x"], CANARY),
    "JDBC": (["java", f"jdbc:sqlserver://h:1433;user=sa;password={CANARY}"], CANARY),
    "JDBC of Oracle": (["java", f"jdbc:oracle:thin:bob/{CANARY}@h:1521/x"], CANARY),
    "query": (["x", f"https://h/x?a=b&sig={CANARY}"], CANARY),
    "fragment": (["x", f"https://h/x#{CANARY}"], CANARY),
    "name and password before a host": (["x", f"bob:{CANARY}@host"], CANARY),
    "variable": (["env", f"HF_TOKEN={CANARY}", "python"], CANARY),
    "variable of any name": (["env", f"ZP_X={CANARY}", "python"], CANARY),
    "variable as a value": (["docker", "run", "-e", f"FOO={CANARY}", f"--env=FOO={CANARY}"], CANARY),
    "script": (["sh", "-c", f"login {CANARY}"], CANARY),
    "JSON": (["x", json.dumps({"password": CANARY})], CANARY),
    "JSON without spaces": (["x", '{"token":"' + CANARY + '"}'], CANARY),
    "field": (["x", f"host=h,password={CANARY}"], CANARY),
    "title": ([f"daemon: --password {CANARY}"], CANARY),
    "base64": (["x", KEY + "=="], KEY),
    "base64 as a value": (["x", f"--data={KEY}"], KEY),
    "hex": (["x", "deadbeef0123456789abcdef"], "deadbeef"),
    "key in a path": (["x", f"/run/secrets/{KEY}/file"], KEY),
    "key of OpenAI": (["x", "sk-proj-abcdefghijklmnop"], "abcdefghijklmnop"),
    "token of GitHub": (["x", "ghp_abcdefghijklmnop"], "abcdefghijklmnop"),
    "token of ours": (["x", "zp_abcdefghijklmnop"], "abcdefghijklmnop"),
    "JSON web token": (["x", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0."], "eyJzdWIiOiJ4In0"),
    "webhook": (["x", "https://hooks.example/services/T0/B0/abcdefGHIJKL0123456789xy"], "abcdefGHIJKL"),
    "very long": (["x", "https://bob:" + "p" * 2000 + "@h/"], "pppp"),
}
TOLD = {
    "a training": ["python", "-u", "train.py", "--lr", "3e-4", "--batch-size=64"],
    "tokens of language models": ["vllm", "serve", "--max-tokens=4096", "--max-num-batched-tokens", "8192"],
    "a model": ["llama-server", "-m", "/models/llama-3-8b-instruct.gguf", "--port", "8080"],
    "a tokenizer": ["x", "--tokenizer", "meta-llama/Llama-3-8B"],
    "a port": ["ssh", "-p", "22", "host"],
    "a URL": ["petals", "--peer", "https://host:8080/path"],
    "URLs": ["x", "--servers=nats://a:4222,nats://b:4222", "s3://bucket/day=2026-11-29/part-0"],
    "options of Java": ["java", "-XX:+UseG1GC", "-Xmx4g", "-verbose:gc"],
    "short options": ["ls", "-la", "models"],
    "a title": ["nginx:", "worker", "process"],
}


@pytest.mark.parametrize("case", SECRETS)
def test_a_secret_is_hidden(case: str):
    arguments, secret = SECRETS[case]
    told = redacted(tuple(arguments))
    assert secret not in told
    assert "***" in told


@pytest.mark.parametrize("case", TOLD)
def test_what_is_none_is_told(case: str):
    assert redacted(tuple(TOLD[case])) == " ".join(TOLD[case])


@given(st.lists(st.text(max_size=40), max_size=6), st.sampled_from(["--password", "-token", "--x-api-key"]), st.text())
def test_what_follows_such_an_option_is_hidden_whatever_stands_around(before: list[str], option: str, value: str):
    canary = f"canary{value}"
    assert canary not in redacted(("x", *before, option, canary))


@given(st.lists(st.text(), max_size=80).map(tuple))
def test_any_arguments_give_a_text_of_bounded_length(arguments: tuple[str, ...]):
    assert len(redacted(arguments)) <= 64 * 1025 + 2


def test_long_arguments_cost_little():
    # Each is as long as the kernel's limit lets all of them be together.
    for unit in ("a=", "A=b,", "://@:", "aB3/", "-p", "x" * 15 + " ", "eyJ"):
        assert redacted(("x", *[unit * (1000 // len(unit))] * 64))
        assert redacted((unit * 30_000,))
