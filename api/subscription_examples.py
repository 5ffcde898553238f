"""Examples of subscriptions and deliveries, for the OpenAPI document."""

from __future__ import annotations

from typing import Any

SUBSCRIPTION: dict[str, Any] = {
    "id": "6a0a7a43-54b1-4f6c-a7a0-5a3d0a1f9c55",
    "name": "Service desk",
    "url": "https://desk.example.org/hooks/tollgate",
    "types": ["decision.made", "case.rerouted"],
    "created_at": "2026-11-22T09:30:15.123Z",
    "enabled": True,
    "disabled_at": None,
    "disabled_because": None,
    "failing_since": None,
    "rotated_until": None,
}
NEW_SUBSCRIPTIONS: dict[str, Any] = {
    "every case that goes to somebody else": {
        "name": "Service desk",
        "url": "https://desk.example.org/hooks/tollgate",
        "types": ["case.rerouted"],
    },
    "new rules": {
        "name": "Rule owners",
        "url": "https://owners.example.org/hooks",
        "types": ["revision.published"],
    },
}
CHANGES: dict[str, Any] = {
    "enable it again": {"enabled": True},
    "move it": {"url": "https://desk.example.org/new/hooks"},
}
ROTATIONS: dict[str, Any] = {"a day to change over": {}, "at once": {"grace_hours": 0}}
SUBSCRIPTION_MADE = {
    **SUBSCRIPTION,
    "secret": "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDazfKZKRo0Pk=",
}
SUBSCRIPTION_PAGE = {"subscriptions": [SUBSCRIPTION], "next": None}
DELIVERY: dict[str, Any] = {
    "id": 12,
    "message_id": "1b4e28ba-2fa1-51d2-883f-0016d3cca427",
    "type": "case.rerouted",
    "subject": "cases/CRM-1042",
    "subscription_id": SUBSCRIPTION["id"],
    "recipient": None,
    "state": "waiting",
    "at": "2026-11-22T09:30:15.123Z",
    "due_at": "2026-11-22T09:35:20.007Z",
    "attempts": 2,
    "tried_at": "2026-11-22T09:30:20.441Z",
    "status": 502,
    "error": "the receiver answered 502",
}
DELIVERY_PAGE = {"deliveries": [DELIVERY], "next": None}
