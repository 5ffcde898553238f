"""What callers may say of packages, and what they are answered."""

from __future__ import annotations

from api.catalogue_schemas import STANDINGS, audience_asked
from api.offer_schemas import FOR_WHOM
from api.response_schemas import INSTANT, many, maybe, text, texts
from api.service_schemas import PageQuerySchema
from api.strict_schema import Names, StrictSchema, Text
from model.audiences import MOST_AUDIENCES
from model.services import LONGEST_KEY
from model.texts import LONGEST_NAME
from rules.values import LONGEST_TEXT

MOST_SERVICES = 200


class NewPackageSchema(StrictSchema):
    """What a package is to be; it takes the place of what was said before."""

    name = Text(LONGEST_NAME, required=True)
    description = Text(LONGEST_TEXT, allow_none=True, load_default=None)
    services = Names(
        LONGEST_KEY,
        MOST_SERVICES,
        required=True,
        metadata={"minItems": 1, "description": "The keys of the services in it"},
    )
    audiences = Names(
        LONGEST_NAME, MOST_AUDIENCES, load_default=list, metadata={"description": FOR_WHOM}
    )
    by = Text(LONGEST_NAME)


class PackageSchema(StrictSchema):
    """A package of services."""

    key = text()
    name = text()
    description = maybe()
    services = texts(description="the keys of the services in it")
    audiences = texts(description=FOR_WHOM)
    standing = text(
        enum=STANDINGS,
        description="live once all its services are, retired once one of them is",
    )
    changed_by = text()
    changed_at = text(**INSTANT)


class PackagesQuerySchema(PageQuerySchema):
    """Which packages, and which page of them."""

    audience = audience_asked()


class PackagePageSchema(StrictSchema):
    """Some packages, in the order in which they were made."""

    packages = many(PackageSchema)
    next = maybe(description="send it as `after` for the page that follows")
