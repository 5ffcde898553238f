"""A chain of stages: who decides, what is kept on the way, and what the answer says of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.decision import Decision, Reason, Status
from rules.errors import RulesConflict
from rules.rule_book import RuleBook, load
from rules.values import Value
from tests.rules.books import DAY, book, files, rule, table

FIRST = table(
    rule("stop", "sunny", "{assign_to: Bob, action: stop, cc: [Ann], final: true}"),
    rule("on", "not(sunny) and count <= few", "{continue: true, tags: [slow, safe]}",
         label="At most {few} of us, {few}!", assumption="Few is not said."),
    rule("on-with-many", "not(sunny)", "{continue: true}", assumption="The same sentence."),
    name="first", parameters={"few": "{value: 3, changes: [{from: 2027-01-01, value: 5}]}"},
)  # fmt: skip
SECOND = table(
    rule("pass", 'sky = "red" or windy is missing', "{continue: true}"),
    rule("settle", 'sky = "green" and days_left < 10', "{assign_to: Cy, action: settle}",
         assumption="The same sentence."),
    rule("retag", "windy", "{assign_to: Ann, action: retag, tags: [other]}"),
    rule("rest", "true", "{assign_to: Ann, action: rest, level: 7}"),
    name="second",
)  # fmt: skip
THIRD = table(
    rule("late", "days_left < 0", "{assign_to: Cy, action: hurry}"),
    rule("wait", "not(careful)", "{assign_to: Ann, action: wait, group: G}"),
    rule("take-care", "careful", "{assign_to: Bob, action: care}"),
    name="third",
)


@cache
def way() -> RuleBook:
    """Return a chain of three stages."""
    return book(FIRST, SECOND, THIRD)


def decide(decision: str = "routing", as_of: date = DAY, **facts: Value) -> Decision:
    """Decide a case on that chain."""
    return way().decide(decision, facts, as_of)


def fired(decision: Decision) -> list[tuple[str, str]]:
    """Return the policy and id of each rule on the way."""
    return [(reason.policy, reason.rule) for reason in decision.because]


def test_the_first_stage_that_does_not_pass_on_decides() -> None:
    """What later stages would say is not asked, and every outcome is there."""
    decision = decide(sunny=True)
    assert (decision.decision, decision.stage, decision.status) == (
        "routing", "first", Status.DECIDED,
    )  # fmt: skip
    assert fired(decision) == [("first", "stop")]
    assert decision.outcome == {
        "assign_to": "Bob", "action": "stop", "group": None, "cc": ("Ann",), "tags": (),
        "final": True, "level": None,
    }  # fmt: skip
    assert decision.needs == ()


def test_rules_that_pass_on_are_cited_like_any_other() -> None:
    """`because` has the rules of every stage on the way, first to last."""
    decision = decide(sunny=False, count=2, sky="red", due=DAY)
    assert fired(decision) == [("first", "on"), ("second", "pass"), ("third", "wait")]
    assert decision.stage == "third"
    assert decision.outcome["assign_to"] == "Ann"


def test_a_reason_shows_the_facts_that_the_rule_used() -> None:
    """Missing ones too, days beside the date they come from, and the day's values in the label."""
    decision = decide(sunny=False, count=2, sky="green", due=DAY + timedelta(days=9), windy=False)
    assert decision.because == (
        Reason("first", "on", "At most 3 of us, 3!", ("Guide §1",), {"sunny": False, "count": 2}),
        Reason("second", "settle", "The label of settle", ("Guide §1",),
               {"sky": "green", "days_left": 9}),
    )  # fmt: skip
    passed = decide(sunny=False, count=2, sky="green", due=DAY + timedelta(days=9))
    assert passed.because[1].facts == {"sky": "green", "windy": None}
    assert passed.because[2].facts == {"careful": False}


def test_a_label_and_a_rule_go_by_the_parameter_of_the_day() -> None:
    """The new value counts from its day on, in the condition and in the words."""
    new_year = date(2027, 1, 1)
    day_before = decide(as_of=new_year - timedelta(days=1), sunny=False, count=5, windy=True)
    assert fired(day_before)[0] == ("first", "on-with-many")
    on_the_day = decide(as_of=new_year, sunny=False, count=5, windy=True)
    assert fired(on_the_day)[0] == ("first", "on")
    assert on_the_day.because[0].label == "At most 5 of us, 5!"


def test_kept_outcomes_stay_and_all_others_are_those_of_the_last_rule() -> None:
    """What a stage on the way keeps is in every later answer, until a later one sets it anew."""
    kept = decide(sunny=False, count=2, sky="blue", windy=False)
    assert kept.outcome["tags"] == ("slow", "safe")
    assert (kept.outcome["level"], kept.outcome["cc"], kept.outcome["final"]) == (7, (), False)
    assert decide(sunny=False, count=9, sky="blue", windy=False).outcome["tags"] == ()
    again = decide(sunny=False, count=2, sky="blue", windy=True)
    assert (again.outcome["action"], again.outcome["tags"]) == ("retag", ("other",))


def test_a_stage_that_asks_answers_with_whom_to_ask() -> None:
    """The first question's role, action and group; what was kept before stays."""
    decision = decide(sunny=False, count=2, sky="green", windy=False)
    assert decision.status is Status.AWAITING_FACTS
    assert (decision.stage, fired(decision)) == ("second", [("first", "on")])
    assert [need.fact for need in decision.needs] == ["due"]
    assert (decision.needs[0].question, decision.needs[0].asked_of) == ("When?", "Cy")
    outcome = decision.outcome
    assert (outcome["assign_to"], outcome["action"], outcome["group"]) == ("Cy", "ask", None)
    assert (outcome["tags"], outcome["final"]) == (("slow", "safe"), False)


