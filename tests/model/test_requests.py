"""Requests: whole as they came, and refused when their texts cannot be kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from model.requests import DecisionRequest
from rules.errors import BadFields

REQUEST = DecisionRequest("CRM-1", "A title", "Ann", 2, {"viable": None}, as_of=date(2026, 11, 22))


def test_the_whole_input_is_kept() -> None:
    """What was asked can be read from the record, member by member."""
    assert REQUEST.as_json() == {
        "case": {"ref": "CRM-1", "title": "A title", "by": "Ann", "if_version": 2},
        "facts": {"viable": None},
        "decision": "routing",
        "as_of": "2026-11-22",
    }
    assert DecisionRequest("CRM-1", None, None, None, {}).as_json()["as_of"] is None


@pytest.mark.parametrize("ref", ["r", "r" * 200, "a/b c?d#e%", "🎫" * 200, "..", "ﷺ"])
def test_any_plain_text_may_be_a_ref(ref: str) -> None:
    """A ticketing system names its cases as it likes."""
    replace(REQUEST, ref=ref).require_sound()


@pytest.mark.parametrize("ref", ["", "r" * 201, "a\nb", "a\x00", "\x7f", "\ud800", "a\x85"])
def test_an_unsound_ref_is_refused(ref: str) -> None:
    """Empty, too long, with control characters or half a character: none can be a ref."""
    with pytest.raises(BadFields) as refused:
        replace(REQUEST, ref=ref).require_sound()
    assert [problem.pointer for problem in refused.value.problems] == ["/case/ref"]


def test_every_unsound_text_is_named() -> None:
    """All that is wrong is told at once."""
    with pytest.raises(BadFields) as refused:
        replace(REQUEST, ref="", title="a\tb", by="").require_sound()
    assert [(p.pointer, p.detail) for p in refused.value.problems] == [
        ("/case/ref", "must be 1 to 200 characters long"),
        ("/case/title", "must not contain control characters"),
        ("/case/by", "must be 1 to 200 characters long"),
    ]
