"""Reads the outcomes that a rule sets, a property claims and a case expects."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from rules.decision import OutcomeValue
from rules.policy import Expectation
from rules.reading import Section, is_null, section_of
from rules.spelling import did_you_mean
from rules.vocabulary import Outcome, Vocabulary
from rules.yaml_tree import Node, ScalarNode, SequenceNode

EXPECTED = ("rule", "asks", "continue", "stage")


def read_outcome(
    parent: Section, vocabulary: Vocabulary, outputs: tuple[str, ...], key: str = "then"
) -> tuple[Mapping[str, OutcomeValue], bool]:
    """Return the outcomes under `key`, and whether the case is passed on."""
    node = parent.node.get(key)
    allowed = (*vocabulary.outcomes, "continue")
    section = section_of(node, parent.findings, allowed) if node else None
    if section is None:
        return MappingProxyType({}), False
    for name, _ in section.node.entries:
        if name.text in vocabulary.outcomes and name.text not in outputs:
            message = f"`{name.text}` is not among the outputs of this policy"
            section.problem(name, "not-an-output", message, f"add `{name.text}` to `outputs`")
    return MappingProxyType(_outcomes(section, vocabulary)), section.boolean("continue")


def read_expectation(
    parent: Section, vocabulary: Vocabulary, rule_ids: tuple[str, ...]
) -> Expectation:
    """Return what a case expects under `expect`; a policy's rule ids must be its own."""
    node = parent.node.get("expect")
    allowed = (*vocabulary.outcomes, *EXPECTED)
    section = section_of(node, parent.findings, allowed) if node else None
    if section is None:
        return Expectation(MappingProxyType({}))
    rule = section.scalar("rule")
    if rule and rule_ids and rule.text not in rule_ids:
        message = f"this policy has no rule `{rule.text}`"
        section.problem(rule, "unknown-rule", message, did_you_mean(rule.text, rule_ids))
    return Expectation(
        outcome=MappingProxyType(_outcomes(section, vocabulary)),
        rule=rule.text if rule else None,
        asks=_asks(section, vocabulary),
        continues=section.boolean("continue") if section.node.get("continue") else None,
        stage=section.optional_text("stage"),
    )


def _asks(section: Section, vocabulary: Vocabulary) -> tuple[str, ...] | None:
    if section.node.get("asks") is None:
        return None
    words = section.words("asks")
    for word in words:
        if word.text not in vocabulary.facts:
            message = f"there is no fact `{word.text}` in the vocabulary"
            help = did_you_mean(word.text, vocabulary.facts)
            section.problem(word, "unknown-fact", message, help)
    return tuple(word.text for word in words)


def _outcomes(section: Section, vocabulary: Vocabulary) -> dict[str, OutcomeValue]:
    outcomes: dict[str, OutcomeValue] = {}
    for key, node in section.node.entries:
        outcome = vocabulary.outcomes.get(key.text)
        if outcome is not None:
            outcomes[key.text] = _value(node, outcome, section)
    return outcomes


def _value(node: Node, outcome: Outcome, section: Section) -> OutcomeValue:
    if not outcome.many:
        if isinstance(node, ScalarNode) and is_null(node):
            return outcome.empty
        value = section.value_of(node, outcome.domain)
        return value if isinstance(value, bool | int | str) else outcome.empty
    items = node.items if isinstance(node, SequenceNode) else (node,)
    values = [section.value_of(item, outcome.domain) for item in items]
    return tuple(value for value in values if isinstance(value, str))
