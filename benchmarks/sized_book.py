"""Rule books of any size: so many rules, so many facts, everything else the same."""

from __future__ import annotations

from rules import rule_book
from rules.compiled_policy import REMEMBERED
from rules.rule_book import RuleBook

_SOURCES = """\
documents: {B: {title: Made up for measuring, version: "1"}}
clauses: {B §1: An amount picks a rule.}
"""
_ROUTING = """\
decision: routing
title: Which rule
owner: Nobody
review: P1Y
stages: [sized]
cases: []
"""
_POLICY = """\
policy: sized
title: Which rule
owner: Nobody
review: P1Y
hit: first
inputs: [category, amount]
outputs: [assign_to, action]
rules:
"""
_RULE = """\
  - id: rule-{number}
    label: Rule {number}
    sources: [B §1]
    when: category = "c{category}" and amount in [{low}..{high}]
    then: {{assign_to: Nobody, action: act}}
"""
_FACT = """\
  note_{number}:
    type: integer
    range: [0, 1000000]
    question: How many?
    asked_of: Nobody
    action: act
    sources: [B §1]
"""
_VOCABULARY = """\
facts:
  category:
    type: choice
    choices: [{choices}]
    question: Which one?
    asked_of: Nobody
    action: act
    sources: [B §1]
  amount:
    type: integer
    range: [0, 1000000]
    question: How much?
    asked_of: Nobody
    action: act
    sources: [B §1]
{notes}outcomes:
  assign_to: {{type: choice, choices: [Nobody]}}
  action: {{type: choice, choices: [act]}}
"""
STRETCHES = 5
_WIDTH = 100


def sized_book(rules: int, notes: int = 0, remembered: int = REMEMBERED) -> RuleBook:
    """Return a book of one table of so many rules, and so many facts that it does not use."""
    categories = [number // STRETCHES for number in range(rules)]
    written = "".join(
        _RULE.format(
            number=number,
            category=category,
            low=number % STRETCHES * _WIDTH,
            high=number % STRETCHES * _WIDTH + _WIDTH - 1,
        )
        for number, category in enumerate(categories)
    )
    choices = ", ".join(f"c{category}" for category in dict.fromkeys(categories))
    facts = "".join(_FACT.format(number=number) for number in range(notes))
    return rule_book.load(
        {
            "vocabulary.yaml": _VOCABULARY.format(choices=choices, notes=facts),
            "sources.yaml": _SOURCES,
            "routing.yaml": _ROUTING,
            "policies/sized.yaml": _POLICY + written,
        },
        remembered,
    )


def middle_case(rules: int, notes: int = 0) -> dict[str, object]:
    """Return the facts that make the rule in the middle true, and every note."""
    middle = rules // 2
    amount = middle % STRETCHES * _WIDTH + 1
    return {"category": f"c{middle // STRETCHES}", "amount": amount} | {
        f"note_{number}": number for number in range(notes)
    }
