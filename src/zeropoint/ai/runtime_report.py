"""What is told of a runtime that serves models and answers OpenMetrics."""

from typing import Annotated

from zeropoint.model import Component, Count, Real, Text, metric, text


class RuntimeReport(Component, frozen=True, kw_only=True):
    runtime: Annotated[Text, text("Program: llama_cpp, vllm, sglang, ray, triton, tgi or mlflow")] = None
    endpoint: Annotated[Text, text("Address that its metrics are read from, without user and query")] = None
    tokens_per_second: Annotated[Real, metric("Tokens generated")] = None
    prompt_tokens_per_second: Annotated[Real, metric("Tokens of prompts processed")] = None
    requests_per_second: Annotated[Real, metric("Requests completed")] = None
    requests_running: Annotated[Count, metric("Requests (of Ray: tasks) that are worked on")] = None
    requests_waiting: Annotated[Count, metric("Requests (of Ray: tasks) that wait")] = None
    kv_cache_usage_percent: Annotated[Real, metric("Share of the attention cache in use")] = None
    time_to_first_token_seconds: Annotated[
        Real, metric("Mean time to the first token, of requests since the last reading")
    ] = None
