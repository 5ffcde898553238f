"""What a decision is about: a case of the ticketing system, or a service.

Both hold facts, have versions and a chain in the record, in the same tables. A service's row
there has a ref that no case can have, since callers cannot send control characters.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement
from sqlalchemy.orm import QueryableAttribute

_SERVICE = "service\x1f"


def ref_of_service(key: str) -> str:
    """Return the ref under which the record keeps a service."""
    return _SERVICE + key


def is_a_case(ref: ColumnElement[str] | QueryableAttribute[str]) -> ColumnElement[bool]:
    """Return the condition that a column's ref is that of a case, and not of a service."""
    return ~ref.startswith(_SERVICE)


def is_case(ref: str) -> bool:
    """Whether a ref is that of a case, and not of a service."""
    return not ref.startswith(_SERVICE)


def told(ref: str, version: int, kept_newer: Sequence[str] = ()) -> dict[str, object]:
    """Return the member of an answer that says what was decided, at which version.

    `kept_newer`: the facts that stayed as they were, since late ones came for them.
    """
    more: dict[str, object] = {"kept_newer": list(kept_newer)} if kept_newer else {}
    kind, name = kind_and_name(ref)
    return {kind: {"ref" if kind == "case" else "key": name, "version": version, **more}}


def kind_and_name(ref: str) -> tuple[str, str]:
    """Return what a subject is to a person: `case` and its ref, or `service` and its key."""
    if ref.startswith(_SERVICE):
        return "service", ref.removeprefix(_SERVICE)
    return "case", ref


def shown(ref: str) -> str:
    """Return a subject in words: `case CRM-1`, `service e-signature`."""
    return " ".join(kind_and_name(ref))
