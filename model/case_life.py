"""The life of a case: reopening it after a final answer, and giving it another ref."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from model import json_text, supplying
from model.access import Caller
from model.case_events import What, last_reopening, note
from model.case_facts import CaseView, view_of
from model.cases import (
    Case,
    find_named,
    insert_ref,
    lock_case,
    no_such_case,
)
from model.decisions import DecisionRecord
from model.locking import hold
from model.moment import Moment
from model.revisions import live_book
from model.texts import LONGEST_NAME, require_texts
from rules.errors import AlreadyMerged, BadFields, CaseNotEnded, RefTaken
from rules.field_problem import FieldProblem
from rules.values import LONGEST_TEXT


@dataclass(frozen=True, slots=True)
class Wish:
    """Who wants something done with a case, why, and of which version.

    `by`: the person (default: the API key's name). `require` refuses (`CaseMovedOn`) a case
    at another version than the one that was seen.
    """

    caller: Caller
    moment: Moment
    require: Callable[[int], None]
    by: str | None = None
    reason: str | None = None

    def require_sound(self) -> None:
        """Refuse texts that cannot be kept.

        Raises:
            BadFields: with one problem for each.
        """
        texts = {"/by": (self.by, LONGEST_NAME), "/reason": (self.reason, LONGEST_TEXT)}
        require_texts(texts)

    def note(self, session: Session, case: Case, what: What, details: Mapping[str, object]) -> None:
        """Record what was done, at the case's version."""
        who, key = self.by or self.caller.name, self.caller.key_id
        at = case.updated_at
        note(session, case, what, details, by=who, reason=self.reason, at=at, api_key_id=key)


def reopen_case(session: Session, ref: str, facts: Mapping[str, object], wish: Wish) -> CaseView:
    """Take a case up again after a final answer; its version grows by one.

    Every fact stays, milestones too, but for those in `facts` (raw; `None` forgets one).
    Nothing is decided: that comes with the next decision. Needs a `transaction()`.

    Raises:
        UnknownRecord: there is no such case.
        CaseMovedOn: the case is at another version.
        CaseNotEnded: its latest answer is not final, or came before it was last reopened.
        BadFields: unknown facts, values outside their domain, unsound texts.
        NoLiveRevision: no rules are published that say what the facts are.
    """
    wish.require_sound()
    book = live_book(session)
    changes = book.vocabulary.read_changes(facts, wish.moment.today)
    case = lock_case(session, ref)
    wish.require(case.version)
    if not _has_ended(session, case, tuple(book.routings)):
        raise CaseNotEnded("the case has no final answer: nothing is to be reopened")
    supply = supplying.compare(session, case, changes, wish.moment.now)
    supplying.store(session, case, supply, wish.by or wish.caller.name)
    case.reopened_at = supply.supplied_at
    wish.note(session, case, What.REOPENED, {})
    session.flush()
    return view_of(session, case)


def rename_case(session: Session, ref: str, new_ref: str, wish: Wish) -> CaseView:
    """Give a case another ref; the one that it had leads to it from then on.

    Its version grows by one; asking again, under the old ref, changes nothing more. A case may
    take back a ref that it had. Needs a `transaction()`.

    Raises:
        UnknownRecord: there is no such case.
        CaseMovedOn: the case is at another version.
        AlreadyMerged: the case was merged into another.
        RefTaken: another case has or had the new ref.
        BadFields: the new ref is the case's own, or cannot be one; unsound texts.
    """
    wish.require_sound()
    require_texts({"/ref": (new_ref, LONGEST_NAME)})
    alone(session)
    case = lock_case(session, unmerged(session, ref).ref)
    if case.ref == new_ref:
        if ref != new_ref:
            return view_of(session, case)
        raise BadFields([FieldProblem("/ref", "is the case's ref already")])
    wish.require(case.version)
    old_ref = case.ref
    case.version += 1
    case.updated_at = max(case.updated_at, wish.moment.now)
    _swap_refs(session, case, new_ref)
    wish.note(session, case, What.RENAMED, {"from": old_ref, "to": new_ref})
    session.flush()
    return view_of(session, case)


def alone(session: Session) -> None:
    """Wait until nobody else renames or merges cases: whom a ref leads to stays so meanwhile.

    Who decides a case locks that one only, and does not wait here.
    """
    hold(session, "renaming and merging cases")


def unmerged(session: Session, ref: str) -> Case:
    """Return the case that has or had this name.

    Raises:
        UnknownRecord: there is none.
        AlreadyMerged: it was merged into another.
    """
    case = find_named(session, ref)
    if case is None:
        raise no_such_case(ref)
    if case.merged_into_id is not None:
        raise already_merged(session, case)
    return case


def already_merged(session: Session, double: Case) -> AlreadyMerged:
    """Return the error for a case that was merged into another."""
    into = session.get(Case, double.merged_into_id)
    name = into.ref if into else ""
    return AlreadyMerged(f"the case `{double.ref}` was merged into `{name}`")


def _swap_refs(session: Session, case: Case, new_ref: str) -> None:
    # Putting up the signpost first has whoever opens a case of that name wait for our end,
    # and us for theirs.
    insert_ref(session, new_ref, case.updated_at, renamed_to=case)
    found = session.scalars(
        select(Case).where(Case.ref == new_ref).execution_options(populate_existing=True)
    ).one()
    if found.renamed_to_id != case.id:
        raise RefTaken(f"there is another case `{new_ref}`")
    session.delete(found)
    session.flush()
    old_ref, case.ref = case.ref, new_ref
    session.flush()
    insert_ref(session, old_ref, case.updated_at, renamed_to=case)


def _has_ended(session: Session, case: Case, routings: tuple[str, ...]) -> bool:
    last = session.scalar(
        select(DecisionRecord)
        .where(
            DecisionRecord.case_id == case.id,
            DecisionRecord.case_version > last_reopening(session, case),
            DecisionRecord.decision.in_(routings),
        )
        .order_by(DecisionRecord.case_version.desc())
        .limit(1)
    )
    if last is None:
        return False
    body = cast("dict[str, dict[str, object]]", json_text.loads(last.answer))
    return body["outcome"]["final"] is True
