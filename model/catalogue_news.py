"""News of the catalogue: whoever manages the relationship with the business is told of changes.

Told is what customers are shown, in the transaction that changes it: a service that enters the
catalogue or leaves it, a package likewise, and whichever of their members are others than before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256

from sqlalchemy.orm import Session

from model import json_text
from model.catalogue import shown_entry
from model.catalogue_standing import Standing, is_shown, standing_of
from model.moment import Moment
from model.outbox import Event, EventType, Letter, announce
from model.packages import find_package, view_of
from model.roster import BUSINESS_RELATIONS
from model.rosters import current_roster
from model.service_in_hand import AnyService
from model.services import Service

_SAYS = {"entered": "is new in it", "left": "has left it", "changed": "has changed"}

Face = Mapping[str, object]
"""What customers are shown of something; `None` in its place: nothing."""


@contextmanager
def telling_of_service(session: Session, service: Service, moment: Moment) -> Iterator[None]:
    """Tell what becomes other, in the catalogue, of a service that is locked."""
    before = _face_of_service(session, service)
    yield
    _tell(session, "service", before, _face_of_service(session, service), moment)


@contextmanager
def telling_of_gate(session: Session, service: AnyService, moment: Moment) -> Iterator[None]:
    """Tell what a toll-gate makes of a service: where it stands, which is all that a gate changes.

    Where it stands as before, nothing is asked of the database.
    """
    before = _standing_face(service)
    yield
    _tell(session, "service", before, _standing_face(service), moment)


@contextmanager
def telling_of_package(session: Session, key: str, moment: Moment) -> Iterator[None]:
    """Tell what becomes other of a package while nobody else changes packages."""
    before = _face_of_package(session, key)
    yield
    _tell(session, "package", before, _face_of_package(session, key), moment)


def _standing_face(service: AnyService) -> Face | None:
    if not is_shown(service):
        return None
    return {"key": service.key, "name": service.name, "standing": standing_of(service)}


def _face_of_service(session: Session, service: Service) -> Face | None:
    session.flush()
    entry = shown_entry(session, service)
    if entry is None:
        return None
    return {
        "key": entry.key,
        "name": entry.name,
        "description": entry.description,
        "category": entry.category,
        "standing": entry.standing,
        "options": entry.options or [],
        "charging": entry.charging,
        "quality": entry.quality or {},
        "value": entry.value,
        "technologies": entry.technologies or [],
        "audiences": entry.audiences or [],
        "planned_live_on": entry.planned_live_on and entry.planned_live_on.isoformat(),
        "planned_end_on": entry.planned_end_on and entry.planned_end_on.isoformat(),
        "parts": [[p.key, p.name, p.description, p.standing] for p in entry.parts],
        "rests_on": entry.rests_on,
    }


def _face_of_package(session: Session, key: str) -> Face | None:
    package = find_package(session, key)
    view = None if package is None else view_of(session, package)
    if view is None or view.standing is Standing.RETIRED:
        return None
    told = ("key", "name", "description", "services", "audiences", "standing")
    return {name: getattr(view, name) for name in told}


def _tell(
    session: Session, kind: str, before: Face | None, after: Face | None, moment: Moment
) -> None:
    shown = after or before
    if before == after or shown is None:
        return
    what = "entered" if before is None else "left" if after is None else "changed"
    changed = [name for name in shown if before and after and before[name] != after[name]]
    data = {
        "what": what,
        kind: {"key": shown["key"], "name": shown["name"]},
        "standing": after["standing"] if after else Standing.RETIRED,
        "changed": changed,
    }
    subject = f"{kind}s/{shown['key']}"
    # The same change, tried again after it lost to another transaction, is the same event.
    change = json_text.dumps([before, after, moment.now.isoformat()])
    key = f"catalogue.changed/{subject}/{sha256(change.encode()).hexdigest()}"
    letter = _letter(str(shown["name"]), what, changed, subject)
    event = Event(EventType.CATALOGUE_CHANGED, key, subject, data, moment.now, letter)
    holders = current_roster(session).roster.holders(BUSINESS_RELATIONS, None, moment.today)
    announce(session, event, [holder.person.email for holder in holders])


def _letter(name: str, what: str, changed: Sequence[str], subject: str) -> Letter:
    words = ", ".join(changed).replace("_", " ")
    text = f"{name} {_SAYS[what]}." + (f" Other than before: {words}." if changed else "")
    return Letter(f"Service catalogue: {name} {_SAYS[what]}", f"{text}\n\n/api/v1/{subject}")
