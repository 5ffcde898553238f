"""Facts as they are supplied: merged into what a case holds, the newer ones kept.

Each change has two instants: when it was so, and when it was supplied. They are the same for
facts as they are; for late facts the first is earlier, and nothing newer gives way to them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from model import json_text
from model.case_in_hand import Locked
from model.database import Reader, table_of
from model.glance import CaseAtAGlance
from model.held_facts import Change, FactChange, Held, confirm, facts_of, store_changes
from model.late_facts import Late
from model.looking_again import facts_changed
from rules.values import Value, to_json


@dataclass(frozen=True, slots=True)
class Supply:
    """Changes of facts, held against what the case knows: the facts that it holds.

    `told`: the changes as JSON texts. `newer`: of which facts it knows something else from a
    later instant, and from which.
    """

    changes: Mapping[str, Value | None]
    told: Mapping[str, str | None]
    held: Mapping[str, Held]
    supplied_at: datetime
    true_at: datetime
    newer: Mapping[str, datetime]
    overwrites: bool = False

    @property
    def kept_newer(self) -> tuple[str, ...]:
        """The facts that stay as they are, since what the case knows of them is newer."""
        return () if self.overwrites else tuple(sorted(self.newer))

    @property
    def taken(self) -> Mapping[str, Value | None]:
        """The changes that take effect."""
        kept = self.kept_newer
        return {name: value for name, value in self.changes.items() if name not in kept}

    @property
    def says_more(self) -> bool:
        """Whether anything is supplied that the case does not hold as it is."""
        return any(text != _held(self.held, name) for name, text in self.told.items())


def compare(
    reader: Reader,
    case: Locked | CaseAtAGlance | None,
    changes: Mapping[str, Value | None],
    now: datetime,
    late: Late | None = None,
    held: Mapping[str, Held] | None = None,
) -> Supply:
    """Return the changes held against what the case knows; stores nothing.

    `held`: the facts that it holds, if they have been read. What a case is told comes later than
    all that it was told before, whatever the clocks of two processes say.
    """
    supplied_at = now if case is None else max(now, case.updated_at)
    true_at = supplied_at if late is None else min(late.at.astimezone(UTC), supplied_at)
    if held is None:
        held = facts_of(reader, case.id) if case is not None and case.version else {}
    told = {name: _text(value) for name, value in changes.items()}
    if late is None or case is None:
        return Supply(changes, told, held, supplied_at, true_at, {})
    known = {**_forgotten(reader, case, changes.keys() - held.keys())}
    known |= {name: fact.known_at for name, fact in held.items()}
    newer = {
        name: known[name]
        for name, text in told.items()
        if name in known and known[name] > true_at and text != _held(held, name)
    }
    return Supply(changes, told, held, supplied_at, true_at, newer, late.overwrite_newer)


def store(session: Session, case: Locked, supply: Supply, by: str) -> None:
    """Take the case to its next version, with what is supplied merged into the facts it holds.

    A value that is supplied again unchanged stays with whom and when it first came: the
    history, and what a case shows of a fact, name those who changed something.
    """
    case.version += 1
    case.updated_at = supply.supplied_at
    facts_changed(case)
    held = supply.held
    changes = [
        Change(
            case_id=case.id,
            case_version=case.version,
            name=name,
            value=text,
            by=by,
            at=supply.supplied_at,
            true_at=None if supply.true_at == supply.supplied_at else supply.true_at,
            newer_at=supply.newer.get(name),
            taken=supply.overwrites or name not in supply.newer,
        )
        for name, text in supply.told.items()
        if text != _held(held, name)
    ]
    store_changes(session, changes)
    confirm_known(session, case, supply)


def confirm_known(session: Session, case: Locked, supply: Supply) -> None:
    """Have what the case holds, and is told again, known from that later instant on."""
    again = [
        name
        for name, text in supply.told.items()
        if name in supply.held
        and text == _held(supply.held, name)
        and supply.true_at > supply.held[name].known_at
    ]
    confirm(session, case.id, again, supply.true_at)


def last_changes(
    reader: Reader, case: Locked | CaseAtAGlance, names: Collection[str]
) -> Mapping[str, Any]:
    """Return the last taken change of each of some facts, with `FactChange`'s members."""
    if not names:
        return {}
    changes = table_of(FactChange)
    ours = (changes.c.case_id == case.id, changes.c.name.in_(names), changes.c.taken)
    last = select(func.max(changes.c.id)).where(*ours).group_by(changes.c.name)
    rows = reader.execute(select(changes).where(changes.c.id.in_(last)))
    return {row.name: row for row in rows}


def said_at(change: Any) -> datetime:
    """Return the instant from which a taken change stands against others."""
    said: datetime = change.at if change.newer_at is not None else change.true_at or change.at
    return said


def _forgotten(
    reader: Reader, case: Locked | CaseAtAGlance, names: Collection[str]
) -> Mapping[str, datetime]:
    changes = last_changes(reader, case, names)
    return {name: said_at(change) for name, change in changes.items()}


def _text(value: Value | None) -> str | None:
    return None if value is None else json_text.dumps(to_json(value))


def _held(held: Mapping[str, Held], name: str) -> str | None:
    return held[name].value if name in held else None
