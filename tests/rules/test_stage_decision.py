"""What a stage says: all that its rules set and why, or what it asks; nobody can change it."""

from __future__ import annotations

from typing import cast

import pytest

from rules.edition import Edition, edition_on
from rules.errors import RulesConflict
from rules.stage_decision import asking, firing
from tests.rules.books import DAY, book, rule, table

EDITION = edition_on(
    book(
        table(
            rule("tea", "sunny", "{assign_to: Ann, action: go, tags: [tea, cake]}"),
            rule("cake", "windy", "{tags: [cake, wine]}", assumption="Wine is not said."),
            rule("other", "careful", "{assign_to: Bob, action: go}"),
            rule("on", "sunny", "{continue: true}"),
            hit="collect",
        ),
        table(rule("end", "true"), name="last"),
    ).policies["table"],
    DAY,
)


def edition_of(*ids: str) -> Edition:
    """Return the edition with these of its rules."""
    rules = tuple(each for each in EDITION.rules if each.id in ids)
    return Edition(EDITION.policy, rules, EDITION.parameters)


def test_what_several_rules_set_adds_up() -> None:
    """Lists are joined, each word once; what only one of them says, it says for all."""
    tea = edition_of("tea", "cake")
    said = firing(tea, tea.rules, {"sunny": True})
    assert said.outcome == {"assign_to": "Ann", "action": "go", "tags": ("tea", "cake", "wine")}
    assert said.assumptions == ("Wine is not said.",)
    assert [dict(reason.facts) for reason in said.because] == [{"sunny": True}, {"windy": None}]
    assert not said.continues


def test_rules_that_contradict_each_other_are_no_answer() -> None:
    """Two rules that send the case to different people are named as an error of the policy."""
    both = edition_of("tea", "other")
    with pytest.raises(RulesConflict, match="policy `table`: two true rules differ on `assign_to`"):
        firing(both, both.rules, {})


def test_a_case_is_passed_on_when_every_rule_says_so() -> None:
    """One rule that ends it is enough."""
    assert firing(EDITION, edition_of("on").rules, {}).continues
    assert not firing(EDITION, edition_of("on", "tea").rules, {}).continues
    assert not asking(("sunny",)).continues


def test_nobody_who_is_handed_a_stage_decision_can_change_it() -> None:
    """It is handed out again for the next case with the same facts."""
    said = firing(EDITION, edition_of("tea").rules, {"sunny": True})
    for mapping in (said.outcome, said.because[0].facts, asking(("sunny",)).outcome):
        with pytest.raises(TypeError):
            cast("dict[str, object]", mapping)["sunny"] = False
