"""One reading of a runtime's endpoint, and the figures out of two."""

from urllib.parse import SplitResult

from msgspec import Struct

from zeropoint.ai.bounded_http import Answer, FetchError, get
from zeropoint.ai.llama_slots import Slots, parse_slots
from zeropoint.ai.openmetrics import parse, pattern_of
from zeropoint.ai.other_metrics import holds_samples, names_in
from zeropoint.ai.runtime_metrics import RUNTIMES, Choice, Names, Numbers, absent, highest, total
from zeropoint.probe import NEEDS_TWO_READINGS, Absent, Rates

WANTED = {runtime: pattern_of({series.name for series in names.series()}) for runtime, names in RUNTIMES.items()}
Figure = float | Absent
OTHER = "its metrics are those of no runtime that is known"
NO_WORK = "none of them tells whether it works"
NO_FIRST_TOKEN = "no request has had its first token since the last reading"  # noqa: S105 - a token of text


class Scraped(Struct, frozen=True):
    """What an endpoint has told, under which names. `runtime` is None where it is none that is known; `note` is why it
    told less than it could."""

    runtime: str | None
    names: Names
    numbers: Numbers
    slots: Slots | None = None
    note: str | None = None


def scrape(url: SplitResult, runtime: str | None = None, deadline_seconds: float = 1.5) -> Scraped:
    """Reads the endpoint of a runtime, or of whatever has metrics. Raises FetchError."""
    answer = get(url, deadline_seconds=deadline_seconds)
    found = runtime_of(answer) if answer.status == 200 else None
    if found == "llama_cpp" or (runtime == "llama_cpp" and answer.status != 200):
        return _scrape_llama(url, answer, deadline_seconds)
    if answer.status != 200:
        raise FetchError(f"it answers {answer.status}")
    if runtime not in (None, found):
        raise FetchError(f"its metrics are not those of {runtime}")
    return _other(answer.body) if found is None else Scraped(found, RUNTIMES[found], parse(answer.body, WANTED[found]))


def _other(body: bytes) -> Scraped:
    """Of an endpoint that no runtime which is known has."""
    if not holds_samples(body):
        raise FetchError("its answer holds no metrics")
    names = names_in(body)
    wanted = {series.name for series in names.series()}
    note = OTHER if any((names.tokens_total, names.requests_total, names.requests_running)) else f"{OTHER}; {NO_WORK}"
    return Scraped(None, names, parse(body, pattern_of(wanted)) if wanted else {}, note=note)


def runtime_of(answer: Answer) -> str | None:
    for runtime, names in RUNTIMES.items():
        prefix = names.known_by.encode()
        if answer.body.startswith(prefix) or b"\n" + prefix in answer.body:
            return runtime
    return None


def _scrape_llama(url: SplitResult, metrics: Answer, deadline_seconds: float) -> Scraped:
    """llama.cpp has two more addresses, and its metrics only if it was started with them."""
    note = None
    if metrics.status != 200:
        health = get(beside(url, "health"), deadline_seconds=deadline_seconds)
        if health.status == 503:
            raise FetchError("it is loading its model")
        if health.status != 200 or b'"status"' not in health.body:
            raise FetchError(f"it answers {metrics.status}")
        note = "it was started without --metrics"
    answer = get(beside(url, "slots"), deadline_seconds=deadline_seconds)
    slots = parse_slots(answer.body) if answer.status == 200 else None
    numbers = parse(metrics.body, WANTED["llama_cpp"]) if note is None else {}
    return Scraped("llama_cpp", RUNTIMES["llama_cpp"], numbers, slots, note)


def beside(url: SplitResult, name: str) -> SplitResult:
    return url._replace(path=f"{url.path.rpartition('/')[0]}/{name}", query="")


class Figures(Struct, frozen=True):
    """Each is a number or why there is none. `worked`: something was done since the last reading, or is being done."""

    tokens_per_second: Figure
    prompt_tokens_per_second: Figure
    requests_per_second: Figure
    requests_running: Figure
    requests_waiting: Figure
    kv_cache_usage_percent: Figure
    time_to_first_token_seconds: Figure
    worked: bool


class Reader:
    """Makes figures of readings that follow one another."""

    def __init__(self) -> None:
        self._rates = Rates()
        self._first_token: tuple[float, float] | None = None

    def figures(self, scraped: Scraped, now: float) -> Figures:
        names, numbers = scraped.names, scraped.numbers
        tokens = self._rate(names.tokens_total, numbers, now)
        prompt_tokens = self._rate(names.prompt_tokens_total, numbers, now)
        requests = self._rate(names.requests_total, numbers, now)
        running, cache = total(names.requests_running, numbers), highest(names.kv_cache_percent, numbers)
        if scraped.slots is not None:
            running = float(scraped.slots.busy_count) if isinstance(running, Absent) else running
            cache = scraped.slots.cache_percent if isinstance(cache, Absent) else cache
        done = (tokens, prompt_tokens, requests, running)
        return Figures(
            tokens_per_second=tokens,
            prompt_tokens_per_second=prompt_tokens,
            requests_per_second=requests,
            requests_running=running,
            requests_waiting=total(names.requests_waiting, numbers),
            kv_cache_usage_percent=cache,
            time_to_first_token_seconds=self._mean_of_first_token(names, numbers),
            worked=any(isinstance(figure, float) and figure > 0 for figure in done),
        )

    def _rate(self, choice: Choice, numbers: Numbers, now: float) -> Figure:
        count = total(choice, numbers)
        return count if isinstance(count, Absent) else self._rates.per_second(choice[0].name, count, now)

    def _mean_of_first_token(self, names: Names, numbers: Numbers) -> Figure:
        seconds = total(names.first_token_seconds_total, numbers)
        count = total(names.first_token_count_total, numbers)
        if isinstance(seconds, Absent) or isinstance(count, Absent):
            return absent(names.first_token_seconds_total)
        last, self._first_token = self._first_token, (seconds, count)
        if last is None:
            return Absent(NEEDS_TWO_READINGS)
        if count <= last[1] or seconds < last[0]:
            return Absent(NO_FIRST_TOKEN if count == last[1] else "the counter was reset")
        return (seconds - last[0]) / (count - last[1])
