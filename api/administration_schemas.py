"""What administrators send and are answered: keys, and the audit of what was done."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from marshmallow import ValidationError, fields

from api.request_schemas import PAGE
from api.response_schemas import many, maybe, text, texts
from api.strict_schema import StrictSchema, Text, WholeNumber
from api.strict_schema import WholeNumberInQuery as Count
from model.access import Role
from model.cursors import LONGEST_PAGE
from model.keys import LONGEST_GRACE
from model.texts import LONGEST_NAME

_INSTANT = {"format": "date-time"}
_ROLES = [role.value for role in Role]


class Moment(fields.DateTime):
    """An instant with its zone, written as RFC 3339 has it."""

    default_error_messages = {"required": "is required", "null": "must not be null"}  # noqa: RUF012

    def _deserialize(self, value: Any, attr: Any, data: Any, **options: Any) -> datetime:
        detail = "must be an instant such as 2027-01-31T17:00:00Z"
        if not isinstance(value, str) or len(value) > 40:
            raise ValidationError(detail)
        try:
            instant = datetime.fromisoformat(value)
            if instant.tzinfo is None or "T" not in value:
                raise ValidationError(detail)
            return instant.astimezone(UTC)
        except (ValueError, OverflowError):
            raise ValidationError(detail) from None


class RoleList(fields.Field[list[Role]]):
    """Some roles, each once."""

    default_error_messages = {"required": "is required", "null": "must not be null"}  # noqa: RUF012

    def _deserialize(self, value: Any, attr: Any, data: Any, **options: Any) -> list[Role]:
        known = isinstance(value, list) and all(role in _ROLES for role in value)
        if not known or not value or len(set(value)) < len(value):
            raise ValidationError(f"must be a list of roles, each once: {', '.join(_ROLES)}")
        return [Role(role) for role in value]


def _expiry(says: str) -> Moment:
    return Moment(metadata={**_INSTANT, "description": says})


class NewKeySchema(StrictSchema):
    """A key to make."""

    name = Text(LONGEST_NAME, required=True, metadata={"description": "Whose key it will be"})
    roles = RoleList(
        required=True,
        metadata={
            "type": "array",
            "items": {"type": "string", "enum": _ROLES},
            "minItems": 1,
            "uniqueItems": True,
        },
    )
    expires_at = _expiry("From when on it is refused; for ever valid without")


class RotationSchema(StrictSchema):
    """How a key is to be replaced."""

    grace_hours = WholeNumber(
        0,
        LONGEST_GRACE.days * 24,
        load_default=24,
        metadata={"description": "For how many hours the old key still works"},
    )
    expires_at = _expiry("From when on the new key is refused; else when the old one would be")


class PageQuerySchema(StrictSchema):
    """Which page of a list."""

    after = fields.String(metadata={"description": "`next` of the page before this one"})
    limit = Count(1, LONGEST_PAGE, load_default=PAGE, metadata={"description": "How many at most"})


class KeySchema(StrictSchema):
    """An API key, without the key."""

    id = text()
    name = text()
    roles = texts()
    created_at = text(**_INSTANT)
    expires_at = maybe(**_INSTANT)
    revoked_at = maybe(**_INSTANT)
    last_used_at = maybe(description="to the minute", **_INSTANT)


class KeyMadeSchema(KeySchema):
    """A key that was just made; it is shown this once."""

    key = text(description="shown in this answer and never again")


class KeyPageSchema(StrictSchema):
    """Some keys, oldest first."""

    keys = many(KeySchema)
    next = maybe(description="send it as `after` for the page that follows")


class ActSchema(StrictSchema):
    """Something that an administrator did."""

    id = fields.Integer(required=True)
    at = text(**_INSTANT)
    by = text(description="the API key's name, or the user of the command line")
    key_id = maybe(description="the API key it was done with; null on the command line")
    via = text(description="`http` or `command line`")
    act = text()
    on = text(description="what it was done to")
    details = fields.Dict(required=True)


class ActPageSchema(StrictSchema):
    """Some acts, newest first."""

    acts = many(ActSchema)
    next = maybe(description="send it as `after` for the page that follows")
