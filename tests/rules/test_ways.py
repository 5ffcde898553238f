"""The ways through a chain: exactly one is open to a case, whatever its facts are."""

from __future__ import annotations

from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.normal_form import Absence, AllOf, AnyOf, Atom, FactRef, Normal
from rules.scales import MISSING, Scale
from rules.three_valued import compare
from rules.values import Domain, FactType
from rules.ways import MOST_RULES, MOST_WAYS, Map, Property, StageRules, ways_through

DOMAINS = {
    "wet": Domain(FactType.BOOLEAN),
    "sky": Domain(FactType.CHOICE, choices=("blue", "green", "red")),
    "count": Domain(FactType.INTEGER),
    "others": Domain(FactType.INTEGER),
}
LITERALS = (
    Atom("wet", "=", True),
    Atom("wet", "!=", True),
    Atom("sky", "=", "green"),
    Atom("sky", "!=", "blue"),
    Atom("count", "<", 3),
    Atom("count", ">=", 7),
    Atom("count", "!=", 5),
    Atom("count", "<=", FactRef("others")),
    Absence("wet", missing=True),
    Absence("count", missing=False),
    Absence("others", missing=True),
)


def joined(parts: st.SearchStrategy[Normal]) -> st.SearchStrategy[Normal]:
    """Return conditions that join some."""
    several = st.lists(parts, max_size=3).map(tuple)
    return st.one_of(st.builds(AllOf, several), st.builds(AnyOf, several))


literals: st.SearchStrategy[Normal] = st.sampled_from(LITERALS)
conditions = st.recursive(literals, joined, max_leaves=5)
a_stage = st.lists(st.tuples(conditions, st.booleans()), max_size=4)
stages = st.lists(a_stage, min_size=1, max_size=3)


def chain(drawn: list[list[tuple[Normal, bool]]]) -> list[StageRules]:
    """Return drawn conditions as the rules of stages."""
    return [
        StageRules(f"s{n}", tuple((f"r{m}", when, on) for m, (when, on) in enumerate(rules)))
        for n, rules in enumerate(drawn)
    ]


def open_ways(map: Map, case: dict[str, int]) -> list[int]:
    """Return the ways on which a case may be, given the rank of each property."""
    return [
        number
        for number, way in enumerate(map.ways)
        if all(case[name] in stretch for name, stretch in way.where)
    ]


@given(stages)
def test_exactly_one_way_is_open_to_each_case(drawn: list[list[tuple[Normal, bool]]]) -> None:
    """Whatever the stages and the ranks: never none, and never two."""
    map = ways_through(chain(drawn), DOMAINS)
    if map is None:
        return
    names = list(map.properties)
    for ranks in product(*(sorted(map.properties[name].ranks) for name in names)):
        case = dict(zip(names, ranks, strict=True))
        assert len(open_ways(map, case)) == 1, case


@given(stages)
def test_no_two_ways_that_part_lead_to_the_same(drawn: list[list[tuple[Normal, bool]]]) -> None:
    """Where a property parts the ways, what follows differs: else it would be one way."""
    map = ways_through(chain(drawn), DOMAINS)
    if map is None:
        return
    for begun in {way.where[:n] for way in map.ways for n in range(len(way.where))}:
        depth = len(begun)
        on: dict[object, list[object]] = {}
        for way in map.ways:
            if way.where[:depth] == begun:
                on.setdefault(way.where[depth], []).append((way.steps, way.where[depth + 1 :]))
        assert len({tuple(ways) for ways in on.values()}) == len(on) > 1


@given(st.sets(st.integers(0, 9), min_size=1).map(frozenset))
def test_a_stretch_is_told_by_comparisons_and_no_other_rank_is(stretch: frozenset[int]) -> None:
    """With gaps in it and without, at either end of what there is."""
    scale = Scale("count", (1, 2, 3, 4))
    property = Property(Atom("count", "=", 1), scale, frozenset(scale.ranks()))
    compared = list(property.comparisons(stretch))

    def true_of(rank: int) -> bool:
        return all(compare(rank, each.operator, each.rank) for each in compared)

    assert {rank for rank in scale.ranks() if true_of(rank)} == stretch
    assert {each.property for each in compared} <= {"count"}


def test_what_two_facts_are_to_each_other_is_a_property_of_its_own() -> None:
    """It may be so, not so, or not be known, whichever numbers they are."""
    map = ways_through(chain([[(Atom("count", "<=", FactRef("others")), False)]]), DOMAINS)
    assert map is not None
    assert list(map.properties) == ["count <= others"]
    assert [way.steps for way in map.ways] == [(("s0", None),), (("s0", "r0"),)]
    (_, unknown_or_not), (_, so) = (way.where[0] for way in map.ways)
    assert MISSING in unknown_or_not
    assert so == {map.properties["count <= others"].scale.rank(True)}


@pytest.mark.parametrize("rules", [MOST_RULES, MOST_RULES + 1])
def test_a_chain_of_very_many_rules_is_not_laid_out(rules: int) -> None:
    """One at the limit is, and one over it is asked stage by stage."""
    drawn: list[tuple[Normal, bool]] = [(Atom("count", "=", 1), False)] * rules
    assert (ways_through(chain([drawn]), DOMAINS) is None) is (rules > MOST_RULES)


def test_a_chain_of_very_many_ways_is_not_laid_out() -> None:
    """It is given up in the middle, and is asked stage by stage: never are there more ways."""
    facts = {f"fact-{n}": Domain(FactType.BOOLEAN) for n in range(9)}
    tangled: list[tuple[Normal, bool]] = [
        (AllOf(tuple(Atom(name, "=", True) for name in three)), False)
        for three in combinations(facts, 3)
    ]
    few = ways_through(chain([tangled[:5]]), facts)
    assert few is not None
    assert len(few.ways) <= MOST_WAYS
    assert len(tangled) < MOST_RULES
    assert ways_through(chain([tangled]), facts) is None
