"""The condition language: every form of it, where each part stands, and what it refuses."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rules.condition import (
    And,
    Comparison,
    Condition,
    Interval,
    Known,
    LiteralTerm,
    Missing,
    Name,
    Not,
    OneOf,
    Or,
    Truth,
    terms,
)
from rules.condition_parser import (
    DEEPEST_NESTING,
    KEYWORDS,
    LONGEST_CONDITION,
    ConditionRefused,
    parse_condition,
)
from tests.rules.drawn import SEEDS, condition, tokens, unresolved, written

a, b, c = Name("a"), Name("b"), Name("c")
ONE, NINETY = LiteralTerm(1), LiteralTerm(90)
A, B, C = Truth(a), Truth(b), Truth(c)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a", A),
        ("a = 1", Comparison(a, "=", ONE)),
        ("a != 1", Comparison(a, "!=", ONE)),
        ("a<1", Comparison(a, "<", ONE)),
        ("a <=1", Comparison(a, "<=", ONE)),
        ("a> 1", Comparison(a, ">", ONE)),
        ("1 >= a", Comparison(ONE, ">=", a)),
        ("a = b", Comparison(a, "=", b)),
        ("a<-1", Comparison(a, "<", LiteralTerm(-1))),
        ("a = 1.50", Comparison(a, "=", LiteralTerm(Decimal("1.50")))),
        ('a = "need"', Comparison(a, "=", LiteralTerm("need"))),
        ('a = "\\"q\\" \\u00e9 \\\\ é🎫"', Comparison(a, "=", LiteralTerm('"q" é \\ é🎫'))),
        ('a = "x and y"', Comparison(a, "=", LiteralTerm("x and y"))),
        ("a = true", Comparison(a, "=", LiteralTerm(True))),
        ("false", Truth(LiteralTerm(False))),
        ('a < date("2027-01-31")', Comparison(a, "<", LiteralTerm(date(2027, 1, 31)))),
        ('a<date ( "2028-02-29" )', Comparison(a, "<", LiteralTerm(date(2028, 2, 29)))),
        ("a is missing", Missing(a)),
        ("a is\n  known", Known(a)),
        ("not(a)", Not(A)),
        ("not (a)", Not(A)),
        ("((a))", A),
        ("android = inside", Comparison(Name("android"), "=", Name("inside"))),
        ("a in (1)", OneOf(a, (ONE,))),
        ("a in (1, b, 90)", OneOf(a, (ONE, b, NINETY))),
        ("a in [1,90]", OneOf(a, (ONE, NINETY))),
        ("a between 1 and 90", Interval(a, ONE, NINETY)),
        ("a in [1..90]", Interval(a, ONE, NINETY)),
        ("a in (1..90]", Interval(a, ONE, NINETY, low_open=True)),
        ("a in ]1..90]", Interval(a, ONE, NINETY, low_open=True)),
        ("a in [1..90)", Interval(a, ONE, NINETY, high_open=True)),
        ("a in [1..90[", Interval(a, ONE, NINETY, high_open=True)),
        ("a in (1..90)", Interval(a, ONE, NINETY, True, True)),
        ("a in (1..90[", Interval(a, ONE, NINETY, True, True)),
        ("a in ]1..90)", Interval(a, ONE, NINETY, True, True)),
        ("a in ]1..90[", Interval(a, ONE, NINETY, True, True)),
        ("a in [1.5..b]", Interval(a, LiteralTerm(Decimal("1.5")), b)),
    ],
)
def test_every_form_of_the_language_is_read(text: str, tree: Condition) -> None:
    """Each way to write a condition stands for one tree."""
    assert parse_condition(text) == tree


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a or b and c", Or((A, And((B, C))))),
        ("a and b or c", Or((And((A, B)), C))),
        ("a and b and c", And((A, B, C))),
        ("a or b or c", Or((A, B, C))),
        ("(a or b) and c", And((Or((A, B)), C))),
        ("a and (b and c)", And((A, And((B, C))))),
        ("not(a) and b", And((Not(A), B))),
        ("not(a and b) or c", Or((Not(And((A, B))), C))),
        ("a between 1 and 90 and b", And((Interval(a, ONE, NINETY), B))),
        ("a or b between 1 and 90 and c", Or((A, And((Interval(b, ONE, NINETY), C))))),
        ("a is missing and b is known", And((Missing(a), Known(b)))),
    ],
)
def test_and_binds_tighter_than_or(text: str, tree: Condition) -> None:
    """Without parentheses `and` goes before `or`, and `not(…)` is what its parentheses hold."""
    assert parse_condition(text) == tree


@settings(max_examples=300, deadline=None)
@given(SEEDS, st.sampled_from((" ", "\n", "\t  ", "\r\n")))
def test_what_is_written_is_read_back(seed: int, space: str) -> None:
    """Any tree, written out with any white space, is read as that tree."""
    tree = unresolved(condition(Random(seed)))  # noqa: S311  # cases to try, not secrets
    assert parse_condition(space.join(tokens(tree))) == tree


def parts(tree: Condition) -> Iterator[Condition]:
    """Yield a condition and every condition in it."""
    yield tree
    match tree:
        case And(several) | Or(several):
            for part in several:
                yield from parts(part)
        case Not(part):
            yield from parts(part)


@settings(max_examples=150, deadline=None)
@given(SEEDS)
def test_every_part_knows_where_it_stands(seed: int) -> None:
    """The text between a part's offsets, read by itself, is that part."""
    text = written(condition(Random(seed)))  # noqa: S311  # cases to try, not secrets
    tree = parse_condition(text)
    for part in parts(tree):
        assert parse_condition(text[slice(*part.span)]) == part
    for term in terms(tree):
        assert parse_condition(text[slice(*term.span)]) == Truth(term)


