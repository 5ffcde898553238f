"""The schemas for editors: they take every bundled rule file, and mark what the readers refuse."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator
from ruamel.yaml import YAML

import rules
from rules.editor_schema import editor_schemas, schema_text
from rules.policy_reader import CASE_KEYS, PARAMETER_KEYS, POLICY_KEYS, PROPERTY_KEYS, RULE_KEYS
from rules.routing_reader import ROUTING_KEYS
from rules.rule_book import RuleBook, load, read_files
from rules.schema_parts import Schema
from rules.vocabulary_reader import FACT_KEYS, OUTCOME_KEYS

HOME = Path(rules.__path__[0])
BROKEN = Path(__file__).with_name("broken")
GOOD = BROKEN / "_base"


@cache
def bundled() -> RuleBook:
    """Return the bundled rule book."""
    return load(read_files(HOME))


def schemas_of(book: RuleBook) -> dict[str, Schema]:
    """Return the schemas that offer the names of one rule book."""
    return editor_schemas(book.vocabulary, book.sources, book.policies)


def kind_of(path: str) -> str:
    """Return which schema an editor uses for a rule file."""
    return "policy" if path.startswith("policies/") else Path(path).stem


def as_an_editor_reads_it(text: str) -> Any:
    """Return what a rule file holds, with dates as the text they are written in."""
    return json.loads(json.dumps(YAML(typ="safe", pure=True).load(text), default=date.isoformat))


def marked(schemas: dict[str, Schema], path: str, text: str) -> list[str]:
    """Return where in a file an editor would mark something."""
    errors = Draft7Validator(schemas[kind_of(path)]).iter_errors(as_an_editor_reads_it(text))
    return sorted("/".join(map(str, error.absolute_path)) for error in errors)


def property_at(schema: Any, *keys: str) -> list[str]:
    """Return the keys of the section found by following some keys of a schema."""
    for key in keys:
        schema = schema["properties"][key]
        schema = schema.get("items") or schema.get("additionalProperties") or schema
        schema = schema.get("anyOf", [schema])[0]
    return list(schema["properties"])


def test_the_schemas_are_schemas() -> None:
    """Each is a JSON Schema that editors can read."""
    for schema in schemas_of(bundled()).values():
        Draft7Validator.check_schema(schema)


def test_the_schemas_beside_the_rule_files_are_current() -> None:
    """An editor offers the names that the rule files of today have, and no others."""
    for name, schema in schemas_of(bundled()).items():
        kept = (HOME / "schema" / f"{name}.json").read_text(encoding="utf-8")
        assert kept == schema_text(schema), f"rules/schema/{name}.json is not current"


@pytest.mark.parametrize("path", sorted(read_files(HOME)))
def test_a_bundled_rule_file_is_left_unmarked(path: str) -> None:
    """An editor finds nothing wrong with rules that load."""
    assert marked(schemas_of(bundled()), path, read_files(HOME)[path]) == []


@pytest.mark.parametrize(
    ("tree", "path", "places"),
    [
        ("unknown-key", "policies/intake.yaml", ["", "", "cases/0", "cases/0", "rules/1",
                                                 "rules/1"]),
        ("misspelt-hit", "policies/intake.yaml", ["hit"]),
        ("bad-period", "policies/intake.yaml", ["review"]),
        ("listed-twice", "policies/intake.yaml", ["inputs"]),
        ("not-a-list", "policies/intake.yaml", ["inputs"]),
        ("not-a-value", "policies/intake.yaml", ["outputs/1", "title"]),
        ("no-rules", "policies/intake.yaml", ["rules"]),
        ("unknown-fact-one-letter-off", "policies/intake.yaml",
         ["cases/0/expect/asks/0", "cases/0/given", "inputs/0"]),
        ("unknown-source", "policies/intake.yaml", ["rules/0/sources/0"]),
        ("empty-values", "policies/intake.yaml",
         ["rules/0/id", "rules/1/then", "rules/1/when", "title"]),
        ("unknown-policy", "routing.yaml", ["stages/1"]),
        ("no-stages", "routing.yaml", ["stages"]),
        ("bad-name-of-a-fact", "vocabulary.yaml", ["facts", "outcomes"]),
        ("bad-derivation-of-another-kind", "vocabulary.yaml",
         ["facts/days_until_needed/derived", "facts/days_until_needed/derived"]),
        ("bad-domain", "vocabulary.yaml",
         ["facts/days_until_needed/range", "facts/origin", "facts/remark"]),
        ("fact-nobody-is-asked-for", "vocabulary.yaml",
         ["facts/days_until_needed/derived", "facts/unit_price/default"]),
    ],
)  # fmt: skip
def test_an_editor_marks_what_is_out_of_shape(tree: str, path: str, places: list[str]) -> None:
    """What can be told from a file's shape and names is marked while it is being written."""
    schemas = schemas_of(load(read_files(GOOD)))
    text = (BROKEN / tree / path).read_text(encoding="utf-8")
    assert marked(schemas, path, text) == places
    assert marked(schemas, path, read_files(GOOD)[path]) == []


def test_an_editor_offers_the_keys_that_the_readers_take() -> None:
    """No key that a reader takes is unknown to the editor, and no other is offered."""
    schemas = schemas_of(bundled())
    policy, routing = schemas["policy"], schemas["routing"]
    assert property_at(policy) == list(POLICY_KEYS)
    assert property_at(policy, "rules") == list(RULE_KEYS)
    assert property_at(policy, "parameters") == list(PARAMETER_KEYS)
    assert property_at(policy, "properties") == list(PROPERTY_KEYS)
    assert property_at(policy, "cases") == property_at(routing, "cases") == list(CASE_KEYS)
    assert property_at(routing) == list(ROUTING_KEYS)
    vocabulary = schemas["vocabulary"]
    assert sorted(property_at(vocabulary, "facts")) == sorted(FACT_KEYS)
    assert sorted(property_at(vocabulary, "outcomes")) == sorted(OUTCOME_KEYS)


def test_an_editor_offers_the_names_of_the_vocabulary() -> None:
    """Facts can be completed where they are given, and outcomes where they are set."""
    policy = schemas_of(bundled())["policy"]
    facts, outcomes = bundled().vocabulary.facts, bundled().vocabulary.outcomes
    assert property_at(policy, "cases", "given") == list(facts)
    assert property_at(policy, "rules", "then") == [*outcomes, "continue"]
