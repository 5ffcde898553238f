"""Due timers: what a scan takes that finds a thousand of them among ever more."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from datetime import timedelta
from typing import cast
from uuid import UUID

from sqlalchemy import Table, text
from sqlalchemy.orm import Session

from benchmarks import bulk, filled, growth
from benchmarks.measuring import Effort, Pass
from benchmarks.report import Findings
from model.access import Caller
from model.calendars import create_calendar
from model.cases import Case, insert_ref
from model.database import Database
from model.scanning_timers import scan_timers
from model.timers import Kind, Timer, TimerEventRow
from model.timing import NewTimer, open_timer
from rules.clocks.calendar_reader import read_calendar
from rules.clocks.timeline import Happening, TimerEvent
from rules.clocks.timer import Threshold

ALLOWED = 2.0
DUE = 1_000
TIMERS = (10_000, 100_000, 1_000_000)
NOW = filled.NOON.now
_STARTED = NOW - timedelta(days=4)
_MANY_TURNS = 10
_WEEK = {day: ["09:00-17:00"] for day in ("monday", "tuesday", "wednesday", "thursday", "friday")}
_CASES, _TIMERS, _EVENTS = (cast("Table", each.__table__) for each in (Case, Timer, TimerEventRow))


def measured(effort: Effort) -> Findings:
    """Measure on each kind of database; with few turns, only up to a tenth of the timers."""
    steps = TIMERS if effort.turns >= _MANY_TURNS else TIMERS[:-1]
    found = Findings()
    with ExitStack() as stack:
        for kind in growth.kinds(stack):
            passes = {step: _scanning(stack, kind.made(f"timers_{step}"), step) for step in steps}
            what = f"a scan with {DUE:,} due, {kind.name}"
            found += Findings(
                growths=(growth.told(what, "timers", steps, passes, effort, ALLOWED),)
            )
    return found


def _scanning(stack: ExitStack, url: str, timers: int) -> Pass:
    database = stack.enter_context(closing(Database(url, patience=600)))
    caller = filled.fill(database)
    database.write(lambda session: fill(session, caller, timers))
    with database.transaction() as session:
        # Both databases know how much there is, as they do after a night.
        session.execute(text("ANALYZE"))

    def run() -> int:
        with database.transaction() as session:
            scanned = scan_timers(session, NOW)
            assert len(scanned.told) == DUE, len(scanned.told)
            session.rollback()
        return 1

    return run


def fill(session: Session, caller: Caller, timers: int) -> None:
    """Make so many timers, each of a case of its own; a thousand of them are due, far apart."""
    create_calendar(session, "office", read_calendar("UTC", _WEEK, []), caller.name, NOW)
    case = _template(session, caller)
    timer = bulk.row_of(session, _TIMERS, case_id=case["id"])
    event = bulk.row_of(session, _EVENTS, timer_id=timer["id"])
    first, chance = case["id"], random.Random(timers)  # noqa: S311 - no secret
    ids = [str(UUID(int=chance.getrandbits(128), version=4)) for _ in range(timers)]
    cases = ({"id": first + n, "ref": f"T-{n}"} for n in range(1, timers))
    bulk.insert_rows(session, _CASES, (case | each for each in cases))
    bulk.insert_rows(session, _TIMERS, _rows_of_timers(timer, first, ids[1:], every=timers // DUE))
    del event["id"]
    bulk.insert_rows(session, _EVENTS, (event | {"timer_id": each} for each in ids[1:]))


def _template(session: Session, caller: Caller) -> bulk.Row:
    """Make one timer as the product does, and return its case."""
    insert_ref(session, "T-0", NOW)
    new = NewTimer(
        "T-0", Kind.FULFILMENT, "fulfilment", "office", timedelta(hours=32),
        (Threshold(share=50), Threshold(share=80)),
        (TimerEvent("start", Happening.START, _STARTED),),
    )  # fmt: skip
    open_timer(session, new, caller, NOW, str(UUID(int=0)))
    return bulk.row_of(session, _CASES, ref="T-0")


def _rows_of_timers(
    timer: bulk.Row, first: int, ids: Sequence[str], every: int
) -> Iterator[bulk.Row]:
    for number, id in enumerate(ids, 1):
        row = timer | {"id": id, "case_id": first + number}
        if number % every == 0:
            yield row
        elif number % 2:
            yield row | {"next_at": NOW + timedelta(seconds=number)}
        else:
            yield row | {"state": "stopped", "next_at": None, "counted_with": None}
