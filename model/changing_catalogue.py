"""Changing what the catalogue shows: parts, dependencies, packages; and it is told."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from model.catalogue import Entry, entry_of
from model.catalogue_news import telling_of_package, telling_of_service
from model.dependencies import rest_on
from model.moment import Moment
from model.packages import PackageChange, PackageView, hold_packages, put_package, take_apart
from model.parts import PartChange, PartView, put_part
from model.services import lock_service


def write_part(
    session: Session, key: str, part: str, change: PartChange, by: str, moment: Moment
) -> PartView:
    """Make a part of a service, or change it; see `put_part`."""
    with telling_of_service(session, lock_service(session, key), moment):
        return put_part(session, key, part, change, by, moment.now)


def write_dependencies(session: Session, key: str, others: Sequence[str], moment: Moment) -> Entry:
    """Say on which services a service rests; see `rest_on`."""
    with telling_of_service(session, lock_service(session, key), moment):
        rest_on(session, key, others)
    return entry_of(session, key)


def write_package(
    session: Session, key: str, change: PackageChange, by: str, moment: Moment
) -> PackageView:
    """Make a package, or change it; see `put_package`."""
    hold_packages(session)
    with telling_of_package(session, key, moment):
        return put_package(session, key, change, by, moment.now)


def remove_package(session: Session, key: str, moment: Moment) -> PackageView:
    """Take a package out of the catalogue; see `take_apart`."""
    hold_packages(session)
    with telling_of_package(session, key, moment):
        return take_apart(session, key)
