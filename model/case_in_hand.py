"""A case in hand: locked, seen with all that its decision depends on, and put back as decided.

One statement takes it, with the facts it holds and with what holds for every decision now: the
rules that are live, and whether anybody is to be told. None of it becomes an object of the ORM.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, FromClause, bindparam, exists, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.util import identity_key

from model.cases import Case, insert_ref, lock_case
from model.database import table_of
from model.held_facts import Held, all_held, held_in
from model.outbox import Listeners, listeners
from model.prepared import Prepared
from model.revisions import LIVE
from model.rosters import RosterVersion
from model.subscriptions import Subscription

_CASES, _SUBSCRIPTIONS = table_of(Case), table_of(Subscription)
_ROSTERS = table_of(RosterVersion)
_PUT = ("title", "version", "record_head", "updated_at", "look_again_on", "told_under")
_SEEN = ("id", "ref", *_PUT, "reopened_at")


@dataclass(slots=True)
class CaseInHand:
    """A locked case as it is being changed; its members are those of `Case`."""

    id: int
    ref: str
    title: str | None
    version: int
    record_head: str | None
    updated_at: datetime
    look_again_on: date | None
    told_under: str | None
    reopened_at: datetime | None


Locked = Case | CaseInHand
"""A case that nobody else may change until the end of the transaction."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A case in hand with the facts it holds, the live revision, and who listens to what.

    `staffed`: there is a roster, so that people may have to be told.
    """

    case: CaseInHand
    held: Mapping[str, Held]
    revision: str | None
    listening: Listeners
    staffed: bool


def take_in_hand(session: Session, ref: str) -> Taken:
    """Lock the case that `ref` leads to.

    What objects of the ORM have changed in the session is written before.

    Raises:
        UnknownRecord: there is no such case.
        DatabaseAway: it was merged with another each time it was looked at.
    """
    row = take(session, _BY_REF, of_ref=ref)
    return taken(session, row or take(session, _BY_ID, of_id=lock_case(session, ref).id))


def take_or_open(session: Session, ref: str, now: datetime) -> Taken:
    """Do the same; on first sight the case is made, at version 0.

    Raises:
        DatabaseAway: it was merged with another each time it was looked at.
    """
    if row := take(session, _BY_REF, of_ref=ref):
        return taken(session, row)
    insert_ref(session, ref, now)
    return take_in_hand(session, ref)


def take(session: Session, taking: Prepared, **which: object) -> Sequence[Any]:
    """Execute a statement made by `taking`; return its row, or nothing if there is none."""
    session.flush()
    rows = taking.rows(session, which)
    if rows and rows[0][_BEFORE] != rows[0][_VERSION]:
        # Who waited for another's end is handed the case as that one left it, and everything
        # beside it, its facts too, as it was before. Now that it is locked, nothing moves.
        rows = taking.rows(session, which)
    return rows[0] if rows else ()


def taken(session: Session, row: Sequence[Any]) -> Taken:
    """Return what the row of a `take` says."""
    live, anybody, staffed, facts, _ = row[:_CASE_FROM]
    case = CaseInHand(*row[_CASE_FROM:_BESIDE_FROM])
    told = listeners(session) if anybody else {}
    return Taken(case, held_in(facts), live, told, bool(staffed))


def put_back(session: Session, case: CaseInHand) -> None:
    """Write the case as it is now, also into an object that the session has of it."""
    now = {name: getattr(case, name) for name in _PUT}
    _PUTTING.run(session, {"of_id": case.id, **now})
    if (known := session.identity_map.get(identity_key(Case, case.id))) is not None:
        for name, value in now.items():
            set_committed_value(known, name, value)


def taking(which: ColumnElement[bool], source: FromClause, *beside: ColumnElement[Any]) -> Prepared:
    """Return the statement that takes a case in hand.

    `source`: the cases, and what may be joined to them; `beside`: what else is to be seen.
    """
    before = _CASES.alias("before")
    return Prepared(
        select(
            LIVE.scalar_subquery(),
            exists().where(_SUBSCRIPTIONS.c.disabled_at.is_(None)),
            select(_ROSTERS.c.version).exists(),
            all_held(_CASES.c.id),
            select(before.c.version).where(before.c.id == _CASES.c.id).scalar_subquery(),
            *(_CASES.c[name] for name in _SEEN),
            *beside,
        )
        .select_from(source)
        .where(which, _CASES.c.renamed_to_id.is_(None), _CASES.c.merged_into_id.is_(None))
        .with_for_update(of=_CASES)
    )


_BEFORE, _CASE_FROM = 4, 5
_VERSION = _CASE_FROM + _SEEN.index("version")
_BESIDE_FROM = _CASE_FROM + len(_SEEN)
_BY_REF = taking(_CASES.c.ref == bindparam("of_ref"), _CASES)
_BY_ID = taking(_CASES.c.id == bindparam("of_id"), _CASES)
_PUTTING = Prepared(
    update(_CASES)
    .where(_CASES.c.id == bindparam("of_id"))
    .values({name: bindparam(name) for name in _PUT})
)
