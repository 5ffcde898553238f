"""`python -m benchmarks`: measure, print a table, keep the figures as JSON."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console

from benchmarks import (
    decision,
    deliveries,
    due_timers,
    gates,
    growth,
    inference,
    over_http,
    searches,
)
from benchmarks.machine import Machine
from benchmarks.measuring import Effort
from benchmarks.report import Findings, keep, show

KEPT = Path(__file__).resolve().parent.parent / "var" / "benchmarks"
_WIDE = 170


@dataclass(frozen=True, slots=True)
class Part:
    """One group of measurements, with its effort in full and in a hurry."""

    measure: Callable[[Effort], Findings]
    full: Effort
    quick: Effort


PARTS = {
    "inference": Part(inference.measured, Effort(31, 0.1), Effort(7, 0.05)),
    "decision": Part(decision.measured, Effort(31, 0.1), Effort(7, 0.05)),
    "http": Part(over_http.measured, Effort(5, 2.0), Effort(3, 0.6)),
    "deliveries": Part(deliveries.measured, Effort(15, 0.1), Effort(5, 0.1)),
    "gates": Part(gates.measured, Effort(15, 0.3), Effort(5, 0.2)),
    "growth": Part(growth.measured, Effort(15, 0.1), Effort(5, 0.04)),
    "searches": Part(searches.measured, Effort(15, 0.2), Effort(5, 0.1)),
    "timers": Part(due_timers.measured, Effort(15, 0.1), Effort(5, 0.04)),
}


@click.command()
@click.argument("part", type=click.Choice([*PARTS, "all"]), default="all")
@click.option("--quick", is_flag=True, help="Fewer and shorter turns: a first look.")
def main(part: str, quick: bool) -> None:
    """Measure PART side by side with its peers."""
    began, machine, console = datetime.now(UTC), Machine.here(), _console()
    findings = Findings()
    for name in PARTS if part == "all" else [part]:
        console.print(f"measuring: {name} …")
        chosen = PARTS[name]
        findings += chosen.measure(chosen.quick if quick else chosen.full)
    show(console, machine, findings)
    path = KEPT / f"{began:%Y-%m-%dT%H%M%SZ}-{part}.json"
    keep(path, machine, began, quick, findings)
    console.print(f"kept: {path}", soft_wrap=True)


def _console() -> Console:
    # A table in a file or a pipe is not folded to the width of a terminal that is not there.
    return Console() if Console().is_terminal else Console(width=_WIDE)


if __name__ == "__main__":
    main()
