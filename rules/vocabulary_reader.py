"""Tree to vocabulary: reads `vocabulary.yaml` and checks each fact and outcome."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from rules.condition_parser import KEYWORDS
from rules.engine_limits import EngineLimit, check_limits
from rules.outcome_reader import EXPECTED
from rules.problems import Findings
from rules.reading import WORD, WORD_HELP, Section, is_null, section_of
from rules.sources import Sources, read_citations
from rules.spelling import did_you_mean
from rules.values import LARGEST_INTEGER, Domain, FactType
from rules.vocabulary import Fact, KeptArtifact, Outcome, Vocabulary
from rules.yaml_tree import MappingNode, Node, ScalarNode

_DOMAIN_KEYS = ("type", "choices", "range", "scale", "unit")
FACT_KEYS = (
    *_DOMAIN_KEYS, "question", "asked_of", "action", "group", "default", "derived", "sources",
    "personal", "artifact", "said_of",
)  # fmt: skip
WHOLE_KEYS = ("facts", "outcomes", "artifacts")
ARTIFACT_KEYS = ("meaning", "sources")
OUTCOME_KEYS = ("type", "choices", "many", "kept")
_ASKED = ("question", "asked_of", "action")
_RESERVED = (*KEYWORDS, "null", "as_of")
_DATES = (date(1, 1, 1), date(9999, 12, 31))
LARGEST_SCALE = 9


def read_vocabulary(node: Node, sources: Sources, findings: Findings) -> Vocabulary:
    """Return the vocabulary of a `vocabulary.yaml`; what is wrong goes to `findings`."""
    section = section_of(node, findings, WHOLE_KEYS, ("facts", "outcomes"))
    if section is None:
        return Vocabulary({}, {})
    outcomes = {
        key.text: _outcome(key, entry, section) for key, entry in section.entries("outcomes")
    }
    facts = {
        key.text: _fact(key, entry, section, sources, outcomes)
        for key, entry in section.entries("facts")
    }
    _resolve_derived(facts, section)
    _require_milestones_apart(facts, section)
    _require_engine_names(section)
    kept = {
        key.text: _kept_artifact(key, entry, section, sources)
        for key, entry in section.entries("artifacts")
    }
    _require_known_artifacts(facts, (*kept, *_choices_of(outcomes.get("missing"))), section)
    frozen = MappingProxyType(facts), MappingProxyType(outcomes), MappingProxyType(kept)
    return Vocabulary(*frozen)


def _fact(
    key: ScalarNode, node: Node, parent: Section, sources: Sources, outcomes: Mapping[str, Outcome]
) -> Fact:
    _require_name(key, parent)
    if key.text in _RESERVED:
        parent.problem(key, "bad-name", f"`{key.text}` is a word of the condition language")
    asked = isinstance(node, MappingNode) and not (_has(node, "default") or _has(node, "derived"))
    required = ("type", *_ASKED) if asked else ("type",)
    section = section_of(node, parent.findings, FACT_KEYS, required)
    if section is None:
        return Fact(key.text, Domain(FactType.BOOLEAN), "", "", "")
    domain = read_domain(section)
    for name, outcome in (("asked_of", "assign_to"), ("action", "action"), ("group", "group")):
        if outcome in outcomes:
            section.value(name, outcomes[outcome].domain)
    return Fact(
        name=key.text,
        domain=domain,
        question=section.text("question"),
        asked_of=section.text("asked_of"),
        action=section.text("action"),
        group=section.optional_text("group"),
        unit=section.optional_text("unit"),
        default=section.value("default", domain),
        derived_from=_derived_from(section, domain),
        sources=read_citations(section, sources),
        personal=section.boolean("personal"),
        artifact=_artifact(section, domain),
        said_of=_artifact_named(section, "said_of"),
    )


def _artifact(section: Section, domain: Domain) -> str | None:
    place, name = section.scalar("artifact"), _artifact_named(section, "artifact")
    if place is None:
        return None
    if domain.type is not FactType.BOOLEAN:
        message = f"{domain.type.with_article} cannot be said by supplying an artifact"
        section.problem(place, "bad-domain", message, "only a boolean is: it is there, or not yet")
    return name


def _artifact_named(section: Section, key: str) -> str | None:
    place = section.scalar(key)
    if place is None:
        return None
    if not WORD.fullmatch(place.text):
        section.problem(place, "bad-name", f"`{place.text}` cannot be a name", WORD_HELP)
    return place.text


def _kept_artifact(key: ScalarNode, node: Node, parent: Section, sources: Sources) -> KeptArtifact:
    _require_name(key, parent)
    section = section_of(node, parent.findings, ARTIFACT_KEYS, ("meaning",))
    if section is None:
        return KeptArtifact(key.text, "")
    return KeptArtifact(key.text, section.text("meaning"), read_citations(section, sources))


def _has(node: MappingNode, key: str) -> bool:
    value = node.get(key)
    return value is not None and not (isinstance(value, ScalarNode) and is_null(value))


def _outcome(key: ScalarNode, node: Node, parent: Section) -> Outcome:
    _require_name(key, parent)
    if key.text in EXPECTED:
        parent.problem(key, "bad-name", f"`{key.text}` is a word of the rule files")
    section = section_of(node, parent.findings, OUTCOME_KEYS, ("type",))
    if section is None:
        return Outcome(key.text, Domain(FactType.TEXT))
    domain = read_domain(section)
    many = section.boolean("many")
    if many and domain.type not in (FactType.CHOICE, FactType.TEXT):
        section.problem(section.node, "bad-outcome", "`many` needs the type choice or text")
    if domain.type in (FactType.DATE, FactType.NUMBER):
        message = f"an outcome cannot be {domain.type.with_article}"
        section.problem(section.node.get("type") or section.node, "bad-outcome", message)
    return Outcome(key.text, domain, many, section.boolean("kept"))


def read_domain(section: Section) -> Domain:
    """Return the domain that `type`, `choices`, `range` and `scale` of a section declare."""
    name = section.choice("type", [type.value for type in FactType])
    type = FactType(name) if name else FactType.TEXT
    scale = section.value("scale", Domain(FactType.INTEGER, low=0, high=LARGEST_SCALE))
    if name is None:
        return Domain(type)
    if scale is not None and type is not FactType.NUMBER:
        place = section.scalar("scale") or section.node
        section.problem(place, "bad-domain", "only a number has a scale")
    domain = Domain(type, _choices(section, type), scale=scale if isinstance(scale, int) else 0)
    return _with_range(section, domain)


def _choices(section: Section, type: FactType) -> tuple[str, ...]:
    choices = tuple(scalar.text for scalar in section.words("choices"))
    if type is FactType.CHOICE and not choices:
        section.problem(section.node, "bad-domain", "a choice needs `choices`")
    if choices and type is not FactType.CHOICE:
        place = section.node.get("choices") or section.node
        section.problem(place, "bad-domain", f"{type.with_article} has no choices")
    return choices


def _with_range(section: Section, domain: Domain) -> Domain:
    low, high = _widest(domain)
    bounds = section.items("range")
    if bounds and not domain.type.ordered:
        section.problem(bounds[0], "bad-domain", f"{domain.type.with_article} has no range")
        return domain
    if bounds and len(bounds) != 2:
        section.problem(bounds[0], "bad-domain", "a range is `[low, high]`")
    elif bounds:
        widest = replace(domain, low=low, high=high)
        first, last = (section.value_of(bound, widest) for bound in bounds)
        if first is None or last is None:
            return widest
        if first > last:  # type: ignore[operator]  # both of the domain's own type
            section.problem(bounds[0], "bad-domain", "the range ends before it begins")
            return widest
        low, high = first, last  # type: ignore[assignment]  # of the domain's own type
    return replace(domain, low=low, high=high)


def _widest(
    domain: Domain,
) -> tuple[int | Decimal | date | None, int | Decimal | date | None]:
    if domain.type is FactType.INTEGER:
        return -LARGEST_INTEGER, LARGEST_INTEGER
    if domain.type is FactType.NUMBER:
        largest = Decimal(LARGEST_INTEGER).scaleb(-domain.scale)
        return -largest, largest
    return _DATES if domain.type is FactType.DATE else (None, None)


def _derived_from(section: Section, domain: Domain) -> str | None:
    entries = section.entries("derived")
    if not entries:
        return None
    key, base = entries[0]
    if len(entries) > 1 or key.text != "days_until" or not isinstance(base, ScalarNode):
        message = "the only derivation is `{days_until: FACT}`"
        section.problem(key, "bad-derivation", message)
        return None
    if section.node.get("default"):
        section.problem(key, "bad-derivation", "a fact that is derived has no default")
    if place := section.node.get("personal"):
        message = f"a fact that is derived is personal when `{base.text}` is"
        section.problem(place, "bad-derivation", message)
    if domain.type is not FactType.INTEGER:
        section.problem(key, "bad-derivation", "a number of days is an integer")
    return base.text


def _resolve_derived(facts: dict[str, Fact], section: Section) -> None:
    """Give each derived fact the question of the date that it counts to."""
    for key, node in section.entries("facts"):
        fact = facts[key.text]
        if fact.derived_from is None:
            continue
        base = facts.get(fact.derived_from)
        if base is None or base.domain.type is not FactType.DATE:
            message = f"`{fact.derived_from}` is not a fact of type date"
            help = did_you_mean(fact.derived_from, facts)
            derived = node.get("derived") if isinstance(node, MappingNode) else None
            section.problem(derived or node, "bad-derivation", message, help)
            facts[key.text] = replace(fact, derived_from=None)
        else:
            facts[key.text] = replace(
                fact, question=base.question, asked_of=base.asked_of, action=base.action,
                group=base.group, personal=base.personal,
            )  # fmt: skip


def _require_milestones_apart(facts: Mapping[str, Fact], section: Section) -> None:
    taken: dict[str, str] = {}
    for key, node in section.entries("facts"):
        artifact = facts[key.text].artifact
        if artifact is None:
            continue
        if artifact in taken:
            message = f"`{artifact}` makes `{taken[artifact]}` true already"
            section.problem(node, "listed-twice", message)
        taken.setdefault(artifact, key.text)


def _require_known_artifacts(
    facts: Mapping[str, Fact], known: Collection[str], section: Section
) -> None:
    """Refuse what is said of an artifact that nobody ever supplies: nothing would undo it."""
    for key, node in section.entries("facts"):
        name = facts[key.text].said_of
        if name is not None and name not in known:
            message = f"`{name}` is neither a choice of the outcome `missing` nor an artifact"
            section.problem(node, "unknown-name", message, did_you_mean(name, known))


def _choices_of(outcome: Outcome | None) -> tuple[str, ...]:
    return outcome.domain.choices if outcome else ()


def _require_name(key: ScalarNode, section: Section) -> None:
    if not WORD.fullmatch(key.text):
        section.problem(key, "bad-name", f"`{key.text}` cannot be a name", WORD_HELP)
    elif len(key.text) > 60:
        section.problem(key, "bad-name", "a name has at most 60 characters")


def _require_engine_names(section: Section) -> None:
    keys = [key for key, _ in section.entries("facts")]
    names = [key.text for key in keys]
    try:
        check_limits("vocabulary", (), names)
    except EngineLimit as limit:
        named = (key for key in reversed(keys) if f"`{key.text}`" in limit.limit)
        section.problem(next(named, section.node), "engine-limit", limit.limit, limit.help)
