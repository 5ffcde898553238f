"""The benchmark of inference: both engines give the same answers."""

from __future__ import annotations

from benchmarks import inference


def test_both_engines_agree_on_the_routing() -> None:
    """What is timed is the same work: each example ends at the same rule in both."""
    contenders = inference.routing()
    assert contenders["ours"]() == contenders[inference.PEER]() > 0


def test_both_engines_agree_on_a_table() -> None:
    """In a table drawn up for measuring, both find the one rule that is true."""
    contenders = inference.of_table(10)
    assert contenders["ours"]() == contenders[inference.PEER]() > 0
