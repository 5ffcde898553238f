"""Measurements of what was agreed: each is judged once, by what was agreed when it came in."""

from __future__ import annotations

from datetime import date, datetime
from typing import cast

from sqlalchemy import Date, ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from model.agreement_targets import LONGEST_METRIC, LONGEST_UNIT, AgreedTarget
from model.append_only import append_only
from model.columns import Instant, JsonText, RowNumber
from model.database import Base
from model.texts import LONGEST_NAME
from rules.attainment import Comparison, Number


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
    def missed(self) -> str:
        """What was missed, in words."""
        return f"{self.number} on {self.day}, and {self.target.in_words} is agreed"

    @property
    def deviation(self) -> Number:
        """How much more it is than what was agreed; less than nothing: how much less."""
        return self.number - self.target.value


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


def missed_between(
    session: Session,
    agreement_id: str,
    metric: str,
    first: date,
    last: date,
    since: datetime | None = None,
) -> list[Measurement]:
    """Return what counts of a metric on some days and was missed; `since`: as came out then."""
    query = select(Measurement).where(
        Measurement.agreement_id == agreement_id,
        Measurement.metric == metric,
        Measurement.day.between(first, last),
    )
    newest: dict[date, Measurement] = {}
    came_out: dict[date, datetime] = {}
    for each in session.scalars(query.order_by(Measurement.id)):
        if each.attained:
            newest.pop(each.day, None)
            continue
        if each.day not in newest:
            came_out[each.day] = each.received_at
        newest[each.day] = each
    return [newest[day] for day in sorted(newest) if since is None or came_out[day] >= since]
