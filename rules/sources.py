"""The clauses that a rule may cite, read from `sources.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from rules.problems import Findings
from rules.reading import Section, section_of
from rules.spelling import did_you_mean
from rules.yaml_tree import Node, ScalarNode

_DOCUMENT_KEYS = ("title", "version", "effective", "review", "where")


@dataclass(frozen=True, slots=True)
class Document:
    """A document whose clauses are cited."""

    name: str
    title: str
    version: str | None
    effective: str | None


@dataclass(frozen=True, slots=True)
class Sources:
    """Every document, and every clause with its own words."""

    documents: Mapping[str, Document]
    clauses: Mapping[str, str]


def read_sources(node: Node, findings: Findings) -> Sources:
    """Return the sources of a `sources.yaml`; what is wrong goes to `findings`."""
    section = section_of(node, findings, ("documents", "clauses"), ("documents", "clauses"))
    if section is None:
        return Sources({}, {})
    documents = {
        key.text: _document(key, entry, section) for key, entry in section.entries("documents")
    }
    clauses: dict[str, str] = {}
    for key, words in section.entries("clauses"):
        if not any(key.text.startswith(f"{name} ") for name in documents):
            message = f"`{key.text}` does not begin with the name of a document"
            section.problem(key, "unknown-document", message, did_you_mean(key.text, documents))
        clauses[key.text] = _words(words, section)
    return Sources(MappingProxyType(documents), MappingProxyType(clauses))


def _document(key: ScalarNode, node: Node, parent: Section) -> Document:
    section = section_of(node, parent.findings, _DOCUMENT_KEYS, ("title",))
    if section is None:
        return Document(key.text, "", None, None)
    return Document(
        key.text,
        section.text("title"),
        section.optional_text("version"),
        section.optional_text("effective"),
    )


def _words(node: Node, section: Section) -> str:
    if isinstance(node, ScalarNode) and node.text.strip():
        return " ".join(node.text.split())
    section.problem(node, "not-a-value", "write the clause's own words here")
    return ""


def read_citations(section: Section, sources: Sources) -> tuple[str, ...]:
    """Return the clauses listed under `sources`, each of which must be declared."""
    cited = section.words("sources")
    for scalar in cited:
        if scalar.text not in sources.clauses:
            message = f"there is no clause `{scalar.text}` in sources.yaml"
            help = did_you_mean(scalar.text, sources.clauses)
            section.problem(scalar, "unknown-source", message, help)
    return tuple(scalar.text for scalar in cited)
