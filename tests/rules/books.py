"""Small rule books for tests: a vocabulary about an outing, and tables written in a few words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from rules.condition import Condition
from rules.condition_check import ConditionCheck
from rules.policy import Parameter
from rules.problems import Findings, Problem, RuleText
from rules.reading import Section, section_of
from rules.rule_book import RuleBook, load
from rules.sources import read_sources
from rules.vocabulary import Vocabulary
from rules.vocabulary_reader import read_vocabulary
from rules.yaml_tree import MappingNode, Node, ScalarNode, parse

DAY = date(2026, 11, 22)

SOURCES = """\
documents:
  Guide: {title: The guide to outings}
clauses:
  Guide §1: We go out when it is sunny.
  Guide §2: Somebody always brings the tea.
"""
ASKED = "question: How is it?, asked_of: Ann, action: look"
FACTS = f"""\
facts:
  sunny: {{type: boolean, {ASKED}, sources: [Guide §1]}}
  windy: {{type: boolean, question: Is it windy?, asked_of: Bob, action: wave, group: G}}
  sky: {{type: choice, choices: [red, green, blue], {ASKED}}}
  count: {{type: integer, range: [0, 9], {ASKED}}}
  others: {{type: integer, range: [5, 20], {ASKED}}}
  price: {{type: number, scale: 2, range: [0, 100], {ASKED}}}
  due: {{type: date, range: [2020-01-01, 2039-12-31], question: When?, asked_of: Cy, action: ask}}
  days_left: {{type: integer, range: [-2000, 2000], unit: days, derived: {{days_until: due}}}}
  note: {{type: text, {ASKED}}}
  careful: {{type: boolean, default: false}}
"""
OUTCOMES = """\
outcomes:
  assign_to: {type: choice, choices: [Ann, Bob, Cy]}
  action: {type: text}
  group: {type: text}
  cc: {type: choice, many: true, choices: [Ann, Bob, Cy]}
  tags: {type: text, many: true, kept: true}
  final: {type: boolean}
  level: {type: integer}
"""
VOCABULARY = FACTS + OUTCOMES
ROUTING = """\
decision: routing
title: The whole way
owner: Ann
review: P1Y
stages: [{stages}]
"""
ANSWER = "{assign_to: Ann, action: go}"
_QUOTED = re.compile(r'"[^"]*"')


def rule(id: str, when: str, then: str = ANSWER, **more: str) -> str:
    """Return one rule, as it stands in a file."""
    members = {"label": f"The label of {id}", "sources": "[Guide §1]", **more}
    lines = [f"  - id: {id}", f"    when: >-\n      {when}", f"    then: {then}"]
    lines += [f"    {key}: {value}" for key, value in members.items()]
    return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Table:
    """A policy in a few words; inputs and outputs are those its rules and properties use."""

    rules: tuple[str, ...]
    name: str = "table"
    hit: str = "first"
    parameters: Mapping[str, str] = field(default_factory=dict)
    more: str = ""

    def text(self, vocabulary: str = VOCABULARY) -> str:
        """Return the policy as it stands in a file."""
        facts, outcomes = (
            re.findall(r"^  (\w+):", part, re.MULTILINE) for part in vocabulary.split("outcomes:")
        )
        conditions = _QUOTED.sub("", "\n".join([*self.rules, self.more.partition("cases:")[0]]))
        used = re.findall(r"when: (?:>-\n\s*)?(.*)", conditions)
        inputs = [fact for fact in facts if re.search(rf"\b{fact}\b", "\n".join(used))]
        outputs = [name for name in outcomes if re.search(rf"\b{name}:", "\n".join(self.rules))]
        head = [f"policy: {self.name}", "title: A table", "owner: Ann", "review: P1Y"]
        head += [f"hit: {self.hit}", f"inputs: [{', '.join(inputs)}]"]
        head += [f"outputs: [{', '.join(outputs)}]"]
        if self.parameters:
            head += ["parameters:", *(f"  {name}: {it}" for name, it in self.parameters.items())]
        return "\n".join([*head, "rules:", *self.rules, self.more]) + "\n"


def table(
    *rules: str,
    name: str = "table",
    hit: str = "first",
    parameters: Mapping[str, str] | None = None,
    more: str = "",
) -> Table:
    """Return a table called `table` with the hit policy `first`, unless said otherwise."""
    return Table(rules, name, hit, parameters or {}, more)


def files(*tables: Table, vocabulary: str = VOCABULARY, routing: str = "") -> dict[str, str]:
    """Return the rule files of a book whose chain has these tables as its stages."""
    stages = ", ".join(each.name for each in tables)
    policies = {f"policies/{each.name}.yaml": each.text(vocabulary) for each in tables}
    return {
        "vocabulary.yaml": vocabulary,
        "sources.yaml": SOURCES,
        "routing.yaml": ROUTING.replace("{stages}", stages) + routing,
        **policies,
    }


def book(*tables: Table, vocabulary: str = VOCABULARY, routing: str = "") -> RuleBook:
    """Return the rule book with these tables as the stages of `routing`, in order."""
    return load(files(*tables, vocabulary=vocabulary, routing=routing))


def tree(text: str, findings: Findings) -> Node:
    """Return a YAML text that can be parsed as a tree."""
    node = parse("rules.yaml", text, findings)
    assert node is not None, findings.sorted()
    return node


def section(text: str, findings: Findings, *required: str) -> Section:
    """Return a YAML mapping as a section that may hold every key it holds."""
    node = tree(text, findings)
    assert isinstance(node, MappingNode)
    found = section_of(node, findings, [key.text for key, _ in node.entries], required)
    assert found is not None
    return found


def outing() -> Vocabulary:
    """Return the vocabulary about an outing."""
    findings = Findings()
    sources = read_sources(tree(SOURCES, findings), findings)
    vocabulary = read_vocabulary(tree(VOCABULARY, findings), sources, findings)
    assert not findings, findings.sorted()
    return vocabulary


def check(
    when: str, vocabulary: Vocabulary, parameters: Mapping[str, Parameter] | None = None
) -> tuple[Condition | None, tuple[Problem, ...]]:
    """Return the checked condition, if it is one, and the problems of its text."""
    findings = Findings()
    scalar = ScalarNode(RuleText("when.yaml", when), 0, len(when), when, plain=True)
    reader = ConditionCheck(vocabulary, parameters or {}, tuple(vocabulary.facts), findings)
    return reader.read(scalar), findings.sorted()
