"""What the OpenAPI document shows of vendor products."""

from __future__ import annotations

from typing import Any

from api.examples import ID, INSTANT
from api.examples_of_services import KEY

NEW_PRODUCTS: dict[str, Any] = {
    "a product and what it is for": {
        "name": "SignBox 4",
        "vendor": "Signatures Ltd",
        "meets": ["Qualified signatures by the law of every member state"],
    }
}
PRODUCT: dict[str, Any] = {
    "key": "signbox",
    **NEW_PRODUCTS["a product and what it is for"],
    "strategy_version": 2,
    "agreement": {"id": ID, "name": "Signatures Ltd 2026"},
    "changed_by": "Sam, Service Product Manager",
    "changed_at": INSTANT,
}
PRODUCTS: dict[str, Any] = {"service": KEY, "products": [PRODUCT]}
