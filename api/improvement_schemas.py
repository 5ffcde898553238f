"""What callers may ask of improvements, and what they are answered."""

from __future__ import annotations

from marshmallow import fields, validate

from api.response_schemas import INSTANT, many, maybe, text
from api.service_schemas import PageQuerySchema
from api.strict_schema import Day, StrictSchema, Text
from api.versions import VersionSchema
from model.improvements import LONGEST_OBJECTIVE, ImprovementState
from model.services import LONGEST_KEY
from model.texts import LONGEST_NAME
from rules.values import LONGEST_TEXT

_STATES = [each.value for each in ImprovementState]


def _state(says: str) -> Text:
    told = validate.OneOf(_STATES, error=f"must be one of {', '.join(_STATES)}")
    return Text(20, validate=told, metadata={"enum": _STATES, "description": says})


class ImprovementWordsSchema(StrictSchema):
    """What may be said of an improvement, or left open."""

    service = Text(
        LONGEST_KEY, allow_none=True, metadata={"description": "Its key; null: of the portfolio"}
    )
    review = Text(
        36, allow_none=True, metadata={"description": "The id of the review that led to it"}
    )
    agreement = Text(
        36, allow_none=True, metadata={"description": "The id of the agreement that led to it"}
    )
    reason = Text(
        LONGEST_TEXT, allow_none=True, metadata={"description": "What else led to it, in words"}
    )
    agency = Text(
        LONGEST_NAME, allow_none=True, metadata={"description": "Whose role `role` is, if several"}
    )


class NewImprovementSchema(ImprovementWordsSchema):
    """An improvement to plan."""

    objective = Text(
        LONGEST_OBJECTIVE, required=True, metadata={"description": "What is to be better then"}
    )
    role = Text(LONGEST_NAME, required=True, metadata={"description": "Who is to see to it"})
    due_on = Day(required=True, metadata={"description": "By when; it is reviewed on that day"})


class ImprovementChangeSchema(ImprovementWordsSchema):
    """What is planned otherwise from now on, or what came of it."""

    objective = Text(LONGEST_OBJECTIVE)
    role = Text(LONGEST_NAME)
    due_on = Day()
    state = _state("`done` and `dropped` need an `outcome`; `open` takes it away")
    outcome = Text(LONGEST_TEXT, allow_none=True, metadata={"description": "What came of it"})


class ImprovementsQuerySchema(PageQuerySchema):
    """Which improvements, and which page of them."""

    service = Text(LONGEST_KEY, metadata={"description": "Only those of the service of this key"})
    state = _state("Only those in this state")
    agreement = Text(
        36, metadata={"description": "Only those that the agreement of this id led to"}
    )


class ToldPlanSchema(StrictSchema):
    """What is planned."""

    service = maybe(description="null: of the portfolio")
    objective = text()
    review = maybe()
    agreement = maybe()
    reason = maybe()
    role = text()
    agency = maybe()
    due_on = text(format="date")
    state = text(enum=_STATES)
    outcome = maybe()


class ImprovementSchema(ToldPlanSchema):
    """An improvement as it is planned now; the review that it is reminded of by has its id."""

    id = text()
    version = fields.Integer(required=True, metadata={"minimum": 1})
    created_at = text(**INSTANT)
    changed_at = text(**INSTANT)
    changed_by = text()


class ImprovementPageSchema(StrictSchema):
    """Some improvements, the soonest first."""

    improvements = many(ImprovementSchema)
    next = maybe(description="send it as `after` for the page that follows")


class ImprovementVersionSchema(ToldPlanSchema, VersionSchema):
    """What was planned from one change to the next."""


class ImprovementVersionPageSchema(StrictSchema):
    """Some versions of an improvement, the latest first."""

    versions = many(ImprovementVersionSchema)
    next = maybe(description="send it as `after` for the page that follows")
