"""Numbers in words, for what a verdict says."""

BINARY = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")


def in_bytes(count: float) -> str:
    """As in 1.5 GiB."""
    place = 0
    while abs(count) >= 1024 and place < len(BINARY) - 1:
        count, place = count / 1024, place + 1
    return f"{count:.0f} {BINARY[place]}" if place == 0 or abs(count) >= 100 else f"{count:.1f} {BINARY[place]}"


def in_seconds(seconds: float) -> str:
    """As in 0.25 s, 40 s, 12 min, 3 h 20 min, 5 d 2 h."""
    if seconds < 10:
        return f"{seconds:.2g} s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 120:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if hours else f"{days} d"


def in_percent(share: float) -> str:
    return f"{share:.0f} %" if share >= 10 or share == 0 else f"{share:.1f} %"
