"""A case at a glance: as it stands, with the rules that are live, seen in one statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, or_, select

from model.access import ASKED, KEYS
from model.cases import Case, case_id_of
from model.database import Reader, table_of
from model.held_facts import all_values, values_in
from model.prepared import Prepared
from model.revisions import LIVE
from rules.errors import DatabaseAway

_PATIENCE = 16
_KEY_FROM = 7


@dataclass(frozen=True, slots=True)
class CaseAtAGlance:
    """A case with the facts it holds: JSON text, by name."""

    id: int
    ref: str
    version: int
    updated_at: datetime
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Seen:
    """The live revision, and the case that a ref leads to; either may not be there.

    `key`: what `caller_of` needs of the key that was asked for, if there is such a key.
    """

    revision: str | None
    case: CaseAtAGlance | None
    key: Sequence[Any] = ()


_CASES = table_of(Case)


def _seeing(which: ColumnElement[bool]) -> Prepared:
    one = select(1).subquery()
    # A ref that leads to another case is told from one that there is not, by the same look.
    leads_on = or_(_CASES.c.renamed_to_id.is_not(None), _CASES.c.merged_into_id.is_not(None))
    return Prepared(
        select(
            LIVE.scalar_subquery(),
            _CASES.c.id,
            _CASES.c.ref,
            _CASES.c.version,
            _CASES.c.updated_at,
            all_values(_CASES.c.id),
            leads_on,
            *ASKED,
        )
        .select_from(one)
        .join(_CASES, which, isouter=True)
        .join(KEYS, KEYS.c.key_hash == bindparam("of_key"), isouter=True)
    )


_BY_REF = _seeing(_CASES.c.ref == bindparam("of_ref"))
_BY_ID = _seeing(_CASES.c.id == bindparam("of_id"))


def see(reader: Reader, ref: str, key_hash: str | None = None) -> Seen:
    """Return what stands now of the case that `ref` leads to, and of a key beside it.

    Raises:
        DatabaseAway: it was merged with another each time it was looked at.
    """
    seen = _read(reader, _BY_REF, {"of_ref": ref, "of_key": key_hash})
    for _ in range(_PATIENCE):
        if seen is not None:
            return seen
        by_id = {"of_id": case_id_of(reader, ref), "of_key": key_hash}
        seen = _read(reader, _BY_ID, by_id)
    raise DatabaseAway("the case is being merged again and again: try again shortly")


def _read(reader: Reader, seeing: Prepared, which: Mapping[str, object]) -> Seen | None:
    """Return what is seen; nothing of a case that leads on to another."""
    (row,) = seeing.rows(reader, which)
    revision, id, ref, version, updated_at, facts, leads_on = row[:_KEY_FROM]
    key = row[_KEY_FROM:] if row[_KEY_FROM] is not None else ()
    if leads_on:
        return None
    if id is None:
        return Seen(revision, None, key)
    return Seen(revision, CaseAtAGlance(id, ref, version, updated_at, values_in(facts)), key)
