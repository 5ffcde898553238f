"""What callers may ask of services and toll-gates, and what they are answered."""

from __future__ import annotations

from marshmallow import fields

from api.case_ref import CaseRef
from api.offer_schemas import CapacitySchema, OfferSchema, ShownOfferSchema
from api.request_schemas import FACTS, PAGE
from api.response_schemas import (
    INSTANT,
    CaseDecisionSchema,
    HeldFactSchema,
    many,
    maybe,
    text,
    texts,
)
from api.strict_schema import Day, Flag, Names, RawFacts, StrictSchema, Text, WholeNumber
from api.strict_schema import WholeNumberInQuery as Count
from model.locations import LONGEST_LOCATION
from model.services import KEY, LONGEST_KEY, LONGEST_PAGE
from model.texts import LONGEST_NAME
from rules.clocks.period import PATTERN as PERIOD
from rules.values import LARGEST_INTEGER, LONGEST_TEXT

MOST_PEOPLE = 100
_BY = {"description": "Who says so; if absent, the API key's name"}
ONE_OF_SEVERAL = {
    "description": "true: the case bears more than this on purpose; else its first birth is named"
}
_OF_A_SESSION = {
    "description": (
        f"{FACTS['description']}. `verdict` (`approve`, `amend`, `reject`, `communicate`) and"
        " `amend_artifacts` (those that the board wants amended) belong to this session; all"
        " others stay with the service"
    ),
    "additionalProperties": {
        "type": ["boolean", "number", "string", "null", "array"],
        "items": {"type": "string"},
    },
    "maxProperties": 500,
}


def _word(longest: int, says: str, **more: object) -> Text:
    return Text(longest, allow_none=True, metadata={"description": says, **more})


class ServiceWordsSchema(OfferSchema):
    """What people say of a service."""

    description = _word(LONGEST_TEXT, "What the service is, to its customers")
    category = _word(LONGEST_NAME, "Where it stands in the catalogue")
    portfolio_manager = _word(LONGEST_NAME, "Who owns the portfolio that it is in")
    product_manager = _word(LONGEST_NAME, "Who owns the service")
    line_manager = _word(LONGEST_NAME, "Who presents its business case again and again")
    review_every = _word(20, "How often toll-gate 5 is held, such as `P1Y`", pattern=PERIOD)
    facts = RawFacts(load_default=dict, metadata=FACTS)
    by = Text(LONGEST_NAME, metadata=_BY)


class NewServiceSchema(ServiceWordsSchema):
    """A service to make."""

    key = Text(
        LONGEST_KEY,
        required=True,
        metadata={
            "description": "How the service is named in addresses, for good",
            "pattern": f"^{KEY.pattern}$",
        },
    )
    name = Text(LONGEST_TEXT, required=True, metadata={"description": "What people call it"})
    case = CaseRef(
        metadata={"description": "The ref of the viable case that the service comes from"},
    )
    one_of_several = Flag(load_default=False, metadata=ONE_OF_SEVERAL)


class ServiceChangeSchema(ServiceWordsSchema):
    """What is new of a service; `null` takes a word or a fact away."""

    name = Text(LONGEST_TEXT, metadata={"description": "What people call it"})


class NewArtifactSchema(StrictSchema):
    """Where a new version of an artifact is."""

    location = Text(
        LONGEST_LOCATION,
        required=True,
        metadata={"description": "An http or https address, or one of a configured scheme"},
    )
    by = Text(LONGEST_NAME, metadata=_BY)


class SessionSchema(StrictSchema):
    """A session of a toll-gate."""

    facts = RawFacts(load_default=dict, metadata=_OF_A_SESSION)
    sat = Names(
        LONGEST_NAME,
        MOST_PEOPLE,
        load_default=list,
        metadata={"description": "Who sat at the gate"},
    )
    forum = Text(
        LONGEST_KEY, metadata={"description": "The key of the forum that the session was held in"}
    )
    by = Text(LONGEST_NAME, metadata=_BY)
    if_version = WholeNumber(
        0,
        LARGEST_INTEGER,
        metadata={"description": "Refuse (412) unless the service is at this version"},
    )
    as_of = Day(
        metadata={"description": "The day that dates and parameters are picked for; else today"},
    )


