"""A service in hand: locked, and seen with all that a session of a toll-gate depends on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from model import json_text
from model.case_in_hand import Taken, take, taken, taking
from model.cases import Case, no_such_case
from model.database import table_of
from model.prepared import Prepared
from model.services import ArtifactVersion, Service
from model.sql_json import ObjectOfPairs
from model.subjects import ref_of_service

_CASES, _SERVICES, _VERSIONS = table_of(Case), table_of(Service), table_of(ArtifactVersion)
_SEEN = ("id", "key", "name", "line_manager", "phase", "rejected")


@dataclass(slots=True)
class ServiceInHand:
    """A locked service as it is being changed; its members are those of `Service`.

    `versions`: the number of the latest version of each artifact that was supplied.
    """

    id: int
    key: str
    name: str
    line_manager: str | None
    phase: str | None
    rejected: bool
    versions: Mapping[str, int]


AnyService = Service | ServiceInHand
"""A service, as an object of the ORM or in hand."""


def take_service(session: Session, key: str) -> tuple[Taken, ServiceInHand]:
    """Lock a service; its case in hand is what holds its facts and its record.

    Raises:
        UnknownRecord: there is none of that key.
    """
    row = take(session, _TAKING, of_key=key)
    if not row:
        raise no_such_case(ref_of_service(key))
    beside = row[-len(_SEEN) - 1 :]
    latest = cast("Mapping[str, int]", json_text.loads(beside[-1] or "{}"))
    return taken(session, row), ServiceInHand(*(*beside[:-1], latest))


def put_service_back(session: Session, service: ServiceInHand) -> None:
    """Write where the service stands now."""
    now = {"of_id": service.id, "phase": service.phase, "rejected": service.rejected}
    _PUTTING.run(session, now)


def _taking() -> Prepared:
    name, latest = _VERSIONS.c.name, func.max(_VERSIONS.c.version).label("latest")
    of_service = _VERSIONS.c.service_id == _SERVICES.c.id
    each = select(name, latest).where(of_service).group_by(name).correlate(_SERVICES).subquery()
    of_key = _SERVICES.c.key == bindparam("of_key")
    # Said so, each is found by its own index; as a join PostgreSQL reads all of a small table.
    subject = select(_SERVICES.c.subject_id).where(of_key).correlate(None).scalar_subquery()
    return taking(
        _CASES.c.id == subject,
        _CASES.join(_SERVICES, of_key),
        *(_SERVICES.c[name].label(f"service_{name}") for name in _SEEN),
        select(ObjectOfPairs(each.c.name, each.c.latest)).scalar_subquery(),
    )


_TAKING = _taking()
_PUTTING = Prepared(
    update(_SERVICES)
    .where(_SERVICES.c.id == bindparam("of_id"))
    .values(phase=bindparam("phase"), rejected=bindparam("rejected"))
)
