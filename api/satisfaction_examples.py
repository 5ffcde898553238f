"""What the OpenAPI document shows of satisfaction."""

from __future__ import annotations

from typing import Any

from api.examples import INSTANT, REF
from api.examples_of_services import KEY

_WORDS = "It was there two days before I needed it."
NEW_ANSWERS: dict[str, Any] = {
    "satisfied": {"score": 5, "resolved": True, "by": "Ann, Finance", "words": _WORDS},
    "not at all": {"score": 1, "resolved": False, "by": "Ann, Finance"},
}
ANSWER: dict[str, Any] = {
    "by": "Ann, Finance",
    "score": 5,
    "resolved": True,
    "words": _WORDS,
    "at": INSTANT,
    "counts": True,
}
ANSWER_PAGE: dict[str, Any] = {"case": REF, "answers": [ANSWER], "next": None}
OF_SERVICE: dict[str, Any] = {
    "service": KEY,
    "from": "2026-01-01",
    "to": "2026-12-31",
    "count": 8,
    "mean": 4.25,
    "resolved": 0.875,
}
