"""docs/reliability.md, as far as soaks write it."""

from pathlib import Path

from bench.report import Report, machine

PAGE = Path(__file__).parent.parent / "docs" / "reliability.md"


def write(report: Report, seconds: float) -> None:
    """Replaces what stands between the two marker lines of this soak."""
    begin, end = f"<!-- soak {report.name} begins -->", f"<!-- soak {report.name} ends -->"
    before, _, rest = PAGE.read_text().partition(begin)
    _, found, after = rest.partition(end)
    if not found:
        raise ValueError(f"{PAGE} has no lines {begin} and {end}")
    caption = f"It took {seconds:.0f} s. {machine()}."
    PAGE.write_text(f"{before}{begin}\n{caption}\n\n{report.markdown()}{end}{after}")
