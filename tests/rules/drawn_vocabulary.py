"""Vocabularies by chance, as the text of a rule file, and the values that cases try them with."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from random import Random
from unicodedata import normalize

from rules.values import LARGEST_INTEGER, Value

DAY = date(2026, 11, 22)
TYPES = ("boolean", "choice", "integer", "number", "date", "text")
ORDERED = ("integer", "number", "date")
TEXTS = (
    "", " ", "a", "A", "ab", " a", "a ", "a  b", "a b", 'a"b', "a'b", '"', "'", "a\\", "a\\\\",
    '\\"', "\\n", "\\u0061", "{}", "{limit}", '","kind":"x', "null", "~", "true", "30", "30.0",
    "2026-11-22", "# a", "a: b", "- a", "[a]", "((((", "))", " or ", "é", "e\u0301", "ﬁ", "fi",
    "ß", "ss", "🎫", "\U0010ffff", "\u2028", "\u200b", "\ufeff", "\u00a0", "日本", "日本語",
    "%s%n", "$m", "case", "kind", "x" * 300, "x" * 299 + "y", "need", "Need", "needs", "want",
)  # fmt: skip
NAMES = (
    "a", "aa", "a_", "a1", "ab", "ba", "b", "m", "all", "any", "kinds", "ids", "sids", "case",
    "needed_by", "needed", "days", "day", "date_of", "is_missing", "missing_", "nothing", "x" * 60,
    "x" * 59 + "y", "null_", "true_", "order", "price", "cost", "e1", "inn", "android", "origin",
)  # fmt: skip
_MOST = LARGEST_INTEGER
_ENDS = {"integer": (-_MOST, _MOST), "number": (-_MOST, _MOST), "date": (1, date.max.toordinal())}
_CENTRES = {
    "integer": (0, 0, 90, 2**31, 2**53, -(2**53), _MOST, -_MOST),
    "number": (0, 0, 5, 10**9, 2**53, -(2**53), _MOST, -_MOST),
    "date": (DAY.toordinal(), DAY.toordinal(), 1, date.max.toordinal()),
}


@dataclass(frozen=True, slots=True)
class DrawnFact:
    """A fact; those of one family may be compared. Values are whole numbers until they are read.

    `constants` are what rules compare it with; `low` and `high` are ends of its range.
    """

    name: str
    type: str
    scale: int
    constants: tuple[Value, ...]
    low: int = 0
    high: int = 0
    base: str | None = None
    more: str = ""

    @property
    def family(self) -> tuple[str, int]:
        """What two facts share that may be compared."""
        return self.type, self.scale

    def value(self, whole: int) -> Value:
        """Return the value of an ordered type that is this many of its smallest units."""
        if self.type == "date":
            return date.fromordinal(whole)
        return whole if self.type == "integer" else Decimal(whole).scaleb(-self.scale)

    def whole(self, value: Value) -> int:
        """Return how many of its smallest units an ordered value is."""
        if isinstance(value, date):
            return value.toordinal()
        assert not isinstance(value, str)
        return int(Decimal(value).scaleb(self.scale))

    def allows(self, value: Value) -> bool:
        """Whether a value of its type is in its domain."""
        if self.type in ORDERED:
            return self.low <= self.whole(value) <= self.high
        return self.type == "text" or value in self.constants

    def tries(self) -> tuple[Value, ...]:
        """Return what cases may hold: the constants, their neighbours, both ends of the range."""
        if self.type == "text":
            return tuple(cousin for each in self.constants for cousin in _cousins(str(each)))
        if self.type not in ORDERED:
            return self.constants
        middle = [self.whole(each) + step for each in self.constants for step in (-1, 0, 1)]
        wholes = (*middle, self.low, self.low + 1, self.high - 1, self.high)
        return tuple(self.value(each) for each in wholes if self.low <= each <= self.high)

    def text(self) -> str:
        """Return its entry in the vocabulary."""
        members = [f"type: {self.type}"]
        if self.type == "choice":
            members.append(f"choices: [{', '.join(quoted(str(each)) for each in self.constants)}]")
        if self.type == "number":
            members.append(f"scale: {self.scale}")
        if self.type in ORDERED:
            low, high = plain(self.value(self.low)), plain(self.value(self.high))
            members.append(f"range: [{low}, {high}]")
        if self.base:
            members.append(f"derived: {{days_until: {self.base}}}")
        else:
            members.append("question: How is it?, asked_of: Ann, action: look")
        return f"  {self.name}: {{{', '.join(members)}{self.more}}}"


@dataclass(frozen=True, slots=True)
class DrawnParameter:
    """A constant of a policy, with the values that it takes one after the other."""

    name: str
    family: tuple[str, int]
    values: tuple[Value, ...]
    whole: bool

    @classmethod
    def drawn(cls, chance: Random, name: str, fact: DrawnFact) -> DrawnParameter | None:
        """Return a parameter that a fact may be compared with; an empty text cannot be one."""
        pool = [each for each in fact.constants if str(each).strip()]
        if not pool:
            return None
        values = tuple(chance.choices(pool, k=chance.choice((1, 1, 2, 3))))
        whole = all(isinstance(each, Decimal) and each == int(each) for each in values)
        return cls(name, fact.family, values, whole and chance.random() < 0.5)

    def fits(self, fact: DrawnFact) -> bool:
        """Whether a fact may be compared with every value that it ever has."""
        return self.family == fact.family and all(map(fact.allows, self.values))

    def text(self, days: Sequence[date]) -> str:
        """Return its entry in a policy; each value after the first holds from one of `days` on."""
        first, *later = (
            digits(value, self.whole) if isinstance(value, Decimal) else plain(value)
            for value in self.values
        )
        changes = ", ".join(
            f"{{from: {day}, value: {value}}}" for day, value in zip(days, later, strict=False)
        )
        return f"  {self.name}: " + (
            f"{{value: {first}, changes: [{changes}]}}" if later else first
        )


@dataclass(frozen=True, slots=True)
class _Family:
    type: str
    scale: int = 0
    centre: int = 0
    words: tuple[str, ...] = ()

    @classmethod
    def drawn(cls, chance: Random, type: str) -> _Family:
        scale = chance.randrange(10) if type == "number" else 0
        centre = chance.choice(_CENTRES[type]) if type in ORDERED else 0
        start = chance.randrange(len(TEXTS) - 5)  # what is alike stands side by side
        mixed = "".join(chr(chance.randrange(0x100, 0x180)) for _ in range(3))
        return cls(type, scale, centre, (*TEXTS[start : start + 6], mixed, mixed[:2]))

    def fact(self, chance: Random, name: str, most_constants: int) -> DrawnFact:
        if self.type in ORDERED:
            return self._ordered(chance, name, most_constants)
        if self.type == "boolean":
            return DrawnFact(name, self.type, 0, (True, False))
        words = chance.sample(self.words, chance.randrange(1, most_constants + 2))
        return DrawnFact(name, self.type, 0, tuple(words))

    def _ordered(self, chance: Random, name: str, most_constants: int) -> DrawnFact:
        low, high = _ENDS[self.type]
        if chance.random() < 0.6:
            low = max(low, self.centre - chance.choice((0, 1, 5, 40)))
            high = min(high, self.centre + chance.choice((0, 1, 5, 40)))
        near = (self.centre + step for step in (-2, -1, 0, 1, 2, 7))
        marks = [mark for mark in near if low <= mark <= high] + [low, high]
        chosen = sorted(chance.choices(marks, k=chance.randrange(1, most_constants + 1)))
        fact = DrawnFact(name, self.type, self.scale, (), low, high)
        return replace(fact, constants=tuple(fact.value(mark) for mark in chosen))


def _cousins(text: str) -> tuple[str, ...]:
    """Return a text and others that a careless comparison takes for it."""
    alike = (text, f"{text} ", f"{text}x", text[:-1], text.swapcase(), normalize("NFKD", text))
    return tuple(dict.fromkeys(each for each in alike))


def drawn_facts(chance: Random) -> tuple[DrawnFact, ...]:
    """Return the facts of a vocabulary, several of one family among them."""
    names = chance.sample(NAMES, chance.randrange(2, 11))
    types = chance.choices(TYPES, k=chance.randrange(1, 5))
    families = [_Family.drawn(chance, type) for type in types]
    most_constants = chance.choice((1, 2, 3, 5))
    facts = [chance.choice(families).fact(chance, name, most_constants) for name in names]
    dates = [fact.name for fact in facts if fact.type == "date"]
    days = _Family("integer", centre=chance.choice((0, 0, 90, 2**31)))
    for number, base in enumerate(chance.sample(dates, chance.randrange(len(dates) + 1))):
        counted = days.fact(chance, f"days_to_{number}", 2)
        facts.append(replace(counted, base=base))
    return tuple(_defaulted(chance, fact) for fact in facts)


def _defaulted(chance: Random, fact: DrawnFact) -> DrawnFact:
    if fact.base or chance.random() > 0.15:
        return fact
    default = chance.choice(fact.constants if fact.type == "text" else fact.tries())
    return replace(fact, more=f", default: {plain(default)}")


def plain(value: Value) -> str:
    """Return a value as it stands in YAML."""
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def digits(value: Decimal, whole: bool = False) -> str:
    """Return a number with a point in it, or without when it is to be read as an integer."""
    written = str(int(value)) if whole else f"{value:f}"
    return written if whole or "." in written else f"{written}.0"


def literal(chance: Random | None, value: Value) -> str:
    """Return a value as it stands in a condition; chance picks among its spellings."""
    free = chance is not None and chance.random() < 0.3
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=free)
    if isinstance(value, date):
        return f'date("{value}")'
    if not isinstance(value, Decimal):
        return plain(value)
    if free and value == int(value):
        return "-0" if value == 0 else str(int(value))
    return digits(value) + "00" * free


def quoted(text: str) -> str:
    """Return a text in YAML's double quotes; what YAML would fold or refuse is escaped."""
    escapes = {'"': '\\"', "\\": "\\\\"}
    said = (escapes.get(c, c) if c.isprintable() else f"\\U{ord(c):08x}" for c in text)
    return f'"{"".join(said)}"'


def vocabulary_text(facts: Sequence[DrawnFact]) -> str:
    """Return the vocabulary file of some facts."""
    outcomes = "  assign_to: {type: choice, choices: [Ann]}\n  action: {type: text}\n"
    return "\n".join(["facts:", *(fact.text() for fact in facts), "outcomes:", outcomes])
