"""Reading a section key by key: each value as it was meant, each mistake a problem, none raised."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest

from rules.clocks.period import PATTERN
from rules.problems import Findings, RuleText
from rules.reading import SLUG, WORD, is_null, plain_value, section_of
from rules.values import Domain, FactType
from rules.yaml_tree import ScalarNode
from tests.rules.books import section, tree

INTEGER, NUMBER = Domain(FactType.INTEGER), Domain(FactType.NUMBER, scale=2)
TEXT, BOOLEAN, DATE = Domain(FactType.TEXT), Domain(FactType.BOOLEAN), Domain(FactType.DATE)
CHOICE = Domain(FactType.CHOICE, ("need", "want", "no", "1"))


@pytest.mark.parametrize(
    ("written", "domain", "value"),
    [
        ("3", INTEGER, 3),
        ("+3", INTEGER, 3),
        ("-3", INTEGER, -3),
        ("3", NUMBER, Decimal("3.00")),
        ("3.5", NUMBER, Decimal("3.50")),
        ("true", BOOLEAN, True),
        ("false", BOOLEAN, False),
        ("2027-01-31", DATE, date(2027, 1, 31)),
        ('"2027-01-31"', DATE, date(2027, 1, 31)),
        ("no", CHOICE, "no"),
        ("1", CHOICE, "1"),
        ("'1'", CHOICE, "1"),
        ("3", TEXT, "3"),
        ("true", TEXT, "true"),
        ("2027-01-31", TEXT, "2027-01-31"),
        ("~", TEXT, None),
        ("", INTEGER, None),
        ("null", BOOLEAN, None),
    ],
)
def test_a_value_is_read_as_what_it_is_asked_for(
    written: str, domain: Domain, value: object
) -> None:
    """What `no` or `1` means depends on the fact, never on YAML."""
    findings = Findings()
    found = section(f"a: {written}", findings).value("a", domain)
    assert (found, type(found)) == (value, type(value))
    assert not findings


@pytest.mark.parametrize(
    ("written", "domain", "code"),
    [
        ('"3"', INTEGER, "bad-value"),
        ("3.0", INTEGER, "bad-value"),
        ("1e3", INTEGER, "bad-value"),
        ("0x10", INTEGER, "bad-value"),
        ("1_000", INTEGER, "bad-value"),
        ("9223372036854775808", INTEGER, "bad-value"),
        ("1" * 5_000, INTEGER, "bad-value"),
        ("3.001", NUMBER, "bad-value"),
        (".5", NUMBER, "bad-value"),
        ("nan", NUMBER, "bad-value"),
        (".inf", NUMBER, "bad-value"),
        ("yes", BOOLEAN, "bad-value"),
        ("True", BOOLEAN, "bad-value"),
        ('"true"', BOOLEAN, "bad-value"),
        ("2027-1-31", DATE, "bad-value"),
        ("Need", CHOICE, "bad-value"),
        ("[need]", CHOICE, "not-a-value"),
        ("{a: need}", CHOICE, "not-a-value"),
    ],
)
def test_a_value_of_another_kind_is_a_problem(written: str, domain: Domain, code: str) -> None:
    """It is told with its place and read as nothing."""
    findings = Findings()
    assert section(f"a: {written}", findings).value("a", domain) is None
    (problem,) = findings.sorted()
    assert (problem.code, problem.line, problem.column) == (code, 1, 4)


def test_texts_come_in_one_line() -> None:
    """However a text is folded; what is not there is empty."""
    found = section("a: >\n  one\n  two\n\n  three\nb: ' x '\nc:\n", Findings())
    assert [found.text(key) for key in "abcd"] == ["one two three", "x", "", ""]
    assert [found.optional_text(key) for key in "bcd"] == ["x", None, None]


def test_keys_that_are_unknown_or_missing_are_told() -> None:
    """The unknown one with what may have been meant, each missing one by its name."""
    findings = Findings()
    section_of(
        tree("titel: x\nowner:\n", findings), findings, ("title", "owner"), ("title", "owner")
    )
    told = {(problem.code, problem.message): problem.help for problem in findings.sorted()}
    assert told == {
        ("unknown-key", "`titel` is not a key of this section"): "did you mean `title`?",
        ("missing-key", "`title` is missing"): None,
        ("missing-key", "`owner` is empty"): None,
    }


def test_lists_and_mappings_are_read_as_such() -> None:
    """Nothing is an empty list and an empty mapping; anything else is a problem."""
    findings = Findings()
    found = section("a: [x, 'y']\nb:\nc: x\nd: {e: 1, f: [2]}\ng: [x, x, [y], ~]\n", findings)
    assert [word.text for word in found.words("a")] == ["x", "y"]
    assert (found.words("b"), found.entries("b"), found.words("z"), found.entries("z")) == (
        (), (), (), (),
    )  # fmt: skip
    assert [key.text for key, _ in found.entries("d")] == ["e", "f"]
    assert not findings
    assert (found.items("c"), found.entries("c"), found.entries("a")) == ((), (), ())
    assert [word.text for word in found.words("g")] == ["x"]
    assert [(problem.line, problem.code) for problem in findings.sorted()] == [
        (1, "not-a-mapping"), (3, "not-a-list"), (3, "not-a-mapping"),
        (5, "listed-twice"), (5, "not-a-value"), (5, "not-a-value"),
    ]  # fmt: skip


def test_a_single_value_is_no_list_of_one() -> None:
    """A list or a mapping where one value stands is a problem, and so the other way round."""
    findings = Findings()
    found = section("a: [x]\nb: {c: 1}\n", findings)
    assert (found.scalar("a"), found.scalar("b")) == (None, None)
    assert [problem.code for problem in findings.sorted()] == ["not-a-value", "not-a-value"]


def test_sections_of_a_list_are_read_one_by_one() -> None:
    """An item that is no section is a problem, and the others are read."""
    findings = Findings()
    found = section("a: [{b: 1}, x, {b: 2}]", findings)
    assert [each.text("b") for each in found.sections("a", ("b",), ("b",))] == ["1", "2"]
    assert [problem.code for problem in findings.sorted()] == ["not-a-mapping"]


def test_words_choices_booleans_and_days_have_readers_of_their_own() -> None:
    """Each gives nothing when it is not there."""
    findings = Findings()
    found = section("a: first\nb: true\nc: 2027-01-31\n", findings)
    assert (found.choice("a", ("first", "unique")), found.choice("z", ("first",))) == (
        "first",
        None,
    )
    assert (found.boolean("b"), found.boolean("z")) == (True, False)
    assert (found.day("c"), found.day("z")) == (date(2027, 1, 31), None)
    assert not findings
    assert (found.choice("a", ("frist",)), found.boolean("a"), found.day("a")) == (
        None, False, None,
    )  # fmt: skip
    assert len(findings) == 3


@pytest.mark.parametrize("period", ["P1Y", "P6M", "P30D", "P2W", "P1Y6M", "P1Y2M3W4D"])
def test_periods_are_those_of_iso_8601(period: str) -> None:
    """Years, months, weeks and days."""
    findings = Findings()
    assert section(f"a: {period}", findings).period("a") == period
    assert not findings


@pytest.mark.parametrize(
    "period", ["P", "1Y", "P1", "P1M1Y", "PT1H", "p1y", "P-1Y", "P1.5Y", "yearly"]
)
def test_what_is_no_period_is_a_problem(period: str) -> None:
    """Nothing is guessed."""
    findings = Findings()
    section(f"a: {period}", findings).period("a")
    assert [problem.code for problem in findings.sorted()] == ["bad-period"]
    assert not re.search(PATTERN, period)


def test_names_are_small_letters_digits_and_underscores() -> None:
    """A slug may hold hyphens too; both begin with a letter."""
    for word in ("a", "a1", "need_or_want"):
        assert WORD.fullmatch(word)
        assert SLUG.fullmatch(word)
    assert SLUG.fullmatch("not-needed-soon")
    for word in ("", "A", "1a", "_a", "a b", "é", "a\n", "a-b"):
        assert not WORD.fullmatch(word)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("true", True), ("false", False), ("1", 1), ("-1", -1), ("1.50", Decimal("1.50")),
        ("", ""), ("1.", "1."), (".1", ".1"), ("1e3", "1e3"), ("yes", "yes"), ("0x1", "0x1"),
        ("٣", "٣"), ("1" * 41, "1" * 41), ("null", "null"),
    ],
)  # fmt: skip
def test_an_unquoted_value_stands_for_itself_unless_it_is_plainly_something_else(
    written: str, value: object
) -> None:
    """Only `true`, `false`, whole numbers and decimals are more than their letters."""
    found = plain_value(written)
    assert (found, type(found)) == (value, type(value))


def test_null_is_nothing_a_tilde_or_the_word_without_quotes() -> None:
    """In quotes they are texts."""
    for text in ("", "~", "null"):
        for plain in (True, False):
            assert is_null(ScalarNode(RuleText("rules.yaml", text), 0, 0, text, plain)) is plain
