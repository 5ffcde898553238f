"""Supplying artifacts of a service: each time a new version, which stands from then on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from model import standing, supplying
from model.access import Caller
from model.locations import require_location
from model.moment import Moment
from model.revisions import live_book
from model.service_life import ServiceView, view_of
from model.services import ArtifactVersion, Service, lock_service
from model.texts import LONGEST_NAME, require_texts
from rules.errors import UnknownRecord
from rules.rule_book import RuleBook
from rules.spelling import did_you_mean


@dataclass(frozen=True, slots=True)
class Supplied:
    """An artifact as somebody supplies it; `schemes`: those that a location may have."""

    name: str
    location: str
    schemes: tuple[str, ...] = ()
    by: str | None = None


def supply_artifact(
    session: Session,
    key: str,
    supplied: Supplied,
    require: Callable[[int], None],
    caller: Caller,
    moment: Moment,
) -> ServiceView:
    """Add a version of an artifact, which stands from now on. Needs a `transaction()`.

    Raises:
        UnknownRecord: there is no such service, or no such artifact.
        ServiceMovedOn: `require` refuses the version that it is at.
        BadFields: a location that nobody may be sent to, an unsound name.
        NoLiveRevision: no rules are published that say what the artifacts are.
    """
    require_texts({"/by": (supplied.by, LONGEST_NAME)})
    location = require_location(supplied.location, supplied.schemes)
    _require_artifact(live_book(session), supplied.name)
    service = lock_service(session, key)
    subject, by = service.subject, supplied.by or caller.name
    require(subject.version)
    supply = supplying.compare(session, subject, {f"has_{supplied.name}": True}, moment.now)
    supplying.store(session, subject, supply, by)
    session.add(
        ArtifactVersion(
            service_id=service.id,
            name=supplied.name,
            version=_last_version(session, service, supplied.name) + 1,
            location=location,
            supplied_by=by,
            supplied_at=supply.supplied_at,
            service_version=subject.version,
        )
    )
    session.flush()
    return view_of(session, service)


def _require_artifact(book: RuleBook, name: str) -> None:
    known = standing.artifacts_of(book.vocabulary)
    if name not in known:
        hint = did_you_mean(name, known)
        raise UnknownRecord(f"no toll-gate asks for `{name}`" + (f"; {hint}" if hint else ""))


def _last_version(session: Session, service: Service, name: str) -> int:
    ours = (ArtifactVersion.service_id == service.id, ArtifactVersion.name == name)
    return session.scalar(select(func.max(ArtifactVersion.version)).where(*ours)) or 0
