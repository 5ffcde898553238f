"""Reading a policy: all it says arrives as it was meant, and every slip is told at its place."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from rules.condition import Comparison, FactTerm, ParameterTerm
from rules.errors import RuleFilesRefused
from rules.policy import Case, Expectation, HitPolicy, Parameter, Policy, Property
from rules.policy_reader import DAY_OF_CASES
from rules.rule_book import load
from rules.values import Value
from tests.rules.books import ANSWER, Table, book, files, rule, table

MORE = """\
properties:
  - says: Ann goes
    when: sunny
    then: {assign_to: Ann, continue: true}
    never: {cc: [Bob]}
cases:
  - name: In the sun
    as_of: 2027-01-31
    given: {sunny: true, windy: null, price: 3, due: 2027-02-01, note: "12"}
    expect: {rule: a, asks: [], cc: [Ann], stage: table, continue: true}
  - name: In the rain
    given: {}
    expect: {}
"""
FULL = Table(
    (
        rule("a", "sunny and count < few", "{assign_to: Ann, action: go, cc: [Ann]}",
             assumption="So it is.", **{"from": "2026-01-01", "until": "2027-01-01"}),
        rule("b", "true", "{continue: true, tags: [x]}", sources="[Guide §1, Guide §2]"),
    ),
    hit="first",
    parameters={"few": "{value: 3, unit: people, meaning: A few, sources: [Guide §2], "
                       "changes: [{from: 2027-01-01, value: 4}, {from: 2028-01-01, value: 5}]}"},
    more=MORE,
)  # fmt: skip


def read(written: Table) -> Policy:
    """Return a table that stands before another one, as it was read."""
    return book(written, table(rule("end", "true"), name="last")).policies[written.name]


def problems_of(written: Table, old: str = "", new: str = "") -> list[tuple[str, str]]:
    """Return code and message of each problem of a table with one thing written otherwise."""
    texts = files(written, table(rule("end", "true"), name="last"))
    path = f"policies/{written.name}.yaml"
    assert old in texts[path]
    with pytest.raises(RuleFilesRefused) as refused:
        load({**texts, path: texts[path].replace(old, new, 1)})
    return [(problem.code, problem.message) for problem in refused.value.problems]


def test_a_policy_is_read_whole() -> None:
    """Its head, parameters and rules, each part with its sources and dates."""
    policy = read(FULL)
    assert (policy.name, policy.title, policy.owner, policy.review, policy.hit) == (
        "table", "A table", "Ann", "P1Y", HitPolicy.FIRST,
    )  # fmt: skip
    assert (policy.inputs, policy.outputs) == (
        ("sunny", "count"), ("assign_to", "action", "cc", "tags"),
    )  # fmt: skip
    assert policy.path == "policies/table.yaml"
    changes = ((date(2027, 1, 1), 4), (date(2028, 1, 1), 5))
    assert policy.parameters == {
        "few": Parameter("few", 3, changes, "people", "A few", ("Guide §2",))
    }
    first, second = policy.rules
    assert (first.id, first.label, first.assumption) == ("a", "The label of a", "So it is.")
    assert (first.since, first.until, first.continues) == (
        date(2026, 1, 1), date(2027, 1, 1), False,
    )  # fmt: skip
    assert first.outcome == {"assign_to": "Ann", "action": "go", "cc": ("Ann",)}
    assert (second.outcome, second.continues) == ({"tags": ("x",)}, True)
    assert second.sources == ("Guide §1", "Guide §2")


def test_properties_and_cases_are_read_whole() -> None:
    """What is claimed, what is given and what is expected; nothing expected is nothing."""
    policy = read(FULL)
    (claim,) = policy.properties
    assert isinstance(claim, Property)
    assert (claim.says, claim.then, claim.never) == (
        "Ann goes", {"assign_to": "Ann", "continue": True}, {"cc": ("Bob",)},
    )  # fmt: skip
    given = {
        "sunny": True, "windy": None, "price": Decimal("3.00"), "due": "2027-02-01", "note": "12",
    }  # fmt: skip
    expect = Expectation({"cc": ("Ann",)}, "a", (), True, "table")
    assert policy.cases == (
        Case("In the sun", given, date(2027, 1, 31), expect),
        Case("In the rain", {}, DAY_OF_CASES, Expectation({})),
    )


@pytest.mark.parametrize(
    ("written", "value", "when"),
    [
        ("3", 3, "count < it"),
        ("-3", -3, "few < it"),
        ("1.50", Decimal("1.50"), "price < it"),
        ("true", True, "sunny = it"),
        ("2027-01-31", date(2027, 1, 31), "due < it"),
        ("red", "red", "sky = it"),
        ('"3"', "3", "note = it"),
        ('"true"', "true", "note = it"),
        ('"2027-01-31"', "2027-01-31", "note = it"),
        ("2027-02-30", "2027-02-30", "note = it"),
        ("{value: 3}", 3, "count < it"),
    ],
)
def test_a_parameter_has_the_type_of_what_is_written(written: str, value: Value, when: str) -> None:
    """Without quotes a number is a number; in quotes it is a text."""
    rules = (rule("a", when), rule("b", "few > 0"), rule("c", "true"))
    parameter = read(Table(rules, parameters={"it": written, "few": "1"})).parameters["it"]
    assert parameter == Parameter("it", value)
    assert type(parameter.value) is type(value)


def test_a_parameter_may_be_compared_before_and_after_its_change() -> None:
    """The condition keeps the parameter's name: the day of the decision gives its value."""
    rules = (rule("a", "count < few"), rule("b", "true"))
    assert read(Table(rules, parameters={"few": "3"})).rules[0].when == (
        Comparison(FactTerm("count"), "<", ParameterTerm("few"))
    )


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("policy: table", "policy: A table", "bad-name"),
        ("policy: table", "policy:", "missing-key"),
        ("owner: Ann\n", "", "missing-key"),
        ("owner: Ann\n", 'owner: ""\n', "missing-key"),
        ("hit: first", "hit: frist", "unknown-choice"),
        ("hit: first", "hit:", "missing-key"),
        ("review: P1Y", "review: yearly", "bad-period"),
        ("title: A table", "titel: A table\ntitle: A", "unknown-key"),
        ("inputs: [sunny", "inputs: [sunny, suny", "unknown-fact"),
        ("inputs: [sunny, ", "inputs: [", "not-an-input"),
        ("inputs: [sunny", "inputs: [sunny, sunny", "listed-twice"),
        ("outputs: [assign_to", "outputs: [assign_to, asign_to", "unknown-outcome"),
        ("  few:", "  sunny:", "bad-name"),
        ("  few:", "  Few:", "bad-name"),
        ("  few:", "  between:", "bad-name"),
        ("value: 3", 'value: "3"', "different-types"),
        ("value: 4", "value: 4.0", "different-types"),
        ("{from: 2028-01-01", "{from: 2027-01-01", "bad-order"),
        ("{from: 2027-01-01", "{from: 2027-02-30", "bad-value"),
        ("- id: a", "- id: A!", "bad-name"),
        ("- id: a", "- id: b", "duplicate-id"),
        ("sunny and count < few", "", "missing-key"),
        ("sunny and count < few", "suny", "unknown-name"),
        ("sunny and count < few", "sunny and", "condition-syntax"),
        ("[Guide §1, ", "[Guide §3, ", "unknown-source"),
        ("until: 2027-01-01", "until: 2026-01-01", "bad-order"),
        ("from: 2026-01-01", "from: 2026-1-1", "bad-value"),
        ("cc: [Ann]}", "cc: [An]}", "bad-value"),
        ("cc: [Ann]}", "cc: [Ann], final: true}", "not-an-output"),
        ("cc: [Ann]}", "cc: [Ann], finl: true}", "unknown-key"),
        ("says: Ann goes", "says:", "missing-key"),
        ("sunny: true,", "sunny: yes,", "bad-value"),
        ("sunny: true,", "suny: true,", "unknown-fact"),
        ("price: 3,", "price: 3.001,", "bad-value"),
        ("note: \"12\"", "days_left: 2", "facts-differ"),
        ("rule: a,", "rule: c,", "unknown-rule"),
        ("asks: []", "asks: [suny]", "unknown-fact"),
        ("cc: [Ann], stage", "cc: [Anna], stage", "bad-value"),
        ("name: In the rain", "name: In the sun", "duplicate-case"),
        ("as_of: 2027-01-31", "as_of: today", "bad-value"),
    ],
)  # fmt: skip
def test_every_slip_is_told(old: str, new: str, code: str) -> None:
    """One thing written otherwise, and the policy is refused for it."""
    assert code in {found for found, _ in problems_of(FULL, old, new)}


