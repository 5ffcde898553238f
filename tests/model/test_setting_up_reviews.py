"""A review that somebody sets up by hand: of something that is there, from now on, once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from model.database import Database
from model.reviews import NewReview, Review
from model.setting_up_reviews import set_up_by_hand
from rules.errors import BadFields, NameTaken
from rules.review_rules import ReviewKind
from tests.model.reviewed import NEW, NOW, at, new_id

OTHER = replace(NEW, kind=ReviewKind.OTHER, subject="the office")
TODAY = at(NOW.date())


def asked(database: Database, new: NewReview = OTHER) -> Review:
    """Set up a review by hand."""
    with database.transaction() as session:
        return set_up_by_hand(session, new, new_id(), TODAY)


def test_of_several_who_ask_at_once_one_sets_it_up(database: Database) -> None:
    """The others are refused, and told the id of its review."""

    def ask(number: int) -> str:
        try:
            return asked(database, replace(OTHER, title=f"Number {number}")).id
        except NameTaken as refused:
            return str(refused)

    with ThreadPoolExecutor(4) as threads:
        said = sorted(threads.map(ask, range(4)), key=len)
    assert all(f"`{said[0]}`" in each for each in said[1:])


def test_what_is_not_there_and_what_has_passed_is_not_reviewed(database: Database) -> None:
    """Both are named at once, and no review is made."""
    new = replace(
        OTHER,
        kind=ReviewKind.SERVICE_LEVEL,
        subject="nope",
        anchor=TODAY.today - timedelta(days=1),
    )
    with pytest.raises(BadFields) as refused:
        asked(database, new)
    assert [each.pointer for each in refused.value.problems] == ["/first_on", "/subject"]
    assert asked(database, replace(OTHER, anchor=TODAY.today)).due_on == TODAY.today
