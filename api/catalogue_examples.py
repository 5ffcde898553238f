"""What the OpenAPI document shows of the catalogue."""

from __future__ import annotations

from typing import Any

from api.examples import INSTANT
from api.examples_of_services import CAPACITY, KEY, OFFER

NEW_PARTS: dict[str, Any] = {
    "a part that is live": {
        "name": "Qualified signature",
        "description": "A signature that stands in for one by hand",
        "standing": "live",
    },
    "a part that a viable case gives birth to": {"name": "Seal", "case": "CRM-1042"},
}
PART: dict[str, Any] = {
    "key": "qualified",
    **NEW_PARTS["a part that is live"],
    "changed_by": "service desk",
    "changed_at": INSTANT,
    "case": None,
    "cost": {"amount": 1, "currency": "EUR", "per": "user and month"},
}
COSTS: dict[str, Any] = {
    "total": [{"amount": 10, "currency": "EUR", "per": "user and month"}],
    "unsaid": [],
    "recovered": 125,
    "items": [
        {
            "service": KEY,
            "part": None,
            "underneath": False,
            "cost": {"amount": 9, "currency": "EUR", "per": "user and month"},
        },
        {
            "service": KEY,
            "part": "qualified",
            "underneath": False,
            "cost": {"amount": 1, "currency": "EUR", "per": "user and month"},
        },
    ],
}
DEPENDENCIES: dict[str, Any] = {"it rests on another": {"rests_on": ["identity"]}}
ENTRY: dict[str, Any] = {
    "key": KEY,
    "name": "E-signature",
    "description": None,
    "category": "Documents",
    "standing": "live",
    **OFFER,
    "packages": ["office"],
    "parts": [PART],
    "rests_on": ["identity"],
}
ENTRY_PAGE = {"entries": [ENTRY], "next": None}
FOUND = {
    "asked": "qualifed signatur",
    "found": [
        {
            "service": KEY,
            "part": "qualified",
            "package": None,
            "name": "Qualified signature",
            "score": 96.2,
            "because": ["qualified", "signature"],
        }
    ],
}
GAPS: dict[str, Any] = {
    "from": "2026-01-01",
    "to": "2026-12-31",
    "unmet": {
        "cases": 12,
        "whole": True,
        "groups": [
            {
                "asked_for": "Video conferencing",
                "cases": 12,
                "because": ["video", "conferencing"],
                "refs": ["CRM-1042"],
            }
        ],
    },
    "demand": [
        {
            "service": KEY,
            "name": "E-signature",
            "cases": 300,
            "capacity": CAPACITY,
            "could_take": 240,
            "short": True,
            "months": [
                {"month": "2026-10", "cases": 18, "could_take": 20},
                {"month": "2026-11", "cases": 19, "could_take": 20},
                {"month": "2026-12", "cases": 20, "could_take": 20},
            ],
            "rises_by": 1.0,
            "forecast": [{"month": "2027-01", "cases": 21.0, "could_take": 20}],
            "short_from": "2027-01",
        }
    ],
    "unnamed": 2,
    "misnamed": [
        {
            "fitting_service": "e-signatur",
            "cases": 1,
            "refs": ["CRM-1043"],
            "help": "did you mean `e-signature`?",
        }
    ],
    "contradictory": [{"ref": "CRM-1044", "fitting_service": KEY}],
    "unasked": [{"service": "fax", "name": "Fax", "category": "Office", "carries": []}],
    "incomplete": [{"service": "fax", "name": "Fax", "missing": ["review_every"]}],
    "viable_without_service": [
        {"case": "CRM-1042", "title": "E-signature service", "closed_at": INSTANT}
    ],
}
NEW_PACKAGES: dict[str, Any] = {
    "services of an office": {"name": "Office", "services": [KEY], "audiences": ["agencies"]},
}
PACKAGE: dict[str, Any] = {
    "key": "office",
    "name": "Office",
    "description": None,
    "services": [KEY],
    "audiences": ["agencies"],
    "standing": "live",
    "changed_by": "service desk",
    "changed_at": INSTANT,
}
PACKAGE_PAGE = {"packages": [PACKAGE], "next": None}
