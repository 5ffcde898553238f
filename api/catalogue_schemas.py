"""What callers may ask of the catalogue, and what they are answered."""

from __future__ import annotations

from marshmallow import validate

from api.case_ref import CaseRef
from api.offer_schemas import PriceSchema, ShownOfferSchema, cost_shown
from api.request_schemas import PAGE
from api.response_schemas import INSTANT, FoundSchema, many, maybe, text, texts
from api.service_schemas import ONE_OF_SEVERAL, PageQuerySchema
from api.strict_schema import Flag, Names, Part, StrictSchema, Text
from api.strict_schema import WholeNumberInQuery as Count
from model.catalogue_standing import Standing
from model.cursors import LONGEST_PAGE
from model.searching import MOST_FOUND
from model.services import LONGEST_KEY
from model.texts import LONGEST_NAME
from rules.values import LONGEST_TEXT

MOST_DEPENDENCIES = 200
STANDINGS = [standing.value for standing in Standing]


def audience_asked() -> Text:
    """Return the member of a query that asks for what is for a target group."""
    told = "Only what is for this target group, what is for everybody among it"
    return Text(LONGEST_NAME, metadata={"description": told})


class NewPartSchema(StrictSchema):
    """What a part of a service is to be."""

    name = Text(LONGEST_NAME, required=True)
    description = Text(LONGEST_TEXT, allow_none=True, load_default=None)
    standing = Text(
        20,
        load_default=Standing.PREPARED.value,
        validate=validate.OneOf(STANDINGS, error=f"must be one of {', '.join(STANDINGS)}"),
        metadata={"enum": STANDINGS},
    )
    case = CaseRef(
        metadata={"description": "The viable case that it comes from, said once and for all"},
    )
    cost = Part(
        PriceSchema,
        allow_none=True,
        load_default=None,
        metadata={"description": "What it costs beside what the service does; shown to few"},
    )
    one_of_several = Flag(load_default=False, metadata=ONE_OF_SEVERAL)
    by = Text(LONGEST_NAME)


class PartSchema(StrictSchema):
    """A part of a service."""

    key = text()
    name = text()
    description = maybe()
    standing = text(enum=STANDINGS)
    changed_by = text()
    changed_at = text(**INSTANT)
    case = maybe(description="the case that it was born of")
    cost = cost_shown()


class DependenciesSchema(StrictSchema):
    """On which services a service rests; it takes the place of what was said before."""

    rests_on = Names(LONGEST_KEY, MOST_DEPENDENCIES, required=True)


class CatalogueEntrySchema(ShownOfferSchema):
    """A service in the catalogue."""

    key = text()
    name = text()
    description = maybe()
    category = maybe()
    standing = maybe(
        enum=[*STANDINGS, None],
        description="null: not in the catalogue, be it not yet or because it was rejected",
    )
    parts = many(PartSchema)
    packages = texts(description="the keys of the packages that it is in")
    rests_on = texts(description="the keys of the services that it rests on")


class EntryPageSchema(StrictSchema):
    """Some of the catalogue."""

    entries = many(CatalogueEntrySchema)
    next = maybe(description="send it as `after` for the page that follows")


class CatalogueQuerySchema(PageQuerySchema):
    """Which page of the catalogue."""

    category = Text(LONGEST_NAME)
    audience = audience_asked()
    limit = Count(1, LONGEST_PAGE, load_default=PAGE)


class SearchQuerySchema(StrictSchema):
    """What is looked for: words, or what a case is called. One of the two is needed."""

    q = Text(LONGEST_NAME, metadata={"description": "Words, beginnings of words, with slips"})
    case = CaseRef(metadata={"description": "The ref of a case: its title is used"})
    audience = audience_asked()
    limit = Count(1, MOST_FOUND, load_default=MOST_FOUND)


class SearchSchema(StrictSchema):
    """What may be meant, the likeliest first."""

    asked = text()
    found = many(FoundSchema)
