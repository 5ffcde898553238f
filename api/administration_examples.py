"""Examples of what administrators send and are answered, for the OpenAPI document."""

from __future__ import annotations

from typing import Any

_KEY: dict[str, Any] = {
    "id": "0b6f7d0e-5a1c-4f7e-9a53-6f2a6c7f0d11",
    "name": "Roundup",
    "roles": ["ticketing"],
    "created_at": "2026-11-22T09:30:15.123Z",
    "expires_at": "2027-11-30T23:59:59.000Z",
    "revoked_at": None,
    "last_used_at": None,
}
NEW_KEYS: dict[str, Any] = {
    "a key for the ticketing system": {
        "name": "Roundup",
        "roles": ["ticketing"],
        "expires_at": "2199-11-30T23:59:59Z",
    },
    "another administrator, without an end": {"name": "Kim", "roles": ["admin"]},
}
ROTATIONS: dict[str, Any] = {
    "a day to change over": {},
    "at once": {"grace_hours": 0},
}
KEY_MADE = {**_KEY, "key": "tollgate_rA1f7yJm0S5xk3Zq9vTnWcEoLbUdHgPi2R4s6K8MxQY"}
KEY_REVOKED = {**_KEY, "revoked_at": "2026-12-01T08:00:00.000Z"}
KEY_PAGE = {"keys": [_KEY], "next": None}
ACT_PAGE = {
    "acts": [
        {
            "id": 7,
            "at": "2026-11-22T09:30:15.123Z",
            "by": "first administrator",
            "key_id": "4c0d5a52-6d1e-4b57-8f0c-2f1f0f4f9d3b",
            "via": "http",
            "act": "key-created",
            "on": _KEY["id"],
            "details": {"name": "Roundup", "roles": ["ticketing"], "expires_at": None},
        }
    ],
    "next": None,
}
