"""Texts: what every database can keep, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from model.cases import find_case, lock_or_open_case
from model.database import Database
from model.texts import LONGEST_NAME, require_texts
from rules.errors import BadFields

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


@given(st.text(st.characters(), max_size=LONGEST_NAME + 10))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_text_is_refused_or_can_be_kept(postgresql_database: Database, text: str) -> None:
    """Whatever passes is stored and found again as it is; nothing fails in the database."""
    try:
        require_texts({"/case/ref": (text, LONGEST_NAME)})
    except BadFields:
        return
    with postgresql_database.transaction() as session:
        opened = lock_or_open_case(session, text, NOW)
        assert find_case(session, text) is opened
        assert opened.ref == text


def test_a_text_that_is_absent_is_not_refused() -> None:
    """What need not be said may be left out."""
    require_texts({"/case/title": (None, LONGEST_NAME)})


def test_a_case_is_called_what_its_system_calls_it() -> None:
    """Blanks too; a sentence about it says something."""
    require_texts({"/case/ref": (" ", LONGEST_NAME), "/case": (" ", LONGEST_NAME)})


@pytest.mark.parametrize("text", ["", "a" * 201, "a\x1fb", "\udfff", "  ", "\u3000"])
def test_the_problem_points_to_the_text(text: str) -> None:
    """The caller reads which member is wrong."""
    with pytest.raises(BadFields) as refused:
        require_texts({"/case/by": (text, LONGEST_NAME)})
    assert [problem.pointer for problem in refused.value.problems] == ["/case/by"]
