"""Cases to live through: decided, renamed and merged by a few short words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count

from model.access import Caller
from model.answers import Answer
from model.case_facts import CaseView, change_facts, read_case
from model.case_history import Entry, history_of
from model.case_life import Wish, rename_case, reopen_case
from model.case_merging import Merged, merge_cases
from model.cases import lock_case, require_version
from model.database import Database
from model.deciding import DecisionRequest, Moment, decide
from model.late_facts import Late


@dataclass(frozen=True)
class Lives:
    """A ticketing system that does one thing after the other, each in its own transaction."""

    database: Database
    caller: Caller
    moment: Moment
    _numbers = count()

    def decide(self, ref: str, late: Late | None = None, **facts: object) -> Answer:
        """Decide a case."""
        return self._decide(ref, late, facts)

    def decide_by(self, ref: str, decision: str, **facts: object) -> Answer:
        """Have another decision than the routing made about a case."""
        return self._decide(ref, None, facts, decision)

    def note(self, ref: str, number: int, text: str) -> Answer:
        """Decide a case, with one of the facts that only take note of something."""
        return self._decide(ref, None, {f"note_{number}": text})

    def _decide(
        self, ref: str, late: Late | None, facts: Mapping[str, object], decision: str = "routing"
    ) -> Answer:
        request = DecisionRequest(ref, None, None, None, facts, decision, late=late)
        with self.database.transaction() as session:
            new_id = f"decision {next(self._numbers)}"
            return decide(session, request, self.caller, self.moment, new_id)

    def patch(self, ref: str, **facts: object) -> CaseView:
        """Change facts of a case without deciding it."""
        with self.database.transaction() as session:
            version = lock_case(session, ref).version
            return change_facts(session, ref, facts, None, version, self.caller, self.moment)

    def reopen(self, ref: str, facts: Mapping[str, object], version: int | None) -> CaseView:
        """Reopen a case."""
        with self.database.transaction() as session:
            return reopen_case(session, ref, facts, self.wish(version, "it was not over"))

    def rename(self, ref: str, new_ref: str, version: int | None = None) -> CaseView:
        """Give a case another ref."""
        with self.database.transaction() as session:
            return rename_case(session, ref, new_ref, self.wish(version))

    def merge(self, ref: str, double: str, version: int | None = None) -> Merged:
        """Merge a double into a case."""
        with self.database.transaction() as session:
            return merge_cases(session, ref, double, None, self.wish(version))

    def wish(self, version: int | None, reason: str | None = None) -> Wish:
        """Return the wish of a person who saw the case at a version."""

        def require(there: int) -> None:
            require_version(there, version)

        return Wish(self.caller, self.moment, require, "Ann", reason)

    def case(self, ref: str) -> CaseView:
        """Read a case."""
        with self.database.reading() as session:
            return read_case(session, ref)

    def values(self, ref: str) -> dict[str, object]:
        """Return the facts that a case holds."""
        return {fact.name: fact.value for fact in self.case(ref).facts}

    def history(self, ref: str) -> tuple[Entry, ...]:
        """Read a case's history."""
        with self.database.reading() as session:
            return history_of(session, ref, None, 100).entries
