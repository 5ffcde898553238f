"""The rules of reviews: what is reviewed by itself, and on which days people hear of a review.

A review falls due on a day. It is told ahead of it, on it, and again while it is overdue; of
several that were missed, the latest. What nobody holds in time is told to others as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from types import MappingProxyType

from rules.clocks.business_calendar import Window
from rules.clocks.local_time import MINUTES_OF_A_DAY
from rules.clocks.open_hours import HORIZON, BusinessTime

EARLIEST, LATEST = date(1970, 1, 1), date(2199, 12, 31)
"""Between which days the first of the reviews of anything falls."""
YEARLY = "P1Y"
_WHOLE_DAY = Window(0, MINUTES_OF_A_DAY)


class ReviewKind(StrEnum):
    """What is reviewed. Policies, gates and improvements bring their own, and take them along."""

    POLICY = "policy"
    TOLLGATE_5 = "tollgate_5"
    SERVICE_LEVEL = "service_level"
    CATALOGUE = "catalogue"
    PORTFOLIO = "portfolio"
    IMPROVEMENT = "improvement"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Schedule:
    """When reviews of some kinds are reminded of, in days from the day on which they fall due.

    `days_ahead`: from the earliest to the latest; one that would come before the occurrence
    before is left out. `escalates_to`: whom it goes to where the review itself names nobody.
    """

    days_ahead: tuple[int, ...] = (30, 7, 0)
    overdue_every: int = 7
    escalates_after: int = 14
    escalates_to: str | None = None

    def next_day(self, due_on: date, before: date | None, after: date) -> date:
        """Return the first day after `after` on which a review due on a day is reminded of.

        `before`: the day of the occurrence before, if there was one.
        """
        for step in self._steps_ahead(due_on, before):
            day = due_on + timedelta(days=step)
            if day > after:
                return day
        times = max(1, (after - due_on).days // self.overdue_every + 1)
        return due_on + timedelta(days=times * self.overdue_every)

    def counts_from(self, due_on: date, before: date | None) -> date:
        """Return the first day on which something that is held is the review due on a day.

        That is the day of its first reminder, from which it is prepared, or a later one: nearer
        to the day on which it is due than to `before`, the day of the occurrence before.
        """
        first = due_on - timedelta(days=max(self.days_ahead))
        if before is None:
            return first
        return max(first, before + (due_on - before) // 2 + timedelta(days=1))

    def latest_step(self, due_on: date, before: date | None, today: date) -> int | None:
        """Return the latest reminder by `today`, in days from the due day; `None` before all."""
        days = (today - due_on).days
        if days >= self.overdue_every:
            return days // self.overdue_every * self.overdue_every
        ahead = [step for step in self._steps_ahead(due_on, before) if step <= days]
        return ahead[-1] if ahead else None

    def _steps_ahead(self, due_on: date, before: date | None) -> list[int]:
        steps = (-days for days in self.days_ahead)
        return [step for step in steps if before is None or due_on + timedelta(days=step) > before]


class CaseLetter(StrEnum):
    """What people are written to about a case, by the event that it is."""

    REROUTED = "case.rerouted"
    NEARS_ITS_END = "timer.nears_its_end"
    BREACHED = "timer.breached"


URGENT = frozenset({CaseLetter.REROUTED, CaseLetter.BREACHED})
"""What waits for no morning, where the rules do not say what does not."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """When nobody is written to: between two times of a day, over midnight too, and on some days.

    The times are whole minutes; `days`: by number, Monday is 0. Without times the whole of the
    other days is loud. `spares`: the letters about cases that go out all the same.
    """

    begins: time | None = None
    ends: time | None = None
    days: frozenset[int] = frozenset()
    spares: frozenset[CaseLetter] = URGENT

    def is_at(self, local: datetime) -> bool:
        """Whether it is quiet at an instant, where its zone is."""
        return _time_of(self, local).is_open(local)

    def loud_from(self, local: datetime) -> datetime:
        """Return (in UTC) when people are written to first, from an instant on, in its zone."""
        now, quiet = local.astimezone(UTC), _time_of(self, local)
        if not quiet.is_open(now):
            return now
        _, ends = next(quiet.spans(now, now + HORIZON))
        return ends

    def windows_on(self, day: date) -> tuple[Window, ...]:
        """Return the windows of the day's wall clock in which a quiet time begins on it."""
        whole = (_WHOLE_DAY,) if day.weekday() in self.days else ()
        if self.begins is None or self.ends is None or self.begins == self.ends:
            return whole
        opens, closes = _minute(self.begins), _minute(self.ends)
        over_midnight = MINUTES_OF_A_DAY if closes < opens else 0
        return (*whole, Window(opens, closes + over_midnight))


@dataclass(frozen=True, slots=True)
class _QuietWindows:
    """Quiet hours as the windows of a zone: where its clocks change, they are as any window is."""

    quiet: Quiet
    zone: tzinfo

    def windows_on(self, day: date) -> tuple[Window, ...]:
        return self.quiet.windows_on(day)


def _time_of(quiet: Quiet, local: datetime) -> BusinessTime:
    return BusinessTime(_QuietWindows(quiet, local.tzinfo or UTC))


def _minute(of_day: time) -> int:
    return of_day.hour * 60 + of_day.minute


@dataclass(frozen=True, slots=True)
class StandingReview:
    """Something that is reviewed as long as the rules say so; first on a day, then by a period."""

    name: str
    kind: ReviewKind
    title: str
    role: str
    first_on: date
    every: str
    agency: str | None = None
    escalate_to: str | None = None
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReviewRules:
    """What `reviews.yaml` says; without one, what holds where nobody says otherwise.

    `business_case_every`: how often toll-gate 5 is held of a service that names no frequency.
    """

    standing: tuple[StandingReview, ...] = ()
    schedules: Mapping[ReviewKind, Schedule] = field(default_factory=lambda: MappingProxyType({}))
    quiet: Quiet = Quiet()
    business_case_every: str = YEARLY

    def schedule_of(self, kind: str) -> Schedule:
        """Return when reviews of a kind are reminded of."""
        return self.schedules.get(ReviewKind(kind), _UNSAID)


_UNSAID = Schedule()
