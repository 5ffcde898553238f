"""What callers may ask of measurements and of performance, and what they are answered."""

from __future__ import annotations

from marshmallow import fields

from api.agreement_schemas import COMPARISONS, KINDS, ToldTargetSchema
from api.exact_number import Number
from api.response_schemas import INSTANT, many, maybe, text
from api.service_schemas import PageQuerySchema
from api.strict_schema import Day, Parts, StrictSchema, Text
from model.agreement_targets import LARGEST, LONGEST_METRIC
from model.measuring import MOST_MEASUREMENTS
from model.services import LONGEST_KEY
from model.texts import LONGEST_NAME
from rules.attainment import Standing, Trend

_STANDINGS = [each.value for each in Standing]
_TRENDS = [*(each.value for each in Trend), None]
_DAY = {"format": "date"}
_EXACT = "at most 6 decimals"


class NewMeasurementSchema(StrictSchema):
    """What was measured."""

    metric = Text(LONGEST_METRIC, required=True, metadata={"description": "One that is agreed on"})
    day = Day(required=True, metadata={"description": "The last day of what was measured"})
    value = Number(
        LARGEST, required=True, metadata={"description": f"In the target's unit, {_EXACT}"}
    )


class NewMeasurementsSchema(StrictSchema):
    """Measurements, in any order."""

    measurements = Parts(NewMeasurementSchema, MOST_MEASUREMENTS, required=True)
    by = Text(LONGEST_NAME, metadata={"description": "Who measured; if absent, the API key's name"})


class MeasurementSchema(StrictSchema):
    """A measurement, as it was judged when it came in."""

    metric = text()
    day = text(**_DAY)
    value = fields.Decimal(required=True)
    comparison = text(enum=COMPARISONS)
    agreed = fields.Decimal(required=True)
    unit = text()
    attained = fields.Boolean(required=True)
    deviation = fields.Decimal(required=True, metadata={"description": "`value` less `agreed`"})
    received_at = text(**INSTANT)
    by = text()


class MeasurementsSchema(StrictSchema):
    """Measurements, in the order in which they were sent."""

    measurements = many(MeasurementSchema)


class TimersKeptSchema(StrictSchema):
    """Timers that were opened by the target: what ended in time, and what was breached."""

    met = fields.Integer(required=True, metadata={"minimum": 0})
    breached = fields.Integer(required=True, metadata={"minimum": 0})


class ForecastSchema(StrictSchema):
    """The line of least squares through the measurements, drawn on for one period."""

    day = text(**_DAY)
    value = fields.Decimal(required=True)
    attained = fields.Boolean(required=True)


def _exact_or_null(says: str) -> fields.Decimal:
    return fields.Decimal(required=True, allow_none=True, metadata={"description": says})


class TargetPerformanceSchema(ToldTargetSchema):
    """How a target was kept to."""

    standing = text(
        enum=_STANDINGS,
        description="`breached`: it was missed; `at_risk`: it was not, and the forecast misses it",
    )
    counted = fields.Integer(required=True, metadata={"description": "measurements and timers"})
    attained = fields.Integer(required=True, metadata={"description": "those as agreed"})
    attainment = _exact_or_null("in percent of them; null: there are none")
    deviation = _exact_or_null("of the latest measurement from what was agreed then")
    trend = maybe(
        enum=_TRENDS,
        description="null: measurements of less than three days say nothing",
    )
    forecast = fields.Nested(ForecastSchema, required=True, allow_none=True)
    timers = fields.Nested(TimersKeptSchema, required=True)
    measurements = many(MeasurementSchema)


class PerformanceSchema(StrictSchema):
    """How an agreement was kept to."""

    agreement = text(description="its id")
    standing = text(enum=_STANDINGS, description="of the worst of its targets")
    targets = many(TargetPerformanceSchema)


class ReportSchema(PerformanceSchema):
    """What was attained from one day to another, as it was known when this was reported."""

    version = fields.Integer(
        required=True, metadata={"minimum": 1, "description": "of the agreement, then"}
    )
    first_on = text(**_DAY)
    last_on = text(**_DAY)
    made_at = text(**INSTANT)


class ReportPageSchema(StrictSchema):
    """Some reports of an agreement, the latest first."""

    reports = many(ReportSchema)
    next = maybe(description="send it as `after` for the page that follows")


class TargetAtAGlanceSchema(StrictSchema):
    """How a target was kept to, in short."""

    metric = text()
    standing = text(enum=_STANDINGS)
    attainment = _exact_or_null("in percent of measurements and timers; null: there are none")
    deviation = _exact_or_null("of the latest measurement from what was agreed then")
    trend = maybe(enum=_TRENDS)


class AgreementAtAGlanceSchema(StrictSchema):
    """How an agreement was kept to, in short."""

    agreement = text(description="its id")
    kind = text(enum=KINDS)
    name = text()
    service = maybe()
    customer = text()
    standing = text(enum=_STANDINGS, description="of the worst of its targets")
    targets = many(TargetAtAGlanceSchema)


class PerformancePageSchema(StrictSchema):
    """How some agreements were kept to, the oldest of them first."""

    agreements = many(AgreementAtAGlanceSchema)
    next = maybe(description="send it as `after` for the page that follows")


_BETWEEN = {
    "from": Day(required=True, metadata={"description": "The first day"}),
    "to": Day(required=True, metadata={"description": "The last day"}),
}
PerformanceQuerySchema = StrictSchema.from_dict({**_BETWEEN}, name="PerformanceQuerySchema")
PerformancesQuerySchema = PageQuerySchema.from_dict(
    {
        **_BETWEEN,
        "service": Text(
            LONGEST_KEY, metadata={"description": "Only those on the service of this key"}
        ),
    },
    name="PerformancesQuerySchema",
)
