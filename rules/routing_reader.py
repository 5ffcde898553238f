"""Tree to routing: reads `routing.yaml`, which names the stages of a chained decision."""

from __future__ import annotations

from collections.abc import Collection

from rules.policy import Routing
from rules.policy_reader import read_cases
from rules.reading import LONGEST_NAME, LONGEST_ROLE, LONGEST_TITLE, SLUG, Section
from rules.sources import Sources, read_citations
from rules.spelling import did_you_mean
from rules.values import Domain, FactType
from rules.vocabulary import Vocabulary

ROUTING_KEYS = ("decision", "title", "owner", "review", "sources", "letters", "stages", "cases")
ROUTING_REQUIRED = ("decision", "title", "owner", "review", "stages")


def read_routing(
    section: Section, vocabulary: Vocabulary, sources: Sources, policies: Collection[str]
) -> Routing:
    """Return the routing of a `routing.yaml`; what is wrong goes to the section's findings."""
    name = section.text("decision", LONGEST_NAME)
    if name and (not SLUG.fullmatch(name) or name in policies):
        help = "a policy has this name" if name in policies else None
        place = section.scalar("decision") or section.node
        section.problem(place, "bad-name", f"`{name}` cannot be the name of a decision", help)
    return Routing(
        name=name,
        title=section.text("title", LONGEST_TITLE),
        owner=section.text("owner", LONGEST_ROLE),
        review=section.period("review"),
        stages=_stages(section, policies),
        cases=read_cases(section, vocabulary, ()),
        sources=read_citations(section, sources),
        path=section.node.source.path,
        letters=section.value("letters", Domain(FactType.BOOLEAN)) is not False,
    )


def _stages(section: Section, policies: Collection[str]) -> tuple[str, ...]:
    words = section.words("stages")
    for word in words:
        if word.text not in policies:
            message = f"there is no policy `{word.text}`"
            section.problem(word, "unknown-policy", message, did_you_mean(word.text, policies))
    stages = section.node.get("stages")
    if not words and stages:
        section.problem(stages, "no-stages", "a routing needs a stage")
    return tuple(word.text for word in words)
