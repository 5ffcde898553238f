"""Reading the vocabulary: facts and outcomes as they are declared, and every slip told."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from rules.problems import Findings
from rules.sources import read_sources
from rules.values import LARGEST_INTEGER, Domain, FactType
from rules.vocabulary import Outcome, Vocabulary
from rules.vocabulary_reader import read_vocabulary
from tests.rules.books import ASKED, OUTCOMES, SOURCES, VOCABULARY, outing, tree


def read(text: str) -> tuple[Vocabulary, list[str]]:
    """Return the vocabulary of a text, and the codes of its problems."""
    findings = Findings()
    sources = read_sources(tree(SOURCES, findings), findings)
    vocabulary = read_vocabulary(tree(text, findings), sources, findings)
    return vocabulary, [problem.code for problem in findings.sorted()]


def domain_of(written: str) -> tuple[Domain, list[str]]:
    """Return the domain of a fact, and the codes of its problems."""
    vocabulary, codes = read(f"facts:\n  a: {{{written}, {ASKED}}}\n{OUTCOMES}")
    return vocabulary.facts["a"].domain, codes


def test_facts_are_read_in_the_order_of_the_file() -> None:
    """Each with what it says of itself."""
    facts = outing().facts
    assert list(facts) == [
        "sunny", "windy", "sky", "count", "others", "price", "due", "days_left", "note", "careful",
    ]  # fmt: skip
    windy = facts["windy"]
    assert (windy.question, windy.asked_of, windy.action, windy.group) == (
        "Is it windy?", "Bob", "wave", "G",
    )  # fmt: skip
    assert facts["sunny"].sources == ("Guide §1",)
    assert (facts["careful"].default, facts["sunny"].default) == (False, None)


def test_artifacts_that_nobody_asks_for_are_declared() -> None:
    """Each with what it is; a slip in one is told like any other."""
    kept = "artifacts:\n  plan: {meaning: What to do, sources: [Guide §1]}\n"
    vocabulary, codes = read(f"facts: {{}}\n{OUTCOMES}{kept}")
    assert codes == []
    assert [(each.name, each.meaning, each.sources) for each in vocabulary.artifacts.values()] == [
        ("plan", "What to do", ("Guide §1",))
    ]
    assert vocabulary.with_outcomes(()).artifacts == vocabulary.artifacts
    slips = "artifacts:\n  The Plan: {meaning: x}\n  b: {sources: [Guide §9]}\n  c: 7\n"
    _, told = read(f"facts: {{}}\n{OUTCOMES}{slips}")
    assert told == ["bad-name", "missing-key", "unknown-source", "not-a-mapping"]


def test_derived_days_are_asked_for_as_their_date() -> None:
    """Question, role and action are those of the date."""
    days, due = outing().facts["days_left"], outing().facts["due"]
    assert days.derived_from == "due"
    assert days.unit == "days"
    assert (days.question, days.asked_of, days.action) == (due.question, due.asked_of, due.action)


def test_outcomes_are_read_in_the_order_of_the_file() -> None:
    """One value or many, kept or not."""
    outcomes = outing().outcomes
    assert list(outcomes)[:3] == ["assign_to", "action", "group"]
    assert outcomes["tags"] == Outcome("tags", Domain(FactType.TEXT), many=True, kept=True)
    assert outcomes["cc"].domain.choices == ("Ann", "Bob", "Cy")


@pytest.mark.parametrize(
    ("written", "low", "high"),
    [
        ("type: integer", -LARGEST_INTEGER, LARGEST_INTEGER),
        ("type: integer, range: [-1, 1]", -1, 1),
        ("type: integer, range: [1, 1]", 1, 1),
        ("type: number, scale: 2, range: [0, 1.5]", Decimal(0), Decimal("1.5")),
        (
            "type: number, scale: 2",
            Decimal("-92233720368547758.07"),
            Decimal("92233720368547758.07"),
        ),
        ("type: date", date(1, 1, 1), date(9999, 12, 31)),
        ("type: date, range: [2026-01-01, 2026-12-31]", date(2026, 1, 1), date(2026, 12, 31)),
        ("type: text", None, None),
    ],
)
def test_a_range_is_as_declared_or_as_wide_as_the_type(
    written: str, low: object, high: object
) -> None:
    """Without a range, whatever fits into 64 bits or the calendar."""
    domain, problems = domain_of(written)
    assert (domain.low, domain.high, problems) == (low, high, [])


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("type: integr", "unknown-choice"),
        ("type: choice", "bad-domain"),
        ("type: choice, choices: []", "bad-domain"),
        ("type: choice, choices: [a, a]", "listed-twice"),
        ("type: text, choices: [a]", "bad-domain"),
        ("type: text, range: [1, 2]", "bad-domain"),
        ("type: integer, range: [2, 1]", "bad-domain"),
        ("type: integer, range: [1]", "bad-domain"),
        ("type: integer, range: [1, 2.0]", "bad-value"),
        ("type: integer, range: [1, 9223372036854775808]", "bad-value"),
        ("type: integer, scale: 2", "bad-domain"),
        ("type: number, scale: 10", "bad-value"),
        ("type: number, scale: 1, range: [0, 0.01]", "bad-value"),
        ("type: date, range: [2026-01-01, 2026-02-30]", "bad-value"),
        ("type: integer, range: [0, 9], default: 10", "bad-value"),
        ("type: boolean, sources: [Guide §9]", "unknown-source"),
        ("type: boolean, asked: x", "unknown-key"),
        ("type: boolean, artifact: Parts Form", "bad-name"),
        ("type: integer, artifact: parts_form", "bad-domain"),
        ("type: boolean, said_of: The Plan", "bad-name"),
        ("type: boolean, said_of: plan", "unknown-name"),
    ],
)
def test_a_domain_that_makes_no_sense_is_told(written: str, code: str) -> None:
    """Each with its own code."""
    assert code in domain_of(written)[1]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("  sunny:", "  Sunny:", "bad-name"),
        ("  sunny:", "  and:", "bad-name"),
        ("  sunny:", "  as_of:", "bad-name"),
        ("  sunny:", "  null_:", None),
        ("  sunny:", f"  {'x' * 60}:", None),
        ("  sunny:", f"  {'x' * 61}:", "bad-name"),
        ("  sunny:", "  kind:", "engine-limit"),
        ("  sunny:", "  id:", "engine-limit"),
        ("asked_of: Bob", "asked_of: Bobb", "bad-value"),
        ("question: Is it windy?, ", "", "missing-key"),
        ("question: Is it windy?, ", "question: , ", "missing-key"),
        (
            "  sunny:",
            "  a: {type: boolean, default: false, artifact: form}\n"
            "  b: {type: boolean, default: false, artifact: form}\n  sunny:",
            "listed-twice",
        ),
        ("days_until: due", "days_until: sunny", "bad-derivation"),
        ("days_until: due", "days_until: deu", "bad-derivation"),
        ("days_until: due", "weeks_until: due", "bad-derivation"),
        ("type: integer, range: [-2000, 2000]", "type: text", "bad-derivation"),
        ("unit: days,", "default: 3,", "bad-derivation"),
        ("  level: {type: integer}", "  level: {type: number}", "bad-outcome"),
        ("  level: {type: integer}", "  level: {type: integer, many: true}", "bad-outcome"),
        ("  level: {type: integer}", "  continue: {type: integer}", "bad-name"),
        ("  level: {type: integer}", "  rule: {type: integer}", "bad-name"),
    ],
)
def test_a_slip_in_the_vocabulary_is_told(old: str, new: str, code: str | None) -> None:
    """A name, a question or a derivation that cannot be."""
    assert old in VOCABULARY
    codes = read(VOCABULARY.replace(old, new))[1]
    assert (code in codes) if code else (codes == [])


def test_names_that_the_engine_takes_for_one_another_are_refused() -> None:
    """Two names with one hash would read each other's facts."""
    facts = "".join(f"  {name}: {{type: boolean, {ASKED}}}\n" for name in ("costarring", "liquid"))
    assert read(f"facts:\n{facts}{OUTCOMES}")[1] == ["engine-limit"]
