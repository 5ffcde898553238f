"""The cases that owners write: what a failing one says, and which rules none of them reaches."""

from __future__ import annotations

import pytest

from rules.policy_cases import CaseResult, CasesReport, answered, run_cases
from tests.rules.books import DAY, book, rule, table

RULES = (
    rule("stop", "sunny", "{assign_to: Bob, action: stop, cc: [Ann, Cy], final: true}"),
    rule("hurry", "days_left < 10", "{assign_to: Cy, action: hurry}"),
    rule("on", "true", "{continue: true, tags: [slow]}"),
)
LAST = table(rule("end", "windy", "{assign_to: Ann, action: end}"), rule("rest", "true"), name="z")
PROPERTIES = """\
properties:
  - says: Whoever stops is Bob
    when: sunny
    then: {assign_to: Bob, final: true}
  - says: Nobody hurries when it is windy
    when: windy
    never: {action: hurry}
"""


def report_of(*cases: str, more: str = "", routing: str = "") -> CasesReport:
    """Run cases of the first of two stages, each in one line."""
    written = "".join(f"  - {case}\n" for case in cases)
    more += f"cases:\n{written}" if cases else ""
    routed = f"cases:\n  - {routing}\n" if routing else ""
    return run_cases(book(table(*RULES, more=more), LAST, routing=routed))


def result_of(given: str, expect: str, more: str = "", as_of: str = "2026-11-22") -> CaseResult:
    """Run one case of the first of two stages."""
    case = f"{{name: It is so, as_of: {as_of}, given: {{{given}}}, expect: {{{expect}}}}}"
    (result,) = report_of(case, more=more).results
    return result


@pytest.mark.parametrize(
    ("given", "expect"),
    [
        ("sunny: true", "rule: stop, assign_to: Bob, cc: [Ann, Cy], final: true, group: null"),
        ("sunny: true", "assign_to: Bob"),
        ("sunny: true", "tags: [], level: null, continue: false, asks: [], stage: table"),
        ("sunny: false, due: 2026-12-01", "rule: hurry"),
        ("sunny: false, days_left: 9", "rule: hurry"),
        ("sunny: false, days_left: 9, due: 2026-12-01", "rule: hurry"),
        ("sunny: false, days_left: 10", "rule: on, continue: true, tags: [slow]"),
        ("", "asks: [sunny, due], assign_to: Ann, action: look"),
        ("sunny: null", "asks: [sunny, due]"),
        ("sunny: false", "asks: [due], assign_to: Cy, action: ask"),
    ],
)
def test_a_case_passes_when_all_that_it_expects_is_so(given: str, expect: str) -> None:
    """Only what is written under `expect` is compared."""
    result = result_of(given, expect)
    assert (result.passed, result.detail) == (True, "")


@pytest.mark.parametrize(
    ("given", "expect", "detail"),
    [
        ("sunny: true", "rule: on", "expected rule on, got stop"),
        ("sunny: true", "assign_to: Cy", "expected assign_to Cy, got Bob"),
        ("sunny: true", "group: G", "expected group G, got nothing"),
        ("sunny: true", "group: null, action: null", "expected action nothing, got stop"),
        ("sunny: true", "final: false", "expected final false, got true"),
        ("sunny: true", "cc: [Ann]", "expected cc Ann, got Ann, Cy"),
        ("sunny: true", "cc: [Cy, Ann]", "expected cc Cy, Ann, got Ann, Cy"),
        ("sunny: true", "cc: []", "expected cc nothing, got Ann, Cy"),
        ("sunny: true", "continue: true", "expected continue true, got false"),
        ("sunny: true", "stage: z", "expected stage z, got table"),
        ("sunny: true", "asks: [due]", "expected to ask due, asked nothing"),
        ("", "assign_to: Ann", "expected to ask nothing, asked sunny, due"),
        ("", "asks: [due, sunny]", "expected to ask due, sunny, asked sunny, due"),
        ("", "rule: stop, asks: [sunny, due]", "expected rule stop, got nothing"),
        ("sunny: true", "rule: on, level: 3",
         "expected rule on, got stop; expected level 3, got nothing"),
    ],
)  # fmt: skip
def test_a_case_that_fails_says_what_differs(given: str, expect: str, detail: str) -> None:
    """What was expected and what came instead, for each difference."""
    result = result_of(given, expect)
    assert (result.passed, result.detail) == (False, detail)


def test_a_case_is_decided_on_its_own_day() -> None:
    """The same date is within the window on one day and outside of it on another."""
    assert result_of("sunny: false, due: 2026-12-01", "rule: hurry").passed
    assert result_of("sunny: false, due: 2026-12-01", "rule: on", as_of="2026-11-21").passed


def test_a_case_without_a_day_is_decided_on_the_same_day_for_ever() -> None:
    """Days given count to a date and back, whenever the cases are run."""
    case = "{name: Ten days, given: {sunny: false, days_left: 10}, expect: {rule: on}}"
    (result,) = report_of(case).results
    assert result.passed


