"""The life of a service on one line: its phases, its gates, its artifacts, what was said of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from model import standing
from model.gate_sessions import GateSession
from model.held_facts import FactChange
from model.services import ArtifactVersion, Service, find_service

MOST_OF_A_KIND = 1_000
"""So many sessions, artifacts and changes are told, the latest; more fit on no board."""


class What(StrEnum):
    """What can happen in the life of a service."""

    MADE = "made"
    SAID = "facts_changed"
    SUPPLIED = "artifact_supplied"
    HELD = "tollgate_held"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened, at one version of the service.

    `details`: of a gate `gate`, `verdict`, `result`, `phase`, `decision`, `sat`; of an artifact
    `artifact`, `artifact_version`, `location`; of facts `facts`, their names.
    """

    version: int
    at: datetime
    what: What
    by: str | None
    details: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Span:
    """A phase that the service was in; it is in the last one still (`until` is `None`)."""

    phase: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Timeline:
    """The life of a service so far, oldest first. `whole`: nothing of it is left out."""

    key: str
    name: str
    phase: str | None
    rejected: bool
    phases: tuple[Span, ...]
    events: tuple[Event, ...]
    whole: bool


def timeline_of(session: Session, key: str) -> Timeline:
    """Return the life of a service so far.

    Raises:
        UnknownRecord: there is no such service.
    """
    service = find_service(session, key)
    sessions = _sessions(session, service)
    artifacts = _artifacts(session, service)
    changes = _changes(session, service)
    whole = all(len(rows) <= MOST_OF_A_KIND for rows in (sessions, artifacts, changes))
    latest = sessions[-MOST_OF_A_KIND:]
    events = [
        *([Event(1, service.created_at, What.MADE, None, {})] if whole else []),
        *map(_held, latest),
        *map(_supplied, artifacts[-MOST_OF_A_KIND:]),
        *_said(changes[-MOST_OF_A_KIND:]),
    ]
    return Timeline(
        service.key,
        service.name,
        service.phase,
        service.rejected,
        tuple(_spans(service, latest)),
        tuple(sorted(events, key=lambda event: event.version)),
        whole,
    )


def _sessions(session: Session, service: Service) -> Sequence[GateSession]:
    query = select(GateSession).where(GateSession.service_id == service.id)
    newest_first = query.order_by(GateSession.service_version.desc())
    return session.scalars(newest_first.limit(MOST_OF_A_KIND + 1)).all()[::-1]


def _artifacts(session: Session, service: Service) -> Sequence[ArtifactVersion]:
    query = select(ArtifactVersion).where(ArtifactVersion.service_id == service.id)
    newest_first = query.order_by(ArtifactVersion.id.desc())
    return session.scalars(newest_first.limit(MOST_OF_A_KIND + 1)).all()[::-1]


def _changes(session: Session, service: Service) -> Sequence[FactChange]:
    query = select(FactChange).where(FactChange.case_id == service.subject_id)
    newest_first = query.order_by(FactChange.case_version.desc(), FactChange.id.desc())
    return session.scalars(newest_first.limit(MOST_OF_A_KIND + 1)).all()[::-1]


def _held(held: GateSession) -> Event:
    details = {
        "gate": held.gate,
        "verdict": held.verdict,
        "result": held.result,
        "phase": held.phase,
        "decision": held.decision_id,
        "sat": held.sat,
    }
    return Event(held.service_version, held.at, What.HELD, held.by, details)


def _supplied(artifact: ArtifactVersion) -> Event:
    details = {
        "artifact": artifact.name,
        "artifact_version": artifact.version,
        "location": artifact.location,
    }
    by, at = artifact.supplied_by, artifact.supplied_at
    return Event(artifact.service_version, at, What.SUPPLIED, by, details)


def _said(changes: Iterable[FactChange]) -> Iterator[Event]:
    """What follows from artifacts and gates is told by those."""
    said = (change for change in changes if not standing.stands(change.name))
    for version, group in groupby(said, key=lambda change: change.case_version):
        rows = list(group)
        facts = [row.name for row in rows]
        yield Event(version, rows[0].at, What.SAID, rows[0].by, {"facts": facts})


def _spans(service: Service, sessions: Sequence[GateSession]) -> Iterator[Span]:
    """Yield the phases, each until a session of a gate led to another."""
    begun = [(service.created_at, standing.FIRST_PHASE)]
    begun += [(held.at, held.phase) for held in sessions if held.phase]
    entered = [next(group) for _, group in groupby(begun, key=lambda each: each[1])]
    ends = [at for at, _ in entered[1:]] + [None]
    for (since, phase), until in zip(entered, ends, strict=True):
        yield Span(phase, since, until)
