"""What the OpenAPI document shows of timers."""

from __future__ import annotations

from typing import Any

from api.examples import ID, REF

_STARTED = {"id": "audit-17", "what": "start", "at": "2026-11-20T09:00:00Z"}
_PAUSED = {"id": "audit-21", "what": "pause", "at": "2026-11-20T11:00:00+00:00"}
NEW_TIMERS: dict[str, Any] = {
    "eight hours, with a warning at half of them": {
        "case": REF,
        "kind": "fulfilment",
        "target_seconds": 28_800,
        "thresholds": [{"share": 50}, {"lead_seconds": 3_600}],
        "events": [_STARTED],
    },
    "a response in the office's hours": {
        "case": REF,
        "kind": "response",
        "name": "first answer",
        "calendar": "vienna-office",
        "target_seconds": 3_600,
    },
    "as it was agreed": {
        "case": REF,
        "kind": "fulfilment",
        "agreement": ID,
        "metric": "fulfilment",
    },
}
EVENTS: dict[str, Any] = {"what happened since": {"events": [_PAUSED]}}
TIMER: dict[str, Any] = {
    "id": "0b6f7d0e-5a1c-4f7e-9a53-6f2a6c7f0d12",
    "case": REF,
    "kind": "fulfilment",
    "name": "fulfilment",
    "calendar": None,
    "target_seconds": 28_800,
    "agreement": None,
    "metric": None,
    "thresholds": [{"share": 50}, {"lead_seconds": 3_600}],
    "state": "paused",
    "cycles": [
        {
            "cycle": 1,
            "state": "paused",
            "verdict": "pending",
            "target_seconds": 28_800,
            "elapsed_seconds": 7_200,
            "remaining_seconds": 21_600,
            "due_at": None,
            "breached_at": None,
            "ended_at": None,
            "intervals": [
                {
                    "since": "2026-11-20T09:00:00.000Z",
                    "until": "2026-11-20T11:00:00.000Z",
                    "paused": False,
                    "counted_seconds": 7_200,
                },
                {
                    "since": "2026-11-20T11:00:00.000Z",
                    "until": None,
                    "paused": True,
                    "counted_seconds": 0,
                },
            ],
            "without_effect": [],
        }
    ],
    "marks": [],
    "events": [
        {
            "id": "audit-17",
            "what": "start",
            "at": "2026-11-20T09:00:00.000Z",
            "sequence": 0,
            "received_at": "2026-11-20T09:00:01.250Z",
            "by": "Roundup",
        },
        {
            "id": "audit-21",
            "what": "pause",
            "at": "2026-11-20T11:00:00.000Z",
            "sequence": 0,
            "received_at": "2026-11-20T11:00:00.730Z",
            "by": "Roundup",
        },
    ],
    "without_effect": [],
}
TIMERS = {"timers": [TIMER]}
