"""What callers may ask of the catalogue, and what they are answered."""

from __future__ import annotations

from marshmallow import fields, validate

from api.offer_schemas import ShownOfferSchema
from api.request_schemas import PAGE
from api.response_schemas import INSTANT, many, maybe, text, texts
from api.service_schemas import ONE_OF_SEVERAL, PageQuerySchema
from api.strict_schema import Flag, Names, StrictSchema, Text
from api.strict_schema import WholeNumberInQuery as Count
from model.catalogue import LONGEST_PAGE
from model.catalogue_standing import Standing
from model.searching import MOST_FOUND
from model.services import LONGEST_KEY
from model.texts import LONGEST_NAME
from rules.values import LONGEST_TEXT

MOST_DEPENDENCIES = 200
STANDINGS = [standing.value for standing in Standing]


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
    case = Text(
        LONGEST_NAME,
        metadata={"description": "The viable case that it comes from, said once and for all"},
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


class DependenciesSchema(StrictSchema):
    """On which services a service rests; it takes the place of what was said before."""

    rests_on = Names(LONGEST_KEY, MOST_DEPENDENCIES, required=True)


class CatalogueEntrySchema(ShownOfferSchema):
    """A service in the catalogue."""

    key = text()
    name = text()
    description = maybe()
    category = maybe()
    standing = text(enum=STANDINGS)
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
    limit = Count(1, LONGEST_PAGE, load_default=PAGE)


class SearchQuerySchema(StrictSchema):
    """What is looked for: words, or what a case is called. One of the two is needed."""

    q = Text(LONGEST_NAME, metadata={"description": "Words, beginnings of words, with slips"})
    case = Text(LONGEST_NAME, metadata={"description": "The ref of a case: its title is used"})
    limit = Count(1, MOST_FOUND, load_default=MOST_FOUND)


class FoundSchema(StrictSchema):
    """A service, or a part of one, that may be meant."""

    service = text()
    part = maybe(description="null: the service itself")
    name = text()
    score = fields.Float(required=True, metadata={"minimum": 0, "maximum": 100})
    because = texts(description="its words that fit")


class SearchSchema(StrictSchema):
    """What may be meant, the likeliest first."""

    asked = text()
    found = many(FoundSchema)
