"""The ways through a chain: which rule comes first at each stage, for every set of facts.

Where the first true rule of a stage counts, a case takes one way: at each stage a rule passes it
on, until one decides, or the first that is not false is unknown and the case waits. The ways are
told apart by what each fact may be on them, so that exactly one is open to any case, and one
question to the engine answers for all of the stages.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rules.engine import Comparison
from rules.engine_limits import MOST_PROPERTIES, Scalar
from rules.engine_rules import encoded, property_of
from rules.normal_form import Absence, AnyOf, Atom, FactRef, Normal, literals_of
from rules.scales import MISSING, Scale
from rules.three_valued import compare
from rules.values import Domain, FactType

MOST_RULES, MOST_LITERALS, MOST_WAYS = 100, 256, 256
"""A chain of more rules or literals, or with more ways, is asked stage by stage: not laid out.

Of the ways one is open, so that the engine may hold more of them together than of other rules.
"""

MOST_PARTINGS = 48
"""Nor is one with a way that parts from others more often: at each parting a case may fit the
beginning of another way too, and the engine takes 64 of such beginnings."""

_MOST_LOOKED_AT = 2 * MOST_WAYS
"""Ways that turn out to be the same are one, but each is looked at."""

Step = tuple[str, str | None]
"""A stage, and the rule that comes first there; `None`: the first that is not false is unknown,
or every one is false."""

Literal = Atom | Absence

Stretch = frozenset[int]
"""The ranks that a property may have."""


@dataclass(frozen=True, slots=True)
class StageRules:
    """The rules of one stage in order: the id, the condition, whether it passes a case on."""

    name: str
    rules: tuple[tuple[str, Normal, bool], ...]


@dataclass(frozen=True, slots=True)
class Way:
    """The steps of one way, and on which stretch of each property it is taken.

    `where`: in the order in which the properties tell it from others, each time more narrowly.
    """

    steps: tuple[Step, ...]
    where: tuple[tuple[str, Stretch], ...]


@dataclass(frozen=True, slots=True)
class Property:
    """What the rules compare: one fact, or how two stand to each other (`literal`).

    To the engine it is called as its scale is.
    """

    literal: Literal
    scale: Scale
    ranks: Stretch

    def comparisons(self, stretch: Stretch) -> Iterator[Comparison]:
        """Yield what is true of the ranks of a stretch, and of no other."""
        name = self.scale.property
        low, high = min(stretch), max(stretch)
        if low == high:
            yield Comparison(name, "=", low)
            return
        if low != min(self.ranks):
            yield Comparison(name, ">=", low)
        if high != max(self.ranks):
            yield Comparison(name, "<=", high)
        for left_out in sorted(self.ranks - stretch):
            if low < left_out < high:
                yield Comparison(name, "!=", left_out)


@dataclass(frozen=True, slots=True)
class Map:
    """Every way through a chain, and the properties that tell them apart."""

    ways: tuple[Way, ...]
    properties: Mapping[str, Property]


def ways_through(stages: Sequence[StageRules], domains: Mapping[str, Domain]) -> Map | None:
    """Return the ways through a chain of stages, or nothing if they are too many."""
    literals = set(_literals(stages))
    if sum(len(stage.rules) for stage in stages) > MOST_RULES or len(literals) > MOST_LITERALS:
        return None
    properties = _properties(stages, domains)
    if len(properties) > MOST_PROPERTIES:
        return None
    try:
        ways = _Explorer(stages, properties, domains).ways(0, 0, {})
    except _TooMany:
        return None
    return None if len(ways) > MOST_WAYS else Map(ways, properties)


class _TooMany(Exception):
    """More ways were looked at than it is worth, or one parts from others too often."""


class _Explorer:
    """Walks a chain with nothing known, and parts where a comparison may be one or another."""

    def __init__(
        self,
        stages: Sequence[StageRules],
        properties: Mapping[str, Property],
        domains: Mapping[str, Domain],
    ) -> None:
        self._stages = stages
        self._looked_at = 0
        self._whole = {name: each.ranks for name, each in properties.items()}
        literals = dict.fromkeys(_literals(stages))
        self._split = {each: _split(each, properties, domains) for each in literals}

    def ways(
        self, stage: int, rule: int, left: Mapping[str, Stretch], partings: int = 0
    ) -> tuple[Way, ...]:
        """Return the ways from a rule of a stage on, for what is left of each property.

        Raises:
            _TooMany: they would be.
        """
        steps: tuple[Step, ...] = ()
        while stage < len(self._stages):
            name, rules = self._stages[stage].name, self._stages[stage].rules
            truth = self._truth(rules[rule][1], left) if rule < len(rules) else None
            if isinstance(truth, Atom | Absence):
                return _preceded(steps, self._parted(truth, stage, rule, left, partings))
            if truth is None:
                return self._found(Way((*steps, (name, None)), ()))
            if not truth:
                rule += 1
                continue
            id, _, continues = rules[rule]
            steps = (*steps, (name, id))
            stage, rule = (stage + 1, 0) if continues else (len(self._stages), 0)
        return self._found(Way(steps, ()))

    def _found(self, way: Way) -> tuple[Way, ...]:
        self._looked_at += 1
        if self._looked_at > _MOST_LOOKED_AT:
            raise _TooMany
        return (way,)

    def _parted(
        self, literal: Literal, stage: int, rule: int, left: Mapping[str, Stretch], partings: int
    ) -> tuple[Way, ...]:
        """Return the ways on, parted where a literal may be several; not where it is all one."""
        if partings == MOST_PARTINGS:
            raise _TooMany
        property, by_truth = self._split[literal]
        here = left.get(property, self._whole[property])
        parts: dict[tuple[Way, ...], Stretch] = {}
        for ranks in (here & ranks for ranks in by_truth.values() if here & ranks):
            on = self.ways(stage, rule, {**left, property: ranks}, partings + 1)
            parts[on] = parts.get(on, frozenset()) | ranks
        if len(parts) == 1:
            return next(iter(parts))
        return tuple(
            Way(way.steps, ((property, ranks), *way.where))
            for on, ranks in parts.items()
            for way in on
        )

    def _truth(self, condition: Normal, left: Mapping[str, Stretch]) -> bool | Literal | None:
        """Return what a condition is worth, or the first literal that still may be several."""
        if isinstance(condition, Atom | Absence):
            return self._truth_of_literal(condition, left)
        ends = isinstance(condition, AnyOf)  # what settles a disjunction is one that is true
        unknown, open_yet = False, None
        for part in condition.parts:
            truth = self._truth(part, left)
            if truth is ends:
                return truth
            if truth is None:
                unknown = True
            elif not isinstance(truth, bool):
                open_yet = open_yet or truth
        if open_yet is not None:
            return open_yet
        return None if unknown else not ends

    def _truth_of_literal(
        self, literal: Literal, left: Mapping[str, Stretch]
    ) -> bool | Literal | None:
        property, by_truth = self._split[literal]
        here = left.get(property, self._whole[property])
        possible = [truth for truth, ranks in by_truth.items() if here & ranks]
        return possible[0] if len(possible) == 1 else literal


def _preceded(steps: tuple[Step, ...], ways: tuple[Way, ...]) -> tuple[Way, ...]:
    return tuple(Way(steps + way.steps, way.where) for way in ways) if steps else ways


def _literals(stages: Sequence[StageRules]) -> Iterator[Literal]:
    for stage in stages:
        for _, condition, _ in stage.rules:
            yield from literals_of(condition)


def _properties(stages: Sequence[StageRules], domains: Mapping[str, Domain]) -> dict[str, Property]:
    compared: dict[str, set[object]] = {}
    first: dict[str, Literal] = {}
    for literal in _literals(stages):
        name = property_of(literal)
        first.setdefault(name, literal)
        compared.setdefault(name, set()).update(_compared_with(literal, domains))
    return {
        name: _property(first[name], Scale(numbered(number), values), domains[first[name].fact])
        for number, (name, values) in enumerate(compared.items())
    }


def numbered(number: int) -> str:
    """Return what the engine is told a property's name is: short, since it reads it each time."""
    return f"p{number}"


