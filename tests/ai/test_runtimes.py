"""Runtimes that are named by a setting, and their figures, over real sockets."""

import json
import socket
from collections.abc import Mapping

import msgspec
import pytest

from tests.ai.raw_server import page, path_of, raw_server
from tests.ai.watch import nulls_without_reason
from zeropoint.ai.bounded_http import FetchError
from zeropoint.ai.llama_slots import parse_slots
from zeropoint.ai.openmetrics_targets import parse_targets
from zeropoint.ai.runtime_report import RuntimeReport
from zeropoint.ai.runtimes import NamedRuntime
from zeropoint.ai.scrape import scrape
from zeropoint.probe import Absent, Reading, Roots

SLOTS = [
    {"id": 0, "n_ctx": 256, "is_processing": False},
    {"id": 1, "n_ctx": 256, "is_processing": True, "id_task": 7, "n_prompt_tokens": 128},
]


class Watched:
    """One named endpoint, read by a clock that the test moves."""

    def __init__(self, url: str) -> None:
        self.now, self.wall = 100.0, 1_000_000.0
        (target,) = parse_targets([f"mine={url}"])
        self.probe = NamedRuntime(target, clock=lambda: self.wall)
        self.missing: Mapping[str, str] = {}

    def read(self, after: float = 2.0) -> RuntimeReport:
        self.now, self.wall = self.now + after, self.wall + after
        reading = self.probe.read(Roots(), self.now)
        assert isinstance(reading, Reading)
        assert isinstance(reading.report, RuntimeReport)
        self.missing = reading.missing
        assert nulls_without_reason(reading.report, reading.missing) == []
        msgspec.json.encode(reading.report)
        return reading.report


def vllm(tokens: int, running: int, waiting: int, first: int, seconds: float) -> str:
    engine = '{engine="0",model_name="tiny"}'
    return f"""# TYPE vllm:num_requests_running gauge
vllm:num_requests_running{engine} {running}
vllm:num_requests_waiting{engine} {waiting}
vllm:kv_cache_usage_perc{engine} 0.125
vllm:generation_tokens_total{engine} {tokens}
vllm:prompt_tokens_total{engine} 10
vllm:request_success_total{{engine="0",finished_reason="stop"}} {first}
vllm:request_success_total{{engine="0",finished_reason="length"}} 1
vllm:time_to_first_token_seconds_bucket{{le="0.1"}} {first}
vllm:time_to_first_token_seconds_sum{engine} {seconds}
vllm:time_to_first_token_seconds_count{engine} {first}
"""


def test_the_documented_names_of_vllm_become_figures() -> None:
    bodies = iter([vllm(100, 0, 0, 2, 1.0), vllm(300, 3, 1, 4, 1.5), vllm(300, 0, 0, 4, 1.5), vllm(5, 0, 0, 1, 0.5)])
    with raw_server(lambda _: [page(next(bodies))]) as server:
        watched = Watched(server.url)
        told = watched.read()
        assert (told.status, told.runtime, told.endpoint) == ("idle", "vllm", server.url)
        assert (told.requests_running, told.kv_cache_usage_percent, told.tokens_per_second) == (0, 12.5, None)
        assert watched.missing["tokens_per_second"] == "needs two readings"
        told = watched.read(after=2)
        assert (told.status, told.requests_running, told.requests_waiting) == ("running", 3, 1)
        assert (told.tokens_per_second, told.prompt_tokens_per_second, told.requests_per_second) == (100.0, 0.0, 1.0)
        assert told.time_to_first_token_seconds == 0.25
        told = watched.read(after=2)
        assert (told.status, told.tokens_per_second, told.time_to_first_token_seconds) == ("running", 0.0, None)
        assert watched.missing["time_to_first_token_seconds"].startswith("no request has had its first token")
        told = watched.read(after=20)
        assert (told.status, told.tokens_per_second) == ("idle", None)
        assert watched.missing["tokens_per_second"] == "the counter was reset"
        assert watched.missing["pids"].startswith("the processes of an endpoint that a setting names")


