"""Which way through a chain a case takes, told by the engine at one look."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from rules.engine import Comparison, InEachProcess, Ruleset, fact_of
from rules.engine_limits import EngineLimit, Scalar, check_limits
from rules.engine_rules import encoded
from rules.errors import InferenceNotConfirmed
from rules.normal_form import Atom, FactRef
from rules.scales import MISSING, MOST_KEPT
from rules.three_valued import compare
from rules.values import Domain, Value
from rules.ways import Map, Property, StageRules, Step, Way, ways_through

_Statement = Callable[[Mapping[str, Value]], str]


class Wayfinder:
    """Finds the way of a case on a map. Nothing is built before its first use in a process."""

    def __init__(self, name: str, map: Map, domains: Mapping[str, Domain]) -> None:
        self._name = name
        self._steps = {str(number): way.steps for number, way in enumerate(map.ways)}
        self._statements = [_statement(each, domains) for each in map.properties.values()]
        rules = [(str(number), _where(way, map)) for number, way in enumerate(map.ways)]
        self._ruleset = InEachProcess(lambda: Ruleset(name, rules))

    def way_of(self, known: Mapping[str, Value]) -> tuple[Step, ...]:
        """Return the steps of a case of which this is known.

        Raises:
            InferenceNotConfirmed: the engine gave no answer, or not exactly one.
        """
        fact = fact_of([statement(known) for statement in self._statements])
        fired = self._ruleset.get().fired_by(fact)
        if len(fired) != 1:
            raise InferenceNotConfirmed(
                f"the engine finds {len(fired)} ways through `{self._name}`, where one is open"
            )
        return self._steps[fired[0]]


def wayfinder_for(
    name: str, stages: Sequence[StageRules], domains: Mapping[str, Domain]
) -> Wayfinder | None:
    """Return what finds the ways through a chain, or nothing where each stage is asked alone.

    So it is where the ways are too many, or would be too much for the engine.
    """
    map = ways_through(stages, domains)
    if map is None:
        return None
    try:
        check_limits(name, (), map.properties)
    except EngineLimit:
        return None
    return Wayfinder(name, map, domains)


def _where(way: Way, map: Map) -> tuple[Comparison, ...]:
    """Return what is true of the cases on a way alone, in the order in which ways part."""
    compared = (map.properties[name].comparisons(stretch) for name, stretch in way.where)
    return tuple(dict.fromkeys(comparison for each in compared for comparison in each))


class _Members(dict[Value | None, str]):
    """What a fact states of a property, for each value that was asked for."""

    def __init__(self, property: Property, encode: Callable[[Value], Scalar]) -> None:
        super().__init__({None: property.scale.member_of_rank(MISSING)})
        self._scale = property.scale
        self._encoded = encode

    def __missing__(self, value: Value) -> str:
        member = self._scale.member(self._encoded(value))
        if len(self) < MOST_KEPT:
            self[value] = member
        return member


def _statement(property: Property, domains: Mapping[str, Domain]) -> _Statement:
    literal = property.literal
    if isinstance(literal, Atom) and isinstance(literal.other, FactRef):
        left, sign, right = literal.fact, literal.operator, literal.other.name
        of_two = _Members(property, bool)
        return lambda known: of_two[compare(known.get(left), sign, known.get(right))]
    fact, domain = literal.fact, domains[literal.fact]
    of_one = _Members(property, lambda value: encoded(value, domain))
    return lambda known: of_one[known.get(fact)]
