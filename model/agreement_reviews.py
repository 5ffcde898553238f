"""Reviews of agreements: again and again while one is in force, and whenever something happens.

What happens is a target that was missed, is about to be, or was not measured in a whole period; a
change of what its service offers; a last day for notice that is near; the end of a contract
beneath. Each has one review, held once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from model.agreements import Agreement, all_agreements, beneath
from model.apart import Failed, apart
from model.locking import hold
from model.moment import Moment
from model.review_subjects import BREACH, OF_AGREEMENTS
from model.reviews import NewReview, Review, change_recurrence, end_review, rename, set_up_as_taken
from rules.clocks.period import Period
from rules.clocks.recurrence import Recurrence
from rules.review_rules import ReviewKind

DAYS_TO_REVIEW = timedelta(days=7)
"""So long after it was set up, the review of what happened is due."""
SEEN_AHEAD = timedelta(days=30)
"""So long before a last day for notice, or an end beneath, its review is set up."""
_IDS = UUID("5b0c2c3e-6f5e-4a57-9d2f-0f6f6f1f7c11")
LOCK = "standing reviews"
_MONTH = Period(months=1)
_HAPPENED = (f"/{BREACH}", "/risk/", "/unmeasured/", "/offer/")


@dataclass(frozen=True, slots=True)
class _Ahead:
    """A day that comes: `key` names it for good."""

    key: str
    why: str
    day: date


def keep_agreement_reviews(session: Session, moment: Moment, failed: Failed | None = None) -> None:
    """See to it that every agreement has the reviews that it needs now. Needs a `transaction()`.

    `failed` takes the agreements of which this fails; without it that is raised.
    """
    hold_reviews(session)
    agreements = all_agreements(session)
    under = beneath(session, [each.id for each in agreements])
    going_on = _going_on(session)
    for agreement in agreements:
        # Whatever is in the way of one of them, its days stay awaited, and the others are kept.
        subject = subject_of(agreement)
        with apart(session, subject, failed):
            _keep(session, agreement, under[agreement.id], going_on.get(subject, {}), moment)
    session.flush()


def hold_reviews(session: Session) -> None:
    """Have nobody else see to the reviews of agreements until the end of the transaction."""
    hold(session, LOCK)


def _keep(
    session: Session,
    agreement: Agreement,
    under: Sequence[Agreement],
    going_on: Mapping[str, Review],
    moment: Moment,
) -> None:
    """See to it that an agreement has the reviews that it needs, of which some go on."""
    subject, wanted = subject_of(agreement), set()
    review, in_force = going_on.get(subject), agreement.is_in_force(moment.today)
    if in_force:
        _keep_standing(session, agreement, review, moment)
    elif review is not None:
        end_review(session, review, moment.now)
    for each in _ahead(agreement, under, moment.today) if in_force else ():
        about = f"{subject}/{each.key}"
        wanted.add(about)
        due_on = max(moment.today, min(moment.today + DAYS_TO_REVIEW, each.day))
        _review_once(session, agreement, each.key, each.why, due_on, moment)
        if (coming := going_on.get(about)) is not None:
            # What was to come when it was set up may have passed since.
            rename(coming, moment.now, title=f"{agreement.title}: {each.why}")
    for coming in _put_off(going_on, wanted, moment.today):
        end_review(session, coming, moment.now)


def review_risk(
    session: Session, agreement: Agreement, metric: str, day: date, why: str, moment: Moment
) -> None:
    """Have a target reviewed that is about to be missed, as a day showed: once for each period.

    Needs a `transaction()`.
    """
    key = f"risk/{metric}/{first_day(agreement, metric, day)}"
    review_soon(session, agreement, key, f"{metric} is at risk: {why}", moment)


def review_unmeasured(
    session: Session, agreement: Agreement, metric: str, first: date, last: date, moment: Moment
) -> None:
    """Have it reviewed that nobody measured a target in a period. Needs a `transaction()`."""
    why = f"nobody measured {metric} from {first} to {last}"
    review_soon(session, agreement, f"unmeasured/{metric}/{first}", why, moment)


def review_offer(
    session: Session, agreement: Agreement, change: int, why: str, moment: Moment
) -> None:
    """Have an agreement reviewed after a change, by its number, of what its service offers.

    Needs a `transaction()`.
    """
    # At its end a day that has come: servers before this took the last part of each for one.
    review_soon(session, agreement, f"offer/{change}/{moment.today}", why, moment)


def review_soon(
    session: Session,
    agreement: Agreement,
    key: str,
    why: str,
    moment: Moment,
    *,
    again: bool = False,
) -> None:
    """Have something that happened reviewed within a week, once; `again`: once more if it was held.

    Needs a `transaction()`.
    """
    due_on = moment.today + DAYS_TO_REVIEW
    _review_once(session, agreement, key, why, due_on, moment, again=again)


def first_day(agreement: Agreement, metric: str, day: date) -> date:
    """Return the first day of the period of a metric's target that a day is in."""
    return _span(agreement, _period(agreement, metric), day)[0]


