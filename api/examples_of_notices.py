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
    "has_email": False,
    "email": None,
    "agency": "Finance",
    "since": INSTANT,
    "changed_by": "Sam, Service Product Manager",
    "until": None,
    "ended_by": None,
    "reached": 1,
}
CUSTOMER_PAGE: dict[str, Any] = {"there": 1, "customers": [CUSTOMER], "next": None}

NEW_MAINTENANCE: dict[str, Any] = {
    "a night's work": {
        "begins_at": "2099-01-30T20:00:00+01:00",
        "ends_at": "2099-01-30T23:00:00+01:00",
        "what": "The mail servers move to the new storage.",
    }
}
MAINTENANCE: dict[str, Any] = {
    "number": 7,
    "begins_at": "2099-01-30T19:00:00.000Z",
    "ends_at": "2099-01-30T22:00:00.000Z",
    "what": "The mail servers move to the new storage.",
    "planned_by": "Sam, Service Product Manager",
    "planned_at": INSTANT,
    "called_off_by": None,
    "called_off_at": None,
}
MAINTENANCE_PAGE: dict[str, Any] = {"maintenance": [MAINTENANCE], "next": None}
