"""Practices of service delivery: one starts, or is over, with every criterion and not before."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest

from model.settings import HOME
from rules.rule_book import load, read_files

CRITERIA = {
    "identify-services-entry": ("current_services_known",),
    "identify-services-exit": ("service_gaps_identified", "standard_services_defined"),
    "catalogue-services-entry": (
        "resources_plan_approved", "resourcing_communicated", "portfolios_updated",
    ),
    "catalogue-services-exit": ("catalogue_published",),
}  # fmt: skip
DAY = date(2026, 11, 22)


@pytest.mark.parametrize("policy", CRITERIA)
def test_a_practice_passes_with_every_criterion_met_and_not_otherwise(policy: str) -> None:
    """Over all answers, those that nobody has given among them."""
    book, names = load(read_files(HOME / "rules")), CRITERIA[policy]
    for answers in product((True, False, None), repeat=len(names)):
        facts = {n: each for n, each in zip(names, answers, strict=True) if each is not None}
        decided = book.decide(policy, facts, DAY)
        assert (decided.outcome.get("result") == "pass") == all(answers)
        assert (decided.outcome.get("result") == "blocked") == (
            False in answers and None not in answers[: answers.index(False)]
        )
        assert bool(decided.needs) == (None in answers and not decided.outcome.get("result"))
        if not decided.needs:
            assert decided.outcome["assign_to"]


def test_each_practice_says_who_is_accountable_and_who_responsible() -> None:
    """Accountable is the policy's owner; both stand in the words of a clause that it rests on."""
    book = load(read_files(HOME / "rules"))
    for name in CRITERIA:
        policy = book.policies[name]
        (clause,) = policy.sources
        words = book.sources.clauses[clause]
        assert f"Accountability: {policy.owner}." in words
        assert "Responsibility: " in words
