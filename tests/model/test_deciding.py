"""Deciding: facts merged, answered and recorded at once, and nothing lost between callers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from model.access import Caller
from model.case_facts import change_facts, read_case
from model.cases import Case, lock_case
from model.database import Database
from model.deciding import Answer, DecisionRequest, Moment, answer_of, decide, preview
from model.decisions import DecisionRecord, record_of
from model.held_facts import CaseFact, FactChange
from rules.errors import BadFields, CaseMovedOn, NoLiveRevision

ASKED = DecisionRequest("CRM-1", "E-signature", "Ann", None, {"in_catalog": False})


def ask(database: Database, request: DecisionRequest, caller: Caller, moment: Moment) -> Answer:
    """Decide in a transaction of its own; the id says how many were made before."""
    with database.transaction() as session:
        made = session.scalar(select(func.count()).select_from(DecisionRecord))
        return decide(session, request, caller, moment, f"d{made}")


def rows(database: Database) -> tuple[int, ...]:
    """Return how much is stored about cases."""
    tables = (Case, CaseFact, FactChange, DecisionRecord)
    with database.reading() as session:
        return tuple(session.query(table).count() for table in tables)


def test_an_answer_says_who_does_what_next(
    published: Database, caller: Caller, moment: Moment
) -> None:
    """The body has the contract's members, in order, with the case at its first version."""
    answer = ask(published, ASKED, caller, moment)
    assert list(answer.body) == [
        "id", "case", "decision", "stage", "status", "outcome", "needs", "assumptions",
        "because", "policy_revision", "decided_at",
    ]  # fmt: skip
    assert answer.body["case"] == {"ref": "CRM-1", "version": 1}
    assert answer.body["status"] == "awaiting_facts"
    assert answer.body["decided_at"] == "2026-11-22T09:30:15.123Z"
    needs = answer.body["needs"]
    assert isinstance(needs, list)
    assert needs[0] == {
        "fact": "needed_by",
        "question": "By when is it needed?",
        "asked_of": "Strategist",
        "sources": ["SOP §1"],
    }


def test_facts_add_up_over_calls(published: Database, caller: Caller, moment: Moment) -> None:
    """A later call brings what is new; what the case held before still counts."""
    ask(published, ASKED, caller, moment)
    later = replace(ASKED, title=None, by=None, facts={"unit_price": Decimal("120.50")})
    answer = ask(published, later, caller, moment)
    assert answer.body["status"] == "decided"
    assert answer.body["assumptions"] == ["Dear things are hurried"]
    assert '"facts": {"unit_price": 120.50' in answer.text or "120.50" in answer.text
    with published.reading() as session:
        case = read_case(session, "CRM-1")
    assert (case.version, case.title) == (2, "E-signature")
    assert [(fact.name, fact.value, fact.supplied_by) for fact in case.facts] == [
        ("in_catalog", False, "Ann"),
        ("unit_price", Decimal("120.50"), "Roundup"),
    ]


def test_null_forgets_a_fact(published: Database, caller: Caller, moment: Moment) -> None:
    """After it the case is asked again, as if the fact had never been known."""
    ask(published, replace(ASKED, facts={"in_catalog": True}), caller, moment)
    answer = ask(published, replace(ASKED, facts={"in_catalog": None}), caller, moment)
    assert answer.body["status"] == "awaiting_facts"
    with published.reading() as session:
        assert read_case(session, "CRM-1").facts == ()


def test_days_are_stored_as_the_date(published: Database, caller: Caller, moment: Moment) -> None:
    """Ninety days from the day asked about are that date, on whatever day one looks again."""
    asked = replace(ASKED, facts={"days_until_needed": 90}, as_of=date(2026, 11, 1))
    ask(published, asked, caller, moment)
    with published.reading() as session:
        assert read_case(session, "CRM-1").facts[0].value == "2027-01-30"


def test_the_record_has_the_whole_input(
    published: Database, caller: Caller, moment: Moment
) -> None:
    """Who asked what, on which facts, by which rules, and the answer word for word."""
    ask(published, ASKED, caller, moment)
    answer = ask(published, replace(ASKED, facts={"unit_price": 1}, as_of=None), caller, moment)
    with published.reading() as session:
        assert answer_of(session, "d1").text == answer.text
        record = record_of(session, "d1")
        assert record.request == {
            "case": {"ref": "CRM-1", "title": "E-signature", "by": "Ann", "if_version": None},
            "facts": {"unit_price": 1},
            "decision": "routing",
            "as_of": None,
        }
        assert record.facts == {"in_catalog": False, "unit_price": Decimal("1.00")}
        assert record.as_of == moment.today
        assert record.decided_at == moment.now
        assert record.decided_by == caller.key_id
        assert record.revision == answer.body["policy_revision"]
        assert record.because == answer.body["because"]


