"""What the calendar brings in the life of a service: maintenance, agreements, reviews due.

Nobody notes these when they come: they follow from what was planned and agreed, as it is now.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, tzinfo

from sqlalchemy import BigInteger, ColumnElement, literal, select
from sqlalchemy.orm import Session

from model.agreements import Agreement
from model.catalogue_standing import Standing, standing_of
from model.holding_reviews import HeldReview
from model.maintenance import Maintenance
from model.moment import Moment, begins, day_after, rfc3339
from model.reviews import Review
from model.services import Service
from model.timeline_events import Event, Place, Told, What, Window
from rules.review_rules import ReviewKind

MOST_AHEAD = 50
_OVER, _AGREED, _DUE = 10, 11, 12
"""The ranks of these: a cursor holds them, and they come after those of rows."""
_NO_VERSION = literal(0, BigInteger)


def dated(session: Session, service: Service, zone: tzinfo) -> Sequence[Told]:
    """Return what is agreed and due for good: it has come, or is to come."""
    return [*_agreed(session, service, zone), *_due(session, service, zone)]


def of_the_calendar(
    session: Session, service: Service, window: Window, dated: Sequence[Told], moment: Moment
) -> Iterator[Told]:
    """Yield what the calendar has brought within a window, up to now; `dated`: see there."""
    if What.MAINTENANCE_ENDS in window.kinds:
        yield from _over(session, service, window, moment)
    wanted = sorted(each for each in window.among(dated) if each[0].at <= moment.now)
    # Each source by itself: one that has much to tell takes nothing from another.
    for rank in (_AGREED, _DUE):
        came = [each for each in wanted if each[0].rank == rank]
        yield from came[-window.most :] if window.latest else came[: window.most]


def to_come(
    session: Session, service: Service, dated: Sequence[Told], moment: Moment, zone: tzinfo
) -> tuple[Event, ...]:
    """Return the next 50 things that are to come, and the maintenance that goes on."""
    told = (*(event for _, event in dated), *_planned(service, zone))
    ahead = [event for event in told if event.at > moment.now]
    table = Maintenance
    planned = select(table).where(*_stands(service), table.ends_at > moment.now)
    for row in session.scalars(planned.order_by(table.begins_at).limit(MOST_AHEAD)):
        details = {**_plan(row), "ends_at": rfc3339(row.ends_at)}
        ahead.append(Event(None, row.begins_at, What.MAINTENANCE_BEGINS, row.planned_by, details))
    return tuple(sorted(ahead, key=lambda event: event.at)[:MOST_AHEAD])


def _planned(service: Service, zone: tzinfo) -> Iterator[Event]:
    """Yield when the service is planned to be live and to end, unless it is so already."""
    stands = standing_of(service)
    over = service.rejected or stands == Standing.RETIRED
    for what, day, so_already in (
        (What.PLANNED_LIVE, service.planned_live_on, over or stands == Standing.LIVE),
        (What.PLANNED_END, service.planned_end_on, over),
    ):
        if day is not None and not so_already:
            yield Event(None, begins(day, zone), what, None, {"on": day.isoformat()})


def _over(session: Session, service: Service, window: Window, moment: Moment) -> Iterator[Told]:
    table = Maintenance
    query = select(table).where(*_stands(service), table.ends_at <= moment.now)
    for row in session.scalars(window.of(query, table.ends_at, _NO_VERSION, _OVER, table.id)):
        details = {**_plan(row), "began_at": rfc3339(row.begins_at)}
        event = Event(None, row.ends_at, What.MAINTENANCE_ENDS, None, details)
        yield Place(row.ends_at, 0, _OVER, row.id), event


def _stands(service: Service) -> tuple[ColumnElement[bool], ...]:
    return Maintenance.service_id == service.id, Maintenance.called_off_at.is_(None)


def _plan(row: Maintenance) -> dict[str, object]:
    return {"maintenance": str(row.id), "work": row.what}


def _agreed(session: Session, service: Service, zone: tzinfo) -> Iterator[Told]:
    """Yield when agreements begin, and when those end that do not go on by themselves."""
    query = select(Agreement).where(Agreement.service_id == service.id)
    for number, row in enumerate(
        session.scalars(query.order_by(Agreement.created_at, Agreement.id))
    ):
        details = {
            "agreement": row.id,
            "kind": row.kind,
            "name": row.name,
            "customer": row.customer,
        }
        place = _place(row.starts_on, _AGREED, 2 * number, zone)
        yield place, Event(None, place.at, What.AGREEMENT_BEGINS, None, details)
        if row.last_day is not None:
            place = _place(day_after(row.last_day), _AGREED, 2 * number + 1, zone)
            yield place, Event(None, place.at, What.AGREEMENT_ENDS, None, details)


def _due(session: Session, service: Service, zone: tzinfo) -> Iterator[Told]:
    """Yield when the business case was to be reviewed at toll-gate 5, and when it is next."""
    ours = (Review.kind == ReviewKind.TOLLGATE_5, Review.subject == service.key)
    review = session.scalar(select(Review).where(*ours))
    if review is None:
        return
    query = select(HeldReview).where(HeldReview.review_id == review.id)
    for row in session.scalars(query.order_by(HeldReview.number)):
        held: Mapping[str, object] = {"held_at": rfc3339(row.held_at), "outcome": row.outcome}
        yield _review(review, row.number, row.due_on, held, zone)
    if review.ended_at is None:
        nothing: Mapping[str, object] = {"held_at": None, "outcome": None}
        yield _review(review, review.number, review.due_on, nothing, zone)


def _review(
    review: Review, number: int, day: date, held: Mapping[str, object], zone: tzinfo
) -> Told:
    place = _place(day, _DUE, number, zone)
    details = {"gate": 5, "review": review.id, "due_on": day.isoformat(), **held}
    return place, Event(None, place.at, What.REVIEW_DUE, None, details)


def _place(day: date, rank: int, number: int, zone: tzinfo) -> Place:
    at: datetime = begins(day, zone)
    return Place(at, 0, rank, number)
