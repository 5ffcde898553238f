"""What cases name as the service that met them: whichever there is, and what cannot be so.

A case that says in one breath that nothing fits and which service does contradicts itself; a key
that no service has is a slip, or a service that is not made yet. Either is listed, to be mended.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, literal_column, select
from sqlalchemy.orm import Session, aliased

from model import json_text
from model.cases import Case
from model.held_facts import CaseFact
from model.likeness import nearest
from model.services import Service
from model.subjects import is_a_case

MOST_CASES = 2_000
MOST_LISTED = 200
MOST_SHOWN = 20
"""Cases that are named of those that say the same."""
_MOST_KNOWN = 10_000
FITS, PART_FITS, NAMED = "existing_service_fits", "part_addition_fits", "fitting_service"


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A case that says that neither a service nor a part fits, and yet which service does."""

    ref: str
    named: str


@dataclass(frozen=True, slots=True)
class Misnamed:
    """What so many cases name as a service, and no service is; `meant`: the key that is like it."""

    named: str
    cases: int
    refs: tuple[str, ...]
    meant: str | None


def asked_for(since: datetime, until: datetime) -> Select[str]:
    """Return the query for what cases named as the service that met them."""
    return select(key_in(CaseFact).label("key")).where(*said(NAMED, since, until))


def contradictions(session: Session, since: datetime, until: datetime) -> tuple[Contradiction, ...]:
    """Return up to 2,000 cases that contradict themselves, the latest first."""
    named = aliased(CaseFact)
    query = (
        select(Case.ref, named.value)
        .select_from(CaseFact)
        .join(Case, Case.id == CaseFact.case_id)
        .join(named, named.case_id == Case.id)
        .where(
            *said(FITS, since, until),
            *of_its_own(),
            named.name == NAMED,
            CaseFact.value == "false",
            says(Case.id, PART_FITS, "false"),
        )
        .order_by(CaseFact.supplied_at.desc(), Case.id)
        .limit(MOST_CASES)
    )
    return tuple(Contradiction(ref, _plain(value)) for ref, value in session.execute(query))


def misnamed(session: Session, since: datetime, until: datetime) -> tuple[Misnamed, ...]:
    """Return up to 200 names of no service, by how many of the latest 2,000 such cases say them."""
    query = (
        select(Case.ref, CaseFact.value)
        .select_from(CaseFact)
        .join(Case, Case.id == CaseFact.case_id)
        .where(
            *said(NAMED, since, until),
            *of_its_own(),
            ~exists().where(Service.key == key_in(CaseFact)),
        )
        .order_by(CaseFact.supplied_at.desc(), Case.id)
        .limit(MOST_CASES)
    )
    refs: dict[str, list[str]] = {}
    for ref, value in session.execute(query):
        refs.setdefault(_plain(value), []).append(ref)
    most = sorted(refs, key=lambda each: (-len(refs[each]), each))[:MOST_LISTED]
    known = _known(session) if most else {}
    return tuple(
        Misnamed(each, len(refs[each]), tuple(refs[each][:MOST_SHOWN]), nearest(each, known))
        for each in most
    )


def said(fact: str, since: datetime, until: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return the condition that a fact was said in a period."""
    # As a word of the statement: only then is the index of these facts taken.
    name = CaseFact.name == literal_column(f"'{fact}'")
    return name, CaseFact.supplied_at >= since, CaseFact.supplied_at < until


def of_its_own() -> tuple[ColumnElement[bool], ...]:
    """Return the condition that a case is one, and no double of another."""
    return Case.merged_into_id.is_(None), is_a_case(Case.ref)


def says(case_id: Any, fact: str, value: str | None = None) -> ColumnElement[bool]:
    """Return the condition that a case says this (JSON text), or anything, of a fact."""
    other = aliased(CaseFact)
    same = (other.case_id == case_id, other.name == fact)
    return exists().where(*same, *(() if value is None else (other.value == value,)))


def key_in(fact: Any) -> ColumnElement[str]:
    """Return the key that a fact's value says."""
    # Keys need no escapes in JSON: what stands between the quotes is the key.
    return func.substr(fact.value, 2, func.length(fact.value) - 2)


def _known(session: Session) -> Mapping[str, str]:
    """Return keys of services, by what they could be named: the key, or what people call them."""
    rows: Iterable[Any] = session.execute(select(Service.key, Service.name).limit(_MOST_KNOWN))
    return {word.casefold(): row.key for row in rows for word in (row.name, row.key)}


def _plain(value: str | None) -> str:
    return str(json_text.scalar(value or "null"))
