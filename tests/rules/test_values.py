"""Fact values: read from JSON without coercion, each within its domain."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rules.values import (
    LARGEST_INTEGER,
    LONGEST_TEXT,
    Domain,
    FactType,
    Value,
    ValueRefused,
    has_control_character,
    reorders,
    to_json,
)

BOOLEAN = Domain(FactType.BOOLEAN)
CHOICE = Domain(FactType.CHOICE, ("need", "want"))
INTEGER = Domain(FactType.INTEGER, low=-5, high=5)
NUMBER = Domain(FactType.NUMBER, low=Decimal("-1.00"), high=Decimal("99.99"), scale=2)
DATE = Domain(FactType.DATE, low=date(2000, 2, 29), high=date(2100, 1, 1))
TEXT = Domain(FactType.TEXT)
ANY_INTEGER = Domain(FactType.INTEGER)


def refusal(domain: Domain, raw: object) -> ValueRefused:
    """Return why a domain refuses a value."""
    with pytest.raises(ValueRefused) as refused:
        domain.read(raw)
    return refused.value


_texts = st.text(
    st.characters(exclude_categories=("Cc", "Cs")), max_size=50
)  # fmt: skip
_KINDS: dict[Domain, st.SearchStrategy[Value]] = {
    BOOLEAN: st.booleans(),
    CHOICE: st.sampled_from(CHOICE.choices),
    INTEGER: st.integers(-5, 5),
    ANY_INTEGER: st.integers(-LARGEST_INTEGER, LARGEST_INTEGER),
    NUMBER: st.decimals("-1", "99.99", places=2),
    DATE: st.dates(date(2000, 2, 29), date(2100, 1, 1)),
    TEXT: _texts,
}


@given(st.data(), st.sampled_from(list(_KINDS)))
def test_a_value_shown_as_json_is_read_back(data: st.DataObject, domain: Domain) -> None:
    """Whatever a fact holds survives being shown and read again."""
    value = data.draw(_KINDS[domain])
    found = domain.read(to_json(value))
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("domain", "taken"),
    [
        (BOOLEAN, (True, False)),
        (CHOICE, ("need", "want")),
        (INTEGER, (-5, 0, 5)),
        (ANY_INTEGER, (LARGEST_INTEGER, -LARGEST_INTEGER)),
        (NUMBER, (-1, 99, Decimal("99.99"), Decimal("-1.000"), Decimal("1E+1"), Decimal("0E-30"))),
        (DATE, ("2000-02-29", "2100-01-01")),
        (TEXT, ("", "é🎫", " ", "x" * LONGEST_TEXT)),
    ],
)
def test_both_ends_of_a_domain_are_within_it(domain: Domain, taken: tuple[object, ...]) -> None:
    """The first and the last value are taken, and what is equal to one of them."""
    for raw in taken:
        domain.read(raw)


@pytest.mark.parametrize(
    ("domain", "refused"),
    [
        (BOOLEAN, (0, 1, "true", "", None, [], {}, Decimal(1), 1.0)),
        (CHOICE, ("Need", "need ", "", 1, True, None, ["need"])),
        (INTEGER, (-6, 6, True, False, "5", Decimal(5), 5.0, None, [5])),
        (ANY_INTEGER, (LARGEST_INTEGER + 1, -LARGEST_INTEGER - 1, 10**400)),
        (
            NUMBER,
            (
                Decimal("-1.01"), Decimal("100.00"), Decimal("1.001"), Decimal("1E-3"), "1", True,
                None, 1.5, float("nan"), Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity"),
                Decimal("1E+400"), Decimal("1E-400"), 10**30, 10**5000,
                Decimal("1." + "0" * 30 + "1"),
            ),
        ),
        (
            DATE,
            (
                "2000-02-28", "2100-01-02", "2027-02-29", "2027-1-31", "20270131", "2027-W04-7",
                "2027-01-31T00:00:00", "2027-01-31Z", " 2027-01-31", "2027-01-31\n", 20270131,
                date(2027, 1, 31), None, True, "٢٠٢٧-٠١-٣١", "",
            ),
        ),
        (TEXT, ("\x00", "a\nb", "\x7f", "\ud800", "x" * (LONGEST_TEXT + 1), 1, True, None, ["a"])),
    ],
)  # fmt: skip
def test_nothing_is_taken_for_what_it_is_not(domain: Domain, refused: tuple[object, ...]) -> None:
    """Values of another type, out of range, with too many digits or that cannot be shown."""
    for raw in refused:
        assert refusal(domain, raw).detail, raw


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals() | st.text(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=4,
)


@given(_json, st.sampled_from(list(_KINDS)))
@example(Decimal("0E+1000000"), NUMBER)
@example(Decimal("-0"), NUMBER)
@example(Decimal((0, (9,) * 60, -41)), NUMBER)
def test_any_json_is_read_exactly_or_refused(raw: object, domain: Domain) -> None:
    """Reading never fails in any other way, and what is read equals what was sent."""
    try:
        value = domain.read(raw)
    except ValueRefused as refused:
        assert refused.detail
    else:
        assert to_json(value) == raw


def test_a_number_of_more_than_19_digits_is_refused_before_it_is_rounded() -> None:
    """With nine places as with none, and whatever the declared range."""
    nine = Domain(FactType.NUMBER, scale=9)
    assert str(nine.read(10**19 - 1)) == "9999999999999999999.000000000"
    for raw in (10**19, Decimal("1E+19"), -(10**19), Decimal("1E+999999")):
        assert refusal(nine, raw).detail == "must fit into 64 bits"


def test_a_decimal_has_as_many_places_as_its_fact() -> None:
    """A price is shown with its cents, however it was sent."""
    shown = [str(NUMBER.read(raw)) for raw in (3, Decimal("3.5"), Decimal("3.500"), Decimal("3E1"))]
    assert shown == ["3.00", "3.50", "3.50", "30.00"]


def test_a_refusal_says_what_was_expected_and_what_came() -> None:
    """The sentence names the domain, the help what was sent or meant."""
    assert refusal(INTEGER, 6).detail == "must be between -5 and 5"
    assert refusal(INTEGER, "6").help == "this is a text"
    assert refusal(BOOLEAN, 1).help == "this is a number"
    assert refusal(TEXT, None).help == "this is null"
    assert refusal(TEXT, True).help == "this is true, a boolean"
    assert refusal(TEXT, []).help == "this is a list"
    assert refusal(TEXT, {}).help == "this is an object"
    assert refusal(CHOICE, "wnat").help == "did you mean `want`?"
    assert "need, want" in refusal(CHOICE, "x").detail
    assert refusal(DATE, "2027-02-29").detail == "is not a day of the calendar"


def test_numbers_and_dates_have_an_order_and_the_others_none() -> None:
    """Only what has an order may be compared with `<`."""
    ordered = {type for type in FactType if type.ordered}
    assert ordered == {FactType.INTEGER, FactType.NUMBER, FactType.DATE}


@pytest.mark.parametrize("text", ["\x00", "a\tb", "\n", "\x1b[0m", "\x85", "\udfff"])
def test_control_characters_and_half_surrogates_are_found(text: str) -> None:
    """Whatever a terminal would obey, or UTF-8 cannot hold."""
    assert has_control_character(text)
    assert not has_control_character("plain é 🎫 \u00a0")


@pytest.mark.parametrize("text", ["\u202a", "a\u202eb", "\u2066", "\u2069"])
def test_what_reorders_what_is_shown_is_found(text: str) -> None:
    """Embeddings, overrides and isolates; not the marks and joiners that scripts need."""
    assert reorders(text)
    assert not reorders("plain \u05d0 \u200f \u200d \u200c é 🎫")
