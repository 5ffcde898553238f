"""What the OpenAPI document shows of the roster."""

from __future__ import annotations

from typing import Any

from api.examples import INSTANT

_ANN, _BO = "ann@agency.example", "bo@agency.example"

ROSTERS: dict[str, Any] = {
    "a role with a deputy": {
        "people": [{"name": "Ann Lee", "email": _ANN}, {"name": "Bo Dahl", "email": _BO}],
        "groups": [{"name": "Technology Strategy", "members": [{"person": _ANN}]}],
        "roles": [
            {"role": "Agency IT Strategist", "held_by": "Technology Strategy"},
            {"role": "Agency IT Strategist", "held_by": _BO, "deputy": True},
        ],
        "absences": [{"person": _ANN, "since": "2026-12-24", "until": "2027-01-02"}],
    }
}
ROSTER = {
    **ROSTERS["a role with a deputy"],
    "version": 1,
    "changed_by": "service desk",
    "changed_at": INSTANT,
}
HOLDERS = {
    "role": "Agency IT Strategist",
    "agency": None,
    "day": "2026-12-28",
    "holders": [{"name": "Bo Dahl", "email": _BO, "stands_in": True}],
}
