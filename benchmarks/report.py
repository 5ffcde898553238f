"""What was measured, as a table for people and as JSON; a missed target is said aloud."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.machine import Machine
from benchmarks.measuring import Spread, ratios


@dataclass(frozen=True, slots=True)
class Comparison:
    """One measurement of ours beside its peer's; both in operations a second."""

    what: str
    peer: str
    ours: Spread
    theirs: Spread
    ratio: Spread
    target: float | None = None
    note: str = ""

    @property
    def verdict(self) -> str:
        """Whether the median reached the target."""
        if self.target is None:
            return "–"
        return "met" if self.ratio.median >= self.target else "MISSED"


@dataclass(frozen=True, slots=True)
class Growth:
    """How the time of one operation grows with something; in microseconds."""

    what: str
    unit: str
    steps: tuple[int, ...]
    micros: tuple[Spread, ...]
    verdict: str


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything that a run measured."""

    comparisons: tuple[Comparison, ...] = ()
    growths: tuple[Growth, ...] = ()

    def __add__(self, other: Findings) -> Findings:
        return Findings(self.comparisons + other.comparisons, self.growths + other.growths)


def compared(
    what: str,
    ours: Sequence[float],
    peer: str,
    theirs: Sequence[float],
    target: float | None = None,
    note: str = "",
) -> Comparison:
    """Return the comparison of two contenders' rates, turn by turn."""
    ratio = Spread.of(ratios(ours, theirs))
    return Comparison(what, peer, Spread.of(ours), Spread.of(theirs), ratio, target, note)


def show(console: Console, machine: Machine, findings: Findings) -> None:
    """Print the findings."""
    console.print(machine.sentence(), soft_wrap=True)
    if findings.comparisons:
        console.print(_comparisons(findings.comparisons))
    if findings.growths:
        console.print(_growths(findings.growths))
    missed = [c for c in findings.comparisons if c.verdict == "MISSED"]
    for comparison in missed:
        console.print(
            f"missed: {comparison.what}: {comparison.ratio.median:.2f} of {comparison.peer},"
            f" the target is {comparison.target:g}",
            soft_wrap=True,
        )
    for growth in findings.growths:
        if growth.verdict != "flat":
            console.print(f"not flat: {growth.what}: {growth.verdict}", soft_wrap=True)


def keep(path: Path, machine: Machine, began: datetime, quick: bool, findings: Findings) -> None:
    """Write the findings as JSON."""
    body = {
        "began": began.isoformat(),
        "quick": quick,
        "machine": asdict(machine),
        "comparisons": [asdict(c) | {"verdict": c.verdict} for c in findings.comparisons],
        "growths": [asdict(g) for g in findings.growths],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(body, indent=1) + "\n", encoding="utf-8")


def _comparisons(comparisons: Iterable[Comparison]) -> Table:
    table = Table(title="median (middle half); rates in operations a second")
    for heading in ("measured", "ours", "peer", "peer's", "ratio", "target", "verdict", "note"):
        table.add_column(heading, overflow="fold")
    for c in comparisons:
        target = "–" if c.target is None else f"≥ {c.target:g}"
        ours, theirs, ratio = _rate(c.ours), _rate(c.theirs), _span(c.ratio, ".2f")
        table.add_row(c.what, ours, c.peer, theirs, ratio, target, c.verdict, c.note)
    return table


def _growths(growths: Iterable[Growth]) -> Table:
    table = Table(title="microseconds an operation, median (middle half)")
    for heading in ("measured", "with", "takes", "verdict"):
        table.add_column(heading, overflow="fold")
    for growth in growths:
        steps = "\n".join(f"{step:,} {growth.unit}" for step in growth.steps)
        takes = "\n".join(_span(each, ",.0f") for each in growth.micros)
        table.add_row(growth.what, steps, takes, growth.verdict, end_section=True)
    return table


def _rate(spread: Spread) -> str:
    return _span(spread, ",.0f")


def _span(spread: Spread, form: str) -> str:
    return f"{spread.median:{form}} ({spread.low:{form}}–{spread.high:{form}})"
