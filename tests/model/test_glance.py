"""A case as it stands: one look sees what whoever locks the case would find."""

from __future__ import annotations

from model.cases import find_case
from model.database import Database
from model.glance import see
from model.held_facts import facts_of, values_of
from model.revisions import live_revision
from tests.model.lives import Lives


def require_seen(database: Database, *refs: str) -> None:
    """Require that each ref is seen as the case that it leads to."""
    with database.reading() as session:
        live = live_revision(session)
        for ref in refs:
            case = find_case(session, ref)
            seen = see(session, ref)
            assert case is not None
            assert seen.case is not None
            assert (seen.case.id, seen.case.ref) == (case.id, case.ref)
            assert (seen.case.version, seen.case.updated_at) == (case.version, case.updated_at)
            assert seen.case.facts == values_of(facts_of(session, case.id))
            assert seen.revision == live


def test_a_case_is_seen_with_its_facts_under_every_name_that_leads_to_it(lives: Lives) -> None:
    """Its own, those that it had, and those of the cases that were merged into it."""
    lives.decide("A", note_1="seen")
    lives.decide("B")
    lives.rename("A", "A2")
    require_seen(lives.database, "A", "A2", "B")
    lives.merge("B", "A2")
    lives.rename("B", "B2")
    require_seen(lives.database, "A", "A2", "B", "B2")
    with lives.database.looking() as connection:
        seen = see(connection, "A")
    assert seen.case is not None
    assert (seen.case.ref, list(seen.case.facts)) == ("B2", ["note_1"])


def test_what_is_not_there_is_not_seen(lives: Lives) -> None:
    """A case that nobody has heard of; the rules are live all the same."""
    with lives.database.looking() as connection:
        seen = see(connection, "nobody's")
    assert seen.case is None
    assert seen.revision is not None


def test_without_published_rules_none_are_live(database: Database) -> None:
    """A look at an empty database finds neither."""
    with database.looking() as connection:
        seen = see(connection, "A")
    assert (seen.revision, seen.case) == (None, None)
