"""How alike texts are, as a person sees it: by their words, slips of the pen and all.

A word is told by the groups of three letters in it (trigrams), which a slip leaves mostly as they
are; how alike two words or two names are is for rapidfuzz to say.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence

from rapidfuzz import fuzz, process

_ALIKE = 78.0
_LONGEST = 200


def words_of(text: str) -> Iterator[str]:
    """Yield the words of a text, in small letters and without accents."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    letters = (c if c.isalnum() else " " for c in plain if not unicodedata.combining(c))
    yield from "".join(letters).split()


def letter_groups(word: str) -> Iterator[str]:
    """Yield the groups of three letters of a word; a space marks where it begins."""
    padded = f" {word}"
    yield from (padded[at : at + 3] for at in range(max(1, len(padded) - 2)))


def ranked(
    asked: Sequence[str], name: Sequence[str], there: Sequence[str]
) -> tuple[float, tuple[str, ...]]:
    """Return how well a text fits what is asked (0 to 100), and those of its words that do.

    `name`: the words of the text's name; `there`: all its words.
    """
    fits = {
        best: alike
        for word in asked
        if there and (best := max(there, key=lambda other: _alike(word, other)))
        and (alike := _alike(word, best)) >= _ALIKE
    }  # fmt: skip
    covered = sum(fits.values()) / max(1, len(asked))
    of_name = fuzz.token_set_ratio(" ".join(asked), " ".join(name))
    return 0.6 * covered + 0.4 * of_name, tuple(sorted(fits))


def _alike(asked: str, word: str) -> float:
    if word.startswith(asked):
        return 100.0 if word == asked else 95.0
    return fuzz.ratio(asked, word)


def nearest(said: str, known: Mapping[str, str]) -> str | None:
    """Return what of the known words, in small letters, is most alike, if any is alike at all."""
    best = process.extractOne(
        said.casefold()[:_LONGEST], known.keys(), scorer=fuzz.ratio, score_cutoff=_ALIKE
    )
    return known[best[0]] if best else None