def test_a_case_that_moved_on_is_left_alone(
    published: Database, caller: Caller, moment: Moment
) -> None:
    """`if_version` lets through who saw the case as it is; 0 is a case not yet there."""
    ask(published, replace(ASKED, if_version=0), caller, moment)
    ask(published, replace(ASKED, if_version=1), caller, moment)
    before = rows(published)
    for seen in (0, 1, 3, 10**30):
        with pytest.raises(CaseMovedOn, match=f"at version 2, not {seen}"):
            ask(published, replace(ASKED, if_version=seen), caller, moment)
    assert rows(published) == before


def test_after_an_error_the_case_is_as_it_was(
    published: Database, caller: Caller, moment: Moment
) -> None:
    """A refused request opens no case, changes no fact and records nothing."""
    refused: list[tuple[DecisionRequest, str]] = [
        (replace(ASKED, facts={"in_catalogue": True}), "/facts/in_catalogue"),
        (replace(ASKED, facts={"in_catalog": True, "unit_price": 1e400}), "/facts/unit_price"),
        (replace(ASKED, facts={"unit_price": Decimal("1E+400")}), "/facts/unit_price"),
        (replace(ASKED, facts={"note_1": "a\x00"}), "/facts/note_1"),
        (replace(ASKED, decision="rooting"), "/decision"),
        (replace(ASKED, ref="a\x00"), "/case/ref"),
    ]
    for request, pointer in refused:
        with pytest.raises(BadFields) as error:
            ask(published, request, caller, moment)
        assert [problem.pointer for problem in error.value.problems] == [pointer]
    assert rows(published) == (0, 0, 0, 0)


def test_without_rules_nothing_is_decided(
    database: Database, caller: Caller, moment: Moment
) -> None:
    """Before anything is published, no case is opened either."""
    with pytest.raises(NoLiveRevision):
        ask(database, ASKED, caller, moment)
    assert rows(database) == (0, 0, 0, 0)


def test_a_preview_answers_alike_and_stores_nothing(
    published: Database, caller: Caller, moment: Moment
) -> None:
    """A preview of a case, unknown or known, is the answer that deciding would give."""
    for version in (0, 1):
        before = rows(published)
        with published.reading() as session:
            previewed = preview(session, ASKED, moment)
        assert rows(published) == before
        decided = ask(published, ASKED, caller, moment).body
        assert previewed == {
            **decided, "id": None, "case": {"ref": "CRM-1", "version": version}
        }  # fmt: skip
    with published.reading() as session, pytest.raises(CaseMovedOn):
        preview(session, replace(ASKED, if_version=1), moment)


def test_callers_at_the_same_time_lose_no_fact(
    published: Database, caller: Caller, moment: Moment
) -> None:
    """Sixteen callers on one new case, deciding and changing facts: every fact is there."""
    rounds = 4

    def supply(number: int) -> None:
        for turn in range(rounds):
            facts = {f"note_{number}": f"{number}, turn {turn}"}
            with published.transaction() as session:
                if turn % 2:
                    version = lock_case(session, "CRM-1").version
                    change_facts(session, "CRM-1", facts, None, version, caller, moment)
                else:
                    new_id = f"d{number}-{turn}"
                    request = DecisionRequest("CRM-1", None, None, None, facts)
                    decide(session, request, caller, moment, new_id)

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(supply, range(16)))
    with published.reading() as session:
        case = read_case(session, "CRM-1")
        changes = session.query(FactChange.case_version).all()
    assert {fact.name: fact.value for fact in case.facts} == {
        f"note_{number}": f"{number}, turn {rounds - 1}" for number in range(16)
    }
    assert case.version == 16 * rounds
    assert sorted(change.case_version for change in changes) == list(range(1, 16 * rounds + 1))
    assert rows(published)[3] == 16 * rounds / 2


@pytest.mark.parametrize("seen", [0, 2])
def test_of_callers_who_saw_the_same_version_one_wins(
    published: Database, caller: Caller, moment: Moment, seen: int
) -> None:
    """Sixteen at once with the same `if_version`: one decides, the others are told."""
    for _ in range(seen):
        ask(published, ASKED, caller, moment)

    def decides(number: int) -> bool:
        request = replace(ASKED, if_version=seen, facts={f"note_{number}": "mine"})
        try:
            with published.transaction() as session:
                decide(session, request, caller, moment, f"of {number}")
        except CaseMovedOn:
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        won = list(pool.map(decides, range(16)))
    assert won.count(True) == 1
    with published.reading() as session:
        case = read_case(session, "CRM-1")
    assert case.version == seen + 1
    notes = [fact.name for fact in case.facts if fact.name.startswith("note_")]
    assert notes == [f"note_{won.index(True)}"]
    assert rows(published)[3] == seen + 1
