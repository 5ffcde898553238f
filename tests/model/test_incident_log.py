"""A real system's incidents, replayed through timers: shuffled, twice, and in pieces."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path

import pytest

from model.access import Caller
from model.database import Database
from model.timer_views import TimerView
from rules.clocks.open_hours import BusinessTime
from rules.clocks.timeline import Happening, TimerEvent
from tests.model.clocked import NINE_TO_FIVE, Clocked

LOG = Path(__file__).parent / "incident_log" / "incidents.csv"
AFTERWARDS = datetime(2016, 12, 31, tzinfo=UTC)
TARGET = timedelta(hours=40)


@dataclass(frozen=True)
class Entry:
    """A row of the log."""

    number: str
    state: str
    changes: int
    opened: datetime
    at: datetime

    @property
    def waits(self) -> bool:
        """Whether the incident waits for somebody else."""
        return self.state.startswith("Awaiting")

    @property
    def over(self) -> bool:
        """Whether it is over, for all that is known then."""
        return self.state in ("Resolved", "Closed")


def read() -> dict[str, list[Entry]]:
    """Return the incidents of the log, each with its entries in the order of the changes."""
    with LOG.open(encoding="utf-8", newline="") as file:
        entries = [
            Entry(
                row["number"],
                row["incident_state"],
                int(row["sys_mod_count"]),
                instant(row["opened_at"]),
                instant(row["sys_updated_at"]),
            )
            for row in csv.DictReader(file)
        ]
    return {
        number: sorted(rows, key=lambda row: (row.at, row.changes))
        for number, rows in groupby(entries, key=lambda row: row.number)
    }


def instant(text: str) -> datetime:
    """Return an instant of the log; its zone is not known, so that it stands for UTC."""
    return datetime.strptime(text, "%d-%m-%Y %H:%M").replace(tzinfo=UTC)


def events_of(entries: list[Entry]) -> Iterator[TimerEvent]:
    """Yield what a ticketing system would send: an event for each change of state."""
    yield TimerEvent("opened", Happening.START, entries[0].opened)
    waits = over = False
    for entry in entries:
        changes = [
            *([Happening.REOPEN] if over and not entry.over else []),
            *([Happening.RESUME] if waits and not entry.waits else []),
            *([Happening.PAUSE] if entry.waits and not waits else []),
            *([Happening.STOP] if entry.over and not over else []),
        ]
        for place, what in enumerate(changes):
            sequence = 10 * (entry.changes + 1) + place
            yield TimerEvent(f"{entry.changes}-{what}", what, entry.at, sequence)
        waits, over = entry.waits, entry.over


def worked(entries: list[Entry]) -> list[list[tuple[datetime, datetime]]]:
    """Return the spans in which somebody was at it, for each time the incident was taken up."""
    spans: list[list[tuple[datetime, datetime]]] = [[]]
    since, state = entries[0].opened, ""
    for entry in entries:
        if state in ("Resolved", "Closed"):
            if not entry.over:
                spans.append([])
        elif not state.startswith("Awaiting"):
            spans[-1].append((since, entry.at))
        since, state = entry.at, entry.state
    return spans


INCIDENTS = read()


@pytest.mark.parametrize("calendar", [None, "office"])
def test_every_incident_counts_what_was_worked_on_it(
    database: Database, caller: Caller, calendar: str | None
) -> None:
    """However its events arrive; each time that it was reopened is a cycle of its own."""
    clocked = Clocked(database, caller)
    clocked.calendar()
    office = BusinessTime(NINE_TO_FIVE)
    chance = random.Random(2016)  # noqa: S311 - it shuffles, and keeps no secret
    for number, entries in INCIDENTS.items():
        sent = list(events_of(entries))
        mixed = chance.sample(sent * 2, 2 * len(sent))
        timer = replayed(clocked, number, calendar, mixed)
        for cycle, spans in zip(timer.cycles, worked(entries), strict=True):
            seconds = sum(
                (until - since).total_seconds()
                if calendar is None
                else office.between(since, until).total_seconds()
                for since, until in spans
            )
            assert cycle["elapsed_seconds"] == seconds, number
            assert cycle["state"] == "stopped"
            assert cycle["verdict"] == ("met" if seconds <= TARGET.total_seconds() else "breached")
            assert cycle["without_effect"] == []


def test_the_log_has_what_makes_it_hard() -> None:
    """Reopened incidents, pauses, and several changes in one minute."""
    told = [list(events_of(entries)) for entries in INCIDENTS.values()]
    kinds = [[event.what for event in events] for events in told]
    assert sum(Happening.REOPEN in each for each in kinds) >= 5
    assert sum(each.count(Happening.PAUSE) > 1 for each in kinds) >= 5
    ties = [len({event.at for event in events}) < len(events) for events in told]
    assert sum(ties) >= 5


def replayed(
    clocked: Clocked, number: str, calendar: str | None, events: list[TimerEvent]
) -> TimerView:
    """Return a timer that was told an incident's events a few at a time."""
    clocked.case(number)
    timer = clocked.open(ref=number, calendar=calendar, target=TARGET, thresholds=())
    for place in range(0, len(events), 3):
        timer = clocked.tell(timer, *events[place : place + 3], now=AFTERWARDS)
    return clocked.read(timer, AFTERWARDS)
