"""Fact values: the six types, their domains, and reading them from JSON without coercion."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from rules.spelling import did_you_mean

REORDERING = re.compile("[\u202a-\u202e\u2066-\u2069]")

Value = bool | int | Decimal | date | str
"""What a fact may hold. `None` always means: not known."""

LARGEST_INTEGER = 2**63 - 1
LONGEST_TEXT = 2_000
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


class FactType(StrEnum):
    """The types a fact may be declared with."""

    BOOLEAN = "boolean"
    CHOICE = "choice"
    INTEGER = "integer"
    NUMBER = "number"
    DATE = "date"
    TEXT = "text"

    @property
    def with_article(self) -> str:
        """Its name in a sentence: `a date`, `an integer`."""
        return f"an {self}" if self is FactType.INTEGER else f"a {self}"

    @property
    def ordered(self) -> bool:
        """Whether `<` and its kin mean something."""
        return self in (FactType.INTEGER, FactType.NUMBER, FactType.DATE)


class ValueRefused(ValueError):
    """The value is not one of the domain's; says why and, where it can, what was meant."""

    def __init__(self, detail: str, help: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.help = help


@dataclass(frozen=True, slots=True)
class Domain:
    """All values a fact may take. `low` and `high` are within it; `scale` counts decimals."""

    type: FactType
    choices: tuple[str, ...] = ()
    low: int | Decimal | date | None = None
    high: int | Decimal | date | None = None
    scale: int = 0

    def read(self, raw: object) -> Value:
        """Return the value that JSON's `raw` stands for.

        Numbers with a fraction come as `Decimal`. Nothing is coerced: `"12"`, `1.0` for an
        integer and `1` for a boolean are refused.

        Raises:
            ValueRefused: of another type, or outside of the domain.
        """
        value = self._typed(raw)
        self._require_within_range(value)
        return value

    def allows(self, value: Value) -> bool:
        """Whether a value, typed already, is one of the domain's."""
        if self.type is FactType.BOOLEAN:
            return isinstance(value, bool)
        if self.type is FactType.CHOICE:
            return value in self.choices
        try:
            return self.read(to_json(value)) == value
        except ValueRefused:
            return False

    def _typed(self, raw: object) -> Value:
        match self.type:
            case FactType.BOOLEAN:
                return self._boolean(raw)
            case FactType.INTEGER:
                return self._integer(raw)
            case FactType.NUMBER:
                return self._number(raw)
            case FactType.DATE:
                return self._date(raw)
            case FactType.CHOICE:
                return self._choice(raw)
            case FactType.TEXT:
                return self._text(raw)

    def _require_within_range(self, value: Value) -> None:
        if self.low is None or self.high is None:
            return
        if not self.low <= value <= self.high:  # type: ignore[operator]  # same type by now
            raise ValueRefused(f"must be between {self.low} and {self.high}")

    def _boolean(self, raw: object) -> bool:
        if not isinstance(raw, bool):
            raise ValueRefused("must be true or false", _json_kind(raw))
        return raw

    def _integer(self, raw: object) -> int:
        if isinstance(raw, bool) or not isinstance(raw, int):
            raise ValueRefused("must be a whole number", _json_kind(raw))
        if abs(raw) > LARGEST_INTEGER:
            raise ValueRefused("must fit into 64 bits")
        return raw

    def _number(self, raw: object) -> Decimal:
        if isinstance(raw, bool) or not isinstance(raw, int | Decimal):
            raise ValueRefused("must be a number", _json_kind(raw))
        number = Decimal(raw)
        exponent = number.as_tuple().exponent
        if not isinstance(exponent, int):
            raise ValueRefused("must be a finite number")
        if number.adjusted() > 18:
            raise ValueRefused("must fit into 64 bits")
        if number and -exponent > self.scale and number != round(number, self.scale):
            raise ValueRefused(f"must have at most {self.scale} decimals")
        return number.quantize(Decimal(1).scaleb(-self.scale))

    def _date(self, raw: object) -> date:
        if not isinstance(raw, str) or not ISO_DATE.fullmatch(raw):
            raise ValueRefused("must be a date such as 2027-01-31", _json_kind(raw))
        try:
            return date.fromisoformat(raw)
        except ValueError:
            raise ValueRefused("is not a day of the calendar") from None

    def _choice(self, raw: object) -> str:
        offered = ", ".join(self.choices)
        if not isinstance(raw, str):
            raise ValueRefused(f"must be one of {offered}", _json_kind(raw))
        if raw not in self.choices:
            raise ValueRefused(f"must be one of {offered}", did_you_mean(raw, self.choices))
        return raw

    def _text(self, raw: object) -> str:
        if not isinstance(raw, str):
            raise ValueRefused("must be text", _json_kind(raw))
        if len(raw) > LONGEST_TEXT:
            raise ValueRefused(f"must be at most {LONGEST_TEXT} characters long")
        if has_control_character(raw):
            raise ValueRefused("must not contain control characters")
        return raw


def has_control_character(text: str) -> bool:
    """Whether `text` holds a control character or half of a surrogate pair."""
    return any(unicodedata.category(character) in ("Cc", "Cs") for character in text)


def reorders(text: str) -> bool:
    """Whether `text` holds a character that has what follows shown in another order.

    That is an embedding, override or isolate of the bidirectional algorithm (Unicode TR 36): what
    is read is then not what is there. Marks and joiners, which scripts need, are none of them.
    """
    return REORDERING.search(text) is not None


def to_json(value: Value | None) -> bool | int | Decimal | str | None:
    """Return what JSON shows for a value: dates as ISO 8601, everything else as it is."""
    return value.isoformat() if isinstance(value, date) else value


def _json_kind(raw: object) -> str:
    if raw is None:
        return "this is null"
    if isinstance(raw, bool):
        return f"this is {str(raw).lower()}, a boolean"
    if isinstance(raw, int | Decimal):
        return "this is a number"
    if isinstance(raw, str):
        return "this is a text"
    return "this is a list" if isinstance(raw, list) else "this is an object"
