"""How satisfied a service leaves people: over the cases that it met, and those it was born of.

What a part of it was born of counts for the service as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, tzinfo
from decimal import Decimal

from sqlalchemy import CTE, Integer, cast, func, literal_column, or_, select
from sqlalchemy.orm import Session

from model import json_text
from model.births import bore
from model.cases import Case
from model.held_facts import CaseFact
from model.moment import begins, day_after
from model.satisfaction import SatisfactionAnswer, person
from model.services import Service, find_service
from model.subjects import is_a_case
from rules.errors import BadFields
from rules.field_problem import FieldProblem

_HUNDREDTH, _THOUSANDTH = Decimal("0.01"), Decimal("0.001")


@dataclass(frozen=True, slots=True)
class Satisfaction:
    """How many answers count, their mean score and the share of them that says resolved."""

    count: int
    mean: Decimal | None
    resolved: Decimal | None


def satisfaction_with(
    session: Session, key: str, first: date, last: date, zone: tzinfo
) -> Satisfaction:
    """Return how satisfied people were with a service, by what they answered in a period.

    Of each person and case, the latest answer counts, on its day; both days are included.

    Raises:
        UnknownRecord: there is no such service.
        BadFields: the period ends before it begins.
    """
    if last < first:
        raise BadFields([FieldProblem("/to", "lies before `from`")])
    members = _cases(find_service(session, key))
    latest = (
        select(func.max(SatisfactionAnswer.id))
        .join(members, members.c.id == SatisfactionAnswer.case_id)
        .group_by(members.c.root, person(SatisfactionAnswer.by))
    )
    query = select(
        func.count(),
        func.sum(SatisfactionAnswer.score),
        func.sum(cast(SatisfactionAnswer.resolved, Integer)),
    ).where(
        SatisfactionAnswer.id.in_(latest),
        SatisfactionAnswer.at >= begins(first, zone),
        SatisfactionAnswer.at < begins(day_after(last), zone),
    )
    count, scores, resolved = session.execute(query).one()
    if not count:
        return Satisfaction(0, None, None)
    return Satisfaction(
        count,
        (Decimal(scores) / count).quantize(_HUNDREDTH),
        (Decimal(resolved) / count).quantize(_THOUSANDTH),
    )


def _cases(service: Service) -> CTE:
    """Return the cases of a service and their doubles, each with the case that it now is."""
    # As a word of the statement: only then is the index of these facts taken.
    name = CaseFact.name == literal_column("'fitting_service'")
    met = select(CaseFact.case_id).where(name, CaseFact.value == json_text.dumps(service.key))
    roots = select(Case.id.label("id"), Case.id.label("root")).where(
        Case.merged_into_id.is_(None),
        is_a_case(Case.ref),
        or_(Case.id.in_(met), bore(service)),
    )
    members = roots.cte("members", recursive=True)
    doubles = select(Case.id, members.c.root).join(members, Case.merged_into_id == members.c.id)
    return members.union_all(doubles)