@pytest.mark.parametrize(
    ("body", "runtime", "figures"),
    [
        (
            "tgi_queue_size 2\ntgi_batch_current_size 5\ntgi_request_success 7\n"
            'tgi_request_generated_tokens_bucket{le="8"} 1\ntgi_request_generated_tokens_sum 70\n',
            "tgi",
            {"requests_waiting": 2, "requests_running": 5},
        ),
        (
            'nv_inference_request_success{model="a",version="1"} 3\nnv_inference_pending_request_count{model="a"} 4\n'
            'nv_trt_llm_request_metrics{model="t",request_type="active"} 2\n'
            'nv_trt_llm_request_metrics{model="t",request_type="max"} 64\n'
            'nv_trt_llm_kv_cache_block_metrics{kv_cache_block_type="fraction",model="t"} 0.5\n',
            "triton",
            {"requests_waiting": 4, "requests_running": 2, "kv_cache_usage_percent": 50.0},
        ),
        (
            'ray_tasks{State="RUNNING",Name="f"} 2\nray_tasks{State="RUNNING",Name="g"} 1\n'
            'ray_tasks{State="PENDING_NODE_ASSIGNMENT"} 9\nray_tasks{State="FINISHED"} 100\n',
            "ray",
            {"requests_running": 3, "requests_waiting": 9},
        ),
        (
            'sglang:num_running_reqs{model_name="m",tp_rank="0"} 3\nsglang:num_queue_reqs{model_name="m"} 2\n'
            'sglang:token_usage{model_name="m"} 0.28\nsglang:num_requests_total{model_name="m"} 9\n'
            'sglang:cached_tokens_total{model_name="m"} 1\n',
            "sglang",
            {"requests_running": 3, "requests_waiting": 2, "kv_cache_usage_percent": pytest.approx(28.0)},
        ),
        ('mlflow_http_request_total{method="GET",status="200"} 3\n', "mlflow", {"requests_running": None}),
    ],
)
def test_the_names_of_other_runtimes_become_figures(body: str, runtime: str, figures: dict[str, object]) -> None:
    with raw_server(page(body)) as server:
        told = Watched(server.url).read()
    assert told.runtime == runtime
    assert {name: getattr(told, name) for name in figures} == figures


def llama(metrics: bytes, slots: bytes = page(json.dumps(SLOTS)), health: bytes = page('{"status":"ok"}')):
    answers = {"/metrics": metrics, "/slots": slots, "/health": health}
    return lambda head: [answers[path_of(head)]]


def test_llama_cpp_tells_by_its_slots_what_its_metrics_do_not() -> None:
    metrics = page("llamacpp:tokens_predicted_total 7\nllamacpp:requests_processing 2\nllamacpp:requests_deferred 1\n")
    with raw_server(llama(metrics)) as server:
        told = Watched(server.url).read()
    assert (told.runtime, told.requests_running, told.requests_waiting) == ("llama_cpp", 2, 1)
    assert told.kv_cache_usage_percent == 25.0


def test_a_llama_cpp_that_was_started_without_metrics_is_told_by_its_slots_once_it_is_known_to_be_one() -> None:
    with raw_server(llama(page("{}", status="501 Not Implemented"))) as server:
        (target,) = parse_targets([f"mine={server.url}"])
        told = scrape(target.url, "llama_cpp")
    assert told.note == "it was started without --metrics"
    assert told.slots is not None and told.slots.busy_count == 1


@pytest.mark.parametrize(
    ("slots", "busy", "percent"),
    [
        (SLOTS, 1, 25.0),
        ([{"n_ctx": 256, "is_processing": False, "id_task": 4}], 0, None),
        ([{"n_ctx": 0, "is_processing": True}], 1, None),
        ([{"n_ctx": 10**30, "is_processing": "yes"}], 0, None),
        ([{"n_ctx": 16, "n_prompt_tokens": 10**9}], 0, 100.0),
        ([{"n_ctx": True}], 0, None),
    ],
)
def test_slots_tell_what_they_hold_or_that_they_do_not(slots: object, busy: int, percent: float | None) -> None:
    told = parse_slots(json.dumps(slots).encode())
    assert told is not None and told.busy_count == busy
    assert told.cache_percent == percent or (percent is None and isinstance(told.cache_percent, Absent))


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"[1]", b"[" * 100_000, b"null", b'{"a":'])
def test_what_is_no_list_of_slots_is_none(body: bytes) -> None:
    assert parse_slots(body) is None


