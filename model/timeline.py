"""The life of a service on one line: its phases, its owners, and whatever happened to it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import groupby
from typing import cast

from sqlalchemy import Text, func, or_, select, type_coerce
from sqlalchemy.orm import Session

from model import standing
from model.gate_sessions import GateSession
from model.moment import Moment
from model.service_events import Noted, ServiceEvent
from model.services import Service, find_service
from model.timeline_calendar import dated, of_the_calendar, to_come
from model.timeline_events import Event, Place, Told, What, Window
from model.timeline_rows import of_rows
from rules.errors import BadFields
from rules.field_problem import FieldProblem

LONGEST_PAGE = 200
MOST_DRAWN = 1_000
"""So many events of each source are drawn, the latest; more fit on no board."""
OWNERS = ("portfolio_manager", "product_manager", "line_manager")
_CURSOR = re.compile(r"(-?[0-9]{1,16})-([0-9]{1,18})-([0-9]{1,2})-([0-9]{1,18})")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Span:
    """A phase that the service was in; it is in the last one still (`until` is `None`)."""

    phase: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Tenure:
    """Who was an owner (one of `OWNERS`), from when until when; `None`: is so still."""

    role: str
    name: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Asked:
    """Which events of a life are asked for: of some kinds, within instants, after a cursor.

    `costs`: whether whoever asks may see what the service costs those who provide it.
    """

    kinds: Collection[What] = tuple(What)
    since: datetime | None = None
    until: datetime | None = None
    after: str | None = None
    limit: int = LONGEST_PAGE
    costs: bool = False

    @property
    def seen(self) -> frozenset[What]:
        """The kinds that are asked for and may be seen."""
        return frozenset(self.kinds) - (frozenset() if self.costs else {What.COST_CHANGED})


@dataclass(frozen=True, slots=True)
class Timeline:
    """The life of a service so far, oldest first.

    `case`: the ref of the case that it came from. `ahead`: what is to come. `next`: the cursor of
    the events that follow. `whole`: no event before these is left out.
    """

    key: str
    name: str
    case: str | None
    phase: str | None
    rejected: bool
    phases: tuple[Span, ...]
    owners: tuple[Tenure, ...]
    events: tuple[Event, ...]
    ahead: tuple[Event, ...] = ()
    next: str | None = None
    whole: bool = True


def page_of_life(
    session: Session, key: str, asked: Asked, moment: Moment, zone: tzinfo
) -> Timeline:
    """Return a page of the life of a service, oldest events first; `zone`: of its calendar.

    Raises:
        UnknownRecord: there is no such service.
        BadFields: `after` is not a cursor.
    """
    limit = max(1, min(asked.limit, LONGEST_PAGE))
    after = None if asked.after is None else _place_in(asked.after)
    window = Window(limit + 1, asked.seen, asked.since, asked.until, after)
    service = find_service(session, key)
    days = dated(session, service, zone)
    found = _events(session, service, window, days, moment)
    following = _cursor(found[limit - 1][0]) if len(found) > limit else None
    page = tuple(event for _, event in found[:limit])
    return _life(session, service, page, to_come(session, service, days, moment, zone), following)


def whole_life(session: Session, key: str, costs: bool, moment: Moment, zone: tzinfo) -> Timeline:
    """Return the life of a service with the latest events of each kind, to be drawn.

    `costs`: whether whoever looks may see that its cost changed.

    Raises:
        UnknownRecord: there is no such service.
    """
    service = find_service(session, key)
    window = Window(MOST_DRAWN + 1, Asked(costs=costs).seen, latest=True)
    days = dated(session, service, zone)
    found = _events(session, service, window, days, moment)
    whole = max(Counter(place.rank for place, _ in found).values()) <= MOST_DRAWN
    told, ahead = tuple(event for _, event in found), to_come(session, service, days, moment, zone)
    return _life(session, service, told, ahead, whole=whole)


def _events(
    session: Session, service: Service, window: Window, days: Sequence[Told], moment: Moment
) -> Sequence[Told]:
    """Return what happened within a window, oldest first; of each source, its most at most."""
    rows = [
        *of_rows(session, service, window),
        *of_the_calendar(session, service, window, days, moment),
    ]
    return sorted(rows, key=lambda each: each[0])


def _life(
    session: Session,
    service: Service,
    events: tuple[Event, ...],
    ahead: tuple[Event, ...],
    next: str | None = None,
    whole: bool = True,
) -> Timeline:
    return Timeline(
        service.key,
        service.name,
        service.born_of.ref if service.born_of else None,
        service.phase,
        service.rejected,
        tuple(_spans(session, service)),
        tuple(_tenures(session, service)),
        events,
        ahead,
        next,
        whole,
    )


def _spans(session: Session, service: Service) -> Iterator[Span]:
    """Yield the phases, each until a session of a gate led to another."""
    table = GateSession
    before = func.lag(table.phase).over(order_by=table.service_version).label("before")
    ours = (table.service_id == service.id, table.phase.is_not(None))
    held = select(table.at, table.phase, table.service_version, before).where(*ours).subquery()
    led = held.c.before.is_(None) | (held.c.phase != held.c.before)
    query = select(held.c.at, held.c.phase).where(led).order_by(held.c.service_version)
    begun = [(service.created_at, standing.FIRST_PHASE)]
    begun += [(at, phase) for at, phase in session.execute(query)]
    entered = [next(group) for _, group in groupby(begun, key=lambda each: each[1])]
    ends = [at for at, _ in entered[1:]] + [None]
    for (since, phase), until in zip(entered, ends, strict=True):
        yield Span(phase, since, until)


def _tenures(session: Session, service: Service) -> Iterator[Tenure]:
    """Yield who owned the service when, one after the other."""
    table = ServiceEvent
    after = type_coerce(table.after, Text)
    # A quote within a text is written with a backslash: only a member looks like this.
    of_owners = or_(*(after.contains(f'"{role}":', autoescape=True) for role in OWNERS))
    ours = (table.service_id == service.id, table.what == Noted.CHANGED, of_owners)
    query = select(table.at, table.before, table.after).where(*ours)
    changes = session.execute(query.order_by(table.at, table.id)).all()
    for role in OWNERS:
        name, since = cast("str | None", getattr(service, role)), service.created_at
        turns = [row for row in changes if role in row.after]
        if turns:
            name = cast("str | None", turns[0].before.get(role))
        for row in turns:
            if name is not None:
                yield Tenure(role, name, since, row.at)
            name, since = cast("str | None", row.after[role]), row.at
        if name is not None:
            yield Tenure(role, name, since, None)


def _cursor(place: Place) -> str:
    micros = (place.at - _EPOCH) // _MICROSECOND
    return f"{micros}-{place.version}-{place.rank}-{place.number}"


def _place_in(cursor: str) -> Place:
    found = _CURSOR.fullmatch(cursor)
    if found is None:
        raise BadFields([FieldProblem("/after", "is not a cursor that this service gave")])
    micros, version, rank, number = map(int, found.groups())
    return Place(_EPOCH + micros * _MICROSECOND, version, rank, number)
