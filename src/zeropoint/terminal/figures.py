"""Numbers as people read them: three significant digits, binary units, a dash for what is not known."""

DASH = "–"
BYTES = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")


def digits(value: float) -> str:
    """Three significant digits, whole numbers from 100 on."""
    size = abs(value)
    if size < 0.005:
        return "0"
    return f"{value:,.0f}" if size >= 99.95 else f"{value:.1f}" if size >= 9.995 else f"{value:.2f}"


def percent(value: float | None) -> str:
    return DASH if value is None else f"{digits(value)} %"


def amount(value: float | None) -> str:
    """Bytes, as in 1.50 GiB."""
    if value is None:
        return DASH
    unit = 0
    while abs(value) >= 999.5 and unit < len(BYTES) - 1:
        value /= 1024
        unit += 1
    return f"{value:.0f} B" if unit == 0 else f"{digits(value)} {BYTES[unit]}"


def rate(value: float | None) -> str:
    """Bytes a second."""
    return DASH if value is None else f"{amount(value)}/s"


def of(used: float | None, total: float | None) -> str:
    """As in 10.2 of 24.0 GiB; the unit stands once where it is the same."""
    used_text, total_text = amount(used), amount(total)
    same = used_text.rpartition(" ")[2] == total_text.rpartition(" ")[2] != DASH
    return f"{used_text.rpartition(' ')[0] if same else used_text} of {total_text}"


def watts(value: float | None) -> str:
    return DASH if value is None else f"{digits(value)} W"


def celsius(value: float | None) -> str:
    return DASH if value is None else f"{value:.0f} °C"


def count(value: float | None) -> str:
    return DASH if value is None else f"{value:,.0f}"


def plain(value: float | None) -> str:
    return DASH if value is None else digits(value)


def duration(seconds: float | None) -> str:
    """The largest unit that is full, as in 3 h."""
    if seconds is None:
        return DASH
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size:.0f} {unit}"
    return f"{max(0.0, seconds):.0f} s"
