"""JSON text: what is written is read back exactly, and nothing else is taken for JSON."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from model import json_text
from model.access import Caller

numbers = st.integers(-(2**63), 2**63) | st.decimals(
    -(10**12), 10**12, allow_nan=False, allow_infinity=False, places=4
)
texts = st.text(st.characters(exclude_categories=["Cs"]))
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner) | st.dictionaries(texts, inner),
    max_leaves=20,
)


@given(values)
@settings(max_examples=50)
def test_every_value_comes_back_as_it_went(value: object) -> None:
    """Decimals keep each digit, texts each character, integers their size."""
    assert json_text.loads(json_text.dumps(value)) == value


@given(st.decimals(-(10**12), 10**12, places=2))
def test_a_decimal_keeps_its_digits(number: Decimal) -> None:
    """`2.50` is written `2.50`, neither 2.5 nor a binary fraction near it."""
    assert json_text.dumps(number) == str(number)
    assert str(json_text.loads(str(number))) == str(number)


@given(values)
@example("a line\u2028and another\u2029")
def test_a_text_is_the_same_with_decimals_beside_it_and_without(value: object) -> None:
    """What is written quickly is to the letter what the exact writer writes."""
    beside = json_text.dumps([value, Decimal("0.10")])
    assert beside == f"[{json_text.dumps(value)}, 0.10]"


@given(values)
def test_what_is_answered_in_haste_says_the_same(value: object) -> None:
    """Without a space between, and with every digit."""
    assert json_text.loads(json_text.compact(value).decode()) == value
    assert json_text.compact({"a": [1, Decimal("0.10")]}).replace(b" ", b"") == b'{"a":[1,0.10]}'
    assert json_text.compact({"a": [1, None]}) == b'{"a":[1,null]}'


@pytest.mark.parametrize("value", [date(2026, 11, 27), Caller("id", "name", frozenset())])
def test_nothing_but_json_is_answered_in_haste(value: object) -> None:
    """What could not be kept is not answered either."""
    for write in (json_text.dumps, json_text.compact):
        with pytest.raises(TypeError):
            write(value)


@pytest.mark.parametrize(
    "text",
    ["", "{", "NaN", "[Infinity]", "-Infinity", "{'a': 1}", "[1e9999999999999999999]", "[" * 10**5],
)
def test_what_is_not_json_is_refused(text: str) -> None:
    """No text, however crooked, raises anything but a `ValueError`."""
    with pytest.raises(ValueError, match=r".+"):
        json_text.loads(text)


def test_a_float_that_is_no_number_is_not_written() -> None:
    """NaN never gets into a record."""
    with pytest.raises(ValueError, match="not JSON compliant"):
        json_text.dumps(float("nan"))


def test_a_single_value_is_what_its_text_says_and_can_be_handed_to_many() -> None:
    """Each of JSON's plain values; a list or an object, which could be changed, is refused."""
    for text in ("true", "1", "1.0", "1.00", '"ab"', "null"):
        assert repr(json_text.scalar(text)) == repr(json_text.loads(text))
    for text in ("[]", "{}"):
        with pytest.raises(TypeError):
            json_text.scalar(text)