def test_what_cannot_be_decided_fails_with_the_reason() -> None:
    """An error of the policy, and facts that are out of range on the case's day."""
    case = "cases:\n  - {name: None, given: {sunny: false}, expect: {rule: a}}\n"
    (result,) = run_cases(book(table(rule("a", "sunny"), more=case))).results
    assert result == CaseResult(
        "table", "None", False, "no rule of policy `table` applies to this case"
    )
    far = result_of("sunny: false, due: 2039-12-31", "rule: on")
    assert not far.passed
    assert "outside `days_left`" in far.detail


def test_a_broken_property_is_told_in_the_owners_words() -> None:
    """A case that is decided against a property fails, whatever else it expects."""
    windy = result_of("sunny: false, days_left: 1, windy: true", "rule: hurry", PROPERTIES)
    assert (windy.passed, windy.detail) == (
        False, "breaks the property: Nobody hurries when it is windy",
    )  # fmt: skip
    both = PROPERTIES.replace("assign_to: Bob", "assign_to: Cy").replace("hurry", "stop")
    assert result_of("sunny: true, windy: true", "rule: on", both).detail == (
        "expected rule on, got stop; breaks the property: Whoever stops is Bob; "
        "breaks the property: Nobody hurries when it is windy"
    )


def test_a_property_is_about_decided_cases() -> None:
    """A case that waits for facts breaks none, whatever is asked of whom meanwhile."""
    claim = "properties:\n  - {says: No, when: windy, never: {action: look}}\n"
    assert result_of("windy: true", "asks: [sunny, due]", claim).passed


@pytest.mark.parametrize("given", ["sunny: true, windy: true", "sunny: false, days_left: 1", ""])
def test_a_property_is_kept_where_it_does_not_apply_or_holds(given: str) -> None:
    """It says nothing of other cases, of facts not known, nor of a case that is not decided."""
    assert "property" not in result_of(given, "level: null", PROPERTIES).detail


def test_a_property_may_forbid_to_pass_on() -> None:
    """`continue` can be claimed and forbidden like an outcome."""
    never = (
        "properties:\n  - says: No one goes on\n    when: not(sunny)\n    never: {continue: true}\n"
    )
    kept = result_of("sunny: true, windy: true", "rule: stop", never)
    broken = result_of("sunny: false, days_left: 99", "rule: on", never)
    assert (kept.passed, broken.detail) == (True, "breaks the property: No one goes on")


def test_rules_that_no_case_reaches_are_named() -> None:
    """A case of the chain reaches the rules of every stage on its way."""
    every = [("table", "stop"), ("table", "hurry"), ("table", "on"), ("z", "end"), ("z", "rest")]
    assert list(report_of().unreached) == every
    stop = "{name: Stop, given: {sunny: true}, expect: {rule: stop}}"
    assert list(report_of(stop).unreached) == every[1:]
    walk = "{name: Walk, given: {sunny: false, days_left: 99, windy: true}, expect: {stage: z}}"
    assert list(report_of(stop, routing=walk).unreached) == [("table", "hurry"), ("z", "rest")]
    asks = "{name: Asks, given: {}, expect: {asks: [sunny, due]}}"
    assert list(report_of(asks).unreached) == every


def test_a_case_that_fails_still_shows_what_it_reaches() -> None:
    """The report tells passed from failed, and counts the rules that fired in both."""
    wrong = "{name: Wrong, given: {sunny: true}, expect: {rule: on}}"
    right = "{name: Right, given: {sunny: true}, expect: {rule: stop}}"
    report = report_of(wrong, right)
    assert [result.name for result in report.failed] == ["Wrong"]
    assert report.results[0].rules == (("table", "stop"),)


def test_a_case_of_the_chain_ends_where_it_says() -> None:
    """Its last rule, its stage and what was kept on the way are compared."""
    given = "{name: Walk, given: {sunny: false, days_left: 99, windy: true}, expect: "
    passed = report_of(routing=given + "{stage: z, rule: end, tags: [slow], continue: false}}")
    assert [(result.policy, result.passed) for result in passed.results] == [("routing", True)]
    failed = report_of(routing=given + "{stage: table, tags: []}}")
    assert failed.results[0].detail == (
        "expected stage table, got z; expected tags nothing, got slow"
    )


def test_a_rule_on_the_way_to_a_question_is_not_the_one_that_decides() -> None:
    """While a stage asks, no rule has decided, though others passed the case on."""
    walk = "{name: Walk, given: {sunny: false, days_left: 99}, expect: {rule: on, asks: [windy]}}"
    (result,) = report_of(routing=walk).results
    assert result.detail == "expected rule on, got nothing"


def test_an_answer_says_whether_the_last_stage_passes_on() -> None:
    """Only a rule that fired can pass on; a stage that asks does not."""
    two = book(table(*RULES), LAST)
    passed_on = two.decide(
        "table", two.vocabulary.read_changes({"sunny": False, "days_left": 99}, DAY), DAY
    )
    assert answered(passed_on, two)["continue"] is True
    assert answered(two.decide("table", {"sunny": True}, DAY), two)["continue"] is False
    assert answered(two.decide("routing", {"sunny": False}, DAY), two)["continue"] is False
