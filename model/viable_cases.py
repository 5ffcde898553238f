"""Viable cases: those from which a service, or a part of one, may be born."""

from __future__ import annotations

from sqlalchemy.orm import Session

from model.cases import Case, find_case
from model.held_facts import facts_of
from rules.errors import BadFields
from rules.field_problem import FieldProblem

VIABLE = "viable"


def viable_case(session: Session, ref: str | None) -> Case | None:
    """Return the case of a ref, once the IT Steering Team has said yes; `None` for no ref.

    Raises:
        BadFields: there is no such case, or nobody has called it viable.
    """
    if ref is None:
        return None
    case = find_case(session, ref)
    if case is None:
        raise BadFields([FieldProblem("/case", "there is no such case")])
    viable = facts_of(session, case.id).get(VIABLE)
    if viable is None or viable.value != "true":
        help = "a case that is viable gives birth to a service, or to a part of one"
        raise BadFields([FieldProblem("/case", "nobody has called this case viable", help)])
    return case
