"""Changing what the catalogue shows: parts, dependencies, packages; it is noted, and it is told."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from model.catalogue import Entry, entry_of
from model.catalogue_news import telling_of_package, telling_of_service
from model.catalogue_standing import Standing
from model.dependencies import rest_on, rests_on
from model.moment import Moment
from model.packages import (
    PackageChange,
    PackageView,
    find_package,
    hold_packages,
    put_package,
    take_apart,
    view_of,
)
from model.parts import PartChange, PartView, part_of, put_part
from model.service_events import Members, Noted, note, note_packages
from model.services import lock_service


def write_part(
    session: Session, key: str, part: str, change: PartChange, by: str, moment: Moment
) -> PartView:
    """Make a part of a service, or change it; see `put_part`."""
    service = lock_service(session, key)
    before = part_of(session, service.id, part)
    with telling_of_service(session, service, moment):
        after = put_part(session, key, part, change, by, moment.now)
    what = _of_part(before, after)
    note(session, service, what, part, _said_of(before), _said_of(after), by, moment.now)
    return after


def write_dependencies(
    session: Session, key: str, others: Sequence[str], by: str, moment: Moment
) -> Entry:
    """Say on which services a service rests; see `rest_on`."""
    service = lock_service(session, key)
    before = {"rests_on": rests_on(session, [service.id]).get(service.id, [])}
    with telling_of_service(session, service, moment):
        after = {"rests_on": list(rest_on(session, key, others))}
    note(session, service, Noted.DEPENDENCIES_CHANGED, None, before, after, by, moment.now)
    return entry_of(session, key)


def write_package(
    session: Session, key: str, change: PackageChange, by: str, moment: Moment
) -> PackageView:
    """Make a package, or change it; see `put_package`."""
    hold_packages(session)
    package = find_package(session, key)
    before = view_of(session, package).services if package else ()
    with telling_of_package(session, key, moment):
        after = put_package(session, key, change, by, moment.now)
    note_packages(session, key, before, after.services, by, moment.now)
    return after


def remove_package(session: Session, key: str, by: str, moment: Moment) -> PackageView:
    """Take a package out of the catalogue; see `take_apart`."""
    hold_packages(session)
    with telling_of_package(session, key, moment):
        before = take_apart(session, key)
    note_packages(session, key, before.services, (), by, moment.now)
    return before


def _of_part(before: PartView | None, after: PartView) -> Noted:
    was_there = before is not None and before.standing is not Standing.RETIRED
    if after.standing is Standing.RETIRED:
        return Noted.PART_ENDED if was_there else Noted.PART_CHANGED
    return Noted.PART_CHANGED if was_there else Noted.PART_ADDED


def _said_of(part: PartView | None) -> Members:
    if part is None:
        return {}
    told = ("name", "description", "standing", "case")
    return {name: getattr(part, name) for name in told}
