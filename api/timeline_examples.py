"""What the OpenAPI document shows of a service's life."""

from __future__ import annotations

from typing import Any

from api.examples import ID, INSTANT, REF
from api.examples_of_services import KEY

_WHO = "Sam, Service Product Manager"

TIMELINE: dict[str, Any] = {
    "key": KEY,
    "name": "E-signature",
    "case": REF,
    "phase": "design",
    "rejected": False,
    "phases": [
        {"phase": "strategy", "since": INSTANT, "until": INSTANT},
        {"phase": "design", "since": INSTANT, "until": None},
    ],
    "owners": [{"role": "product_manager", "name": "Sam", "since": INSTANT, "until": None}],
    "events": [
        {
            "version": 1,
            "at": INSTANT,
            "what": "made",
            "by": _WHO,
            "case": REF,
            "changes": [{"member": "name", "from": None, "to": "E-signature"}],
        },
        {
            "version": 2,
            "at": INSTANT,
            "what": "artifact_supplied",
            "by": _WHO,
            "artifact": "service_strategy",
            "artifact_version": 1,
            "location": "https://documents.example/e-signature/strategy.pdf",
        },
        {
            "version": 3,
            "at": INSTANT,
            "what": "tollgate_held",
            "by": "Kim",
            "gate": 1,
            "verdict": "approve",
            "result": "pass",
            "phase": "design",
            "decision": ID,
            "sat": ["Alex", "Kim"],
            "forum": None,
            "awaits": None,
        },
        {
            "version": 4,
            "at": INSTANT,
            "what": "service_changed",
            "by": "Kim",
            "changes": [{"member": "product_manager", "from": None, "to": "Sam"}],
        },
    ],
    "next": None,
    "ahead": [
        {
            "version": None,
            "at": INSTANT,
            "what": "agreement_ends",
            "by": None,
            "agreement": ID,
            "kind": "sla",
            "name": "E-signature for Finance",
            "customer": "Finance",
        }
    ],
}