@pytest.mark.parametrize(
    "value",
    [
        "1e300",
        "-5",
        "NaN",
        "1e999",
        "9" * 400,
        "0x10",
        "9007199254740994",
        "1.5e308\nvllm:num_requests_running 1.5e308",
    ],
)
def test_numbers_that_are_no_counts_are_null_with_a_reason(value: str) -> None:
    with raw_server(page(f"vllm:num_requests_running {value}\nvllm:generation_tokens_total {value}\n")) as server:
        watched = Watched(server.url)
        for _ in range(2):
            assert watched.read().requests_running is None
        assert "requests_running" in watched.missing


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (page("hello"), "its answer holds no metrics"),
        (page("hello there 1\n# TYPE a gauge\na{ 1\n"), "its answer holds no metrics"),
        (page('{"vllm": 1}'), "its answer holds no metrics"),
        (page("<html>\n<p>a 1\n"), "its answer holds no metrics"),
        (page(""), "its answer holds no metrics"),
        (page("no", status="404 Not Found"), "it answers 404"),
        (page("no", status="401 Unauthorized"), "it answers 401"),
        (b"\0" * 100, "its answer is no HTTP (BadStatusLine)"),
    ],
)
def test_an_endpoint_that_tells_nothing_is_unknown_with_the_reason(answer: bytes, reason: str) -> None:
    with raw_server(answer) as server:
        watched = Watched(server.url)
        told = watched.read()
    assert (told.status, told.reason) == ("unknown", reason)
    assert watched.missing["tokens_per_second"] == reason


def other(tokens: int, running: int) -> bytes:
    return page(
        f'mine:num_requests_running{{model="a"}} {running}\nmine:num_requests_running{{model="b"}} 1\n'
        f"theirs:num_requests_running 40\ngeneration_tokens_total {tokens}\nmine:num_queue_reqs 4\n"
        "cached_prompt_tokens_total 9\nmine:request_success_totals 7\nmine:kv_cache_usage_perc 0.5\n"
    )


def test_an_endpoint_of_no_known_runtime_is_told_by_names_that_are_alike() -> None:
    bodies = iter([other(100, 2), other(150, 2), other(150, 2)])
    with raw_server(lambda _: [next(bodies)]) as server:
        watched = Watched(server.url)
        told = watched.read()
        assert (told.status, told.runtime, told.endpoint) == ("running", None, server.url)
        assert told.reason == "its metrics are those of no runtime that is known"
        assert watched.missing["runtime"] == told.reason
        assert (told.requests_running, told.requests_waiting, told.kv_cache_usage_percent) == (3, 4, 50.0)
        assert (told.prompt_tokens_per_second, told.requests_per_second) == (None, None)
        assert watched.read(after=2).tokens_per_second == 25.0


@pytest.mark.parametrize("body", ["up 1\n", 'x NaN\n# HELP y z\ny{a="b"} 2 1700000000000\n# EOF\n'])
def test_an_endpoint_whose_metrics_tell_no_figure_is_idle_and_says_so(body: str) -> None:
    with raw_server(page(body)) as server:
        watched = Watched(server.url)
        told = watched.read()
    assert (told.status, told.endpoint) == ("idle", server.url)
    assert told.reason == "its metrics are those of no runtime that is known; none of them tells whether it works"
    assert watched.missing["tokens_per_second"] == "this runtime does not tell it"


def test_a_runtime_that_was_found_is_not_taken_for_another() -> None:
    with raw_server(page("up 1\n")) as server:
        (target,) = parse_targets([f"mine={server.url}"])
        with pytest.raises(FetchError, match="its metrics are not those of vllm"):
            scrape(target.url, "vllm")


def test_where_nothing_listens_it_is_absent_and_stopped_once_it_has_answered() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        told = Watched(f"http://127.0.0.1:{free.getsockname()[1]}/metrics").read()
    assert (told.status, told.reason) == ("absent", "nothing listens there")
    with raw_server(page(vllm(1, 0, 0, 1, 1.0))) as server:
        watched = Watched(server.url)
        assert watched.read().status == "idle"
    told = watched.read()
    assert (told.status, told.reason, told.requests_running) == ("stopped", "nothing listens there", None)


def test_neither_user_nor_query_of_an_address_is_told() -> None:
    def answer(head: bytes) -> list[bytes]:
        assert b"?token=hunter2" in head
        return [page(vllm(1, 0, 0, 1, 1.0))]

    with raw_server(answer) as server:
        told = Watched(f"{server.url}?token=hunter2").read()
        assert told.endpoint == server.url
        assert len(server.requests) == 1


def test_a_proxy_of_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with raw_server(page("x 1")) as proxy, raw_server(page(vllm(1, 0, 0, 1, 1.0))) as server:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        assert Watched(server.url).read().runtime == "vllm"
        assert proxy.requests == []
