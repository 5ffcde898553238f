"""The vocabulary: changes of facts as they are sent, and what is known of a case on a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.errors import BadFields
from rules.field_problem import FieldProblem
from rules.values import Domain, FactType, Value
from rules.vocabulary import Fact, Outcome, Vocabulary, escaped, frozen
from tests.rules.books import DAY, outing

VOCABULARY = outing()
_DAYS = st.integers(-2000, 2000)


def refused(raw: dict[str, object], as_of: date = DAY) -> dict[str, FieldProblem]:
    """Return the problems of what was sent, by the fact they point to."""
    with pytest.raises(BadFields) as bad:
        VOCABULARY.read_changes(raw, as_of)
    assert all(problem.pointer.startswith("/facts/") for problem in bad.value.problems)
    return {problem.pointer.removeprefix("/facts/"): problem for problem in bad.value.problems}


def test_facts_are_read_as_their_types() -> None:
    """JSON comes in and typed values come out."""
    raw = {"sunny": True, "count": 9, "price": 3, "due": "2027-01-31", "note": "é", "sky": "red"}
    assert VOCABULARY.read_changes(raw, DAY) == {
        "sunny": True, "count": 9, "price": Decimal("3.00"), "due": date(2027, 1, 31),
        "note": "é", "sky": "red",
    }  # fmt: skip


def test_null_forgets_a_fact() -> None:
    """Any fact may be forgotten, one with a default and a derived one too."""
    for name, fact in VOCABULARY.facts.items():
        stored = fact.derived_from or name
        assert VOCABULARY.read_changes({name: None}, DAY) == {stored: None}


@given(_DAYS)
def test_days_are_stored_as_the_date_they_lead_to(days: int) -> None:
    """Days sent count from the day of the decision, and are known again as the same days."""
    changes = VOCABULARY.read_changes({"days_left": days}, DAY)
    assert changes == {"due": DAY + timedelta(days=days)}
    assert VOCABULARY.known(changes, DAY)["days_left"] == days
    assert VOCABULARY.known(changes, DAY + timedelta(days=1)).get("days_left") in (days - 1, None)


@given(_DAYS, _DAYS)
def test_a_date_and_days_must_agree(days: int, others: int) -> None:
    """Both may be sent when they say the same; when they differ, neither is taken."""
    until = (DAY + timedelta(days=days)).isoformat()
    raw = {"due": until, "days_left": others}
    if days == others:
        assert VOCABULARY.read_changes(raw, DAY) == {"due": DAY + timedelta(days=days)}
    else:
        assert "differs from `due`" in refused(raw)["days_left"].detail


def test_a_date_given_while_the_days_are_forgotten_is_at_odds() -> None:
    """One of the two cannot be known and the other not."""
    assert "differs" in refused({"due": "2027-01-31", "days_left": None})["days_left"].detail
    assert "differs" in refused({"due": None, "days_left": 3})["days_left"].detail
    assert VOCABULARY.read_changes({"due": None, "days_left": None}, DAY) == {"due": None}


def test_dates_and_days_out_of_range_are_refused() -> None:
    """Both ends of the days and of the date hold, whichever of the two is sent."""
    last = DAY + timedelta(days=2000)
    assert VOCABULARY.read_changes({"due": last.isoformat()}, DAY) == {"due": last}
    after = (last + timedelta(days=1)).isoformat()
    assert "2001 days from 2026-11-22" in refused({"due": after})["due"].detail
    assert "between -2000 and 2000" in refused({"days_left": 2001})["days_left"].detail
    late = date(2039, 12, 1)
    assert "outside `due`" in refused({"days_left": 31}, late)["days_left"].detail
    assert VOCABULARY.read_changes({"days_left": 30}, late) == {"due": date(2039, 12, 31)}


def test_days_that_leave_the_calendar_are_refused() -> None:
    """No day before the first or after the last of the calendar breaks anything."""
    assert "calendar" in refused({"days_left": 1}, date.max)["days_left"].detail
    assert "calendar" in refused({"days_left": -1}, date.min)["days_left"].detail
    wide = replace(VOCABULARY.facts["days_left"], domain=Domain(FactType.INTEGER))
    vocabulary = Vocabulary({**VOCABULARY.facts, "days_left": wide}, {})
    for days in (2**63 - 1, -(2**63) + 1, 10**9):
        with pytest.raises(BadFields, match="calendar"):
            vocabulary.read_changes({"days_left": days}, DAY)


def test_every_problem_is_told_at_once() -> None:
    """Each member that is wrong has its own pointer, reason and help."""
    problems = refused({"suny": True, "count": "3", "sky": "grene", "windy": True, "due": "soon"})
    assert list(problems) == ["suny", "count", "sky", "due"]
    assert problems["suny"].help == "did you mean `sunny`?"
    assert problems["sky"].help == "did you mean `green`?"
    assert problems["count"].detail == "must be a whole number"


def test_a_pointer_can_point_to_any_name() -> None:
    """Names that nobody declared are escaped as JSON Pointers are (RFC 6901)."""
    with pytest.raises(BadFields) as bad:
        VOCABULARY.read_changes({"a/b~c": 1, "": 2, "zzz": 3}, DAY)
    pointers = [problem.pointer for problem in bad.value.problems]
    assert pointers == ["/facts/a~1b~0c", "/facts/", "/facts/zzz"]
    assert escaped("~1") == "~01"


def test_a_fact_with_a_default_is_never_missing() -> None:
    """Not when it was never given, nor when it was forgotten; what is given goes first."""
    assert VOCABULARY.known({}, DAY) == {"careful": False}
    assert VOCABULARY.known({"careful": None}, DAY) == {"careful": False}
    assert VOCABULARY.known({"careful": True}, DAY) == {"careful": True}


def test_what_the_vocabulary_no_longer_allows_counts_as_missing() -> None:
    """Facts held from an older vocabulary never reach a rule."""
    held: dict[str, Value | None] = {
        "gone": 1, "count": 10, "sky": "pink", "price": Decimal("0.001"), "note": 3,
        "sunny": "yes", "windy": True, "careful": "no",
    }  # fmt: skip
    assert VOCABULARY.known(held, DAY) == {"windy": True, "careful": False}


def test_days_that_are_held_are_counted_anew() -> None:
    """Derived days come from the date alone, and are missing when it is too far off."""
    assert VOCABULARY.known({"days_left": 5}, DAY) == {"careful": False}
    held: dict[str, Value | None] = {"days_left": 5, "due": date(2026, 11, 21)}
    assert VOCABULARY.known(held, DAY)["days_left"] == -1
    assert "days_left" not in VOCABULARY.known({"due": date(2039, 1, 1)}, date(2026, 1, 1))


def test_a_date_with_a_default_derives_days() -> None:
    """What derives from a default is never missing either."""
    due = replace(VOCABULARY.facts["due"], default=DAY)
    vocabulary = Vocabulary({**VOCABULARY.facts, "due": due}, {})
    assert vocabulary.known({}, DAY)["days_left"] == 0


def test_two_counts_to_one_date_agree() -> None:
    """Days may be counted to the same date twice, in ranges of their own."""
    near = Fact("near", Domain(FactType.INTEGER, low=-3, high=3), "", "", "", derived_from="due")
    vocabulary = Vocabulary({**VOCABULARY.facts, "near": near}, {})
    assert vocabulary.read_changes({"days_left": 2, "near": 2}, DAY) == {"due": date(2026, 11, 24)}
    with pytest.raises(BadFields, match="differs"):
        vocabulary.read_changes({"days_left": 2, "near": 1}, DAY)
    with pytest.raises(BadFields, match="outside `near`"):
        vocabulary.read_changes({"days_left": 4}, DAY)


def test_an_outcome_that_no_rule_sets_is_empty() -> None:
    """Lists are empty, what is true or false is false, all else is nothing."""
    text, flag = Domain(FactType.TEXT), Domain(FactType.BOOLEAN)
    assert Outcome("cc", text, many=True).empty == ()
    assert Outcome("final", flag).empty is False
    assert Outcome("group", text).empty is None


def test_a_frozen_outcome_is_a_copy_that_cannot_change() -> None:
    """A decision is a value."""
    written = {"final": True}
    copy = frozen(written)
    written["final"] = False
    assert copy == {"final": True}
    with pytest.raises(TypeError):
        copy["final"] = False  # type: ignore[index]  # that is the claim
