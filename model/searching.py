"""Searching services, parts and packages as a person does: words, their beginnings, slips.

Each word is kept as its groups of three letters. A search takes the groups that are rarest in the
catalogue, picks what shares most of them, and puts the most alike of those first. However much is
asked and however large the catalogue is, it looks at so many rows and no more.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import func, select, text

from model.audiences import names
from model.database import Reader, table_of
from model.likeness import letter_groups, ranked, words_of
from model.packages import Package, services_in
from model.search_index import SearchGroup, SearchText
from model.services import Service

MOST_FOUND = 20
_RAREST = 8
# A group that so many entries have tells them too little apart to be asked for.
_TOO_COMMON = 2_000
_LEAST = 37.5


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a search goes: so many words of what is asked, groups of letters, and texts."""

    words: int = 1_000
    groups: int = 200
    candidates: int = 200


FAR = Reach()


@dataclass(frozen=True, slots=True)
class Found:
    """What may be meant: a service, a part of one (`part`), or a package (no service).

    `score`: 0 to 100; `because`: its words that fit.
    """

    service: str | None
    part: str | None
    package: str | None
    name: str
    score: float
    because: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        """Return it as it is told."""
        return {
            "service": self.service,
            "part": self.part,
            "package": self.package,
            "name": self.name,
            "score": self.score,
            "because": list(self.because),
        }


_GROUPS = table_of(SearchGroup)


def search(
    reader: Reader,
    asked: str,
    phases: Collection[str],
    limit: int = MOST_FOUND,
    audience: str | None = None,
    reach: Reach = FAR,
) -> tuple[Found, ...]:
    """Return up to `limit` services, parts and packages that may be meant, the likeliest first.

    `phases`: those that a service has to be in, and every service of a package.
    `audience`: the target group that they have to be for, if any.
    """
    words = list(dict.fromkeys(words_of(asked)))[: reach.words]
    ids = _candidates(reader, words, reach)
    texts = (SearchText.part, SearchText.name, SearchText.words, SearchText.package_id)
    rows = reader.execute(
        select(
            *texts,
            *(Service.key, Service.phase, Service.rejected, Service.audiences),
            Package.key.label("package"),
            Package.audiences.label("packed_for"),
        )
        .outerjoin(Service, Service.id == SearchText.service_id)
        .outerjoin(Package, Package.id == SearchText.package_id)
        .where(SearchText.id.in_(ids))
    ).all()
    packed = services_in(reader, [row.package_id for row in rows if row.package_id is not None])
    found = []
    for row in rows:
        # Asked for in SQL, it would have a planner look at every service that is in a phase.
        standing = [(row.phase, row.rejected)] if row.key else packed.get(row.package_id, ())
        for_them = audience is None or names(row.audiences or row.packed_for, audience)
        if for_them and _is_there(standing, phases):
            score, because = ranked(words, list(words_of(row.name)), row.words.split())
            if because and score >= _LEAST:
                each = (row.key, row.part, row.package, row.name, round(score, 1), because)
                found.append(Found(*each))
    found.sort(key=lambda each: (-each.score, each.service or "", each.part or each.package or ""))
    return tuple(found[:limit])


def _is_there(standing: Sequence[tuple[str | None, bool]], phases: Collection[str]) -> bool:
    return bool(standing) and all(phase in phases and not rejected for phase, rejected in standing)


def _candidates(reader: Reader, words: Sequence[str], reach: Reach) -> Sequence[int]:
    letters = dict.fromkeys(group for word in words for group in letter_groups(word))
    groups = _rarest(reader, sorted(islice(letters, reach.groups)))
    # As a sum, so that no planner goes through all texts in their order instead.
    text_id = _GROUPS.c.text_id + 0
    query = (
        select(text_id)
        .where(_GROUPS.c.letters.in_(groups))
        .group_by(text_id)
        .order_by(func.count().desc(), text_id)
        .limit(reach.candidates)
    )
    return reader.scalars(query).all() if groups else []


def _rarest(reader: Reader, groups: Sequence[str]) -> list[str]:
    if not groups:
        return []
    # All in one statement: on PostgreSQL, one for each would take most of a search's time.
    counting = " UNION ALL ".join(
        f"SELECT (SELECT count(*) FROM (SELECT 1 FROM search_groups WHERE letters = :of_{at}"  # noqa: S608 - numbers alone
        f" LIMIT {_TOO_COMMON}) AS few) AS many, :of_{at} AS letters"
        for at in range(len(groups))
    )
    named = {f"of_{at}": group for at, group in enumerate(groups)}
    there = sorted((many, group) for many, group in reader.execute(text(counting), named) if many)
    rare = [group for count, group in there if count < _TOO_COMMON]
    return rare[:_RAREST] or [group for _, group in there[:1]]
