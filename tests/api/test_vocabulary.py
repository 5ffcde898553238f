"""Reading the vocabulary: what may be sent as a fact, and what an outcome is made of."""

from __future__ import annotations

from api import examples
from tests.api.calling import Calls, body_of


def test_every_fact_says_what_it_may_be_and_whom_to_ask(calls_on_each: Calls) -> None:
    """An integrator can build a form from it."""
    body = body_of(calls_on_each.get("/api/v1/vocabulary"))
    facts = {fact["name"]: fact for fact in body["facts"]}
    assert facts["need_or_want"]["choices"] == ["need", "want"]
    assert facts["needed_by"]["range"] == ["1900-01-01", "2199-12-31"]
    assert facts["days_until_needed"]["derived"] == {"days_until": "needed_by"}
    assert facts["no_need_date"]["default"] is False
    assert facts["viable"]["default"] is None
    for fact in facts.values():
        assert fact["question"].endswith("?")
        assert fact["asked_of"]
        assert fact["action"]


def test_the_members_of_every_answer_are_outcomes(calls: Calls) -> None:
    """Those that the policies on its way can set: an answer of the routing knows no gates."""
    body = body_of(calls.get("/api/v1/vocabulary"))
    names = [outcome["name"] for outcome in body["outcomes"]]
    answered = sorted(calls.decided()["outcome"])
    assert answered == sorted(examples.DECISION["outcome"])
    assert set(names) - set(answered) == {
        "result", "missing", "amend", "next_gate", "phase", "unmatched",
    }  # fmt: skip
    kept = [outcome["name"] for outcome in body["outcomes"] if outcome["kept"]]
    assert kept == ["portfolios", "phase"]
