"""Services and the artifacts that stand behind them: the tables, finding and locking."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    bindparam,
    func,
    select,
    true,
)
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from model.append_only import append_only
from model.cases import Case, doubles_of, find_case, lock_case, no_such_case
from model.columns import Instant, JsonText, RowNumber
from model.cursors import number_in
from model.database import Base, table_of
from model.subjects import ref_of_service
from model.texts import LONGEST_NAME
from rules.errors import BadFields
from rules.field_problem import FieldProblem
from rules.spelling import did_you_mean

LONGEST_KEY = 100
KEY = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,99}")
LONGEST_PAGE = 200
ANY: ColumnElement[bool] = true()
"""The condition on rows that is none."""


class Service(Base):
    """A service, from the idea to its phase-out.

    `subject`: the row that holds its facts, its version and its chain in the record.
    `phase` and `rejected` say what its latest toll-gate left. `review_every`: how often its
    business case is reviewed (ISO 8601). `born_of`: the case that it came from.

    Its offer, each as JSON: service level `options`, how it is charged for, what it costs those
    who provide it, attributes of `quality`, the `technologies` that enable it, the `audiences`
    that it is for, and its `capacity` (`model/capacity.py`); in words its
    `value` to those who use it; and the days on which it is planned to be live and to end.
    """

    __tablename__ = "services"
    __table_args__ = (
        Index(None, "category"),
        Index(None, "phase"),
        Index(None, "planned_live_on"),
        Index(None, "planned_end_on"),
    )

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    subject_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), unique=True)
    key: Mapped[str] = mapped_column(String(LONGEST_KEY), unique=True)
    name: Mapped[str] = mapped_column(Text)
    description: Mapped[str | None] = mapped_column(Text)
    category: Mapped[str | None] = mapped_column(String(LONGEST_NAME))
    portfolio_manager: Mapped[str | None] = mapped_column(String(LONGEST_NAME))
    product_manager: Mapped[str | None] = mapped_column(String(LONGEST_NAME))
    line_manager: Mapped[str | None] = mapped_column(String(LONGEST_NAME))
    review_every: Mapped[str | None] = mapped_column(String(20))
    options: Mapped[object | None] = mapped_column(JsonText)
    charging: Mapped[object | None] = mapped_column(JsonText)
    cost: Mapped[object | None] = mapped_column(JsonText)
    quality: Mapped[object | None] = mapped_column(JsonText)
    capacity: Mapped[object | None] = mapped_column(JsonText)
    value: Mapped[str | None] = mapped_column(Text)
    technologies: Mapped[object | None] = mapped_column(JsonText)
    audiences: Mapped[object | None] = mapped_column(JsonText)
    planned_live_on: Mapped[date | None]
    planned_end_on: Mapped[date | None]
    phase: Mapped[str | None] = mapped_column(String(20))
    rejected: Mapped[bool] = mapped_column(default=False)
    born_of_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(Instant)

    subject: Mapped[Case] = relationship(foreign_keys=subject_id, lazy="joined", innerjoin=True)
    born_of: Mapped[Case | None] = relationship(foreign_keys=born_of_id, lazy="select")


@append_only
class ArtifactVersion(Base):
    """An artifact as it was supplied: the n-th version, where it is, and who supplied it."""

    __tablename__ = "artifact_versions"
    __table_args__ = (UniqueConstraint("service_id", "name", "version"),)

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("services.id"))
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    version: Mapped[int] = mapped_column(RowNumber)
    location: Mapped[str] = mapped_column(Text)
    supplied_by: Mapped[str] = mapped_column(String(LONGEST_NAME))
    supplied_at: Mapped[datetime] = mapped_column(Instant)
    service_version: Mapped[int] = mapped_column(RowNumber)


_BY_KEY = select(Service).where(Service.key == bindparam("of_key"))
_VERSIONS = table_of(ArtifactVersion)
_LATEST = (
    select(_VERSIONS.c.name, func.max(_VERSIONS.c.version))
    .where(_VERSIONS.c.service_id == bindparam("of_service"))
    .group_by(_VERSIONS.c.name)
)


def find_service(session: Session, key: str) -> Service:
    """Return a service.

    Raises:
        UnknownRecord: there is none of that key.
    """
    service = session.scalar(_BY_KEY, {"of_key": key})
    if service is None:
        raise no_such_case(ref_of_service(key))
    return service


def lock_service(session: Session, key: str) -> Service:
    """Return a service that nobody else may change until the end of the transaction.

    Raises:
        UnknownRecord: there is none of that key.
    """
    lock_case(session, ref_of_service(key))
    return find_service(session, key)


def services_named(session: Session, keys: Sequence[str], pointer: str) -> dict[str, int]:
    """Return the ids of services by their keys; `pointer`: where a caller sent the keys.

    Raises:
        BadFields: there is none of some key.
    """
    found = session.execute(select(Service.key, Service.id).where(Service.key.in_(keys))).all()
    ids: dict[str, int] = dict(iter(found))
    unknown = [(place, key) for place, key in enumerate(keys) if key not in ids]
    if unknown:
        known = session.scalars(select(Service.key).limit(1_000)).all()
        detail = "there is no such service"
        raise BadFields(
            [
                FieldProblem(f"{pointer}/{place}", detail, did_you_mean(key, known))
                for place, key in unknown
            ]
        )
    return ids


def services_after(
    session: Session,
    after: str | None,
    limit: int,
    case: str | None = None,
    seen: ColumnElement[bool] = ANY,
) -> Sequence[Service]:
    """Return up to `limit` services, in the order in which they were made.

    `case`: only those that came from the case of this ref; `seen`: that whoever asks sees.

    Raises:
        BadFields: `after` is not a cursor.
        UnknownRecord: there is no such case.
    """
    query = select(Service).where(seen).order_by(Service.id).limit(limit)
    if case is not None:
        query = query.where(Service.born_of_id.in_(_case_ids(session, case)))
    if after is not None:
        query = query.where(Service.id > number_in(after))
    return session.scalars(query).all()


def _case_ids(session: Session, ref: str) -> list[int]:
    """Return the case that a ref leads to, and its doubles."""
    case = find_case(session, ref)
    if case is None:
        raise no_such_case(ref)
    return [case.id, *(double.id for double in doubles_of(session, case))]


def latest_artifacts(session: Session, service: Service) -> Sequence[ArtifactVersion]:
    """Return the latest version of each artifact that was supplied, by name."""
    ours = ArtifactVersion.service_id == service.id
    latest = select(func.max(ArtifactVersion.id)).where(ours).group_by(ArtifactVersion.name)
    query = select(ArtifactVersion).where(ArtifactVersion.id.in_(latest))
    return session.scalars(query.order_by(ArtifactVersion.name)).all()


def latest_versions(session: Session, service: Service) -> dict[str, int]:
    """Return the number of the latest version of each artifact that was supplied."""
    rows = session.connection().execute(_LATEST, {"of_service": service.id})
    return {row[0]: row[1] for row in rows}


def artifact_versions(session: Session, service: Service, name: str) -> Sequence[ArtifactVersion]:
    """Return every version of an artifact, newest first."""
    ours = (ArtifactVersion.service_id == service.id, ArtifactVersion.name == name)
    query = select(ArtifactVersion).where(*ours).order_by(ArtifactVersion.version.desc())
    return session.scalars(query).all()
