"""What the catalogue lacks (MTC practice 1): needs that nothing met, demand, and what nobody asks.

All of it is read from facts of cases: that a need was found which neither a service nor a part
meets, and which service met one. A case counts on the day on which its answer was said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session, aliased

from model.births import bore_anything
from model.cases import Case
from model.completeness import Incomplete, incomplete_services
from model.demand import MOST_SERVICES, Demand, demand_for_services
from model.grouping import alike_groups
from model.held_facts import CaseFact
from model.moment import begins, day_after
from model.naming_services import (
    FITS,
    MOST_CASES,
    MOST_SHOWN,
    NAMED,
    PART_FITS,
    Contradiction,
    Misnamed,
    asked_for,
    contradictions,
    misnamed,
    of_its_own,
    said,
    says,
)
from model.unasked import Unasked, unasked_services
from model.unborn import Unborn, live_routings, viable_without_service

MOST_GROUPS = 100
LONGEST_PERIOD = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class UnmetNeed:
    """What so many cases asked for, in the words of one of them; `because`: what all say."""

    asked_for: str | None
    cases: int
    because: tuple[str, ...]
    refs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Gaps:
    """What the catalogue lacked from `first` to `last`, both days included.

    `cases`: those whose need nothing met; `grouped`: whether these are all. `unnamed`: cases
    that a service met, without a word which; `misnamed`: with a word that is no service's key.
    `contradictions` count as neither met nor unmet. `incomplete`: entries as they are now, and
    `viable_without_service`: viable cases that are over, and of which nothing was born.
    """

    first: date
    last: date
    cases: int
    grouped: bool
    unmet: tuple[UnmetNeed, ...]
    demand: tuple[Demand, ...]
    unnamed: int
    misnamed: tuple[Misnamed, ...]
    contradictions: tuple[Contradiction, ...]
    unasked: tuple[Unasked, ...]
    incomplete: tuple[Incomplete, ...]
    viable_without_service: tuple[Unborn, ...]


def gaps(session: Session, first: date, last: date, zone: tzinfo, today: date) -> Gaps:
    """Return what the catalogue lacked in a period of at most 366 days, seen from `today`."""
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
        demand_for_services(session, first, until, today, zone),
        session.scalar(met_by_none_named(*between)) or 0,
        misnamed(session, *between),
        contradictions(session, *between),
        unasked_services(session, between[0], asked_for(*between), MOST_SERVICES),
        incomplete_services(session, MOST_SERVICES, today),
        viable_without_service(session, live_routings(session), MOST_SERVICES),
    )


def unmet_cases(since: datetime, until: datetime) -> Select[str, str | None]:
    """Return the query for the cases whose need nothing met, the latest first."""
    need, part = aliased(CaseFact), aliased(CaseFact)
    return (
        select(Case.ref, Case.title)
        .select_from(CaseFact)
        .join(Case, Case.id == CaseFact.case_id)
        .join(need, and_(need.case_id == Case.id, need.name == "need_or_want"))
        .join(part, and_(part.case_id == Case.id, part.name == PART_FITS))
        .where(
            *said(FITS, since, until),
            *of_its_own(),
            CaseFact.value == "false",
            need.value == '"need"',
            part.value == "false",
            # What says which service fits after all contradicts itself, and is listed as that.
            ~says(Case.id, NAMED),
            # What became a service meanwhile, or a part of one, is not lacking.
            ~bore_anything(),
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


def met_by_none_named(since: datetime, until: datetime) -> Select[int]:
    """Return the query for how many cases a service met, without a word which."""
    return (
        select(func.count())
        .select_from(CaseFact)
        .join(Case, Case.id == CaseFact.case_id)
        .where(
            *said(FITS, since, until),
            *of_its_own(),
            CaseFact.value == "true",
            ~says(Case.id, NAMED),
        )
    )
