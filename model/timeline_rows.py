"""What rows tell of the life of a service: that it was made, and what was said and done since."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import cast

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from model import json_text, standing
from model.decisions import DecisionRecord
from model.gate_sessions import GateSession
from model.held_facts import FactChange
from model.service_events import Noted, ServiceEvent
from model.services import ArtifactVersion, Service
from model.timeline_events import Event, Place, Told, What, Window

_Answer = Mapping[str, Mapping[str, str] | None]
_NOTED = frozenset(What(each.value) for each in Noted) - {What.MADE}
_NAMED = ("part", "package", "customer", "maintenance", "continuity", "product", "system")


def of_rows(session: Session, service: Service, window: Window) -> Iterator[Told]:
    """Yield what happened within a window; of each source in its own order."""
    for rank, (kinds, read) in enumerate(_SOURCES):
        if kinds & window.kinds:
            yield from read(session, service, window, rank)


def _made(session: Session, service: Service, window: Window, rank: int) -> Iterator[Told]:
    """A service that an older version of the product made has no row that says by whom."""
    ours = (ServiceEvent.service_id == service.id, ServiceEvent.what == Noted.MADE)
    row = session.scalar(select(ServiceEvent).where(*ours))
    details: dict[str, object] = {"case": service.born_of.ref if service.born_of else None}
    if row is not None:
        details["changes"] = _changes(row)
    at, by = service.created_at, row.by if row else None
    yield from window.among([(Place(at, 1, rank, 0), Event(1, at, What.MADE, by, details))])


def _said(session: Session, service: Service, window: Window, rank: int) -> Iterator[Told]:
    """What follows from artifacts and gates is told by those."""
    version = FactChange.case_version
    ours = (FactChange.case_id == service.subject_id, ~_STANDS)
    query = select(FactChange.at, version, FactChange.by).where(*ours).distinct()
    rows = session.execute(window.of(query, FactChange.at, version, rank, version)).all()
    names: dict[int, list[str]] = defaultdict(list)
    told = select(version, FactChange.name).where(*ours, version.in_([row[1] for row in rows]))
    for number, name in session.execute(told.order_by(FactChange.id)):
        names[number].append(name)
    for at, number, by in rows:
        event = Event(number, at, What.SAID, by, {"facts": names[number]})
        yield Place(at, number, rank, number), event


def _supplied(session: Session, service: Service, window: Window, rank: int) -> Iterator[Told]:
    table = ArtifactVersion
    query = select(table).where(table.service_id == service.id)
    wanted = window.of(query, table.supplied_at, table.service_version, rank, table.id)
    for row in session.scalars(wanted):
        details = {
            "artifact": row.name,
            "artifact_version": row.version,
            "location": row.location,
        }
        at, version = row.supplied_at, row.service_version
        event = Event(version, at, What.SUPPLIED, row.supplied_by, details)
        yield Place(at, version, rank, row.id), event


def _held(session: Session, service: Service, window: Window, rank: int) -> Iterator[Told]:
    table = GateSession
    query = select(table).where(table.service_id == service.id)
    wanted = window.of(query, table.at, table.service_version, rank, table.id)
    rows = session.scalars(wanted).all()
    awaited = _awaited(session, [row.decision_id for row in rows if row.result is None])
    for row in rows:
        details = {
            "gate": row.gate,
            "verdict": row.verdict,
            "result": row.result,
            "phase": row.phase,
            "decision": row.decision_id,
            "sat": row.sat,
            "forum": row.forum,
            "awaits": awaited.get(row.decision_id),
        }
        event = Event(row.service_version, row.at, What.HELD, row.by, details)
        yield Place(row.at, row.service_version, rank, row.id), event


def _awaited(session: Session, decisions: Sequence[str]) -> Mapping[str, str | None]:
    """Return whom decisions (ids) that came to no result ask for the facts that are missing."""
    table = DecisionRecord
    rows = session.execute(select(table.id, table.answer).where(table.id.in_(decisions)))
    bodies = {row.id: cast("_Answer", json_text.loads(row.answer)) for row in rows}
    return {id: (body["outcome"] or {}).get("assign_to") for id, body in bodies.items()}


def _noted(session: Session, service: Service, window: Window, rank: int) -> Iterator[Told]:
    table, kinds = ServiceEvent, [kind.value for kind in _NOTED & window.kinds]
    query = select(table).where(table.service_id == service.id, table.what.in_(kinds))
    for row in session.scalars(window.of(query, table.at, table.service_version, rank, table.id)):
        name = row.what.partition("_")[0]
        named = {name: row.subject} if name in _NAMED else {}
        details = {**named, "changes": _changes(row)}
        event = Event(row.service_version, row.at, What(row.what), row.by, details)
        yield Place(row.at, row.service_version, rank, row.id), event


def _changes(row: ServiceEvent) -> Sequence[object]:
    return [
        {"member": name, "from": row.before.get(name), "to": row.after.get(name)}
        for name in dict.fromkeys((*row.before, *row.after))
    ]


_STANDS = or_(
    FactChange.name.startswith("has_", autoescape=True),
    FactChange.name.in_(
        ["service_rejected"]
        + [f"gate_{gate}_{came}" for gate in standing.GATES for came in ("passed", "failed")]
    ),
)
"""As `standing.stands` says of a name."""

_SOURCES: Sequence[
    tuple[frozenset[What], Callable[[Session, Service, Window, int], Iterator[Told]]]
] = (
    (frozenset({What.MADE}), _made),
    (frozenset({What.SAID}), _said),
    (frozenset({What.SUPPLIED}), _supplied),
    (frozenset({What.HELD}), _held),
    (_NOTED, _noted),
)
"""In the order in which they are told of one version; a cursor holds the place in it."""
