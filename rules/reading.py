"""Reads sections of a rule file key by key; every mistake becomes a problem, none is raised."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from rules.clocks.period import Period
from rules.problems import Findings
from rules.spelling import did_you_mean
from rules.values import Domain, FactType, Value, ValueRefused
from rules.yaml_tree import MappingNode, Node, ScalarNode, SequenceNode

WORD = re.compile(r"[a-z][a-z0-9_]*")
SLUG = re.compile(r"[a-z][a-z0-9_-]*")
WORD_HELP = "a name is small letters, digits and `_`, beginning with a letter"
SLUG_HELP = "a name is small letters, digits, `-` and `_`, beginning with a letter"
_INTEGER = re.compile(r"[-+]?[0-9]+")
_DECIMAL = re.compile(r"[-+]?[0-9]+\.[0-9]+")
LONGEST_NAME = 190
LONGEST_ROLE = 200
LONGEST_TITLE = 1_900
"""How long what is reviewed may be called: a review says a few words more."""
_LONGEST_NUMBER = 40


class Section:
    """One mapping of a rule file, with the keys it may and must have."""

    def __init__(
        self, node: MappingNode, findings: Findings, allowed: Sequence[str], required: Sequence[str]
    ) -> None:
        self.node = node
        self.findings = findings
        for key, _ in node.entries:
            if key.text not in allowed:
                message = f"`{key.text}` is not a key of this section"
                help = did_you_mean(key.text, allowed) or f"its keys are {', '.join(allowed)}"
                self.problem(key, "unknown-key", message, help)
        for name in required:
            if node.get(name) is None:
                self.problem(node, "missing-key", f"`{name}` is missing")
        for key, value in node.entries:
            if key.text in required and isinstance(value, ScalarNode) and is_empty(value):
                self.problem(key, "missing-key", f"`{key.text}` is empty")

    def problem(self, node: Node, code: str, message: str, help: str | None = None) -> None:
        """Note a problem where `node` begins."""
        self.findings.add(node.source, node.start, code, message, help)

    def scalar(self, key: str) -> ScalarNode | None:
        """Return the single value under `key`, if there is one and it is not empty."""
        node = self.node.get(key)
        if node is None:
            return None
        if not isinstance(node, ScalarNode):
            self.problem(node, "not-a-value", f"`{key}` must be a single value")
            return None
        return None if is_null(node) else node

    def text(self, key: str, longest: int | None = None) -> str:
        """Return the text under `key`, in one line, or an empty one; at most so long."""
        scalar = self.scalar(key)
        if scalar is None:
            return ""
        text = " ".join(scalar.text.split())
        if longest is not None and len(text) > longest:
            message = f"`{key}` is {len(text)} characters long"
            self.problem(scalar, "too-long", message, f"it has at most {longest}")
        return text

    def optional_text(self, key: str, longest: int | None = None) -> str | None:
        """Return the text under `key`, or None when there is none; at most so long."""
        return self.text(key, longest) or None

    def choice(self, key: str, choices: Sequence[str]) -> str | None:
        """Return the word under `key` when it is one of `choices`."""
        scalar = self.scalar(key)
        if scalar is None or scalar.text in choices:
            return scalar.text if scalar else None
        help = did_you_mean(scalar.text, choices)
        message = f"`{scalar.text}` must be one of {', '.join(choices)}"
        self.problem(scalar, "unknown-choice", message, help)
        return None

    def boolean(self, key: str) -> bool:
        """Return true or false under `key`; false when it is not there."""
        value = self.value(key, Domain(FactType.BOOLEAN))
        return value is True

    def period(self, key: str) -> str:
        """Return the ISO 8601 period under `key`."""
        scalar = self.scalar(key)
        if scalar is None:
            return ""
        try:
            Period.read(scalar.text)
        except ValueError as error:
            message, _, help = str(error).partition(": ")
            self.problem(scalar, "bad-period", message, help or None)
        return scalar.text

    def day(self, key: str) -> date | None:
        """Return the date under `key`."""
        value = self.value(key, Domain(FactType.DATE))
        return value if isinstance(value, date) else None

    def value(self, key: str, domain: Domain) -> Value | None:
        """Return the value of a domain under `key`; None when missing or refused."""
        scalar = self.scalar(key)
        return None if scalar is None else self.value_of(scalar, domain)

    def value_of(self, node: Node, domain: Domain) -> Value | None:
        """Return the value of a domain that `node` holds; None when it is refused."""
        if not isinstance(node, ScalarNode):
            self.problem(node, "not-a-value", "a single value is expected here")
            return None
        try:
            return domain.read(as_json(node, domain.type))
        except ValueRefused as refused:
            message = f"`{node.text}` {refused.detail}"
            help = refused.help if refused.help and refused.help.startswith("did") else None
            self.problem(node, "bad-value", message, help)
            return None

    def items(self, key: str) -> tuple[Node, ...]:
        """Return the nodes of the list under `key`."""
        node = self.node.get(key)
        if node is None or (isinstance(node, ScalarNode) and is_null(node)):
            return ()
        if not isinstance(node, SequenceNode):
            help = "write `[a, b]`, or each on a line of its own after `- `"
            self.problem(node, "not-a-list", f"`{key}` must be a list", help)
            return ()
        return node.items

    def words(self, key: str) -> tuple[ScalarNode, ...]:
        """Return the single values of the list under `key`, each of which stands once."""
        words: list[ScalarNode] = []
        for item in self.items(key):
            if not isinstance(item, ScalarNode) or is_null(item):
                self.problem(item, "not-a-value", f"`{key}` is a list of single values")
            elif item.text in (word.text for word in words):
                self.problem(item, "listed-twice", f"`{item.text}` is listed twice")
            else:
                words.append(item)
        return tuple(words)

    def entries(self, key: str) -> tuple[tuple[ScalarNode, Node], ...]:
        """Return the keys and nodes of the mapping under `key`."""
        node = self.node.get(key)
        if node is None or (isinstance(node, ScalarNode) and is_null(node)):
            return ()
        if not isinstance(node, MappingNode):
            self.problem(node, "not-a-mapping", f"`{key}` must hold keys and values")
            return ()
        return node.entries

    def sections(
        self, key: str, allowed: Sequence[str], required: Sequence[str]
    ) -> Iterator[Section]:
        """Yield the sections of the list under `key`."""
        for item in self.items(key):
            section = section_of(item, self.findings, allowed, required)
            if section:
                yield section


def section_of(
    node: Node, findings: Findings, allowed: Sequence[str], required: Sequence[str] = ()
) -> Section | None:
    """Return `node` as a section, or None when it is not a mapping."""
    if isinstance(node, MappingNode):
        return Section(node, findings, allowed, required)
    findings.add(node.source, node.start, "not-a-mapping", "keys and values are expected here")
    return None


def is_null(scalar: ScalarNode) -> bool:
    """Whether the value is YAML's null: nothing, `~` or `null`."""
    return scalar.plain and scalar.text in ("", "~", "null")


def is_empty(scalar: ScalarNode) -> bool:
    """Whether there is nothing to read in the value."""
    return is_null(scalar) or not scalar.text.strip()


def as_json(scalar: ScalarNode, type: FactType) -> object:
    """Return what JSON would hold for this value, were it of `type`; quotes make a text."""
    text = scalar.text
    if not scalar.plain or type in (FactType.CHOICE, FactType.TEXT, FactType.DATE):
        return text
    return plain_value(text)


def plain_value(text: str) -> object:
    """Return the boolean, whole number or decimal that an unquoted value stands for, or itself."""
    if text in ("true", "false"):
        return text == "true"
    if len(text) <= _LONGEST_NUMBER and _INTEGER.fullmatch(text):
        return int(text)
    if len(text) <= _LONGEST_NUMBER and _DECIMAL.fullmatch(text):
        return Decimal(text)
    return text