class PageQuerySchema(StrictSchema):
    """Which page of a list."""

    after = fields.String(metadata={"description": "`next` of the page before this one"})
    limit = Count(1, LONGEST_PAGE, load_default=PAGE, metadata={"description": "How many at most"})


class ServicesQuerySchema(PageQuerySchema):
    """Which services, and which page of them."""

    case = CaseRef(metadata={"description": "Only those that came from the case of this ref"})


class ServiceSummarySchema(StrictSchema):
    """A service in short."""

    key = text()
    name = text()
    description = maybe()
    category = maybe()
    portfolio_manager = maybe()
    product_manager = maybe()
    line_manager = maybe()
    review_every = maybe()
    phase = maybe(description="where it is in its lifecycle: the toll-gates say so")
    rejected = fields.Boolean(required=True, metadata={"description": "a toll-gate rejected it"})
    version = fields.Integer(required=True, metadata={"minimum": 1})
    created_at = text(**INSTANT)
    updated_at = text(**INSTANT)


class ServicePageSchema(StrictSchema):
    """Some services, in the order in which they were made."""

    services = many(ServiceSummarySchema)
    next = maybe(description="send it as `after` for the page that follows")


class ArtifactSchema(StrictSchema):
    """The latest version of an artifact."""

    version = fields.Integer(required=True, metadata={"minimum": 1})
    location = text()
    supplied_by = text()
    supplied_at = text(**INSTANT)


class StandingArtifactSchema(ArtifactSchema):
    """The latest version of an artifact, and whether it counts."""

    stands = fields.Boolean(
        required=True, metadata={"description": "false: a verdict since wants it amended"}
    )


class ReportedSchema(StrictSchema):
    """An artifact that is complete by the service's case; supplying it says where it is."""

    artifact = text()
    case = text(description="the ref of the case that reports it")
    reported_by = text()
    reported_at = text(**INSTANT)
    asked_of = text(description="the role that is to say where it is")


class ServiceSchema(ServiceSummarySchema, ShownOfferSchema):
    """A service as it stands."""

    case = maybe(description="the ref of the case that it came from")
    reviewed_every = text(
        description="how often toll-gate 5 is held in operation: where `review_every` names"
        " nothing, as often as the rules of reviews say"
    )
    # What stands behind it is not shown to a ticketing system.
    portfolios = fields.List(
        fields.String(), metadata={"description": "the keys of the portfolios that it is in"}
    )
    capacity = fields.Nested(CapacitySchema, allow_none=True)
    facts = fields.Dict(keys=fields.String(), values=fields.Nested(HeldFactSchema))
    artifacts = fields.Dict(keys=fields.String(), values=fields.Nested(StandingArtifactSchema))
    reported = fields.List(fields.Nested(ReportedSchema))
    decisions = fields.List(fields.Nested(CaseDecisionSchema))


class ArtifactVersionsSchema(StrictSchema):
    """Every version of an artifact, newest first."""

    artifact = text()
    versions = many(ArtifactSchema)


class GateSessionSchema(StrictSchema):
    """A session of a toll-gate."""

    gate = fields.Integer(required=True, metadata={"minimum": 1, "maximum": 7})
    version = fields.Integer(required=True, metadata={"minimum": 1})
    decision = text(description="the id of the decision")
    sat = texts()
    presented = fields.Dict(
        required=True,
        metadata={
            "description": "the version of each artifact that was there",
            "additionalProperties": {"type": "integer"},
        },
    )
    verdict = maybe()
    result = maybe(description="null: facts were awaited")
    phase = maybe()
    forum = maybe(description="the key of the forum that it was held in, if anybody said so")
    by = text()
    at = text(**INSTANT)


class GateSessionPageSchema(StrictSchema):
    """Some sessions of a service's toll-gates, newest first."""

    sessions = many(GateSessionSchema)
    next = maybe(description="send it as `after` for the page that follows")
