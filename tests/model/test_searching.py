"""Searching: what a person means is found by words, by their beginnings, and with slips."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text

from model.catalogue_standing import SHOWN
from model.database import Database
from model.parts import index_missed
from model.search_index import SearchText
from model.searching import Found, search
from tests.model.offered import offer, part_of

OFFERED = {
    "e-signature": ("E-signature", "Documents are signed without paper"),
    "mail": ("Mail and calendar", "Mailboxes, shared calendars and rooms"),
    "gis": ("Geographic information", "Maps and layers for agencies"),
    "paper": ("Paper archive", "Boxes of documents, fetched by van"),
    "telefonie": ("Überland-Telefonie", None),
}


@pytest.fixture
def stocked(database: Database) -> Database:
    """A catalogue of a few services, one with a part."""
    with database.transaction() as session:
        for key, (name, description) in OFFERED.items():
            offer(session, key, name, description)
        part_of(session, "e-signature", "qualified", "Qualified certificate")
    return database


def found(database: Database, asked: str) -> list[Found]:
    """Search what is shown."""
    with database.reading() as session:
        return list(search(session, asked, SHOWN))


@pytest.mark.parametrize(
    ("asked", "service", "because"),
    [
        ("E-signature", "e-signature", ("e", "signature")),
        ("signature", "e-signature", ("signature",)),
        ("sign", "e-signature", ("signature",)),
        ("signatuer", "e-signature", ("signature",)),
        ("SIGNATURE", "e-signature", ("signature",)),
        ("calender rooms", "mail", ("calendar", "rooms")),
        ("geografic maps", "gis", ("geographic", "maps")),
        ("uberland", "telefonie", ("uberland",)),
        ("archive documents", "paper", ("archive", "documents")),
    ],
)
def test_the_service_that_is_meant_comes_first(
    stocked: Database, asked: str, service: str, because: tuple[str, ...]
) -> None:
    """And the answer says which of its words fit."""
    first = found(stocked, asked)[0]
    assert (first.service, first.part) == (service, None)
    assert set(because) <= set(first.because)


def test_a_part_is_found_with_the_service_that_it_is_of(stocked: Database) -> None:
    """A part can be what is wanted where no service is."""
    first = found(stocked, "qualifed certificates")[0]
    assert (first.service, first.part, first.name) == (
        "e-signature", "qualified", "Qualified certificate",
    )  # fmt: skip


@pytest.mark.parametrize("asked", ["xylophone", "", "   ", "!?", "%", "_", "'; DROP", "🎫"])
def test_what_fits_nothing_finds_nothing(stocked: Database, asked: str) -> None:
    """And nothing that is sent breaks anything."""
    assert found(stocked, asked) == []


def test_only_what_is_shown_is_found(database: Database) -> None:
    """Neither ideas nor what was rejected, and nothing by words that it had once."""
    with database.transaction() as session:
        offer(session, "idea", "Carrier pigeons", phase="strategy")
        offer(session, "no", "Carrier doves", rejected=True)
        offer(session, "soon", "Carrier parrots", phase="transition")
        part_of(session, "soon", "cage", "Carrier cage")
        part_of(session, "soon", "cage", "Aviary")
    assert [each.name for each in found(database, "carrier")] == ["Carrier parrots"]
    assert [each.name for each in found(database, "aviary")] == ["Aviary"]


@pytest.mark.parametrize(
    ("asked", "because"),
    [
        ("VPN", ("vpn",)),
        ("vpn-2", ("vpn", "2")),
        ("Network access", ("access", "network")),
        ("Zugang", ("zugang",)),
    ],
)
def test_a_service_is_found_by_its_key_and_its_category(
    stocked: Database, asked: str, because: tuple[str, ...]
) -> None:
    """People call it by the short name that stands in its address, and by where it stands."""
    with stocked.transaction() as session:
        offer(session, "vpn-2", "Virtual private tunnel", category="Network access / Zugang")
    first = found(stocked, asked)[0]
    assert (first.service, first.part) == ("vpn-2", None)
    assert set(because) <= set(first.because)


def test_a_part_is_found_by_its_key(stocked: Database) -> None:
    """Its name may not say it."""
    with stocked.transaction() as session:
        part_of(session, "mail", "imap", "Reading with a program of one's own")
    assert [(each.service, each.part) for each in found(stocked, "IMAP")] == [("mail", "imap")]


def test_what_was_found_by_less_is_indexed_again(stocked: Database) -> None:
    """Until it is, it is found as it was before."""
    with stocked.transaction() as session:
        offer(session, "vpn", "Virtual private network")
        session.execute(text("UPDATE search_texts SET edition = 1, words = name"))
        session.execute(text("DELETE FROM search_groups WHERE letters IN (' vp', 'vpn')"))
    assert found(stocked, "vpn") == []
    assert [each.service for each in found(stocked, "Geographic")] == ["gis"]
    while stocked.write(index_missed):
        pass
    assert [each.service for each in found(stocked, "vpn")] == ["vpn"]
    assert stocked.write(index_missed) == 0


def test_services_from_before_the_search_are_found_in_the_end(stocked: Database) -> None:
    """Some at a time, each once, however many processes see to it."""
    with stocked.transaction() as session:
        for table in ("search_groups", "search_texts"):
            session.execute(text(f"DELETE FROM {table}"))
    assert found(stocked, "signature") == []
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda _: stocked.write(lambda s: index_missed(s, 4)), range(3)))
    while stocked.write(index_missed):
        pass
    assert [each.service for each in found(stocked, "signature")] == ["e-signature"]
    assert found(stocked, "certificate")[0].part == "qualified"
    with stocked.reading() as session:
        texts = session.scalar(select(func.count()).select_from(SearchText))
    assert texts == len(OFFERED) + 1


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.sampled_from(sorted(OFFERED)), st.integers(0, 40), st.sampled_from("xqz"))
def test_one_slip_of_the_pen_hides_nothing(
    stocked: Database, key: str, place: int, slip: str
) -> None:
    """Whatever letter of a long word is another one, what is meant is among the first three."""
    word = max(OFFERED[key][0].replace("-", " ").split(), key=len)
    at = place % len(word)
    asked = word[:at] + slip + word[at + 1 :]
    assert key in [each.service for each in found(stocked, asked)[:3]]
