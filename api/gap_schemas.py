"""Of which days callers may ask what the catalogue lacked, and what they are answered."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from api.offer_schemas import CapacitySchema
from api.response_schemas import INSTANT, many, maybe, text, texts
from api.strict_schema import Day, StrictSchema
from model.demand import MONTHS_AHEAD, MOST_MONTHS, MOST_SERVICES
from model.gap_analysis import LONGEST_PERIOD
from model.naming_services import MOST_CASES, MOST_LISTED, MOST_SHOWN

_DAY = {"format": "date"}


def _count(**metadata: Any) -> fields.Integer:
    return fields.Integer(required=True, metadata={"minimum": 0, **metadata})


class GapsQuerySchema(StrictSchema):
    """Of which days; each case counts on the day on which its answer was said."""

    from_ = Day(required=True, data_key="from", metadata={"description": "The first day"})
    to = Day(
        required=True,
        metadata={"description": f"The last day: at most {LONGEST_PERIOD.days} days in all"},
    )


class UnmetNeedSchema(StrictSchema):
    """What so many cases asked for, and nothing met."""

    asked_for = maybe(description="in the words of one of them; null: they have no title")
    cases = _count(minimum=1)
    because = texts(description="the words that all of them say")
    refs = texts(description=f"of up to {MOST_SHOWN} of them")


class UnmetNeedsSchema(StrictSchema):
    """Needs that neither a service nor a part met, those that are alike together."""

    cases = _count(description=f"at most {MOST_CASES}, the latest")
    whole = fields.Boolean(required=True, metadata={"description": "whether these are all"})
    groups = many(UnmetNeedSchema)


class MonthSchema(StrictSchema):
    """How many cases a service met in a month, or is to meet."""

    month = text(pattern=r"^\d{4}-\d{2}$")
    cases = fields.Float(required=True, metadata={"minimum": 0})
    could_take = fields.Decimal(
        required=True,
        allow_none=True,
        metadata={"description": "its capacity for that month; null: nobody says"},
    )


class DemandSchema(StrictSchema):
    """A service that met needs, beside how much it can take."""

    service = text()
    name = text()
    cases = _count(minimum=1)
    capacity = fields.Nested(CapacitySchema, required=True, allow_none=True)
    could_take = fields.Decimal(
        required=True,
        allow_none=True,
        metadata={"description": "its capacity for the days asked of; null: nobody says"},
    )
    short = fields.Boolean(
        required=True,
        allow_none=True,
        metadata={"description": "true: it was asked for more than it could take"},
    )
    months = fields.List(
        fields.Nested(MonthSchema),
        required=True,
        metadata={
            "description": "the whole months of the period that are over, from its first one on",
            "maxItems": MOST_MONTHS,
        },
    )
    rises_by = fields.Float(
        required=True,
        allow_none=True,
        metadata={
            "description": "cases more (or less) each month, by the straight line of least squares;"
            " null: there are less than three months"
        },
    )
    forecast = fields.List(
        fields.Nested(MonthSchema),
        required=True,
        metadata={
            "description": "the months ahead, as that line leads on; it knows no season",
            "maxItems": MONTHS_AHEAD,
        },
    )
    short_from = maybe(
        description="the first month ahead of which the forecast is more than it can take"
    )


class MisnamedSchema(StrictSchema):
    """What cases name as the service that met them, and no service is."""

    fitting_service = text(description="as it was said")
    cases = _count(minimum=1)
    refs = texts(description=f"of up to {MOST_SHOWN} of them, the latest")
    help = maybe(description="the key that is like it, if any is")


class ContradictionSchema(StrictSchema):
    """A case that says that nothing fits, and which service does: it counts as neither."""

    ref = text()
    fitting_service = text()


class UnaskedSchema(StrictSchema):
    """A candidate for retirement: a service, live all the while, that no case named."""

    service = text()
    name = text()
    category = maybe()
    carries = texts(description="live services that rest on it, which speaks for keeping it")


class IncompleteSchema(StrictSchema):
    """A service in the catalogue whose entry does not say everything."""

    service = text()
    name = text()
    missing = texts(
        description="members of the service that nobody has filled in; in operation also"
        " `continuity_plan`, `continuity_test` without one that went well in the period, and"
        " `other_systems` until somebody says whether these were asked to add it"
    )


class UnbornSchema(StrictSchema):
    """A viable case that is over, of which neither a service nor a part was born."""

    case = text(description="its ref")
    title = maybe()
    closed_at = text(**INSTANT)


class GapsSchema(StrictSchema):
    """What the catalogue lacked, and what it has that nobody asks for."""

    from_ = fields.String(required=True, data_key="from", metadata=_DAY)
    to = text(**_DAY)
    unmet = fields.Nested(UnmetNeedsSchema, required=True)
    demand = many(DemandSchema)
    unnamed = _count(description="cases that a service met, without a word which")
    misnamed = fields.List(
        fields.Nested(MisnamedSchema),
        required=True,
        metadata={"description": "most cases first", "maxItems": MOST_LISTED},
    )
    contradictory = fields.List(
        fields.Nested(ContradictionSchema),
        required=True,
        metadata={"description": "the latest first", "maxItems": MOST_CASES},
    )
    unasked = fields.List(
        fields.Nested(UnaskedSchema),
        required=True,
        metadata={"description": "oldest first", "maxItems": MOST_SERVICES},
    )
    incomplete = fields.List(
        fields.Nested(IncompleteSchema),
        required=True,
        metadata={"description": "as they are now, oldest first", "maxItems": MOST_SERVICES},
    )
    viable_without_service = fields.List(
        fields.Nested(UnbornSchema),
        required=True,
        metadata={"description": "as they are now, the latest first", "maxItems": MOST_SERVICES},
    )
