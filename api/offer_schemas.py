"""What a service offers, as callers say it and as they read it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from marshmallow import ValidationError, fields

from api.strict_schema import Part, StrictSchema, Text
from model.texts import LONGEST_NAME
from rules.clocks.period import Period
from rules.reading import PERIOD

LARGEST_AMOUNT = 10**12
_PLACES = 4


class Amount(fields.Field[Any]):
    """A number that is not below zero, with up to four decimal places, kept exactly."""

    default_error_messages = {  # noqa: RUF012 - the library's own way
        "required": "is required",
        "null": "must not be null",
        "invalid": "must be a number",
    }

    def __init__(self, **options: Any) -> None:
        bounds = {"type": "number", "minimum": 0, "maximum": LARGEST_AMOUNT}
        super().__init__(metadata={**bounds, **options.pop("metadata", {})}, **options)

    def _deserialize(self, value: Any, attr: Any, data: Any, **options: Any) -> int | Decimal:
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise self.make_error("invalid")
        if not 0 <= value <= LARGEST_AMOUNT:
            raise ValidationError(f"must be between 0 and {LARGEST_AMOUNT}")
        if isinstance(value, Decimal) and value != round(value, _PLACES):
            raise ValidationError(f"must have at most {_PLACES} decimal places")
        return value


class PeriodText(Text):
    """A period of the calendar, such as `P1M`, that has a length."""

    def __init__(self, **options: Any) -> None:
        metadata = {"pattern": f"^{PERIOD.pattern}$", **options.pop("metadata", {})}
        super().__init__(20, metadata=metadata, **options)

    def _deserialize(self, value: Any, attr: Any, data: Any, **options: Any) -> str:
        text = super()._deserialize(value, attr, data, **options)
        try:
            Period.read(text)
        except ValueError as error:
            raise ValidationError(str(error)) from None
        return text


class CapacitySchema(StrictSchema):
    """How much a service can take in a period."""

    amount = Amount(required=True)
    unit = Text(
        LONGEST_NAME,
        required=True,
        metadata={"description": "What a case takes one of, such as `agencies`"},
    )
    per = PeriodText(required=True, metadata={"description": "In which period, such as `P1M`"})


class OfferSchema(StrictSchema):
    """What a service offers; `null` takes something away."""

    capacity = Part(CapacitySchema, allow_none=True)
