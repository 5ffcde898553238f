"""What callers may ask of reviews, and what they are answered."""

from __future__ import annotations

from marshmallow import fields, validate

from api.request_schemas import PAGE
from api.response_schemas import INSTANT, many, maybe, text
from api.strict_schema import Day, StrictSchema, Text
from api.strict_schema import WholeNumberInQuery as Count
from model.locations import LONGEST_LOCATION
from model.reviews import LONGEST_PAGE
from model.texts import LONGEST_NAME
from rules.review_rules import ReviewKind
from rules.values import LONGEST_TEXT

_KINDS = [kind.value for kind in ReviewKind]
_BY_HAND = [ReviewKind.SERVICE_LEVEL, ReviewKind.CATALOGUE, ReviewKind.PORTFOLIO, ReviewKind.OTHER]
_DAY = {"format": "date"}


class ReviewsQuerySchema(StrictSchema):
    """Which page of the reviews."""

    due_before = Day(metadata={"description": "Only those due before this day"})
    after = fields.String(metadata={"description": "`next` of the page before this one"})
    limit = Count(1, LONGEST_PAGE, load_default=PAGE)


class NewReviewSchema(StrictSchema):
    """A review to set up; those of policies and of toll-gate 5 are there by themselves."""

    kind = Text(
        40,
        required=True,
        validate=validate.OneOf(
            [kind.value for kind in _BY_HAND],
            error="must be service_level, catalogue, portfolio or other: others come by themselves",
        ),
        metadata={"enum": [kind.value for kind in _BY_HAND]},
    )
    subject = Text(LONGEST_NAME, required=True, metadata={"description": "What is reviewed, once"})
    title = Text(LONGEST_TEXT, required=True)
    role = Text(LONGEST_NAME, required=True, metadata={"description": "Who is to review it"})
    agency = Text(LONGEST_NAME)
    escalate_to = Text(
        LONGEST_NAME, metadata={"description": "The role that hears of it two weeks overdue"}
    )
    first_on = Day(required=True, metadata={"description": "The anchor: the first day it is due"})
    every = Text(20, required=True, metadata={"description": "Such as `P3M` or `P1Y`"})


class ReviewChangeSchema(StrictSchema):
    """What is to be otherwise of a review from now on."""

    title = Text(LONGEST_TEXT)
    role = Text(LONGEST_NAME, metadata={"description": "Who is to review it"})
    agency = Text(LONGEST_NAME, allow_none=True)
    escalate_to = Text(LONGEST_NAME, allow_none=True)
    due_on = Day(
        metadata={"description": "When the awaited one is due; those after it count from there"}
    )
    every = Text(20, metadata={"description": "Such as `P3M` or `P1Y`"})


class HeldSchema(StrictSchema):
    """A review as it was held."""

    due_on = Day(required=True, metadata={"description": "The occurrence that it was"})
    outcome = Text(LONGEST_NAME, required=True, metadata={"description": "Such as `unchanged`"})
    note = Text(LONGEST_TEXT)
    by = Text(LONGEST_NAME, metadata={"description": "Who held it; else the API key's name"})


class NewPreparationSchema(StrictSchema):
    """What is laid before those who hold a review."""

    due_on = Day(required=True, metadata={"description": "The occurrence that it is for"})
    location = Text(
        LONGEST_LOCATION, required=True, metadata={"description": "Where it can be read"}
    )
    note = Text(LONGEST_TEXT)
    by = Text(LONGEST_NAME, metadata={"description": "Who prepared it; else the API key's name"})


class PreparationSchema(StrictSchema):
    """What was prepared."""

    location = text()
    note = maybe()
    by = text()
    at = text(**INSTANT)


class HeldReviewSchema(StrictSchema):
    """A time that a review was held."""

    due_on = text(**_DAY)
    held_at = text(**INSTANT)
    outcome = text()
    note = maybe()
    by = text()


class ReviewSchema(StrictSchema):
    """A review: what, by whom, when next."""

    id = text()
    kind = text(enum=_KINDS)
    subject = text()
    title = text()
    role = text()
    agency = maybe()
    escalate_to = maybe()
    every = maybe(description="null: it is held once")
    due_on = text(description="the occurrence that is awaited", **_DAY)
    version = fields.Integer(
        required=True, metadata={"minimum": 0, "description": "grows with each change; its ETag"}
    )
    ended_at = maybe(description="null: it goes on", **INSTANT)


class ReviewWithHistorySchema(ReviewSchema):
    """A review with what is prepared for it, and every time that it was held, the latest first."""

    prepared = many(PreparationSchema)
    held = many(HeldReviewSchema)


class FeedAddressSchema(StrictSchema):
    """Where a calendar program reads the reviews."""

    address = text(description="keep it to yourself: it is read without a key")


class ReviewPageSchema(StrictSchema):
    """Some reviews, the soonest first."""

    reviews = many(ReviewSchema)
    next = maybe(description="send it as `after` for the page that follows")
