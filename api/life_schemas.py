"""What callers may ask of a case's life, and the history that it is answered with."""

from __future__ import annotations

from marshmallow import fields

from api.case_ref import CaseRef
from api.request_schemas import FACTS, PAGE
from api.response_schemas import (
    INSTANT,
    CaseDecisionSchema,
    CaseSchema,
    many,
    maybe,
    text,
    texts,
    value,
)
from api.strict_schema import Part, RawFacts, StrictSchema, Text, WholeNumber
from api.strict_schema import WholeNumberInQuery as Count
from model.case_history import LONGEST_PAGE
from model.texts import LONGEST_NAME
from rules.values import LARGEST_INTEGER, LONGEST_TEXT


class WishSchema(StrictSchema):
    """Who wants it done, and why."""

    by = Text(LONGEST_NAME, metadata={"description": "Who wants it; if absent, the API key's name"})
    reason = Text(LONGEST_TEXT, metadata={"description": "Why; the history shows it"})


class ReopenSchema(WishSchema):
    """Why a case is taken up again, and what is different now."""

    reason = Text(
        LONGEST_TEXT, required=True, metadata={"description": "Why; the history shows it"}
    )
    facts = RawFacts(load_default=dict, metadata=FACTS)


class RenameSchema(WishSchema):
    """What a case is to be called."""

    ref = CaseRef(
        required=True,
        metadata={"description": "The new ref; no other case has or had it"},
    )


class DoubleSchema(StrictSchema):
    """The case that is the same as another."""

    ref = CaseRef(required=True)
    if_version = WholeNumber(
        0,
        LARGEST_INTEGER,
        metadata={"description": "Refuse (412) unless the double is at this version"},
    )


class MergeSchema(WishSchema):
    """The double that is to be merged into the case."""

    double = Part(DoubleSchema, required=True)


class MergerSchema(StrictSchema):
    """What came of a merger."""

    double = text(description="the ref of the double")
    taken = texts(description="facts that the double knew better: they are the case's now")
    kept = texts(description="facts of which the double said something else, but older")


class MergedCaseSchema(CaseSchema):
    """The case that goes on."""

    merged = fields.Nested(MergerSchema, required=True)


class HistoryQuerySchema(StrictSchema):
    """Which page of a case's history."""

    after = fields.String(metadata={"description": "`next` of the page before this one"})
    limit = Count(
        1,
        LONGEST_PAGE,
        load_default=PAGE,
        metadata={"description": "How many versions at most; one that changed nothing is left out"},
    )


class SuppliedFactSchema(StrictSchema):
    """A fact as it was supplied."""

    name = text()
    value = value()
    supplied_by = text()
    supplied_at = text(**INSTANT)
    true_at = text(description="when it was so", **INSTANT)
    newer_at = maybe(
        description="the later instant from which the case knew something else", **INSTANT
    )
    taken = fields.Boolean(
        required=True, metadata={"description": "false: what the case knew was newer, and stayed"}
    )
    erased = fields.Boolean(
        required=True, metadata={"description": "the value was erased on request"}
    )


class EntrySchema(StrictSchema):
    """What one version of the case came from."""

    version = fields.Integer(required=True, metadata={"minimum": 1})
    what = text(enum=["decided", "facts_changed", "reopened", "renamed", "merged", "merged_into"])
    at = text(**INSTANT)
    by = text()
    reason = maybe()
    details = fields.Dict(
        required=True,
        metadata={
            "description": (
                "`from` and `to` of a renaming; `double`, `taken` and `kept` of a merger; `into`,"
                " of the double"
            )
        },
    )
    facts = many(SuppliedFactSchema)
    decision = fields.Nested(CaseDecisionSchema, required=True, allow_none=True)


class HistorySchema(StrictSchema):
    """Some of a case's history, newest first."""

    ref = text()
    history = many(EntrySchema)
    next = maybe(description="send it as `after` for the page that follows")
