"""The benchmark of whole decisions: the peer comes to the same outcomes."""

from __future__ import annotations

from benchmarks import decision


def test_the_peer_comes_to_the_same_outcomes() -> None:
    """Every case that is decided has the same stage, rule and outcome in both."""
    contenders = decision.routing(500)
    assert contenders["ours decided"]() == contenders[f"{decision.PEER} decided"]() > 0
    assert contenders["ours waiting"]() > 0
