"""What callers may say of maintenance, and what they are answered."""

from __future__ import annotations

from marshmallow import fields

from api.response_schemas import INSTANT, many, maybe, text
from api.strict_schema import Instant, StrictSchema, Text
from model.texts import LONGEST_NAME
from rules.values import LONGEST_TEXT


class NewMaintenanceSchema(StrictSchema):
    """When a service is to be worked on, and what for."""

    begins_at = Instant(required=True, metadata={"description": "Not in the past"})
    ends_at = Instant(required=True, metadata={"description": "Later than `begins_at`"})
    what = Text(LONGEST_TEXT, required=True, metadata={"description": "What customers are told"})
    by = Text(LONGEST_NAME, metadata={"description": "Who says so; if absent, the API key's name"})


class MaintenanceSchema(StrictSchema):
    """When a service is worked on, and what for."""

    number = fields.Integer(required=True, metadata={"minimum": 1})
    begins_at = text(**INSTANT)
    ends_at = text(**INSTANT)
    what = text()
    planned_by = text()
    planned_at = text(**INSTANT)
    called_off_by = maybe()
    called_off_at = maybe(**INSTANT)


class MaintenancePageSchema(StrictSchema):
    """Some maintenance of a service, what was planned last first."""

    maintenance = many(MaintenanceSchema)
    next = maybe(description="send it as `after` for the page that follows")
