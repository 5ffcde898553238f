"""What the catalogue lacks (MTC practice 1): needs that nothing met, demand, and what nobody asks.

All of it is read from facts of cases: that a need was found which neither a service nor a part
meets, and which service met one. A case counts on the day on which its answer was said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal_column, select
from sqlalchemy.orm import Session, aliased

from model.capacity import Capacity
from model.cases import Case
from model.completeness import Incomplete, incomplete_services
from model.grouping import alike_groups
from model.held_facts import CaseFact
from model.moment import begins, day_after
from model.parts import Part
from model.services import Service
from model.subjects import is_a_case
from model.unasked import Unasked, unasked_services
from model.unborn import Unborn, live_routings, viable_without_service

MOST_CASES = 2_000
"""Needs that are grouped, the latest ones."""
MOST_GROUPS = 100
MOST_SHOWN = 20
"""Cases of a group that are named."""
MOST_SERVICES = 200
LONGEST_PERIOD = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class UnmetNeed:
    """What so many cases asked for, in the words of one of them; `because`: what all say."""

    asked_for: str | None
    cases: int
    because: tuple[str, ...]
    refs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Demand:
    """How many cases a service met, and how many it could have. `short`: it could not."""

    service: str
    name: str
    cases: int
    capacity: Capacity | None
    could_take: Decimal | None

    @property
    def short(self) -> bool | None:
        """Whether it was asked for more than it can take; `None`: nobody says how much."""
        return None if self.could_take is None else self.cases > self.could_take


@dataclass(frozen=True, slots=True)
class Gaps:
    """What the catalogue lacked from `first` to `last`, both days included.

    `cases`: those whose need nothing met; `grouped`: whether these are all. `unnamed`: cases
    that a service met, without a word which. `incomplete`: entries as they are now, and
    `viable_without_service`: viable cases that are over, and of which nothing was born.
    """

    first: date
    last: date
    cases: int
    grouped: bool
    unmet: tuple[UnmetNeed, ...]
    demand: tuple[Demand, ...]
    unnamed: int
    unasked: tuple[Unasked, ...]
    incomplete: tuple[Incomplete, ...]
    viable_without_service: tuple[Unborn, ...]


def gaps(session: Session, first: date, last: date, zone: tzinfo) -> Gaps:
    """Return what the catalogue lacked in a period of at most 366 days."""
    until = day_after(last)
    between = (begins(first, zone), begins(until, zone))
    cases = session.execute(unmet_cases(*between).limit(MOST_CASES + 1)).all()
    named = [(row.ref, row.title) for row in cases[:MOST_CASES]]
    return Gaps(
        first,
        last,
        len(named),
        len(cases) <= MOST_CASES,
        _grouped(named),
        _demand(session, first, until, between),
        session.scalar(met_by_none_named(*between)) or 0,
        unasked_services(session, between[0], asked_for(*between), MOST_SERVICES),
        incomplete_services(session, MOST_SERVICES),
        viable_without_service(session, live_routings(session), MOST_SERVICES),
    )


def asked_for(since: datetime, until: datetime) -> Select[str]:
    """Return the query for what cases named as the service that met them."""
    # Keys need no escapes in JSON: what stands between the quotes is the key.
    return select(
        func.substr(CaseFact.value, 2, func.length(CaseFact.value) - 2).label("key")
    ).where(*_said("fitting_service", since, until))


def unmet_cases(since: datetime, until: datetime) -> Select[str, str | None]:
    """Return the query for the cases whose need nothing met, the latest first."""
    need, part = aliased(CaseFact), aliased(CaseFact)
    return (
        select(Case.ref, Case.title)
        .select_from(CaseFact)
        .join(Case, Case.id == CaseFact.case_id)
        .join(need, and_(need.case_id == Case.id, need.name == "need_or_want"))
        .join(part, and_(part.case_id == Case.id, part.name == "part_addition_fits"))
        .where(
            *_said("existing_service_fits", since, until),
            *_of_its_own(),
            CaseFact.value == "false",
            need.value == '"need"',
            part.value == "false",
            # What became a service meanwhile, or a part of one, is not lacking.
            ~exists().where(Service.born_of_id == Case.id),
            ~exists().where(Part.born_of_id == Case.id),
        )
        .order_by(CaseFact.supplied_at.desc(), Case.id)
    )


def _grouped(cases: Sequence[tuple[str, str | None]]) -> tuple[UnmetNeed, ...]:
    titled = [(ref, title) for ref, title in cases if title]
    found = [
        UnmetNeed(
            titled[group.places[0]][1],
            len(group.places),
            group.shared,
            tuple(titled[place][0] for place in group.places[:MOST_SHOWN]),
        )
        for group in alike_groups([title for _, title in titled])[:MOST_GROUPS]
    ]
    untitled = [ref for ref, title in cases if not title]
    if untitled:
        found.append(UnmetNeed(None, len(untitled), (), tuple(untitled[:MOST_SHOWN])))
    return tuple(found)


def _demand(
    session: Session, first: date, until: date, between: tuple[datetime, datetime]
) -> tuple[Demand, ...]:
    asked, many = asked_for(*between).add_columns(CaseFact.case_id).subquery(), func.count()
    query = (
        select(Service.key, Service.name, Service.capacity, many.label("cases"))
        .select_from(asked)
        .join(Service, Service.key == asked.c.key)
        .join(Case, Case.id == asked.c.case_id)
        .where(*_of_its_own())
        .group_by(Service.id)
        .order_by(many.desc(), Service.key)
        .limit(MOST_SERVICES)
    )
    found = []
    for row in session.execute(query):
        capacity = Capacity.of(row.capacity)
        could_take = capacity.within(first, until) if capacity else None
        found.append(Demand(row.key, row.name, row.cases, capacity, could_take))
    return tuple(found)


def met_by_none_named(since: datetime, until: datetime) -> Select[int]:
    """Return the query for how many cases a service met, none of the catalogue being named."""
    named = aliased(CaseFact)
    key = func.substr(named.value, 2, func.length(named.value) - 2)
    return (
        select(func.count())
        .select_from(CaseFact)
        .join(Case, Case.id == CaseFact.case_id)
        .where(
            *_said("existing_service_fits", since, until),
            *_of_its_own(),
            CaseFact.value == "true",
            ~exists().where(
                named.case_id == Case.id, named.name == "fitting_service", Service.key == key
            ),
        )
    )


def _said(fact: str, since: datetime, until: datetime) -> tuple[ColumnElement[bool], ...]:
    # As a word of the statement: only then is the index of these facts taken.
    name = CaseFact.name == literal_column(f"'{fact}'")
    return name, CaseFact.supplied_at >= since, CaseFact.supplied_at < until


def _of_its_own() -> tuple[ColumnElement[bool], ...]:
    return Case.merged_into_id.is_(None), is_a_case(Case.ref)
