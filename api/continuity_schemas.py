"""What callers may say of tests of continuity, and what they are answered."""

from __future__ import annotations

from marshmallow import fields

from api.response_schemas import INSTANT, many, maybe, text
from api.strict_schema import Day, Flag, StrictSchema, Text
from model.locations import LONGEST_LOCATION
from model.texts import LONGEST_NAME
from rules.values import LONGEST_TEXT


class NewTestSchema(StrictSchema):
    """What came of a test of a service's continuity plan."""

    held_on = Day(required=True, metadata={"description": "Not in the future, nor before 1970"})
    resumed = Flag(
        required=True, metadata={"description": "Whether the service was resumed as planned"}
    )
    findings = Text(
        LONGEST_TEXT,
        allow_none=True,
        load_default=None,
        metadata={"description": "What it brought to light, its suppliers among it"},
    )
    location = Text(
        LONGEST_LOCATION,
        allow_none=True,
        load_default=None,
        metadata={"description": "Where its report is: http, https or a configured scheme"},
    )
    by = Text(LONGEST_NAME, metadata={"description": "Who says so; if absent, the API key's name"})


class ContinuityTestSchema(StrictSchema):
    """A test of a service's continuity plan."""

    number = fields.Integer(required=True, metadata={"minimum": 1})
    held_on = text(format="date")
    resumed = fields.Boolean(required=True)
    plan_version = fields.Integer(
        required=True,
        allow_none=True,
        metadata={
            "minimum": 1,
            "description": "of `continuity_plan`, as it was when this was noted",
        },
    )
    findings = maybe()
    location = maybe()
    by = text()
    at = text(**INSTANT)


class ContinuityTestPageSchema(StrictSchema):
    """Some tests of a service, what was noted last first."""

    tests = many(ContinuityTestSchema)
    next = maybe(description="send it as `after` for the page that follows")
