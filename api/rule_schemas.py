"""How the OpenAPI document describes the live policies and their vocabulary."""

from __future__ import annotations

from marshmallow import fields

from api.response_schemas import many, maybe, text, texts, value
from api.strict_schema import StrictSchema

_TYPES = ["boolean", "choice", "integer", "number", "date", "text"]


class RoutingSchema(StrictSchema):
    """A chained decision."""

    name = text()
    title = text()
    owner = text()
    review = text(description="how often it is reviewed, as ISO 8601 writes it")
    stages = texts(description="the policies a case goes through, in order")


class PolicySummarySchema(StrictSchema):
    """A policy, in short."""

    name = text()
    title = text()
    owner = text()
    review = text(description="how often it is reviewed, as ISO 8601 writes it")
    hit = text(enum=["first", "unique", "collect"])
    after = texts(description="the policies that come first when this one is to be decided")
    inputs = texts(description="the facts it reads")
    outputs = texts(description="the members of an outcome that it sets")


class PoliciesSchema(StrictSchema):
    """Everything that `decision` may name."""

    policy_revision = text()
    routings = many(RoutingSchema)
    policies = many(PolicySummarySchema)


class LaterValueSchema(StrictSchema):
    """The value of a parameter from a day on."""

    from_ = fields.String(required=True, data_key="from", metadata={"format": "date"})
    value = value()


class ParameterSchema(StrictSchema):
    """A named constant of a policy."""

    name = text()
    value = value()
    unit = maybe()
    meaning = maybe()
    changes = many(LaterValueSchema)
    sources = texts()


class RuleSchema(StrictSchema):
    """A rule; its condition and outcome stand in the policy's text."""

    id = text()
    label = text()
    sources = texts()
    assumption = maybe(description="what was chosen where the source is silent")
    from_ = fields.String(
        required=True, allow_none=True, data_key="from", metadata={"format": "date"}
    )
    until = maybe(format="date", description="the first day on which it is not in force any more")


class PolicySchema(PolicySummarySchema):
    """A policy as it is live."""

    policy_revision = text()
    sources = texts()
    parameters = many(ParameterSchema)
    rules = many(RuleSchema)
    clauses = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        required=True,
        metadata={"description": "the cited clauses, in their own words"},
    )
    path = text()
    text = fields.String(required=True, metadata={"description": "the rule file itself"})


class DomainSchema(StrictSchema):
    """What a fact or a member of an outcome may be."""

    name = text()
    type = text(enum=_TYPES)
    choices = fields.List(fields.String())
    range = fields.List(value(), metadata={"minItems": 2, "maxItems": 2})
    scale = fields.Integer(metadata={"description": "how many decimals"})


class DerivedSchema(StrictSchema):
    """How a fact is derived."""

    days_until = text(description="the date that these days count to")


class FactSchema(DomainSchema):
    """A fact that a case may hold."""

    unit = maybe()
    question = text()
    asked_of = text()
    action = text()
    group = maybe()
    default = value()
    derived = fields.Nested(DerivedSchema, required=True, allow_none=True)
    sources = texts()
    personal = fields.Boolean(
        required=True, metadata={"description": "it is about a person and may be erased"}
    )


class OutcomeMemberSchema(DomainSchema):
    """A member of an outcome."""

    many = fields.Boolean(required=True, metadata={"description": "it is a list"})
    kept = fields.Boolean(
        required=True, metadata={"description": "once set it stays, in every later stage"}
    )


class KeptArtifactSchema(StrictSchema):
    """An artifact that stands behind a service though neither a gate nor a case asks for it."""

    name = text()
    meaning = text()
    sources = texts()


class VocabularySchema(StrictSchema):
    """Every fact and every member of an outcome."""

    policy_revision = text()
    facts = fields.List(fields.Nested(FactSchema), required=True)
    outcomes = fields.List(fields.Nested(OutcomeMemberSchema), required=True)
    artifacts = fields.List(fields.Nested(KeptArtifactSchema), required=True)
