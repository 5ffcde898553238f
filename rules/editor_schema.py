"""JSON Schemas of the rule files, from which an editor completes, explains and checks them.

The names offered are those of one rule book: its facts, outcomes, clauses and policies. What
only the readers can tell, such as whether a condition makes sense, `flask policy check` tells.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from rules import editor_words as words
from rules.condition_parser import LONGEST_CONDITION
from rules.policy import Policy
from rules.reading import SLUG, WORD
from rules.reviews_schema import reviews_schema
from rules.schema_parts import (
    DAY,
    PERIOD_TEXT,
    ROLE,
    TEXT,
    TITLE,
    Schema,
    each_once,
    rule_file,
    section,
)
from rules.sources import Sources
from rules.values import Domain, FactType
from rules.vocabulary import Fact, Outcome, Vocabulary
from rules.vocabulary_reader import LARGEST_SCALE

SCALAR: Schema = {"type": ["string", "number", "boolean"]}
CONDITION: Schema = {
    "type": ["string", "boolean"], "minLength": 1, "maxLength": LONGEST_CONDITION,
}  # fmt: skip
CONTINUE: Schema = {"type": "boolean", "description": words.RULE["continue"]}


def editor_schemas(
    vocabulary: Vocabulary, sources: Sources, policies: Mapping[str, Policy]
) -> dict[str, Schema]:
    """Return the schema of each kind of rule file: policy, routing and so on."""
    clauses = each_once(list(sources.clauses), list(sources.clauses.values()))
    return {
        "policy": _policy(vocabulary, clauses, list(policies)),
        "routing": _routing(vocabulary, clauses, list(policies)),
        "vocabulary": _vocabulary(clauses),
        "sources": _sources(),
        "reviews": reviews_schema(clauses),
    }


def schema_text(schema: Schema) -> str:
    """Return a schema as the text of its file."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _policy(vocabulary: Vocabulary, clauses: Schema, policies: list[str]) -> Schema:
    questions = [fact.question for fact in vocabulary.facts.values()]
    parts: dict[str, Schema] = {
        "policy": {"type": "string", "pattern": f"^{SLUG.pattern}$"},
        "title": TITLE,
        "owner": ROLE,
        "review": {**PERIOD_TEXT, "default": "P1Y"},
        "hit": {"enum": list(words.HIT), "enumDescriptions": list(words.HIT.values())},
        "after": each_once(policies),
        "sources": clauses,
        "parameters": _named(_parameter(clauses)),
        "inputs": each_once(list(vocabulary.facts), questions),
        "outputs": each_once(list(vocabulary.outcomes)),
        "rules": {"type": "array", "minItems": 1, "items": _rule(vocabulary, clauses)},
        "properties": {"type": "array", "items": _property(vocabulary)},
        "cases": {"type": "array", "items": _case(vocabulary)},
    }
    required = ("policy", "title", "owner", "review", "hit", "inputs", "outputs", "rules")
    return rule_file("A policy: one table of rules", section(words.POLICY, parts, required))


def _rule(vocabulary: Vocabulary, clauses: Schema) -> Schema:
    parts: dict[str, Schema] = {
        "id": {"type": "string", "pattern": f"^{SLUG.pattern}$"},
        "label": TEXT,
        "sources": clauses,
        "when": CONDITION,
        "then": _outcomes(vocabulary, {"continue": CONTINUE}),
        "assumption": TEXT,
        "from": DAY,
        "until": DAY,
    }
    return section(words.RULE, parts, ("id", "label", "sources", "when", "then"))


def _parameter(clauses: Schema) -> Schema:
    change: Schema = section(words.PARAMETER, {"from": DAY, "value": SCALAR}, ("from", "value"))
    parts: dict[str, Schema] = {
        "value": SCALAR,
        "unit": TEXT,
        "meaning": TEXT,
        "sources": clauses,
        "changes": {"type": "array", "items": change},
    }
    return {"anyOf": [section(words.PARAMETER, parts, ("value",)), SCALAR]}


def _property(vocabulary: Vocabulary) -> Schema:
    claim = _outcomes(vocabulary, {"continue": CONTINUE})
    parts: dict[str, Schema] = {"says": TEXT, "when": CONDITION, "then": claim, "never": claim}
    return section(words.PROPERTY, parts, ("says", "when"))


def _case(vocabulary: Vocabulary) -> Schema:
    expected: dict[str, Schema] = {
        "rule": {**TEXT, "description": words.CASE["rule"]},
        "stage": {**TEXT, "description": words.CASE["stage"]},
        "asks": {**each_once(list(vocabulary.facts)), "description": words.CASE["asks"]},
        "continue": CONTINUE,
    }
    facts = {name: _fact_value(fact) for name, fact in vocabulary.facts.items()}
    parts: dict[str, Schema] = {
        "name": TEXT,
        "as_of": DAY,
        "given": {"type": "object", "additionalProperties": False, "properties": facts},
        "expect": _outcomes(vocabulary, expected),
    }
    return section(words.CASE, parts, ("name", "given", "expect"))


