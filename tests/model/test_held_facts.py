"""The facts that a case holds, as one column brings them and as rows do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.held_facts import Held, HeldFacts, held_in, values_of

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
names = st.text(min_size=1, max_size=5)
facts = st.builds(
    Held,
    st.sampled_from(['"red"', "true", "12", "1.50"]),
    st.text(max_size=5),
    st.integers(0, 10**6).map(lambda seconds: AT + timedelta(seconds=seconds)),
    st.none() | st.just(AT),
)


def as_rows(held: dict[str, Held]) -> list[list[object]]:
    """Return facts as a database writes them into one column."""
    return [
        [name, it.value, it.supplied_by, it.supplied_at.isoformat(),
         it.true_at.isoformat() if it.true_at else None]
        for name, it in held.items()
    ]  # fmt: skip


@given(st.dictionaries(names, facts))
def test_what_is_read_when_it_is_asked_for_is_what_is_held(held: dict[str, Held]) -> None:
    """Each fact, its instants among them, by name and in the order of the names."""
    column = HeldFacts(as_rows(held))
    assert column == held
    assert list(column) == sorted(held)
    assert len(column) == len(held)
    assert values_of(column) == values_of(held)
    assert all(name in column for name in held)
    assert "no such fact" not in column


def test_a_fact_that_is_not_held_is_told_apart_from_one_that_is() -> None:
    """As by any mapping; a case without facts has none."""
    assert dict(held_in(None)) == {}
    with pytest.raises(KeyError):
        held_in(None)["sunny"]
