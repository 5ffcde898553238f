"""Ranks: where a value stands among the literals that its property is compared with.

The engine reads strings, long numbers and mixed types loosely, so none of them enters it; ranks
do. A value that is missing has the rank 0, the n-th literal 2n + 2, and a value between two
literals the odd number between theirs. Every comparison of ranks is then exactly the comparison
of the values.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterable
from typing import Any

from rules.engine_limits import Scalar

MISSING = 0
MOST_KEPT = 4_096
"""Of so many values what was worked out is kept in mind."""


class Scale:
    """The literals that one property is compared with, in order, and the ranks of its values."""

    def __init__(self, property: str, literals: Iterable[Any]) -> None:
        self.property = property
        self.literals = tuple(sorted(literals))
        self._kind = type(self.literals[0]) if self.literals else None
        self._ranks: dict[Scalar, int] = {}
        self._members = [f",{json.dumps(property)}:{rank}" for rank in self.ranks()]

    def ranks(self) -> range:
        """Return every rank that there is."""
        return range(2 * len(self.literals) + 2)

    def rank(self, value: Scalar) -> int:
        """Return the rank of a value that is not missing.

        Raises:
            TypeError: it is of another type than what it is compared with.
        """
        if self._kind is not None and type(value) is not self._kind:
            raise TypeError(f"`{self.property}` takes {self._kind.__name__}, not {value!r}")
        rank = self._ranks.get(value)
        return self._found(value) if rank is None else rank

    def member(self, value: Scalar) -> str:
        """Return the member of a JSON object that states the value, a comma before it."""
        return self._members[self.rank(value)]

    def member_of_rank(self, rank: int) -> str:
        """Return the member that states a value of that rank."""
        return self._members[rank]

    def _found(self, value: Scalar) -> int:
        place = bisect_left(self.literals, value)
        here = place < len(self.literals) and self.literals[place] == value
        rank = 2 * place + 1 + here
        if len(self._ranks) < MOST_KEPT:
            self._ranks[value] = rank
        return rank
