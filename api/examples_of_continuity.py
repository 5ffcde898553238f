"""What the OpenAPI document shows of tests of continuity."""

from __future__ import annotations

from typing import Any

from api.examples import INSTANT

NEW_TESTS: dict[str, Any] = {
    "a test that went well": {
        "held_on": "2026-10-14",
        "resumed": True,
        "findings": "Back after 3 hours; the supplier's hotline did not answer at night.",
        "location": "https://documents.example/continuity/e-signature-2026.pdf",
    }
}
TEST: dict[str, Any] = {
    "number": 3,
    **NEW_TESTS["a test that went well"],
    "plan_version": 2,
    "by": "Lee, Service Line Manager",
    "at": INSTANT,
}
TEST_PAGE: dict[str, Any] = {"tests": [TEST], "next": None}
