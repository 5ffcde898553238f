"""Did you mean: the known word nearest to one that nobody knows."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the one of `known` that `word` was most likely meant to be, if any is near."""
    by_lower = {candidate.lower(): candidate for candidate in known}
    matches = get_close_matches(word.lower()[:200], by_lower, n=1, cutoff=0.6)
    return by_lower[matches[0]] if matches else None


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """Return the help line that names the nearest known word, if any is near."""
    candidate = nearest(word, known)
    return f"did you mean `{candidate}`?" if candidate else None
