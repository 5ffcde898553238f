"""Letters to customers say whom to ask: somebody by name, or by what they are."""

from __future__ import annotations

import pytest

from model.services import Service
from model.whom_to_ask import whom_to_ask


@pytest.mark.parametrize(
    ("name", "said"),
    [("Lee", "Ask Lee about it."), (None, "Ask its Service Line Manager about it.")],
)
def test_there_is_always_somebody_to_ask(name: str | None, said: str) -> None:
    """Where nobody is named the role is."""
    assert whom_to_ask(Service(line_manager=name)) == said
