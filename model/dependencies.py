"""Dependencies: which services a service rests on; never, in the end, on itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import ColumnElement, ForeignKey, delete, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from model.catalogue_standing import why_ended
from model.database import Base
from model.locking import hold
from model.services import ANY, Service, lock_service, services_named
from rules.errors import BadFields, DependencyCycle
from rules.field_problem import FieldProblem


class Dependency(Base):
    """A service that rests on another one."""

    __tablename__ = "dependencies"

    service_id: Mapped[int] = mapped_column(ForeignKey("services.id"), primary_key=True)
    rests_on_id: Mapped[int] = mapped_column(
        ForeignKey("services.id"), primary_key=True, index=True
    )


def rest_on(session: Session, service_key: str, others: Sequence[str]) -> tuple[str, ...]:
    """Say on which services a service rests, in place of what was said before.

    Needs a `transaction()`.

    Raises:
        UnknownRecord: there is no such service.
        BadFields: it rests on a service that there is not, or anew on one that has ended.
        DependencyCycle: one of those rests, in the end, on this one.
    """
    hold(session, "dependencies")
    service = lock_service(session, service_key)
    ids = services_named(session, others, "/rests_on")
    _require_in_use(session, service, ids, others)
    way = _way_back(session, ids.values(), service.id)
    if way:
        names = " → ".join([service_key, *_keys(session, way)])
        raise DependencyCycle(f"that would be a circle: {names}")
    if set(rests_on(session, [service.id]).get(service.id, [])) == set(ids):
        return tuple(sorted(ids))
    session.execute(delete(Dependency).where(Dependency.service_id == service.id))
    rows = [{"service_id": service.id, "rests_on_id": id} for id in dict.fromkeys(ids.values())]
    if rows:
        session.execute(insert(Dependency), rows)
    return tuple(sorted(ids))


def _require_in_use(
    session: Session, service: Service, ids: Mapping[str, int], others: Sequence[str]
) -> None:
    """Refuse to rest anew on what has ended or was rejected."""
    ours = Dependency.service_id == service.id
    before = set(session.scalars(select(Dependency.rests_on_id).where(ours)))
    new = select(Service).where(Service.id.in_(set(ids.values()) - before))
    ended = {each.key: why for each in session.scalars(new) if (why := why_ended(each))}
    problems = [
        FieldProblem(f"/rests_on/{place}", f"the service `{key}` {ended[key]}")
        for place, key in enumerate(others)
        if key in ended
    ]
    if problems:
        raise BadFields(problems)


def rests_on(
    session: Session, ids: Sequence[int], seen: ColumnElement[bool] = ANY
) -> Mapping[int, list[str]]:
    """Return the keys of what each service rests on, as far as `seen`, by the services' ids."""
    found: dict[int, list[str]] = {}
    query = (
        select(Dependency.service_id, Service.key)
        .join(Service, Service.id == Dependency.rests_on_id)
        .where(Dependency.service_id.in_(ids), seen)
        .order_by(Service.key)
    )
    for service_id, key in session.execute(query):
        found.setdefault(service_id, []).append(key)
    return found


def resting_on(session: Session, service_id: int) -> Mapping[int, str]:
    """Return the services (ids and keys) that rest on one, directly or in the end."""
    directly = select(Dependency.service_id).where(Dependency.rests_on_id == service_id)
    above = directly.cte(recursive=True)
    further = select(Dependency.service_id).join(
        above, Dependency.rests_on_id == above.c.service_id
    )
    ids = select(above.union(further).c.service_id)
    query = select(Service.id, Service.key).where(Service.id.in_(ids)).order_by(Service.key)
    return dict(iter(session.execute(query).all()))


def rested_on(session: Session, ids: Sequence[int]) -> Sequence[int]:
    """Return the ids of all that some services rest on, directly or in the end."""
    directly = select(Dependency.rests_on_id).where(Dependency.service_id.in_(ids))
    below = directly.cte(recursive=True)
    further = select(Dependency.rests_on_id).join(
        below, Dependency.service_id == below.c.rests_on_id
    )
    return session.scalars(select(below.union(further).c.rests_on_id)).all()


def _way_back(session: Session, starts: Iterable[int], end: int) -> list[int]:
    """Return a way along dependencies from one of `starts` to `end`; empty if there is none."""
    came_from: dict[int, int | None] = dict.fromkeys(starts)
    waiting = list(came_from)
    while waiting:
        rows = session.execute(
            select(Dependency.service_id, Dependency.rests_on_id).where(
                Dependency.service_id.in_(waiting)
            )
        ).all()
        waiting = []
        for service_id, rests_on_id in rows:
            if rests_on_id not in came_from:
                came_from[rests_on_id] = service_id
                waiting.append(rests_on_id)
    way: list[int] = []
    step: int | None = end if end in came_from else None
    while step is not None:
        way.append(step)
        step = came_from[step]
    return way[::-1]


def _keys(session: Session, ids: Sequence[int]) -> list[str]:
    found = session.execute(select(Service.id, Service.key).where(Service.id.in_(ids))).all()
    keys: dict[int, str] = dict(iter(found))
    return [keys[id] for id in ids]
