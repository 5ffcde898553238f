"""Who sees what of services: one rule, the same in SQL and on a service in hand."""

from __future__ import annotations

from itertools import product

import pytest
from sqlalchemy import Select, select, text, true

from model.access import Caller, Role
from model.agreements import Agreement
from model.database import Database
from model.improvements import Improvement
from model.packages import Package, PackageChange, put_package
from model.services import Service
from model.sight import (
    find_seen,
    in_sight,
    of_seen,
    seen_improvements,
    seen_timers,
    sees_costs,
    sees_inside,
)
from model.timers import Timer
from rules.errors import UnknownRecord
from tests.model.agreed import agreed
from tests.model.offered import NOW, offer

PHASES = (None, "strategy", "design", "transition", "operate", "improve", "retire")
EVERY = {f"{phase}-{rejected}" for phase, rejected in product(PHASES, (True, False))}
SHOWN = {"transition-False", "operate-False", "improve-False"}


def caller(*roles: Role) -> Caller:
    """Return a caller with some roles."""
    return Caller("1", "somebody", frozenset(roles))


@pytest.mark.parametrize(
    ("roles", "seen"),
    [
        ((), SHOWN),
        ((Role.TICKETING,), SHOWN),
        ((Role.POLICY_OWNER,), EVERY),
        ((Role.SERVICE_MANAGER,), EVERY),
        ((Role.AUDITOR,), EVERY),
        ((Role.ADMIN,), EVERY),
        ((Role.TICKETING, Role.AUDITOR), EVERY),
    ],
)
def test_a_service_is_seen_alike_in_lists_and_by_its_key(
    database: Database, roles: tuple[Role, ...], seen: set[str]
) -> None:
    """In whichever phase and rejected or not; a package is seen where all of its services are."""
    who = caller(*roles)
    with database.transaction() as session:
        for phase, rejected in product(PHASES, (True, False)):
            offer(session, f"{phase}-{rejected}", "It", phase=phase, rejected=rejected)
        for key in EVERY:
            for others in ((), ("operate-False",)):
                change = PackageChange("It", None, tuple(dict.fromkeys((key, *others))))
                put_package(session, f"{key}{len(others)}", change, "Sam", NOW)
        sight = in_sight(who)
        assert set(session.scalars(select(Service.key).where(sight.services))) == seen
        packages = set(session.scalars(select(Package.key).where(sight.packages)))
        assert packages == {f"{key}{others}" for key in seen for others in (0, 1)}
        for key in EVERY - seen:
            with pytest.raises(UnknownRecord, match=f"there is no service `{key}`"):
                find_seen(session, key, who)
        assert {find_seen(session, key, who).key for key in seen} == seen


@pytest.mark.parametrize(
    "query",
    [
        select(Timer.id).where(Timer.id == "1", seen_timers(caller(Role.TICKETING))),
        select(Agreement.id).where(
            Agreement.id == "1", of_seen(Agreement.service_id, caller(Role.TICKETING))
        ),
        select(Improvement.id).where(
            Improvement.id == "1", seen_improvements(caller(Role.TICKETING))
        ),
    ],
)
def test_one_thing_is_looked_at_however_many_services_there_are(
    sqlite_database: Database, query: Select[str]
) -> None:
    """Its agreement and its service are found by their keys; no other is gone through."""
    told = str(query.compile(sqlite_database.engine, compile_kwargs={"literal_binds": True}))
    with sqlite_database.reading() as session:
        steps = [row.detail for row in session.execute(text(f"EXPLAIN QUERY PLAN {told}"))]
    looked = [step for step in steps if step.startswith(("SCAN", "SEARCH"))]
    assert any("services" in step for step in looked)
    for step in looked:
        assert "(rowid=?)" in step or "_1 (id=?)" in step, steps


def test_what_else_a_query_asks_for_makes_nothing_seen(database: Database) -> None:
    """Each agreement by its own service, beside whichever services are asked for with it."""
    with database.transaction() as session:
        for key, phase in (("mail", "operate"), ("idea", "design")):
            offer(session, key, key.title(), phase=phase)
    agreements = {key: agreed(database, name=key, service=key).id for key in ("mail", "idea")}
    seen = of_seen(Agreement.service_id, caller(Role.TICKETING))
    query = select(Service.key, Agreement.id).select_from(Agreement).join(Service, true())
    with database.reading() as session:
        rows = session.execute(query.where(seen)).all()
    assert {tuple(row) for row in rows} == {(key, agreements["mail"]) for key in agreements}


def test_whoever_sees_the_costs_sees_everything_else() -> None:
    """And what stands behind services is for more than those."""
    costs = {role for role in Role if sees_costs(caller(role))}
    inside = {role for role in Role if sees_inside(caller(role))}
    assert costs == {Role.SERVICE_MANAGER, Role.AUDITOR, Role.ADMIN}
    assert inside == costs | {Role.POLICY_OWNER}