def _routing(vocabulary: Vocabulary, clauses: Schema, policies: list[str]) -> Schema:
    parts: dict[str, Schema] = {
        "decision": {"type": "string", "pattern": f"^{SLUG.pattern}$"},
        "title": TITLE,
        "owner": ROLE,
        "review": {**PERIOD_TEXT, "default": "P1Y"},
        "sources": clauses,
        "letters": {"type": "boolean", "default": True},
        "stages": {**each_once(policies), "minItems": 1},
        "cases": {"type": "array", "items": _case(vocabulary)},
    }
    required = ("decision", "title", "owner", "review", "stages")
    whole = section(words.ROUTING, parts, required)
    return rule_file("A routing: the stages of a chained decision", whole)


def _vocabulary(clauses: Schema) -> Schema:
    type: Schema = {"enum": list(words.TYPES), "enumDescriptions": list(words.TYPES.values())}
    choices: Schema = {"type": "array", "items": TEXT, "minItems": 1, "uniqueItems": True}
    flag: Schema = {"type": "boolean"}
    scale: Schema = {"type": "integer", "minimum": 0, "maximum": LARGEST_SCALE}
    until: dict[str, Schema] = {"days_until": {"type": "string", "pattern": f"^{WORD.pattern}$"}}
    fact: dict[str, Schema] = {
        "type": type,
        "choices": choices,
        "range": {"type": "array", "items": SCALAR, "minItems": 2, "maxItems": 2},
        "scale": scale,
        "unit": TEXT,
        "question": TEXT,
        "asked_of": TEXT,
        "action": TEXT,
        "group": TEXT,
        "default": SCALAR,
        "derived": section(words.FACT, until, ("days_until",)),
        "personal": flag,
        "artifact": {"type": "string", "pattern": f"^{WORD.pattern}$"},
        "said_of": {"type": "string", "pattern": f"^{WORD.pattern}$"},
        "sources": clauses,
    }
    outcome: dict[str, Schema] = {"type": type, "choices": choices, "many": flag, "kept": flag}
    asked = {"anyOf": [{"required": ["default"]}, {"required": ["derived"]}]}
    facts = section(words.FACT, fact, ("type",))
    facts |= {"if": asked, "else": {"required": ["question", "asked_of", "action"]}}
    parts: dict[str, Schema] = {"facts": _named(_needing_choices(facts))}
    parts["outcomes"] = _named(_needing_choices(section(words.OUTCOME, outcome, ("type",))))
    kept: dict[str, Schema] = {"meaning": TEXT, "sources": clauses}
    parts["artifacts"] = _named(section(words.ARTIFACT, kept, ("meaning",)))
    whole = section(words.OUTCOME, parts, ("facts", "outcomes"))
    return rule_file("The vocabulary: facts and outcomes", whole)


def _sources() -> Schema:
    parts: dict[str, Schema] = dict.fromkeys(("title", "where", "review"), TEXT)
    parts |= {"version": {"type": ["string", "number"]}, "effective": DAY}
    documents: Schema = {"type": "object"}
    documents["additionalProperties"] = section(words.DOCUMENT, parts, ("title",))
    clauses: Schema = {"type": "object", "additionalProperties": TEXT}
    both: dict[str, Schema] = {"documents": documents, "clauses": clauses}
    whole = section(words.DOCUMENT, both, ("documents", "clauses"))
    return rule_file("The sources: every clause that a rule may cite", whole)


def _named(entry: Schema) -> Schema:
    """Return the schema of a mapping whose keys are names."""
    names = {"pattern": f"^{WORD.pattern}$"}
    return {"type": "object", "propertyNames": names, "additionalProperties": entry}


def _needing_choices(declared: Schema) -> Schema:
    is_choice = {"properties": {"type": {"const": "choice"}}, "required": ["type"]}
    without = {"properties": {"choices": False}}
    choosing = {"if": is_choice, "then": {"required": ["choices"]}, "else": without}
    return {**declared, "allOf": [choosing]}


def _outcomes(vocabulary: Vocabulary, beside: Mapping[str, Schema]) -> Schema:
    values = {name: _outcome_value(outcome) for name, outcome in vocabulary.outcomes.items()}
    return {"type": "object", "additionalProperties": False, "properties": {**values, **beside}}


def _outcome_value(outcome: Outcome) -> Schema:
    one = _value(outcome.domain)
    return {"anyOf": [{"type": "array", "items": one}, one]} if outcome.many else _or_null(one)


def _fact_value(fact: Fact) -> Schema:
    return {"description": fact.question, **_or_null(_value(fact.domain))}


def _or_null(value: Schema) -> Schema:
    if "enum" in value:
        choices = value["enum"]
        return {"enum": [*choices, None]} if isinstance(choices, list) else value
    return {**value, "type": [value["type"], "null"]}


def _value(domain: Domain) -> Schema:
    match domain.type:
        case FactType.CHOICE:
            return {"enum": list(domain.choices)}
        case FactType.BOOLEAN:
            return {"type": "boolean"}
        case FactType.INTEGER | FactType.NUMBER:
            return {"type": domain.type.value, **_range(domain)}
        case FactType.DATE:
            return DAY
        case FactType.TEXT:
            return {"type": "string"}


def _range(domain: Domain) -> Schema:
    """Return the ends of a range, where they are numbers that every reader of JSON keeps exact."""
    ends: dict[str, int | Decimal | date | None] = {"minimum": domain.low, "maximum": domain.high}
    return {
        key: float(end) if isinstance(end, Decimal) else end
        for key, end in ends.items()
        if isinstance(end, int | Decimal) and -(2**53) < end < 2**53
    }
