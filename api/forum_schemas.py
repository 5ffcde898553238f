"""What callers may say of governance forums, and what they are answered."""

from __future__ import annotations

from marshmallow import fields

from api.offer_schemas import PeriodText
from api.response_schemas import INSTANT, many, maybe, text, texts
from api.service_schemas import GateSessionSchema
from api.strict_schema import Names, StrictSchema, Text, WholeNumberInQuery, WholeNumbers
from model.standing import GATES
from model.texts import LONGEST_NAME
from rules.values import LONGEST_TEXT

MOST_MEMBERS = 100
_GATE = {"minimum": GATES[0], "maximum": GATES[-1]}


class NewForumSchema(StrictSchema):
    """What a forum is to be; it takes the place of what was said before."""

    name = Text(LONGEST_NAME, required=True)
    purpose = Text(LONGEST_TEXT, required=True, metadata={"description": "What it decides"})
    gates = WholeNumbers(
        GATES[0],
        GATES[-1],
        len(GATES),
        load_default=list,
        metadata={"description": "The toll-gates that it holds"},
    )
    roles = Names(
        LONGEST_NAME,
        MOST_MEMBERS,
        load_default=list,
        metadata={"description": "Roles of the roster, whose holders sit there"},
    )
    people = Names(
        LONGEST_NAME,
        MOST_MEMBERS,
        load_default=list,
        metadata={"description": "Whoever sits there beside them, by name"},
    )
    meets_every = PeriodText(
        allow_none=True, load_default=None, metadata={"description": "How often, such as `P1M`"}
    )
    by = Text(LONGEST_NAME, metadata={"description": "Who says so; if absent, the API key's name"})


class ForumSchema(StrictSchema):
    """A governance forum, with who sits there today."""

    key = text()
    name = text()
    purpose = text()
    gates = fields.List(fields.Integer(metadata=_GATE), required=True)
    roles = texts()
    people = texts()
    members = texts(description="who sits there today, by the roster and by name")
    meets_every = maybe()
    changed_by = text()
    changed_at = text(**INSTANT)


class ForumsSchema(StrictSchema):
    """The governance forums, by their keys."""

    forums = many(ForumSchema)


class ForumSessionSchema(GateSessionSchema):
    """A session of a toll-gate, and the service that it was about."""

    service = text(description="its key")


class ForumSessionPageSchema(StrictSchema):
    """Some sessions that were held in a forum, newest first."""

    sessions = many(ForumSessionSchema)
    next = maybe(description="send it as `after` for the page that follows")


class ForumsQuerySchema(StrictSchema):
    """Which forums."""

    gate = WholeNumberInQuery(
        GATES[0], GATES[-1], metadata={"description": "Only those that hold this toll-gate"}
    )
