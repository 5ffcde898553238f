"""What the OpenAPI document shows of improvements."""

from __future__ import annotations

from typing import Any

from api.examples import ID, INSTANT

NEW_IMPROVEMENTS: dict[str, Any] = {
    "of the portfolio": {
        "objective": "Every service has an owner who is there",
        "reason": "Two services of three were nobody's at the last audit",
        "role": "IT Service Portfolio Manager",
        "due_on": "2027-03-31",
    },
}
CHANGES: dict[str, Any] = {
    "it is done": {"state": "done", "outcome": "All forty have one"},
    "later": {"due_on": "2027-06-30"},
}
IMPROVEMENT: dict[str, Any] = {
    "id": ID,
    "service": None,
    **NEW_IMPROVEMENTS["of the portfolio"],
    "review": None,
    "agreement": None,
    "agency": None,
    "state": "open",
    "outcome": None,
    "version": 1,
    "created_at": INSTANT,
    "changed_at": INSTANT,
    "changed_by": "Sam",
}
IMPROVEMENT_PAGE: dict[str, Any] = {"improvements": [IMPROVEMENT], "next": None}
_WRITTEN = {name: said for name, said in IMPROVEMENT.items() if name not in ("id", "created_at")}
VERSION_PAGE: dict[str, Any] = {"versions": [{**_WRITTEN, "changed": []}], "next": None}
