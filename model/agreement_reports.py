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

from model.agreement_reviews import review_unmeasured, subject_of
from model.agreement_targets import AgreedTarget
from model.agreements import (
    LONGEST_PAGE,
    Agreement,
    all_agreements,
    find_agreement,
)
from model.announcing_reports import announce_report
from model.apart import Failed, apart
from model.append_only import append_only
from model.columns import Instant, JsonText, RowNumber
from model.database import Base
from model.locking import hold
from model.measurements import measurements_between
from model.moment import Moment
from model.performance import Performance, kept_between
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


def report_agreements(
    session: Session, moment: Moment, zone: tzinfo, failed: Failed | None = None
) -> int:
    """Report what was attained in the periods that have ended; return how many reports were made.

    Subscribers and those who care for the relation to the business are told. What nobody measured
    in a whole period is to be reviewed. `zone`: where a day begins. `failed` takes the agreements
    of which this fails; without it that is raised. Needs a `transaction()`.
    """
    hold(session, "agreement reports")
    agreements = all_agreements(session)
    ended: dict[str, Mapping[Days, list[AgreedTarget]]] = {}
    for agreement in agreements:
        with apart(session, subject_of(agreement), failed):
            ended[agreement.id] = ended_periods(agreement, moment.today)
    there = _reported(session, [days for periods in ended.values() for days in periods])
    roster = current_roster(session).roster
    made: list[tuple[Performance, Days, Since]] = []
    for agreement in agreements:
        periods = ended.get(agreement.id, {})
        missing = {each: periods[each] for each in periods if (agreement.id, each) not in there}
        if missing:
            with apart(session, subject_of(agreement), failed):
                made += _reports_of(session, agreement, missing, roster, moment, zone)
    # Last, since whoever measures holds an agreement before the reviews, and never after them.
    for kept, days, since in made:
        with apart(session, subject_of(kept.agreement), failed):
            _have_reviewed(session, kept, days, since, moment)
    return len(made)


def _reports_of(
    session: Session,
    agreement: Agreement,
    missing: Mapping[Days, Sequence[AgreedTarget]],
    roster: Roster,
    moment: Moment,
    zone: tzinfo,
) -> list[tuple[Performance, Days, Since]]:
    """Report what can be of an agreement's periods of which there is no report yet."""
    made = []
    left = unreported(missing, _reported_of(session, agreement, missing))
    since = agreed_since(session, agreement, zone)
    for days, targets in sorted(left.items(), key=lambda each: each[0]):
        ours = [each for each in targets if since[each.metric, each.period] <= days.last]
        # First, since timers are many, and each tick comes here until all is measured.
        if ours and not _may_yet_be_measured(session, agreement, ours, days, moment.today):
            kept = _kept(session, agreement, days, ours, zone, moment.now)
            _make(session, kept, days, roster, moment)
            made.append((kept, days, since))
    return made


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
    zone: tzinfo,
    now: datetime,
) -> Performance:
    """Return how some targets were kept to."""
    kept = kept_between(session, agreement, days.first, days.last, zone, now)
    return replace(kept, targets=tuple(each for each in kept.targets if each.target in targets))


def _may_yet_be_measured(
    session: Session,
    agreement: Agreement,
    targets: Sequence[AgreedTarget],
    days: Days,
    today: date,
) -> bool:
    """Whether something may still come in that was measured in the period."""
    if today > days.last + MEASURED_WITHIN:
        return False
    measured = measurements_between(session, agreement.id, days.last, days.last)
    return not {each.metric for each in targets} <= {each.metric for each in measured}


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
