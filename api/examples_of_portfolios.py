"""What the OpenAPI document shows of portfolios."""

from __future__ import annotations

from typing import Any

from api.examples import INSTANT
from api.examples_of_services import KEY

NEW_PORTFOLIOS: dict[str, Any] = {
    "a portfolio with its strategy": {
        "name": "Working together",
        "description": "What agencies share documents and decisions with",
        "owner": "Pat, Service Portfolio Manager",
        "strategy": "https://documents.example/portfolios/working-together.pdf",
    }
}
PORTFOLIO: dict[str, Any] = {
    "key": "working-together",
    **NEW_PORTFOLIOS["a portfolio with its strategy"],
    "phases": {"design": 1, "operate": 4},
    "rejected": 0,
    "changed_by": "Pat, Service Portfolio Manager",
    "changed_at": INSTANT,
}
PORTFOLIO_PAGE: dict[str, Any] = {"portfolios": [PORTFOLIO], "next": None}
IN_PORTFOLIO_PAGE: dict[str, Any] = {
    "services": [
        {
            "key": KEY,
            "name": "E-signature",
            "phase": "operate",
            "rejected": False,
            "product_manager": "Sam, Service Product Manager",
            "line_manager": "Lee, Service Line Manager",
            "next_gate": 5,
            "review_on": "2027-11-22",
        }
    ],
    "next": None,
}
IN_PORTFOLIOS: dict[str, Any] = {"one portfolio": {"portfolios": ["working-together"]}}
PORTFOLIOS_OF_SERVICE: dict[str, Any] = {"service": KEY, "portfolios": ["working-together"]}
