"""What the OpenAPI document shows of agreements."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from api.examples import ID, INSTANT

_CONTRACT = "7c7a3f6e-5c0d-4b52-8f0e-1b7f3f6f9a10"
_AVAILABLE: dict[str, Any] = {
    "metric": "availability",
    "comparison": ">=",
    "value": Decimal("99.5"),
    "unit": "percent",
    "period": "P1M",
}
_FULFILLED: dict[str, Any] = {
    "metric": "fulfilment",
    "comparison": "<=",
    "value": 8,
    "unit": "hours",
    "period": "P1M",
}
_SLA: dict[str, Any] = {
    "name": "E-signature for Finance",
    "provider": "IT",
    "customer": "Finance",
    "starts_on": "2026-01-01",
    "ends_on": "2026-12-31",
    "renewal_term": "P1Y",
    "notice": "P3M",
    "review_every": "P3M",
    "targets": [_AVAILABLE, _FULFILLED],
}
NEW_AGREEMENTS: dict[str, Any] = {
    "a service level agreement": {"kind": "sla", **_SLA},
    "a contract with a supplier": {
        "kind": "underpinning_contract",
        "name": "Hosting",
        "provider": "Hoster Ltd",
        "customer": "IT",
        "starts_on": "2026-01-01",
        "ends_on": "2028-12-31",
        "review_every": "P1Y",
    },
}
CHANGES: dict[str, Any] = {
    "what it rests on": {"beneath": [_CONTRACT]},
    "it ends for good": {"ends_on": "2027-06-30", "renewal_term": None},
}
AGREEMENT: dict[str, Any] = {
    "id": ID,
    "kind": "sla",
    **_SLA,
    "service": None,
    "role": "Service Level Manager",
    "agency": None,
    "calendar": None,
    "beneath": [_CONTRACT],
    "version": 2,
    "created_at": INSTANT,
    "changed_at": INSTANT,
    "changed_by": "Sam",
}
AGREEMENT_PAGE: dict[str, Any] = {"agreements": [AGREEMENT], "next": None}
_WRITTEN = {
    name: said for name, said in AGREEMENT.items() if name not in ("id", "kind", "created_at")
}
VERSION_PAGE: dict[str, Any] = {
    "versions": [
        {**_WRITTEN, "changed": ["beneath"]},
        {**_WRITTEN, "version": 1, "beneath": [], "changed": []},
    ],
    "next": None,
}
NEW_MEASUREMENTS: dict[str, Any] = {
    "two months": {
        "measurements": [
            {"metric": "availability", "day": "2026-09-30", "value": Decimal("99.91")},
            {"metric": "availability", "day": "2026-10-31", "value": Decimal("99.3")},
        ],
        "by": "Monitoring",
    }
}
_JUDGED: dict[str, Any] = {
    "metric": "availability",
    "day": "2026-10-31",
    "value": Decimal("99.3"),
    "comparison": ">=",
    "agreed": Decimal("99.5"),
    "unit": "percent",
    "attained": False,
    "deviation": Decimal("-0.2"),
    "received_at": INSTANT,
    "by": "Monitoring",
}
MEASUREMENTS: dict[str, Any] = {"measurements": [_JUDGED]}
PERFORMANCE: dict[str, Any] = {
    "agreement": ID,
    "standing": "breached",
    "targets": [
        {
            **_AVAILABLE,
            "standing": "breached",
            "counted": 1,
            "attained": 0,
            "attainment": 0,
            "deviation": Decimal("-0.2"),
            "trend": None,
            "forecast": None,
            "timers": {"met": 0, "breached": 0},
            "measurements": [_JUDGED],
        },
    ],
}
PERFORMANCE_PAGE: dict[str, Any] = {
    "agreements": [
        {
            "agreement": ID,
            "kind": "sla",
            "name": "E-signature for Finance",
            "service": None,
            "customer": "Finance",
            "standing": "breached",
            "targets": [
                {
                    "metric": "availability",
                    "standing": "breached",
                    "attainment": 0,
                    "deviation": Decimal("-0.2"),
                    "trend": None,
                },
            ],
        },
    ],
    "next": None,
}
REPORT_PAGE: dict[str, Any] = {
    "reports": [
        {
            **PERFORMANCE,
            "version": 2,
            "first_on": "2026-10-01",
            "last_on": "2026-10-31",
            "made_at": INSTANT,
        },
    ],
    "next": None,
}
