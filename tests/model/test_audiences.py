"""Target groups: each finds in its catalogue what names it, and what names nobody."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from model.audiences import named_in, names
from model.catalogue import entries_after
from model.catalogue_standing import SHOWN
from model.database import Database
from model.packages import PackageChange, packages_after, put_package
from model.searching import search
from model.services import Service
from tests.model.offered import NOW, offer

FOR = {
    "all": None,
    "none": [],
    "agencies": ["agencies"],
    "both": ["schools", "agencies"],
    "Agencies": ["Agencies"],
    "odd": ['agencies"', "age%", "x"],
}


def test_each_group_has_a_catalogue_of_its_own(database: Database) -> None:
    """Of services, of packages, and in the search; capitals make another group."""
    with database.transaction() as session:
        for key, audiences in FOR.items():
            offer(session, key, f"Letters {key}").audiences = audiences
            change = PackageChange(f"Letters of {key}", None, ("all",), tuple(audiences or ()))
            put_package(session, f"p-{key}", change, "Sam", NOW)
    expected = {
        "agencies": {"all", "none", "agencies", "both"},
        "schools": {"all", "none", "both"},
        "Agencies": {"all", "none", "Agencies"},
        "age%": {"all", "none", "odd"},
        "agenc": {"all", "none"},
    }
    with database.reading() as session:
        for audience, keys in expected.items():
            entries = entries_after(session, SHOWN, None, None, 99, audience).entries
            assert {entry.key for entry in entries} == keys
            packages = packages_after(session, None, 99, audience).packages
            assert {each.key for each in packages} == {f"p-{key}" for key in keys}
            found = search(session, "letters", SHOWN, 99, audience)
            assert {each.service or each.package for each in found} == keys | {
                f"p-{key}" for key in keys
            }


@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(st.text(st.sampled_from('ab"\\%_, []ü🎫'), min_size=1, max_size=4), max_size=3),
    st.text(st.sampled_from('ab"\\%_, []ü🎫'), min_size=1, max_size=4),
)
def test_sql_and_the_search_mean_the_same_group(
    database: Database, audiences: list[str], asked: str
) -> None:
    """Whatever signs the names of groups are made of."""
    with database.transaction() as session:
        there = session.scalar(select(Service)) or offer(session, "mail", "Mail")
        there.audiences = audiences
        session.flush()
        in_sql = session.scalar(select(Service.id).where(named_in(Service.audiences, asked)))
        assert (in_sql is not None) == names(audiences, asked)
        assert names(audiences, asked) == (not audiences or (asked in audiences and asked != ", "))
