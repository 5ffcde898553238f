"""Packages: they stand as the services in them do."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import text

from model.catalogue_standing import SHOWN, Standing
from model.database import Database
from model.packages import (
    PackageChange,
    index_missed_packages,
    packages_of,
    put_package,
    read_package,
    take_apart,
)
from model.searching import search
from tests.model.offered import NOW, offer

CHANGE = PackageChange("Office", None, ("mail", "fax"))


@pytest.mark.parametrize(
    ("phase", "rejected", "standing"),
    [
        ("operate", False, Standing.LIVE),
        ("improve", False, Standing.LIVE),
        ("transition", False, Standing.PREPARED),
        ("strategy", False, Standing.PREPARED),
        ("retire", False, Standing.RETIRED),
        ("transition", True, Standing.RETIRED),
    ],
)
def test_a_package_stands_as_the_least_of_its_services(
    database: Database, phase: str, rejected: bool, standing: Standing
) -> None:
    """Live once all are, retired once one is: nobody is offered half of it."""
    with database.transaction() as session:
        offer(session, "mail", "Mail")
        offer(session, "fax", "Fax", phase=phase, rejected=rejected)
        assert put_package(session, "office", CHANGE, "Sam", NOW).standing is standing


def test_a_package_that_is_so_already_was_not_changed(database: Database) -> None:
    """Whoever changed it last stays to be read; in which order services are named is nothing."""
    with database.transaction() as session:
        for key in ("mail", "fax"):
            offer(session, key, key)
        first = put_package(session, "office", CHANGE, "Sam", NOW)
        same = replace(CHANGE, services=("fax", "mail"))
        assert put_package(session, "office", same, "Kim", NOW) == first
        fewer = replace(CHANGE, services=("fax",))
        assert put_package(session, "office", fewer, "Kim", NOW).changed_by == "Kim"
        for_some = replace(fewer, audiences=("agencies",))
        assert put_package(session, "office", for_some, "Pat", NOW).audiences == ("agencies",)


def test_many_may_write_the_same_package_at_once(database: Database) -> None:
    """The last of them counts, and it holds each service once."""
    with database.transaction() as session:
        ids = [offer(session, key, key).id for key in ("mail", "fax")]

    def write(number: int) -> None:
        change = PackageChange(f"Office {number}", None, ("mail", "fax")[: 1 + number % 2])
        database.write(lambda session: put_package(session, "office", change, "Sam", NOW))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(8)))
    with database.transaction() as session:
        put_package(session, "office", CHANGE, "Sam", NOW)
        assert read_package(session, "office").services == ("fax", "mail")
        assert packages_of(session, ids) == {id: ["office"] for id in ids}
        take_apart(session, "office")
        assert packages_of(session, ids) == {}


def test_packages_from_before_they_were_searched_for_are_found_in_the_end(
    database: Database,
) -> None:
    """Some at a time, each once; and by no words that one had before."""
    with database.transaction() as session:
        for key in ("mail", "fax"):
            offer(session, key, key)
        for number in range(3):
            name = f"Bundle {number}"
            put_package(session, f"b{number}", PackageChange(name, None, ("mail",)), "Sam", NOW)
        put_package(session, "b0", PackageChange("Parcel", None, ("mail",)), "Sam", NOW)
        of_packages = "SELECT id FROM search_texts WHERE package_id IS NOT NULL"
        session.execute(text(f"DELETE FROM search_groups WHERE text_id IN ({of_packages})"))
        session.execute(text("DELETE FROM search_texts WHERE package_id IS NOT NULL"))
        assert search(session, "bundle", SHOWN) == ()
    done = [database.write(lambda session: index_missed_packages(session, 2)) for _ in range(3)]
    assert done == [2, 1, 0]
    with database.reading() as session:
        found = search(session, "bundle parcel", SHOWN)
        assert {each.package for each in found} == {"b0", "b1", "b2"}
