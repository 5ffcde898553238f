"""Telling values: a few values of each fact behind which no rule can tell any others apart."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from random import Random

import pytest
from hypothesis import given, settings

from rules.condition import Operator
from rules.normal_form import Atom, FactRef
from rules.telling_values import Variable, telling_values
from rules.three_valued import compare
from rules.values import Domain, FactType, Value
from rules.vocabulary import Fact
from tests.rules.drawn import OPERATORS, SEEDS

NAMES = ("a", "b", "c")
LESS_OR_EQUAL: tuple[Operator, ...] = ("<", "=")
COLOURS = ("red", "green", "blue", "white", "black")


def variable(name: str, type: FactType, low: int = 0, high: int = 0) -> Variable:
    """Return a missing fact."""
    choices = COLOURS if type is FactType.CHOICE else ()
    return Variable(Fact(name, Domain(type, choices), "", "", ""), low, high)


def all_of(variable: Variable) -> list[Value]:
    """Return every value of a variable; of texts a few that rules may name, and some more."""
    match variable.fact.domain.type:
        case FactType.BOOLEAN:
            return [True, False]
        case FactType.CHOICE:
            return list(COLOURS)
        case FactType.TEXT:
            return ["", "x", "xx", "xxxx", "p", "q", "r"]
        case _:
            return list(range(variable.low, variable.high + 1))


def signature(
    atoms: Sequence[Atom], values: dict[str, Value], changed: dict[str, Value]
) -> tuple[bool | None, ...]:
    """Return what each comparison is worth, before and after a change."""
    return tuple(
        compare(
            facts[atom.fact],
            atom.operator,
            facts[atom.other.name] if isinstance(atom.other, FactRef) else atom.other,
        )
        for facts in (values, {**values, **changed})
        for atom in atoms
    )


def distinctions(
    variables: Sequence[Variable], atoms: Sequence[Atom], values: Sequence[Sequence[Value]]
) -> dict[str, set[tuple[bool | None, ...]]]:
    """Return for each variable all that comparisons can see of a change in it alone."""
    names = [each.fact.name for each in variables]
    return {
        name: {
            signature(atoms, dict(zip(names, chosen, strict=True)), {name: other})
            for chosen in product(*values)
            for other in values[place]
        }
        for place, name in enumerate(names)
    }


def any_atoms(chance: Random, variables: Sequence[Variable], ordered: bool) -> list[Atom]:
    """Return a few comparisons of facts with constants and with one another."""
    atoms = []
    for _ in range(chance.choice((1, 2, 3, 4))):
        left, right = chance.choice(variables), chance.choice(variables)
        sign = chance.choice(OPERATORS if ordered else OPERATORS[:2])
        constant = chance.choice(all_of(left))
        other = FactRef(right.fact.name) if chance.random() < 0.5 else constant
        atoms.append(Atom(left.fact.name, sign, other))
    return atoms


@settings(max_examples=150, deadline=None)
@given(SEEDS)
def test_comparisons_see_in_the_telling_values_all_that_they_see_in_the_whole_range(
    seed: int,
) -> None:
    """Each way in which a change of one fact can change comparisons is there, and no other."""
    chance = Random(seed)  # noqa: S311  # cases to try, not secrets
    type = chance.choice((FactType.INTEGER, FactType.INTEGER, FactType.CHOICE, FactType.TEXT))
    variables = []
    for name in NAMES[: chance.choice((1, 2, 2, 2))]:
        low = chance.randrange(-6, 6)
        variables.append(variable(name, type, low, low + chance.randrange(12)))
    atoms = any_atoms(chance, variables, type.ordered)
    told = telling_values(variables, atoms)
    few = [told[each.fact.name] for each in variables]
    every = [all_of(each) for each in variables]
    assert all(few)
    assert distinctions(variables, atoms, few) == distinctions(variables, atoms, every)
    if type is not FactType.TEXT:
        assert all(set(some) <= set(all) for some, all in zip(few, every, strict=True))


@pytest.mark.parametrize("lows", [(0, 0, 0), (0, 4, -3)])
def test_three_facts_can_stand_in_every_order_on_either_side_of_a_limit(
    lows: tuple[int, int, int],
) -> None:
    """And any one of them can pass both others, also when their ranges only overlap."""
    variables = [
        variable(name, FactType.INTEGER, low, low + 9)
        for name, low in zip(NAMES, lows, strict=True)
    ]
    atoms = [
        *(
            Atom(left, sign, FactRef(right))
            for left, right in ("ab", "bc", "ca")
            for sign in LESS_OR_EQUAL
        ),
        *(Atom(name, "<", 5) for name in NAMES),
    ]
    told = telling_values(variables, atoms)
    few = [told[name] for name in NAMES]
    assert distinctions(variables, atoms, few) == (
        distinctions(variables, atoms, [all_of(each) for each in variables])
    )


@pytest.mark.parametrize(
    ("atoms", "values"),
    [
        ([], (0,)),
        ([Atom("a", "<", 90)], (0, 90)),
        ([Atom("a", ">=", 90)], (0, 90)),
        ([Atom("a", "<=", 90)], (0, 91)),
        ([Atom("a", ">", 90)], (0, 91)),
        ([Atom("a", "=", 90)], (0, 90, 91)),
        ([Atom("a", "!=", 100)], (0, 100)),
        ([Atom("a", "<", 0)], (0,)),
        ([Atom("a", "<=", 100)], (0,)),
        ([Atom("b", "=", 50)], (0,)),
    ],
)
def test_a_number_has_one_value_for_each_stretch_between_two_limits(
    atoms: list[Atom], values: tuple[int, ...]
) -> None:
    """The first of each stretch, and nothing outside of the range."""
    one = variable("a", FactType.INTEGER, 0, 100)
    assert telling_values([one], atoms)["a"] == values


def test_a_wide_range_has_no_more_values_than_a_narrow_one() -> None:
    """The count of values depends on the comparisons alone."""
    atoms = [Atom("a", "<", FactRef("b")), Atom("a", "<", 5), Atom("b", "=", 7)]
    far = 2**62
    narrow, wide = (
        telling_values([variable(name, FactType.INTEGER, -end, end) for name in "ab"], atoms)
        for end in (1_000, far)
    )
    assert [len(narrow[name]) for name in "ab"] == [len(wide[name]) for name in "ab"]


def test_choices_that_no_rule_names_stand_for_one_another() -> None:
    """The choices named, and one of the others, if there are others."""
    one = variable("a", FactType.CHOICE)
    assert telling_values([one], [Atom("a", "=", "blue")])["a"] == ("blue", "red")
    named = [Atom("a", "=", colour) for colour in COLOURS]
    assert telling_values([one], named)["a"] == COLOURS


def test_there_is_always_a_text_that_no_rule_names() -> None:
    """Whatever texts are named, one more is told apart from them all."""
    one = variable("a", FactType.TEXT)
    for named in ((), ("x",), ("x", "xx"), ("", "xxxx", "é")):
        values = telling_values([one], [Atom("a", "=", text) for text in named])["a"]
        assert set(named) < set(values)
