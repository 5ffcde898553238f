"""Grouping what people ask for in their own words, so that what they mean is seen together."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from model.likeness import letter_groups, ranked, words_of

_LEAST = 70.0
_CANDIDATES = 12
_MOST_NEAR = 200
_MOST_WORDS = 16
# Two requests are not alike for being requests.
_SAYS_NOTHING = frozenset(
    words_of(
        "a all an and any are as at be by can for from have i in is it its like more need needed"
        " needs new of on one or our please request requests service services so some system that"
        " the their this to tool us want we with"
    )
)


@dataclass(slots=True)
class Alike:
    """Texts that mean the same: the words of the first, those that all share, and their places."""

    words: tuple[str, ...]
    shared: tuple[str, ...]
    places: list[int] = field(default_factory=list)


def alike_groups(texts: Sequence[str]) -> list[Alike]:
    """Return the texts in groups, the largest first; each text is in one of them.

    A text joins the group whose first text it is most alike, if it is alike enough. What is said
    most often comes first, so that slips join it and not it them. Takes time by the number of
    texts, not by that of their pairs: only groups that share letters are looked at.
    """
    said: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for place, text in enumerate(texts):
        said[telling_words(text)].append(place)
    groups: list[Alike] = []
    by_letters: dict[str, list[int]] = defaultdict(list)
    for words, places in sorted(said.items(), key=lambda each: (-len(each[1]), each[1][0])):
        letters = sorted({group for word in words for group in letter_groups(word)})
        group = _most_alike(words, (groups[at] for at in _near(letters, by_letters)))
        if group is None:
            for each in letters:
                by_letters[each].append(len(groups))
            group = Alike(words, words)
            groups.append(group)
        group.shared = tuple(w for w in group.shared if _fits(words, w)) or group.words
        group.places += places
    for group in groups:
        group.places.sort()
    return sorted(groups, key=lambda group: (-len(group.places), group.places[0]))


def telling_words(text: str) -> tuple[str, ...]:
    """Return the first 16 words of a text that say what it is about; all, where none does."""
    words = tuple(dict.fromkeys(words_of(text)))
    return (tuple(word for word in words if word not in _SAYS_NOTHING) or words)[:_MOST_WORDS]


def _near(letters: Iterable[str], by_letters: dict[str, list[int]]) -> list[int]:
    shares = Counter(at for each in letters for at in by_letters.get(each, ())[:_MOST_NEAR])
    return [at for at, _ in shares.most_common(_CANDIDATES)]


def _most_alike(words: Sequence[str], groups: Iterable[Alike]) -> Alike | None:
    # Both ways: what says more than the other is alike, what has one word in common is not.
    scored = [
        (ranked(words, group.words, group.words)[0] + ranked(group.words, words, words)[0], group)
        for group in groups
    ]
    best = max(scored, key=lambda each: each[0], default=None)
    return best[1] if best is not None and best[0] >= 2 * _LEAST else None


def _fits(words: Sequence[str], word: str) -> bool:
    return bool(ranked([word], words, words)[1])
