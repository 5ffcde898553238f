"""The answer: the contract's members in the contract's order, word for word."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from model.answers import Answer, body_with
from rules.decision import Decision, Question, Reason, Status

AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
DECISION = Decision(
    decision="routing",
    stage="analysis",
    status=Status.AWAITING_FACTS,
    outcome={"assign_to": "Strategist", "cc": ("Ann", "Bob"), "submit_to": None, "final": False},
    needs=(Question("viable", "Is it viable?", "Steering Team", ("SOP §1",)),),
    assumptions=("Dear things are hurried",),
    because=(
        Reason(
            "intake",
            "there",
            "It is there",
            ("SOP §1", "SOP §2"),
            {"needed_by": date(2027, 1, 31), "price": Decimal("2.50"), "viable": None},
        ),
    ),
)
TEXT = (
    '{"id": "d1", "case": {"ref": "CRM-½", "version": 3}, "decision": "routing", '
    '"stage": "analysis", "status": "awaiting_facts", '
    '"outcome": {"assign_to": "Strategist", "cc": ["Ann", "Bob"], "submit_to": null, '
    '"final": false}, '
    '"needs": [{"fact": "viable", "question": "Is it viable?", "asked_of": "Steering Team", '
    '"sources": ["SOP §1"]}], '
    '"assumptions": ["Dear things are hurried"], '
    '"because": [{"policy": "intake", "rule": "there", "label": "It is there", '
    '"sources": ["SOP §1", "SOP §2"], '
    '"facts": {"needed_by": "2027-01-31", "price": 2.50, "viable": null}}], '
    '"policy_revision": "sha256:00", "decided_at": "2026-11-22T09:30:00.000Z"}'
)


def test_an_answer_is_the_contracts_json() -> None:
    """Each member is there, in order, with exact numbers and days as ISO 8601."""
    body = body_with(DECISION, id="d1", ref="CRM-½", version=3, revision="sha256:00", at=AT)
    assert Answer.of(body).text == TEXT


def test_a_preview_has_no_id() -> None:
    """Nothing was stored, so there is nothing to ask for again."""
    body = body_with(DECISION, id=None, ref="CRM-1", version=0, revision="sha256:00", at=AT)
    assert body["id"] is None


def test_a_kept_answer_is_taken_up_as_it_was() -> None:
    """Reading a kept text changes no letter of it."""
    kept = Answer.read(TEXT)
    assert kept.text == TEXT
    assert Answer.of(kept.body).text == TEXT
