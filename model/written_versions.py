"""Every version of an agreement or an improvement: what was written, what of it anew, by whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import cast

from sqlalchemy import Select, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from model.access import Caller
from model.agreements import Agreement, AgreementVersion, find_agreement
from model.cursors import LONGEST_PAGE, number_in
from model.improvements import ImprovementVersion, find_improvement
from model.services import Service
from model.sight import in_sight, of_seen, sees_inside

Written = Select[int, object, str, datetime]


@dataclass(frozen=True, slots=True)
class Version:
    """What counted from `at` on, as JSON. `changed`: the members that were otherwise before."""

    number: int
    written: Mapping[str, object]
    changed: tuple[str, ...]
    by: str
    at: datetime


VersionPage = tuple[tuple[Version, ...], str | None]
"""Some versions, the latest first, and the cursor of those before them."""


def versions_of_agreement(
    session: Session, agreement_id: str, after: str | None, limit: int, caller: Caller
) -> VersionPage:
    """Return up to `limit` (at most 200) versions of an agreement, as a caller sees them.

    Raises:
        UnknownRecord: there is no such agreement.
        BadFields: `after` is not a cursor.
    """
    find_agreement(session, agreement_id)
    table = AgreementVersion
    query = select(table.version, table.terms, table.by, table.at)
    ours = query.where(table.agreement_id == agreement_id)
    return _page(session, ours, table.version, after, limit, caller)


def versions_of_improvement(
    session: Session, improvement_id: str, after: str | None, limit: int, caller: Caller
) -> VersionPage:
    """Return up to `limit` (at most 200) versions of an improvement, as a caller sees them.

    Raises:
        UnknownRecord: there is no such improvement.
        BadFields: `after` is not a cursor.
    """
    find_improvement(session, improvement_id)
    table = ImprovementVersion
    query = select(table.version, table.plan, table.by, table.at)
    ours = query.where(table.improvement_id == improvement_id)
    return _page(session, ours, table.version, after, limit, caller)


def _page(
    session: Session,
    query: Written,
    version: InstrumentedAttribute[int],
    after: str | None,
    limit: int,
    caller: Caller,
) -> VersionPage:
    limit = max(1, min(limit, LONGEST_PAGE))
    if after is not None:
        query = query.where(version < number_in(after))
    found = session.execute(query.order_by(version.desc()).limit(limit + 1)).all()
    wrote = [cast("Mapping[str, object]", written) for _, written, _, _ in found]
    if not sees_inside(caller):
        wrote = _as_seen(session, wrote, caller)
    read = [
        Version(number, written, (), by, at)
        for (number, _, by, at), written in zip(found, wrote, strict=True)
    ]
    told = [_since(later, earlier) for later, earlier in pairwise(read)]
    if len(found) > limit:
        return tuple(told), str(told[-1].number)
    return (*told, *read[-1:]), None


def _as_seen(
    session: Session, wrote: Sequence[Mapping[str, object]], caller: Caller
) -> list[Mapping[str, object]]:
    """Leave out the services and agreements that were named, and that a caller does not see."""
    keys = {each.get("service") for each in wrote}
    ids = {each.get("agreement") for each in wrote} | {id for each in wrote for id in _under(each)}
    services = select(Service.key).where(Service.key.in_(keys), in_sight(caller).services)
    agreements = select(Agreement.id).where(
        Agreement.id.in_(ids), of_seen(Agreement.service_id, caller)
    )
    seen = {*session.scalars(services), *session.scalars(agreements)}
    return [{name: _left(name, said, seen) for name, said in written.items()} for written in wrote]


def _under(written: Mapping[str, object]) -> Sequence[str]:
    return cast("Sequence[str]", written.get("beneath", ()))


def _left(name: str, said: object, seen: Set[str]) -> object:
    if name == "beneath":
        return [id for id in cast("Sequence[str]", said) if id in seen]
    return said if name not in ("service", "agreement") or said in seen else None


def _since(later: Version, earlier: Version) -> Version:
    changed = tuple(
        name for name, said in later.written.items() if said != earlier.written.get(name)
    )
    return Version(later.number, later.written, changed, later.by, later.at)
