"""The clauses that a rule may cite, in their own words."""

from __future__ import annotations

import pytest

from rules.problems import Findings
from rules.sources import Document, Sources, read_citations, read_sources
from tests.rules.books import SOURCES, section, tree


def read(text: str) -> tuple[Sources, list[str]]:
    """Return the sources of a text and the codes of its problems."""
    findings = Findings()
    return read_sources(tree(text, findings), findings), [p.code for p in findings.sorted()]


def test_documents_and_clauses_are_read() -> None:
    """Each clause in one line, each document with what is known of it."""
    text = (
        'documents:\n  SOP 1: {title: How, version: "1.0", effective: 2016-01-15}\n'
        "clauses:\n  SOP 1 §2: >\n    These are\n    its words.\n"
    )
    sources, problems = read(text)
    assert problems == []
    assert sources.documents == {"SOP 1": Document("SOP 1", "How", "1.0", "2016-01-15")}
    assert sources.clauses == {"SOP 1 §2": "These are its words."}


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("  Guide §1:", "  Giude §1:", "unknown-document"),
        ("  Guide §1:", "  Guide:", "unknown-document"),
        ("We go out when it is sunny.", "", "not-a-value"),
        ("We go out when it is sunny.", "[x]", "not-a-value"),
        ("title:", "titel:", "unknown-key"),
        ("{title: The guide to outings}", "The guide", "not-a-mapping"),
        ("documents:", "document:", "missing-key"),
        ("Guide §2:", "Guide §1:", None),
    ],
)
def test_a_slip_in_the_sources_is_told(old: str, new: str, code: str | None) -> None:
    """Each with its own code."""
    findings = Findings()
    text = SOURCES.replace(old, new)
    if code is None:
        with pytest.raises(AssertionError, match="stands twice"):
            tree(text, findings)
    else:
        assert code in read(text)[1]


def test_a_citation_must_be_of_a_declared_clause() -> None:
    """The unknown one is told with the nearest, and a clause is cited once."""
    sources, _ = read(SOURCES)
    findings = Findings()
    assert read_citations(section("sources: [Guide §2, Guide §1]", findings), sources) == (
        "Guide §2", "Guide §1",
    )  # fmt: skip
    assert read_citations(section("a: 1", findings), sources) == ()
    assert not findings
    read_citations(section("sources: [Gude §1, Guide §2, Guide §2]", findings), sources)
    told = [(problem.code, problem.help) for problem in findings.sorted()]
    assert told == [("unknown-source", "did you mean `Guide §1`?"), ("listed-twice", None)]
