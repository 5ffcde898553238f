"""Members are of their type or refused; every refusal has a pointer, and help where one helps."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError

from api.request_schemas import DecisionRequestSchema
from api.service_schemas import PageQuerySchema
from api.strict_schema import Text, load
from rules.errors import BadFields
from rules.field_problem import FieldProblem

CASE = {"ref": "A"}
SCALARS = st.none() | st.booleans() | st.integers() | st.decimals() | st.text()
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def problems(raw: object) -> tuple[FieldProblem, ...]:
    """Return what is said of a decision's request."""
    with pytest.raises(BadFields) as refusal:
        load(DecisionRequestSchema, raw)
    return refusal.value.problems


@pytest.mark.parametrize(
    ("raw", "pointer", "detail"),
    [
        ([], "", "must be a JSON object"),
        ("case", "", "must be a JSON object"),
        (None, "", "must be a JSON object"),
        ({}, "/case", "is required"),
        ({"case": None}, "/case", "must not be null"),
        ({"case": "A"}, "/case", "must be a JSON object"),
        ({"case": []}, "/case", "must be a JSON object"),
        ({"case": {}}, "/case/ref", "is required"),
        ({"case": {"ref": None}}, "/case/ref", "must not be null"),
        ({"case": {"ref": 1}}, "/case/ref", "must be text"),
        ({"case": {"ref": ""}}, "/case/ref", "must be 1 to 200 characters long"),
        ({"case": {"ref": "x" * 201}}, "/case/ref", "must be 1 to 200 characters long"),
        ({"case": {"ref": "a\0"}}, "/case/ref", "must not contain control characters"),
        ({"case": {"ref": "a\nb"}}, "/case/ref", "must not contain control characters"),
        ({"case": CASE | {"title": " \u3000\xa0"}}, "/case/title", "must not be blanks only"),
        ({"case": CASE | {"title": 7}}, "/case/title", "must be text"),
        ({"case": CASE | {"by": True}}, "/case/by", "must be text"),
        ({"case": CASE | {"if_version": "1"}}, "/case/if_version", "must be a whole number"),
        ({"case": CASE | {"if_version": True}}, "/case/if_version", "must be a whole number"),
        (
            {"case": CASE | {"if_version": Decimal("1.0")}},
            "/case/if_version",
            "must be a whole number",
        ),
        (
            {"case": CASE | {"if_version": -1}},
            "/case/if_version",
            f"must be between 0 and {2**63 - 1}",
        ),
        (
            {"case": CASE | {"if_version": 10**30}},
            "/case/if_version",
            f"must be between 0 and {2**63 - 1}",
        ),
        ({"case": CASE, "facts": []}, "/facts", "must be a JSON object"),
        ({"case": CASE, "facts": None}, "/facts", "must not be null"),
        ({"case": CASE, "decision": 1}, "/decision", "must be text"),
        ({"case": CASE, "as_of": 20261122}, "/as_of", "must be a date such as 2027-01-31"),
        ({"case": CASE, "as_of": "20261122"}, "/as_of", "must be a date such as 2027-01-31"),
        (
            {"case": CASE, "as_of": "2026-11-22T00:00"},
            "/as_of",
            "must be a date such as 2027-01-31",
        ),
        ({"case": CASE, "as_of": "2026-02-30"}, "/as_of", "is not a day of the calendar"),
        ({"case": CASE, "as_of": None}, "/as_of", "must not be null"),
        ({"case": CASE, "a/b~c": 1}, "/a~1b~0c", "there is no such member"),
    ],
    ids=str,
)
def test_a_member_is_what_is_asked_for_or_refused(raw: object, pointer: str, detail: str) -> None:
    """Nothing is coerced, and the refusal says where and what instead."""
    assert [(each.pointer, each.detail) for each in problems(raw)] == [(pointer, detail)]


@pytest.mark.parametrize(
    ("raw", "help"),
    [
        ({"case": CASE | {"if_version": Decimal("5.0")}}, "write it as 5, without a point"),
        ({"case": CASE | {"if_version": Decimal("5.5")}}, None),
        ({"case": CASE | {"if_version": Decimal("NaN")}}, None),
        ({"case": CASE, "fact": {}}, "did you mean `facts`?"),
        ({"case": CASE, "asof": "2026-11-22"}, "did you mean `as_of`?"),
        ({"case": CASE | {"reff": 1}}, "did you mean `ref`?"),
        ({"case": CASE | {"qqqqqq": 1}}, None),
    ],
    ids=str,
)
def test_a_member_one_letter_off_is_recognized(raw: object, help: str | None) -> None:
    """The help names the member that was probably meant, on whatever level."""
    assert [problem.help for problem in problems(raw)] == [help]


@pytest.mark.parametrize(
    ("limit", "detail"),
    [
        ("-1", "must be between 1 and 200"),
        ("0", "must be between 1 and 200"),
        ("1.0", "must be a whole number"),
        ("--1", "must be a whole number"),
        ("٣", "must be a whole number"),
        ("9" * 30, "must be a whole number"),
    ],
)
def test_a_number_in_a_query_is_refused_for_what_it_is(limit: str, detail: str) -> None:
    """One that is whole, and too little or too much, is told between which it must be."""
    with pytest.raises(BadFields) as refusal:
        load(PageQuerySchema, {"limit": limit})
    assert [each.detail for each in refusal.value.problems] == [detail]


def test_a_ref_is_what_the_ticketing_system_calls_a_case() -> None:
    """Blanks too, if it pleases."""
    assert load(DecisionRequestSchema, {"case": {"ref": " "}})["case"] == {"ref": " "}


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=20))
def test_the_document_says_of_a_text_what_is_taken(text: str) -> None:
    """A text is taken if and only if it is as the pattern that callers read says."""
    field = Text(20)
    matches = re.search(field.metadata["pattern"], text) is not None
    assert matches == (not text.isspace())
    if matches:
        assert field.deserialize(text) == text
    else:
        with pytest.raises(ValidationError, match="blanks only"):
            field.deserialize(text)


def test_every_problem_is_told_at_once() -> None:
    """A caller need not mend one thing after the other."""
    raw = {"case": {"ref": 1, "by": 2}, "facts": 3, "decision": 4, "as_of": 5, "more": 6}
    pointers = {problem.pointer for problem in problems(raw)}
    assert pointers == {"/case/ref", "/case/by", "/facts", "/decision", "/as_of", "/more"}


@given(raw=JSON)
def test_any_json_is_read_or_refused_with_pointers(raw: object) -> None:
    """Whatever JSON comes, the answer is a request or a list of what is wrong with it."""
    told: tuple[FieldProblem, ...] = ()
    try:
        read = load(DecisionRequestSchema, raw)
    except BadFields as refusal:
        told = refusal.problems
    assert told or read["case"]["ref"]
    assert all(problem.pointer in ("", f"/{problem.pointer[1:]}") for problem in told)
