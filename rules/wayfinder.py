"""Which way through a chain a case takes, told by the engine at one look."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from rules.condition import Operator
from rules.engine import Comparison, Ruleset, message_of
from rules.engine_limits import Scalar
from rules.engine_rules import encoded
from rules.errors import InferenceNotConfirmed
from rules.normal_form import Atom, FactRef
from rules.scales import MISSING, MOST_KEPT
from rules.three_valued import compare
from rules.values import Domain, Value
from rules.ways import Map, Property, StageRules, Step, Way, ways_through


class Wayfinder:
    """Finds the way of a case on a map. Nothing is built before its first use in a process."""

    def __init__(self, name: str, map: Map, domains: Mapping[str, Domain]) -> None:
        self._name = name
        self._of_one: list[tuple[str, _Members]] = []
        self._of_two: list[tuple[str, Operator, str, _Members]] = []
        for each in map.properties.values():
            self._state(each, domains)
        self._ways = Ruleset(name, [(way.steps, _where(way, map)) for way in map.ways])

    def _state(self, property: Property, domains: Mapping[str, Domain]) -> None:
        """Have every event state a property."""
        literal = property.literal
        if isinstance(literal, Atom) and isinstance(literal.other, FactRef):
            two = literal.fact, literal.operator, literal.other.name
            self._of_two.append((*two, _Members(property, bool)))
        else:
            domain = domains[literal.fact]
            members = _Members(property, lambda value: encoded(value, domain))
            self._of_one.append((literal.fact, members))

    def way_of(self, known: Mapping[str, Value]) -> tuple[Step, ...]:
        """Return the steps of a case of which this is known.

        Raises:
            InferenceNotConfirmed: the engine gave no answer, or no way.
        """
        value = known.get
        stated = [members[value(fact)] for fact, members in self._of_one]
        if self._of_two:
            stated += [
                members[compare(value(a), is_, value(b))] for a, is_, b, members in self._of_two
            ]
        steps = self._ways.taken_by(message_of(stated))
        if steps is None:
            raise InferenceNotConfirmed(f"the engine finds no way through `{self._name}`")
        return steps


def wayfinder_for(
    name: str, stages: Sequence[StageRules], domains: Mapping[str, Domain]
) -> Wayfinder | None:
    """Return what finds the ways through a chain, or nothing where each stage is asked alone.

    So it is where the ways are too many, or would be too much for the engine.
    """
    map = ways_through(stages, domains)
    return None if map is None else Wayfinder(name, map, domains)


def _where(way: Way, map: Map) -> tuple[Comparison, ...]:
    """Return what is true of the cases on a way alone, in the order in which ways part."""
    compared = (map.properties[name].comparisons(stretch) for name, stretch in way.where)
    return tuple(dict.fromkeys(comparison for each in compared for comparison in each))


class _Members(dict[Value | None, str]):
    """What an event states of a property, for each value that was asked for."""

    def __init__(self, property: Property, encode: Callable[[Value], Scalar]) -> None:
        super().__init__({None: property.scale.member_of_rank(MISSING)})
        self._scale = property.scale
        self._encoded = encode

    def __missing__(self, value: Value) -> str:
        member = self._scale.member(self._encoded(value))
        if len(self) < MOST_KEPT:
            self[value] = member
        return member
