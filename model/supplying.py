"""Facts as they are supplied: merged into what a case holds, the newer ones kept.

Each change has two instants: when it was so, and when it was supplied. They are the same for
facts as they are; for late facts the first is earlier, and nothing newer gives way to them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from model import json_text
from model.cases import Case, CaseFact, FactChange, facts_of
from model.late_facts import Late
from rules.values import Value, to_json


@dataclass(frozen=True, slots=True)
class Supply:
    """Changes of facts, held against what the case knows.

    `newer`: of which facts it knows something else from a later instant, and from which.
    """

    changes: Mapping[str, Value | None]
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


def compare(
    session: Session,
    case: Case | None,
    changes: Mapping[str, Value | None],
    now: datetime,
    late: Late | None = None,
) -> Supply:
    """Return the changes held against what the case knows; stores nothing.

    What a case is told comes later than all that it was told before, whatever the clocks of
    two processes say.
    """
    supplied_at = now if case is None else max(now, case.updated_at)
    if late is None or case is None:
        true_at = supplied_at if late is None else min(late.at.astimezone(UTC), supplied_at)
        return Supply(changes, supplied_at, true_at, {})
    true_at = min(late.at.astimezone(UTC), supplied_at)
    held = facts_of(session, case)
    known = {**_forgotten(session, case, changes.keys() - held.keys())}
    known |= {name: fact.known_at for name, fact in held.items()}
    newer = {
        name: known[name]
        for name, value in changes.items()
        if name in known and known[name] > true_at and _text(value) != _held(held, name)
    }
    return Supply(changes, supplied_at, true_at, newer, late.overwrite_newer)


def store(session: Session, case: Case, supply: Supply, by: str) -> None:
    """Take the case to its next version, with what is supplied merged into the facts it holds.

    A value that is supplied again unchanged stays with whom and when it first came: the
    history, and what a case shows of a fact, name those who changed something.
    """
    case.version += 1
    case.updated_at = supply.supplied_at
    held = facts_of(session, case)
    for name, value in supply.changes.items():
        text, fact = _text(value), held.get(name)
        if text == _held(held, name):
            _confirm(fact, supply)
            continue
        change = FactChange(
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
        session.add(change)
        if change.taken:
            apply(session, change, fact)


def apply(session: Session, change: FactChange, held: CaseFact | None) -> None:
    """Bring what the case holds in line with a change that is taken."""
    if held is not None and change.value is None:
        session.delete(held)
    elif change.value is not None:
        now_held = held or CaseFact(case_id=change.case_id, name=change.name)
        now_held.value = change.value
        now_held.supplied_by = change.by
        now_held.supplied_at = change.at
        # What was to count against something newer stands from when that was said.
        now_held.true_at = change.true_at if change.newer_at is None else None
        session.add(now_held)


def last_changes(session: Session, case: Case, names: Collection[str]) -> Mapping[str, FactChange]:
    """Return the last taken change of each of some facts."""
    ours = (FactChange.case_id == case.id, FactChange.name.in_(names), FactChange.taken)
    last = select(func.max(FactChange.id)).where(*ours).group_by(FactChange.name)
    if not names:
        return {}
    rows = session.scalars(select(FactChange).where(FactChange.id.in_(last)))
    return {row.name: row for row in rows}


def said_at(change: FactChange) -> datetime:
    """Return the instant from which a taken change stands against others."""
    return change.at if change.newer_at is not None else change.true_at or change.at


def _forgotten(session: Session, case: Case, names: Collection[str]) -> Mapping[str, datetime]:
    changes = last_changes(session, case, names)
    return {name: said_at(change) for name, change in changes.items()}


def _confirm(held: CaseFact | None, supply: Supply) -> None:
    if held is not None and supply.true_at > held.known_at:
        held.true_at = supply.true_at


def _text(value: Value | None) -> str | None:
    return None if value is None else json_text.dumps(to_json(value))


def _held(held: Mapping[str, CaseFact], name: str) -> str | None:
    return held[name].value if name in held else None
