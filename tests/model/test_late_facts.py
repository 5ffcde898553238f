"""Late facts: told with their instant, which is not to come."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from model.late_facts import SKEW, Late
from rules.errors import BadFields

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


def test_what_is_to_come_is_refused() -> None:
    """Clocks may differ by a minute; beyond that, facts of the future are no facts."""
    Late(NOW + SKEW).require_past(NOW, "/case/as_they_were")
    Late(NOW - timedelta(days=9_000)).require_past(NOW, "/case/as_they_were")
    with pytest.raises(BadFields) as refused:
        Late(NOW + SKEW + timedelta(seconds=1)).require_past(NOW, "/case/as_they_were")
    assert [(p.pointer, p.detail) for p in refused.value.problems] == [
        ("/case/as_they_were", "lies in the future")
    ]


def test_what_the_caller_said_is_kept() -> None:
    """The instant stays in the caller's own offset; what was not said is left out."""
    at = datetime(2026, 11, 20, 10, 0, tzinfo=timezone(timedelta(hours=-6)))
    assert Late(at).as_json() == {"as_they_were": "2026-11-20T10:00:00-06:00"}
    assert Late(at, overwrite_newer=True).as_json() == {
        "as_they_were": "2026-11-20T10:00:00-06:00",
        "overwrite_newer": True,
    }
