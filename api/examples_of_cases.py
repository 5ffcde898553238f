"""What the OpenAPI document shows of a case's life."""

from __future__ import annotations

from typing import Any

from api.examples import CASE, INSTANT, REF

_LATER = "2026-11-25T08:00:00.000Z"
_NEW_REF = "CRM-2001"
_DOUBLE = "CRM-1043"
_WHO = "Dana, Agency IT Strategist"

REOPENINGS: dict[str, Any] = {
    "a want turned out to be a need": {
        "reason": "The agency's director calls it a need",
        "by": _WHO,
        "facts": {"need_or_want": None},
    }
}
RENAMINGS: dict[str, Any] = {
    "moved to another queue": {"ref": _NEW_REF, "reason": "Moved to another queue"}
}
MERGERS: dict[str, Any] = {
    "asked for twice": {
        "double": {"ref": _DOUBLE, "if_version": 2},
        "by": _WHO,
        "reason": "The agency had asked for it twice",
    }
}

_MOVED_ON: dict[str, Any] = {**CASE, "version": 2, "updated_at": _LATER}
_KEPT = {name: fact for name, fact in CASE["facts"].items() if name != "need_or_want"}

REOPENED = {**_MOVED_ON, "facts": _KEPT, "reopened_at": _LATER}
RENAMED = {**_MOVED_ON, "ref": _NEW_REF}
MERGED = {**_MOVED_ON, "merged": {"double": _DOUBLE, "taken": ["origin"], "kept": ["in_catalog"]}}

_RENAMING: dict[str, Any] = {
    "version": 2,
    "what": "renamed",
    "at": _LATER,
    "by": _WHO,
    "reason": "Moved to another queue",
    "details": {"from": REF, "to": _NEW_REF},
    "facts": [],
    "decision": None,
}
_DECIDING: dict[str, Any] = {
    "version": 1,
    "what": "decided",
    "at": INSTANT,
    "by": "the ticketing system",
    "reason": None,
    "details": {},
    "facts": [
        {
            "name": "in_catalog",
            "value": False,
            "supplied_by": "the ticketing system",
            "supplied_at": INSTANT,
            "true_at": INSTANT,
            "newer_at": None,
            "taken": True,
            "erased": False,
        }
    ],
    "decision": CASE["decisions"][0],
}
HISTORY: dict[str, Any] = {"ref": _NEW_REF, "history": [_RENAMING, _DECIDING], "next": None}
