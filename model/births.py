"""Of which cases a service, or a part of one, was born: said of one, or of what it went into.

Merged, a double and the case that stands for it are one; so are those that it went into since.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, or_, select

from model.cases import Case
from model.parts import Part
from model.services import Service


def bore_anything() -> ColumnElement[bool]:
    """Return the condition that something in the catalogue was born of a case."""
    return _or_its_doubles(
        or_(
            Case.id.in_(select(Service.born_of_id).where(Service.born_of_id.is_not(None))),
            Case.id.in_(select(Part.born_of_id).where(Part.born_of_id.is_not(None))),
        )
    )


def bore(service: Service) -> ColumnElement[bool]:
    """Return the condition that a service, or a part of it, was born of a case."""
    of_parts = select(Part.born_of_id).where(Part.service_id == service.id)
    return _or_its_doubles(or_(Case.id == service.born_of_id, Case.id.in_(of_parts)))


def _or_its_doubles(first: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition that this is true of a case, or of one that was merged into it."""
    born_of = select(Case.id, Case.merged_into_id).where(first).cte("born_of", recursive=True)
    into = select(Case.id, Case.merged_into_id).join(born_of, Case.id == born_of.c.merged_into_id)
    all_of_them: Select[int] = select(born_of.union(into).c.id)
    return Case.id.in_(all_of_them)
