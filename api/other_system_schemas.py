"""What callers may say of other information systems, and what they are answered."""

from __future__ import annotations

from marshmallow import fields

from api.response_schemas import INSTANT, many, maybe, text
from api.strict_schema import Day, Flag, StrictSchema, Text
from model.texts import LONGEST_NAME
from rules.values import LONGEST_TEXT


def _said(longest: int, says: str) -> Text:
    metadata = {"description": says}
    return Text(longest, allow_none=True, load_default=None, metadata=metadata)


class NewSystemRequestSchema(StrictSchema):
    """That another system was asked to add the service, or that none is needed."""

    needed = Flag(
        required=True,
        metadata={"description": "true: `system` was asked; false: none need be, for `reason`"},
    )
    system = _said(LONGEST_NAME, "Which system was asked to add the service")
    sent_on = Day(
        allow_none=True,
        load_default=None,
        metadata={"description": "When it was asked; not in the future, nor before 1970"},
    )
    reference = _said(LONGEST_NAME, "How the request is found there")
    reason = _said(LONGEST_TEXT, "Why no other system is to have the service")
    by = Text(LONGEST_NAME, metadata={"description": "Who says so; if absent, the API key's name"})


class SystemRequestSchema(StrictSchema):
    """What was said of other systems, once."""

    number = fields.Integer(required=True, metadata={"minimum": 1})
    needed = fields.Boolean(required=True)
    system = maybe()
    sent_on = maybe(format="date")
    reference = maybe()
    reason = maybe(description="why none is needed")
    by = text()
    at = text(**INSTANT)


class SystemRequestPageSchema(StrictSchema):
    """Some of what was said of a service, the latest first."""

    requests = many(SystemRequestSchema)
    next = maybe(description="send it as `after` for the page that follows")
