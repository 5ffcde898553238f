"""The checks of a policy that read well but may not hold together, as a table of named checks."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from rules.compiled_policy import CompiledPolicy
from rules.condition import Condition, LiteralTerm, ParameterTerm, Truth, facts_of, terms
from rules.decision_diagram import TooEntangled
from rules.engine_limits import EngineLimit
from rules.policy import HitPolicy, Policy, Routing, Rule
from rules.policy_reader import NO_CONDITION, RULE_KEYS
from rules.problems import Findings
from rules.reading import Section, is_null, section_of
from rules.spelling import did_you_mean
from rules.vocabulary import ALWAYS_ANSWERED, Vocabulary
from rules.yaml_tree import MappingNode, ScalarNode

_PLACEHOLDER = re.compile(r"\{([^}]*)\}")


@dataclass(frozen=True, slots=True)
class ReadPolicy:
    """A policy with the section it was read from, so that a check can name a place."""

    policy: Policy
    section: Section
    vocabulary: Vocabulary

    def rules(self) -> Iterable[tuple[Rule, Section]]:
        """Yield each rule with its section."""
        nodes = [node for node in self.section.items("rules") if isinstance(node, MappingNode)]
        silent = Findings()  # the reader has told what is wrong with a rule's keys
        for rule, node in zip(self.policy.rules, nodes, strict=False):
            section = section_of(node, silent, RULE_KEYS)
            if section:
                yield rule, section

    def conditions(self) -> list[Condition]:
        """Return the condition of each rule and property."""
        rules, properties = self.policy.rules, self.policy.properties
        return [rule.when for rule in rules] + [claim.when for claim in properties]


def _inputs_are_used(read: ReadPolicy, findings: Findings) -> None:
    conditions = read.conditions()
    if NO_CONDITION in conditions:
        return
    used = {name for condition in conditions for name in facts_of(condition)}
    for word in read.section.words("inputs"):
        if word.text in read.policy.inputs and word.text not in used:
            message = f"no rule of this policy uses `{word.text}`"
            findings.add(word.source, word.start, "unused-input", message, "take it off the list")


def _parameters_are_used(read: ReadPolicy, findings: Findings) -> None:
    conditions = read.conditions()
    if NO_CONDITION in conditions:
        return
    used = {
        term.name
        for condition in conditions
        for term in terms(condition)
        if isinstance(term, ParameterTerm)
    }
    for key, _ in read.section.entries("parameters"):
        if key.text not in used:
            message = f"no rule of this policy uses the parameter `{key.text}`"
            findings.add(key.source, key.start, "unused-parameter", message, "remove it")


def _outputs_are_set(read: ReadPolicy, findings: Findings) -> None:
    set_by_a_rule = {name for rule in read.policy.rules for name in rule.outcome}
    for word in read.section.words("outputs"):
        if word.text in read.policy.outputs and word.text not in set_by_a_rule:
            message = f"no rule of this policy sets `{word.text}`"
            findings.add(word.source, word.start, "unused-output", message, "take it off the list")


def _rules_answer(read: ReadPolicy, findings: Findings) -> None:
    """Each rule passes the case on, or says who does what."""
    needed = [name for name in ALWAYS_ANSWERED if name in read.vocabulary.outcomes]
    for rule, section in read.rules():
        place = section.node.get("then")
        if not isinstance(place, MappingNode):
            continue
        if rule.continues:
            for name in rule.outcome:
                if not read.vocabulary.outcomes[name].kept:
                    message = f"a rule that passes the case on cannot set `{name}`"
                    findings.add(place.source, place.start, "continue-and-answer", message)
        elif read.policy.hit is not HitPolicy.COLLECT:
            for name in needed:
                written = place.get(name)
                if written is None or (isinstance(written, ScalarNode) and is_null(written)):
                    message = f"rule `{rule.id}` does not say `{name}`"
                    help = "set it, or pass the case on with `continue: true`"
                    findings.add(place.source, place.start, "no-answer", message, help)


def _labels_name_parameters(read: ReadPolicy, findings: Findings) -> None:
    for _, section in read.rules():
        scalar = section.scalar("label")
        for placeholder in _PLACEHOLDER.finditer(scalar.text) if scalar else ():
            if scalar and placeholder[1] not in read.policy.parameters:
                message = f"there is no parameter `{placeholder[1]}`"
                index = scalar.index_of(placeholder.start())
                findings.add(scalar.source, index, "unknown-parameter", message)


def _rules_are_reached(read: ReadPolicy, findings: Findings) -> None:
    """Under `hit: first` nothing below a rule that is always true can ever fire."""
    if read.policy.hit is not HitPolicy.FIRST:
        return
    above: Rule | None = None
    for rule, section in read.rules():
        if above is not None:
            message = f"rule `{above.id}` above is always true: this one can never fire"
            findings.add(section.node.source, section.node.start, "unreachable-rule", message)
        always = rule.when == Truth(LiteralTerm(True)) and rule.since is None and rule.until is None
        above = above or (rule if always else None)


def _engine_can_hold_it(read: ReadPolicy, findings: Findings) -> None:
    node = read.section.node
    try:
        CompiledPolicy(read.policy, read.vocabulary).check_limits(date(2000, 1, 1))
    except EngineLimit as limit:
        findings.add(node.source, node.start, "engine-limit", limit.limit, limit.help)
    except TooEntangled as error:
        message = f"what to ask for in this policy cannot be told in time: {error}"
        help = "split the policy, or give some facts a default"
        findings.add(node.source, node.start, "too-entangled", message, help)


CHECKS: tuple[tuple[str, Callable[[ReadPolicy, Findings], None]], ...] = (
    ("every input is used", _inputs_are_used),
    ("every parameter is used", _parameters_are_used),
    ("every output is set", _outputs_are_set),
    ("every rule answers or passes on", _rules_answer),
    ("labels name parameters that exist", _labels_name_parameters),
    ("no rule stands below one that is always true", _rules_are_reached),
)
"""Independent of each other: a file shows all its problems at once."""

LAST_CHECK = ("the engine can hold it", _engine_can_hold_it)
"""Compiles the policy, so it runs only on one without problems."""


def check_policy(
    policy: Policy, section: Section, vocabulary: Vocabulary, *, compile_it: bool = True
) -> None:
    """Run every check on a policy; what is wrong goes to the section's findings.

    One that rests on a vocabulary with problems cannot be compiled.
    """
    read = ReadPolicy(policy, section, vocabulary)
    for _, check in CHECKS:
        check(read, section.findings)
    if compile_it and not section.findings:
        LAST_CHECK[1](read, section.findings)


def check_stages_before(
    policy: Policy,
    section: Section,
    policies: Mapping[str, Policy],
    unread: Collection[str],
    findings: Findings,
) -> None:
    """What a policy comes `after` is another policy, which comes after none itself."""
    for word in section.words("after"):
        before = policies.get(word.text)
        place = (word.source, word.start)
        if word.text == policy.name:
            help = "take it off the list"
            findings.add(*place, "bad-after", "a policy cannot come after itself", help)
        elif before is not None and before.after:
            message = f"`{word.text}` comes after other policies itself"
            findings.add(*place, "bad-after", message, "name here each policy on the way")
        elif before is None and word.text not in unread:
            message = f"there is no policy `{word.text}`"
            findings.add(*place, "unknown-policy", message, did_you_mean(word.text, policies))


def check_last_stage(routing: Routing, policies: dict[str, Policy], section: Section) -> None:
    """The last stage of a chain has nobody to pass a case on to."""
    last = policies.get(routing.stages[-1]) if routing.stages else None
    for rule in last.rules if last else ():
        if rule.continues:
            place = section.node.get("stages") or section.node
            message = f"rule `{rule.id}` of the last stage passes the case on to nobody"
            section.problem(place, "chain-has-no-end", message)
