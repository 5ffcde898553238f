"""Cases: what they hold is what was last supplied, and the history tells how it came so."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from model.cases import (
    find_case,
    insert_ref,
    lock_case,
    lock_or_open_case,
    require_version,
    typed,
)
from model.database import Database
from model.held_facts import FactChange, facts_of
from model.supplying import compare, store
from rules.errors import CaseMovedOn, UnknownRecord
from rules.rule_book import RuleFiles, load
from rules.values import Value, to_json

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)

Changes = dict[str, Value | None]


def test_a_case_is_opened_on_first_sight(database: Database) -> None:
    """The first lock makes the case, at version 0; the next finds it."""
    with database.transaction() as session:
        opened = lock_or_open_case(session, "CRM/1 ünïcode", NOW)
        assert (opened.version, opened.title) == (0, None)
    with database.transaction() as session:
        assert lock_or_open_case(session, "CRM/1 ünïcode", NOW).id == opened.id
        assert lock_case(session, "CRM/1 ünïcode").id == opened.id


def test_a_ref_is_told_apart_by_every_letter(database: Database) -> None:
    """Neither case nor trailing blanks nor normal forms make two refs one."""
    refs = ["a", "A", "a ", "é", "e\N{COMBINING ACUTE ACCENT}"]
    with database.transaction() as session:
        assert len({lock_or_open_case(session, ref, NOW).id for ref in refs}) == len(refs)


def test_a_ref_that_a_case_gave_up_is_free_at_once(database: Database) -> None:
    """Even while the case itself still waits to be written under its new one."""
    with database.transaction() as session:
        case = lock_or_open_case(session, "A", NOW)
        case.ref = "B"
        insert_ref(session, "A", NOW, renamed_to=case)
    with database.reading() as session:
        found = find_case(session, "A")
        assert found is not None
        assert found.ref == "B"


def test_an_unknown_case_is_not_opened_by_looking(database: Database) -> None:
    """Looking for a case, or locking one that must be there, leaves nothing behind."""
    with database.transaction() as session:
        assert find_case(session, "CRM-1") is None
        with pytest.raises(UnknownRecord, match="there is no case `CRM-1`"):
            lock_case(session, "CRM-1")


def test_a_caller_who_saw_another_version_is_refused() -> None:
    """Only who saw the case as it is may insist on a version; who names none is let through."""
    require_version(3, 3)
    require_version(3, None)
    with pytest.raises(CaseMovedOn, match="at version 3, not 2"):
        require_version(3, 2)


def test_the_history_records_what_changed(database: Database) -> None:
    """A value supplied again unchanged is no change: it stays with whom it first came from."""
    steps: list[tuple[str, Changes]] = [
        ("Ann", {"viable": True, "price": Decimal("2.50")}),
        ("Bob", {"viable": True, "price": None, "never_held": None}),
        ("Cid", {"viable": False}),
    ]
    with database.transaction() as session:
        case = lock_or_open_case(session, "CRM-1", NOW)
        for number, (by, changes) in enumerate(steps):
            now = NOW + timedelta(days=number)
            store(session, case, compare(session, case, changes, now), by)
            session.flush()
        history = session.scalars(select(FactChange).order_by(FactChange.id)).all()
        assert [(c.case_version, c.name, c.value, c.by) for c in history] == [
            (1, "viable", "true", "Ann"),
            (1, "price", "2.50", "Ann"),
            (2, "price", None, "Bob"),
            (3, "viable", "false", "Cid"),
        ]
        held = facts_of(session, case.id)
        assert [(name, f.value, f.supplied_by) for name, f in held.items()] == [
            ("viable", "false", "Cid")
        ]
        assert case.version == 3
        assert case.updated_at == held["viable"].supplied_at == NOW + timedelta(days=2)


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from("abc"),
            st.none() | st.booleans() | st.integers(0, 1) | st.sampled_from(["0", "true"]),
        ),
        max_size=8,
    )
)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_case_holds_what_its_history_adds_up_to(
    sqlite_database: Database, steps: list[Changes]
) -> None:
    """Whatever is supplied in whatever order, the facts held are the sum of the changes."""
    expected: dict[str, Value] = {}
    with sqlite_database.transaction() as session:
        case = lock_or_open_case(session, f"CRM-{datetime.now(UTC).timestamp()}", NOW)
        for changes in steps:
            store(session, case, compare(session, case, changes, NOW), "Ann")
            session.flush()
            merged = {**expected, **changes}
            expected = {name: value for name, value in merged.items() if value is not None}
        held = {name: fact.value for name, fact in facts_of(session, case.id).items()}
        ours = select(FactChange).where(FactChange.case_id == case.id).order_by(FactChange.id)
        summed = {change.name: change.value for change in session.scalars(ours)}
    assert held == {name: value for name, value in summed.items() if value is not None}
    assert held.keys() == expected.keys()


def test_facts_are_typed_by_the_vocabulary(rule_files: RuleFiles) -> None:
    """Dates, decimals and flags come back as what the vocabulary says they are."""
    values: dict[str, Value] = {
        "in_catalog": False,
        "needed_by": date(2027, 2, 20),
        "unit_price": Decimal("12.50"),
    }
    raw = {name: to_json(value) for name, value in values.items()}
    assert typed(raw, load(rule_files).vocabulary) == values


def test_what_the_vocabulary_does_not_allow_is_missing(rule_files: RuleFiles) -> None:
    """After a change of the rules, a fact that is gone, or fits no more, counts as unknown."""
    raw = {"gone": 1, "in_catalog": "yes", "unit_price": Decimal("1.005"), "needed_by": None}
    assert typed(raw, load(rule_files).vocabulary) == {}
