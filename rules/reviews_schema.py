"""The JSON Schema of `reviews.yaml`, from which an editor completes, explains and checks it."""

from __future__ import annotations

from rules import editor_words as words
from rules.reading import SLUG
from rules.review_rules import CaseLetter, ReviewKind
from rules.reviews_reader import (
    BUSINESS_CASES_REQUIRED,
    MOST_DAYS,
    MOST_LEADS,
    REMINDER_REQUIRED,
    STANDING_KINDS,
    STANDING_REQUIRED,
    TIME,
    WEEKDAYS,
)
from rules.schema_parts import (
    DAY,
    PERIOD_TEXT,
    ROLE,
    TITLE,
    Schema,
    each_once,
    rule_file,
    section,
)


def reviews_schema(clauses: Schema) -> Schema:
    """Return the schema; `clauses`: that of a list of clauses."""
    days: Schema = {"type": "integer", "minimum": 0, "maximum": MOST_DAYS}
    some_days: Schema = {**days, "minimum": 1}
    standing: dict[str, Schema] = {
        "review": {"type": "string", "pattern": f"^{SLUG.pattern}$"},
        "kind": {"enum": list(STANDING_KINDS)},
        "title": TITLE,
        "role": ROLE,
        "agency": ROLE,
        "escalate_to": ROLE,
        "first_on": DAY,
        "every": PERIOD_TEXT,
        "sources": clauses,
    }
    reminder: dict[str, Schema] = {
        "for": each_once(list(ReviewKind)),
        "days_ahead": {"type": "array", "items": days, "minItems": 1, "maxItems": MOST_LEADS},
        "overdue_every": some_days,
        "escalates_after": days,
        "escalates_to": ROLE,
        "sources": clauses,
    }
    business_cases: dict[str, Schema] = {"every": PERIOD_TEXT, "sources": clauses}
    standing_review = section(words.STANDING, standing, STANDING_REQUIRED)
    reminding = section(words.REMINDER, reminder, REMINDER_REQUIRED)
    parts: dict[str, Schema] = {
        "standing": {"type": "array", "items": standing_review},
        "business_cases": section(words.BUSINESS_CASES, business_cases, BUSINESS_CASES_REQUIRED),
        "reminders": {"type": "array", "items": reminding},
        "quiet": _quiet(),
    }
    return rule_file(
        "The reviews: what falls due by itself, and who hears of it",
        section(words.REVIEWS, parts, ()),
    )


def _quiet() -> Schema:
    time: Schema = {"type": "string", "pattern": f"^{TIME.pattern}$"}
    days, spares = each_once(list(WEEKDAYS)), each_once(list(CaseLetter))
    quiet: dict[str, Schema] = {"from": time, "until": time, "days": days, "spares": spares}
    return section(words.QUIET, quiet, ())
