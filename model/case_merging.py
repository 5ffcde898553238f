"""Merging a case with its double: one case goes on, with the newest of what either knows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from model import supplying
from model.case_events import What
from model.case_facts import CaseView, view_of
from model.case_life import Wish, alone, already_merged
from model.cases import (
    Case,
    find_case,
    find_named,
    lock_both,
    no_such_case,
    require_version,
)
from model.held_facts import Change, facts_of, store_changes
from model.looking_again import facts_changed, look_no_more
from model.texts import LONGEST_NAME, require_texts
from rules.errors import BadFields
from rules.field_problem import FieldProblem


@dataclass(frozen=True, slots=True)
class Merged:
    """The case that goes on; the facts that came from the double, and those that did not.

    `kept`: those of which the double said something else, but the case something newer.
    """

    case: CaseView
    double: str
    taken: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Said:
    """The last that a case was told of a fact: its value (`None`: forgotten), when, by whom."""

    value: str | None
    known_at: datetime
    supplied_at: datetime
    true_at: datetime | None
    by: str

    @property
    def age(self) -> tuple[datetime, datetime]:
        """What is newer: what is known from a later instant; of two such, the one said later."""
        return self.known_at, self.supplied_at


def merge_cases(
    session: Session, ref: str, double_ref: str, double_version: int | None, wish: Wish
) -> Merged:
    """Merge the double into the case; its ref leads to the case from then on.

    Of each fact the newer counts. The double keeps its decisions and its history; both cases'
    versions grow by one. Merging them again changes nothing. Needs a `transaction()`.

    Raises:
        UnknownRecord: there is no case `ref`.
        CaseMovedOn: the case, or the double, is at another version.
        AlreadyMerged: the double was merged into another case.
        BadFields: there is no double, or it is the case itself; unsound texts.
    """
    wish.require_sound()
    require_texts({"/double/ref": (double_ref, LONGEST_NAME)})
    alone(session)
    case, double = find_case(session, ref), find_named(session, double_ref)
    if case is None:
        raise no_such_case(ref)
    if double is None:
        raise BadFields([FieldProblem("/double/ref", f"there is no case `{double_ref}`")])
    if double.id == case.id:
        raise BadFields([FieldProblem("/double/ref", "is the case itself")])
    if double.merged_into_id is not None:
        if find_case(session, double.ref) is case:
            return Merged(view_of(session, case), double.ref)
        raise already_merged(session, double)
    lock_both(session, case, double)
    wish.require(case.version)
    require_version(double.version, double_version)
    return _merge(session, case, double, wish)


def _merge(session: Session, case: Case, double: Case, wish: Wish) -> Merged:
    for each in (case, double):
        each.version += 1
        each.updated_at = max(case.updated_at, double.updated_at, wish.moment.now)
    case.title = case.title or double.title
    taken, kept = _take_facts(session, case, double)
    double.merged_into_id = case.id
    facts_changed(case)
    look_no_more(double)
    told: dict[str, object] = {"double": double.ref, "taken": taken, "kept": kept}
    wish.note(session, case, What.MERGED, told)
    wish.note(session, double, What.MERGED_INTO, {"into": case.ref})
    session.flush()
    return Merged(view_of(session, case), double.ref, tuple(taken), tuple(kept))


def _take_facts(session: Session, case: Case, double: Case) -> tuple[list[str], list[str]]:
    taken, kept = [], []
    theirs = _said_of(session, double, set(facts_of(session, case.id)))
    ours = _said_of(session, case, set(theirs))
    for name, said in sorted(theirs.items()):
        our = ours.get(name)
        if said.value == (our.value if our else None):
            continue
        if our is not None and our.age >= said.age:
            kept.append(name)
            continue
        taken.append(name)
    store_changes(session, [_change(case, name, theirs[name]) for name in taken])
    return taken, kept


def _said_of(session: Session, case: Case, others: set[str]) -> dict[str, _Said]:
    """Return what a case was last told of each fact that it holds, or forgot of `others`."""
    held = facts_of(session, case.id)
    said = {
        name: _Said(fact.value, fact.known_at, fact.supplied_at, fact.true_at, fact.supplied_by)
        for name, fact in held.items()
    }
    for name, change in supplying.last_changes(session, case, others - held.keys()).items():
        known_at = supplying.said_at(change)
        said[name] = _Said(None, known_at, change.at, known_at, change.by)
    return said


def _change(case: Case, name: str, said: _Said) -> Change:
    true_at = None if said.true_at == said.supplied_at else said.true_at
    return Change(
        case_id=case.id,
        case_version=case.version,
        name=name,
        value=said.value,
        by=said.by,
        at=said.supplied_at,
        true_at=true_at,
    )
