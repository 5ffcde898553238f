"""The benchmark of searches: what is timed finds what is meant."""

from __future__ import annotations

from random import Random

from benchmarks import searches
from model.catalogue_standing import SHOWN
from model.database import Database
from model.searching import search


def test_a_name_with_a_slip_is_found_among_many(sqlite_database: Database) -> None:
    """Its words are indexed as the product does: of a hundred names, nearly all are found."""
    names, chance = searches.names_of(500), Random(1)  # noqa: S311 - no secret
    database = sqlite_database
    database.write(lambda session: searches.fill(session, names))
    missed = 0
    with database.reading() as session:
        for name in names[:100]:
            found = search(session, searches.slipped(name, chance), SHOWN)
            missed += name not in [each.name for each in found]
    assert missed < 5
