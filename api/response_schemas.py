"""What the service answers, for the OpenAPI document; the answers themselves are kept texts."""

from __future__ import annotations

from typing import Any, ClassVar

from marshmallow import INCLUDE, Schema, fields
from marshmallow.types import UnknownOption

from api.strict_schema import StrictSchema
from model.likely_services import MOST_NAMED

_VALUE = {"type": ["boolean", "number", "string", "null"]}
INSTANT = {"format": "date-time"}


def text(**metadata: Any) -> fields.String:
    """Return a text that is always there."""
    return fields.String(required=True, metadata=metadata)


def maybe(**metadata: Any) -> fields.String:
    """Return a text that may be null."""
    return fields.String(required=True, allow_none=True, metadata=metadata)


def texts(**metadata: Any) -> fields.List[Any]:
    """Return a list of texts."""
    return fields.List(fields.String(), required=True, metadata=metadata)


def values(**metadata: Any) -> fields.Dict:
    """Return values by name."""
    return fields.Dict(required=True, metadata={"additionalProperties": _VALUE, **metadata})


def value() -> fields.Field[Any]:
    """Return a value of any of the facts' types."""
    return fields.Raw(required=True, metadata=_VALUE)


def kept_newer() -> fields.List[Any]:
    """Return the facts that late ones did not overwrite."""
    said = "facts that stayed, since the case knows something newer of them; only if there are any"
    return fields.List(fields.String(), metadata={"description": said, "minItems": 1})


def many(schema: type[Schema]) -> fields.List[Any]:
    """Return a list of objects."""
    return fields.List(fields.Nested(schema), required=True)


class CaseVersionSchema(StrictSchema):
    """Which case it was, and its version after this decision."""

    ref = text()
    version = fields.Integer(required=True, metadata={"minimum": 0})
    kept_newer = kept_newer()


class ServiceVersionSchema(StrictSchema):
    """Which service it was, and its version after this decision."""

    key = text()
    version = fields.Integer(required=True, metadata={"minimum": 1})


class OutcomeSchema(Schema):
    """Who does what next, and what else the rules of the decision can say."""

    class Meta:
        unknown: ClassVar[UnknownOption] = INCLUDE

    assign_to = text(description="who is to do it")
    action = text(description="what is to be done")
    group = fields.String(allow_none=True)
    cc = fields.List(fields.String(), metadata={"description": "people to copy"})
    notify = fields.List(fields.String(), metadata={"description": "people to tell"})
    portfolios = fields.List(fields.String())
    submit_to = fields.String(allow_none=True)
    references = fields.List(fields.String())
    final = fields.Boolean(metadata={"description": "the case ends here"})


class GateOutcomeSchema(OutcomeSchema):
    """What a toll-gate says of a service."""

    result = maybe(
        enum=["pass", "fail", "incomplete", "blocked", "not_required", None],
        description="null while facts are awaited",
    )
    missing = texts(description="artifacts that the gate asks for and that are not there")
    amend = fields.List(fields.String(), metadata={"description": "artifacts to amend"})
    next_gate = fields.Integer(allow_none=True)
    phase = maybe(
        enum=["strategy", "design", "transition", "operate", "improve", "retire", None],
        description="where the service is now",
    )


class FoundSchema(StrictSchema):
    """A service, a part of one, or a package, that may be meant."""

    service = maybe(description="its key; null: it is a package")
    part = maybe(description="null: it is no part")
    package = maybe(description="null: it is no package")
    name = text()
    score = fields.Float(required=True, metadata={"minimum": 0, "maximum": 100})
    because = texts(description="its words that fit")


class NeedSchema(StrictSchema):
    """A missing fact that can still change the outcome."""

    fact = text()
    question = text(description="as one would ask a person")
    asked_of = text()
    sources = texts()
    likely = fields.List(
        fields.Nested(FoundSchema),
        metadata={
            "description": "what is likeliest to fit, by what the case is called, where that is"
            " asked and something is found; it is not recorded",
            "minItems": 1,
            "maxItems": MOST_NAMED,
        },
    )


