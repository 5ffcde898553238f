"""The catalogue: what is live or being prepared, page by page, and nothing else."""

from __future__ import annotations

import pytest

from model.catalogue import entries_after, entry_of
from model.catalogue_standing import SHOWN, Standing
from model.database import Database
from model.dependencies import rest_on
from rules.errors import BadFields, UnknownRecord
from tests.model.offered import offer, part_of


def test_what_is_live_or_being_prepared_is_in_it(database: Database) -> None:
    """From toll-gate 3 to toll-gate 6; what was rejected never."""
    phases = ("strategy", "design", "transition", "operate", "improve", "retire")
    with database.transaction() as session:
        for phase in phases:
            offer(session, phase, phase, phase=phase)
        offer(session, "rejected", "rejected", phase="operate", rejected=True)
        page = entries_after(session, SHOWN, None, None, 50)
    assert [(entry.key, entry.standing) for entry in page.entries] == [
        ("transition", "prepared"), ("operate", "live"), ("improve", "live"),
    ]  # fmt: skip
    assert page.next is None


def test_an_entry_says_what_the_service_consists_of_and_rests_on(database: Database) -> None:
    """Parts that are retired are left out."""
    with database.transaction() as session:
        offer(session, "mail", "Mail", "Mailboxes", category="Office")
        offer(session, "identity", "Identity")
        part_of(session, "mail", "rooms", "Rooms")
        part_of(session, "mail", "fax", "Fax", Standing.RETIRED)
        rest_on(session, "mail", ["identity"])
        entry = entry_of(session, "mail")
    assert (entry.name, entry.description, entry.category) == ("Mail", "Mailboxes", "Office")
    assert [part.key for part in entry.parts] == ["rooms"]
    assert entry.rests_on == ("identity",)
    with database.reading() as session, pytest.raises(UnknownRecord):
        entry_of(session, "nothing")


@pytest.mark.parametrize(
    ("phase", "rejected", "standing"),
    [
        ("strategy", False, None),
        ("design", False, None),
        ("transition", False, Standing.PREPARED),
        ("improve", False, Standing.LIVE),
        ("retire", False, Standing.RETIRED),
        ("transition", True, None),
    ],
)
def test_an_entry_that_is_not_in_the_catalogue_stands_nowhere(
    database: Database, phase: str, rejected: bool, standing: Standing | None
) -> None:
    """Only the toll-gates bring it in: before the third it is not being prepared for release."""
    with database.transaction() as session:
        offer(session, "mail", "Mail", phase=phase, rejected=rejected)
        assert entry_of(session, "mail").standing is standing


def test_it_is_read_page_by_page_and_by_category(database: Database) -> None:
    """Each page begins where the one before ended."""
    with database.transaction() as session:
        for number in range(5):
            category = "even" if number % 2 == 0 else "odd"
            offer(session, f"s{number}", "S", category=category)
        first = entries_after(session, SHOWN, None, None, 2)
        second = entries_after(session, SHOWN, None, first.next, 2)
        assert [entry.key for entry in (*first.entries, *second.entries)] == [
            "s0", "s1", "s2", "s3",
        ]  # fmt: skip
        odd = entries_after(session, SHOWN, "odd", None, 50)
        assert [entry.key for entry in odd.entries] == ["s1", "s3"]
        with pytest.raises(BadFields):
            entries_after(session, SHOWN, None, "soon", 2)
