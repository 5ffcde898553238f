"""Which part of a service's life callers may ask for, and what they are told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from marshmallow import INCLUDE, Schema, ValidationError, fields, validate, validates_schema
from marshmallow.types import UnknownOption

from api.response_schemas import INSTANT, many, maybe, text
from api.service_schemas import PageQuerySchema
from api.strict_schema import Day, StrictSchema, Text
from model.timeline import OWNERS
from model.timeline_events import What

_KINDS = [each.value for each in What]
_MOST_LETTERS = 40


class TimelineQuerySchema(PageQuerySchema):
    """Which events of a service's life, and which page of them."""

    what = Text(
        _MOST_LETTERS,
        validate=validate.OneOf(_KINDS, error=f"must be one of {', '.join(_KINDS)}"),
        metadata={"enum": _KINDS, "description": "Only events of this kind"},
    )
    since = Day(metadata={"description": "Only what happened on this day or later"})
    until = Day(metadata={"description": "Only what happened on this day or earlier"})

    @validates_schema
    def _in_order(self, query: Mapping[str, Any], **_options: Any) -> None:
        if "since" in query and "until" in query and query["until"] < query["since"]:
            raise ValidationError("lies before `since`", "until")


class SpanSchema(StrictSchema):
    """A phase that the service was in."""

    phase = text()
    since = text(**INSTANT)
    until = maybe(description="null: it is in it still", **INSTANT)


class TenureSchema(StrictSchema):
    """Who owned the service in a role."""

    role = text(enum=[*OWNERS])
    name = text()
    since = text(**INSTANT)
    until = maybe(description="null: still", **INSTANT)


class MemberChangeSchema(StrictSchema):
    """A member that became other; `null` in both: only that it did is kept."""

    member = text()
    from_ = fields.Raw(required=True, allow_none=True, data_key="from")
    to = fields.Raw(required=True, allow_none=True)


class EventSchema(Schema):
    """One thing that happened; which of the further members it has depends on `what`."""

    class Meta:
        unknown: ClassVar[UnknownOption] = INCLUDE

    at = text(**INSTANT)
    what = text(enum=_KINDS)
    by = maybe()
    version = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "the service's version; null: the calendar brought it"},
    )
    case = fields.String(
        allow_none=True, metadata={"description": "the ref of the case that it came from"}
    )
    changes = fields.List(fields.Nested(MemberChangeSchema))
    gate = fields.Integer()
    verdict = fields.String(allow_none=True)
    result = fields.String(allow_none=True)
    phase = fields.String(allow_none=True)
    decision = fields.String(metadata={"description": "the id of the gate's decision"})
    sat = fields.List(fields.String())
    forum = fields.String(allow_none=True, metadata={"description": "the key of the forum"})
    awaits = fields.String(
        allow_none=True, metadata={"description": "who is asked, while a gate has no result"}
    )
    artifact = fields.String()
    artifact_version = fields.Integer()
    location = fields.String()
    facts = fields.List(fields.String(), metadata={"description": "the names of those changed"})
    part = fields.String(metadata={"description": "the key of the part"})
    package = fields.String(metadata={"description": "the key of the package"})
    customer = fields.String(metadata={"description": "its name"})
    maintenance = fields.String(metadata={"description": "its number"})
    product = fields.String(metadata={"description": "the key of a vendor product"})
    continuity = fields.String(metadata={"description": "the number of a test"})
    system = fields.String(
        metadata={"description": "the name of another information system that was asked"}
    )
    work = fields.String(metadata={"description": "what the maintenance is for"})
    agreement = fields.String(metadata={"description": "the id of the agreement"})
    kind = fields.String(metadata={"description": "of the agreement"})
    name = fields.String(metadata={"description": "of the agreement"})
    review = fields.String(metadata={"description": "the id of the review"})
    on = fields.String(metadata={"format": "date", "description": "the day that is planned"})
    due_on = fields.String(metadata={"format": "date"})
    held_at = fields.String(allow_none=True, metadata=INSTANT)
    outcome = fields.String(allow_none=True)
    began_at = fields.String(metadata=INSTANT)
    ends_at = fields.String(metadata=INSTANT)


class TimelineSchema(StrictSchema):
    """The life of a service so far, oldest first, and what is to come."""

    key = text()
    name = text()
    case = maybe(description="the ref of the case that it came from")
    phase = maybe()
    rejected = fields.Boolean(required=True)
    phases = many(SpanSchema)
    owners = many(TenureSchema)
    events = many(EventSchema)
    next = maybe(description="send it as `after` for the events that follow")
    ahead = many(EventSchema)