def test_parentheses_around_a_condition_belong_to_what_holds_it() -> None:
    """The place of a whole is from its first parenthesis to its last."""
    text = "  (a or b) and not( c ) "
    tree = parse_condition(text)
    assert isinstance(tree, And)
    whole, first, second = (text[slice(*each.span)] for each in (tree, *tree.parts))
    assert (whole, first, second) == ("(a or b) and not( c )", "a or b", "not( c )")


def _refused(text: str) -> ConditionRefused:
    with pytest.raises(ConditionRefused) as refused:
        parse_condition(text)
    return refused.value


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("", 0),
        ("   ", 2),
        ("a =", 2),
        ("a == 1", 3),
        ("a <> 1", 3),
        ("a & b", 2),
        ("a and", 4),
        ("and a", 0),
        ("a b", 2),
        ("a = 'x'", 4),
        ('a = "x', 4),
        ("a = 1 = 2", 6),
        ("a AND b", 2),
        ("not a", 4),
        ("a in 1", 5),
        ("a in (1..90", 10),
        ("a in {1..90}", 5),
        ("a is null", 5),
        ("a = 1 + 2", 6),
        ("f(a)", 1),
        ("a = 1e3", 5),
        ("a = .5", 4),
        ("a = 9223372036854775808", 4),
        ("a = 123456789012345678901234567890123456789012", 4),
        ('a = "\\x41"', 4),
        ('a = "two\nlines"', 4),
        ('a < date("2027-02-29")', 4),
        ('a < date("2027-1-31")', 4),
        ("a < date(2027)", 9),
        ("(a = 1) = true", 8),
        ("a or ()", 6),
        ("a\u00a0= 1", 1),
        ("é = 1", 0),
    ],
)
def test_what_is_no_condition_is_refused_where_it_stops_being_one(text: str, offset: int) -> None:
    """The refusal names the first character that does not fit."""
    refused = _refused(text)
    assert refused.offset == offset
    assert refused.message


def test_a_word_of_the_language_is_no_name() -> None:
    """Whatever is a word of the language cannot be a fact."""
    for word in KEYWORDS:
        if word not in ("true", "false"):
            assert _refused(f"{word} = 1").offset <= len(word) + 1


def test_the_largest_numbers_are_read_and_the_next_are_not() -> None:
    """A whole number has 64 bits, with either sign; a decimal as many places as are written."""
    largest = 2**63 - 1
    assert parse_condition(f"a = {largest}") == Comparison(a, "=", LiteralTerm(largest))
    assert parse_condition(f"a = -{largest}") == Comparison(a, "=", LiteralTerm(-largest))
    assert _refused(f"a = {largest + 1}").offset == 4
    assert _refused(f"a = {largest}.1").offset == 4
    tree = parse_condition("a = 0.123456789")
    assert tree == Comparison(a, "=", LiteralTerm(Decimal("0.123456789")))


def test_a_condition_may_be_long_and_deep_but_not_endless() -> None:
    """The limits on length and nesting are the last ones allowed, and the next is refused."""
    deepest = "(" * DEEPEST_NESTING + "a" + ")" * DEEPEST_NESTING
    assert parse_condition(deepest) == A
    assert _refused(f"({deepest})").offset == DEEPEST_NESTING
    longest = "a" + " " * (LONGEST_CONDITION - 1)
    assert parse_condition(longest) == A
    assert "characters" in _refused(longest + " ").message
    many = "a or " * (LONGEST_CONDITION // 5 - 1) + "a"
    assert isinstance(parse_condition(many), Or)


def test_parentheses_inside_of_a_text_do_not_nest() -> None:
    """A text may hold any number of parentheses, and hides no nesting behind them."""
    opening = "(" * 100
    assert parse_condition(f'a = "{opening}"') == Comparison(a, "=", LiteralTerm(opening))
    hidden = 'a = "' + ")" * 1000 + '" and ' + "not(" * 500 + "a" + ")" * 500
    assert "nested" in _refused(hidden).message


def test_intervals_side_by_side_do_not_nest() -> None:
    """An interval open at one end neither counts as nesting nor hides any."""
    for interval in ("(1..2]", "[1..2)", "]1..2)", "(1..2["):
        beside = " or ".join([f"a in {interval}"] * 100)
        assert isinstance(parse_condition(beside), Or)
        assert "nested" in _refused(f"{beside} or " + "not(" * 41 + "a" + ")" * 41).message


_WORDS = [
    *KEYWORDS, "a", "b1", "_", "=", "!=", "<", "<=", ">", ">=", "(", ")", "[", "]", "..", ",",
    "1", "-2", "3.5", '"x"', '"', "\\", "\n", "'", "AND", "null", "é", "#", "{", "~", "\u2028",
]  # fmt: skip
_ALMOST = st.lists(st.sampled_from(_WORDS), max_size=14).map(" ".join)
_JOINED = st.lists(st.sampled_from(_WORDS), max_size=10).map("".join)


@settings(max_examples=600, deadline=None)
@given(st.one_of(st.text(max_size=40), _ALMOST, _JOINED))
@example('"\\ud800"')
@example('date("٢٠٢٧-٠١-٣١")')
@example("a = ٣")
@example("\x00")
def test_any_text_is_read_or_refused_at_a_place_within_it(text: str) -> None:
    """No text breaks the parser, and a refusal always points into the text."""
    try:
        parse_condition(text)
    except ConditionRefused as refused:
        assert 0 <= refused.offset < max(len(text), 1)
        assert refused.message == refused.message.strip()
