"""What a decision is about: a case of the ticketing system, or a service.

Both hold facts, have versions and a chain in the record, in the same tables. A service's row
there has a ref that no case can have, since callers cannot send control characters.
"""

from __future__ import annotations

from collections.abc import Sequence

_SERVICE = "service\x1f"


def ref_of_service(key: str) -> str:
    """Return the ref under which the record keeps a service."""
    return _SERVICE + key


def told(ref: str, version: int, kept_newer: Sequence[str] = ()) -> dict[str, object]:
    """Return the member of an answer that says what was decided, at which version.

    `kept_newer`: the facts that stayed as they were, since late ones came for them.
    """
    more: dict[str, object] = {"kept_newer": list(kept_newer)} if kept_newer else {}
    if ref.startswith(_SERVICE):
        return {"service": {"key": ref.removeprefix(_SERVICE), "version": version, **more}}
    return {"case": {"ref": ref, "version": version, **more}}


def shown(ref: str) -> str:
    """Return what a person is told of a subject: `case CRM-1`, `service e-signature`."""
    if ref.startswith(_SERVICE):
        return f"service {ref.removeprefix(_SERVICE)}"
    return f"case {ref}"
