"""Three stages that compare facts of every type."""

from __future__ import annotations

from functools import cache

from rules.compiled_policy import CompiledPolicy
from rules.rule_book import RuleBook
from rules.ways import StageRules
from tests.rules.books import book, rule, table

NAMES = ("first", "second", "third")
STAGES = (
    table(
        rule("stop", "sunny", "{assign_to: Bob, action: stop}"),
        rule("calm", "not(windy) or windy is missing", "{continue: true}"),
        rule("red", 'sky in ("red", "blue") and count != 3', "{continue: true}"),
        name="first",
    ),
    table(
        rule("cheap", 'price < 2.5 or note = "no"', "{continue: true}"),
        rule("many", "others < count"),
        rule("more", "count < others", "{continue: true}"),
        name="second",
    ),
    table(
        rule("late", 'due < date("2027-01-01") and not(careful)'),
        rule("soon", "count in [3..5]"),
        rule("rest", "not(careful)"),
        name="third",
    ),
)  # fmt: skip


@cache
def stages() -> RuleBook:
    """Return a book of three stages that compare facts of every type."""
    return book(*STAGES)


def in_order(book: RuleBook) -> list[StageRules]:
    """Return the stages of a book as they are laid out."""
    found = [CompiledPolicy(book.policies[name], book.vocabulary).in_order(0) for name in NAMES]
    return [stage for stage in found if stage is not None]