def span_of(agreement: Agreement, metric: str, day: date) -> tuple[date, date]:
    """Return the days in which a breach on a day has one review: the first, and that after them."""
    period = _period(agreement, metric)
    return _span(agreement, period if period.before(day) < _MONTH.before(day) else _MONTH, day)


def _period(agreement: Agreement, metric: str) -> Period:
    every = {each.metric: each.period for each in agreement.agreed_targets}
    return Period.kept(every.get(metric, agreement.review_every))


def _span(agreement: Agreement, period: Period, day: date) -> tuple[date, date]:
    periods = Recurrence(agreement.starts_on, period)
    number = periods.number_on_or_after(day)
    if periods.occurrence(number) > day and number:
        number -= 1
    return periods.occurrence(number), periods.occurrence(number + 1)


def subject_of(agreement: Agreement) -> str:
    """Return what the reviews of an agreement are about."""
    return f"{OF_AGREEMENTS}{agreement.id}"


def _going_on(session: Session) -> Mapping[str, Mapping[str, Review]]:
    """Return the reviews that go on, of each agreement by subject; nobody else may change them."""
    ours = select(Review).where(
        Review.kind == ReviewKind.SERVICE_LEVEL,
        Review.subject.startswith(OF_AGREEMENTS),
        Review.ended_at.is_(None),
    )
    found = session.scalars(ours.order_by(Review.id).with_for_update())
    by_agreement: dict[str, dict[str, Review]] = {}
    for each in found:
        about = "/".join(each.subject.split("/")[:2])
        by_agreement.setdefault(about, {})[each.subject] = each
    return by_agreement


def _keep_standing(
    session: Session, agreement: Agreement, review: Review | None, moment: Moment
) -> None:
    new = NewReview(
        ReviewKind.SERVICE_LEVEL,
        subject_of(agreement),
        agreement.title,
        agreement.reviewer,
        agreement.starts_on,
        agreement.review_every,
        agreement.agency,
    )
    if review is None:
        falls = Recurrence(new.anchor, Period.kept(new.every))
        # On its first day there is nothing to look back on.
        first = max(1, falls.number_on_or_after(moment.today))
        set_up_as_taken(session, new, _id_of(new.subject), moment.now, first)
        return
    rename(review, moment.now, title=new.title, role=new.role, agency=new.agency)
    change_recurrence(session, review, new.anchor, new.every, moment)


def _ahead(agreement: Agreement, under: Sequence[Agreement], today: date) -> Iterator[_Ahead]:
    renewal = agreement.renewal
    if renewal is not None and agreement.notice:
        end, day = renewal.current_end(today), renewal.notice_day(today)
        if end is not None and day is not None and day - SEEN_AHEAD <= today:
            then = "renews itself" if renewal.term else "ends"
            why = f"the last day for notice {_is_or_was(day, today)}, and it {then} on {end}"
            yield _Ahead(f"notice/{day}", why, day)
    for each in under:
        end = each.last_day
        if end is not None and end - SEEN_AHEAD <= today:
            ends = "ends" if end >= today else "ended"
            yield _Ahead(f"end/{each.id}/{end}", f"beneath it, “{each.name}” {ends} on {end}", end)


def _is_or_was(day: date, today: date) -> str:
    # How long ago would be another title each day.
    return f"is {day}" if day >= today else f"was {day}"


def _review_once(
    session: Session,
    agreement: Agreement,
    key: str,
    why: str,
    due_on: date,
    moment: Moment,
    *,
    again: bool = False,
) -> None:
    """Set up the review of something that happened, unless there is one, or it was held.

    One that was put off and not held comes again, should the day be the one it was; so does, with
    `again`, one that was held.
    """
    hold_reviews(session)
    subject = f"{subject_of(agreement)}/{key}"
    same = (Review.kind == ReviewKind.SERVICE_LEVEL, Review.subject == subject)
    there = session.scalar(select(Review).where(*same))
    if there is not None and (there.ended_at is None or (there.number and not again)):
        return
    new = NewReview(
        ReviewKind.SERVICE_LEVEL,
        subject,
        f"{agreement.title}: {why}",
        agreement.reviewer,
        due_on,
        agreement.review_every,
        agreement.agency,
        once=True,
    )
    set_up_as_taken(session, new, _id_of(subject), moment.now)


def _put_off(
    going_on: Mapping[str, Review], coming: Collection[str], today: date
) -> Iterator[Review]:
    """Yield the reviews of days that were to come, and now come later or never."""
    for subject, review in going_on.items():
        # What happened does not come, and what others set up is theirs.
        if subject in coming or not review.once or any(each in subject for each in _HAPPENED):
            continue
        if date.fromisoformat(subject.rpartition("/")[2]) > today:
            yield review


def _id_of(subject: str) -> str:
    """Return the id of the review of a subject: the same in whichever process sets it up."""
    return str(uuid5(_IDS, subject))
