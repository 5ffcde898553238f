"""What callers may say of how satisfied people are, and what they are answered."""

from __future__ import annotations

from marshmallow import fields

from api.response_schemas import INSTANT, many, maybe, text
from api.strict_schema import Day, Flag, StrictSchema, Text, WholeNumber
from model.satisfaction import SCORES
from model.texts import LONGEST_NAME
from rules.values import LONGEST_TEXT

_DAY = {"format": "date"}
_GONE = "gone once the personal facts of the case are erased"


class NewAnswerSchema(StrictSchema):
    """What somebody says of a case."""

    score = WholeNumber(
        SCORES[0], SCORES[-1], required=True, metadata={"description": "5: nothing was amiss"}
    )
    resolved = Flag(required=True, metadata={"description": "Whether they have what they need"})
    words = Text(
        LONGEST_TEXT, allow_none=True, load_default=None, metadata={"description": f"Why; {_GONE}"}
    )
    by = Text(LONGEST_NAME, required=True, metadata={"description": f"Who says so; {_GONE}"})


class AnswerSchema(StrictSchema):
    """What somebody said of a case."""

    by = text(description="`erased #` and a number: somebody whose name was erased")
    score = fields.Integer(required=True, metadata={"minimum": SCORES[0], "maximum": SCORES[-1]})
    resolved = fields.Boolean(required=True)
    words = maybe(description="null: there were none, or they were erased")
    at = text(**INSTANT)
    counts = fields.Boolean(
        required=True, metadata={"description": "they have not corrected it since"}
    )


class AnswerPageSchema(StrictSchema):
    """Some answers of a case and its doubles, the latest first."""

    case = text()
    answers = many(AnswerSchema)
    next = maybe(description="send it as `after` for the page that follows")


class PeriodQuerySchema(StrictSchema):
    """Of which days; an answer counts on its own."""

    from_ = Day(required=True, data_key="from", metadata={"description": "The first day"})
    to = Day(required=True, metadata={"description": "The last day"})


class ServiceSatisfactionSchema(StrictSchema):
    """How satisfied people were with a service."""

    service = text()
    from_ = fields.String(required=True, data_key="from", metadata=_DAY)
    to = text(**_DAY)
    count = fields.Integer(
        required=True,
        metadata={"minimum": 0, "description": "of each person and case, the latest answer"},
    )
    mean = fields.Float(
        required=True,
        allow_none=True,
        metadata={"minimum": SCORES[0], "maximum": SCORES[-1], "description": "null: no answer"},
    )
    resolved = fields.Float(
        required=True,
        allow_none=True,
        metadata={"minimum": 0, "maximum": 1, "description": "the share that says resolved"},
    )
