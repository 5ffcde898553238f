"""What the OpenAPI document shows of other information systems."""

from __future__ import annotations

from typing import Any

from api.examples import INSTANT

NEW_REQUESTS: dict[str, Any] = {
    "another system was asked": {
        "needed": True,
        "system": "Configuration database",
        "sent_on": "2026-11-20",
        "reference": "REQ-2207",
    },
    "none is needed": {
        "needed": False,
        "reason": "All that is billed or monitored reads the catalogue itself",
    },
}
REQUEST: dict[str, Any] = {
    "number": 3,
    **NEW_REQUESTS["another system was asked"],
    "reason": None,
    "by": "Kim, Service Level Manager",
    "at": INSTANT,
}
REQUEST_PAGE: dict[str, Any] = {"requests": [REQUEST], "next": None}
