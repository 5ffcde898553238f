"""Text to tree: one YAML file as nodes that know their place; no type is guessed here.

Read from the parser's events, so that a plain `1.10`, `no` or `2027-01-31` keeps the letters
its author wrote until somebody knows which type is meant. Anchors, aliases and tags, which a
rule file has no use for, are problems; so is a key that stands twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    ScalarEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from rules.problems import Findings, RuleText
from rules.values import REORDERING, has_control_character, reorders

LARGEST_FILE = 1_000_000
DEEPEST = 20
_LAYOUT = {ord("\n"): " ", ord("\t"): " "}

_IN_PLAIN_WORDS: tuple[tuple[str, str, str | None], ...] = (
    ("mapping values are not allowed", "`: ` is not allowed here",
     "put the text in quotes when it holds `: `"),
    ("but found '<scalar>'", "there is text after the closing quote",
     "put the whole value in single quotes"),
    ("expected <block end>", "does not line up with what stands above",
     "begin it in the same column as its neighbours"),
    ("cannot start any token", "nothing can begin with this character",
     "put the text in quotes"),
    ("end of stream", "the quote that opens here is never closed", None),
    ("but got", "the bracket that opens here is never closed, or lacks a comma", None),
    ("expected ':'", "`:` is missing after this key", None),
    ("unacceptable character", "holds a control character", None),
)  # fmt: skip
"""What the parser says, what is meant, and what helps."""


@dataclass(frozen=True, slots=True)
class ScalarNode:
    """A single value as written. `plain`: without quotes."""

    source: RuleText
    start: int
    end: int
    text: str
    plain: bool

    def index_of(self, offset: int) -> int:
        """Return where in the file the character at `offset` of the value stands.

        Walks value and file side by side, so it holds for quoted, folded and literal values.
        """
        raw = self.source.text
        index = self.start
        if raw[index : index + 1] in "|>" and not self.plain:
            index = max(index, raw.find("\n", index) + 1)
        for position, character in enumerate(self.text):
            index = self._next(raw, index, character)
            if position == offset:
                return index
            index += 1
        return min(index, max(self.start, self.end - 1))

    def _next(self, raw: str, index: int, character: str) -> int:
        found = index
        while found < self.end and raw[found] != character:
            if character.isspace() and raw[found].isspace():
                return found
            found += 1
        return found if found < self.end else index


@dataclass(frozen=True, slots=True)
class SequenceNode:
    """A list of nodes."""

    source: RuleText
    start: int
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class MappingNode:
    """Keys and their nodes, in the file's order."""

    source: RuleText
    start: int
    entries: tuple[tuple[ScalarNode, Node], ...]

    def get(self, key: str) -> Node | None:
        """Return the node under `key`, if the key is there."""
        return next((node for name, node in self.entries if name.text == key), None)


Node = ScalarNode | SequenceNode | MappingNode


def parse(path: str, text: str, findings: Findings) -> Node | None:
    """Return the tree of one YAML file, or None when it is not one; problems go to `findings`."""
    source = RuleText(path, text)
    if len(text) > LARGEST_FILE:
        findings.add(source, 0, "file-too-large", f"is over {LARGEST_FILE:,} characters long")
        return None
    before = len(findings)
    for each in REORDERING.finditer(text):
        _add_reordering(source, each.start(), findings)
    try:
        root = _Builder(source, findings).document(YAML(typ="safe", pure=True).parse(text))
    except MarkedYAMLError as error:
        _add_syntax_error(error, source, findings)
        return None
    except YAMLError as error:
        position = getattr(error, "position", 0)
        findings.add(source, min(position, len(text)), "yaml-syntax", _first_line(error))
        return None
    except (OverflowError, ValueError):  # the parser takes any number for a character's
        place = max(text.find("\\U"), 0)
        findings.add(source, place, "yaml-syntax", "`\\U…` does not name a character")
        return None
    return root if len(findings) == before else None