class ReasonSchema(StrictSchema):
    """A rule that fired, with the facts it used."""

    policy = text()
    rule = text()
    label = text()
    sources = texts(description="the clauses that the rule rests on")
    facts = values()


class ReasonedSchema(StrictSchema):
    """Who does what next, and why."""

    decision = text()
    stage = text()
    status = text(enum=["decided", "awaiting_facts"])
    outcome = fields.Nested(OutcomeSchema, required=True)
    needs = many(NeedSchema)
    assumptions = texts(description="what was chosen where the source is silent")
    because = many(ReasonSchema)
    policy_revision = text()
    decided_at = text(**INSTANT)


class AnswerSchema(ReasonedSchema):
    """Who does what next with a case, and why."""

    case = fields.Nested(CaseVersionSchema, required=True)


class GateDecisionSchema(ReasonedSchema):
    """A decision of a toll-gate, which was recorded."""

    id = text()
    service = fields.Nested(ServiceVersionSchema, required=True)
    outcome = fields.Nested(GateOutcomeSchema, required=True)


class RecordedSchema(ReasonedSchema):
    """A decision on a case or, with `service` in place of `case`, on a service."""

    id = text()
    case = fields.Nested(CaseVersionSchema)
    service = fields.Nested(ServiceVersionSchema)


class DecisionSchema(AnswerSchema):
    """A decision that was made and recorded."""

    id = text()


class PreviewSchema(AnswerSchema):
    """A decision that would be made now."""

    id = fields.Raw(required=True, metadata={"type": "null"})


class DecisionPageSchema(StrictSchema):
    """Some decisions of a case, newest first."""

    decisions = many(DecisionSchema)
    next = maybe(description="send it as `after` for the page that follows")


class ReplaySchema(StrictSchema):
    """What was decided then, and what its record gives now."""

    same = fields.Boolean(
        required=True,
        allow_none=True,
        metadata={
            "description": "whether they are, to the letter; null when facts that it was decided"
            " on have been erased"
        },
    )
    id = text()
    erased = fields.List(
        fields.String(), metadata={"description": "the erased facts; there when `same` is null"}
    )
    recorded = fields.Nested(RecordedSchema, required=True)
    replayed = fields.Nested(RecordedSchema, required=True, allow_none=True)


class HeldFactSchema(StrictSchema):
    """A fact that a case holds."""

    value = value()
    supplied_by = text()
    supplied_at = text(**INSTANT)
    true_at = fields.String(
        metadata={
            "format": "date-time",
            "description": "the latest instant at which it was said to be so, if another",
        }
    )


class CaseDecisionSchema(StrictSchema):
    """A decision of the case, in short."""

    id = text()
    version = fields.Integer(required=True)
    decision = text()
    stage = text()
    status = text(enum=["decided", "awaiting_facts"])
    decided_at = text(**INSTANT)


class CaseSchema(StrictSchema):
    """A case as it stands."""

    ref = text()
    title = maybe()
    version = fields.Integer(required=True, metadata={"minimum": 1})
    created_at = text(**INSTANT)
    updated_at = text(**INSTANT)
    facts = fields.Dict(keys=fields.String(), values=fields.Nested(HeldFactSchema), required=True)
    decisions = many(CaseDecisionSchema)
    reopened_at = fields.String(
        metadata={"format": "date-time", "description": "when it was last reopened, if it was"}
    )
    kept_newer = kept_newer()


class ProblemKindSchema(StrictSchema):
    """A kind of problem, and what to do about it."""

    type = text(format="uri-reference")
    title = text()
    status = fields.Integer(required=True)
    remedy = text()


class ProblemKindsSchema(StrictSchema):
    """Every kind of problem."""

    problems = many(ProblemKindSchema)
