"""Recording what was measured of an agreement, and what follows from it at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from model.agreement_reviews import first_day, review_risk
from model.agreement_targets import AgreedTarget, problem_of_value
from model.agreements import Agreement, find_agreement
from model.breach_reviews import review_breach
from model.cleared_breaches import end_cleared_breaches
from model.measurements import Measurement, measurements_between
from model.moment import Moment
from model.performance import kept_to
from model.timers_kept import TimersKept
from rules.attainment import Number
from rules.clocks.period import Period
from rules.errors import BadFields
from rules.field_problem import FieldProblem
from rules.spelling import did_you_mean

MOST_MEASUREMENTS = 400
PERIODS_LOOKED_BACK = 6
"""The line that foretells the next period goes through the measurements of so many."""


@dataclass(frozen=True, slots=True)
class NewMeasurement:
    """What was measured of a metric over the period that ends on `day`."""

    metric: str
    day: date
    value: Number


def record_measurements(
    session: Session, agreement_id: str, new: Sequence[NewMeasurement], by: str, moment: Moment
) -> list[Measurement]:
    """Record what was measured, and have reviewed what was missed, or is about to be.

    Needs a `transaction()`.

    Sent again it is recorded no more than once; another value of the same day corrects it.

    Raises:
        UnknownRecord: there is no such agreement.
        BadFields: a metric was not agreed on, a value is none, a day is not the agreement's.
    """
    agreement = find_agreement(session, agreement_id, lock=True)
    targets = {target.metric: target for target in agreement.agreed_targets}
    _require_sound(agreement, targets, new, moment)
    days = [each.day for each in new]
    known = {}
    if days:
        before = measurements_between(session, agreement_id, min(days), max(days))
        known = {(each.metric, each.day): each for each in before}
    for each in new:
        there = known.get((each.metric, each.day))
        if there is not None and there.number == each.value:
            continue
        row = _row(agreement, targets[each.metric], each, by, moment)
        session.add(row)
        # One by one: the newest of a day is the one with the highest number.
        session.flush()
        known[each.metric, each.day] = row
        if not row.attained and (there is None or there.attained):
            review_breach(session, agreement, row.metric, row.day, row.missed, moment)
    end_cleared_breaches(session, moment.now, agreement)
    for metric in sorted({each.metric for each in new}):
        _look_ahead(session, agreement, targets[metric], moment)
    return [known[each.metric, each.day] for each in new]


def _require_sound(
    agreement: Agreement,
    targets: Mapping[str, AgreedTarget],
    new: Sequence[NewMeasurement],
    moment: Moment,
) -> None:
    problems, days = [], set()
    for place, each in enumerate(new):
        at = f"/measurements/{place}"
        if each.metric not in targets:
            detail, meant = "nothing is agreed on it", did_you_mean(each.metric, targets)
            problems.append(FieldProblem(f"{at}/metric", detail, meant))
        if (each.metric, each.day) in days:
            problems.append(FieldProblem(at, "another of this metric and day is in this request"))
        days.add((each.metric, each.day))
        if each.day > moment.today:
            problems.append(FieldProblem(f"{at}/day", "has not come yet"))
        elif not agreement.is_in_force(each.day):
            problems.append(FieldProblem(f"{at}/day", "the agreement is not in force on it"))
        if (target := targets.get(each.metric)) is not None:
            problems += problem_of_value(f"{at}/value", each.value, target)
    if problems:
        raise BadFields(problems)


def _row(
    agreement: Agreement, target: AgreedTarget, new: NewMeasurement, by: str, moment: Moment
) -> Measurement:
    return Measurement(
        agreement_id=agreement.id,
        metric=new.metric,
        day=new.day,
        value=new.value,
        comparison=target.comparison.value,
        agreed=target.value,
        unit=target.unit,
        period=target.period,
        received_at=moment.now,
        by=by,
    )


def _look_ahead(
    session: Session, agreement: Agreement, target: AgreedTarget, moment: Moment
) -> None:
    """Have a target reviewed that was attained in its latest period, if the line leads beyond it.

    What was missed in that period is reviewed already.
    """
    since = Period.kept(target.period).times(PERIODS_LOOKED_BACK).before(moment.today)
    between = measurements_between(session, agreement.id, since, moment.today)
    found = [each for each in between if each.metric == target.metric]
    if not found or not (forecast := kept_to(target, found, TimersKept()).forecast):
        return
    latest = first_day(agreement, target.metric, found[-1].day)
    missed = any(not each.attained for each in found if each.day >= latest)
    if forecast.attained or missed:
        return
    ahead = f"its line leads to {forecast.value} on {forecast.day}"
    why = f"{ahead}, and {target.in_words} is agreed"
    review_risk(session, agreement, target.metric, found[-1].day, why, moment)
