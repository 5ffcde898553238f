"""Artifacts that the case of a service calls complete, and of which nobody said where they are.

Milestones of a case and artifacts of its service are the same facts, entered once: what is supplied
to the service, the case knows. The other way round a case knows no location, so the artifact
is shown as reported, and its location is asked for; it has no version, and stands for nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from model.cases import find_case
from model.held_facts import facts_of
from model.revisions import book_of, live_revision
from model.services import Service


@dataclass(frozen=True, slots=True)
class Reported:
    """An artifact that a case calls complete; `asked_of`: the role that is to say where it is."""

    artifact: str
    case: str
    reported_by: str
    reported_at: datetime
    asked_of: str


def reported_artifacts(
    session: Session, service: Service, supplied: Collection[str]
) -> tuple[Reported, ...]:
    """Return the artifacts that are complete by the case that a service was born of.

    `supplied`: those that have a location, which are reported no more.
    """
    revision = live_revision(session)
    if service.born_of is None or revision is None:
        return ()
    case = find_case(session, service.born_of.ref)
    held = facts_of(session, case.id) if case is not None else {}
    vocabulary = book_of(session, revision).vocabulary
    return tuple(
        Reported(
            artifact,
            case.ref,
            held[fact].supplied_by,
            held[fact].supplied_at,
            vocabulary.facts[fact].asked_of,
        )
        for artifact, fact in vocabulary.milestones.items()
        if case is not None
        and artifact not in supplied
        and fact in held
        and held[fact].value == "true"
    )
