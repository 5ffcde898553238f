"""Timers of cases: the tables, and finding and locking one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import cast

from sqlalchemy import ColumnElement, ForeignKey, Index, String, UniqueConstraint, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from model.agreement_targets import LONGEST_METRIC
from model.append_only import append_only
from model.calendars import Calendar
from model.cases import Case
from model.columns import Instant, JsonText, RowNumber
from model.database import Base
from model.services import ANY
from model.texts import LONGEST_NAME
from rules.clocks.timeline import Happening, TimerEvent
from rules.clocks.timer import Target, Threshold
from rules.errors import UnknownRecord

_SECOND = timedelta(seconds=1)


class Kind(StrEnum):
    """What a timer measures."""

    RESPONSE = "response"
    FULFILMENT = "fulfilment"


_UNCOUNTED = text("verdict = 'pending'")
_BREACHES = text("mark = 'breach'")


def _some(column: str, *others: str) -> Index:
    """Return an index of the few rows in which a column says something."""
    there = text(f"{column} IS NOT NULL")
    return Index(None, column, *others, sqlite_where=there, postgresql_where=there)


class Timer(Base):
    """A timer of a case; what it says of now follows from its events, and is counted from them.

    `thresholds`: `[{"share": 80}, {"lead_seconds": 1800}]`. `calendar_id`: by which business
    time counts; without one all time counts. `next_at`: when a mark is to be told next, `None`
    if there is none to wait for; the scan looks nowhere else. `counted_with`: the version of
    the calendar that this was counted with, `None` when nothing goes on or all time counts.
    `agreement_id`, `metric`: whose promise the target is, as it was when the timer was opened.
    """

    __tablename__ = "timers"
    __table_args__ = (
        UniqueConstraint("case_id", "name"),
        _some("next_at"),
        _some("agreement_id", "due_at"),
        Index(
            None,
            "calendar_id",
            "counted_with",
            sqlite_where=text("counted_with IS NOT NULL"),
            postgresql_where=text("counted_with IS NOT NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    kind: Mapped[str] = mapped_column(String(20))
    calendar_id: Mapped[int | None] = mapped_column(ForeignKey("calendars.id"))
    target_seconds: Mapped[int] = mapped_column(RowNumber)
    thresholds: Mapped[object] = mapped_column(JsonText)
    state: Mapped[str] = mapped_column(String(20))
    due_at: Mapped[datetime | None] = mapped_column(Instant)
    next_at: Mapped[datetime | None] = mapped_column(Instant)
    counted_with: Mapped[int | None] = mapped_column(RowNumber)
    agreement_id: Mapped[str | None] = mapped_column(ForeignKey("agreements.id"))
    metric: Mapped[str | None] = mapped_column(String(LONGEST_METRIC))
    created_at: Mapped[datetime] = mapped_column(Instant)
    created_by: Mapped[str] = mapped_column(String(LONGEST_NAME))
    api_key_id: Mapped[str] = mapped_column(ForeignKey("api_keys.id"))

    case: Mapped[Case] = relationship(lazy="select")
    calendar: Mapped[Calendar | None] = relationship(lazy="select")

    @property
    def target(self) -> Target:
        """How much time there is, and what is told on the way."""
        told = cast("list[dict[str, int]]", self.thresholds)
        return Target(self.target_seconds * _SECOND, tuple(threshold_in(each) for each in told))


@append_only
class TimerEventRow(Base):
    """An event of a timer as its source sent it, once for each of the source's ids."""

    __tablename__ = "timer_events"
    __table_args__ = (UniqueConstraint("timer_id", "event_id"),)

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    timer_id: Mapped[str] = mapped_column(ForeignKey("timers.id"))
    event_id: Mapped[str] = mapped_column(String(LONGEST_NAME))
    what: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(Instant)
    sequence: Mapped[int] = mapped_column(RowNumber)
    received_at: Mapped[datetime] = mapped_column(Instant)
    by: Mapped[str] = mapped_column(String(LONGEST_NAME))

    @property
    def event(self) -> TimerEvent:
        """What it says."""
        return TimerEvent(self.event_id, Happening(self.what), self.at, self.sequence)


@append_only
class TimerMark(Base):
    """A mark that a timer passed at `reached_at`, told once for each cycle: at `found_at`.

    `again`: how often it was told and undone (`model/undone_marks.py`) before.
    """

    __tablename__ = "timer_marks"
    __table_args__ = (
        UniqueConstraint("timer_id", "cycle", "mark", "again"),
        Index(None, "found_at", sqlite_where=_BREACHES, postgresql_where=_BREACHES),
    )

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    timer_id: Mapped[str] = mapped_column(ForeignKey("timers.id"))
    cycle: Mapped[int]
    mark: Mapped[str] = mapped_column(String(40))
    reached_at: Mapped[datetime] = mapped_column(Instant)
    found_at: Mapped[datetime] = mapped_column(Instant)
    again: Mapped[int] = mapped_column(default=0, server_default=text("0"))


class TimerResult(Base):
    """What an ended cycle came to, with the version of the calendar by which it was counted.

    Only an event of the cycle itself that comes late is counted in, with that same version:
    `frozen_at` is when the result that holds was. `verdict` is the one of `result`, and
    `verdict_at` when that was so: as it ended in time, or as its time ran out; `agreement_id` and
    `metric` are its timer's. By these it is counted; `pending`, nobody has counted it yet.
    """

    __tablename__ = "timer_results"
    __table_args__ = (
        _some("agreement_id", "verdict_at", "metric", "verdict"),
        Index(None, "timer_id", sqlite_where=_UNCOUNTED, postgresql_where=_UNCOUNTED),
    )

    timer_id: Mapped[str] = mapped_column(ForeignKey("timers.id"), primary_key=True)
    cycle: Mapped[int] = mapped_column(primary_key=True)
    counted_with: Mapped[int | None] = mapped_column(RowNumber)
    result: Mapped[object] = mapped_column(JsonText)
    frozen_at: Mapped[datetime] = mapped_column(Instant)
    agreement_id: Mapped[str | None] = mapped_column(String(36))
    metric: Mapped[str | None] = mapped_column(String(LONGEST_METRIC))
    verdict: Mapped[str] = mapped_column(String(20), server_default="pending")
    verdict_at: Mapped[datetime | None] = mapped_column(Instant)


def threshold_in(told: Mapping[str, int]) -> Threshold:
    """Return the threshold that `{"share": 80}` or `{"lead_seconds": 1800}` says."""
    if "share" in told:
        return Threshold(share=told["share"])
    return Threshold(lead=told["lead_seconds"] * _SECOND)


def find_timer(
    session: Session, timer_id: str, *, lock: bool = False, seen: ColumnElement[bool] = ANY
) -> Timer:
    """Return a timer that is `seen`; with `lock` nobody else may change it until the end.

    Raises:
        UnknownRecord: there is no such timer.
    """
    query = select(Timer).where(Timer.id == timer_id, seen)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    timer = session.scalar(query)
    if timer is None:
        raise UnknownRecord(f"there is no timer `{timer_id}`")
    return timer


def timers_of_cases(
    session: Session, case_ids: Sequence[int], seen: ColumnElement[bool] = ANY
) -> Sequence[Timer]:
    """Return the timers of some cases that are `seen`, oldest first."""
    query = select(Timer).where(Timer.case_id.in_(case_ids), seen)
    return session.scalars(query.order_by(Timer.created_at, Timer.id)).all()
