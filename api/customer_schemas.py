"""What callers may say of who uses a service, and what they are answered."""

from __future__ import annotations

from marshmallow import fields

from api.response_schemas import INSTANT, many, maybe, text
from api.roster_schemas import address
from api.strict_schema import StrictSchema, Text
from model.texts import LONGEST_NAME


class NewCustomerSchema(StrictSchema):
    """How a customer is reached; it takes the place of what was said before."""

    role = Text(
        LONGEST_NAME,
        allow_none=True,
        load_default=None,
        metadata={"description": "Letters go to whoever holds this role that day, by the roster"},
    )
    email = address(allow_none=True, load_default=None)
    agency = Text(
        LONGEST_NAME,
        allow_none=True,
        load_default=None,
        metadata={"description": "The agency whose holders of the role these are"},
    )
    by = Text(LONGEST_NAME, metadata={"description": "Who says so; if absent, the API key's name"})


class CustomerSchema(StrictSchema):
    """Somebody who uses a service, or did."""

    name = text()
    role = maybe()
    has_email = fields.Boolean(
        required=True,
        metadata={"description": "whether letters go to an address when nobody holds the role"},
    )
    email = fields.String(
        allow_none=True,
        metadata={"description": "which one it is; only for service managers and auditors"},
    )
    agency = maybe()
    since = text(**INSTANT)
    changed_by = text()
    until = maybe(**INSTANT, description="when they were transitioned out; null: still there")
    ended_by = maybe()
    reached = fields.Integer(
        required=True,
        metadata={"minimum": 0, "description": "how many people a letter would go to today"},
    )


class CustomerPageSchema(StrictSchema):
    """Some customers of a service, in the order in which they came."""

    there = fields.Integer(
        required=True,
        metadata={"minimum": 0, "description": "how many use the service now, on whatever page"},
    )
    customers = many(CustomerSchema)
    next = maybe(description="send it as `after` for the page that follows")
