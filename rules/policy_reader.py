"""Tree to checked policy: reads one `policies/*.yaml` against the vocabulary and the sources."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from rules.condition import Condition, Or
from rules.condition_check import ConditionCheck
from rules.condition_parser import KEYWORDS
from rules.decision import OutcomeValue
from rules.outcome_reader import read_expectation, read_outcome
from rules.policy import CONTINUE, Case, HitPolicy, Parameter, Policy, Property, Rule
from rules.problems import Findings
from rules.reading import (
    LONGEST_NAME,
    LONGEST_ROLE,
    LONGEST_TITLE,
    SLUG,
    SLUG_HELP,
    WORD,
    WORD_HELP,
    Section,
    is_empty,
    is_null,
    plain_value,
    section_of,
)
from rules.sources import Sources, read_citations
from rules.spelling import did_you_mean
from rules.values import Domain, FactType, Value, ValueRefused
from rules.vocabulary import Vocabulary
from rules.yaml_tree import MappingNode, Node, ScalarNode, SequenceNode

POLICY_KEYS = (
    "policy", "title", "owner", "review", "hit", "after", "sources", "parameters", "inputs",
    "outputs", "rules", "properties", "cases",
)  # fmt: skip
RULE_KEYS = ("id", "label", "sources", "when", "then", "assumption", "from", "until")
PARAMETER_KEYS = ("value", "unit", "meaning", "sources", "changes")
PROPERTY_KEYS = ("says", "when", "then", "never")
CASE_KEYS = ("name", "as_of", "given", "expect")
_REQUIRED = ("policy", "title", "owner", "review", "hit", "inputs", "outputs", "rules")

NO_CONDITION: Condition = Or(())
"""In place of a condition that was refused."""

DAY_OF_CASES = date(2026, 1, 1)
"""The day on which a case without `as_of` is decided: always the same, so it never turns red."""


def read_policy(
    node: Node, vocabulary: Vocabulary, sources: Sources, findings: Findings
) -> Policy | None:
    """Return the policy of a file, or None when it is not even a policy's outline.

    What is wrong goes to `findings`; a policy read with findings is not to be used.
    """
    section = section_of(node, findings, POLICY_KEYS, _REQUIRED)
    if section is None:
        return None
    return _PolicyReader(section, vocabulary, sources, findings).policy()


class _PolicyReader:
    """Reads the parts of one policy in the order in which they need each other."""

    def __init__(
        self, section: Section, vocabulary: Vocabulary, sources: Sources, findings: Findings
    ) -> None:
        self._section = section
        self._vocabulary = vocabulary
        self._sources = sources
        self._findings = findings
        self._inputs = self._declared("inputs", vocabulary.facts, "fact")
        self._outputs = self._declared("outputs", vocabulary.outcomes, "outcome")
        self._parameters = self._read_parameters()
        self._conditions = ConditionCheck(vocabulary, self._parameters, self._inputs, findings)

    def policy(self) -> Policy:
        section = self._section
        name = section.text("policy", LONGEST_NAME)
        if name and not SLUG.fullmatch(name):
            place = section.scalar("policy") or section.node
            message = f"`{name}` cannot be the name of a policy"
            section.problem(place, "bad-name", message, SLUG_HELP)
        rules = self._read_rules()
        return Policy(
            name=name,
            title=section.text("title", LONGEST_TITLE),
            owner=section.text("owner", LONGEST_ROLE),
            review=section.period("review"),
            hit=HitPolicy(section.choice("hit", [hit.value for hit in HitPolicy]) or "first"),
            parameters=MappingProxyType(self._parameters),
            inputs=self._inputs,
            outputs=self._outputs,
            rules=rules,
            properties=self._read_properties(),
            cases=read_cases(section, self._vocabulary, tuple(rule.id for rule in rules)),
            sources=read_citations(section, self._sources),
            path=section.node.source.path,
            after=tuple(word.text for word in section.words("after")),
        )

    def _declared(self, key: str, known: Mapping[str, object], what: str) -> tuple[str, ...]:
        words = self._section.words(key)
        for word in words:
            if word.text not in known:
                message = f"there is no {what} `{word.text}` in the vocabulary"
                help = did_you_mean(word.text, known)
                self._section.problem(word, f"unknown-{what}", message, help)
        return tuple(word.text for word in words if word.text in known)

    def _read_parameters(self) -> dict[str, Parameter]:
        parameters: dict[str, Parameter] = {}
        for key, node in self._section.entries("parameters"):
            taken = dict.fromkeys(self._vocabulary.facts, "it is the name of a fact")
            taken |= dict.fromkeys(KEYWORDS, "it is a word of the condition language")
            if not WORD.fullmatch(key.text) or key.text in taken:
                message = f"`{key.text}` cannot be the name of a parameter"
                self._section.problem(key, "bad-name", message, taken.get(key.text, WORD_HELP))
            if isinstance(node, ScalarNode) and is_empty(node):
                self._section.problem(key, "missing-key", f"`{key.text}` has no value")
                continue
            parameter = self._read_parameter(key.text, node)
            if parameter:
                parameters[key.text] = parameter
        return parameters

    def _read_parameter(self, name: str, node: Node) -> Parameter | None:
        """A parameter is a bare value or a section with `value`; its type is the value's."""
        if isinstance(node, ScalarNode):
            return Parameter(name, constant(node))
        section = section_of(node, self._findings, PARAMETER_KEYS, ("value",))
        value = section.scalar("value") if section else None
        if section is None or value is None:
            return None
        return Parameter(
            name,
            constant(value),
            self._read_changes(section, value),
            section.optional_text("unit"),
            section.optional_text("meaning"),
            read_citations(section, self._sources),
        )

    def _read_changes(self, section: Section, first: ScalarNode) -> tuple[tuple[date, Value], ...]:
        changes: list[tuple[date, Value]] = []
        for change in section.sections("changes", ("from", "value"), ("from", "value")):
            day, scalar = change.day("from"), change.scalar("value")
            if day is None or scalar is None:
                continue
            if type(constant(scalar)) is not type(constant(first)):
                message = f"`{scalar.text}` is of another type than `{first.text}`"
                change.problem(scalar, "different-types", message)
                continue
            if changes and day <= changes[-1][0]:
                change.problem(change.node, "bad-order", "changes must follow one another in time")
            changes.append((day, constant(scalar)))
        return tuple(changes)

    def _read_rules(self) -> tuple[Rule, ...]:
        rules: list[Rule] = []
        required = ("id", "label", "sources", "when", "then")
        for section in self._section.sections("rules", RULE_KEYS, required):
            rule = self._read_rule(section)
            if rule.id in (earlier.id for earlier in rules):
                place = section.scalar("id") or section.node
                message = f"another rule of this policy has the id `{rule.id}`"
                section.problem(place, "duplicate-id", message)
            rules.append(rule)
        written = self._section.node.get("rules")
        if not rules and isinstance(written, SequenceNode):
            self._section.problem(written, "no-rules", "a policy needs a rule")
        return tuple(rules)

    def _read_rule(self, section: Section) -> Rule:
        id = section.text("id")
        if id and not SLUG.fullmatch(id):
            place = section.scalar("id") or section.node
            section.problem(place, "bad-name", f"`{id}` cannot be the id of a rule", SLUG_HELP)
        outcome, continues = read_outcome(section, self._vocabulary, self._outputs)
        since, until = section.day("from"), section.day("until")
        if since and until and until <= since:
            section.problem(section.node, "bad-order", "`until` must come after `from`")
        return Rule(
            id=id,
            label=section.text("label"),
            sources=read_citations(section, self._sources),
            when=self._condition(section),
            outcome=outcome,
            continues=continues,
            assumption=section.optional_text("assumption"),
            since=since,
            until=until,
        )

    def _condition(self, section: Section) -> Condition:
        scalar = section.scalar("when")
        checked = self._conditions.read(scalar) if scalar else None
        return checked or NO_CONDITION

    def _read_properties(self) -> tuple[Property, ...]:
        properties: list[Property] = []
        for section in self._section.sections("properties", PROPERTY_KEYS, ("says", "when")):
            then, never = self._claim(section, "then"), self._claim(section, "never")
            if not any(_holds_keys(section.node.get(key)) for key in ("then", "never")):
                help = "say under `then` what must be so, or under `never` what must not"
                section.problem(section.node, "no-claim", "this property claims nothing", help)
            properties.append(Property(section.text("says"), self._condition(section), then, never))
        return tuple(properties)

    def _claim(self, section: Section, key: str) -> Mapping[str, OutcomeValue]:
        outcome, continues = read_outcome(section, self._vocabulary, self._outputs, key)
        written = section.node.get(key)
        if not isinstance(written, MappingNode) or written.get(CONTINUE) is None:
            return outcome
        return MappingProxyType({**outcome, CONTINUE: continues})


