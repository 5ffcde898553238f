"""What a service offers, as callers say it and as they read it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from marshmallow import ValidationError, fields, validate

from api.response_schemas import many, maybe, texts
from api.strict_schema import Day, Names, Part, Parts, StrictSchema, Text, TextsByName
from model.audiences import MOST_AUDIENCES
from model.texts import LONGEST_NAME
from rules.clocks.period import PATTERN, Period
from rules.values import LONGEST_TEXT

LARGEST_AMOUNT = 10**12
MOST = 50
FOR_WHOM = "The target groups that it is for, such as `agencies`; none: everybody"
CHARGING = ("included", "one_time", "subscription", "usage", "tiered")
_CURRENCY = "^[A-Z]{3}$"
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
        metadata = {"pattern": PATTERN, **options.pop("metadata", {})}
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


class OptionSchema(StrictSchema):
    """A service level that customers may choose."""

    name = Text(LONGEST_NAME, required=True)
    text = Text(LONGEST_TEXT, allow_none=True, load_default=None)
    targets = TextsByName(
        LONGEST_NAME,
        LONGEST_NAME,
        MOST,
        load_default=dict,
        metadata={"description": "What is promised, by name, such as `availability`: `99.9 %`"},
    )


class Options(Parts):
    """Options, each with a name of its own."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **options: Any) -> list[Any]:
        found = super()._deserialize(value, attr, data, **options)
        names = [option["name"] for option in found]
        twice = [place for place, name in enumerate(names) if name in names[:place]]
        if twice:
            raise ValidationError({place: {"name": ["is there already"]} for place in twice})
        return found


class PriceSchema(StrictSchema):
    """So much money for one of something."""

    amount = Amount(required=True)
    currency = Text(
        3,
        required=True,
        validate=validate.Regexp(_CURRENCY, error="must be three capitals, such as `EUR`"),
        metadata={"description": "ISO 4217", "pattern": _CURRENCY},
    )
    per = Text(
        LONGEST_NAME,
        required=True,
        metadata={"description": "For one of what, such as `user and month`"},
    )


class ChargingSchema(StrictSchema):
    """How customers are charged."""

    model = Text(
        20,
        required=True,
        validate=validate.OneOf(CHARGING, error=f"must be one of {', '.join(CHARGING)}"),
        metadata={"enum": [*CHARGING], "description": "`included`: for nothing of its own"},
    )
    price = Part(PriceSchema, allow_none=True, load_default=None)


class OfferSchema(StrictSchema):
    """What a service offers; `null` takes something away."""

    options = Options(
        OptionSchema, MOST, allow_none=True, metadata={"description": "Service levels to choose"}
    )
    charging = Part(ChargingSchema, allow_none=True)
    cost = Part(
        PriceSchema,
        allow_none=True,
        metadata={"description": "What it costs those who provide it; shown to few"},
    )
    quality = TextsByName(
        LONGEST_NAME,
        LONGEST_NAME,
        MOST,
        allow_none=True,
        metadata={"description": "What it is like, by name, such as `recovery time`: `4 hours`"},
    )
    capacity = Part(CapacitySchema, allow_none=True)
    value = Text(
        LONGEST_TEXT,
        allow_none=True,
        metadata={"description": "What it is worth to those who use it, in their words"},
    )
    technologies = Names(
        LONGEST_NAME,
        MOST,
        allow_none=True,
        metadata={"description": "What enables it, such as `PostgreSQL`"},
    )
    audiences = Names(
        LONGEST_NAME,
        MOST_AUDIENCES,
        allow_none=True,
        metadata={"description": FOR_WHOM},
    )
    planned_live_on = Day(
        allow_none=True,
        metadata={"description": "From when it is to be in operation; customers hear of it ahead"},
    )
    planned_end_on = Day(
        allow_none=True,
        metadata={"description": "When it is to end, later than that; customers hear of it ahead"},
    )


def cost_shown() -> fields.Nested:
    """Return the cost as it is answered: to those who may see it, and to others not at all."""
    told = "what it costs those who provide it; only for service managers and auditors"
    return fields.Nested(PriceSchema, allow_none=True, metadata={"description": told})


class ShownOfferSchema(StrictSchema):
    """What a service offers, as it stands."""

    options = many(OptionSchema)
    charging = fields.Nested(ChargingSchema, required=True, allow_none=True)
    cost = cost_shown()
    quality = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    value = maybe(description="what it is worth to those who use it")
    technologies = texts(description="what enables it")
    audiences = texts(description=FOR_WHOM)
    planned_live_on = maybe(format="date", description="from when it is to be in operation")
    planned_end_on = maybe(format="date", description="when it is to end")
