"""Versions of what people write and change: how each is shown, and what all of them are."""

from __future__ import annotations

from marshmallow import fields

from api.response_schemas import INSTANT, text, texts
from api.strict_schema import StrictSchema
from model.moment import rfc3339
from model.written_versions import Version


class VersionSchema(StrictSchema):
    """A version: which, who wrote it, and when."""

    version = fields.Integer(required=True, metadata={"minimum": 1})
    changed = texts(description="the members that were otherwise before; none of the first version")
    changed_at = text(**INSTANT)
    changed_by = text()


def version_shown(version: Version) -> dict[str, object]:
    """Return a version as JSON, with all that it says."""
    return {
        **version.written,
        "version": version.number,
        "changed": list(version.changed),
        "changed_at": rfc3339(version.at),
        "changed_by": version.by,
    }
