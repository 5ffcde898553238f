"""A case read, and its facts changed by who has seen it as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from model.access import Caller
from model.case_facts import (
    DECISIONS_SHOWN,
    CaseView,
    DecisionSummary,
    HeldFact,
    change_facts,
    read_case,
)
from model.database import Database
from model.deciding import DecisionRequest, Moment, decide
from rules.errors import BadFields, CaseMovedOn, PreconditionRequired, UnknownRecord

ASKED = DecisionRequest("CRM-1", "E-signature", "Ann", None, {"in_catalog": True})


@pytest.fixture
def decided(published: Database, caller: Caller, moment: Moment) -> Database:
    """A database with one decided case."""
    with published.transaction() as session:
        decide(session, ASKED, caller, moment, "d1")
    return published


def test_a_case_tells_who_supplied_what_and_what_was_decided(
    decided: Database, moment: Moment
) -> None:
    """Each fact comes with whom and when, and each decision with what it was."""
    with decided.reading() as session:
        assert read_case(session, "CRM-1") == CaseView(
            ref="CRM-1",
            title="E-signature",
            version=1,
            created_at=moment.now,
            updated_at=moment.now,
            facts=(HeldFact("in_catalog", True, "Ann", moment.now),),
            decisions=(DecisionSummary("d1", 1, "routing", "intake", "decided", moment.now),),
        )


def test_a_case_with_many_decisions_shows_the_latest(
    decided: Database, caller: Caller, moment: Moment
) -> None:
    """Reading a case stays quick, however long it has lived."""
    with decided.transaction() as session:
        for number in range(2, DECISIONS_SHOWN + 5):
            decide(session, ASKED, caller, moment, f"d{number}")
        shown = read_case(session, "CRM-1").decisions
    assert len(shown) == DECISIONS_SHOWN
    assert shown[0].id == f"d{DECISIONS_SHOWN + 4}"


def test_facts_change_without_a_decision(decided: Database, caller: Caller, moment: Moment) -> None:
    """The case moves on by one version; who changed a fact is who supplied it from then on."""
    later = replace(moment, now=moment.now + timedelta(hours=1))
    facts = {"in_catalog": None, "days_until_needed": 3}
    with decided.transaction() as session:
        view = change_facts(session, "CRM-1", facts, "Bob", 1, caller, later)
    assert view.version == 2
    assert view.updated_at == later.now
    assert view.facts == (HeldFact("needed_by", "2026-11-25", "Bob", later.now),)
    assert len(view.decisions) == 1
    with decided.reading() as session:
        assert read_case(session, "CRM-1") == view


def test_who_names_nobody_is_named_by_the_key(
    decided: Database, caller: Caller, moment: Moment
) -> None:
    """Without `by`, a fact is supplied by the API key's name."""
    with decided.transaction() as session:
        view = change_facts(session, "CRM-1", {"note_1": "x"}, None, 1, caller, moment)
    assert [fact.supplied_by for fact in view.facts] == ["Ann", "Roundup"]


def test_after_a_refusal_the_case_is_as_it_was(
    decided: Database, caller: Caller, moment: Moment
) -> None:
    """Who saw another version, or sends what cannot be, changes nothing."""
    refusals: list[tuple[str, Mapping[str, object], str | None, int | None, type[Exception]]] = [
        ("CRM-1", {"in_catalog": False}, None, None, PreconditionRequired),
        ("CRM-1", {"in_catalog": False}, None, 0, CaseMovedOn),
        ("CRM-1", {"in_catalog": False}, None, 2, CaseMovedOn),
        ("CRM-2", {"in_catalog": False}, None, 0, UnknownRecord),
        ("CRM-1", {"in_catalog": 0, "note_1": "x"}, None, 1, BadFields),
        ("CRM-1", {"in_catalog": False}, "a\nb", 1, BadFields),
    ]
    with decided.reading() as session:
        before = read_case(session, "CRM-1")
    for ref, facts, by, version, error in refusals:
        with pytest.raises(error), decided.transaction() as session:
            change_facts(session, ref, facts, by, version, caller, moment)
    with decided.reading() as session:
        assert read_case(session, "CRM-1") == before
        with pytest.raises(UnknownRecord):
            read_case(session, "CRM-2")
