"""Demand for services, month by month, beside what they can take; and where it leads.

The forecast is plain: the straight line of least squares through the whole months of the period,
that are over, from the one in which the service was made, drawn on for a year. It knows no season
and no promise. Less than three months make no line.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from fractions import Fraction
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import Session

from model.capacity import Capacity
from model.cases import Case
from model.held_facts import CaseFact
from model.moment import begins
from model.naming_services import FITS, PART_FITS, asked_for, of_its_own, says
from model.services import Service
from rules.attainment import Line, line_through

MOST_SERVICES = 200
MOST_MONTHS = 24
MONTHS_AHEAD = 12
_PLACES = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class MonthOfDemand:
    """How many cases a service met in a month, or is to; `could_take`: where anybody says."""

    first: date
    cases: int | Decimal
    could_take: Decimal | None

    @property
    def short(self) -> bool:
        """Whether it is more than the service can take."""
        return self.could_take is not None and self.cases > self.could_take


@dataclass(frozen=True, slots=True)
class Demand:
    """How many cases a service met, and how many it could have. `short`: it could not.

    `months`: the whole ones of the period that are over. `line`: how demand goes, where that can
    be said.
    """

    service: str
    name: str
    cases: int
    capacity: Capacity | None
    could_take: Decimal | None
    months: tuple[MonthOfDemand, ...] = ()
    line: Line | None = None

    @property
    def short(self) -> bool | None:
        """Whether it was asked for more than it can take; `None`: nobody says how much."""
        return None if self.could_take is None else self.cases > self.could_take

    @property
    def rises_by(self) -> Decimal | None:
        """By how many cases it rises from month to month (below zero: falls)."""
        return None if self.line is None else _rounded(self.line.slope)

    @property
    def forecast(self) -> tuple[MonthOfDemand, ...]:
        """The months ahead, as the line leads on; there is no demand below nothing."""
        if self.line is None:
            return ()
        ahead = islice(_months_from(self.months[-1].first), 1, 1 + MONTHS_AHEAD)
        return tuple(
            MonthOfDemand(first, self._forecast(at), self._within(first, until))
            for at, (first, until) in enumerate(ahead, len(self.months))
        )

    @property
    def short_from(self) -> date | None:
        """The first month ahead of which the forecast is more than it can take."""
        return next((month.first for month in self.forecast if month.short), None)

    def _forecast(self, at: int) -> Decimal:
        return max(_rounded(self.line.on(_step(at))), Decimal(0)) if self.line else Decimal(0)

    def _within(self, first: date, until: date) -> Decimal | None:
        return self.capacity.within(first, until) if self.capacity else None


def demand_for_services(
    session: Session, first: date, until: date, today: date, zone: tzinfo
) -> tuple[Demand, ...]:
    """Return the 200 services that most cases named, from a day on and before another one.

    Cases that contradict themselves count for none of them.
    """
    since, end = begins(first, zone), begins(until, zone)
    months = whole_months(first, until, today)
    asked = asked_for(since, end).add_columns(CaseFact.case_id, CaseFact.supplied_at).subquery()
    many = func.count()
    in_months = [
        func.sum(case((_between(asked.c.supplied_at, *month, zone), 1), else_=0))
        for month in months
    ]
    unmet = and_(says(Case.id, FITS, "false"), says(Case.id, PART_FITS, "false"))
    query = (
        select(Service.key, Service.name, Service.capacity, Service.created_at, many, *in_months)
        .select_from(asked)
        .join(Service, Service.key == asked.c.key)
        .join(Case, Case.id == asked.c.case_id)
        .where(*of_its_own(), ~unmet)
        .group_by(Service.id)
        .order_by(many.desc(), Service.key)
        .limit(MOST_SERVICES)
    )
    return tuple(_read(row, first, until, months, zone) for row in session.execute(query))


def whole_months(first: date, until: date, today: date) -> Sequence[tuple[date, date]]:
    """Return the last 24 whole months from a day on and before another: each with the next one.

    The month of `today` is not over, and those after it have not begun: they are none of them.
    """
    found: list[tuple[date, date]] = []
    end = min(until, today).replace(day=1)
    while end > first and len(found) < MOST_MONTHS:
        start = (end - timedelta(days=1)).replace(day=1)
        if start < first:
            break
        found.append((start, end))
        end = start
    return found[::-1]


def _read(
    row: Any, first: date, until: date, months: Sequence[tuple[date, date]], zone: tzinfo
) -> Demand:
    key, name, stored, made_at, cases, *counts = row
    capacity = Capacity.of(stored)
    there = tuple(
        MonthOfDemand(start, int(count), capacity.within(start, end) if capacity else None)
        for (start, end), count in zip(months, counts, strict=True)
        if begins(end, zone) > made_at
    )
    could_take = capacity.within(first, until) if capacity else None
    line = line_of([month.cases for month in there])
    return Demand(key, name, cases, capacity, could_take, there, line)


def line_of(counts: Sequence[int | Decimal]) -> Line | None:
    """Return the line through the counts of months that follow one another; each is one step."""
    return line_through([(_step(at), count) for at, count in enumerate(counts)])


def _step(at: int) -> date:
    # A month is as long as any other here: the line counts days, so it is shown one for each.
    return date.min + timedelta(days=at)


def _between(
    instant: ColumnElement[datetime], first: date, until: date, zone: tzinfo
) -> ColumnElement[bool]:
    return and_(instant >= begins(first, zone), instant < begins(until, zone))


def _months_from(first: date) -> Iterator[tuple[date, date]]:
    """Yield months from one on, as long as the calendar has them."""
    while (first.year, first.month) < (date.max.year, date.max.month):
        following = (first + timedelta(days=31)).replace(day=1)
        yield first, following
        first = following


def _rounded(number: Fraction) -> Decimal:
    return (Decimal(number.numerator) / number.denominator).quantize(_PLACES)
