"""What callers may say of portfolios, and what they are answered."""

from __future__ import annotations

from marshmallow import fields, validate

from api.response_schemas import INSTANT, many, maybe, text, texts
from api.service_schemas import PageQuerySchema
from api.strict_schema import Names, StrictSchema, Text
from model.locations import LONGEST_LOCATION
from model.services import LONGEST_KEY
from model.texts import LONGEST_NAME
from rules.values import LONGEST_TEXT

MOST_PORTFOLIOS = 50
LONGEST_PHASE = 20
_BY = {"description": "Who says so; if absent, the API key's name"}


class NewPortfolioSchema(StrictSchema):
    """What a portfolio is to be; it takes the place of what was said before."""

    name = Text(LONGEST_NAME, required=True)
    description = Text(LONGEST_TEXT, allow_none=True, load_default=None)
    owner = Text(
        LONGEST_NAME,
        required=True,
        metadata={"description": "The portfolio manager, who answers for all that is in it"},
    )
    strategy = Text(
        LONGEST_LOCATION,
        allow_none=True,
        load_default=None,
        metadata={"description": "Where its strategy is: http, https or a configured scheme"},
    )
    by = Text(LONGEST_NAME, metadata=_BY)


class InPortfoliosSchema(StrictSchema):
    """In which portfolios a service is, in place of what was said before."""

    portfolios = Names(
        LONGEST_KEY, MOST_PORTFOLIOS, required=True, metadata={"description": "Their keys"}
    )
    by = Text(LONGEST_NAME, metadata=_BY)


class PortfolioSchema(StrictSchema):
    """A portfolio, and how many of its services are where in their lives."""

    key = text()
    name = text()
    description = maybe()
    owner = text()
    strategy = maybe(description="where its strategy is")
    phases = fields.Dict(
        keys=fields.String(),
        values=fields.Integer(metadata={"minimum": 1}),
        required=True,
        metadata={"description": "how many of its services are in each phase"},
    )
    rejected = fields.Integer(
        required=True, metadata={"minimum": 0, "description": "how many a toll-gate rejected"}
    )
    changed_by = text()
    changed_at = text(**INSTANT)


class PortfolioPageSchema(StrictSchema):
    """Some portfolios, in the order in which they were made."""

    portfolios = many(PortfolioSchema)
    next = maybe(description="send it as `after` for the page that follows")


class InPortfolioQuerySchema(PageQuerySchema):
    """Which services of a portfolio."""

    phase = Text(
        LONGEST_PHASE,
        validate=validate.Length(min=1),
        metadata={"description": "Only those in this phase that no toll-gate rejected"},
    )


class InPortfolioSchema(StrictSchema):
    """A service in a portfolio, and what comes next of it."""

    key = text()
    name = text()
    phase = maybe()
    rejected = fields.Boolean(required=True)
    product_manager = maybe()
    line_manager = maybe()
    next_gate = fields.Integer(
        required=True,
        allow_none=True,
        metadata={
            "minimum": 1,
            "maximum": 7,
            "description": "the toll-gate that comes next; null: after the last, or rejected",
        },
    )
    review_on = maybe(format="date", description="when its business case is reviewed next")


class InPortfolioPageSchema(StrictSchema):
    """Some services of a portfolio, in the order in which they were made."""

    services = many(InPortfolioSchema)
    next = maybe(description="send it as `after` for the page that follows")


class PortfoliosOfServiceSchema(StrictSchema):
    """The portfolios that a service is in."""

    service = text()
    portfolios = texts(description="their keys")
