"""What callers may ask of agreements, and what they are answered."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from api.exact_number import Number
from api.response_schemas import INSTANT, many, maybe, text, texts
from api.service_schemas import PageQuerySchema
from api.strict_schema import Day, Names, Parts, StrictSchema, Text
from api.versions import VersionSchema
from model.agreement_targets import LARGEST, LONGEST_METRIC, LONGEST_UNIT, MOST_TARGETS
from model.agreement_terms import MOST_BENEATH
from model.agreements import REVIEWER, AgreementKind
from model.services import LONGEST_KEY
from model.texts import LONGEST_NAME
from rules.attainment import Comparison

KINDS = [kind.value for kind in AgreementKind]
COMPARISONS = [each.value for each in Comparison]
_DAY = {"format": "date"}
_EXACT = "at most 6 decimals"


def _one_of(words: list[str], says: str) -> Text:
    told = validate.OneOf(words, error=f"must be one of {', '.join(words)}")
    return Text(40, required=True, validate=told, metadata={"enum": words, "description": says})


def _period(says: str, **options: Any) -> Text:
    return Text(20, metadata={"description": f"{says}, such as `P1M` or `P1Y`"}, **options)


class AgreedTargetSchema(StrictSchema):
    """What is agreed on a metric: how it is to stand to a value, over each period."""

    metric = Text(LONGEST_METRIC, required=True, metadata={"description": "What is measured, once"})
    comparison = _one_of(COMPARISONS, "How what is measured is to stand to `value`")
    value = Number(LARGEST, required=True, metadata={"description": _EXACT})
    unit = Text(
        LONGEST_UNIT,
        required=True,
        metadata={
            "description": "With `<=` and `seconds`, `minutes` or `hours` timers go by it; of a"
            " `percent` all values are between 0 and 100"
        },
    )
    period = _period("Over how long it is measured", required=True)


class AgreementWordsSchema(StrictSchema):
    """What may be agreed, or left open."""

    service = Text(
        LONGEST_KEY, allow_none=True, metadata={"description": "The key of the service it is on"}
    )
    ends_on = Day(allow_none=True, metadata={"description": "Its last day, of the first term"})
    renewal_term = _period("For how long it renews itself at each end", allow_none=True)
    notice = _period("How long before an end notice is given", allow_none=True)
    agency = Text(
        LONGEST_NAME, allow_none=True, metadata={"description": "Whose role `role` is, if several"}
    )
    calendar = Text(
        LONGEST_NAME,
        allow_none=True,
        metadata={"description": "By which business time its timers count; null: all time does"},
    )
    targets = Parts(AgreedTargetSchema, MOST_TARGETS)
    beneath = Names(
        36,
        MOST_BENEATH,
        metadata={
            "description": "The ids of what it rests on: of an SLA OLAs and contracts, of an OLA"
            " contracts"
        },
    )


class NewAgreementSchema(AgreementWordsSchema):
    """An agreement to make."""

    kind = _one_of(KINDS, "With whom it is; this stays")
    name = Text(LONGEST_NAME, required=True, metadata={"description": "One of its own"})
    provider = Text(LONGEST_NAME, required=True, metadata={"description": "Who owes it"})
    customer = Text(LONGEST_NAME, required=True, metadata={"description": "To whom"})
    starts_on = Day(
        required=True, metadata={"description": "Its first day, from which its reviews are counted"}
    )
    review_every = _period("How often it is reviewed", required=True)
    role = Text(
        LONGEST_NAME, load_default=REVIEWER, metadata={"description": "Who is to review it"}
    )


class AgreementChangeSchema(AgreementWordsSchema):
    """What is agreed otherwise from now on; `null` takes away what may be left open."""

    name = Text(LONGEST_NAME)
    provider = Text(LONGEST_NAME)
    customer = Text(LONGEST_NAME)
    starts_on = Day()
    review_every = _period("How often it is reviewed")
    role = Text(LONGEST_NAME)


class AgreementsQuerySchema(PageQuerySchema):
    """Which agreements, and which page of them."""

    service = Text(LONGEST_KEY, metadata={"description": "Only those on the service of this key"})


class ToldTargetSchema(StrictSchema):
    """What is agreed on a metric."""

    metric = text()
    comparison = text(enum=COMPARISONS)
    value = fields.Decimal(required=True)
    unit = text()
    period = text()


class ToldTermsSchema(StrictSchema):
    """What is agreed."""

    name = text()
    service = maybe()
    provider = text()
    customer = text()
    starts_on = text(**_DAY)
    ends_on = maybe(**_DAY)
    renewal_term = maybe()
    notice = maybe()
    review_every = text()
    role = text()
    agency = maybe()
    calendar = maybe()
    targets = many(ToldTargetSchema)
    beneath = texts(description="the ids of what it rests on, by name")


class AgreementSchema(ToldTermsSchema):
    """An agreement as it is agreed now."""

    id = text()
    kind = text(enum=KINDS)
    version = fields.Integer(required=True, metadata={"minimum": 1})
    created_at = text(**INSTANT)
    changed_at = text(**INSTANT)
    changed_by = text()


class AgreementPageSchema(StrictSchema):
    """Some agreements, oldest first."""

    agreements = many(AgreementSchema)
    next = maybe(description="send it as `after` for the page that follows")


class AgreementVersionSchema(ToldTermsSchema, VersionSchema):
    """What was agreed from one change to the next."""


class AgreementVersionPageSchema(StrictSchema):
    """Some versions of an agreement, the latest first."""

    versions = many(AgreementVersionSchema)
    next = maybe(description="send it as `after` for the page that follows")
