"""The metrics of an endpoint that is of no runtime that is known: what names that are alike tell of it."""

import re
from collections.abc import Mapping

from msgspec import structs

from zeropoint.ai.openmetrics import parse
from zeropoint.ai.runtime_metrics import RUNTIMES, Choice, Names

# A line that may be a sample. Whether it is one is tried on so many.
SAMPLE = re.compile(rb"^[a-zA-Z_:][a-zA-Z0-9_:]*+(?=[ \t{])[^\n]*", re.MULTILINE)
MOST_TRIED = 100


def endings() -> Mapping[str, Choice]:
    """What each figure is called behind the prefix: vLLM's names, which others took over, and SGLang's."""
    fields = [field for field in Names.__struct_fields__ if field != "known_by"]
    known = [RUNTIMES[name] for name in ("vllm", "sglang")]
    return {
        field: tuple(
            structs.replace(series, name=series.name.removeprefix(names.known_by))
            for names in known
            for series in getattr(names, field)
        )
        for field in fields
    }


ENDINGS = endings()
# NAMESPACE:NAME, or the name alone. An underscore in front may belong to another name: cached_prompt_tokens_total.
ALIKE = re.compile(
    rb"^(?:[a-zA-Z_][a-zA-Z0-9_]{0,99}+:)?(%s)(?=[ \t{])"
    % b"|".join(sorted({series.name.encode() for choice in ENDINGS.values() for series in choice})),
    re.MULTILINE,
)


def holds_samples(body: bytes) -> bool:
    return bool(parse(body, SAMPLE, most_rows=MOST_TRIED))


def names_in(body: bytes) -> Names:
    """Where it tells what it tells; of several namespaces that have a name the first counts."""
    found: dict[str, str] = {}
    for match in ALIKE.finditer(body):
        found.setdefault(match[1].decode(), match[0].decode())
    return Names(
        known_by="",
        **{
            field: tuple(structs.replace(series, name=found[series.name]) for series in choice if series.name in found)
            for field, choice in ENDINGS.items()
        },
    )
