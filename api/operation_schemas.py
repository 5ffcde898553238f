"""What the service answers of itself: that it is alive, and that it can decide."""

from __future__ import annotations

from marshmallow import fields

from api.response_schemas import text
from api.strict_schema import StrictSchema


class AliveSchema(StrictSchema):
    """It answers."""

    status = text(enum=["alive"])


class RulesetsSchema(StrictSchema):
    """What the engine has built in the process that answers."""

    built = fields.Integer(required=True)
    at_most = fields.Integer(
        required=True,
        metadata={"description": "with more, a fresh process takes over after its requests"},
    )


class ReadySchema(StrictSchema):
    """It can decide."""

    status = text(enum=["ready"])
    policy_revision = text()
    tables = text(
        enum=["current", "ahead"],
        description="`ahead`: made by a newer version, and this one may still run on them",
    )
    rulesets = fields.Nested(RulesetsSchema, required=True)
    ticks_late_seconds = fields.Dict(
        required=True,
        metadata={
            "description": "how late each tick of the scheduler is; null: it was never done",
            "additionalProperties": {"type": ["integer", "null"], "minimum": 0},
        },
    )