def _compared_with(literal: Literal, domains: Mapping[str, Domain]) -> set[object]:
    domain = domains[literal.fact]
    if _is_yes_or_no(literal, domain):
        return {False, True}
    if isinstance(literal, Absence) or isinstance(literal.other, FactRef):
        return set()
    return {encoded(literal.other, domain)}


def _is_yes_or_no(literal: Literal, domain: Domain) -> bool:
    of_two = isinstance(literal, Atom) and isinstance(literal.other, FactRef)
    return of_two or domain.type is FactType.BOOLEAN


def _property(literal: Literal, scale: Scale, domain: Domain) -> Property:
    values: Iterable[Scalar]
    if _is_yes_or_no(literal, domain):
        values = (False, True)
    elif domain.type is FactType.CHOICE:
        values = domain.choices
    else:
        return Property(literal, scale, frozenset(scale.ranks()))
    return Property(literal, scale, frozenset({MISSING, *map(scale.rank, values)}))


def _split(
    literal: Literal, properties: Mapping[str, Property], domains: Mapping[str, Domain]
) -> tuple[str, dict[bool | None, Stretch]]:
    """Return for each truth of a literal the ranks of its property that make it so."""
    name = property_of(literal)
    by_truth: dict[bool | None, set[int]] = {}
    for rank in sorted(properties[name].ranks):
        truth = _truth_at(literal, rank, properties[name].scale, domains[literal.fact])
        by_truth.setdefault(truth, set()).add(rank)
    return name, {truth: frozenset(ranks) for truth, ranks in by_truth.items()}


def _truth_at(literal: Literal, rank: int, scale: Scale, domain: Domain) -> bool | None:
    if isinstance(literal, Absence):
        return (rank == MISSING) is literal.missing
    if rank == MISSING:
        return None
    if isinstance(literal.other, FactRef):
        return rank == scale.rank(True)
    return compare(rank, literal.operator, scale.rank(encoded(literal.other, domain)))
