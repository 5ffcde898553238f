"""Time on a drawing: even, named by days of the service's zone, nothing over anything else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from api.timeline_scale import MOST_NAMED, Scale, grouped

BEGIN = datetime(2026, 11, 22, 12, tzinfo=UTC)
GAP, RIGHT = 30.0, 1000.0
VIENNA = ZoneInfo("Europe/Vienna")
places = st.lists(st.floats(0, RIGHT), max_size=300).map(sorted)


@given(places, st.randoms())
def test_groups_lie_apart_within_the_drawing_and_lose_nothing(
    xs: list[float], chance: st.DataObject
) -> None:
    """However many things there are, and however many kinds of them."""
    items = [(x, chance.choice("abc")) for x in xs]  # type: ignore[attr-defined]
    groups = grouped(items, lambda i: i[0], lambda i, j: i[1] == j[1], GAP, RIGHT)
    assert [item for group in groups for item in group.items] == items
    assert all(later.x - earlier.x >= GAP - 1e-6 for earlier, later in pairwise(groups))
    assert all(items[0][0] - 1e-6 <= group.x <= RIGHT for group in groups)


def test_different_things_stay_apart_where_there_is_room() -> None:
    """A gate that failed and passed on one day shows both."""
    items = [(10.0, "fail"), (10.0, "fail"), (10.0, "pass")]
    groups = grouped(items, lambda i: i[0], lambda i, j: i[1] == j[1], GAP, RIGHT)
    assert [(group.x, len(group.items)) for group in groups] == [(10.0, 2), (40.0, 1)]


@given(st.integers(0, 200 * 366), st.integers(0, 86_400))
def test_there_is_room_for_the_days_that_are_named(days: int, seconds: int) -> None:
    """From an hour to two centuries: few of them, in order, within the drawing."""
    last = BEGIN + timedelta(days=days, seconds=seconds)
    scale = Scale(BEGIN, last, 0.0, RIGHT, VIENNA)
    named = list(scale.named_days())
    assert len(named) <= MOST_NAMED
    assert all(0 < x <= RIGHT for x, _ in named)
    assert all(earlier < later for earlier, later in pairwise(named))


def test_a_day_begins_where_the_service_is() -> None:
    """Midnight in Vienna is an hour before midnight in Greenwich."""
    scale = Scale(BEGIN, BEGIN + timedelta(days=1), 0.0, 24.0, VIENNA)
    assert list(scale.named_days()) == [(11.0, "2026-11-23")]
