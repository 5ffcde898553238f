"""Facts supplied on time and late: the newest counts, and nothing is overwritten unsaid."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from model.access import Caller
from model.case_facts import change_facts, read_case
from model.cases import Case, lock_or_open_case
from model.database import Database
from model.deciding import DecisionRequest, Moment, decide, preview, replay
from model.held_facts import FactChange, facts_of
from model.late_facts import Late
from model.supplying import compare, said_at, store
from rules.errors import BadFields

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
FACTS = st.dictionaries(st.sampled_from("abc"), st.none() | st.integers(0, 1), min_size=1)
_case_numbers = count()


def at(minutes: float) -> datetime:
    """Return the instant so many minutes after the tests' beginning."""
    return NOW + timedelta(minutes=minutes)


@dataclass(frozen=True)
class Said:
    """Facts said `after` so many minutes; so since `late` minutes, if they are late."""

    facts: dict[str, int | None]
    after: int
    late: int | None = None
    overwrite: bool = False

    @property
    def lateness(self) -> Late | None:
        """As the product takes it."""
        return None if self.late is None else Late(at(self.late + 0.5), self.overwrite)


SAID = st.lists(
    st.builds(
        Said, FACTS, st.integers(0, 20), st.none() | st.integers(-5, 20), st.sampled_from([0, 1])
    ),
    max_size=8,
)


def tell(session: Session, case: Case, said: Said) -> tuple[str, ...]:
    """Supply what was said; return what was kept of it."""
    supply = compare(session, case, said.facts, at(said.after), said.lateness)
    store(session, case, supply, "Ann")
    session.flush()
    return supply.kept_newer


def open_case(session: Session) -> Case:
    """Return a case that nothing has been said of."""
    return lock_or_open_case(session, f"CRM-{next(_case_numbers)}", at(-100))


def held(session: Session, case: Case) -> dict[str, object]:
    """Return the values that the case holds, as JSON text."""
    return {name: fact.value for name, fact in facts_of(session, case.id).items()}


def newest(claims: list[tuple[datetime, int, int | None]]) -> tuple[datetime, int | None]:
    """Return since when what is so: of all that was said, what is true of the latest instant."""
    since, _, value = max(claims, default=(at(-100), 0, None))
    return since, value


@given(saying=SAID)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_case_holds_the_newest_of_all_that_was_said(
    database: Database, saying: list[Said]
) -> None:
    """Whatever is said, in whatever order: by when it was so, then by when it was said."""
    claims: dict[str, list[tuple[datetime, int, int | None]]] = defaultdict(list)
    with database.transaction() as session:
        case = open_case(session)
        clock = at(-100)
        for number, said in enumerate(saying):
            clock = max(clock, at(said.after))
            true_at = clock if said.lateness is None else min(said.lateness.at, clock)
            expected = []
            for name, value in said.facts.items():
                since, known = newest(claims[name])
                if value is None and known is None:
                    continue
                older = since > true_at and value != known
                expected += [name] if older and not said.overwrite else []
                counts_from = clock if older and said.overwrite else true_at
                claims[name].append((counts_from, number, value))
            assert tell(session, case, said) == tuple(sorted(expected))
            values = {name: newest(said)[1] for name, said in claims.items()}
            shown = {name: str(value) for name, value in values.items() if value is not None}
            assert held(session, case) == shown
        _check_history(session, case)


def _check_history(session: Session, case: Case) -> None:
    """The facts held are the newest taken of the history; what was not taken was older."""
    ours = select(FactChange).where(FactChange.case_id == case.id).order_by(FactChange.id)
    changes = session.scalars(ours).all()
    last: dict[str, FactChange] = {}
    for change in sorted((c for c in changes if c.taken), key=lambda c: (said_at(c), c.at, c.id)):
        last[change.name] = change
    values = {name: change.value for name, change in last.items() if change.value is not None}
    assert held(session, case) == values
    for change in changes:
        late = change.true_at or change.at
        assert late <= change.at
        assert change.taken or (change.newer_at is not None and change.newer_at > late)


def test_a_late_fact_does_not_overwrite_a_newer_one(database: Database) -> None:
    """What is known from a later instant stays; the history has both, with both instants."""
    with database.transaction() as session:
        case = open_case(session)
        tell(session, case, Said({"a": 1}, after=10))
        assert tell(session, case, Said({"a": 0, "b": 1}, after=20, late=5)) == ("a",)
        assert held(session, case) == {"a": "1", "b": "1"}
        late = session.scalars(
            select(FactChange).where(FactChange.case_id == case.id, FactChange.case_version == 2)
        )
        assert [(c.name, c.at, c.true_at, c.newer_at, c.taken) for c in late] == [
            ("a", at(20), at(5.5), at(10), False),
            ("b", at(20), at(5.5), None, True),
        ]


