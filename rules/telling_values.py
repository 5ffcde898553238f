"""A few values of each missing fact that stand for all its values, as far as rules can tell.

For a fact compared only with constants these are the first value of each stretch on which
every comparison stays the same. Facts compared with one another form a group: between two
constants of the group, each of its n facts may lie above or below each other one, for which n
neighbouring values on either side of every constant are enough. The ends of a range count as
constants of the whole group: there the other facts go on alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rules.normal_form import Atom, FactRef
from rules.values import FactType, Value
from rules.vocabulary import Fact


@dataclass(frozen=True, slots=True)
class Variable:
    """A missing fact; `low` and `high` are its range as whole numbers, where it has one."""

    fact: Fact
    low: int = 0
    high: int = 0


def telling_values(
    variables: Sequence[Variable], atoms: Sequence[Atom]
) -> Mapping[str, tuple[Value, ...]]:
    """Return for each variable the values that stand for all, at least one."""
    by_name = {variable.fact.name: variable for variable in variables}
    groups = _groups(tuple(by_name), atoms)
    return {
        name: _values_of(variable, [by_name[other] for other in groups[name]], atoms)
        for name, variable in by_name.items()
    }


def _groups(names: Sequence[str], atoms: Iterable[Atom]) -> Mapping[str, frozenset[str]]:
    """Return for each fact the facts that it is compared with, directly or by way of others."""
    groups = {name: frozenset((name,)) for name in names}
    for atom in atoms:
        if isinstance(atom.other, FactRef) and {atom.fact, atom.other.name} <= groups.keys():
            joined = groups[atom.fact] | groups[atom.other.name]
            groups.update(dict.fromkeys(joined, joined))
    return groups


def _values_of(
    variable: Variable, group: Sequence[Variable], atoms: Sequence[Atom]
) -> tuple[Value, ...]:
    domain = variable.fact.domain
    names = {member.fact.name for member in group}
    of_group = [atom for atom in atoms if atom.fact in names]
    constants = dict.fromkeys(
        atom.other for atom in of_group if not isinstance(atom.other, FactRef)
    )
    if domain.type is FactType.BOOLEAN:
        return (True, False)
    if domain.type is FactType.CHOICE:
        if len(group) > 1:
            return domain.choices
        others = [choice for choice in domain.choices if choice not in constants]
        return tuple(c for c in domain.choices if c in constants) + tuple(others[:1])
    if domain.type is FactType.TEXT:
        return (*constants, *_new_texts(constants, len(group)))
    return _whole_numbers(variable, group, of_group)


def _new_texts(constants: Iterable[Value], count: int) -> list[str]:
    """Return texts that no rule mentions."""
    longest = max((len(constant) for constant in constants if isinstance(constant, str)), default=0)
    return ["x" * (longest + 1 + number) for number in range(count)]


def _whole_numbers(
    variable: Variable, group: Sequence[Variable], atoms: Sequence[Atom]
) -> tuple[Value, ...]:
    low, high = variable.low, variable.high
    starts = {low}
    for atom in atoms:
        if isinstance(atom.other, int):
            starts.update(_stretch_starts(atom, atom.other))
    if len(group) > 1:
        starts.update(end for member in group for end in (member.low, member.high))
        around = range(-len(group), len(group) + 1)
        starts = {start + step for start in starts for step in around}
    return tuple(sorted(start for start in starts if low <= start <= high))


def _stretch_starts(atom: Atom, constant: int) -> tuple[int, ...]:
    if atom.operator in ("<", ">="):
        return (constant,)
    return (constant + 1,) if atom.operator in ("<=", ">") else (constant, constant + 1)
