"""Periods of agreements that have ended: of which days the next report of each target is.

No day of a target is reported twice. Its periods fall from the agreement's first day; once that is
moved, or its last, they fall otherwise than those that were reported: then what was reported stays,
and the first of the new periods begins on the day after.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta, tzinfo
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from model.agreement_targets import AgreedTarget
from model.agreements import Agreement, AgreementVersion
from rules.clocks.period import Period
from rules.clocks.recurrence import Recurrence

MOST_MISSED = 12
"""Of more periods that were missed, these latest are made up for."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Days:
    """A period, both days included."""

    last: date
    first: date


Measured = tuple[str, str]
"""A metric, and the period over which it is measured."""
Since = Mapping[Measured, date]
"""From which day on each metric has been agreed on for its period, without a break."""


def ended_periods(agreement: Agreement, today: date) -> Mapping[Days, list[AgreedTarget]]:
    """Return the latest periods that have ended, and the targets that are measured over each."""
    found: dict[Days, list[AgreedTarget]] = {}
    for target in agreement.agreed_targets:
        for days in [*_latest(agreement, target.period, today)][-MOST_MISSED:]:
            found.setdefault(days, []).append(target)
    return found


def unreported(
    ended: Mapping[Days, Sequence[AgreedTarget]], reported: Mapping[Days, Sequence[Measured]]
) -> Mapping[Days, list[AgreedTarget]]:
    """Return what is left of periods that have ended, besides what was reported of each target."""
    found: dict[Days, list[AgreedTarget]] = {}
    for days, targets in ended.items():
        for target in targets:
            measured = (target.metric, target.period)
            known = [each for each, whose in reported.items() if measured in whose]
            left = _after(days, known)
            if left is not None and left not in reported:
                found.setdefault(left, []).append(target)
    return found


def agreed_since(session: Session, agreement: Agreement, zone: tzinfo) -> Since:
    """Return since when each metric of an agreement has been agreed on; `zone`: where it was day.

    Nobody is kept from changing it meanwhile: what was agreed since it was read does not count.
    """
    since: dict[Measured, date] = {}
    mine = AgreementVersion.agreement_id == agreement.id
    known = AgreementVersion.version <= agreement.version
    versions = select(AgreementVersion).where(mine, known).order_by(AgreementVersion.version)
    for each in session.scalars(versions):
        day = each.at.astimezone(zone).date()
        targets = cast("Mapping[str, Any]", each.terms)["targets"]
        agreed = [(target["metric"], target["period"]) for target in targets]
        since = {key: since.get(key, day) for key in agreed}
    return since


def _latest(agreement: Agreement, every: str, today: date) -> Iterator[Days]:
    periods = Recurrence(agreement.starts_on, Period.kept(every))
    end = agreement.last_day
    over = today if end is None else min(today, end + _DAY)
    begun = periods.number_on_or_after(over)
    for number in range(max(0, begun - 1 - MOST_MISSED), begun):
        last = periods.occurrence(number + 1) - _DAY
        last = last if end is None else min(last, end)
        if last < today:
            yield Days(last, periods.occurrence(number))


def _after(days: Days, reported: Sequence[Days]) -> Days | None:
    """Return what is left of days after those of them that were reported."""
    over = [each.last for each in reported if each.first <= days.last and each.last >= days.first]
    first = max(over) + _DAY if over else days.first
    return replace(days, first=first) if first <= days.last else None
