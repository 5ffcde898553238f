"""What the OpenAPI document shows of services and toll-gates."""

from __future__ import annotations

from typing import Any

from api.examples import ID, INSTANT, REF, REVISION

KEY = "e-signature"
_WHO = "Sam, Service Product Manager"
_WHERE = "https://documents.example/e-signature/strategy.pdf"

CAPACITY: dict[str, Any] = {"amount": 20, "unit": "agencies", "per": "P1M"}
OFFER: dict[str, Any] = {
    "options": [
        {"name": "Gold", "text": "Around the clock", "targets": {"availability": "99.9 %"}}
    ],
    "charging": {
        "model": "subscription",
        "price": {"amount": 12.5, "currency": "EUR", "per": "user and month"},
    },
    "cost": {"amount": 9, "currency": "EUR", "per": "user and month"},
    "quality": {"recovery time": "4 hours"},
    "value": "Contracts are signed in a day, where they took two weeks",
    "technologies": ["PostgreSQL", "PAdES"],
    "audiences": ["agencies"],
    "planned_live_on": "2027-03-01",
    "planned_end_on": None,
}

NEW_SERVICES: dict[str, Any] = {
    "an idea": {
        "key": KEY,
        "name": "E-signature",
        "category": "Documents",
        "product_manager": "Sam",
        "facts": {"complex_or_risky": False},
    },
    "what a viable case becomes": {"key": KEY, "name": "E-signature", "case": REF},
}
SERVICE_CHANGES: dict[str, Any] = {
    "it is complex after all": {"facts": {"complex_or_risky": True}, "by": _WHO},
    "another owner": {"product_manager": "Robin", "line_manager": None},
    "what it offers, and how much it can take": {**OFFER, "capacity": CAPACITY},
}
NEW_ARTIFACTS: dict[str, Any] = {"where it is": {"location": _WHERE, "by": _WHO}}
SESSIONS: dict[str, Any] = {
    "the board approves": {"facts": {"verdict": "approve"}, "sat": ["Alex", "Kim"], "by": "Kim"},
    "what is missing": {"facts": {}},
    "two artifacts are to be amended": {
        "facts": {
            "verdict": "amend",
            "amend_artifacts": ["service_strategy", "detailed_business_case"],
        }
    },
}

_ARTIFACT = {"version": 1, "location": _WHERE, "supplied_by": _WHO, "supplied_at": INSTANT}
_SHORT: dict[str, Any] = {
    "key": KEY,
    "name": "E-signature",
    "description": None,
    "category": "Documents",
    "portfolio_manager": None,
    "product_manager": "Sam",
    "line_manager": None,
    "review_every": None,
    "phase": "design",
    "rejected": False,
    "version": 3,
    "created_at": INSTANT,
    "updated_at": INSTANT,
}
SERVICE: dict[str, Any] = {
    **_SHORT,
    "case": REF,
    "portfolios": ["working-together"],
    "reviewed_every": "P1Y",
    **OFFER,
    "capacity": CAPACITY,
    "facts": {
        "complex_or_risky": {"value": False, "supplied_by": _WHO, "supplied_at": INSTANT},
    },
    "artifacts": {"service_strategy": {**_ARTIFACT, "stands": True}},
    "reported": [
        {
            "artifact": "parts_form",
            "case": REF,
            "reported_by": _WHO,
            "reported_at": INSTANT,
            "asked_of": "Service Provider",
        }
    ],
    "decisions": [
        {
            "id": ID,
            "version": 3,
            "decision": "tollgate-1",
            "stage": "tollgate-1",
            "status": "decided",
            "decided_at": INSTANT,
        }
    ],
}
SERVICE_PAGE: dict[str, Any] = {"services": [_SHORT], "next": None}
ARTIFACT_VERSIONS: dict[str, Any] = {"artifact": "service_strategy", "versions": [_ARTIFACT]}

GATE_DECISION: dict[str, Any] = {
    "id": ID,
    "service": {"key": KEY, "version": 3},
    "decision": "tollgate-1",
    "stage": "tollgate-1",
    "status": "decided",
    "outcome": {
        "assign_to": "Service Product Manager",
        "action": "proceed-to-realization",
        "result": "pass",
        "missing": [],
        "amend": [],
        "next_gate": 3,
        "phase": "design",
    },
    "needs": [],
    "assumptions": ["A service that nobody has called complex or risky is neither."],
    "because": [
        {
            "policy": "tollgate-1",
            "rule": "justified",
            "label": "The service is justified",
            "sources": ["ITSPM TG1 success"],
            "facts": {"service_rejected": False, "has_service_strategy": True,
                      "verdict": "approve"},
        }
    ],
    "policy_revision": REVISION,
    "decided_at": INSTANT,
}  # fmt: skip
SESSION_PAGE: dict[str, Any] = {
    "sessions": [
        {
            "gate": 1,
            "version": 3,
            "decision": ID,
            "sat": ["Alex", "Kim"],
            "presented": {"service_strategy": 1},
            "verdict": "approve",
            "result": "pass",
            "phase": "design",
            "forum": "strategy-board",
            "by": "Kim",
            "at": INSTANT,
        }
    ],
    "next": None,
}
