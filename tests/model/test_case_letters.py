"""Letters about cases say in plain words what a decision or a timer says, and no more than it."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from model.case_letters import in_words, letter_of_move, letter_of_timer

OUTCOME: dict[str, Any] = {
    "assign_to": "Strategic Alliance Team",
    "group": None,
    "action": "submit-options",
    "cc": ["Research Associate", "Project Manager"],
    "notify": [],
    "portfolios": ["agency", "strategy"],
    "submit_to": "Agency IT Strategist",
    "references": [],
    "final": False,
}
BODY: dict[str, Any] = {
    "id": "the-id",
    "outcome": OUTCOME,
    "needs": [],
    "assumptions": ["Ninety days are calendar days"],
    "because": [{"label": "It is soon", "sources": ["SOP §1", "SOP §2"], "facts": {"viable": 17}}],
}


def test_every_part_of_an_outcome_is_said() -> None:
    """What is to be done, for whom, who else hears of it; and then why."""
    told = letter_of_move("CRM-1", "E-signature", BODY, None, (), by_time=False)
    assert told.title == "CRM-1, E-signature: submit options (Strategic Alliance Team)"
    assert told.text.split("\n\n") == [
        "CRM-1, E-signature",
        "What is to be done: submit options.\nIt is for: Strategic Alliance Team.\n"
        "It is to be submitted to: Agency IT Strategist.\n"
        "It is in the portfolios: agency, strategy.",
        "Copied: Research Associate, Project Manager.",
        "Why:\n- It is soon (SOP §1, SOP §2)",
        "What is assumed:\n- Ninety days are calendar days",
        "Answer in the ticket CRM-1, or with POST /api/v1/decisions."
        " All about the case: GET /api/v1/cases/CRM-1;"
        " about this decision: GET /api/v1/decisions/the-id.",
    ]


def test_what_an_outcome_leaves_out_is_left_out() -> None:
    """Rules of others may know neither copies nor portfolios."""
    small = {**BODY, "outcome": {"assign_to": "Desk", "action": "look"}, "because": []}
    text = letter_of_move("CRM-1", None, {**small, "assumptions": []}, None, (), by_time=False).text
    assert text.startswith("CRM-1\n\nWhat is to be done: look.\nIt is for: Desk.\n\nAnswer")


def test_the_team_that_had_it_before_is_named() -> None:
    """Where it was another one."""
    other = {"assign_to": "IT Steering Team", "action": "determine-viability"}
    before = "Before, it was with IT Steering Team: determine viability."
    assert before in letter_of_move("A", None, BODY, other, (), by_time=True).text
    assert "Before" not in letter_of_move("A", None, BODY, OUTCOME, (), by_time=True).text


def test_a_timer_of_a_case_that_was_not_decided_asks_nobody() -> None:
    """It says so; of one that was, it says what is to be done."""
    none = letter_of_timer(
        "A/1", None, "The timer “x” ran out", None, ("Service Level Manager",), "t-1"
    )
    assert none.title == "A/1: the timer “x” ran out"
    assert "nobody is asked to do anything yet" in none.text
    assert "nobody for Service Level Manager" in none.text
    assert "GET /api/v1/cases/A%2F1; about the timer: GET /api/v1/timers/t-1." in none.text
    some = letter_of_timer("A/1", None, "The timer “x” ran out", OUTCOME, (), "t-1")
    assert "What is to be done: submit options." in some.text


@given(st.text(), st.text(min_size=1))
def test_no_value_of_a_fact_is_in_it(secret: str, ref: str) -> None:
    """Whatever the facts are: the letter is the same."""
    facts = {"viable": secret}
    other = {**BODY, "because": [{**BODY["because"][0], "facts": facts}]}
    same: dict[str, Any] = {"unheld": (), "by_time": False}
    assert letter_of_move(ref, None, other, None, **same) == letter_of_move(
        ref, None, BODY, None, **same
    )


def test_an_action_is_words() -> None:
    """As a person says it."""
    assert in_words("find-procurement-methods") == "find procurement methods"
