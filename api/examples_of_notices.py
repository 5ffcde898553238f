"""What the OpenAPI document shows of customers and of what they are told."""

from __future__ import annotations

from typing import Any

from api.examples import INSTANT

NEW_CUSTOMERS: dict[str, Any] = {
    "whoever holds a role": {"role": "Customer", "agency": "Finance"},
    "an address": {"email": "office@finance.example"},
}
CUSTOMER: dict[str, Any] = {
    "name": "Finance",
    "role": "Customer",
    "email": None,
    "agency": "Finance",
    "since": INSTANT,
    "changed_by": "Sam, Service Product Manager",
    "until": None,
    "ended_by": None,
    "reached": 1,
}
CUSTOMER_PAGE: dict[str, Any] = {"there": 1, "customers": [CUSTOMER], "next": None}
