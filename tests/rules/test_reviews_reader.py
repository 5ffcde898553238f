"""Reading `reviews.yaml`: what is reviewed by itself, and when people hear of it."""

from __future__ import annotations

from datetime import date, time

import pytest

from rules.errors import RuleFilesRefused
from rules.review_rules import (
    CaseLetter,
    Quiet,
    ReviewKind,
    ReviewRules,
    Schedule,
    StandingReview,
)
from rules.rule_book import load
from tests.rules.books import files, rule, table

FILES = files(table(rule("a", "true"), name="first"))
REVIEWS = """\
standing:
  - review: catalogue
    kind: catalogue
    title: Is the catalogue complete?
    role: Product Manager
    escalate_to: Portfolio Manager
    first_on: 2027-01-31
    every: P3M
    sources: [Guide §1]
business_cases:
  every: P6M
  sources: [Guide §1]
reminders:
  - for: [catalogue, policy]
    days_ahead: [0, 10, 45]
    overdue_every: 3
    escalates_after: 5
    escalates_to: Board
quiet:
  from: "18:00"
  until: "07:30"
  days: [saturday, sunday]
  spares: [timer.breached, timer.nears_its_end]
"""


def read(text: str) -> ReviewRules:
    """Return what a `reviews.yaml` says beside sound files."""
    return load({**FILES, "reviews.yaml": text}).reviews


def test_what_is_written_is_what_holds() -> None:
    """Days ahead in whatever order; kinds that are not named are reminded of as usual."""
    rules = read(REVIEWS)
    assert rules.standing == (
        StandingReview(
            "catalogue", ReviewKind.CATALOGUE, "Is the catalogue complete?", "Product Manager",
            date(2027, 1, 31), "P3M", None, "Portfolio Manager", ("Guide §1",),
        ),
    )  # fmt: skip
    ours = Schedule((45, 10, 0), 3, 5, "Board")
    assert rules.schedules == {ReviewKind.CATALOGUE: ours, ReviewKind.POLICY: ours}
    assert rules.schedule_of(ReviewKind.OTHER) == Schedule()
    spares = frozenset({CaseLetter.BREACHED, CaseLetter.NEARS_ITS_END})
    assert rules.quiet == Quiet(time(18), time(7, 30), frozenset({5, 6}), spares)
    assert rules.business_case_every == "P6M"


def test_whose_target_ran_out_is_told_at_once_unless_the_rules_say_otherwise() -> None:
    """Rules from before there was such a line hold nothing urgent back."""
    spares = "  spares: [timer.breached, timer.nears_its_end]\n"
    shipped = {CaseLetter.REROUTED, CaseLetter.BREACHED}
    assert read(REVIEWS.replace(spares, "")).quiet.spares == shipped
    assert read(REVIEWS.replace(spares, "  spares: []\n")).quiet.spares == frozenset()


def test_a_rule_book_may_go_without() -> None:
    """Revisions from before there were such rules stay readable; no service goes unreviewed."""
    assert load(FILES).reviews == ReviewRules() == read("standing:\n")
    assert ReviewRules().business_case_every == "P1Y"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("kind: catalogue", "kind: policy", "unknown-choice"),
        ("review: catalogue", "review: The catalogue", "bad-name"),
        ("first_on: 2027-01-31", "first_on: 2027-02-31", "bad-value"),
        ("every: P3M", "every: quarterly", "bad-period"),
        ("every: P3M", "every: P0D", "bad-period"),
        ("first_on: 2027-01-31", "first_on: 9999-12-31", "bad-value"),
        ("    role: Product Manager\n", "", "missing-key"),
        ("[Guide §1]", "[SOP 1 §9]", "unknown-source"),
        ("[catalogue, policy]", "[catalogue, polcy]", "unknown-choice"),
        ("[0, 10, 45]", "[]", "bad-value"),
        ("[0, 10, 45]", "[0, -1]", "bad-value"),
        ("[0, 10, 45]", f"{list(range(21))}", "bad-value"),
        ("overdue_every: 3", "overdue_every: 0", "bad-value"),
        ("overdue_every: 3", "overdue_every: weekly", "bad-value"),
        ('"18:00"', '"24:00"', "bad-value"),
        ('"18:00"', "6pm", "bad-value"),
        ('  from: "18:00"\n', "", "missing-key"),
        ("[saturday, sunday]", "[saturday, sundy]", "unknown-choice"),
        (
            "[saturday, sunday]",
            "[monday, tuesday, wednesday, thursday, friday, saturday, sunday]",
            "bad-value",
        ),
        ("[timer.breached, timer.nears_its_end]", "[timer.breach]", "unknown-choice"),
        ("[timer.breached, timer.nears_its_end]", "", "says-nothing"),
        ("[timer.breached, timer.nears_its_end]", "~", "says-nothing"),
        ("[timer.breached, timer.nears_its_end]", '""', "says-nothing"),
        ("quiet:", "silence:", "unknown-key"),
        ("every: P6M", "every: sometimes", "bad-period"),
        ("every: P6M", "each: P6M", "missing-key"),
        (
            "business_cases:\n  every: P6M\n  sources: [Guide §1]",
            "business_cases: P6M",
            "not-a-mapping",
        ),
    ],
)
def test_a_slip_is_told(old: str, new: str, code: str) -> None:
    """Each with its own code, in its place, and the book is refused."""
    assert old in REVIEWS
    with pytest.raises(RuleFilesRefused) as refused:
        read(REVIEWS.replace(old, new))
    assert code in [problem.code for problem in refused.value.problems]
    assert {problem.path for problem in refused.value.problems} == {"reviews.yaml"}


@pytest.mark.parametrize("part", ["standing", "reminders"])
def test_what_stands_twice_is_told(part: str) -> None:
    """A review by its name, a kind of review by its reminders."""
    text = REVIEWS.split(f"{part}:\n")[1]
    ends = {"standing": "business_cases:", "reminders": "quiet:"}[part]
    section = text.split(ends)[0]
    with pytest.raises(RuleFilesRefused) as refused:
        read(REVIEWS.replace(section, section * 2))
    assert {problem.code for problem in refused.value.problems} == {"listed-twice"}
