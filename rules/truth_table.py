"""Which rules of an edition are true or unknown, told by three-valued evaluation.

A long table mostly asks for one value of one fact in each rule (`category = "laptop" and …`).
Once that fact is known, the rules that ask for another value of it are false, and need not be
read: they are kept apart by that value.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rules.condition import And, Comparison, Condition, FactTerm, LiteralTerm, ParameterTerm
from rules.edition import Edition
from rules.policy import Rule
from rules.three_valued import KnownFacts, Reading, reading
from rules.values import Value

Row = tuple[Rule, Reading]

_LONG = 24
"""From so many rules on, rules are kept apart."""

_MOST_ROWS = 250_000
"""How many rows may be kept in all, those that stand in every part counted each time."""


@dataclass(frozen=True, slots=True)
class TruthTable:
    """An edition's rules in order; `parts` are those left to read for each value of `fact`."""

    rows: tuple[Row, ...]
    fact: str | None
    parts: Mapping[Value, tuple[Row, ...]]
    elsewhere: tuple[Row, ...]

    def not_false(self, known: KnownFacts) -> list[tuple[Rule, bool | None]]:
        """Return the rules that are true, or unknown (None), in order."""
        value = known.get(self.fact) if self.fact else None
        rows = self.rows if value is None else self.parts.get(value, self.elsewhere)
        truths = ((rule, read(known)) for rule, read in rows)
        return [(rule, truth) for rule, truth in truths if truth is not False]


def truth_table(edition: Edition) -> TruthTable:
    """Return the table of an edition."""
    rows = tuple((rule, reading(rule.when, edition.parameters)) for rule in edition.rules)
    asked = [dict(_asked_values(rule.when, edition.parameters)) for rule, _ in rows]
    fact = _dividing_fact(asked) if len(rows) >= _LONG else None
    if fact is None:
        return TruthTable(rows, None, {}, rows)
    elsewhere = [number for number, values in enumerate(asked) if fact not in values]
    parts: dict[Value, list[int]] = {}
    for number, values in enumerate(asked):
        if fact in values:
            parts.setdefault(values[fact], []).append(number)
    if len(parts) * len(elsewhere) + len(rows) > _MOST_ROWS:
        return TruthTable(rows, None, {}, rows)
    return TruthTable(
        rows,
        fact,
        {value: _in_order(rows, numbers + elsewhere) for value, numbers in parts.items()},
        _in_order(rows, elsewhere),
    )


def _in_order(rows: Sequence[Row], numbers: Sequence[int]) -> tuple[Row, ...]:
    return tuple(rows[number] for number in sorted(numbers))


def _dividing_fact(asked: Sequence[Mapping[str, Value]]) -> str | None:
    """Return the fact whose values keep most rules apart, if it keeps half of them apart."""
    counts = Counter(name for values in asked for name in values)
    different = {name: len({v[name] for v in asked if name in v}) for name in counts}
    best = max(counts, key=lambda name: (different[name], counts[name]), default=None)
    return best if best is not None and 2 * counts[best] >= len(asked) else None


def _asked_values(
    condition: Condition, parameters: Mapping[str, Value]
) -> Iterator[tuple[str, Value]]:
    """Yield the facts that must have one value for a condition to be anything but false."""
    match condition:
        case And(parts):
            for part in parts:
                yield from _asked_values(part, parameters)
        case Comparison(FactTerm(name), "=", LiteralTerm(value)):
            yield name, value
        case Comparison(FactTerm(name), "=", ParameterTerm(parameter)):
            yield name, parameters[parameter]
        case _:
            return
