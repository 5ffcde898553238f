"""Packages: services that are offered together, under one name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    String,
    Text,
    delete,
    exists,
    insert,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from model.audiences import named_in
from model.catalogue_standing import Standing, standing_of
from model.columns import Instant, JsonText, RowNumber
from model.cursors import numbered
from model.database import Base, Reader
from model.locking import hold
from model.search_index import EDITION, SearchText, Words, index_package_text
from model.services import ANY, KEY, LONGEST_KEY, Service, services_named
from model.texts import LONGEST_NAME, require_texts
from rules.errors import BadFields, UnknownRecord
from rules.field_problem import FieldProblem
from rules.values import LONGEST_TEXT

MISSED_AT_ONCE = 100


class Package(Base):
    """Some services under one name; `audiences`: the target groups that it is for, as JSON."""

    __tablename__ = "packages"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    key: Mapped[str] = mapped_column(String(LONGEST_KEY), unique=True)
    name: Mapped[str] = mapped_column(Text)
    description: Mapped[str | None] = mapped_column(Text)
    audiences: Mapped[object | None] = mapped_column(JsonText)
    changed_by: Mapped[str] = mapped_column(String(LONGEST_NAME))
    changed_at: Mapped[datetime] = mapped_column(Instant)


class PackagedService(Base):
    """A service that is in a package."""

    __tablename__ = "packaged_services"

    package_id: Mapped[int] = mapped_column(ForeignKey("packages.id"), primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("services.id"), primary_key=True, index=True)


@dataclass(frozen=True, slots=True)
class PackageChange:
    """What a package is to be; `audiences`: for whom, and without any for everybody."""

    name: str
    description: str | None
    services: tuple[str, ...]
    audiences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PackageView:
    """A package as it stands: live once all its services are, retired once one of them is."""

    key: str
    name: str
    description: str | None
    services: tuple[str, ...]
    standing: Standing
    changed_by: str
    changed_at: datetime
    audiences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PackagePage:
    """Some packages, in the order in which they were made."""

    packages: tuple[PackageView, ...]
    next: str | None


def hold_packages(session: Session) -> None:
    """Have nobody else change packages until the end of the transaction."""
    hold(session, "packages")


def put_package(
    session: Session, key: str, change: PackageChange, by: str, now: datetime
) -> PackageView:
    """Make a package, or change it. Needs a `transaction()`.

    What it is already is no change: who changed it last, and when, stay.

    Raises:
        BadFields: an unsound key or text, or a service that there is not.
    """
    if not KEY.fullmatch(key):
        raise BadFields([FieldProblem("/package", "must be letters, digits, `.`, `_` and `-`")])
    texts = {"/name": (change.name, LONGEST_NAME), "/description": (change.description,
             LONGEST_TEXT)}  # fmt: skip
    require_texts(texts)
    if not change.services:
        raise BadFields([FieldProblem("/services", "a package is of one service or more")])
    hold_packages(session)
    services = services_named(session, change.services, "/services")
    there = find_package(session, key)
    if there is not None and _is(session, there, change):
        return view_of(session, there)
    package = there or Package(key=key)
    package.name, package.description = change.name, change.description
    package.audiences = list(change.audiences)
    package.changed_by, package.changed_at = by, now
    session.add(package)
    session.flush()
    _forget_services(session, package)
    rows = [{"package_id": package.id, "service_id": id} for id in services.values()]
    session.execute(insert(PackagedService), rows)
    _index(session, package)
    return view_of(session, package)


def _is(session: Session, package: Package, change: PackageChange) -> bool:
    there = view_of(session, package)
    said = (there.name, there.description, set(there.services), set(there.audiences))
    to_say = (change.name, change.description, set(change.services), set(change.audiences))
    return said == to_say


def take_apart(session: Session, key: str) -> PackageView:
    """Take a package out of the catalogue; its services stay. Needs a `transaction()`.

    Raises:
        UnknownRecord: there is no such package.
    """
    hold_packages(session)
    package = _find(session, key)
    view = view_of(session, package)
    index_package_text(session, package.id, None)
    _forget_services(session, package)
    session.delete(package)
    session.flush()
    return view


def read_package(session: Session, key: str, seen: ColumnElement[bool] = ANY) -> PackageView:
    """Return a package as it stands, if it is `seen`.

    Raises:
        UnknownRecord: there is no such package.
    """
    return view_of(session, _find(session, key, seen))


def packages_after(
    session: Session,
    after: str | None,
    limit: int,
    audience: str | None = None,
    seen: ColumnElement[bool] = ANY,
) -> PackagePage:
    """Return up to `limit` (at most 200) packages, as they were made; for an audience if given.

    `seen`: the condition on those that whoever asks sees.

    Raises:
        BadFields: `after` is not a cursor.
    """
    query = select(Package).where(seen)
    if audience is not None:
        query = query.where(named_in(Package.audiences, audience))
    page, following = numbered(session, query, Package.id, after, limit)
    return PackagePage(_views(session, page), following)


def packages_of(
    session: Session, ids: Sequence[int], seen: ColumnElement[bool] = ANY
) -> Mapping[int, list[str]]:
    """Return the keys of the packages that services are in, as far as `seen`, by their ids."""
    found: dict[int, list[str]] = {}
    query = (
        select(PackagedService.service_id, Package.key)
        .join(Package, Package.id == PackagedService.package_id)
        .where(PackagedService.service_id.in_(ids), seen)
        .order_by(Package.key)
    )
    for service_id, key in session.execute(query):
        found.setdefault(service_id, []).append(key)
    return found


def services_of_package(session: Session, key: str) -> Sequence[int]:
    """Return the ids of the services in a package.

    Raises:
        UnknownRecord: there is no such package.
    """
    package = _find(session, key)
    ours = PackagedService.package_id == package.id
    return session.scalars(select(PackagedService.service_id).where(ours)).all()


def services_in(reader: Reader, ids: Sequence[int]) -> Mapping[int, list[tuple[str | None, bool]]]:
    """Return the phase of each service in packages, and whether it was rejected, by their ids."""
    found: dict[int, list[tuple[str | None, bool]]] = {}
    query = (
        select(PackagedService.package_id, Service.phase, Service.rejected)
        .join(Service, Service.id == PackagedService.service_id)
        .where(PackagedService.package_id.in_(ids))
    )
    for package_id, phase, rejected in reader.execute(query) if ids else ():
        found.setdefault(package_id, []).append((phase, rejected))
    return found


def index_missed_packages(session: Session, most: int = MISSED_AT_ONCE) -> int:
    """Have up to `most` packages found that no search knows of, or not in full; say how many.

    They were made by a version that found services alone, or less. Needs a `transaction()`.
    """
    hold_packages(session)
    indexed = (SearchText.package_id == Package.id, SearchText.edition == EDITION)
    unknown = ~exists().where(*indexed)
    missed = session.scalars(select(Package).where(unknown).order_by(Package.id).limit(most)).all()
    for package in missed:
        _index(session, package)
    return len(missed)


def _index(session: Session, package: Package) -> None:
    words = Words(None, package.key, package.name, package.description)
    index_package_text(session, package.id, words)


def find_package(session: Session, key: str) -> Package | None:
    """Return the package of a key, if there is one."""
    return session.scalar(select(Package).where(Package.key == key))


def view_of(session: Session, package: Package) -> PackageView:
    """Return a package as it stands."""
    return _views(session, [package])[0]


def _find(session: Session, key: str, seen: ColumnElement[bool] = ANY) -> Package:
    package = session.scalar(select(Package).where(Package.key == key, seen))
    if package is None:
        raise UnknownRecord(f"there is no package `{key}`")
    return package


def _forget_services(session: Session, package: Package) -> None:
    session.execute(delete(PackagedService).where(PackagedService.package_id == package.id))


def _views(session: Session, packages: Sequence[Package]) -> tuple[PackageView, ...]:
    services: dict[int, list[Service]] = {package.id: [] for package in packages}
    query = (
        select(PackagedService.package_id, Service)
        .join(Service, Service.id == PackagedService.service_id)
        .where(PackagedService.package_id.in_(services))
        .order_by(Service.key)
    )
    for package_id, service in session.execute(query):
        services[package_id].append(service)
    return tuple(
        PackageView(
            package.key,
            package.name,
            package.description,
            tuple(service.key for service in services[package.id]),
            _standing(services[package.id]),
            package.changed_by,
            package.changed_at,
            tuple(cast("Sequence[str]", package.audiences or ())),
        )
        for package in packages
    )


def _standing(services: Sequence[Service]) -> Standing:
    all_of_them = {standing_of(service) for service in services}
    if Standing.RETIRED in all_of_them or any(service.rejected for service in services):
        return Standing.RETIRED
    return Standing.LIVE if all_of_them == {Standing.LIVE} else Standing.PREPARED
