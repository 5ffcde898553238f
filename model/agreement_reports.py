"""Reports of agreements: what was attained in each period of their targets, as it was then.

A report is made once, as soon as all of its targets are measured up to the period's last day, and
at the latest a few days after it: what is measured later changes no report. No day of a target is
reported twice, also where the periods fall otherwise than before (`model/report_periods.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta, tzinfo
from typing import cast

from sqlalchemy import Date, ForeignKey, String, select, tuple_
from sqlalchemy.orm import Mapped, Session, mapped_column

from model.agreement_reviews import review_unmeasured
from model.agreement_targets import AgreedTarget
from model.agreements import (
    LONGEST_PAGE,
    Agreement,
    all_agreements,
    find_agreement,
)
from model.announcing_reports import announce_report
from model.append_only import append_only
from model.columns import Instant, JsonText, RowNumber
from model.database import Base
from model.locking import hold
from model.moment import Moment
from model.performance import Performance, TargetPerformance, kept_between
from model.report_periods import (
    Days,
    Measured,
    Since,
    agreed_since,
    ended_periods,
    unreported,
)
from model.roster import Roster
from model.rosters import current_roster
from model.telling_performance import told_target_performance
from model.timers import Timer
from rules.attainment import Standing
from rules.errors import BadFields
from rules.field_problem import FieldProblem

MEASURED_WITHIN = timedelta(days=3)
"""So long after its last day a period waits for what was measured in it."""


@append_only
class AgreementReport(Base):
    """What was attained from one day to another. `version`: that of the agreement it speaks of."""

    __tablename__ = "agreement_reports"

    agreement_id: Mapped[str] = mapped_column(ForeignKey("agreements.id"), primary_key=True)
    first_on: Mapped[date] = mapped_column(Date, primary_key=True)
    last_on: Mapped[date] = mapped_column(Date, primary_key=True)
    version: Mapped[int] = mapped_column(RowNumber)
    standing: Mapped[str] = mapped_column(String(20))
    targets: Mapped[object] = mapped_column(JsonText)
    made_at: Mapped[datetime] = mapped_column(Instant)


def report_agreements(session: Session, moment: Moment, zone: tzinfo) -> int:
    """Report what was attained in the periods that have ended; return how many reports were made.

    Subscribers and those who care for the relation to the business are told. What nobody measured
    in a whole period is to be reviewed. `zone`: where a day begins. Needs a `transaction()`.
    """
    hold(session, "agreement reports")
    agreements = all_agreements(session)
    ended = {each.id: ended_periods(each, moment.today) for each in agreements}
    there = _reported(session, [days for periods in ended.values() for days in periods])
    roster = current_roster(session).roster
    made: list[tuple[Performance, Days, Since]] = []
    for agreement in agreements:
        periods = ended[agreement.id]
        missing = {each: periods[each] for each in periods if (agreement.id, each) not in there}
        if not missing:
            continue
        left = unreported(missing, _reported_of(session, agreement, missing))
        since = agreed_since(session, agreement, zone)
        for days, targets in sorted(left.items(), key=lambda each: each[0]):
            kept = _kept(session, agreement, days, targets, since, zone, moment.now)
            if kept is not None and not _may_yet_be_measured(kept, days, moment.today):
                _make(session, kept, days, roster, moment)
                made.append((kept, days, since))
    # Last, since whoever measures holds an agreement before the reviews, and never after them.
    for kept, days, since in made:
        _have_reviewed(session, kept, days, since, moment)
    return len(made)


def reports_before(
    session: Session, agreement_id: str, before: str | None, limit: int
) -> tuple[Sequence[AgreementReport], str | None]:
    """Return up to `limit` (at most 200) reports, the latest first, and the cursor of the others.

    Raises:
        UnknownRecord: there is no such agreement.
        BadFields: `before` is not a cursor.
    """
    find_agreement(session, agreement_id)
    limit = max(1, min(limit, LONGEST_PAGE))
    place = (AgreementReport.last_on, AgreementReport.first_on)
    query = select(AgreementReport).where(AgreementReport.agreement_id == agreement_id)
    if before is not None:
        query = query.where(tuple_(*place) < _days_in(before))
    latest = query.order_by(*(each.desc() for each in place)).limit(limit + 1)
    found = session.scalars(latest).all()
    last = found[limit - 1] if len(found) > limit else None
    return found[:limit], f"{last.last_on}_{last.first_on}" if last else None


def _days_in(cursor: str) -> tuple[date, date]:
    last, _, first = cursor.partition("_")
    try:
        return date.fromisoformat(last), date.fromisoformat(first)
    except ValueError:
        detail = "is not a cursor that this service gave"
        raise BadFields([FieldProblem("/after", detail)]) from None


def _reported(session: Session, ended: Sequence[Days]) -> set[tuple[str, Days]]:
    """Return which reports there are of such periods, and maybe of some more."""
    if not ended:
        return set()
    there = select(AgreementReport.agreement_id, AgreementReport.last_on, AgreementReport.first_on)
    since = there.where(AgreementReport.last_on >= min(ended).last)
    return {(row[0], Days(row[1], row[2])) for row in session.execute(since)}


def _reported_of(
    session: Session, agreement: Agreement, ended: Iterable[Days]
) -> Mapping[Days, list[Measured]]:
    """Return which targets of an agreement were reported of days like these, or later ones."""
    since = min(each.first for each in ended)
    query = select(AgreementReport).where(
        AgreementReport.agreement_id == agreement.id, AgreementReport.last_on >= since
    )
    return {
        Days(each.last_on, each.first_on): [
            (str(target["metric"]), str(target["period"]))
            for target in cast("list[Mapping[str, object]]", each.targets)
        ]
        for each in session.scalars(query)
    }


def _kept(
    session: Session,
    agreement: Agreement,
    days: Days,
    targets: Sequence[AgreedTarget],
    since: Since,
    zone: tzinfo,
    now: datetime,
) -> Performance | None:
    """Return how targets were kept to; `None`: all of them were agreed on after the period."""
    ours = [each for each in targets if since[each.metric, each.period] <= days.last]
    if not ours:
        return None
    kept = kept_between(session, agreement, days.first, days.last, zone, now)
    return replace(kept, targets=tuple(each for each in kept.targets if each.target in ours))


def _may_yet_be_measured(kept: Performance, days: Days, today: date) -> bool:
    """Whether something may still come in that was measured in the period."""
    if today > days.last + MEASURED_WITHIN:
        return False
    return not all(_is_measured_on(each, days.last) for each in kept.targets)


def _is_measured_on(kept: TargetPerformance, day: date) -> bool:
    return bool(kept.measurements) and kept.measurements[-1].day == day


def _make(session: Session, kept: Performance, days: Days, roster: Roster, moment: Moment) -> None:
    session.add(
        AgreementReport(
            agreement_id=kept.agreement.id,
            first_on=days.first,
            last_on=days.last,
            version=kept.agreement.version,
            standing=kept.standing.value,
            targets=[told_target_performance(each) for each in kept.targets],
            made_at=moment.now,
        )
    )
    session.flush()
    announce_report(session, kept, days.first, days.last, roster, moment)


def _have_reviewed(
    session: Session, kept: Performance, days: Days, since: Since, moment: Moment
) -> None:
    """Have reviewed what nobody measured, though it was agreed on all the while."""
    agreement = kept.agreement
    for each in kept.targets:
        metric, whole = each.target.metric, since[each.target.metric, each.target.period]
        unmeasured = each.standing is Standing.NOT_MEASURED and whole <= days.first
        if unmeasured and not _is_timed(session, agreement, metric):
            review_unmeasured(session, agreement, metric, days.first, days.last, moment)


def _is_timed(session: Session, agreement: Agreement, metric: str) -> bool:
    """Whether timers go by a target: then it may be that there was nothing to count."""
    ours = (Timer.agreement_id == agreement.id, Timer.metric == metric)
    return session.scalar(select(Timer.id).where(*ours).limit(1)) is not None
