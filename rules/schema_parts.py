"""What the schemas of all rule files are made of."""

from __future__ import annotations

from collections.abc import Mapping

from rules.clocks.period import LONGEST_WRITTEN, PATTERN
from rules.reading import LONGEST_ROLE, LONGEST_TITLE

Schema = dict[str, object]

DRAFT = "http://json-schema.org/draft-07/schema#"
TEXT: Schema = {"type": "string", "minLength": 1}
ROLE: Schema = {**TEXT, "maxLength": LONGEST_ROLE}
TITLE: Schema = {**TEXT, "maxLength": LONGEST_TITLE}
PERIOD_TEXT: Schema = {
    "type": "string",
    "pattern": PATTERN,
    "maxLength": LONGEST_WRITTEN,
}
DAY: Schema = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}


def rule_file(title: str, schema: Schema) -> Schema:
    """Return the schema of a whole file."""
    return {"$schema": DRAFT, "title": title, **schema}


def section(
    said: Mapping[str, str], parts: Mapping[str, Schema], required: tuple[str, ...]
) -> Schema:
    """Return the schema of a mapping with these keys, each with its word of explanation."""
    properties = {key: {"description": said[key], **part} for key, part in parts.items()}
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(required),
        "properties": properties,
    }


def each_once(choices: list[str], descriptions: list[str] | None = None) -> Schema:
    """Return the schema of a list of some of these words, each once."""
    items: Schema = {"enum": choices}
    if descriptions:
        items["enumDescriptions"] = descriptions
    return {"type": "array", "items": items, "uniqueItems": True}