@pytest.mark.parametrize("claims", ["", "    then: {}\n", "    never: {}\n"])
def test_a_property_that_claims_nothing_is_refused(claims: str) -> None:
    """It would always be kept, and so keep nothing safe."""
    text = f"properties:\n  - says: Nothing\n    when: sunny\n{claims}"
    found = problems_of(table(rule("a", "sunny", ANSWER), rule("b", "true"), more=text))
    assert [code for code, _ in found] == ["no-claim"]


def test_a_property_may_claim_that_a_case_is_not_passed_on() -> None:
    """`continue: false` is a claim like any other, and so is its opposite."""
    for written, then in (("then", {"continue": False}), ("never", {})):
        text = f"properties:\n  - says: So\n    when: sunny\n    {written}: {{continue: false}}\n"
        (claim,) = read(table(rule("a", "sunny"), rule("b", "true"), more=text)).properties
        assert claim.then == then
        assert claim.never == ({"continue": False} if written == "never" else {})


def test_facts_given_as_a_date_and_as_days_must_agree_on_any_day() -> None:
    """Also on the last day of the calendar, where days lead beyond it."""
    case = "cases:\n  - {name: Late, as_of: 9999-12-31, given: {due: 2027-01-31, days_left: 9}, "
    found = problems_of(table(rule("a", "true"), more=case + "expect: {rule: a}}\n"))
    assert [code for code, _ in found] == ["facts-differ"]