def _holds_keys(node: Node | None) -> bool:
    """Whether there is anything in a mapping; what is none has been refused already."""
    return node is not None and (not isinstance(node, MappingNode) or bool(node.entries))


def constant(scalar: ScalarNode) -> Value:
    """Return the value that a parameter's text stands for; quotes make it a text."""
    written = plain_value(scalar.text) if scalar.plain else scalar.text
    if isinstance(written, str) and scalar.plain:
        try:
            return Domain(FactType.DATE).read(written)
        except ValueRefused:
            return written
    return written  # type: ignore[return-value]  # a boolean, a whole number, a decimal or a text


def read_cases(
    section: Section, vocabulary: Vocabulary, rule_ids: tuple[str, ...]
) -> tuple[Case, ...]:
    """Return the cases of a policy or a routing; each name stands once."""
    cases: list[Case] = []
    for case in section.sections("cases", CASE_KEYS, ("name", "given", "expect")):
        name = case.text("name")
        if name and name in (earlier.name for earlier in cases):
            place = case.scalar("name") or case.node
            case.problem(place, "duplicate-case", "another case has the same name")
        as_of = case.day("as_of") or DAY_OF_CASES
        given = _given(case, vocabulary)
        _require_agreement(case, vocabulary, given, as_of)
        expect = read_expectation(case, vocabulary, rule_ids)
        cases.append(Case(name, MappingProxyType(given), as_of, expect))
    return tuple(cases)


def _given(case: Section, vocabulary: Vocabulary) -> dict[str, object]:
    """Return the given facts as JSON would bring them."""
    given: dict[str, object] = {}
    for key, node in case.entries("given"):
        fact = vocabulary.facts.get(key.text)
        if fact is None:
            message = f"there is no fact `{key.text}` in the vocabulary"
            case.problem(key, "unknown-fact", message, did_you_mean(key.text, vocabulary.facts))
        elif isinstance(node, ScalarNode) and is_null(node):
            given[key.text] = None
        else:
            value = case.value_of(node, fact.domain)
            if value is not None:
                given[key.text] = value.isoformat() if isinstance(value, date) else value
    return given


def _require_agreement(
    case: Section, vocabulary: Vocabulary, given: Mapping[str, object], as_of: date
) -> None:
    for fact in vocabulary.facts.values():
        days, until = given.get(fact.name), given.get(fact.derived_from or "")
        if not fact.derived_from or not isinstance(days, int):
            continue
        if isinstance(until, str) and (date.fromisoformat(until) - as_of).days != days:
            message = f"`{fact.name}` and `{fact.derived_from}` differ on {as_of.isoformat()}"
            place = case.node.get("given") or case.node
            case.problem(place, "facts-differ", message, "give one of the two")
