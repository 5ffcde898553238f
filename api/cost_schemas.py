"""What callers are answered of costs."""

from __future__ import annotations

from marshmallow import fields

from api.offer_schemas import PriceSchema
from api.response_schemas import many, maybe, text, texts
from api.strict_schema import StrictSchema


class CostItemSchema(StrictSchema):
    """A service, or a part of it, with what it costs."""

    service = text()
    part = maybe(description="null: the service itself")
    underneath = fields.Boolean(
        required=True, metadata={"description": "it is what others of these rest on"}
    )
    cost = fields.Nested(
        PriceSchema, required=True, allow_none=True, metadata={"description": "null: nobody says"}
    )


class CostsSchema(StrictSchema):
    """What something costs in all; other currencies and units are never added to one another."""

    total = many(PriceSchema)
    unsaid = texts(description="services whose cost nobody says; empty: the total is whole")
    recovered = fields.Decimal(
        required=True,
        allow_none=True,
        metadata={
            "description": "the share of the total, in percent, that the service's price brings;"
            " null: they cannot be compared, or it is a package"
        },
    )
    items = many(CostItemSchema)
