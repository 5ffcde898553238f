"""Reports of agreements: what was attained in each period of their targets, as it was then.

A report is made once, as soon as all of its targets are measured up to the period's last day, and
at the latest a few days after it: what is measured later changes no report.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo
from typing import Any, cast

from sqlalchemy import Date, ForeignKey, String, select, tuple_
from sqlalchemy.orm import Mapped, Session, mapped_column

from model.agreement_reviews import review_unmeasured
from model.agreement_targets import AgreedTarget
from model.agreements import (
    LONGEST_PAGE,
    Agreement,
    AgreementVersion,
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
from model.roster import Roster
from model.rosters import current_roster
from model.telling_performance import told_target_performance
from model.timers import Timer
from rules.attainment import Standing
from rules.clocks.period import Period
from rules.clocks.recurrence import Recurrence
from rules.errors import BadFields, FieldProblem

MEASURED_WITHIN = timedelta(days=3)
"""So long after its last day a period waits for what was measured in it."""
MOST_MISSED = 12
"""Of more periods that were missed, these latest are made up for."""


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


@dataclass(frozen=True, slots=True, order=True)
class _Days:
    """A period, both days included."""

    last: date
    first: date


_Since = Mapping[tuple[str, str], date]
"""From which day on each metric has been agreed on for its period, without a break."""


def report_agreements(session: Session, moment: Moment, zone: tzinfo) -> int:
    """Report what was attained in the periods that have ended; return how many reports were made.

    Subscribers and those who care for the relation to the business are told. What nobody measured
    in a whole period is to be reviewed. `zone`: where a day begins. Needs a `transaction()`.
    """
    hold(session, "agreement reports")
    agreements = all_agreements(session)
    ended = {each.id: _ended(each, moment.today) for each in agreements}
    there = _reported(session, [days for periods in ended.values() for days in periods])
    roster = current_roster(session).roster
    made: list[tuple[Performance, _Days, _Since]] = []
    for agreement in agreements:
        periods = ended[agreement.id]
        missing = [each for each in sorted(periods) if (agreement.id, each) not in there]
        since = _agreed_since(session, agreement, zone) if missing else {}
        for days in missing:
            kept = _kept(session, agreement, days, periods[days], since, zone, moment.now)
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


def _ended(agreement: Agreement, today: date) -> Mapping[_Days, list[AgreedTarget]]:
    """Return the latest periods that have ended, and the targets that are measured over each."""
    found: dict[_Days, list[AgreedTarget]] = {}
    for target in agreement.agreed_targets:
        for days in [*_latest(agreement, target.period, today)][-MOST_MISSED:]:
            found.setdefault(days, []).append(target)
    return found


def _latest(agreement: Agreement, every: str, today: date) -> Iterator[_Days]:
    periods = Recurrence(agreement.starts_on, Period.read(every))
    end = agreement.last_day
    over = today if end is None else min(today, end + timedelta(days=1))
    begun = periods.number_on_or_after(over)
    for number in range(max(0, begun - 1 - MOST_MISSED), begun):
        last = periods.occurrence(number + 1) - timedelta(days=1)
        last = last if end is None else min(last, end)
        if last < today:
            yield _Days(last, periods.occurrence(number))


def _reported(session: Session, ended: Sequence[_Days]) -> set[tuple[str, _Days]]:
    """Return which reports there are of such periods, and maybe of some more."""
    if not ended:
        return set()
    there = select(AgreementReport.agreement_id, AgreementReport.last_on, AgreementReport.first_on)
    since = there.where(AgreementReport.last_on >= min(ended).last)
    return {(row[0], _Days(row[1], row[2])) for row in session.execute(since)}


def _agreed_since(session: Session, agreement: Agreement, zone: tzinfo) -> _Since:
    since: dict[tuple[str, str], date] = {}
    # Nobody is kept from changing it meanwhile: what was agreed since it was read does not count.
    known = AgreementVersion.version <= agreement.version
    mine = (AgreementVersion.agreement_id == agreement.id, known)
    versions = select(AgreementVersion).where(*mine).order_by(AgreementVersion.version)
    for each in session.scalars(versions):
        day = each.at.astimezone(zone).date()
        targets = cast("Mapping[str, Any]", each.terms)["targets"]
        agreed = [(target["metric"], target["period"]) for target in targets]
        since = {key: since.get(key, day) for key in agreed}
    return since


def _kept(
    session: Session,
    agreement: Agreement,
    days: _Days,
    targets: Sequence[AgreedTarget],
    since: _Since,
    zone: tzinfo,
    now: datetime,
) -> Performance | None:
    """Return how targets were kept to; `None`: all of them were agreed on after the period."""
    ours = [each for each in targets if since[each.metric, each.period] <= days.last]
    if not ours:
        return None
    kept = kept_between(session, agreement, days.first, days.last, zone, now)
    return replace(kept, targets=tuple(each for each in kept.targets if each.target in ours))


def _may_yet_be_measured(kept: Performance, days: _Days, today: date) -> bool:
    """Whether something may still come in that was measured in the period."""
    if today > days.last + MEASURED_WITHIN:
        return False
    return not all(_is_measured_on(each, days.last) for each in kept.targets)


def _is_measured_on(kept: TargetPerformance, day: date) -> bool:
    return bool(kept.measurements) and kept.measurements[-1].day == day


def _make(session: Session, kept: Performance, days: _Days, roster: Roster, moment: Moment) -> None:
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
    session: Session, kept: Performance, days: _Days, since: _Since, moment: Moment
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
