"""Did you mean: the nearest known word, when one is near."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.spelling import did_you_mean, nearest

KNOWN = ("viable", "need_or_want", "needed_by", "in_catalog", "PMO (PPM Tool)")
_WORDS = st.text(max_size=12)


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("viabel", "viable"), ("vaible", "viable"), ("Viable", "viable"),
        ("need_by", "needed_by"), ("need_or_wants", "need_or_want"), ("in-catalog", "in_catalog"),
        ("pmo (ppm tool)", "PMO (PPM Tool)"), ("xyz", None), ("", None), ("x" * 100_000, None),
    ],
)  # fmt: skip
def test_a_word_a_letter_or_two_off_is_recognized(word: str, meant: str | None) -> None:
    """Letters left out, doubled or turned around, and capitals; a stranger stays one."""
    assert nearest(word, KNOWN) == meant
    assert did_you_mean(word, KNOWN) == (f"did you mean `{meant}`?" if meant else None)


@given(_WORDS, st.lists(_WORDS, max_size=5))
def test_what_is_meant_is_always_one_of_the_known_words(word: str, known: list[str]) -> None:
    """As it was declared, or nothing."""
    assert nearest(word, known) in (None, *known)


def test_nothing_is_near_when_nothing_is_known() -> None:
    """No words, no help."""
    assert did_you_mean("viable", ()) is None


def test_a_long_word_is_compared_in_no_time() -> None:
    """A caller cannot keep the service busy with a huge name."""
    began = time.perf_counter()
    nearest("viable" * 100_000, [f"fact_{number}" for number in range(300)])
    assert time.perf_counter() - began < 2
