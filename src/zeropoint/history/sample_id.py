"""Ids of samples, EPOCH-SEQUENCE: an epoch is new at every start, and later ones are greater."""

import re

ID = re.compile(r"([0-9a-z]{1,12})-([0-9]{1,15})")


def parse_id(id: str) -> tuple[str, int] | None:
    """Epoch and sequence of an id, which may be anything that a client sends; None where it is none."""
    matched = ID.fullmatch(id)
    return (matched[1], int(matched[2])) if matched else None


def order_of(epoch: str) -> int:
    """Epochs are times in base 36: the greater is the later one."""
    return int(epoch, 36)
