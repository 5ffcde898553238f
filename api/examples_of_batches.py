"""What the OpenAPI document shows of batches."""

from __future__ import annotations

from typing import Any

from api.examples import DECISION, DECISION_REQUESTS

BATCHES: dict[str, Any] = {
    "two cases": {
        "decisions": [
            {**DECISION_REQUESTS["what is known so far"], "idempotency_key": "mail-77-1"},
            {"case": {"ref": "CRM-1043"}, "facts": {"viabel": True}},
        ]
    }
}

LINE: dict[str, Any] = {"index": 0, "status": 201, "decision": DECISION}