class _Builder:
    """Builds nodes from the parser's events."""

    def __init__(self, source: RuleText, findings: Findings) -> None:
        self._source = source
        self._findings = findings

    def document(self, events: Iterator[Event]) -> Node | None:
        root: Node | None = None
        documents = 0
        for event in events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._add(event, "second-document", "a rule file holds one document only")
                    return None
            elif isinstance(event, StreamEndEvent):
                break
            elif root is None and isinstance(
                event, ScalarEvent | MappingStartEvent | SequenceStartEvent | AliasEvent
            ):
                root = self._node(event, events, 0)
        if root is None or (isinstance(root, ScalarNode) and not root.text):
            self._findings.add(self._source, 0, "empty-file", "there is nothing in this file")
            return None
        return root

    def _node(self, event: Event, events: Iterator[Event], depth: int) -> Node:
        self._refuse_anchor_and_tag(event)
        start = event.start_mark.index
        if depth > DEEPEST:
            raise MarkedYAMLError(
                problem=f"nested deeper than {DEEPEST} levels", problem_mark=event.start_mark
            )
        if isinstance(event, MappingStartEvent):
            return MappingNode(self._source, start, tuple(self._entries(events, depth + 1)))
        if isinstance(event, SequenceStartEvent):
            return SequenceNode(self._source, start, tuple(self._items(events, depth + 1)))
        if isinstance(event, ScalarEvent):
            plain = event.style is None
            if has_control_character(event.value.translate(_LAYOUT)):
                self._add(event, "control-character", "holds a control character")
            elif reorders(event.value) and not REORDERING.search(self._source.text):
                _add_reordering(self._source, start, self._findings)  # written as an escape
            return ScalarNode(self._source, start, event.end_mark.index, event.value, plain)
        return ScalarNode(self._source, start, event.end_mark.index, "", plain=True)

    def _items(self, events: Iterator[Event], depth: int) -> Iterator[Node]:
        for event in events:
            if type(event).__name__ == "SequenceEndEvent":
                return
            yield self._node(event, events, depth)

    def _entries(self, events: Iterator[Event], depth: int) -> Iterator[tuple[ScalarNode, Node]]:
        seen: set[str] = set()
        for event in events:
            if type(event).__name__ == "MappingEndEvent":
                return
            key = self._node(event, events, depth)
            value = self._node(next(events), events, depth)
            if not isinstance(key, ScalarNode):
                self._findings.add(self._source, key.start, "bad-key", "a key must be a word")
            elif key.text in seen:
                message = f"`{key.text}` stands twice in this section"
                self._findings.add(self._source, key.start, "duplicate-key", message)
            else:
                seen.add(key.text)
                yield key, value

    def _refuse_anchor_and_tag(self, event: Event) -> None:
        if isinstance(event, AliasEvent):
            self._add(event, "alias", "aliases are not used in rule files", "write it out")
        elif getattr(event, "anchor", None):
            self._add(event, "anchor", "anchors are not used in rule files", "remove the `&…`")
        elif getattr(event, "tag", None):
            self._add(event, "tag", "tags are not used in rule files", "remove the `!…`")

    def _add(self, event: Event, code: str, message: str, help: str | None = None) -> None:
        self._findings.add(self._source, event.start_mark.index, code, message, help)


def _add_reordering(source: RuleText, index: int, findings: Findings) -> None:
    """Refuse what would have a rule, or a comment on it, read otherwise than it decides."""
    message = "holds a character that has what follows shown in another order"
    findings.add(source, index, "reordering-character", message, "remove it: it is not seen")


def _add_syntax_error(error: MarkedYAMLError, source: RuleText, findings: Findings) -> None:
    message = " ".join(str(error.problem or error.context or "is not YAML").split())
    words = (row for row in _IN_PLAIN_WORDS if row[0] in message)
    _, said, help = next(words, ("", message, None))
    marks = (error.problem_mark, error.context_mark)
    mark: Any = (marks[1] if "opens here" in said else marks[0]) or marks[0] or marks[1]
    index = min(mark.index if mark else 0, len(source.text))
    if source.text[index : index + 1] == "\t":
        said, help = "a tab is not allowed here", "indent with spaces"
    findings.add(source, index, "yaml-syntax", said, help)


def _first_line(error: YAMLError) -> str:
    return str(error).strip().splitlines()[0]
