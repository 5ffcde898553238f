"""Practices of service delivery: one starts, or is over, with every criterion and not before."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from itertools import combinations, product

import pytest

from model.settings import HOME
from rules.rule_book import RuleBook, load, read_files

CRITERIA = {
    "identify-services-entry": ("current_services_known",),
    "identify-services-exit": ("service_gaps_identified", "standard_services_defined"),
    "catalogue-services-entry": (
        "resources_plan_approved", "resourcing_communicated", "portfolios_updated",
    ),
    "catalogue-services-exit": ("catalogue_published",),
    "prepare-agreements-entry": ("quality_requirements_known",),
    "prepare-agreements-exit": (
        "service_agreements_finalized", "operational_agreements_documented",
    ),
    "monitor-service-levels-entry": (
        "remedial_actions_known", "investment_performance_reported", "corrective_actions_known",
        "benefit_results_known", "satisfaction_analyzed", "quality_reviews_known",
        "failure_causes_known", "quality_monitored", "requests_classified", "fulfilment_reported",
        "incidents_reported",
    ),
    "monitor-service-levels-exit": ("performance_reported", "improvements_agreed"),
    "review-agreements-entry": (
        "resources_feedback_known", "service_quality_known", "quality_reviews_known",
        "agreements_evaluated",
    ),
    "review-agreements-exit": ("agreements_updated",),
}  # fmt: skip
MATCHING = "match-agreement-requirements"
ASPECTS = (
    "service_times", "availability", "performance", "capacity", "security", "continuity",
    "compliance", "usability", "demand",
)  # fmt: skip
DAY = date(2026, 11, 22)
FEW = 4
Answers = tuple[bool | None, ...]


@pytest.fixture(scope="module")
def book() -> RuleBook:
    """The rules that come with the product."""
    return load(read_files(HOME / "rules"))


def every_answer(count: int) -> Iterator[Answers]:
    """Yield all answers to so many questions; of many, those of which three at most are not yes."""
    if count <= FEW:
        yield from product((True, False, None), repeat=count)
        return
    for other in range(4):
        for places in combinations(range(count), other):
            for said in product((False, None), repeat=other):
                answers: list[bool | None] = [True] * count
                for place, each in zip(places, said, strict=True):
                    answers[place] = each
                yield tuple(answers)


def known(names: tuple[str, ...], answers: Answers) -> dict[str, bool]:
    """Return what is known by some answers."""
    return {n: each for n, each in zip(names, answers, strict=True) if each is not None}


@pytest.mark.parametrize("policy", CRITERIA)
def test_a_practice_passes_with_every_criterion_met_and_not_otherwise(
    book: RuleBook, policy: str
) -> None:
    """Over all answers, those that nobody has given among them."""
    names = CRITERIA[policy]
    for answers in every_answer(len(names)):
        decided = book.decide(policy, known(names, answers), DAY)
        assert (decided.outcome.get("result") == "pass") == all(answers)
        assert (decided.outcome.get("result") == "blocked") == (
            False in answers and None not in answers[: answers.index(False)]
        )
        assert bool(decided.needs) == (None in answers and not decided.outcome.get("result"))
        if not decided.needs:
            assert decided.outcome["assign_to"]


def test_where_no_operational_agreements_apply_nobody_asks_for_them(book: RuleBook) -> None:
    """They underpin the service agreements “if applicable”; those are finalized all the same."""
    for finalized, documented in product((True, False, None), repeat=2):
        names = CRITERIA["prepare-agreements-exit"]
        facts = {**known(names, (finalized, documented)), "operational_agreements_apply": False}
        decided = book.decide("prepare-agreements-exit", facts, DAY)
        result = {True: "pass", False: "blocked", None: None}[finalized]
        assert decided.outcome.get("result") == result
        asked = [need.fact for need in decided.needs]
        assert asked == ([names[0]] if finalized is None else [])


def test_an_agreement_is_drafted_once_all_nine_aspects_are_considered(book: RuleBook) -> None:
    """All that cannot be matched is named at once, and not before everything is considered."""
    names = tuple(f"{aspect}_matched" for aspect in ASPECTS)
    for answers in every_answer(len(names)):
        decided = book.decide(MATCHING, known(names, answers), DAY)
        if None in answers:
            open_ones = {n for n, each in zip(names, answers, strict=True) if each is None}
            assert {need.fact for need in decided.needs} == open_ones
            continue
        unmatched = tuple(a for a, each in zip(ASPECTS, answers, strict=True) if not each)
        assert decided.outcome["unmatched"] == unmatched
        assert decided.outcome["result"] == ("fail" if unmatched else "pass")


def test_each_practice_says_who_is_accountable_and_who_responsible(book: RuleBook) -> None:
    """Accountable is the policy's owner; both stand in the words of a clause that it rests on."""
    for name in (*CRITERIA, MATCHING):
        policy = book.policies[name]
        (clause,) = policy.sources
        words = book.sources.clauses[clause]
        assert f"Accountability: {policy.owner}." in words
        assert "Responsibility: " in words


def test_a_practice_has_as_many_criteria_as_its_clause_counts(book: RuleBook) -> None:
    """None is left out, and none is added."""
    for name, names in CRITERIA.items():
        cited = {each for rule in book.policies[name].rules for each in rule.sources}
        (clause,) = (each for each in cited if each.endswith(f" {name.rpartition('-')[2]}"))
        assert len(re.findall(r" [0-9]+\. ", book.sources.clauses[clause])) == len(names)