def test_needs_carry_the_sources_and_the_group_of_the_fact() -> None:
    """All that is to be asked, in order; the answer goes to the first one's role."""
    decision = decide()
    assert [(need.fact, need.sources) for need in decision.needs] == [
        ("sunny", ("Guide §1",)), ("count", ()),
    ]  # fmt: skip
    assert (decision.outcome["assign_to"], decision.outcome["action"]) == ("Ann", "look")
    alone = book(table(rule("a", "windy"), rule("b", "true"))).decide("table", {}, DAY)
    assert (alone.outcome["assign_to"], alone.outcome["group"]) == ("Bob", "G")


def test_assumptions_are_those_of_the_rules_on_the_way() -> None:
    """Each sentence once, in the order of the rules; none of a rule that did not fire."""
    once = decide(sunny=False, count=9, sky="green", due=DAY, windy=False)
    assert fired(once) == [("first", "on-with-many"), ("second", "settle")]
    assert once.assumptions == ("The same sentence.",)
    both = decide(sunny=False, count=1, sky="green", due=DAY, windy=False)
    assert both.assumptions == ("Few is not said.", "The same sentence.")
    assert decide(sunny=True).assumptions == ()


def test_a_policy_can_be_decided_alone() -> None:
    """Any stage by its name: without the others, and to the end even when it passes on."""
    passed_on = decide("first", sunny=False, count=2)
    assert (passed_on.decision, passed_on.stage) == ("first", "first")
    assert passed_on.status is Status.DECIDED
    assert (passed_on.outcome["assign_to"], passed_on.outcome["action"]) == (None, None)
    assert passed_on.outcome["tags"] == ("slow", "safe")
    assert decide("third", due=DAY - timedelta(days=1)).outcome["action"] == "hurry"
    assert decide("third").needs[0].fact == "due"


def test_facts_with_a_default_are_never_asked_for() -> None:
    """The careful take care; who does not say so is not asked."""
    assert fired(decide("third", due=DAY)) == [("third", "wait")]
    assert fired(decide("third", due=DAY, careful=True)) == [("third", "take-care")]


@cache
def gathering() -> RuleBook:
    """Return a chain whose first stage collects."""
    collecting = table(
        rule("sun", "sunny", "{cc: [Ann, Bob], tags: [a], assign_to: Ann, action: go}"),
        rule("wind", "windy", "{cc: [Bob, Cy], tags: [b], final: true}"),
        rule("many", "count > 5", "{assign_to: Bob}"),
        rule("none", "not(sunny) and not(windy)", "{continue: true}"),
        hit="collect", name="gathering",
    )  # fmt: skip
    return book(collecting, table(rule("end", "true"), name="last"))


def test_with_collect_lists_add_up() -> None:
    """Each of the true rules adds its own, nothing twice; single values come from whoever has."""
    facts = {"sunny": True, "windy": True, "count": 0}
    decision = gathering().decide("routing", facts, DAY)
    assert decision.outcome["cc"] == ("Ann", "Bob", "Cy")
    assert decision.outcome["tags"] == ("a", "b")
    assert (decision.outcome["assign_to"], decision.outcome["final"]) == ("Ann", True)
    assert fired(decision) == [("gathering", "sun"), ("gathering", "wind")]


def test_with_collect_two_rules_may_not_differ_on_a_single_value() -> None:
    """That is an error of the policy, told by the outcome's name."""
    with pytest.raises(RulesConflict, match="`gathering`: two true rules differ on `assign_to`"):
        gathering().decide("routing", {"sunny": True, "windy": False, "count": 9}, DAY)


def test_with_collect_a_case_is_passed_on_when_every_true_rule_says_so() -> None:
    """One true rule that answers keeps the case."""
    facts = {"sunny": False, "windy": False}
    assert gathering().decide("routing", {**facts, "count": 0}, DAY).stage == "last"
    assert gathering().decide("routing", {**facts, "count": 9}, DAY).stage == "gathering"


def test_deciding_changes_nothing() -> None:
    """The same case gives the same answer again, and the facts held are left as they were."""
    facts: dict[str, Value | None] = {"sunny": False, "count": 2, "windy": None}
    first = way().decide("routing", facts, DAY)
    assert way().decide("routing", facts, DAY) == first
    assert facts == {"sunny": False, "count": 2, "windy": None}
    with pytest.raises(TypeError):
        first.outcome["final"] = True  # type: ignore[index]  # that is the claim


@cache
def way_of_one() -> RuleBook:
    """Return the chain once more, its last stage coming after the others by itself."""
    written = files(FIRST, SECOND, THIRD)
    third = written["policies/third.yaml"].replace("hit: ", "after: [first, second]\nhit: ")
    return load({**written, "policies/third.yaml": third})


FACTS = st.fixed_dictionaries(
    {},
    optional={
        "sunny": st.booleans(),
        "windy": st.booleans(),
        "careful": st.booleans(),
        "sky": st.sampled_from(["red", "green", "blue"]),
        "count": st.integers(0, 9),
        "due": st.dates(DAY - timedelta(days=20), DAY + timedelta(days=20)),
    },
)


@given(FACTS, st.dates(date(2026, 6, 1), date(2027, 6, 1)))
def test_coming_after_others_is_being_the_last_stage_of_a_chain(
    facts: dict[str, Value], as_of: date
) -> None:
    """Whatever is known, on whatever day: only the name of the decision differs."""
    routed = way_of_one().decide("routing", facts, as_of)
    assert replace(way_of_one().decide("third", facts, as_of), decision="routing") == routed
    assert way().decide("routing", facts, as_of) == routed
