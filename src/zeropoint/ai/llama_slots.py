"""The slots of a llama.cpp server, one for each request that it can work on at a time: its GET /slots."""

import json

from msgspec import Struct

from zeropoint.probe import Absent


class Slots(Struct, frozen=True):
    busy_count: int
    cache_percent: float | Absent


def parse_slots(body: bytes) -> Slots | None:
    """None for what is no list of slots.

    A slot's context holds the tokens of its last request until the next one, prompt and answer.
    """
    try:
        slots = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(slots, list) or not slots or not all(isinstance(slot, dict) for slot in slots):
        return None
    busy = sum(slot.get("is_processing") is True for slot in slots)
    sizes = [slot.get("n_ctx") for slot in slots]
    # A slot that has had no task holds nothing. Builds before 2026 do not tell what the others hold.
    held = [slot.get("n_prompt_tokens", None if "id_task" in slot else 0) for slot in slots]
    if not all(type(number) is int and 0 <= number < 2**32 for number in (*sizes, *held)) or not sum(sizes):
        return Slots(busy, Absent("its slots do not tell what they hold"))
    return Slots(busy, min(100.0, 100.0 * sum(held) / sum(sizes)))
