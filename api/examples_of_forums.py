"""What the OpenAPI document shows of governance forums."""

from __future__ import annotations

from typing import Any

from api import examples_of_services as services
from api.examples import INSTANT

NEW_FORUMS: dict[str, Any] = {
    "the board of the later gates": {
        "name": "Service Portfolio Board",
        "purpose": "Holds the toll-gates at which money is spent or customers are left",
        "gates": [3, 6],
        "roles": ["Service Portfolio Manager"],
        "people": ["Alex"],
        "meets_every": "P1M",
    }
}
FORUM: dict[str, Any] = {
    "key": "portfolio-board",
    **NEW_FORUMS["the board of the later gates"],
    "members": ["Pat", "Alex"],
    "changed_by": "service desk",
    "changed_at": INSTANT,
}
FORUMS: dict[str, Any] = {"forums": [FORUM]}
SESSION_PAGE: dict[str, Any] = {
    "sessions": [{"service": services.KEY, **services.SESSION_PAGE["sessions"][0]}],
    "next": None,
}
