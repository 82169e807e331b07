"""Under which names the runtimes tell what. llama.cpp's, Ray's and MLflow's were seen; the others' are those of their
documentation: docs.vllm.ai usage/metrics, docs.sglang.io references/production_metrics, Triton's
user_guide/metrics.md and TensorRT-LLM's backend, TGI's reference/metrics."""

from collections.abc import Iterator, Mapping

from msgspec import Struct

from zeropoint.ai.openmetrics import Row
from zeropoint.probe import Absent

Numbers = Mapping[str, list[Row]]


class Series(Struct, frozen=True):
    """The rows of a name that have a label's value, if one is given; `scale` leads to our unit."""

    name: str
    label: tuple[str, str] | None = None
    scale: float = 1.0

    def of(self, numbers: Numbers) -> list[float]:
        rows = numbers.get(self.name, ())
        if self.label is not None:
            rows = [row for row in rows if row.labels.get(self.label[0]) == self.label[1]]
        return [row.value * self.scale for row in rows]


Choice = tuple[Series, ...]  # of names that versions differ in, the first that is there


class Names(Struct, frozen=True):
    """Where one runtime tells each figure; empty: nowhere. `known_by` begins all its names."""

    known_by: str
    tokens_total: Choice = ()
    prompt_tokens_total: Choice = ()
    requests_total: Choice = ()
    requests_running: Choice = ()
    requests_waiting: Choice = ()
    kv_cache_percent: Choice = ()
    first_token_seconds_total: Choice = ()
    first_token_count_total: Choice = ()

    def series(self) -> Iterator[Series]:
        for field in self.__struct_fields__:
            if field != "known_by":
                yield from getattr(self, field)


RUNTIMES: Mapping[str, Names] = {
    "llama_cpp": Names(
        "llamacpp:",
        tokens_total=(Series("llamacpp:tokens_predicted_total"),),
        prompt_tokens_total=(Series("llamacpp:prompt_tokens_total"),),
        requests_running=(Series("llamacpp:requests_processing"),),
        requests_waiting=(Series("llamacpp:requests_deferred"),),
        kv_cache_percent=(Series("llamacpp:kv_cache_usage_ratio", scale=100.0),),  # until 2025
    ),
    "vllm": Names(
        "vllm:",
        tokens_total=(Series("vllm:generation_tokens_total"),),
        prompt_tokens_total=(Series("vllm:prompt_tokens_total"),),
        requests_total=(Series("vllm:request_success_total"),),
        requests_running=(Series("vllm:num_requests_running"),),
        requests_waiting=(Series("vllm:num_requests_waiting"),),
        kv_cache_percent=(
            Series("vllm:kv_cache_usage_perc", scale=100.0),
            Series("vllm:gpu_cache_usage_perc", scale=100.0),  # until 0.9
        ),
        first_token_seconds_total=(Series("vllm:time_to_first_token_seconds_sum"),),
        first_token_count_total=(Series("vllm:time_to_first_token_seconds_count"),),
    ),
    "sglang": Names(
        "sglang:",
        tokens_total=(Series("sglang:generation_tokens_total"),),
        prompt_tokens_total=(Series("sglang:prompt_tokens_total"),),
        requests_total=(Series("sglang:num_requests_total"),),
        requests_running=(Series("sglang:num_running_reqs"),),
        requests_waiting=(Series("sglang:num_queue_reqs"),),
        kv_cache_percent=(Series("sglang:token_usage", scale=100.0),),
        first_token_seconds_total=(Series("sglang:time_to_first_token_seconds_sum"),),
        first_token_count_total=(Series("sglang:time_to_first_token_seconds_count"),),
    ),
    "ray": Names(
        "ray_",
        requests_total=(Series("ray_tasks", ("State", "FINISHED")),),
        requests_running=(Series("ray_tasks", ("State", "RUNNING")),),
        requests_waiting=(Series("ray_tasks", ("State", "PENDING_NODE_ASSIGNMENT")),),
    ),
    "triton": Names(
        "nv_",
        requests_total=(Series("nv_inference_request_success"),),
        requests_running=(Series("nv_trt_llm_request_metrics", ("request_type", "active")),),
        requests_waiting=(Series("nv_inference_pending_request_count"),),
        kv_cache_percent=(Series("nv_trt_llm_kv_cache_block_metrics", ("kv_cache_block_type", "fraction"), 100.0),),
        first_token_seconds_total=(Series("nv_inference_first_response_histogram_ms_sum", scale=1e-3),),
        first_token_count_total=(Series("nv_inference_first_response_histogram_ms_count"),),
    ),
    "tgi": Names(
        "tgi_",
        tokens_total=(Series("tgi_request_generated_tokens_sum"),),
        prompt_tokens_total=(Series("tgi_request_input_length_sum"),),
        requests_total=(Series("tgi_request_success"),),
        requests_running=(Series("tgi_batch_current_size"),),
        requests_waiting=(Series("tgi_queue_size"),),
    ),
    "mlflow": Names(
        "mlflow_",
        requests_total=(Series("mlflow_http_request_total"),),
    ),
}


def total(choice: Choice, numbers: Numbers) -> float | Absent:
    """Over all rows of the first of these names that is there: models, engines."""
    for series in choice:
        if values := series.of(numbers):
            return sum(values)
    return absent(choice)


def highest(choice: Choice, numbers: Numbers) -> float | Absent:
    for series in choice:
        if values := series.of(numbers):
            return max(values)
    return absent(choice)


def absent(choice: Choice) -> Absent:
    return Absent(f"{choice[0].name} is not among its metrics" if choice else "this runtime does not tell it")
