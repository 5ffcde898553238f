"""Events of a case's life: written once, one for a version."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from model.case_events import CaseEvent, last_reopening
from model.cases import find_case
from model.erasing import Erasure
from rules.errors import Refused
from tests.model.lives import Lives


def test_an_event_is_never_changed(lives: Lives) -> None:
    """Neither by the service nor past it, in the database."""
    lives.decide("A")
    lives.rename("A", "B")
    with pytest.raises(Refused), lives.database.transaction() as session:
        session.scalars(select(CaseEvent)).one().by = "Eve"
    for statement in ("UPDATE case_events SET reason = 'none'", "DELETE FROM case_events"):
        with pytest.raises(DBAPIError), lives.database.transaction() as session:
            session.execute(text(statement))
    assert lives.history("B")[0].by == "Ann"


def test_the_instants_of_facts_are_never_changed(lives: Lives) -> None:
    """An erasure may take a value away, but not when it was so, nor whether it counted."""
    lives.decide("A", note_1="x")
    with lives.database.transaction() as session:
        session.add(Erasure(case_id=1, facts=["note_1"], by="Ann", at=lives.moment.now))
    erase = "UPDATE fact_changes SET value = NULL, erasure_id = 1"
    for more in (", true_at = at", ", newer_at = at", ", taken = (1 = 0)"):
        with pytest.raises(DBAPIError), lives.database.transaction() as session:
            session.execute(text(erase + more))
    with lives.database.transaction() as session:
        session.execute(text(erase))


def test_the_last_reopening_is_found(lives: Lives) -> None:
    """The version it made; 0 for a case that never was reopened."""
    for expected in (0, 2, 4):
        if expected:
            lives.reopen("A", {}, None)
        with lives.database.reading() as session:
            case = find_case(session, "A")
            assert (last_reopening(session, case) if case else 0) == expected
        lives.decide("A", in_catalog=True)
