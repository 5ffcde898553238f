"""Reading the routing: the stages of the whole way, in order."""

from __future__ import annotations

import pytest

from rules.errors import RuleFilesRefused
from rules.rule_book import load
from tests.rules.books import book, files, rule, table

TABLES = (table(rule("a", "true"), name="first"), table(rule("b", "true"), name="second"))
FILES = files(*TABLES)


def test_the_stages_stand_in_the_order_in_which_they_are_written() -> None:
    """Not in that of the files."""
    routing = book(*reversed(TABLES)).routings["routing"]
    assert routing.stages == ("second", "first")
    assert (routing.name, routing.title, routing.owner, routing.review, routing.path) == (
        "routing", "The whole way", "Ann", "P1Y", "routing.yaml",
    )  # fmt: skip


def test_a_policy_may_stand_beside_the_chain() -> None:
    """It is decided alone, and by its own name."""
    alone = load({**FILES, "routing.yaml": FILES["routing.yaml"].replace(", second", "")})
    assert alone.routings["routing"].stages == ("first",)
    assert alone.decisions == ("routing", "first", "second")


@pytest.mark.parametrize(
    ("line", "letters"), [("", True), ("letters: true\n", True), ("letters: false\n", False)]
)
def test_people_are_written_to_unless_it_says_no(line: str, letters: bool) -> None:
    """Where it says nothing, they are."""
    said = {**FILES, "routing.yaml": f"{line}{FILES['routing.yaml']}"}
    assert load(said).routings["routing"].letters is letters


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("decision: routing", "decision: first", "bad-name"),
        ("decision: routing", "decision: The way", "bad-name"),
        ("decision: routing", "decision:", "missing-key"),
        ("title: The whole way\n", "", "missing-key"),
        ("review: P1Y", "review: 1Y", "bad-period"),
        ("first, second", "first, secnd", "unknown-policy"),
        ("first, second", "first, second, first", "listed-twice"),
        ("[first, second]", "[]", "no-stages"),
        ("[first, second]", "first", "not-a-list"),
        ("stages: [first, second]\n", "", "missing-key"),
        ("title:", "hit: first\ntitle:", "unknown-key"),
        ("title:", "letters: sometimes\ntitle:", "bad-value"),
    ],
)
def test_a_slip_in_the_routing_is_told(old: str, new: str, code: str) -> None:
    """Each with its own code, and the book is refused."""
    with pytest.raises(RuleFilesRefused) as refused:
        load({**FILES, "routing.yaml": FILES["routing.yaml"].replace(old, new)})
    assert code in [problem.code for problem in refused.value.problems]
    assert {problem.path for problem in refused.value.problems} == {"routing.yaml"}
