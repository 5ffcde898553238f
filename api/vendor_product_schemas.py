"""What callers may say of vendor products, and what they are answered."""

from __future__ import annotations

from marshmallow import fields

from api.response_schemas import INSTANT, many, text, texts
from api.strict_schema import Names, StrictSchema, Text
from model.texts import LONGEST_NAME
from rules.values import LONGEST_TEXT

MOST_REQUIREMENTS = 50
LONGEST_ID = 36


class NewVendorProductSchema(StrictSchema):
    """What a vendor product is to be; it takes the place of what was said before."""

    name = Text(LONGEST_NAME, required=True)
    vendor = Text(LONGEST_NAME, required=True)
    meets = Names(
        LONGEST_TEXT,
        MOST_REQUIREMENTS,
        required=True,
        metadata={
            "minItems": 1,
            "description": "The requirements of the service's strategy that it was chosen for",
        },
    )
    agreement = Text(
        LONGEST_ID,
        allow_none=True,
        load_default=None,
        metadata={"description": "The id of the underpinning contract with the vendor"},
    )
    by = Text(LONGEST_NAME, metadata={"description": "Who says so; if absent, the API key's name"})


class ContractSchema(StrictSchema):
    """The contract with a vendor, by which it performs and is reviewed."""

    id = text()
    name = text()


class VendorProductSchema(StrictSchema):
    """A vendor's product that is part of a service."""

    key = text()
    name = text()
    vendor = text()
    meets = texts(description="requirements of the service's strategy")
    strategy_version = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"minimum": 1, "description": "of `service_strategy`, when this was last said"},
    )
    agreement = fields.Nested(ContractSchema, required=True, allow_none=True)
    changed_by = text()
    changed_at = text(**INSTANT)


class VendorProductsSchema(StrictSchema):
    """The vendor products of a service, by their keys."""

    service = text()
    products = many(VendorProductSchema)
