"""The catalogue: what is live or being prepared for release, with parts and what it rests on.

A service is in it from its toll-gate 3 to its toll-gate 6; what its phase says, the gates have
said. Its parts are there while it is, unless they are retired.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from model.audiences import named_in
from model.catalogue_standing import Standing, is_shown, standing_of
from model.cursors import numbered
from model.dependencies import rests_on
from model.packages import packages_of
from model.parts import PartView, parts_of
from model.services import Service, find_service
from model.sight import EVERYTHING, Sight


@dataclass(frozen=True, slots=True)
class Entry:
    """A service in the catalogue: what it offers, its parts that are not retired, its packages.

    `standing`: `None` for one that is not in it, be it not yet or because it was rejected.
    `cost`: what it costs those who provide it, which is not for everybody. `value`: what it is
    worth to those who use it. `technologies`: what enables it. `audiences`: the target
    groups that it is for; none: everybody. `planned_live_on`,
    `planned_end_on`: the days on which it is to be live and to end, as far as anybody plans.
    """

    key: str
    name: str
    description: str | None
    category: str | None
    standing: Standing | None
    options: object
    charging: object
    quality: object
    parts: tuple[PartView, ...]
    packages: tuple[str, ...]
    rests_on: tuple[str, ...]
    cost: object
    value: str | None
    technologies: object
    audiences: object
    planned_live_on: date | None
    planned_end_on: date | None


@dataclass(frozen=True, slots=True)
class EntryPage:
    """Some entries, in the order in which the services were made."""

    entries: tuple[Entry, ...]
    next: str | None


def entries_after(
    session: Session,
    phases: Collection[str],
    category: str | None,
    after: str | None,
    limit: int,
    audience: str | None = None,
    seen: Sight = EVERYTHING,
) -> EntryPage:
    """Return up to `limit` (at most 200) services in one of these phases, for an audience if given.

    `seen`: of what they rest on, and of their packages, that is named which is seen.

    Raises:
        BadFields: `after` is not a cursor.
    """
    query = select(Service).where(Service.phase.in_(phases), Service.rejected.is_(False))
    if category is not None:
        query = query.where(Service.category == category)
    if audience is not None:
        query = query.where(named_in(Service.audiences, audience))
    page, following = numbered(session, query, Service.id, after, limit)
    return EntryPage(_entries(session, page, seen), following)


def entry_of(session: Session, key: str, seen: Sight = EVERYTHING) -> Entry:
    """Return what the catalogue says, or would say, of a service; `seen`: see `entries_after`.

    Raises:
        UnknownRecord: there is no such service.
    """
    return _entries(session, [find_service(session, key)], seen)[0]


def shown_entry(session: Session, service: Service) -> Entry | None:
    """Return what the catalogue says of a service; `None`: it is not, or no longer, in it."""
    return _entries(session, [service])[0] if is_shown(service) else None


def _entries(
    session: Session, services: Sequence[Service], seen: Sight = EVERYTHING
) -> tuple[Entry, ...]:
    ids = [service.id for service in services]
    parts = parts_of(session, ids)
    packages = packages_of(session, ids, seen.packages)
    below = rests_on(session, ids, seen.services)
    return tuple(
        Entry(
            service.key,
            service.name,
            service.description,
            service.category,
            standing_of(service),
            service.options,
            service.charging,
            service.quality,
            tuple(parts.get(service.id, ())),
            tuple(packages.get(service.id, ())),
            tuple(below.get(service.id, ())),
            service.cost,
            service.value,
            service.technologies,
            service.audiences,
            service.planned_live_on,
            service.planned_end_on,
        )
        for service in services
    )
