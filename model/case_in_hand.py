"""A case in hand: locked, seen with all that its decision depends on, and put back as decided.

One statement takes it, with the facts it holds and with what holds for every decision now: the
rules that are live, and whether anybody is to be told. None of it becomes an object of the ORM.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, exists, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.util import identity_key

from model.cases import Case, insert_ref, lock_case
from model.database import table_of
from model.held_facts import FACTS, HELD, Held, facts_of
from model.outbox import Listeners, listeners
from model.revisions import LIVE
from model.subscriptions import Subscription

_CASES, _SUBSCRIPTIONS = table_of(Case), table_of(Subscription)
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
    """A case in hand with the facts it holds, the live revision, and who listens to what."""

    case: CaseInHand
    held: Mapping[str, Held]
    revision: str | None
    listening: Listeners


def take_in_hand(session: Session, ref: str, now: datetime) -> Taken:
    """Lock the case that `ref` leads to; on first sight it is made, at version 0.

    What objects of the ORM have changed in the session is written before.

    Raises:
        DatabaseAway: it was merged with another each time it was looked at.
    """
    session.flush()
    connection = session.connection()
    rows = connection.execute(_BY_REF, {"of_ref": ref}).all()
    if not rows:
        insert_ref(session, ref, now)
        rows = connection.execute(_BY_REF, {"of_ref": ref}).all()
    if not rows:  # the ref leads to a case of another name
        case_id = lock_case(session, ref).id
        rows = connection.execute(_BY_ID, {"of_id": case_id}).all()
    revision, anybody, version_before = rows[0][:3]
    case = CaseInHand(*rows[0][3:_FACTS_FROM])
    if version_before == case.version:
        facts = (row[_FACTS_FROM:] for row in rows if row[_FACTS_FROM] is not None)
        held = {fact[0]: Held(*fact[1:]) for fact in facts}
    else:
        held = facts_of(connection, case.id)
    return Taken(case, held, revision, listeners(session) if anybody else {})


def put_back(session: Session, case: CaseInHand) -> None:
    """Write the case as it is now; an object that the session has of it is read anew."""
    session.connection().execute(_PUTTING, {"of_id": case.id, **_as_put(case)})
    if (known := session.identity_map.get(identity_key(Case, case.id))) is not None:
        session.expire(known)


def _as_put(case: CaseInHand) -> dict[str, object]:
    return {name: getattr(case, name) for name in _PUT}


def _taking(which: ColumnElement[bool]) -> Select[Any]:
    # Who waits here for another's end is handed the case as that one left it, and everything
    # beside it, its facts too, as it was before: the version as it was before tells.
    before = _CASES.alias("before")
    return (
        select(
            LIVE.scalar_subquery(),
            exists().where(_SUBSCRIPTIONS.c.disabled_at.is_(None)),
            select(before.c.version).where(before.c.id == _CASES.c.id).scalar_subquery(),
            *(_CASES.c[name] for name in _SEEN),
            *(FACTS.c[name] for name in HELD),
        )
        .select_from(_CASES)
        .join(FACTS, FACTS.c.case_id == _CASES.c.id, isouter=True)
        .where(which, _CASES.c.renamed_to_id.is_(None), _CASES.c.merged_into_id.is_(None))
        .order_by(FACTS.c.name)
        .with_for_update(of=_CASES)
    )


_FACTS_FROM = 3 + len(_SEEN)
_BY_REF = _taking(_CASES.c.ref == bindparam("of_ref"))
_BY_ID = _taking(_CASES.c.id == bindparam("of_id"))
_PUTTING = (
    update(_CASES)
    .where(_CASES.c.id == bindparam("of_id"))
    .values({name: bindparam(name) for name in _PUT})
)
