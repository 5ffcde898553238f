"""What callers may send."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import fields

from api.case_ref import CaseRef
from api.strict_schema import (
    Day,
    Flag,
    Instant,
    Part,
    RawFacts,
    StrictSchema,
    Text,
    WholeNumber,
)
from api.strict_schema import WholeNumberInQuery as Count
from model.decisions import LONGEST_PAGE
from model.late_facts import Late
from model.texts import LONGEST_NAME
from rules.values import LARGEST_INTEGER, LONGEST_TEXT

PAGE = 50
FACTS = {
    "description": (
        "Facts by name, as the vocabulary declares them; `null` forgets a fact. Numbers are read"
        " exactly, dates are written 2027-01-31"
    ),
    "additionalProperties": {"type": ["boolean", "number", "string", "null"]},
    "maxProperties": 500,
}


class SupplySchema(StrictSchema):
    """Who supplied the facts, and when they were so."""

    by = Text(
        LONGEST_NAME,
        metadata={"description": "Who supplied the facts; if absent, the API key's name"},
    )
    as_they_were = Instant(
        metadata={
            "description": (
                "When the facts were so (RFC 3339, with an offset), if they come late. A fact of"
                " which the case knows something newer stays as it is; `kept_newer` names it"
            )
        }
    )
    overwrite_newer = Flag(
        metadata={"description": "Late facts count against what is newer, too"},
    )


class CaseReferenceSchema(SupplySchema):
    """Which case it is."""

    ref = CaseRef(
        required=True,
        metadata={"description": "The ticketing system's own name of the case"},
    )
    title = Text(LONGEST_TEXT, metadata={"description": "What people call the case"})
    if_version = WholeNumber(
        0,
        LARGEST_INTEGER,
        metadata={"description": "Refuse (412) unless the case is at this version; 0: not there"},
    )


class DecisionRequestSchema(StrictSchema):
    """A case, what is new about it, and what to decide."""

    case = Part(CaseReferenceSchema, required=True)
    facts = RawFacts(load_default=dict, metadata=FACTS)
    decision = Text(
        LONGEST_NAME,
        load_default="routing",
        metadata={"description": "`routing`, or the name of a policy"},
    )
    as_of = Day(
        metadata={"description": "The day that dates and parameters are picked for; else today"},
    )


class FactChangesSchema(SupplySchema):
    """New facts of a case that is not to be decided now."""

    facts = RawFacts(required=True, metadata=FACTS)


class DecisionsQuerySchema(StrictSchema):
    """Whose decisions, and which page of them."""

    case = CaseRef(required=True, metadata={"description": "The case's `ref`"})
    after = fields.String(metadata={"description": "`next` of the page before this one"})
    limit = Count(1, LONGEST_PAGE, load_default=PAGE, metadata={"description": "How many at most"})


def late_in(read: Mapping[str, Any]) -> Late | None:
    """Return when the facts were so, if what was read by a `SupplySchema` says it."""
    at = read.get("as_they_were")
    return None if at is None else Late(at, read.get("overwrite_newer", False))
