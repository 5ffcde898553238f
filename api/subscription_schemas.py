"""What is sent and answered about subscriptions and deliveries."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields

from api.administration_schemas import PageQuerySchema
from api.response_schemas import INSTANT, many, maybe, text, texts
from api.strict_schema import Flag, StrictSchema, Text, WholeNumber
from model.deliveries import State
from model.destinations import LONGEST_URL
from model.events import EventType
from model.subscriptions import LONGEST_GRACE
from model.texts import LONGEST_NAME
from rules.values import LARGEST_INTEGER

_TYPES = [each.value for each in EventType]
_STATES = [each.value for each in State]
_NEXT = "send it as `after` for the page that follows"


class EventTypeList(fields.Field[list[EventType]]):
    """Some types of events, each once."""

    default_error_messages = {"required": "is required", "null": "must not be null"}  # noqa: RUF012

    def _deserialize(self, value: Any, attr: Any, data: Any, **options: Any) -> list[EventType]:
        known = isinstance(value, list) and all(each in _TYPES for each in value)
        if not known or not value or len(set(value)) < len(value):
            raise ValidationError(f"must be a list of types, each once: {', '.join(_TYPES)}")
        return [EventType(each) for each in value]


class OneOf(fields.String):
    """One of some words."""

    def __init__(self, words: list[str], **options: Any) -> None:
        self._words = words
        super().__init__(metadata={"enum": words}, **options)

    def _deserialize(self, value: Any, attr: Any, data: Any, **options: Any) -> str:
        if value not in self._words:
            raise ValidationError(f"must be one of {', '.join(self._words)}")
        return str(value)


def _types(**options: Any) -> EventTypeList:
    items = {"type": "string", "enum": _TYPES}
    bounds = {"type": "array", "items": items, "minItems": 1, "uniqueItems": True}
    return EventTypeList(metadata=bounds, **options)


def _name(**options: Any) -> Text:
    return Text(LONGEST_NAME, metadata={"description": "What listens there"}, **options)


def _url(**options: Any) -> Text:
    says = "Where events are posted to, such as https://example.org/hooks"
    return Text(LONGEST_URL, metadata={"description": says}, **options)


class NewSubscriptionSchema(StrictSchema):
    """A subscription to make."""

    name = _name(required=True)
    url = _url(required=True)
    types = _types(required=True)


class SubscriptionChangeSchema(StrictSchema):
    """What a subscription is to be; what is left out stays as it is."""

    name = _name()
    url = _url()
    types = _types()
    enabled = Flag(metadata={"description": "Disabled, what waits for it is held"})


class SecretRotationSchema(StrictSchema):
    """How a secret is to be replaced."""

    grace_hours = WholeNumber(
        0,
        LONGEST_GRACE.days * 24,
        load_default=24,
        metadata={"description": "For how many hours the old secret signs, too"},
    )


class SubscriptionSchema(StrictSchema):
    """A subscription, without its secret."""

    id = text()
    name = text()
    url = text()
    types = texts()
    created_at = text(**INSTANT)
    enabled = fields.Boolean(required=True)
    disabled_at = maybe(**INSTANT)
    disabled_because = maybe()
    failing_since = maybe(description="since when nothing could be delivered", **INSTANT)
    rotated_until = maybe(description="until when an older secret signs, too", **INSTANT)


class SubscriptionMadeSchema(SubscriptionSchema):
    """A subscription with a new secret; it is shown this once."""

    secret = text(description="shown in this answer and never again")


class SubscriptionPageSchema(StrictSchema):
    """Some subscriptions, oldest first."""

    subscriptions = many(SubscriptionSchema)
    next = maybe(description=_NEXT)


class DeliveryQuerySchema(PageQuerySchema):
    """Which deliveries, and which page of them."""

    state = OneOf(_STATES)
    subscription = Text(36, metadata={"description": "The id of a subscription"})


class DeliverySchema(StrictSchema):
    """An event on its way to one subscriber or person."""

    id = fields.Integer(required=True, metadata={"minimum": 1, "maximum": LARGEST_INTEGER})
    message_id = text(description="the `webhook-id`: the same at each attempt")
    type = text()
    subject = text()
    subscription_id = maybe()
    recipient = maybe(description="an e-mail address, if it goes to a person")
    state = text(enum=_STATES)
    at = text(**INSTANT)
    due_at = maybe(description="when it is tried next", **INSTANT)
    attempts = fields.Integer(required=True)
    tried_at = maybe(**INSTANT)
    status = fields.Integer(required=True, allow_none=True)
    error = maybe(description="what went wrong last")


class DeliveryPageSchema(StrictSchema):
    """Some deliveries, newest first."""

    deliveries = many(DeliverySchema)
    next = maybe(description=_NEXT)
