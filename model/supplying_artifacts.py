"""Supplying artifacts of a service: each time a new version, which stands from then on.

Where the artifact is a milestone of the case that the service was born of, such as its Support
Model, the case knows of it from the same moment on: it is entered once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from model import standing, supplying
from model.access import Caller
from model.cases import lock_case
from model.held_facts import facts_of
from model.locations import require_location
from model.moment import Moment
from model.revisions import live_book
from model.service_life import ServiceView, view_of
from model.services import ArtifactVersion, Service, lock_service
from model.texts import LONGEST_NAME, require_texts
from rules.errors import UnknownRecord
from rules.spelling import did_you_mean
from rules.values import Value
from rules.vocabulary import Vocabulary


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

    The case that the service was born of is told, if it waits for that artifact. What was said of
    the version before, such as that a plan leaves out the first release, is as if never said.

    Raises:
        UnknownRecord: there is no such service, or no such artifact.
        ServiceMovedOn: `require` refuses the version that it is at.
        BadFields: a location that nobody may be sent to, an unsound name.
        NoLiveRevision: no rules are published that say what the artifacts are.
    """
    require_texts({"/by": (supplied.by, LONGEST_NAME)})
    location = require_location(supplied.location, supplied.schemes)
    vocabulary = live_book(session).vocabulary
    _require_artifact(vocabulary, supplied.name)
    service = lock_service(session, key)
    subject, by = service.subject, supplied.by or caller.name
    require(subject.version)
    last = _last_version(session, service, supplied.name)
    held = facts_of(session, subject.id)
    changes = _follows(vocabulary, supplied.name, last, held)
    supply = supplying.compare(session, subject, changes, moment.now, held=held)
    supplying.store(session, subject, supply, by)
    _reach_milestone(session, service, vocabulary.milestones.get(supplied.name), by, moment)
    session.add(
        ArtifactVersion(
            service_id=service.id,
            name=supplied.name,
            version=last + 1,
            location=location,
            supplied_by=by,
            supplied_at=supply.supplied_at,
            service_version=subject.version,
        )
    )
    session.flush()
    return view_of(session, service)


def _follows(
    vocabulary: Vocabulary, artifact: str, last: int, held: Collection[str]
) -> dict[str, Value | None]:
    """Return what follows from a version of an artifact after its `last`: it is there.

    What was said of the version before is not said of this one.
    """
    has_it = f"has_{artifact}"
    there: dict[str, Value | None] = {has_it: True} if has_it in vocabulary.facts else {}
    outdated = [name for name in vocabulary.said_of(artifact) if last and name in held]
    return {**there, **dict.fromkeys(outdated)}


def _reach_milestone(
    session: Session, service: Service, fact: str | None, by: str, moment: Moment
) -> None:
    """Let the case that a service was born of know a fact, unless it does already."""
    if fact is None or service.born_of is None:
        return
    case = lock_case(session, service.born_of.ref)
    supply = supplying.compare(session, case, {fact: True}, moment.now)
    if fact not in supply.held or supply.held[fact].value != "true":
        supplying.store(session, case, supply, by)


def _require_artifact(vocabulary: Vocabulary, name: str) -> None:
    known = standing.artifacts_of(vocabulary)
    if name not in known:
        hint = did_you_mean(name, known)
        raise UnknownRecord(f"nobody asks for `{name}`" + (f"; {hint}" if hint else ""))


def _last_version(session: Session, service: Service, name: str) -> int:
    ours = (ArtifactVersion.service_id == service.id, ArtifactVersion.name == name)
    return session.scalar(select(func.max(ArtifactVersion.version)).where(*ours)) or 0
