"""Measurements of what was agreed: each is judged once, by what was agreed when it came in."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from sqlalchemy import Date, ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from model.agreement_reviews import review_breach
from model.agreement_targets import (
    LONGEST_METRIC,
    LONGEST_UNIT,
    NOT_MEASURABLE,
    AgreedTarget,
    is_measurable,
)
from model.agreements import Agreement, find_agreement
from model.append_only import append_only
from model.columns import Instant, JsonText, RowNumber
from model.database import Base
from model.moment import Moment
from model.texts import LONGEST_NAME
from rules.attainment import Comparison, Number
from rules.errors import BadFields, FieldProblem
from rules.spelling import did_you_mean

MOST_MEASUREMENTS = 400


@append_only
class Measurement(Base):
    """What was measured of a metric over the period that ends on `day`, and what was agreed then.

    Of several of one day the newest counts: the others are what it corrects.
    """

    __tablename__ = "measurements"
    __table_args__ = (Index(None, "agreement_id", "day"),)

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    agreement_id: Mapped[str] = mapped_column(ForeignKey("agreements.id"))
    metric: Mapped[str] = mapped_column(String(LONGEST_METRIC))
    day: Mapped[date] = mapped_column(Date)
    value: Mapped[object] = mapped_column(JsonText)
    comparison: Mapped[str] = mapped_column(String(2))
    agreed: Mapped[object] = mapped_column(JsonText)
    unit: Mapped[str] = mapped_column(String(LONGEST_UNIT))
    period: Mapped[str] = mapped_column(String(20))
    received_at: Mapped[datetime] = mapped_column(Instant)
    by: Mapped[str] = mapped_column(String(LONGEST_NAME))

    @property
    def number(self) -> Number:
        """What was measured."""
        return cast("Number", self.value)

    @property
    def target(self) -> AgreedTarget:
        """What was agreed."""
        agreed = cast("Number", self.agreed)
        comparison = Comparison(self.comparison)
        return AgreedTarget(self.metric, comparison, agreed, self.unit, self.period)

    @property
    def attained(self) -> bool:
        """Whether it is as it was agreed."""
        return self.target.comparison.holds(self.number, self.target.value)

    @property
    def deviation(self) -> Number:
        """How much more it is than what was agreed; less than nothing: how much less."""
        return self.number - self.target.value


@dataclass(frozen=True, slots=True)
class NewMeasurement:
    """What was measured of a metric over the period that ends on `day`."""

    metric: str
    day: date
    value: Number


def record_measurements(
    session: Session, agreement_id: str, new: Sequence[NewMeasurement], by: str, moment: Moment
) -> list[Measurement]:
    """Record what was measured, and have what was missed reviewed. Needs a `transaction()`.

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
        if not row.attained:
            missed = f"{row.number} on {row.day}, and {row.target.in_words} is agreed"
            review_breach(session, agreement, row.metric, row.day, missed, moment)
    return [known[each.metric, each.day] for each in new]


def measurements_between(
    session: Session, agreement_id: str, first: date, last: date
) -> list[Measurement]:
    """Return what counts of what was measured on some days, the earliest day first."""
    query = select(Measurement).where(
        Measurement.agreement_id == agreement_id, Measurement.day.between(first, last)
    )
    newest = {
        (each.metric, each.day): each for each in session.scalars(query.order_by(Measurement.id))
    }
    return sorted(newest.values(), key=lambda each: (each.day, each.metric))


def _require_sound(
    agreement: Agreement,
    metrics: Collection[str],
    new: Sequence[NewMeasurement],
    moment: Moment,
) -> None:
    problems = []
    for place, each in enumerate(new):
        at = f"/measurements/{place}"
        if each.metric not in metrics:
            detail, meant = "nothing is agreed on it", did_you_mean(each.metric, metrics)
            problems.append(FieldProblem(f"{at}/metric", detail, meant))
        if each.day > moment.today:
            problems.append(FieldProblem(f"{at}/day", "has not come yet"))
        elif not agreement.is_in_force(each.day):
            problems.append(FieldProblem(f"{at}/day", "the agreement is not in force on it"))
        if not is_measurable(each.value):
            problems.append(FieldProblem(f"{at}/value", NOT_MEASURABLE))
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