def test_a_late_fact_counts_against_a_newer_one_if_it_is_to(database: Database) -> None:
    """Said outright, it overwrites; and stands from when that was said, against later ones."""
    with database.transaction() as session:
        case = open_case(session)
        tell(session, case, Said({"a": 1}, after=10))
        assert tell(session, case, Said({"a": 0}, after=20, late=5, overwrite=True)) == ()
        assert held(session, case) == {"a": "0"}
        assert tell(session, case, Said({"a": 1}, after=30, late=15)) == ("a",)


def test_a_value_said_again_is_known_from_then(database: Database) -> None:
    """A late fact from before a value was confirmed is older than that, though it was changed."""
    with database.transaction() as session:
        case = open_case(session)
        tell(session, case, Said({"a": 1}, after=1))
        tell(session, case, Said({"a": 1}, after=10))
        assert facts_of(session, case.id)["a"].supplied_at == at(1)
        assert tell(session, case, Said({"a": 0}, after=20, late=5)) == ("a",)


def test_what_was_forgotten_stays_forgotten(database: Database) -> None:
    """A late fact from before does not bring it back; one from after does."""
    with database.transaction() as session:
        case = open_case(session)
        tell(session, case, Said({"a": 1}, after=1))
        tell(session, case, Said({"a": None}, after=10))
        assert tell(session, case, Said({"a": 0}, after=20, late=5)) == ("a",)
        assert held(session, case) == {}
        assert tell(session, case, Said({"a": 0}, after=30, late=15)) == ()
        assert held(session, case) == {"a": "0"}


def test_clocks_that_differ_do_not_change_the_order(database: Database) -> None:
    """What is told later counts, even when told by a process whose clock is behind."""
    with database.transaction() as session:
        case = open_case(session)
        tell(session, case, Said({"a": 1}, after=10))
        assert tell(session, case, Said({"a": 0}, after=9)) == ()
        assert held(session, case) == {"a": "0"}
        assert facts_of(session, case.id)["a"].supplied_at == at(10)


def late_request(moment: Moment, **facts: object) -> DecisionRequest:
    """Return a request with facts of two days ago."""
    two_days_ago = Late(moment.now - timedelta(days=2))
    return DecisionRequest("CRM-L", None, "Bob", None, facts, late=two_days_ago)


def test_an_answer_tells_what_was_kept(published: Database, caller: Caller, moment: Moment) -> None:
    """Decided on the newer facts, previewed and replayed alike; without any, nothing is told."""
    with published.transaction() as session:
        asked = replace(late_request(moment, in_catalog=True), late=None)
        first = decide(session, asked, caller, moment, "d1")
        assert first.body["case"] == {"ref": "CRM-L", "version": 1}
    late = late_request(moment, in_catalog=False, note_1="x")
    told = {"ref": "CRM-L", "version": 2, "kept_newer": ["in_catalog"]}
    with published.transaction() as session:
        assert preview(session, late, moment)["case"] == {**told, "version": 1}
        assert decide(session, late, caller, moment, "d2").body["case"] == told
    with published.reading() as session:
        assert replay(session, "d2").same
        facts = {fact.name: fact for fact in read_case(session, "CRM-L").facts}
    assert facts["in_catalog"].value is True
    assert facts["note_1"].supplied_at == moment.now
    assert facts["note_1"].true_at == moment.now - timedelta(days=2)


def test_facts_to_come_are_refused(published: Database, caller: Caller, moment: Moment) -> None:
    """Neither a decision nor a change of facts takes them."""
    tomorrow = Late(moment.now + timedelta(days=1))
    asked = DecisionRequest("CRM-L", None, None, None, {}, late=tomorrow)
    with pytest.raises(BadFields), published.transaction() as session:
        decide(session, asked, caller, moment, "d1")
    with published.transaction() as session:
        decide(session, replace(asked, late=None), caller, moment, "d1")
        with pytest.raises(BadFields):
            change_facts(session, "CRM-L", {}, None, 1, caller, moment, late=tomorrow)


def test_days_are_counted_from_the_day_they_were_said_of(
    published: Database, caller: Caller, moment: Moment
) -> None:
    """Ninety days, as they were two days ago, end two days sooner than ninety from today."""
    late = late_request(moment, days_until_needed=90)
    with published.transaction() as session:
        decide(session, late, caller, moment, "d1")
        assert read_case(session, "CRM-L").facts[0].value == "2027-02-18"
        asked = replace(late, ref="CRM-M", as_of=date(2026, 11, 1))
        decide(session, asked, caller, moment, "d2")
        assert read_case(session, "CRM-M").facts[0].value == "2027-01-30"
        facts = {"days_until_needed": 89}
        view = change_facts(session, "CRM-L", facts, None, 1, caller, moment, late=late.late)
        assert view.facts[0].value == "2027-02-17"
