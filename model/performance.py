"""How well an agreement is kept to between two days: what was attained, and where it is going."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any, cast

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from model.agreement_targets import AgreedTarget, target_in
from model.agreements import (
    FIRST_DAY,
    LAST_DAY,
    Agreement,
    AgreementVersion,
    agreements_after,
    find_agreement,
)
from model.measurements import Measurement, measurements_between
from model.services import ANY
from model.timers_kept import TimersKept, timers_kept
from rules.attainment import Line, Number, Standing, Trend, line_through, rounded, share
from rules.clocks.period import Period
from rules.errors import BadFields
from rules.field_problem import FieldProblem

LONGEST_SPAN = timedelta(days=1_100)


@dataclass(frozen=True, slots=True)
class Forecast:
    """What the next measurement would be if all went on along the line, and whether that is met."""

    day: date
    value: Number
    attained: bool


@dataclass(frozen=True, slots=True)
class TargetPerformance:
    """How a target was kept to; `measurements`: the earliest first, each judged when it came in."""

    target: AgreedTarget
    measurements: tuple[Measurement, ...]
    timers: TimersKept
    line: Line | None

    @property
    def attained(self) -> int:
        """How many measurements and timers were as agreed."""
        return sum(each.attained for each in self.measurements) + self.timers.met

    @property
    def counted(self) -> int:
        """How many there are."""
        return len(self.measurements) + self.timers.met + self.timers.breached

    @property
    def attainment(self) -> Number | None:
        """Which share of them that is, in percent."""
        return share(self.attained, self.counted)

    @property
    def deviation(self) -> Number | None:
        """By how much the latest measurement is more than what was agreed."""
        return self.measurements[-1].deviation if self.measurements else None

    @property
    def trend(self) -> Trend | None:
        """Which way the measurements go; `None`: there are too few to say."""
        return self.line.trend(self.target.comparison) if self.line else None

    @property
    def forecast(self) -> Forecast | None:
        """What the line says of the end of the next period."""
        if self.line is None:
            return None
        day = Period.kept(self.target.period).from_(self.measurements[-1].day)
        value = self.target.within(self.line.on(day))
        return Forecast(day, rounded(value), self.target.comparison.holds(value, self.target.value))

    @property
    def standing(self) -> Standing:
        """Whether it was met, or is about to be missed."""
        if not self.counted:
            return Standing.NOT_MEASURED
        if self.attained < self.counted:
            return Standing.BREACHED
        forecast = self.forecast
        return Standing.AT_RISK if forecast and not forecast.attained else Standing.MET


@dataclass(frozen=True, slots=True)
class Performance:
    """How an agreement was kept to, target by target."""

    agreement: Agreement
    targets: tuple[TargetPerformance, ...]

    @property
    def standing(self) -> Standing:
        """How the worst of its targets stands."""
        return Standing.worst(each.standing for each in self.targets)


@dataclass(frozen=True, slots=True)
class Page:
    """Which agreements: up to `limit` after a cursor, on the service of a key if one is given.

    `seen`: that whoever asks sees.
    """

    after: str | None
    limit: int
    service: str | None = None
    seen: ColumnElement[bool] = ANY


def performance(
    session: Session, agreement_id: str, first: date, last: date, zone: tzinfo, now: datetime
) -> Performance:
    """Return how well an agreement was kept to from one day to another, both included.

    `zone`: where a day begins. `now`: what timers that still run are late by. A metric that is not
    agreed on any more is shown with what was.

    Raises:
        UnknownRecord: there is no such agreement.
        BadFields: the days are the wrong way round, or too far apart.
    """
    _require_span(first, last)
    agreement = find_agreement(session, agreement_id)
    return kept_between(session, agreement, first, last, zone, now)


def performances(
    session: Session, which: Page, first: date, last: date, zone: tzinfo, now: datetime
) -> tuple[tuple[Performance, ...], str | None]:
    """Return the same of a page of agreements, oldest first, and the cursor of the others.

    Raises:
        UnknownRecord: there is no such service.
        BadFields: the days are the wrong way round, or too far apart; `after` is not a cursor.
    """
    _require_span(first, last)
    found, following = agreements_after(
        session, which.after, which.limit, which.service, which.seen
    )
    kept = (kept_between(session, each, first, last, zone, now) for each in found)
    return tuple(kept), following


def kept_between(
    session: Session, agreement: Agreement, first: date, last: date, zone: tzinfo, now: datetime
) -> Performance:
    """Return the same of an agreement that is at hand, however far apart the days are."""
    measured: dict[str, list[Measurement]] = {}
    for each in measurements_between(session, agreement.id, first, last):
        measured.setdefault(each.metric, []).append(each)
    since, until = _begin(first, zone), _begin(last + timedelta(days=1), zone)
    timers = timers_kept(session, agreement.id, since, until, now)
    targets = {each.metric: each for each in agreement.agreed_targets}
    for metric, found in measured.items():
        targets.setdefault(metric, found[-1].target)
    if gone := timers.keys() - targets.keys():
        targets |= _once_agreed(session, agreement, gone)
    return Performance(
        agreement,
        tuple(
            kept_to(target, measured.get(metric, []), timers.get(metric, TimersKept()))
            for metric, target in targets.items()
        ),
    )


def kept_to(
    target: AgreedTarget, found: Sequence[Measurement], timers: TimersKept
) -> TargetPerformance:
    """Return how a target was kept to, by what was measured, the earliest first."""
    line = line_through([(each.day, each.number) for each in found])
    return TargetPerformance(target, tuple(found), timers, line)


def _require_span(first: date, last: date) -> None:
    problems = [
        FieldProblem(pointer, f"must be between {FIRST_DAY} and {LAST_DAY}")
        for pointer, day in (("/from", first), ("/to", last))
        if not FIRST_DAY <= day <= LAST_DAY
    ]
    if not problems and not timedelta(0) <= last - first <= LONGEST_SPAN:
        detail = f"must not be before `from`, nor more than {LONGEST_SPAN.days:,} days after it"
        problems = [FieldProblem("/to", detail)]
    if problems:
        raise BadFields(problems)


def _once_agreed(
    session: Session, agreement: Agreement, metrics: Set[str]
) -> Mapping[str, AgreedTarget]:
    """Return what was agreed last on metrics on which nothing is agreed any more."""
    ours = AgreementVersion.agreement_id == agreement.id
    terms = select(AgreementVersion.terms).where(ours).order_by(AgreementVersion.version)
    found = {}
    for said in session.scalars(terms):
        for told in cast("Mapping[str, list[Mapping[str, Any]]]", said)["targets"]:
            if told["metric"] in metrics:
                found[str(told["metric"])] = target_in(told)
    return found


def _begin(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(0), zone)
