"""The rules of reviews: what is reviewed by itself, and on which days people hear of a review.

A review falls due on a day. It is told ahead of it, on it, and again while it is overdue; of
several that were missed, the latest. What nobody holds in time is told to others as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType

EARLIEST, LATEST = date(1970, 1, 1), date(2199, 12, 31)
"""Between which days the first of the reviews of anything falls."""
YEARLY = "P1Y"
_A_WEEK = 7


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

    `days`: by number, Monday is 0. Without times the whole of the other days is loud. `spares`:
    the letters about cases that go out all the same.
    """

    begins: time | None = None
    ends: time | None = None
    days: frozenset[int] = frozenset()
    spares: frozenset[CaseLetter] = URGENT

    def is_at(self, local: datetime) -> bool:
        """Whether it is quiet at a local time."""
        if local.weekday() in self.days:
            return True
        if self.begins is None or self.ends is None:
            return False
        now = local.time()
        if self.begins <= self.ends:
            return self.begins <= now < self.ends
        return now >= self.begins or now < self.ends

    def loud_from(self, local: datetime) -> datetime:
        """Return when people are written to first, from a local time (with its zone) on."""
        if not self.is_at(local):
            return local
        return next((each for each in self._edges(local) if not self.is_at(each)), local)

    def _edges(self, local: datetime) -> Iterator[datetime]:
        """Yield when a quiet time may end, after a local time, in the week that follows."""
        for days in range(_A_WEEK + 1):
            day = local.date() + timedelta(days=days)
            for ends in sorted({time(), self.ends or time()}):
                edge = datetime.combine(day, ends, local.tzinfo)
                if edge > local:
                    yield edge


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
