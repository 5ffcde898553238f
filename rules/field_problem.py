"""A problem of one member of a request: where it is, what is wrong, and the way out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One thing wrong with one member of a request; `pointer` is a JSON Pointer (RFC 6901)."""

    pointer: str
    detail: str
    help: str | None = None
