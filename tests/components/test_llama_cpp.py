"""llama.cpp's own server with a tiny model, found and read by the real appliance."""

import http.client
import json
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from tests.components.venvs import python_of
from tests.components.watching import component, reasons, sample_when
from tests.support.process import TIMEOUT_SECONDS, running

TOKENS = 200
SERVER = Path(__file__).with_name("llama_cpp_server.py")


@contextmanager
def llama_cpp(folder: Path, metrics: str = "metrics") -> Iterator["tuple[subprocess.Popen[str], str]"]:
    server = subprocess.Popen(
        [python_of("llama_cpp"), SERVER, folder / "tiny.gguf", metrics],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert server.stdout is not None
        yield server, server.stdout.readline().strip()
    finally:
        server.kill()
        server.communicate()


def complete(address: str) -> None:
    """One answer."""
    body = json.dumps({"prompt": "Once upon a time", "n_predict": TOKENS, "ignore_eos": True}).encode()
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=TIMEOUT_SECONDS)
    with closing(connection):
        connection.request("POST", "/completion", body, {"Content-Type": "application/json"})
        assert json.load(connection.getresponse())["tokens_predicted"] == TOKENS


@contextmanager
def asking(address: str) -> Iterator[None]:
    """Somebody who asks one thing after another."""
    enough = threading.Event()

    def ask() -> None:
        while not enough.is_set():
            complete(address)

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield
    finally:
        enough.set()
        thread.join()


def test_a_server_is_found_idle_then_running_with_its_rates_then_stopped(tmp_path: Path) -> None:
    with running(tmp_path / "data", "--artifacts", str(tmp_path), "--interval", "0.5") as appliance:
        first = sample_when(appliance, lambda _: True)
        assert component(first, "llama_cpp") == {"status": None}, "what has never been there is left out"
        with llama_cpp(tmp_path) as (server, address):
            told = component(
                sample_when(appliance, lambda seen: component(seen, "llama_cpp")["status"] == "idle"), "llama_cpp"
            )
            assert (told["pids"], told["runtime"]) == ([server.pid], "llama_cpp")
            assert told["endpoint"] == f"{address}/metrics"
            assert (told["requests_running"], told["requests_waiting"]) == (0, 0)
            assert told["kv_cache_usage_percent"] == 0.0
            with asking(address):
                sample = sample_when(
                    appliance,
                    lambda seen: (
                        component(seen, "llama_cpp")["status"] == "running"
                        and (component(seen, "llama_cpp")["tokens_per_second"] or 0) > 0
                    ),
                )
            told = component(sample, "llama_cpp")
            # An answer is longer than its prompt, which is in the cache from the second on.
            assert told["tokens_per_second"] > told["prompt_tokens_per_second"] > 0
            assert 0 < told["kv_cache_usage_percent"] <= 100
            why = reasons(sample, "ai.components.llama_cpp")
            assert why["ai.components.llama_cpp.requests_per_second"] == "this runtime does not tell it"
            programs = component(sample, "programs")["programs"]
            assert server.pid in next(row["pids"] for row in programs if row["kind"] == "llama_cpp")
        told = component(
            sample_when(appliance, lambda seen: component(seen, "llama_cpp")["status"] == "stopped"), "llama_cpp"
        )
        assert (told["pids"], told["requests_running"], told["tokens_per_second"]) == (None, None, None)


def test_a_server_that_a_setting_names_is_a_component_of_that_name(tmp_path: Path) -> None:
    with llama_cpp(tmp_path) as (_, address):
        target = f"chat={address}/metrics?key=hunter2"
        with running(tmp_path / "data", "--artifacts", str(tmp_path), "--openmetrics-targets", target) as appliance:
            sample = sample_when(appliance, lambda seen: component(seen, "chat")["status"] == "idle")
            assert component(sample, "chat")["runtime"] == "llama_cpp"
            assert component(sample, "chat")["endpoint"] == f"{address}/metrics"
            assert component(sample, "llama_cpp") == {"status": None}, "it is told once"
            assert "hunter2" not in json.dumps(sample)


def test_a_server_without_metrics_is_told_by_its_slots(tmp_path: Path) -> None:
    with (
        llama_cpp(tmp_path, "no metrics") as (_, address),
        running(tmp_path / "data", "--artifacts", str(tmp_path), "--interval", "0.5") as appliance,
    ):
        sample = sample_when(appliance, lambda seen: component(seen, "llama_cpp")["status"] == "idle")
        told = component(sample, "llama_cpp")
        assert told["reason"] == "it was started without --metrics"
        assert (told["requests_running"], told["tokens_per_second"]) == (0, None)
        complete(address)
        sample = sample_when(appliance, lambda seen: (component(seen, "llama_cpp")["kv_cache_usage_percent"] or 0) > 0)
        why = reasons(sample, "ai.components.llama_cpp")["ai.components.llama_cpp.tokens_per_second"]
        assert why == "llamacpp:tokens_predicted_total is not among its metrics"
